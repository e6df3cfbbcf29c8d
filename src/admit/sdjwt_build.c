/*
 * Promises the writing half of sdjwt.h: salted disclosures, their digests among decoys, lists in an
 * order that tells nothing.
 */
#include "admit/sdjwt.h"

#include "base/b64.h"

#include <stdlib.h>
#include <string.h>

enum { DIGEST_TEXT = HASH_TEXT_SIZE - 1 };

/* What one build works with.  Lists lie one behind the other: the payload's first. */
struct building {
	const struct sdjwt_claim *claims;
	size_t n;
	const struct sdjwt_random *random;
	char (*texts)[HASH_TEXT_SIZE];
	size_t *start;  /* per claim + 1, where its list begins; 0: the payload's */
	size_t *filled; /* how many digests stand in it */
	struct span *disclosure;
	unsigned char (*salts)[SDJWT_SALT_SIZE];
	struct arena *arena;
	struct out scratch;
};

static size_t
list_size(const struct building *building, size_t list, unsigned top)
{
	return list == 0 ? top : building->claims[list - 1].digests;
}

static enum err
lay_out(struct building *building, unsigned top)
{
	size_t total = 0;

	if (building->n > SDJWT_CLAIMS_MAX)
		return ERR_LIMIT;
	building->start = arena_array(building->arena, building->n + 2, sizeof(size_t));
	building->filled = arena_array(building->arena, building->n + 1, sizeof(size_t));
	building->disclosure = arena_array(building->arena, building->n + 1, sizeof(struct span));
	building->salts = arena_array(building->arena, building->n + 1, SDJWT_SALT_SIZE);
	if (!building->start || !building->filled || !building->disclosure || !building->salts)
		return ERR_NOMEM;
	for (size_t list = 0; list <= building->n; list++) {
		building->start[list] = total;
		if (list_size(building, list, top) > SDJWT_DIGESTS_MAX)
			return ERR_LIMIT;
		total += list_size(building, list, top);
	}
	if (total > SDJWT_DIGESTS_MAX)
		return ERR_LIMIT;
	building->start[building->n + 1] = total;
	building->texts = arena_array(building->arena, total + 1, HASH_TEXT_SIZE);
	return building->texts ? ERR_OK : ERR_NOMEM;
}

static enum err
judge_claims(const struct building *building)
{
	for (size_t i = 0; i < building->n; i++) {
		const struct sdjwt_claim *claim = &building->claims[i];

		if (claim->parent > i || (claim->digests && claim->json.n))
			return ERR_FORMAT;
		if (!claim->digests && !claim->json.n)
			return ERR_FORMAT;
	}
	return ERR_OK;
}

static int
compare_texts(const void *a, const void *b)
{
	return memcmp(a, b, DIGEST_TEXT);
}

/* Fills a list up with decoys, sorts it so that order tells nothing, and writes it. */
static void
write_list(struct building *building, size_t list, struct out *out)
{
	size_t start = building->start[list];
	size_t n = building->start[list + 1] - start;
	char(*texts)[HASH_TEXT_SIZE] = building->texts + start;

	for (size_t i = building->filled[list]; i < n; i++) {
		struct hash decoy;

		building->random->fill(building->random->context, decoy.b, sizeof decoy.b);
		hash_text(texts[i], &decoy);
	}
	qsort(texts, n, sizeof *texts, compare_texts);
	out_char(out, '[');
	for (size_t i = 0; i < n; i++) {
		out_bytes(out, i ? ",\"" : "\"", i ? 2 : 1);
		out_bytes(out, texts[i], DIGEST_TEXT);
		out_char(out, '"');
	}
	out_char(out, ']');
}

static enum err
hide(struct building *building, size_t i)
{
	const struct sdjwt_claim *claim = &building->claims[i];
	size_t list = claim->parent;
	struct out *json = &building->scratch;
	size_t at = building->start[list] + building->filled[list];
	struct hash digest;
	char salt[32];
	char *text;

	if (at == building->start[list + 1])
		return ERR_LIMIT;
	out_reset(json);
	b64url_text(salt, sizeof salt, building->salts[i], SDJWT_SALT_SIZE);
	out_text(json, "[\"");
	out_text(json, salt);
	out_text(json, "\",");
	out_json(json, claim->name);
	out_char(json, ',');
	if (claim->digests) {
		out_text(json, "{\"_sd\":");
		write_list(building, i + 1, json);
		out_char(json, '}');
	} else {
		out_span(json, claim->json);
	}
	out_char(json, ']');
	if (out_err(json) != ERR_OK)
		return out_err(json);
	text = arena_take(building->arena, b64url_length(json->n) + 1);
	if (!text)
		return ERR_NOMEM;
	b64url_text(text, b64url_length(json->n) + 1, json->p, json->n);
	building->disclosure[i] = span_make(text, b64url_length(json->n));
	digest = sdjwt_digest(building->disclosure[i]);
	hash_text(building->texts[at], &digest);
	building->filled[list]++;
	return ERR_OK;
}

enum err
sdjwt_build(const struct sdjwt_claim *claims, size_t n, unsigned top,
	    const struct sdjwt_random *random, struct arena *arena, struct out *digests,
	    struct out *disclosures)
{
	struct building building = {.claims = claims, .n = n, .random = random, .arena = arena};
	enum err err;

	building.scratch = out_new(LIMIT_SD_JWT);
	err = lay_out(&building, top);
	if (err == ERR_OK)
		err = judge_claims(&building);
	if (err == ERR_OK && n)
		random->fill(random->context, building.salts, n * SDJWT_SALT_SIZE);
	for (size_t i = n; i-- > 0 && err == ERR_OK;)
		err = hide(&building, i);
	if (err == ERR_OK) {
		write_list(&building, 0, digests);
		for (size_t i = 0; i < n; i++) {
			out_span(disclosures, building.disclosure[i]);
			out_char(disclosures, '~');
		}
		err = out_err(digests) != ERR_OK ? out_err(digests) : out_err(disclosures);
	}
	out_free(&building.scratch);
	return err;
}
