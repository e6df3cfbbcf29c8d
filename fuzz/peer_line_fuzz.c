/* Lines of a link from a stranger's bytes, in pieces whose sizes the first bytes choose: the same
 * lines as in one piece, none with a byte that no line may have. fuzz-needs: src/seamd/peer_line.c
 */
#include "seamd/peer_line.h"

#include <assert.h>
#include <string.h>

enum { SIZES = 4 };

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

/* All lines, each with its newline; true when the end was bad. */
static bool
gather(struct out *lines, struct span input, const uint8_t *sizes)
{
	struct peer_line reader = peer_line_new();
	enum peer_line_answer answer = PEER_LINE_PART;
	struct span line;

	for (size_t turn = 0; input.n > 0 && answer != PEER_LINE_BAD; turn++) {
		size_t size =
		    sizes ? (size_t)sizes[turn % SIZES] * sizes[turn % SIZES] + 1 : input.n;
		struct span piece = span_make(input.p, size < input.n ? size : input.n);

		input = span_make(input.p + piece.n, input.n - piece.n);
		while ((answer = peer_line_take(&reader, &piece, &line)) == PEER_LINE_WHOLE) {
			assert(line.n > 0 && line.n <= PEER_LINE_MAX);
			assert(span_find(line, '\0') < 0 && span_find(line, '\r') < 0);
			assert(span_find(line, '\n') < 0);
			out_span(lines, line);
			out_char(lines, '\n');
		}
		assert(answer == PEER_LINE_BAD || piece.n == 0);
	}
	assert((reader.bad != NULL) == (answer == PEER_LINE_BAD));
	peer_line_free(&reader);
	return answer == PEER_LINE_BAD;
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	struct out whole = out_new(1 << 22);
	struct out pieces = out_new(1 << 22);
	struct span input;
	bool is_bad;

	if (n < SIZES)
		return 0;
	input = span_make(bytes + SIZES, n - SIZES);
	is_bad = gather(&whole, input, NULL);
	assert(gather(&pieces, input, bytes) == is_bad);
	assert(out_err(&whole) == ERR_OK && out_err(&pieces) == ERR_OK);
	assert(span_equal(out_view(&whole), out_view(&pieces)));
	/* what was good is the input itself */
	assert(whole.n <= input.n && (whole.n == 0 || memcmp(whole.p, input.p, whole.n) == 0));
	out_free(&whole);
	out_free(&pieces);
	return 0;
}
