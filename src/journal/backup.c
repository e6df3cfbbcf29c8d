/*
 * Promises one encrypted file from which a home can be made again, except its head: what was signed
 * last only head.db and the witnesses know.
 *
 * The file: "seam/backup/1\n", 16 bytes of salt, 24 bytes of secretstream header, then sealed
 * pieces, each a big-endian u32 length before its ciphertext.  The plain pieces are: 'F' u32 name
 * length, name, u64 size; then 'D' and up to 64 KiB of content until the size is reached; at last
 * one 'E' with the stream's final tag.
 */
#define _GNU_SOURCE
#include "journal/backup.h"

#include "base/cursor.h"
#include "base/db.h"
#include "base/file.h"
#include "base/sign.h"
#include "journal/inside.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define MAGIC "seam/backup/1\n"

enum {
	MAGIC_SIZE = sizeof MAGIC - 1,
	SALT_SIZE = crypto_pwhash_SALTBYTES,
	HEADER_SIZE = crypto_secretstream_xchacha20poly1305_HEADERBYTES,
	TAG_SIZE = crypto_secretstream_xchacha20poly1305_ABYTES,
	CHUNK = 65536,
	PIECE_MAX = CHUNK + 1,
	NAME_MAX_SIZE = 255,
	FILES_MAX = 256
};

struct writer {
	FILE *file;
	crypto_secretstream_xchacha20poly1305_state stream;
	unsigned char sealed[PIECE_MAX + TAG_SIZE];
	unsigned char piece[PIECE_MAX];
	const struct backup_step *step;
};

static bool
derive(struct span passphrase, const unsigned char salt[SALT_SIZE],
       unsigned char key[crypto_secretstream_xchacha20poly1305_KEYBYTES])
{
	return crypto_pwhash(key, crypto_secretstream_xchacha20poly1305_KEYBYTES, passphrase.p,
			     passphrase.n, salt, crypto_pwhash_OPSLIMIT_MODERATE,
			     crypto_pwhash_MEMLIMIT_INTERACTIVE, crypto_pwhash_ALG_ARGON2ID13) == 0;
}

static enum err
put(FILE *file, const void *bytes, size_t n)
{
	errno = 0;
	if (fwrite(bytes, 1, n, file) == n)
		return ERR_OK;
	return errno ? err_from_errno(errno) : ERR_IO;
}

static enum err
put_piece(struct writer *writer, const unsigned char *piece, size_t n, unsigned char tag)
{
	unsigned long long length = 0;
	unsigned char head[4];
	enum err err;

	(void)crypto_secretstream_xchacha20poly1305_push(&writer->stream, writer->sealed, &length,
							 piece, n, NULL, 0, tag);
	for (size_t i = 0; i < 4; i++)
		head[i] = (unsigned char)(length >> (24 - 8 * i));
	err = put(writer->file, head, sizeof head);
	return err == ERR_OK ? put(writer->file, writer->sealed, (size_t)length) : err;
}

static enum err
put_content(struct writer *writer, int fd, uint64_t size)
{
	enum err err = ERR_OK;

	while (size && err == ERR_OK) {
		size_t want = size < CHUNK ? (size_t)size : CHUNK;
		ssize_t n = read(fd, writer->piece + 1, want);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0) /* it shrank under us */
			return n < 0 ? err_from_errno(errno) : ERR_BUSY;
		writer->piece[0] = 'D';
		err = put_piece(writer, writer->piece, (size_t)n + 1, 0);
		size -= (uint64_t)n;
	}
	return err;
}

static enum err
put_open_file(struct writer *writer, const char *name, int fd)
{
	struct out head = out_new(NAME_MAX_SIZE + 32);
	struct stat status;
	enum err err = ERR_OK;

	if (fstat(fd, &status) != 0)
		return err_from_errno(errno);
	if (!S_ISREG(status.st_mode))
		return ERR_REFUSED;
	out_char(&head, 'F');
	out_sized(&head, span_of(name));
	out_u64(&head, (uint64_t)status.st_size);
	err = out_err(&head);
	if (err == ERR_OK)
		err = put_piece(writer, (const unsigned char *)head.p, head.n, 0);
	if (err == ERR_OK)
		err = put_content(writer, fd, (uint64_t)status.st_size);
	if (err == ERR_OK && writer->step)
		writer->step->progress(writer->step->context, name, (uint64_t)status.st_size);
	out_free(&head);
	return err;
}

static enum err
put_file(struct writer *writer, const char *name, const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	enum err err;

	if (fd < 0)
		return errno == ENOENT ? ERR_OK : err_from_errno(errno);
	err = put_open_file(writer, name, fd);
	(void)close(fd);
	return err;
}

static enum err
open_source(const char *dir, const char *name, sqlite3 **db)
{
	char path[FILE_PATH_MAX];
	enum err err = file_path(path, sizeof path, dir, name);

	*db = NULL;
	return err == ERR_OK ? db_open(path, DB_WRITE, db) : err;
}

/* A copy as of one moment, made by SQLite itself inside the home and removed at once. */
static enum err
put_journal(struct writer *writer, const char *dir)
{
	char copy[FILE_PATH_MAX];
	char *sql;
	sqlite3 *db;
	enum err err = file_path(copy, sizeof copy, dir, "backup.part");

	if (err == ERR_OK)
		err = open_source(dir, "journal.db", &db);
	if (err != ERR_OK)
		return err;
	(void)unlink(copy);
	sql = sqlite3_mprintf("VACUUM INTO %Q", copy);
	err = sql ? inside_make_private(copy) : ERR_NOMEM;
	if (err == ERR_OK)
		err = db_run(db, sql);
	sqlite3_free(sql);
	db_close(db);
	if (err == ERR_OK)
		err = put_file(writer, "journal.db", copy);
	(void)unlink(copy);
	return err;
}

/* As of one moment, its newest pages included, and copied in memory: a second copy of the keys on
 * the disk could outlive an erasure. */
static enum err
put_database(struct writer *writer, const char *dir, const char *name)
{
	sqlite3_int64 size = 0;
	unsigned char *bytes = NULL;
	sqlite3 *db;
	int fd = -1;
	enum err err = open_source(dir, name, &db);

	if (err != ERR_OK)
		return err;
	bytes = sqlite3_serialize(db, "main", &size, 0);
	fd = memfd_create("copy", MFD_CLOEXEC);
	if (!bytes || fd < 0)
		err = ERR_NOMEM;
	else if (write(fd, bytes, (size_t)size) != (ssize_t)size || lseek(fd, 0, SEEK_SET) != 0)
		err = ERR_IO;
	if (err == ERR_OK)
		err = put_open_file(writer, name, fd);
	if (bytes)
		sign_wipe(bytes, (size_t)size);
	sqlite3_free(bytes);
	if (fd >= 0)
		(void)close(fd);
	db_close(db);
	return err;
}

static enum err
put_head_note(struct writer *writer, const char *dir)
{
	struct journal journal;
	char path[FILE_PATH_MAX];
	enum err err;

	memset(&journal, 0, sizeof journal);
	if (!span_copy(journal.dir, sizeof journal.dir, span_of(dir)))
		return ERR_LIMIT;
	err = inside_open_files(&journal, DB_READ);
	if (err == ERR_OK)
		err = inside_load_epoch(&journal);
	if (err == ERR_OK)
		err = file_path(path, sizeof path, journal.log_dir, "checkpoint");
	inside_close_files(&journal);
	return err == ERR_OK ? put_file(writer, "recover.note", path) : err;
}

static bool
is_database(const char *name)
{
	size_t n = strlen(name);

	return n > 3 && strcmp(name + n - 3, ".db") == 0;
}

/* What is not there is left out. */
static enum err
put_named(struct writer *writer, const char *dir, const char *name)
{
	char path[FILE_PATH_MAX];
	enum err err = file_path(path, sizeof path, dir, name);

	if (err != ERR_OK || !is_database(name))
		return err == ERR_OK ? put_file(writer, name, path) : err;
	return file_is_there(path) ? put_database(writer, dir, name) : ERR_OK;
}

/* journal.db before keys.db: a record never lacks its key then, and a key too many does no harm. */
static enum err
put_all(struct writer *writer, const char *dir, const char *const *names, size_t count)
{
	char path[FILE_PATH_MAX];
	unsigned char end = 'E';
	enum err err = put_journal(writer, dir);

	if (err == ERR_OK)
		err = put_database(writer, dir, "keys.db");
	if (err == ERR_OK)
		err = file_path(path, sizeof path, dir, "log.vkey");
	if (err == ERR_OK)
		err = put_file(writer, "log.vkey", path);
	if (err == ERR_OK)
		err = put_head_note(writer, dir);
	for (size_t i = 0; i < count && err == ERR_OK; i++)
		err = put_named(writer, dir, names[i]);
	if (err != ERR_OK)
		return err;
	return put_piece(writer, &end, 1, crypto_secretstream_xchacha20poly1305_TAG_FINAL);
}

static enum err
start_file(struct writer *writer, struct span passphrase)
{
	unsigned char salt[SALT_SIZE];
	unsigned char header[HEADER_SIZE];
	unsigned char key[crypto_secretstream_xchacha20poly1305_KEYBYTES];
	enum err err = ERR_NOMEM;

	sign_random(salt, sizeof salt);
	if (derive(passphrase, salt, key)) {
		(void)crypto_secretstream_xchacha20poly1305_init_push(&writer->stream, header, key);
		err = put(writer->file, MAGIC, MAGIC_SIZE);
		if (err == ERR_OK)
			err = put(writer->file, salt, sizeof salt);
		if (err == ERR_OK)
			err = put(writer->file, header, sizeof header);
	}
	sign_wipe(key, sizeof key);
	return err;
}

static enum err
finish_file(FILE *file, enum err err)
{
	if (err == ERR_OK && (fflush(file) != 0 || fsync(fileno(file)) != 0))
		err = err_from_errno(errno);
	if (fclose(file) != 0 && err == ERR_OK)
		err = err_from_errno(errno);
	return err;
}

static enum err
create_private(const char *path, FILE **file)
{
	enum err err = file_may_replace(path);
	int fd;

	*file = NULL;
	if (err != ERR_OK)
		return err;
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return err_from_errno(errno);
	*file = fdopen(fd, "wb");
	if (*file)
		return ERR_OK;
	(void)close(fd);
	return ERR_NOMEM;
}

enum err
backup_make(const char *dir, const char *file, struct span passphrase, const char *const *names,
	    size_t count, const struct backup_step *step)
{
	char part[FILE_PATH_MAX];
	struct writer *writer = calloc(1, sizeof *writer);
	int n = snprintf(part, sizeof part, "%s.part", file);
	enum err err = ERR_OK;

	if (!writer)
		return ERR_NOMEM;
	if (n < 0 || (size_t)n >= sizeof part || count > FILES_MAX)
		err = ERR_LIMIT;
	if (err == ERR_OK)
		err = file_may_replace(file);
	if (err == ERR_OK)
		err = create_private(part, &writer->file);
	if (err == ERR_OK) {
		writer->step = step;
		err = start_file(writer, passphrase);
		if (err == ERR_OK)
			err = put_all(writer, dir, names, count);
		err = finish_file(writer->file, err);
		if (err == ERR_OK) /* it took a while */
			err = file_may_replace(file);
		if (err == ERR_OK && rename(part, file) != 0)
			err = err_from_errno(errno);
		if (err != ERR_OK)
			(void)unlink(part);
	}
	sign_wipe(writer, sizeof *writer);
	free(writer);
	return err;
}

/* --- back */

struct reader {
	FILE *file;
	crypto_secretstream_xchacha20poly1305_state stream;
	unsigned char sealed[PIECE_MAX + TAG_SIZE];
	unsigned char piece[PIECE_MAX];
	size_t n;
	bool is_end;
	const char *dir;
	const struct backup_step *step;
	char made[FILES_MAX][NAME_MAX_SIZE + 1];
	size_t made_n;
};

/* Wrong passphrase and damage look the same in the first piece: there it is called the passphrase.
 */
static enum err
take_piece(struct reader *reader, enum err broken)
{
	unsigned char head[4];
	unsigned char tag;
	unsigned long long n;
	size_t length;

	if (fread(head, 1, sizeof head, reader->file) != sizeof head)
		return ERR_FORMAT;
	length = (size_t)head[0] << 24 | (size_t)head[1] << 16 | (size_t)head[2] << 8 | head[3];
	if (length <= TAG_SIZE || length > sizeof reader->sealed ||
	    fread(reader->sealed, 1, length, reader->file) != length)
		return ERR_FORMAT;
	if (crypto_secretstream_xchacha20poly1305_pull(&reader->stream, reader->piece, &n, &tag,
						       reader->sealed, length, NULL, 0) != 0)
		return broken;
	reader->n = (size_t)n;
	reader->is_end = tag == crypto_secretstream_xchacha20poly1305_TAG_FINAL;
	return ERR_OK;
}

static enum err
open_backup(struct reader *reader, struct span passphrase)
{
	unsigned char start[MAGIC_SIZE + SALT_SIZE + HEADER_SIZE];
	unsigned char key[crypto_secretstream_xchacha20poly1305_KEYBYTES];
	enum err err = ERR_NOMEM;

	if (fread(start, 1, sizeof start, reader->file) != sizeof start ||
	    memcmp(start, MAGIC, MAGIC_SIZE) != 0)
		return ERR_FORMAT;
	if (derive(passphrase, start + MAGIC_SIZE, key))
		err = crypto_secretstream_xchacha20poly1305_init_pull(
			  &reader->stream, start + MAGIC_SIZE + SALT_SIZE, key) == 0
			  ? ERR_OK
			  : ERR_FORMAT;
	sign_wipe(key, sizeof key);
	return err;
}

/* Relative, no way up, no empty part. */
static bool
name_is_safe(struct span name)
{
	struct span part;

	if (name.n == 0 || name.n > NAME_MAX_SIZE || !span_is_utf8(name))
		return false;
	while (name.p && span_split(&name, '/', &part))
		if (part.n == 0 || span_is(part, ".") || span_is(part, ".."))
			return false;
	return true;
}

static enum err
open_target(struct reader *reader, const char *name, FILE **file)
{
	char path[FILE_PATH_MAX];
	char folder[FILE_PATH_MAX];
	char *slash;
	enum err err = file_path(path, sizeof path, reader->dir, name);

	if (err != ERR_OK)
		return err;
	(void)span_copy(folder, sizeof folder, span_of(path));
	slash = strrchr(folder, '/');
	if (slash)
		*slash = '\0';
	err = file_make_dirs(folder, 0700);
	if (err != ERR_OK)
		return err;
	return create_private(path, file);
}

static enum err
take_content(struct reader *reader, FILE *file, uint64_t size)
{
	enum err err = ERR_OK;

	while (size && err == ERR_OK) {
		err = take_piece(reader, ERR_FORMAT);
		if (err == ERR_OK &&
		    (reader->n < 2 || reader->piece[0] != 'D' || reader->n - 1 > size))
			err = ERR_FORMAT;
		if (err == ERR_OK)
			err = put(file, reader->piece + 1, reader->n - 1);
		size -= err == ERR_OK ? reader->n - 1 : 0;
	}
	return err;
}

static enum err
take_file(struct reader *reader)
{
	struct cursor cursor = cursor_over(span_make(reader->piece + 1, reader->n - 1));
	struct span name = cursor_span(&cursor, NAME_MAX_SIZE);
	uint64_t size = cursor_u64(&cursor);
	FILE *file = NULL;
	char *kept = reader->made[reader->made_n];
	enum err err;

	if (!cursor_is_done(&cursor) || !name_is_safe(name) ||
	    !span_copy(kept, NAME_MAX_SIZE + 1, name) || strlen(kept) != name.n)
		return ERR_FORMAT;
	err = open_target(reader, kept, &file);
	if (err != ERR_OK)
		return err;
	reader->made_n++;
	err = finish_file(file, take_content(reader, file, size));
	if (err == ERR_OK && reader->step)
		reader->step->progress(reader->step->context, kept, size);
	return err;
}

static enum err
take_all(struct reader *reader)
{
	enum err err = take_piece(reader, ERR_KEY);

	while (err == ERR_OK && reader->piece[0] == 'F' && !reader->is_end) {
		if (reader->made_n == FILES_MAX)
			return ERR_LIMIT;
		err = take_file(reader);
		if (err == ERR_OK)
			err = take_piece(reader, ERR_FORMAT);
	}
	if (err != ERR_OK)
		return err;
	if (reader->n != 1 || reader->piece[0] != 'E' || !reader->is_end ||
	    fgetc(reader->file) != EOF)
		return ERR_FORMAT;
	return ERR_OK;
}

static void
undo(const struct reader *reader)
{
	char path[FILE_PATH_MAX];

	for (size_t i = 0; i < reader->made_n; i++)
		if (file_path(path, sizeof path, reader->dir, reader->made[i]) == ERR_OK)
			(void)unlink(path);
}

enum err
backup_restore(const char *file, const char *dir, struct span passphrase,
	       const struct backup_step *step)
{
	char path[FILE_PATH_MAX];
	struct reader *reader;
	enum err err = file_path(path, sizeof path, dir, "journal.db");

	if (err == ERR_OK && file_is_there(path))
		err = ERR_EXISTS;
	if (err != ERR_OK)
		return err;
	reader = calloc(1, sizeof *reader);
	if (!reader)
		return ERR_NOMEM;
	reader->dir = dir;
	reader->step = step;
	reader->file = fopen(file, "rbe");
	err = reader->file ? open_backup(reader, passphrase) : err_from_errno(errno);
	if (err == ERR_OK)
		err = take_all(reader);
	if (err != ERR_OK)
		undo(reader);
	if (reader->file)
		(void)fclose(reader->file);
	sign_wipe(reader, sizeof *reader);
	free(reader);
	return err;
}
