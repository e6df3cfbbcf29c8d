/* Heads of requests: what RFC 9112 has is read, whatever else is refused, however the bytes arrive.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/out.h"
#include "edge/httphead.h"

#include <stdlib.h>
#include <string.h>

struct head_row {
	const char *name;
	struct span input;
	int status;           /* HTTPHEAD_MORE, HTTPHEAD_WHOLE, or the refusal */
	const char *expected; /* method path ?query host:port body */
};

#define H "Host: a\r\n"
#define T(x)                                                                                       \
	{                                                                                          \
		"" x, sizeof(x) - 1                                                                \
	}

/* clang-format off */
static const struct head_row rows[] = {
	{"plain", T("GET / HTTP/1.1\r\n" H "\r\n"), 1, "0 / ? a:0 0"},
	{"HTTP/1.0 with Host", T("GET / HTTP/1.0\r\n" H "\r\n"), 1, "0 / ? a:0 0"},
	{"query", T("HEAD /a/b%20c?x=1&y=/? HTTP/1.1\r\n" H "\r\n"), 1, "1 /a/b%20c ?x=1&y=/? a:0 0"},
	{"empty query", T("GET /? HTTP/1.1\r\n" H "\r\n"), 1, "0 / ? a:0 0"},
	{"port", T("GET / HTTP/1.1\r\nHost: localhost:8443\r\n\r\n"), 1, "0 / ? localhost:8443 0"},
	{"IPv6", T("GET / HTTP/1.1\r\nHost: [::1]:80\r\n\r\n"), 1, "0 / ? [::1]:80 0"},
	{"IPv6 without port", T("GET / HTTP/1.1\r\nHost: [fe80::1]\r\n\r\n"), 1, "0 / ? [fe80::1]:0 0"},
	{"field names in any case", T("GET / HTTP/1.1\r\nhOsT:a\r\n\r\n"), 1, "0 / ? a:0 0"},
	{"blanks around a value", T("GET / HTTP/1.1\r\nHost: \t a \t\r\n\r\n"), 1, "0 / ? a:0 0"},
	{"empty value", T("GET / HTTP/1.1\r\nX:\r\n" H "\r\n"), 1, "0 / ? a:0 0"},
	{"high bytes in a value", T("GET / HTTP/1.1\r\nX: \xd9\x87\r\n" H "\r\n"), 1, "0 / ? a:0 0"},
	{"body", T("POST /x HTTP/1.1\r\n" H "Content-Length: 12\r\n\r\n"), 1, "2 /x ? a:0 12"},
	{"body of nothing", T("PUT /x HTTP/1.1\r\n" H "Content-Length: 0\r\n\r\n"), 1, "3 /x ? a:0 0"},
	{"delete", T("DELETE /x HTTP/1.1\r\n" H "\r\n"), 1, "4 /x ? a:0 0"},
	{"get that says it has no body", T("GET / HTTP/1.1\r\n" H "Content-Length: 0\r\n\r\n"), 1, "0 / ? a:0 0"},
	{"expectation", T("POST / HTTP/1.1\r\n" H "Content-Length: 1\r\nExpect: 100-Continue\r\n\r\n"), 1, "2 / ? a:0 1"},
	{"absolute form", T("GET http://b:81/x?y HTTP/1.1\r\n" H "\r\n"), 1, "0 /x ?y b:81 0"},
	{"absolute form without path", T("GET HTTPS://b HTTP/1.1\r\n" H "\r\n"), 1, "0 / ? b:0 0"},
	{"absolute form with query alone", T("GET http://b?x HTTP/1.1\r\n" H "\r\n"), 1, "0 / ?x b:0 0"},
	{"largest body", T("POST / HTTP/1.1\r\n" H "Content-Length: 262144\r\n\r\n"), 1, "2 / ? a:0 262144"},

	{"not yet whole", T("GET / HTTP/1.1\r\n" H), 0, ""},
	{"nothing", T(""), 0, ""},

	{"bare LF", T("GET / HTTP/1.1\n" H "\r\n"), 400, ""},
	{"bare LF in fields", T("GET / HTTP/1.1\r\nHost: a\n\r\n"), 400, ""},
	{"bare LF at the end", T("GET / HTTP/1.1\r\n" H "\n"), 400, ""},
	{"bare CR", T("GET / HTTP/1.1\r\nX: a\rb\r\n" H "\r\n"), 400, ""},
	{"folded line", T("GET / HTTP/1.1\r\nX: a\r\n b\r\n" H "\r\n"), 400, ""},
	{"folded with a tab", T("GET / HTTP/1.1\r\nX: a\r\n\tb\r\n" H "\r\n"), 400, ""},
	{"blank first field", T("GET / HTTP/1.1\r\n " H "\r\n"), 400, ""},
	{"empty line first", T("\r\nGET / HTTP/1.1\r\n" H "\r\n"), 400, ""},
	{"NUL in a value", T("GET / HTTP/1.1\r\nX: a\0b\r\n" H "\r\n"), 400, ""},
	{"NUL in the target", T("GET /\0 HTTP/1.1\r\n" H "\r\n"), 400, ""},
	{"control in a value", T("GET / HTTP/1.1\r\nX: \x01\r\n" H "\r\n"), 400, ""},
	{"delete character", T("GET / HTTP/1.1\r\nX: \x7f\r\n" H "\r\n"), 400, ""},
	{"blank before the colon", T("GET / HTTP/1.1\r\nHost : a\r\n\r\n"), 400, ""},
	{"no colon", T("GET / HTTP/1.1\r\n" H "X\r\n\r\n"), 400, ""},
	{"no name", T("GET / HTTP/1.1\r\n" H ": x\r\n\r\n"), 400, ""},
	{"name that is no token", T("GET / HTTP/1.1\r\n" H "a(b: x\r\n\r\n"), 400, ""},

	{"no Host", T("GET / HTTP/1.1\r\n\r\n"), 400, ""},
	{"no Host in HTTP/1.0", T("GET / HTTP/1.0\r\n\r\n"), 400, ""},
	{"two Hosts", T("GET / HTTP/1.1\r\n" H H "\r\n"), 400, ""},
	{"empty Host", T("GET / HTTP/1.1\r\nHost:\r\n\r\n"), 400, ""},
	{"Host with a path", T("GET / HTTP/1.1\r\nHost: a/b\r\n\r\n"), 400, ""},
	{"Host with a user", T("GET / HTTP/1.1\r\nHost: u@a\r\n\r\n"), 400, ""},
	{"two names in Host", T("GET / HTTP/1.1\r\nHost: a, b\r\n\r\n"), 400, ""},
	{"port that is none", T("GET / HTTP/1.1\r\nHost: a:99999\r\n\r\n"), 400, ""},
	{"port of letters", T("GET / HTTP/1.1\r\nHost: a:x\r\n\r\n"), 400, ""},
	{"open bracket", T("GET / HTTP/1.1\r\nHost: [::1\r\n\r\n"), 400, ""},
	{"Host of an absolute target is still read", T("GET http://b/ HTTP/1.1\r\nHost: a b\r\n\r\n"), 400, ""},
	{"absolute target without Host", T("GET http://b/ HTTP/1.1\r\n\r\n"), 400, ""},

	{"length and chunks", T("POST / HTTP/1.1\r\n" H "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n"), 400, ""},
	{"chunks and length", T("POST / HTTP/1.1\r\n" H "Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n"), 400, ""},
	{"two lengths", T("POST / HTTP/1.1\r\n" H "Content-Length: 4\r\nContent-Length: 5\r\n\r\n"), 400, ""},
	{"the same length twice", T("POST / HTTP/1.1\r\n" H "Content-Length: 4\r\nContent-Length: 4\r\n\r\n"), 400, ""},
	{"a list of lengths", T("POST / HTTP/1.1\r\n" H "Content-Length: 4, 4\r\n\r\n"), 400, ""},
	{"negative length", T("POST / HTTP/1.1\r\n" H "Content-Length: -1\r\n\r\n"), 400, ""},
	{"length with a sign", T("POST / HTTP/1.1\r\n" H "Content-Length: +1\r\n\r\n"), 400, ""},
	{"hexadecimal length", T("POST / HTTP/1.1\r\n" H "Content-Length: 0x1\r\n\r\n"), 400, ""},
	{"empty length", T("POST / HTTP/1.1\r\n" H "Content-Length:\r\n\r\n"), 400, ""},
	{"get with a body", T("GET / HTTP/1.1\r\n" H "Content-Length: 1\r\n\r\n"), 400, ""},
	{"body too large", T("POST / HTTP/1.1\r\n" H "Content-Length: 262145\r\n\r\n"), 413, ""},
	{"length beyond any number", T("POST / HTTP/1.1\r\n" H "Content-Length: 99999999999999999999999\r\n\r\n"), 413, ""},
	{"length missing", T("POST / HTTP/1.1\r\n" H "\r\n"), 411, ""},
	{"chunks alone", T("POST / HTTP/1.1\r\n" H "Transfer-Encoding: Chunked\r\n\r\n"), 411, ""},
	{"chunks in HTTP/1.0", T("POST / HTTP/1.0\r\n" H "Transfer-Encoding: chunked\r\n\r\n"), 400, ""},
	{"two codings", T("POST / HTTP/1.1\r\n" H "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n"), 400, ""},
	{"unknown coding", T("POST / HTTP/1.1\r\n" H "Transfer-Encoding: gzip, chunked\r\n\r\n"), 501, ""},
	{"chunks to a get", T("GET / HTTP/1.1\r\n" H "Transfer-Encoding: xchunked\r\n\r\n"), 501, ""},
	{"two cookies", T("GET / HTTP/1.1\r\n" H "Cookie: a=1\r\nCookie: a=2\r\n\r\n"), 400, ""},
	{"two authorizations", T("GET / HTTP/1.1\r\n" H "Authorization: a\r\nAuthorization: b\r\n\r\n"), 400, ""},
	{"unknown expectation", T("POST / HTTP/1.1\r\n" H "Content-Length: 1\r\nExpect: tea\r\n\r\n"), 417, ""},

	{"unknown method", T("FROB / HTTP/1.1\r\n" H "\r\n"), 501, ""},
	{"method in small letters", T("get / HTTP/1.1\r\n" H "\r\n"), 501, ""},
	{"options", T("OPTIONS * HTTP/1.1\r\n" H "\r\n"), 405, ""},
	{"connect", T("CONNECT a:443 HTTP/1.1\r\n" H "\r\n"), 405, ""},
	{"trace", T("TRACE / HTTP/1.1\r\n" H "\r\n"), 405, ""},
	{"method that is no token", T("G(T / HTTP/1.1\r\n" H "\r\n"), 400, ""},
	{"no method", T(" / HTTP/1.1\r\n" H "\r\n"), 400, ""},
	{"HTTP/0.9", T("GET /\r\n\r\n"), 400, ""},
	{"two blanks", T("GET  / HTTP/1.1\r\n" H "\r\n"), 400, ""},
	{"tab for a blank", T("GET\t/ HTTP/1.1\r\n" H "\r\n"), 400, ""},
	{"blank at the end of the line", T("GET / HTTP/1.1 \r\n" H "\r\n"), 400, ""},
	{"four parts", T("GET / x HTTP/1.1\r\n" H "\r\n"), 400, ""},
	{"HTTP/2", T("GET / HTTP/2.0\r\n" H "\r\n"), 505, ""},
	{"HTTP/1.2", T("GET / HTTP/1.2\r\n" H "\r\n"), 505, ""},
	{"version in small letters", T("GET / http/1.1\r\n" H "\r\n"), 400, ""},
	{"version with many digits", T("GET / HTTP/1.10\r\n" H "\r\n"), 400, ""},
	{"HTTP/2 preface", T("PRI * HTTP/2.0\r\n\r\n"), 501, ""},
	{"TLS to a plain port", T("\x16\x03\x01\x02\x00\x01"), 400, ""},

	{"path without a slash", T("GET x HTTP/1.1\r\n" H "\r\n"), 400, ""},
	{"asterisk", T("GET * HTTP/1.1\r\n" H "\r\n"), 400, ""},
	{"broken escape", T("GET /%4 HTTP/1.1\r\n" H "\r\n"), 400, ""},
	{"escape that is none", T("GET /%zz HTTP/1.1\r\n" H "\r\n"), 400, ""},
	{"fragment", T("GET /#x HTTP/1.1\r\n" H "\r\n"), 400, ""},
	{"quote in the query", T("GET /?\"x\" HTTP/1.1\r\n" H "\r\n"), 400, ""},
	{"letters that are not ASCII", T("GET /\xd9\x87 HTTP/1.1\r\n" H "\r\n"), 400, ""},
	{"absolute form of another scheme", T("GET ftp://b/ HTTP/1.1\r\n" H "\r\n"), 400, ""},
	{"absolute form without host", T("GET http:///x HTTP/1.1\r\n" H "\r\n"), 400, ""},
};
/* clang-format on */

static int
scan_in_steps(struct span input, size_t step, size_t *n)
{
	struct httphead_scan scan = {0, 0, 0};
	const char *why;
	int status = HTTPHEAD_MORE;

	*n = 0;
	for (size_t came = 0; came < input.n && status == HTTPHEAD_MORE;) {
		came = came + step < input.n ? came + step : input.n;
		status = httphead_scan(&scan, span_make(input.p, came), n, &why);
	}
	return status;
}

static void
reads_rows(void **state)
{
	struct out out = out_new(65536);

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const struct head_row *row = &rows[i];
		struct httphead head;
		const char *why = "";
		size_t n;
		int status = scan_in_steps(row->input, row->input.n, &n);

		if (status == HTTPHEAD_WHOLE)
			status = httphead_read(span_make(row->input.p, n), &head, &why);
		if (status != row->status)
			fail_msg("%s: %d (%s), not %d", row->name, status, why, row->status);
		if (status != HTTPHEAD_WHOLE)
			continue;
		assert_int_equal(n, row->input.n);
		out_reset(&out);
		out_format(&out, "%d %.*s ?%.*s %.*s:%u %llu", head.method, (int)head.path.n,
			   head.path.p, (int)head.query.n, head.query.n ? head.query.p : "",
			   (int)head.host.n, head.host.p, head.port,
			   (unsigned long long)head.body_size);
		if (strcmp(out.p, row->expected) != 0)
			fail_msg("%s: '%s', not '%s'", row->name, out.p, row->expected);
	}
	out_free(&out);
}

/* However the bytes are cut, the same end or the same refusal is found. */
static void
cuts_make_no_difference(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		size_t whole_n;
		int whole = scan_in_steps(rows[i].input, rows[i].input.n, &whole_n);

		for (size_t step = 1; step < 7; step++) {
			size_t n;

			assert_int_equal(scan_in_steps(rows[i].input, step, &n), whole);
			assert_int_equal(n, whole_n);
		}
	}
}

/* What follows a head is not looked at, and not counted to it. */
static void
stops_at_the_end(void **state)
{
	struct span two = SPAN("GET /a HTTP/1.1\r\n" H "\r\nGET /b \n\n");
	struct httphead_scan scan = {0, 0, 0};
	struct httphead head;
	const char *why;
	size_t n;

	(void)state;
	assert_int_equal(httphead_scan(&scan, two, &n, &why), HTTPHEAD_WHOLE);
	assert_int_equal(n, strlen("GET /a HTTP/1.1\r\n" H "\r\n"));
	assert_int_equal(httphead_read(span_make(two.p, n), &head, &why), HTTPHEAD_WHOLE);
	assert_int_equal(httphead_read(span_make(two.p, n - 1), &head, &why), 400);
	assert_int_equal(httphead_read(two, &head, &why), 400);
}

static int
status_of(struct out *out)
{
	struct httphead_scan scan = {0, 0, 0};
	struct httphead head;
	const char *why;
	size_t n;
	int status;

	assert_int_equal(out_err(out), ERR_OK);
	status = httphead_scan(&scan, out_view(out), &n, &why);
	return status == HTTPHEAD_WHOLE ? httphead_read(out_view(out), &head, &why) : status;
}

static void
fill(struct out *out, size_t n)
{
	for (size_t i = 0; i < n; i++)
		out_char(out, 'x');
}

static void
keeps_its_limits(void **state)
{
	struct out out = out_new(1 << 20);

	(void)state;
	for (size_t lines = HTTPHEAD_LINES_MAX; lines <= HTTPHEAD_LINES_MAX + 1; lines++) {
		out_reset(&out);
		out_text(&out, "GET / HTTP/1.1\r\n" H);
		for (size_t i = 1; i < lines; i++)
			out_text(&out, "X: y\r\n");
		out_text(&out, "\r\n");
		assert_int_equal(status_of(&out), lines > HTTPHEAD_LINES_MAX ? 431 : 1);
	}
	for (size_t uri = HTTPHEAD_URI_MAX - 1; uri <= HTTPHEAD_URI_MAX; uri++) {
		out_reset(&out);
		out_text(&out, "GET /");
		fill(&out, uri);
		out_text(&out, " HTTP/1.1\r\n" H "\r\n");
		assert_int_equal(status_of(&out), uri < HTTPHEAD_URI_MAX ? 1 : 414);
	}
	for (size_t n = HTTPHEAD_SIZE_MAX; n <= HTTPHEAD_SIZE_MAX + 1; n++) {
		out_reset(&out);
		out_text(&out, "GET / HTTP/1.1\r\n" H "X: ");
		fill(&out, n - out.n - 4);
		out_text(&out, "\r\n\r\n");
		assert_int_equal(out.n, n);
		assert_int_equal(status_of(&out), n <= HTTPHEAD_SIZE_MAX ? 1 : 431);
	}
	/* Long before the end of it has come. */
	out_reset(&out);
	fill(&out, 5000);
	assert_int_equal(status_of(&out), 414);
	out_reset(&out);
	out_text(&out, "GET / HTTP/1.1\r\nX: ");
	fill(&out, 65536);
	assert_int_equal(status_of(&out), 431);
	out_free(&out);
}

static void
finds_fields(void **state)
{
	struct httphead head;
	const char *why;

	(void)state;
	assert_int_equal(
	    httphead_read(SPAN("POST / HTTP/1.1\r\n" H "COOKIE: a=1; b=2\r\n"
			       "Accept: text/html\r\naccept: x/y\r\nContent-Length: 3\r\n"
			       "Content-Type: application/json\r\nOrigin: null\r\n\r\n"),
			  &head, &why),
	    HTTPHEAD_WHOLE);
	assert_true(span_is(head.field[HTTPHEAD_COOKIE], "a=1; b=2"));
	assert_true(span_is(head.field[HTTPHEAD_ACCEPT], "text/html"));
	assert_true(span_is(head.field[HTTPHEAD_CONTENT_TYPE], "application/json"));
	assert_true(span_is(head.field[HTTPHEAD_ORIGIN], "null"));
	assert_null(head.field[HTTPHEAD_AUTHORIZATION].p);
}

static void
decodes(void **state)
{
	static const struct {
		const char *input;
		bool plus;
		const char *expected; /* NULL: refused */
	} texts[] = {
	    {"abc", false, "abc"}, {"a%20b", false, "a b"},     {"a+b", false, "a+b"},
	    {"a+b", true, "a b"},  {"%2e%2E%2f", false, "../"}, {"%d9%87", false, "\xd9\x87"},
	    {"%00", false, NULL},  {"%ff", false, NULL},        {"%", false, NULL},
	    {"%4", false, NULL},   {"%c0%af", false, NULL},     {"", false, ""},
	};
	char dst[64];
	size_t n;

	(void)state;
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		bool is_good = httphead_decode(span_of(texts[i].input), texts[i].plus, dst, &n);

		assert_int_equal(is_good, texts[i].expected != NULL);
		if (is_good)
			assert_true(span_is(span_make(dst, n), texts[i].expected));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(reads_rows),       cmocka_unit_test(cuts_make_no_difference),
	    cmocka_unit_test(stops_at_the_end), cmocka_unit_test(keeps_its_limits),
	    cmocka_unit_test(finds_fields),     cmocka_unit_test(decodes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
