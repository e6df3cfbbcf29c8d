/* Promises that the directory is kept from the command line, and shows what was not tested lately.
 */
#include "seam/command.h"
#include "seam/directory_task.h"
#include "seam/request_row.h"
#include "seam/typed.h"
#include "seam/view.h"

#include <stdlib.h>
#include <string.h>

#define TESTED_MS (INT64_C(7) * 24 * 3600 * 1000)

/* Reads the file into memory of its own; NULL after the reason was printed. */
static struct directory *
open_directory(struct app *app)
{
	struct directory *directory = calloc(1, sizeof *directory);
	char why[DIRECTORY_WHY_MAX];
	enum err err = directory ? directory_read(app->config.home, directory, why) : ERR_NOMEM;

	if (err == ERR_OK)
		return directory;
	if (err == ERR_FORMAT)
		(void)app_say_no(app, "%s/%s: %s", app->config.home, DIRECTORY_FILE, why);
	else
		(void)app_fail(app, err, DIRECTORY_FILE);
	free(directory);
	return NULL;
}

static int
save(struct app *app, const struct directory *directory)
{
	enum err err = directory_write(app->config.home, directory);

	return err == ERR_OK ? APP_OK : app_fail(app, err, DIRECTORY_FILE);
}

static void
json_row(struct out *out, const struct directory_row *row)
{
	out_format(out,
		   "{\"who\":\"%s\",\"post\":\"%s\",\"means\":\"%s\",\"lang\":", directory_who(row),
		   row->post, vocab_code(VOCAB_TOLD, row->means));
	if (row->lang >= 0)
		out_format(out, "\"%s\"", vocab_code(VOCAB_LANG, (unsigned)row->lang));
	else
		out_text(out, "null");
	if (row->tested_ms)
		out_format(out, ",\"tested_ms\":%lld", (long long)row->tested_ms);
	else
		out_text(out, ",\"tested_ms\":null");
	if (row->place.level)
		out_format(out, ",\"place\":\"%s\"", row->place.mgrs);
	out_text(out, ",\"address\":");
	out_json(out, span_of(row->address));
	out_char(out, '}');
}

static void
text_row(const struct app *app, struct out *out, const struct directory_row *row)
{
	int64_t age_ms = app_now(app) - row->tested_ms;

	directory_line(out, row, (int)app->config.zone_minutes);
	if (row->tested_ms && age_ms > TESTED_MS) {
		out_text(out, ", ");
		app_colour(app, out, APP_YELLOW);
		request_row_span(out, age_ms);
		out_text(out, " ago");
		app_colour(app, out, APP_PLAIN);
	}
	if (row->place.level)
		out_format(out, ", at %s", row->place.mgrs);
	out_char(out, '\n');
}

int
directory_list(struct app *app)
{
	struct out out = out_new(APP_OUT_MAX);
	struct directory *directory;
	const char *word = args_word(app->args, 0);
	int code;

	if (app->args->n > 1 || (word && strcmp(word, "list") != 0))
		return app_usage(app, "directory [list | set | remove | tested]");
	if (!(directory = open_directory(app)))
		return APP_NO;
	if (app->is_json)
		out_char(&out, '[');
	for (unsigned i = 0; i < directory->n; i++) {
		if (app->is_json) {
			out_text(&out, i ? ",\n" : "");
			json_row(&out, &directory->row[i]);
		} else {
			text_row(app, &out, &directory->row[i]);
		}
	}
	if (app->is_json)
		out_text(&out, "]\n");
	if (directory->n == 0)
		app_remark(app, "nobody stands in the directory: seam directory set");
	code = app_print(app, &out);
	free(directory);
	return code;
}

/* The words behind the third are the address. */
static struct span
address_of(const struct app *app)
{
	struct out out = out_new(DIRECTORY_BYTES_MAX);
	struct span address;

	for (size_t i = 3; i < app->args->n; i++)
		out_format(&out, "%s%s", i > 3 ? " " : "", app->args->words[i]);
	address = arena_copy(app->arena, out_view(&out));
	out_free(&out);
	return address;
}

static int
set_options(struct app *app, struct directory_row *row)
{
	const char *lang = args_get(app->args, "lang");
	const char *place = args_get(app->args, "place");
	struct record *record;
	unsigned code = 0;
	int result;

	if (lang && !vocab_find(VOCAB_LANG, span_of(lang), &code))
		return app_usage(app, "--lang is en, ar or ckb");
	if (lang)
		row->lang = (int)code;
	if (!place)
		return APP_OK;
	/* read as every other place that is typed */
	record = arena_take(app->arena, sizeof *record);
	if (!record)
		return app_fail(app, ERR_NOMEM, "reading the place");
	record_init(record, KIND_WARNING);
	result = typed_set(app, NULL, record, SPAN("place"), span_of(place));
	if (result == APP_OK)
		row->place = record->field[FIELD_PLACE].place;
	return result;
}

int
directory_set(struct app *app)
{
	struct directory *directory;
	struct directory_row row;
	const char *why;
	int code;

	if (app->args->n < 4)
		return app_usage(app, "directory set PARTY[/SITE] POST MEANS ADDRESS ... [--lang "
				      "L] [--place PLACE]");
	why = directory_make(&row, span_of(app->args->words[0]), span_of(app->args->words[1]),
			     span_of(app->args->words[2]), address_of(app));
	if (why)
		return app_say_no(app, "%s", why);
	if (!(directory = open_directory(app)))
		return APP_NO;
	code = set_options(app, &row);
	if (code == APP_OK && !directory_put(directory, &row))
		code = app_say_no(app, "the directory is full: it holds %d rows", DIRECTORY_MAX);
	if (code == APP_OK)
		code = save(app, directory);
	free(directory);
	return code;
}

/* Which rows are meant: who and post, and the means where it is named. */
static int
read_which(struct app *app, const char *usage, int *means)
{
	const char *word = args_word(app->args, 2);
	unsigned code;

	*means = -1;
	if (app->args->n < 2 || app->args->n > 3)
		return app_usage(app, "%s", usage);
	if (word && !vocab_find(VOCAB_TOLD, span_of(word), &code))
		return app_usage(app, "means: voice, radio, phone, paper, stick or hand");
	if (word)
		*means = (int)code;
	return APP_OK;
}

static int
change(struct app *app, const char *usage, void (*act)(struct directory *, unsigned, int64_t))
{
	struct directory *directory = NULL;
	unsigned at = 0;
	unsigned found = 0;
	int means;
	int code = read_which(app, usage, &means);

	if (code == APP_OK && !(directory = open_directory(app)))
		code = APP_NO;
	while (code == APP_OK && directory_next(directory, span_of(app->args->words[0]),
						span_of(app->args->words[1]), means, &at)) {
		unsigned before = directory->n;

		act(directory, at - 1, app_now(app));
		at -= before - directory->n;
		found++;
	}
	if (code == APP_OK && !found)
		code = app_say_no(app, "%s %s does not stand in the directory", app->args->words[0],
				  app->args->words[1]);
	if (code == APP_OK)
		code = save(app, directory);
	free(directory);
	return code;
}

static void
drop(struct directory *directory, unsigned i, int64_t now_ms)
{
	(void)now_ms;
	directory_drop(directory, i);
}

static void
mark_tested(struct directory *directory, unsigned i, int64_t now_ms)
{
	directory->row[i].tested_ms = now_ms - now_ms % 1000; /* kept in seconds */
}

int
directory_remove(struct app *app)
{
	return change(app, "directory remove PARTY[/SITE] POST [MEANS]", drop);
}

int
directory_tested(struct app *app)
{
	return change(app, "directory tested PARTY[/SITE] POST [MEANS]", mark_tested);
}

int
directory_tasks(struct app *app)
{
	struct out out = out_new(APP_OUT_MAX);
	struct directory_tasks tasks = {NULL, 0};
	struct directory *directory = NULL;
	struct view *view = NULL;
	int code = APP_OK;
	enum err err = ERR_OK;

	if (app->args->n != 0)
		code = app_usage(app, "tasks takes no arguments");
	else if (!(directory = open_directory(app)) || !(view = view_open(app, VIEW_PICTURE)))
		code = APP_NO;
	if (code == APP_OK)
		err = directory_task_gather(app, view, directory, &tasks);
	if (app->is_json)
		out_char(&out, '[');
	for (size_t i = 0; i < tasks.n; i++) {
		if (app->is_json) {
			out_text(&out, i ? ",\n" : "");
			directory_task_json(&out, directory, &tasks.task[i]);
		} else {
			directory_task_write(app, &out, directory, &tasks.task[i]);
		}
	}
	if (app->is_json)
		out_text(&out, "]\n");
	if (code == APP_OK)
		code =
		    err == ERR_OK ? app_print(app, &out) : app_fail(app, err, "asking the picture");
	out_free(&out);
	view_close(view);
	free(directory);
	return code;
}
