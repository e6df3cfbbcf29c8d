/* Promises that one command files one whole record, new or in the thread it amends. */
#include "seam/command.h"
#include "seam/filing.h"
#include "seam/typed.h"
#include "seam/view.h"

#include "picture/picture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { THREAD_TEXT = 22 };

/* Whether any word refers to another record by a beginning of its id, or an earlier one is amended.
 */
static bool
needs_view(const struct app *app)
{
	if (args_has(app->args, "amend"))
		return true;
	for (size_t i = 1; i < app->args->n; i++) {
		struct span name;
		struct span value;
		enum field_type type;

		if (!args_pair(app->args->words[i], &name, &value))
			continue;
		type = field_row(field_find(name))->type;
		if (type == FIELD_TYPE_ID || type == FIELD_TYPE_IDS)
			return true;
	}
	return false;
}

/* What stands in force of that thread, when it is another record. */
static const struct picture_row *
in_force(const struct app *app, struct view *view, const struct picture_row *row)
{
	struct picture_row *rows;
	size_t n = 0;

	if (picture_thread(view_picture(view), row->thread, app->arena, &rows, &n) != ERR_OK)
		return NULL;
	for (size_t i = 0; i < n; i++)
		if (rows[i].is_current && !rows[i].is_retracted)
			return &rows[i];
	return NULL;
}

/* What a newer version says would be lost without a word, what was taken back would stand again. */
static bool
may_amend(struct app *app, struct view *view, const struct picture_row *row)
{
	const struct picture_row *newest;
	char question[256];
	char id[HASH_TEXT_SIZE] = "none";

	if (row->is_retracted) {
		(void)snprintf(question, sizeof question,
			       "That record was retracted. Amend it all the same?");
	} else if (!row->is_current) {
		newest = in_force(app, view, row);
		if (newest)
			hash_text(id, &newest->id);
		(void)snprintf(question, sizeof question,
			       "This amends an older version, without what came after it; the one "
			       "in force is %s. Amend the older one?",
			       id);
	} else {
		return true;
	}
	if (app->is_sure)
		app_remark(app, "%s", question);
	return app_confirm(app, question);
}

/* The fields of the version that is amended, as they stand; the words say what changes. */
static int
start_amending(struct app *app, struct view *view, const char *id, struct record *record,
	       struct span *thread)
{
	struct picture_row row;
	int code = view_record(view, id, &row);

	if (code != APP_OK)
		return code;
	if (!row.record || !station_equal(&row.station, &app->config.station))
		return app_refused(app, row.record ? WHY_NOT_OWN : WHY_ERASED, 0, id);
	if (strcmp(kind_row(row.kind)->name, args_word(app->args, 0)) != 0)
		return app_say_no(app, "%s is of kind %s: an amendment is of the same kind", id,
				  kind_row(row.kind)->name);
	if (!may_amend(app, view, &row))
		return APP_NO;
	*record = *row.record;
	record->field[FIELD_HEADS].is_set = false;
	record->field[FIELD_DUTY].is_set = false;
	record->filed_ms = 0;
	*thread = row.thread;
	return typed_fields(app, view, 1, record);
}

static int
build(struct app *app, struct view *view, struct record *record, struct span *thread)
{
	const char *amend = args_get(app->args, "amend");
	const char *given = args_get(app->args, "thread");
	int code;

	if (app->args->n == 0)
		return app_usage(app, "report KIND FIELD=VALUE ...");
	if (given && (amend || strlen(given) != THREAD_TEXT))
		return app_usage(
		    app,
		    "--thread is the thread of the record that is amended (22 characters, see seam "
		    "show), or give --amend ID");
	*thread = span_of(given ? given : "");
	code = amend ? start_amending(app, view, amend, record, thread)
		     : typed_record(app, view, 0, record);
	return code == APP_OK ? typed_check(app, record) : code;
}

int
report_file(struct app *app)
{
	struct record *record = calloc(1, sizeof *record);
	struct view *view = NULL;
	struct reach *reach = NULL;
	struct span thread;
	int code = record ? APP_OK : APP_NO;

	if (code == APP_OK && needs_view(app) && !(view = view_open(app, VIEW_PICTURE)))
		code = APP_NO;
	if (code == APP_OK)
		code = build(app, view, record, &thread);
	if (code == APP_OK && !(reach = reach_open(app)))
		code = APP_NO;
	if (code == APP_OK)
		code = args_has(app->args, "preview") ? filing_preview(app, reach, record, thread)
						      : filing_file(app, reach, record, thread);
	reach_close(reach);
	view_close(view);
	free(record);
	return code;
}
