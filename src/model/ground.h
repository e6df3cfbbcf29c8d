#ifndef SEAM_MODEL_GROUND_H
#define SEAM_MODEL_GROUND_H

#include "base/err.h"
#include "base/span.h"
#include "model/boundary.h"
#include "model/geo.h"

#include <stddef.h>

/*
 * The layers a party has loaded: governorates, districts, zones, boundaries.  They are data of that
 * party, with dates, and say nothing about who is right.  Filled once with ground_add(), then only
 * read.
 */
struct ground;
struct area;

enum ground_layer {
	GROUND_GOVERNORATE,
	GROUND_DISTRICT,
	GROUND_BOUNDARY,
	GROUND_ZONE,
	GROUND_LAYER_COUNT
};

enum {
	GROUND_WHY_MAX = 256,
	GROUND_TEXT_MAX = BOUNDARY_TEXT_MAX,
	GROUND_BYTES_MAX = 64 * 1024 * 1024, /* of one GeoJSON text */
	GROUND_UNITS_MAX = 20000,            /* areas and lines of all layers */
	GROUND_POINTS_MAX = 2000000          /* vertices of all layers */
};

/* A named area; texts are never NULL, "" where the file has none.  Names of governorates and
 * districts, and `within`, are in the one spelling of region.h where that has a row. */
struct ground_unit {
	enum ground_layer layer;
	char name[GROUND_TEXT_MAX];
	char name_ar[GROUND_TEXT_MAX];
	char name_ckb[GROUND_TEXT_MAX];
	char code[GROUND_TEXT_MAX];
	char within[GROUND_TEXT_MAX]; /* a district's governorate as the file names it */
	int64_t from_ms, to_ms;       /* from <= t < to; INT64_MIN and INT64_MAX where open */
	const struct area *area;      /* owned by the ground */
};

/* The names of the properties that are read; a NULL member stands for the default, the name of the
 * member itself. Where the property is missing the OCHA COD-AB names are tried: ADM1_EN, ADM1_AR,
 * ADM1_PCODE, and for districts ADM2_EN, ADM2_AR, ADM2_PCODE with ADM1_EN as `within`. */
struct ground_keys {
	const char *name, *name_ar, *name_ckb, *code, *layer, *from, *to, *within, *left, *right,
	    *band_m;
};

/* An empty ground; NULL without memory. */
struct ground *ground_new(void);
void ground_free(struct ground *ground);

/*
 * Adds the features of a GeoJSON FeatureCollection (RFC 7946): Polygon and MultiPolygon as areas,
 * LineString as boundaries.  A feature's `layer` property (governorate, district, boundary, zone)
 * wins over `fallback`; lines are always boundaries.  Dates are YYYY-MM-DD, UTC days, the last one
 * included.  All or nothing: on failure the ground is as before and `why` says what is wrong and
 * where (line of a JSON error, number and name of a feature). ERR_FORMAT, ERR_LIMIT or ERR_NOMEM.
 */
MUST_USE enum err ground_add(struct ground *ground, struct span geojson, enum ground_layer fallback,
			     char why[GROUND_WHY_MAX]);

/* The same with other property names; keys may be NULL. */
MUST_USE enum err ground_add_with(struct ground *ground, struct span geojson,
				  enum ground_layer fallback, const struct ground_keys *keys,
				  char why[GROUND_WHY_MAX]);

/* The unit that holds a point (the first loaded where several do), or NULL.  Borrowed until
 * ground_free(). */
const struct ground_unit *ground_governorate_at(const struct ground *ground, struct point point);
const struct ground_unit *ground_district_at(const struct ground *ground, struct point point);

/* The n-th zone (0, 1, ...) in force at a moment that holds a point, or NULL when there are no
 * more. */
const struct ground_unit *ground_zone_at(const struct ground *ground, int64_t at_ms,
					 struct point point, size_t n);

/* The unit of a layer with that code or name in any language, compared folded (fold.h), or in
 * another spelling of a governorate or district (region.h); NULL when none. */
const struct ground_unit *ground_unit(const struct ground *ground, enum ground_layer layer,
				      struct span name);

/* Its area; NULL when there is none. */
const struct area *ground_area(const struct ground *ground, enum ground_layer layer,
			       struct span name);

/* ground_unit() of layer zone. */
const struct ground_unit *ground_zone(const struct ground *ground, struct span name);

/* The i-th unit of a layer in the order loaded, NULL past the last; to list them. */
const struct ground_unit *ground_at(const struct ground *ground, enum ground_layer layer, size_t i);

/* Every boundary that stands on the day of the event, measured from the point, nearest first;
 * returns how many were written, at most max.  Lines of two parties may both stand: each has its
 * own entry. */
size_t ground_boundary_on(const struct ground *ground, int64_t day_ms, struct point point,
			  struct boundary_hit *hits, size_t max);

/* Units and lines loaded. */
size_t ground_count(const struct ground *ground);

#endif
