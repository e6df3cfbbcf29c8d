/*
 * Promises one typed text for every value, and the value for every such text, on any keyboard.
 * Prefixes of ids are resolved by the caller, who knows the records.
 */
#include "model/entry.h"

#include "model/coord.h"
#include "model/typed.h"

#include <string.h>

enum { SHORT_SIZE = 64, MINUTE_MS = 60000 };

/* A list of at most `max` parts between commas; an empty part is refused by its reader. */
static unsigned
count_parts(struct span typed)
{
	unsigned n = 1;

	for (size_t i = 0; i < typed.n; i++)
		n += typed.p[i] == ',';
	return n;
}

static bool
find_code(enum field field, struct span typed, uint16_t *code)
{
	char plain[SHORT_SIZE];
	unsigned index;

	if (!typed_plain(typed, plain, sizeof plain) ||
	    !vocab_find(field_row(field)->vocab, span_of(plain), &index))
		return false;
	*code = (uint16_t)index;
	return true;
}

static enum why
read_codes(enum field field, struct span typed, struct value *value)
{
	struct span part;

	if (count_parts(typed) > LIMIT_CODES)
		return WHY_TOO_LARGE;
	while (span_split(&typed, ',', &part))
		if (!find_code(field, part, &value->codes.code[value->codes.n++]))
			return WHY_BAD_CODE;
	return WHY_NONE;
}

static enum why
read_text(struct arena *arena, struct span typed, struct value *value)
{
	if (typed.n == 0)
		return WHY_BAD_VALUE;
	if (typed.n > LIMIT_DOCUMENT)
		return WHY_TOO_LARGE;
	value->text = arena_copy(arena, typed);
	return value->text.p ? WHY_NONE : WHY_TOO_LARGE;
}

static enum why
read_number(struct span typed, struct value *value)
{
	char plain[SHORT_SIZE];

	return typed_plain(typed, plain, sizeof plain) &&
		       span_int(span_of(plain), 0, INT32_MAX, &value->number)
		   ? WHY_NONE
		   : WHY_BAD_VALUE;
}

static enum why
read_quantity(struct span typed, struct value *value)
{
	if (quantity_read(typed, &value->quantity))
		return WHY_NONE;
	return WHY_BAD_VALUE;
}

static enum why
read_when(enum field field, struct span typed, const struct record_typing *typing,
	  struct value *value)
{
	enum when_toward toward = field == FIELD_WINDOW ? WHEN_NEAREST : WHEN_PAST;

	return when_read_toward(typed, typing->now_ms, typing->zone_min, toward, &value->when)
		   ? WHY_NONE
		   : WHY_BAD_TIME;
}

static enum why
read_place(struct span typed, const struct record_typing *typing, struct value *value)
{
	struct coord_hints hints = coord_hints_iraq();
	struct coord coord;

	if (place_of_mgrs(typed, &value->place))
		return WHY_NONE;
	hints.zone = typing->default_zone ? typing->default_zone : "";
	if (coord_read(typed, &hints, &coord) != COORD_OK ||
	    (coord.is_assumed_zone && !typing->default_zone) ||
	    !place_of_mgrs(span_of(coord.mgrs), &value->place))
		return WHY_BAD_PLACE;
	return WHY_NONE;
}

static enum why
read_shape(struct arena *arena, struct span typed, struct value *value)
{
	struct shape *shape = arena_take(arena, sizeof *shape);

	if (!shape)
		return WHY_TOO_LARGE;
	value->shape = shape;
	return shape_read(typed, shape) ? WHY_NONE : WHY_BAD_PLACE;
}

static enum why
read_grade(struct span typed, struct value *value)
{
	char plain[SHORT_SIZE];

	if (!typed_plain(typed, plain, sizeof plain) || strlen(plain) != 2 || plain[0] < 'a' ||
	    plain[0] > 'f')
		return WHY_BAD_VALUE;
	value->grade = (struct grade){(char)(plain[0] - 'a' + 'A'), plain[1]};
	return WHY_NONE;
}

static enum why
read_ids(struct arena *arena, struct span typed, struct value *value)
{
	unsigned n = count_parts(typed);
	struct hash *ids;
	struct span part;

	if (n > LIMIT_IDS)
		return WHY_TOO_LARGE;
	ids = arena_array(arena, n, sizeof *ids);
	if (!ids)
		return WHY_TOO_LARGE;
	while (span_split(&typed, ',', &part))
		if (!hash_read(span_trim(part), &ids[value->ids.n++]))
			return WHY_BAD_VALUE;
	value->ids.id = ids;
	return WHY_NONE;
}

static enum why
read_parties(struct arena *arena, struct span typed, struct value *value)
{
	unsigned n = count_parts(typed);
	struct party *parties;
	struct span part;

	if (n > LIMIT_PARTIES)
		return WHY_TOO_LARGE;
	parties = arena_array(arena, n, sizeof *parties);
	if (!parties)
		return WHY_TOO_LARGE;
	while (span_split(&typed, ',', &part))
		if (!party_read(span_trim(part), &parties[value->parties.n++]))
			return WHY_BAD_VALUE;
	value->parties.party = parties;
	return WHY_NONE;
}

static enum why
read_asks(struct arena *arena, struct span typed, const struct record_typing *typing,
	  struct value *value)
{
	unsigned n = count_parts(typed);
	struct ask *asks;
	struct span part;

	if (n > LIMIT_ASKS)
		return WHY_TOO_LARGE;
	asks = arena_array(arena, n, sizeof *asks);
	if (!asks)
		return WHY_TOO_LARGE;
	while (span_split(&typed, ',', &part)) {
		struct ask *ask = &asks[value->asks.n++];
		struct span name;

		if (!span_split(&part, ':', &name) || !party_read(span_trim(name), &ask->party))
			return WHY_BAD_VALUE;
		if (!when_read_instant_toward(part, typing->now_ms, typing->zone_min, WHEN_FUTURE,
					      &ask->by_ms))
			return WHY_BAD_TIME;
	}
	value->asks.ask = asks;
	return WHY_NONE;
}

static enum why
verdict(bool is_read, enum why otherwise)
{
	return is_read ? WHY_NONE : otherwise;
}

enum why
entry_read(struct arena *arena, enum field field, struct span typed,
	   const struct record_typing *typing, struct value *value)
{
	struct span trimmed = span_trim(typed);

	switch (field_row(field)->type) {
	case FIELD_TYPE_CODE:
		return verdict(find_code(field, trimmed, &value->code), WHY_BAD_CODE);
	case FIELD_TYPE_CODES:
		return read_codes(field, trimmed, value);
	case FIELD_TYPE_NAME:
	case FIELD_TYPE_LINE:
		return read_text(arena, trimmed, value);
	case FIELD_TYPE_FREE:
	case FIELD_TYPE_DOC:
		return read_text(arena, typed, value);
	case FIELD_TYPE_NUMBER:
		return read_number(trimmed, value);
	case FIELD_TYPE_QUANTITY:
		return read_quantity(trimmed, value);
	case FIELD_TYPE_WHEN:
		return read_when(field, trimmed, typing, value);
	case FIELD_TYPE_INSTANT:
		return verdict(when_read_instant_toward(trimmed, typing->now_ms, typing->zone_min,
							WHEN_FUTURE, &value->at_ms),
			       WHY_BAD_TIME);
	case FIELD_TYPE_PLACE:
		return read_place(trimmed, typing, value);
	case FIELD_TYPE_SHAPE:
		return read_shape(arena, trimmed, value);
	case FIELD_TYPE_GRADE:
		return read_grade(trimmed, value);
	case FIELD_TYPE_ID:
		return verdict(hash_read(trimmed, &value->id), WHY_BAD_VALUE);
	case FIELD_TYPE_IDS:
		return read_ids(arena, trimmed, value);
	case FIELD_TYPE_PARTY:
		return verdict(party_read(trimmed, &value->party), WHY_BAD_VALUE);
	case FIELD_TYPE_PARTIES:
		return read_parties(arena, trimmed, value);
	case FIELD_TYPE_ASKS:
		return read_asks(arena, trimmed, typing, value);
	case FIELD_TYPE_HEADS:
	case FIELD_TYPE_COUNT:
		break;
	}
	return WHY_BAD_VALUE;
}

void
entry_write_instant(struct out *out, int64_t at_ms, int zone_min)
{
	if (at_ms % MINUTE_MS == 0)
		when_write_dtg(out, at_ms, zone_min);
	else
		when_write_iso(out, at_ms);
}

static void
write_comma(struct out *out, bool is_first)
{
	if (!is_first)
		out_char(out, ',');
}

static void
write_hash(struct out *out, const struct hash *hash)
{
	char text[HASH_TEXT_SIZE];

	hash_text(text, hash);
	out_text(out, text);
}

static void
write_asks(struct out *out, const struct value *value, int zone_min)
{
	bool is_first = true;

	for (unsigned i = 0; i < value->asks.n; i++) {
		const struct ask *ask = &value->asks.ask[i];

		if (ask->party.name[0] == '\0')
			continue;
		write_comma(out, is_first);
		is_first = false;
		out_text(out, ask->party.name);
		out_char(out, ':');
		entry_write_instant(out, ask->by_ms, zone_min);
	}
}

static void
write_heads(struct out *out, const struct value *value)
{
	for (unsigned i = 0; i < value->heads.n; i++) {
		const struct seen_head *head = &value->heads.head[i];

		write_comma(out, i == 0);
		out_span(out, head->origin);
		out_char(out, ' ');
		out_int(out, head->size);
		out_char(out, ' ');
		write_hash(out, &head->root);
	}
}

static void
write_codes(struct out *out, enum field field, const struct value *value)
{
	for (unsigned i = 0; i < value->codes.n; i++) {
		write_comma(out, i == 0);
		out_text(out, vocab_code(field_row(field)->vocab, value->codes.code[i]));
	}
}

static void
write_ids(struct out *out, const struct value *value)
{
	for (unsigned i = 0; i < value->ids.n; i++) {
		write_comma(out, i == 0);
		write_hash(out, &value->ids.id[i]);
	}
}

static void
write_parties(struct out *out, const struct value *value)
{
	for (unsigned i = 0; i < value->parties.n; i++) {
		write_comma(out, i == 0);
		out_text(out, value->parties.party[i].name);
	}
}

void
entry_write(struct out *out, enum field field, const struct value *value, int zone_min)
{
	switch (field_row(field)->type) {
	case FIELD_TYPE_CODE:
		out_text(out, vocab_code(field_row(field)->vocab, value->code));
		break;
	case FIELD_TYPE_CODES:
		write_codes(out, field, value);
		break;
	case FIELD_TYPE_NAME:
	case FIELD_TYPE_LINE:
	case FIELD_TYPE_FREE:
	case FIELD_TYPE_DOC:
		out_span(out, value->text);
		break;
	case FIELD_TYPE_NUMBER:
		out_int(out, value->number);
		break;
	case FIELD_TYPE_QUANTITY:
		quantity_write(out, &value->quantity);
		break;
	case FIELD_TYPE_WHEN:
		when_write(out, &value->when, zone_min);
		break;
	case FIELD_TYPE_INSTANT:
		entry_write_instant(out, value->at_ms, zone_min);
		break;
	case FIELD_TYPE_PLACE:
		out_text(out, value->place.mgrs);
		break;
	case FIELD_TYPE_SHAPE:
		shape_write(out, value->shape);
		break;
	case FIELD_TYPE_GRADE:
		out_char(out, value->grade.source);
		out_char(out, value->grade.information);
		break;
	case FIELD_TYPE_ID:
		write_hash(out, &value->id);
		break;
	case FIELD_TYPE_IDS:
		write_ids(out, value);
		break;
	case FIELD_TYPE_PARTY:
		out_text(out, value->party.name);
		break;
	case FIELD_TYPE_PARTIES:
		write_parties(out, value);
		break;
	case FIELD_TYPE_ASKS:
		write_asks(out, value, zone_min);
		break;
	case FIELD_TYPE_HEADS:
		write_heads(out, value);
		break;
	case FIELD_TYPE_COUNT:
		break;
	}
}
