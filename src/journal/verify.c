/*
 * Promises that one flipped bit in anything a home stores is found and its place named: everything
 * is recomputed from the stored bytes and nothing is taken from a cache.  Repairs nothing.
 */
#define _GNU_SOURCE
#include "journal/verify.h"

#include "base/sign.h"
#include "journal/inside.h"
#include "journal/keys.h"
#include "journal/tables.h"
#include "journal/tilestore.h"

#include <fts.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { STEP = 1000 };

/* clang-format off */
#define BODY \
	"SELECT l.idx, l.entry, l.hash, r.jwt, s.receipt, e.genesis FROM leaf l " \
	"LEFT JOIN record r ON r.leaf >= 0 AND r.epoch = l.epoch AND r.leaf = l.idx " \
	"LEFT JOIN sent s ON s.leaf >= 0 AND s.epoch = l.epoch AND s.leaf = l.idx " \
	"LEFT JOIN epoch e ON l.idx = 0 AND e.epoch = l.epoch " \
	"WHERE l.epoch = ?1 ORDER BY l.idx"
static const char sql_records[] =
    "SELECT seq, id, jwt, sealed, origin, thread, kind, filed_ms, received_ms, keep_until_ms, own, erased, "
    "epoch, leaf FROM record ORDER BY seq";
static const char sql_strange_leaf[] =
    "SELECT CAST(epoch||' '||idx AS TEXT) FROM leaf WHERE epoch NOT IN (SELECT epoch FROM epoch)";
static const char sql_sealed[] =
    "SELECT 'sent', party, counter, record, whole, sealed FROM sent WHERE sealed IS NOT NULL UNION ALL "
    "SELECT 'inbox', station, counter, record, whole, sealed FROM inbox WHERE sealed IS NOT NULL UNION ALL "
    "SELECT 'outbox', party, number, record, NULL, sealed FROM outbox WHERE sealed IS NOT NULL";
static const char sql_chain[] =
    "SELECT CAST(a.party||' '||a.counter AS TEXT) FROM sent a LEFT JOIN sent b"
    " ON b.party = a.party AND b.counter = a.counter - 1"
    " WHERE a.counter > 1 AND (b.whole IS NULL OR b.whole IS NOT a.prev)";
/* clang-format on */

struct check {
	struct journal journal;
	const struct verify_options *options;
	struct verify_counts *counts;
	char *fault;
	enum err err; /* something other than a fault: reading failed */
};

static void fault(struct check *check, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void
fault(struct check *check, const char *format, ...)
{
	va_list arguments;

	if (check->counts->faults++ > 0)
		return;
	va_start(arguments, format);
	(void)vsnprintf(check->fault, VERIFY_FAULT_MAX, format, arguments);
	va_end(arguments);
}

static void
progress(struct check *check, const char *stage, uint64_t done, uint64_t total)
{
	if (check->options->progress && (done % STEP == 0 || done == total))
		check->options->progress(check->options->context, stage, done, total);
}

/* A failure of reading: broken pages are a fault like any other, the rest ends the check. */
static void
fail(struct check *check, const char *place, enum err err)
{
	if (err == ERR_OK)
		return;
	if (err == ERR_CORRUPT || err == ERR_FORMAT || err == ERR_NOT_FOUND || err == ERR_KEY)
		fault(check, "%s: %s", place, err_text(err));
	else if (check->err == ERR_OK)
		check->err = err;
}

/* --- rows */

static void
check_structure(struct check *check, const char *name, sqlite3 *db)
{
	sqlite3_stmt *statement;
	bool has_row = false;
	enum err err = db_prepare(db, "PRAGMA integrity_check(1)", &statement);

	if (err == ERR_OK)
		err = db_step(statement, &has_row);
	if (err == ERR_OK && has_row && !span_is(db_text(statement, 0), "ok")) {
		struct span text = db_text(statement, 0);

		fault(check, "%s: %.*s", name, (int)text.n, text.p);
	}
	fail(check, name, err);
	(void)sqlite3_finalize(statement);
}

/* Each row of the result names a place that is wrong. */
static void
check_none(struct check *check, sqlite3 *db, const char *sql, const char *what)
{
	sqlite3_stmt *statement;
	bool has_row;
	enum err err = db_prepare(db, sql, &statement);

	while (err == ERR_OK && (err = db_step(statement, &has_row)) == ERR_OK && has_row) {
		struct span place = db_text(statement, 0);

		fault(check, "%s %.*s", what, (int)place.n, place.p);
	}
	fail(check, what, err);
	(void)sqlite3_finalize(statement);
}

static uint64_t
count_rows(struct check *check, sqlite3 *db, const char *sql)
{
	sqlite3_stmt *statement;
	bool has_row;
	uint64_t n = 0;
	enum err err = db_prepare(db, sql, &statement);

	if (err == ERR_OK)
		err = db_step(statement, &has_row);
	if (err == ERR_OK && has_row)
		n = (uint64_t)db_int(statement, 0);
	fail(check, sql, err);
	(void)sqlite3_finalize(statement);
	return n;
}

static void
check_rows(struct check *check, const char *file, sqlite3 *db, const struct tables_row *row)
{
	check_structure(check, file, db);
	for (; row->name; row++) {
		char what[128];

		(void)snprintf(what, sizeof what, "%s: row hash of %s", file, row->name);
		check_none(check, db, row->check, what);
		check->counts->rows += count_rows(check, db, row->count);
		progress(check, "rows", check->counts->rows, 0);
	}
}

/* --- the log */

struct epoch {
	int64_t number;
	struct note_key key;
	char log_dir[FILE_PATH_MAX];
	struct head head;
	bool is_newest;
};

static bool
is_hash_of(struct span body, struct span entry)
{
	struct hash hash = hash_of(body);

	return memcmp(hash.b, entry.p + 1, HASH_SIZE) == 0;
}

static void
check_body(struct check *check, const struct epoch *epoch, uint64_t index, sqlite3_stmt *row)
{
	struct span entry = db_blob(row, 1);
	unsigned type = (unsigned char)entry.p[0];
	int column = type == JOURNAL_ENTRY_RECORD    ? 3
		     : type == JOURNAL_ENTRY_RECEIPT ? 4
		     : type == JOURNAL_ENTRY_GENESIS ? 5
						     : -1;
	struct span body;

	if (column < 0 || (type == JOURNAL_ENTRY_GENESIS) != (index == 0)) {
		fault(check, "journal.db: log %lld, leaf %llu: unknown entry type %u",
		      (long long)epoch->number, (unsigned long long)index, type);
		return;
	}
	check->counts->receipts += type == JOURNAL_ENTRY_RECEIPT;
	if (sqlite3_column_type(row, column) == SQLITE_NULL) {
		check->counts->bodies_lost++;
		return;
	}
	body = db_blob(row, column);
	if (!is_hash_of(body, entry))
		fault(check, "journal.db: log %lld, leaf %llu: its %s has another hash",
		      (long long)epoch->number, (unsigned long long)index,
		      column == 3   ? "record"
		      : column == 4 ? "receipt"
				    : "founding text");
}

static enum err
check_leaf(struct check *check, const struct epoch *epoch, sqlite3_stmt *row,
	   struct merkle_tree *tree)
{
	struct span entry = db_blob(row, 1);
	struct hash leaf = merkle_leaf(entry);
	struct hash held;
	uint64_t index = merkle_tree_size(tree);

	if ((uint64_t)db_int(row, 0) != index) {
		fault(check, "journal.db: log %lld: leaf %llu is missing", (long long)epoch->number,
		      (unsigned long long)index);
		return ERR_CORRUPT;
	}
	if (entry.n != JOURNAL_ENTRY_SIZE)
		fault(check, "journal.db: log %lld, leaf %llu: entry of %zu bytes",
		      (long long)epoch->number, (unsigned long long)index, entry.n);
	else
		check_body(check, epoch, index, row);
	if (!inside_hash(row, 2, &held) || !hash_equal(&held, &leaf))
		fault(check, "journal.db: log %lld, leaf %llu: entry does not match its leaf hash",
		      (long long)epoch->number, (unsigned long long)index);
	check->counts->leaves++;
	progress(check, "leaves", check->counts->leaves, 0);
	return merkle_tree_add(tree, &leaf);
}

static enum err
check_leaves(struct check *check, const struct epoch *epoch, struct merkle_tree *tree)
{
	sqlite3_stmt *statement;
	bool has_row;
	enum err err = db_prepare(check->journal.db, BODY, &statement);

	if (err != ERR_OK)
		return err;
	db_bind_int(statement, 1, epoch->number);
	while ((err = db_step(statement, &has_row)) == ERR_OK && has_row) {
		err = check_leaf(check, epoch, statement, tree);
		if (err != ERR_OK)
			break;
	}
	(void)sqlite3_finalize(statement);
	return err;
}

struct tree_source {
	sqlite3 *db;
	int64_t epoch;
};

static enum err
stored_leaf(void *context, uint64_t index, struct hash *hash)
{
	const struct tree_source *source = context;
	sqlite3_stmt *statement;
	bool has_row;
	enum err err = db_prepare(
	    source->db, "SELECT entry FROM leaf WHERE epoch = ?1 AND idx = ?2", &statement);

	if (err != ERR_OK)
		return err;
	db_bind_int(statement, 1, source->epoch);
	db_bind_int(statement, 2, (int64_t)index);
	err = db_step(statement, &has_row);
	if (err == ERR_OK)
		err = has_row ? ERR_OK : ERR_NOT_FOUND;
	if (err == ERR_OK)
		*hash = merkle_leaf(db_blob(statement, 0));
	(void)sqlite3_finalize(statement);
	return err;
}

static enum err
root_of(struct check *check, const struct epoch *epoch, const struct merkle_tree *tree,
	uint64_t size, struct hash *root)
{
	struct tree_source stored = {check->journal.db, epoch->number};
	struct merkle_source source = {stored_leaf, &stored, tree};

	return merkle_root_at(&source, size, root);
}

/* A tile that must be there, and any other file beside it that claims to be one. */
struct tiles {
	struct check *check;
	struct tilestore store;
	int64_t epoch;
	uint64_t size;
};

static enum err
require_tile(void *context, const struct tile *tile)
{
	struct tiles *tiles = context;
	char path[TILE_PATH_MAX];
	char file[FILE_PATH_MAX];

	tile_path(tile, path);
	if (file_path(file, sizeof file, tiles->store.dir, path) != ERR_OK || !file_is_there(file))
		fault(tiles->check, "log/%lld/%s is missing", (long long)tiles->epoch, path);
	return ERR_OK;
}

static void
check_log_file(struct tiles *tiles, struct span name)
{
	struct tile tile;
	enum err err;

	if (span_is(name, "checkpoint"))
		return;
	/* an interrupted write leaves its temporary file, which nobody reads */
	if (name.n > 4 && span_is(span_make(name.p + name.n - 4, 4), ".new"))
		return;
	if (!tile_read_path(name, &tile) ||
	    tile_width(tiles->size, tile.level, tile.number) < tile.width) {
		fault(tiles->check, "log/%lld/%.*s belongs to no signed head",
		      (long long)tiles->epoch, (int)name.n, name.p);
		return;
	}
	err = tilestore_check(&tiles->store, &tile);
	if (err == ERR_CORRUPT || err == ERR_NOT_FOUND)
		fault(tiles->check, "log/%lld/%.*s does not match the leaves",
		      (long long)tiles->epoch, (int)name.n, name.p);
	else
		fail(tiles->check, "log", err);
	tiles->check->counts->tiles++;
	progress(tiles->check, "tiles", tiles->check->counts->tiles, 0);
}

static void
check_log_dir(struct tiles *tiles)
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
			check_log_file(tiles, span_make(entry->fts_path + skip,
							(size_t)entry->fts_pathlen - skip));
	if (tree)
		(void)fts_close(tree);
}

static void
check_tiles(struct check *check, const struct epoch *epoch, const struct merkle_tree *tree)
{
	struct tilestore store = {check->journal.db, epoch->number, tree, epoch->log_dir};
	struct tiles tiles = {check, store, epoch->number, epoch->head.at.size};

	fail(check, "log", tilestore_each(tiles.size, require_tile, &tiles));
	check_log_dir(&tiles);
}

static void
check_checkpoint(struct check *check, const struct epoch *epoch)
{
	struct journal *journal = &check->journal;
	char path[FILE_PATH_MAX];
	struct out found = out_new(NOTE_MAX);
	struct out expected = out_new(NOTE_MAX);
	struct note_head head;
	enum err err = file_path(path, sizeof path, epoch->log_dir, "checkpoint");

	if (err == ERR_OK)
		err = file_read(path, &found);
	if (err == ERR_OK)
		err = note_head_open(out_view(&found), &epoch->key, &head);
	if (err != ERR_OK) {
		fault(check, "log/%lld/checkpoint: %s", (long long)epoch->number,
		      err == ERR_REFUSED ? "not signed by the log's key" : err_text(err));
		goto done;
	}
	check->counts->heads++;
	/* inside_published reads the journal's own epoch: lend it this one */
	journal->epoch = epoch->number;
	journal->head = epoch->head.at;
	(void)span_copy(journal->origin, sizeof journal->origin, span_of(epoch->key.name));
	err = inside_published(journal, &expected);
	if (err != ERR_OK)
		fail(check, "head.db", err);
	else if (!span_equal(out_view(&expected), out_view(&found)))
		fault(check, "log/%lld/checkpoint differs from head.db", (long long)epoch->number);
done:
	out_free(&expected);
	out_free(&found);
}

static void
check_head(struct check *check, struct epoch *epoch, const struct merkle_tree *tree)
{
	uint64_t size = merkle_tree_size(tree);
	const struct head *head = &epoch->head;
	bool is_closed = head->state == HEAD_CLOSED;
	struct hash root;
	enum err err;

	if (head->at.size > size) {
		if (is_closed)
			check->counts->leaves_lost += head->at.size - size;
		else
			fault(check,
			      "head.db: %s was signed over %llu leaves but the log holds %llu",
			      epoch->key.name, (unsigned long long)head->at.size,
			      (unsigned long long)size);
		return;
	}
	err = root_of(check, epoch, tree, head->at.size, &root);
	if (err != ERR_OK) {
		fail(check, "journal.db: leaf", err);
		return;
	}
	if (!hash_equal(&root, &head->at.root)) {
		fault(check, "head.db: the root of %s at %llu leaves is another", epoch->key.name,
		      (unsigned long long)head->at.size);
		return;
	}
	check->counts->unheaded += size - head->at.size;
	check_tiles(check, epoch, tree);
	if (head->at.size > 0)
		check_checkpoint(check, epoch);
}

/* The newest epoch needs its head; of an older one it may be lost with head.db. */
static bool
load_head(struct check *check, struct epoch *epoch)
{
	enum err err =
	    !check->journal.heads
		? ERR_NOT_FOUND
		: head_get(check->journal.heads, span_of(epoch->key.name), &epoch->head, NULL);

	if (err == ERR_OK && epoch->is_newest && epoch->head.state != HEAD_OPEN) {
		fault(check, "head.db: %s is not open", epoch->key.name);
		return false;
	}
	if (err == ERR_OK)
		return true;
	if (err == ERR_NOT_FOUND)
		fault(check, "head.db: no row for %s", epoch->key.name);
	else
		fail(check, "head.db", err);
	return false;
}

static void
check_epoch(struct check *check, struct epoch *epoch)
{
	struct merkle_tree *tree = merkle_tree_new();
	enum err err = tree ? check_leaves(check, epoch, tree) : ERR_NOMEM;

	if (err == ERR_OK && load_head(check, epoch))
		check_head(check, epoch, tree);
	else
		fail(check, "journal.db: leaf", err);
	if (epoch->is_newest && merkle_tree_size(tree) == 0)
		fault(check, "journal.db: log %lld is empty", (long long)epoch->number);
	merkle_tree_free(tree);
}

static bool
is_log_vkey(struct check *check, struct span vkey)
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
take_epoch(struct check *check, sqlite3_stmt *row)
{
	struct epoch epoch;
	const struct note_key *pinned = check->options->key;

	memset(&epoch, 0, sizeof epoch);
	epoch.number = db_int(row, 0);
	epoch.is_newest = db_int(row, 2) != 0;
	if (note_key_read(db_text(row, 1), &epoch.key) != ERR_OK) {
		fault(check, "journal.db: epoch %lld: broken key", (long long)epoch.number);
		return;
	}
	if (epoch.is_newest && !is_log_vkey(check, db_text(row, 1)))
		fault(check, "log.vkey: not the key of log %lld", (long long)epoch.number);
	if (epoch.is_newest && pinned &&
	    (strcmp(pinned->name, epoch.key.name) != 0 ||
	     memcmp(pinned->public.b, epoch.key.public.b, SIGN_PUBLIC_SIZE) != 0))
		fault(check, "journal.db: epoch %lld: not the key that was given",
		      (long long)epoch.number);
	if (inside_log_dir(epoch.log_dir, sizeof epoch.log_dir, check->journal.dir, epoch.number) !=
	    ERR_OK)
		return;
	check_epoch(check, &epoch);
}

static void
check_log(struct check *check)
{
	sqlite3_stmt *statement;
	bool has_row;
	enum err err =
	    db_prepare(check->journal.db,
		       "SELECT epoch, vkey, epoch = (SELECT max(epoch) FROM epoch) FROM epoch "
		       "ORDER BY epoch",
		       &statement);

	while (err == ERR_OK && (err = db_step(statement, &has_row)) == ERR_OK && has_row)
		take_epoch(check, statement);
	fail(check, "journal.db: epoch", err);
	(void)sqlite3_finalize(statement);
}

/* --- records and what is sealed under their keys */

static void
take_record(sqlite3_stmt *row, struct journal_record *record)
{
	memset(record, 0, sizeof *record);
	record->seq = db_int(row, 0);
	record->jwt = db_blob(row, 2);
	record->origin = db_text(row, 4);
	record->thread = db_text(row, 5);
	record->kind = db_text(row, 6);
	record->filed_ms = db_int(row, 7);
	record->received_ms = db_int(row, 8);
	record->keep_until_ms = db_int(row, 9);
	record->is_own = db_int(row, 10) != 0;
	record->is_erased = db_int(row, 11) != 0;
	record->epoch = db_int(row, 12);
	record->leaf = db_int(row, 13);
}

static void
check_disclosures(struct check *check, sqlite3_stmt *row, struct journal_record *record,
		  const char *id)
{
	struct crypt_key key;
	enum err err = keys_get(&check->journal, record->seq, &record->id, &key);

	if (record->is_erased) {
		if (err != ERR_KEY || sqlite3_column_type(row, 3) != SQLITE_NULL)
			fault(check, "record %s is erased but not gone", id);
		return;
	}
	check->counts->keys++;
	if (err != ERR_OK) {
		fault(check, "keys.db: key of record %s: %s", id, err_text(err));
		return;
	}
	out_reset(&check->journal.scratch);
	err =
	    crypt_open(&check->journal.scratch, &key, SPAN("record"), &record->id, db_blob(row, 3));
	sign_wipe(&key, sizeof key);
	if (err != ERR_OK)
		fault(check, "journal.db: disclosures of record %s do not open", id);
	record->disclosures = out_view(&check->journal.scratch);
}

static void
check_record(struct check *check, sqlite3_stmt *row)
{
	struct journal_record record;
	struct hash hash;
	char id[HASH_TEXT_SIZE];
	char why[256] = "";

	take_record(row, &record);
	hash = hash_of(record.jwt);
	hash_text(id, &hash);
	check->counts->records++;
	progress(check, "records", check->counts->records, 0);
	if (!inside_hash(row, 1, &record.id) || !hash_equal(&hash, &record.id)) {
		fault(check, "journal.db: record %lld: its text does not match its id",
		      (long long)record.seq);
		return;
	}
	check_disclosures(check, row, &record, id);
	if (check->options->record && !record.is_erased &&
	    !check->options->record(check->options->context, &record, why))
		fault(check, "record %s: %s", id, why);
}

static void
check_records(struct check *check)
{
	sqlite3_stmt *statement;
	bool has_row;
	enum err err = db_prepare(check->journal.db, sql_records, &statement);

	while (err == ERR_OK && (err = db_step(statement, &has_row)) == ERR_OK && has_row)
		check_record(check, statement);
	fail(check, "journal.db: record", err);
	(void)sqlite3_finalize(statement);
}

static void
check_whole(struct check *check, sqlite3_stmt *row, struct span place, struct span bytes)
{
	struct hash hash = hash_of(bytes);
	struct hash whole;
	char why[256] = "";

	check->counts->deliveries++;
	if (!inside_hash(row, 4, &whole) || !hash_equal(&whole, &hash))
		fault(check, "journal.db: %.*s has another hash", (int)place.n, place.p);
	else if (check->options->delivery &&
		 !check->options->delivery(check->options->context, bytes, why))
		fault(check, "journal.db: %.*s: %s", (int)place.n, place.p, why);
}

static void
check_sealed(struct check *check, sqlite3_stmt *row)
{
	char text[INSIDE_PLACE_MAX];
	char table[16];
	struct span place;
	struct hash record;
	struct out *plain = &check->journal.scratch;

	(void)span_copy(table, sizeof table, db_text(row, 0));
	place = inside_place(text, table, db_text(row, 1), db_int(row, 2));
	out_reset(plain);
	if (!inside_hash(row, 3, &record) ||
	    inside_open(&check->journal, &record, place, db_blob(row, 5), plain) != ERR_OK)
		fault(check, "journal.db: %.*s does not open", (int)place.n, place.p);
	else if (sqlite3_column_type(row, 4) != SQLITE_NULL)
		check_whole(check, row, place, out_view(plain));
}

static void
check_all_sealed(struct check *check)
{
	sqlite3_stmt *statement;
	bool has_row;
	enum err err = db_prepare(check->journal.db, sql_sealed, &statement);

	while (err == ERR_OK && (err = db_step(statement, &has_row)) == ERR_OK && has_row)
		check_sealed(check, statement);
	fail(check, "journal.db: deliveries", err);
	(void)sqlite3_finalize(statement);
}

static enum err
open_home(struct check *check, const char *dir)
{
	struct journal *journal = &check->journal;
	enum err err;

	journal->lock_fd = -1;
	journal->scratch = out_new(4 * 1024 * 1024);
	if (!span_copy(journal->dir, sizeof journal->dir, span_of(dir)))
		return ERR_LIMIT;
	err = inside_open_files(journal, DB_READ);
	if (err != ERR_OK)
		return err;
	err = head_open(dir, DB_READ, &journal->heads);
	return err == ERR_NOT_FOUND || err == ERR_CORRUPT ? ERR_OK : err;
}

static void
check_everything(struct check *check)
{
	struct journal *journal = &check->journal;

	if (!journal->heads)
		fault(check, "head.db is missing or broken");
	else
		check_rows(check, "head.db", journal->heads, tables_head);
	check_rows(check, "keys.db", journal->keys, tables_key);
	check_rows(check, "journal.db", journal->db, tables_journal);
	check_none(check, journal->db, sql_strange_leaf, "journal.db: leaf of no log:");
	check_none(check, journal->db, sql_chain, "journal.db: broken chain at delivery");
	check_log(check);
	check_records(check);
	check_all_sealed(check);
	if (check->options->progress)
		check->options->progress(check->options->context, "done", 1, 1);
}

enum err
verify_home(const char *dir, const struct verify_options *options, struct verify_counts *counts,
	    char first_fault[VERIFY_FAULT_MAX])
{
	static const struct verify_options none;
	struct check *check = calloc(1, sizeof *check);
	enum err err;

	memset(counts, 0, sizeof *counts);
	first_fault[0] = '\0';
	if (!check)
		return ERR_NOMEM;
	check->options = options ? options : &none;
	check->counts = counts;
	check->fault = first_fault;
	err = open_home(check, dir);
	if (err == ERR_OK)
		check_everything(check);
	if (err == ERR_CORRUPT)
		fault(check, "a database of this home is broken");
	inside_close_files(&check->journal);
	if (check->journal.scratch.p)
		sign_wipe(check->journal.scratch.p, check->journal.scratch.size);
	out_free(&check->journal.scratch);
	if (err == ERR_OK)
		err = check->err;
	free(check);
	if (err != ERR_OK && !first_fault[0])
		(void)snprintf(first_fault, VERIFY_FAULT_MAX, "%s", err_text(err));
	return err == ERR_OK && counts->faults ? ERR_CORRUPT : err;
}
