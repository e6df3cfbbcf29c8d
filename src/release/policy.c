/*
 * Promises a policy read from its text, and its text again.  Decides nothing: cut.c does.
 */
#include "release/policy.h"

#include "release/print.h"
#include "release/release.h"
#include "release/rules.h"
#include "release/statement.h"

#include <stdio.h>
#include <stdlib.h>

static void
read_all(struct parse *parse, struct span text)
{
	for (enum statement_pass pass = 0; pass < STATEMENT_PASSES; pass++) {
		parse->lexer = lexer_over(text);
		for (;;) {
			lexer_next(&parse->lexer);
			if (parse->lexer.token.kind == LEXER_EOF)
				break;
			if (parse->lexer.token.kind != LEXER_END)
				statement_read(parse, pass);
			if (parse->lexer.token.kind == LEXER_EOF)
				break;
		}
	}
}

static enum err
index_all(struct policy *policy, struct policy_faults *faults)
{
	struct policy_fault fault = {.column = 1};
	enum err err = rules_index(policy, &fault.line);

	if (err != ERR_LIMIT)
		return err;
	(void)snprintf(
	    fault.text, sizeof fault.text,
	    "more than %d different sets of conditions for one kind and party: each would "
	    "be a delivery of its own",
	    RELEASE_CONDITIONS_MAX);
	parse_add_fault(faults, &fault);
	return ERR_FORMAT;
}

enum err
policy_read(struct span text, struct policy **policy, struct policy_faults *faults)
{
	struct parse parse = {.faults = faults};
	struct policy_fault fault = {.line = 1, .column = 1};
	enum err err = ERR_FORMAT;

	*policy = NULL;
	*faults = (struct policy_faults){0};
	if (text.n > POLICY_TEXT_MAX)
		return ERR_LIMIT;
	if (!span_is_plain_text(text)) {
		(void)snprintf(fault.text, sizeof fault.text,
			       "the text is not UTF-8, or holds control characters that "
			       "hide text (carriage returns too)");
		parse_add_fault(faults, &fault);
		return ERR_FORMAT;
	}
	parse.policy = calloc(1, sizeof *parse.policy);
	if (!parse.policy)
		return ERR_NOMEM;
	read_all(&parse, text);
	if (parse.is_out_of_memory)
		err = ERR_NOMEM;
	else if (faults->n == 0)
		err = index_all(parse.policy, faults);
	if (err) {
		policy_free(parse.policy);
		return err;
	}
	*policy = parse.policy;
	return ERR_OK;
}

void
policy_free(struct policy *policy)
{
	if (!policy)
		return;
	free(policy->grants);
	free(policy->tests);
	free(policy->caps);
	free(policy->trials);
	free(policy->values);
	free(policy->cell);
	free(policy);
}

void
policy_write(struct out *out, const struct policy *policy)
{
	print_policy(out, policy);
}

int64_t
policy_keep_ms(const struct policy *policy, enum kind kind)
{
	return (unsigned)kind < KIND_COUNT ? policy->keep_ms[kind] : 0;
}

unsigned
policy_parties(const struct policy *policy, struct party parties[LIMIT_PARTIES])
{
	for (unsigned i = 0; i < policy->parties_n; i++)
		parties[i] = policy->party[i];
	return policy->parties_n;
}

struct policy_count
policy_count(const struct policy *policy)
{
	return (struct policy_count){policy->grants_n, policy->caps_n, policy->trials_n};
}
