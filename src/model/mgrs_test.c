/* Against GeoConvert (GeographicLib) on random and awkward points, and the squares' own promises.
 */
#include "model/mgrs.h"
#include "model/utm.h"

#include "base/file.h"
#include "model/oracle_test.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { POINTS = TEST_SLOW ? 1000000 : 20000 };

static struct point
at_degrees(double lat, double lon)
{
	struct point point;

	assert_true(geo_from_degrees(lat, lon, &point));
	return point;
}

/* Half anywhere, the rest where zones, bands and exceptions meet, down to the last 1e-7 degree. */
static struct point
pick(uint64_t *state, int i)
{
	static const int lats[] = {-80, -72, -8, 0, 8, 32, 40, 56, 64, 72};
	static const int lons[] = {-180, -6, 0, 3, 6, 9, 12, 15, 21, 33, 42, 48, 174};
	int64_t near = oracle_between(state, 0, 3) == 0 ? 3 : 200000;
	struct point p;

	p.lat_e7 = (int32_t)oracle_between(state, -80 * (int64_t)GEO_E7, 84 * (int64_t)GEO_E7 - 1);
	p.lon_e7 = (int32_t)oracle_between(state, -180 * (int64_t)GEO_E7, 180 * (int64_t)GEO_E7);
	if (i % 8 == 1 || i % 8 == 3)
		p.lon_e7 = (int32_t)(lons[oracle_between(state, 0, 12)] * (int64_t)GEO_E7 +
				     oracle_between(state, 0, near));
	if (i % 8 == 3 || i % 8 == 5)
		p.lat_e7 = (int32_t)(lats[oracle_between(state, 0, 9)] * (int64_t)GEO_E7 +
				     oracle_between(state, 0, near));
	if (i % 16 == 1 && p.lon_e7 > 0)
		p.lon_e7 -= 100000;
	if (i % 16 == 5 && p.lat_e7 > -79 * GEO_E7)
		p.lat_e7 -= 100000;
	if (i % 8 == 7) {
		p.lat_e7 =
		    (int32_t)oracle_between(state, 55 * (int64_t)GEO_E7, 84 * (int64_t)GEO_E7 - 1);
		p.lon_e7 =
		    (int32_t)oracle_between(state, -1 * (int64_t)GEO_E7, 43 * (int64_t)GEO_E7);
	}
	return p;
}

static void
write_degrees(FILE *file, int32_t e7)
{
	int64_t whole = llabs((int64_t)e7);

	fprintf(file, "%s%lld.%07lld ", e7 < 0 ? "-" : "", (long long)(whole / GEO_E7),
		(long long)(whole % GEO_E7));
}

static void
compare_with_geoconvert(unsigned digits, char *precision, int count)
{
	FILE *in = tmpfile(), *out = tmpfile();
	uint64_t state = 0x5EA3 + digits;
	char *argv[] = {(char[]){"GeoConvert"}, (char[]){"-m"}, (char[]){"-p"}, precision, NULL};
	char line[64], text[MGRS_TEXT_MAX];

	assert_non_null(in);
	assert_non_null(out);
	for (int i = 0; i < count; i++) {
		struct point p = pick(&state, i);

		write_degrees(in, p.lat_e7);
		write_degrees(in, p.lon_e7);
		fputc('\n', in);
	}
	if (!oracle_run(argv, in, out)) {
		print_message("skipped: GeoConvert not present\n");
		goto done;
	}
	state = 0x5EA3 + digits;
	for (int i = 0; i < count; i++) {
		struct point p = pick(&state, i);

		assert_non_null(fgets(line, sizeof(line), out));
		line[strcspn(line, "\n")] = '\0';
		assert_int_equal(mgrs_from_point(p, digits, text), ERR_OK);
		if (strcmp(text, line) != 0)
			fail_msg("%d %d: %s, GeoConvert says %s", p.lat_e7, p.lon_e7, text, line);
	}
	print_message("%d points equal GeoConvert at %u digits\n", count, digits);
done:
	fclose(in);
	fclose(out);
}

static void
test_geoconvert(void **unused)
{
	(void)unused;
	compare_with_geoconvert(10, (char[]){"0"}, POINTS);
	compare_with_geoconvert(8, (char[]){"-1"}, POINTS / 10);
	compare_with_geoconvert(4, (char[]){"-3"}, POINTS / 10);
	compare_with_geoconvert(0, (char[]){"-5"}, POINTS / 10);
}

static void
test_known(void **unused)
{
	static const struct {
		double lat, lon;
		unsigned digits;
		const char *text;
	} rows[] = {
	    {36.2, 41.999, 6, "37SGA696103"},  {36.2, 42.001, 6, "38SKF303103"},
	    {36.2, 42, 10, "38SKF3026310304"}, {0, 0, 10, "31NAA6602100000"},
	    {-1e-7, 0, 10, "31MAV6602199999"}, {0, 180, 10, "01NAA6602100000"},
	    {0, -180, 10, "01NAA6602100000"},  {-80, 0, 10, "31CDM4186716915"},
	    {56, 3, 10, "32VJH2604922336"},    {55.9999999, 5.9999999, 10, "31UFC8707110141"},
	    {64, 2.9, 10, "31WDL9510897017"},  {72, 5, 10, "31XEV6896990077"},
	};
	char text[MGRS_TEXT_MAX];

	(void)unused;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct point p = at_degrees(rows[i].lat, rows[i].lon);

		assert_int_equal(mgrs_from_point(p, rows[i].digits, text), ERR_OK);
		assert_string_equal(text, rows[i].text);
	}
	assert_int_equal(mgrs_from_point(at_degrees(84, 10), 8, text), ERR_REFUSED);
	assert_int_equal(mgrs_from_point(at_degrees(-80.0000001, 10), 8, text), ERR_REFUSED);
	assert_int_equal(mgrs_from_point(at_degrees(36, 42), 3, text), ERR_FORMAT);
	assert_int_equal(mgrs_from_point(at_degrees(36, 42), 12, text), ERR_FORMAT);
	assert_int_equal(mgrs_from_point((struct point){0, INT32_MAX}, 8, text), ERR_FORMAT);
	assert_string_equal(text, "");
}

static void
test_read(void **unused)
{
	static const struct {
		const char *text;
		enum err err;
		unsigned digits;
	} rows[] = {
	    {"38SMD65347865", ERR_OK, 8},
	    {"38SMD", ERR_OK, 0},
	    {"38SMD6", ERR_FORMAT, 0},
	    {"38SMD6534786500", ERR_OK, 10},
	    {"38SMD653478650011", ERR_FORMAT, 0},
	    {"38smd65347865", ERR_FORMAT, 0},
	    {"38S MD65347865", ERR_FORMAT, 0},
	    {"8SMD6534", ERR_FORMAT, 0},
	    {"38IMD6534", ERR_FORMAT, 0},
	    {"38SOD6534", ERR_FORMAT, 0},
	    {"38SMI6534", ERR_FORMAT, 0},
	    {"00SMD6534", ERR_FORMAT, 0},
	    {"61SMD6534", ERR_FORMAT, 0},
	    {"38YMD6534", ERR_NOT_FOUND, 0},
	    {"38BMD6534", ERR_NOT_FOUND, 0},
	    {"38SAD6534", ERR_NOT_FOUND, 0},
	    {"38SMW6534", ERR_NOT_FOUND, 0},
	    {"38SMN6534", ERR_NOT_FOUND, 0},
	    {"38SQD9999", ERR_NOT_FOUND, 0},
	    {"32XMH0000", ERR_NOT_FOUND, 0},
	    {"37SGA7010", ERR_NOT_FOUND, 0},
	    {"37SGA6910", ERR_OK, 4},
	    /* Norway and Svalbard: squares of a zone that is not in use there. */
	    {"31VEG5551", ERR_NOT_FOUND, 0},
	    {"31VDG7251", ERR_OK, 4},
	    {"32VKM2161", ERR_OK, 4},
	    {"31XGD0135", ERR_NOT_FOUND, 0},
	    {"32XNJ2823", ERR_NOT_FOUND, 0},
	    {"31XFD4429", ERR_OK, 4},
	    {"33XXD4429", ERR_OK, 4},
	    {"33XYD0135", ERR_NOT_FOUND, 0},
	    {"", ERR_FORMAT, 0},
	    {"38SMD6534786x", ERR_FORMAT, 0},
	};

	(void)unused;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		unsigned digits = 99;

		if (mgrs_read(span_of(rows[i].text), &digits) != rows[i].err)
			fail_msg("%s", rows[i].text);
		assert_int_equal(digits, rows[i].digits);
	}
}

/* Counter-clockwise in latitude and longitude, with a slack in 1e-7 degree for bent sides. */
static bool
holds(const struct mgrs_cell *cell, struct point p, double slack_e7)
{
	for (unsigned i = 0; i < cell->n; i++) {
		struct point a = cell->corners[i], b = cell->corners[(i + 1) % cell->n];
		double run = (double)b.lon_e7 - a.lon_e7, rise = (double)b.lat_e7 - a.lat_e7;
		double side =
		    run * ((double)p.lat_e7 - a.lat_e7) - rise * ((double)p.lon_e7 - a.lon_e7);

		if (side < -slack_e7 * (fabs(run) + fabs(rise)))
			return false;
	}
	return true;
}

/* Every point lies in the outline of its own square, whose centre reads as the square, at every
 * level. */
static void
test_round_trip(void **unused)
{
	uint64_t state = 77;

	(void)unused;
	for (int i = 0; i < POINTS; i++) {
		struct point p = pick(&state, i);
		unsigned digits = 2 * (unsigned)oracle_between(&state, 1, 5);
		char text[MGRS_TEXT_MAX], again[MGRS_TEXT_MAX];
		struct mgrs_cell cell;
		double side, lat;

		if (p.lon_e7 == 180 * GEO_E7)
			p.lon_e7 = -p.lon_e7;
		assert_int_equal(mgrs_from_point(p, digits, text), ERR_OK);
		assert_int_equal(mgrs_cell(span_of(text), &cell), ERR_OK);
		side = cell.side_m;
		/* A straight side leaves a bent one by its square over 8 times the radius of the
		 * bend, which is the Earth's over the latitude's tangent; twice that where
		 * Svalbard's zones are wide. */
		lat = fabs(p.lat_e7 / 1e7 / 57.29578);
		if (!holds(&cell, p,
			   4 + 2 * side * side / 5.1e7 * 90 * (0.2 + tan(lat)) / cos(lat)))
			fail_msg("%s does not hold %d %d", text, p.lat_e7, p.lon_e7);
		assert_int_equal(mgrs_from_point(cell.centre, digits, again), ERR_OK);
		if (strcmp(text, again) != 0)
			fail_msg("centre of %s reads as %s", text, again);
		assert_true(cell.area_m2 >= 0 && cell.area_m2 <= side * side * 1.0021);
		assert_true(cell.n >= 3 && cell.n <= MGRS_CORNERS_MAX);
	}
}

/* Uncut squares have the area that the projection's scale says: side^2 / k^2. */
static void
test_area(void **unused)
{
	struct mgrs_cell cell;

	(void)unused;
	/* Easting 500 km: k = 0.9996 in the middle of the zone. */
	assert_int_equal(mgrs_cell(span_of("38SNE0000"), &cell), ERR_OK);
	assert_int_equal(cell.side_m, 1000);
	assert_true(fabs(cell.area_m2 / (1e6 / (0.9996 * 0.9996)) - 1) < 1e-5);
	assert_int_equal(cell.n, 4);
	assert_int_equal(mgrs_cell(span_of("38SNE"), &cell), ERR_OK);
	assert_true(fabs(cell.area_m2 / (1e10 / (0.9996 * 0.9996)) - 1) < 1e-3);
	assert_false(mgrs_is_sliver(&cell));
	assert_int_equal(mgrs_cell(span_of("33HWE0000000000"), &cell), ERR_OK);
	assert_true(fabs(cell.area_m2 / (1 / (0.9996 * 0.9996)) - 1) < 1e-2);
}

/* At 36.00 N the last "10 km" column before 42 E is 421 m wide. */
static void
test_sliver(void **unused)
{
	struct point west = at_degrees(36.0, 41.9999), east = at_degrees(36.0, 42.0);
	char text[MGRS_TEXT_MAX];
	struct mgrs_cell cell;
	struct point corner, edge;
	struct utm utm;
	double lat, lon;

	(void)unused;
	assert_int_equal(mgrs_from_point(west, 2, text), ERR_OK);
	assert_memory_equal(text, "37SG", 4);
	assert_int_equal(mgrs_cell(span_of(text), &cell), ERR_OK);
	assert_true(mgrs_is_sliver(&cell));
	for (unsigned i = 0; i < cell.n; i++)
		assert_true(cell.corners[i].lon_e7 <= 42 * GEO_E7);
	/* Width at 36.00 N: from the column's western side to 42 E. */
	assert_int_equal(utm_from_point(west, &utm), ERR_OK);
	utm.easting_m = floor(utm.easting_m / 10000) * 10000;
	utm_to_degrees(&utm, &lat, &lon);
	corner = at_degrees(lat, lon);
	edge = at_degrees(lat, 42);
	assert_true(fabs(geo_distance_m(corner, edge) - 421) < 2);
	assert_int_equal(mgrs_from_point(east, 2, text), ERR_OK);
	assert_memory_equal(text, "38SK", 4);
	assert_int_equal(mgrs_cell(span_of(text), &cell), ERR_OK);
	for (unsigned i = 0; i < cell.n; i++)
		assert_true(cell.corners[i].lon_e7 >= 42 * GEO_E7);
}

static void
test_levels(void **unused)
{
	struct mgrs_levels levels;
	char text[MGRS_TEXT_MAX];

	(void)unused;
	assert_int_equal(mgrs_levels(SPAN("38SMF4712"), &levels), ERR_OK);
	assert_int_equal(levels.n, 2);
	assert_string_equal(levels.square, "38SMF");
	assert_string_equal(levels.pairs[0], "41");
	assert_string_equal(levels.pairs[1], "72");
	assert_int_equal(mgrs_from_levels(&levels, text), ERR_OK);
	assert_string_equal(text, "38SMF4712");
	levels.n = 1;
	assert_int_equal(mgrs_from_levels(&levels, text), ERR_OK);
	assert_string_equal(text, "38SMF41");
	levels.pairs[0][1] = '\0';
	assert_int_equal(mgrs_from_levels(&levels, text), ERR_FORMAT);
	levels.n = 6;
	assert_int_equal(mgrs_from_levels(&levels, text), ERR_FORMAT);
	assert_int_equal(mgrs_coarsen(SPAN("38SMD4981488618"), 6, text), ERR_OK);
	assert_string_equal(text, "38SMD498886");
	assert_int_equal(mgrs_coarsen(SPAN("38SMD498886"), 4, text), ERR_OK);
	assert_string_equal(text, "38SMD4988");
	assert_int_equal(mgrs_coarsen(SPAN("38SMD4988"), 2, text), ERR_OK);
	assert_string_equal(text, "38SMD48");
	assert_int_equal(mgrs_coarsen(SPAN("38SMD4988"), 0, text), ERR_OK);
	assert_string_equal(text, "38SMD");
	assert_int_equal(mgrs_coarsen(SPAN("38SMD48"), 4, text), ERR_REFUSED);
	assert_int_equal(mgrs_coarsen(SPAN("38SMD4988"), 3, text), ERR_REFUSED);
	assert_int_equal(mgrs_coarsen(SPAN("rubbish"), 2, text), ERR_FORMAT);
}

/* Column c of a line whose fields before it hold no comma inside quotes. */
static struct span
column(struct span line, unsigned c)
{
	struct span part = {NULL, 0};

	for (unsigned i = 0; i <= c; i++)
		if (!span_split(&line, ',', &part))
			return (struct span){NULL, 0};
	if (part.n >= 2 && part.p[0] == '"')
		part = (struct span){part.p + 1, part.n - 2};
	return part;
}

static void
test_exercise(void **unused)
{
	const char *source = getenv("SEAM_SOURCE");
	struct out file = out_new(1 << 20);
	char path[FILE_PATH_MAX], text[MGRS_TEXT_MAX], number[32];
	struct span rest, line;
	int seen = 0;

	(void)unused;
	if (!source || file_path(path, sizeof(path), source, "../shared/data/exercise-72h.csv") ||
	    file_read(path, &file)) {
		print_message("skipped: ../shared/data/exercise-72h.csv not present\n");
		out_free(&file);
		return;
	}
	for (rest = out_view(&file); span_split(&rest, '\n', &line);) {
		struct span grid = column(line, 5);
		double lon, lat;
		unsigned digits;

		if (grid.n == 0 || mgrs_read(grid, &digits) != ERR_OK)
			continue;
		assert_true(span_copy(number, sizeof(number), column(line, 6)));
		lon = strtod(number, NULL);
		assert_true(span_copy(number, sizeof(number), column(line, 7)));
		lat = strtod(number, NULL);
		assert_int_equal(mgrs_from_point(at_degrees(lat, lon), digits, text), ERR_OK);
		if (!span_is(grid, text))
			fail_msg("%.*s is %s at %g %g", (int)grid.n, grid.p, text, lat, lon);
		seen++;
	}
	assert_true(seen >= 40);
	print_message("%d grids of the exercise agree with their coordinates\n", seen);
	out_free(&file);
}

/* The projection and its inverse undo one another to 1e-9 degree, outside the zone as well. */
static void
test_projection(void **unused)
{
	uint64_t state = 5;

	(void)unused;
	for (int i = 0; i < POINTS / 10; i++) {
		double lat = (double)oracle_between(&state, -839999, 839999) / 1e4, back_lat,
		       back_lon;
		double lon = (double)oracle_between(&state, 360000, 540000) / 1e4;
		struct utm utm;

		utm_project(lat, lon, 38, lat >= 0, &utm);
		utm_to_degrees(&utm, &back_lat, &back_lon);
		assert_true(fabs(lat - back_lat) < 1e-9);
		assert_true(fabs(lon - back_lon) * cos(lat / 57.3) < 1e-9);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_known),      cmocka_unit_test(test_read),
	    cmocka_unit_test(test_projection), cmocka_unit_test(test_round_trip),
	    cmocka_unit_test(test_area),       cmocka_unit_test(test_sliver),
	    cmocka_unit_test(test_levels),     cmocka_unit_test(test_exercise),
	    cmocka_unit_test(test_geoconvert),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
