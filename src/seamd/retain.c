/*
 * Promises that what is kept for a time is erased when that is over, a few records at a turn, and
 * that nothing of it is left: not in the journal, the outbox, the picture, a preview.  What is held
 * with a reason stays until the hold ends, what tells of harm to civilians until its item is
 * closed. The picture loses a record before the journal does, so whatever is cut off is done again
 * by the next turn.
 */
#include "seamd/core.h"

#include "admit/admit.h"
#include "admit/keyring.h"
#include "journal/journal.h"
#include "journal/shelf.h"
#include "model/lint.h"
#include "picture/picture.h"
#include "release/policy.h"
#include "seamd/hold.h"
#include "seamd/reread.h"

#include <stdio.h>
#include <string.h>

enum { TURN_RECORDS = 64, TURN_MS = 200, POST_DAYS = 30, TEXT_MAX = 200 };

static const int64_t DAY_MS = 24 * 3600 * 1000, HOUR_MS = 3600 * 1000;

/* ---- how long ---- */

/* The sooner of two ends; 0 is none. */
static int64_t
sooner(int64_t a, int64_t b)
{
	return a == 0 || (b != 0 && b < a) ? b : a;
}

/* The moment behind a time: what is named is part of it. */
static int64_t
end_of(const struct when *when)
{
	if (when->precision == WHEN_MINUTE)
		return when->to_ms + HOUR_MS / 60;
	return when->to_ms + (when->precision == WHEN_HOUR ? HOUR_MS : DAY_MS);
}

/* By the table of kinds: days from a moment, for a humanitarian notice from the end of its window.
 */
static int64_t
end_by_kind(const struct record *record, int64_t from_ms)
{
	const struct value *window = &record->field[FIELD_WINDOW];
	int64_t keep_ms = kind_row(record->kind)->keep_days * DAY_MS;

	if (record->kind == KIND_CIVIL && window->is_set)
		from_ms = end_of(&window->when);
	return keep_ms ? from_ms + keep_ms : 0;
}

/* A foreign record's filing where it was disclosed, else the making of the delivery. */
static int64_t
begun_ms(const struct take *take, int64_t now_ms)
{
	int64_t begun = take->record->filed_ms;

	if (begun == 0 && take->delivery)
		begun = take->delivery->sent_ms;
	return begun > 0 && begun < now_ms ? begun : now_ms;
}

/* By its own configuration, or by what its party's root says of it. */
static bool
is_post(const struct core *core)
{
	const struct keynote *note = keyring_station(core->keyring, &core->kid.station);

	return core->config->post || (note && note->is_post);
}

int64_t
retain_until(struct core *core, const struct take *take)
{
	const struct policy *policy = core_policy(core, 0);
	int64_t now_ms = core_now(core);
	int64_t keep_ms = policy ? policy_keep_ms(policy, take->record->kind) : 0;
	int64_t until_ms = keep_ms ? now_ms + keep_ms : end_by_kind(take->record, now_ms);

	/* A copy stays no longer than the kind does where it was filed; nobody's policy keeps a
	 * humanitarian notice longer. */
	if (!take->is_own)
		until_ms = sooner(until_ms, end_by_kind(take->record, begun_ms(take, now_ms)));
	if (take->record->kind == KIND_CIVIL)
		until_ms = sooner(until_ms, end_by_kind(take->record, now_ms));
	if (is_post(core) && !take->is_own)
		until_ms = sooner(until_ms, now_ms + POST_DAYS * DAY_MS);
	return until_ms;
}

/* ---- what stays beyond its date ---- */

struct newest {
	const struct journal_record *like;
	struct hash id;
};

static bool
note_newest(void *context, const struct journal_record *row)
{
	struct newest *newest = context;

	if (span_equal(row->origin, newest->like->origin) &&
	    span_equal(row->kind, newest->like->kind))
		newest->id = row->id;
	return true;
}

/* Whether the newest version of what that record is a version of was closed with an outcome. */
static bool
is_closed(struct core *core, const struct journal_record *row)
{
	struct newest newest = {row, row->id};
	struct record *record = arena_take(core->arena, sizeof *record);
	const struct value *state, *outcome;
	struct journal_record last;

	if (!record ||
	    journal_each_in_thread(core->journal, row->thread,
				   &(struct journal_walk){note_newest, &newest}) != ERR_OK)
		return false;
	if (core_read(core, &newest.id, &last, record) != ERR_OK)
		return false;
	state = &record->field[FIELD_STATE];
	outcome = &record->field[FIELD_OUTCOME];
	return state->is_set && state->code == STATE_CLOSED && outcome->is_set;
}

/* Losses are closed with their incident. */
static bool
is_open_harm(struct core *core, const struct hash *id)
{
	struct record *record = arena_take(core->arena, sizeof *record);
	struct journal_record row, incident;

	if (!record)
		return true;
	if (core_read(core, id, &row, record) != ERR_OK || !own_tells_of_harm(record))
		return false;
	if (record->kind == KIND_INCIDENT)
		return !is_closed(core, &row);
	return !record->field[FIELD_INCIDENT].is_set ||
	       journal_get(core->journal, &record->field[FIELD_INCIDENT].id, core->arena,
			   &incident) != ERR_OK ||
	       !is_closed(core, &incident);
}

/* Until when a record whose date has passed stays all the same, or is looked at again; 0: it goes.
 */
static int64_t
longer_ms(struct core *core, const struct hash *id, int64_t now_ms)
{
	struct hold hold;

	if (hold_of(core->journal, id, core->arena, &hold) != ERR_OK)
		return now_ms + HOUR_MS; /* a hold that cannot be read holds */
	if (hold.until_ms > now_ms)
		return hold.until_ms;
	return is_open_harm(core, id) ? now_ms + HOUR_MS : 0;
}

static enum err
keep_until(struct core *core, const struct hash *id, int64_t until_ms)
{
	enum err err = journal_begin(core->journal);

	if (err == ERR_OK)
		err = journal_keep(core->journal, id, until_ms);
	/* The picture has no part in this. */
	if (err == ERR_OK)
		err = journal_commit(core->journal);
	if (err != ERR_OK)
		journal_rollback(core->journal);
	return err;
}

/* ---- the turn ---- */

static enum err
expire(struct core *core, const struct hash *id)
{
	enum err err = core->picture ? picture_erase(core->picture, id) : ERR_OK;

	if (err != ERR_OK && err != ERR_BUSY && err != ERR_NOT_FOUND)
		return err;
	err = journal_erase(core->journal, id);
	if (err == ERR_BUSY) { /* done, but a reader holds old pages */
		core->half_erased = *id;
		core->is_half_erased = true;
		err = ERR_OK;
	}
	return err;
}

struct due {
	struct hash ids[TURN_RECORDS];
	size_t n;
};

static bool
gather(void *context, const struct journal_record *row)
{
	struct due *due = context;

	due->ids[due->n++] = row->id;
	return due->n < TURN_RECORDS;
}

static void
finish_half(struct core *core)
{
	if (core->is_half_erased && journal_erase(core->journal, &core->half_erased) == ERR_OK)
		core->is_half_erased = false;
}

void
retain_due(struct core *core)
{
	struct due due = {.n = 0};
	int64_t begun_at = role_now_ms();
	int64_t now_ms = core_now(core);
	size_t gone = 0;
	enum err err;

	/* A picture that is being folded would put back what is read already. */
	if (core->picture && core->is_folding)
		return;
	finish_half(core);
	err = journal_each_expired(core->journal, now_ms, &(struct journal_walk){gather, &due});
	for (size_t i = 0; i < due.n && err == ERR_OK && role_now_ms() - begun_at < TURN_MS; i++) {
		int64_t longer;

		arena_reset(core->arena);
		longer = longer_ms(core, &due.ids[i], now_ms);
		err = longer ? keep_until(core, &due.ids[i], longer) : expire(core, &due.ids[i]);
		gone += !longer && err == ERR_OK;
	}
	if (gone) {
		preview_free(core);
		role_log("core", "note", "%zu records were erased: their time was over", gone);
	}
	if (err != ERR_OK)
		role_log("core", "alert", "records whose time is over could not be erased: %s",
			 err_text(err));
}

/* ---- to hold one ---- */

/* One line of plain words, without what should stand nowhere. */
static const char *
fault_of(struct span reason, char text[TEXT_MAX])
{
	struct lint found[LINT_MAX];
	size_t n;

	if (reason.n == 0)
		return "say why it is held";
	if (!span_is_plain_text(reason) || span_find(reason, '\n') >= 0)
		return "a reason is one line of plain text";
	n = lint_text(reason, FIELD_PLACE_LEVELS, found);
	for (size_t i = 0; i < n; i++)
		if (lint_stops(found[i].kind)) {
			(void)snprintf(text, TEXT_MAX, "the reason holds %s",
				       lint_words(found[i].kind));
			return text;
		}
	return NULL;
}

static enum err
put_hold(struct core *core, const struct hold *hold, const struct journal_record *row,
	 int64_t before_ms)
{
	char name[HASH_TEXT_SIZE];
	struct out text = out_new(HOLD_TEXT_MAX);
	struct shelf shelf = {
	    .class = SPAN(HOLD_CLASS), .version = hold->version, .at_ms = core_now(core)};
	enum err err;

	hash_text(name, &hold->id);
	hold_write(&text, hold);
	shelf.name = span_of(name);
	shelf.text = out_view(&text);
	err = out_err(&text);
	if (err == ERR_OK)
		err = journal_begin(core->journal);
	if (err == ERR_OK)
		err = shelf_put(core->journal, &shelf);
	/* Its own date had passed and the hold stood in its place: the new one does now. */
	if (err == ERR_OK && row->keep_until_ms && row->keep_until_ms == before_ms)
		err = journal_keep(core->journal, &hold->id,
				   hold->until_ms > shelf.at_ms ? hold->until_ms : shelf.at_ms);
	if (err == ERR_OK)
		err = journal_commit(core->journal);
	if (err != ERR_OK)
		journal_rollback(core->journal);
	out_free(&text);
	return err;
}

/* WHY_NONE, with what the hold becomes and what it was. */
static enum why
check_hold(struct core *core, struct hold *hold, struct journal_record *row, int64_t *before_ms,
	   const char **text, char room[TEXT_MAX])
{
	int64_t now_ms = core_now(core);
	struct hold before;
	enum err err = journal_get(core->journal, &hold->id, core->arena, row);

	*text = NULL;
	if (err != ERR_OK || row->is_erased)
		return err == ERR_NOT_FOUND ? WHY_NO_TARGET : WHY_ERASED;
	if (hold->until_ms > now_ms + HOLD_DAYS_MAX * DAY_MS) {
		*text = "a hold ends within a year: hold it again then";
		return WHY_BAD_TIME;
	}
	if (hold->until_ms > now_ms || hold->reason.n)
		*text = fault_of(hold->reason, room);
	if (*text)
		return WHY_BAD_VALUE;
	if (hold_of(core->journal, &hold->id, core->arena, &before) != ERR_OK)
		before = (struct hold){.version = 0};
	*before_ms = before.until_ms;
	hold->version = before.version + 1;
	return WHY_NONE;
}

void
retain_hold(struct core *core, const struct act *act, struct cursor *cursor)
{
	struct core_who who;
	struct hold hold = {.version = 0};
	struct journal_record row;
	char room[TEXT_MAX];
	const char *text = NULL;
	int64_t before_ms = 0;
	struct span bytes;
	enum why why = core_who(core, cursor, DUTY_DIRECT, &who);
	enum err err = ERR_OK;

	if (why == WHY_NO_DUTY)
		text = who.lack;
	bytes = cursor_bytes(cursor, HASH_SIZE);
	hold.reason = span_trim(cursor_span(cursor, LIMIT_LINE_TEXT));
	hold.until_ms = cursor_i64(cursor);
	if (why == WHY_NONE && !cursor_is_done(cursor))
		why = WHY_BAD_FORM;
	if (why == WHY_NONE) {
		memcpy(hold.id.b, bytes.p, HASH_SIZE);
		hold.duty = span_of(who.duty);
		why = check_hold(core, &hold, &row, &before_ms, &text, room);
	}
	if (why == WHY_NONE)
		err = put_hold(core, &hold, &row, before_ms);
	if (why != WHY_NONE)
		core_refuse(core, act, why, 0, text);
	else if (err != ERR_OK)
		core_fail(core, act, err, NULL);
	else
		core_done(core, act, hold.until_ms, "");
}
