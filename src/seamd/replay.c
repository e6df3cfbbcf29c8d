/*
 * Promises that nothing flows back by itself: records filed under an earlier policy, or before a
 * party came, are cut once more only when an officer asks for it, and first it is told how many
 * that are.
 */
#include "seamd/core.h"

#include "admit/keyring.h"
#include "journal/journal.h"
#include "release/release.h"
#include "seamd/link.h"

#include <stdio.h>
#include <stdlib.h>

enum { BATCH = 100 };

struct gathering {
	struct hash *ids;
	size_t n, size;
	enum err err;
};

static bool
gather(void *context, const struct journal_record *row)
{
	struct gathering *gathering = context;

	if (!row->is_own || row->is_erased)
		return true;
	if (gathering->n == gathering->size) {
		size_t size = gathering->size ? gathering->size * 2 : 1024;
		struct hash *grown = realloc(gathering->ids, size * sizeof *grown);

		if (!grown) {
			gathering->err = ERR_NOMEM;
			return false;
		}
		gathering->ids = grown;
		gathering->size = size;
	}
	gathering->ids[gathering->n++] = row->id;
	return true;
}

/* Whether the policy in force gives more of a record than was given, now or later. */
static enum err
would_flow(struct core *core, const struct hash *id, const struct party *party,
	   struct record *record, bool *flows)
{
	struct release_answer answer = {0};
	struct journal_record row;
	struct field_set given;
	enum err err = core_read(core, id, &row, record);

	*flows = false;
	if (err == ERR_KEY || err == ERR_NOT_FOUND)
		return ERR_OK; /* erased since */
	if (err == ERR_OK && kind_row(record->kind)->nature == KIND_NATURE_HOUSE)
		return ERR_OK;
	if (err == ERR_OK)
		err = deliver_given(core, id, party, &given);
	if (err == ERR_OK)
		err = cut_ask(core,
			      &(struct cut){.record = record,
					    .id = id,
					    .party = party,
					    .policy_filed = core->policy_now,
					    .given = &given,
					    .looks_back = true},
			      &answer);
	*flows = err == ERR_OK && answer.parts_n > 0;
	return err;
}

static enum err
replay_part(struct core *core, const struct hash *ids, size_t n, const struct party *party,
	    bool does, int64_t *count)
{
	enum err err = does ? journal_begin(core->journal) : ERR_OK;

	for (size_t i = 0; i < n && err == ERR_OK; i++) {
		struct record *record;
		bool flows = false;

		arena_reset(core->arena);
		record = arena_take(core->arena, sizeof *record);
		err = record ? would_flow(core, &ids[i], party, record, &flows) : ERR_NOMEM;
		if (err == ERR_OK && flows && does)
			err = cut_later(core, record, &ids[i], party);
		*count += flows;
	}
	if (!does)
		return err;
	/* The picture's states follow from the outbox at the next look. */
	if (err == ERR_OK)
		err = journal_commit(core->journal);
	if (err != ERR_OK)
		journal_rollback(core->journal);
	return err;
}

void
replay_act(struct core *core, const struct act *act, const struct party *party, bool does)
{
	struct gathering gathering = {0};
	char text[128];
	int64_t count = 0;
	bool was_folding = core->is_folding;
	enum err err;

	if (!members_find(keyring_members(core->keyring), party)) {
		core_refuse(core, act, WHY_UNKNOWN_PARTY, 0, NULL);
		return;
	}
	err = journal_each(core->journal, 0, &(struct journal_walk){gather, &gathering});
	if (err == ERR_OK)
		err = gathering.err;
	core->is_folding = core->is_folding || does; /* no batch of the picture is open here */
	for (size_t i = 0; i < gathering.n && err == ERR_OK; i += BATCH)
		err = replay_part(core, &gathering.ids[i],
				  gathering.n - i < BATCH ? gathering.n - i : BATCH, party, does,
				  &count);
	free(gathering.ids);
	core->has_missed = core->has_missed || does;
	if (!does)
		core->is_folding = was_folding;
	(void)snprintf(text, sizeof text, "%lld of %zu own records", (long long)count, gathering.n);
	if (err != ERR_OK)
		core_fail(core, act, err, NULL);
	else
		core_done(core, act, count, text);
	link_pump_soon(core);
}
