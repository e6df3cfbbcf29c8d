/* Promises every matter between parties that waits for somebody, the most urgent first. */
#include "seam/command.h"
#include "seam/request_row.h"
#include "seam/view.h"

static bool
is_request(const struct request_row *row)
{
	return row->course.way == COURSE_WAY_SUPPORT || row->course.way == COURSE_WAY_QUESTION ||
	       row->course.way == COURSE_WAY_CONSENT;
}

static bool
is_open_request(const struct request_row *row)
{
	return is_request(row) && row->course.is_open;
}

static void
write_rows(const struct app *app, struct out *out, const struct request_rows *rows, size_t limit)
{
	if (app->is_json)
		out_char(out, '[');
	for (size_t i = 0; i < rows->n && i < limit; i++) {
		if (app->is_json) {
			out_text(out, i ? ",\n" : "");
			request_row_json(out, &rows->row[i], app_now(app));
		} else {
			request_row_write(app, out, &rows->row[i]);
		}
	}
	if (app->is_json)
		out_text(out, "]\n");
}

int
request_list(struct app *app)
{
	uint32_t kinds = picture_kind(KIND_REQUEST) | picture_kind(KIND_MOVEMENT) |
			 picture_kind(KIND_DECISION) | picture_kind(KIND_AGREEMENT) |
			 picture_kind(KIND_STATEMENT);
	const char *text = args_get(app->args, "limit");
	struct out out = out_new(APP_OUT_MAX);
	struct request_rows rows;
	struct view *view = NULL;
	int64_t limit = PICTURE_ROWS;
	int code = APP_OK;
	enum err err;

	if (app->args->n != 0)
		code = app_usage(app, "requests takes options only: --open, --limit N");
	else if (text && !span_int(span_of(text), 1, INT32_MAX, &limit))
		code = app_usage(app, "--limit %s: a number from 1", text);
	else if (!(view = view_open(app, VIEW_PICTURE)))
		code = APP_NO;
	if (code == APP_OK) {
		err = request_row_gather(app, view_picture(view), kinds,
					 args_has(app->args, "open") ? is_open_request : is_request,
					 &rows);
		if (err == ERR_OK)
			write_rows(app, &out, &rows, (size_t)limit);
		code =
		    err == ERR_OK ? app_print(app, &out) : app_fail(app, err, "asking the picture");
		if (code == APP_OK && rows.n > (size_t)limit)
			app_remark(app, "there are %zu more: --limit N", rows.n - (size_t)limit);
	}
	out_free(&out);
	view_close(view);
	return code;
}
