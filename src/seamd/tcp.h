#ifndef SEAM_SEAMD_TCP_H
#define SEAM_SEAMD_TCP_H

#include "seamd/links.h"

/*
 * Sockets between stations and for the page, as keeper makes them for its gates, which may neither
 * bind nor connect nor set an option.
 */
enum { TCP_WHY_MAX = 256 };

/*
 * Listens on "ADDRESS:PORT" (links_split_own()).  Never asks a resolver.  What is accepted from it
 * inherits its options: no delay, keep-alive, an end after a minute without an answer, at most 16
 * KB not yet sent.  On failure *fd is -1 and `why` names address and reason: ERR_FORMAT, ERR_LOCKED
 * when another program has the port, ERR_SYSTEM.
 */
MUST_USE enum err tcp_listen(const char *address, int *fd, char why[TCP_WHY_MAX]);

/*
 * Connects to "HOST:PORT", each address of the name in turn, for at most `most_ms` in all (the
 * resolver's time not counted: it may take long).  The descriptor does not block and has the same
 * options.  Otherwise *fd is -1 and the cause is NAME, REFUSED, TIMEOUT or UNREACHABLE, the one
 * that came nearest, with a sentence in `why`.
 */
enum link_cause tcp_connect(const char *address, int most_ms, int *fd, char why[TCP_WHY_MAX]);

#endif
