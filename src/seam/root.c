/* Promises that a root key is in memory no longer than one signature needs. */
#include "seam/root.h"

#include "admit/keyring.h"
#include "seam/view.h"
#include "seamd/tlsfile.h"

#include <stdio.h>
#include <string.h>

enum { VKEY_TEXT = 512 };

enum err
root_take(const struct keyfile *file, const struct party *party, struct root *root)
{
	const struct keyfile_key *key = keyfile_find(file, "root", 0);

	memset(root, 0, sizeof *root);
	if (!key)
		return ERR_KEY;
	sign_from_seed(key->seed, &root->public, &root->secret);
	return members_root_key(party, &root->public, &root->key);
}

void
root_wipe(struct root *root)
{
	sign_wipe(root, sizeof *root);
}

static int
complain(const struct app *app, enum err err, const char *path)
{
	if (err == ERR_KEY)
		return app_say_no(app, "%s: the passphrase does not open it", path);
	return app_fail(app, err, path);
}

static enum err
open_with(const char *path, const char *file, struct keyfile *keys, struct root_pass *pass)
{
	enum err err = keyfile_passphrase(file, NULL, pass->text, &pass->n);

	return err == ERR_OK ? keyfile_read(path, span_make(pass->text, pass->n), keys) : err;
}

/* A copy that came back has left the file behind that its configuration names. */
static bool
open_with_others(const struct app *app, const char *path, struct keyfile *keys,
		 struct root_pass *pass)
{
	static const char *const others[] = {"passphrase-file", "root-passphrase-file"};

	for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
		const char *file = args_get(app->args, others[i]);

		if (file && file[0] && open_with(path, file, keys, pass) == ERR_OK)
			return true;
	}
	return false;
}

int
root_keyfile(const struct app *app, const char *path, const char *file, const char *prompt,
	     struct keyfile *keys, struct root_pass *pass)
{
	const char *own = app->config.passphrase_file.text;
	bool is_gone = !file && own[0] && !file_is_there(own);
	enum err err;

	if (is_gone && open_with_others(app, path, keys, pass))
		return APP_OK;
	err = keyfile_passphrase(is_gone ? NULL : file ? file : own, prompt, pass->text, &pass->n);
	if (err == ERR_KEY && is_gone)
		return app_say_no(
		    app,
		    "%s, which seam.conf names as passphrase_file, is not there, and no passphrase "
		    "that was given opens %s: put that file back, or name one that holds its "
		    "passphrase with --root-passphrase-file",
		    own, path);
	if (err == ERR_KEY)
		return app_say_no(app, "there is no terminal to ask for the passphrase of %s",
				  path);
	if (err != ERR_OK)
		return app_fail(app, err, file ? file : own[0] && !is_gone ? own : path);
	err = keyfile_read(path, span_make(pass->text, pass->n), keys);
	return err == ERR_OK ? APP_OK : complain(app, err, path);
}

static int
find_file(const struct app *app, const char *file, char path[FILE_PATH_MAX])
{
	enum err err = file ? (span_copy(path, FILE_PATH_MAX, span_of(file)) ? ERR_OK : ERR_LIMIT)
			    : config_path(&app->config, "root.key", path, FILE_PATH_MAX);

	if (err != ERR_OK)
		return app_fail(app, err, "the root key");
	if (!file_is_there(path))
		return app_say_no(
		    app, "%s is not there: bring the root key and name its file with --root FILE",
		    path);
	return APP_OK;
}

int
root_open(struct app *app, const char *file, const struct party *party, struct root *root)
{
	struct keyfile keys;
	struct root_pass pass;
	char path[FILE_PATH_MAX];
	enum err err;
	int code = find_file(app, file, path);

	if (code == APP_OK) {
		code = root_keyfile(app, path, args_get(app->args, "root-passphrase-file"),
				    "passphrase of the root key: ", &keys, &pass);
		sign_wipe(&pass, sizeof pass);
	}
	if (code != APP_OK)
		return code;
	err = root_take(&keys, party, root);
	keyfile_wipe(&keys);
	if (err == ERR_KEY)
		return app_say_no(app, "%s: there is no root key in it", path);
	return err == ERR_OK ? APP_OK : app_fail(app, err, path);
}

int
root_check(const struct app *app, const struct keyring *keyring, const struct party *party,
	   const struct root *root)
{
	const char *file = args_get(app->args, "root");
	struct sign_public known;

	if (!keyring_root(keyring, party, &known))
		return app_say_no(app, "the root of party %s is not known here", party->name);
	if (memcmp(&known, &root->public, sizeof known) != 0)
		return app_say_no(app, "%s: this is not the root of party %s",
				  file ? file : "root.key", party->name);
	return APP_OK;
}

int
root_open_known(struct app *app, const struct party *party, struct root *root)
{
	struct view *view = view_open(app, VIEW_JOURNAL | VIEW_RING);
	int code = view ? root_open(app, args_get(app->args, "root"), party, root) : APP_NO;

	if (code == APP_OK)
		code = root_check(app, view_ring(view), party, root);
	view_close(view);
	return code;
}

void
root_sign(struct out *out, const struct root *root, struct span text)
{
	struct signature signature;

	out_span(out, text);
	out_char(out, '\n');
	sign_make(&root->secret, text, &signature);
	note_write_line(out, &root->key, 0, &signature);
}

void
root_sign_too(struct out *out, const struct root *root, struct span bytes, bool *was_there)
{
	struct note note;
	struct signature signature;
	uint64_t time_s;

	*was_there = false;
	if (note_read(bytes, &note) != ERR_OK) {
		root_sign(out, root, bytes);
		return;
	}
	out_span(out, bytes);
	*was_there = note_check(&note, &root->key, &time_s) == NOTE_HOLDS;
	if (*was_there)
		return;
	sign_make(&root->secret, note.text, &signature);
	note_write_line(out, &root->key, 0, &signature);
}

static enum err
add_record(const struct keyfile_key *key, struct keynote *keynote)
{
	if (keynote->records == KEYNOTE_RECORDS)
		return ERR_LIMIT;
	keynote->record[keynote->records].number = key->number;
	keynote->record[keynote->records++].public = keyfile_public(key);
	return ERR_OK;
}

static enum err
add_log(const struct keyfile_key *key, const struct station *station, struct keynote *keynote)
{
	struct sign_public public = keyfile_public(key);
	char name[NOTE_NAME_MAX];

	if (keynote->logs == KEYNOTE_LOGS)
		return ERR_LIMIT;
	(void)snprintf(name, sizeof name, "seam/%s/log/%u", station->name, (unsigned)key->number);
	return note_key_make(span_of(name), NOTE_ED25519, &public, &keynote->log[keynote->logs++]);
}

static enum err
set_witness(const struct keyfile_key *key, const struct station *station, struct keynote *keynote)
{
	struct sign_public public = keyfile_public(key);
	char name[NOTE_NAME_MAX];

	(void)snprintf(name, sizeof name, "seam/%s/witness", station->name);
	return note_key_make(span_of(name), NOTE_COSIGNATURE, &public, &keynote->witness);
}

static enum err
set_tls(const char *home, struct keynote *keynote)
{
	struct tlsfile_look look;
	enum err err = tlsfile_look(home, TLSFILE_PEER, &look);

	keynote->has_tls = err == ERR_OK;
	memcpy(keynote->tls, look.pin, sizeof keynote->tls);
	return err == ERR_NOT_FOUND ? ERR_OK : err;
}

enum err
root_keynote(const struct keyfile *file, const char *home, const struct station *station,
	     int64_t version, int64_t now_ms, struct keynote *keynote)
{
	enum err err = ERR_OK;

	memset(keynote, 0, sizeof *keynote);
	keynote->station = *station;
	keynote->version = version;
	keynote->from_ms = now_ms;
	for (size_t i = 0; i < file->n && err == ERR_OK; i++) {
		if (strcmp(file->keys[i].name, "record") == 0)
			err = add_record(&file->keys[i], keynote);
		else if (strcmp(file->keys[i].name, "log") == 0)
			err = add_log(&file->keys[i], station, keynote);
		else if (strcmp(file->keys[i].name, "witness") == 0)
			err = set_witness(&file->keys[i], station, keynote);
	}
	if (err == ERR_OK &&
	    (keynote->records == 0 || keynote->logs == 0 || !keynote->witness.name[0]))
		err = ERR_KEY;
	return err == ERR_OK ? set_tls(home, keynote) : err;
}
