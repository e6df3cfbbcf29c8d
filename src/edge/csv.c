/*
 * Promises rows of separated values (RFC 4180) within fixed memory: one row's cells are unquoted in
 * place as they come, their ends noted; nothing is read twice.
 */
#include "edge/csv.h"

#include "base/out.h"

#include <stdlib.h>
#include <string.h>

enum { FIRST_SIZE = 4096 };

enum place {
	CELL_START, /* nothing of this cell was seen */
	CELL_PLAIN,
	CELL_QUOTED,
	CELL_CLOSED, /* behind a quote inside a quoted cell: its end, or half of a doubled one */
	ROW_SKIP     /* the row is refused: nothing is kept until the line ends */
};

struct csv {
	struct csv_sink sink;
	char separator;
	enum place place;
	enum why why; /* of a row to be refused when it ends */
	bool is_cr;   /* a CR behind a cell waits for its LF */
	unsigned bom; /* bytes of a byte order mark seen at the start; 3 when past it */
	uint64_t line;
	uint64_t row_line;
	char *text;
	size_t n, size;
	size_t ends[CSV_COLUMNS_MAX]; /* end of each finished cell in text */
	unsigned cells;
	enum err err;
};

struct csv *
csv_new(char separator, const struct csv_sink *sink)
{
	struct csv *csv = calloc(1, sizeof *csv);

	if (!csv)
		return NULL;
	csv->text = malloc(FIRST_SIZE);
	if (!csv->text) {
		free(csv);
		return NULL;
	}
	csv->size = FIRST_SIZE;
	csv->sink = *sink;
	csv->separator = separator;
	csv->line = csv->row_line = 1;
	return csv;
}

void
csv_free(struct csv *csv)
{
	if (!csv)
		return;
	free(csv->text);
	free(csv);
}

static void
skip_row(struct csv *csv, enum why why)
{
	csv->place = ROW_SKIP;
	csv->why = why;
}

static void
keep(struct csv *csv, char c)
{
	if (csv->n == csv->size) {
		size_t size = csv->size * 2;
		char *text;

		if (csv->n >= CSV_ROW_MAX) {
			skip_row(csv, WHY_TOO_LARGE);
			return;
		}
		text = realloc(csv->text, size);
		if (!text) {
			csv->err = ERR_NOMEM;
			return;
		}
		csv->text = text;
		csv->size = size;
	}
	csv->text[csv->n++] = c;
}

static void
end_cell(struct csv *csv)
{
	if (csv->cells == CSV_COLUMNS_MAX) {
		skip_row(csv, WHY_TOO_LARGE);
		return;
	}
	csv->ends[csv->cells++] = csv->n;
	csv->place = CELL_START;
}

static void
hand_over(struct csv *csv)
{
	struct span cells[CSV_COLUMNS_MAX];
	size_t from = 0;

	if (!span_is_utf8((struct span){csv->text, csv->n})) {
		csv->err = csv->sink.refuse(csv->sink.arg, csv->row_line, WHY_NOT_UTF8);
		return;
	}
	for (unsigned i = 0; i < csv->cells; i++) {
		cells[i] = (struct span){csv->text + from, csv->ends[i] - from};
		from = csv->ends[i];
	}
	csv->err = csv->sink.row(csv->sink.arg, csv->row_line, cells, csv->cells);
}

static void
end_row(struct csv *csv)
{
	bool is_blank = csv->cells == 0 && csv->n == 0 && csv->place == CELL_START;

	if (csv->place != ROW_SKIP && !is_blank)
		end_cell(csv);
	if (csv->place == ROW_SKIP)
		csv->err = csv->sink.refuse(csv->sink.arg, csv->row_line, csv->why);
	else if (!is_blank)
		hand_over(csv);
	csv->place = CELL_START;
	csv->n = 0;
	csv->cells = 0;
	csv->row_line = csv->line;
}

/* A byte where a row or a cell may end; false when it ended neither. */
static bool
take_end(struct csv *csv, char c)
{
	if (c == '\n')
		end_row(csv);
	else if (c == csv->separator)
		end_cell(csv);
	else if (c == '\r')
		csv->is_cr = true;
	else
		return false;
	return true;
}

static void
take_in_cell(struct csv *csv, char c)
{
	switch (csv->place) {
	case CELL_START:
		if (c == '"') {
			csv->place = CELL_QUOTED;
			break;
		}
		/* fall through */
	case CELL_PLAIN:
		if (take_end(csv, c))
			break;
		csv->place = CELL_PLAIN;
		keep(csv, c);
		break;
	case CELL_QUOTED:
		if (c == '"')
			csv->place = CELL_CLOSED;
		else
			keep(csv, c);
		break;
	case CELL_CLOSED:
		if (c == '"') {
			csv->place = CELL_QUOTED;
			keep(csv, c);
		} else if (!take_end(csv, c)) {
			skip_row(csv, WHY_BAD_FORM);
		}
		break;
	case ROW_SKIP:
		if (c == '\n')
			end_row(csv);
		break;
	}
}

static void
take(struct csv *csv, char c)
{
	if (c == '\n')
		csv->line++;
	if (csv->is_cr) {
		csv->is_cr = false;
		/* A lone CR inside a plain cell is text; behind a closing quote it is a fault. */
		if (c != '\n' && csv->place == CELL_CLOSED)
			skip_row(csv, WHY_BAD_FORM);
		else if (c != '\n' && csv->place != ROW_SKIP) {
			csv->place = CELL_PLAIN;
			keep(csv, '\r');
		}
		if (csv->err != ERR_OK)
			return;
	}
	take_in_cell(csv, c);
}

/* Drops the mark EF BB BF at the very start; gives back what only began like it. */
static bool
is_bom(struct csv *csv, char c)
{
	static const char mark[] = "\xef\xbb\xbf";
	unsigned seen = csv->bom;

	if (seen >= 3)
		return false;
	if (c == mark[seen]) {
		csv->bom++;
		return true;
	}
	csv->bom = 3;
	for (unsigned i = 0; i < seen; i++)
		take(csv, mark[i]);
	return false;
}

enum err
csv_feed(struct csv *csv, struct span chunk)
{
	for (size_t i = 0; i < chunk.n && csv->err == ERR_OK; i++)
		if (!is_bom(csv, chunk.p[i]) && csv->err == ERR_OK)
			take(csv, chunk.p[i]);
	return csv->err;
}

enum err
csv_finish(struct csv *csv)
{
	if (csv->err != ERR_OK)
		return csv->err;
	if (csv->place == CELL_QUOTED)
		skip_row(csv, WHY_BAD_FORM);
	csv->is_cr = false;
	if (csv->cells || csv->n || csv->place != CELL_START)
		end_row(csv);
	return csv->err;
}

int
csv_column(const struct span *cells, unsigned n, const char *name)
{
	for (unsigned i = 0; i < n && i < CSV_COLUMNS_MAX; i++)
		if (span_is(span_trim(cells[i]), name))
			return (int)i;
	return -1;
}

void
csv_write(struct out *out, struct span cell)
{
	bool is_plain = span_find(cell, '"') < 0 && span_find(cell, ',') < 0 &&
			span_find(cell, '\n') < 0 && span_find(cell, '\r') < 0;

	if (is_plain) {
		out_span(out, cell);
		return;
	}
	out_char(out, '"');
	for (size_t i = 0; i < cell.n; i++) {
		if (cell.p[i] == '"')
			out_char(out, '"');
		out_char(out, cell.p[i]);
	}
	out_char(out, '"');
}
