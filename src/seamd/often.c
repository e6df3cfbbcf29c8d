/* Promises one line a minute at most for what happens often, and that no number is left out. */
#include "seamd/often.h"

bool
often_happens(struct often *often, int64_t now_ms)
{
	if (often->until_ms) {
		often->more++;
		return false;
	}
	often->until_ms = now_ms + OFTEN_MS;
	return true;
}

uint64_t
often_ends(struct often *often, int64_t now_ms)
{
	uint64_t more = often->more;

	if (often->until_ms == 0 || now_ms < often->until_ms)
		return 0;
	/* What goes on is counted further: the next number comes when this time is over too. */
	*often = (struct often){more ? now_ms + OFTEN_MS : 0, 0};
	return more;
}
