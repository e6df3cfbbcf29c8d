/* GeoJSON features become records; any cut of the input gives the same; nothing grows. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "edge/geojson.h"

#include <stdlib.h>
#include <string.h>

#define FC(...) "{\"type\":\"FeatureCollection\",\"features\":[" __VA_ARGS__ "]}"
#define F(properties, geometry)                                                                    \
	"{\"type\":\"Feature\",\"properties\":{" properties "},\"geometry\":" geometry "}"
#define CLASH "\"kind\":\"incident\",\"type\":\"atk.clash\",\"when\":\"2018-05-02\""
#define POINT "{\"type\":\"Point\",\"coordinates\":[44.392,35.468]}"

/* clang-format off */
static const struct {
	const char *name, *map, *input;
	enum err err;
	const char *expected;
} rows[] = {
	{"a point", NULL, FC(F(CLASH ",\"persons\":5,\"other\":[1]", POINT)), ERR_OK,
	 "1: type=atk.clash when=02 MAY 18 place=38SME448251 persons=5\n"},
	{"two, with lines", NULL, "{\"features\":[\n" F(CLASH, "null") ",\n" F(CLASH, POINT) "\n],\n\"type\":\"FeatureCollection\",\"x\":{\"y\":[1]}}", ERR_OK,
	 "2: type=atk.clash when=02 MAY 18\n3: type=atk.clash when=02 MAY 18 place=38SME448251\n"},
	{"a route", NULL, FC(F(CLASH, "{\"type\":\"LineString\",\"coordinates\":[[44.2,35.1],[44.3,35.2]]}")), ERR_OK,
	 "1: type=atk.clash when=02 MAY 18 shape=line 35.1,44.2 35.2,44.3\n"},
	{"an area", NULL, FC(F(CLASH, "{\"type\":\"Polygon\",\"coordinates\":[[[44.2,35.1],[44.3,35.1],[44.3,35.2],[44.2,35.1]]]}")), ERR_OK,
	 "1: type=atk.clash when=02 MAY 18 shape=area 35.1,44.2 35.1,44.3 35.2,44.3\n"},
	{"Arabic and braces in text", NULL, FC(F(CLASH ",\"summary\":\"هجوم }] \\\" {\"", "null")), ERR_OK,
	 "1: type=atk.clash when=02 MAY 18 summary=هجوم }] \" {\n"},
	{"by a map", "kind incident\nset type = atk.clash\ncolumn day = when\ncolumn dead = deaths\nprecision 10km\n",
	 FC(F("\"day\":\"2018-05-02\",\"dead\":3", POINT)), ERR_OK, "1: type=atk.clash when=02 MAY 18 place=38SME42 deaths=3\n"},
	{"an open ring", NULL, FC(F(CLASH, "{\"type\":\"Polygon\",\"coordinates\":[[[44.2,35.1],[44.3,35.1],[44.3,35.2]]]}")), ERR_OK, "1! geometry bad_place\n"},
	{"an open ring of four", NULL, FC(F(CLASH, "{\"type\":\"Polygon\",\"coordinates\":[[[44.2,35.1],[44.3,35.1],[44.3,35.2],[44.2,35.2]]]}")), ERR_OK, "1! geometry bad_place\n"},
	{"off the globe", NULL, FC(F(CLASH, "{\"type\":\"Point\",\"coordinates\":[444,35]}")), ERR_OK, "1! geometry bad_place\n"},
	{"latitude first", NULL, FC(F(CLASH, "{\"type\":\"Point\",\"coordinates\":[35.325,43.77]}")), ERR_OK, "1! geometry exchanged\n"},
	{"a line with latitude first", NULL, FC(F(CLASH, "{\"type\":\"LineString\",\"coordinates\":[[35.1,44.2],[35.2,44.3]]}")), ERR_OK, "1! geometry exchanged\n"},
	{"a line that reaches far", NULL, FC(F(CLASH, "{\"type\":\"LineString\",\"coordinates\":[[36.1,39.2],[44.2,35.1]]}")), ERR_OK,
	 "1: type=atk.clash when=02 MAY 18 shape=line 39.2,36.1 35.1,44.2\n"},
	{"a grid beside goes before", NULL, FC(F(CLASH ",\"place\":\"38SME4425\"", "{\"type\":\"Point\",\"coordinates\":[35.325,43.77]}")), ERR_OK,
	 "1: type=atk.clash when=02 MAY 18 place=38SME4425\n"},
	{"an id in words", NULL, FC("{\"type\":\"Feature\",\"id\":\"a 7\",\"properties\":{" CLASH "},\"geometry\":7}"), ERR_OK, "1! geometry bad_form id a 7\n"},
	{"an id in digits", NULL, FC("{\"type\":\"Feature\",\"id\":17,\"properties\":{},\"geometry\":null}"), ERR_OK, "1! kind unknown_kind id 17\n"},
	{"no number", NULL, FC(F(CLASH, "{\"type\":\"Point\",\"coordinates\":[\"44\",35]}")), ERR_OK, "1! geometry bad_place\n"},
	{"many at once", NULL, FC(F(CLASH, "{\"type\":\"MultiPoint\",\"coordinates\":[]}")), ERR_OK, "1! geometry bad_form\n"},
	{"no kind", NULL, FC(F("\"type\":\"atk.clash\"", "null")), ERR_OK, "1! kind unknown_kind\n"},
	{"bad code", NULL, FC(F("\"kind\":\"incident\",\"type\":\"x\"", "null")), ERR_OK, "1! type bad_code\n"},
	{"required field", NULL, FC(F("\"kind\":\"incident\",\"type\":\"atk.clash\"", "null")), ERR_OK, "1!  missing_field\n"},
	{"a name twice", NULL, FC(F(CLASH ",\"when\":\"2018-05-03\"", "null")), ERR_OK, "1!  not_json\n"},
	{"broken UTF-8", NULL, FC(F(CLASH ",\"summary\":\"\xff\"", "null")), ERR_OK, "1!  not_json\n"},
	{"no features yet", NULL, FC(""), ERR_OK, ""},
	{"no collection", NULL, F(CLASH, "null"), ERR_FORMAT, ""},
	{"another type", NULL, "{\"type\":\"Topology\",\"features\":[]}", ERR_FORMAT, ""},
	{"broken off", NULL, "{\"type\":\"FeatureCollection\",\"features\":[" F(CLASH, "null"), ERR_FORMAT, "1: type=atk.clash when=02 MAY 18\n"},
	{"something behind", NULL, FC("") "x", ERR_FORMAT, ""},
	{"numbers as features", NULL, FC("1"), ERR_FORMAT, ""},
	{"nothing", NULL, "", ERR_FORMAT, ""},
};
/* clang-format on */

static enum err
on_record(void *arg, const struct record *record, uint64_t line)
{
	struct out *out = arg;

	out_format(out, "%llu:", (unsigned long long)line);
	for (enum field f = 1; f < FIELD_COUNT; f++) {
		if (!record->field[f].is_set)
			continue;
		out_format(out, " %s=", field_row(f)->name);
		record_field_text(out, record, f, 0);
	}
	out_char(out, '\n');
	return ERR_OK;
}

static enum err
on_refuse(void *arg, const struct sink_refusal *refusal)
{
	out_format(arg, "%llu! %s %s%s%s\n", (unsigned long long)refusal->line, refusal->column,
		   why_code(refusal->reason.why), refusal->id[0] ? " id " : "", refusal->id);
	return ERR_OK;
}

static const struct record_typing typing = {.now_ms = 1525219200000, .zone_min = 180};

static enum err
read_in(const struct map *map, struct span input, size_t step, struct out *out)
{
	struct geojson *geojson =
	    geojson_new(map, &typing, &(struct sink){out, on_record, on_refuse, NULL});
	enum err err = ERR_OK;

	assert_non_null(geojson);
	for (size_t i = 0; i < input.n && err == ERR_OK; i += step)
		err = geojson_feed(
		    geojson, (struct span){input.p + i, input.n - i < step ? input.n - i : step});
	if (err == ERR_OK)
		err = geojson_finish(geojson);
	geojson_free(geojson);
	return err;
}

static void
features_become_records(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		for (size_t step = 1; step < 100; step += 33) {
			struct out out = out_new(65536);
			struct map *map = NULL;
			unsigned line;
			const char *what;

			if (rows[i].map)
				assert_int_equal(map_read(span_of(rows[i].map), &map, &line, &what),
						 ERR_OK);
			if (read_in(map, span_of(rows[i].input), step, &out) != rows[i].err ||
			    !span_is(out_view(&out), rows[i].expected))
				fail_msg("%s:\n%s", rows[i].name, out.p ? out.p : "");
			map_free(map);
			out_free(&out);
		}
	}
}

/* A feature of 100 MB is refused, the next one is read. */
static void
a_huge_feature_is_refused(void **state)
{
	struct out out = out_new(65536);
	struct geojson *geojson =
	    geojson_new(NULL, &typing, &(struct sink){&out, on_record, on_refuse, NULL});
	char *chunk = malloc(1 << 16);

	(void)state;
	assert_non_null(chunk);
	memset(chunk, 'x', 1 << 16);
	assert_int_equal(
	    geojson_feed(geojson, SPAN("{\"type\":\"FeatureCollection\",\"features\":[{\"a\":\"")),
	    ERR_OK);
	for (int i = 0; i < 1600; i++)
		assert_int_equal(geojson_feed(geojson, span_make(chunk, 1 << 16)), ERR_OK);
	assert_int_equal(geojson_feed(geojson, SPAN("\"},\n" F(CLASH, "null") "]}")), ERR_OK);
	assert_int_equal(geojson_finish(geojson), ERR_OK);
	assert_string_equal(out.p, "1!  too_large\n2: type=atk.clash when=02 MAY 18\n");
	geojson_free(geojson);
	free(chunk);
	out_free(&out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(features_become_records),
	    cmocka_unit_test(a_huge_feature_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
