/*
 * Promises that a new key note takes nothing away from the one before it but what has no room.
 */
#include "seam/renew.h"

#include "admit/keyring.h"
#include "model/record.h"
#include "seam/view.h"
#include "seamd/tlsfile.h"

#include <stdlib.h>
#include <string.h>

int
renew_held(struct app *app, struct keynote *held)
{
	struct view *view = view_open(app, VIEW_JOURNAL | VIEW_RING);
	const struct keynote *note =
	    view ? keyring_station(view_ring(view), &app->config.station) : NULL;
	int code = APP_NO;

	if (note) {
		*held = *note;
		code = APP_OK;
	} else if (view) {
		(void)app_say_no(app, "this home has no key note yet: see seam join");
	}
	view_close(view);
	return code;
}

static bool
has_record(const struct keynote *note, unsigned number)
{
	for (unsigned i = 0; i < note->records; i++)
		if (note->record[i].number == number)
			return true;
	return false;
}

/* Numbers rise in a note. */
static void
add_record(struct keynote *note, unsigned number, const struct sign_public *public)
{
	unsigned at;

	if (note->records == KEYNOTE_RECORDS) {
		memmove(&note->record[0], &note->record[1],
			(KEYNOTE_RECORDS - 1) * sizeof note->record[0]);
		note->records--;
	}
	at = note->records++;
	while (at > 0 && note->record[at - 1].number > number) {
		note->record[at] = note->record[at - 1];
		at--;
	}
	note->record[at].number = number;
	note->record[at].public = *public;
}

static bool
has_log(const struct keynote *note, const char *name)
{
	for (unsigned i = 0; i < note->logs; i++)
		if (strcmp(note->log[i].name, name) == 0)
			return true;
	return false;
}

static void
add_log(struct keynote *note, const struct note_key *key)
{
	if (note->logs == KEYNOTE_LOGS) {
		memmove(&note->log[0], &note->log[1], (KEYNOTE_LOGS - 1) * sizeof note->log[0]);
		note->logs--;
	}
	note->log[note->logs++] = *key;
}

static enum err
add_keys(const struct keyfile *keys, const char *home, struct keynote *next)
{
	struct keynote *fresh = calloc(1, sizeof *fresh);
	enum err err =
	    fresh ? root_keynote(keys, home, &next->station, next->version, next->from_ms, fresh)
		  : ERR_NOMEM;

	for (unsigned i = 0; err == ERR_OK && i < fresh->records; i++)
		if (!has_record(next, fresh->record[i].number))
			add_record(next, fresh->record[i].number, &fresh->record[i].public);
	for (unsigned i = 0; err == ERR_OK && i < fresh->logs; i++)
		if (!has_log(next, fresh->log[i].name))
			add_log(next, &fresh->log[i]);
	free(fresh);
	return err;
}

enum err
renew_next(const struct keynote *held, const struct keyfile *keys, const char *home, int64_t now_ms,
	   struct keynote *next)
{
	struct tlsfile_look look;
	enum err err = tlsfile_look(home, TLSFILE_PEER, &look);

	*next = *held;
	next->version = held->version + 1;
	next->from_ms = now_ms;
	if (err == ERR_OK) {
		next->has_tls = true;
		memcpy(next->tls, look.pin, sizeof next->tls);
	} else if (err == ERR_NOT_FOUND) {
		err = ERR_OK;
	}
	return err == ERR_OK && keys ? add_keys(keys, home, next) : err;
}

enum err
renew_sign(const struct root *root, const struct keynote *keynote, struct out *note)
{
	struct out text = out_new(NOTE_MAX);
	enum err err;

	keynote_write(&text, keynote);
	err = out_err(&text);
	if (err == ERR_OK) {
		root_sign(note, root, out_view(&text));
		err = out_err(note);
	}
	out_free(&text);
	return err;
}

int
renew_install(struct reach *reach, struct span note)
{
	struct wire_message message;

	out_sized(reach_begin(reach, WIRE_INSTALL, 1), note);
	return reach_ask(reach, WIRE_DONE, &message);
}

int
renew_file(const struct app *app, struct reach *reach, struct span note, int64_t version)
{
	struct record *record = calloc(1, sizeof *record);
	struct wire_message message;
	struct out *out;
	int code;

	if (!record)
		return app_fail(app, ERR_NOMEM, "the record of the key note");
	record_init(record, KIND_KEY);
	record->is_exercise = app->config.exercise;
	record->field[FIELD_DOCUMENT] = (struct value){.is_set = true, .levels = 1, .text = note};
	record->field[FIELD_NUMBER] =
	    (struct value){.is_set = true, .levels = 1, .number = version};
	out = reach_begin(reach, WIRE_FILE, 2);
	out_u8(out, 0);
	out_sized(out, SPAN(""));
	record_write(out, record);
	code = reach_ask(reach, WIRE_FILED, &message);
	free(record);
	return code;
}
