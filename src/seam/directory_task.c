/*
 * Promises the list of what must be told by voice, derived from what is held: nothing is kept of
 * it, so that it is right after a restart and at every console.
 */
#include "seam/directory_task.h"

#include "model/geo.h"
#include "picture/picture.h"
#include "seam/alert_row.h"
#include "seam/row.h"
#include "seam/view.h"

#include <stdlib.h>
#include <string.h>

enum {
	NEAR_M = 15000, /* a post this near to a warning's square is told */
	COLUMN_SEVERITY = 10,
	COLUMN_WHAT = 18,
	CALLS_SHOWN = 3,
	MINUTE_MS = 60000,
	SCRATCH = 16 << 20,
	ALERTS = 1000
};

static const struct {
	const char *code, *label;
} whys[] = {
#define X(name, code, label) {code, label},
    DIRECTORY_TASK_ROWS(X)
#undef X
};

const char *
directory_task_code(enum directory_task_why why)
{
	return (unsigned)why < DIRECTORY_TASK_COUNT ? whys[why].code : NULL;
}

const char *
directory_task_label(enum directory_task_why why)
{
	return (unsigned)why < DIRECTORY_TASK_COUNT ? whys[why].label : NULL;
}

struct looking {
	struct app *app;
	struct picture *picture;
	const struct directory *directory;
	struct arena *scratch;
	struct party own;
	int64_t now_ms;
	struct directory_tasks *tasks;
	size_t size;
};

static enum err
add(struct looking *looking, const struct directory_task *task)
{
	struct directory_tasks *tasks = looking->tasks;

	if (tasks->n == looking->size) {
		size_t size = looking->size ? 2 * looking->size : 32;
		struct directory_task *more = arena_array(looking->app->arena, size, sizeof *more);

		if (!more)
			return ERR_NOMEM;
		if (tasks->n)
			memcpy(more, tasks->task, tasks->n * sizeof *more);
		tasks->task = more;
		looking->size = size;
	}
	tasks->task[tasks->n++] = *task;
	return ERR_OK;
}

/* ---- what was told ---- */

struct telling {
	bool is_told;
	bool is_read_back;
};

/* Own records that this very version was told to a party, or to a post of the own one. */
static enum err
look_at_told(struct looking *looking, const struct hash *id, const struct party *party,
	     const char *post, struct telling *telling)
{
	struct picture_row *notes;
	size_t n;
	enum err err;

	*telling = (struct telling){false, false};
	arena_reset(looking->scratch);
	err = picture_notes(looking->picture, id, picture_kind(KIND_TOLD), looking->scratch, &notes,
			    &n);
	for (size_t i = 0; err == ERR_OK && i < n; i++) {
		const struct value *field = notes[i].record ? notes[i].record->field : NULL;

		if (!field || !notes[i].is_own || !hash_equal(&field[FIELD_RE].id, id) ||
		    !field[FIELD_TOLD_PARTY].is_set ||
		    !party_equal(&field[FIELD_TOLD_PARTY].party, party))
			continue;
		if (post[0] &&
		    !(field[FIELD_TOLD_DUTY].is_set && span_is(field[FIELD_TOLD_DUTY].text, post)))
			continue;
		telling->is_told = true;
		telling->is_read_back =
		    telling->is_read_back ||
		    (field[FIELD_READ_BACK].is_set && field[FIELD_READ_BACK].code == YESNO_YES);
	}
	return err;
}

/* Adds the task unless it was told and read back. */
static enum err
add_unless_told(struct looking *looking, struct directory_task *task)
{
	struct telling telling;
	enum err err = look_at_told(looking, &task->id, &task->party, task->post, &telling);

	if (err != ERR_OK || telling.is_read_back)
		return err;
	if (telling.is_told)
		task->why = DIRECTORY_TASK_READ_BACK;
	return add(looking, task);
}

/* ---- other parties ---- */

/* How far the record went to that party; held back where nothing is known. */
static enum err
look_at_way(struct looking *looking, const struct hash *id, const struct party *party,
	    enum picture_state *state)
{
	struct picture_standing *rows;
	size_t n;
	enum err err;

	*state = PICTURE_STATE_HELD_BACK;
	arena_reset(looking->scratch);
	err = picture_states(looking->picture, id, looking->scratch, &rows, &n);
	for (size_t i = 0; err == ERR_OK && i < n; i++)
		if (party_equal(&rows[i].party, party))
			*state = rows[i].state;
	return err;
}

/* Half of the time to answer goes to the delivery; then somebody calls.  Who has it and does not
 * answer is called when the last step has come. */
static enum err
look_at_party(struct looking *looking, const struct request_row *row, const struct party *party,
	      int64_t by_ms)
{
	struct directory_task task = {.id = row->id,
				      .party = *party,
				      .severity = row->severity,
				      .is_own = true,
				      .by_ms = by_ms,
				      .headline = row->headline};
	int64_t asked_ms = row->course.asked_ms;
	enum picture_state state;
	enum err err;

	if (!by_ms || party_equal(party, &looking->own))
		return ERR_OK;
	err = look_at_way(looking, &row->id, party, &state);
	if (err != ERR_OK || state == PICTURE_STATE_HELD_BACK)
		return err;
	if (state >= PICTURE_STATE_ARRIVED) {
		task.why = DIRECTORY_TASK_UNANSWERED;
		if (looking->now_ms < by_ms + looking->app->config.watch_step3_min * MINUTE_MS)
			return ERR_OK;
	} else {
		task.why = DIRECTORY_TASK_UNDELIVERED;
		if (looking->now_ms < asked_ms + (by_ms - asked_ms) / 2)
			return ERR_OK;
	}
	return add_unless_told(looking, &task);
}

/* A warning that asks nobody still has a time in which it is to be had, by its severity. */
static enum err
look_at_everybody(struct looking *looking, const struct view *view, const struct request_row *row)
{
	struct course_clocks clocks = request_row_clocks(looking->app);
	struct party parties[LIMIT_PARTIES];
	size_t n = view_others(view, parties);
	int64_t minutes = row->severity == SEVERITY_RED      ? clocks.red_min
			  : row->severity == SEVERITY_YELLOW ? clocks.yellow_min
							     : 0;
	enum err err = ERR_OK;

	for (size_t i = 0; minutes && i < n && err == ERR_OK; i++) {
		enum picture_state state;

		err = look_at_way(looking, &row->id, &parties[i], &state);
		if (err == ERR_OK && state < PICTURE_STATE_ARRIVED &&
		    !course_row_of(&row->course, &parties[i]))
			err = look_at_party(looking, row, &parties[i],
					    row->course.asked_ms + minutes * MINUTE_MS);
	}
	return err;
}

static enum err
look_at_own(struct looking *looking, const struct view *view, const struct request_row *row)
{
	enum err err = ERR_OK;

	for (unsigned i = 0; i < row->course.n && err == ERR_OK; i++) {
		const struct course_row *party = &row->course.row[i];

		if (party->is_asked && !party->first_ms)
			err = look_at_party(looking, row, &party->party, party->by_ms);
	}
	return err == ERR_OK && row->kind == KIND_WARNING ? look_at_everybody(looking, view, row)
							  : err;
}

/* ---- own posts ---- */

static bool
is_near(const struct place *warning, const struct place *post)
{
	struct point from = {warning->lat_e7, warning->lon_e7};
	struct point to = {post->lat_e7, post->lon_e7};
	double reach_m = NEAR_M + 0.75 * place_size_m(warning->level);

	return warning->level == 0 || geo_distance_m(from, to) <= reach_m;
}

static bool
is_first_of_post(const struct directory *directory, unsigned i)
{
	for (unsigned k = 0; k < i; k++)
		if (party_equal(&directory->row[k].party, &directory->row[i].party) &&
		    strcmp(directory->row[k].post, directory->row[i].post) == 0 &&
		    directory->row[k].place.level > 0)
			return false;
	return true;
}

/* A warning is done when the post has it, not when the centre does. */
static enum err
look_at_posts(struct looking *looking, const struct request_row *row)
{
	enum err err = ERR_OK;

	for (unsigned i = 0; i < looking->directory->n && err == ERR_OK; i++) {
		const struct directory_row *post = &looking->directory->row[i];
		struct directory_task task = {.why = DIRECTORY_TASK_POST,
					      .id = row->id,
					      .party = looking->own,
					      .severity = row->severity,
					      .is_own = row->is_own,
					      .headline = row->headline};

		if (!directory_is_post(post, &looking->own) ||
		    !is_first_of_post(looking->directory, i) || !is_near(&row->place, &post->place))
			continue;
		(void)span_copy(task.post, sizeof task.post, span_of(post->post));
		err = add_unless_told(looking, &task);
	}
	return err;
}

/* ---- alerts ---- */

static enum err
look_at_alert(struct looking *looking, const struct alert_row *alert)
{
	const struct value *text = &alert->row.record->field[FIELD_TEXT];
	struct directory_task task = {.why = DIRECTORY_TASK_ALERT,
				      .id = alert->row.id,
				      .party = looking->own,
				      .severity = alert->row.severity,
				      .is_own = true,
				      .headline = "alert"};

	if (alert_row_step(alert) < ALERT_STEP_VOICE ||
	    !span_copy(task.post, sizeof task.post, alert_row_duty(alert)) || !task.post[0])
		return ERR_OK;
	if (text->is_set)
		task.headline = arena_copy(looking->app->arena, text->text).p;
	return task.headline ? add_unless_told(looking, &task) : ERR_NOMEM;
}

static enum err
look_at_alerts(struct looking *looking)
{
	struct alert_rows alerts;
	enum err err = alert_row_gather(looking->app, looking->picture, false, ALERTS, &alerts);

	for (size_t i = 0; err == ERR_OK && i < alerts.n; i++)
		err = look_at_alert(looking, &alerts.row[i]);
	return err;
}

/* ---- all ---- */

static bool
is_warning_in_force(const struct request_row *row)
{
	enum course_state state = row->course.state;

	return row->kind == KIND_WARNING && row->severity != SEVERITY_GREEN &&
	       state != COURSE_OVER && state != COURSE_CLOSED && state != COURSE_EXPIRED &&
	       state != COURSE_WITHDRAWN;
}

static bool
wants(const struct request_row *row)
{
	return (row->is_own && row->course.is_open) || is_warning_in_force(row);
}

static int
compare(const void *a, const void *b)
{
	const struct directory_task *x = a;
	const struct directory_task *y = b;
	int severity_x = x->severity >= 0 ? x->severity : SEVERITY_COUNT;
	int severity_y = y->severity >= 0 ? y->severity : SEVERITY_COUNT;

	if (severity_x != severity_y)
		return severity_x - severity_y;
	if (x->by_ms != y->by_ms)
		return x->by_ms < y->by_ms ? -1 : 1;
	if (strcmp(x->post, y->post) != 0)
		return strcmp(x->post, y->post);
	if (strcmp(x->party.name, y->party.name) != 0)
		return strcmp(x->party.name, y->party.name);
	return memcmp(x->id.b, y->id.b, HASH_SIZE);
}

enum err
directory_task_gather(struct app *app, struct view *view, const struct directory *directory,
		      struct directory_tasks *tasks)
{
	struct looking looking = {.app = app,
				  .picture = view_picture(view),
				  .directory = directory,
				  .scratch = arena_new(SCRATCH),
				  .own = station_party(&app->config.station),
				  .now_ms = app_now(app),
				  .tasks = tasks};
	struct request_rows rows = {NULL, 0};
	enum err err = looking.scratch ? ERR_OK : ERR_NOMEM;

	*tasks = (struct directory_tasks){NULL, 0};
	if (err == ERR_OK)
		err = request_row_gather(app, looking.picture, 0, wants, &rows);
	for (size_t i = 0; err == ERR_OK && i < rows.n; i++) {
		if (rows.row[i].is_own)
			err = look_at_own(&looking, view, &rows.row[i]);
		if (err == ERR_OK && is_warning_in_force(&rows.row[i]))
			err = look_at_posts(&looking, &rows.row[i]);
	}
	if (err == ERR_OK)
		err = look_at_alerts(&looking);
	if (err == ERR_OK && tasks->n > 1)
		qsort(tasks->task, tasks->n, sizeof *tasks->task, compare);
	arena_free(looking.scratch);
	return err;
}

/* ---- on a terminal ---- */

static const struct directory_row *
call_of(const struct directory *directory, const struct directory_task *task, unsigned i)
{
	return directory_of(directory, &task->party, task->post, i);
}

static void
write_say(struct out *out, const struct directory *directory, const struct directory_task *task)
{
	const struct directory_row *call = call_of(directory, task, 0);

	if (task->why == DIRECTORY_TASK_ALERT) { /* an alert is talked about at home */
		out_text(out, "seam show ");
		row_id(out, &task->id);
		return;
	}
	out_text(out, "seam say ");
	row_id(out, &task->id);
	out_format(out, " %s", task->party.name);
	if (call && call->lang > LANG_EN)
		out_format(out, " --lang %s", vocab_code(VOCAB_LANG, (unsigned)call->lang));
}

static void
write_told(struct out *out, const struct directory *directory, const struct directory_task *task)
{
	const struct directory_row *call = call_of(directory, task, 0);
	const char *to = task->post[0] ? task->post : call ? call->post : "";

	out_text(out, "seam told ");
	row_id(out, &task->id);
	out_format(out, " %s --by %s", task->party.name,
		   vocab_code(VOCAB_TOLD, call ? call->means : TOLD_VOICE));
	out_format(out, "%s%s --read-back", to[0] ? " --to " : "", to);
}

void
directory_task_write(const struct app *app, struct out *out, const struct directory *directory,
		     const struct directory_task *task)
{
	static const enum app_colour colours[] = {APP_RED, APP_YELLOW, APP_GREEN};
	const struct directory_row *call;
	size_t begin = out->n;

	app_colour(app, out, APP_BOLD);
	row_id(out, &task->id);
	app_colour(app, out, APP_PLAIN);
	app_column(out, begin, COLUMN_SEVERITY);
	if (task->severity >= 0 && task->severity < SEVERITY_COUNT) {
		app_colour(app, out, colours[task->severity]);
		out_text(out, vocab_code(VOCAB_SEVERITY, (unsigned)task->severity));
		app_colour(app, out, APP_PLAIN);
	}
	app_column(out, begin, COLUMN_WHAT);
	out_format(out, "%s; %s%s%s: %s", task->headline, task->party.name,
		   task->post[0] ? " " : "", task->post, directory_task_label(task->why));
	if (task->by_ms) {
		out_text(out, ", to answer by ");
		app_write_moment(app, out, task->by_ms);
	}
	for (unsigned i = 0; i < CALLS_SHOWN && (call = call_of(directory, task, i)); i++) {
		out_text(out, "\n          call ");
		directory_line(out, call, (int)app->config.zone_minutes);
	}
	if (!call_of(directory, task, 0))
		out_format(out, "\n          nobody of %s%s%s stands in the directory",
			   task->party.name, task->post[0] ? " " : "", task->post);
	out_text(out, "\n          ");
	write_say(out, directory, task);
	out_text(out, "; then ");
	write_told(out, directory, task);
	out_char(out, '\n');
}

static void
json_calls(struct out *out, const struct directory *directory, const struct directory_task *task)
{
	const struct directory_row *call;

	out_text(out, ",\"call\":[");
	for (unsigned i = 0; (call = call_of(directory, task, i)); i++) {
		out_format(out, "%s{\"who\":\"%s\",\"post\":\"%s\",\"means\":\"%s\",\"address\":",
			   i ? "," : "", directory_who(call), call->post,
			   vocab_code(VOCAB_TOLD, call->means));
		out_json(out, span_of(call->address));
		out_char(out, '}');
	}
	out_char(out, ']');
}

void
directory_task_json(struct out *out, const struct directory *directory,
		    const struct directory_task *task)
{
	char id[HASH_TEXT_SIZE];

	hash_text(id, &task->id);
	out_format(out, "{\"why\":\"%s\",\"id\":\"%s\",\"party\":\"%s\",\"post\":\"%s\"",
		   directory_task_code(task->why), id, task->party.name, task->post);
	if (task->severity >= 0)
		out_format(out, ",\"severity\":\"%s\"",
			   vocab_code(VOCAB_SEVERITY, (unsigned)task->severity));
	if (task->by_ms)
		out_format(out, ",\"by_ms\":%lld", (long long)task->by_ms);
	out_text(out, ",\"text\":");
	out_json(out, span_of(task->headline));
	json_calls(out, directory, task);
	out_text(out, ",\"say\":\"");
	write_say(out, directory, task);
	out_text(out, "\",\"told\":\"");
	write_told(out, directory, task);
	out_text(out, "\"}");
}

void
directory_task_remark(const struct app *app, const struct party *party)
{
	struct directory *directory = calloc(1, sizeof *directory);
	struct out out = out_new(DIRECTORY_BYTES_MAX);
	const struct directory_row *call;
	char why[DIRECTORY_WHY_MAX];
	enum err err = directory ? directory_read(app->config.home, directory, why) : ERR_NOMEM;

	for (unsigned i = 0;
	     err == ERR_OK && i < CALLS_SHOWN && (call = directory_of(directory, party, "", i));
	     i++) {
		out_reset(&out);
		directory_line(&out, call, (int)app->config.zone_minutes);
		app_remark(app, "call %.*s", (int)out.n, out.p);
	}
	if (err != ERR_OK)
		app_remark(app, "the directory cannot be read: %s",
			   err == ERR_FORMAT ? why : err_text(err));
	out_free(&out);
	free(directory);
}
