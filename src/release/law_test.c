/*
 * The laws of a policy over random policies and records: no rule, nothing; a grant never removes; a
 * cap never adds; the order of lines is irrelevant; steps are kept; what prints reads back.
 */
#include "release/maker_test.h"

enum { LAW_CASES = TEST_SLOW ? 1000000 : SEAM_SANITIZED ? 4000 : 20000 };

static struct field_set
all_of(const struct release_answer *answer)
{
	struct field_set set = {0};

	for (size_t i = 0; i < answer->parts_n; i++)
		field_set_add(&set, &answer->parts[i].give);
	return set;
}

static void
shuffle(struct law *law)
{
	for (unsigned i = law->lines_n; i > 1; i--) {
		unsigned j = below(law, i);
		struct line line = law->line[i - 1];

		law->line[i - 1] = law->line[j];
		law->line[j] = line;
	}
}

static bool
has_grant(const struct law *law, enum kind kind)
{
	for (unsigned i = 0; i < law->lines_n; i++)
		if (!law->line[i].is_cap && (law->line[i].kinds >> kind & 1) &&
		    (law->line[i].to & PARTY_B))
			return true;
	return false;
}

/* Names of areas are left out here: with them a further grant may make the half-area rule take the
 * square back, which is what that rule is for. */
static void
leave_out_names(struct record *record)
{
	record->field[FIELD_GOVERNORATE].is_set = false;
	record->field[FIELD_DISTRICT].is_set = false;
	record->field[FIELD_GOVERNORATE].levels = record->field[FIELD_DISTRICT].levels = 0;
}

static void
print_and_read(struct law *law, const struct policy *policy, struct release_question question,
	       const struct release_answer *answer)
{
	struct out once = out_new(1 << 16), twice = out_new(1 << 16);
	struct policy_faults faults;
	struct policy *back;
	struct release_answer again;

	policy_write(&once, policy);
	assert_int_equal(policy_read(out_view(&once), &back, &faults), ERR_OK);
	policy_write(&twice, back);
	expect(law, span_equal(out_view(&once), out_view(&twice)), "prints another text");
	question.policy_filed = question.policy_now = back;
	again = cut(law, &question);
	expect(law, is_same_answer(answer, &again), "reads back as another policy");
	policy_free(back);
	out_free(&once);
	out_free(&twice);
}

/* With one more line: more is given under one more grant, less under one more cap. */
static void
one_more_line(struct law *law, struct release_question question,
	      const struct release_answer *answer, bool is_cap)
{
	struct field_set before = all_of(answer), after, now_before, now_after;
	struct release_answer more;
	struct policy *policy;

	release_now(answer, &now_before);
	if (is_cap)
		make_cap(law, &law->line[law->lines_n++]);
	else
		make_grant(law, &law->line[law->lines_n++]);
	policy = read_lines(law);
	if (policy) {
		question.policy_filed = question.policy_now = policy;
		more = cut(law, &question);
		after = all_of(&more);
		release_now(&more, &now_after);
		if (is_cap)
			expect(law,
			       field_set_covers(&before, &after) &&
				   field_set_covers(&now_before, &now_after),
			       "a cap (the last line) adds");
		else
			expect(law,
			       field_set_covers(&after, &before) &&
				   field_set_covers(&now_after, &now_before),
			       "a grant (the last line) removes");
		policy_free(policy);
	}
	law->lines_n--;
}

/* What goes in steps goes at a slot behind its filing, and not when a newer version was filed
 * before that slot came. */
static void
steps_are_kept(struct law *law, const struct release_question *question,
	       const struct release_answer *answer)
{
	for (size_t i = 0; i < answer->parts_n; i++) {
		const struct release_part *part = &answer->parts[i];

		if (part->step_ms == 0)
			continue;
		expect(law,
		       part->not_before_ms % part->step_ms == 0 &&
			   part->not_before_ms > question->filed_ms,
		       "a step goes beside its slot");
		expect(law,
		       part->not_before_ms > question->now_ms || question->newer_ms == 0 ||
			   question->newer_ms / part->step_ms > question->filed_ms / part->step_ms,
		       "an older version goes at the slot of a newer one");
	}
}

static bool
has_step(const struct law *law, enum kind kind)
{
	for (unsigned i = 0; i < law->lines_n; i++)
		if (law->line[i].is_stepped && (law->line[i].kinds >> kind & 1) &&
		    (law->line[i].to & PARTY_B))
			return true;
	return false;
}

static bool
gives_in_steps(const struct release_answer *answer)
{
	for (size_t i = 0; i < answer->parts_n; i++)
		if (answer->parts[i].step_ms > 0)
			return true;
	return false;
}

static void
laws_for(struct law *law, struct record *record)
{
	struct policy *policy = read_lines(law), *other;
	struct release_question question;
	struct release_answer answer, shuffled;

	if (!policy)
		return;
	draw_record(law, record, KINDS[below(law, sizeof KINDS / sizeof KINDS[0])]);
	leave_out_names(record);
	record->field[FIELD_CITES].is_set = record->field[FIELD_RE].is_set = false;
	question = ask_about(law, policy, record);
	answer = cut(law, &question);
	if (!has_grant(law, record->kind))
		expect(law, answer.parts_n == 0, "given without a rule");
	if (!has_step(law, record->kind))
		expect(law, !gives_in_steps(&answer), "a step out of nowhere");
	steps_are_kept(law, &question, &answer);
	print_and_read(law, policy, question, &answer);
	one_more_line(law, question, &answer, false);
	one_more_line(law, question, &answer, true);
	shuffle(law);
	other = read_lines(law);
	question.policy_filed = question.policy_now = other;
	shuffled = cut(law, &question);
	expect(law, is_same_answer(&answer, &shuffled), "the order of lines matters");
	policy_free(other);
	policy_free(policy);
}

static void
the_laws_hold(void **state)
{
	struct law *law = law_new(1);
	struct record *record = calloc(1, sizeof *record);
	unsigned given = 0;

	(void)state;
	for (unsigned i = 0; i < LAW_CASES; i++) {
		arena_reset(law->arena);
		make_lines(law);
		laws_for(law, record);
		given += has_grant(law, record->kind);
	}
	assert_true(given > LAW_CASES / 20); /* the cases are not all empty */
	free(record);
	law_free(law);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_laws_hold),
	};

	return cmocka_run_group_tests_name("release/law", tests, NULL, NULL);
}
