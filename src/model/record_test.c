#include "model/record.h"

#include "model/any_test.h"
#include "model/entry.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

enum { ROUNDS = TEST_SLOW ? 2000 : 60, ARENA = 1 << 20, IRAQ = 180 };

static struct record_typing
typing(void)
{
	return (struct record_typing){1809386100000 /* 040215C MAY 27 */, IRAQ, "38S"};
}

#define ID  "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
#define ID2 "AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"

/* What is typed, and how it is written back; or why not. */
static const struct {
	enum kind kind;
	enum field field;
	const char *typed;
	const char *written; /* NULL: refused */
	enum why why;
} rows[] = {
    {KIND_INCIDENT, FIELD_TYPE, "atk.ambush", "atk.ambush", WHY_NONE},
    {KIND_INCIDENT, FIELD_TYPE, " ATK.Ambush ", "atk.ambush", WHY_NONE},
    {KIND_INCIDENT, FIELD_TYPE, "atk.picnic", NULL, WHY_BAD_CODE},
    {KIND_INCIDENT, FIELD_NEED, "medevac", NULL, WHY_NOT_IN_KIND},
    {KIND_INCIDENT, FIELD_KIND, "incident", NULL, WHY_NOT_IN_KIND},
    {KIND_INCIDENT, FIELD_HEADS, "x", NULL, WHY_BAD_VALUE},
    {KIND_INCIDENT, FIELD_MEANS, "foot, motorbike", "foot,motorbike", WHY_NONE},
    {KIND_INCIDENT, FIELD_MEANS, "foot,foot", NULL, WHY_BAD_VALUE},
    {KIND_INCIDENT, FIELD_MEANS, "foot,", NULL, WHY_BAD_CODE},
    {KIND_INCIDENT, FIELD_MEANS, "foot,foot,foot,foot,foot,foot,foot,foot,foot", NULL,
     WHY_TOO_LARGE},
    {KIND_INCIDENT, FIELD_UNIT, "post-4", "post-4", WHY_NONE},
    {KIND_INCIDENT, FIELD_UNIT, "", NULL, WHY_BAD_VALUE},
    {KIND_INCIDENT, FIELD_UNIT, "a\nb", NULL, WHY_BAD_VALUE},
    {KIND_INCIDENT, FIELD_UNIT,
     "a\xe2\x80\xae"
     "b",
     NULL, WHY_NOT_UTF8},
    {KIND_INCIDENT, FIELD_UNIT, "0123456789012345678901234567890123456789012345678901234567890123",
     NULL, WHY_TOO_LARGE},
    {KIND_INCIDENT, FIELD_SUMMARY, "two\nlines", "two\nlines", WHY_NONE},
    {KIND_INCIDENT, FIELD_PERSONS, "٢-٣", "2-3", WHY_NONE},
    {KIND_INCIDENT, FIELD_PERSONS, "3-2", NULL, WHY_BAD_VALUE},
    {KIND_INCIDENT, FIELD_WHEN, "040200C", "040200C MAY 27", WHY_NONE},
    {KIND_INCIDENT, FIELD_WHEN, "٠٤٠٢٠٠C", "040200C MAY 27", WHY_NONE},
    {KIND_INCIDENT, FIELD_WHEN, "soon", NULL, WHY_BAD_TIME},
    {KIND_INCIDENT, FIELD_PLACE, "38SMD498886", "38SMD498886", WHY_NONE},
    {KIND_INCIDENT, FIELD_PLACE, "38s md 498 886", "38SMD498886", WHY_NONE},
    {KIND_INCIDENT, FIELD_PLACE, "٣٨S MD ٤٩٨ ٨٨٦", "38SMD498886", WHY_NONE},
    {KIND_INCIDENT, FIELD_PLACE, "MD498886", "38SMD498886", WHY_NONE},
    {KIND_INCIDENT, FIELD_PLACE, "35.468, 44.392", "38SME448251", WHY_NONE},
    {KIND_INCIDENT, FIELD_PLACE, "nowhere", NULL, WHY_BAD_PLACE},
    {KIND_INCIDENT, FIELD_SHAPE, "line 35.1,44.2 35.2,44.3", "line 35.1,44.2 35.2,44.3", WHY_NONE},
    {KIND_INCIDENT, FIELD_SHAPE, "line 35.1,44.2", NULL, WHY_BAD_PLACE},
    {KIND_INCIDENT, FIELD_GRADE, "b2", "B2", WHY_NONE},
    {KIND_INCIDENT, FIELD_GRADE, "F٦", "F6", WHY_NONE},
    {KIND_INCIDENT, FIELD_GRADE, "G1", NULL, WHY_BAD_VALUE},
    {KIND_INCIDENT, FIELD_GRADE, "A7", NULL, WHY_BAD_VALUE},
    {KIND_INCIDENT, FIELD_INCIDENT, ID, ID, WHY_NONE},
    {KIND_INCIDENT, FIELD_INCIDENT, "AAAA", NULL, WHY_BAD_VALUE},
    {KIND_INCIDENT, FIELD_CITES, ID "," ID2, ID "," ID2, WHY_NONE},
    {KIND_INCIDENT, FIELD_CITES, ID "," ID, NULL, WHY_BAD_VALUE},
    {KIND_INCIDENT, FIELD_ASK, "b:15m,c:1h", "b:040230C MAY 27,c:040315C MAY 27", WHY_NONE},
    {KIND_INCIDENT, FIELD_ASK, "b:041800C", "b:041800C MAY 27", WHY_NONE},
    {KIND_INCIDENT, FIELD_ASK, "b:٠٤١٨٠٠C", "b:041800C MAY 27", WHY_NONE},
    {KIND_INCIDENT, FIELD_ASK, "b:15m,b:1h", NULL, WHY_BAD_VALUE},
    {KIND_INCIDENT, FIELD_ASK, "b", NULL, WHY_BAD_TIME},
    {KIND_INCIDENT, FIELD_ASK, "B!:15m", NULL, WHY_BAD_VALUE},
    {KIND_DECISION, FIELD_PARTIES, "a, b", "a,b", WHY_NONE},
    {KIND_DECISION, FIELD_PARTIES, "a,a", NULL, WHY_BAD_VALUE},
    {KIND_DECISION, FIELD_WIDTH_M, "٥٠٠", "500", WHY_NONE},
    {KIND_DECISION, FIELD_WIDTH_M, "-1", NULL, WHY_BAD_VALUE},
    {KIND_DECISION, FIELD_WINDOW, "1300-1500", "041300C-041500C MAY 27", WHY_NONE},
    {KIND_DECISION, FIELD_DUE, "2h", "040415C MAY 27", WHY_NONE},
    {KIND_TOLD, FIELD_TOLD_PARTY, "b", "b", WHY_NONE},
    {KIND_TOLD, FIELD_TOLD_PARTY, "b/x", NULL, WHY_BAD_VALUE},
    {KIND_DISPUTE, FIELD_DISPUTED, "killed", "killed", WHY_NONE},
    {KIND_DISPUTE, FIELD_DISPUTED, "nothing", NULL, WHY_UNKNOWN_FIELD},
};

static void
test_typed(void **state)
{
	struct arena *arena = arena_new(ARENA);
	struct out out = out_new(ARENA);
	struct record_typing now = typing();

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct record record;
		enum why why;

		record_init(&record, rows[i].kind);
		why = record_set(&record, arena, rows[i].field, span_of(rows[i].typed), &now);
		if (why != rows[i].why)
			fail_msg("'%s': %s", rows[i].typed, why_code(why));
		out_reset(&out);
		record_field_text(&out, &record, rows[i].field, IRAQ);
		if (rows[i].field != FIELD_KIND)
			assert_string_equal(out.p ? out.p : "",
					    rows[i].written ? rows[i].written : "");
		assert_int_equal(record.field[rows[i].field].is_set, rows[i].written != NULL);
	}
	out_free(&out);
	arena_free(arena);
}

/* What people are told to type is taken, for every field of its type. */
static void
test_examples(void **state)
{
	struct arena *arena = arena_new(ARENA);
	struct record_typing now = typing();
	unsigned n = 0;

	(void)state;
	for (enum kind kind = 1; kind < KIND_COUNT; kind++) {
		for (enum field f = FIELD_UNIT; f < FIELD_COUNT; f++) {
			const char *at = field_examples(field_row(f)->type);

			while (at[0] && kind_has(kind, f)) {
				const char *end = strstr(at, " or ");
				size_t size = end ? (size_t)(end - at) : strlen(at);
				struct record record;

				arena_reset(arena);
				record_init(&record, kind);
				if (record_set(&record, arena, f, span_make(at, size), &now))
					fail_msg("%s: %.*s", field_row(f)->name, (int)size, at);
				at += size + (end ? 4 : 0);
				n++;
			}
		}
	}
	assert_true(n > 100);
	arena_free(arena);
}

/* A bare grid needs the zone to be known. */
static void
test_no_zone(void **state)
{
	struct arena *arena = arena_new(ARENA);
	struct record_typing now = typing();
	struct record record;

	(void)state;
	now.default_zone = NULL;
	record_init(&record, KIND_INCIDENT);
	assert_int_equal(record_set(&record, arena, FIELD_PLACE, SPAN("448251"), &now),
			 WHY_BAD_PLACE);
	assert_int_equal(record_set(&record, arena, FIELD_PLACE, SPAN("ME448251"), &now),
			 WHY_BAD_PLACE);
	assert_int_equal(record_set(&record, arena, FIELD_PLACE, SPAN("38SME448251"), &now),
			 WHY_NONE);
	arena_free(arena);
}

struct typed {
	enum field field;
	const char *text;
};

static const struct {
	const char *name;
	enum kind kind;
	struct typed typed[8];
	enum why why;
	enum field field;
} checks[] = {
    {"incident", KIND_INCIDENT, {{FIELD_TYPE, "atk.clash"}, {FIELD_WHEN, "0200"}}, WHY_NONE, 0},
    {"no time", KIND_INCIDENT, {{FIELD_TYPE, "atk.clash"}}, WHY_MISSING_FIELD, FIELD_WHEN},
    {"no place",
     KIND_SIGHTING,
     {{FIELD_TYPE, "mov.sighting"}, {FIELD_WHEN, "0200"}},
     WHY_MISSING_FIELD,
     FIELD_PLACE},
    {"look", KIND_REQUEST, {{FIELD_NEED, "look"}}, WHY_NO_PURPOSE, FIELD_PURPOSE},
    {"look with purpose",
     KIND_REQUEST,
     {{FIELD_NEED, "look"}, {FIELD_PURPOSE, "find_wounded"}},
     WHY_NONE,
     0},
    {"patients",
     KIND_REQUEST,
     {{FIELD_NEED, "medevac"}, {FIELD_URGENT, "2"}, {FIELD_ROUTINE, "1"}, {FIELD_LITTER, "3"}},
     WHY_NONE,
     0},
    {"patients differ",
     KIND_REQUEST,
     {{FIELD_NEED, "medevac"}, {FIELD_URGENT, "2"}, {FIELD_LITTER, "1"}},
     WHY_BAD_VALUE,
     FIELD_LITTER},
    {"first lines only", KIND_REQUEST, {{FIELD_NEED, "medevac"}, {FIELD_URGENT, "2"}}, WHY_NONE, 0},
    {"civil", KIND_CIVIL, {{FIELD_WINDOW, "today"}}, WHY_NONE, 0},
    {"nothing", KIND_NONE, {{0, NULL}}, WHY_UNKNOWN_KIND, FIELD_KIND},
};

static void
test_check(void **state)
{
	struct arena *arena = arena_new(ARENA);
	struct record_typing now = typing();

	(void)state;
	for (size_t i = 0; i < sizeof checks / sizeof *checks; i++) {
		struct record record;
		struct reason reason;

		record_init(&record, checks[i].kind);
		for (const struct typed *t = checks[i].typed; t->text; t++) {
			enum why why = record_set(&record, arena, t->field, span_of(t->text), &now);

			if (why != WHY_NONE)
				fail_msg("%s: %s: %s", checks[i].name, t->text, why_code(why));
		}
		reason = record_check(&record);
		if (reason.why != checks[i].why || reason.field != checks[i].field)
			fail_msg("%s: %s %s", checks[i].name, why_code(reason.why),
				 field_row((enum field)reason.field)->name);
	}
	arena_free(arena);
}

/* No value can be spoiled without being found. */
static void
test_spoiled(void **state)
{
	struct arena *arena = arena_new(ARENA);
	struct record record;
	uint64_t seed = 1;

	(void)state;
	any_record(&seed, arena, KIND_INCIDENT, &record);
	for (enum field f = FIELD_HEADS; f < FIELD_COUNT; f++)
		if (kind_has(KIND_INCIDENT, f))
			any_value(&seed, arena, f, &record.field[f]);
	assert_int_equal(record_check(&record).why, WHY_NONE);
#define SPOIL(member, value, expected, at)                                                         \
	do {                                                                                       \
		struct record bad = record;                                                        \
		bad.field[at].member = (value);                                                    \
		assert_int_equal(record_check(&bad).why, expected);                                \
		assert_int_equal(record_check(&bad).field, at);                                    \
	} while (0)
	SPOIL(code, TYPE_COUNT, WHY_BAD_CODE, FIELD_TYPE);
	SPOIL(codes.n, LIMIT_CODES + 1, WHY_TOO_LARGE, FIELD_MEANS);
	SPOIL(codes.code[1], 900, WHY_BAD_CODE, FIELD_MEANS);
	SPOIL(quantity.low, INT32_MAX, WHY_BAD_ORDER, FIELD_PERSONS);
	SPOIL(when.to_ms, 0, WHY_BAD_ORDER, FIELD_WHEN);
	SPOIL(when.precision, WHEN_PRECISION_COUNT, WHY_BAD_TIME, FIELD_WHEN);
	SPOIL(place.lat_e7, 0, WHY_BAD_PLACE, FIELD_PLACE);
	SPOIL(place.level, 0, WHY_BAD_PLACE, FIELD_PLACE);
	SPOIL(levels, 1, WHY_BAD_LADDER, FIELD_PLACE);
	SPOIL(levels, 3, WHY_BAD_LADDER, FIELD_TYPE);
	SPOIL(grade.source, 'G', WHY_BAD_VALUE, FIELD_GRADE);
	SPOIL(ids.n, 0, WHY_BAD_VALUE, FIELD_CITES);
	SPOIL(asks.n, LIMIT_ASKS + 1, WHY_TOO_LARGE, FIELD_ASK);
	SPOIL(text, ((struct span){"", 0}), WHY_BAD_VALUE, FIELD_UNIT);
	SPOIL(heads.n, 0, WHY_BAD_VALUE, FIELD_HEADS);
#undef SPOIL
	record.thread = SPAN("AAECAwQFBgcICQoLDA0ODx");
	assert_int_equal(record_check(&record).field, FIELD_THREAD);
	arena_free(arena);
}

static void
test_carried_between_processes(void **state)
{
	struct arena *arena = arena_new(16 * ARENA);
	struct out out = out_new(LIMIT_RECORD_WIRE);
	uint64_t seed = 2;

	(void)state;
	for (int round = 0; round < ROUNDS; round++) {
		for (enum kind kind = 1; kind < KIND_COUNT; kind++) {
			struct record record;
			struct record again;
			struct cursor cursor;

			arena_reset(arena);
			any_record(&seed, arena, kind, &record);
			assert_int_equal(record_check(&record).why, WHY_NONE);
			out_reset(&out);
			record_write(&out, &record);
			assert_int_equal(out_err(&out), ERR_OK);
			cursor = cursor_over(out_view(&out));
			assert_true(record_read(&cursor, arena, &again));
			assert_true(cursor_is_done(&cursor));
			assert_true(record_equal(&record, &again));
			/* Cut short anywhere it is refused. */
			cursor = cursor_over((struct span){
			    out.p, (size_t)any_between(&seed, 0, (int64_t)out.n - 1)});
			assert_false(record_read(&cursor, arena, &again));
		}
	}
	out_free(&out);
	arena_free(arena);
}

/* Any text that a value is shown as is taken back to it. */
static void
test_shown_is_typed(void **state)
{
	struct arena *arena = arena_new(16 * ARENA);
	struct out out = out_new(ARENA);
	uint64_t seed = 4;

	(void)state;
	for (int round = 0; round < ROUNDS; round++) {
		for (enum field f = FIELD_DUTY; f < FIELD_COUNT; f++) {
			struct record_typing now = typing();
			struct value value;
			struct value again;

			arena_reset(arena);
			any_value(&seed, arena, f, &value);
			if (field_row(f)->type == FIELD_TYPE_LINE ||
			    field_row(f)->type == FIELD_TYPE_NAME)
				value.text = span_trim(value.text);
			if (field_row(f)->type == FIELD_TYPE_INSTANT)
				value.at_ms -= value.at_ms % 1000;
			for (unsigned i = 0;
			     field_row(f)->type == FIELD_TYPE_ASKS && i < value.asks.n; i++) {
				struct ask *asks = arena_array(arena, 1, sizeof *asks);

				assert_non_null(asks);
				*asks = value.asks.ask[0];
				asks->by_ms -= asks->by_ms % 1000;
				value.asks.ask = asks;
				value.asks.n = 1;
			}
			value.levels = value_levels(f, &value);
			out_reset(&out);
			entry_write(&out, f, &value, IRAQ);
			memset(&again, 0, sizeof again);
			if (entry_read(arena, f, out_view(&out), &now, &again) != WHY_NONE)
				fail_msg("%s: '%s'", field_row(f)->name, out.p);
			again.is_set = true;
			again.levels = value_levels(f, &again);
			if (!value_equal(f, &value, &again))
				fail_msg("%s: '%s' differs", field_row(f)->name, out.p);
		}
	}
	out_free(&out);
	arena_free(arena);
}

static void
any_set(uint64_t *seed, const struct record *record, struct field_set *set)
{
	record_levels(record, set);
	for (enum field f = 1; f < FIELD_COUNT; f++)
		set->mask[f] &= (uint16_t)(any_bits(seed) | any_bits(seed));
	set->mask[FIELD_KIND] = set->mask[FIELD_THREAD] = 1;
}

static void
test_narrow_and_merge(void **state)
{
	struct arena *arena = arena_new(16 * ARENA);
	uint64_t seed = 6;

	(void)state;
	for (int round = 0; round < ROUNDS; round++) {
		for (enum kind kind = 1; kind < KIND_COUNT; kind++) {
			struct record whole;
			struct record part;
			struct record twice;
			struct record other;
			struct record both;
			struct record joined;
			struct field_set set;
			struct field_set more;
			struct field_set left;

			arena_reset(arena);
			any_record(&seed, arena, kind, &whole);
			record_levels(&whole, &set);
			record_narrow(&whole, &set, &part);
			assert_true(record_equal(&whole, &part));

			any_set(&seed, &whole, &set);
			any_set(&seed, &whole, &more);
			record_narrow(&whole, &set, &part);
			assert_int_equal(record_check_part(&part).why, WHY_NONE);
			record_levels(&part, &left);
			assert_true(field_set_covers(&set, &left));
			record_narrow(&part, &set, &twice);
			assert_true(record_equal(&part, &twice));

			/* Two deliveries of one record say together what both say. */
			record_narrow(&whole, &more, &other);
			record_levels(&other, &more);
			field_set_add(&left, &more);
			record_narrow(&whole, &left, &both);
			joined = part;
			if (part.field[FIELD_ASK].is_set &&
			    part.field[FIELD_ASK].asks.ask == part.ask_rows)
				joined.field[FIELD_ASK].asks.ask = joined.ask_rows;
			assert_true(record_merge(&joined, &other));
			assert_true(record_equal(&joined, &both));
		}
	}
	arena_free(arena);
}

static void
test_contradictions(void **state)
{
	struct arena *arena = arena_new(ARENA);
	struct record_typing now = typing();
	struct record a;
	struct record b;
	struct record before;

	(void)state;
	record_init(&a, KIND_INCIDENT);
	record_init(&b, KIND_INCIDENT);
	assert_int_equal(record_set(&a, arena, FIELD_PLACE, SPAN("38SMD4988"), &now), WHY_NONE);
	assert_int_equal(record_set(&b, arena, FIELD_PLACE, SPAN("38SMD498886"), &now), WHY_NONE);
	assert_int_equal(record_set(&a, arena, FIELD_WHEN, SPAN("0200"), &now), WHY_NONE);
	assert_int_equal(record_set(&b, arena, FIELD_WHEN, SPAN("0201"), &now), WHY_NONE);
	before = a;
	assert_false(record_merge(&a, &b));
	assert_true(record_equal(&a, &before));
	assert_int_equal(record_set(&b, arena, FIELD_WHEN, SPAN("0200"), &now), WHY_NONE);
	assert_true(record_merge(&a, &b));
	assert_string_equal(a.field[FIELD_PLACE].place.mgrs, "38SMD498886");
	assert_int_equal(record_set(&b, arena, FIELD_PLACE, SPAN("38SMD4888"), &now), WHY_NONE);
	assert_false(record_merge(&a, &b));
	arena_free(arena);
}

/* A row of ASK that was not given leaves nothing of itself. */
static void
test_rows_of_ask(void **state)
{
	struct arena *arena = arena_new(ARENA);
	struct record_typing now = typing();
	struct field_set set;
	struct record whole;
	struct record part;

	(void)state;
	record_init(&whole, KIND_INCIDENT);
	assert_int_equal(record_set(&whole, arena, FIELD_ASK, SPAN("b:15m,c:1h,d:2h"), &now),
			 WHY_NONE);
	record_levels(&whole, &set);
	assert_int_equal(set.mask[FIELD_ASK], 0xf);
	set.mask[FIELD_ASK] = 1 | 1 << 2;
	record_narrow(&whole, &set, &part);
	assert_int_equal(part.field[FIELD_ASK].asks.n, 2);
	assert_string_equal(part.field[FIELD_ASK].asks.ask[0].party.name, "");
	assert_int_equal(part.field[FIELD_ASK].asks.ask[0].by_ms, 0);
	assert_string_equal(part.field[FIELD_ASK].asks.ask[1].party.name, "c");
	set.mask[FIELD_ASK] = 1 << 2;
	record_narrow(&whole, &set, &part);
	assert_false(part.field[FIELD_ASK].is_set);
	arena_free(arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_typed),          cmocka_unit_test(test_examples),
	    cmocka_unit_test(test_no_zone),        cmocka_unit_test(test_check),
	    cmocka_unit_test(test_spoiled),        cmocka_unit_test(test_carried_between_processes),
	    cmocka_unit_test(test_shown_is_typed), cmocka_unit_test(test_narrow_and_merge),
	    cmocka_unit_test(test_contradictions), cmocka_unit_test(test_rows_of_ask),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
