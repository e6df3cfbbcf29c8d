#ifndef SEAM_JOURNAL_TESTSCENE_H
#define SEAM_JOURNAL_TESTSCENE_H

/* What the tests of countersigning share: a log, its twin on the same key, a witness. */

#include "journal/fork.h"
#include "journal/testhome.h"
#include "journal/witness.h"

#include <sys/wait.h>

enum { NOW = 1700000000 };

/* A log (a/makhmour), a second store that was copied from it, and a witness (b/qayyara). */
struct scene {
	struct testhome log;
	struct testhome witness;
	struct sign_secret secret; /* of the witness key */
	struct note_key key;
};

static inline int
set_up(void **state)
{
	struct scene *scene = calloc(1, sizeof *scene);

	testhome_make(&scene->log, "/tmp");
	testhome_make_as(&scene->witness, "/tmp", "b/qayyara", 8);
	testhome_key("seam/b/qayyara/witness", NOTE_COSIGNATURE, 11, &scene->secret, &scene->key);
	*state = scene;
	return 0;
}

static inline int
tear_down(void **state)
{
	struct scene *scene = *state;

	testhome_drop(&scene->log);
	testhome_drop(&scene->witness);
	free(scene);
	return 0;
}

static inline void
grow(struct testhome *home, int first, int count)
{
	testhome_append(home, first, count);
	assert_int_equal(testhome_beat(home), ERR_OK);
}

/* Served, signed, finished: the status, and the body of the answer. */
static inline int
serve(struct scene *scene, const struct note_key *key, struct span request, uint64_t time_s,
      struct witness_answer *answer, struct out *body)
{
	struct out message = out_new(NOTE_MAX);
	struct fork fork = fork_new();
	struct signature signature;

	out_reset(body);
	assert_int_equal(
	    witness_serve(scene->witness.journal, key, request, time_s, 1, answer, &message, &fork),
	    ERR_OK);
	if (answer->status == 200) {
		sign_make(&scene->secret, out_view(&message), &signature);
		assert_int_equal(witness_finish(scene->witness.journal, &scene->key, answer,
						&signature, 1, body),
				 ERR_OK);
	} else {
		assert_int_equal(message.n, 0);
		witness_write_refusal(answer, body);
	}
	if (answer->has_forked) {
		struct note_head head[2];

		assert_true(fork_holds(&fork, key, head));
	}
	out_free(&message);
	fork_free(&fork);
	return answer->status;
}

static inline int
submit(struct scene *scene, struct span request, struct out *body)
{
	struct witness_answer answer;

	return serve(scene, &scene->log.key, request, NOW, &answer, body);
}

static inline enum witness_outcome
take(struct scene *scene, const struct note_key *key, int status, struct span body, uint64_t *old)
{
	enum witness_outcome outcome;
	struct journal *journal = scene->log.journal;

	assert_int_equal(journal_begin(journal), ERR_OK);
	assert_int_equal(
	    witness_take(journal, key, journal_head_size(journal), status, body, &outcome, old),
	    ERR_OK);
	assert_int_equal(journal_commit(journal), ERR_OK);
	return outcome;
}

static inline void
copy_home(const char *from, const char *to)
{
	char command[8][300];
	const char *arguments[5] = {"/bin/cp", "-a", NULL, to, NULL};
	pid_t child;
	int status;

	(void)snprintf(command[0], sizeof command[0], "%s/.", from);
	arguments[2] = command[0];
	child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		(void)execv(arguments[0], (char *const *)(uintptr_t)arguments);
		_exit(127);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

/* Another instance on the same key, from a copy of the home as it is now. */
static inline void
make_twin(struct testhome *home, struct testhome *twin)
{
	*twin = *home;
	(void)snprintf(twin->dir, sizeof twin->dir, "/tmp/seam-journal-XXXXXX");
	assert_non_null(mkdtemp(twin->dir));
	journal_close(home->journal);
	copy_home(home->dir, twin->dir);
	testhome_open(home);
	testhome_open(twin);
}

#endif
