/*
 * Promises RFC 9901 as sections 4 and 7 have it, strictly: what a reader might take in two ways is
 * refused.  The walk over foreign JSON keeps its own list, so that no input decides how deep we
 * call.
 */
#include "admit/sdjwt.h"

#include "base/b64.h"

#include <stdlib.h>
#include <string.h>

enum { DIGEST_TEXT = HASH_TEXT_SIZE - 1, SLOTS_FREE = 2 };

struct hash
sdjwt_digest(struct span disclosure)
{
	return hash_of(disclosure);
}

enum why
sdjwt_split(struct span token, struct sdjwt_parts *parts)
{
	struct span rest = token;
	size_t end = token.n;

	memset(parts, 0, sizeof *parts);
	if (token.n > LIMIT_SD_JWT)
		return WHY_TOO_LARGE;
	while (end && token.p[end - 1] != '~')
		end--;
	if (end == 0 || !span_split(&rest, '~', &parts->jwt) || parts->jwt.n == 0)
		return WHY_BAD_FORM;
	parts->bound = span_make(token.p, end);
	parts->disclosures = span_make(rest.p, end - parts->jwt.n - 1);
	parts->binding = span_make(token.p + end, token.n - end);
	return WHY_NONE;
}

/* What one opening works with. */
struct opening {
	struct arena *arena;
	struct sdjwt *sdjwt;
	struct hash *seen; /* open addressing; all zero is free, as no digest is */
	bool has_zero;
	size_t slots;
	struct visit *todo;
};

/* A container that still has to be looked into. */
struct visit {
	struct visit *next;
	json_t *value;
	int owner; /* disclosure it stands in; -1: the payload */
	unsigned depth;
};

static enum why
later(struct opening *opening, json_t *value, int owner, unsigned depth)
{
	struct visit *visit;

	if (!json_is_object(value) && !json_is_array(value))
		return WHY_NONE;
	visit = arena_take(opening->arena, sizeof *visit);
	if (!visit)
		return WHY_NO_MEMORY;
	*visit = (struct visit){opening->todo, value, owner, depth};
	opening->todo = visit;
	return WHY_NONE;
}

static bool
hash_is_zero(const struct hash *hash)
{
	static const struct hash zero;

	return hash_equal(hash, &zero);
}

/* False when the digest was met before. */
static bool
remember(struct opening *opening, const struct hash *digest)
{
	size_t at;

	if (hash_is_zero(digest)) {
		bool was = opening->has_zero;

		opening->has_zero = true;
		return !was;
	}
	memcpy(&at, digest->b, sizeof at);
	for (at %= opening->slots; !hash_is_zero(&opening->seen[at]);
	     at = (at + 1) % opening->slots)
		if (hash_equal(&opening->seen[at], digest))
			return false;
	opening->seen[at] = *digest;
	return true;
}

static struct sdjwt_disclosure *
find(const struct sdjwt *sdjwt, const struct hash *digest)
{
	for (size_t i = 0; i < sdjwt->n; i++)
		if (hash_equal(&sdjwt->disclosure[i].digest, digest))
			return &sdjwt->disclosure[i];
	return NULL;
}

/* Reads a digest, counts it; *found is the disclosure it stands for, NULL when nobody opened it. */
static enum why
meet(struct opening *opening, const struct visit *visit, const json_t *text,
     struct sdjwt_disclosure **found)
{
	struct hash digest;

	*found = NULL;
	if (!json_is_string(text) ||
	    !hash_read(span_make(json_string_value(text), json_string_length(text)), &digest))
		return WHY_BAD_DIGEST;
	if (++opening->sdjwt->digests > SDJWT_DIGESTS_MAX)
		return WHY_TOO_LARGE;
	if (!remember(opening, &digest))
		return WHY_DIGEST_TWICE;
	if (visit->owner >= 0)
		opening->sdjwt->disclosure[visit->owner].digests++;
	*found = find(opening->sdjwt, &digest);
	return WHY_NONE;
}

static void
settle(struct sdjwt_disclosure *disclosure, const struct visit *visit)
{
	disclosure->is_placed = true;
	disclosure->parent = visit->owner;
	disclosure->depth = visit->depth;
}

static enum why
place_in_object(struct opening *opening, const struct visit *visit,
		struct sdjwt_disclosure *disclosure)
{
	struct span name = disclosure->name;

	if (json_array_size(disclosure->array) != 3)
		return WHY_BAD_DISCLOSURE;
	if (span_is(name, "_sd") || span_is(name, "...") || span_is(name, "_sd_alg"))
		return WHY_RESERVED_NAME;
	if (json_object_get(visit->value, name.p))
		return WHY_NAME_TAKEN;
	if (json_object_set(visit->value, name.p, disclosure->value) != 0)
		return WHY_NO_MEMORY;
	settle(disclosure, visit);
	return later(opening, disclosure->value, (int)(disclosure - opening->sdjwt->disclosure), 0);
}

/* The digests are taken out first, so that a disclosed name is compared with the clear ones. */
static enum why
open_digests(struct opening *opening, const struct visit *visit, const json_t *list)
{
	const json_t *text;
	size_t i;

	if (!json_is_array(list))
		return WHY_BAD_DIGEST;
	json_array_foreach(list, i, text)
	{
		struct sdjwt_disclosure *found;
		enum why why = meet(opening, visit, text, &found);

		if (why == WHY_NONE && found)
			why = place_in_object(opening, visit, found);
		if (why != WHY_NONE)
			return why;
	}
	return WHY_NONE;
}

static enum why
look_into_object(struct opening *opening, const struct visit *visit)
{
	bool is_payload = visit->value == opening->sdjwt->payload;
	enum why why = WHY_NONE;
	const char *name;
	json_t *part;
	json_t *list;

	if (json_object_get(visit->value, "..."))
		return WHY_BAD_DIGEST;
	if (json_object_get(visit->value, "_sd_alg"))
		return WHY_BAD_SD_ALG;
	json_object_foreach(visit->value, name, part)
	{
		if (strcmp(name, "_sd") != 0)
			why = later(opening, part, visit->owner, visit->depth + 1);
		if (why != WHY_NONE)
			return why;
	}
	list = json_incref(json_object_get(visit->value, "_sd"));
	if (!list)
		return WHY_NONE;
	(void)json_object_del(visit->value, "_sd");
	why = open_digests(opening, visit, list);
	if (is_payload)
		opening->sdjwt->top = (unsigned)json_array_size(list);
	json_decref(list);
	return why;
}

static enum why
place_in_array(struct opening *opening, const struct visit *visit, size_t i,
	       struct sdjwt_disclosure *disclosure)
{
	if (json_array_size(disclosure->array) != 2)
		return WHY_BAD_DISCLOSURE;
	if (json_array_set(visit->value, i, disclosure->value) != 0)
		return WHY_NO_MEMORY;
	settle(disclosure, visit);
	return later(opening, disclosure->value, (int)(disclosure - opening->sdjwt->disclosure), 0);
}

static enum why
look_into_array(struct opening *opening, const struct visit *visit)
{
	size_t i = 0;

	while (i < json_array_size(visit->value)) {
		json_t *part = json_array_get(visit->value, i);
		const json_t *text = json_object_get(part, "...");
		struct sdjwt_disclosure *found;
		enum why why;

		if (!text) {
			why = later(opening, part, visit->owner, visit->depth + 1);
			i++;
		} else if (json_object_size(part) != 1) {
			why = WHY_BAD_DIGEST;
		} else {
			why = meet(opening, visit, text, &found);
			if (why == WHY_NONE && found)
				why = place_in_array(opening, visit, i++, found);
			else
				(void)json_array_remove(visit->value, i);
		}
		if (why != WHY_NONE)
			return why;
	}
	return WHY_NONE;
}

static enum why
look(struct opening *opening)
{
	enum why why = WHY_NONE;

	while (opening->todo && why == WHY_NONE) {
		struct visit *visit = opening->todo;

		opening->todo = visit->next;
		why = json_is_object(visit->value) ? look_into_object(opening, visit)
						   : look_into_array(opening, visit);
	}
	return why;
}

static enum why
read_disclosure(struct span text, struct arena *arena, struct sdjwt_disclosure *disclosure)
{
	char *bytes = arena_take(arena, text.n + 1);
	json_t *array;
	size_t size;
	size_t n;

	if (!bytes)
		return WHY_NO_MEMORY;
	disclosure->text = text;
	disclosure->digest = sdjwt_digest(text);
	disclosure->parent = -1;
	if (text.n == 0 || !b64url_read(text, bytes, text.n, &n))
		return WHY_BAD_DISCLOSURE;
	array = json_read_strict(span_make(bytes, n));
	disclosure->array = array;
	size = json_is_array(array) ? json_array_size(array) : 0;
	if ((size != 2 && size != 3) || !json_is_string(json_array_get(array, 0)))
		return WHY_BAD_DISCLOSURE;
	disclosure->value = json_array_get(array, size - 1);
	if (size == 2)
		return WHY_NONE;
	if (!json_is_string(json_array_get(array, 1)))
		return WHY_BAD_DISCLOSURE;
	disclosure->name = span_make(json_string_value(json_array_get(array, 1)),
				     json_string_length(json_array_get(array, 1)));
	return WHY_NONE;
}

static enum why
read_disclosures(struct span text, struct arena *arena, struct sdjwt *sdjwt)
{
	struct span rest = text;
	size_t n = 0;

	for (size_t i = 0; i < text.n; i++)
		n += text.p[i] == '~';
	if (text.n && text.p[text.n - 1] != '~')
		return WHY_BAD_FORM;
	if (n > LIMIT_DISCLOSURES)
		return WHY_TOO_LARGE;
	sdjwt->disclosure = arena_array(arena, n + 1, sizeof *sdjwt->disclosure);
	if (!sdjwt->disclosure)
		return WHY_NO_MEMORY;
	while (sdjwt->n < n) {
		struct sdjwt_disclosure *disclosure = &sdjwt->disclosure[sdjwt->n];
		struct span one;
		enum why why;

		(void)span_split(&rest, '~', &one);
		why = read_disclosure(one, arena, disclosure);
		if (why == WHY_NONE && find(sdjwt, &disclosure->digest))
			why = WHY_DISCLOSURE_TWICE;
		sdjwt->n++;
		if (why != WHY_NONE)
			return why;
	}
	return WHY_NONE;
}

static enum why
read_payload(struct span text, struct sdjwt *sdjwt)
{
	const json_t *alg;
	struct span name;

	sdjwt->payload = json_read_strict(text);
	if (!json_is_object(sdjwt->payload))
		return WHY_NOT_JSON;
	alg = json_object_get(sdjwt->payload, "_sd_alg");
	if (!alg)
		return WHY_NONE;
	if (!json_take_text(sdjwt->payload, "_sd_alg", &name) || !span_is(name, "sha-256"))
		return WHY_BAD_SD_ALG;
	sdjwt->has_alg = true;
	(void)json_object_del(sdjwt->payload, "_sd_alg");
	return WHY_NONE;
}

static enum why
no_orphans(const struct sdjwt *sdjwt)
{
	for (size_t i = 0; i < sdjwt->n; i++)
		if (!sdjwt->disclosure[i].is_placed)
			return WHY_ORPHAN;
	return WHY_NONE;
}

/* No text holds more digests than it has room for, so the table never fills. */
static size_t
slots_for(struct span payload, struct span disclosures)
{
	size_t most = (payload.n + disclosures.n) / DIGEST_TEXT;

	return SLOTS_FREE * (most < SDJWT_DIGESTS_MAX ? most : SDJWT_DIGESTS_MAX) + SLOTS_FREE;
}

enum why
sdjwt_open(struct span payload, struct span disclosures, struct arena *arena, struct sdjwt *sdjwt)
{
	struct opening opening = {.arena = arena, .sdjwt = sdjwt};
	enum why why;

	memset(sdjwt, 0, sizeof *sdjwt);
	if (payload.n > LIMIT_SD_JWT || disclosures.n > LIMIT_SD_JWT)
		return WHY_TOO_LARGE;
	opening.slots = slots_for(payload, disclosures);
	opening.seen = arena_array(arena, opening.slots, sizeof *opening.seen);
	why = opening.seen ? read_disclosures(disclosures, arena, sdjwt) : WHY_NO_MEMORY;
	if (why == WHY_NONE)
		why = read_payload(payload, sdjwt);
	if (why == WHY_NONE)
		why = later(&opening, sdjwt->payload, -1, 0);
	if (why == WHY_NONE)
		why = look(&opening);
	if (why == WHY_NONE)
		why = no_orphans(sdjwt);
	if (why != WHY_NONE)
		sdjwt_close(sdjwt);
	return why;
}

void
sdjwt_close(struct sdjwt *sdjwt)
{
	json_decref(sdjwt->payload);
	for (size_t i = 0; i < sdjwt->n; i++)
		json_decref(sdjwt->disclosure[i].array);
	memset(sdjwt, 0, sizeof *sdjwt);
}

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
