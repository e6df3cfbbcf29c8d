#ifndef SEAM_SEAMD_KEEPER_H
#define SEAM_SEAMD_KEEPER_H

#include "seamd/dial.h"
#include "seamd/role.h"

/*
 * The inside of the process keeper, for its own files only: keeper.c (the loop, what becomes of its
 * children), keeper_start.c (starting them), keeper_link.c (the links and what their gates ask
 * for). Times are those of role_tick_ms().
 */
enum { KEEPER_WEB = ROLE_COUNT, KEEPER_LINKS, KEEPER_SLOTS = KEEPER_LINKS + LINKS_MAX };

struct child {
	enum role role;
	bool is_wanted; /* false: an empty slot, or one that empties */
	bool is_ready;
	bool is_asked; /* told to end: no fault of its own */
	pid_t pid;     /* 0: not running */
	int fd;        /* our end of its channel, -1 when closed */
	int listener;  /* -1: none; stays while processes come and go */
	int64_t started_ms;
	int64_t start_at_ms; /* when to start it (again) */
	int64_t end_by_ms;   /* 0, or when one that was told to end is killed */
	int backoff_ms;
	/* of the gate of a link */
	struct link_row row;
	int64_t listen_at_ms;  /* 0, or when to try again to listen */
	char why[TCP_WHY_MAX]; /* why it cannot */
	bool is_dial_due;
	int64_t dial_at_ms; /* not before */
	struct dial dial;
};

/* A file as it was when it was last looked at. */
struct seen {
	int64_t inode, size, changed_ns; /* all zero: it is not there */
};

struct keeper {
	const struct config *config;
	struct child children[KEEPER_SLOTS]; /* the first by role, then the web gate, then links */
	int signals;
	int life_line; /* -1: none */
	bool is_quiet;
	bool is_stopping;
	bool was_ready;
	int64_t stop_by_ms;
	int64_t look_at_ms; /* when to look at the files again */
	struct seen links_seen, peer_seen, web_seen;
	struct links links; /* as last read */
	int exit_code;
};

/* ---- keeper.c ---- */

/* "core", "peer b/qaraj": for the log. */
const char *keeper_name(const struct child *child);

/* Has a child end and start again at once if it is still wanted; none is fine. */
void keeper_renew(struct child *child);

/* ---- keeper_start.c ---- */

/* Starts it and hands core its end of the channel between them. */
MUST_USE enum err keeper_start(struct keeper *keeper, struct child *child);

/* A clerk lives for one request of core and ends when core closes its channel. */
void keeper_start_clerk(struct keeper *keeper);

/* ---- keeper_link.c ---- */

/* Once a second: the links, the TLS keys, addresses that could not be listened on. */
void keeper_look(struct keeper *keeper);

/* Before a gate starts: its listening socket, where its link has one and it is not there. */
void keeper_listen(struct child *child);

/* A gate that was just started is told that its link cannot be listened on. */
void keeper_tell_address(struct child *child);

/* Gates that asked to be connected; one answer that came. */
void keeper_dial_due(struct keeper *keeper);
void keeper_dial_came(struct child *child);

#endif
