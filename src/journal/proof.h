#ifndef SEAM_JOURNAL_PROOF_H
#define SEAM_JOURNAL_PROOF_H

#include "base/out.h"
#include "journal/merkle.h"
#include "base/note.h"

/* C2SP tlog-proof@v1: one text that proves offline that an entry lies under a signed head. */
enum { PROOF_MAX = 131072 };

struct proof {
	uint64_t index;
	struct merkle_path path;
	struct span extra; /* base64 text as it stands, empty when absent */
	struct span note;  /* the checkpoint, borrowed from the bytes read */
};

void proof_write(struct out *out, const struct proof *proof);

/* Form only. */
MUST_USE enum err proof_read(struct span bytes, struct proof *proof);

/* The whole check: the note is a head signed by `key` and `entry` is included under it.
 * ERR_FORMAT for a broken text, ERR_REFUSED when the signature or the path does not hold. */
MUST_USE enum err proof_check(struct span bytes, struct span entry, const struct note_key *key,
			      struct note_head *head);

/* Consistency as base64 lines, the form of tlog-witness: at most 63, each with its newline. */
void proof_write_path(struct out *out, const struct merkle_path *path);
MUST_USE enum err proof_read_path(struct span lines, struct merkle_path *path);

#endif
