/* Evidence of two histories: kept once, checked from its bytes alone, not one bit of it another. */
#define _GNU_SOURCE
#include "admit/kit_test.h"
#include "base/file.h"
#include "journal/fork.h"
#include "journal/journal.h"
#include "journal/shelf.h"
#include "journal/witness.h"
#include "seamd/misdeed.h"
#include "seamd/quorum.h"
#include "seamd/ring.h"
#include "seamd/sheaf.h"

#include <ftw.h>
#include <unistd.h>

enum { LEAVES = 20 };

struct house {
	char dir[64];
	struct kit kit;
	struct journal *journal;
	struct hash leaf[2][LEAVES];
	struct merkle_tree *tree[2]; /* two histories of b's log, which part at leaf 9 */
};

static void
shelve(struct house *house, const char *class, const char *name, int64_t version, struct span text)
{
	struct shelf shelf = {
	    .class = span_of(class), .name = span_of(name), .version = version, .text = text};

	assert_int_equal(journal_begin(house->journal), ERR_OK);
	assert_int_equal(shelf_put(house->journal, &shelf), ERR_OK);
	assert_int_equal(journal_commit(house->journal), ERR_OK);
}

static void
shelve_list(struct house *house, const struct members *members)
{
	struct out text = out_new(NOTE_MAX);
	struct out note = out_new(NOTE_MAX);

	members_write(&text, members);
	for (unsigned i = 0; i < members->n; i++)
		kit_sign_root(&house->kit, i, out_view(&text), &note, i == 0);
	/* a line that nobody asked for is left out of evidence */
	note_write_line(&note, &house->kit.keynote[0].log[0], 0, &(struct signature){{1}});
	shelve(house, RING_MEMBERS, "", members->version, out_view(&note));
	out_free(&text);
	out_free(&note);
}

static void
shelve_key(struct house *house, unsigned i)
{
	struct out text = out_new(NOTE_MAX);
	struct out note = out_new(NOTE_MAX);

	keynote_write(&text, &house->kit.keynote[i]);
	kit_sign_root(&house->kit, i, out_view(&text), &note, true);
	shelve(house, RING_KEY, kit_stations[i], 1, out_view(&note));
	out_free(&text);
	out_free(&note);
}

static int
set_up(void **state)
{
	struct house *house = calloc(1, sizeof *house);
	struct out vkey = out_new(512);
	char why[JOURNAL_WHY_MAX];

	kit_open(&house->kit);
	(void)snprintf(house->dir, sizeof house->dir, "/tmp/seam-misdeed-XXXXXX");
	assert_non_null(mkdtemp(house->dir));
	note_key_write(&vkey, &house->kit.keynote[0].log[0]);
	assert_int_equal(journal_create(house->dir, span_of(kit_stations[0]), out_view(&vkey),
					SPAN("founded"), 1),
			 ERR_OK);
	assert_int_equal(journal_open(house->dir, JOURNAL_WRITE, why, &house->journal), ERR_OK);
	shelve_list(house, &house->kit.members);
	for (unsigned i = 0; i < KIT_PARTIES; i++)
		shelve_key(house, i);
	for (int which = 0; which < 2; which++) {
		house->tree[which] = merkle_tree_new();
		for (int i = 0; i < LEAVES; i++) {
			char text[2] = {(char)i, i < 9 ? '-' : (char)which};

			house->leaf[which][i] = merkle_leaf(span_make(text, 2));
			assert_int_equal(
			    merkle_tree_add(house->tree[which], &house->leaf[which][i]), ERR_OK);
		}
	}
	out_free(&vkey);
	*state = house;
	return 0;
}

static int
drop(const char *path, const struct stat *status, int kind, struct FTW *walk)
{
	(void)status;
	(void)kind;
	(void)walk;
	return remove(path);
}

static int
tear_down(void **state)
{
	struct house *house = *state;

	journal_close(house->journal);
	kit_close(&house->kit);
	merkle_tree_free(house->tree[0]);
	merkle_tree_free(house->tree[1]);
	assert_int_equal(nftw(house->dir, drop, 8, FTW_DEPTH | FTW_PHYS), 0);
	free(house);
	return 0;
}

static enum err
leaf_at(void *context, uint64_t index, struct hash *hash)
{
	*hash = ((const struct hash *)context)[index];
	return ERR_OK;
}

static struct merkle_source
source_of(struct house *house, int which)
{
	return (struct merkle_source){
	    .leaf = leaf_at, .context = house->leaf[which], .tree = house->tree[which]};
}

static struct out
note_of(struct house *house, int which, uint64_t size, unsigned station)
{
	const struct note_key *key = &house->kit.keynote[station].log[0];
	struct merkle_source source = source_of(house, which);
	struct note_head head = {.size = size};
	struct signature signature;
	struct out text = out_new(NOTE_MAX);
	struct out note = out_new(NOTE_MAX);

	assert_int_equal(merkle_root_at(&source, size, &head.root), ERR_OK);
	(void)span_copy(head.origin, sizeof head.origin, span_of(key->name));
	note_head_write(&text, &head);
	sign_make(&house->kit.log[station].secret, out_view(&text), &signature);
	out_span(&note, out_view(&text));
	out_char(&note, '\n');
	note_write_line(&note, key, 0, &signature);
	out_free(&text);
	return note;
}

static struct fork
fork_of(struct house *house, uint64_t m, uint64_t n, unsigned station)
{
	struct fork fork = fork_new();
	struct merkle_source source = source_of(house, 1);
	struct out a = note_of(house, 0, m, station);
	struct out b = note_of(house, 1, n, station);
	const struct note_key *key = &house->kit.keynote[station].log[0];
	struct merkle_path path;
	struct hash prefix;

	if (m == n) {
		assert_int_equal(fork_of_one_size(&fork, key, out_view(&a), out_view(&b)), ERR_OK);
	} else {
		assert_int_equal(merkle_root_at(&source, m, &prefix), ERR_OK);
		assert_int_equal(merkle_prove_extension(&source, m, n, &path), ERR_OK);
		assert_int_equal(
		    fork_of_two_sizes(&fork, key, out_view(&a), out_view(&b), &prefix, &path),
		    ERR_OK);
	}
	out_free(&a);
	out_free(&b);
	return fork;
}

static struct out
evidence_of(struct house *house, uint64_t m, uint64_t n)
{
	struct fork fork = fork_of(house, m, n, 1);
	struct out sheaf = out_new(SHEAF_MAX);

	assert_int_equal(misdeed_write(house->journal, house->kit.keyring, &fork, &sheaf), ERR_OK);
	fork_free(&fork);
	return sheaf;
}

static bool
is_read(struct span text)
{
	struct misdeed *misdeed = calloc(1, sizeof *misdeed);
	char why[MISDEED_WHY_MAX];
	bool holds = misdeed_read(text, misdeed, why);

	assert_int_equal(holds, why[0] == '\0');
	free(misdeed);
	return holds;
}

static void
says_who_and_what(void **state)
{
	struct house *house = *state;
	static const uint64_t sizes[][2] = {{12, 12}, {10, 20}, {16, 17}, {16, 20}, {19, 20}};
	struct misdeed *misdeed = calloc(1, sizeof *misdeed);
	char why[MISDEED_WHY_MAX];

	for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
		struct out sheaf = evidence_of(house, sizes[i][0], sizes[i][1]);

		assert_true(misdeed_is(out_view(&sheaf)));
		if (!misdeed_read(out_view(&sheaf), misdeed, why))
			fail_msg("%s", why);
		assert_string_equal(misdeed->station.name, "b/dibis");
		assert_string_equal(misdeed->head[0].origin, "seam/b/dibis/log/1");
		assert_int_equal(misdeed->head[0].size, sizes[i][0]);
		assert_int_equal(misdeed->head[1].size, sizes[i][1]);
		assert_int_equal(misdeed->members.n, KIT_PARTIES);
		out_free(&sheaf);
	}
	free(misdeed);
}

/* One bit of every byte; with the long run every bit. */
static void
flipped_bits(void **state)
{
	struct house *house = *state;

	for (int which = 0; which < 2; which++) {
		struct out sheaf = evidence_of(house, 12, which ? 20 : 12);

		assert_true(is_read(out_view(&sheaf)));
		for (size_t at = 0; at < sheaf.n; at++)
			for (unsigned bit = 0; bit < 8; bit++) {
				if (!TEST_SLOW && bit != (at * 5 + 3) % 8)
					continue;
				sheaf.p[at] = (char)(sheaf.p[at] ^ 1 << bit);
				if (is_read(out_view(&sheaf)))
					fail_msg("bit %u of byte %zu", bit, at);
				sheaf.p[at] = (char)(sheaf.p[at] ^ 1 << bit);
			}
		for (size_t n = 0; n < sheaf.n; n += 7)
			assert_false(is_read(span_make(sheaf.p, n)));
		assert_true(is_read(out_view(&sheaf)));
		out_free(&sheaf);
	}
}

/* More than is needed, less, twice, or in another order. */
static void
other_spellings(void **state)
{
	static const struct {
		const char *find, *put;
	} rows[] = {
	    {"=== members\n", "words\n=== members\n"},
	    {"=== members\n", "\n=== members\n"},
	    {"=== head-1\n", "=== words\nx\n=== head-1\n"},
	    {"=== key b/dibis\n", "=== key c/erbil\n"},
	    {"=== key b/dibis\n", "=== key \n"},
	    {"=== head-1\n", "=== head-2\n"},
	    {"=== proof\n", "=== proof\n\n"},
	    {"=== proof\n", "=== proof and more\n"},
	    {"prefix ", "prefix  "},
	    {"seam evidence 1\n", "seam evidence 1\r\n"},
	};
	struct house *house = *state;
	struct out sheaf = evidence_of(house, 12, 20);
	struct out more = out_new(SHEAF_MAX);

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		const char *at = strstr(sheaf.p, rows[i].find);

		assert_non_null(at);
		out_reset(&more);
		out_bytes(&more, sheaf.p, (size_t)(at - sheaf.p));
		out_text(&more, rows[i].put);
		out_text(&more, at + strlen(rows[i].find));
		if (is_read(out_view(&more)))
			fail_msg("%s", rows[i].put);
	}
	out_reset(&more);
	out_span(&more, out_view(&sheaf));
	out_text(&more, "=== head-1\nx\n");
	assert_false(is_read(out_view(&more)));
	assert_false(is_read(SPAN("")));
	assert_false(is_read(SPAN("seam evidence 1\n")));
	assert_false(misdeed_is(SPAN("seam evidence 1\n=== record\nx\n")));
	out_free(&sheaf);
	out_free(&more);
}

struct listing {
	int n;
	int sound;
};

static bool
count_one(void *context, const char *name, struct span text)
{
	struct listing *listing = context;

	assert_true(strncmp(name, "fork-", 5) == 0);
	listing->n++;
	listing->sound += is_read(text);
	return true;
}

static void
kept_once_and_not_without_end(void **state)
{
	struct house *house = *state;
	struct listing listing = {0, 0};
	char name[MISDEED_NAME_MAX];
	bool is_new;

	assert_int_equal(misdeed_each(house->dir, count_one, &listing), ERR_OK);
	assert_int_equal(listing.n, 0);
	for (uint64_t n = 0; n < MISDEED_PER_LOG + 3; n++) {
		struct fork fork = fork_of(house, 11, 12 + n, 1);

		for (int again = 0; again < 2; again++) {
			assert_int_equal(misdeed_keep(house->dir, house->journal,
						      house->kit.keyring, &fork, name, &is_new),
					 ERR_OK);
			assert_int_equal(is_new, !again && n < MISDEED_PER_LOG);
		}
		fork_free(&fork);
	}
	/* another log has its own */
	{
		struct fork fork = fork_of(house, 11, 11, 2);

		assert_int_equal(misdeed_keep(house->dir, house->journal, house->kit.keyring, &fork,
					      name, &is_new),
				 ERR_OK);
		assert_true(is_new);
		fork_free(&fork);
	}
	assert_int_equal(misdeed_each(house->dir, count_one, &listing), ERR_OK);
	assert_int_equal(listing.n, MISDEED_PER_LOG + 1);
	assert_int_equal(listing.sound, listing.n);
}

/* Its party has left: evidence holds under the last list that had it. */
static void
a_party_that_left(void **state)
{
	struct house *house = *state;
	struct members next = house->kit.members;
	struct fork fork = fork_of(house, 12, 12, 2);
	struct out sheaf = out_new(SHEAF_MAX);
	struct misdeed *misdeed = calloc(1, sizeof *misdeed);
	char why[MISDEED_WHY_MAX];

	next.version = 2;
	next.n = 2;
	shelve_list(house, &next);
	assert_int_equal(misdeed_write(house->journal, house->kit.keyring, &fork, &sheaf), ERR_OK);
	assert_true(misdeed_read(out_view(&sheaf), misdeed, why));
	assert_int_equal(misdeed->members.version, 1);
	assert_string_equal(misdeed->station.name, "c/erbil");
	free(misdeed);
	out_free(&sheaf);
	fork_free(&fork);
}

static void
an_unknown_log(void **state)
{
	struct house *house = *state;
	struct fork fork = fork_of(house, 12, 12, 2);
	struct keyring *keyring = keyring_new(&house->kit.members);
	struct out sheaf = out_new(SHEAF_MAX);

	assert_int_equal(misdeed_write(house->journal, keyring, &fork, &sheaf), ERR_NOT_FOUND);
	assert_int_equal(sheaf.n, 0);
	keyring_free(keyring);
	out_free(&sheaf);
	fork_free(&fork);
}

static void
who_countersigns(void **state)
{
	struct house *house = *state;
	struct party own = {"a"};
	struct quorum *quorum = calloc(1, sizeof *quorum);

	quorum_read(house->kit.keyring, &own, quorum);
	assert_int_equal(quorum->k, 2);
	assert_int_equal(quorum->n, 2);
	for (size_t i = 0; i < quorum->n; i++) {
		assert_string_equal(quorum->member[i].party, i ? "c" : "b");
		assert_string_equal(quorum->member[i].key->name,
				    i ? "seam/c/erbil/witness" : "seam/b/dibis/witness");
	}
	free(quorum);
}

int
main(void)
{
#define ROW(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
	    ROW(says_who_and_what), ROW(flipped_bits),
	    ROW(other_spellings),   ROW(kept_once_and_not_without_end),
	    ROW(a_party_that_left), ROW(an_unknown_log),
	    ROW(who_countersigns),
	};
#undef ROW

	return cmocka_run_group_tests(tests, NULL, NULL);
}
