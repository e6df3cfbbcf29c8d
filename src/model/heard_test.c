/* Every assumption about a typed place is named, and nothing is named where nothing was assumed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "model/heard.h"
#include "model/record.h"

#include <stdlib.h>

/* clang-format off */
static const struct {
	const char *typed, *zone;
	unsigned expected;
} rows[] = {
	{"38SME448251", "38S", 0},
	{"35.468,44.392", "38S", 0},
	{"ME448251", "38S", HEARD_ASSUMED_ZONE},
	{"ME 448 251", "38S", HEARD_ASSUMED_ZONE},
	{"44.392,35.468", "38S", HEARD_SWAPPED},
	{"38SME4482O1", "38S", HEARD_CORRECTED},
	{"ME4482O1", "38S", HEARD_ASSUMED_ZONE | HEARD_CORRECTED},
	{"51.5,-0.12", "38S", HEARD_OUTSIDE},
	{"", "38S", 0},
	{"near the bridge", "38S", 0},
	{"999,999", NULL, 0},
};
/* clang-format on */

static void
test_rows(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		if (heard_place(span_of(rows[i].typed), rows[i].zone) != rows[i].expected)
			fail_msg("%s: %x, not %x", rows[i].typed,
				 heard_place(span_of(rows[i].typed), rows[i].zone),
				 rows[i].expected);
	}
}

static void
test_times(void **state)
{
	static const struct {
		enum kind kind;
		const char *field, *typed;
		unsigned expected;
	} times[] = {
	    /* now is 040800C MAY 27 */
	    {KIND_SIGHTING, "when", "now", 0},
	    {KIND_SIGHTING, "when", "050700C MAY 27", 0},
	    {KIND_SIGHTING, "when", "2027-05-05", 0},
	    {KIND_SIGHTING, "when", "050900C MAY 27", HEARD_AHEAD},
	    {KIND_SIGHTING, "when", "2027-06-04", HEARD_AHEAD},
	    {KIND_SIGHTING, "when", "040700C MAY 25", 0},
	    {KIND_SIGHTING, "when", "040700C MAY 17", HEARD_PAST},
	    {KIND_SIGHTING, "when", "2024", 0},
	    {KIND_SIGHTING, "when", "2023", HEARD_PAST},
	    {KIND_TOLD, "when", "060900C MAY 27", HEARD_AHEAD},
	    {KIND_WARNING, "when", "060900C MAY 27", 0},
	    {KIND_MOVEMENT, "window", "040900C APR 28..041200C APR 28", 0},
	    {KIND_MOVEMENT, "window", "040900C JUN 28..041200C JUN 28", HEARD_AHEAD},
	    {KIND_COVERAGE, "window", "060900C MAY 27", 0},
	    {KIND_REQUEST, "needed_by", "30m", 0},
	    {KIND_REQUEST, "needed_by", "0600", HEARD_NEXT_DAY},
	    {KIND_REQUEST, "needed_by", "06:00", HEARD_NEXT_DAY},
	    {KIND_REQUEST, "needed_by", "0600C", HEARD_NEXT_DAY},
	    {KIND_REQUEST, "needed_by", "0900", 0},
	    {KIND_REQUEST, "needed_by", "050600C MAY 27", 0},
	    {KIND_REQUEST, "needed_by", "2027-06-20", HEARD_AHEAD},
	    {KIND_REQUEST, "needed_by", "2027-05-01", HEARD_PAST},
	    {KIND_ANSWER, "eta", "0700", HEARD_NEXT_DAY},
	    {KIND_ANSWER, "eta", "040900C MAY 28", HEARD_AHEAD},
	    {KIND_REQUEST, "ask", "b:15m", 0},
	    {KIND_REQUEST, "ask", "b:15m,c:60d", HEARD_AHEAD},
	};
	struct record_typing typing = {.now_ms = when_of_date(2027, 5, 4) + 5 * 3600 * 1000,
				       .zone_min = 180};
	struct arena *arena = arena_new(1 << 20);
	struct record *record = calloc(1, sizeof *record);

	(void)state;
	assert_non_null(record);
	for (size_t i = 0; i < sizeof times / sizeof *times; i++) {
		enum field field = field_find(span_of(times[i].field));
		unsigned heard;

		record_init(record, times[i].kind);
		assert_int_equal(record_set(record, arena, field, span_of(times[i].typed), &typing),
				 WHY_NONE);
		heard = heard_typed(record, field, span_of(times[i].typed), &typing);
		if (heard != times[i].expected)
			fail_msg("%s=%s: %x, not %x", times[i].field, times[i].typed, heard,
				 times[i].expected);
		assert_int_equal(heard_times(record, typing.now_ms),
				 times[i].expected & (HEARD_AHEAD | HEARD_PAST));
	}
	free(record);
	arena_free(arena);
}

/* Of a point whose order is fixed: only far away, and here the other way round. */
static const struct {
	int32_t lat_e7, lon_e7;
	bool expected;
} points[] = {
    {437700000, 353250000, true},  {353250000, 437700000, false},  {0, 0, false},
    {380000000, 380000000, false}, {380000001, 379999999, true},   {490000000, 290000000, true},
    {490000001, 290000000, false}, {-437700000, 353250000, false},
};

static void
test_exchanged(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof points / sizeof *points; i++)
		if (heard_exchanged(points[i].lat_e7, points[i].lon_e7) != points[i].expected)
			fail_msg("point %zu", i);
}

static void
test_names(void **state)
{
	(void)state;
	for (unsigned i = 0; i < HEARD_COUNT; i++) {
		assert_non_null(heard_code(i));
		assert_non_null(heard_text(i));
	}
	assert_null(heard_code(HEARD_COUNT));
	assert_null(heard_text(HEARD_COUNT));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_rows),
	    cmocka_unit_test(test_times),
	    cmocka_unit_test(test_exchanged),
	    cmocka_unit_test(test_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
