#ifndef SEAM_MODEL_REGION_H
#define SEAM_MODEL_REGION_H

#include "base/span.h"

/*
 * One spelling per governorate and district of Iraq out of the many that data sets, layers and
 * people use, so that one governorate is counted once.  The rows are data, not a statement about
 * anybody's boundary.  A name that is in no row comes back in Latin letters without marks, without
 * the words for province and district around it.
 */
enum { REGION_TEXT = 64 };

/* "Nīnawá province" → "Nineveh".  False and "" for an empty text or one that does not fit. */
bool region_governorate(struct span text, char name[REGION_TEXT]);

/* "Qaḑā’ al Ḩawījah" → "Hawija". */
bool region_district(struct span text, char name[REGION_TEXT]);

/* The one spelling of a name that stands in a row, or NULL: what is in none is left as somebody
 * wrote it.  Not owned. */
const char *region_known_governorate(struct span text);
const char *region_known_district(struct span text);

/* The governorates' names, for walking: NULL behind the last. */
const char *region_governorate_at(unsigned index);

#endif
