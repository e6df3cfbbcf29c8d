/*
 * Promises that what is read is what was written: each record is hashed, its row checked and its
 * disclosures authenticated on the way out.
 */
#include "journal/inside.h"

#include "base/sign.h"
#include "journal/keys.h"
#include "journal/tables.h"

#include <string.h>

#define COLUMNS                                                                                    \
	"SELECT seq, id, origin, thread, kind, filed_ms, received_ms, keep_until_ms, own, "        \
	"erased, "                                                                                 \
	"epoch, leaf, jwt, sealed, row IS " TABLES_HASH("record", TABLES_RECORD) " FROM record "

static const char sql_by_id[] = COLUMNS "WHERE id = ?1";
static const char sql_by_leaf[] = COLUMNS "WHERE epoch = ?1 AND leaf = ?2 AND leaf >= 0";
static const char sql_all[] = COLUMNS "WHERE seq > ?1 ORDER BY seq";
static const char sql_in_thread[] = COLUMNS "WHERE thread = ?1 ORDER BY seq";
static const char sql_of_kind[] = COLUMNS "WHERE kind = ?1 ORDER BY seq";
static const char sql_expired[] =
    COLUMNS "WHERE keep_until_ms > 0 AND erased = 0 AND keep_until_ms <= ?1 ORDER BY seq";
/* clang-format off */
static const char sql_is_shared[] = "SELECT 1 FROM record WHERE thread = ?1 LIMIT 1 OFFSET 1";
static const char sql_leafless_in[] =
    COLUMNS "WHERE thread = ?2 AND origin = ?1 AND own = 0 AND leaf = -1 ORDER BY seq DESC LIMIT ?3";
/* The threads from their index alone: a record is large. */
static const char sql_leafless[] =
    COLUMNS "WHERE thread IN (SELECT thread FROM record GROUP BY thread HAVING count(*) > 1) AND origin = ?1 "
	    "AND own = 0 AND leaf = -1";
/* clang-format on */
static const char sql_has[] = "SELECT 1 FROM record WHERE id = ?1";
/* clang-format off */
/* Each by an index; the leaves of a log have no gaps. */
static const char sql_count[] =
    "SELECT (SELECT count(*) FROM record WHERE erased = 1),"
    " (SELECT coalesce(sum((SELECT max(idx) + 1 FROM leaf WHERE leaf.epoch = epoch.epoch)), 0) FROM epoch),"
    " (SELECT count(*) FROM sent WHERE leaf >= 0),"
    " (SELECT count(*) FROM outbox WHERE state IN (0, 1)), (SELECT count(*) FROM quarantine)";
/* Of these no row is ever taken away: what is counted once is not looked at again. */
static const char sql_more_records[] =
    "SELECT count(*), coalesce(sum(own), 0), coalesce(max(seq), ?1) FROM record WHERE seq > ?1";
static const char sql_more_sent[] =
    "SELECT count(*), 0, coalesce(max(rowid), ?1) FROM sent WHERE rowid > ?1";
static const char sql_more_came[] =
    "SELECT count(*), 0, coalesce(max(rowid), ?1) FROM inbox WHERE rowid > ?1";
/* clang-format on */

/* Everything but the disclosures; spans borrowed from the row. */
static enum err
take_row(sqlite3_stmt *row, struct journal_record *record)
{
	struct hash hash;

	memset(record, 0, sizeof *record);
	record->seq = db_int(row, 0);
	record->origin = db_text(row, 2);
	record->thread = db_text(row, 3);
	record->kind = db_text(row, 4);
	record->filed_ms = db_int(row, 5);
	record->received_ms = db_int(row, 6);
	record->keep_until_ms = db_int(row, 7);
	record->is_own = db_int(row, 8) != 0;
	record->is_erased = db_int(row, 9) != 0;
	record->epoch = db_int(row, 10);
	record->leaf = tables_leaf(db_int(row, 11));
	record->jwt = db_blob(row, 12);
	hash = hash_of(record->jwt);
	if (!db_int(row, 14) || !inside_hash(row, 1, &record->id) ||
	    !hash_equal(&hash, &record->id))
		return ERR_CORRUPT;
	return ERR_OK;
}

static enum err
take_disclosures(struct journal *journal, sqlite3_stmt *row, struct journal_record *record,
		 struct out *plain)
{
	struct crypt_key key;
	enum err err;

	if (record->is_erased)
		return ERR_OK;
	out_reset(plain);
	err = keys_get(journal, record->seq, &record->id, &key);
	if (err == ERR_OK)
		err = crypt_open(plain, &key, SPAN("record"), &record->id, db_blob(row, 13));
	sign_wipe(&key, sizeof key);
	record->disclosures = out_view(plain);
	return err;
}

static enum err
copy_span(struct arena *arena, struct span *span)
{
	struct span copy = arena_copy(arena, *span);

	if (span->n && !copy.p)
		return ERR_NOMEM;
	*span = copy;
	return ERR_OK;
}

static enum err
copy_record(struct arena *arena, struct journal_record *record)
{
	struct span *const spans[] = {&record->jwt, &record->disclosures, &record->origin,
				      &record->thread, &record->kind};
	enum err err = ERR_OK;

	for (size_t i = 0; i < sizeof spans / sizeof spans[0] && err == ERR_OK; i++)
		err = copy_span(arena, spans[i]);
	return err;
}

static enum err
take_one(struct journal *journal, sqlite3_stmt *statement, struct arena *arena,
	 struct journal_record *record)
{
	bool has_row;
	enum err err = db_step(statement, &has_row);

	if (err == ERR_OK && !has_row)
		return ERR_NOT_FOUND;
	if (err == ERR_OK)
		err = take_row(statement, record);
	if (err == ERR_OK)
		err = take_disclosures(journal, statement, record, &journal->scratch);
	if (err == ERR_OK)
		err = copy_record(arena, record);
	db_reset(statement);
	if (err != ERR_OK)
		memset(record, 0, sizeof *record);
	return err;
}

enum err
journal_get(struct journal *journal, const struct hash *id, struct arena *arena,
	    struct journal_record *record)
{
	sqlite3_stmt *statement;
	enum err err = inside_db(journal, sql_by_id, &statement);

	memset(record, 0, sizeof *record);
	if (err != ERR_OK)
		return err;
	db_bind_blob(statement, 1, span_make(id->b, HASH_SIZE));
	return take_one(journal, statement, arena, record);
}

enum err
journal_get_leaf(struct journal *journal, int64_t epoch, uint64_t index, struct arena *arena,
		 struct journal_record *record)
{
	sqlite3_stmt *statement;
	enum err err = inside_db(journal, sql_by_leaf, &statement);

	memset(record, 0, sizeof *record);
	if (err != ERR_OK)
		return err;
	db_bind_int(statement, 1, epoch);
	db_bind_int(statement, 2, (int64_t)index);
	return take_one(journal, statement, arena, record);
}

bool
journal_has(struct journal *journal, const struct hash *id)
{
	sqlite3_stmt *statement;
	bool has_row = false;

	if (inside_db(journal, sql_has, &statement) != ERR_OK)
		return false;
	db_bind_blob(statement, 1, span_make(id->b, HASH_SIZE));
	if (db_step(statement, &has_row) != ERR_OK)
		has_row = false;
	db_reset(statement);
	return has_row;
}

/* A walk has its own statement and buffer, so that the visitor may read the journal meanwhile. */
static enum err
walk_rows(struct journal *journal, sqlite3_stmt *statement, bool is_opened,
	  const struct journal_walk *walk)
{
	struct out plain = out_new(JOURNAL_BLOB_MAX + 1);
	struct journal_record record;
	bool has_row;
	enum err err;

	while ((err = db_step(statement, &has_row)) == ERR_OK && has_row) {
		err = take_row(statement, &record);
		if (err == ERR_OK && is_opened)
			err = take_disclosures(journal, statement, &record, &plain);
		if (err != ERR_OK || !walk->each(walk->context, &record))
			break;
	}
	db_reset(statement);
	if (plain.p)
		sign_wipe(plain.p, plain.size);
	out_free(&plain);
	return err;
}

/* Of a statement that is not kept. */
static enum err
walk_once(struct journal *journal, sqlite3_stmt *statement, bool is_opened,
	  const struct journal_walk *walk)
{
	enum err err = walk_rows(journal, statement, is_opened, walk);

	(void)sqlite3_finalize(statement);
	return err;
}

enum err
journal_each(struct journal *journal, int64_t after_seq, const struct journal_walk *walk)
{
	sqlite3_stmt *statement;
	enum err err = db_prepare(journal->db, sql_all, &statement);

	if (err != ERR_OK)
		return err;
	db_bind_int(statement, 1, after_seq);
	return walk_once(journal, statement, true, walk);
}

enum err
journal_each_in_thread(struct journal *journal, struct span thread, const struct journal_walk *walk)
{
	sqlite3_stmt *kept;
	sqlite3_stmt *statement;
	enum err err = inside_db(journal, sql_in_thread, &kept);

	statement = kept;
	if (err == ERR_OK && sqlite3_stmt_busy(kept)) /* a walk inside a walk has its own */
		err = db_prepare(journal->db, sql_in_thread, &statement);
	if (err != ERR_OK)
		return err;
	db_bind_text(statement, 1, thread);
	return statement == kept ? walk_rows(journal, statement, true, walk)
				 : walk_once(journal, statement, true, walk);
}

enum err
journal_each_of_kind(struct journal *journal, struct span kind, const struct journal_walk *walk)
{
	sqlite3_stmt *statement;
	enum err err = db_prepare(journal->db, sql_of_kind, &statement);

	if (err != ERR_OK)
		return err;
	db_bind_text(statement, 1, kind);
	return walk_once(journal, statement, true, walk);
}

enum err
journal_each_expired(struct journal *journal, int64_t now_ms, const struct journal_walk *walk)
{
	sqlite3_stmt *statement;
	enum err err = db_prepare(journal->db, sql_expired, &statement);

	if (err != ERR_OK)
		return err;
	db_bind_int(statement, 1, now_ms);
	return walk_once(journal, statement, false, walk);
}

/* Asked for each delivery that comes; most threads have one record. */
static enum err
find_shared(struct journal *journal, struct span thread, bool *is_shared)
{
	sqlite3_stmt *statement;
	enum err err = inside_db(journal, sql_is_shared, &statement);

	*is_shared = false;
	if (err != ERR_OK)
		return err;
	db_bind_text(statement, 1, thread);
	err = db_step(statement, is_shared);
	db_reset(statement);
	return err;
}

enum err
journal_each_leafless(struct journal *journal, struct span origin, struct span thread,
		      const struct journal_walk *walk)
{
	sqlite3_stmt *statement;
	bool is_shared = true;
	enum err err = thread.n ? find_shared(journal, thread, &is_shared) : ERR_OK;

	if (err != ERR_OK || !is_shared)
		return err;
	err = db_prepare(journal->db, thread.n ? sql_leafless_in : sql_leafless, &statement);
	if (err != ERR_OK)
		return err;
	db_bind_text(statement, 1, origin);
	if (thread.n) {
		db_bind_text(statement, 2, thread);
		db_bind_int(statement, 3, JOURNAL_LEAFLESS_MAX);
	}
	return walk_once(journal, statement, false, walk);
}

static uint64_t
take_count(sqlite3_stmt *statement, int column)
{
	return (uint64_t)db_int(statement, column);
}

static enum err
count_dropped(struct journal *journal, uint64_t *dropped)
{
	struct out text = out_new(32);
	int64_t value = 0;
	enum err err = inside_meta(journal, SPAN("quarantine dropped"), &text);

	if (err == ERR_OK && !span_int(out_view(&text), 0, INT64_MAX, &value))
		err = ERR_CORRUPT;
	out_free(&text);
	*dropped = (uint64_t)value;
	return err == ERR_NOT_FOUND ? ERR_OK : err;
}

/* Adds the rows behind what was counted. */
static enum err
count_more(struct journal *journal, const char *sql, struct inside_tally *tally)
{
	sqlite3_stmt *statement;
	bool has_row;
	enum err err = inside_db(journal, sql, &statement);

	if (err != ERR_OK)
		return err;
	db_bind_int(statement, 1, tally->upto);
	err = db_step(statement, &has_row);
	if (err == ERR_OK && has_row) {
		tally->rows += take_count(statement, 0);
		tally->own += take_count(statement, 1);
		tally->upto = db_int(statement, 2);
	}
	db_reset(statement);
	return err;
}

/* What a batch has written may yet be undone: it is counted, and counted again later. */
static enum err
count_lasting(struct journal *journal, const char *sql, struct inside_tally *held,
	      struct inside_tally *now)
{
	enum err err;

	*now = *held;
	err = count_more(journal, sql, now);
	if (err == ERR_OK && !journal->is_in_batch)
		*held = *now;
	return err;
}

static enum err
count_rows(struct journal *journal, struct journal_counts *counts)
{
	struct inside_tally records;
	struct inside_tally sent;
	struct inside_tally came;
	enum err err = count_lasting(journal, sql_more_records, &journal->records, &records);

	if (err == ERR_OK)
		err = count_lasting(journal, sql_more_sent, &journal->sent, &sent);
	if (err == ERR_OK)
		err = count_lasting(journal, sql_more_came, &journal->came, &came);
	if (err != ERR_OK)
		return err;
	counts->records = records.rows;
	counts->own = records.own;
	counts->foreign = records.rows - records.own;
	counts->sent = sent.rows;
	counts->came = came.rows;
	return ERR_OK;
}

enum err
journal_count(struct journal *journal, struct journal_counts *counts)
{
	sqlite3_stmt *statement;
	bool has_row;
	enum err err = inside_db(journal, sql_count, &statement);

	memset(counts, 0, sizeof *counts);
	if (err != ERR_OK)
		return err;
	err = db_step(statement, &has_row);
	if (err == ERR_OK && has_row) {
		counts->erased = take_count(statement, 0);
		counts->leaves = take_count(statement, 1);
		counts->receipts = take_count(statement, 2);
		counts->outbox_open = take_count(statement, 3);
		counts->quarantined = take_count(statement, 4);
	}
	db_reset(statement);
	if (err == ERR_OK)
		err = count_rows(journal, counts);
	return err == ERR_OK ? count_dropped(journal, &counts->quarantine_dropped) : err;
}

/* --- looks */

const char *
journal_station(const struct journal *journal)
{
	return journal->station;
}

const char *
journal_origin(const struct journal *journal)
{
	return journal->origin;
}

int64_t
journal_epoch(const struct journal *journal)
{
	return journal->epoch;
}

const char *
journal_log_dir(const struct journal *journal)
{
	return journal->log_dir;
}

const struct note_key *
journal_key(const struct journal *journal)
{
	return &journal->key;
}

uint64_t
journal_size(const struct journal *journal)
{
	return merkle_tree_size(journal->tree);
}

uint64_t
journal_head_size(const struct journal *journal)
{
	return journal->head.size;
}

uint64_t
journal_repairs(const struct journal *journal)
{
	return journal->repairs;
}

const char *
journal_warning(const struct journal *journal)
{
	return journal->warning;
}
