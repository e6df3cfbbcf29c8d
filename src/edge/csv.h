#ifndef SEAM_EDGE_CSV_H
#define SEAM_EDGE_CSV_H

#include "base/err.h"
#include "base/span.h"
#include "model/why.h"

/*
 * Rows of separated values (RFC 4180), fed in pieces of any size.  Taken as well: LF alone as end
 * of a row, a byte order mark at the start, a last row without its end.  A blank line is no row.
 * Memory is bounded by CSV_ROW_MAX whatever comes: a longer row, one with more than CSV_COLUMNS_MAX
 * cells, one that is not valid UTF-8 or has text behind a closing quote is refused, and reading
 * goes on behind the next line end.
 */
enum { CSV_ROW_MAX = 1 << 20, CSV_COLUMNS_MAX = 256 };

struct csv_sink {
	void *arg;
	/* Cells are unquoted, borrowed for the call; line is that of the row's beginning, from 1.
	 */
	enum err (*row)(void *arg, uint64_t line, const struct span *cells, unsigned n);
	/* WHY_TOO_LARGE, WHY_NOT_UTF8 or WHY_BAD_FORM. */
	enum err (*refuse)(void *arg, uint64_t line, enum why why);
};

struct csv;

/* NULL without memory.  Keeps a copy of the sink. */
struct csv *csv_new(char separator, const struct csv_sink *sink);
void csv_free(struct csv *csv);

/* Failures are the sink's own, and ERR_NOMEM; after one the reader stays failed. */
MUST_USE enum err csv_feed(struct csv *csv, struct span chunk);
MUST_USE enum err csv_finish(struct csv *csv);

/* The position of the column with that name (exact, blanks around it aside), or -1. */
int csv_column(const struct span *cells, unsigned n, const char *name);

/* Appends one cell, quoted where it must be. */
struct out;
void csv_write(struct out *out, struct span cell);

#endif
