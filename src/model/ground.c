/*
 * Promises to hold a party's layers and to say which unit a point lies in and how it lies to each
 * line of the day. Reads GeoJSON (RFC 7946) and the OCHA COD-AB property names; repairs nothing and
 * judges nothing.
 */
#include "model/ground.h"

#include "base/json.h"
#include "model/area.h"
#include "model/fold.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NAMES = 4, DAY_MS = 86400000, BAND_MAX_M = 1000000 };

static const char *const LAYERS[GROUND_LAYER_COUNT] = {"governorate", "district", "boundary",
						       "zone"};

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

/* One ground_add(): where it is, and the rings of the feature in hand. */
struct load {
	struct ground *ground;
	struct ground_keys keys;
	enum ground_layer fallback;
	char *why;
	size_t feature;
	char name[GROUND_TEXT_MAX];
	struct point *points;
	size_t n_points, points_size;
	size_t *sizes;
	size_t n_rings, rings_size;
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

/* Says what is wrong and where; returns err so that a caller can leave with it. */
static enum err __attribute__((format(printf, 3, 4)))
refuse(struct load *load, enum err err, const char *format, ...)
{
	int n = 0;
	va_list list;

	if (load->feature > 0)
		n = snprintf(load->why, GROUND_WHY_MAX, "feature %zu%s%s%s: ", load->feature,
			     load->name[0] ? " (" : "", load->name, load->name[0] ? ")" : "");
	if (n < 0 || n >= GROUND_WHY_MAX)
		n = 0;
	va_start(list, format);
	if (vsnprintf(load->why + n, (size_t)(GROUND_WHY_MAX - n), format, list) < 0)
		load->why[n] = '\0';
	va_end(list);
	return err;
}

/* Room for one more in an array of elements of `size` bytes that doubles; NULL without memory. */
static void *
grown(void *array, size_t n, size_t *room, size_t size)
{
	size_t more = *room ? *room * 2 : 256;
	void *bigger;

	if (n < *room)
		return array;
	if (more > SIZE_MAX / size)
		return NULL;
	bigger = realloc(array, more * size);
	if (bigger)
		*room = more;
	return bigger;
}

/* A number property in degrees to 1e-7; strings and the like are refused by json_number_value()
 * being 0. */
static enum err
take_position(struct load *load, const json_t *position)
{
	const json_t *lon = json_array_get(position, 0), *lat = json_array_get(position, 1);
	struct point *bigger;

	if (!json_is_number(lon) || !json_is_number(lat))
		return refuse(load, ERR_FORMAT, "position %zu is not [longitude, latitude]",
			      load->n_points + 1);
	if (load->n_points + load->ground->n_points >= GROUND_POINTS_MAX)
		return refuse(load, ERR_LIMIT, "more than %d vertices", GROUND_POINTS_MAX);
	bigger = grown(load->points, load->n_points, &load->points_size, sizeof(*load->points));
	if (!bigger)
		return refuse(load, ERR_NOMEM, "out of memory");
	load->points = bigger;
	if (!geo_from_degrees(json_number_value(lat), json_number_value(lon),
			      &load->points[load->n_points]))
		return refuse(load, ERR_FORMAT,
			      "position %zu is not on the globe (longitude comes first)",
			      load->n_points + 1);
	load->n_points++;
	return ERR_OK;
}

static enum err
take_ring(struct load *load, const json_t *ring)
{
	size_t before = load->n_points, *bigger, i;
	json_t *position;
	enum err err;

	if (!json_is_array(ring))
		return refuse(load, ERR_FORMAT,
			      "coordinates are not nested as the geometry's type asks");
	json_array_foreach(ring, i, position)
	{
		err = take_position(load, position);
		if (err)
			return err;
	}
	bigger = grown(load->sizes, load->n_rings, &load->rings_size, sizeof(*load->sizes));
	if (!bigger)
		return refuse(load, ERR_NOMEM, "out of memory");
	load->sizes = bigger;
	load->sizes[load->n_rings++] = load->n_points - before;
	return ERR_OK;
}

static enum err
take_rings(struct load *load, const json_t *polygon)
{
	json_t *ring;
	size_t i;
	enum err err;

	if (!json_is_array(polygon))
		return refuse(load, ERR_FORMAT,
			      "coordinates are not nested as the geometry's type asks");
	json_array_foreach(polygon, i, ring)
	{
		err = take_ring(load, ring);
		if (err)
			return err;
	}
	return ERR_OK;
}

/* Rings of all parts one after another: under the even-odd rule a multipolygon needs no more. */
static enum err
take_geometry(struct load *load, const json_t *geometry, bool *is_line)
{
	const json_t *coordinates = json_object_get(geometry, "coordinates");
	struct span type;
	json_t *part;
	size_t i;
	enum err err = ERR_OK;

	*is_line = false;
	load->n_points = load->n_rings = 0;
	if (!json_take_text(geometry, "type", &type))
		return refuse(load, ERR_FORMAT, "has no geometry");
	if (span_is(type, "LineString")) {
		*is_line = true;
		return take_ring(load, coordinates);
	}
	if (span_is(type, "Polygon"))
		return take_rings(load, coordinates);
	if (!span_is(type, "MultiPolygon"))
		return refuse(load, ERR_FORMAT,
			      "a %.*s is not read here (Polygon, MultiPolygon, LineString are)",
			      (int)(type.n < 40 ? type.n : 40), type.p);
	if (!json_is_array(coordinates))
		return refuse(load, ERR_FORMAT,
			      "coordinates are not nested as the geometry's type asks");
	json_array_foreach(coordinates, i, part)
	{
		err = take_rings(load, part);
		if (err)
			break;
	}
	return err;
}

/* The first of these properties that is a text; a number is taken as its decimal digits (codes
 * often are). */
static enum err
take_text(struct load *load, const json_t *properties, const char *const names[],
	  char text[GROUND_TEXT_MAX])
{
	text[0] = '\0';
	for (unsigned i = 0; names[i]; i++) {
		const json_t *value = json_object_get(properties, names[i]);
		struct span span;

		if (json_is_integer(value)) {
			snprintf(text, GROUND_TEXT_MAX, "%lld",
				 (long long)json_integer_value(value));
			return ERR_OK;
		}
		if (!json_take_text(properties, names[i], &span) || span_trim(span).n == 0)
			continue;
		span = span_trim(span);
		if (!span_is_plain_text(span))
			return refuse(load, ERR_FORMAT, "%s holds control characters", names[i]);
		if (!span_copy(text, GROUND_TEXT_MAX, span))
			return refuse(load, ERR_LIMIT, "%s is longer than %d bytes", names[i],
				      GROUND_TEXT_MAX - 1);
		return ERR_OK;
	}
	return ERR_OK;
}

/* Days since 1970-01-01 of a civil date (Richards 2013, in the form of days_from_civil). */
static int64_t
days_of(int64_t year, int64_t month, int64_t day)
{
	int64_t y = month <= 2 ? year - 1 : year, era = y / 400, of_era = y - era * 400;
	int64_t of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;

	return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

/* YYYY-MM-DD of the years 1800 to 2999. */
static bool
read_day(struct span text, int64_t *at_ms)
{
	static const int lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	int64_t year, month, day, leap;

	*at_ms = 0;
	if (text.n != 10 || text.p[4] != '-' || text.p[7] != '-' ||
	    !span_int(span_make(text.p, 4), 1800, 2999, &year) ||
	    !span_int(span_make(text.p + 5, 2), 1, 12, &month) ||
	    !span_int(span_make(text.p + 8, 2), 1, 31, &day))
		return false;
	leap = month == 2 && year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
	if (day > lengths[month - 1] + leap)
		return false;
	*at_ms = days_of(year, month, day) * DAY_MS;
	return true;
}

/* From the first moment of `from` to the last of `to`; open where the property is missing, null or
 * empty. */
static enum err
take_days(struct load *load, const json_t *properties, int64_t *from_ms, int64_t *to_ms)
{
	struct span text;

	*from_ms = INT64_MIN;
	*to_ms = INT64_MAX;
	if (json_take_text(properties, load->keys.from, &text) && text.n > 0 &&
	    !read_day(text, from_ms))
		return refuse(load, ERR_FORMAT, "%s is not a date YYYY-MM-DD", load->keys.from);
	if (json_take_text(properties, load->keys.to, &text) && text.n > 0) {
		if (!read_day(text, to_ms))
			return refuse(load, ERR_FORMAT, "%s is not a date YYYY-MM-DD",
				      load->keys.to);
		*to_ms += DAY_MS;
	}
	if (*to_ms <= *from_ms)
		return refuse(load, ERR_FORMAT, "%s is before %s", load->keys.to, load->keys.from);
	return ERR_OK;
}

/* The layer said by the feature, else by its COD-AB names, else the caller's. */
static enum err
take_layer(struct load *load, const json_t *properties, enum ground_layer *layer)
{
	struct span text;

	*layer = load->fallback;
	if (json_take_text(properties, load->keys.layer, &text)) {
		for (unsigned i = 0; i < GROUND_LAYER_COUNT; i++) {
			if (span_is(text, LAYERS[i])) {
				*layer = (enum ground_layer)i;
				return ERR_OK;
			}
		}
		return refuse(load, ERR_FORMAT,
			      "%s is none of governorate, district, boundary, zone",
			      load->keys.layer);
	}
	if (json_object_get(properties, "ADM2_EN") || json_object_get(properties, "ADM2_PCODE"))
		*layer = GROUND_DISTRICT;
	else if (json_object_get(properties, "ADM1_EN") ||
		 json_object_get(properties, "ADM1_PCODE"))
		*layer = GROUND_GOVERNORATE;
	return ERR_OK;
}

static enum err
take_names(struct load *load, const json_t *properties, struct ground_unit *shown)
{
	bool is_district = shown->layer == GROUND_DISTRICT;
	const char *const name[] = {load->keys.name, is_district ? "ADM2_EN" : "ADM1_EN", NULL};
	const char *const ar[] = {load->keys.name_ar, is_district ? "ADM2_AR" : "ADM1_AR", NULL};
	const char *const ckb[] = {load->keys.name_ckb, is_district ? "ADM2_CKB" : "ADM1_CKB",
				   NULL};
	const char *const code[] = {load->keys.code, is_district ? "ADM2_PCODE" : "ADM1_PCODE",
				    NULL};
	const char *const within[] = {load->keys.within, is_district ? "ADM1_EN" : NULL, NULL};
	enum err err = take_text(load, properties, name, shown->name);

	memcpy(load->name, shown->name, sizeof(load->name));
	if (!err)
		err = take_text(load, properties, ar, shown->name_ar);
	if (!err)
		err = take_text(load, properties, ckb, shown->name_ckb);
	if (!err)
		err = take_text(load, properties, code, shown->code);
	if (!err)
		err = take_text(load, properties, within, shown->within);
	if (!err && !shown->name[0] && !shown->code[0])
		err = refuse(load, ERR_FORMAT, "has neither %s nor %s", load->keys.name,
			     load->keys.code);
	return err;
}

static enum err
refuse_shape(struct load *load, enum err err)
{
	if (err == ERR_NOMEM)
		return refuse(load, err, "out of memory");
	if (err == ERR_LIMIT)
		return refuse(load, err, "has too many vertices, rings or bytes in a name");
	return refuse(load, err, "is no shape: too few different vertices, or too wide");
}

static enum err
keep_unit(struct load *load, struct unit *unit)
{
	struct ground *ground = load->ground;
	enum ground_layer layer = unit->shown.layer;
	const char *const names[NAMES] = {unit->shown.name, unit->shown.name_ar,
					  unit->shown.name_ckb, unit->shown.code};
	struct unit **bigger;
	enum err err = area_make(load->points, load->sizes, load->n_rings, &unit->area);

	if (err)
		return refuse_shape(load, err);
	for (unsigned i = 0; i < NAMES; i++)
		if (!fold_text(span_of(names[i]), unit->folded[i], GROUND_TEXT_MAX))
			return refuse(load, ERR_FORMAT, "a name cannot be compared");
	unit->shown.area = unit->area;
	unit->box = area_box(unit->area);
	bigger =
	    reallocarray(ground->units[layer], ground->n_units[layer] + 1, sizeof(struct unit *));
	if (!bigger)
		return refuse(load, ERR_NOMEM, "out of memory");
	ground->units[layer] = bigger;
	ground->units[layer][ground->n_units[layer]++] = unit;
	ground->n_points += area_points(unit->area);
	return ERR_OK;
}

static enum err
add_area(struct load *load, const struct ground_unit *shown)
{
	struct unit *unit;
	enum err err;

	if (shown->layer == GROUND_BOUNDARY)
		return refuse(load, ERR_FORMAT, "a boundary must be a LineString");
	unit = calloc(1, sizeof(*unit));
	if (!unit)
		return refuse(load, ERR_NOMEM, "out of memory");
	unit->shown = *shown;
	err = keep_unit(load, unit);
	if (err)
		unit_free(unit);
	return err;
}

static enum err
add_line(struct load *load, const json_t *properties, const struct ground_unit *shown)
{
	struct ground *ground = load->ground;
	struct boundary_input input = {.name = span_of(shown->name),
				       .code = span_of(shown->code),
				       .from_ms = shown->from_ms,
				       .to_ms = shown->to_ms,
				       .points = load->points,
				       .n = load->n_points};
	const char *const left[] = {load->keys.left, NULL}, *const right[] = {load->keys.right,
									      NULL};
	char left_text[GROUND_TEXT_MAX], right_text[GROUND_TEXT_MAX];
	struct boundary **bigger;
	int64_t band_m = 0;
	enum err err = take_text(load, properties, left, left_text);

	if (!err)
		err = take_text(load, properties, right, right_text);
	if (err)
		return err;
	if (json_take_int(properties, load->keys.band_m, &band_m) &&
	    (band_m < 1 || band_m > BAND_MAX_M))
		return refuse(load, ERR_FORMAT, "%s is not in 1..%d", load->keys.band_m,
			      BAND_MAX_M);
	input.band_m = (uint32_t)band_m;
	input.left = span_of(left_text);
	input.right = span_of(right_text);
	bigger = reallocarray(ground->lines, ground->n_lines + 1, sizeof(*bigger));
	if (!bigger)
		return refuse(load, ERR_NOMEM, "out of memory");
	ground->lines = bigger;
	err = boundary_make(&input, &ground->lines[ground->n_lines]);
	if (err)
		return refuse_shape(load, err);
	ground->n_lines++;
	ground->n_points += load->n_points;
	return ERR_OK;
}

static enum err
add_feature(struct load *load, const json_t *feature)
{
	const json_t *properties = json_object_get(feature, "properties");
	struct ground_unit shown = {0};
	struct span type;
	bool is_line;
	enum err err;

	if (!json_take_text(feature, "type", &type) || !span_is(type, "Feature"))
		return refuse(load, ERR_FORMAT, "is not of type Feature");
	if (!json_is_object(properties))
		return refuse(load, ERR_FORMAT, "has no properties");
	if (ground_count(load->ground) >= GROUND_UNITS_MAX)
		return refuse(load, ERR_LIMIT, "more than %d areas and lines", GROUND_UNITS_MAX);
	err = take_layer(load, properties, &shown.layer);
	if (!err)
		err = take_names(load, properties, &shown);
	if (!err)
		err = take_days(load, properties, &shown.from_ms, &shown.to_ms);
	if (!err)
		err = take_geometry(load, json_object_get(feature, "geometry"), &is_line);
	if (err)
		return err;
	return is_line ? add_line(load, properties, &shown) : add_area(load, &shown);
}

static enum err
add_features(struct load *load, const json_t *root)
{
	const json_t *features = json_object_get(root, "features");
	struct span type;
	json_t *feature;
	size_t i;
	enum err err = ERR_OK;

	if (!json_take_text(root, "type", &type) || !span_is(type, "FeatureCollection"))
		return refuse(load, ERR_FORMAT, "line 1: not a GeoJSON FeatureCollection");
	if (!json_is_array(features))
		return refuse(load, ERR_FORMAT, "the FeatureCollection has no features");
	json_array_foreach(features, i, feature)
	{
		load->feature = i + 1;
		load->name[0] = '\0';
		err = add_feature(load, feature);
		if (err)
			break;
	}
	return err;
}

/* The reader of base says only no: a second look finds the line. */
static enum err
refuse_json(struct load *load, struct span text)
{
	json_error_t error = {.line = 0};
	json_t *root = json_loadb(text.p ? text.p : "", text.n, JSON_REJECT_DUPLICATES, &error);

	if (root) {
		json_decref(root);
		return refuse(load, ERR_FORMAT, "nested deeper than %d", JSON_DEPTH_MAX);
	}
	return refuse(load, ERR_FORMAT, "line %d: not JSON: %s", error.line, error.text);
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

static const char *
or_default(const char *key, const char *name)
{
	return key ? key : name;
}

static struct ground_keys
full_keys(const struct ground_keys *keys)
{
	struct ground_keys full = keys ? *keys : (struct ground_keys){0};

	full.name = or_default(full.name, "name");
	full.name_ar = or_default(full.name_ar, "name_ar");
	full.name_ckb = or_default(full.name_ckb, "name_ckb");
	full.code = or_default(full.code, "code");
	full.layer = or_default(full.layer, "layer");
	full.from = or_default(full.from, "from");
	full.to = or_default(full.to, "to");
	full.within = or_default(full.within, "within");
	full.left = or_default(full.left, "left");
	full.right = or_default(full.right, "right");
	full.band_m = or_default(full.band_m, "band_m");
	return full;
}

enum err
ground_add_with(struct ground *ground, struct span geojson, enum ground_layer fallback,
		const struct ground_keys *keys, char why[GROUND_WHY_MAX])
{
	struct load load = {
	    .ground = ground, .keys = full_keys(keys), .fallback = fallback, .why = why};
	struct ground before = *ground;
	json_t *root;
	enum err err;

	why[0] = '\0';
	if (geojson.n > GROUND_BYTES_MAX)
		return refuse(&load, ERR_LIMIT, "larger than %d bytes", GROUND_BYTES_MAX);
	root = json_read_foreign(geojson);
	if (!root)
		return refuse_json(&load, geojson);
	err = add_features(&load, root);
	if (err)
		take_back(ground, &before);
	json_decref(root);
	free(load.points);
	free(load.sizes);
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

const struct ground_unit *
ground_unit(const struct ground *ground, enum ground_layer layer, struct span name)
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
