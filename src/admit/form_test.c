#include "admit/erasure.h"
#include "admit/form.h"
#include "admit/kit_test.h"

static struct kid
own_key(void)
{
	struct kid kid;

	(void)jws_kid_read(SPAN("a/makhmour#1"), &kid);
	return kid;
}

static void
whole_tokens_have_a_form(void **state)
{
	struct kit kit;
	struct record record;
	struct out text = out_new(LIMIT_JWT), disclosures = out_new(LIMIT_SD_JWT);
	struct kid own = own_key(), other = own;
	struct present_terms terms = kit_terms();
	struct receipt receipt = {.counter = 1, .at_ms = KIT_NOW_MS};
	struct erasure erasure = {.at_ms = KIT_NOW_MS};

	(void)state;
	kit_open(&kit);
	kit_incident(&kit, &record);
	other.number = 2;
	assert_int_equal(issue_record(&record, 1, &kit.random, kit.arena, &text, &disclosures),
			 ERR_OK);
	assert_int_equal(form_of(out_view(&text), &own), FORM_RECORD);
	assert_int_equal(form_of(out_view(&text), &other), FORM_NONE);
	kit_sign(&text, &kit.record[0].secret);
	assert_int_equal(form_of(out_view(&text), &own), FORM_NONE);
	out_reset(&text);
	present_binding(&text, SPAN("x~"), &terms);
	assert_int_equal(form_of(out_view(&text), &other), FORM_BINDING);
	assert_int_equal(form_of(out_view(&text), &own), FORM_NONE);
	out_reset(&text);
	receipt.kid = own;
	(void)station_read(SPAN("b/dibis"), &receipt.to);
	erasure.kid = own;
	erasure.to = receipt.to;
	receipt_write(&text, &receipt);
	assert_int_equal(form_of(out_view(&text), &own), FORM_RECEIPT);
	out_reset(&text);
	erasure_write(&text, &erasure);
	assert_int_equal(form_of(out_view(&text), &own), FORM_ERASURE);
	assert_true(station_read(SPAN("b/dibis"), &other.station));
	assert_int_equal(form_of(out_view(&text), &other), FORM_NONE);
	out_free(&text);
	out_free(&disclosures);
	kit_close(&kit);
}

#define D43 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaA"
#define CLEAR                                                                                      \
	"\"iss\":\"a/makhmour\",\"v\":1,\"exercise\":true,\"iat\":86400,"                          \
	"\"cnf\":{\"kid\":\"a/makhmour#1\"}"

/* clang-format off */
static const struct {
	const char *name, *typ, *payload;
	enum form form;
} rows[] = {
	{"record", JWS_TYP_RECORD, "{" CLEAR ",\"_sd\":[\"" D43 "\"],\"_sd_alg\":\"sha-256\"}", FORM_RECORD},
	{"no digests", JWS_TYP_RECORD, "{" CLEAR ",\"_sd\":[],\"_sd_alg\":\"sha-256\"}", FORM_RECORD},
	{"without _sd", JWS_TYP_RECORD, "{" CLEAR ",\"_sd_alg\":\"sha-256\"}", FORM_NONE},
	{"digest is a word", JWS_TYP_RECORD, "{" CLEAR ",\"_sd\":[\"fire at will\"],\"_sd_alg\":\"sha-256\"}", FORM_NONE},
	{"digest is a number", JWS_TYP_RECORD, "{" CLEAR ",\"_sd\":[1],\"_sd_alg\":\"sha-256\"}", FORM_NONE},
	{"digests are a text", JWS_TYP_RECORD, "{" CLEAR ",\"_sd\":\"" D43 "\",\"_sd_alg\":\"sha-256\"}", FORM_NONE},
	{"another hash", JWS_TYP_RECORD, "{" CLEAR ",\"_sd\":[],\"_sd_alg\":\"sha-512\"}", FORM_NONE},
	{"no hash named", JWS_TYP_RECORD, "{" CLEAR ",\"_sd\":[]}", FORM_NONE},
	{"a claim more", JWS_TYP_RECORD, "{" CLEAR ",\"_sd\":[],\"_sd_alg\":\"sha-256\",\"admin\":true}", FORM_NONE},
	{"held by another key", JWS_TYP_RECORD, "{\"iss\":\"a/makhmour\",\"v\":1,\"exercise\":true,\"iat\":86400,\"cnf\":{\"kid\":\"a/makhmour#2\"},\"_sd\":[],\"_sd_alg\":\"sha-256\"}", FORM_NONE},
	{"of another station", JWS_TYP_RECORD, "{\"iss\":\"b/dibis\",\"v\":1,\"exercise\":true,\"iat\":86400,\"cnf\":{\"kid\":\"b/dibis#1\"},\"_sd\":[],\"_sd_alg\":\"sha-256\"}", FORM_NONE},
	{"a record under the typ of a receipt", JWS_TYP_RECEIPT, "{" CLEAR ",\"_sd\":[],\"_sd_alg\":\"sha-256\"}", FORM_NONE},
	{"a record under the typ of a binding", JWS_TYP_BINDING, "{" CLEAR ",\"_sd\":[],\"_sd_alg\":\"sha-256\"}", FORM_NONE},
	{"typ of a login", "JWT", "{\"sub\":\"admin\"}", FORM_NONE},
	{"binding is a list", JWS_TYP_BINDING, "[]", FORM_NONE},
	{"receipt is a list", JWS_TYP_RECEIPT, "[]", FORM_NONE},
	{"erasure is a list", JWS_TYP_ERASURE, "[]", FORM_NONE},
	{"a receipt under the typ of an erasure", JWS_TYP_ERASURE, "{\"iss\":\"a/makhmour\"}", FORM_NONE},
	{"no object", JWS_TYP_RECORD, "[]", FORM_NONE},
	{"no JSON", JWS_TYP_RECORD, "{", FORM_NONE},
};
/* clang-format on */

static void
a_row_per_form(void **state)
{
	struct kid own = own_key();

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct out text = out_new(LIMIT_JWT);

		jws_write(&text, rows[i].typ, &own, span_of(rows[i].payload));
		if (form_of(out_view(&text), &own) != rows[i].form)
			fail_msg("%s", rows[i].name);
		out_free(&text);
	}
}

static void
anything_else_has_none(void **state)
{
	static const char *const texts[] = {
	    "", "e30", "e30.e30", "e30.e30.AA", "cosignature/v1\n", "seam members 1\n"};
	struct kid own = own_key();
	struct out text = out_new(1 << 20);

	(void)state;
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		assert_int_equal(form_of(span_of(texts[i]), &own), FORM_NONE);
	for (unsigned i = 0; i <= LIMIT_JWT; i++)
		out_char(&text, 'A');
	assert_int_equal(form_of(out_view(&text), &own), FORM_NONE);
	assert_false(form_is_checkpoint(out_view(&text), SPAN("seam/a/makhmour/log/1")));
	assert_false(form_is_cosignature((struct span){NULL, 0}, SPAN("")));
	assert_false(form_is_checkpoint((struct span){NULL, 0}, SPAN("")));
	out_free(&text);
}

#define ORIGIN "seam/a/makhmour/log/1"
#define ROOT   "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="

static const struct {
	const char *text;
	bool is_checkpoint, is_cosignature;
} texts[] = {
    {ORIGIN "\n5\n" ROOT "\n", true, false},
    {ORIGIN "\n0\n" ROOT "\n", true, false},
    {ORIGIN "\n05\n" ROOT "\n", false, false},
    {ORIGIN "\n-5\n" ROOT "\n", false, false},
    {ORIGIN "\n\n" ROOT "\n", false, false},
    {ORIGIN "\n5\n" ROOT, false, false},
    {ORIGIN "\n5\n" ROOT "\nextension\n", false, false},
    {ORIGIN "\n5\nAAAA\n", false, false},
    {ORIGIN "\n5\n", false, false},
    {ORIGIN "\n5", false, false},
    {ORIGIN, false, false},
    {"\n5\n" ROOT "\n", false, false},
    {"", false, false},
    {ORIGIN "\n-0\n" ROOT "\n", false, false},
    {ORIGIN "\n5\n!!!!\n", false, false},
    {ORIGIN "\r\n5\n" ROOT "\n", false, false},
    {ORIGIN "\n5x\n" ROOT "\n", false, false},
    {"cosignature/v1", false, false},
    {"cosignature/v1\ntime x\nseam/b/dibis/log/1\n5\n" ROOT "\n", false, false},
    {"seam/b/dibis/log/1\n5\n" ROOT "\n", false, false},
    {"cosignature/v1\ntime 1700000000\nseam/b/dibis/log/1\n5\n" ROOT "\n", false, true},
    {"cosignature/v1\ntime 1700000000\n" ORIGIN "\n5\n" ROOT "\n", false, false},
    {"cosignature/v1\ntime 0\nseam/b/dibis/log/1\n5\n" ROOT "\n", false, false},
    {"cosignature/v1\ntime 017\nseam/b/dibis/log/1\n5\n" ROOT "\n", false, false},
    {"cosignature/v1\nseam/b/dibis/log/1\n5\n" ROOT "\n", false, false},
    {"cosignature/v1\n", false, false},
    {"cosignature/v2\ntime 1\nseam/b/dibis/log/1\n5\n" ROOT "\n", false, false},
    {"cosignature/v1\ntime 1\nseam/b/dibis/log/1\n5\n" ROOT "\n\n", false, false},
};

static void
heads_have_three_lines(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		struct span text = span_of(texts[i].text);

		if (form_is_checkpoint(text, SPAN(ORIGIN)) != texts[i].is_checkpoint ||
		    form_is_cosignature(text, SPAN(ORIGIN)) != texts[i].is_cosignature)
			fail_msg("%s", texts[i].text);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(whole_tokens_have_a_form),
	    cmocka_unit_test(a_row_per_form),
	    cmocka_unit_test(anything_else_has_none),
	    cmocka_unit_test(heads_have_three_lines),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
