#ifndef SEAM_SEAMD_HOMEPLACE_H
#define SEAM_SEAMD_HOMEPLACE_H

#include "base/err.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * HOME/home.place: where the home lay when it was last started, by what a copy of it cannot bring
 * along.  A first line "INODE EPOCH": the number of the home's folder and of its log; then a line
 * "NAME INODE BORN" for each of journal.db, keys.db and head.db, BORN its time of birth in µs since
 * 1970, 0 where the file system keeps none.  A log that is newer than the noted one was begun by
 * `seam recover`, and whatever was noted counts no more.
 */
enum homeplace {
	HOMEPLACE_SAME,
	HOMEPLACE_NEW,     /* nothing noted, or of an earlier log, or without its files */
	HOMEPLACE_COPIED,  /* another folder */
	HOMEPLACE_PUT_BACK /* the folder, with other files in it than were started last */
};

/* ERR_IO when the home cannot be looked at; a file that is in no such form is ERR_FORMAT. */
MUST_USE enum err homeplace_look(const char *home, int64_t epoch, enum homeplace *is);

/* Notes where the home lies now. */
MUST_USE enum err homeplace_note(const char *home, int64_t epoch);

/* Whether one of the files that a home is known by is not there, or none of SQLite's; which, a
 * sentence.  Does not look further. */
enum { HOMEPLACE_FAULT_MAX = 64 };
bool homeplace_fault(const char *home, char fault[HOMEPLACE_FAULT_MAX]);

/* What it is and what to do about it, a sentence; "" for one that may start. */
const char *homeplace_text(enum homeplace is);

#endif
