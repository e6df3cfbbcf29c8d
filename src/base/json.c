/*
 * Promises that two strict readers could not disagree about an accepted text: jansson's strictness,
 * with depth counted before it recurses and numbers held inside what every JSON library keeps
 * exactly.
 */
#include "base/json.h"

#include <string.h>

static bool
is_shallow(struct span text)
{
	bool in_string = false;
	int depth = 0;

	for (size_t i = 0; i < text.n; i++) {
		char c = text.p[i];

		if (in_string) {
			if (c == '\\')
				i++;
			else if (c == '"')
				in_string = false;
		} else if (c == '"') {
			in_string = true;
		} else if (c == '{' || c == '[') {
			if (++depth > JSON_DEPTH_MAX)
				return false;
		} else if (c == '}' || c == ']') {
			depth--;
		}
	}
	return true;
}

/* The depth is known to be bounded by JSON_DEPTH_MAX, so walking by calls is too. */
static bool
numbers_are_exact(json_t *value)
{
	const char *name;
	json_t *part;
	size_t i;

	if (json_is_real(value))
		return false;
	if (json_is_integer(value)) {
		json_int_t n = json_integer_value(value);

		return n <= (json_int_t)1 << 53 && n >= -((json_int_t)1 << 53);
	}
	json_array_foreach(value, i, part) if (!numbers_are_exact(part)) return false;
	json_object_foreach(value, name, part) if (!numbers_are_exact(part)) return false;
	return true;
}

json_t *
json_read_foreign(struct span text)
{
	json_error_t error;

	if (!text.p || !is_shallow(text))
		return NULL;
	return json_loadb(text.p, text.n, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &error);
}

json_t *
json_read_strict(struct span text)
{
	json_t *value = json_read_foreign(text);

	if (value && !numbers_are_exact(value)) {
		json_decref(value);
		return NULL;
	}
	return value;
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
