#ifndef SEAM_MODEL_WHEN_H
#define SEAM_MODEL_WHEN_H

#include "base/out.h"

/* How precisely a time is known.  Order: finest first. */
enum when_precision {
	WHEN_MINUTE,
	WHEN_HOUR,
	WHEN_PART, /* part of a day: six hours */
	WHEN_DAY,
	WHEN_WEEK,
	WHEN_MONTH,
	WHEN_YEAR,
	WHEN_PRECISION_COUNT
};

/* From–to in ms since 1970 UTC, both inclusive of what they name and truncated to the precision's
 * step (minute, hour or UTC day); to_ms >= from_ms. */
struct when {
	int64_t from_ms;
	int64_t to_ms;
	enum when_precision precision;
};

/* Release levels of a time, numbers of field.h: 1 day, 2 hour, 3 minute. */
enum { WHEN_LEVEL_DAY = 1, WHEN_LEVEL_HOUR = 2, WHEN_LEVEL_MINUTE = 3 };

/* The finest level that this time has: a time known to the day has no hour. */
unsigned when_finest_level(const struct when *when);

/* The time as seen with levels 1…level disclosed: truncated (from down to its step, to down to its
 * step). */
struct when when_at_level(const struct when *when, unsigned level);

/*
 * What people type, relative to now: DTG `040215C MAY 27`, `040215CMAY27`, `040215C` (nearest
 * past), `0215` (today or yesterday, zone from zone_min), ISO 8601 `2027-05-04T02:15+03:00`,
 * `2027-05-04`, `2027-05`, `2027`, `now`, `today`, `yesterday`, ranges `A..B` (also `0900-1200` and
 * `030900C-031200C`), words `early saturday`, `last night`. Lower case, blanks, Arabic and Persian
 * digits accepted.  Letter C = UTC+3; Z = UTC; J needs zone_min. zone_min = minutes east of UTC for
 * times without a zone (180 for Iraq).
 */
bool when_read(struct span text, int64_t now_ms, int zone_min, struct when *when);

/*
 * Further: four digits alone are a year from 1900 to 2099, else a clock; "2015C", "20:15" and both
 * ends of "1900-2015" are clocks.  A word of precision may follow ("040200C MAY 27 hour"), so that
 * every text of when_write() is read back.  A date names its UTC day; "last night" is 18:00 to
 * 06:00, "early saturday" 00:00 to 06:00 of the last one; the second end of a range follows the
 * first.
 */

/* One moment in the same forms (the beginning of a longer one). */
bool when_read_instant(struct span text, int64_t now_ms, int zone_min, int64_t *at_ms);

/* The same where an incomplete time may lie ahead: windows (NEAREST) and deadlines (FUTURE; then a
 * duration such as "15m" is also read, as from now, by the instant). */
enum when_toward { WHEN_PAST, WHEN_NEAREST, WHEN_FUTURE };
bool when_read_toward(struct span text, int64_t now_ms, int zone_min, enum when_toward toward,
		      struct when *when);
bool when_read_instant_toward(struct span text, int64_t now_ms, int zone_min,
			      enum when_toward toward, int64_t *at_ms);

/* Moments are kept from 1900 to 2199. */
bool when_is_moment(int64_t at_ms);

/* DTG of a moment: "040215C MAY 27" for zone 180, "032315Z MAY 27" for zone 0 (others: letter of
 * the zone, no blank before it). */
void when_write_dtg(struct out *out, int64_t at_ms, int zone_min);

/* Range for people: DTG with the precision it has ("04 MAY 27", "MAY 2027", "040215C-040230C MAY
 * 27"). */
void when_write(struct out *out, const struct when *when, int zone_min);

/* RFC 3339 UTC with seconds: "2027-05-03T23:15:00Z"; and reading it strictly (Z or numeric offset).
 */
void when_write_iso(struct out *out, int64_t at_ms);
bool when_read_iso(struct span text, int64_t *at_ms);

/* Calendar of a moment in a zone. */
struct when_date {
	int year, month, day; /* 1…12, 1…31 */
	int hour, minute, second;
	int weekday; /* 0 = Saturday, as weeks are counted in Iraq */
};
struct when_date when_date_of(int64_t at_ms, int zone_min);

/* ms since 1970 UTC of a civil date at 00:00 UTC (proleptic Gregorian). */
int64_t when_of_date(int year, int month, int day);

/* Whether there is such a day; years 1900…2199. */
bool when_is_date(int year, int month, int day);

/* First ms of the week that contains the moment (Saturday 00:00 in the zone). */
int64_t when_week_start(int64_t at_ms, int zone_min);

/* "2h", "30m", "72h", "10d", "4w" → ms; false otherwise. */
bool when_read_duration(struct span text, int64_t *ms);

bool when_is_sound(const struct when *when);
const char *when_precision_name(enum when_precision precision); /* "minute" … "year" */
bool when_precision_find(struct span name, enum when_precision *precision);

#endif
