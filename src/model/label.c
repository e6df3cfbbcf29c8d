/*
 * Promises words in three languages for what the tables name and for the values of fields.
 */
#include "model/label.h"

#include "model/phrase.h"

#include <string.h>

enum { VALUE_MAX = 8192, SHORT_ID = 8 };

struct row {
	const char *english, *arabic, *sorani;
};

static const struct row rows[] = {
#include "model/label_table.h"
};

static const struct row *
find_row(const char *english)
{
	size_t low = 0;
	size_t high = sizeof rows / sizeof *rows;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = strcmp(english, rows[middle].english);

		if (order == 0)
			return &rows[middle];
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return NULL;
}

const char *
label_text(enum vocab_lang lang, const char *english)
{
	const struct row *row = lang == LANG_EN ? NULL : find_row(english);
	const char *text = row ? (lang == LANG_AR ? row->arabic : row->sorani) : NULL;

	return text ? text : english;
}

/* "38SMD470654" as it is read out: 38S MD 470 654. */
static void
write_grid(struct out *out, const char *mgrs)
{
	struct span text = span_of(mgrs);
	size_t zone = 0;
	size_t half;

	while (zone < text.n && text.p[zone] >= '0' && text.p[zone] <= '9')
		zone++;
	if (zone + 3 > text.n) {
		out_span(out, text);
		return;
	}
	half = (text.n - zone - 3) / 2;
	out_bytes(out, text.p, zone + 1);
	out_char(out, ' ');
	out_bytes(out, text.p + zone + 1, 2);
	if (half) {
		out_char(out, ' ');
		out_bytes(out, text.p + zone + 3, half);
		out_char(out, ' ');
		out_bytes(out, text.p + zone + 3 + half, half);
	}
}

static enum phrase
quantity_phrase(const struct quantity *q)
{
	bool has_best = q->best >= 0;

	if (q->word == QUANTITY_UNKNOWN)
		return PHRASE_UNKNOWN;
	if (q->word == QUANTITY_SEVERAL)
		return q->low >= 0 ? PHRASE_SEVERAL_FLOOR : PHRASE_SEVERAL;
	if (q->low >= 0 && q->low == q->high)
		return PHRASE_NONE;
	if (q->low >= 0 && q->high >= 0)
		return has_best ? PHRASE_RANGE_BEST : PHRASE_RANGE;
	if (q->low >= 0)
		return has_best ? PHRASE_FLOOR_BEST : PHRASE_FLOOR;
	if (q->high >= 0)
		return has_best ? PHRASE_CEILING_BEST : PHRASE_CEILING;
	return PHRASE_ABOUT;
}

static void
write_quantity(struct out *out, const struct quantity *q, enum vocab_lang lang)
{
	const int32_t numbers[] = {q->low, q->best, q->high};
	static const char *const names[] = {"low", "best", "high"};
	struct out text[3];
	struct phrase_arg args[3];
	enum phrase phrase = quantity_phrase(q);

	if (phrase == PHRASE_NONE) {
		out_int(out, q->low);
		return;
	}
	for (unsigned i = 0; i < 3; i++) {
		text[i] = out_new(16);
		out_int(&text[i], numbers[i]);
		args[i] = (struct phrase_arg){names[i], out_view(&text[i])};
	}
	phrase_write(out, lang, phrase, args, 3);
	for (unsigned i = 0; i < 3; i++)
		out_free(&text[i]);
}

static void
write_id(struct out *out, const struct hash *id)
{
	char text[HASH_TEXT_SIZE];

	hash_text(text, id);
	out_bytes(out, text, SHORT_ID);
}

static void
write_codes(struct out *out, const struct value *value, enum vocab vocab, enum vocab_lang lang)
{
	for (unsigned i = 0; i < value->codes.n && i < LIMIT_CODES; i++) {
		const char *label = vocab_label(vocab, value->codes.code[i]);

		if (i)
			out_text(out, phrase_text(lang, PHRASE_COMMA));
		out_text(out, label ? label_text(lang, label) : "");
	}
}

static void
write_asks(struct out *out, const struct value *value, enum vocab_lang lang, int zone_min,
	   const char *open)
{
	bool is_first = true;

	for (unsigned i = 0; i < value->asks.n && i < LIMIT_ASKS; i++) {
		const struct ask *ask = &value->asks.ask[i];
		struct out party = out_new(VALUE_MAX);
		struct out by = out_new(VALUE_MAX);

		if (ask->party.name[0]) {
			struct out moment = out_new(VALUE_MAX);

			phrase_isolate(&party, span_of(ask->party.name), open);
			when_write_dtg(&moment, ask->by_ms, zone_min);
			phrase_isolate(&by, out_view(&moment), open);
			out_text(out, is_first ? "" : phrase_text(lang, PHRASE_COMMA));
			phrase_write(out, lang, PHRASE_ASKED,
				     (struct phrase_arg[]){{"party", out_view(&party)},
							   {"by", out_view(&by)}},
				     2);
			is_first = false;
			out_free(&moment);
		}
		out_free(&party);
		out_free(&by);
	}
}

static void
write_count(struct out *out, unsigned n, enum vocab_lang lang)
{
	struct out number = out_new(16);

	out_int(&number, n);
	phrase_write(out, lang, PHRASE_RECORDS, (struct phrase_arg[]){{"n", out_view(&number)}}, 1);
	out_free(&number);
}

static bool
grid_of(int32_t lat_e7, int32_t lon_e7, struct out *out)
{
	struct place place;

	if (!place_of_point(lat_e7, lon_e7, PLACE_100M, &place))
		return false;
	write_grid(out, place.mgrs);
	return true;
}

/* A route by its ends, an area by all of its corners. */
static void
write_shape(struct out *out, const struct shape *shape, enum vocab_lang lang, const char *open)
{
	struct out text[4] = {out_new(16), out_new(64), out_new(64), out_new(VALUE_MAX)};
	struct phrase_arg args[4];
	static const char *const names[] = {"n", "from", "to", "list"};
	unsigned n = shape->n <= LIMIT_SHAPE_POINTS ? shape->n : LIMIT_SHAPE_POINTS;

	out_int(&text[0], n);
	for (unsigned i = 0; i < n; i++) {
		const struct shape_point *point = &shape->points[i];
		struct out grid = out_new(64);

		(void)grid_of(point->lat_e7, point->lon_e7, &grid);
		if (i == 0)
			phrase_isolate(&text[1], out_view(&grid), open);
		if (i + 1 == n)
			phrase_isolate(&text[2], out_view(&grid), open);
		out_text(&text[3], i ? phrase_text(lang, PHRASE_COMMA) : "");
		phrase_isolate(&text[3], out_view(&grid), open);
		out_free(&grid);
	}
	for (unsigned i = 0; i < 4; i++)
		args[i] = (struct phrase_arg){names[i], out_view(&text[i])};
	phrase_write(out, lang, shape->is_area ? PHRASE_AREA : PHRASE_ROUTE, args, 4);
	for (unsigned i = 0; i < 4; i++)
		out_free(&text[i]);
}

/* The phrases of the precisions that when_write() ends with a word for. */
static const enum phrase precisions[WHEN_PRECISION_COUNT] = {
    [WHEN_HOUR] = PHRASE_TO_HOUR,   [WHEN_PART] = PHRASE_TO_PART, [WHEN_WEEK] = PHRASE_TO_WEEK,
    [WHEN_MONTH] = PHRASE_TO_MONTH, [WHEN_YEAR] = PHRASE_TO_YEAR,
};

/* A time as a DTG stays Latin; the word of precision that stands behind it does not. */
static void
write_time(struct out *out, const struct when *when, enum vocab_lang lang, int zone_min,
	   const char *open)
{
	struct out text = out_new(VALUE_MAX);
	struct out time = out_new(VALUE_MAX);
	struct span word = span_of(when_precision_name(when->precision));
	struct span rest;
	bool has_word;

	when_write(&text, when, zone_min);
	rest = out_view(&text);
	has_word = word.n && rest.n > word.n + 1 && rest.p[rest.n - word.n - 1] == ' ' &&
		   span_equal((struct span){rest.p + rest.n - word.n, word.n}, word);
	if (has_word)
		rest.n -= word.n + 1;
	phrase_isolate(&time, rest, open);
	if (has_word)
		phrase_write(out, lang, precisions[when->precision],
			     (struct phrase_arg[]){{"time", out_view(&time)}}, 1);
	else
		out_span(out, out_view(&time));
	out_free(&text);
	out_free(&time);
}

/* Values that stay Latin in every language; false when the type is none of them. */
static bool
write_latin(struct out *out, const struct value *value, enum field_type type, int zone_min)
{
	if (type == FIELD_TYPE_INSTANT)
		when_write_dtg(out, value->at_ms, zone_min);
	else if (type == FIELD_TYPE_PLACE)
		write_grid(out, value->place.mgrs);
	else if (type == FIELD_TYPE_GRADE)
		out_format(out, "%c%c", value->grade.source, value->grade.information);
	else if (type == FIELD_TYPE_ID)
		write_id(out, &value->id);
	else if (type == FIELD_TYPE_PARTY)
		out_text(out, value->party.name);
	else
		return false;
	return true;
}

static void
write_parties(struct out *out, const struct value *value, enum vocab_lang lang, const char *open)
{
	for (unsigned i = 0; i < value->parties.n && i < LIMIT_PARTIES; i++) {
		out_text(out, i ? phrase_text(lang, PHRASE_COMMA) : "");
		phrase_isolate(out, span_of(value->parties.party[i].name), open);
	}
}

static void
write_text(struct out *out, struct span text, enum vocab_lang lang, bool isolate)
{
	phrase_isolate(out, text, isolate && phrase_is_rtl(lang) ? PHRASE_ISOLATE_ANY : NULL);
}

/* Values that are words of the reader's language. */
static void
write_worded(struct out *out, const struct value *value, enum field field, enum vocab_lang lang,
	     int zone_min, bool isolate)
{
	const struct field_row *row = field_row(field);
	const char *open = isolate && phrase_is_rtl(lang) ? PHRASE_ISOLATE_LTR : NULL;
	const char *label;

	switch (row->type) {
	case FIELD_TYPE_CODE:
		label = vocab_label(row->vocab, value->code);
		out_text(out, label ? label_text(lang, label) : "");
		break;
	case FIELD_TYPE_CODES:
		write_codes(out, value, row->vocab, lang);
		break;
	case FIELD_TYPE_NUMBER:
		out_int(out, value->number);
		break;
	case FIELD_TYPE_QUANTITY:
		write_quantity(out, &value->quantity, lang);
		break;
	case FIELD_TYPE_SHAPE:
		write_shape(out, value->shape, lang, open);
		break;
	case FIELD_TYPE_IDS:
		write_count(out, value->ids.n, lang);
		break;
	case FIELD_TYPE_HEADS:
		write_count(out, value->heads.n, lang);
		break;
	case FIELD_TYPE_PARTIES:
		write_parties(out, value, lang, open);
		break;
	case FIELD_TYPE_ASKS:
		write_asks(out, value, lang, zone_min, open);
		break;
	case FIELD_TYPE_NAME:
	case FIELD_TYPE_LINE:
	case FIELD_TYPE_FREE:
	case FIELD_TYPE_DOC:
		write_text(out, value->text, lang, isolate);
		break;
	case FIELD_TYPE_WHEN:
		write_time(out, &value->when, lang, zone_min, open);
		break;
	case FIELD_TYPE_INSTANT:
	case FIELD_TYPE_PLACE:
	case FIELD_TYPE_GRADE:
	case FIELD_TYPE_ID:
	case FIELD_TYPE_PARTY:
	case FIELD_TYPE_COUNT:
		break;
	}
}

void
label_value(struct out *out, const struct record *record, enum field field, enum vocab_lang lang,
	    int zone_min, bool isolate)
{
	const struct field_row *row = field_row(field);
	const struct value *value =
	    &record->field[(unsigned)field < FIELD_COUNT ? field : FIELD_NONE];
	const char *open = isolate && phrase_is_rtl(lang) ? PHRASE_ISOLATE_LTR : NULL;
	struct out latin;

	if (!value->is_set)
		return;
	latin = out_new(VALUE_MAX);
	if (write_latin(&latin, value, row->type, zone_min)) {
		phrase_isolate(out, out_view(&latin), open);
		out_free(&latin);
		return;
	}
	out_free(&latin);
	write_worded(out, value, field, lang, zone_min, isolate);
}
