#ifndef SEAM_RELEASE_SLOT_H
#define SEAM_RELEASE_SLOT_H

#include "release/rules.h"

#include <stdint.h>

struct release_question;

/*
 * When a grant gives: at once, after a delay, or at the first slot behind that.  Slots are the
 * multiples of the step since 1970 in UTC; what is filed in [k, k + 1) goes at k + 1, so that what
 * was given by a moment tells of the last slot's beginning, never of what happened since.
 */

/* The first multiple of the step at or behind that moment. */
int64_t slot_up(int64_t step_ms, int64_t at_ms);

/* The moment at which the grant gives what was filed then; 0: at once.  delay_ms: what the rules
 * for the protection of people ask for at least. */
int64_t slot_of(const struct rules_grant *grant, int64_t delay_ms, int64_t filed_ms);

/* Whether a newer version of the thread has its slot by now too: it goes instead.  One whose slot
 * is still to come changes nothing, or its absence would tell of it. */
bool slot_is_superseded(const struct rules_grant *grant, int64_t delay_ms,
			const struct release_question *question);

#endif
