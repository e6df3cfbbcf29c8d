#ifndef SEAM_RELEASE_PROTECT_H
#define SEAM_RELEASE_PROTECT_H

#include "release/release.h"

/*
 * The program's own rules for the protection of people (doc/decisions/people.md), above any policy:
 * a table of rows, each only ever taking away.
 */

/* Whether the record may go to another party at all: WHY_NONE, or why not. */
enum why protect_refuses(const struct record *record, const struct field_set *present);

/* Whether nothing of it waits for a second officer (doc/policy.md). */
bool protect_is_life_saving(const struct record *record);

/* How long after filing it stays at least, whatever the policy says; 0: not at all. */
int64_t protect_delay_ms(const struct record *record, const struct field_set *present);

/* One rule that took something: the field, and the row's text. */
struct protect_took {
	enum field field;
	enum why why;
	const char *text;
};
enum { PROTECT_TOOK_MAX = 8 };

/*
 * Narrows a part: levels, delay, onward.  `left` is what the policy's caps leave (losses go only
 * where FAMILIES may go with them, and take it along).  Returns how many entries of `took` were
 * written.
 */
unsigned protect_limit(const struct release_question *question, const struct field_set *present,
		       const struct field_set *left, struct release_part *part,
		       struct protect_took took[PROTECT_TOOK_MAX]);

/* The rules as text, to list them; NULL past the last. */
const char *protect_text(unsigned i);

#endif
