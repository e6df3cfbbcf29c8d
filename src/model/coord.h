#ifndef SEAM_MODEL_COORD_H
#define SEAM_MODEL_COORD_H

#include "base/span.h"
#include "model/geo.h"
#include "model/mgrs.h"

/*
 * What people type for a place, turned into a point.  Nothing is guessed
 * silently: what had to be assumed is said, so that the screen can echo it and ask.
 */
enum { COORD_TYPED_MAX = 2000 }; /* bytes */

/* clang-format off */
#define COORD_WHY_ROWS(X) \
	X(OK,           "read") \
	X(EMPTY,        "nothing was typed") \
	X(LONG,         "longer than a coordinate can be") \
	X(CHARACTER,    "holds a character that no coordinate has") \
	X(NOT_KNOWN,    "not a grid, not latitude and longitude, not UTM, not a map link") \
	X(HALF,         "only one of latitude and longitude is there") \
	X(DIGITS,       "a grid needs as many digits for the easting as for the northing, at most 5 each") \
	X(NO_SQUARE,    "there is no such grid square") \
	X(NEEDS_ZONE,   "the grid zone is missing and no default is set") \
	X(NEEDS_SQUARE, "the 100 km square is missing and no default is set") \
	X(RANGE,        "latitude above 90 or longitude above 180") \
	X(MINUTES,      "minutes and seconds must be below 60, and only the last number may have decimals") \
	X(SIGN,         "a sign and a letter for the same direction contradict each other") \
	X(POLAR,        "north of 84 or south of 80 degrees: not in this grid") \
	X(AMBIGUOUS,    "could be a grid or latitude and longitude: put a comma between degrees") \
	X(LINK,         "the link holds no position: open it and copy the coordinates") \
	X(UTM,          "easting or northing is outside that zone")
/* clang-format on */

enum coord_why {
#define X(name, text) COORD_##name,
	COORD_WHY_ROWS(X)
#undef X
	    COORD_WHY_COUNT
};

enum coord_form { COORD_FORM_MGRS, COORD_FORM_DEGREES, COORD_FORM_UTM, COORD_FORM_LINK };

/* What to assume; any text may be "". */
struct coord_hints {
	const char *zone;   /* "38S" */
	const char *square; /* "ME" */
	struct geo_box box; /* where people of this party are; finds swapped order */
};

struct coord {
	struct point point; /* centre of a grid square, else as typed */
	uint32_t
	    precision_m; /* side of the square, or what the last digit typed is worth; at least 1 */
	char mgrs[MGRS_TEXT_MAX]; /* at the level nearest to that precision (within a factor of two)
				   */
	enum coord_form form;
	bool is_assumed_zone;   /* the zone came from the hints or the square's letters */
	bool is_assumed_square; /* the 100 km square came from the hints */
	bool is_swapped;        /* of bare numbers: longitude stood first */
	bool is_corrected;      /* O was read as 0, or I or L as 1 */
	bool is_outside;        /* outside hints.box: ask */
};

/* Zone 38S, no square, latitude 29..38 and longitude 38..49. */
struct coord_hints coord_hints_iraq(void);

/* Reads UTF-8; hints NULL means coord_hints_iraq().  On a refusal *coord is all zero. */
MUST_USE enum coord_why coord_read(struct span typed, const struct coord_hints *hints,
				   struct coord *coord);

/* The reason for people; never NULL. */
const char *coord_why_text(enum coord_why why);

/* The reason as a code for programs: "not_known"; never NULL. */
const char *coord_why_code(enum coord_why why);

#endif
