#ifndef SEAM_JOURNAL_RECOVER_H
#define SEAM_JOURNAL_RECOVER_H

#include "base/err.h"
#include "base/span.h"

enum { RECOVER_ORIGIN_MAX = 256 };

/* The origin that recovery of this home would open ("seam/a/makhmour/log/2"): the new log key must
 * name it. */
MUST_USE enum err recover_origin(const char *dir, char origin[RECOVER_ORIGIN_MAX]);

/*
 * Opens log epoch N+1 in a home whose head was lost or is ahead of its storage.  Leaf 0 of the new
 * log commits to "seam/recover/v1\n" and last_head: the last (counter)signed note known for the old
 * origin, from a witness if possible, else from head.db, log/N/checkpoint or recover.note when the
 * span is empty.  The old origin is closed in head.db and never signed again.  vkey must name the
 * new origin; it replaces log.vkey.
 */
MUST_USE enum err recover_home(const char *dir, struct span vkey, struct span last_head,
			       int64_t now_ms);

/* A post being overrun: keys.db overwritten and unlinked first, then head.db, journal.db, log/ and
 * the named files (relative to dir).  Goes on past failures; the first one is returned. */
MUST_USE enum err recover_destroy(const char *dir, const char *const *names, size_t count);

#endif
