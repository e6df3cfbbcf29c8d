/* What is sent twice is the same; what uses its origin for something else is not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "model/record.h"
#include "seamd/again.h"

#include <stdlib.h>

enum { MINUTE = 60 * 1000, HOUR = 60 * MINUTE };

static const int64_t at_ms = 1800000000000;

static const char base[] = "type=mov.sighting when=2027-01-15T06:00Z place=38SME448251 persons=3";

static struct record *
read_words(struct arena *arena, const char *words, int64_t filed_ms)
{
	struct record *record = arena_take(arena, sizeof *record);
	struct record_typing typing = {.now_ms = filed_ms, .zone_min = 180};
	struct span rest = span_of(words);
	struct span word;

	assert_non_null(record);
	record_init(record, KIND_SIGHTING);
	record->filed_ms = filed_ms;
	while (span_split(&rest, ' ', &word)) {
		struct span name;

		assert_true(span_split(&word, '=', &name));
		assert_int_equal(record_set(record, arena, field_find(name), word, &typing),
				 WHY_NONE);
	}
	return record;
}

static void
test_rows(void **state)
{
	static const struct {
		const char *held, *come;
		int64_t later_ms;
		enum field differs;
	} rows[] = {
	    {"", "", 0, FIELD_NONE},
	    {"", "", 400 * HOUR, FIELD_NONE},
	    {"", "persons=4", 0, FIELD_PERSONS},
	    {"", "persons=3-4", 0, FIELD_PERSONS},
	    {"", "vehicles=1", 0, FIELD_VEHICLES},
	    {"vehicles=1", "", 0, FIELD_VEHICLES},
	    {"", "place=38SME448252", 0, FIELD_PLACE},
	    {"", "place=38SME4425", 0, FIELD_PLACE},
	    {"", "when=2027-01-15T06:01Z", HOUR, FIELD_WHEN},
	    {"", "summary=x", 0, FIELD_SUMMARY},
	    /* the station fills these in */
	    {"governorate=Kirkuk district=Dibis civilians=unknown grade=F6", "", 0, FIELD_NONE},
	    {"governorate=Kirkuk", "governorate=Erbil", 0, FIELD_GOVERNORATE},
	    {"", "governorate=Erbil", 0, FIELD_GOVERNORATE},
	    {"grade=F6", "grade=B2", 0, FIELD_GRADE},
	    {"civilians=unknown", "civilians=yes", 0, FIELD_CIVILIANS},
	    {"duty=watch", "duty=liaison", 0, FIELD_NONE},
	    /* said in relation to now */
	    {"when=now", "when=now", 2 * MINUTE, FIELD_NONE},
	    {"when=now", "when=now", 90 * 1000, FIELD_NONE},
	    {"when=now", "when=now", 25 * HOUR, FIELD_WHEN},
	    {"when=now", "when=now", -2 * MINUTE, FIELD_WHEN},
	    {"ask=b:15m", "ask=b:15m", 5 * MINUTE, FIELD_NONE},
	    {"ask=b:15m", "ask=b:30m", 0, FIELD_ASK},
	    {"ask=b:15m", "ask=c:15m", 0, FIELD_ASK},
	};
	struct arena *arena = arena_new(1 << 22);

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct out held = out_new(1000);
		struct out come = out_new(1000);
		struct record *old;
		struct record *new;

		arena_reset(arena);
		out_format(&held, "%s%s%s", base, rows[i].held[0] ? " " : "", rows[i].held);
		out_format(&come, "%s%s%s", base, rows[i].come[0] ? " " : "", rows[i].come);
		old = read_words(arena, held.p, at_ms);
		new = read_words(arena, come.p, at_ms + rows[i].later_ms);
		if (again_differs(old, new, again_given(new)) != rows[i].differs)
			fail_msg("row %zu: %s", i, field_row(rows[i].differs)->name);
		out_free(&held);
		out_free(&come);
	}
	arena_free(arena);
}

static void
test_kind(void **state)
{
	struct record *held = calloc(1, sizeof *held);
	struct record *come = calloc(1, sizeof *come);

	(void)state;
	assert_non_null(held);
	assert_non_null(come);
	record_init(held, KIND_SIGHTING);
	record_init(come, KIND_INCIDENT);
	assert_int_equal(again_differs(held, come, 0), FIELD_KIND);
	free(held);
	free(come);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_rows),
					   cmocka_unit_test(test_kind)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
