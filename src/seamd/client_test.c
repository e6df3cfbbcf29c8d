/* A connection: sending far ahead does not deadlock, and a side that is gone, silent or rude is
 * told apart. */
#define _GNU_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/file.h"
#include "seamd/client.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { MESSAGES = 10000, PAYLOAD = 1500, DEADLOCK_S = 120 };

static void
open_pair(int pair[2])
{
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), 0);
}

static void
say(struct client *client, enum wire_kind kind, uint64_t id, size_t n)
{
	struct out *out = client_out(client);
	size_t begun = wire_begin(out, kind, id);

	for (size_t i = 0; i < n; i++)
		out_char(out, (char)('a' + id % 26));
	wire_end(out, begun);
}

/* Both sides send everything before they take anything: far more than sockets hold. */
static bool
send_then_take(int fd, enum wire_kind mine, enum wire_kind theirs)
{
	struct client *client;
	bool is_good = client_over(fd, &client) == ERR_OK;
	struct wire_message message;

	for (uint64_t i = 1; i <= MESSAGES && is_good; i++)
		say(client, mine, i, PAYLOAD);
	for (uint64_t i = 1; i <= MESSAGES && is_good; i++)
		is_good = client_wait(client, DEADLOCK_S * 1000, &message) == ERR_OK &&
			  message.kind == theirs && message.id == i &&
			  message.payload.n == PAYLOAD &&
			  message.payload.p[PAYLOAD - 1] == (char)('a' + i % 26);
	if (is_good)
		is_good = client_flush(client) == ERR_OK;
	client_close(client);
	return is_good;
}

static void
sending_ahead_does_not_deadlock(void **state)
{
	int pair[2];
	int status;
	pid_t pid;

	(void)state;
	open_pair(pair);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		(void)close(pair[0]);
		(void)alarm(DEADLOCK_S);
		_exit(send_then_take(pair[1], WIRE_SIGNED, WIRE_SIGN) ? 0 : 1);
	}
	(void)close(pair[1]);
	assert_true(send_then_take(pair[0], WIRE_SIGN, WIRE_SIGNED));
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
}

static void
peeking_never_waits(void **state)
{
	struct wire_message message;
	struct client *client;
	struct client *other;
	int pair[2];

	(void)state;
	open_pair(pair);
	assert_int_equal(client_over(pair[0], &client), ERR_OK);
	assert_int_equal(client_over(pair[1], &other), ERR_OK);
	assert_int_equal(client_fd(client), pair[0]);
	assert_int_equal(client_peek(client, &message), ERR_BUSY);
	say(other, WIRE_DONE, 3, 9);
	assert_int_equal(client_flush(other), ERR_OK);
	assert_int_equal(client_peek(client, &message), ERR_OK);
	assert_true(message.id == 3);
	assert_int_equal(client_peek(client, &message), ERR_BUSY);
	client_close(client);
	client_close(other);
	client_close(NULL);
}

static int64_t
ms_now(void)
{
	struct timespec at;

	(void)clock_gettime(CLOCK_MONOTONIC, &at);
	return (int64_t)at.tv_sec * 1000 + at.tv_nsec / 1000000;
}

static void
silence_ends_after_its_time(void **state)
{
	struct wire_message message;
	struct client *client;
	int64_t began = ms_now();
	int pair[2];

	(void)state;
	open_pair(pair);
	assert_int_equal(client_over(pair[0], &client), ERR_OK);
	assert_int_equal(client_wait(client, 60, &message), ERR_BUSY);
	assert_true(ms_now() - began >= 55);
	/* Half a message is no message. */
	assert_int_equal(write(pair[1], "\0\1\0\0\0", 5), 5);
	assert_int_equal(client_wait(client, 20, &message), ERR_BUSY);
	client_close(client);
	(void)close(pair[1]);
}

struct rude {
	const char *name;
	struct span bytes;
	enum err first, second;
};

static void
ends_are_told_apart(void **state)
{
	/* clang-format off */
	static const struct rude rows[] = {
		{"gone", {"", 0}, ERR_CLOSED, ERR_CLOSED},
		{"gone in a header", {"\0\1\0", 3}, ERR_CLOSED, ERR_CLOSED},
		{"gone in a payload", {"\0\1\0\0\0\0\0\5\0\0\0\0\0\0\0\1ab", 18}, ERR_CLOSED, ERR_CLOSED},
		{"gone after a message", {"\0\2\0\0\0\0\0\0\0\0\0\0\0\0\0\1", 16}, ERR_OK, ERR_CLOSED},
		{"no message", {"GET / HTTP/1.1\r\n\r\n", 18}, ERR_FORMAT, ERR_FORMAT},
		{"a message, then none", {"\0\2\0\0\0\0\0\0\0\0\0\0\0\0\0\1SSH-2.0-x-------", 32}, ERR_OK, ERR_FORMAT},
	};
	/* clang-format on */

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct wire_message message;
		struct client *client;
		int pair[2];

		open_pair(pair);
		assert_int_equal(client_over(pair[0], &client), ERR_OK);
		assert_int_equal(write(pair[1], rows[i].bytes.p, rows[i].bytes.n), rows[i].bytes.n);
		(void)close(pair[1]);
		if (client_wait(client, 5000, &message) != rows[i].first ||
		    client_wait(client, 5000, &message) != rows[i].second)
			fail_msg("%s", rows[i].name);
		client_close(client);
	}
}

static void
writing_to_nobody_is_closed(void **state)
{
	struct client *client;
	enum err err = ERR_OK;
	int pair[2];

	(void)state;
	open_pair(pair);
	assert_int_equal(client_over(pair[0], &client), ERR_OK);
	(void)close(pair[1]);
	for (int i = 0; i < 10 && err == ERR_OK; i++) {
		say(client, WIRE_SIGN, 1, WIRE_PAYLOAD);
		err = client_flush(client);
	}
	assert_int_equal(err, ERR_CLOSED);
	client_close(client);
}

static void
too_large_a_message_fails(void **state)
{
	struct wire_message message;
	struct client *client;
	int pair[2];

	(void)state;
	open_pair(pair);
	assert_int_equal(client_over(pair[0], &client), ERR_OK);
	say(client, WIRE_TAKE, 1, WIRE_PAYLOAD + 1);
	assert_int_equal(client_flush(client), ERR_LIMIT);
	assert_int_equal(client_wait(client, 10, &message), ERR_LIMIT);
	client_close(client);
	(void)close(pair[1]);
}

static int
listen_in(const char *dir)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	char before[FILE_PATH_MAX];
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_non_null(getcwd(before, sizeof before));
	assert_int_equal(chdir(dir), 0);
	(void)snprintf(address.sun_path, sizeof address.sun_path, "ctl.sock");
	assert_int_equal(bind(fd, (const struct sockaddr *)&address, sizeof address), 0);
	assert_int_equal(listen(fd, 4), 0);
	assert_int_equal(chdir(before), 0);
	return fd;
}

/* A home may lie deeper than the 107 bytes of a socket's name. */
static void
a_station_is_found_by_its_path(void **state)
{
	char top[] = "/tmp/seam-client-XXXXXX";
	char dir[FILE_PATH_MAX];
	char path[FILE_PATH_MAX];
	struct client *client;
	int listener;

	(void)state;
	assert_non_null(mkdtemp(top));
	(void)snprintf(dir, sizeof dir, "%s/%0150d", top, 7);
	assert_int_equal(mkdir(dir, 0700), 0);
	assert_int_equal(file_path(path, sizeof path, dir, "ctl.sock"), ERR_OK);
	assert_int_equal(client_connect(path, &client), ERR_NOT_FOUND);
	assert_null(client);
	listener = listen_in(dir);
	assert_int_equal(client_connect(path, &client), ERR_OK);
	client_close(client);
	(void)close(listener);
	assert_int_equal(client_connect(path, &client), ERR_CLOSED); /* nobody behind the name */
	assert_int_equal(unlink(path), 0);
	assert_int_equal(rmdir(dir), 0);
	assert_int_equal(rmdir(top), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(sending_ahead_does_not_deadlock),
	    cmocka_unit_test(peeking_never_waits),
	    cmocka_unit_test(silence_ends_after_its_time),
	    cmocka_unit_test(ends_are_told_apart),
	    cmocka_unit_test(writing_to_nobody_is_closed),
	    cmocka_unit_test(too_large_a_message_fails),
	    cmocka_unit_test(a_station_is_found_by_its_path),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
