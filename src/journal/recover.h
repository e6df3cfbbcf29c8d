#ifndef SEAM_JOURNAL_RECOVER_H
#define SEAM_JOURNAL_RECOVER_H

#include "base/err.h"
#include "base/span.h"

enum { RECOVER_ORIGIN_MAX = 256 };

/*
 * The origin that recovery of this home at that moment (UTC) opens, which the new log key must
 * name: its number is the seconds from the start of 2020 until then, so that two recoveries from
 * one old copy, which know nothing of each other, begin two logs, and the later is the newer.  No
 * number below the one after the last: is_by_clock is false when the clock stands behind that.
 * ERR_LIMIT beyond STATION_LOG_MAX (in 2088).
 */
MUST_USE enum err recover_origin(const char *dir, int64_t utc_ms, char origin[RECOVER_ORIGIN_MAX],
				 bool *is_by_clock);

/*
 * Opens a newer log epoch in a home whose head was lost or is ahead of its storage.  Leaf 0 of the
 * new log commits to "seam/recover/v1\n" and last_head: the last (counter)signed note known for the
 * old origin, from a witness if possible, else from head.db, log/N/checkpoint or recover.note when
 * the span is empty.  The old origin is closed in head.db and never signed again.  vkey must name
 * an origin of this station with a higher number (else ERR_CONFIG); it replaces log.vkey.
 */
MUST_USE enum err recover_home(const char *dir, struct span vkey, struct span last_head,
			       int64_t now_ms);

/* A post being overrun: keys.db overwritten and unlinked first, then head.db, journal.db, log/ and
 * the named files (relative to dir).  Goes on past failures; the first one is returned. */
MUST_USE enum err recover_destroy(const char *dir, const char *const *names, size_t count);

#endif
