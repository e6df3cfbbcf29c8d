/*
 * Promises one text per key note and per revocation.  Whose root must have signed it, the keyring
 * knows.
 */
#include "admit/keynote.h"

#include "admit/lines.h"
#include "base/b64.h"

#include <stdio.h>
#include <string.h>

#define NOTE_LINE   "seam key 1"
#define REVOKE_LINE "seam revoke 1"

enum { TLS_PIN_SIZE = 32 };

static void
write_vkey(struct out *out, const char *word, const struct note_key *key)
{
	out_format(out, "%s ", word);
	note_key_write(out, key);
	out_char(out, '\n');
}

void
keynote_write(struct out *out, const struct keynote *keynote)
{
	out_format(out, NOTE_LINE "\nstation %s\nversion %lld\n", keynote->station.name,
		   (long long)keynote->version);
	if (keynote->from_ms)
		out_format(out, "from %lld\n", (long long)keynote->from_ms);
	for (unsigned i = 0; i < keynote->records; i++) {
		out_format(out, "record %u ", keynote->record[i].number);
		lines_write_key(out, &keynote->record[i].public);
		out_char(out, '\n');
	}
	for (unsigned i = 0; i < keynote->logs; i++)
		write_vkey(out, "log", &keynote->log[i]);
	write_vkey(out, "witness", &keynote->witness);
	if (keynote->has_tls) {
		out_text(out, "tls ");
		b64_write(out, span_make(keynote->tls, TLS_PIN_SIZE));
		out_char(out, '\n');
	}
	if (keynote->is_post)
		out_text(out, "post\n");
}

void
keynote_write_revocation(struct out *out, const struct revocation *revocation)
{
	char kid[JWS_KID_TEXT];

	jws_kid_text(kid, &revocation->kid);
	out_format(out, REVOKE_LINE "\nkey %s\nfrom %s %lld\n", kid, revocation->origin,
		   (long long)revocation->size);
}

static bool
same_key(const struct sign_public *a, const struct sign_public *b)
{
	return memcmp(a->b, b->b, SIGN_PUBLIC_SIZE) == 0;
}

static bool
is_record_key(const struct keynote *keynote, const struct sign_public *public)
{
	for (unsigned i = 0; i < keynote->records; i++)
		if (same_key(&keynote->record[i].public, public))
			return true;
	return false;
}

static enum why
read_record(struct span tail, struct keynote *keynote)
{
	unsigned i = keynote->records;
	struct sign_public public;
	int64_t number;

	if (i == KEYNOTE_RECORDS)
		return WHY_TOO_LARGE;
	if (!lines_number(&tail, 1, JWS_KEY_MAX, &number) || !lines_key(&tail, &public) || tail.p ||
	    (i && number <= keynote->record[i - 1].number) || is_record_key(keynote, &public))
		return WHY_BAD_VALUE;
	keynote->record[i].number = (unsigned)number;
	keynote->record[i].public = public;
	keynote->records++;
	return WHY_NONE;
}

/* A log is named after its station, so that nobody can take the name of another's log. */
static bool
is_own_log(const struct keynote *keynote, const struct note_key *key)
{
	char prefix[LIMIT_STATION_TEXT + 16];

	(void)snprintf(prefix, sizeof prefix, "seam/%s/log/", keynote->station.name);
	return key->type == NOTE_ED25519 && span_starts(span_of(key->name), prefix);
}

static bool
is_log(const struct keynote *keynote, const struct note_key *key)
{
	for (unsigned i = 0; i < keynote->logs; i++)
		if (strcmp(keynote->log[i].name, key->name) == 0 ||
		    same_key(&keynote->log[i].public, &key->public))
			return true;
	return false;
}

static enum why
read_log(struct span tail, struct keynote *keynote)
{
	struct note_key key;

	if (keynote->logs == KEYNOTE_LOGS)
		return WHY_TOO_LARGE;
	if (note_key_read(tail, &key) != ERR_OK || !sign_public_is_sound(&key.public) ||
	    !is_own_log(keynote, &key) || is_log(keynote, &key) ||
	    is_record_key(keynote, &key.public))
		return WHY_BAD_VALUE;
	keynote->log[keynote->logs++] = key;
	return WHY_NONE;
}

static enum why
read_witness(struct lines *lines, struct keynote *keynote)
{
	struct note_key *key = &keynote->witness;
	struct span tail;

	if (!lines_take(lines, "witness", &tail) || note_key_read(tail, key) != ERR_OK ||
	    key->type != NOTE_COSIGNATURE || !sign_public_is_sound(&key->public) ||
	    is_log(keynote, key) || is_record_key(keynote, &key->public))
		return WHY_BAD_VALUE;
	return WHY_NONE;
}

static enum why
read_station(struct lines *lines, struct keynote *keynote)
{
	struct span tail;

	if (!lines_take_exactly(lines, NOTE_LINE))
		return WHY_BAD_FORM;
	if (!lines_take(lines, "station", &tail) || !station_read(tail, &keynote->station) ||
	    !lines_take_number(lines, "version", 1, INT32_MAX, &keynote->version))
		return WHY_BAD_VALUE;
	if (lines_take(lines, "from", &tail) && !span_int(tail, 1, INT64_MAX, &keynote->from_ms))
		return WHY_BAD_VALUE;
	return WHY_NONE;
}

static enum why
read_keys(struct lines *lines, struct keynote *keynote)
{
	enum why why = WHY_NONE;
	struct span tail;

	while (why == WHY_NONE && lines_take(lines, "record", &tail))
		why = read_record(tail, keynote);
	while (why == WHY_NONE && lines_take(lines, "log", &tail))
		why = read_log(tail, keynote);
	if (why == WHY_NONE && (keynote->records == 0 || keynote->logs == 0))
		why = WHY_BAD_FORM;
	return why == WHY_NONE ? read_witness(lines, keynote) : why;
}

static enum why
read_rest(struct lines *lines, struct keynote *keynote)
{
	struct span tail;
	size_t n;

	if (lines_take(lines, "tls", &tail)) {
		keynote->has_tls = true;
		if (!b64_read(tail, keynote->tls, TLS_PIN_SIZE, &n) || n != TLS_PIN_SIZE)
			return WHY_BAD_VALUE;
	}
	keynote->is_post = lines_take_exactly(lines, "post");
	return lines_are_done(lines) ? WHY_NONE : WHY_BAD_FORM;
}

/* What was understood, written again, must be what was read. */
static enum why
compare(const struct out *again, struct span text)
{
	if (out_err(again) != ERR_OK)
		return WHY_NO_MEMORY;
	return span_equal(out_view(again), text) ? WHY_NONE : WHY_BAD_FORM;
}

enum why
keynote_read(struct span text, struct keynote *keynote)
{
	struct out again = out_new(NOTE_MAX);
	struct lines lines;
	enum why why;

	memset(keynote, 0, sizeof *keynote);
	why = lines_over(text, &lines) ? read_station(&lines, keynote) : WHY_BAD_FORM;
	if (why == WHY_NONE)
		why = read_keys(&lines, keynote);
	if (why == WHY_NONE)
		why = read_rest(&lines, keynote);
	if (why == WHY_NONE) {
		keynote_write(&again, keynote);
		why = compare(&again, text);
	}
	out_free(&again);
	if (why != WHY_NONE)
		memset(keynote, 0, sizeof *keynote);
	return why;
}

static enum why
read_revocation(struct span text, struct revocation *revocation)
{
	struct lines lines;
	struct span tail;
	struct span origin;

	if (!lines_over(text, &lines) || !lines_take_exactly(&lines, REVOKE_LINE))
		return WHY_BAD_FORM;
	if (!lines_take(&lines, "key", &tail) || !jws_kid_read(tail, &revocation->kid))
		return WHY_BAD_VALUE;
	if (!lines_take(&lines, "from", &tail) || !span_split(&tail, ' ', &origin) ||
	    !span_copy(revocation->origin, sizeof revocation->origin, origin) || !origin.n ||
	    !span_int(tail, 0, INT64_MAX, &revocation->size))
		return WHY_BAD_VALUE;
	return lines_are_done(&lines) ? WHY_NONE : WHY_BAD_FORM;
}

enum why
keynote_read_revocation(struct span text, struct revocation *revocation)
{
	struct out again = out_new(NOTE_MAX);
	enum why why;

	memset(revocation, 0, sizeof *revocation);
	why = read_revocation(text, revocation);
	if (why == WHY_NONE) {
		keynote_write_revocation(&again, revocation);
		why = compare(&again, text);
	}
	out_free(&again);
	if (why != WHY_NONE)
		memset(revocation, 0, sizeof *revocation);
	return why;
}
