#ifndef SEAM_MODEL_PARTY_H
#define SEAM_MODEL_PARTY_H

#include "base/span.h"
#include "model/limits.h"

/* Names of parties and stations: the same plain value everywhere. */
struct party {
	char name[LIMIT_PARTY_TEXT]; /* [a-z][a-z0-9-]*, "" when unset */
};

struct station {
	char name[LIMIT_STATION_TEXT]; /* party "/" site, both [a-z][a-z0-9-]* */
};

/* True and filled when the text is a well-formed name; else false and empty. */
bool party_read(struct span text, struct party *party);
bool station_read(struct span text, struct station *station);

/*
 * The number of a station's log by the last part of its origin: of "seam/b/kirkuk/log/2" 2; 0 when
 * that is no number from 1 to STATION_LOG_MAX.  The first log is 1; one that recovery begins has
 * the seconds from the start of 2020 until then.  The higher is the newer.
 */
enum { STATION_LOG_MAX = INT32_MAX };
int64_t station_log_number(struct span origin);

/*
 * Deliveries to a party are numbered on from 1; after a recovery not from the last number that its
 * store knows, since others may have got more, but from the first one of the log that began, which
 * is above whatever was made before: 256 a second is more than a station makes from one recovery to
 * the next.  A new row of numbers may begin at such a number only.
 */
enum { STATION_ROW = 256 };
int64_t station_row_first(int64_t log_number);
bool station_row_begins(int64_t counter);

/* The party that a station serves. */
struct party station_party(const struct station *station);

bool party_equal(const struct party *a, const struct party *b);
bool station_equal(const struct station *a, const struct station *b);

#endif
