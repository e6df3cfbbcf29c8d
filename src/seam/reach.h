#ifndef SEAM_SEAM_REACH_H
#define SEAM_SEAM_REACH_H

#include "seam/app.h"
#include "seamd/client.h"

/*
 * The station behind a home: the one that runs, or one that is started for the length of a command
 * and stopped after it.
 */
struct reach;

/* Opens; NULL when it cannot be reached or started: the reason was printed. */
struct reach *reach_open(struct app *app);

/* Stops a station that reach_open() started.  NULL is fine. */
void reach_close(struct reach *reach);

struct client *reach_client(const struct reach *reach);

/* Whether a station listens on the home's socket. */
bool reach_is_running(const struct app *app);

/*
 * An act: begin, write what follows token and duty into the returned writer, then reach_end(). Acts
 * may be sent ahead; their answers carry the id.
 */
struct out *reach_begin(struct reach *reach, enum wire_kind kind, uint64_t id);
MUST_USE enum err reach_end(struct reach *reach);

/*
 * Ends the act and waits for its answer of kind `want`.  APP_OK and *message; else the refusal or
 * failure was printed and its exit code is returned.
 */
int reach_ask(struct reach *reach, enum wire_kind want, struct wire_message *message);

/* Prints an answer that is not the wanted one: a refusal, a failure or a break of the rules. */
int reach_complain(const struct app *app, const struct wire_message *message);

/* Has the station stop, whoever started it; true when one was there. */
bool reach_stop(struct app *app);

#endif
