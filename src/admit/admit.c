/*
 * Promises that what comes out was signed by a key this station has reason to trust, is bound to
 * this party, says only what the profile can say, and that nothing in the bytes is left unjudged.
 * Does not store, does not answer, and does not look at a clock.
 */
#include "admit/admit.h"

#include "admit/clear.h"
#include "admit/issue.h"
#include "admit/keyring.h"
#include "admit/plain.h"
#include "admit/sdjwt.h"
#include "model/claim.h"

#include <string.h>

static struct reason
because(enum why why, enum field field)
{
	return (struct reason){.why = why, .field = (uint16_t)field};
}

/* A revoked key is good for what the log shows to be older than its cut. */
static bool
is_before_cut(const struct admit_terms *terms, const struct keyring_key *key)
{
	return terms->log_index >= 0 && terms->log_index < key->revocation.size &&
	       span_is(terms->log_origin, key->revocation.origin);
}

static enum why
judge_signature(const struct admit_terms *terms, const struct jws *jws, bool is_logged)
{
	struct keyring_key key;

	if (!keyring_find(terms->keyring, &jws->kid, &key))
		return WHY_UNKNOWN_KEY;
	if (key.is_revoked && !terms->is_stored && !(is_logged && is_before_cut(terms, &key)))
		return WHY_REVOKED_KEY;
	return jws_holds(jws, &key.public) ? WHY_NONE : WHY_BAD_SIGNATURE;
}

/* The field that a disclosure in the payload itself names, where its value may hold digests: each
 * is a search, so once, and not where nothing depends on it. */
static enum field *
find_holders(const struct sdjwt *token, struct arena *arena)
{
	enum field *holders = arena_array(arena, token->n + 1, sizeof *holders);

	for (size_t i = 0; i < token->n && holders; i++) {
		const struct sdjwt_disclosure *one = &token->disclosure[i];

		if (one->parent < 0 && (json_is_object(one->value) || json_is_array(one->value)))
			holders[i] = field_find(one->name);
	}
	return holders;
}

/* A field of the record that is disclosed level by level. */
static bool
has_levels(const enum field *holders, size_t at)
{
	return field_levels(holders[at]) > 0;
}

/* Digests may stand in the payload's own list and in the fields that have levels: anywhere else a
 * value could change its meaning by what is left out. */
static enum why
judge_digests(const struct sdjwt *token, const enum field *holders)
{
	unsigned known = token->top;

	for (size_t i = 0; i < token->n; i++) {
		const struct sdjwt_disclosure *one = &token->disclosure[i];

		if (one->digests && !has_levels(holders, i))
			return WHY_BAD_DIGEST;
		known += one->digests;
	}
	return known == token->digests ? WHY_NONE : WHY_BAD_DIGEST;
}

/* An object that is disclosed level by level holds levels and nothing in clear. */
static bool
holds_only_disclosed(const struct sdjwt *token, size_t at)
{
	size_t n = 0;

	for (size_t i = 0; i < token->n; i++)
		n += token->disclosure[i].parent == (int)at;
	return json_object_size(token->disclosure[at].value) == n;
}

static enum why
judge_disclosures(const struct sdjwt *token, const enum field *holders)
{
	for (size_t i = 0; i < token->n; i++) {
		const struct sdjwt_disclosure *one = &token->disclosure[i];

		if (!one->name.p || one->depth != 0)
			return WHY_BAD_DISCLOSURE;
		if (one->parent < 0 && clear_is_name(one->name))
			return WHY_RESERVED_NAME;
		if (has_levels(holders, i) && !holds_only_disclosed(token, i))
			return WHY_UNKNOWN_CLAIM;
	}
	return judge_digests(token, holders);
}

static enum why
judge_claims(const struct admit_terms *terms, const struct sdjwt *token, const struct kid *signer,
	     struct record *record)
{
	struct clear_record clear;
	size_t top = 0;
	enum why why;

	if (!token->has_alg)
		return WHY_MISSING_CLAIM;
	why = clear_read_record(token->payload, &clear);
	if (why != WHY_NONE)
		return why;
	for (size_t i = 0; i < token->n; i++)
		top += token->disclosure[i].parent < 0;
	if (json_object_size(token->payload) != CLEAR_RECORD_NAMES + top)
		return WHY_UNKNOWN_CLAIM;
	if (!station_equal(&clear.station, &signer->station))
		return WHY_BAD_ISSUER;
	if (clear.is_exercise != terms->is_exercise)
		return WHY_EXERCISE;
	record->station = clear.station;
	record->is_exercise = clear.is_exercise;
	return WHY_NONE;
}

static struct reason
read_fields(const struct sdjwt *token, const enum field *holders, struct arena *arena,
	    struct record *record)
{
	struct claim_reading *reading = claim_reading_new(arena, record);
	json_t *only_levels = json_object();
	struct reason reason = because(WHY_NONE, FIELD_NONE);

	if (!reading || !only_levels)
		reason.why = WHY_NO_MEMORY;
	for (size_t i = 0; i < token->n && reason.why == WHY_NONE; i++) {
		const struct sdjwt_disclosure *one = &token->disclosure[i];
		bool is_own = json_is_object(one->value) && has_levels(holders, i);
		/* A parent has digests, so it was judged to be a field that has levels. */
		enum field parent = one->parent >= 0 ? holders[one->parent] : FIELD_NONE;

		reason.why = claim_reading_add(reading, parent, one->name,
					       is_own ? only_levels : one->value);
		if (reason.why != WHY_NONE)
			reason.field = (uint16_t)(parent ? parent : field_find(one->name));
	}
	json_decref(only_levels);
	return reason.why == WHY_NONE ? claim_reading_finish(reading) : reason;
}

static struct reason
read_token(const struct admit_terms *terms, const struct jws *jws, const struct sdjwt *token,
	   struct arena *arena, struct record *record)
{
	struct reason reason = because(WHY_NONE, FIELD_NONE);
	struct record clear = {.kind = KIND_NONE};
	const enum field *holders = find_holders(token, arena);

	reason.why = holders ? judge_disclosures(token, holders) : WHY_NO_MEMORY;
	if (reason.why == WHY_NONE)
		reason.why = judge_claims(terms, token, &jws->kid, &clear);
	if (reason.why == WHY_NONE)
		reason = read_fields(token, holders, arena, record);
	record->station = clear.station;
	record->is_exercise = clear.is_exercise;
	return reason;
}

static struct reason
read_record(const struct admit_terms *terms, struct span jwt, struct span disclosures,
	    struct arena *arena, struct record *record, struct kid *signer)
{
	struct jws jws;
	struct sdjwt token;
	struct reason reason;
	enum why why;

	if (jwt.n > LIMIT_JWT)
		return because(WHY_TOO_LARGE, FIELD_NONE);
	why = jws_read(jwt, JWS_TYP_RECORD, arena, &jws);
	*signer = jws.kid;
	if (why == WHY_NONE)
		why = judge_signature(terms, &jws, true);
	if (why == WHY_NONE)
		why = sdjwt_open(jws.payload, disclosures, arena, &token);
	if (why != WHY_NONE)
		return because(why, FIELD_NONE);
	reason = read_token(terms, &jws, &token, arena, record);
	sdjwt_close(&token);
	return reason;
}

static enum why
judge_binding(const struct admit_terms *terms, const struct hash *bound,
	      const struct clear_binding *binding)
{
	if (!hash_equal(bound, &binding->sd_hash))
		return WHY_BAD_SD_HASH;
	if (!party_equal(&binding->to, &terms->own))
		return WHY_NOT_FOR_US;
	if (binding->exp_s && !terms->is_stored && terms->now_ms / 1000 >= binding->exp_s)
		return WHY_EXPIRED;
	return WHY_NONE;
}

static void
tell(const struct clear_binding *binding, struct admit_delivery *delivery)
{
	delivery->counter = binding->counter;
	delivery->prev = binding->prev;
	delivery->sent_ms = binding->at_s * 1000;
	delivery->until_ms = binding->exp_s * 1000;
	delivery->onward_n = binding->onward_n;
	memcpy(delivery->onward, binding->onward, sizeof delivery->onward);
}

static enum why
read_binding(const struct admit_terms *terms, struct span jwt, const struct hash *bound,
	     struct arena *arena, struct admit_delivery *delivery)
{
	struct jws jws;
	struct clear_binding binding;
	json_t *claims;
	enum why why;

	if (jwt.n == 0)
		return WHY_NO_KEY_BINDING;
	why = jws_read(jwt, JWS_TYP_BINDING, arena, &jws);
	if (why != WHY_NONE)
		return why;
	if (!station_equal(&jws.kid.station, &delivery->station))
		return WHY_BAD_ISSUER;
	why = judge_signature(terms, &jws, false);
	if (why != WHY_NONE)
		return why;
	claims = plain_read(jws.payload);
	why = clear_read_binding(claims, &binding);
	json_decref(claims);
	if (why != WHY_NONE)
		return why;
	tell(&binding, delivery);
	return judge_binding(terms, bound, &binding);
}

/* What the token is known by: the hashes of its JWT, of all that is bound, and of the whole.  Each
 * begins as the one before it, so they are taken in one run. */
static struct hash
take_hashes(struct span bytes, const struct sdjwt_parts *parts, struct admit_delivery *delivery)
{
	const size_t ends[] = {parts->jwt.n, parts->bound.n, bytes.n};
	struct hash hashes[3];

	hash_prefixes(bytes, ends, 3, hashes);
	delivery->id = hashes[0];
	delivery->whole = hashes[2];
	return hashes[1];
}

struct reason
admit_delivery(const struct admit_terms *terms, struct span bytes, struct arena *arena,
	       struct record *record, struct admit_delivery *delivery)
{
	struct sdjwt_parts parts;
	struct reason reason = because(WHY_NONE, FIELD_NONE);
	struct hash bound;

	memset(delivery, 0, sizeof *delivery);
	memset(record, 0, sizeof *record);
	reason.why = sdjwt_split(bytes, &parts);
	if (reason.why != WHY_NONE) {
		delivery->whole = hash_of(bytes);
		return reason;
	}
	bound = take_hashes(bytes, &parts, delivery);
	delivery->jwt = parts.jwt;
	delivery->disclosures = parts.disclosures;
	reason = read_record(terms, parts.jwt, parts.disclosures, arena, record, &delivery->signer);
	delivery->station = delivery->signer.station;
	if (reason.why == WHY_NONE)
		reason.why = read_binding(terms, parts.binding, &bound, arena, delivery);
	if (reason.why != WHY_NONE)
		memset(record, 0, sizeof *record);
	return reason;
}

struct reason
admit_record(const struct admit_terms *terms, struct span jwt, struct span disclosures,
	     struct arena *arena, struct record *record, struct hash *id)
{
	struct kid signer;
	struct reason reason;

	memset(record, 0, sizeof *record);
	*id = issue_id(jwt);
	reason = read_record(terms, jwt, disclosures, arena, record, &signer);
	if (reason.why != WHY_NONE)
		memset(record, 0, sizeof *record);
	return reason;
}

static bool
is_first(const struct admit_delivery *delivery)
{
	static const struct hash none;

	return hash_equal(&delivery->prev, &none);
}

enum why
admit_follow(const struct admit_delivery *delivery, const struct admit_known *known,
	     bool *is_repeat)
{
	*is_repeat = known->has_same && hash_equal(&known->same, &delivery->whole);
	if (*is_repeat)
		return WHY_NONE;
	if (known->has_same)
		return WHY_REPLAYED;
	if (!station_row_begins(delivery->counter) &&
	    (delivery->counter == 1) != is_first(delivery))
		return WHY_BAD_PREVIOUS;
	if (known->has_before && !hash_equal(&known->before, &delivery->prev))
		return WHY_BAD_PREVIOUS;
	if (known->has_after && !hash_equal(&known->after_prev, &delivery->whole))
		return WHY_BAD_PREVIOUS;
	return WHY_NONE;
}

bool
admit_peek(struct span bytes, struct kid *signer)
{
	struct sdjwt_parts parts;
	struct arena *arena = arena_new(LIMIT_SD_JWT * 2);
	struct jws jws;
	bool is_read;

	memset(signer, 0, sizeof *signer);
	if (!arena)
		return false;
	is_read = sdjwt_split(bytes, &parts) == WHY_NONE &&
		  jws_read(parts.jwt, JWS_TYP_RECORD, arena, &jws) == WHY_NONE;
	if (is_read)
		*signer = jws.kid;
	arena_free(arena);
	return is_read;
}
