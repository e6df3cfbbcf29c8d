#ifndef SEAM_RELEASE_PARTS_H
#define SEAM_RELEASE_PARTS_H

#include "release/release.h"

/*
 * A list of deliveries, one per distinct set of conditions: moment, end, onward, officers before
 * and after.  Which order things were added in never shows.
 */
struct parts {
	struct release_part *part;
	size_t n, room;
};

/* Room for so many; false when the arena is full. */
bool parts_new(struct parts *parts, struct arena *arena, size_t room);

/* Adds levels under the conditions of `like` (its give is not looked at): to the part that has the
 * same, or as a new one.  Nothing is added for an empty set.  False when there is no room. */
bool parts_add(struct parts *parts, const struct release_part *like, const struct field_set *give);

/* What both lists allow: levels in common, the later moment (at a slot of the longer step), the
 * earlier end, the onward of both, the more officers; lines are those of b.  ERR_NOMEM. */
MUST_USE enum err parts_both(const struct parts *a, const struct parts *b, struct arena *arena,
			     struct parts *both);

/* At once before later, few officers before many; then a fixed order of what is left. */
void parts_sort(struct parts *parts);

/* Removes a part that another covers under conditions that are no harder. */
void parts_prune(struct parts *parts);

void parts_remove(struct parts *parts, size_t i);

/* Adds a line in ascending order, once; the first RELEASE_LINES_MAX stay. */
void parts_add_line(struct release_part *part, unsigned line);

/* Adds a party in the order of names, once. */
void parts_add_party(struct release_parties *parties, const struct party *party);

#endif
