/*
 * Promises the one flow of records: may it come in, it is written, what is so now, what deserves
 * attention, who may know. core_take() is that flow; every stage below works on the whole batch.
 * Nothing is confirmed before it is durable, and either the whole batch is written or none of it.
 */
#include "seamd/core.h"

#include "admit/admit.h"
#include "admit/issue.h"
#include "admit/receipt.h"
#include "base/sign.h"
#include "journal/inbox.h"
#include "journal/journal.h"
#include "journal/shelf.h"
#include "picture/picture.h"
#include "release/policy.h"
#include "seamd/again.h"
#include "seamd/link.h"
#include "seamd/reread.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WAY_TEXT = LIMIT_STATION_TEXT + 8 };

void
take_refuse(struct take *take, enum why why, enum field field, const char *text)
{
	if (take->why != WHY_NONE)
		return;
	take->why = why;
	take->field = field;
	take->text = text;
}

/* The right that filing a kind needs. */
static unsigned
right_for(enum kind kind)
{
	if (kind == KIND_POLICY || kind == KIND_ERASE || kind == KIND_KEY || kind == KIND_REVOKE)
		return DUTY_DIRECT;
	return kind == KIND_ASSESSMENT ? DUTY_ASSESS : DUTY_REPORT;
}

void
take_read(struct core *core, struct take *take, struct cursor *cursor, bool has_flags,
	  struct span *thread, unsigned *flags)
{
	struct cursor ahead = *cursor;

	/* Which right is needed follows from the kind, so the record is read before its filer is
	 * judged; reading is bounded and changes nothing. */
	(void)cursor_span(cursor, WIRE_TOKEN_SIZE);
	(void)cursor_span(cursor, DUTY_NAME_MAX);
	*flags = has_flags ? cursor_u8(cursor) : 0;
	*thread = cursor_span(cursor, LIMIT_NAME_TEXT);
	take->record = arena_take(core->arena, sizeof *take->record);
	if (!take->record) {
		take_refuse(take, WHY_TOO_LARGE, FIELD_NONE, NULL);
		return;
	}
	if (!record_read(cursor, core->arena, take->record) || !cursor_is_done(cursor)) {
		take_refuse(take, WHY_BAD_FORM, FIELD_NONE, NULL);
		return;
	}
	take_refuse(take, core_who(core, &ahead, right_for(take->record->kind), &take->who),
		    FIELD_NONE, take->who.lack);
	if (take->why == WHY_NONE)
		hand_check(core, take);
}

static void
admit_file(struct core *core, struct take *take, struct cursor *cursor)
{
	struct span thread;
	unsigned flags;

	take_read(core, take, cursor, true, &thread, &flags);
	take->is_alone = (flags & WIRE_FILE_ALONE) != 0;
	if (take->why == WHY_NONE && take->err == ERR_OK)
		own_ready(core, take, thread, (flags & WIRE_FILE_UNLESS_HELD) != 0);
}

static void
admit_line(struct core *core, struct take *take, struct cursor *cursor)
{
	struct span line;

	take_refuse(take, core_trader(core, take->act, cursor, &take->who), FIELD_NONE,
		    take->who.lack);
	line = cursor_span(cursor, WIRE_PAYLOAD);
	if (!cursor_is_done(cursor))
		take_refuse(take, WHY_BAD_FORM, FIELD_NONE, NULL);
	if (take->why == WHY_NONE)
		trade_admit(core, take, line);
}

static void
admit_confirm(struct core *core, struct take *take, struct cursor *cursor)
{
	struct cursor ahead = *cursor;
	struct core_who again;
	struct hash preview;
	struct span bytes;

	take_refuse(take, core_who(core, cursor, 0, &take->who), FIELD_NONE, take->who.lack);
	bytes = cursor_bytes(cursor, HASH_SIZE);
	if (!cursor_is_done(cursor)) {
		take_refuse(take, WHY_BAD_FORM, FIELD_NONE, NULL);
		return;
	}
	memcpy(preview.b, bytes.p, HASH_SIZE);
	if (take->why == WHY_NONE)
		preview_confirm(core, take, &preview);
	if (take->why == WHY_NONE && take->err == ERR_OK) {
		take_refuse(take, core_who(core, &ahead, right_for(take->record->kind), &again),
			    FIELD_NONE, take->who.lack);
		memcpy(take->who.lack, again.lack, sizeof again.lack);
	}
}

/* ---- the stages, each over the batch ---- */

/* Whatever is refused here is not seen by any later stage. */
static bool
is_going(const struct take *take)
{
	return take->why == WHY_NONE && take->err == ERR_OK && !take->is_duplicate;
}

static void
find_twin(struct core *core, struct take *batch, size_t i)
{
	enum field differs;

	if (!is_going(&batch[i]) || !batch[i].is_own || batch[i].is_amending ||
	    !batch[i].record->field[FIELD_ORIGIN].is_set)
		return;
	for (size_t j = 0; j < i && !batch[i].twin; j++)
		if (batch[j].is_own && is_going(&batch[j]) &&
		    span_equal(batch[j].record->thread, batch[i].record->thread))
			batch[i].twin = &batch[j];
	if (!batch[i].twin)
		return;
	batch[i].is_duplicate = true;
	differs = again_differs(batch[i].twin->record, batch[i].record, batch[i].given);
	if (differs == FIELD_NONE)
		return;
	batch[i].twin = NULL;
	own_refuse_other(core, &batch[i], NULL, differs);
}

/* A delivery must follow those before it in the batch as it must follow those that are held. */
static void
follow_batch(struct take *batch, size_t i)
{
	struct take *take = &batch[i];

	for (size_t j = 0; j < i && take->delivery && is_going(take); j++) {
		const struct admit_delivery *other = batch[j].delivery;
		struct admit_known known = {0};
		bool is_repeat = false;

		if (!is_going(&batch[j]) || !other ||
		    !station_equal(&other->station, &take->delivery->station))
			continue;
		known.has_same = other->counter == take->delivery->counter;
		known.same = other->whole;
		known.has_before = other->counter == take->delivery->counter - 1;
		known.before = other->whole;
		known.has_after = other->counter == take->delivery->counter + 1;
		known.after_prev = other->prev;
		take_refuse(take, admit_follow(take->delivery, &known, &is_repeat), FIELD_NONE,
			    NULL);
		take->is_duplicate = is_repeat;
		take->twin = is_repeat ? &batch[j] : NULL;
	}
}

static void
stage_admit(struct core *core, struct take *batch, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct take *take = &batch[i];
		struct cursor cursor;

		if (take->act) {
			cursor = cursor_over(span_make(take->act->payload, take->act->n));
			if (take->act->kind == WIRE_FILE)
				admit_file(core, take, &cursor);
			else if (take->act->kind == WIRE_CONFIRM)
				admit_confirm(core, take, &cursor);
			else
				admit_line(core, take, &cursor);
		}
		find_twin(core, batch, i);
		follow_batch(batch, i);
		if (is_going(take) && take->is_own)
			take->err = core_ask_seal(core, SEAL_RECORD, take->signing);
	}
}

/* Each signature is awaited when its record is written: seal signs the next ones meanwhile. */
static void
take_signature(struct core *core, struct take *take)
{
	struct signature signature;
	struct out jwt = out_new(LIMIT_JWT);

	take->err = core_collect_seal(core, &signature);
	out_span(&jwt, take->signing);
	jws_attach(&jwt, &signature);
	if (take->err == ERR_OK)
		take->err = out_err(&jwt);
	if (take->err == ERR_OK) {
		take->jwt = arena_copy(core->arena, out_view(&jwt));
		take->id = issue_id(take->jwt);
	}
	out_free(&jwt);
}

static enum err
write_record(struct core *core, struct take *take)
{
	struct journal_record row = {
	    .jwt = take->jwt,
	    .disclosures = take->disclosures,
	    .origin = span_of(take->record->station.name),
	    .thread = take->record->thread,
	    .kind = span_of(kind_row(take->record->kind)->name),
	    .filed_ms = take->record->filed_ms,
	    .received_ms = take->received_ms,
	    .keep_until_ms = retain_until(core, take),
	    .is_own = take->is_own,
	};
	enum err err = journal_add(core->journal, &row, &take->is_new);

	if (err == ERR_OK && !take->is_new &&
	    (core->widened_seq == 0 || row.seq < core->widened_seq))
		core->widened_seq = row.seq;
	if (err == ERR_OK && row.seq > core->written_seq)
		core->written_seq = row.seq;
	if (err == ERR_OK && take->is_own) {
		take->leaf = row.leaf;
		take->position = reread_position(&row, take->record, 0, core->arena);
	}
	return err;
}

/* "stick", "link b/kirkuk", "sister", "sister a/kirkuk". */
static struct span
way_of(const struct take *take, char way[WAY_TEXT])
{
	bool is_sister = take->given_receipt.n > 0;
	const struct link *link = take->act ? take->act->link : NULL;

	if (!link)
		return is_sister ? SPAN("sister") : SPAN("stick");
	(void)snprintf(way, WAY_TEXT, "%s %s", is_sister ? "sister" : "link", link->station.name);
	return span_of(way);
}

static enum err
write_inbox(struct core *core, struct take *take)
{
	struct admit_delivery *delivery = take->delivery;
	struct out onward = out_new(LIMIT_PARTIES * LIMIT_PARTY_TEXT);
	char way[WAY_TEXT];
	struct inbox inbox = {
	    .station = span_of(delivery->station.name),
	    .counter = delivery->counter,
	    .record = take->id,
	    .bytes = take->bytes,
	    .prev = delivery->prev,
	    .came_ms = core_now(core),
	    .until_ms = delivery->until_ms,
	    .way = way_of(take, way),
	    .receipt = take->given_receipt,
	};
	enum err err;

	take->position = reread_position(&(struct journal_record){.jwt = take->jwt, .leaf = -1},
					 take->record, delivery->counter, core->arena);
	for (unsigned i = 0; i < delivery->onward_n; i++)
		out_format(&onward, "%s%s", i ? "," : "", delivery->onward[i].name);
	inbox.onward = out_view(&onward);
	err = out_err(&onward);
	if (err == ERR_OK)
		err = inbox_add(core->journal, &inbox);
	out_free(&onward);
	if (err == ERR_OK && take->given_receipt.n == 0)
		err = core_ask_seal(core, SEAL_RECEIPT, take->receipt_signing);
	return err;
}

/* A policy takes force with its record. */
static enum err
write_policy(struct core *core, struct take *take)
{
	struct shelf shelf = {
	    .class = SPAN("policy"),
	    .name = span_of(core->own.name),
	    .version = take->record->field[FIELD_NUMBER].number,
	    .text = take->record->field[FIELD_DOCUMENT].text,
	    .at_ms = take->record->filed_ms,
	};

	enum err err = shelf_put(core->journal, &shelf);

	if (err == ERR_OK)
		core->policy_next = shelf.version;
	return err;
}

/* One policy per party: the highest version is in force at every station of it. */
static enum err
write_sisters_policy(struct core *core, struct take *take)
{
	const struct value *text = &take->record->field[FIELD_DOCUMENT];
	const struct value *number = &take->record->field[FIELD_NUMBER];
	struct party party = station_party(&take->record->station);
	struct policy_faults *faults;
	struct policy *policy = NULL;
	enum err err;

	if (take->record->kind != KIND_POLICY || !party_equal(&party, &core->own) ||
	    !text->is_set || !number->is_set || number->number <= core->policy_now ||
	    number->number <= core->policy_next)
		return ERR_OK;
	faults = arena_take(core->arena, sizeof *faults);
	err = faults ? policy_read(text->text, &policy, faults) : ERR_NOMEM;
	policy_free(policy);
	if (err == ERR_OK)
		err = write_policy(core, take);
	if (err == ERR_OK)
		core->policy_next = number->number;
	else if (err == ERR_FORMAT || err == ERR_EXISTS)
		role_log("core", "alert", "the policy of a sister cannot be put in force here");
	return err == ERR_FORMAT || err == ERR_EXISTS ? ERR_OK : err;
}

static enum err
stage_journal(struct core *core, struct take *batch, size_t n)
{
	enum err err = ERR_OK;

	for (size_t i = 0; i < n && err == ERR_OK; i++) {
		struct take *take = &batch[i];

		if (is_going(take) && take->is_own)
			take_signature(core, take);
		if (!is_going(take) || take->is_receipt)
			continue;
		take->received_ms = core_now(core);
		err = write_record(core, take);
		if (err == ERR_REFUSED || err == ERR_LIMIT) {
			take_refuse(take, err == ERR_REFUSED ? WHY_ERASED : WHY_TOO_LARGE,
				    FIELD_NONE, NULL);
			err = ERR_OK;
			continue;
		}
		if (err == ERR_OK && !take->is_own)
			err = write_inbox(core, take);
		if (err == ERR_OK && !take->is_own)
			err = order_came(core, take);
		if (err == ERR_OK && !take->is_own)
			err = write_sisters_policy(core, take);
		if (err == ERR_OK && take->is_own && take->record->kind == KIND_POLICY)
			err = write_policy(core, take);
	}
	return err;
}

static enum err
stage_receipts(struct core *core, struct take *batch, size_t n)
{
	enum err err = ERR_OK;

	for (size_t i = 0; i < n && err == ERR_OK; i++) {
		struct take *take = &batch[i];
		struct out text = out_new(RECEIPT_MAX);
		struct signature signature;

		if (!is_going(take) || take->is_own || take->is_receipt || take->given_receipt.n)
			continue;
		err = core_collect_seal(core, &signature);
		out_span(&text, take->receipt_signing);
		jws_attach(&text, &signature);
		if (err == ERR_OK)
			err = out_err(&text);
		if (err == ERR_OK)
			err = inbox_receipt(core->journal, span_of(take->delivery->station.name),
					    take->delivery->counter, out_view(&text));
		out_free(&text);
	}
	return err;
}

static enum err
stage_picture(struct core *core, struct take *batch, size_t n)
{
	enum err err = core->picture && !core->is_folding ? picture_begin(core->picture) : ERR_BUSY;

	if (err != ERR_OK) {
		core->is_folding = true; /* confirmed from the journal, folded later */
		return ERR_OK;
	}
	for (size_t i = 0; i < n && err == ERR_OK; i++) {
		if (!is_going(&batch[i]) || batch[i].is_receipt)
			continue;
		err = fold_put(core, batch[i].record, &batch[i].id, batch[i].position,
			       batch[i].received_ms);
		if (err == ERR_OK)
			err = order_show(core, batch[i].leaves, batch[i].leaves_n);
	}
	return err;
}

static enum err
stage_release(struct core *core, struct take *batch, size_t n)
{
	enum err err = ERR_OK;

	for (size_t i = 0; i < n && err == ERR_OK; i++)
		if (is_going(&batch[i]) && batch[i].is_own)
			err = cut_file(core, &batch[i]);
	return err;
}

/* Nothing of the batch was written: whoever was about to be confirmed is told why not. */
static void
undo(struct core *core, struct take *batch, size_t n, enum err err)
{
	role_log("core", "alert", "nothing of %zu records was written: %s", n, err_text(err));
	core->written_seq = core->folded_seq;
	for (size_t i = 0; i < n; i++) {
		if (!is_going(&batch[i]))
			continue;
		if (err == ERR_FULL)
			take_refuse(&batch[i], WHY_DISK_FULL, FIELD_NONE, NULL);
		else
			batch[i].err = err;
	}
	core_drop_seal(core);
}

enum err
core_close_batch(struct core *core, enum err err)
{
	if (err == ERR_OK)
		err = journal_commit(core->journal);
	if (err != ERR_OK) {
		journal_rollback(core->journal);
		if (core->picture && !core->is_folding)
			picture_rollback(core->picture);
		core->widened_seq = 0;
		return err;
	}
	core->counted.commits++;
	if (core->picture && !core->is_folding) {
		err = picture_mark_put(core->picture, core->written_seq);
		if (err == ERR_OK)
			err = picture_commit(core->picture);
		if (err == ERR_OK) {
			core->folded_seq = core->written_seq;
			core_tell_web(core, false);
		} else {
			picture_rollback(core->picture);
			core->is_folding = true;
			fold_failed(core, err);
		}
	} else if (core->behind_why != ERR_OK) {
		core_tell_web(core, false);
	}
	core->has_missed = core->has_missed || core->is_folding;
	fold_back(core);
	return ERR_OK;
}

static void one_by_one(struct core *core, size_t n);

static enum err
write_batch(struct core *core, struct take *batch, size_t n)
{
	enum err err;

	core->relief = NULL;
	stage_admit(core, batch, n);
	core->policy_next = 0; /* set again by the policy that is written */
	err = journal_begin(core->journal);
	if (err == ERR_OK)
		err = stage_journal(core, batch, n);
	if (err == ERR_OK)
		err = stage_receipts(core, batch, n);
	if (err == ERR_OK)
		err = stage_picture(core, batch, n);
	if (err == ERR_OK)
		err = stage_release(core, batch, n);
	if (err == ERR_OK)
		err = trade_settle(core, batch, n);
	if (err == ERR_OK)
		err = erase_note(core, batch, n);
	return core_close_batch(core, err);
}

static void
follow_twin(struct take *take)
{
	if (!take->twin)
		return;
	take->id = take->twin->id;
	take->err = take->twin->err;
	take->why = take->twin->why;
	take->text = take->twin->text;
}

void
take_flow(struct core *core, struct take *batch, size_t n)
{
	enum err err = write_batch(core, batch, n);

	if (err != ERR_OK && err != ERR_FULL && err != ERR_CLOSED && n > 1) {
		core->written_seq = core->folded_seq;
		core_drop_seal(core);
		one_by_one(core, n);
		return;
	}
	if (err == ERR_OK && core->policy_next)
		core->policy_now = core->policy_next;
	if (err != ERR_OK)
		undo(core, batch, n, err);
	else
		erase_now(core, batch, n);
	for (size_t i = 0; i < n; i++) {
		follow_twin(&batch[i]);
		reply_take(core, &batch[i]);
		if (batch[i].delivery && batch[i].why == WHY_NONE && batch[i].err == ERR_OK)
			link_arrived(core, &batch[i]);
	}
	link_pump_soon(core);
}

/* One act that cannot be written must not keep the others of its batch out. */
static void
one_by_one(struct core *core, size_t n)
{
	for (struct act *act = core->first; act && n; act = act->next, n--) {
		struct take take = {.act = act};

		arena_reset(core->arena);
		core->policy_next = 0;
		take_flow(core, &take, 1);
	}
}

static bool
flows(const struct act *act)
{
	struct cursor cursor = cursor_over(span_make(act->payload, act->n));

	if (act->kind == WIRE_FILE || act->kind == WIRE_CONFIRM)
		return true;
	if (act->kind != WIRE_TAKE)
		return false;
	(void)cursor_span(&cursor, WIRE_TOKEN_SIZE);
	(void)cursor_span(&cursor, DUTY_NAME_MAX);
	return !trade_is_document(cursor_span(&cursor, WIRE_PAYLOAD));
}

void
core_take(struct core *core)
{
	struct take *batch;
	struct act *act = core->first;
	size_t n = 0;

	if (!act)
		return;
	arena_reset(core->arena);
	if (!flows(act)) {
		core_act(core, act);
		core_drop_act(core);
		return;
	}
	batch = arena_array(core->arena, LIMIT_BATCH, sizeof *batch);
	if (!batch)
		return;
	for (; act && n < (size_t)core->config->batch_records && flows(act); act = act->next)
		batch[n++].act = act;
	core->policy_next = 0;
	take_flow(core, batch, n);
	while (n--)
		core_drop_act(core);
}
