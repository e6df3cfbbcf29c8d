/* Whatever is typed: a refusal leaves nothing, an answer is on the globe and its grid can be read.
 */
#include "model/coord.h"
#include "model/degrees.h"

#include <assert.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	struct coord_hints hints = coord_hints_iraq();
	struct coord coord, zero = {0};
	struct point stated;

	if (!degrees_stated(span_make(bytes, n), &stated))
		assert(stated.lat_e7 == 0 && stated.lon_e7 == 0);
	assert(geo_is_valid(stated));
	hints.square = "ME";
	if (coord_read(span_make(bytes, n), &hints, &coord)) {
		assert(memcmp(&coord, &zero, sizeof(coord)) == 0);
		return 0;
	}
	assert(geo_is_valid(coord.point));
	assert(coord.precision_m >= 1);
	assert(mgrs_read(span_of(coord.mgrs), NULL) == ERR_OK);
	return 0;
}
