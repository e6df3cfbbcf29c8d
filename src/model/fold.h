#ifndef SEAM_MODEL_FOLD_H
#define SEAM_MODEL_FOLD_H

#include "base/span.h"

/*
 * Two spellings of one place name compare equal: case, Latin diacritics, blanks, hyphens and
 * apostrophes do not count; Arabic vowel marks and tatweel are dropped and the forms of alef, yeh,
 * kaf, heh and waw are one each, so that Arabic and Sorani keyboards agree.  A leading article
 * (Al-) stays.
 */

/* Writes the folded text and its NUL; false (and "") when it does not fit or is not UTF-8. */
bool fold_text(struct span text, char *folded, size_t size);

#endif
