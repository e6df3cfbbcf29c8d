/*
 * Promises that a home is known again only where it lay, with the files that were there.  A store
 * that came back whole, its newest head with it, agrees with itself: only what the file system
 * gives to a new file tells.  Does not see a snapshot below the file system.
 */
#define _GNU_SOURCE
#include "seamd/homeplace.h"

#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { TEXT_MAX = 1024, FILES = 3 };

/* Inode and, of a file, its birth. */
struct mark {
	int64_t inode, born_us;
};

struct place {
	struct mark folder, files[FILES];
	int64_t epoch;
	bool has_files;
};

static const char *const names[FILES] = {"journal.db", "keys.db", "head.db"};

static enum err
look_at(const char *path, struct mark *mark)
{
	struct statx found;

	if (statx(AT_FDCWD, path, 0, STATX_INO | STATX_BTIME, &found) != 0)
		return err_from_errno(errno);
	/* 48 bits: of numbers that carry a device in front, what is below it */
	mark->inode = (int64_t)(found.stx_ino & (((uint64_t)1 << 48) - 1));
	mark->born_us = found.stx_mask & STATX_BTIME
			    ? found.stx_btime.tv_sec * 1000000 + found.stx_btime.tv_nsec / 1000
			    : 0;
	if (mark->born_us < 0)
		mark->born_us = 0;
	return ERR_OK;
}

static enum err
look_around(const char *home, int64_t epoch, struct place *place)
{
	char path[FILE_PATH_MAX];
	enum err err = look_at(home, &place->folder);

	place->epoch = epoch;
	place->has_files = true;
	for (size_t i = 0; i < FILES && err == ERR_OK; i++) {
		err = file_path(path, sizeof path, home, names[i]);
		if (err == ERR_OK)
			err = look_at(path, &place->files[i]);
	}
	return err;
}

static bool
read_pair(struct span line, int64_t *first, int64_t *second)
{
	struct span word;

	return span_split(&line, ' ', &word) && span_int(word, 0, INT64_MAX, first) &&
	       span_int(line, 0, INT64_MAX, second);
}

static bool
read_place(struct span text, struct place *place)
{
	struct span line;
	struct span word;

	memset(place, 0, sizeof *place);
	if (!span_split(&text, '\n', &line) ||
	    !read_pair(line, &place->folder.inode, &place->epoch))
		return false;
	place->has_files = text.n > 0;
	for (size_t i = 0; i < FILES && place->has_files; i++)
		if (!span_split(&text, '\n', &line) || !span_split(&line, ' ', &word) ||
		    !span_is(word, names[i]) ||
		    !read_pair(line, &place->files[i].inode, &place->files[i].born_us))
			return false;
	return text.n == 0;
}

/* A kernel that tells no time of birth may be followed by one that does. */
static bool
is_same(const struct mark *a, const struct mark *b)
{
	return a->inode == b->inode &&
	       (a->born_us == 0 || b->born_us == 0 || a->born_us == b->born_us);
}

static bool
has_same_files(const struct place *noted, const struct place *now)
{
	bool is = true;

	for (size_t i = 0; i < FILES; i++)
		is = is && is_same(&noted->files[i], &now->files[i]);
	return is;
}

static enum homeplace
compare(const struct place *noted, const struct place *now)
{
	if (noted->epoch < now->epoch)
		return HOMEPLACE_NEW;
	if (noted->folder.inode != now->folder.inode)
		return HOMEPLACE_COPIED;
	if (!noted->has_files)
		return HOMEPLACE_NEW;
	return has_same_files(noted, now) ? HOMEPLACE_SAME : HOMEPLACE_PUT_BACK;
}

enum err
homeplace_look(const char *home, int64_t epoch, enum homeplace *is)
{
	struct out text = out_new(TEXT_MAX);
	char path[FILE_PATH_MAX];
	struct place noted;
	struct place now;
	enum err err = look_around(home, epoch, &now);

	*is = HOMEPLACE_NEW;
	if (err == ERR_OK)
		err = file_path(path, sizeof path, home, "home.place");
	if (err == ERR_OK)
		err = file_read(path, &text);
	if (err == ERR_LIMIT || (err == ERR_OK && !read_place(out_view(&text), &noted)))
		err = ERR_FORMAT;
	else if (err == ERR_OK)
		*is = compare(&noted, &now);
	else if (err == ERR_NOT_FOUND && !file_is_there(path))
		err = ERR_OK;
	out_free(&text);
	return err;
}

enum err
homeplace_note(const char *home, int64_t epoch)
{
	struct out text = out_new(TEXT_MAX);
	char path[FILE_PATH_MAX];
	struct place now;
	enum err err = look_around(home, epoch, &now);

	if (err == ERR_OK) {
		out_format(&text, "%lld %lld\n", (long long)now.folder.inode, (long long)now.epoch);
		for (size_t i = 0; i < FILES; i++)
			out_format(&text, "%s %lld %lld\n", names[i], (long long)now.files[i].inode,
				   (long long)now.files[i].born_us);
		err = out_err(&text);
	}
	if (err == ERR_OK)
		err = file_path(path, sizeof path, home, "home.place");
	if (err == ERR_OK)
		err = file_write(path, out_view(&text), 0600);
	out_free(&text);
	return err;
}

/* https://www.sqlite.org/fileformat.html, 1.3.1 */
static bool
is_sqlite(const char *path)
{
	static const char magic[] = "SQLite format 3";
	char begin[sizeof magic] = "";
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	bool is = fd >= 0 && read(fd, begin, sizeof begin) == (ssize_t)sizeof begin &&
		  memcmp(begin, magic, sizeof magic) == 0;

	if (fd >= 0)
		(void)close(fd);
	return is;
}

bool
homeplace_fault(const char *home, char fault[HOMEPLACE_FAULT_MAX])
{
	char path[FILE_PATH_MAX];

	fault[0] = '\0';
	for (size_t i = 0; i < FILES && !fault[0]; i++) {
		if (file_path(path, sizeof path, home, names[i]) != ERR_OK)
			continue;
		if (!file_is_there(path))
			(void)snprintf(fault, HOMEPLACE_FAULT_MAX, "%s is not there", names[i]);
		else if (!is_sqlite(path))
			(void)snprintf(fault, HOMEPLACE_FAULT_MAX, "%s is damaged", names[i]);
	}
	return fault[0];
}

const char *
homeplace_text(enum homeplace is)
{
	switch (is) {
	case HOMEPLACE_COPIED:
		return "this home is a copy, or was moved to another disk: if both were started, "
		       "one log would have two histories. 'seam recover' gives it a log of its "
		       "own; if the other home is gone for good, remove home.place";
	case HOMEPLACE_PUT_BACK:
		return "the files of this home are not those it was started with last: they were "
		       "put back from a copy. What was signed since that copy would be signed a "
		       "second time, and one log would have two histories. 'seam recover' gives "
		       "it a log of its own";
	case HOMEPLACE_SAME:
	case HOMEPLACE_NEW:
		break;
	}
	return "";
}
