#ifndef SEAM_SEAMD_DIAL_H
#define SEAM_SEAMD_DIAL_H

#include "seamd/tcp.h"

#include <sys/types.h>

/*
 * Connecting in a process of its own, which lives for one attempt: keeper waits for nobody, and the
 * answers of a resolver are bytes of strangers that it does not read.
 */
struct dial {
	pid_t pid; /* 0: none.  Whoever started it waits for it. */
	int fd;    /* its answer comes here; -1: none is awaited */
};

enum { DIAL_LIFE_S = 15, DIAL_CONNECT_MS = 10000 };

/* Begins; the process has no descriptor of its parent but the standard ones. */
MUST_USE enum err dial_start(struct dial *dial, const char *address);

/* What became of it. */
struct dialled {
	enum link_cause cause; /* UP: connected */
	int fd;                /* the caller's from now on; -1 unless connected */
	char why[TCP_WHY_MAX];
};

/* Its answer, once dial->fd can be read, which is closed then.  ERR_BUSY: not yet.  A process that
 * ended without one was still asking for the name. */
MUST_USE enum err dial_take(struct dial *dial, struct dialled *dialled);

/* Ends one whose answer nobody awaits.  None is fine. */
void dial_stop(struct dial *dial);

#endif
