#include "base/out.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static void
the_ceiling_sticks(void **state)
{
	struct out out = out_new(4);

	(void)state;
	out_text(&out, "abc");
	assert_int_equal(out_err(&out), ERR_OK);
	out_text(&out, "de");
	assert_int_equal(out_err(&out), ERR_LIMIT);
	out_char(&out, 'd');
	assert_int_equal(out_err(&out), ERR_LIMIT);
	out_reset(&out);
	out_format(&out, "%d%s", 12, "ab");
	assert_int_equal(out_err(&out), ERR_OK);
	assert_true(span_is(out_view(&out), "12ab"));
	assert_int_equal(out.p[out.n], 0);
	out_reset(&out);
	out_format(&out, "%05d", 1);
	assert_int_equal(out_err(&out), ERR_LIMIT);
	out_free(&out);
	out_text(&out, "ok");
	assert_true(span_is(out_view(&out), "ok"));
	out_free(&out);
}

static void
texts_are_quoted(void **state)
{
	static const struct {
		const char *text, *json, *html;
	} rows[] = {
	    {"", "\"\"", ""},
	    {"a\"b\\c", "\"a\\\"b\\\\c\"", "a&quot;b\\c"},
	    {"<b>&'", "\"<b>&'\"", "&lt;b&gt;&amp;&#39;"},
	    {"\n\t\x01", "\"\\n\\t\\u0001\"", "\n\t\x01"},
	    {"\xd9\x83", "\"\xd9\x83\"", "\xd9\x83"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct out out = out_new(100);

		out_json(&out, span_of(rows[i].text));
		assert_int_equal(out_err(&out), ERR_OK);
		assert_string_equal(out.p, rows[i].json);
		out_reset(&out);
		out_char(&out, ' ');
		out_html(&out, span_of(rows[i].text));
		assert_string_equal(out.p + 1, rows[i].html);
		out_free(&out);
	}
}

static void
integers_are_whole(void **state)
{
	struct out out = out_new(100);

	(void)state;
	out_int(&out, INT64_MIN);
	out_char(&out, ' ');
	out_int(&out, INT64_MAX);
	assert_true(span_is(out_view(&out), "-9223372036854775808 9223372036854775807"));
	out_reset(&out);
	out_u32(&out, 0x01020304);
	out_sized(&out, SPAN("x"));
	assert_true(span_equal(out_view(&out), span_make("\1\2\3\4\0\0\0\1x", 9)));
	out_free(&out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_ceiling_sticks),
	    cmocka_unit_test(texts_are_quoted),
	    cmocka_unit_test(integers_are_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
