/*
 * Promises signatures and random bytes from libsodium, so that the rule which signatures hold is
 * one rule.
 */
#include "base/sign.h"

#include <sodium.h>

_Static_assert(crypto_sign_PUBLICKEYBYTES == SIGN_PUBLIC_SIZE, "public key size");
_Static_assert(crypto_sign_SECRETKEYBYTES == SIGN_SECRET_SIZE, "secret key size");
_Static_assert(crypto_sign_BYTES == SIGN_SIZE, "signature size");

enum err
sign_start(void)
{
	return sodium_init() < 0 ? ERR_SYSTEM : ERR_OK;
}

void
sign_keypair(struct sign_public *public, struct sign_secret *secret)
{
	(void)crypto_sign_keypair(public->b, secret->b);
}

void
sign_from_seed(const unsigned char seed[SIGN_SEED_SIZE], struct sign_public *public,
	       struct sign_secret *secret)
{
	(void)crypto_sign_seed_keypair(public->b, secret->b, seed);
}

void
sign_make(const struct sign_secret *secret, struct span message, struct signature *signature)
{
	(void)crypto_sign_detached(signature->b, NULL, (const unsigned char *)message.p, message.n,
				   secret->b);
}

bool
sign_holds(const struct sign_public *public, struct span message, const struct signature *signature)
{
	return crypto_sign_verify_detached(signature->b, (const unsigned char *)message.p,
					   message.n, public->b) == 0;
}

bool
sign_public_is_sound(const struct sign_public *public)
{
	return crypto_core_ed25519_is_valid_point(public->b) == 1;
}

void
sign_random(void *dst, size_t n)
{
	randombytes_buf(dst, n);
}

void
sign_stream(void *dst, size_t n)
{
	unsigned char key[randombytes_SEEDBYTES];

	randombytes_buf(key, sizeof key);
	randombytes_buf_deterministic(dst, n, key);
	sodium_memzero(key, sizeof key);
}

void
sign_wipe(void *dst, size_t n)
{
	sodium_memzero(dst, n);
}
