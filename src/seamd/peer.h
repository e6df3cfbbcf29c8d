#ifndef SEAM_SEAMD_PEER_H
#define SEAM_SEAMD_PEER_H

#include "seamd/config.h"
#include "seamd/links.h"
#include "seamd/peer_dial.h"
#include "seamd/peer_line.h"
#include "seamd/peer_path.h"
#include "seamd/peer_tls.h"
#include "seamd/wire.h"

#include <event2/event.h>

/*
 * The inside of the gate of a link, for its own files only: peer.c (the role, its channels),
 * peer_link.c (which connection is the link, and why there is none), peer_conn.c (one connection),
 * peer_http.c (a member asks for the log).  It holds its sockets and its TLS key, and nothing that
 * a reader may not see; what crosses it is verified by core.
 */
enum {
	PEER_SHAKING_MAX = 16, /* handshakes of others at once */
	PEER_HTTP_MAX = 8,
	PEER_CONNS_MAX =
	    PEER_SHAKING_MAX + PEER_HTTP_MAX + 8, /* and those that come, go, are ours */
	PEER_SHAKE_MS = 15000,
	PEER_SHAKE_FAIR_MS = 3000, /* an older handshake makes room for a newer */
	PEER_GREET_MS = 30000,     /* from our handshake to the first byte of the other end */
	PEER_STUCK_MS = 60000,     /* nothing is taken by the other end */
	PEER_CLOSING_MS = 10000,
	PEER_LINGER_MS = 2000, /* after the last byte was sent */
	PEER_LINGER_BYTES = 256 << 10,
	PEER_DIAL_MS = 120000, /* keeper has answered long before */
	PEER_REQUEST_MS = 30000,
	PEER_IDLE_MS = 60000,
	PEER_BODY_MAX = 64000,
	PEER_INPUT_MAX = 98304, /* bytes of a connection read ahead of what is done with them */
	PEER_QUEUE_HIGH = 256 << 10, /* so many unsent: what would add to them is not read … */
	PEER_QUEUE_LOW = 64 << 10,   /* … until no more than these are left */
	PEER_UNREAD_MAX =
	    1024 << 10, /* so many that the other end does not take end the connection */
	PEER_TEXT_MAX = 128,
	PEER_LOG_EVERY_MS = 10000
};

enum peer_phase {
	PEER_FREE,
	PEER_SHAKING, /* nobody yet */
	PEER_WAITING, /* we dialled, and the other end has not spoken */
	PEER_UP,      /* the link */
	PEER_HTTP,
	PEER_CLOSING /* what is unsent goes out, and what comes is thrown away, then it ends */
};

struct peer;
struct bufferevent;
struct evconnlistener;

struct peer_conn {
	struct peer *peer;
	enum peer_phase phase;
	bool is_ours; /* this end dialled */
	bool is_held; /* not read for now */
	struct bufferevent *line;
	struct ssl_st *ssl; /* of the line */
	uint64_t number;    /* of the link's connection; of the request with core */
	char address[PEER_TEXT_MAX];
	struct peer_check check;
	int64_t since_ms; /* of the phase; this and the others: role_tick_ms() */
	int64_t until_ms; /* when it is given up; 0: never */
	size_t given;     /* bytes to be sent, in all … */
	size_t taken;     /* … of which so many were gone … */
	int64_t taken_ms; /* … when it was last more */
	size_t thrown;    /* read while it is closing */
	struct peer_line lines;
	/* a request */
	bool is_asked; /* core has it */
	bool is_last;  /* the connection ends with its answer */
	bool has_head;
	struct httphead_scan scan;
	enum peer_path path;
	char target[PEER_PATH_MAX + 1];
	size_t body; /* that it will have */
};

struct peer {
	const struct config *config;
	struct station own, other;
	bool dials, listens;
	struct ssl_ctx_st *tls;
	unsigned char shows[TLS_PIN_BYTES]; /* our own key … */
	int64_t from_ms, until_ms;          /* … under a certificate of these dates, real time */
	bool is_over;                       /* which has run out */
	struct event_base *base;
	struct event *tick, *dial_timer, *keeper_event;
	struct evconnlistener *listener; /* NULL: this end only dials */
	struct bufferevent *core;
	bool is_told; /* core has said LINK */
	bool has_pin;
	unsigned char pin[TLS_PIN_BYTES];
	struct peer_conn conns[PEER_CONNS_MAX];
	struct peer_conn *up;  /* the link; NULL while there is none */
	uint64_t next_number;  /* rises also over a restart */
	bool has_said;         /* core knows a cause … */
	enum link_cause said;  /* … this one */
	struct peer_dial dial; /* waits between attempts */
	bool is_asked;         /* keeper is to connect */
	bool is_deaf;          /* keeper cannot listen on the link's own address */
	char heard[WIRE_HEADER + LINKS_WHY_MAX * 2]; /* of keeper, not yet a message */
	size_t heard_n;
	int heard_fd; /* -1: none */
	int exit_code;
	/* strangers turned away … */
	uint64_t strangers, strangers_said; /* … that core was told of */
	char stranger[PEER_TEXT_MAX * 2];   /* the last, for people */
	int64_t logged_ms;                  /* … for the log */
	unsigned long unlogged;
};

/* ---- peer.c ---- */
/* A message to core whose payload was written into `out` since wire_begin(). Gives `out` back. */
void peer_to_core(struct peer *peer, struct out *out, size_t begun);
void peer_ask_keeper(struct peer *peer); /* DIAL */

/* ---- peer_link.c ---- */
void peer_set_pin(struct peer *peer, struct span pin); /* empty: nobody may come */
void peer_dial_now(struct peer *peer);
void peer_dial_due(struct peer *peer); /* the timer of dialling */
void peer_dialled(struct peer *peer, enum link_cause cause, struct span text, int fd);
void peer_stand(struct peer_conn *conn);  /* it is the other end, and speaks seam-link/1 */
void peer_look_at_own(struct peer *peer); /* whether our certificate has run out by now */
void peer_line_to(struct peer *peer, uint64_t number, struct span line);
void peer_order_down(struct peer *peer, uint64_t number, enum link_cause cause, struct span text);

/* A connection is over, for a reason: it is closed, core is told what it should know, and the next
 * attempt is planned. */
void peer_lose(struct peer_conn *conn, enum link_cause cause, const char *text);

/* ---- peer_conn.c ---- */

/* Takes the descriptor.  NULL, and it is closed, when there is no room. */
struct peer_conn *peer_conn_open(struct peer *peer, int fd, bool is_ours);
void peer_conn_close(struct peer_conn *conn);  /* at once, whatever is unsent */
void peer_conn_finish(struct peer_conn *conn); /* once all is sent; a little later */
void peer_conn_phase(struct peer_conn *conn, enum peer_phase phase, int64_t limit_ms);
void peer_conn_write(struct peer_conn *conn, struct span bytes);

/* Resumes or stops reading: neither core nor the other end may be behind. */
void peer_conn_hold(struct peer_conn *conn);
void peer_conn_tick(struct peer_conn *conn, int64_t now_ms, int64_t real_ms);
unsigned peer_conn_count(const struct peer *peer, enum peer_phase phase);

/* One line of the log for those turned away, however many they are; of one that may be anybody also
 * the count that core is told of, once a second at most. */
void peer_log_refusal(struct peer *peer, const char *address, const char *text);
void peer_turn_away(struct peer *peer, const char *address, const char *text);

/* ---- peer_http.c ---- */
void peer_http_start(struct peer_conn *conn);
void peer_http_late(struct peer_conn *conn);
void peer_http_read(struct peer_conn *conn);
void peer_http_answer(struct peer *peer, uint64_t number, struct cursor *payload);

#endif
