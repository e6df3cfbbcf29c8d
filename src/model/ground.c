/*
 * Promises to hold a party's layers and to say which unit a point lies in and how it lies to each
 * line of the day. Reads GeoJSON (RFC 7946) and the OCHA COD-AB property names; repairs nothing and
 * judges nothing.
 */
#include "model/ground.h"

#include "model/area.h"
#include "model/fold.h"
#include "model/layer.h"
#include "model/region.h"

#include <stdlib.h>
#include <string.h>

enum { NAMES = 4 };

/* A unit and what finding it needs: its box, and its names and code folded. */
struct unit {
	struct ground_unit shown;
	struct area *area;
	struct geo_box box;
	char folded[NAMES][GROUND_TEXT_MAX];
};

struct ground {
	struct unit **units[GROUND_LAYER_COUNT];
	size_t n_units[GROUND_LAYER_COUNT];
	struct boundary **lines;
	size_t n_lines, n_points;
};

struct ground *
ground_new(void)
{
	return calloc(1, sizeof(struct ground));
}

static void
unit_free(struct unit *unit)
{
	if (!unit)
		return;
	area_free(unit->area);
	free(unit);
}

void
ground_free(struct ground *ground)
{
	if (!ground)
		return;
	for (unsigned layer = 0; layer < GROUND_LAYER_COUNT; layer++) {
		for (size_t i = 0; i < ground->n_units[layer]; i++)
			unit_free(ground->units[layer][i]);
		free(ground->units[layer]);
	}
	for (size_t i = 0; i < ground->n_lines; i++)
		boundary_free(ground->lines[i]);
	free(ground->lines);
	free(ground);
}

size_t
ground_count(const struct ground *ground)
{
	size_t n = ground->n_lines;

	for (unsigned layer = 0; layer < GROUND_LAYER_COUNT; layer++)
		n += ground->n_units[layer];
	return n;
}

static enum err
keep_area(struct ground *ground, const struct layer_feature *feature)
{
	enum ground_layer layer = feature->unit.layer;
	const char *const names[NAMES] = {feature->unit.name, feature->unit.name_ar,
					  feature->unit.name_ckb, feature->unit.code};
	struct unit **bigger, *unit = calloc(1, sizeof(*unit));
	enum err err = ERR_NOMEM;

	if (!unit)
		return ERR_NOMEM;
	bigger =
	    reallocarray(ground->units[layer], ground->n_units[layer] + 1, sizeof(struct unit *));
	if (!bigger)
		goto fail;
	ground->units[layer] = bigger;
	err = area_make(feature->points, feature->sizes, feature->n_rings, &unit->area);
	if (err)
		goto fail;
	unit->shown = feature->unit;
	unit->shown.area = unit->area;
	unit->box = area_box(unit->area);
	/* Folding never lengthens a text, so this cannot fail for one that fits. */
	for (unsigned i = 0; i < NAMES; i++)
		if (!fold_text(span_of(names[i]), unit->folded[i], GROUND_TEXT_MAX))
			err = ERR_LIMIT;
	if (err)
		goto fail;
	ground->units[layer][ground->n_units[layer]++] = unit;
	return ERR_OK;
fail:
	unit_free(unit);
	return err;
}

static enum err
keep_line(struct ground *ground, const struct layer_feature *feature)
{
	struct boundary_input input = {.name = span_of(feature->unit.name),
				       .code = span_of(feature->unit.code),
				       .left = span_of(feature->left),
				       .right = span_of(feature->right),
				       .from_ms = feature->unit.from_ms,
				       .to_ms = feature->unit.to_ms,
				       .band_m = feature->band_m,
				       .points = feature->points,
				       .n = feature->n_points};
	struct boundary **bigger =
	    reallocarray(ground->lines, ground->n_lines + 1, sizeof(*bigger));
	enum err err;

	if (!bigger)
		return ERR_NOMEM;
	ground->lines = bigger;
	err = boundary_make(&input, &ground->lines[ground->n_lines]);
	if (!err)
		ground->n_lines++;
	return err;
}

static enum err
keep(void *owner, const struct layer_feature *feature)
{
	struct ground *ground = owner;
	enum err err;

	if (ground_count(ground) >= GROUND_UNITS_MAX)
		return ERR_LIMIT;
	err = feature->is_line ? keep_line(ground, feature) : keep_area(ground, feature);
	if (!err)
		ground->n_points += feature->n_points;
	return err;
}

/* Takes back everything added since the counts in `before`. */
static void
take_back(struct ground *ground, const struct ground *before)
{
	for (unsigned layer = 0; layer < GROUND_LAYER_COUNT; layer++)
		while (ground->n_units[layer] > before->n_units[layer])
			unit_free(ground->units[layer][--ground->n_units[layer]]);
	while (ground->n_lines > before->n_lines)
		boundary_free(ground->lines[--ground->n_lines]);
	ground->n_points = before->n_points;
}

enum err
ground_add_with(struct ground *ground, struct span geojson, enum ground_layer fallback,
		const struct ground_keys *keys, char why[GROUND_WHY_MAX])
{
	struct layer_input input = {geojson, fallback, keys, GROUND_POINTS_MAX - ground->n_points};
	struct ground before = *ground;
	enum err err = layer_read(&input, keep, ground, why);

	if (err)
		take_back(ground, &before);
	return err;
}

enum err
ground_add(struct ground *ground, struct span geojson, enum ground_layer fallback,
	   char why[GROUND_WHY_MAX])
{
	return ground_add_with(ground, geojson, fallback, NULL, why);
}

static const struct ground_unit *
unit_at(const struct ground *ground, enum ground_layer layer, struct point point)
{
	for (size_t i = 0; i < ground->n_units[layer]; i++) {
		const struct unit *unit = ground->units[layer][i];

		if (geo_in_box(&unit->box, point) && area_holds(unit->area, point))
			return &unit->shown;
	}
	return NULL;
}

const struct ground_unit *
ground_governorate_at(const struct ground *ground, struct point point)
{
	return unit_at(ground, GROUND_GOVERNORATE, point);
}

const struct ground_unit *
ground_district_at(const struct ground *ground, struct point point)
{
	return unit_at(ground, GROUND_DISTRICT, point);
}

const struct ground_unit *
ground_zone_at(const struct ground *ground, int64_t at_ms, struct point point, size_t n)
{
	for (size_t i = 0; i < ground->n_units[GROUND_ZONE]; i++) {
		const struct unit *unit = ground->units[GROUND_ZONE][i];
		bool is_on = unit->shown.from_ms <= at_ms && at_ms < unit->shown.to_ms;

		if (is_on && area_holds(unit->area, point) && n-- == 0)
			return &unit->shown;
	}
	return NULL;
}

static const struct ground_unit *
unit_named(const struct ground *ground, enum ground_layer layer, struct span name)
{
	char folded[GROUND_TEXT_MAX];

	if (!fold_text(name, folded, sizeof(folded)) || !folded[0])
		return NULL;
	for (size_t i = 0; i < ground->n_units[layer]; i++)
		for (unsigned k = 0; k < NAMES; k++)
			if (strcmp(ground->units[layer][i]->folded[k], folded) == 0)
				return &ground->units[layer][i]->shown;
	return NULL;
}

/* Layers are kept in the one spelling: a name in another is looked up by that, too. */
const struct ground_unit *
ground_unit(const struct ground *ground, enum ground_layer layer, struct span name)
{
	const struct ground_unit *unit = unit_named(ground, layer, name);
	const char *known;

	if (unit)
		return unit;
	known = layer == GROUND_GOVERNORATE ? region_known_governorate(name)
		: layer == GROUND_DISTRICT  ? region_known_district(name)
					    : NULL;
	return known ? unit_named(ground, layer, span_of(known)) : NULL;
}

const struct area *
ground_area(const struct ground *ground, enum ground_layer layer, struct span name)
{
	const struct ground_unit *unit = ground_unit(ground, layer, name);

	return unit ? unit->area : NULL;
}

const struct ground_unit *
ground_zone(const struct ground *ground, struct span name)
{
	return ground_unit(ground, GROUND_ZONE, name);
}

const struct ground_unit *
ground_at(const struct ground *ground, enum ground_layer layer, size_t i)
{
	return i < ground->n_units[layer] ? &ground->units[layer][i]->shown : NULL;
}

size_t
ground_boundary_on(const struct ground *ground, int64_t day_ms, struct point point,
		   struct boundary_hit *hits, size_t max)
{
	size_t n = 0;

	for (size_t i = 0; i < ground->n_lines; i++) {
		struct boundary_hit hit;
		size_t at;

		if (max == 0 || !boundary_is_on(ground->lines[i], day_ms))
			continue;
		boundary_measure(ground->lines[i], point, &hit);
		if (n == max && hit.distance_m >= hits[n - 1].distance_m)
			continue;
		at = n < max ? n++ : n - 1;
		for (; at > 0 && hits[at - 1].distance_m > hit.distance_m; at--)
			hits[at] = hits[at - 1];
		hits[at] = hit;
	}
	return n;
}
