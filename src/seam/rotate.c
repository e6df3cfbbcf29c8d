/*
 * Promises a further record key for a station: what the old ones signed stays valid, and at every
 * moment between the station can sign with the key that its newest note names.
 */
#include "seam/command.h"
#include "seam/renew.h"

#include <stdlib.h>
#include <string.h>

enum { RECORDS_KEPT = 2 }; /* the key in force, and the one that follows it */

struct rotating {
	struct app *app;
	struct keynote held, next;
	struct keyfile keys;
	struct root root;
	char path[FILE_PATH_MAX];
	char passphrase[KEYFILE_PASSPHRASE_MAX];
	size_t passphrase_n;
};

static int
open_keys(struct rotating *rotating)
{
	const struct config *config = &rotating->app->config;
	enum err err = config_path(config, "station.key", rotating->path, sizeof rotating->path);

	if (err == ERR_OK)
		err = keyfile_passphrase(config->passphrase_file.text,
					 "passphrase of the station: ", rotating->passphrase,
					 &rotating->passphrase_n);
	if (err == ERR_OK)
		err = keyfile_read(rotating->path,
				   span_make(rotating->passphrase, rotating->passphrase_n),
				   &rotating->keys);
	return err == ERR_OK ? APP_OK : app_fail(rotating->app, err, rotating->path);
}

/* One key more than the note names, unless an earlier attempt has made it already.  It goes into
 * the key file first: a key that no note names signs nothing. */
static int
add_key(struct rotating *rotating)
{
	const struct app *app = rotating->app;
	unsigned newest = rotating->held.record[rotating->held.records - 1].number;
	const struct keyfile_key *key = keyfile_find(&rotating->keys, "record", 0);
	unsigned last = key ? key->number : 0;
	enum err err = ERR_OK;

	if (newest >= JWS_KEY_MAX)
		return app_say_no(app, "this station has had all the record keys it can have");
	if (last < newest)
		return app_say_no(app, "%s lacks the record key that the key note names",
				  rotating->path);
	if (last == newest) {
		keyfile_keep(&rotating->keys, "record", RECORDS_KEPT - 1);
		err = keyfile_add(&rotating->keys, "record", newest + 1);
	}
	if (err == ERR_OK && last == newest)
		err = keyfile_write(rotating->path, &rotating->keys,
				    span_make(rotating->passphrase, rotating->passphrase_n),
				    app->config.exercise);
	return err == ERR_OK ? APP_OK : app_fail(app, err, rotating->path);
}

static int
make_note(struct rotating *rotating, struct out *note)
{
	struct app *app = rotating->app;
	enum err err = renew_next(&rotating->held, &rotating->keys, app->config.home, app_utc(),
				  &rotating->next);

	if (err == ERR_OK)
		err = renew_sign(&rotating->root, &rotating->next, note);
	return err == ERR_OK ? APP_OK : app_fail(app, err, "the key note");
}

/* Twice, since core goes by the key that is in force when it starts: the record of the new note is
 * the first that the new key signs. */
static int
put_in_force(struct app *app, struct span note, int64_t version)
{
	struct reach *reach = reach_open(app);
	int code = reach ? renew_install(reach, note) : APP_NO;

	reach_close(reach);
	if (code != APP_OK)
		return code;
	reach = reach_open(app);
	code = reach ? renew_file(app, reach, note, version) : APP_NO;
	reach_close(reach);
	return code;
}

static int
rotate(struct rotating *rotating, struct out *note)
{
	struct app *app = rotating->app;
	struct party own = station_party(&app->config.station);
	int code = renew_held(app, &rotating->held);

	if (code == APP_OK)
		code = root_open_known(app, &own, &rotating->root);
	if (code == APP_OK)
		code = open_keys(rotating);
	if (code == APP_OK)
		code = add_key(rotating);
	if (code == APP_OK)
		code = make_note(rotating, note);
	if (code == APP_OK)
		code = put_in_force(app, out_view(note), rotating->next.version);
	if (code == APP_OK)
		app_remark(app,
			   "%s signs with record key %u from now on; what it signed before stays "
			   "valid. Others take the new key note from a link, or from: seam --home "
			   "%s invite FILE",
			   app->config.station.name,
			   rotating->next.record[rotating->next.records - 1].number,
			   app->config.home);
	return code;
}

int
key_rotate(struct app *app)
{
	struct rotating *rotating = calloc(1, sizeof *rotating);
	struct out note = out_new(NOTE_MAX);
	int code;

	if (!rotating)
		return app_fail(app, ERR_NOMEM, "key rotate");
	rotating->app = app;
	if (app->args->n != 0)
		code = app_usage(app, "key rotate [--root FILE]");
	else if (reach_is_running(app))
		code = app_say_no(app, "the station runs: stop it first, it reads its keys when it "
				       "starts");
	else
		code = rotate(rotating, &note);
	root_wipe(&rotating->root);
	sign_wipe(rotating, sizeof *rotating);
	free(rotating);
	if (code == APP_OK)
		return app_print(app, &note);
	out_free(&note);
	return code;
}
