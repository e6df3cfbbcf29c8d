/*
 * Lets any bytes ask to come in.  First byte "r": a whole delivery as it is; else its lines are
 * disclosures in the open, which the harness hides, signs and binds with keys the station trusts:
 * the fuzzer works on what an enemy with a good key could write.  What comes in is written again
 * and must read back.
 */
#include "admit/admit.h"
#include "admit/keyring.h"
#include "admit/sdjwt.h"
#include "base/b64.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct world {
	struct keyring *keyring;
	struct sign_secret secret;
};

static void
must(bool is_so)
{
	if (!is_so)
		abort();
}

static struct world
make_world(void)
{
	static const unsigned char seeds[4][SIGN_SEED_SIZE] = {{1}, {2}, {3}, {4}};
	struct sign_public public[4];
	struct sign_secret secret[4];
	struct members members = {.version = 1, .n = 1, .quorum = 1, .rate_milli = 1000};
	struct keynote note = {.version = 1, .records = 1, .logs = 1};
	struct out text = out_new(NOTE_MAX), whole = out_new(NOTE_MAX);
	struct note_key root;
	struct signature signature;
	struct world world;

	must(sign_start() == ERR_OK);
	for (size_t i = 0; i < 4; i++)
		sign_from_seed(seeds[i], &public[i], &secret[i]);
	(void)span_copy(members.purpose, sizeof members.purpose, SPAN("x"));
	(void)party_read(SPAN("a"), &members.member[0].party);
	members.member[0].root = public[0];
	(void)station_read(SPAN("a/x"), &note.station);
	note.record[0].number = 1;
	note.record[0].public = public[1];
	must(note_key_make(SPAN("seam/a/x/log/1"), NOTE_ED25519, &public[2], &note.log[0]) ==
	     ERR_OK);
	must(note_key_make(SPAN("w"), NOTE_COSIGNATURE, &public[3], &note.witness) == ERR_OK);
	keynote_write(&text, &note);
	must(members_root_key(&members.member[0].party, &public[0], &root) == ERR_OK);
	sign_make(&secret[0], out_view(&text), &signature);
	out_span(&whole, out_view(&text));
	out_char(&whole, '\n');
	note_write_line(&whole, &root, 0, &signature);
	world.keyring = keyring_new(&members);
	world.secret = secret[1];
	must(keyring_add_note(world.keyring, out_view(&whole)) == WHY_NONE);
	out_free(&text);
	out_free(&whole);
	return world;
}

static void
sign(struct out *out, const struct world *world, const char *typ, struct span payload)
{
	struct out signing = out_new(LIMIT_JWT);
	struct signature signature;
	struct kid kid;

	(void)jws_kid_read(SPAN("a/x#1"), &kid);
	jws_write(&signing, typ, &kid, payload);
	sign_make(&world->secret, out_view(&signing), &signature);
	out_span(out, out_view(&signing));
	jws_attach(out, &signature);
	out_free(&signing);
}

/* Level claims stand behind a line that ends with "$", which becomes their digests. */
static void
hide(struct span lines, struct out *disclosures, struct out *digests)
{
	struct out inner = out_new(LIMIT_SD_JWT);
	struct span line;

	while (span_split(&lines, '\n', &line)) {
		struct out json = out_new(LIMIT_SD_JWT);
		struct out text = out_new(LIMIT_SD_JWT);
		struct out *list = line.n && line.p[0] == ' ' ? &inner : digests;
		char digest[HASH_TEXT_SIZE];
		struct hash hash;

		for (size_t i = 0; i < line.n; i++) {
			if (line.p[i] == '$') {
				out_span(&json, out_view(&inner));
				out_reset(&inner);
			} else {
				out_char(&json, line.p[i]);
			}
		}
		b64url_write(&text, out_view(&json));
		hash = sdjwt_digest(out_view(&text));
		hash_text(digest, &hash);
		out_format(list, "%s\"%s\"", list->n ? "," : "", digest);
		out_span(disclosures, out_view(&text));
		out_char(disclosures, '~');
		out_free(&json);
		out_free(&text);
	}
	out_free(&inner);
}

static void
make_token(const struct world *world, struct span lines, struct out *token)
{
	struct out disclosures = out_new(LIMIT_SD_JWT), digests = out_new(LIMIT_SD_JWT);
	struct out payload = out_new(LIMIT_SD_JWT);
	char text[HASH_TEXT_SIZE];
	struct hash bound;

	hide(lines, &disclosures, &digests);
	out_format(
	    &payload,
	    "{\"iss\":\"a/x\",\"v\":1,\"exercise\":true,\"iat\":0,\"cnf\":{\"kid\":\"a/x#1\"},"
	    "\"_sd_alg\":\"sha-256\",\"_sd\":[%s]}",
	    out_view(&digests).p);
	sign(token, world, JWS_TYP_RECORD, out_view(&payload));
	out_char(token, '~');
	out_span(token, out_view(&disclosures));
	bound = hash_of(out_view(token));
	hash_text(text, &bound);
	out_reset(&payload);
	out_format(&payload,
		   "{\"iat\":0,\"aud\":\"b\",\"nonce\":\"0000000000000001\",\"sd_hash\":\"%s\","
		   "\"prev\":\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\",\"onward\":[]}",
		   text);
	sign(token, world, JWS_TYP_BINDING, out_view(&payload));
	out_free(&disclosures);
	out_free(&digests);
	out_free(&payload);
}

static void
reads_back(const struct record *record, struct arena *arena)
{
	struct out once = out_new(LIMIT_RECORD_WIRE), again = out_new(LIMIT_RECORD_WIRE);
	struct record copy;
	struct cursor cursor;

	record_write(&once, record);
	cursor = cursor_over(out_view(&once));
	if (out_err(&once) == ERR_OK) {
		must(record_read(&cursor, arena, &copy));
		record_write(&again, &copy);
		must(span_equal(out_view(&once), out_view(&again)));
	}
	out_free(&once);
	out_free(&again);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct world world;
	struct admit_terms terms = {.is_exercise = true, .log_index = -1};
	struct admit_delivery delivery;
	struct record record;
	struct span bytes = span_make(data, size);
	struct arena *arena = arena_new(ADMIT_ARENA);
	struct out token = out_new(LIMIT_SD_JWT);

	if (!world.keyring)
		world = make_world();
	terms.keyring = world.keyring;
	(void)party_read(SPAN("b"), &terms.own);
	if (size && data[0] == 'r')
		out_span(&token, span_make(data + 1, size - 1));
	else
		make_token(&world, bytes, &token);
	if (arena &&
	    admit_delivery(&terms, out_view(&token), arena, &record, &delivery).why == WHY_NONE)
		reads_back(&record, arena);
	out_free(&token);
	arena_free(arena);
	return 0;
}
