#include "admit/kit_test.h"

#include <sodium.h>

/*
 * Which signatures hold (RFC 8032): where verifiers of the world disagree, libsodium's answer is
 * pinned here.  The cases are those of "Taming the many EdDSAs" (Chalkias, Garillot, Nikolaenko)
 * and C2SP/CCTV: small order, mixed order, S beyond the group order, encodings that are not the
 * canonical ones.
 */
enum { L_SIZE = 32 };

static const unsigned char group_order[L_SIZE] = {
    0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14,
    0,    0,    0,    0,    0,    0,    0,    0,    0,    0,    0,    0,    0,    0,    0,    0x10};

static void
from_hex(const char *hex, unsigned char *to, size_t n)
{
	size_t got;

	assert_int_equal(sodium_hex2bin(to, n, hex, strlen(hex), NULL, &got, NULL), 0);
	assert_int_equal(got, n);
}

static void
vectors_of_the_rfc_hold(void **state)
{
	static const struct {
		const char *seed, *public, *message, *signature;
	} rows[] = {
	    {"9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
	     "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
	     "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e3"
	     "97"
	     "01cf9b46bd25bf5f0595bbe24655141438e7a100b"},
	    {"4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
	     "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
	     "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3"
	     "61"
	     "3d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		unsigned char seed[SIGN_SEED_SIZE];
		unsigned char message[4] = {0};
		struct sign_public public;
		struct sign_secret secret;
		struct signature signature, made;
		struct span text = span_make(message, strlen(rows[i].message) / 2);

		from_hex(rows[i].seed, seed, sizeof seed);
		from_hex(rows[i].message, message, text.n);
		from_hex(rows[i].signature, signature.b, SIGN_SIZE);
		sign_from_seed(seed, &public, &secret);
		sign_make(&secret, text, &made);
		assert_memory_equal(made.b, signature.b, SIGN_SIZE);
		assert_true(sign_holds(&public, text, &signature));
		from_hex(rows[i].public, seed, sizeof seed);
		assert_memory_equal(seed, public.b, SIGN_PUBLIC_SIZE);
	}
}

/* S + L signs the same for a verifier that does not compare S with L. */
static void
large_s_is_refused(void **state)
{
	struct kit_pair pair;
	struct signature signature;
	unsigned carry = 0;

	(void)state;
	kit_pair(&pair, 9, 9);
	sign_make(&pair.secret, SPAN("m"), &signature);
	assert_true(sign_holds(&pair.public, SPAN("m"), &signature));
	for (size_t i = 0; i < L_SIZE; i++) {
		carry += (unsigned)signature.b[32 + i] + group_order[i];
		signature.b[32 + i] = (unsigned char)carry;
		carry >>= 8;
	}
	assert_int_equal(carry, 0);
	assert_false(sign_holds(&pair.public, SPAN("m"), &signature));
}

/* Points of order 1, 2, 4 and 8 and encodings that are not canonical: no key, no R. */
static const char *const small_points[] = {
    "0000000000000000000000000000000000000000000000000000000000000000",
    "0000000000000000000000000000000000000000000000000000000000000080",
    "0100000000000000000000000000000000000000000000000000000000000000",
    "0100000000000000000000000000000000000000000000000000000000000080",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
};

static void
small_keys_sign_nothing(void **state)
{
	unsigned char scalar[32] = {7};

	(void)state;
	for (size_t i = 0; i < sizeof small_points / sizeof *small_points; i++) {
		struct sign_public public;
		struct signature signature = {{0}};

		from_hex(small_points[i], public.b, SIGN_PUBLIC_SIZE);
		assert_false(sign_public_is_sound(&public));
		/* R = [S]B: under the identity as key this would hold for every message */
		memcpy(signature.b + 32, scalar, 32);
		assert_int_equal(crypto_scalarmult_ed25519_base_noclamp(signature.b, scalar), 0);
		for (unsigned char m = 0; m < 16; m++)
			assert_false(sign_holds(&public, span_make(&m, 1), &signature));
	}
}

/* h = H(R, A, M) mod L */
static void
challenge(unsigned char h[32], const unsigned char *r, const unsigned char *a, struct span message)
{
	crypto_hash_sha512_state run;
	unsigned char wide[64];

	crypto_hash_sha512_init(&run);
	crypto_hash_sha512_update(&run, r, 32);
	crypto_hash_sha512_update(&run, a, 32);
	crypto_hash_sha512_update(&run, (const unsigned char *)message.p, message.n);
	crypto_hash_sha512_final(&run, wide);
	crypto_core_ed25519_scalar_reduce(h, wide);
}

/* R is the identity and S = h a: S B = R + h A holds, yet R is of small order. */
static void
small_r_is_refused(void **state)
{
	unsigned char a[32] = {5};
	unsigned char h[32];
	struct sign_public public;
	struct signature signature = {{1}};

	(void)state;
	assert_int_equal(crypto_scalarmult_ed25519_base_noclamp(public.b, a), 0);
	assert_true(sign_public_is_sound(&public));
	challenge(h, signature.b, public.b, SPAN("m"));
	crypto_core_ed25519_scalar_mul(signature.b + 32, h, a);
	assert_false(sign_holds(&public, SPAN("m"), &signature));
}

/* A key with a part of order 8: verifiers that multiply by the cofactor take every signature of it,
 * libsodium those whose h is a multiple of 8.  It is no key for us: enrolment refuses it. */
static void
mixed_keys_are_not_enrolled(void **state)
{
	unsigned char a[32] = {5}, r[32] = {9}, torsion[32], h[32];
	struct sign_public whole, public;
	struct signature signature;
	unsigned held = 0, refused = 0;

	(void)state;
	from_hex(small_points[10], torsion, sizeof torsion);
	assert_int_equal(crypto_scalarmult_ed25519_base_noclamp(whole.b, a), 0);
	assert_int_equal(crypto_core_ed25519_add(public.b, whole.b, torsion), 0);
	assert_false(sign_public_is_sound(&public));
	assert_int_equal(crypto_scalarmult_ed25519_base_noclamp(signature.b, r), 0);
	for (unsigned char m = 0; m < 64; m++) {
		unsigned char product[32];

		challenge(h, signature.b, public.b, span_make(&m, 1));
		crypto_core_ed25519_scalar_mul(product, h, a);
		crypto_core_ed25519_scalar_add(signature.b + 32, product, r);
		if (sign_holds(&public, span_make(&m, 1), &signature))
			held++;
		else
			refused++;
		assert_int_equal(sign_holds(&public, span_make(&m, 1), &signature), h[0] % 8 == 0);
	}
	assert_true(held > 0 && refused > held);
}

static void
kids_have_one_spelling(void **state)
{
	static const struct {
		const char *text;
		bool is_fine;
	} rows[] = {
	    {"a/makhmour#1", true},
	    {"a/makhmour#9999", true},
	    {"a/makhmour#10000", false},
	    {"a/makhmour#0", false},
	    {"a/makhmour#01", false},
	    {"a/makhmour#-1", false},
	    {"a/makhmour#", false},
	    {"a/makhmour", false},
	    {"#1", false},
	    {"a#1", false},
	    {"A/makhmour#1", false},
	    {"a/makhmour#1#2", false},
	    {"a/makhmour#1 ", false},
	    {"", false},
	};

	struct kid none;
	struct jws jws;

	(void)state;
	assert_false(jws_kid_read((struct span){NULL, 0}, &none));
	assert_int_equal(jws_read((struct span){NULL, 0}, JWS_TYP_RECORD, NULL, &jws),
			 WHY_BAD_FORM);
	assert_int_equal(jws_read_unsigned((struct span){NULL, 0}, JWS_TYP_RECORD, NULL, &jws),
			 WHY_BAD_FORM);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct kid kid;
		char text[JWS_KID_TEXT];

		if (jws_kid_read(span_of(rows[i].text), &kid) != rows[i].is_fine)
			fail_msg("%s", rows[i].text);
		if (!rows[i].is_fine)
			continue;
		jws_kid_text(text, &kid);
		assert_string_equal(text, rows[i].text);
	}
}

static void
what_is_written_reads_back(void **state)
{
	struct kit_pair pair;
	struct kid kid = {.number = 3};
	struct arena *arena = arena_new(65536);
	struct out text = out_new(4096);
	struct jws jws;

	(void)state;
	kit_pair(&pair, 9, 9);
	assert_true(station_read(SPAN("a/makhmour"), &kid.station));
	jws_write(&text, JWS_TYP_RECEIPT, &kid, SPAN("{\"x\":1}"));
	assert_int_equal(jws_read_unsigned(out_view(&text), JWS_TYP_RECEIPT, arena, &jws),
			 WHY_NONE);
	assert_int_equal(jws_read(out_view(&text), JWS_TYP_RECEIPT, arena, &jws), WHY_BAD_FORM);
	kit_sign(&text, &pair.secret);
	assert_int_equal(jws_read(out_view(&text), JWS_TYP_RECEIPT, arena, &jws), WHY_NONE);
	assert_true(jws_holds(&jws, &pair.public));
	assert_true(span_is(jws.payload, "{\"x\":1}"));
	assert_int_equal(jws.kid.number, 3);
	jws.signature.b[0] ^= 1;
	assert_false(jws_holds(&jws, &pair.public));
	arena_free(arena);
	arena = arena_new(1);
	assert_int_equal(jws_read(out_view(&text), JWS_TYP_RECEIPT, arena, &jws), WHY_NO_MEMORY);
	text.p[text.n - 1] = '_';
	assert_int_equal(jws_read(span_make(text.p, text.n - 1), JWS_TYP_RECEIPT, arena, &jws),
			 WHY_NO_MEMORY);
	arena_free(arena);
	out_free(&text);
}

static void
forms_are_judged(void **state)
{
	struct arena *arena = arena_new(1 << 20);
	struct out text = out_new(1 << 20);
	struct kid kid = {.number = 3};
	struct jws jws;

	(void)state;
	assert_true(station_read(SPAN("a/makhmour"), &kid.station));
	jws_write(&text, JWS_TYP_RECEIPT, &kid, SPAN("{}"));
	out_text(&text, ".");
	for (unsigned i = 0; i < 85; i++)
		out_char(&text, 'A');
	assert_int_equal(jws_read(out_view(&text), JWS_TYP_RECEIPT, arena, &jws),
			 WHY_BAD_SIGNATURE);
	out_char(&text, 'B'); /* spare bits set */
	assert_int_equal(jws_read(out_view(&text), JWS_TYP_RECEIPT, arena, &jws), WHY_BAD_BASE64);
	out_reset(&text);
	for (unsigned i = 0; i <= LIMIT_SD_JWT; i++)
		out_char(&text, 'A');
	assert_int_equal(jws_read_unsigned(out_view(&text), JWS_TYP_RECEIPT, arena, &jws),
			 WHY_TOO_LARGE);
	out_reset(&text);
	jws_write(&text, JWS_TYP_RECEIPT, &kid, SPAN("{}"));
	text.p[text.n - 1] = '+';
	assert_int_equal(jws_read_unsigned(out_view(&text), JWS_TYP_RECEIPT, arena, &jws),
			 WHY_BAD_BASE64);
	out_free(&text);
	arena_free(arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(vectors_of_the_rfc_hold),     cmocka_unit_test(large_s_is_refused),
	    cmocka_unit_test(small_keys_sign_nothing),     cmocka_unit_test(small_r_is_refused),
	    cmocka_unit_test(mixed_keys_are_not_enrolled), cmocka_unit_test(kids_have_one_spelling),
	    cmocka_unit_test(what_is_written_reads_back),  cmocka_unit_test(forms_are_judged),
	};

	if (sign_start() != ERR_OK)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
