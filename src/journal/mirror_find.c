/*
 * Promises that an answer about what is in a copy rests on tiles that hash up to its head.
 */
#include "journal/mirror_inside.h"

#include "journal/journal.h"
#include "journal/mirror_scan.h"

struct hash
mirror_record(const struct hash *id)
{
	unsigned char entry[JOURNAL_ENTRY_SIZE];

	journal_entry(JOURNAL_ENTRY_RECORD, id, entry);
	return merkle_leaf(span_make(entry, sizeof entry));
}

/* A copy that is damaged is looked through from the start. */
static enum err
damaged(struct mirror *mirror)
{
	if (!mirror->is_reader)
		mirror_recheck(mirror);
	return ERR_CORRUPT;
}

static bool
is_at(const struct mirror *mirror, const struct hash *leaf, uint64_t index)
{
	struct hash row[TILE_WIDTH];
	struct tile tile = {.number = index / TILE_WIDTH};

	tile.width = tile_width(mirror->at.head.size, 0, tile.number);
	return index < mirror->at.head.size &&
	       mirror_tree_read(mirror->dir, &tile, row) == ERR_OK &&
	       hash_equal(&row[index % TILE_WIDTH], leaf);
}

struct looking {
	const struct hash *leaf;
	uint64_t index;
	bool is_found;
};

static void
look_at(void *context, uint64_t index, const struct hash *leaf)
{
	struct looking *looking = context;

	if (looking->is_found || !hash_equal(leaf, looking->leaf))
		return;
	looking->is_found = true;
	looking->index = index;
}

bool
mirror_has_leaf(struct mirror *mirror, const struct hash *leaf, uint64_t *index)
{
	return mirror_index_get(mirror->index, leaf, index) == ERR_OK &&
	       is_at(mirror, leaf, *index);
}

enum err
mirror_find_leaf(struct mirror *mirror, const struct hash *leaf, uint64_t *index)
{
	struct looking looking = {.leaf = leaf};
	enum err err;

	*index = 0;
	if (mirror->at.head.size == 0)
		return ERR_NOT_FOUND;
	if (mirror_index_get(mirror->index, leaf, index) == ERR_OK && is_at(mirror, leaf, *index))
		return ERR_OK;
	*index = 0;
	/* that it is not there must not rest on a cache */
	err = mirror_scan(mirror->dir, &mirror->at.head, look_at, &looking);
	if (err == ERR_CORRUPT)
		return damaged(mirror);
	if (err == ERR_OK && !looking.is_found)
		err = ERR_NOT_FOUND;
	*index = err == ERR_OK ? looking.index : 0;
	return err;
}

enum err
mirror_root_at(struct mirror *mirror, uint64_t size, struct hash *root)
{
	struct mirror_tree *tree;
	struct merkle_source source;
	enum err err;

	if (size > mirror->at.head.size || size == 0) {
		*root = merkle_empty();
		return size ? ERR_NOT_FOUND : ERR_OK;
	}
	tree = mirror_tree_new(mirror->dir, &mirror->at.head);
	if (!tree)
		return ERR_NOMEM;
	source = mirror_tree_source(tree);
	err = merkle_root_at(&source, size, root);
	mirror_tree_free(tree);
	return err == ERR_BUSY ? damaged(mirror) : err;
}
