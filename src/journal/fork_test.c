/* Two heads of one log: only what really contradicts counts, and every bit of it counts. */
#include "journal/fork.h"

#include "journal/testhome.h"

enum { LEAVES = 40 };

struct log {
	struct hash leaf[LEAVES];
	struct merkle_tree *tree;
};

static enum err
leaf_at(void *context, uint64_t index, struct hash *hash)
{
	const struct log *log = context;

	*hash = log->leaf[index];
	return ERR_OK;
}

/* A log whose leaves differ from `from` on with the salt. */
static void
grow(struct log *log, unsigned from, char salt)
{
	log->tree = merkle_tree_new();
	for (unsigned i = 0; i < LEAVES; i++) {
		char text[3] = {(char)i, i >= from ? salt : 'x', 'e'};

		log->leaf[i] = merkle_leaf(span_make(text, sizeof text));
		assert_int_equal(merkle_tree_add(log->tree, &log->leaf[i]), ERR_OK);
	}
}

static struct sign_secret secret, other_secret;
static struct note_key key, other_key;

static struct out
note_of(struct log *log, uint64_t size, const struct sign_secret *with, const struct note_key *name)
{
	struct merkle_source source = {.leaf = leaf_at, .context = log, .tree = log->tree};
	struct note_head head = {.size = size};
	struct signature signature;
	struct out text = out_new(NOTE_MAX);
	struct out note = out_new(NOTE_MAX);

	(void)span_copy(head.origin, sizeof head.origin, span_of(name->name));
	assert_int_equal(merkle_root_at(&source, size, &head.root), ERR_OK);
	note_head_write(&text, &head);
	sign_make(with, out_view(&text), &signature);
	out_span(&note, out_view(&text));
	out_char(&note, '\n');
	note_write_line(&note, name, 0, &signature);
	out_free(&text);
	return note;
}

static enum err
try_two(struct fork *fork, struct log *small, uint64_t m, struct log *large, uint64_t n)
{
	struct merkle_source source = {.leaf = leaf_at, .context = large, .tree = large->tree};
	struct out a = note_of(small, m, &secret, &key);
	struct out b = note_of(large, n, &secret, &key);
	struct merkle_path path;
	struct hash prefix;
	enum err err;

	assert_int_equal(merkle_root_at(&source, m, &prefix), ERR_OK);
	assert_int_equal(merkle_prove_extension(&source, m, n, &path), ERR_OK);
	err = m == n ? fork_of_one_size(fork, &key, out_view(&a), out_view(&b))
		     : fork_of_two_sizes(fork, &key, out_view(&a), out_view(&b), &prefix, &path);
	out_free(&a);
	out_free(&b);
	return err;
}

/* For every pair of sizes and logs that part at leaf 19: a fork exactly when the smaller head is
 * over a leaf that the other has not. */
static void
every_pair_of_sizes(void **state)
{
	struct log one = {0}, two = {0};
	struct fork fork = fork_new();
	struct note_head head[2];

	(void)state;
	grow(&one, 19, 'a');
	grow(&two, 19, 'b');
	for (uint64_t m = 0; m <= LEAVES; m++)
		for (uint64_t n = m; n <= LEAVES; n++) {
			enum err err = try_two(&fork, &one, m, &two, n);

			assert_int_equal(err, m > 19 ? ERR_OK : ERR_REFUSED);
			assert_int_equal(fork_holds(&fork, &key, head), m > 19);
			if (m > 19)
				assert_true(head[0].size == m && head[1].size == n);
			assert_int_equal(try_two(&fork, &one, m, &one, n), ERR_REFUSED);
		}
	fork_free(&fork);
	merkle_tree_free(one.tree);
	merkle_tree_free(two.tree);
}

static bool
holds_as_text(const struct fork *fork, struct span proof)
{
	struct fork again = *fork;
	struct note_head head[2];

	return fork_read_proof(proof, &again) == ERR_OK && fork_holds(&again, &key, head);
}

/* Every single bit of both notes and of the proof. */
static void
flipped_bits(void **state)
{
	struct log one = {0}, two = {0};
	struct fork fork = fork_new();
	struct out proof = out_new(NOTE_MAX);
	struct note_head head[2];

	(void)state;
	grow(&one, 19, 'a');
	grow(&two, 19, 'b');
	assert_int_equal(try_two(&fork, &one, 33, &two, 40), ERR_OK);
	fork_write_proof(&proof, &fork);
	assert_true(holds_as_text(&fork, out_view(&proof)));
	for (size_t bit = 0; bit < 8 * proof.n; bit++) {
		proof.p[bit / 8] = (char)(proof.p[bit / 8] ^ 1 << bit % 8);
		assert_false(holds_as_text(&fork, out_view(&proof)));
		proof.p[bit / 8] = (char)(proof.p[bit / 8] ^ 1 << bit % 8);
	}
	for (int which = 0; which < 2; which++)
		for (size_t bit = 0; bit < 8 * fork.head[which].n; bit++) {
			char *at = &fork.head[which].p[bit / 8];

			*at = (char)(*at ^ 1 << bit % 8);
			assert_false(fork_holds(&fork, &key, head));
			*at = (char)(*at ^ 1 << bit % 8);
		}
	assert_true(fork_holds(&fork, &key, head));
	out_free(&proof);
	fork_free(&fork);
	merkle_tree_free(one.tree);
	merkle_tree_free(two.tree);
}

/* What another key signed, what is signed twice over, what stands in the other order. */
static void
what_is_no_fork(void **state)
{
	struct log one = {0}, two = {0};
	struct fork fork = fork_new();
	struct fork turned = fork_new();
	struct note_head head[2];
	struct out ours, theirs, more;

	(void)state;
	grow(&one, 5, 'a');
	grow(&two, 5, 'b');
	ours = note_of(&one, 9, &secret, &key);
	theirs = note_of(&two, 9, &other_secret, &other_key);
	assert_int_equal(fork_of_one_size(&fork, &key, out_view(&ours), out_view(&theirs)),
			 ERR_REFUSED);
	out_free(&theirs);
	theirs = note_of(&two, 9, &other_secret, &key); /* the name, not the signature */
	assert_int_equal(fork_of_one_size(&fork, &key, out_view(&ours), out_view(&theirs)),
			 ERR_REFUSED);
	out_free(&theirs);
	theirs = note_of(&two, 9, &secret, &key);
	assert_int_equal(fork_of_one_size(&fork, &key, out_view(&ours), out_view(&ours)),
			 ERR_REFUSED);
	/* either order gives the same bytes, lines of others fall away */
	more = out_new(NOTE_MAX);
	out_span(&more, out_view(&theirs));
	note_write_line(&more, &other_key, 0, &(struct signature){{1}});
	assert_int_equal(fork_of_one_size(&fork, &key, out_view(&ours), out_view(&more)), ERR_OK);
	assert_int_equal(fork_of_one_size(&turned, &key, out_view(&theirs), out_view(&ours)),
			 ERR_OK);
	for (int i = 0; i < 2; i++)
		assert_true(span_equal(out_view(&fork.head[i]), out_view(&turned.head[i])));
	/* a line more, or the order turned, is another spelling */
	{
		struct out swap = fork.head[0];

		fork.head[0] = fork.head[1];
		fork.head[1] = swap;
		assert_false(fork_holds(&fork, &key, head));
	}
	note_write_line(&turned.head[0], &other_key, 0, &(struct signature){{1}});
	assert_false(fork_holds(&turned, &key, head));
	out_free(&ours);
	out_free(&theirs);
	out_free(&more);
	fork_free(&fork);
	fork_free(&turned);
	merkle_tree_free(one.tree);
	merkle_tree_free(two.tree);
}

static int
start(void **state)
{
	(void)state;
	if (sign_start() != ERR_OK)
		return -1;
	testhome_key("seam/b/qayyara/log/1", NOTE_ED25519, 3, &secret, &key);
	testhome_key("seam/c/erbil/log/1", NOTE_ED25519, 4, &other_secret, &other_key);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_pair_of_sizes),
	    cmocka_unit_test(flipped_bits),
	    cmocka_unit_test(what_is_no_fork),
	};

	return cmocka_run_group_tests(tests, start, NULL);
}
