#ifndef SEAM_SEAMD_CLIENT_H
#define SEAM_SEAMD_CLIENT_H

#include "seamd/wire.h"

/*
 * A blocking connection to a station's control socket, or between two of its roles: for `seam`, and
 * for core asking seal.  Requests may be sent ahead of their answers.
 */
struct client;

/* Connects to the Unix socket.  ERR_NOT_FOUND or ERR_CLOSED when no station listens there. */
MUST_USE enum err client_connect(const char *path, struct client **client);

/* Takes a connected descriptor. */
MUST_USE enum err client_over(int fd, struct client **client);

void client_close(struct client *client);

/* The writer of the next messages: wire_begin(), payload, wire_end().  Bytes go out with
 * client_flush() or when waiting for an answer. */
struct out *client_out(struct client *client);
MUST_USE enum err client_flush(struct client *client);

/* Sends what is written and waits for one message, at most timeout_ms (-1: for ever).  Borrowed
 * until the next call. ERR_CLOSED when the other side is gone, ERR_BUSY when the time is over. */
MUST_USE enum err client_wait(struct client *client, int timeout_ms, struct wire_message *message);

/* As client_wait() but ERR_BUSY at once when nothing is there; sends only when no message that came
 * already is left. */
MUST_USE enum err client_peek(struct client *client, struct wire_message *message);

int client_fd(const struct client *client);

#endif
