/*
 * Opens any bytes as an SD-JWT: once as a whole token, once as payload and disclosures in the open
 * (a line each), so that the fuzzer need not learn base64 and SHA-256.  What opens holds its own
 * counts.
 */
#include "admit/sdjwt.h"
#include "base/b64.h"

#include <stdlib.h>

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

/* "$" in the payload or a disclosure is the digest of the next line. */
static void
expand(struct out *out, struct span text, const char *digest)
{
	for (size_t i = 0; i < text.n; i++) {
		if (text.p[i] == '$')
			out_text(out, digest);
		else
			out_char(out, text.p[i]);
	}
}

static void
open_lines(struct span bytes, struct arena *arena)
{
	struct span line[16];
	char digest[HASH_TEXT_SIZE] = "";
	struct out all = out_new(LIMIT_SD_JWT);
	struct out payload = out_new(LIMIT_SD_JWT);
	struct sdjwt sdjwt;
	size_t n = 0;

	while (n < 16 && span_split(&bytes, '\n', &line[n]))
		n++;
	for (size_t i = n; i-- > 1;) {
		struct out json = out_new(LIMIT_SD_JWT);
		struct out text = out_new(LIMIT_SD_JWT);
		struct hash hash;

		expand(&json, line[i], digest);
		b64url_write(&text, out_view(&json));
		hash = sdjwt_digest(out_view(&text));
		hash_text(digest, &hash);
		out_span(&all, out_view(&text));
		out_char(&all, '~');
		out_free(&json);
		out_free(&text);
	}
	if (n)
		expand(&payload, line[0], digest);
	if (sdjwt_open(out_view(&payload), out_view(&all), arena, &sdjwt) == WHY_NONE) {
		if (sdjwt.top > sdjwt.digests || sdjwt.n > sdjwt.digests)
			abort();
		sdjwt_close(&sdjwt);
	}
	out_free(&all);
	out_free(&payload);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena = arena_new(4 << 20);

	if (arena) {
		open_token(span_make(data, size), arena);
		open_lines(span_make(data, size), arena);
	}
	arena_free(arena);
	return 0;
}
