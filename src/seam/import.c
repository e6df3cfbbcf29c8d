/*
 * Promises that every row of a foreign file is filed once, held already, or named with its line and
 * the reason.
 */
#include "seam/command.h"
#include "seam/reach.h"
#include "seam/reader.h"
#include "seam/script.h"

#include "model/heard.h"
#include "model/record.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { AHEAD = 512, ITEM_ARENA = 1 << 20, ANSWER_MS = 600 * 1000, COLUMN_TEXT = 400 };
enum { CHANGED_NAMED = 10, SWAPPED_NAMED = 10 };

struct import {
	struct app *app;
	struct reach *reach;
	struct reader *reader;
	struct arena *arena;
	struct reader_item *item;
	struct script *script; /* of an exercise; NULL otherwise */
	bool has_features; /* GeoJSON: features are named by number, as all may be in one line */
	uint64_t ahead;    /* sent and not answered */
	uint64_t read, filed, held, refused;
	uint64_t changed;             /* of an origin that is held with other content */
	uint64_t ahead_n, ahead_line; /* with a time far ahead, and the first of them */
	uint64_t swapped;             /* with the longitude first */
	uint64_t elsewhere;           /* of an exercise: other stations' records */
	unsigned percent;
	int code;
	enum why stopped; /* the refusal that every further row would meet too */
};

/* A row of the file, as people and programs are told of it. */
struct spot {
	uint64_t line, feature; /* 0: not known */
	const char *id, *column;
};

static void
write_spot(const struct import *import, struct out *out, const struct spot *spot)
{
	bool is_json = import->app->is_json;

	if (spot->line)
		out_format(out, is_json ? "\"line\":%llu" : "line %llu",
			   (unsigned long long)spot->line);
	if (spot->feature)
		out_format(out, is_json ? "%s\"feature\":%llu" : "%sfeature %llu",
			   !spot->line ? ""
			   : is_json   ? ","
				       : ", ",
			   (unsigned long long)spot->feature);
	if (!spot->id[0])
		return;
	out_text(out, is_json ? ",\"id\":" : " (id ");
	if (is_json)
		out_json(out, span_of(spot->id));
	else
		out_format(out, "%s)", spot->id);
}

static void
tell_row(struct import *import, const struct spot *spot, enum why why, const char *text)
{
	struct out out = out_new(2048);

	app_progress(import->app, "%s", "");
	write_spot(import, &out, spot);
	if (import->app->is_json)
		(void)fprintf(stderr, "{%.*s,\"why\":\"%s\"}\n", (int)out.n, out.p, why_code(why));
	else
		(void)fprintf(stderr, "%.*s: %s%s%s%s%s\n", (int)out.n, out.p, spot->column,
			      spot->column[0] ? ": " : "", why_text(why), text[0] ? ": " : "",
			      text);
	out_free(&out);
}

/* What a station answers is known by a number alone: of the line, or of the feature. */
static struct spot
spot_of_answer(const struct import *import, uint64_t number, unsigned field)
{
	struct spot spot = {.id = "", .column = field_row((enum field)field)->name};

	*(import->has_features ? &spot.feature : &spot.line) = number;
	return spot;
}

static struct spot
spot_of_item(const struct reader_item *item)
{
	return (struct spot){.line = item->line,
			     .feature = item->feature,
			     .id = item->id,
			     .column = item->column[0]
					   ? item->column
					   : field_row((enum field)item->reason.field)->name};
}

static void
tell_refusal(struct import *import, const struct spot *spot, enum why why, const char *text)
{
	import->refused++;
	tell_row(import, spot, why, text);
}

/* Nothing was moved in silence: people are told the first ones, programs all. */
static void
look_at_place(struct import *import)
{
	const struct reader_item *item = import->item;
	struct spot spot = spot_of_item(item);
	struct out out;

	if (!(item->heard & HEARD_SWAPPED))
		return;
	if (++import->swapped > SWAPPED_NAMED && !import->app->is_json)
		return;
	out = out_new(2048);
	app_progress(import->app, "%s", "");
	write_spot(import, &out, &spot);
	(void)fprintf(stderr,
		      import->app->is_json ? "{%.*s,\"heard\":\"%s\",\"place\":\"%s\"}\n"
					   : "%.*s: %s: read as %s\n",
		      (int)out.n, out.p,
		      import->app->is_json ? heard_code(HEARD_NUMBER_SWAPPED)
					   : heard_text(HEARD_NUMBER_SWAPPED),
		      item->record.field[FIELD_PLACE].place.mgrs);
	out_free(&out);
}

/* A later edition of a set may change many: people are told the first ones, programs all. */
static void
tell_changed(struct import *import, const struct spot *spot, const char *text)
{
	if (++import->changed <= CHANGED_NAMED || import->app->is_json)
		tell_row(import, spot, WHY_ORIGIN_TAKEN, text);
}

/* One answer of the station; its id is the number of the line or feature. */
static enum err
take_answer(struct import *import, const struct wire_message *message)
{
	struct cursor cursor = cursor_over(message->payload);
	char text[COLUMN_TEXT];
	struct spot spot;
	unsigned why;
	unsigned field;

	import->ahead--;
	if (message->kind == WIRE_FILED) {
		import->filed++;
		return import->script ? script_filed(import->script, message) : ERR_OK;
	}
	if (message->kind == WIRE_DUPLICATE) {
		import->held++;
		return ERR_OK;
	}
	if (message->kind != WIRE_REFUSED) {
		import->code = reach_complain(import->app, message);
		return ERR_REFUSED;
	}
	why = cursor_u16(&cursor);
	field = cursor_u16(&cursor);
	cursor_text(&cursor, text, sizeof text);
	spot = spot_of_answer(import, message->id, field);
	if (why == WHY_ORIGIN_TAKEN) {
		tell_changed(import, &spot, text);
		return ERR_OK;
	}
	tell_refusal(import, &spot, (enum why)why, text);
	/* Nobody may file with this token: the rest would be refused too. */
	if (why != WHY_NO_ACCOUNT && why != WHY_NO_DUTY && why != WHY_DISK_FULL)
		return ERR_OK;
	import->stopped = (enum why)why;
	return ERR_REFUSED;
}

/* Takes answers until at most `limit` are missing. */
static enum err
take_answers(struct import *import, uint64_t limit)
{
	struct client *client = reach_client(import->reach);
	struct wire_message message;
	enum err err = ERR_OK;

	while (err == ERR_OK && import->ahead > 0) {
		err = import->ahead > limit ? client_wait(client, ANSWER_MS, &message)
					    : client_peek(client, &message);
		if (err == ERR_BUSY && import->ahead <= limit)
			return ERR_OK;
		if (err == ERR_OK)
			err = take_answer(import, &message);
	}
	return err;
}

/* A set may be old; what is dated after today is a slip, and is filed with a word. */
static void
look_at_times(struct import *import)
{
	if (!(heard_times(&import->item->record, app_now(import->app)) & HEARD_AHEAD))
		return;
	if (import->ahead_n++ == 0)
		import->ahead_line = import->item->line;
}

static enum err
file_record(struct import *import)
{
	struct record *record = &import->item->record;
	struct span thread = {"", 0};
	struct out *out;
	enum err err;

	record->is_exercise = import->app->config.exercise;
	if (import->script) {
		enum why why = script_prepare(import->script, import->item, &thread);

		if (why == WHY_NOT_OWN) {
			import->elsewhere++;
			return ERR_OK;
		}
		if (why != WHY_NONE) {
			struct spot spot = spot_of_item(import->item);

			tell_refusal(import, &spot, why, script_reason(import->script));
			return ERR_OK;
		}
	}
	if (!import->script)
		look_at_times(import);
	look_at_place(import);
	out = reach_begin(import->reach, WIRE_FILE,
			  import->has_features ? import->item->feature : import->item->line);
	out_u8(out, import->script ? 0 : WIRE_FILE_UNLESS_HELD);
	out_sized(out, thread);
	record_write(out, record);
	err = reach_end(import->reach);
	import->ahead++;
	return err == ERR_OK ? take_answers(import, import->script ? 0 : AHEAD) : err;
}

static void
show_progress(struct import *import)
{
	const struct reader_item *item = import->item;
	unsigned percent = item->of_bytes ? (unsigned)(item->bytes * 100 / item->of_bytes) : 0;

	if (percent == import->percent)
		return;
	import->percent = percent;
	app_progress(import->app, "%u %% read, %llu records filed", percent,
		     (unsigned long long)import->filed);
}

static enum err
take_item(struct import *import, bool *is_end)
{
	const struct reader_item *item = import->item;
	struct spot spot = spot_of_item(item);
	enum err err = ERR_OK;

	switch (item->what) {
	case READER_RECORD:
		import->read++;
		return file_record(import);
	case READER_REFUSAL:
		import->read++;
		tell_refusal(import, &spot, item->reason.why, "");
		return ERR_OK;
	case READER_PROGRESS:
		show_progress(import);
		return ERR_OK;
	case READER_END:
		*is_end = true;
		err = take_answers(import, 0);
		return err == ERR_OK ? item->err : err;
	}
	return ERR_INTERNAL;
}

static enum err
import_all(struct import *import)
{
	bool is_end = false;
	enum err err = ERR_OK;

	while (err == ERR_OK && !is_end) {
		arena_reset(import->arena);
		err = reader_next(import->reader, import->arena, import->item);
		if (err == ERR_OK)
			err = take_item(import, &is_end);
	}
	return err;
}

static void
print_sum(const struct import *import)
{
	struct out out = out_new(1024);
	unsigned long long read = import->read - import->elsewhere, filed = import->filed,
			   held = import->held, refused = import->refused,
			   changed = import->changed;

	app_progress(import->app, "%s", "");
	if (import->app->is_json)
		out_format(&out,
			   "{\"read\":%llu,\"new\":%llu,\"held\":%llu,\"refused\":%llu,"
			   "\"changed\":%llu,\"swapped\":%llu,\"ahead\":%llu}\n",
			   read, filed, held, refused, changed, (unsigned long long)import->swapped,
			   (unsigned long long)import->ahead_n);
	else
		out_format(&out, "%llu read, %llu new, %llu held already, %llu refused", read,
			   filed, held, refused);
	if (!import->app->is_json && changed)
		out_format(&out, ", %llu changed", changed);
	if (!import->app->is_json)
		out_char(&out, '\n');
	(void)app_print(import->app, &out);
	if (changed > CHANGED_NAMED && !import->app->is_json)
		app_remark(import->app, "%llu more rows changed; --json names all",
			   changed - CHANGED_NAMED);
	if (import->swapped)
		app_remark(
		    import->app,
		    "rows whose place had the longitude first: %llu%s; is it right? They are "
		    "taken the other way round, with what was typed kept in typed",
		    (unsigned long long)import->swapped,
		    import->swapped > SWAPPED_NAMED && !import->app->is_json ? " (--json names all)"
									     : "");
	if (import->ahead_n)
		app_remark(import->app,
			   "rows with a time far ahead: %llu, the first in line %llu; is it right? "
			   "They are taken as they stand",
			   (unsigned long long)import->ahead_n,
			   (unsigned long long)import->ahead_line);
	if (changed)
		app_remark(import->app,
			   "what is held was left as it is: where the file is right, amend it "
			   "(seam report KIND --amend ID FIELD=VALUE)");
}

static int
run(struct import *import, enum reader_format format, const char *file)
{
	enum err err;

	import->reader = reader_open(import->app, format, file, args_get(import->app->args, "map"));
	if (!import->reader)
		return APP_NO;
	import->reach = reach_open(import->app);
	if (!import->reach)
		return APP_NO;
	err = import_all(import);
	print_sum(import);
	if (import->code != APP_OK)
		return import->code;
	if (import->stopped != WHY_NONE)
		return app_say_no(import->app,
				  "%s: stopped: %s; what was confirmed is filed, and the same "
				  "import may be run again",
				  file, why_text(import->stopped));
	if (err == ERR_FORMAT && format == READER_CSV && import->read == import->refused &&
	    import->read <= 1)
		return app_say_no(
		    import->app,
		    "%s: the first line names the columns, separated by commas and in "
		    "small letters: %s",
		    file,
		    args_has(import->app->args, "map")
			? "as the map file names them"
			: "kind,type,when,place and other fields of a record; a "
			  "table with columns of its own needs --map MAPFILE");
	if (err == ERR_REFUSED)
		return app_say_no(import->app,
				  "%s: reading ended there; what was confirmed is filed", file);
	if (err == ERR_FORMAT)
		return app_say_no(import->app, "%s is not in the form of this format, or broke off",
				  file);
	if (err == ERR_CLOSED)
		return app_say_no(
		    import->app,
		    "the reader of %s or the station ended before the file did; what was "
		    "confirmed is filed, and the same import may be run again",
		    file);
	if (err != ERR_OK)
		return app_fail(import->app, err, file);
	return import->refused || import->changed ? APP_NO : APP_OK;
}

static int
import_file(struct app *app, enum reader_format format, struct script *script)
{
	struct import *import = calloc(1, sizeof *import);
	int code;

	if (!import || app->args->n != 1) {
		free(import);
		return app_usage(app, "import FORMAT FILE: see seam help import");
	}
	import->app = app;
	import->script = script;
	import->has_features = format == READER_GEOJSON;
	import->arena = arena_new(ITEM_ARENA);
	import->item = calloc(1, sizeof *import->item);
	code = import->arena && import->item ? run(import, format, app->args->words[0]) : APP_NO;
	reader_close(import->reader);
	reach_close(import->reach);
	arena_free(import->arena);
	free(import->item);
	free(import);
	return code;
}

int
import_ucdp(struct app *app)
{
	return import_file(app, READER_UCDP, NULL);
}

int
import_csv(struct app *app)
{
	return import_file(app, READER_CSV, NULL);
}

int
import_geojson(struct app *app)
{
	return import_file(app, READER_GEOJSON, NULL);
}

int
import_exercise(struct app *app)
{
	struct script *script = script_open(app);
	int code = script ? import_file(app, READER_EXERCISE, script) : APP_NO;
	int saved = APP_OK;

	/* What was filed keeps its labels, whatever became of other rows. */
	if (script)
		saved = script_save(script);
	script_close(script);
	return code == APP_OK ? saved : code;
}
