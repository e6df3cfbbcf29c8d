#ifndef SEAM_SEAMD_PASS_H
#define SEAM_SEAMD_PASS_H

#include "base/err.h"
#include "base/span.h"

/*
 * Bytes and one descriptor over a Unix socket, between processes of one station (unix(7),
 * SCM_RIGHTS).  Never waits.
 */

/* Sends all or nothing; fd -1: no descriptor goes along; it stays open here.  ERR_BUSY when the
 * other side does not read, ERR_CLOSED when it is gone. */
MUST_USE enum err pass_send(int socket, struct span bytes, int fd);

/* What is there now, at most `size` bytes: *n of them, and the descriptor that came along, else -1;
 * close-on-exec.  ERR_BUSY when nothing is there, ERR_CLOSED at the end. */
MUST_USE enum err pass_receive(int socket, void *bytes, size_t size, size_t *n, int *fd);

#endif
