#include "watch/scene_test.h"

/* clang-format off */
/* Sightings of the exercise as filed; those marked TO_A, TO_C as the policies of the exercise give them. */
#define S5  {5, "b/makhmour", "s5", "sighting", AT(3, 6, 40), \
	"type=mov.crossing;when=030640C MAY 27;place=37SGA153254;persons=~6;vehicles=1;direction=e;means=car;severity=yellow"}
#define S13 {13, "b/makhmour", "s13", "sighting", AT(3, 10, 15), \
	"type=mov.sighting;when=031015C MAY 27;place=37SGA656123;persons=5-7;direction=e;means=foot"}
#define S14 {14, "a/makhmour", "s14", "sighting", AT(3, 11, 40), \
	"type=mov.sighting;when=031140C MAY 27;place=38SKF330141;persons=5;animals=1;direction=e;means=foot,animal"}
#define S29 {29, "a/kirkuk", "s29", "sighting", AT(3, 21, 15), \
	"type=mov.sighting;when=032115C MAY 27;place=38SMD470654;persons=5;vehicles=2;direction=ne;means=motorbike;severity=yellow"}
#define S30 {30, "b/kirkuk", "s30", "sighting", AT(3, 21, 50), \
	"type=mov.suspicious;when=032150C MAY 27;place=38SMD525715;persons=unknown;vehicles=several;direction=ne;means=motorbike;lights=no"}
#define S5_TO_A {5, "b/makhmour", "s5", "sighting", AT(3, 6, 40), \
	"type=mov.crossing;when=030640C MAY 27;place=37SGA12;persons=~6;vehicles=1;direction=e;means=car;severity=yellow"}
#define S13_TO_A {13, "b/makhmour", "s13", "sighting", AT(3, 10, 15), \
	"type=mov.sighting;when=031015C MAY 27;place=37SGA6512;persons=5-7;direction=e;means=foot"}
#define S30_TO_A {30, "b/kirkuk", "s30", "sighting", AT(3, 21, 50), \
	"type=mov.suspicious;when=032150C MAY 27;place=38SMD5271;persons=unknown;vehicles=several;direction=ne;means=motorbike;lights=no"}
#define S5_TO_C {5, "b/makhmour", "s5", "sighting", AT(3, 6, 40), \
	"type=mov.crossing;when=030600C MAY 27 hour;place=37SGA12;persons=~6;direction=e;severity=yellow"}
#define S13_TO_C {13, "b/makhmour", "s13", "sighting", AT(3, 10, 15), \
	"type=mov.sighting;when=031000C MAY 27 hour;place=37SGA61;persons=5-7;direction=e"}
#define S14_TO_C {14, "a/makhmour", "s14", "sighting", AT(3, 11, 40), \
	"type=mov.sighting;when=031100C MAY 27 hour;place=38SKF31;persons=5;direction=e"}
#define A21 {4, "a/kirkuk", "c21", "coverage", AT(3, 6, 20), \
	"unit=A-21;place=38SMD653786;shape=circle 35.05,44.62,5;window=030620C MAY 27..040620C MAY 27"}
#define B21 {3, "b/kirkuk", "c22", "coverage", AT(3, 6, 20), \
	"unit=B-21;place=38SMD495705;shape=circle 34.975,44.447,5;window=030620C MAY 27..040620C MAY 27"}
/* Near the exercise's line, walking at it from the south-west: about 4 km an hour. */
#define WALK(n, hour, minute, square, more) {n, "b/kirkuk", "w" #n, "sighting", AT(3, hour, minute), \
	"type=mov.sighting;when=03" #hour #minute "C MAY 27;place=" square ";means=foot" more}

static const struct row {
	const char *name, *station;
	int64_t now_ms;
	struct told told[8];
	const char *expected, *words;
} rows[] = {
	{"exercise 13: 5 and 13 are not yet an alert", "b/makhmour", MS(3, 10, 15), {S5, S13}, "", ""},
	{"exercise 15, at B", "b/makhmour", MS(3, 11, 50), {S5, S13, S14}, "chain red 2 liaison: 5 13 14",
	    "3 sightings in 5 h 00 min|6.9 km in 1 h 25 min (5 km/h)|52.0 km in 3 h 35 min (15 km/h)|began with a crossing|138 km from EXERCISE line, at first 195 km|Heading ENE|May be civilians: not known"},
	{"exercise 15, at A, who holds less of 5 and 13", "a/makhmour", MS(3, 11, 40), {S5_TO_A, S13_TO_A, S14}, "chain red 1 watch: 5 13 14",
	    "3 sightings|at least 13 km/h|7.0 km in 1 h 25 min (5 km/h)|May be civilians: not known"},
	{"exercise 15, at C: 10 km and hours", "c/erbil", MS(3, 11, 50), {S5_TO_C, S13_TO_C, S14_TO_C}, "chain red 2 liaison: 5 13 14",
	    "3 sightings|0 m to |May be civilians: not known"},
	{"13 and 14 alone lead nowhere", "b/makhmour", MS(3, 11, 50), {S13, S14}, "", ""},
	{"exercise 33, at A", "a/kirkuk", MS(4, 1, 31), {S29, S30_TO_A, A21}, "chain red 3 director voice: 29 30",
	    "2 sightings in 35 min|8.1 km in 35 min (14 km/h)|from EXERCISE line, at first|It is in EXERCISE gap G-K|Heading NE; own A-21 is|km ahead|May be civilians: not known"},
	{"exercise 33, at B: its own post lies behind them", "b/kirkuk", MS(4, 1, 31), {S29, S30, B21}, "chain red 3 director voice: 29 30", "8.2 km in 35 min (14 km/h)|Heading NE."},
	{"the whole day at B: two matters, never one", "b/makhmour", MS(3, 21, 55), {S5, S13, S14, S29, S30}, "*2", ""},
	{"29 alone", "a/kirkuk", MS(3, 21, 55), {S29}, "", ""},
	{"the same two the other way round go away", "a/kirkuk", MS(3, 21, 55),
	    {{29, "a/kirkuk", "s29", "sighting", AT(3, 21, 15), "type=mov.sighting;when=032115C MAY 27;place=38SMD525715;means=motorbike"},
	     {30, "a/kirkuk", "s30", "sighting", AT(3, 21, 50), "type=mov.sighting;when=032150C MAY 27;place=38SMD470654;means=motorbike"}}, "", ""},
	{"heading stated away from the other: no chain", "a/kirkuk", MS(3, 21, 55),
	    {{29, "a/kirkuk", "s29", "sighting", AT(3, 21, 15), "type=mov.sighting;when=032115C MAY 27;place=38SMD470654;direction=sw;means=motorbike"}, S30}, "", ""},
	{"on foot it would have been too far", "a/kirkuk", MS(3, 21, 55),
	    {{29, "a/kirkuk", "s29", "sighting", AT(3, 21, 15), "type=mov.sighting;when=032115C MAY 27;place=38SMD470654;means=foot"},
	     {30, "a/kirkuk", "s30", "sighting", AT(3, 21, 50), "type=mov.sighting;when=032150C MAY 27;place=38SMD525715;means=foot"}}, "", ""},
	{"foot, then car: the faster counts", "a/kirkuk", MS(3, 21, 55),
	    {{29, "a/kirkuk", "s29", "sighting", AT(3, 21, 15), "type=mov.sighting;when=032115C MAY 27;place=38SMD470654;means=foot"}, S30}, "chain red 1 watch: 29 30", ""},
	{"means not said: a car", "a/kirkuk", MS(3, 21, 55),
	    {{29, "a/kirkuk", "s29", "sighting", AT(3, 21, 15), "type=mov.sighting;when=032115C MAY 27;place=38SMD470654"},
	     {30, "a/kirkuk", "s30", "sighting", AT(3, 21, 50), "type=mov.sighting;when=032150C MAY 27;place=38SMD525715"}}, "chain red 1 watch: 29 30", ""},
	{"too long a pause", "a/kirkuk", MS(4, 6, 30), {S29, {30, "a/kirkuk", "s30", "sighting", AT(4, 5, 17), "type=mov.sighting;when=040517C MAY 27;place=38SMD525715"}}, "", ""},
	{"just not too long", "a/kirkuk", MS(4, 6, 30), {S29, {30, "a/kirkuk", "s30", "sighting", AT(4, 5, 16), "type=mov.sighting;when=040516C MAY 27;place=38SMD525715"}}, "chain red 3 director voice: 29 30", ""},
	{"a square of 100 km says nothing", "a/kirkuk", MS(3, 21, 55), {S29, {30, "b/kirkuk", "s30", "sighting", AT(3, 21, 50), "type=mov.sighting;when=032150C MAY 27;place=38SMD"}}, "", ""},
	{"a day says nothing", "a/kirkuk", MS(3, 21, 55), {S29, {30, "b/kirkuk", "s30", "sighting", AT(3, 21, 50), "type=mov.sighting;when=2027-05-03;place=38SMD525715"}}, "", ""},
	{"one place, one time, seen by two", "a/kirkuk", MS(3, 21, 55),
	    {{29, "a/kirkuk", "s29", "sighting", AT(3, 21, 15), "type=mov.sighting;when=032100C MAY 27 hour;place=38SMD46"},
	     {30, "b/kirkuk", "s30", "sighting", AT(3, 21, 50), "type=mov.sighting;when=032100C MAY 27 hour;place=38SMD57"}}, "", ""},
	{"the same the other way round", "a/kirkuk", MS(3, 21, 55),
	    {{30, "a/kirkuk", "s29", "sighting", AT(3, 21, 15), "type=mov.sighting;when=032100C MAY 27 hour;place=38SMD46"},
	     {29, "b/kirkuk", "s30", "sighting", AT(3, 21, 50), "type=mov.sighting;when=032100C MAY 27 hour;place=38SMD57"}}, "", ""},
	{"told twice, and not joined", "b/makhmour", MS(3, 11, 0),
	    {S5, S13, {14, "a/makhmour", "s14", "sighting", AT(3, 10, 50), "type=mov.sighting;when=031000C MAY 27 hour;place=37SGA6812"}}, "chain red 2 liaison: 5 13 14", ""},
	{"the same joined", "b/makhmour", MS(3, 11, 0),
	    {S5, S13, {14, "a/makhmour", "s14", "sighting", AT(3, 10, 50), "type=mov.sighting;when=031000C MAY 27 hour;place=37SGA6812"},
	     {15, "b/makhmour", "lnk", "link", AT(3, 10, 51), "re=@14;link=duplicate_of;link_to=@13"}}, "", ""},
	{"of what was told twice the finer square stays", "b/makhmour", MS(3, 11, 50),
	    {S5_TO_A, S13, S14, {6, "b/makhmour", "s6", "sighting", AT(3, 6, 41), "type=mov.crossing;when=030640C MAY 27;place=37SGA153254;direction=e;means=car"},
	     {16, "b/makhmour", "lnk", "link", AT(3, 6, 42), "re=@5;link=duplicate_of;link_to=@6"}}, "chain red 2 liaison: 6 13 14", "52.0 km in 3 h 35 min"},
	{"told twice by own word counts once", "b/makhmour", MS(3, 11, 50),
	    {S5, S13, {14, "a/makhmour", "s14", "sighting", AT(3, 10, 16), "type=mov.sighting;when=031015C MAY 27;place=37SGA6512"},
	     {15, "b/makhmour", "lnk", "link", AT(3, 10, 17), "re=@14;link=duplicate_of;link_to=@13"}}, "", ""},
	{"flagged as civilians: never red, for the protection duty", "a/kirkuk", MS(3, 21, 55),
	    {S29, {30, "b/kirkuk", "s30", "sighting", AT(3, 21, 50), "type=mov.sighting;when=032150C MAY 27;place=38SMD525715;civilians=yes;means=motorbike"}},
	    "chain yellow 1 watch: 29 30", "May be civilians, and flagged so: for the protection duty"},
	{"displaced people are civilians", "a/kirkuk", MS(3, 21, 55),
	    {S29, {30, "b/kirkuk", "s30", "sighting", AT(3, 21, 50), "type=mov.displacement;when=032150C MAY 27;place=38SMD525715"}},
	    "chain yellow 1 watch: 29 30", "for the protection duty"},
	{"one of two is not known", "a/kirkuk", MS(3, 21, 55),
	    {S29, {30, "b/kirkuk", "s30", "sighting", AT(3, 21, 50), "type=mov.sighting;when=032150C MAY 27;place=38SMD525715;civilians=no"}},
	    "chain red 1 watch: 29 30", "May be civilians: not known"},
	{"they were civilians after all", "a/kirkuk", MS(3, 21, 55),
	    {S29, {30, "b/kirkuk", "s30", "sighting", AT(3, 21, 50), "type=mov.sighting;when=032150C MAY 27;place=38SMD525715;outcome=civilians"}}, "", ""},
	{"retracted", "a/kirkuk", MS(3, 21, 55), {S29, S30, {31, "b/kirkuk", "rt", "retract", AT(3, 21, 55), "re=@30"}}, "", ""},
	{"a humanitarian notice is no sighting", "a/kirkuk", MS(3, 21, 55), {S29, {30, "b/kirkuk", "s30", "civil", AT(3, 21, 50), "window=032150C MAY 27..032200C MAY 27;place=38SMD525715"}}, "", ""},
	{"nor is an attack", "a/kirkuk", MS(3, 21, 55), {S29, {30, "b/kirkuk", "s30", "incident", AT(3, 21, 50), "type=atk.ambush;when=032150C MAY 27;place=38SMD525715"}}, "", ""},
	{"an incident of the family mov is", "a/kirkuk", MS(3, 21, 55), {S29, {30, "b/kirkuk", "s30", "incident", AT(3, 21, 50), "type=mov.smuggling;when=032150C MAY 27;place=38SMD525715"}}, "chain red 1 watch: 29 30", ""},
	{"expired", "a/kirkuk", MS(4, 21, 51), {S29, S30}, "", ""},
	/* The line runs from 35.05 N 44.50 E to 34.85 N 44.75 E; 29 and 30 lie south-west of it. */
	{"across the line", "a/kirkuk", MS(3, 23, 0), {WALK(1, 20, 00, "38SMD560720", ""), WALK(2, 22, 30, "38SMD620780", "")}, "chain red 3 director voice: 1 2", "It has crossed EXERCISE line and is 4.9 km from it"},
	{"along the line, not nearer", "a/kirkuk", MS(3, 23, 0), {WALK(1, 20, 00, "38SMD500700", ""), WALK(2, 22, 30, "38SMD570620", "")}, "", ""},
	{"twice told of one who stands still", "a/kirkuk", MS(3, 23, 0), {WALK(1, 20, 00, "38SMD500700", ""), WALK(2, 22, 30, "38SMD500700", "")}, "", ""},
	{"the nearest of two is followed", "a/kirkuk", MS(3, 23, 0), {WALK(1, 20, 00, "38SMD470654", ""), WALK(2, 20, 00, "38SMD480680", ""), WALK(3, 21, 30, "38SMD495715", "")}, "chain red 3 director voice: 2 3", ""},
	{"of two ways on the longer is told, once", "a/kirkuk", MS(3, 23, 0),
	    {WALK(1, 20, 00, "38SMD470654", ""), WALK(2, 21, 00, "38SMD495690", ""), WALK(3, 21, 10, "38SMD455690", ""), WALK(4, 22, 00, "38SMD525715", "")}, "chain red 3 director voice: 1 2 4", ""},
};
/* clang-format on */

static size_t
count(const struct told *told)
{
	size_t n = 0;

	while (n < 8 && told[n].number)
		n++;
	return n;
}

static void
raises_or_is_silent(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const struct row *row = &rows[i];
		struct scene scene = scene_of(row->station, row->told, count(row->told));
		struct answer answer;
		char text[4000];

		scene.ground = exercise_ground();
		scene.settings.watch_unanswered = 0;
		answer = scene_ask(&scene, row->station, row->now_ms);
		told_of(&answer, text);
		if (row->expected[0] == '*')
			assert_int_equal(answer.n, row->expected[1] - '0');
		else if (strcmp(text, row->expected) != 0)
			fail_msg("%s: %s %s", row->name, text,
				 answer.n ? answer.alerts[0].text : "");
		if (answer.n)
			says(row->name, answer.alerts[0].text, row->words);
		assert_int_equal(scene.cut, 0);
		scene_close(&scene);
	}
}

/* Item 30 comes four hours late, when the links are up again: the alert begins then. */
static void
begins_when_it_is_known(void **state)
{
	static const struct told told[] = {S29, S30_TO_A, A21};
	struct scene scene = scene_open("a/kirkuk", told, 3);
	struct answer answer;

	(void)state;
	scene.settings.watch_unanswered = 0;
	scene.ground = exercise_ground();
	scene_arrived(&scene, 30, MS(4, 1, 30));
	put_all(scene.picture, scene.items);
	answer = scene_ask(&scene, "a/kirkuk", MS(4, 1, 31));
	assert_int_equal(answer.n, 1);
	assert_int_equal(answer.alerts[0].step, 1);
	assert_int_equal(answer.alerts[0].since_ms, MS(4, 1, 30));
	assert_int_equal(answer.alerts[0].due_ms, MS(4, 1, 40));
	assert_string_equal(answer.alerts[0].place.mgrs, "38SMD5271");
	assert_int_equal(answer.alerts[0].when.from_ms, MS(3, 21, 15));
	assert_int_equal(answer.alerts[0].when.to_ms, MS(3, 21, 50));
	scene_close(&scene);
}

/* It is an alert when its last member is known, whichever that is. */
static void
waits_for_all(void **state)
{
	static const struct told told[] = {S29, S30};
	struct scene scene = scene_open("c/erbil", told, 2);
	struct answer answer;

	(void)state;
	scene.ground = exercise_ground();
	scene.settings.watch_unanswered = 0;
	scene_arrived(&scene, 29, MS(4, 23, 0));
	put_all(scene.picture, scene.items);
	answer = scene_ask(&scene, "c/erbil", MS(4, 23, 1));
	assert_int_equal(answer.n, 1);
	assert_int_equal(answer.alerts[0].since_ms, MS(4, 23, 0));
	/* Its first member is forgotten before the alert would have expired. */
	assert_int_equal(walk(&scene, "c/erbil", MS(4, 23, 0), MS(9, 0, 0)), 3);
	assert_int_equal(scene_ask(&scene, "c/erbil", MS(5, 21, 16) - 1).n, 1);
	assert_int_equal(scene_ask(&scene, "c/erbil", MS(5, 21, 16)).n, 0);
	scene_close(&scene);
}

/* A chain that grows keeps its key and its beginning, at every station that holds its first
 * sighting. */
static void
is_one_matter(void **state)
{
	static const struct told told[] = {
	    S29,
	    S30,
	    WALK(31, 23, 40, "38SMD560760", ""),
	    {32, "b/kirkuk", "s30", "sighting", AT(3, 22, 30),
	     "type=mov.suspicious;when=032150C MAY 27;place=38SMD525716;means=motorbike"}};
	struct hash key = {{0}};

	(void)state;
	for (size_t n = 2; n <= 4; n++) {
		struct scene scene = scene_of(n == 3 ? "b/kirkuk" : "a/kirkuk", told, n);
		struct answer answer;

		scene.ground = exercise_ground();
		scene.settings.watch_unanswered = 0;
		answer = scene_ask(&scene, n == 3 ? "b/kirkuk" : "a/kirkuk", MS(3, 23, 41));
		assert_int_equal(answer.n, 1);
		assert_int_equal(answer.alerts[0].n, n == 2 ? 2 : 3);
		assert_int_equal(answer.alerts[0].since_ms, n == 4 ? MS(3, 22, 30) : MS(3, 21, 50));
		if (n > 2)
			assert_true(hash_equal(&key, &answer.alerts[0].key));
		key = answer.alerts[0].key;
		scene_close(&scene);
	}
}

static void
does_not_hang_on_order(void **state)
{
	static const struct told told[] = {S5,
					   S13,
					   S14,
					   S29,
					   S30,
					   WALK(41, 20, 00, "38SMD560720", ""),
					   A21,
					   WALK(42, 22, 30, "38SMD620780", ""),
					   WALK(43, 20, 10, "38SMD540700", ""),
					   WALK(44, 21, 10, "38SMD500720", "")};
	struct answer first = {.n = 0};

	(void)state;
	for (uint32_t seed = 0; seed < 40; seed++) {
		struct scene scene = scene_open("b/makhmour", told, 10);
		struct answer answer;

		scene.ground = exercise_ground();
		scene_shuffle(&scene, seed * 2654435761U);
		answer = scene_ask(&scene, "b/makhmour", MS(3, 22, 35));
		if (seed == 0)
			first = keep(&answer);
		assert_true(answer.n >= 2);
		assert_true(is_same_answer(&first, &answer));
		assert_int_equal(first.next_ms, answer.next_ms);
		scene_close(&scene);
	}
	free(first.alerts);
}

/* Steps, expiry, and the moments at which sightings are no longer looked at. */
static void
tells_when_to_ask_again(void **state)
{
	static const struct told told[] = {S29, S30, WALK(31, 23, 40, "38SMD560760", "")};
	struct scene scene = scene_of("b/kirkuk", told, 3);

	(void)state;
	scene.ground = exercise_ground();
	scene.settings.watch_unanswered = 0;
	assert_true(walk(&scene, "b/kirkuk", MS(3, 23, 40), MS(3, 23, 40) + 4 * 86400000) >= 1);
	assert_int_equal(scene_ask(&scene, "b/kirkuk", MS(3, 23, 0)).next_ms, MS(4, 21, 50));
	scene_close(&scene);
	scene = scene_of("b/kirkuk", told, 2);
	scene.ground = exercise_ground();
	scene.settings.watch_unanswered = 0;
	assert_int_equal(walk(&scene, "b/kirkuk", MS(3, 21, 50), MS(3, 21, 50) + 4 * 86400000), 3);
	scene_close(&scene);
}

static void
obeys_settings(void **state)
{
	static const struct told told[] = {S5, S13, S14, S29, S30};
	struct scene scene = scene_of("b/makhmour", told, 5);
	const struct watch_settings preset = scene.settings;

	(void)state;
	/* Without layers only what came over a border is left. */
	assert_int_equal(scene_ask(&scene, "b/makhmour", MS(3, 22, 0)).n, 1);
	scene.ground = exercise_ground();
	assert_int_equal(scene_ask(&scene, "b/makhmour", MS(3, 22, 0)).n, 2);
	scene.settings.watch_chain_links = 3;
	assert_int_equal(scene_ask(&scene, "b/makhmour", MS(3, 22, 0)).n, 0);
	scene.settings = preset;
	scene.settings.watch_chain_car_kmh = 10;
	assert_int_equal(scene_ask(&scene, "b/makhmour", MS(3, 22, 0)).n, 0);
	scene.settings = preset;
	scene.settings.watch_chain_hours = 1;
	assert_int_equal(scene_ask(&scene, "b/makhmour", MS(3, 22, 0)).n, 1);
	scene.settings = preset;
	scene.settings.watch_chain_foot_kmh = 4;
	assert_int_equal(scene_ask(&scene, "b/makhmour", MS(3, 22, 0)).n, 1);
	scene.settings = preset;
	/* 30 lies in the zone whatever the distance. */
	scene.settings.watch_chain_line_m = 500;
	assert_int_equal(scene_ask(&scene, "b/makhmour", MS(3, 22, 0)).n, 2);
	scene.settings = preset;
	scene.settings.watch_chain = 0;
	assert_int_equal(scene_ask(&scene, "b/makhmour", MS(3, 22, 0)).n, 0);
	scene_close(&scene);
}

/* A line counts on the days it stands. */
static void
asks_for_the_line_of_the_day(void **state)
{
	static const char line[] =
	    "{\"type\":\"FeatureCollection\",\"features\":[{\"type\":\"Feature\",\"properties\":{"
	    "\"layer\":\"boundary\",\"name\":\"%s\",\"from\":\"%s\",\"to\":\"%s\"},"
	    "\"geometry\":{\"type\":\"LineString\",\"coordinates\":[[44.30173,35.28164],"
	    "[44.50109,35.04818],[44.75388,34.85057]]}}]}";
	static const struct {
		const char *name, *from, *to;
		size_t n;
	} days[] = {
	    {"before", "2027-01-01", "2027-05-02", 0},
	    {"on", "2027-01-01", "2027-05-03", 1},
	    {"after", "2027-05-04", "2027-12-31", 0},
	};
	static const struct told told[] = {S29, S30};

	(void)state;
	for (size_t i = 0; i < sizeof days / sizeof *days; i++) {
		struct scene scene = scene_of("b/kirkuk", told, 2);
		char text[600], why[GROUND_WHY_MAX];

		(void)snprintf(text, sizeof text, line, days[i].name, days[i].from, days[i].to);
		scene.ground = ground_new();
		assert_int_equal(ground_add(scene.ground, span_of(text), GROUND_BOUNDARY, why),
				 ERR_OK);
		assert_int_equal(scene_ask(&scene, "b/kirkuk", MS(3, 22, 0)).n, days[i].n);
		scene_close(&scene);
	}
}

/* Somebody walks at the line for three days, a sighting every quarter of an hour. */
static void
make_step(size_t i, struct told *told, char fields[400], char thread[32])
{
	int minute = (int)i * 15;

	(void)snprintf(thread, 32, "st%zu", i);
	(void)snprintf(fields, 400,
		       "type=mov.sighting;when=2027-05-%02dT%02d:%02dZ;place=38SM%c%02zu%02zu",
		       2 + minute / 1440, minute % 1440 / 60, minute % 60, 'B' + (int)(i / 100),
		       i * 3 / 10, i % 100);
	*told =
	    (struct told){(int)i + 1, "b/kirkuk", thread, "sighting", AT(2, 3, 0) + minute, fields};
}

static void
make_late_step(size_t i, struct told *told, char fields[400], char thread[32])
{
	make_step(i + 90, told, fields, thread);
}

/* A chain longer than an alert can cite or say: first and last are there, nothing breaks, and the
 * answer says that something was left out. */
static void
bounds_what_it_says(void **state)
{
	struct scene scene = scene_open("b/kirkuk", NULL, 0);
	struct answer answer;
	struct hash first = id_of(91), last = id_of(280);

	(void)state;
	scene.ground = exercise_ground();
	scene.settings.watch_unanswered = 0;
	scene_many(&scene, 190, make_late_step);
	answer = scene_ask(&scene, "b/kirkuk", MS(5, 1, 0));
	assert_int_equal(answer.n, 1);
	assert_int_equal(answer.alerts[0].n, WATCH_CITES_MAX);
	assert_true(hash_equal(&answer.alerts[0].cites[0], &first));
	assert_true(hash_equal(&answer.alerts[0].cites[WATCH_CITES_MAX - 1], &last));
	assert_int_equal(scene.cut, 1U << WATCH_CHAIN);
	says("long", answer.alerts[0].text, "190 sightings|… |May be civilians: not known.");
	assert_true(strlen(answer.alerts[0].text) > 300);
	/* More than are looked at: the newest are. */
	scene_many(&scene, 280, make_step);
	answer = scene_ask(&scene, "b/kirkuk", MS(5, 1, 0));
	assert_int_equal(scene.cut, 1U << WATCH_CHAIN);
	assert_true(answer.n >= 1);
	scene_close(&scene);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(raises_or_is_silent, make_folder, drop_folder),
	    cmocka_unit_test_setup_teardown(begins_when_it_is_known, make_folder, drop_folder),
	    cmocka_unit_test_setup_teardown(waits_for_all, make_folder, drop_folder),
	    cmocka_unit_test_setup_teardown(is_one_matter, make_folder, drop_folder),
	    cmocka_unit_test_setup_teardown(does_not_hang_on_order, make_folder, drop_folder),
	    cmocka_unit_test_setup_teardown(tells_when_to_ask_again, make_folder, drop_folder),
	    cmocka_unit_test_setup_teardown(obeys_settings, make_folder, drop_folder),
	    cmocka_unit_test_setup_teardown(asks_for_the_line_of_the_day, make_folder, drop_folder),
	    cmocka_unit_test_setup_teardown(bounds_what_it_says, make_folder, drop_folder),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
