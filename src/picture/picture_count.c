/*
 * Promises counts that add nothing twice: joined records are one incident, counted once, its
 * figures a range.  Calendar texts are those of the place asked for, weeks begin on Saturday, and
 * what is known less precisely stands apart.
 */
#include "picture/picture_store.h"

#include "model/degrees.h"
#include "picture/people.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { KEY_TEXT = 32, TABLE_FIRST = 256, GROUP_ARENA = 64 << 20, SQL_MAX = 65536 };

static const char *const names[PICTURE_BY_COUNT] = {[PICTURE_BY_NONE] = "",
#define X(name, text) [PICTURE_BY_##name] = text,
						    PICTURE_BY_ROWS(X)
#undef X
};

const char *
picture_by_name(enum picture_by by)
{
	return (unsigned)by < PICTURE_BY_COUNT ? names[by] : "";
}

enum picture_by
picture_by_find(struct span name)
{
	for (enum picture_by by = 1; by < PICTURE_BY_COUNT; by++)
		if (span_is(name, names[by]))
			return by;
	return PICTURE_BY_NONE;
}

/* Columns of one record as far as counts need them. */
enum column {
	N,
	GRP,
	KIND,
	TYPE,
	SEVERITY,
	STATION,
	GOVERNORATE,
	DISTRICT,
	FROM_MS,
	PRECISION,
	PEOPLE,
	INFORMATION,
	FILED_MS,
	ID,
	LEVEL,
	LAT,
	LON,
	MGRS
};

#define COLUMNS                                                                                    \
	"SELECT item.n, item.grp, item.kind, item.type, item.severity, item.station, "             \
	"item.governorate, item.district, item.from_ms, item.precision, item.people, "             \
	"item.information, item.filed_ms, item.id, item.level, item.lat, item.lon, "               \
	"item.mgrs"

/* Cells by key: open addressing over an arena array. */
struct table {
	struct picture_cell **slots;
	size_t n, size;
};

struct count {
	struct picture *picture;
	const struct picture_tally *tally;
	struct arena *arena;   /* of the caller: cells and keys */
	struct arena *members; /* of the incident being read */
	struct table table;
	char text[PICTURE_BY_MAX][KEY_TEXT];
	/* the incident being read */
	int64_t grp, records;
	struct picture_cell *cell;
	struct people_statement *statements;
	size_t n_statements, statements_size;
};

static uint64_t
hash_keys(const struct span keys[PICTURE_BY_MAX], unsigned n)
{
	uint64_t hash = 0xcbf29ce484222325U;

	for (unsigned i = 0; i < n; i++) {
		for (size_t k = 0; k < keys[i].n; k++)
			hash = (hash ^ (unsigned char)keys[i].p[k]) * 0x100000001b3U;
		hash = (hash ^ 0xff) * 0x100000001b3U;
	}
	return hash ^ hash >> 32;
}

static bool
has_keys(const struct picture_cell *cell, const struct span keys[PICTURE_BY_MAX], unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		if (!span_equal(cell->key[i], keys[i]))
			return false;
	return true;
}

static size_t
slot_of(const struct table *table, const struct span keys[PICTURE_BY_MAX], unsigned n)
{
	size_t at = (size_t)hash_keys(keys, n) & (table->size - 1);

	while (table->slots[at] && !has_keys(table->slots[at], keys, n))
		at = (at + 1) & (table->size - 1);
	return at;
}

static enum err
grow(struct count *count)
{
	struct table more = {.size = count->table.size ? 2 * count->table.size : TABLE_FIRST,
			     .n = count->table.n};

	more.slots = arena_array(count->arena, more.size, sizeof(struct picture_cell *));
	if (!more.slots)
		return ERR_NOMEM;
	for (size_t i = 0; i < count->table.size; i++) {
		struct picture_cell *cell = count->table.slots[i];

		if (cell)
			more.slots[slot_of(&more, cell->key, count->tally->n_by)] = cell;
	}
	count->table = more;
	return ERR_OK;
}

static enum err
find_cell(struct count *count, const struct span keys[PICTURE_BY_MAX], struct picture_cell **cell)
{
	unsigned n = count->tally->n_by;
	size_t at;

	if (2 * count->table.n >= count->table.size) {
		enum err err = grow(count);

		if (err != ERR_OK)
			return err;
	}
	at = slot_of(&count->table, keys, n);
	*cell = count->table.slots[at];
	if (*cell)
		return ERR_OK;
	*cell = arena_take(count->arena, sizeof **cell);
	if (!*cell)
		return ERR_NOMEM;
	for (unsigned i = 0; i < n; i++) {
		(*cell)->key[i] = keys[i].n ? arena_copy(count->arena, keys[i]) : keys[i];
		if (keys[i].n && !(*cell)->key[i].p)
			return ERR_NOMEM;
	}
	count->table.slots[at] = *cell;
	count->table.n++;
	return ERR_OK;
}

/* The finest of year, month and the asked for that the precision allows. */
static struct span
calendar(char text[KEY_TEXT], enum picture_by by, sqlite3_stmt *s, int zone_min)
{
	int64_t at_ms = db_int(s, FROM_MS);
	enum when_precision precision = (enum when_precision)db_int(s, PRECISION);
	struct when_date date;
	int n;

	if (sqlite3_column_type(s, PRECISION) == SQLITE_NULL)
		return (struct span){NULL, 0};
	/* A day is a day wherever it is written: only moments are moved to the zone. */
	if (precision >= WHEN_DAY)
		zone_min = 0;
	if (by == PICTURE_BY_WEEK && precision <= WHEN_WEEK)
		at_ms = when_week_start(at_ms, zone_min);
	date = when_date_of(at_ms, zone_min);
	if (by == PICTURE_BY_YEAR || precision == WHEN_YEAR)
		n = snprintf(text, KEY_TEXT, "%04d", date.year);
	else if (by == PICTURE_BY_MONTH || precision == WHEN_MONTH ||
		 (by == PICTURE_BY_DAY && precision == WHEN_WEEK))
		n = snprintf(text, KEY_TEXT, "%04d-%02d", date.year, date.month);
	else
		n = snprintf(text, KEY_TEXT, "%04d-%02d-%02d", date.year, date.month, date.day);
	return span_make(text, n > 0 && n < KEY_TEXT ? (size_t)n : 0);
}

static struct span
code_of(sqlite3_stmt *s, int column, enum vocab vocab)
{
	if (sqlite3_column_type(s, column) == SQLITE_NULL)
		return (struct span){NULL, 0};
	return span_of(vocab_code(vocab, (unsigned)db_int(s, column)));
}

static struct span
party_of(struct span station)
{
	ptrdiff_t slash = span_find(station, '/');

	return slash < 0 ? station : span_make(station.p, (size_t)slash);
}

/* Degrees without zeroes at the end. */
static size_t
write_degrees(char *text, size_t size, int32_t e7)
{
	int64_t value = e7 < 0 ? -(int64_t)e7 : e7;
	int n = snprintf(text, size, "%s%lld.%07lld", e7 < 0 ? "-" : "",
			 (long long)(value / GEO_E7), (long long)(value % GEO_E7));
	size_t at = n > 0 && (size_t)n < size ? (size_t)n : 0;

	while (at > 0 && text[at - 1] == '0')
		at--;
	if (at > 0 && text[at - 1] == '.')
		at--;
	return at;
}

/* The point that the source states, else the square as it is held: a coarse row has no square. */
static enum err
place_key(struct count *count, unsigned index, sqlite3_stmt *s, struct span *key)
{
	bool is_zone = count->tally->by[index] == PICTURE_BY_ZONE;
	char *text = count->text[index];
	const struct record *record;
	struct point point;
	struct place place;
	size_t n;
	enum err err = picture_row_record(count->picture, db_int(s, N), count->members, &record);

	*key = db_text(s, MGRS);
	if (err != ERR_OK)
		return err;
	if (degrees_stated(record->field[FIELD_TYPED].text, &point)) {
		if (is_zone && place_of_point(point.lat_e7, point.lon_e7, PLACE_100KM, &place)) {
			(void)span_copy(text, KEY_TEXT, span_of(place.mgrs));
			*key = span_of(text);
		} else if (!is_zone) {
			n = write_degrees(text, KEY_TEXT, point.lat_e7);
			text[n++] = ',';
			n += write_degrees(text + n, KEY_TEXT - n, point.lon_e7);
			*key = span_make(text, n);
		}
	}
	if (is_zone && key->n > 2)
		key->n = 2;
	return ERR_OK;
}

static struct span
key_of(struct count *count, unsigned index, sqlite3_stmt *s)
{
	enum picture_by by = count->tally->by[index];

	switch (by) {
	case PICTURE_BY_GOVERNORATE:
		return db_text(s, GOVERNORATE);
	case PICTURE_BY_DISTRICT:
		return db_text(s, DISTRICT);
	case PICTURE_BY_KIND:
		return span_of(kind_row((enum kind)db_int(s, KIND))->name);
	case PICTURE_BY_TYPE:
		return code_of(s, TYPE, VOCAB_TYPE);
	case PICTURE_BY_SEVERITY:
		return code_of(s, SEVERITY, VOCAB_SEVERITY);
	case PICTURE_BY_PARTY:
		return party_of(db_text(s, STATION));
	case PICTURE_BY_STATION:
		return db_text(s, STATION);
	case PICTURE_BY_YEAR:
	case PICTURE_BY_MONTH:
	case PICTURE_BY_WEEK:
	case PICTURE_BY_DAY:
		return calendar(count->text[index], by, s, count->tally->zone_min);
	case PICTURE_BY_PLACE:
	case PICTURE_BY_ZONE:
	case PICTURE_BY_NONE:
	case PICTURE_BY_COUNT:
		break;
	}
	return (struct span){NULL, 0};
}

static enum err
read_keys(struct count *count, sqlite3_stmt *s, struct span keys[PICTURE_BY_MAX])
{
	enum err err = ERR_OK;

	for (unsigned i = 0; i < count->tally->n_by && err == ERR_OK; i++) {
		enum picture_by by = count->tally->by[i];

		if (by == PICTURE_BY_PLACE || by == PICTURE_BY_ZONE)
			err = place_key(count, i, s, &keys[i]);
		else
			keys[i] = key_of(count, i, s);
	}
	return err;
}

/* Adds what the incident's statements come to, and forgets them. */
static enum err
close_incident(struct count *count)
{
	struct picture_cell *cell = count->cell;
	int64_t low, best, high;
	bool has_several = false, has_number = false;
	struct people *rows;
	size_t n;

	if (!cell)
		return ERR_OK;
	cell->incidents++;
	cell->records += count->records;
	if (count->tally->sum != FIELD_NONE) {
		rows = people_of(count->statements, count->n_statements, count->members, &n);
		if (!rows && count->n_statements)
			return ERR_NOMEM;
		if (rows)
			has_number = people_total(rows, n, count->tally->sum, &low, &best, &high,
						  &has_several);
		cell->sum += has_number ? best : 0;
		cell->sum_low += has_number ? low : 0;
		cell->sum_high += has_number ? high : 0;
		cell->without += !has_number;
		cell->several += !has_number && has_several;
	}
	count->cell = NULL;
	count->grp = count->records = 0;
	count->statements = NULL;
	count->n_statements = count->statements_size = 0;
	arena_reset(count->members);
	return ERR_OK;
}

static bool
is_about_people(enum field figure)
{
	return figure == FIELD_KILLED || figure == FIELD_WOUNDED || figure == FIELD_CRITICAL ||
	       figure == FIELD_MISSING || figure == FIELD_DETAINED || figure == FIELD_ABDUCTED ||
	       figure == FIELD_DEATHS;
}

/* What one record says: also without the figure asked for, whose own losses it speaks of. */
static enum err
add_statement(struct count *count, sqlite3_stmt *s)
{
	struct people_statement one = {.figure = count->tally->sum, .group = GROUP_ALL};
	sqlite3_stmt *figure;
	struct station station;
	bool has_row;
	enum err err = picture_store_sql(count->picture, PICTURE_SQL_FIGURE_OF, &figure);

	if (err != ERR_OK)
		return err;
	db_bind_int(figure, 1, db_int(s, N));
	db_bind_int(figure, 2, count->tally->sum);
	err = db_step(figure, &has_row);
	if (err != ERR_OK)
		return err;
	if (has_row) {
		one.quantity = picture_row_quantity(figure, 0);
		db_reset(figure);
	} else
		one.figure = FIELD_NONE;
	if (!span_copy(station.name, sizeof station.name, db_text(s, STATION)))
		return ERR_CORRUPT;
	one.speaker = one.signer = station_party(&station);
	if (is_about_people(count->tally->sum)) {
		if (sqlite3_column_type(s, PEOPLE) != SQLITE_NULL)
			one.group = (enum vocab_group)db_int(s, PEOPLE);
		else if (db_int(s, KIND) == KIND_CASUALTY)
			one.group = GROUP_UNKNOWN;
	}
	one.is_confirmed = db_int(s, INFORMATION) == '1';
	one.filed_ms = db_int(s, FILED_MS);
	one.id = picture_row_hash(s, ID);
	count->statements = picture_row_grow(count->members, count->statements, count->n_statements,
					     &count->statements_size, sizeof *count->statements);
	if (!count->statements)
		return ERR_NOMEM;
	count->statements[count->n_statements++] = one;
	return ERR_OK;
}

/* One record; the first of an incident decides the cell. */
static enum err
add_record(struct count *count, sqlite3_stmt *s)
{
	int64_t grp = db_int(s, GRP);
	struct span keys[PICTURE_BY_MAX] = {{NULL, 0}};
	enum err err = ERR_OK;

	if (grp == 0 || grp != count->grp)
		err = close_incident(count);
	if (err != ERR_OK)
		return err;
	count->grp = grp;
	count->records++;
	if (!count->cell) {
		err = read_keys(count, s, keys);
		if (err == ERR_OK)
			err = find_cell(count, keys, &count->cell);
	}
	if (err == ERR_OK && count->tally->sum != FIELD_NONE)
		err = add_statement(count, s);
	return err;
}

static bool
is_near(const struct picture_query *which, sqlite3_stmt *s)
{
	struct picture_row row = {.place = {.level = (unsigned)db_int(s, LEVEL),
					    .lat_e7 = (int32_t)db_int(s, LAT),
					    .lon_e7 = (int32_t)db_int(s, LON)}};

	return !which->has_near || picture_query_is_near(which, &row);
}

/* All records of a filter, those that stand alone or those joined with others. */
static enum err
add_all(struct count *count, const struct picture_filter *filter, const char *from,
	const char *tail)
{
	struct out sql = out_new(SQL_MAX);
	sqlite3_stmt *statement = NULL;
	bool has_row;
	enum err err;

	out_text(&sql, COLUMNS);
	out_text(&sql, from);
	out_span(&sql, out_view(&filter->sql));
	out_text(&sql, tail);
	err = out_err(&sql);
	if (err == ERR_OK)
		err = db_prepare(count->picture->db, sql.p, &statement);
	out_free(&sql);
	if (err != ERR_OK)
		return err;
	picture_query_bind(filter, statement);
	while ((err = db_step(statement, &has_row)) == ERR_OK && has_row) {
		if (is_near(&count->tally->which, statement))
			err = add_record(count, statement);
		if (err != ERR_OK)
			break;
	}
	(void)sqlite3_finalize(statement);
	return err == ERR_OK ? close_incident(count) : err;
}

static int
by_keys(const void *a, const void *b)
{
	const struct picture_cell *x = a, *y = b;

	for (unsigned i = 0; i < PICTURE_BY_MAX; i++) {
		int sign = span_compare(x->key[i], y->key[i]);

		if (sign)
			return sign;
	}
	return 0;
}

static enum err
hand_out(struct count *count, struct picture_cell **cells, size_t *n)
{
	struct picture_cell *sorted = arena_array(count->arena, count->table.n, sizeof *sorted);

	if (!sorted && count->table.n)
		return ERR_NOMEM;
	for (size_t i = 0; i < count->table.size; i++)
		if (count->table.slots[i])
			sorted[(*n)++] = *count->table.slots[i];
	if (*n > 1)
		qsort(sorted, *n, sizeof *sorted, by_keys);
	*cells = sorted;
	return ERR_OK;
}

static enum err
run(struct count *count, const struct picture_query *which, uint32_t kinds)
{
	struct picture_filter filter;
	const char *from;
	enum err err = picture_query_filter(which, kinds, true, &filter);

	if (err == ERR_OK && !filter.is_empty) {
		picture_query_guard(count->picture, which->steps);
		err = picture_query_from(count->picture, which, &filter, &from);
		if (err == ERR_OK)
			err = add_all(count, &filter, from, " AND item.grp IS NULL");
		if (err == ERR_OK)
			err = add_all(count, &filter, from,
				      " AND item.grp IS NOT NULL ORDER BY item.grp, item.rank");
		picture_query_guard(count->picture, 0);
	}
	picture_query_free(&filter);
	return err;
}

enum err
picture_count(struct picture *picture, const struct picture_tally *tally, struct arena *arena,
	      struct picture_cell **cells, size_t *n)
{
	struct count count = {.picture = picture, .tally = tally, .arena = arena};
	uint32_t kinds = tally->which.kinds;
	enum err err;

	*cells = NULL;
	*n = 0;
	if (tally->n_by > PICTURE_BY_MAX)
		return ERR_INTERNAL;
	if (tally->sum != FIELD_NONE && field_row(tally->sum)->type != FIELD_TYPE_QUANTITY)
		return ERR_FORMAT;
	for (enum kind k = 1; tally->which.kinds == 0 && k < KIND_COUNT; k++)
		if (kind_row(k)->nature == KIND_NATURE_REPORT)
			kinds |= picture_kind(k);
	count.members = arena_new(GROUP_ARENA);
	if (!count.members)
		return ERR_NOMEM;
	err = run(&count, &tally->which, kinds);
	if (err == ERR_OK)
		err = hand_out(&count, cells, n);
	arena_free(count.members);
	return err;
}
