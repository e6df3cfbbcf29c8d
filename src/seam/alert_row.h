#ifndef SEAM_SEAM_ALERT_ROW_H
#define SEAM_SEAM_ALERT_ROW_H

#include "picture/picture.h"
#include "seam/app.h"

/*
 * Alerts as lists show them.  An alert is a record of its station that never leaves the party; it
 * ends acted on or declined by an answer of its own party, or closed or expired by the station.
 */
/* clang-format off */
#define ALERT_END_ROWS(X) \
	X(NONE,     "open",     "open") \
	X(ACTED,    "acted",    "acted on") \
	X(DECLINED, "declined", "declined") \
	X(CLOSED,   "closed",   "closed by itself") \
	X(EXPIRED,  "expired",  "expired")
/* clang-format on */

enum alert_end {
#define X(name, code, label) ALERT_END_##name,
	ALERT_END_ROWS(X)
#undef X
	    ALERT_END_COUNT
};

struct alert_row {
	struct picture_row row; /* with its record */
	enum alert_end end;
	int64_t end_ms;     /* 0: open */
	struct span reason; /* the words of the answer that ended it; empty none */
	bool is_seen;       /* somebody of the own party answered it, whatever */
};

struct alert_rows {
	struct alert_row *row;
	size_t n;
};

enum { ALERT_STEP_VOICE = 3 }; /* the step at which the call is by voice */

const char *alert_row_end_code(enum alert_end end);
const char *alert_row_end_label(enum alert_end end);

/* The newest `limit` alerts, open ones first, red before yellow; only open ones without `all`.  In
 * the app's arena. */
MUST_USE enum err alert_row_gather(struct app *app, struct picture *picture, bool all, size_t limit,
				   struct alert_rows *rows);

/* Fields by themselves: the step (0 none), the duty that is called ("" none), when it is due (0).
 */
int64_t alert_row_step(const struct alert_row *alert);
struct span alert_row_duty(const struct alert_row *alert);
int64_t alert_row_due(const struct alert_row *alert);

void alert_row_write(const struct app *app, struct out *out, const struct alert_row *alert);
void alert_row_json(const struct app *app, struct out *out, const struct alert_row *alert);

#endif
