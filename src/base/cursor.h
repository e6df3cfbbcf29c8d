#ifndef SEAM_BASE_CURSOR_H
#define SEAM_BASE_CURSOR_H

#include "base/span.h"

/*
 * Reads foreign bytes front to back.  A cursor that overran stays failed and yields zeroes; the
 * caller checks once at the end with cursor_is_done(), which also requires that every byte was
 * consumed.
 */
struct cursor {
	const unsigned char *at;
	size_t left;
	bool is_failed;
};

struct cursor cursor_over(struct span bytes);
uint8_t cursor_u8(struct cursor *cursor);
uint16_t cursor_u16(struct cursor *cursor); /* all integers are big-endian */
uint32_t cursor_u32(struct cursor *cursor);
uint64_t cursor_u64(struct cursor *cursor);
int32_t cursor_i32(struct cursor *cursor);
int64_t cursor_i64(struct cursor *cursor);
bool cursor_flag(struct cursor *cursor); /* one byte, 0 or 1, anything else fails */

/* n bytes, borrowed from the cursor's source. */
struct span cursor_bytes(struct cursor *cursor, size_t n);

/* A u32 length, then that many bytes; a length above `limit` fails the cursor. */
struct span cursor_span(struct cursor *cursor, size_t limit);

/* As cursor_span, copied into dst with its NUL; a NUL inside or too long a text fails the cursor.
 */
void cursor_text(struct cursor *cursor, char *dst, size_t size);

/* A u16 that must be below `count`. */
unsigned cursor_code(struct cursor *cursor, unsigned count);

/* True when nothing overran and nothing is left over. */
bool cursor_is_done(const struct cursor *cursor);

#endif
