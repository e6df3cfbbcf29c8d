#ifndef SEAM_BASE_OUT_H
#define SEAM_BASE_OUT_H

#include "base/err.h"
#include "base/span.h"

/*
 * A growing writer with a ceiling.  The first failure (no memory, ceiling reached) sticks: later
 * writes do nothing and out_err() tells.  Bytes are always followed by a NUL that is not counted.
 */
struct out {
	char *p;
	size_t n;
	size_t size;
	size_t limit;
	enum err err;
};

/* An empty writer that may grow to `limit` bytes; allocates on first use. */
struct out out_new(size_t limit);

/* Gives the memory back; the writer is empty and usable again. */
void out_free(struct out *out);

/* Empties it, keeps the memory, forgets a failure. */
void out_reset(struct out *out);

void out_bytes(struct out *out, const void *bytes, size_t n);
void out_span(struct out *out, struct span span);
void out_text(struct out *out, const char *text);
void out_char(struct out *out, char c);
void out_int(struct out *out, int64_t value);
void out_format(struct out *out, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Big-endian, the counterparts of cursor_*. */
void out_u8(struct out *out, uint8_t value);
void out_u16(struct out *out, uint16_t value);
void out_u32(struct out *out, uint32_t value);
void out_u64(struct out *out, uint64_t value);
void out_i32(struct out *out, int32_t value);
void out_i64(struct out *out, int64_t value);
void out_flag(struct out *out, bool value);
void out_sized(struct out *out, struct span span); /* u32 length, then the bytes */

/* A JSON string literal with its quotes (RFC 8259 section 7); the span must be valid UTF-8. */
void out_json(struct out *out, struct span text);

/* Text for HTML: & < > " ' escaped. */
void out_html(struct out *out, struct span text);

MUST_USE enum err out_err(const struct out *out);
struct span out_view(const struct out *out);

#endif
