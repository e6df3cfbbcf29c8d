#ifndef SEAM_SEAM_FILING_H
#define SEAM_SEAM_FILING_H

#include "seam/app.h"
#include "seam/reach.h"

struct record;

/*
 * One record filed at the station, and what it says became of it.
 */
int filing_file(struct app *app, struct reach *reach, const struct record *record,
		struct span thread);

/* The same with a look at what each party would get, and the question whether to go on. */
int filing_preview(struct app *app, struct reach *reach, const struct record *record,
		   struct span thread);

#endif
