#ifndef SEAM_MODEL_FIELD_H
#define SEAM_MODEL_FIELD_H

#include "base/span.h"
#include "model/vocab.h"

#include <stdint.h>

/*
 * The fields: unit of release, column of the picture, name on the command line and in signed JSON.
 * One row each: name, text, type, code list, flags, English label, help.
 *
 * Types (how a value looks in a record, model/record.h):
 *   CODE one code of the list · CODES up to LIMIT_CODES of them · NAME a short identifier (unit,
 * duty, area, actor code) · LINE one line of structured text · FREE free text · NUMBER 0…2^31-1 ·
 * QUANTITY low/best/high or a qualifier · WHEN from–to with precision, released by ladder · INSTANT
 * one moment · PLACE a grid square, released by ladder · SHAPE a route or area · GRADE A1…F6 · ID a
 * record · IDS several · PARTY · PARTIES · ASKS party and moment to answer by · HEADS newest
 * foreign heads seen · DOC a longer document. Flags: A always disclosed with the record; S sealed,
 * never leaves its station; F free text, leaves by hand only; L losses, which
 * leave only together with FAMILIES; P about persons, protected by precision.
 */

/* clang-format off */
#define FIELD_ROWS(X) \
	X(KIND,         "kind",         LINE,     NONE,      "A", "kind",                   "what this record is") \
	X(THREAD,       "thread",       LINE,     NONE,      "A", "thread",                 "random name shared by a record and its amendments") \
	X(FILED,        "filed",        INSTANT,  NONE,      "",  "filed",                  "when the record was filed") \
	X(HEADS,        "heads",        HEADS,    NONE,      "",  "heads seen",             "newest foreign log heads known when it was filed") \
	X(DUTY,         "duty",         NAME,     NONE,      "",  "filed by duty",          "the duty that filed it, never a person") \
	X(UNIT,         "unit",         NAME,     NONE,      "",  "unit",                   "reporting unit or post, as a code") \
	X(TYPE,         "type",         CODE,     TYPE,      "",  "what happened",          "type of event") \
	X(SEVERITY,     "severity",     CODE,     SEVERITY,  "",  "severity",               "red, yellow or green") \
	X(WHEN,         "when",         WHEN,     NONE,      "",  "time",                   "from-to with precision") \
	X(PLACE,        "place",        PLACE,    NONE,      "",  "place",                  "grid square with precision") \
	X(TYPED,        "typed",        FREE,     NONE,      "F", "place as typed",         "the place as it was typed") \
	X(SHAPE,        "shape",        SHAPE,    NONE,      "",  "route or area",          "line or area, never coarsened") \
	X(GOVERNORATE,  "governorate",  NAME,     NONE,      "",  "governorate",            "as on the party's own layer") \
	X(DISTRICT,     "district",     NAME,     NONE,      "",  "district",               "as on the party's own layer") \
	X(GRADE,        "grade",        GRADE,    NONE,      "",  "grade",                  "source A-F and information 1-6") \
	X(SENSOR,       "sensor",       CODE,     SENSOR,    "",  "how it was observed",    "means of observation") \
	X(SOURCE,       "source",       FREE,     NONE,      "S", "source",                 "how a source is reached: never leaves this station") \
	X(ORIGIN,       "origin",       LINE,     NONE,      "",  "origin",                 "identifier in an imported set") \
	X(SUMMARY,      "summary",      FREE,     NONE,      "F", "summary",                "one sentence in words") \
	X(DETAIL,       "detail",       FREE,     NONE,      "F", "detail",                 "more in words") \
	X(LANG,         "lang",         CODE,     LANG,      "",  "language",               "language of the free text") \
	X(OUTCOME,      "outcome",      CODE,     OUTCOME,   "",  "outcome",                "how it ended, as claimed by the reporter") \
	X(TARGET,       "target",       CODE,     TARGET,    "",  "against",                "what was attacked") \
	X(ACTOR,        "actor",        NAME,     NONE,      "",  "who acted",              "code of a force or group; default unknown") \
	X(CLAIMED_BY,   "claimed_by",   NAME,     NONE,      "",  "named by",               "who names the actor") \
	X(CLAIM_GRADE,  "claim_grade",  GRADE,    NONE,      "",  "grade of the claim",     "grade of naming the actor") \
	X(VIOLENCE,     "violence",     CODE,     VIOLENCE,  "",  "form of violence",       "as coded in open data sets") \
	X(PERSONS,      "persons",      QUANTITY, NONE,      "P", "persons",                "how many persons") \
	X(VEHICLES,     "vehicles",     QUANTITY, NONE,      "",  "vehicles",               "how many vehicles") \
	X(ANIMALS,      "animals",      QUANTITY, NONE,      "",  "animals",                "how many animals") \
	X(DIRECTION,    "direction",    CODE,     DIRECTION, "",  "heading",                "16-point direction of movement") \
	X(MEANS,        "means",        CODES,    MEANS,     "",  "moving",                 "how they move") \
	X(ARMED,        "armed",        CODE,     YESNO,     "",  "armed",                  "yes, no or unknown") \
	X(LOADS,        "loads",        CODE,     YESNO,     "",  "carrying loads",         "yes, no or unknown") \
	X(LIGHTS,       "lights",       CODE,     YESNO,     "",  "with lights",            "yes, no or unknown") \
	X(CIVILIANS,    "civilians",    CODE,     YESNO,     "",  "may be civilians",       "default unknown") \
	X(GROUP,        "group",        CODE,     GROUP,     "",  "whose losses",           "group the casualties belong to") \
	X(KILLED,       "killed",       QUANTITY, NONE,      "L", "killed",                 "number killed") \
	X(WOUNDED,      "wounded",      QUANTITY, NONE,      "L", "wounded",                "number wounded") \
	X(CRITICAL,     "critical",     QUANTITY, NONE,      "L", "critically wounded",     "number critically wounded") \
	X(MISSING,      "missing",      QUANTITY, NONE,      "L", "missing",                "number missing") \
	X(DETAINED,     "detained",     QUANTITY, NONE,      "",  "detained",               "number detained") \
	X(ABDUCTED,     "abducted",     QUANTITY, NONE,      "",  "abducted",               "number abducted") \
	X(DEATHS,       "deaths",       QUANTITY, NONE,      "",  "deaths, all groups",     "total deaths as estimated by an open data set") \
	X(STATED_BY,    "stated_by",    NAME,     NONE,      "",  "as stated by",           "who states the figures") \
	X(FAMILIES,     "families",     CODE,     YESNO,     "",  "families told",          "whether the families were told by their own authority") \
	X(MEDICAL,      "medical",      FREE,     NONE,      "S", "medical detail",         "never leaves this station") \
	X(EMBARGO,      "embargo",      CODE,     YESNO,     "",  "media embargo",          "no word to the press") \
	X(INCIDENT,     "incident",     ID,       NONE,      "",  "part of incident",       "the incident this belongs to") \
	X(RE,           "re",           ID,       NONE,      "",  "refers to",              "the record this is about") \
	X(CITES,        "cites",        IDS,      NONE,      "",  "rests on",               "records this rests on") \
	X(NEED,         "need",         CODE,     NEED,      "",  "asked for",              "support that is asked for") \
	X(PURPOSE,      "purpose",      CODE,     PURPOSE,   "",  "purpose",                "protective purpose of a look") \
	X(EFFECT,       "effect",       LINE,     NONE,      "",  "wanted effect",          "what should be true afterwards, not how") \
	X(QUESTION,     "question",     FREE,     NONE,      "F", "question",               "one question") \
	X(NEEDED_BY,    "needed_by",    INSTANT,  NONE,      "",  "needed by",              "latest useful moment") \
	X(CALL,         "call",         LINE,     NONE,      "",  "radio",                  "frequency and call sign at the site") \
	X(URGENT,       "urgent",       NUMBER,   NONE,      "",  "patients urgent",        "patients, precedence A") \
	X(SURGICAL,     "surgical",     NUMBER,   NONE,      "",  "patients urgent surgical", "patients, precedence B") \
	X(PRIORITY,     "priority",     NUMBER,   NONE,      "",  "patients priority",      "patients, precedence C") \
	X(ROUTINE,      "routine",      NUMBER,   NONE,      "",  "patients routine",       "patients, precedence D") \
	X(LITTER,       "litter",       NUMBER,   NONE,      "",  "patients lying",         "litter patients") \
	X(AMBULATORY,   "ambulatory",   NUMBER,   NONE,      "",  "patients walking",       "ambulatory patients") \
	X(SECURITY,     "security",     CODE,     SECURITY,  "",  "security at the site",   "line 6 of the nine") \
	X(MARKING,      "marking",      CODE,     MARKING,   "",  "marking of the site",    "line 7 of the nine") \
	X(MOVEMENT,     "movement",     CODE,     MOVEMENT,  "",  "kind of movement",       "patrol, convoy …") \
	X(WINDOW,       "window",       WHEN,     NONE,      "",  "window",                 "from-to in which it moves or holds") \
	X(CROSSES,      "crosses",      CODE,     YESNO,     "",  "crosses the line",       "needs the other side's concurrence") \
	X(WIDTH_M,      "width_m",      NUMBER,   NONE,      "",  "width in metres",        "width of a route or corridor") \
	X(BASIS,        "basis",        CODE,     SENSOR,    "",  "basis",                  "what the warning rests on") \
	X(ADVICE,       "advice",       CODE,     ADVICE,    "",  "advice",                 "what the warned should do") \
	X(ASK,          "ask",          ASKS,     NONE,      "",  "answer by",              "who is asked, and by when; each party sees its own row") \
	X(ANSWER,       "answer",       CODE,     ANSWER,    "",  "answer",                 "what a person decided") \
	X(TEXT,         "text",         FREE,     NONE,      "F", "words",                  "free words of an answer, decision or statement") \
	X(ETA,          "eta",          INSTANT,  NONE,      "",  "expected at",            "expected arrival") \
	X(TOLD_PARTY,   "told_party",   PARTY,    NONE,      "",  "told to",                "the party that was told") \
	X(TOLD_DUTY,    "told_duty",    NAME,     NONE,      "",  "told to duty",           "the duty that was told") \
	X(TOLD_BY,      "told_by",      CODE,     TOLD,      "",  "told by means of",       "voice, radio, paper …") \
	X(READ_BACK,    "read_back",    CODE,     YESNO,     "",  "read back",              "whether it was read back") \
	X(LINK,         "link",         CODE,     LINK,      "",  "link",                   "how two records belong together") \
	X(LINK_TO,      "link_to",      ID,       NONE,      "",  "linked to",              "the other end of the link") \
	X(DISPUTED,     "disputed",     NAME,     NONE,      "",  "disputed field",         "the field whose value is disputed") \
	X(STATE,        "state",        CODE,     STATE,     "",  "state",                  "open, closed, active …") \
	X(PARTIES,      "parties",      PARTIES,  NONE,      "",  "parties",                "parties it concerns") \
	X(RULE,         "rule",         NAME,     NONE,      "",  "rule",                   "the rule that found it") \
	X(DUE,          "due",          INSTANT,  NONE,      "",  "due",                    "when an action is due") \
	X(NUMBER,       "number",       NUMBER,   NONE,      "",  "number",                 "running number or version") \
	X(DOCUMENT,     "document",     DOC,      NONE,      "",  "document",               "a policy, key note or member list as text")
/* clang-format on */

enum field_type {
	FIELD_TYPE_CODE,
	FIELD_TYPE_CODES,
	FIELD_TYPE_NAME,
	FIELD_TYPE_LINE,
	FIELD_TYPE_FREE,
	FIELD_TYPE_NUMBER,
	FIELD_TYPE_QUANTITY,
	FIELD_TYPE_WHEN,
	FIELD_TYPE_INSTANT,
	FIELD_TYPE_PLACE,
	FIELD_TYPE_SHAPE,
	FIELD_TYPE_GRADE,
	FIELD_TYPE_ID,
	FIELD_TYPE_IDS,
	FIELD_TYPE_PARTY,
	FIELD_TYPE_PARTIES,
	FIELD_TYPE_ASKS,
	FIELD_TYPE_HEADS,
	FIELD_TYPE_DOC,
	FIELD_TYPE_COUNT
};

enum field {
	FIELD_NONE, /* also "the whole record" in a reason */
#define X(name, text, type, vocab, flags, label, help) FIELD_##name,
	FIELD_ROWS(X)
#undef X
	    FIELD_COUNT
};

struct field_row {
	const char *name;
	enum field_type type;
	enum vocab vocab;
	bool is_always;   /* A */
	bool is_sealed;   /* S */
	bool is_free;     /* F */
	bool is_loss;     /* L */
	bool is_personal; /* P */
	const char *label;
	const char *help;
};

/* The row of a field; FIELD_NONE and values outside the table give a row with an empty name. */
const struct field_row *field_row(enum field field);

/* Forms that a value of this type may be typed in, with " or " between them; "" where a list of
 * codes or the field's own help says it. */
const char *field_examples(enum field_type type);

/* The field of this name; FIELD_NONE when there is none. */
enum field field_find(struct span name);

/*
 * Levels: parts of a field that are disclosed one by one.  Level 0 is the field itself (bit 0).
 * PLACE has 1…5 for 100 km, 10 km, 1 km, 100 m, 10 m; WHEN has 1…3 for day, hour, minute; ASKS has
 * 1…15, one per row of the record.
 */
enum { FIELD_LEVELS = 16, FIELD_PLACE_LEVELS = 5, FIELD_WHEN_LEVELS = 3 };

/* Number of levels under the field itself: 5, 3, LIMIT_ASKS or 0. */
unsigned field_levels(enum field field);

/* Name of a level in signed JSON and in policies: "100km" … "10m", "day", "hour", "minute"; NULL
 * otherwise. */
const char *field_level_name(enum field field, unsigned level);

/* The level of that name; 0 when there is none. */
unsigned field_level_find(enum field field, struct span name);

/* Which levels of which fields: bit k of mask[field] is level k. */
struct field_set {
	uint16_t mask[FIELD_COUNT];
};

bool field_set_is_empty(const struct field_set *set);
void field_set_add(struct field_set *set, const struct field_set *more);  /* union */
void field_set_keep(struct field_set *set, const struct field_set *only); /* intersection */
bool field_set_equal(const struct field_set *a, const struct field_set *b);
bool field_set_covers(const struct field_set *set,
		      const struct field_set *part); /* part is a subset */

#endif
