/*
 * Promises that what is read out is the cut that release gives the party at this moment, and that
 * an approval names the record and the party it is for.
 */
#include "seam/command.h"
#include "seam/directory_task.h"
#include "seam/question.h"
#include "seam/reach.h"
#include "seam/view.h"
#include "seamd/outcome.h"

#include "model/label.h"
#include "picture/picture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { REPLAY_TEXT = 160 };

/* One own record and another party, looked up. */
struct sending {
	struct view *view;
	struct picture_row row;
	struct party party;
	struct question question;
	int code;
};

static void
open_sending(struct app *app, const char *usage, struct sending *sending)
{
	enum err err;

	if (app->args->n != 2)
		sending->code = app_usage(app, "%s", usage);
	else if (!(sending->view = view_open(app, VIEW_PICTURE | VIEW_GROUND)))
		sending->code = APP_NO;
	if (sending->code == APP_OK)
		sending->code = view_record(sending->view, app->args->words[0], &sending->row);
	if (sending->code == APP_OK)
		sending->code = view_party(sending->view, app->args->words[1], &sending->party);
	if (sending->code == APP_OK && !sending->row.record)
		sending->code = app_refused(app, WHY_ERASED, 0, app->args->words[0]);
	if (sending->code == APP_OK && !station_equal(&sending->row.station, &app->config.station))
		sending->code = app_refused(app, WHY_NOT_OWN, 0, sending->row.station.name);
	if (sending->code != APP_OK)
		return;
	err = question_open(app, sending->view, &sending->question);
	if (err == ERR_OK)
		err = question_about(app, sending->view, &sending->row, &sending->party,
				     &sending->question);
	if (err != ERR_OK)
		sending->code = app_fail(app, err, "asking the policy");
}

static void
close_sending(struct sending *sending)
{
	question_close(&sending->question);
	view_close(sending->view);
}

static enum vocab_lang
language(struct app *app, int *code)
{
	const char *word = args_get(app->args, "lang");
	unsigned lang = LANG_EN;

	if (word && !vocab_find(VOCAB_LANG, span_of(word), &lang))
		*code = app_usage(app, "--lang is en, ar or ckb");
	return (enum vocab_lang)lang;
}

/* Prints the cut as sentences; nothing may be said where nothing may go now. */
static int
say(struct app *app, struct sending *sending, enum vocab_lang lang)
{
	struct record *part = calloc(1, sizeof *part);
	struct out out = out_new(1 << 20);
	struct release_answer answer;
	struct field_set set;
	enum err err = part ? release_cut(&sending->question.ask, app->arena, &answer) : ERR_NOMEM;
	char id[HASH_TEXT_SIZE];
	int code = APP_OK;

	if (err == ERR_OK)
		release_now(&answer, &set);
	if (err == ERR_OK && field_set_is_empty(&set)) {
		enum why why = answer.parts_n ? answer.parts[0].why : answer.why;

		code = app_refused(
		    app, why, 0,
		    "nothing of this may be said to them now (see seam policy explain)");
	} else if (err == ERR_OK) {
		record_narrow(sending->row.record, &set, part);
		if (lang != LANG_EN)
			app_remark(app,
				   "these sentences have not been reviewed by native speakers");
		hash_text(id, &sending->row.id);
		label_say_id(&out, part, span_of(id), lang, (int)app->config.zone_minutes);
		code = app_print(app, &out);
	} else {
		code = app_fail(app, err, "asking the policy");
	}
	out_free(&out);
	free(part);
	return code;
}

/* To a post or duty of the own party, whatever is held may be said: it is the party's. */
static int
say_at_home(struct app *app)
{
	struct view *view = view_open(app, VIEW_PICTURE);
	struct out out = out_new(1 << 20);
	struct picture_row row;
	enum vocab_lang lang = LANG_EN;
	char id[HASH_TEXT_SIZE];
	int code = view ? view_record(view, app->args->words[0], &row) : APP_NO;

	if (code == APP_OK && !row.record)
		code = app_refused(app, WHY_ERASED, 0, app->args->words[0]);
	if (code == APP_OK)
		lang = language(app, &code);
	if (code == APP_OK) {
		hash_text(id, &row.id);
		label_say_id(&out, row.record, span_of(id), lang, (int)app->config.zone_minutes);
		code = app_print(app, &out);
	}
	out_free(&out);
	view_close(view);
	return code;
}

static bool
is_at_home(const struct app *app)
{
	struct party own = station_party(&app->config.station);
	const char *word = args_word(app->args, 1);

	return app->args->n == 2 && span_is(span_of(own.name), word);
}

int
send_say(struct app *app)
{
	struct sending sending = {.code = APP_OK};
	enum vocab_lang lang = LANG_EN;

	if (is_at_home(app))
		return say_at_home(app);
	open_sending(app, "say ID PARTY [--lang en|ar|ckb]", &sending);
	if (sending.code == APP_OK)
		lang = language(app, &sending.code);
	if (sending.code == APP_OK)
		sending.code = say(app, &sending, lang);
	if (sending.code == APP_OK)
		directory_task_remark(app, &sending.party);
	close_sending(&sending);
	return sending.code;
}

/* Shows what would go after the approval. */
static enum err
show_parts(struct app *app, const struct sending *sending)
{
	struct release_answer answer;
	struct out out = out_new(65536);
	enum err err = release_cut(&sending->question.ask, app->arena, &answer);

	for (size_t i = 0; err == ERR_OK && i < answer.parts_n; i++) {
		const struct release_part *part = &answer.parts[i];

		out_format(&out, "to %s: ", sending->party.name);
		release_write_set(&out, &part->give);
		out_format(&out, "%s%s", part->text[0] ? "; " : "", part->text);
		if (part->why != WHY_NONE)
			out_format(&out, "; waits: %s", why_text(part->why));
		out_char(&out, '\n');
	}
	if (err == ERR_OK && out.n)
		app_remark(app, "%.*s", (int)out.n - 1, out.p);
	out_free(&out);
	return err;
}

static int
print_sent(struct app *app, const struct wire_message *message)
{
	struct outcome_sent sent;
	struct out text = out_new(1024);

	if (!outcome_read_sent(message->payload, &sent))
		return app_say_no(app, "the station's answer is not in its form");
	if (app->is_json)
		outcome_json_sent(&text, &sent);
	else
		out_format(&text, "%s: %u of %u officers have approved",
			   picture_state_label(sent.state), sent.given, sent.needed);
	out_char(&text, '\n');
	return app_print(app, &text);
}

static int
approve(struct app *app, const struct sending *sending)
{
	struct reach *reach = reach_open(app);
	struct wire_message message;
	struct out *out;
	int code;

	if (!reach)
		return APP_NO;
	out = reach_begin(reach, WIRE_SEND, 1);
	out_bytes(out, sending->row.id.b, HASH_SIZE);
	out_sized(out, span_of(sending->party.name));
	out_u16(out, 0);
	code = reach_ask(reach, WIRE_SENT, &message);
	if (code == APP_OK)
		code = print_sent(app, &message);
	reach_close(reach);
	return code;
}

/* Asks how many records would newly flow, or has them cut again. */
static int
ask_replay(struct app *app, struct reach *reach, struct span party, bool does, int64_t *count,
	   char text[REPLAY_TEXT])
{
	struct wire_message message;
	struct cursor cursor;
	struct out *out = reach_begin(reach, WIRE_REPLAY, 1 + does);
	int code;

	(void)app;
	out_sized(out, party);
	out_u8(out, does);
	code = reach_ask(reach, WIRE_DONE, &message);
	cursor = cursor_over(code == APP_OK ? message.payload : SPAN(""));
	*count = cursor_i64(&cursor);
	if (!span_copy(text, REPLAY_TEXT, cursor_span(&cursor, REPLAY_TEXT)))
		text[0] = '\0';
	return code;
}

/* What an earlier policy kept back flows by an officer's word alone, and not before it is told how
 * much. */
static int
replay(struct app *app)
{
	char question[REPLAY_TEXT + 80];
	char text[REPLAY_TEXT] = "";
	struct out print = out_new(1024);
	struct reach *reach;
	int64_t count = 0;
	int code;

	if (app->args->n != 1)
		return app_usage(app, "send --replay PARTY");
	reach = reach_open(app);
	if (!reach)
		return APP_NO;
	code = ask_replay(app, reach, span_of(app->args->words[0]), false, &count, text);
	(void)snprintf(question, sizeof question,
		       "%s would now be given (more) to %s. Cut them again?", text,
		       app->args->words[0]);
	if (code == APP_OK && count > 0 && !app_confirm(app, question))
		code = APP_NO;
	if (code == APP_OK && count > 0)
		code = ask_replay(app, reach, span_of(app->args->words[0]), true, &count, text);
	if (code == APP_OK && app->is_json)
		out_format(&print, "{\"party\":\"%s\",\"records\":%lld}\n", app->args->words[0],
			   (long long)count);
	else if (code == APP_OK)
		out_format(&print, "%lld records cut again for %s\n", (long long)count,
			   app->args->words[0]);
	if (code == APP_OK)
		code = app_print(app, &print);
	else
		out_free(&print);
	reach_close(reach);
	return code;
}

int
send_record(struct app *app)
{
	struct sending sending = {.code = APP_OK};
	enum err err;

	if (args_has(app->args, "replay"))
		return replay(app);

	open_sending(app, "send ID PARTY", &sending);
	if (sending.code == APP_OK && (err = show_parts(app, &sending)) != ERR_OK)
		sending.code = app_fail(app, err, "asking the policy");
	if (sending.code == APP_OK && !app_confirm(app, "Approve that this goes to them?"))
		sending.code = APP_NO;
	if (sending.code == APP_OK)
		sending.code = approve(app, &sending);
	close_sending(&sending);
	return sending.code;
}
