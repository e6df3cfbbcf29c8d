/*
 * Promises sockets with the options that a link needs, and a reason in words where there is none.
 */
#define _GNU_SOURCE
#include "seamd/tcp.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum {
	BACKLOG = 64,
	KEEP_IDLE_S = 30,
	KEEP_STEP_S = 15,
	KEEP_TRIES = 3,
	SILENCE_MS = 60 * 1000,
	NOT_SENT_BYTES = 16 * 1024, /* what waits here can no longer be overtaken */
	ADDRESSES_MAX = 8
};

static enum err
tune(int fd)
{
	static const struct {
		int level, name, value;
	} options[] = {
	    {IPPROTO_TCP, TCP_NODELAY, 1},
	    {SOL_SOCKET, SO_KEEPALIVE, 1},
	    {IPPROTO_TCP, TCP_KEEPIDLE, KEEP_IDLE_S},
	    {IPPROTO_TCP, TCP_KEEPINTVL, KEEP_STEP_S},
	    {IPPROTO_TCP, TCP_KEEPCNT, KEEP_TRIES},
	    {IPPROTO_TCP, TCP_USER_TIMEOUT, SILENCE_MS},
	    {IPPROTO_TCP, TCP_NOTSENT_LOWAT, NOT_SENT_BYTES},
	};

	for (size_t i = 0; i < sizeof options / sizeof *options; i++)
		if (setsockopt(fd, options[i].level, options[i].name, &options[i].value,
			       sizeof options[i].value) != 0)
			return err_from_errno(errno);
	return ERR_OK;
}

/* ---- listening ---- */

static int
bind_to(const struct addrinfo *at)
{
	int one = 1;
	int fd = socket(at->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd >= 0 && setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one) == 0 &&
	    tune(fd) == ERR_OK && bind(fd, at->ai_addr, at->ai_addrlen) == 0 &&
	    listen(fd, BACKLOG) == 0)
		return fd;
	if (fd >= 0) {
		int number = errno;

		(void)close(fd);
		errno = number;
	}
	return -1;
}

enum err
tcp_listen(const char *address, int *fd, char why[TCP_WHY_MAX])
{
	struct addrinfo hints = {.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV | AI_PASSIVE,
				 .ai_socktype = SOCK_STREAM};
	struct addrinfo *at = NULL;
	char host[LINKS_ADDRESS];
	char port[8];
	int number;

	*fd = -1;
	why[0] = '\0';
	if (!links_split_own(span_of(address), host, port) ||
	    getaddrinfo(host, port, &hints, &at) != 0) {
		(void)snprintf(why, TCP_WHY_MAX, "%.200s: is no address of this machine", address);
		return ERR_FORMAT;
	}
	*fd = bind_to(at);
	number = errno;
	freeaddrinfo(at);
	if (*fd >= 0)
		return ERR_OK;
	(void)snprintf(why, TCP_WHY_MAX, "%.200s: %s", address,
		       number == EADDRINUSE      ? "another program has this port"
		       : number == EADDRNOTAVAIL ? "this machine has no such address"
						 : strerror(number));
	return number == EADDRINUSE ? ERR_LOCKED : ERR_SYSTEM;
}

/* ---- connecting ---- */

static int64_t
now_ms(void)
{
	struct timespec at;

	(void)clock_gettime(CLOCK_MONOTONIC, &at);
	return (int64_t)at.tv_sec * 1000 + at.tv_nsec / 1000000;
}

static enum link_cause
cause_of(int number)
{
	if (number == ECONNREFUSED)
		return LINK_CAUSE_REFUSED;
	return number == ETIMEDOUT ? LINK_CAUSE_TIMEOUT : LINK_CAUSE_UNREACHABLE;
}

/* A port of this machine that nobody listens on may be given to the very socket that calls it. */
static bool
is_itself(int fd)
{
	struct sockaddr_storage near = {0};
	struct sockaddr_storage far = {0};
	socklen_t near_n = sizeof near;
	socklen_t far_n = sizeof far;

	return getsockname(fd, (struct sockaddr *)&near, &near_n) == 0 &&
	       getpeername(fd, (struct sockaddr *)&far, &far_n) == 0 && near_n == far_n &&
	       memcmp(&near, &far, near_n) == 0;
}

/* 0, or why not as errno has it. */
static int
wait_connected(int fd, int64_t until_ms)
{
	struct pollfd watch = {.fd = fd, .events = POLLOUT};
	int number = 0;
	socklen_t n = sizeof number;
	int64_t left_ms;
	int got;

	do {
		left_ms = until_ms - now_ms();
		got = left_ms > 0 ? poll(&watch, 1, (int)left_ms) : 0;
	} while (got < 0 && errno == EINTR);
	if (got <= 0)
		return ETIMEDOUT;
	if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &number, &n) != 0)
		return errno;
	return number == 0 && is_itself(fd) ? ECONNREFUSED : number;
}

static int
connect_to(const struct addrinfo *at, int64_t until_ms, int *fd)
{
	int number = 0;

	*fd = socket(at->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (*fd < 0)
		return errno;
	if (tune(*fd) != ERR_OK)
		number = EINVAL;
	else if (connect(*fd, at->ai_addr, at->ai_addrlen) != 0 && errno != EINPROGRESS)
		number = errno;
	else
		number = wait_connected(*fd, until_ms);
	if (number == 0)
		return 0;
	(void)close(*fd);
	*fd = -1;
	return number;
}

static void
say(const struct addrinfo *at, const char *port, int number, char why[TCP_WHY_MAX])
{
	char numeric[64] = "";

	(void)getnameinfo(at->ai_addr, at->ai_addrlen, numeric, sizeof numeric, NULL, 0,
			  NI_NUMERICHOST);
	(void)snprintf(why, TCP_WHY_MAX, "%s port %s: %s", numeric, port, strerror(number));
}

/* The later in this list came nearer to a station. */
static int
nearness(enum link_cause cause)
{
	return cause == LINK_CAUSE_REFUSED ? 2 : cause == LINK_CAUSE_TIMEOUT;
}

static enum link_cause
try_each(const struct addrinfo *first, const char *port, int most_ms, int *fd,
	 char why[TCP_WHY_MAX])
{
	int64_t until_ms = now_ms() + most_ms;
	enum link_cause best = LINK_CAUSE_UNREACHABLE;
	int left = 0;

	for (const struct addrinfo *at = first; at && left < ADDRESSES_MAX; at = at->ai_next)
		left++;
	for (const struct addrinfo *at = first; at && left > 0; at = at->ai_next, left--) {
		int64_t share_ms = (until_ms - now_ms()) / left;
		int number = connect_to(at, now_ms() + share_ms, fd);

		if (number == 0) {
			why[0] = '\0';
			return LINK_CAUSE_UP;
		}
		if (why[0] && nearness(cause_of(number)) < nearness(best))
			continue;
		best = cause_of(number);
		say(at, port, number, why);
	}
	return best;
}

enum link_cause
tcp_connect(const char *address, int most_ms, int *fd, char why[TCP_WHY_MAX])
{
	struct addrinfo hints = {.ai_flags = AI_NUMERICSERV, .ai_socktype = SOCK_STREAM};
	struct addrinfo *first = NULL;
	enum link_cause cause;
	char host[LINKS_ADDRESS];
	char port[8];
	int failed;

	*fd = -1;
	why[0] = '\0';
	if (!links_split(span_of(address), host, port)) {
		(void)snprintf(why, TCP_WHY_MAX, "the link has no address to connect to");
		return LINK_CAUSE_NAME;
	}
	failed = getaddrinfo(host, port, &hints, &first);
	if (failed != 0) {
		(void)snprintf(why, TCP_WHY_MAX, "%.160s: %s", host, gai_strerror(failed));
		return LINK_CAUSE_NAME;
	}
	cause = try_each(first, port, most_ms, fd, why);
	freeaddrinfo(first);
	return cause;
}
