/*
 * Promises whole files: read whole or not at all, replaced whole or left as they were.
 */
#define _GNU_SOURCE
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum err
file_read(const char *path, struct out *out)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	char chunk[65536];
	enum err err = ERR_OK;
	ssize_t n;

	if (fd < 0)
		return err_from_errno(errno);
	while ((n = read(fd, chunk, sizeof chunk)) > 0 && err == ERR_OK) {
		out_bytes(out, chunk, (size_t)n);
		err = out_err(out);
	}
	if (n < 0)
		err = err_from_errno(errno);
	(void)close(fd);
	return err;
}

static enum err
write_all(int fd, struct span bytes)
{
	while (bytes.n) {
		ssize_t n = write(fd, bytes.p, bytes.n);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_from_errno(errno);
		bytes.p += n;
		bytes.n -= (size_t)n;
	}
	return fsync(fd) != 0 ? err_from_errno(errno) : ERR_OK;
}

static enum err
sync_folder_of(const char *path)
{
	char copy[FILE_PATH_MAX];
	enum err err = ERR_OK;
	int fd;

	if (!span_copy(copy, sizeof copy, span_of(path)))
		return ERR_LIMIT;
	fd = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return err_from_errno(errno);
	if (fsync(fd) != 0)
		err = err_from_errno(errno);
	(void)close(fd);
	return err;
}

enum err
file_may_replace(const char *path)
{
	struct stat status;

	if (lstat(path, &status) != 0)
		return errno == ENOENT ? ERR_OK : err_from_errno(errno);
	return S_ISREG(status.st_mode) ? ERR_OK : ERR_NOT_PLAIN;
}

enum err
file_write(const char *path, struct span bytes, unsigned mode)
{
	char temporary[FILE_PATH_MAX];
	enum err err;
	int fd;
	int n = snprintf(temporary, sizeof temporary, "%s.new", path);

	if (n < 0 || (size_t)n >= sizeof temporary)
		return ERR_LIMIT;
	err = file_may_replace(path);
	if (err == ERR_OK)
		err = file_may_replace(temporary);
	if (err != ERR_OK)
		return err;
	fd = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, (mode_t)mode);
	if (fd < 0)
		return err_from_errno(errno);
	err = write_all(fd, bytes);
	if (close(fd) != 0 && err == ERR_OK)
		err = err_from_errno(errno);
	if (err == ERR_OK && rename(temporary, path) != 0)
		err = err_from_errno(errno);
	if (err == ERR_OK)
		return sync_folder_of(path);
	(void)unlink(temporary);
	return err;
}

enum err
file_path(char *dst, size_t size, const char *dir, const char *name)
{
	int n = snprintf(dst, size, "%s/%s", dir, name);

	if (n >= 0 && (size_t)n < size)
		return ERR_OK;
	dst[0] = '\0';
	return ERR_LIMIT;
}

enum err
file_make_dirs(const char *path, unsigned mode)
{
	char part[FILE_PATH_MAX];
	struct stat status;

	if (!span_copy(part, sizeof part, span_of(path)))
		return ERR_LIMIT;
	for (char *at = part + 1; *at; at++) {
		if (*at != '/')
			continue;
		*at = '\0';
		if (mkdir(part, (mode_t)mode) != 0 && errno != EEXIST)
			return err_from_errno(errno);
		*at = '/';
	}
	if (mkdir(part, (mode_t)mode) == 0)
		return ERR_OK;
	if (errno != EEXIST)
		return err_from_errno(errno);
	return stat(part, &status) == 0 && S_ISDIR(status.st_mode) ? ERR_OK : ERR_EXISTS;
}

bool
file_is_there(const char *path)
{
	struct stat status;

	return stat(path, &status) == 0;
}
