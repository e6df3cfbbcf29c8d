/*
 * Promises bump allocation in blocks under one ceiling.
 */
#include "base/arena.h"

#include <stdalign.h>
#include <stdlib.h>
#include <string.h>

enum { BLOCK = 16384, ALIGN = alignof(max_align_t) };

struct block {
	struct block *next;
	size_t used;
	size_t size;
	alignas(max_align_t) char bytes[];
};

struct arena {
	struct block *blocks; /* newest first */
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
	free(arena);
}

void
arena_reset(struct arena *arena)
{
	struct block *kept = arena->blocks;

	arena->taken = 0;
	if (!kept)
		return;
	free_blocks(kept->next);
	kept->next = NULL;
	memset(kept->bytes, 0, kept->used);
	kept->used = 0;
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
		block = block_new(arena->blocks, n > BLOCK ? n : BLOCK);
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
