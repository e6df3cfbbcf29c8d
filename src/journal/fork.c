/*
 * Promises that a contradiction is one: two heads under one log's signature which no tree can both
 * have, provable from the bytes alone.  Does not say whose key it is.
 */
#include "journal/fork.h"

#include "base/b64.h"
#include "journal/proof.h"

#include <string.h>

static const char prefix_word[] = "prefix ";

struct fork
fork_new(void)
{
	struct fork fork;

	memset(&fork, 0, sizeof fork);
	fork.head[0] = out_new(NOTE_MAX);
	fork.head[1] = out_new(NOTE_MAX);
	return fork;
}

void
fork_free(struct fork *fork)
{
	out_free(&fork->head[0]);
	out_free(&fork->head[1]);
	fork->path.n = 0;
}

/* The text and the log's own line: others' lines prove nothing here and could be anything. */
static enum err
take_head(struct out *out, const struct note_key *key, struct span bytes, struct note_head *head)
{
	struct note note;
	struct span line;
	enum err err = note_head_open(bytes, key, head);

	if (err == ERR_OK)
		err = note_read(bytes, &note);
	if (err == ERR_OK && !note_find_line(&note, key, &line))
		err = ERR_REFUSED;
	if (err != ERR_OK)
		return err;
	out_reset(out);
	out_span(out, note.text);
	out_char(out, '\n');
	out_span(out, line);
	return out_err(out);
}

/* Is it in the one spelling that take_head() gives? */
static bool
is_bare(const struct out *head, const struct note_key *key, struct note_head *at)
{
	struct out again = out_new(NOTE_MAX);
	bool is_same = take_head(&again, key, out_view(head), at) == ERR_OK &&
		       span_equal(out_view(&again), out_view(head));

	out_free(&again);
	return is_same;
}

static bool
contradicts(const struct fork *fork, const struct note_head head[2])
{
	if (head[0].size == head[1].size)
		return fork->path.n == 0 && memcmp(head[0].root.b, head[1].root.b, HASH_SIZE) < 0;
	/* every tree begins with the empty one */
	return head[0].size > 0 && head[0].size < head[1].size &&
	       !hash_equal(&fork->prefix, &head[0].root) &&
	       merkle_extends(head[0].size, head[1].size, &fork->prefix, &head[1].root,
			      &fork->path);
}

bool
fork_holds(const struct fork *fork, const struct note_key *key, struct note_head head[2])
{
	if (is_bare(&fork->head[0], key, &head[0]) && is_bare(&fork->head[1], key, &head[1]) &&
	    contradicts(fork, head))
		return true;
	memset(head, 0, 2 * sizeof *head);
	return false;
}

enum err
fork_of_one_size(struct fork *fork, const struct note_key *key, struct span note, struct span other)
{
	struct note_head head[2];
	enum err err = take_head(&fork->head[0], key, note, &head[0]);

	if (err == ERR_OK)
		err = take_head(&fork->head[1], key, other, &head[1]);
	if (err != ERR_OK)
		return err;
	memset(&fork->prefix, 0, sizeof fork->prefix);
	fork->path.n = 0;
	/* the same two heads make the same evidence, whoever saw which first */
	if (memcmp(head[0].root.b, head[1].root.b, HASH_SIZE) > 0) {
		struct out swap = fork->head[0];

		fork->head[0] = fork->head[1];
		fork->head[1] = swap;
	}
	return head[0].size == head[1].size && fork_holds(fork, key, head) ? ERR_OK : ERR_REFUSED;
}

enum err
fork_of_two_sizes(struct fork *fork, const struct note_key *key, struct span smaller,
		  struct span larger, const struct hash *prefix, const struct merkle_path *path)
{
	struct note_head head[2];
	enum err err = take_head(&fork->head[0], key, smaller, &head[0]);

	if (err == ERR_OK)
		err = take_head(&fork->head[1], key, larger, &head[1]);
	if (err != ERR_OK)
		return err;
	fork->prefix = *prefix;
	fork->path = *path;
	return head[0].size < head[1].size && fork_holds(fork, key, head) ? ERR_OK : ERR_REFUSED;
}

void
fork_write_proof(struct out *out, const struct fork *fork)
{
	if (fork->path.n == 0)
		return;
	out_text(out, prefix_word);
	b64_write(out, span_make(fork->prefix.b, HASH_SIZE));
	out_char(out, '\n');
	proof_write_path(out, &fork->path);
}

enum err
fork_read_proof(struct span text, struct fork *fork)
{
	struct span rest = text;
	struct span line;
	struct merkle_path prefix;

	memset(&fork->prefix, 0, sizeof fork->prefix);
	fork->path.n = 0;
	if (text.n == 0)
		return ERR_OK;
	if (!span_split(&rest, '\n', &line) || !rest.p || rest.n == 0 ||
	    !span_starts(line, prefix_word))
		return ERR_FORMAT;
	line = span_make(line.p + sizeof prefix_word - 1, line.n + 1 - (sizeof prefix_word - 1));
	if (proof_read_path(line, &prefix) != ERR_OK || prefix.n != 1 ||
	    proof_read_path(rest, &fork->path) != ERR_OK)
		return ERR_FORMAT;
	fork->prefix = prefix.hash[0];
	return ERR_OK;
}
