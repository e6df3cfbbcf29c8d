#include "base/span.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static void
texts_are_judged(void **state)
{
	static const struct {
		const char *text;
		bool is_utf8, is_plain;
	} rows[] = {
	    {"", true, true},
	    {"plain\n\ttext", true, true},
	    {"\xd9\x83\xd8\xb1\xd9\x83\xd9\x88\xd9\x83", true, true}, /* Kirkuk */
	    {"\xf0\x9f\x9a\x91", true, true},
	    {"\r", true, false},
	    {"\x7f", true, false},
	    {"\x1b[2J", true, false},
	    {"\xd8\x9c", true, false},     /* U+061C */
	    {"\xe2\x80\x8f", true, false}, /* U+200F */
	    {"\xe2\x80\xae", true, false}, /* U+202E */
	    {"\xe2\x81\xa6", true, false}, /* U+2066 */
	    {"\xc0\xaf", false, false},    /* overlong */
	    {"\xe0\x80\xaf", false, false},
	    {"\xed\xa0\x80", false, false},     /* a surrogate */
	    {"\xf4\x90\x80\x80", false, false}, /* above U+10FFFF */
	    {"\xd9", false, false},
	    {"\x80", false, false},
	    {"\xff", false, false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		if (span_is_utf8(span_of(rows[i].text)) != rows[i].is_utf8 ||
		    span_is_plain_text(span_of(rows[i].text)) != rows[i].is_plain)
			fail_msg("row %zu", i);
	}
	assert_false(span_is_utf8(span_make("a\0b", 3)));
}

static void
numbers_are_read_whole(void **state)
{
	static const struct {
		const char *text;
		int64_t low, high;
		bool is_read;
		int64_t value;
	} rows[] = {
	    {"0", 0, 9, true, 0},
	    {"-5", -9, 9, true, -5},
	    {"10", 0, 9, false, 0},
	    {"999999999999999999", 0, INT64_MAX, true, 999999999999999999},
	    {"-999999999999999999", INT64_MIN, 0, true, -999999999999999999},
	    {"1000000000000000000", 0, INT64_MAX, false, 0},
	    /* 18 digits at most */
	    {"", 0, 9, false, 0},
	    {"-", -9, 9, false, 0},
	    {"+1", 0, 9, false, 0},
	    {" 1", 0, 9, false, 0},
	    {"1 ", 0, 9, false, 0},
	    {"1x", 0, 9, false, 0},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		int64_t value = 77;

		if (span_int(span_of(rows[i].text), rows[i].low, rows[i].high, &value) !=
		    rows[i].is_read)
			fail_msg("'%s'", rows[i].text);
		if (rows[i].is_read)
			assert_int_equal(value, rows[i].value);
	}
}

/* Every byte of the text is in one part or is a mark. */
static void
parts_cover_the_text(void **state)
{
	static const struct {
		const char *text;
		size_t parts;
	} rows[] = {{"a,b,c", 3}, {"a,,c", 3}, {",", 2}, {"a", 1}, {"", 1}, {"a,", 2}};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct span rest = span_of(rows[i].text), part;
		size_t n = 0, bytes = 0;

		while (span_split(&rest, ',', &part)) {
			n++;
			bytes += part.n;
		}
		assert_int_equal(n, rows[i].parts);
		assert_int_equal(bytes + n - 1, strlen(rows[i].text));
		assert_null(rest.p);
		assert_false(span_split(&rest, ',', &part));
	}
}

static void
nothing_truncates(void **state)
{
	char dst[4] = "xyz";

	(void)state;
	assert_true(span_copy(dst, sizeof dst, SPAN("abc")));
	assert_string_equal(dst, "abc");
	assert_false(span_copy(dst, sizeof dst, SPAN("abcd")));
	assert_string_equal(dst, "");
	assert_true(span_copy(dst, sizeof dst, (struct span){NULL, 0}));
}

static void
spans_are_compared(void **state)
{
	(void)state;
	assert_true(span_compare(SPAN("a"), SPAN("ab")) < 0);
	assert_true(span_compare(SPAN("b"), SPAN("ab")) > 0);
	assert_int_equal(span_compare(SPAN(""), (struct span){NULL, 0}), 0);
	assert_true(span_equal(SPAN(""), (struct span){NULL, 0}));
	assert_true(span_starts(SPAN("seam key 1"), "seam "));
	assert_false(span_starts(SPAN("sea"), "seam"));
	assert_true(span_is(span_trim(SPAN(" \t\r\na b\n ")), "a b"));
	assert_int_equal(span_trim(SPAN(" \n")).n, 0);
	assert_int_equal(span_find(SPAN("abc"), 'c'), 2);
	assert_int_equal(span_find(SPAN("abc"), 'd'), -1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(texts_are_judged),     cmocka_unit_test(numbers_are_read_whole),
	    cmocka_unit_test(parts_cover_the_text), cmocka_unit_test(nothing_truncates),
	    cmocka_unit_test(spans_are_compared),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
