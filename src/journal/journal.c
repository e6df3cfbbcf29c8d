/*
 * Promises that what was confirmed is there, whatever happens to the process, and that storage and
 * signed head agree before anything more is signed.  Open, close and the group commit; adding,
 * reading and heads have files of their own.
 */
#define _GNU_SOURCE
#include "journal/inside.h"

#include "base/sign.h"
#include "journal/keys.h"
#include "journal/rowhash.h"
#include "journal/tables.h"
#include "journal/tilestore.h"
#include "journal/wal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

enum { SCRATCH_MAX = 4 * 1024 * 1024 };

static const char sql_leaves[] = "SELECT idx, entry, hash FROM leaf WHERE epoch = ?1 ORDER BY idx";
static const char sql_leaf_hash[] = "SELECT hash FROM leaf WHERE epoch = ?1 AND idx = ?2";
static const char sql_last_seq[] = "SELECT coalesce(max(seq), 0) FROM record";
static const char sql_batch[] =
    "SELECT l.entry, l.hash, r.jwt, coalesce(s.receipt, c.text) FROM leaf l "
    "LEFT JOIN record r ON r.leaf >= 0 AND r.epoch = l.epoch AND r.leaf = l.idx "
    "LEFT JOIN sent s ON s.leaf >= 0 AND s.epoch = l.epoch AND s.leaf = l.idx "
    "LEFT JOIN confirm c ON c.leaf >= 0 AND c.epoch = l.epoch AND c.leaf = l.idx "
    "WHERE l.epoch = ?1 AND l.idx >= ?2 ORDER BY l.idx";

/* --- a new home */

static enum err
make_journal(const char *path, struct span station, const struct note_key *key, struct span genesis,
	     int64_t now_ms)
{
	sqlite3 *db = NULL;
	enum err err = inside_make_private(path);

	if (err == ERR_OK)
		err = db_open(path, DB_CREATE, &db);
	if (err != ERR_OK)
		return err;
	err = rowhash_install(db);
	if (err == ERR_OK)
		err = tables_make_journal(db);
	if (err == ERR_OK)
		err = db_run(db, "BEGIN IMMEDIATE");
	if (err == ERR_OK)
		err = inside_set_meta(db, SPAN("station"), station);
	if (err == ERR_OK)
		err = inside_set_meta(db, SPAN("format"), SPAN("seam/journal/1"));
	if (err == ERR_OK)
		err = inside_add_epoch(db, 1, key, genesis, now_ms);
	if (err == ERR_OK)
		err = db_run(db, "COMMIT");
	db_close(db);
	return err;
}

static enum err
make_keys(const char *dir)
{
	char path[FILE_PATH_MAX];
	sqlite3 *db;
	enum err err = file_path(path, sizeof path, dir, "keys.db");

	if (err == ERR_OK)
		err = inside_make_private(path);
	if (err == ERR_OK)
		err = db_open(path, DB_CREATE, &db);
	if (err != ERR_OK)
		return err;
	err = tables_make_keys(db);
	db_close(db);
	return err;
}

static enum err
make_head(const char *dir, const char *origin, int64_t now_ms)
{
	sqlite3 *db;
	enum err err = head_open(dir, DB_CREATE, &db);

	if (err != ERR_OK)
		return err;
	err = tables_make_head(db);
	if (err == ERR_OK)
		err = head_add(db, span_of(origin), true, now_ms);
	db_close(db);
	return err;
}

static enum err
write_vkey(const char *dir, const struct note_key *key)
{
	char path[FILE_PATH_MAX];
	struct out text = out_new(NOTE_NAME_MAX + 128);
	enum err err = file_path(path, sizeof path, dir, "log.vkey");

	note_key_write(&text, key);
	out_char(&text, '\n');
	if (err == ERR_OK)
		err = out_err(&text);
	if (err == ERR_OK)
		err = file_write(path, out_view(&text), 0644);
	out_free(&text);
	return err;
}

enum err
journal_create(const char *dir, struct span station, struct span vkey, struct span genesis,
	       int64_t now_ms)
{
	char path[FILE_PATH_MAX];
	char origin[NOTE_NAME_MAX];
	char log_dir[FILE_PATH_MAX];
	struct note_key key;
	enum err err = file_path(path, sizeof path, dir, "journal.db");

	if (err == ERR_OK && file_is_there(path))
		return ERR_EXISTS;
	if (!inside_text_is_fine(station) || inside_origin(origin, station, 1) != ERR_OK ||
	    note_key_read(vkey, &key) != ERR_OK || key.type != NOTE_ED25519 ||
	    strcmp(key.name, origin) != 0)
		return ERR_CONFIG;
	if (err == ERR_OK)
		err = inside_log_dir(log_dir, sizeof log_dir, dir, 1);
	if (err == ERR_OK)
		err = file_make_dirs(log_dir, 0755);
	if (err == ERR_OK)
		err = write_vkey(dir, &key);
	if (err == ERR_OK)
		err = make_keys(dir);
	if (err == ERR_OK)
		err = make_head(dir, origin, now_ms);
	return err == ERR_OK ? make_journal(path, station, &key, genesis, now_ms) : err;
}

/* --- open */

static enum err
take_lock(struct journal *journal)
{
	char path[FILE_PATH_MAX];
	enum err err = file_path(path, sizeof path, journal->dir, "journal.lock");

	if (err != ERR_OK)
		return err;
	journal->lock_fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (journal->lock_fd < 0)
		return err_from_errno(errno);
	if (flock(journal->lock_fd, LOCK_EX | LOCK_NB) == 0)
		return ERR_OK;
	return errno == EWOULDBLOCK ? ERR_LOCKED : err_from_errno(errno);
}

static enum err
take_leaf(struct journal *journal, sqlite3_stmt *statement, char *why)
{
	struct span entry = db_blob(statement, 1);
	struct hash leaf = merkle_leaf(entry);
	struct hash held;
	uint64_t index = merkle_tree_size(journal->tree);

	if ((uint64_t)db_int(statement, 0) == index && entry.n == JOURNAL_ENTRY_SIZE &&
	    inside_hash(statement, 2, &held) && hash_equal(&leaf, &held))
		return merkle_tree_add(journal->tree, &leaf);
	(void)snprintf(why, JOURNAL_WHY_MAX, "log %lld, leaf %llu does not match its hash",
		       (long long)journal->epoch, (unsigned long long)index);
	return ERR_CORRUPT;
}

enum err
inside_load_leaves(struct journal *journal, char *why)
{
	sqlite3_stmt *statement;
	bool has_row = true;
	enum err err = inside_db(journal, sql_leaves, &statement);

	if (err != ERR_OK)
		return err;
	db_bind_int(statement, 1, journal->epoch);
	while ((err = db_step(statement, &has_row)) == ERR_OK && has_row) {
		err = take_leaf(journal, statement, why);
		if (err != ERR_OK) {
			db_reset(statement);
			return err;
		}
	}
	return err;
}

enum err
inside_leaf_hash(void *context, uint64_t index, struct hash *hash)
{
	struct journal *journal = context;
	sqlite3_stmt *statement;
	bool has_row;
	enum err err = inside_db(journal, sql_leaf_hash, &statement);

	if (err != ERR_OK)
		return err;
	db_bind_int(statement, 1, journal->epoch);
	db_bind_int(statement, 2, (int64_t)index);
	err = db_step(statement, &has_row);
	if (err != ERR_OK || !has_row)
		return err != ERR_OK ? err : ERR_NOT_FOUND;
	err = inside_hash(statement, 0, hash) ? ERR_OK : ERR_CORRUPT;
	db_reset(statement);
	return err;
}

struct merkle_source
inside_source(struct journal *journal)
{
	return (struct merkle_source){
	    .leaf = inside_leaf_hash, .context = journal, .tree = journal->tree};
}

static enum err
say(char *why, const char *text)
{
	(void)snprintf(why, JOURNAL_WHY_MAX, "%s", text);
	return ERR_CORRUPT;
}

static enum err
compare_head(struct journal *journal, const struct head *head, char *why)
{
	struct merkle_source source = inside_source(journal);
	uint64_t size = merkle_tree_size(journal->tree);
	struct hash root;
	enum err err;

	if (head->state == HEAD_CLOSED)
		return say(why,
			   "this log was closed by a recovery: journal.db is an older copy; use "
			   "seam recover");
	if (head->state == HEAD_CONTRADICTED)
		return say(why, "a larger or different head of this log exists elsewhere; use seam "
				"recover");
	if (head->at.size > size) {
		(void)snprintf(
		    why, JOURNAL_WHY_MAX,
		    "the log holds %llu leaves but its head was signed over %llu: restored "
		    "from an old copy? use seam recover",
		    (unsigned long long)size, (unsigned long long)head->at.size);
		return ERR_CORRUPT;
	}
	err = merkle_root_at(&source, head->at.size, &root);
	if (err != ERR_OK)
		return err;
	if (!hash_equal(&root, &head->at.root))
		return say(why, "the log is not the one its head was signed over: restored from an "
				"old copy? use seam recover");
	return ERR_OK;
}

static enum err
load_head(struct journal *journal, struct head *head, char *why)
{
	enum db_mode mode = journal->mode == JOURNAL_WRITE ? DB_WRITE : DB_READ;
	enum err err = head_open(journal->dir, mode, &journal->heads);

	if (err == ERR_OK && mode == DB_READ)
		err = db_run(journal->heads, "BEGIN"); /* one moment for all that follows */
	if (err == ERR_OK)
		err = head_get(journal->heads, span_of(journal->origin), head, NULL);
	if (err == ERR_NOT_FOUND)
		return say(why,
			   "head.db is missing: what was signed last is unknown; use seam recover");
	if (err == ERR_CORRUPT)
		return say(why, "head.db does not match its hashes; use seam recover");
	return err;
}

static enum err
last_seq(struct journal *journal, int64_t *seq)
{
	sqlite3_stmt *statement;
	bool has_row;
	enum err err = inside_db(journal, sql_last_seq, &statement);

	*seq = 0;
	if (err != ERR_OK)
		return err;
	err = db_step(statement, &has_row);
	if (err == ERR_OK && has_row)
		*seq = db_int(statement, 0);
	db_reset(statement);
	return err;
}

/* What a crash can leave: keys without records, keys of erased records, tiles not yet written. */
static enum err
mend(struct journal *journal)
{
	struct tilestore store = {journal->db, journal->epoch, journal->tree, journal->log_dir};
	int64_t seq;
	enum err err = last_seq(journal, &seq);

	if (err == ERR_OK)
		err = keys_tidy(journal, seq);
	/* An erasure that was cut off may have left its bytes in the logs; a reader may hold them a
	 * while. */
	if (err == ERR_OK && inside_write_back(journal->keys) == ERR_OK)
		(void)!inside_write_back(journal->db);
	journal->next_seq = seq + 1;
	if (err == ERR_OK)
		err = file_make_dirs(journal->log_dir, 0755);
	if (err == ERR_OK)
		err = tilestore_repair(&store, journal->head.size, &journal->repairs);
	return err == ERR_OK ? inside_publish(journal) : err;
}

/* Before SQLite drops what is behind a frame that does not hold.  Damage before a commit that is
 * not whole. */
static void
look_at_logs(struct journal *journal)
{
	static const char *const names[] = {"journal.db", "keys.db", "head.db"};
	enum wal_state worst = WAL_SOUND;

	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		char path[FILE_PATH_MAX];
		char text[WAL_TEXT_MAX];
		struct wal_found found;

		if (file_path(path, sizeof path, journal->dir, names[i]) != ERR_OK ||
		    wal_look(path, &found) != ERR_OK || found.state <= worst)
			continue;
		worst = found.state;
		wal_say(text, names[i], &found);
		(void)snprintf(journal->warning, sizeof journal->warning, "%s", text);
	}
}

/* The head before the leaves: a reader beside a running writer must not see a head over leaves it
 * did not read. */
static enum err
load(struct journal *journal, char *why)
{
	bool is_writer = journal->mode == JOURNAL_WRITE;
	struct head head;
	enum err head_err = ERR_OK;
	enum err err = is_writer ? take_lock(journal) : ERR_OK;

	if (err == ERR_OK && is_writer)
		look_at_logs(journal);
	if (err == ERR_OK)
		err = inside_open_files(journal, is_writer ? DB_WRITE : DB_READ);
	if (err == ERR_OK)
		err = inside_load_epoch(journal);
	if (err != ERR_OK)
		return err;
	head_err = load_head(journal, &head, why);
	err = inside_load_leaves(journal, why);
	if (err != ERR_OK)
		return err;
	if (head_err == ERR_OK)
		head_err = compare_head(journal, &head, why);
	if (head_err == ERR_OK)
		journal->head = head.at;
	if (is_writer)
		return head_err == ERR_OK ? mend(journal) : head_err;
	journal->is_stopped = head_err == ERR_CORRUPT; /* a reader may look at it all the same */
	return journal->is_stopped ? ERR_OK : head_err;
}

enum err
journal_open(const char *dir, enum journal_mode mode, char why[JOURNAL_WHY_MAX],
	     struct journal **journal)
{
	struct journal *opened = calloc(1, sizeof *opened);
	enum err err = ERR_NOMEM;

	*journal = NULL;
	why[0] = '\0';
	if (!opened)
		return ERR_NOMEM;
	opened->mode = mode;
	opened->lock_fd = -1;
	opened->scratch = out_new(SCRATCH_MAX);
	opened->scratch2 = out_new(SCRATCH_MAX);
	opened->tree = merkle_tree_new();
	if (!opened->tree)
		goto fail;
	err = ERR_LIMIT;
	if (!span_copy(opened->dir, sizeof opened->dir, span_of(dir)))
		goto fail;
	err = load(opened, why);
	if (err != ERR_OK)
		goto fail;
	*journal = opened;
	return ERR_OK;
fail:
	if (!why[0])
		(void)snprintf(why, JOURNAL_WHY_MAX, "%s", err_text(err));
	journal_close(opened);
	return err;
}

void
journal_close(struct journal *journal)
{
	if (!journal)
		return;
	if (journal->is_in_batch)
		journal_rollback(journal);
	inside_close_files(journal);
	merkle_tree_free(journal->tree);
	if (journal->lock_fd >= 0)
		(void)close(journal->lock_fd);
	if (journal->scratch.p)
		sign_wipe(journal->scratch.p, journal->scratch.size);
	if (journal->scratch2.p)
		sign_wipe(journal->scratch2.p, journal->scratch2.size);
	out_free(&journal->scratch);
	out_free(&journal->scratch2);
	free(journal);
}

/* --- the batch */

enum err
journal_begin(struct journal *journal)
{
	enum err err;

	if (journal->mode != JOURNAL_WRITE || journal->is_in_batch)
		return ERR_REFUSED;
	if (journal->is_broken)
		return ERR_IO;
	err = db_run(journal->keys, "BEGIN IMMEDIATE");
	if (err != ERR_OK)
		return err;
	err = db_run(journal->db, "BEGIN IMMEDIATE");
	if (err != ERR_OK) {
		(void)sqlite3_exec(journal->keys, "ROLLBACK", NULL, NULL, NULL);
		return err;
	}
	journal->is_in_batch = true;
	journal->batch_err = ERR_OK;
	journal->batch_leaves = 0;
	journal->must_publish = false;
	return ERR_OK;
}

void
journal_rollback(struct journal *journal)
{
	if (!journal->is_in_batch)
		return;
	/* a failed statement may have ended the transaction already: then there is nothing to undo
	 */
	(void)sqlite3_exec(journal->db, "ROLLBACK", NULL, NULL, NULL);
	(void)sqlite3_exec(journal->keys, "ROLLBACK", NULL, NULL, NULL);
	journal->is_in_batch = false;
	inside_wipe_keys(journal);
	journal->batch_leaves = 0;
	journal->must_publish = false;
	journal->next_number = 0;
	int64_t seq;
	if (last_seq(journal, &seq) == ERR_OK)
		journal->next_seq = seq + 1;
	else
		journal->is_broken = true;
}

bool
journal_is_in_batch(const struct journal *journal)
{
	return journal->is_in_batch;
}

static bool
body_matches(sqlite3_stmt *statement, struct span entry)
{
	struct span body;
	struct hash hash;

	switch (entry.p[0]) {
	case JOURNAL_ENTRY_RECORD:
		body = db_blob(statement, 2);
		break;
	case JOURNAL_ENTRY_RECEIPT:
		body = db_blob(statement, 3);
		break;
	default:
		return false;
	}
	hash = hash_of(body);
	return body.n > 0 && memcmp(hash.b, entry.p + 1, HASH_SIZE) == 0;
}

/* A bit that flips between the first hashing and the signature would make a head over a leaf
 * without a preimage (it killed the log Yeti 2022): so body, entry and leaf are hashed again from
 * what was stored. */
static enum err
hash_again(struct journal *journal)
{
	uint64_t end = merkle_tree_size(journal->tree) + journal->batch_leaves;
	sqlite3_stmt *statement;
	bool has_row;
	enum err err = inside_db(journal, sql_batch, &statement);

	if (err != ERR_OK)
		return err;
	db_bind_int(statement, 1, journal->epoch);
	db_bind_int(statement, 2, (int64_t)merkle_tree_size(journal->tree));
	while ((err = db_step(statement, &has_row)) == ERR_OK && has_row) {
		struct span entry = db_blob(statement, 0);
		struct hash leaf = merkle_leaf(entry);
		struct hash first;

		err = ERR_CORRUPT;
		if (entry.n == JOURNAL_ENTRY_SIZE && inside_hash(statement, 1, &first) &&
		    hash_equal(&leaf, &first) && body_matches(statement, entry))
			err = merkle_tree_add(journal->tree, &leaf);
		if (err != ERR_OK) {
			db_reset(statement);
			return err;
		}
	}
	if (err == ERR_OK && merkle_tree_size(journal->tree) != end)
		err = ERR_CORRUPT;
	return err;
}

static enum err
commit_files(struct journal *journal)
{
	enum err err = journal->batch_err;

	if (err == ERR_OK)
		err = inside_note(journal, db_run(journal->keys, "COMMIT"));
	if (err == ERR_OK)
		err = inside_note(journal, db_run(journal->db, "COMMIT"));
	return err;
}

enum err
journal_commit(struct journal *journal)
{
	enum err err;

	if (!journal->is_in_batch)
		return journal->is_broken ? ERR_IO : ERR_REFUSED;
	err = commit_files(journal);
	if (err != ERR_OK) {
		journal_rollback(journal);
		return err;
	}
	journal->is_in_batch = false;
	inside_wipe_keys(journal);
	if (journal->batch_leaves)
		err = hash_again(journal);
	journal->batch_leaves = 0;
	if (err != ERR_OK) {
		/* stored, but not to be signed over: only opening anew can tell what is there */
		journal->is_stopped = true;
		journal->is_broken = true;
		return err;
	}
	return journal->must_publish ? inside_publish(journal) : ERR_OK;
}
