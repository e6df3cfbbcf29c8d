#ifndef SEAM_JOURNAL_SENT_H
#define SEAM_JOURNAL_SENT_H

#include "base/arena.h"
#include "base/hash.h"
#include "base/err.h"

struct journal;

/*
 * Deliveries this station made: per party a counter, each naming the hash of the one before.  From
 * 1 on without a gap; the first one under a log that recovery began has the first number of that
 * log's row (station_row_first()) and names the last one that the store knows.
 */
/* clang-format off */
#define SENT_STATE_ROWS(X) X(QUEUED, "queued") X(EXPORTED, "exported") X(ARRIVED, "arrived")
/* clang-format on */

enum sent_state {
#define X(name, text) SENT_##name,
	SENT_STATE_ROWS(X)
#undef X
	    SENT_STATE_COUNT
};

const char *sent_state_text(enum sent_state state);

struct sent {
	struct span party;
	int64_t counter;
	struct hash record;
	struct hash whole; /* SHA-256(bytes); out only */
	struct span bytes; /* the whole SD-JWT+KB; encrypted at rest; empty once erased */
	struct hash prev;  /* whole of the one before, zero for the first */
	int64_t made_ms;
	int64_t until_ms; /* 0 = no end */
	struct span onward;
	enum sent_state state;
	int64_t changed_ms;
	struct span receipt; /* empty until it arrived */
	int64_t epoch;       /* of the receipt's leaf, 0 before */
	int64_t leaf;        /* -1 before */
};

struct sent_walk {
	bool (*each)(void *context, const struct sent *sent);
	void *context;
};

/* The counter and prev that the next delivery to this party must carry; also within a batch. */
MUST_USE enum err sent_next(struct journal *journal, struct span party, int64_t *counter,
			    struct hash *prev);

/* Within a batch: the counter must be the next one (ERR_REFUSED), the record held (ERR_NOT_FOUND).
 */
MUST_USE enum err sent_add(struct journal *journal, const struct sent *sent);

/* Within a batch.  A delivery that has arrived stays arrived. */
MUST_USE enum err sent_mark(struct journal *journal, struct span party, int64_t counter,
			    enum sent_state state, int64_t now_ms);

/* Within a batch: keeps the receipt and logs 0x02 SHA-256(receipt).  ERR_EXISTS when one is there;
 * the caller has checked that it is signed over `whole`. */
MUST_USE enum err sent_arrived(struct journal *journal, struct span party, int64_t counter,
			       struct span receipt, int64_t now_ms, int64_t *leaf);

MUST_USE enum err sent_get(struct journal *journal, struct span party, int64_t counter,
			   struct arena *arena, struct sent *sent);
MUST_USE enum err sent_get_whole(struct journal *journal, const struct hash *whole,
				 struct arena *arena, struct sent *sent);

/* The first to that party with counter > after that has no receipt yet and is not erased;
 * ERR_NOT_FOUND.
 */
MUST_USE enum err sent_next_open(struct journal *journal, struct span party, int64_t after,
				 struct arena *arena, struct sent *sent);

/* To one party with counter > after, in order; an empty party means all parties. */
MUST_USE enum err sent_each(struct journal *journal, struct span party, int64_t after,
			    const struct sent_walk *walk);
MUST_USE enum err sent_each_of(struct journal *journal, const struct hash *record,
			       const struct sent_walk *walk);

#endif
