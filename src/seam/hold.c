/* Promises that what is kept beyond its date is kept by somebody's decision, with a reason and an
 * end. */
#include "seam/command.h"
#include "seam/reach.h"
#include "seam/row.h"
#include "seam/view.h"

#include "journal/journal.h"
#include "model/when.h"
#include "seamd/hold.h"

#include <string.h>

enum { REASON_MAX = LIMIT_LINE_TEXT, UNTIL_COLUMN = 14, DUTY_COLUMN = 34 };

/* The words behind the id, with blanks between. */
static bool
join_reason(const struct app *app, struct out *reason)
{
	for (size_t i = 1; i < app->args->n; i++) {
		out_text(reason, i > 1 ? " " : "");
		out_text(reason, app->args->words[i]);
	}
	return out_err(reason) == ERR_OK;
}

static int
ask(struct app *app, const struct hash *id, int64_t until_ms, struct span reason)
{
	struct reach *reach = reach_open(app);
	struct wire_message message;
	struct out *out;
	int code;

	if (!reach)
		return APP_NO;
	out = reach_begin(reach, WIRE_HOLD, 1);
	out_bytes(out, id->b, HASH_SIZE);
	out_sized(out, reason);
	out_i64(out, until_ms);
	code = reach_ask(reach, WIRE_DONE, &message);
	reach_close(reach);
	return code;
}

static int
hold_one(struct app *app)
{
	const char *until = args_get(app->args, "until");
	struct view *view = NULL;
	struct out reason = out_new(REASON_MAX);
	struct out out = out_new(1024);
	int64_t until_ms = 0;
	struct hash id;
	int code = APP_OK;

	if (!until ||
	    !when_read_instant_toward(span_of(until), app_now(app), (int)app->config.zone_minutes,
				      WHEN_FUTURE, &until_ms))
		code = app_usage(app, "hold ID --until TIME REASON: a time as 2027-06-30 or 90d; "
				      "'now' ends a hold");
	if (code == APP_OK && !join_reason(app, &reason))
		code = app_usage(app, "hold: a reason is one line of at most %d bytes", REASON_MAX);
	if (code == APP_OK && !(view = view_open(app, VIEW_PICTURE)))
		code = APP_NO;
	if (code == APP_OK)
		code = view_find(view, app->args->words[0], &id);
	view_close(view);
	if (code == APP_OK)
		code = ask(app, &id, until_ms, reason.n ? out_view(&reason) : SPAN(""));
	if (code == APP_OK && app->is_json)
		out_format(&out, "{\"until_ms\":%lld}\n", (long long)until_ms);
	if (code == APP_OK && !app->is_json && until_ms > app_now(app)) {
		out_text(&out, "held until ");
		app_write_moment(app, &out, until_ms);
		out_char(&out, '\n');
	} else if (code == APP_OK && !app->is_json) {
		out_text(&out, "held no longer\n");
	}
	if (code == APP_OK)
		code = app_print(app, &out);
	out_free(&reason);
	out_free(&out);
	return code;
}

/* ---- lists ---- */

struct listing {
	struct app *app;
	struct out *out;
	size_t n;
};

static void
begin_row(struct listing *listing, const struct hash *id, int64_t until_ms)
{
	struct out *out = listing->out;
	size_t begin = out->n;
	char text[HASH_TEXT_SIZE];

	if (listing->app->is_json) {
		hash_text(text, id);
		out_format(out, "%s{\"id\":\"%s\",\"until_ms\":%lld", listing->n ? "," : "", text,
			   (long long)until_ms);
	} else {
		row_id(out, id);
		app_column(out, begin, UNTIL_COLUMN);
		app_write_moment(listing->app, out, until_ms);
		app_column(out, begin, DUTY_COLUMN);
	}
	listing->n++;
}

static bool
list_hold(void *context, const struct hold *hold)
{
	struct listing *listing = context;
	struct out *out = listing->out;

	if (hold->until_ms <= app_now(listing->app))
		return true;
	begin_row(listing, &hold->id, hold->until_ms);
	if (listing->app->is_json) {
		out_text(out, ",\"duty\":");
		out_json(out, hold->duty);
		out_text(out, ",\"reason\":");
		out_json(out, hold->reason);
		out_char(out, '}');
	} else {
		out_format(out, "%.*s: %.*s\n", (int)hold->duty.n, hold->duty.p,
			   (int)hold->reason.n, hold->reason.p);
	}
	return true;
}

static bool
list_due(void *context, const struct journal_record *row)
{
	struct listing *listing = context;

	begin_row(listing, &row->id, row->keep_until_ms);
	if (listing->app->is_json)
		out_format(listing->out, ",\"kind\":\"%.*s\"}", (int)row->kind.n, row->kind.p);
	else
		out_format(listing->out, "%.*s\n", (int)row->kind.n, row->kind.p);
	return true;
}

static int
list(struct app *app, const char *due)
{
	struct view *view = view_open(app, VIEW_JOURNAL);
	struct out out = out_new(APP_OUT_MAX);
	struct listing listing = {app, &out, 0};
	int64_t due_ms = 0;
	enum err err;
	int code = APP_OK;

	if (!view)
		return APP_NO;
	if (due && !when_read_duration(span_of(due), &due_ms))
		code = app_usage(app, "hold --due DURATION: as 2h, 10d or 4w");
	if (app->is_json)
		out_char(&out, '[');
	err = code != APP_OK ? ERR_OK
	      : due          ? journal_each_expired(view_journal(view), app_now(app) + due_ms,
						    &(struct journal_walk){list_due, &listing})
			     : hold_each(view_journal(view), list_hold, &listing);
	if (app->is_json)
		out_text(&out, "]\n");
	if (code == APP_OK && listing.n == 0)
		app_remark(app, due ? "nothing is erased by its date until then"
				    : "nothing is held beyond its date");
	if (code == APP_OK)
		code = err == ERR_OK ? app_print(app, &out)
				     : app_fail(app, err, "reading the journal");
	out_free(&out);
	view_close(view);
	return code;
}

int
hold_record(struct app *app)
{
	const char *due = args_get(app->args, "due");

	if (app->args->n == 0)
		return list(app, due);
	return due ? app_usage(app, "hold ID, or hold --due DURATION") : hold_one(app);
}
