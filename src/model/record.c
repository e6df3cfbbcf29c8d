/*
 * Promises what a record is and what may be filed; the forms of single values are in value.c, typed
 * texts in entry.c, the form between processes in pack.c, signed claims in claim.c.
 */
#include "model/record.h"

#include "model/entry.h"
#include "model/pack.h"
#include "model/region.h"
#include "model/value.h"

#include <string.h>

enum { THREAD_TEXT = 22, WIRE_VERSION = 1 };

void
record_init(struct record *record, enum kind kind)
{
	memset(record, 0, sizeof *record);
	record->kind = kind;
}

/* The fields that are members of the record and not in its array. */
static bool
is_member(enum field field)
{
	return field == FIELD_NONE || field == FIELD_KIND || field == FIELD_THREAD ||
	       field == FIELD_FILED;
}

/* One governorate has one name, whoever types it (region.h). */
static void
spell(enum field field, struct value *value)
{
	const char *known = field == FIELD_GOVERNORATE ? region_known_governorate(value->text)
			    : field == FIELD_DISTRICT  ? region_known_district(value->text)
						       : NULL;

	if (known)
		value->text = span_of(known);
}

enum why
record_set(struct record *record, struct arena *arena, enum field field, struct span typed,
	   const struct record_typing *typing)
{
	struct value value;
	enum why why;

	if (field == FIELD_NONE || (unsigned)field >= FIELD_COUNT)
		return WHY_UNKNOWN_FIELD;
	if (is_member(field) || !kind_has(record->kind, field))
		return WHY_NOT_IN_KIND;
	memset(&value, 0, sizeof value);
	why = entry_read(arena, field, typed, typing, &value);
	if (why != WHY_NONE)
		return why;
	spell(field, &value);
	value.is_set = true;
	value.levels = value_levels(field, &value);
	why = value_check(field, &value, false);
	if (why == WHY_NONE)
		record->field[field] = value;
	return why;
}

static struct reason
reason_of(enum why why, enum field field)
{
	return (struct reason){why, (uint16_t)field};
}

static bool
is_thread(struct span thread)
{
	if (thread.n != THREAD_TEXT)
		return false;
	for (size_t i = 0; i < thread.n; i++) {
		char c = thread.p[i];

		if (!((c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
		      c == '-' || c == '_'))
			return false;
	}
	/* 16 bytes leave four bits of the last character unused, and unused bits are zero. */
	return memchr("AQgw", thread.p[THREAD_TEXT - 1], 4) != NULL;
}

static struct reason
check_values(const struct record *record, bool is_part)
{
	if (record->kind == KIND_NONE || (unsigned)record->kind >= KIND_COUNT)
		return reason_of(WHY_UNKNOWN_KIND, FIELD_KIND);
	if (record->thread.n && !is_thread(record->thread))
		return reason_of(WHY_BAD_VALUE, FIELD_THREAD);
	if (record->filed_ms && !when_is_moment(record->filed_ms))
		return reason_of(WHY_BAD_TIME, FIELD_FILED);
	for (enum field f = 1; f < FIELD_COUNT; f++) {
		enum why why;

		if (!record->field[f].is_set)
			continue;
		if (is_member(f) || !kind_has(record->kind, f))
			return reason_of(WHY_NOT_IN_KIND, f);
		why = value_check(f, &record->field[f], is_part);
		if (why != WHY_NONE)
			return reason_of(why, f);
	}
	return reason_of(WHY_NONE, FIELD_NONE);
}

static bool
is_need(const struct record *record, enum vocab_need need)
{
	const struct value *value = &record->field[FIELD_NEED];

	return value->is_set && value->code == (uint16_t)need;
}

static bool
add_numbers(const struct record *record, const enum field *fields, unsigned n, int64_t *sum)
{
	bool is_any = false;

	*sum = 0;
	for (unsigned i = 0; i < n; i++) {
		if (record->field[fields[i]].is_set) {
			*sum += record->field[fields[i]].number;
			is_any = true;
		}
	}
	return is_any;
}

/* Line 3 and line 5 of the nine count the same patients. */
static bool
patients_agree(const struct record *record)
{
	static const enum field urgency[] = {FIELD_URGENT, FIELD_SURGICAL, FIELD_PRIORITY,
					     FIELD_ROUTINE};
	static const enum field carried[] = {FIELD_LITTER, FIELD_AMBULATORY};
	int64_t by_urgency;
	int64_t by_carrying;

	if (!add_numbers(record, urgency, 4, &by_urgency) ||
	    !add_numbers(record, carried, 2, &by_carrying))
		return true;
	return by_urgency == by_carrying;
}

struct reason
record_check(const struct record *record)
{
	struct reason reason = check_values(record, false);

	if (reason.why != WHY_NONE)
		return reason;
	for (enum field f = 1; f < FIELD_COUNT; f++)
		if (!is_member(f) && kind_requires(record->kind, f) && !record->field[f].is_set)
			return reason_of(WHY_MISSING_FIELD, f);
	if (is_need(record, NEED_LOOK) && !record->field[FIELD_PURPOSE].is_set)
		return reason_of(WHY_NO_PURPOSE, FIELD_PURPOSE);
	if (is_need(record, NEED_MEDEVAC) && !patients_agree(record))
		return reason_of(WHY_BAD_VALUE, FIELD_LITTER);
	return reason;
}

struct reason
record_check_part(const struct record *record)
{
	return check_values(record, true);
}

bool
record_equal(const struct record *a, const struct record *b)
{
	if (a->kind != b->kind || !station_equal(&a->station, &b->station) ||
	    !span_equal(a->thread, b->thread) || a->is_exercise != b->is_exercise ||
	    a->filed_ms != b->filed_ms)
		return false;
	for (enum field f = 1; f < FIELD_COUNT; f++)
		if (!value_equal(f, &a->field[f], &b->field[f]))
			return false;
	return true;
}

void
record_levels(const struct record *record, struct field_set *set)
{
	for (enum field f = 0; f < FIELD_COUNT; f++)
		set->mask[f] = record->field[f].is_set ? record->field[f].levels : 0;
	set->mask[FIELD_KIND] = record->kind != KIND_NONE;
	set->mask[FIELD_THREAD] = record->thread.n > 0;
	set->mask[FIELD_FILED] = record->filed_ms != 0;
}

void
record_narrow(const struct record *whole, const struct field_set *set, struct record *part)
{
	record_init(part, set->mask[FIELD_KIND] & 1 ? whole->kind : KIND_NONE);
	part->station = whole->station;
	part->is_exercise = whole->is_exercise;
	if (set->mask[FIELD_THREAD] & 1)
		part->thread = whole->thread;
	if (set->mask[FIELD_FILED] & 1)
		part->filed_ms = whole->filed_ms;
	for (enum field f = 1; f < FIELD_COUNT; f++)
		if (whole->field[f].is_set)
			value_narrow(f, &whole->field[f], set->mask[f], part->ask_rows,
				     &part->field[f]);
}

bool
record_merge(struct record *record, const struct record *more)
{
	if ((record->kind && more->kind && record->kind != more->kind) ||
	    !station_equal(&record->station, &more->station) ||
	    record->is_exercise != more->is_exercise ||
	    (record->thread.n && more->thread.n && !span_equal(record->thread, more->thread)) ||
	    (record->filed_ms && more->filed_ms && record->filed_ms != more->filed_ms))
		return false;
	for (enum field f = 1; f < FIELD_COUNT; f++) {
		struct value joined = record->field[f];
		struct ask rows[LIMIT_ASKS];

		if (more->field[f].is_set && !value_merge(f, &joined, &more->field[f], rows))
			return false;
	}
	if (!record->kind)
		record->kind = more->kind;
	if (!record->thread.n)
		record->thread = more->thread;
	if (!record->filed_ms)
		record->filed_ms = more->filed_ms;
	for (enum field f = 1; f < FIELD_COUNT; f++)
		(void)value_merge(f, &record->field[f], &more->field[f], record->ask_rows);
	return true;
}

void
record_write(struct out *out, const struct record *record)
{
	unsigned n = 0;

	for (enum field f = 1; f < FIELD_COUNT; f++)
		n += record->field[f].is_set;
	out_u8(out, WIRE_VERSION);
	out_u16(out, (uint16_t)record->kind);
	out_sized(out, span_of(record->station.name));
	out_sized(out, record->thread);
	out_flag(out, record->is_exercise);
	out_i64(out, record->filed_ms);
	out_u16(out, (uint16_t)n);
	for (enum field f = 1; f < FIELD_COUNT; f++) {
		if (record->field[f].is_set) {
			out_u16(out, (uint16_t)f);
			pack_write(out, f, &record->field[f]);
		}
	}
}

static bool
read_station(struct cursor *cursor, struct station *station)
{
	struct span name = cursor_span(cursor, LIMIT_STATION_TEXT - 1);

	return !cursor->is_failed && (name.n == 0 || station_read(name, station));
}

static bool
read_values(struct cursor *cursor, struct arena *arena, struct record *record)
{
	unsigned n = cursor_u16(cursor);
	enum field last = FIELD_NONE;

	for (unsigned i = 0; i < n; i++) {
		enum field f = (enum field)cursor_code(cursor, FIELD_COUNT);
		struct value *value;

		/* In the table's order: no field twice, and one form only. */
		if (cursor->is_failed || f <= last || is_member(f))
			return false;
		value = &record->field[f];
		if (!pack_read(cursor, arena, f, value))
			return false;
		value->is_set = true;
		value->levels = value_levels(f, value);
		last = f;
	}
	return true;
}

bool
record_read(struct cursor *cursor, struct arena *arena, struct record *record)
{
	struct span thread;

	record_init(record, KIND_NONE);
	if (cursor_u8(cursor) != WIRE_VERSION)
		goto fail;
	record->kind = (enum kind)cursor_code(cursor, KIND_COUNT);
	if (!read_station(cursor, &record->station))
		goto fail;
	thread = cursor_span(cursor, THREAD_TEXT);
	record->is_exercise = cursor_flag(cursor);
	record->filed_ms = cursor_i64(cursor);
	if (thread.n) {
		record->thread = arena_copy(arena, thread);
		if (!record->thread.p)
			goto fail;
	}
	if (!read_values(cursor, arena, record) || cursor->is_failed)
		goto fail;
	if (record_check_part(record).why != WHY_NONE)
		goto fail;
	return true;
fail:
	record_init(record, KIND_NONE);
	cursor->is_failed = true;
	return false;
}

void
record_field_text(struct out *out, const struct record *record, enum field field, int zone_min)
{
	if (field == FIELD_KIND)
		out_text(out, kind_row(record->kind)->name);
	else if (field == FIELD_THREAD)
		out_span(out, record->thread);
	else if (field == FIELD_FILED && record->filed_ms)
		entry_write_instant(out, record->filed_ms, zone_min);
	else if (!is_member(field) && (unsigned)field < FIELD_COUNT && record->field[field].is_set)
		entry_write(out, field, &record->field[field], zone_min);
}
