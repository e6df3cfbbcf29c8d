/*
 * Promises the tests behind `if`, each false when the record or the layers do not say.
 */
#include "release/condition.h"

#include "model/ground.h"
#include "release/enter.h"

#include <math.h>

static const double RAD = 3.14159265358979323846 / 180;
static const double METRES_PER_E7 = 6371008.8 * 3.14159265358979323846 / 180 / GEO_E7;

/* On a plane through the point: good to 0.5 % within 500 km, which is more than a rule needs. */
struct offset {
	double x, y;
};

static struct offset
offset_from(struct point at, struct point to)
{
	double scale = cos(at.lat_e7 / (double)GEO_E7 * RAD);

	return (struct offset){
	    ((double)to.lon_e7 - at.lon_e7) * METRES_PER_E7 * scale,
	    ((double)to.lat_e7 - at.lat_e7) * METRES_PER_E7,
	};
}

/* From the origin to the piece a-b. */
static double
piece_m(struct offset a, struct offset b)
{
	double dx = b.x - a.x, dy = b.y - a.y, length = dx * dx + dy * dy;
	double t = length > 0 ? -(a.x * dx + a.y * dy) / length : 0;

	t = fmin(1, fmax(0, t));
	return hypot(a.x + t * dx, a.y + t * dy);
}

static double
square_m(const struct mgrs_cell *cell, struct point at)
{
	double nearest = INFINITY;
	bool is_inside = true;

	for (unsigned i = 0; i < cell->n; i++) {
		struct offset a = offset_from(at, cell->corners[i]);
		struct offset b = offset_from(at, cell->corners[(i + 1) % cell->n]);

		nearest = fmin(nearest, piece_m(a, b));
		/* Counter-clockwise: inside is to the left of every side. */
		is_inside &= a.x * b.y - a.y * b.x >= 0;
	}
	return is_inside ? 0 : nearest;
}

static bool
is_near_zone(const struct rules_zone *zone, int64_t within_m, struct point at)
{
	for (unsigned i = 0; i < zone->n; i++)
		if (square_m(&zone->cell[i], at) <= (double)within_m)
			return true;
	return false;
}

static bool
is_near_boundary(const struct rules_test *test, const struct release_question *question,
		 struct point at)
{
	const struct value *when = &question->record->field[FIELD_WHEN];
	int64_t day_ms = when->is_set ? when->when.from_ms : question->filed_ms;
	struct boundary_hit hits[LIMIT_PARTIES];
	size_t n;

	if (!question->ground)
		return false;
	n = ground_boundary_on(question->ground, day_ms, at, hits, LIMIT_PARTIES);
	for (size_t i = 0; i < n; i++) {
		struct span name = span_of(test->text);

		if (hits[i].distance_m > (double)test->number)
			continue;
		if (test->compare == RULES_NEAR_SEAM ||
		    span_equal(name, span_of(boundary_name(hits[i].line))) ||
		    span_equal(name, span_of(boundary_code(hits[i].line))))
			return true;
	}
	return false;
}

static bool
is_near(const struct policy *policy, const struct rules_test *test,
	const struct release_question *question, const struct condition_assume *assume)
{
	const struct value *place = &question->record->field[FIELD_PLACE];
	struct point at = {place->place.lat_e7, place->place.lon_e7};

	if (assume && test->compare != RULES_NEAR_ZONE)
		return assume->seam_m >= 0 && assume->seam_m <= test->number;
	if (!place->is_set)
		return false;
	if (test->compare == RULES_NEAR_ZONE)
		return is_near_zone(&policy->zone[test->zone], test->number, at);
	return is_near_boundary(test, question, at);
}

static bool
has_code(const struct value *value, enum field field, unsigned code)
{
	if (field_row(field)->type == FIELD_TYPE_CODE)
		return value->code == code;
	for (unsigned i = 0; i < value->codes.n && i < LIMIT_CODES; i++)
		if (value->codes.code[i] == code)
			return true;
	return false;
}

bool
condition_is_family(unsigned type, const char *family)
{
	const char *code = vocab_code(VOCAB_TYPE, type);
	struct span text = span_of(family);

	return code && span_starts(span_of(code), family) && code[text.n] == '.';
}

/* The figure a threshold is held against: the best one, else the low one; a ceiling alone or a word
 * reaches nothing. */
static int64_t
figure(const struct value *value, enum field field)
{
	if (field_row(field)->type == FIELD_TYPE_NUMBER)
		return value->number;
	return value->quantity.best >= 0 ? value->quantity.best : value->quantity.low;
}

static bool
has_text(const struct value *value, enum field field, const char *text)
{
	if (field_row(field)->type == FIELD_TYPE_NAME)
		return span_is(value->text, text);
	if (field_row(field)->type == FIELD_TYPE_PARTY)
		return span_is(span_of(value->party.name), text);
	for (unsigned i = 0; i < value->parties.n && i < LIMIT_PARTIES; i++)
		if (span_is(span_of(value->parties.party[i].name), text))
			return true;
	return false;
}

bool
condition_test(const struct policy *policy, const struct rules_test *test,
	       const struct release_question *question, const struct condition_assume *assume)
{
	const struct value *value = &question->record->field[test->field];

	switch (test->compare) {
	case RULES_NEAR_ZONE:
	case RULES_NEAR_BOUNDARY:
	case RULES_NEAR_SEAM:
		return is_near(policy, test, question, assume);
	case RULES_ENTERS_ZONE:
		return enter_zone(&policy->zone[test->zone], question->record);
	case RULES_ENTERS_LAYER:
		if (assume)
			return span_is(assume->enters, test->text);
		return enter_layer(question->ground, test->zone, span_of(test->text),
				   question->record, question->filed_ms);
	case RULES_IS_CODE:
		return value->is_set && has_code(value, test->field, (unsigned)test->number);
	case RULES_AT_LEAST_CODE: /* red is row 0, the gravest */
		return value->is_set && value->code <= test->number;
	case RULES_IS_FAMILY:
		return value->is_set && condition_is_family(value->code, test->text);
	case RULES_IS_TEXT:
		return value->is_set && has_text(value, test->field, test->text);
	case RULES_IS_NUMBER:
		return value->is_set && figure(value, test->field) == test->number;
	case RULES_AT_LEAST:
		return value->is_set && figure(value, test->field) >= test->number;
	}
	return false;
}

bool
condition_holds(const struct policy *policy, const struct rules_grant *grant,
		const struct release_question *question, const struct condition_assume *assume)
{
	for (unsigned i = 0; i < grant->tests_n; i++)
		if (!condition_test(policy, &policy->tests[grant->tests_at + i], question, assume))
			return false;
	return true;
}
