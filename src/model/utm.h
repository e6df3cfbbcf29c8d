#ifndef SEAM_MODEL_UTM_H
#define SEAM_MODEL_UTM_H

#include "base/err.h"
#include "model/geo.h"

/* A position in Universal Transverse Mercator, WGS 84; easting and northing with their false
 * origins. */
struct utm {
	int zone; /* 1..60 */
	bool is_north;
	double easting_m, northing_m;
};

/* The zone in use at a point, with the Norway and Svalbard exceptions; 0 south of 80 S and from 84
 * N (UPS). */
int utm_zone(struct point point);

/* The latitude band letter C..X; 0 outside. */
char utm_band(struct point point);

/* West and east edge in degrees of a zone in a band (exceptions included); false where the pair
 * does not exist (32X, 34X, 36X). */
bool utm_zone_edges(int zone, char band, double *west, double *east);

/* South and north edge in degrees of a band C..X; false for another letter. */
bool utm_band_edges(char band, double *south, double *north);

/* Krueger's series of order 6 in the form of Karney (2011, J. Geodesy 85): below 10 nm inside a
 * zone. ERR_REFUSED where UPS is in use. */
MUST_USE enum err utm_from_point(struct point point, struct utm *utm);

/* The same without the choice of a zone: northing of a latitude and longitude (degrees) in `zone`.
 */
void utm_project(double lat, double lon, int zone, bool is_north, struct utm *utm);

/* Back to degrees; longitude within 180 of the zone's middle, brought into [-180, 180]. */
void utm_to_degrees(const struct utm *utm, double *lat, double *lon);

#endif
