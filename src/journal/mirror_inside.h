#ifndef SEAM_JOURNAL_MIRROR_INSIDE_H
#define SEAM_JOURNAL_MIRROR_INSIDE_H

#include "base/file.h"
#include "journal/mirror.h"
#include "journal/mirror_index.h"
#include "journal/mirror_tree.h"

/* What the files of the mirror share.  Nobody outside includes this. */

/* What is being done with `tree`. */
enum phase {
	PHASE_NONE,
	PHASE_PREFIX,  /* does the head that is aimed at extend the one held? */
	PHASE_WALK,    /* tile after tile is fetched or found here */
	PHASE_COMPARE, /* is a smaller head of the history that is held? */
	PHASE_PROOF    /* it is not: the hashes that show it */
};

enum { MISSED_MAX = 4, WRONG_MAX = 3 };

struct shown {
	struct note_head head; /* size 0: a free row */
	struct out note;
};

struct mirror {
	char dir[FILE_PATH_MAX];
	struct note_key key;
	bool is_reader;
	bool from_start; /* the next walk looks at everything */
	struct mirror_index *index;
	struct shown at;
	struct shown aim;  /* PREFIX, WALK, PROOF of PREFIX */
	struct shown seen; /* COMPARE, PROOF of COMPARE */
	struct shown waiting[MIRROR_HEADS_MAX];
	struct shown
	    missed[MISSED_MAX]; /* could not be fetched: compared when the copy reaches them */
	enum phase phase;
	struct mirror_tree *tree;
	uint64_t next;      /* WALK: the level 0 tile to look at */
	struct hash prefix; /* PROOF: what the larger tree has at the smaller size */
	bool is_asking;
	unsigned wrong; /* objects that did not fit the head aimed at */
};

/* Empties a row; moves one over another, leaving it empty. */
void mirror_clear_head(struct shown *shown);
void mirror_move_head(struct shown *to, struct shown *from);

/* A signed head of the key: its text and the log's own line.  ERR_FORMAT, ERR_REFUSED. */
MUST_USE enum err mirror_read_head(const struct note_key *key, struct span bytes,
				   struct shown *shown);

/* Into a free row of the missed, or over the largest: the copy reaches the smallest first. */
void mirror_miss_head(struct mirror *mirror, struct shown *shown);

/* A head that was missed and lies within the copy by now; a free row when there is none. */
struct shown *mirror_reached(struct mirror *mirror);

/* The largest head that waits; its size is 0 when none does. */
struct shown *mirror_largest(struct mirror *mirror);

#endif
