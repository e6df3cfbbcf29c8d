/*
 * Promises to take a GeoJSON FeatureCollection (RFC 7946) apart into named areas and lines, with
 * the reason and the place of the first thing wrong.  Knows the OCHA COD-AB property names; repairs
 * nothing, keeps nothing.
 */
#include "model/layer.h"

#include "base/json.h"
#include "model/region.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DAY_MS = 86400000, BAND_MAX_M = 1000000 };

static const char *const LAYERS[GROUND_LAYER_COUNT] = {"governorate", "district", "boundary",
						       "zone"};

/* One layer_read(): where it is, and the rings of the feature in hand. */
struct load {
	struct ground_keys keys;
	enum ground_layer fallback;
	char *why;
	size_t feature;
	char name[GROUND_TEXT_MAX];
	struct point *points;
	size_t n_points, points_size, points_left;
	size_t *sizes;
	size_t n_rings, rings_size;
};

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
	if (load->n_points >= load->points_left)
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

/* A governorate or district in the one spelling, where it is known (region.h). */
static void
spell(enum ground_layer layer, char name[GROUND_TEXT_MAX])
{
	const char *known = layer == GROUND_GOVERNORATE ? region_known_governorate(span_of(name))
			    : layer == GROUND_DISTRICT  ? region_known_district(span_of(name))
							: NULL;

	if (known)
		(void)!span_copy(name, GROUND_TEXT_MAX, span_of(known));
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
	spell(shown->layer, shown->name);
	if (!err)
		err = take_text(load, properties, ar, shown->name_ar);
	if (!err)
		err = take_text(load, properties, ckb, shown->name_ckb);
	if (!err)
		err = take_text(load, properties, code, shown->code);
	if (!err)
		err = take_text(load, properties, within, shown->within);
	spell(GROUND_GOVERNORATE, shown->within);
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
		return refuse(
		    load, err,
		    "is one too many, or has too many vertices, rings or bytes in a name");
	return refuse(load, err, "is no shape: too few different vertices, or too wide");
}

static enum err
take_line(struct load *load, const json_t *properties, struct layer_feature *feature)
{
	const char *const left[] = {load->keys.left, NULL}, *const right[] = {load->keys.right,
									      NULL};
	int64_t band_m = 0;
	enum err err = take_text(load, properties, left, feature->left);

	if (!err)
		err = take_text(load, properties, right, feature->right);
	if (err)
		return err;
	if (json_take_int(properties, load->keys.band_m, &band_m) &&
	    (band_m < 1 || band_m > BAND_MAX_M))
		return refuse(load, ERR_FORMAT, "%s is not in 1..%d", load->keys.band_m,
			      BAND_MAX_M);
	feature->band_m = (uint32_t)band_m;
	feature->unit.layer = GROUND_BOUNDARY;
	return ERR_OK;
}

static enum err
take_feature(struct load *load, const json_t *json, struct layer_feature *feature)
{
	const json_t *properties = json_object_get(json, "properties");
	struct ground_unit *unit = &feature->unit;
	struct span type;
	enum err err;

	if (!json_take_text(json, "type", &type) || !span_is(type, "Feature"))
		return refuse(load, ERR_FORMAT, "is not of type Feature");
	if (!json_is_object(properties))
		return refuse(load, ERR_FORMAT, "has no properties");
	err = take_layer(load, properties, &unit->layer);
	if (!err)
		err = take_names(load, properties, unit);
	if (!err)
		err = take_days(load, properties, &unit->from_ms, &unit->to_ms);
	if (!err)
		err = take_geometry(load, json_object_get(json, "geometry"), &feature->is_line);
	if (!err && feature->is_line)
		err = take_line(load, properties, feature);
	else if (!err && unit->layer == GROUND_BOUNDARY)
		err = refuse(load, ERR_FORMAT, "a boundary must be a LineString");
	feature->points = load->points;
	feature->n_points = load->n_points;
	feature->sizes = load->sizes;
	feature->n_rings = load->n_rings;
	return err;
}

static enum err
take_features(struct load *load, const json_t *root, layer_take *take, void *owner)
{
	const json_t *features = json_object_get(root, "features");
	struct span type;
	json_t *json;
	size_t i;

	if (!json_take_text(root, "type", &type) || !span_is(type, "FeatureCollection"))
		return refuse(load, ERR_FORMAT, "line 1: not a GeoJSON FeatureCollection");
	if (!json_is_array(features))
		return refuse(load, ERR_FORMAT, "the FeatureCollection has no features");
	json_array_foreach(features, i, json)
	{
		struct layer_feature feature = {.n_points = 0};
		enum err err;

		load->feature = i + 1;
		load->name[0] = '\0';
		err = take_feature(load, json, &feature);
		if (err)
			return err;
		err = take(owner, &feature);
		if (err)
			return refuse_shape(load, err);
		load->points_left -= load->n_points;
	}
	return ERR_OK;
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
layer_read(const struct layer_input *input, layer_take *take, void *owner, char why[GROUND_WHY_MAX])
{
	struct load load = {.keys = full_keys(input->keys),
			    .fallback = input->fallback,
			    .why = why,
			    .points_left = input->points_left};
	json_t *root;
	enum err err;

	why[0] = '\0';
	if (input->geojson.n > GROUND_BYTES_MAX)
		return refuse(&load, ERR_LIMIT, "larger than %d bytes", GROUND_BYTES_MAX);
	root = json_read_foreign(input->geojson);
	if (!root)
		return refuse_json(&load, input->geojson);
	err = take_features(&load, root, take, owner);
	json_decref(root);
	free(load.points);
	free(load.sizes);
	return err;
}
