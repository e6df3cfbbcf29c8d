/*
 * Promises that no byte of a foreign file is parsed in a process that could do anything with what
 * it finds there: the child is walled before the first one is read.
 */
#define _GNU_SOURCE
#include "seam/reader.h"

#include "base/file.h"
#include "edge/exercise.h"
#include "edge/geojson.h"
#include "edge/map.h"
#include "edge/sheet.h"
#include "edge/ucdp.h"
#include "seamd/client.h"
#include "seamd/jail.h"
#include "seamd/role.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { CHUNK = 65536, FLUSH_AT = 65536, WAIT_MS = 600 * 1000 };

/* A file has lines; a device or a pipe may go on for ever without an end of one. */
enum { LINE_BYTES_MAX = 1 << 28 };

struct reader {
	pid_t pid;
	struct client *client;
};

/* ---- the child ---- */

struct child {
	const struct app *app;
	struct client *client;
	int file;
	uint64_t size;
	struct map *map;
	struct record_typing typing;
	enum reader_format format;
	uint64_t line;       /* from 1 */
	uint64_t line_bytes; /* of it, so far */
	uint64_t features;   /* of GeoJSON, so far */
	unsigned heard;      /* of the record that comes next */
	union {
		struct ucdp *ucdp;
		struct sheet *sheet;
		struct geojson *geojson;
		struct exercise *exercise;
	};
};

static enum err
send_on(struct child *child, size_t begun)
{
	struct out *out = client_out(child->client);

	wire_end(out, begun);
	if (out_err(out) != ERR_OK)
		return out_err(out);
	return out->n > FLUSH_AT ? client_flush(child->client) : ERR_OK;
}

static enum err
send_refusal(struct child *child, const struct sink_refusal *refusal, uint64_t feature)
{
	struct out *out = client_out(child->client);
	size_t begun = wire_begin(out, WIRE_REFUSED, refusal->line);

	out_u64(out, feature);
	out_u16(out, (uint16_t)refusal->reason.why);
	out_u16(out, refusal->reason.field);
	out_sized(out, span_of(refusal->column));
	out_sized(out, span_of(refusal->id));
	return send_on(child, begun);
}

/* A collection may stand on one line: its features are counted. */
static uint64_t
count_feature(struct child *child)
{
	return child->format == READER_GEOJSON ? ++child->features : 0;
}

static enum err
refuse(void *arg, const struct sink_refusal *refusal)
{
	struct child *child = arg;

	return send_refusal(child, refusal, count_feature(child));
}

static void
hear(void *arg, unsigned heard)
{
	struct child *child = arg;

	child->heard = heard;
}

static enum err
give(void *arg, const struct record *record, uint64_t line)
{
	struct child *child = arg;
	struct out *out = client_out(child->client);
	size_t begun = wire_begin(out, WIRE_FILE, line);

	out_u8(out, 0);
	out_u64(out, count_feature(child));
	out_u32(out, child->heard);
	child->heard = 0;
	record_write(out, record);
	return send_on(child, begun);
}

static enum err
give_event(void *arg, const struct exercise_event *event)
{
	struct child *child = arg;
	struct out *out = client_out(child->client);
	size_t begun;

	if (event->action == EXERCISE_INJECT)
		return ERR_OK;
	begun = wire_begin(out, WIRE_FILE, event->line);
	out_u8(out, 1);
	out_u32(out, (uint32_t)event->number);
	out_i64(out, event->at_ms);
	out_sized(out, span_of(event->station.name));
	out_sized(out, event->duty);
	out_flag(out, event->action == EXERCISE_AMEND);
	out_sized(out, span_of(event->label));
	out_u16(out, (uint16_t)event->n_refs);
	for (unsigned i = 0; i < event->n_refs; i++) {
		out_u16(out, (uint16_t)event->refs[i].field);
		out_sized(out, span_of(event->refs[i].label));
	}
	record_write(out, &event->record);
	return send_on(child, begun);
}

static enum err
open_format(struct child *child)
{
	struct sink sink = {.arg = child, .record = give, .refuse = refuse, .heard = hear};
	struct exercise_sink events = {.arg = child, .event = give_event, .refuse = refuse};

	switch (child->format) {
	case READER_UCDP:
		return (child->ucdp = ucdp_new(&sink)) ? ERR_OK : ERR_NOMEM;
	case READER_CSV:
		return (child->sheet = sheet_new(child->map, &child->typing, &sink)) ? ERR_OK
										     : ERR_NOMEM;
	case READER_GEOJSON:
		child->geojson = geojson_new(child->map, &child->typing, &sink);
		return child->geojson ? ERR_OK : ERR_NOMEM;
	case READER_EXERCISE:
		return (child->exercise = exercise_new(&events)) ? ERR_OK : ERR_NOMEM;
	}
	return ERR_INTERNAL;
}

static enum err
feed(struct child *child, struct span chunk)
{
	switch (child->format) {
	case READER_UCDP:
		return ucdp_feed(child->ucdp, chunk);
	case READER_CSV:
		return sheet_feed(child->sheet, chunk);
	case READER_GEOJSON:
		return geojson_feed(child->geojson, chunk);
	case READER_EXERCISE:
		return exercise_feed(child->exercise, chunk);
	}
	return ERR_INTERNAL;
}

static enum err
finish(struct child *child)
{
	switch (child->format) {
	case READER_UCDP:
		return ucdp_finish(child->ucdp);
	case READER_CSV:
		return sheet_finish(child->sheet);
	case READER_GEOJSON:
		return geojson_finish(child->geojson);
	case READER_EXERCISE:
		return exercise_finish(child->exercise);
	}
	return ERR_INTERNAL;
}

/* How much of a chunk is text with lines; what is wrong behind that, or NULL.  A NUL byte in a
 * later line is that row's fault alone, which its reader tells. */
static const char *
measure(struct child *child, struct span chunk, size_t *good)
{
	for (*good = 0; *good < chunk.n; ++*good) {
		if (chunk.p[*good] == '\0' && child->line == 1)
			return "a NUL byte, as no text has one (saved as UTF-16?)";
		if (child->format != READER_GEOJSON && child->line_bytes >= LINE_BYTES_MAX)
			return "no end of the line";
		child->line_bytes++;
		if (chunk.p[*good] == '\n') {
			child->line++;
			child->line_bytes = 0;
		}
	}
	return NULL;
}

/* What came before is read; then the reading ends with the line named. */
static enum err
feed_text(struct child *child, struct span chunk)
{
	size_t good;
	const char *fault = measure(child, chunk, &good);
	struct sink_refusal refusal = {
	    .line = child->line,
	    .reason = {child->line == 1 && chunk.n > good && chunk.p[good] == '\0' ? WHY_NOT_UTF8
										   : WHY_TOO_LARGE,
		       FIELD_NONE}};
	enum err err = feed(child, span_make(chunk.p, good));

	if (err != ERR_OK || !fault)
		return err;
	(void)span_copy(refusal.column, sizeof refusal.column, span_of(fault));
	err = send_refusal(child, &refusal, 0);
	return err == ERR_OK ? ERR_REFUSED : err;
}

static enum err
tell_progress(struct child *child, uint64_t bytes)
{
	struct out *out = client_out(child->client);
	size_t begun = wire_begin(out, WIRE_STATUS, 0);

	out_u64(out, bytes);
	out_u64(out, child->size);
	return send_on(child, begun);
}

static enum err
read_all(struct child *child)
{
	char chunk[CHUNK];
	uint64_t bytes = 0;
	enum err err = open_format(child);

	while (err == ERR_OK) {
		ssize_t n = read(child->file, chunk, sizeof chunk);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_from_errno(errno);
		if (n == 0)
			return finish(child);
		bytes += (uint64_t)n;
		err = feed_text(child, span_make(chunk, (size_t)n));
		if (err == ERR_OK)
			err = tell_progress(child, bytes);
	}
	return err;
}

/* Runs until the file is read; never returns. */
static void
run_child(struct child *child)
{
	char report[JAIL_REPORT_MAX];
	struct out *out = client_out(child->client);
	enum err err = role_prepare();
	size_t begun;

	if (err == ERR_OK)
		err = jail_enter(JAIL_READER, &(struct jail_paths){{NULL}, {NULL}},
				 child->app->config.jail, report);
	if (err == ERR_OK)
		err = read_all(child);
	begun = wire_begin(out, WIRE_DONE, 0);
	out_u16(out, (uint16_t)err);
	wire_end(out, begun);
	_exit(client_flush(child->client) == ERR_OK ? 0 : 1);
}

/* ---- the parent ---- */

static int
read_map(struct app *app, const char *file, struct map **map)
{
	struct out text = out_new(MAP_TEXT_MAX);
	const char *what = "";
	unsigned line = 0;
	enum err err = file_read(file, &text);

	if (err != ERR_OK) {
		out_free(&text);
		return app_fail(app, err, file);
	}
	err = map_read(out_view(&text), map, &line, &what);
	out_free(&text);
	if (err == ERR_FORMAT)
		return app_say_no(app, "%s: line %u: %s", file, line, what);
	return err == ERR_OK ? APP_OK : app_fail(app, err, file);
}

static int
prepare(struct child *child, struct app *app, const char *file, const char *map)
{
	struct stat stat;
	int code = APP_OK;

	if (map)
		code = read_map(app, map, &child->map);
	else if (child->format == READER_CSV && map_plain(&child->map) != ERR_OK)
		code = app_fail(app, ERR_NOMEM, "map");
	if (code != APP_OK)
		return code;
	child->file = open(file, O_RDONLY | O_CLOEXEC);
	if (child->file < 0 || fstat(child->file, &stat) != 0)
		return app_fail(app, err_from_errno(errno), file);
	if (S_ISDIR(stat.st_mode))
		return app_say_no(app, "%s is a folder", file);
	child->size = (uint64_t)stat.st_size;
	return APP_OK;
}

static enum err
fork_child(struct reader *reader, struct child *child)
{
	int pair[2];
	enum err err;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0)
		return err_from_errno(errno);
	(void)fflush(NULL);
	reader->pid = fork();
	if (reader->pid == 0) {
		(void)close(pair[0]);
		if (client_over(pair[1], &child->client) == ERR_OK)
			run_child(child);
		_exit(1);
	}
	(void)close(pair[1]);
	if (reader->pid < 0) {
		err = err_from_errno(errno);
		(void)close(pair[0]);
		return err;
	}
	return client_over(pair[0], &reader->client);
}

struct reader *
reader_open(struct app *app, enum reader_format format, const char *file, const char *map)
{
	struct reader *reader = calloc(1, sizeof *reader);
	struct child child = {.app = app, .file = -1, .format = format, .line = 1};
	enum err err;
	int code = reader ? prepare(&child, app, file, map) : APP_NO;

	child.typing = (struct record_typing){.now_ms = app_now(app),
					      .zone_min = (int)app->config.zone_minutes,
					      .default_zone = app->config.default_grid.text};
	if (code == APP_OK && (err = fork_child(reader, &child)) != ERR_OK)
		code = app_fail(app, err, "starting the reader");
	if (child.file >= 0)
		(void)close(child.file);
	map_free(child.map);
	if (code == APP_OK)
		return reader;
	reader_close(reader);
	return NULL;
}

void
reader_close(struct reader *reader)
{
	if (!reader)
		return;
	client_close(reader->client);
	if (reader->pid > 0) {
		(void)kill(reader->pid, SIGKILL);
		(void)waitpid(reader->pid, NULL, 0);
	}
	free(reader);
}

static void
take_event(struct cursor *cursor, struct reader_item *item)
{
	char station[LIMIT_STATION_TEXT];

	item->number = (int)cursor_u32(cursor);
	item->at_ms = cursor_i64(cursor);
	cursor_text(cursor, station, sizeof station);
	if (!station_read(span_of(station), &item->station))
		cursor->is_failed = true;
	cursor_text(cursor, item->duty, sizeof item->duty);
	item->is_amend = cursor_flag(cursor);
	cursor_text(cursor, item->label, sizeof item->label);
	item->n_refs = cursor_u16(cursor);
	if (item->n_refs > READER_REFS_MAX)
		cursor->is_failed = true;
	for (unsigned i = 0; i < item->n_refs && !cursor->is_failed; i++) {
		item->refs[i].field = (enum field)cursor_code(cursor, FIELD_COUNT);
		cursor_text(cursor, item->refs[i].label, sizeof item->refs[i].label);
	}
}

static enum err
take_record(struct cursor *cursor, struct arena *arena, struct reader_item *item)
{
	item->what = READER_RECORD;
	if (cursor_u8(cursor) == 1) {
		take_event(cursor, item);
	} else {
		item->feature = cursor_u64(cursor);
		item->heard = cursor_u32(cursor);
	}
	if (cursor->is_failed || !record_read(cursor, arena, &item->record))
		return ERR_FORMAT;
	return cursor_is_done(cursor) ? ERR_OK : ERR_FORMAT;
}

/* A column's name comes from the file and goes to a terminal. */
static void
make_harmless(char *text)
{
	for (; *text; text++)
		if ((unsigned char)*text < ' ' || *text == 0x7f)
			*text = '?';
}

enum err
reader_next(struct reader *reader, struct arena *arena, struct reader_item *item)
{
	struct wire_message message;
	struct cursor cursor;
	enum err err = client_wait(reader->client, WAIT_MS, &message);

	memset(item, 0, sizeof *item);
	if (err != ERR_OK)
		return err;
	cursor = cursor_over(message.payload);
	item->line = message.id;
	if (message.kind == WIRE_FILE)
		return take_record(&cursor, arena, item);
	if (message.kind == WIRE_REFUSED) {
		item->what = READER_REFUSAL;
		item->feature = cursor_u64(&cursor);
		item->reason.why = (enum why)cursor_code(&cursor, WHY_COUNT);
		item->reason.field = (uint16_t)cursor_code(&cursor, FIELD_COUNT);
		cursor_text(&cursor, item->column, sizeof item->column);
		make_harmless(item->column);
		cursor_text(&cursor, item->id, sizeof item->id);
		make_harmless(item->id);
	} else if (message.kind == WIRE_STATUS) {
		item->what = READER_PROGRESS;
		item->bytes = cursor_u64(&cursor);
		item->of_bytes = cursor_u64(&cursor);
	} else if (message.kind == WIRE_DONE) {
		item->what = READER_END;
		item->err = (enum err)cursor_code(&cursor, ERR_COUNT);
	} else {
		return ERR_FORMAT;
	}
	return cursor_is_done(&cursor) ? ERR_OK : ERR_FORMAT;
}
