/*
 * Promises records of rows by a map.  A comma inside a cell of two columns is a decimal mark, what
 * was typed for a place is kept beside its square, and nothing assumed about it stays unsaid.
 */
#include "edge/map_inside.h"

#include "model/coord.h"
#include "model/heard.h"

#include <string.h>

enum { ORIGIN_MAX = 160, POINT_MAX = 160 };

/* One row while it becomes a record. */
struct use {
	const struct map *map;
	const struct map_row *row;
	struct arena *arena;
	struct record_typing typing;
	struct record *record;
	struct span *column; /* at fault */
	struct span typed;   /* for the place, where it says more than the square */
	unsigned heard;      /* to read it */
};

static struct span
cell(const struct use *use, struct span name)
{
	return span_trim(use->row->cell(use->row->arg, name));
}

/* What the map says a cell means; else the cell. */
static struct span
meaning_of(const struct map *map, enum field field, struct span text)
{
	for (unsigned i = 0; i < map->n_values; i++)
		if (map->values[i].field == field && span_equal(map->values[i].cell, text))
			return map->values[i].value;
	return text;
}

/* Digits of the cell under a run of one letter of the pattern. */
static bool
take_part(struct span pattern, struct span text, size_t *at, int64_t *value)
{
	char letter = pattern.p[*at];
	size_t n = 0;

	while (*at + n < pattern.n && pattern.p[*at + n] == letter)
		n++;
	if (*at + n > text.n || !span_int((struct span){text.p + *at, n}, 0, 9999, value))
		return false;
	*at += n;
	return true;
}

/* The moment that the cell names in the form of the pattern, in ISO 8601 for record_set(). */
static bool
read_moment(const struct map *map, struct span text, char iso[32])
{
	static const char letters[] = "YMDhms";
	int64_t parts[6] = {0, 1, 1, 0, 0, 0};
	bool has_time = span_find(map->date, 'h') >= 0;
	struct out out = out_new(64);
	int zone = map->zone_min < 0 ? -map->zone_min : map->zone_min;
	bool is_read = true;

	for (size_t at = 0; at < map->date.n && is_read;) {
		const char *letter = strchr(letters, map->date.p[at]);

		if (letter && *letter)
			is_read = take_part(map->date, text, &at, &parts[letter - letters]);
		else
			is_read = at < text.n && text.p[at] == map->date.p[at], at++;
	}
	is_read = is_read && text.n == map->date.n &&
		  when_is_date((int)parts[0], (int)parts[1], (int)parts[2]);
	out_format(&out, "%04d-%02d-%02d", (int)parts[0], (int)parts[1], (int)parts[2]);
	if (has_time)
		out_format(&out, "T%02d:%02d%c%02d:%02d", (int)parts[3], (int)parts[4],
			   map->zone_min < 0 ? '-' : '+', zone / 60, zone % 60);
	is_read = is_read && span_copy(iso, 32, out_view(&out));
	out_free(&out);
	return is_read;
}

static enum why
set_place(struct use *use, struct span typed, struct span text)
{
	struct place exact;
	enum why why = record_set(use->record, use->arena, FIELD_PLACE, text, &use->typing);

	if (why != WHY_NONE)
		return why;
	use->heard |= heard_place(text, use->typing.default_zone);
	if (!place_of_mgrs(typed, &exact))
		use->typed = typed;
	return WHY_NONE;
}

/* A column of its own comes first; what no text may hold is left out. */
static void
set_typed(struct use *use)
{
	struct value *value = &use->record->field[FIELD_TYPED];

	if (use->typed.n && !value->is_set && kind_has(use->record->kind, FIELD_TYPED) &&
	    record_set(use->record, use->arena, FIELD_TYPED, use->typed, &use->typing) != WHY_NONE)
		*value = (struct value){.is_set = false};
}

static enum why
set_field(struct use *use, enum field field, struct span text)
{
	char origin[ORIGIN_MAX];
	char iso[32];
	struct out out;
	bool fits;
	enum field_type type = field_row(field)->type;
	struct span typed = text;

	text = meaning_of(use->map, field, text);
	if (field == FIELD_PLACE)
		return set_place(use, typed, text);
	if (field == FIELD_ORIGIN && use->map->origin.n) {
		out = out_new(ORIGIN_MAX);
		out_span(&out, use->map->origin);
		out_char(&out, ':');
		out_span(&out, text);
		fits = out_err(&out) == ERR_OK && span_copy(origin, sizeof origin, out_view(&out));
		out_free(&out);
		if (!fits)
			return WHY_TOO_LARGE;
		text = span_of(origin);
	}
	if (use->map->date.n && (type == FIELD_TYPE_WHEN || type == FIELD_TYPE_INSTANT)) {
		if (!read_moment(use->map, text, iso))
			return WHY_BAD_TIME;
		text = span_of(iso);
	}
	return record_set(use->record, use->arena, field, text, &use->typing);
}

static bool
is_decimal_mark(uint32_t rune)
{
	return rune == ',' || rune == '.' || rune == 0x060C || rune == 0x066B;
}

/* A number of one cell: there a comma can only be a decimal mark.  False for what holds two marks,
 * or one that parts two numbers. */
static bool
write_half(struct out *out, struct span text)
{
	unsigned marks = 0;
	uint32_t rune;
	size_t n;

	for (; text.n; text = span_make(text.p + n, text.n - n)) {
		n = span_rune(text, &rune);
		if (n == 0 || rune == ';' || rune == '/' || rune == '|' || rune == 0x061B)
			return false;
		marks += is_decimal_mark(rune);
		out_span(out, is_decimal_mark(rune) ? SPAN(".") : span_make(text.p, n));
	}
	return marks <= 1;
}

/* The map says which column is the latitude.  Where only the other order lies where people of this
 * region are, either the map or the row is wrong. */
static enum why
read_point(struct use *use, struct span text)
{
	const char *zone = use->typing.default_zone;

	if (heard_place(text, zone) & HEARD_SWAPPED)
		return WHY_EXCHANGED;
	return record_set(use->record, use->arena, FIELD_PLACE, text, &use->typing);
}

/* Both cells as they stand, for the typed text. */
static void
keep_point(struct use *use, struct span lat, struct span lon)
{
	struct out text = out_new(POINT_MAX);
	bool has_comma = span_find(lat, ',') >= 0 || span_find(lon, ',') >= 0;

	out_span(&text, lat);
	out_text(&text, has_comma ? "; " : ", ");
	out_span(&text, lon);
	if (out_err(&text) == ERR_OK)
		use->typed = arena_copy(use->arena, out_view(&text));
	out_free(&text);
}

/* "35.1" and "44.2", or "35,1" and "44,2", as a square of the size that the map names. */
static enum why
set_point(struct use *use, const struct map_column *column, struct span lat)
{
	struct span lon = cell(use, column->second);
	struct value *value = &use->record->field[FIELD_PLACE];
	struct out text = out_new(POINT_MAX);
	enum why why = WHY_BAD_PLACE;
	bool is_half = write_half(&text, lat);

	out_char(&text, ';');
	if (is_half && lon.n && write_half(&text, lon) && out_err(&text) == ERR_OK)
		why = read_point(use, out_view(&text));
	if (why == WHY_NONE) {
		value->place = place_at_level(&value->place, column->level);
		value->levels = (uint16_t)((2u << value->place.level) - 1);
		keep_point(use, lat, lon);
	}
	out_free(&text);
	return why;
}

static enum why
use_kind(struct use *use)
{
	const struct map *map = use->map;
	enum kind kind = map->kind;

	for (unsigned i = 0; i < map->n_columns; i++) {
		if (map->columns[i].field != FIELD_KIND)
			continue;
		*use->column = map->columns[i].name;
		kind = kind_find(meaning_of(map, FIELD_KIND, cell(use, map->columns[i].name)));
	}
	if (map->is_plain) {
		*use->column = SPAN("kind");
		kind = kind_find(cell(use, SPAN("kind")));
	}
	record_init(use->record, kind);
	return kind == KIND_NONE ? WHY_UNKNOWN_KIND : WHY_NONE;
}

static enum why
use_columns(struct use *use)
{
	for (unsigned i = 0; i < use->map->n_columns; i++) {
		const struct map_column *column = &use->map->columns[i];
		struct span text = cell(use, column->name);
		enum why why;

		if (column->field == FIELD_KIND || text.n == 0)
			continue;
		*use->column = column->name;
		why = column->level ? set_point(use, column, text)
				    : set_field(use, column->field, text);
		if (why != WHY_NONE)
			return why;
	}
	for (unsigned i = 0; i < use->map->n_sets; i++) {
		const struct map_set *set = &use->map->sets[i];
		enum why why;

		if (use->record->field[set->field].is_set)
			continue;
		*use->column = span_of(field_row(set->field)->name);
		why = record_set(use->record, use->arena, set->field, set->value, &use->typing);
		if (why != WHY_NONE)
			return why;
	}
	return WHY_NONE;
}

static enum why
use_names(struct use *use, const struct span *names, unsigned n_names)
{
	for (unsigned i = 0; i < n_names; i++) {
		enum field field = field_find(span_trim(names[i]));
		struct span text = cell(use, names[i]);
		enum why why;

		if (!map_takes(field) || field == FIELD_KIND || text.n == 0)
			continue;
		*use->column = names[i];
		why = set_field(use, field, text);
		if (why != WHY_NONE)
			return why;
	}
	return WHY_NONE;
}

struct reason
map_apply(const struct map *map, const struct map_row *row, const struct span *names,
	  unsigned n_names, struct arena *arena, const struct record_typing *typing,
	  struct record *record, struct span *column, unsigned *heard)
{
	struct use use = {.map = map,
			  .row = row,
			  .arena = arena,
			  .typing = *typing,
			  .record = record,
			  .column = column};
	enum why why;

	*column = (struct span){NULL, 0};
	if (!map->is_plain)
		use.typing.zone_min = map->zone_min;
	why = use_kind(&use);
	if (why == WHY_NONE)
		why = map->is_plain ? use_names(&use, names, n_names) : use_columns(&use);
	if (why == WHY_NONE) {
		set_typed(&use);
		*column = (struct span){NULL, 0};
	}
	*heard = use.heard;
	return (struct reason){why, FIELD_NONE};
}

static bool
is_there(struct span name, const struct span *names, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		if (span_equal(span_trim(names[i]), name))
			return true;
	return false;
}

bool
map_fits(const struct map *map, const struct span *names, unsigned n_names, struct span *missing)
{
	*missing = map->is_plain ? SPAN("kind") : (struct span){NULL, 0};
	if (map->is_plain)
		return is_there(*missing, names, n_names);
	for (unsigned i = 0; i < map->n_columns; i++) {
		*missing = map->columns[i].name;
		if (!is_there(*missing, names, n_names))
			return false;
		*missing = map->columns[i].second;
		if (missing->n && !is_there(*missing, names, n_names))
			return false;
	}
	return true;
}
