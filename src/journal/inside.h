#ifndef SEAM_JOURNAL_INSIDE_H
#define SEAM_JOURNAL_INSIDE_H

#include "base/db.h"
#include "base/file.h"
#include "journal/crypt.h"
#include "journal/head.h"
#include "journal/journal.h"

/* What the files of this room share about an open journal.  Nobody outside includes this. */
enum { INSIDE_CACHE = 128, INSIDE_PLACE_MAX = 384 };

struct inside_cached {
	const char *sql; /* by address: each is one string constant */
	sqlite3_stmt *statement;
};

struct inside_cache {
	struct inside_cached at[INSIDE_CACHE];
	size_t n;
};

/* Keys of records met in the batch at hand: a record's releases follow it closely.  Wiped with the
 * batch. */
enum { INSIDE_KEYS = 1024 };

struct inside_key {
	bool is_set;
	struct hash id;
	struct crypt_key key;
};

/* The log's own line under heads signed lately: countersignatures come back after newer heads. */
enum { INSIDE_LINES = 32, INSIDE_LINE_MAX = NOTE_NAME_MAX + 128 };

struct inside_line {
	uint64_t size; /* of the head; 0: a free row */
	char text[INSIDE_LINE_MAX];
};

enum { INSIDE_WHOLES = 64 };

/* Rows of a table that only grows, counted up to a row. */
struct inside_tally {
	int64_t upto;
	uint64_t rows, own;
};

/* Up to which number nothing of a station is missing, and what its new rows of numbers left out. */
enum { INSIDE_BEGUN = 8 };
struct inside_whole {
	char station[JOURNAL_TEXT_MAX];
	int64_t upto;
	int64_t first[INSIDE_BEGUN], last[INSIDE_BEGUN];
	unsigned begun;
};

struct journal {
	char dir[FILE_PATH_MAX];
	char log_dir[FILE_PATH_MAX];
	char station[JOURNAL_TEXT_MAX];
	char origin[NOTE_NAME_MAX];
	enum journal_mode mode;
	int lock_fd;

	sqlite3 *db;
	sqlite3 *keys;
	sqlite3 *heads;
	struct inside_cache db_cache;
	struct inside_cache keys_cache;

	int64_t epoch;
	struct note_key key;
	struct merkle_tree *tree; /* durable leaves only */
	struct note_head head;    /* last signed; size 0 before */
	uint64_t repairs;
	char warning[JOURNAL_WHY_MAX];

	bool is_in_batch;
	bool is_broken;     /* a write or fsync failed: nothing may be written any more */
	bool is_stopped;    /* signing refused until recovery */
	bool must_publish;  /* countersignatures of the current head came in this batch */
	enum err batch_err; /* the first failure inside the batch */
	uint64_t batch_leaves;
	int64_t next_seq;
	int64_t next_number;                      /* of the outbox; 0: to be looked up */
	struct inside_key held_keys[INSIDE_KEYS]; /* by the first two bytes of the id */
	struct inside_line lines[INSIDE_LINES];
	size_t next_line;
	struct inside_tally records, sent, came;
	struct inside_whole wholes[INSIDE_WHOLES];
	size_t next_whole;
	struct out scratch;
	struct out scratch2;
};

/* A statement kept for the life of the connection, found by the address of its text. */
MUST_USE enum err inside_db(struct journal *journal, const char *sql, sqlite3_stmt **statement);
MUST_USE enum err inside_keys(struct journal *journal, const char *sql, sqlite3_stmt **statement);
void inside_forget(struct inside_cache *cache);

/* May something be written now?  ERR_IO after a fatal failure, ERR_REFUSED outside a batch. */
MUST_USE enum err inside_may_write(const struct journal *journal);

/* Remembers a failure that spoils the batch, or the whole journal; returns it. */
enum err inside_note(struct journal *journal, enum err err);

/* Steps a changing statement; its failure spoils the batch. */
MUST_USE enum err inside_do(struct journal *journal, sqlite3_stmt *statement);

/* Appends a leaf to the batch; its index in the current log. */
MUST_USE enum err inside_add_leaf(struct journal *journal, unsigned char type,
				  const struct hash *hash, int64_t *index);

/* Is the text short enough, not empty, plain? */
bool inside_text_is_fine(struct span text);

/* A 32-byte column; false when it has another length. */
bool inside_hash(sqlite3_stmt *statement, int column, struct hash *hash);

/* The seq and whether erased of a held record; ERR_NOT_FOUND. */
struct inside_record {
	int64_t seq;
	bool is_own;
	bool is_erased;
};
MUST_USE enum err inside_find(struct journal *journal, const struct hash *id,
			      struct inside_record *record);

/* Keeps the key of a record until the batch ends; forgets the keys of the batch that ends. */
void inside_hold_key(struct journal *journal, const struct hash *id, const struct crypt_key *key);
void inside_wipe_keys(struct journal *journal);

/* Seals with, opens with the key of a held record; an SQL NULL opens as empty. */
MUST_USE enum err inside_seal(struct journal *journal, const struct hash *id, struct span place,
			      struct span plain, struct out *sealed);
MUST_USE enum err inside_open(struct journal *journal, const struct hash *id, struct span place,
			      struct span sealed, struct out *plain);

/* "sent a 12": where a blob belongs. */
struct span inside_place(char dst[INSIDE_PLACE_MAX], const char *table, struct span name,
			 int64_t number);

/* Makes an empty file readable by its owner only; one that is there stays as it is. */
MUST_USE enum err inside_make_private(const char *path);

/* Opens journal.db and keys.db of a home, in one mode; closes all three with their statements. */
MUST_USE enum err inside_open_files(struct journal *journal, enum db_mode mode);
void inside_close_files(struct journal *journal);

/* The newest epoch's number, origin and key. */
MUST_USE enum err inside_load_epoch(struct journal *journal);

/* A value of the meta table, appended. */
MUST_USE enum err inside_meta(struct journal *journal, struct span name, struct out *value);
MUST_USE enum err inside_set_meta(sqlite3 *db, struct span name, struct span value);

/* Inserts an epoch and its leaf 0. */
MUST_USE enum err inside_add_epoch(sqlite3 *db, int64_t epoch, const struct note_key *key,
				   struct span genesis, int64_t now_ms);

/* "seam/STATION/log/EPOCH"; DIR/log/EPOCH */
MUST_USE enum err inside_origin(char dst[NOTE_NAME_MAX], struct span station, int64_t epoch);
MUST_USE enum err inside_log_dir(char *dst, size_t size, const char *dir, int64_t epoch);

/* Fills the tree from the leaves of the current log, each checked against its hash. */
MUST_USE enum err inside_load_leaves(struct journal *journal, char *why);

/* Writes log/EPOCH/checkpoint. */
MUST_USE enum err inside_publish(struct journal *journal);

/* The hash of a stored leaf of the current log: ERR_NOT_FOUND. */
MUST_USE enum err inside_leaf_hash(void *journal, uint64_t index, struct hash *hash);
struct merkle_source inside_source(struct journal *journal);

/* The text of our head of that size, made again from the leaves; ERR_NOT_FOUND above the signed
 * one. */
MUST_USE enum err inside_head_text(struct journal *journal, uint64_t size, struct out *text);

/* The log's own line under its head of that size, appended; nothing when it is not known any more.
 */
MUST_USE enum err inside_own_line(struct journal *journal, uint64_t size, struct out *line);

/* The note as published: log signature, then the countersignatures by witness name. */
MUST_USE enum err inside_published(struct journal *journal, struct out *note);

/* Writes everything back into the database file and cuts its log to nothing, so that erased bytes
 * are in neither.  ERR_BUSY while a reader holds old pages. */
MUST_USE enum err inside_write_back(sqlite3 *db);

#endif
