/*
 * Promises one record per feature of a GeoJSON FeatureCollection (RFC 7946).  A scanner that knows
 * strings and depth alone cuts the text into features; each is then read strictly by itself, so
 * that no file is ever held whole.
 */
#include "edge/geojson.h"

#include "base/json.h"
#include "model/heard.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { ARENA_MAX = 4 << 20, DEPTH_MAX = 64, WORD_MAX = 32, PROPERTIES_MAX = 256 };

struct geojson {
	const struct map *map;
	struct map *own_map;
	struct record_typing typing;
	struct sink sink;
	struct arena *arena;
	struct out feature; /* the text of the feature that is being read */
	unsigned depth;
	bool is_string, is_escape;
	char word[WORD_MAX]; /* newest string at depth 1, cut off where longer */
	size_t word_n;
	char key[WORD_MAX];
	unsigned bom; /* bytes of a byte order mark seen at the start; 3 when past it */
	bool is_features, has_features, has_type, is_over;
	uint64_t line, feature_line;
	size_t since; /* bytes since a feature ended */
	enum err err;
};

struct properties {
	struct span name[PROPERTIES_MAX];
	struct span value[PROPERTIES_MAX];
	unsigned n;
};

static struct span
cell_of(const void *arg, struct span column)
{
	const struct properties *properties = arg;

	for (unsigned i = 0; i < properties->n; i++)
		if (span_equal(properties->name[i], column))
			return properties->value[i];
	return (struct span){NULL, 0};
}

/* Texts as they are, numbers and booleans as JSON writes them; what has parts is no cell. */
static bool
read_properties(const json_t *object, struct arena *arena, struct properties *properties)
{
	const char *name;
	json_t *value;
	json_t *walked =
	    json_incref((json_t *)(uintptr_t)object); /* jansson walks no const object */
	bool is_read = true;

	json_object_foreach(walked, name, value)
	{
		struct span text = {NULL, 0};
		char *dump = NULL;

		if (properties->n == PROPERTIES_MAX) {
			is_read = false;
			break;
		}
		if (json_is_string(value)) {
			text = span_make(json_string_value(value), json_string_length(value));
		} else if (json_is_number(value) || json_is_boolean(value)) {
			dump = json_dumps(value, JSON_ENCODE_ANY | JSON_REAL_PRECISION(12));
			text = span_of(dump);
		}
		properties->name[properties->n] = span_of(name);
		properties->value[properties->n++] = text.n ? arena_copy(arena, text) : text;
		free(dump);
	}
	json_decref(walked);
	return is_read;
}

/* [longitude, latitude, …] in degrees. */
static bool
read_position(const json_t *position, struct shape_point *point)
{
	double lon, lat;

	if (!json_is_array(position) || json_array_size(position) < 2 ||
	    !json_is_number(json_array_get(position, 0)) ||
	    !json_is_number(json_array_get(position, 1)))
		return false;
	lon = json_number_value(json_array_get(position, 0));
	lat = json_number_value(json_array_get(position, 1));
	if (!(lon >= -180 && lon <= 180 && lat >= -90 && lat <= 90))
		return false;
	*point = (struct shape_point){(int32_t)lround(lat * 1e7), (int32_t)lround(lon * 1e7)};
	return true;
}

static bool
read_line(const json_t *positions, struct shape *shape)
{
	size_t n = json_array_size(positions);

	if (n > LIMIT_SHAPE_POINTS + (shape->is_area ? 1u : 0u))
		return false;
	for (size_t i = 0; i < n; i++) {
		struct shape_point point;

		if (!read_position(json_array_get(positions, i), &point))
			return false;
		/* The last position of a ring repeats the first. */
		if (shape->is_area && i + 1 == n)
			return n >= 4 && point.lat_e7 == shape->points[0].lat_e7 &&
			       point.lon_e7 == shape->points[0].lon_e7;
		shape->points[shape->n++] = point;
	}
	return true;
}

/* The order is the format's: nothing is swapped.  An area may reach far; only the whole is judged.
 */
static bool
is_exchanged(const struct shape *shape)
{
	for (unsigned i = 0; i < shape->n; i++)
		if (!heard_exchanged(shape->points[i].lat_e7, shape->points[i].lon_e7))
			return false;
	return shape->n > 0;
}

static enum why
put_shape(struct record *record, struct arena *arena, const json_t *positions, bool is_area)
{
	struct shape *shape = arena_take(arena, sizeof *shape);
	struct value *value = &record->field[FIELD_SHAPE];

	if (!shape)
		return WHY_TOO_LARGE;
	if (!kind_has(record->kind, FIELD_SHAPE))
		return WHY_NOT_IN_KIND;
	shape->is_area = is_area;
	if (!read_line(positions, shape) || !shape_is_sound(shape))
		return WHY_BAD_PLACE;
	if (is_exchanged(shape))
		return WHY_EXCHANGED;
	value->is_set = true;
	value->levels = 1;
	value->shape = shape;
	return WHY_NONE;
}

static enum why
put_place(struct record *record, const json_t *position, unsigned level)
{
	struct value *value = &record->field[FIELD_PLACE];
	struct shape_point point;

	if (value->is_set)
		return WHY_NONE; /* a property says it in words */
	if (!kind_has(record->kind, FIELD_PLACE))
		return WHY_NOT_IN_KIND;
	if (!read_position(position, &point))
		return WHY_BAD_PLACE;
	if (heard_exchanged(point.lat_e7, point.lon_e7))
		return WHY_EXCHANGED;
	if (!place_of_point(point.lat_e7, point.lon_e7, level, &value->place))
		return WHY_BAD_PLACE;
	value->is_set = true;
	value->levels = (uint16_t)((2u << value->place.level) - 1);
	return WHY_NONE;
}

static enum why
put_geometry(struct geojson *geojson, struct record *record, const json_t *geometry)
{
	const json_t *coordinates = json_object_get(geometry, "coordinates");
	struct span type;

	if (!geometry || json_is_null(geometry))
		return WHY_NONE;
	if (!json_take_text(geometry, "type", &type))
		return WHY_BAD_FORM;
	if (span_is(type, "Point"))
		return put_place(record, coordinates, map_precision(geojson->map));
	if (span_is(type, "LineString"))
		return put_shape(record, geojson->arena, coordinates, false);
	if (span_is(type, "Polygon") && json_array_size(coordinates) == 1)
		return put_shape(record, geojson->arena, json_array_get(coordinates, 0), true);
	return WHY_BAD_FORM;
}

/* A text or a number (RFC 7946, 3.2); anything else is none. */
static struct span
id_of(const json_t *feature, struct arena *arena)
{
	const json_t *id = json_object_get(feature, "id");
	struct span text = {NULL, 0};
	char *dump;

	if (json_is_string(id))
		return span_make(json_string_value(id), json_string_length(id));
	if (!json_is_number(id))
		return text;
	dump = json_dumps(id, JSON_ENCODE_ANY | JSON_REAL_PRECISION(12));
	if (dump)
		text = arena_copy(arena, span_of(dump));
	free(dump);
	return text;
}

static struct reason
read_feature(struct geojson *geojson, const json_t *feature, struct record *record,
	     struct span *column, unsigned *heard)
{
	struct properties *properties = arena_take(geojson->arena, sizeof *properties);
	struct reason reason = {WHY_BAD_FORM, FIELD_NONE};
	struct span type;

	if (!properties)
		return (struct reason){WHY_TOO_LARGE, FIELD_NONE};
	if (!json_take_text(feature, "type", &type) || !span_is(type, "Feature"))
		return reason;
	if (!read_properties(json_object_get(feature, "properties"), geojson->arena, properties))
		return reason;
	reason = map_apply(geojson->map, &(struct map_row){properties, cell_of}, properties->name,
			   properties->n, geojson->arena, &geojson->typing, record, column, heard);
	if (reason.why != WHY_NONE)
		return reason;
	*column = SPAN("geometry");
	reason.why = put_geometry(geojson, record, json_object_get(feature, "geometry"));
	if (reason.why != WHY_NONE)
		return reason;
	*column = (struct span){NULL, 0};
	return record_check(record);
}

static enum err
take_feature(struct geojson *geojson)
{
	struct reason reason = {WHY_NOT_JSON, FIELD_NONE};
	struct span column = {NULL, 0};
	struct record *record;
	struct span id = {NULL, 0};
	unsigned heard = 0;
	json_t *feature = NULL;
	enum err err = out_err(&geojson->feature);

	arena_reset(geojson->arena);
	record = arena_take(geojson->arena, sizeof *record);
	if (!record || err == ERR_NOMEM)
		return ERR_NOMEM;
	if (err != ERR_OK)
		reason.why = WHY_TOO_LARGE;
	else
		feature = json_read_foreign(out_view(&geojson->feature));
	if (feature)
		reason = read_feature(geojson, feature, record, &column, &heard);
	if (reason.why == WHY_NONE) {
		err = sink_give(&geojson->sink, record, geojson->feature_line, heard);
	} else {
		id = id_of(feature, geojson->arena);
		err = sink_refuse_item(&geojson->sink, geojson->feature_line, id, reason, column);
	}
	json_decref(feature);
	out_reset(&geojson->feature);
	geojson->since = 0;
	return err;
}

static bool
is_collecting(const struct geojson *geojson)
{
	return geojson->is_features && geojson->depth >= 3;
}

/* A byte inside a string; at depth 1 the string is kept as a word. */
static void
take_in_string(struct geojson *geojson, char c)
{
	if (geojson->is_escape) {
		geojson->is_escape = false;
	} else if (c == '\\') {
		geojson->is_escape = true;
	} else if (c == '"') {
		geojson->is_string = false;
		return;
	}
	if (geojson->depth == 1 && geojson->word_n + 1 < WORD_MAX)
		geojson->word[geojson->word_n++] = c;
}

static enum err
open_one(struct geojson *geojson, char c)
{
	if (geojson->is_over || geojson->depth == DEPTH_MAX || (geojson->depth == 0 && c != '{'))
		return ERR_FORMAT;
	if (geojson->depth == 1 && c == '[' && strcmp(geojson->key, "features") == 0) {
		if (geojson->has_features)
			return ERR_FORMAT;
		geojson->is_features = geojson->has_features = true;
	} else if (geojson->depth == 2 && geojson->is_features) {
		if (c != '{')
			return ERR_FORMAT;
		geojson->feature_line = geojson->line;
		out_char(&geojson->feature, c);
	}
	geojson->depth++;
	return ERR_OK;
}

static enum err
close_one(struct geojson *geojson)
{
	if (geojson->depth == 0)
		return ERR_FORMAT;
	geojson->depth--;
	geojson->is_over = geojson->depth == 0;
	if (geojson->is_features && geojson->depth == 2)
		return take_feature(geojson);
	if (geojson->is_features && geojson->depth == 1)
		geojson->is_features = false;
	return ERR_OK;
}

/* What stands between members of the collection itself. */
static void
take_mark(struct geojson *geojson, char c)
{
	geojson->word[geojson->word_n] = '\0';
	if (c == ':') {
		memcpy(geojson->key, geojson->word, sizeof geojson->key);
	} else if (strcmp(geojson->key, "type") == 0 &&
		   strcmp(geojson->word, "FeatureCollection") == 0) {
		geojson->has_type = true;
	}
	geojson->word_n = 0;
}

static enum err
take_outside(struct geojson *geojson, char c)
{
	bool is_blank = c == ' ' || c == '\t' || c == '\n' || c == '\r';

	if (c == '{' || c == '[')
		return open_one(geojson, c);
	if (c == '}' || c == ']') {
		if (geojson->depth == 1)
			take_mark(geojson, ',');
		return close_one(geojson);
	}
	if (is_blank)
		return ERR_OK;
	if (geojson->depth == 0 || (geojson->is_features && geojson->depth == 2 && c != ','))
		return ERR_FORMAT;
	if (c == '"') {
		geojson->is_string = true;
		geojson->word_n = 0;
	} else if (geojson->depth == 1 && (c == ':' || c == ',')) {
		take_mark(geojson, c);
	}
	return ERR_OK;
}

/* A device or a pipe may go on for ever. */
static enum err
refuse_gap(struct geojson *geojson)
{
	enum err err = sink_refuse(
	    &geojson->sink, is_collecting(geojson) ? geojson->feature_line : geojson->line,
	    (struct reason){WHY_TOO_LARGE, FIELD_NONE}, SPAN("no end of a feature"));

	return err == ERR_OK ? ERR_FORMAT : err;
}

static enum err
take(struct geojson *geojson, char c)
{
	if (geojson->since++ >= GEOJSON_GAP_MAX)
		return refuse_gap(geojson);
	if (c == '\n')
		geojson->line++;
	if (is_collecting(geojson))
		out_char(&geojson->feature, c);
	if (geojson->is_string) {
		take_in_string(geojson, c);
		return ERR_OK;
	}
	return take_outside(geojson, c);
}

struct geojson *
geojson_new(const struct map *map, const struct record_typing *typing, const struct sink *sink)
{
	struct geojson *geojson = calloc(1, sizeof *geojson);

	if (!geojson)
		return NULL;
	geojson->typing = *typing;
	geojson->sink = *sink;
	geojson->line = 1;
	geojson->feature = out_new(GEOJSON_FEATURE_MAX);
	geojson->arena = arena_new(ARENA_MAX);
	if (!geojson->arena || (!map && map_plain(&geojson->own_map) != ERR_OK)) {
		geojson_free(geojson);
		return NULL;
	}
	geojson->map = map ? map : geojson->own_map;
	return geojson;
}

void
geojson_free(struct geojson *geojson)
{
	if (!geojson)
		return;
	map_free(geojson->own_map);
	arena_free(geojson->arena);
	out_free(&geojson->feature);
	free(geojson);
}

/* Windows programs begin a text with a byte order mark. */
static bool
is_bom(struct geojson *geojson, char c)
{
	static const char mark[] = "\xef\xbb\xbf";

	if (geojson->bom < 3 && c == mark[geojson->bom]) {
		geojson->bom++;
		return true;
	}
	if (geojson->bom > 0 && geojson->bom < 3)
		geojson->err = ERR_FORMAT; /* half a mark */
	geojson->bom = 3;
	return false;
}

enum err
geojson_feed(struct geojson *geojson, struct span chunk)
{
	for (size_t i = 0; i < chunk.n && geojson->err == ERR_OK; i++)
		if (!is_bom(geojson, chunk.p[i]) && geojson->err == ERR_OK)
			geojson->err = take(geojson, chunk.p[i]);
	return geojson->err;
}

enum err
geojson_finish(struct geojson *geojson)
{
	if (geojson->err == ERR_OK &&
	    !(geojson->is_over && geojson->has_features && geojson->has_type))
		geojson->err = ERR_FORMAT;
	return geojson->err;
}
