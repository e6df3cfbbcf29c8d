#ifndef SEAM_RELEASE_RELEASE_H
#define SEAM_RELEASE_RELEASE_H

#include "base/arena.h"
#include "base/hash.h"
#include "base/out.h"
#include "model/field.h"
#include "model/party.h"
#include "model/record.h"
#include "model/why.h"
#include "release/policy.h"

struct ground;

/*
 * The room's door: who may know what.  Pure: the same question gives the same answer; no clock, no
 * files, no globals.  No content leaves a station except through release_cut().
 */

enum {
	RELEASE_LINES_MAX = 8,      /* rule lines named by one part */
	RELEASE_CONDITIONS_MAX = 8, /* distinct sets of conditions a policy may have for one kind
				       and party */
	RELEASE_TEXT = 160,
	RELEASE_FOLLOW_MS = 12 * 3600 * 1000 /* the second signature under a life-saving record */
};

struct release_parties {
	uint16_t n;
	struct party party[LIMIT_PARTIES];
};

/* A record this one refers to: one entry per id in CITES, RE, LINK_TO and INCIDENT. */
struct release_cite {
	enum field field; /* which field refers to it */
	struct hash id;
	bool stays_home; /* what it refers to, and so the record, never leaves the party (cite.h) */
	bool is_own;     /* signed by a station of the cutting party */
	struct party origin;           /* whose record it is; unset when not held here */
	struct release_parties onward; /* of a foreign record: whom its originator allows besides */
	bool is_held; /* the recipient holds it: it is theirs, or was delivered to them */
};

struct release_question {
	const struct policy *policy_filed; /* in force when the record was filed; NULL: nothing */
	const struct policy *policy_now;   /* may be the same pointer */
	const struct ground *ground;       /* may be NULL: no named area is known then */
	const struct record *record;       /* own and complete */
	int64_t filed_ms;                  /* after, until and step count from here */
	int64_t newer_ms;                  /* the earliest filing of a newer version of the thread,
					      own and not taken back since; 0: none */
	int64_t now_ms;
	struct party recipient;
	bool is_sister;                /* the recipient is another station of this party */
	const struct field_set *given; /* of this record to that recipient; NULL: nothing yet */
	const struct field_set *known; /* what the recipient holds of earlier records of this thread
					  about the same place: counts for the half-area rule alone;
					  NULL: nothing */
	bool has_thread;    /* the recipient received any record of this thread; for retract and
			       erase: of the thread they are about */
	bool is_retracted;  /* this record was retracted or erased since */
	unsigned approvals; /* distinct accounts that approved this release so far */
	const struct release_cite *cites;
	size_t cites_n;
};

/*
 * One delivery: levels under one set of conditions.  `give` is what the delivery discloses, not
 * only what is new; KIND and THREAD are always in it, coarser levels always with finer ones, and
 * nothing the record does not have.
 */
struct release_part {
	struct field_set give;
	int64_t not_before_ms; /* 0: at once */
	int64_t step_ms;       /* not_before is a multiple of it; 0: none */
	int64_t until_ms;      /* not sent later than this, `exp` of the delivery; 0: none */
	struct release_parties onward; /* sorted by name */
	unsigned approvals; /* distinct accounts that must approve in all before it may go */
	unsigned
	    follow;   /* life-saving: goes now, that many must sign afterwards within 12 h of filing
		       */
	enum why why; /* WHY_NONE: may go now; WHY_NOT_YET; WHY_NEEDS_OFFICERS (too) */
	uint16_t lines_n; /* the policy's release lines that gave it, ascending; 0 for sisters */
	uint16_t lines[RELEASE_LINES_MAX]; /* of the policy in force now, else of that at filing */
	char text[RELEASE_TEXT];           /* for people, English */
};

/* What is not in any part though the record has it, and the last thing that held it back. */
struct release_held {
	enum field field; /* FIELD_NONE: the whole record */
	uint16_t levels;  /* bits as in field.h; 0 for the whole record */
	enum why why;     /* WHY_NO_RULE, WHY_CAPPED, WHY_PROTECTED, WHY_COARSENED … */
	uint16_t line;    /* of the policy, 0 when it was not a line */
	const char *text; /* static or in the arena; "" when `why` says all */
};

/* Parts sorted: at once before later, without officers before with.  Arrays live in the arena. */
struct release_answer {
	const struct release_part *parts;
	size_t parts_n;
	const struct release_held *held;
	size_t held_n;
	enum why why; /* of the whole, where there is no part: WHY_NO_RULE unless something that a
			 line gave, or the record itself, was held back; WHY_NONE with parts */
};

/*
 * What the recipient may be given of this record, now and later.  ERR_NOMEM when the arena is full
 * (nothing may go then; 256 KiB is ample); *answer is empty on failure.  A part whose levels were
 * all given already is left out (WHY_GIVEN).  When a part falls due core asks again and sends what
 * the new answer allows.
 */
MUST_USE enum err release_cut(const struct release_question *question, struct arena *arena,
			      struct release_answer *answer);

/* The name of the finest level of that field which some part gives, when only finer ones are held
 * back; NULL when nothing of the field goes, or it has no named levels. */
const char *release_coarser(const struct release_answer *answer, const struct release_held *held);

/* What is held back and why, for people: "not unit: ..." or "place finer than 1km: ...". */
void release_write_held(struct out *out, const struct release_answer *answer,
			const struct release_held *held);

/* All that may go at this moment: the union of the parts with WHY_NONE. */
void release_now(const struct release_answer *answer, struct field_set *set);

/*
 * Why: per field of the record, which lines gave it, which did not apply and why, what took it
 * away, what goes in the end.  Text: one row per field for a terminal; JSON: {"party", "kind",
 * "parts":
 * [...], "fields": [{"field", "gives", "granted": [line…], "lines": [{"line", "does", "text"}…],
 * "why", "because"}]}.
 */
MUST_USE enum err release_explain(const struct release_question *question, struct arena *arena,
				  bool is_json, struct out *out);

/*
 * Which existing records would newly flow under another policy.  `next` fills a question for the
 * next record and party (both policy members are ignored) and returns false at the end; `row` is
 * called for each that gains or loses something; parts that wait count as flowing.
 */
struct release_diff_row {
	const struct release_question *question;
	struct field_set gains, loses;
};
MUST_USE enum err release_diff(const struct policy *before, const struct policy *after,
			       bool (*next)(void *ctx, struct release_question *question),
			       bool (*row)(void *ctx,
					   const struct release_diff_row *row), /* false stops */
			       void *ctx);

/* Levels as a policy item list: "type, place@1km, when@hour"; "nothing" for the empty set. */
void release_write_set(struct out *out, const struct field_set *set);

#endif
