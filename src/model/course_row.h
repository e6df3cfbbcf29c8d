#ifndef SEAM_MODEL_COURSE_ROW_H
#define SEAM_MODEL_COURSE_ROW_H

#include "model/course.h"

/*
 * The rows of a course: who is asked, and what each party's answers made of its part.  For course.c
 * alone.
 */

#define COURSE_BIT(state)      (UINT32_C(1) << COURSE_##state)
#define COURSE_HAS(set, state) (((set) >> (state)) & 1)
#define COURSE_PENDING         (COURSE_BIT(ASKED) | COURSE_BIT(SEEN) | COURSE_BIT(NOTED))
#define COURSE_UNDER_WAY       (COURSE_BIT(COMMITTED) | COURSE_BIT(ON_THE_WAY) | COURSE_BIT(ON_SITE))
#define COURSE_REFUSED                                                                             \
	(COURSE_BIT(OBJECTED) | COURSE_BIT(DECLINED) | COURSE_BIT(CANNOT) | COURSE_BIT(WITHDRAWN))

struct course_following {
	struct course_question *question;
	struct course *course;
	const struct record *record; /* the newest version that can be read */
	size_t newest;               /* its number */
	enum course_state asker;     /* what who asked said of the whole; ASKED: nothing */
};

/* Fills the rows from the newest version, the answers in their order, and the clock; way, party,
 * asked_ms and needs_consent of the course are set before. */
void course_row_fill(struct course_following *following);

#endif
