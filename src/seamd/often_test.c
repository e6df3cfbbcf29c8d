/* Said once, then counted, then the number; after a quiet time said again. */
#include "seamd/often.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

static void
test_it_is_said_once(void **state)
{
	struct often often = {0, 0};
	int64_t now = 5000;

	(void)state;
	assert_int_equal(often_ends(&often, now), 0);
	assert_true(often_happens(&often, now));
	for (int i = 0; i < 413; i++)
		assert_false(often_happens(&often, now + i));
	assert_int_equal(often_ends(&often, now + OFTEN_MS - 1), 0);
	assert_int_equal(often_ends(&often, now + OFTEN_MS), 413);
	assert_int_equal(often_ends(&often, now + OFTEN_MS), 0);
}

static void
test_what_goes_on_is_counted_further(void **state)
{
	struct often often = {0, 0};

	(void)state;
	assert_true(often_happens(&often, 1));
	assert_false(often_happens(&often, 2));
	assert_int_equal(often_ends(&often, 1 + OFTEN_MS), 1);
	assert_false(often_happens(&often, 2 + OFTEN_MS));
	assert_int_equal(often_ends(&often, 1 + 2 * OFTEN_MS), 1);
	assert_int_equal(often_ends(&often, 1 + 3 * OFTEN_MS), 0);
	assert_true(often_happens(&often, 2 + 3 * OFTEN_MS));
}

static void
test_after_a_quiet_time_it_is_said_again(void **state)
{
	struct often often = {0, 0};

	(void)state;
	assert_true(often_happens(&often, 1));
	assert_int_equal(often_ends(&often, 1 + OFTEN_MS), 0);
	assert_true(often_happens(&often, 2 + OFTEN_MS));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_it_is_said_once),
	    cmocka_unit_test(test_what_goes_on_is_counted_further),
	    cmocka_unit_test(test_after_a_quiet_time_it_is_said_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
