#ifndef SEAM_BASE_HASH_H
#define SEAM_BASE_HASH_H

#include "base/span.h"

enum { HASH_SIZE = 32, HASH_TEXT_SIZE = 44 };

/* A SHA-256 value (FIPS 180-4). */
struct hash {
	unsigned char b[HASH_SIZE];
};

/* SHA-256 through OpenSSL; a failure of the library is a broken machine and ends the process. */
struct hash hash_of(struct span bytes);

/* Of a prefix byte and two more spans in order (RFC 6962 section 2.1 nodes and leaves). */
struct hash hash_prefixed(unsigned char prefix, struct span a, struct span b);

/* Of the first ends[i] bytes for each of the n ends, which rise and end within the bytes: each byte
 * is looked at once. */
void hash_prefixes(struct span bytes, const size_t *ends, size_t n, struct hash *hashes);

/* Incremental: for what does not lie in one piece. */
struct hash_run;
struct hash_run *hash_run_new(void); /* NULL without memory */
void hash_run_add(struct hash_run *run, struct span bytes);
struct hash hash_run_end(struct hash_run *run); /* resets the run for the next */
void hash_run_free(struct hash_run *run);

bool hash_equal(const struct hash *a, const struct hash *b);

/* base64url, 43 characters and a NUL: the form of every id. */
void hash_text(char dst[HASH_TEXT_SIZE], const struct hash *hash);
bool hash_read(struct span text, struct hash *hash);

/* Lower-case hexadecimal, 64 characters and a NUL. */
void hash_hex(char dst[65], const struct hash *hash);

#endif
