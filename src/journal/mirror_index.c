/*
 * Promises to find a leaf's position fast.  Proves nothing: the tiles do.
 */
#include "journal/mirror_index.h"

#include "base/db.h"
#include "base/file.h"
#include "journal/inside.h"
#include "journal/rowhash.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

struct mirror_index {
	sqlite3 *db;
	sqlite3_stmt *put;
	sqlite3_stmt *get;
	bool is_writing;
	uint64_t size;
};

/* clang-format off */
static const char sql_make[] =
    "CREATE TABLE IF NOT EXISTS leaf(hash BLOB PRIMARY KEY, idx INTEGER NOT NULL, row BLOB NOT NULL)"
    " STRICT, WITHOUT ROWID;"
    "CREATE TABLE IF NOT EXISTS complete(one INTEGER PRIMARY KEY, size INTEGER NOT NULL, row BLOB NOT NULL)"
    " STRICT;";
static const char sql_put[] =
    "INSERT INTO leaf VALUES(?1, ?2, rowhash('leaf', ?1, ?2)) "
    "ON CONFLICT(hash) DO UPDATE SET idx = excluded.idx, row = excluded.row";
static const char sql_get[] =
    "SELECT idx, row IS rowhash('leaf', hash, idx) FROM leaf WHERE hash = ?1";
static const char sql_complete[] =
    "INSERT OR REPLACE INTO complete VALUES(1, ?1, rowhash('complete', 1, ?1))";
static const char sql_size[] =
    "SELECT size FROM complete WHERE one = 1 AND row IS rowhash('complete', one, size)";
/* clang-format on */

static enum err
path_of(const char *dir, char path[FILE_PATH_MAX])
{
	return file_path(path, FILE_PATH_MAX, dir, "mirror.db");
}

static enum err
load_size(struct mirror_index *index)
{
	sqlite3_stmt *statement;
	bool has_row;
	enum err err = db_prepare(index->db, sql_size, &statement);

	if (err != ERR_OK)
		return err;
	err = db_step(statement, &has_row);
	if (err == ERR_OK && has_row && db_int(statement, 0) > 0)
		index->size = (uint64_t)db_int(statement, 0);
	(void)sqlite3_finalize(statement);
	return err;
}

static enum err
open_db(const char *path, enum db_mode mode, struct mirror_index **out)
{
	struct mirror_index *index = calloc(1, sizeof *index);
	enum err err = index ? db_open(path, mode, &index->db) : ERR_NOMEM;

	if (err == ERR_OK)
		err = rowhash_install(index->db);
	if (err == ERR_OK && mode == DB_CREATE)
		err = db_run(index->db, sql_make);
	/* a mirror is one of many: little memory for each */
	if (err == ERR_OK)
		err = db_run(index->db, "PRAGMA cache_size=-1024; PRAGMA wal_autocheckpoint=1000");
	if (err == ERR_OK)
		err = db_prepare(index->db, sql_get, &index->get);
	if (err == ERR_OK && mode == DB_CREATE)
		err = db_prepare(index->db, sql_put, &index->put);
	if (err == ERR_OK)
		err = load_size(index);
	if (err == ERR_OK)
		*out = index;
	else
		mirror_index_close(index);
	return err;
}

static void
throw_away(const char *path)
{
	static const char *const ends[] = {"", "-wal", "-shm"};
	char name[FILE_PATH_MAX + 8];

	for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
		(void)snprintf(name, sizeof name, "%s%s", path, ends[i]);
		(void)unlink(name);
	}
}

enum err
mirror_index_open(const char *dir, struct mirror_index **index)
{
	char path[FILE_PATH_MAX];
	enum err err = path_of(dir, path);

	*index = NULL;
	for (int again = 0; again < 2 && err == ERR_OK; again++) {
		err = inside_make_private(path);
		if (err == ERR_OK)
			err = open_db(path, DB_CREATE, index);
		if (err != ERR_CORRUPT && err != ERR_INTERNAL)
			return err;
		throw_away(path);
		err = again ? err : ERR_OK;
	}
	return err;
}

enum err
mirror_index_view(const char *dir, struct mirror_index **index)
{
	char path[FILE_PATH_MAX];
	enum err err = path_of(dir, path);

	*index = NULL;
	return err == ERR_OK ? open_db(path, DB_READ, index) : err;
}

void
mirror_index_close(struct mirror_index *index)
{
	if (!index)
		return;
	(void)sqlite3_finalize(index->put);
	(void)sqlite3_finalize(index->get);
	db_close(index->db);
	free(index);
}

uint64_t
mirror_index_size(const struct mirror_index *index)
{
	return index->size;
}

void
mirror_index_forget(struct mirror_index *index)
{
	index->size = 0;
}

/* To the mirror "busy" means that a tile is missing. */
static enum err
not_busy(enum err err)
{
	return err == ERR_BUSY ? ERR_LOCKED : err;
}

enum err
mirror_index_put(struct mirror_index *index, const struct hash *leaf, uint64_t position)
{
	enum err err = index->is_writing ? ERR_OK : db_run(index->db, "BEGIN IMMEDIATE");

	if (err != ERR_OK)
		return not_busy(err);
	index->is_writing = true;
	db_bind_blob(index->put, 1, span_make(leaf->b, HASH_SIZE));
	db_bind_int(index->put, 2, (int64_t)position);
	return not_busy(db_do(index->put));
}

static enum err
write_size(struct mirror_index *index, uint64_t size)
{
	sqlite3_stmt *statement;
	enum err err = db_prepare(index->db, sql_complete, &statement);

	if (err != ERR_OK)
		return err;
	db_bind_int(statement, 1, (int64_t)size);
	err = db_do(statement);
	(void)sqlite3_finalize(statement);
	return err;
}

enum err
mirror_index_commit(struct mirror_index *index, uint64_t size)
{
	enum err err = write_size(index, size);

	if (err == ERR_OK && index->is_writing)
		err = db_run(index->db, "COMMIT");
	if (err != ERR_OK)
		return not_busy(err);
	index->is_writing = false;
	index->size = size;
	return ERR_OK;
}

enum err
mirror_index_get(struct mirror_index *index, const struct hash *leaf, uint64_t *position)
{
	bool has_row;
	enum err err;

	db_bind_blob(index->get, 1, span_make(leaf->b, HASH_SIZE));
	err = db_step(index->get, &has_row);
	if (err == ERR_OK && !has_row)
		return ERR_NOT_FOUND;
	if (err == ERR_OK && (!db_int(index->get, 1) || db_int(index->get, 0) < 0))
		err = ERR_CORRUPT;
	if (err == ERR_OK)
		*position = (uint64_t)db_int(index->get, 0);
	db_reset(index->get);
	return not_busy(err);
}
