/*
 * Promises a copy of another log that is what the log signed, or none: nothing counts before it
 * hashes up to a signed head, and no head is taken that does not extend the one before.  Here:
 * open, close and the heads that are shown; mirror_work.c does the rest.
 */
#include "journal/mirror_inside.h"

#include "journal/fork.h"

#include <stdlib.h>
#include <string.h>

/* --- heads */

void
mirror_clear_head(struct shown *shown)
{
	out_free(&shown->note);
	memset(shown, 0, sizeof *shown);
	shown->note = out_new(NOTE_MAX);
}

/* The text and the log's own line. */
enum err
mirror_read_head(const struct note_key *key, struct span bytes, struct shown *shown)
{
	struct note note;
	struct span line;
	enum err err = note_head_open(bytes, key, &shown->head);

	if (err == ERR_OK)
		err = note_read(bytes, &note);
	if (err == ERR_OK && !note_find_line(&note, key, &line))
		err = ERR_REFUSED;
	if (err == ERR_OK) {
		out_reset(&shown->note);
		out_span(&shown->note, note.text);
		out_char(&shown->note, '\n');
		out_span(&shown->note, line);
		err = out_err(&shown->note);
	}
	if (err != ERR_OK)
		mirror_clear_head(shown);
	return err;
}

void
mirror_move_head(struct shown *to, struct shown *from)
{
	out_free(&to->note);
	*to = *from;
	memset(from, 0, sizeof *from);
	from->note = out_new(NOTE_MAX);
}

/* --- open and close */

enum err
mirror_dir(char *dst, size_t size, const char *home, struct span origin)
{
	char name[80] = "mirror/";
	struct hash hash = hash_of(origin);

	hash_hex(name + strlen(name), &hash);
	return file_path(dst, size, home, name);
}

static enum err
new_mirror(const char *home, const struct note_key *key, struct mirror **mirror)
{
	struct mirror *made = calloc(1, sizeof *made);
	enum err err =
	    made ? mirror_dir(made->dir, sizeof made->dir, home, span_of(key->name)) : ERR_NOMEM;

	if (err != ERR_OK) {
		free(made);
		return err;
	}
	made->key = *key;
	mirror_clear_head(&made->at);
	mirror_clear_head(&made->aim);
	mirror_clear_head(&made->seen);
	for (size_t i = 0; i < MIRROR_HEADS_MAX; i++)
		mirror_clear_head(&made->waiting[i]);
	for (size_t i = 0; i < MISSED_MAX; i++)
		mirror_clear_head(&made->missed[i]);
	*mirror = made;
	return ERR_OK;
}

/* A checkpoint that is missing or not signed by the key counts for nothing. */
static enum err
load_head(struct mirror *mirror)
{
	char path[FILE_PATH_MAX];
	struct out bytes = out_new(NOTE_MAX);
	enum err err = file_path(path, sizeof path, mirror->dir, "checkpoint");

	if (err == ERR_OK)
		err = file_read(path, &bytes);
	if (err == ERR_OK)
		err = mirror_read_head(&mirror->key, out_view(&bytes), &mirror->at);
	if (err == ERR_OK && mirror->at.head.size > MIRROR_LEAVES_MAX)
		mirror_clear_head(&mirror->at);
	out_free(&bytes);
	return err == ERR_NOT_FOUND || err == ERR_FORMAT || err == ERR_REFUSED || err == ERR_LIMIT
		   ? ERR_OK
		   : err;
}

enum err
mirror_open(const char *home, const struct note_key *key, struct mirror **mirror)
{
	struct mirror *made;
	enum err err = new_mirror(home, key, &made);

	*mirror = NULL;
	if (err != ERR_OK)
		return err;
	err = file_make_dirs(made->dir, 0755);
	if (err == ERR_OK)
		err = load_head(made);
	if (err == ERR_OK)
		err = mirror_index_open(made->dir, &made->index);
	if (err != ERR_OK) {
		mirror_close(made);
		return err;
	}
	/* what was written was not waited for: it is looked at once, beside other work */
	made->from_start = true;
	*mirror = made;
	return ERR_OK;
}

enum err
mirror_view(const char *home, const struct note_key *key, struct mirror **mirror)
{
	struct mirror *made;
	enum err err = new_mirror(home, key, &made);

	*mirror = NULL;
	if (err != ERR_OK)
		return err;
	made->is_reader = true;
	err = load_head(made);
	if (err == ERR_OK && made->at.head.size == 0)
		err = ERR_NOT_FOUND;
	if (err == ERR_OK)
		err = mirror_index_view(made->dir, &made->index);
	if (err == ERR_OK)
		*mirror = made;
	else
		mirror_close(made);
	return err;
}

void
mirror_close(struct mirror *mirror)
{
	if (!mirror)
		return;
	mirror_index_close(mirror->index);
	mirror_tree_free(mirror->tree);
	out_free(&mirror->at.note);
	out_free(&mirror->aim.note);
	out_free(&mirror->seen.note);
	for (size_t i = 0; i < MIRROR_HEADS_MAX; i++)
		out_free(&mirror->waiting[i].note);
	for (size_t i = 0; i < MISSED_MAX; i++)
		out_free(&mirror->missed[i].note);
	free(mirror);
}

/* --- looks */

const struct note_key *
mirror_key(const struct mirror *mirror)
{
	return &mirror->key;
}

uint64_t
mirror_size(const struct mirror *mirror)
{
	return mirror->at.head.size;
}

struct span
mirror_note(const struct mirror *mirror)
{
	return out_view(&mirror->at.note);
}

struct shown *
mirror_largest(struct mirror *mirror)
{
	struct shown *largest = &mirror->waiting[0];

	for (size_t i = 1; i < MIRROR_HEADS_MAX; i++)
		if (mirror->waiting[i].head.size > largest->head.size)
			largest = &mirror->waiting[i];
	return largest;
}

void
mirror_miss_head(struct mirror *mirror, struct shown *shown)
{
	struct shown *row = &mirror->missed[0];

	for (size_t i = 1; i < MISSED_MAX && row->head.size; i++)
		if (!mirror->missed[i].head.size || mirror->missed[i].head.size > row->head.size)
			row = &mirror->missed[i];
	if (!row->head.size || row->head.size > shown->head.size)
		mirror_move_head(row, shown);
}

struct shown *
mirror_reached(struct mirror *mirror)
{
	size_t i = 0;

	while (i < MISSED_MAX - 1 &&
	       (!mirror->missed[i].head.size || mirror->missed[i].head.size > mirror->at.head.size))
		i++;
	return &mirror->missed[i];
}

uint64_t
mirror_aim(const struct mirror *mirror)
{
	uint64_t aim = mirror->aim.head.size;

	for (size_t i = 0; i < MIRROR_HEADS_MAX; i++)
		if (mirror->waiting[i].head.size > aim)
			aim = mirror->waiting[i].head.size;
	return aim > mirror->at.head.size ? aim : mirror->at.head.size;
}

/* --- heads that are shown */

static struct shown *
missed_of(struct mirror *mirror, uint64_t size)
{
	for (size_t i = 0; i < MISSED_MAX; i++)
		if (mirror->missed[i].head.size == size)
			return &mirror->missed[i];
	return NULL;
}

static const struct shown *
of_that_size(struct mirror *mirror, uint64_t size)
{
	if (mirror->at.head.size == size)
		return &mirror->at;
	if (mirror->aim.head.size == size)
		return &mirror->aim;
	if (mirror->seen.head.size == size)
		return &mirror->seen;
	for (size_t i = 0; i < MIRROR_HEADS_MAX; i++)
		if (mirror->waiting[i].head.size == size)
			return &mirror->waiting[i];
	return missed_of(mirror, size);
}

/* Into a free row, or over the smallest: the largest say most. */
static bool
put_waiting(struct mirror *mirror, struct shown *shown)
{
	struct shown *smallest = &mirror->waiting[0];

	for (size_t i = 1; i < MIRROR_HEADS_MAX; i++)
		if (mirror->waiting[i].head.size < smallest->head.size)
			smallest = &mirror->waiting[i];
	if (smallest->head.size >= shown->head.size)
		return false;
	mirror_move_head(smallest, shown);
	return true;
}

static enum err
weigh(struct mirror *mirror, struct shown *shown, enum mirror_result *result, struct fork *fork)
{
	const struct shown *known = of_that_size(mirror, shown->head.size);
	struct shown *missed = missed_of(mirror, shown->head.size);
	bool is_smaller = shown->head.size < mirror->at.head.size;

	*result = MIRROR_KNOWN;
	if (known && hash_equal(&known->head.root, &shown->head.root)) {
		if (known == missed && put_waiting(mirror, missed)) /* tried again */
			*result = MIRROR_TAKEN;
		if (is_smaller)
			*result = MIRROR_SHRUNK;
		return ERR_OK;
	}
	if (known) {
		*result = MIRROR_FORKED;
		return fork_of_one_size(fork, &mirror->key, out_view(&known->note),
					out_view(&shown->note));
	}
	if (put_waiting(mirror, shown))
		*result = is_smaller ? MIRROR_SHRUNK : MIRROR_TAKEN;
	return ERR_OK;
}

enum err
mirror_show(struct mirror *mirror, struct span note, enum mirror_result *result, struct fork *fork)
{
	struct shown shown = {.note = out_new(NOTE_MAX)};
	enum err err =
	    mirror->is_reader ? ERR_REFUSED : mirror_read_head(&mirror->key, note, &shown);

	*result = MIRROR_STRANGE;
	if (err == ERR_OK && shown.head.size > 0 && shown.head.size <= MIRROR_LEAVES_MAX)
		err = weigh(mirror, &shown, result, fork);
	else if (err == ERR_FORMAT || (err == ERR_REFUSED && !mirror->is_reader))
		err = ERR_OK;
	out_free(&shown.note);
	return err;
}
