/*
 * Promises what every file of this room does the same way: cached statements, the batch's rules,
 * sealing under a record's key, opening the three databases.
 */
#define _GNU_SOURCE
#include "journal/inside.h"

#include "base/sign.h"
#include "journal/keys.h"
#include "journal/rowhash.h"
#include "journal/tables.h"
#include "journal/wal.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const char sql_leaf[] = "INSERT INTO leaf VALUES(?1, ?2, ?3, ?4)";
static const char sql_find[] = "SELECT seq, own, erased, row IS " TABLES_HASH(
    "record", TABLES_RECORD) " FROM record WHERE id = ?1";
static const char sql_meta[] =
    "SELECT value, row IS " TABLES_HASH("meta", TABLES_META) " FROM meta WHERE name = ?1";
static const char sql_epoch[] = "SELECT epoch, origin, vkey, row IS " TABLES_HASH(
    "epoch", TABLES_EPOCH) " FROM epoch ORDER BY epoch DESC LIMIT 1";
/* The newest of each witness; the log's own line is not among them. */
static const char sql_cosigns[] = "SELECT line, row IS " TABLES_HASH(
    "cosign", TABLES_COSIGN) ", max(at_ms) FROM cosign "
			     "WHERE epoch = ?1 AND size = ?2 AND witness <> ?3 GROUP BY witness "
			     "ORDER BY witness";

static enum err
cached(struct inside_cache *cache, sqlite3 *db, const char *sql, sqlite3_stmt **statement)
{
	enum err err;

	for (size_t i = 0; i < cache->n; i++) {
		if (cache->at[i].sql != sql)
			continue;
		*statement = cache->at[i].statement;
		return ERR_OK;
	}
	assert(cache->n < INSIDE_CACHE);
	err = db_prepare(db, sql, statement);
	if (err == ERR_OK)
		cache->at[cache->n++] = (struct inside_cached){sql, *statement};
	return err;
}

enum err
inside_db(struct journal *journal, const char *sql, sqlite3_stmt **statement)
{
	return cached(&journal->db_cache, journal->db, sql, statement);
}

enum err
inside_keys(struct journal *journal, const char *sql, sqlite3_stmt **statement)
{
	return cached(&journal->keys_cache, journal->keys, sql, statement);
}

void
inside_forget(struct inside_cache *cache)
{
	for (size_t i = 0; i < cache->n; i++)
		(void)sqlite3_finalize(cache->at[i].statement);
	cache->n = 0;
}

enum err
inside_may_write(const struct journal *journal)
{
	if (journal->is_broken)
		return ERR_IO;
	if (!journal->is_in_batch)
		return ERR_REFUSED;
	return journal->batch_err;
}

enum err
inside_note(struct journal *journal, enum err err)
{
	if (err == ERR_IO)
		journal->is_broken = true;
	if (err != ERR_OK && journal->batch_err == ERR_OK)
		journal->batch_err = err;
	return err;
}

enum err
inside_do(struct journal *journal, sqlite3_stmt *statement)
{
	return inside_note(journal, db_do(statement));
}

void
journal_entry(unsigned char type, const struct hash *hash, unsigned char dst[JOURNAL_ENTRY_SIZE])
{
	dst[0] = type;
	memcpy(dst + 1, hash->b, HASH_SIZE);
}

static enum err
bind_leaf(sqlite3_stmt *statement, int64_t epoch, int64_t index, struct span entry)
{
	struct hash leaf = merkle_leaf(entry);

	db_bind_int(statement, 1, epoch);
	db_bind_int(statement, 2, index);
	db_bind_blob(statement, 3, entry);
	db_bind_blob(statement, 4, span_make(leaf.b, HASH_SIZE));
	return db_do(statement);
}

enum err
inside_add_leaf(struct journal *journal, unsigned char type, const struct hash *hash,
		int64_t *index)
{
	unsigned char entry[JOURNAL_ENTRY_SIZE];
	sqlite3_stmt *statement;
	enum err err = inside_db(journal, sql_leaf, &statement);

	*index = -1;
	if (err != ERR_OK)
		return inside_note(journal, err);
	journal_entry(type, hash, entry);
	*index = (int64_t)(merkle_tree_size(journal->tree) + journal->batch_leaves);
	err = bind_leaf(statement, journal->epoch, *index, span_make(entry, sizeof entry));
	if (err == ERR_OK)
		journal->batch_leaves++;
	return inside_note(journal, err);
}

bool
inside_text_is_fine(struct span text)
{
	return text.n > 0 && text.n < JOURNAL_TEXT_MAX && span_is_plain_text(text);
}

bool
inside_hash(sqlite3_stmt *statement, int column, struct hash *hash)
{
	struct span bytes = db_blob(statement, column);

	if (bytes.n != HASH_SIZE)
		return false;
	memcpy(hash->b, bytes.p, HASH_SIZE);
	return true;
}

enum err
inside_find(struct journal *journal, const struct hash *id, struct inside_record *record)
{
	sqlite3_stmt *statement;
	bool has_row;
	enum err err = inside_db(journal, sql_find, &statement);

	memset(record, 0, sizeof *record);
	if (err != ERR_OK)
		return err;
	db_bind_blob(statement, 1, span_make(id->b, HASH_SIZE));
	err = db_step(statement, &has_row);
	if (err != ERR_OK || !has_row)
		return err != ERR_OK ? err : ERR_NOT_FOUND;
	record->seq = db_int(statement, 0);
	record->is_own = db_int(statement, 1) != 0;
	record->is_erased = db_int(statement, 2) != 0;
	if (!db_int(statement, 3))
		err = ERR_CORRUPT;
	db_reset(statement);
	return err;
}

static struct inside_key *
held_key(struct journal *journal, const struct hash *id)
{
	return &journal->held_keys[(id->b[0] << 8 | id->b[1]) % INSIDE_KEYS];
}

void
inside_hold_key(struct journal *journal, const struct hash *id, const struct crypt_key *key)
{
	if (journal->is_in_batch)
		*held_key(journal, id) = (struct inside_key){true, *id, *key};
}

static enum err
key_of(struct journal *journal, const struct hash *id, struct crypt_key *key)
{
	const struct inside_key *held = held_key(journal, id);
	struct inside_record record;
	enum err err;

	if (held->is_set && hash_equal(&held->id, id)) {
		*key = held->key;
		return ERR_OK;
	}
	err = inside_find(journal, id, &record);
	if (err == ERR_OK)
		err = keys_get(journal, record.seq, id, key);
	if (err == ERR_OK)
		inside_hold_key(journal, id, key);
	return err;
}

void
inside_wipe_keys(struct journal *journal)
{
	sign_wipe(journal->held_keys, sizeof journal->held_keys);
}

enum err
inside_seal(struct journal *journal, const struct hash *id, struct span place, struct span plain,
	    struct out *sealed)
{
	struct crypt_key key;
	enum err err = key_of(journal, id, &key);

	if (err == ERR_OK) {
		crypt_seal(sealed, &key, place, id, plain);
		err = out_err(sealed);
	}
	sign_wipe(&key, sizeof key);
	return err;
}

enum err
inside_open(struct journal *journal, const struct hash *id, struct span place, struct span sealed,
	    struct out *plain)
{
	struct crypt_key key;
	enum err err;

	if (sealed.n == 0)
		return ERR_OK;
	err = key_of(journal, id, &key);
	if (err == ERR_OK)
		err = crypt_open(plain, &key, place, id, sealed);
	sign_wipe(&key, sizeof key);
	return err;
}

struct span
inside_place(char dst[INSIDE_PLACE_MAX], const char *table, struct span name, int64_t number)
{
	int n = snprintf(dst, INSIDE_PLACE_MAX, "%s %.*s %lld", table, (int)name.n,
			 name.n ? name.p : "", (long long)number);

	return span_make(dst, n > 0 && n < INSIDE_PLACE_MAX ? (size_t)n : 0);
}

/* SQLite keeps the mode of an empty file that it finds. */
enum err
inside_make_private(const char *path)
{
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);

	if (fd < 0)
		return err_from_errno(errno);
	(void)close(fd);
	return ERR_OK;
}

static enum err
open_one(const char *dir, const char *name, enum db_mode mode, sqlite3 **db)
{
	char path[FILE_PATH_MAX];
	enum err err = file_path(path, sizeof path, dir, name);

	if (err == ERR_OK)
		err = db_open(path, mode, db);
	if (err == ERR_OK && mode == DB_READ)
		wal_keep(path, *db);
	return err == ERR_OK ? rowhash_install(*db) : err;
}

enum err
inside_open_files(struct journal *journal, enum db_mode mode)
{
	enum err err = open_one(journal->dir, "journal.db", mode, &journal->db);

	if (err == ERR_OK)
		err = open_one(journal->dir, "keys.db", mode, &journal->keys);
	return err;
}

void
inside_close_files(struct journal *journal)
{
	inside_forget(&journal->db_cache);
	inside_forget(&journal->keys_cache);
	db_close(journal->db);
	db_close(journal->keys);
	db_close(journal->heads);
	journal->db = NULL;
	journal->keys = NULL;
	journal->heads = NULL;
}

static enum err
take_epoch(struct journal *journal, sqlite3_stmt *statement)
{
	if (!db_int(statement, 3) ||
	    !span_copy(journal->origin, sizeof journal->origin, db_text(statement, 1)))
		return ERR_CORRUPT;
	journal->epoch = db_int(statement, 0);
	if (note_key_read(db_text(statement, 2), &journal->key) != ERR_OK ||
	    strcmp(journal->key.name, journal->origin) != 0)
		return ERR_CORRUPT;
	return inside_log_dir(journal->log_dir, sizeof journal->log_dir, journal->dir,
			      journal->epoch);
}

enum err
inside_load_epoch(struct journal *journal)
{
	struct out station = out_new(JOURNAL_TEXT_MAX);
	sqlite3_stmt *statement;
	bool has_row;
	enum err err = inside_meta(journal, SPAN("station"), &station);

	if (err == ERR_OK &&
	    !span_copy(journal->station, sizeof journal->station, out_view(&station)))
		err = ERR_CORRUPT;
	out_free(&station);
	if (err == ERR_OK)
		err = inside_db(journal, sql_epoch, &statement);
	if (err != ERR_OK)
		return err;
	err = db_step(statement, &has_row);
	if (err == ERR_OK)
		err = has_row ? take_epoch(journal, statement) : ERR_CORRUPT;
	db_reset(statement);
	return err;
}

enum err
inside_meta(struct journal *journal, struct span name, struct out *value)
{
	sqlite3_stmt *statement;
	bool has_row;
	enum err err = inside_db(journal, sql_meta, &statement);

	if (err != ERR_OK)
		return err;
	db_bind_text(statement, 1, name);
	err = db_step(statement, &has_row);
	if (err == ERR_OK && !has_row)
		return ERR_NOT_FOUND;
	if (err == ERR_OK && !db_int(statement, 1))
		err = ERR_CORRUPT;
	if (err == ERR_OK) {
		out_span(value, db_blob(statement, 0));
		err = out_err(value);
	}
	db_reset(statement);
	return err;
}

enum err
inside_set_meta(sqlite3 *db, struct span name, struct span value)
{
	sqlite3_stmt *statement;
	enum err err = db_prepare(
	    db, "INSERT OR REPLACE INTO meta VALUES(?1, ?2, rowhash('meta', ?1, ?2))", &statement);

	if (err != ERR_OK)
		return err;
	db_bind_text(statement, 1, name);
	db_bind_blob(statement, 2, value);
	err = db_do(statement);
	(void)sqlite3_finalize(statement);
	return err;
}

static enum err
add_genesis_leaf(sqlite3 *db, int64_t epoch, struct span genesis)
{
	unsigned char entry[JOURNAL_ENTRY_SIZE];
	struct hash hash = hash_of(genesis);
	sqlite3_stmt *statement;
	enum err err = db_prepare(db, sql_leaf, &statement);

	if (err != ERR_OK)
		return err;
	journal_entry(JOURNAL_ENTRY_GENESIS, &hash, entry);
	err = bind_leaf(statement, epoch, 0, span_make(entry, sizeof entry));
	(void)sqlite3_finalize(statement);
	return err;
}

enum err
inside_add_epoch(sqlite3 *db, int64_t epoch, const struct note_key *key, struct span genesis,
		 int64_t now_ms)
{
	struct out vkey = out_new(NOTE_NAME_MAX + 128);
	sqlite3_stmt *statement;
	enum err err;

	note_key_write(&vkey, key);
	err = out_err(&vkey);
	if (err == ERR_OK)
		err = db_prepare(db,
				 "INSERT INTO epoch VALUES(?1, ?2, ?3, ?4, ?5, "
				 "rowhash('epoch', ?1, ?2, ?3, ?4, ?5))",
				 &statement);
	if (err != ERR_OK)
		goto done;
	db_bind_int(statement, 1, epoch);
	db_bind_text(statement, 2, span_of(key->name));
	db_bind_text(statement, 3, out_view(&vkey));
	db_bind_blob(statement, 4, genesis);
	db_bind_int(statement, 5, now_ms);
	err = db_do(statement);
	(void)sqlite3_finalize(statement);
	if (err == ERR_OK)
		err = add_genesis_leaf(db, epoch, genesis);
done:
	out_free(&vkey);
	return err;
}

enum err
inside_origin(char dst[NOTE_NAME_MAX], struct span station, int64_t epoch)
{
	int n = snprintf(dst, NOTE_NAME_MAX, "seam/%.*s/log/%lld", (int)station.n, station.p,
			 (long long)epoch);

	return n > 0 && n < NOTE_NAME_MAX ? ERR_OK : ERR_LIMIT;
}

enum err
inside_log_dir(char *dst, size_t size, const char *dir, int64_t epoch)
{
	int n = snprintf(dst, size, "%s/log/%lld", dir, (long long)epoch);

	return n > 0 && (size_t)n < size ? ERR_OK : ERR_LIMIT;
}

static enum err
add_cosigns(struct journal *journal, struct out *note)
{
	sqlite3_stmt *statement;
	bool has_row = true;
	enum err err = inside_db(journal, sql_cosigns, &statement);

	if (err != ERR_OK)
		return err;
	db_bind_int(statement, 1, journal->epoch);
	db_bind_int(statement, 2, (int64_t)journal->head.size);
	db_bind_text(statement, 3, span_of(journal->origin));
	while ((err = db_step(statement, &has_row)) == ERR_OK && has_row) {
		if (!db_int(statement, 1)) {
			db_reset(statement);
			return ERR_CORRUPT;
		}
		out_span(note, db_text(statement, 0));
	}
	return err == ERR_OK ? out_err(note) : err;
}

enum err
inside_published(struct journal *journal, struct out *note)
{
	struct head head;
	enum err err = head_get(journal->heads, span_of(journal->origin), &head, note);

	if (err != ERR_OK)
		return err;
	if (head.at.size != journal->head.size)
		return head.at.size > journal->head.size ? ERR_BUSY : ERR_CORRUPT;
	return head.at.size == 0 ? ERR_OK : add_cosigns(journal, note);
}
