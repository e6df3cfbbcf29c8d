#ifndef SEAM_BASE_B64_H
#define SEAM_BASE_B64_H

#include "base/out.h"

/* RFC 4648: base64url without padding (section 5), and plain base64 with padding (section 4). */

/* Length of the base64url text of n bytes. */
size_t b64url_length(size_t n);

/* Appends the text of the bytes. */
void b64url_write(struct out *out, struct span bytes);
void b64_write(struct out *out, struct span bytes);

/* Writes the NUL-terminated text into dst, whose size must be at least b64url_length(n) + 1. */
void b64url_text(char *dst, size_t size, const void *bytes, size_t n);

/* Strict: no padding, no blanks, no spare bits set, no other alphabet.  dst holds at least text.n
 * bytes; *n is the number decoded.  False leaves *n = 0. */
bool b64url_read(struct span text, void *dst, size_t size, size_t *n);

/* Strict standard base64 with its padding. */
bool b64_read(struct span text, void *dst, size_t size, size_t *n);

#endif
