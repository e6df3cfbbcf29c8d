#ifndef SEAM_JOURNAL_INBOX_H
#define SEAM_JOURNAL_INBOX_H

#include "base/arena.h"
#include "base/err.h"
#include "base/hash.h"

struct journal;

/* Deliveries that came: one row per (station that signed, counter), the bytes exactly as they came.
 */
struct inbox {
	struct span station;
	int64_t counter;
	struct hash record;
	struct hash whole; /* SHA-256(bytes); out only */
	struct span bytes; /* encrypted at rest with the record's key; empty once erased */
	struct hash prev;
	int64_t came_ms;
	int64_t until_ms; /* 0 = no end */
	struct span onward;
	struct span way;     /* link, stick, sister … */
	struct span receipt; /* what we answered; may come later */
};

struct inbox_walk {
	bool (*each)(void *context, const struct inbox *inbox);
	void *context;
};

/* Within a batch, after journal_add of the record.  The same bytes again: ERR_EXISTS; other bytes
 * under the same counter: ERR_REFUSED (evidence of two deliveries under one number). */
MUST_USE enum err inbox_add(struct journal *journal, const struct inbox *inbox);

/* Within a batch: the receipt given for it. */
MUST_USE enum err inbox_receipt(struct journal *journal, struct span station, int64_t counter,
				struct span receipt);

MUST_USE enum err inbox_get(struct journal *journal, struct span station, int64_t counter,
			    struct arena *arena, struct inbox *inbox);
MUST_USE enum err inbox_get_whole(struct journal *journal, const struct hash *whole,
				  struct arena *arena, struct inbox *inbox);

/* From one station with counter > after, in order; an empty station means all. */
MUST_USE enum err inbox_each(struct journal *journal, struct span station, int64_t after,
			     const struct inbox_walk *walk);
MUST_USE enum err inbox_each_of(struct journal *journal, const struct hash *record,
				const struct inbox_walk *walk);

/*
 * Numbers that did not come, as closed ranges.  A station that comes back from an old copy begins a
 * row of numbers of its own (station_row_first()) and names the last one that its copy knows: where
 * that is held, or was none, nothing is known to be missing in between.
 */
enum inbox_gap {
	INBOX_MISSING, /* all of the range were given to a delivery */
	INBOX_SOME,    /* at least one was; a new row may begin within the range, or behind it */
	INBOX_BEGUN,   /* a new row begins behind it, and what stood before that is held */
};

typedef void inbox_gap_fn(void *context, enum inbox_gap what, int64_t first, int64_t last);

/* Each range of a station once, rising or not; *highest is the largest number that came. */
MUST_USE enum err inbox_gaps(struct journal *journal, struct span station, int64_t *highest,
			     inbox_gap_fn *gap, void *context);

#endif
