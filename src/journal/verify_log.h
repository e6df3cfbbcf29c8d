#ifndef SEAM_JOURNAL_VERIFY_LOG_H
#define SEAM_JOURNAL_VERIFY_LOG_H

#include "journal/inside.h"
#include "journal/verify.h"
#include "journal/wal.h"

/* Shared by the files verify*.c only. */
enum { VERIFY_LOGS_MAX = 256 };

/* One epoch's log: what was published and signed is read before the leaves, so that a station may
 * go on writing. */
struct verify_log {
	int64_t number;
	bool is_newest;
	bool has_head;
	struct note_key key;
	char dir[FILE_PATH_MAX];
	struct head head;
	struct out checkpoint; /* the file; empty when missing */
	struct note_head published;
};

/* Countersignatures of one log by size, compared while its tree grows. */
struct verify_cosigns {
	sqlite3_stmt *rows;
	const struct verify_log *log;
	bool has_row;
	uint64_t size; /* of the row at hand */
};

struct verify_check {
	struct journal journal;
	const struct verify_options *options;
	struct verify_counts *counts;
	char *fault;
	enum err err; /* something other than a fault: reading failed */
	struct verify_log *log;
	size_t log_n;
};

/* Counts a fault and keeps the first one's words. */
void verify_fault(struct verify_check *check, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* A failure of reading: broken pages are a fault like any other, the rest ends the check. */
void verify_fail(struct verify_check *check, const char *place, enum err err);

void verify_progress(struct verify_check *check, const char *stage, uint64_t done, uint64_t total);

/* Before anything is opened: damage in the write-ahead log of one database, then of all three, is a
 * fault that names its frame.  Afterwards: counts those that were unfinished then and still are,
 * for nobody is writing them. */
enum { VERIFY_WALS = 3 };
void verify_wal_one(struct verify_check *check, const char *dir, const char *name,
		    struct wal_found *found);
void verify_wal_look(struct verify_check *check, const char *dir,
		     struct wal_found found[VERIFY_WALS]);
void verify_wal_count(struct verify_check *check, const char *dir,
		      const struct wal_found before[VERIFY_WALS]);

/* Reads checkpoints and heads of all epochs. */
void verify_log_load(struct verify_check *check);

/* Leaves, roots, tiles, checkpoints. */
void verify_log_check(struct verify_check *check);

/* Begins with the first countersignature of a log; takes those over the tree as it is now; ends:
 * what is left is over no tree of this log. */
void verify_cosign_begin(struct verify_check *check, const struct verify_log *log,
			 struct verify_cosigns *cosigns);
void verify_cosign_take(struct verify_check *check, struct verify_cosigns *cosigns,
			const struct merkle_tree *tree);
void verify_cosign_end(struct verify_check *check, struct verify_cosigns *cosigns, uint64_t size);

/* The heads of other logs in head.db. */
void verify_cosign_others(struct verify_check *check);

void verify_log_free(struct verify_check *check);

#endif
