/*
 * Promises a list per erasure in which nobody who was sent the record is forgotten.
 */
#include "seamd/confirmed.h"

#include "admit/admit.h"
#include "admit/keyring.h"
#include "journal/confirm.h"
#include "journal/journal.h"
#include "journal/sent.h"
#include "model/record.h"
#include "seamd/reread.h"

#include <string.h>

enum { ROWS_MAX = LIMIT_STATIONS + LIMIT_PARTIES, ROW_ARENA = ADMIT_ARENA };

struct looking {
	struct journal *journal;
	const struct keyring *keyring;
	const struct station *own;
	struct arena *arena;
	bool (*each)(void *context, const struct confirmed *confirmed);
	void *context;
	struct confirmed_by *by;
	size_t n;
	enum err err;
};

static bool
has_station(const struct looking *looking, const struct station *station)
{
	for (size_t i = 0; i < looking->n; i++)
		if (station_equal(&looking->by[i].station, station))
			return true;
	return false;
}

static bool
has_party(const struct looking *looking, const struct party *party)
{
	for (size_t i = 0; i < looking->n; i++)
		if (party_equal(&looking->by[i].party, party))
			return true;
	return false;
}

static void
add(struct looking *looking, const struct confirmed_by *by)
{
	if (looking->n < ROWS_MAX)
		looking->by[looking->n++] = *by;
	else
		looking->err = ERR_LIMIT;
}

static bool
add_word(void *context, const struct confirm *confirm)
{
	struct looking *looking = context;
	struct confirmed_by by = {.at_ms = confirm->at_ms};

	if (station_read(confirm->station, &by.station)) {
		by.party = station_party(&by.station);
		add(looking, &by);
	}
	return looking->err == ERR_OK;
}

static bool
add_sent(void *context, const struct sent *sent)
{
	struct looking *looking = context;
	struct confirmed_by by = {.at_ms = 0};
	bool is_known = false;

	if (!party_read(sent->party, &by.party))
		return true;
	for (size_t i = 0; i < keyring_count(looking->keyring); i++) {
		struct party party;

		by.station = keyring_at(looking->keyring, i)->station;
		party = station_party(&by.station);
		if (!party_equal(&party, &by.party) || station_equal(&by.station, looking->own))
			continue;
		is_known = true;
		if (!has_station(looking, &by.station))
			add(looking, &by);
	}
	by.station = (struct station){""};
	if (!is_known && !has_party(looking, &by.party))
		add(looking, &by);
	return looking->err == ERR_OK;
}

/* Words that came stand first, since they are asked for first. */
static void
fill(struct looking *looking, struct confirmed *confirmed)
{
	looking->n = 0;
	looking->by = arena_array(looking->arena, ROWS_MAX, sizeof *looking->by);
	if (!looking->by)
		looking->err = ERR_NOMEM;
	if (looking->err == ERR_OK && confirmed->is_own)
		looking->err = confirm_each_of(looking->journal, &confirmed->erasure,
					       &(struct confirm_walk){add_word, looking});
	if (looking->err == ERR_OK && confirmed->is_own)
		looking->err = sent_each_of(looking->journal, &confirmed->record,
					    &(struct sent_walk){add_sent, looking});
	confirmed->by = looking->by;
	confirmed->n = looking->n;
	for (size_t i = 0; i < looking->n; i++)
		confirmed->missing += looking->by[i].at_ms == 0;
}

static bool
look_at(void *context, const struct journal_record *row)
{
	struct looking *looking = context;
	struct confirmed confirmed = {.erasure = row->id, .asked_ms = row->filed_ms};
	struct record *record;

	arena_reset(looking->arena);
	record = arena_take(looking->arena, sizeof *record);
	if (!record) {
		looking->err = ERR_NOMEM;
		return false;
	}
	if (reread_record(row, looking->keyring, looking->arena, record) != ERR_OK ||
	    !record->field[FIELD_RE].is_set || !station_read(row->origin, &confirmed.asked))
		return true; /* of a party that has left */
	confirmed.record = record->field[FIELD_RE].id;
	confirmed.is_own = station_equal(&confirmed.asked, looking->own);
	fill(looking, &confirmed);
	return looking->err == ERR_OK && looking->each(looking->context, &confirmed);
}

enum err
confirmed_each(struct journal *journal, const struct keyring *keyring, const struct station *own,
	       bool (*each)(void *context, const struct confirmed *confirmed), void *context)
{
	struct looking looking = {.journal = journal,
				  .keyring = keyring,
				  .own = own,
				  .arena = arena_new(ROW_ARENA),
				  .each = each,
				  .context = context};
	enum err err = ERR_NOMEM;

	if (looking.arena)
		err = journal_each_of_kind(journal, span_of(kind_row(KIND_ERASE)->name),
					   &(struct journal_walk){look_at, &looking});
	arena_free(looking.arena);
	return err == ERR_OK ? looking.err : err;
}
