/*
 * Promises a home that is whole or not there: it is made beside its place and renamed into it.
 */
#define _GNU_SOURCE
#include "seam/app.h"
#include "seam/command.h"

#include "admit/members.h"
#include "base/b64.h"
#include "journal/journal.h"
#include "journal/shelf.h"
#include "model/when.h"
#include "release/profile.h"
#include "seam/join.h"
#include "seam/link.h"
#include "seam/root.h"
#include "seamd/duty.h"
#include "seamd/ring.h"

#include <errno.h>
#include <ftw.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
	RATE_MAX = 1000,
	PASSPHRASE_BYTES = 24,
	PASSPHRASE_MIN = 8,
	WHY_TEXT = 512,
	WALK_DESCRIPTORS = 16
};

struct making {
	struct app *app;
	char final[FILE_PATH_MAX];    /* absolute */
	char dir[FILE_PATH_MAX + 16]; /* where it is made */
	struct config config;
	struct party party;
	char passphrase[KEYFILE_PASSPHRASE_MAX];
	size_t passphrase_n;
	struct keyfile keys;
	struct root root;
	bool has_root_here; /* a new root key is written into the home */
	bool is_joining;    /* without a root: key note and member list come later */
	const char *what;   /* being done, for a failure */
	char why[WHY_TEXT]; /* says more than that */
};

static enum err
write_home(const struct making *making, const char *name, struct span bytes)
{
	char path[FILE_PATH_MAX];
	enum err err = file_path(path, sizeof path, making->dir, name);

	return err == ERR_OK ? file_write(path, bytes, 0600) : err;
}

/* Where the home will stand; the folder above it must be there. */
static int
find_place(struct making *making, const char *dir)
{
	char parent[FILE_PATH_MAX];
	char absolute[PATH_MAX];
	struct span name = span_of(dir);
	char *slash;
	int n;

	while (name.n > 1 && name.p[name.n - 1] == '/')
		name.n--;
	if (!span_copy(parent, sizeof parent, name) || name.n == 0)
		return app_usage(making->app, "the name of the folder is empty or too long");
	slash = strrchr(parent, '/');
	if (slash)
		*slash = '\0';
	if (!realpath(slash ? (parent[0] ? parent : "/") : ".", absolute))
		return app_say_no(making->app, "%s: the folder above is not there", dir);
	n = snprintf(making->final, sizeof making->final, "%s/%s",
		     strcmp(absolute, "/") ? absolute : "", slash ? slash + 1 : parent);
	if (n < 0 || (size_t)n >= sizeof making->final - 16)
		return app_usage(making->app, "the name of the folder is too long");
	if (file_is_there(making->final) && rmdir(making->final) != 0)
		return app_say_no(
		    making->app, "%s: exists already and is not empty; a home is never overwritten",
		    making->final);
	(void)snprintf(making->dir, sizeof making->dir, "%s.XXXXXX", making->final);
	if (!mkdtemp(making->dir))
		return app_fail(making->app, err_from_errno(errno), making->dir);
	return APP_OK;
}

static int
set_clock(struct making *making)
{
	struct args *args = making->app->args;
	struct join_clock clock;
	int code = join_read_clock(making->app, &clock);

	if (code != APP_OK)
		return code;
	if (!making->config.exercise &&
	    (args_has(args, "exercise-start") || args_has(args, "rate")))
		return app_usage(making->app,
				 "only an exercise has a clock of its own: add --exercise");
	making->config.exercise_start = clock.start_ms;
	making->config.exercise_epoch = clock.epoch_ms;
	making->config.exercise_rate = clock.rate_milli;
	return APP_OK;
}

static int
read_settings(struct making *making)
{
	struct args *args = making->app->args;
	const char *station = args_get(args, "station");
	const char *root = args_get(args, "root");
	char text[LIMIT_STATION_TEXT + 64];
	char why[CONFIG_WHY_MAX];

	if (args->n != 1 || !station)
		return app_usage(making->app, "init DIR --station PARTY/SITE: see seam help init");
	(void)snprintf(text, sizeof text, "station %.60s\n", station);
	if (config_parse(span_of(text), &making->config, why) != ERR_OK)
		return app_usage(
		    making->app,
		    "--station %s: a station is called PARTY/SITE, as a/makhmour, in small "
		    "letters, digits and '-'",
		    station);
	making->party = station_party(&making->config.station);
	making->config.exercise = args_has(args, "exercise");
	making->is_joining = args_has(args, "join");
	making->has_root_here = !root && !making->is_joining;
	if (making->config.exercise) {
		making->config.jail = CONFIG_JAIL_WARN;
		making->config.beat_ms = 1000;
	}
	return set_clock(making);
}

/* A passphrase of its own in the home: an exercise protects nothing but practice. */
static enum err
make_passphrase(struct making *making)
{
	unsigned char secret[PASSPHRASE_BYTES];
	enum err err;

	sign_random(secret, sizeof secret);
	b64url_text(making->passphrase, sizeof making->passphrase, secret, sizeof secret);
	sign_wipe(secret, sizeof secret);
	making->passphrase_n = strlen(making->passphrase);
	err = write_home(making, "passphrase", span_of(making->passphrase));
	return err == ERR_OK ? file_path(making->config.passphrase_file.text,
					 sizeof making->config.passphrase_file.text, making->final,
					 "passphrase")
			     : err;
}

static enum err
say_why(struct making *making, enum err err, const char *why)
{
	(void)snprintf(making->why, sizeof making->why, "%s", why);
	return err;
}

static enum err
check_length(struct making *making)
{
	return making->passphrase_n < PASSPHRASE_MIN
		   ? say_why(making, ERR_REFUSED, "the passphrase has fewer than 8 characters")
		   : ERR_OK;
}

static enum err
ask_passphrase(struct making *making)
{
	char again[KEYFILE_PASSPHRASE_MAX];
	size_t n = 0;
	enum err err = keyfile_passphrase(
	    NULL, "new passphrase of the station: ", making->passphrase, &making->passphrase_n);

	if (err == ERR_OK && check_length(making) != ERR_OK)
		return ERR_REFUSED;
	if (err == ERR_OK)
		err = keyfile_passphrase(NULL, "the same again: ", again, &n);
	if (err != ERR_OK)
		return say_why(making, err,
			       "there is no terminal to ask for the passphrase: name a file with "
			       "--passphrase-file");
	if (!span_equal(span_make(again, n), span_make(making->passphrase, making->passphrase_n)))
		err = say_why(making, ERR_REFUSED, "the two passphrases are not the same");
	sign_wipe(again, sizeof again);
	return err;
}

static enum err
get_passphrase(struct making *making)
{
	const char *file = args_get(making->app->args, "passphrase-file");
	char absolute[PATH_MAX];
	enum err err;

	making->what = "the passphrase";
	if (!file)
		return making->config.exercise ? make_passphrase(making) : ask_passphrase(making);
	making->what = file;
	err = keyfile_passphrase(file, NULL, making->passphrase, &making->passphrase_n);
	if (err != ERR_OK)
		return err;
	if (check_length(making) != ERR_OK)
		return ERR_REFUSED;
	if (!realpath(file, absolute) ||
	    !span_copy(making->config.passphrase_file.text,
		       sizeof making->config.passphrase_file.text, span_of(absolute)))
		return ERR_LIMIT;
	return ERR_OK;
}

static enum err
make_root(struct making *making)
{
	struct keyfile file = {.n = 0};
	char path[FILE_PATH_MAX];
	enum err err = keyfile_add(&file, "root", 1);

	making->what = "root.key";
	if (err == ERR_OK)
		err = root_take(&file, &making->party, &making->root);
	if (err == ERR_OK)
		err = file_path(path, sizeof path, making->dir, "root.key");
	if (err == ERR_OK)
		err =
		    keyfile_write(path, &file, span_make(making->passphrase, making->passphrase_n),
				  making->config.exercise);
	keyfile_wipe(&file);
	return err;
}

static enum err
make_keys(struct making *making)
{
	char path[FILE_PATH_MAX];
	enum err err = keyfile_add(&making->keys, "record", 1);

	making->what = "station.key";
	if (err == ERR_OK)
		err = keyfile_add(&making->keys, "log", 1);
	if (err == ERR_OK)
		err = keyfile_add(&making->keys, "witness", 1);
	if (err == ERR_OK)
		err = file_path(path, sizeof path, making->dir, "station.key");
	if (err == ERR_OK)
		err = keyfile_write(path, &making->keys,
				    span_make(making->passphrase, making->passphrase_n),
				    making->config.exercise);
	return err;
}

/* Version 1: the own party alone, so that a station is useful by itself from the first day. */
static enum err
write_members(struct making *making, struct out *note)
{
	struct members members = {.version = 1, .n = 1, .quorum = 1, .rate_milli = 1000};
	struct out text = out_new(NOTE_MAX);
	enum err err;

	(void)snprintf(members.purpose, sizeof members.purpose, "party %s alone",
		       making->party.name);
	members.member[0].party = making->party;
	members.member[0].root = making->root.public;
	members.is_exercise = making->config.exercise;
	if (members.is_exercise)
		join_members_clock(&making->config, &members);
	members_write(&text, &members);
	err = out_err(&text);
	if (err == ERR_OK)
		root_sign(note, &making->root, out_view(&text));
	out_free(&text);
	return err == ERR_OK ? out_err(note) : err;
}

static enum err
write_keynote(struct making *making, const struct keynote *keynote, struct out *note)
{
	struct out text = out_new(NOTE_MAX);
	enum err err;

	keynote_write(&text, keynote);
	err = out_err(&text);
	if (err == ERR_OK && making->is_joining)
		out_span(note, out_view(&text));
	else if (err == ERR_OK)
		root_sign(note, &making->root, out_view(&text));
	out_free(&text);
	return err == ERR_OK ? out_err(note) : err;
}

static enum err
fill_shelf(struct making *making, struct span members, struct span keynote)
{
	struct shelf list = {SPAN(RING_MEMBERS), SPAN(""), 1, members, app_utc()};
	struct shelf key = {SPAN(RING_KEY), span_of(making->config.station.name), 1, keynote,
			    app_utc()};
	struct journal *journal;
	char why[JOURNAL_WHY_MAX];
	enum err err = journal_open(making->dir, JOURNAL_WRITE, why, &journal);

	if (err != ERR_OK)
		return err;
	err = journal_begin(journal);
	if (err == ERR_OK) {
		err = shelf_put(journal, &list);
		if (err == ERR_OK)
			err = shelf_put(journal, &key);
		if (err == ERR_OK)
			err = journal_commit(journal);
		else
			journal_rollback(journal);
	}
	journal_close(journal);
	return err;
}

static enum err
make_journal(struct making *making, const struct keynote *keynote)
{
	struct out vkey = out_new(NOTE_MAX);
	struct out members = out_new(NOTE_MAX);
	struct out note = out_new(NOTE_MAX);
	int64_t now = config_clock(&making->config, app_utc());
	enum err err;

	making->what = "the journal";
	note_key_write(&vkey, &keynote->log[0]);
	err = write_keynote(making, keynote, &note);
	if (err == ERR_OK)
		err = journal_create(making->dir, span_of(making->config.station.name),
				     out_view(&vkey), out_view(&note), now);
	if (err == ERR_OK && !making->is_joining) {
		err = write_members(making, &members);
		if (err == ERR_OK)
			err = fill_shelf(making, out_view(&members), out_view(&note));
	}
	out_free(&vkey);
	out_free(&members);
	out_free(&note);
	return err;
}

static void
name_profiles(struct making *making, const char *unknown)
{
	struct out out = out_new(WHY_TEXT - 1);

	out_format(&out, "--profile %.60s: there is no such profile; there are:", unknown);
	for (unsigned i = 0; profile_name(i); i++)
		out_format(&out, " %s", profile_name(i));
	if (out_err(&out) == ERR_OK)
		(void)span_copy(making->why, sizeof making->why, out_view(&out));
	out_free(&out);
}

static enum err
make_policy(struct making *making)
{
	const char *profile = args_get(making->app->args, "profile");
	const char *with = args_get(making->app->args, "with");
	struct span rest = span_of(with ? with : "");
	struct span one;
	struct party others[LIMIT_PARTIES];
	size_t n = 0;
	struct out text = out_new(LIMIT_DOCUMENT);
	enum err err = ERR_OK;

	making->what = "--profile (see seam policy profiles) and --with b,c";
	while (rest.n && span_split(&rest, ',', &one))
		if (n == LIMIT_PARTIES || !party_read(one, &others[n++]))
			err = ERR_FORMAT;
	if (err == ERR_OK)
		err = profile_text(span_of(profile ? profile : "nothing"), &making->party, others,
				   n, &text);
	if (err == ERR_NOT_FOUND)
		name_profiles(making, profile);
	if (err == ERR_OK)
		err = write_home(making, "policy.initial", out_view(&text));
	out_free(&text);
	return err;
}

static enum err
make_account(struct making *making)
{
	making->what = "duty.db";
	return duty_begin(making->dir);
}

static enum err
make_config(struct making *making)
{
	struct out text = out_new(65536);
	char path[FILE_PATH_MAX];
	enum err err;

	making->what = "seam.conf";
	config_write(&text, &making->config);
	err = write_home(making, "seam.conf", out_view(&text));
	out_free(&text);
	if (err == ERR_OK)
		err = file_path(path, sizeof path, making->dir, "layers");
	return err == ERR_OK ? file_make_dirs(path, 0700) : err;
}

static enum err
make_tls(struct making *making)
{
	enum err err = ERR_OK;

	making->what = "tls";
	for (enum tlsfile which = 0; which < TLSFILE_COUNT && err == ERR_OK; which++)
		err = link_make_tls(&making->config, making->dir, which);
	return err;
}

static enum err
make_all(struct making *making)
{
	struct keynote *keynote = calloc(1, sizeof *keynote);
	enum err err = keynote ? get_passphrase(making) : ERR_NOMEM;

	if (err == ERR_OK)
		err = make_config(making);
	if (err == ERR_OK)
		err = make_keys(making);
	if (err == ERR_OK && making->has_root_here)
		err = make_root(making);
	if (err == ERR_OK)
		err = make_tls(making);
	if (err == ERR_OK)
		err = root_keynote(&making->keys, making->dir, &making->config.station, 1,
				   app_utc(), keynote);
	if (err == ERR_OK)
		err = make_journal(making, keynote);
	if (err == ERR_OK)
		err = make_policy(making);
	if (err == ERR_OK)
		err = make_account(making);
	free(keynote);
	return err;
}

static int
remove_one(const char *path, const struct stat *stat, int type, struct FTW *at)
{
	(void)stat;
	(void)type;
	(void)at;
	return remove(path);
}

static int
tell(const struct making *making)
{
	struct app *app = making->app;
	struct out out = out_new(65536);
	const char *home = making->final;

	if (app->is_json) {
		out_text(&out, "{\"home\":");
		out_json(&out, span_of(home));
		out_format(&out, ",\"station\":\"%s\",\"exercise\":%s}\n",
			   making->config.station.name, making->config.exercise ? "true" : "false");
		return app_print(app, &out);
	}
	out_format(&out, "%s is the home of station %s%s.\n", home, making->config.station.name,
		   making->config.exercise ? " (EXERCISE)" : "");
	if (making->config.exercise && !args_has(app->args, "passphrase-file"))
		out_text(&out, "The passphrase of its keys lies beside them in the file "
			       "'passphrase': good for an "
			       "exercise, for nothing else.\n");
	if (making->has_root_here)
		out_format(&out,
			   "Its party's root key is %s/root.key: move it off this machine and keep "
			   "it; new "
			   "stations, member lists and recovery need it.\n",
			   home);
	if (making->is_joining)
		out_format(&out,
			   "It cannot start yet. Next:\n  seam --home %s join > request\n"
			   "  (where the root key of %s is)  seam --home HOME join sign request > "
			   "welcome\n"
			   "  seam --home %s join welcome\n",
			   home, making->party.name, home);
	else
		out_format(&out,
			   "Nothing is given to anybody until a policy says so%s.\nNext:\n"
			   "  seamd -H %s                 runs it\n"
			   "  seam --home %s invite       what other parties need of it\n"
			   "  seam --home %s report sighting type=mov.sighting when=now "
			   "place=38SMD470654\n",
			   args_has(app->args, "profile") ? " (policy.initial)" : "", home, home,
			   home);
	return app_print(app, &out);
}

int
init_make(struct app *app)
{
	struct making *making = calloc(1, sizeof *making);
	const char *root = args_get(app->args, "root");
	int code;
	enum err err = ERR_OK;

	if (!making)
		return app_fail(app, ERR_NOMEM, "init");
	making->app = app;
	making->what = "";
	(void)umask(077);
	code = read_settings(making);
	if (code == APP_OK)
		code = find_place(making, app->args->words[0]);
	if (code == APP_OK && root)
		code = root_open(app, root, &making->party, &making->root);
	if (code == APP_OK)
		err = make_all(making);
	if (code == APP_OK && err == ERR_OK && rename(making->dir, making->final) != 0)
		err = err_from_errno(errno);
	if (code == APP_OK && err != ERR_OK)
		code = making->why[0] ? app_say_no(app, "%s", making->why)
				      : app_fail(app, err, making->what);
	if (code == APP_OK)
		code = tell(making);
	else if (making->dir[0])
		(void)nftw(making->dir, remove_one, WALK_DESCRIPTORS, FTW_DEPTH | FTW_PHYS);
	keyfile_wipe(&making->keys);
	sign_wipe(making, sizeof *making);
	free(making);
	return code;
}
