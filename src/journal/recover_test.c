/* Backups come back, lost heads are recovered from, and a destroyed home is empty. */
#define _GNU_SOURCE
#include "base/db.h"
#include "journal/backup.h"
#include "journal/head.h"
#include "journal/recover.h"
#include "journal/testhome.h"

/* 2026-11-22 07:05:00 UTC: so many seconds after 2020 began */
#define NOW_MS     INT64_C(1795331100000)
#define NOW_NUMBER "217494300"

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

/* The next delivery of record 42 has that number and names the one before it, if there is one. */
static void
deliver_on(struct journal *j, const char *party, bool has_before, int64_t counter)
{
	static const struct hash none;
	struct testrecord t;
	struct sent sent;
	char bytes[64];

	memset(&sent, 0, sizeof sent);
	testhome_record(&t, 42, true);
	(void)snprintf(bytes, sizeof bytes, "to %s %lld", party, (long long)counter);
	sent.party = span_of(party);
	sent.record = hash_of(span_of(t.jwt));
	sent.bytes = span_of(bytes);
	assert_int_equal(journal_begin(j), ERR_OK);
	assert_int_equal(sent_next(j, sent.party, &sent.counter, &sent.prev), ERR_OK);
	assert_int_equal(sent.counter, counter);
	assert_int_equal(!hash_equal(&sent.prev, &none), has_before);
	assert_int_equal(sent_add(j, &sent), ERR_OK);
	assert_int_equal(journal_commit(j), ERR_OK);
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
	bool is_by_clock;

	assert_int_equal(file_path(path, sizeof path, home->dir, "config"), ERR_OK);
	assert_int_equal(file_write(path, SPAN("some = thing\n"), 0600), ERR_OK);
	(void)snprintf(file, sizeof file, "%s/the.backup", home->dir);
	deliver_on(home->journal, "b", true, 2);
	assert_int_equal(testhome_beat(home), ERR_OK);
	assert_int_equal(backup_make(home->dir, file, SPAN("open sesame"), names, 2, NULL), ERR_OK);
	deliver_on(home->journal, "b", true, 3);
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

	assert_int_equal(recover_origin(back.dir, NOW_MS, origin, &is_by_clock), ERR_OK);
	assert_string_equal(origin, "seam/a/makhmour/log/" NOW_NUMBER);
	assert_true(is_by_clock);
	note_key_write(&vkey, &home->key);
	assert_int_equal(recover_home(back.dir, out_view(&vkey), SPAN(""), 50), ERR_CONFIG);
	testhome_key(origin, NOTE_ED25519, 33, &back.secret, &back.key);
	out_reset(&vkey);
	note_key_write(&vkey, &back.key);
	assert_int_equal(recover_home(back.dir, out_view(&vkey), SPAN(""), 50), ERR_OK);
	testhome_open(&back);
	assert_int_equal(journal_epoch(back.journal), strtoll(NOW_NUMBER, NULL, 10));
	assert_int_equal(journal_size(back.journal), 1);
	testhome_append(&back, 500, 20);
	deliver_on(back.journal, "b", true, strtoll(NOW_NUMBER, NULL, 10) * 256 + 1);
	deliver_on(back.journal, "b", true, strtoll(NOW_NUMBER, NULL, 10) * 256 + 2);
	deliver_on(back.journal, "c", false, strtoll(NOW_NUMBER, NULL, 10) * 256 + 1);
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

/* The number of the next log by the clock and the last log; the last is "seam/a/makhmour/log/1". */
static void
numbers_grow_with_the_clock(void **state)
{
	static const struct {
		const char *name;
		int64_t utc_ms;
		const char *number; /* NULL: ERR_LIMIT */
		bool is_by_clock;
	} rows[] = {
	    {"now", NOW_MS, NOW_NUMBER, true},
	    {"in the same second", NOW_MS + 999, NOW_NUMBER, true},
	    {"a second later", NOW_MS + 1000, "217494301", true},
	    {"a clock that never was set", 0, "2", false},
	    {"a second into 2020", INT64_C(1577836801000), "2", false},
	    {"two seconds into it", INT64_C(1577836802000), "2", true},
	    {"the last number", INT64_C(1577836800000) + INT64_C(2147483647000), "2147483647",
	     true},
	    {"beyond it", INT64_C(1577836800000) + INT64_C(2147483648000), NULL, true},
	};
	struct testhome *home = *state;
	char origin[RECOVER_ORIGIN_MAX];
	char wanted[RECOVER_ORIGIN_MAX];

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		bool is_by_clock = !rows[i].is_by_clock;
		enum err err = recover_origin(home->dir, rows[i].utc_ms, origin, &is_by_clock);

		(void)snprintf(wanted, sizeof wanted, "seam/a/makhmour/log/%s",
			       rows[i].number ? rows[i].number : "");
		if (err != (rows[i].number ? ERR_OK : ERR_LIMIT) ||
		    strcmp(origin, rows[i].number ? wanted : "") != 0 ||
		    is_by_clock != rows[i].is_by_clock)
			fail_msg("%s: %s, %s", rows[i].name, err_text(err), origin);
	}
}

static enum err
recover_as(struct testhome *home, const char *origin)
{
	struct out vkey = out_new(1024);
	enum err err;

	testhome_key(origin, NOTE_ED25519, 35, &home->secret, &home->key);
	note_key_write(&vkey, &home->key);
	err = recover_home(home->dir, out_view(&vkey), SPAN(""), 50);
	out_free(&vkey);
	return err;
}

/* head.db is in no copy: a station that comes back again knows of its earlier logs from what the
 * later ones were founded on. */
static void
earlier_logs_stay_provable(void **state)
{
	static const char *const origins[] = {"seam/a/makhmour/log/7", "seam/a/makhmour/log/30",
					      "seam/a/makhmour/log/31"};
	struct testhome *home = *state;
	struct verify_counts counts;
	char fault[VERIFY_FAULT_MAX];
	char path[FILE_PATH_MAX];
	struct head head;
	uint64_t size = 0;
	sqlite3 *heads;

	for (size_t i = 0; i < sizeof origins / sizeof *origins; i++) {
		if (i == 1)
			size = journal_head_size(home->journal);
		journal_close(home->journal);
		home->journal = NULL;
		assert_int_equal(file_path(path, sizeof path, home->dir, "head.db"), ERR_OK);
		assert_int_equal(unlink(path), 0);
		assert_int_equal(recover_as(home, origins[i]), ERR_OK);
		testhome_open(home);
		testhome_append(home, 800 + 10 * (int)i, 5);
		assert_int_equal(testhome_beat(home), ERR_OK);
		if (testhome_verify(home, &counts, fault) != ERR_OK)
			fail_msg("%s: %s", origins[i], fault);
	}
	assert_int_equal(head_open(home->dir, DB_READ, &heads), ERR_OK);
	assert_int_equal(head_get(heads, span_of(origins[0]), &head, NULL), ERR_OK);
	assert_int_equal(head.state, HEAD_CLOSED);
	assert_true(size > 1 && head.at.size == size);
	assert_int_equal(head_get(heads, SPAN("seam/a/makhmour/log/1"), &head, NULL), ERR_OK);
	assert_true(head.at.size > 1);
	db_close(heads);
}

/* A number that is not newer, another station's name, a name of another form: nothing changes. */
static void
only_a_newer_log_of_its_own_begins(void **state)
{
	static const char *const others[] = {
	    "seam/a/makhmour/log/1",          "seam/a/makhmour/log/0", "seam/a/makhmour/log/02",
	    "seam/a/makhmour/log/2147483648", "seam/b/makhmour/log/2", "seam/a/makhmour/log/2/3",
	    "seam/a/makhmour/log/",
	};
	struct testhome *home = *state;
	char origin[RECOVER_ORIGIN_MAX];
	bool is_by_clock;

	journal_close(home->journal);
	home->journal = NULL;
	for (size_t i = 0; i < sizeof others / sizeof *others; i++)
		if (recover_as(home, others[i]) != ERR_CONFIG)
			fail_msg("%s", others[i]);
	assert_int_equal(recover_as(home, "seam/a/makhmour/log/" NOW_NUMBER), ERR_OK);
	/* from there with a clock that was put back, and once more with one that is right again */
	assert_int_equal(recover_origin(home->dir, NOW_MS - 5000, origin, &is_by_clock), ERR_OK);
	assert_string_equal(origin, "seam/a/makhmour/log/217494301");
	assert_false(is_by_clock);
	assert_int_equal(recover_as(home, origin), ERR_OK);
	assert_int_equal(recover_as(home, "seam/a/makhmour/log/" NOW_NUMBER), ERR_CONFIG);
	assert_int_equal(recover_as(home, "seam/a/makhmour/log/217494400"), ERR_OK);
	testhome_open(home);
	testhome_append(home, 700, 5);
	assert_int_equal(testhome_beat(home), ERR_OK);
	testhome_assert_verifies(home);
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
	    ROW(numbers_grow_with_the_clock),
	    ROW(only_a_newer_log_of_its_own_begins),
	    ROW(earlier_logs_stay_provable),
	    ROW(destroyed_home_is_empty),
	};
#undef ROW

	return cmocka_run_group_tests(tests, NULL, NULL);
}
