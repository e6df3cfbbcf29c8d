/* Logs that tell two histories, seen by whoever has a copy: at every edge, in every order. */
#define _GNU_SOURCE
#include "journal/testpeer.h"

#include <sys/stat.h>

static char home[64];

static int
set_up(void **state)
{
	(void)state;
	(void)snprintf(home, sizeof home, "%s/seam-mirror-XXXXXX",
		       access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
	return sign_start() == ERR_OK && mkdtemp(home) ? 0 : -1;
}

static int
tear_down(void **state)
{
	(void)state;
	testhome_wipe(home);
	return 0;
}

static void
begin_anew(void)
{
	testhome_wipe(home);
	assert_int_equal(mkdir(home, 0700), 0);
}

static void
assert_holds(const struct fork *fork, const struct testpeer *peer, uint64_t small, uint64_t large)
{
	struct note_head head[2];

	assert_true(fork_holds(fork, &peer->key, head));
	assert_int_equal(head[0].size, small);
	assert_int_equal(head[1].size, large);
}

static int
count_files(void)
{
	char *const roots[] = {home, NULL};
	FTS *tree = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
	FTSENT *entry;
	int n = 0;

	while (tree && (entry = fts_read(tree)))
		n += entry->fts_info == FTS_F;
	if (tree)
		(void)fts_close(tree);
	return n;
}

/* A copy of `size` leaves; then a head of `next` leaves of a log that parts from it at `fork_at`.
 */
static void
extend_by_another(struct testpeer *one, uint64_t size, uint64_t next, uint64_t fork_at)
{
	struct testpeer other;
	struct mirror *mirror;
	struct fork fork = fork_new();
	enum mirror_result result;
	bool is_forked = fork_at < size;
	int files;

	testpeer_make(&other, next, fork_at, 'x');
	assert_int_equal(mirror_open(home, &one->key, &mirror), ERR_OK);
	testpeer_reach(one, mirror, size);
	files = count_files();
	result = testpeer_show(&other, mirror, next, &fork);
	if (next == size) {
		assert_int_equal(result, is_forked ? MIRROR_FORKED : MIRROR_KNOWN);
	} else {
		assert_int_equal(result, MIRROR_TAKEN);
		result = testpeer_serve(&other, mirror, &fork);
		if (result != (is_forked ? MIRROR_FORKED : MIRROR_DONE))
			fail_msg("%d to %d, parted at %d: %d", (int)size, (int)next, (int)fork_at,
				 (int)result);
	}
	if (is_forked) {
		assert_holds(&fork, one, size, next);
		assert_int_equal(count_files(), files);
	}
	assert_int_equal(mirror_size(mirror), is_forked ? size : next);
	testpeer_assert_sound(one, home, is_forked ? size : next);
	/* the true history goes on all the same */
	if (is_forked && size < 1100) {
		testpeer_reach(one, mirror, 1100);
		testpeer_assert_sound(one, home, 1100);
	}
	mirror_close(mirror);
	fork_free(&fork);
	testpeer_drop(&other);
	begin_anew();
}

static void
at_every_edge(void **state)
{
	static const uint64_t sizes[] = {1,   2,   3,   4,   7,   8,   9,   16,  31,   64,   127,
					 128, 129, 255, 256, 257, 511, 512, 513, 1023, 1024, 1025};
	static const uint64_t more[] = {0, 1, 2, 63, 255, 256, 257, 1000};
	struct testpeer one;

	(void)state;
	testpeer_make(&one, 1100, 1100, '-');
	for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++)
		for (size_t m = 0; m < sizeof more / sizeof more[0]; m++) {
			uint64_t size = sizes[i];

			extend_by_another(&one, size, size + more[m], 0);
			extend_by_another(&one, size, size + more[m], size - 1);
			if (m && size + more[m] <= 1100 && (i + m) % 3 == 0)
				extend_by_another(&one, size, size + more[m], size + more[m]);
		}
	testpeer_drop(&one);
}

/* Smaller heads, of this history and of another, while the copy is large. */
static void
smaller_heads(void **state)
{
	static const uint64_t sizes[] = {1, 2, 255, 256, 257, 400, 512, 513, 699};
	struct testpeer one, other;
	struct mirror *mirror;
	struct fork fork = fork_new();

	(void)state;
	testpeer_make(&one, 700, 700, '-');
	testpeer_make(&other, 700, 300, 'x');
	assert_int_equal(mirror_open(home, &one.key, &mirror), ERR_OK);
	testpeer_reach(&one, mirror, 700);
	for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
		one.objects = 0;
		assert_int_equal(testpeer_show(&one, mirror, sizes[i], &fork), MIRROR_SHRUNK);
		assert_int_equal(testpeer_serve(&one, mirror, &fork), MIRROR_IDLE);
		assert_int_equal(testpeer_show(&other, mirror, sizes[i], &fork), MIRROR_SHRUNK);
		assert_int_equal(testpeer_serve(&one, mirror, &fork),
				 sizes[i] > 300 ? MIRROR_FORKED : MIRROR_IDLE);
		if (sizes[i] > 300)
			assert_holds(&fork, &one, sizes[i], 700);
		assert_int_equal(one.objects, 0);
	}
	assert_int_equal(testpeer_show(&other, mirror, 700, &fork), MIRROR_FORKED);
	assert_holds(&fork, &one, 700, 700);
	testpeer_assert_sound(&one, home, 700);
	mirror_close(mirror);
	fork_free(&fork);
	testpeer_drop(&one);
	testpeer_drop(&other);
}

static bool
note_origin(void *context, struct span origin)
{
	assert_true(span_is(origin, "seam/b/qayyara/log/1"));
	(*(int *)context)++;
	return true;
}

/* Heads that are held besides must be of the history that was copied. */
static void
known_heads_are_compared(void **state)
{
	struct testpeer one, other;
	struct mirror *mirror;
	struct mirror_point points[4];
	struct mirror_counts counts;
	char fault[MIRROR_FAULT_MAX];
	static const uint64_t sizes[] = {1, 256, 301, 500};
	int n = 0;

	(void)state;
	testpeer_make(&one, 500, 500, '-');
	testpeer_make(&other, 500, 300, 'x');
	assert_int_equal(mirror_open(home, &one.key, &mirror), ERR_OK);
	testpeer_reach(&one, mirror, 400);
	mirror_close(mirror);
	for (int i = 0; i < 4; i++)
		points[i] = (struct mirror_point){sizes[i], testpeer_root(&one, sizes[i])};
	assert_int_equal(mirror_verify(home, &one.key, points, 4, &counts, fault), ERR_OK);
	assert_int_equal(counts.points, 3);
	points[2].root = testpeer_root(&other, 301);
	assert_int_equal(mirror_verify(home, &one.key, points, 4, &counts, fault), ERR_CORRUPT);
	assert_non_null(strstr(fault, "another root at 301 leaves"));
	assert_int_equal(mirror_each(home, note_origin, &n), ERR_OK);
	assert_int_equal(n, 1);
	assert_int_equal(mirror_each("/nowhere", note_origin, &n), ERR_OK);
	testpeer_drop(&one);
	testpeer_drop(&other);
}

/* Heads that wait are compared with each other and with what comes. */
static void
heads_that_wait(void **state)
{
	struct testpeer one, other;
	struct mirror *mirror;
	struct fork fork = fork_new();
	int forks = 0;
	enum mirror_result result;

	(void)state;
	testpeer_make(&one, 3000, 3000, '-');
	testpeer_make(&other, 3000, 1500, 'x');
	assert_int_equal(mirror_open(home, &one.key, &mirror), ERR_OK);
	assert_int_equal(testpeer_show(&one, mirror, 900, &fork), MIRROR_TAKEN);
	assert_int_equal(testpeer_show(&one, mirror, 2000, &fork), MIRROR_TAKEN);
	assert_int_equal(testpeer_show(&other, mirror, 1400, &fork), MIRROR_TAKEN);
	assert_int_equal(testpeer_show(&other, mirror, 1501, &fork), MIRROR_TAKEN);
	assert_int_equal(testpeer_show(&other, mirror, 1999, &fork), MIRROR_TAKEN);
	assert_int_equal(testpeer_show(&other, mirror, 1400, &fork), MIRROR_KNOWN);
	assert_int_equal(testpeer_show(&other, mirror, 2000, &fork), MIRROR_FORKED);
	assert_holds(&fork, &one, 2000, 2000);
	assert_int_equal(mirror_aim(mirror), 2000);
	assert_int_equal(testpeer_serve(&one, mirror, &fork), MIRROR_DONE);
	assert_int_equal(mirror_size(mirror), 2000);
	while ((result = testpeer_serve(&one, mirror, &fork)) == MIRROR_FORKED) {
		struct note_head head[2];

		assert_true(fork_holds(&fork, &one.key, head));
		assert_true(head[0].size == 1501 || head[0].size == 1999);
		forks++;
	}
	assert_int_equal(result, MIRROR_IDLE);
	assert_int_equal(forks, 2);
	/* more than can wait: the largest stay */
	for (uint64_t i = 0; i < 2 * MIRROR_HEADS_MAX; i++) {
		result = testpeer_show(&one, mirror, 2100 + 10 * i, &fork);
		assert_int_equal(result, MIRROR_TAKEN);
	}
	assert_int_equal(testpeer_show(&one, mirror, 2001, &fork), MIRROR_KNOWN);
	assert_int_equal(testpeer_serve(&one, mirror, &fork), MIRROR_DONE);
	assert_int_equal(mirror_size(mirror), 2100 + 10 * (2 * MIRROR_HEADS_MAX - 1));
	assert_int_equal(testpeer_serve(&one, mirror, &fork), MIRROR_IDLE);
	mirror_close(mirror);
	fork_free(&fork);
	testpeer_drop(&one);
	testpeer_drop(&other);
}

/* A head that its station cannot serve, or serves something else for, is compared when the copy has
 * passed it, whatever came between. */
static void
missed_heads_are_compared(void **state)
{
	struct testpeer one, other;

	(void)state;
	testpeer_make(&one, 1100, 1100, '-');
	testpeer_make(&other, 9, 5, 'x');
	for (int which = 0; which < 3; which++) {
		struct testpeer *from = which == 2 ? &one : &other;
		struct mirror *mirror;
		struct fork fork = fork_new();

		assert_int_equal(mirror_open(home, &one.key, &mirror), ERR_OK);
		testpeer_reach(&one, mirror, 4);
		for (int again = 0; again < 2; again++) {
			one.n = 1100;
			assert_int_equal(testpeer_show(from, mirror, 7, &fork), MIRROR_TAKEN);
			one.n = which == 1 ? 1100 : 5;
			for (int i = 0; which == 1 && i < 3; i++)
				assert_int_equal(testpeer_serve(&one, mirror, &fork), MIRROR_WRONG);
			if (which != 1)
				assert_int_equal(testpeer_serve(&one, mirror, &fork), MIRROR_GONE);
			assert_int_equal(testpeer_serve(&one, mirror, &fork), MIRROR_IDLE);
		}
		assert_int_equal(mirror_size(mirror), 4);
		one.n = 1100;
		testpeer_reach(&one, mirror, 6);
		assert_int_equal(testpeer_serve(&one, mirror, &fork), MIRROR_IDLE);
		testpeer_reach(&one, mirror, 10);
		if (which < 2) {
			assert_int_equal(testpeer_serve(&one, mirror, &fork), MIRROR_FORKED);
			assert_holds(&fork, &one, 7, 10);
		}
		assert_int_equal(testpeer_serve(&one, mirror, &fork), MIRROR_IDLE);
		mirror_close(mirror);
		fork_free(&fork);
		begin_anew();
	}
	testpeer_drop(&one);
	testpeer_drop(&other);
}

/* A copy that is damaged accuses nobody: it is mended first. */
static void
damage_is_no_fork(void **state)
{
	struct testpeer one;
	struct mirror *mirror;
	struct fork fork = fork_new();
	struct hash root;
	char dir[FILE_PATH_MAX], path[FILE_PATH_MAX];
	struct out bytes = out_new(1 << 16);

	(void)state;
	testpeer_make(&one, 900, 900, '-');
	assert_int_equal(mirror_open(home, &one.key, &mirror), ERR_OK);
	testpeer_reach(&one, mirror, 700);
	assert_int_equal(mirror_dir(dir, sizeof dir, home, span_of(one.key.name)), ERR_OK);
	for (int which = 0; which < 2; which++) {
		assert_int_equal(file_path(path, sizeof path, dir,
					   which ? "tile/entries/002.p/188" : "tile/entries/001"),
				 ERR_OK);
		out_reset(&bytes);
		assert_int_equal(file_read(path, &bytes), ERR_OK);
		bytes.p[77] ^= 1;
		assert_int_equal(file_write(path, out_view(&bytes), 0644), ERR_OK);
		assert_int_equal(mirror_root_at(mirror, which ? 690 : 300, &root), ERR_CORRUPT);
		assert_int_equal(testpeer_show(&one, mirror, which ? 690 : 300, &fork),
				 MIRROR_SHRUNK);
		assert_int_equal(testpeer_serve(&one, mirror, &fork), MIRROR_IDLE);
		testpeer_assert_sound(&one, home, 700);
	}
	testpeer_reach(&one, mirror, 900);
	mirror_close(mirror);
	out_free(&bytes);
	fork_free(&fork);
	testpeer_drop(&one);
}

int
main(void)
{
#define ROW(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
	    ROW(at_every_edge),
	    ROW(smaller_heads),
	    ROW(known_heads_are_compared),
	    ROW(heads_that_wait),
	    ROW(missed_heads_are_compared),
	    ROW(damage_is_no_fork),
	};
#undef ROW

	return cmocka_run_group_tests(tests, NULL, NULL);
}
