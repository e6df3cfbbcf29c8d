/*
 * Promises quick answers about a read policy: which grants and caps concern a kind and a party.
 */
#include "release/rules.h"

#include "release/release.h"

#include <stdlib.h>
#include <string.h>

int
rules_party(const struct policy *policy, const struct party *party)
{
	if (policy)
		for (unsigned p = 0; p < policy->parties_n; p++)
			if (party_equal(&policy->party[p], party))
				return (int)p;
	return -1;
}

static size_t
cell_of(enum kind kind, unsigned party)
{
	return (size_t)kind * LIMIT_PARTIES + party;
}

const struct rules_grant *
rules_grant(const struct policy *policy, enum kind kind, int party, unsigned i)
{
	size_t cell = cell_of(kind, (unsigned)party);

	if (i >= policy->start[cell + 1] - policy->start[cell])
		return NULL;
	return &policy->grants[policy->cell[policy->start[cell] + i]];
}

static bool
concerns(const struct rules_grant *grant, unsigned kind, unsigned party)
{
	return (grant->kinds >> kind & 1) != 0 && (grant->parties >> party & 1) != 0;
}

static bool
is_same_conditions(const struct rules_grant *a, const struct rules_grant *b)
{
	return a->after_ms == b->after_ms && a->until_ms == b->until_ms &&
	       a->step_ms == b->step_ms && a->onward == b->onward && a->manual == b->manual;
}

/* Several deliveries of one record are a nuisance and a burden on the log: a cell with more sets
 * of conditions than that is a mistake. */
static enum err
check_conditions(const struct policy *policy, size_t cell, unsigned *line)
{
	unsigned distinct = 0;

	for (uint32_t i = policy->start[cell]; i < policy->start[cell + 1]; i++) {
		const struct rules_grant *grant = &policy->grants[policy->cell[i]];
		bool is_new = true;

		for (uint32_t j = policy->start[cell]; j < i && is_new; j++)
			is_new = !is_same_conditions(grant, &policy->grants[policy->cell[j]]);
		distinct += is_new;
		if (distinct > RELEASE_CONDITIONS_MAX) {
			*line = grant->line;
			return ERR_LIMIT;
		}
	}
	return ERR_OK;
}

static void
leave(struct policy *policy, unsigned kind, unsigned party)
{
	struct field_set *left = &policy->left[kind][party];

	memset(left, 0xff, sizeof *left);
	for (unsigned i = 0; i < policy->caps_n; i++) {
		const struct rules_cap *cap = &policy->caps[i];

		if (!(cap->kinds >> kind & 1) || !(cap->parties >> party & 1))
			continue;
		for (unsigned f = 0; f < FIELD_COUNT; f++)
			left->mask[f] &= (uint16_t)~cap->takes.mask[f];
	}
}

enum err
rules_index(struct policy *policy, unsigned *line)
{
	uint32_t total = 0;
	enum err err = ERR_OK;

	for (unsigned i = 0; i < policy->grants_n; i++)
		total += (uint32_t)(__builtin_popcount(policy->grants[i].kinds) *
				    __builtin_popcount(policy->grants[i].parties));
	policy->cell = calloc((size_t)total + 1, sizeof *policy->cell);
	if (!policy->cell)
		return ERR_NOMEM;
	total = 0;
	for (unsigned k = 0; k < KIND_COUNT; k++)
		for (unsigned p = 0; p < LIMIT_PARTIES; p++) {
			policy->start[cell_of(k, p)] = total;
			for (unsigned i = 0; i < policy->grants_n; i++)
				if (concerns(&policy->grants[i], k, p))
					policy->cell[total++] = (uint16_t)i;
			policy->start[cell_of(k, p) + 1] = total;
			if (!err)
				err = check_conditions(policy, cell_of(k, p), line);
			leave(policy, k, p);
		}
	return err;
}

uint16_t
rules_bits(unsigned level)
{
	return (uint16_t)((1U << (level + 1)) - 1);
}

unsigned
rules_finest(uint16_t mask)
{
	return mask ? 31U - (unsigned)__builtin_clz(mask) : 0;
}
