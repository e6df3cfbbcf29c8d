/*
 * Promises that what waits in the outbox leaves when its time has come and is asked about once more
 * at that moment, and that every delivery names the one before it.
 */
#include "seamd/core.h"

#include "admit/present.h"
#include "journal/journal.h"
#include "journal/outbox.h"
#include "journal/sent.h"
#include "picture/picture.h"
#include "release/release.h"
#include "seamd/link.h"

#include <stdlib.h>
#include <string.h>

enum { SET_TEXT_MAX = 8192, PARTIES_TEXT = LIMIT_PARTIES * LIMIT_PARTY_TEXT };

struct gathered {
	const struct party *party; /* NULL: any */
	int64_t *numbers;
	size_t n, size;
};

static bool
gather(void *context, const struct outbox *outbox)
{
	struct gathered *gathered = context;

	if (gathered->party && !span_is(outbox->party, gathered->party->name))
		return true;
	if (gathered->n == gathered->size) {
		size_t size = gathered->size ? gathered->size * 2 : 256;
		int64_t *grown = realloc(gathered->numbers, size * sizeof *grown);

		if (!grown)
			return false;
		gathered->numbers = grown;
		gathered->size = size;
	}
	gathered->numbers[gathered->n++] = outbox->number;
	return true;
}

static enum err
mark_due(struct core *core, int64_t number)
{
	struct outbox outbox;
	struct party party;
	int64_t now_ms = core_now(core);
	enum err err = outbox_get(core->journal, number, core->arena, &outbox);
	bool is_late = err == ERR_OK && outbox.until_ms && outbox.until_ms < now_ms;

	if (err == ERR_OK)
		err = outbox_move(core->journal, number, is_late ? OUTBOX_DROPPED : OUTBOX_QUEUED,
				  -1, span_of(is_late ? why_text(WHY_TOO_LATE) : ""), now_ms);
	if (err == ERR_OK && !is_late && party_read(outbox.party, &party))
		link_queued(core, &party, number, NULL);
	if (err == ERR_OK && core->picture && !core->is_folding && party_read(outbox.party, &party))
		err = picture_state_put(core->picture, &outbox.record, &party,
					is_late ? PICTURE_STATE_HELD_BACK : PICTURE_STATE_QUEUED,
					now_ms, is_late ? WHY_TOO_LATE : WHY_NONE);
	return err;
}

int64_t
deliver_due(struct core *core)
{
	struct gathered due = {0};
	int64_t next = INT64_MAX;
	enum err err = outbox_next(core->journal, &next);

	if (err != ERR_OK || next > core_now(core))
		return err == ERR_OK ? next : INT64_MAX;
	arena_reset(core->arena);
	err = outbox_each_due(core->journal, core_now(core),
			      &(struct outbox_walk){gather, &due, true});
	if (err == ERR_OK)
		err = journal_begin(core->journal);
	if (err == ERR_OK && core->picture && !core->is_folding &&
	    picture_begin(core->picture) != ERR_OK)
		core->is_folding = true;
	for (size_t i = 0; i < due.n && err == ERR_OK; i++)
		err = mark_due(core, due.numbers[i]);
	err = core_close_batch(core, err);
	free(due.numbers);
	return err == ERR_OK ? core_now(core) : INT64_MAX;
}

struct row_of {
	struct core *core;
	struct span party;
	struct field_set given;
	unsigned approvals;
	bool is_bad;
};

/* What this party was given of this record so far: the rows whose delivery was made. */
static bool
sum_given(void *context, const struct outbox *outbox)
{
	struct row_of *row = context;
	struct field_set set;

	if (!span_equal(outbox->party, row->party) || outbox->counter < 0 ||
	    outbox->state == OUTBOX_DROPPED) /* made, and not taken: deliver_again() */
		return true;
	if (!cut_read_set(outbox->items, &set))
		row->is_bad = true;
	field_set_add(&row->given, &set);
	return true;
}

enum err
deliver_given(struct core *core, const struct hash *id, const struct party *party,
	      struct field_set *given)
{
	struct row_of so_far = {.core = core, .party = span_of(party->name)};
	enum err err =
	    outbox_each_of(core->journal, id, &(struct outbox_walk){sum_given, &so_far, false});

	*given = so_far.given;
	return err == ERR_OK && so_far.is_bad ? ERR_CORRUPT : err;
}

unsigned
deliver_approvals(struct core *core, struct span given)
{
	struct span account;
	unsigned n = 0;

	while (given.n && span_split(&given, '\n', &account))
		n += account.n > 0 && duty_may(core->duty, account, DUTY_SEND);
	return n;
}

static enum err
make_delivery(struct core *core, const struct journal_record *row, const struct party *party,
	      const struct field_set *give, int64_t until_ms, const struct release_parties *onward,
	      int64_t *counter)
{
	struct present_index *index = arena_take(core->arena, sizeof *index);
	struct present_terms terms = {.kid = core->kid,
				      .to = *party,
				      .now_ms = core_now(core),
				      .until_ms = until_ms,
				      .onward = onward->party,
				      .onward_n = onward->n};
	struct out cut = out_new(LIMIT_SD_JWT);
	struct out binding = out_new(8192);
	struct out whole = out_new(LIMIT_SD_JWT);
	struct out names = out_new(PARTIES_TEXT);
	struct signature signature;
	enum err err = index ? present_index(row->disclosures, index) : ERR_NOMEM;

	if (err == ERR_OK)
		err = sent_next(core->journal, span_of(party->name), &terms.counter, &terms.prev);
	if (err == ERR_OK) {
		present_cut(&cut, row->jwt, index, give);
		present_binding(&binding, out_view(&cut), &terms);
		err = out_err(&cut) == ERR_OK ? out_err(&binding) : out_err(&cut);
	}
	if (err == ERR_OK)
		err = core_sign(core, SEAL_BINDING, out_view(&binding), &signature);
	if (err == ERR_OK) {
		present_finish(&whole, out_view(&cut), out_view(&binding), &signature);
		for (unsigned i = 0; i < onward->n; i++)
			out_format(&names, "%s%s", i ? "," : "", onward->party[i].name);
		err = out_err(&whole);
	}
	if (err == ERR_OK) {
		struct sent sent = {.party = span_of(party->name),
				    .counter = terms.counter,
				    .record = row->id,
				    .bytes = out_view(&whole),
				    .prev = terms.prev,
				    .made_ms = terms.now_ms,
				    .until_ms = until_ms,
				    .onward = out_view(&names),
				    .state = SENT_EXPORTED,
				    .changed_ms = terms.now_ms,
				    .leaf = -1};

		err = sent_add(core->journal, &sent);
	}
	*counter = terms.counter;
	out_free(&cut);
	out_free(&binding);
	out_free(&whole);
	out_free(&names);
	return err;
}

/* Replaces the items of a row by what really went, by a new row in state exported; the asked row is
 * dropped. */
static enum err
note_sent_row(struct core *core, const struct outbox *asked, const struct field_set *give,
	      int64_t counter, int64_t now_ms)
{
	struct out items = out_new(SET_TEXT_MAX);
	struct outbox sent = *asked;
	int64_t number;
	enum err err;

	cut_write_set(&items, give);
	sent.items = out_view(&items);
	sent.state = OUTBOX_EXPORTED;
	sent.counter = counter;
	sent.changed_ms = now_ms;
	err = out_err(&items);
	if (err == ERR_OK)
		err = outbox_add(core->journal, &sent, &number);
	if (err == ERR_OK)
		err = outbox_move(core->journal, asked->number, OUTBOX_DROPPED, -1, SPAN("sent"),
				  sent.changed_ms);
	out_free(&items);
	return err;
}

/* Nothing may go now: the row says why, and the picture too. */
static enum err
settle(struct core *core, const struct outbox *outbox, const struct party *party,
       const struct release_answer *answer)
{
	enum outbox_state state = OUTBOX_DROPPED;
	enum why why = WHY_GIVEN;
	int64_t now_ms = core_now(core);
	enum err err;

	for (size_t i = 0; i < answer->parts_n && state != OUTBOX_HELD; i++) {
		why = answer->parts[i].why;
		state = why == WHY_NOT_YET ? OUTBOX_WAITING : OUTBOX_HELD;
	}
	if (answer->parts_n == 0) {
		why = answer->why;
		state = why == WHY_CITES_HELD_BACK ? OUTBOX_HELD : OUTBOX_DROPPED;
	}
	if (state == outbox->state)
		return ERR_OK;
	err = outbox_move(core->journal, outbox->number, state, -1, span_of(why_text(why)), now_ms);
	if (err == ERR_OK && why != WHY_GIVEN && core->picture && !core->is_folding)
		err = picture_state_put(core->picture, &outbox->record, party,
					PICTURE_STATE_HELD_BACK, now_ms, why);
	return err;
}

static enum err
deliver_row(struct core *core, int64_t number, const struct party *party, int64_t *counter)
{
	struct record *record = arena_take(core->arena, sizeof *record);
	struct row_of so_far = {.core = core, .party = span_of(party->name)};
	struct release_parties onward = {0};
	struct release_answer answer;
	struct journal_record row;
	struct outbox outbox;
	struct field_set give = {{0}};
	int64_t until_ms = 0;
	int64_t now_ms = core_now(core);
	enum err err = record ? outbox_get(core->journal, number, core->arena, &outbox) : ERR_NOMEM;

	if (err == ERR_NOT_FOUND) /* its batch was never written */
		return ERR_OK;
	if (err == ERR_OK)
		err = outbox_each_of(core->journal, &outbox.record,
				     &(struct outbox_walk){sum_given, &so_far, false});
	if (err == ERR_OK)
		err = core_read(core, &outbox.record, &row, record);
	if (err == ERR_KEY || err == ERR_NOT_FOUND) /* erased since */
		return outbox_move(core->journal, number, OUTBOX_DROPPED, -1, SPAN("erased"),
				   core_now(core));
	if (err == ERR_OK)
		err = cut_ask(core,
			      &(struct cut){.record = record,
					    .id = &outbox.record,
					    .party = party,
					    .policy_filed = outbox.policy,
					    .given = &so_far.given,
					    .approvals = deliver_approvals(core, outbox.given),
					    .looks_back = true},
			      &answer);
	if (err != ERR_OK)
		return err;
	for (size_t i = 0; i < answer.parts_n; i++) {
		if (answer.parts[i].why != WHY_NONE)
			continue;
		give = answer.parts[i].give;
		until_ms = answer.parts[i].until_ms;
		onward = answer.parts[i].onward;
		err = make_delivery(core, &row, party, &give, until_ms, &onward, counter);
		if (err == ERR_OK)
			err = note_sent_row(core, &outbox, &give, *counter, now_ms);
		if (err == ERR_OK && core->picture && !core->is_folding)
			err = picture_state_put(core->picture, &outbox.record, party,
						PICTURE_STATE_EXPORTED, now_ms, WHY_NONE);
		return err; /* one part a turn: the next is asked with this one given */
	}
	return settle(core, &outbox, party, &answer);
}

/* ---- under another number ---- */

struct numbered {
	struct span party;
	int64_t counter;
	int64_t number; /* -1: none */
};

static bool
find_numbered(void *context, const struct outbox *outbox)
{
	struct numbered *numbered = context;

	if (span_equal(outbox->party, numbered->party) && outbox->counter == numbered->counter &&
	    outbox->state == OUTBOX_EXPORTED)
		numbered->number = outbox->number;
	return numbered->number < 0;
}

static enum err
queue_anew(struct core *core, struct numbered *numbered)
{
	struct outbox outbox;
	int64_t made = numbered->number;
	enum err err = outbox_get(core->journal, made, core->arena, &outbox);

	outbox.state = OUTBOX_QUEUED;
	outbox.counter = -1;
	outbox.changed_ms = core_now(core);
	if (err == ERR_OK)
		err = journal_begin(core->journal);
	if (err != ERR_OK)
		return err;
	err = outbox_add(core->journal, &outbox, &numbered->number);
	if (err == ERR_OK)
		err = outbox_move(core->journal, made, OUTBOX_DROPPED, -1, SPAN("number used"),
				  outbox.changed_ms);
	if (err == ERR_OK)
		err = journal_commit(core->journal);
	else
		journal_rollback(core->journal);
	return err;
}

enum err
deliver_again(struct core *core, const struct party *party, int64_t counter, int64_t *number)
{
	struct numbered numbered = {span_of(party->name), counter, -1};
	struct sent sent;
	enum err err = sent_get(core->journal, numbered.party, counter, core->arena, &sent);

	*number = -1;
	if (err == ERR_OK)
		err = outbox_each_of(core->journal, &sent.record,
				     &(struct outbox_walk){find_numbered, &numbered, true});
	if (err != ERR_OK || numbered.number < 0 || sent.receipt.n)
		return err;
	err = queue_anew(core, &numbered);
	if (err == ERR_OK)
		*number = numbered.number;
	return err;
}

/* ---- to a sister that came later ---- */

struct behind {
	struct core *core;
	struct hash *ids;
	size_t n, size;
	bool has_row;
	enum err err;
};

static bool
is_for_sisters(void *context, const struct outbox *outbox)
{
	struct behind *behind = context;

	behind->has_row = span_is(outbox->party, behind->core->own.name);
	return !behind->has_row;
}

static bool
gather_behind(void *context, const struct journal_record *row)
{
	struct behind *behind = context;

	behind->has_row = false;
	if (row->is_own && !row->is_erased)
		behind->err = outbox_each_of(behind->core->journal, &row->id,
					     &(struct outbox_walk){is_for_sisters, behind, true});
	if (!row->is_own || row->is_erased || behind->has_row || behind->err != ERR_OK)
		return behind->err == ERR_OK;
	if (behind->n == behind->size) {
		size_t size = behind->size ? behind->size * 2 : 256;
		struct hash *grown = realloc(behind->ids, size * sizeof *grown);

		if (!grown) {
			behind->err = ERR_NOMEM;
			return false;
		}
		behind->ids = grown;
		behind->size = size;
	}
	behind->ids[behind->n++] = row->id;
	return true;
}

/* Own records without a row for sisters were filed before there was one. */
enum err
deliver_catch_up(struct core *core)
{
	struct behind behind = {.core = core};
	enum err err =
	    journal_each(core->journal, 0, &(struct journal_walk){gather_behind, &behind});

	if (err == ERR_OK)
		err = behind.err;
	if (err == ERR_OK && behind.n)
		err = journal_begin(core->journal);
	if (err == ERR_OK && behind.n && core->picture && !core->is_folding &&
	    picture_begin(core->picture) != ERR_OK)
		core->is_folding = true;
	for (size_t i = 0; i < behind.n && err == ERR_OK; i++) {
		struct record *record = arena_take(core->arena, sizeof *record);
		struct journal_record row;

		err = record ? core_read(core, &behind.ids[i], &row, record) : ERR_NOMEM;
		if (err == ERR_OK)
			err = cut_later(core, record, &behind.ids[i], &core->own);
		arena_reset(core->arena);
	}
	if (behind.n)
		err = core_close_batch(core, err);
	free(behind.ids);
	return err;
}

enum err
deliver_rows(struct core *core, const struct party *party, const int64_t *numbers, size_t n,
	     int64_t *counters, size_t *made)
{
	enum err err = journal_begin(core->journal);

	*made = 0;
	if (err == ERR_OK && core->picture && !core->is_folding &&
	    picture_begin(core->picture) != ERR_OK)
		core->is_folding = true;
	for (size_t i = 0; i < n && err == ERR_OK; i++) {
		int64_t counter = 0;

		err = deliver_row(core, numbers[i], party, &counter);
		if (err == ERR_OK && counter > 0)
			counters[(*made)++] = counter;
		arena_reset(core->arena);
	}
	return core_close_batch(core, err);
}

enum err
deliver_to(struct core *core, const struct party *party, size_t *made)
{
	static const enum outbox_state states[] = {OUTBOX_QUEUED, OUTBOX_HELD};
	struct gathered rows = {.party = party};
	enum err err = ERR_OK;

	*made = 0;
	(void)deliver_due(core);
	if (party_equal(party, &core->own))
		err = deliver_catch_up(core);
	for (size_t i = 0; i < 2 && err == ERR_OK; i++)
		err = outbox_each_in(core->journal, states[i],
				     &(struct outbox_walk){gather, &rows, true});
	if (err == ERR_OK && rows.n) {
		int64_t *counters = calloc(rows.n, sizeof *counters);

		err = counters ? deliver_rows(core, party, rows.numbers, rows.n, counters, made)
			       : ERR_NOMEM;
		free(counters);
	}
	free(rows.numbers);
	return err;
}
