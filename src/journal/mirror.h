#ifndef SEAM_JOURNAL_MIRROR_H
#define SEAM_JOURNAL_MIRROR_H

#include "base/note.h"
#include "journal/merkle.h"
#include "journal/tile.h"

struct fork;

/*
 * A verified copy of another station's log in HOME/mirror/HEX (HEX: SHA-256 of the origin), as C2SP
 * tlog-tiles: checkpoint, tile/LEVEL/N, tile/entries/N.  It asks nobody: mirror_next() names the
 * object it needs, whoever calls fetches it from wherever, mirror_give() takes what came.  Nothing
 * is written under a head that does not hash up to that head's root.  One writer.
 *
 * A few tiles are held in memory, whatever the size of the log.  Nothing waits for the disk: after
 * opening, mirror_next() looks through what is there, and what does not hash is fetched again.
 */
struct mirror;

enum { MIRROR_PATH_MAX = TILE_PATH_MAX, MIRROR_HEADS_MAX = 16, MIRROR_LEAVES_MAX = 1 << 26 };

/* Opens or makes the copy; `key` is the log's.  What is stored and not signed by it is passed over
 * and fetched anew. */
MUST_USE enum err mirror_open(const char *home, const struct note_key *key, struct mirror **mirror);
void mirror_close(struct mirror *mirror);

/* As mirror_open(), for reading what is there; ERR_NOT_FOUND when there is none. */
MUST_USE enum err mirror_view(const char *home, const struct note_key *key, struct mirror **mirror);

/* HOME/mirror/HEX of an origin. */
MUST_USE enum err mirror_dir(char *dst, size_t size, const char *home, struct span origin);

const struct note_key *mirror_key(const struct mirror *mirror);

/* Leaves verified; the head over them; 0 and nothing at first. */
uint64_t mirror_size(const struct mirror *mirror);
struct span mirror_note(const struct mirror *mirror);

/* Leaves of the head that is being fetched; mirror_size() when there is none. */
uint64_t mirror_aim(const struct mirror *mirror);

/* What a call came to; each says which of them it gives. */
enum mirror_result {
	MIRROR_IDLE,   /* nothing is needed */
	MIRROR_ASK,    /* an object is needed */
	MIRROR_AGAIN,  /* more to do with what is here: call again */
	MIRROR_DONE,   /* the copy now reaches a new head, which extends the old one */
	MIRROR_FORKED, /* two heads contradict each other: evidence; the copy stays as it is */
	MIRROR_TAKEN,  /* goes on: mirror_next() */
	MIRROR_KNOWN,  /* nothing new */
	MIRROR_SHRUNK, /* smaller than the head held; mirror_next() compares it */
	MIRROR_WRONG,  /* not what the head says: thrown away; after the third the head is put aside
			*/
	MIRROR_GONE,   /* not there in any form: the head is put aside */
	MIRROR_STRANGE /* not asked for; no head of this log; above MIRROR_LEAVES_MAX */
};

/*
 * A head of this log, from whomever: the station's own "checkpoint", a bundle, a witness.  Larger
 * ones are fetched, smaller ones compared, by mirror_next().  MIRROR_TAKEN, _KNOWN, _SHRUNK,
 * _STRANGE, or _FORKED with *fork filled when another head of that size is known.
 */
MUST_USE enum err mirror_show(struct mirror *mirror, struct span note, enum mirror_result *result,
			      struct fork *fork);

/*
 * Works on with what is here, a bounded part at a time.  MIRROR_ASK names the object that is needed
 * in path; MIRROR_AGAIN, _IDLE, _DONE; or _FORKED with *fork filled.
 */
MUST_USE enum err mirror_next(struct mirror *mirror, enum mirror_result *result,
			      char path[MIRROR_PATH_MAX], struct fork *fork);

/*
 * What came for the path that mirror_next() named; status as in HTTP: 200, or it is not there.
 * MIRROR_TAKEN, _WRONG, _GONE or _STRANGE.  A failure (ERR_IO, ERR_FULL …) is our own; the same
 * object is asked for again.
 */
MUST_USE enum err mirror_give(struct mirror *mirror, struct span path, int status,
			      struct span bytes, enum mirror_result *result);

/* A head that is put aside is fetched when it is shown again, and compared when the copy has grown
 * beyond it by another one. */

/* Looks at everything stored from the first leaf on, as mirror_next() goes along, and fetches again
 * what is damaged. */
void mirror_recheck(struct mirror *mirror);

/* Whether the leaf is quickly found in the copy, and where.  False decides nothing:
 * mirror_find_leaf() does, which may read all of it. */
bool mirror_has_leaf(struct mirror *mirror, const struct hash *leaf, uint64_t *index);

/* Where a leaf lies in the copy: the leaf hash of an entry (mirror_record() of a JWT's hash).
 * ERR_NOT_FOUND: it is in no leaf under the head of mirror_size(): all were looked at and hash up
 * to it.  ERR_CORRUPT when the copy is damaged: it is looked through and mended by mirror_next().
 */
MUST_USE enum err mirror_find_leaf(struct mirror *mirror, const struct hash *leaf, uint64_t *index);
struct hash mirror_record(const struct hash *id);

/* The root that the copy has at a size within it; ERR_CORRUPT as above. */
MUST_USE enum err mirror_root_at(struct mirror *mirror, uint64_t size, struct hash *root);

/*
 * Recomputes a stored copy whole.  `points` are sizes and roots, by size, that its log is known to
 * have signed (heads on the shelf, countersigned ones): each within the copy must be of its
 * history. ERR_CORRUPT with the place of the first fault in `fault`.
 */
enum { MIRROR_FAULT_MAX = 256 };
struct mirror_point {
	uint64_t size;
	struct hash root;
};
struct mirror_counts {
	uint64_t leaves;
	uint64_t files;
	uint64_t points; /* compared */
};
MUST_USE enum err mirror_verify(const char *home, const struct note_key *key,
				const struct mirror_point *points, size_t n,
				struct mirror_counts *counts, char fault[MIRROR_FAULT_MAX]);

/* Calls for each folder of HOME/mirror with the origin that its checkpoint names; false stops. */
MUST_USE enum err mirror_each(const char *home, bool (*each)(void *context, struct span origin),
			      void *context);

#endif
