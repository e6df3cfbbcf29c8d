#ifndef SEAM_RELEASE_CONDITION_H
#define SEAM_RELEASE_CONDITION_H

#include "release/release.h"
#include "release/rules.h"

/* What a test line assumes where a station has facts (trial.h); NULL elsewhere. */
struct condition_assume {
	struct field_set present; /* levels that count as present */
	int64_t seam_m;           /* distance to every boundary; -1: far away */
	struct span enters;       /* the one area of the layers it enters; empty: none */
};

/* Whether all tests of a grant hold for the record.  What is not known does not hold. */
bool condition_holds(const struct policy *policy, const struct rules_grant *grant,
		     const struct release_question *question,
		     const struct condition_assume *assume);

/* One of them. */
bool condition_test(const struct policy *policy, const struct rules_test *test,
		    const struct release_question *question, const struct condition_assume *assume);

/* Whether a type's code is of that family: "atk" of "atk.ambush". */
bool condition_is_family(unsigned type, const char *family);

#endif
