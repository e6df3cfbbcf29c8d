#ifndef SEAM_MODEL_PLACE_H
#define SEAM_MODEL_PLACE_H

#include "base/out.h"
#include "model/limits.h"

/* Levels of place precision, numbers of field.h: 1 = 100 km … 5 = 10 m; 0 = nothing known of the
 * square. */
enum { PLACE_100KM = 1, PLACE_10KM, PLACE_1KM, PLACE_100M, PLACE_10M };

/*
 * A place is a grid square.  `mgrs` is its text without blanks, as fine as `level` ("38SMD67" at 10
 * km); the position is the centre of the square as cut by its zone's edge.  Nothing finer than the
 * square is kept.
 */
struct place {
	char mgrs[16];
	unsigned level;
	int32_t lat_e7, lon_e7;
};

/* The square of that level that contains the point; false outside the UTM bands. */
bool place_of_point(int32_t lat_e7, int32_t lon_e7, unsigned level, struct place *place);

/* The square of an MGRS text in its exact form. */
bool place_of_mgrs(struct span mgrs, struct place *place);

/* The coarser square; a level that is not coarser returns the place itself. */
struct place place_at_level(const struct place *place, unsigned level);

/* The part of the text that level k adds: "38SMD" for 1, then interleaved digit pairs "67", "58" …
 * `part` has room for 6 bytes with the NUL. */
void place_part(const struct place *place, unsigned level, char part[6]);

/* A place from its parts 1…n; false when a part is malformed or the square does not exist. */
bool place_from_parts(const char parts[][6], unsigned n, struct place *place);

unsigned place_size_m(unsigned level); /* 100000, 10000, 1000, 100, 10; 0 for level 0 */
/* The text is the square of that level which holds the position. */
bool place_is_sound(const struct place *place);

/* A route or an area. */
struct shape_point {
	int32_t lat_e7, lon_e7;
};
struct shape {
	bool is_area; /* closed: last point is not repeated */
	uint16_t n;
	struct shape_point points[LIMIT_SHAPE_POINTS];
};

/* "line 35.1,44.2 35.2,44.3" or "area …" (≥ 2 and ≥ 3 points), decimal degrees lat,lon; also
 * "circle lat,lon,km". */
bool shape_read(struct span text, struct shape *shape);
void shape_write(struct out *out, const struct shape *shape);

/* 2 (line) or 3 (area) to LIMIT_SHAPE_POINTS points, all on the globe. */
bool shape_is_sound(const struct shape *shape);
bool shape_equal(const struct shape *a, const struct shape *b);

#endif
