#include "watch/scene_test.h"

static void
rules_have_names(void **state)
{
	(void)state;
	for (unsigned i = 0; i < WATCH_RULE_COUNT; i++) {
		enum watch_rule rule = WATCH_RULE_COUNT;

		assert_true(watch_rule_find(span_of(watch_rule_code((enum watch_rule)i)), &rule));
		assert_int_equal(rule, i);
		assert_true(strlen(watch_rule_label((enum watch_rule)i)) > 0);
		/* A rule is a name in a record of kind alert. */
		assert_true(strlen(watch_rule_code((enum watch_rule)i)) < LIMIT_NAME_TEXT);
	}
	assert_null(watch_rule_code(WATCH_RULE_COUNT));
	assert_null(watch_rule_label(WATCH_RULE_COUNT));
	assert_false(watch_rule_find(SPAN("unanswere"), &(enum watch_rule){0}));
}

/* Presets lie inside their bounds. */
static void
settings_are_sound(void **state)
{
	const struct watch_settings settings = preset_settings();

	(void)state;
#define X(member, type, preset, low, high, help)                                                   \
	assert_in_range(settings.member, low, high);                                               \
	assert_true(sizeof help > 10);
	WATCH_SETTING_ROWS(X)
#undef X
}

static void
make_report(size_t i, struct told *told, char fields[400], char thread[32])
{
	(void)snprintf(thread, 32, "r%zu", i);
	(void)snprintf(fields, 400,
		       "type=atk.ambush;when=040155C MAY 27;place=38SMD59%02zu;severity=%s",
		       i % 100, i % 3 ? "yellow" : "red");
	*told = (struct told){(int)i + 1, "b/kirkuk", thread, "incident", AT(4, 2, 0), fields};
}

static bool
is_in_order(const struct answer *answer)
{
	for (size_t i = 1; i < answer->n; i++) {
		const struct watch_alert *a = &answer->alerts[i - 1], *b = &answer->alerts[i];

		if (a->severity > b->severity ||
		    (a->severity == b->severity && memcmp(a->key.b, b->key.b, HASH_SIZE) >= 0))
			return false;
	}
	return true;
}

/* Of more alerts than are given the least urgent are left out, and that is said. */
static void
gives_the_most_urgent(void **state)
{
	struct scene scene = scene_open("a/kirkuk", NULL, 0);
	struct answer answer;

	(void)state;
	scene_many(&scene, 360, make_report);
	answer = scene_ask(&scene, "a/kirkuk", MS(4, 2, 59));
	assert_int_equal(answer.n, 120);
	assert_int_equal(scene.cut, 0);
	assert_true(is_in_order(&answer));
	answer = scene_ask(&scene, "a/kirkuk", MS(4, 3, 0));
	assert_int_equal(answer.n, WATCH_ALERTS_MAX);
	assert_int_equal(scene.cut, 1U << WATCH_UNANSWERED);
	assert_true(is_in_order(&answer));
	assert_int_equal(answer.alerts[119].severity, SEVERITY_RED);
	assert_int_equal(answer.alerts[120].severity, SEVERITY_YELLOW);
	scene_close(&scene);
}

/* A step set to come before the one below it is the next. */
static void
climbs_as_it_is_set(void **state)
{
	static const struct told told[] = {{1, "b/kirkuk", "r", "incident", AT(4, 2, 0),
					    "type=atk.ambush;when=040155C MAY 27;severity=red"}};
	static const struct {
		const char *name;
		int64_t step2, step3, minute;
		const char *expected;
		int64_t due;
	} rows[] = {
	    {"preset", 10, 20, 15, "unanswered red 1 watch a: 1", 25},
	    {"preset, second", 10, 20, 25, "unanswered red 2 liaison a: 1", 35},
	    {"preset, third", 10, 20, 35, "unanswered red 3 director voice a: 1", 0},
	    {"third before second", 20, 10, 16, "unanswered red 1 watch a: 1", 25},
	    {"third before second, there", 20, 10, 25, "unanswered red 3 director voice a: 1", 0},
	    {"third before second, later", 20, 10, 36, "unanswered red 3 director voice a: 1", 0},
	    {"both at once", 10, 10, 25, "unanswered red 3 director voice a: 1", 0},
	    {"after it has expired", 10, 1440, 25, "unanswered red 2 liaison a: 1", 0},
	};
	struct scene scene = scene_of("a/kirkuk", told, 1);

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct answer answer;
		char text[4000];

		scene.settings.watch_step2_min = rows[i].step2;
		scene.settings.watch_step3_min = rows[i].step3;
		answer = scene_ask(&scene, "a/kirkuk", MS(4, 2, rows[i].minute));
		if (strcmp(told_of(&answer, text), rows[i].expected) != 0)
			fail_msg("%s: %s", rows[i].name, text);
		assert_int_equal(answer.alerts[0].due_ms, rows[i].due ? MS(4, 2, rows[i].due) : 0);
		(void)walk(&scene, "a/kirkuk", MS(4, 2, 0), MS(6, 0, 0));
	}
	scene_close(&scene);
}

/* A flood of answers of others neither stops the rules nor hides what is owed. */
static void
make_flood(size_t i, struct told *told, char fields[400], char thread[32])
{
	(void)snprintf(thread, 32, "f%zu", i);
	(void)snprintf(fields, 400, "re=@1;answer=noted;text=%0300zu", i);
	*told = (struct told){(int)i + 2, "c/erbil", thread, "answer", AT(4, 2, 1), fields};
}

static void
a_flood_hides_nothing(void **state)
{
	static const struct told told[] = {
	    {1, "b/kirkuk", "r", "request", AT(4, 2, 0), "need=information;ask=a:040215C MAY 27"}};
	struct scene scene = scene_of("a/kirkuk", told, 1);
	struct answer answer;

	(void)state;
	scene_many(&scene, 5000, make_flood);
	answer = scene_ask(&scene, "a/kirkuk", MS(4, 2, 15));
	assert_int_equal(answer.n, 1);
	assert_int_equal(scene.cut, 1U << WATCH_UNANSWERED);
	scene_close(&scene);
}

/* More open questions than people could ever answer: the newest are looked at, in bounded work, and
 * what was left out is said and asked for again. */
static void
make_question(size_t i, struct told *told, char fields[400], char thread[32])
{
	(void)snprintf(thread, 32, "q%zu", i);
	(void)snprintf(fields, 400, "need=information;ask=a:040215C MAY 27");
	*told = (struct told){
	    (int)i + 1, "b/kirkuk", thread, "request", AT(4, 2, 0) - (int)(i % 8000), fields};
}

static void
bounds_its_work(void **state)
{
	struct scene scene = scene_open("a/kirkuk", NULL, 0);
	struct answer answer;

	(void)state;
	scene_many(&scene, 12000, make_question);
	answer = scene_ask(&scene, "a/kirkuk", MS(4, 2, 15));
	assert_int_equal(answer.n, WATCH_ALERTS_MAX);
	assert_int_equal(scene.cut, 1U << WATCH_UNANSWERED);
	assert_true(is_in_order(&answer));
	assert_int_equal(answer.next_ms, MS(4, 2, 16));
	scene_close(&scene);
}

/* Questions of the last week, all answered but the newest. */
static void
make_answered(size_t i, struct told *told, char fields[400], char thread[32])
{
	int minute = AT(4, 2, 0) - (int)(i / 2) % 9000;

	(void)snprintf(thread, 32, "p%zu", i);
	(void)snprintf(fields, 400,
		       i % 2 ? "re=@%zu;answer=noted" : "need=information;ask=a:040215C MAY 27", i);
	*told = (struct told){(int)i + 1, i % 2 ? "a/kirkuk" : "b/kirkuk",
			      thread,     i % 2 ? "answer" : "request",
			      minute,     fields};
}

static void
looks_at_a_shorter_time(void **state)
{
	struct scene scene = scene_open("a/kirkuk", NULL, 0);
	struct answer answer;
	char text[4000];

	(void)state;
	scene_many(&scene, 40001, make_answered);
	answer = scene_ask(&scene, "a/kirkuk", MS(4, 2, 15));
	assert_int_equal(scene.cut, 1U << WATCH_UNANSWERED);
	assert_int_equal(answer.n, 1);
	assert_string_equal(told_of(&answer, text), "unanswered yellow 1 watch a:");
	scene_close(&scene);
}

/* The longest names and texts that a record or a layer may have fit into an alert. */
static void
the_longest_fits(void **state)
{
#define LONG60 "UUUUUUUUUUUUUUUUUUUUUUUUUUUUUUUUUUUUUUUUUUUUUUUUUUUUUUUUUUUU"
	static const struct told told[] = {
	    {1, "abcdefghijklmno/kirkuk", "m1", "movement", AT(3, 11, 50),
	     "unit=" LONG60
	     ";movement=reaction;window=031150C MAY 27..032359C MAY 27;place=38SMD5258"},
	    {2, "b/kirkuk", "m2", "movement", AT(3, 11, 50),
	     "unit=" LONG60
	     ";movement=reaction;window=031150C MAY 27..032359C MAY 27;place=38SMD5258;"
	     "ask=abcdefghijklmno:031151C MAY 27"},
	    {3, "b/kirkuk", "s1", "sighting", AT(3, 11, 0),
	     "type=mov.crossing;when=031000C MAY 27 hour;place=38SMD45;persons=10000-20000 best "
	     "15000;"
	     "vehicles=10000-20000 best 15000;animals=10000-20000;severity=red;"
	     "ask=abcdefghijklmno:031151C MAY 27"},
	    {4, "b/kirkuk", "s2", "sighting", AT(3, 11, 40),
	     "type=mov.crossing;when=031100C MAY 27 hour;place=38SMD46;civilians=yes;direction=ne"},
	    {5, "b/kirkuk", "s3", "sighting", AT(3, 11, 50),
	     "type=mov.crossing;when=031200C MAY 27 hour;place=38SMD56;civilians=yes;direction=ne"},
	    {7, "b/kirkuk", "e1", "sighting", AT(3, 10, 30),
	     "type=mov.crossing;when=030800C MAY 27 hour;place=38SMD44"},
	    {8, "b/kirkuk", "e2", "sighting", AT(3, 10, 30),
	     "type=mov.crossing;when=030700C MAY 27 hour;place=38SMD43"},
	    {9, "b/kirkuk", "e3", "sighting", AT(3, 10, 30),
	     "type=mov.crossing;when=030600C MAY 27 hour;place=38SMD42"},
	    {10, "b/kirkuk", "e4", "sighting", AT(3, 10, 30),
	     "type=mov.crossing;when=030500C MAY 27 hour;place=38SMD41"},
	    {11, "b/kirkuk", "e5", "sighting", AT(3, 10, 30),
	     "type=mov.crossing;when=030400C MAY 27 hour;place=38SMD40"},
	    {6, "abcdefghijklmno/kirkuk", "c1", "coverage", AT(3, 6, 0),
	     "unit=" LONG60
	     ";place=38SMD653786;shape=circle 35.05,44.62,5;window=030600C MAY 27..040600C MAY 27"},
	};
	static const char layer[] =
	    "{\"type\":\"FeatureCollection\",\"features\":[{\"type\":\"Feature\",\"properties\":{"
	    "\"layer\":\"boundary\",\"name\":\"LLLL" LONG60 "lllllllllllllllllllllllllllllll\"},"
	    "\"geometry\":{\"type\":\"LineString\",\"coordinates\":[[44.30173,35.28164],"
	    "[44.50109,35.04818],[44.75388,34.85057]]}},{\"type\":\"Feature\",\"properties\":{"
	    "\"layer\":\"zone\",\"name\":\"ZZZZ" LONG60 "zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz\"},"
	    "\"geometry\":{\"type\":\"Polygon\",\"coordinates\":[[[44.6,34.9],[44.7,34.9],"
	    "[44.7,35.0],[44.6,35.0],[44.6,34.9]]]}}]}";
	struct scene scene = scene_of("abcdefghijklmno/kirkuk", told, sizeof told / sizeof *told);
	char why[GROUND_WHY_MAX];
	struct answer answer;
	size_t longest = 0;

	(void)state;
	scene.ground = ground_new();
	assert_int_equal(ground_add(scene.ground, span_of(layer), GROUND_BOUNDARY, why), ERR_OK);
	answer = scene_ask(&scene, "abcdefghijklmno/kirkuk", MS(3, 12, 30));
	assert_int_equal(answer.n, 4);
	for (size_t i = 0; i < answer.n; i++) {
		size_t n = strlen(answer.alerts[i].text);

		assert_true(span_is_plain_text(span_of(answer.alerts[i].text)));
		longest = n > longest ? n : longest;
		if (answer.alerts[i].rule == WATCH_CHAIN)
			says("chain", answer.alerts[i].text,
			     "LLLLUUU|ZZZZUUU|UUU… is|began with a crossing|for the protection "
			     "duty");
	}
	assert_true(longest > 350);
	scene_close(&scene);
}

static void
fails_without_memory(void **state)
{
	struct scene scene = scene_open("a/kirkuk", NULL, 0);
	struct watch_question question = {.picture = scene.picture,
					  .settings = &scene.settings,
					  .own = {"a"},
					  .now_ms = MS(4, 2, 0)};
	struct arena *arena = arena_new(1000);
	struct watch_alert *alerts;
	int64_t next_ms;
	size_t n;

	(void)state;
	assert_int_equal(watch_run(&question, arena, &alerts, &n, &next_ms), ERR_NOMEM);
	assert_null(alerts);
	assert_int_equal(n, 0);
	arena_free(arena);
	scene_close(&scene);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(rules_have_names),
	    cmocka_unit_test(settings_are_sound),
	    cmocka_unit_test_setup_teardown(gives_the_most_urgent, make_folder, drop_folder),
	    cmocka_unit_test_setup_teardown(climbs_as_it_is_set, make_folder, drop_folder),
	    cmocka_unit_test_setup_teardown(a_flood_hides_nothing, make_folder, drop_folder),
	    cmocka_unit_test_setup_teardown(bounds_its_work, make_folder, drop_folder),
	    cmocka_unit_test_setup_teardown(looks_at_a_shorter_time, make_folder, drop_folder),
	    cmocka_unit_test_setup_teardown(the_longest_fits, make_folder, drop_folder),
	    cmocka_unit_test_setup_teardown(fails_without_memory, make_folder, drop_folder),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
