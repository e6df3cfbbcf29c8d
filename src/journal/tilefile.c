/*
 * Promises whole files of tiles in a folder.  Does not know what belongs in them.
 */
#define _GNU_SOURCE
#include "journal/tilefile.h"

#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <unistd.h>

static enum err
place_of(const char *dir, const struct tile *tile, char path[FILE_PATH_MAX])
{
	char name[TILE_PATH_MAX];

	tile_path(tile, name);
	return file_path(path, FILE_PATH_MAX, dir, name);
}

static enum err
write_bytes(const char *path, struct span bytes, bool is_synced)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0644);
	enum err err = ERR_OK;

	if (fd < 0)
		return err_from_errno(errno);
	while (bytes.n && err == ERR_OK) {
		ssize_t n = write(fd, bytes.p, bytes.n);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			err = err_from_errno(errno);
			break;
		}
		bytes.p += n;
		bytes.n -= (size_t)n;
	}
	if (err == ERR_OK && is_synced && fdatasync(fd) != 0)
		err = err_from_errno(errno);
	if (close(fd) != 0 && err == ERR_OK)
		err = err_from_errno(errno);
	return err;
}

/* Beside its place, then renamed: a reader sees a whole file or none. */
static enum err
put_file(const char *path, struct span bytes, bool is_synced)
{
	char temporary[FILE_PATH_MAX + 8];
	char folder[FILE_PATH_MAX];
	enum err err;

	(void)snprintf(temporary, sizeof temporary, "%s.new", path);
	err = file_may_replace(path);
	if (err == ERR_OK)
		err = write_bytes(temporary, bytes, is_synced);
	if (err == ERR_NOT_FOUND && span_copy(folder, sizeof folder, span_of(path))) {
		err = file_make_dirs(dirname(folder), 0755);
		if (err == ERR_OK)
			err = write_bytes(temporary, bytes, is_synced);
	}
	if (err == ERR_OK && rename(temporary, path) != 0)
		err = err_from_errno(errno);
	if (err != ERR_OK)
		(void)unlink(temporary);
	return err;
}

enum err
tilefile_put(const char *dir, const struct tile *tile, struct span body, bool is_synced)
{
	char path[FILE_PATH_MAX];
	enum err err = place_of(dir, tile, path);

	return err == ERR_OK ? put_file(path, body, is_synced) : err;
}

enum err
tilefile_put_named(const char *dir, const char *name, struct span body)
{
	char path[FILE_PATH_MAX];
	enum err err = file_path(path, sizeof path, dir, name);

	return err == ERR_OK ? put_file(path, body, false) : err;
}

enum err
tilefile_get(const char *dir, const struct tile *tile, struct out *body)
{
	char path[FILE_PATH_MAX];
	enum err err = place_of(dir, tile, path);

	return err == ERR_OK ? file_read(path, body) : err;
}

/* Widths 1 to 255 lie in one folder. */
void
tilefile_drop_partials(const char *dir, const struct tile *tile)
{
	char path[FILE_PATH_MAX];
	char folder[FILE_PATH_MAX];
	struct tile part = *tile;

	part.width = 1;
	if (place_of(dir, &part, path) != ERR_OK ||
	    !span_copy(folder, sizeof folder, span_of(path)))
		return;
	(void)dirname(folder);
	if (rmdir(folder) == 0 || errno == ENOENT)
		return;
	for (; part.width < TILE_WIDTH; part.width++)
		if (part.width != tile->width && place_of(dir, &part, path) == ERR_OK)
			(void)unlink(path);
	(void)rmdir(folder);
}

void
tilefile_drop(const char *dir, const struct tile *tile)
{
	char path[FILE_PATH_MAX];

	if (place_of(dir, tile, path) == ERR_OK)
		(void)unlink(path);
}

enum err
tilefile_sync(const char *dir)
{
	int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	enum err err = ERR_OK;

	if (fd < 0)
		return err_from_errno(errno);
	if (syncfs(fd) != 0)
		err = err_from_errno(errno);
	(void)close(fd);
	return err;
}
