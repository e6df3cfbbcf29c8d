/* What is damaged is known before anything is taken. */
#include "seam/bundle.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static struct out
made(const char *items, uint64_t n)
{
	struct out out = out_new(1 << 20);

	out_text(&out, BUNDLE_FIRST "a/makhmour b\n");
	out_text(&out, items);
	bundle_end(&out, n);
	assert_int_equal(out_err(&out), ERR_OK);
	return out;
}

static void
test_whole(void **state)
{
	struct out out = made("delivery x\nreceipt y\n", 2);
	struct bundle bundle;
	const char *why = NULL;

	(void)state;
	assert_true(bundle_read(out_view(&out), &bundle, &why));
	assert_string_equal(bundle.from, "a/makhmour");
	assert_string_equal(bundle.to, "b");
	assert_int_equal(bundle.n, 2);
	assert_true(span_is(bundle.items, "delivery x\nreceipt y\n"));
	out_free(&out);
	out = made("", 0);
	assert_true(bundle_read(out_view(&out), &bundle, &why));
	assert_int_equal(bundle.n, 0);
	out_free(&out);
}

/* Every shortening and every changed byte is noticed. */
static void
test_damaged(void **state)
{
	struct out out = made("delivery x\nreceipt y\n", 2);
	struct bundle bundle;
	const char *why;

	(void)state;
	for (size_t n = 0; n < out.n; n++) {
		why = NULL;
		assert_false(bundle_read(span_make(out.p, n), &bundle, &why));
		assert_non_null(why);
	}
	for (size_t i = 0; i < out.n; i++) {
		why = NULL;
		out.p[i] ^= 1;
		assert_false(bundle_read(out_view(&out), &bundle, &why));
		assert_non_null(why);
		out.p[i] ^= 1;
	}
	out_free(&out);
	out = out_new(1024);
	out_text(&out, BUNDLE_FIRST "a/\033[2J b\n");
	bundle_end(&out, 0);
	assert_false(bundle_read(out_view(&out), &bundle, &why));
	out_free(&out);
	out = made("delivery x\n", 2);
	assert_false(bundle_read(out_view(&out), &bundle, &why));
	out_free(&out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_whole),
	    cmocka_unit_test(test_damaged),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
