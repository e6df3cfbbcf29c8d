#include "base/hash.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

/* FIPS 180-4, examples of NIST; the last one is a million times "a". */
static void
known_answers(void **state)
{
	static const struct {
		const char *text;
		size_t times;
		const char *hex;
	} rows[] = {
	    {"", 1, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
	    {"abc", 1, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
	    {"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", 1,
	     "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
	    {"aaaaaaaaaa", 100000,
	     "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct hash_run *run = hash_run_new();
		struct hash hash;
		char hex[65];

		assert_non_null(run);
		for (size_t n = 0; n < rows[i].times; n++)
			hash_run_add(run, span_of(rows[i].text));
		hash = hash_run_end(run);
		hash_hex(hex, &hash);
		assert_string_equal(hex, rows[i].hex);
		if (rows[i].times == 1) {
			hash = hash_of(span_of(rows[i].text));
			hash_hex(hex, &hash);
			assert_string_equal(hex, rows[i].hex);
		}
		hash_run_free(run);
	}
}

static void
a_prefix_is_a_byte_before(void **state)
{
	struct hash hash = hash_prefixed(0x01, SPAN("ab"), SPAN("c"));
	struct hash same = hash_of(span_make("\1abc", 4));

	(void)state;
	assert_true(hash_equal(&hash, &same));
	hash.b[HASH_SIZE - 1] ^= 1;
	assert_false(hash_equal(&hash, &same));
}

static void
prefixes_are_hashed_each(void **state)
{
	char bytes[200];
	const size_t ends[] = {0, 1, 63, 64, 64, 65, 130, sizeof bytes};
	struct hash hashes[sizeof ends / sizeof *ends];

	(void)state;
	for (size_t i = 0; i < sizeof bytes; i++)
		bytes[i] = (char)(i * 7);
	hash_prefixes(span_make(bytes, sizeof bytes), ends, sizeof ends / sizeof *ends, hashes);
	for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
		struct hash one = hash_of(span_make(bytes, ends[i]));

		assert_true(hash_equal(&one, &hashes[i]));
	}
}

static void
one_text_for_one_hash(void **state)
{
	struct hash hash = hash_of(SPAN("abc"));
	struct hash again;
	char text[HASH_TEXT_SIZE];

	(void)state;
	hash_text(text, &hash);
	assert_string_equal(text, "ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0");
	assert_true(hash_read(span_of(text), &again));
	assert_true(hash_equal(&hash, &again));
	text[42] = '1'; /* spare bits are set */
	assert_false(hash_read(span_of(text), &again));
	assert_false(hash_read(span_make(text, 42), &again));
	assert_false(hash_read(SPAN(""), &again));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(known_answers),
	    cmocka_unit_test(a_prefix_is_a_byte_before),
	    cmocka_unit_test(prefixes_are_hashed_each),
	    cmocka_unit_test(one_text_for_one_hash),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
