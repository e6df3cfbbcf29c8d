/*
 * Holds: what is written reads back, what is not of that form is none, the newest of a record
 * counts.
 */
#include "seamd/hold.h"

#include "journal/testhome.h"

static const struct {
	const char *name, *text;
	bool is_read;
	int64_t until_ms;
	const char *duty, *reason;
} ROWS[] = {
    {"whole", "until 12\nduty director\nreason inquiry into shots\n", true, 12, "director",
     "inquiry into shots"},
    {"ended", "until 0\nduty director\nreason \n", true, 0, "director", ""},
    {"no text", "", false, 0, "", ""},
    {"no reason", "until 12\nduty director\n", false, 0, "", ""},
    {"another order", "duty director\nuntil 12\nreason x\n", false, 0, "", ""},
    {"no number", "until soon\nduty director\nreason x\n", false, 0, "", ""},
    {"a line more", "until 12\nduty director\nreason x\nreason y\n", false, 0, "", ""},
    {"a word longer", "untilx 12\nduty director\nreason x\n", false, 0, "", ""},
};

static void
texts_read(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof ROWS / sizeof *ROWS; i++) {
		struct hold hold = {.version = 1};
		struct out text = out_new(HOLD_TEXT_MAX);

		if (hold_read(span_of(ROWS[i].text), &hold) != ROWS[i].is_read)
			fail_msg("%s", ROWS[i].name);
		if (!ROWS[i].is_read)
			continue;
		assert_int_equal(hold.until_ms, ROWS[i].until_ms);
		assert_true(span_is(hold.duty, ROWS[i].duty));
		assert_true(span_is(hold.reason, ROWS[i].reason));
		hold_write(&text, &hold);
		assert_true(span_is(out_view(&text), ROWS[i].text));
		out_free(&text);
	}
}

static void
put(struct journal *journal, const char *record, int64_t version, int64_t until_ms)
{
	struct hold hold = {.until_ms = until_ms, .duty = SPAN("director"), .reason = SPAN("why")};
	struct hash id = hash_of(span_of(record));
	struct out text = out_new(HOLD_TEXT_MAX);
	char name[HASH_TEXT_SIZE];
	struct shelf shelf = {.class = SPAN(HOLD_CLASS), .version = version};

	hash_text(name, &id);
	hold_write(&text, &hold);
	shelf.name = span_of(name);
	shelf.text = out_view(&text);
	assert_int_equal(journal_begin(journal), ERR_OK);
	assert_int_equal(shelf_put(journal, &shelf), ERR_OK);
	assert_int_equal(journal_commit(journal), ERR_OK);
	out_free(&text);
}

struct seen {
	int64_t sum;
	int n, most;
};

static bool
see(void *context, const struct hold *hold)
{
	struct seen *seen = context;

	assert_true(span_is(hold->reason, "why"));
	seen->sum += hold->until_ms;
	return ++seen->n < seen->most;
}

static void
the_newest_counts(void **state)
{
	struct testhome home;
	struct arena *arena = arena_new(1 << 20);
	struct hash one = hash_of(SPAN("one")), other = hash_of(SPAN("other"));
	struct seen seen = {.most = 9}, first = {.most = 1};
	struct hold hold;

	(void)state;
	testhome_make(&home, "/tmp");
	assert_int_equal(hold_each(home.journal, see, &seen), ERR_OK);
	assert_int_equal(seen.n, 0);
	put(home.journal, "one", 1, 10);
	put(home.journal, "two", 1, 100);
	put(home.journal, "one", 2, 7);
	put(home.journal, "one", 10, 20);
	assert_int_equal(hold_of(home.journal, &one, arena, &hold), ERR_OK);
	assert_int_equal(hold.until_ms, 20);
	assert_int_equal(hold.version, 10);
	assert_int_equal(hold_of(home.journal, &other, arena, &hold), ERR_OK);
	assert_int_equal(hold.version, 0);
	assert_int_equal(hold.until_ms, 0);
	assert_int_equal(hold_each(home.journal, see, &seen), ERR_OK);
	assert_int_equal(seen.n, 2);
	assert_int_equal(seen.sum, 120);
	assert_int_equal(hold_each(home.journal, see, &first), ERR_OK);
	assert_int_equal(first.n, 1);
	arena_free(arena);
	testhome_drop(&home);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(texts_read),
	    cmocka_unit_test(the_newest_counts),
	};

	return cmocka_run_group_tests_name("seamd/hold", tests, NULL, NULL);
}
