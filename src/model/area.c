/*
 * Promises point-in-area and areas of overlap for bounded sets of rings, exact in integers where a
 * yes or no is asked.  Does not build, repair or simplify geometry.
 */
#include "model/area.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double RAD = 3.14159265358979323846 / 180;

/* One side, its southern end first; sides along a parallel stand apart, the even-odd rule never
 * meets them. */
struct side {
	struct point low, high;
};

/*
 * Sides are listed by slab: band k of equal height holds list[start[k]] to list[start[k + 1] - 1],
 * so that a point meets only the few sides of its own slab.
 */
struct area {
	struct geo_box box;
	size_t n_sides, n_points, n_flats;
	struct side *sides, *flats; /* flats: along a parallel, western end first */
	uint32_t *start, *list;
	uint32_t n_slabs;
};

enum { SLABS_MAX = 1024, LIST_PER_SIDE = 8 };

static size_t
without_closing(const struct point *points, size_t n)
{
	while (n > 1 && points[0].lat_e7 == points[n - 1].lat_e7 &&
	       points[0].lon_e7 == points[n - 1].lon_e7)
		n--;
	return n;
}

static void
widen(struct geo_box *box, struct point p)
{
	if (p.lat_e7 < box->low.lat_e7)
		box->low.lat_e7 = p.lat_e7;
	if (p.lat_e7 > box->high.lat_e7)
		box->high.lat_e7 = p.lat_e7;
	if (p.lon_e7 < box->low.lon_e7)
		box->low.lon_e7 = p.lon_e7;
	if (p.lon_e7 > box->high.lon_e7)
		box->high.lon_e7 = p.lon_e7;
}

static enum err
check(const struct point *points, const size_t *sizes, size_t n_rings, struct area *area)
{
	size_t total = 0;

	if (n_rings == 0 || sizes[0] == 0)
		return ERR_FORMAT;
	if (n_rings > AREA_RINGS_MAX)
		return ERR_LIMIT;
	area->box = (struct geo_box){points[0], points[0]};
	for (size_t r = 0; r < n_rings; r++) {
		if (sizes[r] > AREA_POINTS_MAX - total)
			return ERR_LIMIT;
		for (size_t i = 0; i < sizes[r]; i++) {
			if (!geo_is_valid(points[total + i]))
				return ERR_FORMAT;
			widen(&area->box, points[total + i]);
		}
		if (without_closing(points + total, sizes[r]) < 3)
			return ERR_FORMAT;
		area->n_points += without_closing(points + total, sizes[r]);
		total += sizes[r];
	}
	/* Keeps is_west_of() inside int64, and nobody's district goes around half the globe. */
	if ((int64_t)area->box.high.lon_e7 - area->box.low.lon_e7 > 180 * (int64_t)GEO_E7)
		return ERR_FORMAT;
	return ERR_OK;
}

static void
add_sides(struct area *area, const struct point *points, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct point a = points[i], b = points[(i + 1) % n];

		if (a.lat_e7 < b.lat_e7)
			area->sides[area->n_sides++] = (struct side){a, b};
		else if (a.lat_e7 > b.lat_e7)
			area->sides[area->n_sides++] = (struct side){b, a};
		else if (a.lon_e7 < b.lon_e7)
			area->flats[area->n_flats++] = (struct side){a, b};
		else
			area->flats[area->n_flats++] = (struct side){b, a};
	}
}

static uint32_t
slab_of(const struct area *area, int32_t lat_e7)
{
	int64_t height = (int64_t)area->box.high.lat_e7 - area->box.low.lat_e7 + 1;

	return (uint32_t)(((int64_t)lat_e7 - area->box.low.lat_e7) * area->n_slabs / height);
}

/* Few long sides would fill every slab: halve the slabs until the lists are in proportion to the
 * sides. */
static size_t
choose_slabs(struct area *area)
{
	size_t total;

	for (area->n_slabs = SLABS_MAX;; area->n_slabs /= 2) {
		total = 0;
		for (size_t i = 0; i < area->n_sides; i++)
			total += slab_of(area, area->sides[i].high.lat_e7) -
				 slab_of(area, area->sides[i].low.lat_e7) + 1;
		if (total <= LIST_PER_SIDE * area->n_sides || area->n_slabs == 1)
			return total;
	}
}

static enum err
fill_slabs(struct area *area)
{
	size_t total = choose_slabs(area);

	area->start = calloc((size_t)area->n_slabs + 1, sizeof(*area->start));
	area->list = calloc(total + 1, sizeof(*area->list));
	if (!area->start || !area->list)
		return ERR_NOMEM;
	for (size_t i = 0; i < area->n_sides; i++)
		for (uint32_t k = slab_of(area, area->sides[i].low.lat_e7);
		     k <= slab_of(area, area->sides[i].high.lat_e7); k++)
			area->start[k + 1]++;
	for (uint32_t k = 0; k < area->n_slabs; k++)
		area->start[k + 1] += area->start[k];
	/* Filled from the back: start[k + 1] walks down to where slab k begins, then everything is
	 * one to the left. */
	for (size_t i = area->n_sides; i-- > 0;)
		for (uint32_t k = slab_of(area, area->sides[i].low.lat_e7);
		     k <= slab_of(area, area->sides[i].high.lat_e7); k++)
			area->list[--area->start[k + 1]] = (uint32_t)i;
	memmove(area->start, area->start + 1, area->n_slabs * sizeof(*area->start));
	area->start[area->n_slabs] = (uint32_t)total;
	return ERR_OK;
}

static enum err
build(struct area *area, const struct point *points, const size_t *sizes, size_t n_rings)
{
	size_t at = 0;

	area->sides = calloc(area->n_points, sizeof(*area->sides));
	area->flats = calloc(area->n_points, sizeof(*area->flats));
	if (!area->sides || !area->flats)
		return ERR_NOMEM;
	for (size_t r = 0; r < n_rings; r++) {
		size_t n = without_closing(points + at, sizes[r]);

		add_sides(area, points + at, n);
		at += sizes[r];
	}
	return fill_slabs(area);
}

enum err
area_make(const struct point *points, const size_t *sizes, size_t n_rings, struct area **area)
{
	struct area *made = calloc(1, sizeof(*made));
	enum err err;

	*area = NULL;
	if (!made)
		return ERR_NOMEM;
	err = check(points, sizes, n_rings, made);
	if (!err)
		err = build(made, points, sizes, n_rings);
	if (err) {
		area_free(made);
		return err;
	}
	*area = made;
	return ERR_OK;
}

void
area_free(struct area *area)
{
	if (!area)
		return;
	free(area->sides);
	free(area->flats);
	free(area->start);
	free(area->list);
	free(area);
}

struct geo_box
area_box(const struct area *area)
{
	return area->box;
}

size_t
area_points(const struct area *area)
{
	return area->n_points;
}

/* Products stay below 2 * (180 * 1e7)^2 < 2^63: both the area's box and the globe's latitudes span
 * 180 degrees. */
static bool
is_west_of(struct point p, const struct side *side)
{
	int64_t rise = (int64_t)side->high.lat_e7 - side->low.lat_e7;
	int64_t run = (int64_t)side->high.lon_e7 - side->low.lon_e7;

	return run * ((int64_t)p.lat_e7 - side->low.lat_e7) >
	       rise * ((int64_t)p.lon_e7 - side->low.lon_e7);
}

bool
area_holds(const struct area *area, struct point point)
{
	bool is_inside = false;
	uint32_t slab;

	if (!geo_in_box(&area->box, point))
		return false;
	slab = slab_of(area, point.lat_e7);
	for (uint32_t i = area->start[slab]; i < area->start[slab + 1]; i++) {
		const struct side *side = &area->sides[area->list[i]];

		if (side->low.lat_e7 <= point.lat_e7 && point.lat_e7 < side->high.lat_e7 &&
		    is_west_of(point, side))
			is_inside = !is_inside;
	}
	return is_inside;
}

static bool
lies_apart(const struct side *side, const struct geo_box *box)
{
	int32_t west = side->low.lon_e7 < side->high.lon_e7 ? side->low.lon_e7 : side->high.lon_e7;
	int32_t east = side->low.lon_e7 < side->high.lon_e7 ? side->high.lon_e7 : side->low.lon_e7;

	return side->high.lat_e7 < box->low.lat_e7 || side->low.lat_e7 > box->high.lat_e7 ||
	       east < box->low.lon_e7 || west > box->high.lon_e7;
}

/* All four corners on one side of the line through it. */
static bool
passes_by(const struct side *side, const struct geo_box *box)
{
	struct point nw = {box->high.lat_e7, box->low.lon_e7};
	struct point se = {box->low.lat_e7, box->high.lon_e7};
	bool is_west = is_west_of(box->low, side);

	return is_west_of(box->high, side) == is_west && is_west_of(nw, side) == is_west &&
	       is_west_of(se, side) == is_west;
}

bool
area_may_cut(const struct area *area, const struct geo_box *box)
{
	uint32_t first, last;

	if (!geo_boxes_meet(&area->box, box))
		return false;
	/* Products in is_west_of() are bounded for points of the area's own reach only. */
	if (box->low.lon_e7 < area->box.low.lon_e7 || box->low.lat_e7 < area->box.low.lat_e7 ||
	    box->high.lon_e7 > area->box.high.lon_e7 || box->high.lat_e7 > area->box.high.lat_e7)
		return true;
	for (size_t i = 0; i < area->n_flats; i++)
		if (!lies_apart(&area->flats[i], box))
			return true;
	first = slab_of(area, box->low.lat_e7);
	last = slab_of(area, box->high.lat_e7);
	for (uint32_t i = area->start[first]; i < area->start[last + 1]; i++) {
		const struct side *side = &area->sides[area->list[i]];

		if (!lies_apart(side, box) && !passes_by(side, box))
			return true;
	}
	return false;
}

static bool
crosses(const struct area *area, struct point a, struct point b)
{
	for (size_t i = 0; i < area->n_sides; i++)
		if (geo_pieces_meet(a, b, area->sides[i].low, area->sides[i].high))
			return true;
	for (size_t i = 0; i < area->n_flats; i++)
		if (geo_pieces_meet(a, b, area->flats[i].low, area->flats[i].high))
			return true;
	return false;
}

bool
area_meets(const struct area *area, const struct point *points, size_t n, bool is_closed)
{
	for (size_t i = 0; i < n; i++)
		if (area_holds(area, points[i]))
			return true;
	for (size_t i = 0; i + 1 < n + is_closed; i++)
		if (crosses(area, points[i], points[(i + 1) % n]))
			return true;
	/* What is left: apart, or an island of the area lies wholly within the polygon. */
	for (size_t i = 0; is_closed && i < area->n_sides; i++)
		if (geo_ring_holds(points, n, area->sides[i].low))
			return true;
	return false;
}

struct range {
	double from, to;
};

/* Working memory of one overlap: the sides near the cell, area after area, and two lists of ranges.
 */
struct sweep {
	struct geo_box box; /* of the cell */
	const struct side **sides;
	size_t *ends; /* sides of area k end at ends[k] */
	double *crossings;
	struct range *now, *next;
	size_t n_now;
};

static void
sweep_free(struct sweep *sweep)
{
	free(sweep->sides);
	free(sweep->ends);
	free(sweep->crossings);
	free(sweep->now);
	free(sweep->next);
}

/* Sides wholly to the east end no range inside the cell; those to the west do count, they say in or
 * out. */
static bool
is_near(const struct side *side, const struct geo_box *box)
{
	return side->high.lat_e7 >= box->low.lat_e7 && side->low.lat_e7 <= box->high.lat_e7 &&
	       (side->low.lon_e7 <= box->high.lon_e7 || side->high.lon_e7 <= box->high.lon_e7);
}

static enum err
sweep_gather(struct sweep *sweep, const struct area *const areas[], size_t n)
{
	size_t total = 0, at = 0;

	for (size_t k = 0; k < n; k++)
		for (size_t i = 0; i < areas[k]->n_sides; i++)
			total += is_near(&areas[k]->sides[i], &sweep->box);
	sweep->sides = calloc(total + 1, sizeof(*sweep->sides));
	sweep->ends = calloc(n + 1, sizeof(*sweep->ends));
	sweep->crossings = calloc(total + 1, sizeof(*sweep->crossings));
	/* Lists of a and b ranges meet in at most a + b - 1; an area with s sides has at most s of
	 * them. */
	sweep->now = calloc(total + n + 2, sizeof(*sweep->now));
	sweep->next = calloc(total + n + 2, sizeof(*sweep->next));
	if (!sweep->sides || !sweep->ends || !sweep->crossings || !sweep->now || !sweep->next)
		return ERR_NOMEM;
	for (size_t k = 0; k < n; k++) {
		for (size_t i = 0; i < areas[k]->n_sides; i++)
			if (is_near(&areas[k]->sides[i], &sweep->box))
				sweep->sides[at++] = &areas[k]->sides[i];
		sweep->ends[k] = at;
	}
	return ERR_OK;
}

static int
by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double
crossing(struct point a, struct point b, double lat)
{
	double part = (lat - a.lat_e7) / ((double)b.lat_e7 - a.lat_e7);

	return a.lon_e7 + part * ((double)b.lon_e7 - a.lon_e7);
}

/* Keeps of the ranges in `now` what lies between the 1st and 2nd, 3rd and 4th ... crossing. */
static void
keep_inside(struct sweep *sweep, size_t n_crossings)
{
	struct range *kept = sweep->next;
	size_t n = 0;

	for (size_t i = 0, c = 0; i < sweep->n_now && c < n_crossings;) {
		double in = sweep->crossings[c];
		/* The side that would close it lies east of the cell and was not gathered. */
		double out = c + 1 < n_crossings ? sweep->crossings[c + 1] : (double)INFINITY;
		struct range both = {fmax(in, sweep->now[i].from), fmin(out, sweep->now[i].to)};

		if (both.to > both.from)
			kept[n++] = both;
		if (out < sweep->now[i].to)
			c += 2;
		else
			i++;
	}
	sweep->next = sweep->now;
	sweep->now = kept;
	sweep->n_now = n;
}

/* Width in 1e-7 degree of all areas together on one parallel between `from` and `to`. */
static double
width_at(struct sweep *sweep, double lat, struct range cell, size_t n)
{
	double width = 0;

	sweep->now[0] = cell;
	sweep->n_now = 1;
	for (size_t k = 0; k < n && sweep->n_now > 0; k++) {
		size_t found = 0;

		for (size_t i = k == 0 ? 0 : sweep->ends[k - 1]; i < sweep->ends[k]; i++) {
			const struct side *side = sweep->sides[i];

			if (side->low.lat_e7 <= lat && lat < side->high.lat_e7)
				sweep->crossings[found++] = crossing(side->low, side->high, lat);
		}
		qsort(sweep->crossings, found, sizeof(*sweep->crossings), by_value);
		keep_inside(sweep, found);
	}
	for (size_t i = 0; i < sweep->n_now; i++)
		width += sweep->now[i].to - sweep->now[i].from;
	return width;
}

static struct range
cell_at(const struct point *corners, size_t n, double lat)
{
	struct range range = {INFINITY, -INFINITY};

	for (size_t i = 0; i < n; i++) {
		struct point a = corners[i], b = corners[(i + 1) % n];

		if ((a.lat_e7 <= lat) != (b.lat_e7 <= lat)) {
			range.from = fmin(range.from, crossing(a, b, lat));
			range.to = fmax(range.to, crossing(a, b, lat));
		}
	}
	return range;
}

static double
measure(struct sweep *sweep, const double *edges, size_t n_edges, const struct point *corners,
	size_t n_corners, size_t n)
{
	double sum = 0, unit = RAD / GEO_E7, below = geo_sector_m2(edges[0] * unit);

	for (size_t i = 0; i + 1 < n_edges; i++) {
		double middle = (edges[i] + edges[i + 1]) / 2,
		       above = geo_sector_m2(edges[i + 1] * unit);
		struct range range = cell_at(corners, n_corners, middle);

		if (edges[i + 1] > edges[i] && range.to > range.from)
			sum += (above - below) * unit * width_at(sweep, middle, range, n);
		below = above;
	}
	return sum;
}

enum err
area_overlap_m2(const struct area *const areas[], size_t n, const struct point *corners,
		size_t n_corners, double *m2)
{
	double edges[AREA_STRIPS + 1 + AREA_CELL_CORNERS_MAX];
	struct sweep sweep = {0};
	size_t n_edges = 0;
	enum err err = ERR_OK;

	*m2 = 0;
	if (n_corners < 3 || n_corners > AREA_CELL_CORNERS_MAX)
		return ERR_FORMAT;
	sweep.box = (struct geo_box){corners[0], corners[0]};
	for (size_t i = 0; i < n_corners; i++) {
		widen(&sweep.box, corners[i]);
		edges[n_edges++] = corners[i].lat_e7;
	}
	for (size_t k = 0; k < n; k++)
		if (!geo_boxes_meet(&sweep.box, &areas[k]->box))
			return ERR_OK;
	for (int i = 0; i <= AREA_STRIPS; i++)
		edges[n_edges++] =
		    sweep.box.low.lat_e7 +
		    ((double)sweep.box.high.lat_e7 - sweep.box.low.lat_e7) * i / AREA_STRIPS;
	qsort(edges, n_edges, sizeof(edges[0]), by_value);
	err = sweep_gather(&sweep, areas, n);
	if (!err)
		*m2 = measure(&sweep, edges, n_edges, corners, n_corners, n);
	sweep_free(&sweep);
	return err;
}
