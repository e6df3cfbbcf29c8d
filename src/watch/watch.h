#ifndef SEAM_WATCH_WATCH_H
#define SEAM_WATCH_WATCH_H

#include "base/arena.h"
#include "base/hash.h"
#include "model/record.h"
#include "watch/setting.h"

/*
 * What deserves attention: rules over one party's picture and a clock.  Pure: the same picture,
 * ground, settings and moment give the same alerts; nothing is remembered between two runs. What an
 * alert leads to (a record, a step, its end) is the business of who asks.
 *
 * An alert stays inside its party.
 */
struct picture;
struct ground;

/* clang-format off */
#define WATCH_RULE_ROWS(X) \
	X(UNANSWERED, "unanswered", "no answer in time") \
	X(CONFLICT,   "conflict",   "movements in each other's way") \
	X(CHAIN,      "chain",      "a chain of sightings nears the line")
/* clang-format on */

enum watch_rule {
#define X(name, code, label) WATCH_##name,
	WATCH_RULE_ROWS(X)
#undef X
	    WATCH_RULE_COUNT
};

const char *watch_rule_code(enum watch_rule rule);
const char *watch_rule_label(enum watch_rule rule);
bool watch_rule_find(struct span code, enum watch_rule *rule);

enum { WATCH_ALERTS_MAX = 256, WATCH_CITES_MAX = LIMIT_IDS, WATCH_TEXT = 512, WATCH_STEPS = 3 };

/* One matter that deserves attention at the moment asked about. */
struct watch_alert {
	enum watch_rule rule;
	/* The same for the same matter at every run, however it grows, and at every station of the
	 * party: from the rule, the statement it is about (station and thread: CHAIN the earliest
	 * sighting's, CONFLICT both) and for UNANSWERED the party whose answer is missing. */
	struct hash key;
	enum vocab_severity severity;
	unsigned step;      /* 1 … WATCH_STEPS: how far it has climbed */
	const char *duty;   /* who is called at this step: "watch", "liaison", "director" */
	bool by_voice;      /* the step asks for a call: deliveries or people do not answer */
	struct party party; /* whose answer is missing, or the other party; "" none */
	unsigned n;         /* records it rests on, oldest event first */
	struct hash cites[WATCH_CITES_MAX];
	struct place place;         /* level 0: none */
	struct when when;           /* of what it is about */
	int64_t since_ms;           /* when it became an alert */
	int64_t due_ms;             /* when the next step comes; 0: none more */
	enum vocab_yesno civilians; /* may be civilians: always said for chains */
	char text[WATCH_TEXT]; /* for people, English, from fields alone: what, how far, why; the
				  same from run to run while nothing has changed */
};

struct watch_question {
	struct picture *picture;
	const struct ground *ground; /* may be NULL: no line, no town */
	const struct watch_settings *settings;
	struct party own;
	int64_t now_ms;
	int zone_min;  /* of the times in texts, minutes east of UTC; their letter is written */
	unsigned *cut; /* may be NULL; gets a bit 1 << rule for each rule that had to leave
			  something out: the oldest records, the least urgent alerts */
};

/*
 * Everything that deserves attention now, by severity, then key; at most WATCH_ALERTS_MAX.  What is
 * no longer there has ended: answered, moved, retracted, over or expired.
 * *next_ms: the earliest moment at which the answer may change without a new record (INT64_MAX:
 * none).  The arena has room for 2 MiB.  ERR_NOMEM, or what the picture answered.
 */
MUST_USE enum err watch_run(const struct watch_question *question, struct arena *arena,
			    struct watch_alert **alerts, size_t *n, int64_t *next_ms);

#endif
