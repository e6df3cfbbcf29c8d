/*
 * Promises to carry whole messages between clients of the control socket and core, and to hold
 * nothing else: no key, no file, no picture.  It checks who the client is to the kernel, the form
 * of each message and that a client may send it; what the message means is for core, which believes
 * none of it.
 */
#define _GNU_SOURCE
#include "seamd/role.h"

#include "seamd/jail.h"
#include "seamd/wire.h"

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <event2/listener.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { CLIENTS_MAX = 128, QUEUE_HIGH = 8 << 20, QUEUE_LOW = 2 << 20 };

struct gate;

struct client_line {
	struct gate *gate;
	struct bufferevent *line;
	uint32_t number; /* upper half of the ids that core sees */
};

struct gate {
	struct event_base *base;
	struct bufferevent *core;
	struct client_line clients[CLIENTS_MAX];
	uint32_t next_number;
	bool is_held; /* clients are not read: core is behind */
};

static void
close_client(struct client_line *client)
{
	if (!client->line)
		return;
	bufferevent_free(client->line);
	client->line = NULL;
	client->number = 0;
}

static void
hold_clients(struct gate *gate, bool is_held)
{
	if (gate->is_held == is_held)
		return;
	gate->is_held = is_held;
	for (size_t i = 0; i < CLIENTS_MAX; i++) {
		struct bufferevent *line = gate->clients[i].line;

		if (line && is_held)
			(void)bufferevent_disable(line, EV_READ);
		else if (line)
			(void)bufferevent_enable(line, EV_READ);
	}
}

/* Takes one whole message from a buffer: ERR_BUSY until it is there. */
static enum err
pull(struct evbuffer *input, struct wire_message *message, size_t *whole)
{
	size_t n = evbuffer_get_length(input);
	size_t want = n < WIRE_MAX ? n : WIRE_MAX;
	struct span span = {NULL, 0};

	enum err err;

	if (n < WIRE_HEADER)
		return ERR_BUSY;
	span = span_make(evbuffer_pullup(input, (ev_ssize_t)want), want);
	if (!span.p)
		return ERR_NOMEM;
	err = wire_take(&span, message);
	*whole = want - span.n;
	return err;
}

static enum err
pass_on(struct bufferevent *to, const struct wire_message *message, uint64_t id)
{
	struct out out = out_new(WIRE_MAX);
	size_t begun = wire_begin(&out, message->kind, id);
	enum err err;

	out_span(&out, message->payload);
	wire_end(&out, begun);
	err = out_err(&out);
	if (err == ERR_OK && bufferevent_write(to, out.p, out.n) != 0)
		err = ERR_NOMEM;
	out_free(&out);
	return err;
}

static void
from_client(struct bufferevent *line, void *cookie)
{
	struct client_line *client = cookie;
	struct gate *gate = client->gate;
	struct evbuffer *input = bufferevent_get_input(line);
	struct wire_message message;
	size_t whole;
	enum err err;

	while ((err = pull(input, &message, &whole)) == ERR_OK) {
		uint64_t id = (uint64_t)client->number << 32 | (message.id & 0xffffffff);

		if (!wire_may_send(message.kind, 'G') ||
		    pass_on(gate->core, &message, id) != ERR_OK) {
			err = ERR_FORMAT;
			break;
		}
		(void)evbuffer_drain(input, whole);
	}
	if (err != ERR_BUSY) {
		close_client(client);
		return;
	}
	if (evbuffer_get_length(bufferevent_get_output(gate->core)) > QUEUE_HIGH)
		hold_clients(gate, true);
}

static void
client_event(struct bufferevent *line, short what, void *cookie)
{
	(void)line;
	if (what & (BEV_EVENT_EOF | BEV_EVENT_ERROR | BEV_EVENT_TIMEOUT))
		close_client(cookie);
}

static struct client_line *
find_client(struct gate *gate, uint32_t number)
{
	for (size_t i = 0; i < CLIENTS_MAX; i++)
		if (gate->clients[i].line && gate->clients[i].number == number)
			return &gate->clients[i];
	return NULL;
}

static void
from_core(struct bufferevent *line, void *cookie)
{
	struct gate *gate = cookie;
	struct evbuffer *input = bufferevent_get_input(line);
	struct wire_message message;
	size_t whole;

	while (pull(input, &message, &whole) == ERR_OK) {
		struct client_line *client = find_client(gate, (uint32_t)(message.id >> 32));

		if (client && pass_on(client->line, &message, message.id & 0xffffffff) != ERR_OK)
			close_client(client);
		(void)evbuffer_drain(input, whole);
	}
}

static void
core_drained(struct bufferevent *line, void *cookie)
{
	(void)line;
	hold_clients(cookie, false);
}

static void
core_event(struct bufferevent *line, short what, void *cookie)
{
	struct gate *gate = cookie;

	(void)line;
	if (what & (BEV_EVENT_EOF | BEV_EVENT_ERROR))
		(void)event_base_loopexit(gate->base, NULL);
}

/* The control socket is for the user whose station this is, and for root. */
static bool
is_our_user(evutil_socket_t fd)
{
	struct ucred peer;
	socklen_t n = sizeof peer;

	return getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &n) == 0 &&
	       (peer.uid == geteuid() || peer.uid == 0);
}

static void
on_accept(struct evconnlistener *listener, evutil_socket_t fd, struct sockaddr *address, int n,
	  void *cookie)
{
	struct gate *gate = cookie;
	struct client_line *client = NULL;

	(void)listener;
	(void)address;
	(void)n;
	for (size_t i = 0; i < CLIENTS_MAX && !client; i++)
		if (!gate->clients[i].line)
			client = &gate->clients[i];
	if (!client || !is_our_user(fd)) {
		(void)close(fd);
		return;
	}
	client->line = bufferevent_socket_new(gate->base, fd, BEV_OPT_CLOSE_ON_FREE);
	if (!client->line) {
		(void)close(fd);
		return;
	}
	client->gate = gate;
	client->number = ++gate->next_number;
	bufferevent_setcb(client->line, from_client, NULL, client_event, client);
	bufferevent_setwatermark(client->line, EV_READ, 0, 4 * (size_t)WIRE_MAX);
	(void)bufferevent_enable(client->line, EV_WRITE);
	if (!gate->is_held)
		(void)bufferevent_enable(client->line, EV_READ);
}

static enum err
set_up(struct gate *gate, struct evconnlistener **listener)
{
	gate->base = event_base_new();
	if (!gate->base)
		return ERR_NOMEM;
	(void)evutil_make_socket_nonblocking(ROLE_FD_CORE);
	gate->core = bufferevent_socket_new(gate->base, ROLE_FD_CORE, BEV_OPT_CLOSE_ON_FREE);
	*listener = evconnlistener_new(gate->base, on_accept, gate, LEV_OPT_CLOSE_ON_EXEC, 0,
				       ROLE_FD_LISTEN);
	if (!gate->core || !*listener)
		return ERR_NOMEM;
	bufferevent_setcb(gate->core, from_core, core_drained, core_event, gate);
	bufferevent_setwatermark(gate->core, EV_WRITE, QUEUE_LOW, 0);
	return bufferevent_enable(gate->core, EV_READ | EV_WRITE) == 0 ? ERR_OK : ERR_SYSTEM;
}

int
gate_run(const struct config *config)
{
	struct gate *gate = calloc(1, sizeof *gate);
	struct evconnlistener *listener = NULL;
	char report[JAIL_REPORT_MAX];
	enum err err = gate ? role_prepare() : ERR_NOMEM;

	if (err == ERR_OK)
		err = set_up(gate, &listener);
	if (err == ERR_OK)
		err = jail_enter(JAIL_GATE, &(struct jail_paths){{NULL}, {NULL}}, config->jail,
				 report);
	if (err == ERR_OK)
		err = role_say_ready(report);
	if (err != ERR_OK) {
		role_log("gate", "alert", "cannot serve: %s", err_text(err));
		return err == ERR_SYSTEM ? ROLE_EXIT_CONFIG : ROLE_EXIT_FAULT;
	}
	(void)event_base_dispatch(gate->base);
	return ROLE_EXIT_OK;
}
