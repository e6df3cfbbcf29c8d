/*
 * Promises the log's half of the verification: every leaf from its body, the root from the leaves,
 * every file of log/ from both, the published checkpoint and head.db against them.
 */
#define _GNU_SOURCE
#include "journal/verify_log.h"

#include "journal/tilestore.h"

#include <fts.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* clang-format off */
static const char sql_bodies[] =
    "SELECT l.idx, l.entry, l.hash, r.jwt, coalesce(s.receipt, c.text), e.genesis FROM leaf l "
    "LEFT JOIN record r ON r.leaf >= 0 AND r.epoch = l.epoch AND r.leaf = l.idx "
    "LEFT JOIN sent s ON s.leaf >= 0 AND s.epoch = l.epoch AND s.leaf = l.idx "
    "LEFT JOIN confirm c ON c.leaf >= 0 AND c.epoch = l.epoch AND c.leaf = l.idx "
    "LEFT JOIN epoch e ON l.idx = 0 AND e.epoch = l.epoch "
    "WHERE l.epoch = ?1 ORDER BY l.idx";
static const char sql_cosigned[] =
    "SELECT 1 FROM cosign WHERE epoch = ?1 AND size = ?2 AND line = ?3";
/* clang-format on */

/* --- before the leaves: what was published and signed */

static bool
is_log_vkey(struct verify_check *check, struct span vkey)
{
	char path[FILE_PATH_MAX];
	struct out found = out_new(4096);
	bool is_same = file_path(path, sizeof path, check->journal.dir, "log.vkey") == ERR_OK &&
		       file_read(path, &found) == ERR_OK && found.n == vkey.n + 1 &&
		       memcmp(found.p, vkey.p, vkey.n) == 0 && found.p[vkey.n] == '\n';

	out_free(&found);
	return is_same;
}

static void
load_head(struct verify_check *check, struct verify_log *log)
{
	enum err err = !check->journal.heads ? ERR_NOT_FOUND
					     : head_get(check->journal.heads,
							span_of(log->key.name), &log->head, NULL);

	log->has_head = err == ERR_OK;
	if (err == ERR_NOT_FOUND)
		verify_fault(check, "head.db: no row for %s", log->key.name);
	else if (err != ERR_OK)
		verify_fail(check, "head.db", err);
	else if (log->is_newest && log->head.state != HEAD_OPEN)
		verify_fault(check, "head.db: %s is not open", log->key.name);
}

static void
load_checkpoint(struct verify_check *check, struct verify_log *log)
{
	char path[FILE_PATH_MAX];
	enum err err = file_path(path, sizeof path, log->dir, "checkpoint");

	log->checkpoint = out_new(NOTE_MAX);
	if (err == ERR_OK)
		err = file_read(path, &log->checkpoint);
	if (err == ERR_OK)
		err = note_head_open(out_view(&log->checkpoint), &log->key, &log->published);
	if (err == ERR_OK)
		return;
	out_reset(&log->checkpoint);
	/* before the first beat there is none; of a lost log it need not be there */
	if (err == ERR_NOT_FOUND && check->journal.heads &&
	    (head_get(check->journal.heads, span_of(log->key.name), &log->head, NULL) != ERR_OK ||
	     log->head.at.size == 0 || log->head.state == HEAD_CLOSED))
		return;
	verify_fault(check, "log/%lld/checkpoint: %s", (long long)log->number,
		     err == ERR_REFUSED ? "not signed by the log's key" : err_text(err));
}

static void
load_one(struct verify_check *check, sqlite3_stmt *row)
{
	struct verify_log *log = &check->log[check->log_n];
	const struct note_key *pinned = check->options->key;

	memset(log, 0, sizeof *log);
	log->number = db_int(row, 0);
	log->is_newest = db_int(row, 2) != 0;
	if (note_key_read(db_text(row, 1), &log->key) != ERR_OK ||
	    inside_log_dir(log->dir, sizeof log->dir, check->journal.dir, log->number) != ERR_OK) {
		verify_fault(check, "journal.db: epoch %lld: broken key", (long long)log->number);
		return;
	}
	if (log->is_newest && !is_log_vkey(check, db_text(row, 1)))
		verify_fault(check, "log.vkey: not the key of log %lld", (long long)log->number);
	if (log->is_newest && pinned &&
	    (strcmp(pinned->name, log->key.name) != 0 ||
	     memcmp(pinned->public.b, log->key.public.b, SIGN_PUBLIC_SIZE) != 0))
		verify_fault(check, "journal.db: epoch %lld: not the key that was given",
			     (long long)log->number);
	load_checkpoint(check, log);
	load_head(check, log);
	check->log_n++;
}

void
verify_log_load(struct verify_check *check)
{
	sqlite3_stmt *statement;
	bool has_row;
	enum err err;

	check->log = calloc(VERIFY_LOGS_MAX, sizeof *check->log);
	err = check->log ? db_prepare(check->journal.db,
				      "SELECT epoch, vkey, epoch = (SELECT max(epoch) FROM epoch) "
				      "FROM epoch ORDER BY epoch",
				      &statement)
			 : ERR_NOMEM;
	if (err != ERR_OK) {
		verify_fail(check, "journal.db: epoch", err);
		return;
	}
	while ((err = db_step(statement, &has_row)) == ERR_OK && has_row &&
	       check->log_n < VERIFY_LOGS_MAX)
		load_one(check, statement);
	verify_fail(check, "journal.db: epoch", err);
	if (check->log_n == 0)
		verify_fault(check, "journal.db: no log");
	(void)sqlite3_finalize(statement);
}

void
verify_log_free(struct verify_check *check)
{
	for (size_t i = 0; i < check->log_n; i++)
		out_free(&check->log[i].checkpoint);
	free(check->log);
	check->log = NULL;
	check->log_n = 0;
}

/* --- leaves */

static bool
is_hash_of(struct span body, struct span entry)
{
	struct hash hash = hash_of(body);

	return memcmp(hash.b, entry.p + 1, HASH_SIZE) == 0;
}

static void
check_body(struct verify_check *check, const struct verify_log *log, uint64_t index,
	   sqlite3_stmt *row)
{
	struct span entry = db_blob(row, 1);
	unsigned type = (unsigned char)entry.p[0];
	int column = type == JOURNAL_ENTRY_RECORD    ? 3
		     : type == JOURNAL_ENTRY_RECEIPT ? 4
		     : type == JOURNAL_ENTRY_GENESIS ? 5
						     : -1;

	if (column < 0 || (type == JOURNAL_ENTRY_GENESIS) != (index == 0)) {
		verify_fault(check, "journal.db: log %lld, leaf %llu: unknown entry type %u",
			     (long long)log->number, (unsigned long long)index, type);
		return;
	}
	check->counts->receipts += type == JOURNAL_ENTRY_RECEIPT;
	if (sqlite3_column_type(row, column) == SQLITE_NULL)
		check->counts->bodies_lost++;
	else if (!is_hash_of(db_blob(row, column), entry))
		verify_fault(check, "journal.db: log %lld, leaf %llu: its %s has another hash",
			     (long long)log->number, (unsigned long long)index,
			     column == 3   ? "record"
			     : column == 4 ? "receipt"
					   : "founding text");
}

static enum err
check_leaf(struct verify_check *check, const struct verify_log *log, sqlite3_stmt *row,
	   struct merkle_tree *tree)
{
	struct span entry = db_blob(row, 1);
	struct hash leaf = merkle_leaf(entry);
	struct hash held;
	uint64_t index = merkle_tree_size(tree);

	if ((uint64_t)db_int(row, 0) != index) {
		verify_fault(check, "journal.db: log %lld: leaf %llu is missing",
			     (long long)log->number, (unsigned long long)index);
		return ERR_CORRUPT;
	}
	if (entry.n != JOURNAL_ENTRY_SIZE)
		verify_fault(check, "journal.db: log %lld, leaf %llu: entry of %zu bytes",
			     (long long)log->number, (unsigned long long)index, entry.n);
	else
		check_body(check, log, index, row);
	if (!inside_hash(row, 2, &held) || !hash_equal(&held, &leaf))
		verify_fault(check,
			     "journal.db: log %lld, leaf %llu: entry does not match its leaf hash",
			     (long long)log->number, (unsigned long long)index);
	check->counts->leaves++;
	verify_progress(check, "leaves", check->counts->leaves, 0);
	return merkle_tree_add(tree, &leaf);
}

static enum err
check_leaves(struct verify_check *check, const struct verify_log *log, struct merkle_tree *tree)
{
	struct verify_cosigns cosigns;
	sqlite3_stmt *statement;
	bool has_row;
	enum err err = db_prepare(check->journal.db, sql_bodies, &statement);

	if (err != ERR_OK)
		return err;
	verify_cosign_begin(check, log, &cosigns);
	db_bind_int(statement, 1, log->number);
	while ((err = db_step(statement, &has_row)) == ERR_OK && has_row) {
		err = check_leaf(check, log, statement, tree);
		if (err != ERR_OK)
			break;
		verify_cosign_take(check, &cosigns, tree);
	}
	(void)sqlite3_finalize(statement);
	verify_cosign_end(check, &cosigns, merkle_tree_size(tree));
	return err;
}

/* --- roots */

struct stored {
	sqlite3 *db;
	int64_t epoch;
};

static enum err
stored_leaf(void *context, uint64_t index, struct hash *hash)
{
	const struct stored *stored = context;
	sqlite3_stmt *statement;
	bool has_row;
	enum err err = db_prepare(
	    stored->db, "SELECT entry FROM leaf WHERE epoch = ?1 AND idx = ?2", &statement);

	if (err != ERR_OK)
		return err;
	db_bind_int(statement, 1, stored->epoch);
	db_bind_int(statement, 2, (int64_t)index);
	err = db_step(statement, &has_row);
	if (err == ERR_OK)
		err = has_row ? ERR_OK : ERR_NOT_FOUND;
	if (err == ERR_OK)
		*hash = merkle_leaf(db_blob(statement, 0));
	(void)sqlite3_finalize(statement);
	return err;
}

/* Is this head one of this tree? */
static bool
root_holds(struct verify_check *check, const struct verify_log *log, const struct merkle_tree *tree,
	   const struct note_head *head)
{
	struct stored stored = {check->journal.db, log->number};
	struct merkle_source source = {.leaf = stored_leaf, .context = &stored, .tree = tree};
	struct hash root;
	enum err err = merkle_root_at(&source, head->size, &root);

	if (err != ERR_OK)
		verify_fail(check, "journal.db: leaf", err);
	return err == ERR_OK && hash_equal(&root, &head->root);
}

/* --- files */

struct tiles {
	struct verify_check *check;
	struct tilestore store;
	uint64_t required; /* under the published checkpoint */
	uint64_t allowed;  /* under the signed head: a beat may have stopped half-way */
	const char *origin;
};

static bool
tile_is_there(const struct tilestore *store, struct tile tile)
{
	char path[TILE_PATH_MAX];
	char file[FILE_PATH_MAX];

	tile_path(&tile, path);
	return file_path(file, sizeof file, store->dir, path) == ERR_OK && file_is_there(file);
}

/* A whole tile replaces its partial forms. */
static enum err
require_tile(void *context, const struct tile *tile)
{
	struct tiles *tiles = context;
	struct tile whole = *tile;
	char path[TILE_PATH_MAX];

	whole.width = TILE_WIDTH;
	if (tile_is_there(&tiles->store, *tile) || tile_is_there(&tiles->store, whole))
		return ERR_OK;
	tile_path(tile, path);
	verify_fault(tiles->check, "log/%lld/%s is missing", (long long)tiles->store.epoch, path);
	return ERR_OK;
}

/* Written by a beat of the running station since this check began: for the next check to look at.
 */
static bool
is_newer(const struct tiles *tiles, const struct tile *tile)
{
	struct head head;

	return tiles->check->journal.heads &&
	       head_get(tiles->check->journal.heads, span_of(tiles->origin), &head, NULL) ==
		   ERR_OK &&
	       tile_width(head.at.size, tile->level, tile->number) >= tile->width;
}

static void
check_file(struct tiles *tiles, struct span name)
{
	long long epoch = (long long)tiles->store.epoch;
	struct tile tile;
	enum err err;

	if (span_is(name, "checkpoint"))
		return;
	/* an interrupted write leaves its temporary file, which nobody reads */
	if (name.n > 4 && span_is(span_make(name.p + name.n - 4, 4), ".new"))
		return;
	err = tile_read_path(name, &tile) ? ERR_OK : ERR_FORMAT;
	if (err == ERR_OK && tile_width(tiles->allowed, tile.level, tile.number) < tile.width) {
		if (is_newer(tiles, &tile))
			return;
		err = ERR_FORMAT;
	}
	if (err != ERR_OK) {
		verify_fault(tiles->check, "log/%lld/%.*s belongs to no signed head", epoch,
			     (int)name.n, name.p);
		return;
	}
	err = tilestore_check(&tiles->store, &tile);
	/* replaced by its whole form since it was listed; what must be there is asked for elsewhere
	 */
	if (err == ERR_NOT_FOUND && !tile_is_there(&tiles->store, tile))
		return;
	if (err == ERR_CORRUPT || err == ERR_NOT_FOUND)
		verify_fault(tiles->check, "log/%lld/%.*s does not match the leaves", epoch,
			     (int)name.n, name.p);
	else
		verify_fail(tiles->check, "log", err);
	tiles->check->counts->tiles++;
	verify_progress(tiles->check, "tiles", tiles->check->counts->tiles, 0);
}

static void
check_files(struct tiles *tiles)
{
	char root[FILE_PATH_MAX];
	char *const roots[] = {root, NULL};
	size_t skip;
	FTS *tree;
	FTSENT *entry;

	(void)span_copy(root, sizeof root, span_of(tiles->store.dir));
	skip = strlen(root) + 1;
	tree = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
	while (tree && (entry = fts_read(tree)))
		if (entry->fts_info == FTS_F || entry->fts_info == FTS_SL)
			check_file(tiles, span_make(entry->fts_path + skip,
						    (size_t)entry->fts_pathlen - skip));
	if (tree)
		(void)fts_close(tree);
}

/* --- the published checkpoint */

/* Beside the log's own line only countersignatures that are kept in journal.db may stand. */
static bool
is_known_line(struct verify_check *check, const struct verify_log *log, struct span text,
	      struct span line)
{
	struct note one = {text, line};
	sqlite3_stmt *statement;
	bool has_row = false;
	uint64_t time_s;
	enum err err;

	if (note_check(&one, &log->key, &time_s) == NOTE_HOLDS)
		return true;
	err = db_prepare(check->journal.db, sql_cosigned, &statement);
	if (err != ERR_OK)
		return false;
	db_bind_int(statement, 1, log->number);
	db_bind_int(statement, 2, (int64_t)log->published.size);
	db_bind_text(statement, 3, line);
	err = db_step(statement, &has_row);
	(void)sqlite3_finalize(statement);
	return err == ERR_OK && has_row;
}

static bool
lines_are_known(struct verify_check *check, const struct verify_log *log)
{
	struct note note;
	struct span rest;
	struct span line;

	if (note_read(out_view(&log->checkpoint), &note) != ERR_OK)
		return false;
	rest = note.lines;
	while (rest.n && span_split(&rest, '\n', &line))
		if (!is_known_line(check, log, note.text, span_make(line.p, line.n + 1)))
			return false;
	return true;
}

/* It may lag behind head.db, when a beat was cut short between the two, but not contradict it. */
static void
check_checkpoint(struct verify_check *check, const struct verify_log *log,
		 const struct merkle_tree *tree)
{
	if (log->checkpoint.n == 0)
		return;
	check->counts->heads++;
	if (log->published.size > log->head.at.size)
		verify_fault(check, "log/%lld/checkpoint is ahead of head.db",
			     (long long)log->number);
	else if (!root_holds(check, log, tree, &log->published))
		verify_fault(check, "log/%lld/checkpoint: its root is another",
			     (long long)log->number);
	else if (!lines_are_known(check, log))
		verify_fault(check,
			     "log/%lld/checkpoint: a countersignature differs from journal.db",
			     (long long)log->number);
}

/* --- one log */

static void
check_head(struct verify_check *check, const struct verify_log *log, const struct merkle_tree *tree)
{
	struct tiles tiles = {check,
			      {check->journal.db, log->number, tree, log->dir},
			      log->published.size,
			      log->head.at.size,
			      log->key.name};
	uint64_t size = merkle_tree_size(tree);

	if (log->head.at.size > size && log->head.state == HEAD_CLOSED) {
		check->counts->leaves_lost += log->head.at.size - size;
		return;
	}
	if (log->head.at.size > size) {
		verify_fault(
		    check, "head.db: %s was signed over %llu leaves but the log holds %llu",
		    log->key.name, (unsigned long long)log->head.at.size, (unsigned long long)size);
		return;
	}
	if (!root_holds(check, log, tree, &log->head.at)) {
		verify_fault(check, "head.db: the root of %s at %llu leaves is another",
			     log->key.name, (unsigned long long)log->head.at.size);
		return;
	}
	check->counts->unheaded += size - log->head.at.size;
	check_checkpoint(check, log, tree);
	verify_fail(check, "log", tilestore_each(tiles.required, require_tile, &tiles));
	check_files(&tiles);
}

static void
check_log(struct verify_check *check, const struct verify_log *log)
{
	struct merkle_tree *tree = merkle_tree_new();
	enum err err = tree ? check_leaves(check, log, tree) : ERR_NOMEM;

	if (err != ERR_OK)
		verify_fail(check, "journal.db: leaf", err);
	else if (log->has_head)
		check_head(check, log, tree);
	if (err == ERR_OK && merkle_tree_size(tree) == 0)
		verify_fault(check, "journal.db: log %lld is empty", (long long)log->number);
	merkle_tree_free(tree);
}

void
verify_log_check(struct verify_check *check)
{
	for (size_t i = 0; i < check->log_n; i++)
		check_log(check, &check->log[i]);
}
