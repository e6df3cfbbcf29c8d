#ifndef SEAM_SEAMD_WAITING_H
#define SEAM_SEAMD_WAITING_H

#include "picture/picture_course.h"

/*
 * What waits for somebody, as one party sees it: records that ask for something and whose course
 * (model/course.h) is not at its end, and who is due next.
 */
enum { WAITING_MAX = 60, WAITING_LOOKED_AT = 100 };

struct waiting {
	struct picture_row row; /* with its record */
	enum course_way way;
	enum course_state state; /* of the whole */
	enum course_step step;   /* what is due */
	struct party party;      /* from whom */
	int64_t by_ms;           /* until when; 0: no clock */
	bool is_ours;            /* from the own party */
};

struct waiting_question {
	struct picture *picture;
	struct party own;
	struct course_clocks clocks;
	int64_t now_ms;
	unsigned steps; /* as picture_query.steps, of each question asked */
};

/*
 * At most WAITING_MAX rows in the arena: what is due from this party first, each half by its clock,
 * without one last, then newest first.  Looked at are the newest WAITING_LOOKED_AT records without
 * an answer of this party, and half as many with one; *is_cut: there are more.
 */
MUST_USE enum err waiting_read(const struct waiting_question *question, struct arena *arena,
			       struct waiting **rows, size_t *n, bool *is_cut);

#endif
