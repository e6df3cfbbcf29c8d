/* The word that an erasure was carried out: as a receipt is tried. */
#include "admit/erasure.h"

#include "admit/word_test.h"

_Static_assert((int)ERASURE_MAX == (int)WORD_MAX, "the longest");

static struct erasure
sample(unsigned number)
{
	struct erasure erasure = {.kid = word_kid(number), .at_ms = KIT_NOW_MS};

	(void)station_read(SPAN("a/makhmour"), &erasure.to);
	erasure.erasure = hash_of(SPAN("erasure"));
	erasure.id = hash_of(SPAN("record"));
	return erasure;
}

static void
write_sample(struct out *text, unsigned number)
{
	struct erasure erasure = sample(number);

	erasure_write(text, &erasure);
}

static enum why
read_sample(struct span text, const struct keyring *keyring, bool *is_revoked)
{
	static const struct erasure none;
	struct erasure good = sample(1), read = good;
	enum why why = erasure_read(text, keyring, &read, is_revoked).why;

	assert_memory_equal(&read, why == WHY_NONE ? &good : &none, sizeof read);
	return why;
}

static const struct word_form form = {JWS_TYP_ERASURE, write_sample, read_sample};

static const struct word_row rows[] = {
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
reads_back(void **state)
{
	(void)state;
	word_reads_back(&form);
}

static void
a_row_per_claim(void **state)
{
	(void)state;
	word_rows_are_refused(&form, rows, sizeof rows / sizeof *rows);
}

static void
forged_ones_are_refused(void **state)
{
	(void)state;
	word_forged_is_refused(&form);
}

static void
a_full_writer_says_so(void **state)
{
	(void)state;
	word_writer_is_bounded(&form);
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
