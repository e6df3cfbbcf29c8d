/*
 * What stands in a request's target and fields: parts, pairs and tokens lie where they were taken
 * from, are text, and keep their limits.  fuzz-needs: src/seamd/web_read.c
 */
#include "seamd/web_read.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
must_be_text(struct span text)
{
	if (text.n && !span_is_plain_text(text))
		abort();
}

static void
try_path(struct span input, struct arena *arena)
{
	struct span part[WEB_PATH_PARTS_MAX];
	struct span wild[WEB_PARTS_MAX] = {{NULL, 0}};
	unsigned fixed;
	unsigned n;

	if (!web_read_path(input, arena, part, &n))
		return;
	for (unsigned i = 0; i < n; i++) {
		must_be_text(part[i]);
		if (span_find(part[i], '/') >= 0 || span_is(part[i], ".."))
			abort();
	}
	if (web_read_match("/api/v1/records/*/answers", part, n, wild, &fixed) &&
	    (n != 5 || fixed != 4 || wild[0].n == 0))
		abort();
}

static void
try_pairs(struct span input, struct arena *arena)
{
	struct web_pair pair[WEB_QUERY_MAX];
	unsigned n;

	if (!web_read_pairs(input, arena, pair, &n))
		return;
	if (n > WEB_QUERY_MAX)
		abort();
	for (unsigned i = 0; i < n; i++) {
		must_be_text(pair[i].name);
		must_be_text(pair[i].value);
		for (unsigned k = 0; k < i; k++)
			if (span_equal(pair[i].name, pair[k].name))
				abort();
	}
}

static void
must_lie_in(struct span part, struct span input)
{
	if (part.p && (part.p < input.p || part.p + part.n > input.p + input.n))
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena = arena_new(1 << 20);
	struct span input = span_make(data, size);

	if (!arena)
		return 0;
	try_path(input, arena);
	try_pairs(input, arena);
	must_lie_in(web_read_cookie(input, "seam-a-one"), input);
	must_lie_in(web_read_bearer(input), input);
	if (web_read_language(input) >= LANG_COUNT)
		abort();
	(void)web_read_accepts(input, "text/html");
	(void)web_read_is_type(input, "application/json");
	(void)web_read_is_own(input, (struct span){NULL, 0}, size % 2, SPAN("localhost"));
	arena_free(arena);
	return 0;
}
