#ifndef SEAM_RELEASE_PROFILE_H
#define SEAM_RELEASE_PROFILE_H

#include "base/out.h"
#include "model/party.h"

/* The ready policies: `nothing`, `life-saving`, `warnings-and-movements`, `joint-incident`. */

/* Name and one line of description of the i-th; NULL past the last. */
const char *profile_name(unsigned i);
const char *profile_about(unsigned i);

/*
 * The text of a profile for these parties: policy_read() takes it and its own test lines hold.
 * ERR_NOT_FOUND: no such profile; ERR_REFUSED: a party named twice, or more than LIMIT_PARTIES
 * together.  With no other parties every profile is that of `nothing`.
 */
MUST_USE enum err profile_text(struct span name, const struct party *own,
			       const struct party *others, size_t others_n, struct out *out);

#endif
