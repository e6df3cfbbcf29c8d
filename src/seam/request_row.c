/* Promises one look for the course of a record wherever it is listed. */
#include "seam/request_row.h"

#include "model/label.h"
#include "seam/row.h"

#include <stdlib.h>
#include <string.h>

enum {
	COLUMN_SEVERITY = 10,
	COLUMN_WHAT = 18,
	HEADLINE = 240,
	SCRATCH = 16 << 20,
	MINUTE_MS = 60000,
	HOUR_MIN = 60,
	DAY_MIN = 1440
};

struct course_clocks
request_row_clocks(const struct app *app)
{
	return (struct course_clocks){.life_min = app->config.watch_life_min,
				      .red_min = app->config.watch_red_min,
				      .yellow_min = app->config.watch_yellow_min};
}

void
request_row_span(struct out *out, int64_t ms)
{
	int64_t minutes = (ms < 0 ? -ms : ms) / MINUTE_MS;

	if (minutes < HOUR_MIN)
		out_format(out, "%lld min", (long long)minutes);
	else if (minutes < DAY_MIN && minutes % HOUR_MIN)
		out_format(out, "%lld h %lld min", (long long)(minutes / HOUR_MIN),
			   (long long)(minutes % HOUR_MIN));
	else if (minutes < DAY_MIN)
		out_format(out, "%lld h", (long long)(minutes / HOUR_MIN));
	else
		out_format(out, "%lld d %lld h", (long long)(minutes / DAY_MIN),
			   (long long)(minutes % DAY_MIN / HOUR_MIN));
}

/* ---- gathering ---- */

struct gathering {
	struct app *app;
	struct picture *picture;
	struct arena *scratch;
	bool (*wants)(const struct request_row *row);
	struct request_rows *rows;
	size_t size;
};

static enum err
keep(struct gathering *gathering, const struct request_row *row)
{
	struct request_rows *rows = gathering->rows;

	if (rows->n == gathering->size) {
		size_t size = gathering->size ? 2 * gathering->size : 64;
		struct request_row *more = arena_array(gathering->app->arena, size, sizeof *more);

		if (!more)
			return ERR_NOMEM;
		if (rows->n)
			memcpy(more, rows->row, rows->n * sizeof *more);
		rows->row = more;
		gathering->size = size;
	}
	rows->row[rows->n++] = *row;
	return ERR_OK;
}

static enum err
add(struct gathering *gathering, const struct hash *id)
{
	const struct app *app = gathering->app;
	struct course_clocks clocks = request_row_clocks(app);
	struct picture_course found;
	struct request_row row;
	struct out headline = out_new(HEADLINE * 8);
	enum err err = picture_course(gathering->picture, id, &clocks, app_now(app),
				      gathering->scratch, &found);

	if (err != ERR_OK || !found.row.record) {
		out_free(&headline);
		return err;
	}
	row = (struct request_row){.id = found.row.id,
				   .station = found.row.station,
				   .kind = found.row.kind,
				   .need = -1,
				   .severity = found.row.severity,
				   .is_own = found.row.is_own,
				   .place = found.row.place,
				   .course = found.course};
	if (found.row.record->field[FIELD_NEED].is_set)
		row.need = found.row.record->field[FIELD_NEED].code;
	if (gathering->wants(&row)) {
		label_headline(&headline, found.row.record, LANG_EN, (int)app->config.zone_minutes);
		row.headline = arena_copy(app->arena, out_view(&headline)).p;
		err = row.headline ? keep(gathering, &row) : ERR_NOMEM;
	}
	out_free(&headline);
	return err;
}

/* Pages of ids: a course is read one at a time, so that a long list needs little memory. */
static enum err
gather(struct gathering *gathering, uint32_t kinds, enum picture_answered answered)
{
	struct picture_query query = {
	    .kinds = kinds, .answered = answered, .limit = PICTURE_ROWS_MAX};
	struct hash *ids = arena_array(gathering->app->arena, PICTURE_ROWS_MAX, sizeof *ids);
	enum err err = ids ? ERR_OK : ERR_NOMEM;

	do {
		struct picture_row *page;
		size_t n = 0;

		arena_reset(gathering->scratch);
		if (err == ERR_OK)
			err = picture_query(gathering->picture, &query, gathering->scratch, &page,
					    &n, &query.after);
		for (size_t i = 0; err == ERR_OK && i < n; i++)
			ids[i] = page[i].id;
		for (size_t i = 0; err == ERR_OK && i < n; i++) {
			arena_reset(gathering->scratch);
			err = add(gathering, &ids[i]);
		}
	} while (err == ERR_OK && query.after.is_set);
	return err;
}

static int
urgency(const struct request_row *row)
{
	if (row->need == NEED_MEDEVAC)
		return 0;
	return row->severity >= 0 ? 1 + row->severity : 1 + SEVERITY_COUNT;
}

int
request_row_compare(const struct request_row *a, const struct request_row *b)
{
	int64_t due_a = a->course.due.at_ms ? a->course.due.at_ms : INT64_MAX;
	int64_t due_b = b->course.due.at_ms ? b->course.due.at_ms : INT64_MAX;

	if (a->course.is_open != b->course.is_open)
		return a->course.is_open ? -1 : 1;
	if (urgency(a) != urgency(b))
		return urgency(a) - urgency(b);
	if (due_a != due_b)
		return due_a < due_b ? -1 : 1;
	if (a->course.asked_ms != b->course.asked_ms)
		return a->course.asked_ms < b->course.asked_ms ? -1 : 1;
	return memcmp(a->id.b, b->id.b, HASH_SIZE);
}

static int
compare(const void *a, const void *b)
{
	return request_row_compare(a, b);
}

enum err
request_row_gather(struct app *app, struct picture *picture, uint32_t kinds,
		   bool (*wants)(const struct request_row *row), struct request_rows *rows)
{
	struct gathering gathering = {.app = app,
				      .picture = picture,
				      .scratch = arena_new(SCRATCH),
				      .wants = wants,
				      .rows = rows};
	enum err err = gathering.scratch ? ERR_OK : ERR_NOMEM;

	*rows = (struct request_rows){NULL, 0};
	if (err == ERR_OK)
		err = gather(&gathering, kinds, PICTURE_ANSWERED_NO);
	if (err == ERR_OK)
		err = gather(&gathering, kinds, PICTURE_ANSWERED_YES);
	if (err == ERR_OK && rows->n > 1)
		qsort(rows->row, rows->n, sizeof *rows->row, compare);
	arena_free(gathering.scratch);
	return err;
}

/* ---- on a terminal ---- */

static void
write_severity(const struct app *app, struct out *out, int severity)
{
	static const enum app_colour colours[] = {APP_RED, APP_YELLOW, APP_GREEN};

	if (severity < 0 || severity >= SEVERITY_COUNT)
		return;
	app_colour(app, out, colours[severity]);
	out_text(out, vocab_code(VOCAB_SEVERITY, (unsigned)severity));
	app_colour(app, out, APP_PLAIN);
}

/* ", late by 5 min" or ", in 20 min". */
static void
write_clock(const struct app *app, struct out *out, int64_t at_ms, int64_t now_ms)
{
	if (!at_ms)
		return;
	out_text(out, at_ms < now_ms ? ", late by " : ", in ");
	if (at_ms < now_ms)
		app_colour(app, out, APP_RED);
	request_row_span(out, now_ms - at_ms);
	app_colour(app, out, APP_PLAIN);
	out_text(out, " (");
	app_write_moment(app, out, at_ms);
	out_char(out, ')');
}

static void
write_party(const struct app *app, struct out *out, const struct course_row *row)
{
	out_format(out, "%s %s", row->party.name, course_state_label(row->state));
	if (row->is_taken && row->state == COURSE_OFFERED)
		out_text(out, " (taken)");
	if (row->concurs && row->state != COURSE_AGREED)
		out_text(out, " (concurs with the crossing)");
	if (row->is_behind)
		out_text(out, " (concurred to an earlier version)");
	if (row->is_odd)
		out_text(out, " (odd)");
	if (row->eta_ms && !course_is_final(row->state)) {
		out_text(out, ", expected ");
		app_write_moment(app, out, row->eta_ms);
	}
}

static void
write_due(const struct app *app, struct out *out, const struct course *course)
{
	if (course->due.step == COURSE_STEP_NONE)
		return;
	out_format(out, "%s %s", course->due.party.name, course_step_label(course->due.step));
	write_clock(app, out, course->due.at_ms, app_now(app));
}

static void
write_whole(struct out *out, const struct course *course)
{
	out_text(out, course_state_label(course->state));
	if (course->is_partial && course->n == 0)
		out_text(out, " (of whom, we are not told)");
	if (course->is_agreed && course->state != COURSE_AGREED)
		out_text(out, ", crossing agreed");
	else if (course->needs_consent && !course->is_agreed && course->is_open &&
		 course->state != COURSE_NOT_AGREED)
		out_text(out, ", crossing not agreed until they concur");
	if (course->is_agreed && course->is_partial)
		out_text(out, " as far as known here");
}

void
request_row_write(const struct app *app, struct out *out, const struct request_row *row)
{
	size_t begin = out->n;

	app_colour(app, out, APP_BOLD);
	row_id(out, &row->id);
	app_colour(app, out, APP_PLAIN);
	app_column(out, begin, COLUMN_SEVERITY);
	write_severity(app, out, row->severity);
	app_column(out, begin, COLUMN_WHAT);
	out_format(out, "%s, %s since ", row->headline, row->station.name);
	app_write_moment(app, out, row->course.asked_ms);
	out_char(out, '\n');
	begin = out->n;
	app_column(out, begin, COLUMN_SEVERITY);
	write_whole(out, &row->course);
	for (unsigned i = 0; i < row->course.n; i++) {
		out_text(out, i ? ", " : ": ");
		write_party(app, out, &row->course.row[i]);
	}
	if (row->course.due.step != COURSE_STEP_NONE) {
		out_text(out, "; due: ");
		write_due(app, out, &row->course);
	}
	out_char(out, '\n');
}

void
request_row_json(struct out *out, const struct request_row *row, int64_t now_ms)
{
	char id[HASH_TEXT_SIZE];

	hash_text(id, &row->id);
	out_format(out, "{\"id\":\"%s\",\"station\":\"%s\",\"kind\":\"%s\",\"own\":%s", id,
		   row->station.name, kind_row(row->kind)->name, row->is_own ? "true" : "false");
	if (row->need >= 0)
		out_format(out, ",\"need\":\"%s\"", vocab_code(VOCAB_NEED, (unsigned)row->need));
	if (row->severity >= 0)
		out_format(out, ",\"severity\":\"%s\"",
			   vocab_code(VOCAB_SEVERITY, (unsigned)row->severity));
	if (row->place.level)
		out_format(out, ",\"place\":\"%s\"", row->place.mgrs);
	out_text(out, ",\"text\":");
	out_json(out, span_of(row->headline));
	out_text(out, ",\"course\":");
	picture_course_json(out, &row->course, now_ms);
	out_char(out, '}');
}

/* How soon it answered, and how late that was. */
static void
write_first(const struct app *app, struct out *out, const struct course *course,
	    const struct course_row *row)
{
	if (row->first_ms) {
		out_text(out, ", first answer after ");
		request_row_span(out, row->first_ms - course->asked_ms);
		if (row->by_ms && row->first_ms > row->by_ms) {
			out_text(out, ", late by ");
			request_row_span(out, row->first_ms - row->by_ms);
		}
	} else if (row->by_ms && course->is_open) {
		out_text(out, ", to answer");
		write_clock(app, out, row->by_ms, app_now(app));
	}
}

static void
write_odd(const struct app *app, struct out *out, const struct picture_course *found)
{
	for (size_t i = 0; i < found->n; i++) {
		const struct course_answer *answer = &found->answers[i];

		if (!answer->is_odd)
			continue;
		out_text(out, "  odd: ");
		app_write_moment(app, out, answer->at_ms);
		out_format(out, " %s said %s, which does not follow; ask them  ",
			   answer->station.name,
			   vocab_label(VOCAB_ANSWER, (unsigned)answer->answer));
		row_id(out, &answer->id);
		out_char(out, '\n');
	}
}

void
request_row_course(const struct app *app, struct out *out, const struct picture_course *found)
{
	const struct course *course = &found->course;

	out_text(out, "  ");
	write_whole(out, course);
	if (course->due.step != COURSE_STEP_NONE) {
		out_text(out, "; due: ");
		write_due(app, out, course);
	}
	out_char(out, '\n');
	for (unsigned i = 0; i < course->n; i++) {
		out_text(out, "  ");
		write_party(app, out, &course->row[i]);
		write_first(app, out, course, &course->row[i]);
		if (!course->row[i].is_asked)
			out_text(out, ", of itself");
		out_char(out, '\n');
	}
	write_odd(app, out, found);
}
