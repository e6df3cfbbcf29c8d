/* Promises one look for alerts, and how each ended. */
#include "seam/alert_row.h"

#include "model/label.h"
#include "picture/picture_unseen.h"
#include "seam/request_row.h"
#include "seam/row.h"

#include <stdlib.h>
#include <string.h>

enum { COLUMN_SEVERITY = 10, COLUMN_WHAT = 18, SCRATCH = 16 << 20 };

static const struct {
	const char *code, *label;
} ends[] = {
#define X(name, code, label) {code, label},
    ALERT_END_ROWS(X)
#undef X
};

const char *
alert_row_end_code(enum alert_end end)
{
	return (unsigned)end < ALERT_END_COUNT ? ends[end].code : NULL;
}

const char *
alert_row_end_label(enum alert_end end)
{
	return (unsigned)end < ALERT_END_COUNT ? ends[end].label : NULL;
}

static const struct value *
field_of(const struct alert_row *alert, enum field field)
{
	return &alert->row.record->field[field];
}

int64_t
alert_row_step(const struct alert_row *alert)
{
	const struct value *number = field_of(alert, FIELD_NUMBER);

	return number->is_set ? number->number : 0;
}

struct span
alert_row_duty(const struct alert_row *alert)
{
	const struct value *duty = field_of(alert, FIELD_TOLD_DUTY);

	return duty->is_set ? duty->text : SPAN("");
}

int64_t
alert_row_due(const struct alert_row *alert)
{
	const struct value *due = field_of(alert, FIELD_DUE);

	return due->is_set ? due->at_ms : 0;
}

/* ---- gathering ---- */

static void
end_by_state(struct alert_row *alert)
{
	const struct value *state = field_of(alert, FIELD_STATE);

	if (state->is_set && state->code == STATE_CLOSED)
		alert->end = ALERT_END_CLOSED;
	else if (state->is_set && state->code == STATE_EXPIRED)
		alert->end = ALERT_END_EXPIRED;
	if (alert->end != ALERT_END_NONE)
		alert->end_ms = alert->row.filed_ms;
}

static void
end_by(struct alert_row *alert, const struct picture_row *answer)
{
	const struct value *field = answer->record->field;

	if (field[FIELD_ANSWER].code == ANSWER_DONE)
		alert->end = ALERT_END_ACTED;
	else if (field[FIELD_ANSWER].code == ANSWER_DECLINE ||
		 field[FIELD_ANSWER].code == ANSWER_WITHDRAWN)
		alert->end = ALERT_END_DECLINED;
	else
		return;
	alert->end_ms = answer->filed_ms;
	alert->reason = field[FIELD_TEXT].is_set ? field[FIELD_TEXT].text : SPAN("");
}

/* What a person decided goes before what the station wrote. */
static enum err
end_by_answer(struct picture *picture, struct arena *arena, struct alert_row *alert)
{
	struct picture_row *notes;
	size_t n;
	enum err err =
	    picture_notes(picture, &alert->row.id, picture_kind(KIND_ANSWER), arena, &notes, &n);

	for (size_t i = 0; err == ERR_OK && i < n; i++) {
		const struct record *record = notes[i].record;
		bool is_so;

		if (!record || !notes[i].is_own || !record->field[FIELD_ANSWER].is_set)
			continue;
		err = picture_alert_answered(picture, &alert->row.id, alert->row.record,
					     &record->field[FIELD_RE].id, arena, &is_so);
		if (err != ERR_OK || !is_so)
			continue;
		alert->is_seen = true;
		end_by(alert, &notes[i]);
	}
	return err;
}

static int
compare(const void *a, const void *b)
{
	const struct alert_row *x = a;
	const struct alert_row *y = b;
	int severity_x = x->row.severity >= 0 ? x->row.severity : SEVERITY_COUNT;
	int severity_y = y->row.severity >= 0 ? y->row.severity : SEVERITY_COUNT;

	if ((x->end == ALERT_END_NONE) != (y->end == ALERT_END_NONE))
		return x->end == ALERT_END_NONE ? -1 : 1;
	if (x->end == ALERT_END_NONE && severity_x != severity_y)
		return severity_x - severity_y;
	if (x->row.filed_ms != y->row.filed_ms)
		return x->row.filed_ms > y->row.filed_ms ? -1 : 1;
	return memcmp(x->row.id.b, y->row.id.b, HASH_SIZE);
}

/* The alert of this id with how it ended. */
static enum err
look(struct picture *picture, const struct hash *id, struct arena *arena, struct alert_row *alert)
{
	enum err err;

	*alert = (struct alert_row){.end = ALERT_END_NONE};
	err = picture_record(picture, id, arena, &alert->row);
	if (err != ERR_OK || !alert->row.record)
		return err;
	end_by_state(alert);
	return end_by_answer(picture, arena, alert);
}

/* Looked at in memory that is given back; what is kept is read once more. */
static enum err
add(struct app *app, struct picture *picture, const struct hash *id, bool all,
    struct alert_rows *rows)
{
	struct arena *scratch = arena_new(SCRATCH);
	struct alert_row alert;
	enum err err = scratch ? look(picture, id, scratch, &alert) : ERR_NOMEM;

	if (err == ERR_OK && alert.row.record && (all || alert.end == ALERT_END_NONE))
		err = look(picture, id, app->arena, &rows->row[rows->n++]);
	arena_free(scratch);
	return err;
}

enum err
alert_row_gather(struct app *app, struct picture *picture, bool all, size_t limit,
		 struct alert_rows *rows)
{
	struct picture_query query = {.kinds = picture_kind(KIND_ALERT), .limit = PICTURE_ROWS_MAX};
	enum err err = ERR_OK;

	*rows = (struct alert_rows){arena_array(app->arena, limit, sizeof *rows->row), 0};
	if (!rows->row)
		return ERR_NOMEM;
	do {
		struct picture_row *page;
		size_t n = 0;

		err = picture_query(picture, &query, app->arena, &page, &n, &query.after);
		for (size_t i = 0; i < n && err == ERR_OK && rows->n < limit; i++)
			err = add(app, picture, &page[i].id, all, rows);
	} while (err == ERR_OK && query.after.is_set && rows->n < limit);
	if (err == ERR_OK && rows->n > 1)
		qsort(rows->row, rows->n, sizeof *rows->row, compare);
	return err;
}

/* ---- on a terminal ---- */

static void
write_call(const struct app *app, struct out *out, const struct alert_row *alert)
{
	struct span duty = alert_row_duty(alert);
	int64_t step = alert_row_step(alert);
	int64_t due_ms = alert_row_due(alert);

	if (step)
		out_format(out, "step %lld", (long long)step);
	if (duty.n)
		out_format(out, "%s%.*s is called%s", step ? ": " : "", (int)duty.n, duty.p,
			   step >= ALERT_STEP_VOICE ? " by voice" : "");
	if (due_ms) {
		out_text(out, step || duty.n ? ", next step " : "next step ");
		app_write_moment(app, out, due_ms);
	}
}

static void
write_end(const struct app *app, struct out *out, const struct alert_row *alert)
{
	if (alert->end == ALERT_END_NONE) {
		write_call(app, out, alert);
		if (alert->is_seen)
			out_text(out, "; seen");
		return;
	}
	out_format(out, "%s ", alert_row_end_label(alert->end));
	app_write_moment(app, out, alert->end_ms);
	if (alert->reason.n)
		out_format(out, ": %.*s", (int)alert->reason.n, alert->reason.p);
}

static void
write_cites(struct out *out, const struct alert_row *alert)
{
	const struct value *cites = field_of(alert, FIELD_CITES);

	for (unsigned i = 0; cites->is_set && i < cites->ids.n; i++) {
		out_text(out, i ? " " : "rests on ");
		row_id(out, &cites->ids.id[i]);
	}
}

void
alert_row_write(const struct app *app, struct out *out, const struct alert_row *alert)
{
	static const enum app_colour colours[] = {APP_RED, APP_YELLOW, APP_GREEN};
	const struct value *text = field_of(alert, FIELD_TEXT);
	const struct value *civilians = field_of(alert, FIELD_CIVILIANS);
	int severity = alert->row.severity;
	size_t begin = out->n;

	app_colour(app, out, APP_BOLD);
	row_id(out, &alert->row.id);
	app_colour(app, out, APP_PLAIN);
	app_column(out, begin, COLUMN_SEVERITY);
	if (severity >= 0 && severity < SEVERITY_COUNT) {
		app_colour(app, out, colours[severity]);
		out_text(out, vocab_code(VOCAB_SEVERITY, (unsigned)severity));
		app_colour(app, out, APP_PLAIN);
	}
	app_column(out, begin, COLUMN_WHAT);
	label_headline(out, alert->row.record, LANG_EN, (int)app->config.zone_minutes);
	if (text->is_set)
		out_format(out, ": %.*s", (int)text->text.n, text->text.p);
	if (civilians->is_set && civilians->code != YESNO_NO)
		out_format(out, " [%s]",
			   civilians->code == YESNO_YES ? "may be civilians"
							: "not known whether civilians");
	out_char(out, '\n');
	begin = out->n;
	app_column(out, begin, COLUMN_SEVERITY);
	write_end(app, out, alert);
	out_text(out, "; ");
	write_cites(out, alert);
	out_char(out, '\n');
}

static void
json_text(struct out *out, const char *name, const struct value *value)
{
	if (!value->is_set)
		return;
	out_format(out, ",\"%s\":", name);
	out_json(out, value->text);
}

static void
json_moment(struct out *out, const char *name, int64_t at_ms)
{
	if (at_ms)
		out_format(out, ",\"%s\":%lld", name, (long long)at_ms);
}

void
alert_row_json(const struct app *app, struct out *out, const struct alert_row *alert)
{
	const struct value *cites = field_of(alert, FIELD_CITES);
	const struct value *parties = field_of(alert, FIELD_PARTIES);
	char id[HASH_TEXT_SIZE];

	(void)app;
	hash_text(id, &alert->row.id);
	out_format(out,
		   "{\"id\":\"%s\",\"station\":\"%s\",\"end\":\"%s\",\"seen\":%s,\"step\":%lld", id,
		   alert->row.station.name, alert_row_end_code(alert->end),
		   alert->is_seen ? "true" : "false", (long long)alert_row_step(alert));
	if (alert->row.severity >= 0)
		out_format(out, ",\"severity\":\"%s\"",
			   vocab_code(VOCAB_SEVERITY, (unsigned)alert->row.severity));
	json_text(out, "rule", field_of(alert, FIELD_RULE));
	json_text(out, "duty", field_of(alert, FIELD_TOLD_DUTY));
	json_text(out, "text", field_of(alert, FIELD_TEXT));
	json_moment(out, "due_ms", alert_row_due(alert));
	json_moment(out, "filed_ms", alert->row.filed_ms);
	json_moment(out, "end_ms", alert->end_ms);
	if (alert->row.place.level)
		out_format(out, ",\"place\":\"%s\"", alert->row.place.mgrs);
	if (field_of(alert, FIELD_CIVILIANS)->is_set)
		out_format(out, ",\"civilians\":\"%s\"",
			   vocab_code(VOCAB_YESNO, field_of(alert, FIELD_CIVILIANS)->code));
	out_text(out, ",\"reason\":");
	out_json(out, alert->reason);
	out_text(out, ",\"parties\":[");
	for (unsigned i = 0; parties->is_set && i < parties->parties.n; i++)
		out_format(out, "%s\"%s\"", i ? "," : "", parties->parties.party[i].name);
	out_text(out, "],\"cites\":[");
	for (unsigned i = 0; cites->is_set && i < cites->ids.n; i++) {
		hash_text(id, &cites->ids.id[i]);
		out_format(out, "%s\"%s\"", i ? "," : "", id);
	}
	out_text(out, "]}");
}
