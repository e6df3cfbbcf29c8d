/*
 * Promises to check evidence by nothing but the bytes in it and, where --members names one, a
 * member list that the reader trusts already.
 */
#include "seam/evidence.h"

#include "admit/admit.h"
#include "admit/keyring.h"
#include "admit/receipt.h"
#include "admit/sdjwt.h"
#include "base/b64.h"
#include "base/json.h"
#include "journal/journal.h"
#include "journal/proof.h"
#include "model/when.h"
#include "seamd/misdeed.h"
#include "seamd/sheaf.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The claim of a binding as text; false when it has none. */
static bool
binding_holds(const struct keyring *keyring, const struct jws *jws, const struct sdjwt_parts *parts)
{
	struct keyring_key key;
	struct hash bound = hash_of(parts->bound);
	char want[HASH_TEXT_SIZE];
	struct span sd_hash;
	json_t *payload = json_read_strict(jws->payload);
	bool holds;

	hash_text(want, &bound);
	holds = payload && json_take_text(payload, "sd_hash", &sd_hash) && span_is(sd_hash, want) &&
		keyring_find(keyring, &jws->kid, &key) && jws_holds(jws, &key.public);
	json_decref(payload);
	return holds;
}

enum why
evidence_check_binding(const struct keyring *keyring, struct span bytes, struct arena *arena)
{
	struct admit_terms terms = {.keyring = keyring, .log_index = -1, .is_stored = true};
	struct record *record = arena_take(arena, sizeof *record);
	struct sdjwt_parts parts;
	struct reason reason;
	struct hash id;
	struct jws jws;
	enum why why = record ? sdjwt_split(bytes, &parts) : WHY_NO_MEMORY;

	if (why != WHY_NONE)
		return why;
	terms.is_exercise = keyring_members(keyring)->is_exercise;
	reason = admit_record(&terms, parts.jwt, parts.disclosures, arena, record, &id);
	if (reason.why != WHY_NONE)
		return reason.why;
	if (parts.binding.n == 0)
		return WHY_NO_KEY_BINDING;
	why = jws_read(parts.binding, JWS_TYP_BINDING, arena, &jws);
	if (why != WHY_NONE)
		return why;
	return binding_holds(keyring, &jws, &parts) ? WHY_NONE : WHY_BAD_SD_HASH;
}

/* One reading of evidence. */
struct evidence {
	struct app *app;
	const char *file;
	struct span sheaf;
	struct members *members;
	struct keyring *keyring;
	struct arena *arena;
	struct out out; /* what it proves */
	struct hash id; /* of the record */
	struct station signer;
};

static int
no(const struct evidence *evidence, const char *what, enum why why)
{
	return app_say_no(evidence->app, "%s proves nothing: %s: %s", evidence->file, what,
			  why_text(why));
}

/* A member list that the reader brings must be the one in the evidence. */
static int
check_trust(struct evidence *evidence)
{
	const char *file = args_get(evidence->app->args, "members");
	struct out text = out_new(NOTE_MAX);
	struct members *trusted = calloc(1, sizeof *trusted);
	enum err err = file ? file_read(file, &text) : ERR_OK;
	int code = APP_OK;

	if (err != ERR_OK) {
		code = app_fail(evidence->app, err, file);
	} else if (file && (!trusted || members_open(out_view(&text), trusted, NULL) != WHY_NONE)) {
		code = app_say_no(evidence->app, "%s is no member list that all have signed", file);
	} else if (file) {
		for (unsigned i = 0; code == APP_OK && i < evidence->members->n; i++) {
			const struct member *member = &evidence->members->member[i];
			const struct member *known = members_find(trusted, &member->party);

			if (!known || memcmp(&known->root, &member->root, sizeof known->root) != 0)
				code = no(evidence, member->party.name, WHY_UNKNOWN_PARTY);
		}
	} else {
		app_remark(evidence->app,
			   "Whose keys these are rests on the member list in the file: compare its "
			   "root keys, or give --members FILE.");
	}
	free(trusted);
	out_free(&text);
	return code;
}

/* "key STATION" stands before a key note of that station. */
static bool
is_label_of(struct span name, struct span body)
{
	struct keynote *keynote = calloc(1, sizeof *keynote);
	struct note note;
	bool is_so = keynote && note_read(body, &note) == ERR_OK &&
		     keynote_read(note.text, keynote) == WHY_NONE &&
		     span_is(span_make(name.p + 4, name.n - 4), keynote->station.name);

	free(keynote);
	return is_so;
}

static int
read_ring(struct evidence *evidence)
{
	struct span rest = evidence->sheaf;
	struct span name;
	struct span body;
	enum why why;
	int code;

	if (!sheaf_find(evidence->sheaf, "members", &body))
		return no(evidence, "member list", WHY_MISSING_SIGNATURE);
	why = members_open(body, evidence->members, NULL);
	if (why != WHY_NONE)
		return no(evidence, "member list", why);
	code = check_trust(evidence);
	evidence->keyring = keyring_new(evidence->members);
	if (!evidence->keyring)
		return app_fail(evidence->app, ERR_NOMEM, evidence->file);
	while (code == APP_OK && sheaf_next(&rest, &name, &body)) {
		if (!span_starts(name, "key "))
			continue;
		why = is_label_of(name, body) ? keyring_add_note(evidence->keyring, body)
					      : WHY_UNKNOWN_STATION;
		if (why != WHY_NONE)
			code = no(evidence, "key note", why);
	}
	return code;
}

/* Who of other parties countersigned a head, and when.  False when a line of a known witness does
 * not hold: then the note is none. */
static bool
write_countersigned(struct evidence *evidence, const struct note *note, const struct station *owner)
{
	struct party own = station_party(owner);
	struct party seen[LIMIT_PARTIES];
	unsigned n = 0;
	const char *before = "  countersigned by ";

	for (size_t i = 0; i < keyring_count(evidence->keyring); i++) {
		const struct keynote *keynote = keyring_at(evidence->keyring, i);
		struct party party = station_party(&keynote->station);
		uint64_t time_s;
		enum note_answer answer = note_check(note, &keynote->witness, &time_s);
		unsigned k = 0;

		if (answer == NOTE_BAD)
			return false;
		if (answer == NOTE_ABSENT || party_equal(&party, &own))
			continue;
		out_format(&evidence->out, "%s%s at ", before, keynote->station.name);
		when_write_iso(&evidence->out, (int64_t)time_s * 1000);
		before = ", ";
		while (k < n && !party_equal(&seen[k], &party))
			k++;
		if (k == n && n < LIMIT_PARTIES)
			seen[n++] = party;
	}
	if (n)
		out_format(&evidence->out, ": %u of the %u parties that the member list asks for\n",
			   n, evidence->members->quorum);
	else
		out_text(&evidence->out,
			 "  countersigned by nobody: the time and the order rest on "
			 "its own word\n");
	return true;
}

/* Under which head of whose log an entry lies. */
static int
check_proof(struct evidence *evidence, const char *part, unsigned char type,
	    const struct hash *hash, const struct station *station)
{
	unsigned char entry[JOURNAL_ENTRY_SIZE];
	const struct note_key *key;
	struct note_head head;
	struct proof proof;
	struct note note;
	struct span body;
	struct span text;
	struct span origin;
	struct station owner;

	if (!sheaf_find(evidence->sheaf, part, &body))
		return no(evidence, part, WHY_BAD_FORM);
	if (proof_read(body, &proof) != ERR_OK || note_read(proof.note, &note) != ERR_OK ||
	    proof.extra.n > 0)
		return no(evidence, part, WHY_BAD_FORM);
	text = note.text;
	(void)span_split(&text, '\n', &origin);
	key = keyring_log(evidence->keyring, origin);
	if (!key || !keyring_log_station(evidence->keyring, origin, &owner) ||
	    !station_equal(&owner, station))
		return no(evidence, part, WHY_UNKNOWN_KEY);
	journal_entry(type, hash, entry);
	if (proof_check(body, span_make(entry, sizeof entry), key, &head) != ERR_OK)
		return no(evidence, part, WHY_BAD_SIGNATURE);
	out_format(&evidence->out, "  leaf %llu of %s, under its signed head of %llu leaves\n",
		   (unsigned long long)proof.index, head.origin, (unsigned long long)head.size);
	if (!write_countersigned(evidence, &note, station))
		return no(evidence, part, WHY_BAD_SIGNATURE);
	return APP_OK;
}

/* A part of one line: nothing beside it that no signature covers. */
static struct span
one_line(struct span body)
{
	struct span line = span_make(body.p, body.n ? body.n - 1 : 0);

	return span_equal(line, span_trim(line)) ? line : span_make(body.p, 0);
}

static int
check_record(struct evidence *evidence)
{
	struct span body;
	struct jws jws;
	struct keyring_key key;
	char id[HASH_TEXT_SIZE];
	enum why why;

	if (!sheaf_find(evidence->sheaf, "record", &body))
		return no(evidence, "record", WHY_BAD_FORM);
	body = one_line(body);
	why = jws_read(body, JWS_TYP_RECORD, evidence->arena, &jws);
	if (why == WHY_NONE && !keyring_find(evidence->keyring, &jws.kid, &key))
		why = WHY_UNKNOWN_KEY;
	if (why == WHY_NONE && !jws_holds(&jws, &key.public))
		why = WHY_BAD_SIGNATURE;
	if (why != WHY_NONE)
		return no(evidence, "record", why);
	evidence->id = hash_of(body);
	evidence->signer = jws.kid.station;
	hash_text(id, &evidence->id);
	out_format(&evidence->out, "record %s was signed by %s#%u\n", id, jws.kid.station.name,
		   jws.kid.number);
	return check_proof(evidence, "proof", JOURNAL_ENTRY_RECORD, &evidence->id,
			   &evidence->signer);
}

static int
check_receipt(struct evidence *evidence, struct span delivery)
{
	struct receipt receipt;
	struct reason reason;
	struct hash whole = hash_of(delivery);
	struct hash hash;
	struct span body;
	bool is_revoked = false;

	if (!sheaf_find(evidence->sheaf, "receipt", &body))
		return no(evidence, "receipt", WHY_BAD_FORM);
	body = one_line(body);
	reason = receipt_read(body, evidence->keyring, &receipt, &is_revoked);
	if (reason.why == WHY_NONE &&
	    (!hash_equal(&receipt.delivery, &whole) || !hash_equal(&receipt.id, &evidence->id) ||
	     !station_equal(&receipt.to, &evidence->signer)))
		reason.why = WHY_BAD_SD_HASH;
	if (reason.why != WHY_NONE)
		return no(evidence, "receipt", reason.why);
	out_format(&evidence->out, "%s confirmed with its signature that delivery %lld came, at ",
		   receipt.kid.station.name, (long long)receipt.counter);
	when_write_iso(&evidence->out, receipt.at_ms);
	out_format(&evidence->out, "%s\n",
		   is_revoked ? " (with a key that was revoked later)" : "");
	hash = receipt_hash(body);
	return check_proof(evidence, "receipt-proof", JOURNAL_ENTRY_RECEIPT, &hash,
			   &evidence->signer);
}

/* What was disclosed to the party, in the words of the fields. */
static void
write_disclosed(struct evidence *evidence, struct span delivery)
{
	struct admit_terms terms = {.keyring = evidence->keyring,
				    .is_exercise = evidence->members->is_exercise,
				    .log_index = -1,
				    .is_stored = true};
	struct record *record = arena_take(evidence->arena, sizeof *record);
	struct sdjwt_parts parts;
	struct hash id;

	if (!record || sdjwt_split(delivery, &parts) != WHY_NONE ||
	    admit_record(&terms, parts.jwt, parts.disclosures, evidence->arena, record, &id).why !=
		WHY_NONE)
		return;
	out_format(&evidence->out, "it said: %s\n", kind_row(record->kind)->label);
	for (enum field field = FIELD_NONE + 1; field < FIELD_COUNT; field++) {
		if (!record->field[field].is_set || field == FIELD_HEADS)
			continue;
		out_format(&evidence->out, "  %s ", field_row(field)->name);
		record_field_text(&evidence->out, record, field, 0);
		out_char(&evidence->out, '\n');
	}
}

static int
check_delivery(struct evidence *evidence)
{
	struct span delivery;
	struct sdjwt_parts parts;
	struct hash id;
	enum why why;

	if (!sheaf_find(evidence->sheaf, "delivery", &delivery))
		return no(evidence, "delivery", WHY_BAD_FORM);
	delivery = one_line(delivery);
	why = evidence_check_binding(evidence->keyring, delivery, evidence->arena);
	if (why == WHY_NONE)
		why = sdjwt_split(delivery, &parts);
	if (why != WHY_NONE)
		return no(evidence, "delivery", why);
	id = hash_of(parts.jwt);
	if (!hash_equal(&id, &evidence->id))
		return no(evidence, "delivery", WHY_BAD_DIGEST);
	write_disclosed(evidence, delivery);
	return check_receipt(evidence, delivery);
}

/* --- two histories */

static void
write_root(struct out *out, const struct hash *root)
{
	b64_write(out, span_make(root->b, HASH_SIZE));
}

static void
write_misdeed(struct out *out, const struct misdeed *misdeed)
{
	const struct note_head *head = misdeed->head;

	out_format(out, "%s told two histories: its log %s signed\n", misdeed->station.name,
		   head[0].origin);
	for (int i = 0; i < 2; i++) {
		out_format(out, "  a head of %llu leaves with the root ",
			   (unsigned long long)head[i].size);
		write_root(out, &head[i].root);
		out_char(out, '\n');
	}
	if (head[0].size == head[1].size)
		out_text(out, "and no log has two roots at one size\n");
	else
		out_format(out,
			   "and the tree of the larger one does not begin with the smaller: at "
			   "%llu leaves it has another root\n",
			   (unsigned long long)head[0].size);
	out_format(out, "  its key is certified under member list %lld\n",
		   (long long)misdeed->members.version);
}

static int
verify_misdeed(struct app *app, const char *file, struct span text)
{
	struct misdeed *misdeed = calloc(1, sizeof *misdeed);
	struct evidence evidence = {.app = app, .file = file, .out = out_new(1 << 16)};
	char why[MISDEED_WHY_MAX];
	int code = misdeed ? APP_OK : app_fail(app, ERR_NOMEM, file);

	if (code == APP_OK && !misdeed_read(text, misdeed, why))
		code = app_say_no(app, "%s proves nothing: %s", file, why);
	if (code == APP_OK) {
		evidence.members = &misdeed->members;
		code = check_trust(&evidence);
	}
	if (code == APP_OK) {
		write_misdeed(&evidence.out, misdeed);
		code = app_print(app, &evidence.out);
	}
	out_free(&evidence.out);
	free(misdeed);
	return code;
}

static int
verify_receipt(struct app *app, const char *file, struct span sheaf)
{
	struct evidence evidence = {
	    .app = app, .file = file, .sheaf = sheaf, .out = out_new(1 << 20)};
	int code;

	evidence.members = calloc(1, sizeof *evidence.members);
	evidence.arena = arena_new(2 * (size_t)ADMIT_ARENA);
	code = evidence.members && evidence.arena ? read_ring(&evidence)
						  : app_fail(app, ERR_NOMEM, file);
	if (code == APP_OK)
		code = check_record(&evidence);
	if (code == APP_OK)
		code = check_delivery(&evidence);
	if (code == APP_OK)
		code = app_print(app, &evidence.out);
	out_free(&evidence.out);
	keyring_free(evidence.keyring);
	arena_free(evidence.arena);
	free(evidence.members);
	return code;
}

int
evidence_verify(struct app *app, const char *file, struct span text)
{
	struct span sheaf = text;
	char why[SHEAF_WHY_MAX];

	if (misdeed_is(text))
		return verify_misdeed(app, file, text);
	if (!sheaf_open(&sheaf, SHEAF_EVIDENCE))
		return app_say_no(app, "%s is no evidence", file);
	if (!sheaf_check(sheaf, sheaf_evidence_rows, why))
		return app_say_no(app, "%s proves nothing: %s", file, why);
	return verify_receipt(app, file, sheaf);
}
