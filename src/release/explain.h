#ifndef SEAM_RELEASE_EXPLAIN_H
#define SEAM_RELEASE_EXPLAIN_H

#include "release/release.h"

/* release_explain(). */
MUST_USE enum err explain_record(const struct release_question *question, struct arena *arena,
				 bool is_json, struct out *out);

/* release_coarser() and release_write_held(). */
const char *explain_coarser(const struct release_answer *answer, const struct release_held *held);
void explain_held(struct out *out, const struct release_answer *answer,
		  const struct release_held *held);

#endif
