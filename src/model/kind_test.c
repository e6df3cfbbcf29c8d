#include "model/kind.h"

#include "model/limits.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <string.h>

/* The table once more, as words: an answer from the sets of bits must be the one of the rows. */
#define F(id) #id " "
static const struct {
	enum kind kind;
	const char *required, *more;
} rows[] = {
/* clang-format off */
#define X(id, text, words, what, days, must, may) {KIND_##id, " " must "", " " may ""},
	KIND_ROWS(X)
#undef X
    /* clang-format on */
};
#undef F

static const char *const ids[FIELD_COUNT] = {
    /* clang-format off */
	[FIELD_NONE] = "",
#define X(id, text, type, list, flags, label, help) [FIELD_##id] = " " #id " ",
	FIELD_ROWS(X)
#undef X
    /* clang-format on */
};

static void
test_sets_are_the_rows(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		for (enum field f = 1; f < FIELD_COUNT; f++) {
			bool is_always = f == FIELD_KIND || f == FIELD_THREAD || f == FIELD_FILED;
			bool must = is_always || strstr(rows[i].required, ids[f]);
			bool may = must || f == FIELD_HEADS || f == FIELD_DUTY ||
				   strstr(rows[i].more, ids[f]);

			assert_int_equal(kind_requires(rows[i].kind, f), must);
			assert_int_equal(kind_has(rows[i].kind, f), may);
		}
	}
}

static void
test_nothing_outside(void **state)
{
	(void)state;
	for (enum field f = 0; f < FIELD_COUNT; f++) {
		assert_false(kind_has(KIND_NONE, f));
		assert_false(kind_has(KIND_COUNT, f));
	}
	for (enum kind k = 0; k < KIND_COUNT; k++) {
		assert_false(kind_has(k, FIELD_NONE));
		assert_false(kind_has(k, FIELD_COUNT));
		assert_false(kind_requires(k, FIELD_NONE));
	}
	assert_int_equal(kind_find(SPAN("gossip")), KIND_NONE);
	assert_int_equal(kind_find(SPAN("")), KIND_NONE);
	assert_string_equal(kind_row(KIND_COUNT)->name, "");
}

/* The number of digests tells the kind at most, and a whole record stays inside the limits. */
static void
test_digests(void **state)
{
	(void)state;
	for (enum kind k = 1; k < KIND_COUNT; k++) {
		unsigned fields = 0;
		unsigned claims = 0;

		assert_int_equal(kind_find(span_of(kind_row(k)->name)), k);
		for (enum field f = 1; f < FIELD_COUNT; f++) {
			fields += kind_has(k, f);
			claims += kind_has(k, f) ? 1 + field_levels(f) : 0;
		}
		assert_int_equal(kind_digests(k) % 16, 0);
		assert_true(kind_digests(k) >= fields && kind_digests(k) < fields + 16);
		assert_true(claims <= LIMIT_DISCLOSURES);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_sets_are_the_rows),
	    cmocka_unit_test(test_nothing_outside),
	    cmocka_unit_test(test_digests),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
