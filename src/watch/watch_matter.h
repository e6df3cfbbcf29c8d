#ifndef SEAM_WATCH_MATTER_H
#define SEAM_WATCH_MATTER_H

#include "watch/watch_rule.h"

/* A record that may be waiting for an answer. */
struct watch_matter {
	const struct picture_row *row;
	const struct record *record;
	enum vocab_severity severity;
	int64_t end_ms; /* it is over, or no longer looked at */
	bool is_read;   /* the notes are */
	const struct picture_row *notes;
	size_t n_notes;
};

/* How an own record stands with one party. */
struct watch_way {
	bool is_known; /* false: a sister's record, whose way only the sister knows */
	enum picture_state state;
	int64_t at_ms;
	enum why why;
	int64_t older_ms; /* an earlier version arrived then; 0: none */
	const struct picture_row *told;
};

/* False for what never alerts: ended, over or green.  back_ms: how long before the expiry of an
 * alert an event may lie to be looked at. */
bool watch_matter_make(const struct watch_run *run, const struct picture_row *row, int64_t back_ms,
		       struct watch_matter *matter);

/* Minutes to answer what does not say by when; 0: no clock. */
int64_t watch_matter_default_min(const struct watch_run *run, const struct watch_matter *matter);

/* The row of that party, with a moment; NULL. */
const struct ask *watch_matter_ask(const struct record *record, const struct party *party);

/* When it becomes an alert: at the moment asked for (ask NULL: when the default clock has run out
 * since its first version came or was filed), but never before it was here. */
MUST_USE enum err watch_matter_since(struct watch_run *run, const struct watch_matter *matter,
				     const struct ask *ask, int64_t *since_ms);

/* Whether an alert about it would be no more, told without reading anything: true is certain. */
bool watch_matter_is_past(const struct watch_run *run, const struct watch_matter *matter,
			  const struct ask *ask);

/* Reads answers and what was told, once; they live until the next row. */
MUST_USE enum err watch_matter_notes(struct watch_run *run, struct watch_matter *matter);

/* Any answer by that party to any version. */
bool watch_matter_is_answered(const struct watch_matter *matter, const struct party *party);

/* A request in good hands: another party than the one that asks helps or has helped. */
bool watch_matter_is_helped(const struct watch_matter *matter);

/* Versions of its thread; a flood of them is left out and said so. */
MUST_USE enum err watch_matter_versions(struct watch_run *run, const struct watch_matter *matter,
					struct picture_row **rows, size_t *n);

/* The notes must be read. */
MUST_USE enum err watch_way_find(struct watch_run *run, const struct watch_matter *matter,
				 const struct party *party, struct watch_way *way);
bool watch_way_is_delivered(const struct watch_way *way);
void watch_way_say(const struct watch_run *run, const struct watch_way *way,
		   const struct party *party, struct out *text);

/* The parties to whom something of a record was given, or is on its way. */
MUST_USE enum err watch_way_parties(struct watch_run *run, const struct hash *id,
				    struct party parties[LIMIT_PARTIES], size_t *n);

#endif
