/*
 * Promises one record with everything known around it: versions, incident, losses as ranges,
 * answers, disputes, links, and where it stands with each party.
 */
#include "seam/command.h"
#include "seam/kept.h"
#include "seam/logged.h"
#include "seam/request_row.h"
#include "seam/row.h"
#include "seam/view.h"
#include "seamd/rowjson.h"
#include "seamd/standing.h"

#include "admit/keyring.h"
#include "model/label.h"

#include <string.h>

enum { COLUMN_STATE = 6, COLUMN_AT = 20, COLUMN_WHY = 36 };

struct showing {
	struct app *app;
	struct view *view;
	struct picture *picture;
	struct picture_row row;
	struct party own;
	struct out out;
	enum err err; /* the first failure */
};

static void
heading(struct showing *showing, const char *text)
{
	app_colour(showing->app, &showing->out, APP_BOLD);
	out_format(&showing->out, "%s\n", text);
	app_colour(showing->app, &showing->out, APP_PLAIN);
}

static void
show_head(struct showing *showing)
{
	const struct picture_row *row = &showing->row;
	char id[HASH_TEXT_SIZE];

	hash_text(id, &row->id);
	heading(showing, id);
	out_format(&showing->out, "  %s by %s, filed ", kind_row(row->kind)->label,
		   row->station.name);
	app_write_moment(showing->app, &showing->out, row->filed_ms);
	if (!row->is_own) {
		out_text(&showing->out, ", came ");
		app_write_moment(showing->app, &showing->out, row->arrived_ms);
	}
	out_format(&showing->out, "\n  thread %.*s%s%s%s\n", (int)row->thread.n, row->thread.p,
		   row->is_current ? "" : ", not the newest version",
		   row->is_retracted ? ", retracted" : "",
		   row->is_erased ? ", erased: only its id is kept" : "");
	if (row->record)
		row_fields(showing->app, &showing->out, row->record);
}

static void
show_versions(struct showing *showing)
{
	struct picture_row *rows;
	size_t n;
	enum err err =
	    picture_thread(showing->picture, showing->row.thread, showing->app->arena, &rows, &n);

	if (err != ERR_OK) {
		showing->err = err;
		return;
	}
	if (n > 1)
		heading(showing, "versions, oldest first");
	for (size_t i = 0; n > 1 && i < n; i++) {
		out_text(&showing->out, "  ");
		row_line(showing->app, &showing->out, &rows[i]);
	}
}

static void
show_standings(struct showing *showing)
{
	struct picture_standing *rows;
	size_t n;
	enum err err = standing_read(showing->picture, &showing->row.id, &showing->own,
				     showing->app->arena, &rows, &n);

	if (err != ERR_OK) {
		showing->err = err;
		return;
	}
	standing_left(keyring_members(view_ring(showing->view)), rows, n);
	if (n)
		heading(showing, "given to");
	for (size_t i = 0; i < n; i++) {
		size_t begin = showing->out.n;

		out_format(&showing->out, "  %s", rows[i].party.name);
		app_column(&showing->out, begin, COLUMN_STATE);
		app_colour(showing->app, &showing->out,
			   rows[i].state == PICTURE_STATE_HELD_BACK ? APP_YELLOW : APP_GREEN);
		out_text(&showing->out, picture_state_label(rows[i].state));
		app_colour(showing->app, &showing->out, APP_PLAIN);
		app_column(&showing->out, begin, COLUMN_AT);
		app_write_moment(showing->app, &showing->out, rows[i].at_ms);
		if (rows[i].why != WHY_NONE) {
			app_column(&showing->out, begin, COLUMN_WHY);
			out_text(&showing->out, why_text(rows[i].why));
		}
		out_char(&showing->out, '\n');
	}
}

static void
show_answers(struct showing *showing)
{
	struct picture_answer *rows;
	size_t n;
	enum err err =
	    picture_answers(showing->picture, &showing->row.id, showing->app->arena, &rows, &n);

	if (err != ERR_OK) {
		showing->err = err;
		return;
	}
	if (n)
		heading(showing, "answers");
	for (size_t i = 0; i < n; i++) {
		const char *label =
		    rows[i].answer < 0 ? NULL : vocab_label(VOCAB_ANSWER, (unsigned)rows[i].answer);

		out_text(&showing->out, "  ");
		app_write_moment(showing->app, &showing->out, rows[i].at_ms);
		out_format(&showing->out, "  %s: %s", rows[i].station.name,
			   label ? label : "(not released to us)");
		if (rows[i].eta_ms) {
			out_text(&showing->out, ", expected at ");
			app_write_moment(showing->app, &showing->out, rows[i].eta_ms);
		}
		out_text(&showing->out, "  ");
		row_id(&showing->out, &rows[i].id);
		out_char(&showing->out, '\n');
	}
}

static void
show_notes(struct showing *showing, const char *title, uint32_t kinds)
{
	struct picture_row *rows;
	size_t n;
	enum err err = picture_notes(showing->picture, &showing->row.id, kinds, showing->app->arena,
				     &rows, &n);

	if (err != ERR_OK) {
		showing->err = err;
		return;
	}
	if (n)
		heading(showing, title);
	for (size_t i = 0; i < n; i++) {
		out_text(&showing->out, "  ");
		row_line(showing->app, &showing->out, &rows[i]);
		if (rows[i].record && rows[i].kind == KIND_DISPUTE)
			row_fields(showing->app, &showing->out, rows[i].record);
	}
}

/* Only where somebody was asked or answered. */
static void
show_course(struct showing *showing)
{
	struct course_clocks clocks = request_row_clocks(showing->app);
	struct picture_course found;
	enum err err = picture_course(showing->picture, &showing->row.id, &clocks,
				      app_now(showing->app), showing->app->arena, &found);

	if (err != ERR_OK)
		showing->err = err;
	if (err != ERR_OK || found.course.way == COURSE_WAY_NONE ||
	    (found.course.n == 0 && found.course.way == COURSE_WAY_NOTICE))
		return;
	if (showing->app->is_json) {
		out_text(&showing->out, ",\"course\":");
		picture_course_json(&showing->out, &found.course, app_now(showing->app));
		return;
	}
	heading(showing, "course");
	request_row_course(showing->app, &showing->out, &found);
}

static void
show_incident(struct showing *showing)
{
	struct picture_row *rows;
	size_t n;
	enum err err;

	if (!showing->row.is_grouped)
		return;
	err = picture_incident(showing->picture, &showing->row.id, showing->app->arena, &rows, &n);
	if (err != ERR_OK) {
		showing->err = err;
		return;
	}
	heading(showing, "reports of one incident");
	for (size_t i = 0; i < n; i++) {
		out_text(&showing->out, "  ");
		row_line(showing->app, &showing->out, &rows[i]);
	}
}

static void
show_statement(struct showing *showing, const struct picture_statement *statement)
{
	out_text(&showing->out, "      ");
	quantity_write(&showing->out, &statement->quantity);
	out_format(&showing->out, " stated by %.*s", (int)(statement->stated_by.n),
		   statement->stated_by.n ? statement->stated_by.p : "");
	out_format(&showing->out, "%s%s%s ", statement->stated_by.n ? " in a record of " : "",
		   statement->station.name, statement->is_dispute ? " (dispute)" : "");
	row_id(&showing->out, &statement->id);
	out_text(&showing->out, statement->is_differing ? ", differs\n" : "\n");
}

static void
show_losses(struct showing *showing)
{
	struct picture_loss *losses;
	size_t n;
	size_t reports;
	enum err err = picture_losses(showing->picture, &showing->row.id, showing->app->arena,
				      &losses, &n, &reports);

	if (err != ERR_OK) {
		showing->err = err;
		return;
	}
	if (n)
		heading(showing, "losses of this incident");
	for (size_t i = 0; i < n; i++) {
		const char *group = vocab_label(VOCAB_GROUP, losses[i].group);

		out_format(&showing->out, "  %s%s%s, %s: ", group ? group : "",
			   losses[i].party.name[0] ? " of " : "", losses[i].party.name,
			   field_row(losses[i].figure)->label);
		quantity_write(&showing->out, &losses[i].range);
		out_format(&showing->out, "%s%s\n",
			   losses[i].is_several ? " (somebody said several)" : "",
			   losses[i].is_closed ? ", confirmed by its own party" : "");
		for (size_t s = 0; losses[i].n > 1 && s < losses[i].n; s++)
			show_statement(showing, &losses[i].statements[s]);
	}
	if (n)
		out_format(&showing->out, "  based on %zu report%s held\n", reports,
			   reports == 1 ? "" : "s");
}

static void
show_json(struct showing *showing)
{
	showing->err =
	    rowjson_whole_among(keyring_members(view_ring(showing->view)), &showing->out,
				showing->picture, &showing->row, &showing->own,
				(int)showing->app->config.zone_minutes, showing->app->arena);
	if (showing->err == ERR_OK && showing->out.n)
		showing->out.n--; /* the object goes on with what the picture does not know */
	if (showing->err == ERR_OK)
		show_course(showing);
	out_text(&showing->out, ",\"kept\":");
	if (showing->err == ERR_OK)
		showing->err =
		    kept_json(showing->app, showing->view, &showing->row.id, &showing->out);
	out_text(&showing->out, ",\"log\":");
	if (showing->err == ERR_OK)
		showing->err =
		    logged_json(showing->app, showing->view, &showing->row.id, &showing->out);
	out_text(&showing->out, "}\n");
}

static void
show_text(struct showing *showing)
{
	show_head(showing);
	if (showing->err == ERR_OK)
		showing->err =
		    kept_text(showing->app, showing->view, &showing->row.id, &showing->out);
	if (showing->err == ERR_OK)
		showing->err =
		    logged_text(showing->app, showing->view, &showing->row.id, &showing->out);
	show_versions(showing);
	show_incident(showing);
	show_losses(showing);
	show_notes(showing, "disputes", picture_kind(KIND_DISPUTE));
	show_notes(showing, "links", picture_kind(KIND_LINK));
	show_standings(showing);
	show_course(showing);
	show_answers(showing);
	show_notes(showing, "told", picture_kind(KIND_TOLD));
}

int
show_record(struct app *app)
{
	struct showing showing = {.app = app, .out = out_new(APP_OUT_MAX)};
	int code = app->args->n == 1 ? APP_OK : app_usage(app, "show ID");

	if (code == APP_OK &&
	    !(showing.view = view_open(app, VIEW_PICTURE | VIEW_JOURNAL | VIEW_RING)))
		code = APP_NO;
	if (code == APP_OK) {
		showing.picture = view_picture(showing.view);
		showing.own = station_party(&app->config.station);
		code = view_record(showing.view, app->args->words[0], &showing.row);
	}
	if (code == APP_OK) {
		if (app->is_json)
			show_json(&showing);
		else
			show_text(&showing);
		code = showing.err == ERR_OK ? app_print(app, &showing.out)
					     : app_fail(app, showing.err, "reading the picture");
	}
	out_free(&showing.out);
	view_close(showing.view);
	return code;
}
