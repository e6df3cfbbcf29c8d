#ifndef SEAM_ADMIT_KEYNOTE_H
#define SEAM_ADMIT_KEYNOTE_H

#include "admit/jws.h"
#include "base/note.h"
#include "model/party.h"
#include "model/why.h"

/*
 * A station's keys as its party's root certifies them: a C2SP signed note (root key of members.h)
 * whose text is, line by line:
 *
 *	seam key 1
 *	station NAME
 *	version N
 *	from MS			(optional: when it begins to count, for people)
 *	record N KEY		(one to KEYNOTE_RECORDS, N rising; base64 of the Ed25519 key)
 *	log VKEY		(one to KEYNOTE_LOGS, oldest first; the vkey's name is the
 *				 origin, seam/NAME/log/NUMBER, station_log_number())
 *	witness VKEY		(type 0x04)
 *	tls PIN			(optional: base64 of the SHA-256 of the certificate's key)
 *	post			(optional: keeps 30 days only)
 *
 * A revocation is the same with the text
 *
 *	seam revoke 1
 *	key NAME#N
 *	from ORIGIN SIZE
 *
 * : what that key signed is void from leaf SIZE of that log on.
 */
enum { KEYNOTE_RECORDS = 16, KEYNOTE_LOGS = 16 };

struct keynote {
	struct station station;
	int64_t version;
	int64_t from_ms; /* 0: not said */
	unsigned records;
	struct {
		unsigned number;
		struct sign_public public;
	} record[KEYNOTE_RECORDS];
	unsigned logs;
	struct note_key log[KEYNOTE_LOGS];
	struct note_key witness;
	bool has_tls;
	unsigned char tls[32];
	bool is_post;
};

struct revocation {
	struct kid kid;
	char origin[NOTE_NAME_MAX];
	int64_t size;
};

/* Append the text to be signed. */
void keynote_write(struct out *out, const struct keynote *keynote);
void keynote_write_revocation(struct out *out, const struct revocation *revocation);

/* Read a text strictly; keys must be sound points: WHY_BAD_FORM, BAD_VALUE, TOO_LARGE. */
enum why keynote_read(struct span text, struct keynote *keynote);
enum why keynote_read_revocation(struct span text, struct revocation *revocation);

#endif
