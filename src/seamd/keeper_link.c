/*
 * Promises a gate for each link of HOME/links and none for another, and connects for a gate to the
 * address of its own link only, once a second at most.
 */
#define _GNU_SOURCE
#include "seamd/keeper.h"

#include "seamd/pass.h"
#include "seamd/tlsfile.h"
#include "seamd/wire.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { LOOK_MS = 1000, LISTEN_AGAIN_MS = 5000, DIAL_PAUSE_MS = 1000, ANSWER_MAX = 1024 };

/* ---- what changes on disk ---- */

/* Whether the file is another than last time. */
static bool
has_changed(const char *path, struct seen *seen)
{
	struct seen now = {0};
	struct stat status;

	if (stat(path, &status) == 0) {
		now.inode = (int64_t)status.st_ino;
		now.size = (int64_t)status.st_size;
		now.changed_ns =
		    (int64_t)status.st_mtim.tv_sec * 1000000000 + status.st_mtim.tv_nsec;
	}
	if (now.inode == seen->inode && now.size == seen->size &&
	    now.changed_ns == seen->changed_ns)
		return false;
	*seen = now;
	return true;
}

static bool
has_certificate_changed(const struct config *config, enum tlsfile which, struct seen *seen)
{
	char path[FILE_PATH_MAX];

	return tlsfile_path(config->home, which, false, path, sizeof path) == ERR_OK &&
	       has_changed(path, seen);
}

/* ---- the gates of links ---- */

static void
tell(const struct child *child, enum link_cause cause, const char *why, int fd)
{
	struct out out = out_new(ANSWER_MAX);
	size_t begun = wire_begin(&out, WIRE_DIALED, 0);

	out_u8(&out, (uint8_t)cause);
	out_sized(&out, span_of(why));
	wire_end(&out, begun);
	/* A gate that does not read its answers would wait for this one for ever. */
	if (child->fd >= 0 && child->pid > 0 &&
	    (out_err(&out) != ERR_OK || pass_send(child->fd, out_view(&out), fd) != ERR_OK))
		(void)kill(child->pid, SIGKILL);
	out_free(&out);
}

void
keeper_listen(struct child *child)
{
	if (child->role != ROLE_PEER || !child->row.listen[0] || child->listener >= 0)
		return;
	child->listen_at_ms = 0;
	if (tcp_listen(child->row.listen, &child->listener, child->why) == ERR_OK)
		return;
	child->listen_at_ms = role_tick_ms() + LISTEN_AGAIN_MS;
	role_log("keeper", "warn", "%s: cannot listen on %s", keeper_name(child), child->why);
}

void
keeper_tell_address(struct child *child)
{
	if (child->role == ROLE_PEER && child->row.listen[0] && child->listener < 0)
		tell(child, LINK_CAUSE_ADDRESS, child->why, -1);
}

/* What could not be listened on may be free by now. */
static void
listen_again(struct child *child)
{
	int64_t now = role_tick_ms();

	if (!child->is_wanted || child->pid == 0 || child->listen_at_ms == 0 ||
	    now < child->listen_at_ms)
		return;
	child->listen_at_ms = now + LISTEN_AGAIN_MS;
	if (tcp_listen(child->row.listen, &child->listener, child->why) != ERR_OK)
		return;
	child->listen_at_ms = 0;
	keeper_renew(child);
}

static void
close_listener(struct child *child)
{
	if (child->listener >= 0)
		(void)close(child->listener);
	child->listener = -1;
	child->listen_at_ms = 0;
}

static void
let_go(struct child *child)
{
	role_log("keeper", "note", "%s: the link is removed", keeper_name(child));
	child->is_wanted = false;
	close_listener(child);
	keeper_renew(child);
}

static bool
is_same_row(const struct link_row *a, const struct link_row *b)
{
	return strcmp(a->listen, b->listen) == 0 && strcmp(a->connect, b->connect) == 0;
}

/* A slot that holds no process any more; NULL until one has emptied. */
static struct child *
free_slot(struct keeper *keeper)
{
	for (size_t i = KEEPER_LINKS; i < KEEPER_SLOTS; i++) {
		struct child *child = &keeper->children[i];

		if (!child->is_wanted && child->pid == 0 && child->dial.pid == 0)
			return child;
	}
	return NULL;
}

static struct child *
slot_of(struct keeper *keeper, const struct station *station)
{
	for (size_t i = KEEPER_LINKS; i < KEEPER_SLOTS; i++)
		if (keeper->children[i].is_wanted &&
		    station_equal(&keeper->children[i].row.station, station))
			return &keeper->children[i];
	return NULL;
}

static void
drop_removed(struct keeper *keeper)
{
	for (size_t i = KEEPER_LINKS; i < KEEPER_SLOTS; i++) {
		struct child *child = &keeper->children[i];

		if (child->is_wanted && !links_find(&keeper->links, &child->row.station))
			let_go(child);
	}
}

/* False when a row waits for a slot to empty. */
static bool
follow_row(struct keeper *keeper, const struct link_row *row)
{
	struct child *child = slot_of(keeper, &row->station);

	if (child && is_same_row(&child->row, row))
		return true;
	if (child) {
		close_listener(child);
		child->row = *row;
		child->dial_at_ms = 0;
		keeper_renew(child);
		return true;
	}
	child = free_slot(keeper);
	if (!child)
		return false;
	*child = (struct child){.role = ROLE_PEER,
				.is_wanted = true,
				.fd = -1,
				.listener = -1,
				.row = *row,
				.dial = {.fd = -1}};
	return true;
}

static void
follow_links(struct keeper *keeper)
{
	bool is_whole = true;

	drop_removed(keeper);
	for (unsigned i = 0; i < keeper->links.n; i++)
		is_whole = follow_row(keeper, &keeper->links.row[i]) && is_whole;
	if (!is_whole)
		keeper->links_seen = (struct seen){0}; /* looked at again when a slot is empty */
}

static void
look_at_links(struct keeper *keeper)
{
	static struct links links;
	char path[FILE_PATH_MAX];
	char why[LINKS_WHY_MAX];

	if (config_path(keeper->config, "links", path, sizeof path) != ERR_OK ||
	    !has_changed(path, &keeper->links_seen))
		return;
	if (links_read(keeper->config->home, &links, why) != ERR_OK) {
		role_log("keeper", "alert", "links: %s; those that run go on as they are", why);
		return;
	}
	keeper->links = links;
	follow_links(keeper);
}

void
keeper_look(struct keeper *keeper)
{
	const struct config *config = keeper->config;
	int64_t now = role_tick_ms();
	bool is_first = keeper->look_at_ms == 0;

	if (now < keeper->look_at_ms || keeper->is_stopping)
		return;
	keeper->look_at_ms = now + LOOK_MS;
	look_at_links(keeper);
	if (has_certificate_changed(config, TLSFILE_PEER, &keeper->peer_seen) && !is_first)
		for (size_t i = KEEPER_LINKS; i < KEEPER_SLOTS; i++)
			keeper_renew(&keeper->children[i]);
	if (has_certificate_changed(config, TLSFILE_WEB, &keeper->web_seen) && !is_first)
		keeper_renew(&keeper->children[KEEPER_WEB]);
	for (size_t i = KEEPER_LINKS; i < KEEPER_SLOTS; i++)
		listen_again(&keeper->children[i]);
}

/* ---- connecting for them ---- */

static void
begin_dial(struct child *child)
{
	child->is_dial_due = false;
	child->dial_at_ms = role_tick_ms() + DIAL_PAUSE_MS;
	if (!child->row.connect[0])
		tell(child, LINK_CAUSE_NAME, "the link has no address to connect to", -1);
	else if (dial_start(&child->dial, child->row.connect) != ERR_OK)
		tell(child, LINK_CAUSE_UNREACHABLE, "this machine has no room for a process", -1);
}

void
keeper_dial_due(struct keeper *keeper)
{
	int64_t now = role_tick_ms();

	for (size_t i = KEEPER_LINKS; i < KEEPER_SLOTS; i++) {
		struct child *child = &keeper->children[i];

		if (child->is_dial_due && child->pid > 0 && child->dial.pid == 0 &&
		    child->dial.fd < 0 && now >= child->dial_at_ms && !keeper->is_stopping)
			begin_dial(child);
	}
}

void
keeper_dial_came(struct child *child)
{
	struct dialled dialled;

	if (dial_take(&child->dial, &dialled) != ERR_OK)
		return;
	tell(child, dialled.cause, dialled.why, dialled.fd);
	if (dialled.fd >= 0)
		(void)close(dialled.fd);
}
