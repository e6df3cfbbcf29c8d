/* Debian's Go implementation of notes and transparency logs accepts what our log sends to a witness
 * and what our witness answers, and refuses both with one bit flipped. */
#define _GNU_SOURCE
#include "journal/testscene.h"

static bool
go_is_there(void)
{
	return access("/usr/bin/go", X_OK) == 0 &&
	       access("/usr/share/gocode/src/golang.org/x/mod/sumdb/tlog", R_OK) == 0;
}

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

struct oracle {
	char dir[64];
	char checker[FILE_PATH_MAX];
	char cache[FILE_PATH_MAX];
	char log[512];
	char witness[512];
};

static const char *
in(struct oracle *oracle, const char *name, char path[FILE_PATH_MAX])
{
	assert_int_equal(file_path(path, FILE_PATH_MAX, oracle->dir, name), ERR_OK);
	return path;
}

static void
put(struct oracle *oracle, const char *name, struct span bytes)
{
	char path[FILE_PATH_MAX];

	assert_int_equal(file_write(in(oracle, name, path), bytes, 0644), ERR_OK);
}

static void
vkey(char dst[512], const struct note_key *key)
{
	struct out text = out_new(500);

	note_key_write(&text, key);
	assert_true(span_copy(dst, 512, out_view(&text)));
	out_free(&text);
}

static int
check(struct oracle *oracle, bool has_held)
{
	char request[FILE_PATH_MAX], answer[FILE_PATH_MAX], held[FILE_PATH_MAX];
	const char *arguments[] = {oracle->checker,
				   oracle->log,
				   oracle->witness,
				   in(oracle, "request", request),
				   in(oracle, "answer", answer),
				   has_held ? in(oracle, "held", held) : NULL,
				   NULL};

	return run(arguments, oracle->cache);
}

/* What was accepted is refused with a bit of it flipped: in a proof line, the head, the answer. */
static void
refuses_flips(struct oracle *oracle, struct out *request, struct out *answer, bool has_held)
{
	const size_t at[] = {5, 40, request->n / 2, request->n - 30};

	for (size_t i = 0; i < sizeof at / sizeof at[0]; i++) {
		request->p[at[i]] ^= 1;
		put(oracle, "request", out_view(request));
		assert_int_equal(check(oracle, has_held), 1);
		request->p[at[i]] ^= 1;
	}
	put(oracle, "request", out_view(request));
	answer->p[answer->n - 20] ^= 1;
	put(oracle, "answer", out_view(answer));
	assert_int_equal(check(oracle, has_held), 1);
	answer->p[answer->n - 20] ^= 1;
	put(oracle, "answer", out_view(answer));
	assert_int_equal(check(oracle, has_held), 0);
}

static void
go_accepts_both_ends(void **state)
{
	static const int counts[] = {1, 6, 1, 248, 1, 255, 300, 1};
	const char *source = getenv("SEAM_SOURCE");
	struct scene *scene = *state;
	struct oracle oracle = {.dir = "/tmp/seam-oracle-XXXXXX"};
	struct out request = out_new(NOTE_MAX), answer = out_new(NOTE_MAX),
		   held = out_new(NOTE_MAX);
	char program[FILE_PATH_MAX];
	uint64_t old = 0;
	int n = 0;

	if (!source || !go_is_there()) {
		print_message("skipped: go or golang-golang-x-mod-dev is not installed\n");
		return;
	}
	assert_non_null(mkdtemp(oracle.dir));
	vkey(oracle.log, &scene->log.key);
	vkey(oracle.witness, &scene->key);
	(void)snprintf(program, sizeof program, "%s/test/oracle/witness_check.go", source);
	(void)snprintf(oracle.cache, sizeof oracle.cache, "/tmp/seam-go-cache-%u",
		       (unsigned)getuid());
	(void)in(&oracle, "witness_check", oracle.checker);
	{
		const char *build[] = {"/usr/bin/go", "build", "-o", oracle.checker, program, NULL};

		assert_int_equal(run(build, oracle.cache), 0);
	}
	for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
		grow(&scene->log, n, counts[i]);
		n += counts[i];
		out_reset(&request);
		assert_int_equal(witness_write_request(scene->log.journal, old, &request), ERR_OK);
		assert_int_equal(submit(scene, out_view(&request), &answer), 200);
		put(&oracle, "request", out_view(&request));
		put(&oracle, "answer", out_view(&answer));
		assert_int_equal(check(&oracle, old > 0), 0);
		if (i % 3 == 1)
			refuses_flips(&oracle, &request, &answer, old > 0);
		out_reset(&held);
		assert_int_equal(
		    journal_witnessed(scene->witness.journal, span_of(scene->log.key.name), &held),
		    ERR_OK);
		put(&oracle, "held", out_view(&held));
		old = journal_head_size(scene->log.journal);
	}
	/* the same head again: no proof, and the head held is not looked at */
	out_reset(&request);
	assert_int_equal(witness_write_request(scene->log.journal, old, &request), ERR_OK);
	assert_int_equal(submit(scene, out_view(&request), &answer), 200);
	put(&oracle, "request", out_view(&request));
	put(&oracle, "answer", out_view(&answer));
	assert_int_equal(check(&oracle, false), 0);
	testhome_wipe(oracle.dir);
	out_free(&request);
	out_free(&answer);
	out_free(&held);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(go_accepts_both_ends, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
