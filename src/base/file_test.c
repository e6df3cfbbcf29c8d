#define _GNU_SOURCE
#include "base/file.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static char folder[FILE_PATH_MAX];

static void
a_file_is_replaced_whole(void **state)
{
	char path[FILE_PATH_MAX];
	struct out out = out_new(100);
	struct stat status;

	(void)state;
	assert_int_equal(file_path(path, sizeof path, folder, "one"), ERR_OK);
	assert_int_equal(file_read(path, &out), ERR_NOT_FOUND);
	assert_int_equal(file_write(path, SPAN("first and long"), 0600), ERR_OK);
	assert_int_equal(file_write(path, SPAN("second"), 0600), ERR_OK);
	assert_int_equal(file_read(path, &out), ERR_OK);
	assert_true(span_is(out_view(&out), "second"));
	assert_int_equal(stat(path, &status), 0);
	assert_int_equal(status.st_mode & 07777, 0600);
	assert_true(file_is_there(path));
	out_free(&out);
	assert_int_equal(unlink(path), 0);
	/* Nothing temporary is left: the folder is empty again. */
	assert_int_equal(rmdir(folder), 0);
	assert_int_equal(mkdir(folder, 0700), 0);
}

static void
a_large_file_is_refused(void **state)
{
	char path[FILE_PATH_MAX];
	struct out out = out_new(5);

	(void)state;
	assert_int_equal(file_path(path, sizeof path, folder, "two"), ERR_OK);
	assert_int_equal(file_write(path, SPAN("12345"), 0600), ERR_OK);
	assert_int_equal(file_read(path, &out), ERR_OK);
	out_reset(&out);
	assert_int_equal(file_write(path, SPAN("123456"), 0600), ERR_OK);
	assert_int_equal(file_read(path, &out), ERR_LIMIT);
	out_free(&out);
	assert_int_equal(unlink(path), 0);
}

static void
folders_are_made_on_the_way(void **state)
{
	char path[FILE_PATH_MAX];
	char inner[FILE_PATH_MAX];

	(void)state;
	assert_int_equal(file_path(path, sizeof path, folder, "a/b/c"), ERR_OK);
	assert_int_equal(file_make_dirs(path, 0700), ERR_OK);
	assert_int_equal(file_make_dirs(path, 0700), ERR_OK);
	assert_int_equal(file_path(inner, sizeof inner, path, "file"), ERR_OK);
	assert_int_equal(file_write(inner, SPAN("x"), 0600), ERR_OK);
	assert_int_not_equal(file_make_dirs(inner, 0700), ERR_OK); /* a file is no folder */
	assert_int_equal(unlink(inner), 0);
	for (int i = 0; i < 3; i++) {
		assert_int_equal(rmdir(path), 0);
		*strrchr(path, '/') = '\0';
	}
}

static void
a_path_fits_or_fails(void **state)
{
	char path[8];

	(void)state;
	assert_int_equal(file_path(path, sizeof path, "abc", "def"), ERR_OK);
	assert_string_equal(path, "abc/def");
	assert_int_equal(file_path(path, sizeof path, "abc", "defg"), ERR_LIMIT);
}

static int
make_folder(void **state)
{
	const char *tmp = getenv("TMPDIR");

	(void)state;
	(void)snprintf(folder, sizeof folder, "%s/seam-file-XXXXXX", tmp ? tmp : "/tmp");
	return mkdtemp(folder) ? 0 : -1;
}

static int
drop_folder(void **state)
{
	(void)state;
	return rmdir(folder);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_file_is_replaced_whole),
	    cmocka_unit_test(a_large_file_is_refused),
	    cmocka_unit_test(folders_are_made_on_the_way),
	    cmocka_unit_test(a_path_fits_or_fails),
	};

	return cmocka_run_group_tests(tests, make_folder, drop_folder);
}
