/*
 * Promises the parts that statements of a policy are made of, each with a fault that helps.
 */
#include "release/parse.h"

#include "release/suggest.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* clang-format off */
static const char *const WORDS[] = {
	"party", "group", "fields", "zone", "release", "cap", "keep", "test", "to", "any", "never",
	"after", "until", "if", "and", "onward", "manual", "step", "enters", "within", "of", "seam",
	"boundary", "nothing",
};
/* clang-format on */

enum { TYPED_MAX = 48 }; /* bytes of a typed word that a message repeats */

void
parse_add_fault(struct policy_faults *faults, const struct policy_fault *fault)
{
	unsigned at = faults->n;

	faults->n_all++;
	while (at > 0 && (faults->fault[at - 1].line > fault->line ||
			  (faults->fault[at - 1].line == fault->line &&
			   faults->fault[at - 1].column > fault->column)))
		at--;
	if (at == POLICY_FAULTS_MAX)
		return;
	if (faults->n == POLICY_FAULTS_MAX)
		faults->n--;
	memmove(&faults->fault[at + 1], &faults->fault[at],
		(faults->n - at) * sizeof faults->fault[0]);
	faults->fault[at] = *fault;
	faults->n++;
}

static void
add(struct parse *parse, const struct lexer_token *token, const char *format, va_list list)
{
	struct policy_fault fault = {.line = token->line, .column = token->column};

	(void)vsnprintf(fault.text, sizeof fault.text, format, list);
	parse_add_fault(parse->faults, &fault);
}

bool
parse_fault(struct parse *parse, const char *format, ...)
{
	va_list list;

	va_start(list, format);
	add(parse, &parse->lexer.token, format, list);
	va_end(list);
	return false;
}

bool
parse_fault_at(struct parse *parse, const struct lexer_token *token, const char *format, ...)
{
	va_list list;

	va_start(list, format);
	add(parse, token, format, list);
	va_end(list);
	return false;
}

bool
parse_is_end(const struct parse *parse)
{
	return parse->lexer.token.kind == LEXER_END || parse->lexer.token.kind == LEXER_EOF;
}

static int
typed_n(const struct parse *parse)
{
	size_t n = parse->lexer.token.text.n;

	return n > TYPED_MAX ? TYPED_MAX : (int)n;
}

static const char *
typed(const struct parse *parse)
{
	return parse_is_end(parse) ? "" : parse->lexer.token.text.p;
}

bool
parse_expect(struct parse *parse, const char *text, const char *where)
{
	if (!lexer_is(&parse->lexer, text)) {
		if (parse_is_end(parse))
			return parse_fault(parse, "the line ends where `%s` should follow %s", text,
					   where);
		return parse_fault(parse, "`%s` should follow %s, not `%.*s`", text, where,
				   typed_n(parse), typed(parse));
	}
	lexer_next(&parse->lexer);
	return true;
}

static bool
is_word(const struct parse *parse)
{
	return parse->lexer.token.kind == LEXER_WORD;
}

static bool
is_name(struct span text)
{
	for (size_t i = 0; i < text.n; i++) {
		char c = text.p[i];

		if (!(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9') && c != '-' && c != '_')
			return false;
	}
	return text.n > 0 && text.p[0] >= 'a' && text.p[0] <= 'z';
}

static bool
is_taken(const struct parse *parse, struct span name)
{
	const struct policy *policy = parse->policy;

	for (size_t i = 0; i < sizeof WORDS / sizeof WORDS[0]; i++)
		if (span_is(name, WORDS[i]))
			return true;
	for (unsigned i = 0; i < policy->parties_n; i++)
		if (span_is(name, policy->party[i].name))
			return true;
	for (unsigned i = 0; i < policy->groups_n; i++)
		if (span_is(name, policy->group[i].name))
			return true;
	return parse_list(parse, name) || parse_zone(parse, name) >= 0 ||
	       field_find(name) != FIELD_NONE;
}

bool
parse_new_name(struct parse *parse, char name[LIMIT_NAME_TEXT])
{
	struct span text = parse->lexer.token.text;

	if (!is_word(parse) || !is_name(text) || text.n >= LIMIT_NAME_TEXT)
		return parse_fault(parse,
				   "a name of small letters, digits, - and _ is expected here");
	if (is_taken(parse, text))
		return parse_fault(parse,
				   "`%.*s` is in use already: as a party, a group, a list "
				   "of fields, a zone, a field or a word of the language",
				   typed_n(parse), typed(parse));
	(void)span_copy(name, LIMIT_NAME_TEXT, text);
	lexer_next(&parse->lexer);
	return true;
}

const struct rules_list *
parse_list(const struct parse *parse, struct span name)
{
	for (unsigned i = 0; i < parse->policy->lists_n; i++)
		if (span_is(name, parse->policy->list[i].name))
			return &parse->policy->list[i];
	return NULL;
}

int
parse_zone(const struct parse *parse, struct span name)
{
	for (unsigned i = 0; i < parse->policy->zones_n; i++)
		if (span_is(name, parse->policy->zone[i].name))
			return (int)i;
	return -1;
}

static bool
no_such_party(struct parse *parse)
{
	struct suggest suggest = suggest_for(parse->lexer.token.text);
	char hint[TYPED_MAX + 32];

	for (unsigned i = 0; i < parse->policy->parties_n; i++)
		suggest_offer(&suggest, parse->policy->party[i].name);
	for (unsigned i = 0; i < parse->policy->groups_n; i++)
		suggest_offer(&suggest, parse->policy->group[i].name);
	suggest_text(&suggest, hint, sizeof hint);
	return parse_fault(parse, "no party or group `%.*s` on a `party` or `group` line%s",
			   typed_n(parse), typed(parse), hint);
}

bool
parse_who(struct parse *parse, uint16_t *parties)
{
	const struct policy *policy = parse->policy;

	if (!is_word(parse))
		return parse_fault(parse, "a party or a group is expected here");
	if (lexer_is(&parse->lexer, "any"))
		return parse_fault(parse, "there is no word for every party: name them, or a group "
					  "(only a cap may say `any`)");
	for (unsigned i = 0; i < policy->parties_n; i++)
		if (lexer_is(&parse->lexer, policy->party[i].name)) {
			*parties |= (uint16_t)(1U << i);
			lexer_next(&parse->lexer);
			return true;
		}
	for (unsigned i = 0; i < policy->groups_n; i++)
		if (lexer_is(&parse->lexer, policy->group[i].name)) {
			*parties |= policy->group[i].parties;
			lexer_next(&parse->lexer);
			return true;
		}
	return no_such_party(parse);
}

bool
parse_whos(struct parse *parse, bool may_be_any, uint16_t *parties)
{
	if (may_be_any && lexer_is(&parse->lexer, "any")) {
		*parties = (uint16_t)((1U << parse->policy->parties_n) - 1);
		lexer_next(&parse->lexer);
		return true;
	}
	if (!parse_who(parse, parties))
		return false;
	while (lexer_is(&parse->lexer, ",")) {
		lexer_next(&parse->lexer);
		if (!parse_who(parse, parties))
			return false;
	}
	return true;
}

static bool
take_kind(struct parse *parse, uint32_t *kinds)
{
	enum kind kind = is_word(parse) ? kind_find(parse->lexer.token.text) : KIND_NONE;
	struct suggest suggest = suggest_for(parse->lexer.token.text);
	char hint[TYPED_MAX + 32];

	if (kind != KIND_NONE) {
		*kinds |= 1U << kind;
		lexer_next(&parse->lexer);
		return true;
	}
	if (!is_word(parse))
		return parse_fault(parse, "a kind of record is expected here");
	if (lexer_is(&parse->lexer, "any"))
		return parse_fault(parse, "there is no word for every kind: name them (only a cap "
					  "may say `any`)");
	for (enum kind k = 1; k < KIND_COUNT; k++)
		suggest_offer(&suggest, kind_row(k)->name);
	suggest_text(&suggest, hint, sizeof hint);
	return parse_fault(parse, "no kind of record is called `%.*s`%s", typed_n(parse),
			   typed(parse), hint);
}

bool
parse_kinds(struct parse *parse, bool may_be_any, uint32_t *kinds)
{
	*kinds = 0;
	if (may_be_any && lexer_is(&parse->lexer, "any")) {
		*kinds = ((1U << KIND_COUNT) - 1) & ~1U;
		lexer_next(&parse->lexer);
		return true;
	}
	if (!take_kind(parse, kinds))
		return false;
	while (lexer_is(&parse->lexer, ",")) {
		lexer_next(&parse->lexer);
		if (!take_kind(parse, kinds))
			return false;
	}
	return true;
}

bool
parse_field(struct parse *parse, enum field *field)
{
	struct suggest suggest = suggest_for(parse->lexer.token.text);
	char hint[TYPED_MAX + 32];

	*field = is_word(parse) ? field_find(parse->lexer.token.text) : FIELD_NONE;
	if (*field != FIELD_NONE) {
		lexer_next(&parse->lexer);
		return true;
	}
	if (!is_word(parse))
		return parse_fault(parse, "a field is expected here");
	if (lexer_is(&parse->lexer, "any"))
		return parse_fault(parse, "there is no word for every field: name them");
	for (enum field f = 1; f < FIELD_COUNT; f++)
		suggest_offer(&suggest, field_row(f)->name);
	for (unsigned i = 0; i < parse->policy->lists_n; i++)
		suggest_offer(&suggest, parse->policy->list[i].name);
	suggest_text(&suggest, hint, sizeof hint);
	return parse_fault(parse, "no field and no list of fields is called `%.*s`%s",
			   typed_n(parse), typed(parse), hint);
}

bool
parse_level(struct parse *parse, enum field field, unsigned *level)
{
	*level = 0;
	if (field_row(field)->type == FIELD_TYPE_PLACE || field_row(field)->type == FIELD_TYPE_WHEN)
		*level = field_level_find(field, parse->lexer.token.text);
	if (*level > 0 && is_word(parse)) {
		lexer_next(&parse->lexer);
		return true;
	}
	if (field_row(field)->type == FIELD_TYPE_PLACE)
		return parse_fault(
		    parse, "the precision of a place is 100km, 10km, 1km, 100m or 10m, not `%.*s`",
		    typed_n(parse), typed(parse));
	if (field_row(field)->type == FIELD_TYPE_WHEN)
		return parse_fault(parse,
				   "the precision of a time is day, hour or minute, not `%.*s`",
				   typed_n(parse), typed(parse));
	return parse_fault(parse, "`%s` has no precision to choose: write it without the @",
			   field_row(field)->name);
}

static bool
is_in_kinds(uint32_t kinds, enum field field)
{
	for (enum kind k = 1; k < KIND_COUNT; k++)
		if ((kinds >> k & 1) && (field_row(field)->is_always || kind_has(k, field)))
			return true;
	return false;
}

/* One field at one level, checked against the kinds it is released for. */
static bool
add_item(struct parse *parse, const struct lexer_token *token, uint32_t kinds, enum field field,
	 unsigned level, struct field_set *items)
{
	const struct field_row *row = field_row(field);

	if (row->is_sealed)
		return parse_fault_at(parse, token, "`%s` is sealed: it never leaves its station",
				      row->name);
	if (!is_in_kinds(kinds, field))
		return parse_fault_at(parse, token, "no kind named on this line has the field `%s`",
				      row->name);
	if (field == FIELD_ASK)
		return parse_fault_at(parse, token,
				      "`ask` is not for a rule: each party that is "
				      "asked gets its own row with the record");
	if (level == 0 && row->type == FIELD_TYPE_PLACE)
		return parse_fault_at(parse, token, "say how precisely: `%s@1km`", row->name);
	if (level == 0 && row->type == FIELD_TYPE_WHEN)
		return parse_fault_at(parse, token, "say how precisely: `%s@hour`", row->name);
	items->mask[field] |= rules_bits(level);
	return true;
}

bool
parse_item(struct parse *parse, uint32_t kinds, struct field_set *items)
{
	struct lexer_token token = parse->lexer.token;
	const struct rules_list *list = is_word(parse) ? parse_list(parse, token.text) : NULL;
	enum field field;
	unsigned level = 0;

	if (list) {
		lexer_next(&parse->lexer);
		for (enum field f = 1; f < FIELD_COUNT; f++)
			if (list->fields.mask[f] && !add_item(parse, &token, kinds, f, 0, items))
				return false;
		return true;
	}
	if (!parse_field(parse, &field))
		return false;
	if (lexer_is(&parse->lexer, "@")) {
		lexer_next(&parse->lexer);
		if (!parse_level(parse, field, &level))
			return false;
	}
	return add_item(parse, &token, kinds, field, level, items);
}

bool
parse_items(struct parse *parse, uint32_t kinds, struct field_set *items)
{
	if (!parse_item(parse, kinds, items))
		return false;
	while (lexer_is(&parse->lexer, ",")) {
		lexer_next(&parse->lexer);
		if (!parse_item(parse, kinds, items))
			return false;
	}
	return true;
}

static size_t
split_number(struct span text, int64_t *number)
{
	size_t n = 0;

	while (n < text.n && text.p[n] >= '0' && text.p[n] <= '9')
		n++;
	return span_int((struct span){text.p, n}, 1, 1000000, number) ? n : 0;
}

bool
parse_duration(struct parse *parse, int64_t *ms)
{
	static const struct {
		const char *unit;
		int64_t ms;
	} units[] = {{"m", 60000}, {"h", 3600000}, {"d", 86400000}, {"w", 604800000}};
	struct span text = is_word(parse) ? parse->lexer.token.text : (struct span){NULL, 0};
	size_t n = split_number(text, ms);

	for (size_t i = 0; n > 0 && i < sizeof units / sizeof units[0]; i++)
		if (span_is((struct span){text.p + n, text.n - n}, units[i].unit)) {
			*ms *= units[i].ms;
			lexer_next(&parse->lexer);
			return true;
		}
	return parse_fault(parse, "a duration is expected here, as 30m, 2h, 3d or 4w");
}

bool
parse_distance_text(struct span text, int64_t *m)
{
	size_t n = split_number(text, m);

	if (n == 0)
		return false;
	if (span_is((struct span){text.p + n, text.n - n}, "km"))
		*m *= 1000;
	else if (!span_is((struct span){text.p + n, text.n - n}, "m"))
		return false;
	return true;
}

bool
parse_distance(struct parse *parse, int64_t *m)
{
	if (!is_word(parse) || !parse_distance_text(parse->lexer.token.text, m))
		return parse_fault(parse, "a distance is expected here, as 500m or 5km");
	lexer_next(&parse->lexer);
	return true;
}

void *
parse_grow(struct parse *parse, void **array, unsigned n, size_t size)
{
	void *grown;

	/* Doubles at every power of two, so that the capacity follows from n. */
	if (n == 0 || (n & (n - 1)) == 0) {
		grown = realloc(*array, (n == 0 ? 1 : 2 * (size_t)n) * size);
		if (!grown) {
			parse->is_out_of_memory = true;
			return NULL;
		}
		*array = grown;
	}
	grown = (char *)*array + (size_t)n * size;
	memset(grown, 0, size);
	return grown;
}
