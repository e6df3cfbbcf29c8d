/* Against GeodSolve (GeographicLib): distances and bearings up to some hundred kilometres. */
#include "model/geo.h"

#include "model/oracle_test.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { PAIRS = TEST_SLOW ? 200000 : 5000 };

static void
pick(uint64_t *state, struct point *from, struct point *to)
{
	int64_t reach = (int64_t[]){100, 100000, 5 * (int64_t)GEO_E7}[oracle_between(state, 0, 2)];

	from->lat_e7 = (int32_t)oracle_between(state, -80 * (int64_t)GEO_E7, 80 * (int64_t)GEO_E7);
	from->lon_e7 =
	    (int32_t)oracle_between(state, -170 * (int64_t)GEO_E7, 170 * (int64_t)GEO_E7);
	to->lat_e7 = from->lat_e7 + (int32_t)oracle_between(state, -reach, reach);
	to->lon_e7 = from->lon_e7 + (int32_t)oracle_between(state, -reach, reach);
}

static void
test_geodsolve(void **unused)
{
	FILE *in = tmpfile(), *out = tmpfile();
	char *argv[] = {(char[]){"GeodSolve"}, (char[]){"-i"}, (char[]){"-p"}, (char[]){"4"}, NULL};
	uint64_t state = 11;
	struct point a, b;
	double worst = 0, worst_turn = 0;
	char line[128];

	(void)unused;
	assert_non_null(in);
	assert_non_null(out);
	for (int i = 0; i < PAIRS; i++) {
		pick(&state, &a, &b);
		fprintf(in, "%.7f %.7f %.7f %.7f\n", a.lat_e7 / 1e7, a.lon_e7 / 1e7, b.lat_e7 / 1e7,
			b.lon_e7 / 1e7);
	}
	if (!oracle_run(argv, in, out)) {
		print_message("skipped: GeodSolve not present\n");
		goto done;
	}
	state = 11;
	for (int i = 0; i < PAIRS; i++) {
		char *rest;
		double bearing, metres, turn;

		pick(&state, &a, &b);
		assert_non_null(fgets(line, sizeof(line), out));
		bearing = strtod(line, &rest);
		strtod(rest, &rest);
		metres = strtod(rest, NULL);
		if (metres < 1)
			continue;
		worst = fmax(worst, fabs(geo_distance_m(a, b) / metres - 1));
		turn = fabs(remainder(geo_bearing_deg(a, b) - bearing, 360));
		if (metres > 10)
			worst_turn = fmax(worst_turn, turn);
	}
	print_message("%d pairs: distance off by at most %.5f %%, bearing by %.3f degree\n", PAIRS,
		      worst * 100, worst_turn);
	assert_true(worst < 1e-4);
	assert_true(worst_turn < 0.2);
done:
	fclose(in);
	fclose(out);
}

static void
test_directions(void **unused)
{
	static const struct {
		double bearing;
		const char *code;
	} rows[] = {{0, "N"},     {11.2, "N"},  {11.3, "NNE"}, {45, "NE"},
		    {90, "E"},    {180, "S"},   {270, "W"},    {348.7, "NNW"},
		    {348.8, "N"}, {359.9, "N"}, {-90, "W"},    {720 + 135, "SE"}};

	(void)unused;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_string_equal(geo_direction_code(geo_direction(rows[i].bearing)),
				    rows[i].code);
	assert_string_equal(geo_direction_code((enum geo_direction)99), "?");
}

static void
test_values(void **unused)
{
	struct point p, kirkuk = {354680000, 443920000}, daquq = {351350000, 444490000},
			east = {0, 1};
	struct geo_box box = {{0, 0}, {10, 10}}, touching = {{10, 10}, {20, 20}},
		       apart = {{11, 0}, {20, 20}};

	(void)unused;
	assert_true(geo_from_degrees(35.468, 44.392, &p));
	assert_int_equal(p.lat_e7, kirkuk.lat_e7);
	assert_int_equal(p.lon_e7, kirkuk.lon_e7);
	assert_false(geo_from_degrees(90.1, 0, &p));
	assert_false(geo_from_degrees(0, -180.1, &p));
	assert_false(geo_from_degrees((double)NAN, 0, &p));
	assert_true(geo_distance_m(kirkuk, kirkuk) == 0);
	assert_true(geo_bearing_deg(kirkuk, kirkuk) == 0);
	assert_string_equal(geo_direction_code(geo_direction(geo_bearing_deg(kirkuk, daquq))), "S");
	assert_true(fabs(geo_bearing_deg((struct point){0, 0}, east) - 90) < 1e-9);
	assert_true(
	    fabs(geo_distance_m((struct point){0, 0}, (struct point){0, 1800000000}) / 20003931 -
		 1) < 0.007);
	assert_true(geo_is_valid((struct point){900000000, -1800000000}));
	assert_false(geo_is_valid((struct point){900000001, 0}));
	assert_false(geo_is_valid((struct point){0, 1800000001}));
	assert_true(geo_in_box(&box, (struct point){10, 0}));
	assert_false(geo_in_box(&box, (struct point){11, 0}));
	assert_true(geo_boxes_meet(&box, &touching));
	assert_false(geo_boxes_meet(&box, &apart));
	/* The whole ellipsoid: 510,065,621.7 km^2 (Moritz, Geodetic Reference System 1980; WGS 84
	 * agrees to 1e-9). */
	assert_true(fabs(4 * 3.14159265358979 * geo_sector_m2(1.5707963267948966) / 510065621.7e6 -
			 1) < 1e-8);
}

static void
test_pieces(void **unused)
{
	static const struct {
		const char *name;
		struct point a, b, c, d;
		bool meets;
	} rows[] = {
	    {"a cross", {0, 0}, {10, 10}, {0, 10}, {10, 0}, true},
	    {"apart, boxes meet", {0, 0}, {10, 10}, {0, 5}, {4, 10}, false},
	    {"apart, one side of the line only", {0, 0}, {10, 10}, {0, 8}, {7, 8}, false},
	    {"an end on the other", {0, 0}, {10, 0}, {5, 0}, {5, 9}, true},
	    {"end to end", {0, 0}, {5, 5}, {5, 5}, {9, 0}, true},
	    {"on one line, overlapping", {0, 0}, {6, 6}, {4, 4}, {9, 9}, true},
	    {"on one line, apart", {0, 0}, {3, 3}, {4, 4}, {9, 9}, false},
	    {"parallel", {0, 0}, {9, 9}, {0, 1}, {9, 10}, false},
	    {"a point on it", {4, 4}, {4, 4}, {0, 0}, {9, 9}, true},
	    {"a point beside it", {4, 5}, {4, 5}, {0, 0}, {9, 9}, false},
	    {"across the globe",
	     {-900000000, -1800000000},
	     {900000000, 1800000000},
	     {900000000, -1800000000},
	     {-900000000, 1800000000},
	     true},
	};

	(void)unused;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (geo_pieces_meet(rows[i].a, rows[i].b, rows[i].c, rows[i].d) != rows[i].meets ||
		    geo_pieces_meet(rows[i].d, rows[i].c, rows[i].b, rows[i].a) != rows[i].meets)
			fail_msg("%s", rows[i].name);
	}
}

/* A hook: what lies in the bay is outside. */
static void
test_ring(void **unused)
{
	static const struct point hook[] = {{0, 0}, {0, 30}, {30, 30}, {30, 20}, {10, 20}, {10, 0}};

	(void)unused;
	assert_true(geo_ring_holds(hook, 6, (struct point){5, 5}));
	assert_true(geo_ring_holds(hook, 6, (struct point){25, 25}));
	assert_false(geo_ring_holds(hook, 6, (struct point){25, 5}));
	assert_false(geo_ring_holds(hook, 6, (struct point){5, 31}));
	assert_true(geo_ring_holds(hook, 6, (struct point){0, 0}));
	assert_false(geo_ring_holds(hook, 6, (struct point){30, 30}));
	assert_false(geo_ring_holds(hook, 0, (struct point){5, 5}));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_geodsolve), cmocka_unit_test(test_directions),
	    cmocka_unit_test(test_values),    cmocka_unit_test(test_pieces),
	    cmocka_unit_test(test_ring),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
