/*
 * Promises that one flipped bit in anything a home stores is found and its place named: everything
 * is recomputed from the stored bytes and nothing is taken from a cache.  Repairs nothing.
 */
#define _GNU_SOURCE
#include "journal/verify_log.h"

#include "base/sign.h"
#include "journal/keys.h"
#include "journal/rowhash.h"
#include "journal/tables.h"
#include "journal/wal.h"
#include "model/party.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { STEP = 1000, ATTEMPTS = 3 };

/* clang-format off */
static const char sql_records[] =
    "SELECT seq, id, jwt, sealed, origin, thread, kind, filed_ms, received_ms, keep_until_ms, own, erased, "
    "epoch, leaf FROM record ORDER BY seq";
static const char sql_strange_leaf[] =
    "SELECT CAST(epoch||' '||idx AS TEXT) FROM leaf WHERE epoch NOT IN (SELECT epoch FROM epoch)";
static const char sql_sealed[] =
    "SELECT 'sent', party, counter, record, whole, sealed FROM sent WHERE sealed IS NOT NULL UNION ALL "
    "SELECT 'inbox', station, counter, record, whole, sealed FROM inbox WHERE sealed IS NOT NULL UNION ALL "
    "SELECT 'outbox', party, number, record, NULL, sealed FROM outbox WHERE sealed IS NOT NULL";
static const char sql_chain[] =
    "SELECT CAST(a.party||' '||a.counter AS TEXT) FROM sent a LEFT JOIN sent b"
    " ON b.party = a.party AND b.counter ="
    " (SELECT max(counter) FROM sent WHERE party = a.party AND counter < a.counter)"
    " WHERE a.prev IS NOT coalesce(b.whole, zeroblob(32)) OR"
    " (a.counter - 1 <> coalesce(b.counter, 0) AND (a.counter - 1) % 256 <> 0)";
_Static_assert(STATION_ROW == 256, "as in sql_chain");
/* clang-format on */

void
verify_fault(struct verify_check *check, const char *format, ...)
{
	va_list arguments;

	if (check->counts->faults++ > 0)
		return;
	va_start(arguments, format);
	(void)vsnprintf(check->fault, VERIFY_FAULT_MAX, format, arguments);
	va_end(arguments);
}

void
verify_progress(struct verify_check *check, const char *stage, uint64_t done, uint64_t total)
{
	if (check->options->progress && (done % STEP == 0 || done == total))
		check->options->progress(check->options->context, stage, done, total);
}

void
verify_fail(struct verify_check *check, const char *place, enum err err)
{
	if (err == ERR_OK)
		return;
	switch ((int)err) {
	case ERR_CORRUPT:
	case ERR_INTERNAL: /* of SQLite: a statement that does not fit the file's own schema */
		verify_fault(check, "%s: page structure or schema is broken", place);
		break;
	case ERR_FORMAT:
	case ERR_NOT_FOUND:
	case ERR_KEY:
	case ERR_IO:
	case ERR_EXISTS:
	case ERR_LIMIT:
		verify_fault(check, "%s: %s", place, err_text(err));
		break;
	default:
		if (check->err == ERR_OK)
			check->err = err;
	}
}

/* Pages that cannot be read: what SQLite says of them names the table. */
static void
fail_pages(struct verify_check *check, const char *name, sqlite3 *db, enum err err)
{
	if (err == ERR_CORRUPT || err == ERR_INTERNAL || err == ERR_IO)
		verify_fault(check, "%s: page structure or schema: %.200s", name,
			     sqlite3_errmsg(db));
	else
		verify_fail(check, name, err);
}

/* --- schema */

/* clang-format off */
static const char sql_schema[] =
    "SELECT type||' '||name, sql FROM sqlite_schema WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%' "
    "ORDER BY 1";
/* clang-format on */

/* Both lists are in the same order: the first difference is the place. */
static enum err
compare_schema(struct verify_check *check, const char *file, sqlite3_stmt *held, sqlite3_stmt *due)
{
	bool has_held = true;
	bool has_due = true;

	while (has_held && has_due) {
		enum err err = db_step(held, &has_held);

		if (err == ERR_OK)
			err = db_step(due, &has_due);
		if (err != ERR_OK)
			return err;
		if (has_held != has_due ||
		    (has_due && (!span_equal(db_text(held, 0), db_text(due, 0)) ||
				 !span_equal(db_text(held, 1), db_text(due, 1))))) {
			struct span name = db_text(has_due ? due : held, 0);

			verify_fault(check, "%s: schema of %.*s is another", file, (int)name.n,
				     name.p);
			break;
		}
	}
	return ERR_OK;
}

static void
check_schema(struct verify_check *check, const char *file, sqlite3 *db, enum err (*make)(sqlite3 *))
{
	sqlite3 *model = NULL;
	sqlite3_stmt *held = NULL;
	sqlite3_stmt *due = NULL;
	enum err err = db_open(":memory:", DB_VOLATILE, &model);

	if (err == ERR_OK)
		err = make(model);
	if (err == ERR_OK)
		err = db_prepare(model, sql_schema, &due);
	if (err == ERR_OK)
		err = db_prepare(db, sql_schema, &held);
	if (err == ERR_OK)
		err = compare_schema(check, file, held, due);
	if (err != ERR_OK)
		fail_pages(check, file, db, err);
	(void)sqlite3_finalize(held);
	(void)sqlite3_finalize(due);
	db_close(model);
}

/* --- rows */

static void
check_structure(struct verify_check *check, const char *name, sqlite3 *db)
{
	sqlite3_stmt *statement;
	bool has_row = false;
	enum err err = db_prepare(db, "PRAGMA integrity_check(1)", &statement);

	if (err == ERR_OK)
		err = db_step(statement, &has_row);
	if (err == ERR_OK && has_row && !span_is(db_text(statement, 0), "ok")) {
		struct span text = db_text(statement, 0);

		verify_fault(check, "%s: %.*s", name, (int)text.n, text.p);
	}
	if (err != ERR_OK)
		fail_pages(check, name, db, err);
	(void)sqlite3_finalize(statement);
}

/* Each row of the result names a place that is wrong. */
static void
check_none(struct verify_check *check, sqlite3 *db, const char *sql, const char *what)
{
	sqlite3_stmt *statement;
	bool has_row;
	enum err err = db_prepare(db, sql, &statement);

	while (err == ERR_OK && (err = db_step(statement, &has_row)) == ERR_OK && has_row) {
		struct span place = db_text(statement, 0);

		verify_fault(check, "%s %.*s", what, (int)place.n, place.p);
	}
	if (err != ERR_OK)
		fail_pages(check, what, db, err);
	(void)sqlite3_finalize(statement);
}

static uint64_t
count_rows(struct verify_check *check, sqlite3 *db, const char *sql, const char *what)
{
	sqlite3_stmt *statement;
	bool has_row;
	uint64_t n = 0;
	enum err err = db_prepare(db, sql, &statement);

	if (err == ERR_OK)
		err = db_step(statement, &has_row);
	if (err == ERR_OK && has_row)
		n = (uint64_t)db_int(statement, 0);
	if (err != ERR_OK)
		fail_pages(check, what, db, err);
	(void)sqlite3_finalize(statement);
	return n;
}

static void
check_rows(struct verify_check *check, const char *file, sqlite3 *db, const struct tables_row *row)
{
	check_structure(check, file, db);
	for (; row->name; row++) {
		char what[128];

		(void)snprintf(what, sizeof what, "%s: row hash of %s", file, row->name);
		check_none(check, db, row->check, what);
		check->counts->rows += count_rows(check, db, row->count, what);
		verify_progress(check, "rows", check->counts->rows, 0);
	}
}

/* --- records and what is sealed under their keys */

static void
take_record(sqlite3_stmt *row, struct journal_record *record)
{
	memset(record, 0, sizeof *record);
	record->seq = db_int(row, 0);
	record->jwt = db_blob(row, 2);
	record->origin = db_text(row, 4);
	record->thread = db_text(row, 5);
	record->kind = db_text(row, 6);
	record->filed_ms = db_int(row, 7);
	record->received_ms = db_int(row, 8);
	record->keep_until_ms = db_int(row, 9);
	record->is_own = db_int(row, 10) != 0;
	record->is_erased = db_int(row, 11) != 0;
	record->epoch = db_int(row, 12);
	record->leaf = tables_leaf(db_int(row, 13));
}

static void
check_disclosures(struct verify_check *check, sqlite3_stmt *row, struct journal_record *record,
		  const char *id)
{
	struct crypt_key key;
	enum err err = keys_get(&check->journal, record->seq, &record->id, &key);

	if (record->is_erased) {
		if (err != ERR_KEY || sqlite3_column_type(row, 3) != SQLITE_NULL)
			verify_fault(check, "record %s is erased but not gone", id);
		return;
	}
	check->counts->keys++;
	if (err != ERR_OK) {
		verify_fault(check, "keys.db: key of record %s: %s", id, err_text(err));
		return;
	}
	out_reset(&check->journal.scratch);
	err =
	    crypt_open(&check->journal.scratch, &key, SPAN("record"), &record->id, db_blob(row, 3));
	sign_wipe(&key, sizeof key);
	if (err != ERR_OK)
		verify_fault(check, "journal.db: disclosures of record %s do not open", id);
	record->disclosures = out_view(&check->journal.scratch);
}

static void
check_record(struct verify_check *check, sqlite3_stmt *row)
{
	struct journal_record record;
	struct hash hash;
	char id[HASH_TEXT_SIZE];
	char why[256] = "";

	take_record(row, &record);
	hash = hash_of(record.jwt);
	hash_text(id, &hash);
	check->counts->records++;
	verify_progress(check, "records", check->counts->records, 0);
	if (!inside_hash(row, 1, &record.id) || !hash_equal(&hash, &record.id)) {
		verify_fault(check, "journal.db: record %lld: its text does not match its id",
			     (long long)record.seq);
		return;
	}
	check_disclosures(check, row, &record, id);
	if (check->options->record && !record.is_erased &&
	    !check->options->record(check->options->context, &record, why))
		verify_fault(check, "record %s: %s", id, why);
}

static void
check_records(struct verify_check *check)
{
	sqlite3_stmt *statement;
	bool has_row;
	enum err err = db_prepare(check->journal.db, sql_records, &statement);

	while (err == ERR_OK && (err = db_step(statement, &has_row)) == ERR_OK && has_row)
		check_record(check, statement);
	verify_fail(check, "journal.db: record", err);
	(void)sqlite3_finalize(statement);
}

static void
check_whole(struct verify_check *check, sqlite3_stmt *row, struct span place, struct span bytes)
{
	struct hash hash = hash_of(bytes);
	struct hash whole;
	char why[256] = "";

	check->counts->deliveries++;
	if (!inside_hash(row, 4, &whole) || !hash_equal(&whole, &hash))
		verify_fault(check, "journal.db: %.*s has another hash", (int)place.n, place.p);
	else if (check->options->delivery &&
		 !check->options->delivery(check->options->context, bytes, why))
		verify_fault(check, "journal.db: %.*s: %s", (int)place.n, place.p, why);
}

static void
check_sealed(struct verify_check *check, sqlite3_stmt *row)
{
	char text[INSIDE_PLACE_MAX];
	char table[16];
	struct span place;
	struct hash record;
	struct out *plain = &check->journal.scratch;

	(void)span_copy(table, sizeof table, db_text(row, 0));
	place = inside_place(text, table, db_text(row, 1), db_int(row, 2));
	out_reset(plain);
	if (!inside_hash(row, 3, &record) ||
	    inside_open(&check->journal, &record, place, db_blob(row, 5), plain) != ERR_OK)
		verify_fault(check, "journal.db: %.*s does not open", (int)place.n, place.p);
	else if (sqlite3_column_type(row, 4) != SQLITE_NULL)
		check_whole(check, row, place, out_view(plain));
}

static void
check_all_sealed(struct verify_check *check)
{
	sqlite3_stmt *statement;
	bool has_row;
	enum err err = db_prepare(check->journal.db, sql_sealed, &statement);

	while (err == ERR_OK && (err = db_step(statement, &has_row)) == ERR_OK && has_row)
		check_sealed(check, statement);
	verify_fail(check, "journal.db: deliveries", err);
	(void)sqlite3_finalize(statement);
}

/* A file that is there but does not open is a fault of that file. */
static void
fault_of_file(struct verify_check *check, enum err err)
{
	const char *name = check->journal.db ? "keys.db" : "journal.db";

	if (err == ERR_NOT_FOUND && !check->journal.db)
		return; /* no home at all */
	verify_fail(check, name, err);
}

static enum err
open_home(struct verify_check *check, const char *dir)
{
	struct journal *journal = &check->journal;
	enum err err;

	journal->lock_fd = -1;
	journal->scratch = out_new(4 * 1024 * 1024);
	if (!span_copy(journal->dir, sizeof journal->dir, span_of(dir)))
		return ERR_LIMIT;
	err = inside_open_files(journal, DB_READ);
	if (err != ERR_OK) {
		fault_of_file(check, err);
		return err;
	}
	err = head_open(dir, DB_READ, &journal->heads);
	return err == ERR_NOMEM || err == ERR_BUSY ? err : ERR_OK;
}

static void
check_everything(struct verify_check *check)
{
	struct journal *journal = &check->journal;
	enum err err;

	check_schema(check, "journal.db", journal->db, tables_make_journal);
	check_schema(check, "keys.db", journal->keys, tables_make_keys);
	if (journal->heads)
		check_schema(check, "head.db", journal->heads, tables_make_head);
	if (!journal->heads)
		verify_fault(check, "head.db is missing or broken");
	else
		check_rows(check, "head.db", journal->heads, tables_head);
	verify_log_load(check);
	err = db_run(journal->db, "BEGIN"); /* one moment for all that follows */
	if (err != ERR_OK) {
		verify_fail(check, "journal.db", err);
		return;
	}
	check_rows(check, "journal.db", journal->db, tables_journal);
	check_rows(check, "keys.db", journal->keys, tables_key);
	check_none(check, journal->db, sql_strange_leaf, "journal.db: leaf of no log:");
	check_none(check, journal->db, sql_chain, "journal.db: broken chain at delivery");
	verify_log_check(check);
	if (journal->heads)
		verify_cosign_others(check);
	check_records(check);
	check_all_sealed(check);
	(void)sqlite3_exec(journal->db, "COMMIT", NULL, NULL, NULL);
	if (check->options->progress)
		check->options->progress(check->options->context, "done", 1, 1);
}

/* Changes when anybody else commits. */
static int64_t
version_of(sqlite3 *db)
{
	sqlite3_stmt *statement;
	bool has_row;
	int64_t version = 0;

	if (!db || db_prepare(db, "PRAGMA data_version", &statement) != ERR_OK)
		return 0;
	if (db_step(statement, &has_row) == ERR_OK && has_row)
		version = db_int(statement, 0);
	(void)sqlite3_finalize(statement);
	return version;
}

struct versions {
	int64_t db;
	int64_t keys;
	int64_t heads;
};

static struct versions
versions_of(const struct journal *journal)
{
	return (struct versions){version_of(journal->db), version_of(journal->keys),
				 version_of(journal->heads)};
}

static bool
has_moved(const struct journal *journal, const struct versions *before)
{
	struct versions now = versions_of(journal);

	return now.db != before->db || now.keys != before->keys || now.heads != before->heads;
}

/* The files of a running station change while they are read: a fault counts when nothing moved
 * meanwhile, or when it comes back. */
static enum err
check_until_still(struct verify_check *check)
{
	struct wal_found found[VERIFY_WALS];

	for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
		struct versions before = versions_of(&check->journal);

		memset(check->counts, 0, sizeof *check->counts);
		check->fault[0] = '\0';
		verify_wal_look(check, check->journal.dir, found);
		check_everything(check);
		verify_wal_count(check, check->journal.dir, found);
		verify_log_free(check);
		if (check->err != ERR_OK || check->counts->faults == 0 ||
		    !has_moved(&check->journal, &before))
			break;
	}
	return check->err;
}

static enum err
open_database(const char *dir, const char *name, sqlite3 **db)
{
	char path[FILE_PATH_MAX];
	enum err err = file_path(path, sizeof path, dir, name);

	*db = NULL;
	if (err == ERR_OK)
		err = db_open(path, DB_READ, db);
	if (err == ERR_OK)
		wal_keep(path, *db);
	return err == ERR_OK ? rowhash_install(*db) : err;
}

static void
check_database(struct verify_check *check, const char *name, sqlite3 *db,
	       const struct tables_row *rows, enum err (*make)(sqlite3 *db))
{
	enum err err = db_run(db, "BEGIN"); /* one moment for all of it */

	if (err != ERR_OK) {
		verify_fail(check, name, err);
		return;
	}
	check_schema(check, name, db, make);
	check_rows(check, name, db, rows);
	(void)sqlite3_exec(db, "COMMIT", NULL, NULL, NULL);
}

enum err
verify_database(const char *dir, const char *name, const struct tables_row *rows,
		enum err (*make)(sqlite3 *db), struct verify_counts *counts,
		char fault[VERIFY_FAULT_MAX])
{
	static const struct verify_options none;
	struct verify_check *check = calloc(1, sizeof *check);
	uint64_t before = counts->faults;
	struct wal_found found;
	sqlite3 *db = NULL;
	enum err err;

	if (!check)
		return ERR_NOMEM;
	check->options = &none;
	check->counts = counts;
	check->fault = fault; /* words of an earlier one stay: verify_fault() */
	verify_wal_one(check, dir, name, &found);
	err = open_database(dir, name, &db);
	if (err == ERR_OK)
		check_database(check, name, db, rows, make);
	else
		verify_fail(check, name, err);
	err = check->err;
	db_close(db);
	free(check);
	return err == ERR_OK && counts->faults > before ? ERR_CORRUPT : err;
}

enum err
verify_home(const char *dir, const struct verify_options *options, struct verify_counts *counts,
	    char first_fault[VERIFY_FAULT_MAX])
{
	static const struct verify_options none;
	struct verify_check *check = calloc(1, sizeof *check);
	struct wal_found found[VERIFY_WALS];
	enum err err;

	memset(counts, 0, sizeof *counts);
	first_fault[0] = '\0';
	if (!check)
		return ERR_NOMEM;
	check->options = options ? options : &none;
	check->counts = counts;
	check->fault = first_fault;
	verify_wal_look(check, dir, found); /* SQLite may not be able to open what is left */
	err = open_home(check, dir);
	if (err == ERR_OK)
		err = check_until_still(check);
	else if (counts->faults)
		err = ERR_OK;
	inside_close_files(&check->journal);
	if (check->journal.scratch.p)
		sign_wipe(check->journal.scratch.p, check->journal.scratch.size);
	out_free(&check->journal.scratch);
	free(check);
	if (err != ERR_OK && !first_fault[0])
		(void)snprintf(first_fault, VERIFY_FAULT_MAX, "%s", err_text(err));
	return err == ERR_OK && counts->faults ? ERR_CORRUPT : err;
}
