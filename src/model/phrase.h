#ifndef SEAM_MODEL_PHRASE_H
#define SEAM_MODEL_PHRASE_H

#include "base/out.h"
#include "model/vocab.h"

/*
 * Whole sentences with named places for values, and the words that values are made of, for label.c
 * and label_say.c.  tools/gen-labels takes them into po/seam.pot.  A translation may move a {place}
 * but must keep every one of them.
 */

/* clang-format off */
#define PHRASE_ROWS(X) \
	X(EXERCISE,      "EXERCISE EXERCISE EXERCISE.") \
	X(FROM,          "Message from {station}, filed {filed}.") \
	X(FROM_STATION,  "Message from {station}.") \
	X(INCIDENT,      "Incident report: {type}.") \
	X(SIGHTING,      "Sighting report: {type}.") \
	X(CASUALTY,      "Casualty report for: {group}.") \
	X(MOVEMENT,      "Notice of a movement: {movement}.") \
	X(NOTICE,        "This is a notice, not a request for permission.") \
	X(CIVIL,         "Humanitarian notice. To note it is not to permit it.") \
	X(COVERAGE,      "Coverage claim: we watch this area in this window.") \
	X(REQUEST,       "We ask for: {need}.") \
	X(WARNING,       "Warning, valid {window}.") \
	X(DECISION,      "Decision on record {re}.") \
	X(AGREEMENT,     "Agreement on record {re}.") \
	X(ASSESSMENT,    "Assessment: the opinion of one party, not a report.") \
	X(SITREP,        "Situation report number {number}, for {window}.") \
	X(ANSWER,        "Our answer to record {re} is: {answer}.") \
	X(TOLD,          "Record {re} was told to {told_party}, {told_by}.") \
	X(LINK,          "Record {re} is {link} record {link_to}, in our view.") \
	X(DISPUTE,       "We dispute record {re}.") \
	X(RETRACT,       "Record {re} is withdrawn by us.") \
	X(ERASE,         "Record {re} must be erased; confirm when it is done.") \
	X(KIND,          "This is: {kind}.") \
	X(LINE,          "{label}: {value}.") \
	X(PLACE,         "Place: grid {place}, a square of {size}.") \
	X(ROUTE,         "Route with {n} points, from grid {from} to grid {to}.") \
	X(AREA,          "Area with {n} corners, at grids {list}.") \
	X(REGION,        "District {district}, governorate {governorate}.") \
	X(ACTOR,         "Who acted is named as {actor} by {claimed_by}, grade {claim_grade}.") \
	X(ACTOR_CLAIM,   "Who acted is named as {actor} by {claimed_by}.") \
	X(ACTOR_ALONE,   "Who acted is named as {actor}; by whom is not stated.") \
	X(FIGURES,       "These figures are as stated by {stated_by}.") \
	X(ASK,           "{party} is asked to answer by {by}.") \
	X(CROSSES,       "It crosses the line and needs the other side's agreement.") \
	X(EMBARGO,       "Not a word to the press.") \
	X(CIVILIANS,     "These may be civilians.") \
	X(CIVILIANS_ASK, "It is not known whether these are civilians.") \
	X(END,           "Record {id}. Read back, please.") \
	X(END_ALONE,     "End of message. Read back, please.") \
	X(RANGE,         "{low} to {high}") \
	X(RANGE_BEST,    "{low} to {high}, most likely {best}") \
	X(ABOUT,         "about {best}") \
	X(FLOOR,         "at least {low}") \
	X(FLOOR_BEST,    "about {best}, at least {low}") \
	X(CEILING,       "at most {high}") \
	X(CEILING_BEST,  "about {best}, at most {high}") \
	X(SEVERAL,       "several, not specified") \
	X(SEVERAL_FLOOR, "several, at least {low}") \
	X(UNKNOWN,       "number unknown") \
	X(ASKED,         "{party} by {by}") \
	X(RECORDS,       "{n} records") \
	X(TALLY,         "{label} {value}") \
	X(TO_HOUR,       "{time}, known to the hour") \
	X(TO_PART,       "{time}, known to six hours") \
	X(TO_WEEK,       "{time}, known to the week") \
	X(TO_MONTH,      "{time}, known to the month") \
	X(TO_YEAR,       "{time}, known to the year") \
	X(EXERCISE_MARK, "EXERCISE") \
	X(KM100,         "100 km") \
	X(KM10,          "10 km") \
	X(KM1,           "1 km") \
	X(M100,          "100 m") \
	X(M10,           "10 m") \
	X(COMMA,         ", ")
/* clang-format on */

enum phrase {
	PHRASE_NONE,
#define X(name, text) PHRASE_##name,
	PHRASE_ROWS(X)
#undef X
	    PHRASE_COUNT
};

#define PHRASE_ISOLATE_LTR "\xe2\x81\xa6" /* U+2066: grids, times, ids */
#define PHRASE_ISOLATE_ANY "\xe2\x81\xa8" /* U+2068: direction of the first strong letter */

/* A value for a {place} of a template. */
struct phrase_arg {
	const char *name;
	struct span text;
};

/* The template in English, and as translated. */
const char *phrase_english(enum phrase phrase);
const char *phrase_text(enum vocab_lang lang, enum phrase phrase);

/* Takes from *rest the literal text before the next {place} and the place's name; either may be
 * empty. */
void phrase_next(struct span *rest, struct span *literal, struct span *name);

/* The template with its places filled; a place without an argument stays empty. */
void phrase_write(struct out *out, enum vocab_lang lang, enum phrase phrase,
		  const struct phrase_arg *args, unsigned n);

bool phrase_is_rtl(enum vocab_lang lang);

/* The text between `open` and the end of an isolate (UAX 9); as it is when open is NULL. */
void phrase_isolate(struct out *out, struct span text, const char *open);

#endif
