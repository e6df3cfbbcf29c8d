#ifndef SEAM_RELEASE_ENTER_H
#define SEAM_RELEASE_ENTER_H

#include "release/release.h"
#include "release/rules.h"

/*
 * Whether what a record is about lies in a zone or comes into it.  A place counts with its whole
 * square: one that shares ground with the zone is in it.  A route or an area is in it when some
 * part of it is.  A record without place and shape is nowhere.
 */

/* A zone of the policy. */
bool enter_zone(const struct rules_zone *zone, const struct record *record);

/* The layers whose areas a policy may name, 0 … ENTER_LAYERS - 1: "zone", "district",
 * "governorate". */
enum { ENTER_LAYERS = 3 };
const char *enter_layer_name(unsigned layer);

/* An area of the party's own layers, by name in any language or code, exactly as it is written.  Of
 * several with that name any one counts that stands at some moment of the record: its `when`, else
 * its `window`, else its filing.  False without ground. */
bool enter_layer(const struct ground *ground, unsigned layer, struct span name,
		 const struct record *record, int64_t filed_ms);

#endif
