/*
 * Promises the decision behind release_cut(): the only way content leaves a station.  It begins as
 * deny; grants add, caps and the program's own rules take away, and every level that stays behind
 * has its reason. Does not sign, send or remember anything.
 */
#include "release/cut.h"

#include "release/cite.h"
#include "release/halfarea.h"
#include "release/parts.h"
#include "release/protect.h"
#include "release/slot.h"

#include <stdio.h>
#include <string.h>

struct because {
	enum why why;
	unsigned line;
	const char *text;
};

struct cut {
	const struct release_question *question;
	const struct condition_assume *assume;
	struct arena *arena;
	struct field_set present;            /* what the record has */
	struct field_set left;               /* what the caps leave */
	struct field_set words;              /* its free text */
	int64_t delay_ms;                    /* before it no rule gives it */
	bool is_superseded;                  /* a line has it wait for a slot that is another's */
	struct because because[FIELD_COUNT]; /* the last thing that held a field back */
};

void
cut_present(const struct record *record, struct field_set *present)
{
	record_levels(record, present);
	present->mask[FIELD_NONE] = 0;
	present->mask[FIELD_KIND] = 1;
	present->mask[FIELD_THREAD] = 1;
	present->mask[FIELD_FILED] = record->filed_ms != 0;
}

static void
blame(struct cut *cut, enum field field, enum why why, unsigned line, const char *text)
{
	cut->because[field] = (struct because){why, line, text};
}

/* A grant came to nothing: said only where nothing else is known of the field. */
static void
blame_line(struct cut *cut, const struct rules_grant *grant)
{
	for (enum field f = 1; f < FIELD_COUNT; f++)
		if ((grant->items.mask[f] & cut->present.mask[f]) && !cut->because[f].line)
			blame(cut, f, WHY_NO_RULE, grant->line,
			      "the conditions of that line do not hold");
}

/* What a newer version goes for is not looked at: a grant more must not take anything away. */
static void
blame_newer(struct cut *cut, const struct rules_grant *grant)
{
	cut->is_superseded = true;
	for (enum field f = 1; f < FIELD_COUNT; f++)
		if (grant->items.mask[f] & cut->present.mask[f])
			blame(cut, f, WHY_SUPERSEDED, grant->line, "");
}

static bool
add_grant(struct cut *cut, const struct policy *policy, const struct rules_grant *grant,
	  struct parts *parts)
{
	int64_t filed_ms = cut->question->filed_ms;
	struct release_part like = {
	    .not_before_ms = slot_of(grant, cut->delay_ms, filed_ms),
	    .step_ms = grant->step_ms,
	    .until_ms = grant->until_ms ? filed_ms + grant->until_ms : 0,
	    .approvals = grant->manual,
	};
	struct field_set items = grant->items, words;

	parts_add_line(&like, grant->line);
	for (unsigned p = 0; p < policy->parties_n; p++)
		if (grant->onward >> p & 1)
			parts_add_party(&like.onward, &policy->party[p]);
	field_set_keep(&items, &cut->present);
	if (grant->manual == 0 || !protect_is_life_saving(cut->question->record))
		return parts_add(parts, &like, &items);
	/* A life does not wait for a second officer; words do, whatever the record is about. */
	words = items;
	field_set_keep(&words, &cut->words);
	for (enum field f = 1; f < FIELD_COUNT; f++)
		items.mask[f] &= (uint16_t)~words.mask[f];
	if (!parts_add(parts, &like, &words))
		return false;
	like.follow = grant->manual;
	like.approvals = 0;
	return parts_add(parts, &like, &items);
}

static unsigned
cap_line(const struct policy *policy, enum kind kind, int party, enum field field)
{
	for (unsigned i = 0; i < policy->caps_n; i++)
		if ((policy->caps[i].kinds >> kind & 1) && (policy->caps[i].parties >> party & 1) &&
		    policy->caps[i].takes.mask[field])
			return policy->caps[i].line;
	return 0;
}

static void
cap(struct cut *cut, const struct policy *policy, int party, struct release_part *part)
{
	enum kind kind = cut->question->record->kind;
	const struct field_set *left = &policy->left[kind][party];

	for (enum field f = 1; f < FIELD_COUNT; f++)
		if (part->give.mask[f] & ~left->mask[f])
			blame(cut, f, WHY_CAPPED, cap_line(policy, kind, party, f), "");
	field_set_keep(&part->give, left);
}

/* The decision.  It is deny until a grant fits; what grants add, caps cut. */
static enum err
decide(struct cut *cut, const struct policy *policy, struct parts *parts)
{
	enum kind kind = cut->question->record->kind;
	int party = rules_party(policy, &cut->question->recipient);
	const struct rules_grant *grant;

	*parts = (struct parts){0};
	if (party < 0)
		return ERR_OK;
	if (!parts_new(parts, cut->arena, (size_t)2 * RELEASE_CONDITIONS_MAX))
		return ERR_NOMEM;
	for (unsigned i = 0; (grant = rules_grant(policy, kind, party, i)) != NULL; i++) {
		if (!condition_holds(policy, grant, cut->question, cut->assume))
			blame_line(cut, grant);
		else if (slot_is_superseded(grant, cut->delay_ms, cut->question))
			blame_newer(cut, grant);
		else if (!add_grant(cut, policy, grant, parts))
			return ERR_LIMIT;
	}
	for (size_t i = 0; i < parts->n; i++)
		cap(cut, policy, party, &parts->part[i]);
	field_set_keep(&cut->left, &policy->left[kind][party]);
	return ERR_OK;
}

/* A record filed under one policy and cut under another gets what both allow (doc/policy.md). */
static enum err
decide_both(struct cut *cut, struct parts *parts)
{
	const struct release_question *question = cut->question;
	struct parts filed, now;
	enum err err = decide(cut, question->policy_now, &now);

	if (err || question->policy_filed == question->policy_now) {
		*parts = now;
		return err;
	}
	err = decide(cut, question->policy_filed, &filed);
	return err ? err : parts_both(&filed, &now, cut->arena, parts);
}

static void
protect(struct cut *cut, struct release_part *part)
{
	struct protect_took took[PROTECT_TOOK_MAX];
	enum field field = FIELD_NONE;
	unsigned n = protect_limit(cut->question, &cut->present, &cut->left, part, took);

	for (unsigned i = 0; i < n; i++)
		blame(cut, took[i].field, took[i].why, 0, took[i].text);
	if (cite_drop(cut->question, &part->give, &field))
		blame(cut, field, WHY_CITES_HELD_BACK, 0,
		      "the recipient does not hold what it refers to");
}

static bool
is_too_late(const struct cut *cut, const struct release_part *part)
{
	return part->until_ms &&
	       (cut->question->now_ms > part->until_ms || part->not_before_ms > part->until_ms);
}

static void
blame_all(struct cut *cut, const struct field_set *set, enum why why)
{
	for (enum field f = 1; f < FIELD_COUNT; f++)
		if (set->mask[f])
			blame(cut, f, why, 0, "");
}

/* The half-area rule looks at each delivery together with all that come before it. */
static enum err
half_area(struct cut *cut, struct parts *parts)
{
	const struct release_question *question = cut->question;
	struct field_set known = {0};

	if (question->given)
		known = *question->given;
	if (question->known)
		field_set_add(&known, question->known);
	for (size_t i = 0; i < parts->n; i++) {
		struct field_set *give = &parts->part[i].give;
		struct field_set before = *give;
		unsigned did = 0;
		enum err err =
		    halfarea_limit(question->record, question->ground, &known, give, &did);

		if (err)
			return err;
		for (enum field f = 1; did && f < FIELD_COUNT; f++)
			if (before.mask[f] != give->mask[f])
				blame(cut, f,
				      did & (HALFAREA_AREA_UNKNOWN | HALFAREA_PLACE_UNKNOWN)
					  ? WHY_AREA_UNKNOWN
					  : WHY_COARSENED,
				      0, "");
		field_set_add(&known, give);
	}
	return ERR_OK;
}

/* KIND and THREAD make a record of it; being asked without seeing the question's row is no use. */
static void
add_companions(const struct cut *cut, struct release_part *part)
{
	const struct value *ask = &cut->question->record->field[FIELD_ASK];
	uint16_t may = cut->left.mask[FIELD_ASK] & cut->present.mask[FIELD_ASK];

	part->give.mask[FIELD_KIND] |= 1;
	part->give.mask[FIELD_THREAD] |= 1;
	for (unsigned i = 0; ask->is_set && i < ask->asks.n && i < LIMIT_ASKS; i++)
		if (party_equal(&ask->asks.ask[i].party, &cut->question->recipient))
			part->give.mask[FIELD_ASK] |= (uint16_t)((2U << i | 1U) & may);
}

static void
describe(struct release_part *part, const char *because)
{
	size_t n = (size_t)snprintf(part->text, sizeof part->text, "%s", because);

	for (unsigned i = 0; i < part->lines_n && n < sizeof part->text - 40; i++)
		n += (size_t)snprintf(part->text + n, sizeof part->text - n, "%s%u",
				      i == 0 ? "line " : ", ", part->lines[i]);
	if (part->step_ms > 0 && n < sizeof part->text - 40)
		n += (size_t)snprintf(part->text + n, sizeof part->text - n, "; in steps of %lldm",
				      (long long)part->step_ms / 60000);
	if (part->approvals > 0 && n < sizeof part->text - 40)
		n += (size_t)snprintf(part->text + n, sizeof part->text - n, "; by decision of %u",
				      part->approvals);
	if (part->follow > 0 && n < sizeof part->text - 40)
		(void)snprintf(part->text + n, sizeof part->text - n, "; %u must sign within 12 h",
			       part->follow);
}

static void
finish_part(const struct cut *cut, struct release_part *part, const char *because)
{
	if (part->approvals > cut->question->approvals)
		part->why = WHY_NEEDS_OFFICERS;
	else if (part->not_before_ms > cut->question->now_ms)
		part->why = WHY_NOT_YET;
	describe(part, because);
}

static void
push_held(struct release_held *list, size_t *n, enum field field, uint16_t levels,
	  struct because because)
{
	list[(*n)++] = (struct release_held){
	    .field = field,
	    .levels = levels,
	    .why = because.why,
	    .line = because.line > UINT16_MAX ? UINT16_MAX : (uint16_t)because.line,
	    .text = because.text ? because.text : "",
	};
}

static struct because
reason_of(const struct cut *cut, enum field field)
{
	const struct field_row *row = field_row(field);

	if (cut->because[field].why)
		return cut->because[field];
	if (row->is_sealed)
		return (struct because){WHY_PROTECTED, 0, "sealed: it never leaves its station"};
	if (row->is_free)
		return (struct because){WHY_PROTECTED, 0, "free text leaves by hand only"};
	if (field == FIELD_ASK)
		return (struct because){WHY_PROTECTED, 0, "each party sees its own row only"};
	return (struct because){.why = WHY_NO_RULE};
}

/* Where nothing goes: what was held back though a line gave it, else that no line gave anything.
 * That free text and sealed fields need more than a line is no reason then. */
static enum why
reason_of_all(const struct cut *cut, const struct release_held *held, size_t n)
{
	enum why why = WHY_NO_RULE;

	if (n == 0 && cut->question->given)
		return WHY_GIVEN;
	for (size_t i = 0; i < n; i++) {
		if (held[i].why == WHY_CITES_HELD_BACK)
			return WHY_CITES_HELD_BACK;
		if (why == WHY_NO_RULE && cut->because[held[i].field].why)
			why = cut->because[held[i].field].why;
	}
	return why;
}

/* Every level that stays behind, with the last thing that held it back. */
static enum err
answer_with(const struct cut *cut, const struct parts *parts, struct release_answer *answer)
{
	struct release_held *held = arena_array(cut->arena, FIELD_COUNT, sizeof *held);
	struct field_set told = {0};
	size_t n = 0;

	if (!held)
		return ERR_NOMEM;
	if (cut->question->given)
		told = *cut->question->given;
	for (size_t i = 0; i < parts->n; i++)
		field_set_add(&told, &parts->part[i].give);
	if (cut->because[FIELD_NONE].why)
		push_held(held, &n, FIELD_NONE, 0, cut->because[FIELD_NONE]);
	for (enum field f = 1; f < FIELD_COUNT; f++) {
		uint16_t missing = cut->present.mask[f] & (uint16_t)~told.mask[f];

		if (missing && !field_row(f)->is_always)
			push_held(held, &n, f, missing, reason_of(cut, f));
	}
	*answer = (struct release_answer){parts->part, parts->n, held, n, WHY_NONE};
	if (parts->n == 0)
		answer->why = reason_of_all(cut, held, n);
	return ERR_OK;
}

static enum err
deny(struct cut *cut, enum why why, const char *text, struct release_answer *answer)
{
	struct release_held *held = arena_array(cut->arena, 1, sizeof *held);

	if (!held)
		return ERR_NOMEM;
	*held = (struct release_held){.why = why, .text = text};
	*answer = (struct release_answer){NULL, 0, held, 1, why};
	return ERR_OK;
}

/* What was given is not sent again. */
static void
drop_given(struct cut *cut, struct parts *parts)
{
	for (size_t i = 0; cut->question->given && i < parts->n;)
		if (field_set_covers(cut->question->given, &parts->part[i].give)) {
			parts_remove(parts, i);
			blame(cut, FIELD_NONE, WHY_GIVEN, 0, "");
		} else {
			i++;
		}
}

/* One part that no policy speaks about: to a sister, or a retraction. */
static enum err
give_set(struct cut *cut, const struct field_set *set, const char *because,
	 struct release_answer *answer)
{
	struct release_part like = {0};
	struct parts parts;

	if (!parts_new(&parts, cut->arena, 1) || !parts_add(&parts, &like, set))
		return ERR_NOMEM;
	drop_given(cut, &parts);
	if (parts.n > 0)
		finish_part(cut, &parts.part[0], because);
	return answer_with(cut, &parts, answer);
}

/* Own records travel whole to sisters, but for what is sealed (doc/policy.md). */
static enum err
give_sister(struct cut *cut, struct release_answer *answer)
{
	struct field_set set = cut->present;

	for (enum field f = 1; f < FIELD_COUNT; f++)
		if (field_row(f)->is_sealed)
			set.mask[f] = 0;
	return give_set(cut, &set, "to a station of the same party", answer);
}

/* Whoever received any of a thread hears, id only, that it was taken back. */
static enum err
give_notice(struct cut *cut, struct release_answer *answer)
{
	struct field_set set = {0};

	if (!cut->question->has_thread)
		return deny(cut, WHY_NO_RULE, "the party received nothing of that thread", answer);
	set.mask[FIELD_KIND] = set.mask[FIELD_THREAD] = set.mask[FIELD_RE] = 1;
	field_set_keep(&set, &cut->present);
	return give_set(cut, &set, "because the thread was received", answer);
}

/* What the program's own rules and the clock leave; conditions may have become the same by then. */
static enum err
narrow(struct cut *cut, const struct parts *granted, struct parts *parts)
{
	if (!parts_new(parts, cut->arena, granted->n))
		return ERR_NOMEM;
	for (size_t i = 0; i < granted->n; i++) {
		struct release_part part = granted->part[i];

		protect(cut, &part);
		if (is_too_late(cut, &part))
			blame_all(cut, &part.give, WHY_TOO_LATE);
		else if (!parts_add(parts, &part, &part.give))
			return ERR_INTERNAL;
	}
	parts_sort(parts);
	parts_prune(parts);
	return ERR_OK;
}

static enum err
give_by_policy(struct cut *cut, struct release_answer *answer)
{
	struct parts granted, parts;
	enum err err = decide_both(cut, &granted);

	if (!err)
		err = narrow(cut, &granted, &parts);
	if (!err && !cut->assume)
		err = half_area(cut, &parts);
	if (err)
		return err;
	for (size_t i = 0; i < parts.n;) {
		if (field_set_is_empty(&parts.part[i].give)) {
			parts_remove(&parts, i);
			continue;
		}
		add_companions(cut, &parts.part[i]);
		finish_part(cut, &parts.part[i++], "");
	}
	if (parts.n == 0 && cut->is_superseded)
		blame(cut, FIELD_NONE, WHY_SUPERSEDED, 0, "");
	drop_given(cut, &parts);
	return answer_with(cut, &parts, answer);
}

enum err
cut_decide(const struct release_question *question, const struct condition_assume *assume,
	   struct arena *arena, struct release_answer *answer)
{
	struct cut cut = {.question = question, .assume = assume, .arena = arena};
	enum field field;
	enum why why;

	*answer = (struct release_answer){0};
	cut_present(question->record, &cut.present);
	if (assume)
		field_set_add(&cut.present, &assume->present);
	memset(&cut.left, 0xff, sizeof cut.left);
	for (enum field f = 1; f < FIELD_COUNT; f++)
		cut.words.mask[f] = field_row(f)->is_free ? UINT16_MAX : 0;
	if (question->is_sister)
		return give_sister(&cut, answer);
	if (question->record->kind == KIND_RETRACT || question->record->kind == KIND_ERASE)
		return give_notice(&cut, answer);
	cut.delay_ms = protect_delay_ms(question->record, &cut.present);
	why = protect_refuses(question->record, &cut.present);
	if (why)
		return deny(&cut, why, "", answer);
	if (question->is_retracted)
		return deny(&cut, WHY_RETRACTED, "", answer);
	why = cite_refuses(question, &field);
	if (why)
		return deny(&cut, why, field_row(field)->name, answer);
	return give_by_policy(&cut, answer);
}
