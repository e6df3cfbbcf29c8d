/*
 * Promises records from anybody's table by a map, one per row.
 */
#include "edge/sheet.h"

#include "edge/csv.h"

#include <stdlib.h>
#include <string.h>

enum { ARENA_MAX = 4 << 20 };

struct sheet {
	const struct map *map;
	struct record_typing typing;
	struct sink sink;
	struct csv *csv;
	struct arena *arena;  /* of one row */
	struct arena *header; /* names of the columns */
	struct span *names;
	unsigned n_names;
};

struct cells {
	const struct sheet *sheet;
	const struct span *cells;
};

static struct span
cell_of(const void *arg, struct span column)
{
	const struct cells *row = arg;

	for (unsigned i = 0; i < row->sheet->n_names; i++)
		if (span_equal(row->sheet->names[i], column))
			return row->cells[i];
	return (struct span){NULL, 0};
}

static enum err
take_header(struct sheet *sheet, uint64_t line, const struct span *cells, unsigned n)
{
	struct span missing;
	enum err err;

	sheet->names = arena_array(sheet->header, n, sizeof *sheet->names);
	if (!sheet->names)
		return ERR_NOMEM;
	for (unsigned i = 0; i < n; i++)
		sheet->names[i] = arena_copy(sheet->header, span_trim(cells[i]));
	sheet->n_names = n;
	if (map_fits(sheet->map, sheet->names, n, &missing))
		return ERR_OK;
	err = sink_refuse(&sheet->sink, line, (struct reason){WHY_MISSING_FIELD, FIELD_NONE},
			  missing);
	return err == ERR_OK ? ERR_FORMAT : err;
}

static enum err
take_row(void *arg, uint64_t line, const struct span *cells, unsigned n)
{
	struct sheet *sheet = arg;
	struct cells row = {sheet, cells};
	struct record *record;
	struct reason reason = {WHY_BAD_FORM, FIELD_NONE};
	struct span column = {NULL, 0};
	unsigned heard = 0;

	if (!sheet->names)
		return take_header(sheet, line, cells, n);
	arena_reset(sheet->arena);
	record = arena_take(sheet->arena, sizeof *record);
	if (!record)
		return ERR_NOMEM;
	if (n == sheet->n_names)
		reason = map_apply(sheet->map, &(struct map_row){&row, cell_of}, sheet->names, n,
				   sheet->arena, &sheet->typing, record, &column, &heard);
	if (reason.why == WHY_NONE)
		reason = record_check(record);
	if (reason.why == WHY_NONE)
		return sink_give(&sheet->sink, record, line, heard);
	return sink_refuse(&sheet->sink, line, reason, column);
}

static enum err
take_refusal(void *arg, uint64_t line, enum why why)
{
	struct sheet *sheet = arg;
	enum err err = sink_refuse(&sheet->sink, line, (struct reason){why, FIELD_NONE},
				   (struct span){NULL, 0});

	return err == ERR_OK && !sheet->names ? ERR_FORMAT : err;
}

struct sheet *
sheet_new(const struct map *map, const struct record_typing *typing, const struct sink *sink)
{
	struct sheet *sheet = calloc(1, sizeof *sheet);

	if (!sheet)
		return NULL;
	sheet->map = map;
	sheet->typing = *typing;
	sheet->sink = *sink;
	sheet->csv = csv_new(map_separator(map), &(struct csv_sink){sheet, take_row, take_refusal});
	sheet->arena = arena_new(ARENA_MAX);
	sheet->header = arena_new(ARENA_MAX);
	if (!sheet->csv || !sheet->arena || !sheet->header) {
		sheet_free(sheet);
		return NULL;
	}
	return sheet;
}

void
sheet_free(struct sheet *sheet)
{
	if (!sheet)
		return;
	csv_free(sheet->csv);
	arena_free(sheet->arena);
	arena_free(sheet->header);
	free(sheet);
}

enum err
sheet_feed(struct sheet *sheet, struct span chunk)
{
	return csv_feed(sheet->csv, chunk);
}

enum err
sheet_finish(struct sheet *sheet)
{
	enum err err = csv_finish(sheet->csv);

	return err == ERR_OK && !sheet->names ? ERR_FORMAT : err;
}
