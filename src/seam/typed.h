#ifndef SEAM_SEAM_TYPED_H
#define SEAM_SEAM_TYPED_H

#include "model/record.h"
#include "seam/app.h"

struct view;

/*
 * Records from words on a command line.  Ids in values may be beginnings, looked up in the view
 * (NULL: they must be whole).  What was assumed about a place and how a time was read is said on
 * standard error; a time that can hardly be meant (heard.h) is asked about.  What was heard is
 * gathered in app->heard.
 */

/* Sets one field.  APP_OK, or the code after the reason with what the field takes. */
int typed_set(struct app *app, struct view *view, struct record *record, struct span name,
	      struct span value);

/* A record of the kind named by word `first`, its fields by the words behind it. */
int typed_record(struct app *app, struct view *view, size_t first, struct record *record);

/* Sets fields from word `first` on. */
int typed_fields(struct app *app, struct view *view, size_t first, struct record *record);

/* Whether it may be filed; the reason is printed. */
int typed_check(struct app *app, const struct record *record);

/* Now, zone and default grid as this home types them. */
struct record_typing typed_typing(const struct app *app);

#endif
