/*
 * Promises that a whole copy, read from its files alone, is what its head was signed over.  Repairs
 * nothing.
 */
#include "journal/mirror_scan.h"

#include "base/file.h"
#include "journal/mirror.h"
#include "journal/mirror_index.h"
#include "journal/mirror_tree.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ATTEMPTS = 3 };

enum err
mirror_scan(const char *dir, const struct note_head *head,
	    void (*each)(void *context, uint64_t index, const struct hash *leaf), void *context)
{
	struct merkle_tree *tree = merkle_tree_new();
	struct hash row[TILE_WIDTH];
	struct hash root;
	enum err err = tree ? ERR_OK : ERR_NOMEM;

	for (uint64_t at = 0; err == ERR_OK && at < head->size; at += TILE_WIDTH) {
		struct tile tile = {.number = at / TILE_WIDTH};

		tile.width = tile_width(head->size, 0, tile.number);
		err = mirror_tree_read(dir, &tile, row);
		for (unsigned i = 0; i < tile.width && err == ERR_OK; i++) {
			each(context, at + i, &row[i]);
			err = merkle_tree_add(tree, &row[i]);
		}
	}
	if (err == ERR_NOT_FOUND)
		err = ERR_CORRUPT;
	if (err == ERR_OK) {
		root = merkle_tree_root(tree);
		err = hash_equal(&root, &head->root) ? ERR_OK : ERR_CORRUPT;
	}
	merkle_tree_free(tree);
	return err;
}

/* --- the whole verification */

struct verifying {
	char dir[FILE_PATH_MAX];
	const struct note_key *key;
	struct out checkpoint;
	struct note_head head;
	struct merkle_tree *tree;
	struct mirror_index *index;
	const struct mirror_point *point; /* the next one */
	size_t points;                    /* that are left */
	struct mirror_counts *counts;
	char *fault;
};

/* The first fault's place, behind the folder's name. */
static enum err
fault(struct verifying *verifying, const char *place, const char *what)
{
	const char *name = strstr(verifying->dir, "mirror/");

	(void)snprintf(verifying->fault, MIRROR_FAULT_MAX, "%.80s/%.100s %s",
		       name ? name : verifying->dir, place, what);
	return ERR_CORRUPT;
}

static enum err
read_checkpoint(const struct verifying *verifying, struct out *bytes)
{
	char path[FILE_PATH_MAX];
	enum err err = file_path(path, sizeof path, verifying->dir, "checkpoint");

	return err == ERR_OK ? file_read(path, bytes) : err;
}

static enum err
load_head(struct verifying *verifying)
{
	enum err err;

	out_reset(&verifying->checkpoint);
	err = read_checkpoint(verifying, &verifying->checkpoint);
	if (err == ERR_NOT_FOUND)
		return err;
	if (err == ERR_OK)
		err = note_head_open(out_view(&verifying->checkpoint), verifying->key,
				     &verifying->head);
	if (err == ERR_FORMAT || err == ERR_REFUSED || err == ERR_LIMIT ||
	    (err == ERR_OK && verifying->head.size > MIRROR_LEAVES_MAX))
		return fault(verifying, "checkpoint", "is not signed by the log's key");
	return err;
}

/* What a tile holds in its file, or in that of the whole tile. */
static enum err
read_tile(struct verifying *verifying, const struct tile *tile, struct hash row[TILE_WIDTH])
{
	char path[TILE_PATH_MAX];
	enum err err = mirror_tree_read(verifying->dir, tile, row);

	verifying->counts->files += err == ERR_OK;
	tile_path(tile, path);
	return err == ERR_NOT_FOUND ? fault(verifying, path, "is missing or broken") : err;
}

static enum err
check_index(struct verifying *verifying, uint64_t at, const struct hash *row, unsigned n)
{
	for (unsigned i = 0; i < n; i++) {
		uint64_t found;
		enum err err = mirror_index_get(verifying->index, &row[i], &found);

		/* of two equal leaves one position is held */
		if (err == ERR_OK && found != at + i && found >= verifying->head.size)
			err = ERR_CORRUPT;
		if (err == ERR_NOT_FOUND || err == ERR_CORRUPT)
			return fault(verifying, "mirror.db", "does not have each leaf where it is");
		if (err != ERR_OK)
			return err;
	}
	return ERR_OK;
}

/* The heads that are known of the tree as it is now. */
static enum err
check_points(struct verifying *verifying)
{
	uint64_t size = merkle_tree_size(verifying->tree);
	struct hash root;

	for (; verifying->points && verifying->point->size <= size;
	     verifying->points--, verifying->point++) {
		char what[80];

		root = merkle_tree_root(verifying->tree);
		verifying->counts->points++;
		if (hash_equal(&root, &verifying->point->root))
			continue;
		(void)snprintf(what, sizeof what,
			       "has another root at %llu leaves than a head that is held",
			       (unsigned long long)size);
		return fault(verifying, "checkpoint", what);
	}
	return ERR_OK;
}

static enum err
check_leaves(struct verifying *verifying, uint64_t at)
{
	struct tile tile = {.number = at / TILE_WIDTH};
	struct hash entries[TILE_WIDTH];
	struct hash row[TILE_WIDTH];
	char path[TILE_PATH_MAX];
	enum err err;

	tile.width = tile_width(verifying->head.size, 0, tile.number);
	err = read_tile(verifying, &tile, row);
	tile_path(&tile, path);
	tile.is_entries = true;
	if (err == ERR_OK)
		err = read_tile(verifying, &tile, entries);
	if (err == ERR_OK && memcmp(entries, row, tile.width * sizeof *row) != 0)
		err = fault(verifying, path, "does not match its entries");
	if (err == ERR_OK)
		err = check_index(verifying, at, row, tile.width);
	for (unsigned i = 0; i < tile.width && err == ERR_OK; i++) {
		err = merkle_tree_add(verifying->tree, &row[i]);
		if (err == ERR_OK)
			err = check_points(verifying);
	}
	verifying->counts->leaves += tile.width;
	return err;
}

static enum err
check_level(struct verifying *verifying, unsigned level)
{
	uint64_t count = tile_count(verifying->head.size, level);
	struct hash row[TILE_WIDTH];
	struct hash due;
	char path[TILE_PATH_MAX];
	enum err err = ERR_OK;

	for (uint64_t at = 0; at < count && err == ERR_OK; at += TILE_WIDTH) {
		struct tile tile = {.level = level, .number = at / TILE_WIDTH};

		tile.width = tile_width(verifying->head.size, level, tile.number);
		tile_path(&tile, path);
		err = read_tile(verifying, &tile, row);
		for (unsigned i = 0; i < tile.width && err == ERR_OK; i++)
			if (!merkle_tree_at(verifying->tree, level, at + i, &due) ||
			    !hash_equal(&due, &row[i]))
				err = fault(verifying, path, "does not match the leaves");
	}
	return err;
}

static enum err
check_files(struct verifying *verifying)
{
	struct hash root;
	enum err err = ERR_OK;

	merkle_tree_free(verifying->tree);
	verifying->tree = merkle_tree_new();
	if (!verifying->tree)
		return ERR_NOMEM;
	for (uint64_t at = 0; at < verifying->head.size && err == ERR_OK; at += TILE_WIDTH)
		err = check_leaves(verifying, at);
	root = merkle_tree_root(verifying->tree);
	if (err == ERR_OK && !hash_equal(&root, &verifying->head.root))
		err = fault(verifying, "tile/entries", "does not hash up to the checkpoint");
	for (unsigned level = 1; level < MERKLE_LEVELS && err == ERR_OK; level++)
		err = check_level(verifying, level);
	return err;
}

/* A running station changes its copy: a fault counts when the head is still the one it began with.
 */
static bool
has_moved(struct verifying *verifying)
{
	struct out now = out_new(NOTE_MAX);
	bool is_same = read_checkpoint(verifying, &now) == ERR_OK &&
		       span_equal(out_view(&now), out_view(&verifying->checkpoint));

	out_free(&now);
	return !is_same;
}

static enum err
check_until_still(struct verifying *verifying, const struct mirror_point *points, size_t n)
{
	enum err err = ERR_OK;

	for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
		verifying->point = points;
		verifying->points = n;
		memset(verifying->counts, 0, sizeof *verifying->counts);
		verifying->fault[0] = '\0';
		err = load_head(verifying);
		if (err == ERR_OK)
			err = check_files(verifying);
		if (err != ERR_CORRUPT || !has_moved(verifying))
			break;
	}
	return err;
}

enum err
mirror_verify(const char *home, const struct note_key *key, const struct mirror_point *points,
	      size_t n, struct mirror_counts *counts, char first_fault[MIRROR_FAULT_MAX])
{
	struct verifying verifying = {
	    .key = key, .checkpoint = out_new(NOTE_MAX), .counts = counts, .fault = first_fault};
	enum err err = mirror_dir(verifying.dir, sizeof verifying.dir, home, span_of(key->name));

	memset(counts, 0, sizeof *counts);
	first_fault[0] = '\0';
	/* before the first head there is nothing to verify */
	if (err == ERR_OK)
		err = load_head(&verifying);
	if (err == ERR_OK) {
		err = mirror_index_view(verifying.dir, &verifying.index);
		if (err == ERR_NOT_FOUND || err == ERR_CORRUPT || err == ERR_INTERNAL)
			err = fault(&verifying, "mirror.db", "is missing or broken");
	}
	if (err == ERR_OK)
		err = check_until_still(&verifying, points, n);
	merkle_tree_free(verifying.tree);
	mirror_index_close(verifying.index);
	out_free(&verifying.checkpoint);
	return err == ERR_NOT_FOUND ? ERR_OK : err;
}

static int
is_copy(const struct dirent *entry)
{
	return strlen(entry->d_name) == 64;
}

enum err
mirror_each(const char *home, bool (*each)(void *context, struct span origin), void *context)
{
	char folder[FILE_PATH_MAX];
	char path[FILE_PATH_MAX];
	char name[80];
	struct dirent **names = NULL;
	bool goes_on = true;
	enum err err = file_path(folder, sizeof folder, home, "mirror");
	int n = err == ERR_OK ? scandir(folder, &names, is_copy, alphasort) : -1;

	for (int i = 0; i < n; i++) {
		struct out bytes = out_new(NOTE_MAX);
		struct span rest;
		struct span origin;

		(void)snprintf(name, sizeof name, "%.64s/checkpoint", names[i]->d_name);
		if (goes_on && file_path(path, sizeof path, folder, name) == ERR_OK &&
		    file_read(path, &bytes) == ERR_OK) {
			rest = out_view(&bytes);
			if (span_split(&rest, '\n', &origin))
				goes_on = each(context, origin);
		}
		out_free(&bytes);
		free(names[i]);
	}
	free(names);
	return err;
}
