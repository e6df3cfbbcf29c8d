/*
 * Promises that whatever may leave was allowed by release_cut() at the moment it leaves, and that
 * what is due later survives a restart: it waits in the journal's outbox and is asked about again
 * when its time has come.
 */
#include "seamd/core.h"

#include "admit/admit.h"
#include "admit/keyring.h"
#include "admit/present.h"
#include "journal/inbox.h"
#include "journal/journal.h"
#include "journal/outbox.h"
#include "journal/sent.h"
#include "picture/picture.h"
#include "release/release.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SET_TEXT_MAX = 8192, DUE_MAX = 256, PARTIES_TEXT = LIMIT_PARTIES * LIMIT_PARTY_TEXT };

void
cut_write_set(struct out *out, const struct field_set *set)
{
	bool is_first = true;

	for (enum field f = 1; f < FIELD_COUNT; f++) {
		if (!set->mask[f])
			continue;
		out_format(out, "%s%s:%x", is_first ? "" : ",", field_row(f)->name, set->mask[f]);
		is_first = false;
	}
}

static bool
read_hex(struct span text, uint16_t *mask)
{
	unsigned value = 0;

	if (text.n == 0 || text.n > 4)
		return false;
	for (size_t i = 0; i < text.n; i++) {
		char c = text.p[i];

		if (c >= '0' && c <= '9')
			value = value << 4 | (unsigned)(c - '0');
		else if (c >= 'a' && c <= 'f')
			value = value << 4 | (unsigned)(c - 'a' + 10);
		else
			return false;
	}
	*mask = (uint16_t)value;
	return true;
}

bool
cut_read_set(struct span text, struct field_set *set)
{
	struct span one;

	memset(set, 0, sizeof *set);
	if (text.n == 0)
		return true;
	while (span_split(&text, ',', &one)) {
		struct span mask = one;
		struct span name;
		enum field field;

		if (!span_split(&mask, ':', &name))
			return false;
		field = field_find(name);
		if (field == FIELD_NONE || !read_hex(mask, &set->mask[field]))
			return false;
	}
	return true;
}

/* ---- what a record refers to ---- */

struct holding {
	const struct party *party;
	struct release_cite *cite;
};

static bool
note_onward(void *context, const struct inbox *inbox)
{
	struct holding *holding = context;
	struct span rest = inbox->onward;
	struct span name;

	while (rest.n && span_split(&rest, ',', &name) && holding->cite->onward.n < LIMIT_PARTIES)
		if (party_read(name, &holding->cite->onward.party[holding->cite->onward.n]))
			holding->cite->onward.n++;
	return true;
}

static bool
note_sent(void *context, const struct sent *sent)
{
	struct holding *holding = context;

	if (span_is(sent->party, holding->party->name))
		holding->cite->is_held = true;
	return !holding->cite->is_held;
}

static enum err
look_up_cite(struct core *core, const struct party *party, struct release_cite *cite)
{
	struct holding holding = {party, cite};
	struct journal_record row;
	struct station station;
	enum err err = journal_get(core->journal, &cite->id, core->arena, &row);

	if (err == ERR_NOT_FOUND || err == ERR_KEY)
		return ERR_OK; /* not held: release treats it as foreign without leave */
	if (err != ERR_OK)
		return err;
	if (!station_read(row.origin, &station))
		return ERR_CORRUPT;
	cite->origin = station_party(&station);
	cite->is_own = party_equal(&cite->origin, &core->own);
	if (party_equal(&cite->origin, party)) {
		cite->is_held = true;
		return ERR_OK;
	}
	if (!cite->is_own)
		err = inbox_each_of(core->journal, &cite->id,
				    &(struct inbox_walk){note_onward, &holding});
	if (err == ERR_OK && row.is_own)
		err = sent_each_of(core->journal, &cite->id,
				   &(struct sent_walk){note_sent, &holding});
	return err;
}

static size_t
gather_ids(const struct record *record, struct release_cite *cites, size_t size)
{
	static const enum field single[] = {FIELD_RE, FIELD_LINK_TO, FIELD_INCIDENT};
	const struct value *value = &record->field[FIELD_CITES];
	size_t n = 0;

	for (size_t i = 0; i < sizeof single / sizeof *single; i++)
		if (record->field[single[i]].is_set)
			cites[n++] = (struct release_cite){.field = single[i],
							   .id = record->field[single[i]].id};
	for (unsigned i = 0; value->is_set && i < value->ids.n && n < size; i++)
		cites[n++] = (struct release_cite){.field = FIELD_CITES, .id = value->ids.id[i]};
	return n;
}

/* Whether the party was ever given a record of the thread that a retraction or erasure is about. */
struct thread_given {
	struct core *core;
	const struct party *party;
	bool is_given;
};

static bool
thread_sent(void *context, const struct sent *sent)
{
	struct thread_given *given = context;

	given->is_given = given->is_given || span_is(sent->party, given->party->name);
	return !given->is_given;
}

static bool
thread_record(void *context, const struct journal_record *row)
{
	struct thread_given *given = context;

	(void)!sent_each_of(given->core->journal, &row->id,
			    &(struct sent_walk){thread_sent, given});
	return !given->is_given;
}

static bool
has_thread(struct core *core, const struct record *record, const struct party *party)
{
	struct thread_given given = {core, party, false};
	struct span thread = record->thread;
	struct journal_record row;

	if (record->kind == KIND_RETRACT || record->kind == KIND_ERASE) {
		if (journal_get(core->journal, &record->field[FIELD_RE].id, core->arena, &row) !=
		    ERR_OK)
			return false;
		thread = row.thread;
	}
	(void)!journal_each_in_thread(core->journal, thread,
				      &(struct journal_walk){thread_record, &given});
	return given.is_given;
}

static bool
is_taken_back(struct core *core, const struct hash *id)
{
	struct picture_row row;

	return core->picture && picture_record(core->picture, id, core->arena, &row) == ERR_OK &&
	       (row.is_retracted || row.is_erased);
}

enum err
cut_ask(struct core *core, const struct record *record, const struct hash *id,
	const struct party *party, int64_t policy_filed, const struct field_set *given,
	unsigned approvals, struct release_answer *answer)
{
	struct release_cite cites[LIMIT_IDS + 3];
	struct release_question question = {
	    .policy_filed = core_policy(core, policy_filed),
	    .policy_now = core_policy(core, 0),
	    .ground = core->ground,
	    .record = record,
	    .filed_ms = record->filed_ms,
	    .now_ms = core_now(core),
	    .recipient = *party,
	    .is_sister = party_equal(party, &core->own),
	    .given = given,
	    .approvals = approvals,
	    .cites = cites,
	};
	enum err err = ERR_OK;

	question.cites_n = gather_ids(record, cites, LIMIT_IDS + 3);
	for (size_t i = 0; i < question.cites_n && err == ERR_OK; i++)
		err = look_up_cite(core, party, &cites[i]);
	if (record->kind == KIND_RETRACT || record->kind == KIND_ERASE)
		question.has_thread = has_thread(core, record, party);
	if (id)
		question.is_retracted = is_taken_back(core, id);
	return err == ERR_OK ? release_cut(&question, core->arena, answer) : err;
}

/* ---- at filing ---- */

static enum err
keep_part(struct core *core, const struct take *take, const struct party *party,
	  const struct release_part *part, enum outbox_state state)
{
	struct out items = out_new(SET_TEXT_MAX);
	struct out onward = out_new(PARTIES_TEXT);
	struct outbox outbox = {
	    .record = take->id,
	    .party = span_of(party->name),
	    .not_before_ms = part ? part->not_before_ms : 0,
	    .until_ms = part ? part->until_ms : 0,
	    .needed = part ? part->approvals : 0,
	    .policy = core->policy_now,
	    .reason = part ? span_of(part->text)
			   : SPAN("it refers to a record that may not be passed on"),
	    .state = state,
	    .counter = -1,
	    .changed_ms = core_now(core),
	};
	int64_t number;
	enum err err;

	if (part) {
		cut_write_set(&items, &part->give);
		for (unsigned i = 0; i < part->onward.n; i++)
			out_format(&onward, "%s%s", i ? "," : "", part->onward.party[i].name);
	}
	outbox.items = out_view(&items);
	outbox.onward = out_view(&onward);
	err = out_err(&items);
	if (err == ERR_OK)
		err = outbox_add(core->journal, &outbox, &number);
	out_free(&items);
	out_free(&onward);
	return err;
}

static enum outbox_state
state_for(const struct release_part *part)
{
	if (part->why == WHY_NOT_YET)
		return OUTBOX_WAITING;
	return part->why == WHY_NONE ? OUTBOX_QUEUED : OUTBOX_HELD;
}

static enum err
cut_for(struct core *core, struct take *take, const struct party *party)
{
	struct take_party *row = &take->parties[take->parties_n];
	struct release_answer answer;
	enum err err = cut_ask(core, take->record, NULL, party, core->policy_now, NULL, 0, &answer);
	bool is_citing = false;

	*row = (struct take_party){
	    .party = *party, .state = PICTURE_STATE_HELD_BACK, .why = WHY_NO_RULE};
	for (size_t i = 0; i < answer.parts_n && err == ERR_OK; i++) {
		enum outbox_state state = state_for(&answer.parts[i]);

		err = keep_part(core, take, party, &answer.parts[i], state);
		if (state == OUTBOX_QUEUED)
			*row = (struct take_party){*party, PICTURE_STATE_QUEUED, WHY_NONE};
		else if (row->state == PICTURE_STATE_HELD_BACK)
			row->why = answer.parts[i].why;
	}
	for (size_t i = 0; i < answer.held_n && answer.parts_n == 0; i++) {
		is_citing = is_citing || answer.held[i].why == WHY_CITES_HELD_BACK;
		if (answer.held[i].field == FIELD_NONE || row->why == WHY_NO_RULE)
			row->why = answer.held[i].why;
	}
	if (err == ERR_OK && is_citing)
		err = keep_part(core, take, party, NULL, OUTBOX_HELD);
	if (err == ERR_OK && core->picture && !core->is_folding)
		err = picture_state_put(core->picture, &take->id, party,
					(enum picture_state)row->state, core_now(core), row->why);
	take->parties_n++;
	return err;
}

/* A party with several stations sends to its sisters too. */
static bool
has_sisters(const struct core *core)
{
	for (size_t i = 0; i < keyring_count(core->keyring); i++) {
		const struct keynote *note = keyring_at(core->keyring, i);
		struct party party = station_party(&note->station);

		if (party_equal(&party, &core->own) &&
		    !station_equal(&note->station, &core->kid.station))
			return true;
	}
	return false;
}

enum err
cut_file(struct core *core, struct take *take)
{
	const struct members *members = keyring_members(core->keyring);
	enum err err = ERR_OK;

	take->parties = arena_array(core->arena, members->n, sizeof *take->parties);
	if (!take->parties)
		return ERR_NOMEM;
	if (kind_row(take->record->kind)->nature == KIND_NATURE_HOUSE && !has_sisters(core))
		return ERR_OK;
	for (unsigned i = 0; i < members->n && err == ERR_OK; i++) {
		const struct party *party = &members->member[i].party;

		if (!party_equal(party, &core->own) || has_sisters(core))
			err = cut_for(core, take, party);
	}
	return err;
}

/* ---- when due ---- */

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
	enum err err = outbox_get(core->journal, number, core->arena, &outbox);

	if (err == ERR_OK)
		err = outbox_move(core->journal, number, OUTBOX_QUEUED, -1, (struct span){NULL, 0},
				  core_now(core));
	if (err == ERR_OK && core->picture && !core->is_folding && party_read(outbox.party, &party))
		err = picture_state_put(core->picture, &outbox.record, &party, PICTURE_STATE_QUEUED,
					core_now(core), WHY_NONE);
	return err;
}

int64_t
cut_due(struct core *core)
{
	struct gathered due = {0};
	int64_t next = INT64_MAX;
	enum err err = outbox_next(core->journal, &next);

	if (err != ERR_OK || next > core_now(core))
		return err == ERR_OK ? next : INT64_MAX;
	arena_reset(core->arena);
	err = outbox_each_due(core->journal, core_now(core), &(struct outbox_walk){gather, &due});
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

/* ---- a delivery is made ---- */

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

	if (!span_equal(outbox->party, row->party) || outbox->counter < 0)
		return true;
	if (!cut_read_set(outbox->items, &set))
		row->is_bad = true;
	field_set_add(&row->given, &set);
	return true;
}

static unsigned
count_lines(struct span text)
{
	struct span line;
	unsigned n = 0;

	while (text.n && span_split(&text, '\n', &line))
		n += line.n > 0;
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
	      int64_t counter)
{
	struct out items = out_new(SET_TEXT_MAX);
	struct outbox sent = *asked;
	int64_t number;
	enum err err;

	cut_write_set(&items, give);
	sent.items = out_view(&items);
	sent.state = OUTBOX_EXPORTED;
	sent.counter = counter;
	sent.changed_ms = core_now(core);
	err = out_err(&items);
	if (err == ERR_OK)
		err = outbox_add(core->journal, &sent, &number);
	if (err == ERR_OK)
		err = outbox_move(core->journal, asked->number, OUTBOX_DROPPED, -1, SPAN("sent"),
				  sent.changed_ms);
	out_free(&items);
	return err;
}

static enum err
settle(struct core *core, const struct outbox *outbox, const struct release_answer *answer)
{
	enum outbox_state state = OUTBOX_DROPPED;
	const char *reason = "given already";

	for (size_t i = 0; i < answer->parts_n; i++) {
		state = answer->parts[i].why == WHY_NOT_YET ? OUTBOX_WAITING : OUTBOX_HELD;
		reason = answer->parts[i].text;
		if (state == OUTBOX_HELD)
			break;
	}
	if (answer->parts_n == 0 && answer->held_n) {
		reason = why_text(answer->held[0].why);
		if (answer->held[0].why == WHY_CITES_HELD_BACK)
			state = OUTBOX_HELD;
	}
	if (state == outbox->state)
		return ERR_OK;
	return outbox_move(core->journal, outbox->number, state, -1, span_of(reason),
			   core_now(core));
}

static enum err
deliver_row(struct core *core, int64_t number, const struct party *party, size_t *made)
{
	struct record *record = arena_take(core->arena, sizeof *record);
	struct row_of so_far = {.core = core, .party = span_of(party->name)};
	struct release_parties onward = {0};
	struct release_answer answer;
	struct journal_record row;
	struct outbox outbox;
	struct field_set give = {{0}};
	int64_t until_ms = 0;
	int64_t counter = -1;
	enum err err = record ? outbox_get(core->journal, number, core->arena, &outbox) : ERR_NOMEM;

	if (err == ERR_OK)
		err = outbox_each_of(core->journal, &outbox.record,
				     &(struct outbox_walk){sum_given, &so_far});
	if (err == ERR_OK)
		err = core_read(core, &outbox.record, &row, record);
	if (err == ERR_KEY || err == ERR_NOT_FOUND) /* erased since */
		return outbox_move(core->journal, number, OUTBOX_DROPPED, -1, SPAN("erased"),
				   core_now(core));
	if (err == ERR_OK)
		err = cut_ask(core, record, &outbox.record, party, outbox.policy, &so_far.given,
			      count_lines(outbox.given), &answer);
	if (err != ERR_OK)
		return err;
	for (size_t i = 0; i < answer.parts_n; i++) {
		if (answer.parts[i].why != WHY_NONE)
			continue;
		give = answer.parts[i].give;
		until_ms = answer.parts[i].until_ms;
		onward = answer.parts[i].onward;
		err = make_delivery(core, &row, party, &give, until_ms, &onward, &counter);
		if (err == ERR_OK)
			err = note_sent_row(core, &outbox, &give, counter);
		if (err == ERR_OK && core->picture && !core->is_folding)
			err = picture_state_put(core->picture, &outbox.record, party,
						PICTURE_STATE_EXPORTED, core_now(core), WHY_NONE);
		(*made)++;
		return err; /* one part a turn: the next is asked with this one given */
	}
	return settle(core, &outbox, &answer);
}

enum err
cut_deliver(struct core *core, const struct party *party, size_t *made)
{
	static const enum outbox_state states[] = {OUTBOX_QUEUED, OUTBOX_HELD};
	struct gathered rows = {.party = party};
	enum err err = ERR_OK;

	*made = 0;
	(void)cut_due(core);
	for (size_t i = 0; i < 2 && err == ERR_OK; i++)
		err =
		    outbox_each_in(core->journal, states[i], &(struct outbox_walk){gather, &rows});
	if (err == ERR_OK)
		err = journal_begin(core->journal);
	if (err == ERR_OK && core->picture && !core->is_folding &&
	    picture_begin(core->picture) != ERR_OK)
		core->is_folding = true;
	for (size_t i = 0; i < rows.n && err == ERR_OK; i++) {
		err = deliver_row(core, rows.numbers[i], party, made);
		arena_reset(core->arena);
	}
	err = core_close_batch(core, err);
	free(rows.numbers);
	return err;
}
