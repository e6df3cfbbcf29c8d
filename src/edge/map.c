/*
 * Promises a small language that says how somebody's columns become fields.  Every statement is
 * checked when it is read; a row can only fail by its values (map_apply.c).
 */
#include "edge/map_inside.h"

#include <stdlib.h>
#include <string.h>

enum {
	ARENA_MAX = 4 * MAP_TEXT_MAX,
	ORIGIN_WORD_MAX = 64,
	DATE_MAX = 32,
	ZONE_DEFAULT_MIN = 180,
	ZONE_LIMIT_MIN = 14 * 60
};

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

bool
map_takes(enum field field)
{
	return field != FIELD_NONE && field != FIELD_THREAD && field != FIELD_FILED &&
	       field != FIELD_HEADS && field_row(field)->type != FIELD_TYPE_DOC;
}

static const char *
read_column(struct map *map, struct span rest)
{
	struct map_column *column = &map->columns[map->n_columns];
	ptrdiff_t at;

	if (map->n_columns == MAP_COLUMNS_MAX)
		return "too many columns";
	*column = (struct map_column){.level = 0};
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
	if (!map_takes(column->field))
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
	struct map_set *set = &map->sets[map->n_sets];
	struct span name;

	if (map->n_sets == MAP_SETS_MAX)
		return "too many constants";
	if (!take_name(&rest, '=', &name) || !take_mark(&rest, '=') || rest.n == 0)
		return "set FIELD = VALUE is expected";
	*set = (struct map_set){field_find(name), rest};
	if (!map_takes(set->field) || set->field == FIELD_KIND)
		return "no such field";
	map->n_sets++;
	return NULL;
}

static const char *
read_value(struct map *map, struct span rest)
{
	struct map_value *meaning = &map->values[map->n_values];
	struct span name;

	if (map->n_values == MAP_VALUES_MAX)
		return "too many values";
	(void)span_split(&rest, ' ', &name);
	if (!rest.p)
		rest = SPAN("");
	*meaning = (struct map_value){.field = field_find(name)};
	if (!map_takes(meaning->field))
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
	return rest.n == 0 || rest.n > ORIGIN_WORD_MAX || span_find(rest, ' ') >= 0
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
