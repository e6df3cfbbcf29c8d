/* Promises who filed, was told and answered around a record, in order of time, before and after. */
#include "seam/command.h"
#include "seam/row.h"
#include "seam/view.h"

enum { COLUMN_EVENT = 17, COLUMN_WHO = 45, COLUMN_ID = 60 };

/* What a moment's code stands for. */
static const char *
code_text(const struct picture_moment *moment)
{
	const char *text = NULL;

	if (moment->code < 0)
		return "";
	if (moment->event == PICTURE_EVENT_STATE)
		text = picture_state_label((enum picture_state)moment->code);
	else if (moment->event == PICTURE_EVENT_ANSWERED)
		text = vocab_label(VOCAB_ANSWER, (unsigned)moment->code);
	else if (moment->event == PICTURE_EVENT_TOLD)
		text = vocab_label(VOCAB_TOLD, (unsigned)moment->code);
	else if (moment->event == PICTURE_EVENT_LINKED)
		text = vocab_label(VOCAB_LINK, (unsigned)moment->code);
	return text ? text : "";
}

static void
write_moment(const struct app *app, struct out *out, const struct picture_moment *moment)
{
	const char *code = code_text(moment);
	const char *event = picture_event_label(moment->event);
	size_t begin = out->n;

	app_write_moment(app, out, moment->at_ms);
	app_column(out, begin, COLUMN_EVENT);
	out_format(out, "%s%s%s", event, event[0] && code[0] ? ": " : "", code);
	if (moment->why != WHY_NONE)
		out_format(out, " (%s)", why_text(moment->why));
	app_column(out, begin, COLUMN_WHO);
	out_text(out, moment->station.name);
	if (moment->party.name[0])
		out_format(out, " to %s", moment->party.name);
	app_column(out, begin, COLUMN_ID);
	out_format(out, "%s ", kind_row(moment->kind)->name);
	row_id(out, &moment->id);
	out_char(out, '\n');
}

static void
write_json(struct out *out, const struct picture_moment *moment)
{
	char id[HASH_TEXT_SIZE];
	char re[HASH_TEXT_SIZE];

	hash_text(id, &moment->id);
	hash_text(re, &moment->re);
	out_format(out,
		   "{\"at_ms\":%lld,\"event\":\"%s\",\"id\":\"%s\",\"re\":\"%s\",\"station\":\"%"
		   "s\",\"party\":\"%s\","
		   "\"kind\":\"%s\",\"what\":",
		   (long long)moment->at_ms, picture_event_code(moment->event), id, re,
		   moment->station.name, moment->party.name, kind_row(moment->kind)->name);
	out_json(out, span_of(code_text(moment)));
	out_format(out, ",\"why\":\"%s\"}", why_code(moment->why));
}

int
review_record(struct app *app)
{
	struct view *view = NULL;
	struct picture_moment *rows = NULL;
	struct out out = out_new(APP_OUT_MAX);
	struct hash id;
	size_t n = 0;
	enum err err;
	int code = app->args->n == 1 ? APP_OK : app_usage(app, "review ID");

	if (code == APP_OK && !(view = view_open(app, VIEW_PICTURE)))
		code = APP_NO;
	if (code == APP_OK)
		code = view_find(view, app->args->words[0], &id);
	if (code == APP_OK &&
	    (err = picture_review(view_picture(view), &id, app->arena, &rows, &n)) != ERR_OK)
		code = app_fail(app, err, "review");
	for (size_t i = 0; code == APP_OK && i < n; i++) {
		if (app->is_json) {
			out_text(&out, i ? ",\n" : "[");
			write_json(&out, &rows[i]);
		} else {
			write_moment(app, &out, &rows[i]);
		}
	}
	if (code == APP_OK && app->is_json)
		out_text(&out, n ? "]\n" : "[]\n");
	if (code == APP_OK)
		code = app_print(app, &out);
	out_free(&out);
	view_close(view);
	return code;
}
