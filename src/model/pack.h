#ifndef SEAM_MODEL_PACK_H
#define SEAM_MODEL_PACK_H

#include "model/record.h"

/*
 * One value between two of our processes: big-endian, self-contained, bounded.  The reader judges
 * bounds; what the values mean is judged by record_check_part() behind it.
 */
void pack_write(struct out *out, enum field field, const struct value *value);

/* Texts and arrays are copied into the arena.  False on overrun, a bound, or a full arena. */
bool pack_read(struct cursor *cursor, struct arena *arena, enum field field, struct value *value);

#endif
