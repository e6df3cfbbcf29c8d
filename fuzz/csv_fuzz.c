/*
 * Rows of separated values: cells are valid UTF-8 and lines only go forward.
 */
#include "edge/csv.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static enum err
on_row(void *arg, uint64_t line, const struct span *cells, unsigned n)
{
	uint64_t *last = arg;

	if (line <= *last || n == 0 || n > CSV_COLUMNS_MAX)
		abort();
	*last = line;
	for (unsigned i = 0; i < n; i++)
		if (cells[i].n && cells[i].p[0] == '\0')
			abort();
	return ERR_OK;
}

static enum err
on_refuse(void *arg, uint64_t line, enum why why)
{
	uint64_t *last = arg;

	if (line <= *last || why == WHY_NONE)
		abort();
	*last = line;
	return ERR_OK;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint64_t last = 0;
	struct csv *csv = csv_new(',', &(struct csv_sink){&last, on_row, on_refuse});
	size_t half = size / 2;

	if (!csv)
		return 0;
	if (csv_feed(csv, span_make(data, half)) == ERR_OK &&
	    csv_feed(csv, span_make(data + half, size - half)) == ERR_OK)
		(void)!csv_finish(csv);
	csv_free(csv);
	return 0;
}
