/*
 * Promises a verified copy of the log of each linked station, and that one which tells two
 * histories, shrinks, stands still or lacks what it delivered is found out and said.
 */
#include "seamd/link.h"

#include "admit/keyring.h"
#include "journal/fork.h"
#include "journal/journal.h"
#include "journal/mirror.h"
#include "journal/shelf.h"
#include "journal/witness.h"
#include "seamd/misdeed.h"

#include <stdio.h>
#include <string.h>

enum {
	AGAIN_MOST = 2,  /* turns of the mirror before others are served */
	WRONG_MS = 5000, /* whoever gave a wrong object is not asked again at once */
	FROZEN_MS = 3600 * 1000,
	WITHHELD_MS = 60 * 1000 /* real time in which a delivered record must be in its log */
};

/* ---- whose log ---- */

/* The newest log of the other station; NULL when no note names one. */
static const struct note_key *
log_of(const struct core *core, const struct link *link)
{
	const struct keynote *note = keyring_station(core->keyring, &link->station);

	return note && note->logs ? &note->log[note->logs - 1] : NULL;
}

/* Heads that came before the copy was opened and go beyond it. */
struct known_heads {
	struct mirror *mirror;
	struct fork fork;
	bool is_forked;
};

static bool
show_known(void *context, const struct shelf *shelf)
{
	struct known_heads *known = context;
	enum mirror_result result = MIRROR_STRANGE;

	if (!span_is(shelf->name, mirror_key(known->mirror)->name) ||
	    shelf->version <= (int64_t)mirror_size(known->mirror))
		return true;
	known->is_forked =
	    mirror_show(known->mirror, shelf->text, &result, &known->fork) == ERR_OK &&
	    result == MIRROR_FORKED;
	return !known->is_forked;
}

static void
show_known_heads(struct core *core, struct link *link)
{
	struct known_heads known = {.mirror = link->mirror, .fork = fork_new()};

	if (shelf_each(core->journal, SPAN("head"), &(struct shelf_walk){show_known, &known}) !=
	    ERR_OK)
		role_log("core", "warn", "the heads of the log of %s could not be read",
			 link->station.name);
	if (known.is_forked)
		link_keep_fork(core, link->station.name, span_of(mirror_key(link->mirror)->name),
			       &known.fork);
	fork_free(&known.fork);
}

static bool
open_mirror(struct core *core, struct link *link)
{
	const struct note_key *key = log_of(core, link);

	if (link->mirror && key && strcmp(mirror_key(link->mirror)->name, key->name) == 0)
		return true;
	mirror_close(link->mirror);
	link->mirror = NULL;
	if (!key)
		return false;
	if (mirror_open(core->config->home, key, &link->mirror) != ERR_OK) {
		role_log("core", "warn", "no copy of the log of %s can be kept",
			 link->station.name);
		link->mirror = NULL;
		return false;
	}
	show_known_heads(core, link);
	return true;
}

struct mirror *
link_open_log(struct core *core, struct link *link)
{
	return open_mirror(core, link) ? link->mirror : NULL;
}

void
link_close_log(struct link *link)
{
	mirror_close(link->mirror);
	link->mirror = NULL;
}

/* ---- two histories ---- */

void
link_keep_fork(struct core *core, const char *who, struct span origin, const struct fork *fork)
{
	char name[MISDEED_NAME_MAX] = "";
	char text[256];
	bool is_new = false;

	/* The evidence first: a death in between must not lose it. */
	if (misdeed_keep(core->config->home, core->journal, core->keyring, fork, name, &is_new) !=
	    ERR_OK)
		role_log("core", "alert", "the evidence against %s could not be kept", who);
	if (witness_distrust(core->journal, origin, core_now(core)) != ERR_OK)
		role_log("core", "alert", "it could not be noted that %s is distrusted", who);
	if (!is_new)
		return;
	(void)snprintf(text, sizeof text,
		       "the log of %s told two histories; evidence/%s proves it to anybody", who,
		       name);
	core_alarm(core, "two_histories", who, text);
}

/* What the copy of a log made of something that came. */
static void
judge(struct core *core, struct link *link, enum mirror_result result, const struct fork *fork)
{
	if (result == MIRROR_FORKED)
		link_keep_fork(core, link->station.name, span_of(mirror_key(link->mirror)->name),
			       fork);
	if (result != MIRROR_WRONG)
		return;
	link->mirror_after_ms = LINK_NOW + WRONG_MS;
	role_log("core", "warn", "an object of the log of %s does not fit its head",
		 link->station.name);
}

void
link_know_log(struct core *core, struct link *link)
{
	link->known = open_mirror(core, link) ? mirror_size(link->mirror) : 0;
}

/* What others pass on may be old, and what was said before the newest came may come behind it.  But
 * no station shows of itself, on a connection, less than was known when that began. */
void
link_own_head(struct core *core, struct link *link, struct span origin, uint64_t size)
{
	char text[256];

	if (link->has_shrunk || size >= link->known || !link->mirror ||
	    !span_is(origin, mirror_key(link->mirror)->name))
		return;
	link->has_shrunk = true;
	(void)snprintf(text, sizeof text,
		       "%s shows a head smaller than one it signed before: was an old copy of its "
		       "home started?",
		       link->station.name);
	core_alarm(core, "shrunk_log", link->station.name, text);
}

/* A head of somebody's log, from whomever. */
void
link_show_head(struct core *core, struct span origin, struct span note)
{
	for (size_t i = 0; i < LINKS_MAX; i++) {
		struct link *link = core->links[i];
		enum mirror_result result = MIRROR_STRANGE;
		struct fork fork;

		if (!link || !link->mirror || !span_is(origin, mirror_key(link->mirror)->name))
			continue;
		fork = fork_new();
		if (mirror_show(link->mirror, note, &result, &fork) == ERR_OK)
			judge(core, link, result, &fork);
		fork_free(&fork);
	}
	for (size_t i = 0; i < LINKS_MAX; i++)
		if (core->links[i])
			core->links[i]->gossip_due = true;
	link_pump_soon(core);
}

void
link_two_heads(struct core *core, const struct note_key *key, struct span note, struct span other)
{
	struct fork fork = fork_new();
	struct station station;

	if (fork_of_one_size(&fork, key, note, other) == ERR_OK)
		link_keep_fork(core,
			       keyring_log_station(core->keyring, span_of(key->name), &station)
				   ? station.name
				   : key->name,
			       span_of(key->name), &fork);
	fork_free(&fork);
}

/* ---- the copy of the other's log ---- */

/* What is needed next of the other's log; false: nothing. */
bool
link_ask_mirror(struct core *core, struct link *link)
{
	char path[MIRROR_PATH_MAX];
	enum mirror_result result = MIRROR_AGAIN;

	if (link->asks || LINK_NOW < link->mirror_after_ms || !open_mirror(core, link))
		return false;
	for (int i = 0; i < AGAIN_MOST && result != MIRROR_IDLE; i++) {
		struct fork fork = fork_new();
		enum err err = mirror_next(link->mirror, &result, path, &fork);

		if (err == ERR_OK)
			judge(core, link, result, &fork);
		else
			role_log("core", "warn", "the copy of the log of %s: %s",
				 link->station.name, err_text(err));
		fork_free(&fork);
		if (err != ERR_OK)
			return false;
		if (result == MIRROR_ASK) {
			link_ask(core, link, path);
			return true;
		}
	}
	if (result != MIRROR_IDLE)
		link_pump_soon(core);
	return false;
}

void
link_give_mirror(struct core *core, struct link *link, struct span path, int status,
		 struct span bytes)
{
	enum mirror_result result = MIRROR_STRANGE;
	struct fork none = fork_new();
	enum err err =
	    link->mirror ? mirror_give(link->mirror, path, status, bytes, &result) : ERR_NOT_FOUND;

	if (err == ERR_OK)
		judge(core, link, result, &none);
	else
		role_log("core", "warn", "the copy of the log of %s: %s", link->station.name,
			 err_text(err));
	fork_free(&none);
	link_pump_soon(core);
}

/* ---- what a partner's log owes ---- */

/* A record that came must be in its station's log: looked at when the copy of that log has had the
 * time to reach it. */
void
link_await_leaf(struct core *core, struct link *link, const struct hash *id)
{
	(void)core;
	if (link->awaited_n == LINK_AWAITED)
		return;
	link->awaited[link->awaited_n++] = (struct link_awaited){*id, LINK_NOW};
}

static bool
is_in_copy(struct link *link, const struct hash *id)
{
	struct hash leaf = mirror_record(id);
	uint64_t index;

	return mirror_has_leaf(link->mirror, &leaf, &index);
}

/* Before an alarm all copies of its logs are read: they must hash up to their heads, and not have
 * the leaf.  A record may have waited since before a new log was begun. */
static enum err
find_leaf(struct core *core, struct link *link, const struct hash *id)
{
	const struct note_key *logs[KEYRING_LOGS];
	size_t n = keyring_logs(core->keyring, &link->station, logs);
	struct hash leaf = mirror_record(id);
	uint64_t index;
	enum err err = mirror_find_leaf(link->mirror, &leaf, &index);

	for (size_t i = 0; err == ERR_NOT_FOUND && i < n; i++) {
		struct mirror *earlier;

		if (strcmp(logs[i]->name, mirror_key(link->mirror)->name) == 0 ||
		    mirror_view(core->config->home, logs[i], &earlier) != ERR_OK)
			continue;
		err = mirror_find_leaf(earlier, &leaf, &index);
		mirror_close(earlier);
	}
	return err;
}

static void
accuse(struct core *core, struct link *link, const struct hash *id)
{
	char text[256];
	char name[HASH_TEXT_SIZE];

	hash_text(name, id);
	(void)snprintf(text, sizeof text,
		       "%s delivered the record %s, but its log has no leaf for it",
		       link->station.name, name);
	core_alarm(core, "withheld_leaf", link->station.name, text);
}

/* Whether it is to be looked for no longer. */
static bool
is_settled(struct core *core, struct link *link, const struct link_awaited *awaited)
{
	enum err err;

	if (is_in_copy(link, &awaited->id))
		return true;
	if (LINK_NOW - awaited->since_ms <= WITHHELD_MS ||
	    link->head_seen_ms <= awaited->since_ms + WITHHELD_MS / 2)
		return false;
	err = find_leaf(core, link, &awaited->id);
	if (err == ERR_NOT_FOUND)
		accuse(core, link, &awaited->id);
	return err == ERR_OK || err == ERR_NOT_FOUND;
}

static void
look_for_leaves(struct core *core, struct link *link)
{
	for (size_t i = 0; i < link->awaited_n;)
		if (is_settled(core, link, &link->awaited[i]))
			link->awaited[i] = link->awaited[--link->awaited_n];
		else
			i++;
}

void
link_look_at_logs(struct core *core)
{
	for (size_t i = 0; i < LINKS_MAX; i++) {
		struct link *link = core->links[i];
		char text[200];

		if (!link || !link->is_greeted)
			continue;
		if (link->mirror && mirror_aim(link->mirror) == mirror_size(link->mirror)) {
			look_for_leaves(core, link);
			order_look(core, link);
		}
		if (link->head_seen_ms && LINK_NOW - link->head_seen_ms > FROZEN_MS &&
		    !link->is_frozen) {
			link->is_frozen = true;
			(void)snprintf(text, sizeof text,
				       "%s is linked but has shown no head of its log for an hour",
				       link->station.name);
			core_alarm(core, "frozen_log", link->station.name, text);
		}
	}
}
