#ifndef SEAM_JOURNAL_OUTBOX_H
#define SEAM_JOURNAL_OUTBOX_H

#include "base/arena.h"
#include "base/err.h"
#include "base/hash.h"

struct journal;

/* Due releases: what may leave, to whom, not before when, after whose approval; survives restarts.
 */
/* clang-format off */
#define OUTBOX_STATE_ROWS(X) \
	X(WAITING,  "waiting")  /* for its time */ \
	X(HELD,     "held")     /* for approvals, or with a reason */ \
	X(QUEUED,   "queued")   /* a delivery was cut */ \
	X(EXPORTED, "exported") \
	X(ARRIVED,  "arrived") \
	X(TOLD,     "told") \
	X(DROPPED,  "dropped")
/* clang-format on */

enum outbox_state {
#define X(name, text) OUTBOX_##name,
	OUTBOX_STATE_ROWS(X)
#undef X
	    OUTBOX_STATE_COUNT
};

const char *outbox_state_text(enum outbox_state state);

struct outbox {
	int64_t number; /* out only */
	struct hash record;
	struct span party;
	struct span items; /* the disclosure list, opaque; encrypted at rest; empty once erased */
	int64_t not_before_ms;
	int64_t until_ms; /* 0 = no end */
	struct span onward;
	int64_t needed;     /* approvals by different accounts */
	struct span given;  /* accounts, one per line */
	int64_t policy;     /* version at filing */
	struct span reason; /* rule or cause, for people */
	enum outbox_state state;
	int64_t counter; /* of the delivery cut from it, -1 before */
	int64_t changed_ms;
};

struct outbox_walk {
	bool (*each)(void *context, const struct outbox *outbox);
	void *context;
	bool without_items; /* they are left empty: nothing has to be decrypted */
};

/* All within a batch.  add: *number names the row.  approve: adds an account once, *count = those
 * given. move: a new state, the reason kept when the new one is empty, the counter when it is -1.
 */
MUST_USE enum err outbox_add(struct journal *journal, const struct outbox *outbox, int64_t *number);
MUST_USE enum err outbox_approve(struct journal *journal, int64_t number, struct span account,
				 int64_t now_ms, int64_t *count);
MUST_USE enum err outbox_move(struct journal *journal, int64_t number, enum outbox_state state,
			      int64_t counter, struct span reason, int64_t now_ms);

MUST_USE enum err outbox_get(struct journal *journal, int64_t number, struct arena *arena,
			     struct outbox *outbox);

/* Waiting rows whose time has come, earliest first.  Do not change rows from inside the walk:
 * gather first. */
MUST_USE enum err outbox_each_due(struct journal *journal, int64_t now_ms,
				  const struct outbox_walk *walk);
MUST_USE enum err outbox_each_of(struct journal *journal, const struct hash *record,
				 const struct outbox_walk *walk);
MUST_USE enum err outbox_each_in(struct journal *journal, enum outbox_state state,
				 const struct outbox_walk *walk);

/* The earliest not_before of a waiting row; INT64_MAX when none waits. */
MUST_USE enum err outbox_next(struct journal *journal, int64_t *at_ms);

#endif
