#ifndef SEAM_SEAM_QUESTION_H
#define SEAM_SEAM_QUESTION_H

#include "release/release.h"
#include "seam/app.h"

struct view;
struct picture_row;

/*
 * The question to release about one record and one party, put together from the home's files as the
 * station would: what it cites and whether the party holds that, approvals given, retraction.  What
 * the party was given before is left out, so that the answer is all it may know.
 */
struct question {
	struct release_question ask;
	struct release_cite cites[LIMIT_IDS + 4];
	struct policy *filed; /* NULL when it is the one in force */
	struct policy *now;
	int64_t version; /* of the one in force */
};

/* Reads the policy in force; a party without one releases nothing.  Close it in any case. */
MUST_USE enum err question_open(struct app *app, struct view *view, struct question *question);
void question_close(struct question *question);

/* About a held record.  The record must be own and lives as long as the question. */
MUST_USE enum err question_about(struct app *app, struct view *view, const struct picture_row *row,
				 const struct party *party, struct question *question);

/* About a record that is not filed yet. */
void question_draft(struct app *app, struct view *view, const struct record *record,
		    const struct party *party, struct question *question);

#endif
