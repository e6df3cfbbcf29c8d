/* Promises that a station's own party is not among those who vouch for its log. */
#include "seamd/quorum.h"

#include "admit/keyring.h"

#include <string.h>

/* Of its own party's list, so that the name lives as long as the keyring. */
static const char *
party_name(const struct keyring *keyring, const struct station *station)
{
	struct party party = station_party(station);
	const struct member *member = members_find(keyring_members(keyring), &party);

	return member ? member->party.name : NULL;
}

void
quorum_read(const struct keyring *keyring, const struct party *own, struct quorum *quorum)
{
	memset(quorum, 0, sizeof *quorum);
	quorum->k = keyring_members(keyring)->quorum;
	for (size_t i = 0; i < keyring_count(keyring) && quorum->n < QUORUM_MAX; i++) {
		const struct keynote *note = keyring_at(keyring, i);
		const char *party = party_name(keyring, &note->station);

		if (!party || strcmp(party, own->name) == 0)
			continue;
		quorum->member[quorum->n++] =
		    (struct witness_member){.party = party, .key = &note->witness};
	}
}
