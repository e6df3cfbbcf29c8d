/*
 * The language: a row per mistake with its place and words, and texts that print and read back.
 */
#include "release/policy.h"

#include "release/release.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define HEAD "party a b c\ngroup east = b c\nfields core = type severity\nzone strip = 38SMD4525\n"
#define CODES_9                                                                                    \
	"severity = red and severity = red and severity = red and severity = red and severity = "  \
	"red and severity = red and severity = red and severity = red and severity = red"

/* clang-format off */
static const struct {
	const char *name, *text;
	unsigned line, column;
	const char *says;
} WRONG[] = {
	{"unknown statement", "relaese incident to b : type\n", 1, 1, "did you mean `release`"},
	{"not a statement", "= b\n", 1, 1, "a line begins with"},
	{"no party", "party\n", 1, 6, "at least one party"},
	{"bad party", "party A\n", 1, 7, "small letters"},
	{"party twice", "party a a\n", 1, 9, "named already"},
	{"party any", "party any\n", 1, 7, "word of the language"},
	{"17 parties", "party a b c d e f g h i j k l m n o p q\n", 1, 39, "more than 16"},
	{"empty group", "party a\ngroup x =\n", 2, 10, "empty group"},
	{"group of nobody", "party a\ngroup x = z\n", 2, 11, "no party or group `z`"},
	{"group name taken", "party a\ngroup a = a\n", 2, 7, "in use already"},
	{"group name a word", "party a\ngroup after = a\n", 2, 7, "in use already"},
	{"group name a field", "party a\ngroup unit = a\n", 2, 7, "in use already"},
	{"group without =", "party a\ngroup x a\n", 2, 9, "`=` should follow the group's name"},
	{"group cut short", "party a\ngroup x\n", 2, 8, "the line ends where `=`"},
	{"bad name", "party a\ngroup X = a\n", 2, 7, "small letters"},
	{"empty list", "fields x =\n", 1, 11, "at least one field"},
	{"list with precision", "fields x = place@1km\n", 1, 17, "without precision"},
	{"list of unknown", "fields x = tpye\n", 1, 12, "did you mean `type`"},
	{"list of a mark", "fields x = ,\n", 1, 12, "a field is expected"},
	{"empty zone", "zone x =\n", 1, 9, "at least one square"},
	{"bad square", "zone x = 38SMD452\n", 1, 10, "grid square"},
	{"zone twice", HEAD "zone strip = 38SMD\n", 5, 6, "in use already"},
	{"unknown kind", HEAD "release incidnet to b : type\n", 5, 9, "did you mean `incident`"},
	{"no kind", HEAD "release : type\n", 5, 9, "a kind of record"},
	{"any kind", HEAD "release any to b : type\n", 5, 9, "no word for every kind"},
	{"house kind", HEAD "release alert to b : type\n", 5, 9, "not released by rule"},
	{"policy kind", HEAD "release policy to b : number\n", 5, 9, "not released by rule"},
	{"retract", HEAD "release retract to b : re\n", 5, 9, "goes by itself"},
	{"unknown party", HEAD "release incident to d : type\n", 5, 21, "no party or group `d`"},
	{"unknown group", HEAD "release incident to eats : type\n", 5, 21, "did you mean `east`"},
	{"any party", HEAD "release incident to any : type\n", 5, 21, "no word for every party"},
	{"no party", HEAD "release incident to : type\n", 5, 21, "a party or a group"},
	{"no colon", HEAD "release incident to b type\n", 5, 23, "`:` should follow the parties, not `type`"},
	{"no item", HEAD "release incident to b :\n", 5, 24, "a field is expected"},
	{"any field", HEAD "release incident to b : any\n", 5, 25, "no word for every field"},
	{"unknown field", HEAD "release incident to b : tipe\n", 5, 25, "did you mean `type`"},
	{"unknown list", HEAD "release incident to b : coer\n", 5, 25, "did you mean `core`"},
	{"field not in kind", HEAD "release movement to b : type\n", 5, 25, "has the field `type`"},
	{"list not in kind", HEAD "release movement to b : core\n", 5, 25, "has the field `type`"},
	{"sealed", HEAD "release incident to b : source\n", 5, 25, "sealed"},
	{"ask", HEAD "release incident to b : ask\n", 5, 25, "not for a rule"},
	{"place without precision", HEAD "release incident to b : place\n", 5, 25, "place@1km"},
	{"when without precision", HEAD "release incident to b : when\n", 5, 25, "when@hour"},
	{"bad place precision", HEAD "release incident to b : place@5km\n", 5, 31, "100km, 10km"},
	{"bad time precision", HEAD "release incident to b : when@second\n", 5, 30, "day, hour or minute"},
	{"precision of none", HEAD "release incident to b : type@1km\n", 5, 30, "no precision to choose"},
	{"free text", HEAD "release incident to b : type, summary\n", 5, 25, "by hand only"},
	{"trailing comma", HEAD "release incident to b : type,\n", 5, 30, "a field is expected"},
	{"no comma", HEAD "release incident to b : type severity\n", 5, 30, "a comma and a field"},
	{"after nothing", HEAD "release incident to b : type after\n", 5, 35, "a duration"},
	{"bad duration", HEAD "release incident to b : type after 2 h\n", 5, 36, "a duration"},
	{"zero duration", HEAD "release incident to b : type after 0h\n", 5, 36, "a duration"},
	{"after twice", HEAD "release incident to b : type after 2h after 3h\n", 5, 39, "already"},
	{"until twice", HEAD "release incident to b : type until 2h until 3h\n", 5, 39, "already"},
	{"manual twice", HEAD "release incident to b : type manual 2 manual 2\n", 5, 39, "already"},
	{"until before after", HEAD "release incident to b : type after 2h until 1h\n", 5, 25, "`until` ends"},
	{"manual none", HEAD "release incident to b : type manual 0\n", 5, 37, "how many officers"},
	{"manual word", HEAD "release incident to b : type manual two\n", 5, 37, "how many officers"},
	{"onward unknown", HEAD "release incident to b : type onward d\n", 5, 37, "no party or group"},
	{"civil onward", HEAD "release civil to b : call onward c\n", 5, 22, "no onward"},
	{"step nothing", HEAD "release incident to b : type step\n", 5, 34, "a duration"},
	{"step twice", HEAD "release incident to b : type step 30m step 1h\n", 5, 39, "already"},
	{"until within a step", HEAD "release incident to b : type step 30m until 30m\n", 5, 25, "room for a whole one"},
	{"until within a step after", HEAD "release incident to b : type after 1h step 30m until 80m\n", 5, 25, "room for a whole one"},
	{"enters nothing", HEAD "release incident to b : type if enters\n", 5, 39, "a zone of this policy, or"},
	{"enters unknown", HEAD "release incident to b : type if enters strop\n", 5, 40, "a zone of this policy, or"},
	{"enters a boundary", HEAD "release incident to b : type if enters boundary L1\n", 5, 40, "a zone of this policy, or"},
	{"enters a layer without name", HEAD "release incident to b : type if enters district\n", 5, 48, "name of an area"},
	{"enters an open quote", HEAD "release incident to b : type if enters zone \"x\n", 5, 46, "name of an area"},
	{"enters without ground", HEAD "release told to b : told_by if enters strip\n", 5, 32, "has a place or a shape"},
	{"if twice", HEAD "release incident to b : type if type = atk if type = atk\n", 5, 44, "one `if`"},
	{"9 tests", HEAD "release incident to b : type if " CODES_9 "\n", 5, 185, "more than 8 tests"},
	{"if nothing", HEAD "release incident to b : type if\n", 5, 32, "a field is expected"},
	{"if unknown", HEAD "release incident to b : type if seveirty = red\n", 5, 33, "did you mean `severity`"},
	{"if not in kind", HEAD "release incident to b : type if need = eod\n", 5, 33, "has the field `need`"},
	{"if no compare", HEAD "release incident to b : type if severity red\n", 5, 42, "= or >="},
	{"if no value", HEAD "release incident to b : type if severity =\n", 5, 43, "a value is expected"},
	{"if bad code", HEAD "release incident to b : type if severity = rd\n", 5, 44, "did you mean `red`"},
	{"if no order", HEAD "release incident to b : type if type >= atk\n", 5, 41, "have an order"},
	{"if no order of names", HEAD "release incident to b : type if unit >= x\n", 5, 41, "have an order"},
	{"if not a number", HEAD "release incident to b : type if deaths >= few\n", 5, 43, "a whole number"},
	{"if free text", HEAD "release incident to b : type if summary = x\n", 5, 43, "cannot compare"},
	{"if place", HEAD "release incident to b : type if place = x\n", 5, 41, "cannot compare"},
	{"within nothing", HEAD "release incident to b : type if within\n", 5, 39, "a distance"},
	{"within bad", HEAD "release incident to b : type if within 5 of strip\n", 5, 40, "a distance"},
	{"within no of", HEAD "release incident to b : type if within 5km strip\n", 5, 44, "`of` should follow"},
	{"within no zone", HEAD "release incident to b : type if within 5km of strop\n", 5, 47, "a zone of this policy"},
	{"within end", HEAD "release incident to b : type if within 5km of\n", 5, 46, "a zone of this policy"},
	{"boundary no name", HEAD "release incident to b : type if within 5km of boundary\n", 5, 55, "name of a boundary"},
	{"boundary open quote", HEAD "release incident to b : type if within 5km of boundary \"x\n", 5, 57, "name of a boundary"},
	{"cap nothing", HEAD "cap any to any :\n", 5, 17, "a field is expected"},
	{"cap field", HEAD "cap any to any : type\n", 5, 22, "`never FIELD"},
	{"cap level", HEAD "cap any to any : place@far\n", 5, 24, "100km, 10km"},
	{"cap two", HEAD "cap any to any : place@1km when@hour\n", 5, 28, "one thing"},
	{"cap never nothing", HEAD "cap any to any : never\n", 5, 23, "fields that never go"},
	{"cap never kind", HEAD "cap any to any : never kind\n", 5, 24, "always comes along"},
	{"cap never unknown", HEAD "cap any to any : never unti\n", 5, 24, "did you mean `unit`"},
	{"cap unknown kind", HEAD "cap inc to any : never unit\n", 5, 5, "no kind of record"},
	{"keep", HEAD "keep incident\n", 5, 14, "a duration"},
	{"keep more", HEAD "keep incident 3d 4d\n", 5, 18, "nothing may follow"},
	{"keep twice", HEAD "keep incident 3d\nkeep incident 4d\n", 6, 6, "`keep` already"},
	{"test no brace", HEAD "test incident to b = nothing\n", 5, 15, "`{` should follow"},
	{"test bad field", HEAD "test incident{need=eod} to b = nothing\n", 5, 15, "`incident` has no field `need`"},
	{"test no =", HEAD "test incident{type} to b = nothing\n", 5, 19, "`=` should follow"},
	{"test no value", HEAD "test incident{type=} to b = nothing\n", 5, 20, "a value is expected"},
	{"test quote inside", HEAD "test incident{unit=x\"y} to b = nothing\n", 5, 20, "a value is expected"},
	{"test open", HEAD "test incident{type=atk.ambush to b = nothing\n", 5, 45, "`}`"},
	{"test any", HEAD "test incident{} to any = nothing\n", 5, 20, "no word for every party"},
	{"test more", HEAD "test incident{} to b = nothing type\n", 5, 32, "a comma and a field"},
	{"test item", HEAD "test incident{} to b = need\n", 5, 24, "has the field `need`"},
	{"test many values", HEAD "test incident{age=1d,age=1d,age=1d,age=1d,age=1d,age=1d,age=1d,age=1d,age=1d,age=1d,"
	    "age=1d,age=1d,age=1d,age=1d,age=1d,age=1d,age=1d} to b = nothing\n", 5, 127, "more than 16 values"},
	{"strange mark", HEAD "release incident to b > type\n", 5, 23, "`:` should follow"},
	{"hidden text", "party a\xe2\x80\xae\n", 1, 1, "hide text"},
	{"carriage returns", "party a\r\n", 1, 1, "carriage returns"},
	{"not utf-8", "party \xff\n", 1, 1, "not UTF-8"},
	{"nine sets of conditions", HEAD
	    "release incident to b : type after 1h\nrelease incident to b : type after 2h\n"
	    "release incident to b : type after 3h\nrelease incident to b : type after 4h\n"
	    "release incident to b : type after 5h\nrelease incident to b : type after 6h\n"
	    "release incident to b : type after 7h\nrelease incident to b : type after 8h\n"
	    "release incident to b : type after 9h\n", 13, 1, "more than 8 different sets"},
};

static const struct {
	const char *name, *text, *printed;
} RIGHT[] = {
	{"empty", "", ""},
	{"comments", "# nothing\n\n  # more\n", ""},
	{"no newline", "party a", "party a\n"},
	{"any order of lines",
	    "release incident to east : core\nfields core = type severity\ngroup east = b c\nparty c b\nparty a\n",
	    "party c b a\nrelease incident to c, b : type, severity\n"},
	{"continued", "party a b\nrelease incident to b :\n\ttype,   # why\n  severity after 90m\nkeep incident 2w\n",
	    "party a b\nrelease incident to b : type, severity after 90m\nkeep incident 14d\n"},
	{"joined", "party a b\nrelease incident to b : \\\ntype until 48h\n",
	    "party a b\nrelease incident to b : type until 2d\n"},
	{"every condition", HEAD "release incident to b : type after 2h until 3d if within 1500m of strip and within 2km of "
	    "boundary \"Line 1\" and within 5km of boundary L2 and within 9km of seam and severity >= yellow and type = exp "
	    "and deaths >= 3 and unit = \"1 bde\" onward c, a manual 2\n",
	    "party a b c\nzone strip = 38SMD4525\nrelease incident to b : type after 2h until 3d if within 1500m of strip and "
	    "within 2km of boundary \"Line 1\" and within 5km of boundary \"L2\" and within 9km of seam and severity >= yellow "
	    "and type = exp and deaths >= 3 and unit = \"1 bde\" onward a, c manual 2\n"},
	{"steps and entering", HEAD "release movement to b : movement step 30m until 6h if enters strip and enters zone \"Box 4\" and "
	    "enters district X1 and enters governorate \"\xd8\xa8\"\nrelease movement to c : movement if enters strip step 1440m after 24h\n"
	    "test movement{age=1h, newer=10m, enters=Box 4} to b = nothing\n",
	    "party a b c\nzone strip = 38SMD4525\nrelease movement to b : movement until 6h step 30m if enters strip and enters zone "
	    "\"Box 4\" and enters district \"X1\" and enters governorate \"\xd8\xa8\"\n"
	    "release movement to c : movement after 1d step 1d if enters strip\n"
	    "test movement{age=\"1h\", newer=\"10m\", enters=\"Box 4\"} to b = nothing\n"},
	{"more values", HEAD "release movement, decision to b : state if persons = 4\n"
	    "release told to b : re if told_party = c\nrelease decision to b : re if parties = c\n"
	    "release incident to b : type if means = foot\n",
	    "party a b c\nzone strip = 38SMD4525\nrelease movement, decision to b : state if persons = 4\n"
	    "release told to b : re if told_party = \"c\"\nrelease decision to b : re if parties = \"c\"\n"
	    "release incident to b : type if means = foot\n"},
	{"levels", "party a b\nrelease movement to b : place@100km, window@day, kind, thread, filed\n",
	    "party a b\nrelease movement to b : kind, thread, filed, place@100km, window@day\n"},
	{"caps", HEAD "cap incident, sighting to b, c : place@10km\ncap casualty to any : window@hour\ncap incident to b : never core, unit\n",
	    "party a b c\nzone strip = 38SMD4525\ncap incident, sighting to b, c : place@10km\n"
	    "cap casualty to a, b, c : window@hour\ncap incident to b : never unit type severity\n"},
	{"free text by hand", "party a b\nrelease statement to b : text, lang manual 1\n",
	    "party a b\nrelease statement to b : lang, text manual 1\n"},
	{"test line", "party a b\ntest incident{type=atk.ambush, unit=\"x, y\", seam=3km,age=10m} to b = nothing\n",
	    "party a b\ntest incident{type=\"atk.ambush\", unit=\"x, y\", seam=\"3km\", age=\"10m\"} to b = nothing\n"},
};
/* clang-format on */

static void
mistakes_are_found_and_placed(void **state)
{
	unsigned wrong = 0;

	(void)state;
	for (size_t i = 0; i < sizeof WRONG / sizeof WRONG[0]; i++) {
		struct policy_faults faults;
		struct policy *policy;
		enum err err = policy_read(span_of(WRONG[i].text), &policy, &faults);

		if (err == ERR_FORMAT && !policy && faults.n == 1 &&
		    faults.fault[0].line == WRONG[i].line &&
		    faults.fault[0].column == WRONG[i].column &&
		    strstr(faults.fault[0].text, WRONG[i].says))
			continue;
		print_error("%s: %u faults, %u:%u %s\n", WRONG[i].name, faults.n_all,
			    faults.fault[0].line, faults.fault[0].column, faults.fault[0].text);
		policy_free(policy);
		wrong++;
	}
	assert_int_equal(wrong, 0);
}

static void
texts_print_and_read_back(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof RIGHT / sizeof RIGHT[0]; i++) {
		struct out once = out_new(1 << 16), twice = out_new(1 << 16);
		struct policy_faults faults;
		struct policy *policy, *back;

		if (policy_read(span_of(RIGHT[i].text), &policy, &faults) != ERR_OK)
			fail_msg("%s: %u:%u %s", RIGHT[i].name, faults.fault[0].line,
				 faults.fault[0].column, faults.fault[0].text);
		policy_write(&once, policy);
		out_span(&once, SPAN(""));
		assert_string_equal(once.p ? once.p : "", RIGHT[i].printed);
		assert_int_equal(policy_read(out_view(&once), &back, &faults), ERR_OK);
		policy_write(&twice, back);
		assert_string_equal(twice.p ? twice.p : "", RIGHT[i].printed);
		policy_free(policy);
		policy_free(back);
		out_free(&once);
		out_free(&twice);
	}
}

/* Several mistakes come in the order of the text, whatever pass finds them, and the first 16 stay.
 */
static void
faults_stand_in_order(void **state)
{
	struct policy_faults faults;
	struct policy *policy;
	struct out text = out_new(1 << 16);

	(void)state;
	assert_int_equal(
	    policy_read(SPAN("release incident to b : x\nzone z = 1\nparty B\n"), &policy, &faults),
	    ERR_FORMAT);
	assert_int_equal(faults.n, 3);
	for (unsigned i = 0; i < 3; i++)
		assert_int_equal(faults.fault[i].line, i + 1);
	for (unsigned i = 0; i < 40; i++)
		out_text(&text, "release x to b : y\n");
	out_text(&text, "party B\n");
	assert_int_equal(policy_read(out_view(&text), &policy, &faults), ERR_FORMAT);
	assert_int_equal(faults.n, POLICY_FAULTS_MAX);
	assert_int_equal(faults.n_all, 41);
	for (unsigned i = 0; i < POLICY_FAULTS_MAX; i++)
		assert_int_equal(faults.fault[i].line, i + 1);
	out_free(&text);
}

static void
sizes_are_bounded(void **state)
{
	struct policy_faults faults;
	struct policy *policy;
	struct out text = out_new(1 << 20);

	(void)state;
	for (unsigned i = 0; i < POLICY_TEXT_MAX + 1; i++)
		out_char(&text, '#');
	assert_int_equal(policy_read(out_view(&text), &policy, &faults), ERR_LIMIT);
	assert_null(policy);
	out_reset(&text);
	out_text(&text, "party a b\n");
	for (unsigned i = 0; i <= LIMIT_POLICY_RULES; i++)
		out_text(&text, "release told to b : re\n");
	assert_int_equal(policy_read(out_view(&text), &policy, &faults), ERR_FORMAT);
	assert_non_null(strstr(faults.fault[0].text, "more than 1024 release lines"));
	out_reset(&text);
	out_text(&text, "party a b\n");
	for (unsigned i = 0; i <= LIMIT_POLICY_RULES; i++)
		out_text(&text, "cap any to b : never re\n");
	assert_int_equal(policy_read(out_view(&text), &policy, &faults), ERR_FORMAT);
	assert_non_null(strstr(faults.fault[0].text, "more than 1024 caps"));
	out_reset(&text);
	out_text(&text, "party a\n");
	for (unsigned i = 0; i <= LIMIT_GROUPS; i++)
		out_format(&text, "group g%u = a\n", i);
	assert_int_equal(policy_read(out_view(&text), &policy, &faults), ERR_FORMAT);
	assert_non_null(strstr(faults.fault[0].text, "more than 64 groups"));
	out_reset(&text);
	for (unsigned i = 0; i <= LIMIT_GROUPS; i++)
		out_format(&text, "fields g%u = type\n", i);
	assert_int_equal(policy_read(out_view(&text), &policy, &faults), ERR_FORMAT);
	assert_non_null(strstr(faults.fault[0].text, "more than 64 lists"));
	out_reset(&text);
	for (unsigned i = 0; i <= 32; i++)
		out_format(&text, "zone z%u = 38SMD\n", i);
	assert_int_equal(policy_read(out_view(&text), &policy, &faults), ERR_FORMAT);
	assert_non_null(strstr(faults.fault[0].text, "more than 32 zones"));
	out_reset(&text);
	out_text(&text, "zone z =");
	for (unsigned i = 0; i <= 32; i++)
		out_text(&text, " 38SMD");
	assert_int_equal(policy_read(out_view(&text), &policy, &faults), ERR_FORMAT);
	assert_non_null(strstr(faults.fault[0].text, "more than 32 squares"));
	out_reset(&text);
	out_text(&text, "party a\n");
	for (unsigned i = 0; i <= 256; i++)
		out_text(&text, "test told{} to a = nothing\n");
	assert_int_equal(policy_read(out_view(&text), &policy, &faults), ERR_FORMAT);
	assert_non_null(strstr(faults.fault[0].text, "more than 256 test lines"));
	out_free(&text);
}

static void
facts_are_told(void **state)
{
	struct party parties[LIMIT_PARTIES];
	struct policy_faults faults;
	struct policy *policy;

	(void)state;
	assert_int_equal(
	    policy_read(SPAN("party a b\nkeep sighting, incident 90d\ncap any to b : never unit\n"),
			&policy, &faults),
	    ERR_OK);
	assert_true(policy_keep_ms(policy, KIND_SIGHTING) == INT64_C(90) * 86400000);
	assert_true(policy_keep_ms(policy, KIND_WARNING) == 0);
	assert_true(policy_keep_ms(policy, KIND_COUNT) == 0);
	assert_int_equal(policy_parties(policy, parties), 2);
	assert_string_equal(parties[1].name, "b");
	assert_int_equal(policy_count(policy).rules, 0);
	assert_int_equal(policy_count(policy).caps, 1);
	policy_free(policy);
	policy_free(NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(mistakes_are_found_and_placed),
	    cmocka_unit_test(texts_print_and_read_back),
	    cmocka_unit_test(faults_stand_in_order),
	    cmocka_unit_test(sizes_are_bounded),
	    cmocka_unit_test(facts_are_told),
	};

	return cmocka_run_group_tests_name("release/policy", tests, NULL, NULL);
}
