#ifndef SEAM_SEAMD_QUORUM_H
#define SEAM_SEAMD_QUORUM_H

#include "journal/witness.h"
#include "model/party.h"

struct keyring;

/* Who countersigns for this station, from the member list and the newest key notes: the witness
 * keys of all stations of other parties.  Borrows from the keyring. */
enum { QUORUM_MAX = LIMIT_STATIONS };
struct quorum {
	unsigned k; /* parties needed */
	size_t n;
	struct witness_member member[QUORUM_MAX];
};
void quorum_read(const struct keyring *keyring, const struct party *own, struct quorum *quorum);

#endif
