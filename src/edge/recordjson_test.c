/* What programs send becomes the record that a person would have typed, or a reason with the field.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "edge/recordjson.h"
#include "model/heard.h"

#include <stdlib.h>
#include <string.h>

#define DOC(kind, fields) "{\"kind\":\"" kind "\",\"fields\":{" fields "}}"
#define ID                "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
#define ID2               "BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBA"

/* Expected: "field=text field=text" in the table's order; or "! why field about". */
/* clang-format off */
static const struct {
	const char *name, *input, *expected;
} rows[] = {
	{"typed texts", DOC("incident", "\"type\":\"atk.ambush\",\"when\":\"040215C MAY 27\",\"place\":\"38SME448251\",\"persons\":\"2-3\""),
	 "type=atk.ambush when=040215C MAY 27 place=38SME448251 persons=2-3"},
	{"Arabic digits", DOC("incident", "\"persons\":\"٢-٣\""), "persons=2-3"},
	{"a number", DOC("incident", "\"persons\":3,\"deaths\":0"), "persons=3 deaths=0"},
	{"a plain number", DOC("request", "\"need\":\"medevac\",\"urgent\":2"), "need=medevac urgent=2"},
	{"yes and no", DOC("sighting", "\"armed\":true,\"lights\":false"), "armed=yes lights=no"},
	{"codes", DOC("sighting", "\"means\":[\"foot\",\"motorbike\"]"), "means=foot,motorbike"},
	{"bounds", DOC("incident", "\"persons\":{\"low\":2,\"best\":3,\"high\":4}"), "persons=2-4 best 3"},
	{"one bound", DOC("incident", "\"persons\":{\"low\":5}"), "persons=>=5"},
	{"from and to", DOC("incident", "\"when\":{\"from\":\"2027-05-04T02:15+03:00\",\"to\":\"2027-05-04T03:15+03:00\"}"),
	 "when=040215C-040315C MAY 27"},
	{"a point", DOC("incident", "\"place\":{\"lat_e7\":354680000,\"lon_e7\":443920000}"), "place=38SME44832511"},
	{"a point at a level", DOC("incident", "\"place\":{\"lat_e7\":354680000,\"lon_e7\":443920000,\"level\":\"1km\"}"), "place=38SME4425"},
	{"who is asked", DOC("incident", "\"ask\":[{\"party\":\"b\",\"by\":\"15m\"},{\"party\":\"c\",\"by\":\"1h\"}]"), "ask=b:040230C MAY 27,c:040315C MAY 27"},
	{"ids", DOC("incident", "\"cites\":[\"" ID "\",\"" ID2 "\"]"), "cites=" ID "," ID2},
	{"an id", DOC("answer", "\"re\":\"" ID "\",\"answer\":\"noted\""), "re=" ID " answer=noted"},
	{"words", DOC("incident", "\"summary\":\"هجوم \\\"على\\\" <السيطرة>\""), "summary=هجوم \"على\" <السيطرة>"},
	{"no fields", DOC("retract", ""), ""},
	{"a thread", "{\"kind\":\"incident\",\"thread\":\"AAAAAAAAAAAAAAAAAAAAAA\",\"fields\":{\"persons\":1}}", "persons=1 thread=AAAAAAAAAAAAAAAAAAAAAA"},

	{"no JSON", "kind=incident", "! not_json  "},
	{"nothing", "", "! not_json  "},
	{"a name twice", DOC("incident", "\"persons\":1,\"persons\":2"), "! not_json  "},
	{"a real number", DOC("incident", "\"persons\":1.5"), "! not_json  "},
	{"too deep", "[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]", "! not_json  "},
	{"something behind", DOC("retract", "") "x", "! not_json  "},
	{"broken UTF-8", DOC("incident", "\"summary\":\"\xff\""), "! not_json  "},
	{"a list", "[1]", "! bad_form  an object with kind, fields and, to amend, thread"},
	{"a name that is none", "{\"kind\":\"incident\",\"fields\":{},\"by\":\"x\"}", "! bad_form  an object with kind, fields and, to amend, thread"},
	{"no fields at all", "{\"kind\":\"incident\"}", "! bad_form  fields"},
	{"fields as a list", "{\"kind\":\"incident\",\"fields\":[]}", "! bad_form  fields"},
	{"no kind", "{\"fields\":{}}", "! unknown_kind kind "},
	{"a kind that is none", DOC("rumour", ""), "! unknown_kind kind rumour"},
	{"a kind that is a number", "{\"kind\":1,\"fields\":{}}", "! unknown_kind kind "},
	{"a short thread", "{\"kind\":\"incident\",\"thread\":\"AAAA\",\"fields\":{}}", "! bad_value thread thread"},
	{"a field that is none", DOC("incident", "\"name\":\"x\""), "! unknown_field  name"},
	{"a field of another kind", DOC("incident", "\"answer\":\"noted\""), "! not_in_kind answer answer"},
	{"a duty is not said by who asks", DOC("incident", "\"duty\":\"director\""), "! not_in_kind duty duty"},
	{"nor when it was filed", DOC("incident", "\"filed\":\"now\""), "! not_in_kind filed filed"},
	{"nor the kind twice", DOC("incident", "\"kind\":\"warning\""), "! not_in_kind kind kind"},
	{"a code that is none", DOC("incident", "\"type\":\"atk.x\""), "! bad_code type atk.x"},
	{"null", DOC("incident", "\"persons\":null"), "! bad_value persons a value of another shape"},
	{"a negative number", DOC("incident", "\"persons\":-1"), "! bad_value persons -1"},
	{"a number for words", DOC("incident", "\"summary\":5"), "! bad_value summary a value of another shape"},
	{"yes for words", DOC("incident", "\"summary\":true"), "! bad_value summary a value of another shape"},
	{"bounds out of order", DOC("incident", "\"persons\":{\"low\":3,\"high\":2}"), "! bad_value persons a value of another shape"},
	{"bounds without one", DOC("incident", "\"persons\":{}"), "! bad_value persons a value of another shape"},
	{"bounds too large", DOC("incident", "\"persons\":{\"low\":4294967299}"), "! bad_value persons a value of another shape"},
	{"a bound of another name", DOC("incident", "\"persons\":{\"low\":3,\"most\":4}"), "! bad_value persons a value of another shape"},
	{"a list with a comma in it", DOC("sighting", "\"means\":[\"foot,car\"]"), "! bad_value means a value of another shape"},
	{"an empty list", DOC("sighting", "\"means\":[]"), "! bad_value means a value of another shape"},
	{"a list of numbers", DOC("sighting", "\"means\":[1]"), "! bad_value means a value of another shape"},
	{"a list for a word", DOC("incident", "\"summary\":[\"a\"]"), "! bad_value summary a value of another shape"},
	{"a point off the globe", DOC("incident", "\"place\":{\"lat_e7\":954680000,\"lon_e7\":443920000}"), "! bad_value place a value of another shape"},
	{"a level that is none", DOC("incident", "\"place\":{\"lat_e7\":354680000,\"lon_e7\":443920000,\"level\":\"1m\"}"), "! bad_value place a value of another shape"},
	{"no place", DOC("incident", "\"place\":\"by the bridge\""), "! bad_place place by the bridge"},
	{"no time", DOC("incident", "\"when\":\"soon\""), "! bad_time when soon"},
	{"an ask of two in one", DOC("incident", "\"ask\":[{\"party\":\"b:1h,c\",\"by\":\"1h\"}]"), "! bad_value ask a value of another shape"},
	{"hidden direction", DOC("incident", "\"summary\":\"a\\u202eb\""), "! not_utf8 summary "},
	{"what it is about is cut at a letter", DOC("incident", "\"type\":\"ئئئئئئئئئئئئئئئئئئئئئئئئئئئئئئئئئئئئئئئئئئئئئئ\""),
	 "! bad_code type ئئئئئئئئئئئئئئئئئئئئئئئئئئئئئئئئئئئئئئئ"},
};
/* clang-format on */

static const struct record_typing typing = {1809386100000, 180, "38S"};

static void
write_record(struct out *out, const struct record *record)
{
	for (enum field f = FIELD_NONE + 1; f < FIELD_COUNT; f++) {
		if (!record->field[f].is_set)
			continue;
		out_format(out, "%s%s=", out->n ? " " : "", field_row(f)->name);
		record_field_text(out, record, f, 180);
	}
	if (record->thread.n)
		out_format(out, " thread=%.*s", (int)record->thread.n, record->thread.p);
}

static void
test_rows(void **state)
{
	struct arena *arena = arena_new(1 << 20);
	struct record *record = calloc(1, sizeof *record);

	(void)state;
	assert_non_null(record);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct out out = out_new(1 << 16);
		struct recordjson_fault fault;
		unsigned heard;

		arena_reset(arena);
		if (recordjson_read(span_of(rows[i].input), &typing, arena, record, &heard, &fault))
			write_record(&out, record);
		else
			out_format(&out, "! %s %s %s", why_code(fault.reason.why),
				   field_row(fault.reason.field)->name, fault.about);
		assert_int_equal(out_err(&out), ERR_OK);
		if (strcmp(out.p ? out.p : "", rows[i].expected) != 0)
			fail_msg("%s: %s", rows[i].name, out.p ? out.p : "");
		out_free(&out);
	}
	free(record);
	arena_free(arena);
}

/* What was assumed of a place is said. */
static void
test_heard(void **state)
{
	static const char *const input = DOC("incident", "\"place\":\"ME448251\"");
	struct arena *arena = arena_new(1 << 20);
	struct record *record = calloc(1, sizeof *record);
	struct recordjson_fault fault;
	unsigned heard;

	(void)state;
	assert_true(recordjson_read(span_of(input), &typing, arena, record, &heard, &fault));
	assert_int_equal(heard, HEARD_ASSUMED_ZONE);
	free(record);
	arena_free(arena);
}

/* What is written is read back to the same record. */
static void
test_back(void **state)
{
	static const char *const input =
	    DOC("incident",
		"\"type\":\"atk.ambush\",\"when\":\"040215C MAY 27\",\"place\":\"38SME448251\","
		"\"persons\":\"several\",\"cites\":[\"" ID "\"],\"summary\":\"a \\\\ \\\"b\\\"\"");
	struct arena *arena = arena_new(1 << 20);
	struct record *record = calloc(2, sizeof *record);
	struct out out = out_new(1 << 16);
	struct recordjson_fault fault;
	unsigned heard;

	(void)state;
	assert_true(recordjson_read(span_of(input), &typing, arena, record, &heard, &fault));
	out_format(&out, "{\"kind\":\"%s\"", kind_row(record->kind)->name);
	recordjson_write_fields(&out, record, 180);
	out_text(&out, "}");
	assert_true(recordjson_read(out_view(&out), &typing, arena, record + 1, &heard, &fault));
	assert_true(record_equal(record, record + 1));
	out_free(&out);
	free(record);
	arena_free(arena);
}

/* Texts that no record can hold are refused, and a full arena is a reason. */
static void
test_limits(void **state)
{
	struct arena *arena = arena_new(1 << 20);
	struct arena *small = arena_new(1);
	struct record *record = calloc(1, sizeof *record);
	struct out out = out_new(1 << 20);
	struct recordjson_fault fault;
	unsigned heard;

	(void)state;
	out_text(&out, "{\"kind\":\"incident\",\"fields\":{\"summary\":\"");
	for (size_t i = 0; i <= LIMIT_DOCUMENT; i++)
		out_char(&out, 'a');
	out_text(&out, "\"}}");
	assert_false(recordjson_read(out_view(&out), &typing, arena, record, &heard, &fault));
	assert_int_equal(fault.reason.why, WHY_TOO_LARGE);
	assert_int_equal(fault.reason.field, FIELD_SUMMARY);
	assert_false(recordjson_read(span_of(DOC("incident", "\"summary\":\"some words\"")),
				     &typing, small, record, &heard, &fault));
	assert_int_equal(fault.reason.why, WHY_TOO_LARGE);
	assert_int_equal(record->kind, KIND_NONE);
	out_free(&out);
	free(record);
	arena_free(small);
	arena_free(arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_rows),
	    cmocka_unit_test(test_heard),
	    cmocka_unit_test(test_back),
	    cmocka_unit_test(test_limits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
