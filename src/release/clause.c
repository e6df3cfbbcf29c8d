/*
 * Promises the conditions of a release line, each with a fault that helps.
 */
#include "release/clause.h"

#include "release/enter.h"
#include "release/suggest.h"

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
has_ground(uint32_t kinds)
{
	for (enum kind k = 1; k < KIND_COUNT; k++)
		if ((kinds >> k & 1) && (kind_has(k, FIELD_PLACE) || kind_has(k, FIELD_SHAPE)))
			return true;
	return false;
}

static bool
read_layer(struct parse *parse, struct rules_test *test)
{
	test->compare = RULES_ENTERS_LAYER;
	lexer_text(&parse->lexer);
	return (parse->lexer.token.kind == LEXER_WORD && parse->lexer.token.text.n > 0 &&
		span_copy(test->text, sizeof test->text, parse->lexer.token.text)) ||
	       parse_fault(parse, "the name of an area on that layer is expected here");
}

/* `enters ZONE`, or `enters LAYER NAME` for an area of the party's own layers. */
static bool
read_enters(struct parse *parse, uint32_t kinds, struct rules_test *test)
{
	int zone;

	if (!has_ground(kinds))
		return parse_fault(parse, "no kind named on this line has a place or a shape");
	lexer_next(&parse->lexer);
	zone = parse_zone(parse, parse->lexer.token.text);
	for (unsigned i = 0; i < ENTER_LAYERS; i++)
		if (lexer_is(&parse->lexer, enter_layer_name(i))) {
			test->zone = i;
			if (!read_layer(parse, test))
				return false;
			lexer_next(&parse->lexer);
			return true;
		}
	if (parse_is_end(parse) || zone < 0)
		return parse_fault(parse, "a zone of this policy, or `zone NAME`, `district NAME` "
					  "or `governorate NAME` of the party's own layers is "
					  "expected here");
	test->compare = RULES_ENTERS_ZONE;
	test->zone = (unsigned)zone;
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
		return read_enters(parse, kinds, test);
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

bool
clause_read(struct parse *parse, struct rules_grant *grant)
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
	if (lexer_is(&parse->lexer, "step")) {
		if (grant->step_ms > 0)
			return twice(parse);
		lexer_next(&parse->lexer);
		return parse_duration(parse, &grant->step_ms);
	}
	return parse_fault(parse, "a comma and a field, or after, until, step, if, onward or "
				  "manual is expected here");
}

bool
clause_check(struct parse *parse, const struct lexer_token *token, const struct rules_grant *grant)
{
	for (enum field f = 1; f < FIELD_COUNT; f++)
		if (grant->items.mask[f] && grant->manual == 0 && (field_row(f)->is_free))
			return parse_fault_at(parse, token,
					      "`%s` is free text and leaves by hand only: put it "
					      "on a line of its own with `manual 1`",
					      field_row(f)->name);
	if (grant->until_ms > 0 && grant->until_ms <= grant->after_ms)
		return parse_fault_at(parse, token, "`until` ends before `after` begins");
	if (grant->until_ms > 0 && grant->until_ms <= grant->after_ms + grant->step_ms)
		return parse_fault_at(parse, token,
				      "`until` may end before the next `step`: it must leave "
				      "room for a whole one");
	if (grant->onward && grant->kinds >> KIND_CIVIL & 1)
		return parse_fault_at(parse, token, "a `civil` notice has no onward");
	return true;
}
