/*
 * Promises that what is clear about a record is its station, the day and its size class, and that
 * two records of a kind have one shape.  Does not sign.
 */
#include "admit/issue.h"

#include "model/claim.h"
#include "model/record.h"

enum { DAY_MS = 86400000 };

/* Claims of the model as claims of a token: levels under their field, in the fixed number. */
static void
map_claims(const struct claim *claims, size_t n, struct sdjwt_claim *hidden)
{
	unsigned parent = 0;

	for (size_t i = 0; i < n; i++) {
		hidden[i].name = claims[i].name;
		hidden[i].json = claims[i].json;
		if (claims[i].level == 0) {
			parent = (unsigned)i + 1;
			if (claims[i].json.n == 0)
				hidden[i].digests = field_levels(claims[i].field);
		} else {
			hidden[i].parent = parent;
		}
	}
}

static void
write_payload(struct out *out, const struct record *record, const struct kid *kid,
	      struct span digests)
{
	char text[JWS_KID_TEXT];
	int64_t day = record->filed_ms / DAY_MS;

	jws_kid_text(text, kid);
	out_text(out, "{\"iss\":\"");
	out_text(out, record->station.name);
	out_text(out, "\",\"v\":");
	out_int(out, ISSUE_VERSION);
	out_text(out, record->is_exercise ? ",\"exercise\":true" : ",\"exercise\":false");
	out_text(out, ",\"iat\":");
	out_int(out, day * (DAY_MS / 1000));
	out_text(out, ",\"cnf\":{\"kid\":\"");
	out_text(out, text);
	out_text(out, "\"},\"_sd\":");
	out_span(out, digests);
	out_text(out, ",\"_sd_alg\":\"sha-256\"}");
}

static bool
is_ready(const struct record *record, unsigned key)
{
	return record->kind != KIND_NONE && record->kind < KIND_COUNT && record->thread.n &&
	       record->station.name[0] && record->filed_ms > 0 && key >= 1 && key <= JWS_KEY_MAX;
}

enum err
issue_record(const struct record *record, unsigned key, const struct sdjwt_random *random,
	     struct arena *arena, struct out *signing, struct out *disclosures)
{
	struct claim *claims = arena_array(arena, CLAIM_MAX, sizeof *claims);
	struct sdjwt_claim *hidden = arena_array(arena, CLAIM_MAX, sizeof *hidden);
	struct kid kid = {.station = record->station, .number = key};
	struct out digests = out_new(LIMIT_JWT);
	struct out payload = out_new(LIMIT_JWT);
	enum err err;
	size_t n = 0;

	if (!claims || !hidden)
		return ERR_NOMEM;
	if (!is_ready(record, key))
		return ERR_FORMAT;
	err = claim_list(record, arena, claims, &n);
	if (err != ERR_OK)
		goto done;
	map_claims(claims, n, hidden);
	err = sdjwt_build(hidden, n, kind_digests(record->kind), random, arena, &digests,
			  disclosures);
	if (err != ERR_OK)
		goto done;
	write_payload(&payload, record, &kid, out_view(&digests));
	err = out_err(&payload);
	if (err != ERR_OK)
		goto done;
	jws_write(signing, JWS_TYP_RECORD, &kid, out_view(&payload));
	err = out_err(signing);
done:
	out_free(&payload);
	out_free(&digests);
	return err;
}

struct hash
issue_id(struct span jwt)
{
	return hash_of(jwt);
}
