/*
 * Promises that a member list is drafted, signed by each party at its own place and put in force,
 * and that what is missing is named.
 */
#include "seam/app.h"
#include "seam/command.h"

#include "admit/keyring.h"
#include "base/b64.h"
#include "journal/journal.h"
#include "journal/shelf.h"
#include "model/when.h"
#include "seam/join.h"
#include "seam/reach.h"
#include "seam/root.h"
#include "seamd/sheaf.h"
#include "seam/view.h"
#include "seamd/ring.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Keeps the parties in the order of their names, as the list demands. */
static int
add_party(struct app *app, struct members *members, const struct party *party,
	  const struct sign_public *root)
{
	unsigned at = 0;

	if (members_find(members, party))
		return app_usage(app, "party %s stands there twice", party->name);
	if (members->n == LIMIT_PARTIES)
		return app_usage(app, "a list holds at most %d parties", LIMIT_PARTIES);
	while (at < members->n && strcmp(members->member[at].party.name, party->name) < 0)
		at++;
	memmove(&members->member[at + 1], &members->member[at],
		(members->n - at) * sizeof members->member[0]);
	members->member[at] = (struct member){.party = *party, .root = *root};
	members->n++;
	return APP_OK;
}

/* "a=KEY": the key in base64 as `members show` prints it. */
static int
take_party(struct app *app, struct members *members, const char *word)
{
	struct sign_public root;
	struct party party;
	struct span name;
	struct span key;
	size_t n;

	if (!args_pair(word, &name, &key) || !party_read(name, &party) ||
	    !b64_read(key, root.b, sizeof root.b, &n) || n != sizeof root.b ||
	    !sign_public_is_sound(&root))
		return app_usage(app, "--party %s: a name and the party's root key, as a=BASE64",
				 word);
	return add_party(app, members, &party, &root);
}

static int
take_invite(struct app *app, struct members *members, const char *file)
{
	struct out text = out_new(SHEAF_MAX);
	struct span sheaf;
	struct span body;
	struct span name;
	struct note_key key;
	struct party party = {""};
	char words[SHEAF_WHY_MAX] = "";
	enum err err = file_read(file, &text);
	bool is_read;

	if (err != ERR_OK)
		return app_fail(app, err, file);
	sheaf = out_view(&text);
	is_read =
	    sheaf_open(&sheaf, SHEAF_INVITE) && sheaf_check(sheaf, sheaf_invite_rows, words) &&
	    sheaf_find(sheaf, "root", &body) && note_key_read(span_trim(body), &key) == ERR_OK &&
	    span_starts(span_of(key.name), "seam/");
	name = span_of(is_read ? key.name + strlen("seam/") : "");
	is_read = is_read && span_find(name, '/') > 0 &&
		  party_read(span_make(name.p, (size_t)span_find(name, '/')), &party);
	out_free(&text);
	return is_read ? add_party(app, members, &party, &key.public)
		       : app_say_no(app, "%s: no invitation (seam invite FILE makes one)%s%s", file,
				    words[0] ? ": " : "", words);
}

static int
take_options(struct app *app, struct members *members)
{
	const char *purpose = args_get(app->args, "purpose");
	const char *quorum = args_get(app->args, "quorum");
	const char *version = args_get(app->args, "version");
	int64_t number = 1;

	if (!purpose || !span_is_plain_text(span_of(purpose)) ||
	    !span_copy(members->purpose, sizeof members->purpose, span_of(purpose)) || !purpose[0])
		return app_usage(app,
				 "--purpose TEXT: one line that says what these parties join for");
	if (quorum && !span_int(span_of(quorum), 1, members->n, &number))
		return app_usage(app, "--quorum %s: 1 to %u, the number of parties", quorum,
				 members->n);
	members->quorum = (unsigned)number;
	number = 2;
	if (version && !span_int(span_of(version), 2, INT32_MAX, &number))
		return app_usage(app, "--version %s: a number above that of the list in force",
				 version);
	members->version = number;
	return APP_OK;
}

static int
take_clock(struct app *app, struct members *members)
{
	struct join_clock clock;
	struct config config = {.exercise = true};
	int code = join_read_clock(app, &clock);

	members->rate_milli = 1000;
	if (code != APP_OK || !args_has(app->args, "exercise"))
		return code;
	if (app->home[0] && !clock.start_ms) {
		if (!app_config(app))
			return APP_NO;
		config = app->config;
	} else {
		config.exercise_start = clock.start_ms;
		config.exercise_epoch = clock.epoch_ms;
		config.exercise_rate = clock.rate_milli;
	}
	join_members_clock(&config, members);
	return APP_OK;
}

static int
draft(struct app *app, struct members *members)
{
	const char *joint = args_get(app->args, "joint");
	const char *word;
	int code = APP_OK;

	for (size_t i = 0; code == APP_OK && (word = args_nth(app->args, "party", i)); i++)
		code = take_party(app, members, word);
	for (size_t i = 0; code == APP_OK && (word = args_nth(app->args, "invite", i)); i++)
		code = take_invite(app, members, word);
	if (code == APP_OK && members->n == 0)
		code = app_usage(app, "name the parties with --party a=KEY or --invite FILE");
	if (code == APP_OK)
		code = take_options(app, members);
	for (unsigned i = 0; joint && i < members->n; i++)
		members->member[i].is_joint = strcmp(members->member[i].party.name, joint) == 0;
	return code == APP_OK ? take_clock(app, members) : code;
}

int
members_new(struct app *app)
{
	struct members *members = calloc(1, sizeof *members);
	struct out out = out_new(NOTE_MAX);
	int code = members ? draft(app, members) : APP_NO;

	if (code == APP_OK) {
		members_write(&out, members);
		code = app_print(app, &out);
	}
	out_free(&out);
	free(members);
	return code;
}

static int
sign_file(struct app *app, const struct root *root, const char *file)
{
	struct out text = out_new(NOTE_MAX);
	struct out note = out_new(NOTE_MAX);
	bool was_there = false;
	enum err err = file_read(file, &text);

	if (err == ERR_OK) {
		root_sign_too(&note, root, out_view(&text), &was_there);
		err = out_err(&note);
	}
	if (err == ERR_OK)
		err = file_write(file, out_view(&note), 0644);
	if (err == ERR_OK)
		app_remark(app, was_there ? "%s: signed by %s already" : "%s: signed by %s", file,
			   root->key.name);
	out_free(&text);
	out_free(&note);
	return err == ERR_OK ? APP_OK : app_fail(app, err, file);
}

/* The list of a file, signed or not. */
static int
read_list(struct app *app, const char *file, struct out *text, struct members *members)
{
	struct note note;
	struct span span;
	enum err err = file_read(file, text);
	enum why why;

	if (err != ERR_OK)
		return app_fail(app, err, file);
	span = out_view(text);
	why = members_read(note_read(span, &note) == ERR_OK ? note.text : span, members);
	return why == WHY_NONE ? APP_OK : app_refused(app, why, 0, file);
}

int
members_sign(struct app *app)
{
	struct members *members = calloc(1, sizeof *members);
	struct out text = out_new(NOTE_MAX);
	struct party own = station_party(&app->config.station);
	const struct member *member = NULL;
	struct root root = {.public = {{0}}};
	const char *file = args_word(app->args, 0);
	int code = app->args->n == 1 ? APP_OK : app_usage(app, "members sign FILE");

	if (code == APP_OK)
		code = members ? read_list(app, file, &text, members) : APP_NO;
	if (code == APP_OK && !(member = members_find(members, &own)))
		code = app_refused(app, WHY_UNKNOWN_PARTY, 0, own.name);
	if (code == APP_OK && members->is_exercise != app->config.exercise)
		code = app_refused(app, WHY_EXERCISE, 0, file);
	if (code == APP_OK)
		code = root_open(app, args_get(app->args, "root"), &own, &root);
	if (code == APP_OK && memcmp(&member->root, &root.public, sizeof root.public) != 0)
		code = app_say_no(app, "%s names another root key for party %s than this one", file,
				  own.name);
	if (code == APP_OK)
		code = sign_file(app, &root, file);
	root_wipe(&root);
	out_free(&text);
	free(members);
	return code;
}

static void
write_json(struct out *out, const struct members *members, unsigned signed_n)
{
	out_format(out, "{\"version\":%lld,\"purpose\":", (long long)members->version);
	out_json(out, span_of(members->purpose));
	out_format(out, ",\"exercise\":%s,\"quorum\":%u,\"signed\":%u,\"parties\":[",
		   members->is_exercise ? "true" : "false", members->quorum, signed_n);
	for (unsigned i = 0; i < members->n; i++) {
		out_format(out, "%s{\"party\":\"%s\",\"root\":\"", i ? "," : "",
			   members->member[i].party.name);
		b64_write(out, span_make(members->member[i].root.b, SIGN_PUBLIC_SIZE));
		out_text(out, "\"}");
	}
	out_text(out, "]}\n");
}

static void
write_text(const struct app *app, struct out *out, const struct members *members, unsigned signed_n)
{
	out_format(out, "member list version %lld: %s\n", (long long)members->version,
		   members->purpose);
	if (members->is_exercise) {
		out_text(out, "EXERCISE; its clock begins at ");
		when_write_iso(out, members->start_ms);
		out_text(out, " when it really is ");
		when_write_iso(out, members->epoch_ms);
		out_format(out, ", %lld.%03lld times as fast\n",
			   (long long)(members->rate_milli / 1000),
			   (long long)(members->rate_milli % 1000));
	}
	for (unsigned i = 0; i < members->n; i++) {
		out_format(out, "party %-15s root ", members->member[i].party.name);
		b64_write(out, span_make(members->member[i].root.b, SIGN_PUBLIC_SIZE));
		out_text(out, members->member[i].is_joint ? " (joint centre)\n" : "\n");
	}
	out_format(out, "quorum %u; signed by %u of %u\n", members->quorum, signed_n, members->n);
	(void)app;
}

static int
print_list(struct app *app, struct span bytes)
{
	struct members *members = calloc(1, sizeof *members);
	struct out out = out_new(NOTE_MAX);
	struct note note;
	unsigned signed_n = 0;
	int code = APP_NO;

	if (members && members_open(bytes, members, &signed_n) != WHY_NONE &&
	    members_read(note_read(bytes, &note) == ERR_OK ? note.text : bytes, members) !=
		WHY_NONE)
		code = app_refused(app, WHY_BAD_FORM, 0, "member list");
	else if (members) {
		if (app->is_json)
			write_json(&out, members, signed_n);
		else
			write_text(app, &out, members, signed_n);
		code = app_print(app, &out);
	}
	out_free(&out);
	free(members);
	return code;
}

int
members_show(struct app *app)
{
	const char *file = args_word(app->args, 0);
	struct out text = out_new(NOTE_MAX);
	struct view *view = NULL;
	struct shelf shelf;
	enum err err;
	int code;

	if (file) {
		err = file_read(file, &text);
		code = err == ERR_OK ? print_list(app, out_view(&text)) : app_fail(app, err, file);
		out_free(&text);
		return code;
	}
	if (!(view = view_open(app, VIEW_JOURNAL)))
		return APP_NO;
	err = shelf_newest(view_journal(view), SPAN(RING_MEMBERS), SPAN(""), app->arena, &shelf);
	code = err == ERR_OK ? print_list(app, shelf.text) : app_fail(app, err, "member list");
	view_close(view);
	return code;
}

int
members_verify(struct app *app)
{
	struct members *members = calloc(1, sizeof *members);
	struct out text = out_new(NOTE_MAX);
	const char *file = args_word(app->args, 0);
	unsigned signed_n = 0;
	enum why why;
	enum err err;
	int code = APP_OK;

	if (app->args->n != 1 || !members) {
		free(members);
		return app_usage(app, "members verify FILE");
	}
	err = file_read(file, &text);
	if (err != ERR_OK)
		code = app_fail(app, err, file);
	else if ((why = members_open(out_view(&text), members, &signed_n)) != WHY_NONE) {
		char count[64];

		(void)snprintf(count, sizeof count, "%u signatures hold", signed_n);
		code = app_refused(app, why, 0, count);
	} else {
		code = print_list(app, out_view(&text));
	}
	out_free(&text);
	free(members);
	return code;
}

static int
install(struct app *app, struct reach *reach, struct span document)
{
	struct wire_message message;
	struct cursor cursor;
	struct out *out = reach_begin(reach, WIRE_INSTALL, 1);
	char text[RING_WHY_MAX];
	int code;

	out_sized(out, document);
	code = reach_ask(reach, WIRE_DONE, &message);
	if (code != APP_OK)
		return code;
	cursor = cursor_over(message.payload);
	(void)cursor_u64(&cursor);
	cursor_text(&cursor, text, sizeof text);
	app_remark(app, "installed: %s", text);
	return APP_OK;
}

/* One document of a file, unless it is there already. */
static int
install_once(struct app *app, struct reach *reach, struct span document)
{
	struct view *view = view_open(app, VIEW_JOURNAL);
	bool is_there = view && ring_holds(view_journal(view), document);

	if (!view)
		return APP_NO;
	view_close(view);
	if (!is_there)
		return install(app, reach, document);
	app_remark(app, "held already");
	return APP_OK;
}

/* A station's configuration goes by the clock of the list it takes. */
static int
follow_clock(struct app *app, struct span document)
{
	struct members *members = calloc(1, sizeof *members);
	int code = APP_OK;

	if (members && members_open(document, members, NULL) == WHY_NONE)
		code = join_take_clock(app, members);
	free(members);
	return code;
}

static bool
is_own_key(const struct app *app, struct span name)
{
	struct station station;

	return span_starts(name, RING_KEY " ") &&
	       station_read(span_make(name.p + strlen(RING_KEY " "), name.n - strlen(RING_KEY " ")),
			    &station) &&
	       station_equal(&station, &app->config.station);
}

/* An invitation: its key notes; its member list is of its own party alone until all have signed
 * one. */
static int
install_sheaf(struct app *app, struct reach *reach, struct span sheaf)
{
	struct span name;
	struct span body;
	char words[SHEAF_WHY_MAX];
	int code = APP_OK;

	if (!sheaf_check(sheaf, sheaf_invite_rows, words))
		return app_say_no(app, "the invitation: %s", words);
	while (code == APP_OK && sheaf_next(&sheaf, &name, &body))
		if ((span_starts(name, RING_KEY " ") && !is_own_key(app, name)) ||
		    span_starts(name, RING_REVOKE " "))
			code = install_once(app, reach, body);
	return code;
}

/* A list that lacks signatures names who has still to sign. */
static int
check_signed(struct app *app, const char *file, struct span document)
{
	struct members *members = calloc(1, sizeof *members);
	struct note note = {.text = document};
	struct out missing = out_new(NOTE_MAX);
	bool is_note = note_read(document, &note) == ERR_OK;
	int code = APP_OK;

	if (!members || members_read(is_note ? note.text : document, members) != WHY_NONE)
		goto done; /* another document, or a fault that the station names */
	for (unsigned i = 0; i < members->n; i++) {
		const struct member *member = &members->member[i];
		struct note_key key;
		uint64_t time_s;

		if (is_note && members_root_key(&member->party, &member->root, &key) == ERR_OK &&
		    note_check(&note, &key, &time_s) != NOTE_ABSENT)
			continue;
		out_format(&missing, "%s%s", missing.n ? ", " : "", member->party.name);
	}
	out_char(&missing, '\0');
	if (out_err(&missing) == ERR_OK && missing.n > 1)
		code = app_say_no(app, "%s is not signed by: %s (each: seam members sign %s)", file,
				  missing.p, file);
done:
	out_free(&missing);
	free(members);
	return code;
}

static int
install_file(struct app *app, struct reach *reach, const char *file)
{
	struct out text = out_new(SHEAF_MAX);
	struct span span;
	enum err err = file_read(file, &text);
	int code;

	span = out_view(&text);
	if (err != ERR_OK)
		code = app_fail(app, err, file);
	else if (sheaf_open(&span, SHEAF_INVITE))
		code = install_sheaf(app, reach, span);
	else {
		code = check_signed(app, file, span);
		if (code == APP_OK)
			code = install_once(app, reach, span);
		if (code == APP_OK)
			code = follow_clock(app, span);
	}
	if (code != APP_OK)
		app_remark(app, "seam: %s was not installed", file);
	out_free(&text);
	return code;
}

int
members_install(struct app *app)
{
	struct reach *reach;
	int code = APP_OK;

	if (app->args->n == 0)
		return app_usage(app, "members install FILE ...");
	reach = reach_open(app);
	if (!reach)
		return APP_NO;
	for (size_t i = 0; i < app->args->n && code == APP_OK; i++)
		code = install_file(app, reach, app->args->words[i]);
	reach_close(reach);
	return code;
}
