#ifndef SEAM_MODEL_COURSE_H
#define SEAM_MODEL_COURSE_H

#include "model/record.h"

/*
 * The course of what asks others for something, from asked to done: per party and as a whole, who
 * is due next and by when.  A pure function of the versions held of one record, of what was
 * answered and of a moment.  Nobody's answer closes another's; an answer that does not follow from
 * the one before it is marked odd and never left out: the last word of a party stands.
 *
 * What ends it: SUPPORT that it is done · QUESTION an answer · CONSENT that every party asked
 * concurs (seen and noted are not agreement) · NOTICE that a person has it.
 */

/* clang-format off */
#define COURSE_WAY_ROWS(X) \
	X(NONE,     "none") \
	X(SUPPORT,  "support") \
	X(QUESTION, "question") \
	X(CONSENT,  "consent") \
	X(NOTICE,   "notice")

/* In the order in which they are further on: as a whole, the furthest of what the parties said. */
#define COURSE_STATE_ROWS(X) \
	X(OBJECTED,   "objected",   "objected to") \
	X(DECLINED,   "declined",   "declined") \
	X(CANNOT,     "cannot",     "cannot share") \
	X(NOT_TAKEN,  "not_taken",  "offer not taken") \
	X(WITHDRAWN,  "withdrawn",  "withdrawn") \
	X(EXPIRED,    "expired",    "expired") \
	X(NOTHING,    "nothing",    "nothing held") \
	X(ASKED,      "asked",      "asked") \
	X(SEEN,       "seen",       "seen") \
	X(NOTED,      "noted",      "noted (not permission)") \
	X(OFFERED,    "offered",    "offered") \
	X(COMMITTED,  "committed",  "committed") \
	X(ON_THE_WAY, "on_the_way", "on the way") \
	X(ON_SITE,    "on_site",    "on site") \
	X(ANSWERED,   "answered",   "answered") \
	X(AGREED,     "agreed",     "agreed") \
	X(DONE,       "done",       "done") \
	/* of the whole only */ \
	X(NOT_AGREED, "not_agreed", "not agreed until they concur") \
	X(OVER,       "over",       "over: its time has passed") \
	X(CLOSED,     "closed",     "closed by who asked")

/* What somebody is due to do next. */
#define COURSE_STEP_ROWS(X) \
	X(NONE,   "none",   "nothing") \
	X(ANSWER, "answer", "to answer") \
	X(DECIDE, "decide", "to decide") \
	X(CONCUR, "concur", "to concur or object") \
	X(TAKE,   "take",   "to take the offer or not") \
	X(COMMIT, "commit", "to commit") \
	X(COME,   "come",   "to arrive") \
	X(FINISH, "finish", "to say that it is done") \
	X(CLOSE,  "close",  "to close it or ask anew")
/* clang-format on */

enum course_way {
#define X(name, code) COURSE_WAY_##name,
	COURSE_WAY_ROWS(X)
#undef X
	    COURSE_WAY_COUNT
};

enum course_state {
#define X(name, code, label) COURSE_##name,
	COURSE_STATE_ROWS(X)
#undef X
	    COURSE_STATE_COUNT
};

enum course_step {
#define X(name, code, label) COURSE_STEP_##name,
	COURSE_STEP_ROWS(X)
#undef X
	    COURSE_STEP_COUNT
};

const char *course_way_code(enum course_way way);
const char *course_state_code(enum course_state state);
const char *course_state_label(enum course_state state);
const char *course_step_code(enum course_step step);
const char *course_step_label(enum course_step step);

/* What would end the course of such a record; COURSE_WAY_NONE for notes and the station's own. */
enum course_way course_way_of(const struct record *record);

/* Minutes to answer when a record does not say, by what it is: what saves lives, red, yellow. */
struct course_clocks {
	int64_t life_min, red_min, yellow_min;
};

/* ms to answer such a record by these clocks; 0: it has none. */
int64_t course_answer_ms(const struct record *record, const struct course_clocks *clocks);

/* The last moment of the record's window, with all that its precision names; 0: it has none. */
int64_t course_window_end(const struct record *record);

/* One version of the record, as far as it was released to us. */
struct course_version {
	struct hash id;
	const struct record *record; /* NULL: erased */
	int64_t filed_ms;            /* filed, else arrived */
};

/* One answer, to a version or to an answer. */
struct course_answer {
	struct hash id;
	struct hash re;
	struct station station;
	int answer; /* enum vocab_answer, -1: not released to us */
	int64_t at_ms;
	int64_t position; /* in its signer's log as far as known: orders what came together */
	int64_t eta_ms;   /* 0: none */
	int64_t until_ms; /* of a concurrence for a time; 0: none */
	/* out: what it made of its party's part; is_odd when it did not follow */
	enum course_state state;
	bool is_odd;
};

struct course_question {
	struct station station; /* whose record it is */
	bool is_whole;          /* we see every row of ASK: the record is of our own party */
	bool is_taken_back;     /* retracted, or its newest version erased */
	const struct course_version *versions; /* oldest first */
	size_t versions_n;
	struct course_answer *answers; /* in order of time */
	size_t answers_n;
	struct course_clocks clocks;
	int64_t now_ms;
};

struct course_row {
	struct party party;
	bool is_asked;    /* by name; else it answered of itself */
	int64_t by_ms;    /* to answer by; 0: no clock */
	int64_t first_ms; /* its first answer, which stops that clock; 0: none yet */
	enum course_state state;
	int64_t at_ms;  /* of what made this state; 0: asked only */
	int64_t eta_ms; /* expected, as last said; 0: not said */
	struct hash answer;
	bool is_odd;    /* the last word did not follow from the one before */
	bool is_taken;  /* the offer was taken by who asked */
	bool concurs;   /* agreed, with what is asked now; beside a promise of help too */
	bool is_behind; /* concurred to an earlier version that said something else */
};

struct course_due {
	enum course_step step;
	struct party party;
	int64_t at_ms; /* 0: no clock */
};

struct course {
	enum course_way way;
	enum course_state state;
	bool is_open;
	bool is_partial; /* others may be asked of whom we are not told */
	bool
	    needs_consent; /* a corridor, or it crosses the line: nothing but concur is agreement */
	bool is_agreed;    /* … and it is there, from all who were asked as far as known */
	struct party party; /* who asks */
	int64_t asked_ms;   /* first version */
	int64_t until_ms;   /* latest useful moment: needed by, else the window's end; 0: none */
	struct course_due due;
	unsigned odd; /* answers marked odd */
	unsigned n;
	struct course_row row[LIMIT_PARTIES]; /* asked ones first, in the order of the record */
};

/* Fills the course and what is "out" in the answers.  A record without a version that can be read
 * gives COURSE_WAY_NONE. */
void course_follow(struct course_question *question, struct course *course);

/* The row of a party; NULL when it has none. */
const struct course_row *course_row_of(const struct course *course, const struct party *party);

/* Whether this state is the last word of a party: nothing more is due from it. */
bool course_is_final(enum course_state state);

#endif
