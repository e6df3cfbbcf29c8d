/*
 * Promises the exact claims of record, key binding, receipt and erasure: a name more, a name less
 * or a value in another form is refused with its own reason.
 */
#include "admit/clear.h"

#include "admit/issue.h"

#include <string.h>

enum { DAY_S = 86400, COUNTER_DIGITS = 16 };

/* Seconds this far from 1970 stay exact as milliseconds. */
#define TIME_MAX_S ((int64_t)1 << 40)

static const char *const record_names[] = {"iss", "v", "exercise", "iat", "cnf", NULL};
static const char *const binding_names[] = {"iat",  "aud",    "nonce", "sd_hash",
					    "prev", "onward", "exp",   NULL};
static const char *const receipt_names[] = {"iss", "aud", "delivery", "id", "nonce", "iat", NULL};
static const char *const erasure_names[] = {"iss", "aud", "erasure", "id", "iat", NULL};
static const char *const holder_names[] = {"kid", NULL};

static bool
has_all(const json_t *claims, const char *const *names, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!json_object_get(claims, names[i]))
			return false;
	return true;
}

static bool
take_hash(const json_t *claims, const char *name, struct hash *hash)
{
	struct span text;

	return json_take_text(claims, name, &text) && hash_read(text, hash);
}

static bool
take_time(const json_t *claims, const char *name, int64_t *at_s)
{
	return json_take_int(claims, name, at_s) && *at_s >= 0 && *at_s <= TIME_MAX_S;
}

static bool
take_counter(const json_t *claims, int64_t *counter)
{
	struct span text;

	return json_take_text(claims, "nonce", &text) && text.n == COUNTER_DIGITS &&
	       span_int(text, 1, INT64_MAX, counter);
}

bool
clear_is_name(struct span name)
{
	for (size_t i = 0; record_names[i]; i++)
		if (span_is(name, record_names[i]))
			return true;
	return false;
}

enum why
clear_read_record(const json_t *claims, struct clear_record *record)
{
	const json_t *holder = json_object_get(claims, "cnf");
	struct span issuer;
	struct span kid;
	int64_t version;

	memset(record, 0, sizeof *record);
	if (!has_all(claims, record_names, CLEAR_RECORD_NAMES))
		return WHY_MISSING_CLAIM;
	if (!json_take_text(claims, "iss", &issuer) || !station_read(issuer, &record->station))
		return WHY_BAD_ISSUER;
	if (!json_take_int(claims, "v", &version) || version != ISSUE_VERSION ||
	    !json_take_flag(claims, "exercise", &record->is_exercise) ||
	    !take_time(claims, "iat", &record->day_s) || record->day_s % DAY_S != 0)
		return WHY_BAD_VALUE;
	if (!json_take_text(holder, "kid", &kid) || !json_has_only(holder, holder_names) ||
	    !jws_kid_read(kid, &record->holder))
		return WHY_BAD_VALUE;
	return station_equal(&record->holder.station, &record->station) ? WHY_NONE : WHY_BAD_ISSUER;
}

static bool
take_onward(const json_t *claims, struct clear_binding *binding)
{
	const json_t *list = json_object_get(claims, "onward");
	const json_t *name;
	size_t i;

	if (!json_is_array(list) || json_array_size(list) > LIMIT_PARTIES)
		return false;
	json_array_foreach(list, i, name)
	{
		struct span text = span_make(json_string_value(name), json_string_length(name));

		if (!json_is_string(name) || !party_read(text, &binding->onward[i]))
			return false;
	}
	binding->onward_n = (unsigned)json_array_size(list);
	return true;
}

enum why
clear_read_binding(const json_t *claims, struct clear_binding *binding)
{
	enum { NEEDED = 6 };
	struct span to;

	memset(binding, 0, sizeof *binding);
	if (!json_is_object(claims))
		return WHY_NOT_JSON;
	if (!has_all(claims, binding_names, NEEDED))
		return WHY_MISSING_CLAIM;
	if (!json_has_only(claims, binding_names))
		return WHY_UNKNOWN_CLAIM;
	if (!take_time(claims, "iat", &binding->at_s) || !json_take_text(claims, "aud", &to) ||
	    !party_read(to, &binding->to) || !take_counter(claims, &binding->counter) ||
	    !take_hash(claims, "sd_hash", &binding->sd_hash) ||
	    !take_hash(claims, "prev", &binding->prev) || !take_onward(claims, binding))
		return WHY_BAD_VALUE;
	if (json_object_get(claims, "exp") && !take_time(claims, "exp", &binding->exp_s))
		return WHY_BAD_VALUE;
	return WHY_NONE;
}

enum why
clear_read_receipt(const json_t *claims, struct receipt *receipt)
{
	enum { NEEDED = 6 };
	struct span issuer;
	struct span to;
	int64_t at_s;

	if (!json_is_object(claims))
		return WHY_NOT_JSON;
	if (!has_all(claims, receipt_names, NEEDED))
		return WHY_MISSING_CLAIM;
	if (!json_has_only(claims, receipt_names))
		return WHY_UNKNOWN_CLAIM;
	if (!json_take_text(claims, "iss", &issuer) || !span_is(issuer, receipt->kid.station.name))
		return WHY_BAD_ISSUER;
	if (!json_take_text(claims, "aud", &to) || !station_read(to, &receipt->to) ||
	    !take_hash(claims, "delivery", &receipt->delivery) ||
	    !take_hash(claims, "id", &receipt->id) || !take_counter(claims, &receipt->counter) ||
	    !take_time(claims, "iat", &at_s))
		return WHY_BAD_VALUE;
	receipt->at_ms = at_s * 1000;
	return WHY_NONE;
}

enum why
clear_read_erasure(const json_t *claims, struct erasure *erasure)
{
	enum { NEEDED = 5 };
	struct span issuer;
	struct span to;
	int64_t at_s;

	if (!json_is_object(claims))
		return WHY_NOT_JSON;
	if (!has_all(claims, erasure_names, NEEDED))
		return WHY_MISSING_CLAIM;
	if (!json_has_only(claims, erasure_names))
		return WHY_UNKNOWN_CLAIM;
	if (!json_take_text(claims, "iss", &issuer) || !span_is(issuer, erasure->kid.station.name))
		return WHY_BAD_ISSUER;
	if (!json_take_text(claims, "aud", &to) || !station_read(to, &erasure->to) ||
	    !take_hash(claims, "erasure", &erasure->erasure) ||
	    !take_hash(claims, "id", &erasure->id) || !take_time(claims, "iat", &at_s))
		return WHY_BAD_VALUE;
	erasure->at_ms = at_s * 1000;
	return WHY_NONE;
}
