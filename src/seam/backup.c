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
#include "seamd/ring.h"

#include <dirent.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
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
    "recover.note", "erasing",     "seamd.pid",   "home.place",        "tls/peer.key",
    "tls/peer.crt", "tls/web.key", "tls/web.crt", "tls/peer.next.key", "tls/peer.next.crt",
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
	char passphrase[KEYFILE_PASSPHRASE_MAX];
	size_t passphrase_n;
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

static int
restore(struct app *app, const char *dir, const char *from)
{
	char passphrase[KEYFILE_PASSPHRASE_MAX];
	size_t n = 0;
	bool was_there = file_is_there(dir);
	enum err err;
	int code = ask(app, passphrase, &n);

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
	if (err == ERR_OK)
		return APP_OK;
	if (err == ERR_EXISTS)
		return app_say_no(app, "%s: a home is there already, and none is overwritten", dir);
	if (!was_there)
		(void)nftw(dir, remove_one, WALK_DESCRIPTORS, FTW_DEPTH | FTW_PHYS);
	return app_fail(app, err, from);
}

/* The last number of "seam/a/makhmour/log/2". */
static bool
read_epoch(const char *origin, uint32_t *epoch)
{
	const char *slash = strrchr(origin, '/');
	int64_t number;

	if (!slash || !span_int(span_of(slash + 1), 2, UINT32_MAX, &number))
		return false;
	*epoch = (uint32_t)number;
	return true;
}

static enum err
open_keys(struct recovering *recovering)
{
	struct config *config = &recovering->app->config;
	char path[FILE_PATH_MAX];
	enum err err = config_path(config, "station.key", path, sizeof path);
	const char *file = config->passphrase_file.text;

	/* A copy leaves the passphrase of an exercise behind; then it is asked for. */
	if (file[0] && !file_is_there(file))
		file = args_get(recovering->app->args, "passphrase-file");
	if (err == ERR_OK)
		err =
		    keyfile_passphrase(file, "passphrase of the station: ", recovering->passphrase,
				       &recovering->passphrase_n);
	if (err == ERR_OK)
		err =
		    keyfile_read(path, span_make(recovering->passphrase, recovering->passphrase_n),
				 &recovering->keys);
	return err;
}

/* A key for the new log, in the key file before anything else changes. */
static enum err
add_log_key(struct recovering *recovering)
{
	char path[FILE_PATH_MAX];
	enum err err = config_path(&recovering->app->config, "station.key", path, sizeof path);

	if (err == ERR_OK && keyfile_find(&recovering->keys, "log", recovering->epoch))
		return ERR_OK; /* an earlier attempt came this far */
	if (err == ERR_OK)
		err = keyfile_add(&recovering->keys, "log", recovering->epoch);
	if (err == ERR_OK)
		err = keyfile_write(path, &recovering->keys,
				    span_make(recovering->passphrase, recovering->passphrase_n),
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
version_after(int64_t held)
{
	int64_t by_time = app_utc() / 1000 - SECONDS_TO_2020;

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
		next->version = version_after(held->version);
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

static int
recover(struct recovering *recovering)
{
	struct app *app = recovering->app;
	struct party party = station_party(&app->config.station);
	enum err err = recover_origin(app->config.home, recovering->origin);
	int code;

	if (err == ERR_OK && !read_epoch(recovering->origin, &recovering->epoch))
		err = ERR_FORMAT;
	if (err != ERR_OK)
		return say_what_to_do(recovering, err);
	code = root_open(app, args_get(app->args, "root"), &party, &recovering->root);
	if (code != APP_OK)
		return code;
	err = open_keys(recovering);
	if (err == ERR_NOT_FOUND)
		return app_fail(app, err,
				"the keys of the station, or the file with their passphrase");
	if (err == ERR_OK)
		err = add_log_key(recovering);
	if (err == ERR_OK)
		err = open_epoch(recovering);
	if (err == ERR_OK)
		err = renew_keynote(recovering);
	if (err != ERR_OK)
		return say_what_to_do(recovering, err);
	app_remark(app,
		   "%s has a new log, %s. The old one is never signed again. Give others the new "
		   "keys with: "
		   "seam --home %s invite FILE. Make a new backup now: who comes back twice from "
		   "one backup begins the same log twice, and others refuse the second.",
		   app->config.station.name, recovering->origin, app->config.home);
	return APP_OK;
}

int
backup_recover(struct app *app)
{
	struct recovering *recovering = calloc(1, sizeof *recovering);
	const char *from = args_get(app->args, "from");
	const char *dir = args_word(app->args, 0);
	int code = APP_OK;

	if (app->args->n > 1 || (!dir && !app->home[0]) || !recovering)
		code = app_usage(app, "recover DIR [--from BACKUP] [--root FILE]");
	if (code == APP_OK && dir)
		app->home = dir;
	if (code == APP_OK && from)
		code = restore(app, app->home, from);
	if (code == APP_OK && !app_config(app))
		code = APP_NO;
	if (code == APP_OK && reach_is_running(app))
		code = app_say_no(app, "the station runs: stop it first");
	if (code == APP_OK) {
		recovering->app = app;
		code = recover(recovering);
	}
	if (recovering) {
		keyfile_wipe(&recovering->keys);
		sign_wipe(recovering, sizeof *recovering);
	}
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
