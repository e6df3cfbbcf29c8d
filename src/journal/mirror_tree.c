/*
 * Promises that a hash which comes out of here lies under the head, whoever supplied the tiles.
 * Does not say whether the head extends another one.
 */
#include "journal/mirror_tree.h"

#include "journal/journal.h"
#include "journal/mirror.h"
#include "journal/tilefile.h"

#include <stdlib.h>
#include <string.h>

enum {
	SLOTS = 3,
	ENTRY = JOURNAL_ENTRY_SIZE + 2,
	BODY_MAX = TILE_WIDTH * (ENTRY > HASH_SIZE ? ENTRY : HASH_SIZE)
};

struct slot {
	bool is_held;
	bool is_unwritten;
	uint64_t number;
	uint64_t used;
	struct hash hash[TILE_WIDTH];
};

/* The last tile of a level where it is not whole. */
struct edge {
	unsigned width; /* 0: the level ends with a whole tile */
	bool is_held;
	bool is_local;
	bool wants_whole; /* its part is not to be had elsewhere */
	struct hash hash[TILE_WIDTH];
};

struct mirror_tree {
	const char *dir;
	struct note_head head;
	struct slot slot[MERKLE_LEVELS][SLOTS];
	struct edge edge[MERKLE_LEVELS];
	bool edges_hold;
	bool keeps;        /* what comes is written: the head is known to belong to the copy */
	bool avoids_local; /* what lies here of the last tiles was wrong */
	uint64_t clock;
	struct tile need;
	struct hash expected; /* what the needed whole tile must hash to */
	/* entry bundles as they came: the last one, and those of level 0 in slots */
	unsigned char last[BODY_MAX];
	unsigned char entries[SLOTS][BODY_MAX];
};

/* --- bodies */

bool
mirror_tree_read_entries(struct span body, unsigned n, struct hash leaves[TILE_WIDTH])
{
	struct span entry;

	if (body.n != (size_t)n * ENTRY)
		return false;
	for (unsigned i = 0; i < n; i++) {
		if (!tile_take_entry(&body, &entry) || entry.n != JOURNAL_ENTRY_SIZE)
			return false;
		leaves[i] = merkle_leaf(entry);
	}
	return true;
}

static bool
read_body(const struct tile *tile, unsigned width, struct span body, struct hash hashes[TILE_WIDTH])
{
	if (tile->is_entries)
		return mirror_tree_read_entries(body, width, hashes);
	if (body.n != (size_t)width * HASH_SIZE)
		return false;
	memcpy(hashes, body.p, body.n);
	return true;
}

enum err
mirror_tree_read(const char *dir, const struct tile *tile, struct hash hashes[TILE_WIDTH])
{
	const unsigned widths[] = {tile->width, TILE_WIDTH};
	enum err err = ERR_NOT_FOUND;

	for (size_t i = 0; i < 2 && err == ERR_NOT_FOUND; i++) {
		struct out body = out_new(BODY_MAX);
		struct tile form = *tile;

		form.width = widths[i];
		err = tilefile_get(dir, &form, &body);
		if (err == ERR_LIMIT ||
		    (err == ERR_OK && !read_body(&form, form.width, out_view(&body), hashes)))
			err = ERR_NOT_FOUND;
		out_free(&body);
	}
	return err;
}

/* --- the tree */

struct mirror_tree *
mirror_tree_new(const char *dir, const struct note_head *head)
{
	struct mirror_tree *tree = calloc(1, sizeof *tree);

	if (!tree)
		return NULL;
	tree->dir = dir;
	tree->head = *head;
	for (unsigned level = 0; level < MERKLE_LEVELS; level++)
		tree->edge[level].width = (unsigned)(tile_count(head->size, level) % TILE_WIDTH);
	return tree;
}

void
mirror_tree_free(struct mirror_tree *tree)
{
	free(tree);
}

const struct note_head *
mirror_tree_head(const struct mirror_tree *tree)
{
	return &tree->head;
}

struct tile
mirror_tree_need(const struct mirror_tree *tree)
{
	return tree->need;
}

static struct tile
tile_of(unsigned level, uint64_t number, unsigned width)
{
	return (struct tile){
	    .is_entries = level == 0, .level = level, .number = number, .width = width};
}

static enum err
need(struct mirror_tree *tree, struct tile tile)
{
	tree->need = tile;
	return ERR_BUSY;
}

/* --- the last tiles */

static uint64_t
edge_number(const struct mirror_tree *tree, unsigned level)
{
	return tile_count(tree->head.size, level) / TILE_WIDTH;
}

static struct tile
edge_tile(const struct mirror_tree *tree, unsigned level)
{
	return tile_of(level, edge_number(tree, level), tree->edge[level].width);
}

/* RFC 6962 section 2.1: what is incomplete on one level goes beside the last tile of the next. */
static bool
root_holds(const struct mirror_tree *tree)
{
	struct hash row[TILE_WIDTH + 1];
	struct hash rest;
	bool has_rest = false;

	for (unsigned level = 0; level < MERKLE_LEVELS; level++) {
		size_t n = tree->edge[level].width;

		memcpy(row, tree->edge[level].hash, n * sizeof *row);
		if (has_rest)
			row[n++] = rest;
		if (!n)
			continue;
		rest = merkle_fold(row, n);
		has_rest = true;
	}
	return has_rest && hash_equal(&rest, &tree->head.root);
}

static void
drop_edges(struct mirror_tree *tree, bool only_local)
{
	for (unsigned level = 0; level < MERKLE_LEVELS; level++)
		if (!only_local || tree->edge[level].is_local)
			tree->edge[level].is_held = tree->edge[level].is_local = false;
}

static bool
has_local_edge(const struct mirror_tree *tree)
{
	for (unsigned level = 0; level < MERKLE_LEVELS; level++)
		if (tree->edge[level].is_held && tree->edge[level].is_local)
			return true;
	return false;
}

/* Those that came from elsewhere are written once they are known to be right. */
static enum err
write_edges(struct mirror_tree *tree)
{
	enum err err = ERR_OK;

	for (unsigned level = 0; level < MERKLE_LEVELS && err == ERR_OK; level++) {
		struct edge *edge = &tree->edge[level];
		struct tile tile = edge_tile(tree, level);
		struct span body = level == 0
				       ? span_make(tree->last, (size_t)edge->width * ENTRY)
				       : span_make(edge->hash, (size_t)edge->width * HASH_SIZE);

		if (!edge->width || !edge->is_held || edge->is_local)
			continue;
		err = tilefile_put(tree->dir, &tile, body, false);
		edge->is_local = err == ERR_OK;
	}
	return err;
}

/* All are here: right, or whose fault?  ERR_BUSY when it may be that of files which lie here. */
static enum err
settle_edges(struct mirror_tree *tree)
{
	if (root_holds(tree)) {
		enum err err = tree->keeps ? write_edges(tree) : ERR_OK;

		tree->edges_hold = err == ERR_OK;
		return err;
	}
	if (!has_local_edge(tree)) {
		drop_edges(tree, false);
		return ERR_REFUSED;
	}
	drop_edges(tree, true);
	tree->avoids_local = true;
	return ERR_BUSY;
}

static enum err
load_edge(struct mirror_tree *tree, unsigned level)
{
	struct edge *edge = &tree->edge[level];
	struct tile tile = edge_tile(tree, level);
	enum err err =
	    tree->avoids_local ? ERR_NOT_FOUND : mirror_tree_read(tree->dir, &tile, edge->hash);

	if (err == ERR_NOT_FOUND) {
		tile.width = edge->wants_whole ? TILE_WIDTH : tile.width;
		return need(tree, tile);
	}
	edge->is_held = edge->is_local = err == ERR_OK;
	return err;
}

static enum err
ensure_edges(struct mirror_tree *tree)
{
	enum err err = ERR_OK;

	if (tree->edges_hold)
		return ERR_OK;
	for (int again = 0; again < 2; again++) {
		for (unsigned level = MERKLE_LEVELS; level-- > 0 && err == ERR_OK;)
			if (tree->edge[level].width && !tree->edge[level].is_held)
				err = load_edge(tree, level);
		if (err != ERR_OK)
			return err;
		err = settle_edges(tree);
		if (err != ERR_BUSY)
			return err;
		err = ERR_OK; /* what lay here is gone: the next round needs it from elsewhere */
	}
	return ERR_INTERNAL;
}

/* --- whole tiles */

static struct slot *
find_slot(struct mirror_tree *tree, unsigned level, uint64_t number)
{
	for (size_t i = 0; i < SLOTS; i++) {
		struct slot *slot = &tree->slot[level][i];

		if (!slot->is_held || slot->number != number)
			continue;
		slot->used = ++tree->clock;
		return slot;
	}
	return NULL;
}

static struct slot *
fill_slot(struct mirror_tree *tree, unsigned level, uint64_t number,
	  const struct hash hashes[TILE_WIDTH])
{
	struct slot *oldest = &tree->slot[level][0];

	for (size_t i = 1; i < SLOTS; i++)
		if (tree->slot[level][i].used < oldest->used)
			oldest = &tree->slot[level][i];
	oldest->is_held = true;
	oldest->is_unwritten = false;
	oldest->number = number;
	oldest->used = ++tree->clock;
	memcpy(oldest->hash, hashes, sizeof oldest->hash);
	return oldest;
}

static enum err
write_slot(struct mirror_tree *tree, unsigned level, size_t i)
{
	struct slot *slot = &tree->slot[level][i];
	struct tile tile = tile_of(level, slot->number, TILE_WIDTH);
	struct span body = level == 0 ? span_make(tree->entries[i], TILE_WIDTH * ENTRY)
				      : span_make(slot->hash, sizeof slot->hash);
	enum err err = slot->is_unwritten ? tilefile_put(tree->dir, &tile, body, false) : ERR_OK;

	slot->is_unwritten = slot->is_unwritten && err != ERR_OK;
	return err;
}

enum err
mirror_tree_keep(struct mirror_tree *tree)
{
	enum err err = tree->edges_hold ? write_edges(tree) : ERR_OK;

	tree->keeps = true;
	for (unsigned level = 0; level < MERKLE_LEVELS; level++)
		for (size_t i = 0; i < SLOTS && err == ERR_OK; i++)
			err = write_slot(tree, level, i);
	return err;
}

/* The hashes of a tile that is held or the last of its level; NULL when it must be loaded. */
static const struct hash *
held_row(struct mirror_tree *tree, unsigned level, uint64_t number, unsigned *n)
{
	struct slot *slot;

	*n = TILE_WIDTH;
	if (number == edge_number(tree, level)) {
		*n = tree->edge[level].width;
		return tree->edge[level].hash;
	}
	slot = find_slot(tree, level, number);
	return slot ? slot->hash : NULL;
}

static enum err
load_tile(struct mirror_tree *tree, unsigned level, uint64_t number, const struct hash *expected)
{
	struct tile tile = tile_of(level, number, TILE_WIDTH);
	struct hash hashes[TILE_WIDTH];
	struct hash found;
	enum err err = mirror_tree_read(tree->dir, &tile, hashes);

	if (err != ERR_OK && err != ERR_NOT_FOUND)
		return err;
	found = merkle_fold(hashes, TILE_WIDTH);
	if (err == ERR_OK && hash_equal(&found, expected)) {
		(void)fill_slot(tree, level, number, hashes);
		return ERR_OK;
	}
	tree->expected = *expected;
	return need(tree, tile);
}

/* From the lowest level above that is held down to this tile. */
static enum err
ensure_row(struct mirror_tree *tree, unsigned level, uint64_t number, const struct hash **row,
	   unsigned *n)
{
	unsigned at = level;
	enum err err = ensure_edges(tree);

	if (err != ERR_OK)
		return err;
	if (number > edge_number(tree, level))
		return ERR_NOT_FOUND;
	/* the topmost level has only its last tile, so this ends */
	while (!held_row(tree, at, number >> 8 * (at - level), n))
		at++;
	for (; at > level; at--) {
		uint64_t child = number >> 8 * (at - 1 - level);
		struct hash expected =
		    held_row(tree, at, child / TILE_WIDTH, n)[child % TILE_WIDTH];

		err = load_tile(tree, at - 1, child, &expected);
		if (err != ERR_OK)
			return err;
	}
	*row = held_row(tree, level, number, n);
	return ERR_OK;
}

static enum err
hash_at(void *context, unsigned level, uint64_t index, struct hash *hash)
{
	struct mirror_tree *tree = context;
	const struct hash *row;
	unsigned n;
	enum err err = level < MERKLE_LEVELS ? ensure_row(tree, level, index / TILE_WIDTH, &row, &n)
					     : ERR_NOT_FOUND;

	if (err == ERR_OK && index % TILE_WIDTH >= n)
		err = ERR_NOT_FOUND;
	if (err == ERR_OK)
		*hash = row[index % TILE_WIDTH];
	return err;
}

struct merkle_source
mirror_tree_source(struct mirror_tree *tree)
{
	return (struct merkle_source){.at = hash_at, .context = tree, .size = tree->head.size};
}

enum err
mirror_tree_leaves(struct mirror_tree *tree, uint64_t number, const struct hash **leaves,
		   unsigned *n)
{
	enum err err = ensure_row(tree, 0, number, leaves, n);

	return err == ERR_OK && *n == 0 ? ERR_NOT_FOUND : err;
}

/* --- what comes */

static bool
is_edge(const struct mirror_tree *tree)
{
	return tree->need.number == edge_number(tree, tree->need.level);
}

static enum err
take_edge(struct mirror_tree *tree, const struct hash hashes[TILE_WIDTH], struct span body)
{
	struct edge *edge = &tree->edge[tree->need.level];
	enum err err;

	memcpy(edge->hash, hashes, edge->width * sizeof *hashes);
	if (tree->need.is_entries)
		memcpy(tree->last, body.p, (size_t)edge->width * ENTRY);
	edge->is_held = true;
	edge->is_local = false;
	for (unsigned level = 0; level < MERKLE_LEVELS; level++)
		if (tree->edge[level].width && !tree->edge[level].is_held)
			return ERR_OK;
	err = settle_edges(tree);
	return err == ERR_BUSY ? ERR_OK : err;
}

static enum err
take_tile(struct mirror_tree *tree, const struct hash hashes[TILE_WIDTH], struct span body)
{
	unsigned level = tree->need.level;
	struct slot *slot = fill_slot(tree, level, tree->need.number, hashes);
	size_t i = (size_t)(slot - tree->slot[level]);

	if (level == 0)
		memcpy(tree->entries[i], body.p, body.n);
	slot->is_unwritten = true;
	return tree->keeps ? write_slot(tree, level, i) : ERR_OK;
}

enum err
mirror_tree_take(struct mirror_tree *tree, struct span body)
{
	struct hash hashes[TILE_WIDTH];
	struct hash found;

	if (!read_body(&tree->need, tree->need.width, body, hashes))
		return ERR_REFUSED;
	if (is_edge(tree))
		return take_edge(tree, hashes, body);
	found = merkle_fold(hashes, TILE_WIDTH);
	if (!hash_equal(&found, &tree->expected))
		return ERR_REFUSED;
	return take_tile(tree, hashes, body);
}

bool
mirror_tree_turn(struct mirror_tree *tree)
{
	if (tree->need.width == TILE_WIDTH)
		return false;
	tree->edge[tree->need.level].wants_whole = true;
	return true;
}
