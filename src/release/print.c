/*
 * Promises a policy as text in one canonical form, which reads back as the same policy.
 */
#include "release/print.h"

#include "release/enter.h"

static void
print_parties(struct out *out, const struct policy *policy, uint16_t parties)
{
	const char *comma = "";

	for (unsigned p = 0; p < policy->parties_n; p++)
		if (parties >> p & 1) {
			out_text(out, comma);
			out_text(out, policy->party[p].name);
			comma = ", ";
		}
}

static void
print_kinds(struct out *out, uint32_t kinds)
{
	const char *comma = "";

	for (enum kind k = 1; k < KIND_COUNT; k++)
		if (kinds >> k & 1) {
			out_text(out, comma);
			out_text(out, kind_row(k)->name);
			comma = ", ";
		}
}

void
print_duration(struct out *out, int64_t ms)
{
	static const struct {
		int64_t ms;
		char unit;
	} units[] = {{86400000, 'd'}, {3600000, 'h'}, {60000, 'm'}};
	size_t i = 0;

	while (i < 2 && ms % units[i].ms)
		i++;
	out_int(out, ms / units[i].ms);
	out_char(out, units[i].unit);
}

static void
print_distance(struct out *out, int64_t m)
{
	if (m % 1000)
		out_format(out, "%lldm", (long long)m);
	else
		out_format(out, "%lldkm", (long long)m / 1000);
}

static void
print_quoted(struct out *out, const char *text)
{
	out_char(out, '"');
	out_text(out, text);
	out_char(out, '"');
}

static void
print_near(struct out *out, const struct policy *policy, const struct rules_test *test)
{
	out_text(out, "within ");
	print_distance(out, test->number);
	out_text(out, " of ");
	if (test->compare == RULES_NEAR_SEAM) {
		out_text(out, "seam");
	} else if (test->compare == RULES_NEAR_ZONE) {
		out_text(out, policy->zone[test->zone].name);
	} else {
		out_text(out, "boundary ");
		print_quoted(out, test->text);
	}
}

void
print_test(struct out *out, const struct policy *policy, const struct rules_test *test)
{
	const struct field_row *row = field_row(test->field);

	switch (test->compare) {
	case RULES_NEAR_ZONE:
	case RULES_NEAR_BOUNDARY:
	case RULES_NEAR_SEAM:
		print_near(out, policy, test);
		break;
	case RULES_ENTERS_ZONE:
		out_format(out, "enters %s", policy->zone[test->zone].name);
		break;
	case RULES_ENTERS_LAYER:
		out_format(out, "enters %s ", enter_layer_name(test->zone));
		print_quoted(out, test->text);
		break;
	case RULES_IS_CODE:
		out_format(out, "%s = %s", row->name,
			   vocab_code(row->vocab, (unsigned)test->number));
		break;
	case RULES_AT_LEAST_CODE:
		out_format(out, "%s >= %s", row->name,
			   vocab_code(row->vocab, (unsigned)test->number));
		break;
	case RULES_IS_FAMILY:
		out_format(out, "%s = %s", row->name, test->text);
		break;
	case RULES_IS_TEXT:
		out_format(out, "%s = ", row->name);
		print_quoted(out, test->text);
		break;
	case RULES_IS_NUMBER:
		out_format(out, "%s = %lld", row->name, (long long)test->number);
		break;
	case RULES_AT_LEAST:
		out_format(out, "%s >= %lld", row->name, (long long)test->number);
		break;
	}
}

void
print_conditions(struct out *out, const struct policy *policy, const struct rules_grant *grant)
{
	if (grant->after_ms > 0) {
		out_text(out, " after ");
		print_duration(out, grant->after_ms);
	}
	if (grant->until_ms > 0) {
		out_text(out, " until ");
		print_duration(out, grant->until_ms);
	}
	if (grant->step_ms > 0) {
		out_text(out, " step ");
		print_duration(out, grant->step_ms);
	}
	for (unsigned i = 0; i < grant->tests_n; i++) {
		out_text(out, i == 0 ? " if " : " and ");
		print_test(out, policy, &policy->tests[grant->tests_at + i]);
	}
	if (grant->onward) {
		out_text(out, " onward ");
		print_parties(out, policy, grant->onward);
	}
	if (grant->manual > 0)
		out_format(out, " manual %u", grant->manual);
}

static void
print_names(struct out *out, const struct policy *policy)
{
	if (policy->parties_n > 0)
		out_text(out, "party");
	for (unsigned p = 0; p < policy->parties_n; p++)
		out_format(out, " %s", policy->party[p].name);
	if (policy->parties_n > 0)
		out_char(out, '\n');
	for (unsigned z = 0; z < policy->zones_n; z++) {
		out_format(out, "zone %s =", policy->zone[z].name);
		for (unsigned i = 0; i < policy->zone[z].n; i++)
			out_format(out, " %s", policy->zone[z].square[i]);
		out_char(out, '\n');
	}
}

static void
print_cap(struct out *out, const struct policy *policy, const struct rules_cap *cap)
{
	const char *before = "never ";

	out_text(out, "cap ");
	print_kinds(out, cap->kinds);
	out_text(out, " to ");
	print_parties(out, policy, cap->parties);
	out_text(out, " : ");
	for (enum field f = 1; f < FIELD_COUNT; f++) {
		uint16_t takes = cap->takes.mask[f];

		if (takes != 0 && takes != UINT16_MAX) {
			out_format(out, "%s@%s\n", field_row(f)->name,
				   field_level_name(f, rules_finest((uint16_t)~takes)));
			return;
		}
	}
	for (enum field f = 1; f < FIELD_COUNT; f++)
		if (cap->takes.mask[f]) {
			out_format(out, "%s%s", before, field_row(f)->name);
			before = " ";
		}
	out_char(out, '\n');
}

static void
print_trial(struct out *out, const struct policy *policy, const struct rules_trial *trial)
{
	out_format(out, "test %s{", kind_row(trial->kind)->name);
	for (unsigned i = 0; i < trial->values_n; i++) {
		const struct rules_value *value = &policy->values[trial->values_at + i];

		out_format(out, "%s%s=", i == 0 ? "" : ", ",
			   value->field ? field_row(value->field)->name : value->name);
		print_quoted(out, value->text);
	}
	out_text(out, "} to ");
	print_parties(out, policy, trial->parties);
	out_text(out, " = ");
	print_set(out, &trial->expect);
	out_char(out, '\n');
}

void
print_policy(struct out *out, const struct policy *policy)
{
	print_names(out, policy);
	for (unsigned i = 0; i < policy->grants_n; i++) {
		const struct rules_grant *grant = &policy->grants[i];

		out_text(out, "release ");
		print_kinds(out, grant->kinds);
		out_text(out, " to ");
		print_parties(out, policy, grant->parties);
		out_text(out, " : ");
		print_set(out, &grant->items);
		print_conditions(out, policy, grant);
		out_char(out, '\n');
	}
	for (unsigned i = 0; i < policy->caps_n; i++)
		print_cap(out, policy, &policy->caps[i]);
	for (enum kind k = 1; k < KIND_COUNT; k++)
		if (policy->keep_ms[k] > 0) {
			out_format(out, "keep %s ", kind_row(k)->name);
			print_duration(out, policy->keep_ms[k]);
			out_char(out, '\n');
		}
	for (unsigned i = 0; i < policy->trials_n; i++)
		print_trial(out, policy, &policy->trials[i]);
}

/* The finest level stands for those under it. */
void
print_set(struct out *out, const struct field_set *set)
{
	const char *comma = "";

	for (enum field f = 1; f < FIELD_COUNT; f++) {
		unsigned level = rules_finest(set->mask[f]);
		const char *name = field_level_name(f, level);

		if (!set->mask[f])
			continue;
		out_format(out, "%s%s", comma, field_row(f)->name);
		if (name)
			out_format(out, "@%s", name);
		else if (level > 0)
			out_format(out, "@%u", level);
		comma = ", ";
	}
	if (comma[0] == '\0')
		out_text(out, "nothing");
}
