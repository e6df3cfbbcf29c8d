#include "picture/told_test.h"

/* clang-format off */
static const struct told searched[] = {
	{1, "a/makhmour", "a", "incident", 1, "type=atk.ambush;when=2018-03-09;place=38SME448251;governorate=Kirkuk;district=Daquq;summary=Five men near کەرکووک road"},
	{2, "b/kirkuk", "b", "incident", 2, "type=atk.drone;when=2018-03-10;place=38SMD498886;governorate=Kirkuk;district=Hawija;summary=اطلاق نار قرب المدرسة ٣"},
	{3, "a/kirkuk", "c", "sighting", 3, "type=mov.sighting;when=2018-03;place=38SLE71;governorate=Erbil;summary=men with lights"},
	{4, "a/makhmour", "d", "incident", 4, "type=exp.uxo;when=2018-03-09T22:30Z;place=37SGA696103;governorate=Nineveh;detail=كه‌ركووك"},
	{5, "c/erbil", "e", "warning", 5, "window=2018-03-12..2018-03-14;place=38SMD67;advice=avoid;summary=avoid road"},
	{6, "a/makhmour", "f", "casualty", 6, "group=civilian;when=2018;killed=2-4;governorate=Kirkuk"},
	{7, "a/makhmour", "g", "request", 7, "need=eod;when=2018-03-20"},
	{8, "c/erbil", "h", "answer", 8, "re=@7;answer=seen"},
	{9, "a/makhmour", "a", "incident", 9, "type=atk.ambush;when=2018-03-09;place=38SME448251;governorate=Kirkuk;district=Daquq;summary=Six men near کەرکووک road"},
};
static const struct { const char *name; struct picture_query query; const char *found; } query_rows[] = {
	{"all", {.limit = 0}, "7 5 2 4 9 3 6 "},
	{"history", {.with_history = true}, "7 5 2 4 1 9 3 6 "},
	{"kind", {.kinds = 1U << KIND_INCIDENT}, "2 4 9 "},
	{"two kinds", {.kinds = 1U << KIND_WARNING | 1U << KIND_ANSWER}, "8 5 "},
	{"type", {.type = TEXT("atk.drone")}, "2 "},
	{"family", {.type = TEXT("atk")}, "2 9 "},
	{"governorate", {.governorate = TEXT("Kirkuk")}, "2 9 6 "},
	{"district", {.district = TEXT("Hawija")}, "2 "},
	{"party", {.party = {"a"}}, "7 4 9 3 6 "},
	{"station", {.station = {"a/kirkuk"}}, "3 "},
	{"from", {.from_ms = MARCH(13)}, "7 5 3 6 "},
	{"to", {.to_ms = MARCH(9) - 1}, "3 6 "},
	{"a day touches what is known to the month or year", {.from_ms = MARCH(10), .to_ms = MARCH(11) - 1}, "2 3 6 "},
	{"box", {.has_box = true, .box = {{354000000, 443000000}, {355000000, 445000000}}}, "9 "},
	{"box over the zone edge", {.has_box = true, .box = {{360000000, 419000000}, {363000000, 421000000}}}, "4 "},
	{"box inside a coarse square", {.has_box = true, .box = {{353700000, 436200000}, {353710000, 436210000}}}, "3 "},
	{"near", {.has_near = true, .near = {354500000, 443900000}, .near_m = 5000}, "9 "},
	{"near and wide", {.has_near = true, .near = {354500000, 443900000}, .near_m = 50000}, "5 2 9 "},
	{"words", {.text = TEXT("men near")}, "9 "},
	{"superseded words are history", {.text = TEXT("five")}, ""},
	{"superseded words with history", {.text = TEXT("five"), .with_history = true}, "1 "},
	{"Kurdish letters from an Arabic keyboard", {.text = TEXT("كەركوك")}, "4 9 "},
	{"Arabic teh marbuta, article kept", {.text = TEXT("المدرسه")}, "2 "},
	{"Arabic digit", {.text = TEXT("3 نار")}, "2 "},
	{"phrase", {.text = TEXT("\"men near\"")}, "9 "},
	{"phrase in the wrong order", {.text = TEXT("\"near men\"")}, ""},
	{"beginning", {.text = TEXT("ligh*")}, "3 "},
	{"label of the type", {.text = TEXT("ambush")}, "9 "},
	{"user text is never syntax", {.text = TEXT("men OR road")}, ""},
	{"quotes alone", {.text = TEXT("\"\"")}, ""},
	{"words and a box", {.text = TEXT("men"), .has_box = true, .box = {{354000000, 443000000}, {355000000, 445000000}}}, "9 "},
	{"not answered", {.answered = PICTURE_ANSWERED_NO}, "5 "},
	{"answered", {.answered = PICTURE_ANSWERED_YES}, "7 "},
	{"answered by somebody else", {.answered = PICTURE_ANSWERED_YES, .answered_by = {"b"}}, ""},
	{"all together", {.kinds = 1U << KIND_INCIDENT, .type = TEXT("atk"), .from_ms = MARCH(1), .to_ms = MARCH(30), .has_near = true,
	    .near = {354500000, 443900000}, .near_m = 50000, .governorate = TEXT("Kirkuk"), .party = {"b"}, .text = TEXT("نار")}, "2 "},
};
/* clang-format on */

static void
finds_what_is_asked(void **state)
{
	struct picture *writer = picture_of(searched, sizeof searched / sizeof *searched), *picture;
	struct arena *arena = arena_new(8 << 20);

	(void)state;
	assert_int_equal(picture_open(folder, PICTURE_READ, NULL, &picture), ERR_OK);
	for (size_t i = 0; i < sizeof query_rows / sizeof *query_rows; i++) {
		struct picture_row *rows;
		struct picture_cursor next;
		char text[400];
		size_t n;

		assert_int_equal(
		    picture_query(picture, &query_rows[i].query, arena, &rows, &n, &next), ERR_OK);
		assert_false(next.is_set);
		if (strcmp(numbers(rows, n, text), query_rows[i].found) != 0)
			fail_msg("%s: %s", query_rows[i].name, text);
		arena_reset(arena);
	}
	picture_close(picture);
	picture_close(writer);
	arena_free(arena);
}

/* Pages of every size give the whole list once. */
static void
pages_by_key(void **state)
{
	struct picture *picture = picture_of(searched, sizeof searched / sizeof *searched);
	struct arena *arena = arena_new(8 << 20);

	(void)state;
	for (unsigned limit = 1; limit <= 8; limit++) {
		struct picture_query query = {.limit = limit, .with_history = true};
		char all[400] = "";

		do {
			struct picture_row *rows;
			char text[400];
			size_t n;

			assert_int_equal(
			    picture_query(picture, &query, arena, &rows, &n, &query.after), ERR_OK);
			assert_true(n <= limit);
			numbers(rows, n, text);
			(void)snprintf(all + strlen(all), sizeof all - strlen(all), "%s", text);
		} while (query.after.is_set);
		assert_string_equal(all, "7 5 2 4 1 9 3 6 ");
	}
	picture_close(picture);
	arena_free(arena);
}

static void
limits_steps(void **state)
{
	struct items *items = items_of(NULL, 0);
	struct picture *picture = open_picture();
	struct arena *arena = arena_new(8 << 20);
	struct picture_query query = {.governorate = SPAN("nowhere"), .steps = 1};
	struct picture_row *rows;
	struct picture_cursor next;
	struct told told = {1, "a/makhmour", "x", "incident", 1, "type=civ.fire;when=2018-03-09"};
	size_t n;

	(void)state;
	tell(items, &told);
	assert_int_equal(picture_begin(picture), ERR_OK);
	for (int i = 1; i < 2000; i++) {
		char thread[32];

		(void)snprintf(thread, sizeof thread, "%021dA", i);
		items->records[0].thread = span_of(thread);
		items->items[0].id = id_of(i);
		put(picture, &items->items[0]);
	}
	assert_int_equal(picture_commit(picture), ERR_OK);
	assert_int_equal(picture_query(picture, &query, arena, &rows, &n, &next), ERR_LIMIT);
	query.steps = 100;
	assert_int_equal(picture_query(picture, &query, arena, &rows, &n, &next), ERR_OK);
	picture_close(picture);
	is_sound(); /* many at once are packed */
	arena_free(arena);
	items_free(items);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(finds_what_is_asked, make_folder, drop_folder),
	    cmocka_unit_test_setup_teardown(pages_by_key, make_folder, drop_folder),
	    cmocka_unit_test_setup_teardown(limits_steps, make_folder, drop_folder),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
