/*
 * Promises that countersignatures are over heads of our own log and that the heads which we
 * countersigned for others were signed by them.  Whether those grew into one another the mirrors
 * say.
 */
#include "journal/verify_log.h"

#include <string.h>

/* clang-format off */
static const char sql_rows[] =
    "SELECT size, witness, at_ms, line FROM cosign WHERE epoch = ?1 ORDER BY size, witness, at_ms";
static const char sql_others[] =
    "SELECT origin, size, root, note FROM head WHERE own = 0 AND size > 0 ORDER BY origin";
/* clang-format on */

static void
step(struct verify_check *check, struct verify_cosigns *cosigns)
{
	enum err err = db_step(cosigns->rows, &cosigns->has_row);

	cosigns->has_row = cosigns->has_row && err == ERR_OK;
	cosigns->size = cosigns->has_row ? (uint64_t)db_int(cosigns->rows, 0) : 0;
	verify_fail(check, "journal.db: cosign", err);
}

void
verify_cosign_begin(struct verify_check *check, const struct verify_log *log,
		    struct verify_cosigns *cosigns)
{
	enum err err = db_prepare(check->journal.db, sql_rows, &cosigns->rows);

	cosigns->log = log;
	cosigns->has_row = false;
	verify_fail(check, "journal.db: cosign", err);
	if (err != ERR_OK)
		return;
	db_bind_int(cosigns->rows, 1, log->number);
	step(check, cosigns);
}

/* The key of the line, and whether it is the log's own. */
static bool
find_key(struct verify_check *check, const struct verify_cosigns *cosigns, struct span name,
	 struct note_key *key)
{
	if (span_is(name, cosigns->log->key.name)) {
		*key = cosigns->log->key;
		return true;
	}
	return check->options->find_key &&
	       check->options->find_key(check->options->context, name, key);
}

/* A key that is not known any more decides nothing: the row's hash does. */
static bool
line_holds(struct verify_check *check, const struct verify_cosigns *cosigns,
	   const struct note_head *head)
{
	struct span line = db_text(cosigns->rows, 3);
	struct out text = out_new(NOTE_MAX);
	struct note_key key;
	struct note note;
	uint64_t time_s = 0;
	bool holds = true;

	note_head_write(&text, head);
	note = (struct note){out_view(&text), line};
	if (out_err(&text) == ERR_OK && find_key(check, cosigns, db_text(cosigns->rows, 1), &key)) {
		switch (note_check(&note, &key, &time_s)) {
		case NOTE_BAD:
			holds = false;
			break;
		case NOTE_HOLDS:
			holds = (int64_t)time_s * 1000 == db_int(cosigns->rows, 2);
			check->counts->cosigns += key.type == NOTE_COSIGNATURE;
			break;
		case NOTE_ABSENT:
			break;
		}
	}
	out_free(&text);
	return holds;
}

static void
fault(struct verify_check *check, const struct verify_cosigns *cosigns, const char *what)
{
	struct span witness = db_text(cosigns->rows, 1);

	verify_fault(check, "journal.db: countersignature of log %lld at %llu leaves by %.*s %s",
		     (long long)cosigns->log->number, (unsigned long long)cosigns->size,
		     (int)witness.n, witness.p, what);
}

void
verify_cosign_take(struct verify_check *check, struct verify_cosigns *cosigns,
		   const struct merkle_tree *tree)
{
	struct note_head head = {.size = merkle_tree_size(tree)};

	if (!cosigns->has_row || cosigns->size > head.size)
		return;
	head.root = merkle_tree_root(tree);
	(void)span_copy(head.origin, sizeof head.origin, span_of(cosigns->log->key.name));
	for (; cosigns->has_row && cosigns->size <= head.size; step(check, cosigns))
		if (cosigns->size < head.size || !line_holds(check, cosigns, &head))
			fault(check, cosigns, "does not hold");
}

/* Leaves that a recovery left behind may have been countersigned: only of a closed log. */
void
verify_cosign_end(struct verify_check *check, struct verify_cosigns *cosigns, uint64_t size)
{
	bool is_closed = cosigns->log->has_head && cosigns->log->head.state == HEAD_CLOSED;

	for (; cosigns->has_row && !is_closed && cosigns->size > size; step(check, cosigns))
		fault(check, cosigns, "is over leaves that are not there");
	(void)sqlite3_finalize(cosigns->rows);
	cosigns->rows = NULL;
}

/* --- other logs */

static bool
note_holds(struct verify_check *check, sqlite3_stmt *row)
{
	struct span origin = db_text(row, 0);
	struct span root = db_blob(row, 2);
	struct note_head head;
	struct note_key key;

	if (!check->options->find_key ||
	    !check->options->find_key(check->options->context, origin, &key))
		return true;
	check->counts->witnessed++;
	return note_head_open(db_blob(row, 3), &key, &head) == ERR_OK &&
	       head.size == (uint64_t)db_int(row, 1) && root.n == HASH_SIZE &&
	       memcmp(head.root.b, root.p, HASH_SIZE) == 0;
}

void
verify_cosign_others(struct verify_check *check)
{
	sqlite3_stmt *statement;
	bool has_row;
	enum err err = db_prepare(check->journal.heads, sql_others, &statement);

	while (err == ERR_OK && (err = db_step(statement, &has_row)) == ERR_OK && has_row)
		if (!note_holds(check, statement)) {
			struct span origin = db_text(statement, 0);

			verify_fault(check, "head.db: the head of %.*s was not signed by it",
				     (int)origin.n, origin.p);
		}
	verify_fail(check, "head.db: head", err);
	(void)sqlite3_finalize(statement);
}
