/*
 * Promises that what is due goes over a link as soon as there is room, the most urgent first, and
 * that nothing is lost or doubled when it breaks: what was made and has no receipt is put again,
 * and the other end knows it.  What makes a delivery is deliver.c; here is only the order.
 */
#include "seamd/link.h"

#include "admit/admit.h"
#include "admit/keyring.h"
#include "base/b64.h"
#include "journal/inbox.h"
#include "journal/journal.h"
#include "journal/outbox.h"
#include "journal/sent.h"
#include "journal/shelf.h"
#include "picture/picture.h"
#include "seamd/ring.h"

#include <event2/buffer.h>
#include <stdlib.h>
#include <string.h>

enum {
	BATCH_MOST = 64,
	LINE_GUESS = 4096,
	GATE_QUEUE = 1 << 20,
	URGENT = 1,
	RANKS = 4,
	LOOK_MS = 60000,
	NOTES_AGAIN_MS = 3600 * 1000
};

/* ---- what a connection remembers ---- */

static bool
has_unanswered_notes(const struct link *link)
{
	for (size_t i = 0; i < link->flights_n; i++)
		if (link->flights[i].item == LINK_NOTE || link->flights[i].item == LINK_HEAD)
			return true;
	return false;
}

void
link_forget(struct link *link)
{
	while (link->owed) {
		struct link_owed *owed = link->owed;

		link->owed = owed->next;
		free(owed);
	}
	link->owed_end = &link->owed;
	link->is_greeted = false;
	link->is_primary = false;
	link->next_put = 0;
	link->window = LINK_WINDOW_FIRST;
	link->waiting_n = 0;
	link->relays_n = 0;
	link->words_after = 0;
	if (has_unanswered_notes(link) || LINK_NOW - link->heard_ms > NOTES_AGAIN_MS)
		link->notes_n = 0; /* else they were taken, and need not cross a poor line again */
	link->flights_n = link->flying = 0;
	link->notes_due = link->cosign_due = link->asks = false;
	link->cosign_asked = 0;
	link->rtt_ms = 0;
}

void
link_pump_soon(struct core *core)
{
	struct timeval now = {0, 0};

	if (core->pump && !evtimer_pending(core->pump, NULL))
		(void)event_add(core->pump, &now);
}

bool
link_has_room(const struct link *link)
{
	return link->is_greeted && link->line && link->flying < link->window &&
	       link->flights_n < LINK_FLIGHTS &&
	       evbuffer_get_length(bufferevent_get_output(link->line)) < GATE_QUEUE;
}

void
link_put(struct core *core, struct link *link, enum link_item item, int64_t counter,
	 const char *word, struct span text, struct span more)
{
	struct out line = out_new(LINK_LINE_MAX);
	size_t n;

	out_format(&line, "put %llu %s ", (unsigned long long)link->next_put + 1, word);
	out_span(&line, text);
	if (more.n) {
		out_char(&line, ' ');
		out_span(&line, more);
	}
	n = line.n;
	if (out_err(&line) != ERR_OK) {
		role_log("core", "alert", "a line is too large for a link: use a stick");
		out_free(&line);
		return;
	}
	link->flights[link->flights_n++] =
	    (struct link_flight){++link->next_put, n, LINK_NOW, item, counter};
	link->flying += n;
	link->counted_put++;
	link_send(core, link, &line);
}

/* A quick answer lets more go unanswered, a slow one less: on a slow line the next choice stays
 * near. */
static void
fit_window(struct link *link, int64_t took_ms)
{
	link->rtt_ms = link->rtt_ms ? (link->rtt_ms * 7 + took_ms) / 8 : took_ms;
	if (took_ms < LINK_QUICK_MS && link->window < LINK_WINDOW_MOST)
		link->window += link->window / 8;
	else if (took_ms > LINK_SLOW_MS && link->window > LINK_WINDOW_LEAST)
		link->window -= link->window / 8;
}

/* After an old store came back this station gives numbers a second time, which the other end
 * refuses: it is the one that remembers.  What was refused goes again under the next number. */
static void
number_anew(struct core *core, struct link *link, int64_t counter, struct span why)
{
	int64_t number;

	if ((!span_is(why, why_code(WHY_REPLAYED)) && !span_is(why, why_code(WHY_BAD_PREVIOUS))) ||
	    journal_epoch(core->journal) < 2 || link->renumbered == LINK_RENUMBERED_MOST)
		return;
	link->renumbered++;
	arena_reset(core->arena);
	if (deliver_again(core, &link->party, counter, &number) != ERR_OK)
		role_log("core", "warn", "what %s refused could not be queued again",
			 link->station.name);
	else if (number >= 0)
		link_queued(core, &link->party, number, NULL);
}

void
link_answered(struct core *core, struct link *link, struct span line)
{
	struct span word = {NULL, 0};
	struct span outcome = {NULL, 0};
	int64_t n;

	if (!span_split(&line, ' ', &word) || !span_int(word, 1, INT64_MAX, &n))
		return;
	(void)span_split(&line, ' ', &outcome);
	for (size_t i = 0; i < link->flights_n; i++) {
		struct link_flight flight = link->flights[i];

		if (flight.n != (uint64_t)n)
			continue;
		link->flying -= flight.bytes;
		link->flights[i] = link->flights[--link->flights_n];
		fit_window(link, LINK_NOW - flight.at_ms);
		if (flight.item == LINK_WORD &&
		    (span_is(outcome, "new") || span_is(outcome, "known")))
			erased_told(core, link, flight.counter);
		if (span_is(outcome, "refused"))
			role_log("core", "warn", "%s refused what was put: %.*s",
				 link->station.name, (int)(line.n > 80 ? 80 : line.n),
				 line.n ? line.p : "");
		if (span_is(outcome, "refused") && flight.item == LINK_DELIVERY &&
		    span_split(&line, ' ', &word))
			number_anew(core, link, flight.counter, word);
		break;
	}
	link_pump_soon(core);
}

/* ---- receipts and relays that are owed ---- */

void
link_owe(struct core *core, struct link *link, enum link_item item, const struct station *station,
	 int64_t counter)
{
	struct link_owed *owed = calloc(1, sizeof *owed);

	if (!owed) { /* the next connection says it again */
		role_log("core", "warn", "no memory for what %s is owed", link->station.name);
		return;
	}
	*owed = (struct link_owed){NULL, item, *station, counter};
	*link->owed_end = owed;
	link->owed_end = &owed->next;
	link_pump_soon(core);
}

static bool
put_owed(struct core *core, struct link *link)
{
	struct link_owed *owed = link->owed;
	struct inbox inbox;

	if (!owed)
		return false;
	link->owed = owed->next;
	if (!link->owed)
		link->owed_end = &link->owed;
	if (inbox_get(core->journal, span_of(owed->station.name), owed->counter, core->arena,
		      &inbox) == ERR_OK &&
	    inbox.receipt.n) {
		if (owed->item == LINK_RECEIPT)
			link_put(core, link, LINK_RECEIPT, owed->counter, "receipt", inbox.receipt,
				 SPAN(""));
		else if (inbox.bytes.n)
			link_put(core, link, LINK_RELAY, owed->counter, "relay", inbox.bytes,
				 inbox.receipt);
	}
	free(owed);
	return true;
}

void
link_arrived(struct core *core, const struct take *take)
{
	const struct station *from = &take->delivery->station;
	struct link *came = take->act ? take->act->link : NULL;
	struct party party = station_party(from);

	/* A receipt is for whoever made the delivery; a relay came with one. */
	if (came && take->given_receipt.n == 0 && station_equal(&came->station, from) &&
	    take->act->connection == came->connection && came->is_greeted)
		link_owe(core, came, LINK_RECEIPT, from, take->delivery->counter);
	if (!take->is_new || take->is_duplicate)
		return;
	if (came && station_equal(&came->station, from))
		link_await_leaf(core, came, &take->id);
	for (size_t i = 0; i < LINKS_MAX; i++) {
		struct link *link = core->links[i];

		if (!link || !link->is_greeted || link == came)
			continue;
		/* A receipt may also go home over another station of the same party. */
		if (!came && party_equal(&party, &link->party) && take->given_receipt.n == 0 &&
		    station_equal(&link->station, from))
			link_owe(core, link, LINK_RECEIPT, from, take->delivery->counter);
		for (size_t k = 0; link->is_sister && k < link->relays_n; k++)
			if (station_equal(&link->relays[k].station, from) &&
			    take->delivery->counter <= link->relays[k].after)
				link_owe(core, link, LINK_RELAY, from, take->delivery->counter);
	}
}

/* ---- documents ---- */

static bool
is_said(struct link *link, struct span text)
{
	struct hash hash = hash_of(text);

	for (size_t i = 0; i < link->notes_n; i++)
		if (hash_equal(&link->notes[i], &hash))
			return true;
	if (link->notes_n < LINK_NOTES_MAX)
		link->notes[link->notes_n++] = hash;
	else
		return true;
	return false;
}

struct saying {
	struct core *core;
	struct link *link;
	bool is_put;
};

static bool
put_note(void *context, const struct shelf *shelf)
{
	struct saying *saying = context;
	struct out text = out_new(LINK_LINE_MAX);

	if (!is_said(saying->link, shelf->text)) {
		b64_write(&text, shelf->text);
		if (out_err(&text) == ERR_OK) {
			link_put(saying->core, saying->link, LINK_NOTE, 0, "note", out_view(&text),
				 SPAN(""));
			saying->is_put = true;
		}
	}
	out_free(&text);
	return !saying->is_put;
}

static bool
put_notes(struct core *core, struct link *link)
{
	static const char *const classes[] = {RING_MEMBERS, RING_KEY, RING_REVOKE};
	struct saying saying = {.core = core, .link = link};

	for (size_t i = 0; link->notes_due && i < 3 && !saying.is_put; i++)
		(void)!shelf_each(core->journal, span_of(classes[i]),
				  &(struct shelf_walk){put_note, &saying});
	link->notes_due = saying.is_put;
	return saying.is_put;
}

/* ---- deliveries ---- */

static unsigned
rank_of(enum kind kind, int severity, int need)
{
	if (kind == KIND_RETRACT || kind == KIND_ERASE || need == NEED_MEDEVAC)
		return 0;
	if (severity == SEVERITY_RED || kind == KIND_ANSWER || kind == KIND_WARNING)
		return URGENT;
	return severity == SEVERITY_YELLOW || kind == KIND_REQUEST ? 2 : 3;
}

static uint64_t
thread_of(struct span thread)
{
	uint64_t begins = 0;

	if (thread.n >= sizeof begins)
		memcpy(&begins, thread.p, sizeof begins);
	return begins;
}

/* Whoever receives two versions takes the one that was cut later for the newer.  So none goes
 * before an older one of its thread: what is urgent lends that one its rank. */
static unsigned
lend_rank(struct link *link, int64_t number, unsigned rank, uint64_t thread)
{
	for (size_t i = 0; i < link->waiting_n; i++) {
		struct link_waiting *other = &link->waiting[i];

		if (thread == 0 || other->thread != thread)
			continue;
		if (other->number < number && other->rank > rank)
			other->rank = rank;
		else if (other->number > number && other->rank < rank)
			rank = other->rank;
	}
	return rank;
}

static void
wait(struct link *link, int64_t number, unsigned rank, struct span thread)
{
	uint64_t begins = thread_of(thread);

	for (size_t i = 0; i < link->waiting_n; i++)
		if (link->waiting[i].number == number)
			return;
	if (link->waiting_n == link->waiting_size) {
		size_t size = link->waiting_size ? link->waiting_size * 2 : 64;
		struct link_waiting *grown = realloc(link->waiting, size * sizeof *grown);

		if (!grown)
			return; /* it stands in the outbox: the next look finds it */
		link->waiting = grown;
		link->waiting_size = size;
	}
	rank = lend_rank(link, number, rank, begins);
	link->waiting[link->waiting_n++] = (struct link_waiting){number, rank, begins};
}

void
link_queued(struct core *core, const struct party *party, int64_t number,
	    const struct record *record)
{
	const struct value *severity = record ? &record->field[FIELD_SEVERITY] : NULL;
	const struct value *need = record ? &record->field[FIELD_NEED] : NULL;
	unsigned rank = URGENT; /* an officer's decision, or its time has come */

	if (record)
		rank = rank_of(record->kind, severity->is_set ? (int)severity->code : -1,
			       need->is_set ? (int)need->code : -1);
	for (size_t i = 0; i < LINKS_MAX; i++) {
		struct link *link = core->links[i];

		if (link && link->is_primary && party_equal(&link->party, party)) {
			wait(link, number, rank, record ? record->thread : SPAN(""));
			link_pump_soon(core);
		}
	}
}

struct looking {
	struct core *core;
	struct link *link;
};

static bool
look_at(void *context, const struct outbox *outbox)
{
	struct looking *looking = context;
	struct picture_row row;
	struct journal_record stored;
	struct span thread = SPAN("");
	unsigned rank = RANKS - 1;

	if (!span_is(outbox->party, looking->link->party.name))
		return true;
	if (looking->core->picture && !looking->core->is_folding &&
	    picture_record(looking->core->picture, &outbox->record, looking->core->arena, &row) ==
		ERR_OK) {
		rank = rank_of(row.kind, row.severity,
			       row.record && row.record->field[FIELD_NEED].is_set
				   ? (int)row.record->field[FIELD_NEED].code
				   : -1);
		thread = row.thread;
	} else if (journal_get(looking->core->journal, &outbox->record, looking->core->arena,
			       &stored) == ERR_OK) {
		thread = stored.thread; /* the picture is not there yet */
	}
	wait(looking->link, outbox->number, rank, thread);
	arena_reset(looking->core->arena);
	return true;
}

/* All that waits for the party: at the start of a connection, and after what may change much. */
static void
look(struct core *core, struct link *link)
{
	static const enum outbox_state states[] = {OUTBOX_QUEUED, OUTBOX_HELD};
	struct looking looking = {core, link};

	link->waiting_n = 0;
	link->looked_ms = LINK_NOW;
	for (size_t i = 0; i < 2; i++)
		(void)!outbox_each_in(core->journal, states[i],
				      &(struct outbox_walk){look_at, &looking, true});
}

static size_t
best(const struct link *link)
{
	size_t at = 0;

	for (size_t i = 1; i < link->waiting_n; i++)
		if (link->waiting[i].rank < link->waiting[at].rank ||
		    (link->waiting[i].rank == link->waiting[at].rank &&
		     link->waiting[i].number < link->waiting[at].number))
			at = i;
	return at;
}

void
link_put_sent(struct core *core, struct link *link, const struct sent *sent)
{
	for (size_t i = 0; i < link->flights_n; i++)
		if (link->flights[i].item == LINK_DELIVERY &&
		    link->flights[i].counter == sent->counter)
			return;
	if (sent->receipt.n)
		link_put(core, link, LINK_DELIVERY, sent->counter, "relay", sent->bytes,
			 sent->receipt);
	else
		link_put(core, link, LINK_DELIVERY, sent->counter, "delivery", sent->bytes,
			 SPAN(""));
}

/* Makes as many deliveries as there is room for, most urgent first, and puts them. */
static bool
make_some(struct core *core, struct link *link)
{
	int64_t numbers[BATCH_MOST];
	int64_t counters[BATCH_MOST];
	size_t most = (link->window - link->flying) / LINE_GUESS + 1;
	size_t n = 0;
	size_t made = 0;

	for (most = most < BATCH_MOST ? most : BATCH_MOST; n < most && link->waiting_n; n++) {
		size_t at = best(link);

		numbers[n] = link->waiting[at].number;
		link->waiting[at] = link->waiting[--link->waiting_n];
	}
	if (n == 0)
		return false;
	if (deliver_rows(core, &link->party, numbers, n, counters, &made) != ERR_OK) {
		role_log("core", "warn", "deliveries for %s could not be made", link->party.name);
		link->looked_ms = 0; /* they stand in the outbox and are looked for again */
		return false;
	}
	/* A sister gets them in their order, with whatever else it lacks. */
	for (size_t i = 0; i < made && !link->is_sister; i++) {
		struct sent sent;

		if (sent_get(core->journal, span_of(link->party.name), counters[i], core->arena,
			     &sent) == ERR_OK &&
		    sent.bytes.n)
			link_put_sent(core, link, &sent);
		arena_reset(core->arena);
	}
	return true;
}

/* What was made before and has no receipt. */
static bool
put_open(struct core *core, struct link *link)
{
	struct sent sent;

	if (link->open_after == INT64_MAX ||
	    sent_next_open(core->journal, span_of(link->party.name), link->open_after, core->arena,
			   &sent) != ERR_OK) {
		link->open_after = INT64_MAX; /* what is made from now on is put at once */
		return false;
	}
	link->open_after = sent.counter;
	link_put_sent(core, link, &sent);
	return true;
}

static bool
put_delivery(struct core *core, struct link *link)
{
	if (!link->is_primary)
		return false;
	if (link->waiting_n && link->waiting[best(link)].rank <= URGENT)
		return make_some(core, link);
	if (!link->is_sister && put_open(core, link))
		return true;
	return make_some(core, link);
}

/* ---- turns ---- */

void
link_start_pump(struct core *core, struct link *link)
{
	link->notes_due = true;
	link->cosign_due = link->ask_own = link->gossip_due = true;
	link->head_seen_ms = link->head_seen_ms ? link->head_seen_ms : LINK_NOW;
	link->open_after = 0;
	if (link->is_sister) {
		link_say_have(core, link);
		if (deliver_catch_up(core) != ERR_OK)
			role_log("core", "warn", "earlier records could not be cut for sisters");
	}
}

void
link_take_over(struct core *core, struct link *link)
{
	link->is_primary = true;
	link->open_after = 0;
	look(core, link);
}

void
link_look_again(struct core *core)
{
	for (size_t i = 0; i < LINKS_MAX; i++) {
		struct link *link = core->links[i];

		if (!link || !link->is_primary || !link->is_greeted || link->waiting_n ||
		    LINK_NOW - link->looked_ms < LOOK_MS)
			continue;
		look(core, link);
	}
}

/* One line; false when there is nothing to say. */
static bool
put_next(struct core *core, struct link *link)
{
	return put_owed(core, link) || put_notes(core, link) || put_delivery(core, link) ||
	       erased_put(core, link) || link_put_relay(core, link) || link_put_log(core, link);
}

/* Each link gets a line in turn, so that a fast one keeps none waiting; no longer than one turn of
 * the loop should take. */
void
link_pump_all(struct core *core)
{
	enum { LINES = 64 };
	bool is_more = core->seal != NULL && !core->is_stopping;

	for (int n = 0; n < LINES && is_more; n++) {
		is_more = false;
		for (size_t i = 0; i < LINKS_MAX; i++) {
			struct link *link = core->links[i];

			if (!link || !link_has_room(link))
				continue;
			arena_reset(core->arena);
			is_more = put_next(core, link) || is_more;
		}
	}
	if (is_more)
		link_pump_soon(core);
}
