#ifndef SEAM_SEAMD_WEB_INSIDE_H
#define SEAM_SEAMD_WEB_INSIDE_H

#include "base/hash.h"
#include "edge/httphead.h"
#include "seamd/role.h"
#include "seamd/tlsfile.h"
#include "seamd/web.h"
#include "seamd/web_rate.h"

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <event2/http.h>
#include <event2/listener.h>

/*
 * The inside of the web gate, for its own files only: web.c (the process), web_line.c (a
 * connection, and the scanner before evhttp), web_call.c (from a head to a handler), web_reply.c,
 * web_ask.c (core), web_session.c, web_stream.c, web_health.c, web_tls.c.
 */
enum {
	WEB_LINES_MAX = 1000, /* connections that are served */
	WEB_ENDING_MAX = 500, /* more that are told to go */
	WEB_HELD_MAX = 65536, /* bytes of one connection that wait behind a request */
	WEB_HEAD_MS = 10000,  /* for a head, also between two requests */
	WEB_BODY_MS = 30000,
	WEB_READ_MS = 30000, /* in which a client reads at least WEB_READ_LEAST */
	WEB_READ_LEAST = 4096,
	WEB_END_MS = 2000,          /* from the last word to the end */
	WEB_UNREAD_MAX = 128 << 20, /* of all clients together */
	WEB_SEEN_MAX = 512,
	WEB_HOSTS_MAX = 16,
	WEB_SWEEP_MS = 500,
	WEB_TURN_MS = 200, /* streams are not told more often */
	WEB_REMOTE_MAX = 64,
	WEB_TOKEN_MAX = 63
};

struct ssl_ctx_st;
struct web_call;

enum web_line_state {
	WEB_LINE_HEAD,   /* a head is awaited or on its way */
	WEB_LINE_BODY,   /* its body is */
	WEB_LINE_ANSWER, /* the request is evhttp's and ours */
	WEB_LINE_ENDING  /* the last word was said */
};

/* One connection. */
struct web_line {
	struct web *web;
	struct web_line *next, *before;
	struct bufferevent *stream;
	struct evhttp_connection
	    *conn; /* NULL until evhttp has taken it, and again when it ended */
	struct event *turn;
	struct evbuffer_cb_entry *watch; /* what looks at bytes as they come */
	struct web_call *call;           /* the request being answered */
	struct out held;                 /* came and was not passed to evhttp */
	struct out head;                 /* of the request at hand; httphead borrows from it */
	struct httphead_scan scan;
	struct httphead read;
	enum web_line_state state;
	uint64_t body_left;
	int64_t since_ms; /* of the state, or since when it is to be read */
	size_t unread;    /* when last looked at */
	bool is_passing;  /* bytes are being given to evhttp */
	char remote[WEB_REMOTE_MAX];
};

struct web_route;

/* One request, and what of it is not for handlers. */
struct web_call {
	struct web_request request; /* first: handlers hold this */
	struct web_line *line;
	struct evhttp_request *http;
	const struct web_route *route;
	struct out asking; /* a message to core being written */
	size_t asking_begun;
	unsigned asked;    /* messages that core has not answered */
	struct hash token; /* of request.token */
	bool is_head_only;
	bool is_answered;
	char cookie[256]; /* Set-Cookie of the answer; "" none */
	/* ---- of a stream ---- */
	bool is_stream;
	web_stream_turn *turn;
	void *turn_context;
	struct arena *turn_arena;
	int64_t said_ms, checked_ms;
};

/* A message that core has not answered. */
struct web_asked {
	uint64_t id;           /* 0: a free row */
	struct web_call *call; /* NULL: its client has gone */
	web_answer *on_answer;
	void *context;
	bool is_quiet; /* nobody is told when it fails */
	int64_t until_ms;
};

/* A token that core knew a moment ago. */
struct web_seen {
	struct hash token;
	int64_t until_ms; /* 0: a free row */
	char account[64];
	char duty[64]; /* asked for; "" none by name */
	char first_duty[64];
};

struct web {
	const struct config *config;
	struct event_base *base;
	struct evhttp *http;
	struct evconnlistener *listener;
	struct bufferevent *core;
	struct event *sweep, *stream_turn, *end;
	struct ssl_ctx_st *tls;             /* NULL: loopback, in the clear */
	unsigned char shows[TLS_PIN_BYTES]; /* the key of TLS */
	struct picture *picture;
	uint64_t behind;     /* records held that the picture lacks, as core said */
	enum err behind_why; /* ERR_OK: it is being folded */
	char run_dir[1024];
	char cookie_name[80];
	char hosts[WEB_HOSTS_MAX][256];
	unsigned n_hosts;
	char walls[160];
	struct web_line *lines;
	unsigned n_lines, n_ending;
	struct web_line *reading; /* the one that just passed bytes to evhttp */
	struct web_asked asked[WEB_ASKS_MAX];
	unsigned n_asked;
	uint64_t next_id;
	int64_t heard_ms; /* when core said something last */
	struct web_seen seen[WEB_SEEN_MAX];
	struct web_rate *rate;
	struct web_call *streams[WEB_STREAMS_MAX];
	unsigned n_streams;
	bool is_anew; /* said by core since the streams were last told */
	bool is_core_gone;
	bool is_deaf; /* the listener is switched off */
	int exit_code;
};

/* The clock of all waiting here: nobody sets it. */
int64_t web_tick_ms(void);

/* web_line.c */
MUST_USE enum err web_line_listen(struct web *web, int fd);
void web_line_close_all(struct web *web);
void web_line_sweep(struct web *web, int64_t now_ms);
void web_line_refuse(struct web_line *line, int status, const char *why);
void web_line_kill(struct web_line *line);
void web_line_answered(struct web_line *line); /* evhttp has written the answer out */
size_t web_line_unread(const struct web_line *line);
size_t web_line_unread_all(const struct web *web);

/* web_call.c: a request that evhttp has read whole; one that ended, answered or not. */
void web_call_begin(struct evhttp_request *http, void *web);

/* The methods that the routes of a path are asked by, as `Allow` has them; nothing when no route
 * fits. */
void web_call_allowed(struct span path, struct out *out);
void web_call_run(struct web_call *call); /* its session is known: to its handler */
void web_call_end(struct web_call *call);
static inline struct web_call *
web_call_of(const struct web_request *request)
{
	/* request is the first member; a handler's request is never const in itself */
	return (struct web_call *)(uintptr_t)request;
}

/* web_reply.c */
void web_reply_head(struct web_call *call); /* the headers of every answer */
const char *web_reply_words(int status);
void web_reply_retry(struct web_request *request, int status, unsigned after_s, const char *text);
/* A refusal before there is a request: a whole answer as bytes. */
void web_reply_raw(struct out *out, int status, const char *text, struct span path);

/* web_ask.c */
void web_ask_from_core(struct bufferevent *core, void *web);
void web_ask_sweep(struct web *web, int64_t now_ms);
void web_ask_forget(struct web_call *call);
void web_ask_quietly(struct web_request *request, web_answer *on_answer, void *context);
void web_ask_fail_all(struct web *web);

/* web_session.c */
void web_session_check(struct web_call *call); /* then web_call_run(), or 401 */
bool web_session_was_seen(const struct web *web, const struct hash *token); /* also long ago */
void web_session_recheck(struct web_call *call); /* of a stream; ends it when its session did */

/* web_stream.c */
void web_stream_tell_all(struct web *web);
void web_stream_sweep(struct web *web, int64_t now_ms);
void web_stream_end(struct web_call *call);
void web_stream_end_token(struct web *web, const struct hash *token);
void web_stream_forget(struct web_call *call);

/* web.c */
void web_picture_close(struct web *web);
void web_changed(struct web *web, bool is_anew);

/* web_tls.c: HOME/tls/web.key and web.crt. */
MUST_USE enum err web_tls_open(const char *home, struct ssl_ctx_st **tls,
			       unsigned char pin[TLS_PIN_BYTES], const char **why);
void web_tls_close(struct ssl_ctx_st *tls);
struct bufferevent *web_tls_stream(struct web *web); /* of a connection to be; NULL */
void web_tls_say_goodbye(struct bufferevent *stream);

#endif
