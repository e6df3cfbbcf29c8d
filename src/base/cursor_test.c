#include "base/cursor.h"

#include "base/out.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

/* What out writes, cursor reads back, and every shorter text fails. */
static void
cut_anywhere_it_fails(void **state)
{
	struct out out = out_new(1000);

	(void)state;
	out_u8(&out, 0xfe);
	out_u16(&out, 0xfedc);
	out_u32(&out, 0xfedcba98);
	out_u64(&out, 0xfedcba9876543210);
	out_i32(&out, INT32_MIN);
	out_i64(&out, INT64_MIN);
	out_flag(&out, true);
	out_sized(&out, SPAN("text"));
	out_u16(&out, 6);
	assert_int_equal(out_err(&out), ERR_OK);
	for (size_t n = 0; n <= out.n; n++) {
		struct cursor cursor = cursor_over(span_make(out.p, n));
		bool is_right = cursor_u8(&cursor) == 0xfe;
		char text[5];

		is_right &= cursor_u16(&cursor) == 0xfedc;
		is_right &= cursor_u32(&cursor) == 0xfedcba98;
		is_right &= cursor_u64(&cursor) == 0xfedcba9876543210;
		is_right &= cursor_i32(&cursor) == INT32_MIN;
		is_right &= cursor_i64(&cursor) == INT64_MIN;
		is_right &= cursor_flag(&cursor);
		cursor_text(&cursor, text, sizeof text);
		is_right &= strcmp(text, "text") == 0;
		is_right &= cursor_code(&cursor, 7) == 6;
		assert_true(cursor_is_done(&cursor) == (n == out.n));
		if (n == out.n)
			assert_true(is_right);
	}
	out_free(&out);
}

static void
once_failed_it_stays_so(void **state)
{
	struct cursor cursor = cursor_over(span_make("\1\2\3", 3));

	(void)state;
	assert_int_equal(cursor_u32(&cursor), 0);
	assert_true(cursor.is_failed);
	assert_int_equal(cursor_u8(&cursor), 0);
	assert_int_equal(cursor_bytes(&cursor, 1).n, 0);
	assert_false(cursor_is_done(&cursor));
}

static void
bad_values_fail(void **state)
{
	static const char zeroed[] = "\0\0\0\3a\0b";
	struct cursor cursor = cursor_over(span_make("\2", 1));
	char text[8];

	(void)state;
	(void)cursor_flag(&cursor);
	assert_true(cursor.is_failed);
	cursor = cursor_over(span_make("\0\7", 2));
	(void)cursor_code(&cursor, 7);
	assert_true(cursor.is_failed);
	cursor = cursor_over(span_make("\0\0\0\4text", 8));
	(void)cursor_span(&cursor, 3);
	assert_true(cursor.is_failed);
	cursor = cursor_over(span_make("\xff\xff\xff\xfftext", 8));
	(void)cursor_span(&cursor, SIZE_MAX);
	assert_true(cursor.is_failed);
	cursor = cursor_over(span_make(zeroed, sizeof zeroed - 1));
	cursor_text(&cursor, text, sizeof text);
	assert_true(cursor.is_failed);
	cursor = cursor_over(span_make("\0\0\0\4text", 8));
	cursor_text(&cursor, text, 4);
	assert_true(cursor.is_failed);
}

static void
what_is_left_over_counts(void **state)
{
	struct cursor cursor = cursor_over(SPAN("ab"));

	(void)state;
	assert_int_equal(cursor_u8(&cursor), 'a');
	assert_false(cursor_is_done(&cursor));
	assert_int_equal(cursor_u8(&cursor), 'b');
	assert_true(cursor_is_done(&cursor));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(cut_anywhere_it_fails),
	    cmocka_unit_test(once_failed_it_stays_so),
	    cmocka_unit_test(bad_values_fail),
	    cmocka_unit_test(what_is_left_over_counts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
