#include "admit/plain.h"

#include "admit/sdjwt.h"
#include "admit/texts_test.h"
#include "base/b64.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum {
	TEXTS_TRIED = 200000,
	TEXT_MAX = 65536,
	MANY = TEXTS_TRIED / 10,
	DRAFT_MAX = 3,
	ARENA = 4 * 1024 * 1024
};

/* clang-format off */
static const struct {
	const char *text;
	bool is_plain; /* taken whole, without the strict reader */
} rows[] = {
    {"1", true},
    {"-1", true},
    {"0", true},
    {"-0", false},
    {"01", false},
    {"-", false},
    {"999999999999999", true},
    {"-999999999999999", true},
    {"1000000000000000", false},
    {"1.0", false},
    {"1e1", false},
    {"true", true},
    {"false", true},
    {"null", true},
    {"nul", false},
    {"truely", false},
    {"\"\"", true},
    {"\"a\x7f\"", true},
    {"\"\xda\xa9\xf0\x9f\x98\x80\"", true},
    {"\"\xc0\x80\"", false},
    {"\"\xed\xa0\x80\"", false},
    {"\"\xff\"", false},
    {"\"\\n\"", false},
    {"\"\t\"", false},
    {"\"a", false},
    {"\"", false},
    {"", false},
    {" 1", false},
    {"1 ", false},
    {"[]", true},
    {"{}", true},
    {"[1,\"a\",[],{}]", true},
    {"[1,]", false},
    {"[,1]", false},
    {"[1 2]", false},
    {"[1\"a\"]", false},
    {"[1}", false},
    {"[1", false},
    {"[1]]", false},
    {"{\"a\":1,\"b\":{\"a\":2}}", true},
    {"{\"a\":1,\"a\":2}", false},
    {"{\"\":1}", true},
    {"{\"a\":1,}", false},
    {"{\"a\",1}", false},
    {"{\"a\":}", false},
    {"{\"a\"}", false},
    {"{1:1}", false},
    {"{\"a\":1]", false},
    {"[[[[1]]]]", true},
    {"[[[[[1]]]]]", false},
};
/* clang-format on */

static bool
is_same(json_t *a, json_t *b)
{
	char *text = a ? json_dumps(a, JSON_ENCODE_ANY) : NULL;
	char *other = b ? json_dumps(b, JSON_ENCODE_ANY) : NULL;
	bool is = (!text && !other) || (text && other && strcmp(text, other) == 0);

	free(text);
	free(other);
	return is && (!a || json_equal(a, b));
}

/* Both readers say the same of it; whether it was plain, and whether it is JSON at all. */
static void
judge(struct span text, bool *is_plain, bool *is_read)
{
	struct span rest = text;
	json_t *strict = json_read_strict(text);
	json_t *read = plain_read(text);
	json_t *value = plain_value(&rest);

	*is_plain = value && rest.n == 0;
	*is_read = strict != NULL;
	if (!is_same(strict, read) || (*is_plain && !is_same(strict, value)))
		fail_msg("%.*s", (int)text.n, text.p);
	json_decref(strict);
	json_decref(read);
	json_decref(value);
}

static void
rows_are_judged(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		bool is_plain;
		bool is_read;

		judge(span_of(rows[i].text), &is_plain, &is_read);
		if (is_plain != rows[i].is_plain)
			fail_msg("%s", rows[i].text);
	}
	assert_null(plain_read(SPAN("\"\0\"")));
	assert_null(plain_read((struct span){NULL, 0}));
}

static void
texts_are_read_alike(void **state)
{
	struct out whole = out_new(TEXT_MAX), text = out_new(TEXT_MAX);
	unsigned seed = 1, plain = 0, other = 0, refused = 0;

	(void)state;
	for (unsigned i = 0; i < TEXTS_TRIED; i++) {
		bool is_plain;
		bool is_read;

		out_reset(&whole);
		out_reset(&text);
		texts_value(&whole, &seed, 0);
		texts_spoil(&text, &seed, out_view(&whole));
		judge(out_view(&text), &is_plain, &is_read);
		plain += is_plain;
		other += is_read && !is_plain;
		refused += !is_read;
	}
	/* Each of the three ways was gone often enough to say something. */
	assert_true(plain > MANY && other > MANY / 10 && refused > MANY);
	out_free(&whole);
	out_free(&text);
}

static void
parts_are_taken_from_the_front(void **state)
{
	struct span rest = SPAN("\"a\",[1]]x");
	struct span text;
	json_t *value;

	(void)state;
	assert_true(plain_text(&rest, &text) && span_is(text, "a"));
	assert_false(plain_text(&rest, &text));
	assert_null(text.p);
	assert_true(plain_mark(&rest, ',') && !plain_mark(&rest, ','));
	value = plain_value(&rest);
	assert_int_equal(json_array_size(value), 1);
	json_decref(value);
	assert_true(span_is(rest, "]x"));
}

/* Disclosures in the open, then as a token that has all of them, or under another. */
struct draft {
	struct out json[DRAFT_MAX];
	size_t n;
	bool is_nested;
};

/* Hides them, each with `before` in front of its JSON. */
static enum why
open_draft(const struct draft *draft, const char *before, struct arena *arena, struct sdjwt *sdjwt)
{
	struct out digests = out_new(LIMIT_SD_JWT), disclosures = out_new(LIMIT_SD_JWT);
	struct out payload = out_new(LIMIT_SD_JWT), json = out_new(LIMIT_SD_JWT);
	enum why why;

	for (size_t i = 0; i <= draft->n; i++) {
		struct out text = out_new(LIMIT_SD_JWT);
		char digest[HASH_TEXT_SIZE];
		struct hash hash;

		out_reset(&json);
		out_text(&json, before);
		if (i < draft->n)
			out_span(&json, out_view(&draft->json[i]));
		else
			out_format(&json, "[\"s\",\"place\",{\"_sd\":[%s]}]", out_view(&digests).p);
		b64url_write(&text, out_view(&json));
		hash = sdjwt_digest(out_view(&text));
		hash_text(digest, &hash);
		if (i < draft->n || draft->is_nested) {
			out_span(&disclosures, out_view(&text));
			out_char(&disclosures, '~');
		}
		if (i == draft->n && draft->is_nested)
			out_reset(&digests);
		if (i < draft->n || draft->is_nested)
			out_format(&digests, "%s\"%s\"", digests.n ? "," : "", digest);
		out_free(&text);
	}
	out_format(&payload, "{\"a\":1,\"_sd\":[%s],\"_sd_alg\":\"sha-256\"}",
		   out_view(&digests).p);
	why =
	    sdjwt_open(out_view(&payload), arena_copy(arena, out_view(&disclosures)), arena, sdjwt);
	out_free(&digests);
	out_free(&disclosures);
	out_free(&payload);
	out_free(&json);
	return why;
}

static bool
is_same_token(const struct sdjwt *one, const struct sdjwt *two)
{
	bool is_same = json_equal(one->payload, two->payload) && one->n == two->n &&
		       one->digests == two->digests && one->top == two->top;

	for (size_t i = 0; i < one->n && is_same; i++) {
		const struct sdjwt_disclosure *a = &one->disclosure[i];
		const struct sdjwt_disclosure *b = &two->disclosure[i];

		is_same = span_equal(a->name, b->name) && !a->name.p == !b->name.p &&
			  a->is_element == b->is_element && a->parent == b->parent &&
			  a->depth == b->depth && a->digests == b->digests &&
			  json_equal(a->value, b->value);
	}
	return is_same;
}

/* A blank before a disclosure's JSON takes it off the quick way, and changes nothing else. */
static void
disclosures_read_the_same(void **state)
{
	unsigned seed = 1, opened = 0, refused = 0;

	(void)state;
	for (unsigned i = 0; i < (TEST_SLOW ? 1000000 : 20000); i++) {
		struct arena *arena = arena_new(ARENA);
		struct draft draft = {.n = 1 + texts_next(&seed, DRAFT_MAX),
				      .is_nested = texts_next(&seed, 3) == 0};
		struct out whole = out_new(LIMIT_SD_JWT);
		struct sdjwt one, two;
		enum why why;

		for (size_t k = 0; k < draft.n; k++) {
			draft.json[k] = out_new(LIMIT_SD_JWT);
			out_reset(&whole);
			texts_disclosure(&whole, &seed);
			texts_spoil(&draft.json[k], &seed, out_view(&whole));
		}
		why = open_draft(&draft, "", arena, &one);
		if (why != open_draft(&draft, "\n", arena, &two) ||
		    (why == WHY_NONE && !is_same_token(&one, &two)))
			fail_msg("%s", out_view(&draft.json[0]).p);
		opened += why == WHY_NONE;
		refused += why != WHY_NONE;
		if (why == WHY_NONE) {
			sdjwt_close(&one);
			sdjwt_close(&two);
		}
		for (size_t k = 0; k < draft.n; k++)
			out_free(&draft.json[k]);
		out_free(&whole);
		arena_free(arena);
	}
	assert_true(opened > 2000 && refused > 2000);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(rows_are_judged),
	    cmocka_unit_test(texts_are_read_alike),
	    cmocka_unit_test(disclosures_read_the_same),
	    cmocka_unit_test(parts_are_taken_from_the_front),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
