/*
 * Promises one incident per row of UCDP GED, read by the names of its columns.  Which columns are
 * never looked at, and why, stands in the header.
 */
#include "edge/ucdp.h"

#include "edge/csv.h"
#include "model/degrees.h"
#include "model/heard.h"
#include "model/region.h"

#include <stdlib.h>
#include <string.h>

enum {
	ARENA_MAX = 65536,
	DETAIL_MAX = 2048,
	SIDE_MAX = 1024,
	TYPED_MAX = 4096,
	DEATHS_MAX = 10000000
};

/* clang-format off */
/* Columns that are read: name, and whether a file without them is refused. */
#define COLUMN_ROWS(X) \
	X(ID, "id", true) X(DATE_START, "date_start", true) X(DATE_END, "date_end", true) \
	X(DATE_PREC, "date_prec", true) X(VIOLENCE, "type_of_violence", true) \
	X(SIDE_A, "side_a", true) X(SIDE_B, "side_b", true) \
	X(SOURCES, "number_of_sources", false) X(CLARITY, "event_clarity", false) \
	X(WHERE_PREC, "where_prec", true) X(WHERE, "where_coordinates", false) \
	X(ADM_1, "adm_1", true) X(ADM_2, "adm_2", true) X(LATITUDE, "latitude", true) \
	X(LONGITUDE, "longitude", true) X(DEATHS_A, "deaths_a", false) X(DEATHS_B, "deaths_b", false) \
	X(DEATHS_CIVILIANS, "deaths_civilians", false) X(DEATHS_UNKNOWN, "deaths_unknown", false) \
	X(LOW, "low", true) X(BEST, "best", true) X(HIGH, "high", true)
/* clang-format on */

enum column {
#define X(name, text, is_needed) COLUMN_##name,
	COLUMN_ROWS(X)
#undef X
	    COLUMN_COUNT
};

static const struct {
	const char *name;
	bool is_needed;
} columns[COLUMN_COUNT] = {
#define X(name, text, is_needed) {text, is_needed},
    COLUMN_ROWS(X)
#undef X
};

struct ucdp {
	struct sink sink;
	struct csv *csv;
	struct arena *arena;
	bool has_header;
	int at[COLUMN_COUNT];
	unsigned n_columns;
};

/* One row while it becomes a record. */
struct row {
	const struct ucdp *ucdp;
	const struct span *cells;
	unsigned n;
	struct record *record;
	enum column fault;
};

static struct span
cell(const struct row *row, enum column column)
{
	int at = row->ucdp->at[column];

	return at >= 0 && (unsigned)at < row->n ? span_trim(row->cells[at])
						: (struct span){NULL, 0};
}

static enum why
fail(struct row *row, enum column column, enum why why)
{
	row->fault = column;
	return why;
}

static struct value *
value_of(struct row *row, enum field field)
{
	struct value *value = &row->record->field[field];

	value->is_set = true;
	value->levels = 1;
	return value;
}

static bool
put_text(struct row *row, enum field field, struct span text)
{
	struct span copy = arena_copy(row->ucdp->arena, text);

	if (!copy.p)
		return false;
	value_of(row, field)->text = copy;
	return true;
}

static enum why
read_origin(struct row *row)
{
	char text[32] = "ucdp:";
	struct span id = cell(row, COLUMN_ID);
	int64_t number;

	if (!span_int(id, 1, INT64_MAX, &number) || id.n > 19)
		return fail(row, COLUMN_ID, WHY_BAD_VALUE);
	memcpy(text + 5, id.p, id.n);
	return put_text(row, FIELD_ORIGIN, span_of(text)) ? WHY_NONE : WHY_TOO_LARGE;
}

/* "2014-01-02", also with a time of day behind it as in the full files. */
static bool
read_day(struct span text, int64_t *at_ms)
{
	int64_t year, month, day;

	*at_ms = 0;
	if (text.n < 10 || text.p[4] != '-' || text.p[7] != '-' ||
	    (text.n > 10 && text.p[10] != ' ' && text.p[10] != 'T'))
		return false;
	if (!span_int((struct span){text.p, 4}, 1900, 2199, &year) ||
	    !span_int((struct span){text.p + 5, 2}, 1, 12, &month) ||
	    !span_int((struct span){text.p + 8, 2}, 1, 31, &day) ||
	    !when_is_date((int)year, (int)month, (int)day))
		return false;
	*at_ms = when_of_date((int)year, (int)month, (int)day);
	return true;
}

static enum why
read_when(struct row *row)
{
	static const enum when_precision precisions[] = {WHEN_DAY,  WHEN_DAY,   WHEN_DAY,
							 WHEN_WEEK, WHEN_MONTH, WHEN_YEAR};
	int64_t precision;
	struct when *when = &value_of(row, FIELD_WHEN)->when;

	if (!read_day(cell(row, COLUMN_DATE_START), &when->from_ms))
		return fail(row, COLUMN_DATE_START, WHY_BAD_TIME);
	if (!read_day(cell(row, COLUMN_DATE_END), &when->to_ms))
		return fail(row, COLUMN_DATE_END, WHY_BAD_TIME);
	if (when->to_ms < when->from_ms)
		return fail(row, COLUMN_DATE_END, WHY_BAD_ORDER);
	if (!span_int(cell(row, COLUMN_DATE_PREC), 1, 5, &precision))
		return fail(row, COLUMN_DATE_PREC, WHY_BAD_CODE);
	when->precision = precisions[precision];
	row->record->field[FIELD_WHEN].levels = (uint16_t)((2u << when_finest_level(when)) - 1);
	return WHY_NONE;
}

static enum why
read_violence(struct row *row)
{
	int64_t type;

	if (!span_int(cell(row, COLUMN_VIOLENCE), 1, 3, &type))
		return fail(row, COLUMN_VIOLENCE, WHY_BAD_CODE);
	value_of(row, FIELD_VIOLENCE)->code = (uint16_t)(type - 1);
	value_of(row, FIELD_TYPE)->code = type == 3 ? TYPE_ATK_CIVILIANS : TYPE_ATK_CLASH;
	return WHY_NONE;
}

/* "Forces of …" names a person. */
static bool
is_after_a_person(struct span side)
{
	return span_starts(side, "Forces of ") || span_starts(side, "Supporters of ");
}

/* The side that acted, as far as the row says one; the empty span where none is kept. */
static struct span
actor_of(const struct row *row)
{
	bool is_state_based = row->record->field[FIELD_VIOLENCE].code == VIOLENCE_STATE_BASED;
	struct span side = cell(row, is_state_based ? COLUMN_SIDE_B : COLUMN_SIDE_A);

	return is_after_a_person(side) || side.n > SIDE_MAX ? (struct span){NULL, 0} : side;
}

static enum why
read_actor(struct row *row)
{
	struct span actor = actor_of(row);

	if (actor.n == 0 || actor.n >= LIMIT_NAME_TEXT)
		return WHY_NONE; /* too long a name stands in the detail */
	if (!put_text(row, FIELD_ACTOR, actor) || !put_text(row, FIELD_CLAIMED_BY, SPAN("UCDP")))
		return WHY_TOO_LARGE;
	return WHY_NONE;
}

/* A row of another country may well lie where this one's would with its numbers exchanged. */
static bool
is_exchanged(const struct row *row, struct point point)
{
	struct span governorate = cell(row, COLUMN_ADM_1);

	return heard_exchanged(point.lat_e7, point.lon_e7) &&
	       (governorate.n == 0 || region_known_governorate(governorate));
}

/* The point of the row; without one *is_stated is false, which only coarse rows may be. */
static enum why
read_point(struct row *row, int64_t precision, struct point *point, bool *is_stated)
{
	struct span lat = cell(row, COLUMN_LATITUDE), lon = cell(row, COLUMN_LONGITUDE);

	*is_stated = precision <= 2 || lat.n || lon.n;
	if (!*is_stated)
		return WHY_NONE;
	if (!degrees_e7(lat, 90, &point->lat_e7))
		return fail(row, COLUMN_LATITUDE, WHY_BAD_PLACE);
	if (!degrees_e7(lon, 180, &point->lon_e7))
		return fail(row, COLUMN_LONGITUDE, WHY_BAD_PLACE);
	return is_exchanged(row, *point) ? fail(row, COLUMN_LATITUDE, WHY_EXCHANGED) : WHY_NONE;
}

/* Outside the grid, and where the point stands for a whole district, the governorate has to do. */
static void
put_place(struct row *row, int64_t precision, struct point point)
{
	struct place place;

	if (precision > 2 || !place_of_point(point.lat_e7, point.lon_e7,
					     precision == 1 ? PLACE_1KM : PLACE_10KM, &place))
		return;
	value_of(row, FIELD_PLACE)->place = place;
	row->record->field[FIELD_PLACE].levels = (uint16_t)((2u << place.level) - 1);
}

/* "Mosul town (36.335, 43.118889)": what the source says of the place, with the point that it
 * stands for, whose precision is no finer than the square, district or governorate beside it. */
static enum why
put_typed(struct row *row, bool is_stated)
{
	struct out text = out_new(TYPED_MAX);
	struct span name = cell(row, COLUMN_WHERE);
	bool fits = true;

	out_span(&text, name);
	if (is_stated) {
		out_text(&text, name.n ? " (" : "");
		out_span(&text, cell(row, COLUMN_LATITUDE));
		out_text(&text, ", ");
		out_span(&text, cell(row, COLUMN_LONGITUDE));
		out_text(&text, name.n ? ")" : "");
	}
	if (out_err(&text) != ERR_OK)
		fits = false;
	else if (text.n)
		fits = put_text(row, FIELD_TYPED, out_view(&text));
	out_free(&text);
	return fits ? WHY_NONE : fail(row, COLUMN_WHERE, WHY_TOO_LARGE);
}

static enum why
read_where(struct row *row)
{
	char name[REGION_TEXT];
	struct point point = {0, 0};
	int64_t precision;
	bool is_stated;
	enum why why;

	if (!span_int(cell(row, COLUMN_WHERE_PREC), 1, 7, &precision))
		return fail(row, COLUMN_WHERE_PREC, WHY_BAD_CODE);
	why = read_point(row, precision, &point, &is_stated);
	if (why != WHY_NONE)
		return why;
	put_place(row, precision, point);
	if (region_governorate(cell(row, COLUMN_ADM_1), name) &&
	    !put_text(row, FIELD_GOVERNORATE, span_of(name)))
		return fail(row, COLUMN_ADM_1, WHY_TOO_LARGE);
	if (precision <= 3 && region_district(cell(row, COLUMN_ADM_2), name) &&
	    !put_text(row, FIELD_DISTRICT, span_of(name)))
		return fail(row, COLUMN_ADM_2, WHY_TOO_LARGE);
	return put_typed(row, is_stated);
}

/* A bound that contradicts the best estimate is left out: which of the two is wrong, nobody knows.
 */
static enum why
read_deaths(struct row *row)
{
	static const enum column from[] = {COLUMN_LOW, COLUMN_BEST, COLUMN_HIGH};
	int32_t numbers[3];

	for (unsigned i = 0; i < 3; i++) {
		int64_t number;

		if (!span_int(cell(row, from[i]), 0, DEATHS_MAX, &number))
			return fail(row, from[i], WHY_BAD_VALUE);
		numbers[i] = (int32_t)number;
	}
	value_of(row, FIELD_DEATHS)->quantity =
	    (struct quantity){numbers[0] <= numbers[1] ? numbers[0] : -1, numbers[1],
			      numbers[2] >= numbers[1] ? numbers[2] : -1, QUANTITY_EXACT};
	return WHY_NONE;
}

/* The split of the deaths, when all four numbers are there. */
static enum why
write_split(struct row *row, struct out *text)
{
	static const enum column from[] = {COLUMN_DEATHS_A, COLUMN_DEATHS_B,
					   COLUMN_DEATHS_CIVILIANS, COLUMN_DEATHS_UNKNOWN};
	static const char *const words[] = {"deaths: side a ", ", side b ", ", civilians ",
					    ", not known "};

	for (unsigned i = 0; i < 4; i++)
		if (cell(row, from[i]).n == 0)
			return WHY_NONE;
	for (unsigned i = 0; i < 4; i++) {
		int64_t number;

		if (!span_int(cell(row, from[i]), 0, DEATHS_MAX, &number))
			return fail(row, from[i], WHY_BAD_VALUE);
		out_text(text, words[i]);
		out_int(text, number);
	}
	return WHY_NONE;
}

/* What has no field in an incident is kept in words. */
static enum why
read_detail(struct row *row)
{
	struct out text = out_new(DETAIL_MAX);
	enum why why = write_split(row, &text);

	if (actor_of(row).n >= LIMIT_NAME_TEXT) {
		out_text(&text, text.n ? "; actor: " : "actor: ");
		out_span(&text, actor_of(row));
	}
	if (why == WHY_NONE && text.n) {
		if (out_err(&text) != ERR_OK || !put_text(row, FIELD_DETAIL, out_view(&text)))
			why = WHY_TOO_LARGE;
		else
			value_of(row, FIELD_LANG)->code = LANG_EN;
	}
	out_free(&text);
	return why;
}

static void
read_grade(struct row *row)
{
	int64_t clarity = 0;
	int64_t sources = 0;
	char information = '6';

	(void)span_int(cell(row, COLUMN_CLARITY), 1, 2, &clarity);
	(void)span_int(cell(row, COLUMN_SOURCES), -1, INT32_MAX, &sources);
	if (clarity == 1)
		information = sources >= 2 ? '2' : '3';
	value_of(row, FIELD_GRADE)->grade = (struct grade){'F', information};
	if (row->record->field[FIELD_ACTOR].is_set)
		value_of(row, FIELD_CLAIM_GRADE)->grade = (struct grade){'F', information};
}

/* SENSOR "media": the row of the list is looked up, as the enum is not exported. */
static void
put_sensor(struct row *row)
{
	unsigned index;

	if (vocab_find(VOCAB_SENSOR, SPAN("media"), &index))
		value_of(row, FIELD_SENSOR)->code = (uint16_t)index;
}

static enum why
read_row(struct row *row)
{
	static enum why (*const steps[])(struct row *) = {
	    read_origin, read_when, read_violence, read_actor, read_where, read_deaths, read_detail,
	};

	if (row->n != row->ucdp->n_columns)
		return fail(row, COLUMN_COUNT, WHY_BAD_FORM);
	for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
		enum why why = steps[i](row);

		if (why != WHY_NONE)
			return why;
	}
	read_grade(row);
	put_sensor(row);
	return WHY_NONE;
}

static enum err
take_header(struct ucdp *ucdp, uint64_t line, const struct span *cells, unsigned n)
{
	for (unsigned i = 0; i < COLUMN_COUNT; i++) {
		ucdp->at[i] = csv_column(cells, n, columns[i].name);
		if (ucdp->at[i] < 0 && columns[i].is_needed) {
			struct reason reason = {WHY_MISSING_FIELD, FIELD_NONE};
			enum err err =
			    sink_refuse(&ucdp->sink, line, reason, span_of(columns[i].name));

			return err == ERR_OK ? ERR_FORMAT : err;
		}
	}
	ucdp->n_columns = n;
	ucdp->has_header = true;
	return ERR_OK;
}

/* The second row of an HXL file holds tags: "#event+id". */
static bool
is_tags(const struct span *cells, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		if (span_trim(cells[i]).n)
			return span_starts(span_trim(cells[i]), "#");
	return false;
}

static enum err
take_row(void *arg, uint64_t line, const struct span *cells, unsigned n)
{
	struct ucdp *ucdp = arg;
	struct record *record;
	struct row row = {.ucdp = ucdp, .cells = cells, .n = n, .fault = COLUMN_COUNT};
	struct reason reason;
	const char *column;

	if (!ucdp->has_header)
		return take_header(ucdp, line, cells, n);
	if (is_tags(cells, n))
		return ERR_OK;
	arena_reset(ucdp->arena);
	record = arena_take(ucdp->arena, sizeof *record);
	if (!record)
		return ERR_NOMEM;
	record_init(record, KIND_INCIDENT);
	row.record = record;
	reason = (struct reason){read_row(&row), FIELD_NONE};
	if (reason.why == WHY_NONE)
		reason = record_check(record);
	if (reason.why == WHY_NONE)
		return sink_give(&ucdp->sink, record, line, 0);
	column = row.fault < COLUMN_COUNT ? columns[row.fault].name : "";
	return sink_refuse(&ucdp->sink, line, reason, span_of(column));
}

static enum err
take_refusal(void *arg, uint64_t line, enum why why)
{
	struct ucdp *ucdp = arg;
	enum err err = sink_refuse(&ucdp->sink, line, (struct reason){why, FIELD_NONE},
				   (struct span){NULL, 0});

	return err == ERR_OK && !ucdp->has_header ? ERR_FORMAT : err;
}

struct ucdp *
ucdp_new(const struct sink *sink)
{
	struct ucdp *ucdp = calloc(1, sizeof *ucdp);

	if (!ucdp)
		return NULL;
	ucdp->sink = *sink;
	ucdp->csv = csv_new(',', &(struct csv_sink){ucdp, take_row, take_refusal});
	ucdp->arena = arena_new(ARENA_MAX);
	if (!ucdp->csv || !ucdp->arena) {
		ucdp_free(ucdp);
		return NULL;
	}
	return ucdp;
}

void
ucdp_free(struct ucdp *ucdp)
{
	if (!ucdp)
		return;
	csv_free(ucdp->csv);
	arena_free(ucdp->arena);
	free(ucdp);
}

enum err
ucdp_feed(struct ucdp *ucdp, struct span chunk)
{
	return csv_feed(ucdp->csv, chunk);
}

enum err
ucdp_finish(struct ucdp *ucdp)
{
	enum err err = csv_finish(ucdp->csv);

	return err == ERR_OK && !ucdp->has_header ? ERR_FORMAT : err;
}
