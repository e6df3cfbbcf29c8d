/* Promises that nothing assumed about a typed place stays unsaid; reads nothing but the place. */
#include "model/heard.h"

#include "model/coord.h"

static const struct {
	const char *code, *text;
} rows[HEARD_COUNT] = {
#define X(name, code, text) [HEARD_NUMBER_##name] = {code, text},
    HEARD_ROWS(X)
#undef X
};

unsigned
heard_place(struct span typed, const char *zone)
{
	struct coord_hints hints = coord_hints_iraq();
	struct coord coord;

	hints.zone = zone ? zone : "";
	if (coord_read(typed, &hints, &coord) != COORD_OK)
		return 0;
	return (coord.is_assumed_zone ? HEARD_ASSUMED_ZONE : 0u) |
	       (coord.is_swapped ? HEARD_SWAPPED : 0u) |
	       (coord.is_corrected ? HEARD_CORRECTED : 0u) |
	       (coord.is_outside ? HEARD_OUTSIDE : 0u);
}

const char *
heard_code(unsigned number)
{
	return number < HEARD_COUNT ? rows[number].code : NULL;
}

const char *
heard_text(unsigned number)
{
	return number < HEARD_COUNT ? rows[number].text : NULL;
}
