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

/* What is queued or held back for a party that is not in the member list any more goes nowhere: it
 * is held back, WHY_PARTY_LEFT, until a list has the party again. */
struct members;
void standing_left(const struct members *members, struct picture_standing *rows, size_t n);

#endif
