#ifndef SEAM_MODEL_VOCAB_H
#define SEAM_MODEL_VOCAB_H

#include "base/span.h"

/*
 * Code lists.  Each row: code as written in records and on the command line, English label.  Arabic
 * and Sorani labels come from po/ under the message id of the English label.  New codes go at the
 * end of a list.
 */

/* clang-format off */
#define VOCAB_TYPE_ROWS(X) \
	X(ATK_AMBUSH,           "atk.ambush",           "ambush") \
	X(ATK_ASSAULT_POSITION, "atk.assault_position", "attack on a position") \
	X(ATK_SNIPING,          "atk.sniping",          "sniping") \
	X(ATK_INDIRECT,         "atk.indirect",         "mortar or rocket fire") \
	X(ATK_DRONE,            "atk.drone",            "drone attack") \
	X(ATK_SUICIDE,          "atk.suicide",          "suicide attack") \
	X(ATK_CIVILIANS,        "atk.civilians",        "attack on civilians") \
	X(ATK_ASSASSINATION,    "atk.assassination",    "assassination") \
	X(ATK_SABOTAGE,         "atk.sabotage",         "sabotage") \
	X(ATK_CLASH,            "atk.clash",            "armed clash") \
	X(ATK_STRIKE,           "atk.strike",           "air strike") \
	X(EXP_IED_EXPLOSION,    "exp.ied_explosion",    "explosion of an improvised device") \
	X(EXP_IED_FOUND,        "exp.ied_found",        "improvised device found") \
	X(EXP_IED_CLEARED,      "exp.ied_cleared",      "improvised device cleared") \
	X(EXP_UXO,              "exp.uxo",              "unexploded ordnance") \
	X(EXP_MINE,             "exp.mine",             "mine") \
	X(EXP_CACHE,            "exp.cache",            "explosives cache") \
	X(PER_KIDNAPPING,       "per.kidnapping",       "kidnapping") \
	X(PER_MISSING,          "per.missing",          "missing persons") \
	X(PER_FALSE_CHECKPOINT, "per.false_checkpoint", "false checkpoint") \
	X(PER_DETENTION,        "per.detention",        "detention") \
	X(MOV_SIGHTING,         "mov.sighting",         "sighting") \
	X(MOV_SUSPICIOUS,       "mov.suspicious",       "suspicious activity") \
	X(MOV_CROSSING,         "mov.crossing",         "crossing") \
	X(MOV_INFILTRATION,     "mov.infiltration",     "infiltration") \
	X(MOV_SMUGGLING,        "mov.smuggling",        "smuggling") \
	X(MOV_DISPLACEMENT,     "mov.displacement",     "displaced people moving") \
	X(CIV_UNREST,           "civ.unrest",           "unrest") \
	X(CIV_FIRE,             "civ.fire",             "fire") \
	X(CIV_FLOOD,            "civ.flood",            "flood") \
	X(CIV_ACCIDENT,         "civ.accident",         "accident") \
	X(CIV_HAZMAT,           "civ.hazmat",           "hazardous material") \
	X(FRI_NEAR_MISS,        "fri.near_miss",        "near miss between parties") \
	X(FRI_EXCHANGE,         "fri.exchange",         "exchange of fire between parties") \
	X(FRI_VIOLATION,        "fri.violation",        "violation of an agreement")

#define VOCAB_SEVERITY_ROWS(X) \
	X(RED,    "red",    "red: act now") \
	X(YELLOW, "yellow", "yellow: prepare") \
	X(GREEN,  "green",  "green: no action")

#define VOCAB_YESNO_ROWS(X) \
	X(UNKNOWN, "unknown", "unknown") \
	X(YES,     "yes",     "yes") \
	X(NO,      "no",      "no")

#define VOCAB_OUTCOME_ROWS(X) \
	X(UNKNOWN,       "unknown",       "outcome unknown") \
	X(ONGOING,       "ongoing",       "ongoing") \
	X(REPELLED,      "repelled",      "repelled") \
	X(POSITION_LOST, "position_lost", "position lost") \
	X(WITHDREW,      "withdrew",      "attackers withdrew") \
	X(CLEARED,       "cleared",       "cleared") \
	X(RELEASED,      "released",      "released unharmed") \
	X(CIVILIANS,     "civilians",     "were civilians") \
	X(NOT_CONFIRMED, "not_confirmed", "not confirmed") \
	X(CLOSED,        "closed",        "closed")

#define VOCAB_TARGET_ROWS(X) \
	X(POSITION,       "position",       "position") \
	X(CHECKPOINT,     "checkpoint",     "checkpoint") \
	X(PATROL,         "patrol",         "patrol") \
	X(CONVOY,         "convoy",         "convoy") \
	X(VILLAGE,        "village",        "village") \
	X(INFRASTRUCTURE, "infrastructure", "infrastructure") \
	X(CIVILIANS,      "civilians",      "civilians") \
	X(UNKNOWN,        "unknown",        "unknown")

#define VOCAB_DIRECTION_ROWS(X) \
	X(N, "n", "north") X(NNE, "nne", "north-north-east") X(NE, "ne", "north-east") X(ENE, "ene", "east-north-east") \
	X(E, "e", "east") X(ESE, "ese", "east-south-east") X(SE, "se", "south-east") X(SSE, "sse", "south-south-east") \
	X(S, "s", "south") X(SSW, "ssw", "south-south-west") X(SW, "sw", "south-west") X(WSW, "wsw", "west-south-west") \
	X(W, "w", "west") X(WNW, "wnw", "west-north-west") X(NW, "nw", "north-west") X(NNW, "nnw", "north-north-west")

#define VOCAB_MEANS_ROWS(X) \
	X(FOOT,      "foot",      "on foot") \
	X(ANIMAL,    "animal",    "with animals") \
	X(MOTORBIKE, "motorbike", "on motorbikes") \
	X(CAR,       "car",       "by car") \
	X(TRUCK,     "truck",     "by truck") \
	X(BOAT,      "boat",      "by boat") \
	X(DRONE,     "drone",     "drone") \
	X(UNKNOWN,   "unknown",   "by unknown means")

#define VOCAB_SENSOR_ROWS(X) \
	X(EYE,      "eye",      "seen") \
	X(EAR,      "ear",      "heard") \
	X(CAMERA,   "camera",   "camera") \
	X(DRONE,    "drone",    "drone") \
	X(RADAR,    "radar",    "radar") \
	X(CIVILIAN, "civilian", "told by a civilian") \
	X(SOURCE,   "source",   "told by a source") \
	X(MEDIA,    "media",    "press or open report")

#define VOCAB_GROUP_ROWS(X) \
	X(OWN,      "own",      "own force") \
	X(OTHER,    "other",    "another party") \
	X(CIVILIAN, "civilian", "civilians") \
	X(ATTACKER, "attacker", "attackers, as claimed") \
	X(DETAINED, "detained", "detained") \
	X(ALL,      "all",      "all groups together") \
	X(UNKNOWN,  "unknown",  "unknown")

#define VOCAB_NEED_ROWS(X) \
	X(MEDEVAC,     "medevac",     "medical evacuation") \
	X(EOD,         "eod",         "explosive ordnance disposal") \
	X(LOOK,        "look",        "a look from above") \
	X(LOGISTICS,   "logistics",   "logistics") \
	X(TRANSLATION, "translation", "translation") \
	X(COMMS,       "comms",       "communications") \
	X(FORENSICS,   "forensics",   "forensics") \
	X(INFORMATION, "information", "information") \
	X(CORRIDOR,    "corridor",    "a corridor across the line")

#define VOCAB_PURPOSE_ROWS(X) \
	X(PROTECT_PEOPLE, "protect_people", "to protect people in danger") \
	X(FIND_WOUNDED,   "find_wounded",   "to find the wounded or missing") \
	X(CLEAR_ROUTE,    "clear_route",    "to see that a route is safe") \
	X(FIRE,           "fire",           "to follow a fire or flood")

#define VOCAB_ANSWER_ROWS(X) \
	X(SEEN,       "seen",       "seen") \
	X(NOTED,      "noted",      "noted (not permission)") \
	X(CONCUR,     "concur",     "concur") \
	X(OBJECT,     "object",     "object") \
	X(DECLINE,    "decline",    "decline") \
	X(OFFERED,    "offered",    "offered") \
	X(COMMITTED,  "committed",  "committed") \
	X(ON_THE_WAY, "on_the_way", "on the way") \
	X(ON_SITE,    "on_site",    "on site") \
	X(DONE,       "done",       "done") \
	X(WITHDRAWN,  "withdrawn",  "withdrawn") \
	X(ANSWERED,   "answered",   "answered") \
	X(NOTHING,    "nothing",    "nothing held") \
	X(CANNOT,     "cannot",     "cannot share")

#define VOCAB_TOLD_ROWS(X) \
	X(VOICE, "voice", "by voice") \
	X(RADIO, "radio", "by radio") \
	X(PHONE, "phone", "by telephone") \
	X(PAPER, "paper", "on paper") \
	X(STICK, "stick", "by stick") \
	X(HAND,  "hand",  "face to face")

#define VOCAB_LINK_ROWS(X) \
	X(DUPLICATE_OF, "duplicate_of", "duplicate of") \
	X(PART_OF,      "part_of",      "part of") \
	X(FOLLOWS,      "follows",      "follows from") \
	X(NOT_SAME,     "not_same",     "not the same as")

#define VOCAB_MOVEMENT_ROWS(X) \
	X(PATROL,   "patrol",   "patrol") \
	X(CONVOY,   "convoy",   "convoy") \
	X(REACTION, "reaction", "reaction force") \
	X(JOINT,    "joint",    "joint patrol") \
	X(SUPPLY,   "supply",   "supply") \
	X(RELIEF,   "relief",   "relief of a post")

#define VOCAB_ADVICE_ROWS(X) \
	X(PREPARE,  "prepare",  "be prepared") \
	X(AVOID,    "avoid",    "avoid the area") \
	X(SHELTER,  "shelter",  "take shelter") \
	X(EVACUATE, "evacuate", "leave the area") \
	X(MONITOR,  "monitor",  "keep watching") \
	X(NONE,     "none",     "no action advised")

#define VOCAB_SECURITY_ROWS(X) \
	X(N, "n", "no hostile force near") \
	X(P, "p", "hostile force possible") \
	X(E, "e", "hostile force in the area, caution") \
	X(X, "x", "hostile force in the area, escort required")

#define VOCAB_MARKING_ROWS(X) \
	X(PANELS, "panels", "panels") X(PYRO, "pyro", "pyrotechnic") X(SMOKE, "smoke", "smoke") \
	X(NONE, "none", "no marking") X(OTHER, "other", "other marking")

#define VOCAB_STATE_ROWS(X) \
	X(OPEN,      "open",      "open") \
	X(HANDOVER,  "handover",  "handed over") \
	X(CLOSED,    "closed",    "closed") \
	X(ACTIVE,    "active",    "active") \
	X(SUSPENDED, "suspended", "suspended") \
	X(EXPIRED,   "expired",   "expired") \
	X(DRAFT,     "draft",     "draft") \
	X(RELEASED,  "released",  "released")

#define VOCAB_VIOLENCE_ROWS(X) \
	X(STATE_BASED, "state_based", "state-based conflict") \
	X(NON_STATE,   "non_state",   "conflict between non-state groups") \
	X(ONE_SIDED,   "one_sided",   "one-sided violence")

#define VOCAB_LANG_ROWS(X) \
	X(EN, "en", "English") X(AR, "ar", "Arabic") X(CKB, "ckb", "Sorani Kurdish")

#define VOCAB_ROWS(X) \
	X(TYPE, type) X(SEVERITY, severity) X(YESNO, yesno) X(OUTCOME, outcome) X(TARGET, target) \
	X(DIRECTION, direction) X(MEANS, means) X(SENSOR, sensor) X(GROUP, group) X(NEED, need) \
	X(PURPOSE, purpose) X(ANSWER, answer) X(TOLD, told) X(LINK, link) X(MOVEMENT, movement) \
	X(ADVICE, advice) X(SECURITY, security) X(MARKING, marking) X(STATE, state) \
	X(VIOLENCE, violence) X(LANG, lang)
/* clang-format on */

enum vocab {
	VOCAB_NONE,
#define X(name, lower) VOCAB_##name,
	VOCAB_ROWS(X)
#undef X
	    VOCAB_COUNT
};

/* One enum per list: TYPE_ATK_AMBUSH, SEVERITY_RED, ANSWER_SEEN …; the value is the row's number
 * from 0. */
/* clang-format off */
#define X(name, code, label) TYPE_##name,
enum vocab_type { VOCAB_TYPE_ROWS(X) TYPE_COUNT };
#undef X
#define X(name, code, label) SEVERITY_##name,
enum vocab_severity { VOCAB_SEVERITY_ROWS(X) SEVERITY_COUNT };
#undef X
#define X(name, code, label) YESNO_##name,
enum vocab_yesno { VOCAB_YESNO_ROWS(X) YESNO_COUNT };
#undef X
#define X(name, code, label) OUTCOME_##name,
enum vocab_outcome { VOCAB_OUTCOME_ROWS(X) OUTCOME_COUNT };
#undef X
#define X(name, code, label) GROUP_##name,
enum vocab_group { VOCAB_GROUP_ROWS(X) GROUP_COUNT };
#undef X
#define X(name, code, label) NEED_##name,
enum vocab_need { VOCAB_NEED_ROWS(X) NEED_COUNT };
#undef X
#define X(name, code, label) ANSWER_##name,
enum vocab_answer { VOCAB_ANSWER_ROWS(X) ANSWER_COUNT };
#undef X
#define X(name, code, label) TOLD_##name,
enum vocab_told { VOCAB_TOLD_ROWS(X) TOLD_COUNT };
#undef X
#define X(name, code, label) LINK_##name,
enum vocab_link { VOCAB_LINK_ROWS(X) LINK_COUNT };
#undef X
#define X(name, code, label) LANG_##name,
enum vocab_lang { VOCAB_LANG_ROWS(X) LANG_COUNT };
#undef X
#define X(name, code, label) STATE_##name,
enum vocab_state { VOCAB_STATE_ROWS(X) STATE_COUNT };
#undef X
#define X(name, code, label) VIOLENCE_##name,
enum vocab_violence { VOCAB_VIOLENCE_ROWS(X) VIOLENCE_COUNT };
#undef X
/* clang-format on */

/* Number of codes in a list; 0 for VOCAB_NONE. */
unsigned vocab_size(enum vocab vocab);

/* The code and the English label of row `index`; NULL outside the list. */
const char *vocab_code(enum vocab vocab, unsigned index);
const char *vocab_label(enum vocab vocab, unsigned index);

/* True and the row's number when the list has this code (exact, lower case). */
bool vocab_find(enum vocab vocab, struct span code, unsigned *index);

#endif
