/*
 * Promises the file: opened in one form, batches that are whole or not there, statements prepared
 * once, states of records per party, and no trace of what was erased.  What the rows mean is in
 * picture_put.c (in) and picture_settle.c (folding); the tables are described in picture_store.h.
 */
#include "picture/picture_store.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
	WORK_ARENA = 256 << 20, /* a ceiling: what names one record that everybody cites */
	BLOB_MAX = 1 << 20,
	MANY = 10000, /* versions in a batch after which memory is given back */
	WRITER_WAIT_MS =
	    50, /* the journal confirms without us; better to fold later than to wait */
	READER_WAIT_MS = 1000
};

static const char *const texts[PICTURE_SQL_COUNT] = {
#define X(name, text) [PICTURE_SQL_##name] = text,
    PICTURE_SQL_ROWS(X)
#undef X
};

static const char schema[] =
    "CREATE TABLE meta (station TEXT NOT NULL, mark INTEGER NOT NULL) STRICT;"
    "CREATE TABLE item (n INTEGER PRIMARY KEY, id BLOB NOT NULL, thread TEXT NOT NULL, "
    "station TEXT NOT NULL, kind INTEGER NOT NULL, position INTEGER NOT NULL, filed_ms INTEGER NOT "
    "NULL, arrived_ms INTEGER NOT NULL, is_own INTEGER NOT NULL, is_late INTEGER NOT NULL, "
    "is_erased INTEGER NOT NULL, is_current INTEGER NOT NULL, is_retracted INTEGER NOT NULL, "
    "is_asking INTEGER NOT NULL, link INTEGER, type INTEGER, severity INTEGER, from_ms INTEGER NOT "
    "NULL, to_ms INTEGER NOT NULL, precision INTEGER, level INTEGER NOT NULL, mgrs TEXT, lat "
    "INTEGER, lon INTEGER, south INTEGER NOT NULL, west INTEGER NOT NULL, north INTEGER NOT NULL, "
    "east INTEGER NOT NULL, governorate TEXT, district TEXT, people INTEGER, information INTEGER, "
    "grp INTEGER, "
    "rank INTEGER NOT NULL) STRICT;"
    "CREATE TABLE body (n INTEGER PRIMARY KEY, record BLOB NOT NULL) STRICT;"
    "CREATE TABLE ref (target BLOB NOT NULL, field INTEGER NOT NULL, source INTEGER NOT NULL, "
    "PRIMARY KEY (target, field, source)) STRICT, WITHOUT ROWID;"
    "CREATE INDEX ref_source ON ref (source);"
    "CREATE TABLE figure (n INTEGER NOT NULL, field INTEGER NOT NULL, low INTEGER NOT NULL, best "
    "INTEGER NOT NULL, high INTEGER NOT NULL, word INTEGER NOT NULL, PRIMARY KEY (n, field)) "
    "STRICT, WITHOUT ROWID;"
    "CREATE VIRTUAL TABLE area USING rtree_i32 (n, south, north, west, east, from_min, to_min);"
    "CREATE VIRTUAL TABLE words USING fts5 (text, content='', columnsize=0, tokenize=\"ascii\");"
    "INSERT INTO words(words, rank) VALUES ('hashsize', 33554432);"
    "CREATE TABLE state (id BLOB NOT NULL, party TEXT NOT NULL, state INTEGER NOT NULL, at_ms "
    "INTEGER NOT NULL, why INTEGER NOT NULL, PRIMARY KEY (id, party, state)) STRICT, WITHOUT "
    "ROWID;";

static const char indexes[] =
    "CREATE UNIQUE INDEX IF NOT EXISTS item_id ON item (id);"
    "CREATE INDEX IF NOT EXISTS item_thread ON item (thread);"
    "CREATE INDEX IF NOT EXISTS item_from ON item (from_ms);"
    "CREATE INDEX IF NOT EXISTS item_grp ON item (grp) WHERE grp IS NOT NULL;"
    "CREATE INDEX IF NOT EXISTS item_red ON item (n) WHERE is_current = 1 AND severity = 0;";

static const struct {
	const char *code, *label;
} states[] = {
#define X(name, code, label) {code, label},
    PICTURE_STATE_ROWS(X)
#undef X
};

const char *
picture_state_code(enum picture_state state)
{
	return (unsigned)state < PICTURE_STATE_COUNT ? states[state].code : NULL;
}

const char *
picture_state_label(enum picture_state state)
{
	return (unsigned)state < PICTURE_STATE_COUNT ? states[state].label : NULL;
}

enum err
picture_store_sql(struct picture *picture, enum picture_sql which, sqlite3_stmt **statement)
{
	enum err err = ERR_OK;

	if (!picture->sql[which])
		err = db_prepare(picture->db, texts[which], &picture->sql[which]);
	*statement = picture->sql[which];
	return err;
}

static enum err
make(struct picture *picture)
{
	sqlite3_stmt *statement = NULL;
	enum err err = db_run(picture->db, "BEGIN IMMEDIATE");

	if (err != ERR_OK)
		return err;
	err = db_run(picture->db, schema);
	if (err == ERR_OK)
		err = db_prepare(picture->db, "INSERT INTO meta VALUES (?, 0)", &statement);
	if (err == ERR_OK) {
		db_bind_text(statement, 1, span_of(picture->own.name));
		err = db_do(statement);
	}
	(void)sqlite3_finalize(statement);
	if (err == ERR_OK)
		err = db_run(picture->db, "PRAGMA user_version = 3; COMMIT");
	if (err != ERR_OK)
		(void)sqlite3_exec(picture->db, "ROLLBACK", NULL, NULL, NULL);
	return err;
}

static enum err
read_number(struct picture *picture, const char *sql, int64_t *value)
{
	sqlite3_stmt *statement;
	bool has_row = false;
	enum err err = db_prepare(picture->db, sql, &statement);

	*value = 0;
	if (err == ERR_OK)
		err = db_step(statement, &has_row);
	if (has_row)
		*value = db_int(statement, 0);
	(void)sqlite3_finalize(statement);
	return err;
}

/* Rows and indexes become durable together, so a file without indexes has no rows. */
static enum err
find_indexes(struct picture *picture)
{
	int64_t indexes_there;
	enum err err = read_number(
	    picture, "SELECT count(*) FROM sqlite_schema WHERE name = 'item_id'", &indexes_there);

	picture->is_bare = indexes_there == 0;
	return err;
}

static enum err
make_indexes(struct picture *picture)
{
	return picture->is_bare ? db_run(picture->db, indexes) : ERR_OK;
}

static enum err
read_station(struct picture *picture, struct station *station)
{
	sqlite3_stmt *statement;
	bool has_row = false;
	enum err err = db_prepare(picture->db, "SELECT station FROM meta", &statement);

	if (err == ERR_OK)
		err = db_step(statement, &has_row);
	if (err == ERR_OK && (!has_row || !station_read(db_text(statement, 0), station)))
		err = ERR_FORMAT;
	(void)sqlite3_finalize(statement);
	return err;
}

/* Makes an empty file ours, or finds that it is. */
static enum err
settle_form(struct picture *picture)
{
	struct station held;
	int64_t form, tables;
	enum err err = read_number(picture, "PRAGMA user_version", &form);

	if (err == ERR_OK)
		err = read_number(picture, "SELECT count(*) FROM sqlite_schema", &tables);
	if (err != ERR_OK)
		return err;
	if (picture->is_writer && form == 0 && tables == 0)
		err = make(picture);
	else if (form != PICTURE_FORM)
		err = ERR_FORMAT;
	if (err == ERR_OK && picture->is_writer)
		err = find_indexes(picture);
	if (err != ERR_OK)
		return err;
	err = read_station(picture, &held);
	if (err == ERR_OK && picture->is_writer && !station_equal(&held, &picture->own))
		return ERR_FORMAT;
	picture->own = held;
	return err;
}

enum err
picture_open(const char *dir, enum picture_mode mode, const struct station *own,
	     struct picture **picture)
{
	char path[FILE_PATH_MAX];
	struct picture *opened = calloc(1, sizeof *opened);
	enum err err = ERR_NOMEM;

	*picture = NULL;
	if (!opened)
		return ERR_NOMEM;
	opened->is_writer = mode == PICTURE_WRITE;
	if (own)
		opened->own = *own;
	opened->blob = out_new(BLOB_MAX);
	opened->words = out_new(BLOB_MAX);
	opened->arena = arena_new(WORK_ARENA);
	if (opened->arena)
		err = file_path(path, sizeof path, dir, PICTURE_FILE);
	if (err == ERR_OK)
		err = db_open(path, mode == PICTURE_WRITE ? DB_VOLATILE : DB_READ, &opened->db);
	if (err == ERR_OK)
		err = settle_form(opened);
	if (err != ERR_OK)
		goto fail;
	/* A refold must not spill its pages before it commits; used only as far as needed. */
	err = db_run(opened->db,
		     opened->is_writer ? "PRAGMA cache_size=-262144" : "PRAGMA cache_size=-8192");
	if (err != ERR_OK)
		goto fail;
	(void)sqlite3_busy_timeout(opened->db, opened->is_writer ? WRITER_WAIT_MS : READER_WAIT_MS);
	opened->party = station_party(&opened->own);
	*picture = opened;
	return ERR_OK;
fail:
	picture_close(opened);
	return err;
}

void
picture_close(struct picture *picture)
{
	if (!picture)
		return;
	for (unsigned i = 0; i < PICTURE_SQL_COUNT; i++)
		(void)sqlite3_finalize(picture->sql[i]);
	db_close(picture->db);
	arena_free(picture->arena);
	out_free(&picture->blob);
	out_free(&picture->words);
	picture_list_free(&picture->dirty);
	picture_list_free(&picture->loose);
	picture_list_free(&picture->moved);
	picture_map_free(&picture->ids);
	picture_set_free(&picture->threads);
	free(picture->boxes);
	free(picture);
}

enum err
picture_remove(const char *dir)
{
	static const char *const names[] = {PICTURE_FILE, PICTURE_FILE "-wal", PICTURE_FILE "-shm"};

	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		char path[FILE_PATH_MAX];
		enum err err = file_path(path, sizeof path, dir, names[i]);

		if (err != ERR_OK)
			return err;
		if (unlink(path) != 0 && file_is_there(path))
			return ERR_IO;
	}
	return ERR_OK;
}

static void
forget_batch(struct picture *picture)
{
	if (picture->n_boxes > MANY)
		(void)sqlite3_db_release_memory(picture->db);
	picture_list_free(&picture->dirty);
	picture_list_free(&picture->loose);
	picture_list_free(&picture->moved);
	picture_map_free(&picture->ids);
	picture_set_free(&picture->threads);
	free(picture->boxes);
	picture->boxes = NULL;
	picture->n_boxes = picture->boxes_size = 0;
	picture->is_in_batch = false;
	picture->has_erased = false;
	out_free(&picture->blob);
	out_free(&picture->words);
}

enum err
picture_begin(struct picture *picture)
{
	enum err err;

	if (!picture->is_writer || picture->is_in_batch)
		return ERR_INTERNAL;
	err = db_run(picture->db, "BEGIN IMMEDIATE");
	picture->is_in_batch = err == ERR_OK;
	return err;
}

enum err
picture_commit(struct picture *picture)
{
	enum err err;

	if (!picture->is_in_batch)
		return ERR_INTERNAL;
	err = make_indexes(picture);
	if (err == ERR_OK)
		err = picture_settle(picture);
	if (err == ERR_OK)
		err = picture_area_flush(picture);
	/* Deleted words stay in older segments of the index until these are merged. */
	if (err == ERR_OK && picture->has_erased)
		err = db_run(picture->db, "INSERT INTO words(words) VALUES ('optimize')");
	if (err == ERR_OK)
		err = db_run(picture->db, "COMMIT");
	if (err == ERR_BUSY)
		return err;
	if (err != ERR_OK) {
		picture_rollback(picture);
		return err;
	}
	picture->is_untidy = picture->is_untidy || picture->has_erased;
	picture->is_bare = false;
	forget_batch(picture);
	if (picture->is_untidy && picture_tidy(picture) == ERR_OK)
		picture->is_untidy = false;
	return ERR_OK;
}

void
picture_rollback(struct picture *picture)
{
	if (!picture->is_in_batch)
		return;
	(void)sqlite3_exec(picture->db, "ROLLBACK", NULL, NULL, NULL);
	forget_batch(picture);
}

/* The write-ahead log still holds old pages; emptied, only the file itself is left, where
 * secure_delete has overwritten them. */
enum err
picture_tidy(struct picture *picture)
{
	int64_t is_busy = 0;
	enum err err;

	if (!picture->is_writer || picture->is_in_batch)
		return ERR_INTERNAL;
	if (!picture->is_untidy)
		return ERR_OK;
	err = read_number(picture, "PRAGMA wal_checkpoint(TRUNCATE)", &is_busy);
	if (err == ERR_OK && is_busy)
		err = ERR_BUSY;
	if (err == ERR_OK)
		picture->is_untidy = false;
	return err;
}

enum err
picture_mark_put(struct picture *picture, int64_t mark)
{
	sqlite3_stmt *statement;
	enum err err;

	if (!picture->is_in_batch)
		return ERR_INTERNAL;
	err = picture_store_sql(picture, PICTURE_SQL_MARK_PUT, &statement);
	if (err != ERR_OK)
		return err;
	db_bind_int(statement, 1, mark);
	return db_do(statement);
}

enum err
picture_mark(struct picture *picture, int64_t *mark)
{
	return read_number(picture, "SELECT mark FROM meta", mark);
}

enum err
picture_state_put(struct picture *picture, const struct hash *id, const struct party *party,
		  enum picture_state state, int64_t at_ms, enum why why)
{
	sqlite3_stmt *statement;
	enum err err;

	if (!picture->is_in_batch || (unsigned)state >= PICTURE_STATE_COUNT)
		return ERR_INTERNAL;
	err = picture_store_sql(picture, PICTURE_SQL_STATE_PUT, &statement);
	if (err != ERR_OK)
		return err;
	db_bind_blob(statement, 1, span_make(id->b, HASH_SIZE));
	db_bind_text(statement, 2, span_of(party->name));
	db_bind_int(statement, 3, state);
	db_bind_int(statement, 4, at_ms);
	db_bind_int(statement, 5, why);
	return db_do(statement);
}

/* Whether `next` tells more about where a record stands than `held`. */
static bool
is_further(const struct picture_standing *held, const struct picture_standing *next)
{
	if (next->state >= PICTURE_STATE_EXPORTED)
		return next->state > held->state;
	return held->state < PICTURE_STATE_EXPORTED && next->at_ms >= held->at_ms;
}

enum err
picture_states(struct picture *picture, const struct hash *id, struct arena *arena,
	       struct picture_standing **rows, size_t *n)
{
	sqlite3_stmt *statement;
	size_t size = 0;
	bool has_row;
	enum err err = picture_store_sql(picture, PICTURE_SQL_STATES, &statement);

	*rows = NULL;
	*n = 0;
	if (err != ERR_OK)
		return err;
	db_bind_blob(statement, 1, span_make(id->b, HASH_SIZE));
	while ((err = db_step(statement, &has_row)) == ERR_OK && has_row) {
		struct picture_standing next = {.state = (enum picture_state)db_int(statement, 1),
						.at_ms = db_int(statement, 2),
						.why = (enum why)db_int(statement, 3)};

		if (!party_read(db_text(statement, 0), &next.party) ||
		    (unsigned)next.state >= PICTURE_STATE_COUNT)
			continue;
		if (*n > 0 && party_equal(&(*rows)[*n - 1].party, &next.party)) {
			if (is_further(&(*rows)[*n - 1], &next))
				(*rows)[*n - 1] = next;
			continue;
		}
		*rows = picture_row_grow(arena, *rows, *n, &size, sizeof **rows);
		if (!*rows) {
			db_reset(statement);
			*n = 0;
			return ERR_NOMEM;
		}
		(*rows)[(*n)++] = next;
	}
	return err;
}

enum err
picture_size(struct picture *picture, struct picture_size *size)
{
	sqlite3_stmt *statement;
	bool has_row = false;
	enum err err = db_prepare(picture->db,
				  "SELECT count(*), total(is_current), total(is_own), "
				  "total(is_erased), count(DISTINCT grp) FROM item",
				  &statement);

	*size = (struct picture_size){0};
	if (err == ERR_OK)
		err = db_step(statement, &has_row);
	if (has_row)
		*size = (struct picture_size){.records = db_int(statement, 0),
					      .current = db_int(statement, 1),
					      .own = db_int(statement, 2),
					      .erased = db_int(statement, 3),
					      .incidents = db_int(statement, 4)};
	(void)sqlite3_finalize(statement);
	return err;
}
