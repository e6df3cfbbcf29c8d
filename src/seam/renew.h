#ifndef SEAM_SEAM_RENEW_H
#define SEAM_SEAM_RENEW_H

#include "admit/keynote.h"
#include "seam/reach.h"
#include "seam/root.h"

/*
 * A new version of the station's own key note: what the last one says and what is new, signed by
 * the party's root, put in force here and logged.
 */

/* The newest own note of this home; APP_OK, or the code after the reason was printed. */
int renew_held(struct app *app, struct keynote *held);

/*
 * The version after `held`: its keys, those of the key file (NULL: none) that it does not have yet,
 * and the TLS key of `home`.  Where a note has no more room the oldest key gives way: notes held by
 * others still have it.
 */
MUST_USE enum err renew_next(const struct keynote *held, const struct keyfile *keys,
			     const char *home, int64_t now_ms, struct keynote *next);

/* The signed note. */
MUST_USE enum err renew_sign(const struct root *root, const struct keynote *keynote,
			     struct out *note);

/* Has the station take it, and file the record that tells of it.  APP_OK, or the code after the
 * reason. */
int renew_install(struct reach *reach, struct span note);
int renew_file(const struct app *app, struct reach *reach, struct span note, int64_t version);

#endif
