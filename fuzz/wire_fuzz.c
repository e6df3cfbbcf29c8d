/* Whatever comes over a channel: a message lies inside the bytes and is written again the same.
 * fuzz-needs: src/seamd/wire.c
 */
#include "seamd/wire.h"

#include <assert.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	struct span input = span_make(bytes, n);
	struct wire_message message;
	struct out again = out_new(WIRE_MAX);

	for (;;) {
		struct span before = input;
		enum err err = wire_take(&input, &message);
		size_t begun;

		if (err != ERR_OK) {
			assert(err == ERR_BUSY || err == ERR_FORMAT);
			assert(input.p == before.p && input.n == before.n);
			break;
		}
		assert(input.n < before.n && wire_name(message.kind)[0]);
		out_reset(&again);
		begun = wire_begin(&again, message.kind, message.id);
		out_span(&again, message.payload);
		wire_end(&again, begun);
		assert(out_err(&again) == ERR_OK && again.n == before.n - input.n);
		assert(memcmp(again.p, before.p, again.n) == 0);
	}
	out_free(&again);
	return 0;
}
