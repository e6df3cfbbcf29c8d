/*
 * Promises every act that is no record on its way in: looking at the station's state, approving,
 * bundles, accounts. Core believes nothing a gate says but the bytes of the act: who asks follows
 * from the token in it.
 */
#include "seamd/core.h"

#include "base/sign.h"
#include "journal/journal.h"
#include "journal/outbox.h"
#include "model/lint.h"
#include "picture/picture.h"
#include "seamd/link.h"
#include "seamd/ring.h"

#include <stdio.h>
#include <string.h>

enum { LIST_MAX = 32768, PASS_TEXT = 256 };
enum { GUESS_FIRST_MS = 500, GUESS_DOUBLES = 7 };

/* Reads who asks; answers and returns false when they may not. */
static bool
may(struct core *core, const struct act *act, struct cursor *cursor, unsigned right,
    struct core_who *who)
{
	enum why why = core_who(core, cursor, right, who);

	if (why != WHY_NONE)
		core_refuse(core, act, why, 0, who->lack);
	return why == WHY_NONE;
}

static bool
is_whole(struct core *core, const struct act *act, const struct cursor *cursor)
{
	if (!cursor_is_done(cursor))
		core_refuse(core, act, WHY_BAD_FORM, 0, NULL);
	return cursor_is_done(cursor);
}

/* ---- approving what a rule leaves to officers ---- */

struct approving {
	struct span party;
	struct field_set give; /* what would go by this decision */
	unsigned place; /* the finest level of place the party is given with it, or was before */
	int64_t numbers[16];
	int64_t needed;
	size_t n;
};

static bool
find_held(void *context, const struct outbox *outbox)
{
	struct approving *approving = context;
	struct field_set set;

	if (!span_equal(outbox->party, approving->party) || outbox->state == OUTBOX_DROPPED ||
	    !cut_read_set(outbox->items, &set))
		return true;
	for (unsigned level = 1; level <= FIELD_PLACE_LEVELS; level++)
		if (set.mask[FIELD_PLACE] >> level & 1 && level > approving->place)
			approving->place = level;
	if (outbox->state != OUTBOX_HELD || span_is(outbox->reason, why_text(WHY_CITES_HELD_BACK)))
		return true; /* no officer decides for another party's originator */
	field_set_add(&approving->give, &set);
	if (outbox->needed > approving->needed)
		approving->needed = outbox->needed;
	if (approving->n < sizeof approving->numbers / sizeof *approving->numbers)
		approving->numbers[approving->n++] = outbox->number;
	return true;
}

static enum err
approve_rows(struct core *core, const struct approving *approving, const struct hash *id,
	     const char *account, int64_t *given)
{
	struct party party;
	int64_t now_ms = core_now(core);
	enum err err = journal_begin(core->journal);

	*given = 0;
	if (err != ERR_OK)
		return err;
	if (core->picture && !core->is_folding && picture_begin(core->picture) != ERR_OK)
		core->is_folding = true;
	for (size_t i = 0; i < approving->n && err == ERR_OK; i++) {
		struct outbox outbox = {.number = 0};
		int64_t count = 0;

		err = outbox_approve(core->journal, approving->numbers[i], span_of(account), now_ms,
				     &count);
		if (err == ERR_OK)
			err =
			    outbox_get(core->journal, approving->numbers[i], core->arena, &outbox);
		if (err == ERR_OK)
			count = deliver_approvals(core, outbox.given);
		if (err == ERR_OK && count >= approving->needed)
			err = outbox_move(core->journal, approving->numbers[i], OUTBOX_QUEUED, -1,
					  (struct span){NULL, 0}, now_ms);
		if (err == ERR_OK && count >= approving->needed &&
		    party_read(approving->party, &party))
			link_queued(core, &party, approving->numbers[i], NULL);
		if (count > *given)
			*given = count;
	}
	if (err == ERR_OK && approving->n && *given >= approving->needed && core->picture &&
	    !core->is_folding && party_read(approving->party, &party))
		err = picture_state_put(core->picture, id, &party, PICTURE_STATE_QUEUED, now_ms,
					WHY_NONE);
	return core_close_batch(core, err);
}

/* Free text leaves by an officer's hand, and not with what nobody meant to send. */
static bool
is_clean(struct core *core, const struct act *act, const struct hash *id,
	 const struct approving *approving)
{
	struct record *record = arena_take(core->arena, sizeof *record);
	struct lint found[LINT_MAX];
	struct journal_record row;
	char text[256];

	if (!record || core_read(core, id, &row, record) != ERR_OK) {
		core_refuse(core, act, WHY_NO_TARGET, 0, NULL);
		return false;
	}
	for (enum field f = 1; f < FIELD_COUNT; f++) {
		size_t n;

		if (!field_row(f)->is_free || !approving->give.mask[f] || !record->field[f].is_set)
			continue;
		n = lint_text(record->field[f].text, approving->place, found);
		for (size_t i = 0; i < n; i++) {
			if (!lint_stops(found[i].kind))
				continue;
			(void)snprintf(text, sizeof text,
				       "%s holds %s; amend the record without it",
				       field_row(f)->name, lint_words(found[i].kind));
			core_refuse(core, act, WHY_PROTECTED, f, text);
			return false;
		}
	}
	return true;
}

static void
act_send(struct core *core, const struct act *act, struct cursor *cursor)
{
	struct approving approving = {0};
	struct core_who who;
	struct hash id;
	struct span bytes;
	struct out out = out_new(256);
	int64_t given;
	size_t begun;
	enum err err;

	if (!may(core, act, cursor, DUTY_SEND, &who))
		return;
	bytes = cursor_bytes(cursor, HASH_SIZE);
	approving.party = cursor_span(cursor, LIMIT_PARTY_TEXT);
	for (unsigned n = cursor_u16(cursor); n > 0 && !cursor->is_failed; n--)
		(void)cursor_u32(cursor);
	if (!is_whole(core, act, cursor))
		return;
	memcpy(id.b, bytes.p, HASH_SIZE);
	err =
	    outbox_each_of(core->journal, &id, &(struct outbox_walk){find_held, &approving, false});
	if (err == ERR_OK && approving.n == 0) {
		core_refuse(
		    core, act, WHY_NO_RULE, 0,
		    "nothing of this record waits for an officer's decision for that party");
		return;
	}
	if (err == ERR_OK && !is_clean(core, act, &id, &approving))
		return;
	if (err == ERR_OK)
		err = approve_rows(core, &approving, &id, who.account, &given);
	if (err != ERR_OK) {
		core_fail(core, act, err, NULL);
		return;
	}
	begun = wire_begin(&out, WIRE_SENT, act->id);
	out_u8(&out, (uint8_t)given);
	out_u8(&out, (uint8_t)approving.needed);
	out_u8(&out, given >= approving.needed ? PICTURE_STATE_QUEUED : PICTURE_STATE_HELD_BACK);
	wire_end(&out, begun);
	core_send(core, act, &out);
	out_free(&out);
}

/* ---- state ---- */

/* Asked for each page and each minute of a stream: it looks at the accounts alone. */
static void
act_who(struct core *core, const struct act *act, struct cursor *cursor)
{
	struct core_who who;
	char text[2 * DUTY_NAME_MAX];

	if (!may(core, act, cursor, 0, &who) || !is_whole(core, act, cursor))
		return;
	(void)snprintf(text, sizeof text, "%s %s", who.account, who.duty);
	core_done(core, act, 0, text);
}

static void
act_status(struct core *core, const struct act *act, struct cursor *cursor)
{
	struct core_who who;
	struct out json = out_new(LIST_MAX);

	if (!may(core, act, cursor, 0, &who) || !is_whole(core, act, cursor))
		return;
	state_write(core, &who, &json);
	if (out_err(&json) == ERR_OK)
		core_done(core, act, 0, json.p);
	else
		core_fail(core, act, out_err(&json), NULL);
	out_free(&json);
}

/* ---- accounts ---- */

/* Argon2id runs in clerk; until its answer is there core serves nobody, so its settings are the
 * interactive ones. */
static void
set_pass(struct core *core, const struct act *act, struct span name, struct span pass)
{
	char text[PASS_TEXT];
	enum err err = core_hash_pass(core, pass, text, sizeof text);

	if (err == ERR_OK)
		err = duty_set_pass(core->duty, name, span_of(text));
	if (err == ERR_OK)
		core_done(core, act, 0, "");
	else if (err == ERR_CORRUPT)
		core_refuse(core, act, WHY_ACCOUNTS_DAMAGED, 0, NULL);
	else
		core_fail(core, act, err, err == ERR_NOT_FOUND ? "no such account" : NULL);
}

static void
add_account(struct core *core, const struct act *act, struct span name, struct span duties)
{
	char token[DUTY_TOKEN_TEXT];
	enum err err = duty_add(core->duty, name, duties, token);

	if (err == ERR_OK)
		core_done(core, act, 0, token);
	else if (err == ERR_EXISTS)
		core_fail(core, act, err, "an account of this name is there");
	else if (err == ERR_FORMAT)
		core_fail(
		    core, act, err,
		    "a name is [a-z0-9.-], duties are watch, liaison, director, analyst, admin");
	else
		core_fail(core, act, err, NULL);
	sign_wipe(token, sizeof token);
}

static void
list_accounts(struct core *core, const struct act *act)
{
	struct out out = out_new(LIST_MAX);
	enum err err = duty_list(core->duty, &out);

	if (err == ERR_OK)
		core_done(core, act, 0, out.n ? out.p : "");
	else if (err == ERR_CORRUPT)
		core_refuse(core, act, WHY_ACCOUNTS_DAMAGED, 0, NULL);
	else
		core_fail(core, act, err, NULL);
	out_free(&out);
}

static void
act_account(struct core *core, const struct act *act, struct cursor *cursor)
{
	struct core_who who;
	struct span verb;
	struct span name;
	struct span duties;
	struct span pass;
	enum err err;

	if (!may(core, act, cursor, DUTY_ADMIN, &who))
		return;
	verb = cursor_span(cursor, 16);
	name = cursor_span(cursor, DUTY_NAME_MAX - 1);
	duties = cursor_span(cursor, LIMIT_LINE_TEXT);
	pass = cursor_span(cursor, 1024);
	if (!is_whole(core, act, cursor))
		return;
	if (span_is(verb, "add")) {
		add_account(core, act, name, duties);
	} else if (span_is(verb, "list")) {
		list_accounts(core, act);
	} else if (span_is(verb, "pass")) {
		set_pass(core, act, name, pass);
	} else if (span_is(verb, "remove")) {
		err = duty_remove(core->duty, name);
		if (err == ERR_OK)
			core_done(core, act, 0, "");
		else
			core_fail(core, act, err, "no such account");
	} else {
		core_refuse(core, act, WHY_BAD_VALUE, 0, "add, remove, list or pass");
	}
}

/* The row of an account that was guessed at; a new one takes the place of the oldest. */
static struct core_guess *
guess_of(struct core *core, const struct hash *account)
{
	struct core_guess *oldest = &core->guesses[0];

	for (size_t i = 0; i < CORE_GUESSES; i++) {
		if (hash_equal(&core->guesses[i].account, account))
			return &core->guesses[i];
		if (core->guesses[i].until_ms < oldest->until_ms)
			oldest = &core->guesses[i];
	}
	*oldest = (struct core_guess){.account = *account};
	return oldest;
}

/* After each wrong passphrase an account waits twice as long before the next is looked at. */
static enum err
test_guess(struct core *core, struct span name, struct span pass, const char *kept, bool *is_good)
{
	struct hash account = hash_of(name);
	struct core_guess *guess = guess_of(core, &account);
	enum err err;

	*is_good = false;
	if (role_now_ms() < guess->until_ms)
		return ERR_BUSY;
	err = core_test_pass(core, pass, kept, is_good);
	if (err == ERR_OK && *is_good) {
		*guess = (struct core_guess){{{0}}, 0, 0};
	} else if (err == ERR_OK) {
		guess->until_ms = role_now_ms() + ((int64_t)GUESS_FIRST_MS << guess->n);
		guess->n += guess->n < GUESS_DOUBLES;
	}
	return err;
}

static void
act_login(struct core *core, const struct act *act, struct cursor *cursor)
{
	char kept[PASS_TEXT];
	char token[DUTY_TOKEN_TEXT];
	struct span name = cursor_span(cursor, DUTY_NAME_MAX - 1);
	struct span pass = cursor_span(cursor, 1024);
	bool is_good = false;
	enum err err;

	(void)cursor_span(cursor, DUTY_NAME_MAX - 1);
	if (!is_whole(core, act, cursor))
		return;
	err = duty_get_pass(core->duty, name, kept, sizeof kept);
	if (err == ERR_OK && kept[0])
		err = test_guess(core, name, pass, kept, &is_good);
	if (err == ERR_OK && is_good)
		err = duty_session(core->duty, name, role_now_ms(), token);
	/* One answer for an unknown account and a wrong passphrase. */
	if (err == ERR_OK && is_good)
		core_done(core, act, 0, token);
	else if (err == ERR_CORRUPT)
		core_refuse(core, act, WHY_ACCOUNTS_DAMAGED, 0, NULL);
	else
		core_refuse(core, act, WHY_NO_ACCOUNT, 0,
			    "or not with this passphrase; after a wrong one, wait a minute");
	sign_wipe(token, sizeof token);
}

/* Whoever holds a token may end it; that it was no session is no failure of theirs. */
static void
act_logout(struct core *core, const struct act *act, struct cursor *cursor)
{
	struct span token = cursor_span(cursor, WIRE_TOKEN_SIZE);
	enum err err;

	if (!is_whole(core, act, cursor))
		return;
	err = duty_logout(core->duty, token);
	if (err == ERR_OK || err == ERR_NOT_FOUND)
		core_done(core, act, 0, "");
	else
		core_fail(core, act, err, NULL);
}

/* ---- the rest ---- */

static void
act_head(struct core *core, const struct act *act, struct cursor *cursor)
{
	struct core_who who;
	enum err err;

	if (!may(core, act, cursor, 0, &who) || !is_whole(core, act, cursor))
		return;
	err = core_head(core);
	if (err == ERR_OK)
		core_done(core, act, (int64_t)journal_head_size(core->journal), "");
	else
		core_fail(core, act, err, "no head was signed");
}

static void
act_install(struct core *core, const struct act *act, struct cursor *cursor)
{
	char text[RING_WHY_MAX];
	struct core_who who;
	struct span document;
	enum why why;
	enum err err;

	if (!may(core, act, cursor, DUTY_ADMIN, &who))
		return;
	document = cursor_span(cursor, WIRE_PAYLOAD);
	if (!is_whole(core, act, cursor))
		return;
	err = ring_install(core->journal, core->keyring, &core->own, document, core_now(core), &why,
			   text);
	if (err == ERR_OK && why == WHY_NONE)
		err = core_reload(core);
	if (err != ERR_OK)
		core_fail(core, act, err, NULL);
	else if (why != WHY_NONE && !ring_holds(core->journal, document))
		core_refuse(core, act, why, 0, text);
	else
		core_done(core, act, 0, why == WHY_NONE ? text : "held already");
}

static void
act_trade(struct core *core, const struct act *act, struct cursor *cursor)
{
	struct core_who who;
	struct span text;
	int64_t counter = 0;

	if (act->link ? core_trader(core, act, cursor, &who) != WHY_NONE
		      : !may(core, act, cursor, DUTY_TRADE, &who))
		return;
	text = cursor_span(cursor, WIRE_PAYLOAD);
	if (act->kind == WIRE_EXPORTED)
		counter = cursor_i64(cursor);
	if (!is_whole(core, act, cursor))
		return;
	if (act->kind == WIRE_TAKE)
		trade_document(core, act, text);
	else if (act->kind == WIRE_EXPORT)
		trade_export(core, act, text);
	else
		trade_exported(core, act, text, counter);
}

static void
act_replay(struct core *core, const struct act *act, struct cursor *cursor)
{
	struct core_who who;
	struct span name;
	struct party party;
	bool does;

	if (!may(core, act, cursor, DUTY_DIRECT, &who))
		return;
	name = cursor_span(cursor, LIMIT_PARTY_TEXT);
	does = cursor_flag(cursor);
	if (!is_whole(core, act, cursor))
		return;
	if (party_read(name, &party))
		replay_act(core, act, &party, does);
	else
		core_refuse(core, act, WHY_UNKNOWN_PARTY, 0, NULL);
}

static void
act_stop(struct core *core, const struct act *act, struct cursor *cursor)
{
	struct core_who who;

	if (!may(core, act, cursor, 0, &who) || !is_whole(core, act, cursor))
		return;
	core_done(core, act, 0, "");
	core->is_stopping = true;
}

void
core_act(struct core *core, const struct act *act)
{
	struct cursor cursor = cursor_over(span_make(act->payload, act->n));

	/* Everything else is either no act or flows through core_take(). */
	if (act->kind == WIRE_PREVIEW)
		preview_make(core, act, &cursor);
	else if (act->kind == WIRE_SEND)
		act_send(core, act, &cursor);
	else if (act->kind == WIRE_TAKE || act->kind == WIRE_EXPORT || act->kind == WIRE_EXPORTED)
		act_trade(core, act, &cursor);
	else if (act->kind == WIRE_INSTALL)
		act_install(core, act, &cursor);
	else if (act->kind == WIRE_ACCOUNT)
		act_account(core, act, &cursor);
	else if (act->kind == WIRE_LOGIN)
		act_login(core, act, &cursor);
	else if (act->kind == WIRE_LOGOUT)
		act_logout(core, act, &cursor);
	else if (act->kind == WIRE_WHO)
		act_who(core, act, &cursor);
	else if (act->kind == WIRE_STATUS)
		act_status(core, act, &cursor);
	else if (act->kind == WIRE_REPLAY)
		act_replay(core, act, &cursor);
	else if (act->kind == WIRE_HOLD)
		retain_hold(core, act, &cursor);
	else if (act->kind == WIRE_HEAD)
		act_head(core, act, &cursor);
	else if (act->kind == WIRE_STOP)
		act_stop(core, act, &cursor);
	else
		core_refuse(core, act, WHY_BAD_FORM, 0, "no act of a person");
}
