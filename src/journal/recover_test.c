/* Backups come back, lost heads are recovered from, and a destroyed home is empty. */
#define _GNU_SOURCE
#include "base/db.h"
#include "journal/backup.h"
#include "journal/recover.h"
#include "journal/testhome.h"

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
	assert_int_equal(testhome_grep(home->dir, "secret-"), 0);
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
	testhome_assert_verifies(&back);
	assert_int_equal(testhome_verify(&back, &counts, fault), ERR_OK);
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
	testhome_assert_verifies(home);
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
	    ROW(backup_comes_back),
	    ROW(damaged_backup_is_refused),
	    ROW(lost_head_is_recovered),
	    ROW(destroyed_home_is_empty),
	};
#undef ROW

	return cmocka_run_group_tests(tests, NULL, NULL);
}
