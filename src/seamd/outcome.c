/* Promises one reading of what a station answers, whoever shows it. */
#include "seamd/outcome.h"

#include "base/cursor.h"
#include "edge/recordjson.h"
#include "model/heard.h"
#include "seamd/reread.h"
#include "seamd/wire.h"

#include <string.h>

static bool
read_hash(struct cursor *cursor, struct hash *hash)
{
	struct span bytes = cursor_bytes(cursor, HASH_SIZE);

	if (bytes.n != HASH_SIZE)
		return false;
	memcpy(hash->b, bytes.p, HASH_SIZE);
	return true;
}

bool
outcome_read_filed(struct span payload, struct outcome_filed *filed)
{
	struct cursor cursor = cursor_over(payload);
	unsigned n;

	memset(filed, 0, sizeof *filed);
	if (!read_hash(&cursor, &filed->id))
		return false;
	cursor_text(&cursor, filed->thread, sizeof filed->thread);
	filed->leaf = cursor_u64(&cursor);
	n = cursor_u16(&cursor);
	if (n > LIMIT_PARTIES)
		return false;
	for (unsigned i = 0; i < n; i++) {
		struct outcome_way *way = &filed->ways[i];

		cursor_text(&cursor, way->party.name, sizeof way->party.name);
		way->state = (enum picture_state)cursor_u8(&cursor);
		cursor_text(&cursor, way->why, sizeof way->why);
		if (!picture_state_code(way->state))
			return false;
	}
	filed->n = n;
	return cursor_is_done(&cursor);
}

bool
outcome_read_preview(struct span payload, struct outcome_preview *preview)
{
	struct cursor cursor = cursor_over(payload);
	unsigned n;

	memset(preview, 0, sizeof *preview);
	if (!read_hash(&cursor, &preview->name))
		return false;
	(void)cursor_span(&cursor, WIRE_PAYLOAD);
	n = cursor_u16(&cursor);
	if (n > LIMIT_PARTIES)
		return false;
	for (unsigned i = 0; i < n; i++) {
		struct outcome_shown *shown = &preview->shown[i];

		cursor_text(&cursor, shown->party.name, sizeof shown->party.name);
		shown->cut = cursor_span(&cursor, WIRE_PAYLOAD);
		shown->not_before_ms = cursor_i64(&cursor);
		shown->until_ms = cursor_i64(&cursor);
		cursor_text(&cursor, shown->onward, sizeof shown->onward);
		shown->approvals = cursor_u8(&cursor);
		cursor_text(&cursor, shown->why, sizeof shown->why);
	}
	preview->n = n;
	return cursor_is_done(&cursor);
}

enum err
outcome_read_cut(struct span cut, struct arena *arena, struct record *record)
{
	struct span signing;

	record_init(record, KIND_NONE);
	if (!span_split(&cut, '~', &signing) || cut.n == 0)
		return ERR_CORRUPT;
	return reread_disclosures(cut, arena, record);
}

bool
outcome_read_sent(struct span payload, struct outcome_sent *sent)
{
	struct cursor cursor = cursor_over(payload);

	sent->given = cursor_u8(&cursor);
	sent->needed = cursor_u8(&cursor);
	sent->state = (enum picture_state)cursor_u8(&cursor);
	return cursor_is_done(&cursor) && picture_state_code(sent->state);
}

void
outcome_json_heard(struct out *out, unsigned heard)
{
	bool is_first = true;

	out_text(out, ",\"heard\":[");
	for (unsigned i = 0; heard_code(i); i++) {
		if (!(heard >> i & 1))
			continue;
		out_format(out, "%s\"%s\"", is_first ? "" : ",", heard_code(i));
		is_first = false;
	}
	out_char(out, ']');
}

void
outcome_json_filed(struct out *out, const struct outcome_filed *filed, unsigned heard)
{
	char name[HASH_TEXT_SIZE];

	hash_text(name, &filed->id);
	out_format(out, "{\"id\":\"%s\",\"thread\":\"%s\",\"leaf\":%llu,\"parties\":[", name,
		   filed->thread, (unsigned long long)filed->leaf);
	for (size_t i = 0; i < filed->n; i++) {
		out_format(out, "%s{\"party\":\"%s\",\"state\":\"%s\",\"why\":", i ? "," : "",
			   filed->ways[i].party.name, picture_state_code(filed->ways[i].state));
		out_json(out, span_of(filed->ways[i].why));
		out_char(out, '}');
	}
	out_char(out, ']');
	outcome_json_heard(out, heard);
	out_char(out, '}');
}

void
outcome_json_sent(struct out *out, const struct outcome_sent *sent)
{
	out_format(out, "{\"given\":%u,\"needed\":%u,\"state\":\"%s\"}", sent->given, sent->needed,
		   picture_state_code(sent->state));
}

static enum err
json_shown(struct out *out, const struct outcome_shown *shown, int zone_min, struct arena *arena)
{
	struct record *record = arena_take(arena, sizeof *record);
	enum err err = record ? ERR_OK : ERR_NOMEM;

	out_format(out, "{\"party\":\"%s\",\"now\":%s", shown->party.name,
		   shown->cut.n ? "true" : "false");
	if (err == ERR_OK && shown->cut.n) {
		err = outcome_read_cut(shown->cut, arena, record);
		out_format(out, ",\"kind\":\"%s\"", kind_row(record->kind)->name);
		recordjson_write_fields(out, record, zone_min);
	}
	if (shown->not_before_ms)
		out_format(out, ",\"not_before_ms\":%lld", (long long)shown->not_before_ms);
	if (shown->until_ms)
		out_format(out, ",\"until_ms\":%lld", (long long)shown->until_ms);
	out_format(out, ",\"approvals\":%u,\"why\":", shown->approvals);
	out_json(out, span_of(shown->why));
	out_text(out, ",\"cut\":");
	out_json(out, shown->cut);
	out_char(out, '}');
	return err;
}

enum err
outcome_json_preview(struct out *out, const struct outcome_preview *preview, int zone_min,
		     struct arena *arena)
{
	char name[HASH_TEXT_SIZE];
	enum err err = ERR_OK;

	hash_text(name, &preview->name);
	out_format(out, "{\"preview\":\"%s\",\"parties\":[", name);
	for (size_t i = 0; i < preview->n && err == ERR_OK; i++) {
		out_text(out, i ? "," : "");
		err = json_shown(out, &preview->shown[i], zone_min, arena);
	}
	out_text(out, "]}");
	return err;
}
