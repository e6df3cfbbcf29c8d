/*
 * Promises that nothing is signed but whole tokens of our own station and the texts of logs.  Does
 * not judge whether a record is true or a release allowed: core does, this only keeps a core gone
 * wrong from having anything else signed.
 */
#include "admit/form.h"

#include "admit/clear.h"
#include "base/b64.h"
#include "base/json.h"

#include <string.h>

enum { FORM_ARENA = LIMIT_SD_JWT * 2, CHECKPOINT_MAX = 512 };

static bool
is_own(const struct kid *kid, const struct kid *own)
{
	return kid->number == own->number && station_equal(&kid->station, &own->station);
}

static bool
are_digests(const json_t *list)
{
	const json_t *text;
	struct hash digest;
	size_t i;

	if (!json_is_array(list))
		return false;
	json_array_foreach(list, i, text) if (!hash_read(span_make(json_string_value(text),
								   json_string_length(text)),
							 &digest)) return false;
	return true;
}

static bool
is_record(const json_t *claims, const struct kid *own)
{
	static const char *const names[] = {"iss", "v",   "exercise", "iat",
					    "cnf", "_sd", "_sd_alg",  NULL};
	struct clear_record clear;
	struct span alg;

	return clear_read_record(claims, &clear) == WHY_NONE && json_has_only(claims, names) &&
	       is_own(&clear.holder, own) && are_digests(json_object_get(claims, "_sd")) &&
	       json_take_text(claims, "_sd_alg", &alg) && span_is(alg, "sha-256");
}

/* One of our tokens: judged by its own type's claims. */
static bool
is_token(struct span bytes, const char *typ, const struct kid *own, struct arena *arena)
{
	struct jws jws;
	struct clear_binding binding;
	struct receipt receipt = {.kid = *own};
	json_t *claims;
	bool is_fine = false;

	arena_reset(arena);
	if (jws_read_unsigned(bytes, typ, arena, &jws) != WHY_NONE || !is_own(&jws.kid, own))
		return false;
	claims = json_read_strict(jws.payload);
	if (strcmp(typ, JWS_TYP_RECORD) == 0)
		is_fine = is_record(claims, own);
	else if (strcmp(typ, JWS_TYP_BINDING) == 0)
		is_fine = clear_read_binding(claims, &binding) == WHY_NONE;
	else
		is_fine = clear_read_receipt(claims, &receipt) == WHY_NONE;
	json_decref(claims);
	return is_fine;
}

enum form
form_of(struct span bytes, const struct kid *own)
{
	static const struct {
		const char *typ;
		enum form form;
	} tokens[] = {{JWS_TYP_RECORD, FORM_RECORD},
		      {JWS_TYP_BINDING, FORM_BINDING},
		      {JWS_TYP_RECEIPT, FORM_RECEIPT}};
	struct arena *arena;
	enum form form = FORM_NONE;

	if (bytes.n > LIMIT_JWT)
		return FORM_NONE;
	arena = arena_new(FORM_ARENA);
	if (!arena)
		return FORM_NONE;
	for (size_t i = 0; i < sizeof tokens / sizeof *tokens && form == FORM_NONE; i++)
		if (is_token(bytes, tokens[i].typ, own, arena))
			form = tokens[i].form;
	arena_free(arena);
	return form;
}

static bool
is_size(struct span text)
{
	int64_t size;

	return span_int(text, 0, INT64_MAX, &size) && text.p[0] != '-' &&
	       (text.n == 1 || text.p[0] != '0');
}

static bool
is_root(struct span text)
{
	unsigned char root[HASH_SIZE];
	size_t n;

	return b64_read(text, root, sizeof root, &n) && n == HASH_SIZE;
}

static bool
is_three_lines(struct span text, struct span *origin)
{
	struct span rest = text;
	struct span size;
	struct span root;

	return text.n <= CHECKPOINT_MAX && span_is_plain_text(text) &&
	       span_split(&rest, '\n', origin) && origin->n && span_split(&rest, '\n', &size) &&
	       is_size(size) && span_split(&rest, '\n', &root) && is_root(root) && rest.p &&
	       rest.n == 0;
}

bool
form_is_checkpoint(struct span text, struct span own_origin)
{
	struct span origin;

	return is_three_lines(text, &origin) && span_equal(origin, own_origin);
}

bool
form_is_cosignature(struct span text, struct span own_origin)
{
	struct span rest = text;
	struct span line;
	struct span origin;
	int64_t time_s;

	if (!span_split(&rest, '\n', &line) || !span_is(line, "cosignature/v1") ||
	    !span_split(&rest, '\n', &line) || !span_starts(line, "time "))
		return false;
	line = span_make(line.p + 5, line.n - 5);
	return is_size(line) && span_int(line, 1, INT64_MAX, &time_s) &&
	       is_three_lines(rest, &origin) && !span_equal(origin, own_origin);
}
