/* Promises to put documents into one file, to find the same bytes in it again, and to say what in
 * it is no part that belongs there. */
#include "seamd/sheaf.h"

#include <stdio.h>
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

/* --- what belongs there */

const char *const sheaf_invite_rows[] = {"root", "members", "key ", "revoke ", "key ", NULL};
const char *const sheaf_evidence_rows[] = {"members",  "key ",    "record",        "proof",
					   "delivery", "receipt", "receipt-proof", NULL};

static bool
is_of_many(const char *row)
{
	return row[strlen(row) - 1] == ' ';
}

/* The row of this part: the one at hand, or the next, once what must be there was there. */
static bool
find_row(const char *const *rows, size_t *at, struct span name)
{
	while (rows[*at] && is_of_many(rows[*at])) {
		if (span_starts(name, rows[*at]) && name.n > strlen(rows[*at]))
			return true;
		++*at;
	}
	return rows[*at] && span_is(name, rows[(*at)++]);
}

/* No blank before or behind the name, and the part ends with its line. */
static bool
is_plain(struct span line, struct span name, struct span body)
{
	return line.n == strlen(mark) + name.n + 1 && line.p + strlen(mark) == name.p &&
	       body.n > 0 && body.p[body.n - 1] == '\n';
}

static bool
say(char why[SHEAF_WHY_MAX], const char *text, struct span name)
{
	int n = (int)(name.n < 40 ? name.n : 40);
	struct span shown = span_make(name.p, (size_t)n);

	(void)snprintf(why, SHEAF_WHY_MAX, "%s: '%.*s'", text, span_is_plain_text(shown) ? n : 1,
		       span_is_plain_text(shown) ? shown.p : "?");
	return false;
}

bool
sheaf_check(struct span sheaf, const char *const *rows, char why[SHEAF_WHY_MAX])
{
	size_t at = 0;
	struct span name;
	struct span body;

	why[0] = '\0';
	if (!span_starts(sheaf, mark))
		return say(why, "what is before the first part belongs to none",
			   span_trim(span_make(sheaf.p, line_length(sheaf))));
	for (struct span rest = sheaf; rest.n;) {
		struct span line = span_make(rest.p, line_length(rest));

		(void)sheaf_next(&rest, &name, &body);
		if (!find_row(rows, &at, name))
			return say(why, "this part is not known, or not in its place", name);
		if (!is_plain(line, name, body))
			return say(why, "this part is not written as Seam writes it", name);
	}
	while (rows[at] && is_of_many(rows[at]))
		at++;
	return rows[at] ? say(why, "this part is missing", span_of(rows[at])) : true;
}
