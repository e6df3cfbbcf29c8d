/* The log that SQLite itself writes: any turned bit of it is named; what a kill, a cut or a loss of
 * power leaves behind is not called damage. */
#define _GNU_SOURCE
#include "journal/wal.h"

#include "base/file.h"
#include "base/out.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

enum { PAGE = 512, STEP = 24 + PAGE, COMMITS = 6 };

struct scene {
	char dir[32];
	char db[FILE_PATH_MAX];
	char log[FILE_PATH_MAX];
	sqlite3 *open;
	struct out bytes;     /* the log as it lies there after the last commit */
	size_t ends[COMMITS]; /* its length after each commit */
};

static void
run(sqlite3 *db, const char *sql)
{
	char *why = NULL;

	if (sqlite3_exec(db, sql, NULL, NULL, &why) != SQLITE_OK)
		fail_msg("%s: %s", sql, why);
}

static void
take(struct scene *scene)
{
	out_reset(&scene->bytes);
	assert_int_equal(file_read(scene->log, &scene->bytes), ERR_OK);
}

/* Six commits of several frames each; the connection stays open, as of a process that was killed.
 */
static int
set_up(void **state)
{
	struct scene *scene = calloc(1, sizeof *scene);
	char sql[256];

	assert_non_null(scene);
	memcpy(scene->dir, "/tmp/seam-wal-XXXXXX", sizeof "/tmp/seam-wal-XXXXXX");
	assert_non_null(mkdtemp(scene->dir));
	(void)snprintf(scene->db, sizeof scene->db, "%s/some.db", scene->dir);
	(void)snprintf(scene->log, sizeof scene->log, "%s/some.db-wal", scene->dir);
	scene->bytes = out_new(1 << 20);
	assert_int_equal(sqlite3_open(scene->db, &scene->open), SQLITE_OK);
	run(scene->open, "PRAGMA page_size=512; PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; "
			 "CREATE TABLE t(n INTEGER PRIMARY KEY, b BLOB); PRAGMA "
			 "wal_checkpoint(TRUNCATE)");
	for (int i = 0; i < COMMITS; i++) {
		(void)snprintf(sql, sizeof sql,
			       "BEGIN; INSERT INTO t(b) VALUES(randomblob(700)); INSERT INTO t(b) "
			       "VALUES(randomblob(900)); COMMIT");
		run(scene->open, sql);
		take(scene);
		scene->ends[i] = scene->bytes.n;
	}
	assert_true(scene->ends[COMMITS - 1] >= scene->ends[COMMITS - 2] + 3 * STEP);
	*state = scene;
	return 0;
}

static int
tear_down(void **state)
{
	struct scene *scene = *state;

	(void)sqlite3_close(scene->open);
	(void)unlink(scene->db);
	(void)unlink(scene->log);
	(void)rmdir(scene->dir);
	out_free(&scene->bytes);
	free(scene);
	return 0;
}

static struct wal_found
look(const struct scene *scene, size_t n)
{
	struct wal_found found;
	int fd = memfd_create("log", 0);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, scene->bytes.p, n), (ssize_t)n);
	assert_int_equal(wal_read(fd, &found), ERR_OK);
	(void)close(fd);
	return found;
}

static size_t
frame_at(size_t at)
{
	return at < 32 ? 0 : (at - 32) / STEP + 1;
}

static void
a_whole_log_is_sound(void **state)
{
	struct scene *scene = *state;
	struct wal_found found;

	assert_int_equal(wal_look(scene->db, &found), ERR_OK);
	assert_int_equal(found.state, WAL_SOUND);
	for (int i = 0; i < COMMITS; i++)
		assert_int_equal(look(scene, scene->ends[i]).state, WAL_SOUND);
	assert_int_equal(look(scene, 0).state, WAL_SOUND);
	assert_int_equal(unlink(scene->log), 0);
	assert_int_equal(wal_look(scene->db, &found), ERR_OK);
	assert_int_equal(found.state, WAL_SOUND);
}

/* Whether somebody else would find the bytes of the file locked by which SQLite shares it. */
static bool
is_locked(const char *path)
{
	struct flock lock = {.l_type = F_WRLCK, .l_start = 0x40000000, .l_len = 512};
	int status = 0;
	pid_t child = fork();

	assert_true(child >= 0);
	if (child == 0) {
		int fd = open(path, O_RDWR | O_CLOEXEC);

		_exit(fd < 0 || fcntl(fd, F_GETLK, &lock) != 0 ? 2 : lock.l_type != F_UNLCK);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) < 2);
	return WEXITSTATUS(status) == 1;
}

/* Without them the last writer to leave would write the log back and remove it under a reader. */
static void
a_look_leaves_the_locks(void **state)
{
	struct scene *scene = *state;
	struct wal_found found;

	run(scene->open, "SELECT count(*) FROM t");
	assert_true(is_locked(scene->db));
	assert_int_equal(wal_look(scene->db, &found), ERR_OK);
	wal_keep(scene->db, scene->open);
	assert_true(is_locked(scene->db));
}

static void
every_turned_bit_is_named(void **state)
{
	struct scene *scene = *state;

	for (size_t at = 0; at < scene->bytes.n; at++) {
		for (unsigned bit = 0; bit < 8; bit++) {
			struct wal_found found;

			scene->bytes.p[at] = (char)((unsigned char)scene->bytes.p[at] ^ 1u << bit);
			found = look(scene, scene->bytes.n);
			if (found.state != WAL_DAMAGED || found.frame != frame_at(at))
				fail_msg("bit %u of byte %zu: state %d, frame %llu", bit, at,
					 (int)found.state, (unsigned long long)found.frame);
			scene->bytes.p[at] = (char)((unsigned char)scene->bytes.p[at] ^ 1u << bit);
		}
	}
}

/* Cut at any length: a commit that is not whole, never damage. */
static void
a_cut_log_is_unfinished(void **state)
{
	struct scene *scene = *state;
	size_t from = scene->ends[COMMITS - 2];

	for (size_t n = from; n <= scene->bytes.n; n++) {
		bool is_whole = n < from + 24 || n == scene->bytes.n; /* less than a frame's head */
		struct wal_found found = look(scene, n);

		if (found.state != (is_whole ? WAL_SOUND : WAL_UNFINISHED))
			fail_msg("cut at %zu of %zu: state %d", n, scene->bytes.n,
				 (int)found.state);
	}
}

/* Pages of the last commit that power loss kept from the disk, in any order, and what a kill
 * between a frame's head and its page leaves. */
static void
a_torn_last_commit_is_unfinished(void **state)
{
	struct scene *scene = *state;
	size_t from = scene->ends[COMMITS - 2];
	char held[STEP];

	for (size_t at = from; at + STEP <= scene->bytes.n; at += STEP) {
		for (size_t skip = 0; skip <= 24; skip += 24) {
			struct wal_found found;

			memcpy(held, scene->bytes.p + at, STEP);
			memset(scene->bytes.p + at + skip, 0, STEP - skip);
			found = look(scene, scene->bytes.n);
			if (skip == 24 || at + STEP < scene->bytes.n)
				assert_int_equal(found.state, WAL_UNFINISHED);
			assert_int_equal(found.frame, frame_at(at));
			memcpy(scene->bytes.p + at, held, STEP);
		}
	}
}

/* More than a bit, under commits that followed. */
static void
a_wiped_frame_is_damage(void **state)
{
	struct scene *scene = *state;
	char held[STEP];

	for (size_t at = 32; at < scene->ends[COMMITS - 3]; at += STEP) {
		struct wal_found found;

		memcpy(held, scene->bytes.p + at, STEP);
		memset(scene->bytes.p + at, 0, STEP);
		found = look(scene, scene->bytes.n);
		assert_int_equal(found.state, WAL_DAMAGED);
		assert_int_equal(found.frame, frame_at(at));
		memcpy(scene->bytes.p + at, held, STEP);
	}
}

/* Written back and begun anew, the file still holds frames of its earlier use. */
static void
an_earlier_use_is_no_part_of_it(void **state)
{
	struct scene *scene = *state;
	size_t before = scene->bytes.n;
	size_t end;

	run(scene->open, "PRAGMA wal_checkpoint(RESTART)");
	run(scene->open, "UPDATE t SET b = zeroblob(10) WHERE n = 1");
	take(scene);
	assert_int_equal(scene->bytes.n, before);
	assert_int_equal(look(scene, before).state, WAL_SOUND);
	for (end = 32; memcmp(scene->bytes.p + end + 8, scene->bytes.p + 16, 8) == 0; end += STEP)
		assert_true(end < before);
	assert_true(end > 32);
	for (size_t at = 0; at < end; at++) {
		struct wal_found found;

		scene->bytes.p[at] = (char)((unsigned char)scene->bytes.p[at] ^ 16u);
		found = look(scene, before);
		assert_int_equal(found.state, WAL_DAMAGED);
		assert_int_equal(found.frame, frame_at(at));
		scene->bytes.p[at] = (char)((unsigned char)scene->bytes.p[at] ^ 16u);
	}
}

/* Who only reads leaves a damaged log where it is; a sound one is written back by SQLite. */
static void
a_damaged_log_stays(void **state)
{
	struct scene *scene = *state;
	char copy[FILE_PATH_MAX];
	char copy_log[FILE_PATH_MAX];

	(void)snprintf(copy, sizeof copy, "%s/copy.db", scene->dir);
	(void)snprintf(copy_log, sizeof copy_log, "%s/copy.db-wal", scene->dir);
	for (int is_damaged = 0; is_damaged < 2; is_damaged++) {
		struct out db = out_new(1 << 20);
		sqlite3 *reader;

		if (is_damaged)
			scene->bytes.p[1000] = (char)((unsigned char)scene->bytes.p[1000] ^ 1u);
		assert_int_equal(file_read(scene->db, &db), ERR_OK);
		assert_int_equal(file_write(copy, out_view(&db), 0600), ERR_OK);
		assert_int_equal(file_write(copy_log, out_view(&scene->bytes), 0600), ERR_OK);
		assert_int_equal(db_open(copy, DB_READ, &reader), ERR_OK);
		wal_keep(copy, reader);
		run(reader, "SELECT count(*) FROM t");
		db_close(reader);
		assert_int_equal(file_is_there(copy_log), is_damaged);
		out_free(&db);
	}
	(void)unlink(copy);
	(void)unlink(copy_log);
	(void)snprintf(copy_log, sizeof copy_log, "%s/copy.db-shm", scene->dir);
	(void)unlink(copy_log);
}

static void
it_is_said_by_name(void **state)
{
	static const struct {
		struct wal_found found;
		const char *text;
	} rows[] = {
	    {{WAL_SOUND, 0}, ""},
	    {{WAL_DAMAGED, 12}, "j.db-wal: frame 12 is damaged: what came after it is not read"},
	    {{WAL_DAMAGED, 0}, "j.db-wal: its head is damaged: none of its frames is read"},
	    {{WAL_UNFINISHED, 3},
	     "j.db-wal ends in a commit that is not whole, at frame 3: power was lost while it was "
	     "written, or what came last is damaged"},
	};
	char text[WAL_TEXT_MAX];

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		wal_say(text, "j.db", &rows[i].found);
		assert_string_equal(text, rows[i].text);
	}
}

int
main(void)
{
#define ROW(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
	    ROW(a_whole_log_is_sound),
	    ROW(a_look_leaves_the_locks),
	    ROW(every_turned_bit_is_named),
	    ROW(a_cut_log_is_unfinished),
	    ROW(a_torn_last_commit_is_unfinished),
	    ROW(a_wiped_frame_is_damage),
	    ROW(an_earlier_use_is_no_part_of_it),
	    ROW(a_damaged_log_stays),
	    ROW(it_is_said_by_name),
	};
#undef ROW

	return cmocka_run_group_tests(tests, NULL, NULL);
}
