/*
 * Promises the nearest and the farthest that two squares, routes or areas can be apart.  Says
 * nothing of where inside them something is.
 */
#include "watch/outline.h"

#include "model/mgrs.h"

#include <assert.h>
#include <math.h>
#include <string.h>

static_assert((unsigned)MGRS_CORNERS_MAX <= (unsigned)LIMIT_SHAPE_POINTS, "a cell fits");

static const double RAD = 3.14159265358979323846 / 180;

/* A plane in which both outlines lie nearly true to scale, in metres. */
struct plane {
	double lat_e7, lon_e7;
	double east_m, north_m; /* of 1e-7 degree */
};

struct flat {
	double east, north;
};

/* The nearest pair found so far. */
struct pair {
	double square;
	struct flat from, to;
};

static void
measure_radius(struct outline *outline)
{
	outline->radius_m = 0;
	for (unsigned i = 0; i < outline->n; i++)
		outline->radius_m =
		    fmax(outline->radius_m, geo_distance_m(outline->centre, outline->points[i]));
	outline->radius_m += outline->half_m;
}

bool
outline_of_place(const struct place *place, struct outline *outline)
{
	struct mgrs_cell cell;

	*outline = (struct outline){.is_closed = true};
	if (place->level == 0 || mgrs_cell(span_of(place->mgrs), &cell) != ERR_OK)
		return false;
	outline->n = cell.n;
	memcpy(outline->points, cell.corners, cell.n * sizeof *cell.corners);
	outline->centre = cell.centre;
	measure_radius(outline);
	return true;
}

void
outline_of_shape(const struct shape *shape, int64_t width_m, struct outline *outline)
{
	int64_t lat = 0, lon = 0;

	*outline = (struct outline){.is_closed = shape->is_area,
				    .n = shape->n,
				    .half_m = shape->is_area ? 0 : (double)width_m / 2};
	for (unsigned i = 0; i < shape->n; i++) {
		outline->points[i] =
		    (struct point){shape->points[i].lat_e7, shape->points[i].lon_e7};
		lat += shape->points[i].lat_e7;
		lon += shape->points[i].lon_e7;
	}
	outline->centre = (struct point){(int32_t)(lat / shape->n), (int32_t)(lon / shape->n)};
	measure_radius(outline);
}

void
outline_of_box(const struct geo_box *box, struct outline *outline)
{
	struct point low = box->low, high = box->high;

	*outline = (struct outline){.is_closed = true, .n = 4};
	outline->points[0] = low;
	outline->points[1] = (struct point){low.lat_e7, high.lon_e7};
	outline->points[2] = high;
	outline->points[3] = (struct point){high.lat_e7, low.lon_e7};
	outline->centre = (struct point){low.lat_e7 + (high.lat_e7 - low.lat_e7) / 2,
					 (int32_t)(((int64_t)low.lon_e7 + high.lon_e7) / 2)};
	measure_radius(outline);
}

/* Radii of curvature in the middle: across the meridian and along it. */
static struct plane
plane_between(const struct outline *a, const struct outline *b)
{
	const double radius = 6378137.0, e2 = 0.00669437999014;
	struct plane plane = {((double)a->centre.lat_e7 + b->centre.lat_e7) / 2,
			      ((double)a->centre.lon_e7 + b->centre.lon_e7) / 2, 0, 0};
	double lat = plane.lat_e7 / GEO_E7 * RAD, w = 1 - e2 * sin(lat) * sin(lat);

	plane.east_m = radius / sqrt(w) * cos(lat) * RAD / GEO_E7;
	plane.north_m = radius * (1 - e2) / (w * sqrt(w)) * RAD / GEO_E7;
	return plane;
}

static void
lay_flat(const struct plane *plane, const struct outline *outline, struct flat *points)
{
	for (unsigned i = 0; i < outline->n; i++)
		points[i] =
		    (struct flat){(outline->points[i].lon_e7 - plane->lon_e7) * plane->east_m,
				  (outline->points[i].lat_e7 - plane->lat_e7) * plane->north_m};
}

static struct point
lift(const struct plane *plane, struct flat at)
{
	return (struct point){(int32_t)lround(plane->lat_e7 + at.north / plane->north_m),
			      (int32_t)lround(plane->lon_e7 + at.east / plane->east_m)};
}

static double
cross(struct flat o, struct flat a, struct flat b)
{
	return (a.east - o.east) * (b.north - o.north) - (a.north - o.north) * (b.east - o.east);
}

static bool
pieces_cross(const struct flat a[2], const struct flat b[2])
{
	return cross(a[0], a[1], b[0]) * cross(a[0], a[1], b[1]) < 0 &&
	       cross(b[0], b[1], a[0]) * cross(b[0], b[1], a[1]) < 0;
}

static void
try_point(struct flat point, const struct flat piece[2], bool is_swapped, struct pair *best)
{
	double east = piece[1].east - piece[0].east, north = piece[1].north - piece[0].north;
	double length = east * east + north * north, part = 0, square;
	struct flat foot;

	if (length > 0)
		part =
		    ((point.east - piece[0].east) * east + (point.north - piece[0].north) * north) /
		    length;
	part = fmin(fmax(part, 0), 1);
	foot = (struct flat){piece[0].east + part * east, piece[0].north + part * north};
	square = (foot.east - point.east) * (foot.east - point.east) +
		 (foot.north - point.north) * (foot.north - point.north);
	if (square >= best->square)
		return;
	*best =
	    is_swapped ? (struct pair){square, foot, point} : (struct pair){square, point, foot};
}

static void
try_pieces(const struct flat a[2], const struct flat b[2], struct pair *best)
{
	if (pieces_cross(a, b)) {
		best->square = 0;
		return;
	}
	try_point(a[0], b, false, best);
	try_point(a[1], b, false, best);
	try_point(b[0], a, true, best);
	try_point(b[1], a, true, best);
}

/* Even-odd, as area.h counts. */
static bool
holds(const struct outline *outline, const struct flat *corners, struct flat point)
{
	bool is_inside = false;

	for (unsigned i = 0, k = outline->n - 1; outline->is_closed && i < outline->n; k = i++) {
		const struct flat *a = &corners[k], *b = &corners[i];
		double at;

		if ((a->north > point.north) == (b->north > point.north))
			continue;
		at = a->east +
		     (point.north - a->north) / (b->north - a->north) * (b->east - a->east);
		is_inside = is_inside != (point.east < at);
	}
	return is_inside;
}

/* Piece i of an outline; a single point is a piece of no length. */
static unsigned
pieces(const struct outline *outline)
{
	return outline->is_closed || outline->n == 1 ? outline->n : outline->n - 1;
}

static void
piece_at(const struct outline *outline, const struct flat *flats, unsigned i, struct flat piece[2])
{
	piece[0] = flats[i];
	piece[1] = flats[(i + 1) % outline->n];
}

double
outline_near_m(const struct outline *a, const struct outline *b)
{
	struct flat on_a[LIMIT_SHAPE_POINTS], on_b[LIMIT_SHAPE_POINTS];
	struct plane plane = plane_between(a, b);
	struct pair best = {INFINITY, {0, 0}, {0, 0}};
	double apart;

	lay_flat(&plane, a, on_a);
	lay_flat(&plane, b, on_b);
	if (holds(a, on_a, on_b[0]) || holds(b, on_b, on_a[0]))
		return 0;
	for (unsigned i = 0; i < pieces(a); i++)
		for (unsigned k = 0; k < pieces(b); k++) {
			struct flat from[2], to[2];

			piece_at(a, on_a, i, from);
			piece_at(b, on_b, k, to);
			try_pieces(from, to, &best);
		}
	/* Corners come in steps of a centimetre. */
	if (best.square < 0.01)
		return 0;
	apart = geo_distance_m(lift(&plane, best.from), lift(&plane, best.to));
	return fmax(apart - a->half_m - b->half_m, 0);
}

double
outline_far_m(const struct outline *a, const struct outline *b)
{
	double far = 0;

	for (unsigned i = 0; i < a->n; i++)
		for (unsigned k = 0; k < b->n; k++)
			far = fmax(far, geo_distance_m(a->points[i], b->points[k]));
	return far + a->half_m + b->half_m;
}
