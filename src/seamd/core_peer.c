/*
 * Promises that channels to the other roles come from keeper alone, and that a clerk is there when
 * one is asked for.
 */
#define _GNU_SOURCE
#include "seamd/core.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { CLERK_WAIT_MS = 20000 };

/* One PEER message with its descriptor; *role and *fd, or fd -1; of a link the station it is for.
 */
static enum err
receive_peer(int *role, int *fd, struct station *station)
{
	char control[CMSG_SPACE(sizeof(int))];
	char bytes[256];
	struct iovec vector = {bytes, sizeof bytes};
	struct msghdr header = {.msg_iov = &vector,
				.msg_iovlen = 1,
				.msg_control = control,
				.msg_controllen = sizeof control};
	ssize_t n = recvmsg(ROLE_FD_KEEPER, &header, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
	struct cmsghdr *part = n > 0 ? CMSG_FIRSTHDR(&header) : NULL;
	struct wire_message message;
	struct span input = span_make(bytes, n > 0 ? (size_t)n : 0);
	struct cursor cursor;

	*fd = -1;
	*role = -1;
	memset(station, 0, sizeof *station);
	if (n == 0)
		return ERR_CLOSED;
	if (n < 0)
		return errno == EAGAIN ? ERR_BUSY : ERR_CLOSED;
	if (part && part->cmsg_level == SOL_SOCKET && part->cmsg_type == SCM_RIGHTS)
		memcpy(fd, CMSG_DATA(part), sizeof *fd);
	if (wire_take(&input, &message) != ERR_OK || message.kind != WIRE_PEER)
		return ERR_FORMAT;
	cursor = cursor_over(message.payload);
	*role = cursor_u8(&cursor);
	(void)cursor_u32(&cursor);
	(void)station_read(cursor_span(&cursor, LIMIT_STATION_TEXT), station);
	return ERR_OK;
}

static enum err
take_peer(struct core *core, int role, int fd, const struct station *station)
{
	if (fd < 0)
		return ERR_OK;
	if (role == ROLE_GATE || role == ROLE_WEB || role == ROLE_PEER) {
		core_add_gate(core, fd, (enum role)role, station);
	} else if (role == ROLE_SEAL) {
		core_lose_seal(core);
		return client_over(fd, &core->seal);
	} else if (role == ROLE_CLERK) {
		client_close(core->clerk);
		return client_over(fd, &core->clerk);
	} else {
		(void)close(fd);
	}
	return ERR_OK;
}

void
core_from_keeper(evutil_socket_t socket, short what, void *cookie)
{
	struct core *core = cookie;
	struct station station;
	int role;
	int fd;
	enum err err;

	(void)socket;
	(void)what;
	while ((err = receive_peer(&role, &fd, &station)) == ERR_OK)
		if (take_peer(core, role, fd, &station) != ERR_OK)
			role_log("core", "warn", "a channel could not be taken over");
	if (err == ERR_CLOSED)
		core->is_stopping = true;
	if (core->is_stopping)
		(void)event_base_loopexit(core->base, NULL);
	else
		core_settle(core);
}

/* Asks keeper for a clerk and waits until its channel is there. */
static enum err
call_clerk(struct core *core)
{
	struct pollfd watch = {.fd = ROLE_FD_KEEPER, .events = POLLIN};
	struct out out = out_new(64);
	enum err err = ERR_OK;
	struct station station;
	int role;
	int fd;

	wire_end(&out, wire_begin(&out, WIRE_CLERK, 0));
	if (send(ROLE_FD_KEEPER, out.p, out.n, MSG_NOSIGNAL) != (ssize_t)out.n)
		err = ERR_CLOSED;
	out_free(&out);
	while (err == ERR_OK && !core->clerk) {
		if (poll(&watch, 1, CLERK_WAIT_MS) <= 0)
			return ERR_CLOSED;
		err = receive_peer(&role, &fd, &station);
		if (err == ERR_OK)
			err = take_peer(core, role, fd, &station);
	}
	return err;
}

static enum err
ask_clerk(struct core *core, enum wire_kind kind, struct span pass, const char *hash,
	  struct wire_message *answer)
{
	enum err err = call_clerk(core);
	struct out *out;
	size_t begun;

	if (err != ERR_OK)
		return err;
	out = client_out(core->clerk);
	begun = wire_begin(out, kind, 1);
	out_sized(out, pass);
	if (hash)
		out_sized(out, span_of(hash));
	wire_end(out, begun);
	return client_wait(core->clerk, CLERK_WAIT_MS, answer);
}

enum err
core_hash_pass(struct core *core, struct span pass, char *text, size_t size)
{
	struct wire_message answer;
	enum err err = ask_clerk(core, WIRE_HASH_PASS, pass, NULL, &answer);

	if (err == ERR_OK) {
		struct cursor cursor = cursor_over(answer.payload);

		cursor_text(&cursor, text, size);
		if (answer.kind != WIRE_PASS_HASH || !cursor_is_done(&cursor))
			err = ERR_FORMAT;
	}
	client_close(core->clerk);
	core->clerk = NULL;
	return err;
}

enum err
core_test_pass(struct core *core, struct span pass, const char *text, bool *is_good)
{
	struct wire_message answer;
	enum err err = ask_clerk(core, WIRE_TEST_PASS, pass, text, &answer);

	*is_good = false;
	if (err == ERR_OK) {
		struct cursor cursor = cursor_over(answer.payload);

		*is_good = cursor_flag(&cursor);
		if (answer.kind != WIRE_PASS_GOOD || !cursor_is_done(&cursor)) {
			*is_good = false;
			err = ERR_FORMAT;
		}
	}
	client_close(core->clerk);
	core->clerk = NULL;
	return err;
}
