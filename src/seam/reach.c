/*
 * Promises that an act finds its station: the running one, else one of its own that leaves no
 * process behind.
 */
#define _GNU_SOURCE
#include "seam/reach.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

enum {
	START_MS = 60 * 1000,
	PROMPT_MS = 600 * 1000, /* somebody types a passphrase */
	STEP_MS = 20,
	TAKEN_MS = 1000,
	STOP_MS = 30 * 1000,
	ANSWER_MS = 600 * 1000,
	LOG_MAX = 16384
};

struct reach {
	struct app *app;
	struct client *client;
	char token[WIRE_TOKEN_SIZE];
	size_t begun;
	pid_t pid; /* of a station started here; 0: none */
	int log;   /* what it says on standard error */
	int life;  /* it ends when this end of a pipe is closed, be it by a kill; -1: none */
};

static enum err
socket_path(const struct app *app, char path[FILE_PATH_MAX])
{
	return config_path(&app->config, "ctl.sock", path, FILE_PATH_MAX);
}

bool
reach_is_running(const struct app *app)
{
	struct client *client = NULL;
	char path[FILE_PATH_MAX];

	if (socket_path(app, path) != ERR_OK || client_connect(path, &client) != ERR_OK)
		return false;
	client_close(client);
	return true;
}

static bool
read_token(struct app *app, char token[WIRE_TOKEN_SIZE])
{
	const char *given = getenv("SEAM_TOKEN");
	char path[FILE_PATH_MAX];
	struct out text = out_new(WIRE_TOKEN_SIZE);
	enum err err;

	if (given && given[0]) {
		if (span_copy(token, WIRE_TOKEN_SIZE, span_of(given)))
			return true;
		(void)app_say_no(app, "SEAM_TOKEN is too long for a token");
		return false;
	}
	err = app->token_file
		  ? (span_copy(path, sizeof path, span_of(app->token_file)) ? ERR_OK : ERR_LIMIT)
		  : config_path(&app->config, "ctl.token", path, sizeof path);
	if (err == ERR_OK)
		err = file_read(path, &text);
	if (err == ERR_OK && !span_copy(token, WIRE_TOKEN_SIZE, span_trim(out_view(&text))))
		err = ERR_FORMAT;
	out_free(&text);
	if (err != ERR_OK)
		(void)app_say_no(app, "%s: %s (the token of an account: see seam user)", path,
				 err_text(err));
	return err == ERR_OK;
}

/* The daemon beside this program, in the layouts of an installation and of a build folder. */
static bool
find_daemon(char path[PATH_MAX])
{
	static const char *const places[] = {"seamd", "../seamd/seamd", "../sbin/seamd",
					     "../libexec/seamd", "src/seamd/seamd"};
	char self[PATH_MAX];
	char *slash;

	if (!realpath("/proc/self/exe", self))
		return false;
	slash = strrchr(self, '/');
	*slash = '\0';
	for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
		int n = snprintf(path, PATH_MAX, "%s/%s", self, places[i]);

		if (n > 0 && n < PATH_MAX && access(path, X_OK) == 0)
			return true;
	}
	return false;
}

static enum err
spawn_daemon(struct reach *reach)
{
	char path[PATH_MAX];
	char name[] = "seamd";
	char quiet[] = "-q";
	char bound[] = "--while-stdin";
	char option[] = "-H";
	char *argv[] = {name, quiet, bound, option, reach->app->config.home, NULL};
	int line[2];
	posix_spawn_file_actions_t actions;
	int failure;

	if (!find_daemon(path))
		return ERR_NOT_FOUND;
	reach->log = memfd_create("seamd-log", MFD_CLOEXEC);
	if (reach->log < 0)
		return err_from_errno(errno);
	if (pipe2(line, O_CLOEXEC) != 0)
		return err_from_errno(errno);
	reach->life = line[1];
	if (posix_spawn_file_actions_init(&actions) != 0) {
		(void)close(line[0]);
		return ERR_NOMEM;
	}
	failure = posix_spawn_file_actions_adddup2(&actions, line[0], STDIN_FILENO);
	if (!failure)
		failure = posix_spawn_file_actions_adddup2(&actions, reach->log, STDOUT_FILENO);
	if (!failure)
		failure = posix_spawn_file_actions_adddup2(&actions, reach->log, STDERR_FILENO);
	if (!failure)
		failure = posix_spawn(&reach->pid, path, &actions, NULL, argv, environ);
	(void)posix_spawn_file_actions_destroy(&actions);
	(void)close(line[0]);
	if (failure)
		reach->pid = 0;
	return err_from_errno(failure);
}

static void
print_log(const struct reach *reach)
{
	char text[LOG_MAX];
	ssize_t n = pread(reach->log, text, sizeof text, 0);

	if (n > 0)
		(void)fwrite(text, 1, (size_t)n, stderr);
}

/* Whether the process still runs; it is forgotten when it does not. */
static bool
is_alive(struct reach *reach)
{
	int status;

	if (reach->pid > 0 && waitpid(reach->pid, &status, WNOHANG) == reach->pid)
		reach->pid = 0;
	return reach->pid > 0;
}

static bool
has_prompt(const struct app *app)
{
	return !app->config.passphrase_file.text[0] && !getenv("CREDENTIALS_DIRECTORY");
}

/* Waits until the station answers at all, a refusal included. */
static enum err
wait_until_served(struct reach *reach)
{
	struct wire_message message;
	struct out *out = reach_begin(reach, WIRE_WHO, 0);
	enum err err = reach_end(reach);

	(void)out;
	if (err == ERR_OK)
		err = client_wait(reach->client, has_prompt(reach->app) ? PROMPT_MS : START_MS,
				  &message);
	return err;
}

static enum err
start_daemon(struct reach *reach, const char *path)
{
	enum err err = spawn_daemon(reach);
	int left = START_MS / STEP_MS;

	if (err == ERR_NOT_FOUND) {
		(void)app_say_no(reach->app,
				 "no station runs on %s, and no seamd lies beside this program to "
				 "start one: run seamd -H %s",
				 reach->app->config.home, reach->app->config.home);
		return err;
	}
	if (reach->app->is_verbose && err == ERR_OK)
		app_remark(reach->app, "seam: no station runs; one is started for this command");
	while (err == ERR_OK && client_connect(path, &reach->client) != ERR_OK) {
		/* One that ends at once may have found the home taken by another that still starts.
		 */
		if (!is_alive(reach) && left > TAKEN_MS / STEP_MS)
			left = TAKEN_MS / STEP_MS;
		if (left-- == 0)
			err = ERR_CLOSED;
		(void)poll(NULL, 0, STEP_MS);
	}
	if (err == ERR_OK)
		err = wait_until_served(reach);
	if (err != ERR_OK) {
		(void)app_say_no(reach->app,
				 "no station runs on %s, and one could not be started: %s",
				 reach->app->config.home, err_text(err));
		print_log(reach);
	}
	return err;
}

struct reach *
reach_open(struct app *app)
{
	struct reach *reach = calloc(1, sizeof *reach);
	char path[FILE_PATH_MAX];
	enum err err;

	if (!reach)
		return NULL;
	reach->app = app;
	reach->log = -1;
	reach->life = -1;
	if (!app_config(app) || !read_token(app, reach->token))
		goto fail;
	err = socket_path(app, path);
	if (err == ERR_OK)
		err = client_connect(path, &reach->client);
	if (err == ERR_NOT_FOUND || err == ERR_CLOSED)
		err = start_daemon(reach, path);
	else if (err != ERR_OK)
		(void)app_fail(app, err, path);
	if (err == ERR_OK)
		return reach;
fail:
	reach_close(reach);
	return NULL;
}

static void
end_daemon(struct reach *reach)
{
	int left = STOP_MS / STEP_MS;

	(void)kill(reach->pid, SIGTERM);
	while (is_alive(reach) && left-- > 0)
		(void)poll(NULL, 0, STEP_MS);
	if (reach->pid > 0) {
		(void)kill(reach->pid, SIGKILL);
		(void)waitpid(reach->pid, NULL, 0);
	}
}

void
reach_close(struct reach *reach)
{
	if (!reach)
		return;
	client_close(reach->client);
	if (reach->pid > 0)
		end_daemon(reach);
	if (reach->life >= 0)
		(void)close(reach->life);
	if (reach->log >= 0)
		(void)close(reach->log);
	free(reach);
}

struct client *
reach_client(const struct reach *reach)
{
	return reach->client;
}

struct out *
reach_begin(struct reach *reach, enum wire_kind kind, uint64_t id)
{
	struct out *out = client_out(reach->client);

	reach->begun = wire_begin(out, kind, id);
	out_sized(out, span_of(reach->token));
	out_sized(out, span_of(reach->app->duty));
	return out;
}

enum err
reach_end(struct reach *reach)
{
	struct out *out = client_out(reach->client);

	wire_end(out, reach->begun);
	return out_err(out);
}

int
reach_complain(const struct app *app, const struct wire_message *message)
{
	struct cursor cursor = cursor_over(message->payload);
	char text[1024];
	unsigned code = cursor_u16(&cursor);
	unsigned field = message->kind == WIRE_REFUSED ? cursor_u16(&cursor) : 0;

	cursor_text(&cursor, text, sizeof text);
	if (message->kind == WIRE_REFUSED && cursor_is_done(&cursor))
		return app_refused(app, (enum why)code, field, text);
	if (message->kind == WIRE_FAILED && cursor_is_done(&cursor))
		return app_fail(app, (enum err)code, text[0] ? text : "the station");
	return app_say_no(app, "the station answered against the rules (%s)",
			  wire_name(message->kind));
}

int
reach_ask(struct reach *reach, enum wire_kind want, struct wire_message *message)
{
	enum err err = reach_end(reach);

	if (err == ERR_LIMIT)
		return app_say_no(reach->app, "that is larger than one message may be (64 KiB)");
	if (err == ERR_OK)
		err = client_wait(reach->client, ANSWER_MS, message);
	if (err == ERR_CLOSED || err == ERR_BUSY)
		return app_say_no(reach->app,
				  "the station %s: see first whether it was done (seam list, seam "
				  "status), then ask again",
				  err == ERR_BUSY ? "gives no answer" : "ended before it answered");
	if (err != ERR_OK)
		return app_fail(reach->app, err, "asking the station");
	if (message->kind == want)
		return APP_OK;
	return reach_complain(reach->app, message);
}

bool
reach_stop(struct app *app)
{
	struct reach reach = {.app = app, .log = -1, .life = -1};
	struct wire_message message;
	char path[FILE_PATH_MAX];
	int left = STOP_MS / STEP_MS;

	if (socket_path(app, path) != ERR_OK || client_connect(path, &reach.client) != ERR_OK)
		return false;
	if (read_token(app, reach.token)) {
		enum err err;

		(void)reach_begin(&reach, WIRE_STOP, 1);
		err = reach_end(&reach);
		if (err == ERR_OK)
			err = client_wait(reach.client, STOP_MS, &message);
		/* It may end before it has answered: whether it runs on is what counts. */
		(void)err;
	}
	client_close(reach.client);
	while (reach_is_running(app) && left-- > 0)
		(void)poll(NULL, 0, STEP_MS);
	if (left <= 0)
		app_remark(app, "seam: the station was asked to stop and still runs");
	return true;
}
