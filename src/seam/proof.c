/* Promises proofs that anybody can check without this station. */
#include "seam/command.h"
#include "seam/logged.h"
#include "seam/view.h"

#include "journal/journal.h"
#include "journal/proof.h"
#include "journal/sent.h"
#include "journal/shelf.h"
#include "seamd/ring.h"
#include "seamd/sheaf.h"

#include <stdio.h>
#include <string.h>

struct finding {
	const char *party;
	struct arena *arena;
	int64_t counter; /* of the newest delivery with a receipt; -1: none */
};

static bool
find_receipt(void *context, const struct sent *sent)
{
	struct finding *finding = context;

	if (span_is(sent->party, finding->party) && sent->receipt.n &&
	    sent->counter > finding->counter)
		finding->counter = sent->counter;
	return true;
}

static bool
add_key(void *context, const struct shelf *shelf)
{
	char name[LIMIT_STATION_TEXT + 8];

	(void)snprintf(name, sizeof name, "key %.*s",
		       (int)(shelf->name.n < 47 ? shelf->name.n : 47), shelf->name.p);
	sheaf_add(context, name, shelf->text);
	return true;
}

static enum err
add_ring(struct app *app, struct journal *journal, struct out *out)
{
	struct shelf shelf;
	enum err err = shelf_newest(journal, SPAN(RING_MEMBERS), SPAN(""), app->arena, &shelf);

	if (err != ERR_OK)
		return err;
	sheaf_add(out, "members", shelf.text);
	return shelf_each(journal, SPAN(RING_KEY), &(struct shelf_walk){add_key, out});
}

/* Only leaves of the log in force: of an earlier one the tiles and heads may be lost. */
static enum err
prove_record(struct app *app, struct view *view, const struct journal_record *row,
	     struct out *proof)
{
	if (!row->is_own || row->leaf < 0 || row->epoch != journal_epoch(view_journal(view)))
		return ERR_NOT_FOUND;
	return logged_prove(app, view, (uint64_t)row->leaf, proof);
}

static enum err
add_record(struct app *app, struct view *view, const struct hash *id, struct out *out)
{
	struct journal_record row;
	struct out proof = out_new(PROOF_MAX);
	enum err err = journal_get(view_journal(view), id, app->arena, &row);

	if (err == ERR_OK)
		err = prove_record(app, view, &row, &proof);
	if (err == ERR_OK) {
		sheaf_add(out, "record", row.jwt);
		sheaf_add(out, "proof", out_view(&proof));
	}
	out_free(&proof);
	return err;
}

static enum err
add_delivery(struct app *app, struct view *view, struct span party, int64_t counter,
	     struct out *out)
{
	struct out proof = out_new(PROOF_MAX);
	struct sent sent;
	enum err err = sent_get(view_journal(view), party, counter, app->arena, &sent);

	if (err == ERR_OK && (sent.bytes.n == 0 || sent.epoch != journal_epoch(view_journal(view))))
		err = ERR_NOT_FOUND;
	if (err == ERR_OK)
		err = logged_prove(app, view, (uint64_t)sent.leaf, &proof);
	if (err == ERR_OK) {
		sheaf_add(out, "delivery", sent.bytes);
		sheaf_add(out, "receipt", sent.receipt);
		sheaf_add(out, "receipt-proof", out_view(&proof));
	}
	out_free(&proof);
	return err;
}

static int
explain(struct app *app, enum err err)
{
	if (err == ERR_NOT_FOUND)
		return app_say_no(app, "no signed head covers it yet, or its body is gone: a "
				       "running station signs one "
				       "at its next beat");
	return app_fail(app, err, "proving");
}

static int
prove_alone(struct app *app, struct view *view, const struct hash *id)
{
	struct out out = out_new(PROOF_MAX);
	struct journal_record row;
	enum err err = journal_get(view_journal(view), id, app->arena, &row);
	int code;

	if (err == ERR_OK)
		err = prove_record(app, view, &row, &out);
	code = err == ERR_OK ? app_print(app, &out) : explain(app, err);
	out_free(&out);
	return code;
}

static int
prove_to(struct app *app, struct view *view, const struct hash *id, const char *to)
{
	struct journal *journal = view_journal(view);
	struct finding finding = {.party = to, .arena = app->arena, .counter = -1};
	struct out out = out_new(SHEAF_MAX);
	struct party party;
	int code = view_party(view, to, &party);
	enum err err;

	if (code != APP_OK)
		return code;
	err = sent_each_of(journal, id, &(struct sent_walk){find_receipt, &finding});
	if (err == ERR_OK && finding.counter < 0)
		return app_say_no(
		    app, "no receipt of %s for this record is held: seam show says where it stands",
		    to);
	sheaf_begin(&out, SHEAF_EVIDENCE);
	if (err == ERR_OK)
		err = add_ring(app, journal, &out);
	if (err == ERR_OK)
		err = add_record(app, view, id, &out);
	if (err == ERR_OK)
		err = add_delivery(app, view, span_of(to), finding.counter, &out);
	code = err == ERR_OK ? app_print(app, &out) : explain(app, err);
	out_free(&out);
	return code;
}

int
proof_record(struct app *app)
{
	const char *to = args_get(app->args, "to");
	struct view *view = NULL;
	struct hash id;
	int code = app->args->n == 1 ? APP_OK : app_usage(app, "proof ID [--to PARTY]");

	if (code == APP_OK && !(view = view_open(app, VIEW_PICTURE)))
		code = APP_NO;
	if (code == APP_OK)
		code = view_find(view, app->args->words[0], &id);
	if (code == APP_OK)
		code = to ? prove_to(app, view, &id, to) : prove_alone(app, view, &id);
	view_close(view);
	return code;
}
