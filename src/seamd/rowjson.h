#ifndef SEAM_SEAMD_ROWJSON_H
#define SEAM_SEAMD_ROWJSON_H

#include "picture/picture.h"

/*
 * What the picture holds as JSON: the answers of the API, and `--json` of `seam list`, `show` and
 * `count`.  Moments are ms since 1970, positions 1e-7 degree, fields the texts that a person would
 * type (edge/recordjson.h).
 */

/* One version as an object; its fields where the row has its record. */
void rowjson_row(struct out *out, const struct picture_row *row, int zone_min);

/*
 * A version with everything known around it as one object: record, parties (where it stands with
 * each), answers, losses as ranges, versions, the records of its incident, links, disputes, told.
 * `own` is this party; `members` the list in force, NULL where it is not known: then what is queued
 * for a party that left is not told apart.
 */
struct members;
MUST_USE enum err rowjson_whole(struct out *out, struct picture *picture,
				const struct picture_row *row, const struct party *own,
				int zone_min, struct arena *arena);
MUST_USE enum err rowjson_whole_among(const struct members *members, struct out *out,
				      struct picture *picture, const struct picture_row *row,
				      const struct party *own, int zone_min, struct arena *arena);

/* An array of cells: each key by its name, incidents, records, and the sums where they were asked
 * for. */
void rowjson_cells(struct out *out, const struct picture_tally *tally,
		   const struct picture_cell *cells, size_t n);

#endif
