#ifndef SEAM_SEAMD_AGAIN_H
#define SEAM_SEAMD_AGAIN_H

#include "model/field.h"

#include <stdbool.h>

/*
 * Whether a record that came with a known origin says what the held one says, so that it may be
 * answered as the same, or says something else, which must not be lost without a word.
 */
struct record;

/* Which of the fields that a station fills in by itself came filled in; asked before it does. */
unsigned again_given(const struct record *record);

/*
 * The first field in which `come`, about to be filed, says other than `held`; FIELD_KIND for
 * another kind, FIELD_NONE when nothing does.  What a station fills in by itself counts only where
 * it was given; a time typed in relation to now is the same when it is sent again within a day.
 */
enum field again_differs(const struct record *held, const struct record *come, unsigned given);

#endif
