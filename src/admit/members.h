#ifndef SEAM_ADMIT_MEMBERS_H
#define SEAM_ADMIT_MEMBERS_H

#include "base/note.h"
#include "model/party.h"
#include "model/why.h"

/*
 * The member list: who takes part, under which root keys, to what purpose.  A C2SP signed note
 * whose text is, line by line:
 *
 *	seam members 1
 *	version N
 *	purpose TEXT
 *	exercise START EPOCH RATE	(an exercise only: ms, ms, decimal with up to 3 places)
 *	party NAME ROOT [j]		(ROOT base64 of the Ed25519 key; j: the joint centre)
 *	quorum K
 *
 * signed by every root under the name seam/PARTY/root.
 */
enum { MEMBERS_PURPOSE_MAX = LIMIT_LINE_TEXT, MEMBERS_RATE_MAX = 1000000 };

struct member {
	struct party party;
	struct sign_public root;
	bool is_joint;
};

struct members {
	int64_t version;
	char purpose[MEMBERS_PURPOSE_MAX];
	bool is_exercise;
	int64_t start_ms;   /* exercise time at the epoch */
	int64_t epoch_ms;   /* UTC */
	int64_t rate_milli; /* exercise ms per 1,000 real ms, 1 … MEMBERS_RATE_MAX; 1000 when no
			       exercise */
	unsigned n;
	struct member member[LIMIT_PARTIES]; /* sorted by name */
	unsigned quorum;                     /* 1 … n */
};

/* Appends the text to be signed. */
void members_write(struct out *out, const struct members *members);

/* Reads the text of a note (or an unsigned draft) strictly: WHY_BAD_FORM, BAD_VALUE, TOO_LARGE. */
enum why members_read(struct span text, struct members *members);

/* The key that signs for a party: "seam/PARTY/root", type 0x01. */
MUST_USE enum err members_root_key(const struct party *party, const struct sign_public *root,
				   struct note_key *key);

/* Reads a whole signed note; every listed root must have signed: else WHY_MISSING_SIGNATURE, with
 * the number that have in *signed_n (may be NULL), or WHY_BAD_SIGNATURE. */
enum why members_open(struct span note, struct members *members, unsigned *signed_n);

/* Whether `next` may take the place of `held` at a station of `own`: a higher version that still
 * has the own party, of the same nature (exercise or real), and leaves every party that stays its
 * root: WHY_OLD_VERSION, UNKNOWN_PARTY, EXERCISE, KEY_CHANGED. */
enum why members_follow(const struct members *held, const struct members *next,
			const struct party *own);

/* The member of that name; NULL when there is none. */
const struct member *members_find(const struct members *members, const struct party *party);

/* The moment that records, timers and countersignatures go by, from UTC; UTC itself when no
 * exercise. */
int64_t members_time(const struct members *members, int64_t utc_ms);

#endif
