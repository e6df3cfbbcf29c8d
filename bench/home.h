#ifndef SEAM_BENCH_HOME_H
#define SEAM_BENCH_HOME_H

#include "base/err.h"

/*
 * A real station's home for measuring: a/bench among four parties, a policy that gives three of
 * them something of an incident, one account that holds every duty.  The keys are random; the
 * passphrase lies beside them.
 */
MUST_USE enum err home_make(const char *dir);

/* The token of its account. */
MUST_USE enum err home_token(const char *dir, char *token, unsigned size);

#endif
