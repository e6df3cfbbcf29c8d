#ifndef SEAM_MODEL_GEO_H
#define SEAM_MODEL_GEO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A place on WGS 84, in 1e-7 degree (about 1 cm): latitude -90..90, longitude -180..180. */
struct point {
	int32_t lat_e7, lon_e7;
};

enum { GEO_E7 = 10000000 };

/* The 16 points of the compass, clockwise from north; GEO_N + 4 is east. */
/* clang-format off */
enum geo_direction {
	GEO_N, GEO_NNE, GEO_NE, GEO_ENE, GEO_E, GEO_ESE, GEO_SE, GEO_SSE,
	GEO_S, GEO_SSW, GEO_SW, GEO_WSW, GEO_W, GEO_WNW, GEO_NW, GEO_NNW,
	GEO_DIRECTION_COUNT
};
/* clang-format on */

/* From the west, south, east and north edge, all inclusive.  Never crosses 180 degrees of
 * longitude. */
struct geo_box {
	struct point low, high;
};

/* Inside the ranges above. */
bool geo_is_valid(struct point point);

bool geo_in_box(const struct geo_box *box, struct point point);
bool geo_boxes_meet(const struct geo_box *a, const struct geo_box *b);

/* Whether the pieces a-b and c-d, straight in latitude and longitude, have a point in common; ends
 * count.  A piece may be a point. */
bool geo_pieces_meet(struct point a, struct point b, struct point c, struct point d);

/* Whether the ring of n corners holds the point under the even-odd rule; on an edge as area.h. */
bool geo_ring_holds(const struct point *ring, size_t n, struct point point);

/* From degrees, to the nearest 1e-7; false (and a zero point) when outside the ranges or not a
 * number. */
bool geo_from_degrees(double lat, double lon, struct point *point);

/* Length in metres of the shortest way on the ellipsoid: Lambert's formula over reduced latitudes;
 * error below 0.01 % up to 1,000 km, below 0.7 % for nearly opposite points. */
double geo_distance_m(struct point from, struct point to);

/* Degrees clockwise from true north, [0, 360), in which the way begins: the great circle over
 * reduced latitudes; error below 0.2 degree up to 500 km.  0 for equal points. */
double geo_bearing_deg(struct point from, struct point to);

/* The compass point whose 22.5 degrees hold the bearing; any finite bearing is brought into [0,
 * 360). */
enum geo_direction geo_direction(double bearing_deg);

/* "N", "NNE" ...; never NULL ("?" outside the table). */
const char *geo_direction_code(enum geo_direction direction);

/* Square metres of the ellipsoid from the equator to a latitude (radians, negative to the south),
 * for one radian of longitude (the authalic integral; Snyder, USGS 1395, (3-12)). */
double geo_sector_m2(double lat_rad);

#endif
