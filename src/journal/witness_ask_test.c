/* The log's end of tlog-witness: what answers mean, heads of our own that others show, and a log
 * that tells two histories. */
#define _GNU_SOURCE
#include "journal/testscene.h"

/* --- the log */

static void
answers_are_weighed(void **state)
{
	struct scene *scene = *state;
	struct note_key stranger;
	struct sign_secret stranger_secret;
	struct out request = out_new(NOTE_MAX), body = out_new(NOTE_MAX), note = out_new(NOTE_MAX);
	uint64_t old = 0;

	testhome_key("seam/b/qayyara/witness", NOTE_COSIGNATURE, 77, &stranger_secret, &stranger);
	assert_int_equal(witness_write_request(scene->log.journal, 0, &request), ERR_NOT_FOUND);
	grow(&scene->log, 0, 4);
	assert_int_equal(witness_write_request(scene->log.journal, 6, &request), ERR_LIMIT);
	assert_int_equal(witness_write_request(scene->log.journal, 0, &request), ERR_OK);
	assert_int_equal(submit(scene, out_view(&request), &body), 200);
	const struct {
		const char *name;
		int status;
		struct span body;
		const struct note_key *key;
		uint64_t old;
		enum witness_outcome outcome;
		uint64_t next;
	} rows[] = {
	    {"countersigned", 200, out_view(&body), &scene->key, 0, WITNESS_COSIGNED, 5},
	    {"by another key", 200, out_view(&body), &stranger, 0, WITNESS_USELESS, 0},
	    {"nothing in it", 200, SPAN(""), &scene->key, 0, WITNESS_USELESS, 0},
	    {"half a line", 200, span_make(body.p, body.n - 9), &scene->key, 0, WITNESS_USELESS, 0},
	    {"another size", 409, SPAN("3\n"), &scene->key, 0, WITNESS_RETRY, 3},
	    {"forgotten", 409, SPAN("0\n"), &scene->key, 5, WITNESS_RETRY, 0},
	    {"the size that was named", 409, SPAN("5\n"), &scene->key, 5, WITNESS_DISAGREES, 5},
	    {"a larger one", 409, SPAN("6\n"), &scene->key, 0, WITNESS_AHEAD, 0},
	    {"no newline", 409, SPAN("3"), &scene->key, 0, WITNESS_USELESS, 0},
	    {"no number", 409, SPAN("x\n"), &scene->key, 0, WITNESS_USELESS, 0},
	    {"leading zero", 409, SPAN("03\n"), &scene->key, 0, WITNESS_USELESS, 0},
	    {"negative", 409, SPAN("-3\n"), &scene->key, 0, WITNESS_USELESS, 0},
	    {"empty", 409, SPAN(""), &scene->key, 0, WITNESS_USELESS, 0},
	    {"another history", 422, SPAN(""), &scene->key, 3, WITNESS_DISAGREES, 3},
	    {"unknown", 404, SPAN(""), &scene->key, 0, WITNESS_STRANGER, 0},
	    {"not trusted", 403, SPAN(""), &scene->key, 0, WITNESS_STRANGER, 0},
	    {"its fault", 500, SPAN(""), &scene->key, 0, WITNESS_USELESS, 0},
	    {"ours", 400, SPAN(""), &scene->key, 0, WITNESS_USELESS, 0},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		old = rows[i].old;
		if (take(scene, rows[i].key, rows[i].status, rows[i].body, &old) !=
			rows[i].outcome ||
		    old != rows[i].next)
			fail_msg("%s", rows[i].name);
	}
	assert_int_equal(journal_head_note(scene->log.journal, &note), ERR_OK);
	{
		struct note read;

		assert_int_equal(note_read(out_view(&note), &read), ERR_OK);
		assert_int_equal(note_count(&read), 2);
	}
	testhome_assert_verifies(&scene->log);
	out_free(&request);
	out_free(&body);
	out_free(&note);
}

/* From no knowledge of each other to a countersignature, at random sizes, with lost answers. */
static void
they_always_come_together(void **state)
{
	struct scene *scene = *state;
	struct out request = out_new(NOTE_MAX), body = out_new(NOTE_MAX);
	uint64_t old = 0;
	int n = 0;

	for (int round = 0; round < 40; round++) {
		int count = 1 + round * 7 % 23;
		enum witness_outcome outcome = WITNESS_RETRY;
		int asked = 0;

		grow(&scene->log, n, count);
		n += count;
		if (round % 5 == 3)
			old = 0; /* a new process of the log knows nothing */
		while (outcome == WITNESS_RETRY && asked++ < 3) {
			int status;

			out_reset(&request);
			assert_int_equal(witness_write_request(scene->log.journal, old, &request),
					 ERR_OK);
			status = submit(scene, out_view(&request), &body);
			if (round % 4 == 1)
				break; /* the answer is lost */
			outcome = take(scene, &scene->key, status, out_view(&body), &old);
		}
		assert_true(round % 4 == 1 || outcome == WITNESS_COSIGNED);
		assert_true(asked <= 2);
	}
	testhome_assert_verifies(&scene->log);
	out_free(&request);
	out_free(&body);
}

/* --- heads of our own log, shown by others */

static void
shown_heads_of_our_own(void **state)
{
	static const struct {
		const char *name;
		int twin_first, twin_count; /* records of the twin after the copy */
		bool is_signed_by_us;
		enum err err;
	} rows[] = {
	    {"the same head", 100, 0, true, ERR_OK},
	    {"an older one of the same history", 100, 3, true, ERR_OK},
	    {"the newest", 100, 6, true, ERR_OK},
	    {"a larger one", 100, 7, true, ERR_CORRUPT},
	    {"another of the same size", 200, 6, true, ERR_CORRUPT},
	    {"a smaller one of another history", 200, 2, true, ERR_CORRUPT},
	    {"a larger one of another history", 200, 9, true, ERR_CORRUPT},
	    {"one that we did not sign", 200, 9, false, ERR_REFUSED},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct testhome home, twin;
		struct out note = out_new(NOTE_MAX), text = out_new(NOTE_MAX);
		bool is_stopped = rows[i].err == ERR_CORRUPT;

		testhome_make(&home, "/tmp");
		grow(&home, 0, 5);
		make_twin(&home, &twin);
		grow(&home, 100, 3);
		grow(&home, 103, 3);
		if (rows[i].twin_count)
			grow(&twin, rows[i].twin_first, rows[i].twin_count);
		assert_int_equal(journal_head_note(twin.journal, &note), ERR_OK);
		if (!rows[i].is_signed_by_us)
			note.p[note.n - 9] = note.p[note.n - 9] == 'A' ? 'B' : 'A';
		if (journal_head_shown(home.journal, out_view(&note)) != rows[i].err)
			fail_msg("%s", rows[i].name);
		/* whoever contradicts us stops our signing, now and after a new start */
		testhome_append(&home, 300, 1);
		assert_int_equal(journal_head_due(home.journal, &text),
				 is_stopped ? ERR_CORRUPT : ERR_OK);
		journal_close(home.journal);
		home.journal = NULL;
		assert_int_equal(journal_open(home.dir, JOURNAL_WRITE, home.why, &home.journal),
				 is_stopped ? ERR_CORRUPT : ERR_OK);
		assert_int_equal(home.why[0] != '\0', is_stopped);
		out_free(&note);
		out_free(&text);
		testhome_drop(&home);
		testhome_drop(&twin);
	}
}

/* --- a log that tells two histories */

/* The log and its twin show two witnesses different heads; the second head is refused by whoever
 * saw the first, and both together are evidence. */
static void
equivocation(void **state)
{
	struct scene *scene = *state;
	struct testhome twin;
	struct scene other;
	struct fork fork = fork_new();
	struct note_head head[2];
	struct witness_answer answer;
	struct out request = out_new(NOTE_MAX), body = out_new(NOTE_MAX);
	struct out seen = out_new(NOTE_MAX), shown = out_new(NOTE_MAX), message = out_new(NOTE_MAX);
	uint64_t old = 0;

	testhome_make_as(&other.witness, "/tmp", "c/erbil", 9);
	testhome_key("seam/c/erbil/witness", NOTE_COSIGNATURE, 12, &other.secret, &other.key);
	grow(&scene->log, 0, 4);
	make_twin(&scene->log, &twin);
	other.log = twin;
	grow(&scene->log, 100, 4);
	grow(&twin, 200, 4);
	/* each believes the history that it is told first */
	assert_int_equal(witness_write_request(scene->log.journal, 0, &request), ERR_OK);
	assert_int_equal(submit(scene, out_view(&request), &body), 200);
	out_reset(&request);
	assert_int_equal(witness_write_request(twin.journal, 0, &request), ERR_OK);
	assert_int_equal(submit(&other, out_view(&request), &body), 200);
	/* told the other one, the first refuses and has both heads */
	assert_int_equal(submit(scene, out_view(&request), &body), 409);
	out_reset(&request);
	assert_int_equal(witness_write_request(twin.journal, 9, &request), ERR_OK);
	assert_int_equal(witness_serve(scene->witness.journal, &scene->log.key, out_view(&request),
				       NOW, 1, &answer, &message, &fork),
			 ERR_OK);
	assert_true(answer.status == 422 && answer.has_forked);
	assert_true(fork_holds(&fork, &scene->log.key, head));
	assert_true(head[0].size == 9 && head[1].size == 9);
	assert_int_equal(message.n, 0);
	witness_write_refusal(&answer, &body);
	assert_int_equal(take(scene, &scene->key, 422, SPAN(""), &old), WITNESS_DISAGREES);
	/* from then on nothing of that log is countersigned, not even its true continuation */
	assert_int_equal(witness_distrust(scene->witness.journal, span_of(scene->log.key.name), 2),
			 ERR_OK);
	assert_int_equal(witness_distrust(scene->witness.journal, span_of(scene->log.key.name), 2),
			 ERR_OK);
	assert_true(witness_is_distrusted(scene->witness.journal, span_of(scene->log.key.name)));
	assert_false(witness_is_distrusted(scene->witness.journal, span_of("seam/c/erbil/log/1")));
	assert_int_equal(
	    witness_distrust(scene->witness.journal, span_of(scene->witness.key.name), 2),
	    ERR_REFUSED);
	grow(&scene->log, 104, 2);
	out_reset(&request);
	assert_int_equal(witness_write_request(scene->log.journal, 9, &request), ERR_OK);
	assert_int_equal(submit(scene, out_view(&request), &body), 403);
	out_reset(&request);
	assert_int_equal(witness_write_request(scene->log.journal, 0, &request), ERR_OK);
	assert_int_equal(submit(scene, out_view(&request), &body), 403);
	/* what the witness saw, shown to the twin, stops its signing */
	assert_int_equal(
	    journal_witnessed(scene->witness.journal, span_of(scene->log.key.name), &seen), ERR_OK);
	assert_int_equal(journal_head_shown(twin.journal, out_view(&seen)), ERR_CORRUPT);
	journal_close(scene->witness.journal);
	testhome_open(&scene->witness);
	assert_true(witness_is_distrusted(scene->witness.journal, span_of(scene->log.key.name)));
	out_free(&request);
	out_free(&body);
	out_free(&seen);
	out_free(&shown);
	out_free(&message);
	fork_free(&fork);
	testhome_drop(&twin);
	testhome_drop(&other.witness);
}

int
main(void)
{
#define ROW(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
	    ROW(answers_are_weighed),
	    ROW(they_always_come_together),
	    cmocka_unit_test(shown_heads_of_our_own),
	    ROW(equivocation),
	};
#undef ROW

	return cmocka_run_group_tests(tests, NULL, NULL);
}
