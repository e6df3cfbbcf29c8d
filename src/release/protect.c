/*
 * Promises that no policy, however written, releases what would put people in danger.  Each rule is
 * a row; a row only takes away.
 */
#include "release/protect.h"

#include "release/condition.h"
#include "release/rules.h"

enum { HOUR_MS = 3600 * 1000 };

/* clang-format off */
enum when_it_applies {
	ALWAYS,
	OF_PERSONS,  /* a sighting, or any type of the family mov */
	NOT_EXACT,   /* neither ordnance, nor medical evacuation, nor an own unit that says where it is */
	NOT_DRAWN    /* the shape tells where people were, not an area somebody drew for others */
};

static const struct {
	uint32_t kinds;       /* 0: every kind */
	enum when_it_applies applies;
	unsigned place;       /* finest level left; PLACE_10M: no limit */
	bool has_no_shape, has_no_onward;
	int64_t delay_ms;     /* from filing */
	const char *text;
} ROWS[] = {
	{0, OF_PERSONS, PLACE_1KM, true, false, 0,
	    "sightings of persons leave at 1 km at best, never with a shape"},
	{0, NOT_EXACT, PLACE_100M, false, false, 0,
	    "10 m only for ordnance, medical evacuation and own units by consent"},
	{0, NOT_DRAWN, PLACE_10M, true, false, 0,
	    "an exact shape leaves only for ordnance and for areas drawn for others"},
	{1U << KIND_CIVIL, ALWAYS, PLACE_10M, false, true, 0,
	    "a humanitarian notice is passed on by nobody"},
	{1U << KIND_COVERAGE, ALWAYS, PLACE_10KM, true, false, HOUR_MS,
	    "coverage leaves at 10 km at best and an hour late"},
};
/* clang-format on */

enum { ROWS_N = sizeof ROWS / sizeof ROWS[0] };

static const char FREE_TEXT[] = "free text leaves by hand only";
static const char SEALED_TEXT[] = "sealed: it never leaves its station";
static const char FAMILIES_TEXT[] = "losses go only together with `families`";
static const char ASK_TEXT[] = "each party sees its own row only";

const char *
protect_text(unsigned i)
{
	static const char *const more[] = {FREE_TEXT, SEALED_TEXT, FAMILIES_TEXT, ASK_TEXT};

	if (i < ROWS_N)
		return ROWS[i].text;
	return i - ROWS_N < sizeof more / sizeof more[0] ? more[i - ROWS_N] : NULL;
}

static bool
is_type(const struct record *record, unsigned type)
{
	return record->field[FIELD_TYPE].is_set && record->field[FIELD_TYPE].code == type;
}

static bool
is_ordnance(const struct record *record)
{
	return is_type(record, TYPE_EXP_UXO) || is_type(record, TYPE_EXP_MINE) ||
	       is_type(record, TYPE_EXP_IED_FOUND) || is_type(record, TYPE_EXP_IED_EXPLOSION) ||
	       is_type(record, TYPE_EXP_IED_CLEARED);
}

static bool
is_need(const struct record *record, unsigned need)
{
	return record->kind == KIND_REQUEST && record->field[FIELD_NEED].is_set &&
	       record->field[FIELD_NEED].code == need;
}

bool
protect_is_life_saving(const struct record *record)
{
	return record->kind == KIND_WARNING || is_need(record, NEED_MEDEVAC) ||
	       is_type(record, TYPE_EXP_UXO) || is_type(record, TYPE_EXP_MINE) ||
	       is_type(record, TYPE_EXP_IED_FOUND) || is_type(record, TYPE_FRI_NEAR_MISS);
}

static bool
is_of_persons(const struct record *record)
{
	const struct value *type = &record->field[FIELD_TYPE];

	return record->kind == KIND_SIGHTING ||
	       (type->is_set && condition_is_family(type->code, "mov"));
}

static bool
is_exact(const struct record *record, const struct field_set *present)
{
	return is_ordnance(record) || is_need(record, NEED_MEDEVAC) ||
	       (record->kind == KIND_MOVEMENT && present->mask[FIELD_UNIT]);
}

/* What somebody saw has no drawn area; a notice, warning, request or decision has. */
static bool
is_drawn(const struct record *record)
{
	return kind_row(record->kind)->nature != KIND_NATURE_REPORT || is_ordnance(record);
}

static bool
applies(unsigned i, const struct record *record, const struct field_set *present)
{
	if (ROWS[i].kinds && !(ROWS[i].kinds >> record->kind & 1))
		return false;
	switch (ROWS[i].applies) {
	case ALWAYS:
		return true;
	case OF_PERSONS:
		return is_of_persons(record);
	case NOT_EXACT:
		return !is_exact(record, present);
	case NOT_DRAWN:
		return !is_drawn(record);
	}
	return true;
}

enum why
protect_refuses(const struct record *record, const struct field_set *present)
{
	if (kind_row(record->kind)->nature == KIND_NATURE_HOUSE || record->kind == KIND_NONE ||
	    (unsigned)record->kind >= KIND_COUNT)
		return WHY_PROTECTED;
	if (is_need(record, NEED_LOOK) && !present->mask[FIELD_PURPOSE])
		return WHY_NO_PURPOSE;
	return WHY_NONE;
}

int64_t
protect_delay_ms(const struct record *record, const struct field_set *present)
{
	int64_t delay_ms = 0;

	for (unsigned i = 0; i < ROWS_N; i++)
		if (ROWS[i].delay_ms > delay_ms && applies(i, record, present))
			delay_ms = ROWS[i].delay_ms;
	return delay_ms;
}

struct taking {
	struct protect_took *took;
	unsigned n;
};

/* Clears levels; true when there were any. */
static void
take(struct taking *taking, struct field_set *give, enum field field, uint16_t levels,
     struct protect_took took)
{
	if (!(give->mask[field] & levels))
		return;
	give->mask[field] &= (uint16_t)~levels;
	took.field = field;
	if (taking->n < PROTECT_TOOK_MAX)
		taking->took[taking->n++] = took;
}

static void
limit_fields(const struct release_part *part, struct field_set *give, struct taking *taking)
{
	for (enum field f = 1; f < FIELD_COUNT; f++) {
		if (!give->mask[f])
			continue;
		if (field_row(f)->is_sealed)
			take(taking, give, f, UINT16_MAX,
			     (struct protect_took){.why = WHY_PROTECTED, .text = SEALED_TEXT});
		if (field_row(f)->is_free && part->approvals == 0)
			take(taking, give, f, UINT16_MAX,
			     (struct protect_took){.why = WHY_PROTECTED, .text = FREE_TEXT});
	}
}

/* Whoever is told of losses is told in the same breath whether the families know. */
static void
limit_losses(const struct field_set *present, const struct field_set *left, struct field_set *give,
	     struct taking *taking)
{
	bool is_blocked = !left->mask[FIELD_FAMILIES];

	if (!present->mask[FIELD_FAMILIES])
		return;
	for (enum field f = 1; f < FIELD_COUNT; f++) {
		if (!field_row(f)->is_loss || !give->mask[f])
			continue;
		if (is_blocked)
			take(taking, give, f, UINT16_MAX,
			     (struct protect_took){.why = WHY_FAMILIES, .text = FAMILIES_TEXT});
		else
			give->mask[FIELD_FAMILIES] |= present->mask[FIELD_FAMILIES];
	}
}

unsigned
protect_limit(const struct release_question *question, const struct field_set *present,
	      const struct field_set *left, struct release_part *part,
	      struct protect_took took[PROTECT_TOOK_MAX])
{
	const struct record *record = question->record;
	struct taking taking = {took, 0};
	struct field_set *give = &part->give;

	limit_fields(part, give, &taking);
	for (unsigned i = 0; i < ROWS_N; i++) {
		struct protect_took row = {.why = WHY_PROTECTED, .text = ROWS[i].text};

		if (!applies(i, record, present))
			continue;
		take(&taking, give, FIELD_PLACE, (uint16_t)~rules_bits(ROWS[i].place), row);
		if (ROWS[i].has_no_shape)
			take(&taking, give, FIELD_SHAPE, UINT16_MAX, row);
		if (ROWS[i].has_no_onward)
			part->onward.n = 0;
		if (ROWS[i].delay_ms > 0 &&
		    part->not_before_ms < question->filed_ms + ROWS[i].delay_ms)
			part->not_before_ms = question->filed_ms + ROWS[i].delay_ms;
	}
	limit_losses(present, left, give, &taking);
	return taking.n;
}
