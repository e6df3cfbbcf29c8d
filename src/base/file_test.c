#define _GNU_SOURCE
#include "base/file.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/un.h>
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

/* What a rename would silently have made an end of; each stays what it was. */
static const struct kind_row {
	const char *name;
	mode_t type; /* as lstat(2) says */
} kinds[] = {
    {"folder", S_IFDIR}, {"pipe", S_IFIFO},           {"socket", S_IFSOCK},
    {"device", S_IFCHR}, {"link to a file", S_IFLNK}, {"link to nowhere", S_IFLNK},
};

/* False where this machine lets nobody make a device. */
static bool
make_one(const struct kind_row *row, const char *path, const char *target)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd;

	if (row->type == S_IFDIR)
		return mkdir(path, 0700) == 0;
	if (row->type == S_IFIFO)
		return mkfifo(path, 0600) == 0;
	if (row->type == S_IFCHR) /* 1:3 is where everything goes and nothing comes from */
		return mknod(path, S_IFCHR | 0600, makedev(1, 3)) == 0;
	if (row->type == S_IFLNK)
		return symlink(target, path) == 0;
	assert_true(span_copy(address.sun_path, sizeof address.sun_path, span_of(path)));
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof address), 0);
	return close(fd) == 0;
}

static void
try_kind(const struct kind_row *row, const char *path, const char *written, const char *target)
{
	struct stat status;

	if (!make_one(row, path, target)) {
		assert_int_equal(row->type, S_IFCHR);
		print_message("skipped: no %s may be made here\n", row->name);
		return;
	}
	if (file_may_replace(path) != ERR_NOT_PLAIN)
		fail_msg("%s: may be replaced", row->name);
	if (file_write(written, SPAN("x"), 0600) != ERR_NOT_PLAIN)
		fail_msg("%s: was written over", row->name);
	assert_int_equal(lstat(path, &status), 0);
	if ((status.st_mode & S_IFMT) != row->type)
		fail_msg("%s: is another thing now", row->name);
	assert_int_equal(row->type == S_IFDIR ? rmdir(path) : unlink(path), 0);
}

static void
only_a_plain_file_is_replaced(void **state)
{
	char path[FILE_PATH_MAX], target[FILE_PATH_MAX], beside[FILE_PATH_MAX];
	struct out out = out_new(100);

	(void)state;
	assert_int_equal(file_path(path, sizeof path, folder, "odd"), ERR_OK);
	assert_int_equal(file_path(beside, sizeof beside, folder, "odd.new"), ERR_OK);
	assert_int_equal(file_path(target, sizeof target, folder, "plain"), ERR_OK);
	assert_int_equal(file_may_replace(target), ERR_OK);
	assert_int_equal(file_write(target, SPAN("kept"), 0600), ERR_OK);
	assert_int_equal(file_may_replace(target), ERR_OK);
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
		const char *to = strcmp(kinds[i].name, "link to nowhere") == 0 ? "gone" : target;

		try_kind(&kinds[i], path, path, to);
		try_kind(&kinds[i], beside, path, to);
		assert_false(file_is_there(path));
	}
	assert_int_equal(file_read(target, &out), ERR_OK);
	assert_true(span_is(out_view(&out), "kept"));
	out_free(&out);
	assert_int_equal(unlink(target), 0);
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
	    cmocka_unit_test(only_a_plain_file_is_replaced),
	    cmocka_unit_test(a_large_file_is_refused),
	    cmocka_unit_test(folders_are_made_on_the_way),
	    cmocka_unit_test(a_path_fits_or_fails),
	};

	return cmocka_run_group_tests(tests, make_folder, drop_folder);
}
