#ifndef SEAM_MODEL_AREA_H
#define SEAM_MODEL_AREA_H

#include "base/err.h"
#include "model/geo.h"

#include <stddef.h>

/*
 * Polygons with holes, and several of them at once: a set of rings under the even-odd rule.
 * Immutable once made. Sides are straight in latitude and longitude.  Parts must not overlap one
 * another (GeoJSON's own rule); where they do, the doubly covered part counts as outside.
 */
struct area;

enum {
	AREA_POINTS_MAX = 400000, /* of all rings together */
	AREA_RINGS_MAX = 20000,
	AREA_STRIPS = 128, /* of area_overlap_m2() */
	AREA_CELL_CORNERS_MAX = 16
};

/* Copies `n_rings` rings that lie one after another in `points`, ring r of sizes[r] points; a
 * repeated closing point is dropped.  ERR_FORMAT: a ring of fewer than three points, a point
 * outside the globe, or a reach of more than 180 degrees of longitude; ERR_LIMIT: above the bounds;
 * ERR_NOMEM.  *area is NULL on failure. */
MUST_USE enum err area_make(const struct point *points, const size_t *sizes, size_t n_rings,
			    struct area **area);
void area_free(struct area *area);

struct geo_box area_box(const struct area *area);
size_t area_points(const struct area *area);

/* Whether a point lies inside.  On an edge: a point belongs to the area to its north-east, exactly
 * (integer arithmetic), so of two areas that share an edge point for point exactly one holds each
 * point of it. */
bool area_holds(const struct area *area, struct point point);

/* Whether the line through n points, or with is_closed the polygon they go around, has a point in
 * common with the area; touching an edge counts. */
bool area_meets(const struct area *area, const struct point *points, size_t n, bool is_closed);

/* False when no side of the area comes near the box: the box then lies wholly inside or wholly
 * outside, and area_holds() of any of its points says which.  Cheap; true may be a false alarm. */
bool area_may_cut(const struct area *area, const struct geo_box *box);

/*
 * Square metres of a convex cell (corners in order, 3..AREA_CELL_CORNERS_MAX) that lie in all n
 * areas at once; with n = 0 the cell's own.  Cut into AREA_STRIPS strips of equal height plus one
 * edge at each corner of the cell; a strip is measured along its middle.  Exact where no side
 * begins or crosses inside a strip, otherwise off by less than the strip: typically below 0.1 % of
 * the cell, at worst 1/AREA_STRIPS per ragged side. ERR_FORMAT for a cell outside those bounds,
 * ERR_NOMEM.
 */
MUST_USE enum err area_overlap_m2(const struct area *const areas[], size_t n,
				  const struct point *corners, size_t n_corners, double *m2);

#endif
