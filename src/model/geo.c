/*
 * Promises distances and directions good enough to say "4 km north-east of" and to rank by
 * nearness, on WGS 84 without a library.  Does not promise survey accuracy.
 */
#include "model/geo.h"

#include <math.h>

static const double A_M = 6378137.0;
static const double F = 1 / 298.257223563;
static const double RAD = 3.14159265358979323846 / 180;

bool
geo_is_valid(struct point point)
{
	return point.lat_e7 >= -90 * GEO_E7 && point.lat_e7 <= 90 * GEO_E7 &&
	       point.lon_e7 >= -180 * GEO_E7 && point.lon_e7 <= 180 * GEO_E7;
}

bool
geo_in_box(const struct geo_box *box, struct point point)
{
	return point.lat_e7 >= box->low.lat_e7 && point.lat_e7 <= box->high.lat_e7 &&
	       point.lon_e7 >= box->low.lon_e7 && point.lon_e7 <= box->high.lon_e7;
}

bool
geo_boxes_meet(const struct geo_box *a, const struct geo_box *b)
{
	return a->low.lat_e7 <= b->high.lat_e7 && b->low.lat_e7 <= a->high.lat_e7 &&
	       a->low.lon_e7 <= b->high.lon_e7 && b->low.lon_e7 <= a->high.lon_e7;
}

/* > 0: p lies to the left of a-b, < 0: to the right, 0: on it.  Products reach 1.3e19, beyond
 * int64; rounding is less than 1e-9 m. */
static double
turn_at(struct point a, struct point b, struct point p)
{
	return ((double)b.lon_e7 - a.lon_e7) * ((double)p.lat_e7 - a.lat_e7) -
	       ((double)b.lat_e7 - a.lat_e7) * ((double)p.lon_e7 - a.lon_e7);
}

static struct geo_box
box_of(struct point a, struct point b)
{
	struct geo_box box = {a, b};

	if (b.lat_e7 < a.lat_e7)
		box.low.lat_e7 = b.lat_e7, box.high.lat_e7 = a.lat_e7;
	if (b.lon_e7 < a.lon_e7)
		box.low.lon_e7 = b.lon_e7, box.high.lon_e7 = a.lon_e7;
	return box;
}

/* Neither piece lies wholly on one side of the other; pieces on one line meet where their boxes do.
 */
bool
geo_pieces_meet(struct point a, struct point b, struct point c, struct point d)
{
	struct geo_box one = box_of(a, b), other = box_of(c, d);
	double c_side = turn_at(a, b, c), d_side = turn_at(a, b, d);
	double a_side = turn_at(c, d, a), b_side = turn_at(c, d, b);

	return geo_boxes_meet(&one, &other) && !(c_side > 0 && d_side > 0) &&
	       !(c_side < 0 && d_side < 0) && !(a_side > 0 && b_side > 0) &&
	       !(a_side < 0 && b_side < 0);
}

bool
geo_ring_holds(const struct point *ring, size_t n, struct point point)
{
	bool is_inside = false;

	for (size_t i = 0; i < n; i++) {
		struct point low = ring[i], high = ring[(i + 1) % n];

		if (low.lat_e7 > high.lat_e7)
			low = high, high = ring[i];
		if (low.lat_e7 <= point.lat_e7 && point.lat_e7 < high.lat_e7 &&
		    turn_at(low, high, point) > 0)
			is_inside = !is_inside;
	}
	return is_inside;
}

bool
geo_from_degrees(double lat, double lon, struct point *point)
{
	*point = (struct point){0, 0};
	if (!(fabs(lat) <= 90 && fabs(lon) <= 180))
		return false;
	point->lat_e7 = (int32_t)lround(lat * GEO_E7);
	point->lon_e7 = (int32_t)lround(lon * GEO_E7);
	return true;
}

/* Latitude on the auxiliary sphere on which great circles stand for geodesics. */
static double
reduced_rad(int32_t lat_e7)
{
	double lat = lat_e7 / (double)GEO_E7 * RAD;

	return atan2((1 - F) * sin(lat), cos(lat));
}

static double
turn_rad(struct point from, struct point to)
{
	return ((double)to.lon_e7 - (double)from.lon_e7) / GEO_E7 * RAD;
}

double
geo_distance_m(struct point from, struct point to)
{
	double b1 = reduced_rad(from.lat_e7), b2 = reduced_rad(to.lat_e7);
	double p = (b1 + b2) / 2, q = (b2 - b1) / 2, half = turn_rad(from, to) / 2;
	double h = sin(q) * sin(q) + cos(b1) * cos(b2) * sin(half) * sin(half);
	double arc = 2 * asin(sqrt(fmin(h, 1)));
	double x, y;

	if (h <= 0)
		return 0;
	/* Near the antipode the flattening term grows without bound; the sphere alone is honest
	 * there. */
	if (arc > 3)
		return A_M * (1 - F / 3) * arc;
	x = (arc - sin(arc)) * pow(sin(p) * cos(q), 2) / (1 - h);
	y = (arc + sin(arc)) * pow(cos(p) * sin(q), 2) / h;
	return A_M * (arc - F / 2 * (x + y));
}

double
geo_bearing_deg(struct point from, struct point to)
{
	double b1 = reduced_rad(from.lat_e7), b2 = reduced_rad(to.lat_e7);
	double turn = turn_rad(from, to);
	double east = sin(turn) * cos(b2);
	double north = cos(b1) * sin(b2) - sin(b1) * cos(b2) * cos(turn);
	double bearing = atan2(east, north) / RAD;

	if (from.lat_e7 == to.lat_e7 && from.lon_e7 == to.lon_e7)
		return 0;
	return bearing < 0 ? fmod(bearing + 360, 360) : bearing;
}

enum geo_direction
geo_direction(double bearing_deg)
{
	double turned = fmod(bearing_deg, 360);

	if (turned < 0)
		turned += 360;
	return (enum geo_direction)((int)floor(turned / 22.5 + 0.5) % GEO_DIRECTION_COUNT);
}

const char *
geo_direction_code(enum geo_direction direction)
{
	static const char *const codes[GEO_DIRECTION_COUNT] = {
	    "N", "NNE", "NE", "ENE", "E", "ESE", "SE", "SSE",
	    "S", "SSW", "SW", "WSW", "W", "WNW", "NW", "NNW"};

	return (unsigned)direction < GEO_DIRECTION_COUNT ? codes[direction] : "?";
}

double
geo_sector_m2(double lat_rad)
{
	double e2 = F * (2 - F), e = sqrt(e2), s = sin(lat_rad), b = A_M * (1 - F);

	return b * b / 2 * (s / (1 - e2 * s * s) + atanh(e * s) / e);
}
