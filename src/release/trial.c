/*
 * Promises that a policy's test lines are read and run through the very decision that records meet.
 */
#include "release/trial.h"

#include "release/cut.h"
#include "release/print.h"

#include <stdio.h>
#include <string.h>

enum { ARENA_MAX = 1 << 19 };

/* 2027-05-04 00:00 UTC: relative times in test lines count from a fixed moment, at which slots of
 * every step that divides a day begin. */
static const int64_t FILED_MS = 1809388800000;

struct running {
	struct record record;
	struct condition_assume assume;
	struct release_question question;
};

static bool
set_seam(struct running *running, struct span text)
{
	return parse_distance_text(text, &running->assume.seam_m);
}

static bool
set_enters(struct running *running, struct span text)
{
	running->assume.enters = text;
	return true;
}

/* The moment so long after filing. */
static bool
read_moment(struct span text, int64_t *ms)
{
	if (!when_read_duration(text, ms))
		return false;
	*ms += FILED_MS;
	return true;
}

static bool
set_age(struct running *running, struct span text)
{
	return read_moment(text, &running->question.now_ms);
}

static bool
set_newer(struct running *running, struct span text)
{
	return read_moment(text, &running->question.newer_ms);
}

static bool
set_approvals(struct running *running, struct span text)
{
	int64_t number;

	if (!span_int(text, 0, 9, &number))
		return false;
	running->question.approvals = (unsigned)number;
	return true;
}

/* clang-format off */
static const struct {
	const char *name;
	bool (*set)(struct running *running, struct span text);
} FACTS[] = {
	{"seam",      set_seam},
	{"enters",    set_enters},
	{"age",       set_age},
	{"newer",     set_newer},
	{"approvals", set_approvals},
};
/* clang-format on */

enum { FACTS_N = sizeof FACTS / sizeof FACTS[0] };

static bool
read_name(struct parse *parse, enum kind kind, struct rules_value *value)
{
	struct lexer_token token = parse->lexer.token;

	value->line = token.line;
	value->column = token.column;
	for (size_t i = 0; i < FACTS_N; i++)
		if (lexer_is(&parse->lexer, FACTS[i].name)) {
			(void)snprintf(value->name, sizeof value->name, "%s", FACTS[i].name);
			lexer_next(&parse->lexer);
			return true;
		}
	if (!parse_field(parse, &value->field))
		return false;
	return kind_has(kind, value->field) ||
	       parse_fault_at(parse, &token, "`%s` has no field `%s`", kind_row(kind)->name,
			      field_row(value->field)->name);
}

static bool
read_value(struct parse *parse, struct rules_trial *trial)
{
	struct policy *policy = parse->policy;
	struct rules_value *value =
	    parse_grow(parse, (void **)&policy->values, policy->values_n, sizeof *value);

	if (!value || !read_name(parse, trial->kind, value))
		return false;
	if (!lexer_is(&parse->lexer, "="))
		return parse_fault(parse, "`=` should follow the field");
	lexer_value(&parse->lexer);
	if (parse->lexer.token.kind != LEXER_WORD || parse->lexer.token.text.n == 0 ||
	    !span_copy(value->text, sizeof value->text, parse->lexer.token.text))
		return parse_fault(parse, "a value is expected here");
	lexer_next(&parse->lexer);
	policy->values_n++;
	trial->values_n++;
	return true;
}

static bool
read_values(struct parse *parse, struct rules_trial *trial)
{
	if (lexer_is(&parse->lexer, "}"))
		return true;
	for (;;) {
		if (trial->values_n == RULES_VALUES_MAX)
			return parse_fault(parse, "more than %d values", RULES_VALUES_MAX);
		if (!read_value(parse, trial))
			return false;
		if (!lexer_is(&parse->lexer, ","))
			return true;
		lexer_next(&parse->lexer);
	}
}

static enum kind
only_kind(uint32_t kinds)
{
	return (enum kind)__builtin_ctz(kinds);
}

bool
trial_parse(struct parse *parse)
{
	struct policy *policy = parse->policy;
	struct rules_trial trial = {.line = parse->lexer.token.line,
				    .column = parse->lexer.token.column,
				    .values_at = policy->values_n},
			   *kept;
	uint32_t kinds;

	if (!parse_kinds(parse, false, &kinds))
		return false;
	trial.kind = only_kind(kinds);
	if (!parse_expect(parse, "{", "the kind") || !read_values(parse, &trial) ||
	    !parse_expect(parse, "}", "the values") || !parse_expect(parse, "to", "the record") ||
	    !parse_whos(parse, false, &trial.parties) || !parse_expect(parse, "=", "the party"))
		return false;
	if (lexer_is(&parse->lexer, "nothing"))
		lexer_next(&parse->lexer);
	else if (!parse_items(parse, kinds, &trial.expect))
		return false;
	if (!parse_is_end(parse))
		return parse_fault(parse, "a comma and a field are expected here");
	if (policy->trials_n == RULES_TRIALS_MAX)
		return parse_fault(parse, "more than %d test lines", RULES_TRIALS_MAX);
	kept = parse_grow(parse, (void **)&policy->trials, policy->trials_n, sizeof *kept);
	if (!kept)
		return false;
	*kept = trial;
	policy->trials_n++;
	return true;
}

static bool
set_fact(struct running *running, const struct rules_value *value)
{
	for (size_t i = 0; i < FACTS_N; i++)
		if (strcmp(value->name, FACTS[i].name) == 0)
			return FACTS[i].set(running, span_of(value->text));
	return false;
}

/* Every field of the kind with all its levels, but for those whose value the line gives. */
static void
assume_present(struct running *running)
{
	struct field_set *present = &running->assume.present;

	for (enum field f = 1; f < FIELD_COUNT; f++) {
		if (!kind_has(running->record.kind, f) || running->record.field[f].is_set)
			continue;
		present->mask[f] = f == FIELD_ASK ? 0 : rules_bits(field_levels(f));
	}
	present->mask[FIELD_FILED] = 1;
}

static bool
prepare(const struct policy *policy, const struct rules_trial *trial, struct arena *arena,
	struct running *running, struct policy_fault *fault)
{
	struct record_typing typing = {.now_ms = FILED_MS};

	record_init(&running->record, trial->kind);
	running->assume.seam_m = -1;
	running->question = (struct release_question){
	    .policy_filed = policy,
	    .policy_now = policy,
	    .record = &running->record,
	    .filed_ms = FILED_MS,
	    .now_ms = FILED_MS,
	};
	for (unsigned i = 0; i < trial->values_n; i++) {
		const struct rules_value *value = &policy->values[trial->values_at + i];
		enum why why = WHY_BAD_VALUE;

		if (value->field)
			why = record_set(&running->record, arena, value->field,
					 span_of(value->text), &typing);
		else if (set_fact(running, value))
			why = WHY_NONE;
		if (why) {
			fault->line = value->line;
			fault->column = value->column;
			(void)snprintf(fault->text, sizeof fault->text, "%.40s = %.80s: %s",
				       value->field ? field_row(value->field)->name : value->name,
				       value->text, why_text(why));
			return false;
		}
	}
	assume_present(running);
	return true;
}

/* What comes along by itself need not be written into every test line. */
static bool
is_as_expected(const struct field_set *expect, struct field_set *got)
{
	struct field_set want = *expect;

	want.mask[FIELD_KIND] = want.mask[FIELD_THREAD] = 0;
	got->mask[FIELD_KIND] = got->mask[FIELD_THREAD] = got->mask[FIELD_ASK] = 0;
	if (!want.mask[FIELD_FAMILIES])
		got->mask[FIELD_FAMILIES] = 0;
	/* `kind` alone is something: that the record exists. */
	return field_set_equal(&want, got);
}

static void
tell(const struct rules_trial *trial, const struct party *party, const struct field_set *got,
     struct policy_fault *fault)
{
	struct out text = out_new(POLICY_FAULT_TEXT);

	*fault = (struct policy_fault){.line = trial->line, .column = trial->column};
	print_set(&text, got);
	(void)snprintf(fault->text, sizeof fault->text, "the test does not hold: to %s goes %.180s",
		       party->name, text.err || !text.p ? "much more" : text.p);
	out_free(&text);
}

static enum err
run_for(const struct policy *policy, const struct rules_trial *trial, unsigned party,
	struct running *running, struct arena *arena, bool *holds, struct policy_fault *fault)
{
	struct release_answer answer;
	struct field_set got, shown;
	enum err err;

	running->question.recipient = policy->party[party];
	err = cut_decide(&running->question, &running->assume, arena, &answer);
	if (err)
		return err;
	release_now(&answer, &got);
	shown = got;
	*holds = is_as_expected(&trial->expect, &got) &&
		 field_set_is_empty(&trial->expect) == field_set_is_empty(&shown);
	if (!*holds)
		tell(trial, &policy->party[party], &shown, fault);
	return ERR_OK;
}

enum err
trial_run(const struct policy *policy, unsigned i, bool *holds, struct policy_fault *fault)
{
	const struct rules_trial *trial = &policy->trials[i];
	struct arena *arena = arena_new(ARENA_MAX);
	struct running *running = arena ? arena_take(arena, sizeof *running) : NULL;
	enum err err = running ? ERR_OK : ERR_NOMEM;

	*holds = true;
	if (!err && !prepare(policy, trial, arena, running, fault))
		*holds = false;
	for (unsigned p = 0; !err && *holds && p < policy->parties_n; p++)
		if (trial->parties >> p & 1)
			err = run_for(policy, trial, p, running, arena, holds, fault);
	arena_free(arena);
	return err;
}
