/*
 * Tiles from a peer that says what it likes.  The first byte chooses the size of the log; then, for
 * each object that is asked for, a byte says what comes: the true one, that one with some bytes
 * changed or cut, bytes of the input, or nothing.  Whatever came, no leaf may be handed out that is
 * not in the log.
 */
#include "base/cursor.h"
#include "journal/journal.h"
#include "journal/mirror_tree.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { LEAVES = 1030, ASKS = 64, BODY = TILE_WIDTH * (JOURNAL_ENTRY_SIZE + 2) };

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The log: the same for every input, never changed. */
struct fuzz_log {
	unsigned char entry[LEAVES][JOURNAL_ENTRY_SIZE];
	struct hash level[2][LEAVES];
};
static struct fuzz_log fuzz_log;

int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	for (size_t i = 0; i < LEAVES; i++) {
		struct hash id = hash_of(span_make(&i, sizeof i));

		journal_entry(JOURNAL_ENTRY_RECORD, &id, fuzz_log.entry[i]);
		fuzz_log.level[0][i] =
		    merkle_leaf(span_make(fuzz_log.entry[i], JOURNAL_ENTRY_SIZE));
	}
	for (size_t i = 0; i < LEAVES / TILE_WIDTH; i++)
		fuzz_log.level[1][i] = merkle_fold(fuzz_log.level[0] + i * TILE_WIDTH, TILE_WIDTH);
	return 0;
}

static enum err
true_hash(void *context, unsigned level, uint64_t index, struct hash *hash)
{
	(void)context;
	*hash = fuzz_log.level[level][index];
	return ERR_OK;
}

static void
true_body(const struct tile *tile, struct out *body)
{
	size_t first = (size_t)tile->number * TILE_WIDTH;

	for (size_t i = first; i < first + tile->width && i < (LEAVES >> 8 * tile->level); i++)
		if (tile->is_entries)
			tile_write_entry(body, span_make(fuzz_log.entry[i], JOURNAL_ENTRY_SIZE));
		else
			out_bytes(body, fuzz_log.level[tile->level][i].b, HASH_SIZE);
}

/* False when the input is at its end. */
static bool
answer(struct mirror_tree *tree, struct cursor *cursor)
{
	struct tile tile = mirror_tree_need(tree);
	struct out body = out_new(BODY);
	unsigned how = cursor_u8(cursor);
	uint16_t at = cursor_u16(cursor);

	true_body(&tile, &body);
	if (how % 5 == 1 && body.n)
		body.p[at % body.n] = (char)(body.p[at % body.n] ^ (how >> 3 | 1));
	if (how % 5 == 2 && body.n)
		body.n -= 1 + at % body.n;
	if (how % 5 == 3) {
		out_reset(&body);
		out_span(&body, cursor_bytes(cursor, at % 512));
	}
	if (how % 5 == 4)
		(void)mirror_tree_turn(tree);
	else
		(void)mirror_tree_take(tree, out_view(&body));
	out_free(&body);
	return !cursor->is_failed;
}

/* All leaves, as far as the peer lets us. */
static void
walk(struct mirror_tree *tree, uint64_t size, struct cursor *cursor)
{
	int asks = 0;

	for (uint64_t number = 0; number * TILE_WIDTH < size;) {
		const struct hash *leaves;
		unsigned n;
		enum err err = mirror_tree_leaves(tree, number, &leaves, &n);

		if (err == ERR_BUSY) {
			if (!answer(tree, cursor) || ++asks > ASKS)
				return;
			continue;
		}
		if (err != ERR_OK)
			return;
		if (number * TILE_WIDTH + n > size ||
		    memcmp(leaves, fuzz_log.level[0] + number * TILE_WIDTH, n * sizeof *leaves) !=
			0)
			abort();
		number++;
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint64_t sizes[] = {1, 2, 255, 256, 257, 511, 512, 700, 1024, 1030};
	struct cursor cursor = cursor_over(span_make(data, size));
	struct note_head head = {.size = sizes[cursor_u8(&cursor) % 10]};
	struct merkle_source source = {.at = true_hash, .size = LEAVES};
	struct mirror_tree *tree;
	struct hash leaves[TILE_WIDTH];

	(void)mirror_tree_read_entries(span_make(data, size), size % 300 < 256 ? size % 300 : 256,
				       leaves);
	if (merkle_root_at(&source, head.size, &head.root) != ERR_OK)
		abort();
	/* nothing lies there, and nothing is written */
	tree = mirror_tree_new("/nonexistent", &head);
	if (tree)
		walk(tree, head.size, &cursor);
	mirror_tree_free(tree);
	return 0;
}
