/*
 * Promises that a handler runs only for a request that names one of our hosts and one of its
 * routes, that was meant when it changes something, and whose session core knows.
 */
#include "seamd/web_inside.h"

#include "base/sign.h"
#include "seamd/web_read.h"
#include "seamd/web_route.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

_Static_assert((int)WEB_BODY_MAX == (int)HTTPHEAD_BODY_MAX &&
		   (int)WEB_URI_MAX == (int)HTTPHEAD_URI_MAX,
	       "handlers are told the limits of the head");

struct web_route {
	enum web_method method;
	const char *pattern;
	enum web_who who;
	enum web_takes takes;
	void (*handler)(struct web_request *request);
};

static const struct web_route routes[] = {
#define X(method, path, who, query, handler, help)                                                 \
	{WEB_##method, path, WEB_##who, WEB_TAKES_##query, handler},
    WEB_ROUTE_ROWS(X)
#undef X
};

enum { ROUTES = sizeof routes / sizeof *routes, WEB_PATH_ARENA = 1 << 16 };

/* ---- life ---- */

static void
on_complete(struct evhttp_request *http, void *cookie)
{
	struct web_call *call = cookie;
	struct web_line *line = call->line;

	(void)http; /* evhttp frees it */
	web_call_end(call);
	web_line_answered(line);
}

void
web_call_end(struct web_call *call)
{
	web_ask_forget(call);
	web_stream_forget(call);
	call->line->call = NULL;
	if (call->request.body.p) /* a passphrase may have passed through it */
		sodium_memzero((void *)(uintptr_t)call->request.body.p, call->request.body.n);
	arena_free(call->turn_arena);
	arena_free(call->request.arena);
	sign_wipe(call, sizeof *call);
	free(call);
}

static struct web_call *
make_call(struct web *web, struct web_line *line, struct evhttp_request *http)
{
	struct web_call *call = calloc(1, sizeof *call);

	if (!call)
		return NULL;
	call->request.arena = arena_new(WEB_ARENA_MAX);
	if (!call->request.arena) {
		free(call);
		return NULL;
	}
	call->request.web = web;
	call->request.now_ms = role_now_ms();
	call->line = line;
	call->http = http;
	call->asking = out_new(WIRE_MAX);
	line->call = call;
	evhttp_request_set_on_complete_cb(http, on_complete, call);
	return call;
}

/* ---- where to ---- */

static bool
is_our_host(const struct web *web, struct span host)
{
	for (unsigned i = 0; i < web->n_hosts; i++)
		if (web_read_is_host(host, web->hosts[i]))
			return true;
	return false;
}

static enum web_method
method_of(const struct web_call *call)
{
	switch (call->line->read.method) {
	case HTTPHEAD_POST:
		return call->request.is_form ? WEB_FORM : WEB_POST;
	case HTTPHEAD_PUT:
		return WEB_PUT;
	case HTTPHEAD_DELETE:
		return WEB_DELETE;
	case HTTPHEAD_GET:
	case HTTPHEAD_HEAD:
		break;
	}
	return WEB_GET;
}

/* "GET, HEAD, POST": what the routes that fit are asked by; empty when there is none. */
static void
write_allowed(struct out *out, const bool fits[ROUTES])
{
	static const char *const names[] = {[WEB_GET] = "GET, HEAD",
					    [WEB_POST] = "POST",
					    [WEB_PUT] = "PUT",
					    [WEB_DELETE] = "DELETE",
					    [WEB_FORM] = "POST"};
	bool is_said[WEB_FORM + 1] = {false};

	for (size_t i = 0; i < ROUTES; i++) {
		enum web_method method = routes[i].method == WEB_FORM ? WEB_POST : routes[i].method;

		if (!fits[i] || is_said[method])
			continue;
		is_said[method] = true;
		out_format(out, "%s%s", out->n ? ", " : "", names[method]);
	}
}

void
web_call_allowed(struct span path, struct out *out)
{
	struct arena *arena = arena_new(WEB_PATH_ARENA);
	struct span part[WEB_PATH_PARTS_MAX];
	struct span wild[WEB_PARTS_MAX];
	bool fits[ROUTES] = {false};
	unsigned fixed;
	unsigned n;

	if (arena && path.n && web_read_path(path, arena, part, &n))
		for (size_t i = 0; i < ROUTES; i++)
			fits[i] = web_read_match(routes[i].pattern, part, n, wild, &fixed);
	write_allowed(out, fits);
	arena_free(arena);
}

static void
say_allowed(struct web_call *call, const bool fits[ROUTES])
{
	struct out out = out_new(256);

	write_allowed(&out, fits);
	if (out_err(&out) == ERR_OK && out.n)
		(void)evhttp_add_header(evhttp_request_get_output_headers(call->http), "Allow",
					out.p);
	out_free(&out);
	web_reply_problem(&call->request, 405, WHY_NONE, 0, "this method is not used here");
}

/* A POST that is served here, with a body of the other type. */
static bool
is_other_type(const struct web_request *request, const bool fits[ROUTES])
{
	enum web_method other = request->method == WEB_FORM   ? WEB_POST
				: request->method == WEB_POST ? WEB_FORM
							      : request->method;

	for (size_t i = 0; i < ROUTES && other != request->method; i++)
		if (fits[i] && routes[i].method == other)
			return true;
	return false;
}

static bool
find_route(struct web_call *call)
{
	struct web_request *request = &call->request;
	struct span part[WEB_PATH_PARTS_MAX];
	struct span wild[WEB_PARTS_MAX];
	bool fits[ROUTES] = {false};
	bool is_any = false;
	bool is_found;
	unsigned most = 0;
	unsigned fixed;
	unsigned n;

	is_found = web_read_path(call->line->read.path, request->arena, part, &n);
	for (size_t i = 0; i < ROUTES && is_found; i++) {
		fits[i] = web_read_match(routes[i].pattern, part, n, wild, &fixed);
		is_any = is_any || fits[i];
		if (!fits[i] || routes[i].method != request->method ||
		    (call->route && fixed <= most))
			continue;
		most = fixed;
		call->route = &routes[i];
		memcpy(request->part, wild, sizeof wild);
	}
	if (call->route)
		return true;
	if (is_other_type(request, fits))
		web_reply_problem(request, 415, WHY_NONE, 0,
				  request->is_form ? "send application/json"
						   : "send application/x-www-form-urlencoded");
	else if (is_any)
		say_allowed(call, fits);
	else
		web_reply_problem(request, 404, WHY_NONE, 0, "there is nothing under this address");
	return false;
}

/* ---- what it says ---- */

static void
read_token(struct web_call *call)
{
	struct web_request *request = &call->request;
	const struct span *field = call->line->read.field;

	request->token = web_read_bearer(field[HTTPHEAD_AUTHORIZATION]);
	if (!request->token.p)
		request->token = web_read_cookie(field[HTTPHEAD_COOKIE], request->web->cookie_name);
	if (request->token.n > WEB_TOKEN_MAX)
		request->token = (struct span){NULL, 0};
	call->token = hash_of(request->token);
}

static void
read_fields(struct web_call *call)
{
	struct web_request *request = &call->request;
	const struct span *field = call->line->read.field;

	request->is_json = web_read_is_type(field[HTTPHEAD_CONTENT_TYPE], "application/json");
	request->is_form =
	    web_read_is_type(field[HTTPHEAD_CONTENT_TYPE], "application/x-www-form-urlencoded");
	request->wants_page = web_read_accepts(field[HTTPHEAD_ACCEPT], "text/html");
	request->if_none_match = field[HTTPHEAD_IF_NONE_MATCH];
	request->last_event = field[HTTPHEAD_LAST_EVENT_ID];
	request->duty = field[HTTPHEAD_SEAM_DUTY];
	request->lang = web_read_language(field[HTTPHEAD_ACCEPT_LANGUAGE]);
	request->path = call->line->read.path;
	request->method = method_of(call);
	call->is_head_only = call->line->read.method == HTTPHEAD_HEAD;
	read_token(call);
}

static bool
read_body(struct web_call *call)
{
	struct web_request *request = &call->request;
	struct evbuffer *input = evhttp_request_get_input_buffer(call->http);
	size_t n = evbuffer_get_length(input);

	if (n != call->line->read.body_size) {
		web_reply_problem(request, 400, WHY_NONE, 0, "the body is not of its length");
		return false;
	}
	if (n)
		request->body = span_make(evbuffer_pullup(input, -1), n);
	if (n && !request->body.p) {
		request->body.n = 0;
		web_reply_err(request, ERR_NOMEM);
		return false;
	}
	if (!web_read_pairs(call->line->read.query, request->arena, request->query,
			    &request->n_query)) {
		web_reply_problem(request, 400, WHY_BAD_FORM, 0,
				  "the parameters are not in their form");
		return false;
	}
	if (request->is_form &&
	    !web_read_pairs(request->body, request->arena, request->form, &request->n_form)) {
		web_reply_problem(request, 400, WHY_BAD_FORM, 0,
				  "the fields of the form are not in their form");
		return false;
	}
	(void)web_read_language_name(web_query(request, "lang"), &request->lang);
	if (request->is_form && web_form(request, "duty").n)
		request->duty = web_form(request, "duty");
	return true;
}

/* Whoever narrows a question by a word that nobody reads is answered something else. */
static bool
takes_parameters(struct web_call *call)
{
	struct web_request *request = &call->request;
	struct out text = out_new(WEB_URI_MAX + 256);

	if (call->route->takes != WEB_TAKES_NONE || request->n_query == 0)
		return true;
	out_format(&text, "%.*s: no such parameter here", (int)request->query[0].name.n,
		   request->query[0].name.p);
	web_reply_problem(request, 400, WHY_UNKNOWN_FIELD, 0,
			  out_err(&text) == ERR_OK ? text.p : NULL);
	out_free(&text);
	return false;
}

/* ---- whether it was meant ---- */

void
web_form_token(const struct web_request *request, char token[WEB_FORM_TEXT])
{
	struct hash hash = hash_prefixed('f', request->token, SPAN("form of this session"));

	hash_text(token, &hash);
}

static bool
has_form_token(const struct web_request *request)
{
	char token[WEB_FORM_TEXT];
	struct span sent = web_form(request, "form");

	web_form_token(request, token);
	return sent.n == WEB_FORM_TEXT - 1 && sodium_memcmp(sent.p, token, sent.n) == 0;
}

/*
 * A page of somebody else can have a browser send a form with our cookie, but neither JSON, nor our
 * hidden token, nor as its origin us.
 */
static bool
was_meant(struct web_call *call)
{
	struct web_request *request = &call->request;
	const struct span *field = call->line->read.field;
	bool has_origin = field[HTTPHEAD_ORIGIN].p || field[HTTPHEAD_SEC_FETCH_SITE].p;

	if (request->method == WEB_GET)
		return true;
	if (!web_read_is_own(field[HTTPHEAD_ORIGIN], field[HTTPHEAD_SEC_FETCH_SITE],
			     request->web->tls != NULL, field[HTTPHEAD_HOST])) {
		web_reply_problem(request, 403, WHY_NONE, 0, "this came from another page");
		return false;
	}
	if (request->method == WEB_DELETE)
		return true;
	if (request->method != WEB_FORM && !request->is_json) {
		web_reply_problem(request, 415, WHY_NONE, 0, "send application/json");
		return false;
	}
	if (request->method == WEB_FORM &&
	    (call->route->who == WEB_SESSION ? !has_form_token(request) : !has_origin)) {
		web_reply_problem(request, 403, WHY_NONE, 0,
				  "this form is not of this session: open the page again");
		return false;
	}
	return true;
}

void
web_call_run(struct web_call *call)
{
	call->route->handler(&call->request);
}

static void
judge(struct web_call *call)
{
	struct web_request *request = &call->request;

	if (!is_our_host(request->web, call->line->read.host))
		web_reply_problem(
		    request, 421, WHY_NONE, 0,
		    "this station does not answer to that name: web_host in seam.conf");
	else if (!find_route(call) || !read_body(call) || !takes_parameters(call) ||
		 !was_meant(call))
		return;
	else if (call->route->who == WEB_SESSION)
		web_session_check(call);
	else
		web_call_run(call);
}

static struct web_line *
line_of(struct web *web, struct evhttp_request *http)
{
	struct evhttp_connection *conn = evhttp_request_get_connection(http);
	struct web_line *line = web->reading;

	if (line && line->conn == conn)
		return line;
	for (line = web->lines; line && line->conn != conn;)
		line = line->next;
	return line;
}

void
web_call_begin(struct evhttp_request *http, void *cookie)
{
	struct web *web = cookie;
	struct web_line *line = line_of(web, http);
	struct web_call *call;

	if (!line || line->state != WEB_LINE_ANSWER || line->call || !line->head.n) {
		/* Two readers of one stream who are not at the same place: neither is trusted. */
		role_log("web", "alert", "a request came that was not looked at first");
		evhttp_connection_free(evhttp_request_get_connection(http));
		return;
	}
	call = make_call(web, line, http);
	if (!call) {
		(void)evhttp_add_header(evhttp_request_get_output_headers(http), "Connection",
					"close");
		evhttp_send_reply(http, 503, web_reply_words(503), NULL);
		return;
	}
	read_fields(call);
	judge(call);
}

/* ---- for handlers ---- */

static struct span
find_pair(const struct web_pair *pair, unsigned n, const char *name)
{
	for (unsigned i = 0; i < n; i++)
		if (span_is(pair[i].name, name))
			return pair[i].value;
	return (struct span){NULL, 0};
}

struct span
web_query(const struct web_request *request, const char *name)
{
	return find_pair(request->query, request->n_query, name);
}

struct span
web_form(const struct web_request *request, const char *name)
{
	return find_pair(request->form, request->n_form, name);
}

const struct config *
web_config(const struct web_request *request)
{
	return request->web->config;
}
