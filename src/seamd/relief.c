/*
 * Promises that no watch is handed over or closed while something red is unseen, and that one that
 * was handed over is taken over by another account than those that handed it over, whoever files:
 * the command line, a program, a file of rows. A record names duties; which account handed over is
 * kept beside the accounts alone.
 */
#include "seamd/core.h"

#include "journal/journal.h"
#include "picture/picture.h"
#include "picture/picture_unseen.h"

#include <string.h>

/* How the watch stands. */
struct relief {
	unsigned state; /* enum vocab_state; STATE_CLOSED before the first */
	struct span thread;
	bool has_id;
	struct hash id; /* of the newest record; one of the batch at hand has none yet */
};

enum { NAMED_MAX = 5, TEXT_MAX = 512 };

static const char alone[] = "; taken over by the account that handed over";

static enum err
read_picture(struct core *core, struct relief *now)
{
	struct picture_row row;
	enum err err =
	    picture_latest(core->picture, KIND_SHIFT, &core->kid.station, core->arena, &row);

	if (err == ERR_OK && row.record)
		*now =
		    (struct relief){row.record->field[FIELD_STATE].code, row.thread, true, row.id};
	return err == ERR_NOT_FOUND ? ERR_OK : err;
}

static enum err
find_standing(struct core *core, struct relief *now)
{
	*now = (struct relief){.state = STATE_CLOSED};
	if (core->relief) {
		*now = *core->relief;
		return ERR_OK;
	}
	/* What is not folded in yet may be the handover. */
	return core->picture && !core->is_folding ? read_picture(core, now) : ERR_BUSY;
}

static bool
names(const struct record *record, const struct relief *now)
{
	const struct value *cites = &record->field[FIELD_CITES];

	for (uint16_t i = 0; cites->is_set && now->has_id && i < cites->ids.n; i++)
		if (hash_equal(&cites->ids.id[i], &now->id))
			return true;
	return false;
}

/* One person alone may, and the record says so. */
static void
say_alone(struct core *core, struct take *take)
{
	struct value *text = &take->record->field[FIELD_TEXT];
	struct out out = out_new(LIMIT_FREE_TEXT);

	if (text->is_set)
		out_span(&out, text->text);
	out_text(&out, text->is_set ? alone : alone + 2);
	if (out_err(&out) != ERR_OK)
		take_refuse(take, WHY_TOO_LARGE, FIELD_TEXT, NULL);
	else
		*text = (struct value){
		    .is_set = true, .levels = 1, .text = arena_copy(core->arena, out_view(&out))};
	if (!text->text.p)
		take->err = ERR_NOMEM;
	out_free(&out);
}

/* Whoever ends a handover, by taking over or by closing, is not who handed over. */
static void
check_second(struct core *core, struct take *take, const struct relief *now, bool is_same_thread)
{
	bool is_same = true;
	enum err err =
	    duty_handed_over(core->duty, now->thread, span_of(take->who.account), &is_same);

	if (err == ERR_CORRUPT)
		take_refuse(take, WHY_ACCOUNTS_DAMAGED, FIELD_STATE, NULL);
	else if (err != ERR_OK)
		take->err = err;
	else if (is_same && !take->is_alone)
		take_refuse(take, WHY_TWO_ACCOUNTS, FIELD_STATE,
			    "this account handed the watch over: another takes it over; where one "
			    "person is alone: seam shift open --alone");
	else if (!is_same_thread && !names(take->record, now))
		take_refuse(take, WHY_MISSING_FIELD, FIELD_CITES,
			    "who takes over names the handover");
	else if (is_same)
		say_alone(core, take);
}

static void
say_unseen(struct core *core, struct take *take, const struct hash *ids, size_t n)
{
	struct out out = out_new(TEXT_MAX);
	char id[HASH_TEXT_SIZE];
	struct span text;

	out_format(&out,
		   "%s%zu red and seen by nobody here:", n == PICTURE_ROWS_MAX ? "at least " : "",
		   n);
	for (size_t i = 0; i < n && i < NAMED_MAX; i++) {
		hash_text(id, &ids[i]);
		out_format(&out, " %s", id);
	}
	if (n > NAMED_MAX)
		out_format(&out, " and %zu more (seam shift show)", n - NAMED_MAX);
	out_text(&out, ". Answer each, seen is enough (seam answer ID seen), then again");
	out_char(&out, '\0');
	text = out_err(&out) == ERR_OK ? arena_copy(core->arena, out_view(&out))
				       : (struct span){NULL, 0};
	out_free(&out);
	take_refuse(take, WHY_UNSEEN, FIELD_STATE, text.p);
}

/* What came in the same batch is not in the picture yet: it came a moment later. */
static enum err
find_unseen(struct core *core, struct hash **ids, size_t *n)
{
	const struct config *config = core->config;
	const struct course_clocks clocks = {config->watch_life_min, config->watch_red_min,
					     config->watch_yellow_min};

	return core->picture && !core->is_folding
		   ? picture_unseen(core->picture, &clocks, core_now(core), core->arena, ids, n)
		   : ERR_BUSY;
}

static void
check_unseen(struct core *core, struct take *take)
{
	struct hash *ids;
	size_t n;

	take->err = find_unseen(core, &ids, &n);
	if (take->err == ERR_OK && n > 0)
		say_unseen(core, take, ids, n);
}

/* Else a red alert would be gone before anybody saw it, and the watch free to go. */
static void
check_alert_seen(struct core *core, struct take *take)
{
	const struct hash *id = &take->record->field[FIELD_RE].id;
	struct hash *ids;
	size_t n;

	take->err = find_unseen(core, &ids, &n);
	for (size_t i = 0; take->err == ERR_OK && i < n; i++)
		if (hash_equal(&ids[i], id))
			take_refuse(take, WHY_UNSEEN, FIELD_RE,
				    "answer it first, seen is enough (seam answer ID seen), then "
				    "it is erased");
}

static void
check_step(struct core *core, struct take *take, struct span thread, const struct relief *now)
{
	unsigned state = take->record->field[FIELD_STATE].code;
	bool is_same_thread = thread.n && now->thread.n && span_equal(thread, now->thread);

	if (state != STATE_OPEN && state != STATE_HANDOVER && state != STATE_CLOSED)
		take_refuse(take, WHY_BAD_VALUE, FIELD_STATE,
			    "a watch is open, handed over (handover) or closed");
	else if (thread.n && !is_same_thread)
		take_refuse(take, WHY_OLD_VERSION, FIELD_THREAD, "that watch is over");
	else if (!thread.n && now->state == STATE_OPEN)
		take_refuse(take, WHY_OUT_OF_TURN, FIELD_STATE,
			    "the watch is open: it is handed over or closed first");
	else if (!thread.n && now->state == STATE_HANDOVER && state != STATE_OPEN)
		take_refuse(take, WHY_OUT_OF_TURN, FIELD_STATE,
			    "the watch was handed over: it is taken over first");
	else if (now->state == STATE_HANDOVER && state != STATE_HANDOVER)
		check_second(core, take, now, is_same_thread);
}

/* A watch taken back or erased would leave the one before it standing, whose handover nobody is
 * known of any more. */
static void
check_note(struct core *core, struct take *take)
{
	const struct value *re = &take->record->field[FIELD_RE];
	struct journal_record row;
	struct relief now;

	if (!re->is_set || journal_get(core->journal, &re->id, core->arena, &row) != ERR_OK ||
	    !row.is_own)
		return;
	if (kind_find(row.kind) == KIND_ALERT && take->record->kind == KIND_RETRACT)
		take_refuse(take, WHY_NOT_BY_HAND, FIELD_RE,
			    "an alert is not taken back: it is acted on (seam answer ID done) or "
			    "declined with the reason");
	else if (kind_find(row.kind) == KIND_ALERT)
		check_alert_seen(core, take);
	if (kind_find(row.kind) != KIND_SHIFT)
		return;
	if (take->record->kind == KIND_RETRACT) {
		take_refuse(take, WHY_OUT_OF_TURN, FIELD_RE,
			    "a watch is not taken back: it is handed over or closed");
		return;
	}
	take->err = find_standing(core, &now);
	if (take->err == ERR_OK && now.state != STATE_CLOSED && span_equal(row.thread, now.thread))
		take_refuse(take, WHY_OUT_OF_TURN, FIELD_RE,
			    "the watch stands so: it is erased once it is over");
}

void
relief_check(struct core *core, struct take *take, struct span thread)
{
	struct relief now;

	if (take->why != WHY_NONE || take->err != ERR_OK)
		return;
	if (take->record->kind == KIND_RETRACT || take->record->kind == KIND_ERASE)
		check_note(core, take);
	if (take->record->kind != KIND_SHIFT)
		return;
	take->err = find_standing(core, &now);
	if (take->err == ERR_OK)
		check_step(core, take, thread, &now);
	if (take->err == ERR_OK && take->why == WHY_NONE &&
	    take->record->field[FIELD_STATE].code != STATE_OPEN)
		check_unseen(core, take);
}

void
relief_note(struct core *core, struct take *take)
{
	struct relief *next;
	unsigned state;

	if (take->record->kind != KIND_SHIFT || take->why != WHY_NONE || take->err != ERR_OK ||
	    take->is_duplicate)
		return;
	state = take->record->field[FIELD_STATE].code;
	next = arena_take(core->arena, sizeof *next);
	if (!next) {
		take->err = ERR_NOMEM;
		return;
	}
	*next = (struct relief){.state = state, .thread = take->record->thread};
	/* Before it is written: a handover never stands without its account.  What stands may be
	 * one of another thread until the batch is written: then that is not forgotten yet. */
	if (state == STATE_HANDOVER)
		take->err = duty_hand_over(core->duty, take->record->thread,
					   span_of(take->who.account), !core->relief);
	if (take->err == ERR_OK)
		core->relief = next;
}
