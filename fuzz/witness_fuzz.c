/* Requests of tlog-witness, and the hashes of evidence.  What is read must be in the one spelling
 * that writing gives. */
#include "journal/fork.h"
#include "journal/proof.h"
#include "journal/witness.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
try_request(struct span bytes)
{
	struct witness_request request;
	struct out again = out_new(1 << 20);

	if (witness_read_request(bytes, &request) == ERR_OK) {
		out_format(&again, "old %llu\n", (unsigned long long)request.old_size);
		proof_write_path(&again, &request.path);
		out_char(&again, '\n');
		out_span(&again, request.note);
		if (!span_equal(out_view(&again), bytes) || request.path.n > WITNESS_PROOF_MAX ||
		    !span_is(request.origin, request.head.origin))
			abort();
	}
	out_free(&again);
}

static void
try_proof(struct span bytes)
{
	struct fork fork = fork_new();
	struct out again = out_new(1 << 20);

	if (fork_read_proof(bytes, &fork) == ERR_OK) {
		fork_write_proof(&again, &fork);
		if (!span_equal(out_view(&again), bytes))
			abort();
	}
	out_free(&again);
	fork_free(&fork);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span bytes = span_make(data, size);

	if (span_starts(bytes, "prefix"))
		try_proof(bytes);
	else
		try_request(bytes);
	return 0;
}
