#ifndef SEAM_JOURNAL_BACKUP_H
#define SEAM_JOURNAL_BACKUP_H

#include "base/err.h"
#include "base/span.h"

struct backup_step {
	void (*progress)(void *context, const char *name, uint64_t bytes);
	void *context;
};

/*
 * One encrypted file of a home: journal.db, keys.db, log.vkey, the last checkpoint for reference,
 * and the named files (relative to dir; missing ones are skipped).  Databases, which end in ".db",
 * are copied as of one moment each, also while the station runs.  Argon2id over the passphrase,
 * XChaCha20-Poly1305 secretstream.  head.db is never restored as a head: after a restore the
 * station needs recover_home().  step may be NULL.
 * ERR_NOT_PLAIN: `file` is no plain file (file_may_replace()).
 */
MUST_USE enum err backup_make(const char *dir, const char *file, struct span passphrase,
			      const char *const *names, size_t count,
			      const struct backup_step *step);

/* Unpacks into dir, which must not hold a journal.  ERR_KEY for a wrong passphrase, ERR_FORMAT for
 * a damaged or cut-off file; then nothing is left behind.  The last checkpoint is put into
 * dir/recover.note. */
MUST_USE enum err backup_restore(const char *file, const char *dir, struct span passphrase,
				 const struct backup_step *step);

#endif
