#include "admit/kit_test.h"

#include "base/file.h"

#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

static void
payload_of(struct span token, char *bytes, size_t size, struct span *payload)
{
	struct span rest = token;
	struct span part;
	size_t n;

	assert_true(span_split(&rest, '.', &part) && span_split(&rest, '.', &part));
	assert_true(b64url_read(part, bytes, size, &n));
	*payload = span_make(bytes, n);
}

static void
clear_is_only_what_must_be(void **state)
{
	static const char head[] =
	    "{\"iss\":\"a/makhmour\",\"v\":1,\"exercise\":true,"
	    "\"iat\":1809388800,\"cnf\":{\"kid\":\"a/makhmour#1\"},\"_sd\":[\"";
	static const char tail[] = "\"],\"_sd_alg\":\"sha-256\"}";
	struct kit kit;
	struct record record;
	struct kit_record made;
	char bytes[LIMIT_JWT];
	struct span payload;

	(void)state;
	kit_open(&kit);
	kit_incident(&kit, &record);
	kit_issue(&kit, &record, &made);
	payload_of(out_view(&made.jwt), bytes, sizeof bytes, &payload);
	assert_true(span_starts(payload, head));
	assert_memory_equal(payload.p + payload.n - strlen(tail), tail, strlen(tail));
	assert_int_equal(payload.n, strlen(head) + strlen(tail) - 2 +
					46 * (size_t)kind_digests(KIND_INCIDENT) - 1);
	assert_true(span_starts(out_view(&made.jwt),
				"eyJhbGciOiJFZDI1NTE5IiwidHlwIjoic2VhbStzZC1qd3QiLCJraWQiOiJhL21ha2"
				"htb3VyIzEifQ."));
	kit_free(&made);
	kit_close(&kit);
}

/* Whoever is given nothing of a record cannot tell a full one from an empty one. */
static void
records_of_a_kind_have_one_shape(void **state)
{
	struct kit kit;
	struct record full, bare;
	struct kit_record one, two;
	struct field_set nothing = {{0}};
	struct present_index index;
	struct out cut = out_new(LIMIT_SD_JWT);

	(void)state;
	kit_open(&kit);
	kit_incident(&kit, &full);
	record_init(&bare, KIND_INCIDENT);
	bare.station = full.station;
	bare.thread = full.thread;
	bare.is_exercise = true;
	bare.filed_ms = full.filed_ms;
	kit_issue(&kit, &full, &one);
	kit_issue(&kit, &bare, &two);
	assert_int_equal(one.jwt.n, two.jwt.n);
	assert_int_equal(present_index(out_view(&one.disclosures), &index), ERR_OK);
	present_cut(&cut, out_view(&one.jwt), &index, &nothing);
	assert_int_equal(cut.n, one.jwt.n + 1 + index.disclosure[FIELD_KIND][0].n + 1 +
				    index.disclosure[FIELD_THREAD][0].n + 1);
	out_free(&cut);
	kit_free(&one);
	kit_free(&two);
	kit_close(&kit);
}

/* A place known to 10 km and one known to 10 m look alike to who is given the 10 km. */
static void
places_have_one_shape(void **state)
{
	struct kit kit;
	struct record fine, coarse;
	struct kit_record one, two;
	struct present_index a, b;

	(void)state;
	kit_open(&kit);
	kit_incident(&kit, &fine);
	coarse = fine;
	kit_set(&kit, &coarse, "place", "38SLE75");
	kit_issue(&kit, &fine, &one);
	kit_issue(&kit, &coarse, &two);
	assert_int_equal(present_index(out_view(&one.disclosures), &a), ERR_OK);
	assert_int_equal(present_index(out_view(&two.disclosures), &b), ERR_OK);
	assert_int_equal(a.disclosure[FIELD_PLACE][0].n, b.disclosure[FIELD_PLACE][0].n);
	assert_int_equal(a.disclosure[FIELD_PLACE][2].n, b.disclosure[FIELD_PLACE][2].n);
	assert_true(a.disclosure[FIELD_PLACE][3].n > 0);
	assert_int_equal(b.disclosure[FIELD_PLACE][3].n, 0);
	kit_free(&one);
	kit_free(&two);
	kit_close(&kit);
}

static void
sealed_fields_never_leave(void **state)
{
	struct kit kit;
	struct record record;
	struct kit_record made;
	struct field_set all;
	struct present_index index;
	struct out cut = out_new(LIMIT_SD_JWT);

	(void)state;
	kit_open(&kit);
	kit_incident(&kit, &record);
	kit_set(&kit, &record, "source", "by the old phone");
	kit_issue(&kit, &record, &made);
	record_levels(&record, &all);
	all.mask[FIELD_SOURCE] = 1;
	assert_int_equal(present_index(out_view(&made.disclosures), &index), ERR_OK);
	assert_true(index.disclosure[FIELD_SOURCE][0].n > 0);
	present_cut(&cut, out_view(&made.jwt), &index, &all);
	assert_null(strstr(cut.p, index.disclosure[FIELD_SOURCE][0].p ? "by the old phone" : ""));
	for (size_t i = 0; i + index.disclosure[FIELD_SOURCE][0].n <= cut.n; i++)
		assert_int_not_equal(memcmp(cut.p + i, index.disclosure[FIELD_SOURCE][0].p,
					    index.disclosure[FIELD_SOURCE][0].n),
				     0);
	out_free(&cut);
	kit_free(&made);
	kit_close(&kit);
}

/* Each asked party is given its own row. */
static void
the_asked_get_their_own_row(void **state)
{
	struct kit kit;
	struct record record, read;
	struct kit_record made;
	struct field_set set = {{0}};
	struct present_terms present = kit_terms();
	struct admit_terms terms;
	struct admit_delivery delivery;
	struct out token = out_new(LIMIT_SD_JWT);

	(void)state;
	kit_open(&kit);
	terms = kit_admit_terms(&kit);
	kit_incident(&kit, &record);
	kit_set(&kit, &record, "ask", "b:2027-05-04T01:00Z,c:2027-05-04T02:00Z");
	kit_issue(&kit, &record, &made);
	set.mask[FIELD_ASK] = 1 | 1 << 2;
	kit_deliver(&kit, &made, &set, &present, &token);
	assert_int_equal(admit_delivery(&terms, out_view(&token), kit.arena, &read, &delivery).why,
			 WHY_NONE);
	assert_true(read.field[FIELD_ASK].is_set);
	assert_int_equal(read.field[FIELD_ASK].asks.n, 2);
	assert_string_equal(read.field[FIELD_ASK].asks.ask[0].party.name, "");
	assert_string_equal(read.field[FIELD_ASK].asks.ask[1].party.name, "c");
	out_free(&token);
	kit_free(&made);
	kit_close(&kit);
}

static void
unfinished_records_are_not_issued(void **state)
{
	struct kit kit;
	struct record record, changed;
	struct out signing = out_new(LIMIT_JWT), disclosures = out_new(LIMIT_SD_JWT);
	struct out none = out_new(8);

	(void)state;
	kit_open(&kit);
	kit_incident(&kit, &record);
#define ISSUE(record, key, signing, arena)                                                         \
	issue_record(record, key, &kit.random, arena, signing, &disclosures)
	assert_int_equal(ISSUE(&record, 0, &signing, kit.arena), ERR_FORMAT);
	assert_int_equal(ISSUE(&record, JWS_KEY_MAX + 1, &signing, kit.arena), ERR_FORMAT);
	changed = record;
	changed.kind = KIND_NONE;
	assert_int_equal(ISSUE(&changed, 1, &signing, kit.arena), ERR_FORMAT);
	changed.kind = KIND_COUNT;
	assert_int_equal(ISSUE(&changed, 1, &signing, kit.arena), ERR_FORMAT);
	changed = record;
	changed.thread = (struct span){NULL, 0};
	assert_int_equal(ISSUE(&changed, 1, &signing, kit.arena), ERR_FORMAT);
	changed = record;
	changed.station.name[0] = '\0';
	assert_int_equal(ISSUE(&changed, 1, &signing, kit.arena), ERR_FORMAT);
	changed = record;
	changed.filed_ms = 0;
	assert_int_equal(ISSUE(&changed, 1, &signing, kit.arena), ERR_FORMAT);
	assert_int_equal(signing.n, 0);
	assert_int_equal(ISSUE(&record, 1, &none, kit.arena), ERR_LIMIT);
	changed = record;
	changed.is_exercise = false;
	assert_int_equal(ISSUE(&changed, 1, &signing, kit.arena), ERR_OK);
	for (size_t limit = 0; limit < 80000; limit += 2000) {
		struct arena *arena = arena_new(limit);
		enum err err;

		out_reset(&signing);
		out_reset(&disclosures);
		err = ISSUE(&record, 1, &signing, arena);
		assert_true(err == ERR_OK || err == ERR_NOMEM);
		arena_free(arena);
	}
	out_free(&none);
	out_free(&signing);
	out_free(&disclosures);
	kit_close(&kit);
}

static void
index_takes_only_our_own(void **state)
{
	static const struct {
		const char *json[3];
		enum err err;
	} rows[] = {
	    {{NULL}, ERR_OK},
	    {{"[\"0123456789012345678901\",\"kind\",1]", NULL}, ERR_OK},
	    {{"[\"0123456789012345678901\",\"place\",{}]",
	      "[\"0123456789012345678901\",\"100km\",1]"},
	     ERR_OK},
	    {{"[\"0123456789012345678901\",\"100km\",1]", NULL}, ERR_FORMAT},
	    {{"[\"0123456789012345678901\",\"kind\",1]", "[\"0123456789012345678901\",\"kind\",1]"},
	     ERR_FORMAT},
	    {{"[\"0123456789012345678901\",\"nothing\",1]", NULL}, ERR_FORMAT},
	    {{"[\"0123456789012345678901\",\"\",1]", NULL}, ERR_FORMAT},
	    {{"[\"0123456789012345678901\", \"kind\",1]", NULL}, ERR_FORMAT},
	    {{"[ \"0123456789012345678901\",\"kind\",1]", NULL}, ERR_FORMAT},
	    {{"[\"short\",\"kind\",1]", NULL}, ERR_FORMAT},
	    {{"[\"0123456789012345678901\",\"no_end_of_the_name_within_reach", NULL}, ERR_FORMAT},
	    {{"", NULL}, ERR_FORMAT},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct out text = out_new(4096);
		struct present_index index;

		for (size_t j = 0; rows[i].json[j]; j++) {
			b64url_write(&text, span_of(rows[i].json[j]));
			out_char(&text, '~');
		}
		if (present_index(out_view(&text), &index) != rows[i].err)
			fail_msg("row %zu", i);
		out_free(&text);
	}
	{
		struct present_index index;

		assert_int_equal(present_index(SPAN("WyJ+~"), &index), ERR_FORMAT);
		assert_int_equal(present_index(SPAN("WyIwMTIz"), &index), ERR_FORMAT);
	}
}

static void
a_full_writer_says_so(void **state)
{
	struct present_terms terms = kit_terms();
	struct party many[256] = {{"abcdefghijklmno"}};
	struct out text = out_new(LIMIT_SD_JWT);

	(void)state;
	for (size_t i = 0; i < 256; i++)
		many[i] = many[0];
	terms.onward = many;
	terms.onward_n = 256;
	present_binding(&text, SPAN("x~"), &terms);
	assert_int_equal(out_err(&text), ERR_LIMIT);
	out_free(&text);
}

/* What an independent library says to what we make, and we to what it makes. */
static void
write_key(struct out *out, const struct sign_public *public)
{
	b64url_write(out, span_make(public->b, SIGN_PUBLIC_SIZE));
	out_char(out, '\t');
}

static void
write_ours(struct kit *kit, struct out *file, struct span token, const char *nonce)
{
	struct sdjwt_parts parts;
	struct sdjwt sdjwt;
	char bytes[LIMIT_JWT];
	struct span payload;
	char *claims;

	assert_int_equal(sdjwt_split(token, &parts), WHY_NONE);
	payload_of(parts.jwt, bytes, sizeof bytes, &payload);
	assert_int_equal(sdjwt_open(payload, parts.disclosures, kit->arena, &sdjwt), WHY_NONE);
	claims = json_dumps(sdjwt.payload, JSON_COMPACT);
	write_key(file, &kit->record[0].public);
	write_key(file, &kit->spare[0].public);
	out_format(file, "%s\t", nonce);
	out_span(file, token);
	out_format(file, "\t%s\n", claims);
	free(claims);
	sdjwt_close(&sdjwt);
}

static void
make_ours(struct kit *kit, struct out *file)
{
	unsigned seed = 17;
	struct record record;

	for (unsigned i = 0; i < (TEST_SLOW ? 1000 : 40); i++) {
		struct present_terms terms = kit_terms();
		struct out token = out_new(LIMIT_SD_JWT);
		struct kit_record made;
		struct field_set set;
		char nonce[24];

		kit_incident(kit, &record);
		kit_set(kit, &record, "detail",
			"\xda\xa9\xd9\x88\xd8\xb1\xd8\xaf\xdb\x8c \"q\" \\ \n");
		kit_issue(kit, &record, &made);
		record_levels(&record, &set);
		for (enum field f = 1; f < FIELD_COUNT; f++)
			if (kit_next(&seed) % 3 == 0)
				set.mask[f] = 0;
		terms.counter = i + 1;
		(void)snprintf(nonce, sizeof nonce, "%016u", i + 1);
		kit_deliver(kit, &made, &set, &terms, &token);
		write_ours(kit, file, out_view(&token), nonce);
		out_reset(&token);
		out_span(&token, out_view(&made.jwt));
		out_char(&token, '~');
		out_span(&token, out_view(&made.disclosures));
		write_ours(kit, file, out_view(&token), "");
		out_free(&token);
		kit_free(&made);
		arena_reset(kit->arena);
	}
}

static void
read_theirs(struct kit *kit, struct span line)
{
	struct span key, token, claims, signing;
	struct sign_public public;
	struct signature signature;
	struct sdjwt_parts parts;
	struct sdjwt sdjwt;
	char bytes[LIMIT_JWT];
	struct span payload;
	json_t *expected;
	size_t n;

	assert_true(span_split(&line, '\t', &key) && span_split(&line, '\t', &token));
	claims = line;
	assert_true(b64url_read(key, public.b, SIGN_PUBLIC_SIZE, &n));
	assert_int_equal(sdjwt_split(token, &parts), WHY_NONE);
	assert_int_equal(parts.binding.n, 0);
	signing = parts.jwt;
	while (signing.p[signing.n - 1] != '.')
		signing.n--;
	assert_true(b64url_read(span_make(parts.jwt.p + signing.n, parts.jwt.n - signing.n),
				signature.b, SIGN_SIZE, &n));
	signing.n--;
	assert_true(sign_holds(&public, signing, &signature));
	payload_of(parts.jwt, bytes, sizeof bytes, &payload);
	assert_int_equal(sdjwt_open(payload, parts.disclosures, kit->arena, &sdjwt), WHY_NONE);
	expected = json_read_strict(claims);
	if (!json_equal(expected, sdjwt.payload))
		fail_msg("%.*s", (int)claims.n, claims.p);
	json_decref(expected);
	sdjwt_close(&sdjwt);
}

static int
run_oracle(const char *dir)
{
	const char *source = getenv("SEAM_SOURCE");
	char path[FILE_PATH_MAX];
	char where[FILE_PATH_MAX];
	char *arguments[] = {path, where, NULL};
	pid_t pid;
	int status;

	if (file_path(path, sizeof path, source ? source : ".", "test/oracle/sdjwt") != ERR_OK ||
	    !span_copy(where, sizeof where, span_of(dir)) ||
	    posix_spawn(&pid, path, NULL, NULL, arguments, environ) != 0)
		return -1;
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void
an_independent_library_agrees(void **state)
{
	enum { SKIPPED = 77 };
	const char *build = getenv("SEAM_BUILD");
	char dir[FILE_PATH_MAX], path[FILE_PATH_MAX];
	struct out file = out_new(64 << 20);
	struct kit kit;
	struct span rest, line;
	unsigned n = 0;
	int status;

	(void)state;
	kit_open(&kit);
	assert_int_equal(file_path(dir, sizeof dir, build ? build : "/tmp", "oracle-sdjwt"),
			 ERR_OK);
	assert_int_equal(file_make_dirs(dir, 0700), ERR_OK);
	assert_int_equal(file_path(path, sizeof path, dir, "ours.tsv"), ERR_OK);
	make_ours(&kit, &file);
	assert_int_equal(file_write(path, out_view(&file), 0600), ERR_OK);
	status = run_oracle(dir);
	if (status == SKIPPED) {
		out_free(&file);
		kit_close(&kit);
		skip();
	}
	assert_int_equal(status, 0);
	out_reset(&file);
	assert_int_equal(file_path(path, sizeof path, dir, "theirs.tsv"), ERR_OK);
	assert_int_equal(file_read(path, &file), ERR_OK);
	rest = span_trim(out_view(&file));
	for (; span_split(&rest, '\n', &line); n++)
		read_theirs(&kit, line);
	assert_int_equal(n, 16);
	out_free(&file);
	kit_close(&kit);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(clear_is_only_what_must_be),
	    cmocka_unit_test(records_of_a_kind_have_one_shape),
	    cmocka_unit_test(places_have_one_shape),
	    cmocka_unit_test(sealed_fields_never_leave),
	    cmocka_unit_test(the_asked_get_their_own_row),
	    cmocka_unit_test(unfinished_records_are_not_issued),
	    cmocka_unit_test(index_takes_only_our_own),
	    cmocka_unit_test(a_full_writer_says_so),
	    cmocka_unit_test(an_independent_library_agrees),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
