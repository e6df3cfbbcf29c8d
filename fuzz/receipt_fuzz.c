/*
 * Reads any bytes as the claims of a receipt, an erasure and a binding, and as something to be
 * signed: what has a form has it exactly once.
 */
#include "admit/clear.h"
#include "admit/form.h"
#include "admit/keyring.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
sign_nothing_foreign(struct span payload, const struct kid *own)
{
	static const char *const typs[] = {JWS_TYP_RECORD, JWS_TYP_BINDING, JWS_TYP_RECEIPT,
					   JWS_TYP_ERASURE};
	static const enum form forms[] = {FORM_RECORD, FORM_BINDING, FORM_RECEIPT, FORM_ERASURE};

	for (size_t i = 0; i < 4; i++) {
		struct out text = out_new(LIMIT_SD_JWT);
		enum form form;

		jws_write(&text, typs[i], own, payload);
		form = form_of(out_view(&text), own);
		if (form != FORM_NONE && form != forms[i])
			abort();
		out_free(&text);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span bytes = span_make(data, size);
	struct members members = {.n = 0};
	struct keyring *keyring = keyring_new(&members);
	struct receipt receipt;
	struct erasure erasure;
	struct kid own;
	bool is_revoked;

	(void)jws_kid_read(SPAN("a/x#1"), &own);
	if (receipt_read(bytes, keyring, &receipt, &is_revoked).why == WHY_NONE)
		abort(); /* nobody has a key */
	if (erasure_read(bytes, keyring, &erasure, &is_revoked).why == WHY_NONE)
		abort();
	(void)form_of(bytes, &own);
	(void)form_is_checkpoint(bytes, SPAN("seam/a/x/log/1"));
	(void)form_is_cosignature(bytes, SPAN("seam/a/x/log/1"));
	sign_nothing_foreign(bytes, &own);
	keyring_free(keyring);
	return 0;
}
