#ifndef SEAM_JOURNAL_TESTPEER_H
#define SEAM_JOURNAL_TESTPEER_H

/* A log that others mirror, in memory: entries made from a number and a salt, served as tiles. */

#include "journal/fork.h"
#include "journal/mirror.h"
#include "journal/testhome.h"
#include "journal/tile.h"

enum { TESTPEER_ENTRY = JOURNAL_ENTRY_SIZE };

struct testpeer {
	struct note_key key;
	struct sign_secret secret;
	struct hash *level[4];
	unsigned char *entry;
	uint64_t n;
	uint64_t
	    served; /* parts of tiles that a log of this size has no more are gone; 0: all are here
		     */
	uint64_t objects, bytes;
};

/* n leaves; from `fork_at` on they are those of another history, chosen by salt. */
static inline void
testpeer_make(struct testpeer *peer, uint64_t n, uint64_t fork_at, char salt)
{
	memset(peer, 0, sizeof *peer);
	testhome_key("seam/b/qayyara/log/1", NOTE_ED25519, 12, &peer->secret, &peer->key);
	peer->n = n;
	peer->entry = calloc(n + 1, TESTPEER_ENTRY);
	for (unsigned l = 0; l < 4; l++)
		peer->level[l] = calloc((n >> 8 * l) + 1, sizeof(struct hash));
	for (uint64_t i = 0; i < n; i++) {
		char text[32];
		int length = snprintf(text, sizeof text, "%llu%c", (unsigned long long)i,
				      i >= fork_at ? salt : '-');
		struct hash id = hash_of(span_make(text, (size_t)length));

		journal_entry(JOURNAL_ENTRY_RECORD, &id, peer->entry + i * TESTPEER_ENTRY);
		peer->level[0][i] =
		    merkle_leaf(span_make(peer->entry + i * TESTPEER_ENTRY, TESTPEER_ENTRY));
	}
	for (unsigned l = 1; l < 4; l++)
		for (uint64_t i = 0; i < n >> 8 * l; i++)
			peer->level[l][i] = merkle_fold(peer->level[l - 1] + i * 256, 256);
}

static inline void
testpeer_drop(struct testpeer *peer)
{
	for (unsigned l = 0; l < 4; l++)
		free(peer->level[l]);
	free(peer->entry);
	memset(peer, 0, sizeof *peer);
}

static inline enum err
testpeer_at(void *context, unsigned level, uint64_t index, struct hash *hash)
{
	const struct testpeer *peer = context;

	*hash = peer->level[level][index];
	return ERR_OK;
}

static inline struct hash
testpeer_root(struct testpeer *peer, uint64_t size)
{
	struct merkle_source source = {.at = testpeer_at, .context = peer, .size = peer->n};
	struct hash root;

	assert_int_equal(merkle_root_at(&source, size, &root), ERR_OK);
	return root;
}

static inline struct out
testpeer_note(struct testpeer *peer, uint64_t size)
{
	struct note_head head = {.size = size, .root = testpeer_root(peer, size)};
	struct out text = out_new(NOTE_MAX);
	struct out note = out_new(NOTE_MAX);
	struct signature signature;

	(void)span_copy(head.origin, sizeof head.origin, span_of(peer->key.name));
	note_head_write(&text, &head);
	sign_make(&peer->secret, out_view(&text), &signature);
	out_span(&note, out_view(&text));
	out_char(&note, '\n');
	note_write_line(&note, &peer->key, 0, &signature);
	out_free(&text);
	return note;
}

/* The object at a path: 200 or 404. */
static inline int
testpeer_get(struct testpeer *peer, const char *path, struct out *body)
{
	struct tile tile;
	uint64_t first;

	out_reset(body);
	assert_true(tile_read_path(span_of(path), &tile));
	assert_true(tile.level < 4);
	first = tile.number * TILE_WIDTH;
	if (first + tile.width > peer->n >> 8 * tile.level)
		return 404;
	if (peer->served && tile_width(peer->served, tile.level, tile.number) == TILE_WIDTH &&
	    tile.width < TILE_WIDTH)
		return 404;
	for (unsigned i = 0; i < tile.width; i++)
		if (tile.is_entries)
			tile_write_entry(body, span_make(peer->entry + (first + i) * TESTPEER_ENTRY,
							 TESTPEER_ENTRY));
		else
			out_bytes(body, peer->level[tile.level][first + i].b, HASH_SIZE);
	peer->objects++;
	peer->bytes += body->n;
	return 200;
}

static inline enum mirror_result
testpeer_show(struct testpeer *peer, struct mirror *mirror, uint64_t size, struct fork *fork)
{
	struct out note = testpeer_note(peer, size);
	enum mirror_result result;

	assert_int_equal(mirror_show(mirror, out_view(&note), &result, fork), ERR_OK);
	out_free(&note);
	return result;
}

/* Serves honestly until there is a result other than ASK and AGAIN. */
static inline enum mirror_result
testpeer_serve(struct testpeer *peer, struct mirror *mirror, struct fork *fork)
{
	struct out body = out_new(1 << 16);
	char path[MIRROR_PATH_MAX];
	enum mirror_result result = MIRROR_AGAIN;

	for (int guard = 0; guard < 100000; guard++) {
		assert_int_equal(mirror_next(mirror, &result, path, fork), ERR_OK);
		if (result == MIRROR_AGAIN)
			continue;
		if (result != MIRROR_ASK)
			break;
		{
			int status = testpeer_get(peer, path, &body);

			assert_int_equal(
			    mirror_give(mirror, span_of(path), status, out_view(&body), &result),
			    ERR_OK);
		}
		if (result != MIRROR_TAKEN)
			break;
	}
	out_free(&body);
	return result;
}

/* Shown and served: reaches that size. */
static inline void
testpeer_reach(struct testpeer *peer, struct mirror *mirror, uint64_t size)
{
	struct fork fork = fork_new();
	enum mirror_result result = testpeer_show(peer, mirror, size, &fork);

	assert_int_equal(result, MIRROR_TAKEN);
	assert_int_equal(testpeer_serve(peer, mirror, &fork), MIRROR_DONE);
	assert_int_equal(mirror_size(mirror), size);
	fork_free(&fork);
}

static inline void
testpeer_assert_sound(struct testpeer *peer, const char *home, uint64_t size)
{
	struct mirror_counts counts;
	char fault[MIRROR_FAULT_MAX];
	enum err err = mirror_verify(home, &peer->key, NULL, 0, &counts, fault);

	if (err != ERR_OK)
		fail_msg("%s: %s", err_text(err), fault);
	assert_int_equal(counts.leaves, size);
}

#endif
