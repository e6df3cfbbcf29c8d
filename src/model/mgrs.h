#ifndef SEAM_MODEL_MGRS_H
#define SEAM_MODEL_MGRS_H

#include "base/err.h"
#include "base/span.h"
#include "model/geo.h"

/*
 * The Military Grid Reference System, UTM part (80 S to 84 N; the polar UPS part is refused).  A
 * text is 38SMD65347865: zone in two digits, band C..X, 100 km square, then an even number of
 * digits 0..10. A text names a square, never a pin: digits are truncated, never rounded, and a
 * square that meets the edge of its zone or band ends there, so that at 42 E a "10 km" square may
 * be 421 m wide.
 */
enum {
	MGRS_TEXT_MAX = 16, /* "38SMD6534778650" and its NUL */
	MGRS_DIGITS_MAX = 10,
	MGRS_PAIRS_MAX = MGRS_DIGITS_MAX / 2,
	MGRS_CORNERS_MAX = 8
};

struct mgrs_cell {
	struct point corners[MGRS_CORNERS_MAX]; /* convex, counter-clockwise, first not repeated */
	unsigned n;
	struct point centre; /* inside; its own text at this level is the cell's text */
	uint32_t side_m;     /* nominal: 100000, 10000 ... 1 */
	double area_m2; /* what is left of it after the cut at zone and band, on the ellipsoid */
};

/* The ladder of a text (doc/decisions/precision.md): the 100 km square and one pair "en" per level,
 * where e is the easting's digit and n the northing's: 38SMF4712 is 38SMF, 41, 72. */
struct mgrs_levels {
	char square[6];
	char pairs[MGRS_PAIRS_MAX][3];
	unsigned n; /* pairs in use */
};

/* The text of the square that holds a point.  digits = 0, 2, 4, 6, 8 or 10 in all.
 * ERR_REFUSED in the polar parts (UPS), ERR_FORMAT for other digits or a point outside the globe.
 */
MUST_USE enum err mgrs_from_point(struct point point, unsigned digits, char text[MGRS_TEXT_MAX]);

/* Checks a text of exactly the form above (capitals, no blanks, zone in two digits) and that the
 * square exists on the ground; *digits gets the number of digits (may be NULL).  ERR_FORMAT: not of
 * that form; ERR_NOT_FOUND: of the form, but no such square. */
MUST_USE enum err mgrs_read(struct span text, unsigned *digits);

/* The square's outline on the ground.  Sides are taken as straight in latitude and longitude, which
 * is off by at most 160 m for 100 km squares at 36 N, 1.6 m for 10 km, 2 cm for 1 km.  Errors as
 * mgrs_read(). */
MUST_USE enum err mgrs_cell(struct span text, struct mgrs_cell *cell);

/* Nominal side in metres of a text with that many digits; 0 for a number of digits that cannot be.
 */
uint32_t mgrs_side_m(unsigned digits);

/* True when the real area is smaller than half the nominal square (the half-area rule,
 * doc/decisions/precision.md). */
bool mgrs_is_sliver(const struct mgrs_cell *cell);

/* Truncates to `digits` (not more than the text has: ERR_REFUSED).  The text must be mgrs_read().
 */
MUST_USE enum err mgrs_coarsen(struct span text, unsigned digits, char coarse[MGRS_TEXT_MAX]);

/* Text to ladder and back; both refuse what mgrs_read() refuses. */
MUST_USE enum err mgrs_levels(struct span text, struct mgrs_levels *levels);
MUST_USE enum err mgrs_from_levels(const struct mgrs_levels *levels, char text[MGRS_TEXT_MAX]);

#endif
