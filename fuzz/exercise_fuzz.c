/*
 * A script of an exercise: an event is whole, or its row is refused.
 */
#include "edge/exercise.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static enum err
on_event(void *arg, const struct exercise_event *event)
{
	struct reason reason = record_check_part(&event->record);

	(void)arg;
	if (event->action != EXERCISE_INJECT && reason.why != WHY_NONE)
		abort();
	return ERR_OK;
}

static enum err
on_refuse(void *arg, const struct sink_refusal *refusal)
{
	(void)arg;
	if (refusal->reason.why == WHY_NONE || refusal->line == 0)
		abort();
	return ERR_OK;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct exercise *exercise =
	    exercise_new(&(struct exercise_sink){NULL, on_event, on_refuse});
	size_t half = size / 2;

	if (!exercise)
		return 0;
	if (exercise_feed(exercise, span_make(data, half)) == ERR_OK &&
	    exercise_feed(exercise, span_make(data + half, size - half)) == ERR_OK)
		(void)!exercise_finish(exercise);
	exercise_free(exercise);
	return 0;
}
