/*
 * Promises the transverse Mercator projection of WGS 84 to better than 10 nm inside a zone, and
 * which zone and band are in use where.  Knows no text forms (mgrs.h does) and no polar
 * stereographic.
 *
 * Krueger's series in n to order 6: Karney, "Transverse Mercator with an accuracy of a few
 * nanometers", J. Geodesy 85 (2011), (35) and (36); conformal latitude (7) to (9), its inverse by
 * Newton's method (19) to (21).
 */
#include "model/utm.h"

#include <math.h>
#include <string.h>

#define F  (1 / 298.257223563)
#define N  (F / (2 - F))
#define N2 (N * N)
#define N3 (N2 * N)
#define N4 (N2 * N2)
#define N5 (N4 * N)
#define N6 (N4 * N2)

enum { ORDER = 6, NEWTON_MAX = 8 };

static const double RAD = 3.14159265358979323846 / 180;
static const double SCALE = 0.9996, FALSE_EAST = 500000, FALSE_NORTH = 10000000;
/* Radius of the circle whose quarter is the meridian's quarter: Karney (14). */
static const double RECTIFYING_M = 6378137.0 / (1 + N) * (1 + N2 / 4 + N4 / 64 + N6 / 256);
static const double E2 = F * (2 - F);

/* clang-format off */
static const double FORWARD[ORDER] = {
	N / 2 - N2 * 2 / 3 + N3 * 5 / 16 + N4 * 41 / 180 - N5 * 127 / 288 + N6 * 7891 / 37800,
	N2 * 13 / 48 - N3 * 3 / 5 + N4 * 557 / 1440 + N5 * 281 / 630 - N6 * 1983433 / 1935360,
	N3 * 61 / 240 - N4 * 103 / 140 + N5 * 15061 / 26880 + N6 * 167603 / 181440,
	N4 * 49561 / 161280 - N5 * 179 / 168 + N6 * 6601661 / 7257600,
	N5 * 34729 / 80640 - N6 * 3418889 / 1995840,
	N6 * 212378941 / 319334400,
};
static const double BACK[ORDER] = {
	N / 2 - N2 * 2 / 3 + N3 * 37 / 96 - N4 / 360 - N5 * 81 / 512 + N6 * 96199 / 604800,
	N2 / 48 + N3 / 15 - N4 * 437 / 1440 + N5 * 46 / 105 - N6 * 1118711 / 3870720,
	N3 * 17 / 480 - N4 * 37 / 840 - N5 * 209 / 4480 + N6 * 5569 / 90720,
	N4 * 4397 / 161280 - N5 * 11 / 504 - N6 * 830251 / 7257600,
	N5 * 4583 / 161280 - N6 * 108847 / 3991680,
	N6 * 20648693 / 638668800,
};
/* clang-format on */

static const char BANDS[] = "CDEFGHJKLMNPQRSTUVWX";

char
utm_band(struct point point)
{
	int32_t lat = point.lat_e7;

	if (lat < -80 * GEO_E7 || lat >= 84 * GEO_E7)
		return 0;
	/* X, the last, is 12 degrees high. */
	return BANDS[lat >= 72 * GEO_E7 ? 19 : (lat + 80 * GEO_E7) / (8 * GEO_E7)];
}

bool
utm_band_edges(char band, double *south, double *north)
{
	const char *at = band ? strchr(BANDS, band) : NULL;

	*south = *north = 0;
	if (!at)
		return false;
	*south = -80 + 8.0 * (double)(at - BANDS);
	*north = band == 'X' ? 84 : *south + 8;
	return true;
}

/* Norway's south-west and Svalbard (NGA.SIG.0012, section 6): zone 32 reaches over V, four zones
 * share X. */
struct exception {
	int zone;
	char band;
	double west, east; /* east = west: the pair does not exist */
};

static const struct exception EXCEPTIONS[] = {
    {31, 'V', 0, 3}, {32, 'V', 3, 12},  {31, 'X', 0, 9}, {32, 'X', 0, 0},   {33, 'X', 9, 21},
    {34, 'X', 0, 0}, {35, 'X', 21, 33}, {36, 'X', 0, 0}, {37, 'X', 33, 42},
};

bool
utm_zone_edges(int zone, char band, double *west, double *east)
{
	double south, north;

	*west = *east = 0;
	if (zone < 1 || zone > 60 || !utm_band_edges(band, &south, &north))
		return false;
	*west = 6 * (zone - 1) - 180;
	*east = *west + 6;
	for (size_t i = 0; i < sizeof(EXCEPTIONS) / sizeof(EXCEPTIONS[0]); i++) {
		if (EXCEPTIONS[i].zone == zone && EXCEPTIONS[i].band == band) {
			*west = EXCEPTIONS[i].west;
			*east = EXCEPTIONS[i].east;
		}
	}
	return *east > *west;
}

int
utm_zone(struct point point)
{
	char band = utm_band(point);
	int32_t lon = point.lon_e7 == 180 * GEO_E7 ? -180 * GEO_E7 : point.lon_e7;
	int zone;

	if (!band || !geo_is_valid(point))
		return 0;
	zone = (int)((lon + 180 * (int64_t)GEO_E7) / (6 * (int64_t)GEO_E7)) + 1;
	for (size_t i = 0; i < sizeof(EXCEPTIONS) / sizeof(EXCEPTIONS[0]); i++) {
		const struct exception *e = &EXCEPTIONS[i];

		if (e->band == band && lon >= e->west * GEO_E7 && lon < e->east * GEO_E7)
			zone = e->zone;
	}
	return zone;
}

/* tan of the conformal latitude from tan of the geographic one: Karney (7) to (9). */
static double
conformal(double tau)
{
	double e = sqrt(E2), root = sqrt(1 + tau * tau);
	double sigma = sinh(e * atanh(e * tau / root));

	return tau * sqrt(1 + sigma * sigma) - sigma * root;
}

static double
geographic(double taup)
{
	double tau = taup / (1 - E2);

	for (int i = 0; i < NEWTON_MAX; i++) {
		double now = conformal(tau);
		double step = (taup - now) / sqrt(1 + now * now) * (1 + (1 - E2) * tau * tau) /
			      ((1 - E2) * sqrt(1 + tau * tau));

		tau += step;
		if (fabs(step) < 1e-16 * fmax(1, fabs(tau)))
			break;
	}
	return tau;
}

void
utm_project(double lat, double lon, int zone, bool is_north, struct utm *utm)
{
	double turn = remainder(lon - (6 * zone - 183), 360) * RAD;
	double taup = conformal(tan(lat * RAD));
	double xi = atan2(taup, cos(turn)), eta = asinh(sin(turn) / hypot(taup, cos(turn)));
	double north = xi, east = eta;

	for (int j = 1; j <= ORDER; j++) {
		north += FORWARD[j - 1] * sin(2 * j * xi) * cosh(2 * j * eta);
		east += FORWARD[j - 1] * cos(2 * j * xi) * sinh(2 * j * eta);
	}
	utm->zone = zone;
	utm->is_north = is_north;
	utm->easting_m = FALSE_EAST + SCALE * RECTIFYING_M * east;
	utm->northing_m = (is_north ? 0 : FALSE_NORTH) + SCALE * RECTIFYING_M * north;
}

enum err
utm_from_point(struct point point, struct utm *utm)
{
	int zone = utm_zone(point);

	*utm = (struct utm){0};
	if (zone == 0)
		return ERR_REFUSED;
	utm_project(point.lat_e7 / (double)GEO_E7, point.lon_e7 / (double)GEO_E7, zone,
		    point.lat_e7 >= 0, utm);
	return ERR_OK;
}

void
utm_to_degrees(const struct utm *utm, double *lat, double *lon)
{
	double north =
	    (utm->northing_m - (utm->is_north ? 0 : FALSE_NORTH)) / (SCALE * RECTIFYING_M);
	double east = (utm->easting_m - FALSE_EAST) / (SCALE * RECTIFYING_M);
	double xi = north, eta = east;

	for (int j = 1; j <= ORDER; j++) {
		xi -= BACK[j - 1] * sin(2 * j * north) * cosh(2 * j * east);
		eta -= BACK[j - 1] * cos(2 * j * north) * sinh(2 * j * east);
	}
	*lat = atan(geographic(sin(xi) / hypot(sinh(eta), cos(xi)))) / RAD;
	*lon = remainder(6 * utm->zone - 183 + atan2(sinh(eta), cos(xi)) / RAD, 360);
}
