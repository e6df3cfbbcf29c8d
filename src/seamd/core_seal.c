/*
 * Promises that core gets signatures only by asking seal, many ahead, and that a head is signed
 * once and published whole.
 */
#include "seamd/core.h"
#include "seamd/link.h"

#include "journal/journal.h"

#include <string.h>

enum { SEAL_WAIT_MS = 10000, SEAL_AHEAD = 16384 };

void
core_lose_seal(struct core *core)
{
	client_close(core->seal);
	core->seal = NULL;
	core->seal_asked = core->seal_collected = 0;
}

enum err
core_ask_seal(struct core *core, enum seal_form form, struct span bytes)
{
	struct out *out;
	size_t begun;
	enum err err;

	if (!core->seal)
		return ERR_CLOSED;
	out = client_out(core->seal);
	begun = wire_begin(out, WIRE_SIGN, ++core->seal_asked);
	out_u8(out, (uint8_t)form);
	out_sized(out, bytes);
	wire_end(out, begun);
	err = out_err(out);
	if (err == ERR_OK && out->n > SEAL_AHEAD)
		err = client_flush(core->seal);
	if (err != ERR_OK)
		core_lose_seal(core);
	return err;
}

enum err
core_collect_seal(struct core *core, struct signature *signature)
{
	struct wire_message message;
	struct cursor cursor;
	struct span bytes;
	enum err err;

	memset(signature, 0, sizeof *signature);
	if (!core->seal)
		return ERR_CLOSED;
	err = client_wait(core->seal, SEAL_WAIT_MS, &message);
	core->seal_collected++;
	if (err == ERR_OK && message.id != core->seal_collected)
		err = ERR_FORMAT;
	if (err != ERR_OK) {
		core_lose_seal(core);
		return ERR_CLOSED;
	}
	cursor = cursor_over(message.payload);
	bytes = cursor_span(&cursor, SIGN_SIZE);
	if (message.kind != WIRE_SIGNED || bytes.n != SIGN_SIZE || !cursor_is_done(&cursor))
		return ERR_REFUSED;
	memcpy(signature->b, bytes.p, SIGN_SIZE);
	return ERR_OK;
}

void
core_drop_seal(struct core *core)
{
	struct signature unused;

	while (core->seal && core->seal_collected < core->seal_asked)
		if (core_collect_seal(core, &unused) == ERR_CLOSED)
			return;
}

enum err
core_sign(struct core *core, enum seal_form form, struct span bytes, struct signature *signature)
{
	enum err err = core_ask_seal(core, form, bytes);

	return err == ERR_OK ? core_collect_seal(core, signature) : err;
}

enum err
core_head(struct core *core)
{
	const struct note_key *key = journal_key(core->journal);
	struct out text = out_new(NOTE_MAX);
	struct signature signature;
	enum err err = core->is_frozen ? ERR_REFUSED : ERR_OK;

	/* Just after the start, others are first asked whether they know more of this log. */
	if (err == ERR_OK && (core->is_confirmed || role_now_ms() >= core->hold_until_ms))
		err = journal_head_due(core->journal, &text);

	if (err == ERR_OK && text.n) {
		struct out note = out_new(NOTE_MAX);

		err = core_sign(core, SEAL_HEAD, out_view(&text), &signature);
		out_span(&note, out_view(&text));
		out_char(&note, '\n');
		note_write_line(&note, key, 0, &signature);
		if (err == ERR_OK)
			err = out_err(&note);
		if (err == ERR_OK)
			err = journal_head_accept(core->journal, out_view(&note), role_now_ms());
		if (err == ERR_OK)
			link_head_changed(core);
		if (err == ERR_LOCKED || err == ERR_CORRUPT || err == ERR_REFUSED) {
			core->is_frozen = true;
			role_log("core", "alert", "stopped signing heads: %s", err_text(err));
		}
		out_free(&note);
	}
	out_free(&text);
	return err;
}
