/*
 * Promises the state of a station as one JSON object: what it holds, what came and what is missing,
 * its log, its links.  Whoever may read the picture may read it.
 */
#include "seamd/core.h"

#include "admit/keyring.h"
#include "base/out.h"
#include "journal/inbox.h"
#include "journal/journal.h"
#include "seamd/link.h"

enum { LIST_MAX = 32768, GAPS_TEXT_MAX = 20000 };

static void
write_counts(struct core *core, struct out *json)
{
	struct journal_counts counts = {0};

	if (journal_count(core->journal, &counts) != ERR_OK)
		return;
	out_format(
	    json,
	    ",\"records\":%llu,\"own\":%llu,\"foreign\":%llu,\"erased\":%llu,\"leaves\":%llu,"
	    "\"receipts\":%llu,\"sent\":%llu,\"came\":%llu,\"waiting\":%llu,\"quarantined\":%llu",
	    (unsigned long long)counts.records, (unsigned long long)counts.own,
	    (unsigned long long)counts.foreign, (unsigned long long)counts.erased,
	    (unsigned long long)counts.leaves, (unsigned long long)counts.receipts,
	    (unsigned long long)counts.sent, (unsigned long long)counts.came,
	    (unsigned long long)counts.outbox_open, (unsigned long long)counts.quarantined);
}

struct coming {
	struct out *gaps, *begun;
	size_t most;
};

static void
note_gap(void *context, enum inbox_gap what, int64_t first, int64_t last)
{
	const struct coming *coming = context;
	struct out *json = what == INBOX_BEGUN ? coming->begun : coming->gaps;

	if (coming->gaps->n + coming->begun->n >
	    coming->most) /* a partner that skips numbers does not hide the rest */
		return;
	out_format(json, "%s[%lld,%lld]", json->n ? "," : "", (long long)first, (long long)last);
}

static void
write_coming(struct core *core, struct out *json, const struct station *station)
{
	struct out gaps = out_new(LIST_MAX);
	struct out begun = out_new(LIST_MAX);
	struct coming coming = {&gaps, &begun,
				json->n < GAPS_TEXT_MAX ? GAPS_TEXT_MAX - json->n : 0};
	int64_t highest = 0;

	if (inbox_gaps(core->journal, span_of(station->name), &highest, note_gap, &coming) !=
	    ERR_OK)
		highest = -1;
	out_format(json, "{\"station\":\"%s\",\"gaps\":[", station->name);
	out_span(json, out_view(&gaps));
	out_text(json, "],\"begun\":[");
	out_span(json, out_view(&begun));
	out_format(json, "],\"came\":%lld}", (long long)highest);
	out_free(&gaps);
	out_free(&begun);
}

static void
write_gaps(struct core *core, struct out *json)
{
	out_text(json, ",\"stations\":[");
	for (size_t i = 0; i < keyring_count(core->keyring); i++) {
		if (i > 0)
			out_char(json, ',');
		write_coming(core, json, &keyring_at(core->keyring, i)->station);
	}
	out_text(json, "]");
}

void
state_write(struct core *core, const struct core_who *who, struct out *json)
{
	out_format(json, "{\"station\":\"%s\",\"party\":\"%s\",\"exercise\":%s,\"now_ms\":%lld",
		   core->kid.station.name, core->own.name,
		   core->config->exercise ? "true" : "false", (long long)core_now(core));
	out_format(json, ",\"account\":\"%s\",\"duty\":\"%s\"", who->account, who->duty);
	out_format(json, ",\"policy\":%lld,\"signs\":%s,\"folding\":%s",
		   (long long)core->policy_now, core->seal && !core->is_frozen ? "true" : "false",
		   core->is_folding ? "true" : "false");
	out_format(json, ",\"behind\":%llu", (unsigned long long)fold_behind(core));
	if (core->is_folding && core->behind_why != ERR_OK)
		out_format(json, ",\"behind_why\":\"%s\"", err_text(core->behind_why));
	out_format(json, ",\"log\":\"%s\",\"size\":%llu,\"head\":%llu",
		   journal_origin(core->journal), (unsigned long long)journal_size(core->journal),
		   (unsigned long long)journal_head_size(core->journal));
	write_counts(core, json);
	write_gaps(core, json);
	link_status(core, json);
	out_char(json, '}');
}
