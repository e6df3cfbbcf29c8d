#ifndef SEAM_SEAMD_PEER_DIAL_H
#define SEAM_SEAMD_PEER_DIAL_H

#include <stdint.h>

/*
 * When to dial again: after 1 s, doubled each time up to 60 s, each a quarter more or less by
 * chance so that many stations do not come back in step; a connection that stood for 5 s begins at
 * 1 s again.
 */
enum { PEER_DIAL_FIRST_MS = 1000, PEER_DIAL_MOST_MS = 60000, PEER_DIAL_STEADY_MS = 5000 };

struct peer_dial {
	int64_t wait_ms; /* of the next wait, before chance; 0: the first */
};

/* A connection that stood for `stood_ms` (0: none came about) has ended: how long to wait, in ms.
 * `chance` is any random number. */
int64_t peer_dial_wait(struct peer_dial *dial, int64_t stood_ms, uint32_t chance);

#endif
