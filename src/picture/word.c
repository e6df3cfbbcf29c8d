/*
 * Promises one folding for what is indexed and what is searched, and search text that is never
 * syntax.  It does not stem and does not strip the Arabic article: a trailing * is there for that.
 */
#include "picture/word.h"

#include "model/fold.h"

#include <string.h>

enum { WORD_BYTES = 120 }; /* longer runs of letters are cut into words of this size */

static bool
is_ascii_word(unsigned char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* What parts words beyond ASCII; apostrophes and joiners stand inside a word and are dropped by
 * fold_text(). */
static bool
is_parting(uint32_t rune)
{
	static const struct {
		uint32_t from, to;
	} parts[] = {
	    {0x00, 0x26},     {0x28, 0x2f},     {0x3a, 0x40},     {0x5b, 0x60},
	    {0x7b, 0xac},     {0xae, 0xbf},     {0xd7, 0xd7},     {0xf7, 0xf7},
	    {0x60c, 0x60d},   {0x61b, 0x61b},   {0x61e, 0x61f},   {0x66a, 0x66d},
	    {0x6d4, 0x6d4},   {0x2000, 0x200a}, {0x2010, 0x2017}, {0x201c, 0x2029},
	    {0x202f, 0x205f}, {0x3000, 0x303f}, {0xfd3e, 0xfd3f},
	};

	for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
		if (rune >= parts[i].from && rune <= parts[i].to)
			return true;
	return false;
}

/* 0-9 for Arabic and Persian digits, else 0. */
static char
digit(uint32_t rune)
{
	if (rune >= 0x660 && rune <= 0x669)
		return (char)('0' + (rune - 0x660));
	if (rune >= 0x6f0 && rune <= 0x6f9)
		return (char)('0' + (rune - 0x6f0));
	return 0;
}

/* The next word of *rest as typed, its digits already 0-9; 0 at the end. */
static size_t
take_word(struct span *rest, char word[WORD_BYTES])
{
	size_t n = 0;

	while (rest->n > 0) {
		uint32_t rune;
		size_t used = span_rune(*rest, &rune);
		char as_digit;

		if (used == 0) { /* a torn character parts words */
			used = 1;
			rune = ' ';
		}
		as_digit = digit(rune);
		if (n + used > WORD_BYTES || (n > 0 && is_parting(rune)))
			return n;
		if (as_digit)
			word[n++] = as_digit;
		else if (!is_parting(rune)) {
			memcpy(word + n, rest->p, used);
			n += used;
		}
		*rest = span_make(rest->p + used, rest->n - used);
	}
	return n;
}

/* Sorani writes its long u as two waws, Arabic keyboards often as one. */
static size_t
drop_doubled_waw(char *word, size_t n)
{
	size_t kept = 0;

	for (size_t i = 0; i < n; i++) {
		if (kept >= 2 && i + 1 < n && memcmp(word + i, "\xd9\x88", 2) == 0 &&
		    memcmp(word + kept - 2, "\xd9\x88", 2) == 0) {
			i++;
			continue;
		}
		word[kept++] = word[i];
	}
	return kept;
}

/* Takes the next word that is not empty once folded; false at the end. */
static bool
next_folded(struct span *rest, char folded[WORD_BYTES + 1], size_t *n)
{
	char word[WORD_BYTES];
	size_t typed;

	while ((typed = take_word(rest, word)) > 0) {
		if (!fold_text(span_make(word, typed), folded, WORD_BYTES + 1))
			continue;
		*n = drop_doubled_waw(folded, strlen(folded));
		if (*n > 0)
			return true;
	}
	return false;
}

/* Most of what is folded in bulk is plain ASCII: the same result without a table. */
static bool
fold_ascii(struct out *out, struct span text)
{
	bool is_inside = false;

	for (size_t i = 0; i < text.n; i++)
		if ((unsigned char)text.p[i] >= 0x80 || text.n > WORD_BYTES)
			return false;
	for (size_t i = 0; i < text.n; i++) {
		unsigned char c = (unsigned char)text.p[i];

		if (is_ascii_word(c))
			out_char(out, (char)(c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c));
		else if (c == '\'')
			continue;
		else if (is_inside)
			out_char(out, ' ');
		is_inside = is_ascii_word(c);
	}
	if (is_inside)
		out_char(out, ' ');
	return true;
}

void
word_fold(struct out *out, struct span text)
{
	char folded[WORD_BYTES + 1];
	size_t n;

	if (fold_ascii(out, text))
		return;
	while (next_folded(&text, folded, &n)) {
		out_bytes(out, folded, n);
		out_char(out, ' ');
	}
}

static void
match_one(struct out *out, struct span word, bool is_beginning, bool *is_first)
{
	if (!*is_first)
		out_char(out, ' ');
	*is_first = false;
	out_char(out, '"');
	out_span(out, word);
	out_text(out, is_beginning ? "\"*" : "\"");
}

/* Words of one piece of text between quotes or outside; each its own term unless it is a phrase. */
static void
match_piece(struct out *out, struct span piece, bool is_phrase, unsigned *left, bool *is_first)
{
	char folded[WORD_BYTES + 1];
	size_t n;
	bool is_open = false;

	while (*left > 0 && next_folded(&piece, folded, &n)) {
		bool is_beginning = !is_phrase && piece.n > 0 && *piece.p == '*';

		--*left;
		if (!is_phrase) {
			match_one(out, span_make(folded, n), is_beginning, is_first);
			continue;
		}
		if (!is_open && !*is_first)
			out_char(out, ' ');
		out_char(out, is_open ? ' ' : '"');
		out_bytes(out, folded, n);
		is_open = true;
		*is_first = false;
	}
	if (is_open)
		out_char(out, '"');
}

bool
word_match(struct out *out, struct span typed, unsigned max)
{
	bool is_phrase = false, is_first = true;
	struct span piece;

	while (span_split(&typed, '"', &piece)) {
		match_piece(out, piece, is_phrase, &max, &is_first);
		is_phrase = !is_phrase;
	}
	return !is_first;
}
