/*
 * Promises to understand what people type for a place, in the forms that coord_test.c lists,
 * and to say what it had to assume.  Knows no place names and no datum but WGS 84.
 *
 * All forms are first brought to one small alphabet: ASCII capitals and digits, '.' for every
 * decimal mark, 'd' ' " for degree, minute and second.  Each reader then says COORD_NOT_KNOWN for
 * what does not look like its form, and the next one is asked.
 */
#include "model/coord.h"

#include "model/degrees.h"
#include "model/utm.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LINK_NUMBERS_MAX = 32, LINK_GAP_MAX = 12 };

struct typed {
	char text[COORD_TYPED_MAX + 1];
	size_t n;
};

static const char *const WHY_TEXTS[] = {
#define X(name, text) text,
    COORD_WHY_ROWS(X)
#undef X
};

/* clang-format off */
/* Characters beside ASCII that people, phones and maps put into coordinates; 0 drops one. */
static const struct {
	uint32_t first, last;
	char as;
} RUNES[] = {
	{0x00A0, 0x00A0, ' '}, {0x2000, 0x200D, ' '}, {0x202F, 0x202F, ' '}, {0x3000, 0x3000, ' '},
	{0x061C, 0x061C, 0}, {0x200E, 0x200F, 0}, {0x202A, 0x202E, 0}, {0x2066, 0x2069, 0}, {0xFEFF, 0xFEFF, 0},
	{0x00B0, 0x00B0, 'd'}, {0x00BA, 0x00BA, 'd'}, {0x02DA, 0x02DA, 'd'},
	{0x2018, 0x2019, '\''}, {0x2032, 0x2032, '\''}, {0x02B9, 0x02B9, '\''}, {0x02BC, 0x02BC, '\''},
	{0x00B4, 0x00B4, '\''}, {0x201C, 0x201D, '"'}, {0x2033, 0x2033, '"'}, {0x02BA, 0x02BA, '"'},
	{0x066B, 0x066B, '.'}, {0x060C, 0x060C, ','}, {0x061B, 0x061B, ';'},
	{0x2212, 0x2212, '-'}, {0x2010, 0x2013, '-'},
	{0x0634, 0x0634, 'N'}, {0x062C, 0x062C, 'S'}, {0x0642, 0x0642, 'E'}, {0x063A, 0x063A, 'W'},
};
/* clang-format on */

const char *
coord_why_text(enum coord_why why)
{
	return (unsigned)why < COORD_WHY_COUNT ? WHY_TEXTS[why] : "unknown reason";
}

const char *
coord_why_code(enum coord_why why)
{
	static const char *const codes[] = {
	    "ok",     "empty",     "long",       "character",    "not_known", "half",
	    "digits", "no_square", "needs_zone", "needs_square", "range",     "minutes",
	    "sign",   "polar",     "ambiguous",  "link",         "utm"};

	_Static_assert(sizeof(codes) / sizeof(codes[0]) == COORD_WHY_COUNT,
		       "one code for each reason");
	return (unsigned)why < COORD_WHY_COUNT ? codes[why] : "unknown";
}

struct coord_hints
coord_hints_iraq(void)
{
	return (struct coord_hints){
	    .zone = "38S",
	    .square = "",
	    .box = {{29 * GEO_E7, 38 * GEO_E7}, {38 * GEO_E7, 49 * GEO_E7}}};
}

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool
is_letter(char c)
{
	return c >= 'A' && c <= 'Z';
}

/* False for a character that stands in no coordinate; *as is 0 where it is to be dropped. */
static bool
plain(uint32_t rune, char *as)
{
	*as = 0;
	if (rune == '\t' || rune == '\n' || rune == '\r')
		*as = ' ';
	else if (rune >= 'a' && rune <= 'z')
		*as = (char)(rune - 'a' + 'A');
	else if (rune >= 0x20 && rune < 0x7F)
		*as = (char)rune;
	else if (rune >= 0x660 && rune <= 0x669)
		*as = (char)(rune - 0x660 + '0');
	else if (rune >= 0x6F0 && rune <= 0x6F9)
		*as = (char)(rune - 0x6F0 + '0');
	if (*as)
		return true;
	for (size_t i = 0; i < sizeof(RUNES) / sizeof(RUNES[0]); i++) {
		if (rune >= RUNES[i].first && rune <= RUNES[i].last) {
			*as = RUNES[i].as;
			return true;
		}
	}
	return false;
}

static enum coord_why
normalise(struct span bytes, struct typed *typed)
{
	typed->n = 0;
	if (bytes.n > COORD_TYPED_MAX)
		return COORD_LONG;
	while (bytes.n > 0) {
		uint32_t rune;
		size_t used = span_rune(bytes, &rune);
		char as;

		if (used == 0 || !plain(rune, &as))
			return COORD_CHARACTER;
		bytes = (struct span){bytes.p + used, bytes.n - used};
		if (as && (as != ' ' || typed->n > 0))
			typed->text[typed->n++] = as;
	}
	while (typed->n > 0 && typed->text[typed->n - 1] == ' ')
		typed->n--;
	typed->text[typed->n] = '\0';
	return typed->n > 0 ? COORD_OK : COORD_EMPTY;
}

/* The finest step of the ladder that does not claim more than twice the precision typed. */
static enum coord_why
finish(struct point point, double precision_m, const struct coord_hints *hints, struct coord *coord)
{
	unsigned digits = MGRS_DIGITS_MAX;

	while (digits > 0 && precision_m > 2 * (double)mgrs_side_m(digits))
		digits -= 2;
	coord->point = point;
	coord->precision_m = (uint32_t)fmax(1, round(precision_m));
	coord->is_outside = !geo_in_box(&hints->box, point);
	return mgrs_from_point(point, digits, coord->mgrs) ? COORD_POLAR : COORD_OK;
}

/* ---- grids */

/* A typed grid: zone and band may be missing (zone 0, band 0), the square too (""). */
struct grid {
	int zone;
	char band;
	char square[3];
	char digits[MGRS_DIGITS_MAX + 1];
	unsigned n_groups, group[2]; /* of the digits, as separated by blanks */
	bool is_corrected;
};

static enum coord_why
settle(const struct grid *grid, int zone, char band, struct coord *coord)
{
	char text[MGRS_TEXT_MAX + 8];
	struct mgrs_cell cell;
	int n = snprintf(text, sizeof(text), "%02d%c%s%s", zone, band, grid->square, grid->digits);

	if (n < 0 || n >= MGRS_TEXT_MAX)
		return COORD_DIGITS;
	if (mgrs_cell(span_of(text), &cell))
		return COORD_NO_SQUARE;
	coord->point = cell.centre;
	coord->precision_m = cell.side_m;
	memcpy(coord->mgrs, text, (size_t)n + 1);
	return COORD_OK;
}

/* A square's letters repeat only every third zone and every 2,000 km, so the default zone and its
 * neighbours, and the bands beside, hold at most a few of that name: the nearest one inside the
 * box. */
static enum coord_why
settle_near(const struct grid *grid, const struct coord_hints *hints, struct coord *coord)
{
	static const int steps[] = {0, -1, 1};
	static const char bands[] = "CDEFGHJKLMNPQRSTUVWX";
	const char *zone_text = hints->zone ? hints->zone : "";
	const char *band = strlen(zone_text) == 3 ? strchr(bands, zone_text[2]) : NULL;
	int64_t zone;
	bool is_any = false;

	if (!band || !span_int(span_make(zone_text, 2), 1, 60, &zone))
		return COORD_NEEDS_ZONE;
	for (unsigned i = 0; i < 9; i++) {
		int near = (int)(zone + steps[i % 3] + 59) % 60 + 1;
		ptrdiff_t at = band - bands + steps[i / 3];
		struct coord found = {0};

		if (at < 0 || at >= 20 ||
		    settle(grid, near, grid->band ? grid->band : bands[at], &found))
			continue;
		if (is_any && !geo_in_box(&hints->box, found.point))
			continue;
		*coord = found;
		is_any = true;
		if (geo_in_box(&hints->box, found.point))
			break;
	}
	coord->is_assumed_zone = is_any;
	return is_any ? COORD_OK : COORD_NO_SQUARE;
}

/* The letters I and O are not in the system, L not behind the square: there they are digits
 * mistyped. */
static char
as_digit(char c)
{
	if (c == 'O')
		return '0';
	return c == 'I' || c == 'L' ? '1' : c;
}

static bool
take_tail(const char *at, struct grid *grid)
{
	size_t n = 0;
	char before = ' ';

	for (; *at; before = *at++) {
		char c = as_digit(*at);

		if (*at == ' ')
			continue;
		if (!is_digit(c))
			return false;
		grid->is_corrected |= c != *at;
		if (before == ' ' && grid->n_groups < 3)
			grid->n_groups++;
		if (grid->n_groups <= 2 && grid->n_groups > 0)
			grid->group[grid->n_groups - 1]++;
		if (n < MGRS_DIGITS_MAX)
			grid->digits[n] = c;
		n++;
	}
	return true;
}

static const char *
skip_blanks(const char *at)
{
	while (*at == ' ')
		at++;
	return at;
}

/* Zone and letters; false where this is no grid.  *at comes to stand before the digits. */
static bool
take_head(const char **at, struct grid *grid)
{
	const char *p = *at;
	char letters[4] = "";
	unsigned n = 0, n_zone = 0;

	for (; n_zone < 2 && (is_digit(*p) || *p == 'O' || *p == 'I'); p++, n_zone++) {
		grid->zone = grid->zone * 10 + (as_digit(*p) - '0');
		grid->is_corrected |= !is_digit(*p);
	}
	for (p = skip_blanks(p); n < 3 && is_letter(*p) && *p != 'I' && *p != 'O';
	     p = skip_blanks(p + 1)) {
		/* Behind two letters without a zone an L can only be a 1; with a zone the third
		 * letter is due. */
		if (n == 2 && n_zone == 0 && *p == 'L')
			break;
		letters[n++] = *p;
	}
	if (n < 2 || (n_zone > 0 && n < 3))
		return false;
	if (n == 3)
		grid->band = letters[0];
	memcpy(grid->square, letters + n - 2, 3);
	*at = p;
	return true;
}

/* Two numbers of two digits could as well be whole degrees. */
static bool
is_degrees_too(const struct grid *grid, const struct geo_box *box)
{
	int64_t a, b;
	struct point one, other;

	if (grid->n_groups != 2 || grid->group[0] != 2 ||
	    !span_int(span_make(grid->digits, 2), 0, 90, &a) ||
	    !span_int(span_make(grid->digits + 2, 2), 0, 90, &b))
		return false;
	return (geo_from_degrees((double)a, (double)b, &one) && geo_in_box(box, one)) ||
	       (geo_from_degrees((double)b, (double)a, &other) && geo_in_box(box, other));
}

static enum coord_why
read_bare_digits(struct grid *grid, const struct coord_hints *hints, struct coord *coord)
{
	enum coord_why why;

	/* One group, or two alike: otherwise it may be degrees and minutes, or UTM. */
	if (grid->n_groups > 2 || grid->group[0] > MGRS_DIGITS_MAX ||
	    (grid->n_groups == 2 && (grid->group[0] != grid->group[1] || grid->group[0] > 5)))
		return COORD_NOT_KNOWN;
	if (is_degrees_too(grid, &hints->box))
		return COORD_AMBIGUOUS;
	if (grid->n_groups == 1 && grid->group[0] % 2 != 0)
		return COORD_DIGITS;
	if (!hints->square || strlen(hints->square) != 2)
		return COORD_NEEDS_SQUARE;
	memcpy(grid->square, hints->square, 3);
	why = settle_near(grid, hints, coord);
	coord->is_assumed_square = !why;
	return why;
}

static enum coord_why
read_grid(const struct typed *typed, const struct coord_hints *hints, struct coord *coord)
{
	struct grid grid = {0};
	const char *at = typed->text;
	enum coord_why why;

	if (!take_head(&at, &grid)) {
		grid = (struct grid){0};
		if (!take_tail(typed->text, &grid))
			return COORD_NOT_KNOWN;
		why = read_bare_digits(&grid, hints, coord);
	} else if (!take_tail(at, &grid)) {
		return COORD_NOT_KNOWN;
	} else if (grid.n_groups > 2 || (grid.n_groups == 2 && grid.group[0] != grid.group[1]) ||
		   (grid.n_groups == 1 && grid.group[0] % 2 != 0) ||
		   grid.group[0] + grid.group[1] > MGRS_DIGITS_MAX) {
		return COORD_DIGITS;
	} else {
		why = grid.zone > 0 ? settle(&grid, grid.zone, grid.band, coord)
				    : settle_near(&grid, hints, coord);
	}
	if (why)
		return why;
	coord->form = COORD_FORM_MGRS;
	coord->is_corrected = grid.is_corrected;
	coord->is_outside = !geo_in_box(&hints->box, coord->point);
	return COORD_OK;
}

/* ---- UTM */

/* 444851E, 3925125 mN: what may follow a number of metres. */
static const char *
skip_unit(const char *at, char axis)
{
	at = skip_blanks(at);
	if (*at == 'M')
		at++;
	if (*at == axis)
		at++;
	at = skip_blanks(at);
	return *at == ',' ? skip_blanks(at + 1) : at;
}

/* The letter behind the zone is a band for most, but N and S for hemispheres to some: the band if
 * it agrees. */
static bool
place_utm(struct utm *utm, char letter, double *lat, double *lon)
{
	double south, north;

	for (int attempt = 0; attempt < 2; attempt++) {
		utm->is_north = attempt == 0 ? letter >= 'N' : letter == 'N';
		utm_to_degrees(utm, lat, lon);
		if (attempt == 0 && utm_band_edges(letter, &south, &north) && *lat >= south &&
		    *lat <= north)
			return true;
		if (attempt == 1 && (letter == 'N' || letter == 'S'))
			return *lat >= -80 && *lat <= 84;
	}
	return false;
}

static enum coord_why
read_utm(const struct typed *typed, const struct coord_hints *hints, struct coord *coord)
{
	const char *at = typed->text, *zone_text = hints->zone ? hints->zone : "";
	struct degrees_number zone, east, north;
	struct point point;
	struct utm utm;
	char letter = 0;
	double lat, lon;

	if (!degrees_take(&at, &zone) || zone.decimals > 0 || zone.is_negative)
		return COORD_NOT_KNOWN;
	at = skip_blanks(at);
	if (zone.digits <= 2 && is_letter(*at)) {
		letter = *at;
		at = skip_blanks(at + 1);
	} else {
		coord->is_assumed_zone = true;
		at = typed->text;
	}
	if (!degrees_take(&at, &east) || east.value < 100000 || east.value >= 1000000 ||
	    east.is_negative)
		return COORD_NOT_KNOWN;
	at = skip_unit(at, 'E');
	if (!degrees_take(&at, &north) || north.value > 10000000 || north.is_negative ||
	    *skip_unit(at, 'N'))
		return COORD_NOT_KNOWN;
	if (coord->is_assumed_zone && strlen(zone_text) == 3 && degrees_take(&zone_text, &zone)) {
		letter = *zone_text;
	} else if (coord->is_assumed_zone) {
		return COORD_NEEDS_ZONE;
	}
	/* Metres name a square as grid digits do: its middle, so that rounding cannot step out of
	 * it. */
	utm = (struct utm){.zone = (int)zone.value,
			   .easting_m = east.value + 0.5 * pow(10, -(double)east.decimals),
			   .northing_m = north.value + 0.5 * pow(10, -(double)north.decimals)};
	if (utm.zone < 1 || utm.zone > 60 || utm.easting_m > 900000 ||
	    !place_utm(&utm, letter, &lat, &lon) || !geo_from_degrees(lat, lon, &point))
		return COORD_UTM;
	coord->form = COORD_FORM_UTM;
	return finish(point, pow(10, -(double)east.decimals), hints, coord);
}

static enum coord_why
read_degrees(struct typed *typed, const struct coord_hints *hints, struct coord *coord)
{
	struct degrees_pair pair;
	enum coord_why why = degrees_read(typed->text, &hints->box, &pair);

	if (why)
		return why;
	coord->form = COORD_FORM_DEGREES;
	coord->is_swapped = pair.is_swapped;
	return finish(pair.point, pair.worth_m, hints, coord);
}

/* ---- links of map services and geo: addresses (RFC 5870) */

struct link {
	struct degrees_number numbers[LINK_NUMBERS_MAX];
	size_t from[LINK_NUMBERS_MAX], to[LINK_NUMBERS_MAX];
	unsigned n;
};

static bool
is_link(const struct typed *typed)
{
	return strstr(typed->text, "://") || strncmp(typed->text, "GEO:", 4) == 0 ||
	       strncmp(typed->text, "WWW.", 4) == 0 || strncmp(typed->text, "MAPS.", 5) == 0;
}

/* Every number with decimals but the zoom: 15.5z, zoom=15.5, z=15.5, #map=15.5/. */
static void
gather(const struct typed *typed, struct link *link)
{
	link->n = 0;
	for (const char *at = typed->text; *at && link->n < LINK_NUMBERS_MAX;) {
		const char *start = at;
		struct degrees_number *number = &link->numbers[link->n];
		bool is_start = is_digit(*at) || (*at == '-' && is_digit(at[1]));

		if (!is_start || !degrees_take(&at, number)) {
			at++;
			continue;
		}
		if (number->decimals == 0 || *at == 'Z')
			continue;
		if (start - typed->text >= 4 &&
		    (strncmp(start - 4, "OOM=", 4) == 0 || strncmp(start - 4, "MAP=", 4) == 0))
			continue;
		if (start - typed->text >= 2 && strncmp(start - 2, "Z=", 2) == 0)
			continue;
		link->from[link->n] = (size_t)(start - typed->text);
		link->to[link->n++] = (size_t)(at - typed->text);
	}
}

/* In one service's links the pin stands behind !3d and !4d while the @ before is only the middle of
 * the view. */
static bool
is_pin(const struct typed *typed, const struct link *link, unsigned i)
{
	return link->from[i] >= 3 && strncmp(typed->text + link->from[i] - 3, "!3D", 3) == 0;
}

static enum coord_why
read_link(const struct typed *typed, const struct coord_hints *hints, struct coord *coord)
{
	struct link link;
	int best = -1, best_rank = 0;
	double values[LINK_NUMBERS_MAX];
	struct point point;
	bool is_swapped;

	gather(typed, &link);
	for (unsigned i = 0; i < link.n; i++)
		values[i] =
		    link.numbers[i].is_negative ? -link.numbers[i].value : link.numbers[i].value;
	for (unsigned i = 0; i + 1 < link.n; i++) {
		int rank = 1;

		if (link.from[i + 1] - link.to[i] > LINK_GAP_MAX ||
		    degrees_order(values[i], values[i + 1], false, &hints->box, &point,
				  &is_swapped))
			continue;
		rank += geo_in_box(&hints->box, point) ? 1 : 0;
		rank += is_pin(typed, &link, i) ? 2 : 0;
		if (rank > best_rank) {
			best_rank = rank;
			best = (int)i;
		}
	}
	if (best < 0 || degrees_order(values[best], values[best + 1], false, &hints->box, &point,
				      &coord->is_swapped))
		return COORD_LINK;
	coord->form = COORD_FORM_LINK;
	return finish(
	    point,
	    111320 * pow(10, -fmax(link.numbers[best].decimals, link.numbers[best + 1].decimals)),
	    hints, coord);
}

enum coord_why
coord_read(struct span bytes, const struct coord_hints *given, struct coord *coord)
{
	struct coord_hints hints = given ? *given : coord_hints_iraq();
	struct typed typed;
	enum coord_why why;

	*coord = (struct coord){0};
	why = normalise(bytes, &typed);
	if (!why && is_link(&typed)) {
		why = read_link(&typed, &hints, coord);
	} else if (!why) {
		why = read_grid(&typed, &hints, coord);
		if (why == COORD_NOT_KNOWN)
			why = read_utm(&typed, &hints, coord);
		if (why == COORD_NOT_KNOWN) {
			*coord = (struct coord){0};
			why = read_degrees(&typed, &hints, coord);
		}
	}
	if (why)
		*coord = (struct coord){0};
	return why;
}
