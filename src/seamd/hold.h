#ifndef SEAM_SEAMD_HOLD_H
#define SEAM_SEAMD_HOLD_H

#include "base/arena.h"
#include "base/hash.h"
#include "base/out.h"

struct journal;

/*
 * Why a record is kept beyond its date, and until when: a row of the shelf, class "hold", name the
 * record's id, one version per decision, the newest counts.  What `seam` and core share of it.
 */
#define HOLD_CLASS "hold"

enum { HOLD_TEXT_MAX = 1024, HOLD_DAYS_MAX = 366 };

struct hold {
	struct hash id;
	int64_t version; /* 0: none yet */
	int64_t until_ms;
	struct span duty;   /* which decided it */
	struct span reason; /* one line; empty where a hold was ended */
};

/* "until MS\nduty DUTY\nreason TEXT\n" */
void hold_write(struct out *out, const struct hold *hold);
bool hold_read(struct span text, struct hold *hold);

/* The newest of a record, its texts in the arena; all zero but the id when there is none. */
MUST_USE enum err hold_of(struct journal *journal, const struct hash *id, struct arena *arena,
			  struct hold *hold);

/* The newest of each record that has one; texts live until it returns. */
MUST_USE enum err hold_each(struct journal *journal,
			    bool (*each)(void *context, const struct hold *hold), void *context);

#endif
