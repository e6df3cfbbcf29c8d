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

#include "journal/journal.h"
#include "journal/outbox.h"
#include "model/label.h"
#include "model/lint.h"
#include "picture/picture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { REPLAY_TEXT = 160, WORDS_LINE = 1024 };

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

/* The finest place the party is given with it, or was before. */
static unsigned
finest_place(const struct sending *sending, const struct release_answer *answer)
{
	const struct field_set *given = sending->question.ask.given;
	uint16_t mask = given ? given->mask[FIELD_PLACE] : 0;
	unsigned finest = 0;

	for (size_t i = 0; i < answer->parts_n; i++)
		mask |= answer->parts[i].give.mask[FIELD_PLACE];
	for (unsigned level = 1; level <= FIELD_PLACE_LEVELS; level++)
		if (mask >> level & 1)
			finest = level;
	return finest;
}

/* Every word of it: in lines, and in pieces where a line is long. */
static void
show_words(const struct app *app, struct span text)
{
	struct span line;

	while (text.n && span_split(&text, '\n', &line))
		do {
			size_t n = line.n < WORDS_LINE ? line.n : WORDS_LINE;

			while (n < line.n && n > 0 && ((unsigned char)line.p[n] & 0xc0) == 0x80)
				n--;
			app_remark(app, "    %.*s", (int)n, line.p);
			line = span_make(line.p + n, line.n - n);
		} while (line.n);
}

/* Shows free text and what the check finds in it; what stops it is no officer's to decide. */
static int
show_text(struct app *app, enum field field, struct span text, unsigned place)
{
	struct lint found[LINT_MAX];
	size_t n = lint_text(text, place, found);
	const struct lint *stops = NULL;
	char why[REPLAY_TEXT];

	app_remark(app, "  %s:", field_row(field)->name);
	show_words(app, text);
	for (size_t i = 0; i < n; i++) {
		app_remark(app, "  it holds %s: %.*s", lint_words(found[i].kind),
			   (int)found[i].text.n, found[i].text.p);
		if (!stops && lint_stops(found[i].kind))
			stops = &found[i];
	}
	if (!stops)
		return APP_OK;
	(void)snprintf(why, sizeof why, "%s holds %s; amend the record without it",
		       field_row(field)->name, lint_words(stops->kind));
	return app_refused(app, WHY_PROTECTED, field, why);
}

static void
show_part(struct app *app, const struct sending *sending, const struct release_part *part)
{
	struct out out = out_new(65536);

	release_write_set(&out, &part->give);
	out_format(&out, "%s%s", part->text[0] ? "; " : "", part->text);
	if (part->why != WHY_NONE)
		out_format(&out, "; waits: %s", why_text(part->why));
	app_remark(app, "to %s: %.*s", sending->party.name, (int)out.n, out.p ? out.p : "");
	out_free(&out);
}

struct held_for {
	struct span party;
	bool waits;
};

/* As core looks for what an officer may approve. */
static bool
look_at_held(void *context, const struct outbox *outbox)
{
	struct held_for *held = context;

	held->waits = span_equal(outbox->party, held->party) && outbox->state == OUTBOX_HELD &&
		      !span_is(outbox->reason, why_text(WHY_CITES_HELD_BACK));
	return !held->waits;
}

/* Shows what would go after the approval, its words too; refused where nothing waits for it. */
static int
show_parts(struct app *app, const struct sending *sending)
{
	const struct record *record = sending->row.record;
	struct release_answer answer;
	struct field_set words = {{0}};
	unsigned place;
	struct held_for held = {span_of(sending->party.name), false};
	int code = APP_OK;
	enum err err = release_cut(&sending->question.ask, app->arena, &answer);

	if (err == ERR_OK)
		err = outbox_each_of(view_journal(sending->view), &sending->row.id,
				     &(struct outbox_walk){look_at_held, &held, true});

	if (err != ERR_OK)
		return app_fail(app, err, "asking the policy");
	if (!held.waits)
		return app_refused(
		    app, answer.parts_n ? WHY_NO_RULE : answer.why, 0,
		    "nothing of this record waits for an officer's decision for that party");
	for (size_t i = 0; i < answer.parts_n; i++) {
		show_part(app, sending, &answer.parts[i]);
		if (answer.parts[i].approvals == 0)
			continue;
		field_set_add(&words, &answer.parts[i].give);
	}
	place = finest_place(sending, &answer);
	for (enum field f = 1; f < FIELD_COUNT && code == APP_OK; f++)
		if (field_row(f)->is_free && words.mask[f] && record->field[f].is_set)
			code = show_text(app, f, record->field[f].text, place);
	return code;
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

	if (args_has(app->args, "replay"))
		return replay(app);

	open_sending(app, "send ID PARTY", &sending);
	if (sending.code == APP_OK)
		sending.code = show_parts(app, &sending);
	if (sending.code == APP_OK && !app_confirm(app, "Approve that this goes to them?"))
		sending.code = APP_NO;
	if (sending.code == APP_OK)
		sending.code = approve(app, &sending);
	close_sending(&sending);
	return sending.code;
}
