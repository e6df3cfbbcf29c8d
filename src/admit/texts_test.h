#ifndef SEAM_ADMIT_TEXTS_TEST_H
#define SEAM_ADMIT_TEXTS_TEST_H

/* JSON texts as an enemy might write them: whole, nearly whole and broken, the same in every run.
 */
#include "base/out.h"

#define TEXTS static __attribute__((unused))

enum { TEXTS_DEPTH = 6 };

/* clang-format off */
static const char *const texts_common[] = {
    "0", "7", "-1", "1809389400000", "999999999999999", "true", "false", "null",
    "\"\"", "\"a\"", "\"red\"", "\"38SMD\"", "\"2027-05-03\"", "\"Patrol fired upon\"",
    "\"\xc3\xa9\"", "\"\xda\xa9\xd9\x88\"", "\"\xf0\x9f\x98\x80\"", "\"\x7f\"",
};
static const char *const texts_rare[] = {
    "-0", "00", "01", "-01", "-", "+1", "1000000000000000", "9007199254740992", "9007199254740993",
    "-9007199254740993", "99999999999999999999", "1.0", "1e3", "1E-3", "0x1", "True", "nul", "truefalse",
    "\"\\u0041\"", "\"\\n\"", "\"\\u0000\"", "\"\\ud800\"", "\"\\ud83d\\ude00\"", "\"\\x\"", "\"\\\"",
    "\"\t\"", "\"\n\"", "\"\x1f\"", "\"\xc0\x80\"", "\"\xed\xa0\x80\"", "\"\xef\xbf\xbf\"", "\"\xf4\x90\x80\x80\"",
    "\"\xc3\"", "\"\xff\"", "\"\x80\"", "\"\xe2\x80\xae\"", "\"a", "a\"", "'a'", "", "[", "]", "{", "}", "[,]", "[[[[[]]]]]",
};
static const char *const texts_names[] = {"\"a\"", "\"b\"", "\"c\"", "\"low\"", "\"\"", "\"\xc3\xa9\""};
static const char *const texts_odd_names[] = {"\"\\u0061\"", "\"_sd\"", "\"...\"", "\"\xff\"", "a", "1", ""};
static const char texts_bytes[] = "\"\"\\{}[],,:: 019-e.tn\n\t\x1f\x7f\x80\xc3\xff";
/* clang-format on */

TEXTS unsigned
texts_next(unsigned *seed, unsigned below)
{
	*seed = *seed * 1103515245u + 12345u;
	return (*seed >> 8) % below;
}

TEXTS const char *
texts_pick(unsigned *seed, const char *const *rows, size_t n)
{
	return rows[texts_next(seed, (unsigned)n)];
}

#define TEXTS_PICK(seed, rows) texts_pick(seed, rows, sizeof(rows) / sizeof *(rows))

TEXTS void
texts_blank(struct out *out, unsigned *seed)
{
	if (texts_next(seed, 150) == 0)
		out_char(out, texts_next(seed, 2) ? ' ' : '\n');
}

TEXTS void
texts_name(struct out *out, unsigned *seed)
{
	if (texts_next(seed, 50) == 0)
		out_text(out, TEXTS_PICK(seed, texts_odd_names));
	else
		out_text(out, TEXTS_PICK(seed, texts_names));
	texts_blank(out, seed);
	out_char(out, ':');
}

/* One value, or what looks like one. */
TEXTS void
texts_value(struct out *out, unsigned *seed, unsigned depth)
{
	unsigned what = texts_next(seed, 8);
	bool is_object = what == 0;
	unsigned n = texts_next(seed, 4);

	texts_blank(out, seed);
	if (what > 1 || depth == TEXTS_DEPTH) {
		out_text(out, texts_next(seed, 25) == 0 ? TEXTS_PICK(seed, texts_rare)
							: TEXTS_PICK(seed, texts_common));
		return;
	}
	out_char(out, is_object ? '{' : '[');
	for (unsigned i = 0; i < n; i++) {
		if (i)
			out_char(out, ',');
		if (is_object)
			texts_name(out, seed);
		texts_value(out, seed, depth + 1);
	}
	texts_blank(out, seed);
	out_char(out, is_object ? '}' : ']');
}

/* ["salt","name",value], or nearly. */
TEXTS void
texts_disclosure(struct out *out, unsigned *seed)
{
	out_text(out, texts_next(seed, 40) ? "[\"c2FsdHNhbHQ\"," : "[\"\\u0061\",");
	if (texts_next(seed, 30)) {
		out_text(out, TEXTS_PICK(seed, texts_names));
		out_char(out, ',');
	}
	texts_value(out, seed, 1);
	texts_blank(out, seed);
	out_text(out, texts_next(seed, 40) ? "]" : ",1]");
}

/* The same text with a byte changed, left out or doubled, now and then. */
TEXTS void
texts_spoil(struct out *out, unsigned *seed, struct span text)
{
	unsigned at = texts_next(seed, (unsigned)text.n + 1);
	unsigned how = texts_next(seed, 12);

	for (unsigned i = 0; i < text.n; i++) {
		if (i != at || how > 2)
			out_char(out, text.p[i]);
		else if (how == 0)
			out_char(out, texts_bytes[texts_next(seed, sizeof texts_bytes)]);
		else if (how == 1)
			out_bytes(out, (const char[]){text.p[i], text.p[i]}, 2);
	}
}

#endif
