#include "admit/kit_test.h"

#include "model/claim.h"

struct fixture {
	struct kit kit;
	struct record record;
	struct kit_record made;
	struct field_set all;
};

static int
set_up(void **state)
{
	struct fixture *fixture = calloc(1, sizeof *fixture);

	kit_open(&fixture->kit);
	kit_incident(&fixture->kit, &fixture->record);
	kit_issue(&fixture->kit, &fixture->record, &fixture->made);
	record_levels(&fixture->record, &fixture->all);
	*state = fixture;
	return 0;
}

static int
tear_down(void **state)
{
	struct fixture *fixture = *state;

	kit_free(&fixture->made);
	kit_close(&fixture->kit);
	free(fixture);
	return 0;
}

static void
same_record(const struct record *a, const struct record *b)
{
	struct out one = out_new(LIMIT_RECORD_WIRE);
	struct out two = out_new(LIMIT_RECORD_WIRE);

	record_write(&one, a);
	record_write(&two, b);
	assert_int_equal(one.n, two.n);
	assert_memory_equal(one.p, two.p, one.n);
	out_free(&one);
	out_free(&two);
}

static void
own_record_reads_back_whole(void **state)
{
	struct fixture *fixture = *state;
	struct admit_terms terms = kit_admit_terms(&fixture->kit);
	struct hash expected = issue_id(out_view(&fixture->made.jwt));
	struct record record;
	struct hash id;
	struct reason reason =
	    admit_record(&terms, out_view(&fixture->made.jwt), out_view(&fixture->made.disclosures),
			 fixture->kit.arena, &record, &id);

	assert_string_equal(why_code(reason.why), "none");
	assert_true(hash_equal(&id, &expected));
	same_record(&fixture->record, &record);
}

/* Any part that the record has may be cut out; what arrives is that part and nothing besides. */
static void
a_part_arrives_as_that_part(void **state)
{
	struct fixture *fixture = *state;
	struct admit_terms terms = kit_admit_terms(&fixture->kit);
	unsigned seed = 5;

	for (unsigned round = 0; round < (TEST_SLOW ? 20000 : 300); round++) {
		struct field_set set = {{0}};
		struct present_terms present = kit_terms();
		struct admit_delivery delivery;
		struct record record, part;
		struct out token = out_new(LIMIT_SD_JWT);
		struct reason reason;

		for (enum field f = 1; f < FIELD_COUNT; f++) {
			unsigned rungs = kit_next(&seed) % (field_levels(f) + 2);

			if (kit_next(&seed) % 2 && (!field_levels(f) || rungs > 1))
				set.mask[f] = (uint16_t)((field_levels(f) ? (1u << rungs) - 1 : 1) &
							 fixture->all.mask[f]);
		}
		set.mask[FIELD_KIND] = set.mask[FIELD_THREAD] = 1;
		kit_deliver(&fixture->kit, &fixture->made, &set, &present, &token);
		reason = admit_delivery(&terms, out_view(&token), fixture->kit.arena, &record,
					&delivery);
		if (reason.why != WHY_NONE)
			fail_msg("%s %s", why_code(reason.why),
				 field_row((enum field)reason.field)->name);
		record_narrow(&fixture->record, &set, &part);
		same_record(&part, &record);
		out_free(&token);
		arena_reset(fixture->kit.arena);
		kit_incident(&fixture->kit, &fixture->record);
	}
}

static void
facts_of_the_delivery(void **state)
{
	struct fixture *fixture = *state;
	struct admit_terms terms = kit_admit_terms(&fixture->kit);
	struct party onward[2] = {{"c"}, {"j"}};
	struct present_terms present = kit_terms();
	struct admit_delivery delivery;
	struct record record;
	struct kid signer;
	struct out token = out_new(LIMIT_SD_JWT);
	struct hash whole;

	present.counter = 73;
	present.prev = hash_of(SPAN("the one before"));
	present.until_ms = KIT_NOW_MS + 3600000;
	present.onward = onward;
	present.onward_n = 2;
	kit_deliver(&fixture->kit, &fixture->made, &fixture->all, &present, &token);
	whole = hash_of(out_view(&token));
	assert_true(admit_peek(out_view(&token), &signer));
	assert_string_equal(signer.station.name, "a/makhmour");
	assert_false(admit_peek(SPAN("no token"), &signer));
	assert_false(admit_peek(SPAN("e30.e30.AA~"), &signer));
	assert_int_equal(
	    admit_delivery(&terms, out_view(&token), fixture->kit.arena, &record, &delivery).why,
	    WHY_NONE);
	assert_true(hash_equal(&delivery.whole, &whole));
	assert_true(hash_equal(&delivery.prev, &present.prev));
	assert_string_equal(delivery.station.name, "a/makhmour");
	assert_int_equal(delivery.signer.number, 1);
	assert_int_equal(delivery.counter, 73);
	assert_int_equal(delivery.sent_ms, KIT_NOW_MS);
	assert_int_equal(delivery.until_ms, KIT_NOW_MS + 3600000);
	assert_int_equal(delivery.onward_n, 2);
	assert_string_equal(delivery.onward[1].name, "j");
	assert_true(span_equal(delivery.jwt, out_view(&fixture->made.jwt)));
	out_free(&token);
}

/* A token laid open in its parts, changed in one of them, signed again by those who should. */
enum part { HEADER, PAYLOAD, DISCLOSURES, JWT, KB_HEADER, KB_PAYLOAD, KB, TOKEN, PARTS };

struct draft {
	struct out part[PARTS];
};

static void
decode(struct span text, struct out *out)
{
	char *bytes = calloc(1, text.n + 1);
	size_t n;

	assert_true(b64url_read(text, bytes, text.n, &n));
	out_bytes(out, bytes, n);
	free(bytes);
}

static void
replace(struct out *out, const char *from, const char *to)
{
	struct out changed = out_new(1 << 20);
	const char *at = strstr(out->p ? out->p : "", from);

	if (!at)
		fail_msg("nothing to change: %s", from);
	out_bytes(&changed, out->p, (size_t)(at - out->p));
	out_text(&changed, to);
	out_text(&changed, at + strlen(from));
	out_reset(out);
	out->limit = 1 << 20;
	out_span(out, out_view(&changed));
	out_free(&changed);
}

static void
join(struct out *jws, const struct out *header, const struct out *payload,
     const struct sign_secret *secret)
{
	b64url_write(jws, out_view(header));
	out_char(jws, '.');
	b64url_write(jws, out_view(payload));
	kit_sign(jws, secret);
}

struct row {
	const char *name;
	enum part part;
	const char *from, *to;
	enum why why;
};

static void
lay_open(struct fixture *fixture, struct draft *draft)
{
	struct span rest = out_view(&fixture->made.jwt);
	struct span part;

	for (unsigned i = 0; i < PARTS; i++)
		draft->part[i] = out_new(1 << 20);
	assert_true(span_split(&rest, '.', &part));
	decode(part, &draft->part[HEADER]);
	assert_true(span_split(&rest, '.', &part));
	decode(part, &draft->part[PAYLOAD]);
	out_span(&draft->part[DISCLOSURES], out_view(&fixture->made.disclosures));
	out_text(&draft->part[KB_HEADER],
		 "{\"alg\":\"Ed25519\",\"typ\":\"kb+jwt\",\"kid\":\"a/makhmour#2\"}");
	out_text(
	    &draft->part[KB_PAYLOAD],
	    "{\"iat\":1809389400,\"aud\":\"b\",\"nonce\":\"0000000000000001\",\"sd_hash\":\"$\","
	    "\"prev\":\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\",\"onward\":[]}");
}

static void
change(struct draft *draft, const struct row *row, enum part part)
{
	if (row && row->part == part && row->from)
		replace(&draft->part[part], row->from, row->to);
	else if (row && row->part == part) {
		out_reset(&draft->part[part]);
		out_text(&draft->part[part], row->to);
	}
}

static void
assemble(struct fixture *fixture, struct draft *draft, const struct row *row)
{
	struct out *token = &draft->part[TOKEN];
	char text[HASH_TEXT_SIZE];
	struct hash bound;

	change(draft, row, HEADER);
	change(draft, row, PAYLOAD);
	change(draft, row, DISCLOSURES);
	join(&draft->part[JWT], &draft->part[HEADER], &draft->part[PAYLOAD],
	     &fixture->kit.record[0].secret);
	change(draft, row, JWT);
	out_span(token, out_view(&draft->part[JWT]));
	out_char(token, '~');
	out_span(token, out_view(&draft->part[DISCLOSURES]));
	bound = hash_of(out_view(token));
	hash_text(text, &bound);
	change(draft, row, KB_HEADER);
	change(draft, row, KB_PAYLOAD);
	if (strchr(draft->part[KB_PAYLOAD].p, '$'))
		replace(&draft->part[KB_PAYLOAD], "$", text);
	join(&draft->part[KB], &draft->part[KB_HEADER], &draft->part[KB_PAYLOAD],
	     &fixture->kit.spare[0].secret);
	change(draft, row, KB);
	out_span(token, out_view(&draft->part[KB]));
	change(draft, row, TOKEN);
}

static void
close_draft(struct draft *draft)
{
	for (unsigned i = 0; i < PARTS; i++)
		out_free(&draft->part[i]);
}

#define A43 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaA"

/* One row per rule of the profile; the rules of RFC 9901 itself stand in test/sdjwt/cases.tsv. */
/* clang-format off */
static const struct row rows[] = {
	{"as it should be", PARTS, NULL, NULL, WHY_NONE},
	{"alg of older tools", HEADER, "\"Ed25519\"", "\"EdDSA\"", WHY_NONE},
	{"alg of older tools in the binding", KB_HEADER, "\"Ed25519\"", "\"EdDSA\"", WHY_NONE},
	{"blanks in the header", HEADER, "{", "{ ", WHY_NONE},

	{"alg none", HEADER, "\"Ed25519\"", "\"none\"", WHY_BAD_ALG},
	{"alg of another curve", HEADER, "\"Ed25519\"", "\"ES256\"", WHY_BAD_ALG},
	{"alg of a shared secret", HEADER, "\"Ed25519\"", "\"HS256\"", WHY_BAD_ALG},
	{"alg in another case", HEADER, "\"Ed25519\"", "\"ed25519\"", WHY_BAD_ALG},
	{"alg is no text", HEADER, "\"Ed25519\"", "1", WHY_BAD_ALG},
	{"no alg", HEADER, "\"alg\":\"Ed25519\",", "", WHY_BAD_ALG},
	{"typ of a bare token", HEADER, "seam+sd-jwt", "JWT", WHY_BAD_TYP},
	{"typ of a binding", HEADER, "seam+sd-jwt", "kb+jwt", WHY_BAD_TYP},
	{"no typ", HEADER, "\"typ\":\"seam+sd-jwt\",", "", WHY_BAD_TYP},
	{"no kid", HEADER, ",\"kid\":\"a/makhmour#1\"", "", WHY_BAD_HEADER},
	{"kid without a number", HEADER, "#1", "", WHY_BAD_HEADER},
	{"kid with a leading zero", HEADER, "#1", "#01", WHY_BAD_HEADER},
	{"kid number too large", HEADER, "#1", "#10000", WHY_BAD_HEADER},
	{"kid of a party", HEADER, "a/makhmour#1", "a#1", WHY_BAD_HEADER},
	{"a header more", HEADER, "{", "{\"crit\":[],", WHY_BAD_HEADER},
	{"its own key", HEADER, "{", "{\"jwk\":{},", WHY_BAD_HEADER},
	{"alg twice", HEADER, "{", "{\"alg\":\"none\",", WHY_BAD_HEADER},
	{"header is no object", HEADER, NULL, "[]", WHY_BAD_HEADER},
	{"header is no JSON", HEADER, "}", "", WHY_BAD_HEADER},
	{"header too long", HEADER, "{", "{                                                                                                                                                                                                                                                                                                                                                                                                                  ", WHY_BAD_HEADER},

	{"a key nobody certified", HEADER, "#1", "#3", WHY_UNKNOWN_KEY},
	{"a station nobody certified", HEADER, "a/makhmour", "a/nowhere", WHY_UNKNOWN_KEY},
	{"another key of the station", HEADER, "#1", "#2", WHY_BAD_SIGNATURE},
	{"the key of another party", HEADER, "a/makhmour#1", "b/dibis#1", WHY_BAD_SIGNATURE},
	{"signature too short", JWT, NULL, "eyJhbGciOiJFZDI1NTE5IiwidHlwIjoic2VhbStzZC1qd3QiLCJraWQiOiJhL21ha2htb3VyIzEifQ.e30.AAAA", WHY_BAD_SIGNATURE},
	{"two parts", JWT, NULL, "e30.e30", WHY_BAD_FORM},
	{"one part", JWT, NULL, "e30", WHY_BAD_FORM},
	{"empty header", JWT, NULL, ".e30.AA", WHY_BAD_FORM},
	{"empty payload", JWT, NULL, "e30..AA", WHY_BAD_FORM},
	{"four parts", JWT, NULL, "e30.e30.e30.AA", WHY_BAD_FORM},
	{"header is no base64", JWT, "eyJ", "ey+", WHY_BAD_BASE64},
	{"no issuer part", JWT, NULL, "", WHY_BAD_FORM},

	{"iss is another station", PAYLOAD, "\"iss\":\"a/makhmour\"", "\"iss\":\"b/dibis\"", WHY_BAD_ISSUER},
	{"iss and cnf of another station", PAYLOAD, "a/makhmour\",\"v\":1,\"exercise\":true,\"iat\":1809388800,\"cnf\":{\"kid\":\"a/makhmour", "b/dibis\",\"v\":1,\"exercise\":true,\"iat\":1809388800,\"cnf\":{\"kid\":\"b/dibis", WHY_BAD_ISSUER},
	{"iss is a party", PAYLOAD, "\"iss\":\"a/makhmour\"", "\"iss\":\"a\"", WHY_BAD_ISSUER},
	{"iss is no text", PAYLOAD, "\"iss\":\"a/makhmour\"", "\"iss\":1", WHY_BAD_ISSUER},
	{"no iss", PAYLOAD, "\"iss\":\"a/makhmour\",", "", WHY_MISSING_CLAIM},
	{"no v", PAYLOAD, "\"v\":1,", "", WHY_MISSING_CLAIM},
	{"no exercise", PAYLOAD, "\"exercise\":true,", "", WHY_MISSING_CLAIM},
	{"no iat", PAYLOAD, "\"iat\":1809388800,", "", WHY_MISSING_CLAIM},
	{"no cnf", PAYLOAD, "\"cnf\":{\"kid\":\"a/makhmour#1\"},", "", WHY_MISSING_CLAIM},
	{"no _sd_alg", PAYLOAD, ",\"_sd_alg\":\"sha-256\"", "", WHY_MISSING_CLAIM},
	{"no digests", PAYLOAD, "\"_sd\"", "\"sd\"", WHY_ORPHAN},
	{"another hash", PAYLOAD, "sha-256", "sha-512", WHY_BAD_SD_ALG},
	{"another version", PAYLOAD, "\"v\":1", "\"v\":2", WHY_BAD_VALUE},
	{"version is a text", PAYLOAD, "\"v\":1", "\"v\":\"1\"", WHY_BAD_VALUE},
	{"exercise is a number", PAYLOAD, "true", "1", WHY_BAD_VALUE},
	{"a real record in an exercise", PAYLOAD, "true", "false", WHY_EXERCISE},
	{"iat within the day", PAYLOAD, "1809388800", "1809388801", WHY_BAD_VALUE},
	{"iat before 1970", PAYLOAD, "1809388800", "-86400", WHY_BAD_VALUE},
	{"iat beyond counting", PAYLOAD, "1809388800", "1728000000000000", WHY_BAD_VALUE},
	{"iat is a real", PAYLOAD, "1809388800", "1809388800.0", WHY_NOT_JSON},
	{"cnf is a key", PAYLOAD, "{\"kid\":\"a/makhmour#1\"}", "{\"jwk\":{}}", WHY_BAD_VALUE},
	{"cnf with more", PAYLOAD, "{\"kid\":\"a/makhmour#1\"}", "{\"kid\":\"a/makhmour#1\",\"jwk\":{}}", WHY_BAD_VALUE},
	{"cnf names no key", PAYLOAD, "{\"kid\":\"a/makhmour#1\"}", "{\"kid\":\"a/makhmour\"}", WHY_BAD_VALUE},
	{"cnf is of another station", PAYLOAD, "{\"kid\":\"a/makhmour#1\"}", "{\"kid\":\"b/dibis#1\"}", WHY_BAD_ISSUER},
	{"cnf holds a digest", PAYLOAD, "{\"kid\":\"a/makhmour#1\"}", "{\"kid\":\"a/makhmour#1\",\"_sd\":[\"" A43 "\"]}", WHY_BAD_DIGEST},
	{"a claim more", PAYLOAD, "{", "{\"sub\":\"x\",", WHY_UNKNOWN_CLAIM},
	{"exp on the record", PAYLOAD, "{", "{\"exp\":1909388800,", WHY_UNKNOWN_CLAIM},
	{"nbf on the record", PAYLOAD, "{", "{\"nbf\":0,", WHY_UNKNOWN_CLAIM},
	{"aud on the record", PAYLOAD, "{", "{\"aud\":\"b\",", WHY_UNKNOWN_CLAIM},
	{"kind in clear", PAYLOAD, "{", "{\"kind\":\"incident\",", WHY_NAME_TAKEN},
	{"a clear array with a digest", PAYLOAD, "{", "{\"x\":[{\"...\":\"" A43 "\"}],", WHY_BAD_DIGEST},
	{"iss twice", PAYLOAD, "{", "{\"iss\":\"a/makhmour\",", WHY_NOT_JSON},
	{"payload is an array", PAYLOAD, NULL, "[]", WHY_NOT_JSON},
	{"a bare object", PAYLOAD, NULL, "{}", WHY_ORPHAN},

	{"no disclosures", DISCLOSURES, NULL, "", WHY_MISSING_FIELD},
	{"a disclosure of something else", DISCLOSURES, NULL, "WyJzYWx0c2FsdHNhbHRzYWx0c2FsdCIsImEiLDFd~", WHY_ORPHAN},
	{"no binding", KB, NULL, "", WHY_NO_KEY_BINDING},
	{"binding alg none", KB_HEADER, "Ed25519", "none", WHY_BAD_ALG},
	{"binding with the typ of a record", KB_HEADER, "kb+jwt", "seam+sd-jwt", WHY_BAD_TYP},
	{"binding with the typ of a receipt", KB_HEADER, "kb+jwt", "seam-receipt+jwt", WHY_BAD_TYP},
	{"binding without kid", KB_HEADER, ",\"kid\":\"a/makhmour#2\"", "", WHY_BAD_HEADER},
	{"binding of an unknown key", KB_HEADER, "#2", "#7", WHY_UNKNOWN_KEY},
	{"binding says another key", KB_HEADER, "#2", "#1", WHY_BAD_SIGNATURE},
	{"binding of another station", KB_HEADER, "a/makhmour#2", "b/dibis#2", WHY_BAD_ISSUER},
	{"binding is no JSON", KB_PAYLOAD, "}", "", WHY_NOT_JSON},
	{"binding is an array", KB_PAYLOAD, NULL, "[]", WHY_NOT_JSON},
	{"no iat in the binding", KB_PAYLOAD, "\"iat\":1809389400,", "", WHY_MISSING_CLAIM},
	{"no aud", KB_PAYLOAD, "\"aud\":\"b\",", "", WHY_MISSING_CLAIM},
	{"no nonce", KB_PAYLOAD, "\"nonce\":\"0000000000000001\",", "", WHY_MISSING_CLAIM},
	{"no sd_hash", KB_PAYLOAD, "\"sd_hash\":\"$\",", "", WHY_MISSING_CLAIM},
	{"no prev", KB_PAYLOAD, "\"prev\"", "\"before\"", WHY_MISSING_CLAIM},
	{"no onward", KB_PAYLOAD, ",\"onward\":[]", "", WHY_MISSING_CLAIM},
	{"a claim more in the binding", KB_PAYLOAD, "{", "{\"sub\":1,", WHY_UNKNOWN_CLAIM},
	{"iat of the binding is a text", KB_PAYLOAD, "1809389400", "\"1809389400\"", WHY_BAD_VALUE},
	{"for another party", KB_PAYLOAD, "\"aud\":\"b\"", "\"aud\":\"c\"", WHY_NOT_FOR_US},
	{"for a station", KB_PAYLOAD, "\"aud\":\"b\"", "\"aud\":\"b/dibis\"", WHY_BAD_VALUE},
	{"for two parties", KB_PAYLOAD, "\"aud\":\"b\"", "\"aud\":[\"b\",\"c\"]", WHY_BAD_VALUE},
	{"nonce of fifteen digits", KB_PAYLOAD, "0000000000000001", "000000000000001", WHY_BAD_VALUE},
	{"nonce zero", KB_PAYLOAD, "0000000000000001", "0000000000000000", WHY_BAD_VALUE},
	{"nonce with a sign", KB_PAYLOAD, "0000000000000001", "-000000000000001", WHY_BAD_VALUE},
	{"nonce is a number", KB_PAYLOAD, "\"0000000000000001\"", "1", WHY_BAD_VALUE},
	{"sd_hash of other bytes", KB_PAYLOAD, "$", A43, WHY_BAD_SD_HASH},
	{"sd_hash is a number", KB_PAYLOAD, "\"$\"", "1", WHY_BAD_VALUE},
	{"onward is an object", KB_PAYLOAD, "[]", "{}", WHY_BAD_VALUE},
	{"cnf is a text", PAYLOAD, "{\"kid\":\"a/makhmour#1\"}", "\"a/makhmour#1\"", WHY_BAD_VALUE},
	{"sd_hash too short", KB_PAYLOAD, "$", "AAAA", WHY_BAD_VALUE},
	{"prev is no hash", KB_PAYLOAD, "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "none", WHY_BAD_VALUE},
	{"onward is no list", KB_PAYLOAD, "[]", "\"c\"", WHY_BAD_VALUE},
	{"onward to a number", KB_PAYLOAD, "[]", "[1]", WHY_BAD_VALUE},
	{"onward to a station", KB_PAYLOAD, "[]", "[\"c/erbil\"]", WHY_BAD_VALUE},
	{"onward to too many", KB_PAYLOAD, "[]", "[\"a\",\"a\",\"a\",\"a\",\"a\",\"a\",\"a\",\"a\",\"a\",\"a\",\"a\",\"a\",\"a\",\"a\",\"a\",\"a\",\"a\"]", WHY_BAD_VALUE},
	{"exp is a text", KB_PAYLOAD, "}", ",\"exp\":\"1\"}", WHY_BAD_VALUE},
	{"exp is now", KB_PAYLOAD, "}", ",\"exp\":1809389400}", WHY_EXPIRED},
	{"exp has passed", KB_PAYLOAD, "}", ",\"exp\":1}", WHY_EXPIRED},
	{"exp in a second", KB_PAYLOAD, "}", ",\"exp\":1809389401}", WHY_NONE},

	{"no ~ at all", TOKEN, NULL, "e30.e30.AAAA", WHY_BAD_FORM},
	{"nothing", TOKEN, NULL, "", WHY_BAD_FORM},
	{"only ~", TOKEN, NULL, "~", WHY_BAD_FORM},
	{"a blank in front", TOKEN, "eyJ", " eyJ", WHY_BAD_BASE64},
	{"an empty disclosure", TOKEN, "~", "~~", WHY_BAD_DISCLOSURE},
};
/* clang-format on */

static void
a_row_per_rule(void **state)
{
	struct fixture *fixture = *state;
	struct admit_terms terms = kit_admit_terms(&fixture->kit);

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct draft draft;
		struct admit_delivery delivery;
		struct record record;
		struct reason reason;

		lay_open(fixture, &draft);
		assemble(fixture, &draft, &rows[i]);
		reason = admit_delivery(&terms, out_view(&draft.part[TOKEN]), fixture->kit.arena,
					&record, &delivery);
		if (reason.why != rows[i].why)
			fail_msg("%s: %s %s", rows[i].name, why_code(reason.why),
				 field_row((enum field)reason.field)->name);
		assert_int_equal(record.kind, reason.why == WHY_NONE ? KIND_INCIDENT : KIND_NONE);
		close_draft(&draft);
	}
}

/* Records that the profile's own issuer would never write, rightly signed. */
struct claims_row {
	const char *name;
	struct {
		const char *name, *json;
		unsigned parent, digests;
	} claim[6];
	enum why why;
	enum field field;
};

#define BASICS                                                                                     \
	{"kind", "\"incident\"", 0, 0},                                                            \
	{                                                                                          \
		"thread", "\"AAECAwQFBgcICQoLDA0ODw\"", 0, 0                                       \
	}
#define PLACE                                                                                      \
	{                                                                                          \
		"place", NULL, 0, 5                                                                \
	}

/* clang-format off */
static const struct claims_row claims_rows[] = {
	{"only kind and thread", {BASICS}, WHY_NONE, FIELD_NONE},
	{"a place to 10 km", {BASICS, PLACE, {"100km", "\"38SLE\"", 3, 0}, {"10km", "\"75\"", 3, 0}}, WHY_NONE, FIELD_NONE},
	{"no kind", {{"thread", "\"AAECAwQFBgcICQoLDA0ODw\"", 0, 0}}, WHY_MISSING_FIELD, FIELD_KIND},
	{"no thread", {{"kind", "\"incident\"", 0, 0}}, WHY_MISSING_FIELD, FIELD_THREAD},
	{"unknown kind", {{"kind", "\"target\"", 0, 0}}, WHY_UNKNOWN_KIND, FIELD_KIND},
	{"unknown field", {BASICS, {"phone", "\"1\"", 0, 0}}, WHY_UNKNOWN_FIELD, FIELD_NONE},
	{"field of another kind", {BASICS, {"answer", "\"seen\"", 0, 0}}, WHY_NOT_IN_KIND, FIELD_ANSWER},
	{"unknown code", {BASICS, {"type", "\"atk.nuke\"", 0, 0}}, WHY_BAD_CODE, FIELD_TYPE},
	{"value of another type", {BASICS, {"severity", "1", 0, 0}}, WHY_BAD_VALUE, FIELD_SEVERITY},
	{"iss as a disclosure", {BASICS, {"iss", "\"a/makhmour\"", 0, 0}}, WHY_NAME_TAKEN, FIELD_NONE},
	{"exp as a disclosure", {BASICS, {"exp", "1", 0, 0}}, WHY_UNKNOWN_FIELD, FIELD_NONE},
	{"10 km without 100 km", {BASICS, PLACE, {"10km", "\"75\"", 3, 0}}, WHY_BAD_LADDER, FIELD_PLACE},
	{"a level in clear", {BASICS, {"place", "{\"100km\":\"38SLE\"}", 0, 0}}, WHY_UNKNOWN_CLAIM, FIELD_NONE},
	{"a place in clear", {BASICS, {"place", "\"38SLE\"", 0, 0}}, WHY_BAD_VALUE, FIELD_PLACE},
	{"a level of another field", {BASICS, PLACE, {"day", "1", 3, 0}}, WHY_UNKNOWN_FIELD, FIELD_PLACE},
	{"a level that does not exist", {BASICS, PLACE, {"1m", "\"75\"", 3, 0}}, WHY_UNKNOWN_FIELD, FIELD_PLACE},
	{"a square that is not there", {BASICS, PLACE, {"100km", "\"38SII\"", 3, 0}}, WHY_BAD_PLACE, FIELD_PLACE},
	{"levels below a level", {BASICS, PLACE, {"100km", NULL, 3, 1}, {"x", "1", 4, 0}}, WHY_BAD_DIGEST, FIELD_NONE},
	{"a plain field with hidden parts", {BASICS, {"summary", NULL, 0, 1}}, WHY_BAD_DIGEST, FIELD_NONE},
	{"a list with a hidden entry", {BASICS, {"means", "[\"foot\",{\"...\":\"" A43 "\"}]", 0, 0}}, WHY_BAD_DIGEST, FIELD_NONE},
	{"text that turns its reading", {BASICS, {"summary", "\"a\\u202eb\"", 0, 0}}, WHY_NOT_UTF8, FIELD_SUMMARY},
	{"text with an isolate", {BASICS, {"summary", "\"a\\u2066b\"", 0, 0}}, WHY_NOT_UTF8, FIELD_SUMMARY},
	{"text with a control", {BASICS, {"summary", "\"a\\u0007b\"", 0, 0}}, WHY_NOT_UTF8, FIELD_SUMMARY},
};
/* clang-format on */

static void
build_row(struct fixture *fixture, const struct claims_row *row, struct kit_record *made)
{
	struct sdjwt_claim claims[6] = {{.parent = 0}};
	struct kid kid = {.number = 1};
	struct out digests = out_new(LIMIT_JWT);
	struct out payload = out_new(LIMIT_JWT);
	size_t n = 0;

	for (; n < 6 && row->claim[n].name; n++)
		claims[n] =
		    (struct sdjwt_claim){span_of(row->claim[n].name), span_of(row->claim[n].json),
					 row->claim[n].parent, row->claim[n].digests};
	made->jwt = out_new(LIMIT_JWT);
	made->disclosures = out_new(LIMIT_SD_JWT);
	assert_int_equal(sdjwt_build(claims, n, 16, &fixture->kit.random, fixture->kit.arena,
				     &digests, &made->disclosures),
			 ERR_OK);
	out_text(&payload, "{\"iss\":\"a/makhmour\",\"v\":1,\"exercise\":true,\"iat\":1809388800,"
			   "\"cnf\":{\"kid\":\"a/makhmour#1\"},\"_sd_alg\":\"sha-256\",\"_sd\":");
	out_span(&payload, out_view(&digests));
	out_char(&payload, '}');
	kid.station = fixture->record.station;
	jws_write(&made->jwt, JWS_TYP_RECORD, &kid, out_view(&payload));
	kit_sign(&made->jwt, &fixture->kit.record[0].secret);
	out_free(&digests);
	out_free(&payload);
}

static void
a_row_per_claim(void **state)
{
	struct fixture *fixture = *state;
	struct admit_terms terms = kit_admit_terms(&fixture->kit);

	for (size_t i = 0; i < sizeof claims_rows / sizeof *claims_rows; i++) {
		const struct claims_row *row = &claims_rows[i];
		struct kit_record made;
		struct record record;
		struct reason reason;
		struct hash id;

		build_row(fixture, row, &made);
		reason = admit_record(&terms, out_view(&made.jwt), out_view(&made.disclosures),
				      fixture->kit.arena, &record, &id);
		if (reason.why != row->why || reason.field != row->field)
			fail_msg("%s: %s %s", row->name, why_code(reason.why),
				 field_row((enum field)reason.field)->name);
		kit_free(&made);
	}
}

/* Disclosures as a signer with a good key but no conscience would write them.  "$" is the digest of
 * the next one; the payload lists the first, beside kind and thread. */
/* clang-format off */
static const struct {
	const char *name, *json[3];
	enum why why;
} strange_rows[] = {
	{"a plain field", {"[\"c2FsdHNhbHRzYWx0c2FsdA\",\"severity\",\"red\"]"}, WHY_NONE},
	{"an array's entry", {"[\"c2FsdHNhbHRzYWx0c2FsdA\",\"means\",[{\"...\":\"$\"}]]", "[\"c2FsdHNhbHRzYWx0c2FsdA\",\"foot\"]"}, WHY_BAD_DISCLOSURE},
	{"below an object in clear", {"[\"c2FsdHNhbHRzYWx0c2FsdA\",\"place\",{\"x\":{\"_sd\":[\"$\"]}}]", "[\"c2FsdHNhbHRzYWx0c2FsdA\",\"100km\",\"38SLE\"]"}, WHY_BAD_DISCLOSURE},
	{"a level with a clear one beside it", {"[\"c2FsdHNhbHRzYWx0c2FsdA\",\"place\",{\"10km\":\"75\",\"_sd\":[\"$\"]}]", "[\"c2FsdHNhbHRzYWx0c2FsdA\",\"100km\",\"38SLE\"]"}, WHY_UNKNOWN_CLAIM},
	{"a place that is a list", {"[\"c2FsdHNhbHRzYWx0c2FsdA\",\"place\",[]]"}, WHY_BAD_VALUE},
	{"a quantity in reals", {"[\"c2FsdHNhbHRzYWx0c2FsdA\",\"persons\",{\"best\":1.5}]"}, WHY_BAD_DISCLOSURE},
	{"without a name", {"[\"c2FsdHNhbHRzYWx0c2FsdA\",\"\",1]"}, WHY_UNKNOWN_FIELD},
};
/* clang-format on */

static void
hide_strange(const char *const *json, struct out *digests, struct out *disclosures)
{
	struct out texts[3];
	char digest[HASH_TEXT_SIZE] = "";

	for (size_t i = 3; i-- > 0;) {
		struct out plain = out_new(4096);
		struct hash hash;

		texts[i] = out_new(4096);
		if (!json[i])
			continue;
		out_text(&plain, json[i]);
		if (strchr(json[i], '$'))
			replace(&plain, "$", digest);
		b64url_write(&texts[i], out_view(&plain));
		hash = sdjwt_digest(out_view(&texts[i]));
		hash_text(digest, &hash);
		out_free(&plain);
	}
	out_format(digests, ",\"%s\"]", digest);
	for (size_t i = 0; i < 3; i++) {
		if (texts[i].n)
			out_format(disclosures, "%s~", texts[i].p);
		out_free(&texts[i]);
	}
}

static void
strange_disclosures_are_refused(void **state)
{
	static const struct sdjwt_claim basics[] = {
	    {.name = {"kind", 4}, .json = {"\"incident\"", 10}},
	    {.name = {"thread", 6}, .json = {"\"AAECAwQFBgcICQoLDA0ODw\"", 24}}};
	struct fixture *fixture = *state;
	struct admit_terms terms = kit_admit_terms(&fixture->kit);
	struct kid kid = {.station = fixture->record.station, .number = 1};

	for (size_t i = 0; i < sizeof strange_rows / sizeof *strange_rows; i++) {
		struct out digests = out_new(LIMIT_JWT), disclosures = out_new(LIMIT_JWT);
		struct out payload = out_new(LIMIT_JWT), jwt = out_new(LIMIT_JWT);
		struct record record;
		struct hash id;
		enum why why;

		assert_int_equal(sdjwt_build(basics, 2, 2, &fixture->kit.random, fixture->kit.arena,
					     &digests, &disclosures),
				 ERR_OK);
		digests.n--;
		hide_strange(strange_rows[i].json, &digests, &disclosures);
		out_text(&payload,
			 "{\"iss\":\"a/makhmour\",\"v\":1,\"exercise\":true,\"iat\":1809388800,"
			 "\"cnf\":{\"kid\":\"a/makhmour#1\"},\"_sd_alg\":\"sha-256\",\"_sd\":");
		out_span(&payload, out_view(&digests));
		out_char(&payload, '}');
		jws_write(&jwt, JWS_TYP_RECORD, &kid, out_view(&payload));
		kit_sign(&jwt, &fixture->kit.record[0].secret);
		why = admit_record(&terms, out_view(&jwt), out_view(&disclosures),
				   fixture->kit.arena, &record, &id)
			  .why;
		if (why != strange_rows[i].why)
			fail_msg("%s: %s", strange_rows[i].name, why_code(why));
		out_free(&digests);
		out_free(&disclosures);
		out_free(&payload);
		out_free(&jwt);
	}
}

/* The clear names hidden, with another clear name in their place so that the count is right. */
static void
a_hidden_issuer_is_refused(void **state)
{
	struct fixture *fixture = *state;
	struct admit_terms terms = kit_admit_terms(&fixture->kit);
	struct sdjwt_claim claim = {.name = SPAN("exercise"), .json = SPAN("true")};
	struct out digests = out_new(LIMIT_JWT), disclosures = out_new(LIMIT_JWT);
	struct out payload = out_new(LIMIT_JWT), jwt = out_new(LIMIT_JWT);
	struct kid kid = {.station = fixture->record.station, .number = 1};
	struct record record;
	struct hash id;

	assert_int_equal(sdjwt_build(&claim, 1, 1, &fixture->kit.random, fixture->kit.arena,
				     &digests, &disclosures),
			 ERR_OK);
	out_text(&payload, "{\"iss\":\"a/makhmour\",\"v\":1,\"sub\":1,\"iat\":1809388800,"
			   "\"cnf\":{\"kid\":\"a/makhmour#1\"},\"_sd_alg\":\"sha-256\",\"_sd\":");
	out_span(&payload, out_view(&digests));
	out_char(&payload, '}');
	jws_write(&jwt, JWS_TYP_RECORD, &kid, out_view(&payload));
	kit_sign(&jwt, &fixture->kit.record[0].secret);
	assert_int_equal(admit_record(&terms, out_view(&jwt), out_view(&disclosures),
				      fixture->kit.arena, &record, &id)
			     .why,
			 WHY_RESERVED_NAME);
	out_free(&digests);
	out_free(&disclosures);
	out_free(&payload);
	out_free(&jwt);
}

static void
a_revoked_key_is_good_below_its_cut(void **state)
{
	static const struct {
		const char *name;
		int64_t log_index;
		const char *origin;
		bool is_stored;
		enum why why;
	} rows_of[] = {
	    {"place in the log unknown", -1, "", false, WHY_REVOKED_KEY},
	    {"below the cut", 9, "seam/a/makhmour/log/1", false, WHY_NONE},
	    {"at the cut", 10, "seam/a/makhmour/log/1", false, WHY_REVOKED_KEY},
	    {"in another log", 9, "seam/a/makhmour/log/2", false, WHY_REVOKED_KEY},
	    {"admitted before", 10, "", true, WHY_NONE},
	};
	struct fixture *fixture = *state;
	struct admit_terms terms = kit_admit_terms(&fixture->kit);

	assert_int_equal(
	    kit_revoke(&fixture->kit, 0,
		       "seam revoke 1\nkey a/makhmour#1\nfrom seam/a/makhmour/log/1 10\n"),
	    WHY_NONE);
	for (size_t i = 0; i < sizeof rows_of / sizeof *rows_of; i++) {
		struct record record;
		struct hash id;

		terms.log_index = rows_of[i].log_index;
		terms.log_origin = span_of(rows_of[i].origin);
		terms.is_stored = rows_of[i].is_stored;
		assert_int_equal(admit_record(&terms, out_view(&fixture->made.jwt),
					      out_view(&fixture->made.disclosures),
					      fixture->kit.arena, &record, &id)
				     .why,
				 rows_of[i].why);
	}
}

/* A binding has no place in a log: a revoked key binds nothing any more. */
static void
a_revoked_key_binds_nothing(void **state)
{
	struct fixture *fixture = *state;
	struct admit_terms terms = kit_admit_terms(&fixture->kit);
	struct present_terms present = kit_terms();
	struct out token = out_new(LIMIT_SD_JWT);
	struct admit_delivery delivery;
	struct record record;

	present.until_ms = KIT_NOW_MS - 1;
	kit_deliver(&fixture->kit, &fixture->made, &fixture->all, &present, &token);
	assert_int_equal(
	    kit_revoke(&fixture->kit, 0,
		       "seam revoke 1\nkey a/makhmour#2\nfrom seam/a/makhmour/log/1 10\n"),
	    WHY_NONE);
	terms.log_index = 0;
	terms.log_origin = SPAN("seam/a/makhmour/log/1");
	assert_int_equal(
	    admit_delivery(&terms, out_view(&token), fixture->kit.arena, &record, &delivery).why,
	    WHY_REVOKED_KEY);
	terms.is_stored = true;
	assert_int_equal(
	    admit_delivery(&terms, out_view(&token), fixture->kit.arena, &record, &delivery).why,
	    WHY_NONE);
	out_free(&token);
}

static void
time_is_judged_when_it_is_given(void **state)
{
	struct fixture *fixture = *state;
	struct admit_terms terms = kit_admit_terms(&fixture->kit);
	struct present_terms present = kit_terms();
	struct out token = out_new(LIMIT_SD_JWT);
	struct admit_delivery delivery;
	struct record record;

	present.until_ms = KIT_NOW_MS - 1000;
	kit_deliver(&fixture->kit, &fixture->made, &fixture->all, &present, &token);
	assert_int_equal(
	    admit_delivery(&terms, out_view(&token), fixture->kit.arena, &record, &delivery).why,
	    WHY_EXPIRED);
	terms.now_ms = 0;
	assert_int_equal(
	    admit_delivery(&terms, out_view(&token), fixture->kit.arena, &record, &delivery).why,
	    WHY_NONE);
	out_free(&token);
}

static void
the_line_is_followed(void **state)
{
	enum { NONE, ZERO, ONE, TWO };
	static const struct {
		const char *name;
		int64_t counter;
		int prev, same, before, after_prev; /* which hash; NONE: not held */
		enum why why;
		bool is_repeat;
	} rows_of[] = {
	    {"the first", 1, ZERO, NONE, NONE, NONE, WHY_NONE, false},
	    {"the first names another", 1, ONE, NONE, NONE, NONE, WHY_BAD_PREVIOUS, false},
	    {"the second names none", 2, ZERO, NONE, NONE, NONE, WHY_BAD_PREVIOUS, false},
	    {"a gap before", 5, ONE, NONE, NONE, NONE, WHY_NONE, false},
	    {"follows", 2, ONE, NONE, ONE, NONE, WHY_NONE, false},
	    {"follows another", 2, ONE, NONE, TWO, NONE, WHY_BAD_PREVIOUS, false},
	    {"fills the gap", 2, ONE, NONE, ONE, TWO, WHY_NONE, false},
	    {"fills the gap wrongly", 2, ONE, NONE, ONE, ONE, WHY_BAD_PREVIOUS, false},
	    {"the same again", 2, ONE, TWO, ONE, NONE, WHY_NONE, true},
	    {"another under the same number", 2, ONE, ONE, ONE, NONE, WHY_REPLAYED, false},
	    {"a new row, after one", STATION_ROW * 7 + 1, ONE, NONE, NONE, NONE, WHY_NONE, false},
	    {"a new row, after none", STATION_ROW * 7 + 1, ZERO, NONE, NONE, NONE, WHY_NONE, false},
	    {"no new row before its place", STATION_ROW * 7, ZERO, NONE, NONE, NONE,
	     WHY_BAD_PREVIOUS, false},
	    {"nor behind it", STATION_ROW * 7 + 2, ZERO, NONE, NONE, NONE, WHY_BAD_PREVIOUS, false},
	    {"no new row where the old one goes on", STATION_ROW + 1, ZERO, NONE, ONE, NONE,
	     WHY_BAD_PREVIOUS, false},
	    {"the old one goes on there", STATION_ROW + 1, ONE, NONE, ONE, NONE, WHY_NONE, false},
	    {"a new row under a used number", STATION_ROW * 7 + 1, ZERO, ONE, NONE, NONE,
	     WHY_REPLAYED, false},
	};
	struct hash hash[] = {{{0}}, {{0}}, hash_of(SPAN("1")), hash_of(SPAN("2"))};

	(void)state;
	for (size_t i = 0; i < sizeof rows_of / sizeof *rows_of; i++) {
		struct admit_delivery delivery = {.counter = rows_of[i].counter,
						  .whole = hash[TWO]};
		struct admit_known known = {.has_same = rows_of[i].same != NONE,
					    .has_before = rows_of[i].before != NONE,
					    .has_after = rows_of[i].after_prev != NONE};
		bool is_repeat;

		delivery.prev = hash[rows_of[i].prev];
		known.same = hash[rows_of[i].same];
		known.before = hash[rows_of[i].before];
		known.after_prev = hash[rows_of[i].after_prev];
		if (admit_follow(&delivery, &known, &is_repeat) != rows_of[i].why ||
		    is_repeat != rows_of[i].is_repeat)
			fail_msg("%s", rows_of[i].name);
	}
}

/* One to eight bytes changed, taken away, doubled or moved: nothing of it may come in. */
static void
mutate(struct out *token, unsigned *seed)
{
	unsigned rounds = 1 + kit_next(seed) % 8;

	for (unsigned i = 0; i < rounds && token->n > 2; i++) {
		size_t at = kit_next(seed) % (token->n - 1);
		size_t n = 1 + kit_next(seed) % 40;

		if (n > token->n - at - 1)
			n = token->n - at - 1;
		switch (kit_next(seed) % 4) {
		case 0:
			token->p[at] = (char)(token->p[at] ^ (1 << kit_next(seed) % 8));
			break;
		case 1:
			token->p[at] = "~.A_-=\0 \n"[kit_next(seed) % 9];
			break;
		case 2:
			memmove(token->p + at, token->p + at + n, token->n - at - n);
			token->n -= n;
			break;
		default:
			memmove(token->p + at + n, token->p + at, token->n - at - n);
			break;
		}
	}
}

static void
no_mutation_comes_in(void **state)
{
	struct fixture *fixture = *state;
	struct admit_terms terms = kit_admit_terms(&fixture->kit);
	struct present_terms present = kit_terms();
	struct out token = out_new(LIMIT_SD_JWT);
	struct out changed = out_new(LIMIT_SD_JWT);
	unsigned seed = 11;
	unsigned refused = 0;

	kit_deliver(&fixture->kit, &fixture->made, &fixture->all, &present, &token);
	for (unsigned i = 0; i < (TEST_SLOW ? 1000000 : 10000); i++) {
		struct admit_delivery delivery;
		struct record record;
		struct kid kid;

		arena_reset(fixture->kit.arena);
		out_reset(&changed);
		out_span(&changed, out_view(&token));
		mutate(&changed, &seed);
		if (span_equal(out_view(&changed), out_view(&token)))
			continue;
		(void)admit_peek(out_view(&changed), &kid);
		if (admit_delivery(&terms, out_view(&changed), fixture->kit.arena, &record,
				   &delivery)
			.why == WHY_NONE)
			fail_msg("accepted after change %u", i);
		refused++;
	}
	assert_true(refused > (TEST_SLOW ? 900000 : 9000));
	out_free(&token);
	out_free(&changed);
}

/* Whatever is missing in memory, nothing half read comes out. */
static void
a_small_arena_refuses(void **state)
{
	struct fixture *fixture = *state;
	struct admit_terms terms = kit_admit_terms(&fixture->kit);
	struct out jwt = out_new(1 << 20);
	unsigned refused = 0;
	struct record record;
	struct hash id;

	for (size_t limit = 0; limit < 65536; limit += 512) {
		struct arena *arena = arena_new(limit);
		enum why why =
		    admit_record(&terms, out_view(&fixture->made.jwt),
				 out_view(&fixture->made.disclosures), arena, &record, &id)
			.why;

		assert_true(why == WHY_NONE || why == WHY_NO_MEMORY || why == WHY_TOO_LARGE);
		assert_true((why == WHY_NONE) == (record.kind == KIND_INCIDENT));
		refused += why != WHY_NONE;
		arena_free(arena);
	}
	assert_true(refused > 10 && refused < 128);
	for (unsigned i = 0; i <= LIMIT_JWT; i++)
		out_char(&jwt, 'A');
	assert_int_equal(
	    admit_record(&terms, out_view(&jwt), SPAN(""), fixture->kit.arena, &record, &id).why,
	    WHY_TOO_LARGE);
	out_free(&jwt);
}

int
main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
	    CASE(own_record_reads_back_whole),
	    CASE(a_part_arrives_as_that_part),
	    CASE(facts_of_the_delivery),
	    CASE(a_row_per_rule),
	    CASE(a_row_per_claim),
	    CASE(strange_disclosures_are_refused),
	    CASE(a_hidden_issuer_is_refused),
	    CASE(a_revoked_key_is_good_below_its_cut),
	    CASE(a_revoked_key_binds_nothing),
	    CASE(time_is_judged_when_it_is_given),
	    CASE(the_line_is_followed),
	    CASE(no_mutation_comes_in),
	    CASE(a_small_arena_refuses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
