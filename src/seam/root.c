/* Promises that a root key is in memory no longer than one signature needs. */
#include "seam/root.h"

#include "admit/members.h"
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

int
root_open(struct app *app, const char *file, const struct party *party, struct root *root)
{
	const char *pass_file = args_get(app->args, "root-passphrase-file");
	struct keyfile keys;
	char passphrase[KEYFILE_PASSPHRASE_MAX];
	char path[FILE_PATH_MAX];
	size_t n = 0;
	enum err err = file ? (span_copy(path, sizeof path, span_of(file)) ? ERR_OK : ERR_LIMIT)
			    : config_path(&app->config, "root.key", path, sizeof path);

	if (err == ERR_OK && !file_is_there(path))
		return app_say_no(
		    app, "%s is not there: bring the root key and name its file with --root FILE",
		    path);
	if (err == ERR_OK)
		err = keyfile_passphrase(pass_file ? pass_file : app->config.passphrase_file.text,
					 "passphrase of the root key: ", passphrase, &n);
	if (err == ERR_OK)
		err = keyfile_read(path, span_make(passphrase, n), &keys);
	sign_wipe(passphrase, sizeof passphrase);
	if (err != ERR_OK)
		return app_fail(app, err, path);
	err = root_take(&keys, party, root);
	keyfile_wipe(&keys);
	return err == ERR_OK ? APP_OK : app_fail(app, err, path);
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
