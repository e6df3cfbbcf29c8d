/*
 * Promises form, equality and levels of every type of value in one place, as rows by type.
 */
#include "model/value.h"

#include <string.h>

enum { OWN = 1 }; /* bit 0: the field's own claim */

static bool
is_ask_present(const struct ask *ask)
{
	return ask->party.name[0] != '\0';
}

static uint16_t
up_to(unsigned level)
{
	return (uint16_t)((1u << (level + 1)) - 1);
}

uint16_t
value_levels(enum field field, const struct value *value)
{
	enum field_type type = field_row(field)->type;
	unsigned levels = OWN;

	if (!value->is_set)
		return 0;
	if (type == FIELD_TYPE_PLACE)
		return up_to(value->place.level);
	if (type == FIELD_TYPE_WHEN)
		return up_to(when_finest_level(&value->when));
	if (type != FIELD_TYPE_ASKS)
		return OWN;
	for (unsigned i = 0; i < value->asks.n && i < LIMIT_ASKS; i++)
		if (is_ask_present(&value->asks.ask[i]))
			levels |= 1u << (i + 1);
	return (uint16_t)levels;
}

static bool
codes_equal(const struct value *a, const struct value *b)
{
	return a->codes.n == b->codes.n && a->codes.n <= LIMIT_CODES &&
	       memcmp(a->codes.code, b->codes.code, a->codes.n * sizeof *a->codes.code) == 0;
}

static bool
ids_equal(const struct value *a, const struct value *b)
{
	if (a->ids.n != b->ids.n)
		return false;
	for (unsigned i = 0; i < a->ids.n; i++)
		if (!hash_equal(&a->ids.id[i], &b->ids.id[i]))
			return false;
	return true;
}

static bool
parties_equal(const struct value *a, const struct value *b)
{
	if (a->parties.n != b->parties.n)
		return false;
	for (unsigned i = 0; i < a->parties.n; i++)
		if (!party_equal(&a->parties.party[i], &b->parties.party[i]))
			return false;
	return true;
}

static bool
ask_equal(const struct ask *a, const struct ask *b)
{
	return party_equal(&a->party, &b->party) && a->by_ms == b->by_ms;
}

static bool
asks_equal(const struct value *a, const struct value *b)
{
	if (a->asks.n != b->asks.n)
		return false;
	for (unsigned i = 0; i < a->asks.n; i++)
		if (!ask_equal(&a->asks.ask[i], &b->asks.ask[i]))
			return false;
	return true;
}

static bool
heads_equal(const struct value *a, const struct value *b)
{
	if (a->heads.n != b->heads.n)
		return false;
	for (unsigned i = 0; i < a->heads.n; i++) {
		const struct seen_head *x = &a->heads.head[i];
		const struct seen_head *y = &b->heads.head[i];

		if (!span_equal(x->origin, y->origin) || x->size != y->size ||
		    !hash_equal(&x->root, &y->root))
			return false;
	}
	return true;
}

static bool
when_equal(const struct when *a, const struct when *b)
{
	return a->from_ms == b->from_ms && a->to_ms == b->to_ms && a->precision == b->precision;
}

static bool
place_equal(const struct place *a, const struct place *b)
{
	return strcmp(a->mgrs, b->mgrs) == 0 && a->level == b->level && a->lat_e7 == b->lat_e7 &&
	       a->lon_e7 == b->lon_e7;
}

bool
value_equal(enum field field, const struct value *a, const struct value *b)
{
	if (a->is_set != b->is_set)
		return false;
	if (!a->is_set)
		return true;
	if (a->levels != b->levels)
		return false;
	switch (field_row(field)->type) {
	case FIELD_TYPE_CODE:
		return a->code == b->code;
	case FIELD_TYPE_CODES:
		return codes_equal(a, b);
	case FIELD_TYPE_NAME:
	case FIELD_TYPE_LINE:
	case FIELD_TYPE_FREE:
	case FIELD_TYPE_DOC:
		return span_equal(a->text, b->text);
	case FIELD_TYPE_NUMBER:
		return a->number == b->number;
	case FIELD_TYPE_QUANTITY:
		return quantity_equal(&a->quantity, &b->quantity);
	case FIELD_TYPE_WHEN:
		return when_equal(&a->when, &b->when);
	case FIELD_TYPE_INSTANT:
		return a->at_ms == b->at_ms;
	case FIELD_TYPE_PLACE:
		return place_equal(&a->place, &b->place);
	case FIELD_TYPE_SHAPE:
		return shape_equal(a->shape, b->shape);
	case FIELD_TYPE_GRADE:
		return a->grade.source == b->grade.source &&
		       a->grade.information == b->grade.information;
	case FIELD_TYPE_ID:
		return hash_equal(&a->id, &b->id);
	case FIELD_TYPE_IDS:
		return ids_equal(a, b);
	case FIELD_TYPE_PARTY:
		return party_equal(&a->party, &b->party);
	case FIELD_TYPE_PARTIES:
		return parties_equal(a, b);
	case FIELD_TYPE_ASKS:
		return asks_equal(a, b);
	case FIELD_TYPE_HEADS:
		return heads_equal(a, b);
	case FIELD_TYPE_COUNT:
		break;
	}
	return false;
}

static enum why
check_codes(enum field field, const struct value *value)
{
	unsigned size = vocab_size(field_row(field)->vocab);

	if (value->codes.n == 0 || value->codes.n > LIMIT_CODES)
		return value->codes.n ? WHY_TOO_LARGE : WHY_BAD_VALUE;
	for (unsigned i = 0; i < value->codes.n; i++) {
		if (value->codes.code[i] >= size)
			return WHY_BAD_CODE;
		for (unsigned k = 0; k < i; k++)
			if (value->codes.code[k] == value->codes.code[i])
				return WHY_BAD_VALUE;
	}
	return WHY_NONE;
}

static size_t
text_limit(enum field_type type)
{
	if (type == FIELD_TYPE_NAME)
		return LIMIT_NAME_TEXT - 1;
	if (type == FIELD_TYPE_LINE)
		return LIMIT_LINE_TEXT;
	return type == FIELD_TYPE_DOC ? LIMIT_DOCUMENT : LIMIT_FREE_TEXT;
}

static enum why
check_text(enum field field, struct span text)
{
	enum field_type type = field_row(field)->type;

	if (text.n == 0)
		return WHY_BAD_VALUE;
	if (text.n > text_limit(type))
		return WHY_TOO_LARGE;
	if (!span_is_plain_text(text))
		return WHY_NOT_UTF8;
	if ((type == FIELD_TYPE_NAME || type == FIELD_TYPE_LINE) &&
	    (span_find(text, '\n') >= 0 || span_find(text, '\t') >= 0))
		return WHY_BAD_VALUE;
	if (field == FIELD_DISPUTED && field_find(text) == FIELD_NONE)
		return WHY_UNKNOWN_FIELD;
	return WHY_NONE;
}

static bool
is_party(const struct party *party)
{
	struct party same;

	return memchr(party->name, '\0', sizeof party->name) &&
	       party_read(span_of(party->name), &same);
}

static enum why
check_parties(const struct value *value)
{
	if (value->parties.n == 0 || value->parties.n > LIMIT_PARTIES)
		return value->parties.n ? WHY_TOO_LARGE : WHY_BAD_VALUE;
	for (unsigned i = 0; i < value->parties.n; i++) {
		if (!is_party(&value->parties.party[i]))
			return WHY_BAD_VALUE;
		for (unsigned k = 0; k < i; k++)
			if (party_equal(&value->parties.party[k], &value->parties.party[i]))
				return WHY_BAD_VALUE;
	}
	return WHY_NONE;
}

static enum why
check_asks(const struct value *value, bool is_part)
{
	if (value->asks.n == 0 || value->asks.n > LIMIT_ASKS)
		return value->asks.n ? WHY_TOO_LARGE : WHY_BAD_VALUE;
	for (unsigned i = 0; i < value->asks.n; i++) {
		const struct ask *ask = &value->asks.ask[i];

		if (!is_ask_present(ask)) {
			/* The last row is there, or nobody would know of it. */
			if (!is_part || ask->by_ms != 0 || i + 1u == value->asks.n)
				return WHY_BAD_VALUE;
			continue;
		}
		if (!is_party(&ask->party))
			return WHY_BAD_VALUE;
		if (!when_is_moment(ask->by_ms))
			return WHY_BAD_TIME;
		for (unsigned k = 0; k < i; k++)
			if (party_equal(&value->asks.ask[k].party, &ask->party))
				return WHY_BAD_VALUE;
	}
	return WHY_NONE;
}

static enum why
check_ids(const struct value *value)
{
	if (value->ids.n == 0 || value->ids.n > LIMIT_IDS)
		return value->ids.n ? WHY_TOO_LARGE : WHY_BAD_VALUE;
	for (unsigned i = 0; i < value->ids.n; i++)
		for (unsigned k = 0; k < i; k++)
			if (hash_equal(&value->ids.id[k], &value->ids.id[i]))
				return WHY_BAD_VALUE;
	return WHY_NONE;
}

static enum why
check_heads(const struct value *value)
{
	if (value->heads.n == 0 || value->heads.n > LIMIT_HEADS)
		return value->heads.n ? WHY_TOO_LARGE : WHY_BAD_VALUE;
	for (unsigned i = 0; i < value->heads.n; i++) {
		const struct seen_head *head = &value->heads.head[i];

		if (head->origin.n == 0 || head->origin.n > LIMIT_LINE_TEXT ||
		    !span_is_plain_text(head->origin) || span_find(head->origin, '\n') >= 0)
			return WHY_BAD_VALUE;
		if (head->size < 0 || head->size > (int64_t)1 << 53)
			return WHY_BAD_VALUE;
	}
	return WHY_NONE;
}

static enum why
check_when(const struct when *when)
{
	if (when->to_ms < when->from_ms)
		return WHY_BAD_ORDER;
	return when_is_sound(when) ? WHY_NONE : WHY_BAD_TIME;
}

static bool
is_grade(struct grade grade)
{
	return grade.source >= 'A' && grade.source <= 'F' && grade.information >= '1' &&
	       grade.information <= '6';
}

static enum why
check_form(enum field field, const struct value *value, bool is_part)
{
	switch (field_row(field)->type) {
	case FIELD_TYPE_CODE:
		return value->code < vocab_size(field_row(field)->vocab) ? WHY_NONE : WHY_BAD_CODE;
	case FIELD_TYPE_CODES:
		return check_codes(field, value);
	case FIELD_TYPE_NAME:
	case FIELD_TYPE_LINE:
	case FIELD_TYPE_FREE:
	case FIELD_TYPE_DOC:
		return check_text(field, value->text);
	case FIELD_TYPE_NUMBER:
		return value->number >= 0 && value->number <= INT32_MAX ? WHY_NONE : WHY_BAD_VALUE;
	case FIELD_TYPE_QUANTITY:
		return quantity_is_sound(&value->quantity) ? WHY_NONE : WHY_BAD_ORDER;
	case FIELD_TYPE_WHEN:
		return check_when(&value->when);
	case FIELD_TYPE_INSTANT:
		return when_is_moment(value->at_ms) ? WHY_NONE : WHY_BAD_TIME;
	case FIELD_TYPE_PLACE:
		return value->place.level > 0 && place_is_sound(&value->place) ? WHY_NONE
									       : WHY_BAD_PLACE;
	case FIELD_TYPE_SHAPE:
		return value->shape && shape_is_sound(value->shape) ? WHY_NONE : WHY_BAD_PLACE;
	case FIELD_TYPE_GRADE:
		return is_grade(value->grade) ? WHY_NONE : WHY_BAD_VALUE;
	case FIELD_TYPE_ID:
		return WHY_NONE;
	case FIELD_TYPE_IDS:
		return check_ids(value);
	case FIELD_TYPE_PARTY:
		return is_party(&value->party) ? WHY_NONE : WHY_BAD_VALUE;
	case FIELD_TYPE_PARTIES:
		return check_parties(value);
	case FIELD_TYPE_ASKS:
		return check_asks(value, is_part);
	case FIELD_TYPE_HEADS:
		return check_heads(value);
	case FIELD_TYPE_COUNT:
		break;
	}
	return WHY_UNKNOWN_FIELD;
}

enum why
value_check(enum field field, const struct value *value, bool is_part)
{
	enum why why = check_form(field, value, is_part);

	if (why != WHY_NONE)
		return why;
	return value->levels == value_levels(field, value) ? WHY_NONE : WHY_BAD_LADDER;
}

/* The finest level with every coarser one. */
static unsigned
finest(uint16_t levels)
{
	unsigned level = 0;

	while (level + 1 < FIELD_LEVELS && (levels >> (level + 1) & 1))
		level++;
	return level;
}

static void
narrow_asks(const struct value *whole, uint16_t levels, struct ask *rows, struct value *part)
{
	unsigned n = 0;
	bool has_gap = false;

	for (unsigned i = 0; i < whole->asks.n && i < LIMIT_ASKS; i++)
		if (levels >> (i + 1) & 1)
			n = i + 1;
	for (unsigned i = 0; i < n; i++)
		has_gap |= is_ask_present(&whole->asks.ask[i]) && !(levels >> (i + 1) & 1);
	part->is_set = n > 0;
	part->asks.n = (uint16_t)n;
	part->asks.ask = whole->asks.ask;
	if (!has_gap)
		return;
	memset(rows, 0, LIMIT_ASKS * sizeof *rows);
	for (unsigned i = 0; i < n; i++)
		if (levels >> (i + 1) & 1)
			rows[i] = whole->asks.ask[i];
	part->asks.ask = rows;
}

void
value_narrow(enum field field, const struct value *whole, uint16_t levels, struct ask *rows,
	     struct value *part)
{
	enum field_type type = field_row(field)->type;
	uint16_t left = (uint16_t)(levels & whole->levels);

	memset(part, 0, sizeof *part);
	if (!whole->is_set || !(left & OWN))
		return;
	if (type == FIELD_TYPE_PLACE && finest(left) > 0) {
		part->is_set = true;
		part->place = place_at_level(&whole->place, finest(left));
	} else if (type == FIELD_TYPE_WHEN && finest(left) > 0) {
		part->is_set = true;
		part->when = when_at_level(&whole->when, finest(left));
	} else if (type == FIELD_TYPE_ASKS) {
		narrow_asks(whole, left, rows, part);
	} else if (field_levels(field) == 0) {
		*part = *whole;
	}
	part->levels = value_levels(field, part);
}

static bool
merge_asks(struct value *value, const struct value *more, struct ask *rows)
{
	struct ask joined[LIMIT_ASKS];
	unsigned n = value->asks.n > more->asks.n ? value->asks.n : more->asks.n;

	if (n > LIMIT_ASKS)
		return false;
	memset(joined, 0, sizeof joined);
	for (unsigned i = 0; i < n; i++) {
		const struct ask *a = i < value->asks.n ? &value->asks.ask[i] : &joined[i];
		const struct ask *b = i < more->asks.n ? &more->asks.ask[i] : &joined[i];

		if (is_ask_present(a) && is_ask_present(b) && !ask_equal(a, b))
			return false;
		joined[i] = is_ask_present(a) ? *a : *b;
	}
	memcpy(rows, joined, sizeof joined);
	value->asks.n = (uint16_t)n;
	value->asks.ask = rows;
	value->levels = value_levels(FIELD_ASK, value);
	return true;
}

/* Two views of one ladder agree when the finer, seen from as far as the coarser, is the coarser. */
static bool
merge_ladder(enum field field, struct value *value, const struct value *more)
{
	const struct value *fine = value->levels >= more->levels ? value : more;
	const struct value *coarse = fine == value ? more : value;
	struct value seen;

	value_narrow(field, fine, coarse->levels, NULL, &seen);
	if (!value_equal(field, &seen, coarse))
		return false;
	*value = *fine;
	return true;
}

bool
value_merge(enum field field, struct value *value, const struct value *more, struct ask *rows)
{
	enum field_type type = field_row(field)->type;

	if (!more->is_set)
		return true;
	if (!value->is_set) {
		*value = *more;
		return true;
	}
	if (type == FIELD_TYPE_ASKS)
		return merge_asks(value, more, rows);
	if (type == FIELD_TYPE_PLACE || type == FIELD_TYPE_WHEN)
		return merge_ladder(field, value, more);
	return value_equal(field, value, more);
}
