/*
 * Promises to show each link of a station: where it listens and connects, whether it stands, and if
 * not, why and what mends it.
 */
#include "seam/link.h"

#include "base/json.h"
#include "seam/command.h"
#include "seam/reach.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { COLUMN_STATE = 20, COLUMN_MORE = 32, SKEW_SAID_MS = 60 * 1000, STATUS_MAX = 65536 };

static enum link_cause
cause_of(const char *state)
{
	enum link_cause cause = 0;

	while (cause < LINK_CAUSE_COUNT && strcmp(link_cause_code(cause), state) != 0)
		cause++;
	return cause;
}

const char *
link_label(const char *state)
{
	return link_cause_label(cause_of(state));
}

const char *
link_fix(const char *state)
{
	return link_cause_fix(cause_of(state));
}

int
link_read(const struct app *app, struct links *links)
{
	char why[LINKS_WHY_MAX];

	if (links_read(app->config.home, links, why) == ERR_OK)
		return APP_OK;
	return app_say_no(app, "%s/links: %s", app->config.home, why);
}

/* ---- asking the station ---- */

static bool
read_look(const json_t *json, struct link_look *look)
{
	struct span text;

	memset(look, 0, sizeof *look);
	if (!json_take_text(json, "station", &text) || !station_read(text, &look->station) ||
	    !json_take_text(json, "state", &text) ||
	    !span_copy(look->state, sizeof look->state, text))
		return false;
	if (json_take_text(json, "text", &text))
		(void)span_copy(look->text, sizeof look->text, text);
	(void)json_take_int(json, "since_ms", &look->since_ms);
	(void)json_take_int(json, "heard_ms", &look->heard_ms);
	(void)json_take_int(json, "waiting", &look->waiting);
	(void)json_take_int(json, "unanswered", &look->unanswered);
	(void)json_take_int(json, "skew_ms", &look->skew_ms);
	(void)json_take_int(json, "rtt_ms", &look->rtt_ms);
	(void)json_take_int(json, "strangers", &look->strangers);
	if (json_take_text(json, "stranger", &text))
		(void)span_copy(look->stranger, sizeof look->stranger, text);
	if (json_take_text(json, "shows", &text))
		(void)span_copy(look->shows, sizeof look->shows, text);
	return true;
}

static void
read_page(const json_t *json, struct link_looks *looks)
{
	struct span text;

	looks->has_page = json_take_text(json, "shows", &text) &&
			  span_copy(looks->page_shows, sizeof looks->page_shows, text);
}

static bool
read_looks(struct span text, struct link_looks *looks)
{
	json_t *json = json_read_strict(text);
	const json_t *links = json_object_get(json, "links");
	bool is_read = json_is_array(links);

	for (size_t i = 0; i < json_array_size(links) && i < LINKS_MAX && is_read; i++)
		is_read = read_look(json_array_get(links, i), &looks->look[looks->n++]);
	read_page(json_object_get(json, "page"), looks);
	json_decref(json);
	return is_read;
}

static int
ask_status(struct app *app, struct reach *reach, struct link_looks *looks)
{
	struct wire_message message;
	struct cursor cursor;
	struct span text;
	int code;

	(void)reach_begin(reach, WIRE_STATUS, 1);
	code = reach_ask(reach, WIRE_DONE, &message);
	if (code != APP_OK)
		return code;
	cursor = cursor_over(message.payload);
	(void)cursor_u64(&cursor);
	text = cursor_span(&cursor, STATUS_MAX);
	if (cursor_is_done(&cursor) && read_looks(text, looks))
		return APP_OK;
	looks->n = 0;
	return app_say_no(app, "what the station says of its links is not in its form");
}

int
link_ask(struct app *app, struct link_looks *looks)
{
	struct reach *reach;
	int code;

	memset(looks, 0, sizeof *looks);
	if (!reach_is_running(app))
		return APP_OK;
	reach = reach_open(app);
	code = reach ? ask_status(app, reach, looks) : APP_NO;
	reach_close(reach);
	return code;
}

const struct link_look *
link_find(const struct link_looks *looks, const struct station *station)
{
	for (unsigned i = 0; i < looks->n; i++)
		if (station_equal(&looks->look[i].station, station))
			return &looks->look[i];
	return NULL;
}

/* ---- showing it ---- */

static void
write_age(struct out *out, int64_t age_ms)
{
	int64_t s = age_ms > 0 ? age_ms / 1000 : 0;

	if (s < 120)
		out_format(out, "%lld s", (long long)s);
	else if (s < 7200)
		out_format(out, "%lld min", (long long)(s / 60));
	else if (s < 172800)
		out_format(out, "%lld h", (long long)(s / 3600));
	else
		out_format(out, "%lld days", (long long)(s / 86400));
}

static void
write_addresses(struct out *out, const struct link_row *row)
{
	out_format(out, "%s%s%s%s%s", row->listen[0] ? "listens on " : "", row->listen,
		   row->listen[0] && row->connect[0] ? ", " : "",
		   row->connect[0] ? "connects to " : "", row->connect);
}

static void
write_standing(const struct link_look *look, struct out *out)
{
	bool is_up = strcmp(look->state, link_cause_code(LINK_CAUSE_UP)) == 0;

	out_format(out, "\n    %s for ", link_label(look->state));
	write_age(out, app_utc() - look->since_ms);
	if (is_up && look->heard_ms > 0) {
		out_text(out, ", heard ");
		write_age(out, app_utc() - look->heard_ms);
		out_text(out, " ago");
	}
	if (is_up && look->rtt_ms > 0)
		out_format(out, ", there and back %lld ms", (long long)look->rtt_ms);
	if (look->waiting || look->unanswered)
		out_format(out, ", %lld waiting, %lld unanswered", (long long)look->waiting,
			   (long long)look->unanswered);
	if (look->skew_ms > SKEW_SAID_MS || look->skew_ms < -SKEW_SAID_MS) {
		out_text(out, "\n    its clock is ");
		write_age(out, look->skew_ms > 0 ? look->skew_ms : -look->skew_ms);
		out_text(out, look->skew_ms > 0 ? " ahead of ours" : " behind ours");
	}
	if (!is_up && look->text[0])
		out_format(out, "\n    %s", look->text);
	if (!is_up && link_fix(look->state)[0])
		out_format(out, "\n    -> %s", link_fix(look->state));
	if (look->strangers > 0)
		out_format(out, "\n    turned away at its port: %lld, the last %s",
			   (long long)look->strangers, look->stranger);
}

static void
write_row(const struct app *app, struct out *out, const struct link_row *row,
	  const struct link_look *look, bool is_running)
{
	const char *state = look ? look->state : is_running ? "starting" : "-";
	bool is_up = strcmp(state, link_cause_code(LINK_CAUSE_UP)) == 0;
	size_t begin = out->n;

	out_text(out, row->station.name);
	app_column(out, begin, COLUMN_STATE);
	app_colour(app, out, is_up ? APP_GREEN : APP_YELLOW);
	out_text(out, state);
	app_colour(app, out, APP_PLAIN);
	app_column(out, begin, COLUMN_MORE);
	write_addresses(out, row);
	if (look)
		write_standing(look, out);
	else if (is_running)
		out_text(out, "\n    not taken up yet; seam doctor names what hinders it");
	out_char(out, '\n');
}

static void
json_row(struct out *out, const struct link_row *row, const struct link_look *look, bool is_running,
	 bool is_first)
{
	const char *state = look ? look->state : is_running ? "starting" : NULL;

	out_format(out, "%s{\"station\":\"%s\",\"listen\":\"%s\",\"connect\":\"%s\",\"state\":",
		   is_first ? "[" : ",\n", row->station.name, row->listen, row->connect);
	if (state)
		out_format(out, "\"%s\"", state);
	else
		out_text(out, "null");
	if (look) {
		out_format(out, ",\"since_ms\":%lld,\"label\":", (long long)look->since_ms);
		out_json(out, span_of(link_label(state)));
		out_text(out, ",\"text\":");
		out_json(out, span_of(look->text));
		out_text(out, ",\"fix\":");
		out_json(out, span_of(link_fix(state)));
		out_format(out,
			   ",\"waiting\":%lld,\"unanswered\":%lld,\"skew_ms\":%lld,"
			   "\"rtt_ms\":%lld,\"heard_ms\":%lld",
			   (long long)look->waiting, (long long)look->unanswered,
			   (long long)look->skew_ms, (long long)look->rtt_ms,
			   (long long)look->heard_ms);
		out_format(out, ",\"strangers\":%lld,\"stranger\":", (long long)look->strangers);
		out_json(out, span_of(look->stranger));
	}
	out_char(out, '}');
}

void
link_write(const struct app *app, struct out *out, const struct links *links,
	   const struct link_looks *looks)
{
	bool is_running = reach_is_running(app);

	for (unsigned i = 0; i < links->n; i++) {
		const struct link_row *row = &links->row[i];
		const struct link_look *look = link_find(looks, &row->station);

		if (app->is_json)
			json_row(out, row, look, is_running, i == 0);
		else
			write_row(app, out, row, look, is_running);
	}
	if (app->is_json)
		out_text(out, links->n ? "]" : "[]");
}

static int
print_links(struct app *app, const struct links *links, const struct link_looks *looks)
{
	struct out out = out_new(APP_OUT_MAX);

	link_write(app, &out, links, looks);
	if (app->is_json)
		out_char(&out, '\n');
	else if (links->n == 0)
		app_remark(app, "no links: seam link add STATION --listen or --connect HOST:PORT");
	else if (!reach_is_running(app))
		app_remark(app, "the station does not run: how they stand is not known");
	return app_print(app, &out);
}

int
link_list(struct app *app)
{
	struct links *links = calloc(1, sizeof *links);
	struct link_looks *looks = calloc(1, sizeof *looks);
	int code = links && looks ? link_read(app, links) : app_fail(app, ERR_NOMEM, "links");

	if (code == APP_OK && app->args->n != 0)
		code = app_usage(app, "link list takes no arguments");
	if (code == APP_OK)
		code = link_ask(app, looks);
	if (code == APP_OK)
		code = print_links(app, links, looks);
	free(looks);
	free(links);
	return code;
}
