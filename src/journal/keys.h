#ifndef SEAM_JOURNAL_KEYS_H
#define SEAM_JOURNAL_KEYS_H

#include "base/err.h"
#include "journal/crypt.h"

struct journal;

/* keys.db: one key per record, by the record's seq.  Its commit goes before journal.db's, so that a
 * key may lack its record after a crash (the number is then used anew) but a record never lacks its
 * key. */
MUST_USE enum err keys_new(struct journal *journal, int64_t seq, const struct hash *id,
			   struct crypt_key *key);

/* ERR_KEY when it is missing; ERR_CORRUPT when its row does not match. */
MUST_USE enum err keys_get(struct journal *journal, int64_t seq, const struct hash *id,
			   struct crypt_key *key);

MUST_USE enum err keys_drop(struct journal *journal, int64_t seq);

/* Removes keys left by a crash: beyond the last record, or of records marked erased. */
MUST_USE enum err keys_tidy(struct journal *journal, int64_t last_seq);

#endif
