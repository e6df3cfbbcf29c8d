/* tlog-proof texts and the base64 paths of witnesses: the first byte chooses.  What is read must
 * write back. */
#include "journal/proof.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
try_path(struct span bytes)
{
	struct merkle_path path;
	struct out again = out_new(1 << 20);

	if (proof_read_path(bytes, &path) == ERR_OK) {
		proof_write_path(&again, &path);
		if (!span_equal(out_view(&again), bytes))
			abort();
	}
	out_free(&again);
}

static void
try_proof(struct span bytes)
{
	struct proof proof;
	struct note_key key;
	struct note_head head;
	struct out again = out_new(1 << 20);

	if (proof_read(bytes, &proof) == ERR_OK) {
		proof_write(&again, &proof);
		if (!span_equal(out_view(&again), bytes))
			abort();
	}
	if (note_key_read(
		SPAN("example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"),
		&key) == ERR_OK &&
	    proof_check(bytes, SPAN("entry"), &key, &head) == ERR_OK)
		abort(); /* nobody here has that key */
	out_free(&again);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size == 0)
		return 0;
	if (data[0] == 'p')
		try_path(span_make(data + 1, size - 1));
	else
		try_proof(span_make(data + 1, size - 1));
	return 0;
}
