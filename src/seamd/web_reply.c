/*
 * Promises one set of headers on every answer, and that a refusal says what is wrong in a form for
 * programs (RFC 9457) or for people, whichever was asked for.
 */
#include "seamd/web_inside.h"

#include "model/field.h"
#include "model/limits.h"
#include "seamd/page_style.h"

#include <string.h>

enum { RAW_TEXT_MAX = 512, RETRY_BUSY_S = 1 };

static const struct {
	int status;
	const char *words;
} words[] = {
    {200, "OK"},
    {201, "Created"},
    {202, "Accepted"},
    {204, "No Content"},
    {303, "See Other"},
    {304, "Not Modified"},
    {400, "Bad Request"},
    {401, "Unauthorized"},
    {403, "Forbidden"},
    {404, "Not Found"},
    {405, "Method Not Allowed"},
    {406, "Not Acceptable"},
    {408, "Request Timeout"},
    {409, "Conflict"},
    {410, "Gone"},
    {411, "Length Required"},
    {413, "Content Too Large"},
    {414, "URI Too Long"},
    {415, "Unsupported Media Type"},
    {417, "Expectation Failed"},
    {421, "Misdirected Request"},
    {422, "Unprocessable Content"},
    {429, "Too Many Requests"},
    {431, "Request Header Fields Too Large"},
    {500, "Internal Server Error"},
    {501, "Not Implemented"},
    {503, "Service Unavailable"},
    {504, "Gateway Timeout"},
    {505, "HTTP Version Not Supported"},
    {507, "Insufficient Storage"},
};

/*
 * Nothing here is kept by anybody between us and the screen, framed by another page, or loaded from
 * elsewhere.  The referrer stays at home, and is sent there: without it browsers send "Origin:
 * null" with forms.
 */
/* clang-format off */
#define HEADER_ROWS(X) \
	X("Cache-Control", "no-store") \
	X("Content-Security-Policy", "default-src 'self'; style-src 'self' " PAGE_STYLE_SOURCE "; " \
				     "img-src 'self' data: blob:; object-src 'none'; " \
				     "base-uri 'none'; form-action 'self'; frame-ancestors 'none'") \
	X("X-Content-Type-Options", "nosniff") \
	X("X-Frame-Options", "DENY") \
	X("Referrer-Policy", "same-origin") \
	X("Cross-Origin-Opener-Policy", "same-origin") \
	X("Cross-Origin-Resource-Policy", "same-origin") \
	X("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
/* clang-format on */

static const struct {
	const char *name, *value;
} headers[] = {
#define X(name, value) {name, value},
    HEADER_ROWS(X)
#undef X
};

static const char json_type[] = "application/json";
static const char problem_type[] = "application/problem+json";
static const char page_type[] = "text/html; charset=utf-8";

const char *
web_reply_words(int status)
{
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (words[i].status == status)
			return words[i].words;
	return "";
}

static void
set(struct web_call *call, const char *name, const char *value)
{
	(void)evhttp_add_header(evhttp_request_get_output_headers(call->http), name, value);
}

void
web_reply_head(struct web_call *call)
{
	for (size_t i = 0; i < sizeof headers / sizeof *headers; i++)
		set(call, headers[i].name, headers[i].value);
	if (call->cookie[0])
		set(call, "Set-Cookie", call->cookie);
	if (call->request.web->behind && call->request.account.n) {
		char behind[32];

		(void)evutil_snprintf(behind, sizeof behind, "%llu",
				      (unsigned long long)call->request.web->behind);
		set(call, "Seam-Behind", behind);
	}
}

/* A page that is too much for what clients have not read yet gives way to a sentence. */
static bool
is_too_much(const struct web_call *call, size_t n)
{
	return n > RAW_TEXT_MAX * 4 && web_line_unread_all(call->request.web) + n > WEB_UNREAD_MAX;
}

static void
reply(struct web_call *call, int status, const char *type, struct span body)
{
	struct evbuffer *out = evbuffer_new();
	char length[32];

	if (call->is_answered)
		return;
	call->is_answered = true;
	web_reply_head(call);
	if (type)
		set(call, "Content-Type", type);
	if (call->is_head_only && type) {
		(void)evutil_snprintf(length, sizeof length, "%zu", body.n);
		set(call, "Content-Length", length);
	} else if (out && body.n && evbuffer_add(out, body.p, body.n) != 0) {
		status = 503;
	}
	evhttp_send_reply(call->http, status, web_reply_words(status), out);
	if (out)
		evbuffer_free(out);
}

void
web_reply_text(struct web_request *request, int status, const char *type, struct span body)
{
	if (is_too_much(web_call_of(request), body.n))
		web_reply_retry(request, 503, RETRY_BUSY_S, "too much waits to be read by others");
	else
		reply(web_call_of(request), status, type, body);
}

void
web_reply_json(struct web_request *request, int status, const struct out *body)
{
	if (out_err(body) != ERR_OK)
		web_reply_err(request, out_err(body));
	else
		web_reply_text(request, status, json_type, out_view(body));
}

void
web_reply_empty(struct web_request *request)
{
	reply(web_call_of(request), 204, NULL, (struct span){NULL, 0});
}

void
web_reply_other(struct web_request *request, const char *path)
{
	struct web_call *call = web_call_of(request);

	set(call, "Location", path);
	reply(call, 303, NULL, (struct span){NULL, 0});
}

/* ---- problems ---- */

struct problem {
	int status;
	enum why why;
	unsigned field;
	const char *text; /* NULL: the reason's own */
};

static const char *
text_of(const struct problem *problem)
{
	if (problem->text && problem->text[0])
		return problem->text;
	return problem->why != WHY_NONE ? why_text(problem->why) : web_reply_words(problem->status);
}

/* The reason stands as a member of its own; what it is about has no page here. */
static void
write_problem(struct out *out, const struct problem *problem)
{
	out_text(out, "{\"type\":\"about:blank\",\"title\":");
	out_json(out, span_of(web_reply_words(problem->status)));
	out_format(out, ",\"status\":%d", problem->status);
	if (problem->why != WHY_NONE)
		out_format(out, ",\"why\":\"%s\"", why_code(problem->why));
	if (problem->field > 0 && problem->field < FIELD_COUNT)
		out_format(out, ",\"field\":\"%s\"", field_row((enum field)problem->field)->name);
	out_text(out, ",\"detail\":");
	out_json(out, span_of(text_of(problem)));
	out_text(out, "}\n");
}

static void
write_page(struct out *out, const struct problem *problem)
{
	out_format(out,
		   "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\">"
		   "<meta name=\"viewport\" content=\"width=device-width\"><title>%d</title><h1>",
		   problem->status);
	out_html(out, span_of(web_reply_words(problem->status)));
	out_text(out, "</h1><p>");
	if (problem->field > 0 && problem->field < FIELD_COUNT) {
		out_html(out, span_of(field_row((enum field)problem->field)->name));
		out_text(out, ": ");
	}
	out_html(out, span_of(text_of(problem)));
	out_text(out, "</p><p><a href=\"/\">/</a></p></html>\n");
}

static void
reply_problem(struct web_request *request, const struct problem *problem)
{
	struct out out = out_new(LIMIT_DOCUMENT);

	if (request->wants_page)
		write_page(&out, problem);
	else
		write_problem(&out, problem);
	if (out_err(&out) != ERR_OK) /* the text was no text: the status says it alone */
		out_reset(&out);
	reply(web_call_of(request), problem->status, request->wants_page ? page_type : problem_type,
	      out_view(&out));
	out_free(&out);
}

void
web_reply_problem(struct web_request *request, int status, enum why why, unsigned field,
		  const char *text)
{
	if (status == 401)
		set(web_call_of(request), "WWW-Authenticate", "Bearer realm=\"seam\"");
	reply_problem(request, &(struct problem){status, why, field, text});
}

void
web_reply_retry(struct web_request *request, int status, unsigned after_s, const char *text)
{
	char seconds[16];

	(void)evutil_snprintf(seconds, sizeof seconds, "%u", after_s);
	set(web_call_of(request), "Retry-After", seconds);
	reply_problem(request, &(struct problem){status, WHY_NONE, 0, text});
}

void
web_reply_err(struct web_request *request, enum err err)
{
	if (err == ERR_CORRUPT || err == ERR_IO)
		web_picture_close(request->web);
	if (err == ERR_BUSY || err == ERR_CORRUPT || err == ERR_IO)
		web_reply_retry(request, 503, RETRY_BUSY_S,
				"the picture is being made or changed at this moment: ask again");
	else if (err == ERR_LIMIT)
		web_reply_problem(
		    request, 422, WHY_TOO_LARGE, 0,
		    "this asks for too much at once: narrow it by time, place or kind");
	else if (err == ERR_NOT_FOUND)
		web_reply_problem(request, 404, WHY_NO_TARGET, 0, NULL);
	else if (err == ERR_NOMEM)
		web_reply_retry(request, 503, RETRY_BUSY_S, why_text(WHY_NO_MEMORY));
	else
		web_reply_problem(request, 500, WHY_NONE, 0, err_text(err));
}

/* Whose fault a refusal is: the status for each reason that is not plainly what was typed. */
static int
status_of(enum why why)
{
	static const struct {
		enum why why;
		int status;
	} rows[] = {
	    {WHY_NO_ACCOUNT, 401},      {WHY_NO_DUTY, 403},          {WHY_NOT_OWN, 403},
	    {WHY_TWO_ACCOUNTS, 409},    {WHY_NO_TARGET, 404},        {WHY_UNKNOWN_PARTY, 404},
	    {WHY_UNKNOWN_STATION, 404}, {WHY_ERASED, 410},           {WHY_RETRACTED, 409},
	    {WHY_GIVEN, 409},           {WHY_OLD_VERSION, 409},      {WHY_NO_RULE, 409},
	    {WHY_QUEUE_FULL, 503},      {WHY_NO_MEMORY, 503},        {WHY_STOPPED, 503},
	    {WHY_DISK_FULL, 507},       {WHY_TOO_LARGE, 413},        {WHY_ORIGIN_TAKEN, 409},
	    {WHY_UNSEEN, 409},          {WHY_ACCOUNTS_DAMAGED, 503},
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (rows[i].why == why)
			return rows[i].status;
	return 422;
}

static int
status_of_err(enum err err)
{
	switch ((int)err) {
	case ERR_NOT_FOUND:
		return 404;
	case ERR_EXISTS:
		return 409;
	case ERR_FORMAT:
	case ERR_LIMIT:
	case ERR_REFUSED:
		return 422;
	case ERR_FULL:
		return 507;
	case ERR_BUSY:
	case ERR_CLOSED:
	case ERR_NOMEM:
		return 503;
	default:
		return 500;
	}
}

void
web_reply_refused(struct web_request *request, const struct wire_message *answer)
{
	struct cursor cursor = cursor_over(answer->payload);
	unsigned code = cursor_u16(&cursor);
	unsigned field = answer->kind == WIRE_REFUSED ? cursor_u16(&cursor) : 0;
	struct span span = cursor_span(&cursor, WIRE_PAYLOAD);
	char text[LIMIT_FREE_TEXT];

	if (!span_copy(text, sizeof text, span))
		text[0] = '\0';
	if (!cursor_is_done(&cursor) ||
	    (answer->kind != WIRE_REFUSED && answer->kind != WIRE_FAILED))
		web_reply_problem(request, 500, WHY_NONE, 0, "core answered in an unknown form");
	else if (answer->kind == WIRE_REFUSED && code < WHY_COUNT)
		web_reply_problem(request, status_of((enum why)code), (enum why)code, field, text);
	else
		web_reply_problem(request, status_of_err((enum err)code), WHY_NONE, 0,
				  text[0] ? text : err_text((enum err)code));
}

void
web_reply_raw(struct out *out, int status, const char *text, struct span path)
{
	struct out body = out_new(RAW_TEXT_MAX * 2);

	write_problem(&body, &(struct problem){status, WHY_NONE, 0, text});
	out_format(out, "HTTP/1.1 %d %s\r\n", status, web_reply_words(status));
	for (size_t i = 0; i < sizeof headers / sizeof *headers; i++)
		out_format(out, "%s: %s\r\n", headers[i].name, headers[i].value);
	if (status == 405) {
		struct out allowed = out_new(256);

		web_call_allowed(path, &allowed);
		out_format(out, "Allow: %.*s\r\n", (int)allowed.n, allowed.n ? allowed.p : "");
		out_free(&allowed);
	}
	if (status == 503)
		out_format(out, "Retry-After: %d\r\n", RETRY_BUSY_S);
	out_format(out, "Content-Type: %s\r\nContent-Length: %zu\r\nConnection: close\r\n\r\n",
		   problem_type, body.n);
	out_span(out, out_view(&body));
	out_free(&body);
}
