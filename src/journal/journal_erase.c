/*
 * Promises that after an erasure no byte of a record's disclosures is in any file of the home: the
 * key goes, the ciphertexts go, and both databases are written back and their logs truncated.  What
 * others hold is theirs to erase.
 */
#include "journal/inside.h"

#include "journal/keys.h"
#include "journal/tables.h"

/* clang-format off */
static const char sql_record[] =
    "UPDATE record SET sealed = NULL, erased = 1, row = rowhash('record', seq, id, NULL, origin, thread, "
    "kind, filed_ms, received_ms, keep_until_ms, own, 1, epoch, leaf) WHERE id = ?1";
static const char sql_sent[] =
    "UPDATE sent SET sealed = NULL, row = rowhash('sent', party, counter, record, whole, NULL, prev, made_ms, "
    "until_ms, onward, state, changed_ms, receipt, epoch, leaf) WHERE record = ?1";
static const char sql_inbox[] =
    "UPDATE inbox SET sealed = NULL, row = rowhash('inbox', station, counter, record, whole, NULL, prev, "
    "came_ms, until_ms, onward, way, receipt) WHERE record = ?1";
/* states 0 and 1 had not left yet: dropped (6) */
static const char sql_outbox[] =
    "UPDATE outbox SET sealed = NULL, reason = '', state = CASE WHEN state < 2 THEN 6 ELSE state END, "
    "row = rowhash('outbox', number, record, party, NULL, not_before_ms, until_ms, onward, needed, given, "
    "policy, '', CASE WHEN state < 2 THEN 6 ELSE state END, counter, changed_ms) WHERE record = ?1";
static const char sql_quarantine[] = "DELETE FROM quarantine WHERE about = ?1";
/* clang-format on */

static enum err
erase_rows(struct journal *journal, const struct hash *id)
{
	static const char *const steps[] = {sql_record, sql_sent, sql_inbox, sql_outbox,
					    sql_quarantine};

	for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
		sqlite3_stmt *statement;
		enum err err = inside_db(journal, steps[i], &statement);

		if (err != ERR_OK)
			return err;
		db_bind_blob(statement, 1, span_make(id->b, HASH_SIZE));
		err = inside_do(journal, statement);
		if (err != ERR_OK)
			return err;
	}
	return ERR_OK;
}

enum err
inside_write_back(sqlite3 *db)
{
	return db_err(sqlite3_wal_checkpoint_v2(db, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL));
}

/* The mark comes first: a crash in between leaves a marked record with its key, and the next open
 * drops that. */
static enum err
mark_then_drop(struct journal *journal, const struct hash *id)
{
	struct inside_record record;
	enum err err = inside_find(journal, id, &record);

	if (err == ERR_OK)
		err = journal_begin(journal);
	if (err != ERR_OK)
		return err;
	err = erase_rows(journal, id);
	if (err == ERR_OK)
		err = db_run(journal->db, "COMMIT");
	if (err == ERR_OK)
		err = keys_drop(journal, record.seq);
	if (err == ERR_OK)
		err = db_run(journal->keys, "COMMIT");
	if (err != ERR_OK) {
		(void)inside_note(journal, err);
		journal_rollback(journal);
		return err;
	}
	journal->is_in_batch = false;
	inside_wipe_keys(journal);
	return ERR_OK;
}

enum err
journal_erase(struct journal *journal, const struct hash *id)
{
	enum err err;

	if (journal->mode != JOURNAL_WRITE || journal->is_in_batch)
		return ERR_REFUSED;
	err = mark_then_drop(journal, id);
	if (err == ERR_OK)
		err = inside_write_back(journal->keys);
	return err == ERR_OK ? inside_write_back(journal->db) : err;
}
