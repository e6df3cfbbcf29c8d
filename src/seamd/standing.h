#ifndef SEAM_SEAMD_STANDING_H
#define SEAM_SEAMD_STANDING_H

#include "picture/picture.h"

/*
 * Where a record stands with each party: what the picture was told of its way, and the told records
 * and answers held about it.  *rows is in the arena, by party.
 */
MUST_USE enum err standing_read(struct picture *picture, const struct hash *id,
				const struct party *own, struct arena *arena,
				struct picture_standing **rows, size_t *n);

#endif
