#ifndef SEAM_SEAMD_ASKING_H
#define SEAM_SEAMD_ASKING_H

#include "picture/picture.h"

/*
 * What people and programs ask the picture, by name and typed value: the options of `seam list` and
 * `seam count`, and the parameters of the API.  Every one is understood or refused, never passed
 * over.  One row each: name, what it takes, for people.
 */

/* clang-format off */
#define ASKING_ROWS(X) \
	X(kind,        "kinds of record, with commas between them") \
	X(type,        "a type, as atk.ambush, or a family, as atk") \
	X(from,        "a time, as 040215C MAY 27") \
	X(to,          "a time, as 040215C MAY 27") \
	X(bbox,        "west,south,east,north in degrees") \
	X(near,        "a place, a comma, metres") \
	X(governorate, "a governorate as written in the records") \
	X(district,    "a district as written in the records") \
	X(party,       "no name of a party") \
	X(station,     "no name of a station") \
	X(text,        "words that must all occur") \
	X(answered,    "yes or no") \
	X(history,     "yes or no")
/* clang-format on */

/*
 * Narrows the query by one row.  Texts are borrowed.  WHY_NONE; WHY_UNKNOWN_FIELD for a name that
 * is none; WHY_UNKNOWN_KIND, WHY_BAD_TIME, or WHY_BAD_VALUE.
 */
enum why asking_set(struct picture_query *query, struct span name, struct span value,
		    const struct record_typing *typing);

/* What the row of that name takes; NULL when there is none. */
const char *asking_help(struct span name);

/* Keys of a tally, "governorate,year", and the field that is summed up.  WHY_NONE,
 * WHY_BAD_VALUE, also for a field that holds no quantity, WHY_UNKNOWN_FIELD, or WHY_TOO_LARGE for
 * more than PICTURE_BY_MAX keys. */
enum why asking_by(struct picture_tally *tally, struct span keys);
enum why asking_sum(struct picture_tally *tally, struct span field);

/* What asking_by() and asking_sum() take, for people: "governorate, district …". */
void asking_write_keys(struct out *out);
void asking_write_sums(struct out *out);

/* Where a page of rows ends, as text for the next question: [A-Za-z0-9_.-], and back. */
void asking_write_cursor(struct out *out, const struct picture_cursor *cursor);
bool asking_read_cursor(struct span text, struct picture_cursor *cursor);

#endif
