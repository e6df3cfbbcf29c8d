#ifndef SEAM_ADMIT_PLAIN_H
#define SEAM_ADMIT_PLAIN_H

#include "base/hash.h"
#include "base/json.h"

/*
 * Quick readers of what this room writes; each says the same as the strict reader of base beside
 * it.
 *
 * JSON in the plain form that this house writes: no white space, no escapes, valid UTF-8, integers
 * of at most PLAIN_DIGITS digits and no "-0", no name twice in an object, nesting at most
 * PLAIN_DEPTH.  Whatever is plain json_read_strict() takes too, as the same value; what is not
 * plain says nothing yet: ask json_read_strict(), which alone refuses.
 */
enum { PLAIN_DEPTH = 4, PLAIN_DIGITS = 15 };

/* As json_read_strict() in what is taken, what is refused and what is read; quicker when the text
 * is plain. */
json_t *plain_read(struct span text);

/* Takes one plain string from the front of *rest; *text borrows what stands between its quotes,
 * which is also what it means.  False leaves *rest where it was. */
bool plain_text(struct span *rest, struct span *text);

/* Takes one plain value from the front of *rest; the caller gives it back with json_decref().  NULL
 * when there is none, or no memory: then *rest may stand anywhere. */
json_t *plain_value(struct span *rest);

/* Takes the character from the front of *rest, if it is that one. */
bool plain_mark(struct span *rest, char mark);

#endif
