/*
 * Promises that a private seed is on disk only inside a closed box and in memory only as long as
 * its owner wants.
 */
#define _GNU_SOURCE
#include "seamd/keyfile.h"

#include "base/b64.h"
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

enum { FILE_BYTES_MAX = 16384, BOX_MAX = 4096 };

struct closed {
	int64_t ops;
	int64_t mem;
	unsigned char salt[crypto_pwhash_SALTBYTES];
	unsigned char nonce[crypto_secretbox_NONCEBYTES];
	unsigned char box[BOX_MAX];
	size_t box_n;
};

enum err
keyfile_add(struct keyfile *file, const char *name, uint32_t number)
{
	struct keyfile_key *key = &file->keys[file->n];

	if (file->n == KEYFILE_KEYS_MAX)
		return ERR_LIMIT;
	if (number && keyfile_find(file, name, number))
		return ERR_EXISTS;
	if (!span_copy(key->name, sizeof key->name, span_of(name)))
		return ERR_LIMIT;
	key->number = number;
	sign_random(key->seed, sizeof key->seed);
	file->n++;
	return ERR_OK;
}

/* How many keys of that name have a higher number. */
static size_t
rank_of(const struct keyfile *file, const struct keyfile_key *key)
{
	size_t higher = 0;

	for (size_t i = 0; i < file->n; i++)
		higher += strcmp(file->keys[i].name, key->name) == 0 &&
			  file->keys[i].number > key->number;
	return higher;
}

void
keyfile_keep(struct keyfile *file, const char *name, size_t n)
{
	size_t kept = 0;
	bool stays[KEYFILE_KEYS_MAX];

	for (size_t i = 0; i < file->n; i++)
		stays[i] =
		    strcmp(file->keys[i].name, name) != 0 || rank_of(file, &file->keys[i]) < n;
	for (size_t i = 0; i < file->n; i++)
		if (stays[i])
			file->keys[kept++] = file->keys[i];
	sign_wipe(&file->keys[kept], (file->n - kept) * sizeof file->keys[0]);
	file->n = kept;
}

const struct keyfile_key *
keyfile_find(const struct keyfile *file, const char *name, uint32_t number)
{
	const struct keyfile_key *best = NULL;

	for (size_t i = 0; i < file->n; i++) {
		const struct keyfile_key *key = &file->keys[i];

		if (strcmp(key->name, name) != 0 || (number && key->number != number))
			continue;
		if (!best || key->number > best->number)
			best = key;
	}
	return best;
}

struct sign_public
keyfile_public(const struct keyfile_key *key)
{
	struct sign_public public;
	struct sign_secret secret;

	sign_from_seed(key->seed, &public, &secret);
	sign_wipe(&secret, sizeof secret);
	return public;
}

void
keyfile_wipe(struct keyfile *file)
{
	sign_wipe(file, sizeof *file);
}

static enum err
derive(const struct closed *closed, struct span passphrase,
       unsigned char key[crypto_secretbox_KEYBYTES])
{
	return crypto_pwhash(key, crypto_secretbox_KEYBYTES, passphrase.p ? passphrase.p : "",
			     passphrase.n, closed->salt, (unsigned long long)closed->ops,
			     (size_t)closed->mem, crypto_pwhash_ALG_ARGON2ID13) == 0
		   ? ERR_OK
		   : ERR_NOMEM;
}

static void
write_plain(struct out *out, const struct keyfile *file)
{
	for (size_t i = 0; i < file->n; i++) {
		out_format(out, "%s %u ", file->keys[i].name, file->keys[i].number);
		b64_write(out, span_make(file->keys[i].seed, SIGN_SEED_SIZE));
		out_char(out, '\n');
	}
}

static void
write_closed(struct out *out, const struct closed *closed)
{
	out_format(out, "seam key file 1\nops %lld\nmem %lld\nsalt ", (long long)closed->ops,
		   (long long)closed->mem);
	b64_write(out, span_make(closed->salt, sizeof closed->salt));
	out_text(out, "\nnonce ");
	b64_write(out, span_make(closed->nonce, sizeof closed->nonce));
	out_text(out, "\nbox ");
	b64_write(out, span_make(closed->box, closed->box_n));
	out_char(out, '\n');
}

enum err
keyfile_write(const char *path, const struct keyfile *file, struct span passphrase,
	      bool is_exercise)
{
	unsigned char key[crypto_secretbox_KEYBYTES];
	struct out plain = out_new(BOX_MAX - crypto_secretbox_MACBYTES);
	struct out text = out_new(FILE_BYTES_MAX);
	struct closed closed = {.ops = crypto_pwhash_OPSLIMIT_MODERATE,
				.mem = crypto_pwhash_MEMLIMIT_MODERATE};
	enum err err;

	if (is_exercise) {
		closed.ops = crypto_pwhash_OPSLIMIT_INTERACTIVE;
		closed.mem = crypto_pwhash_MEMLIMIT_MIN * 1024;
	}
	sign_random(closed.salt, sizeof closed.salt);
	sign_random(closed.nonce, sizeof closed.nonce);
	write_plain(&plain, file);
	err = out_err(&plain);
	if (err == ERR_OK)
		err = derive(&closed, passphrase, key);
	if (err == ERR_OK) {
		(void)crypto_secretbox_easy(closed.box, (const unsigned char *)plain.p, plain.n,
					    closed.nonce, key);
		closed.box_n = plain.n + crypto_secretbox_MACBYTES;
		write_closed(&text, &closed);
		err = out_err(&text);
	}
	if (err == ERR_OK)
		err = file_write(path, out_view(&text), 0600);
	sign_wipe(key, sizeof key);
	if (plain.p)
		sign_wipe(plain.p, plain.size);
	out_free(&plain);
	out_free(&text);
	return err;
}

static bool
take_line(struct span *text, const char *name, struct span *value)
{
	struct span line;
	struct span word;

	if (!span_split(text, '\n', &line))
		return false;
	*value = line;
	return span_split(value, ' ', &word) && span_is(word, name) && value->p;
}

static bool
read_closed(struct span text, struct closed *closed)
{
	struct span value;
	size_t salt_n;
	size_t nonce_n;

	memset(closed, 0, sizeof *closed);
	if (text.n == 0 || text.p[text.n - 1] != '\n')
		return false;
	return take_line(&text, "seam", &value) && span_is(value, "key file 1") &&
	       take_line(&text, "ops", &value) && span_int(value, 1, 100, &closed->ops) &&
	       take_line(&text, "mem", &value) &&
	       span_int(value, crypto_pwhash_MEMLIMIT_MIN, 2147483648, &closed->mem) &&
	       closed->mem % 1024 == 0 && /* Argon2id counts in KiB: one text for one setting */
	       take_line(&text, "salt", &value) &&
	       b64_read(value, closed->salt, sizeof closed->salt, &salt_n) &&
	       salt_n == sizeof closed->salt && take_line(&text, "nonce", &value) &&
	       b64_read(value, closed->nonce, sizeof closed->nonce, &nonce_n) &&
	       nonce_n == sizeof closed->nonce && take_line(&text, "box", &value) &&
	       b64_read(value, closed->box, sizeof closed->box, &closed->box_n) &&
	       closed->box_n > crypto_secretbox_MACBYTES && text.n == 0;
}

static bool
read_key(struct span line, struct keyfile_key *key)
{
	struct span name;
	struct span number;
	int64_t value;
	size_t n;

	if (!span_split(&line, ' ', &name) || !span_split(&line, ' ', &number) ||
	    !span_copy(key->name, sizeof key->name, name) ||
	    !span_int(number, 0, UINT32_MAX, &value))
		return false;
	key->number = (uint32_t)value;
	return b64_read(line, key->seed, sizeof key->seed, &n) && n == sizeof key->seed;
}

static bool
read_plain(struct span text, struct keyfile *file)
{
	struct span line;

	while (span_split(&text, '\n', &line)) {
		if (line.n == 0)
			continue;
		if (file->n == KEYFILE_KEYS_MAX || !read_key(line, &file->keys[file->n]))
			return false;
		file->n++;
	}
	return file->n > 0;
}

static enum err
open_box(const struct closed *closed, struct span passphrase, struct keyfile *file)
{
	unsigned char key[crypto_secretbox_KEYBYTES];
	unsigned char plain[BOX_MAX];
	size_t n = closed->box_n - crypto_secretbox_MACBYTES;
	enum err err = derive(closed, passphrase, key);

	if (err == ERR_OK &&
	    crypto_secretbox_open_easy(plain, closed->box, closed->box_n, closed->nonce, key) != 0)
		err = ERR_KEY;
	if (err == ERR_OK && !read_plain(span_make(plain, n), file))
		err = ERR_FORMAT;
	sign_wipe(key, sizeof key);
	sign_wipe(plain, sizeof plain);
	return err;
}

enum err
keyfile_read(const char *path, struct span passphrase, struct keyfile *file)
{
	struct out text = out_new(FILE_BYTES_MAX);
	struct closed closed;
	enum err err = file_read(path, &text);

	memset(file, 0, sizeof *file);
	if (err == ERR_OK && !read_closed(out_view(&text), &closed))
		err = ERR_FORMAT;
	if (err == ERR_OK)
		err = open_box(&closed, passphrase, file);
	if (err != ERR_OK)
		keyfile_wipe(file);
	out_free(&text);
	return err;
}

static enum err
passphrase_from_file(const char *path, char *passphrase, size_t *n)
{
	struct out text = out_new(KEYFILE_PASSPHRASE_MAX - 1);
	enum err err = file_read(path, &text);

	if (err == ERR_OK) {
		struct span span = out_view(&text);

		if (span.n && span.p[span.n - 1] == '\n')
			span.n--;
		*n = span.n;
		err = span_copy(passphrase, KEYFILE_PASSPHRASE_MAX, span) ? ERR_OK : ERR_LIMIT;
	}
	if (text.p)
		sign_wipe(text.p, text.size);
	out_free(&text);
	return err;
}

static enum err
passphrase_from_terminal(const char *prompt, char *passphrase, size_t *n)
{
	int fd = open("/dev/tty", O_RDWR | O_CLOEXEC);
	struct termios before;
	struct termios quiet;
	ssize_t got;

	if (fd < 0)
		return ERR_KEY;
	(void)dprintf(fd, "%s", prompt);
	if (tcgetattr(fd, &before) != 0) {
		(void)close(fd);
		return ERR_KEY;
	}
	quiet = before;
	quiet.c_lflag &= (tcflag_t)~ECHO;
	(void)tcsetattr(fd, TCSAFLUSH, &quiet);
	got = read(fd, passphrase, KEYFILE_PASSPHRASE_MAX - 1);
	(void)tcsetattr(fd, TCSAFLUSH, &before);
	(void)dprintf(fd, "\n");
	(void)close(fd);
	if (got <= 0)
		return ERR_KEY;
	*n = (size_t)got - (passphrase[got - 1] == '\n');
	passphrase[*n] = '\0';
	return ERR_OK;
}

enum err
keyfile_passphrase(const char *file, const char *prompt, char passphrase[KEYFILE_PASSPHRASE_MAX],
		   size_t *n)
{
	const char *credentials = getenv("CREDENTIALS_DIRECTORY");
	char path[FILE_PATH_MAX];

	*n = 0;
	passphrase[0] = '\0';
	if (file && file[0])
		return passphrase_from_file(file, passphrase, n);
	if (credentials && file_path(path, sizeof path, credentials, "seam-passphrase") == ERR_OK &&
	    file_is_there(path))
		return passphrase_from_file(path, passphrase, n);
	return passphrase_from_terminal(prompt, passphrase, n);
}
