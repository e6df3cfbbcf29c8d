#ifndef SEAM_RELEASE_CHECK_H
#define SEAM_RELEASE_CHECK_H

#include "release/policy.h"

/*
 * `seam policy check`: runs the policy's own test lines through release_cut(), lists what every
 * kind gives to every party, and names what looks forgotten.
 */

/* Runs the test lines.  ERR_REFUSED when one does not hold: `faults` names its line and what came
 * out instead; ERR_NOMEM. */
MUST_USE enum err check_tests(const struct policy *policy, struct policy_faults *faults);

/*
 * Every kind and party but `own` (NULL: not known) with what is released, one row per release line,
 * then warnings: cells where nothing is released, fields no rule releases.  SHORT text leaves out
 * the cells where nothing is released and gathers the warnings, a line for each party and one for
 * the fields; FULL has a line for each.  JSON is whole:
 * {"tests", "cells":
 * [{"kind", "party", "rules": [{"line", "items", "conditions"}]}], "warnings": [...]}.
 */
enum check_form { CHECK_SHORT, CHECK_FULL, CHECK_JSON };

MUST_USE enum err check_report(const struct policy *policy, const struct party *own,
			       enum check_form form, struct out *out);

#endif
