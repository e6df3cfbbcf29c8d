/* A record from a stranger's JSON: what comes out and passes record_check() is written and read
 * back to itself; what does not has a reason. */
#include "edge/recordjson.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

static const struct record_typing typing = {1809386100000, 180, "38S"};

static void
check_back(const struct record *record, struct arena *arena)
{
	struct record *again = calloc(1, sizeof *again);
	struct out out = out_new(1 << 20);
	struct recordjson_fault fault;
	unsigned heard;

	if (!again)
		abort();
	out_format(&out, "{\"kind\":\"%s\"", kind_row(record->kind)->name);
	recordjson_write_fields(&out, record, 180);
	out_text(&out, "}");
	if (out_err(&out) != ERR_OK ||
	    !recordjson_read(out_view(&out), &typing, arena, again, &heard, &fault) ||
	    record_check(again).why != WHY_NONE)
		abort();
	out_free(&out);
	free(again);
}

int
LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	struct arena *arena = arena_new(1 << 20);
	struct record *record = calloc(1, sizeof *record);
	struct recordjson_fault fault;
	unsigned heard;

	if (!arena || !record)
		goto done;
	if (!recordjson_read(span_make(data, size), &typing, arena, record, &heard, &fault)) {
		if (fault.reason.why == WHY_NONE || record->kind != KIND_NONE ||
		    !span_is_utf8(span_of(fault.about)))
			abort();
	} else if (record_check(record).why == WHY_NONE) {
		check_back(record, arena);
	}
done:
	free(record);
	arena_free(arena);
	return 0;
}
