#ifndef SEAM_SEAM_FILING_H
#define SEAM_SEAM_FILING_H

#include "seam/app.h"
#include "seam/reach.h"
#include "seamd/outcome.h"

struct record;

/*
 * One record filed at the station, and what it says became of it, printed.
 */
int filing_file(struct app *app, struct reach *reach, const struct record *record,
		struct span thread);

/* The same without printing it, with flags of FILE (wire.h), and what is printed of it: an object
 * without the end of its line, or the id and a line per party. */
int filing_send(const struct app *app, struct reach *reach, const struct record *record,
		struct span thread, unsigned flags, struct outcome_filed *filed);
void filing_write(const struct app *app, struct out *out, const struct outcome_filed *filed);

/* filing_file() with a look at what each party would get, and the question whether to go on. */
int filing_preview(struct app *app, struct reach *reach, const struct record *record,
		   struct span thread);

#endif
