/*
 * Promises that a bundle holds all that its addressee has not taken yet and nothing else, in an
 * order that can be taken line by line (doc/bundle.md): notes, deliveries, receipts, words, relays,
 * our head.
 */
#include "seamd/core.h"

#include "admit/keyring.h"
#include "base/b64.h"
#include "journal/confirm.h"
#include "journal/inbox.h"
#include "journal/journal.h"
#include "journal/sent.h"
#include "journal/shelf.h"
#include "seamd/ring.h"

#include <string.h>

struct exporting {
	struct core *core;
	const struct act *act;
	struct party party;
	int64_t items;
};

static void
send_item(struct exporting *exporting, const char *word, struct span text, struct span more)
{
	struct out out = out_new(WIRE_MAX);
	size_t begun = wire_begin(&out, WIRE_ITEM, exporting->act->id);

	out_u32(&out, (uint32_t)(strlen(word) + 1 + text.n + (more.n ? 1 + more.n : 0)));
	out_text(&out, word);
	out_char(&out, ' ');
	out_span(&out, text);
	if (more.n) {
		out_char(&out, ' ');
		out_span(&out, more);
	}
	wire_end(&out, begun);
	if (out_err(&out) == ERR_OK) {
		core_send(exporting->core, exporting->act, &out);
		exporting->items++;
	} else {
		role_log("core", "warn", "an item is too large for a message and was left out");
	}
	out_free(&out);
}

static void
send_base64(struct exporting *exporting, const char *word, struct span bytes)
{
	struct out text = out_new(WIRE_MAX);

	b64_write(&text, bytes);
	if (out_err(&text) == ERR_OK)
		send_item(exporting, word, out_view(&text), (struct span){NULL, 0});
	out_free(&text);
}

static bool
send_delivery(void *context, const struct sent *sent)
{
	struct exporting *exporting = context;

	if (sent->receipt.n == 0 && sent->bytes.n)
		send_item(exporting, "delivery", sent->bytes, (struct span){NULL, 0});
	return true;
}

static bool
send_receipt(void *context, const struct inbox *inbox)
{
	struct exporting *exporting = context;
	struct station station;
	struct party party;

	if (!station_read(inbox->station, &station) || inbox->receipt.n == 0)
		return true;
	party = station_party(&station);
	if (party_equal(&party, &exporting->party) && !span_is(inbox->way, "sister"))
		send_item(exporting, "receipt", inbox->receipt, (struct span){NULL, 0});
	return true;
}

/* To a sister: what other parties delivered, with the receipt that was given. */
static bool
send_relay(void *context, const struct inbox *inbox)
{
	struct exporting *exporting = context;
	struct station station;
	struct party party;

	if (!station_read(inbox->station, &station) || inbox->receipt.n == 0 || inbox->bytes.n == 0)
		return true;
	party = station_party(&station);
	if (!party_equal(&party, &exporting->core->own))
		send_item(exporting, "relay", inbox->bytes, inbox->receipt);
	return true;
}

static bool
send_word(void *context, const struct confirm *confirm)
{
	struct exporting *exporting = context;

	if (erased_is_for(exporting->core, confirm, &exporting->party, NULL))
		send_item(exporting, "erased", confirm->text, (struct span){NULL, 0});
	return true;
}

static bool
send_note(void *context, const struct shelf *shelf)
{
	send_base64(context, "note", shelf->text);
	return true;
}

static enum err
send_all(struct exporting *exporting)
{
	struct journal *journal = exporting->core->journal;
	bool is_sister = party_equal(&exporting->party, &exporting->core->own);
	struct out head = out_new(NOTE_MAX);
	enum err err =
	    shelf_each(journal, SPAN(RING_KEY), &(struct shelf_walk){send_note, exporting});

	if (err == ERR_OK)
		err = shelf_each(journal, SPAN(RING_REVOKE),
				 &(struct shelf_walk){send_note, exporting});
	if (err == ERR_OK)
		err = sent_each(journal, span_of(exporting->party.name), 0,
				&(struct sent_walk){send_delivery, exporting});
	if (err == ERR_OK)
		err = inbox_each(journal, (struct span){"", 0}, 0,
				 &(struct inbox_walk){send_receipt, exporting});
	if (err == ERR_OK)
		err = confirm_each(journal, 0, &(struct confirm_walk){send_word, exporting});
	if (err == ERR_OK && is_sister)
		err = inbox_each(journal, (struct span){"", 0}, 0,
				 &(struct inbox_walk){send_relay, exporting});
	if (err == ERR_OK && journal_head_note(journal, &head) == ERR_OK && head.n)
		send_base64(exporting, "head", out_view(&head));
	out_free(&head);
	return err;
}

static bool
find_party(struct core *core, struct span addressee, struct party *party)
{
	struct station station;

	if (station_read(addressee, &station))
		*party = station_party(&station);
	else if (!party_read(addressee, party))
		return false;
	return members_find(keyring_members(core->keyring), party) != NULL;
}

void
trade_export(struct core *core, const struct act *act, struct span addressee)
{
	struct exporting exporting = {.core = core, .act = act};
	size_t made;
	enum err err;

	if (!find_party(core, addressee, &exporting.party)) {
		core_refuse(core, act, WHY_UNKNOWN_PARTY, 0, NULL);
		return;
	}
	if (core_is_unread(act)) {
		core_fail(core, act, ERR_BUSY, "earlier answers have not been read yet");
		return;
	}
	erased_give(core);
	err = deliver_to(core, &exporting.party, &made);
	if (err == ERR_OK)
		err = core_head(core);
	if (err == ERR_OK)
		err = send_all(&exporting);
	if (err != ERR_OK)
		core_fail(core, act, err, "the bundle is not whole");
	else
		core_done(core, act, exporting.items, exporting.party.name);
}

void
trade_exported(struct core *core, const struct act *act, struct span addressee, int64_t counter)
{
	struct party party;

	if (!find_party(core, addressee, &party))
		core_refuse(core, act, WHY_UNKNOWN_PARTY, 0, NULL);
	else
		core_done(core, act, counter, "");
}
