/*
 * Promises that a record enters whole: row, key and (own ones) leaf in one batch; a foreign one
 * that is held already gains the disclosures it lacked.  Does not look into the JWT or the
 * disclosures.
 */
#include "journal/inside.h"

#include "base/sign.h"
#include "journal/keys.h"
#include "journal/tables.h"

#include <string.h>

/* clang-format off */
static const char sql_add[] =
    "INSERT INTO record(seq, id, sealed, origin, thread, kind, filed_ms, received_ms, keep_until_ms, own, "
    "erased, epoch, leaf, jwt, row) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, 0, ?11, ?12, ?13, "
    "rowhash('record', ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, 0, ?11, ?12))";
static const char sql_sealed[] = "SELECT sealed FROM record WHERE seq = ?1";
static const char sql_widen[] =
    "UPDATE record SET sealed = ?2, filed_ms = iif(filed_ms, filed_ms, ?3), row = rowhash('record', seq, id, ?2, "
    "origin, thread, kind, iif(filed_ms, filed_ms, ?3), received_ms, keep_until_ms, own, erased, epoch, leaf) "
    "WHERE seq = ?1";
static const char sql_keep[] =
    "UPDATE record SET keep_until_ms = ?2, row = rowhash('record', seq, id, sealed, origin, thread, kind, "
    "filed_ms, received_ms, ?2, own, erased, epoch, leaf) "
    "WHERE id = ?1 AND row IS " TABLES_HASH("record", TABLES_RECORD);
static const char sql_note_leaf[] =
    "UPDATE record SET epoch = ?2, leaf = ?3, row = rowhash('record', seq, id, sealed, origin, thread, kind, "
    "filed_ms, received_ms, keep_until_ms, own, erased, ?2, ?3) "
    "WHERE id = ?1 AND own = 0 AND leaf = -1 AND row IS " TABLES_HASH("record", TABLES_RECORD);
/* clang-format on */

enum { LEAF_BITS = 31 }; /* far above any log; the picture's order has no more */

static enum err
check_sizes(const struct journal_record *record)
{
	if (record->jwt.n == 0 || record->jwt.n > JOURNAL_JWT_MAX ||
	    record->disclosures.n > JOURNAL_BLOB_MAX)
		return ERR_LIMIT;
	if (!inside_text_is_fine(record->origin) || !inside_text_is_fine(record->thread) ||
	    !inside_text_is_fine(record->kind))
		return ERR_FORMAT;
	return ERR_OK;
}

static enum err
insert(struct journal *journal, const struct journal_record *record, struct span sealed)
{
	sqlite3_stmt *statement;
	enum err err = inside_db(journal, sql_add, &statement);

	if (err != ERR_OK)
		return err;
	db_bind_int(statement, 1, record->seq);
	db_bind_blob(statement, 2, span_make(record->id.b, HASH_SIZE));
	db_bind_blob(statement, 3, sealed);
	db_bind_text(statement, 4, record->origin);
	db_bind_text(statement, 5, record->thread);
	db_bind_text(statement, 6, record->kind);
	db_bind_int(statement, 7, record->filed_ms);
	db_bind_int(statement, 8, record->received_ms);
	db_bind_int(statement, 9, record->keep_until_ms);
	db_bind_int(statement, 10, record->is_own);
	db_bind_int(statement, 11, record->epoch);
	db_bind_int(statement, 12, record->leaf);
	db_bind_blob(statement, 13, record->jwt);
	return inside_do(journal, statement);
}

static enum err
add_new(struct journal *journal, struct journal_record *record)
{
	struct crypt_key key;
	enum err err;

	record->seq = journal->next_seq;
	err = keys_new(journal, record->seq, &record->id, &key);
	if (err != ERR_OK)
		return err;
	out_reset(&journal->scratch);
	crypt_seal(&journal->scratch, &key, SPAN("record"), &record->id, record->disclosures);
	sign_wipe(&key, sizeof key);
	err = inside_note(journal, out_err(&journal->scratch));
	if (err == ERR_OK)
		err = insert(journal, record, out_view(&journal->scratch));
	if (err == ERR_OK)
		journal->next_seq++;
	return err;
}

static bool
has_part(struct span list, struct span part)
{
	struct span one;

	while (list.n && span_split(&list, '~', &one))
		if (span_equal(one, part))
			return true;
	return false;
}

static bool
is_marked(struct span list)
{
	return list.n > 0 && list.p[list.n - 1] == '~';
}

/*
 * The list held, then what is new in the other; false when nothing is.  A mark stands between two,
 * once, and at the end where the given list has it there (RFC 9901 section 4): an empty or an open
 * part, and the record would not be read again.
 */
static bool
unite(struct out *held, struct span given)
{
	bool is_closed = is_marked(given);
	struct span part;
	bool grew = false;

	while (given.n && span_split(&given, '~', &part)) {
		if (part.n == 0 || has_part(out_view(held), part))
			continue;
		if (held->n && !is_marked(out_view(held)))
			out_char(held, '~');
		out_span(held, part);
		grew = true;
	}
	if (grew && is_closed)
		out_char(held, '~');
	return grew;
}

static enum err
open_held(struct journal *journal, int64_t seq, const struct hash *id, struct out *plain)
{
	sqlite3_stmt *statement;
	bool has_row;
	enum err err = inside_db(journal, sql_sealed, &statement);

	if (err != ERR_OK)
		return err;
	db_bind_int(statement, 1, seq);
	err = db_step(statement, &has_row);
	if (err == ERR_OK)
		err = has_row
			  ? inside_open(journal, id, SPAN("record"), db_blob(statement, 0), plain)
			  : ERR_NOT_FOUND;
	db_reset(statement);
	return err;
}

static enum err
widen(struct journal *journal, const struct inside_record *held,
      const struct journal_record *record)
{
	sqlite3_stmt *statement;
	struct out plain = out_new(2 * JOURNAL_BLOB_MAX);
	enum err err = open_held(journal, held->seq, &record->id, &plain);

	if (err != ERR_OK || !unite(&plain, record->disclosures))
		goto done;
	if (plain.n > JOURNAL_BLOB_MAX)
		err = ERR_LIMIT;
	if (err == ERR_OK)
		err = out_err(&plain);
	out_reset(&journal->scratch);
	if (err == ERR_OK)
		err = inside_seal(journal, &record->id, SPAN("record"), out_view(&plain),
				  &journal->scratch);
	if (err == ERR_OK)
		err = inside_db(journal, sql_widen, &statement);
	if (err != ERR_OK)
		goto done;
	db_bind_int(statement, 1, held->seq);
	db_bind_blob(statement, 2, out_view(&journal->scratch));
	db_bind_int(statement, 3, record->filed_ms);
	err = inside_do(journal, statement);
done:
	if (plain.p)
		sign_wipe(plain.p, plain.size);
	out_free(&plain);
	return err;
}

static enum err
add_held(struct journal *journal, const struct inside_record *held, struct journal_record *record)
{
	record->seq = held->seq;
	if (held->is_erased)
		return ERR_REFUSED;
	if (record->is_own && held->is_own)
		return ERR_EXISTS;
	return widen(journal, held, record);
}

static enum err
add(struct journal *journal, struct journal_record *record, bool is_logged, bool *is_new)
{
	struct inside_record held;
	enum err err = inside_may_write(journal);

	*is_new = false;
	if (err == ERR_OK)
		err = check_sizes(record);
	if (err != ERR_OK)
		return err;
	record->id = hash_of(record->jwt);
	record->is_erased = false;
	err = inside_find(journal, &record->id, &held);
	if (err == ERR_OK)
		return add_held(journal, &held, record);
	if (err != ERR_NOT_FOUND)
		return err;
	*is_new = true;
	if (is_logged) {
		record->epoch = journal->epoch;
		err = inside_add_leaf(journal, JOURNAL_ENTRY_RECORD, &record->id, &record->leaf);
		if (err != ERR_OK)
			return err;
	}
	return add_new(journal, record);
}

enum err
journal_add(struct journal *journal, struct journal_record *record, bool *is_new)
{
	if (!record->is_own) {
		record->epoch = 0;
		record->leaf = -1;
	}
	return add(journal, record, record->is_own, is_new);
}

enum err
journal_add_restored(struct journal *journal, struct journal_record *record, bool *is_new)
{
	/* the current log assigns its own leaves; an earlier one can only be quoted */
	if (!record->is_own || (record->leaf >= 0 && record->epoch >= journal->epoch))
		return ERR_REFUSED;
	if (record->leaf < 0)
		record->epoch = 0;
	return add(journal, record, false, is_new);
}

enum err
journal_keep(struct journal *journal, const struct hash *id, int64_t keep_until_ms)
{
	sqlite3_stmt *statement;
	enum err err = inside_may_write(journal);

	if (err == ERR_OK)
		err = inside_db(journal, sql_keep, &statement);
	if (err != ERR_OK)
		return err;
	db_bind_blob(statement, 1, span_make(id->b, HASH_SIZE));
	db_bind_int(statement, 2, keep_until_ms);
	err = inside_do(journal, statement);
	if (err == ERR_OK && sqlite3_changes(journal->db) != 1)
		err = ERR_NOT_FOUND;
	return err;
}

enum err
journal_note_leaf(struct journal *journal, const struct hash *id, int64_t epoch, uint64_t leaf)
{
	sqlite3_stmt *statement;
	enum err err = inside_may_write(journal);

	if (err == ERR_OK && (epoch < 1 || leaf >> LEAF_BITS))
		err = ERR_LIMIT;
	if (err == ERR_OK)
		err = inside_db(journal, sql_note_leaf, &statement);
	if (err != ERR_OK)
		return err;
	db_bind_blob(statement, 1, span_make(id->b, HASH_SIZE));
	db_bind_int(statement, 2, epoch);
	db_bind_int(statement, 3, tables_foreign_leaf((int64_t)leaf));
	err = inside_do(journal, statement);
	if (err == ERR_OK && sqlite3_changes(journal->db) != 1)
		err = ERR_NOT_FOUND;
	return err;
}
