#ifndef SEAM_EDGE_MAP_INSIDE_H
#define SEAM_EDGE_MAP_INSIDE_H

/* A map as map.c reads it and map_apply.c uses it; nobody else's. */
#include "edge/map.h"

enum { MAP_SETS_MAX = 64 };

struct map_column {
	struct span name;
	struct span second; /* the longitude, where two columns give a place */
	enum field field;   /* FIELD_KIND for the kind's column */
	unsigned level;     /* of a place of two columns */
};

struct map_set {
	enum field field;
	struct span value;
};

struct map_value {
	enum field field;
	struct span cell, value;
};

struct map {
	struct arena *arena;
	bool is_plain;
	enum kind kind;
	struct span origin; /* prefix */
	struct span date;   /* pattern; empty: what people type */
	int zone_min;
	char separator;
	unsigned precision;
	struct map_column columns[MAP_COLUMNS_MAX];
	unsigned n_columns;
	struct map_set sets[MAP_SETS_MAX];
	unsigned n_sets;
	struct map_value values[MAP_VALUES_MAX];
	unsigned n_values;
};

/* Whether a column or a constant may fill the field. */
bool map_takes(enum field field);

#endif
