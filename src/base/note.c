/*
 * Promises the texts of C2SP signed-note, tlog-checkpoint and tlog-cosignature, written and read
 * strictly. Does not sign and trusts no key that the caller did not bring.
 */
#include "base/note.h"

#include "base/b64.h"

#include <stdio.h>
#include <string.h>

#define EM_DASH "\xe2\x80\x94 "

enum { KEY_BYTES = 1 + SIGN_PUBLIC_SIZE, ID_SIZE = 4, TIME_SIZE = 8, LINE_BLOB_MAX = 4096 };

static bool
name_is_fine(struct span name)
{
	uint32_t rune;
	size_t step;

	if (name.n == 0 || name.n >= NOTE_NAME_MAX || !span_is_utf8(name))
		return false;
	for (size_t i = 0; i < name.n; i += step) {
		step = span_rune(span_make(name.p + i, name.n - i), &rune);
		if (step == 0 || rune <= 0x20 || rune == 0x7f || rune == '+' || rune == 0x85 ||
		    rune == 0xa0 || rune == 0x1680 || (rune >= 0x2000 && rune <= 0x200a) ||
		    rune == 0x2028 || rune == 0x2029 || rune == 0x202f || rune == 0x205f ||
		    rune == 0x3000)
			return false;
	}
	return true;
}

static uint32_t
read_u32(const unsigned char *at)
{
	return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

static uint32_t
key_id(struct span name, const unsigned char key[KEY_BYTES])
{
	char text[NOTE_NAME_MAX + 1 + KEY_BYTES];
	struct hash hash;

	memcpy(text, name.p, name.n);
	text[name.n] = '\n';
	memcpy(text + name.n + 1, key, KEY_BYTES);
	hash = hash_of(span_make(text, name.n + 1 + KEY_BYTES));
	return read_u32(hash.b);
}

enum err
note_key_make(struct span name, unsigned char type, const struct sign_public *public,
	      struct note_key *key)
{
	unsigned char bytes[KEY_BYTES];

	memset(key, 0, sizeof *key);
	if (!name_is_fine(name) || (type != NOTE_ED25519 && type != NOTE_COSIGNATURE))
		return ERR_FORMAT;
	(void)span_copy(key->name, sizeof key->name, name);
	key->type = type;
	key->public = *public;
	bytes[0] = type;
	memcpy(bytes + 1, public->b, SIGN_PUBLIC_SIZE);
	key->id = key_id(name, bytes);
	return ERR_OK;
}

void
note_key_write(struct out *out, const struct note_key *key)
{
	unsigned char bytes[KEY_BYTES];

	bytes[0] = key->type;
	memcpy(bytes + 1, key->public.b, SIGN_PUBLIC_SIZE);
	out_format(out, "%s+%08x+", key->name, key->id);
	b64_write(out, span_make(bytes, sizeof bytes));
}

enum err
note_key_read(struct span text, struct note_key *key)
{
	struct span name;
	struct span id;
	struct span rest = span_trim(text);
	unsigned char bytes[KEY_BYTES + 3];
	char hex[9];
	size_t n;
	struct sign_public public;
	enum err err;

	memset(key, 0, sizeof *key);
	if (rest.n > NOTE_NAME_MAX + 64 || !span_split(&rest, '+', &name) ||
	    !span_split(&rest, '+', &id))
		return ERR_FORMAT;
	/* the base64 part may hold '+' itself */
	if (rest.n > 4 * sizeof bytes / 3 || !b64_read(rest, bytes, sizeof bytes, &n) ||
	    n != KEY_BYTES)
		return ERR_FORMAT;
	memcpy(public.b, bytes + 1, SIGN_PUBLIC_SIZE);
	err = note_key_make(name, bytes[0], &public, key);
	if (err != ERR_OK)
		return err;
	(void)snprintf(hex, sizeof hex, "%08x", key->id);
	if (span_is(id, hex))
		return ERR_OK;
	memset(key, 0, sizeof *key);
	return ERR_FORMAT;
}

struct line {
	struct span name;
	unsigned char blob[LINE_BLOB_MAX];
	size_t n; /* key id and signature */
};

static bool
read_line(struct span text, struct line *line)
{
	struct span rest;

	if (!span_starts(text, EM_DASH))
		return false;
	rest = span_make(text.p + sizeof EM_DASH - 1, text.n - (sizeof EM_DASH - 1));
	if (!span_split(&rest, ' ', &line->name) || !name_is_fine(line->name))
		return false;
	if (rest.n == 0 || rest.n / 4 * 3 > LINE_BLOB_MAX ||
	    !b64_read(rest, line->blob, sizeof line->blob, &line->n))
		return false;
	return line->n > ID_SIZE;
}

static bool
is_note_text(struct span text)
{
	if (!span_is_utf8(text))
		return false;
	for (size_t i = 0; i < text.n; i++) {
		unsigned char c = (unsigned char)text.p[i];

		if ((c < 0x20 && c != '\n') || c == 0x7f)
			return false;
	}
	return true;
}

/* The signatures begin after the last blank line. */
static bool
split_note(struct span bytes, struct note *note)
{
	for (size_t i = bytes.n - 1; i >= 1; i--) {
		if (bytes.p[i] != '\n' || bytes.p[i - 1] != '\n')
			continue;
		note->text = span_make(bytes.p, i);
		note->lines = span_make(bytes.p + i + 1, bytes.n - i - 1);
		return note->lines.n > 0;
	}
	return false;
}

enum err
note_read(struct span bytes, struct note *note)
{
	struct line line;
	struct span rest;
	struct span one;
	size_t n = 0;

	memset(note, 0, sizeof *note);
	if (bytes.n < 4 || bytes.n > NOTE_MAX || bytes.p[bytes.n - 1] != '\n' ||
	    !is_note_text(bytes) || !split_note(bytes, note))
		goto broken;
	rest = span_make(note->lines.p, note->lines.n - 1);
	while (span_split(&rest, '\n', &one))
		if (++n > NOTE_LINES_MAX || !read_line(one, &line))
			goto broken;
	return ERR_OK;
broken:
	memset(note, 0, sizeof *note);
	return ERR_FORMAT;
}

size_t
note_count(const struct note *note)
{
	size_t n = 0;

	for (size_t i = 0; i < note->lines.n; i++)
		n += note->lines.p[i] == '\n';
	return n;
}

void
note_cosign_message(struct out *out, uint64_t time_s, struct span text)
{
	out_format(out, "cosignature/v1\ntime %llu\n", (unsigned long long)time_s);
	out_span(out, text);
}

static bool
cosignature_holds(struct span text, const struct note_key *key, uint64_t time_s,
		  const struct signature *signature)
{
	struct out message = out_new(NOTE_MAX + 64);
	bool holds;

	note_cosign_message(&message, time_s, text);
	holds =
	    out_err(&message) == ERR_OK && sign_holds(&key->public, out_view(&message), signature);
	out_free(&message);
	return holds;
}

static bool
line_holds(struct span text, const struct line *line, const struct note_key *key, uint64_t *time_s)
{
	struct signature signature;
	size_t head = ID_SIZE + (key->type == NOTE_COSIGNATURE ? TIME_SIZE : 0);
	uint64_t time = 0;

	if (line->n != head + SIGN_SIZE)
		return false;
	memcpy(signature.b, line->blob + head, SIGN_SIZE);
	if (key->type == NOTE_ED25519)
		return sign_holds(&key->public, text, &signature);
	time = (uint64_t)read_u32(line->blob + ID_SIZE) << 32 | read_u32(line->blob + ID_SIZE + 4);
	if (!cosignature_holds(text, key, time, &signature))
		return false;
	*time_s = time > *time_s ? time : *time_s;
	return true;
}

enum note_answer
note_check(const struct note *note, const struct note_key *key, uint64_t *time_s)
{
	enum note_answer answer = NOTE_ABSENT;
	struct span rest = span_make(note->lines.p, note->lines.n ? note->lines.n - 1 : 0);
	struct span one;
	struct line line;

	*time_s = 0;
	while (rest.n && span_split(&rest, '\n', &one)) {
		if (!read_line(one, &line) || !span_is(line.name, key->name) ||
		    read_u32(line.blob) != key->id)
			continue;
		if (!line_holds(note->text, &line, key, time_s))
			return NOTE_BAD;
		answer = NOTE_HOLDS;
	}
	return answer;
}

bool
note_find_line(const struct note *note, const struct note_key *key, struct span *found)
{
	struct span rest = note->lines;
	struct span line;
	uint64_t time_s;

	*found = (struct span){NULL, 0};
	while (rest.n && span_split(&rest, '\n', &line)) {
		struct note one = {note->text, span_make(line.p, line.n + 1)};

		if (note_check(&one, key, &time_s) != NOTE_HOLDS)
			continue;
		*found = one.lines;
		return true;
	}
	return false;
}

bool
note_line_time(struct span text, uint64_t *time_s)
{
	struct line line;

	*time_s = 0;
	if (text.n == 0 || text.p[text.n - 1] != '\n' ||
	    !read_line(span_make(text.p, text.n - 1), &line) ||
	    line.n != ID_SIZE + TIME_SIZE + SIGN_SIZE)
		return false;
	*time_s = (uint64_t)read_u32(line.blob + ID_SIZE) << 32 | read_u32(line.blob + ID_SIZE + 4);
	return true;
}

void
note_write_line(struct out *out, const struct note_key *key, uint64_t time_s,
		const struct signature *signature)
{
	struct out blob = out_new(ID_SIZE + TIME_SIZE + SIGN_SIZE);

	out_u32(&blob, key->id);
	if (key->type == NOTE_COSIGNATURE)
		out_u64(&blob, time_s);
	out_bytes(&blob, signature->b, SIGN_SIZE);
	if (out_err(&blob) != ERR_OK)
		out->err = out_err(&blob);
	out_format(out, EM_DASH "%s ", key->name);
	b64_write(out, out_view(&blob));
	out_char(out, '\n');
	out_free(&blob);
}

void
note_head_write(struct out *out, const struct note_head *head)
{
	out_format(out, "%s\n%llu\n", head->origin, (unsigned long long)head->size);
	b64_write(out, span_make(head->root.b, HASH_SIZE));
	out_char(out, '\n');
}

static bool
read_size(struct span text, uint64_t *size)
{
	int64_t value;

	if (text.n == 0 || (text.n > 1 && text.p[0] == '0') || text.p[0] == '-' ||
	    !span_int(text, 0, INT64_MAX, &value))
		return false;
	*size = (uint64_t)value;
	return true;
}

enum err
note_head_read(struct span text, struct note_head *head)
{
	struct span rest = text;
	struct span origin;
	struct span size;
	struct span root;
	unsigned char bytes[HASH_SIZE + 4];
	size_t n;

	memset(head, 0, sizeof *head);
	if (!span_split(&rest, '\n', &origin) || !span_split(&rest, '\n', &size) ||
	    !span_split(&rest, '\n', &root) || rest.n != 0 || !rest.p)
		return ERR_FORMAT;
	if (root.n != 44 || !b64_read(root, bytes, sizeof bytes, &n) || n != HASH_SIZE ||
	    !read_size(size, &head->size) || !name_is_fine(origin)) {
		memset(head, 0, sizeof *head);
		return ERR_FORMAT;
	}
	(void)span_copy(head->origin, sizeof head->origin, origin);
	memcpy(head->root.b, bytes, HASH_SIZE);
	return ERR_OK;
}

enum err
note_head_open(struct span bytes, const struct note_key *key, struct note_head *head)
{
	struct note note;
	uint64_t time_s;
	enum err err = note_read(bytes, &note);

	memset(head, 0, sizeof *head);
	if (err != ERR_OK)
		return err;
	if (note_check(&note, key, &time_s) != NOTE_HOLDS)
		return ERR_REFUSED;
	err = note_head_read(note.text, head);
	if (err != ERR_OK)
		return err;
	if (span_is(span_of(head->origin), key->name))
		return ERR_OK;
	memset(head, 0, sizeof *head);
	return ERR_REFUSED;
}
