#include "model/when.h"

#include "model/any_test.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdio.h>
#include <time.h>

enum { IRAQ = 180 };

/* Now is 040215C MAY 27, a Tuesday, unless a row says otherwise. */
#define NOW "2027-05-03T23:15:30Z"

static int64_t
at(const char *iso)
{
	int64_t ms;

	if (!when_read_iso(span_of(iso), &ms))
		fail_msg("%s", iso);
	return ms;
}

static const struct {
	const char *typed;
	const char *from, *to; /* to NULL: the same */
	enum when_precision precision;
} rows[] = {
    {"040215C MAY 27", "2027-05-03T23:15:00Z", NULL, WHEN_MINUTE},
    {"040215CMAY27", "2027-05-03T23:15:00Z", NULL, WHEN_MINUTE},
    {"04021530CMAY27", "2027-05-03T23:15:00Z", NULL, WHEN_MINUTE},
    {"040215c may 2027", "2027-05-03T23:15:00Z", NULL, WHEN_MINUTE},
    {"040215 may 27", "2027-05-03T23:15:00Z", NULL, WHEN_MINUTE},
    {"032315Z MAY 27", "2027-05-03T23:15:00Z", NULL, WHEN_MINUTE},
    {"032315zmay27", "2027-05-03T23:15:00Z", NULL, WHEN_MINUTE},
    {"040215J MAY 27", "2027-05-03T23:15:00Z", NULL, WHEN_MINUTE},
    {"031815R MAY 27", "2027-05-03T23:15:00Z", NULL, WHEN_MINUTE},
    {"041115M MAY 27", "2027-05-03T23:15:00Z", NULL, WHEN_MINUTE},
    {"٠٤٠٢١٥C MAY ٢٧", "2027-05-03T23:15:00Z", NULL, WHEN_MINUTE},
    {"۰۴۰۲۱۵C MAY ۲۷", "2027-05-03T23:15:00Z", NULL, WHEN_MINUTE},
    {"040215C", "2027-05-03T23:15:00Z", NULL, WHEN_MINUTE},
    {"040216C", "2027-04-03T23:16:00Z", NULL, WHEN_MINUTE},
    {"310600C", "2027-03-31T03:00:00Z", NULL, WHEN_MINUTE},
    {"040215C JUN", "2026-06-03T23:15:00Z", NULL, WHEN_MINUTE},
    {"290600C FEB", "2024-02-29T03:00:00Z", NULL, WHEN_MINUTE},
    {"0215", "2027-05-03T23:15:00Z", NULL, WHEN_MINUTE},
    {"0216", "2027-05-02T23:16:00Z", NULL, WHEN_MINUTE},
    {"02:15", "2027-05-03T23:15:00Z", NULL, WHEN_MINUTE},
    {"2:15", "2027-05-03T23:15:00Z", NULL, WHEN_MINUTE},
    {"٠٢١٥", "2027-05-03T23:15:00Z", NULL, WHEN_MINUTE},
    {"2015C", "2027-05-03T17:15:00Z", NULL, WHEN_MINUTE},
    {"2315Z", "2027-05-03T23:15:00Z", NULL, WHEN_MINUTE},
    {"2027-05-04T02:15+03:00", "2027-05-03T23:15:00Z", NULL, WHEN_MINUTE},
    {"2027-05-04t02:15:59.9+0300", "2027-05-03T23:15:00Z", NULL, WHEN_MINUTE},
    {"2027-05-03T23:15Z", "2027-05-03T23:15:00Z", NULL, WHEN_MINUTE},
    {"2027-05-04 02:15", "2027-05-03T23:15:00Z", NULL, WHEN_MINUTE},
    {"2027-05-04T02", "2027-05-03T23:00:00Z", NULL, WHEN_HOUR},
    {"2027-05-04", "2027-05-04T00:00:00Z", NULL, WHEN_DAY},
    {"20270504", "2027-05-04T00:00:00Z", NULL, WHEN_DAY},
    {"04 MAY 27", "2027-05-04T00:00:00Z", NULL, WHEN_DAY},
    {"4 may 2027", "2027-05-04T00:00:00Z", NULL, WHEN_DAY},
    {"04MAY", "2027-05-04T00:00:00Z", NULL, WHEN_DAY},
    {"05 may", "2026-05-05T00:00:00Z", NULL, WHEN_DAY},
    {"2027-05", "2027-05-01T00:00:00Z", "2027-05-31T00:00:00Z", WHEN_MONTH},
    {"2024-02", "2024-02-01T00:00:00Z", "2024-02-29T00:00:00Z", WHEN_MONTH},
    {"MAY 2027", "2027-05-01T00:00:00Z", "2027-05-31T00:00:00Z", WHEN_MONTH},
    {"2027", "2027-01-01T00:00:00Z", "2027-12-31T00:00:00Z", WHEN_YEAR},
    {"2014..2018", "2014-01-01T00:00:00Z", "2018-12-31T00:00:00Z", WHEN_YEAR},
    {"now", "2027-05-03T23:15:00Z", NULL, WHEN_MINUTE},
    {"Today", "2027-05-04T00:00:00Z", NULL, WHEN_DAY},
    {"yesterday", "2027-05-03T00:00:00Z", NULL, WHEN_DAY},
    {"yesterday..today", "2027-05-03T00:00:00Z", "2027-05-04T00:00:00Z", WHEN_DAY},
    {"saturday", "2027-05-01T00:00:00Z", NULL, WHEN_DAY},
    {"tuesday", "2027-05-04T00:00:00Z", NULL, WHEN_DAY},
    {"early saturday", "2027-04-30T21:00:00Z", "2027-05-01T03:00:00Z", WHEN_PART},
    {"last night", "2027-05-03T15:00:00Z", "2027-05-04T03:00:00Z", WHEN_PART},
    {"0100..0200", "2027-05-03T22:00:00Z", "2027-05-03T23:00:00Z", WHEN_MINUTE},
    {"0900-1200", "2027-05-03T06:00:00Z", "2027-05-03T09:00:00Z", WHEN_MINUTE},
    {"2300-0100", "2027-05-03T20:00:00Z", "2027-05-03T22:00:00Z", WHEN_MINUTE},
    {"1930 – 2015", "2027-05-03T16:30:00Z", "2027-05-03T17:15:00Z", WHEN_MINUTE},
    {"0900-1200Z", "2027-05-03T09:00:00Z", "2027-05-03T12:00:00Z", WHEN_MINUTE},
    {"030900C-031200C", "2027-05-03T06:00:00Z", "2027-05-03T09:00:00Z", WHEN_MINUTE},
    {"030900C-1200", "2027-05-03T06:00:00Z", "2027-05-03T09:00:00Z", WHEN_MINUTE},
    {"302300C-010100C", "2027-04-30T20:00:00Z", "2027-04-30T22:00:00Z", WHEN_MINUTE},
    {"040215C-040230C MAY 27", "2027-05-03T23:15:00Z", "2027-05-03T23:30:00Z", WHEN_MINUTE},
    {"040200C MAY 27 hour", "2027-05-03T23:00:00Z", NULL, WHEN_HOUR},
    {"01 MAY 27..07 MAY 27 week", "2027-05-01T00:00:00Z", "2027-05-07T00:00:00Z", WHEN_WEEK},
    {"040215C MAY 27 day", "2027-05-03T00:00:00Z", NULL, WHEN_DAY},
    {"2027-05-01..2027-05-03T12:00Z", "2027-05-01T00:00:00Z", "2027-05-03T12:00:00Z", WHEN_DAY},
};

static const char *const refused[] = {
    "",
    "tomorrowish",
    "2460",
    "0261",
    "320215C",
    "040215CC",
    "300600C FEB",
    "2027-13",
    "2027-02-30",
    "04 XYZ 27",
    "MAY",
    "may 27",
    "0900-",
    "-0900",
    "2027-05-04T",
    "2027-5-4",
    "..",
    "a..b",
    "2018..2014",
    "040215C MAY 2",
    "040215C MAY 27 x",
    "2027-05-04T02:15+15:00",
    "000215C",
    "1800-01-01",
    "\xff",
    "123",
    "12345",
    "040230C-040215C MAY 27",
    "early",
    "early bird",
};

static void
test_rows(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		int64_t from = at(rows[i].from);
		int64_t to = rows[i].to ? at(rows[i].to) : from;
		struct when when;

		if (rows[i].precision == WHEN_DAY && to % 86400000)
			to -= to % 86400000;
		if (!when_read(span_of(rows[i].typed), at(NOW), IRAQ, &when))
			fail_msg("'%s' was not read", rows[i].typed);
		if (when.from_ms != from || when.to_ms != to ||
		    when.precision != rows[i].precision) {
			struct out out = out_new(200);

			when_write_iso(&out, when.from_ms);
			out_text(&out, " to ");
			when_write_iso(&out, when.to_ms);
			fail_msg("'%s' was read as %s %s", rows[i].typed, out.p,
				 when_precision_name(when.precision));
		}
	}
}

static void
test_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
		struct when when;

		if (when_read(span_of(refused[i]), at(NOW), IRAQ, &when))
			fail_msg("'%s' was read", refused[i]);
		assert_int_equal(when.from_ms, 0);
	}
}

static void
test_toward(void **state)
{
	static const struct {
		const char *typed;
		enum when_toward toward;
		const char *expected;
	} toward[] = {
	    {"0216", WHEN_FUTURE, "2027-05-03T23:16:00Z"},
	    {"0214", WHEN_FUTURE, "2027-05-04T23:14:00Z"},
	    {"0214", WHEN_NEAREST, "2027-05-03T23:14:00Z"},
	    {"1300", WHEN_NEAREST, "2027-05-04T10:00:00Z"},
	    {"041800C", WHEN_FUTURE, "2027-05-04T15:00:00Z"},
	    {"041800C", WHEN_NEAREST, "2027-05-04T15:00:00Z"},
	    {"041800C", WHEN_PAST, "2027-04-04T15:00:00Z"},
	    {"310600C", WHEN_FUTURE, "2027-05-31T03:00:00Z"},
	    {"290600C FEB", WHEN_FUTURE, "2028-02-29T03:00:00Z"},
	    {"15m", WHEN_FUTURE, "2027-05-03T23:30:30Z"},
	    {"1h", WHEN_FUTURE, "2027-05-04T00:15:30Z"},
	    {"2027-05-03T23:15:07Z", WHEN_PAST, "2027-05-03T23:15:07Z"},
	};
	int64_t ms;

	(void)state;
	for (size_t i = 0; i < sizeof toward / sizeof *toward; i++) {
		assert_true(when_read_instant_toward(span_of(toward[i].typed), at(NOW), IRAQ,
						     toward[i].toward, &ms));
		assert_int_equal(ms, at(toward[i].expected));
	}
	assert_false(when_read_instant(SPAN("15m"), at(NOW), IRAQ, &ms));
}

static void
test_written(void **state)
{
	static const struct {
		struct when when;
		int zone_min;
		const char *expected;
	} written[] = {
	    {{1809386100000, 1809386100000, WHEN_MINUTE}, IRAQ, "040215C MAY 27"},
	    {{1809386100000, 1809386100000, WHEN_MINUTE}, 0, "032315Z MAY 27"},
	    {{1809386100000, 1809386100000, WHEN_MINUTE}, -300, "031815R MAY 27"},
	    {{1809386100000, 1809386100000, WHEN_MINUTE}, 210, "032315Z MAY 27"},
	    {{1809386100000, 1809387000000, WHEN_MINUTE}, IRAQ, "040215C-040230C MAY 27"},
	    {{1809302400000, 1809302400000, WHEN_DAY}, IRAQ, "03 MAY 27"},
	    {{1809302400000, 1809302400000, WHEN_MONTH}, IRAQ, "03 MAY 27 month"},
	    {{1809129600000, 1811721600000, WHEN_MONTH}, IRAQ, "MAY 2027"},
	};
	struct out out = out_new(100);

	(void)state;
	for (size_t i = 0; i < sizeof written / sizeof *written; i++) {
		out_reset(&out);
		when_write(&out, &written[i].when, written[i].zone_min);
		assert_string_equal(out.p, written[i].expected);
	}
	out_reset(&out);
	when_write_dtg(&out, 1809386100000, IRAQ);
	assert_string_equal(out.p, "040215C MAY 27");
	out_free(&out);
}

/* Whatever is written is read back to the same value, whenever and wherever it is read. */
static void
test_any_is_read_back(void **state)
{
	static const int zones[] = {IRAQ, 0, 210, -300, 720};
	struct out out = out_new(200);
	uint64_t seed = 3;

	(void)state;
	for (int i = 0; i < 20000; i++) {
		struct when when = any_when(&seed);
		struct when again;
		int zone = zones[any_between(&seed, 0, 4)];

		out_reset(&out);
		when_write(&out, &when, zone);
		if (!when_read(out_view(&out), any_moment(&seed), zone, &again) ||
		    again.from_ms != when.from_ms || again.to_ms != when.to_ms ||
		    again.precision != when.precision)
			fail_msg("'%s' was not read back", out.p);
	}
	out_free(&out);
}

/* The C library is the second opinion on the calendar. */
static void
test_calendar(void **state)
{
	uint64_t seed = 11;

	(void)state;
	for (int i = 0; i < 50000; i++) {
		int64_t ms = any_between(&seed, -2208988800000, 7258118399999);
		time_t seconds = (time_t)((ms - (ms % 1000 + 1000) % 1000) / 1000);
		struct when_date date = when_date_of(ms, 0);
		struct out out = out_new(64);
		struct tm tm;
		int64_t again;

		assert_non_null(gmtime_r(&seconds, &tm));
		assert_int_equal(date.year, tm.tm_year + 1900);
		assert_int_equal(date.month, tm.tm_mon + 1);
		assert_int_equal(date.day, tm.tm_mday);
		assert_int_equal(date.hour, tm.tm_hour);
		assert_int_equal(date.minute, tm.tm_min);
		assert_int_equal(date.second, tm.tm_sec);
		assert_int_equal(date.weekday, (tm.tm_wday + 1) % 7);
		when_write_iso(&out, ms);
		assert_true(when_read_iso(out_view(&out), &again));
		assert_int_equal(again, (int64_t)seconds * 1000);
		assert_int_equal(when_date_of(when_week_start(ms, IRAQ), IRAQ).weekday, 0);
		assert_true(ms - when_week_start(ms, IRAQ) < 7 * (int64_t)86400000);
		out_free(&out);
	}
}

static void
test_levels(void **state)
{
	struct when minute = {1809386100000, 1809389700000, WHEN_MINUTE};
	struct when hour = when_at_level(&minute, WHEN_LEVEL_HOUR);
	struct when day = when_at_level(&minute, WHEN_LEVEL_DAY);
	struct when week = {day.from_ms, day.to_ms, WHEN_WEEK};

	(void)state;
	assert_int_equal(when_finest_level(&minute), 3);
	assert_int_equal(hour.from_ms, at("2027-05-03T23:00:00Z"));
	assert_int_equal(hour.to_ms, at("2027-05-04T00:00:00Z"));
	assert_int_equal(hour.precision, WHEN_HOUR);
	assert_int_equal(day.from_ms, at("2027-05-03T00:00:00Z"));
	assert_int_equal(day.to_ms, at("2027-05-04T00:00:00Z"));
	assert_int_equal(day.precision, WHEN_DAY);
	assert_int_equal(when_finest_level(&week), 1);
	assert_int_equal(when_at_level(&week, 3).precision, WHEN_WEEK);
}

static void
test_durations(void **state)
{
	static const struct {
		const char *typed;
		int64_t ms;
	} durations[] = {{"30m", 1800000},   {"2h", 7200000},    {"72H", 259200000},
			 {"10d", 864000000}, {"4w", 2419200000}, {"١٥m", 900000}};
	static const char *const bad[] = {"", "m", "2", "2x", "-2h", "2h3m", "9999999w"};
	int64_t ms;

	(void)state;
	for (size_t i = 0; i < sizeof durations / sizeof *durations; i++) {
		assert_true(when_read_duration(span_of(durations[i].typed), &ms));
		assert_int_equal(ms, durations[i].ms);
	}
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		assert_false(when_read_duration(span_of(bad[i]), &ms));
}

static void
test_strict_iso(void **state)
{
	static const char *const bad[] = {"2027-05-03T23:15Z",     "2027-05-03 23:15:00Z",
					  "2027-05-03T23:15:00",   "2027-02-29T00:00:00Z",
					  "2027-05-03T24:00:00Z",  "2027-05-03T23:15:00Z ",
					  "2027-05-03T23:15:00+3", "2027-05-03T23:15:00.Z"};
	int64_t ms;

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		if (when_read_iso(span_of(bad[i]), &ms))
			fail_msg("%s", bad[i]);
	assert_int_equal(at("2027-05-04T02:15:00.25+03:00"), 1809386100250);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_rows),
	    cmocka_unit_test(test_refused),
	    cmocka_unit_test(test_toward),
	    cmocka_unit_test(test_written),
	    cmocka_unit_test(test_any_is_read_back),
	    cmocka_unit_test(test_calendar),
	    cmocka_unit_test(test_levels),
	    cmocka_unit_test(test_durations),
	    cmocka_unit_test(test_strict_iso),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
