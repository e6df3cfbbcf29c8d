/* Promises counts in which each incident stands once, as a table or as JSON. */
#include "seam/command.h"
#include "seam/filter.h"
#include "seam/view.h"
#include "seamd/asking.h"
#include "seamd/rowjson.h"

#include <stdio.h>
#include <string.h>

enum { WORDS_MAX = 2048 };

static int
name_keys(struct app *app, const char *by)
{
	struct out words = out_new(WORDS_MAX);
	int code;

	asking_write_keys(&words);
	code = app_usage(app, "--by %s: %.*s, separated by commas", by, (int)words.n,
			 words.p ? words.p : "");
	out_free(&words);
	return code;
}

static int
name_sums(struct app *app, const char *sum)
{
	struct out words = out_new(WORDS_MAX);
	int code;

	asking_write_sums(&words);
	code = app_say_no(app, "--sum %s: only numbers can be summed, one of %.*s", sum,
			  (int)words.n, words.p ? words.p : "");
	out_free(&words);
	return code;
}

static int
read_by(struct app *app, struct picture_tally *tally)
{
	const char *by = args_get(app->args, "by");
	const char *sum = args_get(app->args, "sum");
	enum why why = asking_by(tally, span_of(by));

	if (why == WHY_TOO_LARGE)
		return app_usage(app, "--by takes at most %d", PICTURE_BY_MAX);
	if (why != WHY_NONE)
		return name_keys(app, by);
	if (sum && asking_sum(tally, span_of(sum)) != WHY_NONE)
		return name_sums(app, sum);
	tally->zone_min = (int)app->config.zone_minutes;
	return APP_OK;
}

/* Characters of a text in UTF-8. */
static size_t
runes(struct span text)
{
	size_t n = 0;

	for (size_t i = 0; i < text.n; i++)
		n += ((unsigned char)text.p[i] & 0xc0) != 0x80;
	return n;
}

static struct span
shown(struct span key)
{
	return key.n ? key : SPAN("(not stated)");
}

static void
write_padded(struct out *out, struct span text, size_t width)
{
	out_span(out, text);
	for (size_t n = runes(text); n < width + 2; n++)
		out_char(out, ' ');
}

static void
write_cell(struct out *out, const struct picture_tally *tally, const struct picture_cell *cell,
	   const size_t *widths)
{
	for (unsigned k = 0; k < tally->n_by; k++)
		write_padded(out, shown(cell->key[k]), widths[k]);
	out_format(out, "%9lld", (long long)cell->incidents);
	if (tally->sum != FIELD_NONE)
		out_format(out, " %9lld %9lld %9lld %9lld", (long long)cell->sum,
			   (long long)cell->sum_low, (long long)cell->sum_high,
			   (long long)cell->without);
	out_char(out, '\n');
}

static void
write_table(const struct app *app, struct out *out, const struct picture_tally *tally,
	    const struct picture_cell *cells, size_t n)
{
	size_t widths[PICTURE_BY_MAX];
	struct picture_cell all = {.key = {SPAN("all")}};

	if (tally->n_by == 0 && tally->sum == FIELD_NONE) {
		out_format(out, "%lld\n", n ? (long long)cells[0].incidents : 0);
		return;
	}
	for (unsigned k = 0; k < tally->n_by; k++) {
		widths[k] = strlen(picture_by_name(tally->by[k]));
		for (size_t i = 0; i < n; i++)
			if (runes(shown(cells[i].key[k])) > widths[k])
				widths[k] = runes(shown(cells[i].key[k]));
	}
	app_colour(app, out, APP_BOLD);
	for (unsigned k = 0; k < tally->n_by; k++)
		write_padded(out, span_of(picture_by_name(tally->by[k])), widths[k]);
	out_format(out, "%9s", "incidents");
	if (tally->sum != FIELD_NONE)
		out_format(out, " %9s %9s %9s %9s", field_row(tally->sum)->name, "low", "high",
			   "unstated");
	app_colour(app, out, APP_PLAIN);
	out_char(out, '\n');
	for (size_t i = 0; i < n; i++) {
		write_cell(out, tally, &cells[i], widths);
		all.incidents += cells[i].incidents;
		all.sum += cells[i].sum;
		all.sum_low += cells[i].sum_low;
		all.sum_high += cells[i].sum_high;
		all.without += cells[i].without;
	}
	for (unsigned k = 1; k < tally->n_by; k++)
		all.key[k] = SPAN(" ");
	if (n > 1)
		write_cell(out, tally, &all, widths);
}

int
count_cells(struct app *app)
{
	struct picture_tally tally = {.n_by = 0};
	struct picture_cell *cells = NULL;
	struct out out = out_new(APP_OUT_MAX);
	struct view *view;
	size_t n = 0;
	enum err err;
	int code;

	if (app->args->n != 0)
		return app_usage(app,
				 "count takes options only, as --by year: see seam help count");
	view = view_open(app, VIEW_PICTURE | VIEW_GROUND);
	if (!view)
		return APP_NO;
	code = read_by(app, &tally);
	if (code == APP_OK)
		code = filter_read(app, view, &tally.which);
	if (code == APP_OK) {
		err = picture_count(view_picture(view), &tally, app->arena, &cells, &n);
		if (err != ERR_OK)
			code = app_fail(app, err, err == ERR_FORMAT ? "--type" : "counting");
	}
	if (code == APP_OK) {
		if (app->is_json) {
			rowjson_cells(&out, &tally, cells, n);
			out_char(&out, '\n');
		} else {
			write_table(app, &out, &tally, cells, n);
		}
		code = app_print(app, &out);
	}
	out_free(&out);
	view_close(view);
	return code;
}
