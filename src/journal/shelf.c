/*
 * Promises signed documents by class, name and version, and the countersignatures of our own heads.
 */
#include "journal/shelf.h"

#include "journal/inside.h"
#include "journal/tables.h"

#include <string.h>

/* clang-format off */
#define COLUMNS \
	"SELECT class, name, version, text, at_ms, row IS " TABLES_HASH("shelf", TABLES_SHELF) " FROM shelf "

static const char sql_put[] =
    "INSERT INTO shelf VALUES(?1, ?2, ?3, ?4, ?5, rowhash('shelf', ?1, ?2, ?3, ?4, ?5))";
static const char sql_get[] = COLUMNS "WHERE class = ?1 AND name = ?2 AND version = ?3";
static const char sql_newest[] =
    COLUMNS "WHERE class = ?1 AND name = ?2 ORDER BY version DESC LIMIT 1";
static const char sql_each[] = COLUMNS "WHERE class = ?1 ORDER BY name, version";
static const char sql_cosign[] =
    "INSERT OR IGNORE INTO cosign VALUES(?1, ?2, ?3, ?4, ?5, rowhash('cosign', ?1, ?2, ?3, ?4, ?5))";
/* The first says since when it was there, the last that the log is still watched. */
static const char sql_thin[] =
    "DELETE FROM cosign WHERE epoch = ?1 AND size = ?2 AND witness = ?3"
    " AND at_ms > (SELECT min(at_ms) FROM cosign WHERE epoch = ?1 AND size = ?2 AND witness = ?3)"
    " AND at_ms < (SELECT max(at_ms) FROM cosign WHERE epoch = ?1 AND size = ?2 AND witness = ?3)";
static const char sql_cosigns[] =
    "SELECT witness, at_ms, line, row IS " TABLES_HASH("cosign", TABLES_COSIGN) " FROM cosign "
    "WHERE epoch = ?1 AND size = ?2 AND witness <> ?3 ORDER BY witness, at_ms";
/* clang-format on */

static enum err
take_row(sqlite3_stmt *row, struct shelf *shelf)
{
	shelf->class = db_text(row, 0);
	shelf->name = db_text(row, 1);
	shelf->version = db_int(row, 2);
	shelf->text = db_blob(row, 3);
	shelf->at_ms = db_int(row, 4);
	return db_int(row, 5) ? ERR_OK : ERR_CORRUPT;
}

static enum err
is_same(struct journal *journal, const struct shelf *shelf)
{
	sqlite3_stmt *statement;
	struct shelf held;
	bool has_row;
	enum err err = inside_db(journal, sql_get, &statement);

	if (err != ERR_OK)
		return err;
	db_bind_text(statement, 1, shelf->class);
	db_bind_text(statement, 2, shelf->name);
	db_bind_int(statement, 3, shelf->version);
	err = db_step(statement, &has_row);
	if (err == ERR_OK && !has_row)
		return ERR_NOT_FOUND;
	if (err == ERR_OK)
		err = take_row(statement, &held);
	if (err == ERR_OK && !span_equal(held.text, shelf->text))
		err = ERR_EXISTS;
	db_reset(statement);
	return err;
}

enum err
shelf_put(struct journal *journal, const struct shelf *shelf)
{
	sqlite3_stmt *statement;
	enum err err = inside_may_write(journal);

	if (err == ERR_OK &&
	    (!inside_text_is_fine(shelf->class) || shelf->name.n >= JOURNAL_TEXT_MAX))
		err = ERR_FORMAT;
	if (err == ERR_OK && shelf->text.n > JOURNAL_BLOB_MAX)
		err = ERR_LIMIT;
	if (err == ERR_OK)
		err = is_same(journal, shelf);
	if (err != ERR_NOT_FOUND)
		return err;
	err = inside_db(journal, sql_put, &statement);
	if (err != ERR_OK)
		return err;
	db_bind_text(statement, 1, shelf->class);
	db_bind_text(statement, 2, shelf->name);
	db_bind_int(statement, 3, shelf->version);
	db_bind_blob(statement, 4, shelf->text);
	db_bind_int(statement, 5, shelf->at_ms);
	return inside_do(journal, statement);
}

static enum err
take_one(sqlite3_stmt *statement, struct arena *arena, struct shelf *shelf)
{
	struct span *const spans[] = {&shelf->class, &shelf->name, &shelf->text};
	bool has_row;
	enum err err = db_step(statement, &has_row);

	if (err == ERR_OK && !has_row)
		return ERR_NOT_FOUND;
	if (err == ERR_OK)
		err = take_row(statement, shelf);
	for (size_t i = 0; i < sizeof spans / sizeof spans[0] && err == ERR_OK; i++) {
		struct span made = arena_copy(arena, *spans[i]);

		if (spans[i]->n && !made.p)
			err = ERR_NOMEM;
		*spans[i] = made;
	}
	db_reset(statement);
	if (err != ERR_OK)
		memset(shelf, 0, sizeof *shelf);
	return err;
}

enum err
shelf_newest(struct journal *journal, struct span class, struct span name, struct arena *arena,
	     struct shelf *shelf)
{
	sqlite3_stmt *statement;
	enum err err = inside_db(journal, sql_newest, &statement);

	memset(shelf, 0, sizeof *shelf);
	if (err != ERR_OK)
		return err;
	db_bind_text(statement, 1, class);
	db_bind_text(statement, 2, name);
	return take_one(statement, arena, shelf);
}

enum err
shelf_get(struct journal *journal, struct span class, struct span name, int64_t version,
	  struct arena *arena, struct shelf *shelf)
{
	sqlite3_stmt *statement;
	enum err err = inside_db(journal, sql_get, &statement);

	memset(shelf, 0, sizeof *shelf);
	if (err != ERR_OK)
		return err;
	db_bind_text(statement, 1, class);
	db_bind_text(statement, 2, name);
	db_bind_int(statement, 3, version);
	return take_one(statement, arena, shelf);
}

enum err
shelf_each(struct journal *journal, struct span class, const struct shelf_walk *walk)
{
	sqlite3_stmt *statement;
	struct shelf one;
	bool has_row;
	enum err err = db_prepare(journal->db, sql_each, &statement);

	if (err != ERR_OK)
		return err;
	db_bind_text(statement, 1, class);
	while ((err = db_step(statement, &has_row)) == ERR_OK && has_row) {
		err = take_row(statement, &one);
		if (err != ERR_OK || !walk->each(walk->context, &one))
			break;
	}
	(void)sqlite3_finalize(statement);
	return err;
}

/* The note must be about a head of this very log. */
static enum err
check_head(struct journal *journal, const struct note *note, struct note_head *head)
{
	struct merkle_source source = inside_source(journal);
	struct hash root;
	enum err err = note_head_read(note->text, head);

	if (err == ERR_OK &&
	    (strcmp(head->origin, journal->origin) != 0 || head->size > journal->head.size))
		err = ERR_REFUSED;
	if (err == ERR_OK)
		err = merkle_root_at(&source, head->size, &root);
	if (err == ERR_OK && !hash_equal(&root, &head->root))
		err = ERR_REFUSED;
	return err;
}

static enum err
put_line(struct journal *journal, uint64_t size, struct span name, int64_t at_ms, struct span line)
{
	sqlite3_stmt *statement;
	enum err err = inside_db(journal, sql_cosign, &statement);

	if (err != ERR_OK)
		return err;
	db_bind_int(statement, 1, journal->epoch);
	db_bind_int(statement, 2, (int64_t)size);
	db_bind_text(statement, 3, name);
	db_bind_int(statement, 4, at_ms);
	db_bind_text(statement, 5, line);
	err = inside_do(journal, statement);
	if (err == ERR_OK)
		err = inside_db(journal, sql_thin, &statement);
	if (err != ERR_OK)
		return err;
	db_bind_int(statement, 1, journal->epoch);
	db_bind_int(statement, 2, (int64_t)size);
	db_bind_text(statement, 3, name);
	return inside_do(journal, statement);
}

/* The log's own line beside them, as of time 0: so that a head which is no longer the newest can
 * still be shown with what was countersigned. */
static enum err
put_own_line(struct journal *journal, const struct note *note, uint64_t size)
{
	struct span line;

	if (!note_find_line(note, &journal->key, &line))
		return ERR_OK;
	return put_line(journal, size, span_of(journal->origin), 0, line);
}

enum err
shelf_cosign(struct journal *journal, const struct note_key *key, struct span bytes, int64_t now_ms)
{
	struct note note;
	struct note_head head = {0};
	struct span line;
	uint64_t time_s = 0;
	enum err err = inside_may_write(journal);

	(void)now_ms;
	if (err == ERR_OK)
		err = note_read(bytes, &note);
	if (err == ERR_OK &&
	    (key->type != NOTE_COSIGNATURE || note_check(&note, key, &time_s) != NOTE_HOLDS ||
	     !note_find_line(&note, key, &line) || !note_line_time(line, &time_s) || time_s == 0 ||
	     time_s > INT64_MAX / 1000))
		err = ERR_REFUSED;
	if (err == ERR_OK)
		err = check_head(journal, &note, &head);
	if (err == ERR_OK)
		err = put_own_line(journal, &note, head.size);
	if (err == ERR_OK)
		err =
		    put_line(journal, head.size, span_of(key->name), (int64_t)time_s * 1000, line);
	if (err == ERR_OK && head.size == journal->head.size)
		journal->must_publish = true;
	return err;
}

enum err
shelf_each_cosign(struct journal *journal, uint64_t size,
		  void (*each)(void *context, struct span witness, int64_t at_ms, struct span line),
		  void *context)
{
	sqlite3_stmt *statement;
	bool has_row;
	enum err err = db_prepare(journal->db, sql_cosigns, &statement);

	if (err != ERR_OK)
		return err;
	db_bind_int(statement, 1, journal->epoch);
	db_bind_int(statement, 2, (int64_t)size);
	db_bind_text(statement, 3, span_of(journal->origin));
	while ((err = db_step(statement, &has_row)) == ERR_OK && has_row) {
		if (!db_int(statement, 3)) {
			err = ERR_CORRUPT;
			break;
		}
		each(context, db_text(statement, 0), db_int(statement, 1), db_text(statement, 2));
	}
	(void)sqlite3_finalize(statement);
	return err;
}
