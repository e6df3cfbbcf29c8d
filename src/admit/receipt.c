/*
 * Promises that a receipt names exactly one delivery and who says that it came.  Whether such a
 * delivery was sent is the caller's to compare.
 */
#include "admit/receipt.h"

#include "admit/clear.h"
#include "admit/keyring.h"
#include "base/json.h"

#include <string.h>

void
receipt_write(struct out *out, const struct receipt *receipt)
{
	struct out payload = out_new(RECEIPT_MAX);
	char delivery[HASH_TEXT_SIZE];
	char id[HASH_TEXT_SIZE];

	hash_text(delivery, &receipt->delivery);
	hash_text(id, &receipt->id);
	out_format(&payload,
		   "{\"iss\":\"%s\",\"aud\":\"%s\",\"delivery\":\"%s\",\"id\":\"%s\","
		   "\"nonce\":\"%016lld\",\"iat\":%lld}",
		   receipt->kid.station.name, receipt->to.name, delivery, id,
		   (long long)receipt->counter, (long long)(receipt->at_ms / 1000));
	if (out_err(&payload) == ERR_OK)
		jws_write(out, JWS_TYP_RECEIPT, &receipt->kid, out_view(&payload));
	else
		out->err = out_err(&payload);
	out_free(&payload);
}

static enum why
read_all(struct span text, const struct keyring *keyring, struct arena *arena,
	 struct receipt *receipt, bool *is_revoked)
{
	struct jws jws;
	struct keyring_key key;
	json_t *claims;
	enum why why = jws_read(text, JWS_TYP_RECEIPT, arena, &jws);

	if (why != WHY_NONE)
		return why;
	if (!keyring_find(keyring, &jws.kid, &key))
		return WHY_UNKNOWN_KEY;
	if (!jws_holds(&jws, &key.public))
		return WHY_BAD_SIGNATURE;
	receipt->kid = jws.kid;
	*is_revoked = key.is_revoked;
	claims = json_read_strict(jws.payload);
	why = clear_read_receipt(claims, receipt);
	json_decref(claims);
	return why;
}

struct reason
receipt_read(struct span text, const struct keyring *keyring, struct receipt *receipt,
	     bool *is_revoked)
{
	struct arena *arena;
	enum why why;

	memset(receipt, 0, sizeof *receipt);
	*is_revoked = false;
	if (text.n > RECEIPT_MAX)
		return (struct reason){.why = WHY_TOO_LARGE};
	arena = arena_new((size_t)RECEIPT_MAX * 4);
	if (!arena)
		return (struct reason){.why = WHY_NO_MEMORY};
	why = read_all(text, keyring, arena, receipt, is_revoked);
	arena_free(arena);
	if (why != WHY_NONE) {
		memset(receipt, 0, sizeof *receipt);
		*is_revoked = false;
	}
	return (struct reason){.why = why};
}

struct hash
receipt_hash(struct span text)
{
	return hash_of(text);
}
