/* Promises a home as `seam init` and `seam members` would leave it, in one step and without a
 * person. */
#define _GNU_SOURCE
#include "home.h"

#include "admit/keynote.h"
#include "admit/members.h"
#include "base/file.h"
#include "journal/journal.h"
#include "journal/shelf.h"
#include "model/record.h"
#include "release/profile.h"
#include "seamd/config.h"
#include "seamd/duty.h"
#include "seamd/keyfile.h"
#include "seamd/ring.h"
#include "seamd/role.h"
#include "seamd/wire.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PARTIES = 4 };

#define STATION "a/bench"

struct roots {
	struct sign_public public[PARTIES];
	struct sign_secret secret[PARTIES];
	struct party party[PARTIES];
};

static enum err
write_file(const char *dir, const char *name, struct span bytes)
{
	char path[FILE_PATH_MAX];
	enum err err = file_path(path, sizeof path, dir, name);

	return err == ERR_OK ? file_write(path, bytes, 0600) : err;
}

static enum err
sign_note(const struct roots *roots, size_t n, struct span text, struct out *note)
{
	out_span(note, text);
	out_char(note, '\n');
	for (size_t i = 0; i < n; i++) {
		struct note_key key;
		struct signature signature;
		enum err err = members_root_key(&roots->party[i], &roots->public[i], &key);

		if (err != ERR_OK)
			return err;
		sign_make(&roots->secret[i], text, &signature);
		note_write_line(note, &key, 0, &signature);
	}
	return out_err(note);
}

static enum err
make_members(struct roots *roots, struct out *note)
{
	struct members members = {.version = 1, .n = PARTIES, .quorum = 2, .rate_milli = 1000};
	struct out text = out_new(NOTE_MAX);
	enum err err;

	(void)span_copy(members.purpose, sizeof members.purpose, SPAN("measuring"));
	for (size_t i = 0; i < PARTIES; i++) {
		sign_keypair(&roots->public[i], &roots -> secret[i]);
		roots->party[i].name[0] = (char)('a' + i);
		members.member[i].party = roots->party[i];
		members.member[i].root = roots->public[i];
	}
	members_write(&text, &members);
	err = sign_note(roots, PARTIES, out_view(&text), note);
	out_free(&text);
	return err;
}

static enum err
make_keynote(const struct roots *roots, const struct keyfile *keys, struct keynote *keynote,
	     struct out *note)
{
	struct sign_public log = keyfile_public(keyfile_find(keys, "log", 1));
	struct sign_public witness = keyfile_public(keyfile_find(keys, "witness", 1));
	struct out text = out_new(NOTE_MAX);
	enum err err = ERR_FORMAT;

	keynote->version = 1;
	keynote->from_ms = role_now_ms();
	keynote->records = 1;
	keynote->record[0].number = 1;
	keynote->record[0].public = keyfile_public(keyfile_find(keys, "record", 1));
	keynote->logs = 1;
	if (station_read(SPAN(STATION), &keynote->station))
		err = note_key_make(SPAN("seam/" STATION "/log/1"), NOTE_ED25519, &log,
				    &keynote->log[0]);
	if (err == ERR_OK)
		err = note_key_make(SPAN("seam/" STATION "/witness"), NOTE_COSIGNATURE, &witness,
				    &keynote->witness);
	if (err == ERR_OK) {
		keynote_write(&text, keynote);
		err = sign_note(roots, 1, out_view(&text), note);
	}
	out_free(&text);
	return err;
}

static enum err
fill_journal(const char *dir, const struct keynote *keynote, struct span members, struct span note)
{
	struct shelf list = {SPAN(RING_MEMBERS), SPAN(""), 1, members, role_now_ms()};
	struct shelf key = {SPAN(RING_KEY), SPAN(STATION), 1, note, role_now_ms()};
	struct out vkey = out_new(NOTE_MAX);
	struct journal *journal = NULL;
	char why[JOURNAL_WHY_MAX];
	enum err err;

	note_key_write(&vkey, &keynote->log[0]);
	err = journal_create(dir, SPAN(STATION), out_view(&vkey), note, role_now_ms());
	if (err == ERR_OK)
		err = journal_open(dir, JOURNAL_WRITE, why, &journal);
	if (err == ERR_OK)
		err = journal_begin(journal);
	if (err == ERR_OK)
		err = shelf_put(journal, &list);
	if (err == ERR_OK)
		err = shelf_put(journal, &key);
	if (err == ERR_OK)
		err = journal_commit(journal);
	journal_close(journal);
	out_free(&vkey);
	return err;
}

static enum err
make_keys(const char *dir, struct roots *roots)
{
	struct keyfile keys = {.n = 0};
	struct keynote *keynote = calloc(1, sizeof *keynote);
	struct out members = out_new(NOTE_MAX);
	struct out note = out_new(NOTE_MAX);
	char path[FILE_PATH_MAX];
	enum err err = keynote ? keyfile_add(&keys, "record", 1) : ERR_NOMEM;

	if (err == ERR_OK)
		err = keyfile_add(&keys, "log", 1);
	if (err == ERR_OK)
		err = keyfile_add(&keys, "witness", 1);
	if (err == ERR_OK)
		err = file_path(path, sizeof path, dir, "station.key");
	if (err == ERR_OK)
		err = keyfile_write(path, &keys, SPAN("bench"), true);
	if (err == ERR_OK)
		err = write_file(dir, "passphrase", SPAN("bench"));
	if (err == ERR_OK)
		err = make_members(roots, &members);
	if (err == ERR_OK)
		err = make_keynote(roots, &keys, keynote, &note);
	if (err == ERR_OK)
		err = fill_journal(dir, keynote, out_view(&members), out_view(&note));
	keyfile_wipe(&keys);
	free(keynote);
	out_free(&members);
	out_free(&note);
	return err;
}

static enum err
make_policy(const char *dir, const struct roots *roots)
{
	struct out text = out_new(LIMIT_DOCUMENT);
	enum err err = profile_text(SPAN("joint-incident"), &roots->party[0], &roots->party[1],
				    PARTIES - 1, &text);

	if (err == ERR_OK)
		err = write_file(dir, "policy.initial", out_view(&text));
	out_free(&text);
	return err;
}

static enum err
make_account(const char *dir)
{
	struct duty *duty = NULL;
	char path[FILE_PATH_MAX];
	char token[DUTY_TOKEN_TEXT];
	enum err err = file_path(path, sizeof path, dir, "duty.db");

	if (err == ERR_OK)
		err = duty_open(path, &duty);
	if (err == ERR_OK)
		err = duty_add(duty, SPAN("local"), SPAN("watch,director,admin"), token);
	if (err == ERR_OK)
		err = write_file(dir, "ctl.token", span_of(token));
	duty_close(duty);
	return err;
}

static enum err
make_config(const char *dir)
{
	struct config *config = calloc(1, sizeof *config);
	struct out text = out_new(65536);
	char why[CONFIG_WHY_MAX];
	enum err err =
	    config ? config_parse(SPAN("station " STATION "\n"), config, why) : ERR_NOMEM;

	if (err == ERR_OK)
		err = file_path(config->passphrase_file.text, sizeof config->passphrase_file.text,
				dir, "passphrase");
	if (err == ERR_OK) {
		config_write(&text, config);
		err = write_file(dir, "seam.conf", out_view(&text));
	}
	free(config);
	out_free(&text);
	return err;
}

enum err
home_make(const char *dir)
{
	struct roots roots;
	enum err err = file_make_dirs(dir, 0700);

	memset(&roots, 0, sizeof roots);
	if (err == ERR_OK)
		err = make_config(dir);
	if (err == ERR_OK)
		err = make_keys(dir, &roots);
	if (err == ERR_OK)
		err = make_policy(dir, &roots);
	return err == ERR_OK ? make_account(dir) : err;
}

enum err
home_incident(struct arena *arena, struct record *record)
{
	/* clang-format off */
	static const struct {
		const char *field, *typed;
	} rows[] = {
		{"type", "atk.ambush"}, {"severity", "red"}, {"when", "2027-05-03T23:15Z"},
		{"place", "35.77,43.58"}, {"unit", "post-7"}, {"governorate", "erbil"},
		{"district", "makhmour"}, {"grade", "B2"}, {"persons", "4-6"}, {"direction", "NE"},
		{"civilians", "no"}, {"summary", "Patrol fired upon near the canal."},
	};
	/* clang-format on */
	struct record_typing typing = {
	    .now_ms = role_now_ms(), .zone_min = 180, .default_zone = "38S"};

	record_init(record, KIND_INCIDENT);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		enum why why = record_set(record, arena, field_find(span_of(rows[i].field)),
					  span_of(rows[i].typed), &typing);

		if (why == WHY_NONE)
			continue;
		(void)fprintf(stderr, "%s=%s: %s\n", rows[i].field, rows[i].typed, why_text(why));
		return ERR_FORMAT;
	}
	return ERR_OK;
}

void
home_file(struct out *out, const char *token, uint64_t id, unsigned flags,
	  const struct record *record)
{
	size_t begun = wire_begin(out, WIRE_FILE, id);

	out_sized(out, span_of(token));
	out_sized(out, SPAN("watch"));
	out_u8(out, (uint8_t)flags);
	out_sized(out, SPAN(""));
	record_write(out, record);
	wire_end(out, begun);
}

enum err
home_token(const char *dir, char *token, unsigned size)
{
	struct out text = out_new(256);
	char path[FILE_PATH_MAX];
	enum err err = file_path(path, sizeof path, dir, "ctl.token");

	if (err == ERR_OK)
		err = file_read(path, &text);
	if (err == ERR_OK && !span_copy(token, size, span_trim(out_view(&text))))
		err = ERR_LIMIT;
	out_free(&text);
	return err;
}
