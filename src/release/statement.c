/*
 * Promises one statement of the policy language each: a row of the table names its first word.
 */
#include "release/statement.h"

#include "release/clause.h"
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
		if (!clause_read(parse, &grant))
			return false;
	if (!clause_check(parse, &token, &grant))
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
