/* Promises the alerts of this party: what is open, who is called and by when; with --all how each
 * ended. */
#include "seam/alert_row.h"
#include "seam/command.h"
#include "seam/view.h"

static void
write_rows(const struct app *app, struct out *out, const struct alert_rows *rows)
{
	if (app->is_json)
		out_char(out, '[');
	for (size_t i = 0; i < rows->n; i++) {
		if (app->is_json) {
			out_text(out, i ? ",\n" : "");
			alert_row_json(app, out, &rows->row[i]);
		} else {
			alert_row_write(app, out, &rows->row[i]);
		}
	}
	if (app->is_json)
		out_text(out, "]\n");
}

int
alert_list(struct app *app)
{
	const char *text = args_get(app->args, "limit");
	struct out out = out_new(APP_OUT_MAX);
	struct alert_rows rows = {NULL, 0};
	struct view *view = NULL;
	int64_t limit = PICTURE_ROWS;
	int code = APP_OK;
	enum err err;

	if (app->args->n != 0)
		code = app_usage(app, "alerts takes options only: --all, --limit N");
	else if (text && !span_int(span_of(text), 1, PICTURE_ROWS_MAX, &limit))
		code = app_usage(app, "--limit %s: a number from 1 to %d", text, PICTURE_ROWS_MAX);
	else if (!(view = view_open(app, VIEW_PICTURE)))
		code = APP_NO;
	if (code == APP_OK) {
		err = alert_row_gather(app, view_picture(view), args_has(app->args, "all"),
				       (size_t)limit, &rows);
		if (err == ERR_OK)
			write_rows(app, &out, &rows);
		code =
		    err == ERR_OK ? app_print(app, &out) : app_fail(app, err, "asking the picture");
	}
	if (code == APP_OK && rows.n && !app->is_json && !args_has(app->args, "all"))
		app_remark(app, "to end one: seam answer ID done TEXT, or seam answer ID decline "
				"REASON");
	out_free(&out);
	view_close(view);
	return code;
}
