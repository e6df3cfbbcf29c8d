/*
 * Promises the review: who filed, was told and answered around a record, in order of time, from
 * what is held.  It draws no conclusion.
 */
#include "picture/picture_store.h"

#include <stdlib.h>
#include <string.h>

static const struct {
	const char *code, *label;
} events[] = {
#define X(name, code, label) {code, label},
    PICTURE_EVENT_ROWS(X)
#undef X
};

const char *
picture_event_code(enum picture_event event)
{
	return (unsigned)event < PICTURE_EVENT_COUNT ? events[event].code : NULL;
}

const char *
picture_event_label(enum picture_event event)
{
	return (unsigned)event < PICTURE_EVENT_COUNT ? events[event].label : NULL;
}

struct review {
	struct picture *picture;
	struct arena *arena;
	struct picture_moment *rows;
	size_t n, size;
};

static enum err
add(struct review *review, const struct picture_moment *moment)
{
	review->rows = picture_row_grow(review->arena, review->rows, review->n, &review->size,
					sizeof *review->rows);
	if (!review->rows)
		return ERR_NOMEM;
	review->rows[review->n++] = *moment;
	return ERR_OK;
}

static enum err
add_states(struct review *review, const struct picture_row *row)
{
	sqlite3_stmt *statement;
	bool has_row;
	enum err err = picture_store_sql(review->picture, PICTURE_SQL_STATES, &statement);

	if (err != ERR_OK)
		return err;
	db_bind_blob(statement, 1, span_make(row->id.b, HASH_SIZE));
	while ((err = db_step(statement, &has_row)) == ERR_OK && has_row) {
		struct picture_moment moment = {.at_ms = db_int(statement, 2),
						.event = PICTURE_EVENT_STATE,
						.id = row->id,
						.re = row->id,
						.station = review->picture->own,
						.kind = row->kind,
						.code = (int)db_int(statement, 1),
						.why = (enum why)db_int(statement, 3)};

		if (!party_read(db_text(statement, 0), &moment.party))
			continue;
		err = add(review, &moment);
		if (err != ERR_OK) {
			db_reset(statement);
			return err;
		}
	}
	return err;
}

/* A version: filed or amended, and for foreign ones when it came. */
static enum err
add_version(struct review *review, const struct picture_row *row, bool is_first)
{
	struct picture_moment moment = {.at_ms = row->filed_ms ? row->filed_ms : row->arrived_ms,
					.event =
					    is_first ? PICTURE_EVENT_FILED : PICTURE_EVENT_AMENDED,
					.id = row->id,
					.re = row->id,
					.station = row->station,
					.kind = row->kind,
					.code = -1};
	enum err err = add(review, &moment);

	if (err == ERR_OK && !station_equal(&row->station, &review->picture->own)) {
		moment.at_ms = row->arrived_ms;
		moment.event = PICTURE_EVENT_CAME;
		moment.station = review->picture->own;
		err = add(review, &moment);
	}
	return err == ERR_OK ? add_states(review, row) : err;
}

static enum picture_event
event_of(enum kind kind)
{
	static const struct {
		enum kind kind;
		enum picture_event event;
	} rows[] = {
	    {KIND_ANSWER, PICTURE_EVENT_ANSWERED},   {KIND_TOLD, PICTURE_EVENT_TOLD},
	    {KIND_LINK, PICTURE_EVENT_LINKED},       {KIND_DISPUTE, PICTURE_EVENT_DISPUTED},
	    {KIND_RETRACT, PICTURE_EVENT_RETRACTED}, {KIND_ERASE, PICTURE_EVENT_ERASED},
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (rows[i].kind == kind)
			return rows[i].event;
	return PICTURE_EVENT_FILED;
}

static int
code_in(const struct record *record, enum field field)
{
	return record->field[field].is_set ? record->field[field].code : -1;
}

static enum err
add_note(struct review *review, const struct picture_row *row)
{
	struct picture_moment moment = {.at_ms = row->filed_ms ? row->filed_ms : row->arrived_ms,
					.event = event_of(row->kind),
					.id = row->id,
					.station = row->station,
					.kind = row->kind,
					.code = -1};

	if (!row->record)
		return ERR_OK;
	if (row->record->field[FIELD_RE].is_set)
		moment.re = row->record->field[FIELD_RE].id;
	if (row->kind == KIND_ANSWER)
		moment.code = code_in(row->record, FIELD_ANSWER);
	if (row->kind == KIND_LINK)
		moment.code = code_in(row->record, FIELD_LINK);
	if (row->kind == KIND_TOLD) {
		moment.code = code_in(row->record, FIELD_TOLD_BY);
		if (row->record->field[FIELD_TOLD_PARTY].is_set)
			moment.party = row->record->field[FIELD_TOLD_PARTY].party;
		/* People speak first and write it down afterwards. */
		if (row->record->field[FIELD_WHEN].is_set)
			moment.at_ms = row->record->field[FIELD_WHEN].when.from_ms;
	}
	return add(review, &moment);
}

/* All versions of one statement, and what names any of them. */
static enum err
add_statement(struct review *review, const struct picture_row *member)
{
	const uint32_t kinds = picture_kind(KIND_ANSWER) | picture_kind(KIND_TOLD) |
			       picture_kind(KIND_LINK) | picture_kind(KIND_DISPUTE) |
			       picture_kind(KIND_RETRACT) | picture_kind(KIND_ERASE);
	struct picture_row *rows;
	size_t n;
	bool is_first = true;
	enum err err = picture_thread(review->picture, member->thread, review->arena, &rows, &n);

	for (size_t i = 0; err == ERR_OK && i < n; i++) {
		if (!station_equal(&rows[i].station, &member->station))
			continue;
		err = add_version(review, &rows[i], is_first);
		is_first = false;
	}
	if (err == ERR_OK)
		err = picture_notes(review->picture, &member->id, kinds, review->arena, &rows, &n);
	for (size_t i = 0; err == ERR_OK && i < n; i++) {
		err = add_note(review, &rows[i]);
		if (err == ERR_OK)
			err = add_states(review, &rows[i]);
	}
	return err;
}

static int
by_time(const void *a, const void *b)
{
	const struct picture_moment *x = a, *y = b;
	int sign;

	if (x->at_ms != y->at_ms)
		return x->at_ms > y->at_ms ? 1 : -1;
	if (x->event != y->event)
		return x->event > y->event ? 1 : -1;
	sign = memcmp(x->id.b, y->id.b, HASH_SIZE);
	if (sign)
		return sign;
	sign = strcmp(x->party.name, y->party.name);
	return sign ? sign : (x->code > y->code) - (x->code < y->code);
}

static bool
is_same(const struct picture_moment *a, const struct picture_moment *b)
{
	return by_time(a, b) == 0;
}

enum err
picture_review(struct picture *picture, const struct hash *id, struct arena *arena,
	       struct picture_moment **rows, size_t *n)
{
	struct review review = {.picture = picture, .arena = arena};
	struct picture_row *members, alone;
	size_t count, kept = 0;
	enum err err = picture_incident(picture, id, arena, &members, &count);

	*rows = NULL;
	*n = 0;
	if (err == ERR_OK && count == 0) { /* retracted or erased: its own history is left */
		err = picture_record(picture, id, arena, &alone);
		members = &alone;
		count = 1;
	}
	for (size_t i = 0; err == ERR_OK && i < count; i++)
		err = add_statement(&review, &members[i]);
	if (err != ERR_OK)
		return err;
	if (review.n > 1)
		qsort(review.rows, review.n, sizeof *review.rows, by_time);
	/* A link names two members and is found from both. */
	for (size_t i = 0; i < review.n; i++)
		if (i == 0 || !is_same(&review.rows[kept - 1], &review.rows[i]))
			review.rows[kept++] = review.rows[i];
	*rows = review.rows;
	*n = kept;
	return ERR_OK;
}
