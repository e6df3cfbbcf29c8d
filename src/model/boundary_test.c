/* Side, distance and kilometre on lines small enough to check by hand, and against brute force. */
#include "model/boundary.h"

#include "model/oracle_test.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <math.h>

static struct boundary *
make(const struct point *points, size_t n)
{
	struct boundary_input input = {.name = SPAN("line"),
				       .left = SPAN("west bank"),
				       .right = SPAN("east bank"),
				       .from_ms = 1000,
				       .to_ms = 2000,
				       .points = points,
				       .n = n};
	struct boundary *line;

	assert_int_equal(boundary_make(&input, &line), ERR_OK);
	return line;
}

/* North along 44 E from 35 to 36, then east along 36 N to 45 E. */
static const struct point CORNER[] = {
    {350000000, 440000000}, {360000000, 440000000}, {360000000, 450000000}};

static void
test_sides(void **unused)
{
	static const struct {
		struct point point;
		enum boundary_side side;
		double km, distance_m;
		bool is_past_end, is_in_band;
	} rows[] = {
	    {{355000000, 439000000}, BOUNDARY_LEFT, 55.5, 9059, false, true},
	    {{355000000, 441000000}, BOUNDARY_RIGHT, 55.5, 9059, false, true},
	    {{361000000, 439000000}, BOUNDARY_LEFT, 110.95, 14300, false, false},
	    {{359900000, 440200000}, BOUNDARY_RIGHT, 112.75, 1110, false, true},
	    {{360000000, 445000000}, BOUNDARY_ON, 156, 0, false, true},
	    {{340000000, 439000000}, BOUNDARY_LEFT, 0, 111300, true, false},
	    {{340000000, 441000000}, BOUNDARY_RIGHT, 0, 111300, true, false},
	    {{361000000, 451000000}, BOUNDARY_LEFT, 201.1, 14300, true, false},
	};
	struct boundary *line = make(CORNER, 3);

	(void)unused;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct boundary_hit hit;

		boundary_measure(line, rows[i].point, &hit);
		if (hit.side != rows[i].side || fabs(hit.km - rows[i].km) > 0.3 ||
		    fabs(hit.distance_m - rows[i].distance_m) > 0.01 * rows[i].distance_m + 1 ||
		    hit.is_past_end != rows[i].is_past_end || hit.is_in_band != rows[i].is_in_band)
			fail_msg("row %zu: side %d, %.3f km, %.0f m, %d %d", i, (int)hit.side,
				 hit.km, hit.distance_m, hit.is_past_end, hit.is_in_band);
		assert_string_equal(hit.side_name, hit.side == BOUNDARY_ON     ? ""
						   : hit.side == BOUNDARY_LEFT ? "west bank"
									       : "east bank");
		assert_ptr_equal(hit.line, line);
	}
	assert_true(fabs(boundary_length_km(line) - 201.1) < 0.2);
	boundary_free(line);
}

/* At a sharp bend both pieces drawn on would disagree; the point is on the outer side. */
static void
test_bend(void **unused)
{
	static const struct point hairpin[] = {
	    {350000000, 440000000}, {360000000, 440000000}, {350000000, 440100000}};
	struct boundary *line = make(hairpin, 3);
	struct boundary_hit hit;

	(void)unused;
	boundary_measure(line, (struct point){361000000, 440010000}, &hit);
	assert_int_equal(hit.side, BOUNDARY_LEFT);
	boundary_measure(line, (struct point){361000000, 439990000}, &hit);
	assert_int_equal(hit.side, BOUNDARY_LEFT);
	boundary_measure(line, (struct point){351000000, 440050000}, &hit);
	assert_int_equal(hit.side, BOUNDARY_RIGHT);
	boundary_free(line);
}

/* Distance is the least over 2,000 points laid along the line; turning the line round turns the
 * sides. */
static void
test_brute_force(void **unused)
{
	static const struct point bent[] = {{350000000, 440000000},
					    {353000000, 442000000},
					    {352000000, 445000000},
					    {356000000, 447000000},
					    {357000000, 443000000}};
	struct point turned[5];
	struct boundary *line = make(bent, 5), *back;
	uint64_t state = 3;

	(void)unused;
	for (int i = 0; i < 5; i++)
		turned[i] = bent[4 - i];
	back = make(turned, 5);
	for (int i = 0; i < 500; i++) {
		struct point p = {(int32_t)oracle_between(&state, 345000000, 362000000),
				  (int32_t)oracle_between(&state, 435000000, 452000000)};
		struct boundary_hit hit, other;
		double least = INFINITY;

		boundary_measure(line, p, &hit);
		boundary_measure(back, p, &other);
		for (int k = 0; k < 2000; k++) {
			const struct point *a = &bent[k / 500];
			double part = k % 500 / 499.0;
			struct point at = {
			    a[0].lat_e7 + (int32_t)(part * (a[1].lat_e7 - a[0].lat_e7)),
			    a[0].lon_e7 + (int32_t)(part * (a[1].lon_e7 - a[0].lon_e7))};

			least = fmin(least, geo_distance_m(p, at));
		}
		if (hit.distance_m > least * 1.005 + 1 || hit.distance_m < least * 0.995 - 60)
			fail_msg("%d %d: %.0f, laid out %.0f", p.lat_e7, p.lon_e7, hit.distance_m,
				 least);
		assert_true(fabs(hit.distance_m - other.distance_m) < 1);
		assert_int_equal(hit.side == BOUNDARY_LEFT, other.side == BOUNDARY_RIGHT);
		assert_true(fabs(hit.km + other.km - boundary_length_km(line)) < 0.01);
	}
	boundary_free(line);
	boundary_free(back);
}

static void
test_refusals(void **unused)
{
	struct point same[] = {{1, 1}, {1, 1}}, outside[] = {{0, 0}, {950000000, 0}},
		     wide[] = {{0, 0}, {0, 950000000}};
	struct boundary_input input = {
	    .name = SPAN("x"), .from_ms = 0, .to_ms = 1, .points = CORNER, .n = 3};
	struct boundary *line;
	char name[BOUNDARY_TEXT_MAX + 1] = {0};

	(void)unused;
	input.n = 1;
	assert_int_equal(boundary_make(&input, &line), ERR_FORMAT);
	assert_null(line);
	input.n = BOUNDARY_POINTS_MAX + 1;
	assert_int_equal(boundary_make(&input, &line), ERR_LIMIT);
	input.n = 2;
	input.points = same;
	assert_int_equal(boundary_make(&input, &line), ERR_FORMAT);
	input.points = outside;
	assert_int_equal(boundary_make(&input, &line), ERR_FORMAT);
	input.points = wide;
	assert_int_equal(boundary_make(&input, &line), ERR_FORMAT);
	input.points = CORNER;
	input.to_ms = 0;
	assert_int_equal(boundary_make(&input, &line), ERR_FORMAT);
	input.to_ms = 1;
	for (int i = 0; i < BOUNDARY_TEXT_MAX; i++)
		name[i] = 'x';
	input.name = span_of(name);
	assert_int_equal(boundary_make(&input, &line), ERR_LIMIT);
	assert_null(line);
	boundary_free(NULL);
}

static void
test_days(void **unused)
{
	struct boundary *line = make(CORNER, 3);

	(void)unused;
	assert_false(boundary_is_on(line, 999));
	assert_true(boundary_is_on(line, 1000));
	assert_true(boundary_is_on(line, 1999));
	assert_false(boundary_is_on(line, 2000));
	assert_string_equal(boundary_name(line), "line");
	assert_string_equal(boundary_code(line), "");
	boundary_free(line);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_sides),       cmocka_unit_test(test_bend),
	    cmocka_unit_test(test_brute_force), cmocka_unit_test(test_refusals),
	    cmocka_unit_test(test_days),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
