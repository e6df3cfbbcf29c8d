#ifndef SEAM_SEAM_KEPT_H
#define SEAM_SEAM_KEPT_H

#include "base/hash.h"
#include "seam/app.h"

struct view;

/*
 * How long a record is kept and why; once erased, on whose word, who confirmed it and who has not.
 */

/* Lines for people; nothing where there is nothing to say.  The view needs VIEW_JOURNAL and
 * VIEW_RING. */
MUST_USE enum err kept_text(struct app *app, struct view *view, const struct hash *id,
			    struct out *out);

/* {"until", "held": {…} | null, "erased": …, "confirmed": […], "missing": […]} */
MUST_USE enum err kept_json(struct app *app, struct view *view, const struct hash *id,
			    struct out *out);

/* All own erasures that somebody has not confirmed: a line each, or an array. */
MUST_USE enum err kept_missing(struct app *app, struct view *view, struct out *out);

#endif
