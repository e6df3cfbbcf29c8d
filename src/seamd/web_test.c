/* What requests say, read in one way or not at all; and how often somebody may try to sign on. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/out.h"
#include "seamd/web_rate.h"
#include "seamd/web_read.h"

#include <stdio.h>
#include <string.h>

enum { ARENA = 1 << 20 };

struct row {
	const char *input;
	const char *expected; /* NULL: refused */
};

static void
paths_are_cut_and_decoded(void **state)
{
	static const struct row rows[] = {
	    {"/", ""},
	    {"/api/v1/records", "api|v1|records|"},
	    {"/record/a%20b", "record|a b|"},
	    {"/%d9%87", "\xd9\x87|"},
	    {"/a/", "a||"},
	    {"/a//b", NULL},
	    {"//a", NULL},
	    {"/.", NULL},
	    {"/../etc/passwd", NULL},
	    {"/a/%2e%2e/b", NULL},
	    {"/a/..%2fb", NULL},
	    {"/a%2fb", NULL},
	    {"/a%00", NULL},
	    {"/%e2%80%ae", NULL}, /* turns what is read behind it around */
	    {"/%ff", NULL},
	    {"/1/2/3/4/5/6/7/8/9/10/11/12", "1|2|3|4|5|6|7|8|9|10|11|12|"},
	    {"/1/2/3/4/5/6/7/8/9/10/11/12/13", NULL},
	    {"", NULL},
	    {"a", NULL},
	};
	struct arena *arena = arena_new(ARENA);
	struct out out = out_new(4096);

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct span part[WEB_PATH_PARTS_MAX];
		unsigned n;
		bool is_good = web_read_path(span_of(rows[i].input), arena, part, &n);

		if (is_good != (rows[i].expected != NULL))
			fail_msg("%s", rows[i].input);
		out_reset(&out);
		for (unsigned k = 0; k < n && is_good; k++)
			out_format(&out, "%.*s|", (int)part[k].n, part[k].p);
		if (is_good && !span_is(out_view(&out), rows[i].expected))
			fail_msg("%s: %s", rows[i].input, out.p);
	}
	out_free(&out);
	arena_free(arena);
}

static void
patterns_fit_their_paths(void **state)
{
	static const struct {
		const char *pattern, *path;
		const char *wild; /* NULL: it does not fit */
		unsigned fixed;
	} rows[] = {
	    {"/", "/", "", 0},
	    {"/", "/a", NULL, 0},
	    {"/a", "/", NULL, 0},
	    {"/a", "/a", "", 1},
	    {"/a", "/a/", NULL, 0},
	    {"/a", "/A", NULL, 0},
	    {"/records/*", "/records/x", "x|", 1},
	    {"/records/*", "/records/", NULL, 0},
	    {"/records/*", "/records", NULL, 0},
	    {"/records/*", "/records/x/y", NULL, 0},
	    {"/records/*/answers", "/records/x/answers", "x|", 2},
	    {"/*/*", "/x/y", "x|y|", 0},
	    {"/records/*", "/records/*", "*|", 1},
	};
	struct arena *arena = arena_new(ARENA);

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct span part[WEB_PATH_PARTS_MAX];
		struct span wild[WEB_PARTS_MAX] = {{NULL, 0}};
		char text[64] = "";
		unsigned fixed;
		unsigned n;
		bool fits;

		assert_true(web_read_path(span_of(rows[i].path), arena, part, &n));
		fits = web_read_match(rows[i].pattern, part, n, wild, &fixed);
		if (fits != (rows[i].wild != NULL))
			fail_msg("%s %s", rows[i].pattern, rows[i].path);
		for (unsigned k = 0; k < WEB_PARTS_MAX && wild[k].p && fits; k++)
			(void)snprintf(text + strlen(text), sizeof text - strlen(text), "%.*s|",
				       (int)wild[k].n, wild[k].p);
		if (fits)
			assert_string_equal(text, rows[i].wild);
		if (fits)
			assert_int_equal(fixed, rows[i].fixed);
	}
	arena_free(arena);
}

static void
pairs_are_whole_or_refused(void **state)
{
	static const struct row rows[] = {
	    {"", ""},
	    {"a=1", "a:1;"},
	    {"a=1&b=2", "a:1;b:2;"},
	    {"a", "a:;"},
	    {"a=", "a:;"},
	    {"a=b=c", "a:b=c;"},
	    {"&a=1&&b=2&", "a:1;b:2;"},
	    {"text=a+b%2Bc", "text:a b+c;"},
	    {"text=%D9%87%D8%AC", "text:\xd9\x87\xd8\xac;"},
	    {"t=a%0D%0Ab", "t:a\nb;"},
	    {"t=a%0Db", NULL}, /* a CR alone is a control */
	    {"a=1&a=2", NULL},
	    {"=1", NULL},
	    {"a=%", NULL},
	    {"a=%zz", NULL},
	    {"a=%00", NULL},
	    {"a=%ff", NULL},
	    {"a=%e2%80%ae", NULL},
	};
	struct arena *arena = arena_new(ARENA);
	struct out out = out_new(ARENA);

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct web_pair pair[WEB_QUERY_MAX];
		unsigned n;
		bool is_good = web_read_pairs(span_of(rows[i].input), arena, pair, &n);

		if (is_good != (rows[i].expected != NULL))
			fail_msg("%s", rows[i].input);
		out_reset(&out);
		for (unsigned k = 0; k < n && is_good; k++)
			out_format(&out, "%.*s:%.*s;", (int)pair[k].name.n, pair[k].name.p,
				   (int)pair[k].value.n, pair[k].value.n ? pair[k].value.p : "");
		if (is_good && !span_is(out_view(&out), rows[i].expected))
			fail_msg("%s: %s", rows[i].input, out.p);
	}
	for (int most = WEB_QUERY_MAX; most <= WEB_QUERY_MAX + 1; most++) {
		struct web_pair pair[WEB_QUERY_MAX];
		unsigned n;

		out_reset(&out);
		for (int k = 0; k < most; k++)
			out_format(&out, "n%d=1&", k);
		assert_int_equal(web_read_pairs(out_view(&out), arena, pair, &n),
				 most == WEB_QUERY_MAX);
	}
	out_free(&out);
	arena_free(arena);
}

static void
tokens_are_found(void **state)
{
	static const struct row cookies[] = {
	    {"seam-a-one=x", "x"},
	    {"a=1; seam-a-one=x; b=2", "x"},
	    {"seam-a-one=x=y", "x=y"},
	    {"seam-a-two=x", NULL},
	    {"xseam-a-one=x", NULL},
	    {"seam-a-one", NULL},
	    {"seam-a-one=x; seam-a-one=y", NULL},
	    {"", NULL},
	};
	static const struct row bearers[] = {
	    {"Bearer x", "x"}, {"bearer x ", "x"}, {"Basic x", NULL},
	    {"Bearer", NULL},  {"Bearer ", NULL},  {"", NULL},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cookies / sizeof *cookies; i++) {
		struct span got = web_read_cookie(span_of(cookies[i].input), "seam-a-one");

		if (!cookies[i].expected ? got.p != NULL : !span_is(got, cookies[i].expected))
			fail_msg("%s", cookies[i].input);
	}
	for (size_t i = 0; i < sizeof bearers / sizeof *bearers; i++) {
		struct span got = web_read_bearer(span_of(bearers[i].input));

		if (!bearers[i].expected ? got.p != NULL : !span_is(got, bearers[i].expected))
			fail_msg("%s", bearers[i].input);
	}
}

static void
types_and_languages_are_chosen(void **state)
{
	static const struct {
		const char *input;
		bool expected;
	} types[] =
	    {
		{"application/json", true},       {"Application/JSON; charset=utf-8", true},
		{"application/jsonx", false},     {"text/plain", false},
		{"application/json, a/b", false}, {"", false},
	    },
	  accepts[] = {
	      {"text/html", true},
	      {"application/json, text/html;q=0.9", true},
	      {"text/html;q=0", false},
	      {"text/html;q=0.000", false},
	      {"text/html;q=0.001", true},
	      {"text/html;q=x", false},
	      {"*/*", false},
	      {"", false},
	  };
	static const struct {
		const char *input;
		enum vocab_lang expected;
	} languages[] = {
	    {"", LANG_EN},
	    {"ar", LANG_AR},
	    {"ar-IQ,en;q=0.5", LANG_AR},
	    {"CKB-Arab-IQ", LANG_CKB},
	    {"en;q=0.5, ckb;q=0.7, ar;q=0.6", LANG_CKB},
	    {"de, fr;q=0.9, ar;q=0.1", LANG_AR},
	    {"en, ar", LANG_EN},
	    {"ar;q=0, de", LANG_EN},
	    {"ar;q=1.5", LANG_EN},
	    {"arc", LANG_EN},
	};

	(void)state;
	for (size_t i = 0; i < sizeof types / sizeof *types; i++)
		if (web_read_is_type(span_of(types[i].input), "application/json") !=
		    types[i].expected)
			fail_msg("%s", types[i].input);
	for (size_t i = 0; i < sizeof accepts / sizeof *accepts; i++)
		if (web_read_accepts(span_of(accepts[i].input), "text/html") != accepts[i].expected)
			fail_msg("%s", accepts[i].input);
	for (size_t i = 0; i < sizeof languages / sizeof *languages; i++)
		if (web_read_language(span_of(languages[i].input)) != languages[i].expected)
			fail_msg("%s", languages[i].input);
}

static void
other_pages_are_told_from_our_own(void **state)
{
	static const struct {
		const char *origin, *site; /* NULL: not sent */
		bool is_tls;
		bool expected;
	} rows[] = {
	    {NULL, NULL, false, true},
	    {"http://localhost:8443", NULL, false, true},
	    {"http://LOCALHOST:8443", "same-origin", false, true},
	    {NULL, "none", false, true},
	    {"https://localhost:8443", NULL, true, true},
	    {"http://localhost:8443", NULL, true, false},
	    {"https://localhost:8443", NULL, false, false},
	    {"http://localhost:8444", NULL, false, false},
	    {"http://localhost", NULL, false, false},
	    {"http://localhost:8443.evil.example", NULL, false, false},
	    {"http://evil.example", NULL, false, false},
	    {"null", NULL, false, false},
	    {"", NULL, false, false},
	    {"http://localhost:8443", "cross-site", false, false},
	    {NULL, "same-site", false, false},
	    {NULL, "", false, false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (web_read_is_own(span_of(rows[i].origin), span_of(rows[i].site), rows[i].is_tls,
				    SPAN("localhost:8443")) != rows[i].expected)
			fail_msg("row %zu", i);
	assert_true(web_read_is_host(SPAN("LocalHost"), "localhost"));
	assert_true(web_read_is_host(SPAN("localhost."), "localhost"));
	assert_false(web_read_is_host(SPAN("localhost.evil.example"), "localhost"));
	assert_false(web_read_is_host(SPAN("localhos"), "localhost"));
}

/* ---- tries ---- */

static void
an_address_is_slowed(void **state)
{
	struct web_rate *rate = web_rate_new();
	int64_t now = 1000000;

	(void)state;
	for (int i = 0; i < WEB_RATE_BURST; i++)
		assert_int_equal(web_rate_try(rate, SPAN("10.0.0.1"), now), 0);
	assert_int_equal(web_rate_try(rate, SPAN("10.0.0.1"), now), WEB_RATE_MS / 1000);
	/* Asking again does not make it longer; another address is not slowed. */
	assert_int_equal(web_rate_try(rate, SPAN("10.0.0.1"), now), WEB_RATE_MS / 1000);
	assert_int_equal(web_rate_try(rate, SPAN("::ffff:10.0.0.1"), now), WEB_RATE_MS / 1000);
	assert_int_equal(web_rate_try(rate, SPAN("10.0.0.2"), now), 0);
	assert_int_equal(web_rate_try(rate, SPAN("10.0.0.1"), now + WEB_RATE_MS - 1), 1);
	assert_int_equal(web_rate_try(rate, SPAN("10.0.0.1"), now + WEB_RATE_MS), 0);
	assert_int_not_equal(web_rate_try(rate, SPAN("10.0.0.1"), now + WEB_RATE_MS), 0);
	/* After a while all of it is there again, and no more. */
	now += (int64_t)100 * WEB_RATE_MS;
	for (int i = 0; i < WEB_RATE_BURST; i++)
		assert_int_equal(web_rate_try(rate, SPAN("10.0.0.1"), now), 0);
	assert_int_not_equal(web_rate_try(rate, SPAN("10.0.0.1"), now), 0);
	web_rate_free(rate);
}

static void
a_network_of_addresses_is_one(void **state)
{
	struct web_rate *rate = web_rate_new();
	char address[64];
	unsigned refused = 0;

	(void)state;
	for (int i = 0; i < 2 * WEB_RATE_BURST; i++) {
		(void)snprintf(address, sizeof address, "2001:db8:1:2:%x::%x", i, i * 7);
		refused += web_rate_try(rate, span_of(address), 1) != 0;
	}
	assert_int_equal(refused, WEB_RATE_BURST);
	assert_int_equal(web_rate_try(rate, SPAN("2001:db8:1:3::1"), 1), 0);
	assert_int_equal(web_rate_try(rate, SPAN("fe80::1%eth0"), 1), 0);
	web_rate_free(rate);
}

/* Many addresses together try no more often than core can bear, and cannot push one another's
 * memory out before it counts. */
static void
all_together_are_slowed(void **state)
{
	struct web_rate *rate = web_rate_new();
	char address[64];
	unsigned passed = 0;
	int64_t now = 5000;

	(void)state;
	for (int i = 0; i < 20000; i++) {
		(void)snprintf(address, sizeof address, "10.%d.%d.%d", i / 65536, i / 256 % 256,
			       i % 256);
		passed += web_rate_try(rate, span_of(address), now + i) == 0;
	}
	assert_in_range(passed, WEB_RATE_ALL, WEB_RATE_ALL + 20000 / WEB_RATE_ALL_MS);
	web_rate_free(rate);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(paths_are_cut_and_decoded),
	    cmocka_unit_test(patterns_fit_their_paths),
	    cmocka_unit_test(pairs_are_whole_or_refused),
	    cmocka_unit_test(tokens_are_found),
	    cmocka_unit_test(types_and_languages_are_chosen),
	    cmocka_unit_test(other_pages_are_told_from_our_own),
	    cmocka_unit_test(an_address_is_slowed),
	    cmocka_unit_test(a_network_of_addresses_is_one),
	    cmocka_unit_test(all_together_are_slowed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
