/*
 * Promises one way to hand over what was not taken.
 */
#include "edge/sink.h"

#include <string.h>

enum err
sink_refuse(const struct sink *sink, uint64_t line, struct reason reason, struct span column)
{
	struct sink_refusal refusal = {.line = line, .reason = reason};
	uint32_t rune;
	size_t n = 0;
	size_t length;

	if (!column.p)
		column = SPAN("");
	while ((length = span_rune((struct span){column.p + n, column.n - n}, &rune)) > 0 &&
	       n + length < sizeof refusal.column)
		n += length;
	memcpy(refusal.column, n ? column.p : "", n);
	return sink->refuse(sink->arg, &refusal);
}
