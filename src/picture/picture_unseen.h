#ifndef SEAM_PICTURE_PICTURE_UNSEEN_H
#define SEAM_PICTURE_PICTURE_UNSEEN_H

#include "model/course.h"
#include "picture/picture.h"

/*
 * What is red and was seen by nobody of the own party: reports and acts of others that nobody here
 * answered, while they are not closed, over, expired or taken back; and alerts that stand open and
 * that nobody answered as they are now.  Any answer is a person's, so `seen` is enough.
 */

/* Ids by the order in which they came, at most PICTURE_ROWS_MAX, in the arena. */
MUST_USE enum err picture_unseen(struct picture *picture, const struct course_clocks *clocks,
				 int64_t now_ms, struct arena *arena, struct hash **ids, size_t *n);

/*
 * Whether what was answered to the version `re` of an alert holds for the version `id`, whose
 * record is `alert`: what was decided of an alert is not decided of one that something new has
 * joined since.  `re` not held: it does not.
 */
MUST_USE enum err picture_alert_answered(struct picture *picture, const struct hash *id,
					 const struct record *alert, const struct hash *re,
					 struct arena *arena, bool *is_so);

#endif
