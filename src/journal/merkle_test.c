/* Trees and proofs against the definitions of RFC 6962 section 2.1, written down again here as
 * recursion. */
#include "journal/merkle.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { LEAVES = 700 };

static struct hash leaves[LEAVES];

static struct hash
defined_root(size_t begin, size_t end)
{
	size_t k = 1;
	struct hash left;
	struct hash right;

	if (begin == end)
		return merkle_empty();
	if (end - begin == 1)
		return leaves[begin];
	while (k * 2 < end - begin)
		k *= 2;
	left = defined_root(begin, begin + k);
	right = defined_root(begin + k, end);
	return merkle_node(&left, &right);
}

static void
defined_path(size_t m, size_t begin, size_t end, struct merkle_path *path)
{
	size_t k = 1;

	if (end - begin == 1)
		return;
	while (k * 2 < end - begin)
		k *= 2;
	if (m < k) {
		defined_path(m, begin, begin + k, path);
		path->hash[path->n++] = defined_root(begin + k, end);
	} else {
		defined_path(m - k, begin + k, end, path);
		path->hash[path->n++] = defined_root(begin, begin + k);
	}
}

static void
defined_extension(size_t m, size_t begin, size_t end, bool is_known, struct merkle_path *path)
{
	size_t k = 1;

	if (m == end - begin) {
		if (!is_known)
			path->hash[path->n++] = defined_root(begin, end);
		return;
	}
	while (k * 2 < end - begin)
		k *= 2;
	if (m <= k) {
		defined_extension(m, begin, begin + k, is_known, path);
		path->hash[path->n++] = defined_root(begin + k, end);
	} else {
		defined_extension(m - k, begin + k, end, false, path);
		path->hash[path->n++] = defined_root(begin, begin + k);
	}
}

static enum err
leaf_at(void *context, uint64_t index, struct hash *hash)
{
	(void)context;
	if (index >= LEAVES)
		return ERR_NOT_FOUND;
	*hash = leaves[index];
	return ERR_OK;
}

static struct merkle_tree *
grown(size_t n)
{
	struct merkle_tree *tree = merkle_tree_new();

	assert_non_null(tree);
	for (size_t i = 0; i < n; i++)
		assert_int_equal(merkle_tree_add(tree, &leaves[i]), ERR_OK);
	return tree;
}

static int
set_up(void **state)
{
	(void)state;
	for (unsigned i = 0; i < LEAVES; i++) {
		unsigned char entry[2] = {(unsigned char)(i >> 8), (unsigned char)i};

		leaves[i] = merkle_leaf(span_make(entry, sizeof entry));
	}
	return 0;
}

static void
known_hashes(void **state)
{
	/* RFC 6962 test data of certificate-transparency-go: empty tree, and the leaf of the empty
	 * entry */
	char hex[65];
	struct hash hash = merkle_empty();

	(void)state;
	hash_hex(hex, &hash);
	assert_string_equal(hex,
			    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
	hash = merkle_leaf(span_make(NULL, 0));
	hash_hex(hex, &hash);
	assert_string_equal(hex,
			    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d");
}

static void
roots_are_as_defined(void **state)
{
	struct merkle_tree *tree = grown(LEAVES);
	struct merkle_source source = {.leaf = leaf_at, .context = NULL, .tree = tree};
	struct merkle_tree *growing = merkle_tree_new();

	(void)state;
	for (size_t n = 0; n <= LEAVES; n++) {
		struct hash want = defined_root(0, n);
		struct hash got = merkle_tree_root(growing);

		assert_true(hash_equal(&got, &want));
		assert_int_equal(merkle_root_at(&source, n, &got), ERR_OK);
		assert_true(hash_equal(&got, &want));
		if (n < LEAVES)
			assert_int_equal(merkle_tree_add(growing, &leaves[n]), ERR_OK);
	}
	merkle_tree_free(growing);
	merkle_tree_free(tree);
}

static bool
same_path(const struct merkle_path *a, const struct merkle_path *b)
{
	return a->n == b->n && memcmp(a->hash, b->hash, a->n * sizeof a->hash[0]) == 0;
}

static void
inclusion_is_as_defined(void **state)
{
	struct merkle_tree *tree = grown(LEAVES);
	struct merkle_source source = {.leaf = leaf_at, .context = NULL, .tree = tree};
	int checked = 0;

	(void)state;
	for (size_t n = 1; n <= LEAVES; n += n < 40 ? 1 : 73) {
		struct hash root = defined_root(0, n);

		for (size_t m = 0; m < n; m += n < 40 ? 1 : 11) {
			struct merkle_path want = {.n = 0};
			struct merkle_path got;

			defined_path(m, 0, n, &want);
			assert_int_equal(merkle_prove_inclusion(&source, m, n, &got), ERR_OK);
			assert_true(same_path(&want, &got));
			assert_true(merkle_includes(m, n, &leaves[m], &got, &root));
			assert_false(merkle_includes(m, n, &leaves[(m + 1) % LEAVES], &got, &root));
			assert_false(merkle_includes(m + 1, n, &leaves[m], &got, &root) && n > 1);
			if (got.n) {
				got.hash[got.n / 2].b[7] ^= 16;
				assert_false(merkle_includes(m, n, &leaves[m], &got, &root));
				got.hash[got.n / 2].b[7] ^= 16;
				got.n--;
				assert_false(merkle_includes(m, n, &leaves[m], &got, &root));
				got.n++;
			}
			got.hash[got.n++] = root;
			assert_false(merkle_includes(m, n, &leaves[m], &got, &root));
			checked++;
		}
	}
	assert_true(checked > 1000);
	merkle_tree_free(tree);
}

static void
extension_is_as_defined(void **state)
{
	struct merkle_tree *tree = grown(LEAVES);
	struct merkle_source source = {.leaf = leaf_at, .context = NULL, .tree = tree};

	(void)state;
	for (size_t n = 1; n <= LEAVES; n += n < 40 ? 1 : 97) {
		struct hash root = defined_root(0, n);

		for (size_t m = 1; m <= n; m += n < 40 ? 1 : 13) {
			struct hash old_root = defined_root(0, m);
			struct merkle_path want = {.n = 0};
			struct merkle_path got;

			defined_extension(m, 0, n, true, &want);
			assert_int_equal(merkle_prove_extension(&source, m, n, &got), ERR_OK);
			assert_true(same_path(&want, &got));
			assert_true(merkle_extends(m, n, &old_root, &root, &got));
			old_root.b[0] ^= 1;
			assert_false(merkle_extends(m, n, &old_root, &root, &got));
			old_root.b[0] ^= 1;
			if (got.n) {
				got.hash[0].b[31] ^= 1;
				assert_false(merkle_extends(m, n, &old_root, &root, &got));
				got.hash[0].b[31] ^= 1;
				got.n--;
				assert_false(merkle_extends(m, n, &old_root, &root, &got));
				got.n++;
			}
			got.hash[got.n++] = root;
			assert_false(merkle_extends(m, n, &old_root, &root, &got));
		}
	}
	merkle_tree_free(tree);
}

static void
edges_of_proofs(void **state)
{
	struct hash empty = merkle_empty();
	struct hash one = leaves[0];
	struct merkle_path none = {.n = 0};
	struct merkle_tree *tree = grown(3);
	struct merkle_source source = {.leaf = leaf_at, .context = NULL, .tree = tree};
	struct merkle_path path;

	(void)state;
	assert_true(merkle_extends(0, 0, &empty, &empty, &none));
	assert_true(merkle_extends(0, 5, &empty, &one, &none));
	assert_false(merkle_extends(0, 5, &one, &one, &none));
	assert_false(merkle_extends(5, 4, &one, &one, &none));
	assert_false(merkle_extends(1, 2, &one, &one, &none));
	assert_true(merkle_includes(0, 1, &one, &none, &one));
	assert_false(merkle_includes(0, 0, &one, &none, &one));
	assert_false(merkle_includes(1, 1, &one, &none, &one));
	assert_int_equal(merkle_prove_inclusion(&source, 3, 3, &path), ERR_NOT_FOUND);
	assert_int_equal(merkle_prove_inclusion(&source, 0, 4, &path), ERR_NOT_FOUND);
	assert_int_equal(merkle_prove_extension(&source, 3, 2, &path), ERR_NOT_FOUND);
	merkle_tree_free(tree);
}

/* 66,000 leaves: the second and third level of tiles. */
static void
levels_above(void **state)
{
	enum { MANY = 66000 };
	struct merkle_tree *tree = merkle_tree_new();
	struct hash *row = calloc(MANY, sizeof *row);
	struct hash hash;

	(void)state;
	assert_non_null(row);
	for (unsigned i = 0; i < MANY; i++) {
		unsigned char entry[4] = {(unsigned char)(i >> 16), (unsigned char)(i >> 8),
					  (unsigned char)i, 1};

		row[i] = merkle_leaf(span_make(entry, sizeof entry));
		assert_int_equal(merkle_tree_add(tree, &row[i]), ERR_OK);
	}
	for (size_t n = MANY; n > 1; n = (n + 1) / 2)
		for (size_t i = 0; i < (n + 1) / 2; i++)
			row[i] =
			    2 * i + 1 < n ? merkle_node(&row[2 * i], &row[2 * i + 1]) : row[2 * i];
	hash = merkle_tree_root(tree);
	assert_true(hash_equal(&hash, &row[0]));
	assert_true(merkle_tree_at(tree, 2, 0, &hash));
	assert_false(merkle_tree_at(tree, 2, 1, &hash));
	assert_true(merkle_tree_at(tree, 1, MANY / 256 - 1, &hash));
	free(row);
	merkle_tree_free(tree);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(known_hashes),
	    cmocka_unit_test(roots_are_as_defined),
	    cmocka_unit_test(inclusion_is_as_defined),
	    cmocka_unit_test(extension_is_as_defined),
	    cmocka_unit_test(edges_of_proofs),
	    cmocka_unit_test(levels_above),
	};

	return cmocka_run_group_tests(tests, set_up, NULL);
}
