/* What may be installed: only documents that the right roots signed go onto the shelf, every byte
 * of them counts, and policies are found by their version. */
#define _GNU_SOURCE
#include "admit/kit_test.h"
#include "journal/testhome.h"

#include "release/policy.h"
#include "release/profile.h"
#include "seamd/ring.h"

struct scene {
	struct kit kit;
	struct testhome home;
	struct keyring *keyring;
	struct party own;
};

static enum why
install(struct scene *scene, struct span document)
{
	char text[RING_WHY_MAX];
	enum why why;

	assert_int_equal(
	    ring_install(scene->home.journal, scene->keyring, &scene->own, document, 5, &why, text),
	    ERR_OK);
	return why;
}

static void
reload(struct scene *scene)
{
	char why[RING_WHY_MAX];

	keyring_free(scene->keyring);
	if (ring_load(scene->home.journal, &scene->keyring, why) != ERR_OK)
		fail_msg("%s", why);
}

/* A member list signed by the first n roots. */
static void
sign_members(struct kit *kit, const struct members *members, unsigned n, struct out *note)
{
	struct out text = out_new(NOTE_MAX);

	members_write(&text, members);
	for (unsigned i = 0; i < n; i++)
		kit_sign_root(kit, i, out_view(&text), note, i == 0);
	out_free(&text);
}

static void
sign_keynote(struct kit *kit, unsigned root, const struct keynote *keynote, struct out *note)
{
	struct out text = out_new(NOTE_MAX);

	keynote_write(&text, keynote);
	kit_sign_root(kit, root, out_view(&text), note, true);
	out_free(&text);
}

static void
open_scene(struct scene *scene)
{
	struct shelf shelf = {.class = SPAN(RING_MEMBERS), .version = 1, .at_ms = 5};
	struct out note = out_new(NOTE_MAX);
	struct testhome home;

	memset(scene, 0, sizeof *scene);
	kit_open(&scene->kit);
	testhome_make(&home, "/tmp");
	scene->home = home;
	assert_true(party_read(SPAN("a"), &scene->own));
	sign_members(&scene->kit, &scene->kit.members, KIT_PARTIES, &note);
	shelf.text = out_view(&note);
	assert_int_equal(journal_begin(scene->home.journal), ERR_OK);
	assert_int_equal(shelf_put(scene->home.journal, &shelf), ERR_OK);
	assert_int_equal(journal_commit(scene->home.journal), ERR_OK);
	reload(scene);
	out_reset(&note);
	sign_keynote(&scene->kit, 0, &scene->kit.keynote[0], &note);
	assert_int_equal(install(scene, out_view(&note)), WHY_NONE);
	reload(scene);
	out_free(&note);
}

static void
close_scene(struct scene *scene)
{
	keyring_free(scene->keyring);
	testhome_drop(&scene->home);
	kit_close(&scene->kit);
}

static void
what_is_no_document_is_refused(void **state)
{
	/* clang-format off */
	static const char *const rows[] = {
		"", "x", "seam members 1\n", "seam members 1\nversion 2\n\n",
		"seam key 1\nstation a/x\n\n\xe2\x80\x94 seam/a/root AAAAAAAA\n",
	};
	/* clang-format on */
	struct scene scene;

	(void)state;
	open_scene(&scene);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (install(&scene, span_of(rows[i])) == WHY_NONE)
			fail_msg("row %zu came in", i);
	close_scene(&scene);
}

static void
key_notes_need_their_own_root(void **state)
{
	struct scene scene;

	(void)state;
	open_scene(&scene);
	for (unsigned root = 0; root < KIT_PARTIES; root++) {
		struct out out = out_new(NOTE_MAX);

		sign_keynote(&scene.kit, root, &scene.kit.keynote[1], &out);
		assert_true((install(&scene, out_view(&out)) == WHY_NONE) == (root == 1));
		out_free(&out);
	}
	reload(&scene);
	assert_non_null(keyring_station(scene.keyring, &scene.kit.keynote[1].station));
	assert_int_equal(keyring_count(scene.keyring), 2);
	close_scene(&scene);
}

static void
every_byte_of_a_note_counts(void **state)
{
	struct out out = out_new(NOTE_MAX);
	struct scene scene;

	(void)state;
	open_scene(&scene);
	sign_keynote(&scene.kit, 2, &scene.kit.keynote[2], &out);
	for (size_t i = 0; i < out.n; i++) {
		out.p[i] = (char)(out.p[i] ^ 1);
		if (install(&scene, out_view(&out)) == WHY_NONE)
			fail_msg("byte %zu of %zu", i, out.n);
		out.p[i] = (char)(out.p[i] ^ 1);
	}
	assert_int_equal(install(&scene, out_view(&out)), WHY_NONE);
	assert_int_equal(install(&scene, out_view(&out)), WHY_NONE); /* the same again is fine */
	out_free(&out);
	close_scene(&scene);
}

static void
a_version_stands_for_one_text(void **state)
{
	struct out first = out_new(NOTE_MAX);
	struct out second = out_new(NOTE_MAX);
	struct scene scene;

	(void)state;
	open_scene(&scene);
	sign_keynote(&scene.kit, 1, &scene.kit.keynote[1], &first);
	scene.kit.keynote[1].is_post = true;
	sign_keynote(&scene.kit, 1, &scene.kit.keynote[1], &second);
	assert_int_equal(install(&scene, out_view(&first)), WHY_NONE);
	assert_int_equal(install(&scene, out_view(&second)), WHY_KEY_CHANGED);
	out_free(&first);
	out_free(&second);
	close_scene(&scene);
}

/* The same version again, exercise made real, a root that has not signed; then the right one. */
static void
member_lists_follow_one_another(void **state)
{
	struct scene scene;

	(void)state;
	open_scene(&scene);
	for (int row = 0; row < 4; row++) {
		struct out out = out_new(NOTE_MAX);
		struct members next = scene.kit.members;
		enum why why;

		next.version = row == 0 ? 1 : 2;
		next.is_exercise = row != 1;
		if (row == 1)
			next.start_ms = next.epoch_ms = 0;
		if (row == 0)
			next.quorum = 1; /* the same version, other words */
		sign_members(&scene.kit, &next, row == 2 ? KIT_PARTIES - 1 : KIT_PARTIES, &out);
		why = install(&scene, out_view(&out));
		if ((why == WHY_NONE) != (row == 3))
			fail_msg("row %d: %s", row, why_text(why));
		out_free(&out);
	}
	reload(&scene);
	assert_int_equal(keyring_members(scene.keyring)->version, 2);
	close_scene(&scene);
}

static void
revocations_need_the_root(void **state)
{
	static const char text[] =
	    "seam revoke 1\nkey a/makhmour#2\nfrom seam/a/makhmour/log/1 7\n";
	struct keyring_key key;
	struct scene scene;
	struct kid kid;

	(void)state;
	open_scene(&scene);
	for (unsigned root = KIT_PARTIES; root-- > 0;) {
		struct out out = out_new(NOTE_MAX);

		kit_sign_root(&scene.kit, root, span_of(text), &out, true);
		assert_true((install(&scene, out_view(&out)) == WHY_NONE) == (root == 0));
		out_free(&out);
	}
	reload(&scene);
	assert_true(jws_kid_read(SPAN("a/makhmour#2"), &kid));
	assert_true(keyring_find(scene.keyring, &kid, &key));
	assert_true(key.is_revoked);
	close_scene(&scene);
}

static void
policies_are_found_by_version(void **state)
{
	struct out text = out_new(LIMIT_DOCUMENT);
	struct shelf shelf = {.class = SPAN(RING_POLICY), .name = SPAN("a"), .at_ms = 5};
	struct policy *policy;
	struct scene scene;
	int64_t found;

	(void)state;
	open_scene(&scene);
	assert_int_equal(ring_policy(scene.home.journal, &scene.own, 0, &policy, &found),
			 ERR_NOT_FOUND);
	assert_int_equal(profile_text(SPAN("nothing"), &scene.own, NULL, 0, &text), ERR_OK);
	assert_int_equal(journal_begin(scene.home.journal), ERR_OK);
	for (shelf.version = 1; shelf.version < 4; shelf.version++) {
		shelf.text = out_view(&text);
		assert_int_equal(shelf_put(scene.home.journal, &shelf), ERR_OK);
	}
	assert_int_equal(journal_commit(scene.home.journal), ERR_OK);
	for (int64_t version = 0; version < 3; version += 2) {
		assert_int_equal(
		    ring_policy(scene.home.journal, &scene.own, version, &policy, &found), ERR_OK);
		assert_int_equal(found, version ? version : 3);
		policy_free(policy);
	}
	assert_int_equal(ring_policy(scene.home.journal, &scene.own, 9, &policy, &found),
			 ERR_NOT_FOUND);
	out_free(&text);
	close_scene(&scene);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(what_is_no_document_is_refused),
	    cmocka_unit_test(key_notes_need_their_own_root),
	    cmocka_unit_test(every_byte_of_a_note_counts),
	    cmocka_unit_test(a_version_stands_for_one_text),
	    cmocka_unit_test(member_lists_follow_one_another),
	    cmocka_unit_test(revocations_need_the_root),
	    cmocka_unit_test(policies_are_found_by_version),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
