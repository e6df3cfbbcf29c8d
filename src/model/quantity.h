#ifndef SEAM_MODEL_QUANTITY_H
#define SEAM_MODEL_QUANTITY_H

#include "base/out.h"

/* A number that may be a range or only a word; an absent bound is -1 and never zero. */
enum quantity_word { QUANTITY_EXACT, QUANTITY_SEVERAL, QUANTITY_UNKNOWN };

struct quantity {
	int32_t low, best,
	    high; /* each -1 when not stated; low <= best <= high among those stated */
	enum quantity_word
	    word; /* SEVERAL or UNKNOWN: all three are -1, or low is a floor for SEVERAL */
};

/* What people type: "3", "2-3", "2-3 best 3", "~10", ">=5", "several", "unknown"; Arabic and
 * Persian digits too. False when it is none of these or out of order. */
bool quantity_read(struct span text, struct quantity *quantity);

/* The shortest text that quantity_read() takes back to the same value. */
void quantity_write(struct out *out, const struct quantity *quantity);

bool quantity_is_sound(const struct quantity *quantity);
bool quantity_equal(const struct quantity *a, const struct quantity *b);

/* Smallest and largest number it admits: of several values of one thing, their hull.  -1 = not
 * stated.  Never adds. */
struct quantity quantity_hull(const struct quantity *a, const struct quantity *b);

#endif
