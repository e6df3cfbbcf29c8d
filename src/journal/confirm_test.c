/*
 * Words about erasures: owed once, given once, logged where they are ours, told once; damage to one
 * is found.
 */
#include "journal/confirm.h"

#include "base/db.h"
#include "journal/testhome.h"

static int
set_up(void **state)
{
	struct testhome *home = calloc(1, sizeof *home);

	testhome_make(home, "/tmp");
	testhome_append(home, 0, 3);
	*state = home;
	return 0;
}

static int
tear_down(void **state)
{
	testhome_drop(*state);
	free(*state);
	return 0;
}

static struct confirm
word(const char *erasure, const char *station, const char *text)
{
	return (struct confirm){.erasure = hash_of(span_of(erasure)),
				.record = hash_of(SPAN("record")),
				.station = span_of(station),
				.toward = SPAN("a/makhmour"),
				.text = span_of(text),
				.at_ms = 77};
}

struct seen {
	char text[256];
	int64_t number, leaf;
	bool is_told;
	int n;
};

static bool
see(void *context, const struct confirm *confirm)
{
	struct seen *seen = context;
	size_t n = strlen(seen->text);

	(void)snprintf(seen->text + n, sizeof seen->text - n, "%.*s:%.*s ", (int)confirm->station.n,
		       confirm->station.p, (int)confirm->text.n,
		       confirm->text.n ? confirm->text.p : "");
	seen->number = confirm->number;
	seen->leaf = confirm->leaf;
	seen->is_told = confirm->is_told;
	seen->n++;
	return seen->n < 10;
}

static struct seen
all(struct journal *journal, int64_t after)
{
	struct seen seen = {0};

	assert_int_equal(confirm_each(journal, after, &(struct confirm_walk){see, &seen}), ERR_OK);
	return seen;
}

static struct seen
owed(struct journal *journal)
{
	struct seen seen = {0};

	assert_int_equal(confirm_each_owed(journal, 0, &(struct confirm_walk){see, &seen}), ERR_OK);
	return seen;
}

static void
owed_then_given(void **state)
{
	struct testhome *home = *state;
	struct journal *j = home->journal;
	struct confirm one = word("e1", "b/kirkuk", "w1"), two = word("e2", "b/kirkuk", "w2");
	struct seen seen;
	int64_t leaf;

	assert_int_equal(confirm_owe(j, &one), ERR_REFUSED); /* outside a batch */
	assert_int_equal(journal_begin(j), ERR_OK);
	assert_int_equal(confirm_owe(j, &one), ERR_OK);
	assert_int_equal(confirm_owe(j, &one), ERR_OK);
	assert_int_equal(confirm_owe(j, &two), ERR_OK);
	assert_int_equal(journal_commit(j), ERR_OK);
	assert_string_equal(owed(j).text, "b/kirkuk: b/kirkuk: ");
	assert_int_equal(all(j, 0).n, 0);

	/* The second is given first: whoever has looked at all so far still meets the first. */
	assert_int_equal(journal_begin(j), ERR_OK);
	assert_int_equal(confirm_add(j, &two, false, &leaf), ERR_OK);
	assert_int_equal(leaf, -1);
	assert_int_equal(journal_commit(j), ERR_OK);
	seen = all(j, 0);
	assert_string_equal(seen.text, "b/kirkuk:w2 ");
	assert_int_equal(journal_begin(j), ERR_OK);
	assert_int_equal(confirm_add(j, &one, false, &leaf), ERR_OK);
	assert_int_equal(confirm_add(j, &one, false, &leaf), ERR_EXISTS);
	assert_int_equal(confirm_owe(j, &one), ERR_OK); /* was given: owed no more */
	assert_int_equal(journal_commit(j), ERR_OK);
	seen = all(j, seen.number);
	assert_string_equal(seen.text, "b/kirkuk:w1 ");
	assert_int_equal(owed(j).n, 0);
	assert_int_equal(journal_size(j), 4);
	assert_int_equal(testhome_beat(home), ERR_OK);
	testhome_assert_verifies(home);
}

static void
ours_are_logged(void **state)
{
	struct testhome *home = *state;
	struct journal *j = home->journal;
	struct confirm one = word("e1", "b/kirkuk", "w1"), two = word("e1", "c/tuz", "w2"),
		       empty = word("e3", "c/tuz", ""), bad = word("e3", "", "w3");
	struct seen seen = {0};
	int64_t leaf;

	assert_int_equal(journal_begin(j), ERR_OK);
	assert_int_equal(confirm_add(j, &one, true, &leaf), ERR_OK);
	assert_int_equal(leaf, 4);
	assert_int_equal(confirm_add(j, &two, true, &leaf), ERR_OK);
	assert_int_equal(leaf, 5);
	assert_int_equal(confirm_add(j, &two, true, &leaf), ERR_EXISTS);
	assert_int_equal(confirm_add(j, &empty, true, &leaf), ERR_FORMAT);
	assert_int_equal(confirm_add(j, &bad, true, &leaf), ERR_FORMAT);
	assert_int_equal(journal_commit(j), ERR_OK);
	assert_int_equal(journal_size(j), 6);
	assert_int_equal(confirm_each_of(j, &one.erasure, &(struct confirm_walk){see, &seen}),
			 ERR_OK);
	assert_string_equal(seen.text, "b/kirkuk:w1 c/tuz:w2 ");
	assert_int_equal(seen.leaf, 5);
	assert_int_equal(testhome_beat(home), ERR_OK);
	testhome_assert_verifies(home);
}

static void
told_once(void **state)
{
	struct testhome *home = *state;
	struct journal *j = home->journal;
	struct confirm one = word("e1", "b/kirkuk", "w1"), two = word("e2", "b/kirkuk", "");
	int64_t leaf;

	assert_int_equal(journal_begin(j), ERR_OK);
	assert_int_equal(confirm_add(j, &one, false, &leaf), ERR_OK);
	assert_int_equal(confirm_owe(j, &two), ERR_OK);
	assert_int_equal(confirm_told(j, all(j, 0).number), ERR_OK);
	assert_int_equal(confirm_told(j, owed(j).number), ERR_NOT_FOUND);
	assert_int_equal(confirm_told(j, 99), ERR_NOT_FOUND);
	assert_int_equal(journal_commit(j), ERR_OK);
	assert_true(all(j, 0).is_told);
	testhome_assert_verifies(home);
}

/* The hash of the row finds it in a reader, the leaf of the log in who verifies. */
static void
a_changed_word_is_found(void **state)
{
	struct testhome *home = *state;
	struct confirm one = word("e1", "b/kirkuk", "w1");
	struct verify_counts counts;
	char fault[VERIFY_FAULT_MAX];
	char path[FILE_PATH_MAX];
	struct seen seen = {0};
	sqlite3 *db;
	int64_t leaf;

	assert_int_equal(journal_begin(home->journal), ERR_OK);
	assert_int_equal(confirm_add(home->journal, &one, true, &leaf), ERR_OK);
	assert_int_equal(journal_commit(home->journal), ERR_OK);
	assert_int_equal(testhome_beat(home), ERR_OK);
	assert_int_equal(file_path(path, sizeof path, home->dir, "journal.db"), ERR_OK);
	assert_int_equal(db_open(path, DB_WRITE, &db), ERR_OK);
	assert_int_equal(db_run(db, "UPDATE confirm SET text = x'7732'"), ERR_OK);
	db_close(db);
	assert_int_equal(confirm_each(home->journal, 0, &(struct confirm_walk){see, &seen}),
			 ERR_CORRUPT);
	assert_int_equal(seen.n, 0);
	assert_int_equal(testhome_verify(home, &counts, fault), ERR_CORRUPT);
	assert_int_equal(counts.faults, 2);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(owed_then_given, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(ours_are_logged, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(told_once, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(a_changed_word_is_found, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
