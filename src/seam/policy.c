/* Promises that who gets what can be read, tried and changed only whole, with every fault named. */
#include "seam/command.h"
#include "seam/question.h"
#include "seam/reach.h"
#include "seam/row.h"
#include "seam/typed.h"
#include "seam/view.h"

#include "journal/journal.h"
#include "journal/shelf.h"
#include "release/check.h"
#include "release/profile.h"
#include "seamd/ring.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { REPORT_MAX = 4 << 20, PARTY_COLUMN = 4 };

static void
print_faults(const struct app *app, const char *file, const struct policy_faults *faults)
{
	for (unsigned i = 0; i < faults->n; i++) {
		const struct policy_fault *fault = &faults->fault[i];

		if (app->is_json)
			(void)fprintf(stderr, "{\"line\":%u,\"column\":%u,\"error\":\"policy\"}\n",
				      fault->line, fault->column);
		else
			(void)fprintf(stderr, "%s:%u:%u: %s\n", file, fault->line, fault->column,
				      fault->text);
	}
	if (faults->n_all > faults->n)
		app_remark(app, "and %u more", faults->n_all - faults->n);
}

/* Reads a policy and runs its tests. */
static int
read_checked(struct app *app, const char *name, struct span text, struct policy **policy)
{
	struct policy_faults *faults = calloc(1, sizeof *faults);
	enum err err = faults ? policy_read(text, policy, faults) : ERR_NOMEM;

	if (err == ERR_OK) {
		err = check_tests(*policy, faults);
		if (err != ERR_OK) {
			policy_free(*policy);
			*policy = NULL;
		}
	}
	if (err == ERR_FORMAT || err == ERR_REFUSED)
		print_faults(app, name, faults);
	free(faults);
	if (err == ERR_FORMAT)
		return app_say_no(app, "%s is no policy yet", name);
	if (err == ERR_REFUSED)
		return app_say_no(app, "%s: a test line does not hold", name);
	return err == ERR_OK ? APP_OK : app_fail(app, err, name);
}

static int
read_file(struct app *app, const char *file, struct out *text, struct policy **policy)
{
	enum err err = file_read(file, text);

	*policy = NULL;
	return err == ERR_OK ? read_checked(app, file, out_view(text), policy)
			     : app_fail(app, err, file);
}

/* The text in force; ERR_NOT_FOUND before the first. */
static enum err
newest(struct app *app, struct view *view, struct shelf *shelf)
{
	struct party own = station_party(&app->config.station);

	return shelf_newest(view_journal(view), SPAN(RING_POLICY), span_of(own.name), app->arena,
			    shelf);
}

/* The text in force, else the one that the station starts with. */
static int
read_own(struct app *app, struct view *view, struct out *text, int64_t *version)
{
	struct shelf shelf;
	char path[FILE_PATH_MAX];
	enum err err = newest(app, view, &shelf);

	*version = 0;
	if (err == ERR_OK) {
		out_span(text, shelf.text);
		*version = shelf.version;
		return APP_OK;
	}
	if (err == ERR_NOT_FOUND)
		err = config_path(&app->config, "policy.initial", path, sizeof path);
	if (err == ERR_OK)
		err = file_read(path, text);
	return err == ERR_OK ? APP_OK : app_fail(app, err, "policy");
}

int
policy_show(struct app *app)
{
	struct view *view = view_open(app, VIEW_JOURNAL);
	struct out text = out_new(LIMIT_DOCUMENT);
	struct out json = out_new(LIMIT_DOCUMENT * 6 + 64);
	int64_t version;
	int code;

	if (!view)
		return APP_NO;
	code = read_own(app, view, &text, &version);
	if (code == APP_OK) {
		app_remark(app,
			   version ? "policy version %lld is in force"
				   : "policy.initial: in force from the first "
				     "start on (%lld)",
			   (long long)version);
		if (app->is_json) {
			out_format(&json, "{\"version\":%lld,\"text\":", (long long)version);
			out_json(&json, out_view(&text));
			out_text(&json, "}\n");
		}
		code = app_print(app, app->is_json ? &json : &text);
	}
	out_free(&text);
	out_free(&json);
	view_close(view);
	return code;
}

int
policy_profiles(struct app *app)
{
	struct out out = out_new(65536);

	for (unsigned i = 0; profile_name(i); i++) {
		size_t begin = out.n;

		if (app->is_json) {
			out_format(&out, "%s{\"profile\":\"%s\",\"about\":", i ? "," : "[",
				   profile_name(i));
			out_json(&out, span_of(profile_about(i)));
			out_char(&out, '}');
			continue;
		}
		out_text(&out, profile_name(i));
		app_column(&out, begin, 26);
		out_format(&out, "%s\n", profile_about(i));
	}
	if (app->is_json)
		out_text(&out, "]\n");
	return app_print(app, &out);
}

/* A file is checked without a home too: whose policy it is to be is known with one. */
static bool
find_own(struct app *app, const char *file, struct party *own)
{
	char why[CONFIG_WHY_MAX];

	if (file && (!app->home[0] || config_read(app->home, &app->config, why) != ERR_OK))
		return false;
	*own = station_party(&app->config.station);
	return true;
}

int
policy_check(struct app *app)
{
	const char *file = args_word(app->args, 0);
	struct out text = out_new(LIMIT_DOCUMENT + 1);
	struct out report = out_new(REPORT_MAX);
	struct policy *policy = NULL;
	struct view *view = NULL;
	struct party own;
	int64_t version;
	int code = APP_OK;
	enum err err;

	if (file)
		code = read_file(app, file, &text, &policy);
	else if (!(view = view_open(app, VIEW_JOURNAL)))
		code = APP_NO;
	if (!file && code == APP_OK)
		code = read_own(app, view, &text, &version);
	if (!file && code == APP_OK)
		code = read_checked(app, "policy in force", out_view(&text), &policy);
	if (code == APP_OK) {
		err = check_report(policy, find_own(app, file, &own) ? &own : NULL,
				   app->is_json      ? CHECK_JSON
				   : app->is_verbose ? CHECK_FULL
						     : CHECK_SHORT,
				   &report);
		if (err == ERR_OK && !app->is_verbose)
			app_remark(app,
				   "--verbose names every kind and field on a line of its own");
		code = err == ERR_OK ? app_print(app, &report) : app_fail(app, err, "checking");
	}
	policy_free(policy);
	out_free(&text);
	out_free(&report);
	view_close(view);
	return code;
}

/* The text of a profile for the parties of the member list. */
static int
write_profile(struct app *app, struct view *view, const char *name, struct out *text)
{
	struct party own = station_party(&app->config.station);
	struct party others[LIMIT_PARTIES];
	size_t n = view_others(view, others);
	enum err err = profile_text(span_of(name), &own, others, n, text);

	if (err == ERR_NOT_FOUND)
		return app_say_no(app, "there is no profile '%s': see seam policy profiles", name);
	return err == ERR_OK ? APP_OK : app_fail(app, err, name);
}

static int
file_policy(struct app *app, struct span text, int64_t version)
{
	struct record *record = calloc(1, sizeof *record);
	struct reach *reach = record ? reach_open(app) : NULL;
	struct wire_message message;
	struct out *out;
	int code = APP_NO;

	if (reach) {
		record_init(record, KIND_POLICY);
		record->is_exercise = app->config.exercise;
		record->field[FIELD_DOCUMENT] =
		    (struct value){.is_set = true, .levels = 1, .text = text};
		record->field[FIELD_NUMBER] =
		    (struct value){.is_set = true, .levels = 1, .number = version};
		out = reach_begin(reach, WIRE_FILE, 1);
		out_u8(out, 0);
		out_sized(out, SPAN(""));
		record_write(out, record);
		code = reach_ask(reach, WIRE_FILED, &message);
	}
	reach_close(reach);
	free(record);
	if (code == APP_OK)
		app_remark(app, "policy version %lld is signed, logged and in force",
			   (long long)version);
	return code;
}

int
policy_use(struct app *app)
{
	const char *profile = args_get(app->args, "profile");
	struct out text = out_new(LIMIT_DOCUMENT);
	struct view *view = view_open(app, VIEW_JOURNAL | VIEW_RING);
	struct policy *policy = NULL;
	struct shelf shelf = {.version = 0};
	bool is_same = false;
	int code = view ? APP_OK : APP_NO;
	enum err err;

	if (code == APP_OK && (app->args->n == 1) == (profile != NULL))
		code = app_usage(app, "policy use FILE | --profile PROFILE");
	if (code == APP_OK && profile)
		code = write_profile(app, view, profile, &text);
	if (code == APP_OK)
		code = profile ? read_checked(app, profile, out_view(&text), &policy)
			       : read_file(app, app->args->words[0], &text, &policy);
	if (code == APP_OK && (err = newest(app, view, &shelf)) != ERR_OK && err != ERR_NOT_FOUND)
		code = app_fail(app, err, "policy");
	is_same = code == APP_OK && shelf.version > 0 && span_equal(shelf.text, out_view(&text));
	policy_free(policy);
	view_close(view);
	if (is_same)
		app_remark(app, "policy version %lld is already in force: the same text",
			   (long long)shelf.version);
	/* Version 1 is the one that the station files by itself at its first start. */
	if (code == APP_OK && !is_same)
		code = file_policy(app, out_view(&text), (shelf.version ? shelf.version : 1) + 1);
	out_free(&text);
	return code;
}

int
policy_explain(struct app *app)
{
	struct view *view = NULL;
	struct question *question = calloc(1, sizeof *question);
	struct picture_row row = {.kind = KIND_NONE};
	struct party party;
	struct out out = out_new(REPORT_MAX);
	enum err err;
	int code = app->args->n == 2 ? APP_OK : app_usage(app, "policy explain ID PARTY");

	if (code == APP_OK && !(view = view_open(app, VIEW_PICTURE | VIEW_GROUND)))
		code = APP_NO;
	if (code == APP_OK)
		code = view_record(view, app->args->words[0], &row);
	if (code == APP_OK)
		code = view_party(view, app->args->words[1], &party);
	if (code == APP_OK && (!row.record || !station_equal(&row.station, &app->config.station)))
		code =
		    app_refused(app, row.record ? WHY_NOT_OWN : WHY_ERASED, 0, app->args->words[0]);
	if (code == APP_OK) {
		err = question ? question_open(app, view, question) : ERR_NOMEM;
		if (err == ERR_OK)
			err = question_about(app, view, &row, &party, question);
		if (err == ERR_OK)
			err = release_explain(&question->ask, app->arena, app->is_json, &out);
		code = err == ERR_OK ? app_print(app, &out) : app_fail(app, err, "explaining");
	}
	if (question)
		question_close(question);
	free(question);
	out_free(&out);
	view_close(view);
	return code;
}

static void
json_draft(const struct question *question, const struct release_answer *answer, struct out *out)
{
	out_format(out, "{\"party\":\"%s\",\"parts\":[", question->ask.recipient.name);
	for (size_t i = 0; i < answer->parts_n; i++) {
		out_text(out, i ? ",{\"gives\":\"" : "{\"gives\":\"");
		release_write_set(out, &answer->parts[i].give);
		out_format(out, "\",\"why\":\"%s\"}", why_code(answer->parts[i].why));
	}
	out_text(out, "],\"held\":[");
	for (size_t i = 0; i < answer->held_n; i++) {
		const char *coarser = release_coarser(answer, &answer->held[i]);

		out_format(out, "%s{\"field\":\"%s\",\"finer_than\":\"%s\",\"why\":\"%s\"}",
			   i ? "," : "", field_row(answer->held[i].field)->name,
			   coarser ? coarser : "", why_code(answer->held[i].why));
	}
	out_text(out, "]}");
}

static void
write_draft(const struct app *app, const struct question *question, struct arena *arena,
	    struct out *out)
{
	struct release_answer answer;

	if (release_cut(&question->ask, arena, &answer) != ERR_OK)
		return;
	if (app->is_json) {
		out_text(out, out->n ? ",\n" : "[");
		json_draft(question, &answer, out);
		return;
	}
	out_format(out, "%s\n", question->ask.recipient.name);
	for (size_t i = 0; i < answer.parts_n; i++) {
		out_text(out, "  gets ");
		release_write_set(out, &answer.parts[i].give);
		if (answer.parts[i].why != WHY_NONE)
			out_format(out, " (%s)", why_text(answer.parts[i].why));
		if (answer.parts[i].text[0])
			out_format(out, ": %s", answer.parts[i].text);
		out_char(out, '\n');
	}
	if (answer.parts_n == 0)
		out_text(out, "  gets nothing\n");
	for (size_t i = 0; i < answer.held_n; i++) {
		out_text(out, "  ");
		release_write_held(out, &answer, &answer.held[i]);
		out_char(out, '\n');
	}
}

int
policy_preview(struct app *app)
{
	struct view *view = view_open(app, VIEW_PICTURE | VIEW_GROUND);
	struct question *question = calloc(1, sizeof *question);
	struct record *record = calloc(1, sizeof *record);
	struct party others[LIMIT_PARTIES];
	struct out out = out_new(REPORT_MAX);
	size_t n = 0;
	int code = view && question && record ? typed_record(app, view, 0, record) : APP_NO;
	enum err err;

	if (code == APP_OK)
		code = typed_check(app, record);
	if (code == APP_OK && (err = question_open(app, view, question)) != ERR_OK)
		code = app_fail(app, err, "policy");
	if (code == APP_OK) {
		record->station = app->config.station;
		record->thread = SPAN("AAAAAAAAAAAAAAAAAAAAAA");
		record->filed_ms = app_now(app);
		n = view_others(view, others);
	}
	for (size_t i = 0; code == APP_OK && i < n; i++) {
		question_draft(app, view, record, &others[i], question);
		write_draft(app, question, app->arena, &out);
	}
	if (code == APP_OK && n == 0)
		app_remark(app, "the member list names no other party");
	if (code == APP_OK && app->is_json)
		out_text(&out, out.n ? "]\n" : "[]\n");
	if (code == APP_OK)
		code = app_print(app, &out);
	if (question)
		question_close(question);
	free(question);
	free(record);
	out_free(&out);
	view_close(view);
	return code;
}

/* ---- diff: every own record held, for every other party ---- */

enum { DIFF_PAGE = 200 };

struct diffing {
	struct app *app;
	struct view *view;
	struct question *question;
	struct picture_query query;
	struct picture_cursor next;
	struct picture_row *rows;
	size_t n, row;
	struct party others[LIMIT_PARTIES];
	size_t others_n, other;
	struct out out;
	uint64_t found;
	enum err err;
};

/* Loads the next page of own current records; false at the end. */
static bool
next_page(struct diffing *diffing)
{
	if (!diffing->next.is_set)
		return false;
	arena_reset(diffing->app->arena);
	diffing->query.after =
	    diffing->query.limit ? diffing->next : (struct picture_cursor){.is_set = false};
	diffing->query.limit = DIFF_PAGE;
	diffing->err =
	    picture_query(view_picture(diffing->view), &diffing->query, diffing->app->arena,
			  &diffing->rows, &diffing->n, &diffing->next);
	diffing->row = 0;
	return diffing->err == ERR_OK && diffing->n > 0;
}

static bool
next_question(void *context, struct release_question *ask)
{
	struct diffing *diffing = context;

	if (diffing->other == diffing->others_n) {
		diffing->other = 0;
		diffing->row++;
	}
	while (diffing->err == ERR_OK && (diffing->row < diffing->n || next_page(diffing))) {
		const struct picture_row *row = &diffing->rows[diffing->row];

		if (!row->record || !station_equal(&row->station, &diffing->app->config.station)) {
			diffing->row++;
			continue;
		}
		diffing->err =
		    question_about(diffing->app, diffing->view, row,
				   &diffing->others[diffing->other++], diffing->question);
		*ask = diffing->question->ask;
		return diffing->err == ERR_OK;
	}
	return false;
}

static bool
print_row(void *context, const struct release_diff_row *row)
{
	struct diffing *diffing = context;
	const struct picture_row *record = &diffing->rows[diffing->row];

	diffing->found++;
	row_id(&diffing->out, &record->id);
	out_format(&diffing->out, " %s to %s:", kind_row(record->kind)->name,
		   row->question->recipient.name);
	if (!field_set_is_empty(&row->gains)) {
		out_text(&diffing->out, " gains ");
		release_write_set(&diffing->out, &row->gains);
	}
	if (!field_set_is_empty(&row->loses)) {
		out_text(&diffing->out, " loses ");
		release_write_set(&diffing->out, &row->loses);
	}
	out_char(&diffing->out, '\n');
	return out_err(&diffing->out) == ERR_OK;
}

static int
diff(struct app *app, struct view *view, const struct policy *before, const struct policy *after)
{
	struct diffing diffing = {.app = app, .view = view, .out = out_new(APP_OUT_MAX)};
	enum err err;
	int code;

	diffing.query.with_records = true;
	diffing.next.is_set = true;
	diffing.others_n = view_others(view, diffing.others);
	diffing.question = calloc(1, sizeof *diffing.question);
	if (!diffing.question || diffing.others_n == 0) {
		free(diffing.question);
		app_remark(app, "the member list names no other party: nothing would flow");
		return APP_OK;
	}
	err = release_diff(before, after, next_question, print_row, &diffing);
	if (err == ERR_OK)
		err = diffing.err;
	question_close(diffing.question);
	free(diffing.question);
	code = err == ERR_OK ? app_print(app, &diffing.out) : app_fail(app, err, "comparing");
	out_free(&diffing.out);
	if (code == APP_OK)
		app_remark(
		    app, "%llu record%s and part%s would change; nothing flows backwards by itself",
		    (unsigned long long)diffing.found, diffing.found == 1 ? "" : "s",
		    diffing.found == 1 ? "y" : "ies");
	return code;
}

int
policy_diff(struct app *app)
{
	struct out old_text = out_new(LIMIT_DOCUMENT);
	struct out new_text = out_new(LIMIT_DOCUMENT);
	struct policy *before = NULL;
	struct policy *after = NULL;
	struct view *view = NULL;
	int64_t version;
	size_t n = app->args->n;
	int code =
	    n == 1 || n == 2
		? APP_OK
		: app_usage(app, "policy diff OLD NEW, or NEW alone against the one in force");

	if (code == APP_OK && !(view = view_open(app, VIEW_PICTURE | VIEW_GROUND)))
		code = APP_NO;
	if (code == APP_OK)
		code = read_file(app, app->args->words[n - 1], &new_text, &after);
	if (code == APP_OK && n == 2)
		code = read_file(app, app->args->words[0], &old_text, &before);
	if (code == APP_OK && n == 1)
		code = read_own(app, view, &old_text, &version);
	if (code == APP_OK && n == 1)
		code = read_checked(app, "policy in force", out_view(&old_text), &before);
	if (code == APP_OK)
		code = diff(app, view, before, after);
	policy_free(before);
	policy_free(after);
	out_free(&old_text);
	out_free(&new_text);
	view_close(view);
	return code;
}
