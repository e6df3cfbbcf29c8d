#ifndef SEAM_BASE_DB_H
#define SEAM_BASE_DB_H

#include "base/err.h"
#include "base/span.h"

#include <sqlite3.h>

/*
 * SQLite with our manners: WAL, synchronous=FULL unless asked otherwise, defensive, no trusted
 * schema, no extension loading, busy timeout, cell_size_check, secure_delete, temp_store=MEMORY.
 */
enum db_mode {
	DB_CREATE,  /* read and write, made when missing */
	DB_WRITE,   /* read and write, must be there */
	DB_READ,    /* query_only; must be there */
	DB_VOLATILE /* as DB_CREATE, synchronous=OFF: for what is refolded at start */
};

MUST_USE enum err db_open(const char *path, enum db_mode mode, sqlite3 **db);

/* Checkpoints nothing, closes; NULL is fine. */
void db_close(sqlite3 *db);

/* Runs statements without results. */
MUST_USE enum err db_run(sqlite3 *db, const char *sql);

/* A statement kept for the life of the connection; *statement is NULL on failure. */
MUST_USE enum err db_prepare(sqlite3 *db, const char *sql, sqlite3_stmt **statement);

/* One step: *has_row tells a row from the end; a finished or failed statement is reset and unbound.
 */
MUST_USE enum err db_step(sqlite3_stmt *statement, bool *has_row);

/* Steps a statement without results, then resets and unbinds it. */
MUST_USE enum err db_do(sqlite3_stmt *statement);

/* Resets and unbinds before the end of the rows. */
void db_reset(sqlite3_stmt *statement);

/* Binding borrows the bytes until the next reset.  Index counts from 1. */
void db_bind_text(sqlite3_stmt *statement, int index, struct span text);
void db_bind_blob(sqlite3_stmt *statement, int index, struct span bytes);
void db_bind_int(sqlite3_stmt *statement, int index, int64_t value);
void db_bind_null(sqlite3_stmt *statement, int index);

/* Columns, counted from 0; spans are borrowed until the next step. */
struct span db_text(sqlite3_stmt *statement, int column);
struct span db_blob(sqlite3_stmt *statement, int column);
int64_t db_int(sqlite3_stmt *statement, int column);

/* The failure behind a SQLite result code. */
enum err db_err(int code);

#endif
