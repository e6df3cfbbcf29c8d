/*
 * Promises the field table and sets of its levels.
 */
#include "model/field.h"

#include "model/limits.h"

#include <string.h>

/* Padded, so that the index is inside for every compiler that folds it. */
#define HAS(flags, letter) ((flags "  ")[0] == (letter) || (flags "  ")[1] == (letter))

static const struct field_row rows[FIELD_COUNT] = {
    [FIELD_NONE] = {.name = "", .label = "", .help = ""},
/* clang-format off */
#define X(id, text, kind, list, flags, words, about) \
	[FIELD_##id] = {.name = text, .type = FIELD_TYPE_##kind, .vocab = VOCAB_##list, \
	    .is_always = HAS(flags, 'A'), .is_sealed = HAS(flags, 'S'), .is_free = HAS(flags, 'F'), \
	    .is_loss = HAS(flags, 'L'), .is_personal = HAS(flags, 'P'), .label = words, .help = about},
	FIELD_ROWS(X)
#undef X
    /* clang-format on */
};

static const char *const place_levels[] = {NULL, "100km", "10km", "1km", "100m", "10m"};
static const char *const when_levels[] = {NULL, "day", "hour", "minute"};

const struct field_row *
field_row(enum field field)
{
	return &rows[(unsigned)field < FIELD_COUNT ? field : FIELD_NONE];
}

const char *
field_examples(enum field_type type)
{
	/* clang-format off */
	static const char *const examples[FIELD_TYPE_COUNT] = {
		[FIELD_TYPE_QUANTITY] = "3 or 2-3 or 2-3 best 3 or ~10 or >=5 or <=5 or several or unknown",
		[FIELD_TYPE_NUMBER] = "0 or 3",
		[FIELD_TYPE_WHEN] = "now or 0215 or 040215C MAY 27 or 0215..0415 or 2027-05-04T02:15+03:00 or yesterday",
		[FIELD_TYPE_INSTANT] = "now or 2h or 040215C MAY 27 or 2027-05-04T02:15+03:00",
		[FIELD_TYPE_PLACE] = "38SMD470654 or 38SMD4765 or 35.46,44.39 or 35.46N 44.39E",
		[FIELD_TYPE_SHAPE] = "line 35.1,44.2 35.2,44.3 or area 35.1,44.2 35.2,44.3 35.2,44.2 or circle 35.1,44.2,5",
		[FIELD_TYPE_GRADE] = "B2 or F6",
		[FIELD_TYPE_PARTY] = "b",
		[FIELD_TYPE_PARTIES] = "b or b,c",
		[FIELD_TYPE_ASKS] = "b:15m or b:15m,c:1h or b:041800C",
	};
	/* clang-format on */
	const char *text = (unsigned)type < FIELD_TYPE_COUNT ? examples[type] : NULL;

	return text ? text : "";
}

enum field
field_find(struct span name)
{
	for (enum field f = 1; f < FIELD_COUNT; f++)
		if (span_is(name, rows[f].name))
			return f;
	return FIELD_NONE;
}

unsigned
field_levels(enum field field)
{
	enum field_type type = field_row(field)->type;

	if (field == FIELD_NONE)
		return 0;
	if (type == FIELD_TYPE_PLACE)
		return FIELD_PLACE_LEVELS;
	if (type == FIELD_TYPE_WHEN)
		return FIELD_WHEN_LEVELS;
	return type == FIELD_TYPE_ASKS ? LIMIT_ASKS : 0;
}

const char *
field_level_name(enum field field, unsigned level)
{
	enum field_type type = field_row(field)->type;

	if (field == FIELD_NONE || level == 0 || level > field_levels(field))
		return NULL;
	if (type == FIELD_TYPE_PLACE)
		return place_levels[level];
	return type == FIELD_TYPE_WHEN ? when_levels[level] : NULL;
}

unsigned
field_level_find(enum field field, struct span name)
{
	for (unsigned level = 1; level <= field_levels(field); level++) {
		const char *text = field_level_name(field, level);

		if (text && span_is(name, text))
			return level;
	}
	return 0;
}

bool
field_set_is_empty(const struct field_set *set)
{
	for (unsigned f = 0; f < FIELD_COUNT; f++)
		if (set->mask[f])
			return false;
	return true;
}

void
field_set_add(struct field_set *set, const struct field_set *more)
{
	for (unsigned f = 0; f < FIELD_COUNT; f++)
		set->mask[f] |= more->mask[f];
}

void
field_set_keep(struct field_set *set, const struct field_set *only)
{
	for (unsigned f = 0; f < FIELD_COUNT; f++)
		set->mask[f] &= only->mask[f];
}

bool
field_set_equal(const struct field_set *a, const struct field_set *b)
{
	return memcmp(a->mask, b->mask, sizeof a->mask) == 0;
}

bool
field_set_covers(const struct field_set *set, const struct field_set *part)
{
	for (unsigned f = 0; f < FIELD_COUNT; f++)
		if (part->mask[f] & ~set->mask[f])
			return false;
	return true;
}
