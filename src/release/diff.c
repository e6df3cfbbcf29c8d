/*
 * Promises what another policy would change for records that exist.
 */
#include "release/diff.h"

#include "release/cut.h"

enum { ARENA_MAX = 1 << 20 };

static enum err
flows(struct release_question question, const struct policy *policy, struct arena *arena,
      struct field_set *set)
{
	struct release_answer answer;
	enum err err;

	question.policy_filed = question.policy_now = policy;
	arena_reset(arena);
	err = cut_decide(&question, NULL, arena, &answer);
	*set = (struct field_set){0};
	for (size_t i = 0; !err && i < answer.parts_n; i++)
		field_set_add(set, &answer.parts[i].give);
	return err;
}

static struct field_set
minus(const struct field_set *a, const struct field_set *b)
{
	struct field_set rest = *a;

	for (enum field f = 1; f < FIELD_COUNT; f++)
		rest.mask[f] &= (uint16_t)~b->mask[f];
	return rest;
}

enum err
diff_policies(const struct policy *before, const struct policy *after, const struct diff_walk *walk)
{
	struct release_question question = {0};
	struct arena *arena = arena_new(ARENA_MAX);
	enum err err = arena ? ERR_OK : ERR_NOMEM;
	bool goes_on = true;

	while (!err && goes_on && walk->next(walk->ctx, &question)) {
		struct release_diff_row found = {.question = &question};
		struct field_set old, new;

		err = flows(question, before, arena, &old);
		if (!err)
			err = flows(question, after, arena, &new);
		if (err)
			break;
		found.gains = minus(&new, &old);
		found.loses = minus(&old, &new);
		if (!field_set_is_empty(&found.gains) || !field_set_is_empty(&found.loses))
			goes_on = walk->row(walk->ctx, &found);
		question = (struct release_question){0};
	}
	arena_free(arena);
	return err;
}
