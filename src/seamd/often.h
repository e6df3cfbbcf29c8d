#ifndef SEAM_SEAMD_OFTEN_H
#define SEAM_SEAMD_OFTEN_H

#include <stdbool.h>
#include <stdint.h>

/*
 * What somebody else can make happen as often as they like is said in a log once, then counted, and
 * the number is said when the time is over.  All zero: nothing was said yet.  Time is a clock that
 * nobody sets.
 */
enum { OFTEN_MS = 60 * 1000 };

struct often {
	int64_t until_ms; /* 0: not said lately */
	uint64_t more;    /* since it was said */
};

/* It happened: true when it is to be said now; otherwise it is counted. */
bool often_happens(struct often *often, int64_t now_ms);

/* How many were counted, once the time is over; then it is said again when it next happens. 0:
 * nothing is to be said yet. */
uint64_t often_ends(struct often *often, int64_t now_ms);

#endif
