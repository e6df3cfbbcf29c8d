/*
 * Promises a set of row numbers and a map to them: open addressing, never more than half full.
 */
#include "picture/picture_store.h"

#include <stdlib.h>

static size_t
slot_of(const struct picture_set *set, int64_t n)
{
	/* Fibonacci hashing: row numbers come in runs. */
	uint64_t mixed = (uint64_t)n * 0x9e3779b97f4a7c15U;
	size_t at = (size_t)(mixed >> 20) & (set->size - 1);

	while (set->n[at] != 0 && set->n[at] != n)
		at = (at + 1) & (set->size - 1);
	return at;
}

static enum err
grow(struct picture_set *set)
{
	struct picture_set more = {.size = set->size ? 2 * set->size : 64};

	more.n = calloc(more.size, sizeof *more.n);
	if (!more.n)
		return ERR_NOMEM;
	for (size_t i = 0; i < set->size; i++)
		if (set->n[i])
			more.n[slot_of(&more, set->n[i])] = set->n[i];
	more.count = set->count;
	free(set->n);
	*set = more;
	return ERR_OK;
}

enum err
picture_set_add(struct picture_set *set, int64_t n, bool *is_new)
{
	size_t at;

	*is_new = false;
	if (2 * set->count >= set->size) {
		enum err err = grow(set);

		if (err != ERR_OK)
			return err;
	}
	at = slot_of(set, n);
	*is_new = set->n[at] == 0;
	set->count += *is_new;
	set->n[at] = n;
	return ERR_OK;
}

bool
picture_set_has(const struct picture_set *set, int64_t n)
{
	return set->size > 0 && set->n[slot_of(set, n)] == n;
}

void
picture_set_free(struct picture_set *set)
{
	free(set->n);
	*set = (struct picture_set){0};
}

static size_t
place_of(const struct picture_map *map, uint64_t key)
{
	size_t at = (size_t)key & (map->size - 1);

	while (map->slots[at].n != 0 && map->slots[at].key != key)
		at = (at + 1) & (map->size - 1);
	return at;
}

enum err
picture_map_add(struct picture_map *map, uint64_t key, int64_t n)
{
	size_t at;

	if (2 * map->count >= map->size) {
		struct picture_map more = {.size = map->size ? 2 * map->size : 64};

		more.slots = calloc(more.size, sizeof *more.slots);
		if (!more.slots)
			return ERR_NOMEM;
		for (size_t i = 0; i < map->size; i++)
			if (map->slots[i].n)
				more.slots[place_of(&more, map->slots[i].key)] = map->slots[i];
		more.count = map->count;
		free(map->slots);
		*map = more;
	}
	at = place_of(map, key);
	if (map->slots[at].n == 0) {
		map->slots[at] = (struct picture_slot){key, n};
		map->count++;
	}
	return ERR_OK;
}

int64_t
picture_map_get(const struct picture_map *map, uint64_t key)
{
	return map->size ? map->slots[place_of(map, key)].n : 0;
}

void
picture_map_free(struct picture_map *map)
{
	free(map->slots);
	*map = (struct picture_map){0};
}
