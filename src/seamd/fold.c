/*
 * Promises that the picture holds what the journal holds: what is missing is folded in parts
 * between other work, and the whole is thrown away and folded anew when it is not certain that the
 * picture belongs to this journal.
 */
#include "seamd/core.h"

#include "admit/admit.h"
#include "admit/keyring.h"
#include "journal/inbox.h"
#include "journal/journal.h"
#include "journal/outbox.h"
#include "model/claim.h"
#include "picture/picture.h"
#include "seamd/reread.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { PART = 4000, NOTE_TEXT_MAX = 512, RECORD_ARENA = ADMIT_ARENA };

/* RUN/folded: how far the picture is, and of which journal: "SEQ ORIGIN KEY". */
static void
note_text(const struct core *core, int64_t seq, struct out *text)
{
	out_format(text, "%lld %s %08x\n", (long long)seq, journal_origin(core->journal),
		   journal_key(core->journal)->id);
}

void
fold_note(struct core *core)
{
	struct out text = out_new(NOTE_TEXT_MAX);
	char path[FILE_PATH_MAX];

	note_text(core, core->folded_seq, &text);
	if (!core->is_folding && core->folded_seq != core->noted_seq &&
	    file_path(path, sizeof path, core->run_dir, "folded") == ERR_OK &&
	    file_write(path, out_view(&text), 0600) != ERR_OK)
		role_log("core", "note", "the picture will be folded anew at the next start");
	core->noted_seq = core->folded_seq;
	out_free(&text);
}

/* How far the picture left by an earlier life is; 0 when it cannot be trusted to be of this
 * journal. */
static int64_t
read_note(struct core *core)
{
	struct out text = out_new(NOTE_TEXT_MAX);
	struct out wanted = out_new(NOTE_TEXT_MAX);
	struct journal_counts counts;
	char path[FILE_PATH_MAX];
	struct span number;
	struct span rest;
	int64_t seq = 0;

	if (file_path(path, sizeof path, core->run_dir, "folded") == ERR_OK &&
	    file_read(path, &text) == ERR_OK) {
		rest = out_view(&text);
		if (span_split(&rest, ' ', &number) && span_int(number, 0, INT64_MAX / 2, &seq)) {
			note_text(core, seq, &wanted);
			if (!span_equal(out_view(&wanted), out_view(&text)) ||
			    journal_count(core->journal, &counts) != ERR_OK ||
			    seq > (int64_t)counts.records)
				seq = 0;
		}
	}
	(void)unlink(path);
	out_free(&text);
	out_free(&wanted);
	return seq;
}

enum err
fold_put(struct core *core, const struct record *record, const struct hash *id, int64_t position,
	 int64_t arrived_ms)
{
	struct picture_item item = {.id = *id,
				    .record = record,
				    .position = position,
				    .filed_ms = record->filed_ms,
				    .arrived_ms = arrived_ms};

	return picture_put(core->picture, &item);
}

struct folding {
	struct core *core;
	struct arena *arena;
	struct record *record;
	size_t n;
	enum err err;
};

static bool
first_counter(void *context, const struct inbox *inbox)
{
	int64_t *position = context;

	if (*position == 0 || inbox->counter < *position)
		*position = inbox->counter;
	return true;
}

static bool
put_state(void *context, const struct outbox *outbox)
{
	static const enum picture_state states[OUTBOX_STATE_COUNT] = {
	    [OUTBOX_WAITING] = PICTURE_STATE_HELD_BACK, [OUTBOX_HELD] = PICTURE_STATE_HELD_BACK,
	    [OUTBOX_QUEUED] = PICTURE_STATE_QUEUED,     [OUTBOX_EXPORTED] = PICTURE_STATE_EXPORTED,
	    [OUTBOX_ARRIVED] = PICTURE_STATE_ARRIVED,   [OUTBOX_TOLD] = PICTURE_STATE_TOLD,
	    [OUTBOX_DROPPED] = PICTURE_STATE_HELD_BACK};
	struct folding *folding = context;
	struct party party;

	if (outbox->state == OUTBOX_DROPPED || !party_read(outbox->party, &party))
		return true;
	folding->err = picture_state_put(folding->core->picture, &outbox->record, &party,
					 states[outbox->state], outbox->changed_ms,
					 outbox->state == OUTBOX_WAITING ? WHY_NOT_YET
					 : outbox->state == OUTBOX_HELD  ? WHY_NEEDS_OFFICERS
									 : WHY_NONE);
	return folding->err == ERR_OK;
}

static bool
fold_row(void *context, const struct journal_record *row)
{
	struct folding *folding = context;
	struct core *core = folding->core;
	int64_t position = row->epoch << 40 | row->leaf;

	arena_reset(folding->arena);
	folding->err = reread_record(row, core->keyring, folding->arena, folding->record);
	if (folding->err == ERR_OK && !row->is_own) {
		position = 0;
		folding->err = inbox_each_of(core->journal, &row->id,
					     &(struct inbox_walk){first_counter, &position});
	}
	if (folding->err == ERR_OK) {
		struct picture_item item = {.id = row->id,
					    .record = folding->record,
					    .position = position,
					    .filed_ms = folding->record->filed_ms,
					    .arrived_ms = row->received_ms,
					    .flags = row->is_erased ? PICTURE_ERASED : 0};

		folding->err = picture_put(core->picture, &item);
	}
	if (folding->err == ERR_OK && row->is_own)
		folding->err = outbox_each_of(core->journal, &row->id,
					      &(struct outbox_walk){put_state, folding});
	if (folding->err == ERR_OK)
		core->folded_seq = row->seq;
	return folding->err == ERR_OK && ++folding->n < PART;
}

static enum err
fold_part(struct core *core, size_t *n)
{
	struct folding folding = {.core = core, .arena = arena_new(RECORD_ARENA)};
	enum err err;

	folding.record = calloc(1, sizeof *folding.record);
	err = folding.arena && folding.record ? picture_begin(core->picture) : ERR_NOMEM;
	if (err == ERR_OK) {
		err = journal_each(core->journal, core->folded_seq,
				   &(struct journal_walk){fold_row, &folding});
		if (err == ERR_OK)
			err = folding.err;
		if (err == ERR_OK)
			err = picture_commit(core->picture);
		if (err != ERR_OK)
			picture_rollback(core->picture);
	}
	*n = folding.n;
	free(folding.record);
	arena_free(folding.arena);
	return err;
}

bool
fold_some(struct core *core)
{
	int64_t before = core->folded_seq;
	size_t n = 0;
	enum err err;

	if (!core->is_folding || !core->picture)
		return false;
	err = fold_part(core, &n);
	if (err != ERR_OK) {
		core->folded_seq = before;
		role_log("core", "warn", "the picture is behind: %s", err_text(err));
		return false;
	}
	if (n == PART)
		return true;
	core->is_folding = false;
	return false;
}

void
fold_start(struct core *core)
{
	enum err err;

	core->folded_seq = read_note(core);
	if (core->folded_seq == 0 && picture_remove(core->run_dir) != ERR_OK)
		role_log("core", "warn", "an old picture could not be removed");
	err = picture_open(core->run_dir, PICTURE_WRITE, &core->kid.station, &core->picture);
	if (err == ERR_FORMAT || err == ERR_CORRUPT) {
		core->folded_seq = 0;
		if (picture_remove(core->run_dir) == ERR_OK)
			err = picture_open(core->run_dir, PICTURE_WRITE, &core->kid.station,
					   &core->picture);
	}
	if (err != ERR_OK)
		role_log("core", "alert", "no picture in %s: %s", core->run_dir, err_text(err));
	core->is_folding = true;
}
