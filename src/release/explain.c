/*
 * Promises for every field of a record, which lines speak about it and what came
 * of them.  Decides nothing itself; the result is that of the cut.
 */
#include "release/explain.h"

#include "model/when.h"
#include "release/cut.h"
#include "release/print.h"

enum { SCRATCH_MAX = 65536 };

struct explain {
	const struct release_question *question;
	const struct policy *policy; /* now, else at filing; may be NULL */
	int party;
	struct release_answer answer;
	struct field_set gives;
	bool is_json;
	struct out *out;
};

static const struct release_held *
held_of(const struct explain *explain, enum field field)
{
	for (size_t i = 0; i < explain->answer.held_n; i++)
		if (explain->answer.held[i].field == field)
			return &explain->answer.held[i];
	return NULL;
}

static void
write_item(struct out *out, enum field field, uint16_t mask)
{
	struct field_set one = {0};

	one.mask[field] = mask;
	print_set(out, &one);
}

/* One line of the policy that speaks about the field. */
static void
tell_line(const struct explain *explain, unsigned line, const char *does, const char *comma,
	  struct span text)
{
	struct out *out = explain->out;

	if (explain->is_json) {
		out_format(out, "%s{\"line\":%u,\"does\":\"%s\",\"text\":", comma, line, does);
		out_json(out, text);
		out_char(out, '}');
	} else {
		out_format(out, "    line %-4u %s: ", line, does);
		out_span(out, text);
		out_char(out, '\n');
	}
}

static void
tell_lines(const struct explain *explain, enum field field)
{
	const struct policy *policy = explain->policy;
	enum kind kind = explain->question->record->kind;
	struct out text = out_new(SCRATCH_MAX);
	const struct rules_grant *grant;
	const char *comma = "";

	for (unsigned i = 0; (grant = rules_grant(policy, kind, explain->party, i)) != NULL; i++) {
		bool holds = condition_holds(policy, grant, explain->question, NULL);

		if (!grant->items.mask[field])
			continue;
		out_reset(&text);
		write_item(&text, field, grant->items.mask[field]);
		print_conditions(&text, policy, grant);
		tell_line(explain, grant->line, holds ? "grants" : "does not apply", comma,
			  out_view(&text));
		comma = ",";
	}
	for (unsigned i = 0; i < policy->caps_n; i++) {
		const struct rules_cap *cap = &policy->caps[i];

		if (!(cap->kinds >> kind & 1) || !(cap->parties >> explain->party & 1) ||
		    !cap->takes.mask[field])
			continue;
		out_reset(&text);
		out_text(&text, cap->takes.mask[field] == UINT16_MAX ? "never " : "at best ");
		write_item(
		    &text, field,
		    cap->takes.mask[field] == UINT16_MAX ? 1 : (uint16_t)~cap->takes.mask[field]);
		tell_line(explain, cap->line, "caps", comma, out_view(&text));
		comma = ",";
	}
	out_free(&text);
}

static bool
is_granted(const struct explain *explain, enum field field, struct out *lines)
{
	const struct policy *policy = explain->policy;
	const struct rules_grant *grant;
	bool any = false;

	for (unsigned i = 0;
	     explain->party >= 0 && (grant = rules_grant(policy, explain->question->record->kind,
							 explain->party, i)) != NULL;
	     i++)
		if (grant->items.mask[field] &&
		    condition_holds(policy, grant, explain->question, NULL)) {
			if (lines)
				out_format(lines, "%s%u", any ? "," : "", grant->line);
			any = true;
		}
	return any;
}

/* The levels of a field that one policy by itself would give. */
static uint16_t
levels_by(const struct release_question *question, const struct policy *policy, enum field field)
{
	enum kind kind = question->record->kind;
	int party = rules_party(policy, &question->recipient);
	const struct rules_grant *grant;
	uint16_t levels = 0;

	for (unsigned i = 0; party >= 0 && (grant = rules_grant(policy, kind, party, i)) != NULL;
	     i++)
		if (condition_holds(policy, grant, question, NULL))
			levels |= grant->items.mask[field];
	return party < 0 ? 0 : (uint16_t)(levels & policy->left[kind][party].mask[field]);
}

/* Whether something that is missing would go if the policy in force had been so at filing. */
static bool
was_not_given(const struct release_question *question, const struct release_held *held)
{
	return question->policy_filed != question->policy_now &&
	       (levels_by(question, question->policy_now, held->field) & held->levels &
		~levels_by(question, question->policy_filed, held->field)) != 0;
}

static const char *
because_of(const struct explain *explain, const struct release_held *held)
{
	if (held->why == WHY_NO_RULE && held->field && was_not_given(explain->question, held))
		return "the policy at the time of filing did not give it";
	/* the text of that refusal is only the name of the field that refers to the other record */
	if ((held->why == WHY_CITES_HELD_BACK || held->why == WHY_STAYS_HOME) && !held->field)
		return why_text(held->why);
	return held->text[0] ? held->text : why_text(held->why);
}

const char *
explain_coarser(const struct release_answer *answer, const struct release_held *held)
{
	struct field_set gives = {0};

	for (size_t i = 0; i < answer->parts_n; i++)
		field_set_add(&gives, &answer->parts[i].give);
	return held->field ? field_level_name(held->field, rules_finest(gives.mask[held->field]))
			   : NULL;
}

void
explain_held(struct out *out, const struct release_answer *answer, const struct release_held *held)
{
	const char *coarser = explain_coarser(answer, held);

	const char *name = held->field ? field_row(held->field)->name : "the record";

	if (coarser)
		out_format(out, "%s finer than %s: ", name, coarser);
	else
		out_format(out, "not %s: ", name);
	if (coarser && held->why == WHY_NO_RULE && !held->text[0])
		out_text(out, "no rule");
	else
		out_format(out, "%s%s%s", why_text(held->why), held->text[0] ? ": " : "",
			   held->text);
}

static void
tell_json(const struct explain *explain, enum field field, const char *comma)
{
	const struct release_held *held = held_of(explain, field);
	struct out *out = explain->out;

	out_format(out, "%s{\"field\":\"%s\",\"gives\":\"", comma, field_row(field)->name);
	if (explain->gives.mask[field])
		write_item(out, field, explain->gives.mask[field]);
	out_text(out, "\",\"granted\":[");
	(void)is_granted(explain, field, out);
	out_text(out, "],\"lines\":[");
	if (explain->party >= 0)
		tell_lines(explain, field);
	out_format(out, "],\"why\":\"%s\",\"because\":", held ? why_code(held->why) : "none");
	out_json(out, span_of(held ? because_of(explain, held) : ""));
	out_char(out, '}');
}

static void
tell_text(const struct explain *explain, enum field field)
{
	const struct release_held *held = held_of(explain, field);
	struct out *out = explain->out;

	out_format(out, "  %-12s ", field_row(field)->name);
	if (explain->gives.mask[field])
		write_item(out, field, explain->gives.mask[field]);
	else
		out_text(out, "nothing");
	if (held) {
		const char *because = because_of(explain, held);
		const char *coarser = explain_coarser(&explain->answer, held);

		if (coarser && because == why_text(WHY_NO_RULE))
			out_format(out, "  [finer than %s: no rule", coarser);
		else
			out_format(out, "  [%s", because);
		if (held->line)
			out_format(out, ", line %u", held->line);
		out_char(out, ']');
	}
	out_char(out, '\n');
	if (explain->party >= 0)
		tell_lines(explain, field);
}

static void
tell_part(const struct explain *explain, const struct release_part *part, const char *comma)
{
	struct out *out = explain->out;

	if (!explain->is_json) {
		out_text(out, "gives ");
		print_set(out, &part->give);
		out_format(out, "\n    %s; %s", part->text,
			   part->why ? why_text(part->why) : "may go now");
		if (part->not_before_ms > explain->question->now_ms) {
			out_text(out, ", not before ");
			when_write_iso(out, part->not_before_ms);
		}
		out_char(out, '\n');
		return;
	}
	out_format(out, "%s{\"gives\":\"", comma);
	print_set(out, &part->give);
	out_format(out, "\",\"not_before\":%lld,\"until\":%lld,\"onward\":[",
		   (long long)part->not_before_ms, (long long)part->until_ms);
	for (unsigned i = 0; i < part->onward.n; i++)
		out_format(out, "%s\"%s\"", i ? "," : "", part->onward.party[i].name);
	out_format(out, "],\"approvals\":%u,\"follow\":%u,\"why\":\"%s\",\"lines\":[",
		   part->approvals, part->follow, why_code(part->why));
	for (unsigned i = 0; i < part->lines_n; i++)
		out_format(out, "%s%u", i ? "," : "", part->lines[i]);
	out_text(out, "]}");
}

static void
tell_whole(const struct explain *explain)
{
	const struct release_held *held = held_of(explain, FIELD_NONE);
	struct out *out = explain->out;

	if (explain->is_json) {
		out_format(out,
			   "],\"why\":\"%s\",\"because\":", held ? why_code(held->why) : "none");
		out_json(out, span_of(held ? because_of(explain, held) : ""));
		out_text(out, ",\"fields\":[");
	} else if (held) {
		out_format(out, "the whole record: %s\n", because_of(explain, held));
	} else if (explain->answer.parts_n == 0) {
		out_text(out, "gives nothing\n");
	}
}

static void
tell(const struct explain *explain)
{
	const struct release_question *question = explain->question;
	struct field_set present;
	const char *comma = "";

	cut_present(question->record, &present);
	if (explain->is_json)
		out_format(explain->out, "{\"party\":\"%s\",\"kind\":\"%s\",\"parts\":[",
			   question->recipient.name, kind_row(question->record->kind)->name);
	else
		out_format(explain->out, "%s to %s\n", kind_row(question->record->kind)->name,
			   question->recipient.name);
	for (size_t i = 0; i < explain->answer.parts_n; i++)
		tell_part(explain, &explain->answer.parts[i], i ? "," : "");
	tell_whole(explain);
	for (enum field f = 1; f < FIELD_COUNT; f++) {
		if (!present.mask[f] || field_row(f)->is_always)
			continue;
		if (explain->is_json)
			tell_json(explain, f, comma);
		else
			tell_text(explain, f);
		comma = ",";
	}
	if (explain->is_json)
		out_text(explain->out, "]}");
}

enum err
explain_record(const struct release_question *question, struct arena *arena, bool is_json,
	       struct out *out)
{
	struct explain explain = {
	    .question = question,
	    .policy = question->policy_now ? question->policy_now : question->policy_filed,
	    .is_json = is_json,
	    .out = out,
	};
	enum err err = cut_decide(question, NULL, arena, &explain.answer);

	if (err)
		return err;
	explain.party =
	    question->is_sister ? -1 : rules_party(explain.policy, &question->recipient);
	for (size_t i = 0; i < explain.answer.parts_n; i++)
		field_set_add(&explain.gives, &explain.answer.parts[i].give);
	tell(&explain);
	return out_err(out);
}
