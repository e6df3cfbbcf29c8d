/* Copies of another log: grown in any steps, from peers that lie, through crashes and damage. */
#define _GNU_SOURCE
#include "journal/testpeer.h"

#include <fts.h>
#include <sys/stat.h>

static char home[64];

static int
set_up(void **state)
{
	(void)state;
	(void)snprintf(home, sizeof home, "%s/seam-mirror-XXXXXX",
		       access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
	return sign_start() == ERR_OK && mkdtemp(home) ? 0 : -1;
}

static int
tear_down(void **state)
{
	(void)state;
	testhome_wipe(home);
	return 0;
}

static struct mirror *
open_mirror(const struct testpeer *peer)
{
	struct mirror *mirror;

	assert_int_equal(mirror_open(home, &peer->key, &mirror), ERR_OK);
	return mirror;
}

/* --- growing */

static void
any_steps(void **state)
{
	struct testpeer peer;
	struct mirror *mirror;
	uint64_t size = 0;
	unsigned seed = 7;

	(void)state;
	testpeer_make(&peer, 4000, 4000, '-');
	mirror = open_mirror(&peer);
	assert_int_equal(mirror_size(mirror), 0);
	for (int step = 0; size < peer.n; step++) {
		struct hash root, due;

		seed = seed * 1103515245 + 12345;
		size += 1 + (seed >> 16) % (step % 3 == 2 ? 700 : 90);
		size = size > peer.n ? peer.n : size;
		testpeer_reach(&peer, mirror, size);
		assert_int_equal(mirror_root_at(mirror, size / 2, &root), ERR_OK);
		due = testpeer_root(&peer, size / 2);
		assert_true(hash_equal(&root, &due));
		if (step % 4 == 0) {
			mirror_close(mirror);
			mirror = open_mirror(&peer);
			assert_int_equal(mirror_size(mirror), size);
		}
		if (step % 7 == 0)
			testpeer_assert_sound(&peer, home, size);
	}
	testpeer_assert_sound(&peer, home, size);
	mirror_close(mirror);
	testpeer_drop(&peer);
}

/* Sizes at the edges of tiles, from each to each larger one. */
static void
edges_of_tiles(void **state)
{
	static const uint64_t sizes[] = {1, 2, 255, 256, 257, 511, 512, 513, 768, 1000};
	const size_t n = sizeof sizes / sizeof sizes[0];
	struct testpeer peer;

	(void)state;
	testpeer_make(&peer, 1000, 1000, '-');
	for (size_t from = 0; from < n; from++)
		for (size_t to = from + 1; to < n; to++) {
			struct mirror *mirror = open_mirror(&peer);

			testpeer_reach(&peer, mirror, sizes[from]);
			testpeer_reach(&peer, mirror, sizes[to]);
			testpeer_assert_sound(&peer, home, sizes[to]);
			mirror_close(mirror);
			testhome_wipe(home);
			assert_int_equal(mkdir(home, 0700), 0);
		}
	testpeer_drop(&peer);
}

/* More than two levels; no object twice, no more than what the log has. */
static void
a_large_log(void **state)
{
	struct testpeer peer;
	struct mirror *mirror;
	uint64_t index;

	(void)state;
	testpeer_make(&peer, 70000, 70000, '-');
	mirror = open_mirror(&peer);
	testpeer_reach(&peer, mirror, 65536);
	/* 256 bundles, one whole tile of level 1, one hash on level 2 */
	assert_int_equal(peer.objects, 256 + 1 + 1);
	testpeer_reach(&peer, mirror, 70000);
	assert_int_equal(peer.objects, 258 + 17 + 1 + 1 + 0);
	for (uint64_t i = 0; i < 70000; i += 997) {
		assert_int_equal(mirror_find_leaf(mirror, &peer.level[0][i], &index), ERR_OK);
		assert_int_equal(index, i);
	}
	testpeer_assert_sound(&peer, home, 70000);
	mirror_close(mirror);
	testpeer_drop(&peer);
}

/* --- what is in it */

static void
leaves_are_found_or_known_to_be_absent(void **state)
{
	struct testpeer peer, other;
	struct mirror *mirror;
	struct hash id, leaf;
	uint64_t index;
	char path[FILE_PATH_MAX];
	char dir[FILE_PATH_MAX];

	(void)state;
	testpeer_make(&peer, 900, 900, '-');
	testpeer_make(&other, 900, 0, 'x');
	mirror = open_mirror(&peer);
	assert_int_equal(mirror_find_leaf(mirror, &peer.level[0][0], &index), ERR_NOT_FOUND);
	testpeer_reach(&peer, mirror, 600);
	memcpy(id.b, peer.entry + 599 * TESTPEER_ENTRY + 1, HASH_SIZE);
	leaf = mirror_record(&id);
	assert_int_equal(mirror_find_leaf(mirror, &leaf, &index), ERR_OK);
	assert_int_equal(index, 599);
	assert_true(mirror_has_leaf(mirror, &leaf, &index));
	assert_int_equal(index, 599);
	assert_false(mirror_has_leaf(mirror, &peer.level[0][600], &index));
	assert_int_equal(mirror_find_leaf(mirror, &peer.level[0][600], &index), ERR_NOT_FOUND);
	assert_int_equal(mirror_find_leaf(mirror, &other.level[0][3], &index), ERR_NOT_FOUND);
	/* a reader beside it */
	{
		struct mirror *view;
		enum mirror_result result;
		struct fork fork = fork_new();
		char asked[MIRROR_PATH_MAX];

		assert_int_equal(mirror_view(home, &peer.key, &view), ERR_OK);
		assert_int_equal(mirror_find_leaf(view, &leaf, &index), ERR_OK);
		assert_int_equal(mirror_next(view, &result, asked, &fork), ERR_REFUSED);
		mirror_close(view);
		assert_int_equal(mirror_view("/nowhere", &peer.key, &view), ERR_NOT_FOUND);
	}
	assert_int_equal(mirror_dir(dir, sizeof dir, home, span_of(peer.key.name)), ERR_OK);
	/* without its index all is found all the same, and the index comes back */
	mirror_close(mirror);
	assert_int_equal(file_path(path, sizeof path, dir, "mirror.db"), ERR_OK);
	assert_int_equal(
	    file_write(path, SPAN("this is no database, and long enough to be read"), 0600),
	    ERR_OK);
	mirror = open_mirror(&peer);
	assert_int_equal(mirror_find_leaf(mirror, &leaf, &index), ERR_OK);
	assert_int_equal(mirror_find_leaf(mirror, &other.level[0][3], &index), ERR_NOT_FOUND);
	{
		struct fork fork = fork_new();

		peer.objects = 0;
		assert_int_equal(testpeer_serve(&peer, mirror, &fork), MIRROR_IDLE);
		assert_int_equal(peer.objects, 0);
	}
	testpeer_assert_sound(&peer, home, 600);
	mirror_close(mirror);
	testpeer_drop(&peer);
	testpeer_drop(&other);
}

/* That a leaf is absent is said only of a copy that is whole: else it is mended first. */
static void
absence_is_said_of_a_whole_copy(void **state)
{
	struct testpeer peer, other;
	struct mirror *mirror;
	struct fork fork = fork_new();
	struct out bytes = out_new(1 << 16);
	uint64_t index;
	char path[FILE_PATH_MAX];
	char dir[FILE_PATH_MAX];

	(void)state;
	testpeer_make(&peer, 600, 600, '-');
	testpeer_make(&other, 600, 0, 'x');
	mirror = open_mirror(&peer);
	testpeer_reach(&peer, mirror, 600);
	assert_int_equal(mirror_dir(dir, sizeof dir, home, span_of(peer.key.name)), ERR_OK);
	assert_int_equal(file_path(path, sizeof path, dir, "tile/0/001"), ERR_OK);
	assert_int_equal(file_read(path, &bytes), ERR_OK);
	bytes.p[99] ^= 1;
	assert_int_equal(file_write(path, out_view(&bytes), 0644), ERR_OK);
	assert_int_equal(mirror_find_leaf(mirror, &other.level[0][3], &index), ERR_CORRUPT);
	assert_int_equal(testpeer_serve(&peer, mirror, &fork), MIRROR_IDLE);
	assert_int_equal(mirror_find_leaf(mirror, &other.level[0][3], &index), ERR_NOT_FOUND);
	mirror_close(mirror);
	out_free(&bytes);
	fork_free(&fork);
	testpeer_drop(&peer);
	testpeer_drop(&other);
}

/* --- peers that lie */

enum lie { FLIP, CUT, LONGER, EMPTY, OTHER_TILE, OTHER_LOG, LIES };

static void
tell_lie(enum lie lie, struct testpeer *other, const char *path, struct out *body, unsigned seed)
{
	switch (lie) {
	case FLIP:
		body->p[seed % body->n] = (char)(body->p[seed % body->n] ^ 1 << seed % 8);
		break;
	case CUT:
		body->n--;
		break;
	case LONGER:
		out_char(body, 'x');
		break;
	case EMPTY:
		body->n = 0;
		break;
	case OTHER_TILE:
		/* the leaves in another order */
		for (size_t i = 0; i + 70 <= body->n && i < 35; i++) {
			char c = body->p[i];

			body->p[i] = body->p[35 + i];
			body->p[35 + i] = c;
		}
		if (body->n < 70)
			body->p[body->n - 1] = (char)~body->p[body->n - 1];
		break;
	case OTHER_LOG:
		assert_int_equal(testpeer_get(other, path, body), 200);
		break;
	case LIES:
		break;
	}
}

/* Of the right length: among the last tiles nobody can say which one it is. */
static bool
lie_is_in_form(enum lie lie)
{
	return lie == FLIP || lie == OTHER_TILE || lie == OTHER_LOG;
}

/* One lie at the nth object; then the truth.  The number of objects asked for in all. */
static int
with_one_lie(struct testpeer *peer, struct testpeer *other, uint64_t size, enum lie lie, int nth)
{
	struct mirror *mirror = open_mirror(peer);
	struct fork fork = fork_new();
	struct out body = out_new(1 << 16);
	char path[MIRROR_PATH_MAX];
	enum mirror_result result;
	int asked = 0, wrong = 0;

	assert_int_equal(testpeer_show(peer, mirror, 300, &fork), MIRROR_TAKEN);
	assert_int_equal(testpeer_serve(peer, mirror, &fork), MIRROR_DONE);
	assert_int_equal(testpeer_show(peer, mirror, size, &fork), MIRROR_TAKEN);
	for (;;) {
		assert_int_equal(mirror_next(mirror, &result, path, &fork), ERR_OK);
		if (result == MIRROR_AGAIN)
			continue;
		if (result != MIRROR_ASK)
			break;
		assert_int_equal(testpeer_get(peer, path, &body), 200);
		if (asked++ == nth)
			tell_lie(lie, other, path, &body, 977u * (unsigned)nth + 13);
		assert_int_equal(mirror_give(mirror, span_of(path), 200, out_view(&body), &result),
				 ERR_OK);
		assert_true(result == MIRROR_TAKEN || result == MIRROR_WRONG);
		wrong += result == MIRROR_WRONG;
		assert_int_equal(mirror_size(mirror), 300);
	}
	if (result != MIRROR_DONE || wrong != 1)
		fail_msg("lie %d at object %d: result %d, %d refused", lie, nth, result, wrong);
	assert_int_equal(mirror_size(mirror), size);
	testpeer_assert_sound(peer, home, size);
	mirror_close(mirror);
	out_free(&body);
	fork_free(&fork);
	testhome_wipe(home);
	assert_int_equal(mkdir(home, 0700), 0);
	return asked;
}

static void
one_lie_changes_nothing(void **state)
{
	/* of the large log: the last tiles of three levels, whole tiles of levels 1 and 0 */
	static const int at[] = {0, 1, 2, 3, 4, 130};
	struct testpeer peer, other;

	(void)state;
	testpeer_make(&peer, 66000, 66000, '-');
	testpeer_make(&other, 66000, 290, 'x');
	for (size_t i = 0; i < sizeof at / sizeof at[0]; i++)
		assert_true(with_one_lie(&peer, &other, 66000, FLIP, at[i]) > at[i]);
	for (int nth = 0; nth < 6; nth++)
		for (enum lie lie = FLIP; lie < LIES; lie++)
			assert_int_equal(with_one_lie(&peer, &other, 1300, lie, nth),
					 6 + (nth < 2 && lie_is_in_form(lie) ? 2 : 1));
	testpeer_drop(&peer);
	testpeer_drop(&other);
}

static void
a_peer_that_always_lies(void **state)
{
	struct testpeer peer;
	struct mirror *mirror;
	struct fork fork = fork_new();
	struct out body = out_new(1 << 16);
	char path[MIRROR_PATH_MAX];
	enum mirror_result result;
	unsigned aside = 0, tries = 0;

	(void)state;
	testpeer_make(&peer, 2000, 2000, '-');
	mirror = open_mirror(&peer);
	testpeer_reach(&peer, mirror, 700);
	assert_int_equal(testpeer_show(&peer, mirror, 2000, &fork), MIRROR_TAKEN);
	for (unsigned i = 0; i < 400; i++) {
		assert_int_equal(mirror_next(mirror, &result, path, &fork), ERR_OK);
		if (result == MIRROR_IDLE) { /* put aside: shown again at the next beat */
			assert_int_equal(testpeer_show(&peer, mirror, 2000, &fork), MIRROR_TAKEN);
			aside++;
		}
		if (result != MIRROR_ASK)
			continue;
		assert_int_equal(testpeer_get(&peer, path, &body), 200);
		body.p[i % body.n] ^= 0x40;
		assert_int_equal(mirror_give(mirror, span_of(path), 200, out_view(&body), &result),
				 ERR_OK);
	}
	assert_true(aside > 10);
	assert_int_equal(mirror_size(mirror), 700);
	(void)testpeer_show(&peer, mirror, 2000, &fork);
	assert_int_equal(mirror_aim(mirror), 2000);
	testpeer_assert_sound(&peer, home, 700);
	/* the last lie may be noticed with the first truth, and be the third */
	for (; result != MIRROR_DONE && tries < 4; tries++) {
		result = testpeer_serve(&peer, mirror, &fork);
		if (result == MIRROR_IDLE)
			(void)testpeer_show(&peer, mirror, 2000, &fork);
	}
	assert_int_equal(result, MIRROR_DONE);
	testpeer_assert_sound(&peer, home, 2000);
	mirror_close(mirror);
	out_free(&body);
	fork_free(&fork);
	testpeer_drop(&peer);
}

static void
what_is_strange(void **state)
{
	struct testpeer peer, other;
	struct mirror *mirror;
	struct fork fork = fork_new();
	struct out note;
	enum mirror_result result;
	char path[MIRROR_PATH_MAX];

	(void)state;
	testpeer_make(&peer, 50, 50, '-');
	testpeer_make(&other, 50, 50, '-');
	testhome_key("seam/b/qayyara/log/1", NOTE_ED25519, 99, &other.secret, &other.key);
	mirror = open_mirror(&peer);
	assert_int_equal(testpeer_show(&other, mirror, 50, &fork), MIRROR_STRANGE);
	assert_int_equal(mirror_show(mirror, SPAN("no note"), &result, &fork), ERR_OK);
	assert_int_equal(result, MIRROR_STRANGE);
	assert_int_equal(testpeer_show(&peer, mirror, 0, &fork), MIRROR_STRANGE);
	note = out_new(NOTE_MAX);
	{
		struct note_head head = {.size = (uint64_t)MIRROR_LEAVES_MAX + 1};
		struct out text = out_new(NOTE_MAX);
		struct signature signature;

		(void)span_copy(head.origin, sizeof head.origin, span_of(peer.key.name));
		note_head_write(&text, &head);
		sign_make(&peer.secret, out_view(&text), &signature);
		out_span(&note, out_view(&text));
		out_char(&note, '\n');
		note_write_line(&note, &peer.key, 0, &signature);
		out_free(&text);
	}
	assert_int_equal(mirror_show(mirror, out_view(&note), &result, &fork), ERR_OK);
	assert_int_equal(result, MIRROR_STRANGE);
	assert_int_equal(
	    mirror_give(mirror, SPAN("tile/entries/000.p/50"), 200, SPAN("x"), &result), ERR_OK);
	assert_int_equal(result, MIRROR_STRANGE);
	assert_int_equal(testpeer_show(&peer, mirror, 50, &fork), MIRROR_TAKEN);
	assert_int_equal(testpeer_show(&peer, mirror, 50, &fork), MIRROR_KNOWN);
	assert_int_equal(mirror_next(mirror, &result, path, &fork), ERR_OK);
	assert_int_equal(result, MIRROR_ASK);
	assert_string_equal(path, "tile/entries/000.p/50");
	assert_int_equal(
	    mirror_give(mirror, SPAN("tile/entries/000.p/49"), 200, SPAN("x"), &result), ERR_OK);
	assert_int_equal(result, MIRROR_STRANGE);
	assert_int_equal(testpeer_serve(&peer, mirror, &fork), MIRROR_DONE);
	assert_int_equal(testpeer_serve(&peer, mirror, &fork), MIRROR_IDLE);
	mirror_close(mirror);
	out_free(&note);
	fork_free(&fork);
	testpeer_drop(&peer);
	testpeer_drop(&other);
}

/* A log that has grown meanwhile keeps no parts of tiles that are whole now. */
static void
parts_that_are_gone(void **state)
{
	struct testpeer peer;
	struct mirror *mirror;
	struct fork fork = fork_new();

	(void)state;
	testpeer_make(&peer, 66000, 66000, '-');
	mirror = open_mirror(&peer);
	peer.served = 66000;
	testpeer_reach(&peer, mirror, 700);
	testpeer_assert_sound(&peer, home, 700);
	/* here the part of level 1 is not to be had in any form: only a newer head helps */
	peer.n = 1000;
	assert_int_equal(testpeer_show(&peer, mirror, 1000, &fork), MIRROR_TAKEN);
	peer.n = 900;
	assert_int_equal(testpeer_serve(&peer, mirror, &fork), MIRROR_GONE);
	assert_int_equal(testpeer_serve(&peer, mirror, &fork), MIRROR_IDLE);
	assert_int_equal(mirror_size(mirror), 700);
	peer.n = 66000;
	testpeer_reach(&peer, mirror, 66000);
	testpeer_assert_sound(&peer, home, 66000);
	mirror_close(mirror);
	fork_free(&fork);
	testpeer_drop(&peer);
}

/* --- crashes and damage */

/* Closed after a few objects, as by a crash, the last file torn: goes on from there, and fetches
 * few twice.  Until it is known that the new head extends the old one nothing is kept. */
static void
crashes_on_the_way(void **state)
{
	struct testpeer peer;
	struct fork fork = fork_new();
	struct out body = out_new(1 << 16);
	enum mirror_result result = MIRROR_IDLE;
	struct mirror *mirror;
	int crashes = 0;

	(void)state;
	testpeer_make(&peer, 3000, 3000, '-');
	mirror = open_mirror(&peer);
	testpeer_reach(&peer, mirror, 500);
	peer.objects = 0;
	while (result != MIRROR_DONE) {
		char path[MIRROR_PATH_MAX] = "";
		char file[FILE_PATH_MAX];
		char dir[FILE_PATH_MAX];
		int whole = 0;

		mirror_close(mirror);
		mirror = open_mirror(&peer);
		assert_int_equal(mirror_size(mirror), 500);
		crashes++;
		assert_int_equal(testpeer_show(&peer, mirror, 3000, &fork), MIRROR_TAKEN);
		while (whole < 2 + crashes % 2) {
			assert_int_equal(mirror_next(mirror, &result, path, &fork), ERR_OK);
			if (result == MIRROR_AGAIN)
				continue;
			if (result != MIRROR_ASK)
				break;
			assert_int_equal(testpeer_get(&peer, path, &body), 200);
			assert_int_equal(
			    mirror_give(mirror, span_of(path), 200, out_view(&body), &result),
			    ERR_OK);
			assert_int_equal(result, MIRROR_TAKEN);
			whole += strstr(path, ".p/") == NULL;
		}
		assert_int_equal(mirror_dir(dir, sizeof dir, home, span_of(peer.key.name)), ERR_OK);
		assert_int_equal(file_path(file, sizeof file, dir, path), ERR_OK);
		if (crashes % 3 == 0 && result == MIRROR_TAKEN)
			assert_int_equal(truncate(file, 100), 0);
		assert_true(crashes < 100);
	}
	assert_true(crashes > 4);
	assert_true(peer.objects < 40);
	testpeer_assert_sound(&peer, home, 3000);
	mirror_close(mirror);
	out_free(&body);
	fork_free(&fork);
	testpeer_drop(&peer);
}

/* Every file of a copy, one byte flipped: seen by verification, mended from the peer. */
static void
damage_is_seen_and_mended(void **state)
{
	struct testpeer peer;
	char *const roots[] = {home, NULL};
	char names[64][FILE_PATH_MAX];
	size_t n = 0;
	FTS *tree;
	FTSENT *entry;

	(void)state;
	testpeer_make(&peer, 1400, 1400, '-');
	{
		struct mirror *mirror = open_mirror(&peer);

		testpeer_reach(&peer, mirror, 300);
		testpeer_reach(&peer, mirror, 1400);
		mirror_close(mirror);
	}
	tree = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
	while (tree && (entry = fts_read(tree)))
		if (entry->fts_info == FTS_F && !strstr(entry->fts_path, "mirror.db"))
			(void)snprintf(names[n++ % 64], FILE_PATH_MAX, "%s", entry->fts_path);
	(void)fts_close(tree);
	/* 5 whole tiles and a part, twice; one of level 1; the checkpoint: older parts are gone */
	assert_int_equal(n, 12 + 1 + 1);
	for (size_t i = 0; i < n; i++) {
		struct out bytes = out_new(1 << 16);
		struct mirror_counts counts;
		char fault[MIRROR_FAULT_MAX];
		struct fork fork = fork_new();
		struct mirror *mirror;
		bool is_head = strstr(names[i], "checkpoint") != NULL;

		assert_int_equal(file_read(names[i], &bytes), ERR_OK);
		bytes.p[bytes.n / 3] ^= 0x10;
		assert_int_equal(file_write(names[i], out_view(&bytes), 0644), ERR_OK);
		if (mirror_verify(home, &peer.key, NULL, 0, &counts, fault) != ERR_CORRUPT)
			fail_msg("%s: not seen", names[i]);
		if (!strstr(fault, "mirror/") || !strstr(fault, strrchr(names[i], '/') + 1))
			fail_msg("%s: named %s", names[i], fault);
		peer.objects = 0;
		mirror = open_mirror(&peer);
		mirror_recheck(mirror);
		assert_int_equal(testpeer_show(&peer, mirror, 1400, &fork),
				 is_head ? MIRROR_TAKEN : MIRROR_KNOWN);
		assert_int_equal(testpeer_serve(&peer, mirror, &fork),
				 is_head ? MIRROR_DONE : MIRROR_IDLE);
		/* hashes of leaves follow from the entries; of the last tiles no one knows which it
		 * is */
		assert_true(peer.objects <= (strstr(names[i], ".p/") ? 2 : 1));
		testpeer_assert_sound(&peer, home, 1400);
		mirror_close(mirror);
		out_free(&bytes);
		fork_free(&fork);
	}
	testpeer_drop(&peer);
}

int
main(void)
{
#define ROW(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
	    ROW(any_steps),
	    ROW(edges_of_tiles),
	    ROW(a_large_log),
	    ROW(leaves_are_found_or_known_to_be_absent),
	    ROW(absence_is_said_of_a_whole_copy),
	    ROW(one_lie_changes_nothing),
	    ROW(a_peer_that_always_lies),
	    ROW(what_is_strange),
	    ROW(parts_that_are_gone),
	    ROW(crashes_on_the_way),
	    ROW(damage_is_seen_and_mended),
	};
#undef ROW

	return cmocka_run_group_tests(tests, NULL, NULL);
}
