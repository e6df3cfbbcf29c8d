#ifndef SEAM_EDGE_SINK_H
#define SEAM_EDGE_SINK_H

#include "base/err.h"
#include "model/record.h"

/*
 * Where a reader of a foreign format puts what it read.  Both calls get things that live only for
 * the call; a failure they return ends the reading and comes back from the reader's feed or finish.
 * Records come without station, thread, filing time and exercise mark: those are the caller's, as
 * is finding doubles (by FIELD_ORIGIN).
 */
enum { SINK_COLUMN_TEXT = 64 };

/* What was not taken: where, why, and which column or property it stood in ("" for the whole). */
struct sink_refusal {
	uint64_t line; /* of the file, from 1: where the row or feature begins */
	struct reason reason;
	char column[SINK_COLUMN_TEXT]; /* cut off where longer */
	char id[SINK_COLUMN_TEXT];     /* of the feature, as the file has it; "" none */
};

struct sink {
	void *arg;
	enum err (*record)(void *arg, const struct record *record, uint64_t line);
	enum err (*refuse)(void *arg, const struct sink_refusal *refusal);
	/* What had to be assumed to read the record that comes next: a set of enum heard.  May be
	 * NULL. */
	void (*heard)(void *arg, unsigned heard);
};

/* Hands a record over, after what was heard of it. */
MUST_USE enum err sink_give(const struct sink *sink, const struct record *record, uint64_t line,
			    unsigned heard);

/* Hands a refusal to the sink; column may be the empty span. */
MUST_USE enum err sink_refuse(const struct sink *sink, uint64_t line, struct reason reason,
			      struct span column);

/* The same of a feature with an id of its own; both texts may be empty. */
MUST_USE enum err sink_refuse_item(const struct sink *sink, uint64_t line, struct span id,
				   struct reason reason, struct span column);

#endif
