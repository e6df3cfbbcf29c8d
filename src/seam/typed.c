/*
 * Promises that what a person typed becomes a field or a reason, that nothing assumed about a place
 * stays unsaid, and that a time which can hardly be meant is asked about.
 */
#include "seam/typed.h"

#include "model/heard.h"
#include "model/vocab.h"
#include "seam/view.h"

#include <stdio.h>
#include <string.h>

enum { IDS_TEXT = LIMIT_IDS * HASH_TEXT_SIZE + 1, CODES_SHOWN = 60, TIME_TEXT = 1024 };

#define HOUR_MS INT64_C(3600000)

struct record_typing
typed_typing(const struct app *app)
{
	return (struct record_typing){.now_ms = app_now(app),
				      .zone_min = (int)app->config.zone_minutes,
				      .default_zone = app->config.default_grid.text};
}

/* Says what a field takes, for a value that it did not. */
static void
remark_forms(const struct app *app, enum field field)
{
	const struct field_row *row = field_row(field);
	struct out out = out_new(8192);

	if (row->vocab == VOCAB_NONE) {
		const char *examples = field_examples(row->type);

		app_remark(app, "  %s: %s%s%s", row->name, row->help, examples[0] ? ", as " : "",
			   examples);
		return;
	}
	out_format(&out, "  %s is one of:", row->name);
	for (unsigned i = 0; i < vocab_size(row->vocab); i++)
		out_format(&out, " %s", vocab_code(row->vocab, i));
	if (out_err(&out) == ERR_OK)
		app_remark(app, "%s", out.p);
	out_free(&out);
}

static void
remark_fields(const struct app *app, enum kind kind)
{
	struct out out = out_new(8192);

	out_format(&out, "  a record of kind %s has:", kind_row(kind)->name);
	for (enum field field = FIELD_NONE + 1; field < FIELD_COUNT; field++)
		if (kind_has(kind, field) && field > FIELD_DUTY)
			out_format(&out, " %s%s", field_row(field)->name,
				   kind_requires(kind, field) ? "*" : "");
	out_text(&out, " (* must be there)");
	if (out_err(&out) == ERR_OK)
		app_remark(app, "%s", out.p);
	out_free(&out);
}

/* What was understood of a typed place, where it is not what was typed. */
static void
echo_place(const struct app *app, unsigned heard, const struct record *record)
{
	const char *zone = app->config.default_grid.text;

	app_remark(app, "place: %s (a square of %u m)%s%s%s%s%s",
		   record->field[FIELD_PLACE].place.mgrs,
		   place_size_m(record->field[FIELD_PLACE].place.level),
		   heard & HEARD_ASSUMED_ZONE ? "; grid zone assumed: " : "",
		   heard & HEARD_ASSUMED_ZONE ? zone : "",
		   heard & HEARD_SWAPPED ? "; longitude stood first" : "",
		   heard & HEARD_CORRECTED ? "; O or I was read as a digit" : "",
		   heard & HEARD_OUTSIDE ? "; FAR FROM HERE: is it right?" : "");
}

/* "in 5 h", "192 d ago": what an eye misses in a month's name. */
static void
write_distance(struct out *out, int64_t ms)
{
	int64_t hours = (ms < 0 ? -ms : ms) / HOUR_MS;
	bool is_long = hours >= 48;

	out_format(out, "%s%lld %s%s", ms < 0 ? "" : "in ",
		   (long long)(is_long ? hours / 24 : hours), is_long ? "d" : "h",
		   ms < 0 ? " ago" : "");
}

/* A time as it was read; *from_ms is where it begins. */
static bool
write_time(const struct app *app, struct out *out, enum field field, const struct value *value,
	   int64_t *from_ms)
{
	switch ((int)field_row(field)->type) {
	case FIELD_TYPE_WHEN:
		*from_ms = value->when.from_ms;
		when_write(out, &value->when, (int)app->config.zone_minutes);
		return true;
	case FIELD_TYPE_INSTANT:
		*from_ms = value->at_ms;
		app_write_moment(app, out, value->at_ms);
		return true;
	case FIELD_TYPE_ASKS:
		*from_ms = value->asks.n ? value->asks.ask[0].by_ms : 0;
		for (unsigned i = 0; i < value->asks.n; i++) {
			out_format(out, "%s%s by ", i ? ", " : "", value->asks.ask[i].party.name);
			app_write_moment(app, out, value->asks.ask[i].by_ms);
		}
		return true;
	default:
		return false;
	}
}

/* What was understood of a typed time; one that hardly can be meant is asked about.  For a program
 * that said yes it stands with the record's id. */
static int
check_time(struct app *app, enum field field, const struct record *record, unsigned heard)
{
	struct out out = out_new(TIME_TEXT);
	const char *name = field_row(field)->name;
	char question[TIME_TEXT + 80];
	int64_t from_ms = 0;
	bool is_odd = heard & (HEARD_AHEAD | HEARD_PAST | HEARD_NEXT_DAY);
	bool is_time = write_time(app, &out, field, &record->field[field], &from_ms);

	if (!is_time || out_err(&out) != ERR_OK) {
		out_free(&out);
		return APP_OK;
	}
	if (is_odd) {
		out_text(&out, ", ");
		write_distance(&out, from_ms - app_now(app));
	}
	(void)snprintf(question, sizeof question, "%s is read as %.*s: is it right?", name,
		       (int)out.n, out.p);
	if (!is_odd || app->is_sure)
		app_remark(app, "%s: %.*s%s", name, (int)out.n, out.p,
			   is_odd ? ": is it right?" : "");
	out_free(&out);
	return !is_odd || app_confirm(app, question) ? APP_OK : APP_NO;
}

/* "abcdef,ghijkl" with each beginning replaced by the whole id. */
static int
whole_ids(struct app *app, struct view *view, struct span value, struct out *out)
{
	struct span one;
	int code = APP_OK;

	while (code == APP_OK && span_split(&value, ',', &one)) {
		char name[HASH_TEXT_SIZE];
		struct hash id;

		if (!span_copy(name, sizeof name, span_trim(one)))
			return app_usage(app, "an id is at most 43 characters long");
		code = view ? view_find(view, name, &id) : APP_OK;
		if (code == APP_OK && !view && !hash_read(span_of(name), &id))
			code = app_usage(app, "'%s' is no whole id", name);
		if (code == APP_OK) {
			hash_text(name, &id);
			out_format(out, "%s%s", out->n ? "," : "", name);
		}
	}
	return code;
}

static int
set_checked(struct app *app, struct record *record, enum field field, struct span value)
{
	struct record_typing typing = typed_typing(app);
	enum why why = record_set(record, app->arena, field, value, &typing);
	unsigned heard;

	if (why != WHY_NONE) {
		char text[80];

		(void)span_copy(text, sizeof text, span_make(value.p, value.n < 79 ? value.n : 79));
		(void)app_refused(app, why, field, text);
		remark_forms(app, field);
		return APP_NO;
	}
	heard = heard_typed(record, field, value, &typing);
	app->heard |= heard;
	if (field == FIELD_PLACE)
		echo_place(app, heard, record);
	return check_time(app, field, record, heard);
}

int
typed_set(struct app *app, struct view *view, struct record *record, struct span name,
	  struct span value)
{
	enum field field = field_find(name);
	enum field_type type = field_row(field)->type;
	struct out ids = out_new(IDS_TEXT);
	int code = APP_OK;

	if (field == FIELD_NONE || !kind_has(record->kind, field)) {
		char text[80];

		(void)span_copy(text, sizeof text, span_make(name.p, name.n < 79 ? name.n : 79));
		(void)app_refused(app, field == FIELD_NONE ? WHY_UNKNOWN_FIELD : WHY_NOT_IN_KIND,
				  field, text);
		remark_fields(app, record->kind);
		return APP_NO;
	}
	if (type == FIELD_TYPE_ID || type == FIELD_TYPE_IDS) {
		code = whole_ids(app, view, value, &ids);
		if (code == APP_OK && out_err(&ids) != ERR_OK)
			code = app_fail(app, out_err(&ids), "ids");
		value = out_view(&ids);
	}
	if (code == APP_OK)
		code = set_checked(app, record, field, arena_copy(app->arena, value));
	out_free(&ids);
	return code;
}

int
typed_fields(struct app *app, struct view *view, size_t first, struct record *record)
{
	for (size_t i = first; i < app->args->n; i++) {
		struct span name;
		struct span value;
		int code;

		if (!args_pair(app->args->words[i], &name, &value))
			return app_usage(app, "'%s' is not FIELD=VALUE", app->args->words[i]);
		code = typed_set(app, view, record, name, value);
		if (code != APP_OK)
			return code;
	}
	return APP_OK;
}

int
typed_record(struct app *app, struct view *view, size_t first, struct record *record)
{
	const char *word = args_word(app->args, first);
	enum kind kind = word ? kind_find(span_of(word)) : KIND_NONE;

	if (kind == KIND_NONE) {
		(void)app_say_no(app, "'%s' is no kind of record", word ? word : "");
		for (kind = KIND_NONE + 1; kind < KIND_COUNT; kind++)
			if (kind_row(kind)->nature != KIND_NATURE_HOUSE)
				app_remark(app, "  %-12s %s", kind_row(kind)->name,
					   kind_row(kind)->label);
		return word ? APP_NO : APP_USAGE;
	}
	record_init(record, kind);
	record->is_exercise = app->config.exercise;
	return typed_fields(app, view, first + 1, record);
}

int
typed_check(struct app *app, const struct record *record)
{
	struct reason reason = record_check(record);

	if (reason.why == WHY_NONE)
		return APP_OK;
	(void)app_refused(app, reason.why, reason.field, "");
	remark_fields(app, record->kind);
	return APP_NO;
}
