#include "watch/scene_test.h"

/* clang-format off */
/* Item 15: a red warning of C to A and B, to be answered in 15 minutes; 16 and 18 their answers. */
#define W15 {15, "c/erbil", "w15", "warning", AT(3, 11, 50), \
	"type=mov.infiltration;window=031150C MAY 27..032359C MAY 27;place=38SKF31;advice=monitor;severity=red;ask=a:031205C MAY 27,b:031205C MAY 27"}
#define A16 {16, "a/makhmour", "a16", "answer", AT(3, 12, 5), "re=@15;answer=seen"}
#define A18 {18, "b/makhmour", "a18", "answer", AT(3, 12, 24), "re=@15;answer=seen"}
/* Item 20: A asks B for information, answered at 1640. */
#define R20 {20, "a/kirkuk", "r20", "request", AT(3, 15, 0), \
	"need=information;place=38SMD45;window=031900C MAY 27..040600C MAY 27;needed_by=031800C MAY 27;ask=b:031600C MAY 27"}
#define A21 {21, "b/kirkuk", "a21", "answer", AT(3, 16, 40), "re=@20;answer=answered;place=38SMD45"}
/* Item 23: B asks C for medical evacuation; A is given that it is asked, and no row. */
#define M23 {23, "b/khanaqin", "m23", "request", AT(3, 17, 52), "need=medevac;place=38SND11020762;severity=red;urgent=1;ask=c:031757C MAY 27"}
#define M23_TO_A {23, "b/khanaqin", "m23", "request", AT(3, 17, 52), "need=medevac;place=38SND10;severity=red"}
#define A24 {24, "c/erbil", "a24", "answer", AT(3, 17, 58), "re=@23;answer=on_the_way"}
/* Item 31: a yellow warning of C that cannot be delivered; A is told by telephone. */
#define W31 {31, "c/erbil", "w31", "warning", AT(4, 0, 30), \
	"type=mov.infiltration;window=040030C MAY 27..040600C MAY 27;place=38SMD67;advice=prepare;severity=yellow;ask=a:040045C MAY 27,b:040045C MAY 27"}
#define T31 {32, "c/erbil", "t31", "told", AT(4, 0, 44), "re=@31;told_party=a;told_by=phone;told_duty=watch;read_back=yes;when=040044C MAY 27"}
/* Item 37: B must cross the line; 38: seen, then concur. */
#define V37 {37, "b/kirkuk", "v37", "movement", AT(4, 2, 40), \
	"unit=B-2;movement=reaction;window=040250C MAY 27..040600C MAY 27;place=38SMD5973;crosses=yes;ask=a:040250C MAY 27"}
#define A38 {38, "a/kirkuk", "a38", "answer", AT(4, 2, 42), "re=@37;answer=seen"}
/* An own red incident that asks nobody by name. */
#define I34 {34, "a/kirkuk", "i34", "incident", AT(4, 2, 15), "type=atk.assault_position;when=040215C MAY 27;place=38SMD65347865;severity=red"}
#define FOREIGN(more) {50, "b/kirkuk", "f50", "incident", AT(4, 2, 0), "type=atk.ambush;when=040155C MAY 27;place=38SMD5973" more}

struct sent { int number; const char *party; enum picture_state state; int64_t at_ms; enum why why; };

static const struct row {
	const char *name, *station;
	int64_t now_ms;
	struct told told[4];
	struct sent sent[3];
	const char *expected, *words;
} rows[] = {
	{"exercise 15 at B: not due yet", "b/makhmour", MS(3, 12, 5) - 1, {W15, A16}, {{0}}, "", ""},
	{"due", "b/makhmour", MS(3, 12, 5), {W15, A16}, {{0}}, "unanswered red 1 watch b: 15",
	    "warning: infiltration|38S KF 3 1|from c, came here 031150C MAY 27: asked for an answer by 031205C MAY 27; this party has NOT ANSWERED"},
	{"exercise 17 at B: step 2", "b/makhmour", MS(3, 12, 20), {W15, A16}, {{0}}, "unanswered red 2 liaison b: 15", ""},
	{"step 3 calls the director, by voice", "b/makhmour", MS(3, 12, 25), {W15, A16}, {{0}}, "unanswered red 3 director voice b: 15", ""},
	{"exercise 18: seen, late, ends it", "b/makhmour", MS(3, 12, 25), {W15, A16, A18}, {{0}}, "", ""},
	{"exercise 16 at A: nothing from 1205 on", "a/makhmour", MS(3, 12, 20), {W15, A16}, {{0}}, "", ""},
	{"at C: both late", "c/erbil", MS(3, 12, 5), {W15}, {{15, "a", PICTURE_STATE_ARRIVED, MS(3, 11, 51), WHY_NONE}, {15, "b", PICTURE_STATE_EXPORTED, MS(3, 11, 50), WHY_NONE}},
	    "*2", "15"},
	{"at C: A answered, B has it and did not", "c/erbil", MS(3, 12, 20), {W15, A16}, {{15, "a", PICTURE_STATE_ARRIVED, MS(3, 11, 51), WHY_NONE}, {15, "b", PICTURE_STATE_ARRIVED, MS(3, 11, 51), WHY_NONE}},
	    "unanswered red 2 liaison b: 15", "ours of 031150C MAY 27, b: asked for an answer by 031205C MAY 27; arrived there 031151C MAY 27, NOT SEEN"},
	{"at C: to B it waits: a call at step 1", "c/erbil", MS(3, 12, 5), {W15, A16}, {{15, "a", PICTURE_STATE_ARRIVED, MS(3, 11, 51), WHY_NONE}, {15, "b", PICTURE_STATE_QUEUED, MS(3, 11, 50), WHY_NONE}},
	    "unanswered red 1 watch voice b: 15", "NOT DELIVERED, waiting since 031150C MAY 27; call them: it has not arrived"},
	{"at C: sent by stick, no receipt", "c/erbil", MS(3, 12, 5), {W15, A16}, {{15, "b", PICTURE_STATE_EXPORTED, MS(3, 11, 50), WHY_NONE}},
	    "unanswered red 1 watch voice b: 15", "NOT DELIVERED, sent 031150C MAY 27 without a receipt"},
	{"at C: the policy holds it back: no call", "c/erbil", MS(3, 12, 5), {W15, A16}, {{15, "b", PICTURE_STATE_HELD_BACK, MS(3, 11, 50), WHY_NO_RULE}},
	    "unanswered red 1 watch b: 15", "NOT GIVEN to b: no rule of the policy"},
	{"a sister's record, whose way is not known here", "c/erbil", MS(3, 12, 5), {W15, A16}, {{0}}, "", ""},
	{"its window is over", "b/makhmour", MS(4, 0, 0), {W15}, {{0}}, "", ""},
	{"exercise 20 at A: B has not answered", "a/kirkuk", MS(3, 16, 0), {R20}, {{20, "b", PICTURE_STATE_ARRIVED, MS(3, 15, 0), WHY_NONE}}, "unanswered yellow 1 watch b: 20", "needed by 031800C MAY 27"},
	{"red when the moment comes by which it is needed", "a/kirkuk", MS(3, 18, 0), {R20}, {{20, "b", PICTURE_STATE_ARRIVED, MS(3, 15, 0), WHY_NONE}}, "unanswered red 3 director voice b: 20", ""},
	{"exercise 21 answers it", "a/kirkuk", MS(3, 18, 0), {R20, A21}, {{20, "b", PICTURE_STATE_ARRIVED, MS(3, 15, 0), WHY_NONE}}, "", ""},
	{"exercise 20 at B", "b/kirkuk", MS(3, 16, 0), {R20}, {{0}}, "unanswered yellow 1 watch b: 20", "from a"},
	{"exercise 23 at C: 5 minutes", "c/erbil", MS(3, 17, 57), {M23}, {{0}}, "unanswered red 1 watch c: 23", "medical evacuation"},
	{"exercise 24", "c/erbil", MS(3, 18, 30), {M23, A24}, {{0}}, "", ""},
	{"exercise 23 at A, not asked by name: 5 minutes as well", "a/makhmour", MS(3, 17, 57), {M23_TO_A}, {{0}}, "unanswered red 1 watch a: 23", "to be answered within 5 min"},
	{"what saves lives is red without a colour", "a/makhmour", MS(3, 17, 57), {{23, "b/khanaqin", "m23", "request", AT(3, 17, 52), "need=medevac"}}, {{0}}, "unanswered red 1 watch a: 23", ""},
	{"exercise 24 at A: another helps", "a/makhmour", MS(3, 18, 30), {M23_TO_A, A24}, {{0}}, "", ""},
	{"that another declines is no help", "a/makhmour", MS(3, 17, 58), {M23_TO_A, {24, "c/erbil", "a24", "answer", AT(3, 17, 58), "re=@23;answer=decline"}}, {{0}}, "unanswered red 1 watch a: 23", ""},
	{"asked by name: that another helps is not our answer", "c/erbil", MS(3, 17, 58), {M23, {24, "a/makhmour", "a24", "answer", AT(3, 17, 58), "re=@23;answer=on_the_way"}}, {{0}}, "unanswered red 1 watch c: 23", ""},
	{"exercise 31 at C: a voice task for A and B", "c/erbil", MS(4, 0, 45), {W31}, {{31, "a", PICTURE_STATE_QUEUED, MS(4, 0, 30), WHY_NONE}, {31, "b", PICTURE_STATE_QUEUED, MS(4, 0, 30), WHY_NONE}}, "*2v", "NOT DELIVERED"},
	{"A was told and does not answer: no longer not delivered", "c/erbil", MS(4, 0, 45), {W31, T31}, {{31, "a", PICTURE_STATE_QUEUED, MS(4, 0, 30), WHY_NONE}}, "unanswered yellow 1 watch a: 31", "told by telephone 040044C MAY 27, NOT ANSWERED"},
	{"B was not told", "c/erbil", MS(4, 0, 45), {W31, T31}, {{31, "b", PICTURE_STATE_QUEUED, MS(4, 0, 30), WHY_NONE}}, "unanswered yellow 1 watch voice b: 31", "NOT DELIVERED"},
	{"exercise 37 at A", "a/kirkuk", MS(4, 2, 50), {V37}, {{0}}, "unanswered yellow 1 watch a: 37", "reaction force"},
	{"exercise 38: seen stops the clock", "a/kirkuk", MS(4, 2, 55), {V37, A38}, {{0}}, "", ""},
	{"an answer to an earlier version counts", "a/kirkuk", MS(4, 2, 55), {V37, A38,
	    {39, "b/kirkuk", "v37", "movement", AT(4, 2, 45), "movement=reaction;window=040250C MAY 27..040600C MAY 27;place=38SMD5973;crosses=yes;ask=a:040250C MAY 27"}}, {{0}}, "", ""},
	{"a retracted answer does not", "a/kirkuk", MS(4, 2, 55), {V37, A38, {39, "a/kirkuk", "rt", "retract", AT(4, 2, 44), "re=@38"}}, {{0}}, "unanswered yellow 1 watch a: 37", ""},
	{"a sister's answer is ours", "a/makhmour", MS(4, 2, 55), {V37, A38}, {{0}}, "", ""},
	{"retracted", "a/kirkuk", MS(4, 2, 55), {V37, {39, "b/kirkuk", "rt", "retract", AT(4, 2, 44), "re=@37"}}, {{0}}, "", ""},
	{"red, asks nobody: the default clock", "a/kirkuk", MS(4, 2, 15), {FOREIGN(";severity=red")}, {{0}}, "unanswered red 1 watch a: 50", "to be answered within 15 min"},
	{"and not before", "a/kirkuk", MS(4, 2, 15) - 1, {FOREIGN(";severity=red")}, {{0}}, "", ""},
	{"yellow: an hour", "a/kirkuk", MS(4, 3, 0), {FOREIGN(";severity=yellow")}, {{0}}, "unanswered yellow 1 watch a: 50", ""},
	{"yellow, before", "a/kirkuk", MS(4, 3, 0) - 1, {FOREIGN(";severity=yellow")}, {{0}}, "", ""},
	{"green never, also when it asks", "a/kirkuk", MS(4, 6, 0), {FOREIGN(";severity=green;ask=a:040210C MAY 27")}, {{0}}, "", ""},
	{"no colour, asks nobody", "a/kirkuk", MS(4, 6, 0), {FOREIGN("")}, {{0}}, "", ""},
	{"asks another", "a/kirkuk", MS(4, 6, 0), {FOREIGN(";ask=c:040210C MAY 27")}, {{0}}, "", ""},
	{"closed", "a/kirkuk", MS(4, 2, 15), {FOREIGN(";severity=red;state=closed")}, {{0}}, "", ""},
	{"expired", "a/kirkuk", MS(4, 2, 15), {FOREIGN(";severity=red;state=expired")}, {{0}}, "", ""},
	{"the alert expires after a day", "a/kirkuk", MS(5, 2, 15), {FOREIGN(";severity=red")}, {{0}}, "", ""},
	{"a minute before", "a/kirkuk", MS(5, 2, 14), {FOREIGN(";severity=red")}, {{0}}, "unanswered red 3 director voice a: 50", ""},
	{"amending starts no new clock", "a/kirkuk", MS(4, 2, 15), {FOREIGN(";severity=red"), {51, "b/kirkuk", "f50", "incident", AT(4, 2, 10), "type=atk.ambush;when=040155C MAY 27;place=38SMD5973;severity=red"}}, {{0}}, "unanswered red 1 watch a: 51", ""},
	{"own, red, sent: B owes an answer, C got nothing", "a/kirkuk", MS(4, 2, 30), {I34}, {{34, "b", PICTURE_STATE_ARRIVED, MS(4, 2, 15), WHY_NONE}, {34, "c", PICTURE_STATE_HELD_BACK, MS(4, 2, 15), WHY_NO_RULE}}, "unanswered red 1 watch b: 34", "attack on a position"},
	{"own, and a sister has answered it: in hand", "a/kirkuk", MS(4, 2, 30), {{34, "a/kirkuk", "i34", "request", AT(4, 2, 15), "need=eod;ask=b:040220C MAY 27"}, {35, "a/makhmour", "a35", "answer", AT(4, 2, 16), "re=@34;answer=on_the_way"}},
	    {{34, "b", PICTURE_STATE_ARRIVED, MS(4, 2, 15), WHY_NONE}}, "", ""},
	{"own, red, sent nowhere", "a/kirkuk", MS(4, 2, 30), {I34}, {{0}}, "", ""},
	{"own: asked one, given to two: only who is asked", "a/kirkuk", MS(4, 2, 30), {{34, "a/kirkuk", "i34", "incident", AT(4, 2, 15), "type=atk.assault_position;when=040215C MAY 27;severity=red;ask=b:040220C MAY 27"}},
	    {{34, "b", PICTURE_STATE_ARRIVED, MS(4, 2, 15), WHY_NONE}, {34, "c", PICTURE_STATE_ARRIVED, MS(4, 2, 15), WHY_NONE}}, "unanswered red 2 liaison b: 34", ""},
	{"the newest version waits, an earlier one arrived", "a/kirkuk", MS(4, 2, 20), {{34, "a/kirkuk", "i34", "incident", AT(4, 2, 15), "type=atk.assault_position;when=040215C MAY 27;severity=red;ask=b:040220C MAY 27"},
	    {35, "a/kirkuk", "i34", "incident", AT(4, 2, 17), "type=atk.assault_position;when=040215C MAY 27;severity=red;ask=b:040220C MAY 27;outcome=repelled"}},
	    {{34, "b", PICTURE_STATE_ARRIVED, MS(4, 2, 16), WHY_NONE}, {35, "b", PICTURE_STATE_QUEUED, MS(4, 2, 17), WHY_NONE}}, "unanswered red 1 watch b: 35", "an earlier version arrived 040216C MAY 27, the newest has not"},
	{"a humanitarian notice: only that there is one", "b/makhmour", MS(4, 14, 0), {{50, "a/makhmour", "c50", "civil", AT(4, 10, 0), "place=38SLE7338;vehicles=3;window=050800C MAY 27..051400C MAY 27;ask=b:041400C MAY 27"}}, {{0}}, "unanswered yellow 1 watch b: 50", "humanitarian notice, from a"},
	{"a note asks nothing", "a/kirkuk", MS(4, 6, 0), {{60, "b/kirkuk", "n", "told", AT(4, 0, 0), "re=@50;told_party=a;told_by=voice"}}, {{0}}, "", ""},
	{"what happened last month and is told of today", "a/kirkuk", MS(4, 6, 0), {{50, "b/kirkuk", "f50", "incident", AT(4, 2, 0), "type=atk.ambush;when=2027-04-01;severity=red"}}, {{0}}, "", ""},
};
/* clang-format on */

static size_t
count(const struct told *told)
{
	size_t n = 0;

	while (n < 4 && told[n].number)
		n++;
	return n;
}

static struct scene
scene_of_row(const struct row *row)
{
	struct scene scene = scene_of(row->station, row->told, count(row->told));

	for (size_t k = 0; k < 3 && row->sent[k].number; k++)
		scene_state(&scene, row->sent[k].number, row->sent[k].party, row->sent[k].state,
			    row->sent[k].at_ms, row->sent[k].why);
	scene.settings.watch_chain = scene.settings.watch_conflict = 0;
	return scene;
}

static void
calls_or_is_silent(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const struct row *row = &rows[i];
		struct scene scene = scene_of_row(row);
		struct answer answer = scene_ask(&scene, row->station, row->now_ms);
		char text[4000];

		told_of(&answer, text);
		if (row->expected[0] == '*') {
			assert_int_equal(answer.n, row->expected[1] - '0');
			for (size_t k = 0; k < answer.n && row->expected[2]; k++)
				assert_true(answer.alerts[k].by_voice);
		} else if (strcmp(text, row->expected) != 0) {
			fail_msg("%s: %s %s", row->name, text,
				 answer.n ? answer.alerts[0].text : "");
		}
		if (answer.n)
			says(row->name, answer.alerts[0].text, row->words);
		assert_int_equal(scene.cut, 0);
		scene_close(&scene);
	}
}

/* Every row from a day before to a week after, by next_ms alone. */
static void
tells_when_to_ask_again(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const struct row *row = &rows[i];
		struct scene scene = scene_of_row(row);
		unsigned changes = walk(&scene, row->station, row->now_ms - 86400000,
					row->now_ms + 10 * INT64_C(86400000));

		if (row->expected[0] && changes < 4)
			fail_msg("%s: %u changes", row->name, changes);
		scene_close(&scene);
	}
}

/* What is over before it is due wakes nobody. */
static void
lets_sleep(void **state)
{
	static const struct told told[] = {
	    {1, "b/kirkuk", "m", "movement", AT(4, 2, 0),
	     "movement=patrol;window=040200C MAY 27..040300C MAY 27;ask=a:040400C MAY 27"}};
	struct scene scene = scene_of("a/kirkuk", told, 1);

	(void)state;
	assert_int_equal(scene_ask(&scene, "a/kirkuk", MS(4, 2, 1)).next_ms, INT64_MAX);
	scene_close(&scene);
}

/* What lay in a queue for hours is no step 3 the moment it comes: its clock begins here. */
static void
begins_when_it_came(void **state)
{
	static const struct told told[] = {W31};
	struct scene scene = scene_open("b/kirkuk", told, 1);
	struct answer answer;

	(void)state;
	scene_arrived(&scene, 31, MS(4, 1, 30));
	put_all(scene.picture, scene.items);
	answer = scene_ask(&scene, "b/kirkuk", MS(4, 1, 31));
	assert_int_equal(answer.n, 1);
	assert_int_equal(answer.alerts[0].step, 1);
	assert_int_equal(answer.alerts[0].since_ms, MS(4, 1, 30));
	assert_int_equal(answer.alerts[0].due_ms, MS(4, 1, 40));
	scene_close(&scene);
}

/* The key names the party that owes, at the asker and at the asked alike, and lasts. */
static void
has_one_key(void **state)
{
	static const struct told told[] = {
	    W15,
	    {17, "c/erbil", "w15", "warning", AT(3, 12, 0),
	     "window=031150C MAY 27..032359C MAY 27;severity=red;ask=a:031205C MAY 27,"
	     "b:031205C MAY 27"}};
	struct hash key;
	struct scene scene = scene_of("c/erbil", told, 2);
	struct answer answer;

	(void)state;
	scene_state(&scene, 17, "a", PICTURE_STATE_ARRIVED, MS(3, 12, 1), WHY_NONE);
	answer = scene_ask(&scene, "c/erbil", MS(3, 12, 10));
	assert_int_equal(answer.n, 1);
	key = answer.alerts[0].key;
	scene_state(&scene, 17, "b", PICTURE_STATE_ARRIVED, MS(3, 12, 1), WHY_NONE);
	answer = scene_ask(&scene, "c/erbil", MS(3, 12, 20));
	assert_int_equal(answer.n, 2);
	assert_false(hash_equal(&answer.alerts[0].key, &answer.alerts[1].key));
	assert_true(hash_equal(&key, &answer.alerts[0].key) ||
		    hash_equal(&key, &answer.alerts[1].key));
	scene_close(&scene);
	scene = scene_of("a/makhmour", told, 1);
	answer = scene_ask(&scene, "a/makhmour", MS(3, 12, 10));
	assert_true(hash_equal(&key, &answer.alerts[0].key));
	scene_close(&scene);
	/* Another station's record in the same thread is another matter. */
	scene = scene_open("a/makhmour", told, 1);
	assert_true(station_read(SPAN("b/makhmour"), &scene.items->records[0].station));
	put_all(scene.picture, scene.items);
	answer = scene_ask(&scene, "a/makhmour", MS(3, 12, 10));
	assert_int_equal(answer.n, 1);
	assert_false(hash_equal(&key, &answer.alerts[0].key));
	scene_close(&scene);
}

/* Nothing of a humanitarian notice is copied into what outlives it. */
static void
copies_nothing_of_a_civil_notice(void **state)
{
	static const struct told told[] = {
	    {50, "a/makhmour", "c50", "civil", AT(4, 10, 0),
	     "place=38SLE7338;vehicles=3;window=050800C MAY 27..051400C MAY 27;ask=b:041400C MAY "
	     "27"}};
	struct scene scene = scene_of("b/makhmour", told, 1);
	struct answer answer = scene_ask(&scene, "b/makhmour", MS(4, 14, 0));

	(void)state;
	assert_int_equal(answer.n, 1);
	assert_int_equal(answer.alerts[0].place.level, 0);
	assert_int_equal(answer.alerts[0].when.from_ms, MS(4, 14, 0));
	assert_null(strstr(answer.alerts[0].text, "38S"));
	assert_null(strstr(answer.alerts[0].text, "05"));
	scene_close(&scene);
}

static void
does_not_hang_on_order(void **state)
{
	static const struct told told[] = {W15,
					   A16,
					   A18,
					   R20,
					   M23_TO_A,
					   A24,
					   W31,
					   T31,
					   V37,
					   FOREIGN(";severity=red"),
					   I34,
					   {51, "b/kirkuk", "f50", "incident", AT(4, 2, 10),
					    "type=atk.ambush;when=040155C MAY 27;severity=red"}};
	struct answer first = {.n = 0};

	(void)state;
	for (uint32_t seed = 0; seed < 40; seed++) {
		struct scene scene = scene_open("a/kirkuk", told, sizeof told / sizeof *told);
		struct answer answer;

		scene_shuffle(&scene, seed * 2654435761U);
		scene_state(&scene, 34, "b", PICTURE_STATE_ARRIVED, MS(4, 2, 15), WHY_NONE);
		answer = scene_ask(&scene, "a/kirkuk", MS(4, 2, 55));
		if (seed == 0)
			first = keep(&answer);
		assert_true(answer.n >= 3);
		assert_true(is_same_answer(&first, &answer));
		assert_int_equal(first.next_ms, answer.next_ms);
		scene_close(&scene);
	}
	free(first.alerts);
}

static void
obeys_settings(void **state)
{
	static const struct told told[] = {FOREIGN(";severity=red"), M23_TO_A};
	struct scene scene = scene_of("a/makhmour", told, 2);
	const struct watch_settings preset = scene.settings;

	(void)state;
	scene.settings.watch_life_min = 60;
	assert_int_equal(scene_ask(&scene, "a/makhmour", MS(3, 18, 51)).n, 0);
	assert_int_equal(scene_ask(&scene, "a/makhmour", MS(3, 18, 52)).n, 1);
	scene.settings = preset;
	scene.settings.watch_red_min = 60;
	assert_int_equal(scene_ask(&scene, "a/makhmour", MS(4, 2, 59)).n, 1);
	assert_int_equal(scene_ask(&scene, "a/makhmour", MS(4, 3, 0)).n, 2);
	scene.settings.watch_unanswered = 0;
	assert_int_equal(scene_ask(&scene, "a/makhmour", MS(4, 3, 0)).n, 0);
	scene_close(&scene);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(calls_or_is_silent, make_folder, drop_folder),
	    cmocka_unit_test_setup_teardown(tells_when_to_ask_again, make_folder, drop_folder),
	    cmocka_unit_test_setup_teardown(lets_sleep, make_folder, drop_folder),
	    cmocka_unit_test_setup_teardown(begins_when_it_came, make_folder, drop_folder),
	    cmocka_unit_test_setup_teardown(has_one_key, make_folder, drop_folder),
	    cmocka_unit_test_setup_teardown(copies_nothing_of_a_civil_notice, make_folder,
					    drop_folder),
	    cmocka_unit_test_setup_teardown(does_not_hang_on_order, make_folder, drop_folder),
	    cmocka_unit_test_setup_teardown(obeys_settings, make_folder, drop_folder),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
