/* Any GeoJSON: all of it is loaded or nothing is and the reason is said; what is loaded can be
 * asked. */
#include "model/ground.h"

#include <assert.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	struct ground *ground = ground_new();
	struct boundary_hit hits[2];
	char why[GROUND_WHY_MAX];
	struct point point = {355000000, 435000000};

	if (!ground)
		return 0;
	if (ground_add(ground, span_make(bytes, n), GROUND_ZONE, why))
		assert(why[0] && ground_count(ground) == 0);
	ground_governorate_at(ground, point);
	ground_zone_at(ground, 0, point, 0);
	ground_unit(ground, GROUND_ZONE, SPAN("West"));
	assert(ground_boundary_on(ground, 0, point, hits, 2) <= 2);
	ground_free(ground);
	return 0;
}
