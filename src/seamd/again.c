/*
 * Promises that what is sent twice is told from what uses the same origin for something else.  It
 * does not look anything up.
 */
#include "seamd/again.h"

#include "model/record.h"
#include "model/value.h"

#include <stdlib.h>

enum { MINUTE_MS = 60 * 1000, RESENT_MS = 24 * 3600 * 1000 };

static const enum field filled_in[] = {FIELD_GOVERNORATE, FIELD_DISTRICT, FIELD_CIVILIANS,
				       FIELD_GRADE};

unsigned
again_given(const struct record *record)
{
	unsigned given = 0;

	for (unsigned i = 0; i < sizeof filled_in / sizeof *filled_in; i++)
		if (record->field[filled_in[i]].is_set)
			given |= 1U << i;
	return given;
}

static bool
counts(enum field field, unsigned given)
{
	if (field == FIELD_DUTY || field == FIELD_HEADS)
		return false;
	for (unsigned i = 0; i < sizeof filled_in / sizeof *filled_in; i++)
		if (field == filled_in[i])
			return given >> i & 1;
	return true;
}

/* "now" and "10 minutes ago" lie as far from the filing each time; they are cut to the minute. */
static bool
is_same_moment(int64_t held_ms, int64_t come_ms, int64_t later_ms)
{
	return held_ms == come_ms || (later_ms >= 0 && later_ms <= RESENT_MS &&
				      llabs(come_ms - held_ms - later_ms) <= MINUTE_MS);
}

static bool
is_same_when(const struct when *held, const struct when *come, int64_t later_ms)
{
	return held->precision == come->precision &&
	       is_same_moment(held->from_ms, come->from_ms, later_ms) &&
	       is_same_moment(held->to_ms, come->to_ms, later_ms);
}

static bool
are_same_asks(const struct value *held, const struct value *come, int64_t later_ms)
{
	if (held->asks.n != come->asks.n)
		return false;
	for (unsigned i = 0; i < held->asks.n; i++) {
		const struct ask *a = &held->asks.ask[i];
		const struct ask *b = &come->asks.ask[i];

		if (!party_equal(&a->party, &b->party) ||
		    !is_same_moment(a->by_ms, b->by_ms, later_ms))
			return false;
	}
	return true;
}

static bool
is_same_value(enum field field, const struct record *held, const struct record *come)
{
	const struct value *a = &held->field[field];
	const struct value *b = &come->field[field];
	enum field_type type = field_row(field)->type;
	int64_t later_ms = come->filed_ms - held->filed_ms;

	if (value_equal(field, a, b))
		return true;
	if (!a->is_set || !b->is_set)
		return false;
	if (type == FIELD_TYPE_WHEN)
		return is_same_when(&a->when, &b->when, later_ms);
	if (type == FIELD_TYPE_INSTANT)
		return is_same_moment(a->at_ms, b->at_ms, later_ms);
	return type == FIELD_TYPE_ASKS && are_same_asks(a, b, later_ms);
}

enum field
again_differs(const struct record *held, const struct record *come, unsigned given)
{
	if (held->kind != come->kind)
		return FIELD_KIND;
	for (enum field field = FIELD_NONE + 1; field < FIELD_COUNT; field++)
		if (counts(field, given) && !is_same_value(field, held, come))
			return field;
	return FIELD_NONE;
}
