/*
 * Promises Merkle trees as RFC 6962 section 2.1 defines them (RFC 9162 keeps the hashing): a tree
 * that grows, proofs made from it, proofs checked without it.  Does not store anything and knows no
 * file.
 */
#include "journal/merkle.h"

#include <stdlib.h>
#include <string.h>

struct level {
	struct hash *hash; /* level 0: the last tile only; above: all */
	size_t n;
	size_t size;
};

struct merkle_tree {
	struct level level[MERKLE_LEVELS];
	uint64_t size;
};

static struct span
bytes_of(const struct hash *hash)
{
	return span_make(hash->b, HASH_SIZE);
}

struct hash
merkle_leaf(struct span entry)
{
	return hash_prefixed(0x00, entry, span_make(NULL, 0));
}

struct hash
merkle_node(const struct hash *left, const struct hash *right)
{
	return hash_prefixed(0x01, bytes_of(left), bytes_of(right));
}

struct hash
merkle_empty(void)
{
	return hash_of(span_make(NULL, 0));
}

/* Both checks climb the same way: past all levels at which the node is a last, single child. */
static void
climb(uint64_t *first, uint64_t *last)
{
	while (*first && !(*first & 1)) {
		*first >>= 1;
		*last >>= 1;
	}
}

bool
merkle_includes(uint64_t index, uint64_t size, const struct hash *leaf,
		const struct merkle_path *path, const struct hash *root)
{
	uint64_t first = index;
	uint64_t last = size - 1;
	struct hash at = *leaf;

	if (index >= size || path->n > MERKLE_PATH_MAX)
		return false;
	for (size_t i = 0; i < path->n; i++) {
		if (last == 0)
			return false;
		if ((first & 1) || first == last) {
			at = merkle_node(&path->hash[i], &at);
			climb(&first, &last);
		} else {
			at = merkle_node(&at, &path->hash[i]);
		}
		first >>= 1;
		last >>= 1;
	}
	return last == 0 && hash_equal(&at, root);
}

static bool
is_power_of_two(uint64_t n)
{
	return n && (n & (n - 1)) == 0;
}

static bool
extends_partly(uint64_t old_size, uint64_t size, const struct hash *old_root,
	       const struct hash *root, const struct merkle_path *path)
{
	bool is_whole = is_power_of_two(old_size);
	uint64_t first = old_size - 1;
	uint64_t last = size - 1;
	struct hash old_at = is_whole ? *old_root : path->hash[0];
	struct hash at = old_at;

	while (first & 1) {
		first >>= 1;
		last >>= 1;
	}
	for (size_t i = is_whole ? 0 : 1; i < path->n; i++) {
		if (last == 0)
			return false;
		if ((first & 1) || first == last) {
			old_at = merkle_node(&path->hash[i], &old_at);
			at = merkle_node(&path->hash[i], &at);
			climb(&first, &last);
		} else {
			at = merkle_node(&at, &path->hash[i]);
		}
		first >>= 1;
		last >>= 1;
	}
	return last == 0 && hash_equal(&old_at, old_root) && hash_equal(&at, root);
}

bool
merkle_extends(uint64_t old_size, uint64_t size, const struct hash *old_root,
	       const struct hash *root, const struct merkle_path *path)
{
	struct hash empty = merkle_empty();

	if (old_size > size || path->n > MERKLE_PATH_MAX)
		return false;
	if (old_size == size)
		return path->n == 0 && hash_equal(old_root, root);
	if (old_size == 0)
		return path->n == 0 && hash_equal(old_root, &empty);
	return path->n > 0 && extends_partly(old_size, size, old_root, root, path);
}

struct hash
merkle_fold(const struct hash *hash, size_t n)
{
	struct hash row[MERKLE_WIDTH + 1];

	if (n == 0 || n > MERKLE_WIDTH + 1)
		return merkle_empty();
	memcpy(row, hash, n * sizeof *row);
	while (n > 1) {
		size_t half = n / 2;

		for (size_t i = 0; i < half; i++)
			row[i] = merkle_node(&row[2 * i], &row[2 * i + 1]);
		if (n & 1)
			row[half] = row[n - 1];
		n = half + (n & 1);
	}
	return row[0];
}

struct merkle_tree *
merkle_tree_new(void)
{
	return calloc(1, sizeof(struct merkle_tree));
}

void
merkle_tree_free(struct merkle_tree *tree)
{
	if (!tree)
		return;
	for (size_t i = 0; i < MERKLE_LEVELS; i++)
		free(tree->level[i].hash);
	free(tree);
}

uint64_t
merkle_tree_size(const struct merkle_tree *tree)
{
	return tree->size;
}

static bool
make_room(struct level *level)
{
	size_t size = level->size ? level->size * 2 : MERKLE_WIDTH;
	struct hash *grown;

	if (level->n < level->size)
		return true;
	grown = reallocarray(level->hash, size, sizeof *grown);
	if (!grown)
		return false;
	level->hash = grown;
	level->size = size;
	return true;
}

enum err
merkle_tree_add(struct merkle_tree *tree, const struct hash *leaf)
{
	struct hash up = *leaf;

	for (unsigned i = 0; i < MERKLE_LEVELS; i++)
		if (!make_room(&tree->level[i]))
			return ERR_NOMEM;
	if (tree->size >> (8 * MERKLE_LEVELS - 8) >= MERKLE_WIDTH)
		return ERR_LIMIT;
	for (unsigned i = 0; i < MERKLE_LEVELS; i++) {
		struct level *level = &tree->level[i];

		level->hash[level->n++] = up;
		if (level->n % MERKLE_WIDTH != 0)
			break;
		up = merkle_fold(level->hash + level->n - MERKLE_WIDTH, MERKLE_WIDTH);
		if (i == 0)
			level->n = 0;
	}
	tree->size++;
	return ERR_OK;
}

struct hash
merkle_tree_root(const struct merkle_tree *tree)
{
	struct hash row[MERKLE_WIDTH + 1];
	struct hash rest;
	bool has_rest = false;

	for (unsigned i = 0; i < MERKLE_LEVELS; i++) {
		const struct level *level = &tree->level[i];
		size_t n = level->n % MERKLE_WIDTH;

		if (n)
			memcpy(row, level->hash + level->n - n, n * sizeof *row);
		if (has_rest)
			row[n++] = rest;
		if (!n)
			continue;
		rest = merkle_fold(row, n);
		has_rest = true;
	}
	return has_rest ? rest : merkle_empty();
}

bool
merkle_tree_at(const struct merkle_tree *tree, unsigned level, uint64_t index, struct hash *hash)
{
	uint64_t first = level == 0 ? tree->size - tree->size % MERKLE_WIDTH : 0;

	if (level >= MERKLE_LEVELS || index < first || index - first >= tree->level[level].n)
		return false;
	*hash = tree->level[level].hash[index - first];
	return true;
}

static enum err
tile_hash(const struct merkle_source *source, unsigned level, uint64_t index, struct hash *hash)
{
	if (!source->tree)
		return source->at(source->context, level, index, hash);
	if (merkle_tree_at(source->tree, level, index, hash))
		return ERR_OK;
	return level == 0 ? source->leaf(source->context, index, hash) : ERR_NOT_FOUND;
}

static uint64_t
source_size(const struct merkle_source *source)
{
	return source->tree ? merkle_tree_size(source->tree) : source->size;
}

/* The root of the 2^height leaves from begin on; begin is a multiple of 2^height. */
static enum err
whole_subtree(const struct merkle_source *source, uint64_t begin, unsigned height,
	      struct hash *root)
{
	struct hash row[MERKLE_WIDTH];
	unsigned level = height / 8;
	size_t n = (size_t)1 << (height % 8);
	uint64_t first = begin >> (8 * level);

	for (size_t i = 0; i < n; i++) {
		enum err err = tile_hash(source, level, first + i, &row[i]);

		if (err != ERR_OK)
			return err;
	}
	*root = merkle_fold(row, n);
	return ERR_OK;
}

/* The root over [begin, end), whose begin is aligned to a power of two not smaller than its length:
 * whole subtrees of falling size, joined from the right. */
static enum err
range_root(const struct merkle_source *source, uint64_t begin, uint64_t end, struct hash *root)
{
	struct hash part[64];
	size_t n = 0;

	for (int height = 63; height >= 0; height--) {
		enum err err;

		if (!((end - begin) >> height & 1))
			continue;
		/* the lower bits of the length lie to the right of this subtree */
		err = whole_subtree(
		    source,
		    begin + (height == 63 ? 0 : (end - begin) >> (height + 1) << (height + 1)),
		    (unsigned)height, &part[n++]);
		if (err != ERR_OK)
			return err;
	}
	*root = n ? part[n - 1] : merkle_empty();
	for (size_t i = n; i-- > 1;)
		*root = merkle_node(&part[i - 1], root);
	return ERR_OK;
}

enum err
merkle_root_at(const struct merkle_source *source, uint64_t size, struct hash *root)
{
	memset(root, 0, sizeof *root);
	if (size > source_size(source))
		return ERR_NOT_FOUND;
	return range_root(source, 0, size, root);
}

static uint64_t
largest_power_below(uint64_t n)
{
	uint64_t power = 1;

	while (power < n - power)
		power *= 2;
	return power;
}

static enum err
push(const struct merkle_source *source, uint64_t begin, uint64_t end, struct merkle_path *path)
{
	if (path->n == MERKLE_PATH_MAX)
		return ERR_LIMIT;
	return range_root(source, begin, end, &path->hash[path->n++]);
}

/* The definitions go from the root down, the path is written from the leaf up. */
static void
turn_round(struct merkle_path *path)
{
	for (size_t i = 0; i < path->n / 2; i++) {
		struct hash swap = path->hash[i];

		path->hash[i] = path->hash[path->n - 1 - i];
		path->hash[path->n - 1 - i] = swap;
	}
}

enum err
merkle_prove_inclusion(const struct merkle_source *source, uint64_t index, uint64_t size,
		       struct merkle_path *path)
{
	uint64_t begin = 0;
	uint64_t end = size;
	enum err err = ERR_OK;

	path->n = 0;
	if (index >= size || size > source_size(source))
		return ERR_NOT_FOUND;
	while (end - begin > 1 && err == ERR_OK) {
		uint64_t middle = begin + largest_power_below(end - begin);

		if (index < middle) {
			err = push(source, middle, end, path);
			end = middle;
		} else {
			err = push(source, begin, middle, path);
			begin = middle;
		}
	}
	turn_round(path);
	return err;
}

enum err
merkle_prove_extension(const struct merkle_source *source, uint64_t old_size, uint64_t size,
		       struct merkle_path *path)
{
	uint64_t begin = 0;
	uint64_t end = size;
	enum err err = ERR_OK;

	path->n = 0;
	if (old_size > size || size > source_size(source))
		return ERR_NOT_FOUND;
	if (old_size == 0 || old_size == size)
		return ERR_OK;
	while (end != old_size && err == ERR_OK) {
		uint64_t middle = begin + largest_power_below(end - begin);

		if (old_size <= middle) {
			err = push(source, middle, end, path);
			end = middle;
		} else {
			err = push(source, begin, middle, path);
			begin = middle;
		}
	}
	if (err == ERR_OK && begin != 0)
		err = push(source, begin, end, path);
	turn_round(path);
	return err;
}
