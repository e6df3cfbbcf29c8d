/*
 * The half-area rule: what a square, a governorate and a district leave together, at zone edges and
 * at the corners of areas, for one delivery and for several.
 */
#include "release/halfarea.h"

#include "model/area.h"
#include "model/ground.h"
#include "model/mgrs.h"
#include "release/release.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

enum { PARTY_COUNT = 3 };

/* North and South meet at 35.5 N, West and East at 45 E; Small is 3 km by 3 km. */
#define BOX(name, layer, w, s, e, n)                                                               \
	"{\"type\":\"Feature\",\"properties\":{\"name\":\"" name "\",\"layer\":\"" layer           \
	"\"},\"geometry\":{\"type\":\"Polygon\",\"coordinates\":[[[" w "," s "],[" e "," s "],[" e \
	"," n "],[" w "," n "],[" w "," s "]]]}}"
static const char GROUND[] = "{\"type\":\"FeatureCollection\",\"features\":[" BOX(
    "North", "governorate", "40", "35.5", "47",
    "38") "," BOX("South", "governorate", "40", "33", "47",
		  "35.5") "," BOX("West", "district", "40", "35.5", "45",
				  "38") "," BOX("East", "district", "45", "35.5", "47",
						"38") "," BOX("Small", "district", "44.20", "36.20",
							      "44.233", "36.227") "]}";

/* clang-format off */
static const struct {
	const char *name;
	const char *place, *governorate, *district;
	const char *known, *give, *left; /* items */
	unsigned did;
	bool has_no_ground;
} ROWS[] = {
	{"nothing about place", "38SME4525347153", NULL, NULL, "", "type", "type", 0, false},
	{"a whole square", "38SME4525347153", NULL, NULL, "", "place@1km", "place@1km", 0, false},
	{"a whole square without layers", "38SME4525347153", NULL, NULL, "", "place@1km", "place@1km", 0, true},
	{"names alone", "38SME4525347153", "Nowhere", NULL, "", "governorate", "governorate", 0, false},
	{"well inside both", "38SME4525347153", "North", "West", "", "place@10km, governorate, district", "place@10km, governorate, district", 0, false},
	{"name on no layer", "38SME4525347153", "Nowhere", NULL, "", "place@10km, governorate", "place@10km", HALFAREA_AREA_UNKNOWN, false},
	{"no layers", "38SME4525347153", "North", NULL, "", "place@10km, governorate", "place@10km", HALFAREA_AREA_UNKNOWN, true},
	{"a district too small for the square", "36.2100,44.2150", "North", "Small", "", "place@10km, governorate, district", "governorate, district", HALFAREA_COARSER, false},
	{"but not for a finer one", "36.2100,44.2150", "North", "Small", "", "place@1km, district", "place@1km, district", 0, false},
	/* 38SME 10 km squares: northing 3930000 m lies at 35.5096 N, so a square with its middle south of 35.5 N is mostly South. */
	{"most of the square outside", "38SMD5920", "North", NULL, "", "place@10km, governorate", "governorate", HALFAREA_COARSER, false},
	{"at a governorate's edge: neither 1 km nor 10 km fits", "35.5003,44.5000", "North", NULL, "", "place@1km, governorate", "place@100km, governorate", HALFAREA_COARSER, false},
	{"square given, name new", "35.5003,44.5000", "North", NULL, "place@1km", "governorate", "nothing", HALFAREA_NAME, false},
	{"square given, inside: name new", "38SME4525347153", "North", NULL, "place@1km", "governorate", "governorate", 0, false},
	{"square given, two names new, one fits", "36.2100,44.2150", "North", "Small", "place@10km", "governorate, district", "governorate", HALFAREA_NAME, false},
	{"name given, square new", "35.5003,44.5000", "North", NULL, "governorate", "place@1km", "place@100km", HALFAREA_COARSER, false},
	{"name given that is on no layer", "38SME4525347153", "Nowhere", NULL, "governorate", "place@1km", "nothing", HALFAREA_PLACE_UNKNOWN, false},
	{"name given that is on no layer, square too", "38SME4525347153", "Nowhere", NULL, "governorate, place@10km", "place@1km", "place@10km", HALFAREA_PLACE_UNKNOWN, false},
	{"name given that is on no layer, no new square", "38SME4525347153", "Nowhere", NULL, "governorate, place@10km", "type, place@10km", "type, place@10km", 0, false},
	{"no place at all", NULL, "North", NULL, "place@1km", "governorate", "governorate", 0, false},
	{"south of a band's edge, most of the square", "39.9999,44.5000", NULL, NULL, "", "place@10km", "place@10km", 0, false},
	{"north of a band's edge, a strip", "40.0001,44.5000", NULL, NULL, "", "place@10km", "place@100km", HALFAREA_COARSER, false},
	{"all given, nothing can be undone", "35.5003,44.5000", "North", NULL, "governorate, place@1km", "governorate, place@1km", "place@1km, governorate", 0, false},
	{"a wrong name: nothing in common", "38SME4525347153", "South", NULL, "", "place@1km, governorate", "governorate", HALFAREA_COARSER, false},
	/* At 42 E zones meet: at 36.00 N the last 10 km column is 421 m wide. */
	{"a strip at 42 E", "36.0012,42.0031", NULL, NULL, "", "place@10km", "place@100km", HALFAREA_COARSER, false},
	{"a strip at 42 E, the 1 km square is whole enough", "36.0012,42.0031", NULL, NULL, "", "place@100m", "place@100m", 0, false},
	{"south of the equator", "-36.5012,20.5012", NULL, NULL, "", "place@1km", "place@1km", 0, false},
	{"Norway's zones", "60.5012,5.9012", NULL, NULL, "", "place@1km", "place@1km", 0, false},
};
/* clang-format on */

static struct ground *
ground_of(const char *json)
{
	struct ground *ground = ground_new();
	char why[GROUND_WHY_MAX];

	if (ground_add(ground, span_of(json), GROUND_ZONE, why) != ERR_OK)
		fail_msg("%s", why);
	return ground;
}

static void
set_of(const char *items, struct field_set *set)
{
	struct span rest = span_of(items), part, name;

	*set = (struct field_set){0};
	while (rest.n > 0 && span_split(&rest, ',', &part)) {
		enum field field;

		part = span_trim(part);
		(void)span_split(&part, '@', &name);
		field = field_find(name);
		set->mask[field] =
		    (uint16_t)((2U << (part.n ? field_level_find(field, part) : 0)) - 1);
	}
}

static void
put(struct record *record, struct arena *arena, enum field field, const char *text)
{
	struct record_typing typing = {.now_ms = 1809388800000};

	if (text && record_set(record, arena, field, span_of(text), &typing) != WHY_NONE)
		fail_msg("%s", text);
}

static void
every_row(void **state)
{
	struct ground *ground = ground_of(GROUND);
	struct arena *arena = arena_new(1 << 20);
	struct record record;
	unsigned wrong = 0;

	(void)state;
	for (size_t i = 0; i < sizeof ROWS / sizeof ROWS[0]; i++) {
		struct field_set known, give, present;
		struct out out = out_new(1000);
		unsigned did;

		record_init(&record, KIND_INCIDENT);
		put(&record, arena, FIELD_TYPE, "atk.ambush");
		put(&record, arena, FIELD_PLACE, ROWS[i].place);
		put(&record, arena, FIELD_GOVERNORATE, ROWS[i].governorate);
		put(&record, arena, FIELD_DISTRICT, ROWS[i].district);
		record_levels(&record, &present);
		set_of(ROWS[i].known, &known);
		set_of(ROWS[i].give, &give);
		field_set_keep(&give, &present);
		assert_int_equal(halfarea_limit(&record, ROWS[i].has_no_ground ? NULL : ground,
						&known, &give, &did),
				 ERR_OK);
		release_write_set(&out, &give);
		if (strcmp(out.p, ROWS[i].left) != 0 || did != ROWS[i].did) {
			print_error("%s: %s (%u)\n", ROWS[i].name, out.p, did);
			wrong++;
		}
		out_free(&out);
		arena_reset(arena);
	}
	assert_int_equal(wrong, 0);
	arena_free(arena);
	ground_free(ground);
}

/* The shortcut for squares that nothing comes near says the same as measuring. */
static void
shortcut_equals_measure(void **state)
{
	struct ground *ground = ground_of(GROUND);
	const struct area *area = ground_area(ground, GROUND_GOVERNORATE, SPAN("North"));
	struct record record;

	(void)state;
	for (int i = 0; i < 3000; i++) {
		struct field_set known = {0}, give = {0};
		struct mgrs_cell cell;
		unsigned did, level = 1 + (unsigned)i % 4;
		double m2;
		bool fits;

		record_init(&record, KIND_INCIDENT);
		record.field[FIELD_PLACE].is_set = record.field[FIELD_GOVERNORATE].is_set = true;
		record.field[FIELD_GOVERNORATE].text = SPAN("North");
		/* Around the corner of North at 35.5 N 47 E, and along 42 E. */
		if (!place_of_point(354000000 + i * 997, (i % 2 ? 469000000 : 419000000) + i * 771,
				    level, &record.field[FIELD_PLACE].place))
			fail();
		assert_int_equal(mgrs_cell(span_of(record.field[FIELD_PLACE].place.mgrs), &cell),
				 ERR_OK);
		assert_int_equal(area_overlap_m2(&area, 1, cell.corners, cell.n, &m2), ERR_OK);
		fits = m2 >= (double)cell.side_m * cell.side_m / 2;
		give.mask[FIELD_GOVERNORATE] = 1;
		give.mask[FIELD_PLACE] = (uint16_t)((2U << level) - 1);
		assert_int_equal(halfarea_limit(&record, ground, &known, &give, &did), ERR_OK);
		if (fits != !(did & HALFAREA_COARSER))
			fail_msg("%s: %f", record.field[FIELD_PLACE].place.mgrs, m2);
	}
	ground_free(ground);
}

/* Two deliveries that a policy makes of one record count together, and so does what went before. */
static void
deliveries_count_together(void **state)
{
	static const char text[] = "party a b\n"
				   "release incident to b : place@1km\n"
				   "release incident to b : governorate, type after 2h\n";
	struct ground *ground = ground_of(GROUND);
	struct arena *arena = arena_new(1 << 20);
	struct policy_faults faults;
	struct policy *policy;
	struct record record;
	struct release_answer answer;
	struct release_question question = {
	    .record = &record, .ground = ground, .recipient = {"b"}};
	struct field_set given = {0};

	(void)state;
	assert_int_equal(policy_read(span_of(text), &policy, &faults), ERR_OK);
	question.policy_filed = question.policy_now = policy;
	record_init(&record, KIND_INCIDENT);
	put(&record, arena, FIELD_TYPE, "atk.ambush");
	put(&record, arena, FIELD_PLACE, "35.5003,44.5000");
	put(&record, arena, FIELD_GOVERNORATE, "North");
	assert_int_equal(release_cut(&question, arena, &answer), ERR_OK);
	assert_int_equal(answer.parts_n, 2);
	assert_true(answer.parts[0].give.mask[FIELD_PLACE]);
	assert_false(answer.parts[1].give.mask[FIELD_GOVERNORATE]);
	assert_true(answer.parts[1].give.mask[FIELD_TYPE]);
	/* The name went first: now the square stays. */
	given.mask[FIELD_GOVERNORATE] = 1;
	question.known = &given; /* by an earlier record of the thread, or of this one */
	assert_int_equal(release_cut(&question, arena, &answer), ERR_OK);
	assert_int_equal(answer.parts[0].give.mask[FIELD_PLACE], 3);
	question.known = NULL;
	question.given = &given;
	assert_int_equal(release_cut(&question, arena, &answer), ERR_OK);
	assert_int_equal(answer.parts_n, 2);
	assert_int_equal(answer.parts[0].give.mask[FIELD_PLACE], 3); /* 100 km */
	policy_free(policy);
	arena_free(arena);
	ground_free(ground);
}

static void
add_box(struct out *out, const char *layer, unsigned i, unsigned column, unsigned row, double side)
{
	double w = 40 + column * side, s = 30 + row * side;

	out_format(out,
		   "%s{\"type\":\"Feature\",\"properties\":{\"name\":\"%s %u\",\"layer\":\"%s\"},",
		   i ? "," : "", layer, i, layer);
	out_text(out, "\"geometry\":{\"type\":\"Polygon\",\"coordinates\":[[");
	/* 200 points a side, as real layers have. */
	for (unsigned k = 0; k < 800; k++) {
		double t = (k % 200) / 200.0 * side;
		double lon = k < 200 ? w + t : k < 400 ? w + side : k < 600 ? w + side - t : w;
		double lat = k < 200 ? s : k < 400 ? s + t : k < 600 ? s + side : s + side - t;

		out_format(out, "[%.6f,%.6f],", lon, lat);
	}
	out_format(out, "[%.6f,%.6f]]]}}", w, s);
}

/* Prints, never judges: how long a cut takes for three parties with 64 areas of 800 points. */
static void
how_long_a_cut_takes(void **state)
{
	static const char text[] =
	    "party a b c d\nrelease incident to b, c, d : type, severity, unit, when@minute, "
	    "place@1km, "
	    "governorate, district, persons, direction if severity >= yellow\n"
	    "release incident to b : outcome after 2h\ncap any to d : place@10km\n";
	const struct party parties[PARTY_COUNT] = {{"b"}, {"c"}, {"d"}};
	struct out json = out_new(1 << 23);
	struct arena *arena = arena_new(1 << 20), *keep = arena_new(1 << 20);
	struct policy_faults faults;
	struct policy *policy;
	struct ground *ground;
	struct record record;
	struct release_question question = {.record = &record};
	struct timespec from, to;
	size_t parts = 0;
	int n = TEST_SLOW ? 100000 : 5000;

	(void)state;
	out_text(&json, "{\"type\":\"FeatureCollection\",\"features\":[");
	for (unsigned i = 0; i < 16; i++)
		add_box(&json, "governorate", i, i % 4, i / 4, 2);
	for (unsigned i = 0; i < 48; i++) {
		out_char(&json, ',');
		add_box(&json, "district", 0, i % 8, i / 8, 1);
	}
	out_text(&json, "]}");
	ground = ground_of(json.p);
	assert_int_equal(policy_read(span_of(text), &policy, &faults), ERR_OK);
	question.policy_filed = question.policy_now = policy;
	question.ground = ground;
	record_init(&record, KIND_INCIDENT);
	put(&record, keep, FIELD_TYPE, "atk.ambush");
	put(&record, keep, FIELD_SEVERITY, "red");
	put(&record, keep, FIELD_UNIT, "a-1");
	put(&record, keep, FIELD_WHEN, "2027-05-03T23:15Z");
	put(&record, keep, FIELD_PLACE, "38SME4525347153");
	put(&record, keep, FIELD_GOVERNORATE, "governorate 14");
	put(&record, keep, FIELD_DISTRICT, "district 0");
	(void)clock_gettime(CLOCK_MONOTONIC, &from);
	for (int i = 0; i < n; i++) {
		struct release_answer answer;

		arena_reset(arena);
		question.recipient = parties[i % PARTY_COUNT];
		assert_int_equal(release_cut(&question, arena, &answer), ERR_OK);
		parts += answer.parts_n;
	}
	(void)clock_gettime(CLOCK_MONOTONIC, &to);
	print_message("%.1f us a cut\n", ((double)(to.tv_sec - from.tv_sec) * 1e6 +
					  (double)(to.tv_nsec - from.tv_nsec) / 1e3) /
					     n);
	assert_true(parts >= (size_t)n);
	policy_free(policy);
	ground_free(ground);
	arena_free(arena);
	arena_free(keep);
	out_free(&json);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_row),
	    cmocka_unit_test(shortcut_equals_measure),
	    cmocka_unit_test(deliveries_count_together),
	    cmocka_unit_test(how_long_a_cut_takes),
	};

	return cmocka_run_group_tests_name("release/halfarea", tests, NULL, NULL);
}
