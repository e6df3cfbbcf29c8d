#ifndef SEAM_MODEL_HEARD_H
#define SEAM_MODEL_HEARD_H

#include "model/field.h"

/*
 * What had to be assumed to read a typed place (coord.h), and what is odd about a typed time.
 * Whoever typed it is told, on every surface, before it is filed or at the latest with its id.  One
 * row each: identifier, code for programs, English text.  Nothing that comes from another station
 * is judged by it: time never refuses a delivery.
 */
struct record;
struct record_typing;

/* clang-format off */
#define HEARD_ROWS(X) \
	X(ASSUMED_ZONE, "assumed_zone", "the grid zone was not typed and was assumed") \
	X(SWAPPED,      "swapped",      "longitude stood before latitude") \
	X(CORRECTED,    "corrected",    "a letter O or I was read as a digit") \
	X(OUTSIDE,      "outside",      "this is far from here") \
	X(AHEAD,        "ahead",        "a time lies far ahead") \
	X(PAST,         "past",         "a time lies long past") \
	X(NEXT_DAY,     "next_day",     "a time of day was read as one of the next day")
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

/* Whether a point whose order is fixed (a column, GeoJSON) lies far from here while the other order
 * lies here. */
bool heard_exchanged(int32_t lat_e7, int32_t lon_e7);

/*
 * The same of any field that was typed and is set in the record.  A time is odd by what it stands
 * for: what happened lies at most a day ahead and three years back; what is planned (a window, the
 * time of an act) a year and three years; a deadline or an arrival 30 days and one day.  A time of
 * day alone that is taken for tomorrow's, more than twelve hours ahead, is told too.
 */
unsigned heard_typed(const struct record *record, enum field field, struct span typed,
		     const struct record_typing *typing);

/* What is odd about the times of a record, whoever typed them: AHEAD, PAST. */
unsigned heard_times(const struct record *record, int64_t now_ms);

/* Code and English text of row `number`; NULL outside the table. */
const char *heard_code(unsigned number);
const char *heard_text(unsigned number);

#endif
