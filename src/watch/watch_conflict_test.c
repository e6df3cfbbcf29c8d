#include "watch/scene_test.h"

/* clang-format off */
/* Items 7, 8 and 9 of the exercise; 9 is B's amendment of 8. */
#define PATROL_A {7, "a/makhmour", "pa", "movement", AT(3, 7, 30), \
	"unit=A-1;movement=patrol;window=030900C MAY 27..031200C MAY 27;place=38SLE7843;vehicles=4"}
#define PATROL_B {8, "b/makhmour", "pb", "movement", AT(3, 7, 40), \
	"unit=B-1;movement=patrol;window=030930C MAY 27..031130C MAY 27;place=38SLE7743;vehicles=2"}
#define MOVED_B {9, "b/makhmour", "pb", "movement", AT(3, 7, 55), \
	"unit=B-1;movement=patrol;window=031230C MAY 27..031430C MAY 27;place=38SLE7743;vehicles=2"}
/* The same as C is given them: 10 km and hours. */
#define COARSE_A {7, "a/makhmour", "pa", "movement", AT(3, 7, 30), \
	"movement=patrol;window=030900C MAY 27..031200C MAY 27 hour;place=38SLE74"}
#define COARSE_B {8, "b/makhmour", "pb", "movement", AT(3, 7, 40), \
	"movement=patrol;window=030900C MAY 27..031100C MAY 27 hour;place=38SLE74"}
#define COARSE_MOVED {9, "b/makhmour", "pb", "movement", AT(3, 7, 55), \
	"movement=patrol;window=031200C MAY 27..031400C MAY 27 hour;place=38SLE74"}
#define OTHER(fields) {8, "b/makhmour", "pb", "movement", AT(3, 7, 40), fields}

static const struct row {
	const char *name, *station;
	int64_t now_ms;
	struct told told[3];
	const char *expected, *words;
} rows[] = {
	{"exercise 8, at A", "a/makhmour", MS(3, 7, 40), {PATROL_A, PATROL_B},
	    "conflict yellow 1 watch b: 7 8",
	    "patrol A-1 of a (38SLE7843)|patrol B-1 of b (38SLE7743)|030930C MAY 27 to 031130C MAY 27|touching and at most 2.2 km apart|less than 2.0 km"},
	{"exercise 8, at B", "b/makhmour", MS(3, 7, 40), {PATROL_A, PATROL_B}, "conflict yellow 1 watch a: 7 8",
	    "patrol B-1 of b (38SLE7743) and patrol A-1 of a"},
	{"exercise 8, at C, who holds 10 km and hours", "c/erbil", MS(3, 7, 40), {COARSE_A, COARSE_B},
	    "conflict yellow 1 watch a: 7 8", "patrol of a (38SLE74) and patrol of b (38SLE74)"},
	{"exercise 9: B moves its window", "a/makhmour", MS(3, 7, 55), {PATROL_A, PATROL_B, MOVED_B}, "", ""},
	{"exercise 9, at C: hours that only touch", "c/erbil", MS(3, 7, 55), {COARSE_A, COARSE_B, COARSE_MOVED}, "", ""},
	{"ten minutes on nobody cared: liaison", "a/makhmour", MS(3, 7, 50), {PATROL_A, PATROL_B}, "conflict yellow 2 liaison b: 7 8", ""},
	{"twenty: director, by voice", "a/makhmour", MS(3, 8, 0), {PATROL_A, PATROL_B}, "conflict yellow 3 director voice b: 7 8", ""},
	{"a minute before the overlap ends", "a/makhmour", MS(3, 11, 30), {PATROL_A, PATROL_B}, "conflict yellow 3 director voice b: 7 8", ""},
	{"the overlap is over", "a/makhmour", MS(3, 11, 31), {PATROL_A, PATROL_B}, "", ""},
	{"three squares away", "a/makhmour", MS(3, 7, 40), {PATROL_A, OTHER("movement=patrol;window=030930C MAY 27..031130C MAY 27;place=38SLE7543")}, "", ""},
	{"two squares away: 1 km between their edges", "a/makhmour", MS(3, 7, 40), {PATROL_A, OTHER("movement=patrol;window=030930C MAY 27..031130C MAY 27;place=38SLE7643")},
	    "conflict yellow 1 watch b: 7 8", "between 1.0 km and 3.2 km apart"},
	{"one ends when the other begins", "a/makhmour", MS(3, 7, 40), {PATROL_A, OTHER("movement=patrol;window=031201C MAY 27..031300C MAY 27;place=38SLE7843")}, "", ""},
	{"the last minute counts whole", "a/makhmour", MS(3, 7, 40), {PATROL_A, OTHER("movement=patrol;window=031200C MAY 27..031300C MAY 27;place=38SLE7843")},
	    "conflict yellow 1 watch b: 7 8", "031200C MAY 27 to 031201C MAY 27"},
	{"ours against hours: the whole last hour counts", "a/makhmour", MS(3, 7, 40), {PATROL_A, OTHER("movement=patrol;window=030700C MAY 27..030900C MAY 27 hour;place=38SLE7843")},
	    "conflict yellow 1 watch b: 8 7", "030900C MAY 27 to 031000C MAY 27"},
	{"both are of one party", "a/makhmour", MS(3, 7, 40), {PATROL_A, {8, "a/kirkuk", "pb", "movement", AT(3, 7, 40), "movement=patrol;window=030930C MAY 27..031130C MAY 27;place=38SLE7743"}}, "", ""},
	{"suspended", "a/makhmour", MS(3, 7, 40), {PATROL_A, OTHER("movement=patrol;window=030930C MAY 27..031130C MAY 27;place=38SLE7743;state=suspended")}, "", ""},
	{"closed", "a/makhmour", MS(3, 7, 40), {PATROL_A, OTHER("movement=patrol;window=030930C MAY 27..031130C MAY 27;place=38SLE7743;state=closed")}, "", ""},
	{"active", "a/makhmour", MS(3, 7, 40), {PATROL_A, OTHER("movement=patrol;window=030930C MAY 27..031130C MAY 27;place=38SLE7743;state=active")}, "conflict yellow 1 watch b: 7 8", ""},
	{"retracted", "a/makhmour", MS(3, 7, 40), {PATROL_A, PATROL_B, {9, "b/makhmour", "rt", "retract", AT(3, 7, 41), "re=@8"}}, "", ""},
	{"a joint patrol is meant to be together (57)", "a/makhmour", MS(3, 7, 40),
	    {{7, "a/makhmour", "pa", "movement", AT(3, 7, 30), "movement=joint;window=030900C MAY 27..031200C MAY 27;place=38SLE7843"},
	     OTHER("movement=joint;window=030930C MAY 27..031130C MAY 27;place=38SLE7843")}, "", ""},
	{"a patrol in the way of a joint one is not", "a/makhmour", MS(3, 7, 40), {PATROL_A, OTHER("movement=joint;window=030930C MAY 27..031130C MAY 27;place=38SLE7843")}, "conflict yellow 1 watch b: 7 8", ""},
	{"humanitarian notices never", "a/makhmour", MS(3, 7, 40), {PATROL_A, {8, "b/makhmour", "pb", "civil", AT(3, 7, 40), "window=030930C MAY 27..031130C MAY 27;place=38SLE7843;vehicles=3"}}, "", ""},
	{"no place: nothing to say", "a/makhmour", MS(3, 7, 40), {PATROL_A, OTHER("movement=patrol;window=030930C MAY 27..031130C MAY 27")}, "", ""},
	{"a route of some width", "a/makhmour", MS(3, 7, 40), {PATROL_A, OTHER("movement=convoy;window=030930C MAY 27..031130C MAY 27;place=38SLE74;shape=line 35.5500,43.6300 35.6500,43.6300;width_m=2000")},
	    "conflict yellow 1 watch b: 7 8", "convoy of b (its route or area)"},
	{"the same without width", "a/makhmour", MS(3, 7, 40), {PATROL_A, OTHER("movement=convoy;window=030930C MAY 27..031130C MAY 27;place=38SLE74;shape=line 35.5500,43.6300 35.6500,43.6300")}, "", ""},
	{"across 42 E", "a/makhmour", MS(3, 7, 40),
	    {{7, "a/makhmour", "pa", "movement", AT(3, 7, 30), "movement=patrol;window=030900C MAY 27..031200C MAY 27;place=37SGA6910"},
	     OTHER("movement=patrol;window=030930C MAY 27..031130C MAY 27;place=38SKF3010")}, "conflict yellow 1 watch b: 7 8", ""},
};
/* clang-format on */

static size_t
count(const struct told told[3])
{
	size_t n = 0;

	while (n < 3 && told[n].number)
		n++;
	return n;
}

static void
warns_or_is_silent(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const struct row *row = &rows[i];
		struct scene scene = scene_of(row->station, row->told, count(row->told));
		struct answer answer = scene_ask(&scene, row->station, row->now_ms);
		char text[4000];

		if (strcmp(told_of(&answer, text), row->expected) != 0)
			fail_msg("%s: %s", row->name, text);
		if (answer.n)
			says(row->name, answer.alerts[0].text, row->words);
		assert_int_equal(scene.cut, 0);
		scene_close(&scene);
	}
}

/* The key stays when a window moves, and is the same at both; the alert is of the overlap. */
static void
is_one_matter(void **state)
{
	static const struct told told[] = {
	    PATROL_A,
	    PATROL_B,
	    {9, "b/makhmour", "pb", "movement", AT(3, 7, 55),
	     "movement=patrol;window=031000C MAY 27..031430C MAY 27;place=38SLE7743"}};
	struct scene scene = scene_of("a/makhmour", told, 2);
	struct answer answer = scene_ask(&scene, "a/makhmour", MS(3, 7, 45));
	struct hash key = answer.alerts[0].key;

	(void)state;
	assert_int_equal(answer.alerts[0].since_ms, MS(3, 7, 40));
	assert_int_equal(answer.alerts[0].due_ms, MS(3, 7, 50));
	assert_int_equal(answer.alerts[0].when.from_ms, MS(3, 9, 30));
	assert_int_equal(answer.alerts[0].when.to_ms, MS(3, 11, 30));
	assert_string_equal(answer.alerts[0].place.mgrs, "38SLE7843");
	assert_int_equal(answer.next_ms, MS(3, 7, 50));
	scene_close(&scene);
	scene = scene_of("b/makhmour", told, 3);
	answer = scene_ask(&scene, "b/makhmour", MS(3, 7, 56));
	assert_int_equal(answer.n, 1);
	assert_true(hash_equal(&key, &answer.alerts[0].key));
	assert_int_equal(answer.alerts[0].since_ms, MS(3, 7, 55));
	assert_int_equal(answer.alerts[0].when.to_ms, MS(3, 12, 0));
	scene_close(&scene);
}

/* Alone in its hours a notice changes nothing; together two of them climb and end. */
static void
tells_when_to_ask_again(void **state)
{
	static const struct told told[] = {PATROL_A, PATROL_B};
	struct scene scene = scene_of("a/makhmour", told, 2);

	(void)state;
	assert_int_equal(walk(&scene, "a/makhmour", MS(3, 7, 40), MS(5, 0, 0)), 3);
	scene_close(&scene);
	scene = scene_of("a/makhmour", told, 1);
	assert_int_equal(scene_ask(&scene, "a/makhmour", MS(3, 7, 40)).next_ms, INT64_MAX);
	scene_close(&scene);
}

/* Settings: off, another distance, expiry. */
static void
obeys_settings(void **state)
{
	static const struct told told[] = {
	    PATROL_A,
	    OTHER("movement=patrol;window=030930C MAY 27..031130C MAY 27;place=38SLE7643")};
	struct scene scene = scene_of("a/makhmour", told, 2);

	(void)state;
	assert_int_equal(scene_ask(&scene, "a/makhmour", MS(3, 7, 40)).n, 1);
	scene.settings.watch_conflict_m = 900;
	assert_int_equal(scene_ask(&scene, "a/makhmour", MS(3, 7, 40)).n, 0);
	scene.settings = preset_settings();
	scene.settings.watch_conflict = 0;
	assert_int_equal(scene_ask(&scene, "a/makhmour", MS(3, 7, 40)).n, 0);
	scene.settings = preset_settings();
	scene.settings.watch_expire_min = 60;
	assert_int_equal(scene_ask(&scene, "a/makhmour", MS(3, 8, 40) - 1).n, 1);
	assert_int_equal(scene_ask(&scene, "a/makhmour", MS(3, 8, 40)).n, 0);
	scene_close(&scene);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(warns_or_is_silent, make_folder, drop_folder),
	    cmocka_unit_test_setup_teardown(is_one_matter, make_folder, drop_folder),
	    cmocka_unit_test_setup_teardown(tells_when_to_ask_again, make_folder, drop_folder),
	    cmocka_unit_test_setup_teardown(obeys_settings, make_folder, drop_folder),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
