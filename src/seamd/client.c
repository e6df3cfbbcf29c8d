/*
 * Promises that sending ahead cannot deadlock: while it waits to write, it keeps reading answers
 * into memory.
 */
#define _GNU_SOURCE
#include "seamd/client.h"

#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

enum { OUT_LIMIT = 64 << 20, IN_LIMIT = 64 << 20, READ_STEP = 262144 };

struct client {
	int fd;
	struct out out;
	size_t sent; /* of out */
	struct out in;
	size_t taken; /* of in */
};

enum err
client_over(int fd, struct client **client)
{
	struct client *made = calloc(1, sizeof *made);

	*client = NULL;
	if (!made) {
		(void)close(fd);
		return ERR_NOMEM;
	}
	made->fd = fd;
	made->out = out_new(OUT_LIMIT);
	made->in = out_new(IN_LIMIT);
	*client = made;
	return ERR_OK;
}

/* The longest path of an address is shorter than those of many homes: then the folder is opened and
 * the socket named through it. */
static enum err
name_socket(const char *path, struct sockaddr_un *address, int *folder)
{
	const char *slash = strrchr(path, '/');
	char dir[FILE_PATH_MAX];
	int n;

	*folder = -1;
	if (span_copy(address->sun_path, sizeof address->sun_path, span_of(path)))
		return ERR_OK;
	if (!slash || !span_copy(dir, sizeof dir, span_make(path, (size_t)(slash - path))))
		return ERR_LIMIT;
	*folder = open(dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (*folder < 0)
		return err_from_errno(errno);
	n = snprintf(address->sun_path, sizeof address->sun_path, "/proc/self/fd/%d%s", *folder,
		     slash);
	return n > 0 && (size_t)n < sizeof address->sun_path ? ERR_OK : ERR_LIMIT;
}

enum err
client_connect(const char *path, struct client **client)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int folder;
	enum err err = name_socket(path, &address, &folder);
	int fd = err == ERR_OK ? socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0) : -1;

	*client = NULL;
	if (err == ERR_OK && fd < 0)
		err = err_from_errno(errno);
	if (err == ERR_OK && connect(fd, (const struct sockaddr *)&address, sizeof address) != 0)
		err = err_from_errno(errno);
	if (folder >= 0)
		(void)close(folder);
	if (err == ERR_OK)
		return client_over(fd, client);
	if (fd >= 0)
		(void)close(fd);
	return err;
}

void
client_close(struct client *client)
{
	if (!client)
		return;
	(void)close(client->fd);
	out_free(&client->out);
	out_free(&client->in);
	free(client);
}

struct out *
client_out(struct client *client)
{
	return &client->out;
}

int
client_fd(const struct client *client)
{
	return client->fd;
}

static void
drop_taken(struct client *client)
{
	if (client->taken == 0)
		return;
	memmove(client->in.p, client->in.p + client->taken, client->in.n - client->taken);
	client->in.n -= client->taken;
	client->taken = 0;
}

static enum err
read_some(struct client *client)
{
	static const size_t step = READ_STEP;
	char chunk[65536];
	size_t got = 0;

	drop_taken(client);
	while (got < step) {
		ssize_t n = recv(client->fd, chunk, sizeof chunk, MSG_DONTWAIT);

		if (n > 0) {
			out_bytes(&client->in, chunk, (size_t)n);
			got += (size_t)n;
			continue;
		}
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
			break;
		return got ? ERR_OK : ERR_CLOSED;
	}
	return out_err(&client->in);
}

static enum err
write_some(struct client *client)
{
	while (client->sent < client->out.n) {
		ssize_t n = send(client->fd, client->out.p + client->sent,
				 client->out.n - client->sent, MSG_DONTWAIT | MSG_NOSIGNAL);

		if (n >= 0) {
			client->sent += (size_t)n;
			continue;
		}
		if (errno == EINTR)
			continue;
		return errno == EAGAIN || errno == EWOULDBLOCK ? ERR_OK : ERR_CLOSED;
	}
	out_reset(&client->out);
	client->sent = 0;
	return ERR_OK;
}

/* Waits until the socket is ready for what we want, and does it. */
static enum err
turn(struct client *client, bool wants_input, int timeout_ms)
{
	struct pollfd watch = {.fd = client->fd, .events = POLLIN};
	int ready;

	if (client->sent < client->out.n)
		watch.events |= POLLOUT;
	else if (!wants_input)
		return ERR_OK;
	ready = poll(&watch, 1, timeout_ms);
	if (ready < 0)
		return errno == EINTR ? ERR_OK : err_from_errno(errno);
	if (ready == 0)
		return ERR_BUSY;
	if (watch.revents & (POLLIN | POLLHUP | POLLERR)) {
		enum err err = read_some(client);

		if (err != ERR_OK)
			return err;
	}
	return watch.revents & POLLOUT ? write_some(client) : ERR_OK;
}

enum err
client_flush(struct client *client)
{
	enum err err = out_err(&client->out);

	while (err == ERR_OK && client->sent < client->out.n)
		err = turn(client, false, -1);
	return err;
}

static enum err
take(struct client *client, struct wire_message *message)
{
	struct span input = span_make(client->in.p + client->taken, client->in.n - client->taken);
	enum err err = wire_take(&input, message);

	if (err == ERR_OK)
		client->taken = client->in.n - input.n;
	return err;
}

static int64_t
now_ms(void)
{
	struct timespec at;

	(void)clock_gettime(CLOCK_MONOTONIC, &at);
	return (int64_t)at.tv_sec * 1000 + at.tv_nsec / 1000000;
}

enum err
client_wait(struct client *client, int timeout_ms, struct wire_message *message)
{
	int64_t end = timeout_ms < 0 ? INT64_MAX : now_ms() + timeout_ms;
	enum err err = out_err(&client->out);

	memset(message, 0, sizeof *message);
	while (err == ERR_OK) {
		int64_t left = end == INT64_MAX ? -1 : end - now_ms();

		err = take(client, message);
		if (err != ERR_BUSY)
			return err;
		if (end != INT64_MAX && left <= 0)
			return ERR_BUSY;
		err = turn(client, true, left > 60000 ? 60000 : (int)left);
		if (err == ERR_BUSY)
			err = ERR_OK;
	}
	return err;
}

enum err
client_peek(struct client *client, struct wire_message *message)
{
	enum err err = out_err(&client->out);

	if (err == ERR_OK)
		err = take(client, message);
	if (err != ERR_BUSY)
		return err;
	err = write_some(client);
	if (err == ERR_OK)
		err = read_some(client);
	return err == ERR_OK ? take(client, message) : err;
}
