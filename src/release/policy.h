#ifndef SEAM_RELEASE_POLICY_H
#define SEAM_RELEASE_POLICY_H

#include "base/out.h"
#include "model/kind.h"
#include "model/party.h"

/*
 * What one party releases, to whom, how precisely, how late: a text of lines, read once into an
 * immutable value (language: seam-policy(5), DESIGN section 7).  Grants are united, caps cut away
 * from the union, nothing else; no line's place in the file matters.
 *
 *	party a b c                             the parties this policy speaks of
 *	group east = b c                        a name for some of them, never empty
 *	fields core = type severity             a name for some fields
 *	zone strip = 38SMD4525 38SMD4526        a name for some squares
 *	release incident to b : core, place@1km, when@minute  after 2h until 3d if within 5km of
 *seam and severity >= yellow onward c manual 1 cap any to c : place@10km cap sighting to any :
 *never unit grade keep sighting 90d test sighting{place=38SMD4525, seam=3km, age=10m} to b = type,
 *place@1km
 *
 * A line that begins with a blank continues the one before; # begins a comment.
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
