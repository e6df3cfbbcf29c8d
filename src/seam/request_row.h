#ifndef SEAM_SEAM_REQUEST_ROW_H
#define SEAM_SEAM_REQUEST_ROW_H

#include "picture/picture_course.h"
#include "seam/app.h"

/*
 * Matters between parties as lists show them: what asks others for something, with its course.
 */
struct request_row {
	struct hash id; /* the version in force */
	struct station station;
	enum kind kind;
	int need;     /* enum vocab_need, -1: no request, or not released to us */
	int severity; /* enum vocab_severity, -1: none */
	bool is_own;
	struct place place; /* level 0: none */
	const char *headline;
	struct course course;
};

struct request_rows {
	struct request_row *row;
	size_t n;
};

/* The clocks of this station for records that do not say by when. */
struct course_clocks request_row_clocks(const struct app *app);

/*
 * Everything of these kinds (bits picture_kind(); 0: all reports and acts) in force that asks
 * somebody or was answered and that `wants` keeps, most urgent first; in the app's arena.
 */
MUST_USE enum err request_row_gather(struct app *app, struct picture *picture, uint32_t kinds,
				     bool (*wants)(const struct request_row *row),
				     struct request_rows *rows);

/* Lives first, then red, yellow and the rest; of these the earliest clock, then the oldest. */
int request_row_compare(const struct request_row *a, const struct request_row *b);

/* A matter in two lines: what it is; how it stands, who is due and by when. */
void request_row_write(const struct app *app, struct out *out, const struct request_row *row);

/* As an object, with its course as "course". */
void request_row_json(struct out *out, const struct request_row *row, int64_t now_ms);

/* The course of one record, a line per party, and what is odd about its answers. */
void request_row_course(const struct app *app, struct out *out, const struct picture_course *found);

/* "5 min", "1 h 20 min", "2 d 3 h"; the sign is not written. */
void request_row_span(struct out *out, int64_t ms);

#endif
