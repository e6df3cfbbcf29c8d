#ifndef SEAM_EDGE_MAP_H
#define SEAM_EDGE_MAP_H

#include "base/arena.h"
#include "base/err.h"
#include "model/record.h"

/* clang-format off */
/*
 * How the columns of somebody's table (or the properties of somebody's features) become fields. One
 * statement a line, '#' begins a comment:
 *
 *   kind incident                    what every row is; or: column Category = kind
 *   column Grid = place              a column and the field it fills, in the forms of record_set()
 *   column Lat, Lon = place@1km      two columns of degrees, as a square of that size
 *   column Killed = deaths
 *   column No. = origin              filed as "PREFIX:value"; PREFIX from the line  origin PREFIX
 *   set severity = yellow            a constant for every row
 *   value type "IED attack" = exp.ied_explosion     what a cell means; without one: the code itself
 *   date DD/MM/YYYY hh:mm            how moments stand in the cells; without it what people type
 *   zone +03:00                      of those moments; default +03:00
 *   separator ;                      or "tab"; default ','
 *   precision 1km                    of points in GeoJSON; default 100m
 *
 * A column name in quotes keeps blanks and commas.  An empty cell sets nothing.  In a cell of two
 * columns a comma is a decimal mark.  A row whose latitude and longitude seem exchanged is refused
 * with WHY_EXCHANGED: the columns are named, so nothing is swapped.  A place that was not typed as
 * an exact grid keeps its text in FIELD_TYPED, unless a column fills that.
 */
/* clang-format on */
enum { MAP_TEXT_MAX = 65536, MAP_COLUMNS_MAX = 128, MAP_VALUES_MAX = 512 };

struct map;

/* Reads the text, which is copied.  ERR_FORMAT with *line (from 1) and *what, a fixed text, saying
 * what is wrong; ERR_NOMEM.  *map is NULL on failure. */
MUST_USE enum err map_read(struct span text, struct map **map, unsigned *line, const char **what);

/* The map that takes every column by the name of its field: what is used where none is given. */
MUST_USE enum err map_plain(struct map **map);
void map_free(struct map *map);

char map_separator(const struct map *map);
unsigned map_precision(const struct map *map); /* place level of points */
int map_zone_min(const struct map *map);

/* What a row holds under a name; the empty span where it has no such column. */
struct map_row {
	const void *arg;
	struct span (*cell)(const void *arg, struct span column);
};

/*
 * Makes a record of a row.  WHY_NONE, or why not with the column at fault.  Texts live in the
 * arena. For the map of map_plain() names[] are the columns there are; names that are no field are
 * passed over.  *heard is what had to be assumed about the place (a set of enum heard).  The record
 * is not yet judged as a whole: record_check().
 */
struct reason map_apply(const struct map *map, const struct map_row *row, const struct span *names,
			unsigned n_names, struct arena *arena, const struct record_typing *typing,
			struct record *record, struct span *column, unsigned *heard);

/* Whether a header has every column that the map names; else the first missing one. */
bool map_fits(const struct map *map, const struct span *names, unsigned n_names,
	      struct span *missing);

#endif
