/*
 * Promises SHA-256 and nothing else, as one-shot calls and as a run over pieces.
 *
 * The low-level SHA256_* calls of OpenSSL 3 are marked deprecated but avoid an allocation and a
 * method look-up per Merkle node, which measured three times the rate of the one-shot EVP call.
 */
#define OPENSSL_SUPPRESS_DEPRECATED
#include "base/hash.h"

#include "base/b64.h"

#include <assert.h>
#include <openssl/sha.h>
#include <stdlib.h>
#include <string.h>

struct hash_run {
	SHA256_CTX context;
};

static void
require(int is_done)
{
	if (is_done != 1)
		abort();
}

static void
add(SHA256_CTX *context, struct span bytes)
{
	if (bytes.n)
		require(SHA256_Update(context, bytes.p, bytes.n));
}

struct hash
hash_of(struct span bytes)
{
	SHA256_CTX context;
	struct hash hash;

	require(SHA256_Init(&context));
	add(&context, bytes);
	require(SHA256_Final(hash.b, &context));
	return hash;
}

struct hash
hash_prefixed(unsigned char prefix, struct span a, struct span b)
{
	SHA256_CTX context;
	struct hash hash;

	require(SHA256_Init(&context));
	add(&context, span_make(&prefix, 1));
	add(&context, a);
	add(&context, b);
	require(SHA256_Final(hash.b, &context));
	return hash;
}

void
hash_prefixes(struct span bytes, const size_t *ends, size_t n, struct hash *hashes)
{
	SHA256_CTX context;
	size_t at = 0;

	require(SHA256_Init(&context));
	for (size_t i = 0; i < n; i++) {
		SHA256_CTX here;

		assert(ends[i] >= at && ends[i] <= bytes.n);
		add(&context, span_make(bytes.p + at, ends[i] - at));
		at = ends[i];
		here = context;
		require(SHA256_Final(hashes[i].b, &here));
	}
}

struct hash_run *
hash_run_new(void)
{
	struct hash_run *run = calloc(1, sizeof *run);

	if (run)
		require(SHA256_Init(&run->context));
	return run;
}

void
hash_run_add(struct hash_run *run, struct span bytes)
{
	add(&run->context, bytes);
}

struct hash
hash_run_end(struct hash_run *run)
{
	struct hash hash;

	require(SHA256_Final(hash.b, &run->context));
	require(SHA256_Init(&run->context));
	return hash;
}

void
hash_run_free(struct hash_run *run)
{
	free(run);
}

bool
hash_equal(const struct hash *a, const struct hash *b)
{
	return memcmp(a->b, b->b, HASH_SIZE) == 0;
}

void
hash_text(char dst[HASH_TEXT_SIZE], const struct hash *hash)
{
	b64url_text(dst, HASH_TEXT_SIZE, hash->b, HASH_SIZE);
}

bool
hash_read(struct span text, struct hash *hash)
{
	size_t n;

	memset(hash, 0, sizeof *hash);
	if (text.n != HASH_TEXT_SIZE - 1 || !b64url_read(text, hash->b, HASH_SIZE, &n))
		return false;
	return n == HASH_SIZE;
}

void
hash_hex(char dst[65], const struct hash *hash)
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < HASH_SIZE; i++) {
		dst[2 * i] = digits[hash->b[i] >> 4];
		dst[2 * i + 1] = digits[hash->b[i] & 15];
	}
	dst[64] = '\0';
}
