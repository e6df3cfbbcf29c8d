#ifndef SEAM_SEAM_JOIN_H
#define SEAM_SEAM_JOIN_H

#include "seam/app.h"

struct members;

/* The clock of an exercise as options give it: --exercise-start, --exercise-epoch, --rate. */
struct join_clock {
	int64_t start_ms; /* 0: real time */
	int64_t epoch_ms;
	int64_t rate_milli;
};

/* APP_OK, or the code after the reason. */
int join_read_clock(struct app *app, struct join_clock *clock);

/* The same clock in a member list: real time begins where it is. */
void join_members_clock(const struct config *config, struct members *members);

/* Whether a station's configuration goes by the clock of the list; sets it when not. */
bool join_follow_clock(struct config *config, const struct members *members);

/* The same, and seam.conf is written when it was another; APP_OK, or the code after the reason. */
int join_take_clock(struct app *app, const struct members *members);

#endif
