#include "base/b64.h"

#include <setjmp.h>
#include <sodium.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static const struct {
	const char *text;
	bool is_url, is_plain;
	const char *bytes;
} rows[] = {
    {"", true, true, ""},
    {"Zg", true, false, "f"},
    {"Zg==", false, true, "f"},
    {"Zm8", true, false, "fo"},
    {"Zm8=", false, true, "fo"},
    {"Zm9v", true, true, "foo"},
    {"Zm9vYg", true, false, "foob"},
    {"Zm9vYmE=", false, true, "fooba"},
    {"Zm9vYmFy", true, true, "foobar"},
    {"Z", false, false, ""},
    {"Zh", false, false, ""},
    {"Zh==", false, false, ""},
    {"Zm9", false, false, ""},
    {"Zm9=", false, false, ""},
    {"Z===", false, false, ""},
    {"Zg=", false, false, ""},
    {"Zg=a", false, false, ""},
    {"Zm 9v", false, false, ""},
    {"Zm9\n", false, false, ""},
    {"-_-_", true, false, "\xfb\xff\xbf"},
    {"+/+/", false, true, "\xfb\xff\xbf"},
    {"+_-/", false, false, ""},
    {"Zm9v====", false, false, ""},
    {"\xc3\xa9Zg", false, false, ""},
};

static void
texts_are_judged(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		char bytes[16];
		size_t n;
		struct span text = span_of(rows[i].text);

		if (b64url_read(text, bytes, sizeof bytes, &n) != rows[i].is_url)
			fail_msg("url: %s", rows[i].text);
		assert_int_equal(n, rows[i].is_url ? strlen(rows[i].bytes) : 0);
		if (rows[i].is_url)
			assert_memory_equal(bytes, rows[i].bytes, n);
		if (b64_read(text, bytes, sizeof bytes, &n) != rows[i].is_plain)
			fail_msg("plain: %s", rows[i].text);
		assert_int_equal(n, rows[i].is_plain ? strlen(rows[i].bytes) : 0);
		if (rows[i].is_plain)
			assert_memory_equal(bytes, rows[i].bytes, n);
	}
}

/* Every text of up to three characters is either refused or the one text of its bytes. */
static void
there_is_one_text(void **state)
{
	(void)state;
	for (unsigned code = 0; code < 1u << 16; code++) {
		const unsigned char text[3] = {(unsigned char)(code >> 8), (unsigned char)code,
					       'Q'};
		char bytes[4];
		size_t n;

		for (size_t length = 2; length <= 3; length++) {
			struct out again = out_new(16);

			if (!b64url_read(span_make(text, length), bytes, sizeof bytes, &n))
				continue;
			b64url_write(&again, span_make(bytes, n));
			assert_int_equal(again.n, length);
			assert_memory_equal(again.p, text, length);
			out_free(&again);
		}
	}
}

static void
all_lengths_come_back(void **state)
{
	unsigned char bytes[300];

	(void)state;
	for (size_t i = 0; i < sizeof bytes; i++)
		bytes[i] = (unsigned char)(i * 37 + 11);
	for (size_t n = 0; n <= sizeof bytes; n++) {
		struct out url = out_new(1024), plain = out_new(1024);
		unsigned char again[sizeof bytes];
		size_t got;

		b64url_write(&url, span_make(bytes, n));
		b64_write(&plain, span_make(bytes, n));
		assert_int_equal(url.n, b64url_length(n));
		assert_true(b64url_read(out_view(&url), again, sizeof again, &got) && got == n);
		assert_memory_equal(again, bytes, n);
		assert_true(b64_read(out_view(&plain), again, sizeof again, &got) && got == n);
		assert_memory_equal(again, bytes, n);
		if (n)
			assert_false(b64url_read(out_view(&url), again, n - 1, &got));
		out_free(&url);
		out_free(&plain);
	}
}

static bool
is_ascii(struct span text)
{
	for (size_t i = 0; i < text.n; i++)
		if ((unsigned char)text.p[i] > 127)
			return false;
	return true;
}

/* libsodium reads both alphabets as strictly, but takes some bytes beyond ASCII for letters. */
static void
judge(struct span text, size_t size, bool is_url, unsigned *read, unsigned *refused)
{
	static const int variants[] = {sodium_base64_VARIANT_ORIGINAL,
				       sodium_base64_VARIANT_URLSAFE_NO_PADDING};
	unsigned char bytes[64] = {0};
	unsigned char others[64] = {0};
	size_t n, m = 0;
	bool is_read =
	    is_url ? b64url_read(text, bytes, size, &n) : b64_read(text, bytes, size, &n);
	bool is_other = is_ascii(text) && sodium_base642bin(others, size, text.p, text.n, NULL, &m,
							    NULL, variants[is_url]) == 0;

	if (is_read != is_other || n != (is_other ? m : 0) ||
	    (is_read && memcmp(bytes, others, n) != 0))
		fail_msg("%d %zu %.*s", is_url, size, (int)text.n, text.p);
	*read += is_read;
	*refused += !is_read;
}

static uint32_t
next_random(uint32_t *seed)
{
	*seed = *seed * 1664525u + 1013904223u;
	return *seed >> 8;
}

/* Letters, now and then another byte; the last one often such that its spare bits are zero. */
static void
texts_are_judged_alike(void **state)
{
	static const char alphabets[2][65] = {
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/",
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"};
	unsigned read = 0, refused = 0;
	uint32_t seed = 1;

	(void)state;
	for (unsigned i = 0; i < 100000; i++) {
		bool is_url = i % 2;
		size_t n = next_random(&seed) % 60;
		char letters[64];
		struct span text;

		for (size_t k = 0; k < n; k++)
			letters[k] = next_random(&seed) % 200
					 ? alphabets[is_url][next_random(&seed) % 64]
					 : (char)next_random(&seed);
		if (n && next_random(&seed) % 2)
			letters[n - 1] = "AQgw"[next_random(&seed) % 4];
		while (!is_url && n % 4 && next_random(&seed) % 8)
			letters[n++] = '=';
		text = span_make(letters, n);
		judge(text, sizeof letters, is_url, &read, &refused);
		judge(text, n * 3 / 4 - (n > 3 && next_random(&seed) % 2), is_url, &read, &refused);
	}
	assert_true(read > 10000 && refused > 10000);
}

/* Each byte in each place of a group. */
static void
bytes_are_told_from_letters(void **state)
{
	unsigned read = 0, refused = 0;

	(void)state;
	for (size_t at = 0; at < 16; at++)
		for (unsigned c = 0; c < 256; c++) {
			char letters[8] = {'A', 'b', '9', 'Z', 'A', 'A', 'A', 'A'};

			letters[at % 8] = (char)c;
			judge(span_make(letters, at < 8 ? 8 : 7), 8, true, &read, &refused);
			judge(span_make(letters, 8), 8, false, &read, &refused);
		}
	assert_true(read > 1000 && refused > 1000);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(texts_are_judged),
	    cmocka_unit_test(texts_are_judged_alike),
	    cmocka_unit_test(bytes_are_told_from_letters),
	    cmocka_unit_test(there_is_one_text),
	    cmocka_unit_test(all_lengths_come_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
