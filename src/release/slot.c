/*
 * Promises the moments of `after` and `step`, from the filing times alone.
 */
#include "release/slot.h"

#include "release/release.h"

int64_t
slot_up(int64_t step_ms, int64_t at_ms)
{
	int64_t past_ms = at_ms % step_ms;

	if (past_ms < 0)
		past_ms += step_ms;
	return past_ms == 0 ? at_ms : at_ms - past_ms + step_ms;
}

int64_t
slot_of(const struct rules_grant *grant, int64_t delay_ms, int64_t filed_ms)
{
	if (grant->step_ms == 0)
		return grant->after_ms ? filed_ms + grant->after_ms : 0;
	if (delay_ms < grant->after_ms)
		delay_ms = grant->after_ms;
	return slot_up(grant->step_ms, filed_ms + delay_ms + 1);
}

bool
slot_is_superseded(const struct rules_grant *grant, int64_t delay_ms,
		   const struct release_question *question)
{
	return grant->step_ms > 0 && question->newer_ms != 0 &&
	       slot_of(grant, delay_ms, question->newer_ms) <= question->now_ms;
}
