/* Promises how the watch stands and whether a situation report is missing. */
#include "seam/shift_state.h"

#include "model/course.h"

#include <string.h>

enum { HOUR_MS = 3600000 };

/* The newest record in force of this kind by this station. */
static enum err
newest(struct app *app, struct picture *picture, enum kind kind, struct picture_row *row)
{
	enum err err = picture_latest(picture, kind, &app->config.station, app->arena, row);

	return err == ERR_NOT_FOUND ? ERR_OK : err;
}

static void
look_at_shift(struct shift_state *state)
{
	const struct value *field = state->row.record->field;

	if (field[FIELD_STATE].is_set)
		state->state = field[FIELD_STATE].code;
	if (field[FIELD_NUMBER].is_set)
		state->number = field[FIELD_NUMBER].number;
}

enum err
shift_state_read(struct app *app, struct picture *picture, struct shift_state *state)
{
	int64_t now_ms = app_now(app);
	int64_t since_ms;
	struct picture_row sitrep;
	enum err err;

	*state = (struct shift_state){.state = STATE_CLOSED};
	err = newest(app, picture, KIND_SHIFT, &state->row);
	if (err == ERR_OK && state->row.record)
		look_at_shift(state);
	if (err == ERR_OK)
		err = newest(app, picture, KIND_SITREP, &sitrep);
	if (err != ERR_OK)
		return err;
	if (sitrep.record)
		state->sitrep_end_ms = course_window_end(sitrep.record);
	/* The first is due when the watch has stood that long. */
	since_ms = state->sitrep_end_ms ? state->sitrep_end_ms : state->row.filed_ms;
	state->is_sitrep_missed =
	    since_ms && (state->state != STATE_CLOSED || state->sitrep_end_ms) &&
	    now_ms - since_ms > (int64_t)(SHIFT_SITREP_H + SHIFT_GRACE_H) * HOUR_MS;
	return ERR_OK;
}
