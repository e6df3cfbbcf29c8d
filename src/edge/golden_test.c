/*
 * Golden pairs: test/golden/READER-*.in read whole gives READER-*.ok.  A sheet is read by
 * READER-*.map. SEAM_GOLDEN_WRITE=1 writes the .ok files anew; a changed one needs its reason in
 * the commit.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/file.h"
#include "edge/exercise.h"
#include "edge/geojson.h"
#include "edge/sheet.h"
#include "edge/ucdp.h"

#include <stdlib.h>
#include <string.h>

enum { GOLDEN_MAX = 1 << 20 };

static const struct record_typing typing = {.now_ms = 1809388800000, .zone_min = 180, "38S"};

static void
write_record(struct out *out, const struct record *record)
{
	out_text(out, kind_row(record->kind)->name);
	for (enum field f = 1; f < FIELD_COUNT; f++) {
		if (!record->field[f].is_set)
			continue;
		out_format(out, " %s=", field_row(f)->name);
		record_field_text(out, record, f, 180);
	}
}

static enum err
on_record(void *arg, const struct record *record, uint64_t line)
{
	out_format(arg, "%llu: ", (unsigned long long)line);
	write_record(arg, record);
	out_char(arg, '\n');
	return ERR_OK;
}

static enum err
on_event(void *arg, const struct exercise_event *event)
{
	struct out *out = arg;

	out_format(out, "%llu: %d %s @%s ", (unsigned long long)event->line, event->number,
		   event->station.name, event->label);
	write_record(out, &event->record);
	for (unsigned i = 0; i < event->n_refs; i++)
		out_format(out, " %s=@%s", field_row(event->refs[i].field)->name,
			   event->refs[i].label);
	out_char(out, '\n');
	return ERR_OK;
}

static enum err
on_refuse(void *arg, const struct sink_refusal *refusal)
{
	out_format(arg, "%llu! %s: %s\n", (unsigned long long)refusal->line, refusal->column,
		   why_text(refusal->reason.why));
	return ERR_OK;
}

static enum err
read_ucdp(struct span input, const struct map *map, struct out *out)
{
	struct ucdp *ucdp = ucdp_new(&(struct sink){out, on_record, on_refuse, NULL});
	enum err err = ucdp_feed(ucdp, input);

	(void)map;
	if (err == ERR_OK)
		err = ucdp_finish(ucdp);
	ucdp_free(ucdp);
	return err;
}

static enum err
read_sheet(struct span input, const struct map *map, struct out *out)
{
	struct sheet *sheet =
	    sheet_new(map, &typing, &(struct sink){out, on_record, on_refuse, NULL});
	enum err err = sheet_feed(sheet, input);

	if (err == ERR_OK)
		err = sheet_finish(sheet);
	sheet_free(sheet);
	return err;
}

static enum err
read_geojson(struct span input, const struct map *map, struct out *out)
{
	struct geojson *geojson =
	    geojson_new(map, &typing, &(struct sink){out, on_record, on_refuse, NULL});
	enum err err = geojson_feed(geojson, input);

	if (err == ERR_OK)
		err = geojson_finish(geojson);
	geojson_free(geojson);
	return err;
}

static enum err
read_exercise(struct span input, const struct map *map, struct out *out)
{
	struct exercise *exercise = exercise_new(&(struct exercise_sink){out, on_event, on_refuse});
	enum err err = exercise_feed(exercise, input);

	(void)map;
	if (err == ERR_OK)
		err = exercise_finish(exercise);
	exercise_free(exercise);
	return err;
}

static const struct {
	const char *name;
	enum err (*read)(struct span input, const struct map *map, struct out *out);
} pairs[] = {
    {"ucdp-reduced", read_ucdp},       {"ucdp-49", read_ucdp},
    {"sheet-log", read_sheet},         {"geojson-mixed", read_geojson},
    {"exercise-night", read_exercise},
};

static void
path_of(char path[FILE_PATH_MAX], const char *name, const char *suffix)
{
	const char *source = getenv("SEAM_SOURCE");
	struct out out = out_new(FILE_PATH_MAX);

	out_format(&out, "%s/test/golden/%s.%s", source ? source : ".", name, suffix);
	assert_true(span_copy(path, FILE_PATH_MAX, out_view(&out)));
	out_free(&out);
}

static struct map *
map_of(const char *name)
{
	struct out text = out_new(MAP_TEXT_MAX);
	struct map *map = NULL;
	char path[FILE_PATH_MAX];
	unsigned line;
	const char *what;

	path_of(path, name, "map");
	if (file_is_there(path)) {
		assert_int_equal(file_read(path, &text), ERR_OK);
		if (map_read(out_view(&text), &map, &line, &what) != ERR_OK)
			fail_msg("%s:%u: %s", path, line, what);
	}
	out_free(&text);
	return map;
}

static void
golden_pairs_hold(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
		struct out input = out_new(GOLDEN_MAX);
		struct out expected = out_new(GOLDEN_MAX);
		struct out got = out_new(GOLDEN_MAX);
		struct map *map = map_of(pairs[i].name);
		char path[FILE_PATH_MAX];

		path_of(path, pairs[i].name, "in");
		assert_int_equal(file_read(path, &input), ERR_OK);
		assert_int_equal(pairs[i].read(out_view(&input), map, &got), ERR_OK);
		path_of(path, pairs[i].name, "ok");
		if (getenv("SEAM_GOLDEN_WRITE"))
			assert_int_equal(file_write(path, out_view(&got), 0644), ERR_OK);
		assert_int_equal(file_read(path, &expected), ERR_OK);
		if (!span_equal(out_view(&expected), out_view(&got)))
			fail_msg("%s:\n%s", pairs[i].name, got.p);
		map_free(map);
		out_free(&input);
		out_free(&expected);
		out_free(&got);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(golden_pairs_hold),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
