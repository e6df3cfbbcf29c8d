/*
 * Promises that two strict readers could not disagree about an accepted text: jansson's strictness,
 * with depth counted before it recurses and numbers held inside what every JSON library keeps
 * exactly.
 */
#include "base/json.h"

#include <string.h>

/*
 * What a text and the value read from it have in common: how many bytes all its strings and names
 * decode to, and how many digits its integers have.  jansson 2.14 does not look whether the buffer
 * of its lexer could grow: a byte that found no memory is left out without a word.  A value that
 * measures otherwise than its text is therefore refused.
 */
struct measure {
	size_t bytes;
	size_t digits;
	bool is_exact; /* no reals, integers that every JSON library keeps */
};

static size_t
hex_value(const char *digits)
{
	size_t value = 0;

	for (int i = 0; i < 4; i++) {
		char c = digits[i];

		value = value * 16 + (size_t)(c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10);
	}
	return value;
}

/* Bytes that the escape at text[at] decodes to; *at moves to its last character. */
static size_t
escape_bytes(struct span text, size_t *at)
{
	size_t rune;

	if (*at + 1 >= text.n || text.p[*at + 1] != 'u' || text.n - *at < 6) {
		*at += 1;
		return 1;
	}
	rune = hex_value(text.p + *at + 2);
	*at += 5;
	if (rune >= 0xd800 && rune < 0xe000)
		return 2; /* half of a pair, which makes four bytes */
	return rune < 0x80 ? 1 : rune < 0x800 ? 2 : 3;
}

/* False when the text nests deeper than JSON_DEPTH_MAX; jansson would recurse that deep. */
static bool
measure_text(struct span text, struct measure *measure)
{
	bool in_string = false;
	int depth = 0;

	for (size_t i = 0; i < text.n; i++) {
		char c = text.p[i];

		if (c == '"') {
			in_string = !in_string;
		} else if (in_string) {
			measure->bytes += c == '\\' ? escape_bytes(text, &i) : 1;
		} else if (c == '{' || c == '[') {
			if (++depth > JSON_DEPTH_MAX)
				return false;
		} else if (c == '}' || c == ']') {
			depth--;
		} else if (c >= '0' && c <= '9') {
			measure->digits++;
		}
	}
	return true;
}

static size_t
digits_of(json_int_t n)
{
	size_t digits = 1;

	while (n >= 10 || n <= -10) {
		n /= 10;
		digits++;
	}
	return digits;
}

/* The depth is known to be bounded by JSON_DEPTH_MAX, so walking by calls is too. */
static void
measure_value(json_t *value, struct measure *measure)
{
	const char *name;
	json_t *part;

	if (json_is_real(value))
		measure->is_exact = false;
	if (json_is_string(value))
		measure->bytes += json_string_length(value);
	if (json_is_integer(value)) {
		json_int_t n = json_integer_value(value);

		measure->digits += digits_of(n);
		if (n > (json_int_t)1 << 53 || n < -((json_int_t)1 << 53))
			measure->is_exact = false;
	}
	for (size_t i = 0; i < json_array_size(value); i++)
		measure_value(json_array_get(value, i), measure);
	json_object_foreach(value, name, part)
	{
		measure->bytes += strlen(name);
		measure_value(part, measure);
	}
}

static json_t *
read_faithfully(struct span text, bool is_strict)
{
	struct measure of_text = {.is_exact = true};
	struct measure of_value = {.is_exact = true};
	json_error_t error;
	json_t *value;

	if (!text.p || !measure_text(text, &of_text))
		return NULL;
	value = json_loadb(text.p, text.n, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &error);
	if (!value)
		return NULL;
	measure_value(value, &of_value);
	if (of_text.bytes == of_value.bytes &&
	    (!is_strict || (of_value.is_exact && of_text.digits == of_value.digits)))
		return value;
	json_decref(value);
	return NULL;
}

json_t *
json_read_foreign(struct span text)
{
	return read_faithfully(text, false);
}

json_t *
json_read_strict(struct span text)
{
	return read_faithfully(text, true);
}

bool
json_take_text(const json_t *object, const char *name, struct span *text)
{
	const json_t *value = json_object_get(object, name);

	*text = (struct span){NULL, 0};
	if (!json_is_string(value))
		return false;
	*text = span_make(json_string_value(value), json_string_length(value));
	return true;
}

bool
json_take_int(const json_t *object, const char *name, int64_t *number)
{
	const json_t *value = json_object_get(object, name);

	*number = 0;
	if (!json_is_integer(value))
		return false;
	*number = json_integer_value(value);
	return true;
}

bool
json_take_flag(const json_t *object, const char *name, bool *flag)
{
	const json_t *value = json_object_get(object, name);

	*flag = false;
	if (!json_is_boolean(value))
		return false;
	*flag = json_is_true(value);
	return true;
}

bool
json_has_only(const json_t *object, const char *const *names)
{
	size_t known = 0;

	for (const char *const *name = names; *name; name++)
		known += json_object_get(object, *name) != NULL;
	return known == json_object_size(object);
}
