/* Every parameter is understood or refused; a cursor comes back as it went. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "seamd/asking.h"

#include <string.h>

static const struct record_typing typing = {1809386100000, 180, "38S"}; /* 040215C MAY 27 */

/* clang-format off */
static const struct {
	const char *name, *value;
	enum why expected;
} rows[] = {
	{"kind", "incident", WHY_NONE},
	{"kind", "incident,sighting", WHY_NONE},
	{"kind", "incident,", WHY_UNKNOWN_KIND},
	{"kind", "", WHY_UNKNOWN_KIND},
	{"kind", "rumour", WHY_UNKNOWN_KIND},
	{"type", "atk.ambush", WHY_NONE},
	{"from", "yesterday", WHY_NONE},
	{"from", "soon", WHY_BAD_TIME},
	{"to", "2027-05", WHY_NONE},
	{"to", "", WHY_BAD_TIME},
	{"bbox", "44,35,45,36", WHY_NONE},
	{"bbox", "44.1, 35.2, 45.3, 36.4", WHY_NONE},
	{"bbox", "-1,-1,1,1", WHY_NONE},
	{"bbox", "45,35,44,36", WHY_BAD_VALUE},
	{"bbox", "44,36,45,35", WHY_BAD_VALUE},
	{"bbox", "44,35,45", WHY_BAD_VALUE},
	{"bbox", "44,35,45,36,37", WHY_BAD_VALUE},
	{"bbox", "44,35,45,96", WHY_BAD_VALUE},
	{"bbox", "nan,35,45,36", WHY_BAD_VALUE},
	{"bbox", "inf,35,45,36", WHY_BAD_VALUE},
	{"bbox", "0x1,35,45,36", WHY_BAD_VALUE},
	{"bbox", "44e0,35,45,36", WHY_BAD_VALUE},
	{"bbox", "44,35,45,36 or so", WHY_BAD_VALUE},
	{"near", "38SME448251,5000", WHY_NONE},
	{"near", "ME448251,5000", WHY_NONE},
	{"near", "35.468,44.392,100", WHY_NONE},
	{"near", "38SME448251", WHY_BAD_VALUE},
	{"near", "38SME448251,", WHY_BAD_VALUE},
	{"near", "38SME448251,0", WHY_BAD_VALUE},
	{"near", ",5000", WHY_BAD_VALUE},
	{"near", "", WHY_BAD_VALUE},
	{"governorate", "Kirkuk", WHY_NONE},
	{"district", "Daquq", WHY_NONE},
	{"party", "b", WHY_NONE},
	{"party", "B!", WHY_BAD_VALUE},
	{"party", "", WHY_BAD_VALUE},
	{"station", "b/one", WHY_NONE},
	{"station", "b", WHY_BAD_VALUE},
	{"text", "الحويجة \"two words\"", WHY_NONE},
	{"answered", "no", WHY_NONE},
	{"answered", "maybe", WHY_BAD_VALUE},
	{"history", "yes", WHY_NONE},
	{"history", "1", WHY_BAD_VALUE},
	{"limit", "1", WHY_UNKNOWN_FIELD},
	{"", "", WHY_UNKNOWN_FIELD},
};

static const struct {
	const char *keys;
	enum why expected;
	unsigned n;
} by_rows[] = {
	{"", WHY_NONE, 0},
	{"year", WHY_NONE, 1},
	{"governorate,year,type", WHY_NONE, 3},
	{"governorate,year,type,kind", WHY_TOO_LARGE, 3},
	{"year,", WHY_BAD_VALUE, 2},
	{"colour", WHY_BAD_VALUE, 1},
};

static const char *const cursors[] = {
	"", ".", "1", "1.", ".AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "x.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
	"1.AAAA", "1.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA.", "99999999999999999999.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
};
/* clang-format on */

static void
test_rows(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct picture_query query = {.kinds = 0};
		enum why why =
		    asking_set(&query, span_of(rows[i].name), span_of(rows[i].value), &typing);

		if (why != rows[i].expected)
			fail_msg("%s=%s: %s", rows[i].name, rows[i].value, why_code(why));
		if (why != WHY_UNKNOWN_FIELD)
			assert_non_null(asking_help(span_of(rows[i].name)));
	}
	assert_null(asking_help(SPAN("limit")));
}

static void
test_meaning(void **state)
{
	struct picture_query query = {.kinds = 0};

	(void)state;
	assert_int_equal(asking_set(&query, SPAN("bbox"), SPAN("-44.5,35,45,36"), &typing),
			 WHY_NONE);
	assert_int_equal(query.box.low.lon_e7, -445000000);
	assert_int_equal(query.box.high.lat_e7, 360000000);
	assert_int_equal(asking_set(&query, SPAN("from"), SPAN("030215C MAY 27"), &typing),
			 WHY_NONE);
	assert_int_equal(asking_set(&query, SPAN("to"), SPAN("030215C MAY 27"), &typing), WHY_NONE);
	assert_int_equal(query.to_ms - query.from_ms, 60000);
	assert_int_equal(asking_set(&query, SPAN("near"), SPAN("35.468,44.392,100"), &typing),
			 WHY_NONE);
	assert_int_equal(query.near.lat_e7, 354680000);
	assert_int_equal(query.near_m, 100);
	assert_int_equal(asking_set(&query, SPAN("answered"), SPAN("no"), &typing), WHY_NONE);
	assert_int_equal(query.answered, PICTURE_ANSWERED_NO);
}

static void
test_by(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof by_rows / sizeof *by_rows; i++) {
		struct picture_tally tally = {.n_by = 0};

		assert_int_equal(asking_by(&tally, span_of(by_rows[i].keys)), by_rows[i].expected);
		assert_int_equal(tally.n_by, by_rows[i].n);
	}
}

static void
test_sum(void **state)
{
	struct picture_tally tally = {.n_by = 0};

	(void)state;
	assert_int_equal(asking_sum(&tally, SPAN("deaths")), WHY_NONE);
	assert_int_equal(tally.sum, FIELD_DEATHS);
	assert_int_equal(asking_sum(&tally, SPAN("sorrow")), WHY_UNKNOWN_FIELD);
	assert_int_equal(asking_sum(&tally, SPAN("")), WHY_UNKNOWN_FIELD);
	assert_int_equal(asking_sum(&tally, SPAN("place")), WHY_BAD_VALUE);
}

/* Every word that is named is taken. */
static void
test_words(void **state)
{
	struct out keys = out_new(1024), sums = out_new(1024);
	struct span one, rest;
	unsigned n = 0;

	(void)state;
	asking_write_keys(&keys);
	asking_write_sums(&sums);
	for (rest = out_view(&keys); span_split(&rest, ',', &one); n++) {
		struct picture_tally tally = {.n_by = 0};

		assert_int_equal(asking_by(&tally, span_trim(one)), WHY_NONE);
	}
	assert_int_equal(n, PICTURE_BY_COUNT - 1);
	for (rest = out_view(&sums); span_split(&rest, ',', &one); n++) {
		struct picture_tally tally = {.n_by = 0};

		assert_int_equal(asking_sum(&tally, span_trim(one)), WHY_NONE);
	}
	assert_true(n > PICTURE_BY_COUNT);
	out_free(&keys);
	out_free(&sums);
}

static void
test_cursor(void **state)
{
	struct picture_cursor cursor = {true, -5, {{1, 2, 3}}};
	struct picture_cursor again;
	struct out out = out_new(256);

	(void)state;
	asking_write_cursor(&out, &cursor);
	assert_true(asking_read_cursor(out_view(&out), &again));
	assert_int_equal(again.at_ms, -5);
	assert_true(hash_equal(&cursor.id, &again.id));
	out_free(&out);
	for (size_t i = 0; i < sizeof cursors / sizeof *cursors; i++) {
		if (asking_read_cursor(span_of(cursors[i]), &again))
			fail_msg("%s", cursors[i]);
		assert_false(again.is_set);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_rows),  cmocka_unit_test(test_meaning),
	    cmocka_unit_test(test_by),    cmocka_unit_test(test_sum),
	    cmocka_unit_test(test_words), cmocka_unit_test(test_cursor),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
