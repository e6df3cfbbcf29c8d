#ifndef SEAM_JOURNAL_FORK_H
#define SEAM_JOURNAL_FORK_H

#include "base/note.h"
#include "journal/merkle.h"

/*
 * Two heads that one log signed and that no single history has both: what the two notes and a few
 * hashes prove to anybody who has the log's key.  Nothing here believes who hands it over.
 */
struct fork {
	struct out head[2]; /* notes with the log's own signature line alone; head[0] is the smaller
			       one */
	struct hash prefix; /* sizes differ: the root of head[1]'s tree at head[0]'s size */
	struct merkle_path path; /* RFC 6962 section 2.1.2: from there to head[1]'s root */
};

/* Empty; may be freed without being used. */
struct fork fork_new(void);
void fork_free(struct fork *fork);

/*
 * Two signed heads of `key`'s log, in any order, which differ at one size: no more is needed. Other
 * signature lines are left out.  ERR_REFUSED when one is not signed by the key, when the sizes
 * differ or the roots are the same.
 */
MUST_USE enum err fork_of_one_size(struct fork *fork, const struct note_key *key, struct span note,
				   struct span other);

/* The smaller head is no beginning of the larger one's tree: `prefix` is the root which that tree
 * has at the smaller size, `path` leads from there to the larger root.  ERR_REFUSED as above, or
 * when that proves nothing. */
MUST_USE enum err fork_of_two_sizes(struct fork *fork, const struct note_key *key,
				    struct span smaller, struct span larger,
				    const struct hash *prefix, const struct merkle_path *path);

/* Whether it holds: both heads signed by the key, alone, and contradicting.  The heads as read. */
bool fork_holds(const struct fork *fork, const struct note_key *key, struct note_head head[2]);

/* The hashes as text: "prefix BASE64", then the path, one hash a line; nothing for one size.
 * fork_read_proof() takes no other spelling. */
void fork_write_proof(struct out *out, const struct fork *fork);
MUST_USE enum err fork_read_proof(struct span text, struct fork *fork);

#endif
