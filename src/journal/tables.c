/*
 * Promises the shape of the three databases and, from the same rows, the statements that check
 * every row.
 */
#include "journal/tables.h"

const struct tables_row tables_journal[] = {TABLES_JOURNAL_ROWS(TABLES_ROW){NULL, NULL, NULL}};
const struct tables_row tables_head[] = {TABLES_HEAD_ROWS(TABLES_ROW){NULL, NULL, NULL}};
const struct tables_row tables_key[] = {TABLES_KEY_ROWS(TABLES_ROW){NULL, NULL, NULL}};

/* clang-format off */
static const char journal_schema[] =
	"BEGIN;"
	"CREATE TABLE meta(name TEXT PRIMARY KEY, value BLOB NOT NULL, row BLOB NOT NULL) STRICT;"

	/* One log per epoch; genesis is the text that leaf 0 hashes. */
	"CREATE TABLE epoch(epoch INTEGER PRIMARY KEY, origin TEXT NOT NULL UNIQUE, vkey TEXT NOT NULL,"
	" genesis BLOB NOT NULL, opened_ms INTEGER NOT NULL, row BLOB NOT NULL) STRICT;"

	/* entry: type, SHA-256.  hash: SHA-256(0x00 entry). */
	"CREATE TABLE leaf(epoch INTEGER NOT NULL, idx INTEGER NOT NULL, entry BLOB NOT NULL,"
	" hash BLOB NOT NULL, PRIMARY KEY(epoch, idx)) STRICT, WITHOUT ROWID;"

	/* sealed: the disclosures under the record's key, NULL once erased. */
	"CREATE TABLE record(seq INTEGER PRIMARY KEY, id BLOB NOT NULL UNIQUE, origin TEXT NOT NULL,"
	" thread TEXT NOT NULL, kind TEXT NOT NULL, filed_ms INTEGER NOT NULL, received_ms INTEGER NOT NULL,"
	" keep_until_ms INTEGER NOT NULL, own INTEGER NOT NULL, erased INTEGER NOT NULL,"
	" epoch INTEGER NOT NULL, leaf INTEGER NOT NULL, jwt BLOB NOT NULL, sealed BLOB,"
	" row BLOB NOT NULL) STRICT;"
	"CREATE INDEX record_thread ON record(thread, seq);"
	"CREATE UNIQUE INDEX record_leaf ON record(epoch, leaf) WHERE leaf >= 0;"
	"CREATE INDEX record_keep ON record(keep_until_ms) WHERE keep_until_ms > 0 AND erased = 0;"

	"CREATE INDEX record_erased ON record(seq) WHERE erased = 1;"

	"CREATE TABLE sent(party TEXT NOT NULL, counter INTEGER NOT NULL, record BLOB NOT NULL,"
	" whole BLOB NOT NULL UNIQUE, sealed BLOB, prev BLOB NOT NULL, made_ms INTEGER NOT NULL,"
	" until_ms INTEGER NOT NULL, onward TEXT NOT NULL, state INTEGER NOT NULL, changed_ms INTEGER NOT NULL,"
	" receipt BLOB, epoch INTEGER NOT NULL, leaf INTEGER NOT NULL, row BLOB NOT NULL,"
	" PRIMARY KEY(party, counter)) STRICT;"
	"CREATE INDEX sent_record ON sent(record);"
	"CREATE INDEX sent_open ON sent(party, counter) WHERE receipt IS NULL AND sealed IS NOT NULL;"
	"CREATE UNIQUE INDEX sent_leaf ON sent(epoch, leaf) WHERE leaf >= 0;"

	"CREATE TABLE inbox(station TEXT NOT NULL, counter INTEGER NOT NULL, record BLOB NOT NULL,"
	" whole BLOB NOT NULL UNIQUE, sealed BLOB, prev BLOB NOT NULL, came_ms INTEGER NOT NULL,"
	" until_ms INTEGER NOT NULL, onward TEXT NOT NULL, way TEXT NOT NULL, receipt BLOB, row BLOB NOT NULL,"
	" PRIMARY KEY(station, counter)) STRICT;"
	"CREATE INDEX inbox_record ON inbox(record);"

	"CREATE TABLE outbox(number INTEGER PRIMARY KEY, record BLOB NOT NULL, party TEXT NOT NULL, sealed BLOB,"
	" not_before_ms INTEGER NOT NULL, until_ms INTEGER NOT NULL, onward TEXT NOT NULL,"
	" needed INTEGER NOT NULL, given TEXT NOT NULL, policy INTEGER NOT NULL, reason TEXT NOT NULL,"
	" state INTEGER NOT NULL, counter INTEGER NOT NULL, changed_ms INTEGER NOT NULL,"
	" row BLOB NOT NULL) STRICT;"
	"CREATE INDEX outbox_due ON outbox(state, not_before_ms);"
	"CREATE INDEX outbox_record ON outbox(record);"

	/* about: the record whose JWT the bytes begin with, so that erasure finds them. */
	"CREATE TABLE quarantine(number INTEGER PRIMARY KEY, source TEXT NOT NULL,"
	" reason TEXT NOT NULL, bytes BLOB NOT NULL, whole BLOB NOT NULL, total INTEGER NOT NULL,"
	" about BLOB NOT NULL, came_ms INTEGER NOT NULL, row BLOB NOT NULL) STRICT;"
	"CREATE INDEX quarantine_about ON quarantine(about);"

	"CREATE TABLE shelf(class TEXT NOT NULL, name TEXT NOT NULL, version INTEGER NOT NULL,"
	" text BLOB NOT NULL, at_ms INTEGER NOT NULL, row BLOB NOT NULL,"
	" PRIMARY KEY(class, name, version)) STRICT;"

	"CREATE TABLE cosign(epoch INTEGER NOT NULL, size INTEGER NOT NULL, witness TEXT NOT NULL,"
	" at_ms INTEGER NOT NULL, line TEXT NOT NULL, row BLOB NOT NULL,"
	" PRIMARY KEY(epoch, size, witness, at_ms)) STRICT;"
	"CREATE INDEX cosign_witness ON cosign(epoch, witness, size, at_ms);"

	/* text: NULL while it is owed. */
	"CREATE TABLE confirm(number INTEGER PRIMARY KEY, erasure BLOB NOT NULL, record BLOB NOT NULL,"
	" station TEXT NOT NULL, toward TEXT NOT NULL, text BLOB, at_ms INTEGER NOT NULL, told INTEGER NOT NULL,"
	" epoch INTEGER NOT NULL, leaf INTEGER NOT NULL, row BLOB NOT NULL, UNIQUE(erasure, station)) STRICT;"
	"CREATE UNIQUE INDEX confirm_leaf ON confirm(epoch, leaf) WHERE leaf >= 0;"
	"CREATE INDEX confirm_owed ON confirm(number) WHERE text IS NULL;"
	"COMMIT;";

/* state: 0 open, 1 closed by recovery, 2 contradicted from outside. */
static const char head_schema[] =
	"CREATE TABLE head(origin TEXT PRIMARY KEY, own INTEGER NOT NULL, size INTEGER NOT NULL,"
	" root BLOB NOT NULL, note BLOB NOT NULL, state INTEGER NOT NULL, changed_ms INTEGER NOT NULL,"
	" row BLOB NOT NULL) STRICT;";

static const char key_schema[] =
	"CREATE TABLE key(seq INTEGER PRIMARY KEY, id BLOB NOT NULL, key BLOB NOT NULL,"
	" row BLOB NOT NULL) STRICT;";
/* clang-format on */

int64_t
tables_foreign_leaf(int64_t index)
{
	return -2 - index;
}

int64_t
tables_leaf(int64_t column)
{
	return column < -1 ? -2 - column : column;
}

enum err
tables_make_journal(sqlite3 *db)
{
	return db_run(db, journal_schema);
}

enum err
tables_make_head(sqlite3 *db)
{
	return db_run(db, head_schema);
}

enum err
tables_make_keys(sqlite3 *db)
{
	return db_run(db, key_schema);
}
