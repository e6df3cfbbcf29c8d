/*
 * Promises the kind table and which fields belong to which kind.
 */
#include "model/kind.h"

static const struct kind_row rows[KIND_COUNT] = {
    [KIND_NONE] = {.name = "", .label = "", .required = "", .more = ""},
/* clang-format off */
#define X(id, text, words, what, days, must, may) \
	[KIND_##id] = {.name = text, .label = words, .nature = KIND_NATURE_##what, .keep_days = days, \
	    .required = must, .more = may},
	KIND_ROWS(X)
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
is_listed(const char *list, enum field field)
{
	struct span rest = span_of(list);
	struct span name;

	while (span_split(&rest, ' ', &name))
		if (span_is(name, field_row(field)->name))
			return true;
	return false;
}

bool
kind_requires(enum kind kind, enum field field)
{
	if (field == FIELD_NONE || kind == KIND_NONE)
		return false;
	return field_row(field)->is_always || field == FIELD_FILED ||
	       is_listed(kind_row(kind)->required, field);
}

bool
kind_has(enum kind kind, enum field field)
{
	if (field == FIELD_NONE || kind == KIND_NONE)
		return false;
	return field == FIELD_HEADS || field == FIELD_DUTY || kind_requires(kind, field) ||
	       is_listed(kind_row(kind)->more, field);
}

unsigned
kind_digests(enum kind kind)
{
	unsigned n = 0;

	for (enum field f = 1; f < FIELD_COUNT; f++)
		n += kind_has(kind, f);
	return (n + 15) / 16 * 16;
}
