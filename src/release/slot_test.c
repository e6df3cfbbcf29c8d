/*
 * Moments of steps: multiples since 1970, strictly behind what was filed, whatever lies before it.
 */
#include "release/slot.h"

#include "release/release.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

enum { M = 60000, H = 3600000, D = 86400000 };

/* clang-format off */
static const struct {
	const char *name;
	int64_t after_ms, step_ms, delay_ms, filed_ms, slot_ms;
} ROWS[] = {
	{"at once", 0, 0, 0, 5 * M, 0},
	{"after", 2 * H, 0, 0, 5 * M, 2 * H + 5 * M},
	{"after without step: the delay is another's", 2 * H, 0, 3 * H, 5 * M, 2 * H + 5 * M},
	{"step", 0, 30 * M, 0, 5 * M, 30 * M},
	{"filed at a slot", 0, 30 * M, 0, 30 * M, H},
	{"filed just before one", 0, 30 * M, 0, 30 * M - 1, 30 * M},
	{"step behind after", H, 30 * M, 0, 5 * M, H + 30 * M},
	{"step behind the longer delay", H, 30 * M, 2 * H, 5 * M, 2 * H + 30 * M},
	{"step behind the longer after", 2 * H, 30 * M, H, 5 * M, 2 * H + 30 * M},
	{"a day is a UTC day", 0, D, 0, 3 * H, D},
	{"a step that divides no day", 0, 7 * H, 0, D, 28 * H},
	{"a year of them", 0, 7 * H, 0, INT64_C(1809388800000), INT64_C(1809410400000)},
	{"before 1970", 0, 30 * M, 0, -5 * M, 0},
	{"at a slot before 1970", 0, 30 * M, 0, -H, -30 * M},
};
/* clang-format on */

static void
slots_are_multiples(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof ROWS / sizeof ROWS[0]; i++) {
		struct rules_grant grant = {.after_ms = ROWS[i].after_ms,
					    .step_ms = ROWS[i].step_ms};

		if (slot_of(&grant, ROWS[i].delay_ms, ROWS[i].filed_ms) != ROWS[i].slot_ms)
			fail_msg("%s", ROWS[i].name);
	}
	assert_true(slot_up(M, 0) == 0);
	assert_true(slot_up(M, 1) == M);
}

/* Whatever is asked within one slot sees the same versions. */
static void
newer_ones_wait_for_their_slot(void **state)
{
	struct rules_grant grant = {.step_ms = 30 * M};
	struct release_question question = {.filed_ms = 5 * M, .newer_ms = 40 * M};

	(void)state;
	for (question.now_ms = 30 * M; question.now_ms < H; question.now_ms += M)
		assert_false(slot_is_superseded(&grant, 0, &question));
	for (; question.now_ms < 3 * H; question.now_ms += M)
		assert_true(slot_is_superseded(&grant, 0, &question));
	question.newer_ms = 0;
	assert_false(slot_is_superseded(&grant, 0, &question));
	question.newer_ms = 40 * M;
	grant.step_ms = 0;
	assert_false(slot_is_superseded(&grant, 0, &question));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(slots_are_multiples),
	    cmocka_unit_test(newer_ones_wait_for_their_slot),
	};

	return cmocka_run_group_tests_name("release/slot", tests, NULL, NULL);
}
