#ifndef SEAM_ADMIT_LINES_H
#define SEAM_ADMIT_LINES_H

#include "base/out.h"
#include "base/sign.h"

/* The line-by-line texts of this room (members, key notes): each line a word, then what it says. */
struct lines {
	struct span rest;
};

/* False when the text does not end with a newline. */
bool lines_over(struct span text, struct lines *lines);

/* Takes the next line when its first word is this one; *tail is what stands behind the blank. */
bool lines_take(struct lines *lines, const char *word, struct span *tail);

/* As lines_take, for a decimal number and nothing else. */
bool lines_take_number(struct lines *lines, const char *word, int64_t low, int64_t high,
		       int64_t *number);

/* Takes the next line when it is exactly this one. */
bool lines_take_exactly(struct lines *lines, const char *line);

bool lines_are_done(const struct lines *lines);

/* A number or a key that ends at a blank or at the end of *rest, which moves behind it. */
bool lines_number(struct span *rest, int64_t low, int64_t high, int64_t *number);
bool lines_key(struct span *rest, struct sign_public *public); /* base64, a sound point */

/* Appends the key as base64. */
void lines_write_key(struct out *out, const struct sign_public *public);

#endif
