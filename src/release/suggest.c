/*
 * Promises the nearest of some names by edit distance (Levenshtein), for error messages.
 */
#include "release/suggest.h"

#include <stdio.h>
#include <string.h>

enum { LONGEST = 32, FARTHEST = 2 };

struct suggest
suggest_for(struct span typed)
{
	return (struct suggest){.typed = typed, .distance = FARTHEST + 1};
}

static unsigned
distance(struct span a, const char *b, size_t n)
{
	unsigned row[LONGEST + 1];

	for (unsigned j = 0; j <= n; j++)
		row[j] = j;
	for (unsigned i = 0; i < a.n; i++) {
		unsigned corner = row[0];

		row[0] = i + 1;
		for (unsigned j = 0; j < n; j++) {
			unsigned swap = corner + (a.p[i] != b[j]);

			corner = row[j + 1];
			if (row[j] + 1 < swap)
				swap = row[j] + 1;
			if (corner + 1 < swap)
				swap = corner + 1;
			row[j + 1] = swap;
		}
	}
	return row[n];
}

void
suggest_offer(struct suggest *suggest, const char *candidate)
{
	size_t n = strlen(candidate);
	unsigned away;

	if (n == 0 || n > LONGEST || suggest->typed.n > LONGEST)
		return;
	away = distance(suggest->typed, candidate, n);
	if (away < suggest->distance && 2 * away < n + 1) {
		suggest->distance = away;
		suggest->best = candidate;
	}
}

void
suggest_text(const struct suggest *suggest, char *text, size_t size)
{
	text[0] = '\0';
	if (suggest->best)
		(void)snprintf(text, size, ", did you mean `%s`?", suggest->best);
}
