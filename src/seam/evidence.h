#ifndef SEAM_SEAM_EVIDENCE_H
#define SEAM_SEAM_EVIDENCE_H

#include "model/why.h"
#include "seam/app.h"

struct keyring;

/*
 * Evidence is one file that proves offline what a station wrote (a record under a signed head) and,
 * for one party, that it has it: the delivery, its receipt, both under the sender's head, with the
 * member list and key notes that say whose keys these are.  Parts: members, key STATION …, record
 * (JWT), proof (tlog-proof of it), and for a party: delivery, receipt, receipt-proof.  Another form
 * proves that a log told two histories: seamd/misdeed.h.
 */

/* The binding of a delivery to whomever it is for: record signature, binding signature, sd_hash. */
enum why evidence_check_binding(const struct keyring *keyring, struct span bytes,
				struct arena *arena);

/* Checks everything in a file of evidence (its whole text) and says what it proves.  APP_OK or the
 * code after the reason. */
int evidence_verify(struct app *app, const char *file, struct span text);

#endif
