/*
 * Promises the log's end of C2SP tlog-witness: a request that a witness which knows some head of
 * ours can check, and that nothing a witness merely says is taken for proof.
 */
#include "journal/witness.h"

#include "journal/inside.h"
#include "journal/proof.h"
#include "journal/shelf.h"

#include <string.h>

/* Our newest head, with our own line alone: a witness needs no more. */
static enum err
write_head(struct journal *journal, struct out *body)
{
	struct out line = out_new(INSIDE_LINE_MAX);
	enum err err = inside_head_text(journal, journal->head.size, body);

	out_char(body, '\n');
	if (err == ERR_OK)
		err = inside_own_line(journal, journal->head.size, &line);
	if (err == ERR_OK && line.n == 0)
		err = ERR_CORRUPT;
	out_span(body, out_view(&line));
	out_free(&line);
	return err == ERR_OK ? out_err(body) : err;
}

enum err
witness_write_request(struct journal *journal, uint64_t old_size, struct out *body)
{
	struct merkle_path path;
	enum err err;

	if (!journal->heads || journal->head.size == 0)
		return ERR_NOT_FOUND;
	if (old_size > journal->head.size)
		return ERR_LIMIT;
	err = journal_prove_extension(journal, old_size, journal->head.size, &path);
	if (err != ERR_OK)
		return err;
	out_format(body, "old %llu\n", (unsigned long long)old_size);
	proof_write_path(body, &path);
	out_char(body, '\n');
	return write_head(journal, body);
}

static enum err
take_lines(struct journal *journal, const struct note_key *key, uint64_t size, struct span lines,
	   enum witness_outcome *outcome)
{
	struct out note = out_new(NOTE_MAX);
	enum err err = inside_head_text(journal, size, &note);

	out_char(&note, '\n');
	if (err == ERR_OK)
		err = inside_own_line(journal, size, &note);
	out_span(&note, lines);
	if (err == ERR_OK)
		err = out_err(&note) == ERR_LIMIT ? ERR_FORMAT : out_err(&note);
	if (err == ERR_OK)
		err = shelf_cosign(journal, key, out_view(&note), 0);
	out_free(&note);
	if (err == ERR_FORMAT || err == ERR_REFUSED)
		return ERR_OK; /* WITNESS_USELESS */
	if (err == ERR_OK)
		*outcome = WITNESS_COSIGNED;
	return err;
}

static enum witness_outcome
take_size(const struct journal *journal, struct span body, uint64_t *old_size)
{
	struct span line = span_make(body.p, body.n ? body.n - 1 : 0);
	int64_t size;

	if (body.n < 2 || body.p[body.n - 1] != '\n' || line.p[0] == '-' ||
	    (line.n > 1 && line.p[0] == '0') || !span_int(line, 0, INT64_MAX, &size))
		return WITNESS_USELESS;
	if ((uint64_t)size > journal->head.size)
		return WITNESS_AHEAD;
	/* the size that was named: what it holds of that size must be another tree */
	if ((uint64_t)size == *old_size)
		return WITNESS_DISAGREES;
	*old_size = (uint64_t)size;
	return WITNESS_RETRY;
}

enum err
witness_take(struct journal *journal, const struct note_key *key, uint64_t size, int status,
	     struct span body, enum witness_outcome *outcome, uint64_t *old_size)
{
	enum err err = ERR_OK;

	*outcome = WITNESS_USELESS;
	switch (status) {
	case 200:
		err = take_lines(journal, key, size, body, outcome);
		if (*outcome == WITNESS_COSIGNED)
			*old_size = size;
		break;
	case 403:
	case 404:
		*outcome = WITNESS_STRANGER;
		break;
	case 409:
		*outcome = take_size(journal, body, old_size);
		break;
	case 422:
		*outcome = WITNESS_DISAGREES;
		break;
	default:
		break;
	}
	return err;
}
