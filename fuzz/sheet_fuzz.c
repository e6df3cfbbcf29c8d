/*
 * A map and a table by it, parted by a NUL: what comes out passes record_check().
 */
#include "edge/sheet.h"

#include <string.h>

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What comes out must hold, whatever went in. */
static enum err
on_record(void *arg, const struct record *record, uint64_t line)
{
	struct reason reason = record_check(record);

	(void)arg;
	if (reason.why != WHY_NONE || line == 0)
		abort();
	return ERR_OK;
}

static enum err
on_refuse(void *arg, const struct sink_refusal *refusal)
{
	(void)arg;
	if (refusal->reason.why == WHY_NONE || refusal->line == 0 ||
	    !span_is_utf8(span_of(refusal->column)))
		abort();
	return ERR_OK;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct record_typing typing = {.now_ms = 1525219200000, .zone_min = 180};
	const uint8_t *nul = size ? memchr(data, '\0', size) : NULL;
	size_t n = nul ? (size_t)(nul - data) : size;
	struct sheet *sheet;
	struct map *map;
	unsigned line;
	const char *what;

	if (map_read(span_make(data, n), &map, &line, &what) != ERR_OK)
		return 0;
	sheet = sheet_new(map, &typing, &(struct sink){NULL, on_record, on_refuse, NULL});
	if (sheet && nul && sheet_feed(sheet, span_make(nul + 1, size - n - 1)) == ERR_OK)
		(void)!sheet_finish(sheet);
	sheet_free(sheet);
	map_free(map);
	return 0;
}
