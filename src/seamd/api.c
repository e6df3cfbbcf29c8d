/* Promises what handlers share: the station's clock and forms, reasons with their status, asking.
 */
#include "seamd/api.h"

#include "seamd/config.h"

#include <stdio.h>

int64_t
api_now(const struct web_request *request)
{
	return config_clock(web_config(request), request->now_ms);
}

struct record_typing
api_typing(const struct web_request *request)
{
	const struct config *config = web_config(request);

	return (struct record_typing){.now_ms = api_now(request),
				      .zone_min = (int)config->zone_minutes,
				      .default_zone = config->default_grid.text};
}

struct party
api_party(const struct web_request *request)
{
	return station_party(&web_config(request)->station);
}

int
api_status(enum why why)
{
	if (why == WHY_NOT_JSON || why == WHY_NOT_UTF8 || why == WHY_BAD_FORM)
		return 400;
	return why == WHY_TOO_LARGE ? 413 : 422;
}

void
api_refuse(struct web_request *request, const struct recordjson_fault *fault)
{
	char text[sizeof fault->about + 256] = "";

	if (fault->about[0])
		(void)snprintf(text, sizeof text, "%s: %s", why_text(fault->reason.why),
			       fault->about);
	web_reply_problem(request, api_status(fault->reason.why), fault->reason.why,
			  fault->reason.field, text);
}

bool
api_id(struct web_request *request, struct hash *id)
{
	if (hash_read(request->part[0], id))
		return true;
	web_reply_problem(request, 404, WHY_NO_TARGET, 0, "an id is 43 characters of base64url");
	return false;
}

struct record *
api_record(struct web_request *request, enum kind kind)
{
	struct record *record = arena_take(request->arena, sizeof *record);

	if (record)
		record_init(record, kind);
	else
		web_reply_err(request, ERR_NOMEM);
	return record;
}

/* The reason why it may not be filed, answered; false when there was one. */
static bool
is_sound(struct web_request *request, struct record *record)
{
	struct recordjson_fault fault = {.reason = {WHY_NONE, 0}};
	struct out out = out_new(LIMIT_RECORD_WIRE);

	record->is_exercise = web_config(request)->exercise;
	fault.reason = record_check(record);
	record_write(&out, record);
	if (fault.reason.why == WHY_NONE && out_err(&out) != ERR_OK)
		fault.reason.why = WHY_TOO_LARGE;
	out_free(&out);
	if (fault.reason.why != WHY_NONE)
		api_refuse(request, &fault);
	return fault.reason.why == WHY_NONE;
}

void
api_ask(struct web_request *request, enum wire_kind kind, struct record *record,
	web_answer *on_answer, void *context)
{
	bool is_known = record->field[FIELD_ORIGIN].is_set && record->thread.n == 0;
	struct out *out;

	if (!is_sound(request, record))
		return;
	out = web_act(request, kind);
	if (kind == WIRE_FILE)
		out_u8(out, is_known ? WIRE_FILE_UNLESS_HELD : 0);
	out_sized(out, record->thread);
	record_write(out, record);
	web_ask_core(request, on_answer, context);
}

void
api_ask_confirm(struct web_request *request, struct span preview, web_answer *on_answer,
		void *context)
{
	struct hash name;
	struct out *out;

	if (!hash_read(preview, &name)) {
		web_reply_problem(request, 404, WHY_NOT_YET, 0, "no such preview is held");
		return;
	}
	out = web_act(request, WIRE_CONFIRM);
	out_bytes(out, name.b, HASH_SIZE);
	web_ask_core(request, on_answer, context);
}

enum err
api_waiting(struct web_request *request, struct picture *picture, struct waiting **rows, size_t *n,
	    bool *is_cut)
{
	const struct config *config = web_config(request);
	struct waiting_question question = {
	    .picture = picture,
	    .own = api_party(request),
	    .clocks = {config->watch_life_min, config->watch_red_min, config->watch_yellow_min},
	    .now_ms = api_now(request),
	    .steps = WEB_STEPS};

	return waiting_read(&question, request->arena, rows, n, is_cut);
}
