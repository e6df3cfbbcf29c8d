/*
 * Promises that what a station trusts is built from signed bytes on its shelf, and nothing else.
 */
#define _GNU_SOURCE
#include "seamd/ring.h"

#include "admit/keyring.h"
#include "base/file.h"
#include "journal/journal.h"
#include "journal/shelf.h"
#include "model/ground.h"
#include "release/policy.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { RING_ARENA = 4 << 20, LAYERS_MAX = 64 };

struct adding {
	struct keyring *keyring;
	bool is_revocation;
	enum why why;
};

/* A stored note that does not hold gives no key: of a party that has left, or that contradicts an
 * older one.  Nothing that another party signed may keep this station from starting. */
static bool
add_note(void *context, const struct shelf *shelf)
{
	struct adding *adding = context;

	adding->why = adding->is_revocation ? keyring_add_revocation(adding->keyring, shelf->text)
					    : keyring_add_note(adding->keyring, shelf->text);
	return adding->why != WHY_NO_MEMORY;
}

static enum err
add_all(struct journal *journal, struct keyring *keyring, const char *class)
{
	struct adding adding = {.keyring = keyring,
				.is_revocation = strcmp(class, RING_REVOKE) == 0};
	enum err err = shelf_each(journal, span_of(class), &(struct shelf_walk){add_note, &adding});

	return err == ERR_OK && adding.why == WHY_NO_MEMORY ? ERR_NOMEM : err;
}

/* A list was verified when it came; on the shelf it is verified again. */
static bool
add_former(void *context, const struct shelf *shelf)
{
	struct members *members = context;
	struct members *older = calloc(1, sizeof *older);

	if (older && members_open(shelf->text, older, NULL) == WHY_NONE)
		for (unsigned i = 0; i < older->n && members->n < LIMIT_PARTIES; i++)
			if (!members_find(members, &older->member[i].party))
				members->member[members->n++] = older->member[i];
	free(older);
	return older != NULL;
}

static enum err
load(struct journal *journal, bool with_former, struct keyring **keyring, char why[RING_WHY_MAX])
{
	struct arena *arena = arena_new(RING_ARENA);
	struct members *members = calloc(1, sizeof *members);
	struct shelf shelf;
	enum err err = arena && members ? ERR_OK : ERR_NOMEM;

	*keyring = NULL;
	why[0] = '\0';
	if (err == ERR_OK)
		err = shelf_newest(journal, SPAN(RING_MEMBERS), SPAN(""), arena, &shelf);
	if (err == ERR_OK && members_open(shelf.text, members, NULL) != WHY_NONE) {
		(void)snprintf(why, RING_WHY_MAX, "the stored member list does not hold");
		err = ERR_CORRUPT;
	}
	if (err == ERR_OK && with_former)
		err = shelf_each(journal, SPAN(RING_MEMBERS),
				 &(struct shelf_walk){add_former, members});
	if (err == ERR_OK && !(*keyring = keyring_new(members)))
		err = ERR_NOMEM;
	if (err == ERR_OK)
		err = add_all(journal, *keyring, RING_KEY);
	if (err == ERR_OK)
		err = add_all(journal, *keyring, RING_REVOKE);
	if (err != ERR_OK) {
		keyring_free(*keyring);
		*keyring = NULL;
	}
	free(members);
	arena_free(arena);
	return err;
}

enum err
ring_load(struct journal *journal, struct keyring **keyring, char why[RING_WHY_MAX])
{
	return load(journal, false, keyring, why);
}

enum err
ring_load_former(struct journal *journal, struct keyring **keyring, char why[RING_WHY_MAX])
{
	return load(journal, true, keyring, why);
}

static enum ground_layer
layer_of(const char *name)
{
	if (strncmp(name, "governorates", 12) == 0)
		return GROUND_GOVERNORATE;
	if (strncmp(name, "districts", 9) == 0)
		return GROUND_DISTRICT;
	return strncmp(name, "zones", 5) == 0 ? GROUND_ZONE : GROUND_BOUNDARY;
}

static enum err
add_layer(struct ground *ground, const char *folder, const char *name, char why[RING_WHY_MAX])
{
	struct out text = out_new(GROUND_BYTES_MAX);
	char path[FILE_PATH_MAX];
	char reason[GROUND_WHY_MAX] = "";
	enum err err = file_path(path, sizeof path, folder, name);

	if (err == ERR_OK)
		err = file_read(path, &text);
	if (err == ERR_OK)
		err = ground_add(ground, out_view(&text), layer_of(name), reason);
	if (err != ERR_OK)
		(void)snprintf(why, RING_WHY_MAX, "layers/%.60s: %.200s", name,
			       reason[0] ? reason : err_text(err));
	out_free(&text);
	return err;
}

static int
is_layer(const struct dirent *entry)
{
	size_t n = strlen(entry->d_name);

	return n > 8 && strcmp(entry->d_name + n - 8, ".geojson") == 0;
}

enum err
ring_ground(const char *home, struct ground **ground, char why[RING_WHY_MAX])
{
	char folder[FILE_PATH_MAX];
	struct dirent **names = NULL;
	enum err err = file_path(folder, sizeof folder, home, "layers");
	int n;

	why[0] = '\0';
	*ground = ground_new();
	if (!*ground)
		return ERR_NOMEM;
	n = err == ERR_OK ? scandir(folder, &names, is_layer, alphasort) : -1;
	for (int i = 0; i < n; i++) {
		if (err == ERR_OK && i < LAYERS_MAX)
			err = add_layer(*ground, folder, names[i]->d_name, why);
		free(names[i]);
	}
	free(names);
	if (err != ERR_OK) {
		ground_free(*ground);
		*ground = NULL;
	}
	return err;
}

enum err
ring_policy(struct journal *journal, const struct party *party, int64_t version,
	    struct policy **policy, int64_t *found)
{
	struct arena *arena = arena_new(RING_ARENA);
	struct policy_faults *faults = calloc(1, sizeof *faults);
	struct shelf shelf;
	enum err err = arena && faults ? ERR_OK : ERR_NOMEM;

	*policy = NULL;
	*found = 0;
	if (err == ERR_OK)
		err = version ? shelf_get(journal, SPAN(RING_POLICY), span_of(party->name), version,
					  arena, &shelf)
			      : shelf_newest(journal, SPAN(RING_POLICY), span_of(party->name),
					     arena, &shelf);
	if (err == ERR_OK)
		err = policy_read(shelf.text, policy, faults);
	if (err == ERR_OK)
		*found = shelf.version;
	free(faults);
	arena_free(arena);
	return err;
}

/* What a document is, read from the first line of its text. */
struct document {
	const char *class;
	char name[JWS_KID_TEXT];
	int64_t version;
};

static enum why
look_members(const struct keyring *keyring, const struct party *own, struct span note,
	     struct document *document)
{
	struct members *next = calloc(1, sizeof *next);
	enum why why = next ? members_open(note, next, NULL) : WHY_TOO_LARGE;

	if (why == WHY_NONE)
		why = members_follow(keyring_members(keyring), next, own);
	if (why == WHY_NONE)
		*document = (struct document){.class = RING_MEMBERS, .version = next->version};
	free(next);
	return why;
}

/* Tried together with every note that is held already. */
static enum why
look_key(struct journal *journal, struct span note, struct span text, struct document *document)
{
	struct keynote *keynote = calloc(1, sizeof *keynote);
	char unused[RING_WHY_MAX];
	struct keyring *trial = NULL;
	enum why why = keynote && ring_load(journal, &trial, unused) == ERR_OK
			   ? keynote_read(text, keynote)
			   : WHY_NO_MEMORY;

	if (why == WHY_NONE)
		why = keyring_add_note(trial, note);
	if (why == WHY_NONE) {
		*document = (struct document){.class = RING_KEY, .version = keynote->version};
		(void)snprintf(document->name, sizeof document->name, "%s", keynote->station.name);
	}
	keyring_free(trial);
	free(keynote);
	return why;
}

static enum why
look_revocation(struct journal *journal, struct span note, struct span text,
		struct document *document)
{
	struct revocation revocation;
	char unused[RING_WHY_MAX];
	struct keyring *trial = NULL;
	enum why why = ring_load(journal, &trial, unused) == ERR_OK
			   ? keynote_read_revocation(text, &revocation)
			   : WHY_NO_MEMORY;

	if (why == WHY_NONE && revocation.size == INT64_MAX)
		why = WHY_BAD_VALUE;
	if (why == WHY_NONE)
		why = keyring_add_revocation(trial, note);
	if (why == WHY_NONE) {
		*document = (struct document){.class = RING_REVOKE, .version = revocation.size + 1};
		jws_kid_text(document->name, &revocation.kid);
	}
	keyring_free(trial);
	return why;
}

static enum why
look(struct journal *journal, const struct keyring *keyring, const struct party *own,
     struct span bytes, struct document *document)
{
	struct note note;

	if (note_read(bytes, &note) != ERR_OK)
		return WHY_BAD_FORM;
	if (span_starts(note.text, "seam members 1\n"))
		return look_members(keyring, own, bytes, document);
	if (span_starts(note.text, "seam key 1\n"))
		return look_key(journal, bytes, note.text, document);
	if (span_starts(note.text, "seam revoke 1\n"))
		return look_revocation(journal, bytes, note.text, document);
	return WHY_BAD_FORM;
}

enum err
ring_install(struct journal *journal, const struct keyring *keyring, const struct party *own,
	     struct span bytes, int64_t now_ms, enum why *why, char text[RING_WHY_MAX])
{
	struct document document = {0};
	struct shelf shelf = {.text = bytes, .at_ms = now_ms};
	enum err err;

	text[0] = '\0';
	*why = look(journal, keyring, own, bytes, &document);
	if (*why != WHY_NONE)
		return ERR_OK;
	shelf.class = span_of(document.class);
	shelf.name = span_of(document.name);
	shelf.version = document.version;
	err = journal_begin(journal);
	if (err != ERR_OK)
		return err;
	err = shelf_put(journal, &shelf);
	if (err == ERR_EXISTS) {
		*why = WHY_REPLAYED;
		err = ERR_OK;
	}
	if (err == ERR_OK)
		err = journal_commit(journal);
	else
		journal_rollback(journal);
	(void)snprintf(text, RING_WHY_MAX, "%s %s version %lld", document.class, document.name,
		       (long long)document.version);
	return err;
}

struct seeking {
	struct span text;
	bool is_found;
};

static bool
seek(void *context, const struct shelf *shelf)
{
	struct seeking *seeking = context;
	struct note note;

	seeking->is_found =
	    note_read(shelf->text, &note) == ERR_OK && span_equal(note.text, seeking->text);
	return !seeking->is_found;
}

bool
ring_holds(struct journal *journal, struct span bytes)
{
	static const char *const classes[] = {RING_MEMBERS, RING_KEY, RING_REVOKE};
	struct seeking seeking = {.is_found = false};
	struct note note;

	if (note_read(bytes, &note) != ERR_OK)
		return false;
	seeking.text = note.text;
	for (size_t i = 0; i < sizeof classes / sizeof *classes && !seeking.is_found; i++)
		if (shelf_each(journal, span_of(classes[i]),
			       &(struct shelf_walk){seek, &seeking}) != ERR_OK)
			return false;
	return seeking.is_found;
}
