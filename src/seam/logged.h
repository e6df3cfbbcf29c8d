#ifndef SEAM_SEAM_LOGGED_H
#define SEAM_SEAM_LOGGED_H

#include "base/hash.h"
#include "journal/witness.h"
#include "seam/app.h"

struct view;

/*
 * How far a record has come on its way into a log that cannot be changed unnoticed: signed, logged,
 * countersigned.  Of a record of another station: whether our copy of its log has it.
 */
struct logged {
	bool is_own;
	bool has_leaf; /* own: it is in a log of this station; foreign: our copy has it */
	bool has_copy; /* foreign: there is a copy of its station's log */
	char origin[NOTE_NAME_MAX];
	uint64_t index;
	uint64_t copied;          /* foreign: leaves of the copy */
	struct witness_leaf leaf; /* own */
	unsigned needed;          /* parties that the member list asks for */
};

/* The view needs VIEW_JOURNAL and VIEW_RING. */
MUST_USE enum err logged_read(struct app *app, struct view *view, const struct hash *id,
			      struct logged *logged);

/* A line for people. */
MUST_USE enum err logged_text(struct app *app, struct view *view, const struct hash *id,
			      struct out *out);

/* {"state": "signed" | "logged" | "countersigned" | "copied" | "absent" | "unknown", …} */
MUST_USE enum err logged_json(struct app *app, struct view *view, const struct hash *id,
			      struct out *out);

/* A tlog-proof of a leaf of the log in force, under the earliest head that enough parties
 * countersigned; where there is none, under the newest head. */
MUST_USE enum err logged_prove(struct app *app, struct view *view, uint64_t index,
			       struct out *proof);

#endif
