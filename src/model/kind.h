#ifndef SEAM_MODEL_KIND_H
#define SEAM_MODEL_KIND_H

#include "model/field.h"

/*
 * The kinds of record.  One row each: name, text, English label, nature, days kept by default (0 =
 * for ever), required fields, further fields; F() is what the reader of the table makes of a field.
 * Every kind has KIND, THREAD, FILED, HEADS, DUTY besides.  Nature: REPORT what somebody saw or did
 * · ACT of coordination · NOTE about other records · HOUSE the station's own.
 */

/* clang-format off */
#define KIND_EVENT_FIELDS \
	F(UNIT) F(SEVERITY) F(PLACE) F(TYPED) F(SHAPE) F(GOVERNORATE) F(DISTRICT) F(GRADE) \
	F(SENSOR) F(SOURCE) F(ORIGIN) F(SUMMARY) F(DETAIL) F(LANG) F(OUTCOME) \
	F(TARGET) F(ACTOR) F(CLAIMED_BY) F(CLAIM_GRADE) F(PERSONS) F(VEHICLES) F(ANIMALS) F(DIRECTION) \
	F(MEANS) F(ARMED) F(LOADS) F(LIGHTS) F(CIVILIANS) \
	F(EMBARGO) F(INCIDENT) F(CITES) F(ASK) F(STATE)
#define KIND_ROWS(X) \
	X(INCIDENT,   "incident",   "incident",            REPORT, 0, F(TYPE) F(WHEN), \
		KIND_EVENT_FIELDS F(VIOLENCE) F(DEATHS) F(ABDUCTED)) \
	X(SIGHTING,   "sighting",   "sighting",            REPORT, 365, F(TYPE) F(WHEN) F(PLACE), \
		KIND_EVENT_FIELDS) \
	X(CASUALTY,   "casualty",   "casualties",          REPORT, 0, F(GROUP) F(WHEN), \
		F(INCIDENT) F(UNIT) F(SEVERITY) F(PLACE) F(TYPED) F(GOVERNORATE) F(DISTRICT) F(GRADE) F(KILLED) \
		F(WOUNDED) F(CRITICAL) F(MISSING) F(DETAINED) F(ABDUCTED) F(STATED_BY) F(FAMILIES) F(MEDICAL) F(SUMMARY) \
		F(DETAIL) F(LANG) F(ASK)) \
	X(MOVEMENT,   "movement",   "movement notice",     ACT,    30, F(MOVEMENT) F(WINDOW), \
		F(UNIT) F(SEVERITY) F(PLACE) F(TYPED) F(SHAPE) F(GOVERNORATE) F(DISTRICT) F(VEHICLES) F(PERSONS) \
		F(CROSSES) F(WIDTH_M) F(CALL) F(INCIDENT) F(SUMMARY) F(DETAIL) F(LANG) F(ASK) F(STATE)) \
	X(CIVIL,      "civil",      "humanitarian notice", ACT,    3, F(WINDOW), \
		F(PLACE) F(TYPED) F(SHAPE) F(GOVERNORATE) F(DISTRICT) F(VEHICLES) F(CALL) F(SUMMARY) F(LANG) \
		F(ASK) F(STATE)) \
	X(COVERAGE,   "coverage",   "coverage claim",      REPORT, 90, F(WINDOW), \
		F(UNIT) F(PLACE) F(TYPED) F(SHAPE) F(GOVERNORATE) F(DISTRICT) F(SUMMARY) F(LANG) F(STATE)) \
	X(REQUEST,    "request",    "request",             ACT,    365, F(NEED), \
		F(UNIT) F(SEVERITY) F(WHEN) F(PLACE) F(TYPED) F(SHAPE) F(GOVERNORATE) F(DISTRICT) F(INCIDENT) \
		F(PURPOSE) F(EFFECT) F(QUESTION) F(NEEDED_BY) F(CALL) F(URGENT) F(SURGICAL) F(PRIORITY) F(ROUTINE) \
		F(LITTER) F(AMBULATORY) F(SECURITY) F(MARKING) F(WINDOW) F(CROSSES) F(WIDTH_M) F(VEHICLES) F(PERSONS) \
		F(TYPE) F(CITES) F(SUMMARY) F(DETAIL) F(LANG) F(ASK) F(STATE)) \
	X(WARNING,    "warning",    "warning",             ACT,    365, F(WINDOW), \
		F(TYPE) F(SEVERITY) F(WHEN) F(PLACE) F(TYPED) F(SHAPE) F(GOVERNORATE) F(DISTRICT) F(GRADE) \
		F(BASIS) F(ADVICE) F(DIRECTION) F(CITES) F(CIVILIANS) F(SUMMARY) F(DETAIL) F(LANG) F(ASK) \
		F(STATE)) \
	X(DECISION,   "decision",   "decision",            ACT,    0, , \
		F(RE) F(CITES) F(INCIDENT) F(WINDOW) F(PLACE) F(TYPED) F(SHAPE) F(GOVERNORATE) F(DISTRICT) \
		F(WIDTH_M) F(PARTIES) F(TEXT) F(LANG) F(DUE) F(STATE) F(ASK)) \
	X(AGREEMENT,  "agreement",  "agreement",           ACT,    0, , \
		F(RE) F(CITES) F(WINDOW) F(PLACE) F(TYPED) F(SHAPE) F(GOVERNORATE) F(DISTRICT) F(PARTIES) \
		F(TEXT) F(LANG) F(DUE) F(STATE) F(ASK)) \
	X(ASSESSMENT, "assessment", "assessment",          ACT,    365, , \
		F(WHEN) F(WINDOW) F(PLACE) F(TYPED) F(SHAPE) F(GOVERNORATE) F(DISTRICT) F(GRADE) F(CITES) \
		F(INCIDENT) F(TEXT) F(LANG) F(ASK)) \
	X(SITREP,     "sitrep",     "situation report",    ACT,    365, F(WINDOW), \
		F(NUMBER) F(CITES) F(TEXT) F(LANG) F(ASK)) \
	X(STATEMENT,  "statement",  "statement",           ACT,    0, , \
		F(CITES) F(INCIDENT) F(PARTIES) F(TEXT) F(LANG) F(STATE) F(ASK)) \
	X(ANSWER,     "answer",     "answer",              NOTE,   0, F(RE) F(ANSWER), \
		F(TEXT) F(LANG) F(ETA) F(WINDOW) F(PLACE) F(TYPED) F(SHAPE) F(WIDTH_M) F(INCIDENT)) \
	X(TOLD,       "told",       "told",                NOTE,   0, F(RE) F(TOLD_PARTY) F(TOLD_BY), \
		F(TOLD_DUTY) F(READ_BACK) F(WHEN) F(TEXT)) \
	X(LINK,       "link",       "link",                NOTE,   0, F(RE) F(LINK) F(LINK_TO), \
		F(TEXT) F(LANG)) \
	X(DISPUTE,    "dispute",    "dispute",             NOTE,   0, F(RE), \
		F(DISPUTED) F(KILLED) F(WOUNDED) F(CRITICAL) F(MISSING) F(DEATHS) F(WHEN) F(OUTCOME) F(TEXT) \
		F(LANG) F(STATED_BY)) \
	X(RETRACT,    "retract",    "retraction",          NOTE,   0, F(RE), ) \
	X(ERASE,      "erase",      "erasure",             NOTE,   0, F(RE), ) \
	X(SHIFT,      "shift",      "shift",               HOUSE,  365, F(STATE) F(WHEN), \
		F(CITES) F(TEXT) F(LANG) F(NUMBER)) \
	X(ALERT,      "alert",      "alert",               HOUSE,  365, F(RULE) F(WHEN), \
		F(SEVERITY) F(TYPE) F(PLACE) F(GOVERNORATE) F(DISTRICT) F(CITES) F(DUE) F(STATE) F(OUTCOME) \
		F(TEXT) F(LANG) F(CIVILIANS) F(PARTIES) F(TOLD_DUTY) F(NUMBER) F(ORIGIN)) \
	X(KEY,        "key",        "key note",            HOUSE,  0, F(DOCUMENT), \
		F(NUMBER)) \
	X(REVOKE,     "revoke",     "revocation",          HOUSE,  0, F(DOCUMENT), \
		F(NUMBER)) \
	X(POLICY,     "policy",     "policy",              HOUSE,  0, F(DOCUMENT) F(NUMBER), )
/* clang-format on */

enum kind {
	KIND_NONE,
#define X(name, text, label, nature, days, required, more) KIND_##name,
	KIND_ROWS(X)
#undef X
	    KIND_COUNT
};

enum kind_nature { KIND_NATURE_REPORT, KIND_NATURE_ACT, KIND_NATURE_NOTE, KIND_NATURE_HOUSE };

struct kind_row {
	const char *name;
	const char *label;
	enum kind_nature nature;
	int keep_days; /* 0: kept for ever */
};

/* The row of a kind; KIND_NONE and values outside give a row with an empty name. */
const struct kind_row *kind_row(enum kind kind);

/* The kind of this name; KIND_NONE when there is none. */
enum kind kind_find(struct span name);

/* Whether records of this kind have this field, and whether they must. */
bool kind_has(enum kind kind, enum field field);
bool kind_requires(enum kind kind, enum field field);

/* Number of digests at the top of a record of this kind: the same for every record of the kind (a
 * multiple of 16 that holds every field of the kind), so that the number tells nothing. */
unsigned kind_digests(enum kind kind);

#endif
