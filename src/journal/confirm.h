#ifndef SEAM_JOURNAL_CONFIRM_H
#define SEAM_JOURNAL_CONFIRM_H

#include "base/err.h"
#include "base/hash.h"
#include "base/span.h"

#include <stdbool.h>
#include <stdint.h>

struct journal;

/*
 * What stations say about erasures they carried out: one row per (erasure, station).  Owed rows
 * have no text yet: the erasure came here and what it asks for is still to be done and signed. What
 * came for this station is logged as receipts are: 0x02 SHA-256(text).
 */
struct confirm {
	int64_t number;      /* out only; rises with each text */
	struct hash erasure; /* the record of kind erase */
	struct hash record;  /* what it erases */
	struct span station; /* which says so */
	struct span toward;  /* the station that asked for it */
	struct span text;    /* the signed word; empty while it is owed */
	int64_t at_ms;
	bool is_told;  /* out only: a station of the party that asked has it */
	int64_t epoch; /* out only: of the leaf, 0 where it is not logged */
	int64_t leaf;  /* out only: -1 where it is not logged */
};

/* Spans live until it returns; false stops. */
struct confirm_walk {
	bool (*each)(void *context, const struct confirm *confirm);
	void *context;
};

/* Within a batch: a word that is still to be given.  Nothing changes where a row is there. */
MUST_USE enum err confirm_owe(struct journal *journal, const struct confirm *confirm);

/* Within a batch: the word itself, in the place of an owed row; *leaf is -1 where it is not to be
 * logged. ERR_EXISTS when one is there; the caller has checked its signature. */
MUST_USE enum err confirm_add(struct journal *journal, const struct confirm *confirm,
			      bool is_logged, int64_t *leaf);

/* Within a batch: it has arrived where it was to go. */
MUST_USE enum err confirm_told(struct journal *journal, int64_t number);

/* In order: with a text and a number > after; owed with a number > after; with a text, of one
 * erasure. */
MUST_USE enum err confirm_each(struct journal *journal, int64_t after,
			       const struct confirm_walk *walk);
MUST_USE enum err confirm_each_owed(struct journal *journal, int64_t after,
				    const struct confirm_walk *walk);
MUST_USE enum err confirm_each_of(struct journal *journal, const struct hash *erasure,
				  const struct confirm_walk *walk);

#endif
