#ifndef SEAM_JOURNAL_QUARANTINE_H
#define SEAM_JOURNAL_QUARANTINE_H

#include "base/err.h"
#include "base/hash.h"

struct journal;

/* Refused foreign bytes with the reason; bounded in number and size, the oldest go first and are
 * counted. */
enum { QUARANTINE_ROWS_MAX = 1000, QUARANTINE_BYTES_MAX = 16 * 1024 * 1024 };

struct quarantine {
	int64_t number; /* out only */
	struct span source;
	struct span reason;
	struct span bytes; /* above JOURNAL_BLOB_MAX only the beginning is kept */
	struct hash whole; /* of all bytes; out only */
	int64_t total;     /* length of all bytes; out only */
	int64_t came_ms;
};

struct quarantine_walk {
	bool (*each)(void *context, const struct quarantine *quarantine);
	void *context;
};

/* Within a batch. */
MUST_USE enum err quarantine_add(struct journal *journal, const struct quarantine *quarantine);

/* Newest first. */
MUST_USE enum err quarantine_each(struct journal *journal, const struct quarantine_walk *walk);

#endif
