/* Promises the records about other records: retract, erase, answer, dispute, link, told. */
#include "seam/command.h"
#include "seam/filing.h"
#include "seam/typed.h"
#include "seam/view.h"

#include <stdlib.h>
#include <string.h>

/* A note being made; the fields that every one has are set by begin(). */
struct note_making {
	struct app *app;
	struct view *view;
	struct record *record;
	struct picture_row about;
	int code;
};

static struct note_making
begin(struct app *app, enum kind kind, size_t words, const char *usage)
{
	struct note_making making = {.app = app, .code = APP_OK};
	char id[HASH_TEXT_SIZE];

	if (app->args->n < words) {
		making.code = app_usage(app, "%s", usage);
		return making;
	}
	making.record = calloc(1, sizeof *making.record);
	making.view = making.record ? view_open(app, VIEW_PICTURE) : NULL;
	making.code =
	    making.view ? view_record(making.view, app->args->words[0], &making.about) : APP_NO;
	if (making.code != APP_OK)
		return making;
	record_init(making.record, kind);
	making.record->is_exercise = app->config.exercise;
	hash_text(id, &making.about.id);
	making.code = typed_set(app, making.view, making.record, SPAN("re"), span_of(id));
	return making;
}

static void
set(struct note_making *making, const char *field, const char *value)
{
	if (making->code == APP_OK && value)
		making->code = typed_set(making->app, making->view, making->record, span_of(field),
					 span_of(value));
}

static int
finish(struct note_making *making)
{
	struct reach *reach = NULL;

	if (making->code == APP_OK)
		making->code = typed_check(making->app, making->record);
	if (making->code == APP_OK && !(reach = reach_open(making->app)))
		making->code = APP_NO;
	if (making->code == APP_OK)
		making->code =
		    filing_file(making->app, reach, making->record, (struct span){"", 0});
	reach_close(reach);
	view_close(making->view);
	free(making->record);
	return making->code;
}

static void
only_own(struct note_making *making)
{
	if (making->code == APP_OK &&
	    !station_equal(&making->about.station, &making->app->config.station))
		making->code = app_refused(making->app, WHY_NOT_OWN, 0, making->about.station.name);
}

int
note_retract(struct app *app)
{
	struct note_making making = begin(app, KIND_RETRACT, 1, "retract ID");

	only_own(&making);
	return finish(&making);
}

int
note_erase(struct app *app)
{
	struct note_making making = begin(app, KIND_ERASE, 1, "erase ID");

	only_own(&making);
	if (making.code == APP_OK &&
	    !app_confirm(
		app, "Erase its content here and ask every recipient to? It does not come back."))
		making.code = APP_NO;
	return finish(&making);
}

/* An alert ends acted on, or declined with the reason; seen says that somebody has it. */
static void
check_alert(struct note_making *making)
{
	const char *word = args_word(making->app->args, 1);
	const char *text = args_word(making->app->args, 2);

	if (making->code != APP_OK || making->about.kind != KIND_ALERT)
		return;
	if (strcmp(word, "seen") != 0 && strcmp(word, "done") != 0 && strcmp(word, "decline") != 0)
		making->code =
		    app_usage(making->app, "an alert is answered seen, done (acted on) or "
					   "decline with the reason");
	else if (strcmp(word, "decline") == 0 && !(text && text[0]))
		making->code = app_usage(making->app,
					 "an alert is declined with the reason: answer ID decline "
					 "TEXT");
}

int
note_answer(struct app *app)
{
	struct note_making making = begin(app, KIND_ANSWER, 2,
					  "answer ID WORD [TEXT]: WORD is seen, noted, concur, "
					  "object, decline, offered, committed ...");

	check_alert(&making);
	set(&making, "answer", args_word(app->args, 1));
	set(&making, "text", args_word(app->args, 2));
	set(&making, "eta", args_get(app->args, "eta"));
	set(&making, "place", args_get(app->args, "place"));
	return finish(&making);
}

int
note_dispute(struct app *app)
{
	struct note_making making = begin(app, KIND_DISPUTE, 2, "dispute ID FIELD=VALUE ...");

	if (making.code == APP_OK)
		making.code = typed_fields(app, making.view, 1, making.record);
	return finish(&making);
}

int
note_link(struct app *app)
{
	struct note_making making =
	    begin(app, KIND_LINK, 3,
		  "link ID WORD ID: WORD is duplicate_of, part_of, follows or not_same");

	set(&making, "link", args_word(app->args, 1));
	set(&making, "link_to", args_word(app->args, 2));
	set(&making, "text", args_get(app->args, "text"));
	if (making.code == APP_OK &&
	    hash_equal(&making.record->field[FIELD_LINK_TO].id, &making.about.id))
		making.code = app_usage(app, "a record is not linked to itself");
	return finish(&making);
}

/* Another party; or the own one, where a post or duty of it was told: the last mile. */
static int
read_told(struct note_making *making)
{
	struct party own = station_party(&making->app->config.station);
	struct party party;
	const char *word = making->app->args->words[1];

	if (span_is(span_of(own.name), word) && args_get(making->app->args, "to"))
		return APP_OK;
	return view_party(making->view, word, &party);
}

int
note_told(struct app *app)
{
	struct note_making making = begin(
	    app, KIND_TOLD, 2, "told ID PARTY --by voice|radio|phone|paper|stick|hand [--to DUTY]");
	const char *by = args_get(app->args, "by");

	if (making.code == APP_OK && !by)
		making.code = app_usage(app, "told: say by which means, as --by voice");
	if (making.code == APP_OK)
		making.code = read_told(&making);
	set(&making, "told_party", args_word(app->args, 1));
	set(&making, "told_by", by);
	set(&making, "told_duty", args_get(app->args, "to"));
	set(&making, "read_back", args_has(app->args, "read-back") ? "yes" : "no");
	set(&making, "when", "now");
	return finish(&making);
}
