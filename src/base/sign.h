#ifndef SEAM_BASE_SIGN_H
#define SEAM_BASE_SIGN_H

#include "base/err.h"
#include "base/span.h"

/*
 * Ed25519 (RFC 8032) as libsodium decides it: which signatures hold is the same everywhere because
 * this is the only verifier of records, notes and receipts.
 */
enum { SIGN_PUBLIC_SIZE = 32, SIGN_SECRET_SIZE = 64, SIGN_SEED_SIZE = 32, SIGN_SIZE = 64 };

struct sign_public {
	unsigned char b[SIGN_PUBLIC_SIZE];
};

struct sign_secret {
	unsigned char b[SIGN_SECRET_SIZE]; /* seed, then public key */
};

struct signature {
	unsigned char b[SIGN_SIZE];
};

/* Starts libsodium and its random source; call once per process, before any jail. */
MUST_USE enum err sign_start(void);

/* A new key pair from the system's random source. */
void sign_keypair(struct sign_public *public, struct sign_secret *secret);

/* The pair that belongs to a 32-byte seed (RFC 8032 section 5.1.5). */
void sign_from_seed(const unsigned char seed[SIGN_SEED_SIZE], struct sign_public *public,
		    struct sign_secret *secret);

void sign_make(const struct sign_secret *secret, struct span message, struct signature *signature);
bool sign_holds(const struct sign_public *public, struct span message,
		const struct signature *signature);

/* A canonical point of the main subgroup: demanded when a key is enrolled. */
bool sign_public_is_sound(const struct sign_public *public);

/* n random bytes; the same for many at once, as the stream of a fresh random key (ChaCha20); n zero
 * bytes wiped in a way no compiler removes. */
void sign_random(void *dst, size_t n);
void sign_stream(void *dst, size_t n);
void sign_wipe(void *dst, size_t n);

#endif
