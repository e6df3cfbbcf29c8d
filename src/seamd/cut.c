/*
 * Promises that whatever may leave was allowed by release_cut() at the moment it leaves, and that
 * what is due later survives a restart: it waits in the journal's outbox and is asked about again
 * when its time has come.
 */
#include "seamd/core.h"

#include "admit/keyring.h"
#include "journal/inbox.h"
#include "journal/journal.h"
#include "journal/outbox.h"
#include "journal/sent.h"
#include "picture/picture.h"
#include "release/cite.h"
#include "release/release.h"
#include "seamd/link.h"
#include "seamd/reread.h"

#include <string.h>

enum { SET_TEXT_MAX = 8192, PARTIES_TEXT = LIMIT_PARTIES * LIMIT_PARTY_TEXT };

static void
write_hex(struct out *out, unsigned mask)
{
	for (unsigned shift = 16; shift > 0; shift -= 4)
		if (mask >> (shift - 4) || shift == 4)
			out_char(out, "0123456789abcdef"[mask >> (shift - 4) & 15]);
}

void
cut_write_set(struct out *out, const struct field_set *set)
{
	bool is_first = true;

	for (enum field f = 1; f < FIELD_COUNT; f++) {
		if (!set->mask[f])
			continue;
		if (!is_first)
			out_char(out, ',');
		out_text(out, field_row(f)->name);
		out_char(out, ':');
		write_hex(out, set->mask[f]);
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
	cite->stays_home = cite_stays_home(cite->field, kind_find(row.kind));
	if (cite->stays_home)
		return ERR_OK; /* as if it were somebody else's, without leave */
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

/* What earlier records of the thread showed the party about the same place. */
struct knowing {
	struct core *core;
	const struct cut *cut;
	struct field_set *known;
	enum err err;
};

static bool
is_same_place(const struct place *a, const struct place *b)
{
	unsigned level = a->level < b->level ? a->level : b->level;
	struct place one = place_at_level(a, level);
	struct place other = place_at_level(b, level);

	return level > 0 && strcmp(one.mgrs, other.mgrs) == 0;
}

static bool
add_known(void *context, const struct outbox *outbox)
{
	struct knowing *knowing = context;
	struct field_set set;

	if (outbox->counter < 0 || !span_is(outbox->party, knowing->cut->party->name))
		return true;
	if (!cut_read_set(outbox->items, &set))
		knowing->err = ERR_CORRUPT;
	field_set_add(knowing->known, &set);
	return true;
}

static bool
look_at_earlier(void *context, const struct journal_record *row)
{
	struct knowing *knowing = context;
	struct record *earlier = arena_take(knowing->core->arena, sizeof *earlier);

	if (!row->is_own || row->is_erased ||
	    (knowing->cut->id && hash_equal(&row->id, knowing->cut->id)))
		return true;
	if (!earlier) {
		knowing->err = ERR_NOMEM;
		return false;
	}
	knowing->err = reread_record(row, knowing->core->keyring, knowing->core->arena, earlier);
	if (knowing->err == ERR_OK && earlier->field[FIELD_PLACE].is_set &&
	    is_same_place(&earlier->field[FIELD_PLACE].place,
			  &knowing->cut->record->field[FIELD_PLACE].place))
		knowing->err = outbox_each_of(knowing->core->journal, &row->id,
					      &(struct outbox_walk){add_known, knowing, false});
	return knowing->err == ERR_OK;
}

static enum err
look_up_known(struct core *core, const struct cut *cut, struct field_set *known)
{
	struct knowing knowing = {core, cut, known, ERR_OK};
	enum err err;

	memset(known, 0, sizeof *known);
	if (!cut->record->field[FIELD_PLACE].is_set)
		return ERR_OK;
	err = journal_each_in_thread(core->journal, cut->record->thread,
				     &(struct journal_walk){look_at_earlier, &knowing});
	return err == ERR_OK ? knowing.err : err;
}

/* When the next version of the thread was filed: a step lets the newest go alone. */
struct newer {
	struct core *core;
	const struct journal_record *than;
	int64_t filed_ms;
};

static bool
note_newer(void *context, const struct journal_record *row)
{
	struct newer *newer = context;

	if (row->seq <= newer->than->seq || row->is_erased ||
	    !span_equal(row->origin, newer->than->origin) ||
	    !span_equal(row->kind, newer->than->kind) || is_taken_back(newer->core, &row->id))
		return true;
	if (newer->filed_ms == 0 || row->filed_ms < newer->filed_ms)
		newer->filed_ms = row->filed_ms;
	return true;
}

static enum err
look_up_newer(struct core *core, const struct cut *cut, int64_t *filed_ms)
{
	struct journal_record than;
	struct newer newer = {core, &than, 0};
	enum err err;

	*filed_ms = 0;
	err = journal_get(core->journal, cut->id, core->arena, &than);

	if (err == ERR_KEY || err == ERR_NOT_FOUND)
		return ERR_OK; /* erased: nothing of it goes */
	if (err == ERR_OK)
		err = journal_each_in_thread(core->journal, than.thread,
					     &(struct journal_walk){note_newer, &newer});
	*filed_ms = newer.filed_ms;
	return err;
}

enum err
cut_ask(struct core *core, const struct cut *cut, struct release_answer *answer)
{
	const struct record *record = cut->record;
	/* First the version in force: loading an old one may push out an older one, never this. */
	const struct policy *now = core_policy(core, 0);
	struct release_cite cites[LIMIT_IDS + 3];
	struct field_set known;
	struct release_question question = {
	    .policy_filed = core_policy(core, cut->policy_filed),
	    .policy_now = now,
	    .ground = core->ground,
	    .record = record,
	    .filed_ms = record->filed_ms,
	    .now_ms = core_now(core),
	    .recipient = *cut->party,
	    .is_sister = party_equal(cut->party, &core->own),
	    .given = cut->given,
	    .approvals = cut->approvals,
	    .cites = cites,
	};
	enum err err = ERR_OK;

	if (cut->looks_back) {
		err = look_up_known(core, cut, &known);
		question.known = &known;
	}
	question.cites_n = gather_ids(record, cites, LIMIT_IDS + 3);
	for (size_t i = 0; i < question.cites_n && err == ERR_OK; i++)
		err = look_up_cite(core, cut->party, &cites[i]);
	if (record->kind == KIND_RETRACT || record->kind == KIND_ERASE)
		question.has_thread = has_thread(core, record, cut->party);
	if (cut->id)
		question.is_retracted = is_taken_back(core, cut->id);
	if (cut->id && err == ERR_OK)
		err = look_up_newer(core, cut, &question.newer_ms);
	return err == ERR_OK ? release_cut(&question, core->arena, answer) : err;
}

/* ---- at filing ---- */

static enum err
keep_part(struct core *core, const struct take *take, const struct party *party,
	  const struct release_part *part, enum why why, enum outbox_state state, int64_t now_ms)
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
	    .reason = span_of(part ? part->text : why_text(why)),
	    .state = state,
	    .counter = -1,
	    .changed_ms = now_ms,
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
	if (err == ERR_OK && state == OUTBOX_QUEUED)
		link_queued(core, party, number, take->record);
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
	struct arena_mark mark = arena_mark(core->arena);
	struct release_answer answer;
	struct cut cut = {.record = take->record,
			  .party = party,
			  .policy_filed = core->policy_now,
			  .looks_back = take->is_amending};
	enum err err = cut_ask(core, &cut, &answer);
	int64_t now_ms = core_now(core); /* one moment for journal and picture */

	*row = (struct take_party){
	    .party = *party, .state = PICTURE_STATE_HELD_BACK, .why = WHY_NO_RULE};
	for (size_t i = 0; i < answer.parts_n && err == ERR_OK; i++) {
		enum outbox_state state = state_for(&answer.parts[i]);

		err = keep_part(core, take, party, &answer.parts[i], WHY_NONE, state, now_ms);
		if (state == OUTBOX_QUEUED)
			*row = (struct take_party){*party, PICTURE_STATE_QUEUED, WHY_NONE};
		else if (row->state == PICTURE_STATE_HELD_BACK)
			row->why = answer.parts[i].why;
	}
	if (err == ERR_OK && answer.parts_n == 0)
		row->why = answer.why;
	/* That no rule gives anything is the rule: it needs no row, and a new fold says it again.
	 */
	if (err == ERR_OK && answer.parts_n == 0 && row->why != WHY_NO_RULE)
		err = keep_part(core, take, party, NULL, row->why,
				row->why == WHY_CITES_HELD_BACK ? OUTBOX_HELD : OUTBOX_DROPPED,
				now_ms);
	if (err == ERR_OK && core->picture && !core->is_folding)
		err = picture_state_put(
		    core->picture, &take->id, party, (enum picture_state)row->state,
		    row->why == WHY_NO_RULE ? take->record->filed_ms : core_now(core), row->why);
	take->parties_n++;
	arena_back(core->arena, mark);
	return err;
}

enum err
cut_later(struct core *core, struct record *record, const struct hash *id,
	  const struct party *party)
{
	struct take take = {.record = record, .id = *id, .is_amending = true};

	take.parties = arena_array(core->arena, 1, sizeof *take.parties);
	return take.parties ? cut_for(core, &take, party) : ERR_NOMEM;
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
