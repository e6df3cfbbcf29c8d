/* Sockets between stations: what is connected has its options, and what is not has its cause. */
#define _GNU_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "seamd/dial.h"
#include "seamd/pass.h"
#include "seamd/wire.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum { ANSWER_MS = 20000, SHORT_MS = 300 };

static unsigned
port_of(int fd)
{
	struct sockaddr_in at;
	socklen_t n = sizeof at;

	assert_int_equal(getsockname(fd, (struct sockaddr *)&at, &n), 0);
	return ntohs(at.sin_port);
}

/* A socket that is bound and does not listen: its port is nobody else's, and refuses. */
static int
bind_any(char address[LINKS_ADDRESS])
{
	struct sockaddr_in at = {.sin_family = AF_INET};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	assert_int_equal(bind(fd, (const struct sockaddr *)&at, sizeof at), 0);
	(void)snprintf(address, LINKS_ADDRESS, "127.0.0.1:%u", port_of(fd));
	return fd;
}

/* Listens on a port that is free. */
static int
listen_any(char address[LINKS_ADDRESS])
{
	char why[TCP_WHY_MAX];
	int fd = -1;

	for (int i = 0; i < 20 && fd < 0; i++) {
		(void)close(bind_any(address));
		if (tcp_listen(address, &fd, why) != ERR_OK)
			assert_int_equal(fd, -1);
	}
	assert_true(fd >= 0);
	return fd;
}

static int
option_of(int fd, int level, int name)
{
	int value = -1;
	socklen_t n = sizeof value;

	assert_int_equal(getsockopt(fd, level, name, &value, &n), 0);
	return value;
}

static void
check_options(int fd)
{
	assert_true(option_of(fd, IPPROTO_TCP, TCP_NODELAY) != 0);
	assert_true(option_of(fd, SOL_SOCKET, SO_KEEPALIVE) != 0);
	assert_int_equal(option_of(fd, IPPROTO_TCP, TCP_USER_TIMEOUT), 60000);
	assert_int_equal(option_of(fd, IPPROTO_TCP, TCP_NOTSENT_LOWAT), 16384);
	/* the third unanswered question falls within the minute of TCP_USER_TIMEOUT */
	assert_int_equal(option_of(fd, IPPROTO_TCP, TCP_KEEPIDLE), 30);
	assert_int_equal(option_of(fd, IPPROTO_TCP, TCP_KEEPINTVL), 15);
	assert_true(fcntl(fd, F_GETFD) & FD_CLOEXEC);
}

static void
both_ends_have_the_options(void **state)
{
	char address[LINKS_ADDRESS];
	char why[TCP_WHY_MAX];
	int listener = listen_any(address);
	int near;
	int far;

	(void)state;
	assert_int_equal(tcp_connect(address, ANSWER_MS, &near, why), LINK_CAUSE_UP);
	assert_true(near >= 0);
	assert_string_equal(why, "");
	far = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
	assert_true(far >= 0);
	check_options(near);
	check_options(far);
	assert_true(fcntl(near, F_GETFL) & O_NONBLOCK);
	(void)close(near);
	(void)close(far);
	(void)close(listener);
}

static void
what_cannot_be_listened_on_says_why(void **state)
{
	char address[LINKS_ADDRESS];
	char why[TCP_WHY_MAX];
	int listener = listen_any(address);
	int fd;

	(void)state;
	assert_int_equal(tcp_listen(address, &fd, why), ERR_LOCKED);
	assert_int_equal(fd, -1);
	assert_non_null(strstr(why, "another program"));
	assert_int_equal(tcp_listen("192.0.2.1:7001", &fd, why), ERR_SYSTEM);
	assert_non_null(strstr(why, "no such address"));
	assert_int_equal(tcp_listen("host.example:7001", &fd, why), ERR_FORMAT);
	assert_int_equal(tcp_listen("", &fd, why), ERR_FORMAT);
	(void)close(listener);
	assert_int_equal(tcp_listen(address, &fd, why), ERR_OK);
	(void)close(fd);
}

static void
every_cause_is_told_apart(void **state)
{
	char address[LINKS_ADDRESS];
	char why[TCP_WHY_MAX];
	int holder = bind_any(address);
	int guests[8];
	int fd;

	(void)state;
	assert_int_equal(tcp_connect(address, ANSWER_MS, &fd, why), LINK_CAUSE_REFUSED);
	assert_int_equal(fd, -1);
	assert_non_null(strstr(why, "refused"));
	/* No connection can be made to the address of all. */
	assert_int_equal(tcp_connect("255.255.255.255:9", ANSWER_MS, &fd, why),
			 LINK_CAUSE_UNREACHABLE);
	assert_non_null(strstr(why, "255.255.255.255"));
	assert_int_equal(tcp_connect("", ANSWER_MS, &fd, why), LINK_CAUSE_NAME);
	/* A queue that is full drops what comes, as a firewall does. */
	assert_int_equal(listen(holder, 0), 0);
	for (size_t i = 0; i < sizeof guests / sizeof *guests; i++)
		(void)tcp_connect(address, 50, &guests[i], why);
	assert_int_equal(tcp_connect(address, SHORT_MS, &fd, why), LINK_CAUSE_TIMEOUT);
	assert_int_equal(fd, -1);
	for (size_t i = 0; i < sizeof guests / sizeof *guests; i++)
		if (guests[i] >= 0)
			(void)close(guests[i]);
	(void)close(holder);
}

static struct dialled
await_dial(struct dial *dial)
{
	struct pollfd watch = {.fd = dial->fd, .events = POLLIN};
	struct dialled dialled;
	int status;
	pid_t pid = dial->pid;

	assert_int_equal(poll(&watch, 1, ANSWER_MS), 1);
	assert_int_equal(dial_take(dial, &dialled), ERR_OK);
	assert_int_equal(dial->fd, -1);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return dialled;
}

static void
a_dialler_brings_the_descriptor(void **state)
{
	char address[LINKS_ADDRESS];
	int listener = listen_any(address);
	struct dialled dialled;
	struct dial dial;
	char byte = 0;
	int far;

	(void)state;
	assert_int_equal(dial_start(&dial, address), ERR_OK);
	assert_true(dial.pid > 0);
	dialled = await_dial(&dial);
	assert_int_equal(dialled.cause, LINK_CAUSE_UP);
	assert_true(dialled.fd >= 0);
	far = accept(listener, NULL, NULL);
	assert_int_equal(write(dialled.fd, "x", 1), 1);
	assert_int_equal(read(far, &byte, 1), 1);
	assert_int_equal(byte, 'x');
	check_options(dialled.fd);
	(void)close(far);
	(void)close(dialled.fd);
	(void)close(listener);
}

static void
a_dialler_brings_the_cause(void **state)
{
	char address[LINKS_ADDRESS];
	int holder = bind_any(address);
	struct dialled dialled;
	struct dial dial;

	(void)state;
	assert_int_equal(dial_start(&dial, address), ERR_OK);
	dialled = await_dial(&dial);
	assert_int_equal(dialled.cause, LINK_CAUSE_REFUSED);
	assert_int_equal(dialled.fd, -1);
	assert_true(dialled.why[0] != '\0');
	(void)close(holder);
}

/* It may die in the resolver, or be ended. */
static void
a_dialler_that_died_is_an_answer(void **state)
{
	char address[LINKS_ADDRESS];
	int holder = bind_any(address);
	struct dialled dialled;
	struct dial dial;
	int pair[2];
	int status;
	pid_t pid;

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair), 0);
	dial = (struct dial){.fd = pair[0]};
	assert_int_equal(dial_take(&dial, &dialled), ERR_BUSY);
	(void)close(pair[1]);
	assert_int_equal(dial_take(&dial, &dialled), ERR_OK);
	assert_int_equal(dialled.cause, LINK_CAUSE_NAME);
	assert_int_equal(dial.fd, -1);
	assert_int_equal(dial_start(&dial, address), ERR_OK);
	pid = dial.pid;
	dial_stop(&dial);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(dial.fd, -1);
	(void)close(holder);
}

static struct dialled
take_answer(enum wire_kind kind, unsigned cause, int fd, size_t left_out)
{
	struct out out = out_new(256);
	size_t begun = wire_begin(&out, kind, 0);
	struct dialled dialled;
	struct dial dial;
	int pair[2];

	out_u8(&out, (uint8_t)cause);
	out_sized(&out, SPAN("x"));
	wire_end(&out, begun);
	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair), 0);
	assert_int_equal(pass_send(pair[1], span_make(out.p, out.n - left_out), fd), ERR_OK);
	dial = (struct dial){.fd = pair[0]};
	assert_int_equal(dial_take(&dial, &dialled), ERR_OK);
	(void)close(pair[1]);
	out_free(&out);
	return dialled;
}

/* Whatever else it says is no connection. */
static void
a_wrong_answer_is_none(void **state)
{
	/* clang-format off */
	static const struct {
		enum wire_kind kind;
		unsigned cause;
		bool has_fd;
		size_t left_out;
		enum link_cause expected;
	} rows[] = {
		{WIRE_DIALED, LINK_CAUSE_UP,      true,  0, LINK_CAUSE_UP},
		{WIRE_DIALED, LINK_CAUSE_REFUSED, false, 0, LINK_CAUSE_REFUSED},
		{WIRE_DIALED, LINK_CAUSE_UP,      false, 0, LINK_CAUSE_NAME},
		{WIRE_DIALED, LINK_CAUSE_REFUSED, true,  0, LINK_CAUSE_NAME},
		{WIRE_DIALED, LINK_CAUSE_UP,      true,  1, LINK_CAUSE_NAME},
		{WIRE_DIALED, LINK_CAUSE_REFUSED, false, 20, LINK_CAUSE_NAME},
		{WIRE_DIALED, LINK_CAUSE_COUNT,   false, 0, LINK_CAUSE_NAME},
		{WIRE_DIALED, 255,                true,  0, LINK_CAUSE_NAME},
		{WIRE_READY,  LINK_CAUSE_UP,      true,  0, LINK_CAUSE_NAME},
	};
	/* clang-format on */

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct dialled dialled =
		    take_answer(rows[i].kind, rows[i].cause, rows[i].has_fd ? STDERR_FILENO : -1,
				rows[i].left_out);

		if (dialled.cause != rows[i].expected ||
		    (dialled.fd >= 0) != (rows[i].expected == LINK_CAUSE_UP))
			fail_msg("row %zu: cause %d, descriptor %d", i, dialled.cause, dialled.fd);
		if (dialled.fd >= 0)
			(void)close(dialled.fd);
	}
}

static void
a_descriptor_is_passed_once(void **state)
{
	int pair[2];
	char bytes[16];
	size_t n;
	int fd;

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), 0);
	assert_int_equal(pass_receive(pair[0], bytes, sizeof bytes, &n, &fd), ERR_BUSY);
	assert_int_equal(pass_send(pair[1], SPAN("with"), pair[1]), ERR_OK);
	assert_int_equal(pass_send(pair[1], SPAN("without"), -1), ERR_OK);
	assert_int_equal(pass_receive(pair[0], bytes, 4, &n, &fd), ERR_OK);
	assert_int_equal(n, 4);
	assert_true(fd >= 0);
	assert_true(fcntl(fd, F_GETFD) & FD_CLOEXEC);
	(void)close(fd);
	assert_int_equal(pass_receive(pair[0], bytes, sizeof bytes, &n, &fd), ERR_OK);
	assert_int_equal(n, 7);
	assert_int_equal(fd, -1);
	(void)close(pair[1]);
	assert_int_equal(pass_receive(pair[0], bytes, sizeof bytes, &n, &fd), ERR_CLOSED);
	assert_int_equal(pass_send(pair[0], SPAN("x"), -1), ERR_CLOSED);
	(void)close(pair[0]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(both_ends_have_the_options),
	    cmocka_unit_test(what_cannot_be_listened_on_says_why),
	    cmocka_unit_test(every_cause_is_told_apart),
	    cmocka_unit_test(a_dialler_brings_the_descriptor),
	    cmocka_unit_test(a_dialler_brings_the_cause),
	    cmocka_unit_test(a_dialler_that_died_is_an_answer),
	    cmocka_unit_test(a_wrong_answer_is_none),
	    cmocka_unit_test(a_descriptor_is_passed_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
