/*
 * Promises rows: a version as lists show it, the versions of a thread, the members of an incident,
 * what refers to a record.
 */
#include "picture/picture_store.h"

#include <string.h>

enum { MINUTE_MS = 60000, HOUR_MS = 3600000, DAY_MS = 86400000 };

struct hash
picture_row_hash(sqlite3_stmt *statement, int column)
{
	struct hash hash = {{0}};
	struct span bytes = db_blob(statement, column);

	if (bytes.n == HASH_SIZE)
		memcpy(hash.b, bytes.p, HASH_SIZE);
	return hash;
}

void *
picture_row_grow(struct arena *arena, void *rows, size_t n, size_t *size, size_t each)
{
	void *more;

	if (n < *size)
		return rows;
	*size = *size ? 2 * *size : 16;
	more = arena_array(arena, *size, each);
	if (more && n > 0)
		memcpy(more, rows, n * each);
	return more;
}

struct quantity
picture_row_quantity(sqlite3_stmt *statement, int column)
{
	return (struct quantity){(int32_t)db_int(statement, column),
				 (int32_t)db_int(statement, column + 1),
				 (int32_t)db_int(statement, column + 2),
				 (enum quantity_word)db_int(statement, column + 3)};
}

static bool
is_null(sqlite3_stmt *statement, int column)
{
	return sqlite3_column_type(statement, column) == SQLITE_NULL;
}

static struct span
copy_text(sqlite3_stmt *statement, int column, struct arena *arena)
{
	struct span text = db_text(statement, column);

	return text.n ? arena_copy(arena, text) : (struct span){NULL, 0};
}

/* The end as the record states it: the row keeps the last moment of the last minute, hour or day.
 */
static struct when
read_when(sqlite3_stmt *statement, int column)
{
	struct when when = {db_int(statement, column), db_int(statement, column + 1), WHEN_MINUTE};

	if (is_null(statement, column + 2))
		return when;
	when.precision = (enum when_precision)db_int(statement, column + 2);
	if (when.precision == WHEN_MINUTE)
		when.to_ms -= MINUTE_MS - 1;
	else if (when.precision == WHEN_HOUR || when.precision == WHEN_PART)
		when.to_ms -= HOUR_MS - 1;
	else
		when.to_ms -= DAY_MS - 1;
	return when;
}

enum err
picture_row_record(struct picture *picture, int64_t n, struct arena *arena,
		   const struct record **record)
{
	struct record *copy = arena_take(arena, sizeof *copy);
	sqlite3_stmt *statement;
	struct cursor cursor;
	bool has_row;
	enum err err = copy ? picture_store_sql(picture, PICTURE_SQL_BODY, &statement) : ERR_NOMEM;

	if (err != ERR_OK)
		return err;
	db_bind_int(statement, 1, n);
	err = db_step(statement, &has_row);
	if (err != ERR_OK || !has_row)
		return err != ERR_OK ? err : ERR_CORRUPT;
	cursor = cursor_over(db_blob(statement, 0));
	if (!record_read(&cursor, arena, copy))
		err = ERR_NOMEM;
	db_reset(statement);
	*record = copy;
	return err;
}

/* The incident's main record is a row number; outside it is an id. */
static enum err
read_incident(struct picture *picture, int64_t grp, struct hash *id)
{
	sqlite3_stmt *statement;
	bool has_row;
	enum err err = picture_store_sql(picture, PICTURE_SQL_ID_OF, &statement);

	if (err != ERR_OK)
		return err;
	db_bind_int(statement, 1, grp);
	err = db_step(statement, &has_row);
	if (err != ERR_OK || !has_row)
		return err != ERR_OK ? err : ERR_CORRUPT;
	*id = picture_row_hash(statement, 0);
	db_reset(statement);
	return ERR_OK;
}

enum err
picture_row_read(struct picture *picture, sqlite3_stmt *s, bool with_record, struct arena *arena,
		 struct picture_row *row)
{
	enum err err = ERR_OK;

	*row = (struct picture_row){
	    .id = picture_row_hash(s, 1),
	    .thread = copy_text(s, 2, arena),
	    .kind = (enum kind)db_int(s, 4),
	    .position = db_int(s, 5),
	    .filed_ms = db_int(s, 6),
	    .arrived_ms = db_int(s, 7),
	    .is_own = db_int(s, 8) != 0,
	    .is_current = db_int(s, 9) != 0,
	    .is_retracted = db_int(s, 10) != 0,
	    .is_erased = db_int(s, 11) != 0,
	    .is_late = db_int(s, 12) != 0,
	    .is_grouped = !is_null(s, 13),
	    .when = read_when(s, 14),
	    .has_when = !is_null(s, 16),
	    .place = {.level = (unsigned)db_int(s, 17),
		      .lat_e7 = (int32_t)db_int(s, 19),
		      .lon_e7 = (int32_t)db_int(s, 20)},
	    .type = is_null(s, 21) ? -1 : (int)db_int(s, 21),
	    .severity = is_null(s, 22) ? -1 : (int)db_int(s, 22),
	    .governorate = copy_text(s, 23, arena),
	    .district = copy_text(s, 24, arena),
	    .distance_m = -1,
	};
	row->incident = row->id;
	if (!span_copy(row->station.name, sizeof row->station.name, db_text(s, 3)) ||
	    !span_copy(row->place.mgrs, sizeof row->place.mgrs, db_text(s, 18)))
		return ERR_CORRUPT;
	if (row->is_grouped)
		err = read_incident(picture, db_int(s, 13), &row->incident);
	if (err == ERR_OK && with_record && !row->is_erased)
		err = picture_row_record(picture, db_int(s, 0), arena, &row->record);
	return err;
}

enum err
picture_row_collect(struct picture *picture, sqlite3_stmt *statement, bool with_records,
		    struct arena *arena, struct picture_row **rows, size_t *n)
{
	size_t size = 0;
	bool has_row;
	enum err err;

	*rows = NULL;
	*n = 0;
	while ((err = db_step(statement, &has_row)) == ERR_OK && has_row) {
		*rows = picture_row_grow(arena, *rows, *n, &size, sizeof **rows);
		err = *rows
			  ? picture_row_read(picture, statement, with_records, arena, &(*rows)[*n])
			  : ERR_NOMEM;
		if (err != ERR_OK)
			break;
		++*n;
	}
	if (err != ERR_OK)
		db_reset(statement);
	return err;
}

static struct span
id_span(const struct hash *id)
{
	return span_make(id->b, HASH_SIZE);
}

static enum err
collect(struct picture *picture, sqlite3_stmt *statement, struct arena *arena,
	struct picture_row **rows, size_t *n)
{
	enum err err = picture_row_collect(picture, statement, true, arena, rows, n);

	db_reset(statement);
	return err;
}

enum err
picture_record(struct picture *picture, const struct hash *id, struct arena *arena,
	       struct picture_row *row)
{
	struct picture_row *rows;
	sqlite3_stmt *statement;
	size_t n;
	enum err err = picture_store_sql(picture, PICTURE_SQL_RECORD, &statement);

	if (err == ERR_OK)
		db_bind_blob(statement, 1, id_span(id));
	*row = (struct picture_row){0}; /* which may be where the id was */
	if (err != ERR_OK)
		return err;
	err = collect(picture, statement, arena, &rows, &n);
	if (err != ERR_OK)
		return err;
	if (n == 0)
		return ERR_NOT_FOUND;
	*row = rows[0];
	return ERR_OK;
}

enum err
picture_latest(struct picture *picture, enum kind kind, const struct station *station,
	       struct arena *arena, struct picture_row *row)
{
	struct picture_row *rows;
	sqlite3_stmt *statement;
	size_t n;
	enum err err = picture_store_sql(picture, PICTURE_SQL_LATEST, &statement);

	*row = (struct picture_row){0};
	if (err != ERR_OK)
		return err;
	db_bind_int(statement, 1, kind);
	db_bind_text(statement, 2, span_of(station->name));
	err = collect(picture, statement, arena, &rows, &n);
	if (err != ERR_OK)
		return err;
	if (n == 0)
		return ERR_NOT_FOUND;
	*row = rows[0];
	return ERR_OK;
}

enum err
picture_thread(struct picture *picture, struct span thread, struct arena *arena,
	       struct picture_row **rows, size_t *n)
{
	sqlite3_stmt *statement;
	enum err err = picture_store_sql(picture, PICTURE_SQL_THREAD, &statement);

	*rows = NULL;
	*n = 0;
	if (err != ERR_OK)
		return err;
	db_bind_text(statement, 1, thread);
	return collect(picture, statement, arena, rows, n);
}

enum err
picture_incident(struct picture *picture, const struct hash *id, struct arena *arena,
		 struct picture_row **rows, size_t *n)
{
	sqlite3_stmt *statement;
	enum err err = picture_store_sql(picture, PICTURE_SQL_INCIDENT, &statement);

	*rows = NULL;
	*n = 0;
	if (err != ERR_OK)
		return err;
	db_bind_blob(statement, 1, id_span(id));
	return collect(picture, statement, arena, rows, n);
}

enum err
picture_notes(struct picture *picture, const struct hash *id, uint32_t kinds, struct arena *arena,
	      struct picture_row **rows, size_t *n)
{
	sqlite3_stmt *statement;
	enum err err = picture_store_sql(picture, PICTURE_SQL_NOTES, &statement);

	*rows = NULL;
	*n = 0;
	if (err != ERR_OK)
		return err;
	db_bind_blob(statement, 1, id_span(id));
	db_bind_int(statement, 2, FIELD_INCIDENT);
	db_bind_int(statement, 3, kinds);
	return collect(picture, statement, arena, rows, n);
}

static void
answer_of(const struct picture_row *row, struct picture_answer *answer)
{
	const struct value *field = row->record ? row->record->field : NULL;

	*answer = (struct picture_answer){.id = row->id,
					  .station = row->station,
					  .answer = -1,
					  .at_ms = row->filed_ms ? row->filed_ms : row->arrived_ms};
	if (!field)
		return;
	answer->re = field[FIELD_RE].id;
	if (field[FIELD_ANSWER].is_set)
		answer->answer = field[FIELD_ANSWER].code;
	if (field[FIELD_ETA].is_set)
		answer->eta_ms = field[FIELD_ETA].at_ms;
}

enum err
picture_answers(struct picture *picture, const struct hash *id, struct arena *arena,
		struct picture_answer **rows, size_t *n)
{
	struct picture_row *notes;
	enum err err = picture_notes(picture, id, picture_kind(KIND_ANSWER), arena, &notes, n);

	*rows = NULL;
	if (err != ERR_OK || *n == 0)
		return err;
	*rows = arena_array(arena, *n, sizeof **rows);
	if (!*rows) {
		*n = 0;
		return ERR_NOMEM;
	}
	for (size_t i = 0; i < *n; i++)
		answer_of(&notes[i], &(*rows)[i]);
	return ERR_OK;
}
