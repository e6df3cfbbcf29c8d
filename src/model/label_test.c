/* Words and sentences: every label is there in three languages, sentences hold fields and no free
 * text. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "model/label.h"
#include "model/phrase.h"

#include <stdio.h>
#include <string.h>

static const enum vocab_lang langs[] = {LANG_EN, LANG_AR, LANG_CKB};

static unsigned
is_missing(const char *english)
{
	unsigned n = 0;

	for (unsigned i = 1; i < 3; i++) {
		if (strcmp(label_text(langs[i], english), english) == 0 &&
		    strcmp(english, "{label}: {value}.") != 0 &&
		    strcmp(english, "{label} {value}") != 0) {
			print_message("no %s for: %s\n", vocab_code(VOCAB_LANG, langs[i]), english);
			n++;
		}
	}
	return n;
}

static void
every_label_is_translated(void **state)
{
	unsigned missing = 0;

	(void)state;
	for (enum vocab v = 1; v < VOCAB_COUNT; v++)
		for (unsigned i = 0; i < vocab_size(v); i++)
			missing += is_missing(vocab_label(v, i));
	for (enum field f = 1; f < FIELD_COUNT; f++)
		missing += is_missing(field_row(f)->label);
	for (enum kind k = 1; k < KIND_COUNT; k++)
		missing += is_missing(kind_row(k)->label);
#define X(name, text) missing += is_missing(text);
	PHRASE_ROWS(X)
#undef X
	assert_int_equal(missing, 0);
	assert_string_equal(label_text(LANG_AR, "no such text"), "no such text");
	assert_string_equal(label_text(LANG_EN, "ambush"), "ambush");
}

struct value_row {
	const char *name;
	enum kind kind;
	enum field field;
	const char *typed;
	enum vocab_lang lang;
	const char *expected;
};

/* clang-format off */
static const struct value_row value_rows[] = {
	{"exact",      KIND_SIGHTING, FIELD_PERSONS, "5", LANG_EN, "5"},
	{"range",      KIND_CASUALTY, FIELD_KILLED, "2-3", LANG_EN, "2 to 3"},
	{"range ar",   KIND_CASUALTY, FIELD_KILLED, "2-3", LANG_AR, "من 2 إلى 3"},
	{"best",       KIND_CASUALTY, FIELD_KILLED, "2-3 best 3", LANG_EN, "2 to 3, most likely 3"},
	{"about",      KIND_SIGHTING, FIELD_PERSONS, "~10", LANG_CKB, "نزیکەی 10"},
	{"floor",      KIND_SIGHTING, FIELD_PERSONS, ">=5", LANG_EN, "at least 5"},
	{"ceiling",    KIND_SIGHTING, FIELD_PERSONS, "<=5", LANG_EN, "at most 5"},
	{"several",    KIND_CASUALTY, FIELD_KILLED, "several", LANG_EN, "several, not specified"},
	{"several ckb",KIND_CASUALTY, FIELD_KILLED, "several", LANG_CKB, "ژمارەیەکی دیارینەکراو"},
	{"unknown",    KIND_CASUALTY, FIELD_KILLED, "unknown", LANG_EN, "number unknown"},
	{"grid",       KIND_SIGHTING, FIELD_PLACE, "38SMD470654", LANG_EN, "38S MD 470 654"},
	{"grid ar",    KIND_SIGHTING, FIELD_PLACE, "38SMD47006540", LANG_AR, "\u206638S MD 4700 6540\u2069"},
	{"square",     KIND_SIGHTING, FIELD_PLACE, "38SMD", LANG_EN, "38S MD"},
	{"time",       KIND_SIGHTING, FIELD_WHEN, "040215C MAY 27", LANG_EN, "040215C MAY 27"},
	{"time ckb",   KIND_SIGHTING, FIELD_WHEN, "040215C MAY 27", LANG_CKB, "\u2066040215C MAY 27\u2069"},
	{"hour",       KIND_SIGHTING, FIELD_WHEN, "040200C MAY 27 hour", LANG_EN, "040200C MAY 27, known to the hour"},
	{"hour ar",    KIND_SIGHTING, FIELD_WHEN, "040200C MAY 27 hour", LANG_AR, "\u2066040200C MAY 27\u2069، بدقة ساعة"},
	{"hour ckb",   KIND_SIGHTING, FIELD_WHEN, "040200C MAY 27 hour", LANG_CKB,
	 "\u2066040200C MAY 27\u2069، بە وردیی کاتژمێرێک"},
	{"part",       KIND_SIGHTING, FIELD_WHEN, "030000C MAY 27-030600C MAY 27 part", LANG_EN,
	 "030000C-030600C MAY 27, known to six hours"},
	{"week",       KIND_SIGHTING, FIELD_WHEN, "01 MAR 27..05 MAR 27 week", LANG_EN, "01 MAR 27..05 MAR 27, known to the week"},
	{"month",      KIND_SIGHTING, FIELD_WHEN, "MAR 2027", LANG_AR, "\u2066MAR 2027\u2069"},
	{"code",       KIND_INCIDENT, FIELD_TYPE, "atk.assault_position", LANG_AR, "هجوم على نقطة"},
	{"codes",      KIND_SIGHTING, FIELD_MEANS, "foot,motorbike", LANG_CKB, "بە پێ، بە ماتۆڕسکیل"},
	{"grade",      KIND_SIGHTING, FIELD_GRADE, "b2", LANG_AR, "\u2066B2\u2069"},
	{"unit",       KIND_SIGHTING, FIELD_UNIT, "A-21", LANG_AR, "\u2068A-21\u2069"},
	{"asks",       KIND_SIGHTING, FIELD_ASK, "b:15m,c:1h", LANG_EN, "b by 040315C MAY 27, c by 040400C MAY 27"},
	{"parties",    KIND_DECISION, FIELD_PARTIES, "a,b", LANG_AR, "\u2066a\u2069، \u2066b\u2069"},
	{"unset",      KIND_SIGHTING, FIELD_UNIT, NULL, LANG_EN, ""},
};
/* clang-format on */

static struct record_typing
typing_at(const char *iso)
{
	struct record_typing typing = {.zone_min = 180, .default_zone = "38S"};

	assert_true(when_read_iso(span_of(iso), &typing.now_ms));
	return typing;
}

static void
set(struct record *record, struct arena *arena, enum field field, const char *typed)
{
	struct record_typing typing = typing_at("2027-05-04T03:00:00+03:00");
	enum why why = record_set(record, arena, field, span_of(typed), &typing);

	if (why != WHY_NONE)
		fail_msg("%s=%s: %s", field_row(field)->name, typed, why_text(why));
}

static void
values_are_said(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof value_rows / sizeof *value_rows; i++) {
		const struct value_row *row = &value_rows[i];
		struct arena *arena = arena_new(65536);
		struct out out = out_new(65536);
		struct record record;

		record_init(&record, row->kind);
		if (row->typed)
			set(&record, arena, row->field, row->typed);
		label_value(&out, &record, row->field, row->lang, 180, true);
		if (!span_is(out_view(&out), row->expected))
			fail_msg("%s: \"%s\" is not \"%s\"", row->name, out.p ? out.p : "",
				 row->expected);
		out_free(&out);
		arena_free(arena);
	}
}

static void
sighting_of_29(struct record *record, struct arena *arena)
{
	static const struct {
		enum field field;
		const char *typed;
	} fields[] = {
	    {FIELD_TYPE, "mov.sighting"}, {FIELD_WHEN, "032115C MAY 27"},
	    {FIELD_PLACE, "38SMD470654"}, {FIELD_PERSONS, "5"},
	    {FIELD_VEHICLES, "2"},        {FIELD_MEANS, "motorbike"},
	    {FIELD_DIRECTION, "ne"},      {FIELD_GRADE, "B2"},
	    {FIELD_UNIT, "A-2"},          {FIELD_SUMMARY, "FREE-TEXT"},
	    {FIELD_SOURCE, "FREE-TEXT"},  {FIELD_DETAIL, "FREE-TEXT"},
	    {FIELD_TYPED, "FREE-TEXT"},   {FIELD_ASK, "b:15m"},
	};

	record_init(record, KIND_SIGHTING);
	for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
		set(record, arena, fields[i].field, fields[i].typed);
	record->is_exercise = true;
	assert_true(station_read(SPAN("a/kirkuk"), &record->station));
	assert_true(when_read_iso(SPAN("2027-05-03T21:15:00+03:00"), &record->filed_ms));
	record->thread = SPAN("k3J9x_Qa0000000000000A");
}

/* clang-format off */
static const char english_29[] =
	"EXERCISE EXERCISE EXERCISE.\n"
	"Message from a/kirkuk, filed 032115C MAY 27.\n"
	"Sighting report: sighting.\n"
	"Place: grid 38S MD 470 654, a square of 100 m.\n"
	"Unit: A-2.\n"
	"Time: 032115C MAY 27.\n"
	"Grade: B2.\n"
	"Persons: 5.\n"
	"Vehicles: 2.\n"
	"Heading: north-east.\n"
	"Moving: on motorbikes.\n"
	"b is asked to answer by 040315C MAY 27.\n"
	"These may be civilians.\n"
	"Record k3J9x_Qa. Read back, please.\n";
static const char arabic_29[] =
	"تمرين تمرين تمرين.\n"
	"رسالة من \u2066a/kirkuk\u2069، قُيّدت \u2066032115C MAY 27\u2069.\n"
	"بلاغ مشاهدة: مشاهدة.\n"
	"الموقع: الإحداثي الشبكي \u206638S MD 470 654\u2069، مربع ضلعه 100 م.\n"
	"وحدة: \u2068A-2\u2069.\n";
static const char sorani_29[] =
	"مەشق مەشق مەشق.\n"
	"پەیامێک لە \u2066a/kirkuk\u2069، تۆمارکراوە لە \u2066032115C MAY 27\u2069.\n";
/* clang-format on */

static void
a_sighting_is_read_out(void **state)
{
	struct arena *arena = arena_new(65536);
	struct out out = out_new(65536);
	struct record record;

	(void)state;
	sighting_of_29(&record, arena);
	label_say(&out, &record, LANG_EN, 180);
	assert_string_equal(out.p, english_29);
	out_reset(&out);
	label_say(&out, &record, LANG_AR, 180);
	assert_true(span_starts(out_view(&out), arabic_29));
	assert_non_null(strstr(out.p, "\nقد يكونون مدنيين.\n"));
	assert_non_null(strstr(out.p, "القيد \u2066k3J9x_Qa\u2069. يُرجى إعادة القراءة."));
	out_reset(&out);
	label_say(&out, &record, LANG_CKB, 180);
	assert_true(span_starts(out_view(&out), sorani_29));
	out_reset(&out);
	set(&record, arena, FIELD_CIVILIANS, "yes");
	label_say(&out, &record, LANG_EN, 180);
	assert_non_null(strstr(out.p, "\nThese may be civilians.\n"));
	out_reset(&out);
	set(&record, arena, FIELD_CIVILIANS, "unknown");
	label_say(&out, &record, LANG_EN, 180);
	assert_non_null(strstr(out.p, "\nIt is not known whether these are civilians.\n"));
	out_reset(&out);
	label_say(&out, &record, LANG_AR, 180);
	assert_non_null(strstr(out.p, "لا يُعرف إن كانوا مدنيين."));
	out_reset(&out);
	set(&record, arena, FIELD_CIVILIANS, "no");
	label_say(&out, &record, LANG_EN, 180);
	assert_null(strstr(out.p, "civilians"));
	out_free(&out);
	arena_free(arena);
}

/* Something for every field of every kind, free text with a mark in it. */
static bool
set_any(struct record *record, struct arena *arena, enum field field)
{
	/* clang-format off */
	static const char *const typed[FIELD_TYPE_COUNT] = {
		[FIELD_TYPE_NAME] = "A-2", [FIELD_TYPE_LINE] = "line-value", [FIELD_TYPE_FREE] = "FREE-TEXT",
		[FIELD_TYPE_NUMBER] = "2", [FIELD_TYPE_QUANTITY] = "2-3", [FIELD_TYPE_WHEN] = "040215C MAY 27",
		[FIELD_TYPE_INSTANT] = "040600C MAY 27", [FIELD_TYPE_PLACE] = "38SMD6578",
		[FIELD_TYPE_SHAPE] = "line 35.1,44.2 35.2,44.3", [FIELD_TYPE_GRADE] = "B2",
		[FIELD_TYPE_ID] = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
		[FIELD_TYPE_IDS] = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", [FIELD_TYPE_PARTY] = "b",
		[FIELD_TYPE_PARTIES] = "a,b", [FIELD_TYPE_ASKS] = "b:15m", [FIELD_TYPE_DOC] = "FREE-TEXT",
	};
	/* clang-format on */
	const struct field_row *row = field_row(field);
	const char *text = typed[row->type];

	if (row->type == FIELD_TYPE_CODE || row->type == FIELD_TYPE_CODES)
		text = vocab_code(row->vocab, vocab_size(row->vocab) - 1);
	if (field == FIELD_DISPUTED)
		text = "killed";
	if (!text || field == FIELD_KIND || field == FIELD_THREAD || field == FIELD_FILED)
		return false;
	set(record, arena, field, text);
	return true;
}

/* Every field that is not free text is said, no free text is, and no {place} is left open. */
static void
every_kind_is_said_without_free_text(void **state)
{
	(void)state;
	for (enum kind kind = 1; kind < KIND_COUNT; kind++) {
		struct arena *arena = arena_new(262144);
		struct out out = out_new(262144);
		struct record record;
		unsigned n = 0;

		record_init(&record, kind);
		for (enum field f = 1; f < FIELD_COUNT; f++)
			n += kind_has(kind, f) && set_any(&record, arena, f);
		for (unsigned i = 0; i < 3; i++) {
			out_reset(&out);
			label_say(&out, &record, langs[i], 180);
			assert_int_equal(out_err(&out), ERR_OK);
			assert_true(span_is_utf8(out_view(&out)));
			assert_null(strstr(out.p, "FREE-TEXT"));
			assert_null(strchr(out.p, '{'));
			assert_null(strstr(out.p, "()"));
			if (kind_has(kind, FIELD_PLACE))
				assert_non_null(strstr(out.p, "38S MD 65 78"));
			if (kind_has(kind, FIELD_KILLED))
				assert_non_null(strstr(
				    out.p, i == 0 ? "Killed" : label_text(langs[i], "killed")));
			out_reset(&out);
			label_headline(&out, &record, langs[i], 180);
			assert_null(strstr(out.p, "FREE-TEXT"));
			assert_true(out.n > 0 && !memchr(out.p, '\n', out.n));
		}
		assert_true(n > 0);
		out_free(&out);
		arena_free(arena);
	}
}

/* What was not released leaves no hole: the sentence is another one. */
static void
a_part_is_said(void **state)
{
	struct out out = out_new(65536);
	struct record record;

	(void)state;
	record_init(&record, KIND_SIGHTING);
	label_say(&out, &record, LANG_EN, 180);
	assert_string_equal(out.p, "This is: sighting.\nThese may be civilians.\n"
				   "End of message. Read back, please.\n");
	out_free(&out);
}

/* A notice is no request, unless it crosses the line: then it needs the other side's agreement. */
static void
a_movement_asks_only_when_it_crosses(void **state)
{
	static const struct {
		const char *crosses;
		bool is_notice, is_crossing;
	} rows[] = {{NULL, true, false},
		    {"no", true, false},
		    {"unknown", true, false},
		    {"yes", false, true}};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct arena *arena = arena_new(65536);
		struct out out = out_new(65536);
		struct record record;

		record_init(&record, KIND_MOVEMENT);
		set(&record, arena, FIELD_MOVEMENT, "reaction");
		if (rows[i].crosses)
			set(&record, arena, FIELD_CROSSES, rows[i].crosses);
		label_say(&out, &record, LANG_EN, 180);
		assert_int_equal(strstr(out.p, "not a request for permission") != NULL,
				 rows[i].is_notice);
		assert_int_equal(strstr(out.p, "needs the other side's agreement") != NULL,
				 rows[i].is_crossing);
		out_free(&out);
		arena_free(arena);
	}
}

static void
headlines_are_short(void **state)
{
	struct arena *arena = arena_new(65536);
	struct out out = out_new(65536);
	struct record record;

	(void)state;
	sighting_of_29(&record, arena);
	label_headline(&out, &record, LANG_EN, 180);
	assert_string_equal(out.p, "EXERCISE · sighting · persons 5 · vehicles 2 · 38S MD 470 654");
	out_reset(&out);
	label_headline(&out, &record, LANG_AR, 180);
	assert_string_equal(out.p,
			    "تمرين · مشاهدة · الأشخاص 5 · المركبات 2 · \u206638S MD 470 654\u2069");
	out_free(&out);
	arena_free(arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_label_is_translated),
	    cmocka_unit_test(values_are_said),
	    cmocka_unit_test(a_sighting_is_read_out),
	    cmocka_unit_test(every_kind_is_said_without_free_text),
	    cmocka_unit_test(a_part_is_said),
	    cmocka_unit_test(a_movement_asks_only_when_it_crosses),
	    cmocka_unit_test(headlines_are_short),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
