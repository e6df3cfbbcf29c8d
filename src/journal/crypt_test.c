#include "journal/crypt.h"

#include "base/sign.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static const struct crypt_key key = {{1, 2, 3}};

static void
it_opens_where_it_belongs(void **state)
{
	static const char *const texts[] = {"", "x",
					    "a longer text, with more than one block of it"};
	struct hash id = hash_of(SPAN("record"));

	(void)state;
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
		struct out sealed = out_new(1000), again = out_new(1000), plain = out_new(1000);

		crypt_seal(&sealed, &key, SPAN("sent b 12"), &id, span_of(texts[i]));
		crypt_seal(&again, &key, SPAN("sent b 12"), &id, span_of(texts[i]));
		assert_int_equal(sealed.n, CRYPT_OVERHEAD + strlen(texts[i]));
		assert_false(span_equal(out_view(&sealed), out_view(&again))); /* fresh nonce */
		assert_int_equal(
		    crypt_open(&plain, &key, SPAN("sent b 12"), &id, out_view(&sealed)), ERR_OK);
		assert_true(span_is(out_view(&plain), texts[i]));
		out_free(&sealed);
		out_free(&again);
		out_free(&plain);
	}
}

static void
nowhere_else(void **state)
{
	struct hash id = hash_of(SPAN("record")), other = hash_of(SPAN("another"));
	struct crypt_key wrong = key;
	struct out sealed = out_new(1000), plain = out_new(1000);

	(void)state;
	wrong.b[31] ^= 1;
	crypt_seal(&sealed, &key, SPAN("sent b 12"), &id, SPAN("text"));
	assert_int_equal(crypt_open(&plain, &key, SPAN("sent b 13"), &id, out_view(&sealed)),
			 ERR_KEY);
	assert_int_equal(crypt_open(&plain, &key, SPAN("sent b 12"), &other, out_view(&sealed)),
			 ERR_KEY);
	assert_int_equal(crypt_open(&plain, &wrong, SPAN("sent b 12"), &id, out_view(&sealed)),
			 ERR_KEY);
	for (size_t n = 0; n < sealed.n; n++) {
		sealed.p[n] ^= 1;
		assert_int_equal(
		    crypt_open(&plain, &key, SPAN("sent b 12"), &id, out_view(&sealed)), ERR_KEY);
		sealed.p[n] ^= 1;
		assert_int_equal(
		    crypt_open(&plain, &key, SPAN("sent b 12"), &id, span_make(sealed.p, n)),
		    ERR_KEY);
	}
	assert_int_equal(plain.n, 0);
	out_free(&sealed);
	out_free(&plain);
}

static int
start(void **state)
{
	(void)state;
	return sign_start() == ERR_OK ? 0 : -1;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(it_opens_where_it_belongs),
	    cmocka_unit_test(nowhere_else),
	};

	return cmocka_run_group_tests(tests, start, NULL);
}
