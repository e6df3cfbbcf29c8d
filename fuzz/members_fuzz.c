/*
 * Reads any bytes as member list, key note, revocation, their signed forms, and as keys of notes.
 * What is accepted is written again as the same bytes.
 */
#include "admit/keyring.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
must_be(const struct out *out, struct span bytes)
{
	if (out_err(out) == ERR_OK && !span_equal(out_view(out), bytes))
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span bytes = span_make(data, size);
	struct members members;
	struct keynote keynote;
	struct revocation revocation;
	struct note_key key;
	struct keyring *keyring;
	struct out out = out_new(NOTE_MAX);

	if (members_open(bytes, &members, NULL) == WHY_NONE && members.n == 0)
		abort();
	if (members_read(bytes, &members) == WHY_NONE) {
		members_write(&out, &members);
		must_be(&out, bytes);
	}
	out_reset(&out);
	if (keynote_read(bytes, &keynote) == WHY_NONE) {
		keynote_write(&out, &keynote);
		must_be(&out, bytes);
	}
	out_reset(&out);
	if (keynote_read_revocation(bytes, &revocation) == WHY_NONE) {
		keynote_write_revocation(&out, &revocation);
		must_be(&out, bytes);
	}
	(void)!note_key_read(bytes, &key);
	keyring = keyring_new(&members);
	if (keyring && (keyring_add_note(keyring, bytes) == WHY_NONE ||
			keyring_add_revocation(keyring, bytes) == WHY_NONE))
		abort(); /* no root is known */
	keyring_free(keyring);
	out_free(&out);
	return 0;
}
