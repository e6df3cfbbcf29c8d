#ifndef SEAM_JOURNAL_CRYPT_H
#define SEAM_JOURNAL_CRYPT_H

#include "base/hash.h"
#include "base/out.h"

enum { CRYPT_KEY_SIZE = 32, CRYPT_OVERHEAD = 24 + 16 };

/* What encrypts one record's disclosures and deliveries; destroyed to erase them. */
struct crypt_key {
	unsigned char b[CRYPT_KEY_SIZE];
};

/*
 * XChaCha20-Poly1305 (draft-irtf-cfrg-xchacha): 24 random bytes of nonce, ciphertext, 16 bytes of
 * tag.  The place
 * ("record", "sent a 12" …) and the record's id are authenticated, so that a blob opens only where
 * it belongs.
 */
void crypt_seal(struct out *out, const struct crypt_key *key, struct span place,
		const struct hash *id, struct span plain);

/* Appends the plain bytes; ERR_KEY when it does not open. */
MUST_USE enum err crypt_open(struct out *out, const struct crypt_key *key, struct span place,
			     const struct hash *id, struct span sealed);

#endif
