/*
 * Promises one answer per attempt, also from a process that died over it.
 */
#define _GNU_SOURCE
#include "seamd/dial.h"

#include "seamd/pass.h"
#include "seamd/wire.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

enum { ANSWER_MAX = 1024, ANSWER_FD = 3 };

/* In the child: nothing of keeper's stays, and it ends with keeper. */
static void
drop_all(int fd)
{
	struct rlimit none = {0, 0};
	sigset_t signals;

	(void)prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
	(void)prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	(void)setrlimit(RLIMIT_CORE, &none);
	if (fd != ANSWER_FD && dup2(fd, ANSWER_FD) < 0)
		_exit(1);
	(void)close(STDIN_FILENO);
	(void)close(STDOUT_FILENO);
	(void)close_range(ANSWER_FD + 1, ~0U, 0);
	(void)sigemptyset(&signals);
	(void)sigprocmask(SIG_SETMASK, &signals, NULL);
	(void)alarm(DIAL_LIFE_S);
}

static _Noreturn void
run(const char *address, int fd)
{
	struct out out = out_new(ANSWER_MAX);
	char why[TCP_WHY_MAX];
	enum link_cause cause;
	size_t begun;
	int connected;

	drop_all(fd);
	cause = tcp_connect(address, DIAL_CONNECT_MS, &connected, why);
	begun = wire_begin(&out, WIRE_DIALED, 0);
	out_u8(&out, (uint8_t)cause);
	out_sized(&out, span_of(why));
	wire_end(&out, begun);
	_exit(out_err(&out) == ERR_OK && pass_send(ANSWER_FD, out_view(&out), connected) == ERR_OK
		  ? 0
		  : 1);
}

enum err
dial_start(struct dial *dial, const char *address)
{
	int pair[2];

	*dial = (struct dial){.fd = -1};
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) != 0)
		return err_from_errno(errno);
	dial->pid = fork();
	if (dial->pid == 0)
		run(address, pair[1]);
	(void)close(pair[1]);
	if (dial->pid < 0) {
		enum err err = err_from_errno(errno);

		(void)close(pair[0]);
		dial->pid = 0;
		return err;
	}
	dial->fd = pair[0];
	return ERR_OK;
}

static bool
read_answer(struct span input, struct dialled *dialled)
{
	struct wire_message message;
	struct cursor cursor;

	if (wire_take(&input, &message) != ERR_OK || message.kind != WIRE_DIALED || input.n != 0)
		return false;
	cursor = cursor_over(message.payload);
	dialled->cause = (enum link_cause)cursor_u8(&cursor);
	cursor_text(&cursor, dialled->why, sizeof dialled->why);
	return cursor_is_done(&cursor) && dialled->cause < LINK_CAUSE_COUNT &&
	       (dialled->cause == LINK_CAUSE_UP) == (dialled->fd >= 0);
}

enum err
dial_take(struct dial *dial, struct dialled *dialled)
{
	char bytes[ANSWER_MAX];
	size_t n;
	enum err err;

	*dialled = (struct dialled){.cause = LINK_CAUSE_NAME, .fd = -1};
	err = pass_receive(dial->fd, bytes, sizeof bytes, &n, &dialled->fd);
	if (err == ERR_BUSY)
		return err;
	if (err != ERR_OK || !read_answer(span_make(bytes, n), dialled)) {
		if (dialled->fd >= 0)
			(void)close(dialled->fd);
		*dialled = (struct dialled){.cause = LINK_CAUSE_NAME, .fd = -1};
		(void)snprintf(dialled->why, sizeof dialled->why,
			       "the name was not found in %d seconds", DIAL_LIFE_S);
	}
	(void)close(dial->fd);
	dial->fd = -1;
	return ERR_OK;
}

void
dial_stop(struct dial *dial)
{
	if (dial->pid > 0)
		(void)kill(dial->pid, SIGKILL);
	if (dial->fd >= 0)
		(void)close(dial->fd);
	dial->fd = -1;
}
