/*
 * Promises that the word of a station about an erasure names exactly one erasure, one record and
 * who says so.  Whether such an erasure was ever asked for is the caller's to compare.
 */
#include "admit/erasure.h"

#include "admit/clear.h"
#include "admit/keyring.h"
#include "base/json.h"

#include <string.h>

void
erasure_write(struct out *out, const struct erasure *erasure)
{
	struct out payload = out_new(ERASURE_MAX);
	char asked[HASH_TEXT_SIZE];
	char id[HASH_TEXT_SIZE];

	hash_text(asked, &erasure->erasure);
	hash_text(id, &erasure->id);
	out_format(&payload,
		   "{\"iss\":\"%s\",\"aud\":\"%s\",\"erasure\":\"%s\",\"id\":\"%s\",\"iat\":%lld}",
		   erasure->kid.station.name, erasure->to.name, asked, id,
		   (long long)(erasure->at_ms / 1000));
	if (out_err(&payload) == ERR_OK)
		jws_write(out, JWS_TYP_ERASURE, &erasure->kid, out_view(&payload));
	else
		out->err = out_err(&payload);
	out_free(&payload);
}

static enum why
read_all(struct span text, const struct keyring *keyring, struct arena *arena,
	 struct erasure *erasure, bool *is_revoked)
{
	struct jws jws;
	struct keyring_key key;
	json_t *claims;
	enum why why = jws_read(text, JWS_TYP_ERASURE, arena, &jws);

	if (why != WHY_NONE)
		return why;
	if (!keyring_find(keyring, &jws.kid, &key))
		return WHY_UNKNOWN_KEY;
	if (!jws_holds(&jws, &key.public))
		return WHY_BAD_SIGNATURE;
	erasure->kid = jws.kid;
	*is_revoked = key.is_revoked;
	claims = json_read_strict(jws.payload);
	why = clear_read_erasure(claims, erasure);
	json_decref(claims);
	return why;
}

struct reason
erasure_read(struct span text, const struct keyring *keyring, struct erasure *erasure,
	     bool *is_revoked)
{
	struct arena *arena;
	enum why why;

	memset(erasure, 0, sizeof *erasure);
	*is_revoked = false;
	if (text.n > ERASURE_MAX)
		return (struct reason){.why = WHY_TOO_LARGE};
	arena = arena_new((size_t)ERASURE_MAX * 4);
	if (!arena)
		return (struct reason){.why = WHY_NO_MEMORY};
	why = read_all(text, keyring, arena, erasure, is_revoked);
	arena_free(arena);
	if (why != WHY_NONE) {
		memset(erasure, 0, sizeof *erasure);
		*is_revoked = false;
	}
	return (struct reason){.why = why};
}
