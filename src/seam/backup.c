/*
 * Promises that a home can be copied closed, come back as a working station with one command, and
 * be destroyed with its keys first.
 */
#define _GNU_SOURCE
#include "seam/command.h"
#include "seam/link.h"
#include "seam/reach.h"
#include "seam/renew.h"
#include "seam/view.h"

#include "journal/backup.h"
#include "journal/journal.h"
#include "journal/recover.h"
#include "journal/shelf.h"
#include "picture/picture.h"
#include "seamd/homeplace.h"
#include "seamd/ring.h"

#include <dirent.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { NAMES_MAX = 96, NAME_TEXT = 272, PASSPHRASE_MIN = 8, WALK_DESCRIPTORS = 16 };
enum { SECONDS_TO_2020 = 1577836800 };

/* What of a home is copied besides the journal, and destroyed with it. */
static const char *const fixed_names[] = {"seam.conf",      "station.key", "root.key",
					  "duty.db",        "ctl.token",   "passphrase",
					  "policy.initial", "links",       "directory"};

/* What is destroyed and not copied: a recovered station is another end of its links, with TLS keys
 * of its own. */
static const char *const other_names[] = {
    "duty.db-wal", "duty.db-shm", "recover.note",      "erasing",
    "seamd.pid",   "home.place",  "tls/peer.key",      "tls/peer.crt",
    "tls/web.key", "tls/web.crt", "tls/peer.next.key", "tls/peer.next.crt",
};

struct names {
	const char *name[NAMES_MAX];
	char text[NAMES_MAX][NAME_TEXT];
	size_t n;
};

static void
add_name(struct names *names, const char *folder, const char *name)
{
	int n;

	if (names->n == NAMES_MAX)
		return;
	n = snprintf(names->text[names->n], NAME_TEXT, "%s%s", folder, name);
	if (n > 0 && n < NAME_TEXT) {
		names->name[names->n] = names->text[names->n];
		names->n++;
	}
}

static void
gather_names(const char *home, bool is_destroying, struct names *names)
{
	char folder[FILE_PATH_MAX];
	struct dirent *entry;
	DIR *dir;

	names->n = 0;
	for (size_t i = 0; i < sizeof fixed_names / sizeof *fixed_names; i++)
		if (is_destroying || strcmp(fixed_names[i], "passphrase") != 0)
			add_name(names, "", fixed_names[i]);
	for (size_t i = 0; is_destroying && i < sizeof other_names / sizeof *other_names; i++)
		add_name(names, "", other_names[i]);
	if (file_path(folder, sizeof folder, home, "layers") != ERR_OK || !(dir = opendir(folder)))
		return;
	while ((entry = readdir(dir)))
		if (entry->d_name[0] != '.')
			add_name(names, "layers/", entry->d_name);
	(void)closedir(dir);
}

static void
tell_progress(void *context, const char *name, uint64_t bytes)
{
	app_progress(context, "%s: %llu bytes", name, (unsigned long long)bytes);
}

static int
ask(const struct app *app, char passphrase[KEYFILE_PASSPHRASE_MAX], size_t *n)
{
	const char *file = args_get(app->args, "passphrase-file");
	enum err err = keyfile_passphrase(file, "passphrase of the copy: ", passphrase, n);

	if (err == ERR_KEY && !file)
		return app_say_no(app, "there is no terminal to ask for the passphrase of the "
				       "copy: name a file with --passphrase-file");
	return err == ERR_OK ? APP_OK : app_fail(app, err, file ? file : "the passphrase");
}

int
backup_write(struct app *app)
{
	char passphrase[KEYFILE_PASSPHRASE_MAX];
	struct names *names = calloc(1, sizeof *names);
	const char *file = args_word(app->args, 0);
	size_t n = 0;
	enum err err = ERR_OK;
	int code;

	if (app->args->n != 1 || !names) {
		free(names);
		return app_usage(app, "backup FILE [--passphrase-file F]");
	}
	/* The passphrase in the home of an exercise does not go along: it would open the copy's
	 * keys. */
	gather_names(app->config.home, false, names);
	code = ask(app, passphrase, &n);
	if (code == APP_OK && n < PASSPHRASE_MIN)
		code =
		    app_say_no(app, "the passphrase has fewer than %d characters", PASSPHRASE_MIN);
	if (code == APP_OK)
		err = backup_make(app->config.home, file, span_make(passphrase, n), names->name,
				  names->n, &(struct backup_step){tell_progress, app});
	sign_wipe(passphrase, sizeof passphrase);
	free(names);
	app_progress(app, "%s", "");
	if (code != APP_OK)
		return code;
	if (err != ERR_OK)
		return app_fail(app, err, file);
	app_remark(app,
		   "%s is an encrypted copy. A station that comes back from it begins a new log: "
		   "seam recover",
		   file);
	return APP_OK;
}

/* ---- recover ---- */

struct recovering {
	struct app *app;
	struct keyfile keys;
	struct root root;
	struct root_pass pass;
	const char *from; /* NULL: the home as it lies there */
	bool is_checked;  /* the root is the party's */
	bool is_made;     /* its folder was made for what came from the copy */
	int64_t utc_ms;   /* one moment for the numbers of the log and of the key note */
	bool is_by_clock; /* the log's number */
	char origin[RECOVER_ORIGIN_MAX];
	uint32_t epoch;
};

static int
remove_one(const char *path, const struct stat *stat, int type, struct FTW *at)
{
	(void)stat;
	(void)type;
	(void)at;
	return remove(path);
}

static void
remove_all(const char *dir)
{
	(void)nftw(dir, remove_one, WALK_DESCRIPTORS, FTW_DEPTH | FTW_PHYS);
}

/* What can be known before anything is asked for or written. */
static int
look_before(const struct app *app, const char *from)
{
	const char *root = args_get(app->args, "root");

	if (!file_is_there(from))
		return app_fail(app, ERR_NOT_FOUND, from);
	if (root && !file_is_there(root))
		return app_say_no(app, "%s is not there: name the file of the root key", root);
	return APP_OK;
}

static int
restore(struct recovering *recovering)
{
	struct app *app = recovering->app;
	const char *dir = app->home;
	const char *from = recovering->from;
	char passphrase[KEYFILE_PASSPHRASE_MAX];
	size_t n = 0;
	bool was_there = file_is_there(dir);
	enum err err;
	int code = look_before(app, from);

	if (code == APP_OK)
		code = ask(app, passphrase, &n);
	if (code != APP_OK)
		return code;
	err = file_make_dirs(dir, 0700);
	if (err == ERR_OK && chmod(dir, 0700) != 0)
		err = ERR_SYSTEM;
	if (err == ERR_OK)
		err = backup_restore(from, dir, span_make(passphrase, n),
				     &(struct backup_step){tell_progress, app});
	sign_wipe(passphrase, sizeof passphrase);
	app_progress(app, "%s", "");
	recovering->is_made = !was_there;
	if (err == ERR_OK)
		return APP_OK;
	if (err == ERR_EXISTS)
		return app_say_no(app, "%s: a home is there already, and none is overwritten", dir);
	if (!was_there)
		remove_all(dir);
	if (err == ERR_KEY)
		return app_say_no(app, "%s: the passphrase does not open it", from);
	return app_fail(app, err, from);
}

/* A half-made home would stand in the way of the next attempt. */
static void
take_back(const struct recovering *recovering)
{
	const struct app *app = recovering->app;

	if (recovering->is_made)
		remove_all(app->home);
	else
		app_remark(app,
			   "What came from %s lies in %s. When that is put right, go on with seam "
			   "recover %s and the same options without --from.",
			   recovering->from, app->home, app->home);
}

static int
open_keys(struct recovering *recovering)
{
	const struct app *app = recovering->app;
	char path[FILE_PATH_MAX];
	enum err err = config_path(&app->config, "station.key", path, sizeof path);

	if (err != ERR_OK)
		return app_fail(app, err, "station.key");
	return root_keyfile(app, path, NULL, "passphrase of the station: ", &recovering->keys,
			    &recovering->pass);
}

/* A key for the new log, in the key file before anything else changes.  No log of before is signed
 * any more, nor one that an attempt which did not end would have begun. */
static enum err
add_log_key(struct recovering *recovering)
{
	char path[FILE_PATH_MAX];
	enum err err = config_path(&recovering->app->config, "station.key", path, sizeof path);

	keyfile_keep(&recovering->keys, "log", 0);
	if (err == ERR_OK)
		err = keyfile_add(&recovering->keys, "log", recovering->epoch);
	if (err == ERR_OK)
		err = keyfile_write(path, &recovering->keys,
				    span_make(recovering->pass.text, recovering->pass.n),
				    recovering->app->config.exercise);
	return err;
}

static enum err
open_epoch(struct recovering *recovering)
{
	const struct keyfile_key *key = keyfile_find(&recovering->keys, "log", recovering->epoch);
	struct sign_public public = keyfile_public(key);
	struct note_key vkey;
	struct out text = out_new(NOTE_MAX);
	enum err err = note_key_make(span_of(recovering->origin), NOTE_ED25519, &public, &vkey);

	if (err == ERR_OK) {
		note_key_write(&text, &vkey);
		err = out_err(&text);
	}
	if (err == ERR_OK)
		err = recover_home(recovering->app->config.home, out_view(&text),
				   (struct span){NULL, 0}, app_now(recovering->app));
	out_free(&text);
	return err;
}

static enum err
put_note(struct journal *journal, const struct station *station, int64_t version, struct span note)
{
	struct shelf shelf = {SPAN(RING_KEY), span_of(station->name), version, note, app_utc()};
	enum err err = journal_begin(journal);

	if (err != ERR_OK)
		return err;
	err = shelf_put(journal, &shelf);
	if (err == ERR_OK)
		return journal_commit(journal);
	journal_rollback(journal);
	return err;
}

/* The copy may be older than the newest note that others hold, whose version it does not know.  The
 * seconds since 2020 are above any that was counted up from 1, and above those of an earlier
 * return; they last until 2088 (keynote_read() takes 31 bits). */
static int64_t
version_after(const struct recovering *recovering, int64_t held)
{
	int64_t by_time = recovering->utc_ms / 1000 - SECONDS_TO_2020;

	return by_time > held && by_time < INT32_MAX ? by_time : held + 1;
}

/* The newest key note with the new log's key added, signed by the root. */
static enum err
renew_keynote(struct recovering *recovering)
{
	struct station *station = &recovering->app->config.station;
	struct keynote *held = calloc(1, sizeof *held);
	struct keynote *next = calloc(1, sizeof *next);
	struct out note = out_new(NOTE_MAX);
	struct journal *journal = NULL;
	struct shelf shelf = {0};
	struct note read;
	char why[JOURNAL_WHY_MAX];
	enum err err =
	    held && next ? journal_open(recovering->app->config.home, JOURNAL_WRITE, why, &journal)
			 : ERR_NOMEM;

	if (err == ERR_OK)
		err = shelf_newest(journal, SPAN(RING_KEY), span_of(station->name),
				   recovering->app->arena, &shelf);
	if (err == ERR_OK)
		err = link_ensure_tls(&recovering->app->config);
	if (err == ERR_OK &&
	    (note_read(shelf.text, &read) != ERR_OK || keynote_read(read.text, held) != WHY_NONE))
		err = ERR_CORRUPT;
	if (err == ERR_OK)
		err = renew_next(held, &recovering->keys, recovering->app->config.home, app_utc(),
				 next);
	if (err == ERR_OK) {
		next->version = version_after(recovering, held->version);
		err = renew_sign(&recovering->root, next, &note);
	}
	if (err == ERR_OK)
		err = put_note(journal, station, next->version, out_view(&note));
	journal_close(journal);
	out_free(&note);
	free(next);
	free(held);
	return err;
}

/* What is stored and broken does not come back from itself. */
static int
say_what_to_do(const struct recovering *recovering, enum err err)
{
	const struct app *app = recovering->app;

	if (err != ERR_CORRUPT && err != ERR_INTERNAL && err != ERR_FORMAT && err != ERR_IO &&
	    err != ERR_NOT_FOUND)
		return app_fail(app, err, "recovering");
	return app_say_no(
	    app,
	    "recovering: what is stored in %s is broken or missing (%s): seam verify %s "
	    "names the place. Bring the station back into a new folder from its backup: "
	    "seam recover NEW --from BACKUP",
	    app->config.home, err_text(err), app->config.home);
}

/* What seamd would not start has lost something, even if it does not show. */
static bool
is_copied(const char *home, const struct journal *journal)
{
	enum homeplace is;

	return homeplace_look(home, journal_epoch(journal), &is) == ERR_OK &&
	       homeplace_text(is)[0] != '\0';
}

static int
confirm_end(const struct recovering *recovering, const struct journal *journal)
{
	const struct app *app = recovering->app;
	char question[RECOVER_ORIGIN_MAX + 160];

	if (recovering->from || journal_is_stopped(journal) || is_copied(app->config.home, journal))
		return APP_OK;
	(void)snprintf(question, sizeof question,
		       "The log %s is sound and nothing of it is lost: a new one ends it for good. "
		       "Begin a new log?",
		       journal_origin(journal));
	return app_confirm(app, question) ? APP_OK : APP_NO;
}

/* Where the leaves of the old log do not hold, what is known of the root can be read in the new one
 * only: check_root(). */
static int
open_root(struct recovering *recovering)
{
	struct app *app = recovering->app;
	struct party party = station_party(&app->config.station);
	char why[VIEW_WHY_MAX];
	struct view *view = view_try(app, VIEW_JOURNAL | VIEW_RING, why);
	int code = view ? confirm_end(recovering, view_journal(view)) : APP_OK;

	if (code == APP_OK)
		code = root_open(app, args_get(app->args, "root"), &party, &recovering->root);
	if (code == APP_OK && view)
		code = root_check(app, view_ring(view), &party, &recovering->root);
	recovering->is_checked = view && code == APP_OK;
	view_close(view);
	return code;
}

static int
check_root(struct recovering *recovering)
{
	struct party party = station_party(&recovering->app->config.station);
	struct view *view = view_open(recovering->app, VIEW_JOURNAL | VIEW_RING);
	int code =
	    view ? root_check(recovering->app, view_ring(view), &party, &recovering->root) : APP_NO;

	view_close(view);
	return code;
}

/* Everything that can be refused before something changes. */
static int
prepare(struct recovering *recovering)
{
	struct app *app = recovering->app;
	enum err err;
	int code;

	if (!app_config(app))
		return APP_NO;
	if (reach_is_running(app))
		return app_say_no(app, "the station runs: stop it first");
	recovering->utc_ms = app_utc();
	err = recover_origin(app->config.home, recovering->utc_ms, recovering->origin,
			     &recovering->is_by_clock);
	recovering->epoch = (uint32_t)station_log_number(span_of(recovering->origin));
	if (err != ERR_OK)
		return say_what_to_do(recovering, err);
	code = open_root(recovering);
	return code == APP_OK ? open_keys(recovering) : code;
}

/* Whoever comes back next from the same copy gets another number: he waits for the next second. */
static void
let_the_second_pass(const struct recovering *recovering)
{
	const struct timespec moment = {0, 10 * 1000 * 1000};

	for (int i = 0; i < 2 * 100 && recovering->is_by_clock &&
			app_utc() / 1000 == recovering->utc_ms / 1000;
	     i++)
		(void)nanosleep(&moment, NULL);
}

static void
say_recovered(const struct recovering *recovering)
{
	const struct app *app = recovering->app;
	const char *file = app->config.passphrase_file.text;

	app_remark(app,
		   "%s has a new log, %s. The old one is never signed again. Give others the new "
		   "keys with: "
		   "seam --home %s invite FILE. What is filed from now on is in no copy yet: seam "
		   "--home %s backup FILE.",
		   app->config.station.name, recovering->origin, app->config.home,
		   app->config.home);
	if (!recovering->is_by_clock)
		app_remark(app,
			   "The clock of this machine stands before the beginning of the log that "
			   "was ended, so the new one could not be numbered by it: set the clock "
			   "(timedatectl). Who comes back a second time from the same copy before "
			   "that begins the same log twice, and others refuse the second.");
	if (file[0] && !file_is_there(file))
		app_remark(app,
			   "%s is not there: before the station starts, put the passphrase of its "
			   "keys there, or name another file in the line passphrase_file of "
			   "%s/seam.conf.",
			   file, app->config.home);
}

static int
recover(struct recovering *recovering)
{
	enum err err = add_log_key(recovering);

	if (err == ERR_OK)
		err = open_epoch(recovering);
	if (err == ERR_OK && !recovering->is_checked && check_root(recovering) != APP_OK)
		return APP_NO;
	if (err == ERR_OK)
		err = renew_keynote(recovering);
	if (err != ERR_OK)
		return say_what_to_do(recovering, err);
	let_the_second_pass(recovering);
	say_recovered(recovering);
	return APP_OK;
}

int
backup_recover(struct app *app)
{
	struct recovering *recovering = calloc(1, sizeof *recovering);
	const char *dir = args_word(app->args, 0);
	int code = APP_OK;

	if (app->args->n > 1 || (!dir && !app->home[0]) || !recovering) {
		free(recovering);
		return app_usage(app, "recover DIR [--from BACKUP] [--root FILE]");
	}
	if (dir)
		app->home = dir;
	recovering->app = app;
	recovering->from = args_get(app->args, "from");
	if (recovering->from)
		code = restore(recovering);
	if (code == APP_OK) {
		code = prepare(recovering);
		if (code == APP_OK)
			code = recover(recovering);
		else if (recovering->from)
			take_back(recovering);
	}
	keyfile_wipe(&recovering->keys);
	sign_wipe(recovering, sizeof *recovering);
	free(recovering);
	return code;
}

/* What holds no content, then the folder when nothing else lies in it; whether it is gone. */
static bool
clear_home(const char *home)
{
	char path[FILE_PATH_MAX];

	if (file_path(path, sizeof path, home, "ctl.sock") == ERR_OK)
		(void)unlink(path);
	if (file_path(path, sizeof path, home, "layers") == ERR_OK)
		(void)rmdir(path);
	if (file_path(path, sizeof path, home, "tls") == ERR_OK)
		(void)rmdir(path);
	return rmdir(home) == 0;
}

int
backup_destroy(struct app *app)
{
	struct names *names = calloc(1, sizeof *names);
	char run_dir[FILE_PATH_MAX];
	enum err err;

	if (!names || app->args->n != 0) {
		free(names);
		return app_usage(app, "destroy takes no arguments: --home names what is destroyed");
	}
	if (!app_confirm(
		app, "Destroy the keys and the content of this station? It does not come back.")) {
		free(names);
		return APP_NO;
	}
	gather_names(app->config.home, true, names);
	(void)reach_stop(app);
	err = recover_destroy(app->config.home, names->name, names->n);
	if (config_run_dir(&app->config, run_dir, sizeof run_dir) == ERR_OK &&
	    picture_remove(run_dir) != ERR_OK && err == ERR_OK)
		err = ERR_IO;
	free(names);
	if (err != ERR_OK)
		return app_fail(app, err, "some of it could not be destroyed");
	(void)rmdir(run_dir);
	if (clear_home(app->config.home))
		app_remark(app, "Removed: keys, configuration, accounts, log, journal, picture, "
				"map layers and the folder itself.");
	else
		app_remark(app, "Removed: keys, configuration, accounts, log, journal, picture and "
				"map layers. Other files lie in the folder and are left.");
	app_remark(app, "Keys and content are destroyed. What was delivered is with those who "
			"received it; flash "
			"memory may keep traces.");
	return APP_OK;
}
