#ifndef SEAM_SEAMD_CONFIRMED_H
#define SEAM_SEAMD_CONFIRMED_H

#include "base/err.h"
#include "base/hash.h"
#include "model/party.h"

struct journal;
struct keyring;

/*
 * Of each erasure held: who must carry it out, and who said that it was done.  Asked for are all
 * stations known of every party that was sent the record; of a party without a known station, the
 * party.  For `seam`: a running station has said the same to nobody yet.
 */
struct confirmed_by {
	struct party party;
	struct station station; /* "" where none of the party is known */
	int64_t at_ms;          /* 0: it has not said so */
};

struct confirmed {
	struct hash erasure, record;
	struct station asked; /* the station that asked for it */
	int64_t asked_ms;
	bool is_own; /* asked for here; else `by` is empty */
	size_t n, missing;
	const struct confirmed_by *by; /* those who have said so first */
};

/* In the order in which they came, each living until it returns; false stops. */
MUST_USE enum err confirmed_each(struct journal *journal, const struct keyring *keyring,
				 const struct station *own,
				 bool (*each)(void *context, const struct confirmed *confirmed),
				 void *context);

#endif
