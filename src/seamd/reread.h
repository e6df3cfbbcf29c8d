#ifndef SEAM_SEAMD_REREAD_H
#define SEAM_SEAMD_REREAD_H

#include "base/arena.h"
#include "base/err.h"

#include <stdint.h>

/*
 * A stored record as struct record again, from its disclosures.  Signature and digests were checked
 * when it came in and are checked again by `seam verify`; this is the fast way for folding.  An
 * erased record gives only kind, station and thread.
 */
struct journal_record;
struct keyring;
struct record;

/* Own records are read in the order their disclosures were issued in; foreign ones, which may have
 * come in several deliveries, are opened by their digests, and their signature is checked against
 * the keyring again. */
MUST_USE enum err reread_record(const struct journal_record *row, const struct keyring *keyring,
				struct arena *arena, struct record *record);

/* Disclosures as this station issued them, some of them left out, each with its "~": the record
 * that they show.  Station and exercise are not in them.  ERR_CORRUPT. */
MUST_USE enum err reread_disclosures(struct span disclosures, struct arena *arena,
				     struct record *record);

/* Its place in the picture's order (picture_position()): by its leaf where that is known, else by
 * the moment or the day of filing and the counter of the delivery that first brought it. */
int64_t reread_position(const struct journal_record *row, const struct record *record,
			int64_t counter, struct arena *arena);

#endif
