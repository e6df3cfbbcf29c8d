#ifndef SEAM_JOURNAL_TABLES_H
#define SEAM_JOURNAL_TABLES_H

#include "base/db.h"

/*
 * The tables of journal.db, head.db and keys.db.  X(name, key, hashed): the table, the columns that
 * name a row, and the columns its row hash covers.  Not covered because the log covers them: leaf,
 * and record.jwt (hashed by id).
 */
#define TABLES_META  "name, value"
#define TABLES_EPOCH "epoch, origin, vkey, genesis, opened_ms"
#define TABLES_RECORD                                                                              \
	"seq, id, sealed, origin, thread, kind, filed_ms, received_ms, keep_until_ms, own, "       \
	"erased, "                                                                                 \
	"epoch, leaf"
#define TABLES_SENT                                                                                \
	"party, counter, record, whole, sealed, prev, made_ms, until_ms, onward, state, "          \
	"changed_ms, receipt, epoch, leaf"
#define TABLES_INBOX                                                                               \
	"station, counter, record, whole, sealed, prev, came_ms, until_ms, onward, way, receipt"
#define TABLES_OUTBOX                                                                              \
	"number, record, party, sealed, not_before_ms, until_ms, onward, needed, given, policy, "  \
	"reason, state, counter, changed_ms"
#define TABLES_QUARANTINE "number, source, reason, bytes, whole, total, about, came_ms"
#define TABLES_SHELF      "class, name, version, text, at_ms"
#define TABLES_COSIGN     "epoch, size, witness, at_ms, line"
#define TABLES_CONFIRM    "number, erasure, record, station, toward, text, at_ms, told, epoch, leaf"
#define TABLES_HEAD       "origin, own, size, root, note, state, changed_ms"
#define TABLES_KEY        "seq, id, key"

/* clang-format off */
#define TABLES_JOURNAL_ROWS(X) \
	X(meta,       "name",                  TABLES_META) \
	X(epoch,      "epoch",                 TABLES_EPOCH) \
	X(record,     "seq",                   TABLES_RECORD) \
	X(sent,       "party||' '||counter",   TABLES_SENT) \
	X(inbox,      "station||' '||counter", TABLES_INBOX) \
	X(outbox,     "number",                TABLES_OUTBOX) \
	X(quarantine, "number",                TABLES_QUARANTINE) \
	X(shelf,      "class||' '||name||' '||version", TABLES_SHELF) \
	X(cosign,     "epoch||' '||size||' '||witness||' '||at_ms", TABLES_COSIGN) \
	X(confirm,    "number",                TABLES_CONFIRM)
#define TABLES_HEAD_ROWS(X) X(head, "origin", TABLES_HEAD)
#define TABLES_KEY_ROWS(X)  X(key,  "seq",    TABLES_KEY)
/* clang-format on */

/* The expression that computes a row's hash inside SQL. */
#define TABLES_HASH(name, columns) "rowhash('" name "', " columns ")"

/* A struct tables_row of a table whose last column is its row hash. */
#define TABLES_ROW(table, key, columns)                                                            \
	{#table,                                                                                   \
	 "SELECT CAST(" key " AS TEXT) FROM " #table                                               \
	 " WHERE row IS NOT " TABLES_HASH(#table, columns),                                        \
	 "SELECT count(*) FROM " #table},

/* One row of the list above, for whoever checks them all. */
struct tables_row {
	const char *name;
	const char *check; /* SELECT key FROM name WHERE row IS NOT rowhash(…) */
	const char *count; /* SELECT count(*) FROM name */
};

extern const struct tables_row tables_journal[]; /* ends with a NULL name */
extern const struct tables_row tables_head[];
extern const struct tables_row tables_key[];

/*
 * The column leaf of a foreign record: its place in its station's log lies below -1, so that it is
 * none of our leaves; -1 not known.
 */
int64_t tables_foreign_leaf(int64_t index);
int64_t tables_leaf(int64_t column); /* index, or -1 */

/* The schema of a new file. */
MUST_USE enum err tables_make_journal(sqlite3 *db);
MUST_USE enum err tables_make_head(sqlite3 *db);
MUST_USE enum err tables_make_keys(sqlite3 *db);

#endif
