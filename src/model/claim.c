/*
 * Promises that one record has one list of claims, byte for byte: compact JSON, members in a fixed
 * order, no reals.  Reading is in claim_reading.c.
 */
#include "model/claim.h"

#include <string.h>

enum { JSON_MAX = 262144, MINUTE_MS = 60000, HOUR_MS = 3600000 };

static const char *const ask_names[] = {NULL, "1", "2",  "3",  "4",  "5",  "6",  "7",
					"8",  "9", "10", "11", "12", "13", "14", "15"};
_Static_assert(sizeof ask_names / sizeof *ask_names == LIMIT_ASKS + 1, "a name per row");

const char *
claim_level_name(enum field field, unsigned level)
{
	if (field_row(field)->type == FIELD_TYPE_ASKS)
		return level <= LIMIT_ASKS ? ask_names[level] : NULL;
	return field_level_name(field, level);
}

/* Claims under way: their texts lie one behind the other in `out` until all are written. */
struct listing {
	struct out out;
	struct claim *claims;
	size_t n;
};

static void
begin(struct listing *listing, enum field field, unsigned level)
{
	struct claim *claim = &listing->claims[listing->n++];
	const char *name = level ? claim_level_name(field, level) : field_row(field)->name;

	claim->field = field;
	claim->level = level;
	claim->name = span_of(name);
	claim->json = (struct span){NULL, listing->out.n}; /* where it begins, until listed */
}

static void
end(struct listing *listing)
{
	struct claim *claim = &listing->claims[listing->n - 1];

	claim->json.n = listing->out.n - claim->json.n;
}

static void
write_quoted(struct out *out, const char *plain)
{
	out_char(out, '"');
	out_text(out, plain);
	out_char(out, '"');
}

static void
write_member(struct out *out, const char *name, int32_t value)
{
	if (value < 0)
		return;
	if (out->n && out->p[out->n - 1] != '{')
		out_char(out, ',');
	write_quoted(out, name);
	out_char(out, ':');
	out_int(out, value);
}

static void
write_quantity(struct out *out, const struct quantity *quantity)
{
	out_char(out, '{');
	write_member(out, "low", quantity->low);
	write_member(out, "best", quantity->best);
	write_member(out, "high", quantity->high);
	if (quantity->word != QUANTITY_EXACT) {
		if (quantity->low >= 0)
			out_char(out, ',');
		out_text(out, quantity->word == QUANTITY_SEVERAL ? "\"word\":\"several\""
								 : "\"word\":\"unknown\"");
	}
	out_char(out, '}');
}

static void
write_hash(struct out *out, const struct hash *hash)
{
	char text[HASH_TEXT_SIZE];

	hash_text(text, hash);
	write_quoted(out, text);
}

static void
write_shape(struct out *out, const struct shape *shape)
{
	out_text(out,
		 shape->is_area ? "{\"area\":true,\"points\":[" : "{\"area\":false,\"points\":[");
	for (unsigned i = 0; i < shape->n; i++) {
		out_text(out, i ? ",[" : "[");
		out_int(out, shape->points[i].lat_e7);
		out_char(out, ',');
		out_int(out, shape->points[i].lon_e7);
		out_char(out, ']');
	}
	out_text(out, "]}");
}

static void
write_codes(struct out *out, enum field field, const struct value *value)
{
	out_char(out, '[');
	for (unsigned i = 0; i < value->codes.n; i++) {
		if (i)
			out_char(out, ',');
		write_quoted(out, vocab_code(field_row(field)->vocab, value->codes.code[i]));
	}
	out_char(out, ']');
}

static void
write_ids(struct out *out, const struct value *value)
{
	out_char(out, '[');
	for (unsigned i = 0; i < value->ids.n; i++) {
		if (i)
			out_char(out, ',');
		write_hash(out, &value->ids.id[i]);
	}
	out_char(out, ']');
}

static void
write_parties(struct out *out, const struct value *value)
{
	out_char(out, '[');
	for (unsigned i = 0; i < value->parties.n; i++) {
		if (i)
			out_char(out, ',');
		write_quoted(out, value->parties.party[i].name);
	}
	out_char(out, ']');
}

static void
write_heads(struct out *out, const struct value *value)
{
	out_char(out, '[');
	for (unsigned i = 0; i < value->heads.n; i++) {
		const struct seen_head *head = &value->heads.head[i];

		out_text(out, i ? ",{\"origin\":" : "{\"origin\":");
		out_json(out, head->origin);
		out_text(out, ",\"size\":");
		out_int(out, head->size);
		out_text(out, ",\"root\":");
		write_hash(out, &head->root);
		out_char(out, '}');
	}
	out_char(out, ']');
}

/* The value of a field that has no levels. */
static void
write_value(struct out *out, enum field field, const struct value *value)
{
	switch (field_row(field)->type) {
	case FIELD_TYPE_CODE:
		write_quoted(out, vocab_code(field_row(field)->vocab, value->code));
		break;
	case FIELD_TYPE_CODES:
		write_codes(out, field, value);
		break;
	case FIELD_TYPE_NAME:
	case FIELD_TYPE_LINE:
	case FIELD_TYPE_FREE:
	case FIELD_TYPE_DOC:
		out_json(out, value->text);
		break;
	case FIELD_TYPE_NUMBER:
		out_int(out, value->number);
		break;
	case FIELD_TYPE_QUANTITY:
		write_quantity(out, &value->quantity);
		break;
	case FIELD_TYPE_INSTANT:
		out_int(out, value->at_ms);
		break;
	case FIELD_TYPE_SHAPE:
		write_shape(out, value->shape);
		break;
	case FIELD_TYPE_GRADE:
		out_char(out, '"');
		out_char(out, value->grade.source);
		out_char(out, value->grade.information);
		out_char(out, '"');
		break;
	case FIELD_TYPE_ID:
		write_hash(out, &value->id);
		break;
	case FIELD_TYPE_IDS:
		write_ids(out, value);
		break;
	case FIELD_TYPE_PARTY:
		write_quoted(out, value->party.name);
		break;
	case FIELD_TYPE_PARTIES:
		write_parties(out, value);
		break;
	case FIELD_TYPE_HEADS:
		write_heads(out, value);
		break;
	case FIELD_TYPE_WHEN:
	case FIELD_TYPE_PLACE:
	case FIELD_TYPE_ASKS:
	case FIELD_TYPE_COUNT:
		break; /* only levels */
	}
}

static void
write_date(struct out *out, int64_t at_ms)
{
	struct when_date date = when_date_of(at_ms, 0);
	char text[12];

	text[0] = (char)('0' + date.year / 1000);
	text[1] = (char)('0' + date.year / 100 % 10);
	text[2] = (char)('0' + date.year / 10 % 10);
	text[3] = (char)('0' + date.year % 10);
	text[4] = '-';
	text[5] = (char)('0' + date.month / 10);
	text[6] = (char)('0' + date.month % 10);
	text[7] = '-';
	text[8] = (char)('0' + date.day / 10);
	text[9] = (char)('0' + date.day % 10);
	text[10] = '\0';
	write_quoted(out, text);
}

/* Hours of the UTC day, minutes of the hour; times before 1970 count forwards too. */
static int64_t
part_of(int64_t at_ms, int64_t whole_ms, int64_t part_ms)
{
	int64_t rest = at_ms % whole_ms;

	return (rest < 0 ? rest + whole_ms : rest) / part_ms;
}

static void
write_when_level(struct out *out, const struct when *when, unsigned level)
{
	out_char(out, '[');
	if (level == WHEN_LEVEL_DAY) {
		write_date(out, when->from_ms);
		out_char(out, ',');
		write_date(out, when->to_ms);
		out_char(out, ',');
		write_quoted(out, when_precision_name(
				      when->precision < WHEN_DAY ? WHEN_DAY : when->precision));
	} else if (level == WHEN_LEVEL_HOUR) {
		out_int(out, part_of(when->from_ms, 24 * (int64_t)HOUR_MS, HOUR_MS));
		out_char(out, ',');
		out_int(out, part_of(when->to_ms, 24 * (int64_t)HOUR_MS, HOUR_MS));
		out_text(out, when->precision == WHEN_PART ? ",\"part\"" : ",\"hour\"");
	} else {
		out_int(out, part_of(when->from_ms, HOUR_MS, MINUTE_MS));
		out_char(out, ',');
		out_int(out, part_of(when->to_ms, HOUR_MS, MINUTE_MS));
	}
	out_char(out, ']');
}

static void
write_level(struct out *out, enum field field, const struct value *value, unsigned level)
{
	enum field_type type = field_row(field)->type;
	char part[6];

	if (type == FIELD_TYPE_PLACE) {
		place_part(&value->place, level, part);
		write_quoted(out, part);
	} else if (type == FIELD_TYPE_WHEN) {
		write_when_level(out, &value->when, level);
	} else {
		const struct ask *ask = &value->asks.ask[level - 1];

		out_text(out, "{\"party\":");
		write_quoted(out, ask->party.name);
		out_text(out, ",\"by\":");
		out_int(out, ask->by_ms);
		out_char(out, '}');
	}
}

static void
list_field(struct listing *listing, enum field field, const struct value *value)
{
	unsigned levels = field_levels(field);

	if (listing->n + 1 + levels > CLAIM_MAX) {
		listing->out.err = ERR_LIMIT;
		return;
	}
	begin(listing, field, 0);
	write_value(&listing->out, field, value);
	end(listing);
	for (unsigned level = 1; level <= levels; level++) {
		if (!(value->levels >> level & 1))
			continue;
		begin(listing, field, level);
		write_level(&listing->out, field, value, level);
		end(listing);
	}
}

static void
list_members(struct listing *listing, const struct record *record)
{
	begin(listing, FIELD_KIND, 0);
	write_quoted(&listing->out, kind_row(record->kind)->name);
	end(listing);
	if (record->thread.n) {
		begin(listing, FIELD_THREAD, 0);
		out_json(&listing->out, record->thread);
		end(listing);
	}
	if (record->filed_ms) {
		begin(listing, FIELD_FILED, 0);
		out_int(&listing->out, record->filed_ms);
		end(listing);
	}
}

/* One copy of all texts into the arena, and every claim its part of it. */
static enum err
settle(struct listing *listing, struct arena *arena)
{
	enum err err = out_err(&listing->out);
	struct span text;
	size_t at = 0;

	if (err != ERR_OK)
		return err;
	text = arena_copy(arena, out_view(&listing->out));
	if (!text.p)
		return ERR_NOMEM;
	for (size_t i = 0; i < listing->n; i++) {
		size_t n = listing->claims[i].json.n;

		listing->claims[i].json =
		    n ? (struct span){text.p + at, n} : (struct span){NULL, 0};
		at += n;
	}
	return ERR_OK;
}

enum err
claim_list(const struct record *record, struct arena *arena, struct claim *claims, size_t *n)
{
	struct listing listing = {out_new(JSON_MAX), claims, 0};
	enum err err;

	*n = 0;
	list_members(&listing, record);
	for (enum field f = 1; f < FIELD_COUNT; f++)
		if (record->field[f].is_set)
			list_field(&listing, f, &record->field[f]);
	err = settle(&listing, arena);
	out_free(&listing.out);
	if (err == ERR_OK)
		*n = listing.n;
	return err;
}
