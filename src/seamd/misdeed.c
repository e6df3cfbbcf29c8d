/*
 * Promises that evidence of two histories can be checked by anybody from the file alone, and that
 * not one bit of it can be another.  Does not say who was harmed by it.
 */
#include "seamd/misdeed.h"

#include "admit/keyring.h"
#include "base/file.h"
#include "journal/fork.h"
#include "journal/journal.h"
#include "journal/shelf.h"
#include "seamd/ring.h"
#include "seamd/sheaf.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MISDEED_SIZE = 8 * NOTE_MAX, ARENA = 4 << 20 };

/* --- documents in one spelling: their text and the lines that count */

static enum err
add_line(struct out *out, const struct note *note, const struct party *party,
	 const struct sign_public *root)
{
	struct note_key key;
	struct span line;

	if (members_root_key(party, root, &key) != ERR_OK || !note_find_line(note, &key, &line))
		return ERR_REFUSED;
	out_span(out, line);
	return out_err(out);
}

static enum err
write_list(struct out *out, struct span bytes, const struct members *members)
{
	struct note note;
	enum err err = note_read(bytes, &note);

	if (err != ERR_OK)
		return err;
	out_span(out, note.text);
	out_char(out, '\n');
	for (unsigned i = 0; i < members->n && err == ERR_OK; i++)
		err = add_line(out, &note, &members->member[i].party, &members->member[i].root);
	return err;
}

static enum err
write_keynote(struct out *out, struct span bytes, const struct members *members,
	      const struct party *party)
{
	const struct member *member = members_find(members, party);
	struct note note;
	enum err err = member ? note_read(bytes, &note) : ERR_REFUSED;

	if (err != ERR_OK)
		return err;
	out_span(out, note.text);
	out_char(out, '\n');
	return add_line(out, &note, party, &member->root);
}

/* The parts of a sheaf, each borrowed. */
struct parts {
	struct span members;
	struct span key;
	struct span head[2];
	struct span proof; /* empty: there is none */
};

static enum err
write_sheaf(struct out *out, const struct parts *parts, const struct members *members,
	    const struct station *station)
{
	char name[LIMIT_STATION_TEXT + 8];
	struct out list = out_new(NOTE_MAX);
	struct out key = out_new(NOTE_MAX);
	struct party party = station_party(station);
	enum err err = write_list(&list, parts->members, members);

	(void)snprintf(name, sizeof name, "key %s", station->name);
	if (err == ERR_OK)
		err = write_keynote(&key, parts->key, members, &party);
	if (err == ERR_OK) {
		sheaf_begin(out, SHEAF_EVIDENCE);
		sheaf_add(out, "members", out_view(&list));
		sheaf_add(out, name, out_view(&key));
		sheaf_add(out, "head-1", parts->head[0]);
		sheaf_add(out, "head-2", parts->head[1]);
		if (parts->proof.n)
			sheaf_add(out, "proof", parts->proof);
		err = out_err(out);
	}
	out_free(&list);
	out_free(&key);
	return err;
}

/* --- writing */

struct choosing {
	struct arena *arena;
	struct party party;      /* whose log it is */
	const char *origin;      /* of the log */
	struct members *members; /* of the list chosen */
	struct members *trial;
	struct span list;
	struct span key;
	enum err err;
};

/* The newest list that has the party: it may have left since. */
static bool
choose_list(void *context, const struct shelf *shelf)
{
	struct choosing *choosing = context;

	if (members_open(shelf->text, choosing->trial, NULL) != WHY_NONE ||
	    !members_find(choosing->trial, &choosing->party))
		return true;
	*choosing->members = *choosing->trial;
	choosing->list = arena_copy(choosing->arena, shelf->text);
	if (!choosing->list.p)
		choosing->err = ERR_NOMEM;
	return choosing->err == ERR_OK;
}

/* A note that holds under that list and names the log. */
static bool
choose_key(void *context, const struct shelf *shelf)
{
	struct choosing *choosing = context;
	struct keyring *keyring = keyring_new(choosing->members);
	bool is_it = keyring && keyring_add_note(keyring, shelf->text) == WHY_NONE &&
		     keyring_log(keyring, span_of(choosing->origin));

	if (is_it)
		choosing->key = arena_copy(choosing->arena, shelf->text);
	if (!keyring || (is_it && !choosing->key.p))
		choosing->err = ERR_NOMEM;
	keyring_free(keyring);
	return !is_it && choosing->err == ERR_OK;
}

static enum err
choose(struct journal *journal, struct choosing *choosing)
{
	enum err err =
	    shelf_each(journal, SPAN(RING_MEMBERS), &(struct shelf_walk){choose_list, choosing});

	if (err == ERR_OK && choosing->err == ERR_OK && choosing->list.n)
		err =
		    shelf_each(journal, SPAN(RING_KEY), &(struct shelf_walk){choose_key, choosing});
	if (err == ERR_OK)
		err = choosing->err;
	return err == ERR_OK && !choosing->key.n ? ERR_NOT_FOUND : err;
}

static bool
origin_of(const struct fork *fork, char origin[NOTE_NAME_MAX])
{
	struct span rest = out_view(&fork->head[0]);
	struct span line;

	return span_split(&rest, '\n', &line) && span_copy(origin, NOTE_NAME_MAX, line);
}

enum err
misdeed_write(struct journal *journal, const struct keyring *keyring, const struct fork *fork,
	      struct out *sheaf)
{
	char origin[NOTE_NAME_MAX];
	struct choosing choosing = {.arena = arena_new(ARENA), .origin = origin};
	struct out proof = out_new(NOTE_MAX);
	struct station station;
	struct parts parts;
	enum err err = ERR_NOT_FOUND;

	choosing.members = calloc(2, sizeof *choosing.members);
	if (!choosing.arena || !choosing.members)
		err = ERR_NOMEM;
	else if (origin_of(fork, origin) && keyring_log_station(keyring, span_of(origin), &station))
		err = ERR_OK;
	if (err == ERR_OK) {
		choosing.trial = choosing.members + 1;
		choosing.party = station_party(&station);
		err = choose(journal, &choosing);
	}
	if (err == ERR_OK) {
		fork_write_proof(&proof, fork);
		parts = (struct parts){choosing.list,
				       choosing.key,
				       {out_view(&fork->head[0]), out_view(&fork->head[1])},
				       out_view(&proof)};
		err = out_err(&proof) == ERR_OK
			  ? write_sheaf(sheaf, &parts, choosing.members, &station)
			  : out_err(&proof);
	}
	out_free(&proof);
	free(choosing.members);
	arena_free(choosing.arena);
	return err;
}

/* --- keeping */

static int
is_file(const struct dirent *entry)
{
	size_t n = strlen(entry->d_name);

	return n > 4 && strcmp(entry->d_name + n - 4, ".txt") == 0;
}

/* "fork-LOG-PAIR.txt": the same two heads of the same log give the same name. */
static void
name_of(const struct fork *fork, const char *origin, char name[MISDEED_NAME_MAX], size_t *prefix)
{
	struct hash_run *run = hash_run_new();
	struct hash log = hash_of(span_of(origin));
	struct hash pair = log;
	char log_hex[65];
	char pair_hex[65];

	if (run) {
		hash_run_add(run, out_view(&fork->head[0]));
		hash_run_add(run, out_view(&fork->head[1]));
		pair = hash_run_end(run);
	}
	hash_run_free(run);
	hash_hex(log_hex, &log);
	hash_hex(pair_hex, &pair);
	*prefix = (size_t)snprintf(name, MISDEED_NAME_MAX, "fork-%.16s-", log_hex);
	(void)snprintf(name + *prefix, MISDEED_NAME_MAX - *prefix, "%.16s.txt", pair_hex);
}

/* Is there room for one more about this log, and is it not there yet? */
static enum err
has_room(const char *folder, const char *name, size_t prefix, bool *is_new)
{
	struct dirent **names = NULL;
	int n = scandir(folder, &names, is_file, alphasort);
	size_t of_log = 0;

	*is_new = n >= 0 && n < MISDEED_FILES;
	for (int i = 0; i < n; i++) {
		of_log += strncmp(names[i]->d_name, name, prefix) == 0;
		*is_new = *is_new && strcmp(names[i]->d_name, name) != 0;
		free(names[i]);
	}
	free(names);
	*is_new = *is_new && of_log < MISDEED_PER_LOG;
	return n >= 0 ? ERR_OK : ERR_IO;
}

enum err
misdeed_keep(const char *home, struct journal *journal, const struct keyring *keyring,
	     const struct fork *fork, char name[MISDEED_NAME_MAX], bool *is_new)
{
	char folder[FILE_PATH_MAX];
	char path[FILE_PATH_MAX];
	char origin[NOTE_NAME_MAX];
	struct out sheaf = out_new(MISDEED_SIZE);
	size_t prefix = 0;
	enum err err = origin_of(fork, origin) ? ERR_OK : ERR_FORMAT;

	*is_new = false;
	name[0] = '\0';
	if (err == ERR_OK) {
		name_of(fork, origin, name, &prefix);
		err = file_path(folder, sizeof folder, home, "evidence");
	}
	if (err == ERR_OK)
		err = file_make_dirs(folder, 0700);
	if (err == ERR_OK)
		err = has_room(folder, name, prefix, is_new);
	if (err == ERR_OK && *is_new)
		err = misdeed_write(journal, keyring, fork, &sheaf);
	if (err == ERR_OK && *is_new)
		err = file_path(path, sizeof path, folder, name);
	if (err == ERR_OK && *is_new)
		err = file_write(path, out_view(&sheaf), 0600);
	if (err != ERR_OK)
		*is_new = false;
	out_free(&sheaf);
	return err;
}

enum err
misdeed_each(const char *home, bool (*each)(void *context, const char *name, struct span text),
	     void *context)
{
	char folder[FILE_PATH_MAX];
	char path[FILE_PATH_MAX];
	struct dirent **names = NULL;
	bool goes_on = true;
	enum err err = file_path(folder, sizeof folder, home, "evidence");
	int n = err == ERR_OK ? scandir(folder, &names, is_file, alphasort) : -1;

	for (int i = 0; i < n; i++) {
		struct out text = out_new(MISDEED_SIZE);

		if (err == ERR_OK && goes_on && i < MISDEED_FILES) {
			err = file_path(path, sizeof path, folder, names[i]->d_name);
			if (err == ERR_OK)
				err = file_read(path, &text);
			if (err == ERR_OK || err == ERR_LIMIT)
				goes_on = each(context, names[i]->d_name, out_view(&text));
			err = err == ERR_LIMIT ? ERR_OK : err;
		}
		out_free(&text);
		free(names[i]);
	}
	free(names);
	return err;
}

/* --- reading */

static bool
no(char why[MISDEED_WHY_MAX], const char *what, enum why answer)
{
	(void)snprintf(why, MISDEED_WHY_MAX, "%s: %s", what, why_text(answer));
	return false;
}

static bool
take_parts(struct span rest, struct parts *parts)
{
	struct {
		const char *name;
		struct span *body;
	} const order[] = {{"members", &parts->members},
			   {"key ", &parts->key},
			   {"head-1", &parts->head[0]},
			   {"head-2", &parts->head[1]},
			   {"proof", &parts->proof}};
	struct span name;
	struct span body;
	size_t n = 0;

	memset(parts, 0, sizeof *parts);
	for (; sheaf_next(&rest, &name, &body); n++) {
		if (n == sizeof order / sizeof order[0] || !span_starts(name, order[n].name))
			return false;
		*order[n].body = body;
	}
	return n >= 4;
}

bool
misdeed_is(struct span text)
{
	struct span body;

	return sheaf_open(&text, SHEAF_EVIDENCE) && sheaf_find(text, "head-1", &body);
}

/* Whose log it is, by the key note; and whether the heads contradict each other. */
static bool
check_heads(const struct keyring *keyring, const struct parts *parts, struct misdeed *misdeed,
	    char why[MISDEED_WHY_MAX])
{
	struct fork fork = fork_new();
	const struct note_key *key;
	struct span rest = parts->head[0];
	struct span origin;
	bool holds;

	out_span(&fork.head[0], parts->head[0]);
	out_span(&fork.head[1], parts->head[1]);
	(void)span_split(&rest, '\n', &origin);
	key = keyring_log(keyring, origin);
	holds = key && fork_read_proof(parts->proof, &fork) == ERR_OK &&
		out_err(&fork.head[0]) == ERR_OK && out_err(&fork.head[1]) == ERR_OK &&
		fork_holds(&fork, key, misdeed->head) &&
		keyring_log_station(keyring, origin, &misdeed->station);
	fork_free(&fork);
	if (!key)
		return no(why, "head-1", WHY_UNKNOWN_KEY);
	if (holds)
		return true;
	(void)snprintf(why, MISDEED_WHY_MAX,
		       "the heads: not two that one log signed and that contradict each other");
	return false;
}

static bool
check_parts(const struct parts *parts, struct misdeed *misdeed, char why[MISDEED_WHY_MAX])
{
	struct keyring *keyring;
	enum why answer = members_open(parts->members, &misdeed->members, NULL);
	bool holds = false;

	if (answer != WHY_NONE)
		return no(why, "member list", answer);
	keyring = keyring_new(&misdeed->members);
	answer = keyring ? keyring_add_note(keyring, parts->key) : WHY_NO_MEMORY;
	if (answer != WHY_NONE)
		(void)no(why, "key note", answer);
	else
		holds = check_heads(keyring, parts, misdeed, why);
	keyring_free(keyring);
	return holds;
}

bool
misdeed_read(struct span text, struct misdeed *misdeed, char why[MISDEED_WHY_MAX])
{
	struct out again = out_new(MISDEED_SIZE);
	struct span rest = text;
	struct parts parts;
	bool holds;

	memset(misdeed, 0, sizeof *misdeed);
	why[0] = '\0';
	if (!sheaf_open(&rest, SHEAF_EVIDENCE) || !take_parts(rest, &parts)) {
		out_free(&again);
		return no(why, "the file", WHY_BAD_FORM);
	}
	holds = check_parts(&parts, misdeed, why);
	if (holds) {
		/* one spelling: what is more than is needed could be anything */
		holds =
		    write_sheaf(&again, &parts, &misdeed->members, &misdeed->station) == ERR_OK &&
		    span_equal(out_view(&again), text);
		if (!holds)
			(void)no(why, "the file", WHY_BAD_FORM);
	}
	if (!holds)
		memset(misdeed, 0, sizeof *misdeed);
	out_free(&again);
	return holds;
}
