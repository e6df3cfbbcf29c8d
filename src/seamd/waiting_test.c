/* What waits for this party and for others, by its clock; what is over or answered waits no more.
 */
#include "picture/told_test.h"

#include "seamd/waiting.h"

/* Items' filing times are NIGHT + position minutes; now is NIGHT + 30. */
/* clang-format off */
static const struct {
	const char *name;
	struct told told[4];
	const char *expected; /* "ours" or "others", item, party, step, minutes until due or -; … */
} rows[] = {
	{"nothing asks", {{1, "b/kirkuk", "x", "incident", 1, "type=atk.ambush;when=2027-05-04T00:00Z"}}, ""},
	{"asked by name", {{1, "b/kirkuk", "x", "request", 1, "need=eod;ask=a:40m"}}, "ours 1 a answer 10; "},
	{"not asked by name: a person should see it all the same", {{1, "b/kirkuk", "x", "warning", 1, "window=2027-05-05"}},
	 "ours 1 a answer -; "},
	{"seen stops the clock and decides nothing", {{1, "b/kirkuk", "x", "request", 1, "need=eod;needed_by=90m;ask=a:40m"},
	  {2, "a/makhmour", "y", "answer", 5, "re=@1;answer=seen"}}, "ours 1 a decide 60; "},
	{"a notice that was seen waits no more", {{1, "b/kirkuk", "x", "warning", 1, "window=2027-05-05"},
	  {2, "a/makhmour", "y", "answer", 5, "re=@1;answer=noted"}}, ""},
	{"declined", {{1, "b/kirkuk", "x", "request", 1, "need=eod;ask=a:40m"}, {2, "a/makhmour", "y", "answer", 5, "re=@1;answer=decline"}}, ""},
	{"our own that b should answer", {{1, "a/makhmour", "x", "request", 1, "need=eod;ask=b:40m"}}, "others 1 b answer 10; "},
	{"an offer is for us to take", {{1, "a/makhmour", "x", "request", 1, "need=eod;needed_by=90m;ask=b:40m"},
	  {2, "b/kirkuk", "y", "answer", 5, "re=@1;answer=offered"}}, "ours 1 a take 60; "},
	{"our own that came to nothing is ours to end", {{1, "a/makhmour", "x", "request", 1, "need=eod;needed_by=20m;ask=b:10m"}},
	 "ours 1 a close -; "},
	{"another's that came to nothing is not", {{1, "b/kirkuk", "x", "request", 1, "need=eod;needed_by=20m;ask=c:10m"}}, ""},
	{"retracted", {{1, "b/kirkuk", "x", "request", 1, "need=eod;ask=a:40m"}, {2, "b/kirkuk", "y", "retract", 2, "re=@1"}}, ""},
	{"its window is over", {{1, "b/kirkuk", "x", "warning", 1, "window=2027-05-03"}}, ""},
	{"late stays", {{1, "b/kirkuk", "x", "request", 1, "need=eod;ask=a:10m"}}, "ours 1 a answer -20; "},
	{"ours first, by the clock, without one last",
	 {{1, "a/makhmour", "x", "request", 1, "need=eod;ask=b:40m"}, {2, "b/kirkuk", "y", "warning", 2, "window=2027-05-05"},
	  {3, "b/kirkuk", "z", "request", 3, "need=eod;ask=a:50m"}, {4, "c/erbil", "w", "request", 4, "need=eod;ask=a:45m"}},
	 "ours 4 a answer 15; ours 3 a answer 20; ours 2 a answer -; others 1 b answer 10; "},
};
/* clang-format on */

static int
number_of(const struct hash *id)
{
	for (int number = 1; number < ITEMS_MAX; number++) {
		struct hash other = id_of(number);

		if (hash_equal(id, &other))
			return number;
	}
	return 0;
}

static void
write_rows(struct out *out, const struct waiting *waits, size_t n, int64_t now_ms)
{
	for (size_t i = 0; i < n; i++) {
		out_format(out, "%s %d %s %s ", waits[i].is_ours ? "ours" : "others",
			   number_of(&waits[i].row.id), waits[i].party.name,
			   course_step_code(waits[i].step));
		if (waits[i].by_ms)
			out_format(out, "%lld; ", (long long)((waits[i].by_ms - now_ms) / 60000));
		else
			out_text(out, "-; ");
	}
}

static void
test_rows(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct waiting_question question = {.own = {"a"}, .now_ms = NIGHT + 30 * 60000};
		struct arena *arena = arena_new(32 << 20);
		struct out out = out_new(4096);
		struct waiting *waits;
		size_t told_n = 0;
		bool is_cut;
		size_t n;

		while (told_n < 4 && rows[i].told[told_n].number)
			told_n++;
		question.picture = picture_of(rows[i].told, told_n);
		assert_int_equal(waiting_read(&question, arena, &waits, &n, &is_cut), ERR_OK);
		write_rows(&out, waits, n, question.now_ms);
		if (strcmp(out.p ? out.p : "", rows[i].expected) != 0)
			fail_msg("%s: %s", rows[i].name, out.p ? out.p : "");
		assert_false(is_cut);
		picture_close(question.picture);
		assert_int_equal(picture_remove(folder), ERR_OK);
		out_free(&out);
		arena_free(arena);
	}
}

/* More than is looked at: what is left out is said. */
static void
test_cut(void **state)
{
	struct items *items = calloc(1, sizeof *items);
	struct waiting_question question = {.own = {"a"}, .now_ms = NIGHT + 30 * 60000};
	struct arena *arena = arena_new(32 << 20);
	struct picture *picture = open_picture();
	struct waiting *waits;
	bool is_cut;
	size_t n;

	(void)state;
	for (int number = 1; number <= 120; number++) {
		char thread[8];
		struct told one = {number,    "b/kirkuk", thread,
				   "request", number,     "need=eod;ask=a:40m"};

		(void)snprintf(thread, sizeof thread, "t%d", number);
		items->n = 0;
		items->arena = arena_new(1 << 20);
		tell(items, &one);
		put_all(picture, items);
		arena_free(items->arena);
	}
	question.picture = picture;
	assert_int_equal(waiting_read(&question, arena, &waits, &n, &is_cut), ERR_OK);
	assert_int_equal(n, WAITING_MAX);
	assert_true(is_cut);
	picture_close(picture);
	free(items);
	arena_free(arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(test_rows, make_folder, drop_folder),
	    cmocka_unit_test_setup_teardown(test_cut, make_folder, drop_folder),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
