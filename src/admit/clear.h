#ifndef SEAM_ADMIT_CLEAR_H
#define SEAM_ADMIT_CLEAR_H

#include "admit/erasure.h"
#include "admit/jws.h"
#include "admit/receipt.h"
#include "base/hash.h"
#include "base/json.h"

/* The clear claims of our four tokens: their names, forms and bounds, the same for who admits a
 * token and for who is asked to sign one. */
struct clear_record {
	struct station station; /* iss */
	bool is_exercise;
	int64_t day_s;     /* iat: a UTC midnight */
	struct kid holder; /* cnf */
};

/* Reads iss, v, exercise, iat and cnf; the caller judges what else is there. */
enum why clear_read_record(const json_t *claims, struct clear_record *record);

/* Whether a name is one of those that may never be a disclosure. */
bool clear_is_name(struct span name);

enum { CLEAR_RECORD_NAMES = 5 };

struct clear_binding {
	int64_t at_s;
	struct party to;
	int64_t counter;
	struct hash sd_hash;
	struct hash prev;
	int64_t exp_s; /* 0: none */
	unsigned onward_n;
	struct party onward[LIMIT_PARTIES];
};

/* These claims and no others. */
enum why clear_read_binding(const json_t *claims, struct clear_binding *binding);

/* These claims and no others; receipt->kid is set before and must be the issuer's. */
enum why clear_read_receipt(const json_t *claims, struct receipt *receipt);

/* The same of erasure->kid. */
enum why clear_read_erasure(const json_t *claims, struct erasure *erasure);

#endif
