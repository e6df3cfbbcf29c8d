#ifndef SEAM_MODEL_HEARD_H
#define SEAM_MODEL_HEARD_H

#include "base/span.h"

/*
 * What had to be assumed to read a typed place (coord.h).  Whoever typed it is told, on every
 * surface, before it is filed or at the latest with its id.  One row each: identifier, code for
 * programs, English text.
 */

/* clang-format off */
#define HEARD_ROWS(X) \
	X(ASSUMED_ZONE, "assumed_zone", "the grid zone was not typed and was assumed") \
	X(SWAPPED,      "swapped",      "longitude stood before latitude") \
	X(CORRECTED,    "corrected",    "a letter O or I was read as a digit") \
	X(OUTSIDE,      "outside",      "this is far from here")
/* clang-format on */

enum heard_number {
#define X(name, code, text) HEARD_NUMBER_##name,
	HEARD_ROWS(X)
#undef X
	    HEARD_COUNT
};

enum heard {
#define X(name, code, text) HEARD_##name = 1u << HEARD_NUMBER_##name,
	HEARD_ROWS(X)
#undef X
};

/* The set of enum heard for a place as typed; `zone` is the default grid zone ("" or NULL: none).
 * 0 also when it is no place at all. */
unsigned heard_place(struct span typed, const char *zone);

/* Code and English text of row `number`; NULL outside the table. */
const char *heard_code(unsigned number);
const char *heard_text(unsigned number);

#endif
