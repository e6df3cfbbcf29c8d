#ifndef SEAM_JOURNAL_MERKLE_H
#define SEAM_JOURNAL_MERKLE_H

#include "base/err.h"
#include "base/hash.h"

/*
 * Merkle trees of RFC 6962 section 2.1: hashing, proofs made and proofs checked.
 * Checking needs nothing but the bytes; making needs the tree.
 */
enum { MERKLE_PATH_MAX = 64, MERKLE_WIDTH = 256, MERKLE_LEVELS = 5 };

/* A path of a proof, leaf side first. */
struct merkle_path {
	struct hash hash[MERKLE_PATH_MAX];
	size_t n;
};

/* SHA-256(0x00 entry), SHA-256(0x01 left right), SHA-256(""). */
struct hash merkle_leaf(struct span entry);
struct hash merkle_node(const struct hash *left, const struct hash *right);
struct hash merkle_empty(void);

/* RFC 6962 section 2.1.1: `leaf` is number `index` of the tree of `size` leaves with this root. */
bool merkle_includes(uint64_t index, uint64_t size, const struct hash *leaf,
		     const struct merkle_path *path, const struct hash *root);

/* RFC 6962 section 2.1.2: the tree of `size` begins with the tree of `old_size`.  Of the empty tree
 * every tree is an extension: then the path must be empty and old_root the empty tree's. */
bool merkle_extends(uint64_t old_size, uint64_t size, const struct hash *old_root,
		    const struct hash *root, const struct merkle_path *path);

/* The root of up to MERKLE_WIDTH hashes, the last of which may stand for an incomplete subtree. */
struct hash merkle_fold(const struct hash *hash, size_t n);

/*
 * A growing tree as its tile levels: hash number i of level l is the root of the 256^l leaves from
 * i * 256^l on.  Level 0 may be kept elsewhere: only its last, unfinished tile lies here.
 */
struct merkle_tree;

/* NULL without memory. */
struct merkle_tree *merkle_tree_new(void);
void merkle_tree_free(struct merkle_tree *tree);
uint64_t merkle_tree_size(const struct merkle_tree *tree);
MUST_USE enum err merkle_tree_add(struct merkle_tree *tree, const struct hash *leaf);
struct hash merkle_tree_root(const struct merkle_tree *tree);

/* A stored hash of level >= 1, or of the unfinished tile of level 0; false when it is not held. */
bool merkle_tree_at(const struct merkle_tree *tree, unsigned level, uint64_t index,
		    struct hash *hash);

/* Where hashes come from when a proof is made: level 0 from `leaf`, the levels above from `tree`;
 * or, without a tree, all of a tree of `size` leaves from `at`. */
struct merkle_source {
	enum err (*leaf)(void *context, uint64_t index, struct hash *hash);
	void *context;
	const struct merkle_tree *tree;
	enum err (*at)(void *context, unsigned level, uint64_t index, struct hash *hash);
	uint64_t size;
};

/* The root of the first `size` leaves; ERR_NOT_FOUND when the tree is smaller. */
MUST_USE enum err merkle_root_at(const struct merkle_source *source, uint64_t size,
				 struct hash *root);
MUST_USE enum err merkle_prove_inclusion(const struct merkle_source *source, uint64_t index,
					 uint64_t size, struct merkle_path *path);
MUST_USE enum err merkle_prove_extension(const struct merkle_source *source, uint64_t old_size,
					 uint64_t size, struct merkle_path *path);

#endif
