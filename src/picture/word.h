#ifndef SEAM_PICTURE_WORD_H
#define SEAM_PICTURE_WORD_H

#include "base/out.h"

/*
 * Words for searching: two people who type one word on different keyboards find the same record.
 * Case, Latin accents, apostrophes, vowel marks, tatweel and zero-width joiners do not count; the
 * forms of alef, yeh, kaf, heh, waw, reh and lam are one each and a doubled waw is one (Arabic,
 * Persian and Sorani keyboards); Arabic and Persian digits are 0-9.  What is neither letter nor
 * digit parts words.
 */

/* Appends the folded words, one blank after each. */
void word_fold(struct out *out, struct span text);

/*
 * Appends an FTS5 expression that holds for texts with all words typed: "in quotes" a phrase, a
 * trailing * a beginning.  Every word is quoted, so nothing typed is ever syntax.  At most `max`
 * words are used.  False, and nothing appended, when there is no word in it.
 */
bool word_match(struct out *out, struct span typed, unsigned max);

#endif
