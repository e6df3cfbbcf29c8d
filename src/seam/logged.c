/* Promises to say no more of a record's place in a log than what is proven here. */
#include "seam/logged.h"

#include "seam/view.h"

#include "admit/keyring.h"
#include "journal/journal.h"
#include "journal/mirror.h"
#include "seamd/quorum.h"

#include <stdio.h>
#include <string.h>

static enum err
read_own(struct app *app, struct view *view, const struct journal_record *row,
	 struct logged *logged)
{
	struct quorum *quorum = arena_take(app->arena, sizeof *quorum);
	struct party own = station_party(&app->config.station);

	if (!quorum)
		return ERR_NOMEM;
	quorum_read(view_ring(view), &own, quorum);
	logged->needed = quorum->k;
	logged->has_leaf = row->leaf >= 0;
	if (!logged->has_leaf)
		return ERR_OK;
	logged->index = (uint64_t)row->leaf;
	(void)snprintf(logged->origin, sizeof logged->origin, "seam/%s/log/%lld",
		       journal_station(view_journal(view)), (long long)row->epoch);
	return witness_leaf(view_journal(view), quorum->member, quorum->n, quorum->k, row->epoch,
			    logged->index, &logged->leaf);
}

/* In the copy of one of its station's logs. */
static enum err
look_in(struct app *app, const struct note_key *key, const struct hash *leaf, struct logged *logged)
{
	struct mirror *mirror;
	enum err err = mirror_view(app->config.home, key, &mirror);

	if (err != ERR_OK)
		return err == ERR_NOT_FOUND ? ERR_OK : err;
	logged->has_copy = true;
	logged->copied = mirror_size(mirror);
	(void)span_copy(logged->origin, sizeof logged->origin, span_of(key->name));
	err = mirror_find_leaf(mirror, leaf, &logged->index);
	logged->has_leaf = err == ERR_OK;
	mirror_close(mirror);
	return err == ERR_NOT_FOUND ? ERR_OK : err;
}

static enum err
read_foreign(struct app *app, struct view *view, const struct journal_record *row,
	     struct logged *logged)
{
	struct hash leaf = mirror_record(&row->id);
	const struct note_key *logs[KEYRING_LOGS];
	struct station station;
	size_t n = 0;
	enum err err = ERR_OK;

	if (station_read(row->origin, &station))
		n = keyring_logs(view_ring(view), &station, logs);
	while (n-- > 0 && err == ERR_OK &&
	       !logged->has_leaf) /* the newest last: it is the one to name */
		err = look_in(app, logs[n], &leaf, logged);
	return err;
}

enum err
logged_read(struct app *app, struct view *view, const struct hash *id, struct logged *logged)
{
	struct journal_record row;
	enum err err = journal_get(view_journal(view), id, app->arena, &row);

	memset(logged, 0, sizeof *logged);
	if (err != ERR_OK)
		return err;
	logged->is_own = row.is_own;
	return row.is_own ? read_own(app, view, &row, logged)
			  : read_foreign(app, view, &row, logged);
}

/* --- for people */

static void
write_own(const struct app *app, const struct logged *logged, struct out *out)
{
	if (!logged->has_leaf) {
		out_text(out, "in no log of this station");
		return;
	}
	out_format(out, "leaf %llu of %s, ", (unsigned long long)logged->index, logged->origin);
	switch (logged->leaf.state) {
	case WITNESS_SIGNED:
		out_text(out, "signed; under no signed head yet");
		break;
	case WITNESS_LOGGED:
		out_format(out, "logged; countersigned by %u of %u parties", logged->leaf.parties,
			   logged->needed);
		break;
	case WITNESS_COUNTERSIGNED:
		out_format(out, "countersigned by %u part%s; was there at ", logged->leaf.parties,
			   logged->leaf.parties == 1 ? "y" : "ies");
		app_write_moment(app, out, logged->leaf.before_ms);
		break;
	}
}

static void
write_foreign(const struct logged *logged, struct out *out)
{
	if (!logged->has_copy)
		out_text(out, "no copy of its station's log is here");
	else if (logged->has_leaf)
		out_format(out, "leaf %llu of %s, in our copy", (unsigned long long)logged->index,
			   logged->origin);
	else
		out_format(out, "not in our copy of %s, which has %llu leaves", logged->origin,
			   (unsigned long long)logged->copied);
}

enum err
logged_text(struct app *app, struct view *view, const struct hash *id, struct out *out)
{
	struct logged logged;
	enum err err = logged_read(app, view, id, &logged);

	if (err == ERR_NOT_FOUND)
		return ERR_OK;
	out_text(out, "  log: ");
	if (err == ERR_CORRUPT && !logged.is_own)
		out_text(out, "our copy of its station's log is damaged: run seam verify");
	else if (err != ERR_OK)
		return err;
	else if (logged.is_own)
		write_own(app, &logged, out);
	else
		write_foreign(&logged, out);
	out_char(out, '\n');
	return ERR_OK;
}

/* --- for programs */

static const char *
state_of(const struct logged *logged)
{
	if (logged->is_own)
		return logged->has_leaf ? witness_state_label(logged->leaf.state) : "unknown";
	if (!logged->has_copy)
		return "unknown";
	return logged->has_leaf ? "copied" : "absent";
}

enum err
logged_json(struct app *app, struct view *view, const struct hash *id, struct out *out)
{
	struct logged logged;
	enum err err = logged_read(app, view, id, &logged);

	if (err != ERR_OK && err != ERR_NOT_FOUND && (err != ERR_CORRUPT || logged.is_own))
		return err;
	out_format(out, "{\"state\":\"%s\"", err == ERR_OK ? state_of(&logged) : "unknown");
	if (logged.origin[0])
		out_format(out, ",\"origin\":\"%s\"", logged.origin);
	if (logged.has_leaf)
		out_format(out, ",\"leaf\":%llu", (unsigned long long)logged.index);
	if (logged.is_own)
		out_format(out, ",\"parties\":%u,\"needed\":%u,\"before_ms\":%lld",
			   logged.leaf.parties, logged.needed, (long long)logged.leaf.before_ms);
	out_char(out, '}');
	return ERR_OK;
}

/* --- proofs */

enum err
logged_prove(struct app *app, struct view *view, uint64_t index, struct out *proof)
{
	struct journal *journal = view_journal(view);
	struct quorum *quorum = arena_take(app->arena, sizeof *quorum);
	struct party own = station_party(&app->config.station);
	struct witness_leaf leaf;
	enum err err = ERR_NOMEM;

	if (!quorum)
		return err;
	quorum_read(view_ring(view), &own, quorum);
	err = witness_leaf(journal, quorum->member, quorum->n, quorum->k, journal_epoch(journal),
			   index, &leaf);
	if (err == ERR_OK && leaf.best_size == 0)
		return journal_prove(journal, index, proof);
	return err == ERR_OK ? journal_prove_under(journal, index, leaf.best_size, proof) : err;
}
