#ifndef SEAM_SEAMD_RING_H
#define SEAM_SEAMD_RING_H

#include "base/arena.h"
#include "base/err.h"
#include "model/party.h"
#include "model/why.h"

/*
 * What a station has loaded besides its records: the keyring from the journal's shelf and the
 * ground from HOME/layers. Used by core and by `seam` where it reads a home itself.
 */
struct journal;
struct keyring;
struct ground;
struct policy;

enum { RING_WHY_MAX = 320 };

/* Classes of shelf documents. */
#define RING_MEMBERS "members"
#define RING_KEY     "key"
#define RING_REVOKE  "revoke"
#define RING_POLICY  "policy"

/* Builds the keyring from the newest member list, all key notes and revocations on the shelf. */
MUST_USE enum err ring_load(struct journal *journal, struct keyring **keyring,
			    char why[RING_WHY_MAX]);

/* The same with the parties of earlier lists that have left: for checking what is stored, whose
 * signatures hold as before. Never for what comes in or goes out. */
MUST_USE enum err ring_load_former(struct journal *journal, struct keyring **keyring,
				   char why[RING_WHY_MAX]);

/* Reads every *.geojson of HOME/layers; the file name's beginning tells the layer: governorates,
 * districts, zones, and anything else is taken for boundaries.  No folder gives an empty ground. */
MUST_USE enum err ring_ground(const char *home, struct ground **ground, char why[RING_WHY_MAX]);

/* A policy version of the party from the shelf; version 0 = the newest.  ERR_NOT_FOUND when there
 * is none. */
MUST_USE enum err ring_policy(struct journal *journal, const struct party *party, int64_t version,
			      struct policy **policy, int64_t *found);

/* Puts a signed members note, key note or revocation on the shelf, in a batch of its own, after
 * checking that it may come in: WHY_NONE or why not.  `text` gets a sentence for people. */
struct members;
MUST_USE enum err ring_install(struct journal *journal, const struct keyring *keyring,
			       const struct party *own, struct span document, int64_t now_ms,
			       enum why *why, char text[RING_WHY_MAX]);

/* Whether this very text stands on the shelf, whoever signed that copy: then there is nothing to
 * change. */
bool ring_holds(struct journal *journal, struct span bytes);

#endif
