/*
 * Promises RFC 9901 as sections 4 and 7 have it, strictly: what a reader might take in two ways is
 * refused.  The walk over foreign JSON keeps its own list, so that no input decides how deep we
 * call.
 */
#include "admit/sdjwt.h"

#include "base/b64.h"

#include <string.h>

/* ITEM_TEXT: a digest with its quotes and its comma */
enum { DIGEST_TEXT = HASH_TEXT_SIZE - 1, ITEM_TEXT = DIGEST_TEXT + 3, SLOTS_FREE = 2 };

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
	struct span
	    tail; /* digests of the payload that were cut off before parsing, see cut_tail() */
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

/* The empty span for what is no text, which is no digest either. */
static struct span
text_of(const json_t *value)
{
	return span_make(json_string_value(value), json_string_length(value));
}

/* Reads a digest, counts it; *found is the disclosure it stands for, NULL when nobody opened it. */
static enum why
meet(struct opening *opening, const struct visit *visit, struct span text,
     struct sdjwt_disclosure **found)
{
	struct hash digest;

	*found = NULL;
	if (!hash_read(text, &digest))
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
		enum why why = meet(opening, visit, text_of(text), &found);

		if (why == WHY_NONE && found)
			why = place_in_object(opening, visit, found);
		if (why != WHY_NONE)
			return why;
	}
	return WHY_NONE;
}

/* The same for the digests that were cut off the payload: "DIGEST","DIGEST" and so on. */
static enum why
open_tail(struct opening *opening, const struct visit *visit)
{
	struct span rest = opening->tail;
	enum why why = WHY_NONE;

	for (; rest.n && why == WHY_NONE; opening->sdjwt->top++) {
		struct sdjwt_disclosure *found;

		why = meet(opening, visit, span_make(rest.p + 1, DIGEST_TEXT), &found);
		if (why == WHY_NONE && found)
			why = place_in_object(opening, visit, found);
		rest.p += ITEM_TEXT;
		rest.n -= rest.n < ITEM_TEXT ? rest.n : ITEM_TEXT;
	}
	return why;
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
		return is_payload ? open_tail(opening, visit) : WHY_NONE;
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
			why = meet(opening, visit, text_of(text), &found);
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

/*
 * Most of a payload is its list of digests, which jansson reads letter by letter.  A payload that
 * ends in the way this house writes it, ,"_sd":["…","…"],"_sd_alg":"sha-256"} , is cut there: when
 * what stands before, closed by "}", is a whole object that has a member, then the cut was between
 * two members of that object and the text as a whole says the same.  False: read it as it is.
 */
static bool
cut_tail(struct span text, struct span *head, struct span *digests)
{
	static const char tail[] = "],\"_sd_alg\":\"sha-256\"}";
	static const char start[] = ",\"_sd\":[";
	size_t end = text.n - (sizeof tail - 1);
	size_t at = end;

	if (text.n < sizeof tail || memcmp(text.p + end, tail, sizeof tail - 1) != 0)
		return false;
	do {
		if (at < ITEM_TEXT + sizeof start || text.p[at - 1] != '"' ||
		    text.p[at - DIGEST_TEXT - 2] != '"')
			return false;
		at -= ITEM_TEXT;
	} while (text.p[at] == ',');
	if (memcmp(text.p + at + 2 - sizeof start, start, sizeof start - 1) != 0)
		return false;
	*head = span_make(text.p, at + 2 - sizeof start);
	*digests = span_make(text.p + at + 1, end - at - 1);
	return true;
}

static bool
read_without_tail(struct span text, struct opening *opening)
{
	struct sdjwt *sdjwt = opening->sdjwt;
	struct span head;
	struct span digests;
	struct hash digest;
	char *bytes;

	if (!cut_tail(text, &head, &digests))
		return false;
	for (size_t i = 0; i < digests.n; i += ITEM_TEXT)
		if (!hash_read(span_make(digests.p + i + 1, DIGEST_TEXT), &digest))
			return false;
	bytes = arena_take(opening->arena, head.n + 1);
	if (!bytes)
		return false;
	memcpy(bytes, head.p, head.n);
	bytes[head.n] = '}';
	sdjwt->payload = json_read_strict(span_make(bytes, head.n + 1));
	if (json_object_size(sdjwt->payload) > 0 && !json_object_get(sdjwt->payload, "_sd") &&
	    !json_object_get(sdjwt->payload, "_sd_alg")) {
		opening->tail = digests;
		sdjwt->has_alg = true;
		return true;
	}
	json_decref(sdjwt->payload);
	sdjwt->payload = NULL;
	return false;
}

static enum why
read_payload(struct span text, struct opening *opening)
{
	struct sdjwt *sdjwt = opening->sdjwt;
	const json_t *alg;
	struct span name;

	if (read_without_tail(text, opening))
		return WHY_NONE;
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
		why = read_payload(payload, &opening);
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
