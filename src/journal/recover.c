/*
 * Promises a new log epoch that commits to the end of the old one, whose origin is never signed
 * again; and the quick destruction of a home.
 */
#define _GNU_SOURCE
#include "journal/recover.h"

#include "base/sign.h"
#include "journal/inside.h"
#include "journal/tables.h"
#include "journal/tilestore.h"
#include "model/party.h"

#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define GENESIS "seam/recover/v1\n"

/* 2020-01-01 00:00 UTC */
#define NUMBERS_FROM_MS INT64_C(1577836800000)

/* A journal without its head: what recovery starts from. */
struct broken {
	struct journal journal;
	int64_t number; /* of the log that begins, and its origin */
	char next[NOTE_NAME_MAX];
};

static enum err
open_broken(const char *dir, struct broken *broken)
{
	struct journal *journal = &broken->journal;
	enum err err;

	memset(broken, 0, sizeof *broken);
	journal->lock_fd = -1;
	if (!span_copy(journal->dir, sizeof journal->dir, span_of(dir)))
		return ERR_LIMIT;
	err = inside_open_files(journal, DB_WRITE);
	return err == ERR_OK ? inside_load_epoch(journal) : err;
}

/* The origin that a log of that number has, which must be newer than the last. */
static enum err
name_next(struct broken *broken, int64_t number)
{
	broken->number = number;
	if (number <= broken->journal.epoch)
		return ERR_CONFIG;
	if (number > STATION_LOG_MAX)
		return ERR_LIMIT;
	return inside_origin(broken->next, span_of(broken->journal.station), number);
}

static void
close_broken(struct broken *broken)
{
	inside_close_files(&broken->journal);
	merkle_tree_free(broken->journal.tree);
	if (broken->journal.lock_fd >= 0)
		(void)close(broken->journal.lock_fd);
}

enum err
recover_origin(const char *dir, int64_t utc_ms, char origin[RECOVER_ORIGIN_MAX], bool *is_by_clock)
{
	int64_t by_clock = (utc_ms - NUMBERS_FROM_MS) / 1000;
	struct broken broken;
	enum err err = open_broken(dir, &broken);

	origin[0] = '\0';
	*is_by_clock = err == ERR_OK && by_clock > broken.journal.epoch;
	if (err == ERR_OK)
		err = name_next(&broken, *is_by_clock ? by_clock : broken.journal.epoch + 1);
	if (err == ERR_OK && !span_copy(origin, RECOVER_ORIGIN_MAX, span_of(broken.next)))
		err = ERR_LIMIT;
	close_broken(&broken);
	return err;
}

static enum err
lock(struct broken *broken)
{
	char path[FILE_PATH_MAX];
	enum err err = file_path(path, sizeof path, broken->journal.dir, "journal.lock");

	if (err != ERR_OK)
		return err;
	broken->journal.lock_fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (broken->journal.lock_fd < 0)
		return err_from_errno(errno);
	return flock(broken->journal.lock_fd, LOCK_EX | LOCK_NB) == 0 ? ERR_OK : ERR_LOCKED;
}

static void
take_larger(const struct journal *journal, struct span note, struct out *best, uint64_t *size)
{
	struct note_head head;

	if (note.n == 0 || note_head_open(note, &journal->key, &head) != ERR_OK)
		return;
	if (best->n && head.size <= *size)
		return;
	out_reset(best);
	out_span(best, note);
	*size = head.size;
}

/* The largest head of the old origin that its own key signed, of all the places where one may lie.
 */
static void
find_last(struct journal *journal, struct span given, struct out *best)
{
	char path[FILE_PATH_MAX];
	struct out note = out_new(NOTE_MAX);
	struct head head;
	uint64_t size = 0;

	take_larger(journal, given, best, &size);
	if (journal->heads &&
	    head_get(journal->heads, span_of(journal->origin), &head, &note) == ERR_OK)
		take_larger(journal, out_view(&note), best, &size);
	out_reset(&note);
	if (file_path(path, sizeof path, journal->log_dir, "checkpoint") == ERR_OK &&
	    file_read(path, &note) == ERR_OK)
		take_larger(journal, out_view(&note), best, &size);
	out_reset(&note);
	if (file_path(path, sizeof path, journal->dir, "recover.note") == ERR_OK &&
	    file_read(path, &note) == ERR_OK)
		take_larger(journal, out_view(&note), best, &size);
	out_free(&note);
}

/* head.db may be lost or broken: then a new one is made, in which the old origin is closed at once.
 */
static enum err
open_heads(struct journal *journal, int64_t now_ms)
{
	char path[FILE_PATH_MAX];
	struct head head;
	bool is_there;
	enum err err = file_path(path, sizeof path, journal->dir, "head.db");

	if (err != ERR_OK)
		return err;
	is_there = file_is_there(path);
	err = head_open(journal->dir, DB_CREATE, &journal->heads);
	if (err == ERR_OK && !is_there)
		err = tables_make_head(journal->heads);
	if (err != ERR_OK)
		return err;
	err = head_get(journal->heads, span_of(journal->origin), &head, NULL);
	return err == ERR_NOT_FOUND
		   ? head_add(journal->heads, span_of(journal->origin), true, now_ms)
		   : ERR_OK;
}

/* The checkpoint file carries countersignatures; head.db keeps the log's own line alone. */
static enum err
own_note(const struct note_key *key, struct span last, struct out *note)
{
	struct note read;
	struct span rest;
	struct span line;
	uint64_t time_s;
	enum err err = note_read(last, &read);

	if (err != ERR_OK)
		return err;
	out_span(note, read.text);
	out_char(note, '\n');
	rest = read.lines;
	while (rest.n && span_split(&rest, '\n', &line)) {
		struct note one = {read.text, span_make(line.p, line.n + 1)};

		if (note_check(&one, key, &time_s) != NOTE_HOLDS)
			continue;
		out_span(note, one.lines);
		return out_err(note);
	}
	return ERR_FORMAT;
}

/* last: empty when none is known. */
static enum err
close_old(struct journal *journal, const struct note_key *key, struct span last, int64_t now_ms)
{
	struct span origin = span_of(key->name);
	struct out note = out_new(NOTE_MAX);
	struct note_head head;
	enum err err;

	if (last.n == 0)
		return head_close(journal->heads, origin, NULL, last, now_ms);
	err = note_head_open(last, key, &head);
	if (err == ERR_OK)
		err = own_note(key, last, &note);
	if (err == ERR_OK)
		err = head_close(journal->heads, origin, &head, out_view(&note), now_ms);
	out_free(&note);
	return err;
}

/* Old first: were the machine to stop in between, nothing could be signed at all, which is the safe
 * side. */
static enum err
turn_heads(struct journal *journal, const char *next, struct span last, int64_t now_ms)
{
	struct head head;
	enum err err = close_old(journal, &journal->key, last, now_ms);

	if (err != ERR_OK)
		return err;
	err = head_get(journal->heads, span_of(next), &head, NULL);
	if (err == ERR_OK)
		return head.at.size == 0 ? ERR_OK : ERR_EXISTS;
	return err == ERR_NOT_FOUND ? head_add(journal->heads, span_of(next), true, now_ms) : err;
}

/* The founding text of a log says how the one before it ended. */
static enum err
close_by_founding(struct journal *journal, sqlite3_stmt *row, int64_t now_ms)
{
	struct span last = db_blob(row, 1);
	struct note_key key;
	struct head head;
	enum err err = note_key_read(db_text(row, 0), &key);

	if (err != ERR_OK)
		return ERR_CORRUPT;
	err = head_get(journal->heads, span_of(key.name), &head, NULL);
	if (err != ERR_NOT_FOUND)
		return err;
	last = span_starts(last, GENESIS)
		   ? span_make(last.p + strlen(GENESIS), last.n - strlen(GENESIS))
		   : SPAN("");
	err = head_add(journal->heads, span_of(key.name), true, now_ms);
	return err == ERR_OK ? close_old(journal, &key, last, now_ms) : err;
}

/* A head.db that was lost, or never came along in a copy, knew of the logs before as well. */
static enum err
close_earlier(struct journal *journal, int64_t now_ms)
{
	sqlite3_stmt *statement;
	bool has_row;
	enum err err = db_prepare(journal->db,
				  "SELECT a.vkey, b.genesis FROM epoch a JOIN epoch b ON b.epoch = "
				  "(SELECT min(epoch) FROM epoch WHERE epoch > a.epoch)",
				  &statement);

	while (err == ERR_OK && (err = db_step(statement, &has_row)) == ERR_OK && has_row)
		err = close_by_founding(journal, statement, now_ms);
	(void)sqlite3_finalize(statement);
	return err;
}

static enum err
add_epoch(struct journal *journal, int64_t number, const struct note_key *key, struct span last,
	  int64_t now_ms)
{
	struct out genesis = out_new(NOTE_MAX + sizeof GENESIS);
	enum err err;

	out_text(&genesis, GENESIS);
	out_span(&genesis, last);
	err = out_err(&genesis);
	if (err == ERR_OK)
		err = db_run(journal->db, "BEGIN IMMEDIATE");
	if (err == ERR_OK)
		err = inside_add_epoch(journal->db, number, key, out_view(&genesis), now_ms);
	if (err == ERR_OK)
		err = db_run(journal->db, "COMMIT");
	out_free(&genesis);
	return err;
}

static enum err
write_vkey(const struct journal *journal, const struct note_key *key)
{
	char path[FILE_PATH_MAX];
	struct out text = out_new(NOTE_NAME_MAX + 128);
	enum err err = file_path(path, sizeof path, journal->dir, "log.vkey");

	note_key_write(&text, key);
	out_char(&text, '\n');
	if (err == ERR_OK)
		err = out_err(&text);
	if (err == ERR_OK)
		err = file_write(path, out_view(&text), 0644);
	out_free(&text);
	return err;
}

/* The old log stays provable: its tiles and checkpoint are made again where all its leaves are held
 * (a backup does not carry them).  Where they are not, that is no reason to stop. */
static enum err
rebuild_old(struct journal *journal)
{
	struct tilestore store = {journal->db, journal->epoch, NULL, journal->log_dir};
	struct merkle_source source;
	char why[JOURNAL_WHY_MAX];
	struct head head;
	struct hash root;
	enum err err;

	journal->tree = merkle_tree_new();
	if (!journal->tree)
		return ERR_NOMEM;
	err = inside_load_leaves(journal, why);
	if (err == ERR_OK)
		err = head_get(journal->heads, span_of(journal->origin), &head, NULL);
	if (err != ERR_OK)
		return err == ERR_CORRUPT ? ERR_OK : err;
	source = inside_source(journal);
	if (merkle_root_at(&source, head.at.size, &root) != ERR_OK ||
	    !hash_equal(&root, &head.at.root))
		return ERR_OK;
	store.tree = journal->tree;
	journal->head = head.at;
	err = file_make_dirs(journal->log_dir, 0755);
	if (err == ERR_OK)
		err = tilestore_repair(&store, head.at.size, &journal->repairs);
	return err == ERR_OK ? inside_publish(journal) : err;
}

static enum err
recover(struct broken *broken, const struct note_key *key, struct span given, int64_t now_ms)
{
	struct journal *journal = &broken->journal;
	char log_dir[FILE_PATH_MAX];
	struct out last = out_new(NOTE_MAX);
	enum err err = open_heads(journal, now_ms);

	if (err == ERR_OK) {
		find_last(journal, given, &last);
		err = turn_heads(journal, broken->next, out_view(&last), now_ms);
	}
	if (err == ERR_OK)
		err = close_earlier(journal, now_ms);
	if (err == ERR_OK)
		err = rebuild_old(journal);
	if (err == ERR_OK)
		err = inside_log_dir(log_dir, sizeof log_dir, journal->dir, broken->number);
	if (err == ERR_OK)
		err = file_make_dirs(log_dir, 0755);
	if (err == ERR_OK)
		err = write_vkey(journal, key);
	if (err == ERR_OK)
		err = add_epoch(journal, broken->number, key, out_view(&last), now_ms);
	out_free(&last);
	return err;
}

enum err
recover_home(const char *dir, struct span vkey, struct span last_head, int64_t now_ms)
{
	struct broken broken;
	struct note_key key;
	enum err err = note_key_read(vkey, &key);

	if (err != ERR_OK || key.type != NOTE_ED25519)
		return ERR_CONFIG;
	err = open_broken(dir, &broken);
	if (err == ERR_OK)
		err = lock(&broken);
	if (err == ERR_OK)
		err = name_next(&broken, station_log_number(span_of(key.name)));
	if (err == ERR_OK && strcmp(key.name, broken.next) != 0)
		err = ERR_CONFIG;
	if (err == ERR_OK)
		err = recover(&broken, &key, last_head, now_ms);
	close_broken(&broken);
	return err;
}

/* --- destruction */

/* Overwrites what can be overwritten in place, then unlinks: on flash the unlinking and the loss of
 * the small key file is what counts. */
static enum err
wipe_file(const char *path)
{
	static const char zero[65536];
	struct stat status;
	off_t at = 0;
	enum err err = ERR_OK;
	int fd = open(path, O_WRONLY | O_NOFOLLOW | O_CLOEXEC);

	if (fd < 0)
		return errno == ENOENT ? ERR_OK : err_from_errno(errno);
	if (fstat(fd, &status) != 0)
		err = err_from_errno(errno);
	while (err == ERR_OK && at < status.st_size) {
		ssize_t n = write(fd, zero, sizeof zero);

		if (n <= 0)
			err = err_from_errno(errno);
		else
			at += n;
	}
	if (fsync(fd) != 0 && err == ERR_OK)
		err = err_from_errno(errno);
	(void)close(fd);
	if (unlink(path) != 0 && err == ERR_OK)
		err = err_from_errno(errno);
	return err;
}

static enum err
wipe_tree(const char *path)
{
	char root[FILE_PATH_MAX];
	char *const roots[] = {root, NULL};
	enum err err = ERR_OK;
	FTS *tree;
	FTSENT *entry;

	if (!span_copy(root, sizeof root, span_of(path)))
		return ERR_LIMIT;
	tree = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR | FTS_NOSTAT, NULL);
	if (!tree)
		return err_from_errno(errno);
	while ((entry = fts_read(tree)))
		if (entry->fts_info != FTS_D && remove(entry->fts_accpath) != 0 && errno != ENOENT)
			err = err_from_errno(errno);
	(void)fts_close(tree);
	return err;
}

static void
keep_first(enum err *first, enum err err)
{
	if (*first == ERR_OK)
		*first = err;
}

enum err
recover_destroy(const char *dir, const char *const *names, size_t count)
{
	static const char *const own[] = {
	    "keys.db-wal",    "keys.db",      "keys.db-shm",    "head.db-wal",
	    "head.db",        "head.db-shm",  "journal.db-wal", "journal.db",
	    "journal.db-shm", "recover.note", "log.vkey",       "journal.lock",
	};
	enum { KEY_FILES = 2, OWN_FILES = sizeof own / sizeof own[0] };
	char path[FILE_PATH_MAX];
	enum err first = ERR_OK;

	for (size_t i = 0; i < KEY_FILES; i++)
		if (file_path(path, sizeof path, dir, own[i]) == ERR_OK)
			keep_first(&first, wipe_file(path));
	for (size_t i = 0; i < count; i++) /* private keys among them */
		if (file_path(path, sizeof path, dir, names[i]) == ERR_OK)
			keep_first(&first, wipe_file(path));
	for (size_t i = KEY_FILES; i < OWN_FILES; i++) {
		if (file_path(path, sizeof path, dir, own[i]) == ERR_OK && unlink(path) != 0 &&
		    errno != ENOENT)
			keep_first(&first, err_from_errno(errno));
	}
	if (file_path(path, sizeof path, dir, "log") == ERR_OK)
		keep_first(&first, wipe_tree(path));
	return first;
}
