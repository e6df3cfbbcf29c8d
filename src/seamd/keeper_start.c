/*
 * Promises that a role finds the descriptors it expects and no others, and that core has the other
 * end of its channel.
 */
#define _GNU_SOURCE
#include "seamd/keeper.h"

#include "seamd/pass.h"
#include "seamd/wire.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { PEER_MESSAGE_MAX = 256 };

/* In the child: signals arrive again, and descriptors stand where the role expects them. */
static void
move_descriptors(int keeper_fd, int core_fd, int listener)
{
	int wanted[3] = {keeper_fd, core_fd, listener};
	int moved[3];
	sigset_t none;

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
}

/* In the child: becomes the role. */
static _Noreturn void
become(const struct config *config, const struct child *child, int keeper_fd, int core_fd)
{
	char program[] = "seamd";
	char role_option[] = "--role";
	char role[8];
	char home_option[] = "-H";
	char home[FILE_PATH_MAX];
	char link_option[] = "--link";
	char station[LIMIT_STATION_TEXT];
	char *arguments[] = {program, role_option, role,    home_option,
			     home,    link_option, station, NULL};

	(void)snprintf(role, sizeof role, "%s", role_name(child->role));
	(void)snprintf(home, sizeof home, "%s", config->home);
	(void)snprintf(station, sizeof station, "%s", child->row.station.name);
	if (child->role != ROLE_PEER)
		arguments[5] = NULL;
	move_descriptors(keeper_fd, core_fd, child->listener);
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
	char *slash;

	if (n <= 0)
		_exit(ROLE_EXIT_FAULT);
	path[n] = '\0';
	slash = strrchr(path, '/');
	if (!slash)
		_exit(ROLE_EXIT_FAULT);
	(void)snprintf(slash, sizeof path - (size_t)(slash - path), "/seam-clerk");
	(void)snprintf(arguments[2], FILE_PATH_MAX, "%s", config->home);
	move_descriptors(-1, core_fd, -1);
	(void)execv(path, arguments);
	_exit(ROLE_EXIT_FAULT);
}

/* Hands core its end of a new channel to a role.  A core that does not read is not waited for. */
static enum err
hand_over(int core, enum role role, uint32_t number, const char *station, int fd)
{
	struct out out = out_new(PEER_MESSAGE_MAX);
	size_t begun = wire_begin(&out, WIRE_PEER, 0);
	enum err err;

	out_u8(&out, (uint8_t)role);
	out_u32(&out, number);
	out_sized(&out, span_of(station));
	wire_end(&out, begun);
	err = out_err(&out);
	if (err == ERR_OK)
		err = core < 0 ? ERR_CLOSED : pass_send(core, out_view(&out), fd);
	out_free(&out);
	return err;
}

static void
close_pair(int pair[2])
{
	(void)close(pair[0]);
	(void)close(pair[1]);
}

static void
close_lower(int fd)
{
	if (fd >= 0)
		(void)close(fd);
}

/* The process, with one end of both channels; the other ends in fd and core_fd. */
static enum err
make_process(struct keeper *keeper, struct child *child, int *core_fd)
{
	int to_keeper[2];
	int to_core[2] = {-1, -1};

	*core_fd = -1;
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, to_keeper) != 0)
		return err_from_errno(errno);
	if (child->role != ROLE_CORE &&
	    socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, to_core) != 0) {
		close_pair(to_keeper);
		return err_from_errno(errno);
	}
	child->pid = fork();
	if (child->pid == 0)
		become(keeper->config, child, to_keeper[1], to_core[1]);
	if (child->pid < 0) {
		enum err err = err_from_errno(errno);

		child->pid = 0;
		close_pair(to_keeper);
		close_lower(to_core[0]);
		close_lower(to_core[1]);
		return err;
	}
	(void)close(to_keeper[1]);
	close_lower(to_core[1]);
	child->fd = to_keeper[0];
	*core_fd = to_core[0];
	return ERR_OK;
}

enum err
keeper_start(struct keeper *keeper, struct child *child)
{
	uint32_t number = (uint32_t)(child - keeper->children);
	int core_fd;
	enum err err;

	keeper_listen(child);
	err = make_process(keeper, child, &core_fd);
	if (err != ERR_OK)
		return err;
	child->is_ready = false;
	child->is_asked = false;
	child->end_by_ms = 0;
	child->started_ms = role_tick_ms();
	if (child->role == ROLE_CORE)
		return ERR_OK;
	err = hand_over(keeper->children[ROLE_CORE].fd, child->role, number,
			child->role == ROLE_PEER ? child->row.station.name : "", core_fd);
	(void)close(core_fd);
	/* Without core it ends by itself: the other end of its channel is closed. */
	if (err == ERR_OK)
		keeper_tell_address(child);
	return err;
}

void
keeper_start_clerk(struct keeper *keeper)
{
	int pair[2];
	pid_t pid;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0)
		return;
	pid = fork();
	if (pid == 0)
		become_clerk(keeper->config, pair[1]);
	if (pid < 0 ||
	    hand_over(keeper->children[ROLE_CORE].fd, ROLE_CLERK, 0, "", pair[0]) != ERR_OK)
		role_log("keeper", "warn", "a clerk could not be started");
	close_pair(pair);
}
