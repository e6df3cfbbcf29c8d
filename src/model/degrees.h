#ifndef SEAM_MODEL_DEGREES_H
#define SEAM_MODEL_DEGREES_H

#include "model/coord.h"

/* A number as typed; the sign is apart so that -0 keeps it. */
struct degrees_number {
	double value;
	unsigned decimals, digits;
	bool is_negative;
	char mark; /* d ' " as typed behind it, or 0 */
};

struct degrees_pair {
	struct point point;
	double worth_m; /* what the last digit typed is worth */
	bool is_swapped;
};

/* Reads digits with at most one decimal point and a sign; *at comes to stand behind them.  False
 * for no digit or too many. */
MUST_USE bool degrees_take(const char **at, struct degrees_number *number);

/* The pair as typed, or, of bare numbers alone, the other way round where only that lies in the box
 * or on the globe. */
MUST_USE enum coord_why degrees_order(double first, double second, bool has_letters,
				      const struct geo_box *box, struct point *point,
				      bool *is_swapped);

/* Latitude and longitude in any of the forms; COORD_NOT_KNOWN where the text looks like none.
 * Decimal commas in `text` are turned into points. */
MUST_USE enum coord_why degrees_read(char *text, const struct geo_box *box,
				     struct degrees_pair *pair);

/* Decimal degrees as 1e-7 degree, without floating point: digits behind the seventh are dropped.
 * `limit` is 90 or 180; false, and 0, for anything but a sign, digits and one decimal mark ('.' or
 * ','). */
MUST_USE bool degrees_e7(struct span text, int limit, int32_t *e7);

/*
 * The point that stands in a typed place: "35.468, 44.392", "35,468; 44,392", or either in brackets
 * behind a name, as an import keeps it.  Latitude first.  False, and a zero point, for any other
 * text.
 */
MUST_USE bool degrees_stated(struct span typed, struct point *point);

#endif
