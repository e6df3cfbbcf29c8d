/*
 * Promises that the key of a record is there as long as the record is not erased, and nowhere
 * afterwards.
 */
#include "journal/keys.h"

#include "base/sign.h"
#include "journal/inside.h"
#include "journal/tables.h"

#include <string.h>

static const char sql_new[] =
    "INSERT OR REPLACE INTO key VALUES(?1, ?2, ?3, rowhash('key', ?1, ?2, ?3))";
static const char sql_get[] =
    "SELECT id, key, row IS " TABLES_HASH("key", TABLES_KEY) " FROM key WHERE seq = ?1";
static const char sql_drop[] = "DELETE FROM key WHERE seq = ?1";
static const char sql_tidy[] = "DELETE FROM key WHERE seq > ?1";
static const char sql_erased[] = "SELECT seq FROM record WHERE erased = 1";

enum err
keys_new(struct journal *journal, int64_t seq, const struct hash *id, struct crypt_key *key)
{
	sqlite3_stmt *statement;
	enum err err = inside_keys(journal, sql_new, &statement);

	if (err != ERR_OK)
		return err;
	sign_random(key->b, sizeof key->b);
	inside_hold_key(journal, id, key); /* the record's releases follow */
	db_bind_int(statement, 1, seq);
	db_bind_blob(statement, 2, span_make(id->b, HASH_SIZE));
	db_bind_blob(statement, 3, span_make(key->b, sizeof key->b));
	return inside_do(journal, statement);
}

static enum err
take_key(sqlite3_stmt *statement, const struct hash *id, struct crypt_key *key)
{
	struct span bytes = db_blob(statement, 1);
	struct hash held;

	if (!inside_hash(statement, 0, &held) || !hash_equal(&held, id) ||
	    bytes.n != sizeof key->b || !db_int(statement, 2))
		return ERR_CORRUPT;
	memcpy(key->b, bytes.p, sizeof key->b);
	return ERR_OK;
}

enum err
keys_get(struct journal *journal, int64_t seq, const struct hash *id, struct crypt_key *key)
{
	sqlite3_stmt *statement;
	bool has_row;
	enum err err = inside_keys(journal, sql_get, &statement);

	memset(key, 0, sizeof *key);
	if (err != ERR_OK)
		return err;
	db_bind_int(statement, 1, seq);
	err = db_step(statement, &has_row);
	if (err == ERR_OK && !has_row)
		return ERR_KEY;
	if (err == ERR_OK)
		err = take_key(statement, id, key);
	db_reset(statement);
	return err;
}

enum err
keys_drop(struct journal *journal, int64_t seq)
{
	sqlite3_stmt *statement;
	enum err err = inside_keys(journal, sql_drop, &statement);

	if (err != ERR_OK)
		return err;
	db_bind_int(statement, 1, seq);
	return inside_do(journal, statement);
}

static enum err
drop_erased(struct journal *journal)
{
	sqlite3_stmt *statement;
	bool has_row = true;
	enum err err = inside_db(journal, sql_erased, &statement);

	while (err == ERR_OK && has_row) {
		err = db_step(statement, &has_row);
		if (err == ERR_OK && has_row)
			err = keys_drop(journal, db_int(statement, 0));
	}
	return err;
}

enum err
keys_tidy(struct journal *journal, int64_t last_seq)
{
	sqlite3_stmt *statement;
	enum err err = db_run(journal->keys, "BEGIN IMMEDIATE");

	if (err != ERR_OK)
		return err;
	err = inside_keys(journal, sql_tidy, &statement);
	if (err == ERR_OK) {
		db_bind_int(statement, 1, last_seq);
		err = db_do(statement);
	}
	if (err == ERR_OK)
		err = drop_erased(journal);
	if (err == ERR_OK)
		return db_run(journal->keys, "COMMIT");
	(void)sqlite3_exec(journal->keys, "ROLLBACK", NULL, NULL, NULL);
	return err;
}
