/*
 * Promises that stations come together by files that people carry, and that nothing is believed in
 * them but signatures.
 */
#include "seam/join.h"

#include "admit/keyring.h"
#include "journal/journal.h"
#include "journal/shelf.h"
#include "model/when.h"
#include "seam/command.h"
#include "seam/link.h"
#include "seam/root.h"
#include "seamd/sheaf.h"
#include "seam/view.h"
#include "seamd/ring.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { RATE_TEXT_MAX = 1000 };

static bool
read_rate(const char *text, int64_t *rate_milli)
{
	struct span rest = span_of(text);
	struct span whole;
	int64_t units;
	int64_t part = 0;

	if (!span_split(&rest, '.', &whole) || !span_int(whole, 0, RATE_TEXT_MAX, &units) ||
	    (rest.p && (rest.n < 1 || rest.n > 3 || !span_int(rest, 0, 999, &part))))
		return false;
	for (size_t n = rest.p ? rest.n : 3; n < 3; n++)
		part *= 10;
	*rate_milli = units * 1000 + part;
	return *rate_milli >= 1 && *rate_milli <= MEMBERS_RATE_MAX;
}

int
join_read_clock(struct app *app, struct join_clock *clock)
{
	const char *start = args_get(app->args, "exercise-start");
	const char *epoch = args_get(app->args, "exercise-epoch");
	const char *rate = args_get(app->args, "rate");
	int64_t now = app_utc();

	*clock = (struct join_clock){.rate_milli = 1000};
	if (!start && !rate && !epoch)
		return APP_OK;
	clock->start_ms = clock->epoch_ms = now;
	if (start && !when_read_instant(span_of(start), now, 0, &clock->start_ms))
		return app_usage(app, "--exercise-start %s: a moment, as 2027-05-03T18:00:00Z",
				 start);
	if (epoch && !when_read_instant(span_of(epoch), now, 0, &clock->epoch_ms))
		return app_usage(
		    app, "--exercise-epoch %s: the real moment at which exercise time begins",
		    epoch);
	if (rate && !read_rate(rate, &clock->rate_milli))
		return app_usage(app, "--rate %s: exercise time per real time, 0.001 to 1000",
				 rate);
	return APP_OK;
}

void
join_members_clock(const struct config *config, struct members *members)
{
	int64_t now = app_utc();

	members->is_exercise = true;
	members->start_ms = config->exercise_start ? config->exercise_start : now;
	members->epoch_ms = config->exercise_start ? config->exercise_epoch : now;
	members->rate_milli = config->exercise_start ? config->exercise_rate : 1000;
}

bool
join_follow_clock(struct config *config, const struct members *members)
{
	bool is_real = members->start_ms == members->epoch_ms && members->rate_milli == 1000;
	int64_t start = is_real ? 0 : members->start_ms;
	int64_t epoch = is_real ? 0 : members->epoch_ms;

	if (!members->is_exercise || (config->exercise_start == start &&
				      (is_real || (config->exercise_epoch == epoch &&
						   config->exercise_rate == members->rate_milli))))
		return true;
	config->exercise_start = start;
	config->exercise_epoch = epoch;
	config->exercise_rate = members->rate_milli;
	return false;
}

int
join_take_clock(struct app *app, const struct members *members)
{
	struct out text = out_new(65536);
	char path[FILE_PATH_MAX];
	enum err err;

	if (join_follow_clock(&app->config, members))
		return APP_OK;
	config_write(&text, &app->config);
	err = config_path(&app->config, "seam.conf", path, sizeof path);
	if (err == ERR_OK)
		err = file_write(path, out_view(&text), 0600);
	out_free(&text);
	if (err != ERR_OK)
		return app_fail(app, err, "seam.conf");
	app_remark(app, "the exercise clock of the list is in seam.conf now: restart the station "
			"if it runs");
	return APP_OK;
}

static bool
add_note(void *context, const struct shelf *shelf)
{
	struct out *out = context;
	char name[LIMIT_STATION_TEXT + 32];

	(void)snprintf(name, sizeof name, "%.*s %.*s",
		       (int)(shelf->class.n < 12 ? shelf->class.n : 12), shelf->class.p,
		       (int)(shelf->name.n < 60 ? shelf->name.n : 60), shelf->name.p);
	sheaf_add(out, name, shelf->text);
	return true;
}

/* Root key, newest member list, every key note and revocation held. */
static enum err
write_invite(struct app *app, struct view *view, struct out *out)
{
	struct party own = station_party(&app->config.station);
	struct sign_public root;
	struct note_key key;
	struct shelf shelf;
	enum err err = keyring_root(view_ring(view), &own, &root)
			   ? members_root_key(&own, &root, &key)
			   : ERR_NOT_FOUND;

	sheaf_begin(out, SHEAF_INVITE);
	if (err == ERR_OK) {
		struct out vkey = out_new(NOTE_MAX);

		note_key_write(&vkey, &key);
		sheaf_add(out, "root", out_view(&vkey));
		err = out_err(&vkey);
		out_free(&vkey);
	}
	if (err == ERR_OK)
		err = shelf_newest(view_journal(view), SPAN(RING_MEMBERS), SPAN(""), app->arena,
				   &shelf);
	if (err == ERR_OK) {
		sheaf_add(out, "members", shelf.text);
		err = shelf_each(view_journal(view), SPAN(RING_KEY),
				 &(struct shelf_walk){add_note, out});
	}
	if (err == ERR_OK)
		err = shelf_each(view_journal(view), SPAN(RING_REVOKE),
				 &(struct shelf_walk){add_note, out});
	return err == ERR_OK ? out_err(out) : err;
}

static int
put_text(struct app *app, struct out *out, const char *file)
{
	enum err err;

	if (!file)
		return app_print(app, out);
	err = out_err(out);
	if (err == ERR_OK)
		err = file_write(file, out_view(out), 0644);
	out_free(out);
	return err == ERR_OK ? APP_OK : app_fail(app, err, file);
}

int
join_invite(struct app *app)
{
	struct view *view = view_open(app, VIEW_JOURNAL | VIEW_RING);
	struct out out = out_new(SHEAF_MAX);
	enum err err;

	if (!view)
		return APP_NO;
	err = write_invite(app, view, &out);
	view_close(view);
	if (err == ERR_OK)
		return put_text(app, &out, args_word(app->args, 0));
	out_free(&out);
	return app_fail(app, err, "writing the invitation");
}

/* Every line but the first of an unsigned request is a key note's text. */
static int
read_request(struct app *app, const char *file, struct out *text, struct keynote *keynote)
{
	enum err err = file_read(file, text);

	if (err != ERR_OK)
		return app_fail(app, err, file);
	if (keynote_read(out_view(text), keynote) != WHY_NONE)
		return app_say_no(
		    app, "%s: no request of a new station (seam join > FILE makes one)", file);
	return APP_OK;
}

static enum err
write_welcome(struct app *app, struct view *view, const struct root *root, struct span text,
	      const struct keynote *keynote, struct out *out)
{
	struct out note = out_new(NOTE_MAX);
	char name[LIMIT_STATION_TEXT + 8];
	enum err err = write_invite(app, view, out);

	root_sign(&note, root, text);
	(void)snprintf(name, sizeof name, "key %s", keynote->station.name);
	if (err == ERR_OK)
		err = out_err(&note);
	if (err == ERR_OK)
		sheaf_add(out, name, out_view(&note));
	out_free(&note);
	return err == ERR_OK ? out_err(out) : err;
}

static int
sign_request(struct app *app, const char *file)
{
	struct keynote *keynote = calloc(1, sizeof *keynote);
	struct out text = out_new(NOTE_MAX);
	struct out out = out_new(SHEAF_MAX);
	struct party own = station_party(&app->config.station);
	struct party party;
	struct root root = {.public = {{0}}};
	struct view *view = NULL;
	int code = keynote ? read_request(app, file, &text, keynote) : APP_NO;

	if (code == APP_OK) {
		party = station_party(&keynote->station);
		if (!party_equal(&party, &own))
			code = app_say_no(app, "%s is a station of another party",
					  keynote->station.name);
	}
	if (code == APP_OK && !(view = view_open(app, VIEW_JOURNAL | VIEW_RING)))
		code = APP_NO;
	if (code == APP_OK)
		code = root_open_known(app, &own, &root);
	if (code == APP_OK) {
		enum err err = write_welcome(app, view, &root, out_view(&text), keynote, &out);

		code = err == ERR_OK ? app_print(app, &out) : app_fail(app, err, "signing");
	}
	root_wipe(&root);
	view_close(view);
	out_free(&text);
	out_free(&out);
	free(keynote);
	return code;
}

/* What this home's own keys are, as a key note to be signed. */
static int
own_keynote(struct app *app, struct keynote *keynote)
{
	char passphrase[KEYFILE_PASSPHRASE_MAX];
	char path[FILE_PATH_MAX];
	struct keyfile file;
	size_t n = 0;
	enum err err = config_path(&app->config, "station.key", path, sizeof path);

	if (err == ERR_OK)
		err = keyfile_passphrase(app->config.passphrase_file.text,
					 "passphrase of the station: ", passphrase, &n);
	if (err == ERR_OK)
		err = keyfile_read(path, span_make(passphrase, n), &file);
	sign_wipe(passphrase, sizeof passphrase);
	if (err != ERR_OK)
		return app_fail(app, err, path);
	err = link_ensure_tls(&app->config);
	if (err == ERR_OK)
		err = root_keynote(&file, app->config.home, &app->config.station, 1, app_utc(),
				   keynote);
	keyfile_wipe(&file);
	return err == ERR_OK ? APP_OK : app_fail(app, err, path);
}

static int
print_request(struct app *app)
{
	struct keynote *keynote = calloc(1, sizeof *keynote);
	struct out out = out_new(NOTE_MAX);
	int code = keynote ? own_keynote(app, keynote) : APP_NO;

	if (code == APP_OK) {
		keynote_write(&out, keynote);
		code = app_print(app, &out);
	}
	out_free(&out);
	free(keynote);
	return code;
}

/* A party that left is in no list, so nothing vouches for its keys: its notes are passed over. */
static bool
is_of_member(const struct members *members, struct span name)
{
	struct station station;
	struct party party;

	if (!span_starts(name, RING_KEY " ") ||
	    !station_read(span_make(name.p + strlen(RING_KEY " "), name.n - strlen(RING_KEY " ")),
			  &station))
		return false;
	party = station_party(&station);
	return members_find(members, &party) != NULL;
}

/* Whether the welcome holds for this station: a list with its party, a note with its own keys. */
static enum why
check_welcome(const struct app *app, struct span sheaf, const struct keynote *own,
	      struct members *members)
{
	const struct keynote *held;
	struct keyring *keyring;
	struct span list;
	struct span name;
	struct span body;
	enum why why;

	if (!sheaf_find(sheaf, "members", &list))
		return WHY_BAD_FORM;
	why = members_open(list, members, NULL);
	keyring = why == WHY_NONE ? keyring_new(members) : NULL;
	if (!keyring)
		return why == WHY_NONE ? WHY_NO_MEMORY : why;
	while (why == WHY_NONE && sheaf_next(&sheaf, &name, &body))
		if (is_of_member(members, name))
			why = keyring_add_note(keyring, body);
	held = keyring_station(keyring, &app->config.station);
	if (why == WHY_NONE && (!held || memcmp(&held->record[held->records - 1].public,
						&own->record[own->records - 1].public,
						sizeof own->record[0].public) != 0))
		why = WHY_UNKNOWN_STATION;
	keyring_free(keyring);
	return why;
}

static enum err
put_part(struct journal *journal, struct span name, struct span body, const struct members *members)
{
	struct shelf shelf = {.text = body, .at_ms = app_utc()};
	struct note note;
	struct keynote *keynote;
	enum err err = ERR_OK;

	if (span_is(name, "members")) {
		shelf.class = SPAN(RING_MEMBERS);
		shelf.name = SPAN("");
		shelf.version = members->version;
		return shelf_put(journal, &shelf);
	}
	if (!is_of_member(members, name) || note_read(body, &note) != ERR_OK)
		return ERR_OK;
	keynote = calloc(1, sizeof *keynote);
	if (!keynote || keynote_read(note.text, keynote) != WHY_NONE)
		err = ERR_FORMAT;
	if (err == ERR_OK) {
		shelf.class = SPAN(RING_KEY);
		shelf.name = span_of(keynote->station.name);
		shelf.version = keynote->version;
		err = shelf_put(journal, &shelf);
	}
	free(keynote);
	return err;
}

static enum err
put_welcome(struct app *app, struct span sheaf, const struct members *members)
{
	struct journal *journal;
	struct span name;
	struct span body;
	char why[JOURNAL_WHY_MAX];
	enum err err = journal_open(app->config.home, JOURNAL_WRITE, why, &journal);

	if (err != ERR_OK)
		return err;
	err = journal_begin(journal);
	while (err == ERR_OK && sheaf_next(&sheaf, &name, &body))
		err = put_part(journal, name, body, members);
	if (err == ERR_OK)
		err = journal_commit(journal);
	else if (journal_is_in_batch(journal))
		journal_rollback(journal);
	journal_close(journal);
	return err;
}

static int
take_welcome(struct app *app, const char *file)
{
	struct keynote *own = calloc(1, sizeof *own);
	struct members *members = calloc(1, sizeof *members);
	struct out text = out_new(SHEAF_MAX);
	struct span sheaf;
	char words[SHEAF_WHY_MAX];
	enum why why = WHY_NONE;
	enum err err = own && members ? file_read(file, &text) : ERR_NOMEM;
	int code = err == ERR_OK ? own_keynote(app, own) : app_fail(app, err, file);

	sheaf = out_view(&text);
	if (code == APP_OK && !sheaf_open(&sheaf, SHEAF_INVITE))
		code = app_say_no(app, "%s: no welcome (seam join sign REQUEST makes one)", file);
	if (code == APP_OK && !sheaf_check(sheaf, sheaf_invite_rows, words))
		code = app_say_no(app, "%s: %s", file, words);
	if (code == APP_OK && (why = check_welcome(app, sheaf, own, members)) != WHY_NONE)
		code = app_refused(app, why, 0, file);
	if (code == APP_OK && (err = put_welcome(app, sheaf, members)) != ERR_OK)
		code = app_fail(app, err, "installing");
	if (code == APP_OK)
		code = join_take_clock(app, members);
	if (code == APP_OK)
		app_remark(app, "%s is a station of its party now: seamd -H %s runs it",
			   app->config.station.name, app->config.home);
	out_free(&text);
	free(members);
	free(own);
	return code;
}

int
join_station(struct app *app)
{
	const char *first = args_word(app->args, 0);

	if (!first)
		return print_request(app);
	if (strcmp(first, "sign") != 0)
		return take_welcome(app, first);
	if (app->args->n != 2)
		return app_usage(app, "join sign REQUEST");
	return sign_request(app, app->args->words[1]);
}
