/*
 * Promises that each connection costs a bounded share of memory and time, whoever is at its other
 * end: a handshake has a deadline, nobody who is behind is read, and who takes nothing is given up.
 */
#include "seamd/peer.h"

#include "seamd/role.h"

#include <arpa/inet.h>
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/bufferevent_ssl.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

void
peer_log_refusal(struct peer *peer, const char *address, const char *text)
{
	int64_t now = role_tick_ms();

	peer->unlogged++;
	if (peer->logged_ms && now - peer->logged_ms < PEER_LOG_EVERY_MS)
		return;
	if (peer->unlogged > 1)
		role_log("peer", "note", "%s: %lu more were turned away", peer->other.name,
			 peer->unlogged - 1);
	role_log("peer", "note", "%s: %s was turned away: %s", peer->other.name, address, text);
	peer->logged_ms = now;
	peer->unlogged = 0;
}

void
peer_turn_away(struct peer *peer, const char *address, const char *text)
{
	peer->strangers++;
	(void)snprintf(peer->stranger, sizeof peer->stranger, "%s: %s", address, text);
	peer_log_refusal(peer, address, text);
}

unsigned
peer_conn_count(const struct peer *peer, enum peer_phase phase)
{
	unsigned n = 0;

	for (size_t i = 0; i < PEER_CONNS_MAX; i++)
		n += peer->conns[i].phase == phase;
	return n;
}

void
peer_conn_phase(struct peer_conn *conn, enum peer_phase phase, int64_t limit_ms)
{
	conn->phase = phase;
	conn->since_ms = role_tick_ms();
	conn->until_ms = limit_ms ? conn->since_ms + limit_ms : 0;
}

/* ---- ending ---- */

void
peer_conn_close(struct peer_conn *conn)
{
	if (conn->phase == PEER_FREE)
		return;
	if (conn->phase != PEER_SHAKING)
		(void)SSL_shutdown(
		    conn->ssl); /* says that this is the end; no answer is waited for */
	ERR_clear_error();
	bufferevent_free(conn->line);
	peer_line_free(&conn->lines);
	*conn = (struct peer_conn){.peer = conn->peer};
}

/* All is sent: it is said that this is the end, and for a while what still comes is thrown away.  A
 * socket that is closed over unread bytes is reset, and the answer with it. */
static void
linger(struct peer_conn *conn)
{
	(void)SSL_shutdown(conn->ssl);
	ERR_clear_error();
	peer_conn_phase(conn, PEER_CLOSING, PEER_LINGER_MS);
}

static size_t
unsent(const struct peer_conn *conn)
{
	return evbuffer_get_length(bufferevent_get_output(conn->line));
}

void
peer_conn_finish(struct peer_conn *conn)
{
	struct evbuffer *input = bufferevent_get_input(conn->line);

	(void)evbuffer_drain(input, evbuffer_get_length(input));
	(void)bufferevent_enable(conn->line, EV_READ); /* it may have been held */
	bufferevent_setwatermark(conn->line, EV_WRITE, 0, 0);
	peer_conn_phase(conn, PEER_CLOSING, PEER_CLOSING_MS);
	if (unsent(conn) == 0)
		linger(conn);
}

/* ---- writing ---- */

void
peer_conn_write(struct peer_conn *conn, struct span bytes)
{
	if (unsent(conn) == 0)
		conn->taken_ms = role_tick_ms();
	if (bufferevent_write(conn->line, bytes.p, bytes.n) == 0)
		conn->given += bytes.n;
	else
		conn->until_ms = 1; /* without memory: the next tick ends it */
}

static bool
is_above(const struct peer_conn *conn, size_t limit)
{
	return evbuffer_get_length(bufferevent_get_output(conn->peer->core)) > limit ||
	       unsent(conn) > limit;
}

void
peer_conn_hold(struct peer_conn *conn)
{
	bool is_held;

	if (conn->phase != PEER_UP && conn->phase != PEER_HTTP)
		return;
	is_held = is_above(conn, conn->is_held ? PEER_QUEUE_LOW : PEER_QUEUE_HIGH);
	if (is_held == conn->is_held)
		return;
	conn->is_held = is_held;
	if (is_held)
		(void)bufferevent_disable(conn->line, EV_READ);
	else
		(void)bufferevent_enable(conn->line, EV_READ);
}

static void
on_write(struct bufferevent *line, void *cookie)
{
	struct peer_conn *conn = cookie;

	(void)line;
	if (conn->phase == PEER_CLOSING && unsent(conn) == 0)
		linger(conn);
	else
		peer_conn_hold(conn);
}

/* ---- reading ---- */

static void
line_to_core(struct peer_conn *conn, struct span line)
{
	struct out out = out_new(WIRE_MAX);
	size_t begun = wire_begin(&out, WIRE_LINE, conn->number);

	out_sized(&out, line);
	peer_to_core(conn->peer, &out, begun);
}

static void
read_lines(struct peer_conn *conn)
{
	struct evbuffer *input = bufferevent_get_input(conn->line);
	enum peer_line_answer answer = PEER_LINE_PART;
	size_t n;

	/* One stretch after the other as they lie in memory; none is copied to be looked at. */
	while ((n = evbuffer_get_contiguous_space(input)) > 0 && answer != PEER_LINE_BAD) {
		struct span piece = span_make(evbuffer_pullup(input, (ev_ssize_t)n), n);
		struct span line;

		while ((answer = peer_line_take(&conn->lines, &piece, &line)) == PEER_LINE_WHOLE)
			line_to_core(conn, line);
		(void)evbuffer_drain(input, n - piece.n);
	}
	if (answer == PEER_LINE_BAD)
		peer_lose(conn, LINK_CAUSE_LOST, conn->lines.bad);
	else
		peer_conn_hold(conn);
}

static void
throw_away(struct peer_conn *conn)
{
	struct evbuffer *input = bufferevent_get_input(conn->line);

	conn->thrown += evbuffer_get_length(input);
	(void)evbuffer_drain(input, evbuffer_get_length(input));
	if (conn->thrown > PEER_LINGER_BYTES)
		peer_conn_close(conn);
}

static void
on_read(struct bufferevent *line, void *cookie)
{
	struct peer_conn *conn = cookie;

	(void)line;
	if (conn->phase == PEER_WAITING)
		peer_stand(conn);
	if (conn->phase == PEER_UP)
		read_lines(conn);
	else if (conn->phase == PEER_HTTP)
		peer_http_read(conn);
	else if (conn->phase == PEER_CLOSING)
		throw_away(conn);
}

/* ---- events ---- */

/* It is the other end, but our certificate has run out.  Who comes then is no stranger. */
static void
rest(struct peer_conn *conn)
{
	if (conn->is_ours) {
		peer_lose(conn, LINK_CAUSE_OWN_CERTIFICATE, "");
		return;
	}
	peer_log_refusal(conn->peer, conn->address, link_cause_label(LINK_CAUSE_OWN_CERTIFICATE));
	peer_conn_close(conn);
}

static void
on_shaken(struct peer_conn *conn)
{
	struct peer *peer = conn->peer;

	/* The callback of the handshake has let nobody else through; here it is said once more. */
	if (conn->check.cause != LINK_CAUSE_UP)
		peer_lose(conn, LINK_CAUSE_TLS, "no certificate was looked at");
	else if (peer->is_over)
		rest(conn);
	else if (conn->is_ours && !peer_tls_is_link(conn->ssl))
		peer_lose(conn, LINK_CAUSE_TLS, "it is no station's link: ALPN");
	else if (conn->is_ours)
		peer_conn_phase(conn, PEER_WAITING, PEER_GREET_MS);
	else if (peer_tls_is_link(conn->ssl))
		peer_stand(conn);
	else if (peer_conn_count(peer, PEER_HTTP) < PEER_HTTP_MAX)
		peer_http_start(conn);
	else
		peer_lose(conn, LINK_CAUSE_LOST, "too many connections for the log");
}

/* Libevent also puts into its queue what SSL_get_error() said, which is a small number and no error
 * of OpenSSL's. */
static unsigned long
take_error(struct peer_conn *conn)
{
	unsigned long error;

	do
		error = bufferevent_get_openssl_error(conn->line);
	while (error && !ERR_SYSTEM_ERROR(error) && ERR_GET_LIB(error) == 0);
	return error;
}

static void
on_end(struct peer_conn *conn)
{
	unsigned long error = take_error(conn);
	bool is_begun = conn->phase == PEER_SHAKING || conn->phase == PEER_WAITING;
	const char *text = "";
	enum link_cause cause = LINK_CAUSE_LOST;

	if (is_begun)
		cause = peer_tls_cause(&conn->check, error, &text);
	else if (error)
		text = ERR_reason_error_string(error);
	peer_lose(conn, cause, text ? text : "");
}

static void
on_event(struct bufferevent *line, short what, void *cookie)
{
	struct peer_conn *conn = cookie;

	(void)line;
	if (what & BEV_EVENT_CONNECTED)
		on_shaken(conn);
	else if (what & (BEV_EVENT_EOF | BEV_EVENT_ERROR))
		on_end(conn);
}

/* ---- beginning ---- */

static void
read_address(int fd, char text[PEER_TEXT_MAX])
{
	struct sockaddr_storage address = {0};
	socklen_t n = sizeof address;
	char host[INET6_ADDRSTRLEN] = "?";
	unsigned port = 0;

	if (getpeername(fd, (struct sockaddr *)&address, &n) != 0)
		address.ss_family = AF_UNSPEC;
	if (address.ss_family == AF_INET) {
		struct sockaddr_in four;

		memcpy(&four, &address, sizeof four);
		(void)inet_ntop(AF_INET, &four.sin_addr, host, sizeof host);
		port = ntohs(four.sin_port);
	} else if (address.ss_family == AF_INET6) {
		struct sockaddr_in6 six;

		memcpy(&six, &address, sizeof six);
		(void)inet_ntop(AF_INET6, &six.sin6_addr, host, sizeof host);
		port = ntohs(six.sin6_port);
	}
	(void)snprintf(text, PEER_TEXT_MAX, strchr(host, ':') ? "[%s]:%u" : "%s:%u", host, port);
}

static struct peer_conn *
take_row(struct peer *peer)
{
	for (size_t i = 0; i < PEER_CONNS_MAX; i++)
		if (peer->conns[i].phase == PEER_FREE)
			return &peer->conns[i];
	return NULL;
}

static struct bufferevent *
open_line(struct peer_conn *conn, int fd, bool is_ours)
{
	struct peer *peer = conn->peer;
	struct bufferevent *line;

	memcpy(conn->check.pin, peer->pin, sizeof peer->pin);
	conn->check.now_ms = role_now_ms();
	conn->ssl = peer_tls_open(peer->tls, is_ours, &conn->check);
	if (!conn->ssl)
		return NULL;
	line = bufferevent_openssl_socket_new(peer->base, fd, conn->ssl,
					      is_ours ? BUFFEREVENT_SSL_CONNECTING
						      : BUFFEREVENT_SSL_ACCEPTING,
					      BEV_OPT_CLOSE_ON_FREE);
	if (!line)
		SSL_free(conn->ssl);
	return line;
}

struct peer_conn *
peer_conn_open(struct peer *peer, int fd, bool is_ours)
{
	struct peer_conn *conn = take_row(peer);

	(void)evutil_make_socket_nonblocking(fd);
	if (conn) {
		*conn = (struct peer_conn){.peer = peer, .is_ours = is_ours};
		conn->line = open_line(conn, fd, is_ours);
	}
	if (!conn || !conn->line) {
		(void)close(fd);
		return NULL;
	}
	conn->lines = peer_line_new();
	read_address(fd, conn->address);
	bufferevent_setcb(conn->line, on_read, on_write, on_event, conn);
	bufferevent_setwatermark(conn->line, EV_READ, 0, PEER_INPUT_MAX);
	bufferevent_setwatermark(conn->line, EV_WRITE, PEER_QUEUE_LOW, 0);
	peer_conn_phase(conn, PEER_SHAKING, PEER_SHAKE_MS);
	(void)bufferevent_enable(conn->line, EV_READ | EV_WRITE);
	return conn;
}

/* ---- time ---- */

static bool
is_stuck(struct peer_conn *conn, int64_t now_ms)
{
	size_t taken = conn->given - unsent(conn);

	if (taken != conn->taken || taken == conn->given) {
		conn->taken = taken;
		conn->taken_ms = now_ms;
	}
	return now_ms - conn->taken_ms > PEER_STUCK_MS;
}

/* What let it in has ended since, or has not begun any more: a clock was set. */
static bool
is_outdated(struct peer_conn *conn, int64_t real_ms)
{
	const char *text;
	enum link_cause cause;

	if (conn->phase != PEER_WAITING && conn->phase != PEER_UP && conn->phase != PEER_HTTP)
		return false;
	cause = peer_tls_at(&conn->check, real_ms, &text);
	if (cause == LINK_CAUSE_UP)
		return false;
	peer_lose(conn, cause, text);
	return true;
}

void
peer_conn_tick(struct peer_conn *conn, int64_t now_ms, int64_t real_ms)
{
	if (conn->phase == PEER_FREE || is_outdated(conn, real_ms))
		return;
	if (conn->until_ms && now_ms >= conn->until_ms && conn->phase == PEER_HTTP)
		peer_http_late(conn);
	else if (conn->until_ms && now_ms >= conn->until_ms)
		peer_lose(conn, LINK_CAUSE_TIMEOUT, "no answer in time");
	else if (is_stuck(conn, now_ms))
		peer_lose(conn, LINK_CAUSE_TIMEOUT, "it does not take what is sent");
}
