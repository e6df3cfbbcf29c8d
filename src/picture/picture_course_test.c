/*
 * What a course rests on is found whole: versions, answers, and the answers to offers.
 */
#include "picture/picture_course.h"

#include "picture/told_test.h"

/* clang-format off */
static const struct told story[] = {
	{1, "a/makhmour", "req", "request", 0, "need=eod;severity=yellow;ask=b:30m,c:30m"},
	{2, "c/erbil", "off", "answer", 4, "re=@1;answer=offered;eta=90m"},
	{3, "a/makhmour", "req", "request", 5, "need=eod;severity=yellow;ask=b:30m,c:30m;effect=the road can be used"},
	{4, "a/makhmour", "tak", "answer", 6, "re=@2;answer=concur"},
	{5, "c/erbil", "com", "answer", 7, "re=@3;answer=committed;eta=60m"},
	{6, "b/kirkuk", "dec", "answer", 8, "re=@3;answer=decline"},
	{7, "b/kirkuk", "dis", "dispute", 9, "re=@3"},
	{10, "b/kirkuk", "mov", "movement", 10, "movement=reaction;window=2027-05-05T00:00Z..2027-05-05T03:00Z;crosses=yes;ask=a:10m"},
	{11, "a/makhmour", "con", "answer", 12, "re=@10;answer=concur;window=2027-05-05T00:00Z..2027-05-05T01:00Z"},
	{20, "a/makhmour", "old", "request", 1, "need=logistics;ask=c:30m"},
	{21, "a/makhmour", "ret", "retract", 2, "re=@20"},
};
/* clang-format on */

enum { STORY = sizeof story / sizeof *story, MINUTE = 60000 };

static const struct course_clocks clocks = {5, 15, 60};

struct stage {
	struct picture *picture;
	struct arena *arena;
};

static struct picture_course
look(const struct stage *stage, int number, int minute)
{
	struct hash id = id_of(number);
	struct picture_course found;

	assert_int_equal(picture_course(stage->picture, &id, &clocks, NIGHT + minute * MINUTE,
					stage->arena, &found),
			 ERR_OK);
	return found;
}

static struct stage
open_stage(size_t n)
{
	return (struct stage){picture_of(story, n), arena_new(1 << 22)};
}

static void
close_stage(struct stage *stage)
{
	picture_close(stage->picture);
	arena_free(stage->arena);
}

static void
offers_are_taken(void **state)
{
	struct stage stage = open_stage(4);
	struct picture_course found = look(&stage, 1, 7);

	(void)state;
	assert_int_equal(found.n, 2);
	assert_int_equal(found.course.n, 2);
	assert_string_equal(found.course.row[1].party.name, "c");
	assert_int_equal(found.course.row[1].state, COURSE_OFFERED);
	assert_true(found.course.row[1].is_taken);
	assert_false(found.course.is_partial);
	close_stage(&stage);
}

static void
answers_to_any_version_count(void **state)
{
	struct stage stage = open_stage(STORY);
	struct picture_course by_old = look(&stage, 1, 9);
	struct picture_course by_new = look(&stage, 3, 9);
	struct hash newest = id_of(3);

	(void)state;
	assert_memory_equal(&by_old.course, &by_new.course, sizeof by_old.course);
	assert_true(hash_equal(&by_old.row.id, &newest));
	assert_int_equal(by_old.n, 4);
	assert_int_equal(by_old.course.state, COURSE_COMMITTED);
	assert_int_equal(by_old.course.asked_ms, NIGHT);
	assert_int_equal(course_row_of(&by_old.course, &(struct party){"b"})->state,
			 COURSE_DECLINED);
	assert_int_equal(by_old.course.row[1].eta_ms, NIGHT + 60 * MINUTE);
	assert_int_equal(by_old.course.due.step, COURSE_STEP_COME);
	close_stage(&stage);
}

static void
others_ask_us(void **state)
{
	struct stage stage = open_stage(STORY);
	struct picture_course found = look(&stage, 10, 20);

	(void)state;
	assert_true(found.course.is_partial);
	assert_true(found.course.is_agreed);
	assert_int_equal(found.course.row[0].at_ms, NIGHT + 12 * MINUTE);
	found = look(&stage, 10, 61);
	assert_false(found.course.is_agreed); /* agreed for an hour */
	assert_int_equal(found.course.state, COURSE_NOT_AGREED);
	close_stage(&stage);
}

static void
taken_back(void **state)
{
	struct stage stage = open_stage(STORY);
	struct picture_course found = look(&stage, 20, 1);
	struct hash none = id_of(99);

	(void)state;
	assert_int_equal(found.course.state, COURSE_WITHDRAWN);
	assert_false(found.course.is_open);
	assert_int_equal(picture_course(stage.picture, &none, &clocks, NIGHT, stage.arena, &found),
			 ERR_NOT_FOUND);
	close_stage(&stage);
}

/* What comes on one stick without its time of filing stands in the order in which it was sent. */
static void
order_on_one_stick(void **state)
{
	struct items *items = items_of(story, STORY);
	struct picture *picture = open_picture();
	static const size_t together[] = {1, 4};
	struct stage stage = {picture, arena_new(1 << 22)};
	struct picture_course found;

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		items->records[together[i]].filed_ms = 0;
		items->items[together[i]].filed_ms = 0;
		items->items[together[i]].arrived_ms = NIGHT + 5 * MINUTE;
		items->items[together[i]].position = i ? 1 : 2; /* committed, then offered */
	}
	put_all(picture, items);
	found = look(&stage, 1, 20);
	assert_int_equal(course_row_of(&found.course, &(struct party){"c"})->state, COURSE_OFFERED);
	assert_int_equal(found.course.odd, 1);
	items_free(items);
	close_stage(&stage);
}

/* As programs get it: what there is not is null, late is counted to the first answer or to now. */
static void
as_json(void **state)
{
	static const char expected[] =
	    "{\"way\":\"support\",\"state\":\"offered\",\"open\":true,\"partial\":false,"
	    "\"consent\":false,\"agreed\":false,\"asked_ms\":1809475200000,\"until_ms\":null,"
	    "\"odd\":0,"
	    "\"due\":{\"party\":\"b\",\"step\":\"answer\",\"at_ms\":1809477000000,\"late_ms\":"
	    "60000},"
	    "\"parties\":[{\"party\":\"b\",\"asked\":true,\"state\":\"asked\",\"by_ms\":"
	    "1809477000000,"
	    "\"first_ms\":null,\"late_ms\":60000,\"at_ms\":null,\"eta_ms\":null,\"taken\":false,"
	    "\"concurs\":false,\"behind\":false,\"odd\":false},{\"party\":\"c\",\"asked\":true,"
	    "\"state\":\"offered\",\"by_ms\":1809477000000,\"first_ms\":1809475440000,\"late_ms\":"
	    "0,"
	    "\"at_ms\":1809475440000,\"eta_ms\":1809480600000,\"taken\":true,\"concurs\":false,"
	    "\"behind\":false,\"odd\":false}]}";
	struct stage stage = open_stage(4);
	struct picture_course found = look(&stage, 1, 31);
	struct out out = out_new(8192);

	(void)state;
	picture_course_json(&out, &found.course, NIGHT + 31 * MINUTE);
	out_char(&out, '\0');
	assert_int_equal(out_err(&out), ERR_OK);
	assert_string_equal(out.p, expected);
	out_free(&out);
	close_stage(&stage);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(offers_are_taken, make_folder, drop_folder),
	    cmocka_unit_test_setup_teardown(answers_to_any_version_count, make_folder, drop_folder),
	    cmocka_unit_test_setup_teardown(others_ask_us, make_folder, drop_folder),
	    cmocka_unit_test_setup_teardown(taken_back, make_folder, drop_folder),
	    cmocka_unit_test_setup_teardown(order_on_one_stick, make_folder, drop_folder),
	    cmocka_unit_test_setup_teardown(as_json, make_folder, drop_folder),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
