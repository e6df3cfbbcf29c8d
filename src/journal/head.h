#ifndef SEAM_JOURNAL_HEAD_H
#define SEAM_JOURNAL_HEAD_H

#include "base/db.h"
#include "base/out.h"
#include "base/note.h"

/*
 * head.db: the last head signed per own log epoch, and the last witnessed per foreign origin.  Kept
 * apart from journal.db and in no backup that is restored, so that a rolled-back store cannot be
 * signed over.
 */
enum head_state {
	HEAD_OPEN,        /* may grow */
	HEAD_CLOSED,      /* an epoch that recovery left behind: never signed again */
	HEAD_CONTRADICTED /* somebody holds a larger or another head under our signature */
};

struct head {
	struct note_head at; /* size 0 and the empty root before the first signature */
	bool is_own;
	enum head_state state;
};

/* DB_CREATE makes the file readable by its owner only. */
MUST_USE enum err head_open(const char *dir, enum db_mode mode, sqlite3 **db);

/* ERR_NOT_FOUND; ERR_CORRUPT when the row does not match its hash.  note may be NULL, else it is
 * appended. */
MUST_USE enum err head_get(sqlite3 *db, struct span origin, struct head *head, struct out *note);

/* A first row at size 0; ERR_EXISTS. */
MUST_USE enum err head_add(sqlite3 *db, struct span origin, bool is_own, int64_t now_ms);

/* Compare and swap, durable before it returns: the row must be open and still at old size and root,
 * else ERR_LOCKED; the new size must not be smaller. */
MUST_USE enum err head_swap(sqlite3 *db, const struct note_head *old, const struct note_head *next,
			    struct span note, int64_t now_ms);

/* Closes an origin at the last head known of it, whatever the row said before; last may be NULL
 * when none is known. */
MUST_USE enum err head_close(sqlite3 *db, struct span origin, const struct note_head *last,
			     struct span note, int64_t now_ms);

/* All rows of foreign logs by origin; false stops. */
MUST_USE enum err head_each_foreign(sqlite3 *db,
				    bool (*each)(void *context, const struct head *head,
						 struct span note),
				    void *context);

MUST_USE enum err head_mark(sqlite3 *db, struct span origin, enum head_state state, int64_t now_ms);

#endif
