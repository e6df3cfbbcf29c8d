/*
 * JSON claims to a record: an array of [parent field or "", name, value].  Whatever is accepted is
 * sound, and its own claims are accepted again and say the same.
 */
#include "model/claim.h"

#include "base/json.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

static void
read_again(const struct record *record, struct arena *arena)
{
	struct claim claims[CLAIM_MAX];
	struct record again;
	struct claim_reading *reading;
	size_t n;

	if (claim_list(record, arena, claims, &n) != ERR_OK)
		return;
	reading = claim_reading_new(arena, &again);
	if (!reading)
		return;
	for (size_t i = 0; i < n; i++) {
		json_t *json = json_read_strict(claims[i].json.n ? claims[i].json : SPAN("{}"));
		enum why why = claim_reading_add(
		    reading, claims[i].level ? claims[i].field : FIELD_NONE, claims[i].name, json);

		json_decref(json);
		if (why == WHY_TOO_LARGE)
			return; /* the arena is full */
		if (why != WHY_NONE)
			abort();
	}
	if (claim_reading_finish(reading).why != WHY_NONE || !record_equal(record, &again))
		abort();
}

int
LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	struct arena *arena = arena_new(1 << 21);
	json_t *claims = json_read_strict(span_make(data, size));
	struct claim_reading *reading;
	struct record record;
	const json_t *claim;
	size_t i;

	if (!arena || !json_is_array(claims))
		goto done;
	reading = claim_reading_new(arena, &record);
	json_array_foreach(claims, i, claim)
	{
		const char *parent = json_string_value(json_array_get(claim, 0));
		const char *name = json_string_value(json_array_get(claim, 1));

		if (parent && name)
			(void)claim_reading_add(reading, field_find(span_of(parent)), span_of(name),
						json_array_get(claim, 2));
	}
	if (claim_reading_finish(reading).why == WHY_NONE)
		read_again(&record, arena);
done:
	json_decref(claims);
	arena_free(arena);
	return 0;
}
