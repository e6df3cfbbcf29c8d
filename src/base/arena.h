#ifndef SEAM_BASE_ARENA_H
#define SEAM_BASE_ARENA_H

#include "base/span.h"

/*
 * Memory for one message or request: given back all at once, never grown past its limit.
 * A refused allocation fails the message, not the process.
 */
struct arena;

/* NULL when there is no memory. */
struct arena *arena_new(size_t limit);
void arena_free(struct arena *arena);

/* Forgets everything handed out; keeps one block for the next message. */
void arena_reset(struct arena *arena);

/* Gives back what was taken since the mark, cleared.  Marks nest; a reset ends them all. */
struct arena_mark {
	const void *block;
	size_t used, taken;
};
struct arena_mark arena_mark(const struct arena *arena);
void arena_back(struct arena *arena, struct arena_mark mark);

/* n zeroed bytes, aligned for any type; NULL at the limit or without memory. */
void *arena_take(struct arena *arena, size_t n);

/* count * size zeroed bytes; NULL also when the product overflows. */
void *arena_array(struct arena *arena, size_t count, size_t size);

/* A copy with a NUL behind it; {NULL, 0} when it could not be made. */
struct span arena_copy(struct arena *arena, struct span bytes);

#endif
