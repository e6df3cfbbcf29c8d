/* Paths, counts and bundles of C2SP tlog-tiles. */
#include "journal/tile.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void
paths_both_ways(void **state)
{
	static const struct {
		struct tile tile;
		const char *path;
	} rows[] = {
	    {{false, 0, 0, 256}, "tile/0/000"},
	    {{false, 0, 999, 256}, "tile/0/999"},
	    {{false, 0, 1000, 256}, "tile/0/x001/000"},
	    {{false, 0, 1234067, 256}, "tile/0/x001/x234/067"},
	    {{false, 2, 0, 1}, "tile/2/000.p/1"},
	    {{false, 63, 5, 255}, "tile/63/005.p/255"},
	    {{true, 0, 273, 112}, "tile/entries/273.p/112"},
	    {{true, 0, 1234067, 256}, "tile/entries/x001/x234/067"},
	    {{false, 0, UINT64_MAX, 256}, "tile/0/x018/x446/x744/x073/x709/x551/615"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		char path[TILE_PATH_MAX];
		struct tile tile;

		tile_path(&rows[i].tile, path);
		assert_string_equal(path, rows[i].path);
		assert_true(tile_read_path(span_of(rows[i].path), &tile));
		assert_int_equal(tile.is_entries, rows[i].tile.is_entries);
		assert_int_equal(tile.level, rows[i].tile.level);
		assert_true(tile.number == rows[i].tile.number);
		assert_int_equal(tile.width, rows[i].tile.width);
	}
}

static void
other_spellings_are_refused(void **state)
{
	static const char *const rows[] = {
	    "",
	    "tile",
	    "tile/",
	    "tile/0",
	    "tile/0/",
	    "tile/00/000",
	    "tile/64/000",
	    "tile/-1/000",
	    "tile/0/00",
	    "tile/0/0000",
	    "tile/0/x000/000",
	    "tile/0/001/000",
	    "tile/0/x001",
	    "tile/0/x001/",
	    "tile/0/000.p/0",
	    "tile/0/000.p/256",
	    "tile/0/000.p/01",
	    "tile/0/000.p/",
	    "tile/0/000.p",
	    "tile/0/000.p/1/2",
	    "tile/0/x001.p/1/000",
	    "tile/0/000/",
	    "tile/0/../000",
	    "/tile/0/000",
	    "tile/entries",
	    "tile/entries/",
	    "tile/entry/000",
	    "tile/0/x018/x446/x744/x073/x709/x551/616",
	    "tile/0/x999/x999/x999/x999/x999/x999/x999/999",
	    "tile/0/-01",
	    "tile/0/ 01",
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct tile tile;

		if (tile_read_path(span_of(rows[i]), &tile))
			fail_msg("accepted: %s", rows[i]);
	}
}

static void
widths(void **state)
{
	/* size 70,000 as in tlog-tiles: 273 whole and one of 112; one and 17; 1 */
	static const struct {
		unsigned level;
		uint64_t number;
		unsigned width;
	} rows[] = {
	    {0, 0, 256}, {0, 272, 256}, {0, 273, 112}, {0, 274, 0}, {1, 0, 256}, {1, 1, 17},
	    {1, 2, 0},   {2, 0, 1},     {2, 1, 0},     {3, 0, 0},   {8, 0, 0},   {63, 0, 0},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		assert_int_equal(tile_width(70000, rows[i].level, rows[i].number), rows[i].width);
	assert_int_equal(tile_width(0, 0, 0), 0);
}

static void
bundles(void **state)
{
	struct out out = out_new(1 << 20);
	struct span rest;
	struct span entry;

	(void)state;
	tile_write_entry(&out, SPAN("one"));
	tile_write_entry(&out, SPAN(""));
	tile_write_entry(&out, SPAN("three"));
	rest = out_view(&out);
	assert_true(tile_take_entry(&rest, &entry) && span_is(entry, "one"));
	assert_true(tile_take_entry(&rest, &entry) && entry.n == 0);
	assert_true(tile_take_entry(&rest, &entry) && span_is(entry, "three"));
	assert_false(tile_take_entry(&rest, &entry));
	assert_int_equal(rest.n, 0);
	rest = span_make(out.p, out.n - 1);
	assert_true(tile_take_entry(&rest, &entry));
	assert_true(tile_take_entry(&rest, &entry));
	assert_false(tile_take_entry(&rest, &entry));
	assert_true(rest.n > 0);
	out_free(&out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(paths_both_ways),
	    cmocka_unit_test(other_spellings_are_refused),
	    cmocka_unit_test(widths),
	    cmocka_unit_test(bundles),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
