/*
 * What is red and seen by nobody of the party is found, and nothing else, in whatever order it
 * came.
 */
#include "picture/picture_unseen.h"

#include "picture/told_test.h"

enum { PARTS = 8, MINUTE = 60000 };

static const struct course_clocks clocks = {5, 15, 60};

/* clang-format off */
#define THEIRS {1, "b/kirkuk", "inc", "incident", 0, "type=atk.ambush;when=2027-05-04T00:00Z;severity=red"}
#define MEDEVAC {1, "b/kirkuk", "med", "request", 0, "need=medevac;severity=red;urgent=1;litter=1;ask=a:5m"}
#define ALERT {1, "a/makhmour", "ale", "alert", 0, "rule=chain;when=2027-05-04T00:00Z;severity=red;state=open;cites=@50"}

static const struct {
	const char *name;
	struct told told[PARTS];
	int minute;
	const char *unseen;
} rows[] = {
	{"a red report of another party", {THEIRS}, 1, "1 "},
	{"of which yellow ones are none", {{1, "b/kirkuk", "inc", "incident", 0, "type=atk.ambush;when=2027-05-04T00:00Z;severity=yellow"}}, 1, ""},
	{"nor own ones", {{1, "a/dibis", "inc", "incident", 0, "type=atk.ambush;when=2027-05-04T00:00Z;severity=red"}}, 1, ""},
	{"any answer of the own party is a person's", {THEIRS, {2, "a/dibis", "ans", "answer", 1, "re=@1;answer=seen"}}, 2, ""},
	{"one of a third party is none of ours", {THEIRS, {2, "c/erbil", "ans", "answer", 1, "re=@1;answer=seen"}}, 2, "1 "},
	{"an answer taken back was none", {THEIRS, {2, "a/makhmour", "ans", "answer", 1, "re=@1;answer=seen"},
		{3, "a/makhmour", "ret", "retract", 2, "re=@2"}}, 3, "1 "},
	{"what was told about it is no answer", {THEIRS, {2, "a/makhmour", "tol", "told", 1, "re=@1;told_party=c;told_by=voice"}}, 2, "1 "},
	{"a version answered counts for the next", {THEIRS, {2, "a/makhmour", "ans", "answer", 1, "re=@1;answer=noted"},
		{3, "b/kirkuk", "inc", "incident", 2, "type=atk.ambush;when=2027-05-04T00:00Z;severity=red;armed=yes"}}, 3, ""},
	{"one taken back waits for nobody", {THEIRS, {2, "b/kirkuk", "ret", "retract", 1, "re=@1"}}, 2, ""},
	{"one amended to green neither", {THEIRS, {2, "b/kirkuk", "inc", "incident", 1, "type=atk.ambush;when=2027-05-04T00:00Z;severity=green"}}, 2, ""},
	{"one closed neither", {THEIRS, {2, "b/kirkuk", "inc", "incident", 1, "type=atk.ambush;when=2027-05-04T00:00Z;severity=red;state=closed"}}, 2, ""},
	{"a request does", {MEDEVAC}, 1, "1 "},
	{"also when it is late", {MEDEVAC}, 30, "1 "},
	{"an alert that is open", {ALERT}, 1, "1 "},
	{"a sister's too", {{1, "a/dibis", "ale", "alert", 0, "rule=chain;when=2027-05-04T00:00Z;severity=red;state=open"}}, 1, "1 "},
	{"of another party there is none", {{1, "b/kirkuk", "ale", "alert", 0, "rule=chain;when=2027-05-04T00:00Z;severity=red;state=open"}}, 1, ""},
	{"a yellow alert waits", {{1, "a/makhmour", "ale", "alert", 0, "rule=chain;when=2027-05-04T00:00Z;severity=yellow;state=open"}}, 1, ""},
	{"an alert that is seen", {ALERT, {2, "a/makhmour", "ans", "answer", 1, "re=@1;answer=seen"}}, 2, ""},
	{"an alert that closed by itself", {ALERT, {2, "a/makhmour", "ale", "alert", 1,
		"rule=chain;when=2027-05-04T00:00Z;severity=red;state=closed;cites=@50"}}, 2, ""},
	{"seen, and one step higher", {ALERT, {2, "a/makhmour", "ans", "answer", 1, "re=@1;answer=seen"}, {3, "a/makhmour", "ale", "alert", 2,
		"rule=chain;when=2027-05-04T00:00Z;severity=red;state=open;number=2;cites=@50"}}, 3, ""},
	{"seen, and something new joins it", {ALERT, {2, "a/makhmour", "ans", "answer", 1, "re=@1;answer=done"}, {3, "a/makhmour", "ale", "alert", 2,
		"rule=chain;when=2027-05-04T00:00Z;severity=red;state=open;cites=@51"}}, 3, "3 "},
	{"and that is seen as well", {ALERT, {2, "a/makhmour", "ans", "answer", 1, "re=@1;answer=done"}, {3, "a/makhmour", "ale", "alert", 2,
		"rule=chain;when=2027-05-04T00:00Z;severity=red;state=open;cites=@51"}, {4, "a/makhmour", "an2", "answer", 3, "re=@3;answer=seen"}}, 4, ""},
	{"several", {THEIRS, {2, "c/erbil", "two", "incident", 1, "type=exp.uxo;when=2027-05-04T00:00Z;severity=red"},
		{3, "a/makhmour", "ans", "answer", 2, "re=@1;answer=seen"}, {4, "a/makhmour", "ale", "alert", 3,
		"rule=conflict;when=2027-05-04T00:00Z;severity=red;state=open"}}, 4, "2 4 "},
};
/* clang-format on */

static void
one(size_t i, bool is_backwards)
{
	struct items *items = calloc(1, sizeof *items);
	struct arena *arena = arena_new(1 << 22);
	struct picture *picture = open_picture();
	struct picture_row found[PICTURE_ROWS_MAX / 100];
	struct hash *ids;
	char text[400];
	size_t n;

	items->arena = arena_new(1 << 20);
	for (size_t k = 0; k < PARTS && rows[i].told[k].number; k++)
		tell(items, &rows[i].told[k]);
	assert_int_equal(picture_begin(picture), ERR_OK);
	for (size_t k = 0; k < items->n; k++)
		put(picture, &items->items[is_backwards ? items->n - 1 - k : k]);
	assert_int_equal(picture_commit(picture), ERR_OK);
	assert_int_equal(
	    picture_unseen(picture, &clocks, NIGHT + rows[i].minute * MINUTE, arena, &ids, &n),
	    ERR_OK);
	assert_true(n <= sizeof found / sizeof *found);
	for (size_t k = 0; k < n; k++) /* by number, whichever came first */
		found[is_backwards ? n - 1 - k : k].id = ids[k];
	if (strcmp(numbers(found, n, text), rows[i].unseen) != 0)
		fail_msg("%s: \"%s\", not \"%s\"", rows[i].name, text, rows[i].unseen);
	picture_close(picture);
	assert_int_equal(picture_remove(folder), ERR_OK);
	arena_free(arena);
	items_free(items);
}

static void
all_rows(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		one(i, false);
		one(i, true);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(all_rows, make_folder, drop_folder),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
