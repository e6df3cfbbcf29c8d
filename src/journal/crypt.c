/*
 * Promises that a record's bytes at rest open with its own key, in their own place, or not at all.
 */
#include "journal/crypt.h"

#include "base/sign.h"

#include <sodium.h>
#include <string.h>

enum { NONCE_SIZE = 24, TAG_SIZE = 16, PLACE_MAX = 512 };

_Static_assert(crypto_aead_xchacha20poly1305_ietf_NPUBBYTES == NONCE_SIZE, "nonce size");
_Static_assert(crypto_aead_xchacha20poly1305_ietf_ABYTES == TAG_SIZE, "tag size");
_Static_assert(crypto_aead_xchacha20poly1305_ietf_KEYBYTES == CRYPT_KEY_SIZE, "key size");

struct binding {
	unsigned char bytes[HASH_SIZE + PLACE_MAX];
	size_t n;
};

static bool
bind(struct binding *binding, const struct hash *id, struct span place)
{
	if (place.n > PLACE_MAX)
		return false;
	memcpy(binding->bytes, id->b, HASH_SIZE);
	if (place.n)
		memcpy(binding->bytes + HASH_SIZE, place.p, place.n);
	binding->n = HASH_SIZE + place.n;
	return true;
}

/* Room for n more bytes at the end of out, counted; NULL when it failed. */
static unsigned char *
grow(struct out *out, size_t n)
{
	static const char zero[256];
	size_t at = out->n;

	while (n) {
		size_t step = n < sizeof zero ? n : sizeof zero;

		out_bytes(out, zero, step);
		n -= step;
	}
	return out_err(out) == ERR_OK && out->p ? (unsigned char *)out->p + at : NULL;
}

void
crypt_seal(struct out *out, const struct crypt_key *key, struct span place, const struct hash *id,
	   struct span plain)
{
	struct binding binding;
	unsigned char nonce[NONCE_SIZE];
	unsigned char *at;

	if (!bind(&binding, id, place)) {
		out->err = ERR_LIMIT;
		return;
	}
	sign_random(nonce, sizeof nonce);
	out_bytes(out, nonce, sizeof nonce);
	at = grow(out, plain.n + TAG_SIZE);
	if (!at)
		return;
	(void)crypto_aead_xchacha20poly1305_ietf_encrypt(at, NULL, (const unsigned char *)plain.p,
							 plain.n, binding.bytes, binding.n, NULL,
							 nonce, key->b);
}

enum err
crypt_open(struct out *out, const struct crypt_key *key, struct span place, const struct hash *id,
	   struct span sealed)
{
	struct binding binding;
	const unsigned char *from = (const unsigned char *)sealed.p;
	size_t before = out->n;
	unsigned char *at;

	if (sealed.n < CRYPT_OVERHEAD || !bind(&binding, id, place))
		return ERR_KEY;
	if (sealed.n == CRYPT_OVERHEAD) {
		/* nothing inside, but the tag must hold all the same */
		unsigned char none[1];

		return crypto_aead_xchacha20poly1305_ietf_decrypt(
			   none, NULL, NULL, from + NONCE_SIZE, TAG_SIZE, binding.bytes, binding.n,
			   from, key->b) == 0
			   ? ERR_OK
			   : ERR_KEY;
	}
	at = grow(out, sealed.n - CRYPT_OVERHEAD);
	if (!at)
		return out_err(out) != ERR_OK ? out_err(out) : ERR_NOMEM;
	if (crypto_aead_xchacha20poly1305_ietf_decrypt(at, NULL, NULL, from + NONCE_SIZE,
						       sealed.n - NONCE_SIZE, binding.bytes,
						       binding.n, from, key->b) == 0)
		return ERR_OK;
	out->n = before;
	return ERR_KEY;
}
