/* One flipped bit in anything stored is found and its place named; backup, recovery and erasure
leave a home that #define _GNU_SOURCE
 * verifies. */
#define _GNU_SOURCE
#include "base/db.h"
#include "journal/backup.h"
#include "journal/recover.h"
#include "journal/testhome.h"
#include "journal/verify.h"

#include <sys/stat.h>

static struct testhome *
furnished(void)
{
	struct testhome *home = calloc(1, sizeof *home);
	struct sign_secret secret;
	struct note_key witness;
	struct out message = out_new(8192);
	struct out note = out_new(8192);
	struct signature signature;
	struct note read;
	struct merkle_path path;
	uint64_t known;

	testhome_make(home, "/tmp");
	testhome_append(home, 0, 200);
	assert_int_equal(testhome_beat(home), ERR_OK);
	testhome_append(home, 200, 80);
	testhome_furnish(home);
	assert_int_equal(testhome_beat(home), ERR_OK);
	testhome_append(home, 300, 3);
	/* a countersignature, and a foreign head witnessed */
	testhome_key("seam/c/erbil/witness", NOTE_COSIGNATURE, 11, &secret, &witness);
	assert_int_equal(journal_head_note(home->journal, &note), ERR_OK);
	assert_int_equal(note_read(out_view(&note), &read), ERR_OK);
	note_cosign_message(&message, 1700000000, read.text);
	sign_make(&secret, out_view(&message), &signature);
	note_write_line(&note, &witness, 1700000000, &signature);
	assert_int_equal(journal_begin(home->journal), ERR_OK);
	assert_int_equal(shelf_cosign(home->journal, &witness, out_view(&note), 1), ERR_OK);
	assert_int_equal(journal_commit(home->journal), ERR_OK);
	testhome_key("seam/b/qayyara/log/1", NOTE_ED25519, 12, &secret, &witness);
	out_reset(&note);
	out_reset(&message);
	out_text(&message,
		 "seam/b/qayyara/log/1\n5\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n");
	sign_make(&secret, out_view(&message), &signature);
	out_span(&note, out_view(&message));
	out_char(&note, '\n');
	note_write_line(&note, &witness, 0, &signature);
	path.n = 0;
	assert_int_equal(
	    journal_witness(home->journal, &witness, 0, &path, out_view(&note), 1, &known), ERR_OK);
	out_free(&note);
	out_free(&message);
	return home;
}

static int
set_up(void **state)
{
	*state = furnished();
	return 0;
}

static int
tear_down(void **state)
{
	testhome_drop(*state);
	free(*state);
	return 0;
}

static enum err
verify(const struct testhome *home, struct verify_counts *counts, char fault[VERIFY_FAULT_MAX])
{
	struct verify_options options;

	memset(&options, 0, sizeof options);
	options.key = &home->key;
	return verify_home(home->dir, &options, counts, fault);
}

static void
assert_verifies(const struct testhome *home)
{
	struct verify_counts counts;
	char fault[VERIFY_FAULT_MAX];
	enum err err = verify(home, &counts, fault);

	if (err != ERR_OK)
		print_message("verify: %s\n", fault);
	assert_int_equal(err, ERR_OK);
}

static void
whole_home_verifies(void **state)
{
	struct testhome *home = *state;
	struct verify_counts counts;
	char fault[VERIFY_FAULT_MAX];
	enum err err = verify(home, &counts, fault);

	if (err != ERR_OK)
		print_message("verify: %s\n", fault);
	assert_int_equal(err, ERR_OK);
	assert_int_equal(counts.records, 285);
	assert_int_equal(counts.leaves, 286);
	assert_int_equal(counts.receipts, 1);
	assert_int_equal(counts.deliveries, 2);
	assert_int_equal(counts.keys, 285);
	assert_int_equal(counts.unheaded, 3);
	assert_int_equal(counts.bodies_lost, 0);
	assert_int_equal(counts.heads, 1);
	assert_true(counts.tiles >= 4);
}

/* --- every column of every table */

static bool
flip(sqlite3 *db, const char *table, const char *column, int row, int seed)
{
	char sql[512];
	sqlite3_stmt *read;
	sqlite3_stmt *write;
	unsigned char bytes[65536];
	bool has_row;
	int n;

	(void)snprintf(sql, sizeof sql,
		       "SELECT %.31s FROM %.31s WHERE %.31s IS NOT NULL AND length(%.31s) > 0 "
		       "LIMIT 1 OFFSET %d",
		       column, table, column, column, row);
	assert_int_equal(db_prepare(db, sql, &read), ERR_OK);
	assert_int_equal(db_step(read, &has_row), ERR_OK);
	if (!has_row) {
		(void)sqlite3_finalize(read);
		fail_msg("no value in %s.%s", table, column);
	}
	(void)snprintf(sql, sizeof sql, "UPDATE %.31s SET %.31s = ?1 WHERE %.31s IS ?2", table,
		       column, column);
	assert_int_equal(db_prepare(db, sql, &write), ERR_OK);
	assert_int_equal(sqlite3_bind_value(write, 2, sqlite3_column_value(read, 0)), SQLITE_OK);
	if (sqlite3_column_type(read, 0) == SQLITE_INTEGER) {
		(void)sqlite3_bind_int64(write, 1, sqlite3_column_int64(read, 0) ^ 1 << seed % 31);
	} else {
		bool is_text = sqlite3_column_type(read, 0) == SQLITE_TEXT;
		const void *from = sqlite3_column_blob(read, 0);

		n = sqlite3_column_bytes(read, 0);
		assert_true(n > 0 && (size_t)n < sizeof bytes);
		memcpy(bytes, from, (size_t)n);
		bytes[seed % n] ^= (unsigned char)(1 << (is_text ? seed % 5 : seed % 8));
		if (is_text)
			(void)sqlite3_bind_text(write, 1, (const char *)bytes, n, SQLITE_TRANSIENT);
		else
			(void)sqlite3_bind_blob(write, 1, bytes, n, SQLITE_TRANSIENT);
	}
	(void)sqlite3_finalize(read);
	/* a flip onto another row's key cannot be stored this way */
	has_row = sqlite3_step(write) == SQLITE_DONE && sqlite3_changes(db) >= 1;
	(void)sqlite3_finalize(write);
	return has_row;
}

static void
copy_tree_file(const char *from_dir, const char *to_dir, const char *name)
{
	char from[FILE_PATH_MAX];
	char to[FILE_PATH_MAX];
	struct out bytes = out_new(64 << 20);

	assert_int_equal(file_path(from, sizeof from, from_dir, name), ERR_OK);
	assert_int_equal(file_path(to, sizeof to, to_dir, name), ERR_OK);
	assert_int_equal(file_read(from, &bytes), ERR_OK);
	assert_int_equal(file_write(to, out_view(&bytes), 0600), ERR_OK);
	out_free(&bytes);
}

struct column {
	char table[32];
	char name[32];
};

static size_t
list_columns(const char *path, struct column *columns, size_t max)
{
	sqlite3 *db;
	sqlite3_stmt *statement;
	bool has_row;
	size_t n = 0;

	assert_int_equal(db_open(path, DB_READ, &db), ERR_OK);
	assert_int_equal(
	    db_prepare(db,
		       "SELECT m.name, c.name FROM sqlite_schema m, pragma_table_info(m.name) c "
		       "WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%'",
		       &statement),
	    ERR_OK);
	while (db_step(statement, &has_row) == ERR_OK && has_row) {
		assert_true(n < max);
		assert_true(span_copy(columns[n].table, 32, db_text(statement, 0)));
		assert_true(span_copy(columns[n].name, 32, db_text(statement, 1)));
		n++;
	}
	(void)sqlite3_finalize(statement);
	db_close(db);
	return n;
}

/* Column of an all-covered row whose flip must be seen; returns how many were tried. */
static size_t
flip_file(struct testhome *home, const char *keep, const char *file)
{
	struct column columns[160];
	char path[FILE_PATH_MAX];
	size_t n;

	assert_int_equal(file_path(path, sizeof path, home->dir, file), ERR_OK);
	n = list_columns(path, columns, 160);
	for (size_t i = 0; i < n; i++) {
		int rounds = TEST_SLOW ? 20 : 2;

		for (int round = 0; round < rounds; round++) {
			struct verify_counts counts;
			char fault[VERIFY_FAULT_MAX];
			sqlite3 *db;

			assert_int_equal(db_open(path, DB_WRITE, &db), ERR_OK);
			for (int seed = (int)i * 7 + round * 13 + 1;
			     !flip(db, columns[i].table, columns[i].name, 0, seed);)
				seed++;
			db_close(db);
			if (verify(home, &counts, fault) != ERR_CORRUPT)
				fail_msg("a flipped bit in %s %s.%s was not found", file,
					 columns[i].table, columns[i].name);
			assert_true(strlen(fault) > 8);
			if (round == 0 && getenv("SEAM_LOUD"))
				print_message("%s.%s → %s\n", columns[i].table, columns[i].name,
					      fault);
			copy_tree_file(keep, home->dir, file);
		}
	}
	return n;
}

static void
flipped_columns_are_found(void **state)
{
	static const char *const files[] = {"journal.db", "head.db", "keys.db"};
	struct testhome *home = *state;
	char keep[] = "/tmp/seam-journal-XXXXXX";
	size_t n = 0;

	journal_close(home->journal);
	home->journal = NULL;
	assert_non_null(mkdtemp(keep));
	for (size_t i = 0; i < 3; i++)
		copy_tree_file(home->dir, keep, files[i]);
	for (size_t i = 0; i < 3; i++)
		n += flip_file(home, keep, files[i]);
	assert_true(n > 90);
	assert_verifies(home);
	testhome_wipe(keep);
}

/* --- every file of the log */

static void
flip_in_file(struct testhome *home, const char *path, unsigned seed)
{
	struct out bytes = out_new(1 << 20);
	struct verify_counts counts;
	char fault[VERIFY_FAULT_MAX];
	size_t at;

	assert_int_equal(file_read(path, &bytes), ERR_OK);
	assert_true(bytes.n > 0);
	at = (seed * 2654435761u) % bytes.n;
	bytes.p[at] = (char)((unsigned char)bytes.p[at] ^ 1u << seed % 8);
	assert_int_equal(file_write(path, out_view(&bytes), 0644), ERR_OK);
	if (verify(home, &counts, fault) != ERR_CORRUPT)
		fail_msg("a flipped bit in %s at %zu was not found", path, at);
	assert_true(strncmp(fault, "log", 3) == 0);
	bytes.p[at] = (char)((unsigned char)bytes.p[at] ^ 1u << seed % 8);
	assert_int_equal(file_write(path, out_view(&bytes), 0644), ERR_OK);
	out_free(&bytes);
}

static void
flipped_log_files_are_found(void **state)
{
	struct testhome *home = *state;
	char root[512];
	char vkey[512];
	char *const roots[] = {root, NULL};
	FTS *tree;
	FTSENT *entry;
	unsigned n = 0;

	journal_close(home->journal);
	home->journal = NULL;
	(void)snprintf(root, sizeof root, "%s/log", home->dir);
	tree = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
	assert_non_null(tree);
	while ((entry = fts_read(tree)))
		if (entry->fts_info == FTS_F)
			for (unsigned round = 0; round < (TEST_SLOW ? 40 : 4); round++)
				flip_in_file(home, entry->fts_path, ++n);
	(void)fts_close(tree);
	assert_true(n >= 24);
	(void)snprintf(vkey, sizeof vkey, "%s/log.vkey", home->dir);
	flip_in_file(home, vkey, 5);
	assert_verifies(home);
}

static void
missing_things_are_found(void **state)
{
	static const struct {
		const char *file;
		const char *fault;
	} rows[] = {
	    {"log/1/tile/0/000", "log/1/tile/0/000 is missing"},
	    {"log/1/tile/1/000.p/1", "log/1/tile/1/000.p/1 is missing"},
	    {"log/1/checkpoint", "log/1/checkpoint: not found"},
	    {"log.vkey", "log.vkey: not the key of log 1"},
	};
	struct testhome *home = *state;
	struct verify_counts counts;
	char fault[VERIFY_FAULT_MAX];
	char path[FILE_PATH_MAX];
	char aside[FILE_PATH_MAX + 8];

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		assert_int_equal(file_path(path, sizeof path, home->dir, rows[i].file), ERR_OK);
		(void)snprintf(aside, sizeof aside, "%s/aside", home->dir);
		assert_int_equal(rename(path, aside), 0);
		assert_int_equal(verify(home, &counts, fault), ERR_CORRUPT);
		assert_string_equal(fault, rows[i].fault);
		assert_int_equal(rename(aside, path), 0);
	}
	assert_verifies(home);
}

static void
lost_body_is_no_fault(void **state)
{
	struct testhome *home = *state;
	struct verify_counts counts;
	char fault[VERIFY_FAULT_MAX];
	char path[FILE_PATH_MAX];
	sqlite3 *db;

	assert_int_equal(file_path(path, sizeof path, home->dir, "journal.db"), ERR_OK);
	assert_int_equal(db_open(path, DB_WRITE, &db), ERR_OK);
	assert_int_equal(db_run(db, "DELETE FROM record WHERE seq = 17"), ERR_OK);
	db_close(db);
	assert_int_equal(verify(home, &counts, fault), ERR_OK);
	assert_int_equal(counts.bodies_lost, 1);
}

static bool
refuse_one(void *context, const struct journal_record *record, char why[256])
{
	(void)context;
	if (record->seq != 40)
		return true;
	(void)snprintf(why, 256, "digest not in the JWT");
	return false;
}

static void
callers_own_check_counts(void **state)
{
	struct testhome *home = *state;
	struct verify_options options;
	struct verify_counts counts;
	char fault[VERIFY_FAULT_MAX];

	memset(&options, 0, sizeof options);
	options.record = refuse_one;
	assert_int_equal(verify_home(home->dir, &options, &counts, fault), ERR_CORRUPT);
	assert_int_equal(counts.faults, 1);
	assert_non_null(strstr(fault, "digest not in the JWT"));
}

static void
another_key_is_found(void **state)
{
	struct testhome *home = *state;
	struct verify_options options;
	struct verify_counts counts;
	char fault[VERIFY_FAULT_MAX];
	struct sign_secret secret;
	struct note_key other;

	memset(&options, 0, sizeof options);
	testhome_key("seam/a/makhmour/log/1", NOTE_ED25519, 99, &secret, &other);
	options.key = &other;
	assert_int_equal(verify_home(home->dir, &options, &counts, fault), ERR_CORRUPT);
	assert_int_equal(verify_home("/nowhere", &options, &counts, fault), ERR_NOT_FOUND);
}

/* --- erasure */

/* How many files of the home hold the text. */
static int
grep(const char *dir, const char *text)
{
	char root[512];
	char *const roots[] = {root, NULL};
	FTS *tree;
	FTSENT *entry;
	int n = 0;

	(void)snprintf(root, sizeof root, "%s", dir);
	tree = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
	while (tree && (entry = fts_read(tree))) {
		struct out bytes = out_new(64 << 20);

		if (entry->fts_info != FTS_F)
			continue;
		assert_int_equal(file_read(entry->fts_path, &bytes), ERR_OK);
		if (bytes.n && memmem(bytes.p, bytes.n, text, strlen(text)))
			n++;
		out_free(&bytes);
	}
	if (tree)
		(void)fts_close(tree);
	return n;
}

static void
read_key(const struct testhome *home, int64_t seq, unsigned char key[32])
{
	char path[FILE_PATH_MAX];
	sqlite3 *db;
	sqlite3_stmt *statement;
	bool has_row;

	assert_int_equal(file_path(path, sizeof path, home->dir, "keys.db"), ERR_OK);
	assert_int_equal(db_open(path, DB_READ, &db), ERR_OK);
	assert_int_equal(db_prepare(db, "SELECT key FROM key WHERE seq = ?1", &statement), ERR_OK);
	db_bind_int(statement, 1, seq);
	assert_int_equal(db_step(statement, &has_row), ERR_OK);
	assert_true(has_row);
	memcpy(key, db_blob(statement, 0).p, 32);
	(void)sqlite3_finalize(statement);
	db_close(db);
}

static int
grep_bytes(const char *path, const unsigned char *bytes, size_t n)
{
	struct out file = out_new(64 << 20);
	int found;

	if (!file_is_there(path))
		return 0;
	assert_int_equal(file_read(path, &file), ERR_OK);
	found = file.n && memmem(file.p, file.n, bytes, n) != NULL;
	out_free(&file);
	return found;
}

static int
key_is_somewhere(const struct testhome *home, const unsigned char key[32])
{
	char path[FILE_PATH_MAX];
	int n = 0;

	(void)snprintf(path, sizeof path, "%s/keys.db", home->dir);
	n += grep_bytes(path, key, 32);
	(void)snprintf(path, sizeof path, "%s/keys.db-wal", home->dir);
	return n + grep_bytes(path, key, 32);
}

static void
erased_bytes_are_nowhere(void **state)
{
	struct testhome *home = *state;
	struct arena *arena = arena_new(1 << 20);
	struct quarantine bad;
	struct journal_record got;
	struct outbox outbox;
	struct sent sent;
	struct testrecord t;
	struct out proof = out_new(1 << 16);
	char bytes[4096];
	unsigned char key[32];
	struct hash id;

	testhome_record(&t, 9001, true);
	id = hash_of(span_of(t.jwt));
	/* the plain bytes lie in quarantine only: everything else is encrypted from the start */
	assert_int_equal(grep(home->dir, "secret-9001-"), 0);
	(void)snprintf(bytes, sizeof bytes, "%s~%s~kb", t.jwt, t.disclosures);
	memset(&bad, 0, sizeof bad);
	bad.source = SPAN("stick");
	bad.reason = SPAN("replayed");
	bad.bytes = span_of(bytes);
	assert_int_equal(journal_begin(home->journal), ERR_OK);
	assert_int_equal(quarantine_add(home->journal, &bad), ERR_OK);
	assert_int_equal(journal_commit(home->journal), ERR_OK);
	assert_true(grep(home->dir, "secret-9001-") > 0);
	read_key(home, 281, key);
	assert_true(key_is_somewhere(home, key) > 0);

	assert_int_equal(journal_erase(home->journal, &id), ERR_OK);
	assert_int_equal(grep(home->dir, "secret-9001-"), 0);
	assert_int_equal(grep(home->dir, "DISCLOSED9001"), 0);
	assert_int_equal(key_is_somewhere(home, key), 0);
	assert_int_equal(journal_erase(home->journal, &id), ERR_OK);
	assert_int_equal(journal_get(home->journal, &id, arena, &got), ERR_OK);
	assert_true(got.is_erased);
	assert_int_equal(got.disclosures.n, 0);
	assert_int_equal(journal_prove_record(home->journal, &id, &proof), ERR_OK);
	assert_int_equal(outbox_get(home->journal, 1, arena, &outbox), ERR_OK);
	assert_int_equal(outbox.state, OUTBOX_DROPPED);
	assert_int_equal(outbox.items.n, 0);
	assert_int_equal(sent_get(home->journal, SPAN("b"), 1, arena, &sent), ERR_OK);
	assert_int_equal(sent.bytes.n, 0);
	assert_true(span_is(sent.receipt, "receipt bytes"));
	/* other records keep theirs */
	testhome_record(&t, 17, true);
	id = hash_of(span_of(t.jwt));
	assert_int_equal(journal_get(home->journal, &id, arena, &got), ERR_OK);
	assert_true(span_is(got.disclosures, t.disclosures));
	assert_verifies(home);
	out_free(&proof);
	arena_free(arena);
}

/* --- backup and recovery */

static void
backup_comes_back(void **state)
{
	static const char *const names[] = {"config", "not/there"};
	struct testhome *home = *state;
	struct testhome back = *home;
	struct arena *arena = arena_new(1 << 20);
	struct verify_counts counts;
	char fault[VERIFY_FAULT_MAX];
	char file[FILE_PATH_MAX];
	char path[FILE_PATH_MAX];
	struct journal_record got;
	struct testrecord t;
	struct hash id;
	struct out vkey = out_new(1024);
	char origin[RECOVER_ORIGIN_MAX];

	assert_int_equal(file_path(path, sizeof path, home->dir, "config"), ERR_OK);
	assert_int_equal(file_write(path, SPAN("some = thing\n"), 0600), ERR_OK);
	(void)snprintf(file, sizeof file, "%s/the.backup", home->dir);
	assert_int_equal(backup_make(home->dir, file, SPAN("open sesame"), names, 2, NULL), ERR_OK);
	assert_int_equal(grep(home->dir, "secret-"), 0);
	/* the station goes on: what comes now is not in the backup */
	testhome_append(home, 400, 10);
	assert_int_equal(testhome_beat(home), ERR_OK);

	(void)snprintf(back.dir, sizeof back.dir, "/tmp/seam-journal-XXXXXX");
	back.journal = NULL;
	assert_non_null(mkdtemp(back.dir));
	assert_int_equal(backup_restore(file, back.dir, SPAN("wrong"), NULL), ERR_KEY);
	assert_int_equal(backup_restore(file, back.dir, SPAN("open sesame"), NULL), ERR_OK);
	assert_int_equal(backup_restore(file, back.dir, SPAN("open sesame"), NULL), ERR_EXISTS);
	assert_int_equal(file_path(path, sizeof path, back.dir, "config"), ERR_OK);
	assert_true(file_is_there(path));
	assert_int_equal(file_path(path, sizeof path, back.dir, "head.db"), ERR_OK);
	assert_false(file_is_there(path));
	/* it must not go on signing the old log */
	assert_int_equal(journal_open(back.dir, JOURNAL_WRITE, back.why, &back.journal),
			 ERR_CORRUPT);

	assert_int_equal(recover_origin(back.dir, origin), ERR_OK);
	assert_string_equal(origin, "seam/a/makhmour/log/2");
	note_key_write(&vkey, &home->key);
	assert_int_equal(recover_home(back.dir, out_view(&vkey), SPAN(""), 50), ERR_CONFIG);
	testhome_key(origin, NOTE_ED25519, 33, &back.secret, &back.key);
	out_reset(&vkey);
	note_key_write(&vkey, &back.key);
	assert_int_equal(recover_home(back.dir, out_view(&vkey), SPAN(""), 50), ERR_OK);
	testhome_open(&back);
	assert_int_equal(journal_epoch(back.journal), 2);
	assert_int_equal(journal_size(back.journal), 1);
	testhome_append(&back, 500, 20);
	assert_int_equal(testhome_beat(&back), ERR_OK);
	testhome_record(&t, 42, true);
	id = hash_of(span_of(t.jwt));
	assert_int_equal(journal_get(back.journal, &id, arena, &got), ERR_OK);
	assert_int_equal(got.epoch, 1);
	assert_true(span_is(got.disclosures, t.disclosures));
	assert_verifies(&back);
	assert_int_equal(verify(&back, &counts, fault), ERR_OK);
	assert_int_equal(counts.records, 305);
	testhome_drop(&back);
	arena_free(arena);
	out_free(&vkey);
}

static void
damaged_backup_is_refused(void **state)
{
	struct testhome *home = *state;
	char file[FILE_PATH_MAX];
	char to[] = "/tmp/seam-journal-XXXXXX";
	struct out bytes = out_new(64 << 20);

	assert_non_null(mkdtemp(to));
	(void)snprintf(file, sizeof file, "%s/the.backup", home->dir);
	assert_int_equal(backup_make(home->dir, file, SPAN("x"), NULL, 0, NULL), ERR_OK);
	assert_int_equal(file_read(file, &bytes), ERR_OK);
	bytes.p[bytes.n / 2] ^= 1;
	assert_int_equal(file_write(file, out_view(&bytes), 0600), ERR_OK);
	assert_int_equal(backup_restore(file, to, SPAN("x"), NULL), ERR_FORMAT);
	bytes.p[bytes.n / 2] ^= 1;
	assert_int_equal(file_write(file, span_make(bytes.p, bytes.n - 25), 0600), ERR_OK);
	assert_int_equal(backup_restore(file, to, SPAN("x"), NULL), ERR_FORMAT);
	assert_int_equal(rmdir(to), 0);
	out_free(&bytes);
}

/* A lost head.db: recovery commits to the last head it finds, and the old origin stays closed. */
static void
lost_head_is_recovered(void **state)
{
	struct testhome *home = *state;
	struct out vkey = out_new(1024);
	struct out genesis = out_new(8192);
	char path[FILE_PATH_MAX];
	struct out checkpoint = out_new(8192);
	sqlite3 *db;
	sqlite3_stmt *statement;
	bool has_row;

	assert_int_equal(journal_head_note(home->journal, &checkpoint), ERR_OK);
	journal_close(home->journal);
	home->journal = NULL;
	assert_int_equal(file_path(path, sizeof path, home->dir, "head.db"), ERR_OK);
	assert_int_equal(unlink(path), 0);
	testhome_key("seam/a/makhmour/log/2", NOTE_ED25519, 34, &home->secret, &home->key);
	note_key_write(&vkey, &home->key);
	assert_int_equal(recover_home(home->dir, out_view(&vkey), SPAN(""), 50), ERR_OK);
	testhome_open(home);
	testhome_append(home, 600, 5);
	assert_int_equal(testhome_beat(home), ERR_OK);
	assert_int_equal(file_path(path, sizeof path, home->dir, "journal.db"), ERR_OK);
	assert_int_equal(db_open(path, DB_READ, &db), ERR_OK);
	assert_int_equal(db_prepare(db, "SELECT genesis FROM epoch WHERE epoch = 2", &statement),
			 ERR_OK);
	assert_int_equal(db_step(statement, &has_row), ERR_OK);
	out_text(&genesis, "seam/recover/v1\n");
	out_span(&genesis, out_view(&checkpoint));
	assert_true(span_equal(db_blob(statement, 0), out_view(&genesis)));
	(void)sqlite3_finalize(statement);
	db_close(db);
	assert_verifies(home);
	out_free(&checkpoint);
	out_free(&genesis);
	out_free(&vkey);
}

static void
destroyed_home_is_empty(void **state)
{
	static const char *const names[] = {"seal.key"};
	struct testhome *home = *state;
	char path[FILE_PATH_MAX];

	assert_int_equal(file_path(path, sizeof path, home->dir, "seal.key"), ERR_OK);
	assert_int_equal(file_write(path, SPAN("PRIVATE"), 0600), ERR_OK);
	journal_close(home->journal);
	home->journal = NULL;
	assert_int_equal(recover_destroy(home->dir, names, 1), ERR_OK);
	assert_int_equal(rmdir(home->dir), 0);
	assert_int_equal(mkdir(home->dir, 0700), 0);
}

int
main(void)
{
#define ROW(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
	    ROW(whole_home_verifies),         ROW(flipped_columns_are_found),
	    ROW(flipped_log_files_are_found), ROW(missing_things_are_found),
	    ROW(lost_body_is_no_fault),       ROW(callers_own_check_counts),
	    ROW(another_key_is_found),        ROW(erased_bytes_are_nowhere),
	    ROW(backup_comes_back),           ROW(damaged_backup_is_refused),
	    ROW(lost_head_is_recovered),      ROW(destroyed_home_is_empty),
	};
#undef ROW

	return cmocka_run_group_tests(tests, NULL, NULL);
}
