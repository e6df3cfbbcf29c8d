/*
 * Noninterference over random policies and records: what a party may not see changes nothing of
 * what it is given (ARCHITECTURE.md, what always holds).  Which fields a party may see or cause to
 * be read is worked out here from the lines as they are made up, not by the program.
 */
#include "release/maker_test.h"

enum { CASES = TEST_SLOW ? 10000000 : 100000, RECORDS_PER_POLICY = 40 };

/* What b may see of a kind, and what may be read on the way. */
struct open {
	struct field_set granted;
	bool reads[FIELD_COUNT];
	bool is_timed, is_stepped, is_manual;
};

static void
open_by(const struct line *lines, unsigned n, enum kind kind, struct open *open)
{
	struct field_set taken = {0};

	*open = (struct open){0};
	for (unsigned i = 0; i < n; i++) {
		const struct line *line = &lines[i];

		if (!(line->kinds >> kind & 1) || !(line->to & PARTY_B))
			continue;
		field_set_add(line->is_cap ? &taken : &open->granted, &line->items);
		for (unsigned f = 0; f < FIELD_COUNT; f++)
			open->reads[f] |= line->reads[f];
		open->is_timed |= line->is_timed;
		open->is_stepped |= line->is_stepped;
		open->is_manual |= line->is_manual;
	}
	for (unsigned f = 0; f < FIELD_COUNT; f++)
		open->granted.mask[f] &= (uint16_t)~taken.mask[f];
}

/* Under two policies only what both grant is given; either may read. */
static void
open_by_both(const struct open *more, struct open *open)
{
	field_set_keep(&open->granted, &more->granted);
	for (unsigned f = 0; f < FIELD_COUNT; f++)
		open->reads[f] |= more->reads[f];
	open->is_timed |= more->is_timed;
	open->is_stepped |= more->is_stepped;
	open->is_manual |= more->is_manual;
}

/* What the citing rule and the rules for the protection of people read besides. */
static void
open_by_design(enum kind kind, struct open *open)
{
	bool has_place = open->granted.mask[FIELD_PLACE] || open->granted.mask[FIELD_SHAPE];

	open->reads[FIELD_RE] = open->reads[FIELD_CITES] = open->reads[FIELD_LINK_TO] = true;
	if (kind == KIND_REQUEST)
		open->reads[FIELD_NEED] = open->reads[FIELD_PURPOSE] = true;
	if (has_place)
		open->reads[FIELD_TYPE] = open->reads[FIELD_UNIT] = true;
	if (open->is_manual)
		open->reads[FIELD_TYPE] = true;
	if (kind == KIND_COVERAGE)
		open->is_timed = true;
	for (enum field f = 1; f < FIELD_COUNT; f++)
		if (field_row(f)->is_loss && open->granted.mask[f])
			open->granted.mask[FIELD_FAMILIES] = 1;
}

static unsigned
finest(uint16_t mask)
{
	return mask ? 31U - (unsigned)__builtin_clz(mask) : 0;
}

/* Other digits behind those of `level`. */
static void
change_digits(struct law *law, struct value *value, unsigned level)
{
	struct place place;
	size_t n = strlen(value->place.mgrs), half = (n - 5) / 2;
	char text[16];

	(void)snprintf(text, sizeof text, "%s", value->place.mgrs);
	for (size_t i = level - 1; i < half; i++) {
		text[5 + i] = (char)('0' + below(law, 10));
		text[5 + half + i] = (char)('0' + below(law, 10));
	}
	if (place_of_mgrs(span_of(text), &place))
		value->place = place;
}

/* Another minute of the same hour, or of the same day. */
static void
change_minutes(struct law *law, struct value *value, unsigned level)
{
	int64_t step = level == WHEN_LEVEL_DAY ? 24 * HOUR : HOUR;
	int64_t late = value->when.to_ms / step * step, early = value->when.from_ms / step * step;

	if (value->when.precision != WHEN_MINUTE || level >= WHEN_LEVEL_MINUTE)
		return;
	value->when.from_ms = early + (int64_t)below(law, (unsigned)(step / 60000)) * 60000;
	value->when.to_ms = late + (int64_t)below(law, (unsigned)(step / 60000)) * 60000;
	if (value->when.to_ms < value->when.from_ms)
		value->when.to_ms = value->when.from_ms;
}

static void
change_field(struct law *law, const struct open *open, struct record *record, enum field field)
{
	struct value *value = &record->field[field];
	unsigned level = finest(open->granted.mask[field]);

	if (!open->granted.mask[field] && !open->reads[field]) {
		draw(law, record, field);
		return;
	}
	if (open->reads[field] || !value->is_set)
		return;
	if (field_row(field)->type == FIELD_TYPE_PLACE && value->place.level > level)
		change_digits(law, value, level);
	if (field_row(field)->type == FIELD_TYPE_WHEN)
		change_minutes(law, value, level);
}

/* A row of ask that is not b's. */
static void
change_ask(struct law *law, struct record *record)
{
	struct value *ask = &record->field[FIELD_ASK];
	struct ask *rows;

	if (!ask->is_set)
		return;
	rows = arena_array(law->arena, LIMIT_ASKS, sizeof *rows);
	for (unsigned i = 0; i < ask->asks.n; i++) {
		rows[i] = ask->asks.ask[i];
		if (strcmp(rows[i].party.name, "b") == 0)
			continue;
		rows[i].party.name[0] = below(law, 2) ? 'c' : 'd';
		rows[i].by_ms = FILED + (int64_t)below(law, 100) * HOUR;
	}
	ask->asks.ask = rows;
}

static void
change_secrets(struct law *law, const struct open *open, struct record *record)
{
	for (enum field f = 1; f < FIELD_COUNT; f++) {
		if (!kind_has(record->kind, f) || f == FIELD_KIND || f == FIELD_THREAD)
			continue;
		if (f == FIELD_ASK)
			change_ask(law, record);
		else if (f == FIELD_FILED)
			record->filed_ms += !open->granted.mask[f] && !open->is_timed
						? (int64_t)below(law, (unsigned)SAME_SLOT_MS)
						: 0;
		else
			change_field(law, open, record, f);
	}
}

/* What happened to the thread since: without a step nothing of it shows, with one what has its slot
 * by now, as if at any moment of that slot. */
static int64_t
change_newer(struct law *law, const struct open *open, const struct release_question *question)
{
	int64_t hour = question->newer_ms / HOUR * HOUR;
	bool is_to_come = question->now_ms < hour + SAME_SLOT_MS;

	if (!open->is_stepped || (question->newer_ms && is_to_come))
		return below(law, 2) ? 0 : question->now_ms - below(law, is_to_come ? 1 : 9000000);
	return question->newer_ms ? hour + below(law, (unsigned)SAME_SLOT_MS) : 0;
}

static void
same_for_b(struct law *law, const struct release_question *one, const struct release_answer *a,
	   const struct release_question *two, const struct release_answer *b)
{
	struct record *see_a = arena_take(law->arena, sizeof *see_a);
	struct record *see_b = arena_take(law->arena, sizeof *see_b);

	expect(law, is_same_answer(a, b), "b gets another answer");
	for (size_t i = 0; i < a->parts_n; i++) {
		record_narrow(one->record, &a->parts[i].give, see_a);
		record_narrow(two->record, &b->parts[i].give, see_b);
		/* The same statement: its moment is disclosed as a field or not at all. */
		if (!(a->parts[i].give.mask[FIELD_FILED]))
			see_a->filed_ms = see_b->filed_ms = 0;
		if (record_equal(see_a, see_b))
			continue;
		for (enum field f = 1; f < FIELD_COUNT; f++)
			if (memcmp(&see_a->field[f], &see_b->field[f], sizeof see_a->field[f]))
				print_error("%s ", field_row(f)->name);
		expect(law, false, "b sees another value");
	}
}

static bool
interfere(struct law *law, const struct policy *filed, const struct policy *now,
	  const struct open *opens, struct record *one, struct record *two)
{
	enum kind kind = KINDS[below(law, sizeof KINDS / sizeof KINDS[0])];
	const struct release_cite cite[] = {
	    {.field = FIELD_CITES, .is_own = true, .is_held = true},
	    {.field = FIELD_RE, .is_own = true, .is_held = below(law, 2) == 0},
	    {.field = FIELD_INCIDENT, .is_own = true, .is_held = below(law, 2) == 0}};
	struct release_question question, changed;
	struct release_answer a, b;

	draw_record(law, one, kind);
	*two = *one;
	change_secrets(law, &opens[kind], two);
	question = ask_about(law, now, one);
	question.policy_filed = filed;
	question.ground = below(law, 4) ? law->ground : NULL;
	question.cites = cite;
	question.cites_n = 3;
	changed = question;
	changed.record = two;
	changed.filed_ms = two->filed_ms;
	changed.newer_ms = change_newer(law, &opens[kind], &question);
	a = cut(law, &question);
	b = cut(law, &changed);
	same_for_b(law, &question, &a, &changed, &b);
	return a.parts_n > 0;
}

static struct policy *
make_policy(struct law *law)
{
	struct policy *policy;

	do
		make_lines(law);
	while (!(policy = read_lines(law)));
	return policy;
}

/* One policy, or in one case of four another one now than at filing. */
static void
make_policies(struct law *law, struct policy **filed, struct policy **now, struct open *opens)
{
	if (*filed != *now)
		policy_free(*filed);
	policy_free(*now);
	*filed = *now = make_policy(law);
	for (enum kind k = 1; k < KIND_COUNT; k++)
		open_by(law->line, law->lines_n, k, &opens[k]);
	if (below(law, 4) == 0) {
		*now = make_policy(law);
		for (enum kind k = 1; k < KIND_COUNT; k++) {
			struct open more;

			open_by(law->line, law->lines_n, k, &more);
			open_by_both(&more, &opens[k]);
		}
	}
	for (enum kind k = 1; k < KIND_COUNT; k++)
		open_by_design(k, &opens[k]);
}

static void
nothing_interferes(void **state)
{
	struct law *law = law_new(7);
	struct record *one = calloc(1, sizeof *one), *two = calloc(1, sizeof *two);
	struct policy *filed = NULL, *now = NULL;
	struct open opens[KIND_COUNT] = {0};
	unsigned given = 0;

	(void)state;
	for (unsigned i = 0; i < CASES; i++) {
		if (i % RECORDS_PER_POLICY == 0)
			make_policies(law, &filed, &now, opens);
		arena_reset(law->arena);
		given += interfere(law, filed, now, opens, one, two);
	}
	assert_true(given > CASES / 20); /* the cases are not all empty */
	if (filed != now)
		policy_free(filed);
	policy_free(now);
	free(one);
	free(two);
	law_free(law);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(nothing_interferes),
	};

	return cmocka_run_group_tests_name("release/noninterference", tests, NULL, NULL);
}
