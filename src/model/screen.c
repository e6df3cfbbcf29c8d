/* Promises the page's own words in three languages. */
#include "model/screen.h"

#include "model/label.h"

static const char *const texts[SCREEN_COUNT] = {
#define X(name, text) [SCREEN_##name] = text,
    SCREEN_ROWS(X)
#undef X
};

const char *
screen_text(enum vocab_lang lang, enum screen screen)
{
	return (unsigned)screen < SCREEN_COUNT ? label_text(lang, texts[screen]) : "";
}

void
screen_write(struct out *out, enum vocab_lang lang, enum screen screen, struct span text)
{
	struct span rest = span_of(screen_text(lang, screen));

	while (rest.n) {
		struct span literal;
		struct span name;

		phrase_next(&rest, &literal, &name);
		out_span(out, literal);
		if (name.n)
			out_span(out, text);
	}
}
