#ifndef SEAM_ADMIT_ADMIT_H
#define SEAM_ADMIT_ADMIT_H

#include "admit/jws.h"
#include "base/arena.h"
#include "base/hash.h"
#include "model/record.h"

/*
 * May this come in?  Foreign bytes in; a record and the facts of its delivery out, or the reason
 * why not.  Pure: keys, time and what was known before are arguments.  Nothing that a gate said is
 * believed; everything is derived from the bytes.
 */
struct keyring;

/* What an arena for one call must be able to hold. */
enum { ADMIT_ARENA = 4 * 1024 * 1024 };

struct admit_terms {
	const struct keyring *keyring;
	struct party own;
	bool is_exercise;
	/* exp is judged against it; 0: not judged.  Nothing else about time refuses. */
	int64_t now_ms;
	/* Leaf of the record in the log `log_origin` of its station, where that was proven; else
	 * -1. A revoked key is good for leaves below its cut in that log, and for nothing else. */
	int64_t log_index;
	struct span log_origin;
	/* Verifying again what was admitted before: later revocations and a passed exp do not
	 * count. */
	bool is_stored;
};

struct admit_delivery {
	struct hash id;    /* of the record */
	struct hash whole; /* of the delivery's bytes */
	struct station station;
	struct kid signer; /* of the record; the binding may have another number */
	int64_t counter;
	struct hash prev; /* zero for the first */
	int64_t sent_ms;
	int64_t until_ms; /* 0: no end */
	unsigned onward_n;
	struct party onward[LIMIT_PARTIES];
	struct span jwt;         /* borrowed from the bytes */
	struct span disclosures; /* borrowed from the bytes, each with its "~" */
};

/*
 * A delivery (SD-JWT+KB) addressed to us.  Texts of the record live in the arena.  On refusal the
 * record is empty; the delivery holds what could be read, for the quarantine's label only.
 */
struct reason admit_delivery(const struct admit_terms *terms, struct span bytes,
			     struct arena *arena, struct record *record,
			     struct admit_delivery *delivery);

/* What the journal holds around a counter of that station. */
struct admit_known {
	bool has_same, has_before, has_after;
	struct hash same;       /* whole hash under the same counter */
	struct hash before;     /* whole hash under counter - 1 */
	struct hash after_prev; /* prev of counter + 1 */
};

/*
 * Whether the delivery fits the line.  The same bytes again are fine (*is_repeat); a gap is fine;
 * other bytes under a used counter are WHY_REPLAYED, a broken chain on either side
 * WHY_BAD_PREVIOUS.  The first of a row of numbers (station_row_begins()) names the last one that
 * its maker still knows, maybe none.
 */
enum why admit_follow(const struct admit_delivery *delivery, const struct admit_known *known,
		      bool *is_repeat);

/*
 * A stored record again, own or foreign: JWT and its disclosures, no binding.  Every disclosure
 * must occur; `terms->own` and `now_ms` are not looked at.
 */
struct reason admit_record(const struct admit_terms *terms, struct span jwt,
			   struct span disclosures, struct arena *arena, struct record *record,
			   struct hash *id);

/* Whose delivery these bytes claim to be, nothing verified: for asking sisters and for labels. */
bool admit_peek(struct span bytes, struct kid *signer);

#endif
