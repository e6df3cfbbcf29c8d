#ifndef SEAM_RELEASE_POLICY_H
#define SEAM_RELEASE_POLICY_H

#include "base/out.h"
#include "model/kind.h"
#include "model/party.h"

/*
 * What one party releases, to whom, how precisely, how late: a text of lines, read once into an
 * immutable value.  Grants are united, caps cut away from the union, nothing else; no line's place
 * in the file matters.  The language: seam-policy(5); an annotated example: doc/policy.md.
 */
struct policy;

enum { POLICY_FAULTS_MAX = 16, POLICY_FAULT_TEXT = 240, POLICY_TEXT_MAX = LIMIT_DOCUMENT };

/* What is wrong, or odd, and where; lines and columns count from 1, columns in bytes. */
struct policy_fault {
	unsigned line, column;
	char text[POLICY_FAULT_TEXT];
};

/* The first POLICY_FAULTS_MAX of them in the order of the text; `n_all` counts the rest too. */
struct policy_faults {
	unsigned n, n_all;
	struct policy_fault fault[POLICY_FAULTS_MAX];
};

/*
 * Reads a policy.  ERR_FORMAT: something is wrong, `faults` says what (one fault per statement);
 * ERR_LIMIT: too long a text; ERR_NOMEM.  *policy is NULL on failure.  The text is not kept.  The
 * `test` lines are read, not run: check.h runs them.
 */
MUST_USE enum err policy_read(struct span text, struct policy **policy,
			      struct policy_faults *faults);
void policy_free(struct policy *policy);

/* The policy as text in its canonical form (names of groups and fields resolved, one line per
 * statement): policy_read() takes it back to an equal policy and prints the same again. */
void policy_write(struct out *out, const struct policy *policy);

/* Days a record of that kind is kept, in ms; 0 when the policy does not say (kind.h's default). */
int64_t policy_keep_ms(const struct policy *policy, enum kind kind);

/* The parties it names; returns their number, at most LIMIT_PARTIES. */
unsigned policy_parties(const struct policy *policy, struct party parties[LIMIT_PARTIES]);

/* How many release, cap and test lines there are. */
struct policy_count {
	unsigned rules, caps, tests;
};
struct policy_count policy_count(const struct policy *policy);

#endif
