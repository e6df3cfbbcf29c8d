/*
 * Promises that acts are taken in the order they came, that their answers find their way back, and
 * that a gate which sends faster than core writes is made to wait.
 */
#include "seamd/core.h"
#include "seamd/link.h"

#include "base/b64.h"
#include "base/sign.h"

#include <event2/buffer.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { SEAL_ABSENT_MS = 50, LINE_QUEUE = 16 << 20, LINE_UNREAD = 32 << 20 };

void
core_send(struct core *core, const struct act *act, struct out *message)
{
	(void)core;
	if (out_err(message) != ERR_OK)
		role_log("core", "warn", "an answer was too large to send");
	else if (act->line && bufferevent_write(act->line, message->p, message->n) != 0)
		role_log("core", "warn", "an answer could not be sent");
}

void
core_refuse(struct core *core, const struct act *act, enum why why, unsigned field,
	    const char *text)
{
	struct out out = out_new(4096);
	size_t begun = wire_begin(&out, WIRE_REFUSED, act->id);

	out_u16(&out, (uint16_t)why);
	out_u16(&out, (uint16_t)field);
	out_sized(&out, span_of(text ? text : ""));
	wire_end(&out, begun);
	core_send(core, act, &out);
	out_free(&out);
}

void
core_fail(struct core *core, const struct act *act, enum err err, const char *text)
{
	struct out out = out_new(4096);
	size_t begun = wire_begin(&out, WIRE_FAILED, act->id);

	out_u16(&out, (uint16_t)err);
	out_sized(&out, span_of(text ? text : ""));
	wire_end(&out, begun);
	core_send(core, act, &out);
	out_free(&out);
}

void
core_done(struct core *core, const struct act *act, int64_t number, const char *text)
{
	struct out out = out_new(WIRE_MAX);
	size_t begun = wire_begin(&out, WIRE_DONE, act->id);

	out_i64(&out, number);
	out_sized(&out, span_of(text));
	wire_end(&out, begun);
	core_send(core, act, &out);
	out_free(&out);
}

enum why
core_who(struct core *core, struct cursor *cursor, unsigned right, struct core_who *who)
{
	struct span token = cursor_span(cursor, WIRE_TOKEN_SIZE);
	struct span duty = cursor_span(cursor, DUTY_NAME_MAX - 1);
	enum why why;

	who->lack[0] = '\0';
	if (cursor->is_failed)
		return WHY_BAD_FORM;
	why = duty_check(core->duty, token, duty, right, role_now_ms(), who->account, who->duty);
	if (why == WHY_NO_DUTY)
		duty_lack(core->duty, span_of(who->account), duty, right, who->lack);
	return why;
}

enum why
core_trader(struct core *core, const struct act *act, struct cursor *cursor, struct core_who *who)
{
	if (!act->link)
		return core_who(core, cursor, DUTY_TRADE, who);
	(void)cursor_span(cursor, WIRE_TOKEN_SIZE);
	(void)cursor_span(cursor, DUTY_NAME_MAX - 1);
	*who = (struct core_who){"link", "link", ""};
	return cursor->is_failed ? WHY_BAD_FORM : WHY_NONE;
}

void
core_schedule(struct core *core)
{
	struct timeval wait = {0, 0};
	int64_t wait_ms = core->config->batch_ms;

	if (!core->first)
		return;
	if (core->first->kind != WIRE_FILE && core->first->kind != WIRE_TAKE)
		wait_ms = 0;
	if (core->waiting >= (size_t)core->config->batch_records)
		wait_ms = 0;
	if (!core->seal)
		wait_ms = SEAL_ABSENT_MS;
	wait.tv_usec = (suseconds_t)(wait_ms * 1000);
	(void)event_add(core->tick, &wait);
}

void
core_drop_act(struct core *core)
{
	struct act *act = core->first;

	core->first = act->next;
	if (!core->first)
		core->last = NULL;
	core->waiting--;
	core->waiting_bytes -= act->n;
	sign_wipe(act->payload, act->n); /* tokens and passphrases pass through here */
	free(act);
}

bool
core_is_unread(const struct act *act)
{
	return act->line && evbuffer_get_length(bufferevent_get_output(act->line)) > LINE_UNREAD;
}

/* Lines are read again when the queue is short, and from a gate that reads its answers. */
void
core_hold_lines(struct core *core)
{
	bool is_full = core->waiting > CORE_QUEUE_MAX || core->waiting_bytes > CORE_QUEUE_BYTES;

	for (size_t i = 0; i < CORE_LINES_MAX; i++) {
		struct bufferevent *line = core->lines[i].line;

		if (!line)
			continue;
		if (is_full || evbuffer_get_length(bufferevent_get_output(line)) > LINE_UNREAD)
			(void)bufferevent_disable(line, EV_READ);
		else
			(void)bufferevent_enable(line, EV_READ);
	}
}

enum err
core_queue_act(struct core *core, struct bufferevent *line, const struct wire_message *message,
	       struct link *link)
{
	struct act *act = calloc(1, sizeof *act + message->payload.n);

	if (!act)
		return ERR_NOMEM;
	act->line = line;
	act->link = link;
	act->connection = link ? link->connection : 0;
	act->id = message->id;
	act->kind = message->kind;
	act->n = message->payload.n;
	if (act->n)
		memcpy(act->payload, message->payload.p, act->n);
	if (core->last)
		core->last->next = act;
	else
		core->first = act;
	core->last = act;
	core->waiting++;
	core->waiting_bytes += act->n;
	return ERR_OK;
}

static struct core_line *
row_of(struct core *core, const struct bufferevent *line)
{
	for (size_t i = 0; i < CORE_LINES_MAX; i++)
		if (core->lines[i].line == line)
			return &core->lines[i];
	return NULL;
}

static void
drop_line(struct core *core, struct bufferevent *line)
{
	struct core_line *row = row_of(core, line);

	for (struct act *act = core->first; act; act = act->next)
		if (act->line == line)
			act->line = NULL;
	if (row && row->link && row->link->line == line) {
		row->link->line = NULL;
		link_close(core, row->link, LINK_CAUSE_STARTING, "its gate has ended");
	}
	if (row)
		*row = (struct core_line){0};
	bufferevent_free(line);
}

/* Who owns the page's gate rides sessions that pass through it; the station is not theirs to end.
 */
static bool
may_send(const struct core_line *row, enum wire_kind kind)
{
	if (row->is_web && kind == WIRE_STOP)
		return false;
	return wire_may_send(kind, row->sender) || (row->is_web && kind == WIRE_SHOWS);
}

static enum err
take_shown(struct core_line *row, const struct wire_message *message)
{
	struct cursor cursor = cursor_over(message->payload);
	struct span pin = cursor_span(&cursor, TLS_PIN_BYTES);

	if (!cursor_is_done(&cursor) || (pin.n != 0 && pin.n != TLS_PIN_BYTES))
		return ERR_FORMAT;
	row->has_shown = true;
	row->shown_n = (unsigned)pin.n;
	if (pin.n)
		memcpy(row->shown, pin.p, pin.n);
	return ERR_OK;
}

/* An older channel of the same gate may not have ended yet: it is not asked. */
void
core_write_shown(const struct core *core, const struct link *link, struct out *json)
{
	const struct core_line *row = NULL;

	for (size_t i = 0; i < CORE_LINES_MAX; i++) {
		const struct core_line *at = &core->lines[i];

		if (at->line && (link ? at->line == link->line : at->is_web))
			row = at;
	}
	if (!row || !row->has_shown) {
		out_text(json, ",\"shows\":null");
		return;
	}
	out_text(json, ",\"shows\":\"");
	b64_write(json, span_make(row->shown, row->shown_n));
	out_char(json, '"');
}

/* What the gate of a link says is acted on at once, but for the lines that flow; what people want
 * waits for its turn. */
static enum err
take_message(struct core *core, struct core_line *row, const struct wire_message *message)
{
	if (!may_send(row, message->kind))
		return ERR_FORMAT;
	if (message->kind == WIRE_SHOWS)
		return take_shown(row, message);
	if (!row->link)
		return core_queue_act(core, row->line, message, NULL);
	link_from_gate(core, row->link, message);
	return ERR_OK;
}

static void
from_gate(struct bufferevent *line, void *cookie)
{
	struct core *core = cookie;
	struct core_line *row = row_of(core, line);
	struct evbuffer *input = bufferevent_get_input(line);
	struct wire_message message;
	bool was_idle = core->first == NULL;
	enum err err = row ? ERR_OK : ERR_CLOSED;

	while (err == ERR_OK) {
		size_t n = evbuffer_get_length(input);
		struct span span = span_make(n ? evbuffer_pullup(input, -1) : NULL, n);
		size_t taken = 0;

		/* Several messages are taken from one contiguous stretch before it is drained. */
		while ((err = wire_take(&span, &message)) == ERR_OK) {
			err = take_message(core, row, &message);
			if (err != ERR_OK)
				break;
			taken = n - span.n;
		}
		(void)evbuffer_drain(input, taken);
	}
	if (err == ERR_FORMAT) {
		role_log("core", "alert", "a gate broke the rules of the wire and was cut off");
		drop_line(core, line);
	}
	core_hold_lines(core);
	if (was_idle || core->waiting >= (size_t)core->config->batch_records)
		core_schedule(core);
}

void
core_tell_web(struct core *core, bool is_anew)
{
	core->behind = fold_behind(core);
	for (size_t i = 0; i < CORE_LINES_MAX; i++) {
		struct out out = {0};
		size_t begun;

		if (!core->lines[i].line || !core->lines[i].is_web)
			continue;
		out = out_new(64);
		begun = wire_begin(&out, WIRE_CHANGED, 0);
		out_i64(&out, core->folded_seq);
		out_u8(&out, is_anew);
		out_u64(&out, core->behind);
		out_u8(&out, (unsigned char)core->behind_why);
		wire_end(&out, begun);
		if (out_err(&out) == ERR_OK)
			(void)bufferevent_write(core->lines[i].line, out.p, out.n);
		out_free(&out);
	}
}

/* What waited for the gate to read has gone to it. */
static void
to_gate(struct bufferevent *line, void *cookie)
{
	(void)line;
	core_hold_lines(cookie);
}

static void
gate_event(struct bufferevent *line, short what, void *cookie)
{
	if (what & (BEV_EVENT_EOF | BEV_EVENT_ERROR))
		drop_line(cookie, line);
}

void
core_add_gate(struct core *core, int fd, enum role role, const struct station *station)
{
	struct link *link = role == ROLE_PEER ? link_of(core, station) : NULL;
	struct bufferevent *line;

	(void)evutil_make_socket_nonblocking(fd);
	line = bufferevent_socket_new(core->base, fd, BEV_OPT_CLOSE_ON_FREE);
	for (size_t i = 0; i < CORE_LINES_MAX && line && (link || role != ROLE_PEER); i++) {
		if (core->lines[i].line)
			continue;
		core->lines[i] = (struct core_line){.line = line,
						    .sender = role == ROLE_PEER ? 'X' : 'G',
						    .is_web = role == ROLE_WEB,
						    .link = link};
		bufferevent_setcb(line, from_gate, to_gate, gate_event, core);
		bufferevent_setwatermark(line, EV_READ, 0, LINE_QUEUE);
		(void)bufferevent_enable(line, EV_READ | EV_WRITE);
		if (link) {
			link->line = line;
			link->strangers = 0; /* it counts anew */
			link_tell_gate(core, link);
		}
		return;
	}
	role_log("core", "warn", "no room for another gate");
	if (line)
		bufferevent_free(line);
	else
		(void)close(fd);
}
