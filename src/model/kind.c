/*
 * Promises the kind table and which fields belong to which kind.
 */
#include "model/kind.h"

static const struct kind_row rows[KIND_COUNT] = {
    [KIND_NONE] = {.name = "", .label = ""},
/* clang-format off */
#define X(id, text, words, what, days, must, may) \
	[KIND_##id] = {.name = text, .label = words, .nature = KIND_NATURE_##what, .keep_days = days},
	KIND_ROWS(X)
#undef X
    /* clang-format on */
};

/* Sets of fields as bits, 64 to a word: asked for every field of every record, so they are made
 * when this file is compiled. */
enum { WORDS = FIELD_COUNT / 64 + 1 };
_Static_assert(WORDS == 2, "the sets below spell out two words");

#define BIT(id, word)     ((FIELD_##id) / 64 == (word) ? (uint64_t)1 << ((FIELD_##id) % 64) : 0)
#define MUST_ALWAYS(word) (BIT(KIND, word) | BIT(THREAD, word) | BIT(FILED, word))
#define MAY_ALWAYS(word)  (BIT(HEADS, word) | BIT(DUTY, word))

static const struct {
	uint64_t must[WORDS];
	uint64_t may[WORDS];
} sets[KIND_COUNT] = {
/* clang-format off */
#define X(id, text, words, what, days, required, more) \
	[KIND_##id].must[0] = MUST_ALWAYS(0) required, [KIND_##id].may[0] = MAY_ALWAYS(0) more,
#define F(id) | BIT(id, 0)
	KIND_ROWS(X)
#undef F
#undef X
#define X(id, text, words, what, days, required, more) \
	[KIND_##id].must[1] = MUST_ALWAYS(1) required, [KIND_##id].may[1] = MAY_ALWAYS(1) more,
#define F(id) | BIT(id, 1)
	KIND_ROWS(X)
#undef F
#undef X
    /* clang-format on */
};

const struct kind_row *
kind_row(enum kind kind)
{
	return &rows[(unsigned)kind < KIND_COUNT ? kind : KIND_NONE];
}

enum kind
kind_find(struct span name)
{
	for (enum kind k = 1; k < KIND_COUNT; k++)
		if (span_is(name, rows[k].name))
			return k;
	return KIND_NONE;
}

static bool
is_in(const uint64_t *words, enum field field)
{
	return (words[(unsigned)field / 64] >> ((unsigned)field % 64) & 1) != 0;
}

bool
kind_requires(enum kind kind, enum field field)
{
	if ((unsigned)field >= FIELD_COUNT || (unsigned)kind >= KIND_COUNT)
		return false;
	return is_in(sets[kind].must, field);
}

bool
kind_has(enum kind kind, enum field field)
{
	if ((unsigned)field >= FIELD_COUNT || (unsigned)kind >= KIND_COUNT)
		return false;
	return is_in(sets[kind].must, field) || is_in(sets[kind].may, field);
}

unsigned
kind_digests(enum kind kind)
{
	unsigned n = 0;

	for (enum field f = 1; f < FIELD_COUNT; f++)
		n += kind_has(kind, f);
	return (n + 15) / 16 * 16;
}
