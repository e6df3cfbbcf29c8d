#ifndef SEAM_EDGE_REGION_H
#define SEAM_EDGE_REGION_H

#include "base/span.h"

/*
 * One spelling per governorate and district of Iraq out of the many that data sets use.  The rows
 * are data, not a statement about anybody's boundary.  A name that is in no row comes back in Latin
 * letters without marks, without the words for province and district around it.
 */
enum { REGION_TEXT = 64 };

/* "Nīnawá province" → "Nineveh".  False and "" for an empty text or one that does not fit. */
bool region_governorate(struct span text, char name[REGION_TEXT]);

/* "Qaḑā’ al Ḩawījah" → "Hawija". */
bool region_district(struct span text, char name[REGION_TEXT]);

/* The governorates' names, for walking: NULL behind the last. */
const char *region_governorate_at(unsigned index);

#endif
