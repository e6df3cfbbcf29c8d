/*
 * Promises to read a latitude and a longitude however people write and order them, and to say when
 * the order was wrong. The alphabet is the one coord.c brings all typing to: ASCII, '.' for
 * decimals, 'd' ' " for the marks.
 */
#include "model/degrees.h"

#include <math.h>
#include <string.h>

enum { NUMBERS_MAX = 6, DIGITS_MAX = 15 };

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

bool
degrees_take(const char **at, struct degrees_number *number)
{
	const char *p = *at;
	double scale = 1;
	bool has_point = false;

	*number = (struct degrees_number){.is_negative = *p == '-'};
	if (*p == '-' || *p == '+')
		p++;
	for (; is_digit(*p) || (*p == '.' && !has_point && is_digit(p[1])); p++) {
		if (*p == '.') {
			has_point = true;
			continue;
		}
		if (++number->digits > DIGITS_MAX)
			return false;
		number->value = number->value * 10 + (*p - '0');
		number->decimals += has_point;
		scale *= has_point ? 10 : 1;
	}
	number->value /= scale;
	*at = p;
	return number->digits > 0;
}

struct degrees {
	struct degrees_number numbers[NUMBERS_MAX];
	unsigned n;
	char letters[2]; /* N S E W */
	unsigned letter_at[2], n_letters;
	unsigned separator_at, n_separators;
};

/* One side of the pair: numbers first .. first + n - 1. */
struct half {
	const struct degrees_number *numbers;
	unsigned n;
	char letter;
};

/* "35,468 44,392": commas between digits are decimal marks when there are two of them and something
 * else parts the pair. */
static void
mend_decimal_commas(char *t)
{
	char *commas[2];
	unsigned n = 0;

	if (strchr(t, '.'))
		return;
	for (size_t i = 1; t[0] && t[i]; i++) {
		if (t[i] != ',' || !is_digit(t[i - 1]) || !is_digit(t[i + 1]))
			continue;
		if (n == 2)
			return;
		commas[n++] = &t[i];
	}
	if (n != 2 || !strpbrk(commas[0] + 1, " ;NSEWd") ||
	    strpbrk(commas[0] + 1, " ;NSEWd") > commas[1])
		return;
	*commas[0] = *commas[1] = '.';
}

static bool
take_mark(const char **at, struct degrees *degrees)
{
	struct degrees_number *last = degrees->n ? &degrees->numbers[degrees->n - 1] : NULL;
	char mark = **at;

	if (!last || last->mark)
		return false;
	/* Two primes for one double prime. */
	if (mark == '\'' && (*at)[1] == '\'') {
		mark = '"';
		(*at)++;
	}
	(*at)++;
	last->mark = mark;
	return true;
}

/* Takes one thing of the text; false where it belongs to no coordinate. */
static bool
take_piece(const char **at, const char *start, struct degrees *degrees)
{
	const char *p = *at;
	bool is_sign =
	    (*p == '-' || *p == '+') && (p == start || !is_digit(p[-1])) && is_digit(p[1]);

	if (is_digit(*p) || is_sign)
		return degrees->n < NUMBERS_MAX &&
		       degrees_take(at, &degrees->numbers[degrees->n++]);
	if (*p == 'd' || *p == '\'' || *p == '"')
		return take_mark(at, degrees);
	(*at)++;
	if (strchr("NSEW", *p)) {
		if (degrees->n_letters == 2)
			return false;
		degrees->letter_at[degrees->n_letters] = degrees->n;
		degrees->letters[degrees->n_letters++] = *p;
		return true;
	}
	if (strchr(",;/|", *p)) {
		degrees->separator_at = degrees->n;
		degrees->n_separators++;
		return true;
	}
	return strchr(" :-()[]", *p) != NULL;
}

/* Where the second half begins, or 0. */
static unsigned
split_at(const struct degrees *degrees)
{
	unsigned seen = 0;

	if (degrees->n_letters > 0 && degrees->letter_at[0] > 0)
		return degrees->letter_at[0];
	if (degrees->n_letters == 2)
		return degrees->letter_at[1];
	if (degrees->n_separators == 1)
		return degrees->separator_at;
	for (unsigned i = 0; i < degrees->n; i++)
		if (degrees->numbers[i].mark == 'd' && ++seen == 2)
			return i;
	return seen == 0 && degrees->n % 2 == 0 ? degrees->n / 2 : 0;
}

/* Value in degrees and what its last digit is worth in metres of latitude. */
static enum coord_why
half_value(const struct half *half, double *value, double *worth_m)
{
	static const double metres[] = {111320, 111320.0 / 60, 111320.0 / 3600},
			    parts[] = {1, 60, 3600};
	static const char marks[] = "d'\"";
	bool is_negative = half->numbers[0].is_negative;

	*value = *worth_m = 0;
	if (half->n > 3)
		return COORD_NOT_KNOWN;
	for (unsigned i = 0; i < half->n; i++) {
		const struct degrees_number *number = &half->numbers[i];

		if (number->mark && number->mark != marks[i])
			return COORD_NOT_KNOWN;
		if ((i > 0 && number->value >= 60) || (i + 1 < half->n && number->decimals > 0))
			return COORD_MINUTES;
		if (i > 0 && number->is_negative)
			return COORD_SIGN;
		*value += number->value / parts[i];
		*worth_m = metres[i] * pow(10, -(double)number->decimals);
	}
	if (half->letter && is_negative)
		return COORD_SIGN;
	if (is_negative || half->letter == 'S' || half->letter == 'W')
		*value = -*value;
	return COORD_OK;
}

static bool
is_east_west(char letter)
{
	return letter == 'E' || letter == 'W';
}

enum coord_why
degrees_order(double first, double second, bool has_letters, const struct geo_box *box,
	      struct point *point, bool *is_swapped)
{
	struct point typed, other;
	bool is_typed = geo_from_degrees(first, second, &typed);
	bool is_other = geo_from_degrees(second, first, &other);

	/* Letters are taken at their word. */
	*is_swapped = !has_letters && is_other &&
		      (!is_typed || (!geo_in_box(box, typed) && geo_in_box(box, other)));
	*point = *is_swapped ? other : typed;
	return is_typed || *is_swapped ? COORD_OK : COORD_RANGE;
}

static enum coord_why
pair_up(const struct degrees *degrees, const struct geo_box *box, struct degrees_pair *pair)
{
	unsigned split = split_at(degrees);
	bool is_prefix = degrees->n_letters > 0 && degrees->letter_at[0] == 0;
	struct half a = {degrees->numbers, split, degrees->letters[0]};
	struct half b = {degrees->numbers + split, degrees->n - split, degrees->letters[1]};
	double first, second, worth, other_worth;
	enum coord_why why;

	if (split == 0 || split >= degrees->n)
		return COORD_HALF;
	/* Letters all before or all behind their numbers. */
	if (degrees->n_letters == 2 && !is_prefix && degrees->letter_at[1] != degrees->n)
		return COORD_NOT_KNOWN;
	if (a.letter && b.letter && is_east_west(a.letter) == is_east_west(b.letter))
		return COORD_HALF;
	why = half_value(&a, &first, &worth);
	if (!why)
		why = half_value(&b, &second, &other_worth);
	if (why)
		return why;
	/* The finer of the two: people and programs drop zeroes at the end. */
	pair->worth_m = fmin(worth, other_worth);
	if (is_east_west(a.letter) || (b.letter && !is_east_west(b.letter)))
		return degrees_order(second, first, true, box, &pair->point, &pair->is_swapped);
	return degrees_order(first, second, a.letter != 0, box, &pair->point, &pair->is_swapped);
}

enum coord_why
degrees_read(char *text, const struct geo_box *box, struct degrees_pair *pair)
{
	struct degrees degrees = {.n = 0};

	*pair = (struct degrees_pair){.worth_m = 0};
	mend_decimal_commas(text);
	for (const char *at = text; *at;)
		if (!take_piece(&at, text, &degrees))
			return COORD_NOT_KNOWN;
	if (degrees.n == 0)
		return COORD_NOT_KNOWN;
	return pair_up(&degrees, box, pair);
}

bool
degrees_e7(struct span text, int limit, int32_t *e7)
{
	bool is_negative = text.n && text.p[0] == '-';
	ptrdiff_t mark;
	int64_t whole, part = 0;
	char digits[] = "0000000";

	*e7 = 0;
	if (is_negative)
		text = span_make(text.p + 1, text.n - 1);
	mark = span_find(text, '.');
	if (mark < 0)
		mark = span_find(text, ',');
	if (mark >= 0) {
		struct span behind = span_make(text.p + mark + 1, text.n - (size_t)mark - 1);

		for (size_t i = 0; i < behind.n; i++)
			if (!is_digit(behind.p[i]))
				return false;
		memcpy(digits, behind.p, behind.n < 7 ? behind.n : 7);
		if (!span_int(span_make(digits, 7), 0, 9999999, &part))
			return false;
		text.n = (size_t)mark;
	}
	if (!span_int(text, 0, limit, &whole) || (whole == limit && part))
		return false;
	*e7 = (int32_t)((whole * GEO_E7 + part) * (is_negative ? -1 : 1));
	return true;
}

/* What the last brackets hold, where the text ends with one; else the text. */
static struct span
in_brackets(struct span text)
{
	size_t at = text.n;

	if (text.n == 0 || text.p[text.n - 1] != ')')
		return text;
	while (at > 0 && text.p[at - 1] != '(')
		at--;
	return at ? span_make(text.p + at, text.n - at - 1) : text;
}

bool
degrees_stated(struct span typed, struct point *point)
{
	struct span text = in_brackets(span_trim(typed));
	ptrdiff_t at = span_find(text, ';');

	*point = (struct point){0, 0};
	if (at < 0)
		at = span_find(text, ',');
	if (at < 0 || !degrees_e7(span_trim(span_make(text.p, (size_t)at)), 90, &point->lat_e7) ||
	    !degrees_e7(span_trim(span_make(text.p + at + 1, text.n - (size_t)at - 1)), 180,
			&point->lon_e7)) {
		*point = (struct point){0, 0};
		return false;
	}
	return true;
}
