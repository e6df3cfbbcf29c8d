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

enum { FORM_ARENA = LIMIT_SD_JWT * 2, CHECKPOINT_MAX = 512, DAY_S = 86400 };

static bool
is_own(const struct kid *kid, const struct kid *own)
{
	return kid->number == own->number && station_equal(&kid->station, &own->station);
}

/* Takes a text from the front of *rest. */
static bool
eat(struct span *rest, const char *text)
{
	size_t n = strlen(text);

	if (!span_starts(*rest, text))
		return false;
	*rest = span_make(rest->p + n, rest->n - n);
	return true;
}

static bool
eat_digests(struct span *rest)
{
	struct hash digest;

	do {
		if (!eat(rest, "\"") || rest->n < HASH_TEXT_SIZE ||
		    !hash_read(span_make(rest->p, HASH_TEXT_SIZE - 1), &digest))
			return false;
		*rest = span_make(rest->p + HASH_TEXT_SIZE - 1, rest->n - HASH_TEXT_SIZE + 1);
		if (!eat(rest, "\""))
			return false;
	} while (eat(rest, ","));
	return true;
}

static bool
eat_day(struct span *rest)
{
	struct span digits = {rest->p, 0};
	int64_t day_s;

	while (digits.n < rest->n && rest->p[digits.n] >= '0' && rest->p[digits.n] <= '9')
		digits.n++;
	*rest = span_make(rest->p + digits.n, rest->n - digits.n);
	return span_int(digits, 0, INT64_MAX, &day_s) && day_s % DAY_S == 0;
}

/*
 * The payload of a record letter by letter as issue.c writes it: there is one way to write it, so
 * it is compared, not parsed, which costs a tenth and leaves nothing to interpretation.
 */
static bool
is_record(struct span payload, const struct kid *own)
{
	char kid[JWS_KID_TEXT];
	struct span rest = payload;

	jws_kid_text(kid, own);
	return eat(&rest, "{\"iss\":\"") && eat(&rest, own->station.name) &&
	       eat(&rest, "\",\"v\":1,\"exercise\":") &&
	       (eat(&rest, "true") || eat(&rest, "false")) && eat(&rest, ",\"iat\":") &&
	       eat_day(&rest) && eat(&rest, ",\"cnf\":{\"kid\":\"") && eat(&rest, kid) &&
	       eat(&rest, "\"},\"_sd\":[") && (span_starts(rest, "]") || eat_digests(&rest)) &&
	       eat(&rest, "],\"_sd_alg\":\"sha-256\"}") && rest.n == 0;
}

/* One of our tokens: judged by its own type's claims. */
static bool
is_token(struct span bytes, const char *typ, const struct kid *own, struct arena *arena)
{
	struct jws jws;
	struct clear_binding binding;
	struct receipt receipt = {.kid = *own};
	struct erasure erasure = {.kid = *own};
	json_t *claims;
	bool is_fine = false;

	arena_reset(arena);
	if (jws_read_unsigned(bytes, typ, arena, &jws) != WHY_NONE || !is_own(&jws.kid, own))
		return false;
	if (strcmp(typ, JWS_TYP_RECORD) == 0)
		return is_record(jws.payload, own);
	claims = json_read_strict(jws.payload);
	if (strcmp(typ, JWS_TYP_BINDING) == 0)
		is_fine = clear_read_binding(claims, &binding) == WHY_NONE;
	else if (strcmp(typ, JWS_TYP_ERASURE) == 0)
		is_fine = clear_read_erasure(claims, &erasure) == WHY_NONE;
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
		      {JWS_TYP_RECEIPT, FORM_RECEIPT},
		      {JWS_TYP_ERASURE, FORM_ERASURE}};
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
