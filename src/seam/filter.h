#ifndef SEAM_SEAM_FILTER_H
#define SEAM_SEAM_FILTER_H

#include "picture/picture.h"
#include "seam/app.h"

struct view;

/* The options that narrow list and count, as a query.  APP_OK, or the code after the reason.  Texts
 * are borrowed from the command line. */
int filter_read(struct app *app, struct view *view, struct picture_query *query);

#endif
