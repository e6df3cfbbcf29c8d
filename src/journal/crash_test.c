/* kill -9, a full disk, a torn last batch, a failing file size limit: what was confirmed is there
 * afterwards, the home verifies, and no head was ever signed over a leaf that is not durable. */
#define _GNU_SOURCE
#include "journal/testhome.h"
#include "journal/verify.h"

#include <errno.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>

enum {
	KILLS = TEST_SLOW ? 200 : 20,
	BATCH = 7,
	LOOKS = TEST_SLOW ? 100 : 15,
	LOOKS_BATCHES = 200,
	TEARS = TEST_SLOW ? 400 : 60
};

static void
assert_verifies(const struct testhome *home)
{
	struct verify_options options;
	struct verify_counts counts;
	char fault[VERIFY_FAULT_MAX];
	enum err err;

	memset(&options, 0, sizeof options);
	options.key = &home->key;
	err = verify_home(home->dir, &options, &counts, fault);
	if (err != ERR_OK)
		print_message("verify: %s\n", fault);
	assert_int_equal(err, ERR_OK);
}

static bool
append(struct testhome *home, int first, int count)
{
	struct testrecord t;
	bool is_new;
	enum err err = journal_begin(home->journal);

	for (int i = 0; i < count && err == ERR_OK; i++) {
		testhome_record(&t, first + i, true);
		err = journal_add(home->journal, &t.record, &is_new);
	}
	if (err == ERR_OK)
		err = journal_commit(home->journal);
	else
		journal_rollback(home->journal);
	return err == ERR_OK;
}

/* Appends up to a limit, beats every third batch, says what is confirmed, then waits to be killed.
 */
static void
work(struct testhome *home, int first, int limit, int say)
{
	if (journal_open(home->dir, JOURNAL_WRITE, home->why, &home->journal) != ERR_OK)
		_exit(3);
	for (int i = first; i < limit; i += BATCH) {
		int confirmed = i + BATCH;

		if (!append(home, i, BATCH))
			_exit(4);
		if (write(say, &confirmed, sizeof confirmed) != sizeof confirmed)
			_exit(5);
		if (i / BATCH % 3 == 0 && testhome_beat(home) != ERR_OK)
			_exit(6);
	}
	for (;;)
		(void)pause();
}

static void
assert_all_there(struct testhome *home, int count)
{
	struct testrecord t;

	for (int i = 0; i < count; i++) {
		struct hash id;

		testhome_record(&t, i, true);
		id = hash_of(span_of(t.jwt));
		if (!journal_has(home->journal, &id))
			fail_msg("record %d was confirmed and is lost", i);
	}
}

static int
count_held(struct testhome *home)
{
	struct journal_counts counts;

	assert_int_equal(journal_count(home->journal, &counts), ERR_OK);
	return (int)counts.records;
}

static void
killed_at_any_moment(void **state)
{
	struct testhome home;
	unsigned seed = 12345;
	int confirmed = 0;
	int next = 0;

	(void)state;
	testhome_make(&home, "/tmp");
	assert_int_equal(testhome_beat(&home), ERR_OK);
	journal_close(home.journal);
	home.journal = NULL;
	for (int round = 0; round < KILLS; round++) {
		int ends[2];
		pid_t child;
		int value;
		struct timespec pause = {0, 0};

		assert_int_equal(pipe(ends), 0);
		child = fork();
		assert_true(child >= 0);
		if (child == 0) {
			(void)close(ends[0]);
			work(&home, next, INT32_MAX - BATCH, ends[1]);
		}
		(void)close(ends[1]);
		seed = seed * 1103515245u + 12345u;
		pause.tv_nsec = (long)(5000000 + seed % 60000000);
		/* every other round only after something was confirmed, however slow the disk */
		if (round % 2 && read(ends[0], &value, sizeof value) == sizeof value)
			confirmed = value;
		(void)nanosleep(&pause, NULL);
		assert_int_equal(kill(child, SIGKILL), 0);
		assert_int_equal(waitpid(child, &value, 0), child);
		if (WIFEXITED(value))
			fail_msg("the writer gave up with %d", WEXITSTATUS(value));
		while (read(ends[0], &value, sizeof value) == sizeof value)
			confirmed = value;
		(void)close(ends[0]);
		assert_verifies(&home);
		testhome_open(&home);
		assert_all_there(&home, confirmed);
		next = count_held(&home);
		/* a batch is there whole or not at all */
		assert_int_equal(next % BATCH, 0);
		assert_true(next == confirmed || next == confirmed + BATCH);
		assert_verifies(&home);
		confirmed = next;
		journal_close(home.journal);
		home.journal = NULL;
	}
	print_message("%d kills, %d records\n", KILLS, confirmed);
	testhome_drop(&home);
}

/* A station that goes on writing is no fault: verify and readers take one moment of it. */
static void
looked_at_while_running(void **state)
{
	struct testhome home;
	pid_t child;
	int ends[2];
	int status;

	(void)state;
	testhome_make(&home, "/tmp");
	assert_int_equal(testhome_beat(&home), ERR_OK);
	journal_close(home.journal);
	home.journal = NULL;
	assert_int_equal(pipe(ends), 0);
	child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		(void)close(ends[0]);
		work(&home, 0, LOOKS_BATCHES * BATCH, ends[1]);
	}
	(void)close(ends[1]);
	for (int i = 0; i < LOOKS; i++) {
		struct journal *reader;
		uint64_t head;

		assert_verifies(&home);
		assert_int_equal(journal_open(home.dir, JOURNAL_READ, home.why, &reader), ERR_OK);
		head = journal_head_size(reader);
		if (head == 0 || head > journal_size(reader))
			fail_msg("a reader saw %s", home.why);
		journal_close(reader);
		assert_int_equal(read(ends[0], &status, sizeof status), sizeof status);
	}
	assert_int_equal(kill(child, SIGKILL), 0);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFSIGNALED(status));
	(void)close(ends[0]);
	testhome_drop(&home);
}

static void
copy_file(const char *from_dir, const char *to_dir, const char *name)
{
	char from[FILE_PATH_MAX];
	char to[FILE_PATH_MAX];
	struct out bytes = out_new(64 << 20);

	assert_int_equal(file_path(from, sizeof from, from_dir, name), ERR_OK);
	assert_int_equal(file_path(to, sizeof to, to_dir, name), ERR_OK);
	if (file_is_there(from)) {
		assert_int_equal(file_read(from, &bytes), ERR_OK);
		assert_int_equal(file_write(to, out_view(&bytes), 0600), ERR_OK);
	} else {
		(void)unlink(to);
	}
	out_free(&bytes);
}

/* The log of journal.db cut at many points inside the last batch, which no head covers yet: the
 * batch is gone whole, what was there before stays, and the station goes on. */
static void
torn_last_batch(void **state)
{
	static const char *const files[] = {"journal.db",  "journal.db-wal", "keys.db",
					    "keys.db-wal", "head.db",        "head.db-wal"};
	struct testhome home;
	char keep[] = "/tmp/seam-journal-XXXXXX";
	char path[FILE_PATH_MAX];
	struct stat before;
	struct stat after;

	(void)state;
	testhome_make(&home, "/tmp");
	assert_non_null(mkdtemp(keep));
	assert_true(append(&home, 0, 20));
	assert_int_equal(testhome_beat(&home), ERR_OK);
	assert_int_equal(file_path(path, sizeof path, home.dir, "journal.db-wal"), ERR_OK);
	assert_int_equal(stat(path, &before), 0);
	assert_true(append(&home, 20, 10));
	assert_int_equal(stat(path, &after), 0);
	assert_true(after.st_size > before.st_size);
	/* the files as a power cut would leave them: copied under the open database */
	for (size_t i = 0; i < sizeof files / sizeof files[0]; i++)
		copy_file(home.dir, keep, files[i]);
	journal_close(home.journal);
	for (int i = 0; i <= TEARS; i++) {
		off_t at = before.st_size + (after.st_size - before.st_size) * i / TEARS;
		int held;

		for (size_t k = 0; k < sizeof files / sizeof files[0]; k++)
			copy_file(keep, home.dir, files[k]);
		(void)unlink("journal.db-shm");
		assert_int_equal(truncate(path, at), 0);
		testhome_open(&home);
		held = count_held(&home);
		assert_true(held == 20 || held == 30);
		if (i == TEARS)
			assert_int_equal(held, 30);
		assert_all_there(&home, held);
		assert_true(append(&home, held, 5));
		assert_int_equal(testhome_beat(&home), ERR_OK);
		assert_verifies(&home);
		journal_close(home.journal);
	}
	home.journal = NULL;
	testhome_drop(&home);
	testhome_wipe(keep);
}

/* Returns false when this machine does not let us. */
static bool
mount_small(const char *dir)
{
	return mount("tmpfs", dir, "tmpfs", 0, "size=1500k") == 0;
}

static void
full_disk(void **state)
{
	char dir[] = "/tmp/seam-small-XXXXXX";
	char ballast[FILE_PATH_MAX];
	struct testhome home;
	struct testrecord t;
	struct out filler = out_new(4 << 20);
	bool is_new;
	int held = 0;
	enum err err = ERR_OK;

	(void)state;
	assert_non_null(mkdtemp(dir));
	if (!mount_small(dir)) {
		print_message("skipped: a small tmpfs cannot be mounted here\n");
		(void)rmdir(dir);
		return;
	}
	testhome_make(&home, dir);
	assert_int_equal(file_path(ballast, sizeof ballast, dir, "ballast"), ERR_OK);
	for (int i = 0; i < 200000; i++)
		out_char(&filler, 'x');
	assert_int_equal(file_write(ballast, out_view(&filler), 0600), ERR_OK);
	while (held < 5000) {
		err = journal_begin(home.journal);
		for (int i = 0; i < 10 && err == ERR_OK; i++) {
			testhome_record(&t, held + i, true);
			err = journal_add(home.journal, &t.record, &is_new);
		}
		if (err == ERR_OK)
			err = journal_commit(home.journal);
		else
			journal_rollback(home.journal);
		if (err != ERR_OK)
			break;
		held += 10;
	}
	assert_int_equal(err, ERR_FULL);
	assert_true(held > 0);
	/* still usable: reads now, and writes once there is room */
	assert_all_there(&home, held);
	assert_int_equal(count_held(&home), held);
	assert_int_equal(unlink(ballast), 0);
	assert_true(append(&home, held, 10));
	assert_int_equal(testhome_beat(&home), ERR_OK);
	assert_verifies(&home);
	journal_close(home.journal);
	testhome_open(&home);
	assert_all_there(&home, held + 10);
	testhome_drop(&home);
	assert_int_equal(umount(dir), 0);
	(void)rmdir(dir);
	out_free(&filler);
}

/* A write that fails otherwise than for room is final until the journal is opened again. */
static void
failing_write_is_final(void **state)
{
	struct rlimit old;
	struct rlimit small;
	struct testhome home;
	int held = 0;

	(void)state;
	(void)signal(SIGXFSZ, SIG_IGN);
	testhome_make(&home, "/tmp");
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
	small = old;
	small.rlim_cur = 300000;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
	while (held < 5000 && append(&home, held, 10))
		held += 10;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
	assert_true(held < 5000);
	assert_int_equal(journal_begin(home.journal), ERR_IO);
	assert_int_equal(testhome_beat(&home), ERR_IO);
	assert_all_there(&home, held);
	journal_close(home.journal);
	testhome_open(&home);
	assert_all_there(&home, held);
	assert_int_equal(count_held(&home), held);
	assert_true(append(&home, held, 10));
	assert_int_equal(testhome_beat(&home), ERR_OK);
	assert_verifies(&home);
	testhome_drop(&home);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(killed_at_any_moment),   cmocka_unit_test(looked_at_while_running),
	    cmocka_unit_test(torn_last_batch),        cmocka_unit_test(full_disk),
	    cmocka_unit_test(failing_write_is_final),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
