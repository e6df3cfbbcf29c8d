/*
 * Promises that a copy grows from one verified head to the next and in no other way.  Fetches
 * nothing itself: it says what it needs and takes what came.
 */
#include "journal/mirror_inside.h"

#include "journal/fork.h"
#include "journal/tilefile.h"

#include <string.h>

enum { PORTION = 16, COMMIT_TILES = 64 };

static void
leave(struct mirror *mirror)
{
	mirror->phase = PHASE_NONE;
	mirror->is_asking = false;
	mirror_tree_free(mirror->tree);
	mirror->tree = NULL;
	mirror_clear_head(&mirror->aim);
	mirror_clear_head(&mirror->seen);
}

static enum err
enter(struct mirror *mirror, enum phase phase, const struct note_head *head)
{
	mirror->tree = mirror_tree_new(mirror->dir, head);
	if (!mirror->tree)
		return ERR_NOMEM;
	mirror->phase = phase;
	mirror->wrong = 0;
	return phase == PHASE_COMPARE ? mirror_tree_keep(mirror->tree) : ERR_OK;
}

static enum err
choose(struct mirror *mirror, bool *is_idle)
{
	struct shown *shown = mirror_largest(mirror);
	enum err err;

	*is_idle = false;
	if (shown->head.size > mirror->at.head.size) {
		err = enter(mirror, PHASE_PREFIX, &shown->head);
		if (err == ERR_OK)
			mirror_move_head(&mirror->aim, shown);
		return err;
	}
	if (mirror->from_start && mirror->at.head.size) {
		err = enter(mirror, PHASE_PREFIX, &mirror->at.head);
		return err == ERR_OK ? mirror_read_head(&mirror->key, out_view(&mirror->at.note),
							&mirror->aim)
				     : err;
	}
	if (!shown->head.size)
		shown = mirror_reached(mirror);
	if (shown->head.size && shown->head.size <= mirror->at.head.size) {
		err = enter(mirror, PHASE_COMPARE, &mirror->at.head);
		if (err == ERR_OK)
			mirror_move_head(&mirror->seen, shown);
		return err;
	}
	*is_idle = true;
	return ERR_OK;
}

static enum err
check_prefix(struct mirror *mirror)
{
	struct merkle_source source = mirror_tree_source(mirror->tree);
	enum err err = ERR_OK;

	if (mirror->at.head.size)
		err = merkle_root_at(&source, mirror->at.head.size, &mirror->prefix);
	if (err != ERR_OK)
		return err;
	if (mirror->at.head.size && !hash_equal(&mirror->prefix, &mirror->at.head.root)) {
		mirror->phase = PHASE_PROOF;
		return ERR_OK;
	}
	err = mirror_tree_keep(mirror->tree);
	if (err != ERR_OK)
		return err;
	mirror->phase = PHASE_WALK;
	mirror->next = mirror->from_start ? 0 : mirror->at.head.size / TILE_WIDTH;
	return ERR_OK;
}

static enum err
compare(struct mirror *mirror)
{
	struct merkle_source source = mirror_tree_source(mirror->tree);
	enum err err = merkle_root_at(&source, mirror->seen.head.size, &mirror->prefix);

	if (err != ERR_OK)
		return err;
	if (hash_equal(&mirror->prefix, &mirror->seen.head.root))
		leave(mirror);
	else
		mirror->phase = PHASE_PROOF;
	return ERR_OK;
}

/* The smaller head is the one held, unless a smaller one was compared with it. */
static enum err
prove_fork(struct mirror *mirror, struct fork *fork)
{
	struct merkle_source source = mirror_tree_source(mirror->tree);
	bool is_compared = mirror->seen.head.size > 0;
	const struct shown *small = is_compared ? &mirror->seen : &mirror->at;
	const struct shown *large = is_compared ? &mirror->at : &mirror->aim;
	struct merkle_path path;
	enum err err;

	if (small->head.size == large->head.size) {
		err = fork_of_one_size(fork, &mirror->key, out_view(&small->note),
				       out_view(&large->note));
	} else {
		err = merkle_prove_extension(&source, small->head.size, large->head.size, &path);
		if (err == ERR_OK)
			err = fork_of_two_sizes(fork, &mirror->key, out_view(&small->note),
						out_view(&large->note), &mirror->prefix, &path);
	}
	if (err == ERR_OK)
		leave(mirror);
	return err == ERR_REFUSED ? ERR_INTERNAL : err;
}

/* The hashes of the tile's leaves beside its entries, and where each lies. */
static enum err
store_leaves(struct mirror *mirror, const struct hash *leaves, unsigned n)
{
	struct tile tile = {.level = 0, .number = mirror->next, .width = n};
	struct hash found[TILE_WIDTH];
	struct span body = span_make(leaves, (size_t)n * HASH_SIZE);
	enum err err = mirror_tree_read(mirror->dir, &tile, found);

	if (err == ERR_NOT_FOUND || (err == ERR_OK && memcmp(found, leaves, body.n) != 0)) {
		/* a whole tile that is wrong would be read in the place of its part */
		struct tile whole = {.level = 0, .number = mirror->next, .width = TILE_WIDTH};

		tilefile_drop(mirror->dir, &whole);
		err = tilefile_put(mirror->dir, &tile, body, false);
	}
	for (uint64_t i = 0; i < n && err == ERR_OK; i++)
		if (mirror->next * TILE_WIDTH + i >= mirror_index_size(mirror->index))
			err = mirror_index_put(mirror->index, &leaves[i],
					       mirror->next * TILE_WIDTH + i);
	return err;
}

/* What was the last tile of a level may be whole now, or wider. */
static void
drop_parts_of(const struct mirror *mirror, unsigned level, uint64_t number)
{
	struct tile tile = {.level = level,
			    .number = number,
			    .width = tile_width(mirror->at.head.size, level, number)};

	for (int is_entries = 0; is_entries <= (level == 0 ? 1 : 0); is_entries++) {
		tile.is_entries = is_entries != 0;
		if (tile.width)
			tilefile_drop_partials(mirror->dir, &tile);
	}
}

static void
drop_old_parts(const struct mirror *mirror, uint64_t old_size)
{
	for (unsigned level = 0; level < MERKLE_LEVELS; level++) {
		uint64_t old = tile_count(old_size, level) / TILE_WIDTH;
		uint64_t now = tile_count(mirror->at.head.size, level) / TILE_WIDTH;

		drop_parts_of(mirror, level, now);
		if (old != now)
			drop_parts_of(mirror, level, old);
	}
}

/* Nothing waits for the disk: what a power cut takes can be had again, and opening looks for it. */
static enum err
finish(struct mirror *mirror, bool *is_new)
{
	uint64_t old_size = mirror->at.head.size;
	enum err err = mirror_index_commit(mirror->index, mirror->aim.head.size);

	*is_new = mirror->aim.head.size > old_size;
	if (err == ERR_OK)
		err = tilefile_put_named(mirror->dir, "checkpoint", out_view(&mirror->aim.note));
	if (err != ERR_OK)
		return err;
	mirror_move_head(&mirror->at, &mirror->aim);
	mirror->from_start = false;
	leave(mirror);
	drop_old_parts(mirror, old_size);
	return ERR_OK;
}

static enum err
walk(struct mirror *mirror, enum mirror_result *result)
{
	const struct hash *leaves;
	unsigned n;
	bool is_new;
	enum err err;

	if (mirror->next * TILE_WIDTH >= mirror->aim.head.size) {
		err = finish(mirror, &is_new);
		if (err == ERR_OK && is_new)
			*result = MIRROR_DONE;
		return err;
	}
	err = mirror_tree_leaves(mirror->tree, mirror->next, &leaves, &n);
	if (err == ERR_OK)
		err = store_leaves(mirror, leaves, n);
	if (err == ERR_OK && ++mirror->next % COMMIT_TILES == 0)
		err = mirror_index_commit(mirror->index, mirror_index_size(mirror->index));
	return err;
}

/* One piece of work; *result stays MIRROR_AGAIN while there is more. */
static enum err
step(struct mirror *mirror, enum mirror_result *result, struct fork *fork)
{
	bool is_idle;
	enum err err = ERR_OK;

	switch (mirror->phase) {
	case PHASE_NONE:
		err = choose(mirror, &is_idle);
		if (err == ERR_OK && is_idle)
			*result = MIRROR_IDLE;
		return err;
	case PHASE_PREFIX:
		return check_prefix(mirror);
	case PHASE_WALK:
		return walk(mirror, result);
	case PHASE_COMPARE:
		return compare(mirror);
	case PHASE_PROOF:
		err = prove_fork(mirror, fork);
		if (err == ERR_OK)
			*result = MIRROR_FORKED;
		return err;
	}
	return ERR_INTERNAL;
}

enum err
mirror_next(struct mirror *mirror, enum mirror_result *result, char path[MIRROR_PATH_MAX],
	    struct fork *fork)
{
	enum err err = mirror->is_reader ? ERR_REFUSED : ERR_OK;

	*result = MIRROR_AGAIN;
	path[0] = '\0';
	mirror->is_asking = false;
	for (int i = 0; i < PORTION && err == ERR_OK && *result == MIRROR_AGAIN; i++)
		err = step(mirror, result, fork);
	if (err == ERR_BUSY) {
		struct tile tile = mirror_tree_need(mirror->tree);

		tile_path(&tile, path);
		mirror->is_asking = true;
		*result = MIRROR_ASK;
		return ERR_OK;
	}
	/* what was taken as right before does not fit any more: files changed under us */
	if (err == ERR_REFUSED && !mirror->is_reader) {
		*result = MIRROR_AGAIN;
		return ERR_OK;
	}
	return err;
}

/* --- what came */

/* Of the copy itself something is lost that its station has no more: the next head brings it.  A
 * head that cannot be had now may be of another history: it is compared when the copy reaches it.
 */
static void
give_up(struct mirror *mirror)
{
	bool is_compared = mirror->seen.head.size > 0;

	if (mirror->aim.head.size > mirror->at.head.size)
		mirror_miss_head(mirror, &mirror->aim);
	else if (mirror->seen.head.size)
		mirror_miss_head(mirror, &mirror->seen);
	if (mirror->phase == PHASE_COMPARE || is_compared)
		mirror->from_start = true;
	leave(mirror);
}

static bool
is_asked(const struct mirror *mirror, struct span path)
{
	char asked[TILE_PATH_MAX];
	struct tile tile;

	if (!mirror->is_asking)
		return false;
	tile = mirror_tree_need(mirror->tree);
	tile_path(&tile, asked);
	return span_is(path, asked);
}

enum err
mirror_give(struct mirror *mirror, struct span path, int status, struct span bytes,
	    enum mirror_result *result)
{
	enum err err;

	*result = MIRROR_STRANGE;
	if (!is_asked(mirror, path))
		return ERR_OK;
	*result = MIRROR_TAKEN;
	if (status != 200) {
		if (mirror_tree_turn(mirror->tree))
			return ERR_OK;
		*result = MIRROR_GONE;
		give_up(mirror);
		return ERR_OK;
	}
	err = mirror_tree_take(mirror->tree, bytes);
	if (err != ERR_REFUSED)
		return err;
	*result = MIRROR_WRONG;
	if (++mirror->wrong == WRONG_MAX)
		give_up(mirror);
	return ERR_OK;
}

void
mirror_recheck(struct mirror *mirror)
{
	mirror->from_start = true;
	mirror_index_forget(mirror->index);
	if (mirror->phase == PHASE_WALK)
		mirror->next = 0;
}
