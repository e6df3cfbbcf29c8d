/* Promises that nothing assumed about a typed place or odd about a typed time stays unsaid. */
#include "model/heard.h"

#include "model/coord.h"
#include "model/record.h"
#include "model/typed.h"

enum { TYPED_TEXT = 64, CLOCK_DIGITS = 4 };

#define HOUR_MS INT64_C(3600000)
#define DAY_MS  (24 * HOUR_MS)

/* How far ahead and back a time may lie without a word. */
struct reach {
	int64_t ahead_ms, back_ms;
};

static const struct reach happened = {DAY_MS, 3 * 365 * DAY_MS};
static const struct reach planned = {366 * DAY_MS, 3 * 365 * DAY_MS};
static const struct reach awaited = {30 * DAY_MS, DAY_MS};

static const struct {
	const char *code, *text;
} rows[HEARD_COUNT] = {
#define X(name, code, text) [HEARD_NUMBER_##name] = {code, text},
    HEARD_ROWS(X)
#undef X
};

unsigned
heard_place(struct span typed, const char *zone)
{
	struct coord_hints hints = coord_hints_iraq();
	struct coord coord;

	hints.zone = zone ? zone : "";
	if (coord_read(typed, &hints, &coord) != COORD_OK)
		return 0;
	return (coord.is_assumed_zone ? HEARD_ASSUMED_ZONE : 0u) |
	       (coord.is_swapped ? HEARD_SWAPPED : 0u) |
	       (coord.is_corrected ? HEARD_CORRECTED : 0u) |
	       (coord.is_outside ? HEARD_OUTSIDE : 0u);
}

bool
heard_exchanged(int32_t lat_e7, int32_t lon_e7)
{
	struct geo_box here = coord_hints_iraq().box;

	return !geo_in_box(&here, (struct point){lat_e7, lon_e7}) &&
	       geo_in_box(&here, (struct point){lon_e7, lat_e7});
}

static unsigned
look_at(const struct reach *reach, int64_t from_ms, int64_t to_ms, int64_t now_ms)
{
	return (from_ms - now_ms > reach->ahead_ms ? HEARD_AHEAD : 0u) |
	       (now_ms - to_ms > reach->back_ms ? HEARD_PAST : 0u);
}

static unsigned
look_at_field(const struct record *record, enum field field, int64_t now_ms)
{
	const struct value *value = &record->field[field];
	unsigned heard = 0;

	if (!value->is_set)
		return 0;
	if (field_row(field)->type == FIELD_TYPE_WHEN)
		return look_at(field == FIELD_WINDOW ||
				       kind_row(record->kind)->nature == KIND_NATURE_ACT
				   ? &planned
				   : &happened,
			       value->when.from_ms, value->when.to_ms, now_ms);
	if (field_row(field)->type == FIELD_TYPE_INSTANT)
		return look_at(&awaited, value->at_ms, value->at_ms, now_ms);
	for (unsigned i = 0; field_row(field)->type == FIELD_TYPE_ASKS && i < value->asks.n; i++)
		heard |=
		    look_at(&awaited, value->asks.ask[i].by_ms, value->asks.ask[i].by_ms, now_ms);
	return heard;
}

unsigned
heard_times(const struct record *record, int64_t now_ms)
{
	unsigned heard = 0;

	for (enum field field = FIELD_NONE + 1; field < FIELD_COUNT; field++)
		heard |= look_at_field(record, field, now_ms);
	return heard;
}

/* "0600", "06:00", "0600c": no day in it. */
static bool
is_time_of_day(struct span typed)
{
	char plain[TYPED_TEXT];
	struct span rest;
	size_t digits = 0;

	if (!typed_plain(typed, plain, sizeof plain))
		return false;
	for (rest = span_of(plain);
	     rest.n && (*rest.p == ':' || (*rest.p >= '0' && *rest.p <= '9'));
	     rest = span_make(rest.p + 1, rest.n - 1))
		digits += *rest.p != ':';
	return digits == CLOCK_DIGITS &&
	       (rest.n == 0 || (rest.n == 1 && *rest.p >= 'a' && *rest.p <= 'z'));
}

static bool
is_next_day(int64_t at_ms, int64_t now_ms, int zone_min)
{
	struct when_date at = when_date_of(at_ms, zone_min);
	struct when_date now = when_date_of(now_ms, zone_min);

	return at_ms - now_ms > DAY_MS / 2 && at.day != now.day;
}

unsigned
heard_typed(const struct record *record, enum field field, struct span typed,
	    const struct record_typing *typing)
{
	const struct value *value = &record->field[field];
	unsigned heard;

	if (field == FIELD_PLACE)
		return heard_place(typed, typing->default_zone);
	heard = look_at_field(record, field, typing->now_ms);
	if (value->is_set && field_row(field)->type == FIELD_TYPE_INSTANT &&
	    is_time_of_day(typed) && is_next_day(value->at_ms, typing->now_ms, typing->zone_min))
		heard |= HEARD_NEXT_DAY;
	return heard;
}

const char *
heard_code(unsigned number)
{
	return number < HEARD_COUNT ? rows[number].code : NULL;
}

const char *
heard_text(unsigned number)
{
	return number < HEARD_COUNT ? rows[number].text : NULL;
}
