/*
 * Promises that whoever asked for an erasure is told, signed, that it was carried out: the word is
 * owed from the moment the erasure is written here, given when nothing of the record is left, and
 * goes back by link or stick.  What comes is kept and logged as receipts are.
 */
#include "seamd/core.h"

#include "admit/erasure.h"
#include "admit/keyring.h"
#include "journal/confirm.h"
#include "journal/journal.h"
#include "seamd/link.h"

#include <string.h>

enum { TURN_WORDS = 16 };

/* ---- words owed ---- */

enum err
erased_owe(struct core *core, const struct take *take)
{
	struct confirm confirm = {.erasure = take->id,
				  .record = take->record->field[FIELD_RE].id,
				  .station = span_of(core->kid.station.name),
				  .toward = span_of(take->record->station.name),
				  .at_ms = core_now(core)};

	core->owes_words = true;
	return confirm_owe(core->journal, &confirm);
}

struct owed {
	int64_t number;
	struct hash erasure, record;
	struct station toward;
};

struct owing {
	struct owed word[TURN_WORDS];
	size_t n;
};

static bool
gather(void *context, const struct confirm *confirm)
{
	struct owing *owing = context;
	struct owed *word = &owing->word[owing->n];

	word->number = confirm->number;
	word->erasure = confirm->erasure;
	word->record = confirm->record;
	if (station_read(confirm->toward, &word->toward))
		owing->n++;
	return owing->n < TURN_WORDS;
}

/* Nothing of it is here: it never was, or it is gone.  What its erasure could not do yet is tried
 * again. */
static bool
is_gone(struct core *core, const struct owed *word)
{
	struct journal_record row;
	enum err err = journal_get(core->journal, &word->record, core->arena, &row);

	if (err == ERR_NOT_FOUND || err == ERR_KEY || (err == ERR_OK && row.is_erased))
		return true;
	if (err != ERR_OK)
		return false;
	if (!span_is(row.origin, word->toward.name))
		return false; /* not theirs to erase: no word is given */
	return erase_record(core, &word->record);
}

static enum err
give(struct core *core, const struct owed *word)
{
	struct erasure erasure = {.kid = core->kid,
				  .to = word->toward,
				  .erasure = word->erasure,
				  .id = word->record,
				  .at_ms = core_now(core)};
	struct confirm confirm = {.erasure = word->erasure,
				  .record = word->record,
				  .station = span_of(core->kid.station.name),
				  .toward = span_of(word->toward.name),
				  .at_ms = erasure.at_ms};
	struct out text = out_new(ERASURE_MAX);
	struct signature signature;
	int64_t leaf;
	enum err err;

	erasure_write(&text, &erasure);
	err = out_err(&text);
	if (err == ERR_OK)
		err = core_sign(core, SEAL_ERASURE, out_view(&text), &signature);
	if (err == ERR_OK) {
		jws_attach(&text, &signature);
		confirm.text = out_view(&text);
		err = out_err(&text);
	}
	if (err == ERR_OK)
		err = journal_begin(core->journal);
	if (err == ERR_OK) {
		err = confirm_add(core->journal, &confirm, false, &leaf);
		/* The picture has no part in this. */
		if (err == ERR_OK)
			err = journal_commit(core->journal);
		if (err != ERR_OK)
			journal_rollback(core->journal);
	}
	out_free(&text);
	return err;
}

void
erased_give(struct core *core)
{
	struct owing owing = {.n = 0};
	enum err err = ERR_OK;

	if (!core->owes_words || !core->seal)
		return;
	if (confirm_each_owed(core->journal, core->words_after,
			      &(struct confirm_walk){gather, &owing}) != ERR_OK)
		return;
	/* Round and round: one that cannot be given keeps none waiting. */
	core->owes_words = owing.n > 0 || core->words_after > 0;
	core->words_after = owing.n == TURN_WORDS ? owing.word[owing.n - 1].number : 0;
	for (size_t i = 0; i < owing.n && err == ERR_OK; i++) {
		arena_reset(core->arena);
		if (is_gone(core, &owing.word[i]))
			err = give(core, &owing.word[i]);
	}
	if (err != ERR_OK)
		role_log("core", "warn", "an erasure could not be confirmed yet: %s",
			 err_text(err));
	if (owing.n)
		link_pump_soon(core);
}

/* ---- words that go ---- */

bool
erased_is_for(const struct core *core, const struct confirm *confirm, const struct party *party,
	      const struct station *station)
{
	struct station by, toward;
	struct party by_party, toward_party;

	if (confirm->is_told || !station_read(confirm->station, &by) ||
	    !station_read(confirm->toward, &toward))
		return false;
	by_party = station_party(&by);
	toward_party = station_party(&toward);
	if ((station && station_equal(&by, station)) || station_equal(&toward, &core->kid.station))
		return false;
	/* A sister may be nearer to whom it is for. */
	if (party_equal(party, &core->own))
		return true;
	return party_equal(&by_party, &core->own) && party_equal(&toward_party, party);
}

struct putting {
	struct core *core;
	struct link *link;
	bool is_put;
};

static bool
put_one(void *context, const struct confirm *confirm)
{
	struct putting *putting = context;
	struct link *link = putting->link;

	link->words_after = confirm->number;
	if (!erased_is_for(putting->core, confirm, &link->party, &link->station))
		return true;
	link_put(putting->core, link, LINK_WORD, confirm->number, "erased", confirm->text,
		 SPAN(""));
	putting->is_put = true;
	return false;
}

bool
erased_put(struct core *core, struct link *link)
{
	struct putting putting = {core, link, false};

	return confirm_each(core->journal, link->words_after,
			    &(struct confirm_walk){put_one, &putting}) == ERR_OK &&
	       putting.is_put;
}

void
erased_told(struct core *core, const struct link *link, int64_t number)
{
	enum err err;

	if (link->is_sister)
		return; /* it may have to go on from here as well */
	err = journal_begin(core->journal);
	if (err == ERR_OK)
		err = confirm_told(core->journal, number);
	if (err == ERR_OK)
		err = journal_commit(core->journal);
	if (err != ERR_OK)
		journal_rollback(core->journal);
}

/* ---- words that come ---- */

struct looking {
	const struct station *station;
	bool is_held;
};

static bool
look_at(void *context, const struct confirm *confirm)
{
	struct looking *looking = context;

	looking->is_held = span_is(confirm->station, looking->station->name);
	return !looking->is_held;
}

/* Said to this station: the erasure must be its own, and of that record. */
static bool
is_ours(struct core *core, const struct erasure *erasure)
{
	struct record *record = arena_take(core->arena, sizeof *record);
	struct journal_record row;

	return record && core_read(core, &erasure->erasure, &row, record) == ERR_OK && row.is_own &&
	       record->kind == KIND_ERASE && hash_equal(&record->field[FIELD_RE].id, &erasure->id);
}

void
erased_take(struct core *core, struct take *take, struct span text)
{
	struct erasure erasure;
	struct party by, to;
	struct reason reason;
	bool is_revoked;
	struct looking looking = {&erasure.kid.station, false};

	take->is_receipt = take->is_word = true;
	take->bytes = text;
	reason = erasure_read(text, core->keyring, &erasure, &is_revoked);
	take->id = erasure.erasure;
	take_refuse(take, reason.why, FIELD_NONE, NULL);
	if (take->why == WHY_NONE && is_revoked)
		take_refuse(take, WHY_REVOKED_KEY, FIELD_NONE, NULL);
	if (take->why != WHY_NONE)
		return;
	by = station_party(&erasure.kid.station);
	to = station_party(&erasure.to);
	if (station_equal(&erasure.to, &core->kid.station)) {
		if (!is_ours(core, &erasure))
			take_refuse(take, WHY_NO_TARGET, FIELD_NONE,
				    "no such erasure was asked for here");
	} else if (!party_equal(&to, &core->own) && !party_equal(&by, &core->own)) {
		take_refuse(take, WHY_NOT_FOR_US, FIELD_NONE,
			    "neither its sender nor its addressee is of this party");
	}
	if (take->why == WHY_NONE)
		take->err = confirm_each_of(core->journal, &erasure.erasure,
					    &(struct confirm_walk){look_at, &looking});
	take->is_duplicate =
	    take->why == WHY_NONE && take->err == ERR_OK &&
	    (looking.is_held || station_equal(&erasure.kid.station, &core->kid.station));
}

enum err
erased_settle(struct core *core, const struct take *take)
{
	struct erasure erasure;
	struct confirm confirm;
	bool is_revoked;
	int64_t leaf;
	enum err err;

	(void)erasure_read(take->bytes, core->keyring, &erasure, &is_revoked);
	confirm = (struct confirm){.erasure = erasure.erasure,
				   .record = erasure.id,
				   .station = span_of(erasure.kid.station.name),
				   .toward = span_of(erasure.to.name),
				   .text = take->bytes,
				   .at_ms = erasure.at_ms};
	err = confirm_add(core->journal, &confirm, station_equal(&erasure.to, &core->kid.station),
			  &leaf);
	link_pump_soon(core);
	return err == ERR_EXISTS ? ERR_OK : err; /* twice in one batch */
}
