#ifndef SEAM_JOURNAL_MIRROR_SCAN_H
#define SEAM_JOURNAL_MIRROR_SCAN_H

#include "base/err.h"
#include "base/note.h"

/* Calls for every leaf hash of a stored copy, in order.  ERR_OK only when they hash up to the head;
 * ERR_CORRUPT when something is missing or another.  Inside the mirror only. */
MUST_USE enum err mirror_scan(const char *dir, const struct note_head *head,
			      void (*each)(void *context, uint64_t index, const struct hash *leaf),
			      void *context);

#endif
