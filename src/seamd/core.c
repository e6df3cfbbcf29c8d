/*
 * Promises one writer for everything a party holds: the loop that takes acts in the order they
 * came, gathers them into batches, and gives heads, due releases and the picture their turns.  No
 * network, no foreign format.
 */
#define _GNU_SOURCE
#include "seamd/core.h"

#include "admit/keyring.h"
#include "admit/admit.h"
#include "journal/journal.h"
#include "journal/shelf.h"
#include "model/ground.h"
#include "picture/picture.h"
#include "release/policy.h"
#include "release/profile.h"
#include "seamd/jail.h"
#include "seamd/reread.h"
#include "seamd/ring.h"

#include <errno.h>
#include <event2/buffer.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
	SEAL_WAIT_MS = 10000,
	SEAL_ABSENT_MS = 50,
	SEAL_AHEAD = 65536,
	CLERK_WAIT_MS = 20000,
	LINE_QUEUE = 16 << 20,
	HEADS_ARENA = 1 << 20
};

int64_t
core_now(const struct core *core)
{
	return members_time(keyring_members(core->keyring), role_now_ms());
}

/* ---- answers ---- */

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

	if (cursor->is_failed)
		return WHY_BAD_FORM;
	return duty_check(core->duty, token, duty, right, role_now_ms(), who->account, who->duty);
}

/* ---- seal ---- */

static void
lose_seal(struct core *core)
{
	client_close(core->seal);
	core->seal = NULL;
	core->seal_asked = core->seal_collected = 0;
}

enum err
core_ask_seal(struct core *core, enum seal_form form, struct span bytes)
{
	struct out *out;
	size_t begun;
	enum err err;

	if (!core->seal)
		return ERR_CLOSED;
	out = client_out(core->seal);
	begun = wire_begin(out, WIRE_SIGN, ++core->seal_asked);
	out_u8(out, (uint8_t)form);
	out_sized(out, bytes);
	wire_end(out, begun);
	err = out_err(out);
	if (err == ERR_OK && out->n > SEAL_AHEAD)
		err = client_flush(core->seal);
	if (err != ERR_OK)
		lose_seal(core);
	return err;
}

enum err
core_collect_seal(struct core *core, struct signature *signature)
{
	struct wire_message message;
	struct cursor cursor;
	struct span bytes;
	enum err err;

	memset(signature, 0, sizeof *signature);
	if (!core->seal)
		return ERR_CLOSED;
	err = client_wait(core->seal, SEAL_WAIT_MS, &message);
	core->seal_collected++;
	if (err == ERR_OK && message.id != core->seal_collected)
		err = ERR_FORMAT;
	if (err != ERR_OK) {
		lose_seal(core);
		return ERR_CLOSED;
	}
	cursor = cursor_over(message.payload);
	bytes = cursor_span(&cursor, SIGN_SIZE);
	if (message.kind != WIRE_SIGNED || bytes.n != SIGN_SIZE || !cursor_is_done(&cursor))
		return ERR_REFUSED;
	memcpy(signature->b, bytes.p, SIGN_SIZE);
	return ERR_OK;
}

void
core_drop_seal(struct core *core)
{
	struct signature unused;

	while (core->seal && core->seal_collected < core->seal_asked)
		if (core_collect_seal(core, &unused) == ERR_CLOSED)
			return;
}

enum err
core_sign(struct core *core, enum seal_form form, struct span bytes, struct signature *signature)
{
	enum err err = core_ask_seal(core, form, bytes);

	return err == ERR_OK ? core_collect_seal(core, signature) : err;
}

enum err
core_head(struct core *core)
{
	const struct note_key *key = journal_key(core->journal);
	struct out text = out_new(NOTE_MAX);
	struct signature signature;
	enum err err = core->is_frozen ? ERR_REFUSED : journal_head_due(core->journal, &text);

	if (err == ERR_OK && text.n) {
		struct out note = out_new(NOTE_MAX);

		err = core_sign(core, SEAL_HEAD, out_view(&text), &signature);
		out_span(&note, out_view(&text));
		out_char(&note, '\n');
		note_write_line(&note, key, 0, &signature);
		if (err == ERR_OK)
			err = out_err(&note);
		if (err == ERR_OK)
			err = journal_head_accept(core->journal, out_view(&note), role_now_ms());
		if (err == ERR_LOCKED || err == ERR_CORRUPT || err == ERR_REFUSED) {
			core->is_frozen = true;
			role_log("core", "alert", "stopped signing heads: %s", err_text(err));
		}
		out_free(&note);
	}
	out_free(&text);
	return err;
}

/* ---- what is loaded ---- */

const struct policy *
core_policy(struct core *core, int64_t version)
{
	struct core_policy *free_row = &core->policies[0];
	int64_t found;

	if (version == 0)
		version = core->policy_now;
	if (version == 0)
		return NULL;
	for (size_t i = 0; i < CORE_POLICIES; i++) {
		if (core->policies[i].version == version)
			return core->policies[i].policy;
		if (core->policies[i].version < free_row->version)
			free_row = &core->policies[i]; /* the oldest gives way */
	}
	policy_free(free_row->policy);
	*free_row = (struct core_policy){0};
	if (ring_policy(core->journal, &core->own, version, &free_row->policy, &found) != ERR_OK)
		return NULL;
	free_row->version = version;
	return free_row->policy;
}

struct head_list {
	struct core *core;
	struct seen_head *heads;
	uint16_t n;
};

/* Versions of one origin follow one another: the last is the newest. */
static bool
add_head(void *context, const struct shelf *shelf)
{
	struct head_list *list = context;
	struct note_head head;
	struct note note;
	struct seen_head *at;

	if (note_read(shelf->text, &note) != ERR_OK || note_head_read(note.text, &head) != ERR_OK)
		return true;
	at = list->n && span_equal(list->heads[list->n - 1].origin, shelf->name)
		 ? &list->heads[list->n - 1]
		 : NULL;
	if (!at && list->n == LIMIT_HEADS)
		return false;
	if (!at)
		at = &list->heads[list->n++];
	*at = (struct seen_head){arena_copy(list->core->heads_arena, shelf->name),
				 (int64_t)head.size, head.root};
	return at->origin.p != NULL;
}

static enum err
load_heads(struct core *core)
{
	struct head_list list = {.core = core};
	enum err err;

	arena_reset(core->heads_arena);
	memset(&core->heads, 0, sizeof core->heads);
	list.heads = arena_array(core->heads_arena, LIMIT_HEADS, sizeof *list.heads);
	if (!list.heads)
		return ERR_NOMEM;
	err = shelf_each(core->journal, SPAN("head"), &(struct shelf_walk){add_head, &list});
	if (err == ERR_OK && list.n) {
		core->heads.is_set = true;
		core->heads.levels = 1;
		core->heads.heads.n = list.n;
		core->heads.heads.head = list.heads;
	}
	return err;
}

enum err
core_reload(struct core *core)
{
	struct keyring *keyring;
	char why[RING_WHY_MAX];
	enum err err = ring_load(core->journal, &keyring, why);

	if (err != ERR_OK) {
		role_log("core", "alert", "keys and members could not be loaded: %s",
			 why[0] ? why : err_text(err));
		return err;
	}
	keyring_free(core->keyring);
	core->keyring = keyring;
	return load_heads(core);
}

enum err
core_read(struct core *core, const struct hash *id, struct journal_record *row,
	  struct record *record)
{
	enum err err = journal_get(core->journal, id, core->arena, row);

	if (err == ERR_OK && row->is_erased)
		err = ERR_NOT_FOUND;
	return err == ERR_OK ? reread_record(row, core->keyring, core->arena, record) : err;
}

/* ---- the queue ---- */

static void
schedule(struct core *core)
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

/* Lines are read again when the queue is short. */
static void
hold_lines(struct core *core)
{
	bool is_full = core->waiting > CORE_QUEUE_MAX || core->waiting_bytes > CORE_QUEUE_BYTES;

	for (size_t i = 0; i < CORE_LINES_MAX; i++) {
		if (!core->lines[i])
			continue;
		if (is_full)
			(void)bufferevent_disable(core->lines[i], EV_READ);
		else
			(void)bufferevent_enable(core->lines[i], EV_READ);
	}
}

static enum err
queue(struct core *core, struct bufferevent *line, const struct wire_message *message)
{
	struct act *act = calloc(1, sizeof *act + message->payload.n);

	if (!act)
		return ERR_NOMEM;
	act->line = line;
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

static void
drop_line(struct core *core, struct bufferevent *line)
{
	for (struct act *act = core->first; act; act = act->next)
		if (act->line == line)
			act->line = NULL;
	for (size_t i = 0; i < CORE_LINES_MAX; i++)
		if (core->lines[i] == line)
			core->lines[i] = NULL;
	bufferevent_free(line);
}

static void
from_gate(struct bufferevent *line, void *cookie)
{
	struct core *core = cookie;
	struct evbuffer *input = bufferevent_get_input(line);
	struct wire_message message;
	bool was_idle = core->first == NULL;
	enum err err = ERR_OK;

	while (err == ERR_OK) {
		size_t n = evbuffer_get_length(input);
		struct span span = span_make(n ? evbuffer_pullup(input, -1) : NULL, n);
		size_t taken = 0;

		/* Several messages are taken from one contiguous stretch before it is drained. */
		while ((err = wire_take(&span, &message)) == ERR_OK) {
			if (!wire_may_send(message.kind, 'G'))
				err = ERR_FORMAT;
			else
				err = queue(core, line, &message);
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
	hold_lines(core);
	if (was_idle || core->waiting >= (size_t)core->config->batch_records)
		schedule(core);
}

static void
gate_event(struct bufferevent *line, short what, void *cookie)
{
	if (what & (BEV_EVENT_EOF | BEV_EVENT_ERROR))
		drop_line(cookie, line);
}

static void
add_gate(struct core *core, int fd)
{
	struct bufferevent *line;

	(void)evutil_make_socket_nonblocking(fd);
	line = bufferevent_socket_new(core->base, fd, BEV_OPT_CLOSE_ON_FREE);
	for (size_t i = 0; i < CORE_LINES_MAX && line; i++) {
		if (core->lines[i])
			continue;
		core->lines[i] = line;
		bufferevent_setcb(line, from_gate, NULL, gate_event, core);
		bufferevent_setwatermark(line, EV_READ, 0, LINE_QUEUE);
		(void)bufferevent_enable(line, EV_READ | EV_WRITE);
		return;
	}
	role_log("core", "warn", "no room for another gate");
	if (line)
		bufferevent_free(line);
	else
		(void)close(fd);
}

/* ---- keeper ---- */

/* One PEER message with its descriptor; *role and *fd, or fd -1. */
static enum err
receive_peer(int *role, int *fd)
{
	char control[CMSG_SPACE(sizeof(int))];
	char bytes[256];
	struct iovec vector = {bytes, sizeof bytes};
	struct msghdr header = {.msg_iov = &vector,
				.msg_iovlen = 1,
				.msg_control = control,
				.msg_controllen = sizeof control};
	ssize_t n = recvmsg(ROLE_FD_KEEPER, &header, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
	struct cmsghdr *part = n > 0 ? CMSG_FIRSTHDR(&header) : NULL;
	struct wire_message message;
	struct span input = span_make(bytes, n > 0 ? (size_t)n : 0);
	struct cursor cursor;

	*fd = -1;
	*role = -1;
	if (n == 0)
		return ERR_CLOSED;
	if (n < 0)
		return errno == EAGAIN ? ERR_BUSY : ERR_CLOSED;
	if (part && part->cmsg_level == SOL_SOCKET && part->cmsg_type == SCM_RIGHTS)
		memcpy(fd, CMSG_DATA(part), sizeof *fd);
	if (wire_take(&input, &message) != ERR_OK || message.kind != WIRE_PEER)
		return ERR_FORMAT;
	cursor = cursor_over(message.payload);
	*role = cursor_u8(&cursor);
	return ERR_OK;
}

static enum err
take_peer(struct core *core, int role, int fd)
{
	if (fd < 0)
		return ERR_OK;
	if (role == ROLE_GATE) {
		add_gate(core, fd);
	} else if (role == ROLE_SEAL) {
		lose_seal(core);
		return client_over(fd, &core->seal);
	} else if (role == ROLE_CLERK) {
		client_close(core->clerk);
		return client_over(fd, &core->clerk);
	} else {
		(void)close(fd);
	}
	return ERR_OK;
}

static void
from_keeper(evutil_socket_t socket, short what, void *cookie)
{
	struct core *core = cookie;
	int role;
	int fd;
	enum err err;

	(void)socket;
	(void)what;
	while ((err = receive_peer(&role, &fd)) == ERR_OK)
		if (take_peer(core, role, fd) != ERR_OK)
			role_log("core", "warn", "a channel could not be taken over");
	if (err == ERR_CLOSED)
		core->is_stopping = true;
	if (core->is_stopping)
		(void)event_base_loopexit(core->base, NULL);
	else
		core_settle(core);
}

/* Asks keeper for a clerk and waits until its channel is there. */
static enum err
call_clerk(struct core *core)
{
	struct pollfd watch = {.fd = ROLE_FD_KEEPER, .events = POLLIN};
	struct out out = out_new(64);
	enum err err = ERR_OK;
	int role;
	int fd;

	wire_end(&out, wire_begin(&out, WIRE_CLERK, 0));
	if (send(ROLE_FD_KEEPER, out.p, out.n, MSG_NOSIGNAL) != (ssize_t)out.n)
		err = ERR_CLOSED;
	out_free(&out);
	while (err == ERR_OK && !core->clerk) {
		if (poll(&watch, 1, CLERK_WAIT_MS) <= 0)
			return ERR_CLOSED;
		err = receive_peer(&role, &fd);
		if (err == ERR_OK)
			err = take_peer(core, role, fd);
	}
	return err;
}

static enum err
ask_clerk(struct core *core, enum wire_kind kind, struct span pass, const char *hash,
	  struct wire_message *answer)
{
	enum err err = call_clerk(core);
	struct out *out;
	size_t begun;

	if (err != ERR_OK)
		return err;
	out = client_out(core->clerk);
	begun = wire_begin(out, kind, 1);
	out_sized(out, pass);
	if (hash)
		out_sized(out, span_of(hash));
	wire_end(out, begun);
	return client_wait(core->clerk, CLERK_WAIT_MS, answer);
}

enum err
core_hash_pass(struct core *core, struct span pass, char *text, size_t size)
{
	struct wire_message answer;
	enum err err = ask_clerk(core, WIRE_HASH_PASS, pass, NULL, &answer);

	if (err == ERR_OK) {
		struct cursor cursor = cursor_over(answer.payload);

		cursor_text(&cursor, text, size);
		if (answer.kind != WIRE_PASS_HASH || !cursor_is_done(&cursor))
			err = ERR_FORMAT;
	}
	client_close(core->clerk);
	core->clerk = NULL;
	return err;
}

enum err
core_test_pass(struct core *core, struct span pass, const char *text, bool *is_good)
{
	struct wire_message answer;
	enum err err = ask_clerk(core, WIRE_TEST_PASS, pass, text, &answer);

	*is_good = false;
	if (err == ERR_OK) {
		struct cursor cursor = cursor_over(answer.payload);

		*is_good = cursor_flag(&cursor);
		if (answer.kind != WIRE_PASS_GOOD || !cursor_is_done(&cursor)) {
			*is_good = false;
			err = ERR_FORMAT;
		}
	}
	client_close(core->clerk);
	core->clerk = NULL;
	return err;
}

/* ---- turns ---- */

static void
on_tick(evutil_socket_t fd, short what, void *cookie)
{
	struct core *core = cookie;

	(void)fd;
	(void)what;
	if (core->seal || (core->first && core->first->kind != WIRE_FILE &&
			   core->first->kind != WIRE_CONFIRM && core->first->kind != WIRE_TAKE))
		core_take(core);
	hold_lines(core);
	if (core->is_stopping && !core->first)
		(void)event_base_loopexit(core->base, NULL);
	schedule(core);
}

static void
on_beat(evutil_socket_t fd, short what, void *cookie)
{
	struct core *core = cookie;

	(void)fd;
	(void)what;
	if (core->seal && core_head(core) == ERR_FULL)
		role_log("core", "alert", "no head was signed: the disk is full");
	(void)cut_due(core);
	if (core->picture && !core->is_folding)
		(void)!picture_tidy(core->picture); /* BUSY: at a later beat */
}

static void
on_fold(evutil_socket_t fd, short what, void *cookie)
{
	struct core *core = cookie;
	struct timeval soon = {0, 1000};
	struct timeval later = {1, 0};

	(void)fd;
	(void)what;
	(void)event_add(core->fold, fold_some(core) ? &soon : &later);
}

static void
on_signal(evutil_socket_t number, short what, void *cookie)
{
	struct core *core = cookie;

	(void)number;
	(void)what;
	core->is_stopping = true;
	(void)event_base_loopexit(core->base, NULL);
}

/* ---- start and end ---- */

static enum err
file_policy(struct core *core, struct span text)
{
	struct record *record = calloc(1, sizeof *record);
	struct hash id;
	enum err err;

	if (!record)
		return ERR_NOMEM;
	arena_reset(core->arena);
	record_init(record, KIND_POLICY);
	record->field[FIELD_NUMBER] = (struct value){.is_set = true, .levels = 1, .number = 1};
	record->field[FIELD_DOCUMENT] = (struct value){.is_set = true, .levels = 1, .text = text};
	err = core_file_own(core, record, &id);
	free(record);
	return err;
}

/* A station without a policy starts with the one that init left, or with the one that releases
 * nothing. */
static enum err
first_policy(struct core *core)
{
	struct out text = out_new(LIMIT_DOCUMENT);
	char path[FILE_PATH_MAX];
	enum err err = config_path(core->config, "policy.initial", path, sizeof path);

	if (err == ERR_OK)
		err = file_read(path, &text);
	if (err == ERR_NOT_FOUND)
		err = profile_text(SPAN("nothing"), &core->own, NULL, 0, &text);
	if (err == ERR_OK)
		err = file_policy(core, out_view(&text));
	out_free(&text);
	return err;
}

void
core_settle(struct core *core)
{
	if (core->policy_now == 0 && core->seal && !core->is_settled) {
		core->is_settled = true;
		if (first_policy(core) != ERR_OK)
			role_log("core", "alert", "no policy is in force: nothing is released");
	}
	schedule(core);
}

static enum err
open_all(struct core *core)
{
	char path[FILE_PATH_MAX];
	char why[JOURNAL_WHY_MAX] = "";
	char reason[RING_WHY_MAX] = "";
	struct policy *policy = NULL;
	enum err err = config_run_dir(core->config, core->run_dir, sizeof core->run_dir);

	if (err == ERR_OK)
		err = journal_open(core->config->home, JOURNAL_WRITE, why, &core->journal);
	if (err == ERR_OK)
		err = ring_load(core->journal, &core->keyring, reason);
	if (err == ERR_OK)
		err = load_heads(core);
	if (err == ERR_OK)
		err = ring_ground(core->config->home, &core->ground, reason);
	if (err == ERR_OK)
		err = config_path(core->config, "duty.db", path, sizeof path);
	if (err == ERR_OK)
		err = duty_open(path, &core->duty);
	if (err == ERR_OK) {
		err = ring_policy(core->journal, &core->own, 0, &policy, &core->policy_now);
		policy_free(policy);
		if (err == ERR_NOT_FOUND)
			err = ERR_OK;
	}
	if (err != ERR_OK)
		role_log("core", "alert", "cannot start: %s%s%s", err_text(err),
			 why[0] || reason[0] ? ": " : "", why[0] ? why : reason);
	return err;
}

/* The record key in force is the newest that the own key note certifies. */
static enum err
find_kid(struct core *core)
{
	const struct keynote *note = keyring_station(core->keyring, &core->config->station);

	core->kid.station = core->config->station;
	core->own = station_party(&core->kid.station);
	if (!note || note->records == 0) {
		role_log("core", "alert", "no key note of this station is on its shelf");
		return ERR_KEY;
	}
	core->kid.number = note->record[note->records - 1].number;
	return ERR_OK;
}

static enum err
start_loop(struct core *core)
{
	struct timeval beat = {core->config->beat_ms / 1000, core->config->beat_ms % 1000 * 1000};
	struct timeval soon = {0, 1000};
	struct event *keeper;
	struct event *term;

	core->base = event_base_new();
	if (!core->base)
		return ERR_NOMEM;
	keeper = event_new(core->base, ROLE_FD_KEEPER, EV_READ | EV_PERSIST, from_keeper, core);
	term = evsignal_new(core->base, SIGTERM, on_signal, core);
	core->tick = evtimer_new(core->base, on_tick, core);
	core->beat = event_new(core->base, -1, EV_PERSIST, on_beat, core);
	core->fold = evtimer_new(core->base, on_fold, core);
	if (!keeper || !term || !core->tick || !core->beat || !core->fold)
		return ERR_NOMEM;
	if (event_add(keeper, NULL) != 0 || event_add(term, NULL) != 0 ||
	    event_add(core->beat, &beat) != 0 || event_add(core->fold, &soon) != 0)
		return ERR_SYSTEM;
	return ERR_OK;
}

static void
close_all(struct core *core)
{
	if (core->seal && core->journal)
		(void)!core_head(core);
	if (core->picture)
		fold_note(core);
	while (core->first)
		core_drop_act(core);
	picture_close(core->picture);
	journal_close(core->journal);
	duty_close(core->duty);
	preview_free(core);
}

int
core_run(const struct config *config)
{
	struct core *core = calloc(1, sizeof *core);
	struct jail_paths paths = {{config->home, core ? core->run_dir : NULL, NULL}, {NULL}};
	char report[JAIL_REPORT_MAX] = "";
	enum err err = core ? role_prepare() : ERR_NOMEM;

	if (err != ERR_OK)
		return ROLE_EXIT_FAULT;
	core->config = config;
	core->arena = arena_new(CORE_BATCH_ARENA);
	core->heads_arena = arena_new(HEADS_ARENA);
	core->own = station_party(&config->station);
	err = core->arena && core->heads_arena ? open_all(core) : ERR_NOMEM;
	if (err == ERR_OK)
		err = find_kid(core);
	if (err == ERR_OK)
		err = start_loop(core);
	if (err != ERR_OK)
		return err == ERR_NOMEM ? ROLE_EXIT_FAULT : ROLE_EXIT_CONFIG;
	fold_start(core);
	if (jail_enter(JAIL_CORE, &paths, config->jail, report) != ERR_OK) {
		role_log("core", "alert", "no wall: %s; set 'jail warn' to run without it", report);
		return ROLE_EXIT_CONFIG;
	}
	if (role_say_ready(report) == ERR_OK)
		(void)event_base_dispatch(core->base);
	close_all(core);
	return ROLE_EXIT_OK;
}
