#ifndef SEAM_RELEASE_TRIAL_H
#define SEAM_RELEASE_TRIAL_H

#include "release/parse.h"

/*
 * Test lines of a policy.  They speak about the policy, not about one record: a field that the
 * braces do not name counts as present with all its levels, one that they name has the value given.
 * No layers are known, so `seam=` gives the distance to every boundary, `enters=` names the area
 * that is entered, and the half-area rule is not part of the result.
 */

/* Reads the statement behind the word `test` into the policy. */
bool trial_parse(struct parse *parse);

/* Runs test line i; true when it holds.  Else *fault says what came out.  ERR_NOMEM. */
MUST_USE enum err trial_run(const struct policy *policy, unsigned i, bool *holds,
			    struct policy_fault *fault);

#endif
