/* Promises that a label means the newest record filed under it, at whichever station of the
 * exercise. */
#include "seam/script.h"

#include "admit/keyring.h"
#include "base/hash.h"
#include "seam/view.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	LABELS_MAX = 512,
	LABELS_TEXT = 1 << 20,
	THREAD_TEXT = 32,
	REASON_TEXT = 160,
	RECORD_ARENA = 1 << 20
};

struct label {
	char name[READER_LABEL];
	char thread[THREAD_TEXT];
	char station[LIMIT_STATION_TEXT];
	struct hash id;
};

struct script {
	struct app *app;
	const char *file; /* NULL: labels end with the run */
	int first, last;  /* events wanted */
	bool is_alone;    /* the only station of its party: it plays all rows of it */
	struct label labels[LABELS_MAX];
	size_t n;
	char pending[READER_LABEL];
	char reason[REASON_TEXT];
	struct arena *arena; /* of the version that is amended */
	struct hash *ids;    /* of the row at hand */
};

static struct label *
find(struct script *script, const char *name)
{
	for (size_t i = 0; i < script->n; i++)
		if (strcmp(script->labels[i].name, name) == 0)
			return &script->labels[i];
	return NULL;
}

static bool
put(struct script *script, const struct label *label)
{
	struct label *held = find(script, label->name);

	if (!held && script->n == LABELS_MAX)
		return false;
	*(held ? held : &script->labels[script->n++]) = *label;
	return true;
}

static bool
read_line(struct script *script, struct span line)
{
	struct label label = {.name = ""};
	struct span name;
	struct span id;
	struct span thread;

	return span_split(&line, ' ', &name) && span_split(&line, ' ', &id) &&
	       span_split(&line, ' ', &thread) && span_copy(label.name, sizeof label.name, name) &&
	       hash_read(id, &label.id) && span_copy(label.thread, sizeof label.thread, thread) &&
	       span_copy(label.station, sizeof label.station, line) && put(script, &label);
}

static int
read_labels(struct script *script)
{
	struct out text = out_new(LABELS_TEXT);
	struct span rest;
	struct span line;
	enum err err;
	int code = APP_OK;

	if (!script->file)
		return APP_OK;
	/* It is written when all is filed: too late to find that it cannot be. */
	err = file_may_replace(script->file);
	if (err == ERR_OK && !file_is_there(script->file))
		return APP_OK;
	if (err == ERR_OK)
		err = file_read(script->file, &text);
	rest = out_view(&text);
	while (err == ERR_OK && code == APP_OK && rest.n && span_split(&rest, '\n', &line))
		if (line.n && !read_line(script, line))
			code = app_say_no(script->app, "%s: not a file of labels", script->file);
	out_free(&text);
	return err == ERR_OK ? code : app_fail(script->app, err, script->file);
}

/* "28-44", "28-" or "28". */
static bool
read_range(const char *text, int *first, int *last)
{
	struct span rest = span_of(text);
	struct span one;
	int64_t from;
	int64_t to = INT32_MAX;

	if (!span_split(&rest, '-', &one) || !span_int(one, 0, INT32_MAX, &from))
		return false;
	if (!rest.p)
		to = from;
	else if (rest.n && !span_int(rest, from, INT32_MAX, &to))
		return false;
	*first = (int)from;
	*last = (int)to;
	return true;
}

/* Whether no other station of this party is known here. */
static int
look_for_sisters(struct script *script)
{
	struct view *view = view_open(script->app, VIEW_RING);
	struct party own = station_party(&script->app->config.station);
	size_t n = 0;

	if (!view)
		return APP_NO;
	for (size_t i = 0; i < keyring_count(view_ring(view)); i++) {
		struct party party = station_party(&keyring_at(view_ring(view), i)->station);

		n += party_equal(&party, &own);
	}
	script->is_alone = n <= 1;
	view_close(view);
	return APP_OK;
}

static bool
is_mine(const struct script *script, const struct station *station)
{
	struct party own = station_party(&script->app->config.station);
	struct party party = station_party(station);

	return script->is_alone ? party_equal(&party, &own)
				: station_equal(station, &script->app->config.station);
}

struct script *
script_open(struct app *app)
{
	struct script *script = calloc(1, sizeof *script);
	const char *events = args_get(app->args, "events");

	if (!script)
		return NULL;
	script->app = app;
	script->file = args_get(app->args, "labels");
	script->last = INT32_MAX;
	script->arena = arena_new(RECORD_ARENA);
	script->ids = calloc(LIMIT_IDS, sizeof *script->ids);
	if (events && !read_range(events, &script->first, &script->last)) {
		(void)app_usage(app, "--events %s: numbers of the script, as 28-44", events);
		script_close(script);
		return NULL;
	}
	if (!script->arena || !script->ids || read_labels(script) != APP_OK ||
	    look_for_sisters(script) != APP_OK) {
		script_close(script);
		return NULL;
	}
	return script;
}

void
script_close(struct script *script)
{
	if (!script)
		return;
	arena_free(script->arena);
	free(script->ids);
	free(script);
}

const char *
script_reason(const struct script *script)
{
	return script->reason;
}

static enum why
miss(struct script *script, const char *label)
{
	(void)snprintf(script->reason, sizeof script->reason,
		       "no record is known under the label %s", label);
	return WHY_NO_TARGET;
}

static enum why
set_refs(struct script *script, struct reader_item *item)
{
	size_t used = 0;

	for (unsigned i = 0; i < item->n_refs; i++) {
		const struct label *label = find(script, item->refs[i].label);
		struct value *value = &item->record.field[item->refs[i].field];

		if (!label)
			return miss(script, item->refs[i].label);
		if (field_row(item->refs[i].field)->type == FIELD_TYPE_ID) {
			value->id = label->id;
		} else if (used < LIMIT_IDS) {
			script->ids[used] = label->id;
			if (!value->is_set || value->ids.n == 0) {
				value->ids.id = &script->ids[used];
				value->ids.n = 0;
			}
			value->ids.n++;
			used++;
		}
		value->is_set = true;
		value->levels = 1;
	}
	return WHY_NONE;
}

/* An amendment is a whole new record: what the row does not change stays as it was. */
static enum why
fill_up(struct script *script, struct reader_item *item, const struct label *label)
{
	struct view *view = view_open(script->app, VIEW_PICTURE);
	struct picture_row row;
	enum err err;

	if (!view)
		return WHY_NO_TARGET;
	arena_reset(script->arena);
	err = picture_record(view_picture(view), &label->id, script->arena, &row);
	view_close(view);
	if (err != ERR_OK || !row.record)
		return miss(script, label->name);
	item->record.kind = row.kind;
	for (enum field field = FIELD_DUTY + 1; field < FIELD_COUNT; field++)
		if (!item->record.field[field].is_set)
			item->record.field[field] = row.record->field[field];
	return WHY_NONE;
}

enum why
script_prepare(struct script *script, struct reader_item *item, struct span *thread)
{
	const struct label *label = find(script, item->label);
	enum why why;

	script->reason[0] = script->pending[0] = '\0';
	if (!is_mine(script, &item->station) || item->number < script->first ||
	    item->number > script->last)
		return WHY_NOT_OWN;
	why = set_refs(script, item);
	if (why == WHY_NONE && item->is_amend) {
		why = label ? fill_up(script, item, label) : miss(script, item->label);
		if (why == WHY_NONE)
			*thread = span_of(label->thread);
	}
	if (why == WHY_NONE)
		(void)span_copy(script->pending, sizeof script->pending, span_of(item->label));
	return why;
}

enum err
script_filed(struct script *script, const struct wire_message *filed)
{
	struct cursor cursor = cursor_over(filed->payload);
	struct span id = cursor_bytes(&cursor, HASH_SIZE);
	struct label label = {.name = ""};

	cursor_text(&cursor, label.thread, sizeof label.thread);
	if (cursor.is_failed)
		return ERR_FORMAT;
	if (!script->pending[0])
		return ERR_OK;
	memcpy(label.id.b, id.p, HASH_SIZE);
	memcpy(label.name, script->pending, sizeof label.name);
	(void)span_copy(label.station, sizeof label.station,
			span_of(script->app->config.station.name));
	return put(script, &label) ? ERR_OK : ERR_LIMIT;
}

int
script_save(struct script *script)
{
	struct out text = out_new(LABELS_TEXT);
	enum err err;

	if (!script->file)
		return APP_OK;
	for (size_t i = 0; i < script->n; i++) {
		char id[HASH_TEXT_SIZE];

		hash_text(id, &script->labels[i].id);
		out_format(&text, "%s %s %s %s\n", script->labels[i].name, id,
			   script->labels[i].thread, script->labels[i].station);
	}
	err = out_err(&text);
	if (err == ERR_OK)
		err = file_write(script->file, out_view(&text), 0644);
	out_free(&text);
	return err == ERR_OK ? APP_OK : app_fail(script->app, err, script->file);
}
