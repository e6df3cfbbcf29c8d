/*
 * Promises the nine lines of a medical evacuation: lines 1 to 5 go at once with what is there of
 * them, lines 6 to 9 follow under the same request, and what is missing is said each time.
 */
#include "seam/command.h"
#include "seam/filing.h"
#include "seam/row.h"
#include "seam/typed.h"
#include "seam/view.h"

#include <stdlib.h>
#include <string.h>

enum { FIELDS_MAX = 4, LINES = 9, FIRST_PART = 5, COLUMN_VALUE = 34, ASK_TEXT = 512 };

/* What a line is asked with, the fields that hold it, and what is said when there is none. */
/* clang-format off */
static const struct line {
	const char *label;
	enum field field[FIELDS_MAX];
	const char *missing;
} lines[LINES] = {
	{"pickup place",                  {FIELD_PLACE}, "place=GRID"},
	{"radio at the site",             {FIELD_CALL}, "call=\"FREQUENCY, CALL SIGN\""},
	{"patients by precedence",        {FIELD_URGENT, FIELD_SURGICAL, FIELD_PRIORITY, FIELD_ROUTINE},
	    "urgent=N surgical=N priority=N routine=N"},
	{"special equipment",             {FIELD_EFFECT}, "special=none|hoist|extraction|ventilator"},
	{"patients lying, walking",       {FIELD_LITTER, FIELD_AMBULATORY}, "litter=N ambulatory=N"},
	{"security at the site",          {FIELD_SECURITY}, "security=n|p|e|x"},
	{"marking of the site",           {FIELD_MARKING}, "marking=panels|pyro|smoke|none|other"},
	{"whose the patients are",        {FIELD_NONE}, NULL},
	{"terrain, hazards",              {FIELD_DETAIL}, "detail=\"WORDS\" (words go by hand)"},
};
static const char *const special[] = {"none", "hoist", "extraction", "ventilator"};
/* clang-format on */

static const char special_words[] = "special equipment: ";
static const char not_kept[] = "has no field: say it by voice where it is asked";

struct evacuating {
	struct app *app;
	struct view *view;
	struct record *record;
	struct span thread;
	struct hash id;
	int code;
};

/* ---- what was typed ---- */

static int
line_of(enum field field)
{
	for (int i = 0; i < LINES; i++)
		for (int f = 0; f < FIELDS_MAX; f++)
			if (field != FIELD_NONE && lines[i].field[f] == field)
				return i;
	return -1;
}

static void
set(struct evacuating *evacuating, struct span name, struct span value)
{
	int line = line_of(field_find(name));

	if (evacuating->code != APP_OK)
		return;
	evacuating->code =
	    typed_set(evacuating->app, evacuating->view, evacuating->record, name, value);
	if (evacuating->code != APP_OK && line >= 0)
		app_remark(evacuating->app, "line %d of the nine, %s: %s", line + 1,
			   lines[line].label, lines[line].missing);
}

/* Line 4 is one of four words; it travels as the effect wanted. */
static void
set_special(struct evacuating *evacuating, struct span word)
{
	struct out out = out_new(LIMIT_LINE_TEXT);

	for (size_t i = 0; i < sizeof special / sizeof *special; i++)
		if (span_is(word, special[i]))
			out_format(&out, "%s%s", special_words, special[i]);
	if (out.n)
		set(evacuating, SPAN("effect"), out_view(&out));
	else if (evacuating->code == APP_OK)
		evacuating->code = app_usage(
		    evacuating->app,
		    "line 4 of the nine: special is none, hoist, extraction or ventilator");
	out_free(&out);
}

static void
set_words(struct evacuating *evacuating)
{
	const struct args *args = evacuating->app->args;

	for (size_t i = 0; i < args->n && evacuating->code == APP_OK; i++) {
		struct span name;
		struct span value;

		if (!args_pair(args->words[i], &name, &value))
			evacuating->code =
			    app_usage(evacuating->app, "'%s' is not FIELD=VALUE", args->words[i]);
		else if (span_is(name, "special"))
			set_special(evacuating, value);
		else
			set(evacuating, name, value);
	}
}

/* --ask c,b: by the clock for what saves lives. */
static void
set_ask(struct evacuating *evacuating)
{
	const char *parties = args_get(evacuating->app->args, "ask");
	struct span rest = span_of(parties);
	struct span one;
	struct out out = out_new(ASK_TEXT);

	while (parties && rest.n && span_split(&rest, ',', &one)) {
		out_text(&out, out.n ? "," : "");
		out_span(&out, one);
		if (span_find(one, ':') < 0)
			out_format(&out, ":%lldm",
				   (long long)evacuating->app->config.watch_life_min);
	}
	if (parties)
		set(evacuating, SPAN("ask"), out_view(&out));
	out_free(&out);
}

/* ---- the nine lines ---- */

static bool
has_line(const struct record *record, const struct line *line)
{
	for (int f = 0; f < FIELDS_MAX; f++)
		if (line->field[f] != FIELD_NONE && record->field[line->field[f]].is_set)
			return true;
	return false;
}

static void
write_value(const struct app *app, struct out *out, const struct record *record,
	    const struct line *line)
{
	bool is_first = true;

	for (int f = 0; f < FIELDS_MAX; f++) {
		enum field field = line->field[f];

		if (field == FIELD_NONE || !record->field[field].is_set)
			continue;
		out_text(out, is_first ? "" : ", ");
		if (field_row(field)->type == FIELD_TYPE_NUMBER) {
			out_format(out, "%s ", field_row(field)->name);
			record_field_text(out, record, field, (int)app->config.zone_minutes);
		} else if (field_row(field)->type == FIELD_TYPE_CODE) {
			out_text(out,
				 vocab_label(field_row(field)->vocab, record->field[field].code));
		} else {
			row_value(app, out, record, field);
		}
		is_first = false;
	}
}

static void
write_line(const struct app *app, struct out *out, const struct record *record, int i)
{
	size_t begin = out->n;

	out_format(out, "  %d  %s", i + 1, lines[i].label);
	app_column(out, begin, COLUMN_VALUE);
	if (has_line(record, &lines[i])) {
		write_value(app, out, record, &lines[i]);
	} else if (lines[i].missing) {
		app_colour(app, out, i < FIRST_PART ? APP_RED : APP_YELLOW);
		out_text(out, "missing");
		app_colour(app, out, APP_PLAIN);
		out_format(out, ": %s", lines[i].missing);
	} else {
		out_text(out, not_kept);
	}
	out_char(out, '\n');
}

static void
json_line(const struct app *app, struct out *out, const struct record *record, int i)
{
	struct out value = out_new(LIMIT_FREE_TEXT * 2);

	write_value(app, &value, record, &lines[i]);
	out_format(out, "%s{\"line\":%d,\"label\":\"%s\",\"value\":", i ? "," : "", i + 1,
		   lines[i].label);
	out_json(out, out_view(&value));
	out_format(out, ",\"missing\":%s}",
		   !has_line(record, &lines[i]) && lines[i].missing ? "true" : "false");
	out_free(&value);
}

/* Words in line 9 may well be left out: nobody is asked for them. */
static bool
is_wanted(const struct record *record, const struct line *line)
{
	return line->missing && line->field[0] != FIELD_DETAIL && !has_line(record, line);
}

static bool
is_missing(const struct record *record)
{
	for (int i = 0; i < LINES; i++)
		if (is_wanted(record, &lines[i]))
			return true;
	return false;
}

/* The command for the rest. */
static void
write_more(struct out *out, const struct evacuating *evacuating)
{
	out_text(out, "seam medevac --more ");
	row_id(out, &evacuating->id);
	for (int i = 0; i < LINES; i++)
		if (is_wanted(evacuating->record, &lines[i]))
			out_format(out, " %s", lines[i].missing);
}

static int
print_lines(struct evacuating *evacuating, const struct outcome_filed *filed)
{
	struct app *app = evacuating->app;
	struct out out = out_new(APP_OUT_MAX);

	if (app->is_json) {
		out_text(&out, "{\"filed\":");
		if (filed)
			filing_write(app, &out, filed);
		else
			out_text(&out, "null");
		out_text(&out, ",\"lines\":[");
		for (int i = 0; i < LINES; i++)
			json_line(app, &out, evacuating->record, i);
		out_text(&out, "]}\n");
		return app_print(app, &out);
	}
	if (filed)
		filing_write(app, &out, filed);
	for (int i = 0; i < LINES; i++)
		write_line(app, &out, evacuating->record, i);
	if (is_missing(evacuating->record)) {
		out_text(&out, "then: ");
		write_more(&out, evacuating);
		out_char(&out, '\n');
	}
	return app_print(app, &out);
}

/* ---- filing ---- */

static void
start_new(struct evacuating *evacuating)
{
	struct record *record = evacuating->record;

	record_init(record, KIND_REQUEST);
	set(evacuating, SPAN("need"), SPAN("medevac"));
	set(evacuating, SPAN("severity"), SPAN("red"));
	set_ask(evacuating);
	set_words(evacuating);
	if (evacuating->code == APP_OK && !record->field[FIELD_PLACE].is_set &&
	    !record->field[FIELD_CALL].is_set)
		evacuating->code =
		    app_usage(evacuating->app,
			      "medevac: where or on which radio? place=GRID call=\"FREQUENCY, "
			      "CALL SIGN\" urgent=N litter=N --ask PARTY");
}

static void
start_more(struct evacuating *evacuating, const char *id)
{
	struct app *app = evacuating->app;
	struct picture_row row;

	evacuating->code = view_record(evacuating->view, id, &row);
	if (evacuating->code != APP_OK)
		return;
	if (!row.record || !station_equal(&row.station, &app->config.station)) {
		evacuating->code = app_refused(app, row.record ? WHY_NOT_OWN : WHY_ERASED, 0, id);
	} else if (row.kind != KIND_REQUEST || !row.record->field[FIELD_NEED].is_set ||
		   row.record->field[FIELD_NEED].code != NEED_MEDEVAC) {
		evacuating->code = app_say_no(app, "%s is no request for a medical evacuation", id);
	} else if (!row.is_current) {
		evacuating->code =
		    app_say_no(app, "%s is not in force any more: see seam show %s", id, id);
	} else {
		*evacuating->record = *row.record;
		evacuating->record->field[FIELD_HEADS].is_set = false;
		evacuating->record->field[FIELD_DUTY].is_set = false;
		evacuating->record->filed_ms = 0;
		evacuating->thread = row.thread;
		evacuating->id = row.id;
		set_ask(evacuating);
		set_words(evacuating);
	}
}

static void
check(struct evacuating *evacuating)
{
	struct reason reason = record_check(evacuating->record);

	if (evacuating->code != APP_OK)
		return;
	if (reason.why == WHY_BAD_VALUE && reason.field == FIELD_LITTER)
		evacuating->code = app_say_no(evacuating->app,
					      "lines 3 and 5 of the nine count the same patients: "
					      "their sums differ");
	else
		evacuating->code = typed_check(evacuating->app, evacuating->record);
}

static void
file(struct evacuating *evacuating)
{
	struct app *app = evacuating->app;
	struct reach *reach = reach_open(app);
	struct outcome_filed *filed = arena_take(app->arena, sizeof *filed);

	evacuating->code =
	    !reach  ? APP_NO
	    : filed ? filing_send(app, reach, evacuating->record, evacuating->thread, 0, filed)
		    : app_fail(app, ERR_NOMEM, "filing");
	reach_close(reach);
	if (evacuating->code != APP_OK)
		return;
	evacuating->id = filed->id;
	evacuating->code = print_lines(evacuating, filed);
	if (!evacuating->record->field[FIELD_ASK].is_set)
		app_remark(app, "nobody is asked by name: --ask PARTY");
}

int
request_medevac(struct app *app)
{
	struct evacuating evacuating = {.app = app, .thread = SPAN(""), .code = APP_OK};
	const char *more = args_get(app->args, "more");

	evacuating.record = calloc(1, sizeof *evacuating.record);
	evacuating.view = evacuating.record ? view_open(app, VIEW_PICTURE) : NULL;
	if (!evacuating.view)
		evacuating.code = APP_NO;
	else if (more)
		start_more(&evacuating, more);
	else
		start_new(&evacuating);
	if (evacuating.code == APP_OK)
		evacuating.record->is_exercise = app->config.exercise;
	check(&evacuating);
	if (evacuating.code == APP_OK && more && app->args->n == 0 && !args_has(app->args, "ask"))
		evacuating.code = print_lines(&evacuating, NULL); /* only to look */
	else if (evacuating.code == APP_OK)
		file(&evacuating);
	view_close(evacuating.view);
	free(evacuating.record);
	return evacuating.code;
}
