/*
 * Promises that what is shown was read from the home's own files, checked again where it is folded
 * here, and that nothing in the home is changed.
 */
#define _GNU_SOURCE
#include "seam/view.h"

#include "admit/keyring.h"
#include "journal/inbox.h"
#include "journal/journal.h"
#include "journal/outbox.h"
#include "journal/sent.h"
#include "model/ground.h"
#include "seam/reach.h"
#include "seamd/reread.h"
#include "seamd/ring.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { FOLD_BATCH = 256, FOLD_ARENA = 4 << 20, BEHIND_LOOKS = 20, BEHIND_WAIT_MS = 50 };

struct view {
	struct app *app;
	struct journal *journal;
	struct keyring *keyring;
	struct ground *ground;
	struct picture *picture;
	char folder[FILE_PATH_MAX]; /* of a picture folded here, "" when it is the station's */
};

/* State of a fold over the journal. */
struct fold {
	struct view *view;
	struct arena *arena;
	uint64_t done, all;
	uint64_t broken; /* records that do not hold any more */
	enum err err;
};

static bool
first_counter(void *context, const struct inbox *inbox)
{
	int64_t *least = context;

	if (*least < 0 || inbox->counter < *least)
		*least = inbox->counter;
	return true;
}

static int64_t
position_of(struct fold *fold, const struct journal_record *row, const struct record *record)
{
	int64_t least = -1;

	if (!row->is_own && row->leaf < 0)
		fold->err = inbox_each_of(fold->view->journal, &row->id,
					  &(struct inbox_walk){first_counter, &least});
	return reread_position(row, record, least, fold->arena);
}

static enum err
put(struct picture *picture, struct picture_item *item, const struct record *record)
{
	item->filed_ms = record->filed_ms;
	return picture_put(picture, item);
}

static bool
fold_row(void *context, const struct journal_record *row)
{
	struct fold *fold = context;
	struct picture *picture = fold->view->picture;
	struct record *record = calloc(1, sizeof *record);
	struct picture_item item = {.id = row->id,
				    .record = record,
				    .arrived_ms = row->received_ms,
				    .flags = row->is_erased ? PICTURE_ERASED : 0};

	if (!record)
		fold->err = ERR_NOMEM;
	else if (reread_record(row, fold->view->keyring, fold->arena, record) != ERR_OK)
		fold->broken++;
	else {
		item.position = position_of(fold, row, record);
		if (fold->err == ERR_OK)
			fold->err = put(picture, &item, record);
	}
	free(record);
	arena_reset(fold->arena);
	if (++fold->done % FOLD_BATCH == 0 && fold->err == ERR_OK) {
		app_progress(fold->view->app, "folding %llu of %llu records",
			     (unsigned long long)fold->done, (unsigned long long)fold->all);
		fold->err = picture_commit(picture);
		if (fold->err == ERR_OK)
			fold->err = picture_begin(picture);
	}
	return fold->err == ERR_OK;
}

static const struct {
	enum picture_state state;
	enum why why;
} ways[OUTBOX_STATE_COUNT] = {
    [OUTBOX_WAITING] = {PICTURE_STATE_HELD_BACK, WHY_NOT_YET},
    [OUTBOX_HELD] = {PICTURE_STATE_HELD_BACK, WHY_NEEDS_OFFICERS},
    [OUTBOX_QUEUED] = {PICTURE_STATE_QUEUED, WHY_NONE},
    [OUTBOX_EXPORTED] = {PICTURE_STATE_EXPORTED, WHY_NONE},
    [OUTBOX_ARRIVED] = {PICTURE_STATE_ARRIVED, WHY_NONE},
    [OUTBOX_TOLD] = {PICTURE_STATE_TOLD, WHY_NONE},
};

static bool
fold_way(void *context, const struct outbox *outbox)
{
	struct fold *fold = context;
	enum why why = ways[outbox->state].why;
	struct party party;

	/* a row that is held for another reason than officers keeps that reason's sentence */
	if (outbox->state == OUTBOX_HELD)
		why =
		    why_find_text(outbox->reason.n ? outbox->reason.p : "", outbox->reason.n, why);
	if (party_read(outbox->party, &party))
		fold->err = picture_state_put(fold->view->picture, &outbox->record, &party,
					      ways[outbox->state].state, outbox->changed_ms, why);
	return fold->err == ERR_OK;
}

static bool
fold_sent(void *context, const struct sent *sent)
{
	static const enum picture_state states[SENT_STATE_COUNT] = {
	    [SENT_QUEUED] = PICTURE_STATE_QUEUED,
	    [SENT_EXPORTED] = PICTURE_STATE_EXPORTED,
	    [SENT_ARRIVED] = PICTURE_STATE_ARRIVED};
	struct fold *fold = context;
	struct party party;

	if (party_read(sent->party, &party))
		fold->err = picture_state_put(fold->view->picture, &sent->record, &party,
					      states[sent->state], sent->changed_ms, WHY_NONE);
	return fold->err == ERR_OK;
}

static void
fold_ways(struct fold *fold)
{
	struct journal *journal = fold->view->journal;

	for (enum outbox_state state = 0; state < OUTBOX_DROPPED && fold->err == ERR_OK; state++) {
		enum err err =
		    outbox_each_in(journal, state, &(struct outbox_walk){fold_way, fold, false});

		if (fold->err == ERR_OK)
			fold->err = err;
	}
	if (fold->err == ERR_OK) {
		enum err err = sent_each(journal, (struct span){NULL, 0}, 0,
					 &(struct sent_walk){fold_sent, fold});

		if (fold->err == ERR_OK)
			fold->err = err;
	}
}

static enum err
fold_all(struct view *view)
{
	struct fold fold = {.view = view, .arena = arena_new(FOLD_ARENA)};
	struct journal_counts counts = {0};
	enum err err = fold.arena ? journal_count(view->journal, &counts) : ERR_NOMEM;

	fold.all = counts.records;
	if (err == ERR_OK)
		err = picture_begin(view->picture);
	if (err == ERR_OK)
		err = journal_each(view->journal, 0, &(struct journal_walk){fold_row, &fold});
	if (err == ERR_OK)
		err = fold.err;
	if (err == ERR_OK) {
		fold_ways(&fold);
		err = fold.err;
	}
	if (err == ERR_OK)
		err = picture_commit(view->picture);
	if (fold.done >= FOLD_BATCH)
		app_progress(view->app, "%s", "");
	if (fold.broken)
		app_remark(view->app,
			   "seam: %llu records do not hold and are not shown: run seam verify",
			   (unsigned long long)fold.broken);
	arena_free(fold.arena);
	return err;
}

static enum err
make_folder(struct view *view)
{
	const char *base = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : getenv("TMPDIR");
	int n = snprintf(view->folder, sizeof view->folder, "%s/seam-view.XXXXXX",
			 base ? base : "/tmp");

	if (n > 0 && (size_t)n < sizeof view->folder && mkdtemp(view->folder))
		return ERR_OK;
	view->folder[0] = '\0';
	return ERR_IO;
}

static bool
is_behind(void *context, const struct journal_record *row)
{
	(void)row;
	*(bool *)context = true;
	return false;
}

/* Does the station's picture lack a record up to the number `upto`? */
static enum err
lacks(struct journal *journal, struct picture *picture, uint64_t upto, uint64_t *behind)
{
	bool is_there = false;
	int64_t mark = 0;
	enum err err = picture_mark(picture, &mark);

	*behind = 0;
	if (err == ERR_OK && (uint64_t)mark < upto)
		err = journal_each(journal, mark, &(struct journal_walk){is_behind, &is_there});
	if (err == ERR_OK && is_there)
		*behind = upto - (uint64_t)mark;
	return err;
}

/* A station that is about to show what it has just written is given a second. */
static enum err
look_behind(struct journal *journal, struct picture *picture, uint64_t *behind, uint64_t *all)
{
	struct journal_counts counts = {0};
	enum err err = journal_count(journal, &counts);

	*behind = 0;
	*all = counts.records;
	for (int i = 0; err == ERR_OK && i < BEHIND_LOOKS; i++) {
		if (i > 0)
			(void)poll(NULL, 0, BEHIND_WAIT_MS);
		err = lacks(journal, picture, counts.records, behind);
		if (err == ERR_OK && *behind == 0)
			break;
	}
	return err;
}

static enum err
open_run(const struct view *view, struct picture **picture)
{
	char dir[FILE_PATH_MAX];
	enum err err = config_run_dir(&view->app->config, dir, sizeof dir);

	*picture = NULL;
	return err == ERR_OK ? picture_open(dir, PICTURE_READ, NULL, picture) : err;
}

enum err
view_behind(struct view *view, uint64_t *behind)
{
	struct picture *picture = NULL;
	uint64_t all = 0;
	enum err err;

	*behind = 0;
	if (!reach_is_running(view->app))
		return ERR_OK;
	err = open_run(view, &picture);
	if (err == ERR_OK)
		err = look_behind(view->journal, picture, behind, &all);
	picture_close(picture);
	return err;
}

/* The station's own picture, if it shows all that is held by now. */
static enum err
open_stations(struct view *view)
{
	uint64_t behind = 0;
	uint64_t all = 0;
	enum err err = open_run(view, &view->picture);

	if (err == ERR_OK)
		err = look_behind(view->journal, view->picture, &behind, &all);
	if (err == ERR_OK && behind == 0)
		return ERR_OK;
	picture_close(view->picture);
	view->picture = NULL;
	app_remark(view->app,
		   "seam: the station's picture %s: what is shown is folded from its journal here; "
		   "its log says why, and seam doctor looks at the disks",
		   behind ? "lacks records that are held" : "cannot be read");
	if (behind)
		app_remark(view->app, "seam: it is behind by %llu of %llu records",
			   (unsigned long long)behind, (unsigned long long)all);
	return err == ERR_OK ? ERR_NOT_FOUND : err;
}

static enum err
open_picture(struct view *view)
{
	enum err err = ERR_NOT_FOUND;

	if (reach_is_running(view->app))
		err = open_stations(view);
	if (err == ERR_OK)
		return ERR_OK;
	err = make_folder(view);
	if (err == ERR_OK)
		err = picture_open(view->folder, PICTURE_WRITE, &view->app->config.station,
				   &view->picture);
	return err == ERR_OK ? fold_all(view) : err;
}

static enum err
open_parts(struct view *view, unsigned parts, char why[JOURNAL_WHY_MAX + RING_WHY_MAX])
{
	unsigned needed = parts & VIEW_PICTURE ? parts | VIEW_JOURNAL | VIEW_RING : parts;
	enum err err = ERR_OK;

	if (needed & (VIEW_JOURNAL | VIEW_RING))
		err = journal_open(view->app->config.home, JOURNAL_READ, why, &view->journal);
	if (err == ERR_OK && needed & VIEW_RING)
		err = (needed & VIEW_FORMER ? ring_load_former : ring_load)(view->journal,
									    &view->keyring, why);
	if (err == ERR_OK && needed & VIEW_GROUND)
		err = ring_ground(view->app->config.home, &view->ground, why);
	if (err == ERR_OK && needed & VIEW_PICTURE)
		err = open_picture(view);
	return err;
}

_Static_assert(VIEW_WHY_MAX >= JOURNAL_WHY_MAX + RING_WHY_MAX, "room for either's reason");

struct view *
view_try(struct app *app, unsigned parts, char why[VIEW_WHY_MAX])
{
	struct view *view = calloc(1, sizeof *view);
	enum err err = ERR_NOMEM;

	why[0] = '\0';
	if (view) {
		view->app = app;
		err = open_parts(view, parts, why);
	}
	if (err == ERR_OK)
		return view;
	if (!why[0])
		(void)snprintf(why, VIEW_WHY_MAX, "%s", err_text(err));
	view_close(view);
	return NULL;
}

struct view *
view_open(struct app *app, unsigned parts)
{
	char why[VIEW_WHY_MAX];
	struct view *view;

	if (!app_config(app))
		return NULL;
	view = view_try(app, parts, why);
	if (!view)
		(void)app_say_no(app, "%s: %s", app->config.home, why);
	return view;
}

void
view_close(struct view *view)
{
	if (!view)
		return;
	picture_close(view->picture);
	if (view->folder[0]) {
		if (picture_remove(view->folder) != ERR_OK || rmdir(view->folder) != 0)
			app_remark(view->app, "seam: %s could not be removed: it holds content",
				   view->folder);
	}
	ground_free(view->ground);
	keyring_free(view->keyring);
	journal_close(view->journal);
	free(view);
}

struct journal *
view_journal(const struct view *view)
{
	return view->journal;
}

struct picture *
view_picture(const struct view *view)
{
	return view->picture;
}

struct keyring *
view_ring(const struct view *view)
{
	return view->keyring;
}

struct ground *
view_ground(const struct view *view)
{
	return view->ground;
}

/* Looks through every version for ids that begin with the text. */
static enum err
find_prefix(struct view *view, struct span text, struct hash *id, size_t *found)
{
	struct picture_query query = {.with_history = true, .limit = PICTURE_ROWS_MAX};
	struct arena *arena = arena_new(APP_ARENA);
	enum err err = arena ? ERR_OK : ERR_NOMEM;
	struct picture_cursor next = {.is_set = true};

	*found = 0;
	for (enum kind kind = KIND_NONE + 1; kind < KIND_COUNT; kind++)
		query.kinds |= picture_kind(kind);
	while (err == ERR_OK && next.is_set) {
		struct picture_row *rows;
		size_t n;

		arena_reset(arena);
		err = picture_query(view->picture, &query, arena, &rows, &n, &next);
		for (size_t i = 0; err == ERR_OK && i < n; i++) {
			char name[HASH_TEXT_SIZE];

			hash_text(name, &rows[i].id);
			if (strncmp(name, text.p, text.n) != 0)
				continue;
			*id = rows[i].id;
			(*found)++;
		}
		query.after = next;
	}
	arena_free(arena);
	return err;
}

int
view_find(struct view *view, const char *text, struct hash *id)
{
	struct span span = span_of(text);
	size_t found;
	enum err err;

	if (span.n == HASH_TEXT_SIZE - 1 && hash_read(span, id))
		return APP_OK;
	if (span.n < VIEW_PREFIX_MIN)
		return app_usage(view->app, "an id needs at least %d of its characters: '%s'",
				 VIEW_PREFIX_MIN, text);
	err = find_prefix(view, span, id, &found);
	if (err != ERR_OK)
		return app_fail(view->app, err, "looking for the record");
	if (found == 1)
		return APP_OK;
	return found ? app_say_no(view->app, "%zu records begin with '%s': name more of the id",
				  found, text)
		     : app_say_no(view->app, "no record held begins with '%s'", text);
}

int
view_record(struct view *view, const char *text, struct picture_row *row)
{
	struct hash id;
	int code = view_find(view, text, &id);
	enum err err = ERR_OK;

	if (code == APP_OK)
		err = picture_record(view->picture, &id, view->app->arena, row);
	if (err == ERR_NOT_FOUND)
		return app_say_no(view->app, "no record held has the id '%s'", text);
	return err == ERR_OK ? code : app_fail(view->app, err, "reading the record");
}

size_t
view_others(const struct view *view, struct party parties[LIMIT_PARTIES])
{
	const struct members *members = keyring_members(view->keyring);
	struct party own = station_party(&view->app->config.station);
	size_t n = 0;

	for (unsigned i = 0; i < members->n; i++)
		if (!party_equal(&members->member[i].party, &own))
			parties[n++] = members->member[i].party;
	return n;
}

int
view_party(const struct view *view, const char *text, struct party *party)
{
	struct party own = station_party(&view->app->config.station);

	if (!party_read(span_of(text), party))
		return app_usage(view->app, "'%s' is no name of a party", text);
	if (party_equal(party, &own))
		return app_say_no(view->app, "%s is this station's own party", text);
	if (!members_find(keyring_members(view->keyring), party))
		return app_refused(view->app, WHY_UNKNOWN_PARTY, 0, text);
	return APP_OK;
}
