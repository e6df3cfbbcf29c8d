/*
 * Promises that the roles of a station run, each behind its own wall, and that a role that dies is
 * started again alone. It holds the configuration and the listening sockets, and never reads a byte
 * that a stranger could have written: from its children it takes only that they are ready.
 */
#define _GNU_SOURCE
#include "seamd/role.h"

#include "seamd/wire.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

enum { BACKOFF_FIRST_MS = 50, BACKOFF_MAX_MS = 5000, STEADY_MS = 10000, STOP_MS = 10000 };

struct child {
	pid_t pid; /* 0: not running */
	int fd;    /* our end of its channel, -1 when closed */
	bool is_ready;
	int64_t started_ms;
	int64_t start_at_ms; /* when to start it (again) */
	int backoff_ms;
};

struct keeper {
	const struct config *config;
	struct child children[ROLE_COUNT];
	int listener;
	int signals;
	int life_line; /* -1: none */
	bool is_quiet;
	bool is_stopping;
	bool was_ready;
	int64_t stop_by_ms;
	int exit_code;
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

/* In the child: puts the descriptors where the role expects them and becomes the role. */
static _Noreturn void
become(const struct config *config, enum role role, int keeper_fd, int core_fd, int listener)
{
	int wanted[3] = {keeper_fd, core_fd, listener};
	char *arguments[] = {(char[]){"seamd"}, (char[]){"--role"},        (char[8]){""},
			     (char[]){"-H"},    (char[FILE_PATH_MAX]){""}, NULL};
	int moved[3];
	sigset_t none;

	(void)snprintf(arguments[2], 8, "%s", role_name(role));
	(void)snprintf(arguments[4], FILE_PATH_MAX, "%s", config->home);
	(void)sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
	for (int i = 0; i < 3; i++)
		moved[i] = wanted[i] < 0 ? -1 : fcntl(wanted[i], F_DUPFD_CLOEXEC, 16);
	for (int i = 0; i < 3; i++) {
		(void)close(ROLE_FD_KEEPER + i);
		if (moved[i] >= 0 && dup2(moved[i], ROLE_FD_KEEPER + i) < 0)
			_exit(ROLE_EXIT_FAULT);
	}
	(void)close_range(ROLE_FD_LISTEN + 1, ~0U, 0);
	(void)execv("/proc/self/exe", arguments);
	_exit(ROLE_EXIT_FAULT);
}

/* In the child: becomes the helper program beside this one. */
static _Noreturn void
become_clerk(const struct config *config, int core_fd)
{
	char path[FILE_PATH_MAX];
	char *arguments[] = {(char[]){"seam-clerk"}, (char[]){"-H"}, (char[FILE_PATH_MAX]){""},
			     NULL};
	ssize_t n = readlink("/proc/self/exe", path, sizeof path - 16);
	sigset_t none;
	char *slash;

	if (n <= 0)
		_exit(ROLE_EXIT_FAULT);
	path[n] = '\0';
	slash = strrchr(path, '/');
	if (!slash)
		_exit(ROLE_EXIT_FAULT);
	(void)snprintf(slash, sizeof path - (size_t)(slash - path), "/seam-clerk");
	(void)snprintf(arguments[2], FILE_PATH_MAX, "%s", config->home);
	(void)sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
	if (dup2(core_fd, ROLE_FD_CORE) < 0)
		_exit(ROLE_EXIT_FAULT);
	(void)close(ROLE_FD_KEEPER);
	(void)close_range(ROLE_FD_LISTEN, ~0U, 0);
	(void)execv(path, arguments);
	_exit(ROLE_EXIT_FAULT);
}

/* Hands core its end of a new channel to a role. */
static enum err
hand_over(int core, enum role role, int fd)
{
	char control[CMSG_SPACE(sizeof(int))];
	struct out out = out_new(256);
	size_t begun = wire_begin(&out, WIRE_PEER, 0);
	struct iovec bytes;
	struct msghdr message = {.msg_iov = &bytes,
				 .msg_iovlen = 1,
				 .msg_control = control,
				 .msg_controllen = sizeof control};
	struct cmsghdr *header;
	enum err err;

	out_u8(&out, (uint8_t)role);
	out_u32(&out, 0);
	out_sized(&out, SPAN(""));
	wire_end(&out, begun);
	err = out_err(&out);
	bytes = (struct iovec){out.p, out.n};
	memset(control, 0, sizeof control);
	header = CMSG_FIRSTHDR(&message);
	header->cmsg_level = SOL_SOCKET;
	header->cmsg_type = SCM_RIGHTS;
	header->cmsg_len = CMSG_LEN(sizeof fd);
	memcpy(CMSG_DATA(header), &fd, sizeof fd);
	if (err == ERR_OK && sendmsg(core, &message, MSG_NOSIGNAL) != (ssize_t)out.n)
		err = ERR_CLOSED;
	out_free(&out);
	return err;
}

static void
close_pair(int pair[2])
{
	(void)close(pair[0]);
	(void)close(pair[1]);
}

static enum err
start(struct keeper *keeper, enum role role)
{
	struct child *child = &keeper->children[role];
	int to_keeper[2];
	int to_core[2] = {-1, -1};
	enum err err = ERR_OK;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, to_keeper) != 0)
		return err_from_errno(errno);
	if (role != ROLE_CORE && socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, to_core) != 0) {
		close_pair(to_keeper);
		return err_from_errno(errno);
	}
	child->pid = fork();
	if (child->pid == 0)
		become(keeper->config, role, to_keeper[1], to_core[1],
		       role == ROLE_GATE ? keeper->listener : -1);
	(void)close(to_keeper[1]);
	if (child->pid < 0) {
		child->pid = 0;
		err = err_from_errno(errno);
		(void)close(to_keeper[0]);
		to_keeper[0] = -1;
	}
	child->fd = to_keeper[0];
	child->is_ready = false;
	child->started_ms = role_now_ms();
	if (role != ROLE_CORE) {
		if (err == ERR_OK)
			err = hand_over(keeper->children[ROLE_CORE].fd, role, to_core[0]);
		close_pair(to_core);
	}
	return err;
}

/* A clerk lives for one request of core and ends when core closes its channel. */
static void
start_clerk(struct keeper *keeper)
{
	int pair[2];
	pid_t pid;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0)
		return;
	pid = fork();
	if (pid == 0)
		become_clerk(keeper->config, pair[1]);
	if (pid < 0 || hand_over(keeper->children[ROLE_CORE].fd, ROLE_CLERK, pair[0]) != ERR_OK)
		role_log("keeper", "warn", "a clerk could not be started");
	close_pair(pair);
}

static void
tell_ready(struct keeper *keeper)
{
	for (enum role role = 0; role < ROLE_COUNT; role++)
		if (!keeper->children[role].is_ready)
			return;
	if (!keeper->was_ready && !keeper->is_quiet) {
		(void)printf("ready: station %s%s\n", keeper->config->station.name,
			     keeper->config->exercise ? " (EXERCISE)" : "");
		(void)fflush(stdout);
	}
	keeper->was_ready = true;
}

static void
kill_child(struct child *child, int signal_number)
{
	if (child->pid > 0)
		(void)kill(child->pid, signal_number);
}

/* Whatever depends on core's memory of channels ends with it. */
static void
plan_restart(struct keeper *keeper, enum role role)
{
	struct child *child = &keeper->children[role];
	int64_t now = role_now_ms();

	if (now - child->started_ms > STEADY_MS || child->backoff_ms == 0)
		child->backoff_ms = BACKOFF_FIRST_MS;
	else if (child->backoff_ms < BACKOFF_MAX_MS)
		child->backoff_ms *= 2;
	child->start_at_ms = now + child->backoff_ms;
	if (role == ROLE_CORE)
		for (enum role other = 0; other < ROLE_COUNT; other++)
			if (other != ROLE_CORE)
				kill_child(&keeper->children[other], SIGKILL);
}

static void
stop_all(struct keeper *keeper, int exit_code)
{
	if (keeper->is_stopping)
		return;
	keeper->is_stopping = true;
	keeper->exit_code = exit_code;
	keeper->stop_by_ms = role_now_ms() + STOP_MS;
	/* Gates first, so that nothing new comes in; core ends by itself when its channel closes.
	 */
	kill_child(&keeper->children[ROLE_GATE], SIGTERM);
	kill_child(&keeper->children[ROLE_CORE], SIGTERM);
}

static void
child_ended(struct keeper *keeper, pid_t pid, int status)
{
	for (enum role role = 0; role < ROLE_COUNT; role++) {
		struct child *child = &keeper->children[role];
		bool is_config = WIFEXITED(status) && WEXITSTATUS(status) == ROLE_EXIT_CONFIG;

		if (child->pid != pid)
			continue;
		child->pid = 0;
		child->is_ready = false;
		(void)close(child->fd);
		child->fd = -1;
		if (keeper->is_stopping)
			return;
		if (WIFSIGNALED(status))
			role_log("keeper", "warn", "%s died of signal %d (%s)", role_name(role),
				 WTERMSIG(status),
				 WTERMSIG(status) == SIGSYS ? "it tried what its wall forbids"
							    : "started again");
		else if (is_config || (role == ROLE_CORE && WEXITSTATUS(status) == ROLE_EXIT_OK))
			stop_all(keeper, WEXITSTATUS(status));
		else
			role_log("keeper", "warn", "%s ended with %d, started again",
				 role_name(role), WEXITSTATUS(status));
		plan_restart(keeper, role);
		return;
	}
}

static void
reap(struct keeper *keeper)
{
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
		child_ended(keeper, pid, status);
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

static void
hear(struct keeper *keeper, struct child *child)
{
	char bytes[2048];
	ssize_t n = recv(child->fd, bytes, sizeof bytes, MSG_DONTWAIT);
	struct span input = span_make(bytes, n > 0 ? (size_t)n : 0);
	struct wire_message message;

	if (n == 0 || (n < 0 && errno != EAGAIN)) {
		(void)close(child->fd);
		child->fd = -1;
		return;
	}
	while (wire_take(&input, &message) == ERR_OK) {
		if (message.kind == WIRE_READY)
			child->is_ready = true;
		else if (message.kind == WIRE_CLERK && child == &keeper->children[ROLE_CORE])
			start_clerk(keeper);
	}
	tell_ready(keeper);
}

/* Core first: a role's channel is handed to it. */
static void
start_due(struct keeper *keeper)
{
	int64_t now = role_now_ms();

	for (enum role role = 0; role < ROLE_COUNT; role++) {
		struct child *child = &keeper->children[role];

		if (child->pid != 0 || now < child->start_at_ms || keeper->is_stopping)
			continue;
		if (role != ROLE_CORE && keeper->children[ROLE_CORE].pid == 0)
			continue;
		if (start(keeper, role) != ERR_OK)
			plan_restart(keeper, role);
	}
}

static bool
is_running(const struct keeper *keeper)
{
	for (enum role role = 0; role < ROLE_COUNT; role++)
		if (keeper->children[role].pid != 0)
			return true;
	return false;
}

static void
press_on(struct keeper *keeper)
{
	if (!keeper->is_stopping)
		return;
	if (keeper->children[ROLE_CORE].pid == 0)
		for (enum role role = 0; role < ROLE_COUNT; role++)
			kill_child(&keeper->children[role], SIGTERM);
	if (role_now_ms() > keeper->stop_by_ms)
		for (enum role role = 0; role < ROLE_COUNT; role++)
			kill_child(&keeper->children[role], SIGKILL);
}

static void
turn(struct keeper *keeper)
{
	struct pollfd watch[ROLE_COUNT + 2];

	start_due(keeper);
	press_on(keeper);
	for (enum role role = 0; role < ROLE_COUNT; role++)
		watch[role] = (struct pollfd){.fd = keeper->children[role].fd, .events = POLLIN};
	watch[ROLE_COUNT] = (struct pollfd){.fd = keeper->signals, .events = POLLIN};
	/* Stopping, it would only be told the same again and again. */
	watch[ROLE_COUNT + 1] =
	    (struct pollfd){.fd = keeper->is_stopping ? -1 : keeper->life_line, .events = POLLIN};
	if (poll(watch, ROLE_COUNT + 2, 200) < 0)
		return;
	for (enum role role = 0; role < ROLE_COUNT; role++)
		if (watch[role].fd >= 0 && watch[role].revents)
			hear(keeper, &keeper->children[role]);
	if (watch[ROLE_COUNT].revents)
		take_signals(keeper);
	if (watch[ROLE_COUNT + 1].revents)
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

int
keeper_run(const struct config *config, bool is_quiet, int life_line)
{
	struct keeper keeper = {.config = config, .is_quiet = is_quiet, .life_line = life_line};
	int lock;
	enum err err = take_home(config, &lock);

	for (enum role role = 0; role < ROLE_COUNT; role++)
		keeper.children[role].fd = -1;
	if (err == ERR_LOCKED) {
		(void)fprintf(stderr, "seamd: a station runs in %s already\n", config->home);
		return ROLE_EXIT_FAULT;
	}
	if (err == ERR_OK)
		err = listen_on_home(config->home, &keeper.listener);
	if (err != ERR_OK) {
		(void)fprintf(stderr, "seamd: %s: %s\n", config->home, err_text(err));
		return ROLE_EXIT_FAULT;
	}
	keeper.signals = take_signals_as_bytes();
	while (!keeper.is_stopping || is_running(&keeper))
		turn(&keeper);
	(void)close(keeper.listener);
	unlink_home(config, "ctl.sock");
	(void)close(lock);
	return keeper.exit_code;
}
