#ifndef SEAM_SEAMD_KEYFILE_H
#define SEAM_SEAMD_KEYFILE_H

#include "base/out.h"
#include "base/sign.h"

/*
 * Private keys at rest: a text file whose seeds are closed with a passphrase (Argon2id, then
 * XSalsa20-Poly1305, both libsodium's).  Opened by the process seal, by `seam init` and by `seam
 * recover`; by nobody else.
 *
 *   seam key file 1
 *   ops N · mem BYTES · salt BASE64 · nonce BASE64 · box BASE64
 * The box holds lines "name number BASE64(seed)".
 */
enum { KEYFILE_KEYS_MAX = 16, KEYFILE_NAME_MAX = 16, KEYFILE_PASSPHRASE_MAX = 1024 };

struct keyfile_key {
	char name[KEYFILE_NAME_MAX]; /* root, record, log, witness */
	uint32_t number;             /* of the record key, of the log of the log key; 1 otherwise */
	unsigned char seed[SIGN_SEED_SIZE];
};

struct keyfile {
	struct keyfile_key keys[KEYFILE_KEYS_MAX];
	size_t n;
};

/* Adds a fresh key.  ERR_LIMIT when full, ERR_EXISTS when the name and number are taken. */
MUST_USE enum err keyfile_add(struct keyfile *file, const char *name, uint32_t number);

/* Forgets all keys of that name but the `n` with the highest numbers. */
void keyfile_keep(struct keyfile *file, const char *name, size_t n);

/* The key of that name: of that number, or the highest when number is 0.  NULL when there is none.
 */
const struct keyfile_key *keyfile_find(const struct keyfile *file, const char *name,
				       uint32_t number);

/* Public key of a kept key. */
struct sign_public keyfile_public(const struct keyfile_key *key);

/* Closes with the passphrase and writes the file whole (mode 0600).  is_exercise chooses the
 * cheaper Argon2id setting. */
MUST_USE enum err keyfile_write(const char *path, const struct keyfile *file,
				struct span passphrase, bool is_exercise);

/* ERR_KEY when the passphrase is wrong, ERR_FORMAT when it is no key file. */
MUST_USE enum err keyfile_read(const char *path, struct span passphrase, struct keyfile *file);

void keyfile_wipe(struct keyfile *file);

/*
 * Finds the passphrase: `file` when it is named (must then be readable), else
 * $CREDENTIALS_DIRECTORY/seam-passphrase, else a prompt on the terminal without echo.  One trailing
 * newline is dropped.  Wipe it after use.
 */
MUST_USE enum err keyfile_passphrase(const char *file, const char *prompt,
				     char passphrase[KEYFILE_PASSPHRASE_MAX], size_t *n);

#endif
