/*
 * Promises that a head is published only after it was compared and swapped in head.db, that no head
 * of this origin contradicts an earlier one, and proofs under the published head.  Does not sign.
 */
#include "journal/inside.h"

#include "journal/proof.h"
#include "journal/tables.h"
#include "journal/tilestore.h"

#include <string.h>

static const char sql_leaf_of[] =
    "SELECT epoch, leaf FROM record WHERE id = ?1 AND own = 1 AND leaf >= 0";

/* The log's own line (time 0) comes first: publishing order is by time, then name. */
static const char sql_note_at[] = "SELECT line, row IS " TABLES_HASH(
    "cosign", TABLES_COSIGN) ", min(at_ms) AS first, witness "
			     "FROM cosign WHERE epoch = ?1 AND size = ?2 GROUP BY witness ORDER BY "
			     "first, witness";

enum err
inside_publish(struct journal *journal)
{
	char path[FILE_PATH_MAX];
	struct out note = out_new(NOTE_MAX);
	struct out found = out_new(NOTE_MAX);
	enum err err = inside_published(journal, &note);

	if (err == ERR_OK)
		err = file_path(path, sizeof path, journal->log_dir, "checkpoint");
	if (err != ERR_OK || note.n == 0)
		goto done;
	if (file_read(path, &found) != ERR_OK || !span_equal(out_view(&found), out_view(&note)))
		err = file_write(path, out_view(&note), 0644);
done:
	out_free(&found);
	out_free(&note);
	return err;
}

static enum err
may_sign(const struct journal *journal)
{
	if (journal->mode != JOURNAL_WRITE)
		return ERR_REFUSED;
	if (journal->is_broken)
		return ERR_IO;
	return journal->is_stopped ? ERR_CORRUPT : ERR_OK;
}

enum err
journal_head_due(struct journal *journal, struct out *text)
{
	struct note_head head;
	enum err err = may_sign(journal);

	if (err != ERR_OK || merkle_tree_size(journal->tree) == journal->head.size)
		return err;
	memset(&head, 0, sizeof head);
	(void)span_copy(head.origin, sizeof head.origin, span_of(journal->origin));
	head.size = merkle_tree_size(journal->tree);
	head.root = merkle_tree_root(journal->tree);
	note_head_write(text, &head);
	return out_err(text);
}

/* The signed head must be one of this very tree. */
static enum err
check_own(struct journal *journal, struct span note, struct note_head *head)
{
	struct merkle_source source = inside_source(journal);
	struct hash root;
	enum err err = note_head_open(note, &journal->key, head);

	if (err != ERR_OK)
		return err;
	err = merkle_root_at(&source, head->size, &root);
	if (err != ERR_OK)
		return err;
	return hash_equal(&root, &head->root) ? ERR_OK : ERR_REFUSED;
}

static void
remember_line(struct journal *journal, uint64_t size, struct span bytes)
{
	struct inside_line *row = &journal->lines[journal->next_line];
	struct note note;
	struct span line;

	if (note_read(bytes, &note) != ERR_OK || !note_find_line(&note, &journal->key, &line) ||
	    !span_copy(row->text, sizeof row->text, line))
		return;
	row->size = size;
	journal->next_line = (journal->next_line + 1) % INSIDE_LINES;
}

enum err
inside_head_text(struct journal *journal, uint64_t size, struct out *text)
{
	struct merkle_source source = inside_source(journal);
	struct note_head head = {.size = size};
	enum err err = size > journal->head.size ? ERR_NOT_FOUND : ERR_OK;

	if (err == ERR_OK)
		err = merkle_root_at(&source, size, &head.root);
	if (err != ERR_OK)
		return err;
	(void)span_copy(head.origin, sizeof head.origin, span_of(journal->origin));
	note_head_write(text, &head);
	return out_err(text);
}

enum err
inside_own_line(struct journal *journal, uint64_t size, struct out *text)
{
	struct out bytes = out_new(NOTE_MAX);
	struct head head;
	struct note note;
	struct span line;
	enum err err;

	for (size_t i = 0; i < INSIDE_LINES; i++)
		if (journal->lines[i].size == size && size) {
			out_text(text, journal->lines[i].text);
			return out_err(text);
		}
	err = head_get(journal->heads, span_of(journal->origin), &head, &bytes);
	if (err == ERR_OK && head.at.size == size && note_read(out_view(&bytes), &note) == ERR_OK &&
	    note_find_line(&note, &journal->key, &line))
		out_span(text, line);
	out_free(&bytes);
	return err == ERR_OK ? out_err(text) : err;
}

enum err
journal_head_accept(struct journal *journal, struct span note, int64_t now_ms)
{
	struct tilestore store = {journal->db, journal->epoch, journal->tree, journal->log_dir};
	struct note_head head;
	uint64_t old_size = journal->head.size;
	enum err err = may_sign(journal);

	if (err == ERR_OK && journal->is_in_batch)
		err = ERR_BUSY;
	if (err == ERR_OK)
		err = check_own(journal, note, &head);
	if (err == ERR_OK && head.size <= journal->head.size)
		err = ERR_REFUSED;
	if (err != ERR_OK)
		return err;
	err = head_swap(journal->heads, &journal->head, &head, note, now_ms);
	if (err == ERR_LOCKED || err == ERR_CORRUPT)
		journal->is_stopped = true;
	if (err == ERR_IO)
		journal->is_broken = true;
	if (err != ERR_OK)
		return err;
	journal->head = head;
	remember_line(journal, head.size, note);
	err = tilestore_grow(&store, old_size, head.size);
	return err == ERR_OK ? inside_publish(journal) : err;
}

enum err
journal_head_note(struct journal *journal, struct out *note)
{
	if (!journal->heads)
		return ERR_NOT_FOUND;
	return inside_published(journal, note);
}

enum err
journal_head_shown(struct journal *journal, struct span note)
{
	struct merkle_source source = inside_source(journal);
	struct note_head head;
	struct hash root;
	enum err err = note_head_open(note, &journal->key, &head);

	if (err != ERR_OK)
		return err;
	if (head.size <= journal->head.size) {
		err = merkle_root_at(&source, head.size, &root);
		if (err != ERR_OK || hash_equal(&root, &head.root))
			return err;
	}
	journal->is_stopped = true;
	if (journal->mode == JOURNAL_WRITE)
		err = head_mark(journal->heads, span_of(journal->origin), HEAD_CONTRADICTED, 0);
	return err == ERR_OK ? ERR_CORRUPT : err;
}

bool
journal_is_stopped(const struct journal *journal)
{
	return journal->is_stopped;
}

static enum err
prove_with(struct journal *journal, uint64_t index, uint64_t size, struct span note,
	   struct out *text)
{
	struct merkle_source source = inside_source(journal);
	struct proof proof;
	enum err err;

	memset(&proof, 0, sizeof proof);
	proof.index = index;
	proof.note = note;
	err = merkle_prove_inclusion(&source, index, size, &proof.path);
	if (err != ERR_OK)
		return err;
	proof_write(text, &proof);
	return out_err(text);
}

enum err
journal_prove(struct journal *journal, uint64_t index, struct out *text)
{
	struct out note = out_new(NOTE_MAX);
	enum err err = journal_head_note(journal, &note);

	if (err == ERR_OK)
		err = prove_with(journal, index, journal->head.size, out_view(&note), text);
	out_free(&note);
	return err;
}

static enum err
add_lines(struct journal *journal, uint64_t size, struct out *note)
{
	sqlite3_stmt *statement;
	bool has_row = true;
	enum err err = inside_db(journal, sql_note_at, &statement);

	if (err != ERR_OK)
		return err;
	db_bind_int(statement, 1, journal->epoch);
	db_bind_int(statement, 2, (int64_t)size);
	while ((err = db_step(statement, &has_row)) == ERR_OK && has_row) {
		if (!db_int(statement, 1)) {
			db_reset(statement);
			return ERR_CORRUPT;
		}
		out_span(note, db_text(statement, 0));
	}
	return err == ERR_OK ? out_err(note) : err;
}

/* Made again from the leaves and the lines kept of it; the log's own line must be among them. */
static enum err
note_at(struct journal *journal, uint64_t size, struct out *note)
{
	struct note_head again;
	enum err err = inside_head_text(journal, size, note);

	if (err != ERR_OK)
		return err;
	out_char(note, '\n');
	err = add_lines(journal, size, note);
	if (err == ERR_OK && note_head_open(out_view(note), &journal->key, &again) != ERR_OK)
		err = ERR_NOT_FOUND;
	return err;
}

enum err
journal_prove_under(struct journal *journal, uint64_t index, uint64_t size, struct out *text)
{
	struct out note = out_new(NOTE_MAX);
	enum err err = note_at(journal, size, &note);

	if (err == ERR_OK)
		err = prove_with(journal, index, size, out_view(&note), text);
	out_free(&note);
	return err;
}

enum err
journal_prove_record(struct journal *journal, const struct hash *id, struct out *proof)
{
	sqlite3_stmt *statement;
	int64_t epoch = 0;
	int64_t leaf = -1;
	bool has_row;
	enum err err = inside_db(journal, sql_leaf_of, &statement);

	if (err != ERR_OK)
		return err;
	db_bind_blob(statement, 1, span_make(id->b, HASH_SIZE));
	err = db_step(statement, &has_row);
	if (err == ERR_OK && has_row) {
		epoch = db_int(statement, 0);
		leaf = db_int(statement, 1);
	}
	db_reset(statement);
	if (err != ERR_OK || leaf < 0 || epoch != journal->epoch)
		return err != ERR_OK ? err : ERR_NOT_FOUND;
	return journal_prove(journal, (uint64_t)leaf, proof);
}

enum err
journal_prove_extension(struct journal *journal, uint64_t old_size, uint64_t size,
			struct merkle_path *path)
{
	struct merkle_source source = inside_source(journal);

	return merkle_prove_extension(&source, old_size, size, path);
}

/* --- other stations' logs */

static enum err
witnessed_head(struct journal *journal, const struct note_key *key, struct head *head,
	       int64_t now_ms)
{
	enum err err = head_get(journal->heads, span_of(key->name), head, NULL);

	if (err != ERR_NOT_FOUND)
		return err;
	err = head_add(journal->heads, span_of(key->name), false, now_ms);
	return err == ERR_OK ? head_get(journal->heads, span_of(key->name), head, NULL) : err;
}

enum err
journal_witness(struct journal *journal, const struct note_key *key, uint64_t old_size,
		const struct merkle_path *path, struct span note, int64_t now_ms, uint64_t *known)
{
	struct note_head next;
	struct head held;
	enum err err = journal->mode != JOURNAL_WRITE ? ERR_REFUSED
		       : journal->is_broken           ? ERR_IO
						      : ERR_OK;

	*known = 0;
	if (err == ERR_OK)
		err = note_head_open(note, key, &next);
	if (err == ERR_OK)
		err = witnessed_head(journal, key, &held, now_ms);
	if (err != ERR_OK)
		return err;
	*known = held.at.size;
	if (held.is_own)
		return ERR_REFUSED;
	if (old_size != held.at.size)
		return ERR_BUSY;
	if (!merkle_extends(held.at.size, next.size, &held.at.root, &next.root, path))
		return ERR_REFUSED;
	err = head_swap(journal->heads, &held.at, &next, note, now_ms);
	if (err == ERR_IO)
		journal->is_broken = true;
	return err;
}

enum err
journal_witnessed(struct journal *journal, struct span origin, struct out *note)
{
	struct head held;
	enum err err =
	    journal->heads ? head_get(journal->heads, origin, &held, note) : ERR_NOT_FOUND;

	if (err == ERR_OK && (held.is_own || held.at.size == 0))
		err = ERR_NOT_FOUND;
	return err;
}
