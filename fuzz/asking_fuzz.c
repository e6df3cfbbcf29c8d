/* fuzz-needs: src/seamd/asking.c */
/* Parameters of a question from a stranger: understood within bounds, or refused with a reason. */
#include "seamd/asking.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

static const struct record_typing typing = {1809386100000, 180, "38S"};

static void
check_query(const struct picture_query *query)
{
	if (query->has_box && (!geo_is_valid(query->box.low) || !geo_is_valid(query->box.high) ||
			       query->box.low.lat_e7 > query->box.high.lat_e7 ||
			       query->box.low.lon_e7 > query->box.high.lon_e7))
		abort();
	if (query->has_near && (!geo_is_valid(query->near) || query->near_m == 0))
		abort();
}

int
LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	struct span rest = span_make(data, size);
	struct picture_query query = {.kinds = 0};
	struct picture_tally tally = {.n_by = 0};
	struct picture_cursor cursor;
	struct span line;

	while (span_split(&rest, '\n', &line)) {
		struct span value = line;
		struct span name;

		if (!span_split(&value, '=', &name))
			continue;
		if (asking_set(&query, name, value, &typing) == WHY_NONE)
			check_query(&query);
		if (asking_by(&tally, value) == WHY_NONE && tally.n_by > PICTURE_BY_MAX)
			abort();
		tally.n_by = 0;
		if (asking_read_cursor(value, &cursor) != cursor.is_set)
			abort();
	}
	return 0;
}
