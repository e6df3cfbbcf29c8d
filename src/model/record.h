#ifndef SEAM_MODEL_RECORD_H
#define SEAM_MODEL_RECORD_H

#include "base/arena.h"
#include "base/cursor.h"
#include "base/hash.h"
#include "base/out.h"
#include "model/kind.h"
#include "model/limits.h"
#include "model/party.h"
#include "model/place.h"
#include "model/quantity.h"
#include "model/when.h"
#include "model/why.h"

/*
 * A record as the program sees it: what its signer said, or the part of it that was released to us.
 * Values are plain; texts and arrays are borrowed from an arena that outlives the record.
 */

/* Grade: source 'A'…'F', information '1'…'6'. */
struct grade {
	char source;
	char information;
};

struct ask {
	struct party party;
	int64_t by_ms;
};

/* Newest head of a foreign log that the signer had seen. */
struct seen_head {
	struct span origin;
	int64_t size;
	struct hash root;
};

/* A value; which member is meant follows from the field's type. */
struct value {
	bool is_set;
	/* Levels that are present: bit k as in field.h.  For own complete records every level the
	 * value has. */
	uint16_t levels;
	union {
		uint16_t code; /* CODE */
		struct {
			uint16_t n;
			uint16_t code[LIMIT_CODES];
		} codes;          /* CODES */
		struct span text; /* NAME LINE FREE DOC */
		int64_t number;   /* NUMBER */
		struct quantity quantity;
		struct when when;
		int64_t at_ms; /* INSTANT */
		struct place place;
		const struct shape *shape;
		struct grade grade;
		struct hash id; /* ID */
		struct {
			uint16_t n;
			const struct hash *id;
		} ids; /* IDS */
		struct party party;
		struct {
			uint16_t n;
			const struct party *party; /* n <= LIMIT_PARTIES */
		} parties;
		struct {
			uint16_t n;
			const struct ask *ask; /* n <= LIMIT_ASKS */
		} asks; /* row i is level i + 1; a row not released has no party, by_ms 0 */
		struct {
			uint16_t n;
			const struct seen_head *head;
		} heads;
	};
};

struct record {
	enum kind kind;
	struct station station; /* who signed it; unset before signing */
	struct span thread; /* 22 characters base64url of 16 random bytes; unset before filing */
	bool is_exercise;
	int64_t filed_ms;                /* 0 when not released to us */
	struct value field[FIELD_COUNT]; /* KIND, THREAD and FILED are the members above and stay
					    unset here */
	/* Room for rows of ASK that record_narrow() or record_merge() had to blank or join: the
	 * value may point here, so such a record is passed by address and not copied. */
	struct ask ask_rows[LIMIT_ASKS];
};

/* An empty record of a kind: everything unset. */
void record_init(struct record *record, enum kind kind);

/*
 * Sets a field from what a person typed (the forms of quantity.h, when.h, place.h via an MGRS text
 * or "lat,lon", codes, comma-separated lists).  Returns WHY_NONE, or why not.  now_ms and zone_min
 * are for relative times.
 */
struct record_typing {
	int64_t now_ms;
	int zone_min;
	const char *default_zone; /* MGRS zone and band assumed when only "ME448251" is typed; NULL:
				     refuse */
};
enum why record_set(struct record *record, struct arena *arena, enum field field, struct span typed,
		    const struct record_typing *typing);
/*
 * ASK is typed "b:15m,c:1h" or "b:041800C" (the next such time); PARTIES "a,b"; ids are 43
 * characters; SHAPE as shape_read().  Incomplete times are the nearest past, for a WINDOW the
 * nearest, for NEEDED_BY, ETA, DUE and ASK the next.  KIND, THREAD, FILED and HEADS are not typed.
 */

/* Whether the record may be filed here: kind's fields, required ones, codes, order, lengths, plain
 * text, a look's purpose, sums of a medevac's patients.  WHY_NONE and field 0 when it may. */
struct reason record_check(const struct record *record);

/* What is missing relaxes for records released to us in part: only the form of what is there is
 * judged. */
struct reason record_check_part(const struct record *record);

/* Same kind, station, thread, flags, moments, and the same values at the same levels. */
bool record_equal(const struct record *a, const struct record *b);

/* The set of levels present in a record: what could be released at most. */
void record_levels(const struct record *record, struct field_set *set);

/* The record with only these levels left: what somebody sees who was given them.  A level counts
 * only with the field's own bit and, on the ladders of PLACE and WHEN, with every coarser one; a
 * ladder of which nothing is left is unset.  Texts are borrowed from `whole`. */
void record_narrow(const struct record *whole, const struct field_set *set, struct record *part);

/* Adds to `record` what `more` (another delivery of the same record) shows besides.  False when
 * they contradict. */
bool record_merge(struct record *record, const struct record *more);

/* Between two of our processes: bounded, self-contained, read back with texts copied into the
 * arena. */
void record_write(struct out *out, const struct record *record);
bool record_read(struct cursor *cursor, struct arena *arena, struct record *record);

/* A field as text for people and programs: the same form record_set() takes; nothing when unset. */
void record_field_text(struct out *out, const struct record *record, enum field field,
		       int zone_min);

#endif
