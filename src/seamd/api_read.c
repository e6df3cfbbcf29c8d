/* Promises the picture to whoever is signed on: rows, one record, counts, what waits. */
#include "seamd/api.h"

#include "model/course.h"
#include "seamd/asking.h"
#include "seamd/config.h"
#include "seamd/rowjson.h"
#include "seamd/web_route.h"

#include <stdio.h>

enum { ROWS = 50, ROWS_MAX = 200, PAGE_FULL = 2 << 20 };

/* ---- parameters ---- */

static void
refuse_parameter(struct web_request *request, enum why why, struct span name, const char *takes)
{
	struct out text = out_new(WEB_URI_MAX + 256);

	out_format(&text, "%.*s%s%s", (int)name.n, name.p, takes ? ": " : "", takes ? takes : "");
	web_reply_problem(request, why == WHY_UNKNOWN_FIELD ? 400 : 422, why, 0,
			  out_err(&text) == ERR_OK ? text.p : NULL);
	out_free(&text);
}

/* Every parameter but those in `others`, which the caller reads; false when one was refused. */
static bool
read_filters(struct web_request *request, const char *const *others, struct picture_query *query)
{
	struct record_typing typing = api_typing(request);

	for (unsigned i = 0; i < request->n_query; i++) {
		struct span name = request->query[i].name;
		const char *const *other = others;
		enum why why;

		while (*other && !span_is(name, *other))
			other++;
		if (*other)
			continue;
		why = asking_set(query, name, request->query[i].value, &typing);
		if (why != WHY_NONE) {
			refuse_parameter(request, why, name,
					 why == WHY_UNKNOWN_FIELD ? "no such parameter here"
								  : asking_help(name));
			return false;
		}
	}
	query->steps = WEB_STEPS;
	return true;
}

static bool
read_page(struct web_request *request, struct picture_query *query)
{
	struct span limit = web_query(request, "limit");
	struct span after = web_query(request, "after");
	int64_t n = ROWS;

	if (limit.p && !span_int(limit, 1, ROWS_MAX, &n)) {
		refuse_parameter(request, WHY_BAD_VALUE, SPAN("limit"), "1 to 200");
		return false;
	}
	if (after.p && !asking_read_cursor(after, &query->after)) {
		refuse_parameter(request, WHY_BAD_VALUE, SPAN("after"),
				 "what `next` of the page before said");
		return false;
	}
	query->limit = (unsigned)n;
	query->with_records = true;
	return true;
}

/* Of all that a question may hold only its type is judged by the picture itself. */
static void
reply_failed(struct web_request *request, enum err err, const char *about)
{
	if (err == ERR_FORMAT)
		refuse_parameter(request, WHY_BAD_CODE, span_of(about), NULL);
	else
		web_reply_err(request, err);
}

/* What an answer from the picture lacks stands in it. */
static void
write_behind(struct web_request *request, struct out *out)
{
	enum err why;
	uint64_t behind = web_behind(request, &why);

	if (behind)
		out_format(out, ",\"behind\":%llu", (unsigned long long)behind);
	if (behind && why != ERR_OK)
		out_format(out, ",\"behind_why\":\"%s\"", err_text(why));
}

/* ---- rows ---- */

/* As many as fit a page; the rest begins behind *next. */
static void
write_rows(struct web_request *request, struct out *out, const struct picture_row *rows, size_t n,
	   struct picture_cursor *next)
{
	int zone_min = (int)web_config(request)->zone_minutes;

	out_text(out, "{\"records\":[");
	for (size_t i = 0; i < n; i++) {
		out_text(out, i ? "," : "");
		rowjson_row(out, &rows[i], zone_min);
		if (out->n > PAGE_FULL && i + 1 < n) {
			*next = (struct picture_cursor){true, rows[i].when.from_ms, rows[i].id};
			break;
		}
	}
	out_char(out, ']');
	if (next->is_set) {
		out_text(out, ",\"next\":\"");
		asking_write_cursor(out, next);
		out_char(out, '"');
	}
	write_behind(request, out);
	out_char(out, '}');
}

void
api_records(struct web_request *request)
{
	static const char *const others[] = {"limit", "after", NULL};
	struct picture_query query = {.kinds = 0};
	struct picture_cursor next = {.is_set = false};
	struct out out = out_new(WEB_REPLY_MAX);
	struct picture *picture;
	struct picture_row *rows;
	size_t n;
	enum err err;

	if (!read_filters(request, others, &query) || !read_page(request, &query))
		return;
	err = web_picture(request, &picture);
	if (err == ERR_OK)
		err = picture_query(picture, &query, request->arena, &rows, &n, &next);
	if (err == ERR_OK) {
		write_rows(request, &out, rows, n, &next);
		web_reply_json(request, 200, &out);
	} else {
		reply_failed(request, err, "type");
	}
	out_free(&out);
}

void
api_record_whole(struct web_request *request)
{
	struct party own = api_party(request);
	struct out out = out_new(WEB_REPLY_MAX);
	struct picture *picture;
	struct picture_row row;
	struct hash id;
	enum err err;

	if (!api_id(request, &id))
		return;
	err = web_picture(request, &picture);
	if (err == ERR_OK)
		err = picture_record(picture, &id, request->arena, &row);
	if (err == ERR_OK)
		err = rowjson_whole(&out, picture, &row, &own,
				    (int)web_config(request)->zone_minutes, request->arena);
	if (err == ERR_OK)
		web_reply_json(request, 200, &out);
	else if (err == ERR_NOT_FOUND)
		web_reply_problem(request, 404, WHY_NO_TARGET, 0, NULL);
	else
		web_reply_err(request, err);
	out_free(&out);
}

/* ---- counts ---- */

static bool
read_keys(struct web_request *request, struct picture_tally *tally)
{
	struct span by = web_query(request, "by");
	struct span sum = web_query(request, "sum");
	enum why why = asking_by(tally, by);

	if (why != WHY_NONE) {
		refuse_parameter(request, why, SPAN("by"),
				 "at most three of governorate, district, kind, type, severity, "
				 "party, station, year, month, week, day, place, zone");
		return false;
	}
	if (sum.p && asking_sum(tally, sum) != WHY_NONE) {
		refuse_parameter(request, WHY_BAD_VALUE, SPAN("sum"),
				 "no field that holds numbers");
		return false;
	}
	tally->zone_min = (int)web_config(request)->zone_minutes;
	return true;
}

void
api_count(struct web_request *request)
{
	static const char *const others[] = {"by", "sum", NULL};
	struct picture_tally tally = {.n_by = 0};
	struct picture_cell *cells;
	struct out out = out_new(WEB_REPLY_MAX);
	struct picture *picture;
	size_t n;
	enum err err;

	if (!read_filters(request, others, &tally.which) || !read_keys(request, &tally))
		return;
	err = web_picture(request, &picture);
	if (err == ERR_OK)
		err = picture_count(picture, &tally, request->arena, &cells, &n);
	if (err == ERR_OK) {
		out_text(&out, "{\"cells\":");
		rowjson_cells(&out, &tally, cells, n);
		write_behind(request, &out);
		out_char(&out, '}');
		web_reply_json(request, 200, &out);
	} else {
		reply_failed(request, err, "type or sum");
	}
	out_free(&out);
}

/* ---- what waits ---- */

static void
write_waiting(struct out *out, const struct waiting *waiting, int zone_min)
{
	out_format(out, "{\"way\":\"%s\",\"state\":\"%s\",\"step\":\"%s\",\"party\":\"%s\"",
		   course_way_code(waiting->way), course_state_code(waiting->state),
		   course_step_code(waiting->step), waiting->party.name);
	if (waiting->by_ms)
		out_format(out, ",\"by_ms\":%lld", (long long)waiting->by_ms);
	out_text(out, ",\"record\":");
	rowjson_row(out, &waiting->row, zone_min);
	out_char(out, '}');
}

static void
write_half(struct out *out, const struct waiting *rows, size_t n, bool is_ours, int zone_min)
{
	bool is_first = true;

	for (size_t i = 0; i < n; i++) {
		if (rows[i].is_ours != is_ours)
			continue;
		out_text(out, is_first ? "" : ",");
		write_waiting(out, &rows[i], zone_min);
		is_first = false;
	}
}

void
api_waits(struct web_request *request)
{
	int zone_min = (int)web_config(request)->zone_minutes;
	struct out out = out_new(WEB_REPLY_MAX);
	struct picture *picture;
	struct waiting *rows;
	bool is_cut;
	size_t n;
	enum err err = web_picture(request, &picture);

	if (err == ERR_OK)
		err = api_waiting(request, picture, &rows, &n, &is_cut);
	if (err == ERR_OK) {
		out_text(&out, "{\"ours\":[");
		write_half(&out, rows, n, true, zone_min);
		out_text(&out, "],\"others\":[");
		write_half(&out, rows, n, false, zone_min);
		out_format(&out, "],\"more\":%s", is_cut ? "true" : "false");
		write_behind(request, &out);
		out_char(&out, '}');
		web_reply_json(request, 200, &out);
	} else {
		web_reply_err(request, err);
	}
	out_free(&out);
}

/* ---- who and where ---- */

void
api_session(struct web_request *request)
{
	const struct config *config = web_config(request);
	struct out out = out_new(4096);

	out_text(&out, "{\"account\":");
	out_json(&out, request->account);
	out_text(&out, ",\"duty\":");
	out_json(&out, request->first_duty);
	out_format(&out,
		   ",\"station\":\"%s\",\"exercise\":%s,\"now_ms\":%lld,\"zone_minutes\":%lld}",
		   config->station.name, config->exercise ? "true" : "false",
		   (long long)api_now(request), (long long)config->zone_minutes);
	web_reply_json(request, 200, &out);
	out_free(&out);
}

static void
on_status(struct web_request *request, const struct wire_message *answer, void *context)
{
	struct cursor cursor = cursor_over(answer->payload);
	struct out out = out_new(WIRE_MAX);

	(void)context;
	(void)cursor_u64(&cursor);
	if (answer->kind == WIRE_DONE) {
		out_span(&out, cursor_span(&cursor, WIRE_PAYLOAD));
		if (cursor_is_done(&cursor))
			web_reply_json(request, 200, &out);
		else
			web_reply_err(request, ERR_INTERNAL);
	} else {
		web_reply_refused(request, answer);
	}
	out_free(&out);
}

void
api_station(struct web_request *request)
{
	(void)web_act(request, WIRE_STATUS);
	web_ask_core(request, on_status, NULL);
}
