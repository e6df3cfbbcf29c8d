#ifndef SEAM_ADMIT_KIT_TEST_H
#define SEAM_ADMIT_KIT_TEST_H

/* What the tests of this room share: three parties with their keys, the same in every run. */
#include "admit/admit.h"
#include "admit/issue.h"
#include "admit/keyring.h"
#include "admit/present.h"
#include "admit/receipt.h"
#include "base/b64.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define KIT static __attribute__((unused))

enum { KIT_PARTIES = 3, KIT_NOW_MS_DAY = 86400000 };

/* 2027-05-04 00:10 UTC */
#define KIT_NOW_MS INT64_C(1809389400000)

struct kit_pair {
	struct sign_public public;
	struct sign_secret secret;
};

struct kit {
	struct kit_pair root[KIT_PARTIES], record[KIT_PARTIES], spare[KIT_PARTIES];
	struct kit_pair log[KIT_PARTIES], witness[KIT_PARTIES];
	struct members members;
	struct keynote keynote[KIT_PARTIES];
	struct keyring *keyring;
	unsigned seed;
	struct sdjwt_random random;
	struct arena *arena;
};

static const char *const kit_stations[KIT_PARTIES] = {"a/makhmour", "b/dibis", "c/erbil"};

KIT void
kit_count(void *context, void *dst, size_t n)
{
	unsigned *next = context;
	unsigned char *to = dst;

	for (size_t i = 0; i < n; i++) {
		*next = *next * 1103515245u + 12345u;
		to[i] = (unsigned char)(*next >> 16);
	}
}

KIT unsigned
kit_next(unsigned *seed)
{
	unsigned value;

	kit_count(seed, &value, sizeof value);
	return value;
}

KIT void
kit_pair(struct kit_pair *pair, unsigned char what, unsigned char who)
{
	unsigned char seed[SIGN_SEED_SIZE] = {what, who, 42};

	sign_from_seed(seed, &pair->public, &pair->secret);
}

/* Appends text, blank line and one signature of a party's root. */
KIT void
kit_sign_root(struct kit *kit, unsigned party, struct span text, struct out *note, bool is_first)
{
	struct note_key key;
	struct signature signature;

	if (is_first) {
		out_span(note, text);
		out_char(note, '\n');
	}
	assert_int_equal(
	    members_root_key(&kit->members.member[party].party, &kit->root[party].public, &key),
	    ERR_OK);
	sign_make(&kit->root[party].secret, text, &signature);
	note_write_line(note, &key, 0, &signature);
}

KIT void
kit_make_members(struct kit *kit)
{
	struct members *members = &kit->members;

	*members =
	    (struct members){.version = 1, .n = KIT_PARTIES, .quorum = 2, .is_exercise = true};
	(void)span_copy(members->purpose, sizeof members->purpose, SPAN("warn one another"));
	members->start_ms = KIT_NOW_MS;
	members->epoch_ms = KIT_NOW_MS;
	members->rate_milli = 1000;
	for (unsigned i = 0; i < KIT_PARTIES; i++) {
		members->member[i].party.name[0] = (char)('a' + i);
		members->member[i].root = kit->root[i].public;
	}
}

KIT void
kit_make_keynote(struct kit *kit, unsigned i)
{
	struct keynote *note = &kit->keynote[i];
	char name[NOTE_NAME_MAX];

	memset(note, 0, sizeof *note);
	assert_true(station_read(span_of(kit_stations[i]), &note->station));
	note->version = 1;
	note->records = 2;
	note->record[0].number = 1;
	note->record[0].public = kit->record[i].public;
	note->record[1].number = 2;
	note->record[1].public = kit->spare[i].public;
	note->logs = 1;
	(void)snprintf(name, sizeof name, "seam/%s/log/1", kit_stations[i]);
	assert_int_equal(
	    note_key_make(span_of(name), NOTE_ED25519, &kit->log[i].public, &note->log[0]), ERR_OK);
	(void)snprintf(name, sizeof name, "seam/%s/witness", kit_stations[i]);
	assert_int_equal(
	    note_key_make(span_of(name), NOTE_COSIGNATURE, &kit->witness[i].public, &note->witness),
	    ERR_OK);
}

KIT enum why
kit_add_note(struct kit *kit, unsigned party, const struct keynote *keynote)
{
	struct out text = out_new(NOTE_MAX);
	struct out note = out_new(NOTE_MAX);
	enum why why;

	keynote_write(&text, keynote);
	kit_sign_root(kit, party, out_view(&text), &note, true);
	why = keyring_add_note(kit->keyring, out_view(&note));
	out_free(&text);
	out_free(&note);
	return why;
}

KIT enum why
kit_revoke(struct kit *kit, unsigned party, const char *text)
{
	struct out note = out_new(NOTE_MAX);
	enum why why;

	kit_sign_root(kit, party, span_of(text), &note, true);
	why = keyring_add_revocation(kit->keyring, out_view(&note));
	out_free(&note);
	return why;
}

KIT void
kit_open(struct kit *kit)
{
	memset(kit, 0, sizeof *kit);
	assert_int_equal(sign_start(), ERR_OK);
	for (unsigned char i = 0; i < KIT_PARTIES; i++) {
		kit_pair(&kit->root[i], 1, i);
		kit_pair(&kit->record[i], 2, i);
		kit_pair(&kit->spare[i], 3, i);
		kit_pair(&kit->log[i], 4, i);
		kit_pair(&kit->witness[i], 5, i);
	}
	kit->seed = 1;
	kit->random = (struct sdjwt_random){kit_count, &kit->seed};
	kit->arena = arena_new(ADMIT_ARENA);
	kit_make_members(kit);
	kit->keyring = keyring_new(&kit->members);
	assert_non_null(kit->keyring);
	for (unsigned i = 0; i < KIT_PARTIES; i++) {
		kit_make_keynote(kit, i);
		assert_int_equal(kit_add_note(kit, i, &kit->keynote[i]), WHY_NONE);
	}
}

KIT void
kit_close(struct kit *kit)
{
	keyring_free(kit->keyring);
	arena_free(kit->arena);
}

KIT void
kit_set(struct kit *kit, struct record *record, const char *field, const char *typed)
{
	struct record_typing typing = {.now_ms = KIT_NOW_MS, .zone_min = 180};
	enum why why =
	    record_set(record, kit->arena, field_find(span_of(field)), span_of(typed), &typing);

	if (why != WHY_NONE)
		fail_msg("%s=%s: %s", field, typed, why_code(why));
}

/* What a post files after an attack: the fields that people really fill in. */
KIT void
kit_incident(struct kit *kit, struct record *record)
{
	record_init(record, KIND_INCIDENT);
	assert_true(station_read(span_of(kit_stations[0]), &record->station));
	record->thread = SPAN("AAECAwQFBgcICQoLDA0ODw");
	record->is_exercise = true;
	record->filed_ms = KIT_NOW_MS;
	kit_set(kit, record, "type", "atk.ambush");
	kit_set(kit, record, "severity", "red");
	kit_set(kit, record, "when", "2027-05-03T23:15Z");
	kit_set(kit, record, "place", "35.77,43.58");
	kit_set(kit, record, "unit", "post-7");
	kit_set(kit, record, "governorate", "erbil");
	kit_set(kit, record, "district", "makhmour");
	kit_set(kit, record, "grade", "B2");
	kit_set(kit, record, "persons", "4-6");
	kit_set(kit, record, "direction", "NE");
	kit_set(kit, record, "civilians", "no");
	kit_set(kit, record, "duty", "watch");
	kit_set(kit, record, "summary", "Patrol fired upon near the canal.");
}

/* Signs what was written and attaches the signature. */
KIT void
kit_sign(struct out *signing, const struct sign_secret *secret)
{
	struct signature signature;

	sign_make(secret, out_view(signing), &signature);
	jws_attach(signing, &signature);
}

struct kit_record {
	struct out jwt, disclosures;
};

KIT void
kit_issue(struct kit *kit, const struct record *record, struct kit_record *made)
{
	made->jwt = out_new(LIMIT_JWT);
	made->disclosures = out_new(LIMIT_SD_JWT);
	assert_int_equal(
	    issue_record(record, 1, &kit->random, kit->arena, &made->jwt, &made->disclosures),
	    ERR_OK);
	kit_sign(&made->jwt, &kit->record[0].secret);
}

KIT void
kit_free(struct kit_record *made)
{
	out_free(&made->jwt);
	out_free(&made->disclosures);
}

KIT struct present_terms
kit_terms(void)
{
	struct present_terms terms = {.counter = 1, .now_ms = KIT_NOW_MS};

	(void)jws_kid_read(SPAN("a/makhmour#2"), &terms.kid);
	(void)party_read(SPAN("b"), &terms.to);
	return terms;
}

/* A delivery of these levels to party b, bound with station a's second key. */
KIT void
kit_deliver(struct kit *kit, const struct kit_record *made, const struct field_set *set,
	    const struct present_terms *terms, struct out *token)
{
	struct present_index index;
	struct out cut = out_new(LIMIT_SD_JWT);
	struct out binding = out_new(LIMIT_SD_JWT);
	struct signature signature;

	assert_int_equal(present_index(out_view(&made->disclosures), &index), ERR_OK);
	present_cut(&cut, out_view(&made->jwt), &index, set);
	present_binding(&binding, out_view(&cut), terms);
	sign_make(&kit->spare[0].secret, out_view(&binding), &signature);
	present_finish(token, out_view(&cut), out_view(&binding), &signature);
	assert_int_equal(out_err(token), ERR_OK);
	out_free(&cut);
	out_free(&binding);
}

KIT struct admit_terms
kit_admit_terms(const struct kit *kit)
{
	struct admit_terms terms = {.keyring = kit->keyring, .is_exercise = true, .log_index = -1};

	(void)party_read(SPAN("b"), &terms.own);
	terms.now_ms = KIT_NOW_MS;
	return terms;
}

#endif
