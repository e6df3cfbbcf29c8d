#ifndef SEAM_MODEL_CLAIM_H
#define SEAM_MODEL_CLAIM_H

#include "model/record.h"

/*
 * Records as claims of an SD-JWT (RFC 9901), and back.  One claim per field; PLACE, WHEN types and
 * ASK have a child claim per level, named by field_level_name() ("100km": "38SMD", "10km": "67" …;
 * "day": [from, to, precision] as dates, "hour": [from, to], "minute": [from, to]; for ASK "1"…"7":
 * {"party", "by"}). KIND, THREAD and FILED are claims too.  No reals: positions exist only as
 * squares, moments as ms, shapes as integers of 1e-7 degree.
 */
struct claim {
	enum field field;
	unsigned level;   /* 0: the field's own claim */
	struct span name; /* field name, or level name under it */
	struct span json; /* the value's JSON text; empty for a claim that only has children */
};

enum { CLAIM_MAX = 256 };

/* As field_level_name(), and the rows of ASK: "1" … "15". */
const char *claim_level_name(enum field field, unsigned level);

/* All claims of a complete record, a field's own claim before its levels; *n <= CLAIM_MAX.  Texts
 * live in the arena. */
MUST_USE enum err claim_list(const struct record *record, struct arena *arena, struct claim *claims,
			     size_t *n);

/*
 * Adds one disclosed claim to a record: name and value of a top-level claim, or of a level under
 * `field`. The value is strict JSON already parsed.  Returns WHY_NONE or why not (unknown name,
 * wrong form, out of bounds, WHY_NAME_TAKEN for a second one). Call claim_reading_finish() when all
 * are in: it derives squares and times from their levels, refuses gaps (WHY_BAD_LADDER), a missing
 * KIND or THREAD, and what record_check_part() refuses.  The value of a field with levels is an
 * object with nothing but its digests ("_sd").  claim_reading_new() empties the record: station and
 * exercise are the caller's to set afterwards; NULL when the arena is full.
 */
struct claim_reading;
struct claim_reading *claim_reading_new(struct arena *arena, struct record *record);
enum why claim_reading_add(struct claim_reading *reading, enum field parent, struct span name,
			   const void *json_value);
struct reason claim_reading_finish(struct claim_reading *reading);

#endif
