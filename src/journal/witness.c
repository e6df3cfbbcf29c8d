/*
 * Promises the witness's end of C2SP tlog-witness: nothing is offered for signing that does not
 * extend the head last countersigned, and only once it is durable.  Does not sign, carries nothing.
 */
#include "journal/witness.h"

#include "journal/fork.h"
#include "journal/head.h"
#include "journal/inside.h"
#include "journal/proof.h"

#include <string.h>

enum {
	OK = 200,
	BAD_REQUEST = 400,
	FORBIDDEN = 403,
	UNKNOWN = 404,
	CONFLICT = 409,
	BAD_PROOF = 422
};

/* --- the request */

static bool
read_size(struct span line, uint64_t *size)
{
	int64_t value;

	if (!span_starts(line, "old "))
		return false;
	line = span_make(line.p + 4, line.n - 4);
	if (line.n == 0 || line.p[0] == '-' || (line.n > 1 && line.p[0] == '0') ||
	    !span_int(line, 0, INT64_MAX, &value))
		return false;
	*size = (uint64_t)value;
	return true;
}

/* Everything up to the first empty line, which is dropped. */
static bool
take_path(struct span *rest, struct merkle_path *path)
{
	struct span all = *rest;
	struct span line;

	while (span_split(rest, '\n', &line))
		if (line.n == 0 && rest->p)
			return proof_read_path(span_make(all.p, (size_t)(line.p - all.p)), path) ==
			       ERR_OK;
	return false;
}

enum err
witness_read_request(struct span body, struct witness_request *request)
{
	struct span rest = body;
	struct span line;
	struct note note;

	memset(request, 0, sizeof *request);
	if (body.n > WITNESS_BODY_MAX || !span_split(&rest, '\n', &line) || !rest.p ||
	    !read_size(line, &request->old_size) || !take_path(&rest, &request->path) ||
	    note_read(rest, &note) != ERR_OK ||
	    note_head_read(note.text, &request->head) != ERR_OK) {
		memset(request, 0, sizeof *request);
		return ERR_FORMAT;
	}
	request->note = rest;
	request->origin = span_make(rest.p, strlen(request->head.origin));
	return ERR_OK;
}

/* --- the answer */

struct serving {
	struct journal *journal;
	const struct note_key *key;
	struct witness_request request;
	struct head held;
	struct out held_note;
	struct out note; /* what came: its text and the log's own line */
};

/* Never countersigned: as if the empty tree had been. */
static enum err
load_held(struct serving *serving)
{
	enum err err = head_get(serving->journal->heads, serving->request.origin, &serving->held,
				&serving->held_note);

	if (err != ERR_NOT_FOUND)
		return err;
	memset(&serving->held, 0, sizeof serving->held);
	serving->held.at.root = merkle_empty();
	return ERR_OK;
}

/* The status for a request of a known log under its signature, in the order of the specification.
 */
static int
judge(struct serving *serving, struct witness_answer *answer, struct fork *fork)
{
	const struct witness_request *request = &serving->request;
	const struct note_head *next = &request->head;
	const struct note_head *held = &serving->held.at;
	struct hash empty = merkle_empty();

	if (request->old_size > next->size)
		return BAD_REQUEST;
	if (serving->held.state != HEAD_OPEN)
		return FORBIDDEN;
	if (next->size == 0 && !hash_equal(&next->root, &empty))
		return BAD_PROOF;
	if (next->size == held->size && next->size > 0 && !hash_equal(&next->root, &held->root))
		answer->has_forked =
		    fork_of_one_size(fork, serving->key, out_view(&serving->held_note),
				     request->note) == ERR_OK;
	if (request->old_size == held->size &&
	    merkle_extends(held->size, next->size, &held->root, &next->root, &request->path))
		return OK;
	answer->is_doubtful = next->size > 0 && next->size != held->size;
	return request->old_size == held->size ? BAD_PROOF : CONFLICT;
}

static enum err
keep_own_line(struct serving *serving)
{
	struct note note;
	struct span line;
	enum err err = note_read(serving->request.note, &note);

	if (err != ERR_OK || !note_find_line(&note, serving->key, &line))
		return ERR_REFUSED;
	out_span(&serving->note, note.text);
	out_char(&serving->note, '\n');
	out_span(&serving->note, line);
	return out_err(&serving->note);
}

/* Compared again and swapped in one step: another may have been served since load_held(). */
static enum err
persist(struct serving *serving, int64_t now_ms, struct witness_answer *answer)
{
	enum err err = keep_own_line(serving);

	if (err == ERR_OK)
		err = journal_witness(serving->journal, serving->key, serving->request.old_size,
				      &serving->request.path, out_view(&serving->note), now_ms,
				      &answer->size);
	if (err == ERR_OK) {
		answer->size = serving->request.head.size;
		return ERR_OK;
	}
	if (err == ERR_BUSY || err == ERR_LOCKED) {
		out_reset(&serving->held_note);
		err = load_held(serving);
		answer->size = serving->held.at.size;
		answer->status = serving->held.state == HEAD_OPEN ? CONFLICT : FORBIDDEN;
	}
	return err;
}

static enum err
serve_known(struct serving *serving, uint64_t time_s, int64_t now_ms, struct witness_answer *answer,
	    struct out *message, struct fork *fork)
{
	struct note note;
	uint64_t unused;
	enum err err = note_read(serving->request.note, &note);

	if (err != ERR_OK)
		return err;
	if (note_check(&note, serving->key, &unused) != NOTE_HOLDS) {
		answer->status = FORBIDDEN;
		return ERR_OK;
	}
	answer->status = judge(serving, answer, fork);
	answer->size = serving->held.at.size;
	if (answer->status != OK)
		return ERR_OK;
	err = persist(serving, now_ms, answer);
	if (err != ERR_OK || answer->status != OK)
		return err;
	answer->head = serving->request.head;
	answer->time_s = time_s;
	note_cosign_message(message, time_s, note.text);
	return out_err(message);
}

enum err
witness_serve(struct journal *journal, const struct note_key *key, struct span body,
	      uint64_t time_s, int64_t now_ms, struct witness_answer *answer, struct out *message,
	      struct fork *fork)
{
	struct serving serving = {.journal = journal, .key = key};
	enum err err = ERR_OK;

	memset(answer, 0, sizeof *answer);
	answer->status = BAD_REQUEST;
	if (time_s == 0 || journal->mode != JOURNAL_WRITE)
		return ERR_REFUSED;
	if (witness_read_request(body, &serving.request) != ERR_OK)
		return ERR_OK;
	serving.held_note = out_new(NOTE_MAX);
	serving.note = out_new(NOTE_MAX);
	err = load_held(&serving);
	answer->status = UNKNOWN;
	answer->is_own = err == ERR_OK && serving.held.is_own;
	if (err == ERR_OK && !answer->is_own && key && span_is(serving.request.origin, key->name))
		err = serve_known(&serving, time_s, now_ms, answer, message, fork);
	out_free(&serving.held_note);
	out_free(&serving.note);
	if (err != ERR_OK)
		answer->status = 0;
	return err;
}

/* --- after the signature */

/* Beside the head, for whoever asks what was countersigned; not when a newer one is there already.
 */
static enum err
keep_line(struct journal *journal, const struct witness_answer *answer, struct span line,
	  int64_t now_ms)
{
	struct out note = out_new(NOTE_MAX);
	struct head held;
	enum err err = head_get(journal->heads, span_of(answer->head.origin), &held, &note);
	struct note read;
	struct span own;

	if (err == ERR_OK && held.at.size == answer->head.size &&
	    hash_equal(&held.at.root, &answer->head.root) &&
	    note_read(out_view(&note), &read) == ERR_OK) {
		/* the log's line is the first, an older countersignature goes */
		(void)span_split(&read.lines, '\n', &own);
		note.n = (size_t)(own.p - note.p) + own.n + 1;
		out_span(&note, line);
		err = head_swap(journal->heads, &held.at, &answer->head, out_view(&note), now_ms);
	}
	out_free(&note);
	if (err == ERR_IO)
		journal->is_broken = true;
	return err == ERR_LOCKED ? ERR_OK : err;
}

enum err
witness_finish(struct journal *journal, const struct note_key *witness,
	       const struct witness_answer *answer, const struct signature *signature,
	       int64_t now_ms, struct out *body)
{
	struct out text = out_new(NOTE_MAX);
	struct out line = out_new(NOTE_MAX);
	struct note note;
	uint64_t time_s;
	enum err err = ERR_REFUSED;

	note_head_write(&text, &answer->head);
	note_write_line(&line, witness, answer->time_s, signature);
	note = (struct note){out_view(&text), out_view(&line)};
	if (answer->status == OK && witness->type == NOTE_COSIGNATURE && out_err(&text) == ERR_OK &&
	    out_err(&line) == ERR_OK && note_check(&note, witness, &time_s) == NOTE_HOLDS)
		err = keep_line(journal, answer, out_view(&line), now_ms);
	if (err == ERR_OK) {
		out_span(body, out_view(&line));
		err = out_err(body);
	}
	out_free(&text);
	out_free(&line);
	return err;
}

void
witness_write_refusal(const struct witness_answer *answer, struct out *body)
{
	switch (answer->status) {
	case CONFLICT:
		out_format(body, "%llu\n", (unsigned long long)answer->size);
		break;
	case UNKNOWN:
		out_text(body, "this log is not witnessed here\n");
		break;
	case FORBIDDEN:
		out_text(body, "not signed by the key of this log, or it told two histories\n");
		break;
	case BAD_PROOF:
		out_text(body, "the head does not extend the one last countersigned\n");
		break;
	default:
		out_text(body, "not a request of tlog-witness\n");
	}
}

/* --- trust withdrawn */

enum err
witness_distrust(struct journal *journal, struct span origin, int64_t now_ms)
{
	struct head held;
	enum err err = journal->mode != JOURNAL_WRITE
			   ? ERR_REFUSED
			   : head_get(journal->heads, origin, &held, NULL);

	if (err == ERR_NOT_FOUND)
		err = head_add(journal->heads, origin, false, now_ms);
	else if (err == ERR_OK && held.is_own)
		err = ERR_REFUSED;
	return err == ERR_OK ? head_mark(journal->heads, origin, HEAD_CONTRADICTED, now_ms) : err;
}

bool
witness_is_distrusted(struct journal *journal, struct span origin)
{
	struct head held;

	return journal->heads && head_get(journal->heads, origin, &held, NULL) == ERR_OK &&
	       !held.is_own && held.state == HEAD_CONTRADICTED;
}

struct walking {
	bool (*each)(void *context, const struct note_head *head, struct span note,
		     bool is_distrusted);
	void *context;
};

static bool
pass_on(void *context, const struct head *head, struct span note)
{
	const struct walking *walking = context;

	return walking->each(walking->context, &head->at, note, head->state == HEAD_CONTRADICTED);
}

enum err
witness_each(struct journal *journal,
	     bool (*each)(void *context, const struct note_head *head, struct span note,
			  bool is_distrusted),
	     void *context)
{
	struct walking walking = {each, context};

	return journal->heads ? head_each_foreign(journal->heads, pass_on, &walking) : ERR_OK;
}
