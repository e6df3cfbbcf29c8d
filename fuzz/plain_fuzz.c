/*
 * The quick reader of admit beside the strict one of base, and base64url beside libsodium: whatever
 * the bytes are, both take it or both refuse it, and read the same.
 */
#include "admit/plain.h"
#include "base/b64.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
must(bool is_so)
{
	if (!is_so)
		abort();
}

/* The same value, with its members in the same order. */
static bool
is_same(const json_t *a, const json_t *b)
{
	char *text = json_dumps(a, JSON_ENCODE_ANY);
	char *other = json_dumps(b, JSON_ENCODE_ANY);
	bool is = text && other && strcmp(text, other) == 0;

	free(text);
	free(other);
	return is && json_equal(a, b);
}

static void
read_json(struct span text)
{
	struct span rest = text;
	json_t *strict = json_read_strict(text);
	json_t *read = plain_read(text);
	json_t *value = plain_value(&rest);

	must((strict != NULL) == (read != NULL) && (!strict || is_same(strict, read)));
	if (value && rest.n == 0)
		must(strict && is_same(strict, value));
	json_decref(strict);
	json_decref(read);
	json_decref(value);
}

static bool
is_ascii(struct span text)
{
	for (size_t i = 0; i < text.n; i++)
		if ((unsigned char)text.p[i] > 127)
			return false;
	return true;
}

/* Beside libsodium's reader of the same alphabet, which takes some bytes beyond ASCII for letters.
 */
static void
read_letters(struct span text)
{
	unsigned char *bytes = calloc(text.n + 1, 1);
	unsigned char *others = calloc(text.n + 1, 1);
	size_t n;
	size_t m;

	if (bytes && others) {
		bool is_read = b64url_read(text, bytes, text.n, &n);
		bool is_other = is_ascii(text) &&
				sodium_base642bin(others, text.n, text.p, text.n, NULL, &m, NULL,
						  sodium_base64_VARIANT_URLSAFE_NO_PADDING) == 0;

		must(is_read == is_other && n == (is_other ? m : 0));
		must(!is_read || memcmp(bytes, others, n) == 0);
		must(b64url_read(text, others, n, &m) == is_read);
	}
	free(bytes);
	free(others);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	read_json(span_make(data, size));
	read_letters(span_make(data, size));
	return 0;
}
