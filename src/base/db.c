/*
 * Promises one way to open SQLite and one mapping of its results, so that no room forgets a pragma.
 */
#include "base/db.h"

#include <stddef.h>

enum { BUSY_MS = 5000 };

enum err
db_err(int code)
{
	switch (code & 0xff) {
	case SQLITE_OK:
	case SQLITE_DONE:
	case SQLITE_ROW:
		return ERR_OK;
	case SQLITE_NOMEM:
		return ERR_NOMEM;
	case SQLITE_FULL:
		return ERR_FULL;
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return ERR_BUSY;
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB:
		return ERR_CORRUPT;
	case SQLITE_CANTOPEN:
		return ERR_NOT_FOUND;
	case SQLITE_CONSTRAINT:
		return ERR_EXISTS;
	case SQLITE_IOERR: /* the index of a write-ahead log could not grow: there is no room */
		return code == SQLITE_IOERR_SHMSIZE ? ERR_FULL : ERR_IO;
	case SQLITE_READONLY:
		return ERR_IO;
	case SQLITE_TOOBIG:
		return ERR_LIMIT;
	case SQLITE_INTERRUPT:
		return ERR_LIMIT;
	default:
		return ERR_INTERNAL;
	}
}

enum err
db_run(sqlite3 *db, const char *sql)
{
	return db_err(sqlite3_exec(db, sql, NULL, NULL, NULL));
}

static enum err
set_manners(sqlite3 *db, enum db_mode mode)
{
	static const char *const by_mode[] = {
	    [DB_CREATE] = "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA "
			  "cache_size=-8192; PRAGMA wal_autocheckpoint=1000",
	    [DB_WRITE] = "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA "
			 "cache_size=-8192; PRAGMA wal_autocheckpoint=1000",
	    [DB_READ] = "PRAGMA query_only=ON",
	    [DB_VOLATILE] = "PRAGMA journal_mode=WAL; PRAGMA synchronous=OFF",
	};
	enum err err;

	(void)sqlite3_extended_result_codes(db, 1);
	(void)sqlite3_busy_timeout(db, BUSY_MS);
	(void)sqlite3_db_config(db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	(void)sqlite3_db_config(db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
	err = db_run(db,
		     "PRAGMA cell_size_check=ON; PRAGMA temp_store=MEMORY; PRAGMA secure_delete=ON;"
		     "PRAGMA foreign_keys=ON");
	return err != ERR_OK ? err : db_run(db, by_mode[mode]);
}

enum err
db_open(const char *path, enum db_mode mode, sqlite3 **db)
{
	/* A reader of a WAL also writes its shared index.  A connection stays with one thread. */
	int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX;
	enum err err;

	if (mode == DB_CREATE || mode == DB_VOLATILE)
		flags |= SQLITE_OPEN_CREATE;
	*db = NULL;
	err = db_err(sqlite3_open_v2(path, db, flags, NULL));
	if (err == ERR_OK)
		err = set_manners(*db, mode);
	if (err == ERR_OK)
		return ERR_OK;
	db_close(*db);
	*db = NULL;
	return err;
}

void
db_close(sqlite3 *db)
{
	(void)sqlite3_close_v2(db);
}

enum err
db_prepare(sqlite3 *db, const char *sql, sqlite3_stmt **statement)
{
	*statement = NULL;
	return db_err(sqlite3_prepare_v3(db, sql, -1, SQLITE_PREPARE_PERSISTENT, statement, NULL));
}

enum err
db_step(sqlite3_stmt *statement, bool *has_row)
{
	int code = sqlite3_step(statement);

	*has_row = code == SQLITE_ROW;
	if (*has_row)
		return ERR_OK;
	db_reset(statement);
	return db_err(code);
}

enum err
db_do(sqlite3_stmt *statement)
{
	int code = sqlite3_step(statement);

	db_reset(statement);
	return db_err(code);
}

void
db_reset(sqlite3_stmt *statement)
{
	(void)sqlite3_reset(statement);
	(void)sqlite3_clear_bindings(statement);
}

void
db_bind_text(sqlite3_stmt *statement, int index, struct span text)
{
	(void)sqlite3_bind_text64(statement, index, text.p ? text.p : "", text.n, SQLITE_STATIC,
				  SQLITE_UTF8);
}

void
db_bind_blob(sqlite3_stmt *statement, int index, struct span bytes)
{
	(void)sqlite3_bind_blob64(statement, index, bytes.p ? bytes.p : "", bytes.n, SQLITE_STATIC);
}

void
db_bind_int(sqlite3_stmt *statement, int index, int64_t value)
{
	(void)sqlite3_bind_int64(statement, index, value);
}

void
db_bind_null(sqlite3_stmt *statement, int index)
{
	(void)sqlite3_bind_null(statement, index);
}

struct span
db_text(sqlite3_stmt *statement, int column)
{
	const void *text = sqlite3_column_text(statement, column);
	int n = sqlite3_column_bytes(statement, column);

	return span_make(text, n > 0 ? (size_t)n : 0);
}

struct span
db_blob(sqlite3_stmt *statement, int column)
{
	const void *bytes = sqlite3_column_blob(statement, column);
	int n = sqlite3_column_bytes(statement, column);

	return span_make(bytes, n > 0 ? (size_t)n : 0);
}

int64_t
db_int(sqlite3_stmt *statement, int column)
{
	return sqlite3_column_int64(statement, column);
}
