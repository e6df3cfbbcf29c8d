/*
 * Promises a small language that says how somebody's columns become fields, and its use on a row.
 * Every statement is checked when it is read; a row can only fail by its values.
 */
#include "edge/map.h"

#include "model/coord.h"

#include <stdlib.h>
#include <string.h>

enum {
	ARENA_MAX = 4 * MAP_TEXT_MAX,
	SETS_MAX = 64,
	ORIGIN_MAX = 160,
	DATE_MAX = 32,
	ZONE_DEFAULT_MIN = 180,
	ZONE_LIMIT_MIN = 14 * 60
};

struct column {
	struct span name;
	struct span second; /* the longitude, where two columns give a place */
	enum field field;   /* FIELD_KIND for the kind's column */
	unsigned level;     /* of a place of two columns */
};

struct constant {
	enum field field;
	struct span value;
};

struct meaning {
	enum field field;
	struct span cell, value;
};

struct map {
	struct arena *arena;
	bool is_plain;
	enum kind kind;
	struct span origin; /* prefix */
	struct span date;   /* pattern; empty: what people type */
	int zone_min;
	char separator;
	unsigned precision;
	struct column columns[MAP_COLUMNS_MAX];
	unsigned n_columns;
	struct constant sets[SETS_MAX];
	unsigned n_sets;
	struct meaning values[MAP_VALUES_MAX];
	unsigned n_values;
};

/* ---- reading ---- */

static void
skip_blanks(struct span *rest)
{
	*rest = span_trim(*rest);
}

/* Everything before the stop or a comma, or what stands between quotes. */
static bool
take_name(struct span *rest, char stop, struct span *name)
{
	size_t n = 0;

	skip_blanks(rest);
	*name = (struct span){NULL, 0};
	if (rest->n && rest->p[0] == '"') {
		ptrdiff_t end = span_find((struct span){rest->p + 1, rest->n - 1}, '"');

		if (end < 0)
			return false;
		*name = (struct span){rest->p + 1, (size_t)end};
		*rest = (struct span){rest->p + end + 2, rest->n - (size_t)end - 2};
		skip_blanks(rest);
		return name->n > 0;
	}
	while (n < rest->n && rest->p[n] != stop && rest->p[n] != ',')
		n++;
	*name = span_trim((struct span){rest->p, n});
	*rest = (struct span){rest->p + n, rest->n - n};
	return name->n > 0;
}

static bool
take_mark(struct span *rest, char mark)
{
	skip_blanks(rest);
	if (rest->n == 0 || rest->p[0] != mark)
		return false;
	*rest = (struct span){rest->p + 1, rest->n - 1};
	skip_blanks(rest);
	return true;
}

static bool
is_mappable(enum field field)
{
	return field != FIELD_NONE && field != FIELD_THREAD && field != FIELD_FILED &&
	       field != FIELD_HEADS && field_row(field)->type != FIELD_TYPE_DOC;
}

static const char *
read_column(struct map *map, struct span rest)
{
	struct column *column = &map->columns[map->n_columns];
	ptrdiff_t at;

	if (map->n_columns == MAP_COLUMNS_MAX)
		return "too many columns";
	*column = (struct column){.level = 0};
	if (!take_name(&rest, '=', &column->name))
		return "the name of a column is missing";
	if (take_mark(&rest, ',') && !take_name(&rest, '=', &column->second))
		return "the name of the second column is missing";
	if (!take_mark(&rest, '='))
		return "'=' and a field are expected behind the column";
	at = span_find(rest, '@');
	if (at >= 0) {
		column->level = field_level_find(
		    FIELD_PLACE, (struct span){rest.p + at + 1, rest.n - (size_t)at - 1});
		rest.n = (size_t)at;
	}
	column->field = field_find(rest);
	if (!is_mappable(column->field))
		return "no such field";
	if ((column->second.n != 0) != (column->level != 0) ||
	    (column->level && column->field != FIELD_PLACE))
		return "two columns are a place with its size: Lat, Lon = place@1km";
	map->n_columns++;
	return NULL;
}

static const char *
read_set(struct map *map, struct span rest)
{
	struct constant *set = &map->sets[map->n_sets];
	struct span name;

	if (map->n_sets == SETS_MAX)
		return "too many constants";
	if (!take_name(&rest, '=', &name) || !take_mark(&rest, '=') || rest.n == 0)
		return "set FIELD = VALUE is expected";
	*set = (struct constant){field_find(name), rest};
	if (!is_mappable(set->field) || set->field == FIELD_KIND)
		return "no such field";
	map->n_sets++;
	return NULL;
}

static const char *
read_value(struct map *map, struct span rest)
{
	struct meaning *meaning = &map->values[map->n_values];
	struct span name;

	if (map->n_values == MAP_VALUES_MAX)
		return "too many values";
	(void)span_split(&rest, ' ', &name);
	if (!rest.p)
		rest = SPAN("");
	*meaning = (struct meaning){.field = field_find(name)};
	if (!is_mappable(meaning->field))
		return "no such field";
	if (!take_name(&rest, '=', &meaning->cell) || !take_mark(&rest, '=') || rest.n == 0)
		return "value FIELD \"CELL\" = VALUE is expected";
	meaning->value = rest;
	map->n_values++;
	return NULL;
}

static const char *
read_kind(struct map *map, struct span rest)
{
	map->kind = kind_find(rest);
	return map->kind == KIND_NONE ? "no such kind" : NULL;
}

static const char *
read_origin(struct map *map, struct span rest)
{
	map->origin = rest;
	return rest.n == 0 || rest.n > 64 || span_find(rest, ' ') >= 0
		   ? "one short word is expected"
		   : NULL;
}

static const char *
read_date(struct map *map, struct span rest)
{
	map->date = rest;
	return rest.n < 8 || rest.n > DATE_MAX ? "a form like DD/MM/YYYY hh:mm is expected" : NULL;
}

/* "+03:00" */
static const char *
read_zone(struct map *map, struct span rest)
{
	int64_t hours, minutes;

	if (rest.n != 6 || (rest.p[0] != '+' && rest.p[0] != '-') || rest.p[3] != ':' ||
	    !span_int((struct span){rest.p + 1, 2}, 0, 14, &hours) ||
	    !span_int((struct span){rest.p + 4, 2}, 0, 59, &minutes))
		return "a zone like +03:00 is expected";
	map->zone_min = (int)(hours * 60 + minutes) * (rest.p[0] == '-' ? -1 : 1);
	return map->zone_min > ZONE_LIMIT_MIN ? "a zone like +03:00 is expected" : NULL;
}

static const char *
read_separator(struct map *map, struct span rest)
{
	if (span_is(rest, "tab"))
		map->separator = '\t';
	else if (rest.n == 1 && strchr(",;|:", rest.p[0]))
		map->separator = rest.p[0];
	else
		return "one of , ; | : or the word tab is expected";
	return NULL;
}

static const char *
read_precision(struct map *map, struct span rest)
{
	map->precision = field_level_find(FIELD_PLACE, rest);
	return map->precision == 0 ? "one of 100km 10km 1km 100m 10m is expected" : NULL;
}

static const struct {
	const char *word;
	const char *(*read)(struct map *map, struct span rest);
} statements[] = {
    {"column", read_column},       {"set", read_set},
    {"value", read_value},         {"kind", read_kind},
    {"origin", read_origin},       {"date", read_date},
    {"zone", read_zone},           {"separator", read_separator},
    {"precision", read_precision},
};

static const char *
read_statement(struct map *map, struct span line)
{
	struct span rest = line;
	struct span word;

	(void)span_split(&rest, ' ', &word);
	if (!rest.p)
		rest = SPAN("");
	for (size_t i = 0; i < sizeof statements / sizeof *statements; i++)
		if (span_is(word, statements[i].word))
			return statements[i].read(map, span_trim(rest));
	return "column, set, value, kind, origin, date, zone, separator or precision is expected";
}

static enum err
new_map(struct map **map)
{
	*map = calloc(1, sizeof **map);
	if (!*map)
		return ERR_NOMEM;
	(*map)->arena = arena_new(ARENA_MAX);
	if (!(*map)->arena) {
		free(*map);
		*map = NULL;
		return ERR_NOMEM;
	}
	(*map)->zone_min = ZONE_DEFAULT_MIN;
	(*map)->separator = ',';
	(*map)->precision = PLACE_100M;
	return ERR_OK;
}

static bool
has_kind(const struct map *map)
{
	for (unsigned i = 0; i < map->n_columns; i++)
		if (map->columns[i].field == FIELD_KIND)
			return true;
	return map->kind != KIND_NONE;
}

enum err
map_read(struct span text, struct map **map, unsigned *line, const char **what)
{
	struct span rest, one;
	enum err err;

	*map = NULL;
	*line = 0;
	*what = NULL;
	if (text.n > MAP_TEXT_MAX || !span_is_plain_text(text)) {
		*what = "too long a map, or not plain text";
		return ERR_FORMAT;
	}
	err = new_map(map);
	if (err != ERR_OK)
		return err;
	rest = arena_copy((*map)->arena, text);
	while (*what == NULL && span_split(&rest, '\n', &one)) {
		++*line;
		one = span_trim(one);
		if (one.n && one.p[0] != '#')
			*what = read_statement(*map, one);
	}
	if (*what == NULL && !has_kind(*map))
		*what = "nothing says what kind a row is";
	if (*what == NULL)
		return ERR_OK;
	map_free(*map);
	*map = NULL;
	return ERR_FORMAT;
}

enum err
map_plain(struct map **map)
{
	enum err err = new_map(map);

	if (err == ERR_OK)
		(*map)->is_plain = true;
	return err;
}

void
map_free(struct map *map)
{
	if (!map)
		return;
	arena_free(map->arena);
	free(map);
}

char
map_separator(const struct map *map)
{
	return map->separator;
}

unsigned
map_precision(const struct map *map)
{
	return map->precision;
}

int
map_zone_min(const struct map *map)
{
	return map->zone_min;
}

/* ---- use ---- */

/* One row while it becomes a record. */
struct use {
	const struct map *map;
	const struct map_row *row;
	struct arena *arena;
	struct record_typing typing;
	struct record *record;
	struct span *column; /* at fault */
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
set_field(struct use *use, enum field field, struct span text)
{
	char origin[ORIGIN_MAX];
	char iso[32];
	struct out out;
	bool fits;
	enum field_type type = field_row(field)->type;

	text = meaning_of(use->map, field, text);
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

/* The map says which column is the latitude.  Where only the other order lies where people of this
 * region are, either the map or the row is wrong. */
static bool
is_exchanged(struct span text, const struct record_typing *typing)
{
	struct coord_hints hints = coord_hints_iraq();
	struct coord coord;

	hints.zone = typing->default_zone ? typing->default_zone : "";
	return coord_read(text, &hints, &coord) == COORD_OK && coord.is_swapped;
}

/* "35.1" and "44.2" as a square of the size that the map names. */
static enum why
set_point(struct use *use, const struct column *column, struct span lat)
{
	struct span lon = cell(use, column->second);
	struct value *value = &use->record->field[FIELD_PLACE];
	struct out text = out_new(ORIGIN_MAX);
	enum why why = WHY_BAD_PLACE;

	out_span(&text, lat);
	out_char(&text, ',');
	out_span(&text, lon);
	if (lon.n && out_err(&text) == ERR_OK && !is_exchanged(out_view(&text), &use->typing))
		why =
		    record_set(use->record, use->arena, FIELD_PLACE, out_view(&text), &use->typing);
	if (why == WHY_NONE) {
		value->place = place_at_level(&value->place, column->level);
		value->levels = (uint16_t)((2u << value->place.level) - 1);
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
		const struct column *column = &use->map->columns[i];
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
		const struct constant *set = &use->map->sets[i];
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

		if (!is_mappable(field) || field == FIELD_KIND || text.n == 0)
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
	  struct record *record, struct span *column)
{
	struct use use = {map, row, arena, *typing, record, column};
	enum why why;

	*column = (struct span){NULL, 0};
	if (!map->is_plain)
		use.typing.zone_min = map->zone_min;
	why = use_kind(&use);
	if (why == WHY_NONE)
		why = map->is_plain ? use_names(&use, names, n_names) : use_columns(&use);
	if (why == WHY_NONE)
		*column = (struct span){NULL, 0};
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
