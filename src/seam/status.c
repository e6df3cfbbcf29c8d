/* Promises how the station stands: its log, what it holds, and where deliveries stand with each
 * party. */
#include "seam/command.h"
#include "seam/kept.h"
#include "seam/link.h"
#include "seam/reach.h"
#include "seam/view.h"

#include "admit/keyring.h"
#include "journal/inbox.h"
#include "journal/journal.h"
#include "journal/outbox.h"
#include "journal/sent.h"
#include "seamd/quorum.h"

#include <stdlib.h>
#include <string.h>

enum { PARTY_COLUMN = 8 };

struct tally {
	int64_t sent[SENT_STATE_COUNT];
	int64_t held;
	int64_t waiting;
	int64_t queued; /* allowed, and not yet cut into a delivery */
	const char *party;
};

static bool
count_sent(void *context, const struct sent *sent)
{
	struct tally *tally = context;

	tally->sent[sent->state]++;
	return true;
}

static bool
count_open(void *context, const struct outbox *outbox)
{
	struct tally *tally = context;

	if (span_is(outbox->party, tally->party)) {
		tally->held += outbox->state == OUTBOX_HELD;
		tally->waiting += outbox->state == OUTBOX_WAITING;
		tally->queued += outbox->state == OUTBOX_QUEUED && outbox->counter < 0;
	}
	return true;
}

static enum err
count_party(struct journal *journal, struct tally *tally)
{
	struct outbox_walk walk = {count_open, tally, false};
	enum err err =
	    sent_each(journal, span_of(tally->party), 0, &(struct sent_walk){count_sent, tally});

	if (err == ERR_OK)
		err = outbox_each_in(journal, OUTBOX_HELD, &walk);
	if (err == ERR_OK)
		err = outbox_each_in(journal, OUTBOX_QUEUED, &walk);
	return err == ERR_OK ? outbox_each_in(journal, OUTBOX_WAITING, &walk) : err;
}

static void
write_party(const struct app *app, struct out *out, const struct tally *tally, bool is_first)
{
	size_t begin = out->n;

	if (app->is_json) {
		out_format(
		    out,
		    "%s{\"party\":\"%s\",\"held_back\":%lld,\"waiting\":%lld,\"queued\":%lld,"
		    "\"exported\":%lld,"
		    "\"arrived\":%lld}",
		    is_first ? "" : ",", tally->party, (long long)tally->held,
		    (long long)tally->waiting,
		    (long long)(tally->queued + tally->sent[SENT_QUEUED]),
		    (long long)tally->sent[SENT_EXPORTED], (long long)tally->sent[SENT_ARRIVED]);
		return;
	}
	out_format(out, "  %s", tally->party);
	app_column(out, begin, PARTY_COLUMN);
	out_format(out,
		   "%lld held back for a decision, %lld waiting, %lld queued, %lld exported, %lld "
		   "arrived\n",
		   (long long)tally->held, (long long)tally->waiting,
		   (long long)(tally->queued + tally->sent[SENT_QUEUED]),
		   (long long)tally->sent[SENT_EXPORTED], (long long)tally->sent[SENT_ARRIVED]);
}

static enum err
write_parties(struct app *app, struct view *view, struct out *out)
{
	struct party parties[LIMIT_PARTIES];
	size_t n = view_others(view, parties);
	enum err err = ERR_OK;

	for (size_t i = 0; i < n && err == ERR_OK; i++) {
		struct tally tally = {.party = parties[i].name};

		err = count_party(view_journal(view), &tally);
		write_party(app, out, &tally, i == 0);
	}
	return err;
}

struct coming {
	struct out *gaps, *begun;
	bool is_json;
};

static void
write_gap(void *context, enum inbox_gap what, int64_t first, int64_t last)
{
	const struct coming *coming = context;
	struct out *out = what == INBOX_BEGUN ? coming->begun : coming->gaps;
	const char *more = out->n ? ", " : "; missing: ";

	if (coming->is_json)
		out_format(out, "%s[%lld,%lld]", out->n ? "," : "", (long long)first,
			   (long long)last);
	else if (what == INBOX_BEGUN && first > 1)
		out_format(out, "; after %lld it began anew with %lld", (long long)first - 1,
			   (long long)last + 1);
	else if (what == INBOX_SOME)
		out_format(out, "%ssome of %lld to %lld", more, (long long)first, (long long)last);
	else if (what == INBOX_MISSING && first == last)
		out_format(out, "%s%lld", more, (long long)first);
	else if (what == INBOX_MISSING)
		out_format(out, "%s%lld to %lld", more, (long long)first, (long long)last);
}

/* What came from one station: the highest number, those below it that did not come, and where it
 * began anew. */
static enum err
write_station(const struct app *app, struct view *view, struct out *out,
	      const struct station *station, bool is_first)
{
	struct out gaps = out_new(APP_OUT_MAX);
	struct out begun = out_new(APP_OUT_MAX);
	struct coming coming = {&gaps, &begun, app->is_json};
	int64_t highest = 0;
	enum err err =
	    inbox_gaps(view_journal(view), span_of(station->name), &highest, write_gap, &coming);

	if (err == ERR_OK)
		err = out_err(&gaps) == ERR_OK ? out_err(&begun) : out_err(&gaps);
	if (err == ERR_OK && app->is_json)
		out_format(out,
			   "%s{\"station\":\"%s\",\"came\":%lld,\"gaps\":[%.*s],\"begun\":[%.*s]}",
			   is_first ? "" : ",", station->name, (long long)highest, (int)gaps.n,
			   gaps.n ? gaps.p : "", (int)begun.n, begun.n ? begun.p : "");
	else if (err == ERR_OK && highest > 0)
		out_format(out, "  %s: deliveries up to number %lld%.*s%.*s\n", station->name,
			   (long long)highest, (int)gaps.n, gaps.n ? gaps.p : "", (int)begun.n,
			   begun.n ? begun.p : "");
	out_free(&gaps);
	out_free(&begun);
	return err;
}

static enum err
write_stations(const struct app *app, struct view *view, struct out *out)
{
	const struct keyring *ring = view_ring(view);
	size_t written = 0;
	enum err err = ERR_OK;

	for (size_t i = 0; i < keyring_count(ring) && err == ERR_OK; i++) {
		const struct station *station = &keyring_at(ring, i)->station;

		if (!station_equal(station, &app->config.station))
			err = write_station(app, view, out, station, written++ == 0);
	}
	return err;
}

/* How far the log is countersigned by as many parties as the member list asks for. */
static enum err
look_at_quorum(const struct app *app, struct view *view, struct witness_quorum *reached)
{
	struct party own = station_party(&app->config.station);
	struct quorum *quorum = calloc(1, sizeof *quorum);
	enum err err = quorum ? ERR_OK : ERR_NOMEM;

	if (err == ERR_OK) {
		quorum_read(view_ring(view), &own, quorum);
		err = witness_quorum(view_journal(view), quorum->member, quorum->n, quorum->k,
				     reached);
	}
	free(quorum);
	return err;
}

static enum err
write_head(struct app *app, struct view *view, struct out *out)
{
	struct journal *journal = view_journal(view);
	struct journal_counts counts;
	bool is_running = reach_is_running(app);
	struct witness_quorum quorum = {0};
	uint64_t behind = 0;
	enum err shown = view_behind(view, &behind);
	enum err err = journal_count(journal, &counts);

	if (err == ERR_OK)
		err = look_at_quorum(app, view, &quorum);
	if (app->is_json) {
		out_format(out,
			   "{\"station\":\"%s\",\"exercise\":%s,\"running\":%s,\"log\":\"%s\","
			   "\"leaves\":%llu,"
			   "\"headed\":%llu,\"countersigned\":%llu,\"records\":%llu,\"own\":%llu,"
			   "\"foreign\":%llu,"
			   "\"erased\":%llu,"
			   "\"quarantined\":%llu,\"behind\":%llu,\"stopped\":%s,\"parties\":[",
			   journal_station(journal), app->config.exercise ? "true" : "false",
			   is_running ? "true" : "false", journal_origin(journal),
			   (unsigned long long)journal_size(journal),
			   (unsigned long long)journal_head_size(journal),
			   (unsigned long long)quorum.size, (unsigned long long)counts.records,
			   (unsigned long long)counts.own, (unsigned long long)counts.foreign,
			   (unsigned long long)counts.erased,
			   (unsigned long long)counts.quarantined,
			   (unsigned long long)(shown == ERR_OK ? behind : counts.records),
			   journal_is_stopped(journal) ? "true" : "false");
		return err;
	}
	out_format(out, "station %s%s, %s\n", journal_station(journal),
		   app->config.exercise ? " (EXERCISE)" : "",
		   is_running ? "running" : "not running");
	out_format(out,
		   "log %s: %llu leaves, %llu of them under a signed head, %llu countersigned by "
		   "enough parties\n",
		   journal_origin(journal), (unsigned long long)journal_size(journal),
		   (unsigned long long)journal_head_size(journal), (unsigned long long)quorum.size);
	out_format(out,
		   "%llu records held: %llu own, %llu from others, %llu erased; %llu kept in "
		   "quarantine%s\n",
		   (unsigned long long)counts.records, (unsigned long long)counts.own,
		   (unsigned long long)counts.foreign, (unsigned long long)counts.erased,
		   (unsigned long long)counts.quarantined,
		   counts.quarantined ? " (see seam quarantine)" : "");
	if (shown != ERR_OK)
		out_format(out, "THE PICTURE CANNOT BE READ: %s\n", err_text(shown));
	else if (behind)
		out_format(out,
			   "THE PICTURE IS BEHIND: %llu of these records are not in it; the "
			   "station's log says why\n",
			   (unsigned long long)behind);
	if (journal_is_stopped(journal))
		out_text(out,
			 "THIS LOG HAS STOPPED: others hold heads of it that this home does not "
			 "know, so it is an older copy. 'seam recover' begins a new log\n");
	return err;
}

/* What the running station does not say of its links is left out; the reason was printed. */
static enum err
write_links(struct app *app, struct out *out)
{
	struct links *links = calloc(1, sizeof *links);
	struct link_looks *looks = calloc(1, sizeof *looks);
	enum err err = links && looks ? ERR_OK : ERR_NOMEM;

	if (err == ERR_OK) {
		if (link_read(app, links) == APP_OK && links->n)
			(void)link_ask(app, looks);
		link_write(app, out, links, looks);
	}
	free(looks);
	free(links);
	return err;
}

int
status_print(struct app *app)
{
	struct view *view = view_open(app, VIEW_JOURNAL | VIEW_RING);
	struct out out = out_new(APP_OUT_MAX);
	enum err err;
	int code;

	if (!view)
		return APP_NO;
	err = write_head(app, view, &out);
	if (err == ERR_OK)
		err = write_parties(app, view, &out);
	if (app->is_json)
		out_text(&out, "],\"stations\":[");
	if (err == ERR_OK)
		err = write_stations(app, view, &out);
	if (app->is_json)
		out_text(&out, "],\"unconfirmed\":[");
	if (err == ERR_OK)
		err = kept_missing(app, view, &out);
	if (app->is_json)
		out_text(&out, "],\"links\":");
	if (err == ERR_OK)
		err = write_links(app, &out);
	if (app->is_json)
		out_text(&out, "}\n");
	code = err == ERR_OK ? app_print(app, &out) : app_fail(app, err, "reading the journal");
	out_free(&out);
	view_close(view);
	return code;
}
