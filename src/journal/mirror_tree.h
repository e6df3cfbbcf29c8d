#ifndef SEAM_JOURNAL_MIRROR_TREE_H
#define SEAM_JOURNAL_MIRROR_TREE_H

#include "base/note.h"
#include "journal/merkle.h"
#include "journal/tile.h"

/*
 * The tree under one head, seen through its tiles: each tile is compared with the hash that the
 * level above has of it, the last tiles of all levels together with the root.  So every hash that
 * comes out belongs to that head.  Tiles lie in a folder or come from elsewhere; a few are held.
 * Inside the mirror only.
 */
struct mirror_tree;

/* NULL without memory.  The head must be above 0 and at most MIRROR_LEAVES_MAX. */
struct mirror_tree *mirror_tree_new(const char *dir, const struct note_head *head);
void mirror_tree_free(struct mirror_tree *tree);
const struct note_head *mirror_tree_head(const struct mirror_tree *tree);

/* Borrows the tree.  Its hashes fail with ERR_BUSY when a tile is missing: mirror_tree_need(). */
struct merkle_source mirror_tree_source(struct mirror_tree *tree);

/* The leaf hashes of level 0 tile `number`, 1 to 256; borrowed until the next call.  ERR_BUSY as
 * above, ERR_NOT_FOUND behind the end. */
MUST_USE enum err mirror_tree_leaves(struct mirror_tree *tree, uint64_t number,
				     const struct hash **leaves, unsigned *n);

/* What the last ERR_BUSY was about: level 0 comes as its entry bundle. */
struct tile mirror_tree_need(const struct mirror_tree *tree);

/* Takes the body of the tile that is needed; ERR_REFUSED when it does not belong to the head. */
MUST_USE enum err mirror_tree_take(struct mirror_tree *tree, struct span body);

/* From now on what comes is written into the folder, and what is held already: the head belongs to
 * the history whose copy lies there.  Before, it might be another one under the same names. */
MUST_USE enum err mirror_tree_keep(struct mirror_tree *tree);

/* That tile is not to be had: the whole one instead of its part?  False: there is no other form. */
bool mirror_tree_turn(struct mirror_tree *tree);

/* The leaf hashes in an entry bundle of exactly n entries of a log of Seam. */
bool mirror_tree_read_entries(struct span body, unsigned n, struct hash leaves[TILE_WIDTH]);

/* Reads the first `tile->width` hashes (or entries) of a tile from a folder: from its own file or
 * from that of the whole tile.  ERR_NOT_FOUND when neither has the form. */
MUST_USE enum err mirror_tree_read(const char *dir, const struct tile *tile,
				   struct hash hashes[TILE_WIDTH]);

#endif
