/* A receipt: written, read back, and refused when a claim, a key or a bit is another. */
#include "admit/receipt.h"

#include "admit/word_test.h"

_Static_assert((int)RECEIPT_MAX == (int)WORD_MAX, "the longest");

static struct receipt
sample(unsigned number)
{
	struct receipt receipt = {.counter = 12, .kid = word_kid(number), .at_ms = KIT_NOW_MS};

	(void)station_read(SPAN("a/makhmour"), &receipt.to);
	receipt.delivery = hash_of(SPAN("delivery"));
	receipt.id = hash_of(SPAN("record"));
	return receipt;
}

static void
write_sample(struct out *text, unsigned number)
{
	struct receipt receipt = sample(number);

	receipt_write(text, &receipt);
}

static enum why
read_sample(struct span text, const struct keyring *keyring, bool *is_revoked)
{
	static const struct receipt none;
	struct receipt good = sample(1), read = good;
	enum why why = receipt_read(text, keyring, &read, is_revoked).why;

	assert_memory_equal(&read, why == WHY_NONE ? &good : &none, sizeof read);
	return why;
}

static const struct word_form form = {JWS_TYP_RECEIPT, write_sample, read_sample};

static const struct word_row rows[] = {
    {"iss of another", "b/dibis", "c/erbil", WHY_BAD_ISSUER},
    {"iss is no text", "\"b/dibis\"", "7", WHY_BAD_ISSUER},
    {"aud is a party", "\"a/makhmour\"", "\"a\"", WHY_BAD_VALUE},
    {"aud is no text", "\"a/makhmour\"", "1", WHY_BAD_VALUE},
    {"no aud", "\"aud\"", "\"to\"", WHY_MISSING_CLAIM},
    {"a claim more", "{", "{\"exp\":1,", WHY_UNKNOWN_CLAIM},
    {"delivery is no hash", "\"delivery\":\"", "\"delivery\":\"A", WHY_BAD_VALUE},
    {"id is no hash", "\"id\":\"", "\"id\":\"A", WHY_BAD_VALUE},
    {"nonce too short", "0000000000000012", "12", WHY_BAD_VALUE},
    {"nonce zero", "0000000000000012", "0000000000000000", WHY_BAD_VALUE},
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
the_log_takes_its_hash(void **state)
{
	struct hash hash = receipt_hash(SPAN("a.b.c"));
	struct hash same = hash_of(SPAN("a.b.c"));

	(void)state;
	assert_true(hash_equal(&hash, &same));
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
	    cmocka_unit_test(the_log_takes_its_hash),
	    cmocka_unit_test(a_row_per_claim),
	    cmocka_unit_test(forged_ones_are_refused),
	    cmocka_unit_test(a_full_writer_says_so),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
