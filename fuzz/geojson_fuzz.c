/*
 * GeoJSON from a stranger: what comes out passes record_check().
 */
#include "edge/geojson.h"

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
	struct geojson *geojson =
	    geojson_new(NULL, &typing, &(struct sink){NULL, on_record, on_refuse, NULL});
	size_t half = size / 2;

	if (!geojson)
		return 0;
	if (geojson_feed(geojson, span_make(data, half)) == ERR_OK &&
	    geojson_feed(geojson, span_make(data + half, size - half)) == ERR_OK)
		(void)!geojson_finish(geojson);
	geojson_free(geojson);
	return 0;
}
