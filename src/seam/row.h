#ifndef SEAM_SEAM_ROW_H
#define SEAM_SEAM_ROW_H

#include "picture/picture.h"
#include "seam/app.h"

enum { ROW_ID_SHOWN = 8 };

/* One line of a list. */
void row_line(const struct app *app, struct out *out, const struct picture_row *row);

/* The beginning of an id as lists show it. */
void row_id(struct out *out, const struct hash *id);

/* A set field's value for people: as record_field_text(), but moments to the minute in the zone of
 * the station, whatever they were typed as. */
void row_value(const struct app *app, struct out *out, const struct record *record,
	       enum field field);

/* Every set field, one a line: name, value. */
void row_fields(const struct app *app, struct out *out, const struct record *record);

#endif
