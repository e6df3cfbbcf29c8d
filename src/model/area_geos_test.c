/* Random shapes with holes and islands against GEOS: every point the same, every overlap within the
 * promise. */
#include "model/area.h"

#include "model/mgrs.h"
#include "model/oracle_test.h"

#include <geos_c.h>
#include <math.h>
#include <stdlib.h>

enum { SHAPES = TEST_SLOW ? 400 : 40, POINTS = 2000, CELLS = 20, CORNERS_MAX = 400 };

/* Stars around their middles: never self-crossing.  An outer ring, a hole in it, an island beside
 * it. */
struct shape {
	struct point points[3 * CORNERS_MAX];
	size_t sizes[3];
};

static size_t
star(struct point *points, uint64_t *state, struct point middle, double low, double high)
{
	size_t n = (size_t)oracle_between(state, 3, CORNERS_MAX - 1);

	for (size_t i = 0; i < n; i++) {
		double angle = 2 * 3.14159265358979 * (double)i / (double)n;
		double reach = low + (high - low) * (double)oracle_between(state, 0, 1000) / 1000;

		points[i].lat_e7 = middle.lat_e7 + (int32_t)(reach * sin(angle));
		points[i].lon_e7 = middle.lon_e7 + (int32_t)(reach * cos(angle));
	}
	return n;
}

static struct shape
draw(uint64_t *state)
{
	struct point middle = {352500000 + (int32_t)oracle_between(state, -1000000, 1000000),
			       443000000 + (int32_t)oracle_between(state, -1000000, 1000000)};
	struct point beside = {middle.lat_e7, middle.lon_e7 + 5000000};
	struct shape shape;

	shape.sizes[0] = star(shape.points, state, middle, 1200000, 2000000);
	/* Rings of few corners cut inwards to half their reach: the hole must stay inside that. */
	shape.sizes[1] = star(shape.points + shape.sizes[0], state, middle, 100000, 500000);
	shape.sizes[2] =
	    star(shape.points + shape.sizes[0] + shape.sizes[1], state, beside, 300000, 900000);
	return shape;
}

static GEOSGeometry *
ring_of(const struct point *points, size_t n)
{
	GEOSCoordSequence *sequence = GEOSCoordSeq_create((unsigned)n + 1, 2);

	for (unsigned i = 0; i <= n; i++)
		GEOSCoordSeq_setXY(sequence, i, points[i % n].lon_e7, points[i % n].lat_e7);
	return GEOSGeom_createLinearRing(sequence);
}

static GEOSGeometry *
geos_of(const struct shape *shape)
{
	const struct point *second = shape->points + shape->sizes[0],
			   *third = second + shape->sizes[1];
	GEOSGeometry *hole = ring_of(second, shape->sizes[1]), *parts[2];

	parts[0] = GEOSGeom_createPolygon(ring_of(shape->points, shape->sizes[0]), &hole, 1);
	parts[1] = GEOSGeom_createPolygon(ring_of(third, shape->sizes[2]), NULL, 0);
	return GEOSGeom_createCollection(GEOS_MULTIPOLYGON, parts, 2);
}

static int
compare_points(const struct area *area, const GEOSGeometry *geometry, uint64_t *state)
{
	const GEOSPreparedGeometry *prepared = GEOSPrepare(geometry);
	int wrong = 0;

	for (int i = 0; i < POINTS; i++) {
		struct point p = {352500000 + (int32_t)oracle_between(state, -3000000, 3000000),
				  444000000 + (int32_t)oracle_between(state, -4000000, 7000000)};

		GEOSGeometry *point = GEOSGeom_createPointFromXY(p.lon_e7, p.lat_e7);
		bool is_inside = GEOSPreparedContains(prepared, point) == 1;

		/* The two rules differ on an edge, which GEOS covers but does not contain. */
		if (is_inside == (GEOSPreparedCovers(prepared, point) == 1))
			wrong += is_inside != area_holds(area, p);
		GEOSGeom_destroy(point);
	}
	GEOSPreparedGeom_destroy(prepared);
	return wrong;
}

/* Square metres of a small geometry: its planar size times what a unit is worth at its middle. */
static double
geos_m2(const GEOSGeometry *geometry)
{
	const double unit = 3.14159265358979323846 / 180 / GEO_E7;
	double flat = 0, lat = 0, step = 1000;
	GEOSGeometry *middle = GEOSGetCentroid(geometry);

	GEOSArea(geometry, &flat);
	if (flat > 0)
		GEOSGeomGetY(middle, &lat);
	GEOSGeom_destroy(middle);
	return flat * unit *
	       (geo_sector_m2((lat + step) * unit) - geo_sector_m2((lat - step) * unit)) /
	       (2 * step);
}

/* The largest difference, as a part of its cell; *off counts those above a thousandth. */
static double
worst_overlap(const struct area *const areas[2], GEOSGeometry *const geometries[2], uint64_t *state,
	      int *off)
{
	GEOSGeometry *both = GEOSIntersection(geometries[0], geometries[1]);
	double worst = 0;

	for (int i = 0; i < CELLS; i++) {
		struct point p = {352500000 + (int32_t)oracle_between(state, -2000000, 2000000),
				  443000000 + (int32_t)oracle_between(state, -2000000, 7000000)};
		GEOSGeometry *square, *inside;
		char text[MGRS_TEXT_MAX];
		struct mgrs_cell cell;
		double ours = -1;

		if (mgrs_from_point(p, 2 + 2 * (unsigned)(i % 2), text) ||
		    mgrs_cell(span_of(text), &cell) ||
		    area_overlap_m2(areas, 2, cell.corners, cell.n, &ours))
			return INFINITY;
		square = GEOSGeom_createPolygon(ring_of(cell.corners, cell.n), NULL, 0);
		inside = GEOSIntersection(both, square);
		ours = fabs(ours - geos_m2(inside)) / cell.area_m2;
		*off += ours > 0.001;
		worst = fmax(worst, ours);
		GEOSGeom_destroy(square);
		GEOSGeom_destroy(inside);
	}
	GEOSGeom_destroy(both);
	return worst;
}

int
main(void)
{
	uint64_t state = 42;
	double worst = 0;
	int wrong = 0;
	int off = 0;
	bool is_near;

	initGEOS(NULL, NULL);
	for (int i = 0; i < SHAPES; i++) {
		struct area *areas[2] = {NULL, NULL};
		GEOSGeometry *geometries[2];

		for (int k = 0; k < 2; k++) {
			struct shape shape = draw(&state);

			if (area_make(shape.points, shape.sizes, 3, &areas[k]))
				return 1;
			geometries[k] = geos_of(&shape);
			wrong += compare_points(areas[k], geometries[k], &state);
		}
		worst = fmax(worst, worst_overlap((const struct area *const[]){areas[0], areas[1]},
						  geometries, &state, &off));
		for (int k = 0; k < 2; k++) {
			area_free(areas[k]);
			GEOSGeom_destroy(geometries[k]);
		}
	}
	finishGEOS();
	is_near = worst < 1.0 / AREA_STRIPS && off * 100 < SHAPES * CELLS;
	printf("# %d points, %d differ from GEOS; %d overlaps, %d off by more than 0.1 %% of the "
	       "cell, at worst %.4f %%\n",
	       2 * SHAPES * POINTS, wrong, SHAPES * CELLS, off, worst * 100);
	printf("%sok 1 - points fall where GEOS says\n", wrong == 0 ? "" : "not ");
	printf("%sok 2 - overlaps are as large as GEOS says\n", is_near ? "" : "not ");
	return wrong == 0 && is_near ? 0 : 1;
}
