/*
 * Promises that what is disclosed about a place leaves at least half of the square that it names.
 */
#include "release/halfarea.h"

#include "model/area.h"
#include "model/ground.h"
#include "model/mgrs.h"
#include "release/rules.h"

#include <math.h>

enum { NAMES = 2, ZONE_E7 = 6 * GEO_E7, BAND_E7 = 8 * GEO_E7 };

static const struct {
	enum field field;
	enum ground_layer layer;
} NAME[NAMES] = {
    {FIELD_GOVERNORATE, GROUND_GOVERNORATE},
    {FIELD_DISTRICT, GROUND_DISTRICT},
};

struct view {
	const struct place *place;
	const struct area *area[NAMES]; /* of the names disclosed; NULL where none is */
};

/* Distance to the nearest multiple of `step`, in 1e-7 degree. */
static int64_t
to_multiple(int64_t at, int64_t step)
{
	int64_t rest = ((at % step) + step) % step;

	return rest < step - rest ? rest : step - rest;
}

/* A box of twice the side around the centre holds the square, however the grid is turned there. */
static struct geo_box
box_around(const struct place *place, unsigned level)
{
	double side_e7 = place_size_m(level) / 110500.0 * GEO_E7;
	double wide_e7 = side_e7 / fmax(0.05, cos(place->lat_e7 / 1e7 * 0.017453292519943295));
	double east = fmin(1.8e9, place->lon_e7 + wide_e7);
	double west = fmax(-1.8e9, place->lon_e7 - wide_e7);
	double north = fmin(9e8, place->lat_e7 + side_e7);
	double south = fmax(-9e8, place->lat_e7 - side_e7);

	return (struct geo_box){{(int32_t)south, (int32_t)west}, {(int32_t)north, (int32_t)east}};
}

/* Far from the meridians and parallels where squares are cut.  North of 56 degrees zones have other
 * edges (Norway, Svalbard): never said there. */
static bool
is_whole(const struct place *place, const struct geo_box *box)
{
	return place->lat_e7 < 56 * GEO_E7 && place->lat_e7 > -80 * GEO_E7 &&
	       to_multiple(place->lon_e7, ZONE_E7) > (int64_t)box->high.lon_e7 - place->lon_e7 &&
	       to_multiple(place->lat_e7, BAND_E7) > (int64_t)box->high.lat_e7 - place->lat_e7;
}

/* Whether an area certainly holds the whole box, certainly nothing of it, or is to be measured. */
enum holding { HOLDS, MISSES, MEASURE };

static enum holding
holding(const struct area *area, const struct geo_box *box, struct point centre)
{
	if (area_may_cut(area, box))
		return MEASURE;
	return area_holds(area, centre) ? HOLDS : MISSES;
}

static enum err
measure(const struct place *square, const struct area *const areas[], size_t n, bool *fits)
{
	struct mgrs_cell cell;
	double m2;
	enum err err = mgrs_cell(span_of(square->mgrs), &cell);

	*fits = false;
	if (err)
		return err == ERR_NOMEM ? err : ERR_OK; /* no such square: nothing to disclose */
	m2 = cell.area_m2;
	if (n > 0) {
		err = area_overlap_m2(areas, n, cell.corners, cell.n, &m2);
		if (err)
			return err;
	}
	*fits = m2 >= (double)cell.side_m * cell.side_m / 2;
	return ERR_OK;
}

static enum err
fits_at(const struct view *view, unsigned level, bool *fits)
{
	struct place square = place_at_level(view->place, level);
	struct point centre = {square.lat_e7, square.lon_e7};
	struct geo_box box = box_around(&square, level);
	const struct area *areas[NAMES];
	size_t n = 0;

	*fits = false;
	for (unsigned i = 0; i < NAMES; i++) {
		enum holding held = view->area[i] ? holding(view->area[i], &box, centre) : HOLDS;

		if (held == MISSES)
			return ERR_OK;
		if (held == MEASURE)
			areas[n++] = view->area[i];
	}
	if (n == 0 && is_whole(&square, &box)) {
		*fits = true;
		return ERR_OK;
	}
	return measure(&square, areas, n, fits);
}

/* A name that is on no layer is withheld; where it was given before, the new square is. */
static void
look_up(const struct record *record, const struct ground *ground, const struct field_set *known,
	struct field_set *give, struct view *view, unsigned *did)
{
	for (unsigned i = 0; i < NAMES; i++) {
		enum field field = NAME[i].field;

		if (!(known->mask[field] | give->mask[field]))
			continue;
		view->area[i] =
		    ground ? ground_area(ground, NAME[i].layer, record->field[field].text) : NULL;
		if (view->area[i])
			continue;
		if (!known->mask[field]) {
			give->mask[field] = 0;
			*did |= HALFAREA_AREA_UNKNOWN;
		} else if (give->mask[FIELD_PLACE] & ~known->mask[FIELD_PLACE]) {
			give->mask[FIELD_PLACE] &= known->mask[FIELD_PLACE];
			*did |= HALFAREA_PLACE_UNKNOWN;
		}
	}
}

static enum err
withhold_names(struct view *view, unsigned level, const struct field_set *known,
	       struct field_set *give, unsigned *did)
{
	bool fits = false;
	enum err err = ERR_OK;

	for (unsigned i = NAMES; i-- > 0 && !fits && !err;) {
		if (!give->mask[NAME[i].field] || known->mask[NAME[i].field])
			continue;
		give->mask[NAME[i].field] = 0;
		view->area[i] = NULL;
		*did |= HALFAREA_NAME;
		err = fits_at(view, level, &fits);
	}
	return err;
}

enum err
halfarea_limit(const struct record *record, const struct ground *ground,
	       const struct field_set *known, struct field_set *give, unsigned *did)
{
	struct view view = {.place = &record->field[FIELD_PLACE].place};
	unsigned given = rules_finest(known->mask[FIELD_PLACE]);
	unsigned level = rules_finest(give->mask[FIELD_PLACE]);
	bool fits;
	enum err err;

	*did = 0;
	if (level < given)
		level = given;
	if (level == 0 || !record->field[FIELD_PLACE].is_set)
		return ERR_OK;
	look_up(record, ground, known, give, &view, did);
	if (*did & HALFAREA_PLACE_UNKNOWN)
		level = given;
	for (; level > given; level--) {
		err = fits_at(&view, level, &fits);
		if (err || fits)
			return err;
		give->mask[FIELD_PLACE] &= level > 1 ? rules_bits(level - 1) : 0;
		*did |= HALFAREA_COARSER;
	}
	if (level == 0)
		return ERR_OK;
	err = fits_at(&view, level, &fits);
	if (!err && !fits)
		err = withhold_names(&view, level, known, give, did);
	return err;
}
