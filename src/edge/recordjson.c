/*
 * Promises that every value is turned into the one text that a person would have typed and read by
 * the one reader of typed text, so that no surface accepts what another refuses.
 */
#include "edge/recordjson.h"

#include "model/heard.h"

#include <string.h>

enum { TYPED_MAX = LIMIT_DOCUMENT, THREAD_TEXT = 22 };

static bool
refuse(struct recordjson_fault *fault, enum why why, enum field field, struct span about)
{
	size_t n = 0;
	uint32_t rune;

	for (size_t one = 0; n < about.n; n += one) {
		one = span_rune((struct span){about.p + n, about.n - n}, &rune);
		if (one == 0 || n + one >= RECORDJSON_ABOUT)
			break;
	}
	fault->reason = (struct reason){why, (uint16_t)field};
	about.n = n;
	(void)span_copy(fault->about, sizeof fault->about,
			span_is_plain_text(about) ? about : SPAN(""));
	return false;
}

/* ---- shapes that stand for typed text ---- */

static bool
has_mark(struct span text)
{
	return span_find(text, ',') >= 0 || span_find(text, ':') >= 0;
}

static bool
write_list(struct out *out, const json_t *array)
{
	for (size_t i = 0; i < json_array_size(array); i++) {
		const json_t *item = json_array_get(array, i);
		struct span one = span_make(json_string_value(item), json_string_length(item));

		if (!json_is_string(item) || one.n == 0 || has_mark(one))
			return false;
		out_text(out, i ? "," : "");
		out_span(out, one);
	}
	return json_array_size(array) > 0;
}

static bool
write_asks(struct out *out, const json_t *array)
{
	static const char *const names[] = {"party", "by", NULL};

	for (size_t i = 0; i < json_array_size(array); i++) {
		const json_t *item = json_array_get(array, i);
		struct span party;
		struct span by;

		if (!json_is_object(item) || !json_has_only(item, names) ||
		    !json_take_text(item, "party", &party) || !json_take_text(item, "by", &by) ||
		    has_mark(party) || span_find(by, ',') >= 0)
			return false;
		out_format(out, "%s%.*s:", i ? "," : "", (int)party.n, party.p);
		out_span(out, by);
	}
	return json_array_size(array) > 0;
}

static bool
take_bound(const json_t *object, const char *name, int32_t *bound)
{
	int64_t value;

	*bound = -1;
	if (!json_object_get(object, name))
		return true;
	if (!json_take_int(object, name, &value) || value < 0 || value > INT32_MAX)
		return false;
	*bound = (int32_t)value;
	return true;
}

static bool
write_bounds(struct out *out, const json_t *object)
{
	static const char *const names[] = {"low", "best", "high", NULL};
	struct quantity quantity = {.word = QUANTITY_EXACT};

	if (!json_has_only(object, names) || !take_bound(object, "low", &quantity.low) ||
	    !take_bound(object, "best", &quantity.best) ||
	    !take_bound(object, "high", &quantity.high) || !quantity_is_sound(&quantity))
		return false;
	quantity_write(out, &quantity);
	return true;
}

static bool
write_range(struct out *out, const json_t *object)
{
	static const char *const names[] = {"from", "to", NULL};
	struct span from;
	struct span to;

	if (!json_has_only(object, names) || !json_take_text(object, "from", &from) ||
	    !json_take_text(object, "to", &to))
		return false;
	out_span(out, from);
	out_text(out, "..");
	out_span(out, to);
	return true;
}

/* The square at the level asked for: a point is never more than its square. */
static bool
write_point(struct out *out, const json_t *object)
{
	static const char *const names[] = {"lat_e7", "lon_e7", "level", NULL};
	struct span name = span_of(field_level_name(FIELD_PLACE, PLACE_10M));
	struct place place;
	unsigned level;
	int64_t lat;
	int64_t lon;

	if (!json_has_only(object, names) || !json_take_int(object, "lat_e7", &lat) ||
	    !json_take_int(object, "lon_e7", &lon) || lat < -900000000 || lat > 900000000 ||
	    lon < -1800000000 || lon > 1800000000)
		return false;
	if (json_object_get(object, "level") && !json_take_text(object, "level", &name))
		return false;
	level = field_level_find(FIELD_PLACE, name);
	if (level == 0 || !place_of_point((int32_t)lat, (int32_t)lon, level, &place))
		return false;
	out_text(out, place.mgrs);
	return true;
}

static bool
write_array(struct out *out, enum field_type type, const json_t *value)
{
	if (type == FIELD_TYPE_ASKS)
		return write_asks(out, value);
	return (type == FIELD_TYPE_CODES || type == FIELD_TYPE_IDS || type == FIELD_TYPE_PARTIES) &&
	       write_list(out, value);
}

static bool
write_object(struct out *out, enum field_type type, const json_t *value)
{
	if (type == FIELD_TYPE_QUANTITY)
		return write_bounds(out, value);
	if (type == FIELD_TYPE_WHEN)
		return write_range(out, value);
	return type == FIELD_TYPE_PLACE && write_point(out, value);
}

/* False when this shape does not stand for a value of the field. */
static bool
write_typed(struct out *out, enum field field, const json_t *value)
{
	const struct field_row *row = field_row(field);

	if (json_is_string(value))
		out_bytes(out, json_string_value(value), json_string_length(value));
	else if (json_is_integer(value) &&
		 (row->type == FIELD_TYPE_NUMBER || row->type == FIELD_TYPE_QUANTITY))
		out_int(out, json_integer_value(value));
	else if (json_is_boolean(value) && row->vocab == VOCAB_YESNO)
		out_text(out, json_is_true(value) ? "yes" : "no");
	else if (json_is_array(value))
		return write_array(out, row->type, value);
	else if (json_is_object(value))
		return write_object(out, row->type, value);
	else
		return false;
	return true;
}

/* ---- fields ---- */

/* The field of that name, if a person may set it in this kind. */
static bool
find_field(struct span name, enum kind kind, enum field *field, struct recordjson_fault *fault)
{
	*field = field_find(name);
	if (*field == FIELD_NONE)
		return refuse(fault, WHY_UNKNOWN_FIELD, FIELD_NONE, name);
	if (!kind_has(kind, *field) || *field <= FIELD_DUTY)
		return refuse(fault, WHY_NOT_IN_KIND, *field, name);
	return true;
}

bool
recordjson_typed(struct span name, struct span typed, const struct record_typing *typing,
		 struct arena *arena, struct record *record, unsigned *heard,
		 struct recordjson_fault *fault)
{
	enum field field;
	enum why why;

	if (!find_field(name, record->kind, &field, fault))
		return false;
	why = record_set(record, arena, field, typed, typing);
	if (why != WHY_NONE)
		return refuse(fault, why, field, typed);
	*heard |= heard_typed(record, field, typed, typing);
	return true;
}

static bool
set_field(struct span name, const json_t *value, const struct record_typing *typing,
	  struct arena *arena, struct record *record, unsigned *heard,
	  struct recordjson_fault *fault)
{
	struct out typed = out_new(TYPED_MAX);
	enum field field;
	bool is_set;

	if (!find_field(name, record->kind, &field, fault))
		return false;
	if (!write_typed(&typed, field, value))
		is_set = refuse(fault, WHY_BAD_VALUE, field, SPAN("a value of another shape"));
	else if (out_err(&typed) != ERR_OK)
		is_set = refuse(fault, WHY_TOO_LARGE, field, name);
	else
		is_set =
		    recordjson_typed(name, out_view(&typed), typing, arena, record, heard, fault);
	out_free(&typed);
	return is_set;
}

bool
recordjson_fields(const json_t *fields, const struct record_typing *typing, struct arena *arena,
		  struct record *record, unsigned *heard, struct recordjson_fault *fault)
{
	json_t *values = json_incref((json_t *)(uintptr_t)fields); /* jansson's loop wants it so */
	const char *name;
	json_t *value;
	bool is_set = true;

	*heard = 0;
	fault->reason = (struct reason){WHY_NONE, 0};
	fault->about[0] = '\0';
	if (!json_is_object(values))
		is_set = refuse(fault, WHY_BAD_FORM, FIELD_NONE, SPAN("fields"));
	json_object_foreach(values, name, value)
	{
		is_set =
		    is_set && set_field(span_of(name), value, typing, arena, record, heard, fault);
	}
	json_decref(values);
	return is_set;
}

/* ---- the document ---- */

static bool
read_thread(const json_t *document, struct arena *arena, struct record *record,
	    struct recordjson_fault *fault)
{
	struct span thread;

	if (!json_object_get(document, "thread"))
		return true;
	if (!json_take_text(document, "thread", &thread) || thread.n != THREAD_TEXT)
		return refuse(fault, WHY_BAD_VALUE, FIELD_THREAD, SPAN("thread"));
	record->thread = arena_copy(arena, thread);
	return record->thread.p ? true : refuse(fault, WHY_TOO_LARGE, FIELD_THREAD, thread);
}

static bool
read_document(const json_t *document, const struct record_typing *typing, struct arena *arena,
	      struct record *record, unsigned *heard, struct recordjson_fault *fault)
{
	static const char *const names[] = {"kind", "fields", "thread", NULL};
	const json_t *fields = json_object_get(document, "fields");
	struct span kind = {"", 0};

	if (!json_is_object(document) || !json_has_only(document, names))
		return refuse(fault, WHY_BAD_FORM, FIELD_NONE,
			      SPAN("an object with kind, fields and, to amend, thread"));
	if (!json_take_text(document, "kind", &kind) || kind_find(kind) == KIND_NONE)
		return refuse(fault, WHY_UNKNOWN_KIND, FIELD_KIND, kind);
	record_init(record, kind_find(kind));
	return read_thread(document, arena, record, fault) &&
	       recordjson_fields(fields, typing, arena, record, heard, fault);
}

bool
recordjson_read(struct span text, const struct record_typing *typing, struct arena *arena,
		struct record *record, unsigned *heard, struct recordjson_fault *fault)
{
	json_t *document = json_read_strict(text);
	bool is_read;

	memset(fault, 0, sizeof *fault);
	record_init(record, KIND_NONE);
	*heard = 0;
	is_read = document ? read_document(document, typing, arena, record, heard, fault)
			   : refuse(fault, WHY_NOT_JSON, FIELD_NONE, SPAN(""));
	json_decref(document);
	if (!is_read)
		record_init(record, KIND_NONE);
	return is_read;
}

void
recordjson_write_fields(struct out *out, const struct record *record, int zone_min)
{
	struct out value = out_new(LIMIT_RECORD_WIRE * 4);
	bool is_first = true;

	out_text(out, ",\"fields\":{");
	for (enum field field = FIELD_NONE + 1; field < FIELD_COUNT; field++) {
		if (!record->field[field].is_set)
			continue;
		out_reset(&value);
		record_field_text(&value, record, field, zone_min);
		out_format(out, "%s\"%s\":", is_first ? "" : ",", field_row(field)->name);
		out_json(out, out_view(&value));
		is_first = false;
	}
	out_char(out, '}');
	out_free(&value);
}
