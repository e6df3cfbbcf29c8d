#ifndef SEAM_SEAMD_WEB_H
#define SEAM_SEAMD_WEB_H

#include "base/arena.h"
#include "model/vocab.h"
#include "model/why.h"
#include "seamd/wire.h"

/*
 * The web gate for those who write its handlers: what a request is, how it is answered, how core is
 * asked, where the picture is.  The gate has read the head strictly, knows that `Host` is ours,
 * that a request which changes something was meant (WEB_ROUTE_ROWS), and who asks.  It sets every
 * header itself; a handler chooses status, type and body.
 *
 * Routes are rows of WEB_ROUTE_ROWS in seamd/web_route.h: method, path, who, parameters,
 * handler, help.  A path
 * is "/api/v1/records/ *" without the blank: a * stands for one part, found in request->part[] in
 * order.  GET also serves HEAD.  No row: 404; rows for other methods only: 405 with `Allow`;
 * a row for the method, but not for that type of body: 415.
 */
struct web;
struct config;
struct picture;

enum web_method { WEB_GET, WEB_POST, WEB_PUT, WEB_DELETE, WEB_FORM /* POST by a plain page */ };

/* Who may ask.  A SESSION is a cookie, or a bearer token in `Authorization`, that core knows (asked
 * at most WEB_SEEN_MS ago); without it 401, and from a browser that asks for a page, 303 to /. */
enum web_who { WEB_ANYBODY, WEB_SESSION };

/* Which parameters behind ? it takes (WEB_ROUTE_ROWS). */
enum web_takes { WEB_TAKES_NONE, WEB_TAKES_OWN, WEB_TAKES_PAGE };

enum {
	WEB_BODY_MAX = 262144,
	WEB_URI_MAX = 4096,
	WEB_QUERY_MAX = 32, /* parameters of a query, and fields of a form */
	WEB_PARTS_MAX = 4,
	WEB_ARENA_MAX = 16 << 20,
	WEB_REPLY_MAX = 8 << 20,
	WEB_STEPS = 4000, /* for picture_query.steps and picture_tally.which.steps */
	WEB_SEEN_MS = 10000,
	WEB_ASKS_MAX = 256, /* messages that core has not answered yet */
	WEB_ASK_MS = 30000,
	WEB_STREAMS_MAX = 200,
	WEB_BEAT_MS = 15000, /* of a stream without events */
	WEB_STREAM_UNREAD = 262144
};

struct web_pair {
	struct span name;
	struct span value; /* decoded, valid UTF-8 without controls other than \n and \t */
};

/* Lives from its head to the end of its answer.  Everything in it is borrowed from it. */
struct web_request {
	struct web *web;
	enum web_method method;
	struct span path;                /* as sent, without the query */
	struct span part[WEB_PARTS_MAX]; /* what stood for each * of the route, decoded */
	struct web_pair query[WEB_QUERY_MAX];
	unsigned n_query;
	struct web_pair form[WEB_QUERY_MAX]; /* of application/x-www-form-urlencoded */
	unsigned n_form;
	struct span body; /* of application/json: not yet read */
	bool is_json;
	bool is_form;
	bool wants_page;      /* `Accept` names text/html: problems are a page, not JSON */
	enum vocab_lang lang; /* ?lang=, else the first of `Accept-Language` we speak, else en */
	struct span token;    /* of the session; never to be logged or shown */
	struct span duty; /* header Seam-Duty, or form field duty: goes into acts; "" the first */
	struct span account;    /* as core said; "" where anybody may ask */
	struct span first_duty; /* of the account: acts without a duty are done in it */
	struct span if_none_match;
	struct span last_event; /* `Last-Event-ID` of a stream that comes back */
	int64_t now_ms;         /* real time at which it came */
	struct arena *arena;    /* at most WEB_ARENA_MAX; gone with the request */
};

/* A parameter of the query, or field of the form; {NULL, 0} when there is none. */
struct span web_query(const struct web_request *request, const char *name);
struct span web_form(const struct web_request *request, const char *name);

/*
 * Answers.  Exactly one of these ends a request, in the handler or in what it waits for; the
 * request must not be touched afterwards.  Bodies are copied.  Every answer carries
 * Cache-Control: no-store and the headers of the gate (Content-Security-Policy default-src 'self',
 * no framing, no sniffing, no referrer).
 */
void web_reply_json(struct web_request *request, int status, const struct out *body);
void web_reply_text(struct web_request *request, int status, const char *type, struct span body);
void web_reply_empty(struct web_request *request);                   /* 204 */
void web_reply_other(struct web_request *request, const char *path); /* 303, after a form */

/* RFC 9457, or the same as a page where the client wants one: status, a code and text from why.h,
 * the field by name (enum field, 0 none), and text for people (may be NULL). */
void web_reply_problem(struct web_request *request, int status, enum why why, unsigned field,
		       const char *text);

/* The problem that a failure of ours stands for: BUSY 503, LIMIT 422, NOT_FOUND 404, else 500. */
void web_reply_err(struct web_request *request, enum err err);

/* The problem that REFUSED or FAILED of core stands for: 401 no_account, 403 no_duty, 404
 * no_target, 409 two_accounts …, 422 what was typed, 503 what passes. */
void web_reply_refused(struct web_request *request, const struct wire_message *answer);

/*
 * Asking core: web_act() begins a message with token and duty of the request already in it (for
 * LOGIN, which has neither, web_ask()); write the rest of the payload into it with out_*, then
 * web_ask_core().  `on_answer` is called once with each ITEM of an EXPORT and once with the last
 * message; never when the client has gone, core is away or its time is over: then the gate has
 * replied (503, 504).  `context` should live in request->arena.  A handler that was called back may
 * ask again.
 */
typedef void web_answer(struct web_request *request, const struct wire_message *answer,
			void *context);
struct out *web_act(struct web_request *request, enum wire_kind kind);
struct out *web_ask(struct web_request *request, enum wire_kind kind);
void web_ask_core(struct web_request *request, web_answer *on_answer, void *context);

/*
 * The picture, opened to read, until the handler returns; not to be closed or kept.  ERR_BUSY while
 * there is none or it is made anew: web_reply_err().  Set .steps to WEB_STEPS in every query.  Any
 * ERR_CORRUPT or ERR_IO from a query goes to web_reply_err() too, which has it opened again.
 */
MUST_USE enum err web_picture(struct web_request *request, struct picture **picture);

/*
 * Server-sent events (HTML standard 9.2): `turn` is called once at the start and then each time
 * core said that the picture shows something new; is_anew: the file was made anew, so that what the
 * client was shown may not be so.  It writes events; the client that does not read is dropped. The
 * stream ends with the session.  After web_stream_start() the request is the stream's; `context`
 * should live in request->arena, and what one turn takes from the arena stays until the end: use
 * web_stream_arena(), which is empty at each turn.
 */
typedef void web_stream_turn(struct web_request *request, bool is_anew, void *context);
void web_stream_start(struct web_request *request, web_stream_turn *turn, void *context);
struct arena *web_stream_arena(struct web_request *request);

/* name and id are [A-Za-z0-9_.:-]; data is one line or several, UTF-8; id may be empty. */
void web_stream_event(struct web_request *request, const char *name, struct span id,
		      struct span data);

/* The hidden field "form" that a page's <form method=post> must carry, bound to the session. */
enum { WEB_FORM_TEXT = 44 };
void web_form_token(const struct web_request *request, char token[WEB_FORM_TEXT]);

/* The station that this gate serves, and whether it is an exercise: for pages shown before anybody
 * signed in. */
const struct config *web_config(const struct web_request *request);

/* Records held that the picture lacks, as core said last; *why is what keeps it from folding them,
 * ERR_OK while it does.  Every answer to who is signed on says it too: `Seam-Behind`. */
uint64_t web_behind(const struct web_request *request, enum err *why);

#endif
