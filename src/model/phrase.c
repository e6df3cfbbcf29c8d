/*
 * Promises templates with their places filled, in three languages, and foreign letters set apart.
 */
#include "model/phrase.h"

#include "model/label.h"

#define ISOLATE_END "\xe2\x81\xa9" /* U+2069 */

/* clang-format off */
static const char *const phrases[PHRASE_COUNT] = {
#define X(name, text) [PHRASE_##name] = text,
	PHRASE_ROWS(X)
#undef X
};

/* clang-format on */

const char *
phrase_english(enum phrase phrase)
{
	return phrases[(unsigned)phrase < PHRASE_COUNT ? phrase : PHRASE_NONE];
}

const char *
phrase_text(enum vocab_lang lang, enum phrase phrase)
{
	return label_text(lang, phrase_english(phrase));
}

static const struct phrase_arg *
find_arg(const struct phrase_arg *args, unsigned n, struct span name)
{
	for (unsigned i = 0; i < n; i++)
		if (span_is(name, args[i].name))
			return &args[i];
	return NULL;
}

/* Takes the literal text before the next {place} and the place's name; both may be empty. */
void
phrase_next(struct span *rest, struct span *literal, struct span *name)
{
	ptrdiff_t open = span_find(*rest, '{');
	ptrdiff_t length;

	*name = (struct span){NULL, 0};
	*literal = *rest;
	if (open < 0) {
		*rest = (struct span){NULL, 0};
		return;
	}
	literal->n = (size_t)open;
	*rest = (struct span){rest->p + open + 1, rest->n - (size_t)open - 1};
	length = span_find(*rest, '}');
	if (length < 0)
		length = (ptrdiff_t)rest->n;
	*name = (struct span){rest->p, (size_t)length};
	length += (size_t)length < rest->n;
	*rest = (struct span){rest->p + length, rest->n - (size_t)length};
}

void
phrase_write(struct out *out, enum vocab_lang lang, enum phrase phrase,
	     const struct phrase_arg *args, unsigned n)
{
	struct span rest = span_of(phrase_text(lang, phrase));

	while (rest.n) {
		struct span literal, name;
		const struct phrase_arg *arg;

		phrase_next(&rest, &literal, &name);
		out_span(out, literal);
		arg = name.n ? find_arg(args, n, name) : NULL;
		if (arg)
			out_span(out, arg->text);
	}
}

bool
phrase_is_rtl(enum vocab_lang lang)
{
	return lang != LANG_EN;
}

void
phrase_isolate(struct out *out, struct span text, const char *open)
{
	if (open)
		out_text(out, open);
	out_span(out, text);
	if (open)
		out_text(out, ISOLATE_END);
}
