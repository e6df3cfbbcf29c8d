/*
 * Promises a look over free text before it leaves: forms of telephone numbers, plates, grids,
 * positions and addresses. The text is valid UTF-8; words are cut at anything that is neither
 * letter nor digit of the three languages.
 */
#include "model/lint.h"

#include <string.h>

enum { PHONE_DIGITS = 7, GRID_LEAST = 2, WORD_MAX = 64 };

struct words {
	struct span text;
	size_t at;
};

static const char *const kind_words[LINT_KIND_COUNT] = {
    [LINT_PHONE] = "a telephone number",
    [LINT_PLATE] = "a vehicle's plate",
    [LINT_GRID] = "a grid finer than what is released",
    [LINT_POSITION] = "a position in degrees",
    [LINT_PERSON] = "perhaps a person's name",
};

/* Forms of address; the word after one of them is taken for a name. */
static const char *const addresses[] = {
    "mr",  "mrs", "ms",    "dr",     "sheikh", "haji",  "hajji",  "mullah", "kak",
    "abu", "umm", "السيد", "السيدة", "الشيخ",  "الحاج", "المدعو", "ابو",    "أبو",
    "ام",  "أم",  "بەڕێز", "کاک",    "حاجی",   "مەلا",  "شێخ",    "خاتوو"};

static const char *const plate_words[] = {"plate", "plates", "registration", "لوحة",
					  "رقم",   "تابلۆ",  "ژمارە"};

/* 0…9 for a digit of any of the three scripts, -1 otherwise. */
static int
digit_of(uint32_t rune)
{
	if (rune >= '0' && rune <= '9')
		return (int)(rune - '0');
	if (rune >= 0x660 && rune <= 0x669)
		return (int)(rune - 0x660);
	return rune >= 0x6f0 && rune <= 0x6f9 ? (int)(rune - 0x6f0) : -1;
}

static bool
is_letter(uint32_t rune)
{
	return (rune >= 'a' && rune <= 'z') || (rune >= 'A' && rune <= 'Z') ||
	       (rune >= 0xc0 && rune < 0x250) || (rune >= 0x620 && rune <= 0x65f) ||
	       (rune >= 0x66e && rune <= 0x6d3) || rune == 0x6d5 || rune == 0x200c;
}

static struct span
rest_from(struct span text, size_t at)
{
	return span_make(text.p + at, text.n - at);
}

/* The next run of letters and digits; empty at the end. */
static struct span
next_word(struct words *words)
{
	size_t begin = words->at;
	uint32_t rune;
	size_t n;

	while ((n = span_rune(rest_from(words->text, begin), &rune)) != 0 && !is_letter(rune) &&
	       digit_of(rune) < 0)
		begin += n;
	words->at = begin;
	while ((n = span_rune(rest_from(words->text, words->at), &rune)) != 0 &&
	       (is_letter(rune) || digit_of(rune) >= 0))
		words->at += n;
	return span_make(words->text.p + begin, words->at - begin);
}

static void
count_runes(struct span word, size_t *letters, size_t *digits)
{
	uint32_t rune;
	size_t n;

	*letters = *digits = 0;
	for (size_t at = 0; (n = span_rune(rest_from(word, at), &rune)) != 0; at += n) {
		if (digit_of(rune) >= 0)
			(*digits)++;
		else
			(*letters)++;
	}
}

static bool
is_one_of(struct span word, const char *const *list, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		size_t length = strlen(list[i]);
		bool is_same = word.n == length;

		for (size_t k = 0; is_same && k < length; k++) {
			char c = word.p[k];

			if (c >= 'A' && c <= 'Z')
				c = (char)(c - 'A' + 'a');
			is_same = c == list[i][k];
		}
		if (is_same)
			return true;
	}
	return false;
}

static void
add(struct lint found[LINT_MAX], size_t *n, enum lint_kind kind, struct span text)
{
	if (*n < LINT_MAX)
		found[(*n)++] = (struct lint){kind, text};
}

/* ---- runs of digits ---- */

static bool
joins_digits(uint32_t rune)
{
	return rune == ' ' || rune == '-' || rune == '(' || rune == ')' || rune == '/' ||
	       rune == '+';
}

/* A run that begins at a digit: how far digits go on with joints of at most two characters between
 * them. */
static size_t
digit_run(struct span text, size_t *digits, bool *is_decimal, size_t *decimals)
{
	size_t at = 0;
	size_t end = 0;
	size_t joints = 0;
	uint32_t rune;
	size_t n;

	*digits = *decimals = 0;
	*is_decimal = false;
	while ((n = span_rune(rest_from(text, at), &rune)) != 0) {
		if (digit_of(rune) >= 0) {
			(*digits)++;
			*decimals += *is_decimal;
			joints = 0;
			end = at + n;
		} else if ((rune == '.' || rune == 0x66b) && !*is_decimal && joints == 0 &&
			   *digits <= 3) {
			*is_decimal = true;
		} else if (joins_digits(rune) && ++joints <= 2 && !*is_decimal) {
			;
		} else {
			break;
		}
		at += n;
	}
	return end;
}

/* "MD 6534 7865": digits behind the letters of a 100 km square are looked at as a grid. */
static bool
follows_square(struct span text, size_t at)
{
	return at >= 3 && text.p[at - 1] == ' ' && text.p[at - 2] >= 'A' && text.p[at - 2] <= 'Z' &&
	       text.p[at - 3] >= 'A' && text.p[at - 3] <= 'Z';
}

static void
look_at_digits(struct span text, struct lint found[LINT_MAX], size_t *found_n)
{
	bool was_letter = false;
	size_t at = 0;
	uint32_t rune;
	size_t n;

	while ((n = span_rune(rest_from(text, at), &rune)) != 0) {
		size_t digits;
		size_t decimals;
		bool is_decimal;
		size_t length;

		if (digit_of(rune) < 0 || was_letter) {
			was_letter = is_letter(rune) || (was_letter && digit_of(rune) >= 0);
			at += n;
			continue;
		}
		length = digit_run(rest_from(text, at), &digits, &is_decimal, &decimals);
		if (is_decimal && decimals >= 3)
			add(found, found_n, LINT_POSITION, span_make(text.p + at, length));
		else if (!is_decimal && digits >= PHONE_DIGITS && !follows_square(text, at))
			add(found, found_n, LINT_PHONE, span_make(text.p + at, length));
		at += length ? length : n;
		was_letter = false;
	}
}

/* ---- words ---- */

static bool
is_upper(char c)
{
	return c >= 'A' && c <= 'Z';
}

/* "38SMD65347865" and "MD65347865": number of digits behind the square, -1 when it is no grid. */
static int
grid_digits(struct span word)
{
	size_t at = 0;
	size_t digits = 0;

	while (at < word.n && at < 2 && word.p[at] >= '0' && word.p[at] <= '9')
		at++;
	if (at > 0 && at < word.n && is_upper(word.p[at]))
		at++;
	if (at + 2 > word.n || !is_upper(word.p[at]) || !is_upper(word.p[at + 1]))
		return -1;
	for (at += 2; at < word.n; at++, digits++)
		if (word.p[at] < '0' || word.p[at] > '9')
			return -1;
	return digits % 2 == 0 && digits <= 10 ? (int)digits : -1;
}

static bool
is_digits(struct span word, size_t least, size_t most)
{
	size_t letters;
	size_t digits;

	count_runes(word, &letters, &digits);
	return letters == 0 && digits >= least && digits <= most;
}

/* "MD 6534 7865": the digits may stand in one or two words of their own behind the square. */
static unsigned
grid_level(struct span word, struct words ahead, struct span *whole)
{
	int digits = grid_digits(word);
	struct span first;

	*whole = word;
	if (digits < 0)
		return 0;
	if (digits == 0) {
		first = next_word(&ahead);
		if (!is_digits(first, 1, 10))
			return 1;
		count_runes(first, &(size_t){0}, &(size_t){0});
		digits = (int)first.n;
		*whole = span_make(word.p, (size_t)(first.p + first.n - word.p));
		first = next_word(&ahead);
		if (first.n == (size_t)digits && is_digits(first, 1, 5)) {
			digits *= 2;
			*whole = span_make(word.p, (size_t)(first.p + first.n - word.p));
		}
	}
	return (unsigned)digits / 2 + 1;
}

/* "040215C": a date-time group is no plate. */
static bool
is_date_time(struct span word, size_t letters, size_t digits)
{
	return digits == 6 && letters == 1 && word.n == 7 && digit_of((unsigned char)word.p[6]) < 0;
}

static bool
is_plate(struct span word, struct span before)
{
	size_t letters;
	size_t digits;

	count_runes(word, &letters, &digits);
	if (digits < 4 || digits > 7 || is_date_time(word, letters, digits))
		return false;
	if (letters == 0)
		return is_one_of(before, plate_words, sizeof plate_words / sizeof *plate_words);
	return letters <= 3 && grid_digits(word) < 0;
}

static void
look_at_words(struct span text, unsigned level, struct lint found[LINT_MAX], size_t *n)
{
	struct words words = {text, 0};
	struct span before = {"", 0};
	struct span word;

	while ((word = next_word(&words)).n != 0) {
		struct span whole;
		size_t letters;
		size_t digits;

		count_runes(word, &letters, &digits);
		if (grid_level(word, words, &whole) >
		    (level > GRID_LEAST - 1 ? level : GRID_LEAST - 1))
			add(found, n, LINT_GRID, whole);
		else if (is_plate(word, before))
			add(found, n, LINT_PLATE, word);
		else if (digits == 0 &&
			 is_one_of(before, addresses, sizeof addresses / sizeof *addresses))
			add(found, n, LINT_PERSON,
			    span_make(before.p, (size_t)(word.p + word.n - before.p)));
		before = word;
	}
}

size_t
lint_text(struct span text, unsigned level, struct lint found[LINT_MAX])
{
	size_t n = 0;

	look_at_digits(text, found, &n);
	look_at_words(text, level, found, &n);
	return n;
}

const char *
lint_words(enum lint_kind kind)
{
	return (unsigned)kind < LINT_KIND_COUNT ? kind_words[kind] : "";
}

bool
lint_stops(enum lint_kind kind)
{
	return kind != LINT_PERSON;
}
