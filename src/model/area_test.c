/* What can be known without an oracle: grids of squares, shared edges, holes, and areas that add
 * up.  Random shapes against GEOS are in area_geos_test.c. */
#include "model/area.h"

#include "model/mgrs.h"
#include "model/oracle_test.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <math.h>
#include <stdlib.h>

enum { E = GEO_E7 };

static struct area *
make(const struct point *points, size_t n)
{
	struct area *area;

	assert_int_equal(area_make(points, &n, 1, &area), ERR_OK);
	return area;
}

static struct area *
make_box(int32_t south, int32_t west, int32_t north, int32_t east)
{
	struct point ring[] = {
	    {south, west}, {south, east}, {north, east}, {north, west}, {south, west}};

	return make(ring, 5);
}

/* South-west edges belong to a square, north-east ones to its neighbour. */
static void
test_edges(void **unused)
{
	static const struct {
		struct point point;
		bool is_inside;
	} rows[] = {
	    {{5, 5}, true},   {{0, 0}, true},   {{0, 5}, true},    {{5, 0}, true},
	    {{10, 5}, false}, {{5, 10}, false}, {{10, 10}, false}, {{0, 10}, false},
	    {{10, 0}, false}, {{-1, 5}, false}, {{5, 11}, false},  {{9, 9}, true},
	};
	struct area *area = make_box(0, 0, 10, 10);

	(void)unused;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (area_holds(area, rows[i].point) != rows[i].is_inside)
			fail_msg("%d %d", rows[i].point.lat_e7, rows[i].point.lon_e7);
	assert_int_equal(area_points(area), 4);
	assert_int_equal(area_box(area).high.lat_e7, 10);
	area_free(area);
	area_free(NULL);
}

/* Triangles around one point in a small grid: each point of it is in exactly one, edges and corners
 * included. */
static void
test_partition(void **unused)
{
	static const struct point rim[] = {{-20, -20}, {-20, 3}, {-20, 20}, {7, 20},
					   {20, 20},   {20, -9}, {20, -20}, {1, -20}};
	struct point hub = {2, -3};
	struct area *parts[8], *whole = make_box(-20, -20, 20, 20);

	(void)unused;
	for (int i = 0; i < 8; i++) {
		struct point ring[] = {hub, rim[i], rim[(i + 1) % 8]},
			     back[] = {ring[2], ring[1], ring[0]};

		parts[i] = make(i % 2 ? ring : back, 3);
	}
	for (int lat = -21; lat <= 21; lat++) {
		for (int lon = -21; lon <= 21; lon++) {
			struct point p = {lat, lon};
			int n = 0;

			for (int i = 0; i < 8; i++)
				n += area_holds(parts[i], p);
			if (n != area_holds(whole, p))
				fail_msg("%d %d is in %d parts", lat, lon, n);
		}
	}
	for (int i = 0; i < 8; i++)
		area_free(parts[i]);
	area_free(whole);
}

static void
test_holes(void **unused)
{
	/* A square with a square hole, and an island apart; the hole wound either way. */
	struct point points[] = {{0, 0},   {0, 30},  {30, 30}, {30, 0},  {10, 10},  {10, 20},
				 {20, 20}, {20, 10}, {0, 100}, {0, 110}, {10, 110}, {10, 100}};
	size_t sizes[] = {4, 4, 4};
	struct area *area;

	(void)unused;
	assert_int_equal(area_make(points, sizes, 3, &area), ERR_OK);
	assert_true(area_holds(area, (struct point){5, 5}));
	assert_false(area_holds(area, (struct point){15, 15}));
	assert_true(area_holds(area, (struct point){25, 15}));
	assert_true(area_holds(area, (struct point){5, 105}));
	assert_false(area_holds(area, (struct point){5, 50}));
	area_free(area);
}

static void
test_refusals(void **unused)
{
	struct point line[] = {{0, 0}, {1, 1}, {0, 0}}, off[] = {{0, 0}, {0, 10}, {900000001, 0}};
	struct point wide[] = {{0, -91 * E}, {0, 90 * E}, {10, 0}};
	size_t three = 3, none = 0, many = AREA_POINTS_MAX + (size_t)1;
	struct area *area;

	(void)unused;
	assert_int_equal(area_make(line, &three, 1, &area), ERR_FORMAT);
	assert_null(area);
	assert_int_equal(area_make(off, &three, 1, &area), ERR_FORMAT);
	assert_int_equal(area_make(wide, &three, 1, &area), ERR_FORMAT);
	assert_int_equal(area_make(line, &none, 1, &area), ERR_FORMAT);
	assert_int_equal(area_make(line, &three, 0, &area), ERR_FORMAT);
	assert_int_equal(area_make(line, &many, 1, &area), ERR_LIMIT);
	assert_int_equal(area_make(line, &three, AREA_RINGS_MAX + 1, &area), ERR_LIMIT);
}

/* A box that no side comes near is in or out as a whole. */
static void
test_may_cut(void **unused)
{
	struct point ring[] = {{-90, -100}, {-60, 80}, {0, -20}, {70, 90}, {70, 0}, {95, -90}};
	struct area *area = make(ring, 6);
	uint64_t state = 9;
	int quiet = 0;

	(void)unused;
	for (int i = 0; i < 4000; i++) {
		int32_t lat = (int32_t)oracle_between(&state, -110, 100),
			lon = (int32_t)oracle_between(&state, -110, 100);
		struct geo_box box = {{lat, lon}, {lat + i % 12, lon + i % 7}};
		bool is_inside = area_holds(area, box.low);

		if (area_may_cut(area, &box))
			continue;
		quiet++;
		for (int32_t y = box.low.lat_e7; y <= box.high.lat_e7; y++)
			for (int32_t x = box.low.lon_e7; x <= box.high.lon_e7; x++)
				assert_true(area_holds(area, (struct point){y, x}) == is_inside);
	}
	assert_true(quiet > 1000);
	area_free(area);
}

/* The bounds of area_holds()'s integers: the widest area there can be. */
static void
test_widest(void **unused)
{
	struct point ring[] = {{-90 * E, -90 * E}, {90 * E, 90 * E}, {90 * E, -90 * E}};
	struct area *area = make(ring, 3);

	(void)unused;
	assert_true(area_holds(area, (struct point){0, -1}));
	assert_false(area_holds(area, (struct point){0, 1}));
	assert_true(area_holds(area, (struct point){89 * E, -90 * E}));
	assert_false(area_holds(area, (struct point){-90 * E, 90 * E}));
	area_free(area);
}

static double
overlap(const struct area *const areas[], size_t n, const struct mgrs_cell *cell)
{
	double m2;

	assert_int_equal(area_overlap_m2(areas, n, cell->corners, cell->n, &m2), ERR_OK);
	return m2;
}

/* A 10 km square against half planes: all, none, and the two sides of a cut add up. */
static void
test_overlap(void **unused)
{
	struct area *all = make_box(30 * E, 40 * E, 40 * E, 50 * E),
		    *far = make_box(10 * E, 40 * E, 20 * E, 50 * E);
	struct point west_ring[] = {
	    {30 * E, 40 * E}, {30 * E, 441000000}, {40 * E, 443000000}, {40 * E, 40 * E}};
	struct point east_ring[] = {
	    {30 * E, 441000000}, {30 * E, 50 * E}, {40 * E, 50 * E}, {40 * E, 443000000}};
	struct area *west = make(west_ring, 4), *east = make(east_ring, 4);
	struct mgrs_cell cell;
	double whole, sides;

	(void)unused;
	assert_int_equal(mgrs_cell(SPAN("38SMD48"), &cell), ERR_OK);
	whole = overlap(NULL, 0, &cell);
	assert_true(fabs(whole / cell.area_m2 - 1) < 1e-4);
	assert_true(fabs(overlap((const struct area *const[]){all}, 1, &cell) / whole - 1) < 1e-12);
	assert_true(fabs(overlap((const struct area *const[]){all, all, all}, 3, &cell) / whole -
			 1) < 1e-12);
	assert_true(overlap((const struct area *const[]){all, far}, 2, &cell) == 0);
	for (int i = 0; i < 20; i++) {
		char text[MGRS_TEXT_MAX];

		assert_int_equal(
		    mgrs_from_point((struct point){350000000, 441500000 + i * 50000}, 2, text),
		    ERR_OK);
		assert_int_equal(mgrs_cell(span_of(text), &cell), ERR_OK);
		sides = overlap((const struct area *const[]){west}, 1, &cell) +
			overlap((const struct area *const[]){east}, 1, &cell);
		assert_true(fabs(sides / overlap(NULL, 0, &cell) - 1) < 1e-9);
		assert_true(overlap((const struct area *const[]){west, east}, 2, &cell) == 0);
	}
	assert_int_equal(area_overlap_m2(NULL, 0, cell.corners, 2, &whole), ERR_FORMAT);
	assert_int_equal(area_overlap_m2(NULL, 0, cell.corners, AREA_CELL_CORNERS_MAX + 1, &whole),
			 ERR_FORMAT);
	area_free(all);
	area_free(far);
	area_free(west);
	area_free(east);
}

/* A frame with a hole: lines and polygons inside, through, in the hole, around and apart. */
static void
test_meets(void **unused)
{
	static const struct {
		const char *name;
		bool is_closed, meets;
		size_t n;
		struct point points[4];
	} rows[] = {
	    {"inside", false, true, 2, {{5, 5}, {6, 90}}},
	    {"through", false, true, 2, {{50, -50}, {50, 150}}},
	    {"apart", false, false, 2, {{-5, -5}, {-5, 200}}},
	    {"in the hole", false, false, 2, {{40, 40}, {60, 60}}},
	    {"out of the hole", false, true, 2, {{40, 40}, {90, 60}}},
	    {"up to a flat edge", false, true, 2, {{0, -10}, {0, 0}}},
	    {"polygon in the hole", true, false, 3, {{40, 40}, {60, 40}, {60, 60}}},
	    {"polygon around it all", true, true, 4, {{-9, -9}, {-9, 109}, {109, 109}, {109, -9}}},
	    {"the same as a line", false, false, 4, {{-9, -9}, {-9, 109}, {109, 109}, {109, -9}}},
	    {"only the closing side crosses", true, true, 3, {{-9, 50}, {50, 500}, {109, 50}}},
	    {"without it, apart", false, false, 3, {{-9, 50}, {50, 500}, {109, 50}}},
	};
	struct point rings[] = {{0, 0},   {0, 100}, {100, 100}, {100, 0},
				{30, 30}, {30, 70}, {70, 70},   {70, 30}};
	size_t sizes[] = {4, 4};
	struct area *area;

	(void)unused;
	assert_int_equal(area_make(rings, sizes, 2, &area), ERR_OK);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (area_meets(area, rows[i].points, rows[i].n, rows[i].is_closed) != rows[i].meets)
			fail_msg("%s", rows[i].name);
	assert_false(area_meets(area, rows[0].points, 0, true));
	area_free(area);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_edges),   cmocka_unit_test(test_partition),
	    cmocka_unit_test(test_holes),   cmocka_unit_test(test_refusals),
	    cmocka_unit_test(test_widest),  cmocka_unit_test(test_overlap),
	    cmocka_unit_test(test_may_cut), cmocka_unit_test(test_meets),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
