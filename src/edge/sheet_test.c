/* Maps, and anybody's table through them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "edge/sheet.h"
#include "model/heard.h"

#include <stdlib.h>
#include <string.h>

struct map_case {
	const char *name, *input;
	unsigned line; /* 0: it reads */
};

/* clang-format off */
static const struct map_case maps[] = {
	{"least", "kind incident\n", 0},
	{"all", "# a comment\nkind incident\ncolumn Grid = place\ncolumn \"Lat, N\", Lon = place@1km\n"
		"column No. = origin\norigin acme\nset severity = yellow\nvalue type \"IED attack\" = exp.ied_explosion\n"
		"date DD/MM/YYYY hh:mm\nzone +03:00\nseparator ;\nprecision 1km\n", 0},
	{"a column may say the kind", "column Category = kind\nvalue kind Attack = incident\n", 0},
	{"no kind", "column Grid = place\n", 1},
	{"unknown kind", "kind rumour\n", 1},
	{"unknown field", "kind incident\ncolumn X = colour\n", 2},
	{"unknown word", "kind incident\n\nfoo bar\n", 3},
	{"no field", "kind incident\ncolumn X\n", 2},
	{"two columns without a size", "kind incident\ncolumn Lat, Lon = place\n", 2},
	{"a size on one column", "kind incident\ncolumn Grid = place@1km\n", 2},
	{"a size nobody knows", "kind incident\ncolumn Lat, Lon = place@3km\n", 2},
	{"a file's own thread", "kind incident\ncolumn T = thread\n", 2},
	{"zone", "kind incident\nzone 3\n", 2},
	{"separator", "kind incident\nseparator ;;\n", 2},
	{"precision", "kind incident\nprecision 5km\n", 2},
	{"open quote", "kind incident\ncolumn \"X = place\n", 2},
	{"a control", "kind incident\n# \xe2\x80\xae\n", 0xffff},
};

#define MAP "kind incident\ncolumn Date = when\ndate DD/MM/YYYY\ncolumn Type = type\n" \
	"value type \"Armed clash\" = atk.clash\nvalue type كمين = atk.ambush\ncolumn Lat, Lon = place@1km\n" \
	"column Dead = deaths\ncolumn No = origin\norigin acme\ncolumn Notes = summary\nset grade = F6\n"
#define SEMI "separator ;\nkind incident\nset type = atk.clash\nset when = 2018-05-02\ncolumn Lat, Lon = place@1km\n"
#define SEMIHEAD "Lat;Lon\n"
#define HEAD "No,Date,Type,Lat,Lon,Dead,Notes\n"

static const struct {
	const char *name, *map, *input, *expected;
} rows[] = {
	{"a row", MAP, HEAD "7,02/05/2018,Armed clash,35.468,44.392,3,\"one, two\"\n",
	 "2: type=atk.clash when=02 MAY 18 place=38SME4425 typed=35.468, 44.392 grade=F6 origin=acme:7 summary=one, two deaths=3\n"},
	{"Arabic cells and digits", MAP, HEAD "8,02/05/2018,كمين,,,٣,هجوم على نقطة\n",
	 "2: type=atk.ambush when=02 MAY 18 grade=F6 origin=acme:8 summary=هجوم على نقطة deaths=3\n"},
	{"a cell over the constant", "kind incident\ncolumn T = type\ncolumn W = when\ncolumn G = grade\nset grade = F6\n",
	 "T,W,G\natk.clash,2018-05-02,B2\natk.clash,2018-05-02,\n",
	 "2: type=atk.clash when=02 MAY 18 grade=B2\n3: type=atk.clash when=02 MAY 18 grade=F6\n"},
	{"moments with a zone", "kind incident\ncolumn T = type\ncolumn W = when\ndate YYYY-MM-DD hh:mm\nzone +03:00\n",
	 "T,W\natk.clash,2018-05-02 02:15\n", "2: type=atk.clash when=012315Z MAY 18\n"},
	{"bad date", MAP, HEAD "7,31/02/2018,Armed clash,,,3,\n", "2! Date bad_time\n"},
	{"another form of date", MAP, HEAD "7,2018-02-01,Armed clash,,,3,\n", "2! Date bad_time\n"},
	{"unknown code", MAP, HEAD "7,01/02/2018,Rumour,,,3,\n", "2! Type bad_code\n"},
	{"half a place", MAP, HEAD "7,01/02/2018,Armed clash,35.4,,3,\n", "2! Lat bad_place\n"},
	{"a latitude in the longitude's column", MAP, HEAD "7,01/02/2018,Armed clash,44.392,35.468,3,\n", "2! Lat exchanged\n"},
	{"decimal commas", SEMI, SEMIHEAD "35,5;44,5\n", "2: type=atk.clash when=02 MAY 18 place=38SME52 typed=35,5; 44,5\n"},
	{"decimal commas, finer", SEMI, SEMIHEAD "35,468;44,392\n", "2: type=atk.clash when=02 MAY 18 place=38SME4425 typed=35,468; 44,392\n"},
	{"one decimal comma", SEMI, SEMIHEAD "35,468;44.392\n", "2: type=atk.clash when=02 MAY 18 place=38SME4425 typed=35,468; 44.392\n"},
	{"decimal commas in quotes", MAP, HEAD "7,02/05/2018,Armed clash,\"35,468\",\"44,392\",3,\n",
	 "2: type=atk.clash when=02 MAY 18 place=38SME4425 typed=35,468; 44,392 grade=F6 origin=acme:7 deaths=3\n"},
	{"Arabic digits and commas", SEMI, SEMIHEAD "٣٥،٤٦٨;٤٤٫٣٩٢\n", "2: type=atk.clash when=02 MAY 18 place=38SME4425 typed=٣٥،٤٦٨, ٤٤٫٣٩٢\n"},
	{"degrees and minutes with a comma", SEMI, SEMIHEAD "35°28,1'N;44°23,5'E\n",
	 "2: type=atk.clash when=02 MAY 18 place=38SME4425 typed=35°28,1'N; 44°23,5'E\n"},
	{"two marks in a cell", SEMI, SEMIHEAD "35,468.1;44,392\n", "2! Lat bad_place\n"},
	{"two numbers in a cell", SEMI, SEMIHEAD "35,4, 44,3;44,3\n", "2! Lat bad_place\n"},
	{"exchanged with commas", SEMI, SEMIHEAD "44,5;35,5\n", "2! Lat exchanged\n"},
	{"longitude first in one cell", NULL, "kind,type,when,place\nincident,atk.clash,2018-05-02,\"39.9999999, 36.0210973\"\n",
	 "~swapped 2: type=atk.clash when=02 MAY 18 place=37SEV90108675 typed=39.9999999, 36.0210973\n"},
	{"latitude first in one cell", NULL, "kind,type,when,place\nincident,atk.clash,2018-05-02,\"35.468, 44.392\"\n",
	 "2: type=atk.clash when=02 MAY 18 place=38SME448251 typed=35.468, 44.392\n"},
	{"a grid says no more than its square", NULL, "kind,type,when,place\nincident,atk.clash,2018-05-02,38SME448251\n",
	 "2: type=atk.clash when=02 MAY 18 place=38SME448251\n"},
	{"a column of its own for what was typed", NULL, "kind,type,when,place,typed\nincident,atk.clash,2018-05-02,\"35.468, 44.392\",the bridge\n",
	 "2: type=atk.clash when=02 MAY 18 place=38SME448251 typed=the bridge\n"},
	{"letters say it", MAP, HEAD "7,02/05/2018,Armed clash,44.392E,35.468N,3,x\n",
	 "2: type=atk.clash when=02 MAY 18 place=38SME4425 typed=44.392E, 35.468N grade=F6 origin=acme:7 summary=x deaths=3\n"},
	{"negative number", MAP, HEAD "7,01/02/2018,Armed clash,,,-3,\n", "2! Dead bad_value\n"},
	{"required field", MAP, HEAD "7,,Armed clash,,,3,\n", "2!  missing_field\n"},
	{"too few cells", MAP, HEAD "7,01/02/2018\n", "2!  bad_form\n"},
	{"broken UTF-8", MAP, HEAD "7,\xff\n", "2!  not_utf8\n"},
	{"the columns are fields", NULL, "kind,type,when,other\nincident,atk.clash,2018-05-02,x\nrumour,,,\n",
	 "2: type=atk.clash when=02 MAY 18\n3! kind unknown_kind\n"},
	{"kinds by cell", "column K = kind\nvalue kind Attack = incident\ncolumn W = when\ncolumn T = type\n",
	 "K,W,T\nAttack,2018-05-02,atk.clash\n", "2: type=atk.clash when=02 MAY 18\n"},
};
/* clang-format on */

static void
maps_are_read(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof maps / sizeof *maps; i++) {
		struct map *map;
		unsigned line;
		const char *what;
		enum err err = map_read(span_of(maps[i].input), &map, &line, &what);

		if ((err == ERR_OK) != (maps[i].line == 0))
			fail_msg("%s: %s", maps[i].name, what ? what : "read");
		if (err != ERR_OK) {
			assert_null(map);
			assert_non_null(what);
			if (maps[i].line != 0xffff && maps[i].name[0] != 'n')
				assert_int_equal(line, maps[i].line);
		}
		map_free(map);
	}
}

static enum err
on_record(void *arg, const struct record *record, uint64_t line)
{
	struct out *out = arg;

	out_format(out, "%llu:", (unsigned long long)line);
	for (enum field f = 1; f < FIELD_COUNT; f++) {
		if (!record->field[f].is_set)
			continue;
		out_format(out, " %s=", field_row(f)->name);
		record_field_text(out, record, f, 0);
	}
	out_char(out, '\n');
	return ERR_OK;
}

static enum err
on_refuse(void *arg, const struct sink_refusal *refusal)
{
	out_format(arg, "%llu! %s %s\n", (unsigned long long)refusal->line, refusal->column,
		   why_code(refusal->reason.why));
	return ERR_OK;
}

static void
on_heard(void *arg, unsigned heard)
{
	out_text(arg, heard & HEARD_SWAPPED ? "~swapped " : "");
}

static struct map *
map_for(const char *text)
{
	struct map *map;
	unsigned line;
	const char *what;

	if (!text)
		assert_int_equal(map_plain(&map), ERR_OK);
	else if (map_read(span_of(text), &map, &line, &what) != ERR_OK)
		fail_msg("line %u: %s", line, what);
	return map;
}

static void
rows_become_records(void **state)
{
	const struct record_typing typing = {.now_ms = 1525219200000, .zone_min = 180};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct out out = out_new(65536);
		struct map *map = map_for(rows[i].map);
		struct sheet *sheet =
		    sheet_new(map, &typing, &(struct sink){&out, on_record, on_refuse, on_heard});

		assert_int_equal(sheet_feed(sheet, span_of(rows[i].input)), ERR_OK);
		assert_int_equal(sheet_finish(sheet), ERR_OK);
		if (!span_is(out_view(&out), rows[i].expected))
			fail_msg("%s:\n%s", rows[i].name, out.p ? out.p : "");
		sheet_free(sheet);
		map_free(map);
		out_free(&out);
	}
}

static void
a_missing_column_is_named(void **state)
{
	const struct record_typing typing = {.zone_min = 180};
	struct out out = out_new(65536);
	struct map *map = map_for(MAP);
	struct sheet *sheet =
	    sheet_new(map, &typing, &(struct sink){&out, on_record, on_refuse, on_heard});

	(void)state;
	assert_int_equal(sheet_feed(sheet, SPAN("No,Date,Type,Lat,Dead,Notes\n")), ERR_FORMAT);
	assert_string_equal(out.p, "1! Lon missing_field\n");
	sheet_free(sheet);
	map_free(map);
	out_free(&out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(maps_are_read),
	    cmocka_unit_test(rows_become_records),
	    cmocka_unit_test(a_missing_column_is_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
