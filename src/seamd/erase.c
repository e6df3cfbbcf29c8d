/*
 * Promises that an erasure that is written in the journal is carried out, whenever the process
 * ends: what is about to be erased stands in HOME/erasing, "TARGET ERASURE" a line, from before the
 * words are durable until the keys are gone.
 */
#include "seamd/core.h"

#include "journal/journal.h"
#include "picture/picture.h"

#include <string.h>
#include <unistd.h>

enum { NOTE_TEXT_MAX = LIMIT_BATCH * 2 * HASH_TEXT_SIZE };

static bool
is_erasure(const struct take *take)
{
	return take->why == WHY_NONE && take->err == ERR_OK && !take->is_duplicate &&
	       !take->is_receipt && take->record->kind == KIND_ERASE &&
	       take->record->field[FIELD_RE].is_set;
}

/* One's own station's words alone erase. */
static bool
is_of(struct core *core, const struct hash *target, struct span station)
{
	struct journal_record row;

	return journal_get(core->journal, target, core->arena, &row) == ERR_OK &&
	       span_equal(row.origin, station);
}

bool
erase_record(struct core *core, const struct hash *target)
{
	enum err err = journal_erase(core->journal, target);

	if (err != ERR_OK)
		role_log("core", "warn",
			 "an erasure must be finished later: a reader holds old pages");
	if (core->is_folding)
		fold_again(core);
	else if (core->picture && picture_erase(core->picture, target) == ERR_BUSY)
		role_log("core", "warn", "traces of an erased record remain until readers let go");
	preview_free(core);
	return err == ERR_OK;
}

static enum err
note_path(const struct core *core, char path[FILE_PATH_MAX])
{
	return config_path(core->config, "erasing", path, FILE_PATH_MAX);
}

/* Whoever asked is told when it is done; what is another's to erase is not, and no word is owed. */
static enum err
owe_word(struct core *core, const struct take *take)
{
	const struct hash *target = &take->record->field[FIELD_RE].id;

	if (take->is_own || (journal_has(core->journal, target) &&
			     !is_of(core, target, span_of(take->record->station.name))))
		return ERR_OK;
	return erased_owe(core, take);
}

enum err
erase_note(struct core *core, const struct take *batch, size_t n)
{
	struct out text = out_new(NOTE_TEXT_MAX);
	char path[FILE_PATH_MAX];
	enum err err = ERR_OK;

	for (size_t i = 0; i < n; i++) {
		char target[HASH_TEXT_SIZE];
		char id[HASH_TEXT_SIZE];

		if (!is_erasure(&batch[i]))
			continue;
		hash_text(target, &batch[i].record->field[FIELD_RE].id);
		hash_text(id, &batch[i].id);
		out_format(&text, "%s %s\n", target, id);
		if (err == ERR_OK)
			err = owe_word(core, &batch[i]);
	}
	if (err == ERR_OK && text.n)
		err = note_path(core, path);
	if (err == ERR_OK && text.n)
		err = out_err(&text) == ERR_OK ? file_write(path, out_view(&text), 0600)
					       : out_err(&text);
	out_free(&text);
	return err;
}

/* The erasure came before what it erases. */
static bool
is_erased_before(struct core *core, const struct take *take)
{
	struct picture_row row;

	return !take->is_own && take->delivery && take->why == WHY_NONE && take->err == ERR_OK &&
	       core->picture &&
	       picture_record(core->picture, &take->id, core->arena, &row) == ERR_OK &&
	       row.is_erased;
}

void
erase_now(struct core *core, const struct take *batch, size_t n)
{
	char path[FILE_PATH_MAX];
	bool is_noted = false;
	bool is_done = true;

	for (size_t i = 0; i < n; i++) {
		const struct take *take = &batch[i];

		if (is_erased_before(core, take))
			(void)erase_record(core, &take->id);
		if (!is_erasure(take))
			continue;
		is_noted = true;
		if (is_of(core, &take->record->field[FIELD_RE].id,
			  span_of(take->record->station.name)))
			is_done = erase_record(core, &take->record->field[FIELD_RE].id) && is_done;
	}
	if (is_noted && is_done && note_path(core, path) == ERR_OK)
		(void)unlink(path);
}

static bool
finish_one(struct core *core, struct span line)
{
	struct record *record = arena_take(core->arena, sizeof *record);
	struct journal_record row;
	struct hash target;
	struct hash id;
	struct span word;

	if (!span_split(&line, ' ', &word) || !hash_read(word, &target) || !hash_read(line, &id))
		return true;
	/* Only what was written counts: the batch may have been lost. */
	if (!record || core_read(core, &id, &row, record) != ERR_OK || record->kind != KIND_ERASE ||
	    !hash_equal(&record->field[FIELD_RE].id, &target) || !is_of(core, &target, row.origin))
		return true;
	role_log("core", "note", "an erasure is finished that was cut off");
	return erase_record(core, &target);
}

void
erase_finish(struct core *core)
{
	struct out text = out_new(NOTE_TEXT_MAX);
	char path[FILE_PATH_MAX];
	struct span rest;
	struct span line;
	bool is_done = true;

	if (note_path(core, path) == ERR_OK && file_read(path, &text) == ERR_OK) {
		rest = out_view(&text);
		arena_reset(core->arena);
		while (rest.n && span_split(&rest, '\n', &line))
			is_done = finish_one(core, line) && is_done;
		if (is_done)
			(void)unlink(path);
	}
	out_free(&text);
}
