#ifndef SEAM_EDGE_SHEET_H
#define SEAM_EDGE_SHEET_H

#include "edge/map.h"
#include "edge/sink.h"

/* Anybody's CSV through a map: the first row names the columns, every other row is one record that
 * passed record_check(). */
struct sheet;

/* Borrows the map until sheet_free(); keeps copies of sink and typing.  NULL without memory. */
struct sheet *sheet_new(const struct map *map, const struct record_typing *typing,
			const struct sink *sink);
void sheet_free(struct sheet *sheet);

/* ERR_FORMAT: the first row lacks a column of the map; it was refused to the sink by name. */
MUST_USE enum err sheet_feed(struct sheet *sheet, struct span chunk);
MUST_USE enum err sheet_finish(struct sheet *sheet);

#endif
