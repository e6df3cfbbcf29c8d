/*
 * Promises one way to hand over what was read, and what was not taken.
 */
#include "edge/sink.h"

#include <string.h>

/* As much of the text as fits, whole letters. */
static void
take_text(char text[SINK_COLUMN_TEXT], struct span from)
{
	uint32_t rune;
	size_t n = 0;
	size_t length;

	while (n < from.n && (length = span_rune(span_make(from.p + n, from.n - n), &rune)) > 0 &&
	       n + length < SINK_COLUMN_TEXT)
		n += length;
	if (n)
		memcpy(text, from.p, n);
	text[n] = '\0';
}

enum err
sink_give(const struct sink *sink, const struct record *record, uint64_t line, unsigned heard)
{
	if (heard && sink->heard)
		sink->heard(sink->arg, heard);
	return sink->record(sink->arg, record, line);
}

enum err
sink_refuse(const struct sink *sink, uint64_t line, struct reason reason, struct span column)
{
	return sink_refuse_item(sink, line, SPAN(""), reason, column);
}

enum err
sink_refuse_item(const struct sink *sink, uint64_t line, struct span id, struct reason reason,
		 struct span column)
{
	struct sink_refusal refusal = {.line = line, .reason = reason};

	take_text(refusal.column, column);
	take_text(refusal.id, id);
	return sink->refuse(sink->arg, &refusal);
}
