/*
 * Measures a running station from outside, through its control socket, as `seam` would use it; and,
 * on the same machine, the bare cost of what it cannot do without.  Prints "name value" lines.
 *
 *   bench-station make HOME
 *   bench-station file HOME RECORDS WINDOW     as fast as it takes them, WINDOW on their way
 *   bench-station pace HOME RECORDS PER_SECOND at a fixed pace; latency from the moment it was due
 *   bench-station bare HOME FOLDER             signatures; the same rows in a bare SQLite database
 *   bench-station restart HOME SEAMD           starts it; until it answers, until its picture is
 * whole
 */
#define _GNU_SOURCE
#include "home.h"

#include "base/db.h"
#include "base/file.h"
#include "base/sign.h"
#include "model/record.h"
#include "seamd/client.h"
#include "seamd/duty.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum {
	RECORDS_MAX = 2000000,
	WINDOW_MAX = 16384,
	WAIT_MS = 60000,
	BARE_SECONDS = 2,
	BARE_BATCH = 256,
	SIGN_BYTES = 1500
};

static int64_t
now_us(void)
{
	struct timespec at;

	(void)clock_gettime(CLOCK_MONOTONIC, &at);
	return (int64_t)at.tv_sec * 1000000 + at.tv_nsec / 1000;
}

struct run {
	struct client *client;
	struct arena *arena;
	struct record record;
	char token[DUTY_TOKEN_TEXT];
	int64_t *due_us;  /* by record */
	int64_t *took_us; /* by record */
	size_t sent, got, refused;
};

static enum err
open_run(struct run *run, const char *home)
{
	char path[FILE_PATH_MAX];
	enum err err = home_token(home, run->token, sizeof run->token);

	run->arena = arena_new(1 << 20);
	run->due_us = calloc(RECORDS_MAX, sizeof *run->due_us);
	run->took_us = calloc(RECORDS_MAX, sizeof *run->took_us);
	if (!run->arena || !run->due_us || !run->took_us)
		return ERR_NOMEM;
	if (err == ERR_OK)
		err = home_incident(run->arena, &run->record);
	if (err == ERR_OK)
		err = file_path(path, sizeof path, home, "ctl.sock");
	return err == ERR_OK ? client_connect(path, &run->client) : err;
}

static void
send_one(struct run *run, int64_t due_us)
{
	home_file(client_out(run->client), run->token, run->sent, 0, &run->record);
	run->due_us[run->sent++] = due_us;
}

static void
take_one(struct run *run, const struct wire_message *message)
{
	if (message->id >= run->sent)
		return;
	run->took_us[message->id] = now_us() - run->due_us[message->id];
	run->got++;
	if (message->kind == WIRE_FILED)
		return;
	if (run->refused++ == 0)
		(void)fprintf(stderr, "bench: %s: %.*s\n", wire_name(message->kind),
			      message->payload.n > 8 ? (int)message->payload.n - 8 : 0,
			      message->payload.p + (message->payload.n > 8 ? 8 : 0));
}

static int
compare(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a;
	int64_t y = *(const int64_t *)b;

	return x < y ? -1 : x > y;
}

static int
report(struct run *run, int64_t us)
{
	size_t n = run->got;

	qsort(run->took_us, n, sizeof *run->took_us, compare);
	(void)printf("records %zu\nrefused %zu\nper_second %.0f\np50_ms %.2f\np99_ms %.2f\n"
		     "worst_ms %.2f\n",
		     n, run->refused, (double)n * 1e6 / (double)us,
		     (double)run->took_us[n / 2] / 1e3, (double)run->took_us[n * 99 / 100] / 1e3,
		     (double)run->took_us[n - 1] / 1e3);
	return run->refused ? 1 : 0;
}

static int
file_window(struct run *run, size_t records, size_t window)
{
	int64_t began = now_us();

	while (run->got < records) {
		struct wire_message message;

		while (run->sent < records && run->sent - run->got < window)
			send_one(run, now_us());
		if (client_wait(run->client, WAIT_MS, &message) != ERR_OK)
			return fputs("bench: the station went away\n", stderr), 1;
		do
			take_one(run, &message);
		while (client_peek(run->client, &message) == ERR_OK);
	}
	return report(run, now_us() - began);
}

static int
file_pace(struct run *run, size_t records, int64_t per_second)
{
	int64_t began = now_us();

	while (run->got < records) {
		struct wire_message message;
		int64_t now = now_us();
		enum err err;

		while (run->sent < records) {
			int64_t due = began + (int64_t)run->sent * 1000000 / per_second;

			if (due > now)
				break;
			send_one(run, due);
		}
		err = client_wait(run->client, 1, &message);
		if (err == ERR_OK)
			take_one(run, &message);
		else if (err != ERR_BUSY)
			return fputs("bench: the station went away\n", stderr), 1;
		while (client_peek(run->client, &message) == ERR_OK)
			take_one(run, &message);
	}
	return report(run, now_us() - began);
}

/* ---- bare ---- */

static void
bare_signatures(void)
{
	static char bytes[SIGN_BYTES];
	struct sign_public public;
	struct sign_secret secret;
	struct signature signature;
	int64_t began;
	long n = 0;

	sign_keypair(&public, &secret);
	sign_random(bytes, sizeof bytes);
	began = now_us();
	while (now_us() - began < BARE_SECONDS * 1000000) {
		for (int i = 0; i < 4; i++) {
			bytes[n % SIGN_BYTES]++;
			sign_make(&secret, span_make(bytes, sizeof bytes), &signature);
		}
		n++;
	}
	(void)printf("bare_four_signatures_per_second %.0f\n",
		     (double)n * 1e6 / (double)(now_us() - began));
	sign_wipe(&secret, sizeof secret);
}

/* Copies the station's own rows into a database without hashes, logs or indexes of its own. */
static enum err
bare_commits(const char *home, const char *folder)
{
	char path[FILE_PATH_MAX];
	sqlite3 *to = NULL;
	sqlite3 *from = NULL;
	sqlite3_stmt *read = NULL;
	sqlite3_stmt *write = NULL;
	bool has_row = true;
	int64_t began, us;
	long n = 0;
	enum err err = file_path(path, sizeof path, home, "journal.db");

	if (err == ERR_OK)
		err = db_open(path, DB_READ, &from);
	if (err == ERR_OK)
		err = db_prepare(
		    from,
		    "SELECT id, thread, kind, filed_ms, jwt, sealed FROM record WHERE own "
		    "= 1 LIMIT 20000",
		    &read);
	if (err == ERR_OK)
		err = file_path(path, sizeof path, folder, "bare.db");
	if (err == ERR_OK)
		err = db_open(path, DB_CREATE, &to);
	if (err == ERR_OK)
		err =
		    db_run(to, "PRAGMA synchronous=FULL; CREATE TABLE record(id BLOB, thread TEXT, "
			       "kind TEXT, filed_ms INTEGER, jwt BLOB, sealed BLOB) STRICT;");
	if (err == ERR_OK)
		err = db_prepare(to, "INSERT INTO record VALUES(?1, ?2, ?3, ?4, ?5, ?6)", &write);
	began = now_us();
	while (err == ERR_OK) {
		err = db_step(read, &has_row);
		if (err != ERR_OK || !has_row)
			break;
		if (n % BARE_BATCH == 0)
			err = db_run(to, n ? "COMMIT; BEGIN IMMEDIATE" : "BEGIN IMMEDIATE");
		db_bind_blob(write, 1, db_blob(read, 0));
		db_bind_text(write, 2, db_text(read, 1));
		db_bind_text(write, 3, db_text(read, 2));
		db_bind_int(write, 4, db_int(read, 3));
		db_bind_blob(write, 5, db_blob(read, 4));
		db_bind_blob(write, 6, db_blob(read, 5));
		if (err == ERR_OK)
			err = db_do(write);
		n++;
	}
	if (err == ERR_OK && n)
		err = db_run(to, "COMMIT");
	us = now_us() - began;
	if (err == ERR_OK)
		(void)printf("bare_commit_per_second %.0f\n", (double)n * 1e6 / (double)us);
	(void)sqlite3_finalize(read);
	(void)sqlite3_finalize(write);
	db_close(from);
	db_close(to);
	return err;
}

/* ---- restart ---- */

/* STATUS until it answers; then whether the picture is whole. */
static bool
ask_status(const char *home, const char *token, bool *is_whole)
{
	struct wire_message message;
	struct client *client;
	char path[FILE_PATH_MAX];
	bool is_there = false;
	struct out *out;
	size_t begun;

	if (file_path(path, sizeof path, home, "ctl.sock") != ERR_OK ||
	    client_connect(path, &client) != ERR_OK)
		return false;
	out = client_out(client);
	begun = wire_begin(out, WIRE_STATUS, 1);
	out_sized(out, span_of(token));
	out_sized(out, SPAN(""));
	wire_end(out, begun);
	if (client_wait(client, WAIT_MS, &message) == ERR_OK && message.kind == WIRE_DONE) {
		is_there = true;
		*is_whole = memmem(message.payload.p, message.payload.n, "\"folding\":false", 15);
	}
	client_close(client);
	return is_there;
}

static int
restart(const char *home, const char *seamd)
{
	char token[DUTY_TOKEN_TEXT];
	int64_t began = now_us(), answered = 0;
	bool is_whole = false;
	int status;
	pid_t pid;

	if (home_token(home, token, sizeof token) != ERR_OK)
		return 1;
	pid = fork();
	if (pid == 0) {
		(void)execl(seamd, "seamd", "-q", "-H", home, (char *)NULL);
		_exit(127);
	}
	while (pid > 0 && !is_whole && now_us() - began < (int64_t)300 * 1000000) {
		if (!ask_status(home, token, &is_whole))
			(void)usleep(2000);
		else if (!answered)
			answered = now_us() - began;
		else if (!is_whole)
			(void)usleep(10000);
	}
	(void)printf("answers_ms %.0f\nwhole_ms %.0f\n", (double)answered / 1e3,
		     (double)(now_us() - began) / 1e3);
	(void)kill(pid, SIGTERM);
	(void)waitpid(pid, &status, 0);
	return answered && is_whole ? 0 : 1;
}

static size_t
number(const char *text, size_t high)
{
	int64_t value = 0;

	if (!span_int(span_of(text), 1, (int64_t)high, &value)) {
		(void)fprintf(stderr, "bench: '%s' is no number from 1 to %zu\n", text, high);
		exit(2);
	}
	return (size_t)value;
}

static int
tell(enum err err, const char *what)
{
	if (err == ERR_OK)
		return 0;
	(void)fprintf(stderr, "bench: %s: %s\n", what, err_text(err));
	return 1;
}

int
main(int argc, char **argv)
{
	static struct run run;
	const char *verb = argc > 2 ? argv[1] : "";
	int code = 2;

	if (sign_start() != ERR_OK)
		return 1;
	if (strcmp(verb, "make") == 0)
		return tell(home_make(argv[2]), argv[2]);
	if (argc == 4 && strcmp(verb, "restart") == 0)
		return restart(argv[2], argv[3]);
	if (argc == 4 && strcmp(verb, "bare") == 0) {
		bare_signatures();
		return tell(bare_commits(argv[2], argv[3]), "the bare database");
	}
	if (argc != 5 || (strcmp(verb, "file") != 0 && strcmp(verb, "pace") != 0)) {
		(void)fputs("usage: bench-station make HOME | file HOME RECORDS WINDOW | pace HOME "
			    "RECORDS PER_SECOND | bare HOME FOLDER | restart HOME SEAMD\n",
			    stderr);
		return code;
	}
	code = tell(open_run(&run, argv[2]), argv[2]);
	if (code == 0 && verb[0] == 'f')
		code = file_window(&run, number(argv[3], RECORDS_MAX), number(argv[4], WINDOW_MAX));
	else if (code == 0)
		code = file_pace(&run, number(argv[3], RECORDS_MAX),
				 (int64_t)number(argv[4], 1000000));
	client_close(run.client);
	arena_free(run.arena);
	free(run.due_us);
	free(run.took_us);
	return code;
}
