#ifndef SEAM_MODEL_BOUNDARY_H
#define SEAM_MODEL_BOUNDARY_H

#include "base/err.h"
#include "base/span.h"
#include "model/geo.h"

#include <stddef.h>

/* A line that a party has loaded, with the days it stands for.  Seam ships none and says nothing
 * about whose it is. The direction of the line is that of its points; left and right are seen
 * looking along it. */
struct boundary;

enum {
	BOUNDARY_POINTS_MAX = 50000,
	BOUNDARY_TEXT_MAX = 96, /* bytes of a name with its NUL */
	BOUNDARY_BAND_M = 10000 /* half-width where the line names none */
};

enum boundary_side { BOUNDARY_ON, BOUNDARY_LEFT, BOUNDARY_RIGHT };

/* What to make a line from; all spans are copied. */
struct boundary_input {
	struct span name, code, left, right; /* the sides' names may be empty */
	int64_t from_ms, to_ms; /* from <= t < to; INT64_MIN and INT64_MAX where open */
	uint32_t band_m;        /* half-width of the strip along the line; 0: BOUNDARY_BAND_M */
	const struct point *points;
	size_t n;
};

/* Where a point is as seen from one line. */
struct boundary_hit {
	const struct boundary *line; /* borrowed, lives as long as the line */
	enum boundary_side side;
	const char
	    *side_name;    /* as the line names that side; "" where it does not, or on the line */
	double distance_m; /* to the nearest point of the line */
	double km;         /* along the line from its first point to that nearest point */
	bool is_in_band;   /* distance_m <= the line's band */
	bool is_past_end;  /* nearest is an end: the side is that of the end piece drawn on */
};

/* ERR_FORMAT: fewer than two different points, a point outside the globe, a piece longer than 90
 * degrees, or to <= from; ERR_LIMIT: too many points or too long a name; ERR_NOMEM.  *line is NULL
 * on failure. */
MUST_USE enum err boundary_make(const struct boundary_input *input, struct boundary **line);
void boundary_free(struct boundary *line);

const char *boundary_name(const struct boundary *line);
const char *boundary_code(const struct boundary *line);
double boundary_length_km(const struct boundary *line);

/* Whether the line stands at that moment. */
bool boundary_is_on(const struct boundary *line, int64_t at_ms);

/* Side, distance and kilometre of a point; the nearest of equally near pieces is the first.  Which
 * piece is nearest is found on a plane through the point (good to 0.5 % within 500 km), the
 * distance to it by geo_distance_m(). */
void boundary_measure(const struct boundary *line, struct point point, struct boundary_hit *hit);

#endif
