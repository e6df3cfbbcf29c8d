/*
 * Promises that stations of one party hold the same: each says what it holds, and gets what it
 * lacks, own records as their party's and foreign deliveries with the receipt that was given.
 */
#include "seamd/link.h"

#include "admit/keyring.h"
#include "journal/inbox.h"
#include "journal/journal.h"
#include "journal/sent.h"

#include <string.h>

struct counting {
	struct out *line;
	unsigned n;
};

static void
write_gap(void *context, enum inbox_gap what, int64_t first, int64_t last)
{
	struct counting *counting = context;

	(void)what; /* a sister may hold what a station lost in its recovery */
	if (counting->n++ < LINK_MISSING_MAX)
		out_format(counting->line, ":%lld-%lld", (long long)first, (long long)last);
}

void
link_say_have(struct core *core, struct link *link)
{
	for (size_t i = 0; i < keyring_count(core->keyring); i++) {
		const struct keynote *note = keyring_at(core->keyring, i);
		struct out gaps = out_new(4096);
		struct out line = out_new(8192);
		struct counting counting = {&gaps, 0};
		int64_t highest = 0;

		if (inbox_gaps(core->journal, span_of(note->station.name), &highest, write_gap,
			       &counting) == ERR_OK) {
			out_format(&line, "have %s %lld ", note->station.name, (long long)highest);
			out_span(&line, gaps.n ? out_view(&gaps) : SPAN(":"));
			link_send(core, link, &line);
		} else {
			out_free(&line);
		}
		out_free(&gaps);
	}
}

static struct link_relay *
relay_of(struct link *link, const struct station *station)
{
	for (size_t i = 0; i < link->relays_n; i++)
		if (station_equal(&link->relays[i].station, station))
			return &link->relays[i];
	if (link->relays_n == LIMIT_STATIONS)
		return NULL;
	link->relays[link->relays_n] = (struct link_relay){.station = *station};
	return &link->relays[link->relays_n++];
}

void
link_read_have(struct core *core, struct link *link, struct span rest)
{
	struct span name = {NULL, 0};
	struct span highest = {NULL, 0};
	struct span range;
	struct span first = {NULL, 0};
	struct station station;
	struct link_relay *relay;

	if (!link->is_sister || !span_split(&rest, ' ', &name) || !station_read(name, &station) ||
	    !span_split(&rest, ' ', &highest))
		return;
	relay = relay_of(link, &station);
	if (!relay || !span_int(highest, 0, INT64_MAX - 1, &relay->highest))
		return;
	relay->n = 0;
	while (relay->n < LINK_MISSING_MAX && span_split(&rest, ':', &range)) {
		if (range.n && span_split(&range, '-', &first) &&
		    span_int(first, 1, INT64_MAX, &relay->first[relay->n]) &&
		    span_int(range, 1, INT64_MAX, &relay->last[relay->n]))
			relay->n++;
	}
	relay->after = relay->n ? relay->first[0] - 1 : relay->highest;
	link_pump_soon(core);
}

static bool
is_missing(const struct link_relay *relay, int64_t counter)
{
	if (counter > relay->highest)
		return true;
	for (unsigned i = 0; i < relay->n; i++)
		if (counter >= relay->first[i] && counter <= relay->last[i])
			return true;
	return relay->n == LINK_MISSING_MAX; /* there may be more than it could say */
}

struct relaying {
	struct core *core;
	struct link *link;
	struct link_relay *relay;
	bool is_put;
};

static bool
relay_inbox(void *context, const struct inbox *inbox)
{
	struct relaying *relaying = context;
	struct span way = inbox->way;
	struct span word;

	relaying->relay->after = inbox->counter;
	if (!is_missing(relaying->relay, inbox->counter) || inbox->receipt.n == 0 ||
	    inbox->bytes.n == 0)
		return true;
	if (span_split(&way, ' ', &word) && span_is(word, "sister") &&
	    span_is(way, relaying->link->station.name))
		return true; /* it came from there */
	link_put(relaying->core, relaying->link, LINK_RELAY, inbox->counter, "relay", inbox->bytes,
		 inbox->receipt);
	relaying->is_put = true;
	return false;
}

static bool
relay_sent(void *context, const struct sent *sent)
{
	struct relaying *relaying = context;

	relaying->relay->after = sent->counter;
	if (!is_missing(relaying->relay, sent->counter) || sent->bytes.n == 0)
		return true;
	link_put_sent(relaying->core, relaying->link, sent);
	relaying->is_put = true;
	return false;
}

bool
link_put_relay(struct core *core, struct link *link)
{
	struct relaying relaying = {.core = core, .link = link};

	for (size_t i = 0; link->is_sister && i < link->relays_n && !relaying.is_put; i++) {
		const struct station *station = &link->relays[i].station;

		relaying.relay = &link->relays[i];
		if (station_equal(station, &link->station))
			continue;
		if (station_equal(station, &core->kid.station))
			(void)!sent_each(core->journal, span_of(core->own.name),
					 relaying.relay->after,
					 &(struct sent_walk){relay_sent, &relaying});
		else
			(void)!inbox_each(core->journal, span_of(station->name),
					  relaying.relay->after,
					  &(struct inbox_walk){relay_inbox, &relaying});
	}
	return relaying.is_put;
}
