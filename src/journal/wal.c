/*
 * Promises to say where a write-ahead log does not hold, from the bytes alone; nothing is written
 * and nothing is sized by what the file says.  Layout and checksums: sqlite.org/fileformat2.html
 * section 4.
 */
#define _GNU_SOURCE
#include "journal/wal.h"

#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
	HEAD = 32,
	FRAME = 24,
	SUMMED = 8, /* of a frame's head: page number, size of the database after a commit */
	PAGE_MIN = 512,
	PAGE_MAX = 65536,
	FRAMES_MAX = 1 << 24,
	LOOKS = 5
};

static const uint32_t MAGIC = 0x377f0682; /* or 1: sums over big-endian words */
static const uint32_t VERSION = 3007000;

struct sum {
	uint32_t a, b;
};

struct wal {
	int fd;
	size_t page;
	bool is_big; /* the sums take words big-endian */
	struct sum seed;
	unsigned char salts[8];
	uint64_t size;
	uint64_t n; /* whole frames that the file has room for */
	unsigned char head[HEAD];
	unsigned char frame[FRAME + PAGE_MAX];
};

static uint32_t
word_at(const unsigned char *p, bool is_big)
{
	return is_big ? (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3]
		      : (uint32_t)p[3] << 24 | (uint32_t)p[2] << 16 | (uint32_t)p[1] << 8 | p[0];
}

static struct sum
sum_at(const unsigned char *p)
{
	return (struct sum){word_at(p, true), word_at(p + 4, true)};
}

static bool
sum_equal(struct sum x, struct sum y)
{
	return x.a == y.a && x.b == y.b;
}

/* n is a multiple of 8. */
static struct sum
add_up(struct sum sum, bool is_big, const unsigned char *p, size_t n)
{
	for (size_t i = 0; i < n; i += 8) {
		sum.a += word_at(p + i, is_big) + sum.b;
		sum.b += word_at(p + i + 4, is_big) + sum.a;
	}
	return sum;
}

static enum err
read_at(int fd, uint64_t at, unsigned char *dst, size_t n)
{
	size_t done = 0;

	while (done < n) {
		ssize_t got = pread(fd, dst + done, n - done, (off_t)(at + done));

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return err_from_errno(errno);
		if (got == 0)
			return ERR_NOT_FOUND; /* cut off meanwhile */
		done += (size_t)got;
	}
	return ERR_OK;
}

static uint64_t
place_of(const struct wal *wal, uint64_t frame)
{
	return HEAD + (frame - 1) * (FRAME + wal->page);
}

static enum err
read_frame(struct wal *wal, uint64_t frame, size_t n)
{
	return read_at(wal->fd, place_of(wal, frame), wal->frame, n);
}

static void
set_page(struct wal *wal, size_t page)
{
	wal->page = page;
	wal->n = (wal->size - HEAD) / (FRAME + page);
	if (wal->n > FRAMES_MAX)
		wal->n = FRAMES_MAX;
}

static bool
is_page(size_t page)
{
	return page >= PAGE_MIN && page <= PAGE_MAX && (page & (page - 1)) == 0;
}

/* --- a frame that was read */

static struct sum
frame_sum(const struct wal *wal)
{
	struct sum sum = add_up(wal->seed, wal->is_big, wal->frame, SUMMED);

	return add_up(sum, wal->is_big, wal->frame + FRAME, wal->page);
}

static bool
has_salts(const struct wal *wal)
{
	return memcmp(wal->frame + 8, wal->salts, sizeof wal->salts) == 0;
}

static bool
is_commit(const struct wal *wal)
{
	return word_at(wal->frame + 4, true) != 0;
}

static bool
sums_up(const struct wal *wal)
{
	return sum_equal(frame_sum(wal), sum_at(wal->frame + 16));
}

static bool
holds(const struct wal *wal)
{
	return has_salts(wal) && word_at(wal->frame, true) != 0 && sums_up(wal);
}

static bool
is_one_bit(uint32_t difference)
{
	return difference != 0 && (difference & (difference - 1)) == 0;
}

/*
 * The sums are linear: a word that is larger by d makes them larger by d times what lies behind it
 * makes of (1, 1) for the first word of a pair, of (0, 1) for the second; each further pair makes
 * (a, b) into (a + b, a + 2 b).  Bits turn both ways.
 */
static bool
explains(struct sum off, struct sum factor)
{
	for (unsigned bit = 0; bit < 32; bit++) {
		uint32_t d = (uint32_t)1 << bit;

		if ((factor.a * d == off.a && factor.b * d == off.b) ||
		    (0u - factor.a * d == off.a && 0u - factor.b * d == off.b))
			return true;
	}
	return false;
}

/* Would the frame hold, had one bit of it not turned?  A page half written never looks so. */
static bool
is_turned_bit(const struct wal *wal)
{
	struct sum sum = frame_sum(wal);
	struct sum held = sum_at(wal->frame + 16);
	struct sum off = {held.a - sum.a, held.b - sum.b};
	struct sum first = {1, 1};
	struct sum second = {0, 1};

	if ((off.b == 0 && is_one_bit(held.a ^ sum.a)) ||
	    (off.a == 0 && is_one_bit(held.b ^ sum.b)))
		return true;
	for (size_t i = 0; i < (SUMMED + wal->page) / 8; i++) {
		if (explains(off, first) || explains(off, second))
			return true;
		first = (struct sum){first.a + first.b, first.a + 2 * first.b};
		second = (struct sum){second.a + second.b, second.a + 2 * second.b};
	}
	return false;
}

/* --- the log */

/* What lies behind the frame at hand, which does not hold. */
struct behind {
	bool is_same;    /* a frame there has the salts of this log */
	bool is_further; /* one lies behind a whole commit: that was on the disk before it */
	bool is_next;    /* the next one continues from this one's own sum */
};

static enum err
look_behind(struct wal *wal, uint64_t frame, struct behind *behind)
{
	bool has_commit = false;
	enum err err = ERR_OK;

	memset(behind, 0, sizeof *behind);
	if (frame < wal->n) {
		struct sum seed = wal->seed;

		wal->seed = sum_at(wal->frame + 16);
		err = read_frame(wal, frame + 1, FRAME + wal->page);
		behind->is_next = err == ERR_OK && holds(wal);
		wal->seed = seed;
	}
	for (uint64_t i = frame + 1; err == ERR_OK && i <= wal->n; i++) {
		err = read_frame(wal, i, FRAME);
		if (err != ERR_OK || !has_salts(wal))
			continue;
		behind->is_same = true;
		behind->is_further = behind->is_further || has_commit;
		has_commit = has_commit || is_commit(wal);
	}
	return err;
}

/* The frame at hand does not hold: is it the end of the log, torn, or damaged? */
static enum err
judge(struct wal *wal, uint64_t frame, bool is_open, struct wal_found *found)
{
	bool is_ours = has_salts(wal);
	bool is_last = is_ours && is_commit(wal);
	bool is_turned = is_ours ? is_turned_bit(wal) || sums_up(wal) : sums_up(wal);
	struct behind behind;
	enum err err = look_behind(wal, frame, &behind);

	if (err != ERR_OK)
		return err;
	found->frame = frame;
	if (is_turned || behind.is_further || (is_last && behind.is_next))
		found->state = WAL_DAMAGED;
	else if (is_ours || is_open || behind.is_same)
		found->state = WAL_UNFINISHED;
	else
		*found = (struct wal_found){WAL_SOUND, 0};
	return ERR_OK;
}

/* A frame of which only the beginning was written. */
static enum err
judge_rest(struct wal *wal, bool is_open, struct wal_found *found)
{
	uint64_t end = place_of(wal, wal->n + 1);
	enum err err = ERR_OK;

	if (wal->n < FRAMES_MAX && wal->size >= end + FRAME) {
		err = read_frame(wal, wal->n + 1, FRAME);
		is_open = is_open || (err == ERR_OK && has_salts(wal));
	}
	if (is_open)
		*found = (struct wal_found){WAL_UNFINISHED, wal->n + 1};
	return err;
}

static enum err
read_frames(struct wal *wal, struct wal_found *found)
{
	bool is_open = false; /* frames of a commit whose last one has not come */

	for (uint64_t i = 1; i <= wal->n; i++) {
		enum err err = read_frame(wal, i, FRAME + wal->page);

		if (err != ERR_OK)
			return err;
		if (!holds(wal))
			return judge(wal, i, is_open, found);
		wal->seed = sum_at(wal->frame + 16);
		is_open = !is_commit(wal);
	}
	return judge_rest(wal, is_open, found);
}

/* By either order of bytes, from the head as it is or from the sum that it holds. */
static bool
does_first_follow(struct wal *wal)
{
	for (unsigned way = 0; way < 4; way++) {
		wal->is_big = way & 1;
		wal->seed = way & 2 ? sum_at(wal->head + 24)
				    : add_up((struct sum){0, 0}, wal->is_big, wal->head, 24);
		if (sums_up(wal))
			return true;
	}
	return false;
}

/* The head does not hold.  Did frames follow it that do?  Of whatever size: the database, which
 * knows it, is not opened (wal_look()). */
static enum err
read_headless(struct wal *wal, struct wal_found *found)
{
	found->state = WAL_UNFINISHED;
	for (size_t page = PAGE_MIN; page <= PAGE_MAX; page *= 2) {
		enum err err;

		set_page(wal, page);
		if (wal->n == 0)
			break;
		err = read_frame(wal, 1, FRAME + page);
		if (err != ERR_OK)
			return err;
		if (does_first_follow(wal)) {
			*found = (struct wal_found){WAL_DAMAGED, 0};
			break;
		}
	}
	return ERR_OK;
}

static enum err
read_log(struct wal *wal, struct wal_found *found)
{
	enum err err = read_at(wal->fd, 0, wal->head, HEAD);
	uint32_t magic = word_at(wal->head, true);
	size_t own_page = word_at(wal->head + 8, true);

	if (err != ERR_OK)
		return err;
	wal->is_big = magic & 1;
	wal->seed = add_up((struct sum){0, 0}, wal->is_big, wal->head, 24);
	memcpy(wal->salts, wal->head + 16, sizeof wal->salts);
	if ((magic & ~(uint32_t)1) != MAGIC || word_at(wal->head + 4, true) != VERSION ||
	    !is_page(own_page) || !sum_equal(wal->seed, sum_at(wal->head + 24)))
		return read_headless(wal, found);
	set_page(wal, own_page);
	return read_frames(wal, found);
}

enum err
wal_read(int fd, struct wal_found *found)
{
	struct wal *wal = calloc(1, sizeof *wal);
	struct stat stat_;
	enum err err = ERR_OK;

	memset(found, 0, sizeof *found);
	if (!wal)
		return ERR_NOMEM;
	wal->fd = fd;
	if (fstat(fd, &stat_) != 0)
		err = err_from_errno(errno);
	else
		wal->size = (uint64_t)stat_.st_size;
	if (err == ERR_OK && wal->size >= HEAD)
		err = read_log(wal, found);
	free(wal);
	if (err != ERR_OK)
		memset(found, 0, sizeof *found);
	return err;
}

/* --- beside a database */

/* Of the log alone: closing any descriptor of the database would drop the locks by which SQLite in
 * this process holds it (sqlite.org/howtocorrupt.html section 2.2). */
static enum err
look_once(const char *path, struct wal_found *found)
{
	char name[FILE_PATH_MAX];
	int n = snprintf(name, sizeof name, "%s-wal", path);
	enum err err;
	int fd;

	memset(found, 0, sizeof *found);
	if (n < 0 || (size_t)n >= sizeof name)
		return ERR_LIMIT;
	fd = open(name, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return errno == ENOENT ? ERR_OK : err_from_errno(errno);
	err = wal_read(fd, found);
	(void)close(fd);
	return err;
}

enum err
wal_look(const char *path, struct wal_found *found)
{
	struct wal_found before;
	enum err err = look_once(path, found);

	for (int i = 1; i < LOOKS && (err == ERR_NOT_FOUND || found->state != WAL_SOUND); i++) {
		before = *found;
		err = look_once(path, found);
		if (err == ERR_OK && found->state == before.state && found->frame == before.frame)
			return ERR_OK;
	}
	return err == ERR_NOT_FOUND ? ERR_OK : err;
}

void
wal_keep(const char *path, sqlite3 *db)
{
	struct wal_found found;

	if (wal_look(path, &found) != ERR_OK || found.state != WAL_SOUND)
		(void)sqlite3_db_config(db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
}

void
wal_say(char dst[WAL_TEXT_MAX], const char *name, const struct wal_found *found)
{
	dst[0] = '\0';
	switch (found->state) {
	case WAL_SOUND:
		break;
	case WAL_UNFINISHED:
		(void)snprintf(dst, WAL_TEXT_MAX,
			       "%s-wal ends in a commit that is not whole, at frame %llu: power "
			       "was lost while it was written, or what came last is damaged",
			       name, (unsigned long long)found->frame);
		break;
	case WAL_DAMAGED:
		if (found->frame == 0)
			(void)snprintf(dst, WAL_TEXT_MAX,
				       "%s-wal: its head is damaged: none of its frames is read",
				       name);
		else
			(void)snprintf(
			    dst, WAL_TEXT_MAX,
			    "%s-wal: frame %llu is damaged: what came after it is not read", name,
			    (unsigned long long)found->frame);
	}
}
