/* Promises how the watch stands and whether a situation report is missing. */
#include "seam/shift_state.h"

#include "base/file.h"
#include "base/json.h"
#include "model/course.h"
#include "seam/reach.h"

#include <string.h>

enum { HOUR_MS = 3600000, OWNER_ONLY = 0600, FILE_MAX = 256 };

/* The newest record in force of this kind by this station. */
static enum err
newest(struct app *app, struct picture *picture, enum kind kind, struct picture_row *row)
{
	struct picture_query query = {.kinds = picture_kind(kind), .limit = PICTURE_ROWS};
	struct picture_row *rows;
	size_t n;
	size_t best = 0;
	enum err err;

	*row = (struct picture_row){.filed_ms = 0};
	query.station = app->config.station;
	err = picture_query(picture, &query, app->arena, &rows, &n, &query.after);
	if (err != ERR_OK || n == 0)
		return err;
	for (size_t i = 1; i < n; i++)
		if (rows[i].filed_ms > rows[best].filed_ms ||
		    (rows[i].filed_ms == rows[best].filed_ms &&
		     rows[i].position > rows[best].position))
			best = i;
	return picture_record(picture, &rows[best].id, app->arena, row);
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

int
shift_state_account(struct app *app, struct reach *reach, char account[SHIFT_ACCOUNT_MAX])
{
	struct wire_message message;
	struct cursor cursor;
	struct span text;
	json_t *json;
	int code;

	account[0] = '\0';
	(void)reach_begin(reach, WIRE_STATUS, 1);
	code = reach_ask(reach, WIRE_DONE, &message);
	if (code != APP_OK)
		return code;
	cursor = cursor_over(message.payload);
	(void)cursor_u64(&cursor);
	text = cursor_span(&cursor, WIRE_PAYLOAD);
	json = cursor_is_done(&cursor) ? json_read_strict(text) : NULL;
	if (!span_copy(account, SHIFT_ACCOUNT_MAX,
		       span_of(json_string_value(json_object_get(json, "account")))) ||
	    !account[0])
		code = app_say_no(app, "the station does not say whose token this is");
	json_decref(json);
	return code;
}

static enum err
path_of(const struct app *app, char path[FILE_PATH_MAX])
{
	return config_path(&app->config, SHIFT_HANDOVER_FILE, path, FILE_PATH_MAX);
}

int
shift_state_keep(struct app *app, const struct hash *handover, const char *account)
{
	char path[FILE_PATH_MAX];
	char id[HASH_TEXT_SIZE];
	struct out out = out_new(FILE_MAX);
	enum err err = path_of(app, path);

	hash_text(id, handover);
	out_format(&out, "%s %s\n", id, account);
	if (err == ERR_OK)
		err = out_err(&out);
	if (err == ERR_OK)
		err = file_write(path, out_view(&out), OWNER_ONLY);
	out_free(&out);
	return err == ERR_OK ? APP_OK : app_fail(app, err, SHIFT_HANDOVER_FILE);
}

bool
shift_state_is_same(const struct app *app, const struct hash *handover, const char *account)
{
	char path[FILE_PATH_MAX];
	struct out out = out_new(FILE_MAX);
	struct span rest;
	struct span id;
	struct hash hash;
	bool is_same = false;

	if (path_of(app, path) == ERR_OK && file_read(path, &out) == ERR_OK) {
		rest = out_view(&out);
		is_same = span_split(&rest, ' ', &id) && hash_read(id, &hash) &&
			  hash_equal(&hash, handover) && span_is(span_trim(rest), account);
	}
	out_free(&out);
	return is_same;
}
