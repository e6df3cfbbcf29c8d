#ifndef SEAM_RELEASE_CUT_H
#define SEAM_RELEASE_CUT_H

#include "release/condition.h"
#include "release/release.h"

/* The decision behind release_cut(), with the assumptions of a test line (NULL elsewhere). */
MUST_USE enum err cut_decide(const struct release_question *question,
			     const struct condition_assume *assume, struct arena *arena,
			     struct release_answer *answer);

/* What the record has that could be asked for: its levels, KIND and THREAD, FILED when known. */
void cut_present(const struct record *record, struct field_set *present);

#endif
