#include "admit/sdjwt.h"

#include "base/b64.h"
#include "base/file.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/obj_mac.h>

enum { ROW_DISCLOSURES = 8, ARENA = 4 * 1024 * 1024 };

/* Bytes that differ from call to call and are the same in every run. */
static void
count_up(void *context, void *dst, size_t n)
{
	unsigned *next = context;
	unsigned char *to = dst;

	for (size_t i = 0; i < n; i++) {
		*next = *next * 1103515245u + 12345u;
		to[i] = (unsigned char)(*next >> 16);
	}
}

struct row {
	struct span name, expected, payload;
	size_t n;
	struct span disclosure[ROW_DISCLOSURES];
	char digest[ROW_DISCLOSURES][HASH_TEXT_SIZE];
	struct out text[ROW_DISCLOSURES];
};

/* $N becomes the digest of disclosure N. */
static void
expand(struct out *out, struct span text, const struct row *row)
{
	for (size_t i = 0; i < text.n; i++) {
		if (text.p[i] != '$') {
			out_char(out, text.p[i]);
			continue;
		}
		out_text(out, row->digest[text.p[++i] - '0']);
	}
}

static void
encode(struct row *row, size_t i)
{
	struct out json = out_new(LIMIT_SD_JWT);
	struct span raw = row->disclosure[i];
	struct hash digest;

	row->text[i] = out_new(LIMIT_SD_JWT);
	if (raw.n && raw.p[0] == '!') {
		out_bytes(&row->text[i], raw.p + 1, raw.n - 1);
	} else {
		expand(&json, raw, row);
		b64url_write(&row->text[i], out_view(&json));
	}
	digest = sdjwt_digest(out_view(&row->text[i]));
	hash_text(row->digest[i], &digest);
	out_free(&json);
}

static enum why
open_row(struct row *row, struct arena *arena, struct sdjwt *sdjwt)
{
	struct out payload = out_new(LIMIT_SD_JWT);
	struct out disclosures = out_new(LIMIT_SD_JWT);
	struct span kept;
	enum why why;

	for (size_t i = row->n; i-- > 0;)
		encode(row, i);
	expand(&payload, row->payload, row);
	for (size_t i = 0; i < row->n; i++) {
		out_span(&disclosures, out_view(&row->text[i]));
		out_char(&disclosures, '~');
		out_free(&row->text[i]);
	}
	kept = arena_copy(arena, out_view(&disclosures));
	why = sdjwt_open(out_view(&payload), kept, arena, sdjwt);
	out_free(&payload);
	out_free(&disclosures);
	return why;
}

static void
judge_row(struct row *row)
{
	struct arena *arena = arena_new(ARENA);
	struct sdjwt sdjwt;
	enum why why = open_row(row, arena, &sdjwt);

	if (row->expected.p[0] != '{') {
		if (!span_is(row->expected, why_code(why)))
			fail_msg("%.*s: %s", (int)row->name.n, row->name.p, why_code(why));
	} else {
		json_t *expected = json_read_strict(row->expected);

		assert_non_null(expected);
		if (why != WHY_NONE || !json_equal(expected, sdjwt.payload))
			fail_msg("%.*s: %s %s", (int)row->name.n, row->name.p, why_code(why),
				 why == WHY_NONE ? json_dumps(sdjwt.payload, 0) : "");
		json_decref(expected);
		sdjwt_close(&sdjwt);
	}
	arena_free(arena);
}

static void
read_source(const char *name, struct out *out)
{
	const char *source = getenv("SEAM_SOURCE");
	char path[FILE_PATH_MAX];

	assert_int_equal(file_path(path, sizeof path, source ? source : ".", name), ERR_OK);
	assert_int_equal(file_read(path, out), ERR_OK);
}

static void
cases_come_out(void **state)
{
	struct out text = out_new(1 << 20);
	struct span rest;
	struct span line;
	unsigned n = 0;

	(void)state;
	read_source("test/sdjwt/cases.tsv", &text);
	rest = out_view(&text);
	while (span_split(&rest, '\n', &line)) {
		struct row row = {.n = 0};

		if (line.n == 0 || line.p[0] == '#')
			continue;
		assert_true(span_split(&line, '\t', &row.name) &&
			    span_split(&line, '\t', &row.expected) &&
			    span_split(&line, '\t', &row.payload));
		while (row.n < ROW_DISCLOSURES && span_split(&line, '\t', &row.disclosure[row.n]))
			row.n++;
		judge_row(&row);
		n++;
	}
	assert_true(n > 70);
	out_free(&text);
}

struct point {
	const char *x, *y;
};

/* ECDSA on P-256 as RFC 7518 section 3.4 has it; only the RFC's own example needs it. */
static bool
es256_holds(struct span signing, struct span signature, const struct point *point)
{
	unsigned char x[33], y[33], raw[66];
	struct hash hash = hash_of(signing);
	EC_KEY *key = EC_KEY_new_by_curve_name(NID_X9_62_prime256v1);
	ECDSA_SIG *pair = ECDSA_SIG_new();
	BIGNUM *bx, *by;
	size_t n;
	int holds;

	assert_true(b64url_read(span_of(point->x), x, sizeof x, &n) && n == 32);
	assert_true(b64url_read(span_of(point->y), y, sizeof y, &n) && n == 32);
	assert_true(b64url_read(signature, raw, sizeof raw, &n) && n == 64);
	bx = BN_bin2bn(x, 32, NULL);
	by = BN_bin2bn(y, 32, NULL);
	assert_int_equal(EC_KEY_set_public_key_affine_coordinates(key, bx, by), 1);
	ECDSA_SIG_set0(pair, BN_bin2bn(raw, 32, NULL), BN_bin2bn(raw + 32, 32, NULL));
	holds = ECDSA_do_verify(hash.b, HASH_SIZE, pair, key);
	BN_free(bx);
	BN_free(by);
	ECDSA_SIG_free(pair);
	EC_KEY_free(key);
	return holds == 1;
}

struct es256 {
	struct span signing, payload, signature;
	unsigned char bytes[4096];
};

static void
split_es256(struct span text, struct es256 *token)
{
	struct span rest = text;
	struct span part;
	size_t n;

	assert_true(span_split(&rest, '.', &part) && span_split(&rest, '.', &part));
	token->signature = rest;
	token->signing = span_make(text.p, text.n - rest.n - 1);
	assert_true(b64url_read(part, token->bytes, sizeof token->bytes, &n));
	token->payload = span_make(token->bytes, n);
}

/* The whole presentation of section 5.2: issuer's signature, disclosures, binding, its sd_hash. */
static void
presentation_of_the_rfc_holds(void **state)
{
	static const struct point issuer = {"b28d4MwZMjw8-00CG4xfnn9SLMVMM19SlqZpVb_uNtQ",
					    "Xv5zWwuoaTgdS6hV43yI6gBwTnjukmFQQnJ_kCxzqk8"};
	static const struct point holder = {"TCAER19Zvu3OHF4j4W4vfSVoHIP1ILilDls7vCeGemc",
					    "ZxjiWWbZMQGHVWKVQ4hbSIirsVfuecCE6t4jT9F2HZQ"};
	struct arena *arena = arena_new(ARENA);
	struct out text = out_new(65536);
	struct sdjwt_parts parts;
	struct es256 jwt, binding;
	struct sdjwt sdjwt;
	struct hash bound;
	struct hash sd_hash;
	json_t *claims;
	struct span name;

	(void)state;
	read_source("test/sdjwt/rfc9901-presentation.txt", &text);
	assert_int_equal(sdjwt_split(span_trim(out_view(&text)), &parts), WHY_NONE);
	split_es256(parts.jwt, &jwt);
	split_es256(parts.binding, &binding);
	assert_true(es256_holds(jwt.signing, jwt.signature, &issuer));
	assert_true(es256_holds(binding.signing, binding.signature, &holder));
	assert_false(es256_holds(jwt.signing, jwt.signature, &holder));
	assert_int_equal(sdjwt_open(jwt.payload, parts.disclosures, arena, &sdjwt), WHY_NONE);
	assert_int_equal(sdjwt.n, 4);
	assert_int_equal(sdjwt.top, 8);
	assert_int_equal(sdjwt.digests, 10);
	assert_true(json_take_text(sdjwt.payload, "given_name", &name) && span_is(name, "John"));
	assert_null(json_object_get(sdjwt.payload, "email"));
	bound = hash_of(parts.bound);
	claims = json_read_strict(binding.payload);
	assert_true(json_take_text(claims, "sd_hash", &name) && hash_read(name, &sd_hash));
	assert_true(hash_equal(&bound, &sd_hash));
	json_decref(claims);
	sdjwt_close(&sdjwt);
	out_free(&text);
	arena_free(arena);
}

static void
split_takes_only_whole_tokens(void **state)
{
	static const struct {
		const char *token;
		enum why why;
		const char *jwt, *disclosures, *binding;
	} rows[] = {
	    {"a.b.c~", WHY_NONE, "a.b.c", "", ""},
	    {"a.b.c~d~e~", WHY_NONE, "a.b.c", "d~e~", ""},
	    {"a.b.c~d~k.k.k", WHY_NONE, "a.b.c", "d~", "k.k.k"},
	    {"a.b.c~k", WHY_NONE, "a.b.c", "", "k"},
	    {"a.b.c", WHY_BAD_FORM, "", "", ""},
	    {"~", WHY_BAD_FORM, "", "", ""},
	    {"", WHY_BAD_FORM, "", "", ""},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct sdjwt_parts parts;

		assert_int_equal(sdjwt_split(span_of(rows[i].token), &parts), rows[i].why);
		if (rows[i].why != WHY_NONE)
			continue;
		assert_true(span_is(parts.jwt, rows[i].jwt));
		assert_true(span_is(parts.disclosures, rows[i].disclosures));
		assert_true(span_is(parts.binding, rows[i].binding));
		assert_int_equal(parts.bound.n + parts.binding.n, strlen(rows[i].token));
	}
}

static void
too_much_is_refused(void **state)
{
	struct arena *arena = arena_new(ARENA);
	struct out text = out_new(1 << 20);
	struct sdjwt_parts parts;
	struct sdjwt sdjwt;

	(void)state;
	for (size_t i = 0; i <= LIMIT_SD_JWT; i++)
		out_char(&text, '~');
	assert_int_equal(sdjwt_split(out_view(&text), &parts), WHY_TOO_LARGE);
	assert_int_equal(sdjwt_open(SPAN("{}"), out_view(&text), arena, &sdjwt), WHY_TOO_LARGE);
	assert_int_equal(sdjwt_open(out_view(&text), SPAN(""), arena, &sdjwt), WHY_TOO_LARGE);
	text.n = LIMIT_DISCLOSURES + 1;
	assert_int_equal(sdjwt_open(SPAN("{}"), out_view(&text), arena, &sdjwt), WHY_TOO_LARGE);
	assert_int_equal(sdjwt_open(SPAN("{}"), SPAN("WyJhIl0"), arena, &sdjwt), WHY_BAD_FORM);
	arena_free(arena);
	out_reset(&text);
	out_text(&text, "{\"_sd\":[");
	for (unsigned i = 0; i <= SDJWT_DIGESTS_MAX; i++) {
		struct hash digest = hash_of(span_make(&i, sizeof i));
		char digest_text[HASH_TEXT_SIZE];

		hash_text(digest_text, &digest);
		out_format(&text, "%s\"%s\"", i ? "," : "", digest_text);
	}
	out_text(&text, "]}");
	arena = arena_new(ARENA);
	assert_int_equal(sdjwt_open(out_view(&text), SPAN(""), arena, &sdjwt), WHY_TOO_LARGE);
	arena_free(arena);
	for (size_t limit = 0; limit < 4096; limit += 64) {
		enum why why;

		arena = arena_new(limit);
		why = sdjwt_open(SPAN("{\"a\":[{},{},{}]}"), SPAN("WyJhIl0~"), arena, &sdjwt);
		assert_true(why == WHY_NO_MEMORY || why == WHY_BAD_DISCLOSURE);
		arena_free(arena);
	}
	out_free(&text);
}

static const struct sdjwt_claim tree[] = {
    {.name = {"kind", 4}, .json = {"\"incident\"", 10}},
    {.name = {"place", 5}, .digests = 5},
    {.name = {"100km", 5}, .json = {"\"38SMF\"", 7}, .parent = 2},
    {.name = {"10km", 4}, .json = {"\"41\"", 4}, .parent = 2},
    {.name = {"say \"so\"", 8}, .json = {"[1,2]", 5}},
};

static void
what_is_built_opens_again(void **state)
{
	struct arena *arena = arena_new(ARENA);
	struct out digests = out_new(65536);
	struct out disclosures = out_new(65536);
	struct out payload = out_new(65536);
	unsigned seed = 1;
	struct sdjwt_random random = {count_up, &seed};
	struct sdjwt sdjwt;
	json_t *expected =
	    json_read_strict(SPAN("{\"kind\":\"incident\",\"place\":{\"100km\":\"38SMF\","
				  "\"10km\":\"41\"},\"say \\\"so\\\"\":[1,2]}"));

	(void)state;
	assert_int_equal(sdjwt_build(tree, 5, 16, &random, arena, &digests, &disclosures), ERR_OK);
	out_text(&payload, "{\"_sd\":");
	out_span(&payload, out_view(&digests));
	out_text(&payload, ",\"_sd_alg\":\"sha-256\"}");
	assert_int_equal(sdjwt_open(out_view(&payload), out_view(&disclosures), arena, &sdjwt),
			 WHY_NONE);
	assert_true(json_equal(sdjwt.payload, expected));
	assert_int_equal(sdjwt.top, 16);
	assert_int_equal(sdjwt.digests, 21);
	assert_int_equal(sdjwt.disclosure[1].digests, 5);
	assert_int_equal(sdjwt.disclosure[2].parent, 1);
	assert_int_equal(sdjwt.disclosure[4].parent, -1);
	assert_true(sdjwt.has_alg);
	sdjwt_close(&sdjwt);
	json_decref(expected);
	out_free(&payload);
	out_free(&digests);
	out_free(&disclosures);
	arena_free(arena);
}

/* Sorted, so that the order of digests tells nothing of the order of claims. */
static void
digests_are_sorted(void **state)
{
	struct arena *arena = arena_new(ARENA);
	struct out digests = out_new(65536);
	struct out disclosures = out_new(65536);
	unsigned seed = 7;
	struct sdjwt_random random = {count_up, &seed};
	json_t *list;

	(void)state;
	assert_int_equal(sdjwt_build(tree, 5, 32, &random, arena, &digests, &disclosures), ERR_OK);
	list = json_read_strict(out_view(&digests));
	assert_int_equal(json_array_size(list), 32);
	for (size_t i = 1; i < 32; i++)
		assert_true(strcmp(json_string_value(json_array_get(list, i - 1)),
				   json_string_value(json_array_get(list, i))) < 0);
	json_decref(list);
	out_free(&digests);
	out_free(&disclosures);
	arena_free(arena);
}

static void
wrong_trees_are_not_built(void **state)
{
	static const struct {
		struct sdjwt_claim claim[2];
		unsigned n, top;
		enum err err;
	} rows[] = {
	    {{{.name = {"a", 1}, .json = {"1", 1}}}, 1, 0, ERR_LIMIT},
	    {{{.name = {"a", 1}, .json = {"1", 1}, .parent = 1}}, 1, 1, ERR_FORMAT},
	    {{{.name = {"a", 1}}}, 1, 1, ERR_FORMAT},
	    {{{.name = {"a", 1}, .json = {"1", 1}, .digests = 1}}, 1, 1, ERR_FORMAT},
	    {{{.name = {"a", 1}, .json = {"1", 1}},
	      {.name = {"b", 1}, .json = {"1", 1}, .parent = 1}},
	     2,
	     1,
	     ERR_LIMIT},
	    {{{.name = {"a", 1}, .json = {"1", 1}}}, 1, SDJWT_DIGESTS_MAX + 1, ERR_LIMIT},
	    {{{.name = {"a", 1}, .digests = SDJWT_DIGESTS_MAX}}, 1, 1, ERR_LIMIT},
	    {{{.name = {"a", 1}, .json = {"1", 1}}}, SDJWT_CLAIMS_MAX + 1, 1, ERR_LIMIT},
	};
	unsigned seed = 3;
	struct sdjwt_random random = {count_up, &seed};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct arena *arena = arena_new(ARENA);
		struct out digests = out_new(65536);
		struct out disclosures = out_new(65536);

		assert_int_equal(sdjwt_build(rows[i].claim, rows[i].n, rows[i].top, &random, arena,
					     &digests, &disclosures),
				 rows[i].err);
		out_free(&digests);
		out_free(&disclosures);
		arena_free(arena);
	}
}

/* Whatever limit is hit on the way, the builder says so and leaks nothing. */
static void
a_small_arena_fails_the_build(void **state)
{
	unsigned seed = 3;
	struct sdjwt_random random = {count_up, &seed};
	bool has_failed = false;

	(void)state;
	for (size_t limit = 0; limit < 8192; limit += 128) {
		struct arena *arena = arena_new(limit);
		struct out digests = out_new(65536);
		struct out disclosures = out_new(limit);
		enum err err = sdjwt_build(tree, 5, 16, &random, arena, &digests, &disclosures);

		assert_true(err == ERR_OK || err == ERR_NOMEM || err == ERR_LIMIT);
		has_failed = has_failed || err == ERR_NOMEM;
		out_free(&digests);
		out_free(&disclosures);
		arena_free(arena);
	}
	assert_true(has_failed);
}

/* A blank behind the payload changes nothing but the way it is read: see cut_tail(). */
static void
both_ways_read_the_same(void **state)
{
	static const char *const pieces[] = {
	    "{", "}", "[", "]",     ",",       ":",           "\"",         "\\",
	    " ", "a", "1", "\"a\"", "\"_sd\"", "\"_sd_alg\"", ",\"_sd\":[", "..."};
	static const char whole[] =
	    "{\"a\":1,\"b\":{\"c\":[\"x\"]},\"_sd\":["
	    "\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaA\","
	    "\"bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbA\"],\"_sd_alg\":\"sha-256\"}";
	unsigned seed = 23;
	unsigned opened = 0;

	(void)state;
	for (unsigned i = 0; i < (TEST_SLOW ? 2000000 : 20000); i++) {
		struct arena *arena = arena_new(ARENA);
		struct out text = out_new(4096);
		struct sdjwt one, two;
		unsigned char draw[4];
		enum why why;

		count_up(&seed, draw, sizeof draw);
		out_bytes(&text, whole, draw[0] % 64 < 24 ? draw[0] % 64 : 24);
		for (unsigned n = draw[1] % 3; n; n--)
			out_text(&text, pieces[(draw[2] + n * draw[3]) % 16]);
		out_text(&text, whole + (draw[3] % 2 ? 24 : draw[2] % 32));
		why = sdjwt_open(out_view(&text), SPAN(""), arena, &one);
		out_char(&text, ' ');
		if (why != sdjwt_open(out_view(&text), SPAN(""), arena, &two))
			fail_msg("%s", text.p);
		if (why == WHY_NONE) {
			opened++;
			if (!json_equal(one.payload, two.payload) || one.top != two.top ||
			    one.digests != two.digests || one.has_alg != two.has_alg)
				fail_msg("%s", text.p);
			sdjwt_close(&one);
			sdjwt_close(&two);
		}
		out_free(&text);
		arena_free(arena);
	}
	assert_true(opened > 100);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(cases_come_out),
	    cmocka_unit_test(presentation_of_the_rfc_holds),
	    cmocka_unit_test(both_ways_read_the_same),
	    cmocka_unit_test(split_takes_only_whole_tokens),
	    cmocka_unit_test(too_much_is_refused),
	    cmocka_unit_test(what_is_built_opens_again),
	    cmocka_unit_test(digests_are_sorted),
	    cmocka_unit_test(wrong_trees_are_not_built),
	    cmocka_unit_test(a_small_arena_fails_the_build),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
