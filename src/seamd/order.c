/*
 * Promises that the versions of a neighbour's statements stand in the order of its log, whatever
 * came first: where a record lies in it is looked up in our copy when the record comes, and while
 * the copy grows.  Only where it matters: most records are the only one of their thread.
 */
#include "seamd/link.h"

#include "admit/keynote.h"
#include "admit/keyring.h"
#include "journal/journal.h"
#include "journal/mirror.h"
#include "picture/picture.h"

#include <stdlib.h>
#include <string.h>

enum {
	LEAFLESS_MOST = 65536, /* of one link; more are looked for when it comes up again */
	LOOKS = 256,           /* on one beat */
	AGAIN_MS = 600 * 1000, /* all are read from the journal no more often */
	GIVE_UP_MS = 30 * 1000 /* of a head behind its coming: it is in another log, or in none */
};

/* ---- where a record lies ---- */

static bool
is_in(struct mirror *mirror, const struct hash *id, struct order_leaf *leaf)
{
	struct hash hash = mirror_record(id);

	return mirror_has_leaf(mirror, &hash, &leaf->index);
}

/* The copies of one station's logs, the newest first: its link holds that one open; those on the
 * disk (of earlier logs, of a neighbour without a link) are opened once, when needed. */
struct logs {
	struct core *core;
	const struct note_key *log[KEYRING_LOGS];
	size_t n;
	struct link *link;
	struct mirror *mirror[KEYRING_LOGS];
	bool is_tried[KEYRING_LOGS];
};

static struct logs
logs_of(struct core *core, const struct station *station)
{
	struct logs logs = {.core = core, .link = link_of(core, station)};

	logs.n = keyring_logs(core->keyring, station, logs.log);
	return logs;
}

static void
close_logs(struct logs *logs)
{
	for (size_t i = 0; i < logs->n; i++)
		mirror_close(logs->mirror[i]);
}

static struct mirror *
copy_of(struct logs *logs, size_t i)
{
	const struct note_key *key = logs->log[i];
	struct mirror *mirror = logs->link ? link_open_log(logs->core, logs->link) : NULL;

	if (mirror && strcmp(mirror_key(mirror)->name, key->name) == 0)
		return mirror;
	if (!logs->is_tried[i] &&
	    mirror_view(logs->core->config->home, key, &logs->mirror[i]) != ERR_OK)
		logs->mirror[i] = NULL;
	logs->is_tried[i] = true;
	return logs->mirror[i];
}

static bool
find(struct logs *logs, const struct hash *id, struct order_leaf *leaf)
{
	leaf->id = *id;
	for (size_t i = 0; i < logs->n; i++) {
		struct mirror *mirror = copy_of(logs, i);

		leaf->epoch = station_log_number(span_of(logs->log[i]->name));
		if (mirror && leaf->epoch && is_in(mirror, id, leaf))
			return true;
	}
	return false;
}

static int64_t
position_of(const struct order_leaf *leaf)
{
	return picture_position(
	    &(struct picture_order){.epoch = leaf->epoch, .leaf = (int64_t)leaf->index});
}

/* ---- writing it down, within a batch ---- */

static enum err
note(struct core *core, const struct order_leaf *leaf, int64_t seq)
{
	enum err err = journal_note_leaf(core->journal, &leaf->id, leaf->epoch, leaf->index);

	if (err == ERR_OK && (core->widened_seq == 0 || seq < core->widened_seq))
		core->widened_seq = seq;
	return err;
}

enum err
order_show(struct core *core, const struct order_leaf *leaves, size_t n)
{
	enum err err = ERR_OK;

	for (size_t i = 0; i < n && err == ERR_OK; i++) {
		err = picture_move(core->picture, &leaves[i].id, position_of(&leaves[i]));
		if (err == ERR_NOT_FOUND) /* it could not be read when the picture was folded */
			err = ERR_OK;
	}
	return err;
}

/* ---- a record comes ---- */

static void
wait_for(struct link *link, const struct hash *id, int64_t seq)
{
	if (link->leafless_n == link->leafless_size) {
		size_t size = link->leafless_size ? 2 * link->leafless_size : 64;
		struct link_leafless *grown = NULL;

		if (size <= LEAFLESS_MOST)
			grown = realloc(link->leafless, size * sizeof *grown);
		if (!grown)
			return;
		link->leafless = grown;
		link->leafless_size = size;
	}
	link->leafless[link->leafless_n++] = (struct link_leafless){*id, seq, LINK_NOW};
}

struct gathering {
	struct link_leafless rows[JOURNAL_LEAFLESS_MAX];
	size_t n;
};

static bool
gather(void *context, const struct journal_record *row)
{
	struct gathering *gathering = context;

	gathering->rows[gathering->n++] = (struct link_leafless){row->id, row->seq, 0};
	return gathering->n < JOURNAL_LEAFLESS_MAX;
}

static enum err
look_for(struct logs *logs, struct take *take, const struct link_leafless *row, bool waits)
{
	struct order_leaf *leaf = &take->leaves[take->leaves_n];
	enum err err;

	if (!find(logs, &row->id, leaf)) {
		if (logs->link && waits)
			wait_for(logs->link, &row->id, row->seq);
		return ERR_OK;
	}
	err = note(logs->core, leaf, row->seq);
	if (hash_equal(&leaf->id, &take->id))
		take->position = position_of(leaf);
	take->leaves_n++;
	return err;
}

enum err
order_came(struct core *core, struct take *take)
{
	struct gathering gathering = {.n = 0};
	struct logs logs;
	enum err err =
	    journal_each_leafless(core->journal, span_of(take->record->station.name),
				  take->record->thread, &(struct journal_walk){gather, &gathering});

	if (err != ERR_OK || gathering.n == 0)
		return err;
	take->leaves = arena_array(core->arena, gathering.n, sizeof *take->leaves);
	if (!take->leaves)
		return ERR_NOMEM;
	logs = logs_of(core, &take->record->station);
	/* Where there are more than two, the older ones were waited for when they came. */
	for (size_t i = 0; i < gathering.n && err == ERR_OK; i++)
		err = look_for(&logs, take, &gathering.rows[i], i == 0 || gathering.n == 2);
	close_logs(&logs);
	return err;
}

/* ---- the copy grows ---- */

static bool
gather_all(void *context, const struct journal_record *row)
{
	struct link *link = context;

	wait_for(link, &row->id, row->seq);
	return link->leafless_n < LEAFLESS_MOST;
}

/* Connections are as many as the other end likes, and each would have the journal looked through.
 */
void
order_begin(struct core *core, struct link *link)
{
	int64_t now_ms = role_tick_ms();

	if (link->leafless_read_ms && now_ms - link->leafless_read_ms < AGAIN_MS)
		return;
	link->leafless_read_ms = now_ms;
	link->leafless_n = link->leafless_at = 0;
	if (journal_each_leafless(core->journal, span_of(link->station.name), SPAN(""),
				  &(struct journal_walk){gather_all, link}) != ERR_OK) {
		link->leafless_read_ms = 0;
		role_log("core", "warn", "what is not in order yet of %s could not be read",
			 link->station.name);
	}
}

static enum err
write_found(struct core *core, const struct order_leaf *leaves, const int64_t *seqs, size_t n)
{
	enum err err = journal_begin(core->journal);

	for (size_t i = 0; i < n && err == ERR_OK; i++) {
		err = note(core, &leaves[i], seqs[i]);
		if (err == ERR_NOT_FOUND) /* found by another way, or never written */
			err = ERR_OK;
	}
	if (err == ERR_OK && core->picture && !core->is_folding &&
	    picture_begin(core->picture) != ERR_OK)
		core->is_folding = true;
	if (err == ERR_OK && core->picture && !core->is_folding)
		err = order_show(core, leaves, n);
	err = core_close_batch(core, err);
	if (err == ERR_OK)
		core->watched_seq = -1; /* another version may be in force now */
	return err;
}

/* Rows are looked at in turn: what is found leaves the list, and what no head will show. */
void
order_look(struct core *core, struct link *link)
{
	struct logs logs = logs_of(core, &link->station);
	struct order_leaf leaves[LOOKS];
	int64_t seqs[LOOKS];
	size_t n = 0;

	for (size_t left = link->leafless_n < LOOKS ? link->leafless_n : LOOKS; left; left--) {
		size_t at = link->leafless_at < link->leafless_n ? link->leafless_at : 0;
		struct link_leafless *row = &link->leafless[at];

		link->leafless_at = at;
		if (find(&logs, &row->id, &leaves[n])) {
			seqs[n++] = row->seq;
		} else if (link->head_seen_ms <= row->since_ms + GIVE_UP_MS) {
			link->leafless_at++;
			continue;
		}
		*row = link->leafless[--link->leafless_n];
	}
	close_logs(&logs);
	if (n && write_found(core, leaves, seqs, n) != ERR_OK)
		for (size_t i = 0; i < n; i++)
			wait_for(link, &leaves[i].id, seqs[i]);
}
