/*
 * Promises one statement of the policy language each: a row of the table names its first word.
 */
#include "release/statement.h"

#include "release/suggest.h"
#include "release/trial.h"

#include <string.h>

/* House kinds go by other ways or not at all; retractions follow what was given by themselves. */
static bool
check_kinds(struct parse *parse, const struct lexer_token *token, uint32_t kinds)
{
	for (enum kind k = 1; k < KIND_COUNT; k++) {
		if (!(kinds >> k & 1))
			continue;
		if (kind_row(k)->nature == KIND_NATURE_HOUSE)
			return parse_fault_at(parse, token,
					      "`%s` is the station's own and is not released by "
					      "rule",
					      kind_row(k)->name);
		if (k == KIND_RETRACT || k == KIND_ERASE)
			return parse_fault_at(parse, token,
					      "`%s` goes by itself to whoever received any of the "
					      "thread",
					      kind_row(k)->name);
	}
	return true;
}

static bool
read_party(struct parse *parse)
{
	struct policy *policy = parse->policy;

	if (parse_is_end(parse))
		return parse_fault(parse, "name at least one party");
	while (!parse_is_end(parse)) {
		struct party party;

		if (!party_read(parse->lexer.token.text, &party))
			return parse_fault(parse,
					   "the name of a party is small letters, digits and "
					   "-, at most 15");
		if (rules_party(policy, &party) >= 0)
			return parse_fault(parse, "party `%s` is named already", party.name);
		if (lexer_is(&parse->lexer, "any"))
			return parse_fault(parse, "`any` is a word of the language");
		if (policy->parties_n == LIMIT_PARTIES)
			return parse_fault(parse, "more than %d parties", LIMIT_PARTIES);
		policy->party[policy->parties_n++] = party;
		lexer_next(&parse->lexer);
	}
	return true;
}

static bool
read_group(struct parse *parse)
{
	struct policy *policy = parse->policy;
	struct rules_group group = {0};

	if (!parse_new_name(parse, group.name) || !parse_expect(parse, "=", "the group's name"))
		return false;
	if (parse_is_end(parse))
		return parse_fault(parse,
				   "an empty group is an error: it could be read as everyone");
	while (!parse_is_end(parse))
		if (!parse_who(parse, &group.parties))
			return false;
	if (policy->groups_n == LIMIT_GROUPS)
		return parse_fault(parse, "more than %d groups", LIMIT_GROUPS);
	policy->group[policy->groups_n++] = group;
	return true;
}

static bool
read_fields(struct parse *parse)
{
	struct policy *policy = parse->policy;
	struct rules_list list = {0};

	if (!parse_new_name(parse, list.name) || !parse_expect(parse, "=", "the list's name"))
		return false;
	if (parse_is_end(parse))
		return parse_fault(parse, "name at least one field");
	while (!parse_is_end(parse)) {
		enum field field;

		if (!parse_field(parse, &field))
			return false;
		if (lexer_is(&parse->lexer, "@"))
			return parse_fault(parse, "a list holds fields without precision: give it "
						  "where the list is used");
		list.fields.mask[field] = 1;
	}
	if (policy->lists_n == RULES_LISTS_MAX)
		return parse_fault(parse, "more than %d lists of fields", RULES_LISTS_MAX);
	policy->list[policy->lists_n++] = list;
	return true;
}

static bool
read_zone(struct parse *parse)
{
	struct policy *policy = parse->policy;
	struct rules_zone *zone = &policy->zone[policy->zones_n];

	if (policy->zones_n == RULES_ZONES_MAX)
		return parse_fault(parse, "more than %d zones", RULES_ZONES_MAX);
	memset(zone, 0, sizeof *zone);
	if (!parse_new_name(parse, zone->name) || !parse_expect(parse, "=", "the zone's name"))
		return false;
	if (parse_is_end(parse))
		return parse_fault(parse, "name at least one square, as 38SMD4525");
	for (; !parse_is_end(parse); zone->n++) {
		if (zone->n == RULES_SQUARES_MAX)
			return parse_fault(parse, "more than %d squares", RULES_SQUARES_MAX);
		if (mgrs_cell(parse->lexer.token.text, &zone->cell[zone->n]) != ERR_OK ||
		    !span_copy(zone->square[zone->n], MGRS_TEXT_MAX, parse->lexer.token.text))
			return parse_fault(parse, "not a grid square in the form 38SMD4525");
		lexer_next(&parse->lexer);
	}
	policy->zones_n++;
	return true;
}

static bool
read_near(struct parse *parse, struct rules_test *test)
{
	int zone;

	lexer_next(&parse->lexer);
	if (!parse_distance(parse, &test->number) || !parse_expect(parse, "of", "the distance"))
		return false;
	if (lexer_is(&parse->lexer, "seam")) {
		test->compare = RULES_NEAR_SEAM;
	} else if (lexer_is(&parse->lexer, "boundary")) {
		test->compare = RULES_NEAR_BOUNDARY;
		lexer_text(&parse->lexer);
		if (parse->lexer.token.kind != LEXER_WORD || parse->lexer.token.text.n == 0 ||
		    !span_copy(test->text, sizeof test->text, parse->lexer.token.text))
			return parse_fault(parse, "the name of a boundary is expected here");
	} else {
		zone = parse_zone(parse, parse->lexer.token.text);
		if (parse_is_end(parse) || zone < 0)
			return parse_fault(parse,
					   "a zone of this policy, `boundary NAME` or `seam` "
					   "is expected here");
		test->compare = RULES_NEAR_ZONE;
		test->zone = (unsigned)zone;
	}
	lexer_next(&parse->lexer);
	return true;
}

static bool
no_such_code(struct parse *parse, enum field field)
{
	struct suggest suggest = suggest_for(parse->lexer.token.text);
	enum vocab vocab = field_row(field)->vocab;
	char hint[96];

	for (unsigned i = 0; i < vocab_size(vocab); i++)
		suggest_offer(&suggest, vocab_code(vocab, i));
	suggest_text(&suggest, hint, sizeof hint);
	return parse_fault(parse, "`%s` has no value of that name%s", field_row(field)->name, hint);
}

/* "atk" stands for every type that begins with "atk.". */
static bool
is_family(struct span text)
{
	for (unsigned i = 0; i < vocab_size(VOCAB_TYPE); i++) {
		struct span code = span_of(vocab_code(VOCAB_TYPE, i));
		ptrdiff_t dot = span_find(code, '.');

		if (dot > 0 && span_equal((struct span){code.p, (size_t)dot}, text))
			return true;
	}
	return false;
}

static bool
read_code(struct parse *parse, bool is_at_least, struct rules_test *test)
{
	struct span text = parse->lexer.token.text;
	unsigned code;

	if (is_at_least && test->field != FIELD_SEVERITY)
		return parse_fault(parse, "only severity, numbers and quantities have an order");
	if (vocab_find(field_row(test->field)->vocab, text, &code)) {
		test->compare = is_at_least ? RULES_AT_LEAST_CODE : RULES_IS_CODE;
		test->number = code;
		return true;
	}
	if (test->field == FIELD_TYPE && is_family(text)) {
		test->compare = RULES_IS_FAMILY;
		return span_copy(test->text, sizeof test->text, text);
	}
	return no_such_code(parse, test->field);
}

static bool
read_number(struct parse *parse, bool is_at_least, struct rules_test *test)
{
	test->compare = is_at_least ? RULES_AT_LEAST : RULES_IS_NUMBER;
	if (!span_int(parse->lexer.token.text, 0, INT32_MAX, &test->number))
		return parse_fault(parse, "a whole number is expected here");
	return true;
}

static bool
read_text(struct parse *parse, bool is_at_least, struct rules_test *test)
{
	if (is_at_least)
		return parse_fault(parse, "only severity, numbers and quantities have an order");
	test->compare = RULES_IS_TEXT;
	if (!span_copy(test->text, sizeof test->text, parse->lexer.token.text))
		return parse_fault(parse, "too long a value");
	return true;
}

static bool
read_value(struct parse *parse, bool is_at_least, struct rules_test *test)
{
	switch (field_row(test->field)->type) {
	case FIELD_TYPE_CODE:
	case FIELD_TYPE_CODES:
		return read_code(parse, is_at_least, test);
	case FIELD_TYPE_NUMBER:
	case FIELD_TYPE_QUANTITY:
		return read_number(parse, is_at_least, test);
	case FIELD_TYPE_NAME:
	case FIELD_TYPE_PARTY:
	case FIELD_TYPE_PARTIES:
		return read_text(parse, is_at_least, test);
	case FIELD_TYPE_LINE:
	case FIELD_TYPE_FREE:
	case FIELD_TYPE_WHEN:
	case FIELD_TYPE_INSTANT:
	case FIELD_TYPE_PLACE:
	case FIELD_TYPE_SHAPE:
	case FIELD_TYPE_GRADE:
	case FIELD_TYPE_ID:
	case FIELD_TYPE_IDS:
	case FIELD_TYPE_ASKS:
	case FIELD_TYPE_HEADS:
	case FIELD_TYPE_DOC:
	case FIELD_TYPE_COUNT:
		break;
	}
	return parse_fault(parse,
			   "a condition cannot compare `%s`: it takes codes, names, numbers, "
			   "quantities and parties",
			   field_row(test->field)->name);
}

static bool
read_test(struct parse *parse, uint32_t kinds, struct rules_test *test)
{
	struct lexer_token token = parse->lexer.token;
	bool is_at_least, is_known = false;

	if (lexer_is(&parse->lexer, "within"))
		return read_near(parse, test);
	if (lexer_is(&parse->lexer, "enters"))
		return parse_fault(parse, "`enters` is not supported yet: use `within`");
	if (!parse_field(parse, &test->field))
		return false;
	for (enum kind k = 1; k < KIND_COUNT; k++)
		is_known |= (kinds >> k & 1) && kind_has(k, test->field);
	if (!is_known)
		return parse_fault_at(parse, &token,
				      "no kind named on this line has the field `%s`",
				      field_row(test->field)->name);
	is_at_least = parse->lexer.token.kind == LEXER_ATLEAST;
	if (!is_at_least && !lexer_is(&parse->lexer, "="))
		return parse_fault(parse, "= or >= is expected here");
	lexer_text(&parse->lexer);
	if (parse->lexer.token.kind != LEXER_WORD)
		return parse_fault(parse, "a value is expected here");
	if (!read_value(parse, is_at_least, test))
		return false;
	lexer_next(&parse->lexer);
	return true;
}

static bool
read_if(struct parse *parse, struct rules_grant *grant)
{
	struct policy *policy = parse->policy;

	if (grant->tests_n > 0)
		return parse_fault(parse, "one `if` to a line: join its tests with `and`");
	grant->tests_at = policy->tests_n;
	do {
		struct rules_test *test;

		lexer_next(&parse->lexer);
		if (grant->tests_n == RULES_TESTS_MAX)
			return parse_fault(parse, "more than %d tests", RULES_TESTS_MAX);
		test = parse_grow(parse, (void **)&policy->tests, policy->tests_n, sizeof *test);
		if (!test || !read_test(parse, grant->kinds, test))
			return false;
		policy->tests_n++;
		grant->tests_n++;
	} while (lexer_is(&parse->lexer, "and"));
	return true;
}

static bool
read_manual(struct parse *parse, struct rules_grant *grant)
{
	int64_t n;

	lexer_next(&parse->lexer);
	if (parse->lexer.token.kind != LEXER_WORD || !span_int(parse->lexer.token.text, 1, 9, &n))
		return parse_fault(parse, "how many officers: a number from 1 to 9");
	grant->manual = (unsigned)n;
	lexer_next(&parse->lexer);
	return true;
}

static bool
twice(struct parse *parse)
{
	return parse_fault(parse, "this condition stands on the line already");
}

static bool
read_condition(struct parse *parse, struct rules_grant *grant)
{
	if (lexer_is(&parse->lexer, "after")) {
		if (grant->after_ms > 0)
			return twice(parse);
		lexer_next(&parse->lexer);
		return parse_duration(parse, &grant->after_ms);
	}
	if (lexer_is(&parse->lexer, "until")) {
		if (grant->until_ms > 0)
			return twice(parse);
		lexer_next(&parse->lexer);
		return parse_duration(parse, &grant->until_ms);
	}
	if (lexer_is(&parse->lexer, "if"))
		return read_if(parse, grant);
	if (lexer_is(&parse->lexer, "onward")) {
		lexer_next(&parse->lexer);
		return parse_whos(parse, false, &grant->onward);
	}
	if (lexer_is(&parse->lexer, "manual"))
		return grant->manual ? twice(parse) : read_manual(parse, grant);
	if (lexer_is(&parse->lexer, "step"))
		return parse_fault(parse, "`step` is not supported yet: use `after`");
	return parse_fault(parse, "a comma and a field, or after, until, if, onward or manual is "
				  "expected here");
}

static bool
check_grant(struct parse *parse, const struct lexer_token *token, const struct rules_grant *grant)
{
	for (enum field f = 1; f < FIELD_COUNT; f++)
		if (grant->items.mask[f] && grant->manual == 0 && (field_row(f)->is_free))
			return parse_fault_at(parse, token,
					      "`%s` is free text and leaves by hand only: put it "
					      "on a line of its own with `manual 1`",
					      field_row(f)->name);
	if (grant->until_ms > 0 && grant->until_ms <= grant->after_ms)
		return parse_fault_at(parse, token, "`until` ends before `after` begins");
	if (grant->onward && grant->kinds >> KIND_CIVIL & 1)
		return parse_fault_at(parse, token, "a `civil` notice has no onward");
	return true;
}

static bool
read_release(struct parse *parse)
{
	struct policy *policy = parse->policy;
	struct lexer_token token = parse->lexer.token;
	struct rules_grant grant = {.line = token.line}, *kept;

	if (!parse_kinds(parse, false, &grant.kinds) || !check_kinds(parse, &token, grant.kinds) ||
	    !parse_expect(parse, "to", "the kinds") || !parse_whos(parse, false, &grant.parties) ||
	    !parse_expect(parse, ":", "the parties"))
		return false;
	token = parse->lexer.token;
	if (!parse_items(parse, grant.kinds, &grant.items))
		return false;
	while (!parse_is_end(parse))
		if (!read_condition(parse, &grant))
			return false;
	if (!check_grant(parse, &token, &grant))
		return false;
	if (policy->grants_n == LIMIT_POLICY_RULES)
		return parse_fault_at(parse, &token, "more than %d release lines",
				      LIMIT_POLICY_RULES);
	kept = parse_grow(parse, (void **)&policy->grants, policy->grants_n, sizeof *kept);
	if (!kept)
		return false;
	*kept = grant;
	policy->grants_n++;
	return true;
}

static bool
read_never(struct parse *parse, struct field_set *takes)
{
	lexer_next(&parse->lexer);
	if (parse_is_end(parse))
		return parse_fault(parse, "name the fields that never go");
	while (!parse_is_end(parse)) {
		const struct rules_list *list = parse_list(parse, parse->lexer.token.text);
		struct lexer_token token = parse->lexer.token;
		enum field field = FIELD_NONE;

		if (list)
			lexer_next(&parse->lexer);
		else if (!parse_field(parse, &field))
			return false;
		for (enum field f = 1; f < FIELD_COUNT; f++)
			if (f == field || (list && list->fields.mask[f])) {
				if (field_row(f)->is_always)
					return parse_fault_at(
					    parse, &token,
					    "`%s` always comes along: leave the release out "
					    "instead",
					    field_row(f)->name);
				takes->mask[f] = UINT16_MAX;
			}
		if (lexer_is(&parse->lexer, ","))
			lexer_next(&parse->lexer);
	}
	return true;
}

/* A shape is exact, so whoever gets places coarser gets no shape. */
static bool
read_coarser(struct parse *parse, struct field_set *takes)
{
	enum field field;
	unsigned level;

	if (!parse_field(parse, &field))
		return false;
	if (!lexer_is(&parse->lexer, "@"))
		return parse_fault(parse,
				   "`never FIELD…`, `place@PRECISION` or `when@PRECISION` is "
				   "expected behind the colon");
	lexer_next(&parse->lexer);
	if (!parse_level(parse, field, &level))
		return false;
	takes->mask[field] = (uint16_t)~rules_bits(level);
	if (field_row(field)->type == FIELD_TYPE_PLACE)
		takes->mask[FIELD_SHAPE] = UINT16_MAX;
	return parse_is_end(parse) ||
	       parse_fault(parse, "a cap says one thing: begin another line");
}

static bool
read_cap(struct parse *parse)
{
	struct policy *policy = parse->policy;
	struct rules_cap cap = {.line = parse->lexer.token.line}, *kept;
	bool is_read;

	if (!parse_kinds(parse, true, &cap.kinds) || !parse_expect(parse, "to", "the kinds") ||
	    !parse_whos(parse, true, &cap.parties) || !parse_expect(parse, ":", "the parties"))
		return false;
	is_read = lexer_is(&parse->lexer, "never") ? read_never(parse, &cap.takes)
						   : read_coarser(parse, &cap.takes);
	if (!is_read)
		return false;
	if (policy->caps_n == LIMIT_POLICY_RULES)
		return parse_fault(parse, "more than %d caps", LIMIT_POLICY_RULES);
	kept = parse_grow(parse, (void **)&policy->caps, policy->caps_n, sizeof *kept);
	if (!kept)
		return false;
	*kept = cap;
	policy->caps_n++;
	return true;
}

static bool
read_keep(struct parse *parse)
{
	struct lexer_token token = parse->lexer.token;
	uint32_t kinds;
	int64_t ms;

	if (!parse_kinds(parse, false, &kinds) || !parse_duration(parse, &ms))
		return false;
	if (!parse_is_end(parse))
		return parse_fault(parse, "nothing may follow the duration");
	for (enum kind k = 1; k < KIND_COUNT; k++)
		if (kinds >> k & 1) {
			if (parse->policy->keep_ms[k] > 0)
				return parse_fault_at(parse, &token, "`%s` has a `keep` already",
						      kind_row(k)->name);
			parse->policy->keep_ms[k] = ms;
		}
	return true;
}

/* clang-format off */
static const struct {
	const char *word;
	enum statement_pass pass;
	bool (*read)(struct parse *parse); /* begins behind the word */
} ROWS[] = {
	{"party",   STATEMENT_PARTIES, read_party},
	{"group",   STATEMENT_NAMES,   read_group},
	{"fields",  STATEMENT_NAMES,   read_fields},
	{"zone",    STATEMENT_NAMES,   read_zone},
	{"release", STATEMENT_RULES,   read_release},
	{"cap",     STATEMENT_RULES,   read_cap},
	{"keep",    STATEMENT_RULES,   read_keep},
	{"test",    STATEMENT_RULES,   trial_parse},
};
/* clang-format on */

void
statement_read(struct parse *parse, enum statement_pass pass)
{
	struct suggest suggest = suggest_for(parse->lexer.token.text);
	char hint[64];

	for (size_t i = 0; i < sizeof ROWS / sizeof ROWS[0]; i++) {
		if (lexer_is(&parse->lexer, ROWS[i].word)) {
			if (ROWS[i].pass == pass) {
				lexer_next(&parse->lexer);
				(void)ROWS[i].read(parse);
			}
			lexer_skip(&parse->lexer);
			return;
		}
		suggest_offer(&suggest, ROWS[i].word);
	}
	suggest_text(&suggest, hint, sizeof hint);
	if (pass == STATEMENT_RULES && !parse_is_end(parse))
		(void)parse_fault(parse,
				  "a line begins with party, group, fields, zone, release, cap, "
				  "keep or test%s",
				  hint);
	lexer_skip(&parse->lexer);
}
