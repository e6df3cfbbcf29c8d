/*
 * Promises that evhttp sees nothing but whole heads that the strict reader took, each followed by
 * the body it announced; that one request of a connection is answered before the next is looked at;
 * and that a connection which is slow, silent or full ends in time.
 *
 * Bytes are taken out of the input buffer as they arrive, before evhttp's own callback runs
 * (evbuffer_add_cb), and put back when a head is whole.  evhttp reads heads less strictly than we
 * do: what it would take in two ways was refused before, and with it everything of which the two
 * could think differently (httphead.h: bodies of GET, bodies without a length).
 */
#define _GNU_SOURCE
#include "seamd/web_inside.h"

#include "base/sign.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { COPY_AT_ONCE = 4096, BACKLOG = 1024 };

/* ---- end ---- */

static void
forget(struct web_line *line)
{
	struct web *web = line->web;

	/* A TLS stream that is read in a loop outlives the connection until the loop is through. */
	(void)evbuffer_remove_cb_entry(bufferevent_get_input(line->stream), line->watch);
	if (line->next)
		line->next->before = line->before;
	if (line->before)
		line->before->next = line->next;
	else
		web->lines = line->next;
	web->n_lines--;
	web->n_ending -= line->state == WEB_LINE_ENDING;
	if (web->reading == line)
		web->reading = NULL;
	if (web->is_deaf && web->listener && web->n_lines < WEB_LINES_MAX + WEB_ENDING_MAX / 2) {
		web->is_deaf = false;
		(void)evconnlistener_enable(web->listener);
	}
	if (line->turn)
		event_free(line->turn);
	if (line->held.p)
		sign_wipe(line->held.p, line->held.size);
	if (line->head.p)
		sign_wipe(line->head.p, line->head.size);
	out_free(&line->held);
	out_free(&line->head);
	free(line);
}

/* evhttp is about to free the connection, for whatever reason. */
static void
on_close(struct evhttp_connection *conn, void *cookie)
{
	struct web_line *line = cookie;
	struct web_call *call = line->call;

	(void)conn;
	line->conn = NULL;
	if (call) {
		struct evhttp_request *http = call->http;
		/* Left to us when evhttp took it off the connection, freed by it otherwise. */
		bool is_ours = !evhttp_request_get_connection(http);

		web_call_end(call);
		if (is_ours)
			evhttp_request_free(http);
	}
	forget(line);
}

void
web_line_kill(struct web_line *line)
{
	if (line->conn)
		evhttp_connection_free(line->conn);
}

/* ---- refusing ---- */

static void
on_said(struct bufferevent *stream, void *cookie)
{
	(void)cookie;
	web_tls_say_goodbye(stream);
	/* The rest of what it sends is read away, so that it gets our answer and no reset. */
	(void)shutdown(bufferevent_getfd(stream), SHUT_WR);
}

static void
on_gone(struct bufferevent *stream, short what, void *cookie)
{
	(void)stream;
	if (what & (BEV_EVENT_EOF | BEV_EVENT_ERROR | BEV_EVENT_TIMEOUT))
		web_line_kill(cookie);
}

static void
start_ending(struct web_line *line)
{
	line->state = WEB_LINE_ENDING;
	line->since_ms = web_tick_ms();
	line->web->n_ending++;
	out_reset(&line->held);
	bufferevent_setcb(line->stream, NULL, on_said, on_gone, line);
	(void)bufferevent_enable(line->stream, EV_READ | EV_WRITE);
}

void
web_line_refuse(struct web_line *line, int status, const char *why)
{
	struct evbuffer *input = bufferevent_get_input(line->stream);
	struct out out = out_new(4096);

	web_reply_raw(&out, status, why, line->read.path);
	start_ending(line);
	(void)evbuffer_drain(input, evbuffer_get_length(input));
	if (out_err(&out) != ERR_OK || bufferevent_write(line->stream, out.p, out.n) != 0)
		on_said(line->stream, line);
	out_free(&out);
}

/* ---- before evhttp ---- */

/* Moves the last n bytes of the input to what is held. */
static bool
hold(struct web_line *line, struct evbuffer *input, size_t n)
{
	size_t passed = evbuffer_get_length(input) - n;
	struct evbuffer_ptr at;
	size_t had = line->held.n;

	if (had + n > WEB_HELD_MAX || evbuffer_ptr_set(input, &at, passed, EVBUFFER_PTR_SET) != 0)
		return false;
	while (line->held.n < had + n) {
		char bytes[COPY_AT_ONCE];
		size_t left = had + n - line->held.n;
		size_t part = left < sizeof bytes ? left : sizeof bytes;

		if (evbuffer_copyout_from(input, &at, bytes, part) != (ev_ssize_t)part)
			return false;
		out_bytes(&line->held, bytes, part);
		sign_wipe(bytes, sizeof bytes);
		if (out_err(&line->held) != ERR_OK ||
		    (left > part && evbuffer_ptr_set(input, &at, part, EVBUFFER_PTR_ADD) != 0))
			return false;
	}
	return true;
}

/* Shortens the input to its first n bytes: evbuffer takes away at the front alone. */
static bool
cut_input(struct evbuffer *input, size_t n)
{
	struct evbuffer *front;
	bool is_done;

	if (n == 0)
		return evbuffer_drain(input, evbuffer_get_length(input)) == 0;
	front = evbuffer_new();
	is_done = front && evbuffer_remove_buffer(input, front, n) == (int)n &&
		  evbuffer_drain(input, evbuffer_get_length(input)) == 0 &&
		  evbuffer_add_buffer(input, front) == 0;
	if (front)
		evbuffer_free(front);
	return is_done;
}

static void
drop_held(struct web_line *line, size_t n)
{
	size_t left = line->held.n - n;

	memmove(line->held.p, line->held.p + n, left);
	sign_wipe(line->held.p + left, n);
	line->held.n = left;
	if (left == 0)
		out_free(&line->held);
}

/* Gives evhttp what is held of a body. */
static bool
pass_body(struct web_line *line)
{
	struct evbuffer *input = bufferevent_get_input(line->stream);
	size_t n = line->held.n < line->body_left ? line->held.n : (size_t)line->body_left;

	if (n && evbuffer_add(input, line->held.p, n) != 0)
		return false;
	if (n)
		drop_held(line, n);
	line->body_left -= n;
	line->state = line->body_left ? WEB_LINE_BODY : WEB_LINE_ANSWER;
	line->since_ms = web_tick_ms();
	return true;
}

/* The head that stands in front of what is held is good: evhttp may see it. */
static bool
pass_head(struct web_line *line, size_t n)
{
	struct evbuffer *input = bufferevent_get_input(line->stream);

	if (evbuffer_add(input, line->held.p, n) != 0)
		return false;
	drop_held(line, n);
	line->body_left = line->read.body_size;
	line->web->reading = line;
	return pass_body(line);
}

/* Looks at what is held of a head, and passes it on when it is whole and good. */
static void
look(struct web_line *line)
{
	const char *why = "";
	size_t n = 0;
	int status = httphead_scan(&line->scan, out_view(&line->held), &n, &why);

	if (status == HTTPHEAD_MORE)
		return;
	if (status == HTTPHEAD_WHOLE) {
		out_reset(&line->head);
		out_bytes(&line->head, line->held.p, n);
		status = out_err(&line->head) == ERR_OK
			     ? httphead_read(out_view(&line->head), &line->read, &why)
			     : 503;
	}
	if (status == HTTPHEAD_WHOLE && !pass_head(line, n))
		status = 503;
	if (status != HTTPHEAD_WHOLE)
		web_line_refuse(line, status, why);
}

static void
take_input(struct web_line *line, struct evbuffer *input, size_t n)
{
	size_t body = 0;

	if (line->state == WEB_LINE_ENDING) {
		(void)evbuffer_drain(input, evbuffer_get_length(input));
		return;
	}
	if (line->state == WEB_LINE_BODY) {
		body = n < line->body_left ? n : (size_t)line->body_left;
		line->body_left -= body;
		line->web->reading = line;
		if (line->body_left == 0)
			line->state = WEB_LINE_ANSWER;
	}
	if (n == body)
		return;
	if (!hold(line, input, n - body) ||
	    !cut_input(input, evbuffer_get_length(input) - (n - body))) {
		/* More behind a request than is kept: nobody who means well does that. */
		start_ending(line);
		(void)evbuffer_drain(input, evbuffer_get_length(input));
		on_said(line->stream, line);
		return;
	}
	if (line->state == WEB_LINE_HEAD) {
		if (line->scan.looked == 0)
			line->since_ms = web_tick_ms();
		look(line);
	}
}

static void
on_input(struct evbuffer *input, const struct evbuffer_cb_info *info, void *cookie)
{
	struct web_line *line = cookie;

	if (line->is_passing || info->n_added == 0)
		return;
	line->is_passing = true;
	take_input(line, input, info->n_added);
	line->is_passing = false;
}

/* ---- begin ---- */

/* The longest waiting of those that have sent no whole head makes room for a new one. */
static void
make_room(struct web *web, const struct web_line *guest)
{
	struct web_line *oldest = NULL;

	for (struct web_line *line = web->lines; line; line = line->next)
		if (line != guest && line->state == WEB_LINE_HEAD && line->conn &&
		    (!oldest || line->since_ms <= oldest->since_ms))
			oldest = line;
	if (oldest)
		web_line_kill(oldest);
}

/* evhttp keeps its connection object to itself until the first request; it is the argument of the
 * callbacks that it set. */
static void
meet(struct web_line *line)
{
	struct web *web = line->web;
	char *address = NULL;
	void *conn = NULL;
	ev_uint16_t port;

	bufferevent_getcb(line->stream, NULL, NULL, NULL, &conn);
	line->conn = conn;
	if (!line->conn) { /* it failed to take it, and has freed it: this reference is the last */
		struct bufferevent *stream = line->stream;

		forget(line);
		(void)bufferevent_decref(stream);
		return;
	}
	(void)bufferevent_decref(line->stream);
	evhttp_connection_set_closecb(line->conn, on_close, line);
	evhttp_connection_get_peer(line->conn, &address, &port);
	(void)span_copy(line->remote, sizeof line->remote, span_of(address));
	if (web->n_lines - web->n_ending > WEB_LINES_MAX)
		make_room(web, line);
	if (web->n_lines - web->n_ending > WEB_LINES_MAX)
		web_line_refuse(line, 503, "too many are connected at once");
}

static void
begin_head(struct web_line *line)
{
	line->state = WEB_LINE_HEAD;
	line->scan = (struct httphead_scan){0, 0, 0};
	line->since_ms = web_tick_ms();
	line->unread = 0;
	line->call = NULL;
}

/* Once when the connection is new, and after each answer. */
static void
on_turn(evutil_socket_t fd, short what, void *cookie)
{
	struct web_line *line = cookie;

	(void)fd;
	(void)what;
	if (!line->conn) {
		meet(line);
		return;
	}
	if (line->state != WEB_LINE_HEAD || line->held.n == 0)
		return;
	/* A socket's stream lets nothing be added to its input but by itself, save when asked. */
	line->is_passing = true;
	if (!line->web->tls)
		(void)evbuffer_unfreeze(bufferevent_get_input(line->stream), 0);
	look(line);
	if (!line->web->tls)
		(void)evbuffer_freeze(bufferevent_get_input(line->stream), 0);
	line->is_passing = false;
	if (line->state != WEB_LINE_HEAD && line->state != WEB_LINE_ENDING)
		bufferevent_trigger(line->stream, EV_READ, 0);
}

void
web_line_answered(struct web_line *line)
{
	if (line->head.p)
		sign_wipe(line->head.p, line->head.size);
	out_free(&line->head);
	begin_head(line);
	event_active(line->turn, 0, 0);
}

/* evhttp asks for the stream of a connection that it accepted. */
static struct bufferevent *
make_stream(struct event_base *base, void *cookie)
{
	struct web *web = cookie;
	struct web_line *line = calloc(1, sizeof *line);

	if (line)
		line->stream = web->tls ? web_tls_stream(web)
					: bufferevent_socket_new(base, -1, BEV_OPT_CLOSE_ON_FREE);
	if (line && line->stream) {
		line->turn = event_new(base, -1, 0, on_turn, line);
		line->watch = evbuffer_add_cb(bufferevent_get_input(line->stream), on_input, line);
	}
	if (!line || !line->turn || !line->watch) {
		/* Without one from us evhttp takes its own, and nothing would stand before it. */
		role_log("web", "alert", "out of memory");
		_exit(ROLE_EXIT_FAULT);
	}
	line->web = web;
	line->held = out_new(WEB_HELD_MAX);
	line->head = out_new(HTTPHEAD_SIZE_MAX);
	bufferevent_incref(line->stream);
	line->next = web->lines;
	if (line->next)
		line->next->before = line;
	web->lines = line;
	web->n_lines++;
	begin_head(line);
	event_active(line->turn, 0, 0);
	if (web->n_lines >= WEB_LINES_MAX + WEB_ENDING_MAX) {
		web->is_deaf = true;
		(void)evconnlistener_disable(web->listener);
	}
	return line->stream;
}

/* Out of descriptors, most likely: it waits until some are free. */
static void
on_accept_error(struct evconnlistener *listener, void *cookie)
{
	struct web *web = cookie;

	web->is_deaf = true;
	(void)evconnlistener_disable(listener);
}

enum err
web_line_listen(struct web *web, int fd)
{
	web->http = evhttp_new(web->base);
	(void)evutil_make_socket_nonblocking(fd);
	/* keeper listens already; here many may come within one turn of the loop */
	web->listener = evconnlistener_new(
	    web->base, NULL, NULL, LEV_OPT_CLOSE_ON_EXEC | LEV_OPT_CLOSE_ON_FREE, BACKLOG, fd);
	if (!web->http || !web->listener)
		return ERR_NOMEM;
	evhttp_set_bevcb(web->http, make_stream, web);
	evhttp_set_gencb(web->http, web_call_begin, web);
	evhttp_set_allowed_methods(web->http, EVHTTP_REQ_GET | EVHTTP_REQ_HEAD | EVHTTP_REQ_POST |
						  EVHTTP_REQ_PUT | EVHTTP_REQ_DELETE);
	evhttp_set_max_headers_size(web->http, HTTPHEAD_SIZE_MAX);
	evhttp_set_max_body_size(web->http, HTTPHEAD_BODY_MAX);
	evhttp_set_default_content_type(web->http, NULL);
	if (!evhttp_bind_listener(web->http, web->listener))
		return ERR_SYSTEM;
	evconnlistener_set_error_cb(web->listener, on_accept_error);
	return ERR_OK;
}

/* ---- time ---- */

size_t
web_line_unread(const struct web_line *line)
{
	return evbuffer_get_length(bufferevent_get_output(line->stream));
}

size_t
web_line_unread_all(const struct web *web)
{
	size_t n = 0;

	for (const struct web_line *line = web->lines; line; line = line->next)
		n += web_line_unread(line);
	return n;
}

/* A client that has something to read reads. */
static bool
is_reading(struct web_line *line, int64_t now_ms)
{
	size_t unread = web_line_unread(line);

	if (line->state != WEB_LINE_ANSWER)
		return true;
	if (unread == 0 || line->unread == 0 || unread + WEB_READ_LEAST <= line->unread) {
		line->unread = unread;
		line->since_ms = now_ms;
	}
	return now_ms - line->since_ms <= WEB_READ_MS &&
	       (!line->call || !line->call->is_stream || unread <= WEB_STREAM_UNREAD);
}

static void
sweep_one(struct web_line *line, int64_t now_ms)
{
	int64_t age_ms = now_ms - line->since_ms;

	if (!line->conn)
		return;
	if (line->state == WEB_LINE_HEAD && age_ms > WEB_HEAD_MS && line->scan.looked > 0)
		web_line_refuse(line, 408, "the head did not come in time");
	else if (line->state == WEB_LINE_BODY && age_ms > WEB_BODY_MS)
		web_line_refuse(line, 408, "the body did not come in time");
	else if ((line->state == WEB_LINE_HEAD && age_ms > WEB_HEAD_MS) ||
		 (line->state == WEB_LINE_ENDING && age_ms > WEB_END_MS) ||
		 !is_reading(line, now_ms))
		web_line_kill(line);
}

void
web_line_sweep(struct web *web, int64_t now_ms)
{
	struct web_line *next;

	for (struct web_line *line = web->lines; line; line = next) {
		next = line->next;
		sweep_one(line, now_ms);
	}
	if (web->is_deaf && web->n_lines < WEB_LINES_MAX + WEB_ENDING_MAX / 2) {
		web->is_deaf = false;
		(void)evconnlistener_enable(web->listener);
	}
}

void
web_line_close_all(struct web *web)
{
	struct web_line *next;

	for (struct web_line *line = web->lines; line; line = next) {
		next = line->next;
		web_line_kill(line);
	}
	if (web->http)
		evhttp_free(web->http); /* and the listener */
	else if (web->listener)
		evconnlistener_free(web->listener);
	web->http = NULL;
	web->listener = NULL;
}
