/*
 * Promises the script of an exercise as events: every value in the forms of record_set(), every
 * reference by the label of its thread.  Files nothing and answers nothing.
 */
#include "edge/exercise.h"

#include "edge/csv.h"

#include <stdlib.h>
#include <string.h>

enum { ARENA_MAX = 262144, THREADS_MAX = 256, ZONE_MIN = 180, NUMBER_MAX = 9999 };

/* clang-format off */
#define COLUMN_ROWS(X) \
	X(N, "n") X(TIME, "time") X(STATION, "station") X(DUTY, "duty") X(ACTION, "action") \
	X(FIELDS, "fields") X(THREAD, "thread") X(TEXT, "text") X(NOTE, "note")
/* clang-format on */

enum column {
#define X(name, text) COLUMN_##name,
	COLUMN_ROWS(X)
#undef X
	    COLUMN_COUNT
};

static const char *const columns[COLUMN_COUNT] = {
#define X(name, text) text,
    COLUMN_ROWS(X)
#undef X
};

/* What a label of an earlier row stands for. */
struct thread {
	char label[EXERCISE_LABEL_TEXT];
	enum kind kind;
};

struct exercise {
	struct exercise_sink sink;
	struct csv *csv;
	struct arena *arena;
	bool has_header;
	int at[COLUMN_COUNT];
	unsigned n_columns;
	int64_t last_ms;
	struct thread threads[THREADS_MAX];
	unsigned n_threads;
};

/* One row while it becomes an event. */
struct row {
	struct exercise *exercise;
	const struct span *cells;
	unsigned n;
	struct exercise_event *event;
	struct record_typing typing;
	enum column fault;
	enum field field;
};

static struct span
cell(const struct row *row, enum column column)
{
	return span_trim(row->cells[row->exercise->at[column]]);
}

static enum why
fail(struct row *row, enum column column, enum why why)
{
	row->fault = column;
	return why;
}

static const struct thread *
find_thread(const struct exercise *exercise, struct span label)
{
	for (unsigned i = 0; i < exercise->n_threads; i++)
		if (span_is(label, exercise->threads[i].label))
			return &exercise->threads[i];
	return NULL;
}

/* "@label" → "label": letters, digits and '-'. */
static bool
read_label(struct span text, char label[EXERCISE_LABEL_TEXT])
{
	if (text.n < 2 || text.p[0] != '@')
		return false;
	text = (struct span){text.p + 1, text.n - 1};
	for (size_t i = 0; i < text.n; i++)
		if (!((text.p[i] >= 'a' && text.p[i] <= 'z') ||
		      (text.p[i] >= '0' && text.p[i] <= '9') || text.p[i] == '-'))
			return false;
	return span_copy(label, EXERCISE_LABEL_TEXT, text);
}

static enum why
read_head(struct row *row)
{
	struct exercise_event *event = row->event;
	int64_t number;

	if (!span_int(cell(row, COLUMN_N), 1, NUMBER_MAX, &number))
		return fail(row, COLUMN_N, WHY_BAD_VALUE);
	event->number = (int)number;
	if (!when_read_iso(cell(row, COLUMN_TIME), &event->at_ms))
		return fail(row, COLUMN_TIME, WHY_BAD_TIME);
	if (event->at_ms < row->exercise->last_ms)
		return fail(row, COLUMN_TIME, WHY_BAD_ORDER);
	event->duty = cell(row, COLUMN_DUTY);
	event->note = cell(row, COLUMN_NOTE);
	row->typing = (struct record_typing){event->at_ms, ZONE_MIN, "38S"};
	if (cell(row, COLUMN_THREAD).n && !read_label(cell(row, COLUMN_THREAD), event->label))
		return fail(row, COLUMN_THREAD, WHY_BAD_FORM);
	return WHY_NONE;
}

static enum why
read_kind(struct row *row, struct span word, struct span rest)
{
	struct exercise_event *event = row->event;
	const struct thread *thread = find_thread(row->exercise, span_of(event->label));

	if (span_is(word, "report")) {
		event->action = EXERCISE_REPORT;
		record_init(&event->record, kind_find(rest));
		if (event->record.kind == KIND_NONE)
			return fail(row, COLUMN_ACTION, WHY_UNKNOWN_KIND);
		return event->label[0] && thread ? fail(row, COLUMN_THREAD, WHY_NAME_TAKEN)
						 : WHY_NONE;
	}
	if (!span_is(word, "amend") || rest.n)
		return fail(row, COLUMN_ACTION, WHY_BAD_FORM);
	if (!event->label[0] || !thread)
		return fail(row, COLUMN_THREAD, WHY_NO_TARGET);
	event->action = EXERCISE_AMEND;
	record_init(&event->record, thread->kind);
	return WHY_NONE;
}

static enum why
read_action(struct row *row)
{
	struct span rest = cell(row, COLUMN_ACTION);
	struct span word;

	if (!span_split(&rest, ' ', &word))
		return fail(row, COLUMN_ACTION, WHY_MISSING_FIELD);
	rest = span_trim(rest);
	if (span_is(word, "inject")) {
		row->event->action = EXERCISE_INJECT;
		row->event->word = rest;
		record_init(&row->event->record, KIND_NONE);
		return rest.n ? WHY_NONE : fail(row, COLUMN_ACTION, WHY_BAD_FORM);
	}
	if (!station_read(cell(row, COLUMN_STATION), &row->event->station))
		return fail(row, COLUMN_STATION, WHY_BAD_VALUE);
	if (row->event->duty.n == 0)
		return fail(row, COLUMN_DUTY, WHY_MISSING_FIELD);
	return read_kind(row, word, rest);
}

/* "@a,@b" for a field that names records. */
static enum why
read_refs(struct row *row, enum field field, struct span labels)
{
	struct exercise_event *event = row->event;
	struct span one;

	if (!kind_has(event->record.kind, field))
		return WHY_NOT_IN_KIND;
	while (span_split(&labels, ',', &one)) {
		struct exercise_ref *ref = &event->refs[event->n_refs];

		if (event->n_refs == EXERCISE_REFS_MAX)
			return WHY_TOO_LARGE;
		if (!read_label(span_trim(one), ref->label))
			return WHY_BAD_FORM;
		if (!find_thread(row->exercise, span_of(ref->label)))
			return WHY_NO_TARGET;
		ref->field = field;
		event->n_refs++;
	}
	return WHY_NONE;
}

static enum why
read_field(struct row *row, struct span name, struct span value)
{
	enum field field = field_find(name);
	enum field_type type = field_row(field)->type;

	row->field = field;
	if (field == FIELD_NONE)
		return WHY_UNKNOWN_FIELD;
	if (row->event->record.field[field].is_set)
		return WHY_NAME_TAKEN;
	if ((type == FIELD_TYPE_ID || type == FIELD_TYPE_IDS) && span_starts(value, "@"))
		return read_refs(row, field, value);
	return record_set(&row->event->record, row->exercise->arena, field, value, &row->typing);
}

/* " | " between parts, so that a value may hold commas and a single bar. */
static bool
next_part(struct span *rest, struct span *part)
{
	if (!rest->p || rest->n == 0)
		return false;
	for (size_t i = 0; i + 2 < rest->n; i++) {
		if (memcmp(rest->p + i, " | ", 3) == 0) {
			*part = (struct span){rest->p, i};
			*rest = (struct span){rest->p + i + 3, rest->n - i - 3};
			return true;
		}
	}
	*part = *rest;
	*rest = (struct span){NULL, 0};
	return true;
}

static enum why
read_fields(struct row *row)
{
	struct span rest = cell(row, COLUMN_FIELDS);
	struct span part;

	if (row->event->action == EXERCISE_INJECT)
		return WHY_NONE;
	while (next_part(&rest, &part)) {
		struct span name;
		enum why why = WHY_BAD_FORM;

		part = span_trim(part);
		if (span_split(&part, '=', &name) && part.p)
			why = read_field(row, span_trim(name), span_trim(part));
		if (why != WHY_NONE)
			return fail(row, COLUMN_FIELDS, why);
	}
	row->field = FIELD_NONE;
	return WHY_NONE;
}

static enum why
read_text(struct row *row)
{
	const struct record *record = &row->event->record;
	struct span text = cell(row, COLUMN_TEXT);
	bool is_question = record->kind == KIND_REQUEST && record->field[FIELD_NEED].is_set &&
			   record->field[FIELD_NEED].code == NEED_INFORMATION;
	enum field field = is_question                             ? FIELD_QUESTION
			   : kind_has(record->kind, FIELD_SUMMARY) ? FIELD_SUMMARY
								   : FIELD_TEXT;
	enum why why;

	if (text.n == 0 || row->event->action == EXERCISE_INJECT)
		return WHY_NONE;
	row->field = field;
	why = record_set(&row->event->record, row->exercise->arena, field, text, &row->typing);
	return why == WHY_NONE ? WHY_NONE : fail(row, COLUMN_TEXT, why);
}

/* Whether the record holds, as if its references were there. */
static enum why
judge(struct row *row)
{
	struct exercise_event *event = row->event;
	struct hash ids[EXERCISE_REFS_MAX];
	struct reason reason;

	if (event->action == EXERCISE_INJECT)
		return WHY_NONE;
	for (unsigned i = 0; i < event->n_refs; i++) {
		struct value *value = &event->record.field[event->refs[i].field];

		ids[i] = hash_of(span_of(event->refs[i].label));
		value->is_set = true;
		value->levels = 1;
		if (field_row(event->refs[i].field)->type == FIELD_TYPE_ID)
			value->id = ids[i];
		else
			value->ids.id = &ids[i], value->ids.n = 1;
	}
	reason = event->action == EXERCISE_REPORT ? record_check(&event->record)
						  : record_check_part(&event->record);
	for (unsigned i = 0; i < event->n_refs; i++)
		memset(&event->record.field[event->refs[i].field], 0, sizeof(struct value));
	if (reason.why == WHY_NONE)
		return WHY_NONE;
	row->field = (enum field)reason.field;
	return fail(row, COLUMN_FIELDS, reason.why);
}

/* Keeps the label for the rows to come. */
static enum why
remember(struct row *row)
{
	struct exercise *exercise = row->exercise;
	struct exercise_event *event = row->event;
	struct thread *thread = &exercise->threads[exercise->n_threads];

	exercise->last_ms = event->at_ms;
	if (event->action != EXERCISE_REPORT || !event->label[0])
		return WHY_NONE;
	if (exercise->n_threads == THREADS_MAX)
		return fail(row, COLUMN_THREAD, WHY_TOO_LARGE);
	memcpy(thread->label, event->label, sizeof thread->label);
	thread->kind = event->record.kind;
	exercise->n_threads++;
	return WHY_NONE;
}

static enum why
read_row(struct row *row)
{
	static enum why (*const steps[])(struct row *) = {
	    read_head, read_action, read_fields, read_text, judge, remember,
	};

	if (row->n != row->exercise->n_columns)
		return fail(row, COLUMN_COUNT, WHY_BAD_FORM);
	for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
		enum why why = steps[i](row);

		if (why != WHY_NONE)
			return why;
	}
	return WHY_NONE;
}

static enum err
refuse(struct exercise *exercise, uint64_t line, struct reason reason, const char *column)
{
	struct sink sink = {.arg = exercise->sink.arg, .refuse = exercise->sink.refuse};

	return sink_refuse(&sink, line, reason, span_of(column));
}

static enum err
take_header(struct exercise *exercise, uint64_t line, const struct span *cells, unsigned n)
{
	for (unsigned i = 0; i < COLUMN_COUNT; i++) {
		exercise->at[i] = csv_column(cells, n, columns[i]);
		if (exercise->at[i] < 0) {
			struct reason reason = {WHY_MISSING_FIELD, FIELD_NONE};
			enum err err = refuse(exercise, line, reason, columns[i]);

			return err == ERR_OK ? ERR_FORMAT : err;
		}
	}
	exercise->n_columns = n;
	exercise->has_header = true;
	return ERR_OK;
}

static enum err
take_row(void *arg, uint64_t line, const struct span *cells, unsigned n)
{
	struct exercise *exercise = arg;
	struct row row = {.exercise = exercise, .cells = cells, .n = n, .fault = COLUMN_COUNT};
	enum why why;

	if (!exercise->has_header)
		return take_header(exercise, line, cells, n);
	arena_reset(exercise->arena);
	row.event = arena_take(exercise->arena, sizeof *row.event);
	if (!row.event)
		return ERR_NOMEM;
	row.event->line = line;
	why = read_row(&row);
	if (why == WHY_NONE) {
		row.event->record.is_exercise = true;
		return exercise->sink.event(exercise->sink.arg, row.event);
	}
	return refuse(exercise, line, (struct reason){why, (uint16_t)row.field},
		      row.fault < COLUMN_COUNT ? columns[row.fault] : "");
}

static enum err
take_refusal(void *arg, uint64_t line, enum why why)
{
	struct exercise *exercise = arg;
	enum err err = refuse(exercise, line, (struct reason){why, FIELD_NONE}, "");

	return err == ERR_OK && !exercise->has_header ? ERR_FORMAT : err;
}

struct exercise *
exercise_new(const struct exercise_sink *sink)
{
	struct exercise *exercise = calloc(1, sizeof *exercise);

	if (!exercise)
		return NULL;
	exercise->sink = *sink;
	exercise->last_ms = INT64_MIN;
	exercise->csv = csv_new(',', &(struct csv_sink){exercise, take_row, take_refusal});
	exercise->arena = arena_new(ARENA_MAX);
	if (!exercise->csv || !exercise->arena) {
		exercise_free(exercise);
		return NULL;
	}
	return exercise;
}

void
exercise_free(struct exercise *exercise)
{
	if (!exercise)
		return;
	csv_free(exercise->csv);
	arena_free(exercise->arena);
	free(exercise);
}

enum err
exercise_feed(struct exercise *exercise, struct span chunk)
{
	return csv_feed(exercise->csv, chunk);
}

enum err
exercise_finish(struct exercise *exercise)
{
	enum err err = csv_finish(exercise->csv);

	return err == ERR_OK && !exercise->has_header ? ERR_FORMAT : err;
}
