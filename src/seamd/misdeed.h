#ifndef SEAM_SEAMD_MISDEED_H
#define SEAM_SEAMD_MISDEED_H

#include "admit/members.h"
#include "base/out.h"
#include "model/why.h"

/*
 * Evidence that a log told two histories: one file (doc/bundle.md, sheaf "seam evidence 1" with the
 * parts members, key STATION, head-1, head-2, proof) that anybody verifies offline.  A station
 * keeps them in HOME/evidence.
 */
struct journal;
struct keyring;
struct fork;

enum { MISDEED_PER_LOG = 4, MISDEED_NAME_MAX = 128, MISDEED_WHY_MAX = 256, MISDEED_FILES = 1000 };

struct misdeed {
	struct station station; /* who told two histories */
	struct note_head head[2];
	struct members members; /* the list in the file: whose root signed whose key */
};

/* Writes the sheaf of a fork: member list and key notes of that log's station from the shelf.
 * ERR_NOT_FOUND when no note held here names that log. */
MUST_USE enum err misdeed_write(struct journal *journal, const struct keyring *keyring,
				const struct fork *fork, struct out *sheaf);

/* The same into HOME/evidence/NAME, whole, once for the same two heads and at most MISDEED_PER_LOG
 * for one log: *is_new tells. */
MUST_USE enum err misdeed_keep(const char *home, struct journal *journal,
			       const struct keyring *keyring, const struct fork *fork,
			       char name[MISDEED_NAME_MAX], bool *is_new);

/* Reads and checks everything in such a file (its whole text) by its bytes alone; any other
 * spelling is refused.  False with a sentence in why. */
bool misdeed_read(struct span text, struct misdeed *misdeed, char why[MISDEED_WHY_MAX]);

/* Whether the text is evidence of this form, before it is checked. */
bool misdeed_is(struct span text);

/* Calls for each file of HOME/evidence by name, with its text; false stops. */
MUST_USE enum err misdeed_each(const char *home,
			       bool (*each)(void *context, const char *name, struct span text),
			       void *context);

#endif
