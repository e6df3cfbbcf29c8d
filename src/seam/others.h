#ifndef SEAM_SEAM_OTHERS_H
#define SEAM_SEAM_OTHERS_H

#include "base/note.h"
#include "seam/app.h"

struct keyring;
struct view;

/* What a home holds of other stations, verified: copies of their logs against every head that is
 * held of them, and files of evidence. */
enum { OTHERS_FAULT_MAX = 512 };
struct others {
	uint64_t mirrors;  /* copies */
	uint64_t mirrored; /* leaves in them */
	uint64_t evidence; /* files that prove what they say */
	uint64_t faults;
	char fault[OTHERS_FAULT_MAX]; /* the first */
};

/* The view needs VIEW_JOURNAL and VIEW_RING.  A fault is no failure. */
MUST_USE enum err others_verify(struct app *app, struct view *view, struct others *others);

/* A log's key by its origin, or a witness's by its name, as the keyring has it. */
bool others_find_key(const struct keyring *keyring, struct span name, struct note_key *key);

#endif
