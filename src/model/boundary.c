/*
 * Promises where a point lies as seen from one line: side, distance, kilometre.  Says nothing about
 * right or duty.
 */
#include "model/boundary.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double RAD = 3.14159265358979323846 / 180;

struct boundary {
	char name[BOUNDARY_TEXT_MAX], code[BOUNDARY_TEXT_MAX];
	char left[BOUNDARY_TEXT_MAX], right[BOUNDARY_TEXT_MAX];
	int64_t from_ms, to_ms;
	uint32_t band_m;
	size_t n;
	double *along_m; /* from the first point to point i */
	struct point points[];
};

/* A point on the plane of the measured point, in metres. */
struct flat {
	double east, north;
};

/* Metres of 1e-7 degree at the measured point. */
struct plane {
	struct point origin;
	double east_m, north_m;
};

/* Where on which piece the nearest point is: part 0..1 of the way from point i to i + 1. */
struct foot {
	size_t i;
	double part, square;
};

static enum err
copy_texts(struct boundary *line, const struct boundary_input *input)
{
	bool fits = span_copy(line->name, sizeof(line->name), input->name) &&
		    span_copy(line->code, sizeof(line->code), input->code) &&
		    span_copy(line->left, sizeof(line->left), input->left) &&
		    span_copy(line->right, sizeof(line->right), input->right);

	return fits ? ERR_OK : ERR_LIMIT;
}

/* Copies the points without immediate repetitions, so that every piece has a direction. */
static enum err
copy_points(struct boundary *line, const struct boundary_input *input)
{
	for (size_t i = 0; i < input->n; i++) {
		struct point p = input->points[i], last;

		if (!geo_is_valid(p))
			return ERR_FORMAT;
		if (line->n == 0) {
			line->points[line->n++] = p;
			continue;
		}
		last = line->points[line->n - 1];
		if (last.lat_e7 == p.lat_e7 && last.lon_e7 == p.lon_e7)
			continue;
		if (llabs((int64_t)last.lon_e7 - p.lon_e7) > 90 * (int64_t)GEO_E7)
			return ERR_FORMAT;
		line->along_m[line->n] = line->along_m[line->n - 1] + geo_distance_m(last, p);
		line->points[line->n++] = p;
	}
	return line->n >= 2 ? ERR_OK : ERR_FORMAT;
}

enum err
boundary_make(const struct boundary_input *input, struct boundary **line)
{
	struct boundary *made;
	enum err err;

	*line = NULL;
	if (input->n < 2 || input->to_ms <= input->from_ms)
		return ERR_FORMAT;
	if (input->n > BOUNDARY_POINTS_MAX)
		return ERR_LIMIT;
	made = calloc(1, sizeof(*made) + input->n * sizeof(made->points[0]));
	if (!made)
		return ERR_NOMEM;
	made->from_ms = input->from_ms;
	made->to_ms = input->to_ms;
	made->band_m = input->band_m ? input->band_m : BOUNDARY_BAND_M;
	made->along_m = calloc(input->n, sizeof(*made->along_m));
	err = made->along_m ? copy_texts(made, input) : ERR_NOMEM;
	if (!err)
		err = copy_points(made, input);
	if (err) {
		boundary_free(made);
		return err;
	}
	*line = made;
	return ERR_OK;
}

void
boundary_free(struct boundary *line)
{
	if (!line)
		return;
	free(line->along_m);
	free(line);
}

const char *
boundary_name(const struct boundary *line)
{
	return line->name;
}

const char *
boundary_code(const struct boundary *line)
{
	return line->code;
}

double
boundary_length_km(const struct boundary *line)
{
	return line->along_m[line->n - 1] / 1000;
}

bool
boundary_is_on(const struct boundary *line, int64_t at_ms)
{
	return line->from_ms <= at_ms && at_ms < line->to_ms;
}

/* Radii of curvature at the point: across the meridian and along it. */
static struct plane
plane_at(struct point origin)
{
	const double a = 6378137.0, e2 = 0.00669437999014;
	double lat = origin.lat_e7 / (double)GEO_E7 * RAD, w = 1 - e2 * sin(lat) * sin(lat);
	double across = a / sqrt(w), along = a * (1 - e2) / (w * sqrt(w));

	return (struct plane){origin, across * cos(lat) * RAD / GEO_E7, along * RAD / GEO_E7};
}

static struct flat
lay_flat(const struct plane *plane, struct point p)
{
	return (struct flat){((double)p.lon_e7 - plane->origin.lon_e7) * plane->east_m,
			     ((double)p.lat_e7 - plane->origin.lat_e7) * plane->north_m};
}

static double
cross(struct flat a, struct flat b)
{
	return a.east * b.north - a.north * b.east;
}

/* The measured point is the plane's origin, so a piece from a to b is nearest where -a projects on
 * it. */
static struct foot
nearest(const struct boundary *line, const struct plane *plane)
{
	struct foot best = {0, 0, INFINITY};
	struct flat a = lay_flat(plane, line->points[0]);

	for (size_t i = 0; i + 1 < line->n; i++) {
		struct flat b = lay_flat(plane, line->points[i + 1]);
		struct flat d = {b.east - a.east, b.north - a.north};
		double length = d.east * d.east + d.north * d.north, part = 0, east, north, square;

		/* A meridian's pieces have no length at the pole itself. */
		if (length > 0)
			part = fmin(fmax(-(a.east * d.east + a.north * d.north) / length, 0), 1);
		east = a.east + part * d.east;
		north = a.north + part * d.north;
		square = east * east + north * north;
		if (square < best.square)
			best = (struct foot){i, part, square};
		a = b;
	}
	return best;
}

/* Left of a piece is positive.  Nearest to a bend, the point lies on the bend's outer side,
 * whatever either piece drawn on would say. */
static double
turn_to_point(const struct boundary *line, const struct plane *plane, const struct foot *foot)
{
	size_t bend = foot->part >= 1 ? foot->i + 1 : foot->i;
	struct flat a = lay_flat(plane, line->points[foot->i]);
	struct flat b = lay_flat(plane, line->points[foot->i + 1]);
	struct flat d = {b.east - a.east, b.north - a.north};
	struct flat to_point = {-a.east, -a.north};
	bool is_at_bend = (foot->part <= 0 || foot->part >= 1) && bend > 0 && bend + 1 < line->n;

	if (is_at_bend) {
		struct flat before = lay_flat(plane, line->points[bend - 1]);
		struct flat at = lay_flat(plane, line->points[bend]);
		struct flat after = lay_flat(plane, line->points[bend + 1]);
		double turn = cross((struct flat){at.east - before.east, at.north - before.north},
				    (struct flat){after.east - at.east, after.north - at.north});

		if (turn != 0)
			return -turn;
	}
	return cross(d, to_point);
}

void
boundary_measure(const struct boundary *line, struct point point, struct boundary_hit *hit)
{
	struct plane plane = plane_at(point);
	struct foot foot = nearest(line, &plane);
	struct point a = line->points[foot.i], b = line->points[foot.i + 1], at;
	double turn = turn_to_point(line, &plane, &foot);

	at.lat_e7 = a.lat_e7 + (int32_t)lround(foot.part * ((double)b.lat_e7 - a.lat_e7));
	at.lon_e7 = a.lon_e7 + (int32_t)lround(foot.part * ((double)b.lon_e7 - a.lon_e7));
	*hit = (struct boundary_hit){.line = line, .side_name = ""};
	hit->distance_m = geo_distance_m(point, at);
	hit->km = (line->along_m[foot.i] +
		   foot.part * (line->along_m[foot.i + 1] - line->along_m[foot.i])) /
		  1000;
	hit->is_in_band = hit->distance_m <= line->band_m;
	hit->is_past_end =
	    (foot.i == 0 && foot.part <= 0) || (foot.i + 2 == line->n && foot.part >= 1);
	/* Nearer than the coordinates' unit, left and right mean nothing. */
	if (hit->distance_m < 0.02 || turn == 0)
		return;
	hit->side = turn > 0 ? BOUNDARY_LEFT : BOUNDARY_RIGHT;
	hit->side_name = turn > 0 ? line->left : line->right;
}
