/*
 * Promises grid texts equal to GeographicLib's GeoConvert, and the real outline of a square where
 * zone and band cut it. Does not read what people type (coord.h) and does not know the polar grids.
 * NGA.STND.0037, chapter on MGRS.
 */
#include "model/mgrs.h"

#include "model/utm.h"

#include <math.h>
#include <string.h>

enum { SQUARE_M = 100000, ROWS = 20, COLUMNS = 8, SQUARE_TEXT = 5 };

static const double RAD = 3.14159265358979323846 / 180;

/* Columns repeat every three zones, rows every 2,000 km; even zones start their rows at F. */
static const char *const COLUMN_SETS[] = {"ABCDEFGH", "JKLMNPQR", "STUVWXYZ"};
static const char ROW_LETTERS[] = "ABCDEFGHJKLMNPQRSTUV";

/* A text taken apart: south-west corner in UTM metres. */
struct grid {
	int zone;
	char band;
	unsigned digits;
	int64_t easting_m, northing_m;
	uint32_t side_m;
};

/* A corner in degrees, longitude relative to the zone's middle so that 180 is no seam. */
struct corner {
	double lat, turn;
};

struct outline {
	struct corner corners[MGRS_CORNERS_MAX];
	unsigned n;
};

uint32_t
mgrs_side_m(unsigned digits)
{
	uint32_t side = SQUARE_M;

	if (digits > MGRS_DIGITS_MAX || digits % 2 != 0)
		return 0;
	for (unsigned i = 0; i < digits; i += 2)
		side /= 10;
	return side;
}

static unsigned
row_shift(int zone)
{
	return zone % 2 == 0 ? 5 : 0;
}

static void
put_digits(char *at, unsigned pairs, int64_t metres)
{
	int64_t units = metres / mgrs_side_m(2 * pairs);

	for (unsigned i = pairs; i-- > 0; units /= 10)
		at[i] = (char)('0' + units % 10);
}

enum err
mgrs_from_point(struct point point, unsigned digits, char text[MGRS_TEXT_MAX])
{
	struct utm utm;
	unsigned pairs = digits / 2;
	int64_t east, north;
	enum err err;

	memset(text, 0, MGRS_TEXT_MAX);
	if (mgrs_side_m(digits) == 0 || !geo_is_valid(point))
		return ERR_FORMAT;
	err = utm_from_point(point, &utm);
	if (err)
		return err;
	/* Whole micrometres first, so that 499999.9999999999 east of a meridian is not a square too
	 * far west. */
	east = (int64_t)floor(utm.easting_m * 1e6) / 1000000;
	north = (int64_t)floor(utm.northing_m * 1e6) / 1000000;
	text[0] = (char)('0' + utm.zone / 10);
	text[1] = (char)('0' + utm.zone % 10);
	text[2] = utm_band(point);
	text[3] = COLUMN_SETS[(utm.zone - 1) % 3][east / SQUARE_M - 1];
	text[4] = ROW_LETTERS[(north / SQUARE_M + row_shift(utm.zone)) % ROWS];
	put_digits(text + SQUARE_TEXT, pairs, east % SQUARE_M);
	put_digits(text + SQUARE_TEXT + pairs, pairs, north % SQUARE_M);
	return ERR_OK;
}

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* A letter of the system: I and O are left out, being too like 1 and 0. */
static bool
is_letter(char c)
{
	return c >= 'A' && c <= 'Z' && c != 'I' && c != 'O';
}

static bool
has_form(struct span text)
{
	if (text.n < SQUARE_TEXT || text.n >= MGRS_TEXT_MAX || (text.n - SQUARE_TEXT) % 2 != 0)
		return false;
	for (size_t i = 0; i < text.n; i++)
		if (i >= 2 && i < SQUARE_TEXT ? !is_letter(text.p[i]) : !is_digit(text.p[i]))
			return false;
	return true;
}

static int64_t
take_metres(const char *at, unsigned pairs)
{
	int64_t units = 0;

	for (unsigned i = 0; i < pairs; i++)
		units = units * 10 + (at[i] - '0');
	return units * mgrs_side_m(2 * pairs);
}

/* Rows repeat every 2,000 km: of the squares with that letter, the one nearest to the middle of the
 * band. */
static bool
find_northing(struct grid *grid, unsigned row)
{
	double south, north, middle, edge;
	struct utm utm;
	int64_t period = (int64_t)ROWS * SQUARE_M, base = (int64_t)row * SQUARE_M;

	if (!utm_band_edges(grid->band, &south, &north))
		return false;
	utm_project((south + north) / 2, 6 * grid->zone - 183, grid->zone, grid->band >= 'N', &utm);
	middle = utm.northing_m - SQUARE_M / 2.0;
	grid->northing_m = base + period * llround((middle - (double)base) / (double)period);
	/* A parallel bends towards the pole by up to 230 km inside a zone (Svalbard). */
	edge = (north - south) / 2 * 112000 + 300000;
	return grid->northing_m >= 0 && fabs((double)grid->northing_m - middle) < edge;
}

static enum err
take_apart(struct span text, struct grid *grid)
{
	const char *column, *row;
	unsigned pairs;

	*grid = (struct grid){0};
	if (!has_form(text))
		return ERR_FORMAT;
	grid->zone = (text.p[0] - '0') * 10 + (text.p[1] - '0');
	grid->band = text.p[2];
	grid->digits = (unsigned)text.n - SQUARE_TEXT;
	grid->side_m = mgrs_side_m(grid->digits);
	if (grid->zone < 1 || grid->zone > 60)
		return ERR_FORMAT;
	column = strchr(COLUMN_SETS[(grid->zone - 1) % 3], text.p[3]);
	row = strchr(ROW_LETTERS, text.p[4]);
	if (!column || !row)
		return ERR_NOT_FOUND;
	if (!find_northing(grid,
			   ((unsigned)(row - ROW_LETTERS) + ROWS - row_shift(grid->zone)) % ROWS))
		return ERR_NOT_FOUND;
	pairs = grid->digits / 2;
	grid->easting_m = (int64_t)(column - COLUMN_SETS[(grid->zone - 1) % 3] + 1) * SQUARE_M +
			  take_metres(text.p + SQUARE_TEXT, pairs);
	grid->northing_m += take_metres(text.p + SQUARE_TEXT + pairs, pairs);
	return ERR_OK;
}

/* How far inside the half plane {sign * (coordinate - limit) <= 0} a corner lies; positive is
 * outside. */
static double
excess(const struct corner *c, bool by_lat, double sign, double limit)
{
	return sign * ((by_lat ? c->lat : c->turn) - limit);
}

/* Sutherland and Hodgman's clip of a convex polygon by one half plane. */
static void
clip(struct outline *outline, bool by_lat, double sign, double limit)
{
	struct outline in = *outline;

	outline->n = 0;
	for (unsigned i = 0; i < in.n; i++) {
		const struct corner *a = &in.corners[i], *b = &in.corners[(i + 1) % in.n];
		double out_a = excess(a, by_lat, sign, limit),
		       out_b = excess(b, by_lat, sign, limit);

		if (out_a <= 0 && outline->n < MGRS_CORNERS_MAX)
			outline->corners[outline->n++] = *a;
		if ((out_a <= 0) != (out_b <= 0) && outline->n < MGRS_CORNERS_MAX) {
			double part = out_a / (out_a - out_b);

			outline->corners[outline->n++] =
			    (struct corner){a->lat + part * (b->lat - a->lat),
					    a->turn + part * (b->turn - a->turn)};
		}
	}
}

static enum err
draw(const struct grid *grid, struct outline *outline)
{
	static const int at[4][2] = {{0, 0}, {1, 0}, {1, 1}, {0, 1}};
	/* A tenth of the coordinates' unit: a square touched only by a point on its edge still has
	 * an outline. */
	const double slack = 1e-8;
	double west, east, south, north, middle = 6 * grid->zone - 183;

	*outline = (struct outline){.n = 4};
	if (!utm_zone_edges(grid->zone, grid->band, &west, &east) ||
	    !utm_band_edges(grid->band, &south, &north))
		return ERR_NOT_FOUND;
	for (unsigned i = 0; i < 4; i++) {
		struct utm utm = {.zone = grid->zone, .is_north = grid->band >= 'N'};
		double lon;

		utm.easting_m = (double)(grid->easting_m + at[i][0] * (int64_t)grid->side_m);
		utm.northing_m = (double)(grid->northing_m + at[i][1] * (int64_t)grid->side_m);
		utm_to_degrees(&utm, &outline->corners[i].lat, &lon);
		outline->corners[i].turn = remainder(lon - middle, 360);
	}
	clip(outline, false, 1, east - middle + slack);
	clip(outline, false, -1, west - middle - slack);
	clip(outline, true, 1, north + slack);
	clip(outline, true, -1, south - slack);
	return outline->n >= 3 ? ERR_OK : ERR_NOT_FOUND;
}

enum err
mgrs_read(struct span text, unsigned *digits)
{
	struct grid grid;
	struct outline outline;
	enum err err = take_apart(text, &grid);

	if (!err)
		err = draw(&grid, &outline);
	if (digits)
		*digits = err ? 0 : grid.digits;
	return err;
}

/* Twice the signed area and the centroid, relative to the first corner to keep digits. */
static struct corner
middle_of(const struct outline *outline)
{
	const struct corner *o = &outline->corners[0];
	struct corner sum = {0, 0};
	double twice = 0;

	for (unsigned i = 1; i + 1 < outline->n; i++) {
		const struct corner *a = &outline->corners[i], *b = &outline->corners[i + 1];
		double cross = (a->turn - o->turn) * (b->lat - o->lat) -
			       (b->turn - o->turn) * (a->lat - o->lat);

		twice += cross;
		sum.lat += cross * (a->lat + b->lat - 2 * o->lat) / 3;
		sum.turn += cross * (a->turn + b->turn - 2 * o->turn) / 3;
	}
	if (!(twice > 0))
		return *o;
	return (struct corner){o->lat + sum.lat / twice, o->turn + sum.turn / twice};
}

static double
outline_m2(const struct outline *outline)
{
	double sum = 0, base = geo_sector_m2(outline->corners[0].lat * RAD);

	for (unsigned i = 0; i < outline->n; i++) {
		const struct corner *a = &outline->corners[i];
		const struct corner *b = &outline->corners[(i + 1) % outline->n];
		double high = geo_sector_m2(a->lat * RAD) + geo_sector_m2(b->lat * RAD) - 2 * base;

		sum += (a->turn - b->turn) * RAD * high / 2;
	}
	return fmax(sum, 0);
}

static struct point
to_point(const struct grid *grid, const struct corner *corner)
{
	struct point point;
	double lon = corner->turn + 6 * grid->zone - 183;

	/* The slack of draw() is below half a unit, so rounding takes it away again. */
	point.lat_e7 = (int32_t)lround(corner->lat * GEO_E7);
	point.lon_e7 = (int32_t)lround(fmin(fmax(lon, -180), 180) * GEO_E7);
	return point;
}

/* Rounding to 1e-7 degree can step over the edge of a sliver: of the points around, one that reads
 * as the cell. */
static struct point
pull_inside(struct point centre, struct span text, unsigned digits)
{
	static const int steps[9][2] = {{0, 0},   {0, -1}, {0, 1},  {-1, 0}, {1, 0},
					{-1, -1}, {1, 1},  {-1, 1}, {1, -1}};
	char again[MGRS_TEXT_MAX];

	for (unsigned i = 0; i < 9; i++) {
		struct point near = {centre.lat_e7 + steps[i][0], centre.lon_e7 + steps[i][1]};

		if (mgrs_from_point(near, digits, again) == ERR_OK && span_is(text, again))
			return near;
	}
	return centre;
}

enum err
mgrs_cell(struct span text, struct mgrs_cell *cell)
{
	struct grid grid;
	struct outline outline;
	struct corner middle;
	enum err err = take_apart(text, &grid);

	*cell = (struct mgrs_cell){.n = 0};
	if (!err)
		err = draw(&grid, &outline);
	if (err)
		return err;
	cell->n = outline.n;
	for (unsigned i = 0; i < outline.n; i++)
		cell->corners[i] = to_point(&grid, &outline.corners[i]);
	middle = middle_of(&outline);
	cell->centre = pull_inside(to_point(&grid, &middle), text, grid.digits);
	cell->side_m = grid.side_m;
	cell->area_m2 = outline_m2(&outline);
	return ERR_OK;
}

bool
mgrs_is_sliver(const struct mgrs_cell *cell)
{
	return cell->area_m2 < (double)cell->side_m * cell->side_m / 2;
}

enum err
mgrs_coarsen(struct span text, unsigned digits, char coarse[MGRS_TEXT_MAX])
{
	unsigned has;
	enum err err = mgrs_read(text, &has);

	memset(coarse, 0, MGRS_TEXT_MAX);
	if (err)
		return err;
	if (digits > has || digits % 2 != 0)
		return ERR_REFUSED;
	memcpy(coarse, text.p, SQUARE_TEXT + digits / 2);
	memcpy(coarse + SQUARE_TEXT + digits / 2, text.p + SQUARE_TEXT + has / 2, digits / 2);
	return ERR_OK;
}

enum err
mgrs_levels(struct span text, struct mgrs_levels *levels)
{
	unsigned digits;
	enum err err = mgrs_read(text, &digits);

	memset(levels, 0, sizeof(*levels));
	if (err)
		return err;
	levels->n = digits / 2;
	memcpy(levels->square, text.p, SQUARE_TEXT);
	for (unsigned i = 0; i < levels->n; i++) {
		levels->pairs[i][0] = text.p[SQUARE_TEXT + i];
		levels->pairs[i][1] = text.p[SQUARE_TEXT + levels->n + i];
	}
	return ERR_OK;
}

enum err
mgrs_from_levels(const struct mgrs_levels *levels, char text[MGRS_TEXT_MAX])
{
	enum err err = ERR_FORMAT;

	memset(text, 0, MGRS_TEXT_MAX);
	if (levels->n > MGRS_PAIRS_MAX ||
	    strnlen(levels->square, sizeof(levels->square)) != SQUARE_TEXT)
		return ERR_FORMAT;
	memcpy(text, levels->square, SQUARE_TEXT);
	for (unsigned i = 0; i < levels->n; i++) {
		text[SQUARE_TEXT + i] = levels->pairs[i][0];
		text[SQUARE_TEXT + levels->n + i] = levels->pairs[i][1];
	}
	/* A pair that is too short leaves a NUL inside, which has_form() refuses: the length is
	 * said, not found. */
	err = mgrs_read((struct span){text, SQUARE_TEXT + 2 * (size_t)levels->n}, NULL);
	if (err)
		memset(text, 0, MGRS_TEXT_MAX);
	return err;
}
