/*
 * Promises routes and areas as lists of points, typed in decimal degrees.  No crossing of 180
 * degrees; a circle becomes an area of 32 corners.
 */
#include "model/place.h"

#include "model/geo.h"
#include "model/typed.h"

#include <stdlib.h>
#include <string.h>

enum { TYPED_SIZE = 4096, CORNERS = 32, UNIT = 1000000, CIRCLE_MAX_M = 500000 };

bool
shape_is_sound(const struct shape *shape)
{
	if (shape->n < (shape->is_area ? 3 : 2) || shape->n > LIMIT_SHAPE_POINTS)
		return false;
	for (unsigned i = 0; i < shape->n; i++) {
		struct point p = {shape->points[i].lat_e7, shape->points[i].lon_e7};

		if (!geo_is_valid(p))
			return false;
	}
	return true;
}

bool
shape_equal(const struct shape *a, const struct shape *b)
{
	if (a->is_area != b->is_area || a->n != b->n)
		return false;
	for (unsigned i = 0; i < a->n; i++) {
		if (a->points[i].lat_e7 != b->points[i].lat_e7 ||
		    a->points[i].lon_e7 != b->points[i].lon_e7)
			return false;
	}
	return true;
}

/* A decimal number in units of 10^-places; digits beyond are dropped. */
static bool
take_decimal(struct span *rest, unsigned places, int64_t *value)
{
	bool is_negative = typed_take(rest, "-");
	int64_t digit;
	unsigned n = 0;

	if (!typed_digits(rest, 1, 6, value))
		return false;
	if (typed_take(rest, ".")) {
		if (rest->n == 0 || rest->p[0] < '0' || rest->p[0] > '9')
			return false;
		while (typed_digits(rest, 1, 1, &digit)) {
			if (n < places) {
				*value = *value * 10 + digit;
				n++;
			}
		}
	}
	for (; n < places; n++)
		*value *= 10;
	if (is_negative)
		*value = -*value;
	return true;
}

static bool
take_point(struct span *rest, struct shape_point *point)
{
	int64_t lat;
	int64_t lon;

	if (!take_decimal(rest, 7, &lat) || !typed_take(rest, ",") ||
	    !take_decimal(rest, 7, &lon) || llabs(lat) > 90 * (int64_t)GEO_E7 ||
	    llabs(lon) > 180 * (int64_t)GEO_E7)
		return false;
	*point = (struct shape_point){(int32_t)lat, (int32_t)lon};
	return true;
}

/* Millionths of the sine of eighths of a right angle. */
static int64_t
sine(unsigned step)
{
	static const int64_t quarter[] = {0,      195090, 382683, 555570, 707107,
					  831470, 923880, 980785, UNIT};
	unsigned s = step % CORNERS;
	unsigned half = s % (CORNERS / 2);
	int64_t value = quarter[half <= 8 ? half : 16 - half];

	return s < CORNERS / 2 ? value : -value;
}

static bool
set_circle(struct shape_point centre, int64_t radius_m, struct shape *shape)
{
	struct point here = {centre.lat_e7, centre.lon_e7};
	struct point north = {centre.lat_e7 + GEO_E7, centre.lon_e7};
	struct point east = {centre.lat_e7, centre.lon_e7 + GEO_E7};
	int64_t lat_m;
	int64_t lon_m;

	if (llabs(centre.lat_e7) > 80 * (int64_t)GEO_E7 ||
	    llabs(centre.lon_e7) > 170 * (int64_t)GEO_E7 || radius_m < 1 || radius_m > CIRCLE_MAX_M)
		return false;
	lat_m = (int64_t)geo_distance_m(here, north);
	lon_m = (int64_t)geo_distance_m(here, east);
	shape->is_area = true;
	shape->n = CORNERS;
	for (unsigned i = 0; i < CORNERS; i++) {
		int64_t lat = centre.lat_e7 + radius_m * sine(i + 8) * 10 / lat_m;
		int64_t lon = centre.lon_e7 + radius_m * sine(i) * 10 / lon_m;

		if (llabs(lat) > 90 * (int64_t)GEO_E7 || llabs(lon) > 180 * (int64_t)GEO_E7)
			return false;
		shape->points[i] = (struct shape_point){(int32_t)lat, (int32_t)lon};
	}
	return true;
}

static bool
read_circle(struct span rest, struct shape *shape)
{
	struct shape_point centre;
	int64_t radius_m;

	if (!take_point(&rest, &centre) || !typed_take(&rest, ",") ||
	    !take_decimal(&rest, 3, &radius_m))
		return false;
	(void)typed_take(&rest, " ");
	(void)typed_take(&rest, "km");
	return rest.n == 0 && set_circle(centre, radius_m, shape);
}

static bool
read_points(struct span rest, struct shape *shape)
{
	while (rest.n) {
		if (shape->n == LIMIT_SHAPE_POINTS || !take_point(&rest, &shape->points[shape->n]))
			return false;
		shape->n++;
		if (rest.n && !typed_take(&rest, " "))
			return false;
	}
	return shape_is_sound(shape);
}

bool
shape_read(struct span text, struct shape *shape)
{
	char plain[TYPED_SIZE];
	struct span rest;
	bool is_read;

	memset(shape, 0, sizeof *shape);
	if (!typed_plain(text, plain, sizeof plain))
		return false;
	rest = span_of(plain);
	if (typed_take(&rest, "circle ")) {
		is_read = read_circle(rest, shape);
	} else {
		shape->is_area = typed_take(&rest, "area ");
		is_read =
		    (shape->is_area || typed_take(&rest, "line ")) && read_points(rest, shape);
	}
	if (!is_read)
		memset(shape, 0, sizeof *shape);
	return is_read;
}

/* Degrees without needless zeroes: 35.1, -0.5, 44. */
static void
write_degrees(struct out *out, int32_t e7)
{
	int64_t value = llabs((int64_t)e7);
	int64_t rest = value % GEO_E7;
	int places = 7;

	if (e7 < 0)
		out_char(out, '-');
	out_int(out, value / GEO_E7);
	if (rest == 0)
		return;
	for (; rest % 10 == 0; rest /= 10)
		places--;
	out_format(out, ".%0*lld", places, (long long)rest);
}

void
shape_write(struct out *out, const struct shape *shape)
{
	if (!shape_is_sound(shape))
		return;
	out_text(out, shape->is_area ? "area" : "line");
	for (unsigned i = 0; i < shape->n; i++) {
		out_char(out, ' ');
		write_degrees(out, shape->points[i].lat_e7);
		out_char(out, ',');
		write_degrees(out, shape->points[i].lon_e7);
	}
}
