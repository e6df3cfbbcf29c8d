/*
 * Promises what `seam policy check` shows: test lines run, cells listed, gaps named.
 */
#include "release/check.h"

#include "release/print.h"
#include "release/trial.h"

enum { CONDITIONS_MAX = 8192, LINE_MAX_SHOWN = 96 };

enum err
check_tests(const struct policy *policy, struct policy_faults *faults)
{
	*faults = (struct policy_faults){0};
	for (unsigned i = 0; i < policy->trials_n; i++) {
		struct policy_fault fault = {0};
		bool holds;
		enum err err = trial_run(policy, i, &holds, &fault);

		if (err)
			return err;
		if (!holds)
			parse_add_fault(faults, &fault);
	}
	return faults->n > 0 ? ERR_REFUSED : ERR_OK;
}

struct report {
	const struct policy *policy;
	const struct party *own;
	enum check_form form;
	bool is_json;
	const char *comma;
	struct out *out;
};

static bool
is_for_rules(enum kind kind)
{
	return kind_row(kind)->nature != KIND_NATURE_HOUSE && kind != KIND_RETRACT &&
	       kind != KIND_ERASE;
}

static void
tell_grant(const struct report *report, const struct rules_grant *grant, const char *comma)
{
	struct out *out = report->out;
	struct out text = out_new(CONDITIONS_MAX);

	if (report->is_json) {
		out_format(out, "%s{\"line\":%u,\"items\":\"", comma, grant->line);
		print_set(out, &grant->items);
		out_text(out, "\",\"conditions\":");
		print_conditions(&text, report->policy, grant);
		out_json(out, span_trim(out_view(&text)));
		out_char(out, '}');
	} else {
		out_format(out, "    line %-4u ", grant->line);
		print_set(out, &grant->items);
		print_conditions(out, report->policy, grant);
		out_char(out, '\n');
	}
	out_free(&text);
}

static void
tell_cell(struct report *report, enum kind kind, int party)
{
	const struct rules_grant *grant;
	struct out *out = report->out;
	const char *name = report->policy->party[party].name;

	if (report->is_json)
		out_format(out, "%s{\"kind\":\"%s\",\"party\":\"%s\",\"rules\":[", report->comma,
			   kind_row(kind)->name, name);
	else if (report->form == CHECK_FULL || rules_grant(report->policy, kind, party, 0))
		out_format(out, "%s to %s%s\n", kind_row(kind)->name, name,
			   rules_grant(report->policy, kind, party, 0) ? "" : ": nothing");
	for (unsigned i = 0; (grant = rules_grant(report->policy, kind, party, i)) != NULL; i++)
		tell_grant(report, grant, i ? "," : "");
	if (report->is_json)
		out_text(out, "]}");
	report->comma = ",";
}

static void
warn_cell(struct report *report, enum kind kind, int party)
{
	struct out *out = report->out;
	const char *name = report->policy->party[party].name;

	if (rules_grant(report->policy, kind, party, 0))
		return;
	if (report->is_json)
		out_format(out, "%s\"nothing of %s is released to %s\"", report->comma,
			   kind_row(kind)->name, name);
	else
		out_format(out, "warning: nothing of %s is released to %s\n", kind_row(kind)->name,
			   name);
	report->comma = ",";
}

/* A field that some rule could release but none does, of kinds that are released at all. */
static bool
is_forgotten(const struct policy *policy, enum field field)
{
	const struct field_row *row = field_row(field);
	bool is_offered = false;

	if (row->is_sealed || row->is_free || row->is_always || field == FIELD_ASK)
		return false;
	for (unsigned i = 0; i < policy->grants_n; i++) {
		if (policy->grants[i].items.mask[field])
			return false;
		for (enum kind k = 1; k < KIND_COUNT; k++)
			is_offered |= (policy->grants[i].kinds >> k & 1) && kind_has(k, field);
	}
	return is_offered;
}

static void
warn_field(struct report *report, enum field field)
{
	if (!is_forgotten(report->policy, field))
		return;
	if (report->is_json)
		out_format(report->out, "%s\"no rule releases %s\"", report->comma,
			   field_row(field)->name);
	else
		out_format(report->out, "warning: no rule releases %s\n", field_row(field)->name);
	report->comma = ",";
}

static void
each_cell(struct report *report, void (*tell)(struct report *, enum kind, int))
{
	report->comma = "";
	for (enum kind k = 1; k < KIND_COUNT; k++)
		for (unsigned p = 0; is_for_rules(k) && p < report->policy->parties_n; p++)
			if (!report->own || !party_equal(&report->policy->party[p], report->own))
				tell(report, k, (int)p);
}

/* A name in a list that is broken before it grows wider than a terminal. */
static void
add_name(struct report *report, size_t *begin, const char *name)
{
	struct out *out = report->out;
	bool is_broken = out->n + span_of(name).n + 2 > *begin + LINE_MAX_SHOWN;

	out_text(out, *report->comma ? "," : ":");
	out_text(out, is_broken ? "\n    " : " ");
	if (is_broken)
		*begin = out->n - 4;
	out_text(out, name);
	report->comma = ",";
}

/* The kinds of which a party gets nothing, in one warning. */
static void
gather_party(struct report *report, unsigned party)
{
	const char *name = report->policy->party[party].name;
	size_t begin = report->out->n;
	unsigned missing = 0, all = 0;

	for (enum kind k = 1; k < KIND_COUNT; k++) {
		all += is_for_rules(k);
		missing += is_for_rules(k) && !rules_grant(report->policy, k, (int)party, 0);
	}
	if (missing == 0)
		return;
	report->comma = "";
	if (missing == all) {
		out_format(report->out, "warning: nothing at all is released to %s%s\n", name,
			   report->own ? "" : " (unless it is the own party)");
		return;
	}
	out_format(report->out, "warning: to %s nothing is released of", name);
	for (enum kind k = 1; k < KIND_COUNT; k++)
		if (is_for_rules(k) && !rules_grant(report->policy, k, (int)party, 0))
			add_name(report, &begin, kind_row(k)->name);
	out_char(report->out, '\n');
}

static void
gather_fields(struct report *report)
{
	size_t begin = report->out->n;

	report->comma = "";
	for (enum field f = 1; f < FIELD_COUNT; f++) {
		if (!is_forgotten(report->policy, f))
			continue;
		if (!*report->comma)
			out_text(report->out, "warning: no rule releases");
		add_name(report, &begin, field_row(f)->name);
	}
	if (*report->comma)
		out_char(report->out, '\n');
}

static void
gather_warnings(struct report *report)
{
	for (unsigned p = 0; p < report->policy->parties_n; p++)
		if (!report->own || !party_equal(&report->policy->party[p], report->own))
			gather_party(report, p);
	gather_fields(report);
}

enum err
check_report(const struct policy *policy, const struct party *own, enum check_form form,
	     struct out *out)
{
	struct report report = {policy, own, form, form == CHECK_JSON, "", out};

	if (report.is_json)
		out_format(out, "{\"tests\":%u,\"cells\":[", policy->trials_n);
	each_cell(&report, tell_cell);
	if (form == CHECK_SHORT) {
		gather_warnings(&report);
		return out_err(out);
	}
	if (report.is_json)
		out_text(out, "],\"warnings\":[");
	each_cell(&report, warn_cell);
	for (enum field f = 1; f < FIELD_COUNT; f++)
		warn_field(&report, f);
	if (report.is_json)
		out_text(out, "]}");
	return out_err(out);
}
