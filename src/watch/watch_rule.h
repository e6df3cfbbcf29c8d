#ifndef SEAM_WATCH_RULE_H
#define SEAM_WATCH_RULE_H

#include "base/out.h"
#include "picture/picture.h"
#include "watch/watch.h"

/*
 * What the rules of this room share.  A rule is one function: it reads the picture, puts what
 * deserves attention now, and notes every later moment at which its answer may change.
 */
struct watch_run {
	const struct watch_question *question;
	struct arena *arena; /* the caller's: for what outlives a page */
	struct arena *page;  /* rows of one page of the picture, forgotten with it */
	/* Of one row, each apart so that none takes the room of another: others may file as many
	 * notes and versions as they like. */
	struct arena *notes, *versions, *scratch;
	struct watch_alert *alerts;
	size_t n;
	int64_t next_ms;
	unsigned cut;
};

#define WATCH_MINUTE_MS INT64_C(60000)
#define WATCH_HOUR_MS   (60 * WATCH_MINUTE_MS)
#define WATCH_DAY_MS    (24 * WATCH_HOUR_MS)

MUST_USE enum err watch_unanswered(struct watch_run *run);
MUST_USE enum err watch_conflict(struct watch_run *run);
MUST_USE enum err watch_chain(struct watch_run *run);

/* Gives each current row that the query finds, newest first, with its record, at most `most` of
 * them; more are the rule's cut.  `take` copies what it keeps: rows live in the page's arena. What
 * was erased is passed over. */
typedef enum err watch_take(struct watch_run *run, void *owner, const struct picture_row *row);
MUST_USE enum err watch_scan(struct watch_run *run, enum watch_rule rule,
			     struct picture_query *query, unsigned most, watch_take *take,
			     void *owner);

/* The answer may change at that moment, if it is still to come. */
void watch_note(struct watch_run *run, int64_t at_ms);

/* Something that could matter was not looked at: the rule is cut, and may see it a minute later. */
void watch_leave_out(struct watch_run *run, enum watch_rule rule);

/*
 * Whether a matter that deserves attention from since_ms until it is over at end_ms, or expires,
 * does so now; if so fills since, step, duty, due and the call by voice (at the last step).  Notes
 * when that changes.
 */
bool watch_climb(struct watch_run *run, struct watch_alert *alert, int64_t since_ms,
		 int64_t end_ms);

/* Keeps an alert in its order; the least urgent falls out of a full list. */
void watch_put(struct watch_run *run, const struct watch_alert *alert);

/* One statement, the versions of one thread by one station, as a hash. */
struct hash watch_statement(const struct picture_row *row);

/* The key over one or two statements and a party; b and party may be NULL. */
struct hash watch_key(enum watch_rule rule, const struct hash *a, const struct hash *b,
		      const struct party *party);

/* When the station came to know a version: a foreign one came, an own one was filed. */
int64_t watch_known_ms(const struct picture_row *row);

/* The first moment after a time: the end of the last minute, hour or day it names. */
int64_t watch_end_of(const struct when *when, bool has_when);
int64_t watch_row_end(const struct picture_row *row);

/* A code of the record's field, or -1. */
int watch_code(const struct record *record, enum field field);

/* A name or headline in at most `most` bytes; one that is longer ends in "…". */
void watch_say_short(struct out *out, struct span text, size_t most);
void watch_say_moment(const struct watch_run *run, struct out *out, int64_t at_ms);
/* "3 h 35 min", "40 min". */
void watch_say_duration(struct out *out, int64_t ms);
/* "700 m", "6.9 km". */
void watch_say_metres(struct out *out, double metres);

/* A writer for the text of one alert, and its end: a text that does not fit is a fault of ours. */
struct out watch_text_new(void);
MUST_USE enum err watch_text_end(struct out *out, struct watch_alert *alert);

#endif
