/*
 * Promises a bounded form of values between processes.
 */
#include "model/pack.h"

#include <string.h>

static void
write_hash(struct out *out, const struct hash *hash)
{
	out_bytes(out, hash->b, sizeof hash->b);
}

static void
read_hash(struct cursor *cursor, struct hash *hash)
{
	struct span bytes = cursor_bytes(cursor, sizeof hash->b);

	if (bytes.n)
		memcpy(hash->b, bytes.p, sizeof hash->b);
}

/* A count, at least 1 and at most `limit`; anything else fails the cursor. */
static uint16_t
read_count(struct cursor *cursor, unsigned limit)
{
	unsigned n = cursor_u16(cursor);

	if (n == 0 || n > limit) {
		cursor->is_failed = true;
		return 0;
	}
	return (uint16_t)n;
}

static void
read_text(struct cursor *cursor, struct arena *arena, size_t limit, struct span *text)
{
	struct span bytes = cursor_span(cursor, limit);

	*text = arena_copy(arena, bytes);
	if (!text->p)
		cursor->is_failed = true;
}

static void
write_shape(struct out *out, const struct shape *shape)
{
	out_flag(out, shape->is_area);
	out_u16(out, shape->n);
	for (unsigned i = 0; i < shape->n; i++) {
		out_i32(out, shape->points[i].lat_e7);
		out_i32(out, shape->points[i].lon_e7);
	}
}

static void
read_shape(struct cursor *cursor, struct arena *arena, struct value *value)
{
	struct shape *shape = arena_take(arena, sizeof *shape);

	if (!shape) {
		cursor->is_failed = true;
		return;
	}
	shape->is_area = cursor_flag(cursor);
	shape->n = read_count(cursor, LIMIT_SHAPE_POINTS);
	for (unsigned i = 0; i < shape->n; i++) {
		shape->points[i].lat_e7 = cursor_i32(cursor);
		shape->points[i].lon_e7 = cursor_i32(cursor);
	}
	value->shape = shape;
}

static void
read_ids(struct cursor *cursor, struct arena *arena, struct value *value)
{
	uint16_t n = read_count(cursor, LIMIT_IDS);
	struct hash *ids = arena_array(arena, n, sizeof *ids);

	if (!ids) {
		cursor->is_failed = true;
		return;
	}
	for (unsigned i = 0; i < n; i++)
		read_hash(cursor, &ids[i]);
	value->ids.n = n;
	value->ids.id = ids;
}

static void
read_parties(struct cursor *cursor, struct arena *arena, struct value *value)
{
	uint16_t n = read_count(cursor, LIMIT_PARTIES);
	struct party *parties = arena_array(arena, n, sizeof *parties);

	if (!parties) {
		cursor->is_failed = true;
		return;
	}
	for (unsigned i = 0; i < n; i++)
		cursor_text(cursor, parties[i].name, sizeof parties[i].name);
	value->parties.n = n;
	value->parties.party = parties;
}

static void
read_asks(struct cursor *cursor, struct arena *arena, struct value *value)
{
	uint16_t n = read_count(cursor, LIMIT_ASKS);
	struct ask *asks = arena_array(arena, n, sizeof *asks);

	if (!asks) {
		cursor->is_failed = true;
		return;
	}
	for (unsigned i = 0; i < n; i++) {
		cursor_text(cursor, asks[i].party.name, sizeof asks[i].party.name);
		asks[i].by_ms = cursor_i64(cursor);
	}
	value->asks.n = n;
	value->asks.ask = asks;
}

static void
read_heads(struct cursor *cursor, struct arena *arena, struct value *value)
{
	uint16_t n = read_count(cursor, LIMIT_HEADS);
	struct seen_head *heads = arena_array(arena, n, sizeof *heads);

	if (!heads) {
		cursor->is_failed = true;
		return;
	}
	for (unsigned i = 0; i < n; i++) {
		read_text(cursor, arena, LIMIT_LINE_TEXT, &heads[i].origin);
		heads[i].size = cursor_i64(cursor);
		read_hash(cursor, &heads[i].root);
	}
	value->heads.n = n;
	value->heads.head = heads;
}

static void
write_many(struct out *out, enum field_type type, const struct value *value)
{
	unsigned n = 0;

	if (type == FIELD_TYPE_IDS) {
		out_u16(out, value->ids.n);
		for (; n < value->ids.n; n++)
			write_hash(out, &value->ids.id[n]);
	} else if (type == FIELD_TYPE_PARTIES) {
		out_u16(out, value->parties.n);
		for (; n < value->parties.n; n++)
			out_sized(out, span_of(value->parties.party[n].name));
	} else if (type == FIELD_TYPE_ASKS) {
		out_u16(out, value->asks.n);
		for (; n < value->asks.n; n++) {
			out_sized(out, span_of(value->asks.ask[n].party.name));
			out_i64(out, value->asks.ask[n].by_ms);
		}
	} else {
		out_u16(out, value->heads.n);
		for (; n < value->heads.n; n++) {
			out_sized(out, value->heads.head[n].origin);
			out_i64(out, value->heads.head[n].size);
			write_hash(out, &value->heads.head[n].root);
		}
	}
}

static void
write_quantity(struct out *out, const struct quantity *quantity)
{
	out_i32(out, quantity->low);
	out_i32(out, quantity->best);
	out_i32(out, quantity->high);
	out_u8(out, (uint8_t)quantity->word);
}

static void
read_quantity(struct cursor *cursor, struct quantity *quantity)
{
	quantity->low = cursor_i32(cursor);
	quantity->best = cursor_i32(cursor);
	quantity->high = cursor_i32(cursor);
	quantity->word = (enum quantity_word)cursor_u8(cursor);
}

static void
read_codes(struct cursor *cursor, struct value *value)
{
	value->codes.n = read_count(cursor, LIMIT_CODES);
	for (unsigned i = 0; i < value->codes.n; i++)
		value->codes.code[i] = cursor_u16(cursor);
}

static void
read_when(struct cursor *cursor, struct when *when)
{
	when->from_ms = cursor_i64(cursor);
	when->to_ms = cursor_i64(cursor);
	when->precision = (enum when_precision)cursor_u8(cursor);
}

void
pack_write(struct out *out, enum field field, const struct value *value)
{
	enum field_type type = field_row(field)->type;

	switch (type) {
	case FIELD_TYPE_CODE:
		out_u16(out, value->code);
		break;
	case FIELD_TYPE_CODES:
		out_u16(out, value->codes.n);
		for (unsigned i = 0; i < value->codes.n; i++)
			out_u16(out, value->codes.code[i]);
		break;
	case FIELD_TYPE_NAME:
	case FIELD_TYPE_LINE:
	case FIELD_TYPE_FREE:
	case FIELD_TYPE_DOC:
		out_sized(out, value->text);
		break;
	case FIELD_TYPE_NUMBER:
		out_i64(out, value->number);
		break;
	case FIELD_TYPE_QUANTITY:
		write_quantity(out, &value->quantity);
		break;
	case FIELD_TYPE_WHEN:
		out_i64(out, value->when.from_ms);
		out_i64(out, value->when.to_ms);
		out_u8(out, (uint8_t)value->when.precision);
		break;
	case FIELD_TYPE_INSTANT:
		out_i64(out, value->at_ms);
		break;
	case FIELD_TYPE_PLACE:
		out_sized(out, span_of(value->place.mgrs));
		break;
	case FIELD_TYPE_SHAPE:
		write_shape(out, value->shape);
		break;
	case FIELD_TYPE_GRADE:
		out_u8(out, (uint8_t)value->grade.source);
		out_u8(out, (uint8_t)value->grade.information);
		break;
	case FIELD_TYPE_ID:
		write_hash(out, &value->id);
		break;
	case FIELD_TYPE_PARTY:
		out_sized(out, span_of(value->party.name));
		break;
	case FIELD_TYPE_IDS:
	case FIELD_TYPE_PARTIES:
	case FIELD_TYPE_ASKS:
	case FIELD_TYPE_HEADS:
		write_many(out, type, value);
		break;
	case FIELD_TYPE_COUNT:
		break;
	}
}

/* The position follows from the text: a square cannot lie about where it is. */
static void
read_place(struct cursor *cursor, struct value *value)
{
	if (!place_of_mgrs(cursor_span(cursor, sizeof value->place.mgrs - 1), &value->place))
		cursor->is_failed = true;
}

static void
read_grade(struct cursor *cursor, struct value *value)
{
	value->grade.source = (char)cursor_u8(cursor);
	value->grade.information = (char)cursor_u8(cursor);
}

bool
pack_read(struct cursor *cursor, struct arena *arena, enum field field, struct value *value)
{
	switch (field_row(field)->type) {
	case FIELD_TYPE_CODE:
		value->code = cursor_u16(cursor);
		break;
	case FIELD_TYPE_CODES:
		read_codes(cursor, value);
		break;
	case FIELD_TYPE_NAME:
	case FIELD_TYPE_LINE:
	case FIELD_TYPE_FREE:
	case FIELD_TYPE_DOC:
		read_text(cursor, arena, LIMIT_DOCUMENT, &value->text);
		break;
	case FIELD_TYPE_NUMBER:
		value->number = cursor_i64(cursor);
		break;
	case FIELD_TYPE_QUANTITY:
		read_quantity(cursor, &value->quantity);
		break;
	case FIELD_TYPE_WHEN:
		read_when(cursor, &value->when);
		break;
	case FIELD_TYPE_INSTANT:
		value->at_ms = cursor_i64(cursor);
		break;
	case FIELD_TYPE_PLACE:
		read_place(cursor, value);
		break;
	case FIELD_TYPE_SHAPE:
		read_shape(cursor, arena, value);
		break;
	case FIELD_TYPE_GRADE:
		read_grade(cursor, value);
		break;
	case FIELD_TYPE_ID:
		read_hash(cursor, &value->id);
		break;
	case FIELD_TYPE_PARTY:
		cursor_text(cursor, value->party.name, sizeof value->party.name);
		break;
	case FIELD_TYPE_IDS:
		read_ids(cursor, arena, value);
		break;
	case FIELD_TYPE_PARTIES:
		read_parties(cursor, arena, value);
		break;
	case FIELD_TYPE_ASKS:
		read_asks(cursor, arena, value);
		break;
	case FIELD_TYPE_HEADS:
		read_heads(cursor, arena, value);
		break;
	case FIELD_TYPE_COUNT:
		cursor->is_failed = true;
		break;
	}
	return !cursor->is_failed;
}
