/*
 * Promises that stations keep one another's logs honest: each has its newest head countersigned by
 * those it is linked with, holds a verified copy of theirs, and keeps what proves that one told two
 * histories. Nothing here waits for anybody: a record counts before it is countersigned.
 */
#include "seamd/link.h"

#include "admit/admit.h"
#include "admit/keyring.h"
#include "base/b64.h"
#include "journal/fork.h"
#include "journal/journal.h"
#include "journal/shelf.h"
#include "journal/tile.h"
#include "journal/witness.h"
#include "seamd/quorum.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	COSIGN_AGAIN_MS = 900 * 1000, /* an unchanged head is countersigned again */
	GOSSIP_MS = 30 * 1000         /* heads of third logs are passed on this often */
};

/* ---- our own log ---- */

void
link_head_changed(struct core *core)
{
	for (size_t i = 0; i < LINKS_MAX; i++)
		if (core->links[i])
			core->links[i]->cosign_due = true;
	link_pump_soon(core);
}

/* Somebody shows a head of our own log: the first such word after a start tells whether this home
 * is the newest there is. */
void
link_our_head(struct core *core, const char *who, struct span note)
{
	enum err err = journal_head_shown(core->journal, note);
	char text[256];

	if (err == ERR_CORRUPT && !core->is_frozen) {
		core->is_frozen = true;
		(void)snprintf(
		    text, sizeof text,
		    "%s holds a head of this log that is ahead of ours or contradicts "
		    "it: this is an older copy. No more heads are signed; 'seam recover' "
		    "begins a new log from here",
		    who);
		core_alarm(core, "rollback", core->kid.station.name, text);
	} else if (err == ERR_OK) {
		core->is_confirmed = true;
	}
}

static void
own_path(const struct core *core, char path[80])
{
	struct hash hash = hash_of(span_of(journal_origin(core->journal)));
	char hex[65];

	hash_hex(hex, &hash);
	(void)snprintf(path, 80, "%s/checkpoint", hex);
}

/* ---- objects ---- */

/* The log of a station whose origin has that SHA-256 in hexadecimal; NULL when there is none. */
static const struct note_key *
log_by_hex(const struct core *core, const struct station *station, const char *hex)
{
	const struct note_key *logs[KEYRING_LOGS];
	size_t n = keyring_logs(core->keyring, station, logs);

	for (size_t i = 0; i < n; i++) {
		struct hash hash = hash_of(span_of(logs[i]->name));
		char own[65];

		hash_hex(own, &hash);
		if (memcmp(own, hex, 64) == 0)
			return logs[i];
	}
	return NULL;
}

/* What was countersigned last of a log, of any station and not only its newest. */
static int
read_witnessed(struct core *core, const char *hex, struct out *bytes)
{
	const struct note_key *log = NULL;

	for (size_t i = 0; !log && i < keyring_count(core->keyring); i++)
		log = log_by_hex(core, &keyring_at(core->keyring, i)->station, hex);
	return log && journal_witnessed(core->journal, span_of(log->name), bytes) == ERR_OK ? 200
											    : 404;
}

/* 200 and the bytes, or another status. */
static int
read_object(struct core *core, struct span path, struct out *bytes)
{
	char text[TILE_PATH_MAX + 8];
	char whole[FILE_PATH_MAX];
	struct tile tile;

	if (span_is(path, "checkpoint"))
		return journal_head_note(core->journal, bytes) == ERR_OK && bytes->n ? 200 : 404;
	if (path.n == 75 && span_is(span_make(path.p + 64, 11), "/checkpoint"))
		return read_witnessed(core, path.p, bytes);
	if (!tile_read_path(path, &tile) || !span_copy(text, sizeof text, path) ||
	    file_path(whole, sizeof whole, journal_log_dir(core->journal), text) != ERR_OK)
		return 404;
	return file_read(whole, bytes) == ERR_OK ? 200 : 404;
}

static void
send_object(struct core *core, struct link *link, struct span path)
{
	struct out bytes = out_new(NOTE_MAX);
	struct out line = out_new(LINK_LINE_MAX);
	int status = read_object(core, path, &bytes);

	out_text(&line, "file ");
	out_span(&line, path);
	out_format(&line, " %d ", status);
	if (status == 200)
		b64_write(&line, out_view(&bytes));
	else
		out_char(&line, '-');
	if (path.n < 200)
		link_send(core, link, &line);
	else
		out_free(&line);
	out_free(&bytes);
}

static bool
decode(struct core *core, struct span text, struct span *bytes)
{
	char *plain = arena_take(core->arena, text.n + 1);
	size_t n;

	if (!plain || !b64_read(text, plain, text.n, &n))
		return false;
	*bytes = span_make(plain, n);
	return true;
}

static void
take_object(struct core *core, struct link *link, struct span rest)
{
	struct span path = {NULL, 0};
	struct span word = {NULL, 0};
	struct span bytes = {"", 0};
	int64_t status;
	char own[80];

	link->asks = false;
	if (!span_split(&rest, ' ', &path) || !span_split(&rest, ' ', &word) ||
	    !span_int(word, 100, 599, &status) ||
	    (!span_is(rest, "-") && !decode(core, rest, &bytes)))
		return;
	own_path(core, own);
	if (span_is(path, own)) {
		if (status == 200)
			link_our_head(core, link->station.name, bytes);
		else
			core->is_confirmed = true; /* it never saw this log: so it holds no more */
		return;
	}
	link_give_mirror(core, link, path, (int)status, bytes);
}

/* ---- countersigning ---- */

/* One request of tlog-witness; the status, and the body of the answer. */
static int
countersign(struct core *core, struct link *link, struct span request, struct out *body)
{
	const struct keynote *own = keyring_station(core->keyring, &core->kid.station);
	struct out message = out_new(NOTE_MAX);
	struct fork fork = fork_new();
	struct witness_answer answer = {0};
	struct witness_request read = {0};
	const struct note_key *key = NULL;
	struct signature signature;
	struct station station;
	enum err err;

	if (witness_read_request(request, &read) == ERR_OK &&
	    keyring_log_station(core->keyring, read.origin, &station) &&
	    station_equal(&station, &link->station))
		key = keyring_log(core->keyring, read.origin);
	err = witness_serve(core->journal, key, request, (uint64_t)(core_now(core) / 1000),
			    core_now(core), &answer, &message, &fork);
	if (err == ERR_OK && answer.status == 200) {
		err = core_sign(core, SEAL_COSIGNATURE, out_view(&message), &signature);
		if (err == ERR_OK && own)
			err = witness_finish(core->journal, &own->witness, &answer, &signature,
					     core_now(core), body);
	} else if (err == ERR_OK) {
		witness_write_refusal(&answer, body);
	}
	if (answer.has_forked)
		link_keep_fork(core, link->station.name, read.origin, &fork);
	if (err == ERR_OK && answer.is_own)
		link_our_head(core, link->station.name, read.note);
	if (err == ERR_OK && key && (answer.status == 200 || answer.is_doubtful)) {
		link->head_seen_ms = LINK_NOW;
		link_own_head(core, link, read.origin, read.head.size);
		trade_keep_head(core, read.note);
	}
	out_free(&message);
	fork_free(&fork);
	return err == ERR_OK ? answer.status : 500;
}

static void
answer_cosign(struct core *core, struct link *link, struct span rest)
{
	struct out body = out_new(WITNESS_BODY_MAX);
	struct out line = out_new(LINK_LINE_MAX);
	struct span request;
	int status = 400;

	if (decode(core, rest, &request))
		status = countersign(core, link, request, &body);
	out_format(&line, "cosigned %d ", status);
	if (body.n)
		b64_write(&line, out_view(&body));
	else
		out_char(&line, '-');
	link_send(core, link, &line);
	out_free(&body);
}

static void
take_cosigned(struct core *core, struct link *link, struct span rest)
{
	const struct keynote *note = keyring_station(core->keyring, &link->station);
	enum witness_outcome outcome = WITNESS_USELESS;
	struct span word = {NULL, 0};
	struct span body = {"", 0};
	uint64_t old_size = link->cosigned;
	uint64_t size = link->cosign_asked;
	int64_t status;
	enum err err;

	link->cosign_asked = 0;
	link->cosigned_ms = LINK_NOW;
	if (!note || size == 0 || !span_split(&rest, ' ', &word) ||
	    !span_int(word, 100, 599, &status) ||
	    (!span_is(rest, "-") && !decode(core, rest, &body)))
		return;
	err = journal_begin(core->journal);
	if (err == ERR_OK)
		err = witness_take(core->journal, &note->witness, size, (int)status, body, &outcome,
				   &old_size);
	if (err == ERR_OK)
		err = journal_commit(core->journal);
	if (err != ERR_OK) {
		journal_rollback(core->journal);
		return;
	}
	if (outcome == WITNESS_COSIGNED) {
		link->cosigned = size;
		link->cosign_due = link->cosign_due || journal_head_size(core->journal) > size;
	} else if (outcome == WITNESS_RETRY) {
		link->cosigned = old_size;
		link->cosign_due = true;
	} else if (outcome == WITNESS_AHEAD || outcome == WITNESS_DISAGREES) {
		link->ask_own = true;
	} else {
		role_log("core", "warn", "%s does not countersign this log (%lld)",
			 link->station.name, (long long)status);
	}
	link_pump_soon(core);
}

static bool
ask_cosign(struct core *core, struct link *link)
{
	struct out body = out_new(WITNESS_BODY_MAX);
	struct out line = out_new(LINK_LINE_MAX);
	uint64_t size = journal_head_size(core->journal);

	if (LINK_NOW - link->cosigned_ms > COSIGN_AGAIN_MS)
		link->cosign_due = true;
	if (!link->cosign_due || link->cosign_asked || size == 0 || core->is_frozen ||
	    witness_write_request(core->journal, link->cosigned, &body) != ERR_OK) {
		out_free(&body);
		out_free(&line);
		return false;
	}
	out_text(&line, "cosign ");
	b64_write(&line, out_view(&body));
	link->cosign_asked = size;
	link->cosign_due = false;
	link->cosigned_ms = LINK_NOW;
	link_send(core, link, &line);
	out_free(&body);
	return true;
}

/* ---- heads of third logs ---- */

struct gossip {
	struct core *core;
	struct link *link;
	const struct seen_head *head;
};

static bool
is_passed(struct link *link, const struct seen_head *head)
{
	struct hash origin = hash_of(head->origin);
	size_t free_row = 0;

	for (size_t i = 0; i < LIMIT_HEADS; i++) {
		if (hash_equal(&link->gossip[i].origin, &origin)) {
			bool is_same = link->gossip[i].size == head->size;

			link->gossip[i].size = head->size;
			return is_same;
		}
		if (link->gossip[i].size == 0)
			free_row = i;
	}
	link->gossip[free_row].origin = origin;
	link->gossip[free_row].size = head->size;
	return false;
}

/* Whoever shows one head here and another there is found out by those who compare. */
static bool
pass_heads(struct core *core, struct link *link)
{
	if (!link->gossip_due || LINK_NOW - link->gossip_ms < GOSSIP_MS)
		return false;
	for (size_t i = 0; core->heads.is_set && i < core->heads.heads.n; i++) {
		const struct seen_head *head = &core->heads.heads.head[i];
		struct out text = out_new(LINK_LINE_MAX);
		struct station station;
		struct shelf shelf;

		if ((keyring_log_station(core->keyring, head->origin, &station) &&
		     station_equal(&station, &link->station)) ||
		    is_passed(link, head) ||
		    shelf_get(core->journal, SPAN("head"), head->origin, head->size, core->arena,
			      &shelf) != ERR_OK) {
			out_free(&text);
			continue;
		}
		b64_write(&text, shelf.text);
		link_put(core, link, LINK_HEAD, 0, "head", out_view(&text), SPAN(""));
		out_free(&text);
		return true;
	}
	link->gossip_due = false;
	link->gossip_ms = LINK_NOW;
	return false;
}

void
link_ask(struct core *core, struct link *link, const char *path)
{
	struct out line = out_new(256);

	out_format(&line, "ask %s", path);
	link->asks = true;
	link_send(core, link, &line);
}

/* Whether the other end holds more of our log than we do. */
static bool
ask_own(struct core *core, struct link *link)
{
	char own[80];

	if (!link->ask_own || link->asks)
		return false;
	link->ask_own = false;
	own_path(core, own);
	link_ask(core, link, own);
	return true;
}

bool
link_put_log(struct core *core, struct link *link)
{
	return ask_cosign(core, link) || pass_heads(core, link) || ask_own(core, link) ||
	       link_ask_mirror(core, link);
}

void
link_take_log(struct core *core, struct link *link, struct span word, struct span rest)
{
	arena_reset(core->arena);
	if (span_is(word, "ask"))
		send_object(core, link, rest);
	else if (span_is(word, "file"))
		take_object(core, link, rest);
	else if (span_is(word, "cosign"))
		answer_cosign(core, link, rest);
	else if (span_is(word, "cosigned"))
		take_cosigned(core, link, rest);
	else
		link_close(core, link, LINK_CAUSE_LOST, "a line of another shape");
}

/* ---- how far our own log is countersigned ---- */

enum err
link_quorum(struct core *core, struct witness_quorum *quorum)
{
	struct quorum *witnesses = arena_take(core->arena, sizeof *witnesses);

	if (!witnesses)
		return ERR_NOMEM;
	quorum_read(core->keyring, &core->own, witnesses);
	return witness_quorum(core->journal, witnesses->member, witnesses->n, witnesses->k, quorum);
}

void
link_write_quorum(struct core *core, struct out *json)
{
	struct witness_quorum quorum = {0};

	if (link_quorum(core, &quorum) != ERR_OK)
		return;
	out_format(json, ",\"countersigned\":%llu,\"countersigned_ms\":%lld,\"confirmed\":%s",
		   (unsigned long long)quorum.size, (long long)quorum.freshest_ms,
		   core->is_confirmed ? "true" : "false");
}

/* ---- over HTTP ---- */

static void
send_got(struct link *link, uint64_t id, int status, const char *type, struct span body)
{
	struct out out = out_new(WIRE_MAX);
	size_t begun = wire_begin(&out, WIRE_GOT, id);

	out_u16(&out, (uint16_t)status);
	out_sized(&out, span_of(type));
	out_sized(&out, body);
	wire_end(&out, begun);
	if (out_err(&out) == ERR_OK && link->line)
		(void)bufferevent_write(link->line, out.p, out.n);
	out_free(&out);
}

void
link_get(struct core *core, struct link *link, const struct wire_message *message)
{
	struct cursor cursor = cursor_over(message->payload);
	struct span method = cursor_span(&cursor, 16);
	struct span path = cursor_span(&cursor, 256);
	struct span request = cursor_span(&cursor, WIRE_PAYLOAD);
	struct out body = out_new(NOTE_MAX);
	const char *type = "text/plain; charset=utf-8";
	int status = 404;

	if (!cursor_is_done(&cursor) || path.n < 2 || path.p[0] != '/') {
		send_got(link, message->id, 400, type, SPAN(""));
		out_free(&body);
		return;
	}
	path = span_make(path.p + 1, path.n - 1);
	arena_reset(core->arena);
	if (span_is(method, "POST") && span_is(path, "add-checkpoint")) {
		status = countersign(core, link, request, &body);
		if (status == 409)
			type = WITNESS_SIZE_TYPE;
	} else if (span_is(method, "GET")) {
		status = read_object(core, path, &body);
		if (span_starts(path, "tile/"))
			type = "application/octet-stream";
	}
	send_got(link, message->id, status, type, out_view(&body));
	out_free(&body);
}
