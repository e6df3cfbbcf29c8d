/* Promises that a damaged stick is known before anything of it is taken. */
#include "seam/bundle.h"

#include <string.h>

enum { END_SHORTEST = 4 + 2 + 64 };

void
bundle_end(struct out *out, uint64_t items)
{
	struct hash hash = hash_of(out_view(out));
	char hex[65];

	hash_hex(hex, &hash);
	out_format(out, "end %llu %s\n", (unsigned long long)items, hex);
}

static bool
refuse(const char **why, const char *text)
{
	*why = text;
	return false;
}

/* Names are shown to people before anything is proven: nothing but names of parties and stations.
 */
static bool
is_name(struct span text)
{
	for (size_t i = 0; i < text.n; i++) {
		char c = text.p[i];

		if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '/'))
			return false;
	}
	return text.n > 0;
}

static bool
read_first(struct span *rest, struct bundle *bundle)
{
	struct span line;
	struct span from;

	if (!span_starts(*rest, BUNDLE_FIRST) || !span_split(rest, '\n', &line) || !rest->p)
		return false;
	line = span_make(line.p + strlen(BUNDLE_FIRST), line.n - strlen(BUNDLE_FIRST));
	return span_split(&line, ' ', &from) &&
	       span_copy(bundle->from, sizeof bundle->from, from) &&
	       span_copy(bundle->to, sizeof bundle->to, line) && is_name(from) && is_name(line);
}

/* The beginning of the last line. */
static size_t
last_line(struct span text)
{
	size_t at = text.n - 1;

	while (at > 0 && text.p[at - 1] != '\n')
		at--;
	return at;
}

static uint64_t
count_lines(struct span text)
{
	uint64_t n = 0;

	for (size_t i = 0; i < text.n; i++)
		n += text.p[i] == '\n';
	return n;
}

bool
bundle_read(struct span text, struct bundle *bundle, const char **why)
{
	struct span rest = text;
	struct span line;
	struct span word;
	struct span number;
	struct hash hash;
	int64_t items;
	char hex[65];
	size_t end;

	memset(bundle, 0, sizeof *bundle);
	if (!read_first(&rest, bundle))
		return refuse(why, "this is no bundle");
	if (text.n < END_SHORTEST || text.p[text.n - 1] != '\n')
		return refuse(why, "the bundle broke off: its last line is missing");
	end = last_line(text);
	line = span_make(text.p + end, text.n - end - 1);
	if (end < (size_t)(rest.p - text.p) || !span_split(&line, ' ', &word) ||
	    !span_is(word, "end") || !span_split(&line, ' ', &number) ||
	    !span_int(number, 0, INT64_MAX, &items))
		return refuse(why, "the bundle broke off: its last line is missing");
	hash = hash_of(span_make(text.p, end));
	hash_hex(hex, &hash);
	if (!span_is(line, hex))
		return refuse(why, "the bundle was damaged on its way: its last line does not "
				   "match what is before");
	bundle->items = span_make(rest.p, end - (size_t)(rest.p - text.p));
	bundle->n = count_lines(bundle->items);
	if (bundle->n != (uint64_t)items)
		return refuse(why,
			      "the bundle was damaged on its way: its number of lines is another");
	return true;
}
