#include "model/place.h"

#include "model/any_test.h"
#include "model/geo.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

static void
test_squares(void **state)
{
	static const struct {
		const char *typed, *mgrs;
		unsigned level;
	} squares[] = {
	    {"38SMD", "38SMD", 1},
	    {"38SMD48", "38SMD48", 2},
	    {"38SMD4988", "38SMD4988", 3},
	    {"38SMD498886", "38SMD498886", 4},
	    {"38SMD49818861", "38SMD49818861", 5},
	    {"38SMD4981488618", "38SMD49818861", 5}, /* 1 m is finer than is kept */
	};
	static const char *const bad[] = {"",        "38SMD4", "38smd48",         "38SMD 48",
					  "39SIA48", "8SMD48", "38SMD49814886181"};
	struct place place;

	(void)state;
	for (size_t i = 0; i < sizeof squares / sizeof *squares; i++) {
		assert_true(place_of_mgrs(span_of(squares[i].typed), &place));
		assert_string_equal(place.mgrs, squares[i].mgrs);
		assert_int_equal(place.level, squares[i].level);
		assert_true(place_is_sound(&place));
	}
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		assert_false(place_of_mgrs(span_of(bad[i]), &place));
		assert_int_equal(place.level, 0);
	}
	assert_false(place_of_mgrs(SPAN("38SMD\00048"), &place));
	assert_false(place_of_mgrs(SPAN("38SMD49818861\000"), &place));
	assert_false(place_of_point(850000000, 440000000, PLACE_1KM, &place));
	assert_false(place_of_point(350000000, 440000000, 0, &place));
	assert_false(place_of_point(350000000, 440000000, 6, &place));
	assert_int_equal(place_size_m(PLACE_10M), 10);
	assert_int_equal(place_size_m(6), 0);
}

/* Digits of easting and northing go in pairs: 38SMF4712 is 38SMF, 41, 72. */
static void
test_parts(void **state)
{
	struct place place;
	char part[6];

	(void)state;
	assert_true(place_of_mgrs(SPAN("38SMF4712"), &place));
	place_part(&place, 1, part);
	assert_string_equal(part, "38SMF");
	place_part(&place, 2, part);
	assert_string_equal(part, "41");
	place_part(&place, 3, part);
	assert_string_equal(part, "72");
	place_part(&place, 4, part);
	assert_string_equal(part, "");
}

static void
test_parts_refused(void **state)
{
	static const char bad[][2][6] = {
	    {"38SMF", "4"},  {"38SMF", "4x"}, {"38SMF", "411"}, {"38SM", "41"},
	    {"38SIF", "41"}, {"38SMF", ""},   {"38smf", "41"},  {"", "41"},
	};
	struct place place;

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		assert_false(place_from_parts(bad[i], 2, &place));
	assert_false(place_from_parts(bad[0], 0, &place));
	assert_false(place_from_parts(bad[0], 6, &place));
}

static void
test_every_place_from_its_parts(void **state)
{
	uint64_t seed = 5;

	(void)state;
	for (int i = 0; i < 3000; i++) {
		struct place place = any_place(&seed);
		struct {
			char parts[5][6];
		} ladder = {{""}};
		const char(*parts)[6] = (const char(*)[6])ladder.parts;

		for (unsigned level = 1; level <= place.level; level++) {
			struct place coarse = place_at_level(&place, level);
			struct place again;

			place_part(&place, level, ladder.parts[level - 1]);
			assert_true(place_from_parts(parts, level, &again));
			assert_memory_equal(&again, &coarse, sizeof again);
			assert_true(place_is_sound(&coarse));
		}
		assert_int_equal(place_at_level(&place, 0).level, 0);
		place.lat_e7 += 11000000; /* 120 km */
		assert_false(place_is_sound(&place));
	}
}

static void
test_shapes(void **state)
{
	static const struct {
		const char *typed, *written; /* written NULL: as typed */
	} shapes[] = {
	    {"line 35.1,44.2 35.2,44.3", NULL},
	    {"area 35.1,44.2 35.2,44.3 35,44", NULL},
	    {"AREA  -0.5,44.2 35.2000000,44.3 35,-44.0000001 ",
	     "area -0.5,44.2 35.2,44.3 35,-44.0000001"},
	    {"line ٣٥٫١،٤٤٫٢ 35.2,44.3", "line 35.1,44.2 35.2,44.3"},
	    {"line 90,180 -90,-180", NULL},
	};
	static const char *const bad[] = {
	    "",
	    "line",
	    "line 35,44",
	    "area 35,44 36,45",
	    "line 91,44 35,44",
	    "line 35,181 35,44",
	    "line 35 44 36 45",
	    "line 35,44,36,45",
	    "line 35.,44 36,45",
	    "line 1e1,44 36,45",
	    "box 35,44 36,45",
	    "circle 35,44",
	    "circle 35,44,0",
	    "circle 35,44,501",
	    "circle 85,44,5",
	};
	struct shape *shape = malloc(sizeof *shape);
	struct out out = out_new(4000);

	(void)state;
	assert_non_null(shape);
	for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
		assert_true(shape_read(span_of(shapes[i].typed), shape));
		out_reset(&out);
		shape_write(&out, shape);
		assert_string_equal(out.p, shapes[i].written ? shapes[i].written : shapes[i].typed);
	}
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		if (shape_read(span_of(bad[i]), shape))
			fail_msg("'%s' was read", bad[i]);
	out_free(&out);
	free(shape);
}

/* Every corner of a circle lies on it, to half a percent. */
static void
test_circle(void **state)
{
	struct shape *shape = malloc(sizeof *shape);
	struct point centre = {350000000, 440000000};

	(void)state;
	assert_non_null(shape);
	assert_true(shape_read(SPAN("circle 35,44,2.5km"), shape));
	assert_true(shape->is_area);
	assert_int_equal(shape->n, 32);
	for (unsigned i = 0; i < shape->n; i++) {
		struct point corner = {shape->points[i].lat_e7, shape->points[i].lon_e7};
		double m = geo_distance_m(centre, corner);

		assert_true(m > 2487 && m < 2513);
	}
	free(shape);
}

static void
test_any_shape_is_read_back(void **state)
{
	struct arena *arena = arena_new(1 << 20);
	struct shape *again = malloc(sizeof *again);
	struct out out = out_new(8000);
	uint64_t seed = 9;

	(void)state;
	assert_non_null(again);
	for (int i = 0; i < 300; i++) {
		const struct shape *shape = any_shape(&seed, arena);

		out_reset(&out);
		shape_write(&out, shape);
		assert_true(shape_read(out_view(&out), again));
		assert_true(shape_equal(shape, again));
	}
	out_free(&out);
	free(again);
	arena_free(arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_squares),
	    cmocka_unit_test(test_parts),
	    cmocka_unit_test(test_parts_refused),
	    cmocka_unit_test(test_every_place_from_its_parts),
	    cmocka_unit_test(test_shapes),
	    cmocka_unit_test(test_circle),
	    cmocka_unit_test(test_any_shape_is_read_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
