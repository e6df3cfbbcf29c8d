#ifndef SEAM_SEAM_ROOT_H
#define SEAM_SEAM_ROOT_H

#include "admit/keynote.h"
#include "base/note.h"
#include "seam/app.h"
#include "seamd/keyfile.h"

/*
 * The root key of a party and what is signed with it: member lists, key notes, revocations.  It
 * lies in a key file of its own and belongs off the machine; here it is opened for one signature.
 */
struct root {
	struct sign_public public;
	struct sign_secret secret;
	struct note_key key; /* "seam/PARTY/root" */
};

struct keyring;

struct root_pass {
	char text[KEYFILE_PASSPHRASE_MAX];
	size_t n;
};

/*
 * Opens a key file with the passphrase in `file`, when NULL with that of seam.conf.  Where the file
 * that seam.conf names is not there, each file that an option names is tried, and then it is asked
 * for.  APP_OK, or the code after the reason; wipe *keys and *pass after use.
 */
int root_keyfile(const struct app *app, const char *path, const char *file, const char *prompt,
		 struct keyfile *keys, struct root_pass *pass);

/* Opens FILE, or root.key of the home when NULL.  The passphrase comes from --root-passphrase-file,
 * else as for the station.  APP_OK or the code after the reason. */
int root_open(struct app *app, const char *file, const struct party *party, struct root *root);

/* APP_OK when it is the root that the keyring knows of the party; else the code after the reason.
 */
int root_check(const struct app *app, const struct keyring *keyring, const struct party *party,
	       const struct root *root);

/* root_open() of --root, and root_check() by what this home knows. */
int root_open_known(struct app *app, const struct party *party, struct root *root);

/* Takes a key that is open already. */
MUST_USE enum err root_take(const struct keyfile *file, const struct party *party,
			    struct root *root);
void root_wipe(struct root *root);

/* Appends the text, a blank line and this root's signature line: a signed note. */
void root_sign(struct out *out, const struct root *root, struct span text);

/* The same for a text or a note that others have signed; *was_there: it has a line of this key. */
void root_sign_too(struct out *out, const struct root *root, struct span bytes, bool *was_there);

/* The key note of a station from its own key file: every record and log key it holds, and the pin
 * of the TLS key of its links where `home` has one.  `station` names it, `version` is its version.
 */
MUST_USE enum err root_keynote(const struct keyfile *file, const char *home,
			       const struct station *station, int64_t version, int64_t now_ms,
			       struct keynote *keynote);

#endif
