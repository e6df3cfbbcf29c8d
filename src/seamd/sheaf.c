/* Promises to put documents into one file and to find the same bytes in it again. */
#include "seamd/sheaf.h"

#include <string.h>

static const char mark[] = "=== ";

void
sheaf_begin(struct out *out, const char *first_line)
{
	out_text(out, first_line);
	out_char(out, '\n');
}

void
sheaf_add(struct out *out, const char *name, struct span body)
{
	out_text(out, mark);
	out_text(out, name);
	out_char(out, '\n');
	out_span(out, body);
	if (body.n == 0 || body.p[body.n - 1] != '\n')
		out_char(out, '\n');
}

bool
sheaf_open(struct span *rest, const char *first_line)
{
	size_t n = strlen(first_line);

	if (!span_starts(*rest, first_line) || rest->n <= n || rest->p[n] != '\n')
		return false;
	*rest = span_make(rest->p + n + 1, rest->n - n - 1);
	return true;
}

/* Length of the line at the front, with its newline. */
static size_t
line_length(struct span text)
{
	ptrdiff_t end = span_find(text, '\n');

	return end < 0 ? text.n : (size_t)end + 1;
}

static void
drop(struct span *text, size_t n)
{
	text->p += n;
	text->n -= n;
}

bool
sheaf_next(struct span *rest, struct span *name, struct span *body)
{
	size_t n;

	while (rest->n && !span_starts(*rest, mark))
		drop(rest, line_length(*rest));
	if (rest->n == 0)
		return false;
	n = line_length(*rest);
	*name = span_trim(span_make(rest->p + strlen(mark), n - strlen(mark)));
	drop(rest, n);
	*body = span_make(rest->p, 0);
	while (rest->n && !span_starts(*rest, mark)) {
		n = line_length(*rest);
		body->n += n;
		drop(rest, n);
	}
	return true;
}

bool
sheaf_find(struct span sheaf, const char *name, struct span *body)
{
	struct span found;

	while (sheaf_next(&sheaf, &found, body))
		if (span_is(found, name))
			return true;
	*body = (struct span){NULL, 0};
	return false;
}
