#ifndef SEAM_JOURNAL_TILESTORE_H
#define SEAM_JOURNAL_TILESTORE_H

#include "base/db.h"
#include "base/out.h"
#include "journal/merkle.h"
#include "journal/tile.h"

/* The tiles and entry bundles of one log as files.  A cache: every byte follows from the leaf
 * table. */
struct tilestore {
	sqlite3 *db;
	int64_t epoch;
	const struct merkle_tree *tree; /* at least as large as what is written */
	const char *dir;                /* HOME/log/EPOCH */
};

/* The bytes a tile must have; ERR_NOT_FOUND when the tree does not reach so far. */
MUST_USE enum err tilestore_body(const struct tilestore *store, const struct tile *tile,
				 struct out *body);

/* Writes what a tree of `size` has and one of `old_size` had not; partial tiles go when the whole
 * one is there. Synced and renamed into place. */
MUST_USE enum err tilestore_grow(const struct tilestore *store, uint64_t old_size, uint64_t size);

/* Calls once per tile and bundle a tree of `size` must have; stops at the first failure. */
MUST_USE enum err tilestore_each(uint64_t size,
				 enum err (*each)(void *context, const struct tile *tile),
				 void *context);

/* ERR_OK when the file holds exactly its body; ERR_NOT_FOUND; ERR_CORRUPT. */
MUST_USE enum err tilestore_check(const struct tilestore *store, const struct tile *tile);

/* Rewrites what is missing or wrong in a tree of `size`; *repairs counts. */
MUST_USE enum err tilestore_repair(const struct tilestore *store, uint64_t size, uint64_t *repairs);

#endif
