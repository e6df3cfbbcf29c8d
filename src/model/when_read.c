/*
 * Promises to read the times that people type, relative to a moment that the caller gives.  Guesses
 * nothing beyond the nearest time on the side that was asked for.
 */
#include "model/when.h"

#include "model/typed.h"

#include <string.h>

enum { MINUTE_MS = 60000, HOUR_MS = 3600000, DAY_MS = 86400000 };
enum { TYPED_SIZE = 96, SEARCH_MAX = 9 /* 29 February may be eight years away */ };

/* Where incomplete times are looked for. */
struct frame {
	int64_t now_ms;
	int zone_min;
	enum when_toward toward;
};

/* A clock or date as typed; what was left out is 0, hour -1 when there is no clock. */
struct clock {
	int year, month, day;
	int hour, minute;
	bool has_zone;
	int zone_min;
};

static const char months[] = "janfebmaraprmayjunjulaugsepoctnovdec";
static const char *const weekdays[] = {"saturday",  "sunday",   "monday", "tuesday",
				       "wednesday", "thursday", "friday"};

static int64_t
day_floor(int64_t at_ms)
{
	int64_t rest = at_ms % DAY_MS;

	return at_ms - rest - (rest < 0 ? DAY_MS : 0);
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

static size_t
count_digits(struct span text)
{
	size_t n = 0;

	while (n < text.n && text.p[n] >= '0' && text.p[n] <= '9')
		n++;
	return n;
}

static void
take_blank(struct span *rest)
{
	(void)typed_take(rest, " ");
}

static bool
take_month(struct span *rest, int *month)
{
	for (int i = 0; i < 12; i++) {
		if (rest->n >= 3 && memcmp(rest->p, months + 3 * i, 3) == 0) {
			*rest = (struct span){rest->p + 3, rest->n - 3};
			*month = i + 1;
			return true;
		}
	}
	return false;
}

/* Two or four digits. */
static bool
take_year(struct span *rest, int *year)
{
	size_t n = count_digits(*rest);

	if ((n != 2 && n != 4) || !take_number(rest, n, year))
		return false;
	if (n == 2)
		*year += *year < 70 ? 2000 : 1900;
	return true;
}

/* Military letters: A…I, K…M to the east, N…Y to the west, Z UTC, J the writer's own. */
static bool
take_zone(struct span *rest, struct clock *clock, int own_zone_min)
{
	char c = rest->n ? rest->p[0] : '\0';
	int hours;

	if (c < 'a' || c > 'z')
		return false;
	*rest = (struct span){rest->p + 1, rest->n - 1};
	if (c == 'z')
		hours = 0;
	else if (c >= 'n')
		hours = -(c - 'n' + 1);
	else
		hours = c < 'j' ? c - 'a' + 1 : c - 'a';
	clock->zone_min = c == 'j' ? own_zone_min : hours * 60;
	clock->has_zone = true;
	return true;
}

/* " may 27", "may27", " may" behind a day. */
static bool
take_month_year(struct span *rest, struct clock *clock)
{
	take_blank(rest);
	if (!take_month(rest, &clock->month))
		return false;
	take_blank(rest);
	return rest->n == 0 || take_year(rest, &clock->year);
}

/* What stands behind a clock: a zone, a month, both; "m" of "may 27" is no zone. */
static bool
read_tail(struct span rest, const struct frame *frame, struct clock *clock)
{
	struct span month = rest;

	if (clock->day && take_month_year(&month, clock) && month.n == 0)
		return true;
	clock->month = clock->year = 0;
	if (!take_zone(&rest, clock, frame->zone_min))
		return false;
	return rest.n == 0 || (clock->day && take_month_year(&rest, clock) && rest.n == 0);
}

/* "040215c may 27", "0215c", "04021530z", "02:15", with as much left out as people do. */
static bool
read_clock(struct span text, const struct frame *frame, struct clock *clock)
{
	struct span rest = text;
	size_t n = count_digits(rest);
	int second = 0;

	memset(clock, 0, sizeof *clock);
	if (n == 6 || n == 8) {
		if (!take_number(&rest, 2, &clock->day) || clock->day == 0)
			return false;
		n -= 2;
	}
	if (n <= 2 && n > 0) {
		if (!take_number(&rest, n, &clock->hour) || !typed_take(&rest, ":") ||
		    !take_number(&rest, 2, &clock->minute))
			return false;
	} else if ((n != 4 && n != 6) || !take_number(&rest, 2, &clock->hour) ||
		   !take_number(&rest, 2, &clock->minute) ||
		   (n == 6 && !take_number(&rest, 2, &second))) {
		return false;
	}
	if (clock->hour > 23 || clock->minute > 59 || second > 59)
		return false;
	take_blank(&rest);
	return rest.n == 0 || read_tail(rest, frame, clock);
}

/* The candidate that lies `i` days, months or years (of what was left out) from the base. */
static bool
candidate(const struct clock *clock, int64_t base_ms, int zone_min, int i, int64_t *at_ms)
{
	struct when_date base = when_date_of(base_ms, zone_min);
	int month_index;
	int64_t day_ms;

	if (clock->day == 0) {
		day_ms = when_of_date(base.year, base.month, base.day) + i * (int64_t)DAY_MS;
	} else {
		month_index = clock->month ? clock->month - 1 : base.month - 1 + i;
		month_index += 12 * SEARCH_MAX;
		base.year += month_index / 12 - SEARCH_MAX;
		base.month = month_index % 12 + 1;
		if (clock->month)
			base.year = clock->year ? clock->year : base.year + i;
		if (!when_is_date(base.year, base.month, clock->day))
			return false;
		day_ms = when_of_date(base.year, base.month, clock->day);
	}
	*at_ms = day_ms + clock->hour * (int64_t)HOUR_MS + clock->minute * (int64_t)MINUTE_MS -
		 zone_min * (int64_t)MINUTE_MS;
	return when_is_moment(*at_ms);
}

static bool
search(const struct clock *clock, int64_t base_ms, int zone_min, int step, int64_t *at_ms)
{
	for (int i = -step; i != step * SEARCH_MAX; i += step) {
		if (candidate(clock, base_ms, zone_min, i, at_ms) &&
		    (step < 0 ? *at_ms <= base_ms : *at_ms >= base_ms))
			return true;
	}
	return false;
}

static bool
resolve(const struct clock *clock, const struct frame *frame, int64_t *at_ms)
{
	int zone = clock->has_zone ? clock->zone_min : frame->zone_min;
	int64_t past = 0;
	int64_t ahead = 0;
	bool has_past;
	bool has_ahead;

	if (clock->year)
		return candidate(clock, frame->now_ms, zone, 0, at_ms);
	has_past = frame->toward != WHEN_FUTURE && search(clock, frame->now_ms, zone, -1, &past);
	has_ahead = frame->toward != WHEN_PAST && search(clock, frame->now_ms, zone, 1, &ahead);
	if (!has_past && !has_ahead)
		return false;
	if (has_past && has_ahead)
		has_past = frame->now_ms - past < ahead - frame->now_ms;
	*at_ms = has_past ? past : ahead;
	return true;
}

static bool
set_days(struct when *when, int64_t from_ms, int64_t to_ms, enum when_precision precision)
{
	*when = (struct when){from_ms, to_ms, precision};
	return when_is_sound(when);
}

static bool
whole_month(struct when *when, int year, int month)
{
	int64_t next;

	if (!when_is_date(year, month, 1))
		return false;
	next = month == 12 ? when_of_date(year + 1, 1, 1) : when_of_date(year, month + 1, 1);
	return set_days(when, when_of_date(year, month, 1), next - DAY_MS, WHEN_MONTH);
}

static bool
whole_year(struct when *when, int year)
{
	return when_is_date(year, 1, 1) &&
	       set_days(when, when_of_date(year, 1, 1), when_of_date(year, 12, 31), WHEN_YEAR);
}

/* The day of a moment in the frame's zone, as the UTC day of that name. */
static int64_t
named_day(const struct frame *frame)
{
	return day_floor(frame->now_ms + frame->zone_min * (int64_t)MINUTE_MS);
}

/* "4 may 27", "04may2027", "04 may", "may 2027". */
static bool
read_named_date(struct span text, const struct frame *frame, struct when *when)
{
	struct span rest = text;
	struct clock clock;
	struct frame days = {named_day(frame), 0, frame->toward};
	size_t n = count_digits(rest);
	int64_t at_ms;

	memset(&clock, 0, sizeof clock);
	if (n == 0) {
		if (!take_month(&rest, &clock.month))
			return false;
		take_blank(&rest);
		return count_digits(rest) == 4 && rest.n == 4 && take_year(&rest, &clock.year) &&
		       whole_month(when, clock.year, clock.month);
	}
	if (n > 2 || !take_number(&rest, n, &clock.day) || clock.day == 0 ||
	    !take_month_year(&rest, &clock) || rest.n || !resolve(&clock, &days, &at_ms))
		return false;
	return set_days(when, at_ms, at_ms, WHEN_DAY);
}

/* "z", "+03:00", "+0300", "+03". */
static bool
take_offset(struct span *rest, int *zone_min)
{
	int sign = rest->n && rest->p[0] == '-' ? -1 : 1;
	int hours;
	int minutes = 0;

	if (typed_take(rest, "z")) {
		*zone_min = 0;
		return true;
	}
	if ((!typed_take(rest, "+") && !typed_take(rest, "-")) || !take_number(rest, 2, &hours))
		return false;
	if (rest->n) {
		(void)typed_take(rest, ":");
		if (!take_number(rest, 2, &minutes))
			return false;
	}
	*zone_min = sign * (hours * 60 + minutes);
	return hours <= 14 && minutes <= 59;
}

/* The clock behind an ISO date: "02", "02:15", "02:15:30.5", then an offset or none. */
static bool
read_iso_clock(struct span rest, int64_t day_ms, const struct frame *frame, struct when *when)
{
	int hour;
	int minute = 0;
	int second = 0;
	int zone_min = frame->zone_min;
	int64_t fraction;
	enum when_precision precision = WHEN_HOUR;

	if (!take_number(&rest, 2, &hour))
		return false;
	if (typed_take(&rest, ":")) {
		precision = WHEN_MINUTE;
		if (!take_number(&rest, 2, &minute))
			return false;
		if (typed_take(&rest, ":") &&
		    (!take_number(&rest, 2, &second) ||
		     (typed_take(&rest, ".") && !typed_digits(&rest, 1, 9, &fraction))))
			return false;
	}
	if (rest.n && (!take_offset(&rest, &zone_min) || rest.n))
		return false;
	if (hour > 23 || minute > 59 || second > 60)
		return false;
	/* In a zone of half hours the hour typed is no hour of UTC: then only the minute is sure.
	 */
	if (zone_min % 60 != 0)
		precision = WHEN_MINUTE;
	day_ms += hour * (int64_t)HOUR_MS + (minute - zone_min) * (int64_t)MINUTE_MS;
	return set_days(when, day_ms, day_ms, precision);
}

/* "2027-05-04t02:15+03:00", "2027-05-04", "20270504", "2027-05", "2027". */
static bool
read_iso(struct span text, const struct frame *frame, struct when *when)
{
	struct span rest = text;
	bool is_basic = count_digits(text) == 8;
	int year;
	int month;
	int day;
	int64_t day_ms;

	if (!take_number(&rest, 4, &year))
		return false;
	if (rest.n == 0)
		return year < 2100 && whole_year(when, year);
	if ((!is_basic && !typed_take(&rest, "-")) || !take_number(&rest, 2, &month))
		return false;
	if (rest.n == 0)
		return whole_month(when, year, month);
	if ((!is_basic && !typed_take(&rest, "-")) || !take_number(&rest, 2, &day) ||
	    !when_is_date(year, month, day))
		return false;
	day_ms = when_of_date(year, month, day);
	if (rest.n == 0)
		return set_days(when, day_ms, day_ms, WHEN_DAY);
	return (typed_take(&rest, "t") || typed_take(&rest, " ")) &&
	       read_iso_clock(rest, day_ms, frame, when);
}

/* Six-hour parts begin on hours of UTC; a zone of half hours is cut down to one. */
static bool
set_part(struct when *when, const struct frame *frame, int64_t day_ms, int from_hour, int to_hour)
{
	int64_t zone_ms = frame->zone_min / 60 * (int64_t)HOUR_MS;

	return set_days(when, day_ms + from_hour * (int64_t)HOUR_MS - zone_ms,
			day_ms + to_hour * (int64_t)HOUR_MS - zone_ms, WHEN_PART);
}

/* "saturday": the last one, today included. */
static bool
read_day_word(struct span text, const struct frame *frame, int64_t *day_ms)
{
	int64_t today = named_day(frame);

	if (span_is(text, "today") || span_is(text, "yesterday")) {
		*day_ms = span_is(text, "today") ? today : today - DAY_MS;
		return true;
	}
	for (int i = 0; i < 7; i++) {
		if (span_is(text, weekdays[i])) {
			int back = (when_date_of(today, 0).weekday - i + 7) % 7;

			*day_ms = today - back * (int64_t)DAY_MS;
			return true;
		}
	}
	return false;
}

static bool
read_word(struct span text, const struct frame *frame, struct when *when)
{
	struct span rest = text;
	int64_t day_ms;

	if (span_is(text, "now")) {
		int64_t at_ms = day_floor(frame->now_ms);

		at_ms += (frame->now_ms - at_ms) / MINUTE_MS * MINUTE_MS;
		return set_days(when, at_ms, at_ms, WHEN_MINUTE);
	}
	if (span_is(text, "last night"))
		return set_part(when, frame, named_day(frame) - DAY_MS, 18, 30);
	if (typed_take(&rest, "early "))
		return read_day_word(rest, frame, &day_ms) && set_part(when, frame, day_ms, 0, 6);
	return read_day_word(text, frame, &day_ms) && set_days(when, day_ms, day_ms, WHEN_DAY);
}

static bool
is_year(struct span text)
{
	int64_t value;

	return text.n == 4 && span_int(text, 1900, 2099, &value);
}

static bool
read_one(struct span text, const struct frame *frame, struct when *when)
{
	struct clock clock;
	int64_t at_ms;

	if (!is_year(text) && read_clock(text, frame, &clock))
		return resolve(&clock, frame, &at_ms) && set_days(when, at_ms, at_ms, WHEN_MINUTE);
	return read_word(text, frame, when) || read_iso(text, frame, when) ||
	       read_named_date(text, frame, when);
}

/* The time at a precision that is not finer than its own. */
static void
coarsen(struct when *when, enum when_precision precision)
{
	struct when step = {0, 0, precision};
	struct when exact = {when->from_ms, when->to_ms, WHEN_MINUTE};

	if (precision <= when->precision)
		return;
	*when = when_at_level(&exact, when_finest_level(&step));
	when->precision = precision;
}

/* "A..B": the precision of the whole is the coarser of the two. */
static bool
read_range(struct span left, struct span right, const struct frame *frame, struct when *when)
{
	struct frame after = *frame;
	struct when to;

	if (!read_one(span_trim(left), frame, when))
		return false;
	after.now_ms = when->from_ms;
	after.toward = WHEN_FUTURE;
	/* Words are relative to now on both sides: "yesterday..today". */
	if (!read_word(span_trim(right), frame, &to) && !read_one(span_trim(right), &after, &to))
		return false;
	if (to.precision < when->precision)
		coarsen(&to, when->precision);
	else
		coarsen(when, to.precision);
	when->to_ms = to.to_ms;
	return true;
}

/* "0900-1200", "030900c-031200c may 27": zone, month and year may stand behind one end for both. */
static bool
read_clock_range(struct span left, struct span right, const struct frame *frame, struct when *when)
{
	struct frame after = *frame;
	struct clock a;
	struct clock b;

	if (!read_clock(span_trim(left), frame, &a) || !read_clock(span_trim(right), frame, &b))
		return false;
	if (!a.has_zone && b.has_zone) {
		a.zone_min = b.zone_min;
		a.has_zone = true;
	} else if (a.has_zone && !b.has_zone) {
		b.zone_min = a.zone_min;
		b.has_zone = true;
	}
	if (a.day && !a.month) {
		a.month = b.month;
		a.year = b.year;
	} else if (a.day && a.month == b.month && !a.year) {
		a.year = b.year;
	}
	if (!resolve(&a, frame, &when->from_ms))
		return false;
	after.now_ms = when->from_ms;
	after.toward = WHEN_FUTURE;
	when->precision = WHEN_MINUTE;
	return resolve(&b, &after, &when->to_ms);
}

/* A word of precision at the end is taken off. */
static struct span
take_precision(struct span text, enum when_precision *precision)
{
	for (enum when_precision p = 0; p < WHEN_PRECISION_COUNT; p++) {
		struct span name = span_of(when_precision_name(p));

		if (text.n > name.n + 1 && text.p[text.n - name.n - 1] == ' ' &&
		    span_equal((struct span){text.p + text.n - name.n, name.n}, name)) {
			*precision = p;
			return (struct span){text.p, text.n - name.n - 1};
		}
	}
	*precision = WHEN_MINUTE;
	return text;
}

static bool
read_plain(struct span text, const struct frame *frame, struct when *when)
{
	ptrdiff_t dash = span_find(text, '-');

	for (size_t i = 1; i + 2 < text.n; i++) {
		if (text.p[i] == '.' && text.p[i + 1] == '.')
			return read_range((struct span){text.p, i},
					  (struct span){text.p + i + 2, text.n - i - 2}, frame,
					  when);
	}
	if (dash > 0 &&
	    read_clock_range((struct span){text.p, (size_t)dash},
			     (struct span){text.p + dash + 1, text.n - (size_t)dash - 1}, frame,
			     when))
		return true;
	return read_one(text, frame, when);
}

bool
when_read_toward(struct span text, int64_t now_ms, int zone_min, enum when_toward toward,
		 struct when *when)
{
	struct frame frame = {now_ms, zone_min, toward};
	char plain[TYPED_SIZE];
	struct span rest;
	enum when_precision stated;
	struct when read = {0, 0, WHEN_MINUTE};

	*when = read;
	if (!typed_plain(text, plain, sizeof plain) || !when_is_moment(now_ms) || zone_min < -840 ||
	    zone_min > 840)
		return false;
	rest = take_precision(span_of(plain), &stated);
	if (!read_plain(rest, &frame, &read))
		return false;
	coarsen(&read, stated);
	if (!when_is_sound(&read))
		return false;
	*when = read;
	return true;
}

bool
when_read(struct span text, int64_t now_ms, int zone_min, struct when *when)
{
	return when_read_toward(text, now_ms, zone_min, WHEN_PAST, when);
}

bool
when_read_instant_toward(struct span text, int64_t now_ms, int zone_min, enum when_toward toward,
			 int64_t *at_ms)
{
	struct when when;
	int64_t ms;

	*at_ms = 0;
	if (toward == WHEN_FUTURE && when_is_moment(now_ms) && when_read_duration(text, &ms)) {
		*at_ms = now_ms + ms;
		return when_is_moment(*at_ms);
	}
	/* Seconds count here, and a range has no meaning for one moment. */
	if (when_read_iso(text, at_ms))
		return when_is_moment(*at_ms);
	if (!when_read_toward(text, now_ms, zone_min, toward, &when))
		return false;
	*at_ms = when.from_ms;
	return true;
}

bool
when_read_instant(struct span text, int64_t now_ms, int zone_min, int64_t *at_ms)
{
	return when_read_instant_toward(text, now_ms, zone_min, WHEN_PAST, at_ms);
}
