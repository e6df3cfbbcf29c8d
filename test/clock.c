/*
 * Promises a wrong clock on the wall: preloaded into a process, the real time it reads is off by as
 * many seconds as the file named in SEAM_TEST_CLOCK says at that moment, as text. For
 * test/86-*.sh and 87-*.sh. The file is mapped before the process goes behind its wall. Timers go
 * by other clocks and are right.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

enum { CLOCK_TEXT = 16 };

static const char *clock_text;

__attribute__((constructor)) static void
begin(void)
{
	const char *path = getenv("SEAM_TEST_CLOCK");
	int fd = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
	void *map;

	if (fd < 0)
		return;
	map = mmap(NULL, CLOCK_TEXT, PROT_READ, MAP_SHARED, fd, 0);
	clock_text = map == MAP_FAILED ? NULL : map;
	(void)close(fd);
}

static long
off_s(void)
{
	return clock_text ? strtol(clock_text, NULL, 10) : 0;
}

int
clock_gettime(clockid_t id, struct timespec *at)
{
	int code = (int)syscall(SYS_clock_gettime, id, at);

	if (code == 0 && id == CLOCK_REALTIME)
		at->tv_sec += off_s();
	return code;
}

int
gettimeofday(struct timeval *restrict at, void *restrict zone)
{
	struct timespec now;

	(void)zone;
	if (clock_gettime(CLOCK_REALTIME, &now) != 0)
		return -1;
	at->tv_sec = now.tv_sec;
	at->tv_usec = now.tv_nsec / 1000;
	return 0;
}

time_t
time(time_t *at)
{
	struct timespec now;

	if (clock_gettime(CLOCK_REALTIME, &now) != 0)
		return -1;
	if (at)
		*at = now.tv_sec;
	return now.tv_sec;
}
