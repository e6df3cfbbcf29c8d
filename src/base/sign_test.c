#include "base/sign.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static void
from_hex(const char *hex, unsigned char *dst, size_t n)
{
	static const char digits[] = "0123456789abcdef";

	assert_int_equal(strlen(hex), 2 * n);
	for (size_t i = 0; i < n; i++)
		dst[i] = (unsigned char)((strchr(digits, hex[2 * i]) - digits) << 4 |
					 (strchr(digits, hex[2 * i + 1]) - digits));
}

/* RFC 8032 section 7.1, tests 1 to 3. */
static void
known_answers(void **state)
{
	static const struct {
		const char *seed, *public, *signature;
		const char *message;
		size_t n;
	} rows[] = {
	    {"9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
	     "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
	     "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e3"
	     "9"
	     "701cf9b46bd25bf5f0595bbe24655141438e7a100b",
	     "", 0},
	    {"4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
	     "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
	     "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3"
	     "6"
	     "13d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
	     "\x72", 1},
	    {"c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
	     "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
	     "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f"
	     "7"
	     "60984dc6594a7c15e9716ed28dc027beceea1ec40a",
	     "\xaf\x82", 2},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct span message = span_make(rows[i].message, rows[i].n);
		unsigned char seed[SIGN_SEED_SIZE];
		struct sign_public public, expected;
		struct sign_secret secret;
		struct signature signature, known;

		from_hex(rows[i].seed, seed, sizeof seed);
		from_hex(rows[i].public, expected.b, sizeof expected.b);
		from_hex(rows[i].signature, known.b, sizeof known.b);
		sign_from_seed(seed, &public, &secret);
		assert_memory_equal(public.b, expected.b, sizeof public.b);
		sign_make(&secret, message, &signature);
		assert_memory_equal(signature.b, known.b, sizeof known.b);
		assert_true(sign_holds(&public, message, &signature));
	}
}

static void
one_bit_breaks_it(void **state)
{
	struct sign_public public;
	struct sign_secret secret;
	struct signature signature;

	(void)state;
	sign_keypair(&public, &secret);
	sign_make(&secret, SPAN("what was said"), &signature);
	assert_true(sign_public_is_sound(&public));
	assert_true(sign_holds(&public, SPAN("what was said"), &signature));
	assert_false(sign_holds(&public, SPAN("what was sait"), &signature));
	for (size_t bit = 0; bit < SIGN_SIZE * 8; bit++) {
		signature.b[bit / 8] ^= (unsigned char)(1 << bit % 8);
		assert_false(sign_holds(&public, SPAN("what was said"), &signature));
		signature.b[bit / 8] ^= (unsigned char)(1 << bit % 8);
	}
}

/* Points of small order, and a number that is no canonical point. */
static void
weak_keys_are_refused(void **state)
{
	static const char *const rows[] = {
	    "0000000000000000000000000000000000000000000000000000000000000000",
	    "0100000000000000000000000000000000000000000000000000000000000000",
	    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
	    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
	    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
	    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
	    "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct sign_public public;

		from_hex(rows[i], public.b, sizeof public.b);
		if (sign_public_is_sound(&public))
			fail_msg("%s", rows[i]);
	}
}

/* No piece of a stream comes again, in it or in the next. */
static void
streams_are_their_own(void **state)
{
	unsigned char one[512];
	unsigned char other[512];
	unsigned char none[64] = {0};

	(void)state;
	sign_stream(one, sizeof one);
	sign_stream(other, sizeof other);
	for (size_t i = 0; i < sizeof one; i += sizeof none) {
		assert_memory_not_equal(one + i, none, sizeof none);
		for (size_t k = 0; k < sizeof one; k += sizeof none) {
			assert_memory_not_equal(one + i, other + k, sizeof none);
			if (i != k)
				assert_memory_not_equal(one + i, one + k, sizeof none);
		}
	}
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
	    cmocka_unit_test(known_answers),
	    cmocka_unit_test(one_bit_breaks_it),
	    cmocka_unit_test(weak_keys_are_refused),
	    cmocka_unit_test(streams_are_their_own),
	};

	return cmocka_run_group_tests(tests, start, NULL);
}
