#ifndef SEAM_SEAM_SCRIPT_H
#define SEAM_SEAM_SCRIPT_H

#include "seam/app.h"
#include "seam/reader.h"
#include "seamd/wire.h"

/*
 * What the script of an exercise needs besides its rows: which of them are this station's and
 * wanted now, and which record a label stands for.  Labels are kept in a file that the stations of
 * one exercise may share (--labels FILE): "label id thread station", one a line, the newest last.
 */
struct script;

/* Reads --events and --labels; NULL after the reason was printed. */
struct script *script_open(struct app *app);
void script_close(struct script *script);

/* Makes the record of a row ready: references set, an amendment filled up from the version before
 * it. WHY_NOT_OWN: not a row of this station, or not wanted now; else a reason and script_reason().
 */
enum why script_prepare(struct script *script, struct reader_item *item, struct span *thread);
const char *script_reason(const struct script *script);

/* The row prepared last was filed: its label now stands for this record. */
MUST_USE enum err script_filed(struct script *script, const struct wire_message *filed);

/* Writes the labels back. */
int script_save(struct script *script);

#endif
