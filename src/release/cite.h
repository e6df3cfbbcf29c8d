#ifndef SEAM_RELEASE_CITE_H
#define SEAM_RELEASE_CITE_H

#include "release/release.h"

/*
 * The citing rule (doc/policy.md).  A record that rests on, answers or links foreign records
 * goes only to their originators and to parties inside the onward of all of them; a reference is
 * dropped where the recipient does not hold what it points to.  A reference that core said nothing
 * about counts as foreign, forbidden and not held.
 */

/* Why the record may not go to the recipient at all; *field is the reference that forbids it.
 * WHY_NONE, WHY_CITES_HELD_BACK or WHY_STAYS_HOME. */
enum why cite_refuses(const struct release_question *question, enum field *field);

/* Takes references the recipient does not hold out of a set; returns true when it took any, *field
 * is the last of them. */
bool cite_drop(const struct release_question *question, struct field_set *give, enum field *field);

/* Whether a record whose `field` refers to one of this kind must stay in its party as that does: an
 * answer to an alert, what was told of it, a link to it, would tell that there is one.  Who asks
 * says so of the reference and leaves it without an origin, which forbids it.  A report may rest on
 * an alert: there the reference alone is dropped. */
bool cite_stays_home(enum field field, enum kind kind);

#endif
