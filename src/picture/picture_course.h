#ifndef SEAM_PICTURE_PICTURE_COURSE_H
#define SEAM_PICTURE_PICTURE_COURSE_H

#include "model/course.h"
#include "picture/picture.h"

/*
 * The course of one record as the picture holds it: its versions, the answers to any of them, and
 * the answers to these.
 */
struct picture_course {
	struct course course;
	struct picture_row row;        /* the version in force, else the newest; with its record */
	struct course_answer *answers; /* in order of time */
	size_t n;
};

/* By the id of any version; results in the arena.  ERR_NOT_FOUND. */
MUST_USE enum err picture_course(struct picture *picture, const struct hash *id,
				 const struct course_clocks *clocks, int64_t now_ms,
				 struct arena *arena, struct picture_course *found);

/*
 * As one object: {"way", "state", "open", "partial", "consent", "agreed", "asked_ms", "until_ms",
 * "odd", "due": {"party", "step", "at_ms", "late_ms"} or null, "parties": [{"party", "asked",
 * "state", "by_ms", "first_ms", "late_ms", "at_ms", "eta_ms", "taken", "concurs", "behind",
 * "odd"}]}.  A moment that there is not is null; late_ms of a party is what its first answer was,
 * or is by now, after its time.
 */
void picture_course_json(struct out *out, const struct course *course, int64_t now_ms);

#endif
