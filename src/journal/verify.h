#ifndef SEAM_JOURNAL_VERIFY_H
#define SEAM_JOURNAL_VERIFY_H

#include "base/db.h"
#include "base/hash.h"

struct journal_record;
struct note_key;
struct tables_row;

enum { VERIFY_FAULT_MAX = 512 };

struct verify_counts {
	uint64_t records;
	uint64_t leaves;
	uint64_t receipts;
	uint64_t tiles;
	uint64_t heads;
	uint64_t rows; /* row hashes recomputed */
	uint64_t keys;
	uint64_t deliveries;
	uint64_t bodies_lost; /* leaves without their record or receipt: no fault */
	uint64_t leaves_lost; /* of a closed epoch: under its head, not held here: no fault */
	uint64_t unheaded;    /* leaves not yet under a head: no fault */
	uint64_t unfinished; /* write-ahead logs that end in a commit that is not whole: no fault */
	uint64_t cosigns;    /* countersignatures of own heads, each over a root recomputed */
	uint64_t witnessed;  /* heads of other logs countersigned here */
	uint64_t faults;
};

struct verify_options {
	const struct note_key *key; /* NULL: each epoch's own; the newest must equal log.vkey */

	/* What this room cannot know: that each disclosure's digest occurs in the JWT, that the
	 * signature holds.  False with a sentence in why is a fault.  May be NULL. */
	bool (*record)(void *context, const struct journal_record *record, char why[256]);

	/* The same for a whole delivery (sent or come); NULL: only its hash. */
	bool (*delivery)(void *context, struct span bytes, char why[256]);

	/* The key of that name (a log's origin, a witness), as the keyring has it; false when there
	 * is none any more.  NULL: signatures of others are not looked at. */
	bool (*find_key)(void *context, struct span name, struct note_key *key);

	void (*progress)(void *context, const char *stage, uint64_t done, uint64_t total);
	void *context;
};

/*
 * Recomputes everything from stored bytes: write-ahead logs (wal.h), leaf = hash of JWT or receipt,
 * Merkle root, every tile and bundle, the published checkpoint and its signature, head.db,
 * countersignatures of own heads and heads of others, every row hash, every key and ciphertext.
 * Goes on after a fault; `fault` is the first one and names the place.  ERR_CORRUPT when there was
 * any; another error when the home could not be read at all (fault says why).
 */
MUST_USE enum err verify_home(const char *dir, const struct verify_options *options,
			      struct verify_counts *counts, char fault[VERIFY_FAULT_MAX]);

/*
 * The same of a database of the home that another room keeps: write-ahead log, page structure, the
 * schema that `make` makes, and every row hash; rows end with a NULL name.  Adds to the counts; a
 * fault is named when it is the first of them.  A file that is not there is a fault.
 */
MUST_USE enum err verify_database(const char *dir, const char *name, const struct tables_row *rows,
				  enum err (*make)(sqlite3 *db), struct verify_counts *counts,
				  char fault[VERIFY_FAULT_MAX]);

#endif
