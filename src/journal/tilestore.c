/*
 * Promises that log/EPOCH holds exactly the tiles and bundles that the leaf table implies.
 */
#include "journal/tilestore.h"

#include "journal/journal.h"
#include "journal/tilefile.h"

enum {
	BODY_MAX = TILE_WIDTH * (JOURNAL_ENTRY_SIZE + 2),
	MANY_LEAVES = 4 * TILE_WIDTH /* from here on one sync of the file system is cheaper */
};

static enum err
leaves_body(const struct tilestore *store, const struct tile *tile, struct out *body)
{
	sqlite3_stmt *statement;
	uint64_t first = tile->number * TILE_WIDTH;
	unsigned n = 0;
	bool has_row;
	enum err err = db_prepare(store->db,
				  "SELECT entry, hash FROM leaf WHERE epoch = ?1 AND idx >= ?2 "
				  "AND idx < ?3 ORDER BY idx",
				  &statement);

	if (err != ERR_OK)
		return err;
	db_bind_int(statement, 1, store->epoch);
	db_bind_int(statement, 2, (int64_t)first);
	db_bind_int(statement, 3, (int64_t)(first + tile->width));
	while ((err = db_step(statement, &has_row)) == ERR_OK && has_row) {
		n++;
		if (tile->is_entries)
			tile_write_entry(body, db_blob(statement, 0));
		else
			out_span(body, db_blob(statement, 1));
	}
	(void)sqlite3_finalize(statement);
	if (err == ERR_OK && n != tile->width)
		err = ERR_NOT_FOUND;
	return err == ERR_OK ? out_err(body) : err;
}

enum err
tilestore_body(const struct tilestore *store, const struct tile *tile, struct out *body)
{
	struct hash hash;

	if (tile->level == 0)
		return leaves_body(store, tile, body);
	for (unsigned i = 0; i < tile->width; i++) {
		if (!merkle_tree_at(store->tree, tile->level, tile->number * TILE_WIDTH + i, &hash))
			return ERR_NOT_FOUND;
		out_bytes(body, hash.b, HASH_SIZE);
	}
	return out_err(body);
}

static enum err
write_tile(const struct tilestore *store, const struct tile *tile, bool is_synced)
{
	struct out body = out_new(BODY_MAX);
	enum err err = tilestore_body(store, tile, &body);

	if (err == ERR_OK)
		err = tilefile_put(store->dir, tile, out_view(&body), is_synced);
	if (err == ERR_OK && tile->width == TILE_WIDTH)
		tilefile_drop_partials(store->dir, tile);
	out_free(&body);
	return err;
}

/* Both forms of level 0: the hashes and the entries. */
static enum err
each_form(struct tile tile, enum err (*each)(void *context, const struct tile *tile), void *context)
{
	enum err err = each(context, &tile);

	if (err != ERR_OK || tile.level != 0)
		return err;
	tile.is_entries = true;
	return each(context, &tile);
}

static enum err
each_between(uint64_t old_size, uint64_t size,
	     enum err (*each)(void *context, const struct tile *tile), void *context)
{
	enum err err = ERR_OK;

	for (unsigned level = 0; level < MERKLE_LEVELS && err == ERR_OK; level++) {
		uint64_t number = tile_count(old_size, level) / TILE_WIDTH;

		for (; err == ERR_OK; number++) {
			struct tile tile = {false, level, number, tile_width(size, level, number)};

			if (tile.width == 0)
				break;
			if (tile.width != tile_width(old_size, level, number))
				err = each_form(tile, each, context);
		}
	}
	return err;
}

struct growth {
	const struct tilestore *store;
	bool is_large;
};

static enum err
write_each(void *context, const struct tile *tile)
{
	const struct growth *growth = context;

	return write_tile(growth->store, tile, !growth->is_large);
}

enum err
tilestore_grow(const struct tilestore *store, uint64_t old_size, uint64_t size)
{
	struct growth growth = {store, size - old_size > MANY_LEAVES};
	enum err err = each_between(old_size, size, write_each, &growth);

	return err == ERR_OK && growth.is_large ? tilefile_sync(store->dir) : err;
}

enum err
tilestore_each(uint64_t size, enum err (*each)(void *context, const struct tile *tile),
	       void *context)
{
	return each_between(0, size, each, context);
}

enum err
tilestore_check(const struct tilestore *store, const struct tile *tile)
{
	struct out body = out_new(BODY_MAX);
	struct out found = out_new(BODY_MAX);
	enum err err = tilefile_get(store->dir, tile, &found);

	if (err == ERR_LIMIT)
		err = ERR_CORRUPT;
	if (err == ERR_OK)
		err = tilestore_body(store, tile, &body);
	if (err == ERR_OK && !span_equal(out_view(&body), out_view(&found)))
		err = ERR_CORRUPT;
	out_free(&found);
	out_free(&body);
	return err;
}

struct repair {
	struct tilestore store;
	uint64_t n;
};

static enum err
repair_each(void *context, const struct tile *tile)
{
	struct repair *repair = context;
	enum err err = tilestore_check(&repair->store, tile);

	if (err != ERR_NOT_FOUND && err != ERR_CORRUPT)
		return err;
	repair->n++;
	return write_tile(&repair->store, tile, false);
}

enum err
tilestore_repair(const struct tilestore *store, uint64_t size, uint64_t *repairs)
{
	struct repair repair = {*store, 0};
	enum err err = tilestore_each(size, repair_each, &repair);

	*repairs += repair.n;
	if (err == ERR_OK && repair.n)
		err = tilefile_sync(store->dir);
	return err;
}
