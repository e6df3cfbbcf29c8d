#ifndef SEAM_MODEL_WHY_H
#define SEAM_MODEL_WHY_H

#include <stddef.h>
#include <stdint.h>

/*
 * Why somebody's input was refused, or why something was held back.  A reason is counted, shown to
 * the sender and kept; it is never an error of this program.
 */

/* clang-format off */
#define WHY_ROWS(X) \
	X(NONE,              "none",              "no reason") \
	X(TOO_LARGE,         "too_large",         "larger than the limit") \
	X(NOT_UTF8,          "not_utf8",          "not valid UTF-8, or with controls that hide text") \
	X(NOT_JSON,          "not_json",          "not strict JSON") \
	X(BAD_FORM,          "bad_form",          "not in the form of this format") \
	X(BAD_BASE64,        "bad_base64",        "not strict base64url") \
	X(BAD_HEADER,        "bad_header",        "header is not the profile's") \
	X(BAD_ALG,           "bad_alg",           "algorithm is not the one pinned to the key") \
	X(BAD_TYP,           "bad_typ",           "type is not the expected one") \
	X(UNKNOWN_KEY,       "unknown_key",       "signed with a key this station does not know") \
	X(REVOKED_KEY,       "revoked_key",       "signed with a revoked key") \
	X(BAD_SIGNATURE,     "bad_signature",     "signature does not hold") \
	X(BAD_ISSUER,        "bad_issuer",        "the key does not belong to the named station") \
	X(BAD_SD_ALG,        "bad_sd_alg",        "hash algorithm of the disclosures is unknown") \
	X(BAD_DISCLOSURE,    "bad_disclosure",    "a disclosure is not in its form") \
	X(RESERVED_NAME,     "reserved_name",     "a disclosure uses a reserved name") \
	X(NAME_TAKEN,        "name_taken",        "a disclosure repeats a name at its level") \
	X(DIGEST_TWICE,      "digest_twice",      "a digest occurs twice") \
	X(DISCLOSURE_TWICE,  "disclosure_twice",  "a disclosure occurs twice") \
	X(ORPHAN,            "orphan",            "a disclosure belongs to nothing in the record") \
	X(NO_KEY_BINDING,    "no_key_binding",    "not bound to an addressee") \
	X(KEY_BINDING,       "key_binding",       "bound to an addressee where none is allowed") \
	X(BAD_SD_HASH,       "bad_sd_hash",       "the binding belongs to other bytes") \
	X(NOT_FOR_US,        "not_for_us",        "addressed to another party") \
	X(REPLAYED,          "replayed",          "counter was used before for other bytes") \
	X(BAD_PREVIOUS,      "bad_previous",      "does not follow the delivery before it") \
	X(EXPIRED,           "expired",           "its time has passed") \
	X(UNKNOWN_CLAIM,     "unknown_claim",     "a clear claim the profile does not have") \
	X(MISSING_CLAIM,     "missing_claim",     "a claim the profile requires is missing") \
	X(EXERCISE,          "exercise",          "exercise and real records do not mix") \
	X(UNKNOWN_KIND,      "unknown_kind",      "unknown kind of record") \
	X(UNKNOWN_FIELD,     "unknown_field",     "unknown field") \
	X(NOT_IN_KIND,       "not_in_kind",       "this kind of record does not have this field") \
	X(MISSING_FIELD,     "missing_field",     "a required field is missing") \
	X(BAD_VALUE,         "bad_value",         "value is not in the form of its field") \
	X(BAD_CODE,          "bad_code",          "code is not in the list of its field") \
	X(BAD_ORDER,         "bad_order",         "low, best and high, or from and to, are not in order") \
	X(BAD_LADDER,        "bad_ladder",        "a finer level without the coarser ones") \
	X(BAD_PLACE,         "bad_place",         "place is not on the grid") \
	X(BAD_TIME,          "bad_time",          "time is not in a known form") \
	X(NO_PURPOSE,        "no_purpose",        "a look needs a protective purpose") \
	X(NOT_OWN,           "not_own",           "only the station that signed a record may do this") \
	X(NO_TARGET,         "no_target",         "the record it refers to is not held here") \
	X(ERASED,            "erased",            "the record was erased") \
	X(NO_DUTY,           "no_duty",           "this account does not hold a duty that may do this") \
	X(TWO_ACCOUNTS,      "two_accounts",      "needs a second officer with another account") \
	X(NO_ACCOUNT,        "no_account",        "nobody is signed on with this token") \
	X(QUEUE_FULL,        "queue_full",        "too many wait already") \
	X(DISK_FULL,         "disk_full",         "the disk is full: nothing was written") \
	X(STOPPED,           "stopped",           "this station has stopped signing") \
	X(UNKNOWN_PARTY,     "unknown_party",     "no such party in the member list") \
	X(UNKNOWN_STATION,   "unknown_station",   "no such station in the member list") \
	X(NO_MEMORY,         "no_memory",         "this station had no memory for it: send it again") \
	X(BAD_DIGEST,        "bad_digest",        "digests are not in their form") \
	X(MISSING_SIGNATURE, "missing_signature", "somebody who must sign has not signed") \
	X(OLD_VERSION,       "old_version",       "a newer version is held already") \
	X(KEY_CHANGED,       "key_changed",       "a key number stands for another key already") \
	/* held back by release */ \
	X(NO_RULE,           "no_rule",           "no rule of the policy gives anything of this to the party") \
	X(NOT_YET,           "not_yet",           "the rule releases it later") \
	X(TOO_LATE,          "too_late",          "the time in which it might be released has passed") \
	X(NEEDS_OFFICERS,    "needs_officers",    "the rule asks for decisions by officers") \
	X(CITES_HELD_BACK,   "cites_held_back",   "it cites a record whose originator did not allow passing on") \
	X(PROTECTED,         "protected",         "a rule that protects people holds it back") \
	X(CAPPED,            "capped",            "a cap of the policy holds it back") \
	X(COARSENED,         "coarsened",         "one level coarser: the area left was smaller than half a square") \
	X(AREA_UNKNOWN,      "area_unknown",      "the named area is on no layer here, so its size cannot be judged") \
	X(FAMILIES,          "families",          "own losses leave only together with what the families know") \
	X(RETRACTED,         "retracted",         "the record was retracted") \
	X(GIVEN,             "given",             "given already") \
	X(SUPERSEDED,        "superseded",        "a newer version of it goes at that moment instead") \
	X(STAYS_HOME,        "stays_home",        "it is about an alert or another record that never leaves the party") \
	X(OUT_OF_TURN,       "out_of_turn",       "it does not follow from what stands") \
	X(EXCHANGED,         "exchanged",         "latitude and longitude seem exchanged") \
	X(ORIGIN_TAKEN,      "origin_taken",      "its origin stands for a record with other content already") \
	X(ACCOUNTS_DAMAGED,  "accounts_damaged",  "what this station keeps of accounts is damaged: seam verify names the place") \
	X(UNSEEN,            "unseen",            "something red was seen by nobody of this party") \
	X(NOT_BY_HAND,       "not_by_hand",       "records of this kind are not filed by hand") \
	X(PARTY_LEFT,        "party_left",        "its party is in the member list no more: it goes nowhere")
/* clang-format on */

enum why {
#define X(name, code, text) WHY_##name,
	WHY_ROWS(X)
#undef X
	    WHY_COUNT
};

/* A refusal: why, and the field it is about (enum field; 0 when about the whole). */
struct reason {
	enum why why;
	uint16_t field;
};

/* Code for programs, English text for people; never NULL. */
const char *why_code(enum why why);
const char *why_text(enum why why);

/* The reason whose text this is, of n bytes; `otherwise` when it is none's. */
enum why why_find_text(const char *text, size_t n, enum why otherwise);

#endif
