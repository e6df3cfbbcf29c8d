#ifndef SEAM_ADMIT_ISSUE_H
#define SEAM_ADMIT_ISSUE_H

#include "admit/jws.h"
#include "admit/sdjwt.h"
#include "base/hash.h"

struct record;

enum { ISSUE_VERSION = 1 };

/*
 * A record as the bytes to be signed and its disclosures (each with its "~").  Clear are exactly
 * iss, v, exercise, iat (the UTC day of filing, s), cnf {kid}, _sd, _sd_alg; everything else is a
 * disclosure.  The shape is the same for every record of the kind: kind_digests() at the top, all
 * levels of a place, a time or the list of the asked, absent ones as decoys.  The record must have
 * kind, station, thread and filed_ms; ERR_FORMAT when not.  `signing` is then signed elsewhere and
 * jws_attach() makes the JWT of it.
 */
MUST_USE enum err issue_record(const struct record *record, unsigned key,
			       const struct sdjwt_random *random, struct arena *arena,
			       struct out *signing, struct out *disclosures);

/* The id of a record: SHA-256 of its issuer-signed JWT. */
struct hash issue_id(struct span jwt);

#endif
