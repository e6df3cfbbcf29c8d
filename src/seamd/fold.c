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

#include <stdlib.h>
#include <string.h>

enum { LATE_MS = 600 * 1000, PART = 500, RECORD_ARENA = ADMIT_ARENA };

struct looking {
	struct core *core;
	int64_t seq;
	bool is_there;
};

static bool
is_in_picture(void *context, const struct journal_record *row)
{
	struct looking *looking = context;
	struct picture_row held;

	looking->is_there =
	    row->seq == looking->seq &&
	    picture_record(looking->core->picture, &row->id, looking->core->arena, &held) == ERR_OK;
	return false;
}

/* How far the picture of an earlier life is: its mark, if the record of that number is in it.  A
 * journal that was restored to an older state has no such record. */
static int64_t
trusted_mark(struct core *core)
{
	struct looking looking = {.core = core};

	if (picture_mark(core->picture, &looking.seq) != ERR_OK || looking.seq <= 0)
		return 0;
	if (journal_each(core->journal, looking.seq - 1,
			 &(struct journal_walk){is_in_picture, &looking}) != ERR_OK)
		return 0;
	arena_reset(core->arena);
	return looking.is_there ? looking.seq : 0;
}

/* When it was filed; where that was not released, the time it tells of, known to the hour at least.
 */
static int64_t
began_ms(const struct record *record)
{
	const struct value *when = &record->field[FIELD_WHEN];
	const struct value *window = &record->field[FIELD_WINDOW];

	if (record->filed_ms > 0)
		return record->filed_ms;
	if (when->is_set && when->when.precision <= WHEN_HOUR)
		return when->when.to_ms;
	return window->is_set && window->when.precision <= WHEN_HOUR ? window->when.from_ms : 0;
}

/* A live link brings a record within moments; what came much later waited for a link, a stick or an
 * officer. */
static unsigned
late_flag(const struct core *core, const struct record *record, int64_t arrived_ms)
{
	bool is_own = station_equal(&record->station, &core->kid.station);
	int64_t began = began_ms(record);

	return !is_own && began > 0 && arrived_ms - began > LATE_MS ? PICTURE_LATE : 0;
}

enum err
fold_put(struct core *core, const struct record *record, const struct hash *id, int64_t position,
	 int64_t arrived_ms)
{
	struct picture_item item = {.id = *id,
				    .record = record,
				    .position = position,
				    .filed_ms = record->filed_ms,
				    .arrived_ms = arrived_ms,
				    .flags = late_flag(core, record, arrived_ms)};

	return picture_put(core->picture, &item);
}

struct folding {
	struct core *core;
	struct arena *arena;
	struct record *record;
	struct party given[LIMIT_PARTIES]; /* who has a row in the outbox for this record */
	size_t given_n;
	size_t unread; /* rows that nobody's key known here explains */
	size_t n;
	enum err err;
};

static bool
first_counter(void *context, const struct inbox *inbox)
{
	int64_t *counter = context;

	if (*counter == 0 || inbox->counter < *counter)
		*counter = inbox->counter;
	return true;
}

/* The reason that a row of the outbox keeps as its sentence. */
static enum why
why_of(const struct outbox *outbox)
{
	return why_find_text(outbox->reason.n ? outbox->reason.p : "", outbox->reason.n,
			     outbox->state == OUTBOX_HELD ? WHY_NEEDS_OFFICERS : WHY_NONE);
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
	enum why why = WHY_NONE;
	struct party party;

	if (!party_read(outbox->party, &party))
		return true;
	if (folding->given_n < LIMIT_PARTIES)
		folding->given[folding->given_n++] = party;
	if (states[outbox->state] == PICTURE_STATE_HELD_BACK)
		why = outbox->state == OUTBOX_WAITING ? WHY_NOT_YET : why_of(outbox);
	if (outbox->state == OUTBOX_DROPPED && (why == WHY_NONE || why == WHY_GIVEN))
		return true; /* sent, given already, erased: another row or nothing says more */
	folding->err = picture_state_put(folding->core->picture, &outbox->record, &party,
					 states[outbox->state], outbox->changed_ms, why);
	return folding->err == ERR_OK;
}

/* A party without a row in the outbox: no rule gave it anything. */
static void
put_states(struct folding *folding, const struct hash *id)
{
	const struct members *members = keyring_members(folding->core->keyring);

	folding->given_n = 0;
	folding->err = outbox_each_of(folding->core->journal, id,
				      &(struct outbox_walk){put_state, folding, true});
	if (kind_row(folding->record->kind)->nature == KIND_NATURE_HOUSE)
		return;
	for (unsigned i = 0; i < members->n && folding->err == ERR_OK; i++) {
		const struct party *party = &members->member[i].party;
		bool is_given = party_equal(party, &folding->core->own);

		for (size_t k = 0; k < folding->given_n; k++)
			is_given = is_given || party_equal(party, &folding->given[k]);
		if (!is_given)
			folding->err = picture_state_put(folding->core->picture, id, party,
							 PICTURE_STATE_HELD_BACK,
							 folding->record->filed_ms, WHY_NO_RULE);
	}
}

static bool
fold_row(void *context, const struct journal_record *row)
{
	struct folding *folding = context;
	struct core *core = folding->core;
	int64_t counter = 0;

	arena_reset(folding->arena);
	folding->err = reread_record(row, core->keyring, folding->arena, folding->record);
	if (folding->err == ERR_CORRUPT) { /* of a party that has left: the rest must not wait */
		folding->unread++;
		folding->err = ERR_OK;
		core->folded_seq = row->seq;
		return ++folding->n < PART;
	}
	if (folding->err == ERR_OK && !row->is_own && row->leaf < 0)
		folding->err = inbox_each_of(core->journal, &row->id,
					     &(struct inbox_walk){first_counter, &counter});
	if (folding->err == ERR_OK) {
		struct picture_item item = {
		    .id = row->id,
		    .record = folding->record,
		    .position = reread_position(row, folding->record, counter, folding->arena),
		    .filed_ms = folding->record->filed_ms,
		    .arrived_ms = row->received_ms,
		    .flags = late_flag(core, folding->record, row->received_ms) |
			     (row->is_erased ? PICTURE_ERASED : 0)};

		folding->err = picture_put(core->picture, &item);
	}
	if (folding->err == ERR_OK && row->is_own)
		put_states(folding, &row->id);
	if (folding->err == ERR_OK)
		core->folded_seq = row->seq;
	return folding->err == ERR_OK && ++folding->n < PART;
}

static enum err
fold_part(struct core *core, size_t *n)
{
	struct folding folding = {.core = core, .arena = arena_new(RECORD_ARENA)};
	enum err err = ERR_NOMEM;

	folding.record = calloc(1, sizeof *folding.record);
	if (folding.arena && folding.record)
		err = journal_each(core->journal, core->folded_seq,
				   &(struct journal_walk){fold_row, &folding});
	if (err == ERR_OK)
		err = folding.err;
	*n = folding.n;
	if (folding.unread)
		role_log("core", "warn", "%zu records cannot be read and are not in the picture",
			 folding.unread);
	free(folding.record);
	arena_free(folding.arena);
	return err;
}

/* What became of releases while the picture could not be told: their rows are looked at once more.
 */
static enum err
put_missed(struct core *core)
{
	struct folding folding = {.core = core};
	enum err err = ERR_OK;

	if (!core->has_missed)
		return ERR_OK;
	for (enum outbox_state state = 0; state < OUTBOX_STATE_COUNT && err == ERR_OK; state++) {
		folding.given_n = 0;
		err = outbox_each_in(core->journal, state,
				     &(struct outbox_walk){put_state, &folding, true});
		if (err == ERR_OK)
			err = folding.err;
	}
	return err;
}

static enum err
open_anew(struct core *core)
{
	picture_close(core->picture);
	core->picture = NULL;
	core->is_bulk = false;
	core->is_new_file = true;
	core->folded_seq = 0;
	if (picture_remove(core->run_dir) != ERR_OK)
		role_log("core", "warn", "an old picture could not be removed");
	return picture_open(core->run_dir, PICTURE_WRITE, &core->kid.station, &core->picture);
}

/*
 * A new picture is folded in one transaction, which builds its indexes at the end, ten times faster
 * than part by part; the transaction stays open while the loop serves between the parts.  What an
 * older picture lacks is added part by part, each in its own.
 */
static enum err
fold_turn(struct core *core, bool *is_whole)
{
	bool is_new = core->folded_seq == 0;
	enum err err = core->is_bulk ? ERR_OK : picture_begin(core->picture);
	size_t n = 0;

	if (err != ERR_OK)
		return err;
	core->is_bulk = core->is_bulk || is_new;
	err = fold_part(core, &n);
	*is_whole = err == ERR_OK && n < PART;
	if (*is_whole)
		err = put_missed(core);
	if (err == ERR_OK && (*is_whole || !core->is_bulk)) {
		err = picture_mark_put(core->picture, core->folded_seq);
		if (err == ERR_OK)
			err = picture_commit(core->picture);
		if (err == ERR_OK)
			core->is_bulk = false;
	}
	return err;
}

/* A transaction that is open over many turns shows nothing to anybody yet. */
uint64_t
fold_behind(struct core *core)
{
	struct journal_counts counts = {0};
	uint64_t shown = core->is_bulk || !core->picture ? 0 : (uint64_t)core->folded_seq;

	if ((!core->is_folding && core->picture) || journal_count(core->journal, &counts) != ERR_OK)
		return 0;
	return counts.records > shown ? counts.records - shown : 0;
}

/* Said once for each reason; the gates hear of it each time: one may have come meanwhile. */
void
fold_failed(struct core *core, enum err err)
{
	bool is_known = core->behind_why == err;

	core->behind_why = err;
	core_tell_web(core, false);
	if (!is_known)
		role_log("core", "warn", "the picture is behind by %llu records: %s",
			 (unsigned long long)core->behind, err_text(err));
}

/* A station without a picture tries again to make one. */
static enum err
open_missing(struct core *core)
{
	return core->picture || !core->is_folding ? ERR_OK : open_anew(core);
}

bool
fold_some(struct core *core)
{
	int64_t before;
	bool is_whole = false;
	enum err err;

	if (!core->is_folding)
		return false;
	err = open_missing(core);
	if (err != ERR_OK) {
		fold_failed(core, err);
		return false;
	}
	before = core->folded_seq;
	err = fold_turn(core, &is_whole);
	if (err != ERR_OK) {
		picture_rollback(core->picture);
		core->folded_seq = core->is_bulk ? 0 : before;
		core->is_bulk = false;
		fold_failed(core, err);
		return false;
	}
	core->behind_why = ERR_OK;
	if (!is_whole) {
		core_tell_web(core, false);
		return true;
	}
	core->is_folding = false;
	core->has_missed = false;
	core->written_seq = core->folded_seq;
	core_tell_web(core, core->is_new_file);
	core->is_new_file = false;
	return false;
}

void
fold_again(struct core *core)
{
	if (core->is_bulk)
		picture_rollback(core->picture);
	if (open_anew(core) != ERR_OK)
		role_log("core", "alert", "no picture in %s", core->run_dir);
	core->is_folding = true;
}

void
fold_start(struct core *core)
{
	const char *warning = journal_warning(core->journal);
	enum err err =
	    picture_open(core->run_dir, PICTURE_WRITE, &core->kid.station, &core->picture);

	if (warning[0])
		role_log("core", "warn", "%s", warning);
	if (err == ERR_FORMAT || err == ERR_CORRUPT)
		err = open_anew(core);
	if (err == ERR_OK) {
		core->folded_seq = trusted_mark(core);
		if (core->folded_seq == 0)
			err = open_anew(core);
	}
	if (err != ERR_OK)
		role_log("core", "alert", "no picture in %s: %s", core->run_dir, err_text(err));
	core->is_folding = true;
}

void
fold_back(struct core *core)
{
	if (core->is_folding && core->widened_seq && core->widened_seq <= core->folded_seq)
		core->folded_seq = core->widened_seq - 1;
	core->widened_seq = 0;
}
