/*
 * Promises lines out of a stream whose pieces a stranger chooses: bounded memory, bounded work for
 * each byte.  It does not know what a line means.
 */
#include "seamd/peer_line.h"

#include <string.h>

struct peer_line
peer_line_new(void)
{
	return (struct peer_line){.held = out_new(PEER_LINE_MAX)};
}

void
peer_line_free(struct peer_line *reader)
{
	out_free(&reader->held);
}

/* Why a piece can be in no line; NULL when it can. */
static const char *
fault_of(struct span piece)
{
	if (span_find(piece, '\0') >= 0)
		return "a line with a NUL";
	if (span_find(piece, '\r') >= 0)
		return "a line with a carriage return";
	return NULL;
}

static enum peer_line_answer
hold(struct peer_line *reader, struct span piece)
{
	out_span(&reader->held, piece);
	if (out_err(&reader->held) != ERR_OK)
		reader->bad = err_text(out_err(&reader->held));
	return reader->bad ? PEER_LINE_BAD : PEER_LINE_PART;
}

static enum peer_line_answer
end_line(struct peer_line *reader, struct span piece, struct span *line)
{
	if (reader->held.n == 0) {
		*line = piece;
	} else if (hold(reader, piece) == PEER_LINE_BAD) {
		return PEER_LINE_BAD;
	} else {
		*line = out_view(&reader->held);
		reader->is_given = true;
	}
	if (line->n == 0)
		reader->bad = "an empty line";
	return reader->bad ? PEER_LINE_BAD : PEER_LINE_WHOLE;
}

enum peer_line_answer
peer_line_take(struct peer_line *reader, struct span *input, struct span *line)
{
	struct span piece = *input;
	ptrdiff_t end;
	size_t room;

	*line = (struct span){NULL, 0};
	if (reader->is_given)
		out_reset(&reader->held);
	reader->is_given = false;
	room = PEER_LINE_MAX - reader->held.n;
	if (piece.n > room)
		piece.n = room + 1; /* the newline: further there is no need to look */
	if (reader->bad)
		return PEER_LINE_BAD;
	if (piece.n == 0)
		return PEER_LINE_PART;
	end = span_find(piece, '\n');
	if (end >= 0)
		piece.n = (size_t)end;
	reader->bad = fault_of(piece);
	if (!reader->bad && end < 0 && piece.n > room)
		reader->bad = "a line longer than 65,000 bytes";
	if (reader->bad)
		return PEER_LINE_BAD;
	input->p += piece.n + (end >= 0);
	input->n -= piece.n + (end >= 0);
	return end >= 0 ? end_line(reader, piece, line) : hold(reader, piece);
}
