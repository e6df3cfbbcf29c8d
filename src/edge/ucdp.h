#ifndef SEAM_EDGE_UCDP_H
#define SEAM_EDGE_UCDP_H

#include "edge/sink.h"

/*
 * The UCDP Georeferenced Event Dataset (GED codebook 19.1; Sundberg & Melander 2013): one incident
 * per row.  Columns are found by name, so the reduced file, the 45 columns of an HDX country file
 * with its HXL row and the 49 columns of 20.1 and later are all read.  What becomes what:
 *
 *   id → ORIGIN "ucdp:ID" · date_start, date_end, date_prec → WHEN (1 and 2 day, 3 week, 4 month, 5
 *   year) · type_of_violence → VIOLENCE, and TYPE atk.clash, for one-sided violence
 *   atk.civilians · latitude, longitude, where_prec → PLACE: the square of 1 km for 1, of 10 km for
 *   2 (coordinates are centroids of towns and areas), none above; a row of here with the two
 *   exchanged is refused · where_coordinates, latitude, longitude, of every where_prec → TYPED, as
 *   "Mosul town (36.335, 43.118889)" · adm_1 → GOVERNORATE · adm_2 → DISTRICT up to where_prec 3 ·
 * low, best, high → DEATHS; where they are not in order the best stays and the bounds are the
 * smallest and largest of the three · deaths_a, _b, _civilians, _unknown → DETAIL in words · side_b
 * (side_a unless state-based) → ACTOR, as named by "UCDP" (a name of more than 63 bytes: DETAIL) ·
 * event_clarity, number_of_sources → GRADE: source F; information 2 for a clear event with two or
 * more sources, 3 for a clear one, else 6 · SENSOR media.
 *
 * Never read, because they can hold names of persons: source_article, source_office, source_date,
 * source_headline, source_original, where_description, conflict_name, dyad_name; a side called
 * "Forces of …" or "Supporters of …" is not kept.
 */
struct ucdp;

/* NULL without memory.  Keeps a copy of the sink. */
struct ucdp *ucdp_new(const struct sink *sink);
void ucdp_free(struct ucdp *ucdp);

/* ERR_FORMAT: the first row does not name the columns that are needed.  A row that cannot be read
 * is refused to the sink, with its column. */
MUST_USE enum err ucdp_feed(struct ucdp *ucdp, struct span chunk);
MUST_USE enum err ucdp_finish(struct ucdp *ucdp);

#endif
