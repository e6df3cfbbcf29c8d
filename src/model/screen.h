#ifndef SEAM_MODEL_SCREEN_H
#define SEAM_MODEL_SCREEN_H

#include "base/out.h"
#include "model/phrase.h"

/*
 * Words of the plain page that no other table has: headings, buttons, marks, sentences.
 * tools/gen-labels takes them into po/seam.pot.  A {place} is filled with screen_write().
 */

/* clang-format off */
#define SCREEN_ROWS(X) \
	X(NOT_REAL,      "not real events") \
	X(SIGN_ON,       "Sign on") \
	X(SIGN_OFF,      "Sign off") \
	X(ACCOUNT,       "Account") \
	X(PASSPHRASE,    "Passphrase") \
	X(DUTY,          "Duty") \
	X(ANY_DUTY,      "the first of the account") \
	X(WRONG,         "Unknown account or wrong passphrase. After a wrong one, wait a minute.") \
	X(SIGNED_OFF,    "You are signed off.") \
	X(NOW,           "now") \
	X(REFRESH,       "Refresh") \
	X(WAITING,       "Waits for our answer") \
	X(WAITING_NONE,  "Nothing waits for our answer.") \
	X(WAITING_MORE,  "More waits than is shown here.") \
	X(OTHERS,        "Waits for others") \
	X(REPORT,        "Short report") \
	X(NEWEST,        "Newest records") \
	X(OLDER,         "Older records") \
	X(NONE,          "No records.") \
	X(TO_LIST,       "Back to the list") \
	X(EXAMPLE,       "as {example}") \
	X(LOOK,          "Look first") \
	X(FILE,          "File") \
	X(FILE_SEND,     "File and send") \
	X(CHANGE,        "Change it") \
	X(NOT_FILED,     "Nothing is filed yet.") \
	X(NOT_DONE,      "Not done: {why}.") \
	X(UNDERSTOOD,    "What was understood") \
	X(GETS,          "What each party would get") \
	X(NOTHING,       "nothing now") \
	X(FROM_TIME,     "from {time}") \
	X(UNTIL_TIME,    "until {time}") \
	X(OFFICERS,      "officers who must approve: {n}") \
	X(AGAIN,         "It was filed already, or shown more than ten minutes ago. Look at the newest records before you file it again.") \
	X(SOON,          "Filed. It is shown here in a moment.") \
	X(BEHIND,        "This is not everything: {count} records that are held are not shown yet.") \
	X(FILED_NOW,     "Filed.") \
	X(BY_TIME,       "by {time}") \
	X(LEFT,          "{n} min left") \
	X(OVERDUE,       "late by {n} min") \
	X(ANSWER_WORDS,  "Answer in full") \
	X(ANSWER_FORM,   "Our answer") \
	X(ANSWERS,       "Answers") \
	X(STANDING,      "Where it stands with each party") \
	X(VERSIONS,      "Versions, oldest first") \
	X(TOGETHER,      "Reports of one incident") \
	X(LOSSES,        "Losses of this incident") \
	X(NOTES,         "Notes about it") \
	X(BY_PARTY,      "of {party}") \
	X(OLD_VERSION,   "not the newest version") \
	X(CAME_LATE,     "came late") \
	X(ONE_OF,        "one of several reports") \
	X(WAS_RETRACTED, "retracted") \
	X(WAS_ERASED,    "erased: only its id is kept") \
	X(FILED_AT,      "filed {time}") \
	X(CAME_AT,       "came {time}") \
	X(NOT_RELEASED,  "not released to us") \
	X(TOO_LONG,      "too long for this page") \
	X(UNREVIEWED,    "These words have not been reviewed by native speakers.") \
	X(RED,           "red") \
	X(YELLOW,        "yellow") \
	X(GREEN,         "green") \
	X(HELD_BACK,     "held back") \
	X(QUEUED,        "queued") \
	X(EXPORTED,      "exported") \
	X(ARRIVED,       "arrived")
/* clang-format on */

enum screen {
#define X(name, text) SCREEN_##name,
	SCREEN_ROWS(X)
#undef X
	    SCREEN_COUNT
};

/* The words, translated; "" outside the table. */
const char *screen_text(enum vocab_lang lang, enum screen screen);

/* The words with their one {place} filled; the text is copied as it is. */
void screen_write(struct out *out, enum vocab_lang lang, enum screen screen, struct span text);

#endif
