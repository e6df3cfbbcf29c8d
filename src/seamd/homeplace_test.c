/* A home is known again where it lay, and neither elsewhere nor with files that were put back. */
#include "seamd/homeplace.h"

#include "journal/testhome.h"

#include <sys/stat.h>

struct folder {
	char dir[32], other[32];
};

static void
put_bytes(const char *dir, const char *name, struct span bytes)
{
	char path[FILE_PATH_MAX];

	assert_int_equal(file_path(path, sizeof path, dir, name), ERR_OK);
	assert_int_equal(file_write(path, bytes, 0600), ERR_OK);
}

static void
put(const char *dir, const char *name, const char *text)
{
	put_bytes(dir, name, span_of(text));
}

static void
fill(const char *dir)
{
	put(dir, "journal.db", "j");
	put(dir, "keys.db", "k");
	put(dir, "head.db", "h");
}

static void
carry(const char *name, const char *a, const char *b)
{
	char from[FILE_PATH_MAX];
	char to[FILE_PATH_MAX];
	struct out text = out_new(1024);

	assert_int_equal(file_path(from, sizeof from, a, name), ERR_OK);
	assert_int_equal(file_path(to, sizeof to, b, name), ERR_OK);
	assert_int_equal(file_read(from, &text), ERR_OK);
	assert_int_equal(file_write(to, out_view(&text), 0600), ERR_OK);
	out_free(&text);
}

static int
set_up(void **state)
{
	struct folder *folder = calloc(1, sizeof *folder);

	(void)snprintf(folder->dir, sizeof folder->dir, "/tmp/seam-place-XXXXXX");
	(void)snprintf(folder->other, sizeof folder->other, "/tmp/seam-place-XXXXXX");
	assert_non_null(mkdtemp(folder->dir));
	assert_non_null(mkdtemp(folder->other));
	fill(folder->dir);
	*state = folder;
	return 0;
}

static int
tear_down(void **state)
{
	struct folder *folder = *state;
	const char *const names[] = {"journal.db", "keys.db", "head.db", "home.place", "old"};
	char path[FILE_PATH_MAX];

	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		if (file_path(path, sizeof path, folder->dir, names[i]) == ERR_OK)
			(void)unlink(path);
		if (file_path(path, sizeof path, folder->other, names[i]) == ERR_OK)
			(void)unlink(path);
	}
	assert_int_equal(rmdir(folder->dir), 0);
	assert_int_equal(rmdir(folder->other), 0);
	free(folder);
	return 0;
}

static enum homeplace
look(const char *dir, int64_t epoch)
{
	enum homeplace is;

	assert_int_equal(homeplace_look(dir, epoch, &is), ERR_OK);
	return is;
}

static void
a_home_is_known_again(void **state)
{
	static const char *const names[] = {"journal.db", "keys.db", "head.db"};
	struct folder *folder = *state;
	char from[FILE_PATH_MAX];
	char to[FILE_PATH_MAX];
	char fault[HOMEPLACE_FAULT_MAX];
	FILE *file;

	assert_int_equal(look(folder->dir, 1), HOMEPLACE_NEW);
	assert_int_equal(homeplace_note(folder->dir, 1), ERR_OK);
	assert_int_equal(look(folder->dir, 1), HOMEPLACE_SAME);
	/* written in place, as a store is */
	assert_int_equal(file_path(from, sizeof from, folder->dir, "journal.db"), ERR_OK);
	file = fopen(from, "w");
	assert_non_null(file);
	assert_true(fputs("grown", file) >= 0);
	assert_int_equal(fclose(file), 0);
	assert_int_equal(look(folder->dir, 1), HOMEPLACE_SAME);
	/* moved within its file system */
	assert_int_equal(rmdir(folder->other), 0);
	assert_int_equal(rename(folder->dir, folder->other), 0);
	assert_int_equal(look(folder->other, 1), HOMEPLACE_SAME);
	assert_int_equal(rename(folder->other, folder->dir), 0);
	assert_int_equal(mkdir(folder->other, 0700), 0);
	/* copied elsewhere, its mark with it */
	fill(folder->other);
	carry("home.place", folder->dir, folder->other);
	assert_int_equal(look(folder->other, 1), HOMEPLACE_COPIED);
	/* any one file is another, until a log begins that is newer */
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		assert_int_equal(file_path(from, sizeof from, folder->dir, names[i]), ERR_OK);
		assert_int_equal(file_path(to, sizeof to, folder->dir, "old"), ERR_OK);
		assert_int_equal(rename(from, to), 0);
		put(folder->dir, names[i], "put back");
		assert_int_equal(look(folder->dir, 1), HOMEPLACE_PUT_BACK);
		assert_int_equal(look(folder->dir, 2), HOMEPLACE_NEW);
		assert_int_equal(rename(to, from), 0);
		assert_int_equal(look(folder->dir, 1), HOMEPLACE_SAME);
	}
	assert_true(homeplace_text(HOMEPLACE_PUT_BACK)[0] && homeplace_text(HOMEPLACE_COPIED)[0]);
	assert_string_equal(homeplace_text(HOMEPLACE_SAME), "");
	assert_string_equal(homeplace_text(HOMEPLACE_NEW), "");
	/* a store that is not there cannot be looked at */
	assert_true(homeplace_fault(folder->dir, fault));
	assert_string_equal(fault, "journal.db is damaged");
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		put(folder->dir, names[i], "SQLite format 3\n");
	assert_true(homeplace_fault(folder->dir, fault));
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		put_bytes(folder->dir, names[i], SPAN("SQLite format 3\0"));
	assert_false(homeplace_fault(folder->dir, fault));
	assert_int_equal(unlink(from), 0);
	assert_true(homeplace_fault(folder->dir, fault));
	assert_string_equal(fault, "head.db is not there");
	assert_int_equal(homeplace_note(folder->dir, 1), ERR_NOT_FOUND);
}

/* What is noted of a birth is compared where both are known, and what is no note is none. */
static void
notes_are_judged(void **state)
{
	const struct folder *folder = *state;
	struct stat at[4];
	static const struct {
		const char *format; /* inodes of folder, journal.db, keys.db, head.db */
		enum err err;
		enum homeplace is;
	} rows[] = {
	    {"%lld 1\n", ERR_OK, HOMEPLACE_NEW},
	    {"%lld 1\njournal.db %lld 0\nkeys.db %lld 0\nhead.db %lld 0\n", ERR_OK, HOMEPLACE_SAME},
	    {"%lld 0\njournal.db %lld 7\nkeys.db %lld 0\nhead.db %lld 0\n", ERR_OK, HOMEPLACE_NEW},
	    {"7%lld 1\njournal.db %lld 0\nkeys.db %lld 0\nhead.db %lld 0\n", ERR_OK,
	     HOMEPLACE_COPIED},
	    {"%lld 1\njournal.db 7%lld 0\nkeys.db %lld 0\nhead.db %lld 0\n", ERR_OK,
	     HOMEPLACE_PUT_BACK},
	    {"%lld 1\njournal.db %lld 0\nkeys.db %lld 0\n", ERR_FORMAT, HOMEPLACE_NEW},
	    {"%lld 1\nkeys.db %lld 0\njournal.db %lld 0\nhead.db %lld 0\n", ERR_FORMAT,
	     HOMEPLACE_NEW},
	    {"%lld 1\njournal.db %lld 0\nkeys.db %lld 0\nhead.db %lld 0\nmore 1 0\n", ERR_FORMAT,
	     HOMEPLACE_NEW},
	    {"%lld 1 1\n", ERR_FORMAT, HOMEPLACE_NEW},
	    {"-%lld 1\n", ERR_FORMAT, HOMEPLACE_NEW},
	    {"", ERR_FORMAT, HOMEPLACE_NEW},
	};
	static const char *const names[] = {".", "journal.db", "keys.db", "head.db"};
	char path[FILE_PATH_MAX];
	char text[256];

	for (size_t i = 0; i < 4; i++) {
		assert_int_equal(file_path(path, sizeof path, folder->dir, names[i]), ERR_OK);
		assert_int_equal(stat(path, &at[i]), 0);
	}
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		enum homeplace is;
		size_t n = 0;
		unsigned next = 0;

		for (const char *p = rows[i].format; *p; p++)
			if (strncmp(p, "%lld", 4) == 0 && next < 4) {
				n += (size_t)snprintf(text + n, sizeof text - n, "%lld",
						      (long long)at[next++].st_ino);
				p += 3;
			} else {
				text[n++] = *p;
			}
		text[n] = '\0';
		put(folder->dir, "home.place", text);
		if (homeplace_look(folder->dir, 1, &is) != rows[i].err || is != rows[i].is)
			fail_msg("row %zu: %d", i, (int)is);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(a_home_is_known_again, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(notes_are_judged, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
