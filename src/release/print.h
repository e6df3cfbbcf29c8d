#ifndef SEAM_RELEASE_PRINT_H
#define SEAM_RELEASE_PRINT_H

#include "release/rules.h"

/* Parts of a policy as text in its own language, for printing back and for explaining. */

void print_conditions(struct out *out, const struct policy *policy,
		      const struct rules_grant *grant); /* " after 2h if …"; nothing when none */
void print_test(struct out *out, const struct policy *policy, const struct rules_test *test);
void print_duration(struct out *out, int64_t ms);
void print_set(struct out *out, const struct field_set *set);    /* release_write_set() */
void print_policy(struct out *out, const struct policy *policy); /* policy_write() */

#endif
