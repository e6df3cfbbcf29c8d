/*
 * Promises that the station's private keys are in this process alone, and that it signs nothing but
 * the known forms of its own station.  It remembers the largest head it signed in this life and
 * never signs a smaller one, nor another root for the same size: a wall behind the journal's own.
 */
#include "seamd/role.h"

#include "admit/form.h"
#include "base/file.h"
#include "base/note.h"
#include "seamd/client.h"
#include "seamd/jail.h"
#include "seamd/keyfile.h"
#include "seamd/seal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* After a rotation core goes on with the key before until it starts anew. */
struct record_key {
	struct kid kid;
	struct sign_secret secret;
};

struct seal {
	struct record_key record[KEYFILE_KEYS_MAX];
	size_t records;
	struct sign_secret log;
	struct sign_secret witness;
	char origin[NOTE_NAME_MAX];
	struct note_head last; /* size 0: none yet */
};

static enum err
take_key(const struct keyfile *file, const char *name, struct sign_secret *secret, uint32_t *number)
{
	const struct keyfile_key *key = keyfile_find(file, name, 0);
	struct sign_public public;

	if (!key)
		return ERR_KEY;
	sign_from_seed(key->seed, &public, secret);
	*number = key->number;
	return ERR_OK;
}

static enum err
take_records(const struct keyfile *file, const struct station *station, struct seal *seal)
{
	struct sign_public public;

	for (size_t i = 0; i < file->n; i++) {
		struct record_key *key = &seal->record[seal->records];

		if (strcmp(file->keys[i].name, "record") != 0)
			continue;
		key->kid = (struct kid){.station = *station, .number = file->keys[i].number};
		sign_from_seed(file->keys[i].seed, &public, &key->secret);
		seal->records++;
	}
	return seal->records ? ERR_OK : ERR_KEY;
}

/* Which file it is, and what brings it back. */
static void
say_why_not(const struct config *config, const char *path, enum err err)
{
	const char *file = config->passphrase_file.text;

	if (file[0] && !file_is_there(file))
		role_log(
		    "seal", "alert",
		    "cannot open the keys of this station: %s, which passphrase_file names, is "
		    "not there",
		    file);
	else if (err == ERR_NOMEM || err == ERR_SYSTEM)
		role_log("seal", "alert", "cannot open the keys of this station: %s",
			 err_text(err));
	else
		role_log("seal", "alert",
			 "cannot open the keys of this station, %s: %s. Either the passphrase is "
			 "not the file's, or the file is damaged or missing: put it back from a "
			 "copy, or bring the station back from its backup: seam recover NEW --from "
			 "BACKUP",
			 path, err_text(err));
}

static enum err
open_keys(const struct config *config, struct seal *seal)
{
	char passphrase[KEYFILE_PASSPHRASE_MAX];
	char path[FILE_PATH_MAX] = "";
	struct keyfile *file = calloc(1, sizeof *file);
	uint32_t number = 0;
	size_t n = 0;
	enum err err = file ? config_path(config, "station.key", path, sizeof path) : ERR_NOMEM;

	if (err == ERR_OK)
		err = keyfile_passphrase(config->passphrase_file.text,
					 "passphrase of the station: ", passphrase, &n);
	if (err == ERR_OK)
		err = keyfile_read(path, span_make(passphrase, n), file);
	sign_wipe(passphrase, sizeof passphrase);
	if (err == ERR_OK)
		err = take_key(file, "witness", &seal->witness, &number);
	if (err == ERR_OK)
		err = take_records(file, &config->station, seal);
	if (err == ERR_OK)
		err = take_key(file, "log", &seal->log, &number);
	(void)snprintf(seal->origin, sizeof seal->origin, "seam/%s/log/%u", config->station.name,
		       number);
	if (file)
		keyfile_wipe(file);
	free(file);
	if (err != ERR_OK)
		say_why_not(config, path, err);
	return err;
}

static bool
may_sign_head(struct seal *seal, struct span text)
{
	struct note_head head;

	if (!form_is_checkpoint(text, span_of(seal->origin)) ||
	    note_head_read(text, &head) != ERR_OK)
		return false;
	if (head.size < seal->last.size || (head.size == seal->last.size && head.size > 0 &&
					    !hash_equal(&head.root, &seal->last.root)))
		return false;
	seal->last = head;
	return true;
}

/* The record key that bytes of that form name; NULL when they are not of it, or name another. */
static const struct sign_secret *
record_key_for(struct seal *seal, enum form wanted, struct span bytes)
{
	for (size_t i = seal->records; i-- > 0;) /* the newest is the last */
		if (form_of(bytes, &seal->record[i].kid) == wanted)
			return &seal->record[i].secret;
	return NULL;
}

/* The key for bytes of that form; NULL when they are not of it. */
static const struct sign_secret *
key_for(struct seal *seal, enum seal_form form, struct span bytes)
{
	switch (form) {
	case SEAL_RECORD:
		return record_key_for(seal, FORM_RECORD, bytes);
	case SEAL_BINDING:
		return record_key_for(seal, FORM_BINDING, bytes);
	case SEAL_RECEIPT:
		return record_key_for(seal, FORM_RECEIPT, bytes);
	case SEAL_ERASURE:
		return record_key_for(seal, FORM_ERASURE, bytes);
	case SEAL_HEAD:
		return may_sign_head(seal, bytes) ? &seal->log : NULL;
	case SEAL_COSIGNATURE:
		return form_is_cosignature(bytes, span_of(seal->origin)) ? &seal->witness : NULL;
	case SEAL_FORM_COUNT:
		break;
	}
	return NULL;
}

static enum err
answer(struct seal *seal, struct client *core, const struct wire_message *message)
{
	struct cursor cursor = cursor_over(message->payload);
	enum seal_form form = (enum seal_form)cursor_u8(&cursor);
	struct span bytes = cursor_span(&cursor, WIRE_PAYLOAD);
	const struct sign_secret *key = NULL;
	struct out *out = client_out(core);
	struct signature signature;
	size_t begun;

	if (message->kind != WIRE_SIGN || !cursor_is_done(&cursor))
		return ERR_FORMAT;
	key = key_for(seal, form, bytes);
	begun = wire_begin(out, key ? WIRE_SIGNED : WIRE_UNSIGNED, message->id);
	if (key) {
		sign_make(key, bytes, &signature);
		out_sized(out, span_make(signature.b, sizeof signature.b));
	} else {
		role_log("seal", "alert", "refused to sign %zu bytes that are in no known form",
			 bytes.n);
		out_sized(out, SPAN("not in a known form of this station"));
	}
	wire_end(out, begun);
	return out_err(out);
}

/* Answers are sent when nothing more has come: core sends many requests ahead. */
static enum err
serve(struct seal *seal, struct client *core)
{
	struct wire_message message;
	enum err err;

	for (;;) {
		err = client_peek(core, &message);
		if (err == ERR_BUSY)
			err = client_wait(core, -1, &message);
		if (err == ERR_OK)
			err = answer(seal, core, &message);
		if (err == ERR_OK && client_out(core)->n > 8192)
			err = client_flush(core);
		if (err != ERR_OK)
			return err;
	}
}

int
seal_run(const struct config *config)
{
	struct seal *seal = calloc(1, sizeof *seal);
	struct client *core = NULL;
	char report[JAIL_REPORT_MAX];
	enum err err = seal ? role_prepare() : ERR_NOMEM;

	if (err == ERR_OK)
		err = open_keys(config, seal);
	if (err != ERR_OK)
		return ROLE_EXIT_CONFIG;
	err = client_over(ROLE_FD_CORE, &core);
	if (err == ERR_OK)
		err = jail_enter(JAIL_SEAL, &(struct jail_paths){{NULL}, {NULL}}, config->jail,
				 report);
	if (err == ERR_SYSTEM) {
		role_log("seal", "alert", "no wall: %s; set 'jail warn' to run without it", report);
		return ROLE_EXIT_CONFIG;
	}
	if (err == ERR_OK)
		err = role_say_ready(report);
	if (err == ERR_OK)
		err = serve(seal, core);
	sign_wipe(seal, sizeof *seal);
	return err == ERR_CLOSED ? ROLE_EXIT_OK : ROLE_EXIT_FAULT;
}
