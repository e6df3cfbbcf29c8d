#ifndef SEAM_SEAM_BUNDLE_H
#define SEAM_SEAM_BUNDLE_H

#include "base/hash.h"
#include "base/out.h"

/*
 * A bundle on a stick: "seam-bundle 1 FROM TO", one item a line as core gives them, then "end N
 * HEX": the number of items and SHA-256 of every line before, newlines included.  The end line
 * shows what broke off or was damaged on the way; what an item claims is proven by its own
 * signature alone.
 */
#define BUNDLE_FIRST "seam-bundle 1 "
enum { BUNDLE_MAX = 256 << 20, BUNDLE_NAME = 64 };

struct bundle {
	char from[BUNDLE_NAME];
	char to[BUNDLE_NAME];
	struct span items; /* the lines between the first and the last, borrowed */
	uint64_t n;
};

/* Takes a bundle apart; false with a sentence when it is none, is cut off or was changed. */
bool bundle_read(struct span text, struct bundle *bundle, const char **why);

/* The line that ends what was written so far. */
void bundle_end(struct out *out, uint64_t items);

#endif
