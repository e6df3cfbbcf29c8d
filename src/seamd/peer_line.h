#ifndef SEAM_SEAMD_PEER_LINE_H
#define SEAM_SEAMD_PEER_LINE_H

#include "base/out.h"

/*
 * Lines out of the bytes that a peer sends (doc/link.md): each ended by a newline, not empty, at
 * most PEER_LINE_MAX bytes, without NUL and carriage return.  Whether it is UTF-8, and what it
 * says, is for core.  Each byte is looked at a fixed number of times, however small the pieces are
 * in which it comes, and at most one line is held.
 */
enum { PEER_LINE_MAX = 65000 };

enum peer_line_answer {
	PEER_LINE_PART,  /* the input is used up; a line may be begun */
	PEER_LINE_WHOLE, /* a line */
	PEER_LINE_BAD    /* no line: it stays so */
};

struct peer_line {
	struct out held; /* the beginning of a line … */
	bool is_given;   /* … or a whole one that the caller looks at */
	const char *bad; /* why, for people; NULL while nothing was bad */
};

struct peer_line peer_line_new(void);
void peer_line_free(struct peer_line *reader);

/* Takes bytes off the front of *input.  *line is without its newline, borrowed from the input or
 * the reader until the next call.  Without memory it is BAD too. */
enum peer_line_answer peer_line_take(struct peer_line *reader, struct span *input,
				     struct span *line);

#endif
