/*
 * Promises places as squares of the grid, never finer than 10 m.  Routes and areas are in shape.c.
 */
#include "model/place.h"

#include "model/mgrs.h"

#include <string.h>

enum { SQUARE_TEXT = 5, DIGITS_MOST = 2 * (PLACE_10M - 1) };

_Static_assert(sizeof((struct place *)0)->mgrs >= MGRS_TEXT_MAX, "a grid text fits");

unsigned
place_size_m(unsigned level)
{
	static const unsigned sizes[] = {0, 100000, 10000, 1000, 100, 10};

	return level < sizeof sizes / sizeof *sizes ? sizes[level] : 0;
}

/* The square of a text with DIGITS_MOST digits at most; false when there is none. */
static bool
of_text(struct span text, struct place *place)
{
	struct mgrs_cell cell;

	memset(place, 0, sizeof *place);
	if (mgrs_cell(text, &cell) != ERR_OK)
		return false;
	memcpy(place->mgrs, text.p, text.n);
	place->level = 1 + (unsigned)(text.n - SQUARE_TEXT) / 2;
	place->lat_e7 = cell.centre.lat_e7;
	place->lon_e7 = cell.centre.lon_e7;
	return true;
}

bool
place_of_point(int32_t lat_e7, int32_t lon_e7, unsigned level, struct place *place)
{
	char text[MGRS_TEXT_MAX];

	memset(place, 0, sizeof *place);
	if (level < PLACE_100KM || level > PLACE_10M ||
	    mgrs_from_point((struct point){lat_e7, lon_e7}, 2 * (level - 1), text) != ERR_OK)
		return false;
	return of_text(span_of(text), place);
}

bool
place_of_mgrs(struct span mgrs, struct place *place)
{
	char text[MGRS_TEXT_MAX];

	memset(place, 0, sizeof *place);
	if (mgrs.n <= SQUARE_TEXT + DIGITS_MOST)
		return of_text(mgrs, place);
	return mgrs_coarsen(mgrs, DIGITS_MOST, text) == ERR_OK && of_text(span_of(text), place);
}

struct place
place_at_level(const struct place *place, unsigned level)
{
	struct place coarse;
	char text[MGRS_TEXT_MAX];

	if (level >= place->level)
		return *place;
	if (level == 0 || mgrs_coarsen(span_of(place->mgrs), 2 * (level - 1), text) != ERR_OK ||
	    !of_text(span_of(text), &coarse))
		memset(&coarse, 0, sizeof coarse);
	return coarse;
}

void
place_part(const struct place *place, unsigned level, char part[6])
{
	size_t digits = place->level > 0 ? place->level - 1 : 0;

	memset(part, 0, 6);
	if (level == 0 || level > place->level || strlen(place->mgrs) != 5 + 2 * digits)
		return;
	if (level == 1) {
		memcpy(part, place->mgrs, 5);
		return;
	}
	part[0] = place->mgrs[5 + (level - 2)];
	part[1] = place->mgrs[5 + digits + (level - 2)];
}

bool
place_from_parts(const char parts[][6], unsigned n, struct place *place)
{
	char text[MGRS_TEXT_MAX];
	size_t digits = n > 0 ? n - 1 : 0;

	memset(place, 0, sizeof *place);
	memset(text, 0, sizeof text);
	if (n < PLACE_100KM || n > PLACE_10M || memchr(parts[0], '\0', 6) != parts[0] + 5)
		return false;
	memcpy(text, parts[0], 5);
	for (size_t i = 0; i < digits; i++) {
		if (memchr(parts[i + 1], '\0', 6) != parts[i + 1] + 2)
			return false;
		text[5 + i] = parts[i + 1][0];
		text[5 + digits + i] = parts[i + 1][1];
	}
	return mgrs_read(span_of(text), NULL) == ERR_OK && of_text(span_of(text), place);
}

bool
place_is_sound(const struct place *place)
{
	char text[MGRS_TEXT_MAX];
	struct point point = {place->lat_e7, place->lon_e7};

	if (place->level < PLACE_100KM || place->level > PLACE_10M ||
	    memchr(place->mgrs, '\0', sizeof place->mgrs) == NULL)
		return false;
	/* The text of its own centre at this level: that it is the centre, every maker here sees
	 * to; finding it again would cost ten times as much. */
	return mgrs_from_point(point, 2 * (place->level - 1), text) == ERR_OK &&
	       strcmp(text, place->mgrs) == 0;
}
