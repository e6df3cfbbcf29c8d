/*
 * Promises the same value as the strict reader wherever it gives one at all: it takes only what
 * cannot be read in two ways, and leaves every judgement on the rest to that reader.  jansson looks
 * at each letter through several calls, which for the short texts of a delivery cost more than all
 * else but its signatures.
 */
#include "admit/plain.h"

#include <string.h>

/* A value under way: the containers that are still open, the outermost first. */
struct nest {
	json_t *open[PLAIN_DEPTH];
	size_t depth;
	json_t *whole; /* owns all of them */
};

static void
skip(struct span *rest, size_t n)
{
	*rest = span_make(rest->p + n, rest->n - n);
}

bool
plain_mark(struct span *rest, char mark)
{
	if (rest->n == 0 || rest->p[0] != mark)
		return false;
	skip(rest, 1);
	return true;
}

bool
plain_text(struct span *rest, struct span *text)
{
	unsigned char high = 0;
	size_t at = 1;

	*text = (struct span){NULL, 0};
	if (rest->n == 0 || rest->p[0] != '"')
		return false;
	for (; at < rest->n && rest->p[at] != '"'; at++) {
		unsigned char c = (unsigned char)rest->p[at];

		if (c < ' ' || c == '\\')
			return false;
		high |= c;
	}
	if (at == rest->n || (high >= 0x80 && !span_is_utf8(span_make(rest->p + 1, at - 1))))
		return false;
	*text = span_make(rest->p + 1, at - 1);
	skip(rest, at + 1);
	return true;
}

static bool
is_digit(struct span text, size_t at)
{
	return at < text.n && text.p[at] >= '0' && text.p[at] <= '9';
}

/* Digits behind an optional minus; neither a leading zero nor "-0".  What stands behind them is the
 * caller's to look at: a point, an exponent or one digit more is no mark that he knows. */
static json_t *
take_number(struct span *rest)
{
	size_t sign = rest->p[0] == '-';
	size_t n = sign;
	json_int_t sum = 0;

	for (; is_digit(*rest, n) && n - sign < PLAIN_DIGITS; n++)
		sum = sum * 10 + (rest->p[n] - '0');
	if (n == sign || (rest->p[sign] == '0' && n > 1))
		return NULL;
	skip(rest, n);
	return json_integer(sign ? -sum : sum);
}

static bool
take_word(struct span *rest, struct span word)
{
	if (rest->n < word.n || memcmp(rest->p, word.p, word.n) != 0)
		return false;
	skip(rest, word.n);
	return true;
}

static json_t *
take_string(struct span *rest)
{
	struct span text;

	return plain_text(rest, &text) ? json_stringn_nocheck(text.p, text.n) : NULL;
}

/* A scalar, or a container of which only the opening mark is taken. */
static json_t *
take_start(struct span *rest)
{
	if (rest->n == 0)
		return NULL;
	if (rest->p[0] == '"')
		return take_string(rest);
	if (plain_mark(rest, '{'))
		return json_object();
	if (plain_mark(rest, '['))
		return json_array();
	if (take_word(rest, SPAN("true")))
		return json_true();
	if (take_word(rest, SPAN("false")))
		return json_false();
	if (take_word(rest, SPAN("null")))
		return json_null();
	return take_number(rest);
}

/* Takes the value into the innermost container, or as the whole. */
static bool
settle(struct nest *nest, struct span name, json_t *value)
{
	json_t *in = nest->depth ? nest->open[nest->depth - 1] : NULL;

	if (!value)
		return false;
	if (json_is_object(in)) {
		if (json_object_setn_new_nocheck(in, name.p, name.n, value) != 0)
			return false;
	} else if (in) {
		if (json_array_append_new(in, value) != 0)
			return false;
	} else {
		nest->whole = value;
	}
	if (!json_is_object(value) && !json_is_array(value))
		return true;
	if (nest->depth == PLAIN_DEPTH)
		return false;
	nest->open[nest->depth++] = value;
	return true;
}

/* One value in its place: in an object with its name, which is new there. */
static bool
take_member(struct nest *nest, struct span *rest)
{
	const json_t *in = nest->depth ? nest->open[nest->depth - 1] : NULL;
	struct span name = {NULL, 0};

	if (json_is_object(in) && (!plain_text(rest, &name) || !plain_mark(rest, ':') ||
				   json_object_getn(in, name.p, name.n)))
		return false;
	return settle(nest, name, take_start(rest));
}

/* Closes what ends here; true when a container closed. */
static bool
close_one(struct nest *nest, struct span *rest)
{
	if (nest->depth == 0 ||
	    !plain_mark(rest, json_is_object(nest->open[nest->depth - 1]) ? '}' : ']'))
		return false;
	nest->depth--;
	return true;
}

static bool
take_all(struct nest *nest, struct span *rest)
{
	do {
		size_t depth = nest->depth;
		bool is_opened;

		if (!take_member(nest, rest))
			return false;
		is_opened = nest->depth > depth;
		while (close_one(nest, rest))
			is_opened = false;
		if (is_opened)
			continue;
		if (nest->depth && !plain_mark(rest, ','))
			return false;
	} while (nest->depth);
	return true;
}

json_t *
plain_value(struct span *rest)
{
	struct nest nest = {.depth = 0};

	if (take_all(&nest, rest))
		return nest.whole;
	json_decref(nest.whole);
	return NULL;
}

json_t *
plain_read(struct span text)
{
	struct span rest = text;
	json_t *value = text.p ? plain_value(&rest) : NULL;

	if (value && rest.n == 0)
		return value;
	json_decref(value);
	return json_read_strict(text);
}
