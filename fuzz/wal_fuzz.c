/* A write-ahead log as bytes: what is said of it must be so of the same bytes again, and one that
 * is sound stays free of damage when its end is cut off. */
#include "journal/wal.h"

#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
must(bool is_so)
{
	if (!is_so)
		abort();
}

static struct wal_found
look(int fd, off_t size)
{
	struct wal_found found;
	struct wal_found again;
	char text[WAL_TEXT_MAX];

	must(ftruncate(fd, size) == 0);
	must(wal_read(fd, &found) == ERR_OK && wal_read(fd, &again) == ERR_OK);
	must(found.state == again.state && found.frame == again.frame);
	wal_say(text, "some.db", &found);
	must((found.state == WAL_SOUND) == (text[0] == '\0'));
	return found;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static int fd = -1;
	struct wal_found found;

	if (fd < 0)
		fd = memfd_create("log", 0);
	if (fd < 0 || ftruncate(fd, 0) != 0 || pwrite(fd, data, size, 0) != (ssize_t)size)
		return 0;
	found = look(fd, (off_t)size);
	if (found.state == WAL_SOUND && size > 0)
		must(look(fd, (off_t)size - 1).state != WAL_DAMAGED);
	return 0;
}
