/*
 * Promises that what crosses on a stick is the same as what would cross a link: lines of a bundle
 * (doc/bundle.md), each verified here whatever carried it.  What is refused is kept in quarantine
 * with its reason.
 */
#include "seamd/core.h"

#include "admit/admit.h"
#include "admit/keyring.h"
#include "admit/receipt.h"
#include "base/b64.h"
#include "journal/inbox.h"
#include "journal/journal.h"
#include "journal/outbox.h"
#include "journal/quarantine.h"
#include "journal/sent.h"
#include "journal/shelf.h"
#include "picture/picture.h"
#include "seamd/link.h"
#include "seamd/ring.h"

#include <stdlib.h>
#include <string.h>

static struct span
word_of(struct span line, struct span *rest)
{
	struct span word;

	*rest = line;
	(void)span_split(rest, ' ', &word);
	if (!rest->p)
		*rest = (struct span){"", 0};
	return word;
}

bool
trade_is_document(struct span line)
{
	struct span rest;
	struct span word = word_of(line, &rest);

	return span_is(word, "note") || span_is(word, "head");
}

static void
refuse(struct take *take, enum why why, const char *text)
{
	take_refuse(take, why, FIELD_NONE, text);
}

/* Time never refuses a delivery: what protects is the counter, the hash and the log. */
static struct admit_terms
terms_of(const struct core *core)
{
	return (struct admit_terms){.keyring = core->keyring,
				    .own = core->own,
				    .is_exercise = core->config->exercise,
				    .log_index = -1};
}

/* What is known of the line of that station around the counter. */
static enum err
look_around(struct core *core, const struct admit_delivery *delivery, struct admit_known *known)
{
	struct span station = span_of(delivery->station.name);
	struct inbox inbox;
	enum err err;

	memset(known, 0, sizeof *known);
	err = inbox_get(core->journal, station, delivery->counter, core->arena, &inbox);
	if (err == ERR_OK) {
		known->has_same = true;
		known->same = inbox.whole;
	} else if (err != ERR_NOT_FOUND) {
		return err;
	}
	err = inbox_get(core->journal, station, delivery->counter - 1, core->arena, &inbox);
	if (err == ERR_OK) {
		known->has_before = true;
		known->before = inbox.whole;
	} else if (err != ERR_NOT_FOUND) {
		return err;
	}
	err = inbox_get(core->journal, station, delivery->counter + 1, core->arena, &inbox);
	if (err == ERR_OK) {
		known->has_after = true;
		known->after_prev = inbox.prev;
	}
	return err == ERR_NOT_FOUND ? ERR_OK : err;
}

static void
prepare_receipt(struct core *core, struct take *take)
{
	struct receipt receipt = {.kid = core->kid,
				  .to = take->delivery->station,
				  .delivery = take->delivery->whole,
				  .id = take->delivery->id,
				  .counter = take->delivery->counter,
				  .at_ms = core_now(core)};
	struct out text = out_new(RECEIPT_MAX);

	receipt_write(&text, &receipt);
	take->err = out_err(&text);
	if (take->err == ERR_OK)
		take->receipt_signing = arena_copy(core->arena, out_view(&text));
	out_free(&text);
}

/* A receipt that a sister gave for the same bytes. */
static void
check_given_receipt(struct core *core, struct take *take)
{
	struct receipt receipt;
	struct party party;
	struct reason reason;
	bool is_revoked;

	if (take->given_receipt.n == 0 || take->why != WHY_NONE)
		return;
	reason = receipt_read(take->given_receipt, core->keyring, &receipt, &is_revoked);
	party = station_party(&receipt.kid.station);
	if (reason.why != WHY_NONE)
		refuse(take, reason.why, "the receipt that came with it does not hold");
	else if (!hash_equal(&receipt.delivery, &take->delivery->whole) ||
		 !party_equal(&party, &core->own))
		refuse(take, WHY_BAD_SD_HASH, "the receipt that came with it is for other bytes");
}

static void
admit_bytes(struct core *core, struct take *take, struct span bytes)
{
	struct admit_terms terms = terms_of(core);
	struct admit_known known;
	struct reason reason;
	struct party party;
	bool is_repeat = false;

	take->record = arena_take(core->arena, sizeof *take->record);
	take->delivery = arena_take(core->arena, sizeof *take->delivery);
	if (!take->record || !take->delivery) {
		take->err = ERR_NOMEM;
		return;
	}
	take->bytes = bytes;
	reason = admit_delivery(&terms, bytes, core->arena, take->record, take->delivery);
	take->id = take->delivery->id;
	if (reason.why != WHY_NONE) {
		refuse(take, reason.why, field_row((enum field)reason.field)->name);
		return;
	}
	party = station_party(&take->delivery->station);
	if (kind_row(take->record->kind)->nature == KIND_NATURE_HOUSE &&
	    !party_equal(&party, &core->own)) {
		refuse(take, WHY_NOT_FOR_US, "records of this kind stay in their own party");
		return;
	}
	if (station_equal(&take->delivery->station, &core->kid.station)) {
		refuse(take, WHY_NOT_FOR_US, "it was made by this station");
		return;
	}
	take->err = look_around(core, take->delivery, &known);
	if (take->err != ERR_OK)
		return;
	refuse(take, admit_follow(take->delivery, &known, &is_repeat), NULL);
	take->is_duplicate = take->why == WHY_NONE && is_repeat;
	take->jwt = take->delivery->jwt;
	take->disclosures = take->delivery->disclosures;
	check_given_receipt(core, take);
	if (take->why == WHY_NONE && !take->is_duplicate && take->given_receipt.n == 0)
		prepare_receipt(core, take);
}

static void
keep_receipt(struct core *core, struct take *take, const struct receipt *receipt)
{
	struct receipt *kept = arena_take(core->arena, sizeof *kept);

	if (kept)
		*kept = *receipt;
	else
		take->err = ERR_NOMEM;
	take->receipt = kept;
}

/* Of a number that this station knows nothing of: made before a recovery, after the copy that came
 * back.  The other end has the record, and that receipt on each of its sticks. */
static bool
is_of_lost(struct core *core, const struct receipt *receipt)
{
	struct party party = station_party(&receipt->kid.station);
	struct sent sent;

	return receipt->counter < station_row_first(journal_epoch(core->journal)) &&
	       sent_get(core->journal, span_of(party.name), receipt->counter, core->arena, &sent) ==
		   ERR_NOT_FOUND;
}

static void
admit_receipt(struct core *core, struct take *take, struct span text)
{
	struct receipt receipt;
	struct party party;
	struct sent sent;
	struct reason reason;
	bool is_revoked;

	take->is_receipt = true;
	take->bytes = text;
	reason = receipt_read(text, core->keyring, &receipt, &is_revoked);
	take->id = receipt.id;
	refuse(take, reason.why, NULL);
	if (take->why == WHY_NONE && is_revoked)
		refuse(take, WHY_REVOKED_KEY, NULL);
	party = station_party(&receipt.to);
	if (take->why == WHY_NONE && party_equal(&party, &core->own) &&
	    !station_equal(&receipt.to, &core->kid.station)) {
		take->is_duplicate = true; /* a sister's: it came along on a stick for the party */
		return;
	}
	if (take->why == WHY_NONE && !station_equal(&receipt.to, &core->kid.station))
		refuse(take, WHY_NOT_FOR_US, "the receipt is for another station");
	if (take->why != WHY_NONE)
		return;
	take->err = sent_get_whole(core->journal, &receipt.delivery, core->arena, &sent);
	if (take->err == ERR_NOT_FOUND) {
		take->err = ERR_OK;
		take->is_duplicate = is_of_lost(core, &receipt);
		if (take->is_duplicate)
			return;
		refuse(take, WHY_NO_TARGET, "no delivery of these bytes was made here");
		return;
	}
	party = station_party(&receipt.kid.station);
	if (take->err == ERR_OK &&
	    (!span_is(sent.party, party.name) || sent.counter != receipt.counter))
		refuse(take, WHY_BAD_ISSUER, "the delivery went to another party");
	take->is_duplicate = take->err == ERR_OK && sent.receipt.n > 0;
	if (take->why == WHY_NONE && take->err == ERR_OK)
		keep_receipt(core, take, &receipt);
}

void
trade_admit(struct core *core, struct take *take, struct span line)
{
	struct span rest;
	struct span word = word_of(line, &rest);
	struct span bytes;

	take->bytes = line;
	if (span_is(word, "delivery")) {
		admit_bytes(core, take, rest);
	} else if (span_is(word, "relay")) {
		(void)span_split(&rest, ' ', &bytes);
		take->given_receipt = rest;
		if (rest.n == 0)
			refuse(take, WHY_BAD_FORM, "a relayed delivery without its receipt");
		else
			admit_bytes(core, take, bytes);
	} else if (span_is(word, "receipt")) {
		admit_receipt(core, take, rest);
	} else if (span_is(word, "erased")) {
		erased_take(core, take, rest);
	} else {
		refuse(take, WHY_BAD_FORM, "not a line of a bundle");
	}
}

/* ---- what follows in the same batch ---- */

struct marking {
	struct core *core;
	struct span party;
	int64_t counter;
	int64_t number; /* -1: none */
};

static bool
find_row(void *context, const struct outbox *outbox)
{
	struct marking *marking = context;

	if (span_equal(outbox->party, marking->party) && outbox->counter == marking->counter)
		marking->number = outbox->number;
	return marking->number < 0;
}

static enum err
settle_receipt(struct core *core, const struct take *take)
{
	struct marking marking = {.core = core, .number = -1};
	const struct receipt *receipt = take->receipt;
	struct party party;
	int64_t leaf;
	enum err err;

	party = station_party(&receipt->kid.station);
	marking.party = span_of(party.name);
	marking.counter = receipt->counter;
	err = sent_arrived(core->journal, marking.party, receipt->counter, take->bytes,
			   core_now(core), &leaf);
	if (err == ERR_EXISTS)
		return ERR_OK; /* twice in one batch */
	if (err == ERR_OK)
		err = outbox_each_of(core->journal, &receipt->id,
				     &(struct outbox_walk){find_row, &marking, true});
	if (err == ERR_OK && marking.number >= 0)
		err = outbox_move(core->journal, marking.number, OUTBOX_ARRIVED, -1,
				  (struct span){NULL, 0}, receipt->at_ms);
	if (err == ERR_OK && core->picture && !core->is_folding)
		err = picture_state_put(core->picture, &receipt->id, &party, PICTURE_STATE_ARRIVED,
					receipt->at_ms, WHY_NONE);
	return err;
}

static void count_lines(struct core *core);

static void
on_counted(evutil_socket_t fd, short what, void *cookie)
{
	struct core *core = cookie;
	bool does_go_on = false;

	(void)fd;
	(void)what;
	core->does_count_lines = false;
	for (size_t why = 0; why < WHY_COUNT; why++) {
		struct often *often = &core->refused_lines[why];
		uint64_t more = often_ends(often, role_tick_ms());

		if (more)
			role_log("core", "warn", "%llu more lines were refused and kept apart: %s",
				 (unsigned long long)more, why_text((enum why)why));
		does_go_on = does_go_on || often->until_ms;
	}
	if (does_go_on)
		count_lines(core);
}

static void
count_lines(struct core *core)
{
	struct timeval later = {OFTEN_MS / 1000, 0};

	if (!core->does_count_lines)
		core->does_count_lines =
		    event_base_once(core->base, -1, EV_TIMEOUT, on_counted, core, &later) == 0;
}

/* A stick can hold any number of such lines: each is kept apart, one a minute of a reason is said.
 */
static void
log_refused(struct core *core, enum why why)
{
	if (often_happens(&core->refused_lines[why], role_tick_ms()))
		role_log("core", "warn", "a line was refused and kept apart: %s", why_text(why));
	count_lines(core);
}

static enum err
keep_refused(struct core *core, const struct take *take)
{
	const struct link *link = take->act->link;
	struct quarantine quarantine = {.source =
					    link ? span_of(link->station.name) : SPAN("bundle"),
					.reason = span_of(why_code(take->why)),
					.bytes = take->bytes,
					.came_ms = core_now(core)};

	log_refused(core, take->why);
	return quarantine_add(core->journal, &quarantine);
}

enum err
trade_settle(struct core *core, struct take *batch, size_t n)
{
	enum err err = ERR_OK;

	for (size_t i = 0; i < n && err == ERR_OK; i++) {
		const struct take *take = &batch[i];

		if (!take->act || take->act->kind != WIRE_TAKE || take->err != ERR_OK)
			continue;
		/* What nobody with the right to trade sent is not kept. */
		if (take->why != WHY_NONE && take->who.account[0] && take->why != WHY_NO_ACCOUNT &&
		    take->why != WHY_NO_DUTY)
			err = keep_refused(core, take);
		else if (take->why == WHY_NONE && take->is_word && !take->is_duplicate)
			err = erased_settle(core, take);
		else if (take->why == WHY_NONE && take->is_receipt && !take->is_duplicate)
			err = settle_receipt(core, take);
	}
	return err;
}

/* ---- documents: their own batch each ---- */

static void
answer_document(struct core *core, const struct act *act, enum wire_taken outcome, enum why why,
		const char *text)
{
	struct out out = out_new(4096);
	size_t begun = wire_begin(&out, WIRE_TAKEN, act->id);
	struct hash none = {{0}};

	if (act->link) {
		link_did(core, act, outcome, why, &none);
		out_free(&out);
		return;
	}

	out_u8(&out, (uint8_t)outcome);
	out_u16(&out, (uint16_t)why);
	out_bytes(&out, none.b, HASH_SIZE);
	out_sized(&out, span_of(text));
	wire_end(&out, begun);
	core_send(core, act, &out);
	out_free(&out);
}

static bool
decode(struct core *core, struct span text, struct span *bytes)
{
	char *plain = arena_take(core->arena, text.n + 1);
	size_t n;

	if (!plain || !b64_read(text, plain, text.n, &n))
		return false;
	*bytes = span_make(plain, n);
	return true;
}

/* The newest head of a foreign log that its own key signed. */
static enum err
keep_head(struct core *core, struct span bytes, enum why *why)
{
	struct note_head head;
	struct note note;
	const struct note_key *key;
	struct span origin;
	struct shelf shelf = {.class = SPAN("head"), .text = bytes, .at_ms = core_now(core)};
	struct span text;
	enum err err;

	*why = WHY_BAD_FORM;
	if (note_read(bytes, &note) != ERR_OK)
		return ERR_OK;
	text = note.text;
	(void)span_split(&text, '\n', &origin);
	key = keyring_log(core->keyring, origin);
	*why = WHY_UNKNOWN_KEY;
	if (!key || note_head_open(bytes, key, &head) != ERR_OK)
		return ERR_OK;
	*why = head.size > CORE_HEAD_SIZE_MAX ? WHY_BAD_VALUE : WHY_NONE;
	if (*why != WHY_NONE)
		return ERR_OK;
	if (span_is(origin, journal_origin(core->journal))) {
		link_our_head(core, "a bundle or a neighbour", bytes);
		return ERR_OK;
	}
	shelf.name = origin;
	shelf.version = (int64_t)head.size;
	err = journal_begin(core->journal);
	if (err != ERR_OK)
		return err;
	err = shelf_put(core->journal, &shelf);
	if (err ==
	    ERR_EXISTS) { /* same size: countersignatures differ; another root would be evidence */
		struct shelf held;
		struct note_head before;

		err = shelf_get(core->journal, shelf.class, shelf.name, shelf.version, core->arena,
				&held);
		if (err == ERR_OK && note_head_open(held.text, key, &before) == ERR_OK &&
		    !hash_equal(&before.root, &head.root)) {
			link_two_heads(core, key, held.text, bytes);
			*why = WHY_REPLAYED;
		}
	}
	/* The picture has no part in this: core_close_batch() would end a batch it never began. */
	if (err == ERR_OK)
		err = journal_commit(core->journal);
	if (err != ERR_OK)
		journal_rollback(core->journal);
	else
		link_show_head(core, origin, bytes);
	return err;
}

void
trade_keep_head(struct core *core, struct span note)
{
	enum why why;

	if (keep_head(core, note, &why) == ERR_OK && why == WHY_NONE &&
	    core_load_heads(core) != ERR_OK)
		role_log("core", "warn", "newest heads could not be read back");
}

void
trade_document(struct core *core, const struct act *act, struct span line)
{
	char text[RING_WHY_MAX] = "";
	struct span rest;
	struct span word = word_of(line, &rest);
	struct span bytes;
	enum why why = WHY_BAD_BASE64;
	enum err err = ERR_OK;

	if (decode(core, rest, &bytes)) {
		if (span_is(word, "head"))
			err = keep_head(core, bytes, &why);
		else
			err = ring_install(core->journal, core->keyring, &core->own, bytes,
					   core_now(core), &why, text);
	}
	if (err == ERR_OK && why == WHY_NONE)
		err = core_reload(core);
	if (err != ERR_OK && act->link)
		link_close(core, act->link, LINK_CAUSE_LOST, err_text(err));
	else if (err != ERR_OK)
		core_fail(core, act, err, NULL);
	else
		answer_document(core, act,
				why == WHY_NONE ? TAKEN_NEW
				: why == WHY_REPLAYED || why == WHY_BAD_ORDER ||
					why == WHY_OLD_VERSION
				    ? TAKEN_KNOWN
				    : TAKEN_REFUSED,
				why, text);
}
