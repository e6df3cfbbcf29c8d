/*
 * Promises that a link carries what a stick would, line by line, and that core says why one is
 * down. What comes is queued with all other acts and verified there; what goes is chosen in
 * link_pump.c.  The gate is believed for nothing but that its connection came and went.
 */
#include "seamd/link.h"

#include "admit/keyring.h"
#include "base/b64.h"
#include "journal/journal.h"
#include "journal/shelf.h"
#include "seamd/ring.h"

#include <event2/buffer.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ID_TEXT = 44, UTC_MAX_DIGITS = 20 };

static bool
is_member(const struct core *core, const struct party *party)
{
	return members_find(keyring_members(core->keyring), party) != NULL;
}

/* A key note is taken of members alone: whose note is here and who is none any more has left.  Of a
 * party that is still to come no note is here. */
static bool
has_left(const struct core *core, const struct link *link)
{
	struct arena_mark mark = arena_mark(core->arena);
	struct shelf shelf;
	bool is_so = !is_member(core, &link->party) &&
		     shelf_newest(core->journal, SPAN(RING_KEY), span_of(link->station.name),
				  core->arena, &shelf) == ERR_OK;

	arena_back(core->arena, mark);
	return is_so;
}

/* An old row whose gate is gone gives way to a new link. */
static size_t
row_for(struct core *core, const struct station *station)
{
	size_t spare = LINKS_MAX;

	for (size_t i = 0; i < LINKS_MAX; i++) {
		if (core->links[i] && station_equal(&core->links[i]->station, station))
			return i;
		if (!core->links[i] || (!core->links[i]->line && spare == LINKS_MAX))
			spare = i;
	}
	return spare;
}

struct link *
link_of(struct core *core, const struct station *station)
{
	size_t at = row_for(core, station);
	struct link *link;

	if (!station->name[0] || at == LINKS_MAX)
		return NULL;
	if (core->links[at] && station_equal(&core->links[at]->station, station))
		return core->links[at];
	link = calloc(1, sizeof *link);
	if (!link)
		return NULL;
	link_free(core, core->links[at]);
	link->station = *station;
	link->party = station_party(station);
	link->is_sister = party_equal(&link->party, &core->own);
	link->cause = LINK_CAUSE_STARTING;
	link->since_ms = LINK_NOW;
	link->owed_end = &link->owed;
	link->window = LINK_WINDOW_FIRST;
	core->links[at] = link;
	return link;
}

void
link_free(struct core *core, struct link *link)
{
	if (!link)
		return;
	for (struct act *act = core->first; act; act = act->next)
		if (act->link == link)
			act->line = NULL, act->link = NULL;
	for (size_t i = 0; i < LINKS_MAX; i++)
		if (core->links[i] == link)
			core->links[i] = NULL;
	link_forget(link);
	link_close_log(link);
	free(link->waiting);
	free(link->leafless);
	free(link);
}

/* ---- towards the gate ---- */

static void
to_gate(struct core *core, struct link *link, struct out *message)
{
	(void)core;
	if (out_err(message) != ERR_OK)
		role_log("core", "warn", "a line for %s is too large", link->station.name);
	else if (link->line && bufferevent_write(link->line, message->p, message->n) != 0)
		role_log("core", "warn", "a line for %s could not be given to its gate",
			 link->station.name);
}

void
link_send(struct core *core, struct link *link, struct out *line)
{
	struct out out = out_new(WIRE_MAX);
	size_t begun = wire_begin(&out, WIRE_LINE, link->connection);

	if (out_err(line) == ERR_OK)
		out_sized(&out, out_view(line));
	else
		out.err = out_err(line);
	wire_end(&out, begun);
	to_gate(core, link, &out);
	link->said_ms = LINK_NOW;
	out_free(&out);
	out_free(line);
}

void
link_tell_gate(struct core *core, struct link *link)
{
	const struct keynote *note = keyring_station(core->keyring, &link->station);
	bool may = note && note->has_tls && is_member(core, &link->party);
	struct out out = out_new(1024);
	size_t begun = wire_begin(&out, WIRE_LINK, 0);

	out_sized(&out, span_of(core->kid.station.name));
	out_sized(&out, span_of(link->station.name));
	out_sized(&out, may ? span_make((const char *)note->tls, sizeof note->tls) : SPAN(""));
	wire_end(&out, begun);
	to_gate(core, link, &out);
	out_free(&out);
}

static void
set_state(struct link *link, bool is_up, enum link_cause cause, struct span text)
{
	if (link->is_up != is_up || link->cause != cause)
		link->since_ms = LINK_NOW;
	link->is_up = is_up;
	link->cause = cause;
	wire_words(text, link->text, sizeof link->text);
}

/* The party's next link takes over what this one had. */
static void
choose_primary(struct core *core, const struct party *party)
{
	struct link *first = NULL;

	for (size_t i = 0; i < LINKS_MAX; i++) {
		struct link *link = core->links[i];

		if (!link || !party_equal(&link->party, party))
			continue;
		if (link->is_primary && link->is_greeted)
			return;
		link->is_primary = false;
		if (!first && link->is_greeted)
			first = link;
	}
	if (!first)
		return;
	link_take_over(core, first);
}

void
link_close(struct core *core, struct link *link, enum link_cause cause, const char *text)
{
	/* A link that was up was tried. */
	bool is_told = cause != LINK_CAUSE_STARTING || !text[0];
	struct out out = out_new(1024);
	size_t begun = wire_begin(&out, WIRE_DOWN, link->connection);

	out_u8(&out, (uint8_t)cause);
	out_sized(&out, span_of(text));
	wire_end(&out, begun);
	if (link->line && link->is_up)
		to_gate(core, link, &out);
	out_free(&out);
	if (link->is_up)
		role_log("core", "note", "the link with %s is down: %s%s%s", link->station.name,
			 is_told ? link_cause_label(cause) : "", is_told && text[0] ? ": " : "",
			 text);
	set_state(link, false, cause, span_of(text));
	link_forget(link);
	choose_primary(core, &link->party);
	link_pump_soon(core);
}

static void
say_hello(struct core *core, struct link *link)
{
	struct out line = out_new(256);

	out_format(&line, "hello 1 %s %lld", core->kid.station.name, (long long)LINK_NOW);
	link_send(core, link, &line);
}

static void
came_up(struct core *core, struct link *link, uint64_t connection, struct cursor *cursor)
{
	struct span text;

	(void)cursor_u8(cursor);
	text = cursor_span(cursor, sizeof link->text - 1);
	link->connection = connection;
	if (cursor->is_failed || !is_member(core, &link->party)) {
		link->is_up = true; /* so that the gate is told */
		link_close(core, link, LINK_CAUSE_LEFT, "");
		return;
	}
	link_forget(link);
	link->connection = connection;
	link->heard_ms = LINK_NOW;
	set_state(link, true, LINK_CAUSE_UP, text);
	say_hello(core, link);
}

/* ---- lines that come ---- */

static struct span
word(struct span *rest)
{
	struct span first;

	if (!span_split(rest, ' ', &first)) {
		first = *rest;
		*rest = (struct span){"", 0};
	}
	if (!rest->p)
		*rest = (struct span){"", 0};
	return first;
}

static bool
take_hello(struct core *core, struct link *link, struct span rest)
{
	struct span version = word(&rest);
	struct span name = word(&rest);
	int64_t utc_ms;

	if (!span_is(version, "1") || !span_int(rest, 0, INT64_MAX / 2, &utc_ms))
		return false;
	if (!span_is(name, link->station.name)) {
		link_close(core, link, LINK_CAUSE_STRANGER, "");
		return true;
	}
	link->skew_ms = utc_ms - LINK_NOW;
	if (llabs(link->skew_ms) > LINK_SKEW_MS)
		role_log("core", "warn", "the clock of %s differs from ours by %lld s",
			 link->station.name, (long long)link->skew_ms / 1000);
	role_log("core", "note", "the link with %s is up", link->station.name);
	link->is_greeted = true;
	link_know_log(core, link);
	order_begin(core, link);
	link_start_pump(core, link);
	choose_primary(core, &link->party);
	link_pump_soon(core);
	return true;
}

/* A line of a bundle: an act without an account, since its bytes speak for themselves. */
static bool
take_put(struct core *core, struct link *link, struct span rest)
{
	struct span number = word(&rest);
	struct wire_message message = {.kind = WIRE_TAKE};
	struct out payload = out_new(WIRE_MAX);
	int64_t n;
	bool is_taken;

	is_taken = span_int(number, 1, INT64_MAX, &n) && rest.n > 0;
	out_sized(&payload, SPAN(""));
	out_sized(&payload, SPAN(""));
	out_sized(&payload, rest);
	is_taken = is_taken && out_err(&payload) == ERR_OK;
	message.id = (uint64_t)n;
	message.payload = out_view(&payload);
	if (is_taken && core_queue_act(core, link->line, &message, link) != ERR_OK)
		link_close(core, link, LINK_CAUSE_LOST, err_text(ERR_NOMEM));
	out_free(&payload);
	return is_taken;
}

static bool
take_line(struct core *core, struct link *link, struct span line)
{
	struct span rest = line;
	struct span first = word(&rest);

	if (span_is(first, "hello"))
		return !link->is_greeted && take_hello(core, link, rest);
	if (!link->is_greeted)
		return false;
	if (span_is(first, "put"))
		return take_put(core, link, rest);
	if (span_is(first, "did"))
		link_answered(core, link, rest);
	else if (span_is(first, "have"))
		link_read_have(core, link, rest);
	else if (!span_is(first, "beat"))
		link_take_log(core, link, first, rest);
	return true;
}

static void
take_down(struct core *core, struct link *link, struct cursor *cursor)
{
	unsigned cause = cursor_u8(cursor);
	struct span text = cursor_span(cursor, WIRE_PAYLOAD);

	if (cause == LINK_CAUSE_UP || cause >= LINK_CAUSE_COUNT)
		cause = LINK_CAUSE_LOST;
	/* Whatever keeps it from standing, a list that has its party again comes first. */
	if (has_left(core, link)) {
		cause = LINK_CAUSE_LEFT;
		text = SPAN("");
	}
	if (link->is_up)
		role_log("core", "note", "the link with %s is down: %s", link->station.name,
			 link_cause_label((enum link_cause)cause));
	set_state(link, false, (enum link_cause)cause, text);
	link_forget(link);
	choose_primary(core, &link->party);
	link_pump_soon(core);
}

static void
take_knocked(struct link *link, struct cursor *cursor)
{
	uint64_t n = cursor_u64(cursor);
	struct span text = cursor_span(cursor, WIRE_PAYLOAD);

	if (!cursor_is_done(cursor))
		return;
	link->strangers = n < INT64_MAX ? n : INT64_MAX; /* what a reader of JSON takes */
	wire_words(text, link->stranger, sizeof link->stranger);
}

void
link_from_gate(struct core *core, struct link *link, const struct wire_message *message)
{
	struct cursor cursor = cursor_over(message->payload);

	/* DOWN 0 says why there is no connection; of another than the one at hand nothing counts.
	 */
	if (message->kind == WIRE_UP) {
		came_up(core, link, message->id, &cursor);
	} else if (message->kind == WIRE_DOWN) {
		if (link->is_up ? message->id == link->connection : message->id == 0)
			take_down(core, link, &cursor);
	} else if (message->kind == WIRE_KNOCKED) {
		take_knocked(link, &cursor);
	} else if (message->kind == WIRE_GET) {
		link_get(core, link, message);
	} else if (message->kind == WIRE_LINE && link->is_up && message->id == link->connection) {
		struct span line = cursor_span(&cursor, WIRE_PAYLOAD);

		link->heard_ms = LINK_NOW;
		if (!cursor_is_done(&cursor) || !take_line(core, link, line))
			link_close(core, link, LINK_CAUSE_LOST, "a line of another shape");
	}
}

void
link_did(struct core *core, const struct act *act, enum wire_taken outcome, enum why why,
	 const struct hash *id)
{
	static const char *const words[] = {[TAKEN_NEW] = "new",
					    [TAKEN_KNOWN] = "known",
					    [TAKEN_REFUSED] = "refused",
					    [TAKEN_IGNORED] = "ignored"};
	struct link *link = act->link;
	struct out line = out_new(512);

	if (!link->is_up || act->connection != link->connection) {
		out_free(&line);
		return;
	}
	link->counted_came += outcome == TAKEN_NEW;
	link->counted_refused += outcome == TAKEN_REFUSED;
	out_format(&line, "did %llu %s %s ", (unsigned long long)act->id, words[outcome],
		   why == WHY_NONE ? "-" : why_code(why));
	if (hash_equal(id, &(struct hash){{0}}))
		out_char(&line, '-');
	else
		b64url_write(&line, span_make((const char *)id->b, HASH_SIZE));
	link_send(core, link, &line);
}

/* A party that left is spoken to no more from this moment on. */
void
link_keys_changed(struct core *core)
{
	for (size_t i = 0; i < LINKS_MAX; i++) {
		struct link *link = core->links[i];

		if (!link)
			continue;
		link->notes_due = true;
		link_tell_gate(core, link);
		if (is_member(core, &link->party))
			continue;
		if (link->is_up)
			link_close(core, link, LINK_CAUSE_LEFT, "");
		else if (has_left(core, link))
			set_state(link, false, LINK_CAUSE_LEFT, SPAN(""));
	}
	link_pump_soon(core);
}

/* ---- time ---- */

void
link_beat_all(struct core *core)
{
	int64_t now = LINK_NOW;

	link_look_again(core);
	link_look_at_logs(core);

	for (size_t i = 0; i < LINKS_MAX; i++) {
		struct link *link = core->links[i];

		if (!link || !link->is_up)
			continue;
		if (now - link->heard_ms > LINK_DEAD_MS) {
			link_close(core, link, LINK_CAUSE_TIMEOUT, "nothing was heard for long");
		} else if (now - link->said_ms > LINK_BEAT_MS) {
			struct out line = out_new(64);

			out_format(&line, "beat %lld", (long long)now);
			link_send(core, link, &line);
		}
	}
	link_pump_soon(core);
}

/* ---- state, for people ---- */

static void
write_link(const struct core *core, const struct link *link, struct out *json)
{
	out_format(json, "{\"station\":\"%s\",\"state\":\"%s\",\"since_ms\":%lld,\"label\":",
		   link->station.name, link_cause_code(link->cause), (long long)link->since_ms);
	out_json(json, span_of(link_cause_label(link->cause)));
	out_text(json, ",\"text\":");
	out_json(json, span_of(link->text));
	out_text(json, ",\"fix\":");
	out_json(json, span_of(link_cause_fix(link->cause)));
	out_format(
	    json,
	    ",\"sister\":%s,\"waiting\":%zu,\"unanswered\":%zu,\"skew_ms\":%lld,\"rtt_ms\":%lld,"
	    "\"heard_ms\":%lld,\"put\":%lld,\"came\":%lld,\"refused\":%lld,\"cosigned\":%llu",
	    link->is_sister ? "true" : "false", link->waiting_n, link->flights_n,
	    (long long)link->skew_ms, (long long)link->rtt_ms, (long long)link->heard_ms,
	    (long long)link->counted_put, (long long)link->counted_came,
	    (long long)link->counted_refused, (unsigned long long)link->cosigned);
	core_write_shown(core, link, json);
	out_format(json, ",\"strangers\":%llu,\"stranger\":", (unsigned long long)link->strangers);
	out_json(json, span_of(link->strangers ? link->stranger : ""));
	out_char(json, '}');
}

void
link_status(struct core *core, struct out *json)
{
	bool is_first = true;

	out_text(json, ",\"links\":[");
	for (size_t i = 0; i < LINKS_MAX; i++) {
		if (!core->links[i] || !core->links[i]->line)
			continue;
		if (!is_first)
			out_char(json, ',');
		write_link(core, core->links[i], json);
		is_first = false;
	}
	out_text(json, "],\"page\":{\"serves\":");
	out_text(json, core->config->web_listen.text[0] ? "true" : "false");
	core_write_shown(core, NULL, json);
	out_char(json, '}');
	link_write_quorum(core, json);
}
