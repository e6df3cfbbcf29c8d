/*
 * Promises one number per version, so that the versions of a statement stand in one order whatever
 * came first.  What is known better later only makes the number smaller.
 */
#include "picture/picture.h"

/*
 * A leaf that is known: 31 bits of the log's number (station_log_number()), 31 bits of leaf.  One
 * that is not: bit 62, 22 bits of day, then the ms of that day, or bit 39 and the counter.  What
 * does not fit counts as the most that does.
 */
enum { EPOCH_BITS = 31, LEAF_BITS = 31, DAY_SHIFT = 40, DAY_BITS = 22, COUNTER_BITS = 39 };
#define LEAF_UNKNOWN  (INT64_C(1) << 62)
#define FILED_UNKNOWN (INT64_C(1) << COUNTER_BITS)
#define DAY_MS        INT64_C(86400000)

static int64_t
at_most(int64_t number, int bits)
{
	int64_t most = (INT64_C(1) << bits) - 1;

	if (number < 0)
		return 0;
	return number < most ? number : most;
}

int64_t
picture_position(const struct picture_order *order)
{
	int64_t day = (order->filed_ms > 0 ? order->filed_ms : order->day_ms) / DAY_MS;

	if (order->leaf >= 0)
		return at_most(order->epoch, EPOCH_BITS) << LEAF_BITS |
		       at_most(order->leaf, LEAF_BITS);
	if (order->is_own)
		return 0;
	return LEAF_UNKNOWN | at_most(day, DAY_BITS) << DAY_SHIFT |
	       (order->filed_ms > 0 ? order->filed_ms % DAY_MS
				    : FILED_UNKNOWN | at_most(order->counter, COUNTER_BITS));
}
