/* The witness's end of tlog-witness: every status, nothing before it is durable, no way back. */
#define _GNU_SOURCE
#include "journal/testscene.h"

#include "journal/proof.h"
#include "journal/rowhash.h"
#include "journal/tables.h"

/* --- the form */

static void
requests_are_read_strictly(void **state)
{
	static const char hash[] = "PlRNCrwHpqhGrupue0L7gxbjbMiKA9temvuZZDDpkaw=\n";
	static const char note[] =
	    "example.com/x\n7\nPlRNCrwHpqhGrupue0L7gxbjbMiKA9temvuZZDDpkaw=\n\n"
	    "\xe2\x80\x94 example.com/x Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/"
	    "Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n";
	static const struct {
		const char *name;
		const char *first;
		int hashes;
		const char *rest; /* before the note; NULL: no note either */
		enum err err;
	} rows[] = {
	    {"none", "old 0\n", 0, "\n", ERR_OK},
	    {"one", "old 5\n", 1, "\n", ERR_OK},
	    {"most", "old 5\n", WITNESS_PROOF_MAX, "\n", ERR_OK},
	    {"too many", "old 5\n", WITNESS_PROOF_MAX + 1, "\n", ERR_FORMAT},
	    {"larger than the head is form", "old 999999999999999999\n", 0, "\n", ERR_OK},
	    {"too large", "old 1000000000000000000\n", 0, "\n", ERR_FORMAT},
	    {"leading zero", "old 05\n", 0, "\n", ERR_FORMAT},
	    {"negative", "old -5\n", 0, "\n", ERR_FORMAT},
	    {"minus nothing", "old -0\n", 0, "\n", ERR_FORMAT},
	    {"plus", "old +5\n", 0, "\n", ERR_FORMAT},
	    {"no number", "old \n", 0, "\n", ERR_FORMAT},
	    {"two blanks", "old  5\n", 0, "\n", ERR_FORMAT},
	    {"blank after", "old 5 \n", 0, "\n", ERR_FORMAT},
	    {"return", "old 5\r\n", 0, "\n", ERR_FORMAT},
	    {"another word", "Old 5\n", 0, "\n", ERR_FORMAT},
	    {"no first line", "", 0, "\n", ERR_FORMAT},
	    {"no empty line", "old 5\n", 1, "", ERR_FORMAT},
	    {"two empty lines", "old 5\n", 1, "\n\n", ERR_FORMAT},
	    {"no hash", "old 5\nx\n", 0, "\n", ERR_FORMAT},
	    {"no note", "old 5\n", 1, NULL, ERR_FORMAT},
	};
	struct witness_request request;

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct out body = out_new(1 << 17);
		enum err err;

		out_text(&body, rows[i].first);
		for (int n = 0; n < rows[i].hashes; n++)
			out_text(&body, hash);
		out_text(&body, rows[i].rest ? rows[i].rest : "\n");
		if (rows[i].rest)
			out_text(&body, note);
		err = witness_read_request(out_view(&body), &request);
		if (err != rows[i].err)
			fail_msg("%s: %s", rows[i].name, err_text(err));
		if (err == ERR_OK) {
			assert_int_equal(request.path.n, rows[i].hashes);
			assert_true(span_is(request.origin, "example.com/x"));
			assert_true(span_is(request.note, note));
			assert_int_equal(request.head.size, 7);
		}
		out_free(&body);
	}
}

/* --- the witness */

static struct out
request_of(const char *first, const struct merkle_path *path, struct span note)
{
	struct out body = out_new(WITNESS_BODY_MAX);

	out_text(&body, first);
	proof_write_path(&body, path);
	out_char(&body, '\n');
	out_span(&body, note);
	return body;
}

/* A signed head of any content under the log's key, or another one. */
static struct out
note_of(const struct note_key *key, const struct sign_secret *secret, uint64_t size,
	const struct hash *root)
{
	struct note_head head = {.size = size, .root = *root};
	struct out text = out_new(NOTE_MAX);
	struct out note = out_new(NOTE_MAX);
	struct signature signature;

	(void)span_copy(head.origin, sizeof head.origin, span_of(key->name));
	note_head_write(&text, &head);
	sign_make(secret, out_view(&text), &signature);
	out_span(&note, out_view(&text));
	out_char(&note, '\n');
	note_write_line(&note, key, 0, &signature);
	out_free(&text);
	return note;
}

/* One row for each way to be answered, in the order that the specification checks. */
static void
every_status(void **state)
{
	struct scene *scene = *state;
	struct merkle_path none = {.n = 0};
	struct merkle_path path;
	struct merkle_path broken;
	struct hash empty = merkle_empty();
	struct hash other = hash_of(SPAN("another root"));
	struct note_key stranger;
	struct sign_secret stranger_secret;
	struct out at3 = out_new(NOTE_MAX), at5 = out_new(NOTE_MAX);
	struct out unsigned5 = out_new(NOTE_MAX);
	struct out other3, other5, zero, false_zero, forged5;

	testhome_key("seam/a/makhmour/log/1", NOTE_ED25519, 99, &stranger_secret, &stranger);
	grow(&scene->log, 0, 2);
	assert_int_equal(journal_head_note(scene->log.journal, &at3), ERR_OK);
	grow(&scene->log, 2, 2);
	assert_int_equal(journal_head_note(scene->log.journal, &at5), ERR_OK);
	assert_int_equal(journal_prove_extension(scene->log.journal, 3, 5, &path), ERR_OK);
	broken = path;
	broken.hash[0].b[7] ^= 1;
	other3 = note_of(&scene->log.key, &scene->log.secret, 3, &other);
	other5 = note_of(&scene->log.key, &scene->log.secret, 5, &other);
	zero = note_of(&scene->log.key, &scene->log.secret, 0, &empty);
	false_zero = note_of(&scene->log.key, &scene->log.secret, 0, &other);
	forged5 = note_of(&scene->log.key, &stranger_secret, 5, &other);
	{
		struct note_key name;
		struct sign_secret secret;

		testhome_key("seam/a/makhmour/log/1", NOTE_ED25519, 98, &secret, &name);
		unsigned5 = note_of(&name, &secret, 5, &other);
	}
	const struct {
		const char *name;
		const char *first;
		const struct merkle_path *path;
		const struct out *note;
		bool is_known;
		int status;
		uint64_t held; /* before */
		bool has_forked, is_doubtful;
	} rows[] = {
	    {"unknown log", "old 0\n", &none, &at3, false, 404, 0, false, false},
	    {"a key we do not know", "old 0\n", &none, &unsigned5, true, 403, 0, false, false},
	    {"a signature that does not hold", "old 0\n", &none, &forged5, true, 403, 0, false,
	     false},
	    {"403 comes before 400", "old 9\n", &none, &forged5, true, 403, 0, false, false},
	    {"old above the head", "old 4\n", &none, &at3, true, 400, 0, false, false},
	    {"old never seen", "old 3\n", &path, &at5, true, 409, 0, false, true},
	    {"a proof from nothing", "old 0\n", &path, &at5, true, 422, 0, false, true},
	    {"an empty tree of another root", "old 0\n", &none, &false_zero, true, 422, 0, false,
	     false},
	    {"an empty tree", "old 0\n", &none, &zero, true, 200, 0, false, false},
	    {"an empty tree with a proof", "old 0\n", &path, &zero, true, 422, 0, false, false},
	    {"the first", "old 0\n", &none, &at3, true, 200, 0, false, false},
	    {"the same again", "old 3\n", &none, &at3, true, 200, 3, false, false},
	    {"the same, named wrongly", "old 0\n", &none, &at3, true, 409, 3, false, false},
	    {"the same with a proof", "old 3\n", &path, &at3, true, 422, 3, false, false},
	    {"an empty tree of another root, later", "old 0\n", &none, &false_zero, true, 422, 3,
	     false, false},
	    {"back to nothing", "old 0\n", &none, &zero, true, 409, 3, false, false},
	    {"old forgotten", "old 0\n", &none, &at5, true, 409, 3, false, true},
	    {"old too small", "old 2\n", &path, &at5, true, 409, 3, false, true},
	    {"old too large", "old 4\n", &path, &at5, true, 409, 3, false, true},
	    {"a proof that does not hold", "old 3\n", &broken, &at5, true, 422, 3, false, true},
	    {"no proof", "old 3\n", &none, &at5, true, 422, 3, false, true},
	    {"another tree", "old 3\n", &path, &other5, true, 422, 3, false, true},
	    {"another root", "old 3\n", &none, &other3, true, 422, 3, true, false},
	    {"another root, old wrong", "old 0\n", &none, &other3, true, 409, 3, true, false},
	    {"an extension", "old 3\n", &path, &at5, true, 200, 3, false, false},
	    {"replayed", "old 3\n", &path, &at5, true, 409, 5, false, false},
	    {"an older head replayed", "old 0\n", &none, &at3, true, 409, 5, false, true},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct out body = out_new(NOTE_MAX);
		struct out request =
		    request_of(rows[i].first, rows[i].path, out_view(rows[i].note));
		struct witness_answer answer;
		char size[32];
		int status = serve(scene, rows[i].is_known ? &scene->log.key : NULL,
				   out_view(&request), NOW, &answer, &body);

		if (status != rows[i].status)
			fail_msg("%s: %d", rows[i].name, status);
		if (answer.has_forked != rows[i].has_forked ||
		    answer.is_doubtful != rows[i].is_doubtful)
			fail_msg("%s: judged wrongly", rows[i].name);
		(void)snprintf(size, sizeof size, "%d\n", (int)rows[i].held);
		if (status == 409 && !span_is(out_view(&body), size))
			fail_msg("%s: not the size held", rows[i].name);
		if (status == 200 &&
		    !span_starts(out_view(&body), "\xe2\x80\x94 seam/b/qayyara/witness "))
			fail_msg("%s: no signature line", rows[i].name);
		out_free(&body);
		out_free(&request);
	}
	out_free(&at3);
	out_free(&at5);
	out_free(&other3);
	out_free(&other5);
	out_free(&zero);
	out_free(&false_zero);
	out_free(&forged5);
	out_free(&unsigned5);
}

static void
our_own_log_is_not_witnessed(void **state)
{
	struct scene *scene = *state;
	struct out body = out_new(NOTE_MAX), request = out_new(NOTE_MAX);
	struct witness_answer answer;

	grow(&scene->witness, 0, 2);
	assert_int_equal(witness_write_request(scene->witness.journal, 0, &request), ERR_OK);
	assert_int_equal(serve(scene, &scene->witness.key, out_view(&request), NOW, &answer, &body),
			 404);
	assert_true(answer.is_own);
	out_free(&body);
	out_free(&request);
}

static bool
key_of_log(void *context, struct span name, struct note_key *key)
{
	struct scene *scene = context;

	*key = scene->log.key;
	return span_is(name, key->name);
}

static bool
count_head(void *context, const struct note_head *head, struct span note, bool is_distrusted)
{
	assert_true(head->size == 7 && note.n > 0 && !is_distrusted);
	(*(int *)context)++;
	return true;
}

/* A head of another log that its key did not sign is found, even under a right row hash. */
static void
verify_foreign_heads(struct scene *scene)
{
	struct verify_options options = {
	    .key = &scene->witness.key, .find_key = key_of_log, .context = scene};
	struct verify_counts counts;
	char fault[VERIFY_FAULT_MAX];
	char path[FILE_PATH_MAX];
	sqlite3 *db;
	int n = 0;

	assert_int_equal(witness_each(scene->witness.journal, count_head, &n), ERR_OK);
	assert_int_equal(n, 1);
	assert_int_equal(verify_home(scene->witness.dir, &options, &counts, fault), ERR_OK);
	assert_int_equal(counts.witnessed, 1);
	assert_int_equal(file_path(path, sizeof path, scene->witness.dir, "head.db"), ERR_OK);
	assert_int_equal(db_open(path, DB_WRITE, &db), ERR_OK);
	assert_int_equal(rowhash_install(db), ERR_OK);
	assert_int_equal(
	    db_run(db, "UPDATE head SET size = size + 1 WHERE own = 0;"
		       "UPDATE head SET row = " TABLES_HASH("head", TABLES_HEAD) " WHERE own = 0"),
	    ERR_OK);
	db_close(db);
	assert_int_equal(verify_home(scene->witness.dir, &options, &counts, fault), ERR_CORRUPT);
	assert_string_equal(fault,
			    "head.db: the head of seam/a/makhmour/log/1 was not signed by it");
}

/* What was answered survives the process, with the countersignature beside it. */
static void
the_head_is_kept(void **state)
{
	struct scene *scene = *state;
	struct out body = out_new(NOTE_MAX), request = out_new(NOTE_MAX), note = out_new(NOTE_MAX);
	struct note read;
	struct note_head head;
	uint64_t time_s;

	grow(&scene->log, 0, 6);
	assert_int_equal(witness_write_request(scene->log.journal, 0, &request), ERR_OK);
	assert_int_equal(submit(scene, out_view(&request), &body), 200);
	journal_close(scene->witness.journal);
	testhome_open(&scene->witness);
	assert_int_equal(
	    journal_witnessed(scene->witness.journal, span_of(scene->log.key.name), &note), ERR_OK);
	assert_int_equal(note_head_open(out_view(&note), &scene->log.key, &head), ERR_OK);
	assert_int_equal(head.size, 7);
	assert_int_equal(note_read(out_view(&note), &read), ERR_OK);
	assert_int_equal(note_count(&read), 2);
	assert_int_equal(note_check(&read, &scene->key, &time_s), NOTE_HOLDS);
	assert_int_equal(time_s, NOW);
	/* again later: the newer one stands there, and only that */
	{
		struct witness_answer answer;

		out_reset(&request);
		assert_int_equal(witness_write_request(scene->log.journal, 7, &request), ERR_OK);
		assert_int_equal(
		    serve(scene, &scene->log.key, out_view(&request), NOW + 9, &answer, &body),
		    200);
		out_reset(&note);
		assert_int_equal(
		    journal_witnessed(scene->witness.journal, span_of(scene->log.key.name), &note),
		    ERR_OK);
		assert_int_equal(note_read(out_view(&note), &read), ERR_OK);
		assert_int_equal(note_count(&read), 2);
		assert_int_equal(note_check(&read, &scene->key, &time_s), NOTE_HOLDS);
		assert_int_equal(time_s, NOW + 9);
	}
	testhome_assert_verifies(&scene->witness);
	verify_foreign_heads(scene);
	out_free(&body);
	out_free(&request);
	out_free(&note);
}

/* Durable before there is anything to sign: a process that ends right after has kept it. */
static void
kept_before_the_signature(void **state)
{
	struct scene *scene = *state;
	struct out request = out_new(NOTE_MAX), note = out_new(NOTE_MAX);
	pid_t child;
	int status;

	grow(&scene->log, 0, 6);
	assert_int_equal(witness_write_request(scene->log.journal, 0, &request), ERR_OK);
	journal_close(scene->witness.journal);
	scene->witness.journal = NULL;
	child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		struct witness_answer answer;
		struct out message = out_new(NOTE_MAX);
		struct fork fork = fork_new();
		char why[JOURNAL_WHY_MAX];
		struct journal *journal;

		if (journal_open(scene->witness.dir, JOURNAL_WRITE, why, &journal) != ERR_OK ||
		    witness_serve(journal, &scene->log.key, out_view(&request), NOW, 1, &answer,
				  &message, &fork) != ERR_OK ||
		    answer.status != 200)
			_exit(1);
		(void)kill(getpid(), SIGKILL);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFSIGNALED(status));
	testhome_open(&scene->witness);
	assert_int_equal(
	    journal_witnessed(scene->witness.journal, span_of(scene->log.key.name), &note), ERR_OK);
	out_free(&request);
	out_free(&note);
}

/* Two requests that were both read before either was kept: the slower one does not roll back. */
static void
a_race_does_not_roll_back(void **state)
{
	struct scene *scene = *state;
	struct merkle_path path;
	struct out first = out_new(NOTE_MAX), at5 = out_new(NOTE_MAX), at9 = out_new(NOTE_MAX);
	struct out body = out_new(NOTE_MAX), note = out_new(NOTE_MAX), message = out_new(NOTE_MAX);
	struct witness_answer slow, answer;
	struct fork fork = fork_new();
	struct signature signature;
	struct note_head head;
	uint64_t known;

	grow(&scene->log, 0, 2);
	assert_int_equal(witness_write_request(scene->log.journal, 0, &first), ERR_OK);
	assert_int_equal(submit(scene, out_view(&first), &body), 200);
	grow(&scene->log, 2, 2);
	assert_int_equal(witness_write_request(scene->log.journal, 3, &at5), ERR_OK);
	assert_int_equal(journal_head_note(scene->log.journal, &note), ERR_OK);
	assert_int_equal(journal_prove_extension(scene->log.journal, 3, 5, &path), ERR_OK);
	grow(&scene->log, 4, 4);
	assert_int_equal(witness_write_request(scene->log.journal, 5, &at9), ERR_OK);
	/* 5 is kept but not yet signed when 9 comes and is answered */
	assert_int_equal(witness_serve(scene->witness.journal, &scene->log.key, out_view(&at5), NOW,
				       1, &slow, &message, &fork),
			 ERR_OK);
	assert_int_equal(slow.status, 200);
	sign_make(&scene->secret, out_view(&message), &signature);
	assert_int_equal(serve(scene, &scene->log.key, out_view(&at9), NOW, &answer, &body), 200);
	assert_int_equal(
	    witness_finish(scene->witness.journal, &scene->key, &slow, &signature, 1, &body),
	    ERR_OK);
	/* the row itself refuses the old step too */
	assert_int_equal(journal_witness(scene->witness.journal, &scene->log.key, 3, &path,
					 out_view(&note), 1, &known),
			 ERR_BUSY);
	assert_int_equal(known, 9);
	out_reset(&note);
	assert_int_equal(
	    journal_witnessed(scene->witness.journal, span_of(scene->log.key.name), &note), ERR_OK);
	assert_int_equal(note_head_open(out_view(&note), &scene->log.key, &head), ERR_OK);
	assert_int_equal(head.size, 9);
	/* a signature of another message, or by another key, is no answer */
	signature.b[5] ^= 1;
	assert_int_equal(
	    witness_finish(scene->witness.journal, &scene->key, &slow, &signature, 1, &body),
	    ERR_REFUSED);
	out_free(&first);
	out_free(&at5);
	out_free(&at9);
	out_free(&body);
	out_free(&note);
	out_free(&message);
	fork_free(&fork);
}

int
main(void)
{
#define ROW(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(requests_are_read_strictly),
	    ROW(every_status),
	    ROW(our_own_log_is_not_witnessed),
	    ROW(the_head_is_kept),
	    ROW(kept_before_the_signature),
	    ROW(a_race_does_not_roll_back),
	};
#undef ROW

	return cmocka_run_group_tests(tests, NULL, NULL);
}
