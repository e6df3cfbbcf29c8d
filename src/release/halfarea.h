#ifndef SEAM_RELEASE_HALFAREA_H
#define SEAM_RELEASE_HALFAREA_H

#include "base/err.h"
#include "model/record.h"

struct ground;

/*
 * The half-area rule (doc/decisions/precision.md): the ladder's square as cut at zone edges, the
 * governorate and the district together may not leave less than half of the nominal square.  If
 * they do, one level coarser, and again.  What was given before counts as disclosed; where the
 * square cannot be made coarser any more because it was given already, the new names are withheld.
 */

enum {
	HALFAREA_COARSER = 1,      /* levels of PLACE were taken */
	HALFAREA_NAME = 2,         /* a name was taken: together with a square given before it says
				      too much */
	HALFAREA_AREA_UNKNOWN = 4, /* a name was taken: it is on no layer */
	HALFAREA_PLACE_UNKNOWN = 8 /* the square was taken: a name given before is on no layer */
};

/* Narrows *give; `known` is what the recipient will have besides.  *did gets the bits above.
 * ERR_NOMEM: *give is not to be used. */
MUST_USE enum err halfarea_limit(const struct record *record, const struct ground *ground,
				 const struct field_set *known, struct field_set *give,
				 unsigned *did);

#endif
