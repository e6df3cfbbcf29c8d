#include "picture/told_test.h"

/* Cells as text: "key/key incidents records sum low high without; …". */
static const char *
cells_text(struct picture *picture, const struct picture_tally *tally, char text[1000])
{
	struct arena *arena = arena_new(8 << 20);
	struct picture_cell *cells;
	size_t n, used = 0;

	assert_int_equal(picture_count(picture, tally, arena, &cells, &n), ERR_OK);
	text[0] = '\0';
	for (size_t i = 0; i < n; i++) {
		for (unsigned k = 0; k < tally->n_by; k++)
			used += (size_t)snprintf(text + used, 1000 - used, "%s%.*s", k ? "/" : "",
						 (int)cells[i].key[k].n, cells[i].key[k].p);
		used += (size_t)snprintf(text + used, 1000 - used, " %d", (int)cells[i].incidents);
		if (tally->sum)
			used += (size_t)snprintf(text + used, 1000 - used, " %d %d-%d %d %d",
						 (int)cells[i].sum, (int)cells[i].sum_low,
						 (int)cells[i].sum_high, (int)cells[i].without,
						 (int)cells[i].several);
		used += (size_t)snprintf(text + used, 1000 - used, "; ");
	}
	arena_free(arena);
	return text;
}

/* clang-format off */
static const struct told counted[] = {
	{1, "a/makhmour", "a", "incident", 1, "type=atk.ambush;when=2018-03-09;governorate=Kirkuk;deaths=2-5 best 3;place=38SLF3122"},
	{2, "a/makhmour", "b", "incident", 2, "type=atk.ambush;when=2018-03-10;governorate=Kirkuk;deaths=4"},
	{3, "b/kirkuk", "c", "incident", 3, "type=exp.uxo;when=2018-03-16T20:59Z;governorate=Kirkuk;place=38SLF3122;typed=36.335, 43.118889"},
	{4, "b/kirkuk", "d", "incident", 4, "type=exp.uxo;when=2018-03-16T21:00Z;governorate=Diyala;deaths=several;typed=coarse (-36.50, -1.0)"},
	{5, "a/makhmour", "e", "incident", 5, "type=civ.fire;when=2018-04;deaths=1;place=38SLF3222;typed=the bridge"},
	{6, "a/makhmour", "f", "incident", 6, "type=civ.fire;when=2017;governorate=Diyala;deaths=1"},
	/* a duplicate of 2 by another party: one incident, a range */
	{7, "b/kirkuk", "g", "incident", 7, "type=atk.clash;when=2018-03-11;governorate=Kirkuk;deaths=6"},
	{8, "a/makhmour", "h", "link", 8, "re=@7;link=duplicate_of;link_to=@2"},
	/* casualties of 2 */
	{9, "a/makhmour", "i", "casualty", 9, "when=2018-03-10;group=own;incident=@2;killed=3"},
	{10, "b/kirkuk", "j", "casualty", 10, "when=2018-03-10;group=other;incident=@2;killed=2"},
	{11, "b/kirkuk", "k", "casualty", 11, "when=2018-03-10;group=civilian;incident=@2;killed=1"},
};
static const struct { const char *name; struct picture_tally tally; const char *cells; } count_rows[] = {
	{"one cell", {.n_by = 0}, " 6; "},
	{"year", {.by = {PICTURE_BY_YEAR}, .n_by = 1}, "2017 1; 2018 5; "},
	{"month; what is known to the year stands apart", {.by = {PICTURE_BY_MONTH}, .n_by = 1}, "2017 1; 2018-03 4; 2018-04 1; "},
	{"weeks begin on Saturday, moments in the zone", {.by = {PICTURE_BY_WEEK}, .n_by = 1, .zone_min = 180},
	    "2017 1; 2018-03-03 1; 2018-03-10 2; 2018-03-17 1; 2018-04 1; "},
	{"the same in UTC", {.by = {PICTURE_BY_WEEK}, .n_by = 1}, "2017 1; 2018-03-03 1; 2018-03-10 3; 2018-04 1; "},
	{"a day is a day in any zone", {.by = {PICTURE_BY_DAY}, .n_by = 1, .zone_min = -300, .which = {.type = TEXT("atk")}},
	    "2018-03-09 1; 2018-03-10 1; "},
	{"governorate and type", {.by = {PICTURE_BY_GOVERNORATE, PICTURE_BY_TYPE}, .n_by = 2},
	    "/civ.fire 1; Diyala/civ.fire 1; Diyala/exp.uxo 1; Kirkuk/atk.ambush 2; Kirkuk/exp.uxo 1; "},
	{"party, of the main record", {.by = {PICTURE_BY_PARTY}, .n_by = 1}, "a 4; b 2; "},
	{"kind", {.by = {PICTURE_BY_KIND}, .n_by = 1}, "incident 6; "},
	{"kind asked for: members that match", {.by = {PICTURE_BY_KIND}, .n_by = 1, .which = {.kinds = 1U << KIND_CASUALTY}}, "casualty 1; "},
	{"deaths: a range for what is joined", {.by = {PICTURE_BY_YEAR}, .n_by = 1, .sum = FIELD_DEATHS},
	    "2017 1 1 1-1 0 0; 2018 5 8 7-12 2 1; "},
	{"killed: nobody twice, groups apart added", {.n_by = 0, .sum = FIELD_KILLED}, " 6 4 3-4 5 0; "},
	{"filters narrow", {.n_by = 0, .which = {.governorate = TEXT("Kirkuk"), .from_ms = MARCH(10)}}, " 2; "},
	{"text", {.n_by = 0, .which = {.text = TEXT("ambush")}}, " 2; "},
	{"place: the point stated, else the square", {.by = {PICTURE_BY_PLACE}, .n_by = 1},
	    " 2; -36.5,-1 1; 36.335,43.118889 1; 38SLF3122 1; 38SLF3222 1; "},
	{"zone: of the same", {.by = {PICTURE_BY_ZONE}, .n_by = 1}, " 2; 30 1; 38 3; "},
	{"text without a word", {.n_by = 0, .which = {.text = TEXT("-")}}, ""},
};
/* clang-format on */

static void
counts_incidents(void **state)
{
	struct picture *picture = picture_of(counted, sizeof counted / sizeof *counted);

	(void)state;
	for (size_t i = 0; i < sizeof count_rows / sizeof *count_rows; i++) {
		char text[1000];

		cells_text(picture, &count_rows[i].tally, text);
		if (strcmp(text, count_rows[i].cells) != 0)
			fail_msg("%s: %s", count_rows[i].name, text);
	}
	picture_close(picture);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(counts_incidents, make_folder, drop_folder),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
