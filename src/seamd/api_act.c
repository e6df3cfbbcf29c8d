/*
 * Promises the acts of people: filing, looking first, approving, answering, telling.  Nothing here
 * decides whether an act is allowed: core does, by the token that goes with it.
 */
#include "seamd/api.h"

#include "seamd/outcome.h"
#include "seamd/web_route.h"

#include <string.h>

/* ---- what core answered ---- */

static void
reply_held(struct web_request *request, const struct wire_message *answer)
{
	struct cursor cursor = cursor_over(answer->payload);
	struct span bytes = cursor_bytes(&cursor, HASH_SIZE);
	struct out out = out_new(256);
	char name[HASH_TEXT_SIZE];
	struct hash id;

	if (!cursor_is_done(&cursor)) {
		web_reply_err(request, ERR_INTERNAL);
		return;
	}
	memcpy(id.b, bytes.p, HASH_SIZE);
	hash_text(name, &id);
	out_format(&out, "{\"id\":\"%s\",\"held\":true}", name);
	web_reply_json(request, 200, &out);
	out_free(&out);
}

static void
on_filed(struct web_request *request, const struct wire_message *answer, void *context)
{
	const unsigned *heard = context;
	struct outcome_filed *filed = arena_take(request->arena, sizeof *filed);
	struct out out = out_new(65536);

	if (answer->kind == WIRE_DUPLICATE) {
		reply_held(request, answer);
	} else if (answer->kind != WIRE_FILED) {
		web_reply_refused(request, answer);
	} else if (!filed || !outcome_read_filed(answer->payload, filed)) {
		web_reply_err(request, filed ? ERR_INTERNAL : ERR_NOMEM);
	} else {
		outcome_json_filed(&out, filed, heard ? *heard : 0);
		web_reply_json(request, 201, &out);
	}
	out_free(&out);
}

static void
on_preview(struct web_request *request, const struct wire_message *answer, void *context)
{
	const unsigned *heard = context;
	struct outcome_preview *preview = arena_take(request->arena, sizeof *preview);
	struct out out = out_new(WEB_REPLY_MAX);
	enum err err = preview ? ERR_OK : ERR_NOMEM;

	if (answer->kind != WIRE_PREVIEWED) {
		web_reply_refused(request, answer);
		return;
	}
	if (err == ERR_OK && !outcome_read_preview(answer->payload, preview))
		err = ERR_INTERNAL;
	if (err == ERR_OK)
		err = outcome_json_preview(&out, preview, (int)api_typing(request).zone_min,
					   request->arena);
	if (err == ERR_OK) {
		out.n--; /* the closing brace: one member more */
		outcome_json_heard(&out, *heard);
		out_char(&out, '}');
		web_reply_json(request, 200, &out);
	} else {
		web_reply_err(request, err);
	}
	out_free(&out);
}

static void
on_sent(struct web_request *request, const struct wire_message *answer, void *context)
{
	struct outcome_sent sent;
	struct out out = out_new(256);

	(void)context;
	if (answer->kind != WIRE_SENT) {
		web_reply_refused(request, answer);
	} else if (!outcome_read_sent(answer->payload, &sent)) {
		web_reply_err(request, ERR_INTERNAL);
	} else {
		outcome_json_sent(&out, &sent);
		web_reply_json(request, 200, &out);
	}
	out_free(&out);
}

/* ---- records ---- */

static void
ask_with_body(struct web_request *request, enum wire_kind kind, web_answer *on_answer)
{
	struct record_typing typing = api_typing(request);
	struct record *record = api_record(request, KIND_NONE);
	unsigned *heard = arena_take(request->arena, sizeof *heard);
	struct recordjson_fault fault;

	if (!record)
		return;
	if (!heard)
		web_reply_err(request, ERR_NOMEM);
	else if (!recordjson_read(request->body, &typing, request->arena, record, heard, &fault))
		api_refuse(request, &fault);
	else
		api_ask(request, kind, record, on_answer, heard);
}

void
api_file(struct web_request *request)
{
	ask_with_body(request, WIRE_FILE, on_filed);
}

void
api_preview(struct web_request *request)
{
	ask_with_body(request, WIRE_PREVIEW, on_preview);
}

void
api_confirm(struct web_request *request)
{
	api_ask_confirm(request, request->part[0], on_filed, NULL);
}

/* ---- about a record ---- */

/* The body of an act about a record: the fields of a note, without `re`. */
static bool
read_note(struct web_request *request, const struct hash *id, struct record *record,
	  unsigned *heard)
{
	json_t *fields = json_read_strict(request->body);
	struct record_typing typing = api_typing(request);
	struct recordjson_fault fault = {.reason = {WHY_NOT_JSON, 0}};
	char name[HASH_TEXT_SIZE];
	bool is_read =
	    fields && recordjson_fields(fields, &typing, request->arena, record, heard, &fault);

	if (is_read && record->field[FIELD_RE].is_set) {
		fault.reason = (struct reason){WHY_BAD_FORM, FIELD_RE};
		is_read = false;
	}
	hash_text(name, id);
	is_read = is_read && recordjson_typed(SPAN("re"), span_of(name), &typing, request->arena,
					      record, &(unsigned){0}, &fault);
	json_decref(fields);
	if (!is_read)
		api_refuse(request, &fault);
	return is_read;
}

/* A field that a person need not say. */
static bool
set_default(struct web_request *request, struct record *record, enum field field, struct span typed)
{
	struct record_typing typing = api_typing(request);

	return record->field[field].is_set ||
	       record_set(record, request->arena, field, typed, &typing) == WHY_NONE;
}

static void
ask_note(struct web_request *request, enum kind kind)
{
	struct record *record;
	unsigned *heard = arena_take(request->arena, sizeof *heard);
	struct hash id;

	if (!api_id(request, &id) || !(record = api_record(request, kind)))
		return;
	if (!heard) {
		web_reply_err(request, ERR_NOMEM);
		return;
	}
	if (!read_note(request, &id, record, heard))
		return;
	if (kind == KIND_TOLD && (!set_default(request, record, FIELD_WHEN, SPAN("now")) ||
				  !set_default(request, record, FIELD_READ_BACK, SPAN("no"))))
		web_reply_err(request, ERR_NOMEM);
	else
		api_ask(request, WIRE_FILE, record, on_filed, heard);
}

void
api_answer(struct web_request *request)
{
	ask_note(request, KIND_ANSWER);
}

void
api_told(struct web_request *request)
{
	ask_note(request, KIND_TOLD);
}

void
api_send(struct web_request *request)
{
	static const char *const names[] = {"party", NULL};
	json_t *body = json_read_strict(request->body);
	struct party party;
	struct span name;
	struct hash id;
	struct out *out;

	if (!body)
		web_reply_problem(request, 400, WHY_NOT_JSON, 0, NULL);
	else if (!json_is_object(body) || !json_has_only(body, names) ||
		 !json_take_text(body, "party", &name) || !party_read(name, &party))
		web_reply_problem(request, 400, WHY_BAD_FORM, 0, "{\"party\": its name}");
	else if (api_id(request, &id)) {
		out = web_act(request, WIRE_SEND);
		out_bytes(out, id.b, HASH_SIZE);
		out_sized(out, span_of(party.name));
		out_u16(out, 0);
		web_ask_core(request, on_sent, NULL);
	}
	json_decref(body);
}
