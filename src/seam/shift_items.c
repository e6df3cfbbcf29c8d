/* Promises that nothing open is left out at a change of the watch. */
#include "seam/shift_items.h"

#include "journal/journal.h"
#include "journal/outbox.h"
#include "model/label.h"
#include "picture/picture_unseen.h"
#include "seam/alert_row.h"
#include "seam/directory_task.h"
#include "seam/request_row.h"
#include "seam/row.h"
#include "seam/view.h"

#include <stdlib.h>
#include <string.h>

enum { COLUMN_SEVERITY = 12, COLUMN_WHAT = 20, SCRATCH = 16 << 20, ALERTS = 1000 };

static const struct {
	const char *code, *label, *party;
} whats[] = {
#define X(name, code, label, party) {code, label, party},
    SHIFT_ITEM_ROWS(X)
#undef X
};

const char *
shift_item_code(enum shift_what what)
{
	return (unsigned)what < SHIFT_ITEM_COUNT ? whats[what].code : NULL;
}

const char *
shift_item_label(enum shift_what what)
{
	return (unsigned)what < SHIFT_ITEM_COUNT ? whats[what].label : NULL;
}

struct looking {
	struct app *app;
	struct view *view;
	struct picture *picture;
	struct arena *scratch;
	struct shift_items *items;
	size_t size;
	struct hash *unseen;
	size_t unseen_n;
	enum err err; /* of a walk */
};

static enum err
add(struct looking *looking, const struct shift_item *item)
{
	struct shift_items *items = looking->items;

	if (items->n == looking->size) {
		size_t size = looking->size ? 2 * looking->size : 64;
		struct shift_item *more = arena_array(looking->app->arena, size, sizeof *more);

		if (!more)
			return ERR_NOMEM;
		if (items->n)
			memcpy(more, items->item, items->n * sizeof *more);
		items->item = more;
		looking->size = size;
	}
	items->item[items->n++] = *item;
	items->count[item->what]++;
	return ERR_OK;
}

/* A line of the picture's own look, kept. */
static const char *
headline(const struct looking *looking, const struct picture_row *row)
{
	struct out out = out_new(4096);
	struct span text;

	label_headline(&out, row->record, LANG_EN, (int)looking->app->config.zone_minutes);
	out_format(&out, ", %s", row->station.name);
	text = arena_copy(looking->app->arena, out_view(&out));
	out_free(&out);
	return text.p;
}

/* ---- red and unseen ---- */

static struct party
from_whom(const struct picture_row *row)
{
	struct party nobody = {""};

	return row->kind == KIND_ALERT ? nobody : station_party(&row->station);
}

static int64_t
alert_due(const struct picture_row *row)
{
	const struct value *due = &row->record->field[FIELD_DUE];

	return row->kind == KIND_ALERT && due->is_set ? due->at_ms : 0;
}

static enum err
look_for_red(struct looking *looking)
{
	struct course_clocks clocks = request_row_clocks(looking->app);
	enum err err = picture_unseen(looking->picture, &clocks, app_now(looking->app),
				      looking->app->arena, &looking->unseen, &looking->unseen_n);

	for (size_t i = 0; err == ERR_OK && i < looking->unseen_n; i++) {
		struct picture_row row;

		arena_reset(looking->scratch);
		err = picture_record(looking->picture, &looking->unseen[i], looking->scratch, &row);
		if (err == ERR_OK && row.record)
			err = add(looking, &(struct shift_item){.what = SHIFT_ITEM_UNSEEN,
								.id = row.id,
								.severity = SEVERITY_RED,
								.party = from_whom(&row),
								.due_ms = alert_due(&row),
								.text = headline(looking, &row)});
	}
	return err;
}

static bool
is_unseen(const struct looking *looking, const struct hash *id)
{
	for (size_t i = 0; i < looking->unseen_n; i++)
		if (hash_equal(&looking->unseen[i], id))
			return true;
	return false;
}

/* ---- what others look after ---- */

static enum err
look_for_alerts(struct looking *looking)
{
	struct alert_rows alerts;
	enum err err = alert_row_gather(looking->app, looking->picture, false, ALERTS, &alerts);

	for (size_t i = 0; err == ERR_OK && i < alerts.n; i++) {
		const struct alert_row *alert = &alerts.row[i];

		if (is_unseen(looking, &alert->row.id))
			continue;
		err = add(looking, &(struct shift_item){.what = SHIFT_ITEM_ALERT,
							.id = alert->row.id,
							.severity = alert->row.severity,
							.due_ms = alert_row_due(alert),
							.text = headline(looking, &alert->row)});
	}
	return err;
}

static bool
is_open(const struct request_row *row)
{
	return row->course.is_open;
}

static enum err
look_for_requests(struct looking *looking)
{
	struct request_rows rows = {NULL, 0};
	enum err err = request_row_gather(looking->app, looking->picture, 0, is_open, &rows);

	for (size_t i = 0; err == ERR_OK && i < rows.n; i++) {
		const struct request_row *row = &rows.row[i];

		err = add(looking, &(struct shift_item){.what = row->course.way == COURSE_WAY_NOTICE
								    ? SHIFT_ITEM_UNANSWERED
								    : SHIFT_ITEM_REQUEST,
							.id = row->id,
							.severity = row->severity,
							.party = row->course.due.party,
							.due_ms = row->course.due.at_ms,
							.text = row->headline});
	}
	return err;
}

static enum err
look_for_tasks(struct looking *looking)
{
	struct directory *directory = calloc(1, sizeof *directory);
	struct directory_tasks tasks = {NULL, 0};
	char why[DIRECTORY_WHY_MAX];
	enum err err =
	    directory ? directory_read(looking->app->config.home, directory, why) : ERR_NOMEM;

	if (err == ERR_FORMAT) { /* the tasks are there without it, only not whom to call */
		app_remark(looking->app, "the directory cannot be read: %s", why);
		err = ERR_OK;
	}
	if (err == ERR_OK)
		err = directory_task_gather(looking->app, looking->view, directory, &tasks);
	for (size_t i = 0; err == ERR_OK && i < tasks.n; i++)
		err = add(looking, &(struct shift_item){.what = SHIFT_ITEM_TASK,
							.id = tasks.task[i].id,
							.severity = tasks.task[i].severity,
							.party = tasks.task[i].party,
							.due_ms = tasks.task[i].by_ms,
							.text = tasks.task[i].headline});
	free(directory);
	return err;
}

static bool
look_at_held(void *context, const struct outbox *outbox)
{
	struct looking *looking = context;
	struct shift_item item = {.what = SHIFT_ITEM_OFFICERS, .id = outbox->record};
	struct picture_row row;

	if (outbox->needed <= 0 || !party_read(outbox->party, &item.party))
		return true;
	arena_reset(looking->scratch);
	looking->err = picture_record(looking->picture, &outbox->record, looking->scratch, &row);
	if (looking->err == ERR_NOT_FOUND)
		looking->err = ERR_OK;
	else if (looking->err == ERR_OK && row.is_current && row.record) {
		item.severity = row.severity;
		item.text = headline(looking, &row);
		looking->err = add(looking, &item);
	}
	return looking->err == ERR_OK;
}

static enum err
look_for_held(struct looking *looking)
{
	enum err err = outbox_each_in(view_journal(looking->view), OUTBOX_HELD,
				      &(struct outbox_walk){look_at_held, looking, true});

	return err == ERR_OK ? looking->err : err;
}

enum err
shift_items_gather(struct app *app, struct view *view, struct shift_items *items)
{
	struct looking looking = {.app = app,
				  .view = view,
				  .picture = view_picture(view),
				  .scratch = arena_new(SCRATCH),
				  .items = items};
	enum err err = looking.scratch ? ERR_OK : ERR_NOMEM;

	memset(items, 0, sizeof *items);
	if (err == ERR_OK)
		err = look_for_red(&looking);
	if (err == ERR_OK)
		err = look_for_alerts(&looking);
	if (err == ERR_OK)
		err = look_for_requests(&looking);
	if (err == ERR_OK)
		err = look_for_tasks(&looking);
	if (err == ERR_OK)
		err = look_for_held(&looking);
	for (size_t i = 0; err == ERR_OK && i < items->n; i++)
		if (!items->item[i].text)
			err = ERR_NOMEM;
	arena_free(looking.scratch);
	return err;
}

/* ---- on a terminal ---- */

static void
write_item(const struct app *app, struct out *out, const struct shift_item *item)
{
	static const enum app_colour colours[] = {APP_RED, APP_YELLOW, APP_GREEN};
	int64_t now_ms = app_now(app);
	size_t begin = out->n;

	out_text(out, "  ");
	row_id(out, &item->id);
	app_column(out, begin, COLUMN_SEVERITY);
	if (item->severity >= 0 && item->severity < SEVERITY_COUNT) {
		app_colour(app, out, colours[item->severity]);
		out_text(out, vocab_code(VOCAB_SEVERITY, (unsigned)item->severity));
		app_colour(app, out, APP_PLAIN);
	}
	app_column(out, begin, COLUMN_WHAT);
	out_text(out, item->text);
	if (item->party.name[0])
		out_format(out, "; %s %s", whats[item->what].party, item->party.name);
	if (item->due_ms) {
		out_text(out, item->due_ms < now_ms ? ", late by " : ", in ");
		request_row_span(out, item->due_ms - now_ms);
	}
	out_char(out, '\n');
}

void
shift_items_write(const struct app *app, struct out *out, const struct shift_items *items,
		  enum shift_what only)
{
	for (enum shift_what what = 0; what < SHIFT_ITEM_COUNT; what++) {
		if (items->count[what] == 0 || (only != SHIFT_ITEM_COUNT && only != what))
			continue;
		app_colour(app, out, APP_BOLD);
		out_format(out, "%s: %zu\n", shift_item_label(what), items->count[what]);
		app_colour(app, out, APP_PLAIN);
		for (size_t i = 0; i < items->n; i++)
			if (items->item[i].what == what)
				write_item(app, out, &items->item[i]);
	}
}

void
shift_items_json(struct out *out, const struct shift_items *items)
{
	char id[HASH_TEXT_SIZE];

	out_char(out, '[');
	for (size_t i = 0; i < items->n; i++) {
		const struct shift_item *item = &items->item[i];

		hash_text(id, &item->id);
		out_format(out, "%s{\"what\":\"%s\",\"id\":\"%s\",\"party\":\"%s\"", i ? "," : "",
			   shift_item_code(item->what), id, item->party.name);
		if (item->severity >= 0)
			out_format(out, ",\"severity\":\"%s\"",
				   vocab_code(VOCAB_SEVERITY, (unsigned)item->severity));
		if (item->due_ms)
			out_format(out, ",\"due_ms\":%lld", (long long)item->due_ms);
		out_text(out, ",\"text\":");
		out_json(out, span_of(item->text));
		out_char(out, '}');
	}
	out_char(out, ']');
}
