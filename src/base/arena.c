/*
 * Promises bump allocation in blocks under one ceiling.
 */
#include "base/arena.h"

#include <stdalign.h>
#include <stdlib.h>
#include <string.h>

/* What a reset keeps for the next message, at most: a batch would else fetch and clear the same
 * pages each time. */
enum { BLOCK = 65536, KEPT_MAX = 16 << 20, ALIGN = alignof(max_align_t) };

struct block {
	struct block *next;
	size_t used;
	size_t size;
	alignas(max_align_t) char bytes[];
};

struct arena {
	struct block *blocks; /* newest first */
	struct block *spare;  /* cleared, each of size BLOCK … */
	size_t kept;          /* … and how much that is */
	size_t taken;
	size_t limit;
};

static struct block *
block_new(struct block *next, size_t size)
{
	struct block *block = calloc(1, sizeof *block + size);

	if (block) {
		block->next = next;
		block->size = size;
	}
	return block;
}

struct arena *
arena_new(size_t limit)
{
	struct arena *arena = calloc(1, sizeof *arena);

	if (arena)
		arena->limit = limit;
	return arena;
}

static void
free_blocks(struct block *block)
{
	while (block) {
		struct block *next = block->next;

		free(block);
		block = next;
	}
}

void
arena_free(struct arena *arena)
{
	if (!arena)
		return;
	free_blocks(arena->blocks);
	free_blocks(arena->spare);
	free(arena);
}

/* Gives back the blocks that are newer than this one. */
static void
drop_blocks(struct arena *arena, const struct block *last)
{
	while (arena->blocks != last) {
		struct block *block = arena->blocks;

		arena->blocks = block->next;
		if (block->size != BLOCK || arena->kept + BLOCK > KEPT_MAX) {
			free(block);
			continue;
		}
		memset(block->bytes, 0, block->used);
		block->used = 0;
		block->next = arena->spare;
		arena->spare = block;
		arena->kept += BLOCK;
	}
}

void
arena_reset(struct arena *arena)
{
	drop_blocks(arena, NULL);
	arena->taken = 0;
}

struct arena_mark
arena_mark(const struct arena *arena)
{
	return (struct arena_mark){arena->blocks, arena->blocks ? arena->blocks->used : 0,
				   arena->taken};
}

void
arena_back(struct arena *arena, struct arena_mark mark)
{
	struct block *block;

	drop_blocks(arena, mark.block);
	block = arena->blocks;
	if (block) {
		memset(block->bytes + mark.used, 0, block->used - mark.used);
		block->used = mark.used;
	}
	arena->taken = mark.taken;
}

static struct block *
next_block(struct arena *arena, size_t n)
{
	struct block *block = arena->spare;

	if (n > BLOCK || !block)
		return block_new(arena->blocks, n > BLOCK ? n : BLOCK);
	arena->spare = block->next;
	arena->kept -= BLOCK;
	block->next = arena->blocks;
	return block;
}

void *
arena_take(struct arena *arena, size_t n)
{
	struct block *block = arena->blocks;
	void *taken;

	if (n > arena->limit - arena->taken || n > SIZE_MAX - BLOCK)
		return NULL;
	n = (n + ALIGN - 1) / ALIGN * ALIGN;
	if (!block || n > block->size - block->used) {
		block = next_block(arena, n);
		if (!block)
			return NULL;
		arena->blocks = block;
	}
	taken = block->bytes + block->used;
	block->used += n;
	arena->taken = n > arena->limit - arena->taken ? arena->limit : arena->taken + n;
	return taken;
}

void *
arena_array(struct arena *arena, size_t count, size_t size)
{
	size_t n;

	if (__builtin_mul_overflow(count, size, &n))
		return NULL;
	return arena_take(arena, n);
}

struct span
arena_copy(struct arena *arena, struct span bytes)
{
	char *copy = bytes.n < SIZE_MAX ? arena_take(arena, bytes.n + 1) : NULL;

	if (!copy)
		return (struct span){NULL, 0};
	if (bytes.n)
		memcpy(copy, bytes.p, bytes.n);
	return (struct span){copy, bytes.n};
}
