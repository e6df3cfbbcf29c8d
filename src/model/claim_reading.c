/*
 * Promises that a record read from claims is whole in form: every claim named in the table, of its
 * type, inside its bounds, once; every ladder without gaps.  Claims may come in any order.
 */
#include "model/claim.h"

#include "base/json.h"

#include <string.h>

enum { MINUTE_MS = 60000, HOUR_MS = 3600000, LADDERS = 4 };

/* What is known of a field with levels until all claims are in. */
struct ladder {
	enum field field;
	char parts[FIELD_PLACE_LEVELS][6];
	struct when day;
	int64_t hour[2];
	enum when_precision hour_precision;
	int64_t minute[2];
	struct ask asks[LIMIT_ASKS];
};

struct claim_reading {
	struct arena *arena;
	struct record *record;
	uint16_t seen[FIELD_COUNT]; /* bit k: level k was read */
	struct ladder *ladders[LADDERS];
	unsigned n;
};

struct claim_reading *
claim_reading_new(struct arena *arena, struct record *record)
{
	struct claim_reading *reading = arena_take(arena, sizeof *reading);

	if (!reading)
		return NULL;
	record_init(record, KIND_NONE);
	reading->arena = arena;
	reading->record = record;
	return reading;
}

static bool
get_text(const json_t *json, struct span *text)
{
	if (!json_is_string(json))
		return false;
	*text = span_make(json_string_value(json), json_string_length(json));
	return true;
}

static bool
get_int(const json_t *json, int64_t low, int64_t high, int64_t *value)
{
	if (!json_is_integer(json))
		return false;
	*value = json_integer_value(json);
	return *value >= low && *value <= high;
}

static enum why
keep_text(struct claim_reading *reading, const json_t *json, size_t limit, struct span *kept)
{
	struct span text;

	if (!get_text(json, &text) || text.n == 0)
		return WHY_BAD_VALUE;
	if (text.n > limit)
		return WHY_TOO_LARGE;
	*kept = arena_copy(reading->arena, text);
	return kept->p ? WHY_NONE : WHY_TOO_LARGE;
}

static enum why
get_code(enum field field, const json_t *json, uint16_t *code)
{
	struct span text;
	unsigned index;

	if (!get_text(json, &text))
		return WHY_BAD_VALUE;
	if (!vocab_find(field_row(field)->vocab, text, &index))
		return WHY_BAD_CODE;
	*code = (uint16_t)index;
	return WHY_NONE;
}

/* Number of elements, 1…limit; 0 when it is no such array. */
static size_t
array_size(const json_t *json, size_t limit)
{
	size_t n = json_is_array(json) ? json_array_size(json) : 0;

	return n <= limit ? n : 0;
}

static enum why
read_codes(enum field field, const json_t *json, struct value *value)
{
	size_t n = array_size(json, LIMIT_CODES);

	if (n == 0)
		return WHY_BAD_VALUE;
	for (size_t i = 0; i < n; i++) {
		enum why why = get_code(field, json_array_get(json, i), &value->codes.code[i]);

		if (why != WHY_NONE)
			return why;
	}
	value->codes.n = (uint16_t)n;
	return WHY_NONE;
}

static bool
get_bound(const json_t *object, const char *name, int32_t *bound)
{
	const json_t *member = json_object_get(object, name);
	int64_t value = -1;

	if (member && !get_int(member, 0, INT32_MAX, &value))
		return false;
	*bound = (int32_t)value;
	return true;
}

static enum why
read_quantity(const json_t *json, struct quantity *quantity)
{
	static const char *const names[] = {"low", "best", "high", "word", NULL};
	const json_t *word = json_is_object(json) ? json_object_get(json, "word") : NULL;
	struct span text;

	if (!json_is_object(json) || !json_has_only(json, names) ||
	    !get_bound(json, "low", &quantity->low) || !get_bound(json, "best", &quantity->best) ||
	    !get_bound(json, "high", &quantity->high))
		return WHY_BAD_VALUE;
	quantity->word = QUANTITY_EXACT;
	if (word) {
		if (!get_text(word, &text))
			return WHY_BAD_VALUE;
		if (span_is(text, "several"))
			quantity->word = QUANTITY_SEVERAL;
		else if (span_is(text, "unknown"))
			quantity->word = QUANTITY_UNKNOWN;
		else
			return WHY_BAD_CODE;
	}
	return quantity_is_sound(quantity) ? WHY_NONE : WHY_BAD_ORDER;
}

static bool
get_point(const json_t *json, struct shape_point *point)
{
	int64_t lat;
	int64_t lon;

	if (array_size(json, 2) != 2 ||
	    !get_int(json_array_get(json, 0), INT32_MIN, INT32_MAX, &lat) ||
	    !get_int(json_array_get(json, 1), INT32_MIN, INT32_MAX, &lon))
		return false;
	*point = (struct shape_point){(int32_t)lat, (int32_t)lon};
	return true;
}

static enum why
read_shape(struct claim_reading *reading, const json_t *json, struct value *value)
{
	static const char *const names[] = {"area", "points", NULL};
	struct shape *shape = arena_take(reading->arena, sizeof *shape);
	const json_t *points;
	size_t n;

	if (!shape)
		return WHY_TOO_LARGE;
	if (!json_is_object(json) || !json_has_only(json, names) ||
	    !json_take_flag(json, "area", &shape->is_area))
		return WHY_BAD_VALUE;
	points = json_object_get(json, "points");
	n = array_size(points, LIMIT_SHAPE_POINTS);
	for (size_t i = 0; i < n; i++)
		if (!get_point(json_array_get(points, i), &shape->points[i]))
			return WHY_BAD_VALUE;
	shape->n = (uint16_t)n;
	value->shape = shape;
	return shape_is_sound(shape) ? WHY_NONE : WHY_BAD_PLACE;
}

static bool
get_hash(const json_t *json, struct hash *hash)
{
	struct span text;

	return get_text(json, &text) && hash_read(text, hash);
}

static bool
get_party(const json_t *json, struct party *party)
{
	struct span text;

	return get_text(json, &text) && party_read(text, party);
}

static enum why
read_ids(struct claim_reading *reading, const json_t *json, struct value *value)
{
	size_t n = array_size(json, LIMIT_IDS);
	struct hash *ids = n ? arena_array(reading->arena, n, sizeof *ids) : NULL;

	if (!ids)
		return n ? WHY_TOO_LARGE : WHY_BAD_VALUE;
	for (size_t i = 0; i < n; i++)
		if (!get_hash(json_array_get(json, i), &ids[i]))
			return WHY_BAD_VALUE;
	value->ids.n = (uint16_t)n;
	value->ids.id = ids;
	return WHY_NONE;
}

static enum why
read_parties(struct claim_reading *reading, const json_t *json, struct value *value)
{
	size_t n = array_size(json, LIMIT_PARTIES);
	struct party *parties = n ? arena_array(reading->arena, n, sizeof *parties) : NULL;

	if (!parties)
		return n ? WHY_TOO_LARGE : WHY_BAD_VALUE;
	for (size_t i = 0; i < n; i++)
		if (!get_party(json_array_get(json, i), &parties[i]))
			return WHY_BAD_VALUE;
	value->parties.n = (uint16_t)n;
	value->parties.party = parties;
	return WHY_NONE;
}

static enum why
read_head(struct claim_reading *reading, const json_t *json, struct seen_head *head)
{
	static const char *const names[] = {"origin", "size", "root", NULL};

	if (!json_is_object(json) || !json_has_only(json, names) ||
	    !get_int(json_object_get(json, "size"), 0, (int64_t)1 << 53, &head->size) ||
	    !get_hash(json_object_get(json, "root"), &head->root))
		return WHY_BAD_VALUE;
	return keep_text(reading, json_object_get(json, "origin"), LIMIT_LINE_TEXT, &head->origin);
}

static enum why
read_heads(struct claim_reading *reading, const json_t *json, struct value *value)
{
	size_t n = array_size(json, LIMIT_HEADS);
	struct seen_head *heads = n ? arena_array(reading->arena, n, sizeof *heads) : NULL;

	if (!heads)
		return n ? WHY_TOO_LARGE : WHY_BAD_VALUE;
	for (size_t i = 0; i < n; i++) {
		enum why why = read_head(reading, json_array_get(json, i), &heads[i]);

		if (why != WHY_NONE)
			return why;
	}
	value->heads.n = (uint16_t)n;
	value->heads.head = heads;
	return WHY_NONE;
}

static enum why
read_grade(const json_t *json, struct grade *grade)
{
	struct span text;

	if (!get_text(json, &text) || text.n != 2)
		return WHY_BAD_VALUE;
	*grade = (struct grade){text.p[0], text.p[1]};
	return WHY_NONE; /* the letters are judged with the record */
}

/* What a claim whose value is only its levels may hold: nothing but their digests. */
static enum why
read_parent(const json_t *json)
{
	static const char *const names[] = {"_sd", NULL};

	return json_is_object(json) && json_has_only(json, names) ? WHY_NONE : WHY_BAD_VALUE;
}

static enum why
verdict(bool is_read, enum why otherwise)
{
	return is_read ? WHY_NONE : otherwise;
}

static enum why
read_value(struct claim_reading *reading, enum field field, const json_t *json, struct value *value)
{
	switch (field_row(field)->type) {
	case FIELD_TYPE_CODE:
		return get_code(field, json, &value->code);
	case FIELD_TYPE_CODES:
		return read_codes(field, json, value);
	case FIELD_TYPE_NAME:
	case FIELD_TYPE_LINE:
	case FIELD_TYPE_FREE:
	case FIELD_TYPE_DOC:
		return keep_text(reading, json, LIMIT_DOCUMENT, &value->text);
	case FIELD_TYPE_NUMBER:
		return verdict(get_int(json, 0, INT32_MAX, &value->number), WHY_BAD_VALUE);
	case FIELD_TYPE_QUANTITY:
		return read_quantity(json, &value->quantity);
	case FIELD_TYPE_INSTANT:
		return verdict(get_int(json, INT64_MIN, INT64_MAX, &value->at_ms) &&
				   when_is_moment(value->at_ms),
			       WHY_BAD_TIME);
	case FIELD_TYPE_SHAPE:
		return read_shape(reading, json, value);
	case FIELD_TYPE_GRADE:
		return read_grade(json, &value->grade);
	case FIELD_TYPE_ID:
		return verdict(get_hash(json, &value->id), WHY_BAD_VALUE);
	case FIELD_TYPE_IDS:
		return read_ids(reading, json, value);
	case FIELD_TYPE_PARTY:
		return verdict(get_party(json, &value->party), WHY_BAD_VALUE);
	case FIELD_TYPE_PARTIES:
		return read_parties(reading, json, value);
	case FIELD_TYPE_HEADS:
		return read_heads(reading, json, value);
	case FIELD_TYPE_WHEN:
	case FIELD_TYPE_PLACE:
	case FIELD_TYPE_ASKS:
		return read_parent(json);
	case FIELD_TYPE_COUNT:
		break;
	}
	return WHY_UNKNOWN_FIELD;
}

static enum why
read_kind(struct claim_reading *reading, const json_t *json)
{
	struct span text;

	if (!get_text(json, &text))
		return WHY_BAD_VALUE;
	reading->record->kind = kind_find(text);
	return reading->record->kind ? WHY_NONE : WHY_UNKNOWN_KIND;
}

static enum why
add_top(struct claim_reading *reading, enum field field, const json_t *json)
{
	struct record *record = reading->record;
	struct value *value = &record->field[field];
	enum why why;

	if (field == FIELD_KIND)
		return read_kind(reading, json);
	if (field == FIELD_THREAD)
		return keep_text(reading, json, LIMIT_LINE_TEXT, &record->thread);
	if (field == FIELD_FILED)
		return verdict(get_int(json, INT64_MIN, INT64_MAX, &record->filed_ms) &&
				   record->filed_ms != 0 && when_is_moment(record->filed_ms),
			       WHY_BAD_TIME);
	why = read_value(reading, field, json, value);
	if (why == WHY_NONE && field_levels(field) == 0) {
		value->is_set = true;
		value->levels = 1;
	}
	return why;
}

static struct ladder *
ladder_of(struct claim_reading *reading, enum field field)
{
	struct ladder *ladder;

	for (unsigned i = 0; i < reading->n; i++)
		if (reading->ladders[i]->field == field)
			return reading->ladders[i];
	if (reading->n == LADDERS)
		return NULL;
	ladder = arena_take(reading->arena, sizeof *ladder);
	if (!ladder)
		return NULL;
	ladder->field = field;
	reading->ladders[reading->n++] = ladder;
	return ladder;
}

static enum why
read_part(const json_t *json, char part[6])
{
	struct span text;

	return verdict(get_text(json, &text) && text.n && span_copy(part, 6, text), WHY_BAD_PLACE);
}

static bool
get_date(const json_t *json, int64_t *day_ms)
{
	struct span text;
	int64_t year;
	int64_t month;
	int64_t day;

	if (!get_text(json, &text) || text.n != 10 || text.p[4] != '-' || text.p[7] != '-' ||
	    !span_int(span_make(text.p, 4), 0, 9999, &year) ||
	    !span_int(span_make(text.p + 5, 2), 0, 99, &month) ||
	    !span_int(span_make(text.p + 8, 2), 0, 99, &day) ||
	    !when_is_date((int)year, (int)month, (int)day))
		return false;
	*day_ms = when_of_date((int)year, (int)month, (int)day);
	return true;
}

static bool
get_precision(const json_t *json, enum when_precision *precision)
{
	struct span text;

	return get_text(json, &text) && when_precision_find(text, precision);
}

static bool
get_pair(const json_t *json, size_t size, int64_t high, int64_t pair[2])
{
	return array_size(json, size) == size &&
	       get_int(json_array_get(json, 0), 0, high, &pair[0]) &&
	       get_int(json_array_get(json, 1), 0, high, &pair[1]);
}

static enum why
read_when_level(struct ladder *ladder, unsigned level, const json_t *json)
{
	if (level == WHEN_LEVEL_DAY) {
		if (array_size(json, 3) != 3 ||
		    !get_date(json_array_get(json, 0), &ladder->day.from_ms) ||
		    !get_date(json_array_get(json, 1), &ladder->day.to_ms) ||
		    !get_precision(json_array_get(json, 2), &ladder->day.precision) ||
		    ladder->day.precision < WHEN_DAY)
			return WHY_BAD_TIME;
		return ladder->day.to_ms < ladder->day.from_ms ? WHY_BAD_ORDER : WHY_NONE;
	}
	if (level == WHEN_LEVEL_HOUR)
		return verdict(
		    get_pair(json, 3, 23, ladder->hour) &&
			get_precision(json_array_get(json, 2), &ladder->hour_precision) &&
			(ladder->hour_precision == WHEN_HOUR ||
			 ladder->hour_precision == WHEN_PART),
		    WHY_BAD_TIME);
	return verdict(get_pair(json, 2, 59, ladder->minute), WHY_BAD_TIME);
}

static enum why
read_ask(struct ask *ask, const json_t *json)
{
	static const char *const names[] = {"party", "by", NULL};

	if (!json_is_object(json) || !json_has_only(json, names) ||
	    !get_party(json_object_get(json, "party"), &ask->party))
		return WHY_BAD_VALUE;
	return verdict(get_int(json_object_get(json, "by"), INT64_MIN, INT64_MAX, &ask->by_ms) &&
			   when_is_moment(ask->by_ms),
		       WHY_BAD_TIME);
}

static unsigned
find_level(enum field field, struct span name)
{
	for (unsigned level = 1; level <= field_levels(field); level++)
		if (span_is(name, claim_level_name(field, level)))
			return level;
	return 0;
}

static enum why
add_level(struct claim_reading *reading, enum field field, unsigned level, const json_t *json)
{
	struct ladder *ladder = ladder_of(reading, field);
	enum field_type type = field_row(field)->type;

	if (!ladder)
		return WHY_TOO_LARGE;
	if (type == FIELD_TYPE_PLACE)
		return read_part(json, ladder->parts[level - 1]);
	if (type == FIELD_TYPE_WHEN)
		return read_when_level(ladder, level, json);
	return read_ask(&ladder->asks[level - 1], json);
}

enum why
claim_reading_add(struct claim_reading *reading, enum field parent, struct span name,
		  const void *json_value)
{
	enum field field = parent ? parent : field_find(name);
	unsigned level = parent ? find_level(parent, name) : 0;
	enum why why;

	if (field == FIELD_NONE || (unsigned)field >= FIELD_COUNT || (parent && level == 0))
		return WHY_UNKNOWN_FIELD;
	if (reading->seen[field] >> level & 1)
		return WHY_NAME_TAKEN;
	why = level ? add_level(reading, field, level, json_value)
		    : add_top(reading, field, json_value);
	if (why == WHY_NONE)
		reading->seen[field] |= (uint16_t)(1u << level);
	return why;
}

/* The number of levels without a gap; 0 when there is one. */
static unsigned
rungs(uint16_t seen)
{
	unsigned n = 0;

	while (n + 1 < FIELD_LEVELS && (seen >> (n + 1) & 1))
		n++;
	return seen >> (n + 1) ? 0 : n;
}

static enum why
finish_when(const struct ladder *ladder, unsigned n, struct when *when)
{
	*when = ladder->day;
	if (n >= WHEN_LEVEL_HOUR) {
		/* Only a time that is known to the day or better goes on below it. */
		if (when->precision != WHEN_DAY)
			return WHY_BAD_LADDER;
		when->from_ms += ladder->hour[0] * (int64_t)HOUR_MS;
		when->to_ms += ladder->hour[1] * (int64_t)HOUR_MS;
		when->precision = ladder->hour_precision;
	}
	if (n >= WHEN_LEVEL_MINUTE) {
		if (when->precision != WHEN_HOUR)
			return WHY_BAD_LADDER;
		when->from_ms += ladder->minute[0] * (int64_t)MINUTE_MS;
		when->to_ms += ladder->minute[1] * (int64_t)MINUTE_MS;
		when->precision = WHEN_MINUTE;
	}
	return when->to_ms < when->from_ms ? WHY_BAD_ORDER : WHY_NONE;
}

static void
finish_asks(const struct ladder *ladder, uint16_t seen, struct value *value)
{
	value->asks.ask = ladder->asks;
	for (unsigned level = 1; level <= LIMIT_ASKS; level++)
		if (seen >> level & 1)
			value->asks.n = (uint16_t)level;
}

static enum why
finish_ladder(struct claim_reading *reading, const struct ladder *ladder)
{
	struct value *value = &reading->record->field[ladder->field];
	uint16_t seen = reading->seen[ladder->field];
	enum field_type type = field_row(ladder->field)->type;
	unsigned n = rungs(seen);
	enum why why = WHY_NONE;

	if (!(seen & 1) || (type != FIELD_TYPE_ASKS && n == 0))
		return WHY_BAD_LADDER;
	if (type == FIELD_TYPE_PLACE)
		why = verdict(place_from_parts(ladder->parts, n, &value->place), WHY_BAD_PLACE);
	else if (type == FIELD_TYPE_WHEN)
		why = finish_when(ladder, n, &value->when);
	else
		finish_asks(ladder, seen, value);
	value->is_set = why == WHY_NONE;
	value->levels = why == WHY_NONE ? seen : 0;
	return why;
}

struct reason
claim_reading_finish(struct claim_reading *reading)
{
	if (reading->record->kind == KIND_NONE)
		return (struct reason){WHY_MISSING_FIELD, FIELD_KIND};
	if (reading->record->thread.n == 0)
		return (struct reason){WHY_MISSING_FIELD, FIELD_THREAD};
	for (unsigned i = 0; i < reading->n; i++) {
		enum why why;

		if (!reading->seen[reading->ladders[i]->field])
			continue; /* its only claim was refused when it was added */
		why = finish_ladder(reading, reading->ladders[i]);
		if (why != WHY_NONE)
			return (struct reason){why, (uint16_t)reading->ladders[i]->field};
	}
	/* A ladder of which only its own claim was given says nothing, but must be of the kind. */
	for (enum field f = 1; f < FIELD_COUNT; f++)
		if (reading->seen[f] && !kind_has(reading->record->kind, f))
			return (struct reason){WHY_NOT_IN_KIND, (uint16_t)f};
	return record_check_part(reading->record);
}
