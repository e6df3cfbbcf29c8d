#ifndef SEAM_MODEL_TYPED_H
#define SEAM_MODEL_TYPED_H

#include "base/span.h"

/*
 * What people type, made plain before it is read as a number, a time or a quantity: ASCII letters
 * small, Arabic and Persian digits as 0-9, every dash as '-', Arabic comma and decimal sign as ','
 * and '.', blanks of any sort single and none at the ends.  Other characters stay.
 */

/* Writes the plain text and its NUL; false (and "") when it is not UTF-8 or does not fit. */
bool typed_plain(struct span text, char *plain, size_t size);

/* Takes 1…max decimal digits from the front of *rest; false and nothing taken when there are fewer
 * than min.  max <= 18. */
bool typed_digits(struct span *rest, size_t min, size_t max, int64_t *value);

/* Takes the text when *rest begins with it. */
bool typed_take(struct span *rest, const char *text);

#endif
