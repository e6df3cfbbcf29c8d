/* Typed text for any field: what is accepted is sound, and its own text is taken back to it. */
#include "model/record.h"

#include "model/entry.h"
#include "model/value.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

int
LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	const struct record_typing typing = {1809386100000, 180, "38S"};
	struct arena *arena = arena_new(1 << 20);
	struct out out = out_new(1 << 20);
	struct value value;
	struct value again;
	enum field field;

	if (!arena || size < 1)
		goto done;
	field = (enum field)(1 + data[0] % (FIELD_COUNT - 1));
	memset(&value, 0, sizeof value);
	memset(&again, 0, sizeof again);
	if (entry_read(arena, field, span_make(data + 1, size - 1), &typing, &value) != WHY_NONE)
		goto done;
	value.is_set = true;
	value.levels = value_levels(field, &value);
	if (value_check(field, &value, false) != WHY_NONE)
		goto done;
	entry_write(&out, field, &value, 180);
	if (entry_read(arena, field, out_view(&out), &typing, &again) != WHY_NONE)
		abort();
	again.is_set = true;
	again.levels = value_levels(field, &again);
	/* Moments are typed to the second. */
	if (field_row(field)->type != FIELD_TYPE_INSTANT &&
	    field_row(field)->type != FIELD_TYPE_ASKS && !value_equal(field, &value, &again))
		abort();
done:
	out_free(&out);
	arena_free(arena);
	return 0;
}
