/*
 * Promises that those who listen are told soon after core has something new, that the silent line
 * is kept alive, and that a stream ends with its session.
 */
#include "seamd/web_inside.h"

#include <string.h>

enum { RETRY_S = 5 };

static void
send_text(struct web_call *call, struct span text)
{
	struct evbuffer *out = evbuffer_new();

	if (out && evbuffer_add(out, text.p, text.n) == 0)
		evhttp_send_reply_chunk(call->http, out);
	if (out)
		evbuffer_free(out);
	call->said_ms = web_tick_ms();
}

static void
tell(struct web_call *call, bool is_anew)
{
	arena_reset(call->turn_arena);
	call->turn(&call->request, is_anew, call->turn_context);
}

void
web_stream_start(struct web_request *request, web_stream_turn *turn, void *context)
{
	struct web_call *call = web_call_of(request);
	struct web *web = request->web;

	if (call->is_head_only) {
		web_reply_text(request, 200, "text/event-stream", (struct span){NULL, 0});
		return;
	}
	if (web->n_streams == WEB_STREAMS_MAX) {
		web_reply_retry(request, 503, RETRY_S, "too many streams are open");
		return;
	}
	call->turn_arena = arena_new(WEB_ARENA_MAX);
	if (!call->turn_arena) {
		web_reply_err(request, ERR_NOMEM);
		return;
	}
	call->is_answered = call->is_stream = true;
	call->turn = turn;
	call->turn_context = context;
	call->checked_ms = web_tick_ms();
	web->streams[web->n_streams++] = call;
	web_reply_head(call);
	(void)evhttp_add_header(evhttp_request_get_output_headers(call->http), "Content-Type",
				"text/event-stream");
	evhttp_send_reply_start(call->http, 200, web_reply_words(200));
	send_text(call, SPAN("retry: 3000\n\n"));
	tell(call, false);
}

struct arena *
web_stream_arena(struct web_request *request)
{
	return web_call_of(request)->turn_arena;
}

void
web_stream_event(struct web_request *request, const char *name, struct span id, struct span data)
{
	struct out out = out_new(WEB_STREAM_UNREAD);
	struct span line;

	out_format(&out, "event: %s\n", name);
	if (id.n)
		out_format(&out, "id: %.*s\n", (int)id.n, id.p);
	if (!data.p)
		data = SPAN("");
	while (span_split(&data, '\n', &line)) {
		out_text(&out, "data: ");
		out_span(&out, line);
		out_char(&out, '\n');
	}
	out_char(&out, '\n');
	if (out_err(&out) == ERR_OK)
		send_text(web_call_of(request), out_view(&out));
	out_free(&out);
}

void
web_stream_tell_all(struct web *web)
{
	bool is_anew = web->is_anew;

	web->is_anew = false;
	for (unsigned i = 0; i < web->n_streams; i++)
		tell(web->streams[i], is_anew);
}

void
web_stream_end(struct web_call *call)
{
	web_stream_forget(call);
	evhttp_send_reply_end(call->http); /* the call may be gone behind this */
}

void
web_stream_end_token(struct web *web, const struct hash *token)
{
	for (unsigned i = web->n_streams; i > 0; i--)
		if (hash_equal(&web->streams[i - 1]->token, token))
			web_stream_end(web->streams[i - 1]);
}

void
web_stream_forget(struct web_call *call)
{
	struct web *web = call->request.web;

	for (unsigned i = 0; i < web->n_streams; i++) {
		if (web->streams[i] != call)
			continue;
		web->streams[i] = web->streams[--web->n_streams];
		return;
	}
}

void
web_stream_sweep(struct web *web, int64_t now_ms)
{
	for (unsigned i = 0; i < web->n_streams; i++) {
		struct web_call *call = web->streams[i];

		if (now_ms - call->said_ms >= WEB_BEAT_MS)
			send_text(call, SPAN(":\n\n"));
		if (now_ms - call->checked_ms >= WEB_BEAT_MS && call->asked == 0) {
			call->checked_ms = now_ms;
			web_session_recheck(call);
		}
	}
}
