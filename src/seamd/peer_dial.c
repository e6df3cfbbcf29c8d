/*
 * Promises that a far end which is away is neither hammered nor forgotten.
 */
#include "seamd/peer_dial.h"

int64_t
peer_dial_wait(struct peer_dial *dial, int64_t stood_ms, uint32_t chance)
{
	int64_t wait_ms = dial->wait_ms;
	int64_t most;

	if (wait_ms == 0 || stood_ms >= PEER_DIAL_STEADY_MS)
		wait_ms = PEER_DIAL_FIRST_MS;
	most = wait_ms * 2;
	dial->wait_ms = most < PEER_DIAL_MOST_MS ? most : PEER_DIAL_MOST_MS;
	return wait_ms - wait_ms / 4 + chance % (uint32_t)(wait_ms / 2 + 1);
}
