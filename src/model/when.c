/*
 * Promises times with the precision they were known with, their calendar and their text.  What
 * people type relative to now is read in when_read.c.  Time zones are offsets: Iraq has had no
 * summer time since 2008.
 */
#include "model/when.h"

#include "model/typed.h"

#include <string.h>

enum { MINUTE_MS = 60000, HOUR_MS = 3600000, DAY_MS = 86400000 };
enum { FIRST_YEAR = 1900, LAST_YEAR = 2199, DAYS_IN_ERA = 146097 };

static const char *const names[WHEN_PRECISION_COUNT] = {
    "minute", "hour", "part", "day", "week", "month", "year",
};

static const char *const months[] = {"JAN", "FEB", "MAR", "APR", "MAY", "JUN",
				     "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"};

static int64_t
floor_to(int64_t value, int64_t step)
{
	int64_t rest = value % step;

	return value - rest - (rest < 0 ? step : 0);
}

unsigned
when_finest_level(const struct when *when)
{
	if (when->precision == WHEN_MINUTE)
		return WHEN_LEVEL_MINUTE;
	return when->precision <= WHEN_PART ? WHEN_LEVEL_HOUR : WHEN_LEVEL_DAY;
}

static int64_t
step_of(unsigned level)
{
	static const int64_t steps[] = {DAY_MS, DAY_MS, HOUR_MS, MINUTE_MS};

	return steps[level <= WHEN_LEVEL_MINUTE ? level : WHEN_LEVEL_MINUTE];
}

struct when
when_at_level(const struct when *when, unsigned level)
{
	struct when seen = *when;

	if (level == 0)
		return (struct when){0, 0, WHEN_YEAR};
	if (level >= when_finest_level(when))
		return seen;
	seen.from_ms = floor_to(when->from_ms, step_of(level));
	seen.to_ms = floor_to(when->to_ms, step_of(level));
	if (level == WHEN_LEVEL_DAY && seen.precision < WHEN_DAY)
		seen.precision = WHEN_DAY;
	if (level == WHEN_LEVEL_HOUR && seen.precision < WHEN_HOUR)
		seen.precision = WHEN_HOUR;
	return seen;
}

bool
when_is_moment(int64_t at_ms)
{
	return at_ms >= when_of_date(FIRST_YEAR, 1, 1) && at_ms < when_of_date(LAST_YEAR + 1, 1, 1);
}

bool
when_is_sound(const struct when *when)
{
	int64_t step;

	if ((unsigned)when->precision >= WHEN_PRECISION_COUNT || !when_is_moment(when->from_ms) ||
	    !when_is_moment(when->to_ms) || when->to_ms < when->from_ms)
		return false;
	step = step_of(when_finest_level(when));
	return when->from_ms % step == 0 && when->to_ms % step == 0;
}

const char *
when_precision_name(enum when_precision precision)
{
	return (unsigned)precision < WHEN_PRECISION_COUNT ? names[precision] : "";
}

bool
when_precision_find(struct span name, enum when_precision *precision)
{
	*precision = WHEN_MINUTE;
	for (enum when_precision p = 0; p < WHEN_PRECISION_COUNT; p++) {
		if (span_is(name, names[p])) {
			*precision = p;
			return true;
		}
	}
	return false;
}

/* Days since 1970 of a civil date, counted in eras of 400 years that begin on 1 March. */
int64_t
when_of_date(int year, int month, int day)
{
	int64_t y = month <= 2 ? year - 1 : year;
	int64_t era = (y >= 0 ? y : y - 399) / 400;
	int64_t year_of_era = y - era * 400;
	int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
	int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;

	return (era * DAYS_IN_ERA + day_of_era - 719468) * DAY_MS;
}

static void
civil_of_days(int64_t days, struct when_date *date)
{
	int64_t z = days + 719468;
	int64_t era = (z >= 0 ? z : z - (DAYS_IN_ERA - 1)) / DAYS_IN_ERA;
	int64_t day_of_era = z - era * DAYS_IN_ERA;
	int64_t year_of_era =
	    (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
	int64_t day_of_year =
	    day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
	int64_t m = (5 * day_of_year + 2) / 153;

	date->day = (int)(day_of_year - (153 * m + 2) / 5 + 1);
	date->month = (int)(m < 10 ? m + 3 : m - 9);
	date->year = (int)(year_of_era + era * 400 + (date->month <= 2));
}

struct when_date
when_date_of(int64_t at_ms, int zone_min)
{
	int64_t local = at_ms + (int64_t)zone_min * MINUTE_MS;
	int64_t day_start = floor_to(local, DAY_MS);
	int64_t days = day_start / DAY_MS;
	int second = (int)((local - day_start) / 1000);
	struct when_date date;

	memset(&date, 0, sizeof date);
	civil_of_days(days, &date);
	date.hour = second / 3600;
	date.minute = second / 60 % 60;
	date.second = second % 60;
	/* 1 January 1970 was a Thursday, the sixth day of a week that begins on Saturday. */
	date.weekday = (int)(((days + 5) % 7 + 7) % 7);
	return date;
}

bool
when_is_date(int year, int month, int day)
{
	struct when_date date;

	if (year < FIRST_YEAR || year > LAST_YEAR || month < 1 || month > 12 || day < 1 || day > 31)
		return false;
	date = when_date_of(when_of_date(year, month, day), 0);
	return date.month == month && date.day == day;
}

int64_t
when_week_start(int64_t at_ms, int zone_min)
{
	int64_t zone_ms = (int64_t)zone_min * MINUTE_MS;
	int64_t day_start = floor_to(at_ms + zone_ms, DAY_MS);

	return day_start - when_date_of(at_ms, zone_min).weekday * (int64_t)DAY_MS - zone_ms;
}

/* The letter of a whole-hour zone; J means the writer's own and is never written. */
static char
zone_letter(int zone_min)
{
	static const char east[] = "ZABCDEFGHIKLM";
	static const char west[] = "ZNOPQRSTUVWXY";

	if (zone_min % 60 != 0 || zone_min < -720 || zone_min > 720)
		return '\0';
	return zone_min >= 0 ? east[zone_min / 60] : west[-zone_min / 60];
}

/* Two digits where they are read back as the same year, else four. */
static void
write_year(struct out *out, int year)
{
	if (year >= 1970 && year <= 2069)
		out_format(out, "%02d", year % 100);
	else
		out_format(out, "%04d", year);
}

static void
write_month(struct out *out, const struct when_date *date)
{
	out_format(out, " %s ", months[date->month - 1]);
	write_year(out, date->year);
}

static void
write_clock(struct out *out, const struct when_date *date, int zone_min)
{
	out_format(out, "%02d%02d%02d%c", date->day, date->hour, date->minute,
		   zone_letter(zone_min));
}

/* A zone without a letter is written in UTC. */
static int
writable_zone(int zone_min)
{
	return zone_letter(zone_min) ? zone_min : 0;
}

void
when_write_dtg(struct out *out, int64_t at_ms, int zone_min)
{
	int zone = writable_zone(zone_min);
	struct when_date date = when_date_of(at_ms, zone);

	write_clock(out, &date, zone);
	write_month(out, &date);
}

static void
write_clocks(struct out *out, const struct when *when, int zone_min)
{
	int zone = writable_zone(zone_min);
	struct when_date from = when_date_of(when->from_ms, zone);
	struct when_date to = when_date_of(when->to_ms, zone);

	write_clock(out, &from, zone);
	if (when->from_ms != when->to_ms) {
		if (from.month != to.month || from.year != to.year)
			write_month(out, &from);
		out_char(out, '-');
		write_clock(out, &to, zone);
	}
	write_month(out, &to);
}

static void
write_day(struct out *out, const struct when_date *date)
{
	out_format(out, "%02d", date->day);
	write_month(out, date);
}

static bool
is_last_of_month(const struct when_date *date)
{
	return !when_is_date(date->year, date->month, date->day + 1);
}

static void
write_days(struct out *out, const struct when *when)
{
	struct when_date from = when_date_of(when->from_ms, 0);
	struct when_date to = when_date_of(when->to_ms, 0);
	bool is_months = when->precision == WHEN_MONTH && from.day == 1 && is_last_of_month(&to);
	bool is_years = when->precision == WHEN_YEAR && from.day == 1 && from.month == 1 &&
			to.day == 31 && to.month == 12 && to.year < 2100;

	if (is_years) {
		out_format(out, "%04d", from.year);
		if (from.year != to.year)
			out_format(out, "..%04d", to.year);
		return;
	}
	if (is_months) {
		out_format(out, "%s %04d", months[from.month - 1], from.year);
		if (from.month != to.month || from.year != to.year)
			out_format(out, "..%s %04d", months[to.month - 1], to.year);
		return;
	}
	write_day(out, &from);
	if (when->from_ms != when->to_ms) {
		out_text(out, "..");
		write_day(out, &to);
	}
	if (when->precision != WHEN_DAY)
		out_format(out, " %s", names[when->precision]);
}

void
when_write(struct out *out, const struct when *when, int zone_min)
{
	if (!when_is_sound(when))
		return;
	if (when->precision >= WHEN_DAY) {
		write_days(out, when);
		return;
	}
	write_clocks(out, when, zone_min);
	if (when->precision != WHEN_MINUTE)
		out_format(out, " %s", names[when->precision]);
}

void
when_write_iso(struct out *out, int64_t at_ms)
{
	struct when_date date = when_date_of(at_ms, 0);

	out_format(out, "%04d-%02d-%02dT%02d:%02d:%02dZ", date.year, date.month, date.day,
		   date.hour, date.minute, date.second);
}

static bool
take_number(struct span *rest, size_t digits, int *number)
{
	int64_t value;

	if (!typed_digits(rest, digits, digits, &value))
		return false;
	*number = (int)value;
	return true;
}

static bool
take_iso_offset(struct span *rest, int *zone_min)
{
	int hours;
	int minutes;
	int sign = rest->n && rest->p[0] == '-' ? -1 : 1;

	*zone_min = 0;
	if (typed_take(rest, "Z"))
		return true;
	if ((!typed_take(rest, "+") && !typed_take(rest, "-")) || !take_number(rest, 2, &hours) ||
	    !typed_take(rest, ":") || !take_number(rest, 2, &minutes) || hours > 14 || minutes > 59)
		return false;
	*zone_min = sign * (hours * 60 + minutes);
	return true;
}

bool
when_read_iso(struct span text, int64_t *at_ms)
{
	struct span rest = text;
	int year, month, day, hour, minute, second, zone_min;
	int64_t fraction_ms = 0;

	*at_ms = 0;
	if (!take_number(&rest, 4, &year) || !typed_take(&rest, "-") ||
	    !take_number(&rest, 2, &month) || !typed_take(&rest, "-") ||
	    !take_number(&rest, 2, &day) || !typed_take(&rest, "T") ||
	    !take_number(&rest, 2, &hour) || !typed_take(&rest, ":") ||
	    !take_number(&rest, 2, &minute) || !typed_take(&rest, ":") ||
	    !take_number(&rest, 2, &second))
		return false;
	if (typed_take(&rest, ".")) {
		size_t n = rest.n;

		if (!typed_digits(&rest, 1, 9, &fraction_ms))
			return false;
		n -= rest.n;
		for (; n < 3; n++)
			fraction_ms *= 10;
		for (; n > 3; n--)
			fraction_ms /= 10;
	}
	if (!take_iso_offset(&rest, &zone_min) || rest.n || !when_is_date(year, month, day) ||
	    hour > 23 || minute > 59 || second > 59)
		return false;
	*at_ms = when_of_date(year, month, day) + hour * (int64_t)HOUR_MS +
		 (minute - zone_min) * (int64_t)MINUTE_MS + second * 1000 + fraction_ms;
	return true;
}

bool
when_read_duration(struct span text, int64_t *ms)
{
	static const struct {
		const char *unit;
		int64_t ms;
	} units[] = {{"m", MINUTE_MS}, {"h", HOUR_MS}, {"d", DAY_MS}, {"w", 7 * (int64_t)DAY_MS}};
	char plain[16];
	struct span rest;
	int64_t count;

	*ms = 0;
	if (!typed_plain(text, plain, sizeof plain))
		return false;
	rest = span_of(plain);
	if (!typed_digits(&rest, 1, 6, &count))
		return false;
	for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
		if (span_is(rest, units[i].unit)) {
			*ms = count * units[i].ms;
			return true;
		}
	}
	return false;
}
