/* Layers from GeoJSON: lookups, dates, names, refusals that leave nothing behind; real borders
 * where they are present. */
#include "model/ground.h"

#include "base/file.h"
#include "model/area.h"
#include "model/fold.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DAY_MS = 86400000 };

static const char TWO[] =
    "{\"type\":\"FeatureCollection\",\"features\":["
    "{\"type\":\"Feature\",\"properties\":{\"layer\":\"governorate\",\"name\":\"West\",\"name_ar\":"
    "\"غرب\","
    "\"name_ckb\":\"ڕۆژئاوا\",\"code\":\"W1\"},\"geometry\":{\"type\":\"Polygon\",\"coordinates\":"
    "[[[43,35],[44,35],[44,36],[43,36],[43,35]]]}},"
    "{\"type\":\"Feature\",\"properties\":{\"layer\":\"governorate\",\"name\":\"East\",\"code\":2},"
    "\"geometry\":{\"type\":\"MultiPolygon\",\"coordinates\":[[[[44,35],[45,35],[45,36],[44,36],["
    "44,35]]],"
    "[[[46,35],[47,35],[47,36],[46,36],[46,35]],[[46.2,35.2],[46.8,35.2],[46.8,35.8],[46.2,35.8],["
    "46.2,35.2]]]]}},"
    "{\"type\":\"Feature\",\"properties\":{\"layer\":\"zone\",\"name\":\"Z\",\"from\":\"2027-05-"
    "03\","
    "\"to\":\"2027-05-04\"},\"geometry\":{\"type\":\"Polygon\",\"coordinates\":"
    "[[[43.5,35],[44.5,35],[44.5,36],[43.5,36],[43.5,35]]]}},"
    "{\"type\":\"Feature\",\"properties\":{\"name\":\"line of "
    "A\",\"code\":\"LA\",\"left\":\"A\",\"right\":\"B\","
    "\"from\":\"2027-05-01\",\"band_m\":20000},\"geometry\":{\"type\":\"LineString\","
    "\"coordinates\":"
    "[[44,35],[44,36]]}},"
    "{\"type\":\"Feature\",\"properties\":{\"name\":\"line of B\",\"to\":\"2027-05-03\"},"
    "\"geometry\":{\"type\":\"LineString\",\"coordinates\":[[44.1,36],[44.1,35]]}}"
    "]}";

static int64_t
may_2027(int day)
{
	/* 1 May 2027 is day 20,939 since 1970. */
	return (int64_t)(20939 + day - 1) * DAY_MS;
}

static struct ground *
load_two(void)
{
	struct ground *ground = ground_new();
	char why[GROUND_WHY_MAX];

	assert_non_null(ground);
	if (ground_add(ground, span_of(TWO), GROUND_DISTRICT, why))
		fail_msg("%s", why);
	assert_string_equal(why, "");
	return ground;
}

static void
test_lookup(void **unused)
{
	static const struct {
		struct point point;
		const char *name;
	} rows[] = {
	    {{355000000, 435000000}, "West"}, {{355000000, 440000000}, "East"},
	    {{351000000, 461000000}, "East"}, {{355000000, 465000000}, ""},
	    {{340000000, 435000000}, ""},
	};
	struct ground *ground = load_two();

	(void)unused;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct ground_unit *unit = ground_governorate_at(ground, rows[i].point);

		assert_string_equal(unit ? unit->name : "", rows[i].name);
	}
	assert_null(ground_district_at(ground, rows[0].point));
	assert_int_equal(ground_count(ground), 5);
	assert_string_equal(ground_at(ground, GROUND_GOVERNORATE, 1)->code, "2");
	assert_null(ground_at(ground, GROUND_GOVERNORATE, 2));
	ground_free(ground);
	ground_free(NULL);
}

static void
test_names(void **unused)
{
	struct ground *ground = load_two();
	static const char *const west[] = {"West", "WEST",   "w e-s't", "W1",  "w1",
					   "غرب",  "غـــرب", "ڕۆژئاوا", "Wést"};

	(void)unused;
	for (size_t i = 0; i < sizeof(west) / sizeof(west[0]); i++) {
		const struct ground_unit *unit =
		    ground_unit(ground, GROUND_GOVERNORATE, span_of(west[i]));

		if (!unit || strcmp(unit->name, "West") != 0) {
			fail_msg("%s not found", west[i]);
			return;
		}
		assert_ptr_equal(ground_area(ground, GROUND_GOVERNORATE, span_of(west[i])),
				 unit->area);
	}
	assert_null(ground_unit(ground, GROUND_GOVERNORATE, SPAN("Z")));
	assert_null(ground_unit(ground, GROUND_GOVERNORATE, SPAN("")));
	assert_null(ground_unit(ground, GROUND_GOVERNORATE, SPAN("---")));
	assert_null(ground_area(ground, GROUND_DISTRICT, SPAN("West")));
	assert_non_null(ground_zone(ground, SPAN("z")));
	ground_free(ground);
}

static void
test_fold(void **unused)
{
	static const struct {
		const char *a, *b;
		bool is_same;
	} rows[] = {
	    {"Qaḑā’ al Fallūjah", "QADA AL-FALLUJAH", true},
	    {"Al Anbār", "Al-Anbar", true},
	    {"كركوك", "کەرکووک", false},
	    {"كركوك", "کرکوک", true},
	    {"السليمانية", "السليمانيه", true},
	    {"أربيل", "اربيل", true},
	    {"Tall 'Afar", "Tall Afar", true},
	    {"Sinjar", "Sinjār", true},
	    {"Erbil", "Duhok", false},
	    {"حَلَبْجَة", "حلبجة", true},
	};
	char a[64], b[64];

	(void)unused;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_true(fold_text(span_of(rows[i].a), a, sizeof(a)));
		assert_true(fold_text(span_of(rows[i].b), b, sizeof(b)));
		if ((strcmp(a, b) == 0) != rows[i].is_same)
			fail_msg("%s is %s, %s is %s", rows[i].a, a, rows[i].b, b);
	}
	assert_false(fold_text(SPAN("abcd"), a, 4));
	assert_true(fold_text(SPAN("abc"), a, 4));
	assert_false(fold_text(SPAN("\xFF"), a, 4));
	assert_string_equal(a, "");
}

static void
test_days(void **unused)
{
	struct point middle = {355000000, 439900000};
	struct ground *ground = load_two();
	struct boundary_hit hits[4];

	(void)unused;
	assert_null(ground_zone_at(ground, may_2027(3) - 1, middle, 0));
	assert_non_null(ground_zone_at(ground, may_2027(3), middle, 0));
	assert_non_null(ground_zone_at(ground, may_2027(5) - 1, middle, 0));
	assert_null(ground_zone_at(ground, may_2027(5), middle, 0));
	assert_null(ground_zone_at(ground, may_2027(3), middle, 1));
	/* Both lines stand on 3 May, one before, one after; the nearer first. */
	assert_int_equal(ground_boundary_on(ground, may_2027(1) - 1, middle, hits, 4), 1);
	assert_string_equal(boundary_name(hits[0].line), "line of B");
	assert_int_equal(hits[0].side, BOUNDARY_RIGHT);
	assert_string_equal(hits[0].side_name, "");
	assert_int_equal(ground_boundary_on(ground, may_2027(3), middle, hits, 4), 2);
	assert_string_equal(boundary_name(hits[0].line), "line of A");
	assert_string_equal(boundary_code(hits[0].line), "LA");
	assert_string_equal(hits[0].side_name, "A");
	assert_true(hits[0].is_in_band && hits[0].distance_m < hits[1].distance_m);
	assert_true(fabs(hits[0].km - 55.5) < 0.3);
	assert_int_equal(
	    ground_boundary_on(ground, may_2027(3), (struct point){355000000, 440900000}, hits, 1),
	    1);
	assert_string_equal(boundary_name(hits[0].line), "line of B");
	assert_int_equal(ground_boundary_on(ground, may_2027(4), middle, hits, 4), 1);
	assert_int_equal(ground_boundary_on(ground, may_2027(3), middle, hits, 0), 0);
	ground_free(ground);
}

/* One feature around these properties and this geometry. */
static void
one(char *text, size_t size, const char *properties, const char *geometry)
{
	int n = snprintf(text, size,
			 "{\"type\":\"FeatureCollection\",\"features\":[\n{\"type\":\"Feature\","
			 "\"properties\":%s,\n\"geometry\":%s}]}",
			 properties, geometry);

	assert_true(n > 0 && (size_t)n < size);
}

static void
test_refusals(void **unused)
{
	/* clang-format off */
	static const char good[] = "{\"type\":\"Polygon\",\"coordinates\":[[[43,35],[44,35],[44,36],[43,35]]]}";
	static const struct {
		const char *properties, *geometry, *why;
	} rows[] = {
		{"{}", good, "feature 1: has neither name nor code"},
		{"{\"name\":\"\"}", good, "feature 1: has neither name nor code"},
		{"null", good, "feature 1: has no properties"},
		{"{\"name\":\"N\",\"layer\":\"country\"}", good, "feature 1: layer is none of"},
		{"{\"name\":\"N\",\"layer\":\"boundary\"}", good, "feature 1 (N): a boundary must be a LineString"},
		{"{\"name\":\"N\",\"from\":\"3 May\"}", good, "feature 1 (N): from is not a date"},
		{"{\"name\":\"N\",\"to\":\"2027-02-29\"}", good, "feature 1 (N): to is not a date"},
		{"{\"name\":\"N\",\"from\":\"2027-05-03\",\"to\":\"2027-05-02\"}", good, "feature 1 (N): to is before from"},
		{"{\"name\":\"N\xE2\x80\xAE\"}", good, "feature 1: name holds control characters"},
		{"{\"name\":\"N\"}", "null", "feature 1 (N): has no geometry"},
		{"{\"name\":\"N\"}", "{\"type\":\"Point\",\"coordinates\":[43,35]}", "feature 1 (N): a Point is not read"},
		{"{\"name\":\"N\"}", "{\"type\":\"Polygon\",\"coordinates\":[[43,35]]}", "feature 1 (N): position 1 is not"},
		{"{\"name\":\"N\"}", "{\"type\":\"Polygon\",\"coordinates\":[]}", "feature 1 (N): is no shape"},
		{"{\"name\":\"N\"}", "{\"type\":\"Polygon\",\"coordinates\":7}", "feature 1 (N): coordinates are not nested"},
		{"{\"name\":\"N\"}", "{\"type\":\"MultiPolygon\",\"coordinates\":[7]}", "feature 1 (N): coordinates are not nested"},
		{"{\"name\":\"N\"}", "{\"type\":\"Polygon\",\"coordinates\":[[[43,35],[44,35],[43,35]]]}", "feature 1 (N): is no shape"},
		{"{\"name\":\"N\"}", "{\"type\":\"Polygon\",\"coordinates\":[[[43,95],[44,35],[43,36]]]}",
		 "feature 1 (N): position 1 is not on the globe"},
		{"{\"name\":\"N\"}", "{\"type\":\"Polygon\",\"coordinates\":[[[43,35],[44,35],[\"43\",36]]]}",
		 "feature 1 (N): position 3 is not"},
		{"{\"name\":\"N\"}", "{\"type\":\"LineString\",\"coordinates\":[[43,35]]}", "feature 1 (N): is no shape"},
		{"{\"name\":\"N\",\"band_m\":0}", "{\"type\":\"LineString\",\"coordinates\":[[43,35],[44,35]]}",
		 "feature 1 (N): band_m is not in"},
		{"{\"name\":\"N\",\"name\":\"N\"}", good, "line 2: not JSON"},
		{"{\"name\":\"N\"}", "{\"type\":\"Polygon\"", "line 3: not JSON"},
		{"{\"name\":[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]}", good, "nested deeper"},
	};
	/* clang-format on */
	struct ground *ground = load_two();
	char text[1024], why[GROUND_WHY_MAX];

	(void)unused;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		one(text, sizeof(text), rows[i].properties, rows[i].geometry);
		assert_int_equal(ground_add(ground, span_of(text), GROUND_ZONE, why), ERR_FORMAT);
		if (strncmp(why, rows[i].why, strlen(rows[i].why)) != 0)
			fail_msg("row %zu: %s", i, why);
		assert_int_equal(ground_count(ground), 5);
	}
	assert_int_equal(ground_add(ground, SPAN(""), GROUND_ZONE, why), ERR_FORMAT);
	assert_int_equal(ground_add(ground, SPAN("[]"), GROUND_ZONE, why), ERR_FORMAT);
	assert_int_equal(
	    ground_add(ground, SPAN("{\"type\":\"FeatureCollection\"}"), GROUND_ZONE, why),
	    ERR_FORMAT);
	memset(text, 'x', 200);
	text[200] = '\0';
	assert_int_equal(
	    ground_add(ground, (struct span){text, (size_t)GROUND_BYTES_MAX + 1}, GROUND_ZONE, why),
	    ERR_LIMIT);
	ground_free(ground);
}

/* A good feature before a bad one leaves no trace. */
static void
test_all_or_nothing(void **unused)
{
	static const char half[] =
	    "{\"type\":\"FeatureCollection\",\"features\":["
	    "{\"type\":\"Feature\",\"properties\":{\"name\":\"good\"},\"geometry\":{\"type\":"
	    "\"Polygon\","
	    "\"coordinates\":[[[43,35],[44,35],[44,36],[43,35]]]}},"
	    "{\"type\":\"Feature\",\"properties\":{\"name\":\"good "
	    "line\"},\"geometry\":{\"type\":\"LineString\","
	    "\"coordinates\":[[43,35],[44,35]]}},"
	    "{\"type\":\"Feature\",\"properties\":{\"name\":\"bad\"},\"geometry\":null}]}";
	struct ground *ground = ground_new();
	char why[GROUND_WHY_MAX];

	(void)unused;
	assert_int_equal(ground_add(ground, span_of(half), GROUND_ZONE, why), ERR_FORMAT);
	assert_string_equal(why, "feature 3 (bad): has no geometry");
	assert_int_equal(ground_count(ground), 0);
	assert_null(ground_zone(ground, SPAN("good")));
	ground_free(ground);
}

static void
test_keys(void **unused)
{
	struct ground_keys keys = {.name = "NAME_1", .code = "HASC"};
	struct ground *ground = ground_new();
	char text[512], why[GROUND_WHY_MAX];

	(void)unused;
	one(text, sizeof(text), "{\"NAME_1\":\"N\",\"HASC\":\"IQ.KR\"}",
	    "{\"type\":\"Polygon\",\"coordinates\":[[[43,35],[44,35],[44,36],[43,35]]]}");
	assert_int_equal(ground_add_with(ground, span_of(text), GROUND_DISTRICT, &keys, why),
			 ERR_OK);
	assert_string_equal(ground_unit(ground, GROUND_DISTRICT, SPAN("iq.kr"))->name, "N");
	ground_free(ground);
}

/* False, with the reason printed, where the data are not present. */
static bool
add_file(struct ground *ground, const char *name, enum ground_layer layer)
{
	const char *source = getenv("SEAM_SOURCE");
	struct out file = out_new(GROUND_BYTES_MAX);
	char path[FILE_PATH_MAX], why[GROUND_WHY_MAX];
	bool is_there = source != NULL;

	if (is_there)
		is_there = snprintf(path, sizeof(path), "%s/../shared/data/%s", source, name) <
			   FILE_PATH_MAX;
	if (is_there)
		is_there = !file_read(path, &file);
	if (!is_there)
		print_message("skipped: ../shared/data/%s not present\n", name);
	else if (ground_add(ground, out_view(&file), layer, why))
		fail_msg("%s: %s", name, why);
	out_free(&file);
	return is_there;
}

static void
test_iraq(void **unused)
{
	/* Names of OCHA COD-AB 2019 in the one spelling; who governs is not ours to say. */
	static const struct {
		double lat, lon;
		const char *governorate, *district;
	} rows[] = {
	    {35.468, 44.392, "Kirkuk", "Kirkuk"},
	    {35.139, 44.449, "Kirkuk", "Daquq"},
	    {36.32, 41.87, "Nineveh", "Sinjar"},
	    {35.77, 43.58, "Erbil", "Makhmour"},
	    {34.88, 44.63, "Salah al-Din", "Tuz Khurmatu"},
	    {34.35, 45.38, "Diyala", "Khanaqin"},
	    {33.31, 44.37, "Baghdad", ""},
	    {30.5, 47.8, "Basra", ""},
	    {36.0, 48.5, "", ""},
	};
	struct ground *ground = ground_new();

	(void)unused;
	if (!add_file(ground, "iraq-adm1-cod-ab-2019.geojson", GROUND_ZONE) ||
	    !add_file(ground, "iraq-adm2-seam-cod-ab-2019.geojson", GROUND_ZONE))
		goto done;
	assert_int_equal(ground_count(ground), 18 + 46);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct ground_unit *governorate, *district;
		struct point p;

		assert_true(geo_from_degrees(rows[i].lat, rows[i].lon, &p));
		governorate = ground_governorate_at(ground, p);
		district = ground_district_at(ground, p);
		if (strcmp(governorate ? governorate->name : "", rows[i].governorate) != 0 ||
		    strcmp(district ? district->name : "", rows[i].district) != 0)
			fail_msg("%g %g: %s, %s", rows[i].lat, rows[i].lon,
				 governorate ? governorate->name : "-",
				 district ? district->name : "-");
		if (district)
			assert_string_equal(district->within, governorate->name);
	}
	assert_string_equal(ground_unit(ground, GROUND_GOVERNORATE, SPAN("كركوك"))->name, "Kirkuk");
	assert_string_equal(ground_unit(ground, GROUND_GOVERNORATE, SPAN("al anbār"))->code,
			    "IQG01");
done:
	ground_free(ground);
}

/* The dataset's province, folded, and the governorate of COD-AB that it means. */
static const struct {
	const char *province, *governorate;
} PROVINCES[] = {
    {"ninawaprovince", "Nineveh"},      {"alanbarprovince", "Anbar"},
    {"baghdadprovince", "Baghdad"},     {"salahaddinprovince", "Salah al-Din"},
    {"kirkukprovince", "Kirkuk"},       {"diyalaprovince", "Diyala"},
    {"arbilprovince", "Erbil"},         {"babilprovince", "Babil"},
    {"dahukprovince", "Duhok"},         {"wasitprovince", "Wasit"},
    {"karbalaprovince", "Karbala"},     {"annajafprovince", "Najaf"},
    {"albasrahprovince", "Basra"},      {"dhiqarprovince", "Dhi Qar"},
    {"almuthannaprovince", "Muthanna"},
};

static bool
is_province(struct span province, const char *governorate)
{
	char folded[GROUND_TEXT_MAX];

	assert_true(fold_text(province, folded, sizeof(folded)));
	for (size_t i = 0; i < sizeof(PROVINCES) / sizeof(PROVINCES[0]); i++)
		if (strcmp(folded, PROVINCES[i].province) == 0)
			return strcmp(governorate, PROVINCES[i].governorate) == 0;
	fail_msg("%s: unknown province", folded);
	return false;
}

/* True for an event known to 25 km or better that names a province; *agrees when its position lies
 * in that one. */
static bool
compare_event(const struct ground *ground, struct span line, bool *agrees)
{
	enum { WHERE = 12, PROVINCE = 14, LATITUDE = 16, LONGITUDE = 17, COLUMNS = 25 };
	struct span columns[COLUMNS];
	const struct ground_unit *unit;
	char lat[32], lon[32];
	struct point point;

	for (int i = 0; i < COLUMNS; i++)
		if (!span_split(&line, ',', &columns[i]))
			return false;
	if ((!span_is(columns[WHERE], "1") && !span_is(columns[WHERE], "2")) ||
	    columns[PROVINCE].n == 0)
		return false;
	assert_true(span_copy(lat, sizeof(lat), columns[LATITUDE]) &&
		    span_copy(lon, sizeof(lon), columns[LONGITUDE]));
	assert_true(geo_from_degrees(strtod(lat, NULL), strtod(lon, NULL), &point));
	unit = ground_governorate_at(ground, point);
	*agrees = unit && is_province(columns[PROVINCE], unit->name);
	return true;
}

/* Uppsala's coders and OCHA's polygons, independent of one another, agree but for events next to a
 * border. */
static void
test_events(void **unused)
{
	struct ground *ground = ground_new();
	struct out file = out_new(1 << 24);
	struct span rest, line;
	char path[FILE_PATH_MAX];
	int seen = 0, agreed = 0;

	(void)unused;
	if (!add_file(ground, "iraq-adm1-cod-ab-2019.geojson", GROUND_ZONE))
		goto done;
	assert_true(snprintf(path, sizeof(path),
			     "%s/../shared/data/ucdp-ged-19.1-iraq-2014-2018.csv",
			     getenv("SEAM_SOURCE")) < FILE_PATH_MAX);
	if (file_read(path, &file)) {
		print_message("skipped: the events are not present\n");
		goto done;
	}
	for (rest = out_view(&file); span_split(&rest, '\n', &line);) {
		bool agrees = false;

		seen += compare_event(ground, line, &agrees);
		agreed += agrees;
	}
	print_message("%d of %d events lie in the province they name\n", agreed, seen);
	assert_true(seen > 2000 && agreed * 1000 > seen * 990);
done:
	out_free(&file);
	ground_free(ground);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_lookup),   cmocka_unit_test(test_names),
	    cmocka_unit_test(test_fold),     cmocka_unit_test(test_days),
	    cmocka_unit_test(test_refusals), cmocka_unit_test(test_all_or_nothing),
	    cmocka_unit_test(test_keys),     cmocka_unit_test(test_iraq),
	    cmocka_unit_test(test_events),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
