/*
 * Promises RFC 9901 as sections 4 and 7 have it, strictly: what a reader might take in two ways is
 * refused.  The walk over foreign JSON keeps its own list, so that no input decides how deep we
 * call.
 */
#include "admit/sdjwt.h"

#include "admit/plain.h"
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

/* A digest that a disclosure has, or that was met, or both. */
struct slot {
	struct hash digest;
	bool is_met;
	bool is_taken;
	struct sdjwt_disclosure *disclosure; /* NULL: nobody opened it */
};

/* What one opening works with. */
struct opening {
	struct arena *arena;
	struct sdjwt *sdjwt;
	size_t given;      /* disclosures */
	struct slot *slot; /* open addressing */
	size_t slots;
	struct visit *todo;
	/* digests of the payload that were cut off before parsing, see cut_tail() */
	struct hash *tail;
	size_t tail_n;
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

/* Where the digest is, or where it belongs. */
static struct slot *
slot_of(const struct opening *opening, const struct hash *digest)
{
	struct slot *slot;
	size_t at;

	memcpy(&at, digest->b, sizeof at);
	for (;; at++) {
		slot = &opening->slot[at & (opening->slots - 1)];
		if (!slot->is_taken || hash_equal(&slot->digest, digest))
			break;
	}
	slot->digest = *digest;
	slot->is_taken = true;
	return slot;
}

/* The empty span for what is no text, which is no digest either. */
static struct span
text_of(const json_t *value)
{
	return span_make(json_string_value(value), json_string_length(value));
}

/* Counts a digest; *found is the disclosure it stands for, NULL when nobody opened it. */
static enum why
meet(struct opening *opening, const struct visit *visit, const struct hash *digest,
     struct sdjwt_disclosure **found)
{
	struct slot *slot;

	*found = NULL;
	if (++opening->sdjwt->digests > SDJWT_DIGESTS_MAX)
		return WHY_TOO_LARGE;
	slot = slot_of(opening, digest);
	if (slot->is_met)
		return WHY_DIGEST_TWICE;
	slot->is_met = true;
	if (visit->owner >= 0)
		opening->sdjwt->disclosure[visit->owner].digests++;
	*found = slot->disclosure;
	return WHY_NONE;
}

static enum why
meet_text(struct opening *opening, const struct visit *visit, struct span text,
	  struct sdjwt_disclosure **found)
{
	struct hash digest;

	*found = NULL;
	return hash_read(text, &digest) ? meet(opening, visit, &digest, found) : WHY_BAD_DIGEST;
}

static void
settle(struct sdjwt_disclosure *disclosure, const struct visit *visit)
{
	disclosure->is_placed = true;
	disclosure->parent = visit->owner;
	disclosure->depth = visit->depth;
}

static bool
is_reserved(struct span name)
{
	return name.n && (name.p[0] == '_' || name.p[0] == '.') &&
	       (span_is(name, "_sd") || span_is(name, "...") || span_is(name, "_sd_alg"));
}

static enum why
place_in_object(struct opening *opening, const struct visit *visit,
		struct sdjwt_disclosure *disclosure)
{
	struct span name = disclosure->name;

	if (disclosure->is_element)
		return WHY_BAD_DISCLOSURE;
	if (is_reserved(name))
		return WHY_RESERVED_NAME;
	if (json_object_getn(visit->value, name.p, name.n))
		return WHY_NAME_TAKEN;
	if (json_object_setn_nocheck(visit->value, name.p, name.n, disclosure->value) != 0)
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
		enum why why = meet_text(opening, visit, text_of(text), &found);

		if (why == WHY_NONE && found)
			why = place_in_object(opening, visit, found);
		if (why != WHY_NONE)
			return why;
	}
	return WHY_NONE;
}

/* The same for the digests that were cut off the payload. */
static enum why
open_tail(struct opening *opening, const struct visit *visit)
{
	enum why why = WHY_NONE;

	for (size_t i = 0; i < opening->tail_n && why == WHY_NONE; i++) {
		struct sdjwt_disclosure *found;

		opening->sdjwt->top++;
		why = meet(opening, visit, &opening->tail[i], &found);
		if (why == WHY_NONE && found)
			why = place_in_object(opening, visit, found);
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
	if (!disclosure->is_element)
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
			why = meet_text(opening, visit, text_of(text), &found);
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

/* ["salt","name",value] as this house writes it; else what stands there says nothing yet. */
static bool
read_plain(struct span json, struct sdjwt_disclosure *disclosure)
{
	struct span rest = json;
	struct span salt;
	struct span name;
	json_t *value;

	if (!plain_mark(&rest, '[') || !plain_text(&rest, &salt) || !plain_mark(&rest, ',') ||
	    !plain_text(&rest, &name) || !plain_mark(&rest, ','))
		return false;
	value = plain_value(&rest);
	if (!value || !plain_mark(&rest, ']') || rest.n) {
		json_decref(value);
		return false;
	}
	disclosure->kept = value;
	disclosure->value = value;
	disclosure->name = name;
	return true;
}

static enum why
read_array(struct span json, struct sdjwt_disclosure *disclosure)
{
	json_t *array = json_read_strict(json);
	size_t size = json_is_array(array) ? json_array_size(array) : 0;

	disclosure->kept = array;
	if ((size != 2 && size != 3) || !json_is_string(json_array_get(array, 0)))
		return WHY_BAD_DISCLOSURE;
	disclosure->value = json_array_get(array, size - 1);
	disclosure->is_element = size == 2;
	if (size == 2)
		return WHY_NONE;
	if (!json_is_string(json_array_get(array, 1)))
		return WHY_BAD_DISCLOSURE;
	disclosure->name = text_of(json_array_get(array, 1));
	return WHY_NONE;
}

static enum why
read_disclosure(struct span text, struct arena *arena, struct sdjwt_disclosure *disclosure)
{
	char *bytes = arena_take(arena, text.n + 1);
	size_t n;

	if (!bytes)
		return WHY_NO_MEMORY;
	disclosure->text = text;
	disclosure->digest = sdjwt_digest(text);
	disclosure->parent = -1;
	if (text.n == 0 || !b64url_read(text, bytes, text.n, &n))
		return WHY_BAD_DISCLOSURE;
	if (read_plain(span_make(bytes, n), disclosure))
		return WHY_NONE;
	return read_array(span_make(bytes, n), disclosure);
}

/* False when the same was given before. */
static bool
is_new(const struct opening *opening, struct sdjwt_disclosure *disclosure)
{
	struct slot *slot = slot_of(opening, &disclosure->digest);

	if (slot->disclosure)
		return false;
	slot->disclosure = disclosure;
	return true;
}

static enum why
read_disclosures(struct span text, const struct opening *opening)
{
	struct sdjwt *sdjwt = opening->sdjwt;
	struct span rest = text;
	size_t n = opening->given;

	if (text.n && text.p[text.n - 1] != '~')
		return WHY_BAD_FORM;
	if (n > LIMIT_DISCLOSURES)
		return WHY_TOO_LARGE;
	sdjwt->disclosure = arena_array(opening->arena, n + 1, sizeof *sdjwt->disclosure);
	if (!sdjwt->disclosure)
		return WHY_NO_MEMORY;
	while (sdjwt->n < n) {
		struct sdjwt_disclosure *disclosure = &sdjwt->disclosure[sdjwt->n];
		struct span one;
		enum why why;

		(void)span_split(&rest, '~', &one);
		why = read_disclosure(one, opening->arena, disclosure);
		if (why == WHY_NONE && !is_new(opening, disclosure))
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
read_tail(struct span text, struct opening *opening)
{
	opening->tail_n = (text.n + 1) / ITEM_TEXT;
	opening->tail = arena_array(opening->arena, opening->tail_n, sizeof *opening->tail);
	if (!opening->tail)
		return false;
	for (size_t i = 0; i < opening->tail_n; i++)
		if (!hash_read(span_make(text.p + i * ITEM_TEXT + 1, DIGEST_TEXT),
			       &opening->tail[i]))
			return false;
	return true;
}

static bool
read_without_tail(struct span text, struct opening *opening)
{
	struct sdjwt *sdjwt = opening->sdjwt;
	struct span head;
	struct span digests;
	char *bytes;

	if (!cut_tail(text, &head, &digests) || !read_tail(digests, opening))
		return false;
	bytes = arena_take(opening->arena, head.n + 1);
	if (!bytes)
		return false;
	memcpy(bytes, head.p, head.n);
	bytes[head.n] = '}';
	sdjwt->payload = plain_read(span_make(bytes, head.n + 1));
	if (json_object_size(sdjwt->payload) > 0 && !json_object_get(sdjwt->payload, "_sd") &&
	    !json_object_get(sdjwt->payload, "_sd_alg")) {
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
	opening->tail_n = 0;
	sdjwt->payload = plain_read(text);
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

static size_t
count_of(struct span disclosures)
{
	struct span rest = disclosures;
	struct span one;
	size_t n = 0;

	while (span_split(&rest, '~', &one))
		n += rest.p != NULL;
	return n;
}

/* No text holds more digests than it has room for, and no more disclosures are looked at than may
 * be given, so the table never fills.  A power of two. */
static size_t
slots_for(struct span payload, struct span disclosures, size_t given)
{
	size_t most = (payload.n + disclosures.n) / DIGEST_TEXT;
	size_t slots = SLOTS_FREE;

	most = most < SDJWT_DIGESTS_MAX ? most : SDJWT_DIGESTS_MAX;
	most += given < LIMIT_DISCLOSURES ? given : LIMIT_DISCLOSURES;
	while (slots < SLOTS_FREE * most)
		slots *= 2;
	return slots;
}

enum why
sdjwt_open(struct span payload, struct span disclosures, struct arena *arena, struct sdjwt *sdjwt)
{
	struct opening opening = {.arena = arena, .sdjwt = sdjwt};
	enum why why;

	memset(sdjwt, 0, sizeof *sdjwt);
	if (payload.n > LIMIT_SD_JWT || disclosures.n > LIMIT_SD_JWT)
		return WHY_TOO_LARGE;
	opening.given = count_of(disclosures);
	opening.slots = slots_for(payload, disclosures, opening.given);
	opening.slot = arena_array(arena, opening.slots, sizeof *opening.slot);
	why = opening.slot ? read_disclosures(disclosures, &opening) : WHY_NO_MEMORY;
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
		json_decref(sdjwt->disclosure[i].kept);
	memset(sdjwt, 0, sizeof *sdjwt);
}
