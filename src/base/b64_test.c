#include "base/b64.h"

#include <setjmp.h>
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

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(texts_are_judged),
	    cmocka_unit_test(there_is_one_text),
	    cmocka_unit_test(all_lengths_come_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
