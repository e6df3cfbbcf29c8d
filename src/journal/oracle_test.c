/* Debian's Go implementation of notes and transparency logs accepts what we write, and refuses it
 * with one bit flipped. */
#define _GNU_SOURCE
#include "journal/testhome.h"

#include <sys/stat.h>
#include <sys/wait.h>

static bool
go_is_there(void)
{
	return access("/usr/bin/go", X_OK) == 0 &&
	       access("/usr/share/gocode/src/golang.org/x/mod/sumdb/tlog", R_OK) == 0;
}

/* Runs a program and returns its exit status; its output goes where ours goes. */
static int
run(const char *const *arguments, const char *cache)
{
	pid_t child = fork();
	int status;

	assert_true(child >= 0);
	if (child == 0) {
		(void)setenv("GO111MODULE", "off", 1);
		(void)setenv("GOPATH", "/usr/share/gocode", 1);
		(void)setenv("GOCACHE", cache, 1);
		(void)setenv("GOFLAGS", "", 1);
		(void)execv(arguments[0], (char *const *)(uintptr_t)arguments);
		_exit(127);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void
flip(const char *dir, const char *name)
{
	char path[FILE_PATH_MAX];
	struct out bytes = out_new(1 << 20);

	assert_int_equal(file_path(path, sizeof path, dir, name), ERR_OK);
	assert_int_equal(file_read(path, &bytes), ERR_OK);
	bytes.p[bytes.n / 2] = (char)(bytes.p[bytes.n / 2] ^ 1);
	assert_int_equal(file_write(path, out_view(&bytes), 0644), ERR_OK);
	out_free(&bytes);
}

static void
go_accepts_our_log(void **state)
{
	const char *source = getenv("SEAM_SOURCE");
	char program[FILE_PATH_MAX];
	char checker[FILE_PATH_MAX];
	char cache[FILE_PATH_MAX];
	struct testhome home;
	struct out vkey = out_new(1024);

	(void)state;
	if (!source || !go_is_there()) {
		print_message("skipped: go or golang-golang-x-mod-dev is not installed\n");
		return;
	}
	testhome_make(&home, "/tmp");
	for (int i = 0; i < 5; i++) {
		testhome_append(&home, i * 150, 150);
		assert_int_equal(testhome_beat(&home), ERR_OK);
	}
	testhome_furnish(&home);
	assert_int_equal(testhome_beat(&home), ERR_OK);
	note_key_write(&vkey, &home.key);
	(void)snprintf(program, sizeof program, "%s/test/oracle/log_check.go", source);
	(void)snprintf(checker, sizeof checker, "%s/log_check", home.dir);
	(void)snprintf(cache, sizeof cache, "/tmp/seam-go-cache-%u", (unsigned)getuid());
	{
		const char *build[] = {"/usr/bin/go", "build", "-o", checker, program, NULL};
		const char *check[] = {checker, home.dir, vkey.p, NULL};
		const char *plain[] = {checker, home.dir, NULL};

		assert_int_equal(run(build, cache), 0);
		assert_int_equal(run(check, cache), 0);
		assert_int_equal(run(plain, cache), 0);
		flip(journal_log_dir(home.journal), "tile/entries/001");
		assert_int_equal(run(check, cache), 1);
		flip(journal_log_dir(home.journal), "tile/entries/001");
		flip(journal_log_dir(home.journal), "tile/0/001");
		assert_int_equal(run(check, cache), 1);
		flip(journal_log_dir(home.journal), "tile/0/001");
		flip(journal_log_dir(home.journal), "checkpoint");
		assert_int_equal(run(check, cache), 1);
		flip(journal_log_dir(home.journal), "checkpoint");
		assert_int_equal(run(check, cache), 0);
	}
	out_free(&vkey);
	testhome_drop(&home);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(go_accepts_our_log)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
