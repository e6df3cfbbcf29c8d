/*
 * Promises one connection at a time between this gate and core's link, that both ends keep the same
 * one when two come up at once, and that core is told once why there is none.
 */
#include "seamd/peer.h"

#include "seamd/role.h"

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <openssl/rand.h>
#include <openssl/ssl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* ---- what core is told ---- */

static void
say_down(struct peer *peer, uint64_t number, enum link_cause cause, const char *text)
{
	struct out out = out_new(1024);
	size_t begun = wire_begin(&out, WIRE_DOWN, number);

	out_u8(&out, (uint8_t)cause);
	out_sized(&out, span_of(text));
	peer_to_core(peer, &out, begun);
	peer->has_said = true;
	peer->said = cause;
}

/* Why there is no connection: said when it is another cause than the last.  With a certificate that
 * has run out nothing else is to be mended first. */
static void
say_cause(struct peer *peer, enum link_cause cause, const char *text)
{
	if (peer->is_over && cause != LINK_CAUSE_NO_NOTE) {
		cause = LINK_CAUSE_OWN_CERTIFICATE;
		text = "";
	}
	if (!peer->up && !(peer->has_said && peer->said == cause))
		say_down(peer, 0, cause, text);
}

static void
say_up(struct peer *peer, const struct peer_conn *conn)
{
	struct out out = out_new(1024);
	size_t begun = wire_begin(&out, WIRE_UP, conn->number);
	char text[PEER_TEXT_MAX + 64];

	(void)snprintf(text, sizeof text, "%s %s", conn->address, SSL_get_cipher_name(conn->ssl));
	out_flag(&out, conn->is_ours);
	out_sized(&out, span_of(text));
	peer_to_core(peer, &out, begun);
	peer->has_said = false;
}

/* ---- dialling ---- */

/* Keeper was asked, or what it connected shakes hands. */
static bool
is_dialling(const struct peer *peer)
{
	for (size_t i = 0; i < PEER_CONNS_MAX; i++) {
		const struct peer_conn *conn = &peer->conns[i];

		if (conn->is_ours && (conn->phase == PEER_SHAKING || conn->phase == PEER_WAITING))
			return true;
	}
	return peer->is_asked;
}

static void
set_dial_timer(struct peer *peer, int64_t wait_ms)
{
	struct timeval wait = {.tv_sec = (time_t)(wait_ms / 1000),
			       .tv_usec = (suseconds_t)(wait_ms % 1000 * 1000)};

	(void)evtimer_add(peer->dial_timer, &wait);
}

void
peer_dial_now(struct peer *peer)
{
	if (!peer->dials || !peer->has_pin || peer->up || is_dialling(peer))
		return;
	peer->is_asked = true;
	peer_ask_keeper(peer);
	set_dial_timer(peer, PEER_DIAL_MS);
}

static void
plan_dial(struct peer *peer, int64_t stood_ms)
{
	uint32_t chance = 0;

	if (!peer->dials || !peer->has_pin || peer->up || is_dialling(peer))
		return;
	if (RAND_bytes((unsigned char *)&chance, sizeof chance) != 1)
		chance = 0;
	set_dial_timer(peer, peer_dial_wait(&peer->dial, stood_ms, chance));
}

void
peer_dial_due(struct peer *peer)
{
	if (!peer->is_asked) {
		peer_dial_now(peer);
		return;
	}
	peer->is_asked = false;
	say_cause(peer, LINK_CAUSE_TIMEOUT, "the connection was not made in time");
	plan_dial(peer, 0);
}

static void
take_dialled(struct peer *peer, enum link_cause cause, const char *text, int fd)
{
	peer->is_asked = false;
	(void)evtimer_del(peer->dial_timer);
	if (fd < 0) {
		say_cause(peer, cause == LINK_CAUSE_UP ? LINK_CAUSE_UNREACHABLE : cause, text);
	} else if (!peer->has_pin || peer->up) {
		(void)close(fd); /* nobody may come, or the other end was quicker */
		return;
	} else if (peer_conn_open(peer, fd, true)) {
		return;
	} else {
		say_cause(peer, LINK_CAUSE_LOST, err_text(ERR_NOMEM));
	}
	plan_dial(peer, 0);
}

void
peer_dialled(struct peer *peer, enum link_cause cause, struct span text, int fd)
{
	char words[LINKS_WHY_MAX];

	if (!span_copy(words, sizeof words, text))
		words[0] = '\0';
	if (cause == LINK_CAUSE_ADDRESS) {
		peer->is_deaf = true;
		say_cause(peer, cause, words);
	} else if (peer->is_asked) {
		take_dialled(peer, cause, words, fd);
		return;
	}
	if (fd >= 0)
		(void)close(fd);
}

/* ---- which connection ---- */

/* Whether the first, which came later, takes the other's place (doc/link.md). */
static bool
is_kept(const struct peer *peer, const struct peer_conn *later, const struct peer_conn *other)
{
	bool is_ours_first = span_compare(span_of(peer->own.name), span_of(peer->other.name)) < 0;

	return later->is_ours == other->is_ours || later->is_ours == is_ours_first;
}

static bool
take_place(struct peer *peer, const struct peer_conn *later, struct peer_conn *other)
{
	if (!is_kept(peer, later, other))
		return false;
	if (other == peer->up) {
		peer->up = NULL;
		say_down(peer, other->number, LINK_CAUSE_REPLACED, "");
	}
	peer_conn_close(other);
	return true;
}

void
peer_stand(struct peer_conn *conn)
{
	struct peer *peer = conn->peer;

	for (size_t i = 0; i < PEER_CONNS_MAX; i++) {
		struct peer_conn *other = &peer->conns[i];
		bool counts = other->phase == PEER_UP || other->phase == PEER_WAITING;

		if (counts && other != conn && !take_place(peer, conn, other)) {
			peer_conn_close(conn);
			return;
		}
	}
	peer_conn_phase(conn, PEER_UP, 0);
	conn->number = peer->next_number++;
	peer->up = conn;
	if (!peer->is_asked)
		(void)evtimer_del(peer->dial_timer);
	say_up(peer, conn);
}

/* Dates are looked at when the key was the right one; with another key it may have been anybody,
 * and nothing follows for the link. */
static void
lose_comer(struct peer *peer, const char *address, enum link_cause cause, const char *text)
{
	const char *words = text[0] ? text : link_cause_label(cause);

	if (cause != LINK_CAUSE_CERTIFICATE && cause != LINK_CAUSE_CLOCK) {
		peer_turn_away(peer, address, words);
		return;
	}
	peer_log_refusal(peer, address, words);
	/* Where nobody is dialled, who comes is all that can tell why nobody stands. */
	if (!peer->dials)
		say_cause(peer, cause, address);
}

void
peer_lose(struct peer_conn *conn, enum link_cause cause, const char *text)
{
	struct peer *peer = conn->peer;
	struct peer_conn was = *conn; /* its state, to be looked at after its end */

	peer_conn_close(conn);
	if (peer->up == conn) {
		peer->up = NULL;
		say_down(peer, was.number, cause, text);
		plan_dial(peer, role_tick_ms() - was.since_ms);
	} else if (was.is_ours && was.phase != PEER_CLOSING) {
		say_cause(peer, cause, text);
		plan_dial(peer, 0);
	} else if (was.phase == PEER_SHAKING) {
		lose_comer(peer, was.address, cause, text);
	}
}

/* ---- our own certificate ---- */

/* Nobody has tried yet, or nobody can. */
static void
say_resting(struct peer *peer)
{
	if (!peer->has_pin)
		say_cause(peer, LINK_CAUSE_NO_NOTE, "");
	else if (!peer->dials || peer->is_over)
		say_cause(peer, peer->is_deaf ? LINK_CAUSE_ADDRESS : LINK_CAUSE_LISTENING, "");
}

/* Handshakes go on, so that the other end says why it does not let this one in; none stands. */
void
peer_look_at_own(struct peer *peer)
{
	bool is_over = role_now_ms() >= peer->until_ms;

	if (is_over == peer->is_over)
		return;
	peer->is_over = is_over;
	for (size_t i = 0; i < PEER_CONNS_MAX && is_over; i++) {
		struct peer_conn *conn = &peer->conns[i];

		if (conn->phase == PEER_UP || conn->phase == PEER_WAITING ||
		    conn->phase == PEER_HTTP)
			peer_lose(conn, LINK_CAUSE_OWN_CERTIFICATE, "");
	}
	if (peer->is_told)
		say_resting(peer);
}

/* ---- what core says ---- */

void
peer_line_to(struct peer *peer, uint64_t number, struct span line)
{
	struct peer_conn *conn = peer->up;

	if (!conn || conn->number != number)
		return;
	peer_conn_write(conn, line);
	peer_conn_write(conn, SPAN("\n"));
	if (evbuffer_get_length(bufferevent_get_output(conn->line)) > PEER_UNREAD_MAX)
		peer_lose(conn, LINK_CAUSE_TIMEOUT, "it does not take what is sent");
	else
		peer_conn_hold(conn);
}

void
peer_order_down(struct peer *peer, uint64_t number, enum link_cause cause, struct span text)
{
	char words[LINKS_WHY_MAX];

	if (!span_copy(words, sizeof words, text))
		words[0] = '\0';
	if (peer->up && peer->up->number == number)
		peer_lose(peer->up, cause, words);
}

void
peer_set_pin(struct peer *peer, struct span pin)
{
	bool has_pin = pin.n == TLS_PIN_BYTES;

	if (peer->is_told && has_pin == peer->has_pin &&
	    (!has_pin || memcmp(pin.p, peer->pin, TLS_PIN_BYTES) == 0))
		return;
	peer->is_told = true;
	peer->has_pin = false; /* so that nothing is dialled while they end */
	if (peer->up)
		peer_lose(peer->up, has_pin ? LINK_CAUSE_KEY : LINK_CAUSE_NO_NOTE,
			  has_pin ? "its key note names another key now" : "");
	for (size_t i = 0; i < PEER_CONNS_MAX; i++)
		peer_conn_close(&peer->conns[i]);
	peer->has_pin = has_pin;
	peer->dial = (struct peer_dial){0};
	if (has_pin)
		memcpy(peer->pin, pin.p, TLS_PIN_BYTES);
	say_resting(peer);
	peer_dial_now(peer);
}
