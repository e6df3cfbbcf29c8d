#ifndef SEAM_MODEL_KIND_H
#define SEAM_MODEL_KIND_H

#include "model/field.h"

/*
 * The kinds of record.  One row each: name, text, English label, nature, days kept by default (0 =
 * for ever), required fields, further fields.  Every kind has KIND, THREAD, FILED, HEADS, DUTY
 * besides. Nature: REPORT what somebody saw or did · ACT of coordination · NOTE about other records
 * · HOUSE the station's own.
 */

/* clang-format off */
#define KIND_EVENT_FIELDS \
	"unit severity place typed shape governorate district grade sensor source origin summary detail lang outcome " \
	"target actor claimed_by claim_grade persons vehicles animals direction means armed loads lights civilians " \
	"embargo incident cites ask state"
#define KIND_ROWS(X) \
	X(INCIDENT,   "incident",   "incident",            REPORT, 0,   "type when", KIND_EVENT_FIELDS " violence deaths abducted") \
	X(SIGHTING,   "sighting",   "sighting",            REPORT, 365, "type when place", KIND_EVENT_FIELDS) \
	X(CASUALTY,   "casualty",   "casualties",          REPORT, 0,   "group when", "incident unit severity place typed governorate district grade killed wounded critical missing detained abducted stated_by families medical summary detail lang ask") \
	X(MOVEMENT,   "movement",   "movement notice",     ACT,    30,  "movement window", "unit severity place typed shape governorate district vehicles persons crosses width_m call incident summary detail lang ask state") \
	X(CIVIL,      "civil",      "humanitarian notice", ACT,    3,   "window", "place typed shape governorate district vehicles call summary lang ask state") \
	X(COVERAGE,   "coverage",   "coverage claim",      REPORT, 90,  "window", "unit place typed shape governorate district summary lang state") \
	X(REQUEST,    "request",    "request",             ACT,    365, "need", "unit severity when place typed shape governorate district incident purpose effect question needed_by call urgent surgical priority routine litter ambulatory security marking window crosses width_m vehicles persons type cites summary detail lang ask state") \
	X(WARNING,    "warning",    "warning",             ACT,    365, "window", "type severity when place typed shape governorate district grade basis advice direction cites civilians summary detail lang ask state") \
	X(DECISION,   "decision",   "decision",            ACT,    0,   "", "re cites incident window place typed shape governorate district width_m parties text lang due state ask") \
	X(AGREEMENT,  "agreement",  "agreement",           ACT,    0,   "", "re cites window place typed shape governorate district parties text lang due state ask") \
	X(ASSESSMENT, "assessment", "assessment",          ACT,    365, "", "when window place typed shape governorate district grade cites incident text lang ask") \
	X(SITREP,     "sitrep",     "situation report",    ACT,    365, "window", "number cites text lang ask") \
	X(STATEMENT,  "statement",  "statement",           ACT,    0,   "", "cites incident parties text lang state ask") \
	X(ANSWER,     "answer",     "answer",              NOTE,   0,   "re answer", "text lang eta window place typed shape width_m incident") \
	X(TOLD,       "told",       "told",                NOTE,   0,   "re told_party told_by", "told_duty read_back when text") \
	X(LINK,       "link",       "link",                NOTE,   0,   "re link link_to", "text lang") \
	X(DISPUTE,    "dispute",    "dispute",             NOTE,   0,   "re", "disputed killed wounded critical missing deaths when outcome text lang stated_by") \
	X(RETRACT,    "retract",    "retraction",          NOTE,   0,   "re", "") \
	X(ERASE,      "erase",      "erasure",             NOTE,   0,   "re", "") \
	X(SHIFT,      "shift",      "shift",               HOUSE,  365, "state when", "cites text lang number") \
	X(ALERT,      "alert",      "alert",               HOUSE,  365, "rule when", "severity type place governorate district cites due state outcome text lang civilians") \
	X(KEY,        "key",        "key note",            HOUSE,  0,   "document", "number") \
	X(REVOKE,     "revoke",     "revocation",          HOUSE,  0,   "document", "number") \
	X(POLICY,     "policy",     "policy",              HOUSE,  0,   "document number", "")
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
	int keep_days;        /* 0: kept for ever */
	const char *required; /* names, blank-separated */
	const char *more;
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
