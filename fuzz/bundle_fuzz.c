/*
 * What comes on a stick, and sheaves of documents: the readers of the command line that see foreign
 * bytes outside the reader's process.
 * fuzz-needs: src/seam/bundle.c src/seamd/sheaf.c
 */
#include "seam/bundle.h"
#include "seamd/sheaf.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span text = span_make(data, size);
	struct span rest = text;
	struct bundle bundle;
	struct span name;
	struct span body;
	const char *why;
	char words[SHEAF_WHY_MAX];
	size_t parts = 0;

	if (bundle_read(text, &bundle, &why) &&
	    (bundle.items.p < text.p || bundle.items.p + bundle.items.n > text.p + text.n))
		__builtin_trap();
	(void)sheaf_open(&rest, SHEAF_INVITE);
	if (sheaf_check(rest, sheaf_evidence_rows, words) &&
	    (words[0] || !sheaf_find(rest, "delivery", &body) || body.n == 0))
		__builtin_trap();
	while (sheaf_next(&rest, &name, &body))
		if (++parts > size || body.p < text.p || body.p + body.n > text.p + text.n)
			__builtin_trap();
	return 0;
}
