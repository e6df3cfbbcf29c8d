/*
 * Opens any bytes as an SD-JWT: once as a whole token, once as payload and disclosures in the open
 * (a line each), so that the fuzzer need not learn base64 and SHA-256.  What opens holds its own
 * counts, and the quick ways in and the slow ones say the same.
 */
#include "admit/sdjwt.h"
#include "base/b64.h"

#include <stdlib.h>
#include <string.h>

enum { LINES_MAX = 16 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
open_token(struct span bytes, struct arena *arena)
{
	struct sdjwt_parts parts;
	struct sdjwt sdjwt;

	if (sdjwt_split(bytes, &parts) == WHY_NONE &&
	    sdjwt_open(parts.jwt, parts.disclosures, arena, &sdjwt) == WHY_NONE)
		sdjwt_close(&sdjwt);
}

/* "$" in the payload or a disclosure is the digest of the next line: only behind a quote, where
 * letters cannot become anything but text. */
static void
expand(struct out *out, struct span text, const char *digest)
{
	for (size_t i = 0; i < text.n; i++) {
		if (text.p[i] == '$' && i && text.p[i - 1] == '"')
			out_text(out, digest);
		else
			out_char(out, text.p[i]);
	}
}

/* One way of opening the same lines. */
struct way {
	const char *blank; /* before each disclosure and around the payload */
	struct sdjwt sdjwt;
	enum why why;
	bool is_whole; /* nothing was too long to be written */
	char digest[LINES_MAX][HASH_TEXT_SIZE];
};

static void
hide(struct way *way, size_t i, struct span line, struct out *all)
{
	struct out json = out_new(LIMIT_SD_JWT);
	struct out text = out_new(LIMIT_SD_JWT);
	struct hash hash;

	out_text(&json, way->blank);
	expand(&json, line, i + 1 < LINES_MAX ? way->digest[i + 1] : "");
	b64url_write(&text, out_view(&json));
	hash = sdjwt_digest(out_view(&text));
	hash_text(way->digest[i], &hash);
	out_span(all, out_view(&text));
	out_char(all, '~');
	way->is_whole &= out_err(&json) == ERR_OK && out_err(&text) == ERR_OK;
	out_free(&json);
	out_free(&text);
}

static void
open_lines(struct span bytes, struct arena *arena, struct way *way)
{
	struct span line[LINES_MAX];
	struct out all = out_new(LIMIT_SD_JWT);
	struct out payload = out_new(LIMIT_SD_JWT);
	size_t n = 0;

	way->is_whole = true;
	while (n < LINES_MAX && span_split(&bytes, '\n', &line[n]))
		n++;
	for (size_t i = n; i-- > 1;)
		hide(way, i, line[i], &all);
	out_text(&payload, way->blank);
	if (n)
		expand(&payload, line[0], way->digest[1]);
	out_text(&payload, way->blank);
	way->is_whole &= out_err(&all) == ERR_OK && out_err(&payload) == ERR_OK;
	way->why =
	    sdjwt_open(out_view(&payload), arena_copy(arena, out_view(&all)), arena, &way->sdjwt);
	out_free(&all);
	out_free(&payload);
}

/* The payload as text; a digest that stands in it as text is of this way alone, so it is hidden. */
static char *
payload_of(const struct way *way)
{
	char *text = json_dumps(way->sdjwt.payload, JSON_ENCODE_ANY);

	for (size_t i = 1; i < LINES_MAX && text; i++)
		for (char *at = text; way->digest[i][0] && (at = strstr(at, way->digest[i]));)
			memset(at, '$', HASH_TEXT_SIZE - 1);
	return text;
}

static bool
is_same(const struct way *one, const struct way *two)
{
	const struct sdjwt *a = &one->sdjwt;
	const struct sdjwt *b = &two->sdjwt;
	char *text = payload_of(one);
	char *other = payload_of(two);
	bool is = text && other && strcmp(text, other) == 0 && a->n == b->n &&
		  a->digests == b->digests && a->top == b->top && a->has_alg == b->has_alg;

	for (size_t i = 0; is && i < a->n; i++)
		is = a->disclosure[i].name.n == b->disclosure[i].name.n &&
		     a->disclosure[i].is_element == b->disclosure[i].is_element &&
		     a->disclosure[i].parent == b->disclosure[i].parent &&
		     a->disclosure[i].depth == b->disclosure[i].depth &&
		     a->disclosure[i].digests == b->disclosure[i].digests;
	free(text);
	free(other);
	return is;
}

/* Blanks take a text off the quick ways, and change nothing else. */
static void
open_both_ways(struct span bytes, struct arena *arena)
{
	struct way quick = {.blank = ""};
	struct way slow = {.blank = " "};

	open_lines(bytes, arena, &quick);
	open_lines(bytes, arena, &slow);
	if (quick.is_whole && slow.is_whole &&
	    (quick.why != slow.why || (quick.why == WHY_NONE && !is_same(&quick, &slow))))
		abort();
	if (quick.why == WHY_NONE &&
	    (quick.sdjwt.top > quick.sdjwt.digests || quick.sdjwt.n > quick.sdjwt.digests))
		abort();
	if (quick.why == WHY_NONE)
		sdjwt_close(&quick.sdjwt);
	if (slow.why == WHY_NONE)
		sdjwt_close(&slow.sdjwt);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena = arena_new(4 << 20);

	if (arena) {
		open_token(span_make(data, size), arena);
		open_both_ways(span_make(data, size), arena);
	}
	arena_free(arena);
	return 0;
}
