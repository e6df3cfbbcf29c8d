/*
 * Promises the room's door: each function of release.h, done by the noun that knows how.
 */
#include "release/release.h"

#include "release/cut.h"
#include "release/diff.h"
#include "release/explain.h"
#include "release/print.h"

enum err
release_cut(const struct release_question *question, struct arena *arena,
	    struct release_answer *answer)
{
	return cut_decide(question, NULL, arena, answer);
}

const char *
release_coarser(const struct release_answer *answer, const struct release_held *held)
{
	return explain_coarser(answer, held);
}

void
release_write_held(struct out *out, const struct release_answer *answer,
		   const struct release_held *held)
{
	explain_held(out, answer, held);
}

void
release_now(const struct release_answer *answer, struct field_set *set)
{
	*set = (struct field_set){0};
	for (size_t i = 0; i < answer->parts_n; i++)
		if (answer->parts[i].why == WHY_NONE)
			field_set_add(set, &answer->parts[i].give);
}

enum err
release_explain(const struct release_question *question, struct arena *arena, bool is_json,
		struct out *out)
{
	return explain_record(question, arena, is_json, out);
}

enum err
release_diff(const struct policy *before, const struct policy *after,
	     bool (*next)(void *ctx, struct release_question *question),
	     bool (*row)(void *ctx, const struct release_diff_row *row), void *ctx)
{
	const struct diff_walk walk = {next, row, ctx};

	return diff_policies(before, after, &walk);
}

void
release_write_set(struct out *out, const struct field_set *set)
{
	print_set(out, set);
}
