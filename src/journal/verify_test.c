/* One flipped bit in anything stored is found and its place named; backup, recovery and erasure
leave a home that #define _GNU_SOURCE
 * verifies. */
#define _GNU_SOURCE
#include "base/db.h"
#include "journal/testhome.h"
#include "journal/verify.h"

#include <sys/stat.h>

static int
set_up(void **state)
{
	*state = testhome_furnished();
	return 0;
}

static int
tear_down(void **state)
{
	testhome_drop(*state);
	free(*state);
	return 0;
}

static void
whole_home_verifies(void **state)
{
	struct testhome *home = *state;
	struct verify_counts counts;
	char fault[VERIFY_FAULT_MAX];
	enum err err = testhome_verify(home, &counts, fault);

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
			if (testhome_verify(home, &counts, fault) != ERR_CORRUPT)
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
	testhome_assert_verifies(home);
	testhome_wipe(keep);
}

/* --- what is below the rows: schema, pages, length */

/* Everywhere: a page that was split may still hold the old bytes beside the ones in force. */
static void
change_bytes(const char *path, const char *from, const char *to)
{
	struct out bytes = out_new(64 << 20);
	char *at;
	int n = 0;

	assert_int_equal(file_read(path, &bytes), ERR_OK);
	while ((at = memmem(bytes.p, bytes.n, from, strlen(from))) && n++ < 100)
		memcpy(at, to, strlen(to));
	assert_true(n > 0 && n < 100);
	assert_int_equal(file_write(path, out_view(&bytes), 0600), ERR_OK);
	out_free(&bytes);
}

static void
broken_schemas_and_pages_are_named(void **state)
{
	static const struct {
		const char *file;
		const char *from;
		const char *to;
		int64_t length; /* -1: changed, not cut */
		const char *fault;
	} rows[] = {
	    {"journal.db", "shelf(class", "shelf(clasr", -1,
	     "journal.db: page structure or schema"},
	    {"journal.db", "came_ms INTEGER NOT NULL, row BLOB",
	     "came_ms INTEGER NOT NULL, rov BLOB", -1, "journal.db: schema of table quarantine"},
	    {"journal.db", "outbox(state, not_before_ms)", "outbox(state, not_bdfore_ms)", -1,
	     "journal.db: page structure or schema"},
	    {"journal.db", "CREATE TABLE sent(", "CREATE TAbLE sent(", -1,
	     "journal.db: schema of table sent"},
	    {"journal.db", "CREATE TABLE meta(", "CREATE TAALE meta(", -1,
	     "journal.db: page structure or schema"},
	    {"keys.db", "id BLOB NOT NULL", "if BLOB NOT NULL", -1, "keys.db: schema of table key"},
	    {"head.db", "size INTEGER", "siye INTEGER", -1, "head.db: schema of table head"},
	    {"journal.db", "SQLite format 3", "SQLite format 7", -1, "journal.db: "},
	    {"keys.db", "SQLite format 3", "SQLite format 7", -1, "keys.db: "},
	    {"head.db", "SQLite format 3", "SQLite format 7", -1, "head.db"},
	    {"journal.db", NULL, NULL, 0, "journal.db: schema of index "},
	    {"journal.db", NULL, NULL, 100, "journal.db: "},
	    {"journal.db", NULL, NULL, 5000, "journal.db: page structure or schema"},
	    {"journal.db", NULL, NULL, 40000, "journal.db: page structure or schema"},
	    {"keys.db", NULL, NULL, 5000, "keys.db: page structure or schema"},
	};
	struct testhome *home = *state;
	char keep[] = "/tmp/seam-journal-XXXXXX";
	char path[FILE_PATH_MAX];

	journal_close(home->journal);
	home->journal = NULL;
	assert_non_null(mkdtemp(keep));
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct verify_counts counts;
		char fault[VERIFY_FAULT_MAX];
		enum err err;

		copy_tree_file(home->dir, keep, rows[i].file);
		assert_int_equal(file_path(path, sizeof path, home->dir, rows[i].file), ERR_OK);
		if (rows[i].length < 0)
			change_bytes(path, rows[i].from, rows[i].to);
		else
			assert_int_equal(truncate(path, rows[i].length), 0);
		err = testhome_verify(home, &counts, fault);
		if (err != ERR_CORRUPT || strncmp(fault, rows[i].fault, strlen(rows[i].fault)) != 0)
			fail_msg("row %zu: %s: %s", i, err_text(err), fault);
		copy_tree_file(keep, home->dir, rows[i].file);
	}
	testhome_assert_verifies(home);
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
	if (testhome_verify(home, &counts, fault) != ERR_CORRUPT)
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
	testhome_assert_verifies(home);
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
		assert_int_equal(testhome_verify(home, &counts, fault), ERR_CORRUPT);
		assert_string_equal(fault, rows[i].fault);
		assert_int_equal(rename(aside, path), 0);
	}
	testhome_assert_verifies(home);
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
	assert_int_equal(testhome_verify(home, &counts, fault), ERR_OK);
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
	assert_int_equal(testhome_grep(home->dir, "secret-9001-"), 0);
	(void)snprintf(bytes, sizeof bytes, "%s~%s~kb", t.jwt, t.disclosures);
	memset(&bad, 0, sizeof bad);
	bad.source = SPAN("stick");
	bad.reason = SPAN("replayed");
	bad.bytes = span_of(bytes);
	assert_int_equal(journal_begin(home->journal), ERR_OK);
	assert_int_equal(quarantine_add(home->journal, &bad), ERR_OK);
	assert_int_equal(journal_commit(home->journal), ERR_OK);
	assert_true(testhome_grep(home->dir, "secret-9001-") > 0);
	read_key(home, 281, key);
	assert_true(key_is_somewhere(home, key) > 0);

	assert_int_equal(journal_erase(home->journal, &id), ERR_OK);
	assert_int_equal(testhome_grep(home->dir, "secret-9001-"), 0);
	assert_int_equal(testhome_grep(home->dir, "DISCLOSED9001"), 0);
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
	testhome_assert_verifies(home);
	out_free(&proof);
	arena_free(arena);
}

/* --- what a killed station left in its write-ahead logs, no head signed over it yet */

static const char *const killed_files[] = {"journal.db",  "journal.db-wal", "keys.db",
					   "keys.db-wal", "head.db",        "head.db-wal"};

static void
put_killed(struct testhome *home, const char *keep)
{
	char path[FILE_PATH_MAX];

	for (size_t i = 0; i < sizeof killed_files / sizeof *killed_files; i++)
		copy_tree_file(keep, home->dir, killed_files[i]);
	for (size_t i = 0; i < sizeof killed_files / sizeof *killed_files; i += 2) {
		(void)snprintf(path, sizeof path, "%s/%s-shm", home->dir, killed_files[i]);
		(void)unlink(path);
	}
}

static void
flipped_logs_are_found(void **state)
{
	enum { FLIPS = 12 };
	struct testhome *home = *state;
	char keep[] = "/tmp/seam-journal-XXXXXX";

	testhome_append(home, 5000, 20);
	assert_non_null(mkdtemp(keep));
	for (size_t i = 0; i < sizeof killed_files / sizeof *killed_files; i++)
		copy_tree_file(home->dir, keep, killed_files[i]);
	journal_close(home->journal);
	home->journal = NULL;
	put_killed(home, keep);
	testhome_assert_verifies(home);
	for (size_t i = 0; i < 3 * FLIPS; i++) {
		const char *name = killed_files[1 + 2 * (i % 3)];
		struct out bytes = out_new(64 << 20);
		struct verify_counts counts;
		char fault[VERIFY_FAULT_MAX];
		char path[FILE_PATH_MAX];
		size_t at;

		put_killed(home, keep);
		assert_int_equal(file_path(path, sizeof path, home->dir, name), ERR_OK);
		assert_int_equal(file_read(path, &bytes), ERR_OK);
		at = bytes.n - 1 - (bytes.n - 1) / (FLIPS - 1) * (i / 3);
		bytes.p[at] = (char)((unsigned char)bytes.p[at] ^ 1u << i % 8);
		assert_int_equal(file_write(path, out_view(&bytes), 0600), ERR_OK);
		for (int again = 0; again < 2; again++) { /* looking does not take it away */
			if (testhome_verify(home, &counts, fault) != ERR_CORRUPT)
				fail_msg("%s: byte %zu of %zu was not found", name, at, bytes.n);
			assert_memory_equal(fault, name, strlen(name));
		}
		if (journal_open(home->dir, JOURNAL_WRITE, home->why, &home->journal) == ERR_OK)
			assert_non_null(strstr(journal_warning(home->journal), " is damaged"));
		journal_close(home->journal);
		home->journal = NULL;
		out_free(&bytes);
	}
	put_killed(home, keep);
	testhome_open(home);
	assert_string_equal(journal_warning(home->journal), "");
	testhome_wipe(keep);
}

int
main(void)
{
#define ROW(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
	    ROW(whole_home_verifies),         ROW(flipped_columns_are_found),
	    ROW(flipped_log_files_are_found), ROW(flipped_logs_are_found),
	    ROW(missing_things_are_found),    ROW(lost_body_is_no_fault),
	    ROW(callers_own_check_counts),    ROW(another_key_is_found),
	    ROW(erased_bytes_are_nowhere),    ROW(broken_schemas_and_pages_are_named),
	};
#undef ROW

	return cmocka_run_group_tests(tests, NULL, NULL);
}
