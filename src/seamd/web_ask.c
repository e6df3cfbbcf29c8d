/*
 * Promises that every message to core carries the session of its request, that its answer finds the
 * request while its client is there, and that no more wait than the gate has room for.
 */
#include "seamd/web_inside.h"

#include <string.h>

enum { CORE_QUEUE_MAX_BYTES = 8 << 20, RETRY_S = 2 };

static void
lose_asking(struct web_call *call)
{
	out_free(&call->asking);
	call->asking = out_new(WIRE_MAX);
}

struct out *
web_ask(struct web_request *request, enum wire_kind kind)
{
	struct web_call *call = web_call_of(request);

	lose_asking(call);
	call->asking_begun = wire_begin(&call->asking, kind, 0);
	return &call->asking;
}

struct out *
web_act(struct web_request *request, enum wire_kind kind)
{
	struct out *out = web_ask(request, kind);

	out_sized(out, request->token);
	out_sized(out, request->duty);
	return out;
}

/* Half of the room is for those whom core has known: strangers cannot take it. */
static struct web_asked *
free_row(struct web *web, const struct web_call *call)
{
	if (web->n_asked >= WEB_ASKS_MAX / 2 && !web_session_was_seen(web, &call->token))
		return NULL;
	for (size_t i = 0; i < WEB_ASKS_MAX; i++)
		if (web->asked[i].id == 0)
			return &web->asked[i];
	return NULL;
}

/* The id stands behind kind and length (wire.h). */
static void
set_id(struct out *out, size_t begun, uint64_t id)
{
	for (int i = 0; i < 8; i++)
		out->p[begun + 8 + (size_t)i] = (char)(id >> (56 - 8 * i));
}

static enum err
send_message(struct web *web, struct web_call *call, struct web_asked **row)
{
	struct out *out = &call->asking;
	struct evbuffer *waiting = web->is_core_gone ? NULL : bufferevent_get_output(web->core);

	*row = free_row(web, call);
	wire_end(out, call->asking_begun);
	if (out_err(out) != ERR_OK)
		return out_err(out);
	if (!waiting)
		return ERR_CLOSED;
	if (!*row || evbuffer_get_length(waiting) > CORE_QUEUE_MAX_BYTES)
		return ERR_BUSY;
	set_id(out, call->asking_begun, ++web->next_id);
	return bufferevent_write(web->core, out->p, out->n) == 0 ? ERR_OK : ERR_NOMEM;
}

static void
say_unsent(struct web_request *request, enum err err)
{
	if (err == ERR_LIMIT)
		web_reply_problem(request, 413, WHY_TOO_LARGE, 0, NULL);
	else if (err == ERR_CLOSED)
		web_reply_retry(request, 503, RETRY_S,
				"the core of this station is away and is being started again");
	else if (err == ERR_BUSY)
		web_reply_retry(request, 503, RETRY_S, "too many questions wait for the core");
	else
		web_reply_err(request, err);
}

static void
ask(struct web_call *call, web_answer *on_answer, void *context, bool is_quiet)
{
	struct web *web = call->request.web;
	struct web_asked *row;
	enum err err = send_message(web, call, &row);

	lose_asking(call);
	if (err == ERR_OK) {
		*row = (struct web_asked){.id = web->next_id,
					  .call = call,
					  .on_answer = on_answer,
					  .context = context,
					  .is_quiet = is_quiet,
					  .until_ms = web_tick_ms() + WEB_ASK_MS};
		call->asked++;
		web->n_asked++;
	} else if (!is_quiet) {
		say_unsent(&call->request, err);
	}
}

void
web_ask_core(struct web_request *request, web_answer *on_answer, void *context)
{
	ask(web_call_of(request), on_answer, context, false);
}

void
web_ask_quietly(struct web_request *request, web_answer *on_answer, void *context)
{
	ask(web_call_of(request), on_answer, context, true);
}

static struct web_asked
take_row(struct web *web, struct web_asked *row)
{
	struct web_asked taken = *row;

	*row = (struct web_asked){0};
	web->n_asked--;
	if (taken.call)
		taken.call->asked--;
	return taken;
}

/* ---- answers ---- */

static void
take_answer(struct web *web, const struct wire_message *message)
{
	struct web_asked *row = NULL;
	struct web_asked asked;

	for (size_t i = 0; i < WEB_ASKS_MAX && !row; i++)
		if (web->asked[i].id == message->id)
			row = &web->asked[i];
	if (!row) /* came after its time */
		return;
	if (message->kind == WIRE_ITEM) {
		asked = *row;
		row->until_ms = web_tick_ms() + WEB_ASK_MS;
	} else {
		asked = take_row(web, row);
	}
	if (asked.call)
		asked.on_answer(&asked.call->request, message, asked.context);
}

static bool
take_change(struct web *web, const struct wire_message *message)
{
	struct cursor cursor = cursor_over(message->payload);
	uint64_t behind;
	unsigned why;
	bool is_anew;

	(void)cursor_u64(&cursor);
	is_anew = cursor_flag(&cursor);
	behind = cursor_u64(&cursor);
	why = cursor_u8(&cursor);
	if (cursor_is_done(&cursor) && why < ERR_COUNT) {
		web->behind = behind;
		web->behind_why = (enum err)why;
	}
	if (cursor_is_done(&cursor))
		web_changed(web, is_anew);
	return cursor_is_done(&cursor);
}

void
web_ask_from_core(struct bufferevent *core, void *cookie)
{
	struct web *web = cookie;
	struct evbuffer *input = bufferevent_get_input(core);
	enum err err = ERR_OK;

	web->heard_ms = web_tick_ms();
	while (err == ERR_OK) {
		size_t n = evbuffer_get_length(input);
		size_t want = n < WIRE_MAX ? n : WIRE_MAX;
		struct span span = span_make(evbuffer_pullup(input, (ev_ssize_t)want), want);
		struct wire_message message;

		err = want < WIRE_HEADER ? ERR_BUSY : wire_take(&span, &message);
		if (err == ERR_OK && !wire_may_send(message.kind, 'C'))
			err = ERR_FORMAT;
		if (err == ERR_OK && message.kind == WIRE_CHANGED)
			err = take_change(web, &message) ? ERR_OK : ERR_FORMAT;
		else if (err == ERR_OK && message.id != 0)
			take_answer(web, &message);
		if (err == ERR_OK)
			(void)evbuffer_drain(input, want - span.n);
	}
	if (err == ERR_BUSY)
		return;
	role_log("web", "alert", "core said what has no meaning here");
	web->exit_code = ROLE_EXIT_FAULT;
	(void)event_base_loopexit(web->base, NULL);
}

/* ---- those that get none ---- */

void
web_ask_sweep(struct web *web, int64_t now_ms)
{
	for (size_t i = 0; i < WEB_ASKS_MAX; i++) {
		struct web_asked asked;

		if (web->asked[i].id == 0 || now_ms < web->asked[i].until_ms)
			continue;
		asked = take_row(web, &web->asked[i]);
		if (asked.call && !asked.is_quiet)
			web_reply_retry(&asked.call->request, 504, RETRY_S,
					"the core of this station did not answer in time: it may "
					"still do what was asked");
	}
}

void
web_ask_fail_all(struct web *web)
{
	for (size_t i = 0; i < WEB_ASKS_MAX; i++) {
		struct web_asked asked;

		if (web->asked[i].id == 0)
			continue;
		asked = take_row(web, &web->asked[i]);
		if (asked.call && !asked.is_quiet)
			web_reply_retry(&asked.call->request, 503, RETRY_S,
					"the core of this station ended while it was asked: look "
					"whether it was done");
	}
}

/* Core answers all the same: the row stays taken until then, so that a client who asks and goes
 * away again cannot fill core's queue. */
void
web_ask_forget(struct web_call *call)
{
	struct web *web = call->request.web;

	for (size_t i = 0; i < WEB_ASKS_MAX && call->asked; i++) {
		if (web->asked[i].id == 0 || web->asked[i].call != call)
			continue;
		web->asked[i].call = NULL;
		call->asked--;
	}
	out_free(&call->asking);
}
