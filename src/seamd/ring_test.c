/* What a station trusts: no note that another party signs, and no list that a stranger makes, keeps
 * it from starting or takes the place of a root. */
#define _GNU_SOURCE
#include "admit/kit_test.h"
#include "base/file.h"
#include "journal/journal.h"
#include "journal/shelf.h"
#include "seamd/ring.h"

#include <dirent.h>
#include <ftw.h>
#include <unistd.h>

struct trust {
	char dir[64];
	struct kit kit;
	struct journal *journal;
	struct keyring *keyring;
	struct party own;
};

static void
sign_by_all(struct kit *kit, const struct members *members, struct out *note)
{
	struct out text = out_new(NOTE_MAX);

	members_write(&text, members);
	for (unsigned i = 0; i < KIT_PARTIES; i++)
		kit_sign_root(kit, i, out_view(&text), note, i == 0);
	assert_int_equal(out_err(note), ERR_OK);
	out_free(&text);
}

static void
open_trust(struct trust *trust)
{
	struct shelf list = {.class = SPAN(RING_MEMBERS), .name = SPAN(""), .version = 1};
	struct out note = out_new(NOTE_MAX);
	struct out vkey = out_new(512);
	struct out text = out_new(512);
	struct out head = out_new(NOTE_MAX);
	struct note_head genesis = {.size = 0, .root = hash_of(SPAN(""))};
	struct signature signature;
	char why[RING_WHY_MAX + JOURNAL_WHY_MAX];

	kit_open(&trust->kit);
	trust->own = (struct party){"a"};
	(void)snprintf(trust->dir, sizeof trust->dir, "/tmp/seam-ring-XXXXXX");
	assert_non_null(mkdtemp(trust->dir));
	note_key_write(&vkey, &trust->kit.keynote[0].log[0]);
	(void)span_copy(genesis.origin, sizeof genesis.origin,
			span_of(trust->kit.keynote[0].log[0].name));
	note_head_write(&text, &genesis);
	sign_make(&trust->kit.log[0].secret, out_view(&text), &signature);
	out_span(&head, out_view(&text));
	out_char(&head, '\n');
	note_write_line(&head, &trust->kit.keynote[0].log[0], 0, &signature);
	assert_int_equal(journal_create(trust->dir, span_of(kit_stations[0]), out_view(&vkey),
					out_view(&head), 1),
			 ERR_OK);
	assert_int_equal(journal_open(trust->dir, JOURNAL_WRITE, why, &trust->journal), ERR_OK);
	sign_by_all(&trust->kit, &trust->kit.members, &note);
	list.text = out_view(&note);
	assert_int_equal(journal_begin(trust->journal), ERR_OK);
	assert_int_equal(shelf_put(trust->journal, &list), ERR_OK);
	assert_int_equal(journal_commit(trust->journal), ERR_OK);
	assert_int_equal(ring_load(trust->journal, &trust->keyring, why), ERR_OK);
	out_free(&note);
	out_free(&vkey);
	out_free(&text);
	out_free(&head);
}

static int
drop(const char *path, const struct stat *status, int kind, struct FTW *walk)
{
	(void)status;
	(void)kind;
	(void)walk;
	return remove(path);
}

static void
close_trust(struct trust *trust)
{
	keyring_free(trust->keyring);
	journal_close(trust->journal);
	kit_close(&trust->kit);
	assert_int_equal(nftw(trust->dir, drop, 8, FTW_DEPTH | FTW_PHYS), 0);
}

/* Installs and loads anew, as core does. */
static enum why
install(struct trust *trust, struct span note)
{
	char text[RING_WHY_MAX];
	struct keyring *keyring;
	enum why why;

	assert_int_equal(
	    ring_install(trust->journal, trust->keyring, &trust->own, note, 1, &why, text), ERR_OK);
	assert_int_equal(ring_load(trust->journal, &keyring, text), ERR_OK);
	keyring_free(trust->keyring);
	trust->keyring = keyring;
	return why;
}

static enum why
install_key(struct trust *trust, unsigned party, const struct keynote *keynote)
{
	struct out text = out_new(NOTE_MAX);
	struct out note = out_new(NOTE_MAX);
	enum why why;

	keynote_write(&text, keynote);
	kit_sign_root(&trust->kit, party, out_view(&text), &note, true);
	why = install(trust, out_view(&note));
	out_free(&text);
	out_free(&note);
	return why;
}

static void
a_contradiction_is_refused(void **state)
{
	struct trust trust;
	struct keynote next;

	(void)state;
	open_trust(&trust);
	assert_int_equal(install_key(&trust, 0, &trust.kit.keynote[0]), WHY_NONE);
	assert_int_equal(install_key(&trust, 1, &trust.kit.keynote[1]), WHY_NONE);
	next = trust.kit.keynote[1];
	next.version = 2;
	next.record[0].public = trust.kit.record[2].public;
	assert_int_equal(install_key(&trust, 1, &next), WHY_KEY_CHANGED);
	assert_int_equal(keyring_count(trust.keyring), 2);
	close_trust(&trust);
}

static void
more_stations_than_there_may_be_are_refused(void **state)
{
	struct trust trust;
	struct keynote next;
	enum why why = WHY_NONE;
	unsigned n = 0;

	(void)state;
	open_trust(&trust);
	assert_int_equal(install_key(&trust, 0, &trust.kit.keynote[0]), WHY_NONE);
	for (; why == WHY_NONE && n < 200; n++) {
		char name[64];

		next = trust.kit.keynote[1];
		(void)snprintf(name, sizeof name, "b/s%u", n);
		assert_true(station_read(span_of(name), &next.station));
		(void)snprintf(name, sizeof name, "seam/b/s%u/log/1", n);
		assert_int_equal(note_key_make(span_of(name), NOTE_ED25519,
					       &trust.kit.log[1].public, &next.log[0]),
				 ERR_OK);
		why = install_key(&trust, 1, &next);
	}
	assert_int_equal(why, WHY_TOO_LARGE);
	assert_non_null(keyring_station(trust.keyring, &trust.kit.keynote[0].station));
	close_trust(&trust);
}

static void
a_party_that_left_is_no_fault(void **state)
{
	struct trust trust;
	struct members next;
	struct out note = out_new(NOTE_MAX);

	(void)state;
	open_trust(&trust);
	for (unsigned i = 0; i < KIT_PARTIES; i++)
		assert_int_equal(install_key(&trust, i, &trust.kit.keynote[i]), WHY_NONE);
	next = trust.kit.members;
	next.version = 2;
	next.n = 2;
	sign_by_all(&trust.kit, &next, &note);
	assert_int_equal(install(&trust, out_view(&note)), WHY_NONE);
	assert_int_equal(keyring_count(trust.keyring), 2);
	out_free(&note);
	close_trust(&trust);
}

static void
a_stranger_makes_no_list(void **state)
{
	struct trust trust;
	struct members next;
	struct out note = out_new(NOTE_MAX);

	(void)state;
	open_trust(&trust);
	next = trust.kit.members;
	next.version = 1000;
	for (unsigned i = 0; i < KIT_PARTIES; i++) {
		trust.kit.root[i] = trust.kit.spare[i];
		next.member[i].root = trust.kit.spare[i].public;
	}
	sign_by_all(&trust.kit, &next, &note);
	assert_int_equal(install(&trust, out_view(&note)), WHY_KEY_CHANGED);
	assert_int_equal(keyring_members(trust.keyring)->version, 1);
	out_free(&note);
	close_trust(&trust);
}

static void
a_revocation_without_end_is_refused(void **state)
{
	struct trust trust;
	struct revocation revocation = {.size = INT64_MAX};
	struct out text = out_new(NOTE_MAX);
	struct out note = out_new(NOTE_MAX);

	(void)state;
	open_trust(&trust);
	assert_true(jws_kid_read(SPAN("b/dibis#1"), &revocation.kid));
	(void)span_copy(revocation.origin, sizeof revocation.origin, SPAN("seam/b/dibis/log/1"));
	keynote_write_revocation(&text, &revocation);
	kit_sign_root(&trust.kit, 1, out_view(&text), &note, true);
	assert_int_equal(install(&trust, out_view(&note)), WHY_BAD_VALUE);
	out_free(&text);
	out_free(&note);
	close_trust(&trust);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_contradiction_is_refused),
	    cmocka_unit_test(more_stations_than_there_may_be_are_refused),
	    cmocka_unit_test(a_party_that_left_is_no_fault),
	    cmocka_unit_test(a_stranger_makes_no_list),
	    cmocka_unit_test(a_revocation_without_end_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
