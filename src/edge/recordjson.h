#ifndef SEAM_EDGE_RECORDJSON_H
#define SEAM_EDGE_RECORDJSON_H

#include "base/json.h"
#include "model/record.h"

/*
 * A record as programs of people send it: {"kind": "incident", "fields": {"type": "atk.ambush",
 * "when": "040215C MAY 27", …}, "thread": "…"}.  `thread` is there when an earlier record is
 * amended.  A value is the text that a person would type (record_set()), in each field's own form,
 * or one of:
 *
 *   3               NUMBER, QUANTITY
 *   true, false     a CODE of the list yesno: yes, no
 *   ["x", "y"]      CODES, IDS, PARTIES
 *   {"low": 2, "best": 2, "high": 3}   QUANTITY; at least one of the three
 *   {"from": "…", "to": "…"}           WHEN
 *   {"lat_e7": 351000000, "lon_e7": 442000000, "level": "1km"}   PLACE; without a level 10 m
 *   [{"party": "b", "by": "15m"}]      ASK
 *
 * Strict JSON (json_read_strict()); a name that is not there, given twice or not of the kind, and a
 * value of another shape, are refused, never passed over.
 */

/* What was wrong: the reason, and the name or the value it is about, shortened at a character; ""
 * when it is no plain text. */
enum { RECORDJSON_ABOUT = 80 };
struct recordjson_fault {
	struct reason reason; /* WHY_NONE: nothing */
	char about[RECORDJSON_ABOUT];
};

/*
 * Fills the record from the whole document.  Thread and texts are copied into the arena.  *heard is
 * the set of enum heard of its place and times.  True, or false with the fault.  What the kind
 * requires is not judged: record_check() does that.
 */
bool recordjson_read(struct span text, const struct record_typing *typing, struct arena *arena,
		     struct record *record, unsigned *heard, struct recordjson_fault *fault);

/* The same for a parsed object of fields and a record of some kind already: a field that is set in
 * it is set anew. */
bool recordjson_fields(const json_t *fields, const struct record_typing *typing,
		       struct arena *arena, struct record *record, unsigned *heard,
		       struct recordjson_fault *fault);

/* One value of one field as a person types it, here from a form: refused as above; what is heard of
 * it is added to *heard. */
bool recordjson_typed(struct span name, struct span typed, const struct record_typing *typing,
		      struct arena *arena, struct record *record, unsigned *heard,
		      struct recordjson_fault *fault);

/* ,"fields":{…}: every field that is set as the text that a person would type for it. */
void recordjson_write_fields(struct out *out, const struct record *record, int zone_min);

#endif
