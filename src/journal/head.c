/*
 * Promises that for one origin heads only ever grow, whoever else has this file open.
 */
#include "journal/head.h"

#include "base/file.h"
#include "journal/inside.h"
#include "journal/rowhash.h"
#include "journal/tables.h"
#include "journal/wal.h"

#include <string.h>

enum err
head_open(const char *dir, enum db_mode mode, sqlite3 **db)
{
	char path[FILE_PATH_MAX];
	enum err err = file_path(path, sizeof path, dir, "head.db");

	*db = NULL;
	if (err != ERR_OK)
		return err;
	if (mode == DB_CREATE)
		err = inside_make_private(path);
	if (err == ERR_OK)
		err = db_open(path, mode, db);
	if (err != ERR_OK)
		return err;
	if (mode == DB_READ)
		wal_keep(path, *db);
	err = rowhash_install(*db);
	if (err == ERR_OK)
		return ERR_OK;
	db_close(*db);
	*db = NULL;
	return err;
}

static enum err
take_row(sqlite3_stmt *statement, struct span origin, struct head *head, struct out *note)
{
	struct span root = db_blob(statement, 2);
	int64_t state = db_int(statement, 4);

	if (!db_int(statement, 5) || root.n != HASH_SIZE || state < HEAD_OPEN ||
	    state > HEAD_CONTRADICTED ||
	    !span_copy(head->at.origin, sizeof head->at.origin, origin))
		return ERR_CORRUPT;
	head->is_own = db_int(statement, 0) != 0;
	head->at.size = (uint64_t)db_int(statement, 1);
	memcpy(head->at.root.b, root.p, HASH_SIZE);
	head->state = (enum head_state)state;
	if (!note)
		return ERR_OK;
	out_span(note, db_blob(statement, 3));
	return out_err(note);
}

enum err
head_get(sqlite3 *db, struct span origin, struct head *head, struct out *note)
{
	sqlite3_stmt *statement;
	bool has_row;
	enum err err;

	memset(head, 0, sizeof *head);
	err = db_prepare(db,
			 "SELECT own, size, root, note, state, row IS " TABLES_HASH(
			     "head", TABLES_HEAD) " FROM head WHERE origin = ?1",
			 &statement);
	if (err != ERR_OK)
		return err;
	db_bind_text(statement, 1, origin);
	err = db_step(statement, &has_row);
	if (err == ERR_OK)
		err = has_row ? take_row(statement, origin, head, note) : ERR_NOT_FOUND;
	(void)sqlite3_finalize(statement);
	if (err != ERR_OK)
		memset(head, 0, sizeof *head);
	return err;
}

enum err
head_each_foreign(sqlite3 *db,
		  bool (*each)(void *context, const struct head *head, struct span note),
		  void *context)
{
	sqlite3_stmt *statement;
	struct head head;
	bool has_row;
	enum err err = db_prepare(db,
				  "SELECT own, size, root, note, state, row IS " TABLES_HASH(
				      "head", TABLES_HEAD) ", origin FROM head WHERE own = 0 "
							   "ORDER BY origin",
				  &statement);

	while (err == ERR_OK && (err = db_step(statement, &has_row)) == ERR_OK && has_row) {
		err = take_row(statement, db_text(statement, 6), &head, NULL);
		if (err != ERR_OK || !each(context, &head, db_blob(statement, 3)))
			break;
	}
	(void)sqlite3_finalize(statement);
	return err;
}

enum err
head_add(sqlite3 *db, struct span origin, bool is_own, int64_t now_ms)
{
	struct hash empty = merkle_empty();
	sqlite3_stmt *statement;
	enum err err;

	err = db_prepare(db,
			 "INSERT INTO head VALUES(?1, ?2, 0, ?3, x'', 0, ?4, "
			 "rowhash('head', ?1, ?2, 0, ?3, x'', 0, ?4))",
			 &statement);
	if (err != ERR_OK)
		return err;
	db_bind_text(statement, 1, origin);
	db_bind_int(statement, 2, is_own);
	db_bind_blob(statement, 3, span_make(empty.b, HASH_SIZE));
	db_bind_int(statement, 4, now_ms);
	err = db_do(statement);
	(void)sqlite3_finalize(statement);
	return err;
}

/* The old row must be whole as well: a flipped bit is not to be sealed under a new hash. */
static enum err
swap_row(sqlite3 *db, const struct note_head *old, const struct note_head *next, struct span note,
	 int64_t now_ms)
{
	sqlite3_stmt *statement;
	enum err err;

	err = db_prepare(db,
			 "UPDATE head SET size = ?4, root = ?5, note = ?6, changed_ms = ?7, "
			 "row = rowhash('head', origin, own, ?4, ?5, ?6, state, ?7) "
			 "WHERE origin = ?1 AND size = ?2 AND root = ?3 AND state = 0 "
			 "AND row IS " TABLES_HASH("head", TABLES_HEAD),
			 &statement);
	if (err != ERR_OK)
		return err;
	db_bind_text(statement, 1, span_of(old->origin));
	db_bind_int(statement, 2, (int64_t)old->size);
	db_bind_blob(statement, 3, span_make(old->root.b, HASH_SIZE));
	db_bind_int(statement, 4, (int64_t)next->size);
	db_bind_blob(statement, 5, span_make(next->root.b, HASH_SIZE));
	db_bind_blob(statement, 6, note);
	db_bind_int(statement, 7, now_ms);
	err = db_do(statement);
	if (err == ERR_OK && sqlite3_changes(db) != 1)
		err = ERR_LOCKED;
	(void)sqlite3_finalize(statement);
	return err;
}

enum err
head_swap(sqlite3 *db, const struct note_head *old, const struct note_head *next, struct span note,
	  int64_t now_ms)
{
	if (next->size < old->size || strcmp(old->origin, next->origin) != 0)
		return ERR_REFUSED;
	if (next->size == old->size && !hash_equal(&old->root, &next->root))
		return ERR_REFUSED;
	return swap_row(db, old, next, note, now_ms);
}

enum err
head_mark(sqlite3 *db, struct span origin, enum head_state state, int64_t now_ms)
{
	sqlite3_stmt *statement;
	enum err err;

	err = db_prepare(db,
			 "UPDATE head SET state = ?2, changed_ms = ?3, "
			 "row = rowhash('head', origin, own, size, root, note, ?2, ?3) "
			 "WHERE origin = ?1",
			 &statement);
	if (err != ERR_OK)
		return err;
	db_bind_text(statement, 1, origin);
	db_bind_int(statement, 2, state);
	db_bind_int(statement, 3, now_ms);
	err = db_do(statement);
	if (err == ERR_OK && sqlite3_changes(db) != 1)
		err = ERR_NOT_FOUND;
	(void)sqlite3_finalize(statement);
	return err;
}

enum err
head_close(sqlite3 *db, struct span origin, const struct note_head *last, struct span note,
	   int64_t now_ms)
{
	sqlite3_stmt *statement;
	enum err err;

	if (!last)
		return head_mark(db, origin, HEAD_CLOSED, now_ms);
	err = db_prepare(
	    db,
	    "UPDATE head SET size = ?2, root = ?3, note = ?4, state = 1, changed_ms = ?5, "
	    "row = rowhash('head', origin, own, ?2, ?3, ?4, 1, ?5) WHERE origin = ?1",
	    &statement);
	if (err != ERR_OK)
		return err;
	db_bind_text(statement, 1, origin);
	db_bind_int(statement, 2, (int64_t)last->size);
	db_bind_blob(statement, 3, span_make(last->root.b, HASH_SIZE));
	db_bind_blob(statement, 4, note);
	db_bind_int(statement, 5, now_ms);
	err = db_do(statement);
	if (err == ERR_OK && sqlite3_changes(db) != 1)
		err = ERR_NOT_FOUND;
	(void)sqlite3_finalize(statement);
	return err;
}
