/* clang-format off */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
/* clang-format on */

#include "watch/outline.h"

#include <math.h>

/* clang-format off */
static const struct { const char *name, *a, *b; double near_m, far_m, off_m; } rows[] = {
	{"a square and itself",                 "38SLE7843",     "38SLE7843",     0,     1414,   3},
	{"side by side",                        "38SLE7843",     "38SLE7743",     0,     2236,   4},
	{"corner to corner",                    "38SLE7843",     "38SLE7742",     0,     2828,   4},
	{"one square between",                  "38SLE7843",     "38SLE7643",     1000,  3162,   4},
	{"one inside the other",                "38SLE74",       "38SLE7843",     0,     11402,  20},
	{"across 42 E, both cut there",         "37SGA70",       "38SKF30",       0,     14200,  100},
	{"exercise 13 and 14, across 42 E",     "37SGA656123",   "38SKF330141",   6860,  7070,   80},
	{"exercise 29 and 30",                  "38SMD470654",   "38SMD525715",   8080,  8350,   30},
};
static const struct { const char *name, *a, *b; int64_t width_m; double near_m, off_m; } shapes[] = {
	{"a route past a square",     "line 35.0000,44.0000 35.0000,44.1000", "area 35.01,44.04 35.01,44.06 35.02,44.05", 0,   1109, 5},
	{"the route has a width",     "line 35.0000,44.0000 35.0000,44.1000", "area 35.01,44.04 35.01,44.06 35.02,44.05", 500, 859,  5},
	{"wider than far",            "line 35.0000,44.0000 35.0000,44.1000", "area 35.01,44.04 35.01,44.06 35.02,44.05", 5000, 0,   0.1},
	{"routes that cross",         "line 35.0,44.0 35.1,44.1", "line 35.1,44.0 35.0,44.1", 0, 0, 0.1},
	{"a route inside an area",    "line 35.04,44.04 35.05,44.05", "area 35.0,44.0 35.0,44.1 35.1,44.1 35.1,44.0", 0, 0, 0.1},
	{"the end of a route counts, not the route drawn on", "line 35.0,44.0 35.0,44.1", "line 35.0,44.2 35.0,44.3", 0, 9132, 10},
	{"an open line holds nothing", "line 35.0,44.0 35.0,44.2 35.2,44.2 35.2,44.0", "line 35.1,44.05 35.1,44.06", 0, 11092, 30},
};
/* clang-format on */

static void
of_squares(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct place a, b;
		struct outline on_a, on_b;
		double near_m, far_m;

		assert_true(place_of_mgrs(span_of(rows[i].a), &a));
		assert_true(place_of_mgrs(span_of(rows[i].b), &b));
		assert_true(outline_of_place(&a, &on_a));
		assert_true(outline_of_place(&b, &on_b));
		near_m = outline_near_m(&on_a, &on_b);
		far_m = outline_far_m(&on_a, &on_b);
		if (fabs(near_m - rows[i].near_m) > rows[i].off_m ||
		    fabs(far_m - rows[i].far_m) > rows[i].off_m)
			fail_msg("%s: %.0f to %.0f", rows[i].name, near_m, far_m);
		/* The other way round it is as far, and no pair of centres beats the radii. */
		assert_true(fabs(outline_near_m(&on_b, &on_a) - near_m) < 0.01);
		assert_true(geo_distance_m(on_a.centre, on_b.centre) - on_a.radius_m -
				on_b.radius_m <=
			    near_m + 0.1);
	}
}

static void
of_shapes(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
		struct shape a, b;
		struct outline on_a, on_b;
		double near_m;

		assert_true(shape_read(span_of(shapes[i].a), &a));
		assert_true(shape_read(span_of(shapes[i].b), &b));
		outline_of_shape(&a, shapes[i].width_m, &on_a);
		outline_of_shape(&b, 0, &on_b);
		near_m = outline_near_m(&on_a, &on_b);
		if (fabs(near_m - shapes[i].near_m) > shapes[i].off_m)
			fail_msg("%s: %.0f", shapes[i].name, near_m);
	}
}

static void
refuses_no_square(void **state)
{
	const struct place none = {.level = 0};
	struct outline outline;

	(void)state;
	assert_false(outline_of_place(&none, &outline));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(of_squares),
	    cmocka_unit_test(of_shapes),
	    cmocka_unit_test(refuses_no_square),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
