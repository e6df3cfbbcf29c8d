/*
 * Promises that two readers of the same bytes cannot see two different requests: the strict grammar
 * of RFC 9112 sections 2-6 and of RFC 3986 for the target, byte by byte, in one pass for lines and
 * one for what stands in them.
 */
#include "edge/httphead.h"

#include <stddef.h>
#include <string.h>
#include <strings.h>

enum { METHOD_MAX = 32, DIGITS_MAX = 18, REQUEST_LINE_SPARE = 64 };

enum {
	BAD_REQUEST = 400,
	NOT_ALLOWED = 405,
	LENGTH_REQUIRED = 411,
	TOO_LARGE = 413,
	URI_TOO_LONG = 414,
	EXPECTATION_FAILED = 417,
	HEAD_TOO_LARGE = 431,
	NOT_IMPLEMENTED = 501,
	NOT_THIS_VERSION = 505
};

static const struct {
	const char *name;
	int status;
	enum httphead_method method;
} methods[] = {
    {"GET", HTTPHEAD_WHOLE, HTTPHEAD_GET},
    {"HEAD", HTTPHEAD_WHOLE, HTTPHEAD_HEAD},
    {"POST", HTTPHEAD_WHOLE, HTTPHEAD_POST},
    {"PUT", HTTPHEAD_WHOLE, HTTPHEAD_PUT},
    {"DELETE", HTTPHEAD_WHOLE, HTTPHEAD_DELETE},
    {"OPTIONS", NOT_ALLOWED, 0},
    {"PATCH", NOT_ALLOWED, 0},
    {"TRACE", NOT_ALLOWED, 0},
    {"CONNECT", NOT_ALLOWED, 0},
};

static const struct {
	const char *name;
	bool is_once;
} fields[HTTPHEAD_FIELD_COUNT] = {
#define X(name, text, is_once) [HTTPHEAD_##name] = {text, is_once},
    HTTPHEAD_FIELD_ROWS(X)
#undef X
};

static int
refuse(int status, const char *text, const char **why)
{
	*why = text;
	return status;
}

/* ---- lines ---- */

static int
look_at_line_end(struct httphead_scan *scan, size_t lf, size_t *n, const char **why)
{
	if (lf == scan->line + 1) {
		if (scan->line == 0)
			return refuse(BAD_REQUEST, "an empty line before the request", why);
		*n = lf + 1;
		return HTTPHEAD_WHOLE;
	}
	if (scan->lines++ > HTTPHEAD_LINES_MAX)
		return refuse(HEAD_TOO_LARGE, "too many fields in the head", why);
	scan->line = lf + 1;
	return HTTPHEAD_MORE;
}

static int
look_at_byte(struct httphead_scan *scan, struct span bytes, size_t at, size_t *n, const char **why)
{
	unsigned char c = (unsigned char)bytes.p[at];
	bool after_cr = at > 0 && bytes.p[at - 1] == '\r';

	if (at >= HTTPHEAD_SIZE_MAX)
		return refuse(HEAD_TOO_LARGE, "the head is too large", why);
	if (c == '\n' && after_cr)
		return look_at_line_end(scan, at, n, why);
	if (c == '\n')
		return refuse(BAD_REQUEST, "a line ends without CR", why);
	if (after_cr)
		return refuse(BAD_REQUEST, "CR without LF", why);
	if ((c < 0x20 && c != '\t' && c != '\r') || c == 0x7f)
		return refuse(BAD_REQUEST, "a control character in the head", why);
	if (at == scan->line && at > 0 && (c == ' ' || c == '\t'))
		return refuse(BAD_REQUEST, "a folded line in the head", why);
	if (scan->line == 0 && at >= HTTPHEAD_URI_MAX + REQUEST_LINE_SPARE)
		return refuse(URI_TOO_LONG, "the address asked for is too long", why);
	return HTTPHEAD_MORE;
}

int
httphead_scan(struct httphead_scan *scan, struct span bytes, size_t *n, const char **why)
{
	int status = HTTPHEAD_MORE;

	*n = 0;
	*why = "";
	while (status == HTTPHEAD_MORE && scan->looked < bytes.n)
		status = look_at_byte(scan, bytes, scan->looked++, n, why);
	return status;
}

/* ---- characters (RFC 9110 section 5.6.2, RFC 3986 section 2) ---- */

static bool
is_alnum(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool
is_token(struct span text)
{
	for (size_t i = 0; i < text.n; i++)
		if (!text.p[i] || (!is_alnum(text.p[i]) && !strchr("!#$%&'*+-.^_`|~", text.p[i])))
			return false;
	return text.n > 0;
}

static int
hex_value(char c)
{
	if (is_digit(c))
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

static bool
is_escape(struct span text, size_t at)
{
	return at + 2 < text.n && text.p[at] == '%' && hex_value(text.p[at + 1]) >= 0 &&
	       hex_value(text.p[at + 2]) >= 0;
}

/* Only pchar, escapes and the marks in `more`. */
static bool
is_uri_text(struct span text, const char *more)
{
	for (size_t i = 0; i < text.n; i++) {
		char c = text.p[i];

		if (is_escape(text, i))
			i += 2;
		else if (!c ||
			 (!is_alnum(c) && !strchr("-._~!$&'()*+,;=:@", c) && !strchr(more, c)))
			return false;
	}
	return true;
}

static bool
equals_any_case(struct span text, const char *other)
{
	return text.n == strlen(other) && strncasecmp(text.p, other, text.n) == 0;
}

bool
httphead_decode(struct span text, bool plus_is_blank, char *dst, size_t *n)
{
	size_t to = 0;

	*n = 0;
	for (size_t i = 0; i < text.n; i++) {
		char c = text.p[i];

		if (c == '%') {
			if (!is_escape(text, i))
				return false;
			c = (char)(hex_value(text.p[i + 1]) * 16 + hex_value(text.p[i + 2]));
			i += 2;
		} else if (c == '+' && plus_is_blank) {
			c = ' ';
		}
		dst[to++] = c;
	}
	dst[to] = '\0';
	if (!span_is_utf8(span_make(dst, to)))
		return false;
	*n = to;
	return true;
}

/* ---- host (RFC 3986 section 3.2.2; names as DNS and local files have them) ---- */

static bool
is_host_name(struct span host)
{
	bool is_bracketed = host.n > 2 && host.p[0] == '[' && host.p[host.n - 1] == ']';

	if (host.n == 0 || host.n > 255)
		return false;
	for (size_t i = 0; i < host.n; i++) {
		char c = host.p[i];

		if (is_bracketed && (i == 0 || i == host.n - 1))
			continue;
		if (is_bracketed ? hex_value(c) < 0 && c != ':' && c != '.'
				 : !is_alnum(c) && c != '-' && c != '.' && c != '_')
			return false;
	}
	return true;
}

static bool
read_authority(struct span text, struct span *host, unsigned *port)
{
	size_t end = text.n;
	int64_t number = 0;

	while (end > 0 && is_digit(text.p[end - 1]))
		end--;
	*host = text;
	*port = 0;
	if (end > 0 && text.p[end - 1] == ':' &&
	    (end < 2 || text.p[0] != '[' || text.p[end - 2] == ']')) {
		host->n = end - 1;
		if (end < text.n &&
		    !span_int(span_make(text.p + end, text.n - end), 0, 65535, &number))
			return false;
		*port = (unsigned)number;
	}
	return is_host_name(*host);
}

/* ---- the request line ---- */

static int
read_method(struct span text, struct httphead *head, const char **why)
{
	if (!is_token(text) || text.n > METHOD_MAX)
		return refuse(BAD_REQUEST, "the request begins with no method", why);
	for (size_t i = 0; i < sizeof methods / sizeof *methods; i++) {
		if (!span_is(text, methods[i].name))
			continue;
		head->method = methods[i].method;
		*why = methods[i].status == HTTPHEAD_WHOLE ? "" : "this method is not used here";
		return methods[i].status;
	}
	return refuse(NOT_IMPLEMENTED, "unknown method", why);
}

/* origin-form, or absolute-form of http and https (RFC 9112 section 3.2). */
static int
read_target(struct span target, struct httphead *head, const char **why)
{
	static const char *const schemes[] = {"http://", "https://"};
	ptrdiff_t mark;

	if (target.n > HTTPHEAD_URI_MAX)
		return refuse(URI_TOO_LONG, "the address asked for is too long", why);
	for (size_t i = 0; i < 2; i++) {
		size_t skip = strlen(schemes[i]);
		size_t end = skip;

		if (target.n < skip || strncasecmp(target.p, schemes[i], skip) != 0)
			continue;
		while (end < target.n && target.p[end] != '/' && target.p[end] != '?')
			end++;
		if (!read_authority(span_make(target.p + skip, end - skip), &head->host,
				    &head->port))
			return refuse(BAD_REQUEST, "the address names no host", why);
		target = span_make(target.p + end, target.n - end);
		if (target.n == 0)
			target = SPAN("/");
		break;
	}
	mark = span_find(target, '?');
	head->path = mark < 0 ? target : span_make(target.p, (size_t)mark);
	if (mark >= 0)
		head->query = span_make(target.p + mark + 1, target.n - (size_t)mark - 1);
	if (head->path.n == 0 && head->host.n)
		head->path = SPAN("/");
	if (head->path.n == 0 || head->path.p[0] != '/' || !is_uri_text(head->path, "/") ||
	    !is_uri_text(head->query, "/?"))
		return refuse(BAD_REQUEST, "the address asked for is not in its form", why);
	return HTTPHEAD_WHOLE;
}

static int
read_version(struct span text, struct httphead *head, const char **why)
{
	if (text.n != 8 || !span_starts(text, "HTTP/") || !is_digit(text.p[5]) ||
	    text.p[6] != '.' || !is_digit(text.p[7]))
		return refuse(BAD_REQUEST, "the request line names no version", why);
	if (text.p[5] != '1' || text.p[7] > '1')
		return refuse(NOT_THIS_VERSION, "HTTP/1.1 is spoken here", why);
	head->minor = (unsigned)(text.p[7] - '0');
	return HTTPHEAD_WHOLE;
}

static int
read_request_line(struct span line, struct httphead *head, const char **why)
{
	struct span part[3] = {{NULL, 0}};
	struct span rest = line;
	const char *ignored;
	unsigned n = 0;
	int status;

	while (n < 3 && span_split(&rest, ' ', &part[n]))
		n++;
	if (n < 3 || rest.p)
		return refuse(BAD_REQUEST, "the request line is not in its form", why);
	status = read_method(part[0], head, why);
	/* Of a method that is not used here it is said what is, so the path matters all the same.
	 */
	if (status == NOT_ALLOWED && read_target(part[1], head, &ignored) != HTTPHEAD_WHOLE)
		head->path = (struct span){NULL, 0};
	if (status == HTTPHEAD_WHOLE)
		status = read_version(part[2], head, why);
	return status == HTTPHEAD_WHOLE ? read_target(part[1], head, why) : status;
}

/* ---- fields ---- */

static int
read_field(struct span line, struct httphead *head, const char **why)
{
	ptrdiff_t colon = span_find(line, ':');
	struct span name = span_make(line.p, colon < 0 ? 0 : (size_t)colon);
	struct span value;

	if (!is_token(name))
		return refuse(BAD_REQUEST, "a field of the head has no proper name", why);
	value = span_trim(span_make(line.p + colon + 1, line.n - (size_t)colon - 1));
	for (enum httphead_field i = 0; i < HTTPHEAD_FIELD_COUNT; i++) {
		if (!equals_any_case(name, fields[i].name))
			continue;
		if (head->field[i].p && fields[i].is_once)
			return refuse(BAD_REQUEST, "a field of the head stands there twice", why);
		if (!head->field[i].p)
			head->field[i] = value;
		break;
	}
	return HTTPHEAD_WHOLE;
}

static int
settle_host(struct httphead *head, const char **why)
{
	struct span host;
	unsigned port;

	if (!head->field[HTTPHEAD_HOST].p)
		return refuse(BAD_REQUEST, "no Host", why);
	if (!read_authority(head->field[HTTPHEAD_HOST], &host, &port))
		return refuse(BAD_REQUEST, "Host is not in its form", why);
	if (!head->host.p) {
		head->host = host;
		head->port = port;
	}
	return HTTPHEAD_WHOLE;
}

static int
settle_coding(const struct httphead *head, const char **why)
{
	struct span coding = head->field[HTTPHEAD_TRANSFER_ENCODING];

	if (!coding.p)
		return HTTPHEAD_WHOLE;
	if (head->field[HTTPHEAD_CONTENT_LENGTH].p || head->minor == 0)
		return refuse(BAD_REQUEST, "two ways to tell where the body ends", why);
	if (equals_any_case(coding, "chunked"))
		return refuse(LENGTH_REQUIRED, "send the body with Content-Length", why);
	return refuse(NOT_IMPLEMENTED, "unknown transfer coding", why);
}

static int
settle_length(struct httphead *head, const char **why)
{
	struct span length = head->field[HTTPHEAD_CONTENT_LENGTH];
	bool has_body = head->method == HTTPHEAD_POST || head->method == HTTPHEAD_PUT;
	int64_t value = 0;

	if (!length.p && has_body)
		return refuse(LENGTH_REQUIRED, "send the body with Content-Length", why);
	if (!length.p)
		return HTTPHEAD_WHOLE;
	for (size_t i = 0; i < length.n; i++)
		if (!is_digit(length.p[i]))
			return refuse(BAD_REQUEST, "Content-Length is no number", why);
	if (length.n == 0)
		return refuse(BAD_REQUEST, "Content-Length is no number", why);
	if (length.n > DIGITS_MAX || !span_int(length, 0, HTTPHEAD_BODY_MAX, &value))
		return refuse(TOO_LARGE, "the body is too large", why);
	if (value > 0 && !has_body)
		return refuse(BAD_REQUEST, "this method has no body", why);
	head->body_size = (uint64_t)value;
	return HTTPHEAD_WHOLE;
}

static int
settle_expectation(const struct httphead *head, const char **why)
{
	struct span expect = head->field[HTTPHEAD_EXPECT];

	if (expect.p && !equals_any_case(expect, "100-continue"))
		return refuse(EXPECTATION_FAILED, "unknown expectation", why);
	return HTTPHEAD_WHOLE;
}

/* Takes one line off the front, its CRLF dropped; the scan has seen that each has one. */
static struct span
take_line(struct span *rest)
{
	struct span line = {rest->p, 0};

	while (line.n + 1 < rest->n && !(rest->p[line.n] == '\r' && rest->p[line.n + 1] == '\n'))
		line.n++;
	*rest = span_make(rest->p + line.n + 2, rest->n - line.n - 2);
	return line;
}

int
httphead_read(struct span bytes, struct httphead *head, const char **why)
{
	struct httphead_scan scan = {0, 0, 0};
	struct span rest = bytes;
	struct span line;
	size_t n;
	int status = httphead_scan(&scan, bytes, &n, why);

	*head = (struct httphead){0};
	if (status == HTTPHEAD_MORE || (status == HTTPHEAD_WHOLE && n != bytes.n))
		return refuse(BAD_REQUEST, "not one whole head", why);
	if (status == HTTPHEAD_WHOLE)
		status = read_request_line(take_line(&rest), head, why);
	while (status == HTTPHEAD_WHOLE && (line = take_line(&rest)).n > 0)
		status = read_field(line, head, why);
	if (status == HTTPHEAD_WHOLE)
		status = settle_host(head, why);
	if (status == HTTPHEAD_WHOLE)
		status = settle_coding(head, why);
	if (status == HTTPHEAD_WHOLE)
		status = settle_length(head, why);
	return status == HTTPHEAD_WHOLE ? settle_expectation(head, why) : status;
}
