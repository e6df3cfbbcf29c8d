/*
 * Promises that a watch changes with everything open read out and nothing red unseen: who hands
 * over names what is open, who takes over names the handover. That two sign it is core's to
 * enforce.
 */
#include "seam/command.h"
#include "seam/filing.h"
#include "seam/shift_items.h"
#include "seam/shift_state.h"
#include "seam/typed.h"
#include "seam/view.h"

#include <stdlib.h>
#include <string.h>

enum { TEXT_MAX = LIMIT_FREE_TEXT };

struct shifting {
	struct app *app;
	struct view *view;
	struct reach *reach;
	struct shift_state state;
	struct shift_items items;
	struct record *record;
	struct out text;
	int code;
};

static struct shifting
begin(struct app *app, const char *usage)
{
	struct shifting shifting = {.app = app, .code = APP_OK, .text = out_new(TEXT_MAX)};
	enum err err = ERR_OK;

	if (app->args->n > 1)
		shifting.code = app_usage(app, "%s", usage);
	else if (!(shifting.view = view_open(app, VIEW_PICTURE | VIEW_JOURNAL)) ||
		 !(shifting.record = calloc(1, sizeof *shifting.record)))
		shifting.code = APP_NO;
	if (shifting.code == APP_OK)
		err = shift_state_read(app, view_picture(shifting.view), &shifting.state);
	if (err == ERR_OK && shifting.code == APP_OK)
		err = shift_items_gather(app, shifting.view, &shifting.items);
	if (err != ERR_OK)
		shifting.code = app_fail(app, err, "asking the picture");
	return shifting;
}

static int
end(struct shifting *shifting)
{
	reach_close(shifting->reach);
	view_close(shifting->view);
	out_free(&shifting->text);
	free(shifting->record);
	return shifting->code;
}

static void
set_code(struct record *record, enum field field, unsigned code)
{
	record->field[field].is_set = true;
	record->field[field].levels = 1;
	record->field[field].code = (uint16_t)code;
}

/* Ids of all that is open, each once, the most urgent first; what does not fit is counted in the
 * text. */
static int
cite_items(struct shifting *shifting)
{
	struct value *cites = &shifting->record->field[FIELD_CITES];
	struct hash *ids = arena_array(shifting->app->arena, LIMIT_IDS, sizeof *ids);
	uint16_t n = 0;
	size_t left = 0;

	if (!ids)
		return app_fail(shifting->app, ERR_NOMEM, "citing");
	for (size_t i = 0; i < shifting->items.n; i++) {
		uint16_t k = 0;

		while (k < n && !hash_equal(&ids[k], &shifting->items.item[i].id))
			k++;
		if (k < n)
			continue;
		if (n < LIMIT_IDS)
			ids[n++] = shifting->items.item[i].id;
		else
			left++;
	}
	*cites = (struct value){.is_set = n > 0, .levels = n > 0};
	cites->ids.n = n;
	cites->ids.id = ids;
	if (left)
		out_format(&shifting->text, "; %zu more are not named here", left);
	return APP_OK;
}

static void
describe(struct shifting *shifting)
{
	const char *words = args_word(shifting->app->args, 0);
	struct out *text = &shifting->text;

	out_format(text, "%zu open", shifting->items.n);
	for (enum shift_what what = 0; what < SHIFT_ITEM_COUNT; what++)
		if (shifting->items.count[what])
			out_format(text, "; %s: %zu", shift_item_label(what),
				   shifting->items.count[what]);
	if (shifting->state.is_sitrep_missed)
		out_text(text, "; a situation report is missing");
	if (words)
		out_format(text, ". %s", words);
}

/* State, moment, text; what is open is cited by who hands over. */
static int
fill(struct shifting *shifting, unsigned state)
{
	const struct record_typing typing = typed_typing(shifting->app);
	struct record *record = shifting->record;
	enum why why;

	record->is_exercise = shifting->app->config.exercise;
	record->field[FIELD_HEADS].is_set = false;
	record->field[FIELD_DUTY].is_set = false;
	record->filed_ms = 0;
	set_code(record, FIELD_STATE, state);
	if (out_err(&shifting->text) != ERR_OK)
		return app_usage(shifting->app, "the text is too long");
	why = record_set(record, shifting->app->arena, FIELD_WHEN, SPAN("now"), &typing);
	if (why == WHY_NONE)
		why = record_set(record, shifting->app->arena, FIELD_TEXT,
				 out_view(&shifting->text), &typing);
	if (why != WHY_NONE)
		return app_refused(shifting->app, why, FIELD_TEXT, "");
	return typed_check(shifting->app, record);
}

/* Files it; the items are read out before, or stand beside what was filed. */
static int
file(struct shifting *shifting, struct span thread, unsigned flags, struct outcome_filed *filed)
{
	struct app *app = shifting->app;
	struct out out = out_new(APP_OUT_MAX);
	int code = filing_send(app, shifting->reach, shifting->record, thread, flags, filed);

	if (code == APP_OK && app->is_json) {
		out_text(&out, "{\"filed\":");
		filing_write(app, &out, filed);
		out_text(&out, ",\"items\":");
		shift_items_json(&out, &shifting->items);
		out_text(&out, "}\n");
	} else if (code == APP_OK) {
		shift_items_write(app, &out, &shifting->items, SHIFT_ITEM_COUNT);
		out_span(&out, out_view(&shifting->text));
		out_char(&out, '\n');
		filing_write(app, &out, filed);
	}
	return code == APP_OK ? app_print(app, &out) : code;
}

/* What is red and unseen is shown, and nothing is filed. */
static int
refuse_unseen(struct shifting *shifting)
{
	struct app *app = shifting->app;
	struct out out = out_new(APP_OUT_MAX);
	size_t n = shifting->items.count[SHIFT_ITEM_UNSEEN];

	if (n == 0)
		return APP_OK;
	if (app->is_json) {
		out_text(&out, "{\"items\":");
		shift_items_json(&out, &shifting->items);
		out_text(&out, "}\n");
	} else {
		shift_items_write(app, &out, &shifting->items, SHIFT_ITEM_UNSEEN);
	}
	if (app_print(app, &out) != APP_OK)
		return APP_NO;
	return app_say_no(app,
			  "%zu red record%s nobody here has seen: seam answer ID seen, then again",
			  n, n == 1 ? "" : "s");
}

/* ---- the commands ---- */

static int
hand_over(struct app *app, unsigned state, const char *usage)
{
	struct shifting shifting = begin(app, usage);
	struct outcome_filed *filed = arena_take(app->arena, sizeof *filed);

	if (shifting.code == APP_OK && !filed)
		shifting.code = app_fail(app, ERR_NOMEM, "filing");
	if (shifting.code == APP_OK && shifting.state.state != STATE_OPEN)
		shifting.code = app_say_no(app, "no watch is open here: seam shift open");
	if (shifting.code == APP_OK)
		shifting.code = refuse_unseen(&shifting);
	if (shifting.code == APP_OK && !(shifting.reach = reach_open(app)))
		shifting.code = APP_NO;
	if (shifting.code == APP_OK) {
		*shifting.record = *shifting.state.row.record;
		describe(&shifting);
		shifting.code = cite_items(&shifting);
	}
	if (shifting.code == APP_OK)
		shifting.code = fill(&shifting, state);
	if (shifting.code == APP_OK)
		shifting.code = file(&shifting, shifting.state.row.thread, 0, filed);
	return end(&shifting);
}

int
shift_handover(struct app *app)
{
	return hand_over(app, STATE_HANDOVER, "shift handover [TEXT]");
}

int
shift_close(struct app *app)
{
	return hand_over(app, STATE_CLOSED, "shift close [TEXT]");
}

static int
refuse_open(struct shifting *shifting)
{
	struct out since = out_new(256);
	int code;

	if (shifting->state.state != STATE_OPEN)
		return APP_OK;
	app_write_moment(shifting->app, &since, shifting->state.row.filed_ms);
	out_char(&since, '\0');
	code = app_say_no(shifting->app, "the watch is open since %s: seam shift handover first",
			  out_err(&since) == ERR_OK ? since.p : "before");
	out_free(&since);
	return code;
}

int
shift_open(struct app *app)
{
	struct shifting shifting = begin(app, "shift open [TEXT] [--alone]");
	struct outcome_filed *filed = arena_take(app->arena, sizeof *filed);
	struct record *record = shifting.record;

	if (shifting.code == APP_OK && !filed)
		shifting.code = app_fail(app, ERR_NOMEM, "filing");
	if (shifting.code == APP_OK)
		shifting.code = refuse_open(&shifting);
	if (shifting.code == APP_OK && !(shifting.reach = reach_open(app)))
		shifting.code = APP_NO;
	if (shifting.code == APP_OK) {
		record_init(record, KIND_SHIFT);
		record->field[FIELD_NUMBER] = (struct value){.is_set = true, .levels = 1};
		record->field[FIELD_NUMBER].number = shifting.state.number + 1;
		describe(&shifting);
	}
	if (shifting.code == APP_OK && shifting.state.state == STATE_HANDOVER) {
		record->field[FIELD_CITES] = (struct value){.is_set = true, .levels = 1};
		record->field[FIELD_CITES].ids.n = 1;
		record->field[FIELD_CITES].ids.id = &shifting.state.row.id;
	}
	if (shifting.code == APP_OK)
		shifting.code = fill(&shifting, STATE_OPEN);
	if (shifting.code == APP_OK)
		shifting.code = file(&shifting, SPAN(""),
				     args_has(app->args, "alone") ? WIRE_FILE_ALONE : 0, filed);
	return end(&shifting);
}

static void
show_json(const struct shifting *shifting, struct out *out)
{
	const struct shift_state *state = &shifting->state;
	char id[HASH_TEXT_SIZE] = "";

	if (state->row.record)
		hash_text(id, &state->row.id);
	out_format(out, "{\"shift\":{\"id\":\"%s\",\"state\":\"%s\",\"number\":%lld", id,
		   state->row.record ? vocab_code(VOCAB_STATE, state->state) : "none",
		   (long long)state->number);
	if (state->row.record)
		out_format(out, ",\"since_ms\":%lld", (long long)state->row.filed_ms);
	out_format(out, "},\"sitrep\":{\"missed\":%s", state->is_sitrep_missed ? "true" : "false");
	if (state->sitrep_end_ms)
		out_format(out, ",\"until_ms\":%lld", (long long)state->sitrep_end_ms);
	out_text(out, "},\"items\":");
	shift_items_json(out, &shifting->items);
	out_text(out, "}\n");
}

static void
show_text(const struct shifting *shifting, struct out *out)
{
	const struct app *app = shifting->app;
	const struct shift_state *state = &shifting->state;

	if (state->row.record) {
		out_format(out, "watch %lld: %s since ", (long long)state->number,
			   vocab_label(VOCAB_STATE, state->state));
		app_write_moment(app, out, state->row.filed_ms);
		out_text(out, state->state == STATE_HANDOVER
				  ? ", and nobody has taken over: seam shift open\n"
				  : "\n");
	} else {
		out_text(out, "no watch was opened here yet: seam shift open\n");
	}
	if (state->is_sitrep_missed) {
		app_colour(app, out, APP_YELLOW);
		out_text(out, "a situation report is missing");
		app_colour(app, out, APP_PLAIN);
		if (state->sitrep_end_ms) {
			out_text(out, ": the last one ends ");
			app_write_moment(app, out, state->sitrep_end_ms);
		}
		out_char(out, '\n');
	}
	if (shifting->items.n == 0)
		out_text(out, "nothing is open\n");
	shift_items_write(app, out, &shifting->items, SHIFT_ITEM_COUNT);
}

int
shift_show(struct app *app)
{
	struct shifting shifting = begin(app, "shift show");
	struct out out = out_new(APP_OUT_MAX);

	if (shifting.code == APP_OK && app->args->n != 0)
		shifting.code = app_usage(app, "shift show");
	if (shifting.code == APP_OK) {
		if (app->is_json)
			show_json(&shifting, &out);
		else
			show_text(&shifting, &out);
		shifting.code = app_print(app, &out);
	}
	out_free(&out);
	return end(&shifting);
}
