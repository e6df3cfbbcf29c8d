#ifndef SEAM_BENCH_HOME_H
#define SEAM_BENCH_HOME_H

#include "base/arena.h"
#include "base/err.h"

/*
 * A real station's home for measuring: a/bench among four parties, a policy that gives three of
 * them something of an incident, one account that holds every duty.  The keys are random; the
 * passphrase lies beside them.
 */
MUST_USE enum err home_make(const char *dir);

/* The token of its account. */
MUST_USE enum err home_token(const char *dir, char *token, unsigned size);

/* What a post files after an attack: the fields that people fill in. */
struct record;
MUST_USE enum err home_incident(struct arena *arena, struct record *record);

/* Writes a FILE message: wire_begin() to wire_end(). */
struct out;
void home_file(struct out *out, const char *token, uint64_t id, unsigned flags,
	       const struct record *record);

#endif
