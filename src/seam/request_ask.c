/*
 * Promises that one question goes out with its clocks, and that whoever asks is told what of it
 * waits for an officer: free words leave by hand only.
 */
#include "seam/command.h"
#include "seam/filing.h"
#include "seam/question.h"
#include "seam/row.h"
#include "seam/typed.h"
#include "seam/view.h"

#include "model/lint.h"

#include <stdlib.h>
#include <string.h>

enum { ASK_TEXT = 512, MINUTE_MS = 60000 };

struct asking {
	struct app *app;
	struct view *view;
	struct record *record;
	int code;
};

static void
set(struct asking *asking, const char *field, const char *value)
{
	if (asking->code == APP_OK && value)
		asking->code = typed_set(asking->app, asking->view, asking->record, span_of(field),
					 span_of(value));
}

/* Each party is to answer within the clock of a yellow record, or what --within says, and not later
 * than the answer is needed. */
static void
set_ask(struct asking *asking)
{
	struct app *app = asking->app;
	const char *within = args_get(app->args, "within");
	int64_t ms = app->config.watch_yellow_min * MINUTE_MS;
	int64_t left_ms = asking->record->field[FIELD_NEEDED_BY].at_ms - app_now(app);
	struct span rest = span_of(app->args->words[0]);
	struct span one;
	struct out out = out_new(ASK_TEXT);

	if (asking->code != APP_OK)
		return;
	if (within && !when_read_duration(span_of(within), &ms))
		asking->code = app_usage(app, "--within %s: a duration, as 30m or 2h", within);
	if (!within && left_ms > 0 && left_ms < ms)
		ms = left_ms;
	while (rest.n && span_split(&rest, ',', &one)) {
		struct party party;
		char name[LIMIT_PARTY_TEXT] = "";

		(void)span_copy(name, sizeof name, one);
		if (asking->code == APP_OK)
			asking->code = view_party(asking->view, name, &party);
		out_format(&out, "%s%.*s:%lldm", out.n ? "," : "", (int)one.n, one.p,
			   (long long)((ms + MINUTE_MS - 1) / MINUTE_MS));
	}
	out_char(&out, '\0');
	if (out_err(&out) != ERR_OK)
		asking->code = app_usage(app, "too many parties");
	set(asking, "ask", out.p);
	out_free(&out);
}

/* What would stop the words later is said now. */
static void
look_at_words(struct asking *asking)
{
	const struct value *place = &asking->record->field[FIELD_PLACE];
	struct lint found[LINT_MAX];
	size_t n = lint_text(span_of(asking->app->args->words[1]),
			     place->is_set ? place->place.level : 0, found);

	for (size_t i = 0; i < n && asking->code == APP_OK; i++)
		app_remark(asking->app, "the question holds %s, '%.*s'%s",
			   lint_words(found[i].kind), (int)found[i].text.n, found[i].text.p,
			   lint_stops(found[i].kind) ? ": it will not leave so" : "");
}

/* How the words of the question go to a party. */
enum way { WAY_NONE, WAY_HAND, WAY_NOW };

static enum err
look_at_way(struct asking *asking, const struct party *party, struct question *question,
	    enum way *way, unsigned *officers)
{
	struct release_answer answer;
	enum err err;

	question_draft(asking->app, asking->view, asking->record, party, question);
	err = release_cut(&question->ask, asking->app->arena, &answer);
	*way = WAY_NONE;
	*officers = 0;
	for (size_t i = 0; err == ERR_OK && i < answer.parts_n; i++) {
		if (!answer.parts[i].give.mask[FIELD_QUESTION])
			continue;
		*way = answer.parts[i].why == WHY_NONE ? WAY_NOW : WAY_HAND;
		*officers = answer.parts[i].approvals;
	}
	return err;
}

static void
write_way(const struct app *app, struct out *out, const struct outcome_filed *filed,
	  const struct party *party, enum way way, unsigned officers)
{
	static const char *const codes[] = {"none", "hand", "now"};

	if (app->is_json) {
		out_format(out, "%s{\"party\":\"%s\",\"question\":\"%s\",\"officers\":%u}",
			   out->p[out->n - 1] == '[' ? "" : ",", party->name, codes[way], officers);
		return;
	}
	switch (way) {
	case WAY_NOW:
		out_format(out, "the question goes to %s as it is\n", party->name);
		return;
	case WAY_HAND:
		out_format(out, "the question waits for %u officer%s: seam send ", officers,
			   officers == 1 ? "" : "s");
		row_id(out, &filed->id);
		out_format(out, " %s\n", party->name);
		return;
	case WAY_NONE:
		out_format(out,
			   "no line of the policy gives the question to %s: ask it by voice, then "
			   "seam told ",
			   party->name);
		row_id(out, &filed->id);
		out_format(out, " %s --by voice --read-back\n", party->name);
		return;
	}
}

static void
print(struct asking *asking, const struct outcome_filed *filed)
{
	const struct value *asks = &asking->record->field[FIELD_ASK];
	struct question *question = calloc(1, sizeof *question);
	struct out out = out_new(APP_OUT_MAX);
	enum err err = question ? question_open(asking->app, asking->view, question) : ERR_NOMEM;

	out_text(&out, asking->app->is_json ? "{\"filed\":" : "");
	filing_write(asking->app, &out, filed);
	out_text(&out, asking->app->is_json ? ",\"ways\":[" : "");
	for (unsigned i = 0; err == ERR_OK && i < asks->asks.n; i++) {
		enum way way;
		unsigned officers;

		err = look_at_way(asking, &asks->asks.ask[i].party, question, &way, &officers);
		if (err == ERR_OK)
			write_way(asking->app, &out, filed, &asks->asks.ask[i].party, way,
				  officers);
	}
	out_text(&out, asking->app->is_json ? "]}\n" : "");
	if (question)
		question_close(question);
	free(question);
	asking->code = app_print(asking->app, &out);
	if (err != ERR_OK)
		asking->code = app_fail(asking->app, err, "asking the policy");
}

static void
file(struct asking *asking)
{
	struct app *app = asking->app;
	struct outcome_filed *filed = arena_take(app->arena, sizeof *filed);
	struct reach *reach = reach_open(app);

	asking->code = !reach  ? APP_NO
		       : filed ? filing_send(app, reach, asking->record, SPAN(""), 0, filed)
			       : app_fail(app, ERR_NOMEM, "filing");
	if (asking->code == APP_OK)
		print(asking, filed);
	reach_close(reach);
}

int
request_ask(struct app *app)
{
	struct asking asking = {.app = app, .code = APP_OK};

	if (app->args->n != 2 || !args_get(app->args, "by"))
		return app_usage(app,
				 "ask PARTY,... \"QUESTION\" --by TIME [--within 1h] [--place P] "
				 "[--window W] [--incident ID]");
	asking.record = calloc(1, sizeof *asking.record);
	asking.view = asking.record ? view_open(app, VIEW_PICTURE | VIEW_GROUND) : NULL;
	if (!asking.view)
		asking.code = APP_NO;
	if (asking.code == APP_OK) {
		record_init(asking.record, KIND_REQUEST);
		asking.record->is_exercise = app->config.exercise;
	}
	set(&asking, "need", "information");
	set(&asking, "severity", "yellow");
	set(&asking, "severity", args_get(app->args, "severity"));
	set(&asking, "question", app->args->words[1]);
	set(&asking, "needed_by", args_get(app->args, "by"));
	set(&asking, "place", args_get(app->args, "place"));
	set(&asking, "window", args_get(app->args, "window"));
	set(&asking, "incident", args_get(app->args, "incident"));
	if (asking.code == APP_OK)
		set_ask(&asking);
	if (asking.code == APP_OK)
		look_at_words(&asking);
	if (asking.code == APP_OK)
		asking.code = typed_check(app, asking.record);
	if (asking.code == APP_OK)
		file(&asking);
	view_close(asking.view);
	free(asking.record);
	return asking.code;
}
