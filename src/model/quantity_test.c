#include "model/quantity.h"

#include "model/any_test.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

static const struct {
	const char *typed;
	struct quantity expected;
	const char *written; /* NULL: as typed */
} rows[] = {
    {"3", {3, 3, 3, QUANTITY_EXACT}, NULL},
    {"0", {0, 0, 0, QUANTITY_EXACT}, NULL},
    {"2-3", {2, -1, 3, QUANTITY_EXACT}, NULL},
    {"3-3", {3, -1, 3, QUANTITY_EXACT}, NULL},
    {" 2 - 3 ", {2, -1, 3, QUANTITY_EXACT}, "2-3"},
    {"2–3 BEST 3", {2, 3, 3, QUANTITY_EXACT}, "2-3 best 3"},
    {"~10", {-1, 10, -1, QUANTITY_EXACT}, NULL},
    {">=5", {5, -1, -1, QUANTITY_EXACT}, NULL},
    {"≥ 5", {5, -1, -1, QUANTITY_EXACT}, ">=5"},
    {">=5 best 7", {5, 7, -1, QUANTITY_EXACT}, NULL},
    {"<=5", {-1, -1, 5, QUANTITY_EXACT}, NULL},
    {"<=5 best 4", {-1, 4, 5, QUANTITY_EXACT}, NULL},
    {"several", {-1, -1, -1, QUANTITY_SEVERAL}, NULL},
    {"several >=4", {4, -1, -1, QUANTITY_SEVERAL}, NULL},
    {"unknown", {-1, -1, -1, QUANTITY_UNKNOWN}, NULL},
    {"٢-٣", {2, -1, 3, QUANTITY_EXACT}, "2-3"},
    {"۲-۳", {2, -1, 3, QUANTITY_EXACT}, "2-3"},
    {"2147483647", {INT32_MAX, INT32_MAX, INT32_MAX, QUANTITY_EXACT}, NULL},
};

static const char *const refused[] = {
    "",   " ",   "-",          "3-2",         "2-3 best 4", "2-3 best 1", "-1",         "3 4",
    "3x", "1.5", "2147483648", "99999999999", "several 3",  "unknown 3",  "2--3",       "2-",
    "~",  ">=",  ">=5 best 4", "~10 best 3",  "\xff",       "3\xd9",      "several >=",
};

static void
test_rows(void **state)
{
	struct out out = out_new(100);

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct quantity q;

		assert_true(quantity_read(span_of(rows[i].typed), &q));
		assert_true(quantity_equal(&q, &rows[i].expected));
		out_reset(&out);
		quantity_write(&out, &q);
		assert_string_equal(out.p, rows[i].written ? rows[i].written : rows[i].typed);
	}
	out_free(&out);
}

static void
test_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
		struct quantity q;

		if (quantity_read(span_of(refused[i]), &q))
			fail_msg("'%s' was read", refused[i]);
		assert_int_equal(q.word, QUANTITY_UNKNOWN);
		assert_int_equal(q.low, -1);
	}
}

static void
test_every_sound_value_is_read_back(void **state)
{
	struct out out = out_new(100);
	unsigned n = 0;

	(void)state;
	for (int32_t low = -1; low < 4; low++) {
		for (int32_t best = -1; best < 4; best++) {
			for (int32_t high = -1; high < 4; high++) {
				for (int word = QUANTITY_EXACT; word <= QUANTITY_UNKNOWN; word++) {
					struct quantity q = {low, best, high,
							     (enum quantity_word)word};
					struct quantity again;

					out_reset(&out);
					quantity_write(&out, &q);
					if (!quantity_is_sound(&q)) {
						assert_int_equal(out.n, 0);
						continue;
					}
					n++;
					assert_true(quantity_read(out_view(&out), &again));
					assert_true(quantity_equal(&q, &again));
				}
			}
		}
	}
	/* Ordered with repetition from four numbers: 3 of one bound (4), 3 of two (10), 1 of three
	 * (20). */
	assert_int_equal(n, 62 + 5 + 1);
	out_free(&out);
}

static void
test_hull(void **state)
{
	static const struct {
		const char *a, *b, *expected;
	} hulls[] = {
	    {"3", "3", "3"},
	    {"2-3", "3", "2-3"},
	    {"3", "5", "3-5"},
	    {"~10", "12", "10-12"},
	    {"~10", "~10", "~10"},
	    {"2-4 best 3", "1-3 best 3", "1-4 best 3"},
	    {"2-4 best 3", "2-4 best 2", "2-4"},
	    {"2-3", "unknown", "2-3"},
	    {">=5", "2-3", ">=2"},
	    {">=5", "<=3", "unknown"},
	    {"several", "3", "several >=3"},
	    {"several >=5", "3", "several >=3"},
	    {"several", "unknown", "several"},
	    {"unknown", "unknown", "unknown"},
	};
	struct out out = out_new(100);

	(void)state;
	for (size_t i = 0; i < sizeof hulls / sizeof *hulls; i++) {
		struct quantity a;
		struct quantity b;
		struct quantity hull;

		assert_true(quantity_read(span_of(hulls[i].a), &a));
		assert_true(quantity_read(span_of(hulls[i].b), &b));
		hull = quantity_hull(&a, &b);
		out_reset(&out);
		quantity_write(&out, &hull);
		assert_string_equal(out.p, hulls[i].expected);
	}
	out_free(&out);
}

static void
test_hull_in_any_order(void **state)
{
	uint64_t seed = 7;

	(void)state;
	for (int i = 0; i < 20000; i++) {
		struct quantity a = any_quantity(&seed);
		struct quantity b = any_quantity(&seed);
		struct quantity ab = quantity_hull(&a, &b);
		struct quantity ba = quantity_hull(&b, &a);

		assert_true(quantity_is_sound(&ab));
		assert_true(quantity_equal(&ab, &ba));
		/* It never adds: no bound is beyond what one of the two stated. */
		if (ab.high >= 0)
			assert_true(ab.high == a.high || ab.high == b.high || ab.high == a.best ||
				    ab.high == b.best);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_rows),
	    cmocka_unit_test(test_refused),
	    cmocka_unit_test(test_every_sound_value_is_read_back),
	    cmocka_unit_test(test_hull),
	    cmocka_unit_test(test_hull_in_any_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
