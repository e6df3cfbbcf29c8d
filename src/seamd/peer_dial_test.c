/* When a link is dialled again: soon at first, ever later, never in step, soon again after a
 * connection that stood. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "seamd/peer_dial.h"

static const int64_t waits[] = {1000, 2000, 4000, 8000, 16000, 32000, 60000, 60000, 60000};

static void
each_wait_is_twice_the_last_up_to_a_minute(void **state)
{
	static const uint32_t chances[] = {0, 1, 499, 500, 12345, UINT32_MAX};

	(void)state;
	for (size_t c = 0; c < sizeof chances / sizeof *chances; c++) {
		struct peer_dial dial = {0};

		for (size_t i = 0; i < sizeof waits / sizeof *waits; i++) {
			int64_t got = peer_dial_wait(&dial, 0, chances[c]);

			assert_in_range(got, waits[i] * 3 / 4, waits[i] * 5 / 4);
		}
	}
}

static void
chance_reaches_both_ends(void **state)
{
	struct peer_dial dial = {0};

	(void)state;
	assert_int_equal(peer_dial_wait(&dial, 0, 0), 750);
	dial.wait_ms = 0;
	assert_int_equal(peer_dial_wait(&dial, 0, 500), 1250);
}

static void
only_a_connection_that_stood_begins_anew(void **state)
{
	struct peer_dial dial = {0};

	(void)state;
	for (unsigned i = 0; i < 5; i++)
		(void)peer_dial_wait(&dial, PEER_DIAL_STEADY_MS - 1, 0);
	assert_int_equal(peer_dial_wait(&dial, PEER_DIAL_STEADY_MS - 1, 0), 24000);
	assert_int_equal(peer_dial_wait(&dial, PEER_DIAL_STEADY_MS, 0), 750);
	assert_int_equal(peer_dial_wait(&dial, 0, 0), 1500);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(each_wait_is_twice_the_last_up_to_a_minute),
	    cmocka_unit_test(chance_reaches_both_ends),
	    cmocka_unit_test(only_a_connection_that_stood_begins_anew),
	};

	return cmocka_run_group_tests_name("seamd/peer_dial", tests, NULL, NULL);
}
