/*
 * Promises that a stranger's bytes on a link's port meet a process that holds this link's sockets
 * and its TLS key, and nothing else: no file, no way out, no word to core but UP, DOWN, LINE and
 * GET. Connections are peer_conn.c, which of them is the link peer_link.c.
 */
#include "seamd/peer.h"

#include "seamd/jail.h"
#include "seamd/pass.h"
#include "seamd/role.h"

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/listener.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static void
end_role(struct peer *peer, int exit_code)
{
	peer->exit_code = exit_code;
	(void)event_base_loopexit(peer->base, NULL);
}

/* ---- core ---- */

void
peer_to_core(struct peer *peer, struct out *out, size_t begun)
{
	enum err err;

	wire_end(out, begun);
	err = out_err(out);
	if (err == ERR_OK && bufferevent_write(peer->core, out->p, out->n) != 0)
		err = ERR_NOMEM;
	out_free(out);
	if (err == ERR_OK)
		return;
	/* A message that is missing would leave the two of different minds. */
	role_log("peer", "alert", "%s: core cannot be told: %s", peer->other.name, err_text(err));
	end_role(peer, ROLE_EXIT_FAULT);
}

static bool
take_link(struct peer *peer, struct cursor *payload)
{
	struct station own;
	struct span pin;

	if (!station_read(cursor_span(payload, LIMIT_STATION_TEXT), &own) ||
	    !span_is(cursor_span(payload, LIMIT_STATION_TEXT), peer->other.name))
		return false;
	pin = cursor_span(payload, TLS_PIN_BYTES);
	if (!cursor_is_done(payload) || (pin.n != 0 && pin.n != TLS_PIN_BYTES))
		return false;
	peer->own = own;
	peer_set_pin(peer, pin);
	/* Until now whoever came has waited, since nobody knew whether to let him in. */
	if (peer->listener)
		(void)evconnlistener_enable(peer->listener);
	return true;
}

static bool
take_order(struct peer *peer, uint64_t number, struct cursor *payload)
{
	unsigned cause = cursor_u8(payload);
	struct span text = cursor_span(payload, WIRE_PAYLOAD);

	if (!cursor_is_done(payload) || cause >= LINK_CAUSE_COUNT)
		return false;
	peer_order_down(peer, number, (enum link_cause)cause, text);
	return true;
}

static bool
take_message(struct peer *peer, const struct wire_message *message)
{
	struct cursor payload = cursor_over(message->payload);

	if (message->kind == WIRE_LINK)
		return take_link(peer, &payload);
	if (message->kind == WIRE_DOWN)
		return take_order(peer, message->id, &payload);
	if (message->kind == WIRE_GOT) {
		peer_http_answer(peer, message->id, &payload);
		return true;
	}
	if (message->kind == WIRE_LINE) {
		struct span line = cursor_span(&payload, PEER_LINE_MAX);

		if (cursor_is_done(&payload))
			peer_line_to(peer, message->id, line);
		return cursor_is_done(&payload);
	}
	return false;
}

static void
from_core(struct bufferevent *line, void *cookie)
{
	struct peer *peer = cookie;
	struct evbuffer *input = bufferevent_get_input(line);
	enum err err = ERR_OK;

	while (err == ERR_OK) {
		size_t n = evbuffer_get_length(input);
		size_t want = n < WIRE_MAX ? n : WIRE_MAX;
		struct span span = span_make(evbuffer_pullup(input, (ev_ssize_t)want), want);
		struct wire_message message;

		err = want < WIRE_HEADER ? ERR_BUSY : wire_take(&span, &message);
		if (err == ERR_OK && !take_message(peer, &message))
			err = ERR_FORMAT;
		if (err == ERR_OK)
			(void)evbuffer_drain(input, want - span.n);
	}
	if (err == ERR_BUSY)
		return;
	role_log("peer", "alert", "%s: core said what has no meaning here", peer->other.name);
	end_role(peer, ROLE_EXIT_FAULT);
}

static void
core_drained(struct bufferevent *line, void *cookie)
{
	struct peer *peer = cookie;

	(void)line;
	for (size_t i = 0; i < PEER_CONNS_MAX; i++)
		peer_conn_hold(&peer->conns[i]);
}

static void
core_event(struct bufferevent *line, short what, void *cookie)
{
	(void)line;
	if (what & (BEV_EVENT_EOF | BEV_EVENT_ERROR))
		end_role(cookie, ROLE_EXIT_OK);
}

/* ---- keeper ---- */

void
peer_ask_keeper(struct peer *peer)
{
	struct out out = out_new(64);

	wire_end(&out, wire_begin(&out, WIRE_DIAL, 0));
	if (out_err(&out) != ERR_OK ||
	    send(ROLE_FD_KEEPER, out.p, out.n, MSG_NOSIGNAL) != (ssize_t)out.n)
		end_role(peer, ROLE_EXIT_FAULT);
	out_free(&out);
}

/* Bytes of keeper's channel behind those already heard, and the descriptor that came with them. */
static enum err
hear(struct peer *peer)
{
	size_t n;
	int fd;
	enum err err = pass_receive(ROLE_FD_KEEPER, peer->heard + peer->heard_n,
				    sizeof peer->heard - peer->heard_n, &n, &fd);

	if (fd >= 0 && peer->heard_fd >= 0)
		(void)close(peer->heard_fd);
	if (fd >= 0)
		peer->heard_fd = fd;
	peer->heard_n += n;
	return err;
}

static enum err
take_heard(struct peer *peer)
{
	struct span rest = span_make(peer->heard, peer->heard_n);
	struct wire_message message;
	enum err err = wire_take(&rest, &message);

	if (err == ERR_BUSY && rest.n == sizeof peer->heard)
		return ERR_LIMIT;
	if (err == ERR_OK && message.kind == WIRE_DIALED) {
		struct cursor payload = cursor_over(message.payload);
		unsigned cause = cursor_u8(&payload);
		struct span text = cursor_span(&payload, LINKS_WHY_MAX);

		if (!cursor_is_done(&payload) || cause >= LINK_CAUSE_COUNT)
			return ERR_FORMAT;
		peer_dialled(peer, (enum link_cause)cause, text, peer->heard_fd);
		peer->heard_fd = -1;
	} else if (err == ERR_OK && message.kind == WIRE_STOP) {
		end_role(peer, ROLE_EXIT_OK);
	} else if (err == ERR_OK) {
		err = ERR_FORMAT;
	}
	if (err == ERR_OK) {
		memmove(peer->heard, rest.p, rest.n);
		peer->heard_n = rest.n;
	}
	return err;
}

/* One message at a time, so that a descriptor is never taken for another message's. */
static void
from_keeper(evutil_socket_t socket, short what, void *cookie)
{
	struct peer *peer = cookie;
	enum err err = hear(peer);

	(void)socket;
	(void)what;
	while (err == ERR_OK)
		err = take_heard(peer);
	if (err != ERR_BUSY)
		end_role(peer, err == ERR_CLOSED ? ROLE_EXIT_OK : ROLE_EXIT_FAULT);
}

/* ---- strangers ---- */

/* Room for one more handshake: a slot is free, or the oldest has had its fair time. */
static bool
make_room(struct peer *peer)
{
	struct peer_conn *oldest = NULL;
	unsigned n = 0;

	for (size_t i = 0; i < PEER_CONNS_MAX; i++) {
		struct peer_conn *conn = &peer->conns[i];

		if (conn->phase != PEER_SHAKING || conn->is_ours)
			continue;
		n++;
		if (!oldest || conn->since_ms < oldest->since_ms)
			oldest = conn;
	}
	if (n < PEER_SHAKING_MAX)
		return true;
	if (role_tick_ms() - oldest->since_ms < PEER_SHAKE_FAIR_MS)
		return false;
	peer_lose(oldest, LINK_CAUSE_TIMEOUT, "its handshake made room for another");
	return true;
}

static void
on_accept(struct evconnlistener *listener, evutil_socket_t fd, struct sockaddr *address, int n,
	  void *cookie)
{
	struct peer *peer = cookie;
	const char *why = NULL;

	(void)listener;
	(void)address;
	(void)n;
	if (!peer->has_pin)
		why = "nobody may come: no key note";
	else if (!make_room(peer))
		why = "too many handshakes at once";
	if (why)
		(void)close(fd);
	else if (!peer_conn_open(peer, fd, false))
		why = "no room for a connection";
	if (why)
		peer_turn_away(peer, "somebody", why);
}

static void
say_strangers(struct peer *peer)
{
	struct out out = out_new(512);
	size_t begun = wire_begin(&out, WIRE_KNOCKED, 0);

	out_u64(&out, peer->strangers);
	out_sized(&out, span_of(peer->stranger));
	peer_to_core(peer, &out, begun);
	peer->strangers_said = peer->strangers;
}

static void
on_tick(evutil_socket_t socket, short what, void *cookie)
{
	struct peer *peer = cookie;
	int64_t now = role_tick_ms();
	int64_t real_ms = role_now_ms();

	(void)socket;
	(void)what;
	peer_look_at_own(peer);
	if (peer->strangers != peer->strangers_said)
		say_strangers(peer);
	for (size_t i = 0; i < PEER_CONNS_MAX; i++)
		peer_conn_tick(&peer->conns[i], now, real_ms);
}

static void
on_dial_timer(evutil_socket_t socket, short what, void *cookie)
{
	(void)socket;
	(void)what;
	peer_dial_due(cookie);
}

/* ---- before the wall ---- */

static enum err
load_key(struct peer *peer)
{
	EVP_PKEY *key = NULL;
	X509 *certificate = NULL;
	enum err err = tlsfile_read(peer->config->home, TLSFILE_PEER, &key, &certificate);

	if (err == ERR_OK)
		err = tls_pin(certificate, peer->shows);
	if (err == ERR_OK)
		err = tls_dates(certificate, &peer->from_ms, &peer->until_ms);
	if (err == ERR_OK)
		err = peer_tls_new(key, certificate, &peer->tls);
	EVP_PKEY_free(key);
	X509_free(certificate);
	return err;
}

static enum err
load_row(struct peer *peer)
{
	struct links *links = calloc(1, sizeof *links);
	char why[LINKS_WHY_MAX];
	const struct link_row *row;
	enum err err = links ? links_read(peer->config->home, links, why) : ERR_NOMEM;

	row = err == ERR_OK ? links_find(links, &peer->other) : NULL;
	if (err == ERR_OK && !row)
		err = ERR_NOT_FOUND;
	if (row)
		peer->dials = row->connect[0] != '\0';
	free(links);
	return err;
}

/* What is accepted has the options that keeper gave to what listens (tcp.h): here none can be set.
 */
static enum err
listen_for(struct peer *peer)
{
	if (!peer->listens)
		return ERR_OK;
	(void)evutil_make_socket_nonblocking(ROLE_FD_LISTEN);
	peer->listener = evconnlistener_new(
	    peer->base, on_accept, peer,
	    LEV_OPT_CLOSE_ON_EXEC | LEV_OPT_CLOSE_ON_FREE | LEV_OPT_DISABLED, 0, ROLE_FD_LISTEN);
	return peer->listener ? ERR_OK : ERR_NOMEM;
}

static enum err
set_up(struct peer *peer)
{
	static const struct timeval second = {.tv_sec = 1};

	peer->base = event_base_new();
	if (!peer->base)
		return ERR_NOMEM;
	(void)evutil_make_socket_nonblocking(ROLE_FD_CORE);
	peer->core = bufferevent_socket_new(peer->base, ROLE_FD_CORE, BEV_OPT_CLOSE_ON_FREE);
	peer->tick = event_new(peer->base, -1, EV_PERSIST, on_tick, peer);
	peer->dial_timer = evtimer_new(peer->base, on_dial_timer, peer);
	peer->keeper_event =
	    event_new(peer->base, ROLE_FD_KEEPER, EV_READ | EV_PERSIST, from_keeper, peer);
	if (!peer->core || !peer->tick || !peer->dial_timer || !peer->keeper_event)
		return ERR_NOMEM;
	bufferevent_setcb(peer->core, from_core, core_drained, core_event, peer);
	bufferevent_setwatermark(peer->core, EV_READ, 0, 4 * (size_t)WIRE_MAX);
	bufferevent_setwatermark(peer->core, EV_WRITE, PEER_QUEUE_LOW, 0);
	if (event_add(peer->tick, &second) != 0 || event_add(peer->keeper_event, NULL) != 0 ||
	    bufferevent_enable(peer->core, EV_READ | EV_WRITE) != 0)
		return ERR_SYSTEM;
	return listen_for(peer);
}

static enum err
prepare(struct peer *peer, char report[JAIL_REPORT_MAX])
{
	enum err err;

	/* Looked at before anything is opened that could take its number. */
	peer->listens = fcntl(ROLE_FD_LISTEN, F_GETFD) >= 0;
	err = role_prepare();
	for (size_t i = 0; i < PEER_CONNS_MAX; i++)
		peer->conns[i].peer = peer;
	peer->heard_fd = -1;
	peer->next_number = (uint64_t)role_now_ms();
	if (err == ERR_OK)
		err = load_row(peer);
	if (err == ERR_OK)
		err = load_key(peer);
	if (err == ERR_OK)
		err = set_up(peer);
	if (err == ERR_OK)
		err = jail_enter(JAIL_PEER, &(struct jail_paths){{NULL}, {NULL}},
				 peer->config->jail, report);
	return err == ERR_OK ? role_say_ready(report) : err;
}

/* Whoever gives the station a new key waits until each gate says this. */
static void
say_key(struct peer *peer)
{
	struct out out = out_new(128);
	size_t begun = wire_begin(&out, WIRE_SHOWS, 0);

	out_sized(&out, span_make((const char *)peer->shows, sizeof peer->shows));
	peer_to_core(peer, &out, begun);
}

static void
free_event(struct event *event)
{
	if (event)
		event_free(event);
}

static void
tear_down(struct peer *peer)
{
	if (!peer)
		return;
	for (size_t i = 0; i < PEER_CONNS_MAX; i++)
		peer_conn_close(&peer->conns[i]);
	if (peer->listener)
		evconnlistener_free(peer->listener);
	if (peer->core)
		bufferevent_free(peer->core);
	free_event(peer->tick);
	free_event(peer->dial_timer);
	free_event(peer->keeper_event);
	if (peer->base)
		event_base_free(peer->base);
	if (peer->heard_fd >= 0)
		(void)close(peer->heard_fd);
	peer_tls_free(peer->tls);
	free(peer);
}

int
peer_run(const struct config *config, const struct station *station)
{
	struct peer *peer = calloc(1, sizeof *peer);
	char report[JAIL_REPORT_MAX];
	enum err err = ERR_NOMEM;
	int exit_code;

	if (peer) {
		peer->config = config;
		peer->own = config->station;
		peer->other = *station;
		err = prepare(peer, report);
	}
	if (err == ERR_OK) {
		say_key(peer);
		peer_look_at_own(peer);
		(void)event_base_dispatch(peer->base);
		exit_code = peer->exit_code;
	} else {
		role_log("peer", "alert", "%s: cannot serve: %s", station->name, err_text(err));
		exit_code = err == ERR_SYSTEM ? ROLE_EXIT_CONFIG : ROLE_EXIT_FAULT;
	}
	tear_down(peer);
	return exit_code;
}
