#ifndef SEAM_ADMIT_PRESENT_H
#define SEAM_ADMIT_PRESENT_H

#include "admit/jws.h"
#include "base/hash.h"
#include "base/out.h"
#include "model/field.h"

/*
 * A delivery: a stored record with exactly some of its disclosures, bound to one party.
 * Order of calls: present_cut → present_binding → (signature, elsewhere) → present_finish.
 */

/* Our own stored disclosures by field and level, found without parsing JSON.  Borrowed. */
struct present_index {
	struct span disclosure[FIELD_COUNT][FIELD_LEVELS]; /* empty: the record has none */
};

/* `disclosures` as issue_record() made them.  ERR_FORMAT when they are not. */
MUST_USE enum err present_index(struct span disclosures, struct present_index *index);

/*
 * Appends JWT "~" and the chosen disclosures, each with its "~": the levels of the set, the fields
 * they stand under, and always kind and thread.  A sealed field never, whatever the set says.
 * Levels that the record does not have are passed over.  For a preview `jwt` may be the signing
 * input alone.
 */
void present_cut(struct out *out, struct span jwt, const struct present_index *index,
		 const struct field_set *set);

/* The terms of one delivery. */
struct present_terms {
	struct kid kid; /* of the key that will sign */
	struct party to;
	int64_t counter;  /* from 1 per (station, party) */
	struct hash prev; /* of the previous whole delivery to that party; zero for the first */
	int64_t now_ms;
	int64_t until_ms; /* 0: no end */
	const struct party *onward;
	size_t onward_n; /* <= LIMIT_PARTIES */
};

/* Appends the signing input of the key binding over a cut: header typ kb+jwt; payload iat, aud,
 * nonce (the counter in 16 digits), sd_hash, prev, exp when it ends, onward. */
void present_binding(struct out *out, struct span cut, const struct present_terms *terms);

/* Appends the whole delivery: the cut, the binding's signing input, its signature. */
void present_finish(struct out *out, struct span cut, struct span binding,
		    const struct signature *signature);

#endif
