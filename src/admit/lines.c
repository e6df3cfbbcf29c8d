/*
 * Promises the words and lines of signed documents, taken strictly one after the other.  Their
 * readers write what they understood again and compare, so that one meaning has one text.
 */
#include "admit/lines.h"

#include "base/b64.h"

#include <string.h>

bool
lines_over(struct span text, struct lines *lines)
{
	lines->rest = text;
	return text.n && text.p[text.n - 1] == '\n';
}

static struct span
next_line(const struct lines *lines)
{
	struct span rest = lines->rest;
	struct span line = {NULL, 0};

	if (rest.n)
		(void)span_split(&rest, '\n', &line);
	return line;
}

static void
drop(struct lines *lines, size_t n)
{
	lines->rest.p += n + 1;
	lines->rest.n -= n + 1;
}

bool
lines_take(struct lines *lines, const char *word, struct span *tail)
{
	struct span line = next_line(lines);
	size_t n = strlen(word);

	*tail = (struct span){NULL, 0};
	if (line.n < n + 2 || !span_starts(line, word) || line.p[n] != ' ')
		return false;
	*tail = span_make(line.p + n + 1, line.n - n - 1);
	drop(lines, line.n);
	return true;
}

bool
lines_take_number(struct lines *lines, const char *word, int64_t low, int64_t high, int64_t *number)
{
	struct span tail;

	return lines_take(lines, word, &tail) && span_int(tail, low, high, number);
}

bool
lines_take_exactly(struct lines *lines, const char *text)
{
	struct span line = next_line(lines);

	if (!line.p || !span_is(line, text))
		return false;
	drop(lines, line.n);
	return true;
}

bool
lines_are_done(const struct lines *lines)
{
	return lines->rest.n == 0;
}

bool
lines_number(struct span *rest, int64_t low, int64_t high, int64_t *number)
{
	struct span word;

	return span_split(rest, ' ', &word) && span_int(word, low, high, number);
}

bool
lines_key(struct span *rest, struct sign_public *public)
{
	struct span word;
	size_t n;

	return span_split(rest, ' ', &word) && b64_read(word, public->b, SIGN_PUBLIC_SIZE, &n) &&
	       n == SIGN_PUBLIC_SIZE && sign_public_is_sound(public);
}

void
lines_write_key(struct out *out, const struct sign_public *public)
{
	b64_write(out, span_make(public->b, SIGN_PUBLIC_SIZE));
}
