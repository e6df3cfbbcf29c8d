#ifndef SEAM_PICTURE_PEOPLE_H
#define SEAM_PICTURE_PEOPLE_H

#include "base/arena.h"
#include "base/hash.h"
#include "model/record.h"

/*
 * Figures about people in one incident, as several parties state them.  Nothing is ever added that
 * two could have counted: statements about the same people give a range.
 *
 * "Own" and "another party" are words of the speaker: A's own losses and B's "another party" are
 * the same people when A alone, besides B, speaks of own losses in this incident; else B's
 * statement stands by itself.
 */
struct people_statement {
	enum field figure; /* FIELD_NONE: says only whose losses there were */
	enum vocab_group group;
	struct party
	    speaker; /* whose "own": the signer, or of a dispute the signer of what it disputes */
	struct party signer;
	struct quantity quantity;
	bool is_confirmed; /* information grade 1 */
	int64_t filed_ms;
	struct hash id;
	/* out */
	size_t row; /* which of the rows */
	bool is_best, is_differing;
};

struct people {
	enum field figure;
	enum vocab_group group;
	struct party party; /* for OWN */
	struct quantity range;
	bool is_closed, is_several;
	bool is_unclear; /* OTHER, where more than one party's own losses are spoken of */
	size_t n;        /* statements */
};

/* Rows by figure, group, party; at most n.  NULL without memory (and for n = 0). */
struct people *people_of(struct people_statement *statements, size_t n, struct arena *arena,
			 size_t *rows);

/* Low, best or low, and high end of a quantity with the missing ends filled from what there is;
 * false when it has no number. */
bool people_ends(const struct quantity *quantity, int64_t *low, int64_t *best, int64_t *high);

/*
 * All people of one figure: the figure for all groups where one is stated, else the sum over groups
 * that cannot overlap, else the unknown ones.  *has_several when a part was only "several". False
 * when nobody gave a number.
 */
bool people_total(const struct people *rows, size_t n, enum field figure, int64_t *low,
		  int64_t *best, int64_t *high, bool *has_several);

#endif
