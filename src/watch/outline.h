#ifndef SEAM_WATCH_OUTLINE_H
#define SEAM_WATCH_OUTLINE_H

#include "model/geo.h"
#include "model/place.h"

/*
 * What a record's square, route or area covers on the ground, and how far two of them are apart.
 * A square is its whole cell, never a pin; it may lie in another zone of the grid than its
 * neighbour.
 */
struct outline {
	bool is_closed;  /* an area: what lies inside belongs to it */
	unsigned n;      /* 1 … LIMIT_SHAPE_POINTS */
	double half_m;   /* half the width of a route or corridor; 0 where it names none */
	double radius_m; /* no point of it lies farther from the centre, half the width included */
	struct point centre;
	struct point points[LIMIT_SHAPE_POINTS];
};

/* The cell of a square; false for a place of level 0 or none on the grid. */
bool outline_of_place(const struct place *place, struct outline *outline);

/* A route of that width (0: a line), or an area. The shape is sound. */
void outline_of_shape(const struct shape *shape, int64_t width_m, struct outline *outline);

void outline_of_box(const struct geo_box *box, struct outline *outline);

/* Metres between the nearest edges, less half the widths; 0 where they touch or one holds the
 * other.  The nearest pair is found on a plane between them, its distance by geo_distance_m(): off
 * by less than 0.5 % within 500 km. */
double outline_near_m(const struct outline *a, const struct outline *b);

/* Metres between the two corners that are farthest apart, half the widths added. */
double outline_far_m(const struct outline *a, const struct outline *b);

#endif
