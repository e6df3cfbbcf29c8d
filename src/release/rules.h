#ifndef SEAM_RELEASE_RULES_H
#define SEAM_RELEASE_RULES_H

#include "model/mgrs.h"
#include "release/policy.h"

/*
 * The inside of a policy, for this room only: what the statements came to, and the index by kind
 * and party that the cut walks.
 */

enum {
	RULES_ZONES_MAX = 32,
	RULES_SQUARES_MAX = 32, /* of one zone */
	RULES_LISTS_MAX = LIMIT_GROUPS,
	RULES_TESTS_MAX = 8,   /* behind one `if` */
	RULES_VALUES_MAX = 16, /* between the braces of one test line */
	RULES_TRIALS_MAX = 256,
	RULES_PLACE_BITS = (1 << (FIELD_PLACE_LEVELS + 1)) - 1,
	RULES_WHEN_BITS = (1 << (FIELD_WHEN_LEVELS + 1)) - 1
};

_Static_assert(KIND_COUNT <= 32, "kinds fit a mask");
_Static_assert(LIMIT_PARTIES <= 16, "parties fit a mask");

struct rules_group {
	char name[LIMIT_NAME_TEXT];
	uint16_t parties;
};

struct rules_list {
	char name[LIMIT_NAME_TEXT];
	struct field_set fields; /* bit 0 of each field named */
};

struct rules_zone {
	char name[LIMIT_NAME_TEXT];
	unsigned n;
	char square[RULES_SQUARES_MAX][MGRS_TEXT_MAX];
	struct mgrs_cell cell[RULES_SQUARES_MAX];
};

/* clang-format off */
enum rules_compare {
	RULES_NEAR_ZONE, RULES_NEAR_BOUNDARY, RULES_NEAR_SEAM,
	RULES_ENTERS_ZONE, RULES_ENTERS_LAYER,
	RULES_IS_CODE, RULES_IS_FAMILY, RULES_IS_TEXT, RULES_IS_NUMBER,
	RULES_AT_LEAST, RULES_AT_LEAST_CODE
};
/* clang-format on */

/* One test of an `if`. */
struct rules_test {
	enum rules_compare compare;
	enum field field;
	int64_t number;             /* distance in metres, number to reach, or code */
	unsigned zone;              /* of the policy; ENTERS_LAYER: the layer (enter.h) */
	char text[LIMIT_NAME_TEXT]; /* boundary, area, name or family */
};

struct rules_grant {
	unsigned line;
	uint32_t kinds;
	uint16_t parties, onward;
	struct field_set items;              /* with the coarser levels */
	int64_t after_ms, until_ms, step_ms; /* 0: none */
	unsigned manual;
	unsigned tests_at, tests_n;
};

struct rules_cap {
	unsigned line;
	uint32_t kinds;
	uint16_t parties;
	struct field_set takes;
};

/* A `test` line: the values stay text until it is run. */
struct rules_value {
	enum field field; /* FIELD_NONE: a fact of trial.c, as `name` says */
	char name[16];
	char text[LIMIT_LINE_TEXT];
	unsigned line, column;
};

struct rules_trial {
	unsigned line, column;
	enum kind kind;
	uint16_t parties;
	unsigned values_at, values_n;
	struct field_set expect; /* all zero: nothing */
};

struct policy {
	unsigned parties_n, groups_n, lists_n, zones_n;
	struct party party[LIMIT_PARTIES];
	struct rules_group group[LIMIT_GROUPS];
	struct rules_list list[RULES_LISTS_MAX];
	struct rules_zone zone[RULES_ZONES_MAX];
	struct rules_grant *grants;
	struct rules_test *tests;
	struct rules_cap *caps;
	struct rules_trial *trials;
	struct rules_value *values;
	unsigned grants_n, tests_n, caps_n, trials_n, values_n;
	int64_t keep_ms[KIND_COUNT];
	/* Grants of kind k to party p: list[start[c]] … list[start[c + 1] - 1], c = k * 16 + p. */
	uint32_t start[KIND_COUNT * LIMIT_PARTIES + 1];
	uint16_t *cell;
	/* What the caps leave of kind k for party p. */
	struct field_set left[KIND_COUNT][LIMIT_PARTIES];
};

/* Position of a party; -1 when the policy does not name it (or is NULL). */
int rules_party(const struct policy *policy, const struct party *party);

/* The i-th grant of kind to party, NULL past the last. */
const struct rules_grant *rules_grant(const struct policy *policy, enum kind kind, int party,
				      unsigned i);

/* Builds the index and the caps' leftovers; the arrays are complete.  ERR_NOMEM; ERR_LIMIT when a
 * kind has too many sets of conditions for one party: *line is the line that goes too far. */
MUST_USE enum err rules_index(struct policy *policy, unsigned *line);

/* Levels 0…level of a laddered field. */
uint16_t rules_bits(unsigned level);

/* The finest level of a mask with bits 0…n: n; 0 when only bit 0 or nothing. */
unsigned rules_finest(uint16_t mask);

#endif
