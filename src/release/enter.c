/*
 * Promises `enters`: pure questions about the ground under a record, answered from the record and
 * the party's own zones and layers alone.
 */
#include "release/enter.h"

#include "model/area.h"
#include "model/ground.h"

#include <string.h>

/* clang-format off */
static const struct {
	const char *name;
	enum ground_layer layer;
} LAYERS[ENTER_LAYERS] = {
	{"zone",        GROUND_ZONE},
	{"district",    GROUND_DISTRICT},
	{"governorate", GROUND_GOVERNORATE},
};
/* clang-format on */

const char *
enter_layer_name(unsigned layer)
{
	return LAYERS[layer].name;
}

/* A shape as plain points. */
struct outline {
	struct point points[LIMIT_SHAPE_POINTS];
	size_t n;
	bool is_closed;
};

static struct outline
outline_of(const struct shape *shape)
{
	struct outline outline = {.n = shape->n, .is_closed = shape->is_area};

	for (size_t i = 0; i < outline.n; i++)
		outline.points[i] =
		    (struct point){shape->points[i].lat_e7, shape->points[i].lon_e7};
	return outline;
}

/* Squares of the grid share ground when one is the other, seen more coarsely: they are cut where
 * grid zones meet and overlap nowhere else, and neighbours share only an edge. */
static bool
share_ground(const char *square, const struct place *place)
{
	char zone[MGRS_TEXT_MAX], own[MGRS_TEXT_MAX];
	size_t n = strlen(square), m = strlen(place->mgrs);
	unsigned digits = (unsigned)(n < m ? n : m) - 5;

	return mgrs_coarsen(span_of(square), digits, zone) == ERR_OK &&
	       mgrs_coarsen(span_of(place->mgrs), digits, own) == ERR_OK && strcmp(zone, own) == 0;
}

static bool
crosses_square(const struct mgrs_cell *cell, const struct outline *outline)
{
	for (size_t i = 0; i < outline->n; i++)
		if (geo_ring_holds(cell->corners, cell->n, outline->points[i]))
			return true;
	for (size_t i = 0; i + 1 < outline->n + outline->is_closed; i++)
		for (unsigned k = 0; k < cell->n; k++)
			if (geo_pieces_meet(outline->points[i],
					    outline->points[(i + 1) % outline->n], cell->corners[k],
					    cell->corners[(k + 1) % cell->n]))
				return true;
	return outline->is_closed && geo_ring_holds(outline->points, outline->n, cell->centre);
}

bool
enter_zone(const struct rules_zone *zone, const struct record *record)
{
	const struct value *place = &record->field[FIELD_PLACE];
	const struct value *shape = &record->field[FIELD_SHAPE];

	for (unsigned i = 0; place->is_set && place->place.level > 0 && i < zone->n; i++)
		if (share_ground(zone->square[i], &place->place))
			return true;
	if (shape->is_set && shape->shape) {
		struct outline outline = outline_of(shape->shape);

		for (unsigned i = 0; i < zone->n; i++)
			if (crosses_square(&zone->cell[i], &outline))
				return true;
	}
	return false;
}

/* The square as drawn on the ground; an area that holds no corner of it may still lie inside. */
static bool
place_meets(const struct area *area, const struct place *place)
{
	struct mgrs_cell cell;

	return mgrs_cell(span_of(place->mgrs), &cell) == ERR_OK &&
	       area_meets(area, cell.corners, cell.n, true);
}

static bool
record_meets(const struct area *area, const struct record *record)
{
	const struct value *place = &record->field[FIELD_PLACE];
	const struct value *shape = &record->field[FIELD_SHAPE];
	struct outline outline;

	if (place->is_set && place->place.level > 0 && place_meets(area, &place->place))
		return true;
	if (!shape->is_set || !shape->shape)
		return false;
	outline = outline_of(shape->shape);
	return area_meets(area, outline.points, outline.n, outline.is_closed);
}

static bool
is_called(const struct ground_unit *unit, struct span name)
{
	return span_is(name, unit->name) || span_is(name, unit->name_ar) ||
	       span_is(name, unit->name_ckb) || span_is(name, unit->code);
}

bool
enter_layer(const struct ground *ground, unsigned layer, struct span name,
	    const struct record *record, int64_t filed_ms)
{
	const struct value *when = &record->field[FIELD_WHEN];
	const struct ground_unit *unit;
	int64_t from_ms = filed_ms, to_ms = filed_ms;

	if (!when->is_set)
		when = &record->field[FIELD_WINDOW];
	if (when->is_set)
		from_ms = when->when.from_ms, to_ms = when->when.to_ms;
	for (size_t i = 0; ground && (unit = ground_at(ground, LAYERS[layer].layer, i)); i++)
		if (is_called(unit, name) && unit->from_ms <= to_ms && from_ms < unit->to_ms &&
		    record_meets(unit->area, record))
			return true;
	return false;
}
