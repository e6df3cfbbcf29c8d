#ifndef SEAM_RELEASE_SUGGEST_H
#define SEAM_RELEASE_SUGGEST_H

#include "base/span.h"

/*
 * The name somebody probably meant: offer every candidate, then ask.  At most two letters away, and
 * fewer than half of the word.
 */
struct suggest {
	struct span typed;
	const char *best;
	unsigned distance;
};

struct suggest suggest_for(struct span typed);
void suggest_offer(struct suggest *suggest, const char *candidate);

/* ", did you mean `NAME`?" or "" into `text`. */
void suggest_text(const struct suggest *suggest, char *text, size_t size);

#endif
