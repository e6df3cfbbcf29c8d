#ifndef SEAM_MODEL_LINT_H
#define SEAM_MODEL_LINT_H

#include "base/span.h"

/*
 * What free text may hold without anybody having meant to send it: a telephone number, a plate, a
 * grid or position finer than what was released, the way a person is addressed by name.  English,
 * Arabic and Sorani; digits of all three. It finds forms, not meanings: nothing found is no
 * promise.
 */
enum lint_kind {
	LINT_PHONE, /* seven digits and more in one run, blanks, dots, dashes and brackets between
		       them allowed */
	LINT_PLATE, /* four to six digits beside one to three letters of a plate, or beside the word
		     */
	LINT_GRID,  /* an MGRS text finer than `level` of place.h */
	LINT_POSITION, /* decimal degrees with three places and more */
	LINT_PERSON,   /* a form of address and the word behind it */
	LINT_KIND_COUNT
};

struct lint {
	enum lint_kind kind;
	struct span text; /* borrowed from the text looked at */
};

enum { LINT_MAX = 16 };

/* Findings in order, at most LINT_MAX.  level: the finest place level that the reader is given
 * anyway (0: none). */
size_t lint_text(struct span text, unsigned level, struct lint found[LINT_MAX]);

/* English words for a finding: "a telephone number". */
const char *lint_words(enum lint_kind kind);

/* Whether a finding stops a text from leaving; persons are only pointed out, since many words look
 * like names. */
bool lint_stops(enum lint_kind kind);

#endif
