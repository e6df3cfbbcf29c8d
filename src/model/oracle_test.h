#ifndef SEAM_MODEL_ORACLE_TEST_H
#define SEAM_MODEL_ORACLE_TEST_H

/* For tests only: runs another program over a file of lines and gives its output back as a file. */
#include <fcntl.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

/* False when the program cannot be run or fails.  `in` is read from its beginning. */
static bool __attribute__((unused)) oracle_run(char *const argv[], FILE *in, FILE *out)
{
	posix_spawn_file_actions_t actions;
	int status = -1;
	pid_t pid;
	int failed;

	fflush(in);
	if (lseek(fileno(in), 0, SEEK_SET) != 0 || posix_spawn_file_actions_init(&actions) != 0)
		return false;
	posix_spawn_file_actions_adddup2(&actions, fileno(in), 0);
	posix_spawn_file_actions_adddup2(&actions, fileno(out), 1);
	failed = posix_spawnp(&pid, argv[0], &actions, NULL, argv, environ);
	posix_spawn_file_actions_destroy(&actions);
	if (failed || waitpid(pid, &status, 0) != pid)
		return false;
	rewind(out);
	return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

/* Marsaglia's xorshift64: the same points in every run. */
static uint64_t __attribute__((unused)) oracle_random(uint64_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state;
}

/* Uniform in [low, high]. */
static int64_t __attribute__((unused)) oracle_between(uint64_t *state, int64_t low, int64_t high)
{
	return low + (int64_t)(oracle_random(state) % (uint64_t)(high - low + 1));
}

#endif
