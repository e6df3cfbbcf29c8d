#ifndef SEAM_SEAM_DIRECTORY_TASK_H
#define SEAM_SEAM_DIRECTORY_TASK_H

#include "seam/app.h"
#include "seam/directory.h"
#include "seam/request_row.h"

struct view;

/*
 * What must be told by voice, because no delivery or no answer comes in time: the last mile.  A
 * task ends when the record was told and read back, or answered.
 */
/* clang-format off */
#define DIRECTORY_TASK_ROWS(X) \
	X(UNDELIVERED, "undelivered", "has not arrived") \
	X(UNANSWERED,  "unanswered",  "nobody answers") \
	X(ALERT,       "alert",       "the alert calls for voice") \
	X(POST,        "post",        "the post has not been told") \
	X(READ_BACK,   "read_back",   "told, and not read back")
/* clang-format on */

enum directory_task_why {
#define X(name, code, label) DIRECTORY_TASK_##name,
	DIRECTORY_TASK_ROWS(X)
#undef X
	    DIRECTORY_TASK_COUNT
};

struct directory_task {
	enum directory_task_why why;
	struct hash id;
	struct party party;         /* whom: another party, or the own one for a post or duty */
	char post[LIMIT_NAME_TEXT]; /* the own post or duty; "" a duty of that party */
	int severity;               /* -1 none */
	bool is_own;                /* the record is this party's: seam say reads out its cut */
	int64_t by_ms;              /* when it was to be answered; 0: none */
	const char *headline;
};

struct directory_tasks {
	struct directory_task *task;
	size_t n;
};

const char *directory_task_code(enum directory_task_why why);
const char *directory_task_label(enum directory_task_why why);

/* All of them, the most urgent first; in the app's arena. */
MUST_USE enum err directory_task_gather(struct app *app, struct view *view,
					const struct directory *directory,
					struct directory_tasks *tasks);

/* A task in two lines: what, to whom and why; whom to call and what to type. */
void directory_task_write(const struct app *app, struct out *out, const struct directory *directory,
			  const struct directory_task *task);
void directory_task_json(struct out *out, const struct directory *directory,
			 const struct directory_task *task);

/* Whom to call at a party, for `seam say`, on standard error; nothing when nobody stands there. */
void directory_task_remark(const struct app *app, const struct party *party);

#endif
