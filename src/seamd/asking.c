/* Promises that every question is understood or refused; knows no surface and asks nothing. */
#include "seamd/asking.h"

#include "model/coord.h"
#include "model/degrees.h"
#include "model/region.h"

#include <string.h>

enum { NUMBERS_TEXT = 128, PRECISION_STEP_MS = 60000, HOUR_MS = 3600000, DAY_MS = 24 * HOUR_MS };

typedef enum why read_row(struct picture_query *query, struct span value,
			  const struct record_typing *typing);

static enum why
read_kind(struct picture_query *query, struct span value, const struct record_typing *typing)
{
	struct span one;

	(void)typing;
	while (span_split(&value, ',', &one)) {
		enum kind kind = kind_find(one);

		if (kind == KIND_NONE)
			return WHY_UNKNOWN_KIND;
		query->kinds |= picture_kind(kind);
	}
	return WHY_NONE;
}

static enum why
read_type(struct picture_query *query, struct span value, const struct record_typing *typing)
{
	(void)typing;
	query->type = value; /* the picture knows the families too */
	return WHY_NONE;
}

static bool
read_moment(struct span value, const struct record_typing *typing, bool is_end, int64_t *at_ms)
{
	static const int64_t steps[WHEN_PRECISION_COUNT] = {[WHEN_MINUTE] = PRECISION_STEP_MS,
							    [WHEN_HOUR] = HOUR_MS,
							    [WHEN_PART] = 6 * HOUR_MS,
							    [WHEN_DAY] = DAY_MS,
							    [WHEN_WEEK] = DAY_MS,
							    [WHEN_MONTH] = DAY_MS,
							    [WHEN_YEAR] = DAY_MS};
	struct when when;

	if (!when_read(value, typing->now_ms, typing->zone_min, &when))
		return false;
	*at_ms = is_end ? when.to_ms + steps[when.precision] : when.from_ms;
	return true;
}

static enum why
read_from(struct picture_query *query, struct span value, const struct record_typing *typing)
{
	return read_moment(value, typing, false, &query->from_ms) ? WHY_NONE : WHY_BAD_TIME;
}

static enum why
read_to(struct picture_query *query, struct span value, const struct record_typing *typing)
{
	return read_moment(value, typing, true, &query->to_ms) ? WHY_NONE : WHY_BAD_TIME;
}

static bool
take_number(const char **at, double *value)
{
	struct degrees_number number;

	while (**at == ' ')
		(*at)++;
	if (!degrees_take(at, &number))
		return false;
	*value = number.is_negative ? -number.value : number.value;
	*at += **at == ',';
	return true;
}

static enum why
read_bbox(struct picture_query *query, struct span value, const struct record_typing *typing)
{
	char text[NUMBERS_TEXT];
	const char *at = text;
	double edge[4];
	struct geo_box *box = &query->box;

	(void)typing;
	if (!span_copy(text, sizeof text, value))
		return WHY_BAD_VALUE;
	for (int i = 0; i < 4; i++)
		if (!take_number(&at, &edge[i]))
			return WHY_BAD_VALUE;
	query->has_box = *at == '\0' && geo_from_degrees(edge[1], edge[0], &box->low) &&
			 geo_from_degrees(edge[3], edge[2], &box->high) &&
			 box->low.lat_e7 <= box->high.lat_e7 && box->low.lon_e7 <= box->high.lon_e7;
	return query->has_box ? WHY_NONE : WHY_BAD_VALUE;
}

static enum why
read_near(struct picture_query *query, struct span value, const struct record_typing *typing)
{
	struct coord_hints hints = coord_hints_iraq();
	struct coord coord;
	size_t n = value.n;
	int64_t metres;

	hints.zone = typing->default_zone ? typing->default_zone : "";
	while (n > 0 && value.p[n - 1] != ',')
		n--;
	if (n == 0 || !span_int(span_make(value.p + n, value.n - n), 1, 1000000, &metres) ||
	    coord_read(span_make(value.p, n - 1), &hints, &coord) != COORD_OK)
		return WHY_BAD_VALUE;
	query->has_near = true;
	query->near = coord.point;
	query->near_m = (uint32_t)metres;
	return WHY_NONE;
}

static enum why
read_governorate(struct picture_query *query, struct span value, const struct record_typing *typing)
{
	const char *known;

	(void)typing;
	known = region_known_governorate(value);
	query->governorate = known ? span_of(known) : value;
	return WHY_NONE;
}

static enum why
read_district(struct picture_query *query, struct span value, const struct record_typing *typing)
{
	const char *known;

	(void)typing;
	known = region_known_district(value);
	query->district = known ? span_of(known) : value;
	return WHY_NONE;
}

static enum why
read_party(struct picture_query *query, struct span value, const struct record_typing *typing)
{
	(void)typing;
	return party_read(value, &query->party) ? WHY_NONE : WHY_BAD_VALUE;
}

static enum why
read_station(struct picture_query *query, struct span value, const struct record_typing *typing)
{
	(void)typing;
	return station_read(value, &query->station) ? WHY_NONE : WHY_BAD_VALUE;
}

static enum why
read_text(struct picture_query *query, struct span value, const struct record_typing *typing)
{
	(void)typing;
	query->text = value;
	return WHY_NONE;
}

static enum why
read_answered(struct picture_query *query, struct span value, const struct record_typing *typing)
{
	(void)typing;
	query->answered = span_is(value, "yes") ? PICTURE_ANSWERED_YES : PICTURE_ANSWERED_NO;
	return span_is(value, "yes") || span_is(value, "no") ? WHY_NONE : WHY_BAD_VALUE;
}

static enum why
read_history(struct picture_query *query, struct span value, const struct record_typing *typing)
{
	(void)typing;
	query->with_history = span_is(value, "yes");
	return span_is(value, "yes") || span_is(value, "no") ? WHY_NONE : WHY_BAD_VALUE;
}

static const struct {
	const char *name, *help;
	read_row *read;
} rows[] = {
#define X(name, help) {#name, help, read_##name},
    ASKING_ROWS(X)
#undef X
};

enum { ROWS = sizeof rows / sizeof *rows };

enum why
asking_set(struct picture_query *query, struct span name, struct span value,
	   const struct record_typing *typing)
{
	for (size_t i = 0; i < ROWS; i++)
		if (span_is(name, rows[i].name))
			return rows[i].read(query, value, typing);
	return WHY_UNKNOWN_FIELD;
}

const char *
asking_help(struct span name)
{
	for (size_t i = 0; i < ROWS; i++)
		if (span_is(name, rows[i].name))
			return rows[i].help;
	return NULL;
}

enum why
asking_by(struct picture_tally *tally, struct span keys)
{
	struct span one;

	if (keys.n == 0)
		return WHY_NONE;
	while (span_split(&keys, ',', &one)) {
		if (tally->n_by == PICTURE_BY_MAX)
			return WHY_TOO_LARGE;
		tally->by[tally->n_by] = picture_by_find(one);
		if (tally->by[tally->n_by++] == PICTURE_BY_NONE)
			return WHY_BAD_VALUE;
	}
	return WHY_NONE;
}

enum why
asking_sum(struct picture_tally *tally, struct span field)
{
	tally->sum = field_find(field);
	if (tally->sum == FIELD_NONE)
		return WHY_UNKNOWN_FIELD;
	return field_row(tally->sum)->type == FIELD_TYPE_QUANTITY ? WHY_NONE : WHY_BAD_VALUE;
}

void
asking_write_keys(struct out *out)
{
	for (enum picture_by by = PICTURE_BY_NONE + 1; by < PICTURE_BY_COUNT; by++)
		out_format(out, "%s%s", by > PICTURE_BY_NONE + 1 ? ", " : "", picture_by_name(by));
}

void
asking_write_sums(struct out *out)
{
	bool is_first = true;

	for (enum field field = FIELD_NONE + 1; field < FIELD_COUNT; field++) {
		if (field_row(field)->type != FIELD_TYPE_QUANTITY)
			continue;
		out_format(out, "%s%s", is_first ? "" : ", ", field_row(field)->name);
		is_first = false;
	}
}

void
asking_write_cursor(struct out *out, const struct picture_cursor *cursor)
{
	char id[HASH_TEXT_SIZE];

	hash_text(id, &cursor->id);
	out_format(out, "%lld.%s", (long long)cursor->at_ms, id);
}

bool
asking_read_cursor(struct span text, struct picture_cursor *cursor)
{
	struct span at;

	memset(cursor, 0, sizeof *cursor);
	cursor->is_set = span_split(&text, '.', &at) &&
			 span_int(at, INT64_MIN, INT64_MAX, &cursor->at_ms) &&
			 hash_read(text, &cursor->id);
	return cursor->is_set;
}
