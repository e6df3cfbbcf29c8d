/* Promises the records in force that the filters ask for, newest first. */
#include "seam/command.h"
#include "seam/filter.h"
#include "seam/row.h"
#include "seam/view.h"
#include "seamd/rowjson.h"

#include <stdio.h>

static int
read_more(struct app *app, struct picture_query *query, int64_t *limit)
{
	const char *text = args_get(app->args, "limit");

	query->with_records = true;
	query->with_history = args_has(app->args, "history");
	if (args_has(app->args, "unanswered"))
		query->answered = PICTURE_ANSWERED_NO;
	if (args_has(app->args, "answered"))
		query->answered = PICTURE_ANSWERED_YES;
	*limit = PICTURE_ROWS;
	if (args_has(app->args, "all"))
		*limit = INT32_MAX;
	if (text && !span_int(span_of(text), 1, INT32_MAX, limit))
		return app_usage(app, "--limit %s: a number from 1", text);
	return APP_OK;
}

static int
print_rows(struct app *app, const struct picture_row *rows, size_t n, bool *is_first)
{
	struct out out = out_new(APP_OUT_MAX);

	/* A page of rows begins as a row does: what app_print() is given is JSON. */
	if (app->is_json && !*is_first && n > 0 && fputs(",\n", stdout) < 0)
		return APP_NO;
	for (size_t i = 0; i < n; i++) {
		if (app->is_json) {
			out_text(&out, *is_first ? "[" : i > 0 ? ",\n" : "");
			rowjson_row(&out, &rows[i], (int)app->config.zone_minutes);
		} else {
			row_line(app, &out, &rows[i]);
		}
		*is_first = false;
	}
	return app_print(app, &out);
}

static int
list_pages(struct app *app, struct view *view, struct picture_query *query, int64_t limit)
{
	struct picture_cursor next = {.is_set = true};
	bool is_first = true;
	int code = APP_OK;

	while (code == APP_OK && next.is_set && limit > 0) {
		struct picture_row *rows;
		size_t n;
		enum err err;

		query->limit = limit < PICTURE_ROWS ? (unsigned)limit : PICTURE_ROWS;
		arena_reset(app->arena);
		err = picture_query(view_picture(view), query, app->arena, &rows, &n, &next);
		if (err != ERR_OK)
			return app_fail(app, err,
					err == ERR_FORMAT ? "--type" : "asking the picture");
		code = print_rows(app, rows, n, &is_first);
		query->after = next;
		limit -= (int64_t)n;
	}
	if (code == APP_OK && app->is_json)
		code = fputs(is_first ? "[]\n" : "]\n", stdout) < 0 ? APP_NO : APP_OK;
	if (code == APP_OK && next.is_set)
		app_remark(app, "there are more: --limit N or --all");
	return code;
}

int
list_rows(struct app *app)
{
	struct picture_query query = {.kinds = 0};
	struct view *view;
	int64_t limit;
	int code;

	if (app->args->n != 0)
		return app_usage(app,
				 "list takes filters only, as --text WORDS: see seam help list");
	view = view_open(app, VIEW_PICTURE | VIEW_GROUND);
	if (!view)
		return APP_NO;
	code = filter_read(app, view, &query);
	if (code == APP_OK)
		code = read_more(app, &query, &limit);
	if (code == APP_OK)
		code = list_pages(app, view, &query, limit);
	view_close(view);
	return code;
}
