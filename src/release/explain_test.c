/*
 * Why: what explain says of fields, lines, caps and the program's own rules; what another policy
 * would change; rules that no policy text can even ask for.
 */
#include "base/json.h"
#include "release/protect.h"
#include "release/release.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { ARENA_MAX = 1 << 20 };
static const int64_t FILED = 1809388800000;

static const char POLICY[] = "party a b c\n"
			     "release incident to b : type, unit, place@100m, when@minute\n"
			     "release incident to b : severity if type = exp\n"
			     "release incident to b : outcome after 2h onward c manual 1\n"
			     "cap any to b : place@1km\n"
			     "cap any to any : never unit\n"
			     "release sighting to b : place@10m\n";

static struct policy *
policy_of(const char *text)
{
	struct policy_faults faults;
	struct policy *policy;

	if (policy_read(span_of(text), &policy, &faults) != ERR_OK)
		fail_msg("%u:%u %s", faults.fault[0].line, faults.fault[0].column,
			 faults.fault[0].text);
	return policy;
}

static void
put(struct record *record, struct arena *arena, enum field field, const char *text)
{
	struct record_typing typing = {.now_ms = FILED};

	if (record_set(record, arena, field, span_of(text), &typing) != WHY_NONE)
		fail_msg("%s", text);
}

static void
make_incident(struct record *record, struct arena *arena)
{
	record_init(record, KIND_INCIDENT);
	put(record, arena, FIELD_TYPE, "atk.ambush");
	put(record, arena, FIELD_SEVERITY, "red");
	put(record, arena, FIELD_UNIT, "a-1");
	put(record, arena, FIELD_OUTCOME, "repelled");
	put(record, arena, FIELD_PLACE, "38SME4525347153");
	put(record, arena, FIELD_WHEN, "2027-05-03T23:15Z");
	put(record, arena, FIELD_SUMMARY, "words");
}

struct stage {
	struct arena *arena;
	struct policy *policy;
	struct record *record;
	struct release_question question;
	struct out out;
};

static void
set_up(struct stage *stage, const char *text)
{
	*stage = (struct stage){.arena = arena_new(ARENA_MAX), .policy = policy_of(text)};
	stage->record = arena_take(stage->arena, sizeof *stage->record);
	make_incident(stage->record, stage->arena);
	stage->question = (struct release_question){.policy_filed = stage->policy,
						    .policy_now = stage->policy,
						    .record = stage->record,
						    .filed_ms = FILED,
						    .now_ms = FILED,
						    .recipient = {"b"}};
	stage->out = out_new(1 << 20);
}

static void
tear_down(struct stage *stage)
{
	policy_free(stage->policy);
	arena_free(stage->arena);
	out_free(&stage->out);
}

static void
says(struct stage *stage, const char *text)
{
	if (!strstr(stage->out.p, text))
		fail_msg("no \"%s\" in:\n%s", text, stage->out.p);
}

static void
text_tells_lines(void **state)
{
	struct stage stage;

	(void)state;
	set_up(&stage, POLICY);
	assert_int_equal(release_explain(&stage.question, stage.arena, false, &stage.out), ERR_OK);
	says(&stage, "incident to b\n");
	says(&stage, "gives kind, thread, type, when@minute, place@1km\n    line 2; may go now\n");
	says(&stage, "gives kind, thread, outcome\n    line 4; by decision of 1; the rule asks for "
		     "decisions by officers, not before 2027-05-04T02:00:00Z\n");
	says(&stage, "  severity     nothing  [the conditions of that line do not hold, line 3]\n"
		     "    line 3    does not apply: severity if type = exp\n");
	says(&stage, "  place        place@1km  [a cap of the policy holds it back, line 5]\n"
		     "    line 2    grants: place@100m\n    line 5    caps: at best place@1km\n");
	says(&stage, "  unit         nothing  [a cap of the policy holds it back, line 6]\n"
		     "    line 2    grants: unit\n    line 6    caps: never unit\n");
	says(&stage, "  summary      nothing  [free text leaves by hand only]\n");
	tear_down(&stage);
}

/* A slot that has not come, a slot that is a newer version's, a zone that is not entered. */
static void
steps_are_told(void **state)
{
	struct stage stage;

	(void)state;
	set_up(&stage,
	       "party a b\nzone z = 38SMD\nrelease incident to b : type after 10m step 30m\n"
	       "release incident to b : severity if enters z\n");
	assert_int_equal(release_explain(&stage.question, stage.arena, false, &stage.out), ERR_OK);
	says(&stage, "gives kind, thread, type\n    line 3; in steps of 30m; the rule releases it "
		     "later, not before 2027-05-04T00:30:00Z\n");
	says(&stage, "line 3    grants: type after 10m step 30m\n");
	says(&stage, "line 4    does not apply: severity if enters z\n");
	stage.question.newer_ms = FILED + 60000;
	stage.question.now_ms = FILED + 1800000;
	out_reset(&stage.out);
	assert_int_equal(release_explain(&stage.question, stage.arena, false, &stage.out), ERR_OK);
	says(&stage, "the whole record: a newer version of it goes at that moment instead\n");
	says(&stage,
	     "type         nothing  [a newer version of it goes at that moment instead, line "
	     "3]\n");
	tear_down(&stage);
}

static void
text_of_whole_records(void **state)
{
	struct stage stage;

	(void)state;
	set_up(&stage, POLICY);
	stage.question.is_retracted = true;
	assert_int_equal(release_explain(&stage.question, stage.arena, false, &stage.out), ERR_OK);
	says(&stage, "the whole record: the record was retracted\n");
	stage.question.is_retracted = false;
	stage.question.recipient = (struct party){"c"};
	out_reset(&stage.out);
	assert_int_equal(release_explain(&stage.question, stage.arena, false, &stage.out), ERR_OK);
	says(&stage, "incident to c\ngives nothing\n");
	says(&stage, "type         nothing  [no rule of the policy gives anything");
	stage.question.policy_now = NULL;
	stage.question.is_sister = true;
	out_reset(&stage.out);
	assert_int_equal(release_explain(&stage.question, stage.arena, false, &stage.out), ERR_OK);
	says(&stage, "to a station of the same party; may go now\n");
	tear_down(&stage);
}

static void
the_policy_at_filing_is_named(void **state)
{
	struct stage stage;
	struct policy *filed = policy_of("party a b\nrelease incident to b : severity\n");

	(void)state;
	set_up(&stage, POLICY);
	stage.question.policy_filed = filed;
	assert_int_equal(release_explain(&stage.question, stage.arena, false, &stage.out), ERR_OK);
	says(&stage, "type         nothing  [the policy at the time of filing did not give it]\n");
	policy_free(filed);
	tear_down(&stage);
}

/* Two readings of one text give the same, so nothing is laid to the policy at filing. */
static void
the_same_policy_is_not_blamed(void **state)
{
	struct stage stage;
	struct policy *filed =
	    policy_of("party a b\nrelease incident to b : type, unit, place@1km\n");
	struct policy *finer = policy_of("party a b\nrelease incident to b : place@100m\n");

	(void)state;
	set_up(&stage, "party a b\nrelease incident to b : type, unit, place@1km\n");
	stage.question.policy_filed = filed;
	assert_int_equal(release_explain(&stage.question, stage.arena, false, &stage.out), ERR_OK);
	assert_null(strstr(stage.out.p, "at the time of filing"));
	says(&stage, "  place        place@1km  [finer than 1km: no rule]\n");
	says(&stage, "  severity     nothing  [no rule of the policy gives anything");
	out_reset(&stage.out);
	stage.question.policy_now = finer;
	assert_int_equal(release_explain(&stage.question, stage.arena, false, &stage.out), ERR_OK);
	says(&stage, "place@1km  [the policy at the time of filing did not give it]\n");
	policy_free(filed);
	policy_free(finer);
	tear_down(&stage);
}

static void
what_goes_coarser_is_not_withheld(void **state)
{
	static const char *const rows[] = {
	    "place finer than 1km: no rule\n",
	    "when finer than hour: a cap of the policy holds it back\n",
	    "not severity: no rule of the policy gives anything"};
	struct release_answer answer;
	struct stage stage;

	(void)state;
	set_up(&stage, "party a b\nrelease incident to b : type, place@1km, when@minute\n"
		       "cap any to b : when@hour\n");
	assert_int_equal(release_cut(&stage.question, stage.arena, &answer), ERR_OK);
	for (size_t i = 0; i < answer.held_n; i++) {
		release_write_held(&stage.out, &answer, &answer.held[i]);
		out_char(&stage.out, '\n');
	}
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		says(&stage, rows[i]);
	assert_null(strstr(stage.out.p, "not place"));
	tear_down(&stage);
}

static void
a_citing_hold_has_its_reason(void **state)
{
	struct stage stage;
	struct release_cite cite = {.field = FIELD_CITES, .origin = {"c"}};

	(void)state;
	set_up(&stage, POLICY);
	stage.question.cites = &cite;
	stage.question.cites_n = 1;
	assert_int_equal(release_explain(&stage.question, stage.arena, false, &stage.out), ERR_OK);
	says(&stage,
	     "the whole record: it cites a record whose originator did not allow passing on\n");
	tear_down(&stage);
}

static void
json_is_strict(void **state)
{
	struct stage stage;
	json_t *json, *fields, *parts;
	struct span text;
	size_t n = 0;

	(void)state;
	set_up(&stage, POLICY);
	for (int i = 0; i < 3; i++) {
		out_reset(&stage.out);
		stage.question.recipient.name[0] = (char)('b' + i);
		assert_int_equal(release_explain(&stage.question, stage.arena, true, &stage.out),
				 ERR_OK);
		json = json_read_strict(out_view(&stage.out));
		if (!json)
			fail_msg("%s", stage.out.p);
		fields = json_object_get(json, "fields");
		parts = json_object_get(json, "parts");
		assert_int_equal(json_array_size(parts), i == 0 ? 2 : 0);
		assert_int_equal(json_array_size(fields), 7);
		for (size_t k = 0; i == 0 && k < 7; k++) {
			assert_true(json_take_text(json_array_get(fields, k), "field", &text));
			if (!span_is(text, "place"))
				continue;
			assert_true(json_take_text(json_array_get(fields, k), "gives", &text));
			assert_true(span_is(text, "place@1km"));
			assert_true(json_take_text(json_array_get(fields, k), "why", &text));
			assert_true(span_is(text, "capped"));
			n = json_array_size(json_object_get(json_array_get(fields, k), "lines"));
		}
		json_decref(json);
	}
	assert_int_equal(n, 2);
	tear_down(&stage);
}

struct walk {
	struct record *record;
	unsigned at, n, rows;
	struct out out;
	bool stops;
};

static bool
next_question(void *ctx, struct release_question *question)
{
	struct walk *walk = ctx;

	if (walk->at == walk->n)
		return false;
	question->record = walk->record;
	question->filed_ms = question->now_ms = FILED;
	question->recipient = (struct party){{(char)('b' + (int)walk->at++), '\0'}};
	return true;
}

static bool
take_row(void *ctx, const struct release_diff_row *row)
{
	struct walk *walk = ctx;

	walk->rows++;
	out_format(&walk->out, "%s +", row->question->recipient.name);
	release_write_set(&walk->out, &row->gains);
	out_text(&walk->out, " -");
	release_write_set(&walk->out, &row->loses);
	out_char(&walk->out, '\n');
	return !walk->stops;
}

static void
diff_names_what_flows(void **state)
{
	struct stage stage;
	struct policy *after =
	    policy_of("party a b c\nrelease incident to b, c : type, place@10km after 2h\n");
	struct walk walk = {.n = 2, .out = out_new(1 << 16)};

	(void)state;
	set_up(&stage, "party a b c\nrelease incident to b : type, severity, place@1km\n");
	walk.record = stage.record;
	assert_int_equal(release_diff(stage.policy, after, next_question, take_row, &walk), ERR_OK);
	assert_string_equal(walk.out.p, "b +nothing -severity, place@1km\n"
					"c +kind, thread, type, place@10km -nothing\n");
	walk.at = walk.rows = 0;
	assert_int_equal(release_diff(after, after, next_question, take_row, &walk), ERR_OK);
	assert_int_equal(walk.rows, 0);
	walk.at = 0;
	walk.stops = true;
	assert_int_equal(release_diff(NULL, after, next_question, take_row, &walk), ERR_OK);
	assert_int_equal(walk.rows, 1);
	out_free(&walk.out);
	policy_free(after);
	tear_down(&stage);
}

/* No room in the arena, no answer: nothing goes. */
static size_t
smallest_arena(const struct release_question *question)
{
	struct release_answer answer;
	size_t limit = 0;
	enum err err = ERR_NOMEM;

	for (; err == ERR_NOMEM && limit < ARENA_MAX; limit += 500) {
		struct arena *small = arena_new(limit);

		err = release_cut(question, small, &answer);
		if (err)
			assert_true(answer.parts_n == 0 && answer.held_n == 0);
		arena_free(small);
	}
	assert_int_equal(err, ERR_OK);
	return limit;
}

static void
without_memory_nothing_goes(void **state)
{
	struct stage stage;
	struct policy *filed = policy_of(POLICY);

	(void)state;
	set_up(&stage, POLICY);
	assert_in_range(smallest_arena(&stage.question), 1000, 65536);
	stage.question.policy_filed = filed;
	assert_in_range(smallest_arena(&stage.question), 1000, 65536);
	stage.question.is_retracted = true;
	assert_in_range(smallest_arena(&stage.question), 1, 65536);
	stage.question.is_sister = true;
	assert_in_range(smallest_arena(&stage.question), 1000, 65536);
	policy_free(filed);
	tear_down(&stage);
}

/* What the language refuses to say is refused here as well: the program's rules stand above it. */
static void
rules_above_any_policy(void **state)
{
	struct protect_took took[PROTECT_TOOK_MAX];
	struct stage stage;
	struct field_set present, left;
	struct release_part part = {0};
	unsigned n, texts = 0;

	(void)state;
	set_up(&stage, POLICY);
	memset(&left, 0xff, sizeof left);
	put(stage.record, stage.arena, FIELD_SOURCE, "by phone");
	record_levels(stage.record, &present);
	part.give.mask[FIELD_SOURCE] = part.give.mask[FIELD_SUMMARY] = 1;
	part.approvals = 1;
	n = protect_limit(&stage.question, &present, &left, &part, took);
	assert_int_equal(n, 1); /* sealed, even by decision */
	assert_int_equal(took[0].field, FIELD_SOURCE);
	assert_int_equal(took[0].why, WHY_PROTECTED);
	part.approvals = 0;
	n = protect_limit(&stage.question, &present, &left, &part, took);
	assert_int_equal(n, 1); /* words, without a decision */
	assert_true(field_set_is_empty(&part.give));
	for (enum field f = 1; f < FIELD_COUNT; f++)
		part.give.mask[f] = UINT16_MAX;
	assert_int_equal(protect_limit(&stage.question, &present, &left, &part, took),
			 PROTECT_TOOK_MAX); /* no more than there is room for, all the same taken */
	assert_false(part.give.mask[FIELD_DETAIL] || part.give.mask[FIELD_MEDICAL]);
	stage.record->kind = KIND_CIVIL;
	part.onward.n = 2;
	(void)protect_limit(&stage.question, &present, &left, &part, took);
	assert_int_equal(part.onward.n, 0);
	stage.record->kind = (enum kind)999;
	assert_int_equal(protect_refuses(stage.record, &present), WHY_PROTECTED);
	while (protect_text(texts))
		texts++;
	assert_true(texts >= 9);
	tear_down(&stage);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(text_tells_lines),
	    cmocka_unit_test(steps_are_told),
	    cmocka_unit_test(text_of_whole_records),
	    cmocka_unit_test(the_policy_at_filing_is_named),
	    cmocka_unit_test(the_same_policy_is_not_blamed),
	    cmocka_unit_test(what_goes_coarser_is_not_withheld),
	    cmocka_unit_test(a_citing_hold_has_its_reason),
	    cmocka_unit_test(json_is_strict),
	    cmocka_unit_test(diff_names_what_flows),
	    cmocka_unit_test(without_memory_nothing_goes),
	    cmocka_unit_test(rules_above_any_policy),
	};

	return cmocka_run_group_tests_name("release/explain", tests, NULL, NULL);
}
