#ifndef SEAM_JOURNAL_WAL_H
#define SEAM_JOURNAL_WAL_H

#include "base/db.h"

#include <stddef.h>

/*
 * The write-ahead log that SQLite keeps beside a database, read by ourselves before SQLite does
 * (sqlite.org/fileformat2.html section 4).  SQLite reads it up to the first frame whose checksum
 * does not hold and drops the rest without a word: right after a loss of power, wrong after a bit
 * has flipped under what was confirmed.
 */
enum wal_state {
	WAL_SOUND,      /* whole up to the end of its last commit, or there is none */
	WAL_UNFINISHED, /* ends in a commit that is not whole: power lost while it was written, or
			   what came last is damaged; no byte tells which */
	WAL_DAMAGED     /* certainly damaged under what was written whole */
};

struct wal_found {
	enum wal_state state;
	uint64_t frame; /* the first that does not hold, from 1; 0: the head of the file */
};

/*
 * Looks through the log in fd.  Certain damage is: a whole commit and something after it lie behind
 * the frame; or the frame holds again with a single bit turned, or apart from its salts; or the
 * head alone does not hold. What is left of an earlier use of the file, beyond the last commit, is
 * no part of it.
 */
MUST_USE enum err wal_read(int fd, struct wal_found *found);

/* The log beside the database `path`, "PATH-wal".  None there is sound.  One that somebody writes
 * meanwhile is read until it says the same twice.  The database itself is not opened, so that the
 * locks of a connection to it that this process has stay. */
MUST_USE enum err wal_look(const char *path, struct wal_found *found);

/* Of a connection that only reads, opened from `path`: when it closes as the last one, SQLite
 * would write the log back and remove it.  Where the log is not sound it stays, to be looked at. */
void wal_keep(const char *path, sqlite3 *db);

/* "journal.db-wal: frame 12 is damaged: what came after it is not read"; "" for a sound one. */
enum { WAL_TEXT_MAX = 192 };
void wal_say(char dst[WAL_TEXT_MAX], const char *name, const struct wal_found *found);

#endif
