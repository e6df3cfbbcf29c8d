/* Promises the shape of duty.db and the statements that check every row of it. */
#include "seamd/duty_table.h"

const struct tables_row duty_table[] = {DUTY_TABLE_ROWS(TABLES_ROW){NULL, NULL, NULL}};

/* clang-format off */
static const char schema[] =
	"BEGIN IMMEDIATE;"
	"CREATE TABLE account(name TEXT PRIMARY KEY, duties TEXT NOT NULL, pass TEXT NOT NULL,"
	" row BLOB NOT NULL) STRICT;"

	/* token: its hash.  until_ms 0: no end. */
	"CREATE TABLE session(token BLOB PRIMARY KEY, account TEXT NOT NULL REFERENCES account(name)"
	" ON DELETE CASCADE, until_ms INTEGER NOT NULL, row BLOB NOT NULL) STRICT, WITHOUT ROWID;"

	"CREATE TABLE secret(id INTEGER PRIMARY KEY CHECK(id = 1), bytes BLOB NOT NULL,"
	" row BLOB NOT NULL) STRICT;"

	"CREATE TABLE wish(record BLOB NOT NULL, account TEXT NOT NULL REFERENCES account(name)"
	" ON DELETE CASCADE, at_ms INTEGER NOT NULL, row BLOB NOT NULL,"
	" PRIMARY KEY(record, account)) STRICT, WITHOUT ROWID;"

	"CREATE TABLE handed(thread TEXT NOT NULL, account TEXT NOT NULL, row BLOB NOT NULL,"
	" PRIMARY KEY(thread, account)) STRICT, WITHOUT ROWID;"
	"COMMIT;";
/* clang-format on */

enum err
duty_table_make(sqlite3 *db)
{
	return db_run(db, schema);
}
