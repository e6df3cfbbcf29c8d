/*
 * Promises bounded reading: no call reads past the end, and one failure taints the whole reading.
 */
#include "base/cursor.h"

#include <string.h>

struct cursor
cursor_over(struct span bytes)
{
	return (struct cursor){(const unsigned char *)bytes.p, bytes.n, false};
}

struct span
cursor_bytes(struct cursor *cursor, size_t n)
{
	struct span taken;

	if (cursor->is_failed || n > cursor->left) {
		cursor->is_failed = true;
		return (struct span){NULL, 0};
	}
	taken = span_make(cursor->at, n);
	if (n) {
		cursor->at += n;
		cursor->left -= n;
	}
	return taken;
}

static uint64_t
big_endian(struct cursor *cursor, size_t n)
{
	struct span bytes = cursor_bytes(cursor, n);
	uint64_t value = 0;

	for (size_t i = 0; i < bytes.n; i++)
		value = value << 8 | (unsigned char)bytes.p[i];
	return value;
}

uint8_t
cursor_u8(struct cursor *cursor)
{
	return (uint8_t)big_endian(cursor, 1);
}

uint16_t
cursor_u16(struct cursor *cursor)
{
	return (uint16_t)big_endian(cursor, 2);
}

uint32_t
cursor_u32(struct cursor *cursor)
{
	return (uint32_t)big_endian(cursor, 4);
}

uint64_t
cursor_u64(struct cursor *cursor)
{
	return big_endian(cursor, 8);
}

int32_t
cursor_i32(struct cursor *cursor)
{
	return (int32_t)cursor_u32(cursor);
}

int64_t
cursor_i64(struct cursor *cursor)
{
	return (int64_t)cursor_u64(cursor);
}

bool
cursor_flag(struct cursor *cursor)
{
	uint8_t byte = cursor_u8(cursor);

	if (byte > 1)
		cursor->is_failed = true;
	return byte == 1;
}

struct span
cursor_span(struct cursor *cursor, size_t limit)
{
	uint32_t n = cursor_u32(cursor);

	if (n > limit)
		cursor->is_failed = true;
	return cursor_bytes(cursor, n);
}

void
cursor_text(struct cursor *cursor, char *dst, size_t size)
{
	struct span text = cursor_span(cursor, size - 1);

	if (cursor->is_failed || span_find(text, '\0') >= 0 || !span_copy(dst, size, text)) {
		cursor->is_failed = true;
		dst[0] = '\0';
	}
}

unsigned
cursor_code(struct cursor *cursor, unsigned count)
{
	unsigned code = cursor_u16(cursor);

	if (code >= count) {
		cursor->is_failed = true;
		return 0;
	}
	return code;
}

bool
cursor_is_done(const struct cursor *cursor)
{
	return !cursor->is_failed && cursor->left == 0;
}
