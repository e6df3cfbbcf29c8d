#ifndef SEAM_ADMIT_KEYRING_H
#define SEAM_ADMIT_KEYRING_H

#include "admit/jws.h"
#include "admit/keynote.h"
#include "admit/members.h"

/*
 * Who may sign what: built from the member list, key notes and revocations, from their bytes alone.
 * Mutable while it is being built; look-ups do not change it.
 */
struct keyring;

/* A copy of the list is kept.  NULL without memory. */
struct keyring *keyring_new(const struct members *members);
void keyring_free(struct keyring *keyring);

/*
 * Adds a signed key note.  The station's party must be a member and its root must have signed.
 * Several notes of one station may come in any order: keys of all of them count, the highest
 * version decides the rest.  WHY_KEY_CHANGED when a number has another key already.
 */
enum why keyring_add_note(struct keyring *keyring, struct span note);

/* Adds a signed revocation of a key, known or not yet known; the earliest cut counts. */
enum why keyring_add_revocation(struct keyring *keyring, struct span note);

const struct members *keyring_members(const struct keyring *keyring);

/* The record key of that name; false when there is none. */
struct keyring_key {
	struct sign_public public;
	bool is_revoked;
	struct revocation revocation; /* when it is */
};
bool keyring_find(const struct keyring *keyring, const struct kid *kid, struct keyring_key *key);

/* Whether this root's party is a member, and its root. */
bool keyring_root(const struct keyring *keyring, const struct party *party,
		  struct sign_public *root);

/* The newest note of a station; NULL when there is none. */
const struct keynote *keyring_station(const struct keyring *keyring, const struct station *station);

/* All stations with notes, in the order of their first note. */
size_t keyring_count(const struct keyring *keyring);
const struct keynote *keyring_at(const struct keyring *keyring, size_t i);

/* The log key of any note of the station by its origin; NULL when there is none. */
const struct note_key *keyring_log(const struct keyring *keyring, struct span origin);

/*
 * The logs of a station that any of its notes names, the newest first, and how many.  Of two notes
 * that were made of one older one neither has the other's log.  Of more than fit the newest.
 */
enum { KEYRING_LOGS = 64 };
size_t keyring_logs(const struct keyring *keyring, const struct station *station,
		    const struct note_key *logs[KEYRING_LOGS]);

/* Whose log that is. */
bool keyring_log_station(const struct keyring *keyring, struct span origin,
			 struct station *station);

#endif
