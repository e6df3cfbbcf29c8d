#include "model/claim.h"

#include "base/json.h"
#include "model/any_test.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

enum { ROUNDS = TEST_SLOW ? 2000 : 40, ARENA = 1 << 24 };

static enum why
add(struct claim_reading *reading, enum field parent, struct span name, struct span text)
{
	json_t *json = json_read_strict(text.n ? text : SPAN("{}"));
	enum why why;

	assert_non_null(json);
	why = claim_reading_add(reading, parent, name, json);
	json_decref(json);
	return why;
}

/* Reads the claims that are in the set, in a random order, as a stranger may send them. */
static struct reason
read_some(uint64_t *seed, struct arena *arena, const struct claim *claims, size_t n,
	  const struct field_set *set, struct record *record)
{
	struct claim_reading *reading = claim_reading_new(arena, record);
	size_t order[CLAIM_MAX];

	assert_non_null(reading);
	for (size_t i = 0; i < n; i++) {
		size_t k = (size_t)any_between(seed, 0, (int64_t)i);

		order[i] = order[k];
		order[k] = i;
	}
	for (size_t i = 0; i < n; i++) {
		const struct claim *claim = &claims[order[i]];

		if (set->mask[claim->field] >> claim->level & 1) {
			enum why why = add(reading, claim->level ? claim->field : FIELD_NONE,
					   claim->name, claim->json);

			if (why != WHY_NONE)
				fail_msg("%s: %.*s: %s", why_code(why), (int)claim->name.n,
					 claim->name.p, claim->json.p);
		}
	}
	return claim_reading_finish(reading);
}

static void
list(const struct record *record, struct arena *arena, struct claim *claims, size_t *n)
{
	assert_int_equal(claim_list(record, arena, claims, n), ERR_OK);
	assert_true(*n <= CLAIM_MAX);
}

/* Any part that a policy may cut: levels closed under "coarser first". */
static void
any_closed_set(uint64_t *seed, const struct record *record, struct field_set *set)
{
	record_levels(record, set);
	for (enum field f = FIELD_FILED; f < FIELD_COUNT; f++) {
		unsigned keep = (unsigned)any_between(seed, 0, 2 + field_levels(f));

		if (field_row(f)->type == FIELD_TYPE_ASKS)
			set->mask[f] &= (uint16_t)(any_bits(seed) | 1u);
		else
			set->mask[f] &= (uint16_t)((1u << keep) - 1);
	}
}

static void
test_there_and_back(void **state)
{
	struct claim *claims = calloc(2 * (size_t)CLAIM_MAX, sizeof *claims);
	struct claim *again = claims + CLAIM_MAX;
	struct arena *arena = arena_new(ARENA);
	uint64_t seed = 21;

	(void)state;
	assert_non_null(claims);
	for (int round = 0; round < ROUNDS; round++) {
		for (enum kind kind = 1; kind < KIND_COUNT; kind++) {
			struct record record;
			struct record read;
			struct record part;
			struct field_set set;
			struct reason reason;
			size_t n;
			size_t m;

			arena_reset(arena);
			any_record(&seed, arena, kind, &record);
			list(&record, arena, claims, &n);

			record_levels(&record, &set);
			reason = read_some(&seed, arena, claims, n, &set, &read);
			if (reason.why != WHY_NONE)
				fail_msg("%s %s", why_code(reason.why),
					 field_row((enum field)reason.field)->name);
			read.station = record.station;
			read.is_exercise = record.is_exercise;
			assert_true(record_equal(&record, &read));

			/* The same record, the same text. */
			list(&read, arena, again, &m);
			assert_int_equal(n, m);
			for (size_t i = 0; i < n; i++)
				assert_true(span_equal(claims[i].json, again[i].json) &&
					    span_equal(claims[i].name, again[i].name));

			any_closed_set(&seed, &record, &set);
			reason = read_some(&seed, arena, claims, n, &set, &read);
			assert_int_equal(reason.why, WHY_NONE);
			read.station = record.station;
			read.is_exercise = record.is_exercise;
			record_narrow(&record, &set, &part);
			assert_true(record_equal(&part, &read));
		}
	}
	arena_free(arena);
	free(claims);
}

/* The texts themselves: what is signed may not change. */
static void
test_texts(void **state)
{
	static const struct {
		enum kind kind;
		enum field field;
		const char *typed;
		const char *expected; /* every claim of the field: name=json … */
	} texts[] = {
	    {KIND_INCIDENT, FIELD_TYPE, "atk.ambush", "type=\"atk.ambush\" "},
	    {KIND_INCIDENT, FIELD_MEANS, "foot,car", "means=[\"foot\",\"car\"] "},
	    {KIND_INCIDENT, FIELD_PERSONS, "2-3 best 3",
	     "persons={\"low\":2,\"best\":3,\"high\":3} "},
	    {KIND_INCIDENT, FIELD_PERSONS, ">=5", "persons={\"low\":5} "},
	    {KIND_INCIDENT, FIELD_PERSONS, "several", "persons={\"word\":\"several\"} "},
	    {KIND_INCIDENT, FIELD_PERSONS, "several >=4",
	     "persons={\"low\":4,\"word\":\"several\"} "},
	    {KIND_INCIDENT, FIELD_WHEN, "040215C-040220C MAY 27",
	     "when= day=[\"2027-05-03\",\"2027-05-03\",\"day\"] hour=[23,23,\"hour\"] "
	     "minute=[15,20] "},
	    {KIND_INCIDENT, FIELD_WHEN, "last night",
	     "when= day=[\"2027-05-03\",\"2027-05-04\",\"day\"] hour=[15,3,\"part\"] "},
	    {KIND_INCIDENT, FIELD_WHEN, "MAY 2027",
	     "when= day=[\"2027-05-01\",\"2027-05-31\",\"month\"] "},
	    {KIND_INCIDENT, FIELD_PLACE, "38SMF4712",
	     "place= 100km=\"38SMF\" 10km=\"41\" 1km=\"72\" "},
	    {KIND_INCIDENT, FIELD_GRADE, "b2", "grade=\"B2\" "},
	    {KIND_INCIDENT, FIELD_SHAPE, "line 35.1,44.2 35.2,44.3",
	     "shape={\"area\":false,\"points\":[[351000000,442000000],[352000000,443000000]]} "},
	    {KIND_INCIDENT, FIELD_SUMMARY, "a \"b\"\n", "summary=\"a \\\"b\\\"\\n\" "},
	    {KIND_INCIDENT, FIELD_ASK, "b:15m", "ask= 1={\"party\":\"b\",\"by\":1809387000000} "},
	    {KIND_DECISION, FIELD_WIDTH_M, "500", "width_m=500 "},
	    {KIND_DECISION, FIELD_PARTIES, "a,b", "parties=[\"a\",\"b\"] "},
	    {KIND_REQUEST, FIELD_NEEDED_BY, "2027-05-03T23:15:00Z", "needed_by=1809386100000 "},
	};
	const struct record_typing now = {1809386100000, 180, "38S"};
	struct arena *arena = arena_new(ARENA);
	struct out out = out_new(4000);

	(void)state;
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		struct claim claims[CLAIM_MAX];
		struct record record;
		size_t n;

		record_init(&record, texts[i].kind);
		assert_int_equal(
		    record_set(&record, arena, texts[i].field, span_of(texts[i].typed), &now),
		    WHY_NONE);
		list(&record, arena, claims, &n);
		out_reset(&out);
		for (size_t k = 0; k < n; k++) {
			if (claims[k].field == texts[i].field) {
				out_span(&out, claims[k].name);
				out_char(&out, '=');
				out_span(&out, claims[k].json);
				out_char(&out, ' ');
			}
		}
		assert_string_equal(out.p, texts[i].expected);
	}
	out_free(&out);
	arena_free(arena);
}

#define ID "\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\""

/* One claim that is refused when it comes. */
static const struct {
	enum field parent;
	const char *name, *json;
	enum why why;
} bad_claims[] = {
    {0, "nonsense", "1", WHY_UNKNOWN_FIELD},
    {0, "", "1", WHY_UNKNOWN_FIELD},
    {0, "100km", "\"38SMD\"", WHY_UNKNOWN_FIELD},
    {FIELD_TYPE, "100km", "\"38SMD\"", WHY_UNKNOWN_FIELD},
    {FIELD_PLACE, "day", "\"38SMD\"", WHY_UNKNOWN_FIELD},
    {FIELD_PLACE, "1m", "\"11\"", WHY_UNKNOWN_FIELD},
    {FIELD_ASK, "0", "{\"party\":\"b\",\"by\":1809386100000}", WHY_UNKNOWN_FIELD},
    {FIELD_ASK, "16", "{\"party\":\"b\",\"by\":1809386100000}", WHY_UNKNOWN_FIELD},
    {FIELD_COUNT, "100km", "\"38SMD\"", WHY_UNKNOWN_FIELD},
    {0, "kind", "\"gossip\"", WHY_UNKNOWN_KIND},
    {0, "kind", "1", WHY_BAD_VALUE},
    {0, "filed", "\"now\"", WHY_BAD_TIME},
    {0, "filed", "0", WHY_BAD_TIME},
    {0, "filed", "9007199254740992", WHY_BAD_TIME},
    {0, "type", "1", WHY_BAD_VALUE},
    {0, "type", "null", WHY_BAD_VALUE},
    {0, "type", "\"atk.picnic\"", WHY_BAD_CODE},
    {0, "type", "\"ATK.AMBUSH\"", WHY_BAD_CODE},
    {0, "means", "\"foot\"", WHY_BAD_VALUE},
    {0, "means", "[]", WHY_BAD_VALUE},
    {0, "means", "[\"foot\",1]", WHY_BAD_VALUE},
    {0, "means", "[\"wings\"]", WHY_BAD_CODE},
    {0, "means", "[1,1,1,1,1,1,1,1,1]", WHY_BAD_VALUE},
    {0, "unit", "\"\"", WHY_BAD_VALUE},
    {0, "unit", "7", WHY_BAD_VALUE},
    {0, "urgent", "-1", WHY_BAD_VALUE},
    {0, "urgent", "2147483648", WHY_BAD_VALUE},
    {0, "urgent", "true", WHY_BAD_VALUE},
    {0, "persons", "3", WHY_BAD_VALUE},
    {0, "persons", "{}", WHY_BAD_ORDER},
    {0, "persons", "{\"low\":3,\"high\":2}", WHY_BAD_ORDER},
    {0, "persons", "{\"low\":-1,\"high\":2}", WHY_BAD_VALUE},
    {0, "persons", "{\"low\":2,\"most\":3}", WHY_BAD_VALUE},
    {0, "persons", "{\"word\":\"many\"}", WHY_BAD_CODE},
    {0, "persons", "{\"word\":\"unknown\",\"low\":1}", WHY_BAD_ORDER},
    {0, "shape", "{\"area\":true,\"points\":[[1,2],[3,4]]}", WHY_BAD_PLACE},
    {0, "shape", "{\"area\":false,\"points\":[[1,2],[3,4,5]]}", WHY_BAD_VALUE},
    {0, "shape", "{\"area\":false,\"points\":[[900000001,2],[3,4]]}", WHY_BAD_PLACE},
    {0, "shape", "{\"area\":1,\"points\":[[1,2],[3,4]]}", WHY_BAD_VALUE},
    {0, "shape", "{\"points\":[[1,2],[3,4]]}", WHY_BAD_VALUE},
    {0, "grade", "\"B22\"", WHY_BAD_VALUE},
    {0, "incident", "\"AAAA\"", WHY_BAD_VALUE},
    {0, "cites", "[" ID ",1]", WHY_BAD_VALUE},
    {0, "told_party", "\"B\"", WHY_BAD_VALUE},
    {0, "parties", "[\"a\",\"a b\"]", WHY_BAD_VALUE},
    {0, "heads", "[{\"origin\":\"x\",\"size\":-1,\"root\":" ID "}]", WHY_BAD_VALUE},
    {0, "heads", "[{\"origin\":\"x\",\"size\":1}]", WHY_BAD_VALUE},
    {0, "when", "[1]", WHY_BAD_VALUE},
    {0, "when", "{\"day\":1}", WHY_BAD_VALUE},
    {FIELD_WHEN, "day", "[\"2027-02-30\",\"2027-03-01\",\"day\"]", WHY_BAD_TIME},
    {FIELD_WHEN, "day", "[\"2027-2-03\",\"2027-03-01\",\"day\"]", WHY_BAD_TIME},
    {FIELD_WHEN, "day", "[\"2027-03-02\",\"2027-03-01\",\"day\"]", WHY_BAD_ORDER},
    {FIELD_WHEN, "day", "[\"2027-03-02\",\"2027-03-02\",\"hour\"]", WHY_BAD_TIME},
    {FIELD_WHEN, "day", "[\"2027-03-02\",\"2027-03-02\"]", WHY_BAD_TIME},
    {FIELD_WHEN, "hour", "[2,24,\"hour\"]", WHY_BAD_TIME},
    {FIELD_WHEN, "hour", "[2,2,\"day\"]", WHY_BAD_TIME},
    {FIELD_WHEN, "hour", "[2,2]", WHY_BAD_TIME},
    {FIELD_WHEN, "minute", "[2,60]", WHY_BAD_TIME},
    {FIELD_WHEN, "minute", "[2,2,2]", WHY_BAD_TIME},
    {FIELD_PLACE, "100km", "\"38SMDD\"", WHY_BAD_PLACE},
    {FIELD_PLACE, "10km", "\"\"", WHY_BAD_PLACE},
    {FIELD_ASK, "1", "{\"party\":\"b\"}", WHY_BAD_TIME},
    {FIELD_ASK, "1", "{\"by\":1809386100000}", WHY_BAD_VALUE},
    {FIELD_ASK, "1", "{\"party\":\"b\",\"by\":9007199254740992}", WHY_BAD_TIME},
};

static void
test_bad_claims(void **state)
{
	struct arena *arena = arena_new(ARENA);

	(void)state;
	for (size_t i = 0; i < sizeof bad_claims / sizeof *bad_claims; i++) {
		struct record record;
		struct claim_reading *reading = claim_reading_new(arena, &record);
		enum why why = add(reading, bad_claims[i].parent, span_of(bad_claims[i].name),
				   span_of(bad_claims[i].json));

		if (why != bad_claims[i].why)
			fail_msg("%s %s: %s", bad_claims[i].name, bad_claims[i].json,
				 why_code(why));
	}
	arena_free(arena);
}

struct given {
	enum field parent;
	const char *name, *json;
};

#define START                                                                                      \
	{0, "kind", "\"incident\""},                                                               \
	{                                                                                          \
		0, "thread", "\"AAECAwQFBgcICQoLDA0ODw\""                                          \
	}

/* What is only refused when all are in. */
static const struct {
	const char *name;
	struct given given[8];
	enum why why;
	enum field field;
} endings[] = {
    {"least", {START}, WHY_NONE, 0},
    {"no kind", {{0, "thread", "\"AAECAwQFBgcICQoLDA0ODw\""}}, WHY_MISSING_FIELD, FIELD_KIND},
    {"no thread", {{0, "kind", "\"incident\""}}, WHY_MISSING_FIELD, FIELD_THREAD},
    {"thread", {{0, "kind", "\"incident\""}, {0, "thread", "\"x\""}}, WHY_BAD_VALUE, FIELD_THREAD},
    {"not of the kind", {START, {0, "need", "\"look\""}}, WHY_NOT_IN_KIND, FIELD_NEED},
    {"ladder not of the kind", {START, {0, "window", "{}"}}, WHY_NOT_IN_KIND, FIELD_WINDOW},
    {"codes twice", {START, {0, "means", "[\"foot\",\"foot\"]"}}, WHY_BAD_VALUE, FIELD_MEANS},
    {"grade", {START, {0, "grade", "\"G1\""}}, WHY_BAD_VALUE, FIELD_GRADE},
    {"controls", {START, {0, "unit", "\"a\\u202eb\""}}, WHY_NOT_UTF8, FIELD_UNIT},
    {"hour without day",
     {START, {0, "when", "{}"}, {FIELD_WHEN, "hour", "[2,2,\"hour\"]"}},
     WHY_BAD_LADDER,
     FIELD_WHEN},
    {"minute without hour",
     {START,
      {0, "when", "{}"},
      {FIELD_WHEN, "day", "[\"2027-05-03\",\"2027-05-03\",\"day\"]"},
      {FIELD_WHEN, "minute", "[2,2]"}},
     WHY_BAD_LADDER,
     FIELD_WHEN},
    {"hour of a month",
     {START,
      {0, "when", "{}"},
      {FIELD_WHEN, "day", "[\"2027-05-01\",\"2027-05-31\",\"month\"]"},
      {FIELD_WHEN, "hour", "[2,2,\"hour\"]"}},
     WHY_BAD_LADDER,
     FIELD_WHEN},
    {"minute of a part",
     {START,
      {0, "when", "{}"},
      {FIELD_WHEN, "day", "[\"2027-05-03\",\"2027-05-03\",\"day\"]"},
      {FIELD_WHEN, "hour", "[2,2,\"part\"]"},
      {FIELD_WHEN, "minute", "[2,2]"}},
     WHY_BAD_LADDER,
     FIELD_WHEN},
    {"hours in wrong order",
     {START,
      {0, "when", "{}"},
      {FIELD_WHEN, "day", "[\"2027-05-03\",\"2027-05-03\",\"day\"]"},
      {FIELD_WHEN, "hour", "[3,2,\"hour\"]"}},
     WHY_BAD_ORDER,
     FIELD_WHEN},
    {"no parent", {START, {FIELD_PLACE, "100km", "\"38SMD\""}}, WHY_BAD_LADDER, FIELD_PLACE},
    {"no 100 km",
     {START, {0, "place", "{}"}, {FIELD_PLACE, "10km", "\"48\""}},
     WHY_BAD_LADDER,
     FIELD_PLACE},
    {"no 10 km",
     {START,
      {0, "place", "{\"_sd\":[]}"},
      {FIELD_PLACE, "100km", "\"38SMD\""},
      {FIELD_PLACE, "1km", "\"48\""}},
     WHY_BAD_LADDER,
     FIELD_PLACE},
    {"no such square",
     {START, {0, "place", "{}"}, {FIELD_PLACE, "100km", "\"38SIO\""}},
     WHY_BAD_PLACE,
     FIELD_PLACE},
    {"only the parent", {START, {0, "place", "{}"}}, WHY_NONE, 0},
    {"asked twice",
     {START,
      {0, "ask", "{}"},
      {FIELD_ASK, "1", "{\"party\":\"b\",\"by\":1809386100000}"},
      {FIELD_ASK, "3", "{\"party\":\"b\",\"by\":1809386100000}"}},
     WHY_BAD_VALUE,
     FIELD_ASK},
};

static void
test_endings(void **state)
{
	struct arena *arena = arena_new(ARENA);

	(void)state;
	for (size_t i = 0; i < sizeof endings / sizeof *endings; i++) {
		struct record record;
		struct claim_reading *reading = claim_reading_new(arena, &record);
		struct reason reason;

		for (const struct given *g = endings[i].given; g->name; g++) {
			enum why why = add(reading, g->parent, span_of(g->name), span_of(g->json));

			if (why != WHY_NONE)
				fail_msg("%s: %s: %s", endings[i].name, g->json, why_code(why));
		}
		reason = claim_reading_finish(reading);
		if (reason.why != endings[i].why || reason.field != endings[i].field)
			fail_msg("%s: %s %s", endings[i].name, why_code(reason.why),
				 field_row((enum field)reason.field)->name);
	}
	arena_free(arena);
}

static void
test_twice(void **state)
{
	struct arena *arena = arena_new(ARENA);
	struct record record;
	struct claim_reading *reading = claim_reading_new(arena, &record);

	(void)state;
	assert_int_equal(add(reading, 0, SPAN("type"), SPAN("\"atk.clash\"")), WHY_NONE);
	assert_int_equal(add(reading, 0, SPAN("type"), SPAN("\"atk.clash\"")), WHY_NAME_TAKEN);
	assert_int_equal(add(reading, FIELD_PLACE, SPAN("100km"), SPAN("\"38SMD\"")), WHY_NONE);
	assert_int_equal(add(reading, FIELD_PLACE, SPAN("100km"), SPAN("\"38SME\"")),
			 WHY_NAME_TAKEN);
	assert_int_equal(add(reading, FIELD_WHEN, SPAN("hour"), SPAN("[1,1,\"hour\"]")), WHY_NONE);
	assert_int_equal(add(reading, FIELD_WINDOW, SPAN("hour"), SPAN("[1,1,\"hour\"]")),
			 WHY_NONE);
	arena_free(arena);
}

/* A full arena refuses the message and nothing else. */
static void
test_full_arena(void **state)
{
	uint64_t seed = 8;
	struct arena *arena = arena_new(ARENA);
	struct claim claims[CLAIM_MAX];
	struct record record;
	size_t n;

	(void)state;
	any_record(&seed, arena, KIND_INCIDENT, &record);
	for (size_t limit = 0; limit < 2000; limit += 50) {
		struct arena *small = arena_new(limit);

		assert_non_null(small);
		if (claim_list(&record, small, claims, &n) != ERR_OK)
			assert_int_equal(n, 0);
		arena_free(small);
	}
	arena_free(arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_there_and_back), cmocka_unit_test(test_texts),
	    cmocka_unit_test(test_bad_claims),     cmocka_unit_test(test_endings),
	    cmocka_unit_test(test_twice),          cmocka_unit_test(test_full_arena),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
