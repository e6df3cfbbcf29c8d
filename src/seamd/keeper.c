/*
 * Promises that the roles of a station run, each behind its own wall, and that a role that dies is
 * started again alone. It holds the configuration and the listening sockets, and never reads a byte
 * that a stranger could have written: from its children it takes only that they are ready, that a
 * clerk is needed, and that a link is to be connected.
 */
#define _GNU_SOURCE
#include "seamd/keeper.h"

#include "seamd/wire.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
	BACKOFF_FIRST_MS = 50,
	BACKOFF_MAX_MS = 5000,
	BACKOFF_CONFIG_MS = 60000, /* of the gate of a link that cannot work as things are */
	STEADY_MS = 10000,
	STOP_MS = 10000,
	END_MS = 5000,
	TURN_MS = 200,
	HEAR_MAX = 4096,
	WATCHES = 2 * KEEPER_SLOTS + 2
};

/* Binds HOME/ctl.sock.  Through /proc/self/fd, since a socket's path may have only 107 bytes. */
static enum err
listen_on_home(const char *home, int *listener)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int folder = open(home, O_PATH | O_DIRECTORY | O_CLOEXEC);
	enum err err = ERR_OK;
	mode_t before;
	int fd;

	*listener = -1;
	if (folder < 0)
		return err_from_errno(errno);
	(void)snprintf(address.sun_path, sizeof address.sun_path, "/proc/self/fd/%d/ctl.sock",
		       folder);
	(void)unlink(address.sun_path);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	before = umask(0177);
	if (fd < 0 || bind(fd, (const struct sockaddr *)&address, sizeof address) != 0 ||
	    listen(fd, 64) != 0)
		err = err_from_errno(errno);
	(void)umask(before);
	(void)close(folder);
	if (err == ERR_OK)
		*listener = fd;
	else if (fd >= 0)
		(void)close(fd);
	return err;
}

const char *
keeper_name(const struct child *child)
{
	static char name[LIMIT_STATION_TEXT + 8];

	(void)snprintf(name, sizeof name, "%s%s%s", role_name(child->role),
		       child->row.station.name[0] ? " " : "", child->row.station.name);
	return name;
}

static void
tell_ready(struct keeper *keeper)
{
	for (size_t i = 0; i < KEEPER_SLOTS; i++) {
		const struct child *child = &keeper->children[i];

		if (child->is_wanted && child->role != ROLE_PEER && !child->is_ready)
			return;
	}
	if (!keeper->was_ready && !keeper->is_quiet) {
		(void)printf("ready: station %s%s\n", keeper->config->station.name,
			     keeper->config->exercise ? " (EXERCISE)" : "");
		(void)fflush(stdout);
	}
	keeper->was_ready = true;
}

static void
kill_child(const struct child *child, int signal_number)
{
	if (child->pid > 0)
		(void)kill(child->pid, signal_number);
}

void
keeper_renew(struct child *child)
{
	child->start_at_ms = 0;
	child->backoff_ms = 0;
	if (child->pid == 0)
		return;
	child->is_asked = true;
	child->end_by_ms = role_tick_ms() + END_MS;
	kill_child(child, SIGTERM);
}

static void
plan_restart(struct child *child)
{
	int64_t now = role_tick_ms();

	if (now - child->started_ms > STEADY_MS || child->backoff_ms == 0)
		child->backoff_ms = BACKOFF_FIRST_MS;
	else if (child->backoff_ms < BACKOFF_MAX_MS)
		child->backoff_ms *= 2;
	child->start_at_ms = now + child->backoff_ms;
}

static void
stop_all(struct keeper *keeper, int exit_code)
{
	if (keeper->is_stopping)
		return;
	keeper->is_stopping = true;
	keeper->exit_code = exit_code;
	keeper->stop_by_ms = role_tick_ms() + STOP_MS;
	/* Gates first, so that nothing new comes in; core ends by itself when its channel closes.
	 */
	for (size_t i = 0; i < KEEPER_SLOTS; i++) {
		struct child *child = &keeper->children[i];

		if (child->role != ROLE_CORE && child->role != ROLE_SEAL)
			kill_child(child, SIGTERM);
		dial_stop(&child->dial);
	}
	kill_child(&keeper->children[ROLE_CORE], SIGTERM);
}

static void
log_end(const struct child *child, int status)
{
	const char *what = child->is_wanted ? "started again" : "no longer needed";

	if (child->is_asked)
		return;
	if (WIFSIGNALED(status))
		role_log("keeper", "warn", "%s died of signal %d (%s)", keeper_name(child),
			 WTERMSIG(status),
			 WTERMSIG(status) == SIGSYS ? "it tried what its wall forbids" : what);
	else
		role_log("keeper", "warn", "%s ended with %d, %s", keeper_name(child),
			 WEXITSTATUS(status), what);
}

/* A station cannot work without its fixed roles; without one link it can. */
static void
replan(struct keeper *keeper, struct child *child, int status)
{
	bool is_config = WIFEXITED(status) && WEXITSTATUS(status) == ROLE_EXIT_CONFIG;
	bool is_end =
	    child->role == ROLE_CORE && WIFEXITED(status) && WEXITSTATUS(status) == ROLE_EXIT_OK;

	if ((is_config && child->role != ROLE_PEER) || is_end) {
		stop_all(keeper, WEXITSTATUS(status));
		return;
	}
	log_end(child, status);
	if (!child->is_asked)
		plan_restart(child);
	if (is_config)
		child->start_at_ms = role_tick_ms() + BACKOFF_CONFIG_MS;
	/* Whatever depends on core's memory of channels ends with it. */
	for (size_t i = 0; i < KEEPER_SLOTS && child->role == ROLE_CORE; i++) {
		if (i == ROLE_CORE)
			continue;
		keeper->children[i].is_asked = true;
		kill_child(&keeper->children[i], SIGKILL);
	}
}

static void
child_ended(struct keeper *keeper, struct child *child, int status)
{
	child->pid = 0;
	child->is_ready = false;
	child->is_dial_due = false;
	if (child->fd >= 0)
		(void)close(child->fd);
	child->fd = -1;
	dial_stop(&child->dial);
	if (!keeper->is_stopping)
		replan(keeper, child, status);
}

static void
reap(struct keeper *keeper)
{
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		for (size_t i = 0; i < KEEPER_SLOTS; i++) {
			struct child *child = &keeper->children[i];

			if (child->pid == pid)
				child_ended(keeper, child, status);
			else if (child->dial.pid == pid)
				child->dial.pid = 0;
		}
	}
}

static void
take_signals(struct keeper *keeper)
{
	struct signalfd_siginfo info;

	while (read(keeper->signals, &info, sizeof info) == (ssize_t)sizeof info) {
		if (info.ssi_signo == SIGCHLD)
			reap(keeper);
		else
			stop_all(keeper, ROLE_EXIT_OK);
	}
}

static bool
take_message(struct keeper *keeper, struct child *child, enum wire_kind kind)
{
	if (kind == WIRE_READY)
		child->is_ready = true;
	else if (kind == WIRE_CLERK && child->role == ROLE_CORE)
		keeper_start_clerk(keeper);
	else if (kind == WIRE_DIAL && child->role == ROLE_PEER)
		child->is_dial_due = true;
	else
		return false;
	return true;
}

/* What a child says is short and sent whole: one that says anything else ends. */
static void
hear(struct keeper *keeper, struct child *child)
{
	char bytes[HEAR_MAX];
	ssize_t n = recv(child->fd, bytes, sizeof bytes, MSG_DONTWAIT);
	struct span input = span_make(bytes, n > 0 ? (size_t)n : 0);
	struct wire_message message;
	bool is_sound = true;

	if (n == 0 || (n < 0 && errno != EAGAIN)) {
		(void)close(child->fd);
		child->fd = -1;
		return;
	}
	while (is_sound && input.n > 0)
		is_sound = wire_take(&input, &message) == ERR_OK &&
			   take_message(keeper, child, message.kind);
	if (!is_sound) {
		role_log("keeper", "alert", "%s speaks against the rules", keeper_name(child));
		kill_child(child, SIGKILL);
	}
	tell_ready(keeper);
}

static void
start_due(struct keeper *keeper)
{
	int64_t now = role_tick_ms();

	for (size_t i = 0; i < KEEPER_SLOTS; i++) {
		struct child *child = &keeper->children[i];

		if (!child->is_wanted || child->pid != 0 || now < child->start_at_ms ||
		    keeper->is_stopping)
			continue;
		if (child->role != ROLE_CORE && keeper->children[ROLE_CORE].pid == 0)
			continue;
		if (keeper_start(keeper, child) != ERR_OK)
			plan_restart(child);
	}
}

static bool
is_running(const struct keeper *keeper)
{
	for (size_t i = 0; i < KEEPER_SLOTS; i++)
		if (keeper->children[i].pid != 0)
			return true;
	return false;
}

/* Those that were asked to end do, in their time. */
static void
press_on(struct keeper *keeper)
{
	int64_t now = role_tick_ms();

	for (size_t i = 0; i < KEEPER_SLOTS; i++) {
		struct child *child = &keeper->children[i];

		if (child->end_by_ms != 0 && now > child->end_by_ms)
			kill_child(child, SIGKILL);
		if (!keeper->is_stopping)
			continue;
		if (keeper->children[ROLE_CORE].pid == 0)
			kill_child(child, SIGTERM);
		if (now > keeper->stop_by_ms)
			kill_child(child, SIGKILL);
	}
}

/* The channels of the slots, the answers of their diallers, signals, the life line. */
static void
fill_watches(struct keeper *keeper, struct pollfd watch[WATCHES])
{
	for (size_t i = 0; i < KEEPER_SLOTS; i++) {
		watch[i] = (struct pollfd){.fd = keeper->children[i].fd, .events = POLLIN};
		watch[KEEPER_SLOTS + i] =
		    (struct pollfd){.fd = keeper->children[i].dial.fd, .events = POLLIN};
	}
	watch[WATCHES - 2] = (struct pollfd){.fd = keeper->signals, .events = POLLIN};
	/* Stopping, it would only be told the same again and again. */
	watch[WATCHES - 1] =
	    (struct pollfd){.fd = keeper->is_stopping ? -1 : keeper->life_line, .events = POLLIN};
}

static void
turn(struct keeper *keeper)
{
	struct pollfd watch[WATCHES];

	keeper_look(keeper);
	start_due(keeper);
	keeper_dial_due(keeper);
	press_on(keeper);
	fill_watches(keeper, watch);
	if (poll(watch, WATCHES, TURN_MS) < 0)
		return;
	for (size_t i = 0; i < KEEPER_SLOTS; i++) {
		if (watch[i].fd >= 0 && watch[i].revents)
			hear(keeper, &keeper->children[i]);
		if (watch[KEEPER_SLOTS + i].fd >= 0 && watch[KEEPER_SLOTS + i].revents)
			keeper_dial_came(&keeper->children[i]);
	}
	if (watch[WATCHES - 2].revents)
		take_signals(keeper);
	if (watch[WATCHES - 1].revents)
		stop_all(keeper, ROLE_EXIT_OK);
}

static int
take_signals_as_bytes(void)
{
	sigset_t set;

	(void)sigemptyset(&set);
	(void)sigaddset(&set, SIGCHLD);
	(void)sigaddset(&set, SIGTERM);
	(void)sigaddset(&set, SIGINT);
	(void)sigaddset(&set, SIGHUP);
	(void)sigprocmask(SIG_BLOCK, &set, NULL);
	return signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
}

/* One keeper per home: held by an flock for its life, with its process id inside for people. */
static enum err
take_home(const struct config *config, int *lock)
{
	char path[FILE_PATH_MAX];
	enum err err = config_path(config, "seamd.pid", path, sizeof path);

	*lock = -1;
	if (err != ERR_OK)
		return err;
	*lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (*lock < 0)
		return err_from_errno(errno);
	if (flock(*lock, LOCK_EX | LOCK_NB) != 0)
		return ERR_LOCKED;
	if (ftruncate(*lock, 0) != 0 || dprintf(*lock, "%ld\n", (long)getpid()) < 0)
		return err_from_errno(errno);
	return ERR_OK;
}

/* Still under the lock: the next station's socket is never taken for this one's. */
static void
unlink_home(const struct config *config, const char *name)
{
	char path[FILE_PATH_MAX];

	if (config_path(config, name, path, sizeof path) == ERR_OK)
		(void)unlink(path);
}

static void
furnish(struct keeper *keeper)
{
	for (size_t i = 0; i < KEEPER_SLOTS; i++) {
		struct child *child = &keeper->children[i];

		child->fd = child->listener = child->dial.fd = -1;
		child->role = i < ROLE_COUNT ? (enum role)i : ROLE_PEER;
		child->is_wanted = i < ROLE_COUNT;
	}
	keeper->children[KEEPER_WEB].role = ROLE_WEB;
}

/* What people reach; false after the reason was printed. */
static bool
open_doors(struct keeper *keeper)
{
	const struct config *config = keeper->config;
	struct child *web = &keeper->children[KEEPER_WEB];
	char why[TCP_WHY_MAX] = "";
	enum err err = listen_on_home(config->home, &keeper->children[ROLE_GATE].listener);

	if (err == ERR_OK && config->web_listen.text[0]) {
		web->is_wanted = true;
		err = tcp_listen(config->web_listen.text, &web->listener, why);
	}
	if (err != ERR_OK)
		(void)fprintf(stderr, "seamd: %s: %s%s\n", config->home,
			      why[0] ? "web_listen " : "", why[0] ? why : err_text(err));
	return err == ERR_OK;
}

static void
close_doors(struct keeper *keeper)
{
	for (size_t i = 0; i < KEEPER_SLOTS; i++)
		if (keeper->children[i].listener >= 0)
			(void)close(keeper->children[i].listener);
	unlink_home(keeper->config, "ctl.sock");
}

int
keeper_run(const struct config *config, bool is_quiet, int life_line)
{
	static struct keeper keeper;
	int lock;
	enum err err = take_home(config, &lock);

	keeper = (struct keeper){.config = config, .is_quiet = is_quiet, .life_line = life_line};
	furnish(&keeper);
	if (err != ERR_OK) {
		if (err == ERR_LOCKED)
			(void)fprintf(stderr, "seamd: a station runs in %s already\n",
				      config->home);
		else
			(void)fprintf(stderr, "seamd: %s: %s\n", config->home, err_text(err));
		return ROLE_EXIT_FAULT;
	}
	if (open_doors(&keeper)) {
		keeper.signals = take_signals_as_bytes();
		while (!keeper.is_stopping || is_running(&keeper))
			turn(&keeper);
	} else {
		keeper.exit_code = ROLE_EXIT_FAULT;
	}
	close_doors(&keeper);
	(void)close(lock);
	return keeper.exit_code;
}
