/*
 * Promises that every key it hands out was certified by the root of the party whose station it
 * names.  Built from bytes alone; order of adding does not matter but for refusals.
 */
#include "admit/keyring.h"

#include <stdlib.h>
#include <string.h>

enum { NOTES_MAX = LIMIT_STATIONS * 4, REVOCATIONS_MAX = LIMIT_STATIONS * KEYNOTE_RECORDS };

struct keyring {
	struct members members;
	size_t notes;
	struct keynote *note[NOTES_MAX];
	struct hash text[NOTES_MAX]; /* of the note's text: the same again is fine */
	size_t stations;
	const struct keynote *newest[LIMIT_STATIONS];
	size_t revocations;
	struct revocation *revocation[REVOCATIONS_MAX];
};

struct keyring *
keyring_new(const struct members *members)
{
	struct keyring *keyring = calloc(1, sizeof *keyring);

	if (keyring)
		keyring->members = *members;
	return keyring;
}

void
keyring_free(struct keyring *keyring)
{
	if (!keyring)
		return;
	for (size_t i = 0; i < keyring->notes; i++)
		free(keyring->note[i]);
	for (size_t i = 0; i < keyring->revocations; i++)
		free(keyring->revocation[i]);
	free(keyring);
}

static enum why
judge_root(const struct keyring *keyring, const struct note *note, const struct station *station)
{
	struct party party = station_party(station);
	struct sign_public root;
	struct note_key key;
	uint64_t time_s;

	if (!keyring_root(keyring, &party, &root) ||
	    members_root_key(&party, &root, &key) != ERR_OK)
		return WHY_UNKNOWN_PARTY;
	switch (note_check(note, &key, &time_s)) {
	case NOTE_HOLDS:
		return WHY_NONE;
	case NOTE_BAD:
		return WHY_BAD_SIGNATURE;
	case NOTE_ABSENT:
		break;
	}
	return WHY_MISSING_SIGNATURE;
}

static const struct sign_public *
find_key(const struct keynote *note, const struct kid *kid)
{
	if (!station_equal(&note->station, &kid->station))
		return NULL;
	for (unsigned i = 0; i < note->records; i++)
		if (note->record[i].number == kid->number)
			return &note->record[i].public;
	return NULL;
}

/* A number, a log's name and a version stand for one thing for ever. */
static bool
contradicts(const struct keynote *held, const struct keynote *more)
{
	if (!station_equal(&held->station, &more->station))
		return false;
	if (held->version == more->version)
		return true;
	for (unsigned i = 0; i < more->records; i++) {
		struct kid kid = {.station = more->station, .number = more->record[i].number};
		const struct sign_public *key = find_key(held, &kid);

		if (key && memcmp(key, &more->record[i].public, sizeof *key) != 0)
			return true;
	}
	for (unsigned i = 0; i < held->logs; i++)
		for (unsigned j = 0; j < more->logs; j++)
			if (strcmp(held->log[i].name, more->log[j].name) == 0 &&
			    memcmp(&held->log[i].public, &more->log[j].public,
				   sizeof held->log[i].public) != 0)
				return true;
	return false;
}

static enum why
keep_note(struct keyring *keyring, const struct keynote *note, const struct hash *text)
{
	struct keynote *kept;
	size_t at = 0;

	while (at < keyring->stations &&
	       !station_equal(&keyring->newest[at]->station, &note->station))
		at++;
	if (keyring->notes == NOTES_MAX || at == LIMIT_STATIONS)
		return WHY_TOO_LARGE;
	kept = malloc(sizeof *kept);
	if (!kept)
		return WHY_NO_MEMORY;
	*kept = *note;
	keyring->text[keyring->notes] = *text;
	keyring->note[keyring->notes++] = kept;
	if (at == keyring->stations)
		keyring->newest[keyring->stations++] = kept;
	else if (kept->version > keyring->newest[at]->version)
		keyring->newest[at] = kept;
	return WHY_NONE;
}

enum why
keyring_add_note(struct keyring *keyring, struct span bytes)
{
	struct note note;
	struct keynote keynote;
	struct hash text;
	enum why why;

	if (note_read(bytes, &note) != ERR_OK)
		return WHY_BAD_FORM;
	why = keynote_read(note.text, &keynote);
	if (why == WHY_NONE)
		why = judge_root(keyring, &note, &keynote.station);
	if (why != WHY_NONE)
		return why;
	text = hash_of(note.text);
	for (size_t i = 0; i < keyring->notes; i++) {
		if (hash_equal(&keyring->text[i], &text))
			return WHY_NONE;
		if (contradicts(keyring->note[i], &keynote))
			return WHY_KEY_CHANGED;
	}
	return keep_note(keyring, &keynote, &text);
}

static bool
is_same(const struct revocation *a, const struct revocation *b)
{
	return a->size == b->size && a->kid.number == b->kid.number &&
	       station_equal(&a->kid.station, &b->kid.station) && strcmp(a->origin, b->origin) == 0;
}

enum why
keyring_add_revocation(struct keyring *keyring, struct span bytes)
{
	struct note note;
	struct revocation revocation;
	struct revocation *kept;
	enum why why;

	if (note_read(bytes, &note) != ERR_OK)
		return WHY_BAD_FORM;
	why = keynote_read_revocation(note.text, &revocation);
	if (why == WHY_NONE)
		why = judge_root(keyring, &note, &revocation.kid.station);
	if (why != WHY_NONE)
		return why;
	for (size_t i = 0; i < keyring->revocations; i++)
		if (is_same(keyring->revocation[i], &revocation))
			return WHY_NONE;
	if (keyring->revocations == REVOCATIONS_MAX)
		return WHY_TOO_LARGE;
	kept = malloc(sizeof *kept);
	if (!kept)
		return WHY_NO_MEMORY;
	*kept = revocation;
	keyring->revocation[keyring->revocations++] = kept;
	return WHY_NONE;
}

const struct members *
keyring_members(const struct keyring *keyring)
{
	return &keyring->members;
}

static bool
is_earlier(const struct revocation *a, const struct revocation *b)
{
	int64_t one = station_log_number(span_of(a->origin));
	int64_t other = station_log_number(span_of(b->origin));
	int order = strcmp(a->origin, b->origin);

	if (one != other)
		return one < other;
	return order != 0 ? order < 0 : a->size < b->size;
}

static void
find_revocation(const struct keyring *keyring, const struct kid *kid, struct keyring_key *key)
{
	for (size_t i = 0; i < keyring->revocations; i++) {
		const struct revocation *one = keyring->revocation[i];

		if (one->kid.number != kid->number ||
		    !station_equal(&one->kid.station, &kid->station))
			continue;
		if (!key->is_revoked || is_earlier(one, &key->revocation))
			key->revocation = *one;
		key->is_revoked = true;
	}
}

bool
keyring_find(const struct keyring *keyring, const struct kid *kid, struct keyring_key *key)
{
	memset(key, 0, sizeof *key);
	for (size_t i = 0; i < keyring->notes; i++) {
		const struct sign_public *public = find_key(keyring->note[i], kid);

		if (!public)
			continue;
		key->public = *public;
		find_revocation(keyring, kid, key);
		return true;
	}
	return false;
}

bool
keyring_root(const struct keyring *keyring, const struct party *party, struct sign_public *root)
{
	const struct member *member = members_find(&keyring->members, party);

	memset(root, 0, sizeof *root);
	if (!member)
		return false;
	*root = member->root;
	return true;
}

const struct keynote *
keyring_station(const struct keyring *keyring, const struct station *station)
{
	for (size_t i = 0; i < keyring->stations; i++)
		if (station_equal(&keyring->newest[i]->station, station))
			return keyring->newest[i];
	return NULL;
}

size_t
keyring_count(const struct keyring *keyring)
{
	return keyring->stations;
}

const struct keynote *
keyring_at(const struct keyring *keyring, size_t i)
{
	return i < keyring->stations ? keyring->newest[i] : NULL;
}

static const struct note_key *
find_log(const struct keyring *keyring, struct span origin, const struct keynote **note)
{
	for (size_t i = 0; i < keyring->notes; i++) {
		*note = keyring->note[i];
		for (unsigned j = 0; j < (*note)->logs; j++)
			if (span_is(origin, (*note)->log[j].name))
				return &(*note)->log[j];
	}
	return NULL;
}

const struct note_key *
keyring_log(const struct keyring *keyring, struct span origin)
{
	const struct keynote *note;

	return find_log(keyring, origin, &note);
}

/* Takes its place among those that stand there in order; whoever is pushed out is the oldest. */
static size_t
put_log(const struct note_key *logs[KEYRING_LOGS], size_t n, const struct note_key *log)
{
	int64_t number = station_log_number(span_of(log->name));
	size_t at = 0;

	while (at < n && station_log_number(span_of(logs[at]->name)) > number)
		at++;
	for (size_t i = at; i < n; i++)
		if (strcmp(logs[i]->name, log->name) == 0)
			return n;
	if (at == KEYRING_LOGS)
		return n;
	n = n < KEYRING_LOGS ? n + 1 : n;
	memmove(&logs[at + 1], &logs[at], (n - 1 - at) * sizeof *logs);
	logs[at] = log;
	return n;
}

size_t
keyring_logs(const struct keyring *keyring, const struct station *station,
	     const struct note_key *logs[KEYRING_LOGS])
{
	size_t n = 0;

	for (size_t i = 0; i < keyring->notes; i++)
		for (unsigned j = 0; station_equal(&keyring->note[i]->station, station) &&
				     j < keyring->note[i]->logs;
		     j++)
			n = put_log(logs, n, &keyring->note[i]->log[j]);
	return n;
}

bool
keyring_log_station(const struct keyring *keyring, struct span origin, struct station *station)
{
	const struct keynote *note;

	memset(station, 0, sizeof *station);
	if (!find_log(keyring, origin, &note))
		return false;
	*station = note->station;
	return true;
}
