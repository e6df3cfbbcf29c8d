/* Every assumption about a typed place is named, and nothing is named where nothing was assumed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "model/heard.h"

/* clang-format off */
static const struct {
	const char *typed, *zone;
	unsigned expected;
} rows[] = {
	{"38SME448251", "38S", 0},
	{"35.468,44.392", "38S", 0},
	{"ME448251", "38S", HEARD_ASSUMED_ZONE},
	{"ME 448 251", "38S", HEARD_ASSUMED_ZONE},
	{"44.392,35.468", "38S", HEARD_SWAPPED},
	{"38SME4482O1", "38S", HEARD_CORRECTED},
	{"ME4482O1", "38S", HEARD_ASSUMED_ZONE | HEARD_CORRECTED},
	{"51.5,-0.12", "38S", HEARD_OUTSIDE},
	{"", "38S", 0},
	{"near the bridge", "38S", 0},
	{"999,999", NULL, 0},
};
/* clang-format on */

static void
test_rows(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		if (heard_place(span_of(rows[i].typed), rows[i].zone) != rows[i].expected)
			fail_msg("%s: %x, not %x", rows[i].typed,
				 heard_place(span_of(rows[i].typed), rows[i].zone),
				 rows[i].expected);
	}
}

static void
test_names(void **state)
{
	(void)state;
	for (unsigned i = 0; i < HEARD_COUNT; i++) {
		assert_non_null(heard_code(i));
		assert_non_null(heard_text(i));
	}
	assert_null(heard_code(HEARD_COUNT));
	assert_null(heard_text(HEARD_COUNT));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_rows),
	    cmocka_unit_test(test_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
