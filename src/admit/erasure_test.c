/*
 * The word that an erasure was carried out: written, read back, and refused when a claim, a key or
 * a bit is another.
 */
#include "admit/erasure.h"

#include "admit/kit_test.h"

static struct erasure
sample(void)
{
	struct erasure erasure = {.at_ms = KIT_NOW_MS};

	(void)jws_kid_read(SPAN("b/dibis#1"), &erasure.kid);
	(void)station_read(SPAN("a/makhmour"), &erasure.to);
	erasure.erasure = hash_of(SPAN("erasure"));
	erasure.id = hash_of(SPAN("record"));
	return erasure;
}

static void
change(struct out *text, const char *from, const char *to)
{
	struct out changed = out_new(4096);
	const char *at = strstr(text->p, from);

	assert_non_null(at);
	out_bytes(&changed, text->p, (size_t)(at - text->p));
	out_text(&changed, to);
	out_text(&changed, at + strlen(from));
	out_reset(text);
	out_span(text, out_view(&changed));
	out_free(&changed);
}

static void
reads_back(void **state)
{
	struct kit kit;
	struct erasure erasure = sample(), read;
	struct out text = out_new(ERASURE_MAX);
	bool is_revoked;

	(void)state;
	kit_open(&kit);
	erasure_write(&text, &erasure);
	kit_sign(&text, &kit.record[1].secret);
	assert_int_equal(erasure_read(out_view(&text), kit.keyring, &read, &is_revoked).why,
			 WHY_NONE);
	assert_false(is_revoked);
	assert_memory_equal(&read, &erasure, sizeof read);
	assert_int_equal(
	    kit_revoke(&kit, 1, "seam revoke 1\nkey b/dibis#1\nfrom seam/b/dibis/log/1 3\n"),
	    WHY_NONE);
	assert_int_equal(erasure_read(out_view(&text), kit.keyring, &read, &is_revoked).why,
			 WHY_NONE);
	assert_true(is_revoked);
	out_free(&text);
	kit_close(&kit);
}

static const struct {
	const char *name, *from, *to;
	enum why why;
} rows[] = {
    {"iss of another", "b/dibis", "c/erbil", WHY_BAD_ISSUER},
    {"iss is no text", "\"b/dibis\"", "7", WHY_BAD_ISSUER},
    {"aud is a party", "\"a/makhmour\"", "\"a\"", WHY_BAD_VALUE},
    {"aud is no text", "\"a/makhmour\"", "1", WHY_BAD_VALUE},
    {"no aud", "\"aud\"", "\"to\"", WHY_MISSING_CLAIM},
    {"a claim more", "{", "{\"exp\":1,", WHY_UNKNOWN_CLAIM},
    {"erasure is no hash", "\"erasure\":\"", "\"erasure\":\"A", WHY_BAD_VALUE},
    {"id is no hash", "\"id\":\"", "\"id\":\"A", WHY_BAD_VALUE},
    {"a receipt's claim", "\"erasure\"", "\"delivery\"", WHY_MISSING_CLAIM},
    {"iat is a text", "1809389400", "\"1809389400\"", WHY_BAD_VALUE},
    {"no JSON", "}", "", WHY_NOT_JSON},
    {"an array", "{", "[{", WHY_NOT_JSON},
};

static void
a_row_per_claim(void **state)
{
	struct kit kit;

	(void)state;
	kit_open(&kit);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct erasure erasure = sample();
		struct out text = out_new(ERASURE_MAX);
		struct out payload = out_new(ERASURE_MAX);
		char bytes[ERASURE_MAX];
		struct span rest;
		struct span part;
		bool is_revoked;
		size_t n;
		enum why why;

		erasure_write(&text, &erasure);
		rest = out_view(&text);
		(void)span_split(&rest, '.', &part);
		assert_true(b64url_read(rest, bytes, sizeof bytes, &n));
		out_bytes(&payload, bytes, n);
		change(&payload, rows[i].from, rows[i].to);
		out_reset(&text);
		jws_write(&text, JWS_TYP_ERASURE, &erasure.kid, out_view(&payload));
		kit_sign(&text, &kit.record[1].secret);
		why = erasure_read(out_view(&text), kit.keyring, &erasure, &is_revoked).why;
		if (why != rows[i].why)
			fail_msg("%s: %s", rows[i].name, why_code(why));
		assert_int_equal(erasure.at_ms, 0);
		out_free(&text);
		out_free(&payload);
	}
	kit_close(&kit);
}

/* Somebody else's key, an unknown key, another type, too many bytes, one bit. */
static void
forged_ones_are_refused(void **state)
{
	struct kit kit;
	struct erasure erasure = sample(), read;
	struct out text = out_new(ERASURE_MAX * 2);
	bool is_revoked;

	(void)state;
	kit_open(&kit);
	erasure_write(&text, &erasure);
	kit_sign(&text, &kit.record[2].secret);
	assert_int_equal(erasure_read(out_view(&text), kit.keyring, &read, &is_revoked).why,
			 WHY_BAD_SIGNATURE);
	out_reset(&text);
	erasure.kid.number = 7;
	erasure_write(&text, &erasure);
	kit_sign(&text, &kit.record[1].secret);
	assert_int_equal(erasure_read(out_view(&text), kit.keyring, &read, &is_revoked).why,
			 WHY_UNKNOWN_KEY);
	out_reset(&text);
	erasure.kid.number = 1;
	jws_write(&text, JWS_TYP_BINDING, &erasure.kid, SPAN("{}"));
	kit_sign(&text, &kit.record[1].secret);
	assert_int_equal(erasure_read(out_view(&text), kit.keyring, &read, &is_revoked).why,
			 WHY_BAD_TYP);
	out_reset(&text);
	jws_write(&text, JWS_TYP_ERASURE, &erasure.kid, SPAN("[]"));
	kit_sign(&text, &kit.record[1].secret);
	assert_int_equal(erasure_read(out_view(&text), kit.keyring, &read, &is_revoked).why,
			 WHY_NOT_JSON);
	while (text.n <= ERASURE_MAX)
		out_char(&text, 'A');
	assert_int_equal(erasure_read(out_view(&text), kit.keyring, &read, &is_revoked).why,
			 WHY_TOO_LARGE);
	out_reset(&text);
	erasure_write(&text, &erasure);
	kit_sign(&text, &kit.record[1].secret);
	for (size_t i = 0; i < text.n * 8; i++) {
		text.p[i / 8] = (char)(text.p[i / 8] ^ (1 << i % 8));
		assert_int_not_equal(
		    erasure_read(out_view(&text), kit.keyring, &read, &is_revoked).why, WHY_NONE);
		text.p[i / 8] = (char)(text.p[i / 8] ^ (1 << i % 8));
	}
	out_free(&text);
	kit_close(&kit);
}

static void
a_full_writer_says_so(void **state)
{
	struct erasure erasure = sample();
	struct out text = out_new(16);

	(void)state;
	erasure_write(&text, &erasure);
	assert_int_equal(out_err(&text), ERR_LIMIT);
	out_free(&text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(reads_back),
	    cmocka_unit_test(a_row_per_claim),
	    cmocka_unit_test(forged_ones_are_refused),
	    cmocka_unit_test(a_full_writer_says_so),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
