/*
 * Promises lists: conditions become SQL from constants and bound values only, the R*Tree or the
 * word index leads where it finds few, else time does; pages by key, never by offset.
 */
#include "picture/picture_store.h"

#include "picture/word.h"

#include <assert.h>
#include <string.h>

enum {
	FEW = 4096, /* rows an index may lead to before reading by time is cheaper */
	SQL_MAX = 65536,
	E7_PER_METRE = 91,
	STEP = 1000
};

static_assert(KIND_COUNT <= 32, "a mask of kinds");

uint32_t
picture_kind(enum kind kind)
{
	return (unsigned)kind < KIND_COUNT ? UINT32_C(1) << kind : 0;
}

/* Appends SQL, then the next value's place in it, then the rest. */
static void
add_number(struct picture_filter *filter, const char *sql, int64_t number)
{
	assert((size_t)filter->n < sizeof filter->bound / sizeof *filter->bound);
	filter->bound[filter->n++].number = number;
	out_format(&filter->sql, "%s?%d", sql, filter->n);
}

static void
add_text(struct picture_filter *filter, const char *sql, struct span text, const char *rest)
{
	if (text.n == 0)
		return;
	assert((size_t)filter->n < sizeof filter->bound / sizeof *filter->bound);
	filter->bound[filter->n].is_text = true;
	filter->bound[filter->n++].text = text;
	out_format(&filter->sql, "%s?%d%s", sql, filter->n, rest);
}

void
picture_query_bind(const struct picture_filter *filter, sqlite3_stmt *statement)
{
	for (int i = 0; i < filter->n; i++)
		if (filter->bound[i].is_text)
			db_bind_text(statement, i + 1, filter->bound[i].text);
		else
			db_bind_int(statement, i + 1, filter->bound[i].number);
}

void
picture_query_free(struct picture_filter *filter)
{
	out_free(&filter->sql);
}

/* A code, or all codes of a family: "atk" for "atk.…".  They stand side by side in the list. */
static bool
find_types(struct span type, unsigned *first, unsigned *last)
{
	bool is_found = false;

	for (unsigned i = 0; i < vocab_size(VOCAB_TYPE); i++) {
		struct span code = span_of(vocab_code(VOCAB_TYPE, i));
		bool is_family = code.n > type.n && code.p[type.n] == '.' &&
				 span_equal(span_make(code.p, type.n), type);

		if (!is_family && !span_equal(code, type))
			continue;
		if (!is_found)
			*first = i;
		*last = i;
		is_found = true;
	}
	return is_found;
}

static int32_t
clamp(int64_t value, int64_t limit)
{
	return (int32_t)(value > limit ? limit : value < -limit ? -limit : value);
}

/* The box around a circle; near the poles all longitudes. */
static struct geo_box
box_of_circle(struct point near, uint32_t near_m)
{
	int64_t lat = (int64_t)near_m * E7_PER_METRE;
	int64_t top = near.lat_e7 < 0 ? -(int64_t)near.lat_e7 + lat : near.lat_e7 + lat;
	int64_t lon = 1800000000;

	if (top < 840000000)
		lon = lat * picture_area_widening((int32_t)top) / 100;
	return (struct geo_box){
	    {clamp(near.lat_e7 - lat, 900000000), clamp(near.lon_e7 - lon, 1800000000)},
	    {clamp(near.lat_e7 + lat, 900000000), clamp(near.lon_e7 + lon, 1800000000)}};
}

static void
add_box(struct picture_filter *filter, const struct geo_box *box)
{
	add_number(filter, " AND item.north >= ", box->low.lat_e7);
	add_number(filter, " AND item.south <= ", box->high.lat_e7);
	add_number(filter, " AND item.east >= ", box->low.lon_e7);
	add_number(filter, " AND item.west <= ", box->high.lon_e7);
}

static void
add_place(const struct picture_query *query, struct picture_filter *filter)
{
	static const struct geo_box world = {{-900000000, -1800000000}, {900000000, 1800000000}};
	struct geo_box circle;

	filter->box = query->has_box ? query->box : world;
	if (query->has_box)
		add_box(filter, &query->box);
	if (!query->has_near)
		return;
	circle = box_of_circle(query->near, query->near_m);
	add_box(filter, &circle);
	if (!query->has_box)
		filter->box = circle;
}

static void
add_time(const struct picture_query *query, struct picture_filter *filter)
{
	if (query->from_ms)
		add_number(filter, " AND item.to_ms >= ", query->from_ms);
	if (query->to_ms)
		add_number(filter, " AND item.from_ms <= ", query->to_ms);
}

/* "/" and "0" follow each other: all stations of the party. */
static void
add_party(struct picture_filter *filter, const struct party *party, const char *from,
	  const char *to)
{
	add_text(filter, from, span_of(party->name), " || '/'");
	add_text(filter, to, span_of(party->name), " || '0'");
}

static void
add_kinds(struct picture_filter *filter, uint32_t kinds)
{
	const char *mark = " AND item.kind IN (";

	for (enum kind k = 1; k < KIND_COUNT; k++)
		if (kinds & picture_kind(k)) {
			out_format(&filter->sql, "%s%d", mark, (int)k);
			mark = ",";
		}
	out_text(&filter->sql, *mark == ',' ? ")" : " AND 0");
}

static void
add_answered(const struct picture_query *query, struct picture_filter *filter)
{
	if (query->answered == PICTURE_ANSWERED_ANY)
		return;
	if (query->answered == PICTURE_ANSWERED_NO)
		out_text(&filter->sql, " AND item.is_asking AND NOT");
	else
		out_text(&filter->sql, " AND");
	out_format(&filter->sql,
		   " EXISTS (SELECT 1 FROM item v JOIN ref r ON r.target = v.id JOIN item a ON "
		   "a.n = r.source WHERE v.thread = item.thread AND v.station = item.station AND "
		   "r.field = %d AND a.kind = %d AND a.is_current = 1",
		   (int)FIELD_RE, (int)KIND_ANSWER);
	add_party(filter, &query->answered_by, " AND a.station >= ", " AND a.station < ");
	out_char(&filter->sql, ')');
}

/* Folds what was typed for the word index; the match itself is put where the plan wants it. */
static void
add_words(const struct picture_query *query, struct picture_filter *filter)
{
	struct out match = out_new(sizeof filter->match - 1);

	if (query->text.n == 0)
		return;
	if (!word_match(&match, query->text, PICTURE_TEXT_WORDS) || out_err(&match) != ERR_OK ||
	    !span_copy(filter->match, sizeof filter->match, out_view(&match)))
		filter->is_empty = true;
	out_free(&match);
}

enum err
picture_query_filter(const struct picture_query *query, uint32_t kinds, bool only_current,
		     struct picture_filter *filter)
{
	unsigned first = 0, last = 0;

	memset(filter, 0, sizeof *filter);
	filter->sql = out_new(SQL_MAX);
	if (query->type.n && !find_types(query->type, &first, &last))
		return ERR_FORMAT;
	/* Numbers 1 to 6 of the bound values belong to the R*Tree, 7 to the words. */
	filter->n = 7;
	out_text(&filter->sql, only_current ? " item.is_current = 1" : " 1");
	add_kinds(filter, kinds);
	if (query->type.n) {
		add_number(filter, " AND item.type >= ", first);
		add_number(filter, " AND item.type <= ", last);
	}
	add_time(query, filter);
	add_place(query, filter);
	add_text(filter, " AND item.governorate = ", query->governorate, "");
	add_text(filter, " AND item.district = ", query->district, "");
	add_text(filter, " AND item.station = ", span_of(query->station.name), "");
	add_party(filter, &query->party, " AND item.station >= ", " AND item.station < ");
	add_answered(query, filter);
	add_words(query, filter);
	filter->has_area =
	    only_current && (query->has_box || query->has_near || query->from_ms || query->to_ms);
	filter->bound[0].number = filter->box.low.lat_e7;
	filter->bound[1].number = filter->box.high.lat_e7;
	filter->bound[2].number = filter->box.low.lon_e7;
	filter->bound[3].number = filter->box.high.lon_e7;
	if (!query->has_box && !query->has_near) /* also what has no place */
		filter->bound[1].number = filter->bound[3].number = PICTURE_NOWHERE_E7;
	filter->bound[4].number = query->from_ms ? picture_area_minute(query->from_ms) : INT32_MIN;
	filter->bound[5].number = query->to_ms ? picture_area_minute(query->to_ms) : INT32_MAX;
	filter->bound[6].is_text = true;
	filter->bound[6].text = span_of(filter->match);
	return out_err(&filter->sql);
}

#define AREA_MATCH                                                                                 \
	"area.north >= ?1 AND area.south <= ?2 AND area.east >= ?3 AND area.west <= ?4 AND "       \
	"area.to_min >= ?5 AND "                                                                   \
	"area.from_min <= ?6"

static enum err
finds_few(struct picture *picture, const struct picture_filter *filter, const char *sql,
	  bool *is_few)
{
	sqlite3_stmt *statement;
	bool has_row = false;
	enum err err = db_prepare(picture->db, sql, &statement);

	*is_few = false;
	if (err != ERR_OK)
		return err;
	picture_query_bind(filter, statement);
	db_bind_int(statement, 8, FEW + 1);
	err = db_step(statement, &has_row);
	*is_few = has_row && db_int(statement, 0) <= FEW;
	(void)sqlite3_finalize(statement);
	return err;
}

/* ?8 is the first value of the filter itself; in these two counts it is the limit. */
enum err
picture_query_from(struct picture *picture, const struct picture_query *query,
		   const struct picture_filter *filter, const char **from)
{
	bool is_few = false;
	enum err err = ERR_OK;

	*from = " FROM item WHERE";
	if (query->text.n) {
		*from = " FROM item WHERE item.n IN (SELECT rowid FROM words WHERE words MATCH ?7) "
			"AND";
		err = finds_few(picture, filter,
				"SELECT count(*) FROM (SELECT 1 FROM words WHERE words MATCH ?7 "
				"LIMIT ?8)",
				&is_few);
		if (is_few)
			*from = " FROM words CROSS JOIN item ON item.n = words.rowid WHERE words "
				"MATCH ?7 AND";
	}
	if (err != ERR_OK || is_few || !filter->has_area)
		return err;
	err = finds_few(picture, filter,
			"SELECT count(*) FROM (SELECT 1 FROM area WHERE " AREA_MATCH " LIMIT ?8)",
			&is_few);
	if (is_few && query->text.n)
		*from = " FROM area CROSS JOIN item ON item.n = area.n WHERE " AREA_MATCH
			" AND item.n IN (SELECT rowid FROM words WHERE words MATCH ?7) AND";
	else if (is_few)
		*from = " FROM area CROSS JOIN item ON item.n = area.n WHERE " AREA_MATCH " AND";
	return err;
}

bool
picture_query_is_near(const struct picture_query *query, struct picture_row *row)
{
	struct point middle = {row->place.lat_e7, row->place.lon_e7};
	int64_t half_diagonal_m = (int64_t)place_size_m(row->place.level) * 71 / 100 + 1;

	if (!query->has_near)
		return true;
	if (row->place.level == 0) /* a route or area: its box is what is known here */
		return true;
	row->distance_m = (int64_t)geo_distance_m(query->near, middle);
	return row->distance_m <= (int64_t)query->near_m + half_diagonal_m;
}

static int
count_down(void *left)
{
	unsigned *steps = left;

	if (*steps == 0)
		return 1;
	--*steps;
	return 0;
}

void
picture_query_guard(struct picture *picture, unsigned thousands)
{
	picture->steps = thousands;
	if (thousands)
		sqlite3_progress_handler(picture->db, STEP, count_down, &picture->steps);
	else
		sqlite3_progress_handler(picture->db, 0, NULL, NULL);
}

static enum err
prepare(struct picture *picture, const struct picture_query *query, struct picture_filter *filter,
	sqlite3_stmt **statement)
{
	struct out sql = out_new(SQL_MAX);
	const char *from;
	enum err err = picture_query_from(picture, query, filter, &from);

	*statement = NULL;
	out_text(&sql, "SELECT " PICTURE_ROW_COLUMNS);
	out_text(&sql, err == ERR_OK ? from : "");
	out_span(&sql, out_view(&filter->sql));
	/* The first term alone can be answered from the index on time. */
	if (query->after.is_set)
		out_format(&sql,
			   " AND item.from_ms <= ?%d AND (item.from_ms < ?%d OR item.id < ?%d)",
			   filter->n + 1, filter->n + 1, filter->n + 2);
	out_text(&sql, " ORDER BY item.from_ms DESC, item.id DESC");
	if (err == ERR_OK)
		err = out_err(&sql);
	if (err == ERR_OK)
		err = db_prepare(picture->db, sql.p, statement);
	out_free(&sql);
	if (err != ERR_OK)
		return err;
	picture_query_bind(filter, *statement);
	if (query->after.is_set) {
		db_bind_int(*statement, filter->n + 1, query->after.at_ms);
		db_bind_blob(*statement, filter->n + 2, span_make(query->after.id.b, HASH_SIZE));
	}
	return ERR_OK;
}

static enum err
take_page(struct picture *picture, const struct picture_query *query, sqlite3_stmt *statement,
	  struct arena *arena, struct picture_row *rows, size_t limit, size_t *n,
	  struct picture_cursor *next)
{
	bool has_row;
	enum err err;

	while ((err = db_step(statement, &has_row)) == ERR_OK && has_row) {
		struct picture_row row;

		if (*n == limit) {
			*next = (struct picture_cursor){true, rows[limit - 1].when.from_ms,
							rows[limit - 1].id};
			break;
		}
		err = picture_row_read(picture, statement, query->with_records, arena, &row);
		if (err != ERR_OK)
			break;
		if (picture_query_is_near(query, &row))
			rows[(*n)++] = row;
	}
	return err;
}

enum err
picture_query(struct picture *picture, const struct picture_query *query, struct arena *arena,
	      struct picture_row **rows, size_t *n, struct picture_cursor *next)
{
	size_t limit = query->limit ? query->limit : PICTURE_ROWS;
	struct picture_cursor following = {0}; /* the caller may page through query->after itself */
	struct picture_filter filter;
	sqlite3_stmt *statement = NULL;
	uint32_t kinds = query->kinds;
	enum err err;

	*rows = NULL;
	*n = 0;
	for (enum kind k = 1; query->kinds == 0 && k < KIND_COUNT; k++)
		if (kind_row(k)->nature == KIND_NATURE_REPORT ||
		    kind_row(k)->nature == KIND_NATURE_ACT)
			kinds |= picture_kind(k);
	if (limit > PICTURE_ROWS_MAX)
		limit = PICTURE_ROWS_MAX;
	err = picture_query_filter(query, kinds, !query->with_history, &filter);
	if (err != ERR_OK || filter.is_empty)
		goto done;
	*rows = arena_array(arena, limit, sizeof **rows);
	if (!*rows) {
		err = ERR_NOMEM;
		goto done;
	}
	picture_query_guard(picture, query->steps);
	err = prepare(picture, query, &filter, &statement);
	if (err == ERR_OK)
		err = take_page(picture, query, statement, arena, *rows, limit, n, &following);
	(void)sqlite3_finalize(statement);
	picture_query_guard(picture, 0);
	if (err != ERR_OK) {
		*n = 0;
		following = (struct picture_cursor){0};
	}
done:
	*next = following;
	picture_query_free(&filter);
	return err;
}
