/*
 * Promises to show, for a record that was filed, its id and where it stands with each party: held
 * back with the reason, or on its way.
 */
#include "seam/filing.h"

#include "base/b64.h"
#include "base/hash.h"
#include "base/json.h"
#include "model/record.h"
#include "picture/picture.h"

#include <stdio.h>
#include <string.h>

enum { COLUMN_STATE = 6, COLUMN_WHY = 20 };

struct filed {
	struct hash id;
	char thread[64];
	uint64_t leaf;
};

static void
write_party(const struct app *app, struct out *out, struct cursor *cursor, unsigned i)
{
	char party[LIMIT_PARTY_TEXT];
	char why[256];
	size_t begin = out->n;
	enum picture_state state;

	cursor_text(cursor, party, sizeof party);
	state = (enum picture_state)cursor_u8(cursor);
	cursor_text(cursor, why, sizeof why);
	if (cursor->is_failed || !picture_state_code(state))
		return;
	if (app->is_json) {
		out_format(out, "%s{\"party\":\"%s\",\"state\":\"%s\",\"why\":", i ? "," : "",
			   party, picture_state_code(state));
		out_json(out, span_of(why));
		out_char(out, '}');
		return;
	}
	out_format(out, "  %s", party);
	app_column(out, begin, COLUMN_STATE);
	app_colour(app, out, state == PICTURE_STATE_HELD_BACK ? APP_YELLOW : APP_GREEN);
	out_text(out, picture_state_label(state));
	app_colour(app, out, APP_PLAIN);
	if (why[0]) {
		app_column(out, begin, COLUMN_WHY);
		out_text(out, why);
	}
	out_char(out, '\n');
}

static int
print_filed(const struct app *app, const struct wire_message *message)
{
	struct cursor cursor = cursor_over(message->payload);
	struct out out = out_new(65536);
	struct span id = cursor_bytes(&cursor, HASH_SIZE);
	struct filed filed = {.leaf = 0};
	char name[HASH_TEXT_SIZE] = "";
	unsigned n;

	if (id.n == HASH_SIZE) {
		memcpy(filed.id.b, id.p, HASH_SIZE);
		hash_text(name, &filed.id);
	}
	cursor_text(&cursor, filed.thread, sizeof filed.thread);
	filed.leaf = cursor_u64(&cursor);
	n = cursor_u16(&cursor);
	if (app->is_json)
		out_format(&out, "{\"id\":\"%s\",\"thread\":\"%s\",\"leaf\":%llu,\"parties\":[",
			   name, filed.thread, (unsigned long long)filed.leaf);
	else
		out_format(&out, "%s\n", name);
	for (unsigned i = 0; i < n && i < LIMIT_PARTIES && !cursor.is_failed; i++)
		write_party(app, &out, &cursor, i);
	if (app->is_json)
		out_text(&out, "]}\n");
	if (!cursor_is_done(&cursor)) {
		out_free(&out);
		return app_say_no(app, "the station's answer is not in its form");
	}
	return app_print(app, &out);
}

int
filing_file(struct app *app, struct reach *reach, const struct record *record, struct span thread)
{
	struct out *out = reach_begin(reach, WIRE_FILE, 1);
	struct wire_message message;
	int code;

	out_u8(out, 0);
	out_sized(out, thread);
	record_write(out, record);
	code = reach_ask(reach, WIRE_FILED, &message);
	return code == APP_OK ? print_filed(app, &message) : code;
}

/* One disclosure as "name value" for people; digests inside are passed over. */
static void
write_disclosure(struct out *out, struct span text)
{
	char plain[LIMIT_DOCUMENT];
	size_t n;
	json_t *array = NULL;

	if (text.n < sizeof plain && b64url_read(text, plain, sizeof plain, &n))
		array = json_read_strict(span_make(plain, n));
	if (json_is_array(array) && json_array_size(array) == 3 &&
	    !json_is_object(json_array_get(array, 2))) {
		char *value = json_dumps(json_array_get(array, 2), JSON_ENCODE_ANY | JSON_COMPACT);

		out_format(out, "      %s %s\n", json_string_value(json_array_get(array, 1)),
			   value ? value : "");
		free(value);
	}
	json_decref(array);
}

/* A party's row of a preview: the cut is the signing input, then "~" and each disclosure.  For
 * programs the rows are one line of JSON before that of the filing. */
static void
write_preview(const struct app *app, struct out *out, struct cursor *cursor)
{
	char party[LIMIT_PARTY_TEXT];
	char onward[256];
	char why[256];
	struct span cut;
	struct span one;
	int64_t not_before;
	int64_t until;
	unsigned approvals;

	cursor_text(cursor, party, sizeof party);
	cut = cursor_span(cursor, WIRE_PAYLOAD);
	not_before = cursor_i64(cursor);
	until = cursor_i64(cursor);
	cursor_text(cursor, onward, sizeof onward);
	approvals = cursor_u8(cursor);
	cursor_text(cursor, why, sizeof why);
	if (cursor->is_failed)
		return;
	if (app->is_json) {
		out_format(out, "%s{\"party\":\"%s\",\"cut\":", out->n > 1 ? "," : "", party);
		out_json(out, cut);
		out_text(out, ",\"why\":");
		out_json(out, span_of(why));
		out_char(out, '}');
		return;
	}
	out_format(out, "  %s would get %s%s%s", party, cut.n ? "now" : "nothing now",
		   why[0] ? ": " : "", why);
	if (not_before) {
		out_text(out, "; from ");
		app_write_moment(app, out, not_before);
	}
	if (until) {
		out_text(out, "; until ");
		app_write_moment(app, out, until);
	}
	if (approvals)
		out_format(out, "; %u officers must approve", approvals);
	out_text(out, "\n");
	(void)span_split(&cut, '~', &one);
	while (span_split(&cut, '~', &one))
		if (one.n)
			write_disclosure(out, one);
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
	struct out out = out_new(1 << 20);
	struct wire_message message;
	struct cursor cursor;
	struct hash preview;
	struct span bytes;
	int code;

	out_sized(request, thread);
	record_write(request, record);
	code = reach_ask(reach, WIRE_PREVIEWED, &message);
	if (code != APP_OK)
		return code;
	cursor = cursor_over(message.payload);
	bytes = cursor_bytes(&cursor, HASH_SIZE);
	(void)cursor_span(&cursor, WIRE_PAYLOAD);
	if (app->is_json)
		out_char(&out, '[');
	for (unsigned n = cursor_u16(&cursor); n > 0 && !cursor.is_failed; n--)
		write_preview(app, &out, &cursor);
	if (!cursor_is_done(&cursor) || bytes.n != HASH_SIZE) {
		out_free(&out);
		return app_say_no(app, "the station's answer is not in its form");
	}
	memcpy(preview.b, bytes.p, HASH_SIZE);
	if (app->is_json) {
		out_text(&out, "]\n");
		code = app_print(app, &out);
	} else if (fwrite(out.p ? out.p : "", 1, out.n, stderr) != out.n) {
		app->is_sure = false;
	}
	out_free(&out);
	return code == APP_OK ? confirm(app, reach, &preview) : code;
}
