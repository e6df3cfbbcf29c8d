/*
 * Promises that what was refused can be looked at afterwards, and that strangers cannot fill the
 * disk with it.
 */
#include "journal/quarantine.h"

#include "journal/inside.h"
#include "journal/tables.h"

#include <string.h>

/* clang-format off */
static const char sql_add[] =
    "INSERT INTO quarantine VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, "
    "rowhash('quarantine', ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8))";
static const char sql_next[] = "SELECT coalesce(max(number), 0) + 1 FROM quarantine";
static const char sql_full[] =
    "SELECT count(*) > ?1 OR coalesce(sum(length(bytes)), 0) > ?2 FROM quarantine";
static const char sql_drop[] =
    "DELETE FROM quarantine WHERE number = (SELECT min(number) FROM quarantine)";
static const char sql_each[] =
    "SELECT number, source, reason, bytes, whole, total, came_ms, row IS "
    TABLES_HASH("quarantine", TABLES_QUARANTINE) " FROM quarantine ORDER BY number DESC";
/* clang-format on */

/* What an SD-JWT would have as its id: the hash of all before the first tilde. */
static struct hash
about(struct span bytes)
{
	ptrdiff_t at = span_find(bytes, '~');

	return hash_of(at < 0 ? bytes : span_make(bytes.p, (size_t)at));
}

static enum err
one_int(sqlite3_stmt *statement, int64_t *value)
{
	bool has_row;
	enum err err = db_step(statement, &has_row);

	*value = err == ERR_OK && has_row ? db_int(statement, 0) : 0;
	db_reset(statement);
	return err;
}

static enum err
count_dropped(struct journal *journal, int64_t n)
{
	struct out text = out_new(32);
	int64_t value = 0;
	enum err err = inside_meta(journal, SPAN("quarantine dropped"), &text);

	if (err == ERR_OK && !span_int(out_view(&text), 0, INT64_MAX - n, &value))
		err = ERR_CORRUPT;
	if (err == ERR_OK || err == ERR_NOT_FOUND) {
		out_reset(&text);
		out_int(&text, value + n);
		err = inside_set_meta(journal->db, SPAN("quarantine dropped"), out_view(&text));
	}
	out_free(&text);
	return inside_note(journal, err);
}

static enum err
make_room(struct journal *journal)
{
	sqlite3_stmt *full;
	sqlite3_stmt *drop;
	int64_t is_full = 1;
	int64_t n = 0;
	enum err err = inside_db(journal, sql_full, &full);

	if (err == ERR_OK)
		err = inside_db(journal, sql_drop, &drop);
	while (err == ERR_OK) {
		db_bind_int(full, 1, QUARANTINE_ROWS_MAX);
		db_bind_int(full, 2, QUARANTINE_BYTES_MAX);
		err = one_int(full, &is_full);
		if (err != ERR_OK || !is_full)
			break;
		err = inside_do(journal, drop);
		n++;
	}
	return err == ERR_OK && n ? count_dropped(journal, n) : err;
}

enum err
quarantine_add(struct journal *journal, const struct quarantine *quarantine)
{
	struct hash whole = hash_of(quarantine->bytes);
	struct hash id = about(quarantine->bytes);
	struct span kept = quarantine->bytes;
	sqlite3_stmt *statement;
	int64_t number = 0;
	enum err err = inside_may_write(journal);

	if (err == ERR_OK &&
	    (quarantine->source.n > JOURNAL_BLOB_MAX || quarantine->reason.n > JOURNAL_BLOB_MAX))
		err = ERR_LIMIT;
	if (err == ERR_OK)
		err = inside_db(journal, sql_next, &statement);
	if (err == ERR_OK)
		err = one_int(statement, &number);
	if (err == ERR_OK)
		err = inside_db(journal, sql_add, &statement);
	if (err != ERR_OK)
		return err;
	if (kept.n > JOURNAL_BLOB_MAX)
		kept.n = JOURNAL_BLOB_MAX;
	db_bind_int(statement, 1, number);
	db_bind_text(statement, 2, quarantine->source);
	db_bind_text(statement, 3, quarantine->reason);
	db_bind_blob(statement, 4, kept);
	db_bind_blob(statement, 5, span_make(whole.b, HASH_SIZE));
	db_bind_int(statement, 6, (int64_t)quarantine->bytes.n);
	db_bind_blob(statement, 7, span_make(id.b, HASH_SIZE));
	db_bind_int(statement, 8, quarantine->came_ms);
	err = inside_do(journal, statement);
	return err == ERR_OK ? make_room(journal) : err;
}

enum err
quarantine_each(struct journal *journal, const struct quarantine_walk *walk)
{
	sqlite3_stmt *statement;
	struct quarantine one;
	bool has_row;
	enum err err = db_prepare(journal->db, sql_each, &statement);

	if (err != ERR_OK)
		return err;
	while ((err = db_step(statement, &has_row)) == ERR_OK && has_row) {
		memset(&one, 0, sizeof one);
		one.number = db_int(statement, 0);
		one.source = db_text(statement, 1);
		one.reason = db_text(statement, 2);
		one.bytes = db_blob(statement, 3);
		one.total = db_int(statement, 5);
		one.came_ms = db_int(statement, 6);
		if (!inside_hash(statement, 4, &one.whole) || !db_int(statement, 7))
			err = ERR_CORRUPT;
		if (err != ERR_OK || !walk->each(walk->context, &one))
			break;
	}
	(void)sqlite3_finalize(statement);
	return err;
}
