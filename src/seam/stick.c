/*
 * Promises that a stick is written whole or not at all, that nothing is taken from a damaged one,
 * and that every refused item is named with the reason.
 */
#include "seam/bundle.h"
#include "seam/command.h"
#include "seam/reach.h"

#include "base/json.h"
#include "model/party.h"

#include <stdio.h>
#include <string.h>

enum { ANSWER_MS = 600 * 1000, AHEAD = 64, TEXT_MAX = 1024 };

struct taking {
	struct app *app;
	struct reach *reach;
	uint64_t sent, answered;
	uint64_t outcomes[TAKEN_IGNORED + 1];
	uint64_t documents; /* key notes and heads: looked at, no records */
	int code;
};

static void
tell_outcome(struct taking *taking, uint64_t line, enum wire_taken outcome, enum why why,
	     const struct hash *id, const char *text)
{
	char name[HASH_TEXT_SIZE];

	hash_text(name, id);
	if (outcome == TAKEN_REFUSED)
		(void)fprintf(
		    stderr,
		    taking->app->is_json ? "{\"line\":%llu,\"refused\":\"%s\"}\n"
					 : "line %llu: refused and kept in quarantine: %s%s%s\n",
		    (unsigned long long)line, taking->app->is_json ? why_code(why) : why_text(why),
		    text[0] ? ": " : "", text);
	else if (taking->app->is_verbose)
		app_remark(taking->app, "line %llu: %s %.8s %s", (unsigned long long)line,
			   outcome == TAKEN_NEW ? "taken" : "held already", name, text);
}

static enum err
take_answer(struct taking *taking, const struct wire_message *message)
{
	struct cursor cursor = cursor_over(message->payload);
	char text[TEXT_MAX];
	struct hash id = {{0}};
	struct span bytes;
	unsigned outcome;
	unsigned why;

	taking->answered++;
	if (message->kind != WIRE_TAKEN) {
		taking->code = reach_complain(taking->app, message);
		return ERR_REFUSED;
	}
	outcome = cursor_u8(&cursor);
	why = cursor_u16(&cursor);
	bytes = cursor_bytes(&cursor, HASH_SIZE);
	cursor_text(&cursor, text, sizeof text);
	if (!cursor_is_done(&cursor) || outcome > TAKEN_IGNORED)
		return ERR_FORMAT;
	memcpy(id.b, bytes.p, HASH_SIZE);
	if (hash_equal(&id, &(struct hash){{0}}) && outcome != TAKEN_REFUSED)
		taking->documents++;
	else
		taking->outcomes[outcome]++;
	tell_outcome(taking, message->id, (enum wire_taken)outcome, (enum why)why, &id, text);
	return ERR_OK;
}

static enum err
wait_answers(struct taking *taking, uint64_t limit)
{
	struct wire_message message;
	enum err err = ERR_OK;

	while (err == ERR_OK && taking->sent - taking->answered > limit) {
		err = client_wait(reach_client(taking->reach), ANSWER_MS, &message);
		if (err == ERR_OK)
			err = take_answer(taking, &message);
	}
	return err;
}

static enum err
send_line(struct taking *taking, struct span line, uint64_t number)
{
	if (line.n > WIRE_PAYLOAD - 512) {
		tell_outcome(taking, number, TAKEN_REFUSED, WHY_TOO_LARGE, &(struct hash){{0}},
			     "not sent");
		taking->outcomes[TAKEN_REFUSED]++;
		return ERR_OK;
	}
	out_sized(reach_begin(taking->reach, WIRE_TAKE, number), line);
	taking->sent++;
	return reach_end(taking->reach);
}

static enum err
take_all(struct taking *taking, const struct bundle *bundle)
{
	struct span rest = bundle->items;
	struct span line;
	enum err err = ERR_OK;

	for (uint64_t number = 2; err == ERR_OK && rest.n && span_split(&rest, '\n', &line);
	     number++) {
		err = send_line(taking, line, number);
		if (err == ERR_OK)
			err = wait_answers(taking, AHEAD);
		if (number % AHEAD == 0)
			app_progress(taking->app, "%llu of %llu items", (unsigned long long)number,
				     (unsigned long long)bundle->n);
	}
	return err == ERR_OK ? wait_answers(taking, 0) : err;
}

static int
print_taken(struct taking *taking, const struct bundle *bundle)
{
	struct out out = out_new(4096);

	app_progress(taking->app, "%s", "");
	if (taking->app->is_json)
		out_format(&out,
			   "{\"from\":\"%s\",\"items\":%llu,\"new\":%llu,\"held\":%llu,\"refused\":"
			   "%llu,\"documents\":%llu}\n",
			   bundle->from, (unsigned long long)bundle->n,
			   (unsigned long long)taking->outcomes[TAKEN_NEW],
			   (unsigned long long)(taking->outcomes[TAKEN_KNOWN] +
						taking->outcomes[TAKEN_IGNORED]),
			   (unsigned long long)taking->outcomes[TAKEN_REFUSED],
			   (unsigned long long)taking->documents);
	else
		out_format(&out,
			   "from %s: %llu items, %llu new, %llu held already, %llu refused, %llu "
			   "key notes and heads\n",
			   bundle->from, (unsigned long long)bundle->n,
			   (unsigned long long)taking->outcomes[TAKEN_NEW],
			   (unsigned long long)(taking->outcomes[TAKEN_KNOWN] +
						taking->outcomes[TAKEN_IGNORED]),
			   (unsigned long long)taking->outcomes[TAKEN_REFUSED],
			   (unsigned long long)taking->documents);
	return app_print(taking->app, &out);
}

static int
import_text(struct app *app, const char *file, struct span text)
{
	struct taking taking = {.app = app, .code = APP_OK};
	struct bundle bundle;
	const char *why = "";
	enum err err;

	if (!bundle_read(text, &bundle, &why))
		return app_say_no(app, "%s: %s. Nothing was taken from it: ask for it again", file,
				  why);
	taking.reach = reach_open(app);
	if (!taking.reach)
		return APP_NO;
	err = take_all(&taking, &bundle);
	reach_close(taking.reach);
	if (taking.code != APP_OK)
		return taking.code;
	if (err != ERR_OK)
		return app_fail(app, err,
				"taking the bundle; the same bundle may be imported again");
	if (print_taken(&taking, &bundle) != APP_OK || taking.outcomes[TAKEN_REFUSED])
		return APP_NO;
	return APP_OK;
}

int
stick_import(struct app *app)
{
	struct out text = out_new(BUNDLE_MAX);
	const char *file = args_word(app->args, 0);
	enum err err;
	int code;

	if (app->args->n != 1)
		return app_usage(app, "import bundle FILE");
	err = file_read(file, &text);
	code = err == ERR_OK ? import_text(app, file, out_view(&text)) : app_fail(app, err, file);
	out_free(&text);
	return code;
}

/* ---- export ---- */

static bool
is_addressee(const char *text)
{
	struct party party;
	struct station station;

	return party_read(span_of(text), &party) || station_read(span_of(text), &station);
}

/* Gathers the items; *counter is the number to name once the stick is written. */
static int
gather(struct app *app, struct reach *reach, const char *to, struct out *out, uint64_t *items,
       uint64_t *counter)
{
	struct wire_message message;
	struct cursor cursor;
	enum err err;

	out_sized(reach_begin(reach, WIRE_EXPORT, 1), span_of(to));
	err = reach_end(reach);
	while (err == ERR_OK) {
		err = client_wait(reach_client(reach), ANSWER_MS, &message);
		if (err != ERR_OK || message.kind != WIRE_ITEM)
			break;
		cursor = cursor_over(message.payload);
		out_span(out, cursor_span(&cursor, WIRE_PAYLOAD));
		out_char(out, '\n');
		(*items)++;
		err = cursor_is_done(&cursor) ? out_err(out) : ERR_FORMAT;
	}
	if (err != ERR_OK)
		return app_fail(app, err, "gathering the bundle");
	if (message.kind != WIRE_DONE)
		return reach_complain(app, &message);
	cursor = cursor_over(message.payload);
	*counter = cursor_u64(&cursor);
	return APP_OK;
}

static int
say_exported(struct reach *reach, const char *to, uint64_t counter)
{
	struct wire_message message;
	struct out *out = reach_begin(reach, WIRE_EXPORTED, 2);

	out_sized(out, span_of(to));
	out_u64(out, counter);
	return reach_ask(reach, WIRE_DONE, &message);
}

int
stick_export(struct app *app)
{
	struct out out = out_new(BUNDLE_MAX);
	struct reach *reach;
	const char *to = args_word(app->args, 0);
	const char *file = args_word(app->args, 1);
	uint64_t items = 0;
	uint64_t counter = 0;
	enum err err;
	int code;

	if (app->args->n != 2 || !is_addressee(to))
		return app_usage(app, "export bundle PARTY FILE (or a sister station: a/kirkuk)");
	err = file_may_replace(file);
	if (err != ERR_OK)
		return app_fail(app, err, file);
	reach = reach_open(app);
	if (!reach)
		return APP_NO;
	out_format(&out, BUNDLE_FIRST "%s %s\n", app->config.station.name, to);
	code = gather(app, reach, to, &out, &items, &counter);
	if (code == APP_OK) {
		bundle_end(&out, items);
		err = out_err(&out);
		if (err == ERR_OK)
			err = file_write(file, out_view(&out), 0644);
		code = err == ERR_OK ? say_exported(reach, to, counter) : app_fail(app, err, file);
	}
	out_free(&out);
	reach_close(reach);
	if (code == APP_OK && app->is_json) {
		struct out json = out_new(64 + strlen(to) + strlen(file) * 6);

		out_format(&json, "{\"to\":\"%s\",\"items\":%llu,\"file\":", to,
			   (unsigned long long)items);
		out_json(&json, span_is_utf8(span_of(file)) ? span_of(file) : SPAN("not UTF-8"));
		out_text(&json, "}\n");
		return app_print(app, &json);
	}
	if (code == APP_OK)
		app_remark(app, "%s: %llu items for %s. A bundle is signed, not encrypted.", file,
			   (unsigned long long)items, to);
	return code;
}
