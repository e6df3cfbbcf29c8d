/*
 * Promises C2SP tlog-proof@v1 texts: written from a path and a checkpoint, read strictly, checked
 * offline.
 */
#include "journal/proof.h"

#include "base/b64.h"

#include <string.h>

#define FIRST_LINE "c2sp.org/tlog-proof@v1"

enum { WITNESS_LINES_MAX = 63 };

void
proof_write_path(struct out *out, const struct merkle_path *path)
{
	for (size_t i = 0; i < path->n; i++) {
		b64_write(out, span_make(path->hash[i].b, HASH_SIZE));
		out_char(out, '\n');
	}
}

static bool
read_hash(struct span text, struct hash *hash)
{
	unsigned char bytes[HASH_SIZE + 4];
	size_t n;

	if (text.n != 44 || !b64_read(text, bytes, sizeof bytes, &n) || n != HASH_SIZE)
		return false;
	memcpy(hash->b, bytes, HASH_SIZE);
	return true;
}

enum err
proof_read_path(struct span lines, struct merkle_path *path)
{
	struct span rest = lines;
	struct span one;

	path->n = 0;
	if (lines.n == 0)
		return ERR_OK;
	if (lines.p[lines.n - 1] != '\n')
		return ERR_FORMAT;
	rest.n--;
	while (span_split(&rest, '\n', &one)) {
		if (path->n == WITNESS_LINES_MAX || !read_hash(one, &path->hash[path->n])) {
			path->n = 0;
			return ERR_FORMAT;
		}
		path->n++;
	}
	return ERR_OK;
}

void
proof_write(struct out *out, const struct proof *proof)
{
	out_text(out, FIRST_LINE "\n");
	if (proof->extra.n) {
		out_text(out, "extra ");
		out_span(out, proof->extra);
		out_char(out, '\n');
	}
	out_format(out, "index %llu\n", (unsigned long long)proof->index);
	proof_write_path(out, &proof->path);
	out_char(out, '\n');
	out_span(out, proof->note);
}

static bool
read_index(struct span line, uint64_t *index)
{
	int64_t value;

	if (!span_starts(line, "index "))
		return false;
	line = span_make(line.p + 6, line.n - 6);
	if (line.n == 0 || line.p[0] == '-' || (line.n > 1 && line.p[0] == '0') ||
	    !span_int(line, 0, INT64_MAX, &value))
		return false;
	*index = (uint64_t)value;
	return true;
}

static bool
read_extra(struct span line, struct span *extra)
{
	char bytes[4096];
	size_t n;

	*extra = span_make(line.p + 6, line.n - 6);
	return extra->n > 0 && extra->n <= sizeof bytes &&
	       b64_read(*extra, bytes, sizeof bytes, &n);
}

enum err
proof_read(struct span bytes, struct proof *proof)
{
	struct span rest = bytes;
	struct span line;

	memset(proof, 0, sizeof *proof);
	if (bytes.n > PROOF_MAX || !span_split(&rest, '\n', &line) || !span_is(line, FIRST_LINE) ||
	    !span_split(&rest, '\n', &line))
		goto broken;
	if (span_starts(line, "extra ") &&
	    (!read_extra(line, &proof->extra) || !span_split(&rest, '\n', &line)))
		goto broken;
	if (!read_index(line, &proof->index))
		goto broken;
	while (span_split(&rest, '\n', &line) && line.n) {
		if (proof->path.n == MERKLE_PATH_MAX ||
		    !read_hash(line, &proof->path.hash[proof->path.n]))
			goto broken;
		proof->path.n++;
	}
	if (!rest.p || rest.n == 0)
		goto broken;
	proof->note = rest;
	return ERR_OK;
broken:
	memset(proof, 0, sizeof *proof);
	return ERR_FORMAT;
}

enum err
proof_check(struct span bytes, struct span entry, const struct note_key *key,
	    struct note_head *head)
{
	struct proof proof;
	struct hash leaf = merkle_leaf(entry);
	enum err err = proof_read(bytes, &proof);

	memset(head, 0, sizeof *head);
	if (err == ERR_OK)
		err = note_head_open(proof.note, key, head);
	if (err != ERR_OK)
		return err;
	if (merkle_includes(proof.index, head->size, &leaf, &proof.path, &head->root))
		return ERR_OK;
	memset(head, 0, sizeof *head);
	return ERR_REFUSED;
}
