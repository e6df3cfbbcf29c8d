/*
 * Promises the record that the stored disclosures say, or ERR_CORRUPT.
 */
#define _GNU_SOURCE
#include "seamd/reread.h"

#include "admit/admit.h"
#include "base/b64.h"
#include "base/json.h"
#include "journal/journal.h"
#include "model/claim.h"
#include "picture/picture.h"

#include <string.h>

/* Disclosures come parent first, its levels after it: as they were issued. */
static enum err
read_one(struct claim_reading *reading, struct span text, struct arena *arena, enum field *parent)
{
	char *plain = arena_take(arena, text.n + 1);
	json_t *array = NULL;
	enum err err = ERR_CORRUPT;
	struct span name;
	enum field field;
	size_t n;

	if (!plain)
		return ERR_NOMEM;
	if (b64url_read(text, plain, text.n, &n))
		array = json_read_strict(span_make(plain, n));
	if (json_is_array(array) && json_array_size(array) == 3 &&
	    json_is_string(json_array_get(array, 1))) {
		name = span_of(json_string_value(json_array_get(array, 1)));
		field = field_find(name);
		if (*parent != FIELD_NONE &&
		    (field == FIELD_NONE || field_level_find(*parent, name))) {
			if (claim_reading_add(reading, *parent, name, json_array_get(array, 2)) ==
			    WHY_NONE)
				err = ERR_OK;
		} else if (claim_reading_add(reading, FIELD_NONE, name, json_array_get(array, 2)) ==
			   WHY_NONE) {
			*parent = field_levels(field) ? field : FIELD_NONE;
			err = ERR_OK;
		}
	}
	json_decref(array);
	return err;
}

static enum err
read_payload(struct span jwt, struct arena *arena, struct span *plain)
{
	struct span rest = jwt;
	struct span header;
	struct span payload;
	char *bytes;

	if (!span_split(&rest, '.', &header) || !span_split(&rest, '.', &payload))
		return ERR_CORRUPT;
	bytes = arena_take(arena, payload.n + 1);
	if (!bytes)
		return ERR_NOMEM;
	plain->p = bytes;
	return b64url_read(payload, bytes, payload.n, &plain->n) ? ERR_OK : ERR_CORRUPT;
}

/* The clear claim "exercise" of our own JWT, whose payload is compact JSON as we wrote it. */
static enum err
read_exercise(struct span jwt, struct arena *arena, bool *is_exercise)
{
	static const char claim[] = "\"exercise\":true";
	struct span plain;
	enum err err = read_payload(jwt, arena, &plain);

	if (err == ERR_OK)
		*is_exercise = memmem(plain.p, plain.n, claim, sizeof claim - 1) != NULL;
	return err;
}

/* The clear claim "iat" of a JWT that was admitted: no other name or value there looks like it.
 * Whoever spells it in another way has no day: his own versions alone stand in a worse order. */
static int64_t
read_day(struct span jwt, struct arena *arena)
{
	static const char claim[] = "\"iat\":";
	struct span plain;
	const char *at = NULL;
	int64_t day_s = 0;
	size_t n = 0;

	if (read_payload(jwt, arena, &plain) == ERR_OK)
		at = memmem(plain.p, plain.n, claim, sizeof claim - 1);
	if (!at)
		return 0;
	at += sizeof claim - 1;
	while (at + n < plain.p + plain.n && at[n] >= '0' && at[n] <= '9')
		n++;
	return span_int(span_make(at, n), 0, INT64_MAX / 1000, &day_s) ? day_s * 1000 : 0;
}

int64_t
reread_position(const struct journal_record *row, const struct record *record, int64_t counter,
		struct arena *arena)
{
	struct picture_order order = {.is_own = row->is_own,
				      .epoch = row->epoch,
				      .leaf = row->leaf,
				      .filed_ms =
					  record->filed_ms ? record->filed_ms : row->filed_ms,
				      .counter = counter};

	if (!order.is_own && order.leaf < 0 && order.filed_ms <= 0)
		order.day_ms = read_day(row->jwt, arena);
	return picture_position(&order);
}

static enum err
read_foreign(const struct journal_record *row, const struct keyring *keyring, struct arena *arena,
	     struct record *record)
{
	struct admit_terms terms = {.keyring = keyring, .is_stored = true, .log_index = -1};
	struct journal_record copy = *row;
	struct reason reason;
	struct hash id;

	terms.is_exercise = true;
	reason = admit_record(&terms, copy.jwt, copy.disclosures, arena, record, &id);
	if (reason.why == WHY_EXERCISE) {
		terms.is_exercise = false;
		reason = admit_record(&terms, copy.jwt, copy.disclosures, arena, record, &id);
	}
	return reason.why == WHY_NONE ? ERR_OK : ERR_CORRUPT;
}

enum err
reread_disclosures(struct span disclosures, struct arena *arena, struct record *record)
{
	struct claim_reading *reading = claim_reading_new(arena, record);
	enum err err = reading ? ERR_OK : ERR_NOMEM;
	enum field parent = FIELD_NONE;
	struct span one;

	while (err == ERR_OK && span_split(&disclosures, '~', &one))
		if (one.n)
			err = read_one(reading, one, arena, &parent);
	if (err == ERR_OK && claim_reading_finish(reading).why != WHY_NONE)
		err = ERR_CORRUPT;
	return err;
}

enum err
reread_record(const struct journal_record *row, const struct keyring *keyring, struct arena *arena,
	      struct record *record)
{
	struct span rest = row->disclosures;
	struct station station;
	enum err err;

	record_init(record, kind_find(row->kind));
	if (!station_read(row->origin, &station))
		return ERR_CORRUPT;
	record->station = station;
	record->thread = arena_copy(arena, row->thread);
	if (row->is_erased || rest.n == 0)
		return ERR_OK;
	if (!row->is_own)
		return read_foreign(row, keyring, arena, record);
	err = reread_disclosures(rest, arena, record);
	record->station = station;
	return err == ERR_OK ? read_exercise(row->jwt, arena, &record->is_exercise) : err;
}
