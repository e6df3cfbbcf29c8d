#ifndef SEAM_MODEL_ENTRY_H
#define SEAM_MODEL_ENTRY_H

#include "model/record.h"

/*
 * Values as people type and read them; the forms are named at record_set().
 */

/* Fills the value's member of its field's type (not is_set or levels).  Texts and arrays are copied
 * into the arena.  WHY_NONE, or why not; WHY_TOO_LARGE also when the arena is full. */
enum why entry_read(struct arena *arena, enum field field, struct span typed,
		    const struct record_typing *typing, struct value *value);

/* The text that entry_read() takes back to the same value. */
void entry_write(struct out *out, enum field field, const struct value *value, int zone_min);

/* A moment: DTG when it is a whole minute, else ISO 8601 in UTC. */
void entry_write_instant(struct out *out, int64_t at_ms, int zone_min);

#endif
