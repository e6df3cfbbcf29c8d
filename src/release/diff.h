#ifndef SEAM_RELEASE_DIFF_H
#define SEAM_RELEASE_DIFF_H

#include "release/release.h"

/* Where questions come from and rows go to; see release_diff(). */
struct diff_walk {
	bool (*next)(void *ctx, struct release_question *question);
	bool (*row)(void *ctx, const struct release_diff_row *row);
	void *ctx;
};

/* release_diff(). */
MUST_USE enum err diff_policies(const struct policy *before, const struct policy *after,
				const struct diff_walk *walk);

#endif
