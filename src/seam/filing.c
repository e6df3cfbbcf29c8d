/*
 * Promises to show, for a record that was filed, its id and where it stands with each party: held
 * back with the reason, or on its way.
 */
#include "seam/filing.h"

#include "seam/row.h"

#include "model/record.h"
#include "picture/picture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { COLUMN_STATE = 6, COLUMN_WHY = 20 };

static void
write_way(const struct app *app, struct out *out, const struct outcome_way *way)
{
	size_t begin = out->n;

	out_format(out, "  %s", way->party.name);
	app_column(out, begin, COLUMN_STATE);
	app_colour(app, out, way->state == PICTURE_STATE_HELD_BACK ? APP_YELLOW : APP_GREEN);
	out_text(out, picture_state_label(way->state));
	app_colour(app, out, APP_PLAIN);
	if (way->why[0]) {
		app_column(out, begin, COLUMN_WHY);
		out_text(out, way->why);
	}
	out_char(out, '\n');
}

void
filing_write(const struct app *app, struct out *out, const struct outcome_filed *filed)
{
	char name[HASH_TEXT_SIZE];

	hash_text(name, &filed->id);
	if (app->is_json) {
		outcome_json_filed(out, filed, app->heard);
		return;
	}
	out_format(out, "%s\n", name);
	for (size_t i = 0; i < filed->n; i++)
		write_way(app, out, &filed->ways[i]);
}

static int
read_filed(const struct app *app, const struct wire_message *message, struct outcome_filed *filed)
{
	return outcome_read_filed(message->payload, filed)
		   ? APP_OK
		   : app_say_no(app, "the station's answer is not in its form");
}

static int
print_filed(const struct app *app, const struct wire_message *message)
{
	struct outcome_filed *filed = arena_take(app->arena, sizeof *filed);
	struct out out = out_new(65536);
	int code = filed ? read_filed(app, message, filed) : app_fail(app, ERR_NOMEM, "filing");

	if (code != APP_OK)
		return code;
	filing_write(app, &out, filed);
	if (app->is_json)
		out_char(&out, '\n');
	return app_print(app, &out);
}

static int
send_record(struct reach *reach, const struct record *record, struct span thread, unsigned flags,
	    struct wire_message *message)
{
	struct out *out = reach_begin(reach, WIRE_FILE, 1);

	out_u8(out, (uint8_t)flags);
	out_sized(out, thread);
	record_write(out, record);
	return reach_ask(reach, WIRE_FILED, message);
}

int
filing_send(const struct app *app, struct reach *reach, const struct record *record,
	    struct span thread, unsigned flags, struct outcome_filed *filed)
{
	struct wire_message message;
	int code = send_record(reach, record, thread, flags, &message);

	return code == APP_OK ? read_filed(app, &message, filed) : code;
}

int
filing_file(struct app *app, struct reach *reach, const struct record *record, struct span thread)
{
	struct wire_message message;
	int code = send_record(reach, record, thread, 0, &message);

	return code == APP_OK ? print_filed(app, &message) : code;
}

/* The record as the party would see it, as the own one is shown. */
static enum err
write_cut(const struct app *app, struct out *out, struct span cut)
{
	struct record *record = arena_take(app->arena, sizeof *record);
	enum err err = record ? outcome_read_cut(cut, app->arena, record) : ERR_NOMEM;

	if (err == ERR_OK)
		row_fields(app, out, record);
	return err;
}

/* A party's row of a preview: the cut is the signing input, then "~" and each disclosure.  For
 * programs the rows are one line of JSON before that of the filing. */
static enum err
write_preview(const struct app *app, struct out *out, const struct outcome_shown *shown)
{
	if (app->is_json) {
		out_format(out, "%s{\"party\":\"%s\",\"cut\":", out->n > 1 ? "," : "",
			   shown->party.name);
		out_json(out, shown->cut);
		out_text(out, ",\"why\":");
		out_json(out, span_of(shown->why));
		out_char(out, '}');
		return ERR_OK;
	}
	out_format(out, "%s would get %s%s%s", shown->party.name,
		   shown->cut.n ? "now" : "nothing now", shown->why[0] ? ": " : "", shown->why);
	if (shown->not_before_ms) {
		out_text(out, "; from ");
		app_write_moment(app, out, shown->not_before_ms);
	}
	if (shown->until_ms) {
		out_text(out, "; until ");
		app_write_moment(app, out, shown->until_ms);
	}
	if (shown->approvals)
		out_format(out, "; %u officers must approve", shown->approvals);
	out_text(out, "\n");
	return shown->cut.n ? write_cut(app, out, shown->cut) : ERR_OK;
}

static int
confirm(struct app *app, struct reach *reach, const struct hash *preview)
{
	struct wire_message message;
	struct out *out;
	int code;

	if (!app_confirm(app, "File and send this?"))
		return APP_NO;
	out = reach_begin(reach, WIRE_CONFIRM, 2);
	out_bytes(out, preview->b, HASH_SIZE);
	code = reach_ask(reach, WIRE_FILED, &message);
	return code == APP_OK ? print_filed(app, &message) : code;
}

int
filing_preview(struct app *app, struct reach *reach, const struct record *record,
	       struct span thread)
{
	struct out *request = reach_begin(reach, WIRE_PREVIEW, 1);
	struct outcome_preview *preview = arena_take(app->arena, sizeof *preview);
	struct out out = out_new(1 << 20);
	struct wire_message message;
	enum err err = ERR_OK;
	int code;

	out_sized(request, thread);
	record_write(request, record);
	code =
	    preview ? reach_ask(reach, WIRE_PREVIEWED, &message) : app_fail(app, ERR_NOMEM, NULL);
	if (code != APP_OK)
		return code;
	if (!outcome_read_preview(message.payload, preview))
		return app_say_no(app, "the station's answer is not in its form");
	if (app->is_json)
		out_char(&out, '[');
	for (size_t i = 0; i < preview->n && err == ERR_OK; i++)
		err = write_preview(app, &out, &preview->shown[i]);
	if (err != ERR_OK) {
		code = app_fail(app, err, "showing the preview");
	} else if (app->is_json) {
		out_text(&out, "]\n");
		code = app_print(app, &out);
	} else if (fwrite(out.p ? out.p : "", 1, out.n, stderr) != out.n) {
		app->is_sure = false;
	}
	out_free(&out);
	return code == APP_OK ? confirm(app, reach, &preview->name) : code;
}
