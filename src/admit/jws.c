/*
 * Promises one way to write a signed token and a reader that takes nothing else: two readers of
 * this profile cannot disagree about a header.  Does not judge whose key it is.
 */
#include "admit/jws.h"

#include "admit/plain.h"
#include "base/b64.h"

#include <stdio.h>
#include <string.h>

enum { SIGNATURE_TEXT = 86, JWS_TEXT_MAX = LIMIT_SD_JWT };

bool
jws_kid_read(struct span text, struct kid *kid)
{
	struct span rest = text;
	struct span name;
	int64_t number;

	memset(kid, 0, sizeof *kid);
	if (!span_split(&rest, '#', &name) || rest.n == 0 || rest.p[0] == '0' ||
	    !span_int(rest, 1, JWS_KEY_MAX, &number) || !station_read(name, &kid->station))
		return false;
	kid->number = (unsigned)number;
	return true;
}

void
jws_kid_text(char dst[JWS_KID_TEXT], const struct kid *kid)
{
	(void)snprintf(dst, JWS_KID_TEXT, "%.*s#%u", LIMIT_STATION_TEXT - 1, kid->station.name,
		       kid->number % (JWS_KEY_MAX + 1));
}

static enum why
judge_header(const json_t *header, const char *typ, struct kid *kid)
{
	static const char *const names[] = {"alg", "typ", "kid", NULL};
	struct span alg;
	struct span is_typ;
	struct span kid_text;

	if (!json_is_object(header))
		return WHY_BAD_HEADER;
	if (!json_take_text(header, "alg", &alg) ||
	    (!span_is(alg, "Ed25519") && !span_is(alg, "EdDSA")))
		return WHY_BAD_ALG;
	if (!json_take_text(header, "typ", &is_typ) || !span_is(is_typ, typ))
		return WHY_BAD_TYP;
	if (!json_take_text(header, "kid", &kid_text) || !jws_kid_read(kid_text, kid) ||
	    !json_has_only(header, names))
		return WHY_BAD_HEADER;
	return WHY_NONE;
}

static enum why
read_header(struct span text, const char *typ, struct kid *kid)
{
	char bytes[JWS_HEADER_MAX];
	enum why why;
	json_t *header;
	size_t n;

	if (text.n > JWS_HEADER_MAX)
		return WHY_BAD_HEADER;
	if (!b64url_read(text, bytes, sizeof bytes, &n))
		return WHY_BAD_BASE64;
	header = plain_read(span_make(bytes, n));
	why = judge_header(header, typ, kid);
	json_decref(header);
	return why;
}

static enum why
read_payload(struct span text, struct arena *arena, struct span *payload)
{
	char *bytes = arena_take(arena, text.n + 1);
	size_t n;

	if (!bytes)
		return WHY_NO_MEMORY;
	if (!b64url_read(text, bytes, text.n, &n))
		return WHY_BAD_BASE64;
	*payload = span_make(bytes, n);
	return WHY_NONE;
}

enum why
jws_read_unsigned(struct span text, const char *typ, struct arena *arena, struct jws *jws)
{
	struct span rest = text;
	struct span header;
	enum why why;

	memset(jws, 0, sizeof *jws);
	if (text.n > JWS_TEXT_MAX)
		return WHY_TOO_LARGE;
	if (!span_split(&rest, '.', &header) || header.n == 0 || rest.n == 0 ||
	    span_find(rest, '.') >= 0)
		return WHY_BAD_FORM;
	jws->signing = text;
	why = read_header(header, typ, &jws->kid);
	return why == WHY_NONE ? read_payload(rest, arena, &jws->payload) : why;
}

enum why
jws_read(struct span text, const char *typ, struct arena *arena, struct jws *jws)
{
	struct span signing = text;
	struct span signature;
	enum why why;
	size_t n;

	memset(jws, 0, sizeof *jws);
	while (signing.n && signing.p[signing.n - 1] != '.')
		signing.n--;
	if (signing.n == 0)
		return WHY_BAD_FORM;
	signature = span_make(text.p + signing.n, text.n - signing.n);
	signing.n--;
	why = jws_read_unsigned(signing, typ, arena, jws);
	if (why != WHY_NONE)
		return why;
	if (signature.n != SIGNATURE_TEXT)
		return WHY_BAD_SIGNATURE;
	if (!b64url_read(signature, jws->signature.b, SIGN_SIZE, &n))
		return WHY_BAD_BASE64;
	return WHY_NONE;
}

bool
jws_holds(const struct jws *jws, const struct sign_public *public)
{
	return sign_holds(public, jws->signing, &jws->signature);
}

void
jws_write(struct out *out, const char *typ, const struct kid *kid, struct span payload)
{
	char header[JWS_HEADER_MAX];
	char text[JWS_KID_TEXT];
	int n;

	jws_kid_text(text, kid);
	n = snprintf(header, sizeof header, "{\"alg\":\"Ed25519\",\"typ\":\"%s\",\"kid\":\"%s\"}",
		     typ, text);
	b64url_write(out, span_make(header, (size_t)n));
	out_char(out, '.');
	b64url_write(out, payload);
}

void
jws_attach(struct out *out, const struct signature *signature)
{
	out_char(out, '.');
	b64url_write(out, span_make(signature->b, SIGN_SIZE));
}
