/* The form of records between processes: whatever is read is sound and is written back the same. */
#include "model/record.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

int
LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	struct arena *arena = arena_new(1 << 20);
	struct cursor cursor = cursor_over(span_make(data, size));
	struct out out = out_new(LIMIT_RECORD_WIRE * 2);
	struct record record;

	if (!arena)
		return 0;
	if (record_read(&cursor, arena, &record)) {
		if (record_check_part(&record).why != WHY_NONE)
			abort();
		record_write(&out, &record);
		if (cursor_is_done(&cursor) && out_err(&out) == ERR_OK &&
		    (out.n != size || memcmp(out.p, data, size) != 0))
			abort();
		for (enum field f = 1; f < FIELD_COUNT; f++)
			record_field_text(&out, &record, f, 180);
	}
	out_free(&out);
	arena_free(arena);
	return 0;
}
