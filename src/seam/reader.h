#ifndef SEAM_SEAM_READER_H
#define SEAM_SEAM_READER_H

#include "model/record.h"
#include "seam/app.h"

/*
 * A foreign file, parsed in a process of its own behind a wall: it has the file, one channel to its
 * parent and nothing else.  The parent gets records and refusals, bounded and read again field by
 * field.
 */
enum reader_format { READER_UCDP, READER_CSV, READER_GEOJSON, READER_EXERCISE };

enum { READER_LABEL = 32, READER_REFS_MAX = 8 };

struct reader_ref {
	enum field field;
	char label[READER_LABEL];
};

/* One thing that the reader says.  Texts are borrowed until the next call. */
struct reader_item {
	enum { READER_RECORD, READER_REFUSAL, READER_PROGRESS, READER_END } what;
	uint64_t line;
	uint64_t feature;         /* of GeoJSON: its number, from 1; 0 otherwise */
	struct reason reason;     /* REFUSAL */
	char column[72];          /* REFUSAL: in which column */
	char id[72];              /* REFUSAL: of the feature, "" none */
	uint64_t bytes, of_bytes; /* PROGRESS */
	enum err err;             /* END: how the reading ended */
	/* RECORD */
	struct record record;
	unsigned heard; /* what was assumed to read it: a set of enum heard */
	/* of an exercise */
	int number;
	int64_t at_ms;
	struct station station;
	char duty[LIMIT_NAME_TEXT];
	bool is_amend;
	char label[READER_LABEL]; /* "" none */
	unsigned n_refs;
	struct reader_ref refs[READER_REFS_MAX];
};

struct reader;

/* Opens the file and starts the process.  `map` is a file's name or NULL.  NULL after the reason
 * was printed. */
struct reader *reader_open(struct app *app, enum reader_format format, const char *file,
			   const char *map);

/* Ends the process. */
void reader_close(struct reader *reader);

/* Waits for the next item; its texts live in the arena.  ERR_CLOSED when the process died. */
MUST_USE enum err reader_next(struct reader *reader, struct arena *arena, struct reader_item *item);

#endif
