/*
 * Promises that what was refused and kept apart can be looked at: what came, when, from where, and
 * why it was not taken.  Its bytes are a stranger's: they are shown as text only where a terminal
 * shows nothing else, and never read.
 */
#include "seam/command.h"
#include "seam/view.h"

#include "base/b64.h"
#include "journal/journal.h"
#include "journal/quarantine.h"

#include <string.h>

enum { COLUMN_CAME = 7, COLUMN_FROM = 22, COLUMN_SIZE = 38, COLUMN_WHY = 52 };
enum { LIMIT_SHOWN = 50, SOURCE_SHOWN = LIMIT_STATION_TEXT };

struct quarantined {
	struct app *app;
	struct out out;
	int64_t limit;
	int64_t wanted; /* 0: all */
	int64_t n;
};

/* Text for people of a stored code; the code itself when it is of another version. */
static const char *
text_of(struct span code)
{
	for (enum why why = WHY_NONE; why < WHY_COUNT; why++)
		if (span_is(code, why_code(why)))
			return why_text(why);
	return "for a reason this version does not know";
}

static void
write_source(struct out *out, struct span source)
{
	if (source.n < SOURCE_SHOWN && span_is_plain_text(source) && span_find(source, '\n') < 0)
		out_span(out, source);
	else
		out_char(out, '?');
}

static void
write_json(struct out *out, const struct quarantine *row, bool with_bytes)
{
	out_format(out, "{\"number\":%lld,\"came_ms\":%lld,\"from\":", (long long)row->number,
		   (long long)row->came_ms);
	out_json(out, span_is_plain_text(row->source) ? row->source : SPAN("?"));
	out_text(out, ",\"why\":");
	out_json(out, span_is_plain_text(row->reason) ? row->reason : SPAN("?"));
	out_format(out, ",\"bytes\":%lld,\"sha256\":\"", (long long)row->total);
	b64_write(out, span_make(row->whole.b, HASH_SIZE));
	out_char(out, '"');
	if (with_bytes) {
		out_text(out, ",\"content\":\"");
		b64_write(out, row->bytes);
		out_char(out, '"');
	}
	out_char(out, '}');
}

static void
write_line(const struct app *app, struct out *out, const struct quarantine *row)
{
	size_t begin = out->n;

	out_format(out, "%lld", (long long)row->number);
	app_column(out, begin, COLUMN_CAME);
	app_write_moment(app, out, row->came_ms);
	app_column(out, begin, COLUMN_FROM);
	write_source(out, row->source);
	app_column(out, begin, COLUMN_SIZE);
	out_format(out, "%lld bytes", (long long)row->total);
	app_column(out, begin, COLUMN_WHY);
	out_format(out, "%s\n", text_of(row->reason));
}

static bool
list_one(void *context, const struct quarantine *row)
{
	struct quarantined *listing = context;

	if (listing->n++ >= listing->limit)
		return false;
	if (listing->app->is_json) {
		out_text(&listing->out, listing->n > 1 ? ",\n" : "");
		write_json(&listing->out, row, false);
	} else {
		write_line(listing->app, &listing->out, row);
	}
	return out_err(&listing->out) == ERR_OK;
}

static bool
show_one(void *context, const struct quarantine *row)
{
	struct quarantined *showing = context;
	struct out *out = &showing->out;

	if (row->number != showing->wanted)
		return true;
	showing->n = 1;
	if (showing->app->is_json) {
		write_json(out, row, true);
		out_char(out, '\n');
		return false;
	}
	write_line(showing->app, out, row);
	out_text(out, "sha256 ");
	b64_write(out, span_make(row->whole.b, HASH_SIZE));
	if ((int64_t)row->bytes.n < row->total)
		out_format(out, "; the first %zu bytes are kept", row->bytes.n);
	if (span_is_plain_text(row->bytes)) {
		out_text(out, "\n\n");
		out_span(out, row->bytes);
	} else {
		out_text(out, "\nno plain text; in base64url:\n\n");
		b64_write(out, row->bytes);
	}
	out_char(out, '\n');
	return false;
}

static int
finish(struct quarantined *all, struct view *view, enum err err)
{
	int code = err == ERR_OK ? app_print(all->app, &all->out)
				 : app_fail(all->app, err, "reading the quarantine");

	out_free(&all->out);
	view_close(view);
	return code;
}

int
quarantined_list(struct app *app)
{
	struct quarantined listing = {.app = app, .limit = LIMIT_SHOWN};
	const char *word = args_word(app->args, 0);
	const char *limit = args_get(app->args, "limit");
	struct journal_counts counts = {0};
	struct view *view;
	enum err err;

	if (app->args->n > 1 || (word && strcmp(word, "list") != 0))
		return app_usage(app, "quarantine [list] [--limit N] | quarantine show NUMBER");
	if (limit && !span_int(span_of(limit), 1, QUARANTINE_ROWS_MAX, &listing.limit))
		return app_usage(app, "--limit %s: a number from 1 to %d", limit,
				 QUARANTINE_ROWS_MAX);
	view = view_open(app, VIEW_JOURNAL);
	if (!view)
		return APP_NO;
	listing.out = out_new(APP_OUT_MAX);
	out_text(&listing.out, app->is_json ? "[" : "");
	err = quarantine_each(view_journal(view), &(struct quarantine_walk){list_one, &listing});
	out_text(&listing.out, app->is_json ? "]\n" : "");
	if (err == ERR_OK)
		err = journal_count(view_journal(view), &counts);
	if (err == ERR_OK && listing.n == 0)
		app_remark(app, "nothing is kept in quarantine");
	if (err == ERR_OK && listing.n > listing.limit)
		app_remark(app, "there are more, %llu in all: --limit N",
			   (unsigned long long)counts.quarantined);
	if (err == ERR_OK && counts.quarantine_dropped)
		app_remark(app, "%llu older ones went to make room",
			   (unsigned long long)counts.quarantine_dropped);
	return finish(&listing, view, err);
}

int
quarantined_show(struct app *app)
{
	struct quarantined showing = {.app = app};
	const char *word = args_word(app->args, 0);
	struct view *view;
	enum err err;

	if (app->args->n != 1 || !span_int(span_of(word), 1, INT64_MAX, &showing.wanted))
		return app_usage(app, "quarantine show NUMBER: see seam quarantine");
	view = view_open(app, VIEW_JOURNAL);
	if (!view)
		return APP_NO;
	showing.out = out_new(APP_OUT_MAX);
	err = quarantine_each(view_journal(view), &(struct quarantine_walk){show_one, &showing});
	if (err != ERR_OK || showing.n)
		return finish(&showing, view, err);
	out_free(&showing.out);
	view_close(view);
	return app_say_no(app, "nothing with the number %s is kept in quarantine", word);
}
