/*
 * Promises framing and nothing more: what a payload means is read by the one who acts on it.
 */
#include "seamd/wire.h"

#include <string.h>

static const struct {
	const char *name;
	const char *senders;
} rows[WIRE_COUNT] = {[WIRE_NONE] = {"", ""},
#define X(name, senders, payload) [WIRE_##name] = {#name, senders},
		      WIRE_ROWS(X)
#undef X
};

const char *
wire_name(enum wire_kind kind)
{
	return (unsigned)kind < WIRE_COUNT ? rows[kind].name : "";
}

bool
wire_may_send(enum wire_kind kind, char sender)
{
	return (unsigned)kind < WIRE_COUNT && strchr(rows[kind].senders, sender) != NULL &&
	       sender != '\0';
}

size_t
wire_begin(struct out *out, enum wire_kind kind, uint64_t id)
{
	size_t begun = out->n;

	out_u16(out, (uint16_t)kind);
	out_u16(out, 0);
	out_u32(out, 0);
	out_u64(out, id);
	return begun;
}

void
wire_end(struct out *out, size_t begun)
{
	size_t n;

	if (out->err != ERR_OK)
		return;
	n = out->n - begun - WIRE_HEADER;
	if (n > WIRE_PAYLOAD) {
		out->err = ERR_LIMIT;
		return;
	}
	for (size_t i = 0; i < 4; i++)
		out->p[begun + 4 + i] = (char)(n >> (24 - 8 * i) & 0xff);
}

enum err
wire_take(struct span *input, struct wire_message *message)
{
	struct cursor cursor = cursor_over(*input);
	uint16_t kind = cursor_u16(&cursor);
	uint16_t zero = cursor_u16(&cursor);
	uint32_t n = cursor_u32(&cursor);

	memset(message, 0, sizeof *message);
	message->id = cursor_u64(&cursor);
	if (cursor.is_failed)
		return ERR_BUSY;
	if (kind == WIRE_NONE || kind >= WIRE_COUNT || zero != 0 || n > WIRE_PAYLOAD)
		return ERR_FORMAT;
	message->payload = cursor_bytes(&cursor, n);
	if (cursor.is_failed)
		return ERR_BUSY;
	message->kind = (enum wire_kind)kind;
	*input = span_make(cursor.at, cursor.left);
	return ERR_OK;
}

void
wire_words(struct span text, char *to, size_t size)
{
	to[0] = '\0';
	if (text.n == 0 || !span_is_plain_text(text))
		return;
	if (text.n >= size) {
		text.n = size - 1;
		while (text.n && ((unsigned char)text.p[text.n] & 0xc0) == 0x80)
			text.n--; /* a letter that does not fit whole */
	}
	for (size_t i = 0; i < text.n; i++)
		to[i] = text.p[i] == '\n' || text.p[i] == '\t' ? ' ' : text.p[i];
	to[text.n] = '\0';
}
