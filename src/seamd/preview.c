/*
 * Promises that what was shown is what is sent: a preview holds the signing input and the
 * disclosures, salts included, for ten minutes; sending names the hash over what every party would
 * get, and the same bytes are signed.
 */
#include "seamd/core.h"

#include "admit/present.h"
#include "admit/keyring.h"
#include "release/release.h"

#include <stdlib.h>
#include <string.h>

enum { PREVIEWS_MAX = 64, PREVIEW_MS = 10 * 60 * 1000 };

struct preview {
	struct preview *next;
	struct hash name;
	int64_t until_ms; /* real time */
	char account[DUTY_NAME_MAX];
	char duty[DUTY_NAME_MAX];
	bool is_amending;
	unsigned given;    /* again_given() */
	struct out record; /* record_write() */
	struct out signing;
	struct out disclosures;
};

static void
drop(struct preview *preview)
{
	out_free(&preview->record);
	out_free(&preview->signing);
	out_free(&preview->disclosures);
	free(preview);
}

void
preview_free(struct core *core)
{
	while (core->previews) {
		struct preview *next = core->previews->next;

		drop(core->previews);
		core->previews = next;
	}
}

static void
drop_old(struct core *core)
{
	struct preview **at = &core->previews;
	size_t n = 0;

	while (*at) {
		struct preview *preview = *at;

		if (preview->until_ms < role_now_ms() || ++n >= PREVIEWS_MAX) {
			*at = preview->next;
			drop(preview);
		} else {
			at = &preview->next;
		}
	}
}

/* What one party would get: the chosen disclosures behind the signing input. */
static enum err
write_party(struct core *core, const struct take *take, const struct party *party,
	    struct out *message, struct hash_run *run)
{
	struct present_index *index = arena_take(core->arena, sizeof *index);
	struct out cut = out_new(LIMIT_SD_JWT);
	struct cut question = {.record = take->record,
			       .party = party,
			       .policy_filed = core->policy_now,
			       .looks_back = take->is_amending};
	struct release_answer answer;
	struct field_set now;
	const struct release_part *part = NULL;
	enum err err = index ? present_index(take->disclosures, index) : ERR_NOMEM;

	if (err == ERR_OK)
		err = cut_ask(core, &question, &answer);
	if (err == ERR_OK) {
		release_now(&answer, &now);
		part = answer.parts_n ? &answer.parts[0] : NULL;
		if (!field_set_is_empty(&now))
			present_cut(&cut, take->signing, index, &now);
		err = out_err(&cut);
	}
	if (err == ERR_OK) {
		struct span whole = out_view(&cut);
		enum why why = part ? part->why : answer.why;

		out_sized(message, span_of(party->name));
		out_sized(message, whole);
		out_i64(message, part ? part->not_before_ms : 0);
		out_i64(message, part ? part->until_ms : 0);
		out_sized(message, SPAN(""));
		out_u8(message, (uint8_t)(part ? part->approvals : 0));
		out_sized(message, span_of(why == WHY_NONE ? "" : why_text(why)));
		hash_run_add(run, span_of(party->name));
		hash_run_add(run, whole);
	}
	out_free(&cut);
	return err;
}

static enum err
write_parties(struct core *core, const struct take *take, struct out *message, struct hash *name)
{
	const struct members *members = keyring_members(core->keyring);
	struct hash_run *run = hash_run_new();
	enum err err = run ? ERR_OK : ERR_NOMEM;
	unsigned n = 0;

	for (unsigned i = 0; i < members->n; i++)
		n += !party_equal(&members->member[i].party, &core->own);
	out_u16(message, (uint16_t)n);
	if (err == ERR_OK)
		hash_run_add(run, take->signing);
	for (unsigned i = 0; i < members->n && err == ERR_OK; i++)
		if (!party_equal(&members->member[i].party, &core->own))
			err = write_party(core, take, &members->member[i].party, message, run);
	if (err == ERR_OK)
		*name = hash_run_end(run);
	hash_run_free(run);
	return err;
}

static enum err
keep(struct core *core, const struct take *take, const struct hash *name)
{
	struct preview *preview = calloc(1, sizeof *preview);
	enum err err;

	if (!preview)
		return ERR_NOMEM;
	preview->record = out_new(LIMIT_RECORD_WIRE);
	preview->signing = out_new(LIMIT_JWT);
	preview->disclosures = out_new(LIMIT_SD_JWT);
	preview->name = *name;
	preview->until_ms = role_now_ms() + PREVIEW_MS;
	memcpy(preview->account, take->who.account, sizeof preview->account);
	memcpy(preview->duty, take->who.duty, sizeof preview->duty);
	preview->is_amending = take->is_amending;
	preview->given = take->given;
	record_write(&preview->record, take->record);
	out_span(&preview->signing, take->signing);
	out_span(&preview->disclosures, take->disclosures);
	err = out_err(&preview->record);
	if (err == ERR_OK)
		err = out_err(&preview->signing);
	if (err == ERR_OK)
		err = out_err(&preview->disclosures);
	if (err != ERR_OK) {
		drop(preview);
		return err;
	}
	preview->next = core->previews;
	core->previews = preview;
	return ERR_OK;
}

void
preview_make(struct core *core, const struct act *act, struct cursor *cursor)
{
	struct take take = {.act = act};
	struct out parties = out_new(WIRE_PAYLOAD);
	struct out out = out_new(WIRE_MAX);
	struct span thread;
	struct hash name;
	unsigned flags;
	size_t begun;

	drop_old(core);
	take_read(core, &take, cursor, false, &thread, &flags);
	if (take.why == WHY_NONE && kind_row(take.record->kind)->nature == KIND_NATURE_HOUSE)
		take_refuse(&take, WHY_NO_RULE, FIELD_NONE, "this kind goes to no other party");
	if (take.why == WHY_NONE && take.err == ERR_OK)
		own_ready(core, &take, thread,
			  thread.n == 0 && take.record->field[FIELD_ORIGIN].is_set);
	if (take.is_duplicate)
		take_refuse(&take, WHY_ORIGIN_TAKEN, FIELD_ORIGIN,
			    "the same record is held already under this origin: nothing is left to "
			    "file");
	if (take.why == WHY_NONE && take.err == ERR_OK)
		take.err = write_parties(core, &take, &parties, &name);
	if (take.why == WHY_NONE && take.err == ERR_OK)
		take.err = keep(core, &take, &name);
	if (take.why != WHY_NONE || take.err != ERR_OK) {
		if (take.err != ERR_OK)
			core_fail(core, act, take.err, NULL);
		else
			core_refuse(core, act, take.why, take.field, take.text);
	} else {
		begun = wire_begin(&out, WIRE_PREVIEWED, act->id);
		out_bytes(&out, name.b, HASH_SIZE);
		out_sized(&out, take.signing);
		out_span(&out, out_view(&parties));
		wire_end(&out, begun);
		if (out_err(&out) == ERR_OK)
			core_send(core, act, &out);
		else
			core_fail(core, act, out_err(&out), "the preview is too large to show");
	}
	out_free(&parties);
	out_free(&out);
}

/* A policy may have changed since: then it is not what was shown. */
static bool
is_same(struct core *core, const struct take *take, const struct hash *name)
{
	struct out parties = out_new(WIRE_PAYLOAD);
	struct hash again;
	enum err err = write_parties(core, take, &parties, &again);

	out_free(&parties);
	return err == ERR_OK && hash_equal(&again, name);
}

void
preview_confirm(struct core *core, struct take *take, const struct hash *name)
{
	struct preview *preview;
	struct cursor cursor;

	drop_old(core);
	for (preview = core->previews; preview; preview = preview->next)
		if (hash_equal(&preview->name, name) &&
		    strcmp(preview->account, take->who.account) == 0)
			break;
	take->record = arena_take(core->arena, sizeof *take->record);
	if (!preview || !take->record) {
		take->why = WHY_NOT_YET;
		take->text = "no such preview is held: it lives ten minutes, or something was "
			     "erased since; make a new one";
		return;
	}
	cursor = cursor_over(out_view(&preview->record));
	if (!record_read(&cursor, core->arena, take->record)) {
		take->err = ERR_INTERNAL;
		return;
	}
	take->is_own = true;
	take->signing = arena_copy(core->arena, out_view(&preview->signing));
	take->disclosures = arena_copy(core->arena, out_view(&preview->disclosures));
	memcpy(take->who.duty, preview->duty, sizeof preview->duty);
	take->is_amending = preview->is_amending;
	take->given = preview->given;
	/* It may have been filed since: by another look, or without one. */
	if (!take->is_amending && take->record->field[FIELD_ORIGIN].is_set)
		own_find_origin(core, take);
	if (!take->signing.p || !take->disclosures.p)
		take->err = ERR_NOMEM;
	if (take->why == WHY_NONE && take->err == ERR_OK && !take->is_duplicate &&
	    !is_same(core, take, name)) {
		take->why = WHY_NOT_YET;
		take->text =
		    "what the parties would get has changed since it was shown; look again";
	}
	preview->until_ms = 0; /* used up */
}
