/*
 * Promises that a member's request reaches core only when it is HTTP without a doubt and names an
 * object of the log or of the witness; everything else is answered here with the reason.  One
 * request at a time, of a fixed shape: no chunks, no ranges, no coding.
 */
#include "seamd/peer.h"

#include "edge/httphead.h"
#include "seamd/role.h"

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <string.h>
#include <strings.h>
#include <time.h>

static const struct {
	int status;
	const char *words;
} reasons[] = {
    {200, "OK"},
    {400, "Bad Request"},
    {403, "Forbidden"},
    {404, "Not Found"},
    {405, "Method Not Allowed"},
    {408, "Request Timeout"},
    {409, "Conflict"},
    {411, "Length Required"},
    {413, "Content Too Large"},
    {414, "URI Too Long"},
    {417, "Expectation Failed"},
    {422, "Unprocessable Content"},
    {431, "Request Header Fields Too Large"},
    {500, "Internal Server Error"},
    {501, "Not Implemented"},
    {503, "Service Unavailable"},
    {505, "HTTP Version Not Supported"},
};

static const char *
reason_of(int status)
{
	for (size_t i = 0; i < sizeof reasons / sizeof *reasons; i++)
		if (reasons[i].status == status)
			return reasons[i].words;
	return "";
}

static void
write_date(struct out *out)
{
	time_t now = (time_t)(role_now_ms() / 1000);
	struct tm date;
	char text[40];

	if (gmtime_r(&now, &date) && evutil_date_rfc1123(text, sizeof text, &date) > 0)
		out_format(out, "Date: %s\r\n", text);
}

static const char *
allowed(const struct peer_conn *conn)
{
	if (conn->path == PEER_PATH_ONLY_GET)
		return "GET";
	return conn->path == PEER_PATH_ONLY_POST ? "POST" : "GET, POST";
}

static void
reply(struct peer_conn *conn, int status, struct span type, struct span body)
{
	struct out out = out_new(2 * WIRE_MAX);

	out_format(&out, "HTTP/1.1 %d %s\r\n", status, reason_of(status));
	write_date(&out);
	out_text(&out, "Content-Type: ");
	out_span(&out, type);
	out_format(&out, "\r\nContent-Length: %zu\r\nCache-Control: no-store\r\n", body.n);
	if (status == 405)
		out_format(&out, "Allow: %s\r\n", allowed(conn));
	out_format(&out, "Connection: %s\r\n\r\n", conn->is_last ? "close" : "keep-alive");
	out_span(&out, body);
	if (out_err(&out) == ERR_OK)
		peer_conn_write(conn, out_view(&out));
	else
		conn->is_last = true;
	out_free(&out);
	conn->is_asked = conn->has_head = false;
	if (conn->is_last)
		peer_conn_finish(conn);
	else
		peer_conn_phase(conn, PEER_HTTP, PEER_IDLE_MS);
}

/* What was not read as a request leaves no place where the next one could begin. */
static void
refuse(struct peer_conn *conn, int status, const char *why)
{
	struct out text = out_new(512);

	out_format(&text, "%s\n", why);
	conn->is_last = true;
	reply(conn, status, SPAN("text/plain; charset=utf-8"), out_view(&text));
	out_free(&text);
}

/* ---- the head ---- */

/* RFC 9110 section 7.6.1: a list of words. */
static bool
says_close(struct span connection)
{
	struct span word;

	while (span_split(&connection, ',', &word)) {
		word = span_trim(word);
		if (word.n == 5 && strncasecmp(word.p, "close", 5) == 0)
			return true;
	}
	return false;
}

static void
take_head(struct peer_conn *conn, struct span bytes)
{
	struct evbuffer *input = bufferevent_get_input(conn->line);
	struct httphead head;
	const char *why = "";
	int status = httphead_read(bytes, &head, &why);

	if (status != HTTPHEAD_WHOLE) {
		refuse(conn, status, why);
		return;
	}
	conn->path = peer_path_judge(head.method, head.path, head.query);
	conn->is_last = head.minor == 0 || says_close(head.field[HTTPHEAD_CONNECTION]);
	conn->has_head = true;
	conn->body = (size_t)head.body_size;
	if (conn->path == PEER_PATH_NONE ||
	    !span_copy(conn->target, sizeof conn->target, head.path))
		refuse(conn, 404, "no such object");
	else if (conn->path == PEER_PATH_ONLY_GET || conn->path == PEER_PATH_ONLY_POST)
		refuse(conn, 405, "not by this method");
	else if (conn->body > PEER_BODY_MAX)
		refuse(conn, 413, "the body is too large");
	else if (head.field[HTTPHEAD_EXPECT].p && evbuffer_get_length(input) < bytes.n + conn->body)
		peer_conn_write(conn, SPAN("HTTP/1.1 100 Continue\r\n\r\n"));
}

/* False while more bytes are needed, or when the connection ends. */
static bool
read_head(struct peer_conn *conn)
{
	struct evbuffer *input = bufferevent_get_input(conn->line);
	size_t n = evbuffer_get_length(input);
	struct span bytes;
	const char *why = "";
	int status;

	if (n == 0)
		return false;
	if (conn->scan.looked == 0)
		peer_conn_phase(conn, PEER_HTTP, PEER_REQUEST_MS);
	if (n > HTTPHEAD_SIZE_MAX + 1)
		n = HTTPHEAD_SIZE_MAX + 1;
	bytes = span_make(evbuffer_pullup(input, (ev_ssize_t)n), n);
	status = bytes.p ? httphead_scan(&conn->scan, bytes, &n, &why) : 503;
	if (status == HTTPHEAD_WHOLE)
		take_head(conn, span_make(bytes.p, n));
	else if (status != HTTPHEAD_MORE)
		refuse(conn, status, why);
	if (conn->phase != PEER_HTTP || status != HTTPHEAD_WHOLE)
		return false;
	(void)evbuffer_drain(input, n);
	conn->scan = (struct httphead_scan){0};
	return true;
}

/* ---- the body, and core ---- */

static void
ask_core(struct peer_conn *conn)
{
	struct evbuffer *input = bufferevent_get_input(conn->line);
	struct out out = out_new(WIRE_MAX);
	struct span body = {"", 0};
	size_t begun;

	if (conn->body)
		body = span_make(evbuffer_pullup(input, (ev_ssize_t)conn->body), conn->body);
	if (!body.p) {
		refuse(conn, 503, err_text(ERR_NOMEM));
		return;
	}
	conn->number = conn->peer->next_number++;
	begun = wire_begin(&out, WIRE_GET, conn->number);
	out_sized(&out, conn->path == PEER_PATH_POST ? SPAN("POST") : SPAN("GET"));
	out_sized(&out, span_of(conn->target));
	out_sized(&out, body);
	peer_to_core(conn->peer, &out, begun);
	(void)evbuffer_drain(input, conn->body);
	conn->is_asked = true;
	peer_conn_phase(conn, PEER_HTTP, PEER_REQUEST_MS);
}

void
peer_http_read(struct peer_conn *conn)
{
	if (conn->is_asked)
		return;
	if (!conn->has_head && !read_head(conn))
		return;
	if (evbuffer_get_length(bufferevent_get_input(conn->line)) >= conn->body)
		ask_core(conn);
	if (conn->phase == PEER_HTTP)
		peer_conn_hold(conn);
}

void
peer_http_late(struct peer_conn *conn)
{
	refuse(conn, conn->is_asked ? 503 : 408, "no answer in time");
}

void
peer_http_start(struct peer_conn *conn)
{
	peer_conn_phase(conn, PEER_HTTP, PEER_IDLE_MS);
}

void
peer_http_answer(struct peer *peer, uint64_t number, struct cursor *payload)
{
	int status = cursor_u16(payload);
	struct span type = cursor_span(payload, PEER_TEXT_MAX);
	struct span body = cursor_span(payload, WIRE_PAYLOAD);

	for (size_t i = 0; i < PEER_CONNS_MAX; i++) {
		struct peer_conn *conn = &peer->conns[i];

		if (conn->phase != PEER_HTTP || !conn->is_asked || conn->number != number)
			continue;
		reply(conn, status, type, body);
		if (conn->phase == PEER_HTTP)
			peer_http_read(conn);
		return;
	}
}
