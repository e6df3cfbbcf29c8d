#ifndef SEAM_MODEL_ANY_TEST_H
#define SEAM_MODEL_ANY_TEST_H

/* Random sound records of any kind, for tests of what must hold for every record. */
#include "model/record.h"
#include "model/value.h"

#include <stdlib.h>
#include <string.h>

/* SplitMix64: the same numbers on every machine. */
static inline uint64_t
any_bits(uint64_t *state)
{
	uint64_t z = *state += 0x9e3779b97f4a7c15u;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
	z = (z ^ z >> 27) * 0x94d049bb133111ebu;
	return z ^ z >> 31;
}

static inline int64_t
any_between(uint64_t *state, int64_t low, int64_t high)
{
	return low + (int64_t)(any_bits(state) % (uint64_t)(high - low + 1));
}

static inline struct span
any_text(uint64_t *state, struct arena *arena, bool is_line)
{
	static const char *const words[] = {"smoke", "شمال",  "گوند",  "\"", "\\",
					    "<b>",   "'; --", "100 %", "…",  "a\tb\nc"};
	char text[160] = "";
	int n = (int)any_between(state, 1, 6);

	for (int i = 0; i < n; i++) {
		const char *word = words[any_between(state, 0, is_line ? 8 : 9)];

		memcpy(text + strlen(text), word, strlen(word) + 1);
	}
	return arena_copy(arena, span_make(text, strlen(text)));
}

static inline struct hash
any_hash(uint64_t *state)
{
	struct hash hash = {{0}};

	for (size_t i = 0; i < sizeof hash.b; i++)
		hash.b[i] = (unsigned char)any_bits(state);
	return hash;
}

static inline int64_t
any_moment(uint64_t *state)
{
	return any_between(state, when_of_date(1989, 1, 1), when_of_date(2060, 1, 1));
}

static inline struct when
any_when(uint64_t *state)
{
	struct when when;
	int64_t from = any_moment(state) / 60000 * 60000;
	struct when day;

	when = (struct when){from, from, WHEN_MINUTE};
	if (any_bits(state) % 2)
		when.to_ms += any_between(state, 0, 3000) * 60000;
	day = when_at_level(&when, WHEN_LEVEL_DAY);
	switch (any_bits(state) % 4) {
	case 0:
		day.precision = (enum when_precision)any_between(state, WHEN_DAY, WHEN_YEAR);
		return day;
	case 1:
		when = when_at_level(&when, WHEN_LEVEL_HOUR);
		if (any_bits(state) % 2)
			when.precision = WHEN_PART;
		return when;
	default:
		return when;
	}
}

static inline struct quantity
any_quantity(uint64_t *state)
{
	struct quantity q = {-1, -1, -1, QUANTITY_EXACT};
	int32_t low = (int32_t)any_between(state, 0, 20);
	int32_t best = low + (int32_t)any_between(state, 0, 3);
	int32_t high = best + (int32_t)any_between(state, 0, 3);
	unsigned shape = (unsigned)any_between(state, 0, 9);

	if (shape == 8)
		return (struct quantity){-1, -1, -1, QUANTITY_UNKNOWN};
	if (shape == 9)
		return (struct quantity){low > 10 ? -1 : low, -1, -1, QUANTITY_SEVERAL};
	shape = shape == 0 ? 7 : shape;
	q.low = shape & 1 ? low : -1;
	q.best = shape & 2 ? best : -1;
	q.high = shape & 4 ? high : -1;
	return q;
}

static inline struct place
any_place(uint64_t *state)
{
	struct place place;

	do {
		int32_t lat = (int32_t)any_between(state, 290000000, 380000000);
		int32_t lon = (int32_t)any_between(state, 380000000, 490000000);

		(void)place_of_point(lat, lon, (unsigned)any_between(state, 1, 5), &place);
	} while (place.level == 0);
	return place;
}

static inline const struct shape *
any_shape(uint64_t *state, struct arena *arena)
{
	struct shape *shape = arena_take(arena, sizeof *shape);

	if (!shape)
		abort();
	shape->is_area = any_bits(state) % 2;
	shape->n = (uint16_t)any_between(state, 3, LIMIT_SHAPE_POINTS);
	for (unsigned i = 0; i < shape->n; i++) {
		shape->points[i].lat_e7 = (int32_t)any_between(state, -900000000, 900000000);
		shape->points[i].lon_e7 = (int32_t)any_between(state, -1800000000, 1800000000);
	}
	return shape;
}

static inline struct party
any_party(unsigned i)
{
	struct party party;

	memset(&party, 0, sizeof party);
	party.name[0] = (char)('a' + i);
	return party;
}

static inline void
any_many(uint64_t *state, struct arena *arena, enum field_type type, struct value *value)
{
	unsigned n = (unsigned)any_between(state, 1, 6);
	struct hash *ids = arena_array(arena, n, sizeof *ids);
	struct party *parties = arena_array(arena, n, sizeof *parties);
	struct ask *asks = arena_array(arena, n, sizeof *asks);
	struct seen_head *heads = arena_array(arena, n, sizeof *heads);

	if (!ids || !parties || !asks || !heads)
		abort();
	for (unsigned i = 0; i < n; i++) {
		ids[i] = any_hash(state);
		parties[i] = any_party(i);
		asks[i] = (struct ask){any_party(i), any_moment(state)};
		heads[i] = (struct seen_head){any_text(state, arena, true),
					      any_between(state, 0, 1000000), any_hash(state)};
	}
	if (type == FIELD_TYPE_IDS) {
		value->ids.n = (uint16_t)n;
		value->ids.id = ids;
	} else if (type == FIELD_TYPE_PARTIES) {
		value->parties.n = (uint16_t)n;
		value->parties.party = parties;
	} else if (type == FIELD_TYPE_ASKS) {
		value->asks.n = (uint16_t)n;
		value->asks.ask = asks;
	} else {
		value->heads.n = (uint16_t)n;
		value->heads.head = heads;
	}
}

static inline void
any_value(uint64_t *state, struct arena *arena, enum field field, struct value *value)
{
	const struct field_row *row = field_row(field);
	unsigned size = vocab_size(row->vocab);

	memset(value, 0, sizeof *value);
	value->is_set = true;
	if (row->type == FIELD_TYPE_CODE) {
		value->code = (uint16_t)any_between(state, 0, size - 1);
	} else if (row->type == FIELD_TYPE_CODES) {
		value->codes.n = 2;
		value->codes.code[0] = (uint16_t)any_between(state, 1, size - 1);
	} else if (row->type == FIELD_TYPE_NAME || row->type == FIELD_TYPE_LINE) {
		value->text =
		    field == FIELD_DISPUTED ? SPAN("killed") : any_text(state, arena, true);
	} else if (row->type == FIELD_TYPE_FREE || row->type == FIELD_TYPE_DOC) {
		value->text = any_text(state, arena, false);
	} else if (row->type == FIELD_TYPE_NUMBER) {
		value->number = any_between(state, 0, INT32_MAX);
	} else if (row->type == FIELD_TYPE_QUANTITY) {
		value->quantity = any_quantity(state);
	} else if (row->type == FIELD_TYPE_WHEN) {
		value->when = any_when(state);
	} else if (row->type == FIELD_TYPE_INSTANT) {
		value->at_ms = any_moment(state);
	} else if (row->type == FIELD_TYPE_PLACE) {
		value->place = any_place(state);
	} else if (row->type == FIELD_TYPE_SHAPE) {
		value->shape = any_shape(state, arena);
	} else if (row->type == FIELD_TYPE_GRADE) {
		value->grade = (struct grade){(char)any_between(state, 'A', 'F'),
					      (char)any_between(state, '1', '6')};
	} else if (row->type == FIELD_TYPE_ID) {
		value->id = any_hash(state);
	} else if (row->type == FIELD_TYPE_PARTY) {
		value->party = any_party((unsigned)any_between(state, 0, 5));
	} else {
		any_many(state, arena, row->type, value);
	}
	value->levels = value_levels(field, value);
}

/* A sound record of a kind: required fields always, further ones by chance. */
static inline void
any_record(uint64_t *state, struct arena *arena, enum kind kind, struct record *record)
{
	record_init(record, kind);
	(void)station_read(SPAN("a/makhmour"), &record->station);
	record->thread = SPAN("AAECAwQFBgcICQoLDA0ODw");
	record->is_exercise = any_bits(state) % 2;
	record->filed_ms = any_moment(state);
	for (enum field f = FIELD_HEADS; f < FIELD_COUNT; f++)
		if (kind_has(kind, f) && (kind_requires(kind, f) || any_bits(state) % 2))
			any_value(state, arena, f, &record->field[f]);
	if (kind == KIND_REQUEST) {
		any_value(state, arena, FIELD_PURPOSE, &record->field[FIELD_PURPOSE]);
		memset(&record->field[FIELD_LITTER], 0, sizeof record->field[FIELD_LITTER]);
		memset(&record->field[FIELD_AMBULATORY], 0, sizeof record->field[FIELD_AMBULATORY]);
	}
}

#endif
