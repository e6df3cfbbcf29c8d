#ifndef SEAM_SEAMD_SHEAF_H
#define SEAM_SEAMD_SHEAF_H

#include "base/out.h"

/*
 * Several signed documents in one text file: a first line that says what it is, then parts, each
 * behind a line "=== NAME".  No document of Seam has a line that begins so.  Trust comes from the
 * signatures inside, never from the file.
 */
#define SHEAF_INVITE   "seam invite 1"
#define SHEAF_EVIDENCE "seam evidence 1"
enum { SHEAF_MAX = 4 << 20, SHEAF_PARTS_MAX = 512 };

void sheaf_begin(struct out *out, const char *first_line);

/* Adds a part; a missing last newline is added. */
void sheaf_add(struct out *out, const char *name, struct span body);

/* Takes the first line off when it is this one. */
bool sheaf_open(struct span *rest, const char *first_line);

/* The next part with its newlines; false at the end.  A text before the first part is passed over.
 */
bool sheaf_next(struct span *rest, struct span *name, struct span *body);

/* The first part of that name. */
bool sheaf_find(struct span sheaf, const char *name, struct span *body);

/* One row per part, in order.  A name that ends in a blank is of any number of parts, none too,
 * whose names begin so; every other part must be there once.  NULL ends the rows. */
extern const char *const sheaf_invite_rows[];
extern const char *const sheaf_evidence_rows[]; /* of a delivery */

/*
 * Is everything behind the first line a part of these rows, spelled as sheaf_add() spells it?
 * False with a sentence in why, which names the part (or what stands in its place): what is in no
 * row would otherwise be passed over.
 */
enum { SHEAF_WHY_MAX = 128 };
bool sheaf_check(struct span sheaf, const char *const *rows, char why[SHEAF_WHY_MAX]);

#endif
