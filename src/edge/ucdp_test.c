/* UCDP GED: rows become incidents; the facts known of the real file come out of what the reader
 * yields. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/file.h"
#include "edge/ucdp.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HEADER                                                                                     \
	"id,year,date_start,date_end,date_prec,type_of_violence,conflict_name,dyad_name,side_a,"   \
	"side_b,number_of_sources,event_clarity,where_prec,where_coordinates,adm_1,adm_2,"         \
	"latitude,"                                                                                \
	"longitude,deaths_a,deaths_b,deaths_civilians,deaths_unknown,low,best,high\n"
/* The order and the names of the 49 columns of 20.1 and later. */
#define HEADER_49                                                                                  \
	"id,relid,year,active_year,code_status,type_of_violence,conflict_dset_id,conflict_new_id," \
	"conflict_name,dyad_dset_id,dyad_new_id,dyad_name,side_a_dset_id,side_a_new_id,side_a,"    \
	"side_b_dset_id,side_b_new_id,side_b,number_of_sources,source_article,source_office,"      \
	"source_date,source_headline,source_original,where_prec,where_coordinates,"                \
	"where_description,adm_1,adm_2,latitude,longitude,geom_wkt,priogrid_gid,country,"          \
	"country_id,region,event_clarity,date_prec,date_start,date_end,deaths_a,deaths_b,"         \
	"deaths_civilians,deaths_unknown,best,high,low,gwnoa,gwnob\n"

struct ucdp_row {
	const char *name, *input, *expected;
};

/* clang-format off */
static const struct ucdp_row rows[] = {
	{"exact place, one-sided", HEADER
	 "113958,2014,2014-01-02,2014-01-02,1,3,IS - Civilians,IS - Civilians,IS,Civilians,1,1,1,Baladrūz town,"
	 "Diyālá province,Baladrūz district,33.696313,45.077825,0,0,12,0,12,12,12\n",
	 "2: type=atk.civilians when=02 JAN 14 place=38SNC0728 typed=Baladrūz town (33.696313, 45.077825) governorate=Diyala "
	 "district=Baladruz grade=F3 sensor=media origin=ucdp:113958 "
	 "detail=deaths: side a 0, side b 0, civilians 12, not known 0 lang=en actor=IS claimed_by=UCDP "
	 "claim_grade=F3 violence=one_sided deaths=12\n"},
	{"a year, a province, clear, two sources", HEADER
	 "7,2014,2014-01-01,2014-12-31,5,1,x,x,Government of Iraq,IS,2,1,4,Al Anbār province,Al Anbār province,"
	 "Qaḑā’ al Fallūjah,33.3,43.7,0,0,0,106,100,106,120\n",
	 "2: type=atk.clash when=2014 typed=Al Anbār province (33.3, 43.7) governorate=Anbar grade=F2 sensor=media origin=ucdp:7 "
	 "detail=deaths: side a 0, side b 0, civilians 0, not known 106 lang=en actor=IS claimed_by=UCDP claim_grade=F2 "
	 "violence=state_based deaths=100-120 best 106\n"},
	{"a low bound above the best", HEADER
	 "8,2014,2014-06-18,2014-06-18,1,2,x,x,IS,JRTN,3,2,3,,,Tooz district,34.8,44.6,,,,,7,6,7\n",
	 "2: type=atk.clash when=18 JUN 14 typed=34.8, 44.6 district=Tuz Khurmatu grade=F6 sensor=media origin=ucdp:8 actor=IS "
	 "claimed_by=UCDP claim_grade=F6 violence=non_state deaths=<=7 best 6\n"},
	{"a high bound below the best", HEADER
	 "8,2014,2014-06-18,2014-06-18,1,2,x,x,IS,JRTN,3,2,3,,,Tooz district,34.8,44.6,,,,,2,3,1\n",
	 "2: type=atk.clash when=18 JUN 14 typed=34.8, 44.6 district=Tuz Khurmatu grade=F6 sensor=media origin=ucdp:8 actor=IS "
	 "claimed_by=UCDP claim_grade=F6 violence=non_state deaths=>=2 best 3\n"},
	{"both bounds contradict the best", HEADER
	 "8,2014,2014-06-18,2014-06-18,1,2,x,x,IS,JRTN,3,2,3,,,Tooz district,34.8,44.6,,,,,4,3,1\n",
	 "2: type=atk.clash when=18 JUN 14 typed=34.8, 44.6 district=Tuz Khurmatu grade=F6 sensor=media origin=ucdp:8 actor=IS "
	 "claimed_by=UCDP claim_grade=F6 violence=non_state deaths=~3\n"},
	{"a side called after a person", HEADER
	 "9,2014,2014-06-18,2014-06-18,1,1,x,x,Government of X,Forces of N. N.,3,1,6,,,,34.8,44.6,,,,,1,1,1\n",
	 "2: type=atk.clash when=18 JUN 14 typed=34.8, 44.6 grade=F2 sensor=media origin=ucdp:9 violence=state_based deaths=1\n"},
	{"a long name of a side", HEADER
	 "9,2014,2014-06-18,2014-06-18,1,1,x,x,G,A group of people with a name that is longer than sixty-three bytes of text,3,1,6,,,,34.8,44.6,1,0,0,0,1,1,1\n",
	 "2: type=atk.clash when=18 JUN 14 typed=34.8, 44.6 grade=F2 sensor=media origin=ucdp:9 detail=deaths: side a 1, side b 0, civilians 0, "
	 "not known 0; actor: A group of people with a name that is longer than sixty-three bytes of text lang=en "
	 "violence=state_based deaths=1\n"},
	{"HXL tags are no event", HEADER "#event+id,#date,,,,,,,,,,,,,,,,,,,,,,,\n", ""},
	{"49 columns, names are not read", HEADER_49
	 "10,IRQ-1,2021,1,Clear,1,1,1,NAME,1,1,NAME,1,1,Government of Iraq,1,1,IS,2,NAME,NAME,NAME,NAME,NAME,1,Daquq town,"
	 "NAME,Kirkūk province,Dāqūq district,35.14,44.45,POINT,1,Iraq,645,Middle East,1,1,2021-05-01 00:00:00.000,"
	 "2021-05-01 00:00:00.000,3,0,0,0,3,3,3,645,\n",
	 "2: type=atk.clash when=01 MAY 21 place=38SMD4988 typed=Daquq town (35.14, 44.45) governorate=Kirkuk district=Daquq grade=F2 "
	 "sensor=media origin=ucdp:10 detail=deaths: side a 3, side b 0, civilians 0, not known 0 lang=en actor=IS "
	 "claimed_by=UCDP claim_grade=F2 violence=state_based deaths=3\n"},
	{"bad date", HEADER "1,2014,2014-02-30,2014-02-30,1,1,x,x,G,IS,1,1,4,,,,33,43,,,,,1,1,1\n", "2! date_start bad_time\n"},
	{"end before start", HEADER "1,2014,2014-02-03,2014-02-02,1,1,x,x,G,IS,1,1,4,,,,33,43,,,,,1,1,1\n", "2! date_end bad_order\n"},
	{"bad id", HEADER "x,2014,2014-02-03,2014-02-03,1,1,x,x,G,IS,1,1,4,,,,33,43,,,,,1,1,1\n", "2! id bad_value\n"},
	{"bad place", HEADER "1,2014,2014-02-03,2014-02-03,1,1,x,x,G,IS,1,1,1,,,,91,43,,,,,1,1,1\n", "2! latitude bad_place\n"},
	{"exchanged, in a governorate of here", HEADER "1,2014,2014-02-03,2014-02-03,1,1,x,x,G,IS,1,1,1,,Kirkuk province,,43.77,35.325,,,,,1,1,1\n",
	 "2! latitude exchanged\n"},
	{"exchanged, coarse, no governorate", HEADER "1,2014,2014-02-03,2014-02-03,1,1,x,x,G,IS,1,1,6,,,,43.77,35.325,,,,,1,1,1\n",
	 "2! latitude exchanged\n"},
	{"another country, which lies there", HEADER "1,2014,2014-02-03,2014-02-03,1,1,x,x,G,,1,1,1,,Donetsk oblast,,48.0,37.8,,,,,1,1,1\n",
	 "2: type=atk.clash when=03 FEB 14 place=37UDP1016 typed=48.0, 37.8 governorate=Donetsk Oblast grade=F3 sensor=media origin=ucdp:1 "
	 "violence=state_based deaths=1\n"},
	{"coarse without a point", HEADER "1,2014,2014-02-03,2014-02-03,1,1,x,x,G,,1,1,6,Iraq,,,,,,,,,1,1,1\n",
	 "2: type=atk.clash when=03 FEB 14 typed=Iraq grade=F3 sensor=media origin=ucdp:1 violence=state_based deaths=1\n"},
	{"bad deaths", HEADER "1,2014,2014-02-03,2014-02-03,1,1,x,x,G,IS,1,1,4,,,,33,43,,,,,1,-1,1\n", "2! best bad_value\n"},
	{"too few cells", HEADER "1,2014\n", "2!  bad_form\n"},
	{"broken UTF-8, then a good one", HEADER "1,\xff\n"
	 "9,2014,2014-06-18,2014-06-18,1,1,x,x,G,,3,1,6,,,,34.8,44.6,,,,,1,1,1\n",
	 "2!  not_utf8\n3: type=atk.clash when=18 JUN 14 typed=34.8, 44.6 grade=F2 sensor=media origin=ucdp:9 violence=state_based deaths=1\n"},
	{"a control that hides text", HEADER
	 "9,2014,2014-06-18,2014-06-18,1,1,x,x,G,,3,1,6,a\u202e" "b,,,34.8,44.6,,,,,1,1,1\n", "2!  not_utf8\n"},
};
/* clang-format on */

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
rows_become_incidents(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct out out = out_new(65536);
		struct ucdp *ucdp = ucdp_new(&(struct sink){&out, on_record, on_refuse, NULL});

		assert_non_null(ucdp);
		assert_int_equal(ucdp_feed(ucdp, span_of(rows[i].input)), ERR_OK);
		assert_int_equal(ucdp_finish(ucdp), ERR_OK);
		if (!span_is(out_view(&out), rows[i].expected))
			fail_msg("%s:\n%s", rows[i].name, out.p ? out.p : "");
		ucdp_free(ucdp);
		out_free(&out);
	}
}

static void
a_file_without_the_columns_is_refused(void **state)
{
	struct out out = out_new(65536);
	struct ucdp *ucdp = ucdp_new(&(struct sink){&out, on_record, on_refuse, NULL});

	(void)state;
	assert_int_equal(ucdp_feed(ucdp, SPAN("id,year\n1,2014\n")), ERR_FORMAT);
	assert_int_equal(ucdp_feed(ucdp, SPAN("1,2014\n")), ERR_FORMAT);
	assert_string_equal(out.p, "1! date_start missing_field\n");
	ucdp_free(ucdp);
	ucdp = ucdp_new(&(struct sink){&out, on_record, on_refuse, NULL});
	assert_int_equal(ucdp_finish(ucdp), ERR_FORMAT);
	ucdp_free(ucdp);
	out_free(&out);
}

/* What is counted over the real file. */
enum { YEARS = 5 };
struct tally {
	unsigned records, refusals, west, near;
	unsigned per_year[YEARS];
	int64_t best;
	unsigned of[6][YEARS];
};

/* clang-format off */
static const struct {
	const char *name;
	unsigned events[YEARS];
} known[] = {
	{"Kirkuk", {55, 43, 30, 23, 44}},
	{"Diyala", {95, 20, 11, 10, 25}},
	{"Salah al-Din", {152, 93, 58, 22, 33}},
	{"Nineveh", {112, 146, 309, 414, 33}},
	{"Baghdad", {148, 145, 92, 23, 11}},
	{"Erbil", {13, 18, 11, 2, 23}},
};
/* clang-format on */

static enum err
count_record(void *arg, const struct record *record, uint64_t line)
{
	struct tally *tally = arg;
	const struct value *place = &record->field[FIELD_PLACE];
	int year = when_date_of(record->field[FIELD_WHEN].when.from_ms, 0).year - 2014;

	assert_int_equal(line, tally->records + 2);
	assert_in_range(year, 0, YEARS - 1);
	tally->records++;
	tally->per_year[year]++;
	tally->best += record->field[FIELD_DEATHS].quantity.best;
	tally->near += place->is_set;
	tally->west += place->is_set && strncmp(place->place.mgrs, "37", 2) == 0;
	for (size_t i = 0; i < sizeof known / sizeof *known; i++)
		if (record->field[FIELD_GOVERNORATE].is_set &&
		    span_is(record->field[FIELD_GOVERNORATE].text, known[i].name))
			tally->of[i][year]++;
	return ERR_OK;
}

static enum err
count_refusal(void *arg, const struct sink_refusal *refusal)
{
	struct tally *tally = arg;

	tally->refusals++;
	print_message("line %llu: %s %s\n", (unsigned long long)refusal->line, refusal->column,
		      why_text(refusal->reason.why));
	return ERR_OK;
}

static void
the_real_file_gives_its_facts(void **state)
{
	static const unsigned per_year[YEARS] = {796, 686, 725, 600, 254};
	const char *source = getenv("SEAM_SOURCE");
	struct tally tally = {0};
	struct out bytes = out_new(64 << 20);
	struct ucdp *ucdp;
	char path[FILE_PATH_MAX];

	(void)state;
	assert_int_equal(file_path(path, sizeof path, source ? source : ".",
				   "../shared/data/ucdp-ged-19.1-iraq-2014-2018.csv"),
			 ERR_OK);
	if (!file_is_there(path)) {
		print_message("skipped: ../shared/data not present\n");
		out_free(&bytes);
		return;
	}
	assert_int_equal(file_read(path, &bytes), ERR_OK);
	ucdp = ucdp_new(&(struct sink){&tally, count_record, count_refusal, NULL});
	for (size_t i = 0; i < bytes.n; i += 4093)
		assert_int_equal(
		    ucdp_feed(ucdp,
			      span_make(bytes.p + i, bytes.n - i < 4093 ? bytes.n - i : 4093)),
		    ERR_OK);
	assert_int_equal(ucdp_finish(ucdp), ERR_OK);
	assert_int_equal(tally.refusals, 0);
	assert_int_equal(tally.records, 3061);
	assert_int_equal(tally.best, 51196);
	assert_int_equal(tally.near, 2554); /* where_prec 1 and 2 */
	assert_memory_equal(tally.per_year, per_year, sizeof per_year);
	for (size_t i = 0; i < sizeof known / sizeof *known; i++)
		for (unsigned y = 0; y < YEARS; y++)
			assert_int_equal(tally.of[i][y], known[i].events[y]);
	assert_int_equal(tally.west, 123); /* of 226 west of 42 E, those with a place */
	ucdp_free(ucdp);
	out_free(&bytes);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(rows_become_incidents),
	    cmocka_unit_test(a_file_without_the_columns_is_refused),
	    cmocka_unit_test(the_real_file_gives_its_facts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
