#ifndef SEAM_JOURNAL_MIRROR_INDEX_H
#define SEAM_JOURNAL_MIRROR_INDEX_H

#include "base/err.h"
#include "base/hash.h"

/*
 * mirror.db of a copy: leaf hash → position.  A cache: what it says is looked up in the tiles
 * again, and it is made anew when it is lost.  Inside the mirror only.
 */
struct mirror_index;

/* Opens or makes it; a broken one is thrown away and made anew, empty. */
MUST_USE enum err mirror_index_open(const char *dir, struct mirror_index **index);
MUST_USE enum err mirror_index_view(const char *dir, struct mirror_index **index);
void mirror_index_close(struct mirror_index *index);

/* All leaves below this size are in it. */
uint64_t mirror_index_size(const struct mirror_index *index);

/* As if nothing were in it: all is put again. */
void mirror_index_forget(struct mirror_index *index);

/* Adds a leaf; kept with mirror_index_commit(), which says up to where it is complete. */
MUST_USE enum err mirror_index_put(struct mirror_index *index, const struct hash *leaf,
				   uint64_t position);
MUST_USE enum err mirror_index_commit(struct mirror_index *index, uint64_t size);

/* ERR_NOT_FOUND; ERR_CORRUPT when the row does not match its hash. */
MUST_USE enum err mirror_index_get(struct mirror_index *index, const struct hash *leaf,
				   uint64_t *position);

#endif
